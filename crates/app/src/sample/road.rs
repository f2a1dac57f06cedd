//! The sample town's roads: from the market town to every village and between some, a main road and lanes in each, a bridge
//! that bears no engine, an archway, a landslide, stretches nobody measured; where its village groups live. What does not
//! belong here: how roads are kept (`road`).

use std::collections::BTreeMap;

use domain::geometry::{Position, distance_m};
use domain::ids::{OrgId, RoadId};
use domain::org::{Assignment, Level, OrgKind, Role, Territory};
use domain::plan::{Basis, Parameter, Value};
use domain::road::residents::Residents;
use domain::road::segment::{Act, Closed, Event, Rank, Segment, Surface};
use domain::road::{Closure, Fitness, Kind, OneWay, Road, Stops, WetSeason};
use domain::time::{Date, Timestamp};
use store::Audit;
use store::parameter::{Decision, ParameterRecord};
use store::road::{GroupCount, GroupPoint, RoadRecord};

use super::dice::Dice;
use super::{VILLAGES, id};
use crate::org::Roster;
use crate::{App, Error, Result};

/// How long ago the roads were surveyed. Units: days.
const SURVEYED: u64 = 410;
/// What the town's heaviest engine weighs, an invented one. Units: t.
const ENGINE_T: f64 = 16.0;

/// A crossing so near an end is that end. Units: m.
const ENDS_M: f64 = 8.0;

/// One stretch before it is recorded.
#[derive(Clone)]
struct Made {
    /// Number of the village it lies in, as in [`VILLAGES`].
    village: usize,
    name: String,
    rank: Rank,
    kind: Kind,
    line: Vec<Position>,
    fitness: Fitness,
    bridge: bool,
    surface: Surface,
    /// How wide it was before it was widened, and how many days ago that was.
    widened: Option<(f64, u64)>,
    /// Closed since so many days, why, and after how many days it was open again.
    closed: Option<(u64, &'static str, Option<u64>)>,
    measured: bool,
}

impl Made {
    fn new(village: usize, name: impl Into<String>, rank: Rank, line: Vec<Position>, width_m: f64) -> Self {
        let kind = match rank {
            Rank::InterVillage => Kind::Tertiary,
            Rank::VillageMain => Kind::Unclassified,
            Rank::Path => Kind::Path,
            _ => Kind::Residential,
        };
        let fitness = Fitness {
            width_m: Some(width_m),
            height_m: Some(4.5),
            slope_pct: Some(5.0),
            wet_season: Some(WetSeason::Passable),
            ..Fitness::default()
        };
        let surface = if width_m < 3.5 { Surface::Gravel } else { Surface::Concrete };
        Self {
            village,
            name: name.into(),
            rank,
            kind,
            line,
            fitness,
            bridge: false,
            surface,
            widened: None,
            closed: None,
            measured: true,
        }
    }

    /// Nobody measured it.
    fn unmeasured(self) -> Self {
        Self { fitness: Fitness::default(), measured: false, ..self }
    }
}

fn middle(n: usize) -> Position {
    VILLAGES.get(n).map_or([0.0, 0.0], |(_, _, (lon, lat))| [*lon, *lat])
}

/// A point so many thousandths of a degree from another.
fn near([lon, lat]: Position, east: f64, north: f64) -> Position {
    [lon + east / 1_000.0, lat + north / 1_000.0]
}

/// A winding line from one point to another, through points beside the straight one.
fn winding(from: Position, to: Position, aside: f64) -> Vec<Position> {
    let at = |share: f64, aside: f64| {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        [from[0] + dx * share - dy * aside, from[1] + dy * share + dx * aside]
    };
    vec![from, at(0.25, aside), at(0.5, -aside * 0.6), at(0.75, aside * 0.8), to]
}

/// Roads between the villages and out of the town.
fn between() -> Vec<Made> {
    let to = |n: usize, name: &str, from: usize, aside: f64, width: f64| {
        Made::new(n, name, Rank::InterVillage, winding(middle(from), middle(n), aside), width)
    };
    let market = middle(0);
    // The stream runs east of the market town; the road to 佛岩寺 crosses it.
    let (bank, far_bank) = (near(market, 12.0, -6.0), near(market, 12.6, -6.2));
    let bridge = Made {
        bridge: true,
        fitness: Fitness {
            width_m: Some(4.5),
            height_m: Some(4.5),
            load_t: Some(10.0),
            wet_season: Some(WetSeason::Passable),
            ..Fitness::default()
        },
        ..Made::new(0, "河坝桥", Rank::InterVillage, vec![bank, far_bank], 4.5)
    };
    let out = vec![market, near(market, -1.0, 16.0), near(market, 0.5, 42.0)];
    vec![
        Made::new(0, "青峰镇出口路", Rank::InterVillage, out, 7.0),
        to(1, "场镇至凌阁堂公路", 0, 0.08, 5.5),
        to(2, "场镇至胡豆坪公路", 0, -0.06, 5.0),
        Made::new(0, "场镇至河坝桥公路", Rank::InterVillage, winding(market, bank, 0.05), 5.0),
        bridge,
        Made::new(3, "河坝桥至佛岩寺公路", Rank::InterVillage, winding(far_bank, middle(3), 0.05), 4.5),
        to(4, "场镇至牌坊坝公路", 0, 0.07, 4.5),
        Made { widened: Some((3.4, 190)), ..to(5, "场镇至莲花石公路", 0, 0.05, 4.5) },
        Made {
            closed: Some((12, "边坡垮塌，正在清运", None)), ..to(4, "凌阁堂至牌坊坝公路", 1, 0.05, 4.0)
        },
        to(3, "胡豆坪至佛岩寺村道", 2, -0.05, 3.0),
        to(5, "牌坊坝至莲花石村道", 4, 0.05, 4.0).unmeasured(),
        to(3, "莲花石至佛岩寺村道", 5, 0.06, 3.2),
    ]
}

/// What its lane is like for the `k`th group.
fn lane(village: usize, k: usize, name: &str, from: Position, to: Position) -> Made {
    let rank = if k.is_multiple_of(3) { Rank::VillageMain } else { Rank::VillageBranch };
    let own = |width: f64| Made::new(village, format!("{name}进组路"), rank, winding(from, to, 0.06), width);
    match (village * 3 + k) % 8 {
        0..=2 => own(4.2),
        3 => {
            let low = own(4.2);
            Made { fitness: Fitness { height_m: Some(2.8), ..low.fitness.clone() }, ..low }
        }
        4 => own(3.2),
        5 => {
            let steep = own(3.5);
            Made { fitness: Fitness { slope_pct: Some(13.0), ..steep.fitness.clone() }, ..steep }
        }
        6 => own(1.8),
        _ => own(4.0).unmeasured(),
    }
}

/// Main road and lanes of a village, and where its groups live.
fn inside(n: usize, short: &str, groups: &[&Territory]) -> (Vec<Made>, Vec<(String, Position)>) {
    let here = middle(n);
    let (west, east) = (near(here, -3.5, -1.5), near(here, 3.5, 1.5));
    let street = |from, to, side: &str| {
        let name = if n == 0 { format!("老街{side}段") } else { format!("{short}主路{side}段") };
        Made::new(n, name, Rank::VillageMain, vec![from, to], 5.0)
    };
    let mut roads = vec![street(west, here, "西"), street(here, east, "东")];
    let mut points = Vec::new();
    for (k, group) in groups.iter().enumerate() {
        let angle = (k as f64 / groups.len().max(1) as f64 + 0.11 * n as f64) * std::f64::consts::TAU;
        let far = 5.0 + 2.0 * (k % 3) as f64;
        let home = near(here, far * angle.cos(), far * 0.85 * angle.sin());
        // Whoever lives to the west comes from the west end, the others from the east end.
        let from = if angle.cos() < 0.0 { west } else { east };
        roads.push(lane(n, k, &group.name, from, near(home, -0.1, -0.1)));
        points.push((group.code.to_string(), home));
    }
    if n == 5 {
        let top = near(here, -9.0, 8.0);
        let path = Made::new(n, "莲花石上山步道", Rank::Path, winding(west, top, 0.05), 1.2);
        roads.push(Made { surface: Surface::Earth, ..path });
    }
    (roads, points)
}

/// Where the inside of a line crosses another: after which of its corners, and the point. An end on the other line is no
/// crossing: it joins by itself.
fn crossed(line: &[Position], other: &[Position]) -> Option<(usize, Position)> {
    let side =
        |p: Position, q: Position, r: Position| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    let ends = [line.first(), line.last(), other.first(), other.last()];
    line.windows(2).enumerate().find_map(|(n, a)| {
        let [p, q] = a else { return None };
        other.windows(2).find_map(|b| {
            let [r, s] = b else { return None };
            let (from, to) = (side(*r, *s, *p), side(*r, *s, *q));
            let is_crossed = from * to < 0.0 && side(*p, *q, *r) * side(*p, *q, *s) < 0.0;
            let share = from / (from - to);
            let at = [p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share];
            let is_end = ends.iter().flatten().any(|end| distance_m(**end, at) < ENDS_M);
            (is_crossed && !is_end).then_some((n, at))
        })
    })
}

/// Cuts a road in two wherever another crosses it, as whoever surveys does: so the two join.
fn cut_at_crossings(mut roads: Vec<Made>) -> Vec<Made> {
    let mut n = 0;
    while n < roads.len() {
        let found = roads.iter().enumerate().filter(|(other, _)| *other != n).find_map(|(_, other)| {
            let one = roads.get(n).filter(|one| !one.bridge && !other.bridge)?;
            crossed(&one.line, &other.line)
        });
        let Some(one) = roads.get_mut(n).zip(found) else {
            n += 1;
            continue;
        };
        let (one, (corner, at)) = one;
        let mut rest = one.line.split_off(corner + 1);
        one.line.push(at);
        rest.insert(0, at);
        let second = Made { line: rest, ..one.clone() };
        roads.insert(n + 1, second);
    }
    // The parts of one road follow each other.
    let mut part = (String::new(), 1);
    for road in &mut roads {
        part = if part.0 == road.name { (part.0, part.1 + 1) } else { (road.name.clone(), 1) };
        if part.1 > 1 {
            road.name = format!("{}（第{}段）", road.name, part.1);
        }
    }
    roads
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn ago(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

/// Fills in roads, groups and what the engine weighs.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let clerk = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk && held.to.is_none());
    let leader =
        roster.assignments.iter().find(|held| held.role == Role::LeaderInCharge && held.to.is_none());
    let (Some(clerk), Some(leader)) = (clerk, leader) else { return Ok(()) };
    let mut number = 0;
    let mut roads = between();
    let mut villages = BTreeMap::new();
    let mut points = Vec::new();
    for (n, (word, ..)) in VILLAGES.iter().enumerate() {
        let village =
            roster.territories.iter().find(|node| node.level == Level::Village && node.name.contains(word));
        let Some(village) = village else { continue };
        let own = format!("{}/", village.path);
        let groups: Vec<&Territory> = roster
            .territories
            .iter()
            .filter(|node| node.level == Level::Group && node.path.starts_with(&own))
            .collect();
        let (lanes, homes) = inside(n, &village.short_name, &groups);
        roads.extend(lanes);
        points.extend(homes);
        let org =
            roster.orgs.iter().find(|org| org.kind == OrgKind::Village && org.territory == village.code);
        villages.insert(n, (village, org.map(|org| org.id.clone())));
    }
    let roads = cut_at_crossings(roads);
    for made in &roads {
        let Some((village, Some(org))) = villages.get(&made.village) else { continue };
        number += 1;
        keep(app, clerk, (village, org), made, number).await?;
    }
    let today = app.now().date();
    let at = Timestamp::start_of(ago(today, SURVEYED)).plus_ms(10 * 3_600_000);
    let mut tx = app.db.write(&app.town).await?;
    // One group stays without: somebody has yet to say where it lives.
    for (code, home) in points.iter().skip(1) {
        tx.put_group_point(&GroupPoint {
            territory: code.as_str().into(),
            at: *home,
            recorded_by: "演示数据".to_owned(),
            version: 0,
            recorded_at: at,
        })
        .await?;
    }
    // The last group was not counted yet.
    let mut dice = Dice::new("group counts");
    for (code, _) in points.iter().rev().skip(1) {
        let households = 18 + u32::try_from(dice.below(45)).unwrap_or(0);
        let people = households * 2 + u32::try_from(dice.below(u64::from(households))).unwrap_or(0);
        let residents = Residents {
            counted_on: ago(today, SURVEYED),
            households,
            people,
            source: "村级人口年报（演示数据）".to_owned(),
        };
        tx.insert_group_count(&GroupCount {
            id: id(&format!("group count {code}")),
            territory: code.as_str().into(),
            residents: residents.checked(today).map_err(refused)?,
            recorded_by: "演示数据".to_owned(),
            recorded_at: at,
        })
        .await?;
    }
    let engine = ParameterRecord {
        id: id("parameter engine load"),
        parameter: Parameter {
            name: "vehicle.engine.load".to_owned(),
            value: Value::Number(ENGINE_T),
            unit: "吨".to_owned(),
            basis: Basis::TownSetting,
            source: "本镇驻防最重消防车满载总质量（示例）".to_owned(),
            effective_from: ago(today, SURVEYED),
        },
        decision: Decision::Decided,
        reason: "按镇消防站实际车型".to_owned(),
        proposed_by: clerk.person.to_string(),
        decided: Some((leader.person.to_string(), at)),
        version: 1,
        recorded_at: at,
    };
    tx.insert_parameter(&engine).await?;
    // The program's own numbers go on where these end.
    for _ in 0..number {
        tx.next_number("road").await?;
    }
    tx.commit(told("group_point.set", "group_point", "all", "", clerk, at), ()).await.map_err(Into::into)
}

pub(super) fn told(
    action: &'static str,
    kind: &'static str,
    object: &str,
    path: &str,
    by: &Assignment,
    at: Timestamp,
) -> Audit {
    Audit {
        action,
        object_kind: kind,
        object_id: object.to_owned(),
        territory: path.to_owned(),
        actor: by.person.to_string(),
        actor_name: "演示数据".to_owned(),
        hat: String::new(),
        happened_at: at,
        at,
        reason: String::new(),
        detail: "{}".to_owned(),
    }
}

/// Writes a stretch with all that happened to it: one entry in the record stands for all of it.
async fn keep(
    app: &App,
    by: &Assignment,
    (village, org): (&Territory, &OrgId),
    made: &Made,
    number: u32,
) -> Result<()> {
    let today = app.now().date();
    let first = ago(today, SURVEYED);
    let mut fitness = made.fitness.clone();
    if let Some((before, _)) = made.widened {
        fitness.width_m = Some(before);
    }
    let segment = Segment {
        id: RoadId::from(id(&format!("road {}", made.name))),
        code: format!("LD-{number:04}"),
        road: Road {
            kind: made.kind,
            name: made.name.clone(),
            one_way: OneWay::No,
            bridge: made.bridge,
            covered: false,
            private: false,
            fitness,
        },
        rank: made.rank,
        territory: village.code.clone(),
        org: org.clone(),
        line: made.line.clone(),
        surface: Some(made.surface),
        barriers: Vec::new(),
        turns: Vec::new(),
        not_for_engine: false,
        source: if made.measured {
            "村级道路普查，皮尺和手持仪测量".to_owned()
        } else {
            String::new()
        },
        surveyed_on: made.measured.then_some(first),
        part_of: None,
        closures: Vec::new(),
        since: first,
        void: None,
    };
    let mut states = vec![(Act::Register, first, String::new(), segment.register(today).map_err(refused)?)];
    let last = |states: &[(Act, Date, String, Segment)]| states.last().map(|state| state.3.clone());
    if let (Some((_, days)), Some(mut now)) = (made.widened, last(&states)) {
        let on = ago(today, days);
        now.road.fitness = made.fitness.clone();
        (now.since, now.surveyed_on) = (on, Some(on));
        states.push((Act::Change, on, "加宽硬化后复测".to_owned(), now));
    }
    if let (Some((days, why, open)), Some(now)) = (made.closed, last(&states)) {
        let from = ago(today, days);
        let closure = Closure { from, until: None, reason: why.to_owned(), stops: Stops::Everybody };
        let recorded_at = Timestamp::start_of(from).plus_ms(9 * 3_600_000);
        let shut = now
            .close(Closed { closure, by: by.person.clone(), recorded_at, called_off: None })
            .map_err(refused)?;
        states.push((Act::Close, from, why.to_owned(), shut.clone()));
        if let Some(after) = open {
            let on = ago(today, days.saturating_sub(after));
            states.push((Act::Open, on, "已清运".to_owned(), shut.open(0, on).map_err(refused)?));
        }
    }
    let mut tx = app.db.write(&app.town).await?;
    for (seq, (act, on, text, segment)) in (1_i64..).zip(states) {
        let recorded_at = Timestamp::start_of(on).plus_ms(10 * 3_600_000);
        let record = RoadRecord {
            segment: segment.clone(),
            path: village.path.clone(),
            voided_at: None,
            recorded_by: "演示数据".to_owned(),
            version: (seq - 1).max(1),
            recorded_at,
        };
        let event = Event { seq, act, on, recorded_at, by: by.person.clone(), text, segment };
        match seq {
            1 => tx.insert_road(&record, &event).await?,
            _ => tx.save_road(&record, &event).await?,
        }
    }
    let object = id(&format!("road {}", made.name));
    let at = Timestamp::start_of(first).plus_ms(10 * 3_600_000);
    tx.commit(told("road.add", "road", &object, &village.path, by, at), ()).await.map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(n: usize) -> Territory {
        Territory {
            code: format!("g{n}").as_str().into(),
            level: Level::Group,
            parent: None,
            path: String::new(),
            name: format!("{n}组"),
            short_name: String::new(),
            kind: String::new(),
            aliases: Vec::new(),
            provisional: true,
        }
    }

    #[test]
    fn the_towns_roads_join_wherever_they_cross() {
        for count in [4, 9, 14] {
            let groups: Vec<Territory> = (0..count).map(group).collect();
            let groups: Vec<&Territory> = groups.iter().collect();
            let mut roads = between();
            for (n, (word, ..)) in VILLAGES.iter().enumerate() {
                roads.extend(inside(n, word, &groups).0);
            }
            let crossings = |roads: &[Made]| {
                let line = |made: &Made| ::road::drawn::Line {
                    road: Road {
                        kind: made.kind,
                        name: made.name.clone(),
                        one_way: OneWay::No,
                        bridge: made.bridge,
                        covered: false,
                        private: false,
                        fitness: made.fitness.clone(),
                    },
                    line: made.line.clone(),
                    closures: Vec::new(),
                    barriers: Vec::new(),
                    turns: Vec::new(),
                };
                let lines: Vec<_> = roads.iter().map(line).collect();
                let drawn = ::road::drawn::Drawn::of(None, &lines);
                drawn.network.problems.iter().filter(|one| one.code == "road.crossing_unjoined").count()
            };
            assert!(crossings(&roads) > 0, "there is something to join");
            let cut = cut_at_crossings(roads);
            assert_eq!(crossings(&cut), 0, "{count} groups a village");
            assert!(
                cut.iter().any(|one| one.fitness.width_m.is_some_and(|m| m < 2.0)),
                "some are out of reach"
            );
        }
    }

    #[test]
    fn roads_that_cross_are_cut_there_and_nothing_of_them_is_lost() {
        let road = |name: &str, line: Vec<Position>| Made::new(0, name, Rank::VillageMain, line, 4.0);
        let roads = vec![
            road("横路", vec![[105.87, 29.26], [105.89, 29.26]]),
            road("竖路", vec![[105.88, 29.25], [105.88, 29.27]]),
            road("支路", vec![[105.885, 29.26], [105.885, 29.27]]),
        ];
        let cut = cut_at_crossings(roads);
        let names: Vec<&str> = cut.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(
            names,
            ["横路", "横路（第2段）", "竖路", "支路"],
            "the other is met by two ends and joins them"
        );
        assert_eq!(cut[0].line.last(), cut[1].line.first());
        assert!(distance_m(cut[0].line[1], [105.88, 29.26]) < 1.0, "{:?}", cut[0].line);
    }
}
