//! Territories given up and taken up again, whether a name is free, and the town's own name where it was founded without
//! one. What does not belong here: which code a territory may have (`domain::org`).

use std::collections::BTreeSet;

use domain::ids::TerritoryCode;
use domain::org::{Assignment, Closing, OrgRefusal, Territory};
use domain::policy::{Action, Subject};
use exchange::plan_file;
use exchange::value::comparable;
use serde::Deserialize;
use store::Write;
use store::org::TerritoryRecord;
use utoipa::ToSchema;

use super::{Fields, TerritoryView, sees_people};
use crate::post::read_day;
use crate::{App, Caller, Error, Result};

/// A territory to give up, or to take up again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TerritoryEnd {
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The first day on which it is no more; today when nothing is said. Means nothing when it is taken up again.
    pub on: Option<String>,
    /// The version the change is based on.
    pub version: Option<i64>,
}

impl App {
    /// Gives a territory up from a day on. It keeps its history, and its code is never given to another.
    ///
    /// Errors: something still lies in it; it is the town; it was given up before.
    pub async fn close_territory(
        &self,
        caller: &Caller,
        code: &TerritoryCode,
        asked: TerritoryEnd,
    ) -> Result<TerritoryView> {
        let now = self.now();
        let today = now.date();
        let mut tx = self.write(caller).await?;
        let (mut record, hat) = to_change(&mut tx, caller, code, asked.version).await?;
        if record.closed.is_some() {
            return Err(OrgRefusal::TerritoryClosed.into());
        }
        let mut fields = Fields::default();
        let on = match asked.on.as_deref().map(str::trim) {
            None | Some("") => today,
            Some(text) => read_day(&mut fields, "on", text),
        };
        fields.done()?;
        let holds = tx.held_by_territory(&record.territory, on).await?;
        let closing = Closing::of(record.territory.level, (on, &asked.reason), today, holds)?;
        let path = record.territory.path.clone();
        let mut audit = caller.audit_as(hat, "territory.disable", ("territory", code.as_str()), &path, now);
        audit.reason.clone_from(&closing.reason);
        audit.detail = serde_json::json!({ "on": on.to_string() }).to_string();
        record.closed = Some(closing);
        tx.update_territory(&record).await?;
        record.version += 1;
        Ok(tx.commit(audit, TerritoryView::from(&record)).await?)
    }

    /// Takes a territory up again that was given up by mistake.
    ///
    /// Errors: it never ended; the one above is given up; another goes by its name now.
    pub async fn reopen_territory(
        &self,
        caller: &Caller,
        code: &TerritoryCode,
        asked: TerritoryEnd,
    ) -> Result<TerritoryView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (mut record, hat) = to_change(&mut tx, caller, code, asked.version).await?;
        if record.closed.is_none() {
            return Err(OrgRefusal::TerritoryOpen.into());
        }
        let reason = asked.reason.trim();
        if reason.is_empty() {
            return Err(OrgRefusal::NoReason.into());
        }
        let all = tx.territories().await?;
        let parent = record.territory.parent.as_ref();
        if all.iter().any(|one| Some(&one.territory.code) == parent && one.closed.is_some()) {
            return Err(Error::Refused {
                code: "territory.parent_closed",
                message: "上级辖区已经停用，请先恢复上级辖区".to_owned(),
            });
        }
        if let Some(word) = taken_word(&all, (code.as_str(), parent), words(&record.territory)) {
            let message = same_name(word);
            return Err(Error::Refused { code: "territory.same_name", message });
        }
        let path = record.territory.path.clone();
        let mut audit = caller.audit_as(hat, "territory.enable", ("territory", code.as_str()), &path, now);
        audit.reason = reason.to_owned();
        record.closed = None;
        tx.update_territory(&record).await?;
        record.version += 1;
        Ok(tx.commit(audit, TerritoryView::from(&record)).await?)
    }

    /// Gives the town its name where it was founded without one; whether it did. A town that has a name keeps it: whoever
    /// may change territories renames it.
    pub async fn name_town(&self, caller: &Caller, name: &str) -> Result<bool> {
        let now = self.now();
        let hat = caller.hat(Action::OrgChange, &Subject::town())?;
        let town = TerritoryCode::from(self.town.as_str());
        let mut tx = self.write(caller).await?;
        if !name_town(&mut tx, &town, name).await? {
            return Ok(false);
        }
        let mut audit =
            caller.audit_as(hat, "territory.change", ("territory", town.as_str()), town.as_str(), now);
        audit.detail = serde_json::json!({ "name": name.trim() }).to_string();
        Ok(tx.commit(audit, true).await?)
    }
}

/// A territory as it stands, and the hat under which the caller may change it.
///
/// Errors: there is none; he may not; it was changed since the version he read.
pub(super) async fn to_change<'a>(
    tx: &mut Write,
    caller: &'a Caller,
    code: &TerritoryCode,
    version: Option<i64>,
) -> Result<(TerritoryRecord, &'a Assignment)> {
    sees_people(caller)?;
    tx.hold_town().await?;
    let record = tx.territory(code).await?.ok_or(Error::NotFound)?;
    let hat = caller.hat(Action::OrgChange, &Subject::of(&record.territory.path, None))?;
    if version.is_some_and(|version| version != record.version) {
        return Err(Error::stale(&TerritoryView::from(&record)));
    }
    Ok((record, hat))
}

/// Names the town that goes by its code, and the bodies called after that code; whether there was anything to name.
// Its callers asked for their own right, and it stands in their audit entry.
pub(crate) async fn name_town(tx: &mut Write, town: &TerritoryCode, name: &str) -> Result<bool> {
    let (code, name) = (town.as_str(), name.trim());
    let Some(mut record) = tx.territory(town).await? else { return Ok(false) };
    if name.is_empty() || name == code || record.territory.name != code {
        return Ok(false);
    }
    record.territory.name = name.to_owned();
    if record.territory.short_name == code {
        record.territory.short_name = name.to_owned();
    }
    tx.update_territory(&record).await?;
    for mut body in tx.orgs().await? {
        let Some(rest) = body.org.name.strip_prefix(code).map(str::to_owned) else { continue };
        if body.org.short_name == body.org.name {
            body.org.short_name = format!("{name}{rest}");
        }
        if body.org.short_name == government_for_short(code) {
            body.org.short_name = government_for_short(name).to_owned();
        }
        body.org.name = format!("{name}{rest}");
        tx.update_org(&body).await?;
    }
    Ok(true)
}

/// What people call the government of a town for short.
pub(crate) fn government_for_short(town_name: &str) -> &'static str {
    if town_name.ends_with('乡') { "乡政府" } else { "镇政府" }
}

/// What the town is called: as the book says; where it is founded now as asked, or as the plan says that is in the book
/// before it.
pub(crate) async fn town_name(tx: &mut Write, town: &TerritoryCode, asked: &str) -> Result<String> {
    if let Some(known) = tx.territory(town).await?.filter(|known| known.territory.name != town.as_str()) {
        return Ok(known.territory.name);
    }
    if asked != town.as_str() {
        return Ok(asked.to_owned());
    }
    let plan = tx.plan_versions().await?.into_iter().next();
    let said = plan.map(|version| plan_file::read(&version.source).0.town).unwrap_or_default();
    Ok(if said.is_empty() { asked.to_owned() } else { said })
}

/// The words a territory goes by: what people write in a ledger finds it by any of them.
pub(super) fn words(territory: &Territory) -> Vec<&str> {
    let own = [territory.name.as_str(), territory.short_name.as_str()];
    own.into_iter()
        .chain(territory.aliases.iter().map(String::as_str))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Which of these words an open territory under the same one goes by already, `own` aside.
pub(super) fn taken_word<'a>(
    all: &[TerritoryRecord],
    (own, parent): (&str, Option<&TerritoryCode>),
    asked: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let beside = all.iter().filter(|one| one.closed.is_none()).map(|one| &one.territory);
    let beside = beside.filter(|one| one.code.as_str() != own && one.parent.as_ref() == parent);
    let known: BTreeSet<String> = beside.flat_map(words).map(comparable).collect();
    asked.into_iter().find(|word| known.contains(&comparable(word)))
}

/// What is said of a name that is taken.
pub(super) fn same_name(name: &str) -> String {
    format!("同一上级之下已有“{name}”，请核对；录重了的可以停用")
}
