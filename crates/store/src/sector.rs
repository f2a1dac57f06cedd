//! What sectors have in common and who leads new trades, as rows. What does not belong here: whether a step is allowed
//! (`domain::sector`).

use domain::ids::{SectorRiskId, SectorRulingId};
use domain::sector::{Risk, Ruling};
use domain::time::Timestamp;

use crate::value::json;
use crate::{Read, Result, Row, Write, args, cols};

/// A risk as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectorRiskRecord {
    /// The risk.
    pub risk: Risk,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A trade as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectorRulingRecord {
    /// The trade and who leads it.
    pub ruling: Ruling,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

fn risk(row: &Row) -> Result<SectorRiskRecord> {
    Ok(SectorRiskRecord {
        risk: row.json("content")?,
        recorded_by: row.text("recorded_by")?,
        version: row.int("version")?,
        recorded_at: row.instant("recorded_at")?,
    })
}

fn ruling(row: &Row) -> Result<SectorRulingRecord> {
    Ok(SectorRulingRecord {
        ruling: row.json("content")?,
        recorded_by: row.text("recorded_by")?,
        version: row.int("version")?,
        recorded_at: row.instant("recorded_at")?,
    })
}

impl Read {
    /// Every risk of the town's sectors, newest first. They are the whole town's business.
    pub async fn sector_risks(&mut self) -> Result<Vec<SectorRiskRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM sector_risk WHERE town = $1 ORDER BY recorded_at DESC, id DESC";
        self.rows(sql, args![town.as_str()]).await?.iter().map(risk).collect()
    }

    /// The risk of this id.
    pub async fn sector_risk(&mut self, id: &SectorRiskId) -> Result<Option<SectorRiskRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM sector_risk WHERE town = $1 AND id = $2";
        self.row(sql, args![town.as_str(), id.as_str()]).await?.as_ref().map(risk).transpose()
    }

    /// Every new trade, newest first.
    pub async fn sector_rulings(&mut self) -> Result<Vec<SectorRulingRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM sector_ruling WHERE town = $1 ORDER BY recorded_at DESC, id DESC";
        self.rows(sql, args![town.as_str()]).await?.iter().map(ruling).collect()
    }

    /// The trade of this id.
    pub async fn sector_ruling(&mut self, id: &SectorRulingId) -> Result<Option<SectorRulingRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM sector_ruling WHERE town = $1 AND id = $2";
        self.row(sql, args![town.as_str(), id.as_str()]).await?.as_ref().map(ruling).transpose()
    }
}

impl Write {
    /// A new risk.
    pub async fn insert_sector_risk(&mut self, record: &SectorRiskRecord) -> Result<()> {
        let r = &record.risk;
        let row = cols! {
            org: r.org.as_str(), hazard_code: &r.code, stage: r.stage.code(), content: json(r)?, version: 1_i64,
            recorded_at: record.recorded_at, recorded_by: &record.recorded_by,
        };
        self.insert("sector_risk", r.id.as_str(), row).await
    }

    /// A risk after a step, if it still has the version it was read with.
    pub async fn update_sector_risk(&mut self, record: &SectorRiskRecord) -> Result<()> {
        let row = cols! { stage: record.risk.stage.code(), content: json(&record.risk)? };
        self.update("sector_risk", record.risk.id.as_str(), record.version, row).await
    }

    /// A new trade.
    pub async fn insert_sector_ruling(&mut self, record: &SectorRulingRecord) -> Result<()> {
        let row = cols! {
            trade: &record.ruling.trade, content: json(&record.ruling)?, version: 1_i64,
            recorded_at: record.recorded_at, recorded_by: &record.recorded_by,
        };
        self.insert("sector_ruling", record.ruling.id.as_str(), row).await
    }

    /// A trade after a step, if it still has the version it was read with.
    pub async fn update_sector_ruling(&mut self, record: &SectorRulingRecord) -> Result<()> {
        let row = cols! { content: json(&record.ruling)? };
        self.update("sector_ruling", record.ruling.id.as_str(), record.version, row).await
    }
}
