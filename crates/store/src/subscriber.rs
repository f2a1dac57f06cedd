//! Subscribers, the secret they are told with, and how far each was told. What does not belong here: what they are told
//! (`audit`), when (`domain::subscriber`).

use std::collections::BTreeMap;

use domain::ids::SubscriberId;
use domain::subscriber::{Progress, Subscriber};
use domain::time::Timestamp;

use crate::value::json;
use crate::vault::secret;
use crate::{Read, Result, Row, Write, args, cols};

/// A subscriber as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberRecord {
    /// The subscriber.
    pub subscriber: Subscriber,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom, as named then.
    pub recorded_by: String,
}

impl SubscriberRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            subscriber: row.json("content")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }
}

impl Read {
    /// Every subscriber, those that were ended included, the oldest first. They are few.
    pub async fn subscribers(&mut self) -> Result<Vec<SubscriberRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM subscriber WHERE town = $1 ORDER BY recorded_at, id";
        self.rows(sql, args![town.as_str()]).await?.iter().map(SubscriberRecord::from_row).collect()
    }

    /// The secret a subscriber is told with, in clear.
    pub async fn subscriber_secret(&mut self, id: &SubscriberId) -> Result<Option<String>> {
        let row = self.by_id("subscriber", id.as_str()).await?;
        row.map_or(Ok(None), |row| row.opt_opened("subscriber", "secret"))
    }

    /// How far each was told, by id; who was never told is not in it.
    pub async fn subscriber_progress(&mut self) -> Result<BTreeMap<SubscriberId, Progress>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM subscriber_progress WHERE town = $1";
        let rows = self.rows(sql, args![town.as_str()]).await?;
        rows.iter().map(|row| Ok((row.text("id")?.into(), row.json("content")?))).collect()
    }
}

impl Write {
    /// A new subscriber, with the secret it is told with.
    pub async fn insert_subscriber(&mut self, record: &SubscriberRecord, clear: &str) -> Result<()> {
        let row = cols! {
            content: json(&record.subscriber)?, secret: secret(clear), version: 1_i64,
            recorded_at: record.recorded_at, recorded_by: &record.recorded_by,
        };
        self.insert("subscriber", record.subscriber.id.as_str(), row).await
    }

    /// A subscriber after a change, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn update_subscriber(&mut self, record: &SubscriberRecord) -> Result<()> {
        let row = cols! { content: json(&record.subscriber)? };
        self.update("subscriber", record.subscriber.id.as_str(), record.version, row).await
    }

    /// Another secret, if the row still has this version.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_subscriber_secret(
        &mut self,
        id: &SubscriberId,
        version: i64,
        clear: &str,
    ) -> Result<()> {
        self.update("subscriber", id.as_str(), version, cols! { secret: secret(clear) }).await
    }

    /// How far it was told. Machinery, not record.
    pub async fn save_subscriber_progress(&mut self, id: &SubscriberId, progress: &Progress) -> Result<()> {
        let list = args![self.town.as_str(), id.as_str(), json(progress)?];
        let sql = "INSERT INTO subscriber_progress (town, id, content) VALUES ($1, $2, $3) \
                   ON CONFLICT (town, id) DO UPDATE SET content = excluded.content";
        self.exec(sql, list).await?;
        Ok(())
    }
}
