//! What the circulars about a campaign are filled with: the notice when it begins, what was found when it is looked back on.

use std::collections::BTreeMap;

use domain::paper::Values;

use super::{list, named, text};
use crate::campaign::CampaignProgress;
use crate::{App, Caller, Result};

fn progress(of: &CampaignProgress) -> String {
    format!("应查 {} 家，已查 {} 家，其中未销案 {} 家", of.places, of.done + of.open, of.open)
}

/// Values for a notice of supervision and a circular.
pub(super) async fn values(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.campaign(caller, &id.into()).await?;
    let row = &seen.row;
    let villages = || seen.villages.iter().map(|one| one.village.name.clone());
    let mut background =
        vec![format!("{}自{}至{}，{}。", row.title, row.from, row.until, progress(&row.progress))];
    background
        .extend(seen.villages.iter().map(|one| format!("{}{}。", one.village.name, progress(&one.progress))));
    background.extend(seen.summary.clone());
    // Who is unfinished is named, village by village.
    let mut lacking: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in seen.entries.iter().filter(|one| matches!(one.standing.as_str(), "not_yet" | "open")) {
        lacking.entry(entry.village.name.as_str()).or_default().push(entry.place.name.as_str());
    }
    let problems =
        lacking.into_iter().map(|(village, places)| format!("{village}未完成：{}", places.join("、")));
    let values = named([
        ("subject", text(&row.title)),
        ("to", list(villages())),
        ("from", text(&row.from)),
        ("until", text(&row.until)),
        ("scope", text(format!("{}，共 {} 家", row.class.label, row.progress.places))),
        ("background", text(background.join("\n"))),
        ("problems", list(problems)),
    ]);
    Ok((values, row.lead.id.clone()))
}
