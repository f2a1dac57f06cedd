//! Orders and who could be sent, as they are shown: each answer's shape and how it comes from the rules' own. What does not
//! belong here: who may see it and what is read for it (`dispatch`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::{BTreeMap, BTreeSet};

use domain::dispatch::{Advice, Crew, Gap, Presence, Ranked, State, called};
use domain::ids::ForceId;
use domain::policy::Action;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::dispatch::DispatchRecord;
use store::incident::IncidentRecord;
use utoipa::ToSchema;

use crate::Caller;
use crate::incident::subject;
use crate::names::{Names, Spot};
use crate::view::{Named, Word};

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DispatchView {
    pub id: String,
    pub person: Named,
    pub force: Named,
    /// Empty on foot.
    pub vehicle: String,
    /// Expected on the way. Units: minutes.
    pub minutes: Option<f64>,
    /// By which rule somebody off duty was called.
    pub by_rule: String,
    /// Of another village's or unit's force.
    pub aid: bool,
    pub state: Word,
    pub stamps: Vec<DispatchStamp>,
    pub reason: String,
    /// Whether he has not answered for too long.
    pub silent: bool,
    /// Units: seconds after the call; none while he has not answered.
    pub answered_s: Option<i64>,
    /// Steps the caller may take.
    pub actions: Vec<&'static str>,
    pub version: i64,
}

/// When an order came to a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DispatchStamp {
    pub state: Word,
    pub at: String,
    pub by: Named,
}

/// One line of a score.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScoreLine {
    /// `arrival`, `skill`, `load`, `aid`, `roster` or `unknown`.
    pub code: &'static str,
    pub text: String,
    /// Units: minutes.
    pub minutes: f64,
}

/// Somebody who could be sent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CandidateView {
    pub person: Named,
    pub force: Named,
    pub kind: Word,
    pub aid: bool,
    /// `on_duty`, `no_roster`, `off` or `away`.
    pub presence: &'static str,
    /// Units: minutes; none where nobody knows.
    pub minutes: Option<f64>,
    /// Empty on foot.
    pub vehicle: String,
    /// `road`, over the town's network; `straight` where there is none or somebody stands off it.
    pub by: Option<Word>,
    /// Why a larger vehicle does not pass.
    pub not_by: String,
    /// What nobody measured on the way: it may not pass after all.
    pub unsure: String,
    pub lines: Vec<ScoreLine>,
    /// Their sum. Units: minutes.
    pub score: f64,
    /// Why he is not to be sent; somebody off duty may be called by a rule.
    pub barred: Option<Word>,
    /// What he can do.
    pub skills: Vec<Word>,
}

/// What to do when too few come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdviceView {
    /// `next`, `neighbours` or `district`.
    pub code: &'static str,
    pub text: String,
    /// Whom to call next.
    pub person: Option<Named>,
}

/// A force that is drained.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GapView {
    pub force: Named,
    /// How many it lacks.
    pub short: u32,
    /// The nearest that can spare somebody.
    pub move_up: Option<Named>,
    /// How far that is. Units: metres.
    pub away_m: Option<f64>,
}

/// Who could be sent to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Candidates {
    /// The best first; who is not to be sent last.
    pub items: Vec<CandidateView>,
    /// How many there are in all.
    pub total: usize,
    /// Forces that can be called whole, the first to arrive first.
    pub forces: Vec<ForceCall>,
    pub advice: Vec<AdviceView>,
    pub gaps: Vec<GapView>,
    /// Why nobody may be sent now; empty where somebody may.
    pub refused: String,
    /// Whether volunteers are not sent to such work.
    pub no_volunteers: bool,
    /// Who does not answer within this time is passed over. Units: seconds.
    pub within_s: i64,
    /// How fast vehicles are reckoned where no road is known. Units: km/h.
    pub straight_kmh: f64,
}

/// A force that can be called whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ForceCall {
    pub force: Named,
    pub kind: Word,
    pub aid: bool,
    /// Who would be called: who is on duty, or everybody where no roster is kept.
    pub people: Vec<Named>,
    /// Whether a roster says that they are there.
    pub on_duty: bool,
    /// When the first of them could be there. Units: minutes; none where nobody knows.
    pub minutes: Option<f64>,
}

/// Somebody to send.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DispatchPick {
    pub person: String,
    pub force: String,
}

/// Orders to give.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DispatchInput {
    #[serde(default)]
    pub people: Vec<DispatchPick>,
    /// Forces called whole: everybody of them who may be sent now, each by an order of his own.
    #[serde(default)]
    pub forces: Vec<String>,
    /// The rule by which those off duty are called.
    #[serde(default)]
    pub by_rule: String,
}

/// What is said to an order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DispatchStep {
    /// `accepted`, `declined`, `en_route`, `on_scene`, `returned` or `cancelled`.
    pub state: String,
    /// When it was so, RFC 3339; now when left out.
    #[serde(default)]
    pub at: Option<String>,
    /// Why, when declined or cancelled.
    #[serde(default)]
    pub reason: String,
}

/// An order to the caller himself, with what he must know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MyDispatch {
    #[serde(flatten)]
    pub order: DispatchView,
    pub incident: String,
    pub code: String,
    pub kind: Word,
    pub stage: Word,
    pub address: String,
    pub place: Option<Named>,
    pub spot: Option<Spot>,
    /// What was said first.
    pub text: String,
    pub alarm_at: String,
    /// The others who were called and have not declined.
    pub others: Vec<String>,
    /// What he must know at the door.
    pub notes: Vec<String>,
    /// Usable water near by.
    pub water: Vec<crate::incident::card::WaterNear>,
    /// Cameras that may see it.
    pub cameras: Vec<crate::incident::card::CameraNear>,
    /// How far off the spot may be; none where nobody knows. Units: metres.
    pub error_m: Option<f64>,
    /// Place and spot are a landmark: it is near there or that way.
    pub near: bool,
    /// He is of no force for such work: he leaves at once.
    pub must_leave: bool,
}

/// Orders to the caller.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MyDispatches {
    /// Open ones first.
    pub items: Vec<MyDispatch>,
}

impl DispatchView {
    pub(crate) fn of(
        record: &DispatchRecord,
        names: &Names,
        forces: &BTreeMap<ForceId, String>,
        caller: &Caller,
        incident: &IncidentRecord,
        (now, within_s): (Timestamp, i64),
    ) -> Self {
        let d = &record.dispatch;
        let force = forces.get(&d.force).map_or(d.force.as_str(), String::as_str);
        let commands = caller.hats.hat(Action::IncidentCommand, &subject(incident)).is_some();
        let mut actions: Vec<&'static str> = Vec::new();
        if commands || d.person == caller.person {
            actions.extend(d.steps().into_iter().map(State::code));
        }
        if commands && d.state.is_open() {
            actions.push(State::Cancelled.code());
        }
        let called = d.at(State::Called).unwrap_or(record.recorded_at);
        let first = [State::Accepted, State::EnRoute, State::OnScene, State::Declined];
        let answered = first.into_iter().filter_map(|state| d.at(state)).min();
        Self {
            id: d.id.to_string(),
            person: Named::new(d.person.as_str(), names.person(&d.person)),
            force: Named::new(d.force.as_str(), force),
            vehicle: d.vehicle.clone(),
            minutes: d.minutes,
            by_rule: d.by_rule.clone(),
            aid: d.aid,
            state: Word::new(d.state.code(), d.state.label()),
            stamps: d
                .stamps
                .iter()
                .map(|(state, stamp)| DispatchStamp {
                    state: Word::new(state.code(), state.label()),
                    at: stamp.at.to_rfc3339(),
                    by: Named::new(stamp.by.as_str(), names.person(&stamp.by)),
                })
                .collect(),
            reason: d.reason.clone(),
            silent: d.is_silent(now, within_s),
            answered_s: answered.map(|at| (at.0 - called.0).div_euclid(1_000)),
            actions,
            version: record.version,
        }
    }
}

impl ForceCall {
    /// The forces of those who may be sent, in the order in which the first of each was ranked.
    pub(super) fn all(ranked: &[Ranked]) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let free = ranked.iter().filter(|one| one.barred.is_none());
        let firsts = free.filter(|one| seen.insert(&one.crew.force)).map(|one| &one.crew);
        let of = |first: &Crew| {
            let own: Vec<&Ranked> = called(ranked, &first.force).collect();
            let minutes = own.iter().filter_map(|one| one.travel.as_ref().map(|travel| travel.minutes));
            Self {
                force: Named::new(first.force.as_str(), first.force_name.as_str()),
                kind: Word::new(first.kind.code(), first.kind.label()),
                aid: first.aid,
                people: own
                    .iter()
                    .map(|one| Named::new(one.crew.person.as_str(), one.crew.name.as_str()))
                    .collect(),
                on_duty: first.presence == Presence::OnDuty,
                minutes: minutes.min_by(f64::total_cmp),
            }
        };
        firsts.map(of).collect()
    }
}

impl CandidateView {
    /// Somebody ranked, as he is shown.
    pub(crate) fn of(ranked: &Ranked) -> Self {
        let crew = &ranked.crew;
        let travel = ranked.travel.as_ref();
        Self {
            person: Named::new(crew.person.as_str(), &crew.name),
            force: Named::new(crew.force.as_str(), &crew.force_name),
            kind: Word::new(crew.kind.code(), crew.kind.label()),
            aid: crew.aid,
            presence: match crew.presence {
                Presence::OnDuty => "on_duty",
                Presence::NoRoster => "no_roster",
                Presence::Off => "off",
                Presence::Away(_) => "away",
            },
            minutes: travel.map(|travel| travel.minutes),
            vehicle: travel.map(|travel| travel.vehicle.clone()).unwrap_or_default(),
            by: travel.map(|travel| Word::new(travel.by.code(), travel.by.label())),
            not_by: travel.map(|travel| travel.not_by.clone()).unwrap_or_default(),
            unsure: travel.map(|travel| travel.unsure.clone()).unwrap_or_default(),
            lines: ranked
                .lines
                .iter()
                .map(|line| ScoreLine { code: line.code, text: line.text.clone(), minutes: line.minutes })
                .collect(),
            score: ranked.score,
            barred: ranked.barred.as_ref().map(|barred| Word::new(barred.code(), barred.label())),
            skills: crew.skills.iter().map(|skill| Word::new(skill.code(), skill.label())).collect(),
        }
    }
}

impl AdviceView {
    /// What to do, with the names of whom it is about.
    pub(super) fn of(one: &Advice, names: &Names) -> Self {
        match one {
            Advice::Next { silent, then: Some(then) } => Self {
                code: "next",
                text: format!("{}未应答或谢绝，请改派{}", names.person(silent), names.person(then)),
                person: Some(Named::new(then.as_str(), names.person(then))),
            },
            Advice::Next { silent, then: None } => Self {
                code: "next",
                text: format!("{}未应答或谢绝，已没有可改派的人", names.person(silent)),
                person: None,
            },
            Advice::Neighbours => Self {
                code: "neighbours",
                text: "本村力量已用完，请调派邻近村和单位的力量".to_owned(),
                person: None,
            },
            Advice::District => Self {
                code: "district",
                text: "镇内没有可调派的人，请向区消防救援机构请求增援".to_owned(),
                person: None,
            },
        }
    }
}

impl GapView {
    pub(super) fn of(one: Gap) -> Self {
        let away_m = one.move_up.as_ref().map(|(.., m)| *m);
        Self {
            force: Named::new(one.force.as_str(), one.name),
            short: one.short,
            move_up: one.move_up.map(|(id, name, _)| Named::new(id.as_str(), name)),
            away_m,
        }
    }
}
