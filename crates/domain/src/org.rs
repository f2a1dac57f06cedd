//! Organisations, the territory tree, persons, posts and dated assignments. A post exists whether or not somebody holds
//! it; a person's rights come from the assignments valid on the day. What does not belong here: what a role may do
//! (`policy`).

use serde::{Deserialize, Serialize};

use crate::ids::{AssignmentId, CertificateId, OrgId, PersonId, PlaceId, PostId, TerritoryCode};
use crate::time::Date;

pub use away::Away;
pub use complete::{CommitteeGap, committee_days, committee_gaps, gaps_of_committees, together};
pub use staffing::{
    Cause, Light, Outlook, Shortage, Staffing, Stretch, needed_certificate, outlook, staffing, staffing_line,
};
pub use territory::{Closing, Holds, check_code};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $code:literal $label:literal)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* #[doc = $label] $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Stable code, as kept and sent.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The word people read.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The one with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

pub(crate) use words;
mod away;
mod complete;
pub mod order;
// After the macro, which it uses.
mod staffing;
mod territory;

words! {
    /// What a person is called for while he acts. Source: handbook of the field, roles; the plan's clauses 1–4, 8–12.
    Role {
        CommitteeDirector "committee_director" "消安委主任"
        CommitteeDeputy "committee_deputy" "消安委副主任"
        CommitteeMember "committee_member" "消安委成员"
        PartySecretary "party_secretary" "镇党委书记"
        LeaderInCharge "leader_in_charge" "分管领导"
        LeaderOther "leader_other" "班子其他成员"
        OfficeHead "office_head" "消防工作站负责人"
        OfficeClerk "office_clerk" "消安办专管员"
        WelfarePost "welfare_post" "公益性岗位人员"
        DeptHead "dept_head" "部门负责人"
        DeptInspector "dept_inspector" "部门检查员"
        VillageSecretary "village_secretary" "村（社区）书记"
        VillageCommittee "village_committee" "村（社区）两委成员"
        VillageStaff "village_staff" "村专兼职消防员"
        FireManager "fire_manager" "消防管理员"
        GridManager "grid_manager" "网格管理员"
        GridWorker "grid_worker" "专兼职网格员"
        EnforcementAssistant "enforcement_assistant" "协助执法人员"
        PoliceOfficer "police_officer" "派出所消防民警"
        EnforcementOfficer "enforcement_officer" "消防行政执法人员"
        LegalReviewer "legal_reviewer" "法制审核人员"
        AgencyHead "agency_head" "行政机关负责人"
        StationChief "station_chief" "微型消防站站长"
        StationMember "station_member" "微型消防站队员"
        BrigadeLeader "brigade_leader" "志愿消防队队长"
        Volunteer "volunteer" "志愿者"
        UnitResponsible "unit_responsible" "单位消防安全责任人"
        UnitManager "unit_manager" "单位消防安全管理人"
        PropertyManager "property_manager" "物业管理人"
        Landlord "landlord" "出租人"
        ThirdParty "third_party" "消防技术服务人员"
        DistrictFire "district_fire" "区消防救援机构"
        DistrictDept "district_dept" "区级部门"
        DistrictOffice "district_office" "区消安办"
        Auditor "auditor" "纪检督查"
        SysAdmin "sys_admin" "系统管理员"
    }
}

words! {
    /// What an organisation is.
    OrgKind {
        TownGov "town_gov" "镇政府"
        Committee "committee" "委员会"
        Office "office" "办公室"
        Workstation "workstation" "工作站"
        Dept "dept" "部门"
        Village "village" "村（社区）"
        Police "police" "派出所"
        FireRescue "fire_rescue" "消防救援机构"
        Unit "unit" "单位"
        Station "station" "站"
        Brigade "brigade" "队"
    }
}

impl OrgKind {
    /// Whether it draws up plans of inspections: it governs or answers for places. Firms, stations and brigades go where
    /// they are sent, the committee decides and the fire rescue organ has plans of its own.
    pub fn plans_inspections(self) -> bool {
        match self {
            Self::TownGov | Self::Office | Self::Workstation | Self::Dept | Self::Village | Self::Police => {
                true
            }
            Self::Committee | Self::FireRescue | Self::Unit | Self::Station | Self::Brigade => false,
        }
    }
}

words! {
    /// Whether the town may command it. Source: handbook of the field, tension T6.
    Relation {
        Town "town" "镇属"
        Branch "branch" "区级延伸"
        District "district" "区级"
        Social "social" "社会"
    }
}

words! {
    /// A floor of the territory tree.
    Level {
        District "district" "区县"
        Town "town" "乡镇"
        Village "village" "村（社区）"
        Grid "grid" "网格"
        Group "group" "村民小组"
        Building "building" "楼栋"
    }
}

/// Whether a territory path is `whole` or lies below it: `town/village/grid` lies in `town/village`.
pub fn lies_in(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// 辖区: a node of the territory tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Territory {
    /// Code: the state's twelve digits where known, otherwise provisional.
    pub code: TerritoryCode,
    /// Floor.
    pub level: Level,
    /// The node above; none at the top.
    pub parent: Option<TerritoryCode>,
    /// Codes from the town down to this node, joined by `/`.
    pub path: String,
    /// Full name.
    pub name: String,
    /// Name for narrow columns.
    pub short_name: String,
    /// `村` or `社区`; empty when the source does not say.
    pub kind: String,
    /// Other names in use.
    pub aliases: Vec<String>,
    /// The code is our own until the state's is known.
    pub provisional: bool,
}

/// 机构.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Id.
    pub id: OrgId,
    /// Kind.
    pub kind: OrgKind,
    /// Full name.
    pub name: String,
    /// Name for narrow columns.
    pub short_name: String,
    /// Other names in use, as 城建办 for 规建办.
    pub aliases: Vec<String>,
    /// Whether the town may command it.
    pub relation: Relation,
    /// The word plans call it by, as `org:police_station`; empty when none does.
    pub label: String,
    /// Where it works.
    pub territory: TerritoryCode,
    /// Whether it exists today.
    pub active: bool,
}

/// 存续: since when an organisation or a post is there, and since when it is no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// 设立日期: first day; none where nobody knows, and then it always was.
    pub founded_on: Option<Date>,
    /// 撤销日期: the first day on which it is no more; none while it is there.
    pub closed_on: Option<Date>,
}

impl Life {
    /// Whether it was there on a day. Of what was closed before the day was kept nobody knows until when.
    pub fn is_there(self, is_active: bool, on: Date) -> bool {
        let is_over = match self.closed_on {
            Some(closed) => closed <= on,
            None => !is_active,
        };
        !is_over && self.founded_on.is_none_or(|founded| founded <= on)
    }

    /// Checks the days of something that is there today or no more; what ends without a day ends today.
    ///
    /// Errors: a day that has not come; it would end before it began.
    pub fn checked(self, is_active: bool, today: Date) -> Result<Self, OrgRefusal> {
        let closed_on = if is_active { None } else { Some(self.closed_on.unwrap_or(today)) };
        if [self.founded_on, closed_on].into_iter().flatten().any(|day| day > today) {
            return Err(OrgRefusal::NotYet);
        }
        match (self.founded_on, closed_on) {
            (Some(founded), Some(closed)) if closed < founded => {
                Err(OrgRefusal::ClosedBeforeFounded { founded })
            }
            _ => Ok(Self { closed_on, ..self }),
        }
    }
}

/// 人员.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// 姓名.
    pub name: String,
    /// Personal mobile; shown masked, revealed with a reason.
    pub phone: String,
    /// 办公电话, which may be posted.
    pub office_phone: String,
    /// Whether still with us.
    pub active: bool,
}

/// 岗位: exists whether or not somebody holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Id.
    pub id: PostId,
    /// What its holder is.
    pub role: Role,
    /// Organisation.
    pub org: OrgId,
    /// Where it reaches.
    pub territory: TerritoryCode,
    /// Name, as 村党总支书记.
    pub name: String,
    /// Fewest holders. Source: the plan, with maximum apart (T17).
    pub min_n: u32,
    /// Most holders; none where nothing says.
    pub max_n: Option<u32>,
    /// Whether it still exists.
    pub active: bool,
}

/// 任职: a person on a post for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Id.
    pub id: AssignmentId,
    /// Who.
    pub person: PersonId,
    /// Which post.
    pub post: PostId,
    /// What he is by it.
    pub role: Role,
    /// For which organisation.
    pub org: OrgId,
    /// Where.
    pub territory: TerritoryCode,
    /// Path of that territory.
    pub path: String,
    /// The one place, for a unit's own people.
    pub place: Option<PlaceId>,
    /// Acting for somebody.
    pub acting: bool,
    /// First day.
    pub from: Date,
    /// Last day; none while it runs.
    pub to: Option<Date>,
    /// 依据文件.
    pub basis: String,
    /// When he is away, in order; he stays the holder.
    #[serde(default)]
    pub away: Vec<Away>,
}

impl Assignment {
    /// Whether it is valid on a day, both ends included.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|last| day <= last)
    }

    /// Ends it on its last day.
    ///
    /// Errors: it has ended already, or the day lies before its first.
    pub fn end(mut self, last: Date) -> Result<Self, OrgRefusal> {
        if self.to.is_some() {
            return Err(OrgRefusal::AlreadyEnded);
        }
        if last < self.from {
            return Err(OrgRefusal::EndBeforeStart { from: self.from });
        }
        self.to = Some(last);
        Ok(self)
    }
}

impl Role {
    /// Other words people write for it in their ledgers. Source: handbook of the field, roles and synonyms.
    pub fn spellings(self) -> &'static [&'static str] {
        match self {
            Self::CommitteeDirector => &["镇长"],
            Self::OfficeHead => &["消安办负责人", "工作站负责人", "消防工作站站长"],
            Self::OfficeClerk => &["消防专管员", "专管员", "专管人员"],
            Self::WelfarePost => &["公益性岗位"],
            Self::DeptInspector => &["检查员"],
            Self::VillageSecretary => &["村书记", "社区书记", "党支部书记"],
            Self::VillageStaff => &["村消防员"],
            Self::FireManager => &["小组长", "楼栋长", "村民小组长", "居民小组长"],
            Self::GridManager => &["驻村干部", "网格长"],
            Self::GridWorker => &["网格员", "专职网格员", "兼职网格员"],
            Self::PoliceOfficer => &["派出所民警", "民警", "消防民警"],
            Self::EnforcementOfficer => &["执法人员"],
            Self::StationChief => &["微站站长"],
            Self::StationMember => &["微站队员"],
            Self::BrigadeLeader => &["志愿消防队长"],
            Self::Volunteer => &["志愿消防队员"],
            Self::UnitResponsible => &["消防安全责任人", "单位责任人"],
            Self::UnitManager => &["消防安全管理人", "单位管理人"],
            Self::PropertyManager => &["楼院管理人"],
            _ => &[],
        }
    }
}

words! {
    /// What a certificate is. Source: handbook of the field, certificates.
    CertificateKind {
        EnforcementCert "enforcement_cert" "行政执法证"
        PoliceQual "police_qual" "公安机关人民警察执法资格"
        FireFacilityOperator "fire_facility_operator" "消防设施操作员证"
        FireTrainingGrid "fire_training_grid" "网格消防培训合格证"
        LegalQualification "legal_qualification" "法律职业资格证"
        RegisteredFireEngineer "registered_fire_engineer" "注册消防工程师证"
        ElectricWelder "electric_welder" "特种作业操作证（动火）"
        DronePilot "drone_pilot" "无人机操控员执照"
    }
}

/// 证件: what a person may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Id.
    pub id: CertificateId,
    /// Whose.
    pub person: PersonId,
    /// Kind.
    pub kind: CertificateKind,
    /// 证号.
    pub number: String,
    /// 发证机关.
    pub issuer: String,
    /// First day.
    pub issued_on: Date,
    /// Last day; none where it does not run out.
    pub expires_on: Option<Date>,
    /// Region and category, as printed on it.
    pub scope: String,
    /// Since when it is taken back or lost, and why; none while it is not. Until then it counted.
    pub revoked: Option<Revocation>,
}

/// 作废: a certificate taken back, or lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// The first day it may not be shown.
    pub on: Date,
    /// Why.
    pub reason: String,
}

impl Certificate {
    /// Whether it may be shown on a day, both ends included.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.issued_on <= day && self.last_day().is_none_or(|last| day <= last)
    }

    /// The last day it may be shown: the one printed on it, or the one before it was taken back. None where neither is.
    pub fn last_day(&self) -> Option<Date> {
        let before = self.revoked.as_ref().and_then(|taken| taken.on.pred_opt());
        [self.expires_on, before].into_iter().flatten().min()
    }

    /// Whether it was taken back by a day.
    pub fn is_revoked_on(&self, day: Date) -> bool {
        self.revoked.as_ref().is_some_and(|taken| taken.on <= day)
    }

    /// Which of somebody's certificates of a kind is shown on a day: one in force before any other, then the one that lasts
    /// longest, for ever where it names no end. None taken back.
    pub fn to_show(own: &[Self], kind: CertificateKind, day: Date) -> Option<&Self> {
        own.iter()
            .filter(|one| one.kind == kind && !one.is_revoked_on(day))
            .max_by_key(|one| (one.is_valid_on(day), one.expires_on.unwrap_or(Date::MAX)))
    }
}

/// Why a change of people or posts is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrgRefusal {
    /// Ended before.
    #[error("这项任职已经结束，请新建任职")]
    AlreadyEnded,
    /// The last day lies before the first.
    #[error("离任日期不能早于任职日期 {from}，请核对")]
    EndBeforeStart {
        /// First day.
        from: Date,
    },
    /// The same person holds the post already.
    #[error("此人在这段时间已任该岗位，请核对起止日期")]
    AlreadyHolds,
    /// Somebody else holds a post that is for one only.
    #[error("该岗位只设一人，{from} 起已有人在任，请先办理交接，或登记为代理")]
    Occupied {
        /// Since when, or from when on.
        from: Date,
    },
    /// An absence that ends before it begins.
    #[error("请假的最后一天不能早于第一天，请核对")]
    AwayEnds,
    /// An absence outside of his time on the post.
    #[error("请假日期应在任职期间内，请核对起止日期")]
    AwayOutside,
    /// Two absences on one day.
    #[error("{from} 至 {to} 已登记请假，请核对日期")]
    AwayTwice {
        /// First day of the other.
        from: Date,
        /// Its last day.
        to: Date,
    },
    /// Not away from that day.
    #[error("没有这段请假，或已经结束，请刷新后核对")]
    NotAway,
    /// Founded or closed on a day that has not come.
    #[error("设立、撤销日期不能晚于今天，请核对")]
    NotYet,
    /// Closed before it was founded.
    #[error("撤销日期不能早于设立日期 {founded}，请核对")]
    ClosedBeforeFounded {
        /// First day.
        founded: Date,
    },
    /// A village's code that is none under this town.
    #[error("村（社区）代码是 {town} 加三位数字；还没有国家代码的勾选暂编码，写 {town} 加 P 和两位数字")]
    VillageCode {
        /// The town's first nine digits.
        town: String,
    },
    /// A code that does not go on from the one above.
    #[error("这一级的代码在上级代码 {above} 后面接数字；没有编码的勾选暂编码，用字母开头的代号")]
    PartCode {
        /// Code of the territory above.
        above: String,
    },
    /// Given up before.
    #[error("这个辖区已经停用，请刷新后核对")]
    TerritoryClosed,
    /// Taken up again, although it never ended.
    #[error("这个辖区没有停用，请刷新后核对")]
    TerritoryOpen,
    /// What the record is kept for cannot be given up.
    #[error("乡镇本身不能停用，请选择下面的辖区")]
    TownStays,
    /// Given up on a day that has not come.
    #[error("停用日期不能晚于今天，请核对")]
    ClosedLater,
    /// Given up without a reason.
    #[error("请写明停用或恢复的理由")]
    NoReason,
    /// Something still lies in it.
    #[error(
        "这一天辖区内还有下级辖区 {} 个、机构 {} 个、岗位 {} 个、任职 {} 项、场所 {} 处、名录 {} 份、设施 {} 处、队站 {} 支、设备 {} 台、路段 {} 条，请先迁出或撤销再停用",
        .0.below, .0.orgs, .0.posts, .0.assignments, .0.places, .0.lists, .0.facilities, .0.forces, .0.devices, .0.roads
    )]
    StillHolds(Holds),
}

impl OrgRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyEnded => "assignment.ended",
            Self::EndBeforeStart { .. } => "assignment.end_before_start",
            Self::AlreadyHolds => "assignment.already_holds",
            Self::Occupied { .. } => "assignment.occupied",
            Self::AwayEnds => "assignment.away_ends",
            Self::AwayOutside => "assignment.away_outside",
            Self::AwayTwice { .. } => "assignment.away_twice",
            Self::NotAway => "assignment.not_away",
            Self::VillageCode { .. } | Self::PartCode { .. } => "territory.code",
            Self::TerritoryClosed => "territory.closed",
            Self::TerritoryOpen => "territory.open",
            Self::TownStays => "territory.town_stays",
            Self::ClosedLater => "territory.closed_later",
            Self::NoReason => "territory.no_reason",
            Self::StillHolds(_) => "territory.still_holds",
            Self::NotYet => "org.not_yet",
            Self::ClosedBeforeFounded { .. } => "org.closed_before_founded",
        }
    }
}

/// Puts a person on a post. `others` are the assignments of the person and of the post, ended ones too.
///
/// Errors: he holds it already on one of those days; the post is for one and somebody else holds it then. Whoever acts
/// stands beside the holder. Source: T17, a larger maximum that is exceeded is information only.
pub fn appoint(new: Assignment, post: &Post, others: &[Assignment]) -> Result<Assignment, OrgRefusal> {
    if let Some(to) = new.to
        && to < new.from
    {
        return Err(OrgRefusal::EndBeforeStart { from: new.from });
    }
    let mut beside = others.iter().filter(|old| old.post == new.post && together(old, &new).is_some());
    if beside.clone().any(|old| old.person == new.person) {
        return Err(OrgRefusal::AlreadyHolds);
    }
    match beside.find(|old| !old.acting && !new.acting && post.max_n == Some(1)) {
        Some(old) => Err(OrgRefusal::Occupied { from: old.from }),
        None => Ok(new),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn held(person: &str, from: &str, to: Option<&str>) -> Assignment {
        Assignment {
            away: Vec::new(),
            id: format!("a-{person}-{from}").into(),
            person: person.into(),
            post: "post".into(),
            role: Role::VillageStaff,
            org: "village".into(),
            territory: "500118100201".into(),
            path: "500118100000/500118100201".to_owned(),
            place: None,
            acting: false,
            from: day(from),
            to: to.map(day),
            basis: String::new(),
        }
    }

    #[test]
    fn a_person_is_on_a_post_from_the_first_to_the_last_day() {
        let one = held("p", "2026-01-01", Some("2026-06-30"));
        for (on, is) in
            [("2025-12-31", false), ("2026-01-01", true), ("2026-06-30", true), ("2026-07-01", false)]
        {
            assert_eq!(one.is_valid_on(day(on)), is, "{on}");
        }
    }

    #[test]
    fn what_was_closed_was_there_until_then_and_what_is_founded_was_not_before() {
        let life =
            |from: Option<&str>, to: Option<&str>| Life { founded_on: from.map(day), closed_on: to.map(day) };
        for (life, is_active, on, is) in [
            (life(None, None), true, "1990-01-01", true),
            (life(None, None), false, "1990-01-01", false),
            (life(Some("2025-03-01"), None), true, "2025-02-28", false),
            (life(Some("2025-03-01"), None), true, "2025-03-01", true),
            (life(Some("2025-03-01"), Some("2026-01-01")), false, "2025-12-31", true),
            (life(None, Some("2026-01-01")), false, "2026-01-01", false),
        ] {
            assert_eq!(life.is_there(is_active, day(on)), is, "{life:?} {on}");
        }
        let today = day("2026-11-27");
        let checked = |one: Life, is_active| one.checked(is_active, today).map_err(|refusal| refusal.code());
        assert_eq!(checked(life(None, None), false), Ok(life(None, Some("2026-11-27"))), "ends today");
        assert_eq!(checked(life(None, Some("2026-01-01")), true), Ok(life(None, None)), "is there again");
        assert_eq!(checked(life(Some("2026-11-28"), None), true), Err("org.not_yet"));
        assert_eq!(checked(life(None, Some("2026-11-28")), false), Err("org.not_yet"));
        let backwards = life(Some("2026-02-01"), Some("2026-01-01"));
        assert_eq!(checked(backwards, false), Err("org.closed_before_founded"));
    }

    #[test]
    fn nobody_holds_the_same_post_twice_at_a_time() {
        let first = held("p", "2026-01-01", Some("2026-06-30"));
        let others = [first.clone()];
        let many = post(None);
        assert_eq!(appoint(held("p", "2026-06-30", None), &many, &others), Err(OrgRefusal::AlreadyHolds));
        assert!(appoint(held("p", "2026-07-01", None), &many, &others).is_ok());
        assert!(appoint(held("q", "2026-03-01", None), &many, &others).is_ok());
        assert_eq!(first.end(day("2026-03-01")), Err(OrgRefusal::AlreadyEnded));
        let open = held("p", "2026-01-01", None);
        assert_eq!(
            open.clone().end(day("2025-12-31")),
            Err(OrgRefusal::EndBeforeStart { from: day("2026-01-01") })
        );
        assert_eq!(open.end(day("2026-02-01")).expect("ends").to, Some(day("2026-02-01")));
    }

    fn post(max_n: Option<u32>) -> Post {
        Post {
            id: "post".into(),
            role: Role::VillageSecretary,
            org: "village".into(),
            territory: "500118100201".into(),
            name: "书记".to_owned(),
            min_n: 1,
            max_n,
            active: true,
        }
    }

    #[test]
    fn a_post_for_one_has_one_holder_at_a_time_and_who_acts_stands_beside() {
        let others = [held("p", "2026-01-01", Some("2026-06-30"))];
        let new = |from: &str, acting| Assignment { acting, ..held("q", from, None) };
        for (from, acting, most, refused) in [
            ("2026-06-30", false, Some(1), Some("assignment.occupied")),
            ("2026-07-01", false, Some(1), None),
            ("2026-03-01", true, Some(1), None),
            ("2026-03-01", false, Some(2), None),
            ("2026-03-01", false, None, None),
        ] {
            let outcome = appoint(new(from, acting), &post(most), &others);
            assert_eq!(outcome.err().map(|refusal| refusal.code()), refused, "{from} {acting} {most:?}");
        }
        let acting = [Assignment { acting: true, ..held("q", "2026-01-01", None) }];
        assert!(appoint(held("p", "2026-02-01", None), &post(Some(1)), &acting).is_ok());
    }

    #[test]
    fn every_code_is_its_own() {
        let codes: BTreeSet<_> = Role::ALL.iter().map(|role| role.code()).collect();
        assert_eq!(codes.len(), Role::ALL.len());
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(*role));
            assert_eq!(serde_json::to_value(role).expect("a word"), role.code());
        }
    }
}
