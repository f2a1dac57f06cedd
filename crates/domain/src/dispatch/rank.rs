//! Who can be there first, and what their leaving costs. Every score is a sum of lines in minutes: the less the better.
//! What does not belong here: where the minutes come from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::force::{ForceKind, Skill};
use crate::geometry::{Position, distance_m};
use crate::ids::{ForceId, PersonId};
use crate::incident::Kind;
use crate::org::words;

words! {
    /// Where minutes come from.
    TravelBy {
        Road "road" "路网"
        Straight "straight" "直线估算"
    }
}

/// How somebody gets there.
#[derive(Debug, Clone, PartialEq)]
pub struct Travel {
    /// Units: minutes.
    pub minutes: f64,
    /// The vehicle that passes, in words; empty on foot.
    pub vehicle: String,
    /// Where the minutes come from.
    pub by: TravelBy,
    /// Why a larger vehicle does not pass, in words.
    pub not_by: String,
    /// What nobody measured on the way, in words: it may not pass after all.
    pub unsure: String,
}

/// A vehicle and when it could be there: none where it does not pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Ride {
    /// What people call it.
    pub vehicle: String,
    /// Units: minutes; none where it does not pass.
    pub minutes: Option<f64>,
    /// Why not.
    pub why_not: String,
    /// What nobody measured on the way.
    pub unsure: String,
    /// Where the minutes come from.
    pub by: TravelBy,
}

impl Travel {
    /// The first of the rides; those before it that do not pass are said.
    pub fn best(rides: &[Ride]) -> Option<Self> {
        let passing = rides.iter().filter(|ride| ride.minutes.is_some());
        let ride =
            passing.min_by(|a, b| a.minutes.unwrap_or(f64::MAX).total_cmp(&b.minutes.unwrap_or(f64::MAX)))?;
        let barred = rides.iter().filter(|other| other.minutes.is_none() && !other.why_not.is_empty());
        let not_by: Vec<String> =
            barred.map(|other| format!("{}：{}", other.vehicle, other.why_not)).collect();
        Some(Self {
            minutes: ride.minutes?,
            vehicle: ride.vehicle.clone(),
            by: ride.by,
            not_by: not_by.join("；"),
            unsure: ride.unsure.clone(),
        })
    }
}

/// Minutes as the crow flies at a speed the town states; never better than a guess.
pub fn straight_minutes(from: Position, to: Position, speed_kmh: f64) -> f64 {
    distance_m(from, to) / 1_000.0 / speed_kmh.max(1.0) * 60.0
}

/// Whether somebody is there to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// On the roster now.
    OnDuty,
    /// No roster is kept for his force today: whoever is of it may be called.
    NoRoster,
    /// Not on the roster: left in peace unless a rule calls him.
    Off,
    /// Away, and until when. Why is not told to who sends people.
    Away(String),
}

/// Somebody who could be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Crew {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Force.
    pub force: ForceId,
    /// Its name.
    pub force_name: String,
    /// What the force is.
    pub kind: ForceKind,
    /// Whether it serves another village, unit or compound.
    pub aid: bool,
    /// How he gets there, the best way first; nothing where nobody knows where the force stands.
    pub rides: Vec<Ride>,
    /// Whether he is there.
    pub presence: Presence,
    /// What he can do.
    pub skills: BTreeSet<Skill>,
    /// Orders of his force that are open now.
    pub load: u32,
    /// He is sent somewhere already.
    pub busy: bool,
}

/// What an incident asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What it is.
    pub kind: Kind,
    /// What should be known by who goes.
    pub skills: BTreeSet<Skill>,
    /// Whether nobody has said yet where on the map it is.
    pub nowhere: bool,
}

/// What counts against somebody, in minutes. Settings of the town.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Each skill he lacks.
    pub lacks_skill: f64,
    /// Each open order of his force.
    pub load: f64,
    /// His force belongs to others.
    pub aid: f64,
    /// His force keeps no roster: nobody knows whether he is there.
    pub no_roster: f64,
    /// Nobody knows when he could be there.
    pub unknown: f64,
}

/// One line of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// `arrival`, `skill`, `load`, `aid`, `roster` or `unknown`.
    pub code: &'static str,
    /// In words.
    pub text: String,
    /// Units: minutes.
    pub minutes: f64,
}

/// Why somebody is not to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Barred {
    /// Volunteers are not sent to such work.
    Volunteer,
    /// Away, and until when.
    Away(String),
    /// Off duty.
    OffDuty,
    /// Sent already.
    Busy,
}

impl Barred {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer",
            Self::Away(_) => "away",
            Self::OffDuty => "off_duty",
            Self::Busy => "busy",
        }
    }

    /// In words.
    pub fn label(&self) -> String {
        match self {
            Self::Volunteer => "志愿力量不派往这类现场".to_owned(),
            Self::Away(why) => format!("不在岗：{why}"),
            Self::OffDuty => "不在班，不打扰".to_owned(),
            Self::Busy => "已在执行调派".to_owned(),
        }
    }
}

/// Somebody with his score.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Who.
    pub crew: Crew,
    /// How he gets there.
    pub travel: Option<Travel>,
    /// The score, line by line.
    pub lines: Vec<Line>,
    /// Their sum. Units: minutes.
    pub score: f64,
    /// Why he is not to be sent.
    pub barred: Option<Barred>,
}

fn one(crew: Crew, need: &Need, weights: &Weights) -> Ranked {
    let travel = Travel::best(&crew.rides);
    let mut lines = Vec::with_capacity(4);
    let mut add = |code: &'static str, text: String, minutes: f64| lines.push(Line { code, text, minutes });
    match &travel {
        Some(travel) => {
            let vehicle = if travel.vehicle.is_empty() { "步行" } else { &travel.vehicle };
            add("arrival", format!("{}到场（{}）", vehicle, travel.by.label()), travel.minutes);
        }
        None => {
            let why = match need.nowhere {
                true => "警情还没有位置，请先在地图上定位",
                false => "不知道队址或没有可通行的车，到场时间不明",
            };
            add("unknown", why.to_owned(), weights.unknown);
        }
    }
    let lacking: Vec<&str> = need.skills.difference(&crew.skills).map(|skill| skill.label()).collect();
    if !lacking.is_empty() {
        add(
            "skill",
            format!("未登记技能：{}", lacking.join("、")),
            weights.lacks_skill * lacking.len() as f64,
        );
    }
    if crew.load > 0 {
        add("load", format!("本队已有 {} 人在外", crew.load), weights.load * f64::from(crew.load));
    }
    if crew.aid {
        add("aid", "外村或其他单位力量".to_owned(), weights.aid);
    }
    if crew.presence == Presence::NoRoster {
        add("roster", "本队今天没有排班，不知是否在位".to_owned(), weights.no_roster);
    }
    let barred = match &crew.presence {
        _ if is_barred_work(need.kind, crew.kind) => Some(Barred::Volunteer),
        Presence::Away(why) => Some(Barred::Away(why.clone())),
        _ if crew.busy => Some(Barred::Busy),
        Presence::Off => Some(Barred::OffDuty),
        Presence::OnDuty | Presence::NoRoster => None,
    };
    let score = lines.iter().map(|line| line.minutes).sum();
    Ranked { crew, travel, lines, score, barred }
}

/// Whether people of such a force are never sent to such work: only the town's station is made for it, micro stations and
/// brigades are volunteers. Source: handbook of the field §3.6.
pub fn is_barred_work(kind: Kind, force: ForceKind) -> bool {
    kind.bars_volunteers() && force != ForceKind::Town
}

/// Ranks everybody: who may be sent before who may not, then by score, then by id, so that the order is always the same.
pub fn rank(crews: Vec<Crew>, need: &Need, weights: &Weights) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = crews.into_iter().map(|crew| one(crew, need, weights)).collect();
    ranked.sort_by(|a, b| {
        let last = |one: &Ranked| one.barred.is_some();
        last(a)
            .cmp(&last(b))
            .then(a.score.total_cmp(&b.score))
            .then_with(|| a.crew.person.cmp(&b.crew.person))
    });
    ranked
}

/// Who answers when a whole force is called: everybody of it who may be sent now, the best first. Who is off duty is left in
/// peace, and only ever called by his name and a rule.
pub fn called<'a>(ranked: &'a [Ranked], force: &ForceId) -> impl Iterator<Item = &'a Ranked> {
    ranked.iter().filter(move |one| one.crew.force == *force && one.barred.is_none())
}

/// A force as far as it covers its ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    /// Force.
    pub force: ForceId,
    /// Name.
    pub name: String,
    /// Where it stands.
    pub at: Option<Position>,
    /// How many of it are there to be called, those who are out not counted.
    pub there: u32,
    /// How many of it are out.
    pub out: u32,
    /// So many must stay. A setting of the town.
    pub least: u32,
}

/// A force that is drained, and who could move up.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The force.
    pub force: ForceId,
    /// Its name.
    pub name: String,
    /// How many it lacks.
    pub short: u32,
    /// The nearest force that can spare somebody, its name, and how far off it is. Units: metres.
    pub move_up: Option<(ForceId, String, f64)>,
}

/// Forces from which so many went that too few are left, and the nearest that can spare as many.
pub fn gaps(covers: &[Cover]) -> Vec<Gap> {
    let short = |one: &Cover| one.least.saturating_sub(one.there);
    let drained = covers.iter().filter(|one| one.out > 0 && short(one) > 0);
    drained
        .map(|one| {
            let spare = covers.iter().filter(|other| {
                other.force != one.force && other.there >= other.least.saturating_add(short(one))
            });
            let away = |other: &Cover| Some(distance_m(one.at?, other.at?));
            let near = spare.filter_map(|other| Some((other, away(other)?)));
            let near = near.min_by(|(_, a), (_, b)| a.total_cmp(b));
            Gap {
                force: one.force.clone(),
                name: one.name.clone(),
                short: short(one),
                move_up: near.map(|(other, m)| (other.force.clone(), other.name.clone(), m)),
            }
        })
        .collect()
}
