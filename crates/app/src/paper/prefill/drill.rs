//! What the papers of a drill are filled with: the plan before it, the assessment after.

use domain::paper::{Value, Values};

use super::{list, named, text};
use crate::{App, Caller, Result};

/// Values for plan and assessment.
pub(super) async fn values(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.drill(caller, &id.into()).await?;
    let row = &seen.row;
    let points = seen.points.iter().map(|one| {
        let got = one.got.map_or(String::new(), |got| format!("{got}/{}", one.most));
        vec![one.what.clone(), got, String::new()]
    });
    let times = seen.marks.iter().map(|one| vec![one.what.clone(), one.after_s.to_string()]);
    // Once it was held the script is what happened when; before, what is assumed, a line each.
    let scene = &row.scenario.label;
    let step = |time: String, what: &str| {
        vec![time, scene.clone(), what.trim().to_owned(), String::new(), String::new()]
    };
    let mut script: Vec<Vec<String>> = seen
        .script
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| step(String::new(), line))
        .collect();
    script.extend(seen.marks.iter().map(|one| step(format!("{} 秒", one.after_s), &one.what)));
    let issues = || seen.issues.iter();
    let improve = issues().map(|one| format!("{}（{}前，{}）", one.text, one.due_on, one.owner.post.name));
    let values = named([
        ("drill", text(&row.title)),
        ("venue", text(&row.subject.name)),
        ("scenario", text(if seen.script.is_empty() { &row.scenario.label } else { &seen.script })),
        ("on", text(row.held_on.clone().unwrap_or_default())),
        ("lines", Value::Rows(script)),
        ("organiser", text(&row.org.name)),
        ("items", Value::Rows(points.collect())),
        ("times", Value::Rows(times.collect())),
        ("problems", list(issues().map(|one| one.text.clone()))),
        ("improve", list(improve)),
    ]);
    Ok((values, row.org.id.clone()))
}
