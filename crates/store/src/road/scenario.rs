//! What-if lists as rows. Nothing else of the town reads this table. What does not belong here: what a list changes
//! (`domain::road::scenario`).

use domain::ids::ScenarioId;
use domain::road::scenario::Scenario;
use domain::time::Timestamp;

use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A what-if list as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioRecord {
    /// The list.
    pub scenario: Scenario,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// Who made it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was made.
    pub recorded_at: Timestamp,
}

impl ScenarioRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            scenario: row.json("content")?,
            voided_at: row.opt_instant("voided_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let s = &self.scenario;
        Ok(cols! { name: &s.name, voided_at: self.voided_at, content: json(s)? })
    }
}

impl Read {
    /// The list of this id.
    pub async fn scenario(&mut self, id: &ScenarioId) -> Result<Option<ScenarioRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM road_scenario WHERE town = $1 AND id = $2";
        let row = self.row(sql, args![town.as_str(), id.as_str()]).await?;
        row.as_ref().map(ScenarioRecord::from_row).transpose()
    }

    /// Lists that were not voided, the newest first.
    pub async fn scenarios(&mut self) -> Result<Vec<ScenarioRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM road_scenario WHERE town = $1 AND voided_at IS NULL ORDER BY recorded_at DESC, id DESC";
        self.rows(sql, args![town.as_str()]).await?.iter().map(ScenarioRecord::from_row).collect()
    }
}

impl Write {
    /// A new list.
    pub async fn insert_scenario(&mut self, record: &ScenarioRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("road_scenario", record.scenario.id.as_str(), row).await
    }

    /// A list after a change, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_scenario(&mut self, record: &ScenarioRecord) -> Result<()> {
        self.update("road_scenario", record.scenario.id.as_str(), record.version, record.cols()?).await
    }
}
