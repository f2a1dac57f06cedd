//! What the papers of a micro station are filled with: who is on duty this month, what it has beside its standard, one time
//! it went out.

use chrono::{Datelike, Days, Months, Weekday};
use domain::paper::{Template, Value, Values};
use domain::time::Date;

use super::{list, minute, named, text};
use crate::{App, Caller, Result};

/// A month of the roster: day, shift, who, and the head.
async fn roster(app: &App, caller: &Caller, id: &str, first: Date) -> Result<Vec<Vec<String>>> {
    let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
    let mut rows = Vec::new();
    let mut monday = first.week(Weekday::Mon).first_day();
    while monday < next {
        let seen = app.force(caller, &id.into(), Some(monday)).await?;
        let head = seen.row.head.as_ref().map_or(String::new(), |head| head.name.clone());
        let of_month = |on: &str| first.to_string().as_str() <= on && on < next.to_string().as_str();
        for day in seen.roster.iter().filter(|day| of_month(&day.on)) {
            let mut shifts: Vec<(&str, Vec<&str>)> = Vec::new();
            for duty in &day.duties {
                match shifts.iter_mut().find(|(shift, _)| *shift == duty.shift.label) {
                    Some((_, people)) => people.push(&duty.person.name),
                    None => shifts.push((&duty.shift.label, vec![&duty.person.name])),
                }
            }
            rows.extend(shifts.into_iter().map(|(shift, people)| {
                vec![
                    day.on.clone(),
                    shift.to_owned(),
                    people.join("、"),
                    head.clone(),
                    seen.row.phone.clone(),
                ]
            }));
        }
        monday = monday.checked_add_days(Days::new(7)).unwrap_or(next);
    }
    Ok(rows)
}

/// Values for the roster of this month and the list of kit.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let today = app.now().date();
    let seen = app.force(caller, &id.into(), None).await?;
    let rows = match template.code.as_str() {
        "DT26.roster" => roster(app, caller, id, today.with_day(1).unwrap_or(today)).await?,
        _ => {
            let kit = seen.lines.iter().filter(|line| line.group.code != "staff");
            let line = |line: &crate::force::KitLine| {
                vec![
                    line.name.clone(),
                    line.unit.clone(),
                    line.least.to_string(),
                    (line.have + line.unfit).to_string(),
                    line.have.to_string(),
                    line.missing.to_string(),
                    if line.must { String::new() } else { "建议配备".to_owned() },
                ]
            };
            kit.map(line).collect()
        }
    };
    let values = named([
        ("station", text(&seen.row.name)),
        ("month", text(format!("{}年{}月", today.year(), today.month()))),
        ("checked_on", text(seen.row.counted_on.clone().unwrap_or_default())),
        ("rows", Value::Rows(rows)),
    ]);
    Ok((values, seen.row.org.id.clone()))
}

/// Values for the record of one time it went out.
pub(super) async fn sortie(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.sortie(caller, &id.into()).await?;
    let org = match app.force(caller, &seen.force.id.as_str().into(), None).await {
        Ok(force) => force.row.org.id,
        Err(_) => String::new(),
    };
    let values = named([
        ("station", text(&seen.force.name)),
        ("reason", text(&seen.incident.label)),
        ("called", minute(&seen.called_at)),
        ("left", minute(&seen.left_at)),
        ("arrived", minute(seen.arrived_at.as_deref().unwrap_or_default())),
        ("returned", minute(&seen.back_at)),
        ("place", text(&seen.site)),
        ("people", list(seen.crew.iter().map(|one| one.name.clone()))),
        ("equipment", list(seen.used.clone())),
        ("handled", text(&seen.text)),
    ]);
    Ok((values, org))
}
