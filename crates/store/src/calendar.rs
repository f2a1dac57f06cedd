//! The public holidays of a year as the town put them in, as rows: one a year, changed by version. What does *not* belong
//! here: reading the text (`exchange::calendar_file`), counting days (`domain::calendar`).

use domain::time::Timestamp;

use crate::{Read, Result, Row, Write, args, cols};

/// A year as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayYear {
    /// The year.
    pub year: i32,
    /// The year's section of a holiday file.
    pub content: String,
    /// Who put it in last.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was first put in.
    pub recorded_at: Timestamp,
}

impl HolidayYear {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            year: row.text("id")?.parse().map_err(|_| row.inconsistent("id"))?,
            content: row.text("content")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl Read {
    /// Every year the town put in, by year.
    pub async fn holiday_years(&mut self) -> Result<Vec<HolidayYear>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM holiday_year WHERE town = $1 ORDER BY id", args![town.as_str()])
            .await?
            .iter()
            .map(HolidayYear::from_row)
            .collect()
    }
}

impl Write {
    /// A year put in for the first time.
    pub async fn insert_holiday_year(&mut self, year: &HolidayYear) -> Result<()> {
        let row = cols! {
            content: &year.content, recorded_by: &year.recorded_by, version: 1_i64, recorded_at: year.recorded_at,
        };
        self.insert("holiday_year", &year.year.to_string(), row).await
    }

    /// A year put in anew, if nobody changed it since.
    pub async fn update_holiday_year(&mut self, year: &HolidayYear) -> Result<()> {
        let row = cols! { content: &year.content, recorded_by: &year.recorded_by };
        self.update("holiday_year", &year.year.to_string(), year.version, row).await
    }
}
