//! A whole town from one database into another, engine to engine, row by row as stored: the record stays the same to
//! the hash. What does not belong here: copies of the embedded database for backup (`db`), blobs (`blob`).

use domain::ids::TownCode;

use crate::verify::SEALED;
use crate::{Db, Error, Result, args};

/// What else belongs to a town: the record itself, and the machinery that a move must not lose. Sessions stay behind:
/// everybody logs in anew. Jobs stay behind: what is not done is asked for again. So do claims of messages: who sent them
/// is elsewhere.
const BESIDE: &[&str] = &[
    "audit",
    "audit_item",
    "audit_head",
    "operation",
    "import_mapping",
    "counter",
    "device_link",
    "device_state",
    "raw_signal",
    "relay",
    "message_receipt",
    "subscriber_progress",
];

impl Db {
    /// Copies a town into `target`, which must not know it yet, in one transaction. Returns the number of rows.
    ///
    /// Errors: [`Error::Setup`] when the target has a record of this town already.
    pub async fn copy_town_to(&self, target: &Self, town: &TownCode) -> Result<u64> {
        if target.read(town).await?.audit_head().await?.0 > 0 {
            return Err(Error::Setup(format!("目标数据库里已有 {town} 的记录，请换一个空的数据库")));
        }
        // Cells go as they are, so the key that opens them goes first.
        self.hand_key_to(target, town).await?;
        let mut from = self.read(town).await?;
        let mut into = target.write(town).await?;
        let mut copied = 0;
        for table in SEALED.iter().chain(BESIDE) {
            let mut rows = Vec::new();
            let sql = format!("SELECT * FROM {table} WHERE town = $1");
            from.each(sql, args![town.as_str()], |row| {
                rows.push(row.stored()?);
                Ok(())
            })
            .await?;
            for row in rows {
                let names: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
                let marks: Vec<String> = (1..=row.len()).map(|n| format!("${n}")).collect();
                let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), marks.join(", "));
                copied += into.exec(sql, row.into_iter().map(|(_, value)| value).collect()).await?;
            }
        }
        into.commit_transaction().await?;
        Ok(copied)
    }
}
