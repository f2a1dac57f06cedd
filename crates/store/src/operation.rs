//! Idempotency: the client makes an operation id when the act is begun; the answer is stored in the same transaction
//! as the fact. The same id with the same request gets the same answer again, with another request it is refused.

use domain::ids::TownCode;
use domain::time::Timestamp;

use crate::{Error, Read, Result, Write, args};

/// The operation id of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Client-made id.
    pub id: String,
    /// Account or link that asks.
    pub account: String,
    /// SHA-256 over method, path and body.
    pub request_hash: String,
    /// When it came in.
    pub at: Timestamp,
}

/// What is known of an operation id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Never seen.
    New,
    /// Done before, by the same request: this was the answer (JSON).
    Done(String),
    /// Used before for something else.
    Other,
}

impl Read {
    /// What is known of this operation.
    pub async fn operation(&mut self, operation: &Operation) -> Result<Known> {
        Ok(match self.by_id("operation", &operation.id).await? {
            None => Known::New,
            Some(row)
                if row.text("request_hash")? == operation.request_hash
                    && row.text("account")? == operation.account =>
            {
                Known::Done(row.opened("operation", "answer")?)
            }
            Some(_) => Known::Other,
        })
    }
}

impl Write {
    /// Records the answer of the bound operation; [`Error::OperationTaken`] when another request was faster.
    pub(crate) async fn finish_operation(&mut self, answer: &str) -> Result<()> {
        let Some(op) = self.operation.take() else { return Ok(()) };
        let town: TownCode = self.town.clone();
        // An answer shows what the act was about, and that may be a person.
        let answer = self.sealed("operation", "answer", &op.id, answer)?;
        let n = self
            .exec(
                "INSERT INTO operation (town, id, account, request_hash, status, answer, at) \
                 VALUES ($1, $2, $3, $4, 200, $5, $6) ON CONFLICT DO NOTHING",
                args![town.as_str(), op.id, op.account, op.request_hash, answer, op.at],
            )
            .await?;
        if n == 0 { Err(Error::OperationTaken) } else { Ok(()) }
    }

    /// Forgets operations older than `before`. Machinery, not record.
    pub async fn forget_operations(&mut self, before: Timestamp) -> Result<u64> {
        let town = self.town.clone();
        self.exec("DELETE FROM operation WHERE town = $1 AND at < $2", args![town.as_str(), before]).await
    }
}
