//! 值班表: who of a force is on duty on a day, and where that is too few. What does not belong here: who its people are.

use serde::{Deserialize, Serialize};

use super::{Force, ForceRefusal, Standard};
use crate::ids::{ForceId, PersonId};
use crate::org::{Assignment, words};
use crate::time::Date;

words! {
    /// A part of the day.
    Shift {
        Day "day" "白班"
        Night "night" "夜班"
        Whole "whole" "全天"
    }
}

impl Shift {
    /// Whether two cannot be done by one person on the same day.
    pub fn overlaps(self, other: Self) -> bool {
        self == other || self == Self::Whole || other == Self::Whole
    }
}

/// Somebody is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Id.
    pub id: String,
    /// For which force.
    pub force: ForceId,
    /// Who.
    pub person: PersonId,
    /// The day.
    pub on: Date,
    /// The part of it.
    pub shift: Shift,
}

impl Duty {
    /// Whether it was put on the roster only after its day.
    pub fn was_recorded_late(&self, recorded: Date) -> bool {
        recorded > self.on
    }
}

/// Whether a day of the roster may be changed: what is over is put right only with a reason.
///
/// Errors: the day is over and no reason is given.
pub fn may_change(on: Date, today: Date, reason: &str) -> Result<(), ForceRefusal> {
    match on < today && reason.trim().is_empty() {
        true => Err(ForceRefusal::DayOver(on)),
        false => Ok(()),
    }
}

/// Too few are on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The day.
    pub on: Date,
    /// By day or by night.
    pub shift: Shift,
    /// So many there must be.
    pub least: u32,
    /// So many there are.
    pub have: u32,
}

/// Whether somebody may be put on duty beside what is on the rosters already. `called` tells his name and the names of
/// forces.
///
/// Errors: he is none of its people that day; he is away; he is on duty at the same time, here or elsewhere.
pub fn fits(
    force: &Force,
    duty: &Duty,
    held: &[Assignment],
    others: &[Duty],
    who: &str,
    called: impl Fn(&ForceId) -> String,
) -> Result<(), ForceRefusal> {
    if !force.held(held, duty.on).any(|one| one.person == duty.person) {
        return Err(ForceRefusal::NotMember(who.to_owned()));
    }
    let absence = force.members.get(&duty.person).and_then(|member| member.absence(duty.on));
    if let Some(why) = absence {
        return Err(ForceRefusal::IsAway { who: who.to_owned(), on: duty.on, why });
    }
    let clash = others.iter().find(|other| {
        other.person == duty.person
            && other.on == duty.on
            && other.id != duty.id
            && other.shift.overlaps(duty.shift)
    });
    match clash {
        None => Ok(()),
        Some(other) => Err(ForceRefusal::Twice {
            who: who.to_owned(),
            on: duty.on,
            shift: other.shift.label(),
            force: called(&other.force),
        }),
    }
}

/// Where fewer are on duty on a day than the standard asks, by day and by night.
pub fn shortages(standard: &Standard, duties: &[Duty], on: Date) -> Vec<Shortage> {
    let short = |shift: Shift| {
        let there = duties.iter().filter(|duty| duty.on == on && duty.shift.overlaps(shift));
        let (have, least) = (u32::try_from(there.count()).unwrap_or(u32::MAX), standard.on_duty(shift));
        (have < least).then_some(Shortage { on, shift, least, have })
    };
    [Shift::Day, Shift::Night].into_iter().filter_map(short).collect()
}
