//! Links for the owner of a unit: one hazard each, opened by a code of which only the hash is kept. What does not belong
//! here: making codes and what may be done with one (`app::unit_link`).

use domain::ids::{HazardId, PersonId, PlaceId};
use domain::time::Timestamp;

use crate::{Read, Result, Row, Write, args, cols};

/// A link as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLink {
    /// Our id.
    pub id: String,
    /// SHA-256 of the code.
    pub code_hash: String,
    /// The one hazard it shows.
    pub hazard: HazardId,
    /// The hazard's place.
    pub place: PlaceId,
    /// Who handed it out, and whom the unit may call.
    pub issued_by: PersonId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// How often it was opened.
    pub opened_n: i64,
    /// Row version.
    pub version: i64,
    /// When it was handed out.
    pub recorded_at: Timestamp,
}

impl UnitLink {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            code_hash: row.text("code_hash")?,
            hazard: row.text("hazard")?.into(),
            place: row.text("place")?.into(),
            issued_by: row.text("issued_by")?.into(),
            expires_at: row.instant("expires_at")?,
            revoked_at: row.opt_instant("revoked_at")?,
            opened_n: row.int("opened_n")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl Read {
    /// The link whose code has this hash, revoked or expired ones too.
    pub async fn unit_link_by_hash(&mut self, code_hash: &str) -> Result<Option<UnitLink>> {
        let town = self.town().clone();
        self.row(
            "SELECT * FROM unit_link WHERE town = $1 AND code_hash = $2",
            args![town.as_str(), code_hash],
        )
        .await?
        .as_ref()
        .map(UnitLink::from_row)
        .transpose()
    }

    /// Every link of a hazard, oldest first.
    pub async fn unit_links_of(&mut self, hazard: &HazardId) -> Result<Vec<UnitLink>> {
        let town = self.town().clone();
        self.rows(
            "SELECT * FROM unit_link WHERE town = $1 AND hazard = $2 ORDER BY recorded_at, id",
            args![town.as_str(), hazard.as_str()],
        )
        .await?
        .iter()
        .map(UnitLink::from_row)
        .collect()
    }
}

impl Write {
    /// A new link.
    pub async fn insert_unit_link(&mut self, link: &UnitLink) -> Result<()> {
        let row = cols! {
            code_hash: &link.code_hash, hazard: link.hazard.as_str(), place: link.place.as_str(),
            issued_by: link.issued_by.as_str(), expires_at: link.expires_at, revoked_at: link.revoked_at,
            opened_n: link.opened_n, version: 1_i64, recorded_at: link.recorded_at,
        };
        self.insert("unit_link", &link.id, row).await
    }

    /// Takes a link back, if nothing happened to it since it was read.
    pub async fn revoke_unit_link(&mut self, link: &UnitLink, at: Timestamp) -> Result<()> {
        self.update("unit_link", &link.id, link.version, cols! { revoked_at: at }).await
    }

    /// Counts that a link was opened, if nothing happened to it since it was read.
    pub async fn count_unit_link_opening(&mut self, link: &UnitLink) -> Result<()> {
        self.update("unit_link", &link.id, link.version, cols! { opened_n: link.opened_n + 1 }).await
    }
}
