//! Whether the water of a facility counts on a day, why not, and how much there is of several without counting a pipe
//! or pool twice. What does not belong here: how far hoses and engines carry it.
//!
//! Source: clauses C6.3–C6.5; water points of the field's handbook §3.4.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::network::{Network, Node, is_pump, is_source, is_tap};
use super::{Facility, FacilityRefusal, Stage};
use crate::fulfilment::Span;
use crate::ids::FacilityId;
use crate::time::Date;

/// More than this no water point of a township holds: somebody mistyped, or wrote another unit. Units: m³.
pub const MOST_M3: f64 = 10_000_000.0;
/// More than this comes out of no water point; a greater number is in another unit. Units: L/s.
pub const MOST_L_S: f64 = 1_000.0;
/// From deeper nothing is drawn. Units: m.
pub const MOST_LIFT_M: f64 = 1_000.0;

/// Where its water comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// 集中供水管网.
    Supply,
    /// 河流.
    River,
    /// 山坪塘.
    Pond,
    /// 水库.
    Reservoir,
    /// 堰、渠.
    Weir,
    /// 山泉.
    Spring,
    /// 井.
    Well,
    /// 人工蓄水.
    Filled,
}

impl Source {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Supply,
        Self::River,
        Self::Pond,
        Self::Reservoir,
        Self::Weir,
        Self::Spring,
        Self::Well,
        Self::Filled,
    ];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Supply => "supply",
            Self::River => "river",
            Self::Pond => "pond",
            Self::Reservoir => "reservoir",
            Self::Weir => "weir",
            Self::Spring => "spring",
            Self::Well => "well",
            Self::Filled => "filled",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Supply => "集中供水管网",
            Self::River => "河流",
            Self::Pond => "山坪塘",
            Self::Reservoir => "水库",
            Self::Weir => "堰渠",
            Self::Spring => "山泉",
            Self::Well => "水井",
            Self::Filled => "人工蓄水",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.code() == code)
    }
}

/// What water a facility gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Water {
    /// Usable volume. Units: m³.
    pub usable_m3: Option<f64>,
    /// Flow. Units: L/s.
    pub flow_l_s: Option<f64>,
    /// How high a pump must lift it. Units: m.
    pub lift_m: Option<f64>,
    /// Whether an engine can stand beside it on firm ground.
    pub hard_standing: Option<bool>,
    /// Months it cannot be drawn from, 1–12, as surveyed.
    pub dry_months: BTreeSet<u32>,
    /// Where it comes from.
    pub source: Option<Source>,
    /// The pool or pipe it draws from, where that is a facility too.
    pub fed_by: Option<FacilityId>,
}

impl Water {
    /// Checks the measures.
    ///
    /// Errors: one is negative, no number or more than can be, a month is none.
    pub fn check(&self) -> Result<(), FacilityRefusal> {
        let measures = [
            (self.usable_m3, "可用容积", MOST_M3),
            (self.flow_l_s, "出水流量", MOST_L_S),
            (self.lift_m, "吸水高度", MOST_LIFT_M),
        ];
        for (measure, name, most) in measures {
            if measure.is_some_and(|n| !n.is_finite() || n < 0.0) {
                return Err(FacilityRefusal::Water(name));
            }
            if measure.is_some_and(|n| n > most) {
                return Err(FacilityRefusal::TooMuch(name, most));
            }
        }
        match self.dry_months.iter().all(|month| (1..=12).contains(month)) {
            true => Ok(()),
            false => Err(FacilityRefusal::Water("枯水月份")),
        }
    }

    /// Whether there is any to draw that day, as far as anybody knows: not dry, nor measured to be nothing.
    fn is_there(&self, on: Date) -> bool {
        let mut measured = self.usable_m3.iter().chain(&self.flow_l_s).peekable();
        let unmeasured = measured.peek().is_none();
        !self.dry_months.contains(&on.month()) && (unmeasured || measured.any(|n| *n > 0.0))
    }
}

/// Why water does not count.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// It is not in service.
    Stage(Stage),
    /// Nobody looked at it since this day was over.
    Unchecked(Date),
    /// It is dry in this month.
    Dry(u32),
    /// It lies too deep, so many metres.
    Lift(f64, f64),
    /// No engine can stand beside it.
    Standing,
    /// Nobody measured how much there is.
    Unmeasured,
    /// Its water is that of another point, which is counted.
    SameWater(FacilityId),
    /// It is a pump house no source gives water, or a tap of a line whose pools and sources give none.
    NoSource,
}

impl Why {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stage(_) => "stage",
            Self::Unchecked(_) => "unchecked",
            Self::Dry(_) => "dry",
            Self::Lift(..) => "lift",
            Self::Standing => "standing",
            Self::Unmeasured => "unmeasured",
            Self::SameWater(_) => "same_water",
            Self::NoSource => "no_source",
        }
    }

    /// One sentence for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Stage(stage) => format!("现在是“{}”，不计入", stage.label()),
            Self::Unchecked(due) => format!("检查有效期到 {due}，之后没有检查，不计入"),
            Self::Dry(month) => format!("{month} 月为枯水月份，不计入"),
            Self::Lift(lift, limit) => format!("吸水高度 {lift} 米，超过 {limit} 米，不计入"),
            Self::Standing => "旁边没有消防车可以停靠的硬化场地，取不到水，不计入".to_owned(),
            Self::Unmeasured => "没有登记可用容积或出水流量，不计入".to_owned(),
            Self::SameWater(_) => "与另一处同一水源，已计入那一处".to_owned(),
            Self::NoSource => {
                "没有可用的水源、水池到达，取不到水，不计入；还没有登记的，请登记并与它相接".to_owned()
            }
        }
    }
}

/// The days water is asked of: the season may lie ahead, a check nobody can have made yet may not be missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The day of the season, for what is dry.
    pub season: Date,
    /// The day checks must hold on; no later than today.
    pub checked: Date,
}

impl From<Date> for AsOf {
    fn from(day: Date) -> Self {
        Self { season: day, checked: day }
    }
}

/// Whether a facility by itself gives water on a day, wherever it comes from; `lift_limit_m` is as high as a pump draws.
/// Units: metres.
///
/// Errors: why it does not count.
pub fn counts(facility: &Facility, on: impl Into<AsOf>, lift_limit_m: f64) -> Result<(), Why> {
    let on = on.into();
    let Some(water) = facility.water.as_ref().filter(|_| facility.void.is_none()) else {
        return Err(Why::Unmeasured);
    };
    if facility.stage != Stage::InService {
        return Err(Why::Stage(facility.stage));
    }
    if let Some(due) = facility.check_due().filter(|due| *due < on.checked) {
        return Err(Why::Unchecked(due));
    }
    if water.dry_months.contains(&on.season.month()) {
        return Err(Why::Dry(on.season.month()));
    }
    if let Some(lift) = water.lift_m.filter(|lift| *lift > lift_limit_m) {
        return Err(Why::Lift(lift, lift_limit_m));
    }
    // A supply under pressure feeds a hose by itself; from anything else an engine has to draw.
    if water.hard_standing == Some(false) && water.source != Some(Source::Supply) {
        return Err(Why::Standing);
    }
    match water.usable_m3.is_some() || water.flow_l_s.is_some() {
        true => Ok(()),
        false => Err(Why::Unmeasured),
    }
}

/// Classes that hand on water and hold none of their own: of those on one line only one can be had in full.
const OUTLETS: [&str; 4] = ["hydrant", "hydrant_forest", "pipe_forest", "pump_house"];

/// Which facility's water each facility gives, over everything on record: a chain of feeds may lead over points that are
/// not asked for.
#[derive(Debug, Clone, Default)]
pub struct Waters {
    whose: BTreeMap<FacilityId, Whose>,
    /// Of each pump house the waters of the sound sources it draws from; of each tap of a line on which something that holds
    /// water is on record, the waters of those that are sound and joined to it. What a line without any holds nobody knows.
    drawn: BTreeMap<FacilityId, Vec<Water>>,
}

/// Whose water a point gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Whose {
    /// The facility its water begins at; none for an outlet nobody said that of: it gives what its line holds.
    from: Option<FacilityId>,
    /// All that is joined or fed, by one of it.
    line: FacilityId,
}

impl Waters {
    /// The waters of all facilities that stand.
    pub fn of<'a>(all: impl IntoIterator<Item = &'a Facility>) -> Self {
        let all: BTreeMap<&FacilityId, &Facility> = all.into_iter().map(|one| (&one.id, one)).collect();
        let mut beside: BTreeMap<&FacilityId, BTreeSet<&FacilityId>> = BTreeMap::new();
        for (id, one) in &all {
            // What feeds is part of the line though it may be gone: two points it fed are still one water.
            for other in one.joins.iter().filter(|other| all.contains_key(other)).chain(feeder(one)) {
                beside.entry(id).or_default().insert(other);
                beside.entry(other).or_default().insert(id);
            }
        }
        let mut lines: BTreeMap<&FacilityId, &FacilityId> = BTreeMap::new();
        for id in all.keys() {
            let mut next = vec![*id];
            while let Some(at) = next.pop() {
                if !lines.contains_key(at) {
                    lines.insert(at, id);
                    next.extend(beside.get(at).into_iter().flatten());
                }
            }
        }
        let whose = |id: &&FacilityId| {
            let from = Some(fed(&all, id)).filter(|end| !is_outlet(&all, end));
            Whose { from, line: lines.get(*id).map_or_else(|| (*id).clone(), |line| (*line).clone()) }
        };
        let sound = |one: &Facility| one.is_sound().then_some(Span::since(Date::MIN));
        let net =
            Network::of(all.values().map(|one| Node::of(one, sound(one).into_iter().collect())).collect());
        let (lines, sound_lines) = (net.lines(None), net.lines(Some(Date::MIN)));
        let drawn = |one: &&Facility| {
            let id = &one.id;
            // A pool that is said to feed it is no source of the pipes, yet holds what it draws.
            let mut feeders = feeders(&all, id);
            feeders.retain(|one| !is_outlet(&all, one));
            let joined = sound_lines.of(id).iter().copied();
            let from: Vec<&FacilityId> = match () {
                () if is_pump(&one.class) => {
                    let source = |id: &&FacilityId| all.get(id).is_some_and(|one| is_source(&one.class));
                    joined.filter(source).chain(feeders).collect()
                }
                () if is_tap(&one.class) => {
                    lines.of(id).first().or(feeders.first())?;
                    joined.chain(feeders).collect()
                }
                () => return None,
            };
            let sound = from.into_iter().filter_map(|id| all.get(id).filter(|one| one.is_sound()));
            Some((id.clone(), sound.map(|one| one.water.clone().unwrap_or_default()).collect()))
        };
        Self {
            whose: all.keys().map(|id| ((*id).clone(), whose(id))).collect(),
            drawn: all.values().copied().filter_map(|one| drawn(&one)).collect(),
        }
    }

    fn of_point(&self, id: &FacilityId) -> Whose {
        let alone = || Whose { from: Some(id.clone()), line: id.clone() };
        self.whose.get(id).cloned().unwrap_or_else(alone)
    }

    /// Whether a facility gives water on a day: a pump house only what some source gives it, a tap only what its line holds.
    ///
    /// Errors: why it does not count.
    pub fn counts(&self, facility: &Facility, on: impl Into<AsOf>, lift_limit_m: f64) -> Result<(), Why> {
        let on = on.into();
        counts(facility, on, lift_limit_m)?;
        let drawn = match self.drawn.get(&facility.id) {
            Some(from) => from.iter().any(|of| of.is_there(on.season)),
            None => !is_pump(&facility.class),
        };
        match drawn {
            true => Ok(()),
            false => Err(Why::NoSource),
        }
    }
}

fn feeder(one: &Facility) -> Option<&FacilityId> {
    one.water.as_ref()?.fed_by.as_ref()
}

fn is_outlet(all: &BTreeMap<&FacilityId, &Facility>, id: &FacilityId) -> bool {
    all.get(id).is_some_and(|one| OUTLETS.contains(&one.class.as_str()))
}

/// All a chain of feeds leads over.
fn feeders<'a>(all: &BTreeMap<&FacilityId, &'a Facility>, id: &FacilityId) -> BTreeSet<&'a FacilityId> {
    let mut found = BTreeSet::new();
    let mut next = all.get(id).copied().and_then(feeder);
    while let Some(at) = next.filter(|at| found.insert(*at)) {
        next = all.get(at).copied().and_then(feeder);
    }
    found
}

/// Where a chain of feeds begins. Those that claim to feed each other are one water: one that holds its own stands for all.
fn fed(all: &BTreeMap<&FacilityId, &Facility>, id: &FacilityId) -> FacilityId {
    let mut chain = vec![id];
    let mut at = id;
    while let Some(next) = all.get(at).and_then(|one| feeder(one)) {
        if let Some(n) = chain.iter().position(|known| *known == next) {
            let ring = chain.iter().skip(n).copied();
            return ring.min_by_key(|one| (is_outlet(all, one), *one)).unwrap_or(at).clone();
        }
        chain.push(next);
        at = next;
    }
    at.clone()
}

/// How much water several points give together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sum {
    /// Stored. Units: m³.
    pub usable_m3: f64,
    /// Flowing. Units: L/s.
    pub flow_l_s: f64,
    /// Points that count.
    pub good: Vec<FacilityId>,
    /// Points that do not, and why.
    pub left_out: Vec<(FacilityId, Why)>,
}

/// What one point gives, m³ and L/s.
fn given(point: &Facility) -> (f64, f64) {
    point.water.as_ref().map_or((0.0, 0.0), |w| (w.usable_m3.unwrap_or(0.0), w.flow_l_s.unwrap_or(0.0)))
}

/// The water of several points on a day. Of points on one pool, pipe or supply the largest counts, once; `waters` says
/// which those are. Outlets of a line give what its pools and sources hold: they add only what those are not known to give.
pub fn sum(points: &[&Facility], waters: &Waters, on: impl Into<AsOf>, lift_limit_m: f64) -> Sum {
    let on = on.into();
    let mut out = Sum::default();
    let mut lines: BTreeMap<FacilityId, BTreeMap<Option<FacilityId>, Vec<&Facility>>> = BTreeMap::new();
    for point in points {
        match waters.counts(point, on, lift_limit_m) {
            Ok(()) => {
                let Whose { from, line } = waters.of_point(&point.id);
                lines.entry(line).or_default().entry(from).or_default().push(point);
            }
            Err(why) => out.left_out.push((point.id.clone(), why)),
        }
    }
    let largest_first = |a: &&Facility, b: &&Facility| {
        let ((va, fa), (vb, fb)) = (given(a), given(b));
        vb.total_cmp(&va).then(fb.total_cmp(&fa)).then_with(|| a.id.cmp(&b.id))
    };
    for mut line in lines.into_values() {
        let outlets = line.remove(&None).unwrap_or_default();
        let mut held = (0.0, 0.0);
        let mut good: Vec<&Facility> = Vec::new();
        // A pool may not say how it flows, the hydrant on it may: what is had is the most of each.
        let most = |of: &[&Facility], held: (f64, f64)| {
            of.iter().map(|one| given(one)).fold(held, |(v, f), (own_v, own_f)| (v.max(own_v), f.max(own_f)))
        };
        for mut same in line.into_values() {
            let (usable_m3, flow_l_s) = most(&same, (0.0, 0.0));
            held = (held.0 + usable_m3, held.1 + flow_l_s);
            same.sort_by(largest_first);
            let Some((first, others)) = same.split_first() else { continue };
            good.push(first);
            out.left_out.extend(others.iter().map(|one| (one.id.clone(), Why::SameWater(first.id.clone()))));
        }
        held = most(&outlets, held);
        let mut first: Vec<&Facility> = if good.is_empty() { outlets.clone() } else { good.clone() };
        first.sort_by(largest_first);
        let Some(first) = first.first() else { continue };
        if good.is_empty() {
            good.push(first);
        }
        let others = outlets.iter().filter(|one| one.id != first.id);
        out.left_out.extend(others.map(|one| (one.id.clone(), Why::SameWater(first.id.clone()))));
        out.usable_m3 += held.0;
        out.flow_l_s += held.1;
        out.good.extend(good.into_iter().map(|one| one.id.clone()));
    }
    out.good.sort();
    out.left_out.sort_by(|a, b| a.0.cmp(&b.0));
    out
}
