//! Whether an operation was carried out before, and whether the house is up.

pub use store::operation::{Known, Operation};

use crate::{App, Caller, Result};

impl App {
    /// What is known of an operation id the caller sent.
    pub async fn operation(&self, _caller: &Caller, operation: &Operation) -> Result<Known> {
        Ok(self.db.read(&self.town).await?.operation(operation).await?)
    }

    /// Whether the database answers.
    // tidy(caller): a probe has no caller and learns nothing but yes or no.
    pub async fn is_up(&self) -> bool {
        match self.db.read(&self.town).await {
            Ok(mut read) => read.audit_head().await.is_ok(),
            Err(_) => false,
        }
    }
}
