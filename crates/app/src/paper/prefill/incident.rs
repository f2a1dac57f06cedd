//! What the papers of a fire are filled with: the flash report, the register, the review. Only what is verified; what was
//! seen at first is called so, for cause and loss are the fire rescue organ's to determine. Of residents nothing is told.

use std::collections::{BTreeMap, BTreeSet};

use domain::paper::{FieldType, Template, Value, Values};

use super::{contact, list, minute, named, text};
use crate::dispatch::view::DispatchView;
use crate::incident::view::IncidentView;
use crate::{App, Caller, Result};

/// When an order came to a state, `09:30`.
fn clock(order: &DispatchView, state: &str) -> Option<String> {
    let stamp = order.stamps.iter().find(|one| one.state.code == state)?;
    stamp.at.get(11..16).map(str::to_owned)
}

/// When the incident came to a mark, RFC 3339; empty while it has not.
fn mark(seen: &IncidentView, code: &str) -> String {
    let found = seen.marks.iter().find(|one| one.mark.code == code);
    found.and_then(|one| one.at.clone()).unwrap_or_default()
}

fn casualties(seen: &IncidentView) -> String {
    match (seen.initial.injured, seen.initial.dead) {
        (0, 0) => "初步掌握：暂未接报人员伤亡".to_owned(),
        (injured, dead) => format!("初步掌握：受伤 {injured} 人，死亡 {dead} 人"),
    }
}

fn facts(seen: &IncidentView) -> String {
    let row = &seen.row;
    let mut said = vec![format!("{}{}，{}。", row.village.name, row.kind.label, row.stage.label)];
    said.extend(seen.how.as_ref().map(|how| format!("核实方式：{}。", how.label)));
    if seen.initial.rooms > 0 {
        said.push(format!("初步掌握：涉及房屋 {} 间。", seen.initial.rooms));
    }
    if !seen.initial.cause.is_empty() {
        said.push(format!("初步掌握（未经认定）：{}。", seen.initial.cause));
    }
    said.concat()
}

fn measures(seen: &IncidentView) -> String {
    let told = match &seen.told_119 {
        Some(told) => match told.at.as_deref().and_then(|at| at.get(11..16)) {
            Some(at) => format!("{at} 已报 119。"),
            None => format!("未报 119：{}。", told.why_not),
        },
        None => String::new(),
    };
    let marks = seen.marks.iter().filter_map(|one| {
        let at = one.at.as_deref()?.get(11..16)?;
        Some(format!("{at} {}", one.mark.label))
    });
    let marks = marks.collect::<Vec<_>>().join("，");
    format!("{told}{marks}。")
}

/// Values for every paper of an incident.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let seen = app.incident(caller, &id.into()).await?;
    let row = &seen.row;
    let (name, phone) = contact(app, caller).await?;
    let place = row.place.as_ref().map(|one| one.name.clone());
    let is_over = matches!(row.stage.code.as_str(), "handed_over" | "closed");
    let sent =
        || seen.orders.iter().filter(|one| !matches!(one.state.code.as_str(), "declined" | "cancelled"));
    let forces = sent().map(|one| {
        let arrived = clock(one, "on_scene").map_or("途中".to_owned(), |at| format!("{at} 到场"));
        format!(
            "{}（{}）{arrived}",
            one.force.name,
            if one.vehicle.is_empty() { "步行" } else { &one.vehicle }
        )
    });
    // A line a team: how many, by what, when the first was there.
    let mut teams: BTreeMap<&str, (u32, BTreeSet<&str>, Option<String>)> = BTreeMap::new();
    for one in sent() {
        let (people, vehicles, arrived) = teams.entry(one.force.name.as_str()).or_default();
        *people += 1;
        vehicles.extend(Some(one.vehicle.as_str()).filter(|vehicle| !vehicle.is_empty()));
        let at = clock(one, "on_scene");
        *arrived = [arrived.take(), at].into_iter().flatten().min();
    }
    let teams = teams.into_iter().map(|(name, (people, vehicles, arrived))| {
        let vehicles = vehicles.into_iter().collect::<Vec<_>>().join("、");
        vec![name.to_owned(), people.to_string(), vehicles, arrived.unwrap_or_default()]
    });
    let timeline = seen.events.iter().map(|one| {
        let what = format!("{} {}", one.act.label, one.text);
        vec![one.at.get(..16).unwrap_or_default().replace('T', " "), what.trim().to_owned()]
    });
    let loss = seen.initial.loss_fen.map(|fen| format!("初步掌握：约 {} 元", fen / 100));
    let lessons = seen.review.as_ref().map(|review| review.text.clone());
    let mut values = named([
        ("stage", text(if is_over { "终报" } else { "首报" })),
        ("occurred", minute(&row.alarm_at)),
        ("alarm", minute(&row.alarm_at)),
        ("ended", minute(&mark(&seen, "out"))),
        ("reported", minute(&app.now().to_rfc3339())),
        ("place", text(place.clone().unwrap_or_else(|| row.address.clone()))),
        ("address", text(format!("{}{}", row.village.name, row.address))),
        ("object", text(&row.kind.label)),
        ("fire", text(format!("{}{}", row.code, place.unwrap_or_else(|| row.address.clone())))),
        ("facts", text(facts(&seen))),
        ("summary", text(facts(&seen))),
        ("casualties", text(casualties(&seen))),
        ("loss", text(loss.unwrap_or_default())),
        ("measures", text(measures(&seen))),
        ("timeline", Value::Rows(timeline.collect())),
        ("lessons", list(lessons)),
        ("reporter", name),
        ("phone", phone),
    ]);
    let asked = template.field("forces").map(|field| &field.kind);
    let forces = match asked {
        Some(FieldType::Rows { .. }) => Value::Rows(teams.collect()),
        _ => list(forces),
    };
    values.insert("forces".to_owned(), forces);
    Ok((values, String::new()))
}
