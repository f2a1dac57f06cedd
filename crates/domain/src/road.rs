//! Roads: what is known of a stretch of road, and whether a vehicle passes it. A value nobody measured stays unknown:
//! it is neither enough nor too little, and the judgement says which it was. What does not belong here: which stretches
//! make a way (`road`), what a vehicle needs (`vehicle`).

pub mod along;
pub mod laid;
pub mod residents;
pub mod scenario;
pub mod segment;

use serde::{Deserialize, Serialize};

use crate::time::Date;
use crate::vehicle::{Class, Vehicle};

/// Kinds of road, as OpenStreetMap's `highway` calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are OpenStreetMap's own; `label` says them in Chinese")]
pub enum Kind {
    Motorway,
    MotorwayLink,
    Trunk,
    TrunkLink,
    Primary,
    PrimaryLink,
    Secondary,
    SecondaryLink,
    Tertiary,
    TertiaryLink,
    Unclassified,
    Residential,
    LivingStreet,
    Service,
    Road,
    Track,
    Pedestrian,
    Path,
    Footway,
    Cycleway,
    Bridleway,
    Steps,
}

const KINDS: [(Kind, &str, &str); 22] = [
    (Kind::Motorway, "motorway", "高速公路"),
    (Kind::MotorwayLink, "motorway_link", "高速公路匝道"),
    (Kind::Trunk, "trunk", "快速路"),
    (Kind::TrunkLink, "trunk_link", "快速路匝道"),
    (Kind::Primary, "primary", "一级道路"),
    (Kind::PrimaryLink, "primary_link", "一级道路匝道"),
    (Kind::Secondary, "secondary", "二级道路"),
    (Kind::SecondaryLink, "secondary_link", "二级道路匝道"),
    (Kind::Tertiary, "tertiary", "三级道路"),
    (Kind::TertiaryLink, "tertiary_link", "三级道路匝道"),
    (Kind::Unclassified, "unclassified", "村道"),
    (Kind::Residential, "residential", "居民区道路"),
    (Kind::LivingStreet, "living_street", "生活街道"),
    (Kind::Service, "service", "内部道路"),
    (Kind::Road, "road", "未分类道路"),
    (Kind::Track, "track", "机耕道"),
    (Kind::Pedestrian, "pedestrian", "步行街"),
    (Kind::Path, "path", "小路"),
    (Kind::Footway, "footway", "人行道"),
    (Kind::Cycleway, "cycleway", "自行车道"),
    (Kind::Bridleway, "bridleway", "马道"),
    (Kind::Steps, "steps", "台阶"),
];

impl Kind {
    /// The kind of this code; none for what is no road (yet), as `construction`.
    pub fn from_code(code: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, _)| *known == code).map(|(kind, ..)| *kind)
    }

    /// Code in files and answers.
    pub fn code(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, code, _)| code)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., label)| label)
    }

    /// Whether cars use it by right.
    pub fn is_for_cars(self) -> bool {
        self <= Self::Road
    }
}

/// Which ways along a road traffic may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OneWay {
    /// Both.
    #[default]
    No,
    /// As the road is drawn.
    Forward,
    /// Against how it is drawn.
    Backward,
}

impl OneWay {
    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::No => "双向",
            Self::Forward => "按所画方向单行",
            Self::Backward => "逆所画方向单行",
        }
    }

    /// The same on a line drawn from the other end.
    pub fn turned(self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

/// How a road is in the wet season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WetSeason {
    /// 雨季可通行.
    Passable,
    /// 雨季不能通行.
    Impassable,
}

/// The worst values along a stretch, as far as somebody measured them (handbook 3.5: the least counts, one archway of
/// 2.8 m makes the whole stretch one of 2.8 m).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fitness {
    /// Least net width, m.
    pub width_m: Option<f64>,
    /// Least net height, m.
    pub height_m: Option<f64>,
    /// Least bearing load, t.
    pub load_t: Option<f64>,
    /// Steepest slope, per cent.
    pub slope_pct: Option<f64>,
    /// Least turning radius, m.
    pub turning_radius_m: Option<f64>,
    /// Ends without a way on.
    pub dead_end: Option<bool>,
    /// Room to turn round at the end.
    pub turnaround: Option<bool>,
    /// In the wet season.
    pub wet_season: Option<WetSeason>,
    /// Limits that are there though nobody knows which value they have, as a sign a map tells of in words: none of them is
    /// enough for anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Limit>,
}

/// What is measured along a road and limits a vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Net width, m.
    Width,
    /// Net height, m.
    Height,
    /// Load, t.
    Load,
    /// Slope, per cent.
    Slope,
    /// Turning radius, m.
    TurningRadius,
}

/// A limit, its Chinese name and unit, and between which values a measurement can be true at all. The bounds are no
/// norm: outside of them somebody mistyped.
const LIMITS: [(Limit, &str, &str, f64, f64); 5] = [
    (Limit::Width, "净宽", "米", 0.3, 60.0),
    (Limit::Height, "净高", "米", 0.5, 30.0),
    (Limit::Load, "承载", "吨", 0.1, 200.0),
    (Limit::Slope, "坡度", "%", 0.0, 100.0),
    (Limit::TurningRadius, "转弯半径", "米", 0.5, 200.0),
];

impl Limit {
    /// Chinese name.
    pub fn label(self) -> &'static str {
        LIMITS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Chinese unit.
    pub fn unit(self) -> &'static str {
        LIMITS.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }
}

/// A measurement that cannot be true.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{} {value} {} 不合常理（{least}～{most}）：请核对单位和小数点", limit.label(), limit.unit())]
pub struct Implausible {
    /// What was measured.
    pub limit: Limit,
    /// The value.
    pub value: f64,
    /// Least that can be.
    pub least: f64,
    /// Most that can be.
    pub most: f64,
}

impl Implausible {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        "road.implausible_value"
    }
}

impl Fitness {
    /// The measured value of a limit.
    pub fn value(&self, limit: Limit) -> Option<f64> {
        match limit {
            Limit::Width => self.width_m,
            Limit::Height => self.height_m,
            Limit::Load => self.load_t,
            Limit::Slope => self.slope_pct,
            Limit::TurningRadius => self.turning_radius_m,
        }
    }

    fn value_mut(&mut self, limit: Limit) -> &mut Option<f64> {
        match limit {
            Limit::Width => &mut self.width_m,
            Limit::Height => &mut self.height_m,
            Limit::Load => &mut self.load_t,
            Limit::Slope => &mut self.slope_pct,
            Limit::TurningRadius => &mut self.turning_radius_m,
        }
    }

    /// The same with another value of one limit.
    pub fn with(&self, limit: Limit, value: f64) -> Self {
        let mut changed = self.clone();
        *changed.value_mut(limit) = Some(value);
        changed.unread.retain(|own| *own != limit);
        changed
    }

    /// The same without values that cannot be true, and those; a width of 400 m or a load of 0 becomes unknown.
    pub fn checked(mut self) -> (Self, Vec<Implausible>) {
        let mut problems = Vec::new();
        for (limit, _, _, least, most) in LIMITS {
            if let Some(value) = self.value(limit).filter(|value| !(least..=most).contains(value)) {
                *self.value_mut(limit) = None;
                problems.push(Implausible { limit, value, least, most });
            }
        }
        (self, problems)
    }

    /// What was measured here, and where nothing was, what the other says.
    pub fn over(&self, other: &Self) -> Self {
        Self {
            width_m: self.width_m.or(other.width_m),
            height_m: self.height_m.or(other.height_m),
            load_t: self.load_t.or(other.load_t),
            slope_pct: self.slope_pct.or(other.slope_pct),
            turning_radius_m: self.turning_radius_m.or(other.turning_radius_m),
            dead_end: self.dead_end.or(other.dead_end),
            turnaround: self.turnaround.or(other.turnaround),
            wet_season: self.wet_season.or(other.wet_season),
            unread: LIMITS
                .iter()
                .map(|row| row.0)
                .filter(|limit| self.is_unread_over(other, *limit))
                .collect(),
        }
    }

    fn is_unread_over(&self, other: &Self, limit: Limit) -> bool {
        self.unread.contains(&limit) || (self.value(limit).is_none() && other.unread.contains(&limit))
    }
}

/// What stands in a road at one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    /// 大门、道闸、铁链: somebody may open it.
    Gate,
    /// 隔离桩、石墩: a motorcycle may get round.
    Posts,
    /// 转门、步梯口: on foot only.
    Walkers,
    /// 围墙、栅栏.
    Wall,
}

impl Barrier {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Gate, Self::Posts, Self::Walkers, Self::Wall];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Posts => "posts",
            Self::Walkers => "walkers",
            Self::Wall => "wall",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|barrier| barrier.code() == code)
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Gate => "门或道闸",
            Self::Posts => "隔离桩或石墩",
            Self::Walkers => "只容人通过的口",
            Self::Wall => "围墙或栅栏",
        }
    }

    /// What it means for a vehicle; nothing when it passes.
    pub fn judge(self, class: Class) -> Option<Finding> {
        match (self, class) {
            (Self::Gate | Self::Posts | Self::Walkers, Class::Foot) => None,
            (Self::Gate, _) | (Self::Posts, Class::Motorcycle) | (Self::Wall, Class::Foot) => {
                Some(Finding::Unknown(Doubt::Barrier(self)))
            }
            _ => Some(Finding::Refused(Refusal::Barrier(self))),
        }
    }
}

/// A stretch of road under one set of values: what it is, not where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Road {
    /// Kind.
    pub kind: Kind,
    /// Name, or the road's number; empty when it has none.
    pub name: String,
    /// One way.
    pub one_way: OneWay,
    /// On a bridge: its load matters.
    pub bridge: bool,
    /// In a tunnel or under a building: its height matters.
    pub covered: bool,
    /// Closed to the public by its owner, as behind a gate: passing is not certain.
    pub private: bool,
    /// Measured values.
    pub fitness: Fitness,
}

/// Whom a closure stops.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stops {
    /// 车和人: nobody gets past, as after a landslide or where a bridge fell.
    #[default]
    Everybody,
    /// 车辆: a lane is parked full or stalls stand in it; who walks gets past.
    Vehicles,
}

impl Stops {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Everybody, Self::Vehicles];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Vehicles => "vehicles",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Everybody => "车辆和行人都不能通行",
            Self::Vehicles => "车辆不能通行，人可以步行通过",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stops| stops.code() == code)
    }

    /// Whether it stops a class of vehicle.
    pub fn holds_up(self, class: Class) -> bool {
        self == Self::Everybody || class != Class::Foot
    }
}

/// A stretch is closed for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// First day.
    pub from: Date,
    /// Last day; none until further notice.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
    /// Whom it stops; what was recorded before anybody said it stops everybody.
    #[serde(default)]
    pub stops: Stops,
}

impl Closure {
    /// Whether it is in force on a day.
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// Whether it stops a class of vehicle on a day.
    pub fn holds_up(&self, class: Class, day: Date) -> bool {
        self.stops.holds_up(class) && self.covers(day)
    }
}

/// When one drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// Day, for closures.
    pub day: Date,
    /// Whether it is the wet season.
    pub wet: bool,
}

/// Why a vehicle does not pass.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The vehicle does not use this kind of road.
    Kind(Kind),
    /// Against the one way.
    OneWay,
    /// Too little of something measured, or too steep.
    Limit {
        /// Of what.
        limit: Limit,
        /// What there is.
        is: f64,
        /// What the vehicle needs.
        needs: f64,
    },
    /// Something stands in it.
    Barrier(Barrier),
    /// Not in the wet season.
    WetSeason,
    /// Ends without a way on and without room to turn round.
    NoTurnaround,
    /// Closed, and why.
    Closed(String),
    /// One may not turn from one road into another.
    Turn {
        /// Name of the road one comes by; empty when it has none.
        from: String,
        /// Name of the road one wants into.
        into: String,
    },
    /// One may not turn back on a road; its name, empty when it has none.
    TurnBack(String),
}

impl Refusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Kind(_) => "road.refused.kind",
            Self::OneWay => "road.refused.one_way",
            Self::Limit { limit: Limit::Width, .. } => "road.refused.width",
            Self::Limit { limit: Limit::Height, .. } => "road.refused.height",
            Self::Limit { limit: Limit::Load, .. } => "road.refused.load",
            Self::Limit { limit: Limit::Slope, .. } => "road.refused.slope",
            Self::Limit { limit: Limit::TurningRadius, .. } => "road.refused.turning_radius",
            Self::Barrier(_) => "road.refused.barrier",
            Self::WetSeason => "road.refused.wet_season",
            Self::NoTurnaround => "road.refused.turnaround",
            Self::Closed(_) => "road.refused.closed",
            Self::Turn { .. } => "road.refused.turn",
            Self::TurnBack(_) => "road.refused.turn_back",
        }
    }

    /// One Chinese sentence.
    pub fn says(&self) -> String {
        match self {
            Self::Kind(kind) => format!("{}，此类车辆不能行驶", kind.label()),
            Self::OneWay => "单行，方向相反".to_owned(),
            Self::Limit { limit: Limit::Slope, is, needs } => format!("坡度 {is}%，超过 {needs}%"),
            Self::Limit { limit, is, needs } => {
                let (name, unit) = (limit.label(), limit.unit());
                format!("{name} {is} {unit}，不足 {needs} {unit}")
            }
            Self::Barrier(barrier) => format!("有{}", barrier.label()),
            Self::WetSeason => "雨季不能通行".to_owned(),
            Self::NoTurnaround => "断头路，没有 12×12 米的回车场".to_owned(),
            Self::Closed(reason) if reason.is_empty() => "已封闭".to_owned(),
            Self::Closed(reason) => format!("已封闭：{reason}"),
            Self::Turn { from, into } => {
                let (from, into) = (named(from), named(into));
                format!("路口不得由“{from}”转入“{into}”")
            }
            Self::TurnBack(road) => {
                let road = named(road);
                format!("“{road}”上不得掉头")
            }
        }
    }
}

fn named(name: &str) -> &str {
    if name.is_empty() { "无名道路" } else { name }
}

/// Why nobody can say whether a vehicle passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The road was not measured.
    Unmeasured(Limit),
    /// It has this limit, but what is on record of it is no value.
    Unread(Limit),
    /// The road's limit is known, what the vehicle needs is not: the town has to set it.
    NeedUnset(Limit),
    /// Something that may be open.
    Barrier(Barrier),
    /// Closed to the public by its owner.
    Private,
    /// Nobody noted how it is in the wet season.
    WetSeason,
    /// Ends without a way on; nobody noted whether there is room to turn round.
    Turnaround,
}

impl Doubt {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unmeasured(Limit::Width) => "road.unknown.width",
            Self::Unmeasured(Limit::Height) => "road.unknown.height",
            Self::Unmeasured(Limit::Load) => "road.unknown.load",
            Self::Unmeasured(Limit::Slope) => "road.unknown.slope",
            Self::Unmeasured(Limit::TurningRadius) => "road.unknown.turning_radius",
            Self::Unread(_) => "road.unknown.limit_unread",
            Self::NeedUnset(_) => "road.unknown.vehicle_need",
            Self::Barrier(_) => "road.unknown.barrier",
            Self::Private => "road.unknown.private",
            Self::WetSeason => "road.unknown.wet_season",
            Self::Turnaround => "road.unknown.turnaround",
        }
    }

    /// One Chinese sentence.
    pub fn says(self) -> String {
        match self {
            Self::Unmeasured(limit) => format!("{}未测", limit.label()),
            Self::Unread(limit) => format!("{}有限制，数值在地图上读不出", limit.label()),
            Self::NeedUnset(limit) => format!("{}已测，但未设定车辆的要求", limit.label()),
            Self::Barrier(barrier) => format!("有{}，能否通过不明", barrier.label()),
            Self::Private => "未对外开放，能否通过不明".to_owned(),
            Self::WetSeason => "雨季状况未记录".to_owned(),
            Self::Turnaround => "断头路，有没有回车场未记录".to_owned(),
        }
    }
}

/// One thing found about a road and a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// It does not pass.
    Refused(Refusal),
    /// Nobody knows.
    Unknown(Doubt),
}

/// Judges a road driven in one direction and tells everything that speaks against it; silence means it passes.
///
/// A limit that is there without a readable value is a doubt wherever it is. A missing width is always one, for a vehicle
/// that needs a width; a missing height only under cover, a missing load only on a bridge. Slope and turning radius are
/// asked only where they were measured: most roads are neither steep nor tight, and a doubt about every road would say
/// nothing about any. A better value never makes it worse for a vehicle, nor does one that is known where none is asked for.
pub fn judge(
    road: &Road,
    forward: bool,
    vehicle: &Vehicle,
    conditions: &Conditions,
    say: &mut impl FnMut(Finding),
) {
    if vehicle.speed_kmh(road.kind).is_none() {
        say(Finding::Refused(Refusal::Kind(road.kind)));
    }
    let against = if forward { OneWay::Backward } else { OneWay::Forward };
    if vehicle.obeys_one_way && road.one_way == against {
        say(Finding::Refused(Refusal::OneWay));
    }
    for (limit, ..) in LIMITS {
        let asks_when_missing = match limit {
            Limit::Width => true,
            Limit::Height => road.covered,
            Limit::Load => road.bridge,
            Limit::Slope | Limit::TurningRadius => false,
        };
        let Some(need) = vehicle.needs.get(&limit) else { continue };
        // A second sign in words beside one in figures may be the lower one.
        if road.fitness.unread.contains(&limit) {
            say(Finding::Unknown(Doubt::Unread(limit)));
        }
        // What bears a heavier vehicle bears a lighter one, of which nobody said how heavy it is.
        let borne = vehicle.borne_t.filter(|_| limit == Limit::Load);
        match (road.fitness.value(limit), need.value) {
            (Some(is), None) if borne.is_some_and(|heavier| is >= heavier) => {}
            (Some(is), Some(needs)) => {
                let enough = if limit == Limit::Slope { is <= needs } else { is >= needs };
                if !enough {
                    say(Finding::Refused(Refusal::Limit { limit, is, needs }));
                }
            }
            // A value nobody can hold against anything is no worse than none.
            (Some(_), None) if asks_when_missing => say(Finding::Unknown(Doubt::NeedUnset(limit))),
            (Some(_), None) => {}
            (None, _) if asks_when_missing && !road.fitness.unread.contains(&limit) => {
                say(Finding::Unknown(Doubt::Unmeasured(limit)));
            }
            (None, _) => {}
        }
    }
    if road.private && vehicle.class != Class::Foot {
        say(Finding::Unknown(Doubt::Private));
    }
    // A fire engine needs room to turn where a road ends (GB 50039: 12 × 12 m); of smaller vehicles no norm says so.
    if vehicle.class == Class::Engine && road.fitness.dead_end == Some(true) {
        match road.fitness.turnaround {
            Some(true) => {}
            Some(false) => say(Finding::Refused(Refusal::NoTurnaround)),
            None => say(Finding::Unknown(Doubt::Turnaround)),
        }
    }
    if conditions.wet && vehicle.class != Class::Foot {
        match road.fitness.wet_season {
            Some(WetSeason::Impassable) => say(Finding::Refused(Refusal::WetSeason)),
            None if road.kind == Kind::Track => say(Finding::Unknown(Doubt::WetSeason)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vehicle::tests::engine;

    fn road(fitness: Fitness) -> Road {
        Road {
            kind: Kind::Unclassified,
            name: "村道".to_owned(),
            one_way: OneWay::No,
            bridge: false,
            covered: false,
            private: false,
            fitness,
        }
    }

    fn found(road: &Road, forward: bool, wet: bool) -> Vec<&'static str> {
        let conditions = Conditions { day: Date::default(), wet };
        let mut codes = Vec::new();
        judge(road, forward, &engine(), &conditions, &mut |finding| {
            codes.push(match finding {
                Finding::Refused(refusal) => refusal.code(),
                Finding::Unknown(doubt) => doubt.code(),
            });
        });
        codes
    }

    #[test]
    fn a_judgement_names_everything_that_speaks_against_and_keeps_the_unknown_unknown() {
        let measured = |width| Fitness { width_m: Some(width), ..Fitness::default() };
        assert_eq!(found(&road(measured(4.0)), true, false), Vec::<&str>::new());
        assert_eq!(found(&road(measured(3.99)), true, false), ["road.refused.width"]);
        assert_eq!(found(&road(Fitness::default()), true, false), ["road.unknown.width"]);

        let bridge = Road { bridge: true, ..road(measured(5.0)) };
        assert_eq!(found(&bridge, true, false), ["road.unknown.load"]);
        let limited = Road {
            bridge: true,
            fitness: Fitness { load_t: Some(10.0), ..measured(5.0) },
            ..road(Fitness::default())
        };
        assert_eq!(found(&limited, true, false), ["road.unknown.vehicle_need"], "how heavy it is nobody set");

        let steep = Fitness { slope_pct: Some(12.0), height_m: Some(2.8), ..measured(5.0) };
        assert_eq!(found(&road(steep), true, false), ["road.refused.height", "road.refused.slope"]);

        let one_way = Road { one_way: OneWay::Forward, ..road(measured(5.0)) };
        assert_eq!(found(&one_way, true, false), Vec::<&str>::new());
        assert_eq!(found(&one_way, false, false), ["road.refused.one_way"]);

        let track = Road { kind: Kind::Track, ..road(measured(5.0)) };
        assert_eq!(found(&track, true, true), ["road.unknown.wet_season"]);
        let muddy = Fitness { wet_season: Some(WetSeason::Impassable), ..measured(5.0) };
        assert_eq!(found(&road(muddy.clone()), true, true), ["road.refused.wet_season"]);
        assert_eq!(found(&road(muddy), true, false), Vec::<&str>::new());

        let ends = |turnaround| Fitness { dead_end: Some(true), turnaround, ..measured(5.0) };
        assert_eq!(found(&road(ends(Some(true))), true, false), Vec::<&str>::new());
        assert_eq!(found(&road(ends(Some(false))), true, false), ["road.refused.turnaround"]);
        assert_eq!(found(&road(ends(None)), true, false), ["road.unknown.turnaround"]);
        let through = Fitness { dead_end: Some(false), turnaround: Some(false), ..measured(5.0) };
        assert_eq!(found(&road(through), true, false), Vec::<&str>::new(), "it leads on");

        let sign = Fitness { unread: vec![Limit::Height], ..measured(5.0) };
        assert_eq!(
            found(&road(sign.clone()), true, false),
            ["road.unknown.limit_unread"],
            "no bridge over it is on record"
        );
        let both = Fitness { height_m: Some(4.5), ..sign.clone() };
        assert_eq!(found(&road(both), true, false), ["road.unknown.limit_unread"], "the other may be lower");
        let covered = Road { covered: true, ..road(sign) };
        assert_eq!(found(&covered, true, false), ["road.unknown.limit_unread"], "it is said once");

        let steps = Road { kind: Kind::Steps, ..road(measured(5.0)) };
        assert_eq!(found(&steps, true, false), ["road.refused.kind"]);
    }

    #[test]
    fn what_cannot_be_true_becomes_unknown_and_is_named() {
        let typed =
            Fitness { width_m: Some(400.0), load_t: Some(0.0), height_m: Some(4.5), ..Fitness::default() };
        let (kept, problems) = typed.checked();
        assert_eq!(kept, Fitness { height_m: Some(4.5), ..Fitness::default() });
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.iter().map(|p| p.limit).collect::<Vec<_>>(), [Limit::Width, Limit::Load]);
        assert!(said.iter().all(|text| text.contains("不合常理")), "{said:?}");
    }

    #[test]
    fn a_survey_counts_where_it_measured_and_the_map_elsewhere() {
        let map = Fitness { width_m: Some(6.0), height_m: Some(3.5), ..Fitness::default() };
        let survey = Fitness { width_m: Some(2.8), ..Fitness::default() };
        let both = survey.over(&map);
        assert_eq!((both.width_m, both.height_m), (Some(2.8), Some(3.5)));
        let sign = Fitness { unread: vec![Limit::Width, Limit::Height], ..Fitness::default() };
        assert_eq!(survey.over(&sign).unread, [Limit::Height], "what was measured needs no sign");
        assert!(survey.over(&sign).with(Limit::Height, 4.0).unread.is_empty());
    }

    #[test]
    fn a_closure_covers_its_days_and_no_others() {
        let day = |text| crate::time::parse_date(text).expect("a date");
        let closed = Closure {
            from: day("2026-11-02"),
            until: Some(day("2026-11-08")),
            reason: "修桥".to_owned(),
            stops: Stops::Everybody,
        };
        let covered =
            ["2026-11-01", "2026-11-02", "2026-11-08", "2026-11-09"].map(|at| closed.covers(day(at)));
        assert_eq!(covered, [false, true, true, false]);
        assert!(Closure { until: None, ..closed.clone() }.covers(day("2030-01-01")));
        let parked = Closure { stops: Stops::Vehicles, ..closed.clone() };
        let on = day("2026-11-05");
        assert!(
            closed.holds_up(Class::Foot, on) && !parked.holds_up(Class::Foot, on),
            "who walks gets past a car"
        );
        assert!(parked.holds_up(Class::Motorcycle, on) && !parked.holds_up(Class::Engine, day("2026-11-09")));
    }

    #[test]
    fn a_barrier_stops_what_is_too_wide_for_it() {
        let refused = |barrier: Barrier, class| matches!(barrier.judge(class), Some(Finding::Refused(_)));
        assert!(refused(Barrier::Posts, Class::Engine) && refused(Barrier::Walkers, Class::Motorcycle));
        assert!(matches!(Barrier::Gate.judge(Class::Engine), Some(Finding::Unknown(_))));
        assert_eq!(Barrier::Posts.judge(Class::Foot), None);
    }

    /// How well a vehicle fares: 2 it passes, 1 nobody knows, 0 it does not.
    fn fares(road: &Road, vehicle: &Vehicle) -> u8 {
        let conditions = Conditions { day: Date::default(), wet: true };
        let mut worst = 2_u8;
        judge(road, true, vehicle, &conditions, &mut |finding| {
            worst = worst.min(u8::from(matches!(finding, Finding::Unknown(_))));
        });
        worst
    }

    proptest::proptest! {
        #[test]
        fn a_better_value_never_makes_it_worse_and_what_carries_the_heavier_carries_the_lighter(
            values in proptest::array::uniform5(proptest::option::of(0.5_f64..40.0)),
            needs in proptest::array::uniform5(proptest::option::of(0.5_f64..40.0)),
            (which, better) in (0_usize..5, 0.0_f64..20.0),
            (bridge, covered) in (proptest::bool::ANY, proptest::bool::ANY),
        ) {
            let mut own = Fitness { dead_end: Some(false), ..Fitness::default() };
            for (row, value) in LIMITS.iter().zip(values) {
                *own.value_mut(row.0) = value;
            }
            let on = |fitness| Road { bridge, covered, ..road(fitness) };
            let need = |value| crate::vehicle::Need { value, source: String::new(), confidence: crate::place::Confidence::Check };
            let asked = LIMITS.iter().zip(needs).map(|(row, value)| (row.0, need(value))).collect();
            let engine = Vehicle { needs: asked, ..engine() };
            let limit = LIMITS[which].0;
            let before = fares(&on(own.clone()), &engine);
            if let Some(value) = own.value(limit) {
                let value = if limit == Limit::Slope { (value - better).max(0.0) } else { value + better };
                proptest::prop_assert!(fares(&on(own.with(limit, value)), &engine) >= before, "better");
            } else if engine.need(limit).is_none() {
                proptest::prop_assert!(fares(&on(own.with(limit, better)), &engine) >= before, "known");
            } else {
                let met = if limit == Limit::Slope { 0.0 } else { 100.0 };
                proptest::prop_assert!(fares(&on(own.with(limit, met)), &engine) >= before, "known to be enough");
            }
            // The smaller one asks for the same, and nobody weighed it.
            let mut mini = Vehicle { class: Class::Mini, ..engine.clone() };
            mini.needs.insert(Limit::Load, need(None));
            let both = crate::vehicle::borne(vec![engine, mini]);
            proptest::prop_assert!(fares(&on(own.clone()), &both[1]) >= fares(&on(own), &both[0]), "lighter");
        }
    }
}
