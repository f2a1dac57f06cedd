//! Exemptions from the gate of clause 11 as rows. What does not belong here: whether somebody gets through
//! (`domain::gate`), his certificates (`post`).

use domain::gate::Exemption;
use domain::ids::{GateExemptionId, PersonId};
use domain::time::Timestamp;

use crate::{Read, Result, Row, Write, args, cols};

/// An exemption as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExemptionRecord {
    /// The exemption.
    pub exemption: Exemption,
    /// Name of the leader who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it was taken back, and why.
    pub voided: Option<(Timestamp, String)>,
}

impl ExemptionRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let void_reason = row.text("void_reason")?;
        let voided = row.opt_instant("voided_at")?.map(|at| (at, void_reason));
        let exemption = Exemption {
            id: row.text("id")?.into(),
            person: row.text("person")?.into(),
            reason: row.text("reason")?,
            from: row.date("from_on")?,
            to: row.date("to_on")?,
            voided: voided.is_some(),
        };
        Ok(Self {
            exemption,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            voided,
        })
    }
}

impl Read {
    /// The exemption of this id.
    pub async fn exemption(&mut self, id: &GateExemptionId) -> Result<Option<ExemptionRecord>> {
        self.by_id("gate_exemption", id.as_str()).await?.as_ref().map(ExemptionRecord::from_row).transpose()
    }

    /// Every exemption, those taken back too, newest first.
    pub async fn exemptions(&mut self) -> Result<Vec<ExemptionRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM gate_exemption WHERE town = $1 ORDER BY recorded_at DESC, id DESC",
            args![town.as_str()],
        )
        .await?
        .iter()
        .map(ExemptionRecord::from_row)
        .collect()
    }

    /// A person's exemptions, those taken back too, newest first.
    pub async fn exemptions_of(&mut self, person: &PersonId) -> Result<Vec<ExemptionRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM gate_exemption WHERE town = $1 AND person = $2 ORDER BY recorded_at DESC, id DESC",
            args![town.as_str(), person.as_str()],
        )
        .await?
        .iter()
        .map(ExemptionRecord::from_row)
        .collect()
    }
}

impl Write {
    /// A new exemption.
    pub async fn insert_exemption(&mut self, kept: &ExemptionRecord) -> Result<()> {
        let e = &kept.exemption;
        let row = cols! {
            person: e.person.as_str(), from_on: e.from, to_on: e.to, reason: &e.reason,
            recorded_by: &kept.recorded_by, version: 1_i64, recorded_at: kept.recorded_at,
            voided_at: None::<Timestamp>, void_reason: "",
        };
        self.insert("gate_exemption", e.id.as_str(), row).await
    }

    /// Takes an exemption back; it stays on record.
    pub async fn void_exemption(
        &mut self,
        id: &GateExemptionId,
        version: i64,
        at: Timestamp,
        reason: &str,
    ) -> Result<()> {
        let row = cols! { voided_at: at, void_reason: reason };
        self.update("gate_exemption", id.as_str(), version, row).await
    }
}
