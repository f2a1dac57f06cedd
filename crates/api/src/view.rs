//! Shapes that many answers share, and how dates and moments are written and read. What does not belong here: what one
//! noun alone answers (its own room).

use app::Error;
use app::error::FieldProblem;
use domain::time::{Date, Timestamp, parse_date};

use crate::problem::Refusal;

pub(crate) use app::view::{Named, Word};

/// A moment as sent: RFC 3339 with the town's offset.
pub(crate) fn instant(at: Timestamp) -> String {
    at.to_rfc3339()
}

/// A day as sent: `YYYY-MM-DD`.
pub(crate) fn day(on: Date) -> String {
    on.to_string()
}

/// Reads a day.
///
/// Errors: names the field.
pub(crate) fn read_day(field: &str, text: &str) -> Result<Date, Refusal> {
    parse_date(text.trim()).ok_or_else(|| wrong(field, "date.invalid", "日期请写成 2026-11-25 的样子"))
}

/// Reads a day that may be left out.
///
/// Errors: names the field.
pub(crate) fn read_opt_day(field: &str, text: Option<&str>) -> Result<Option<Date>, Refusal> {
    text.filter(|text| !text.trim().is_empty()).map(|text| read_day(field, text)).transpose()
}

/// Reads a moment.
///
/// Errors: names the field.
pub(crate) fn read_instant(field: &str, text: &str) -> Result<Timestamp, Refusal> {
    Timestamp::parse(text.trim())
        .ok_or_else(|| wrong(field, "instant.invalid", "时间格式不对，请刷新页面后再试"))
}

/// Reads a moment that may be left out.
///
/// Errors: names the field.
pub(crate) fn read_opt_instant(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Refusal> {
    text.filter(|text| !text.trim().is_empty()).map(|text| read_instant(field, text)).transpose()
}

/// One field that cannot be right.
pub(crate) fn wrong(field: &str, code: &'static str, message: &str) -> Refusal {
    Refusal(Error::Invalid(vec![FieldProblem { field: field.to_owned(), code, message: message.to_owned() }]))
}

/// How many rows a page has: what was asked for, within reason.
pub(crate) fn page_size(asked: Option<i64>) -> i64 {
    asked.unwrap_or(50).clamp(1, 200)
}
