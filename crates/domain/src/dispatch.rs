//! 调派: who is sent to an incident. Candidates are ranked by when they can be there, each score explained line by line;
//! an order is accepted or declined and stamped on its way; who does not answer is passed over in time. What does not
//! belong here: roads (they come in as minutes, and say whether they are over roads or as the crow flies), the
//! incident itself.
//!
//! States of an order: `called → accepted → en_route → on_scene → returned`, or `declined`, `cancelled`. 119 comes first:
//! these are the town's own forces. Source: handbook of the field §3.6 and §4.5.

mod rank;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{DispatchId, ForceId, IncidentId, PersonId};
use crate::incident::Stamp;
use crate::org::words;
use crate::time::Timestamp;

pub use rank::{
    Barred, Cover, Crew, Gap, Line, Need, Presence, Ranked, Ride, Travel, TravelBy, Weights, called, gaps,
    is_barred_work, rank, straight_minutes,
};

words! {
    /// Where an order stands.
    State {
        Called "called" "待应答"
        Accepted "accepted" "已接受"
        EnRoute "en_route" "途中"
        OnScene "on_scene" "已到场"
        Returned "returned" "已归队"
        Declined "declined" "已谢绝"
        Cancelled "cancelled" "已取消"
    }
}

impl State {
    /// Whether he is still expected or at work.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Called | Self::Accepted | Self::EnRoute | Self::OnScene)
    }

    /// Whether somebody may take this step now.
    fn leads_to(self, next: Self) -> bool {
        match next {
            Self::Called => false,
            Self::Accepted => self == Self::Called,
            // A call may be answered by going.
            Self::EnRoute => matches!(self, Self::Called | Self::Accepted),
            Self::OnScene => matches!(self, Self::Called | Self::Accepted | Self::EnRoute),
            Self::Returned => matches!(self, Self::EnRoute | Self::OnScene),
            Self::Declined => matches!(self, Self::Called | Self::Accepted),
            Self::Cancelled => self.is_open(),
        }
    }
}

/// 调派令: one person is asked to go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispatch {
    /// Id.
    pub id: DispatchId,
    /// To which incident.
    pub incident: IncidentId,
    /// Who.
    pub person: PersonId,
    /// For which force.
    pub force: ForceId,
    /// With which vehicle, in words; empty on foot.
    pub vehicle: String,
    /// Expected on the way. Units: minutes.
    pub minutes: Option<f64>,
    /// Whether he was off duty and called by a rule, and by which.
    pub by_rule: String,
    /// Whether he belongs to another village's or unit's force.
    pub aid: bool,
    /// Where it stands.
    pub state: State,
    /// When each state began, and who said so.
    pub stamps: BTreeMap<State, Stamp>,
    /// Why it was declined or cancelled, or ended with the hand-over of its incident.
    pub reason: String,
}

/// Why an order is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DispatchRefusal {
    /// The step does not fit the state.
    #[error("调派现在是“{0}”，不能这样办理，请刷新后再看")]
    State(&'static str),
    /// Moments that cannot follow each other.
    #[error("应答、出动、到场、归队的时间应依次排列且不晚于现在，请核对")]
    Order,
    /// No reason given.
    #[error("请写明理由")]
    NoReason,
    /// He is sent already.
    #[error("{0}已被调派到警情，不能重复调派")]
    Busy(String),
    /// Work volunteers are never sent to.
    #[error("{0}属于志愿力量，不派往森林火线、危险化学品和坍塌现场，请改派专业力量")]
    Volunteer(String),
    /// He is off duty.
    #[error("{0}不在班，不打扰；确需召回的请写明依据")]
    OffDuty(String),
    /// He is away.
    #[error("{0}不在岗：{1}，请改派他人")]
    Away(String, String),
    /// He is of no force in use.
    #[error("{0}不是在用站队的队员，请从候选列表中选择")]
    NoCrew(String),
    /// Nobody chosen.
    #[error("请至少选择一人")]
    Nobody,
    /// A whole force was called and nobody of it may be sent now.
    #[error("{0}现在没有可调派的在班人员，请改派其他站队")]
    NobodyThere(String),
}

impl DispatchRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::State(_) => "dispatch.state",
            Self::Order => "dispatch.order",
            Self::NoReason => "dispatch.no_reason",
            Self::Busy(_) => "dispatch.busy",
            Self::Volunteer(_) => "dispatch.volunteer",
            Self::OffDuty(_) => "dispatch.off_duty",
            Self::Away(..) => "dispatch.away",
            Self::NoCrew(_) => "dispatch.no_crew",
            Self::Nobody => "dispatch.nobody",
            Self::NobodyThere(_) => "dispatch.nobody_there",
        }
    }
}

impl Dispatch {
    /// Sends somebody who was ranked.
    ///
    /// Errors: he is barred; off duty, and no rule is named.
    pub fn call(
        (id, incident): (DispatchId, IncidentId),
        ranked: &Ranked,
        by_rule: &str,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Self, DispatchRefusal> {
        let crew = &ranked.crew;
        let is_off = ranked.barred == Some(Barred::OffDuty);
        match &ranked.barred {
            None => {}
            Some(Barred::OffDuty) if !by_rule.trim().is_empty() => {}
            Some(Barred::OffDuty) => return Err(DispatchRefusal::OffDuty(crew.name.clone())),
            Some(Barred::Away(why)) => return Err(DispatchRefusal::Away(crew.name.clone(), why.clone())),
            Some(Barred::Volunteer) => return Err(DispatchRefusal::Volunteer(crew.name.clone())),
            Some(Barred::Busy) => return Err(DispatchRefusal::Busy(crew.name.clone())),
        }
        Ok(Self {
            id,
            incident,
            person: crew.person.clone(),
            force: crew.force.clone(),
            vehicle: ranked.travel.as_ref().map(|travel| travel.vehicle.clone()).unwrap_or_default(),
            minutes: ranked.travel.as_ref().map(|travel| travel.minutes),
            by_rule: if is_off { by_rule.trim().to_owned() } else { String::new() },
            aid: crew.aid,
            state: State::Called,
            stamps: BTreeMap::from([(State::Called, Stamp { at: now, by })]),
            reason: String::new(),
        })
    }

    /// When it came to this state.
    pub fn at(&self, state: State) -> Option<Timestamp> {
        self.stamps.get(&state).map(|stamp| stamp.at)
    }

    /// Takes a step.
    ///
    /// Errors: the state does not allow it; times out of order or in the future; no reason where one is asked.
    pub fn step(
        mut self,
        next: State,
        by: &PersonId,
        at: Timestamp,
        reason: &str,
        now: Timestamp,
    ) -> Result<Self, DispatchRefusal> {
        if !self.state.leads_to(next) {
            return Err(DispatchRefusal::State(self.state.label()));
        }
        if at > now || self.stamps.values().any(|stamp| stamp.at > at) {
            return Err(DispatchRefusal::Order);
        }
        if matches!(next, State::Declined | State::Cancelled) {
            if reason.trim().is_empty() {
                return Err(DispatchRefusal::NoReason);
            }
            self.reason = reason.trim().to_owned();
        }
        self.stamps.insert(next, Stamp { at, by: by.clone() });
        self.state = next;
        Ok(self)
    }

    /// Its incident was handed over: whoever was on the way is released and counts as returned, whoever had not left is
    /// called off; whoever is on scene stays so on record until he says that he left, and it is not closed before.
    ///
    /// Errors: it is over; times out of order; no reason.
    pub fn released(self, by: &PersonId, why: &str, now: Timestamp) -> Result<Self, DispatchRefusal> {
        let next = match self.state {
            State::OnScene => return Ok(self),
            State::EnRoute => State::Returned,
            _ => State::Cancelled,
        };
        let done = self.step(next, by, now, why, now)?;
        Ok(Self { reason: why.trim().to_owned(), ..done })
    }

    /// Whether others ended it while he was out or called: he was called off, or released when others took over.
    fn is_ended_by_others(&self) -> bool {
        self.state == State::Cancelled || self.state == State::Returned && !self.reason.is_empty()
    }

    /// A step he took before one that is on record already, told late: he had no network, or somebody wrote the later one
    /// down for him. It is stamped where it fits between the others and changes nothing else. None where it does not fit,
    /// or is on record. Who is there although others ended his order: see [`Self::there_after_all`].
    pub fn told_late(mut self, step: State, by: &PersonId, at: Timestamp, now: Timestamp) -> Option<Self> {
        if step == State::OnScene && self.is_ended_by_others() {
            return self.there_after_all(by, at, now);
        }
        let is_past = matches!(step, State::Accepted | State::EnRoute | State::OnScene)
            && step < self.state
            && !matches!(self.state, State::Declined | State::Cancelled);
        let fits = self.stamps.iter().all(|(other, stamp)| match *other < step {
            true => stamp.at <= at,
            false => at <= stamp.at,
        });
        if !is_past || !fits || at > now || self.stamps.contains_key(&step) {
            return None;
        }
        self.stamps.insert(step, Stamp { at, by: by.clone() });
        Some(self)
    }

    /// He arrived before others ended his order, or before he heard of it: he is there on record until he says that he left, and
    /// that he was called off stays beside it. None where he was there and left, or that cannot follow what he did before.
    fn there_after_all(mut self, by: &PersonId, at: Timestamp, now: Timestamp) -> Option<Self> {
        let mut own = self.stamps.iter().filter(|(step, _)| **step < State::OnScene);
        if self.stamps.contains_key(&State::OnScene) || at > now || own.any(|(_, stamp)| stamp.at > at) {
            return None;
        }
        // Who was released did not return.
        if let Some(released) = self.stamps.remove(&State::Returned) {
            self.stamps.insert(State::Cancelled, released);
        }
        self.stamps.insert(State::OnScene, Stamp { at, by: by.clone() });
        Some(Self { state: State::OnScene, ..self })
    }

    /// Steps the called person may take.
    pub fn steps(&self) -> Vec<State> {
        let offered = [State::Accepted, State::EnRoute, State::OnScene, State::Returned, State::Declined];
        offered.into_iter().filter(|next| self.state.leads_to(*next)).collect()
    }

    /// Whether he has not answered for too long. Units: seconds.
    pub fn is_silent(&self, now: Timestamp, within_s: i64) -> bool {
        let called = self.at(State::Called).unwrap_or(now);
        self.state == State::Called && now.0 - called.0 > within_s * 1_000
    }
}

/// What to do when too few come. Source: handbook of the field §4.5; steps as the town sets them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Somebody did not answer: call the next.
    Next {
        /// Who stayed silent.
        silent: PersonId,
        /// Whom to call; none: the own forces are used up.
        then: Option<PersonId>,
    },
    /// Nobody of the own forces is left: ask the neighbours.
    Neighbours,
    /// Nobody at all is left: ask the district.
    District,
}

/// Who is to be called after those who stayed silent or declined; each candidate once. `ranked` is in order, those sent
/// already are barred in it.
pub fn escalate(orders: &[Dispatch], ranked: &[Ranked], now: Timestamp, within_s: i64) -> Vec<Advice> {
    let lost = orders.iter().filter(|one| one.is_silent(now, within_s) || one.state == State::Declined);
    let asked = |person: &PersonId| orders.iter().any(|one| one.person == *person);
    let mut free = ranked.iter().filter(|one| one.barred.is_none() && !asked(&one.crew.person));
    let mut advice = Vec::new();
    for one in lost {
        let then = free.next().map(|ranked| ranked.crew.person.clone());
        advice.push(Advice::Next { silent: one.person.clone(), then });
    }
    let is_used_up = advice.iter().any(|one| matches!(one, Advice::Next { then: None, .. }));
    let nobody = orders.is_empty() && !ranked.iter().any(|one| one.barred.is_none());
    if is_used_up || nobody {
        let has_aid = ranked.iter().any(|one| one.crew.aid && one.barred.is_none());
        advice.push(if has_aid { Advice::Neighbours } else { Advice::District });
    }
    advice
}
