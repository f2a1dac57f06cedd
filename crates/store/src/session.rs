//! Sessions: only the hash of the reference is kept, so a stolen database logs nobody in. Machinery, not record: the
//! login itself is in the audit. What does not belong here: lifetimes (`app::account`).

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::{Read, Result, Row, Write, args, cols};

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the reference the browser holds.
    pub id: String,
    /// Whose.
    pub account: AccountId,
    /// `desk` or `phone`: they idle and end differently.
    pub kind: String,
    /// Begun.
    pub created_at: Timestamp,
    /// Last used.
    pub seen_at: Timestamp,
    /// Ends at the latest.
    pub expires_at: Timestamp,
    /// When a password or a code was last given.
    pub factor_at: Timestamp,
    /// The account's epoch when it began.
    pub epoch: i64,
    /// Where from.
    pub address: String,
    /// Browser.
    pub agent: String,
    /// Ended by logout or from another device.
    pub ended_at: Option<Timestamp>,
    /// Public half of the phone's key, base64url; empty when none is bound.
    pub device_key: String,
}

impl Session {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            account: row.text("account")?.into(),
            kind: row.text("kind")?,
            created_at: row.instant("created_at")?,
            seen_at: row.instant("seen_at")?,
            expires_at: row.instant("expires_at")?,
            factor_at: row.instant("factor_at")?,
            epoch: row.int("epoch")?,
            address: row.text("address")?,
            agent: row.text("agent")?,
            ended_at: row.opt_instant("ended_at")?,
            device_key: row.text("device_key")?,
        })
    }
}

impl Read {
    /// The session of this hash.
    pub async fn session(&mut self, id: &str) -> Result<Option<Session>> {
        self.by_id("session", id).await?.as_ref().map(Session::from_row).transpose()
    }

    /// Whether a session of an account began at this very moment.
    pub async fn session_began(&mut self, account: &AccountId, at: Timestamp) -> Result<bool> {
        let town = self.town().clone();
        let found = self
            .rows(
                "SELECT id FROM session WHERE town = $1 AND account = $2 AND created_at = $3",
                args![town.as_str(), account.as_str(), at],
            )
            .await?;
        Ok(!found.is_empty())
    }

    /// Sessions of an account that have not ended by `now`, oldest first.
    pub async fn live_sessions(&mut self, account: &AccountId, now: Timestamp) -> Result<Vec<Session>> {
        let town = self.town().clone();
        self.rows(
            "SELECT * FROM session WHERE town = $1 AND account = $2 AND ended_at IS NULL AND expires_at > $3 \
             ORDER BY created_at, id",
            args![town.as_str(), account.as_str(), now],
        )
        .await?
        .iter()
        .map(Session::from_row)
        .collect()
    }
}

impl Write {
    /// A new session.
    pub async fn insert_session(&mut self, s: &Session) -> Result<()> {
        let row = cols! {
            account: s.account.as_str(), kind: &s.kind, created_at: s.created_at, seen_at: s.seen_at,
            expires_at: s.expires_at, factor_at: s.factor_at, epoch: s.epoch, address: &s.address, agent: &s.agent,
            ended_at: s.ended_at, device_key: &s.device_key,
        };
        self.insert("session", &s.id, row).await
    }

    /// Notes that a session was used, and when a password or a code was last given; an earlier time than is known
    /// changes nothing.
    pub async fn touch_session(&mut self, id: &str, seen_at: Timestamp, factor_at: Timestamp) -> Result<()> {
        let town = self.town().clone();
        self.exec(
            "UPDATE session SET seen_at = $3, factor_at = CASE WHEN factor_at > $4 THEN factor_at ELSE $4 END \
             WHERE town = $1 AND id = $2",
            args![town.as_str(), id, seen_at, factor_at],
        )
        .await?;
        Ok(())
    }

    /// Ends a session; ending it twice changes nothing. Says whether it was live.
    pub async fn end_session(&mut self, id: &str, account: &AccountId, at: Timestamp) -> Result<bool> {
        let town = self.town().clone();
        let n = self
            .exec(
                "UPDATE session SET ended_at = $4 WHERE town = $1 AND id = $2 AND account = $3 AND ended_at IS NULL",
                args![town.as_str(), id, account.as_str(), at],
            )
            .await?;
        Ok(n > 0)
    }
}
