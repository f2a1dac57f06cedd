//! Shapes that many answers share. What does not belong here: what one noun alone answers (its own room).

use domain::time::{Date, parse_date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Error, Result};

/// Reads a day of a form.
///
/// Errors: names the field.
pub(crate) fn read_day(field: &str, text: &str) -> Result<Date> {
    parse_date(text.trim()).ok_or_else(|| Error::field(field, "date.invalid", "日期请写成 2026-11-25 的样子"))
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
