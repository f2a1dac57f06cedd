//! What the record of publicity is filled with: an activity as it was recorded, with its pictures.

use domain::document::PhotoRef;
use domain::paper::{Value, Values};

use super::{named, text};
use crate::{App, Caller, Result};

/// Values for the record of an activity. What the clock showed is not kept with evidence.
pub(super) async fn values(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.evidence_view(caller, id).await?;
    let line = &seen.line;
    let photos = seen.photos.iter().filter(|photo| photo.complete);
    let photos = photos.map(|photo| PhotoRef { name: photo.id.clone(), caption: line.happened_on.clone() });
    let values = named([
        ("activity", text(&line.title)),
        ("venue", text(&line.territory.name)),
        ("content", text(&seen.text)),
        ("photos", Value::Photos(photos.collect())),
    ]);
    Ok((values, line.org.id.clone()))
}
