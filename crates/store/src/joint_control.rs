//! Who signed a visit besides who recorded it, one person for each body. What does not belong here: the visit (`inspection`).

use domain::ids::{InspectionId, OrgId, PersonId};
use domain::time::Timestamp;

use crate::scope::Where;
use crate::{Read, Result, Write, cols};

/// A signature under a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureRecord {
    /// Id.
    pub id: String,
    /// Under which visit.
    pub inspection: InspectionId,
    /// For which body.
    pub org: OrgId,
    /// Who.
    pub person: PersonId,
    /// What the body holds of it; may be empty.
    pub text: String,
    /// When.
    pub recorded_at: Timestamp,
}

impl Read {
    /// The signatures under these visits, in the order they were given.
    pub async fn inspection_signatures(&mut self, visits: &[InspectionId]) -> Result<Vec<SignatureRecord>> {
        let mut out = Vec::new();
        for some in visits.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("inspection IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            let sql = format!("SELECT * FROM inspection_signature{sql} ORDER BY recorded_at, id");
            for row in &self.rows(sql, list).await? {
                out.push(SignatureRecord {
                    id: row.text("id")?,
                    inspection: row.text("inspection")?.into(),
                    org: row.text("org")?.into(),
                    person: row.text("person")?.into(),
                    text: row.text("text")?,
                    recorded_at: row.instant("recorded_at")?,
                });
            }
        }
        Ok(out)
    }
}

impl Write {
    /// A signature. A body signs once.
    pub async fn insert_inspection_signature(&mut self, signed: &SignatureRecord) -> Result<()> {
        let row = cols! {
            inspection: signed.inspection.as_str(), org: signed.org.as_str(), person: signed.person.as_str(),
            text: &signed.text, recorded_at: signed.recorded_at,
        };
        self.insert("inspection_signature", &signed.id, row).await
    }
}
