//! What the papers of a report are filled with. Of who reported nothing is told: that stands sealed elsewhere.

use domain::paper::Values;

use super::{day, minute, named, text};
use crate::{App, Caller, Result};

/// Values for the register and the answer.
pub(super) async fn values(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.report_case(caller, &id.into()).await?;
    let row = &seen.row;
    let place = row.place.as_ref().map_or(row.address.as_str(), |one| one.name.as_str());
    let of = |words: &[&str]| seen.events.iter().rev().find(|one| words.contains(&one.step.as_str()));
    let decision = match row.stage.code.as_str() {
        "received" | "void" => "",
        "forwarded" => "转办",
        _ => "受理",
    };
    let checked = of(&["handle"]).map(|one| one.text.clone());
    let finding = seen.finding.as_ref().map(|one| one.label.clone()).unwrap_or_default();
    let org = row.org.as_ref().map_or(String::new(), |one| one.name.clone());
    let values = named([
        ("received", minute(&row.received_at)),
        ("received_on", day(&row.received_at)),
        ("channel", text(&row.channel.label)),
        ("target", text(format!("{}{place}", row.territory.name))),
        ("content", text(&seen.content)),
        ("decision", text(decision)),
        ("assigned", text(if seen.forwarded_to.is_empty() { org } else { seen.forwarded_to.clone() })),
        ("due", day(&seen.clocks.reply_by)),
        ("handler", text(&caller.name)),
        ("report_no", text(&row.code)),
        ("checked", text(checked.unwrap_or(finding))),
        ("result", text(&seen.reply)),
    ]);
    Ok((values, String::new()))
}
