//! The land of territories as rows, appended only. What does not belong here: which of them holds (`domain::boundary`).

use domain::boundary::Boundary;
use domain::time::Timestamp;

use crate::value::json;
use crate::{Read, Result, Row, Write, args, cols};

/// An outline as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundaryRecord {
    /// The outline.
    pub boundary: Boundary,
    /// Path of its territory.
    pub path: String,
    /// Who drew it.
    pub recorded_by: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl BoundaryRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            boundary: Boundary {
                id: row.text("id")?,
                territory: row.text("territory")?.into(),
                from: row.date("held_from")?,
                source: row.text("source")?,
                area: row.json("area")?,
            },
            path: row.text("path")?,
            recorded_by: row.text("recorded_by")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl Read {
    /// Every outline, territory by territory, of each in the order recorded. Where a village ends is no secret.
    pub async fn boundaries(&mut self) -> Result<Vec<BoundaryRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM boundary WHERE town = $1 ORDER BY path, recorded_at, id",
            args![town.as_str()],
        )
        .await?
        .iter()
        .map(BoundaryRecord::from_row)
        .collect()
    }
}

impl Write {
    /// One more outline; those before it stay.
    pub async fn insert_boundary(&mut self, record: &BoundaryRecord) -> Result<()> {
        let one = &record.boundary;
        let row = cols! {
            territory: one.territory.as_str(), path: &record.path, held_from: one.from, source: &one.source,
            area: json(&one.area)?, version: 1_i64, recorded_at: record.recorded_at,
            recorded_by: &record.recorded_by,
        };
        self.insert("boundary", &one.id, row).await
    }
}
