//! Number series as the town writes them, the next number of each, and the register of numbers given. A number is taken
//! in the write that approves, so that none is lost and none given twice. What does not belong here: counting (`store`).

use chrono::Datelike;
use domain::paper::{Number, Series};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::paper::{PaperFilter, SeriesRecord};
use store::{Read, Write};
use utoipa::ToSchema;

use super::catalog;
use crate::names::Names;
use crate::{App, Caller, Error, Result};

/// A series as the town has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeriesView {
    /// Code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// How a number is written, with `{year}` and `{n}`.
    pub pattern: String,
    /// Whether the town has yet to say that it writes its numbers like this.
    pub to_check: bool,
    /// So many numbers of this year were used before this program was.
    pub used_before: u32,
    /// So many it has given this year.
    pub taken: i64,
    /// The next number.
    pub next: String,
    /// Version; 0 while the town has set nothing.
    pub version: i64,
    /// Whether the caller may set it.
    pub may_set: bool,
}

/// A series to set.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SeriesInput {
    /// How a number is written.
    pub pattern: String,
    /// So many numbers of this year were used outside this program.
    #[serde(default)]
    pub used_before: u32,
    /// The version that was read.
    #[serde(default)]
    pub version: i64,
}

/// A number that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NumberRow {
    /// Which of the year.
    pub n: u32,
    /// As printed.
    pub number: String,
    /// The paper.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Day of approval.
    pub on: String,
    /// `approved`, `issued`, `served` or `revoked`.
    pub state: String,
    /// In Chinese; 已撤销 for a number that was cancelled and stays taken.
    pub state_label: String,
    /// Why it was cancelled.
    pub reason: Option<String>,
}

/// The register of one series and year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NumbersView {
    /// Code of the series.
    pub series: String,
    /// Year.
    pub year: i32,
    /// Numbers in their order.
    pub items: Vec<NumberRow>,
}

/// The counter of a series and year.
fn counter(series: &str, year: i32) -> String {
    format!("paper/{series}/{year}")
}

fn shipped(code: &str) -> Result<&'static Series> {
    catalog().series(code).ok_or(Error::NotFound)
}

/// How the town writes a series, and how many numbers of the year were used before.
async fn as_set(read: &mut Read, code: &str, year: i32) -> Result<(Series, u32, Option<SeriesRecord>)> {
    let series = shipped(code)?.clone();
    let set = read.paper_series().await?.into_iter().find(|one| one.code == code);
    let used = set.as_ref().filter(|set| set.year == year).map_or(0, |set| set.used_before);
    Ok(match &set {
        Some(own) => (Series { pattern: own.pattern.clone(), to_check: false, ..series }, used, set),
        None => (series, 0, None),
    })
}

fn numbered(series: &Series, year: i32, used_before: u32, counted: i64) -> Number {
    let n = used_before.saturating_add(u32::try_from(counted).unwrap_or(u32::MAX));
    Number { series: series.code.clone(), year, n, text: series.number(year, n) }
}

/// The number the next paper of a series would get; nothing is taken.
// Shown on a paper the caller may read.
pub(crate) async fn next(read: &mut Read, code: &str, today: Date) -> Result<Number> {
    let year = today.year();
    let (series, used, _) = as_set(read, code, year).await?;
    let taken = read.numbers_taken(&counter(code, year)).await?;
    Ok(numbered(&series, year, used, taken + 1))
}

/// Takes the next number of a series, in the write that approves. `wanted` is the one the approver was shown.
///
/// Errors: the number wanted is used already, or would leave a gap.
// Part of the write of the use case that approves.
pub(crate) async fn take(tx: &mut Write, code: &str, today: Date, wanted: Option<u32>) -> Result<Number> {
    let year = today.year();
    let counted = tx.next_number(&counter(code, year)).await?;
    let (series, used, _) = as_set(tx, code, year).await?;
    let number = numbered(&series, year, used, counted);
    match wanted {
        Some(n) if n < number.n => {
            let holder = tx.paper_numbered(code, year, n).await?;
            let by = holder.map_or("纸质文书".to_owned(), |one| format!("《{}》", one.paper.title));
            let (old, new) = (series.number(year, n), &number.text);
            Err(Error::Conflict {
                code: "paper.number_used",
                message: format!("{old} 已用于{by}，请用下一号 {new}"),
            })
        }
        Some(n) if n > number.n => Err(Error::Refused {
            code: "paper.number_gap",
            message: format!("{} 之前还有空号，编号不能跳号，请用 {}", series.number(year, n), number.text),
        }),
        _ => Ok(number),
    }
}

impl App {
    /// Every series with its next number.
    pub async fn paper_series(&self, caller: &Caller) -> Result<Vec<SeriesView>> {
        caller.scope(Action::PaperRead)?;
        let mut read = self.db.read(&self.town).await?;
        let mut all = Vec::new();
        for series in &catalog().series {
            all.push(self.series_view(&mut read, caller, &series.code).await?);
        }
        Ok(all)
    }

    async fn series_view(&self, read: &mut Read, caller: &Caller, code: &str) -> Result<SeriesView> {
        let today = self.now().date();
        let (series, used_before, set) = as_set(read, code, today.year()).await?;
        let taken = read.numbers_taken(&counter(code, today.year())).await?;
        Ok(SeriesView {
            next: numbered(&series, today.year(), used_before, taken + 1).text,
            code: series.code,
            name: series.name,
            pattern: series.pattern,
            to_check: series.to_check,
            used_before,
            taken,
            version: set.map_or(0, |set| set.version),
            may_set: caller.hats.hat(Action::PaperNumber, &Subject::town()).is_some(),
        })
    }

    /// Says how the town writes the numbers of a series, and how many of this year it has used already.
    ///
    /// Errors: a pattern without year or number; numbers were given this year, and the beginning would move.
    pub async fn set_paper_series(
        &self,
        caller: &Caller,
        code: &str,
        asked: &SeriesInput,
    ) -> Result<SeriesView> {
        let hat = caller.hat(Action::PaperNumber, &Subject::town())?;
        let now = self.now();
        let year = now.date().year();
        let mut tx = self.write(caller).await?;
        let (series, used_before, before) = as_set(&mut tx, code, year).await?;
        let pattern = asked.pattern.trim().to_owned();
        if let Some(wrong) = (Series { pattern: pattern.clone(), ..series }).problem() {
            return Err(Error::field("pattern", "paper.bad_series", &wrong));
        }
        if asked.version != before.as_ref().map_or(0, |set| set.version) {
            return Err(Error::stale(&self.series_view(&mut tx, caller, code).await?));
        }
        if asked.used_before != used_before && tx.numbers_taken(&counter(code, year)).await? > 0 {
            return Err(Error::field(
                "used_before",
                "paper.series_begun",
                "本年已在系统内编号，起始号不能再改，请从下一年起调整",
            ));
        }
        let record = SeriesRecord {
            code: code.to_owned(),
            pattern,
            year,
            used_before: asked.used_before,
            version: asked.version,
            recorded_at: now,
            recorded_by: caller.name.clone(),
        };
        match before {
            None => tx.insert_paper_series(&record).await?,
            Some(_) => tx.update_paper_series(&record).await?,
        }
        let view = self.series_view(&mut tx, caller, code).await?;
        let audit = caller.audit_as(hat, "paper.number", ("paper_series", code), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Every number of a series and year, cancelled ones with their reason. Only papers the caller may read are named.
    pub async fn paper_numbers(&self, caller: &Caller, code: &str, year: Option<i32>) -> Result<NumbersView> {
        let scope = caller.scope(Action::PaperRead)?;
        let year = year.unwrap_or_else(|| self.now().date().year());
        shipped(code)?;
        let mut read = self.db.read(&self.town).await?;
        let filter =
            PaperFilter { series: Some(code.to_owned()), year: Some(year), ..PaperFilter::default() };
        let mut found = read.papers(&scope, &filter, None, i64::from(i32::MAX)).await?;
        found.sort_by_key(|one| {
            one.paper.state.approval().and_then(|a| a.number.as_ref()).map(|number| number.n)
        });
        let names = Names::read(&mut read).await?;
        let items = found.iter().filter_map(|record| {
            let approval = record.paper.state.approval()?;
            let number = approval.number.as_ref()?;
            let row = super::row(record, &names);
            Some(NumberRow {
                n: number.n,
                number: number.text.clone(),
                id: row.id,
                title: row.title,
                on: approval.on.to_string(),
                state: row.state,
                state_label: row.state_label,
                reason: match &record.paper.state {
                    domain::paper::State::Revoked { reason, .. } => Some(reason.clone()),
                    _ => None,
                },
            })
        });
        Ok(NumbersView { series: code.to_owned(), year, items: items.collect() })
    }
}
