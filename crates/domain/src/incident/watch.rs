//! 值守: who watches for alarms, and what was open when he took over. What does not belong here: rosters of stations
//! (`force`).

use serde::{Deserialize, Serialize};

use super::IncidentRefusal;
use crate::ids::{IncidentId, PersonId};
use crate::time::Timestamp;

/// A turn at the duty screen. It ends when the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Id.
    pub id: String,
    /// Who watches.
    pub by: PersonId,
    /// Since when.
    pub from: Timestamp,
    /// From whom he took over; none when nobody watched.
    pub taken_from: Option<PersonId>,
    /// What was open then.
    pub open: Vec<IncidentId>,
    /// What the other told him.
    pub note: String,
}

impl Watch {
    /// Takes over from whoever watched.
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
        let taken_from = before.map(|before| before.by.clone());
        match taken_from.as_ref() == Some(&by) {
            true => Err(IncidentRefusal::OnWatch),
            false => Ok(Self { id, by, from: now, taken_from, open, note: note.trim().to_owned() }),
        }
    }
}
