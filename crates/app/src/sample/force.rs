//! The sample town's forces: the town's station, a micro station and a brigade in each village, those of key units and of a
//! compound; kit counted month by month, one count late, one gap, one chief gone; a week of rosters, fourteen months of
//! patrols. What does not belong here: their people's names (`people`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Months};
use domain::force::{
    Acceptance, Away, Count, Dispatch, Duty, Force, ForceKind, Group, KitCheck, Member, Patrol, Served,
    Shift, Skill, Standard, Vehicle,
};
use domain::hazard::Position;
use domain::ids::{OrgId, PersonId, PlaceId, PostId, TerritoryCode};
use domain::org::{Assignment, Level, OrgKind};
use domain::place_list::{Entry, ListKind, PlaceList};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::force::{DutyRecord, ForceRecord, KitCheckRecord, PatrolRecord};
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};
use store::place_list::{EntryRecord, ListRecord};

use super::dice::Dice;
use super::{VILLAGES, id};
use crate::force::{monday, standards};
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// Months of history.
const MONTHS: u32 = 14;
/// What a patrol sees.
const SEEN: &[&str] = &[
    "沿村道步行巡查，提醒两户清走门前柴草",
    "到集市巡查，劝离占道摊位，消防车通道已恢复",
    "试消防摩托和水泵，检查取水点，水位正常",
    "夜间巡查沿街门店，两家电动车已移出室内",
    "查看空巢老人家中线路和灶台，更换一截老化插线板",
    "林缘巡查，未见野外用火，补贴禁火标语一张",
    "到餐馆检查液化气软管，一处接口松动已当场紧固",
    "检查院坝消火栓，出水正常，闷盖已上油",
];

/// The brigade of the woods, as the sample calls it.
pub(super) const FOREST: &str = "force:forest";

/// A force before its people and its history.
struct Plan {
    word: String,
    kind: ForceKind,
    served: Served,
    name: String,
    org: OrgId,
    territory: TerritoryCode,
    path: String,
    place: Option<PlaceId>,
    place_name: String,
    standard: &'static str,
    position: Option<Position>,
    posts: BTreeSet<PostId>,
    call_sign: String,
    /// Of how many kits one hose too few is left, and how many days ago the last count was.
    short_of: Option<&'static str>,
    counted_ago: u64,
}

struct Writer<'a> {
    roster: &'a Roster,
    town: String,
    now: Timestamp,
    dice: Dice,
    forces: Vec<ForceRecord>,
    checks: Vec<KitCheckRecord>,
    duties: Vec<DutyRecord>,
    patrols: Vec<PatrolRecord>,
}

fn at(day: Date, hour: i64) -> Timestamp {
    Timestamp::start_of(day).plus_ms(hour * 3_600_000)
}

fn e7(degrees: f64) -> i32 {
    (degrees * 1e7) as i32
}

impl<'a> Writer<'a> {
    fn today(&self) -> Date {
        self.now.date()
    }

    /// Everybody who held one of the posts, from the roster.
    fn held(&self, posts: &BTreeSet<PostId>) -> Vec<&'a Assignment> {
        self.roster.assignments.iter().filter(|held| posts.contains(&held.post)).collect()
    }

    fn on(&self, posts: &BTreeSet<PostId>, day: Date) -> Vec<PersonId> {
        let held = self.held(posts).into_iter().filter(|held| held.is_valid_on(day));
        held.map(|held| held.person.clone()).collect()
    }

    fn force(&mut self, plan: Plan) -> Result<()> {
        let lacking = || Error::Internal(format!("the sample lacks the standard {}", plan.standard));
        let standard = standards().iter().find(|one| one.code == plan.standard).ok_or_else(lacking)?;
        let today = self.today();
        let accepted_on = today - Months::new(MONTHS) - Days::new(20 + self.dice.below(60));
        let vehicles = standard.lines.iter().filter(|line| line.group == Group::Vehicle && line.must);
        let vehicles = vehicles.map(|line| Vehicle {
            item: line.item.clone(),
            name: format!("{}{}", plan.name.trim_end_matches("微型消防站"), line.name),
            plate: String::new(),
            from: accepted_on,
            gone: None,
        });
        let is_called = !plan.call_sign.is_empty();
        let record = ForceRecord {
            force: Force {
                id: id(&plan.word).into(),
                kind: plan.kind,
                served: plan.served,
                name: plan.name.clone(),
                org: plan.org.clone(),
                territory: plan.territory.clone(),
                place: plan.place.clone(),
                address: match plan.place_name.as_str() {
                    "" => "便民服务中心旁".to_owned(),
                    place => format!("{place}内"),
                },
                position: plan.position,
                standard: plan.standard.to_owned(),
                phone: format!("023-4987{:04}", 1000 + self.dice.below(9000)),
                radio: if is_called { "消防一频道".to_owned() } else { String::new() },
                posts: plan.posts.clone(),
                members: self.members(&plan.posts),
                vehicles: vehicles.collect(),
                accepted: Some(Acceptance {
                    on: accepted_on, by: "镇消安办、区消防救援机构".to_owned()
                }),
                dispatch: match is_called {
                    true => vec![Dispatch {
                        from: accepted_on + Days::new(10),
                        call_sign: plan.call_sign.clone(),
                        left: None,
                    }],
                    false => Vec::new(),
                },
                closed: None,
            },
            path: plan.path.clone(),
            accepted_at: Some(at(accepted_on, 15)),
            version: 1,
            recorded_at: at(accepted_on, 10),
            recorded_by: "消安办".to_owned(),
        };
        self.kit(&plan, &record, standard, accepted_on);
        if plan.kind != ForceKind::Brigade {
            self.roster(&record, standard);
        }
        self.patrolled(&plan, &record);
        self.forces.push(record);
        Ok(())
    }

    /// What is known of the people: who drives, pumps, helps; one is away this week.
    fn members(&mut self, posts: &BTreeSet<PostId>) -> BTreeMap<PersonId, Member> {
        let today = self.today();
        let skills = [Skill::Driving, Skill::Pump, Skill::FirstAid, Skill::Radio];
        let mut known = BTreeMap::new();
        for (n, person) in self.on(posts, today).into_iter().enumerate() {
            let mut member = Member::default();
            member.skills.extend(skills.get(n % skills.len()).copied());
            if n == 0 {
                member.skills.insert(Skill::ControlRoom);
            }
            if n == 2 {
                let reason = self.dice.pick(&["外出培训", "请假", "住院陪护"]).to_owned();
                member.away.push(Away { from: today, to: today + Days::new(2), reason });
            }
            if n == 3 {
                member.weekdays = BTreeSet::from([1, 2, 3, 4, 5]);
            }
            known.insert(person, member);
        }
        known
    }

    /// Counted every month; the last time as many days ago as the plan says.
    fn kit(&mut self, plan: &Plan, record: &ForceRecord, standard: &Standard, accepted_on: Date) {
        let kit: Vec<_> = standard.lines.iter().filter(|line| line.group == Group::Kit).collect();
        if kit.is_empty() {
            return;
        }
        let last = self.today() - Days::new(plan.counted_ago);
        let mut on = accepted_on;
        let mut days = vec![on];
        while on + Months::new(1) < last {
            on = on + Months::new(1);
            days.push(on);
        }
        days.push(last);
        for (n, on) in days.iter().copied().enumerate() {
            let Some(by) = self.on(&plan.posts, on).first().cloned() else { continue };
            // What is missing was found at the last two counts and is not bought yet.
            let is_short = |item: &str| plan.short_of == Some(item) && n + 2 >= days.len();
            let counts = kit.iter().map(|line| {
                let unfit = u32::from(is_short(&line.item));
                (line.item.clone(), Count { have: line.least, unfit })
            });
            let note = match plan.short_of.filter(|item| is_short(item)) {
                Some(item) => format!("{}损坏一件，已报镇采购", standard.called(item)),
                None => String::new(),
            };
            self.checks.push(KitCheckRecord {
                force: record.force.id.clone(),
                check: KitCheck {
                    id: id(&format!("{}:kit:{n}", plan.word)),
                    on,
                    by,
                    counts: counts.collect(),
                    note,
                },
                voided: None,
                version: 1,
                recorded_at: at(on, 16),
            });
        }
    }

    /// Two weeks of duty, by turns; today's night is left open at one.
    fn roster(&mut self, record: &ForceRecord, standard: &Standard) {
        let first = monday(self.today());
        for (n, on) in first.iter_days().take(14).enumerate() {
            let there: Vec<PersonId> = self
                .on(&record.force.posts, on)
                .into_iter()
                .filter(|person| {
                    record.force.members.get(person).is_none_or(|member| member.absence(on).is_none())
                })
                .collect();
            if there.is_empty() {
                continue;
            }
            let mut turn = 0;
            for shift in [Shift::Day, Shift::Night] {
                for _ in 0..standard.on_duty(shift) {
                    let person = there.get((n + turn) % there.len());
                    turn += 1;
                    if turn > there.len() || (shift == Shift::Night && n % 6 == 5) {
                        continue;
                    }
                    let Some(person) = person.cloned() else { continue };
                    let duty = Duty {
                        id: id(&format!("{}:duty:{on}:{}:{turn}", record.force.id, shift.code())),
                        force: record.force.id.clone(),
                        person,
                        on,
                        shift,
                    };
                    self.duties.push(DutyRecord {
                        duty,
                        voided: None,
                        version: 1,
                        recorded_at: at(first, 8).min(self.now),
                    });
                }
            }
        }
    }

    /// A patrol a week or so; some weeks nobody went.
    fn patrolled(&mut self, plan: &Plan, record: &ForceRecord) {
        let today = self.today();
        let mut on = today - Months::new(MONTHS) + Days::new(self.dice.below(6));
        let mut n = 0;
        while on < today {
            n += 1;
            let people = self.on(&plan.posts, on);
            let skipped = self.dice.chance(if plan.kind == ForceKind::Brigade { 220 } else { 70 });
            let went: BTreeSet<PersonId> =
                (0..2).filter_map(|turn| people.get((n + turn) % people.len().max(1)).cloned()).collect();
            if !skipped && !went.is_empty() {
                self.patrols.push(PatrolRecord {
                    patrol: Patrol {
                        id: id(&format!("{}:patrol:{n}", plan.word)),
                        force: record.force.id.clone(),
                        on,
                        people: went,
                        text: format!("{}。", self.dice.pick(SEEN)),
                    },
                    path: plan.path.clone(),
                    org: plan.org.to_string(),
                    place: plan.place.as_ref().map(ToString::to_string),
                    voided: None,
                    version: 1,
                    recorded_at: at(on, 18),
                    recorded_by: plan.name.clone(),
                });
            }
            on = on + Days::new(5 + self.dice.below(4));
        }
    }
}

/// What key units there are: category, whether each has a station and a brigade of its own. Source of the kinds: 消防法
/// art. 17; which they are is invented.
const UNITS: &[(&str, Option<&str>, Option<&str>)] = &[
    ("elder_care", Some("unit-station1"), Some("unit-brigade1")),
    ("supermarket", Some("unit-station2"), None),
    ("flammable", None, None),
];

fn posts(words: &[&str]) -> BTreeSet<PostId> {
    words.iter().map(|word| PostId::from(id(&format!("post:{word}")))).collect()
}

fn crew(word: &str) -> BTreeSet<PostId> {
    posts(&[word, &format!("{word}-members")])
}

/// A compound beside the places the plan counts.
fn compound(like: &PlaceRecord) -> PlaceRecord {
    let mut record = like.clone();
    record.place.id = id("place:compound").into();
    record.place.code = "QF-XQ-0001".to_owned();
    record.place.name = "梧桐苑小区".to_owned();
    record.place.category = "compound".into();
    record.place.tags.clear();
    record.place.sector_org = None;
    record.cached_risk_points = None;
    record.cached_risk_grade = String::new();
    record.pinyin = "wtyxq".to_owned();
    record.note = "六栋，物业管理".to_owned();
    record
}

/// Fills in forces; nothing where the roster has no villages.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let caller = Caller::system();
    let scope = caller.scope(Action::PlaceRead)?;
    let now = app.now();
    let of_kind = |kind: OrgKind| roster.orgs.iter().find(|org| org.kind == kind).map(|org| org.id.clone());
    let mut tx = app.write(&caller).await?;
    let mut writer = Writer {
        roster,
        town: app.town.to_string(),
        now,
        dice: Dice::new("force"),
        forces: Vec::new(),
        checks: Vec::new(),
        duties: Vec::new(),
        patrols: Vec::new(),
    };
    let mut market = None;
    for (n, (word, _, (lng, lat))) in (1..).zip(VILLAGES) {
        let node =
            roster.territories.iter().find(|node| node.level == Level::Village && node.name.contains(word));
        let org = roster
            .orgs
            .iter()
            .find(|org| org.kind == OrgKind::Village && node.is_some_and(|node| node.code == org.territory));
        let (Some(node), Some(org)) = (node, org) else { continue };
        market.get_or_insert((node.clone(), org.id.clone()));
        let position = Position { lng_e7: e7(*lng), lat_e7: e7(*lat), accuracy_m: None };
        let plan = |kind: ForceKind, name: String| Plan {
            word: format!("force:{}:{n}", kind.code()),
            kind,
            served: Served::Village,
            name,
            org: org.id.clone(),
            territory: node.code.clone(),
            path: node.path.clone(),
            place: None,
            place_name: String::new(),
            standard: "village_micro",
            position: Some(position),
            posts: posts(&[&format!("station{n}"), &format!("station-members{n}")]),
            call_sign: format!("{}01", node.short_name),
            short_of: (n == 2).then_some("hose"),
            counted_ago: if n == 4 { 75 } else { 3 + n * 4 },
        };
        writer.force(plan(ForceKind::Micro, format!("{}微型消防站", node.name)))?;
        writer.force(Plan {
            standard: "brigade",
            posts: posts(&[&format!("brigade{n}"), &format!("volunteers{n}")]),
            call_sign: if n == 5 { String::new() } else { format!("{}02", node.short_name) },
            short_of: None,
            ..plan(ForceKind::Brigade, format!("{}志愿消防队", node.name))
        })?;
    }
    let (Some((node, village)), Some(station)) = (market, of_kind(OrgKind::Workstation)) else {
        return Ok(());
    };
    let of_place =
        |word: &str, kind: ForceKind, served: Served, standard: &'static str, place: &'_ PlaceRecord| {
            let label = if kind == ForceKind::Brigade { "志愿消防队" } else { "微型消防站" };
            Plan {
                word: format!("force:{word}"),
                kind,
                served,
                name: format!("{}{label}", place.place.name),
                org: village.clone(),
                territory: TerritoryCode::from(place.path.rsplit('/').next().unwrap_or_default()),
                path: place.path.clone(),
                place: Some(place.place.id.clone()),
                place_name: place.place.name.clone(),
                standard,
                position: None,
                posts: crew(word),
                call_sign: if kind == ForceKind::Micro { place.place.name.clone() } else { String::new() },
                short_of: None,
                counted_ago: 12,
            }
        };
    let agri = roster.orgs.iter().find(|org| org.label == "org:agri_center").map(|org| org.id.clone());
    if let Some(agri) = agri {
        writer.force(Plan {
            word: FOREST.to_owned(),
            kind: ForceKind::Brigade,
            served: Served::Village,
            name: "青峰镇森林防灭火队".to_owned(),
            org: agri,
            territory: node.code.clone(),
            path: node.path.clone(),
            place: None,
            place_name: String::new(),
            standard: "forest",
            position: VILLAGES.first().map(|(_, _, (lng, lat))| Position {
                lng_e7: e7(*lng - 0.0008),
                lat_e7: e7(*lat + 0.0006),
                accuracy_m: None,
            }),
            posts: crew("forest"),
            call_sign: "林火01".to_owned(),
            short_of: None,
            counted_ago: 9,
        })?;
    }
    let since = now.date() - Months::new(MONTHS) - Days::new(30);
    let mut keyed = Vec::new();
    for (category, micro, brigade) in UNITS {
        let filter = PlaceFilter { category: Some((*category).to_owned()), ..PlaceFilter::default() };
        let found = tx.place_page(&filter, &scope, PlaceOrder::Name, None, 1).await?;
        let Some(place) = found.first() else { continue };
        keyed.push(place.place.id.clone());
        for (word, kind, standard) in
            [(micro, ForceKind::Micro, "unit_micro"), (brigade, ForceKind::Brigade, "brigade")]
        {
            if let Some(word) = word {
                writer.force(of_place(word, kind, Served::Unit, standard, place))?;
            }
        }
    }
    let filter = PlaceFilter { village: Some(node.code.to_string()), ..PlaceFilter::default() };
    if let Some(like) = tx.place_page(&filter, &scope, PlaceOrder::Name, None, 1).await?.first() {
        let compound = compound(like);
        tx.insert_place(&compound).await?;
        writer.force(of_place(
            "compound-station",
            ForceKind::Micro,
            Served::Compound,
            "compound_micro",
            &compound,
        ))?;
    }
    writer.force(Plan {
        word: "force:town".to_owned(),
        kind: ForceKind::Town,
        served: Served::Town,
        name: "青峰镇消防站".to_owned(),
        org: station,
        territory: TerritoryCode::from(writer.town.as_str()),
        path: writer.town.clone(),
        place: None,
        place_name: String::new(),
        standard: "town_second",
        position: VILLAGES.first().map(|(_, _, (lng, lat))| Position {
            lng_e7: e7(*lng + 0.0006),
            lat_e7: e7(*lat + 0.0004),
            accuracy_m: None,
        }),
        posts: crew("town-station"),
        call_sign: "青峰00".to_owned(),
        short_of: None,
        counted_ago: 5,
    })?;
    if let Some(organ) = of_kind(OrgKind::FireRescue) {
        let at = at(since, 9);
        let list = id("list key_unit");
        let record = ListRecord {
            id: list.clone(),
            list: PlaceList::new(ListKind::KeyUnit, organ),
            version: 1,
            recorded_at: at,
        };
        tx.insert_place_list(&record).await?;
        let stay = |place: &PlaceId| EntryRecord {
            id: id(&format!("list key_unit {place}")),
            list: list.clone(),
            entry: Entry {
                place: place.clone(),
                from: since,
                reason_in: "区消防救援机构确定为消防安全重点单位".to_owned(),
                left: None,
            },
            version: 1,
            recorded_at: at,
        };
        let stays: Vec<EntryRecord> = keyed.iter().map(stay).collect();
        tx.insert_list_entries(&stays).await?;
    }
    for one in &writer.forces {
        tx.insert_force(one).await?;
    }
    for one in &writer.checks {
        tx.insert_kit_check(one).await?;
    }
    for one in &writer.duties {
        tx.insert_force_duty(one).await?;
    }
    for one in &writer.patrols {
        tx.insert_patrol(one).await?;
    }
    Ok(tx.commit(caller.audit("force.fill", "force", "sample", now), ()).await?)
}
