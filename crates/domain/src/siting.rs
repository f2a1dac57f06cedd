//! 选址论证: where stations, micro stations, water points and the like belong, argued with numbers: what was asked, of which
//! candidates and demands, measured how, and what came of it. What does not belong here: the answer itself (crate `road`,
//! `siting`), distances.
//!
//! Source: clause C6.1 (the need for a fire station is argued by population and fire load).

use serde::{Deserialize, Serialize};

use crate::geometry::{Position, distance_m, is_on_earth};
use crate::ids::{OrgId, SitingId};
use crate::time::Timestamp;
use crate::vehicle::Class;

/// Candidates of one study at most.
const MOST_CANDIDATES: usize = 500;
/// Demands of one study at most.
const MOST_DEMANDS: usize = 20_000;
/// Candidates nearer to each other than this are one spot. The program's own: no standard says so; it is what drawing twice by
/// hand, or rounding of positions, makes of one. Units: m.
const SAME_SPOT_M: f64 = 1.0;

/// What is to be best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// 总路程最短: p sites, least sum of weighted distances.
    PMedian,
    /// 最远一处最近: p sites, least greatest distance.
    PCenter,
    /// 全覆盖、点最少: fewest sites so that each demand has one within the radius.
    Lscp,
    /// 点数固定、覆盖最多: p sites, most weight within the radius.
    Mclp,
}

impl Model {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::PMedian, Self::PCenter, Self::Lscp, Self::Mclp];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::PMedian => "p_median",
            Self::PCenter => "p_center",
            Self::Lscp => "lscp",
            Self::Mclp => "mclp",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::PMedian => "加权总路程最短",
            Self::PCenter => "最远的一处最近",
            Self::Lscp => "全部覆盖、点数最少",
            Self::Mclp => "点数固定、覆盖最多",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.code() == code)
    }

    /// Whether somebody says how many sites.
    pub fn asks_sites(self) -> bool {
        self != Self::Lscp
    }

    /// Whether it makes no sense without a radius.
    pub fn needs_radius(self) -> bool {
        matches!(self, Self::Lscp | Self::Mclp)
    }
}

/// What is to be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 消防站.
    Station,
    /// 微型消防站.
    MicroStation,
    /// 消防水源.
    WaterPoint,
    /// 防火检查站.
    Checkpoint,
    /// 监控点.
    Camera,
}

impl Purpose {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Station, Self::MicroStation, Self::WaterPoint, Self::Checkpoint, Self::Camera];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Station => "station",
            Self::MicroStation => "micro_station",
            Self::WaterPoint => "water_point",
            Self::Checkpoint => "checkpoint",
            Self::Camera => "camera",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Station => "消防站",
            Self::MicroStation => "微型消防站",
            Self::WaterPoint => "消防水源",
            Self::Checkpoint => "防火检查站",
            Self::Camera => "监控点",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

/// How distances were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 直线距离: the great circle; roads are longer. Units: metres.
    GreatCircle,
    /// 道路里程: over the town's roads by a vehicle, what nobody measured taken as closed to it. Units: metres.
    RoadLength,
    /// 道路行车时间: the same by time. Units: seconds.
    RoadTime,
}

impl Measure {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::GreatCircle, Self::RoadLength, Self::RoadTime];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::GreatCircle => "great_circle",
            Self::RoadLength => "road_length",
            Self::RoadTime => "road_time",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::GreatCircle => "直线距离（实际道路更长）",
            Self::RoadLength => "道路里程（不明路段按不可通行）",
            Self::RoadTime => "道路行车时间（不明路段按不可通行）",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.code() == code)
    }

    /// Whether it goes over roads, and so by a vehicle.
    pub fn is_road(self) -> bool {
        self != Self::GreatCircle
    }

    /// A distance as people say it.
    pub fn say(self, distance: f64) -> String {
        match self {
            Self::RoadTime => format!("{:.1} 分钟", distance / 60.0),
            _ if distance >= 1_000.0 => format!("{:.2} 公里", distance / 1_000.0),
            _ => format!("{distance:.0} 米"),
        }
    }
}

/// Where something could be built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// What it is called.
    pub name: String,
    /// Where.
    pub at: Position,
    /// It stands already, or is to be built in any case.
    pub fixed: bool,
}

/// Something that is to be reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// Id on the register.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where.
    pub at: Position,
    /// People who sleep or gather there.
    pub people: u32,
    /// Fires there on record.
    pub fires: u32,
}

/// What counts how much (P): nobody has laid that down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// Each demand, whoever is there.
    pub base: u32,
    /// Each person.
    pub person: u32,
    /// Each fire on record.
    pub fire: u32,
}

impl Weights {
    /// What a demand weighs.
    pub fn of(&self, demand: &Demand) -> u64 {
        let part = |each: u32, n: u32| u64::from(each) * u64::from(n);
        u64::from(self.base) + part(self.person, demand.people) + part(self.fire, demand.fires)
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What is to be best.
    pub model: Model,
    /// How many sites; set covering finds it itself.
    pub sites: u32,
    /// How far one reaches. Units: those of the measure.
    #[serde(alias = "radius_m")]
    pub radius: u32,
}

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Weighted metres, metres, sites, or weight, as the model has it.
    pub objective: f64,
    /// What it cannot be better than.
    pub bound: f64,
    /// Proven best.
    pub optimal: bool,
    /// How far from proven, as a share.
    pub gap: f64,
    /// Chosen candidates, by number.
    pub sites: Vec<usize>,
    /// Demands with no chosen site within the radius, by number; without a radius none.
    pub uncovered: Vec<usize>,
    /// Those of them no candidate has within the radius, chosen or not: no choice covers them. Not kept of older answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<usize>,
    /// Weight within the radius, as a share of all.
    pub covered: f64,
    /// How many demands a chosen site reaches at all, near or far: the mean and the farthest are of these. Not kept of older
    /// answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<usize>,
    /// From a demand to its nearest site, on average by weight, of those that are reached. Units: those of the measure.
    #[serde(alias = "mean_m")]
    pub mean: f64,
    /// The farthest demand that is reached. Units: those of the measure.
    #[serde(alias = "farthest_m")]
    pub farthest: f64,
}

/// The same question a little otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// What was asked.
    pub question: Question,
    /// What came of it; nothing where it has no answer.
    pub found: Option<Found>,
}

/// What came of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// To the question itself.
    pub found: Found,
    /// One site fewer or more, a quarter nearer or farther.
    pub variants: Vec<Variant>,
    /// Demands no candidate reaches at all, by number: only over roads.
    #[serde(default)]
    pub unreached: Vec<usize>,
    /// Candidates no road passes, by number, from which nobody is reached: only over roads. Of an answer from before this was
    /// kept nobody knows.
    #[serde(default)]
    pub apart: Vec<usize>,
    /// When it was worked out.
    pub at: Timestamp,
}

/// 一次选址论证.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Id.
    pub id: SitingId,
    /// Title.
    pub title: String,
    /// What is to be built.
    pub purpose: Purpose,
    /// What is asked.
    pub question: Question,
    /// What counts how much.
    pub weights: Weights,
    /// How distances are measured.
    pub measure: Measure,
    /// Which vehicle drives, where distances go over roads.
    #[serde(default)]
    pub vehicle: Option<Class>,
    /// Where something could be built.
    pub candidates: Vec<Candidate>,
    /// What is to be reached, as it stood that day.
    pub demands: Vec<Demand>,
    /// The demands are village groups by how many live there, not places of the register.
    #[serde(default)]
    pub by_group: bool,
    /// Places without a position, which could not be counted.
    pub unplaced: u32,
    /// Why it is asked, in words.
    pub reason: String,
    /// Who asked.
    pub org: OrgId,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Why it was voided.
    pub void: Option<String>,
}

/// Why a study is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SitingRefusal {
    /// No title.
    #[error("请写明论证名称")]
    NoTitle,
    /// No candidate, or too many.
    #[error("候选点请给 1 到 500 个")]
    Candidates,
    /// A candidate that is nowhere or has no name.
    #[error("候选点“{0}”没有名称或位置不对，请核对经度和纬度")]
    Candidate(String),
    /// Nothing to reach.
    #[error("没有可以计算的需求点：请先在台账里给场所标位置，或换一个村（社区）")]
    Demands,
    /// Fewer than one, fewer than are fixed, more than there are.
    #[error("要选的点数应在 1 到候选点个数之间，且不少于已定的 {0} 个，请改点数")]
    Sites(usize),
    /// No radius where one is needed.
    #[error("这种算法需要覆盖半径，请填 1 到 100000（米；按时间计为秒）")]
    Radius,
    /// Roads without a vehicle that drives on them.
    #[error("按道路计算距离时，请选择车辆")]
    Vehicle,
    /// Not worked out yet, or voided.
    #[error("论证还没有算出结果或已作废，不能起草报告")]
    NotWorkedOut,
    /// An answer by which nobody is within the radius: every choice is as good as another, and none argues for anything.
    #[error("没有候选点能在半径内覆盖任何一处，没有结论，不能起草报告；请换候选点或放大半径后重新论证")]
    Nobody,
    /// A report on the need of a station about something else.
    #[error("只有消防站、微型消防站的选址能起草消防站建设需求论证，其他选址请打印本页存档")]
    NoStation,
    /// Nothing weighs anything.
    #[error("权重不能都是 0，请至少填一项")]
    Weights,
    /// No reason.
    #[error("请写明理由")]
    NoReason,
    /// It was voided.
    #[error("这次论证已作废，不能再办理，需要时请新建论证")]
    Voided,
}

impl SitingRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTitle => "siting.no_title",
            Self::Candidates => "siting.candidates",
            Self::Candidate(_) => "siting.candidate",
            Self::Demands => "siting.demands",
            Self::Sites(_) => "siting.sites",
            Self::Radius => "siting.radius",
            Self::Vehicle => "siting.vehicle",
            Self::NotWorkedOut => "siting.not_worked_out",
            Self::Nobody => "siting.nobody",
            Self::NoStation => "siting.no_station",
            Self::Weights => "siting.weights",
            Self::NoReason => "siting.no_reason",
            Self::Voided => "siting.voided",
        }
    }
}

impl Study {
    /// Checks a study that is to be entered.
    ///
    /// Errors: as named by [`SitingRefusal`].
    pub fn register(self) -> Result<Self, SitingRefusal> {
        if self.title.trim().is_empty() {
            return Err(SitingRefusal::NoTitle);
        }
        if self.candidates.is_empty() || self.candidates.len() > MOST_CANDIDATES {
            return Err(SitingRefusal::Candidates);
        }
        for one in &self.candidates {
            let is_on = is_on_earth(one.at) && one.at != [0.0, 0.0];
            if one.name.trim().is_empty() || !is_on {
                return Err(SitingRefusal::Candidate(one.name.clone()));
            }
        }
        if self.demands.is_empty() || self.demands.len() > MOST_DEMANDS {
            return Err(SitingRefusal::Demands);
        }
        let (fixed, most) = self.counts();
        let asked = usize::try_from(self.question.sites).unwrap_or(usize::MAX);
        if self.question.model.asks_sites() && !(fixed.max(1)..=most).contains(&asked) {
            return Err(SitingRefusal::Sites(fixed));
        }
        let radius = self.question.radius;
        if radius > 100_000 || (radius == 0 && self.question.model.needs_radius()) {
            return Err(SitingRefusal::Radius);
        }
        if self.measure.is_road() && self.vehicle.is_none() {
            return Err(SitingRefusal::Vehicle);
        }
        if self.demands.iter().all(|demand| self.weights.of(demand) == 0) {
            return Err(SitingRefusal::Weights);
        }
        Ok(self)
    }

    /// For each candidate the one it counts as: itself, or another at the same spot, one that stands already before others.
    pub fn spots(&self) -> Vec<usize> {
        let numbered = || self.candidates.iter().enumerate();
        let mut order: Vec<usize> = numbered().filter(|(_, one)| one.fixed).map(|(n, _)| n).collect();
        order.extend(numbered().filter(|(_, one)| !one.fixed).map(|(n, _)| n));
        let mut counts_as: Vec<usize> = (0..self.candidates.len()).collect();
        let mut kept: Vec<(usize, Position)> = Vec::new();
        for n in order {
            let Some(own) = self.candidates.get(n) else { continue };
            match kept.iter().find(|(_, at)| distance_m(*at, own.at) < SAME_SPOT_M) {
                Some((first, _)) => {
                    if let Some(spot) = counts_as.get_mut(n) {
                        *spot = *first;
                    }
                }
                None => kept.push((n, own.at)),
            }
        }
        counts_as
    }

    /// For each candidate the other one it counts as, being at its spot; none where both were chosen: such an answer is older
    /// than this rule and took them for two.
    pub fn same_as(&self) -> Vec<Option<&Candidate>> {
        let is_chosen = |n: usize| self.outcome.as_ref().is_some_and(|own| own.found.sites.contains(&n));
        let is_other = |n: usize, spot: usize| spot != n && !(is_chosen(n) && is_chosen(spot));
        let numbered = self.spots().into_iter().enumerate();
        numbered.map(|(n, spot)| self.candidates.get(spot).filter(|_| is_other(n, spot))).collect()
    }

    /// How many spots are fixed, and how many there are.
    fn counts(&self) -> (usize, usize) {
        let own = self.spots().into_iter().enumerate().filter(|(n, spot)| n == spot).map(|(n, _)| n);
        let own: Vec<usize> = own.collect();
        let fixed = own.iter().filter(|n| self.candidates.get(**n).is_some_and(|one| one.fixed)).count();
        (fixed, own.len())
    }

    /// What stands for it in a report on whether a station is needed.
    ///
    /// Errors: it is about something else; there is no answer yet, or none that covers anybody; it was voided.
    pub fn for_report(&self) -> Result<&Outcome, SitingRefusal> {
        if !matches!(self.purpose, Purpose::Station | Purpose::MicroStation) {
            return Err(SitingRefusal::NoStation);
        }
        let outcome =
            self.outcome.as_ref().filter(|_| self.void.is_none()).ok_or(SitingRefusal::NotWorkedOut)?;
        if self.question.model.needs_radius() && outcome.found.uncovered.len() >= self.demands.len() {
            return Err(SitingRefusal::Nobody);
        }
        Ok(outcome)
    }

    /// What is to be reached, counted as people count it.
    pub fn counted(&self, n: usize) -> String {
        if self.by_group { format!("{n} 个村民小组") } else { format!("{n} 处场所") }
    }

    /// Whom the answer leaves uncovered, the heaviest first, then by name; nobody while there is none.
    pub fn uncovered(&self) -> Vec<&Demand> {
        let numbers = self.outcome.iter().flat_map(|outcome| &outcome.found.uncovered);
        let mut found: Vec<&Demand> = numbers.filter_map(|n| self.demands.get(*n)).collect();
        let heavy = |one: &Demand| self.weights.of(one);
        found.sort_by(|a, b| heavy(b).cmp(&heavy(a)).then_with(|| a.name.cmp(&b.name)));
        found
    }

    /// The same question with one site fewer and more, a quarter nearer and farther; only those that make sense.
    pub fn variants(&self) -> Vec<Question> {
        let own = self.question;
        let (fixed, most) = self.counts();
        let can_be = |sites: u32| usize::try_from(sites).is_ok_and(|n| (fixed.max(1)..=most).contains(&n));
        let mut found = Vec::new();
        if own.model.asks_sites() {
            let counts = [own.sites.checked_sub(1), own.sites.checked_add(1)];
            found.extend(
                counts.into_iter().flatten().filter(|n| can_be(*n)).map(|sites| Question { sites, ..own }),
            );
        }
        if own.model.needs_radius() {
            for radius in [own.radius / 4 * 3, own.radius / 4 * 5] {
                if radius > 0 {
                    found.push(Question { radius, ..own });
                }
            }
        }
        found
    }

    /// Voids it.
    ///
    /// Errors: no reason; it is void.
    pub fn void(self, reason: &str) -> Result<Self, SitingRefusal> {
        if self.void.is_some() {
            return Err(SitingRefusal::Voided);
        }
        if reason.trim().is_empty() {
            return Err(SitingRefusal::NoReason);
        }
        Ok(Self { void: Some(reason.trim().to_owned()), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> Study {
        let candidate = |n: u32, fixed| Candidate {
            name: format!("候选{n}"),
            at: [105.8 + f64::from(n) / 100.0, 29.2],
            fixed,
        };
        let demand = |n: u32| Demand {
            id: n.to_string(),
            name: n.to_string(),
            at: [105.8, 29.2],
            people: n,
            fires: 1,
        };
        Study {
            id: "s".into(),
            title: "镇消防站选址".to_owned(),
            purpose: Purpose::Station,
            question: Question { model: Model::Mclp, sites: 2, radius: 2_000 },
            weights: Weights { base: 1, person: 2, fire: 10 },
            measure: Measure::GreatCircle,
            vehicle: None,
            candidates: vec![candidate(1, true), candidate(2, false), candidate(3, false)],
            demands: vec![demand(3), demand(0)],
            by_group: false,
            unplaced: 0,
            reason: String::new(),
            org: "office".into(),
            outcome: None,
            void: None,
        }
    }

    #[test]
    fn people_and_fires_weigh_as_the_town_says() {
        let study = study();
        let weights: Vec<u64> = study.demands.iter().map(|one| study.weights.of(one)).collect();
        assert_eq!(weights, [17, 11]);
    }

    #[test]
    fn a_question_without_an_answer_is_refused() {
        let named = |change: fn(&mut Study)| {
            let mut wrong = study();
            change(&mut wrong);
            wrong.register().map(|_| ()).map_err(|refusal| refusal.code())
        };
        assert_eq!(named(|_| {}), Ok(()));
        assert_eq!(named(|s| s.question.sites = 4), Err("siting.sites"));
        assert_eq!(named(|s| s.question.sites = 0), Err("siting.sites"));
        assert_eq!(named(|s| s.question = Question { model: Model::Lscp, sites: 0, radius: 500 }), Ok(()));
        assert_eq!(named(|s| s.question.radius = 0), Err("siting.radius"));
        assert_eq!(named(|s| s.candidates[1].at = [200.0, 0.0]), Err("siting.candidate"));
        assert_eq!(named(|s| s.measure = Measure::RoadTime), Err("siting.vehicle"));
        assert_eq!(named(|s| s.candidates.clear()), Err("siting.candidates"));
        assert_eq!(named(|s| s.demands.clear()), Err("siting.demands"));
        assert_eq!(named(|s| s.weights = Weights { base: 0, person: 0, fire: 0 }), Err("siting.weights"));
    }

    #[test]
    fn two_candidates_at_one_spot_are_one_and_what_stands_already_comes_first() {
        let mut twice = study();
        twice
            .candidates
            .push(Candidate { name: "候选2（另一名称）".to_owned(), ..twice.candidates[1].clone() });
        assert_eq!(twice.spots(), [0, 1, 2, 1]);
        let named = |study: &Study| {
            study.same_as().iter().map(|own| own.map(|one| one.name.clone())).collect::<Vec<_>>()
        };
        assert_eq!(named(&twice), [None, None, None, Some("候选2".to_owned())]);
        let found = Found {
            objective: 0.0,
            bound: 0.0,
            optimal: true,
            gap: 0.0,
            sites: vec![1, 3],
            uncovered: Vec::new(),
            beyond: Vec::new(),
            covered: 0.0,
            reached: Some(2),
            mean: 0.0,
            farthest: 0.0,
        };
        let at = Timestamp::start_of(crate::time::parse_date("2026-09-21").expect("a date"));
        let mut older = twice.clone();
        older.outcome =
            Some(Outcome { found, variants: Vec::new(), unreached: Vec::new(), apart: Vec::new(), at });
        assert_eq!(named(&older), [None, None, None, None], "answered when they counted as two");
        assert!(older.for_report().is_ok());
        older.outcome.as_mut().expect("an answer").found.uncovered = vec![1, 0];
        let left: Vec<&str> = older.uncovered().into_iter().map(|one| one.name.as_str()).collect();
        assert_eq!(left, ["3", "0"], "the heaviest first");
        assert_eq!(
            older.for_report().map(|_| ()),
            Err(SitingRefusal::Nobody),
            "an answer for nobody argues for nothing"
        );
        older.outcome = None;
        assert_eq!(older.for_report().map(|_| ()), Err(SitingRefusal::NotWorkedOut));
        twice.candidates[3].fixed = true;
        assert_eq!(twice.spots(), [0, 3, 2, 3], "what stands counts");
        twice.question.sites = 4;
        assert_eq!(twice.register().map(|_| ()), Err(SitingRefusal::Sites(2)), "there are three spots");
    }

    #[test]
    fn the_question_is_asked_again_a_little_otherwise() {
        let asked = |s: &Study| s.variants().iter().map(|q| (q.sites, q.radius)).collect::<Vec<_>>();
        assert_eq!(asked(&study()), [(1, 2_000), (3, 2_000), (2, 1_500), (2, 2_500)]);
        let mut center = study();
        center.question = Question { model: Model::PCenter, sites: 3, radius: 2_000 };
        assert_eq!(asked(&center), [(2, 2_000)], "there is no fourth candidate, and no radius to change");
    }
}
