//! Money promised for a year and spent: lines, entries, and how much of each is used. What does not belong here: the
//! rules of money (`domain::budget`).

use chrono::Datelike;
use domain::budget::{BudgetLine, BudgetRefusal, Spending, books_once};
use domain::ids::{BudgetLineId, OrgId};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::budget::BudgetRecord;
use utoipa::ToSchema;

use crate::plan::{kinds_of, plan_in_force};
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// 支出 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpendingView {
    /// Number within its line.
    pub no: u32,
    /// When it was paid.
    pub on: String,
    /// How much. Units: fen.
    pub amount_fen: i64,
    /// What for.
    pub what: String,
    /// 凭证号.
    pub voucher: String,
    /// Why more than promised was spent with it.
    pub over: Option<String>,
    /// Why it was taken back.
    pub void: Option<String>,
}

/// 经费项目 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BudgetLineView {
    /// Id.
    pub id: String,
    /// The year.
    pub year: i32,
    /// Kind.
    pub kind: Word,
    /// Title.
    pub title: String,
    /// Who spends it.
    pub org: Named,
    /// How much was promised. Units: fen.
    pub promised_fen: i64,
    /// How much was spent. Units: fen.
    pub spent_fen: i64,
    /// More was spent than promised.
    pub overspent: bool,
    /// Why, as said with the spending that went beyond.
    pub over_reason: Option<String>,
    /// 资金来源.
    pub source: String,
    /// 依据文件.
    pub basis: String,
    /// The day it was approved.
    pub approved_on: String,
    /// What was spent.
    pub spendings: Vec<SpendingView>,
    /// Why it was taken back.
    pub void: Option<String>,
    /// Version.
    pub version: i64,
    /// What the caller may do: `spend`, `void`.
    pub actions: Vec<&'static str>,
}

/// A year of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BudgetYear {
    /// The year.
    pub year: i32,
    /// Years there are lines of, this one included.
    pub years: Vec<i32>,
    /// Its lines.
    pub items: Vec<BudgetLineView>,
    /// Promised by lines that stand. Units: fen.
    pub promised_fen: i64,
    /// Spent on them. Units: fen.
    pub spent_fen: i64,
    /// Kinds the plan asks for, and any other.
    pub kinds: Vec<Word>,
    /// Organisations.
    pub orgs: Vec<Named>,
    /// What the caller may do: `add`.
    pub actions: Vec<&'static str>,
}

/// A line to add.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BudgetLineInput {
    /// The year.
    pub year: i32,
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Who spends it.
    pub org: String,
    /// How much. Units: fen.
    pub promised_fen: i64,
    /// 资金来源.
    #[serde(default)]
    pub source: String,
    /// 依据文件.
    #[serde(default)]
    pub basis: String,
    /// The day it was approved.
    pub approved_on: String,
}

/// What was spent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SpendingInput {
    /// When it was paid.
    pub on: String,
    /// How much. Units: fen.
    pub amount_fen: i64,
    /// What for.
    #[serde(default)]
    pub what: String,
    /// 凭证号.
    #[serde(default)]
    pub voucher: String,
    /// Why more than promised is spent; must be said when it is.
    #[serde(default)]
    pub over: String,
    /// The version of the line that was read.
    pub version: i64,
}

/// What is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BudgetVoid {
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The version of the line that was read.
    pub version: i64,
}

const OTHER: &str = "other";

/// The kinds of money the plan in force asks for, and any other.
async fn kinds(read: &mut Read, today: Date) -> Result<Vec<Word>> {
    let (plan, _) = plan_in_force(read, today).await?;
    let asked = kinds_of(&plan, "budget:").into_iter().map(|(kind, label)| Word::new(kind, label));
    Ok(asked.chain([Word::new(OTHER, "其他经费")]).collect())
}

async fn view(
    read: &mut Read,
    caller: &Caller,
    record: &BudgetRecord,
    kinds: &[Word],
) -> Result<BudgetLineView> {
    let org = read.org(&record.line.org).await?.map(|one| one.org.name);
    let may = caller.hats.hat(Action::BudgetKeep, &Subject::town()).is_some() && record.line.void.is_none();
    let l = &record.line;
    let other = Word::new(&l.kind, "其他经费");
    Ok(BudgetLineView {
        id: l.id.to_string(),
        year: l.year,
        kind: kinds.iter().find(|word| word.code == l.kind).cloned().unwrap_or(other),
        title: l.title.clone(),
        org: Named::new(l.org.as_str(), org.unwrap_or_default()),
        promised_fen: l.promised_fen,
        spent_fen: l.spent_fen(),
        overspent: l.is_overspent(),
        over_reason: l.over_reason().map(str::to_owned),
        source: l.source.clone(),
        basis: l.basis.clone(),
        approved_on: l.approved_on.to_string(),
        spendings: l
            .spendings
            .iter()
            .map(|one| SpendingView {
                no: one.no,
                on: one.on.to_string(),
                amount_fen: one.amount_fen,
                what: one.what.clone(),
                voucher: one.voucher.clone(),
                over: one.over.clone(),
                void: one.void.clone(),
            })
            .collect(),
        void: l.void.clone(),
        version: record.version,
        actions: if may { vec!["spend", "void"] } else { Vec::new() },
    })
}

impl App {
    /// The money of a year, this one when none is named.
    pub async fn budget(&self, caller: &Caller, year: Option<i32>) -> Result<BudgetYear> {
        caller.scope(Action::BudgetRead)?;
        let today = self.now().date();
        let year = year.unwrap_or(today.year());
        let mut read = self.db.read(&self.town).await?;
        let kinds = kinds(&mut read, today).await?;
        let mut items = Vec::new();
        for record in read.budget_lines(year).await? {
            items.push(view(&mut read, caller, &record, &kinds).await?);
        }
        let mut years = read.budget_years().await?;
        years.extend([year, today.year()]);
        years.sort_unstable_by(|a, b| b.cmp(a));
        years.dedup();
        let orgs = read.orgs().await?.into_iter().map(|one| one.org).filter(|org| org.active);
        let standing = || items.iter().filter(|line| line.void.is_none());
        let may = caller.hats.hat(Action::BudgetKeep, &Subject::town()).is_some();
        Ok(BudgetYear {
            year,
            years,
            promised_fen: standing().map(|line| line.promised_fen).sum(),
            spent_fen: standing().map(|line| line.spent_fen).sum(),
            kinds,
            orgs: orgs.map(|org| Named::new(org.id.as_str(), org.name)).collect(),
            actions: if may { vec!["add"] } else { Vec::new() },
            items,
        })
    }

    /// Adds a line.
    pub async fn add_budget_line(&self, caller: &Caller, asked: BudgetLineInput) -> Result<BudgetLineView> {
        let hat = caller.hat(Action::BudgetKeep, &Subject::town())?;
        let now = self.now();
        let approved_on = read_day("approved_on", &asked.approved_on)?;
        if approved_on > now.date() {
            return Err(Error::field("approved_on", "budget.not_yet", "批准日期不能晚于今天，请核对"));
        }
        let mut tx = self.write(caller).await?;
        let kinds = kinds(&mut tx, now.date()).await?;
        if !kinds.iter().any(|kind| kind.code == asked.kind) {
            return Err(Error::field("kind", "budget.kind", "请选择经费类别"));
        }
        let org = OrgId::from(asked.org.as_str());
        if tx.org(&org).await?.is_none_or(|one| !one.org.active) {
            return Err(Error::field("org", "budget.org", "没有这个机构，请从列表中选择"));
        }
        let line = BudgetLine {
            id: BudgetLineId::from(self.new_id()),
            year: asked.year,
            kind: asked.kind,
            title: asked.title.trim().to_owned(),
            org,
            promised_fen: asked.promised_fen,
            source: asked.source.trim().to_owned(),
            basis: asked.basis.trim().to_owned(),
            approved_on,
            spendings: Vec::new(),
            void: None,
        }
        .set()?;
        let record = BudgetRecord { line, voided_at: None, version: 1, recorded_at: now };
        tx.insert_budget_line(&record).await?;
        let answer = view(&mut tx, caller, &record, &kinds).await?;
        let audit = caller.audit_as(hat, "budget.add", ("budget_line", record.line.id.as_str()), "", now);
        Ok(tx.commit(audit, answer).await?)
    }

    /// Records a spending.
    pub async fn spend(
        &self,
        caller: &Caller,
        id: &BudgetLineId,
        asked: SpendingInput,
    ) -> Result<BudgetLineView> {
        let on = read_day("on", &asked.on)?;
        let today = self.now().date();
        let why = asked.over.trim();
        let spending = Spending {
            no: 0,
            on,
            amount_fen: asked.amount_fen,
            what: asked.what.trim().to_owned(),
            voucher: asked.voucher.trim().to_owned(),
            over: (!why.is_empty()).then(|| why.to_owned()),
            void: None,
        };
        // The same paper may not pay twice in one year of the town, on whichever line.
        let year = chrono::Datelike::year(&on);
        let voucher = spending.voucher.clone();
        self.change_budget(caller, id, asked.version, ("budget.spend", why), Some((year, &voucher)), |line| {
            line.spend(spending, today)
        })
        .await
    }

    /// Takes a spending back.
    pub async fn void_spending(
        &self,
        caller: &Caller,
        id: &BudgetLineId,
        no: u32,
        asked: BudgetVoid,
    ) -> Result<BudgetLineView> {
        let reason = asked.reason.trim();
        let step = ("budget.void_spending", reason);
        self.change_budget(caller, id, asked.version, step, None, |line| line.void_spending(no, reason)).await
    }

    /// Takes a line back.
    pub async fn void_budget_line(
        &self,
        caller: &Caller,
        id: &BudgetLineId,
        asked: BudgetVoid,
    ) -> Result<BudgetLineView> {
        let reason = asked.reason.trim();
        self.change_budget(caller, id, asked.version, ("budget.void", reason), None, |line| line.void(reason))
            .await
    }

    async fn change_budget(
        &self,
        caller: &Caller,
        id: &BudgetLineId,
        version: i64,
        (action, reason): (&'static str, &str),
        once: Option<(i32, &str)>,
        change: impl FnOnce(BudgetLine) -> std::result::Result<BudgetLine, BudgetRefusal>,
    ) -> Result<BudgetLineView> {
        caller.scope(Action::BudgetRead)?;
        let hat = caller.hat(Action::BudgetKeep, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = tx.budget_line(id).await?.ok_or(Error::NotFound)?;
        let kinds = kinds(&mut tx, now.date()).await?;
        if record.version != version {
            return Err(Error::stale(&view(&mut tx, caller, &record, &kinds).await?));
        }
        if let Some((year, voucher)) = once {
            let year: Vec<_> = tx.budget_lines(year).await?.into_iter().map(|one| one.line).collect();
            books_once(&year, voucher)?;
        }
        record.line = change(record.line)?;
        record.voided_at = record.line.void.is_some().then_some(now);
        tx.update_budget_line(&record).await?;
        record.version += 1;
        let answer = view(&mut tx, caller, &record, &kinds).await?;
        let mut audit = caller.audit_as(hat, action, ("budget_line", id.as_str()), "", now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, answer).await?)
    }
}
