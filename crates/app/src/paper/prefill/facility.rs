//! What the papers about a facility are filled with: handed over to who keeps it, and the contract by which somebody
//! maintains it. Source: clause 6, duty C6.9.

use domain::paper::{Value, Values};

use super::{government, list, named, text};
use crate::facility::view::FacilityView;
use crate::{App, Caller, Result};

/// Facility, where, how many, and how it stands or how often it is looked at.
fn item(seen: &FacilityView, last: String) -> Value {
    let row = &seen.row;
    let place = format!("{}{}", row.territory.name, row.address);
    Value::Rows(vec![vec![format!("{} {}", row.name, row.code), place, "1".to_owned(), last]])
}

/// Values for the handover and the contract of maintenance of one facility.
pub(super) async fn values(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.facility(caller, &id.into()).await?;
    let row = &seen.row;
    let keeping = seen.keeping.as_ref();
    let owner = row.owner.as_ref().map_or(String::new(), |one| one.name.clone());
    let maintainer = row.maintainer.as_ref().map_or(String::new(), |one| one.name.clone());
    let taken = seen.events.iter().rev().find(|one| one.keeping.is_some());
    let often = keeping.map_or(String::new(), |one| format!("每 {} 天检查一次", one.check_days));
    let duties = keeping.map_or(String::new(), |one| format!("由{}负责维护，{often}。", one.maintainer.name));
    let state = if row.fault.is_empty() { row.stage.label.clone() } else { row.fault.clone() };
    let values = named([
        ("giver", text(&owner)),
        ("taker", text(&maintainer)),
        ("on", text(taken.map(|one| one.on.clone()).unwrap_or_default())),
        ("items", item(&seen, state)),
        ("documents", list(keeping.map(|one| one.basis.clone()))),
        ("duties", text(duties)),
        ("owner", text(&owner)),
        ("provider", text(maintainer)),
        ("scope", item(&seen, often)),
    ]);
    Ok((values, seen.org.id.clone()))
}

/// Values for a contract of maintenance from the contract as the town recorded it.
pub(super) async fn contract(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.contract(caller, &id.into()).await?;
    let row = &seen.row;
    let owes = seen.owes.iter().map(|one| format!("{}（{} 前）", one.what, one.due_on));
    let scope = vec![row.title.clone(), row.territory.name.clone(), String::new(), String::new()];
    let values = named([
        ("owner", text(government(app).await?)),
        ("provider", text(&row.provider.name)),
        ("from", text(&row.from)),
        ("to", text(&row.until)),
        ("scope", Value::Rows(vec![scope])),
        ("standards", list(std::iter::once(seen.what.clone()).chain(owes.clone()))),
        ("price", text(format!("人民币 {}.{:02} 元", row.amount_fen / 100, row.amount_fen % 100))),
        ("acceptance", text(list_text(owes, "按交付物逐项验收："))),
    ]);
    Ok((values, String::new()))
}

fn list_text(items: impl Iterator<Item = String>, head: &str) -> String {
    let items = items.collect::<Vec<_>>();
    if items.is_empty() { String::new() } else { format!("{head}{}。", items.join("；")) }
}
