//! Whether an operation was carried out before, when it was done as far as the phone can show, and whether the house is up.

use domain::time::{Timestamp, Timing};
use serde::Serialize;
pub use store::operation::{Known, Operation};
use utoipa::ToSchema;

use crate::{App, Caller, Result};

/// What the stamp of an anchor is for.
const ANCHOR: &str = "operation.anchor";

/// Between which instants something done without a network can have been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BetweenView {
    /// Not before.
    pub earliest: String,
    /// Not after.
    pub latest: String,
}

impl BetweenView {
    /// As a page says it.
    pub(crate) fn of((timing, received_at): &(Timing, Timestamp)) -> Self {
        let (earliest, latest) = timing.between(*received_at);
        Self { earliest: earliest.to_rfc3339(), latest: latest.to_rfc3339() }
    }
}

impl App {
    /// What is known of an operation id the caller sent.
    pub async fn operation(&self, _caller: &Caller, operation: &Operation) -> Result<Known> {
        Ok(self.db.read(&self.town).await?.operation(operation).await?)
    }

    /// Tells the caller's phone the time in a form it can show later: `id.milliseconds.stamp`. Only his own operations can rest
    /// on it. Nothing of it is kept here before one does.
    pub async fn anchor(&self, caller: &Caller) -> Result<String> {
        let (id, at) = (self.new_id(), self.now().0.to_string());
        let keys = self.db.keys(&self.town).await?;
        let stamp = keys.stamp(&[ANCHOR, caller.account.as_str(), &id, &at])?;
        Ok(format!("{id}.{at}.{stamp}"))
    }

    /// What a phone says of when an operation was done: the anchor, the milliseconds it counted since or `-`, and its own clock's
    /// milliseconds, with blanks between. What we did not give out, or nobody can read, says nothing and stands in no one's way.
    pub async fn timing(&self, caller: &Caller, said: &str) -> Result<Option<Timing>> {
        let mut words = said.split(' ');
        let (Some(anchor), Some(elapsed), Some(wall), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Ok(None);
        };
        let mut parts = anchor.split('.');
        let (Some(id), Some(at), Some(stamp), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let elapsed_ms = elapsed.parse::<i64>().ok().filter(|ms| *ms >= 0);
        let (Ok(anchor_at), Ok(wall_at)) = (at.parse(), wall.parse()) else { return Ok(None) };
        if elapsed != "-" && elapsed_ms.is_none() {
            return Ok(None);
        }
        let keys = self.db.keys(&self.town).await?;
        if !keys.is_stamp(&[ANCHOR, caller.account.as_str(), id, at], stamp)? {
            return Ok(None);
        }
        Ok(Some(Timing {
            anchor: id.to_owned(),
            anchor_at: Timestamp(anchor_at),
            elapsed_ms,
            wall_at: Timestamp(wall_at),
        }))
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
