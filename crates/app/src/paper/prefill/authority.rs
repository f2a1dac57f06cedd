//! What the mandate and the published list of powers are filled with: the items as the town holds them today. Source:
//! 行政处罚法 (2021) arts. 20, 24.

use domain::paper::{Template, Value, Values};

use super::{government, list, named, text};
use crate::enforcement::authority::AuthorityView;
use crate::{App, Caller, Error, Result};

/// Values for a mandate of one item, and for the list of all items the town holds on the same ground.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let all = app.authority_items(caller).await?.items;
    let found = all.iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    let is_held = |one: &&AuthorityView| matches!(one.standing.as_str(), "valid" | "expiring");
    let with_it = all.iter().filter(is_held).filter(|one| one.basis == found.basis);
    let rows = with_it
        .enumerate()
        .map(|(n, one)| vec![(n + 1).to_string(), one.name.clone(), one.delegator.clone(), one.law.clone()]);
    let mut values = named([
        ("basis", text(&found.source)),
        ("from", text(&found.from)),
        ("to", text(found.to.clone().unwrap_or_default())),
        ("giver", text(&found.delegator)),
        ("taker", text(government(app).await?)),
        ("scope", text(format!("{}（{}）", found.law, found.power.label))),
    ]);
    let items = match template.code.as_str() {
        "DT29.powers" => Value::Rows(rows.collect()),
        _ => list([found.name.clone()]),
    };
    values.insert("items".to_owned(), items);
    Ok((values, String::new()))
}
