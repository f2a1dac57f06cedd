//! What the sheets of an inspection plan are filled with: its visits place by place, and what was looked at in its time.

use std::collections::BTreeMap;

use domain::ids::PlaceId;
use domain::paper::{Template, Value, Values};
use domain::policy::Action;
use domain::time::{Date, parse_date};

use super::{named, text};
use crate::inspection::InspectionsAsked;
use crate::inspection_plan::{PlanView, SpanView};
use crate::names::{Names, PlaceBrief};
use crate::{App, Caller, Result};

/// So many lines stand in a sheet at most; more are exported as a table.
const MOST: i64 = 500;

/// First and last day of a plan's time.
fn days(span: &SpanView) -> (Option<Date>, Option<Date>) {
    match span {
        SpanView::Year { year } => (Date::from_ymd_opt(*year, 1, 1), Date::from_ymd_opt(*year, 12, 31)),
        SpanView::Month { year, month } => {
            let first = Date::from_ymd_opt(*year, *month, 1);
            let next = first.and_then(|day| day.checked_add_months(chrono::Months::new(1)));
            (first, next.and_then(|day| day.pred_opt()))
        }
        SpanView::Special { from, to, .. } => (parse_date(from), parse_date(to)),
    }
}

/// A line a place: what it is, how often, by whom, in which months.
async fn visits(app: &App, seen: &PlanView) -> Result<Vec<Vec<String>>> {
    let mut by_place: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in &seen.items {
        let month = one.from.get(5..7).unwrap_or_default().trim_start_matches('0');
        by_place.entry(one.place.id.as_str()).or_default().push(format!("{month}月"));
    }
    let ids: Vec<PlaceId> = by_place.keys().map(|id| (*id).into()).collect();
    let mut read = app.db.read(&app.town).await?;
    let places = read.places_by_id(&ids).await?;
    let names = Names::read(&mut read).await?;
    let mut rows: Vec<Vec<String>> = places
        .iter()
        .map(|record| {
            let place = PlaceBrief::of(record, &names);
            let months = by_place.get(place.id.as_str()).cloned().unwrap_or_default();
            let often = format!("{} 次", months.len());
            let mut months = months;
            months.dedup();
            vec![
                place.name,
                place.address,
                place.category_label,
                often,
                seen.row.org.name.clone(),
                months.join("、"),
            ]
        })
        .collect();
    rows.sort();
    Ok(rows)
}

/// Every inspection the plan's body made in its time, oldest first.
async fn ledger(app: &App, caller: &Caller, seen: &PlanView) -> Result<Vec<Vec<String>>> {
    if caller.hats.scope(Action::InspectionRead).is_none() {
        return Ok(Vec::new());
    }
    let (from, to) = days(&seen.row.span);
    let asked = InspectionsAsked {
        place: None,
        village: None,
        org: Some(seen.row.org.id.as_str().into()),
        result: None,
        from,
        to,
        q: None,
        after: None,
        limit: MOST,
    };
    let found = app.inspections(caller, &asked).await?.items;
    let line = |(n, one): (usize, &crate::inspection::InspectionRow)| {
        let hazards =
            if one.failed_n > 0 { format!("{} 项不合格", one.failed_n) } else { "无".to_owned() };
        vec![
            (n + 1).to_string(),
            one.happened_on.clone(),
            one.place.name.clone(),
            one.inspectors.join("、"),
            hazards,
            one.outcome_label.clone(),
        ]
    };
    Ok(found.iter().rev().enumerate().map(line).collect())
}

/// Values for the yearly plan and the ledger.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let seen = app.inspection_plan(caller, &id.into()).await?;
    let row = &seen.row;
    let rows = match template.code.as_str() {
        "DT25.ledger" => ledger(app, caller, &seen).await?,
        _ => visits(app, &seen).await?,
    };
    let approved = seen.history.iter().rev().find(|one| one.label.contains("批准"));
    let values = named([
        ("year", text(row.year.to_string())),
        ("period", text(&row.span_label)),
        ("unit", text(&row.org.name)),
        ("rows", Value::Rows(rows)),
        ("approved_by", text(approved.map(|one| one.by.clone()).unwrap_or_default())),
    ]);
    Ok((values, row.org.id.clone()))
}
