//! Stretches of road as they are shown and typed in.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::geometry::Position;
use domain::road::segment::{Closed, Event, Segment};
use domain::road::{Closure, Finding, Fitness, OneWay, Refusal, WetSeason};
use domain::time::Date;
use domain::vehicle::{Class, Vehicle};
use serde::{Deserialize, Serialize};
use store::road::RoadRecord;
use utoipa::{IntoParams, ToSchema};

use super::net::RoadMapView;
use crate::names::Names;
use crate::view::{Named, Word};

/// Which stretches to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct RoadAsked {
    /// Ranks, commas between them.
    pub rank: Option<String>,
    /// Only of this village.
    pub village: Option<String>,
    /// Text in name or number.
    pub q: Option<String>,
    /// With `passes`: `engine`, `mini`, `motorcycle` or `foot`.
    pub vehicle: Option<String>,
    /// `yes`, `no` or `unknown`: whether that vehicle passes, the engine when none is named.
    pub passes: Option<String>,
    /// Only those closed today.
    pub closed: Option<bool>,
    /// Voided ones too.
    pub with_void: Option<bool>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<usize>,
}

/// Whether one vehicle passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Passing {
    /// `engine`, `mini`, `motorcycle` or `foot`.
    pub vehicle: Word,
    /// `yes`, `no` or `unknown`.
    pub passes: String,
    /// What speaks against it, and what nobody knows.
    pub why: Vec<Word>,
}

/// What was measured. What nobody measured is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FitnessView {
    /// Units: m.
    pub width_m: Option<f64>,
    /// Units: m.
    pub height_m: Option<f64>,
    /// Units: t.
    pub load_t: Option<f64>,
    /// Units: per cent.
    pub slope_pct: Option<f64>,
    /// Units: m.
    pub turning_radius_m: Option<f64>,
    pub dead_end: Option<bool>,
    pub turnaround: Option<bool>,
    /// `passable` or `impassable`.
    pub wet_season: Option<String>,
}

impl FitnessView {
    pub(super) fn of(fitness: &Fitness) -> Self {
        Self {
            width_m: fitness.width_m,
            height_m: fitness.height_m,
            load_t: fitness.load_t,
            slope_pct: fitness.slope_pct,
            turning_radius_m: fitness.turning_radius_m,
            dead_end: fitness.dead_end,
            turnaround: fitness.turnaround,
            wet_season: fitness.wet_season.map(|wet| {
                let word = if wet == WetSeason::Passable { "passable" } else { "impassable" };
                word.to_owned()
            }),
        }
    }
}

/// A closure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClosedView {
    /// Its place among the closures of the stretch.
    pub number: usize,
    pub from: String,
    /// Last day; none until further notice.
    pub until: Option<String>,
    pub reason: String,
    /// Whom it stops: `everybody` or `vehicles`.
    pub stops: Word,
    pub by: Named,
    pub recorded_at: String,
    /// In force today.
    pub now: bool,
    /// It is not over yet.
    pub open: bool,
    /// Why it was called off before it began; none of any other.
    pub called_off: Option<String>,
}

/// A stretch in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadRow {
    pub id: String,
    pub code: String,
    pub name: String,
    /// What it is for.
    pub rank: Word,
    /// What kind of road, as OpenStreetMap says it.
    pub kind: Word,
    pub territory: Named,
    /// Units: m.
    pub length_m: f64,
    #[serde(flatten)]
    pub fitness: FitnessView,
    /// `A`, `B`, `C` or `X`; none while nobody can say.
    pub fire_class: Option<String>,
    /// Each vehicle but people on foot.
    pub passing: Vec<Passing>,
    /// Closed today, and why: of several closures every reason.
    pub closed: Option<String>,
    pub surveyed_on: Option<String>,
    /// Its positions, longitude before latitude.
    #[schema(value_type = Vec<Vec<f64>>)]
    pub line: Vec<Position>,
    pub voided: bool,
}

/// A page of stretches.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadPage {
    pub items: Vec<RoadRow>,
    /// How many there are in all.
    pub total: usize,
    /// Their length in all. Units: m.
    pub length_m: f64,
    /// Of it where an engine passes. Units: m.
    pub engine_m: f64,
    /// Of it where nobody can say. Units: m.
    pub unknown_m: f64,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoadEventView {
    pub seq: i64,
    pub act: Word,
    /// The day it holds from.
    pub on: String,
    pub recorded_at: String,
    pub by: Named,
    pub text: String,
    /// What is otherwise than before: label, before, after.
    pub changes: Vec<RoadChange>,
}

/// A value that is otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoadChange {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// Something that stands in a stretch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BarrierView {
    /// `gate`, `posts`, `walkers` or `wall`.
    pub what: Word,
    pub lon: f64,
    pub lat: f64,
}

/// A turn that is forbidden, or all that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TurnView {
    /// The stretch one would turn into.
    pub into: Named,
    /// Whether it is all that is allowed where the two meet.
    pub only: bool,
}

/// One stretch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadView {
    #[serde(flatten)]
    pub row: RoadRow,
    pub org: Named,
    /// GeoJSON line.
    #[schema(value_type = Object)]
    pub geometry: serde_json::Value,
    pub one_way: String,
    pub bridge: bool,
    pub covered: bool,
    pub private: bool,
    pub surface: Option<Word>,
    pub not_for_engine: bool,
    pub barriers: Vec<BarrierView>,
    pub turns: Vec<TurnView>,
    pub source: String,
    pub part_of: Option<Named>,
    pub closures: Vec<ClosedView>,
    pub void: Option<String>,
    /// What happened, newest first.
    pub events: Vec<RoadEventView>,
    pub recorded_by: String,
    pub recorded_at: String,
    pub version: i64,
    /// `change`, `split`, `close`, `open`, `void`.
    pub actions: Vec<Word>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadOptions {
    pub ranks: Vec<Word>,
    pub kinds: Vec<Word>,
    pub surfaces: Vec<Word>,
    /// What may stand in a road.
    pub barriers: Vec<Word>,
    pub vehicles: Vec<VehicleNeeds>,
    pub territories: Vec<Named>,
    pub map: Option<RoadMapView>,
    pub may_add: bool,
    pub may_plan: bool,
}

/// What a vehicle needs of a road.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VehicleNeeds {
    pub vehicle: Word,
    pub needs: Vec<NeedView>,
    /// The fastest first; all of them the town's own numbers.
    pub speeds: Vec<SpeedView>,
}

/// A speed on some kinds of road.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SpeedView {
    /// Kinds of road.
    pub roads: Vec<Word>,
    pub kmh: f64,
}

/// One need.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NeedView {
    /// `width`, `height`, `load`, `slope` or `turning_radius`.
    pub limit: String,
    pub label: String,
    pub unit: String,
    /// None while the town has not set it.
    pub value: Option<f64>,
    pub source: String,
    /// Whether a checked standard gives it; otherwise it is the town's own number.
    pub standard: bool,
}

/// Something that stands in a stretch, to enter.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct BarrierInput {
    /// `gate`, `posts`, `walkers` or `wall`.
    pub what: String,
    /// A position on the line, or up to 30 m beside it.
    pub lon: f64,
    pub lat: f64,
}

/// A turn to forbid, or to be all that is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct TurnInput {
    /// Id or number of the stretch one would turn into.
    pub into: String,
    /// Whether it is all that is allowed where the two meet.
    pub only: bool,
}

/// A stretch to enter or change.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct RoadInput {
    pub name: String,
    /// Given by the program when left out.
    pub code: Option<String>,
    pub rank: String,
    /// As OpenStreetMap says it; by the rank when left out.
    pub kind: Option<String>,
    pub territory: String,
    /// GeoJSON line, WGS-84.
    #[schema(value_type = Object)]
    pub geometry: serde_json::Value,
    /// `no`, `forward` or `backward`.
    pub one_way: Option<String>,
    pub bridge: bool,
    pub covered: bool,
    pub private: bool,
    #[serde(flatten)]
    pub fitness: FitnessView,
    pub surface: Option<String>,
    pub not_for_engine: bool,
    /// All that stands in it; as it was when left out.
    pub barriers: Option<Vec<BarrierInput>>,
    /// All turns from it that are not free; as they were when left out.
    pub turns: Option<Vec<TurnInput>>,
    pub source: String,
    /// The day of the survey; other values have a later one than those on record.
    pub surveyed_on: Option<String>,
    /// What is on record was mistyped and never was so: these values take its place from the day it holds from, past periods
    /// are counted anew, and `text` says why.
    pub correction: bool,
    /// Why it is changed; may be empty, but of a correction.
    pub text: String,
    /// Of one that is drawn along others on record: `same`, it is the same road measured again and is laid over them, or
    /// `new`, it is another road. Asked for when left out (`road.along`); one that is on record already cannot become the same.
    pub along: Option<String>,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// Something done with a stretch.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct RoadStep {
    /// `close`, `open`, `split` or `void`.
    pub step: String,
    /// First day of a closure, or the day it is open again; today when left out.
    pub on: Option<String>,
    /// Last day of a closure; none until further notice.
    pub until: Option<String>,
    /// Whom a closure stops: `everybody` or `vehicles`, past which people walk; everybody when left out.
    pub stops: Option<String>,
    /// Why.
    pub text: String,
    /// Which closure is over.
    pub number: Option<usize>,
    /// Longitude and latitude of the cut.
    #[schema(value_type = Option<Vec<f64>>)]
    pub at: Option<Position>,
    /// The version that was read; a closure needs none.
    pub version: Option<i64>,
}

/// A vehicle's word.
pub(super) fn class_word(vehicle: &Vehicle) -> Word {
    Word::new(vehicle.class.code(), vehicle.name.as_str())
}

/// What is found of a stretch and a vehicle, in words.
fn reason(finding: &Finding) -> Word {
    match finding {
        Finding::Refused(refusal) => Word::new(refusal.code(), refusal.says()),
        Finding::Unknown(doubt) => Word::new(doubt.code(), doubt.says()),
    }
}

/// `yes`, `no` or `unknown`.
pub(super) fn passes(segment: &Segment, vehicle: &Vehicle) -> &'static str {
    match segment.passes(vehicle) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

/// The same on a day: what is closed to it, it does not pass, whatever it was built for.
pub(super) fn passes_on(segment: &Segment, vehicle: &Vehicle, day: Date) -> &'static str {
    if segment.closed_to(vehicle.class, day).is_some() { "no" } else { passes(segment, vehicle) }
}

fn shut(mut one: Passing, closed: &[&str]) -> Passing {
    if !closed.is_empty() {
        "no".clone_into(&mut one.passes);
    }
    let refusals = closed.iter().map(|why| Refusal::Closed((*why).to_owned()));
    one.why.splice(0..0, refusals.map(|refusal| Word::new(refusal.code(), refusal.says())));
    one
}

/// A stretch in a list.
pub(super) fn row(record: &RoadRecord, names: &Names, vehicles: &[Vehicle], today: Date) -> RoadRow {
    let s = &record.segment;
    let engines = vehicles.iter().filter(|vehicle| vehicle.class != Class::Foot);
    let passing: Vec<Passing> = engines
        .map(|vehicle| Passing {
            vehicle: class_word(vehicle),
            passes: passes(s, vehicle).to_owned(),
            why: s.findings(vehicle).iter().map(reason).collect(),
        })
        .collect();
    // Unknown for a more demanding vehicle does not make it one of a lower class: nobody knows which.
    let first = passing.iter().find(|one| one.passes != "no");
    // What it was built for is its class, closed or not.
    let fire_class = match first {
        None => Some("X".to_owned()),
        Some(one) if one.passes == "unknown" => None,
        Some(one) => {
            let class = vehicles.iter().map(|vehicle| vehicle.class).find(|c| c.code() == one.vehicle.code);
            class.map(|class| class.road_class().to_owned())
        }
    };
    let mut closed: Vec<&str> = Vec::new();
    for why in s.closures_on(today).map(|closed| closed.closure.reason.as_str()) {
        if !closed.contains(&why) {
            closed.push(why);
        }
    }
    let passing = passing.into_iter().map(|one| shut(one, &closed)).collect();
    RoadRow {
        id: s.id.to_string(),
        code: s.code.clone(),
        name: s.road.name.clone(),
        rank: Word::new(s.rank.code(), s.rank.label()),
        kind: Word::new(s.road.kind.code(), s.road.kind.label()),
        territory: names.territory(s.territory.as_str()),
        length_m: s.length_m().round(),
        fitness: FitnessView::of(&s.road.fitness),
        fire_class,
        passing,
        closed: (!closed.is_empty()).then(|| closed.join("；")),
        surveyed_on: s.surveyed_on.map(|day| day.to_string()),
        line: s.line.clone(),
        voided: s.void.is_some(),
    }
}

/// The values of a stretch by what people call them.
fn values(s: &Segment) -> Vec<(&'static str, String)> {
    let f = &s.road.fitness;
    let number =
        |value: Option<f64>, unit: &str| value.map_or("未测".to_owned(), |n| format!("{n} {unit}"));
    let flag = |value: bool| if value { "是" } else { "否" }.to_owned();
    let maybe = |value: Option<bool>| value.map_or("未记录".to_owned(), flag);
    vec![
        ("名称", s.road.name.clone()),
        ("类别", s.rank.label().to_owned()),
        ("道路类型", s.road.kind.label().to_owned()),
        ("最小净宽", number(f.width_m, "米")),
        ("最小净高", number(f.height_m, "米")),
        ("最小承载", number(f.load_t, "吨")),
        ("最大坡度", number(f.slope_pct, "%")),
        ("最小转弯半径", number(f.turning_radius_m, "米")),
        ("断头路", maybe(f.dead_end)),
        ("有回车场", maybe(f.turnaround)),
        ("雨季可通行", maybe(f.wet_season.map(|wet| wet == WetSeason::Passable))),
        ("单行", one_way(s.road.one_way).label),
        ("桥梁", flag(s.road.bridge)),
        ("有顶或限高", flag(s.road.covered)),
        ("不对外开放", flag(s.road.private)),
        ("不通消防车须替代通行", flag(s.not_for_engine)),
        ("路面", s.surface.map_or("未记录", |surface| surface.label()).to_owned()),
        (
            "障碍",
            listed(
                s.barriers
                    .iter()
                    .map(|one| format!("{}（{:.5}，{:.5}）", one.what.label(), one.at[0], one.at[1])),
            ),
        ),
        (
            "转向限制",
            listed(
                s.turns
                    .iter()
                    .map(|one| format!("{}（{}）", if one.only { "只能转入" } else { "不得转入" }, one.into)),
            ),
        ),
        ("线形", format!("{} 点，{:.0} 米", s.line.len(), s.length_m())),
    ]
}

fn listed(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() { "无".to_owned() } else { texts.join("、") }
}

fn one_way(way: OneWay) -> Word {
    match way {
        OneWay::No => Word::new("no", way.label()),
        OneWay::Forward => Word::new("forward", way.label()),
        OneWay::Backward => Word::new("backward", way.label()),
    }
}

/// A closure in the history: why, and from which day to which.
fn closure(closed: &Closed) -> String {
    let Closure { from, until, reason, .. } = &closed.closure;
    let lasts = match until {
        _ if closed.called_off.is_some() => "已取消".to_owned(),
        None => format!("{from} 起"),
        Some(until) if until < from => format!("{from} 当天恢复"),
        Some(until) => format!("{from} 至 {until}"),
    };
    format!("{reason}（{lasts}）")
}

fn event(event: &Event, before: Option<&Event>, names: &Names) -> RoadEventView {
    let now = values(&event.segment);
    let then = before.map(|before| values(&before.segment)).unwrap_or_default();
    let changes = then.into_iter().zip(now).filter(|((_, before), (_, after))| before != after);
    // Which of its closures was ended; a new one is what the event itself says.
    let closures = before.into_iter().flat_map(|before| before.segment.closures.iter());
    let closures = closures.zip(&event.segment.closures).filter(|(before, after)| before != after);
    let closures = closures.map(|(before, after)| (("封闭", closure(before)), ("封闭", closure(after))));
    RoadEventView {
        seq: event.seq,
        act: Word::new(event.act.code(), event.act.label()),
        on: event.on.to_string(),
        recorded_at: event.recorded_at.to_rfc3339(),
        by: Named::new(event.by.as_str(), names.person(&event.by)),
        text: event.text.clone(),
        changes: changes
            .chain(closures)
            .map(|((label, before), (_, after))| RoadChange { label: label.to_owned(), before, after })
            .collect(),
    }
}

/// What one stretch is shown with.
pub(super) struct Around<'a> {
    pub names: &'a Names,
    pub vehicles: &'a [Vehicle],
    pub events: &'a [Event],
    pub part_of: Option<Named>,
    pub turns: Vec<TurnView>,
    pub actions: Vec<Word>,
}

/// One stretch whole.
pub(super) fn page(record: &RoadRecord, around: Around<'_>, today: Date) -> RoadView {
    let Around { names, vehicles, events, part_of, turns, actions } = around;
    let s = &record.segment;
    let closed = |(number, closed): (usize, &Closed)| ClosedView {
        number,
        from: closed.closure.from.to_string(),
        until: closed.closure.until.map(|day| day.to_string()),
        reason: closed.closure.reason.clone(),
        stops: Word::new(closed.closure.stops.code(), closed.closure.stops.label()),
        by: Named::new(closed.by.as_str(), names.person(&closed.by)),
        recorded_at: closed.recorded_at.to_rfc3339(),
        now: closed.covers(today),
        open: closed.lasts_on(today),
        called_off: closed.called_off.clone(),
    };
    let told = events.iter().enumerate().rev();
    let told = told.map(|(n, one)| event(one, n.checked_sub(1).and_then(|n| events.get(n)), names));
    RoadView {
        row: row(record, names, vehicles, today),
        org: names.named_org(&s.org),
        geometry: serde_json::json!({ "type": "LineString", "coordinates": s.line }),
        one_way: one_way(s.road.one_way).code,
        bridge: s.road.bridge,
        covered: s.road.covered,
        private: s.road.private,
        surface: s.surface.map(|surface| Word::new(surface.code(), surface.label())),
        not_for_engine: s.not_for_engine,
        barriers: s
            .barriers
            .iter()
            .map(|one| BarrierView {
                what: Word::new(one.what.code(), one.what.label()),
                lon: one.at[0],
                lat: one.at[1],
            })
            .collect(),
        turns,
        source: s.source.clone(),
        part_of,
        closures: s.closures.iter().enumerate().map(closed).collect(),
        void: s.void.clone(),
        events: told.collect(),
        recorded_by: record.recorded_by.clone(),
        recorded_at: record.recorded_at.to_rfc3339(),
        version: record.version,
        actions,
    }
}
