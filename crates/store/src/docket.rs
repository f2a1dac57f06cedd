//! What was written down about transfers and listings of hazards, appended only, and which hazards have any. What does not
//! belong here: whether it may be written down (`domain::docket`).

use domain::docket::Entry;
use domain::ids::HazardId;
use domain::policy::Scope;

use crate::hazard::OF_A_HAZARD;
use crate::scope::Where;
use crate::value::json;
use crate::{Read, Result, Write, args, cols};

impl Read {
    /// Hazards within the scope that are or were suspected to be 重大, handed over, or escalated; newest first. Which of these
    /// belong on a list their events tell.
    pub async fn docket_hazards(&mut self, scope: &Scope, limit: i64) -> Result<Vec<HazardId>> {
        let mut only = Where::town("h.town", self.town.as_str());
        only.within(&OF_A_HAZARD, scope);
        only.and(
            "h.state <> 'voided' AND (h.level IN ('major_suspect', 'major') OR EXISTS (SELECT 1 FROM hazard_event e \
             WHERE e.town = h.town AND e.hazard = h.id AND e.kind IN ('escalated', 'transferred')))",
        );
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql =
            format!("SELECT h.id AS id FROM hazard h{sql} ORDER BY h.found_at DESC, h.id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(|row| Ok(row.text("id")?.into())).collect()
    }

    /// What was written down about a hazard, oldest first.
    pub async fn docket_entries(&mut self, hazard: &HazardId) -> Result<Vec<Entry>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM docket_entry WHERE town = $1 AND hazard = $2 ORDER BY recorded_at, id";
        let rows = self.rows(sql, args![town.as_str(), hazard.as_str()]).await?;
        rows.iter().map(|row| row.json("content")).collect()
    }
}

impl Write {
    /// Writes something down.
    pub async fn insert_docket_entry(&mut self, entry: &Entry) -> Result<()> {
        let row = cols! {
            hazard: entry.hazard.as_str(), kind: entry.kind.code(), step: entry.step.code(), happened_on: entry.on,
            recorded_at: entry.recorded_at, content: json(entry)?,
        };
        self.insert("docket_entry", &entry.id, row).await
    }
}
