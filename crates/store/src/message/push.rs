//! Browsers that take pushes, and the key by which push services know the town, as rows: a browser is found again by the hash
//! of its address, which is sealed. What does not belong here: what is pushed (`app`).

use domain::ids::{PersonId, PushSubscriptionId};
use domain::message::push::{Address, Subscription};
use domain::time::Timestamp;

use crate::scope::Where;
use crate::seal::sha256;
use crate::value::json;
use crate::vault::secret;
use crate::{Read, Result, Row, Value, Write, cols};

/// The one key a town has.
const KEY: &str = "vapid";

/// A browser as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushRecord {
    /// Whose it is.
    pub subscription: Subscription,
    /// Where it is reached.
    pub address: Address,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl PushRecord {
    /// What its browser finds it by among others.
    pub fn mark(&self) -> String {
        sha256(self.address.endpoint.as_bytes())
    }

    fn from_row(row: &Row) -> Result<Self> {
        let address = row.opened("push_subscription", "address")?;
        Ok(Self {
            subscription: row.json("content")?,
            address: serde_json::from_str(&address).map_err(|_| row.inconsistent("address"))?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let one = &self.subscription;
        Ok(cols! {
            person: one.person.as_str(), endpoint_hash: self.mark(), ended_at: one.end.map(|(at, _)| at),
            content: json(one)?, address: secret(&json(&self.address)?),
        })
    }
}

impl Read {
    /// Browsers that take pushes for this person, the oldest first.
    pub async fn push_subscriptions(&mut self, person: &PersonId) -> Result<Vec<PushRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("person", Some(person.as_str()));
        only.and("ended_at IS NULL");
        self.push_records(only).await
    }

    /// Subscriptions of the browser at this address that have not ended, whosever they are.
    pub async fn push_subscriptions_at(&mut self, endpoint: &str) -> Result<Vec<PushRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("endpoint_hash", Some(&sha256(endpoint.as_bytes())));
        only.and("ended_at IS NULL");
        self.push_records(only).await
    }

    async fn push_records(&mut self, only: Where) -> Result<Vec<PushRecord>> {
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM push_subscription{sql} ORDER BY recorded_at, id");
        self.rows(sql, list).await?.iter().map(PushRecord::from_row).collect()
    }

    /// The town's key: what everybody may know, and the secret in clear. None when none was made.
    pub async fn push_key(&mut self) -> Result<Option<(String, String)>> {
        let Some(row) = self.by_id("push_key", KEY).await? else { return Ok(None) };
        Ok(Some((row.text("public_key")?, row.opened("push_key", "secret")?)))
    }
}

impl Write {
    /// A browser that takes pushes from now on.
    pub async fn insert_push_subscription(&mut self, record: &PushRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: record.recorded_at });
        self.insert("push_subscription", record.subscription.id.as_str(), row).await
    }

    /// A browser after it ended, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn update_push_subscription(&mut self, record: &PushRecord) -> Result<()> {
        let id: &PushSubscriptionId = &record.subscription.id;
        self.update("push_subscription", id.as_str(), record.version, record.cols()?).await
    }

    /// The town's key, made once.
    ///
    /// Errors: [`crate::Error::Conflict`] when there is one.
    pub async fn insert_push_key(&mut self, public: &str, clear: &str, now: Timestamp) -> Result<()> {
        let row = cols! { public_key: public, secret: secret(clear), recorded_at: now };
        self.insert("push_key", KEY, row).await
    }
}
