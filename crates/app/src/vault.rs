//! Rows from before there were seals are sealed once. What does not belong here: how (`store::vault`).

use domain::policy::{Action, Subject};

use crate::{App, Caller, Result};

/// Rows to one entry of the record, so that the writer is free again soon.
const AT_ONCE: i64 = 500;
/// Under this name it is noted that all is sealed.
const DONE: &str = "vault";

impl App {
    /// Seals every phone that lies open from an older program and rewrites the database's files, once; says how many
    /// rows those were. Cut off, it goes on the next time.
    pub async fn seal_old_rows(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::RegisterImport, &Subject::town())?;
        if self.db.read(&self.town).await?.reconciled(DONE).await?.is_some() {
            return Ok(0);
        }
        let now = self.now();
        let mut sealed = 0;
        loop {
            let mut tx = self.write(caller).await?;
            let n = tx.seal_old_rows(AT_ONCE).await?;
            if n == 0 {
                break;
            }
            sealed += tx.commit(caller.audit("vault.seal", "vault", "", now), n).await?;
        }
        // Also when nothing was left to seal: the last time may have ended before this.
        self.db.scrub().await?;
        let mut tx = self.db.write(&self.town).await?;
        tx.note_reconciled(DONE, 0, now, i64::try_from(sealed).unwrap_or(i64::MAX)).await?;
        tx.commit_machinery().await?;
        Ok(sealed)
    }
}
