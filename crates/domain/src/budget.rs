//! 经费: lines promised for a year and what was spent on them. What does not belong here: paying.
//!
//! Source: clauses C4.1, C6.10, C8.7; features of the field: funding promised against spent, per duty.

use serde::{Deserialize, Serialize};

use crate::ids::{BudgetLineId, OrgId};
use crate::time::Date;

/// 经费项目: what a year's budget promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    /// Id.
    pub id: BudgetLineId,
    /// The year.
    pub year: i32,
    /// Kind, as the plan's duties ask for it: what stands behind `budget:`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Who spends it.
    pub org: OrgId,
    /// How much. Units: fen (1/100 yuan).
    pub promised_fen: i64,
    /// 资金来源.
    pub source: String,
    /// 依据文件.
    pub basis: String,
    /// The day it was approved.
    pub approved_on: Date,
    /// What was spent, oldest first.
    pub spendings: Vec<Spending>,
    /// Why it was taken back; none while it stands.
    pub void: Option<String>,
}

/// 支出.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// Number within its line, from 1.
    pub no: u32,
    /// When it was paid.
    pub on: Date,
    /// How much. Units: fen.
    pub amount_fen: i64,
    /// What for.
    pub what: String,
    /// 凭证号.
    pub voucher: String,
    /// Why it was taken back; none while it stands.
    pub void: Option<String>,
}

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetRefusal {
    /// No title or no amount.
    #[error("请写明项目名称，金额须大于 0 元")]
    Empty,
    /// Spent nothing, or less.
    #[error("支出金额须大于 0 元；记错的请作废那一笔后重记")]
    NotPositive,
    /// Paid in another year.
    #[error("支出日期不在 {0} 年内，请记到相应年度的项目")]
    OtherYear(i32),
    /// Paid on a day that has not come.
    #[error("支出日期不能晚于今天，请核对")]
    NotYet,
    /// Not there, or taken back already.
    #[error("这一笔已经作废或不存在，请刷新后再看")]
    Gone,
    /// Taken back without a reason.
    #[error("请写明作废的理由")]
    NoReason,
    /// Something was spent on it.
    #[error("项目已有支出，不能作废；请先作废各笔支出")]
    Spent,
}

impl BudgetRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "budget.empty",
            Self::NotPositive => "budget.not_positive",
            Self::OtherYear(_) => "budget.other_year",
            Self::NotYet => "budget.not_yet",
            Self::Gone => "budget.gone",
            Self::NoReason => "budget.no_reason",
            Self::Spent => "budget.spent",
        }
    }
}

impl BudgetLine {
    /// Checks a line that is to be kept.
    ///
    /// Errors: no title, no amount.
    pub fn set(self) -> Result<Self, BudgetRefusal> {
        match self.title.trim().is_empty() || self.promised_fen <= 0 {
            true => Err(BudgetRefusal::Empty),
            false => Ok(self),
        }
    }

    /// What was spent and not taken back. Units: fen.
    pub fn spent_fen(&self) -> i64 {
        let standing = self.spendings.iter().filter(|one| one.void.is_none());
        standing.fold(0, |sum, one| sum.saturating_add(one.amount_fen))
    }

    /// More was spent than promised.
    pub fn is_overspent(&self) -> bool {
        self.spent_fen() > self.promised_fen
    }

    /// Spends. More than was promised may be spent; the page says so.
    ///
    /// Errors: the line was taken back; nothing or less; another year; a day that has not come.
    pub fn spend(mut self, spending: Spending, today: Date) -> Result<Self, BudgetRefusal> {
        if self.void.is_some() {
            return Err(BudgetRefusal::Gone);
        }
        if spending.amount_fen <= 0 {
            return Err(BudgetRefusal::NotPositive);
        }
        if chrono::Datelike::year(&spending.on) != self.year {
            return Err(BudgetRefusal::OtherYear(self.year));
        }
        if spending.on > today {
            return Err(BudgetRefusal::NotYet);
        }
        let no = self.spendings.iter().map(|one| one.no).max().unwrap_or(0) + 1;
        self.spendings.push(Spending { no, void: None, ..spending });
        Ok(self)
    }

    /// Takes one spending back; it stays on record.
    ///
    /// Errors: there is none of this number, or it was taken back; no reason.
    pub fn void_spending(mut self, no: u32, reason: &str) -> Result<Self, BudgetRefusal> {
        if reason.trim().is_empty() {
            return Err(BudgetRefusal::NoReason);
        }
        let standing = self.spendings.iter_mut().find(|one| one.no == no && one.void.is_none());
        standing.ok_or(BudgetRefusal::Gone)?.void = Some(reason.trim().to_owned());
        Ok(self)
    }

    /// Takes the line back; it stays on record.
    ///
    /// Errors: it was taken back; something was spent; no reason.
    pub fn void(self, reason: &str) -> Result<Self, BudgetRefusal> {
        if self.void.is_some() {
            return Err(BudgetRefusal::Gone);
        }
        if reason.trim().is_empty() {
            return Err(BudgetRefusal::NoReason);
        }
        if self.spendings.iter().any(|one| one.void.is_none()) {
            return Err(BudgetRefusal::Spent);
        }
        Ok(Self { void: Some(reason.trim().to_owned()), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn line() -> BudgetLine {
        BudgetLine {
            id: "b".into(),
            year: 2026,
            kind: "fire".to_owned(),
            title: "消防专项经费".to_owned(),
            org: "town".into(),
            promised_fen: 100_000,
            source: "镇财政".to_owned(),
            basis: "年初预算".to_owned(),
            approved_on: day("2026-01-20"),
            spendings: Vec::new(),
            void: None,
        }
    }

    fn paid(on: &str, amount_fen: i64) -> Spending {
        let what = "灭火器".to_owned();
        Spending { no: 0, on: day(on), amount_fen, what, voucher: "记-12".to_owned(), void: None }
    }

    #[test]
    fn money_is_spent_in_its_year_and_counted_once() {
        let today = day("2026-09-21");
        let spent = line().spend(paid("2026-03-01", 60_000), today).expect("may be spent");
        let spent = spent.spend(paid("2026-04-01", 50_000), today).expect("may be spent");
        assert_eq!((spent.spent_fen(), spent.is_overspent()), (110_000, true));
        let less = spent.clone().void_spending(1, "记错项目").expect("may be taken back");
        assert_eq!((less.spent_fen(), less.spendings.len()), (50_000, 2));
        assert_eq!(less.clone().void_spending(1, "再来"), Err(BudgetRefusal::Gone));
        assert_eq!(less.spend(paid("2026-05-01", 1), today).expect("may be spent").spendings[2].no, 3);
        for (wrong, why) in [
            (paid("2026-03-01", 0), BudgetRefusal::NotPositive),
            (paid("2025-12-31", 1), BudgetRefusal::OtherYear(2026)),
            (paid("2026-09-22", 1), BudgetRefusal::NotYet),
        ] {
            assert_eq!(line().spend(wrong, today), Err(why));
        }
        assert_eq!(spent.void("重复"), Err(BudgetRefusal::Spent));
        let gone = line().void("重复立项").expect("may be taken back");
        assert_eq!(gone.spend(paid("2026-03-01", 1), today), Err(BudgetRefusal::Gone));
        assert_eq!(BudgetLine { promised_fen: 0, ..line() }.set(), Err(BudgetRefusal::Empty));
    }
}
