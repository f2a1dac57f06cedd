//! Shapes that many answers share. What does not belong here: what one noun alone answers (its own room).

use domain::time::{Date, Timestamp, parse_date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Error, Result};

/// Reads a day of a form.
///
/// Errors: names the field.
pub(crate) fn read_day(field: &str, text: &str) -> Result<Date> {
    parse_date(text.trim()).ok_or_else(|| Error::field(field, "date.invalid", "日期请写成 2026-11-25 的样子"))
}

/// Where a page of a list goes on: by what the last row before it is ordered, then by its id, as that page told it with a `~`
/// between them. None of the first page.
///
/// Errors: no page ever told so.
pub(crate) fn page_after<By, Id: for<'a> From<&'a str>>(
    after: Option<&str>,
    by: impl Fn(&str) -> Option<By>,
) -> Result<Option<(By, Id)>> {
    let Some(after) = after.map(str::trim).filter(|after| !after.is_empty()) else { return Ok(None) };
    let told = after.split_once('~').and_then(|(at, id)| Some((by(at)?, Id::from(id))));
    told.map(Some).ok_or_else(no_such_page)
}

/// An instant as [`page_after`] has it.
pub(crate) fn instant_of_page(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(Timestamp)
}

/// Why a list does not go on from somewhere.
pub(crate) fn no_such_page() -> Error {
    Error::field("after", "page.cursor", "翻页位置不对，请从第一页重新查看")
}

/// Something by id, with what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

impl Named {
    /// A thing and its name.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into() }
    }
}

/// A code with the word people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Word {
    /// Code.
    pub code: String,
    /// Word.
    pub label: String,
}

impl Word {
    /// A code and its word.
    pub fn new(code: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: code.into(), label: label.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_only_from_where_a_page_ended() {
        let on = |after: Option<&str>| {
            page_after::<Date, String>(after, parse_date).map_err(|error| error.code().to_owned())
        };
        let day = parse_date("2026-11-25").expect("a date");
        assert_eq!(on(Some("2026-11-25~a")), Ok(Some((day, "a".to_owned()))));
        assert_eq!((on(None), on(Some(" "))), (Ok(None), Ok(None)));
        for nowhere in ["zzz", "~a", "2026-11-25", "2026-13-25~a"] {
            assert!(on(Some(nowhere)).is_err(), "{nowhere}");
        }
    }
}
