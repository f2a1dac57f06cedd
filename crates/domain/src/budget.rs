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
    /// 超支理由: why more than promised was spent with it; none while it stays within.
    #[serde(default)]
    pub over: Option<String>,
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
    /// The voucher was booked before in this year of the town.
    #[error(
        "凭证号“{voucher}”已于 {on} 记在“{line}”第 {no} 笔（{amount} 元），同一凭证不能重复入账；确是另一张或分摊的，请加月份或分录号区分"
    )]
    Booked {
        /// Its number, as booked.
        voucher: String,
        /// When it was paid.
        on: Date,
        /// Title of the line.
        line: String,
        /// Number of the spending within it.
        no: u32,
        /// How much, in yuan.
        amount: String,
    },
    /// More than promised, without a reason.
    #[error("这一笔记入后将超支 {0} 元；请先列支追加，或写明超支理由和批准依据后再记")]
    Over(String),
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
            Self::Booked { .. } => "budget.booked",
            Self::Over(_) => "budget.over",
            Self::Spent => "budget.spent",
        }
    }
}

/// Fen as yuan with two digits behind the point.
pub fn yuan(fen: i64) -> String {
    format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// A voucher's number as it is compared: how it was typed makes no difference.
fn plain(voucher: &str) -> String {
    let wide = |sign: char| match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        '—' | '–' | '‐' => '-',
        other => other,
    };
    voucher.chars().filter(|sign| !sign.is_whitespace()).map(wide).flat_map(char::to_lowercase).collect()
}

/// Checks that a voucher was not booked already among lines of a year. What was taken back does not count, and nothing is
/// not a number.
///
/// Errors: where it was booked.
pub fn books_once(lines: &[BudgetLine], voucher: &str) -> Result<(), BudgetRefusal> {
    let wanted = plain(voucher);
    let all = lines.iter().flat_map(|line| line.spendings.iter().map(move |one| (line, one)));
    let mut standing = all.filter(|(_, one)| one.void.is_none() && !wanted.is_empty());
    match standing.find(|(_, one)| plain(&one.voucher) == wanted) {
        None => Ok(()),
        Some((line, one)) => Err(BudgetRefusal::Booked {
            voucher: one.voucher.clone(),
            on: one.on,
            line: line.title.clone(),
            no: one.no,
            amount: yuan(one.amount_fen),
        }),
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

    /// Why more than promised was spent, as said with the last spending that did so; none while it stays within.
    pub fn over_reason(&self) -> Option<&str> {
        let standing = self.spendings.iter().rev().filter(|one| one.void.is_none());
        standing.filter(|_| self.is_overspent()).find_map(|one| one.over.as_deref())
    }

    /// Spends. More than was promised is spent only with a reason, which stays with the spending.
    ///
    /// Errors: the line was taken back; nothing or less; another year; a day that has not come; a voucher booked before on
    /// this line; more than promised without a reason.
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
        books_once(std::slice::from_ref(&self), &spending.voucher)?;
        let over = self.spent_fen().saturating_add(spending.amount_fen).saturating_sub(self.promised_fen);
        let why = spending.over.as_deref().map(str::trim).filter(|why| !why.is_empty() && over > 0);
        if over > 0 && why.is_none() {
            return Err(BudgetRefusal::Over(yuan(over)));
        }
        let over = why.map(str::to_owned);
        let no = self.spendings.iter().map(|one| one.no).max().unwrap_or(0) + 1;
        self.spendings.push(Spending { no, over, void: None, ..spending });
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
        let (what, voucher) = ("灭火器".to_owned(), format!("{on} 记-12"));
        Spending { no: 0, on: day(on), amount_fen, what, voucher, over: None, void: None }
    }

    #[test]
    fn money_is_spent_in_its_year_and_counted_once() {
        let today = day("2026-09-21");
        let spent = line().spend(paid("2026-03-01", 60_000), today).expect("may be spent");
        let more = Spending { over: Some(" 增补 ".to_owned()), ..paid("2026-04-01", 50_000) };
        let spent = spent.spend(more, today).expect("may be spent");
        assert_eq!((spent.spent_fen(), spent.is_overspent()), (110_000, true));
        assert_eq!(spent.over_reason(), Some("增补"));
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

    #[test]
    fn more_than_promised_needs_a_reason_that_stays() {
        let today = day("2026-09-21");
        let spent = line().spend(paid("2026-03-01", 60_000), today).expect("may be spent");
        let more =
            |why: Option<&str>| Spending { over: why.map(str::to_owned), ..paid("2026-04-01", 40_001) };
        for silent in [None, Some(" ")] {
            let told = spent.clone().spend(more(silent), today).expect_err("says nothing");
            assert_eq!((told.clone(), told.code()), (BudgetRefusal::Over("0.01".to_owned()), "budget.over"));
            assert!(told.to_string().contains("超支 0.01 元"), "{told}");
        }
        let just = spent.clone().spend(paid("2026-04-01", 40_000), today).expect("not a fen more");
        assert_eq!((just.is_overspent(), just.over_reason()), (false, None));
        let within = Spending { over: Some("没有超支".to_owned()), ..paid("2026-04-01", 1) };
        let within = spent.clone().spend(within, today).expect("may be spent");
        assert_eq!(within.spendings[1].over, None, "nothing was overspent");
        let over = spent.spend(more(Some("镇长办公会第3次会议同意")), today).expect("says why");
        assert_eq!(over.over_reason(), Some("镇长办公会第3次会议同意"));
        let back = over.void_spending(1, "记错").expect("may be taken back");
        assert_eq!(back.over_reason(), None, "it stays within again");
        // What was recorded before there were reasons is read as it is.
        let old = r#"{"no":1,"on":"2026-03-01","amount_fen":1,"what":"","voucher":"","void":null}"#;
        assert_eq!(serde_json::from_str::<Spending>(old).map(|one| one.over).ok(), Some(None));
    }

    #[test]
    fn a_voucher_is_booked_once_however_it_is_typed() {
        let today = day("2026-09-21");
        let with = |voucher: &str| Spending { voucher: voucher.to_owned(), ..paid("2026-03-01", 600) };
        let spent = line().spend(with("记-12"), today).expect("may be spent");
        for same in ["记-12", " 记 - 12 ", "记－１２", "记—12"] {
            let told = spent.clone().spend(with(same), today).expect_err("booked before");
            assert_eq!(told.code(), "budget.booked", "{same}");
            assert!(
                told.to_string().contains("已于 2026-03-01 记在“消防专项经费”第 1 笔（6.00 元）"),
                "{told}"
            );
        }
        for other in ["记-121", "2026-04 记-12", ""] {
            let more = spent.clone().spend(with(other), today).expect("another one");
            assert!(more.spend(with("记-13"), today).is_ok());
        }
        let nothing = spent.clone().spend(with(""), today).and_then(|one| one.spend(with(" "), today));
        assert!(nothing.is_ok(), "without a number nothing is the same");
        let back = spent.void_spending(1, "金额记错").expect("may be taken back");
        assert!(back.spend(with("记-12"), today).is_ok(), "what was taken back is booked anew");
    }
}
