//! Two incidents that turn out to be one. What does not belong here: which signs join by themselves (`join`).

use super::stranger::Stranger;
use super::{Incident, IncidentRefusal, Kind, Mark, Stage};

impl Incident {
    /// Whether another incident may turn out to be this one.
    pub(super) fn may_absorb(&self) -> bool {
        self.stage.is_live() && self.stage != Stage::HandedOver && !self.rehearsal
    }

    /// Another incident turned out to be this one: a person says so, and why. Gives both as they are after it; signs,
    /// events and stamps of the other stay on record where they are. The one that went farther takes in the other, so
    /// that no step already taken is undone.
    ///
    /// Errors: no reason; one of them is over, invented, or the other went farther.
    pub fn absorb(mut self, mut other: Self, text: &str) -> Result<(Self, Self), IncidentRefusal> {
        if text.trim().is_empty() {
            return Err(IncidentRefusal::NoReason);
        }
        let is_behind = other.stage.is_unverified()
            || other.stage == Stage::Real && !self.stage.is_unverified() && self.stage.is_live();
        if self.id == other.id || !self.may_absorb() || other.rehearsal || !is_behind {
            return Err(IncidentRefusal::Merge);
        }
        self.signals += other.signals;
        self.last_signal_at = self.last_signal_at.max(other.last_signal_at);
        self.trusted |= other.trusted;
        for mark in [Mark::Alarm, Mark::Verified] {
            if let Some(theirs) = other.marks.get(&mark)
                && self.mark(mark).is_none_or(|own| theirs.at < own)
                // Verified is what this one is only once it was verified itself.
                && (mark == Mark::Alarm || !self.stage.is_unverified())
            {
                self.marks.insert(mark, theirs.clone());
            }
        }
        if self.kind == Kind::Unknown {
            self.kind = other.kind;
        }
        // Who named a landmark told less than who says where it is: then it did not burn at the landmark.
        if self.at.is_none() || self.near && other.at.is_some() && !other.near {
            if self.near {
                self.place = other.place.clone();
            }
            (self.at, self.error_m, self.near) = (other.at, other.error_m, other.near);
        }
        // Strangers of what becomes part of it are counted on, and gathered where they were.
        self.stranger = match (self.stranger.take(), &other.stranger) {
            (Some(own), Some(theirs)) => Some(Stranger {
                senders: own.senders + theirs.senders,
                gathered: own.gathered || theirs.gathered,
                ..own
            }),
            (own, theirs) => own.or_else(|| theirs.clone()),
        };
        if self.called_by.is_empty() {
            self.called_by = other.called_by.clone();
        }
        self.told_119 = self.told_119.filter(|told| !told.unknown).or_else(|| other.told_119.clone());
        self.acknowledged = self.acknowledged.or_else(|| other.acknowledged.clone());
        self.absorbed.push(other.id.clone());
        self.absorbed.extend(other.absorbed.iter().cloned());
        other.merged_into = Some(self.id.clone());
        other.stage = Stage::Merged;
        Ok((self, other))
    }
}
