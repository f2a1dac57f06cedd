//! Ledgers that name many people: asked for with a reason, agreed to by somebody else, taken out once and in time. What
//! does not belong here: the rules of a request (`domain::export`).

use domain::export::{Decision, Export};
use domain::policy::{Action, Subject};
use serde::{Deserialize, Serialize};
use store::Read;
use store::export::ExportRecord;
use utoipa::ToSchema;

use super::{Format, Ledger, YES_HOLDS, file_name, taken, within_limits};
use crate::parameter::number_on;
use crate::place::view::PlaceQuery;
use crate::{App, Caller, Error, Result};

/// Requests shown at most.
const MOST: i64 = 200;

/// A request as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExportView {
    /// Id.
    pub id: String,
    /// Who asks.
    pub asker: String,
    /// When.
    pub asked_at: String,
    /// Form of the file.
    pub format: String,
    /// Rows it would have had when asked for.
    pub rows: u32,
    /// Persons it would have named.
    pub persons: u32,
    /// What it is for.
    pub reason: String,
    /// `asked`, `approved`, `refused`, `taken`, `expired`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<String>,
    /// What he said.
    pub note: String,
    /// When it was taken out.
    pub taken_at: Option<String>,
    /// How long a yes holds. Units: hours.
    pub hours: u32,
    /// Row version.
    pub version: i64,
    /// What the caller may do: `decide`, `take`.
    pub actions: Vec<&'static str>,
}

/// Asks for a ledger.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ExportInput {
    /// The register's filters, as its page sends them.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub query: PlaceQuery,
    /// `xlsx`, `csv` or `geojson`.
    pub format: String,
    /// What it is for.
    #[serde(default)]
    pub reason: String,
}

/// A yes or a no.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ExportDecision {
    /// Whether it may be taken out.
    pub approve: bool,
    /// What he says to it; needed for a no.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

async fn hours(read: &mut Read, on: domain::time::Date) -> Result<u32> {
    Ok(u32::from(number_on(read, YES_HOLDS, on).await?))
}

/// How many requests wait for the caller to decide.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller) -> Result<i64> {
    match caller.hats.scope(Action::ExportApprove) {
        Some(_) => Ok(read.exports_waiting(&caller.account).await?),
        None => Ok(0),
    }
}

impl App {
    fn export_view(&self, caller: &Caller, record: &ExportRecord, hours: u32) -> ExportView {
        let e = &record.export;
        let stage = e.stage(self.now(), hours);
        let is_own = e.asker == caller.account;
        let may_decide = !is_own && caller.hats.scope(Action::ExportApprove).is_some();
        let mut actions = Vec::new();
        if may_decide && e.decision.is_none() {
            actions.push("decide");
        }
        if is_own && stage == domain::export::Stage::Approved {
            actions.push("take");
        }
        ExportView {
            id: e.id.clone(),
            asker: e.asker_name.clone(),
            asked_at: e.asked_at.to_rfc3339(),
            format: e.format.clone(),
            rows: e.rows,
            persons: e.persons,
            reason: e.reason.clone(),
            state: stage.code().to_owned(),
            state_label: stage.label().to_owned(),
            decided_by: e.decision.as_ref().map(|d| d.by_name.clone()),
            decided_at: e.decision.as_ref().map(|d| d.at.to_rfc3339()),
            note: e.decision.as_ref().map(|d| d.note.clone()).unwrap_or_default(),
            taken_at: e.taken_at.map(|at| at.to_rfc3339()),
            hours,
            version: record.version,
            actions,
        }
    }

    /// The caller's requests, and everybody's for who may agree to them; newest first.
    pub async fn exports(&self, caller: &Caller) -> Result<Vec<ExportView>> {
        let approves = caller.hats.scope(Action::ExportApprove).is_some();
        if !approves {
            caller.scope(Action::RegisterExport)?;
        }
        let mut read = self.db.read(&self.town).await?;
        let hours = hours(&mut read, self.now().date()).await?;
        let asker = (!approves).then_some(&caller.account);
        let found = read.exports(asker, MOST).await?;
        Ok(found.iter().map(|record| self.export_view(caller, record, hours)).collect())
    }

    /// Asks for the ledger a query finds.
    ///
    /// Errors: no reason; more rows than one may take out at once.
    pub async fn ask_export(&self, caller: &Caller, asked: ExportInput) -> Result<ExportView> {
        let now = self.now();
        caller.scope(Action::RegisterExport)?;
        let format = self.format_of(&asked.format)?;
        let mut read = self.db.read(&self.town).await?;
        let hours = hours(&mut read, now.date()).await?;
        let ledger = Ledger::read(&mut read, caller, &asked.query, now.date()).await?;
        within_limits(&mut read, caller, ledger.records.len(), now).await?;
        drop(read);
        let export = Export {
            id: self.new_id(),
            asker: caller.account.clone(),
            asker_name: caller.name.clone(),
            query: serde_json::to_string(&asked.query).map_err(|e| Error::Internal(e.to_string()))?,
            format: format.ending().to_owned(),
            rows: u32::try_from(ledger.records.len()).unwrap_or(u32::MAX),
            persons: u32::try_from(ledger.persons()).unwrap_or(u32::MAX),
            reason: asked.reason.trim().to_owned(),
            asked_at: now,
            decision: None,
            taken_at: None,
        }
        .ask()?;
        let record = ExportRecord { export, version: 1, recorded_at: now };
        let mut tx = self.write(caller).await?;
        tx.insert_export(&record).await?;
        let answer = self.export_view(caller, &record, hours);
        let mut audit = caller.audit("export.ask", "export", &record.export.id, now);
        audit.reason = record.export.reason.clone();
        Ok(tx.commit(audit, answer).await?)
    }

    /// Agrees to a request or not.
    ///
    /// Errors: his own, decided before, a no without a word, a stale page.
    pub async fn decide_export(
        &self,
        caller: &Caller,
        id: &str,
        asked: ExportDecision,
    ) -> Result<ExportView> {
        let hat = caller.hat(Action::ExportApprove, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = tx.export(id).await?.ok_or(Error::NotFound)?;
        let hours = hours(&mut tx, now.date()).await?;
        if record.version != asked.version {
            return Err(Error::stale(&self.export_view(caller, &record, hours)));
        }
        let note = asked.reason.trim().to_owned();
        record.export = record.export.decide(Decision {
            by: caller.account.clone(),
            by_name: caller.name.clone(),
            approved: asked.approve,
            note: note.clone(),
            at: now,
        })?;
        tx.update_export(&record).await?;
        record.version += 1;
        let answer = self.export_view(caller, &record, hours);
        let action = if asked.approve { "export.approve" } else { "export.reject" };
        let mut audit = caller.audit_as(hat, action, ("export", id), "", now);
        audit.reason = note;
        Ok(tx.commit(audit, answer).await?)
    }

    /// The file somebody else agreed to, for who asked, once: what the query finds today.
    ///
    /// Errors: not his, not approved, too late, taken before, more persons than agreed to, the day's files used up.
    pub async fn take_export(&self, caller: &Caller, id: &str) -> Result<(String, Format, Vec<u8>)> {
        let now = self.now();
        caller.scope(Action::RegisterExport)?;
        caller.stepped_up(now)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.export(id).await?.filter(|one| one.export.asker == caller.account);
        let mut record = record.ok_or(Error::NotFound)?;
        let hours = hours(&mut read, now.date()).await?;
        let format = self.format_of(&record.export.format)?;
        let query: PlaceQuery =
            serde_json::from_str(&record.export.query).map_err(|e| Error::Internal(e.to_string()))?;
        let ledger = Ledger::read(&mut read, caller, &query, now.date()).await?;
        let rows = ledger.records.len();
        within_limits(&mut read, caller, rows, now).await?;
        drop(read);
        let persons = u32::try_from(ledger.persons()).unwrap_or(u32::MAX);
        record.export = record.export.take(persons, now, hours)?;
        let bytes = self.aside(move || ledger.write(format, now)).await?;
        let mut audit = taken(caller, &query, format, rows, &record.export.reason, now);
        (audit.object_kind, audit.object_id) = ("export", id.to_owned());
        let mut tx = self.write(caller).await?;
        tx.update_export(&record).await?;
        tx.commit(audit, ()).await?;
        Ok((file_name(format, now.date()), format, bytes))
    }
}
