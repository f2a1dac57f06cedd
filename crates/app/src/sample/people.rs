//! The sample town's organisation: villages and grids, organisations, posts as the plan asks for them, invented people on
//! them since 2025. Every name and number is made up; ids come from words and are the same every time. What does not
//! belong here: places and history, which stand on it.
//!
//! Source of the organisations and the kinds of posts: the plan, clauses 1, 2, 3, 8, 9, 11, 12. Codes of villages are not
//! known; ours have a `P` and are marked provisional.

use domain::ids::{OrgId, PersonId, TerritoryCode};
use domain::org::{
    Assignment, Certificate, CertificateKind, Level, Org, OrgKind, Person, Post, Relation, Role, Territory,
};
use domain::time::Date;

use super::id;
use crate::org::Roster;

const TOWN: &str = "500118100000";
/// What says so wherever a document would.
const BASIS: &str = "演示数据";

/// Name, short name, kind, other names, grids, villager groups, staff, building heads. The plan writes 莲花石 without a
/// suffix.
type VillageFacts =
    (&'static str, &'static str, &'static str, &'static [&'static str], usize, usize, usize, usize);
const VILLAGES: &[VillageFacts] = &[
    ("场镇社区", "场镇", "社区", &["青峰场社区"], 5, 6, 2, 4),
    ("凌阁堂村", "凌阁堂", "村", &[], 3, 6, 1, 0),
    ("胡豆坪村", "胡豆坪", "村", &[], 4, 7, 2, 0),
    ("佛岩寺村", "佛岩寺", "村", &[], 4, 6, 2, 0),
    ("牌坊坝村", "牌坊坝", "村", &[], 3, 5, 1, 0),
    ("莲花石", "莲花石", "", &["莲花石村"], 3, 6, 1, 0),
];

/// Word, kind, name, short name, other names, relation, the plan's word.
type OrgFacts =
    (&'static str, OrgKind, &'static str, &'static str, &'static [&'static str], Relation, &'static str);
const ORGS: &[OrgFacts] = &[
    ("town", OrgKind::TownGov, "青峰镇人民政府", "镇政府", &[], Relation::Town, "org:town_gov"),
    ("committee", OrgKind::Committee, "青峰镇消防安全委员会", "消安委", &[], Relation::Town, ""),
    (
        "committee_office",
        OrgKind::Office,
        "青峰镇消防安全委员会办公室",
        "消安办",
        &["消安办"],
        Relation::Town,
        "org:committee_office",
    ),
    (
        "workstation",
        OrgKind::Workstation,
        "青峰镇消防工作站",
        "消防工作站",
        &[],
        Relation::Town,
        "org:workstation",
    ),
    ("emergency", OrgKind::Dept, "应急办", "应急办", &[], Relation::Town, "org:emergency_office"),
    ("economy", OrgKind::Dept, "经发办", "经发办", &["经济发展办公室"], Relation::Town, "org:economy_office"),
    ("civil", OrgKind::Dept, "民政和社会事务办", "民政办", &[], Relation::Town, "org:civil_office"),
    ("agri", OrgKind::Dept, "农业服务中心", "农服中心", &[], Relation::Town, "org:agri_center"),
    ("planning", OrgKind::Dept, "规建办", "规建办", &["城建办"], Relation::Town, "org:planning_office"),
    ("land", OrgKind::Dept, "规资所", "规资所", &[], Relation::Branch, "org:land_office"),
    (
        "police",
        OrgKind::Police,
        "青峰派出所",
        "派出所",
        &["公安派出所"],
        Relation::District,
        "org:police_station",
    ),
    (
        "fire_rescue",
        OrgKind::FireRescue,
        "区消防救援机构",
        "区消防",
        &[],
        Relation::District,
        "org:fire_rescue",
    ),
];

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏\
                        苏吕丁任卢姚沈钟姜崔谭陆汪范廖石金韦贾夏付方邹熊白孟秦邱江尹薛闫段雷侯龙黎史陶贺毛郝顾龚邵";
const GIVEN: &[&str] = &[
    "国强", "秀英", "建军", "桂兰", "志明", "春梅", "永康", "素芬", "大勇", "晓燕", "世平", "玉珍", "光辉",
    "丽华", "正德", "小红", "文斌", "淑芳", "德贵", "红霞", "长江", "翠兰", "明远", "凤琴", "立新", "雪梅",
    "朝阳", "兴福", "家祥", "小兰", "中华", "桂芳", "天佑", "美玲", "学文", "碧华", "昌林", "云霞", "定国",
];
const NUMERALS: &[&str] = &["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// A day when somebody left a post and another came.
const CHANGE: (i32, u32, u32) = (2026, 3, 1);

/// A department's head changed; the new one was named a member of the committee only five weeks later.
const HEAD_LEFT: (i32, u32, u32) = (2026, 5, 10);
const HEAD_MEMBER: (i32, u32, u32) = (2026, 6, 15);
/// One department joined the committee later than the others.
const JOINED: (i32, u32, u32) = (2025, 4, 1);
/// The village whose station chief left, and when.
const CHIEF_LEFT: (usize, (i32, u32, u32)) = (6, (2026, 10, 20));
/// Villages that found too few people for the station, and for the brigade.
const FEW_MEMBERS: usize = 5;
const FEW_VOLUNTEERS: usize = 3;
/// One of the two welfare contracts runs out: the program warns a month before.
const WELFARE_ENDS: (i32, u32, u32) = (2026, 12, 15);

/// The sample town before it has places.
pub fn roster() -> Roster {
    let mut town = Builder::default();
    town.territory(TOWN, Level::Town, None, "青峰镇", "青峰", "镇", &[]);
    for (word, kind, name, short, aliases, relation, label) in ORGS {
        town.org(word, *kind, (name, short), aliases, *relation, label, TOWN);
    }
    town.government();
    town.workstation();
    town.departments();
    for (n, facts) in (1..).zip(VILLAGES) {
        town.village(n, facts);
    }
    town.committee_members();
    town.forces();
    town.roster
}

#[derive(Default)]
struct Builder {
    roster: Roster,
    certificates: usize,
}

fn on((year, month, of): (i32, u32, u32)) -> Date {
    day(year, month, of)
}

fn day(year: i32, month: u32, day: u32) -> Date {
    Date::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn start() -> Date {
    day(2025, 1, 1)
}

fn numeral(n: usize) -> &'static str {
    NUMERALS.get(n).copied().unwrap_or_default()
}

fn org_id(word: &str) -> OrgId {
    id(&format!("org:{word}")).into()
}

impl Builder {
    #[expect(clippy::too_many_arguments, reason = "one line of a table")]
    fn territory(
        &mut self,
        code: &str,
        level: Level,
        parent: Option<&str>,
        name: &str,
        short: &str,
        kind: &str,
        aliases: &[&str],
    ) {
        let above = parent.map(|parent| self.path(parent));
        self.roster.territories.push(Territory {
            code: code.into(),
            level,
            parent: parent.map(Into::into),
            path: above.map_or(code.to_owned(), |above| format!("{above}/{code}")),
            name: name.to_owned(),
            short_name: short.to_owned(),
            kind: kind.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            provisional: level != Level::Town,
        });
    }

    fn path(&self, code: &str) -> String {
        let code = TerritoryCode::from(code);
        let known = self.roster.territories.iter().find(|node| node.code == code);
        known.map(|node| node.path.clone()).unwrap_or_default()
    }

    #[expect(clippy::too_many_arguments, reason = "one line of a table")]
    fn org(
        &mut self,
        word: &str,
        kind: OrgKind,
        (name, short): (&str, &str),
        aliases: &[&str],
        relation: Relation,
        label: &str,
        territory: &str,
    ) {
        self.roster.orgs.push(Org {
            id: org_id(word),
            kind,
            name: name.to_owned(),
            short_name: short.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            relation,
            label: label.to_owned(),
            territory: territory.into(),
            active: true,
        });
    }

    /// Somebody new, with a name nobody else has.
    fn person(&mut self, word: &str) -> PersonId {
        let n = self.roster.persons.len();
        let surnames: Vec<char> = SURNAMES.chars().collect();
        // Both strides share no factor with the lengths, so that no pair comes twice.
        let surname = surnames.get(n % surnames.len().max(1)).copied().unwrap_or('王');
        let given = GIVEN.get((n * 7) % GIVEN.len()).copied().unwrap_or_default();
        let person = PersonId::from(id(&format!("person:{word}")));
        self.roster.persons.push(Person {
            id: person.clone(),
            name: format!("{surname}{given}"),
            phone: format!("1380000{:04}", 1001 + n),
            office_phone: format!("023-0000{:04}", 1001 + n / 8),
            active: true,
        });
        person
    }

    fn post(&mut self, word: &str, role: Role, org: &str, territory: &str, name: &str, most: Option<u32>) {
        self.roster.posts.push(Post {
            id: id(&format!("post:{word}")).into(),
            role,
            org: org_id(org),
            territory: territory.into(),
            name: name.to_owned(),
            min_n: 1,
            max_n: most,
            active: true,
        });
    }

    fn hold(&mut self, person: &PersonId, post: &str, from: Date, to: Option<Date>) {
        let post_id = id(&format!("post:{post}"));
        let Some(post) = self.roster.posts.iter().find(|one| one.id.as_str() == post_id).cloned() else {
            return;
        };
        let n = self.roster.assignments.len();
        self.roster.assignments.push(Assignment {
            away: Vec::new(),
            id: id(&format!("assignment:{n}:{person}:{post_id}")).into(),
            person: person.clone(),
            path: self.path(post.territory.as_str()),
            post: post.id,
            role: post.role,
            org: post.org,
            territory: post.territory,
            place: None,
            acting: false,
            from,
            to,
            basis: BASIS.to_owned(),
        });
    }

    /// A post with one new person on it since the beginning.
    fn filled(&mut self, word: &str, role: Role, org: &str, territory: &str, name: &str) -> PersonId {
        self.post(word, role, org, territory, name, Some(1));
        let person = self.person(word);
        self.hold(&person, word, start(), None);
        person
    }

    fn login(&mut self, login: &str, person: &PersonId) {
        self.roster.logins.push((login.to_owned(), person.clone()));
    }

    fn certificate(&mut self, person: &PersonId, kind: CertificateKind, until: Option<Date>) {
        self.certificates += 1;
        let number = format!("演示-{:04}", self.certificates);
        self.roster.certificates.push(Certificate {
            id: id(&format!("certificate:{number}")).into(),
            person: person.clone(),
            kind,
            number,
            issuer: match kind {
                // Source: the plan, clause 11.
                CertificateKind::FireTrainingGrid => "区消防救援机构".to_owned(),
                _ => "演示发证机关".to_owned(),
            },
            issued_on: start(),
            expires_on: until,
            scope: "演示数据：青峰镇".to_owned(),
            revoked: None,
        });
    }

    /// Clause 8: first, main and other responsible leaders. Clause 1: the committee.
    fn government(&mut self) {
        let mayor = self.filled("mayor", Role::CommitteeDirector, "committee", TOWN, "消安委主任（镇长）");
        self.post("agency", Role::AgencyHead, "town", TOWN, "行政机关负责人", Some(1));
        self.hold(&mayor, "agency", start(), None);
        let leader = self.filled("leader", Role::LeaderInCharge, "town", TOWN, "分管领导");
        self.post("deputy", Role::CommitteeDeputy, "committee", TOWN, "消安委副主任", None);
        self.hold(&leader, "deputy", start(), None);
        self.filled("party", Role::PartySecretary, "town", TOWN, "镇党委书记");
        for n in 1..=4 {
            let word = format!("other{n}");
            self.filled(&word, Role::LeaderOther, "town", TOWN, "班子其他成员");
        }
        let legal = self.filled("legal", Role::LegalReviewer, "town", TOWN, "法制审核人员");
        let auditor = self.filled("auditor", Role::Auditor, "town", TOWN, "纪检督查");
        let admin = self.filled("admin", Role::SysAdmin, "town", TOWN, "系统管理员");
        self.filled("district", Role::DistrictFire, "fire_rescue", TOWN, "区消防救援机构联络人");
        for (login, person) in [
            ("admin", &admin),
            ("mayor", &mayor),
            ("leader", &leader),
            ("auditor", &auditor),
            ("legal", &legal),
        ] {
            self.login(login, person);
        }
    }

    /// Clause 1: the workstation is staffed by the emergency office, and two public-welfare posts. Clause 11: two with an
    /// enforcement certificate.
    fn workstation(&mut self) {
        let head = self.filled("head", Role::OfficeHead, "workstation", TOWN, "消防工作站负责人");
        self.post("emergency_head", Role::DeptHead, "emergency", TOWN, "应急办负责人", Some(1));
        self.hold(&head, "emergency_head", start(), None);
        let clerk = self.filled("clerk", Role::OfficeClerk, "workstation", TOWN, "专管员");
        self.post("emergency_staff", Role::DeptInspector, "emergency", TOWN, "应急办工作人员", None);
        let staff = self.person("emergency1");
        self.hold(&staff, "emergency_staff", start(), None);
        self.post("clerks", Role::OfficeClerk, "workstation", TOWN, "专管员（应急办工作人员兼）", None);
        let second = self.person("emergency2");
        self.hold(&second, "emergency_staff", start(), None);
        self.hold(&second, "clerks", start(), None);
        for n in 1..=2 {
            self.filled(&format!("welfare{n}"), Role::WelfarePost, "workstation", TOWN, "公益性岗位人员");
        }
        self.ends("welfare2", on(WELFARE_ENDS));
        self.post("officers", Role::EnforcementOfficer, "workstation", TOWN, "消防行政执法人员", None);
        self.least("officers", 2);
        for n in 1..=2 {
            let officer = self.person(&format!("officer{n}"));
            self.hold(&officer, "officers", start(), None);
            self.certificate(&officer, CertificateKind::EnforcementCert, Some(day(2029, 12, 31)));
            self.certificate(&officer, CertificateKind::FireTrainingGrid, None);
            self.login(if n == 1 { "officer" } else { "officer2" }, &officer);
        }
        self.login("head", &head);
        self.login("clerk", &clerk);
    }

    /// Clauses 10 and 12.
    fn departments(&mut self) {
        for (word, name) in [
            ("economy", "经发办"),
            ("civil", "民政和社会事务办"),
            ("agri", "农业服务中心"),
            ("planning", "规建办"),
            ("land", "规资所"),
        ] {
            let head = format!("{word}_head");
            self.filled(&head, Role::DeptHead, word, TOWN, &format!("{name}负责人"));
            let inspectors = format!("{word}_inspector");
            self.post(&inspectors, Role::DeptInspector, word, TOWN, &format!("{name}检查员"), None);
            for n in 1..=2 {
                let person = self.person(&format!("{inspectors}{n}"));
                self.hold(&person, &inspectors, start(), None);
                if n == 1 && matches!(word, "economy" | "civil") {
                    self.login(&format!("dept-{word}"), &person);
                }
            }
        }
        self.post("police", Role::PoliceOfficer, "police", TOWN, "派出所消防民警", Some(2));
        for n in 1..=2 {
            let police = self.person(&format!("police{n}"));
            self.hold(&police, "police", start(), None);
            self.certificate(&police, CertificateKind::PoliceQual, None);
            if n == 1 {
                self.login("police", &police);
            }
        }
    }

    /// Clause 1: every department's head is a member of the committee. Last, so that nobody's name changes by it.
    fn committee_members(&mut self) {
        self.post("members", Role::CommitteeMember, "committee", TOWN, "消安委成员（部门负责人）", None);
        self.least("members", 6);
        self.ends("planning_head", on(HEAD_LEFT));
        let new = self.person("planning_head-new");
        self.hold(&new, "planning_head", on(HEAD_LEFT).succ_opt().unwrap_or_default(), None);
        self.hold(&new, "members", on(HEAD_MEMBER), None);
        for (word, from, to) in [
            ("head", start(), None),
            ("economy_head", start(), None),
            ("civil_head", start(), None),
            ("agri_head", start(), None),
            ("planning_head", start(), Some(on(HEAD_LEFT))),
            ("land_head", on(JOINED), None),
        ] {
            let person = PersonId::from(id(&format!("person:{word}")));
            self.hold(&person, "members", from, to);
        }
    }

    /// How many a post asks for at least.
    fn least(&mut self, post: &str, min_n: u32) {
        let post = id(&format!("post:{post}"));
        if let Some(found) = self.roster.posts.iter_mut().find(|one| one.id.as_str() == post) {
            found.min_n = min_n;
        }
    }

    /// Whoever is on a post leaves it on a day.
    fn ends(&mut self, post: &str, last: Date) {
        let post = id(&format!("post:{post}"));
        for held in self.roster.assignments.iter_mut().filter(|held| held.post.as_str() == post) {
            held.to = Some(last);
        }
    }

    /// Clauses 2, 3, 8 and 9: what a village has.
    fn village(&mut self, n: usize, facts: &VillageFacts) {
        let (name, short, kind, aliases, grids, groups, staff, buildings) = *facts;
        let code = format!("500118100P{n:02}");
        let word = format!("village{n}");
        self.territory(&code, Level::Village, Some(TOWN), name, short, kind, aliases);
        self.org(&word, OrgKind::Village, (name, short), aliases, Relation::Town, "", &code);
        let secretary = self.filled(
            &format!("secretary{n}"),
            Role::VillageSecretary,
            &word,
            &code,
            &format!("{name}书记（消防工作小组组长）"),
        );
        let committee = format!("committee{n}");
        self.post(&committee, Role::VillageCommittee, &word, &code, &format!("{name}两委成员"), None);
        for one in 1..=3 {
            let person = self.person(&format!("{committee}-{one}"));
            self.hold(&person, &committee, start(), None);
        }
        let office = format!("staff{n}");
        self.post(&office, Role::VillageStaff, &word, &code, &format!("{name}专兼职消防员"), Some(2));
        let mut first_staff = None;
        for one in 1..=staff {
            let person = self.person(&format!("{office}-{one}"));
            self.hold(&person, &office, start(), None);
            first_staff.get_or_insert(person);
        }
        let codes: Vec<String> = (1..=grids).map(|grid| format!("{code}{grid:03}")).collect();
        let mut first_manager = None;
        for (grid, grid_code) in (1..).zip(&codes) {
            let label = format!("{short}第{}网格", numeral(grid - 1));
            self.territory(grid_code, Level::Grid, Some(&code), &label, &label, "", &[]);
            let manager = self.grid_manager(&word, n, grid, grid_code, &label);
            first_manager.get_or_insert(manager);
        }
        self.fire_managers(&word, n, name, &codes, groups, buildings);
        self.station(&word, n, name, &code);
        if n == 1 {
            self.login("secretary1", &secretary);
            if let Some(person) = first_staff {
                self.login("staff1", &person);
            }
            if let Some(person) = first_manager {
                self.login("grid1", &person);
                // Clause 11: grid managers chosen to help those who enforce.
                self.post("assistant", Role::EnforcementAssistant, "workstation", TOWN, "协助执法人员", None);
                self.hold(&person, "assistant", start(), None);
            }
        }
    }

    /// A grid's manager, who is trained first. In one village the second grid changed hands.
    fn grid_manager(&mut self, org: &str, village: usize, n: usize, code: &str, label: &str) -> PersonId {
        let post = format!("grid{village}-{n}");
        self.post(&post, Role::GridManager, org, code, &format!("{label}网格管理员"), Some(1));
        let change = on(CHANGE);
        if (village, n) == (3, 2) {
            let before = self.person(&format!("{post}-before"));
            self.certificate(&before, CertificateKind::FireTrainingGrid, None);
            self.hold(&before, &post, start(), change.pred_opt());
        }
        let manager = self.person(&post);
        self.certificate(&manager, CertificateKind::FireTrainingGrid, None);
        self.hold(&manager, &post, if (village, n) == (3, 2) { change } else { start() }, None);
        manager
    }

    /// Leaders of villager groups and heads of buildings. One post has been vacant since summer.
    fn fire_managers(
        &mut self,
        org: &str,
        village: usize,
        name: &str,
        grids: &[String],
        groups: usize,
        buildings: usize,
    ) {
        for group in 1..=groups {
            let Some(grid) = grids.get((group - 1) % grids.len().max(1)) else { return };
            let code = format!("{grid}-Z{group:02}");
            let label = format!("{name}{}组", numeral(group - 1));
            self.territory(&code, Level::Group, Some(grid), &label, &label, "", &[]);
            let post = format!("group{village}-{group}");
            self.post(&post, Role::FireManager, org, &code, &format!("{label}消防管理员（组长）"), Some(1));
            let person = self.person(&post);
            let left = ((village, group) == (4, 5)).then(|| day(2026, 6, 30));
            self.hold(&person, &post, start(), left);
        }
        for building in 1..=buildings {
            let Some(grid) = grids.get((building - 1) % grids.len().max(1)) else { return };
            let code = format!("{grid}-L{building:02}");
            let house = format!("{name}{building}号楼");
            self.territory(&code, Level::Building, Some(grid), &house, &house, "", &[]);
            let post = format!("building{village}-{building}");
            self.filled(&post, Role::FireManager, org, &code, &format!("{house}消防管理员（楼栋长）"));
        }
    }

    /// Clause 3: micro station and volunteers.
    fn station(&mut self, org: &str, n: usize, name: &str, code: &str) {
        let chief = format!("station{n}");
        self.post(&chief, Role::StationChief, org, code, &format!("{name}微型消防站站长"), Some(1));
        let person = self.person(&chief);
        // One chief left and nobody has come.
        self.hold(&person, &chief, start(), (n == CHIEF_LEFT.0).then(|| on(CHIEF_LEFT.1)));
        let members = format!("station-members{n}");
        self.post(&members, Role::StationMember, org, code, &format!("{name}微型消防站队员"), None);
        self.filled(&format!("brigade{n}"), Role::BrigadeLeader, org, code, &format!("{name}志愿消防队队长"));
        let volunteers = format!("volunteers{n}");
        self.post(&volunteers, Role::Volunteer, org, code, &format!("{name}志愿消防队队员"), None);
        for one in 1..=3 {
            let member = self.person(&format!("{members}-{one}"));
            self.hold(&member, &members, start(), None);
            // Who is called answers under a login of his own.
            if (n, one) == (1, 1) {
                self.login("station1", &member);
            }
            let volunteer = self.person(&format!("{volunteers}-{one}"));
            self.hold(&volunteer, &volunteers, start(), None);
        }
    }

    /// Clause 3 again: enough people in most villages, two key units and a compound with stations of their own, and the
    /// town's station (clause 6). Who is added here comes last, so that nobody before is called anything else.
    fn forces(&mut self) {
        self.crew(
            "town-station",
            (Role::StationChief, Role::StationMember),
            "workstation",
            TOWN,
            "镇消防站",
            6,
        );
        for n in 1..=VILLAGES.len() {
            let members = format!("station-members{n}");
            for one in 4..=(if n == FEW_MEMBERS { 3 } else { 5 }) {
                let member = self.person(&format!("{members}-{one}"));
                self.hold(&member, &members, start(), None);
            }
            let volunteers = format!("volunteers{n}");
            for one in 4..=(if n == FEW_VOLUNTEERS { 3 } else { 6 }) {
                let volunteer = self.person(&format!("{volunteers}-{one}"));
                self.hold(&volunteer, &volunteers, start(), None);
            }
        }
        let market = self.roster.territories.iter().find(|node| node.level == Level::Village);
        let Some(market) = market.map(|node| node.code.to_string()) else { return };
        let station = (Role::StationChief, Role::StationMember);
        let brigade = (Role::BrigadeLeader, Role::Volunteer);
        for (word, roles, name, members) in [
            ("unit-station1", station, "重点单位一微型消防站", 5),
            ("unit-brigade1", brigade, "重点单位一志愿消防队", 5),
            ("unit-station2", station, "重点单位二微型消防站", 5),
            ("compound-station", station, "梧桐苑小区微型消防站", 5),
        ] {
            self.crew(word, roles, "village1", &market, name, members);
        }
        // Clause 7: the agricultural centre's own brigade for the woods.
        self.crew("forest", brigade, "agri", &market, "森林防灭火队", 7);
    }

    fn crew(&mut self, word: &str, roles: (Role, Role), org: &str, code: &str, name: &str, members: usize) {
        let head = if roles.0 == Role::BrigadeLeader { "队长" } else { "站长" };
        self.filled(word, roles.0, org, code, &format!("{name}{head}"));
        let others = format!("{word}-members");
        self.post(&others, roles.1, org, code, &format!("{name}队员"), None);
        for one in 1..=members {
            let member = self.person(&format!("{others}-{one}"));
            self.hold(&member, &others, start(), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::org::{committee_gaps, staffing};

    use super::*;

    #[test]
    fn everybody_has_a_name_and_an_id_of_his_own() {
        let town = roster();
        let names: BTreeSet<_> = town.persons.iter().map(|person| &person.name).collect();
        let persons: BTreeSet<_> = town.persons.iter().map(|person| &person.id).collect();
        let posts: BTreeSet<_> = town.posts.iter().map(|post| &post.id).collect();
        let held: BTreeSet<_> = town.assignments.iter().map(|held| &held.id).collect();
        assert_eq!((names.len(), persons.len()), (town.persons.len(), town.persons.len()));
        assert_eq!((posts.len(), held.len()), (town.posts.len(), town.assignments.len()));
        assert!(
            town.assignments.iter().all(|one| persons.contains(&one.person) && posts.contains(&one.post))
        );
        assert!(town.assignments.iter().all(|one| one.path.starts_with(TOWN)));
        assert_eq!(town, roster(), "the same every time");
    }

    #[test]
    fn the_posts_the_plan_asks_for_are_filled_but_one() {
        let town = roster();
        let on = day(2026, 9, 1);
        assert!(committee_gaps(&town.orgs, &town.assignments, on).is_empty(), "the committee is whole again");
        for (text, n) in [((2025, 2, 1), 1), ((2025, 5, 1), 0), ((2026, 5, 20), 1)] {
            let gaps = committee_gaps(&town.orgs, &town.assignments, super::on(text));
            assert_eq!(gaps.len(), n, "{text:?} {gaps:?}");
        }
        let vacant: Vec<_> = town
            .posts
            .iter()
            .filter(|post| staffing(post, &town.assignments, &town.certificates, on).missing > 0)
            .map(|post| post.name.as_str())
            .collect();
        assert_eq!(vacant, ["佛岩寺村五组消防管理员（组长）"]);
        let with = |role: Role| {
            let on_it = town.assignments.iter().filter(|held| held.role == role && held.is_valid_on(on));
            on_it.map(|held| &held.person).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(
            (with(Role::WelfarePost), with(Role::EnforcementOfficer), with(Role::PoliceOfficer)),
            (2, 2, 2)
        );
        assert_eq!((with(Role::VillageSecretary), with(Role::GridManager)), (6, 22));
        let kinds: Vec<_> = town
            .territories
            .iter()
            .filter(|node| node.level == Level::Village)
            .map(|node| &node.kind)
            .collect();
        assert_eq!(kinds, ["社区", "村", "村", "村", "村", ""]);
        let logins: Vec<_> = town.logins.iter().map(|(login, _)| login.as_str()).collect();
        for login in [
            "admin",
            "head",
            "clerk",
            "leader",
            "mayor",
            "secretary1",
            "staff1",
            "grid1",
            "station1",
            "dept-economy",
            "dept-civil",
            "police",
            "officer",
            "officer2",
            "legal",
            "auditor",
        ] {
            assert!(logins.contains(&login), "{login}");
        }
    }
}
