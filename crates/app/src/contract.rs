//! Purchased services: contracts recorded once they are signed, what they owe handed in by one and accepted by another,
//! ended or voided. What does not belong here: what a provider's people may see (`domain::contract`, worn in `session`).

use std::collections::BTreeMap;

use domain::contract::{Contract, Deliverable, Progress, Standing, State};
use domain::ids::{ContractId, OrgId};
use domain::org::{Level, OrgKind};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
pub use store::contract::ContractFilter;
use store::contract::ContractRecord;
use utoipa::ToSchema;

use crate::attachment::AttachmentView;
use crate::names::Names;
use crate::plan::{kinds_of, plan_in_force};
use crate::view::{Named, Word, page_after, read_day};
use crate::{App, Caller, Error, Result};

/// A kind that no duty asks for.
const OTHER: &str = "other";
/// Contracts looked at for the workbench: a town has a handful.
const MOST: i64 = 500;

/// A contract in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContractRow {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: Word,
    /// 合同编号.
    pub number: String,
    /// Who serves.
    pub provider: Named,
    /// For which territory.
    pub territory: Named,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: String,
    /// Units: fen.
    pub amount_fen: i64,
    /// `coming`, `running`, `over`, `ended` or `void`.
    pub standing: String,
    /// In Chinese.
    pub standing_label: String,
    /// How many deliverables there are.
    pub deliverables: usize,
    /// How many of them are accepted.
    pub accepted: usize,
    /// How many wait to be accepted.
    pub waiting: usize,
    /// How many are owed after their day.
    pub overdue: usize,
}

/// A page of contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContractPage {
    /// Rows.
    pub items: Vec<ContractRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// One step of something owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContractNote {
    /// When.
    pub at: String,
    /// Who.
    pub by: Named,
    /// What it came to.
    pub progress: String,
    /// In Chinese.
    pub progress_label: String,
    /// What was said.
    pub text: String,
    /// Files that came with it.
    pub files: Vec<AttachmentView>,
}

/// 交付物 as the page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliverableView {
    /// Its number, from 1.
    pub no: usize,
    /// What.
    pub what: String,
    /// By when.
    pub due_on: String,
    /// `owed`, `delivered`, `accepted` or `refused`.
    pub progress: String,
    /// In Chinese.
    pub progress_label: String,
    /// Whether it is owed after its day.
    pub overdue: bool,
    /// Whether it was handed in after its day.
    pub late: bool,
    /// What happened to it.
    pub notes: Vec<ContractNote>,
    /// What the caller may do: `deliver`, `accept`, `refuse`.
    pub actions: Vec<&'static str>,
}

/// 合同 as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContractView {
    /// As in a list.
    #[serde(flatten)]
    pub row: ContractRow,
    /// What is bought.
    pub what: String,
    /// The day it was signed.
    pub signed_on: String,
    /// What it owes.
    pub owes: Vec<DeliverableView>,
    /// The contract itself.
    pub files: Vec<AttachmentView>,
    /// Why it was ended or voided.
    pub reason: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// Version.
    pub version: i64,
    /// What the caller may do: `end`, `void`.
    pub actions: Vec<&'static str>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContractOptions {
    /// Kinds the plan asks for, and any other.
    pub kinds: Vec<Word>,
    /// Units that may serve.
    pub providers: Vec<Named>,
    /// The town and its villages.
    pub territories: Vec<Named>,
}

/// Something owed, as asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DeliverableInput {
    /// What.
    pub what: String,
    /// By when.
    pub due_on: String,
}

/// A contract to record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ContractInput {
    /// Id, made by the page.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// 合同编号.
    #[serde(default)]
    pub number: String,
    /// Who serves.
    pub provider: String,
    /// For which territory, by code.
    pub territory: String,
    /// What is bought.
    pub what: String,
    /// Units: fen.
    #[serde(default)]
    pub amount_fen: i64,
    /// The day it was signed.
    pub signed_on: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: String,
    /// What it owes.
    #[serde(default)]
    pub deliverables: Vec<DeliverableInput>,
    /// The contract itself, as attachments.
    #[serde(default)]
    pub files: Vec<String>,
}

/// What is handed in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DeliverInput {
    /// What was done.
    #[serde(default)]
    pub text: String,
    /// Files, as attachments.
    #[serde(default)]
    pub files: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// Whether what was handed in is what was bought.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct JudgeInput {
    /// Whether it is.
    pub accept: bool,
    /// What was looked at and how, or why it is not.
    #[serde(default)]
    pub reason: String,
    /// What shows it, as attachments.
    #[serde(default)]
    pub files: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// It ends before its time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ContractEndInput {
    /// Its last day.
    pub on: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// Which contracts are asked for.
#[derive(Debug, Clone, Default)]
pub struct ContractAsked {
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only those in force today.
    pub running: bool,
    /// Only with this text in the title.
    pub text: Option<String>,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Where a contract stands, as far as rights are concerned.
pub(crate) fn subject(contract: &Contract) -> Subject {
    Subject::of(&contract.path, Some(&contract.provider))
}

fn word(kinds: &BTreeMap<String, String>, kind: &str) -> Word {
    Word::new(kind, kinds.get(kind).map_or("其他服务和社会力量", String::as_str))
}

fn row(record: &ContractRecord, names: &Names, kinds: &BTreeMap<String, String>, today: Date) -> ContractRow {
    let c = &record.contract;
    let standing = c.standing(today);
    let count = |wanted: Progress| c.deliverables.iter().filter(|one| one.progress() == wanted).count();
    ContractRow {
        id: c.id.to_string(),
        title: c.title.clone(),
        kind: word(kinds, &c.kind),
        number: c.number.clone(),
        provider: names.named_org(&c.provider),
        territory: names.territory(c.path.rsplit('/').next().unwrap_or_default()),
        from: c.from.to_string(),
        until: c.last_day().to_string(),
        amount_fen: c.amount_fen,
        standing: standing.code().to_owned(),
        standing_label: standing.label().to_owned(),
        deliverables: c.deliverables.len(),
        accepted: count(Progress::Accepted),
        waiting: count(Progress::Delivered),
        overdue: match standing {
            Standing::Void => 0,
            _ => c.deliverables.iter().filter(|one| one.is_overdue(today)).count(),
        },
    }
}

fn actions_on(caller: &Caller, record: &ContractRecord, one: &Deliverable) -> Vec<&'static str> {
    let can = |action| caller.hats.hat(action, &subject(&record.contract)).is_some();
    if matches!(record.contract.state, State::Void { .. }) {
        return Vec::new();
    }
    match one.progress() {
        Progress::Owed | Progress::Refused if can(Action::ContractDeliver) => vec!["deliver"],
        Progress::Delivered
            if can(Action::ContractKeep) && one.notes.last().is_some_and(|note| note.by != caller.person) =>
        {
            vec!["accept", "refuse"]
        }
        _ => Vec::new(),
    }
}

async fn files(read: &mut Read, ids: &[String], contract: &ContractId) -> Result<Vec<AttachmentView>> {
    let found = read.attachments(ids).await?;
    let own =
        found.iter().filter(|file| file.object_kind == "contract" && file.object_id == contract.as_str());
    Ok(own.map(AttachmentView::of).collect())
}

async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &ContractRecord,
    today: Date,
) -> Result<ContractView> {
    let (plan, _) = plan_in_force(read, today).await?;
    let names = Names::read(read).await?;
    let c = &record.contract;
    let mut owes = Vec::with_capacity(c.deliverables.len());
    for (n, one) in c.deliverables.iter().enumerate() {
        let mut notes = Vec::with_capacity(one.notes.len());
        for note in &one.notes {
            notes.push(ContractNote {
                at: note.at.to_rfc3339(),
                by: Named::new(note.by.as_str(), names.person(&note.by)),
                progress: note.progress.code().to_owned(),
                progress_label: note.progress.label().to_owned(),
                text: note.text.clone(),
                files: files(read, &note.files, &c.id).await?,
            });
        }
        owes.push(DeliverableView {
            no: n + 1,
            what: one.what.clone(),
            due_on: one.due_on.to_string(),
            progress: one.progress().code().to_owned(),
            progress_label: one.progress().label().to_owned(),
            overdue: one.is_overdue(today),
            late: one.delivered_on().is_some_and(|day| day > one.due_on),
            notes,
            actions: actions_on(caller, record, one),
        });
    }
    let may = caller.hats.hat(Action::ContractKeep, &subject(c)).is_some();
    Ok(ContractView {
        row: row(record, &names, &kinds_of(&plan, "contract:"), today),
        what: c.what.clone(),
        signed_on: c.signed_on.to_string(),
        owes,
        files: files(read, &c.files, &c.id).await?,
        reason: match &c.state {
            State::Signed => None,
            State::Ended { reason, .. } | State::Void { reason, .. } => Some(reason.clone()),
        },
        recorded_by: record.recorded_by.clone(),
        version: record.version,
        actions: match &c.state {
            State::Signed if may && c.standing(today) != Standing::Over => vec!["end", "void"],
            State::Signed | State::Ended { .. } if may => vec!["void"],
            _ => Vec::new(),
        },
    })
}

/// How many deliverables wait for the caller to accept, and how many are owed after their day.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<(i64, i64)> {
    let keeps = caller.hats.scope(Action::ContractKeep).is_some();
    let Some(scope) = caller.hats.scope(Action::ContractDeliver) else { return Ok((0, 0)) };
    let all = read.contracts(&scope, &ContractFilter::default(), None, MOST).await?;
    let live = all.iter().filter(|one| one.contract.standing(today) != Standing::Void);
    let (mut to_accept, mut overdue) = (0, 0);
    for one in live.flat_map(|one| &one.contract.deliverables) {
        let handed = one.notes.last().filter(|note| note.progress == Progress::Delivered);
        to_accept += i64::from(keeps && handed.is_some_and(|note| note.by != caller.person));
        overdue += i64::from(one.is_overdue(today));
    }
    Ok((to_accept, overdue))
}

impl App {
    /// Contracts the caller may see, newest first.
    pub async fn contracts(&self, caller: &Caller, asked: &ContractAsked) -> Result<ContractPage> {
        let scope = caller.scope(Action::ContractRead)?;
        let today = self.now().date();
        let before = page_after(asked.after.as_deref(), domain::time::parse_date)?;
        let filter = ContractFilter {
            kind: asked.kind.clone(),
            running_on: asked.running.then_some(today),
            text: asked.text.clone(),
        };
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.contracts(&scope, &filter, before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}~{}", last.contract.from, last.contract.id));
        let names = Names::read(&mut read).await?;
        let (plan, _) = plan_in_force(&mut read, today).await?;
        let kinds = kinds_of(&plan, "contract:");
        Ok(ContractPage { items: found.iter().map(|one| row(one, &names, &kinds, today)).collect(), next })
    }

    /// One contract.
    pub async fn contract(&self, caller: &Caller, id: &ContractId) -> Result<ContractView> {
        let scope = caller.scope(Action::ContractRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.contract(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record, self.now().date()).await
    }

    /// What a form needs.
    pub async fn contract_options(&self, caller: &Caller) -> Result<ContractOptions> {
        caller.scope(Action::ContractKeep)?;
        let mut read = self.db.read(&self.town).await?;
        let (plan, _) = plan_in_force(&mut read, self.now().date()).await?;
        let kinds = kinds_of(&plan, "contract:");
        let mut words: Vec<Word> = kinds.iter().map(|(kind, label)| Word::new(kind, label)).collect();
        words.push(word(&kinds, OTHER));
        let orgs = read.orgs().await?.into_iter().map(|one| one.org);
        let providers = orgs.filter(|org| org.active && org.kind == OrgKind::Unit);
        let nodes = read.open_territories().await?.into_iter().map(|one| one.territory);
        let shown = nodes.filter(|node| matches!(node.level, Level::Town | Level::Village));
        Ok(ContractOptions {
            kinds: words,
            providers: providers.map(|org| Named::new(org.id.as_str(), org.name)).collect(),
            territories: shown.map(|node| Named::new(node.code.as_str(), node.name)).collect(),
        })
    }

    /// Records a contract that was signed.
    ///
    /// Errors: an id that is no UUID or taken; no such provider, territory or kind; what `domain::contract` refuses.
    pub async fn sign_contract(&self, caller: &Caller, asked: ContractInput) -> Result<ContractView> {
        if uuid::Uuid::parse_str(&asked.id).is_err() {
            return Err(Error::field("id", "contract.id", "合同编号须为 UUID，请刷新页面后再试"));
        }
        let now = self.now();
        caller.scope(Action::ContractKeep)?;
        let mut tx = self.write(caller).await?;
        let (plan, _) = plan_in_force(&mut tx, now.date()).await?;
        if asked.kind != OTHER && !kinds_of(&plan, "contract:").contains_key(&asked.kind) {
            return Err(Error::field("kind", "contract.kind", "请选择合同类别"));
        }
        let provider = OrgId::from(asked.provider.as_str());
        if tx.org(&provider).await?.is_none_or(|one| !one.org.active || one.org.kind != OrgKind::Unit) {
            return Err(Error::field("provider", "contract.provider", "没有这家服务单位，请先在机构中登记"));
        }
        let territory = tx.open_territory(&asked.territory.as_str().into()).await?;
        let territory = territory
            .ok_or_else(|| Error::field("territory", "contract.territory", "请选择合同适用的辖区"))?;
        let mut deliverables = Vec::with_capacity(asked.deliverables.len());
        for one in asked.deliverables.iter().filter(|one| !one.what.trim().is_empty()) {
            deliverables.push(Deliverable::owed(&one.what, read_day("due_on", &one.due_on)?));
        }
        let contract = Contract {
            id: asked.id.to_lowercase().into(),
            kind: asked.kind,
            title: asked.title.trim().to_owned(),
            number: asked.number.trim().to_owned(),
            provider,
            path: territory.territory.path,
            what: asked.what.trim().to_owned(),
            amount_fen: asked.amount_fen,
            signed_on: read_day("signed_on", &asked.signed_on)?,
            from: read_day("from", &asked.from)?,
            until: read_day("until", &asked.until)?,
            deliverables,
            files: asked.files,
            state: State::Signed,
        }
        .sign(now.date())?;
        let hat = caller.hat(Action::ContractKeep, &subject(&contract))?;
        let record =
            ContractRecord { contract, recorded_by: caller.name.clone(), version: 1, recorded_at: now };
        tx.insert_contract(&record).await?;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let object = ("contract", record.contract.id.as_str());
        let audit = caller.audit_as(hat, "contract.sign", object, &record.contract.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The contract as the caller may do this to it, if he saw its newest version.
    async fn kept_contract(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &ContractId,
        action: Action,
        version: i64,
    ) -> Result<ContractRecord> {
        let scope = caller.scope(Action::ContractRead)?;
        let record = read.contract(id, &scope).await?.ok_or(Error::NotFound)?;
        caller.hat(action, &subject(&record.contract))?;
        if record.version != version {
            return Err(Error::stale(&page(read, caller, &record, self.now().date()).await?));
        }
        Ok(record)
    }

    /// Hands in what is owed; `no` counts from 1.
    pub async fn deliver(
        &self,
        caller: &Caller,
        id: &ContractId,
        no: usize,
        asked: DeliverInput,
    ) -> Result<ContractView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let right = Action::ContractDeliver;
        let mut record = self.kept_contract(caller, &mut tx, id, right, asked.version).await?;
        let at = no.wrapping_sub(1);
        record.contract =
            record.contract.deliver(at, caller.person.clone(), now, &asked.text, asked.files)?;
        tx.update_contract(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let hat = caller.hat(right, &subject(&record.contract))?;
        let object = ("contract", id.as_str());
        let audit = caller.audit_as(hat, "contract.deliver", object, &record.contract.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Accepts what was handed in, or refuses it with a reason; `no` counts from 1.
    pub async fn judge_deliverable(
        &self,
        caller: &Caller,
        id: &ContractId,
        no: usize,
        asked: JudgeInput,
    ) -> Result<ContractView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let right = Action::ContractKeep;
        let mut record = self.kept_contract(caller, &mut tx, id, right, asked.version).await?;
        let (at, by) = (no.wrapping_sub(1), caller.person.clone());
        record.contract = record.contract.judge(at, (by, now), asked.accept, &asked.reason, asked.files)?;
        tx.update_contract(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let hat = caller.hat(right, &subject(&record.contract))?;
        let action = if asked.accept { "contract.accept" } else { "contract.reject" };
        let mut audit = caller.audit_as(hat, action, ("contract", id.as_str()), &record.contract.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Ends a contract before its time.
    pub async fn end_contract(
        &self,
        caller: &Caller,
        id: &ContractId,
        asked: ContractEndInput,
    ) -> Result<ContractView> {
        let now = self.now();
        let on = read_day("on", &asked.on)?;
        let mut tx = self.write(caller).await?;
        let right = Action::ContractKeep;
        let mut record = self.kept_contract(caller, &mut tx, id, right, asked.version).await?;
        record.contract = record.contract.end(on, &asked.reason, now.date())?;
        tx.update_contract(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let hat = caller.hat(right, &subject(&record.contract))?;
        let object = ("contract", id.as_str());
        let mut audit = caller.audit_as(hat, "contract.end", object, &record.contract.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Voids a contract that was recorded by mistake.
    pub async fn void_contract(
        &self,
        caller: &Caller,
        id: &ContractId,
        reason: &str,
        version: i64,
    ) -> Result<ContractView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let right = Action::ContractKeep;
        let mut record = self.kept_contract(caller, &mut tx, id, right, version).await?;
        record.contract = record.contract.void(now, reason)?;
        tx.update_contract(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let hat = caller.hat(right, &subject(&record.contract))?;
        let object = ("contract", id.as_str());
        let mut audit = caller.audit_as(hat, "contract.void", object, &record.contract.path, now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}
