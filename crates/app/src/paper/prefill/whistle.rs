//! What the papers of a whistle are filled with: the call, what one body answers, the joint record.

use domain::paper::{Template, Value, Values};

use super::{list, minute, named, text};
use crate::whistle::view::{WhistleBody, WhistleView};
use crate::{App, Caller, Result};

/// The body a report of being there is of: the caller's own, or the only one that came.
fn answering(seen: &WhistleView) -> Option<&WhistleBody> {
    let mut there = seen.bodies.iter().filter(|one| one.arrived.is_some());
    let only = there.next().filter(|_| there.next().is_none());
    seen.bodies.iter().find(|one| one.is_mine).or(only)
}

/// Values for every paper of a whistle.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let seen = app.whistle(caller, &id.into()).await?;
    let row = &seen.row;
    let bodies = || seen.bodies.iter().map(|one| one.org.name.clone());
    let first = seen.bodies.iter().map(|one| one.arrive_by.as_str()).min().unwrap_or_default();
    let place = row.place.as_ref().map_or_else(|| row.address.clone(), |one| one.name.clone());
    let opinions = seen.bodies.iter().filter(|one| !one.opinion.is_empty());
    let opinions = opinions.map(|one| format!("{}：{}", one.org.name, one.opinion)).collect::<Vec<_>>();
    let tasks = seen.bodies.iter().filter_map(|one| {
        let task = one.task.as_ref()?;
        Some(vec![task.text.clone(), one.org.name.clone(), task.due_on.clone()])
    });
    let called = row.sent_at.as_deref().unwrap_or(&row.raised_at);
    let mut values = named([
        ("matter", text(&row.kind.label)),
        ("place", text(place)),
        ("address", text(&row.address)),
        ("at", minute(called)),
        ("began", minute(called)),
        ("called", list(bodies())),
        ("units", list(bodies())),
        ("facts", text(&row.problem)),
        ("wanted", list([row.problem.clone()])),
        ("arrive_by", minute(first)),
        ("whistle_no", text(&row.code)),
        ("opinion", text(opinions.join("\n"))),
        ("findings", Value::Rows(tasks.collect())),
    ]);
    if template.code == "DT17.answer"
        && let Some(body) = answering(&seen)
    {
        let came = body.arrived.as_ref();
        values.extend(named([
            ("unit", text(&body.org.name)),
            ("people", list(came.map(|one| one.by.name.clone()))),
            ("arrived", minute(came.map_or("", |one| &one.at))),
            ("handled", text(&body.opinion)),
            ("result", text(if body.finished_at.is_some() { "已解决" } else { "" })),
        ]));
    }
    Ok((values, String::new()))
}
