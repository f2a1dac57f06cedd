//! What the circulars about a campaign are filled with: the notice when it begins, what was found when it is looked back on.

use std::collections::BTreeMap;

use domain::paper::{Template, Value, Values};
use domain::policy::Action;
use store::paper::PaperFilter;

use super::{list, named, text};
use crate::campaign::CampaignProgress;
use crate::{App, Caller, Result};

/// The notice that says what will be looked at, and the sheet its marks go into.
const NOTICE: &str = "DT15.notice";
const SHEET: &str = "DT15.score";

/// What the newest notice about the campaign says will be looked at, a line each with room for marks: how much a line
/// weighs nobody has laid down, so that is for who scores.
async fn sheet(app: &App, caller: &Caller, id: &str) -> Result<Vec<Vec<String>>> {
    let Some(scope) = caller.hats.scope(Action::PaperRead) else { return Ok(Vec::new()) };
    let filter = PaperFilter {
        about: Some(("campaign".to_owned(), id.to_owned())),
        template: Some(NOTICE.to_owned()),
        ..PaperFilter::default()
    };
    let mut read = app.db.read(&app.town).await?;
    let found = read.papers(&scope, &filter, None, 20).await?;
    let is_gone = |state: &domain::paper::State| matches!(state.code(), "revoked" | "discarded");
    let items =
        found.iter().find(|one| !is_gone(&one.paper.state)).and_then(|one| one.paper.values.get("items"));
    let Some(Value::List(items)) = items else { return Ok(Vec::new()) };
    let line = |item: &String| {
        let mut row = vec![item.clone()];
        row.resize(5, String::new());
        row
    };
    Ok(items.iter().map(line).collect())
}

fn progress(of: &CampaignProgress) -> String {
    format!("应查 {} 家，已查 {} 家，其中未销案 {} 家", of.places, of.done + of.open, of.open)
}

/// Values for a notice of supervision, its sheet of marks and a circular.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
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
    for entry in seen.entries.iter().filter(|one| !matches!(one.standing.as_str(), "done" | "out")) {
        lacking.entry(entry.village.name.as_str()).or_default().push(entry.place.name.as_str());
    }
    for point in seen.points.iter().filter(|one| one.unfinished) {
        lacking.entry(point.village.name.as_str()).or_default().push(point.facility.name.as_str());
    }
    let problems =
        lacking.into_iter().map(|(village, places)| format!("{village}未完成：{}", places.join("、")));
    let mut values = named([
        ("subject", text(&row.title)),
        ("to", list(villages())),
        ("from", text(&row.from)),
        ("until", text(&row.until)),
        ("scope", text(format!("{}，共 {} 家", row.class.label, row.progress.places))),
        ("background", text(background.join("\n"))),
        ("problems", list(problems)),
    ]);
    if template.code == SHEET {
        values.extend(named([
            ("items", Value::Rows(sheet(app, caller, id).await?)),
            ("on", text(app.now().date().to_string())),
            ("scorers", list([caller.name.clone()])),
        ]));
    }
    Ok((values, row.lead.id.clone()))
}
