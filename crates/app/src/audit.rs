//! The record itself: reading it and proving that nobody altered it.

use store::audit::{AuditFilter, Entry};
use store::verify::{Finding, Verified};

use crate::{App, Caller, Result};

impl App {
    /// Entries below `before`, newest first.
    pub async fn audit_page(
        &self,
        _caller: &Caller,
        filter: &AuditFilter,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Entry>> {
        Ok(self.db.read(&self.town).await?.audit_page(filter, before, limit.clamp(1, 200)).await?)
    }

    /// Checks the chain, every sealed row and every blob.
    pub async fn verify(&self, _caller: &Caller) -> Result<Verified> {
        let mut read = self.db.read(&self.town).await?;
        let mut verified = read.verify().await?;
        for id in read.blob_ids().await? {
            if !self.blobs.intact(&id)? {
                verified.findings.push(Finding {
                    code: "audit.blob",
                    place: format!("blob {id}"),
                    message: "附件缺失或内容被改动".to_owned(),
                });
            }
        }
        Ok(verified)
    }
}
