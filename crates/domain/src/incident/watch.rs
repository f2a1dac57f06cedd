//! 值守: who watches for alarms, what was open when he took over, to whom he hands over, when nobody watches any more. What
//! does not belong here: rosters of stations (`force`).

use serde::{Deserialize, Serialize};

use super::IncidentRefusal;
use crate::ids::{IncidentId, PersonId};
use crate::org::words;
use crate::time::Timestamp;

words! {
    /// What happened to the watch.
    Step {
        Taken "taken" "接班"
        Offered "offered" "交班待确认"
        GivenBack "given_back" "下班，暂无人值守"
    }
}

fn taken() -> Step {
    Step::Taken
}

/// A step of the watch, with everything that holds from then on until the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Id.
    pub id: String,
    /// Who watches; after it was given back, who did.
    pub by: PersonId,
    /// When the step was taken.
    pub from: Timestamp,
    /// From whom he took over; none when nobody watched.
    pub taken_from: Option<PersonId>,
    /// What was open then.
    pub open: Vec<IncidentId>,
    /// What the other told him, or what he tells the next.
    pub note: String,
    /// What happened.
    #[serde(default = "taken")]
    pub step: Step,
    /// Since when he watches, where that is earlier than the step.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Who is asked to take over; he confirms by taking over.
    #[serde(default)]
    pub to: Option<PersonId>,
}

impl Watch {
    /// Takes over from whoever watched. What the giver wrote down is kept where the taker writes nothing.
    ///
    /// Errors: he watches already.
    pub fn take_over(
        id: String,
        before: Option<&Self>,
        by: PersonId,
        open: Vec<IncidentId>,
        note: &str,
        now: Timestamp,
    ) -> Result<Self, IncidentRefusal> {
        let taken_from = before.and_then(Self::watcher).cloned();
        if taken_from.as_ref() == Some(&by) {
            return Err(IncidentRefusal::OnWatch);
        }
        let told = before.filter(|before| before.to.as_ref() == Some(&by)).map(|before| before.note.as_str());
        let note = Some(note.trim()).filter(|note| !note.is_empty()).or(told).unwrap_or_default().to_owned();
        Ok(Self { id, by, from: now, taken_from, open, note, step: Step::Taken, since: None, to: None })
    }

    /// Who watches; none after it was given back.
    pub fn watcher(&self) -> Option<&PersonId> {
        Some(&self.by).filter(|_| self.step != Step::GivenBack)
    }

    /// Since when whoever watches does.
    pub fn begun(&self) -> Timestamp {
        self.since.unwrap_or(self.from)
    }

    /// Asks somebody to take over. He who watches goes on until the other confirms.
    ///
    /// Errors: somebody else watches, or nobody; it is offered to himself.
    pub fn offer(
        &self,
        id: String,
        (by, to): (&PersonId, PersonId),
        open: Vec<IncidentId>,
        note: &str,
        now: Timestamp,
    ) -> Result<Self, IncidentRefusal> {
        if to == *by {
            return Err(IncidentRefusal::OnWatch);
        }
        Ok(Self { to: Some(to), ..self.follow(id, by, open, (Step::Offered, note), now)? })
    }

    /// Ends it without anybody taking over: from now on the office and the village hear alarms.
    ///
    /// Errors: somebody else watches, or nobody.
    pub fn give_back(
        &self,
        id: String,
        by: &PersonId,
        open: Vec<IncidentId>,
        note: &str,
        now: Timestamp,
    ) -> Result<Self, IncidentRefusal> {
        self.follow(id, by, open, (Step::GivenBack, note), now)
    }

    fn follow(
        &self,
        id: String,
        by: &PersonId,
        open: Vec<IncidentId>,
        (step, note): (Step, &str),
        now: Timestamp,
    ) -> Result<Self, IncidentRefusal> {
        if self.watcher() != Some(by) {
            return Err(IncidentRefusal::NotOnWatch);
        }
        Ok(Self {
            id,
            from: now,
            since: Some(self.begun()),
            open,
            note: note.trim().to_owned(),
            step,
            to: None,
            ..self.clone()
        })
    }
}
