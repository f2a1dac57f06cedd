//! Values that go into a statement and rows that come out, the same for both engines. Rows are read by column name
//! with plain types; what a row *means* is the noun's business.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::time::{Timestamp, parse_date};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column, Row as _, TypeInfo, ValueRef};

use crate::vault::{Keys, MARK};
use crate::{Error, Result};

/// A parameter of a statement. NULL keeps its type, because PostgreSQL asks for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// TEXT.
    Text(Option<String>),
    /// BIGINT.
    Int(Option<i64>),
    /// DOUBLE PRECISION.
    Real(Option<f64>),
    /// BOOLEAN.
    Bool(Option<bool>),
    /// TEXT that is sealed on its way into a row (`vault`).
    Secret(Option<String>),
    /// Phone numbers of which only keyed traces go into a row (`vault`).
    Traces(String),
}

macro_rules! into_value {
    ($($from:ty => |$v:ident| $make:expr;)+) => {$(
        impl From<$from> for Value { fn from($v: $from) -> Self { $make } }
    )+};
}

/// Text as both databases keep it: without U+0000, which nobody sees and PostgreSQL refuses.
fn kept(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

into_value! {
    &str => |v| Self::Text(Some(kept(v.to_owned())));
    String => |v| Self::Text(Some(kept(v)));
    &String => |v| Self::Text(Some(kept(v.clone())));
    Option<String> => |v| Self::Text(v.map(kept));
    Option<&str> => |v| Self::Text(v.map(str::to_owned).map(kept));
    i64 => |v| Self::Int(Some(v));
    i32 => |v| Self::Int(Some(i64::from(v)));
    u32 => |v| Self::Int(Some(i64::from(v)));
    u64 => |v| Self::Int(Some(i64::try_from(v).unwrap_or(i64::MAX)));
    usize => |v| Self::Int(Some(i64::try_from(v).unwrap_or(i64::MAX)));
    Option<i64> => |v| Self::Int(v);
    Option<u32> => |v| Self::Int(v.map(i64::from));
    Timestamp => |v| Self::Int(Some(v.0));
    Option<Timestamp> => |v| Self::Int(v.map(|t| t.0));
    NaiveDate => |v| Self::Text(Some(v.to_string()));
    Option<NaiveDate> => |v| Self::Text(v.map(|d| d.to_string()));
    f64 => |v| Self::Real(Some(v));
    Option<f64> => |v| Self::Real(v);
    bool => |v| Self::Bool(Some(v));
}

/// A list of statement parameters: `args![town, id, version]`.
#[macro_export]
macro_rules! args {
    ($($v:expr),* $(,)?) => { vec![$($crate::Value::from($v)),*] };
}

/// Named columns of a row to write: `cols! { name: place.name, lon: place.lon }`.
#[macro_export]
macro_rules! cols {
    ($($name:ident : $v:expr),* $(,)?) => { vec![$((stringify!($name), $crate::Value::from($v))),*] };
}

/// A value of the program as JSON text.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Setup(format!("内容无法保存：{e}")))
}

/// The code of a variant without fields, as `open`.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

/// One row of an answer, and what opens the sealed cells in it.
pub struct Row {
    cells: Cells,
    keys: Option<Arc<Keys>>,
}

/// The cells as the engine gives them.
pub(crate) enum Cells {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

macro_rules! get {
    ($self:ident, $column:ident, $t:ty) => {
        match &$self.cells {
            Cells::Sqlite(r) => r.try_get_unchecked::<$t, _>($column),
            Cells::Postgres(r) => r.try_get_unchecked::<$t, _>($column),
        }
        .map_err(|_| $self.inconsistent($column))
    };
}

impl Row {
    pub(crate) fn new(cells: Cells, keys: Option<Arc<Keys>>) -> Self {
        Self { cells, keys }
    }

    /// TEXT that is kept sealed, opened. `table` is where the row is from.
    ///
    /// Errors: [`Error::Broken`] when it was sealed for another cell, or altered.
    pub fn opened(&self, table: &'static str, column: &str) -> Result<String> {
        self.open(table, column, self.text(column)?)
    }

    /// TEXT that is kept sealed, opened, or NULL.
    pub fn opt_opened(&self, table: &'static str, column: &str) -> Result<Option<String>> {
        self.opt_text(column)?.map(|kept| self.open(table, column, kept)).transpose()
    }

    fn open(&self, table: &'static str, column: &str, kept: String) -> Result<String> {
        let id = self.text("id")?;
        match &self.keys {
            Some(keys) => keys.open(table, column, &id, kept),
            // The town never had a data key, so nobody of ours sealed this.
            None if kept.starts_with(MARK) => Err(Error::Broken { table, column: column.to_owned(), id }),
            None => Ok(kept),
        }
    }

    /// TEXT that must be there.
    pub fn text(&self, column: &str) -> Result<String> {
        get!(self, column, String)
    }
    /// TEXT or NULL.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>> {
        get!(self, column, Option<String>)
    }
    /// BIGINT that must be there.
    pub fn int(&self, column: &str) -> Result<i64> {
        get!(self, column, i64)
    }
    /// BIGINT or NULL.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        get!(self, column, Option<i64>)
    }
    /// DOUBLE PRECISION or NULL.
    pub fn opt_real(&self, column: &str) -> Result<Option<f64>> {
        get!(self, column, Option<f64>)
    }
    /// BOOLEAN.
    pub fn bool(&self, column: &str) -> Result<bool> {
        get!(self, column, bool)
    }
    /// BOOLEAN or NULL.
    pub fn opt_bool(&self, column: &str) -> Result<Option<bool>> {
        get!(self, column, Option<bool>)
    }
    /// Unix milliseconds as an instant.
    pub fn instant(&self, column: &str) -> Result<Timestamp> {
        self.int(column).map(Timestamp)
    }
    /// Unix milliseconds as an instant, or NULL.
    pub fn opt_instant(&self, column: &str) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(column)?.map(Timestamp))
    }
    /// `YYYY-MM-DD` as a civil date.
    pub fn date(&self, column: &str) -> Result<NaiveDate> {
        parse_date(&self.text(column)?).ok_or_else(|| self.inconsistent(column))
    }
    /// `YYYY-MM-DD` as a civil date, or NULL.
    pub fn opt_date(&self, column: &str) -> Result<Option<NaiveDate>> {
        match self.opt_text(column)? {
            None => Ok(None),
            Some(text) => parse_date(&text).map(Some).ok_or_else(|| self.inconsistent(column)),
        }
    }
    /// JSON text as a value of the program.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|_| self.inconsistent(column))
    }

    /// One word of the program's own vocabulary, as [`word`] wrote it.
    pub fn word<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text = serde_json::Value::String(self.text(column)?);
        serde_json::from_value(text).map_err(|_| self.inconsistent(column))
    }

    /// The error for a column that does not hold what it must, naming the row where it can.
    pub fn inconsistent(&self, column: &str) -> Error {
        let id = match &self.cells {
            Cells::Sqlite(r) => r.try_get_unchecked::<String, _>("id").unwrap_or_default(),
            Cells::Postgres(r) => r.try_get_unchecked::<String, _>("id").unwrap_or_default(),
        };
        Error::Inconsistent { table: "row", column: column.to_owned(), id }
    }

    /// Every column that is not NULL as it is stored, to be written elsewhere.
    pub(crate) fn stored(&self) -> Result<Vec<(String, Value)>> {
        let mut out = Vec::new();
        match &self.cells {
            Cells::Sqlite(r) => {
                for (i, column) in r.columns().iter().enumerate() {
                    if r.try_get_raw(i)?.is_null() {
                        continue;
                    }
                    let value = match column.type_info().name() {
                        "REAL" => Value::from(r.try_get_unchecked::<f64, _>(i)?),
                        "BOOLEAN" => Value::from(r.try_get_unchecked::<bool, _>(i)?),
                        "INTEGER" => Value::from(r.try_get_unchecked::<i64, _>(i)?),
                        _ => Value::from(r.try_get_unchecked::<String, _>(i)?),
                    };
                    out.push((column.name().to_owned(), value));
                }
            }
            Cells::Postgres(r) => {
                for (i, column) in r.columns().iter().enumerate() {
                    if r.try_get_raw(i)?.is_null() {
                        continue;
                    }
                    let value = match column.type_info().name() {
                        "FLOAT8" => Value::from(r.try_get_unchecked::<f64, _>(i)?),
                        "BOOL" => Value::from(r.try_get_unchecked::<bool, _>(i)?),
                        "INT8" => Value::from(r.try_get_unchecked::<i64, _>(i)?),
                        _ => Value::from(r.try_get_unchecked::<String, _>(i)?),
                    };
                    out.push((column.name().to_owned(), value));
                }
            }
        }
        Ok(out)
    }

    /// Every column that is not NULL as `(name, text)`, the same text on both engines: integers and booleans in
    /// decimal, reals in the shortest form that reads back.
    pub(crate) fn canonical(&self) -> Result<Vec<(String, String)>> {
        let mut out = match &self.cells {
            Cells::Sqlite(r) => {
                let mut out = Vec::with_capacity(r.len());
                for (i, column) in r.columns().iter().enumerate() {
                    let raw = r.try_get_raw(i)?;
                    if raw.is_null() {
                        continue;
                    }
                    let text = match raw.type_info().name() {
                        "REAL" => real(r.try_get_unchecked::<f64, _>(i)?),
                        "TEXT" => r.try_get_unchecked::<String, _>(i)?,
                        _ => r.try_get_unchecked::<i64, _>(i)?.to_string(),
                    };
                    out.push((column.name().to_owned(), text));
                }
                out
            }
            Cells::Postgres(r) => {
                let mut out = Vec::with_capacity(r.len());
                for (i, column) in r.columns().iter().enumerate() {
                    if r.try_get_raw(i)?.is_null() {
                        continue;
                    }
                    let text = match column.type_info().name() {
                        "FLOAT8" => real(r.try_get_unchecked::<f64, _>(i)?),
                        "BOOL" => i64::from(r.try_get_unchecked::<bool, _>(i)?).to_string(),
                        "INT8" => r.try_get_unchecked::<i64, _>(i)?.to_string(),
                        _ => r.try_get_unchecked::<String, _>(i)?,
                    };
                    out.push((column.name().to_owned(), text));
                }
                out
            }
        };
        out.sort();
        Ok(out)
    }
}

fn real(value: f64) -> String {
    format!("{value:?}")
}
