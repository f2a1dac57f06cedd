//! What somebody who looks again takes along: what the unit was asked, what it handed in and the pictures of both. What does not
//! belong here: looking again itself (`step`), what a phone takes along beside it (`sync`).

use domain::hazard::{EventKind, Hazard};
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::hazard::Listed;
use utoipa::ToSchema;

use crate::Result;
use crate::hazard::list::rows;
use crate::hazard::view::{
    HazardRow, PhotoPairView, actor_name, measure_text, named_photos, pairs, photos_of,
};
use crate::names::Names;

/// A fix as it was handed in last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FixView {
    /// Who handed it in: the unit's own name, or that of who did it for the unit.
    pub by: String,
    /// When.
    pub at: String,
    /// What was done, in its own words.
    pub note: String,
}

/// A hazard that waits for a re-check, with what one compares.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecheckView {
    /// The row.
    #[serde(flatten)]
    pub row: HazardRow,
    /// What was asked of the unit.
    pub measure_text: Option<String>,
    /// The fix; none where the deadline passed without one.
    pub fix: Option<FixView>,
    /// Pictures before and after.
    pub pairs: Vec<PhotoPairView>,
}

/// These hazards with what one compares, in the order given.
pub(crate) async fn rechecks(
    read: &mut Read,
    listed: &[Listed],
    names: &Names,
    today: Date,
) -> Result<Vec<RecheckView>> {
    let ids: Vec<_> = listed.iter().map(|one| one.id.clone()).collect();
    let hazards: Vec<Hazard> = read.hazards_by_id(&ids).await?;
    let rows = rows(read, listed, names, today).await?;
    let mut found = Vec::new();
    for (row, hazard) in rows.into_iter().zip(&hazards) {
        let events = read.hazard_events(&hazard.id).await?;
        let known = photos_of(read, hazard, named_photos(&events)).await?;
        let handed_in = events.iter().rev().find_map(|event| match &event.kind {
            EventKind::FixSubmitted { note, .. } => Some(FixView {
                by: actor_name(&event.act.actor, names),
                at: event.act.happened_at.to_rfc3339(),
                note: note.clone(),
            }),
            _ => None,
        });
        found.push(RecheckView {
            row,
            measure_text: hazard.rectification().map(|running| measure_text(&running.measure)),
            fix: handed_in.filter(|_| hazard.fix().is_some()),
            pairs: pairs(hazard, &known),
        });
    }
    Ok(found)
}
