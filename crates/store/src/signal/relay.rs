//! What a village's own box owes the town's server: noted in the write that keeps the bytes, settled once the town has
//! them. What does not belong here: asking the town (`app::signal::relay`).

use domain::ids::RawSignalId;
use domain::time::Timestamp;

use super::RawSignal;
use crate::{Read, Result, Write, args};

/// Rows named in one statement.
const MANY: usize = 200;

impl Read {
    /// Bytes that are owed, the oldest first.
    pub async fn relay_owed(&mut self, limit: i64) -> Result<Vec<RawSignal>> {
        let town = self.town.clone();
        let sql = "SELECT r.* FROM relay o JOIN raw_signal r ON r.town = o.town AND r.id = o.id \
                   WHERE o.town = $1 AND o.told_at IS NULL ORDER BY o.recorded_at, o.id LIMIT $2";
        self.rows(sql, args![town.as_str(), limit]).await?.iter().map(RawSignal::from_row).collect()
    }

    /// How many messages are owed.
    pub async fn relay_count(&mut self) -> Result<i64> {
        let town = self.town.clone();
        let sql = "SELECT COUNT(*) AS n FROM relay WHERE town = $1 AND told_at IS NULL";
        self.row(sql, args![town.as_str()]).await?.map_or(Ok(0), |row| row.int("n"))
    }

    /// The names, as devices are looked up by, of all that were heard since then.
    pub async fn links_heard_since(&mut self, since: Timestamp) -> Result<Vec<String>> {
        let town = self.town.clone();
        let sql = "SELECT l.id FROM device_state s JOIN device_link l ON l.town = s.town AND l.device = s.id \
                   WHERE s.town = $1 AND s.heard_at >= $2 ORDER BY l.id";
        self.rows(sql, args![town.as_str(), since]).await?.iter().map(|row| row.text("id")).collect()
    }
}

impl Write {
    /// These bytes, kept in the same write, are owed.
    pub async fn owe_relay(&mut self, ids: &[RawSignalId], now: Timestamp) -> Result<()> {
        for some in ids.chunks(MANY) {
            let mut list = args![self.town.as_str(), now];
            let marks: Vec<String> = some
                .iter()
                .map(|id| {
                    list.push(id.as_str().into());
                    format!("($1, ${}, $2)", list.len())
                })
                .collect();
            let sql = format!("INSERT INTO relay (town, id, recorded_at) VALUES {}", marks.join(", "));
            self.exec(sql, list).await?;
        }
        Ok(())
    }

    /// The town has these.
    pub async fn relay_told(&mut self, ids: &[RawSignalId], now: Timestamp) -> Result<()> {
        for some in ids.chunks(MANY) {
            let mut list = args![self.town.as_str(), now];
            let marks: Vec<String> = some
                .iter()
                .map(|id| {
                    list.push(id.as_str().into());
                    format!("${}", list.len())
                })
                .collect();
            let sql = format!(
                "UPDATE relay SET told_at = $2 WHERE town = $1 AND told_at IS NULL AND id IN ({})",
                marks.join(", ")
            );
            self.exec(sql, list).await?;
        }
        Ok(())
    }
}
