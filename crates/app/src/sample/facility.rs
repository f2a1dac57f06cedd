//! The sample town's facilities: hydrants in the market town, pools, intakes and pump houses, a forest network with one
//! pool nobody joined, fire breaks, check stations, signs and cameras; fourteen months of checks, some late, some that
//! found a fault. What does not belong here: how they are kept (`facility`).

use std::collections::{BTreeMap, BTreeSet};

use domain::facility::water::Source;
use domain::facility::{Act, Event, Facility, FieldValue, Keeping, Shape, Site, Stage, Water};
use domain::ids::{FacilityId, OrgId, PersonId};
use domain::org::{Assignment, Level, OrgKind, Role, Territory};
use domain::time::{Date, Timestamp};
use store::Audit;
use store::facility::FacilityRecord;

use super::dice::Dice;
use super::{VILLAGES, id};
use crate::facility::kind_of;
use crate::org::Roster;
use crate::{App, Error, Result};

/// Days of history.
const DAYS: u64 = 425;
const STUCK: &str = "阀门锈死打不开";
const LEAKING: &str = "池壁渗漏，水位不足一半";
const OUTLET: &str = "出水口破损";
const FALLEN: &str = "标牌倒伏";
const BURIED: &str = "被杂草掩埋，无法靠近";
/// What checks find wrong.
const FAULTS: &[&str] = &[STUCK, LEAKING, OUTLET, FALLEN, BURIED];
/// What is done in between.
const WORKS: &[&str] = &["清淤、除草", "更换闷盖，阀门上油", "补刷标识漆"];

/// What was picked, where such a thing can have it, else what is its own: a sign has no outlet, a camera no valve.
fn fault(kind: &str, picked: &'static str) -> &'static str {
    let own: &[&'static str] = match kind {
        "hydrant_outdoor" | "hydrant_forest" | "pipe_forest" => &[STUCK, OUTLET, BURIED],
        "fire_pool" | "pool_forest" | "fire_tank" | "water_tank_forest" => &[LEAKING, STUCK, OUTLET, BURIED],
        "natural_intake" | "forest_area" => &[BURIED],
        "pump_house" => &["水泵启动不了", STUCK, OUTLET],
        "fire_break_engineered" | "fire_break_biological" | "fire_break_natural" => &["杂草返青，要重新清理"],
        "sign_forest" | "notice_board" => &[FALLEN, BURIED],
        "camera_public" | "camera_ptz_forest" | "ir_understory" => &["画面中断，收不到信号"],
        "smart_gate" => &["道闸不能抬杆"],
        "ebike_charging" => &["充电插座松动"],
        _ => &["器材缺少，要补齐"],
    };
    own.iter().find(|one| **one == picked).or(own.first()).copied().unwrap_or(picked)
}

/// How far a facility has come.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// In service and looked at in time.
    Kept,
    /// In service; nobody looked for long.
    Late,
    /// At fault now.
    Broken,
    /// Planned, not built.
    Planned,
    /// Built, not accepted.
    Built,
    /// Found standing; nobody keeps it.
    Found,
    /// Proposed only.
    Proposed,
    /// There before anybody planned, as a wood or a river; looked at once a year.
    Area,
}

/// One facility of a village.
struct Made {
    kind: &'static str,
    name: &'static str,
    /// From the middle of the village, thousandths of a degree.
    at: (f64, f64),
    /// Where a line ends, likewise.
    to: Option<(f64, f64)>,
    fate: Fate,
    water: Option<(f64, f64, f64, Source)>,
    joins: &'static [&'static str],
    site: Option<(Site, &'static str)>,
    /// Numbers of its kind, and which sort of it.
    values: &'static [(&'static str, f64)],
    sub: &'static str,
    /// Corners of an area, from the middle of the village likewise.
    area: &'static [(f64, f64)],
}

const fn point(kind: &'static str, name: &'static str, at: (f64, f64), fate: Fate) -> Made {
    Made {
        kind,
        name,
        at,
        to: None,
        fate,
        water: None,
        joins: &[],
        site: None,
        values: &[],
        sub: "",
        area: &[],
    }
}

const fn line(kind: &'static str, name: &'static str, at: (f64, f64), to: (f64, f64), fate: Fate) -> Made {
    Made { to: Some(to), ..point(kind, name, at, fate) }
}

/// Usable m³, L/s, lift in m, source.
const fn water(made: Made, usable_m3: f64, flow_l_s: f64, lift_m: f64, source: Source) -> Made {
    Made { water: Some((usable_m3, flow_l_s, lift_m, source)), ..made }
}

const fn station(name: &'static str, at: (f64, f64), site: Site, approval: &'static str, fate: Fate) -> Made {
    Made { site: Some((site, approval)), ..point("checkpoint_simple", name, at, fate) }
}

/// The same with numbers of its kind, and which sort of it.
const fn with(made: Made, sub: &'static str, values: &'static [(&'static str, f64)]) -> Made {
    Made { sub, values, ..made }
}

/// What the market town has.
const MARKET: &[Made] = &[
    // As far as its two kept hydrants reach, so that C6.3 has an area to be measured by.
    Made {
        area: &[(-1.9, 0.1), (1.0, 0.1), (1.0, 1.2), (-1.9, 1.2)],
        ..point("water_zone", "集中供水区", (0.0, 0.0), Fate::Kept)
    },
    water(point("hydrant_outdoor", "老街口消火栓", (-1.2, 0.4), Fate::Kept), 0.0, 15.0, 0.0, Source::Supply),
    water(point("hydrant_outdoor", "学堂巷消火栓", (0.6, 0.9), Fate::Kept), 0.0, 15.0, 0.0, Source::Supply),
    water(
        point("hydrant_outdoor", "农贸市场消火栓", (0.9, -0.5), Fate::Broken),
        0.0,
        12.0,
        0.0,
        Source::Supply,
    ),
    water(point("hydrant_outdoor", "卫生院消火栓", (1.8, 0.2), Fate::Late), 0.0, 15.0, 0.0, Source::Supply),
    water(point("hydrant_outdoor", "川渝路消火栓", (2.4, 1.4), Fate::Found), 0.0, 10.0, 0.0, Source::Supply),
    water(point("fire_pool", "敬老院消防水池", (-2.1, 1.6), Fate::Kept), 120.0, 0.0, 3.5, Source::Filled),
    water(point("fire_pool", "新街消防水池", (1.1, 1.9), Fate::Built), 150.0, 0.0, 3.0, Source::Filled),
    point("fire_point", "消防器材点", (0.2, 0.1), Fate::Kept),
    point("camera_public", "老街视频监控", (-1.0, 0.3), Fate::Kept),
    point("ebike_charging", "农贸市场充电棚", (0.8, -0.7), Fate::Kept),
    point("notice_board", "社区公示牌", (0.0, 0.3), Fate::Kept),
];

/// What every other village has.
const VILLAGE: &[Made] = &[
    water(point("natural_intake", "小河取水点", (-3.2, 1.1), Fate::Kept), 0.0, 30.0, 4.2, Source::River),
    water(point("fire_pool", "村委会消防水池", (0.4, 0.5), Fate::Kept), 100.0, 0.0, 3.0, Source::Filled),
    water(point("fire_pool", "三组消防水池", (4.1, -2.2), Fate::Planned), 100.0, 0.0, 3.0, Source::Filled),
    point("sign_forest", "入林警示牌", (5.5, 3.0), Fate::Kept),
    station("出村路口检查站", (3.0, -3.0), Site::Village, "区林防批〔2026〕12号", Fate::Kept),
];

/// The wood behind a village in the hills: over the ridge and down its other side.
const WOOD: &[(f64, f64)] =
    &[(-1.0, 5.0), (4.0, 4.0), (9.0, 4.6), (13.6, 5.6), (13.8, 9.4), (9.0, 10.6), (3.0, 10.2), (-1.4, 8.6)];

/// What the villages in the hills have besides.
const FOREST: &[Made] = &[
    water(point("pump_house", "河边泵房", (-3.0, 1.4), Fate::Kept), 0.0, 20.0, 4.0, Source::River),
    Made {
        joins: &["小河取水点", "河边泵房", "山腰水池", "山顶水池"],
        ..line("pipe_forest", "上山干管", (-3.0, 1.4), (5.0, 6.5), Fate::Kept)
    },
    water(point("pool_forest", "山腰水池", (2.0, 4.2), Fate::Kept), 60.0, 0.0, 2.0, Source::Spring),
    water(point("pool_forest", "山顶水池", (5.0, 6.5), Fate::Kept), 40.0, 0.0, 2.0, Source::Filled),
    water(point("water_tank_forest", "护林房水箱", (6.5, 5.2), Fate::Kept), 10.0, 0.0, 1.0, Source::Filled),
    Made {
        sub: "马尾松、柏木", area: WOOD, ..point("forest_area", "后山林区", (6.0, 7.0), Fate::Area)
    },
    with(
        line("fire_break_engineered", "山脊防火隔离带", (2.0, 7.5), (9.0, 8.2), Fate::Kept),
        "防火隔离带",
        &[("width", 12.0), ("gaps", 1.0)],
    ),
    with(
        line("fire_break_engineered", "护林防火道路", (6.0, 2.5), (9.5, 7.6), Fate::Kept),
        "防火道路",
        &[("width", 4.0), ("gaps", 0.0)],
    ),
    with(
        line("fire_break_biological", "木荷防火林带", (-1.0, 7.0), (2.0, 7.5), Fate::Late),
        "防火林带",
        &[("width", 15.0), ("gaps", 2.0)],
    ),
    with(
        line("fire_break_natural", "小河阻隔带", (-3.4, 0.6), (-2.0, 6.2), Fate::Area),
        "河流",
        &[("width", 18.0)],
    ),
    with(
        line("fire_break_engineered", "二期防火隔离带", (9.0, 8.2), (13.0, 7.0), Fate::Planned),
        "防火隔离带",
        &[("width", 12.0)],
    ),
    station("进山路口检查站", (6.0, 2.5), Site::Road, "区林防批〔2026〕11号", Fate::Kept),
    station("林缘劝导点", (8.0, 4.0), Site::Edge, "", Fate::Kept),
    station("茶山检查站", (10.5, 5.0), Site::Worksite, "区林防批〔2026〕13号", Fate::Kept),
    point("sign_forest", "坟山警示牌", (7.2, 3.3), Fate::Broken),
    // One turns around on the top, one looks up the valley, one is planned where neither sees.
    with(
        point("camera_ptz_forest", "山顶林火监控", (5.2, 6.6), Fate::Kept),
        "",
        &[("height", 15.0), ("range", 3_000.0)],
    ),
    with(
        point("camera_ptz_forest", "沟口林火监控", (1.0, 3.4), Fate::Kept),
        "",
        &[("height", 10.0), ("azimuth", 40.0), ("field", 70.0), ("range", 2_000.0)],
    ),
    with(
        point("camera_ptz_forest", "东坡林火监控", (12.4, 6.4), Fate::Planned),
        "",
        &[("height", 12.0), ("azimuth", 255.0), ("field", 120.0), ("range", 2_500.0)],
    ),
    with(
        point("lookout_forest", "护林瞭望台", (8.8, 8.0), Fate::Kept),
        "",
        &[("height", 9.0), ("range", 2_500.0)],
    ),
    point("smart_gate", "进山智能卡口", (6.1, 2.6), Fate::Kept),
    point("smart_gate", "茶山智能卡口", (10.4, 5.1), Fate::Proposed),
    point("ir_understory", "坟山林下红外探头", (7.3, 3.6), Fate::Kept),
    point("ir_understory", "北坡林下红外探头", (4.2, 8.8), Fate::Planned),
    station("北坡林缘检查站", (3.6, 8.2), Site::Edge, "区林防批〔2026〕12号", Fate::Kept),
];

/// Whoever acts, on any day.
struct Who<'a> {
    roster: &'a Roster,
    fallback: &'a Assignment,
}

impl<'a> Who<'a> {
    fn of(&self, org: &OrgId, roles: &[Role], on: Date) -> &'a Assignment {
        let fits =
            |held: &&Assignment| held.org == *org && roles.contains(&held.role) && held.is_valid_on(on);
        self.roster.assignments.iter().find(fits).unwrap_or(self.fallback)
    }

    fn name(&self, person: &PersonId) -> String {
        let known = self.roster.persons.iter().find(|one| one.id == *person);
        known.map(|one| one.name.clone()).unwrap_or_default()
    }
}

fn later(day: Date, days: u64) -> Date {
    day.checked_add_days(chrono::Days::new(days)).unwrap_or(day)
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

/// Fills every village.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let org = |kind: OrgKind| roster.orgs.iter().find(|org| org.kind == kind).map(|org| org.id.clone());
    let clerk = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk && held.to.is_none());
    let (Some(owner), Some(fallback)) = (org(OrgKind::TownGov), clerk) else { return Ok(()) };
    let who = Who { roster, fallback };
    let mut dice = Dice::new("facilities");
    let mut number = 0;
    for (nth, (word, _, middle)) in VILLAGES.iter().enumerate() {
        let village =
            roster.territories.iter().find(|node| node.level == Level::Village && node.name.contains(word));
        let Some(village) = village else { continue };
        let keeper =
            roster.orgs.iter().find(|org| org.kind == OrgKind::Village && org.territory == village.code);
        let Some(keeper) = keeper.map(|org| org.id.clone()) else { continue };
        let own: Vec<&Made> = match nth {
            0 => MARKET.iter().collect(),
            1 | 2 | 5 => VILLAGE.iter().chain(FOREST).collect(),
            _ => VILLAGE.iter().collect(),
        };
        for made in own {
            number += 1;
            let fresh = settle(made, village, *middle, number, &keeper)?;
            let life = lead(app, &who, made, fresh, (&owner, &keeper), &mut dice)?;
            keep(app, &who, life).await?;
        }
    }
    // The program's own numbers go on where these end.
    let mut tx = app.db.write(&app.town).await?;
    for _ in 0..number {
        tx.next_number("facility").await?;
    }
    tx.commit_machinery().await.map_err(Into::into)
}

/// Where it stands, before anything happened to it.
fn settle(
    made: &Made,
    village: &Territory,
    middle: (f64, f64),
    number: u32,
    org: &OrgId,
) -> Result<FacilityRecord> {
    let kind = kind_of(made.kind)?;
    let near = |(east, north): (f64, f64)| [middle.0 + east / 1_000.0, middle.1 + north / 1_000.0];
    let shape = match made.to {
        None if !made.area.is_empty() => {
            let corners = made.area.iter().chain(made.area.first());
            Shape::Polygon(vec![corners.map(|corner| near(*corner)).collect()])
        }
        None => Shape::Point(near(made.at)),
        Some(to) => {
            let half = ((made.at.0 + to.0) / 2.0 + 0.4, (made.at.1 + to.1) / 2.0 - 0.3);
            Shape::LineString(vec![near(made.at), near(half), near(to)])
        }
    };
    let own = |name: &str| FacilityId::from(id(&format!("facility {} {name}", village.code)));
    let usable = |n: f64| Some(n).filter(|n| *n > 0.0);
    let mut values = BTreeMap::new();
    for (field, number) in made.values {
        values.insert((*field).to_owned(), FieldValue::Number(*number));
    }
    if !made.sub.is_empty() {
        let field = if made.kind == "forest_area" { "species" } else { "sub" };
        values.insert(field.to_owned(), FieldValue::Text(made.sub.to_owned()));
    }
    if made.kind == "pipe_forest" {
        values.insert("diameter".to_owned(), FieldValue::Number(90.0));
    }
    let found = matches!(made.fate, Fate::Found | Fate::Area);
    let facility = Facility {
        id: own(made.name),
        code: format!("SS-{number:04}"),
        name: format!("{}{}", village.short_name, made.name),
        kind: made.kind.to_owned(),
        class: String::new(),
        org: org.clone(),
        territory: village.code.clone(),
        address: String::new(),
        shape: Some(shape),
        values,
        site: made.site.map(|(site, _)| site),
        approval_no: made.site.map(|(_, no)| no.to_owned()).unwrap_or_default(),
        water: made.water.map(|(usable_m3, flow_l_s, lift_m, source)| Water {
            usable_m3: usable(usable_m3),
            flow_l_s: usable(flow_l_s),
            lift_m: Some(lift_m),
            hard_standing: Some(source != Source::Spring),
            // The stream runs low in the first months of the year.
            dry_months: if source == Source::River { BTreeSet::from([2]) } else { BTreeSet::new() },
            source: Some(source),
            fed_by: None,
        }),
        joins: made.joins.iter().map(|name| own(name)).collect(),
        stage: if found { Stage::Found } else { Stage::Proposed },
        since: Date::default(),
        built_on: None,
        keeping: None,
        checked_on: None,
        fault: String::new(),
        void: None,
    };
    Ok(FacilityRecord {
        facility: facility.register(kind).map_err(refused)?,
        path: village.path.clone(),
        voided_at: None,
        recorded_by: String::new(),
        version: 1,
        recorded_at: Timestamp(0),
    })
}

/// A facility and its events: one state for each.
struct Life {
    states: Vec<(FacilityRecord, Event)>,
}

impl Life {
    fn step(&mut self, act: Act, on: Date, text: &str, by: &Assignment, today: Date) -> Result<()> {
        let Some((last, _)) = self.states.last() else { return Ok(()) };
        let mut record = last.clone();
        record.version = i64::try_from(self.states.len()).unwrap_or(i64::MAX);
        record.facility = record.facility.take(&act, on, text, today).map_err(refused)?;
        let event = Event {
            seq: record.version + 1,
            act,
            on,
            recorded_at: Timestamp::start_of(on).plus_ms(15 * 3_600_000),
            by: by.person.clone(),
            text: text.to_owned(),
            photos: Vec::new(),
            stage: record.facility.stage,
        };
        self.states.push((record, event));
        Ok(())
    }
}

fn lead(
    app: &App,
    who: &Who<'_>,
    made: &Made,
    mut record: FacilityRecord,
    (owner, keeper): (&OrgId, &OrgId),
    dice: &mut Dice,
) -> Result<Life> {
    let today = app.now().date();
    let start = today.checked_sub_days(chrono::Days::new(DAYS - dice.below(20))).unwrap_or(today);
    let field = |on: Date| who.of(keeper, &[Role::VillageStaff, Role::VillageCommittee], on);
    let head = |on: Date| who.of(keeper, &[Role::VillageSecretary], on);
    record.facility.since = start;
    record.recorded_at = Timestamp::start_of(start).plus_ms(10 * 3_600_000);
    record.recorded_by = who.name(&field(start).person);
    let event = Event {
        seq: 1,
        act: Act::Register { found: matches!(made.fate, Fate::Found | Fate::Area) },
        on: start,
        recorded_at: record.recorded_at,
        by: field(start).person.clone(),
        text: String::new(),
        photos: Vec::new(),
        stage: record.facility.stage,
    };
    let mut life = Life { states: vec![(record, event)] };
    if matches!(made.fate, Fate::Found | Fate::Proposed) {
        return Ok(life);
    }
    let day = |days: u64| later(start, days);
    if made.fate == Fate::Area {
        let (owner, maintainer) = (owner.clone(), keeper.clone());
        let basis = "林权登记和护林责任书".to_owned();
        let keeping = Keeping { owner, maintainer, check_days: 365, basis };
        life.step(Act::HandOver { keeping }, day(20), "", who.fallback, today)?;
        life.step(Act::Enter, day(21), "", head(day(21)), today)?;
        life.step(Act::Check { good: true }, day(300), "现状与图一致", field(day(300)), today)?;
        return Ok(life);
    }
    life.step(Act::Plan, day(3), "消防专项规划设施清单", head(day(3)), today)?;
    if made.fate == Fate::Planned {
        return Ok(life);
    }
    let amount_fen = i64::try_from(200_000 + dice.below(40) * 50_000).unwrap_or(200_000);
    life.step(
        Act::Budget { line: None, project: None, amount_fen },
        day(5),
        "镇财政和上级补助",
        who.fallback,
        today,
    )?;
    life.step(Act::Build, day(30), "", head(day(30)), today)?;
    if made.fate == Fate::Built {
        return Ok(life);
    }
    let by = "镇规资所、消安办、村（社区）".to_owned();
    life.step(Act::Accept { by }, day(34), "按图验收合格", who.fallback, today)?;
    let kind = kind_of(made.kind)?;
    let keeping = Keeping {
        owner: owner.clone(),
        maintainer: keeper.clone(),
        check_days: kind.check_days.unwrap_or(92),
        basis: "设施移交管护协议".to_owned(),
    };
    let every = u64::from(keeping.check_days);
    life.step(Act::HandOver { keeping }, day(36), "", who.fallback, today)?;
    life.step(Act::Enter, day(38), "", head(day(38)), today)?;
    let mut next = later(day(38), every * 3 / 4 + dice.below(every / 5));
    // Whoever is late has not come for an interval and a half.
    let stop = match made.fate {
        Fate::Late => today.checked_sub_days(chrono::Days::new(every * 3 / 2)).unwrap_or(today),
        _ => today,
    };
    while next < stop {
        let by = field(next);
        if dice.chance(60) {
            let wrong = fault(made.kind, dice.pick(FAULTS));
            life.step(Act::Check { good: false }, next, wrong, by, today)?;
            let (begun, done) = (later(next, 2 + dice.below(5)), later(next, 8 + dice.below(20)));
            if done >= today {
                return Ok(life);
            }
            life.step(Act::Repair, begun, "已联系维修", by, today)?;
            let cost_fen = i64::try_from(8_000 + dice.below(60) * 1_000).unwrap_or(8_000);
            life.step(Act::Restore { cost_fen }, done, "修复后试用正常", by, today)?;
            next = done;
        } else {
            life.step(Act::Check { good: true }, next, "", by, today)?;
            if dice.chance(90) {
                let cost_fen = i64::try_from(3_000 + dice.below(20) * 500).unwrap_or(3_000);
                life.step(Act::Maintain { cost_fen }, next, dice.pick(WORKS), by, today)?;
            }
        }
        // Most come in time; now and then a round is a little late.
        let late = if dice.chance(80) { every / 3 } else { 0 };
        next = later(next, every * 4 / 5 + dice.below(every / 6) + late);
    }
    if made.fate == Fate::Broken {
        let since = life.states.last().map_or(today, |(record, _)| record.facility.since);
        let on = today.checked_sub_days(chrono::Days::new(4)).unwrap_or(today).max(since);
        let stands = life.states.last().is_some_and(|(record, _)| record.facility.stage == Stage::InService);
        if stands {
            life.step(Act::Report, on, fault(made.kind, dice.pick(FAULTS)), field(on), today)?;
        }
    }
    Ok(life)
}

/// Writes a life: one entry in the record stands for all of it.
async fn keep(app: &App, who: &Who<'_>, life: Life) -> Result<()> {
    let Some((first, begun)) = life.states.first() else { return Ok(()) };
    let mut tx = app.db.write(&app.town).await?;
    for (record, event) in &life.states {
        match event.seq {
            1 => tx.insert_facility(record, event).await?,
            _ => tx.save_facility(record, event).await?,
        }
    }
    let told = Audit {
        action: "facility.add",
        object_kind: "facility",
        object_id: first.facility.id.to_string(),
        territory: first.path.clone(),
        actor: begun.by.to_string(),
        actor_name: who.name(&begun.by),
        hat: String::new(),
        happened_at: begun.recorded_at,
        at: begun.recorded_at,
        reason: String::new(),
        detail: "{}".to_owned(),
    };
    tx.commit(told, ()).await.map_err(Into::into)
}
