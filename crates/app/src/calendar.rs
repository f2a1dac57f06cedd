//! The working days of the town: the holiday notices that come with the program, and those the office put in since. What
//! does not belong here: counting days (`domain::calendar`), the form of a holiday file (`exchange`).

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use domain::calendar::Calendar;
use domain::policy::{Action, Subject};
use exchange::calendar_file::{CalendarFile, CalendarProblem, Holiday};
use serde::{Deserialize, Serialize};
use store::Read;
use store::calendar::HolidayYear;
use utoipa::ToSchema;

use crate::error::FieldProblem;
use crate::{App, Caller, Error, Result};

/// Holidays of one year; the State Council declares seven.
const MOST_HOLIDAYS: usize = 30;
/// Years somebody may put in.
const YEARS: std::ops::RangeInclusive<i32> = 2023..=2100;

/// The calendar that comes with the program. Years without a notice are known by their weekly rhythm only.
fn shipped() -> &'static (CalendarFile, Arc<Calendar>) {
    static SHIPPED: OnceLock<(CalendarFile, Arc<Calendar>)> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        let file = exchange::calendar_file::read(exchange::shipped::CALENDAR).0;
        let calendar = Arc::new(file.calendar.clone());
        (file, calendar)
    })
}

/// The calendar before the office put anything in: for the sample town, which is made before it has an office.
pub(crate) fn shipped_calendar() -> &'static Calendar {
    &shipped().1
}

/// The calendar in force: a year the office put in counts instead of the one that comes along.
pub(crate) async fn calendar(read: &mut Read) -> Result<Arc<Calendar>> {
    let own = read.holiday_years().await?;
    if own.is_empty() {
        return Ok(Arc::clone(&shipped().1));
    }
    let mut calendar = shipped().0.calendar.clone();
    for year in own {
        let file = exchange::calendar_file::read(&year.content).0;
        calendar = calendar.instead(year.year, file.calendar);
    }
    Ok(Arc::new(calendar))
}

/// One holiday of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HolidayView {
    /// 节日.
    pub name: String,
    /// First day off.
    pub from: String,
    /// Last day off.
    pub to: String,
    /// Saturdays and Sundays worked for it.
    #[serde(default)]
    pub worked: Vec<String>,
}

impl HolidayView {
    fn of(holiday: &Holiday) -> Self {
        Self {
            name: holiday.name.clone(),
            from: holiday.from.to_string(),
            to: holiday.to.to_string(),
            worked: holiday.worked.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The holidays of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HolidayYearView {
    /// The year.
    pub year: i32,
    /// The notice they were taken from.
    pub source: String,
    /// Its holidays, in order.
    pub holidays: Vec<HolidayView>,
    /// Whether it is as it came with the program.
    pub shipped: bool,
    /// Who put it in.
    pub recorded_by: Option<String>,
    /// Row version; none as long as the town put nothing in.
    pub version: Option<i64>,
}

/// Every year that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CalendarView {
    /// By year.
    pub items: Vec<HolidayYearView>,
    /// The last year known.
    pub announced_to: Option<i32>,
    /// What the caller may do: `set`.
    pub actions: Vec<&'static str>,
}

/// A year as its notice says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HolidayYearInput {
    /// The notice: its issuer, title and number.
    pub source: String,
    /// Its holidays.
    pub holidays: Vec<HolidayView>,
    /// The version that was read; none when the town had put nothing in.
    pub version: Option<i64>,
}

/// A text within quotes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text.trim()).to_string()
}

/// The year's section of a holiday file: one form, whoever wrote it.
fn section(year: i32, asked: &HolidayYearInput) -> String {
    let mut text = format!("[[year]]\nyear = {year}\nsource = {}\n", quoted(&asked.source));
    for holiday in &asked.holidays {
        let worked: Vec<String> = holiday.worked.iter().map(|day| quoted(day)).collect();
        // Writing into a text cannot fail.
        let _ = write!(
            text,
            "[[year.holiday]]\nname = {}\nfrom = {}\nto = {}\nworked = [{}]\n",
            quoted(&holiday.name),
            quoted(&holiday.from),
            quoted(&holiday.to),
            worked.join(", ")
        );
    }
    text
}

fn refused(problems: &[CalendarProblem]) -> Error {
    let field = |problem: &CalendarProblem| FieldProblem {
        field: if problem.code() == "calendar.source_missing" { "source" } else { "holidays" }.to_owned(),
        code: problem.code(),
        message: problem.to_string(),
    };
    Error::Invalid(problems.iter().map(field).collect())
}

fn view_of(year: i32, file: &CalendarFile, kept: Option<&HolidayYear>) -> HolidayYearView {
    HolidayYearView {
        year,
        source: file.sources.get(&year).cloned().unwrap_or_default(),
        holidays: file.holidays.get(&year).into_iter().flatten().map(HolidayView::of).collect(),
        shipped: kept.is_none(),
        recorded_by: kept.map(|kept| kept.recorded_by.clone()),
        version: kept.map(|kept| kept.version),
    }
}

async fn page(read: &mut Read, caller: &Caller) -> Result<CalendarView> {
    let own = read.holiday_years().await?;
    let mut items: Vec<HolidayYearView> = own
        .iter()
        .map(|kept| view_of(kept.year, &exchange::calendar_file::read(&kept.content).0, Some(kept)))
        .collect();
    let file = &shipped().0;
    let others = file.sources.keys().filter(|year| own.iter().all(|kept| kept.year != **year));
    items.extend(others.map(|year| view_of(*year, file, None)));
    items.sort_by_key(|one| one.year);
    let may = caller.hat(Action::ParameterPropose, &Subject::town()).is_ok();
    Ok(CalendarView {
        announced_to: calendar(read).await?.announced_to(),
        items,
        actions: if may { vec!["set"] } else { Vec::new() },
    })
}

impl App {
    /// The public holidays of every year that is known, with the notice each was taken from.
    pub async fn calendar(&self, caller: &Caller) -> Result<CalendarView> {
        caller.scope(Action::ParameterRead)?;
        page(&mut self.db.read(&self.town).await?, caller).await
    }

    /// Puts in the holidays of a year as its notice says, instead of those known before. A notice is no decision of the
    /// town: nobody else has to agree.
    ///
    /// Errors: no source; days that are none, of another year, said twice, worked on a weekday; somebody was quicker.
    pub async fn set_holidays(
        &self,
        caller: &Caller,
        year: i32,
        asked: HolidayYearInput,
    ) -> Result<CalendarView> {
        let hat = caller.hat(Action::ParameterPropose, &Subject::town())?;
        let now = self.now();
        if !YEARS.contains(&year) {
            return Err(Error::field("year", "calendar.year", "年份不对，请填写 2023 到 2100 之间的年份"));
        }
        if asked.holidays.is_empty() || asked.holidays.len() > MOST_HOLIDAYS {
            return Err(Error::field(
                "holidays",
                "calendar.holidays",
                "请按国务院办公厅的通知逐个填写当年的节假日",
            ));
        }
        let content = section(year, &asked);
        let (_, problems) = exchange::calendar_file::read(&content);
        if !problems.is_empty() {
            return Err(refused(&problems));
        }
        let mut tx = self.write(caller).await?;
        let known = tx.holiday_years().await?.into_iter().find(|one| one.year == year);
        if known.as_ref().map(|one| one.version) != asked.version {
            return Err(Error::stale(&page(&mut tx, caller).await?));
        }
        let kept = HolidayYear {
            year,
            content,
            recorded_by: caller.name.clone(),
            version: known.as_ref().map_or(1, |one| one.version),
            recorded_at: known.as_ref().map_or(now, |one| one.recorded_at),
        };
        match known {
            Some(_) => tx.update_holiday_year(&kept).await?,
            None => tx.insert_holiday_year(&kept).await?,
        }
        let mut audit = caller.audit_as(hat, "calendar.change", ("calendar", &year.to_string()), "", now);
        audit.reason = asked.source.trim().to_owned();
        let answer = page(&mut tx, caller).await?;
        Ok(tx.commit(audit, answer).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::parse_date;

    #[test]
    fn the_notices_that_come_along_are_read_without_problems() {
        let (_, problems) = exchange::calendar_file::read(exchange::shipped::CALENDAR);
        assert_eq!(problems, []);
        let national_day = parse_date("2026-10-01").expect("a date");
        assert!(!shipped_calendar().is_working_day(national_day));
        assert!(shipped_calendar().is_announced(2026));
    }

    #[test]
    fn what_is_typed_cannot_write_another_section() {
        let asked = HolidayYearInput {
            source: "通知\"\n[[year]]\nyear = 2028".to_owned(),
            holidays: Vec::new(),
            version: None,
        };
        let (file, problems) = exchange::calendar_file::read(&section(2027, &asked));
        assert_eq!(problems, []);
        assert_eq!(file.sources.keys().copied().collect::<Vec<_>>(), [2027]);
    }
}
