//! What the record of a talk is filled with, from the notice that called to it.

use domain::paper::Values;

use super::{named, text};
use crate::paper::load;
use crate::{App, Caller, Error, Result};

/// The notice that calls somebody to a talk.
const NOTICE: &str = "DT12.notice";

/// Values for the record of the talk the notice is about.
pub(super) async fn values(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let mut read = app.db.read(&app.town).await?;
    let notice = load(&mut read, caller, &id.into()).await?.paper;
    if notice.template != NOTICE {
        return Err(Error::field("about", "paper.about", "这种文书不能由该记录生成，请直接填写"));
    }
    let mut values = named([("recorder", text(&caller.name))]);
    for (there, here) in
        [("at", "at"), ("venue", "venue"), ("person", "person"), ("to", "unit"), ("reason", "reason")]
    {
        if let Some(value) = notice.values.get(there) {
            values.insert(here.to_owned(), value.clone());
        }
    }
    Ok((values, notice.org.to_string()))
}
