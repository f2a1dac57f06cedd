//! Hazards on their way into the record. A find is numbered, compared with what was closed here before, and written
//! together with whatever found it.

use domain::hazard::{Act, Find, Hazard, HazardRefusal, recurrence};
use domain::ids::{HazardId, InspectionId, OrgId};
use domain::time::Timestamp;
use store::Write;
use store::hazard::Filing;

use crate::{Error, Result};

impl From<HazardRefusal> for Error {
    fn from(refusal: HazardRefusal) -> Self {
        Self::Refused { code: refusal.code(), message: refusal.to_string() }
    }
}

/// How a find is to be filed.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "inspections bring finds")]
pub(crate) struct Filed {
    /// Territory path of the place.
    pub path: String,
    /// The organisation whose find it is.
    pub org: OrgId,
    /// The inspection it was found in, if any.
    pub inspection: Option<InspectionId>,
}

/// The number of the next hazard recorded now, as `YH-500118100000-20261126-0003`.
pub(crate) async fn next_code(tx: &mut Write, now: Timestamp) -> Result<String> {
    let series = format!("YH-{}-{}", tx.town(), now.date().format("%Y%m%d"));
    Ok(format!("{series}-{:04}", tx.next_number(&series).await?))
}

/// Writes a find into an open transaction: recurrence looked up, number given. The caller commits.
///
/// Errors: what the rules refuse; a conflict when the id is taken.
#[allow(dead_code, reason = "inspections bring finds")]
pub(crate) async fn record_find(
    tx: &mut Write,
    id: HazardId,
    find: Find,
    act: Act,
    filed: Filed,
    now: Timestamp,
) -> Result<(Hazard, Filing)> {
    let earlier = tx.earlier_of_place(&find.place).await?;
    let found_on = act.happened_at.date();
    let past = recurrence(&find.place, find.item.as_deref(), &find.code, found_on, &earlier);
    let find = Find { recurrence_of: past.map(|past| past.of), ..find };
    let (hazard, event) = Hazard::found(id, find, act, now)?;
    let code = next_code(tx, now).await?;
    let filing = Filing { code, path: filed.path, org: filed.org, inspection: filed.inspection };
    tx.insert_hazard(&hazard, &event, &filing).await?;
    Ok((hazard, filing))
}
