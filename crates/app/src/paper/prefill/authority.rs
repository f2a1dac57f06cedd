//! What the mandate and the published list of powers are filled with: the items as the town holds them today. Source:
//! 行政处罚法 (2021) arts. 20, 24.

use domain::enforcement::AuthorityItem;
use domain::hazard::LegalBasis;
use domain::paper::{Template, Value, Values};
use domain::time::Date;

use super::{government, list, named, text};
use crate::enforcement::authority::AuthorityView;
use crate::{App, Caller, Error, Result};

/// The mandate of one item.
const MANDATE: &str = "DT29.mandate";

/// That a mandate may be written of this item: power that was delegated, by a paper in force. Source: 行政处罚法 (2021)
/// art. 20.
///
/// Errors: the town holds it otherwise, or no longer.
pub(in crate::paper) fn may_mandate(template: &Template, item: &AuthorityItem, today: Date) -> Result<()> {
    let message = match (item.basis, item.is_valid_on(today)) {
        _ if template.code != MANDATE => return Ok(()),
        (LegalBasis::Delegated, true) => return Ok(()),
        (LegalBasis::Delegated, false) => {
            "这一权限事项今天不在有效期内，不能制作委托书，请先登记新的委托依据"
        }
        _ => {
            "这一权限事项不是委托事项，不需要委托书；要向社会公布的，请制作赋权事项公示（行政处罚法第二十条、第二十四条）"
        }
    };
    Err(Error::Refused { code: "paper.no_mandate", message: message.to_owned() })
}

/// Values for a mandate of one item, and for the list of all items the town holds on the same ground.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let all = app.authority_items(caller).await?.items;
    let found = all.iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    {
        let mut read = app.db.read(&app.town).await?;
        let kept = read.authority_item(&id.into()).await?.ok_or(Error::NotFound)?;
        may_mandate(template, &kept.item, app.now().date())?;
    }
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
