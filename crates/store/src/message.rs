//! Messages, their tries and how people are reached, as rows: what is due is found by its moment. What does not belong here:
//! when and over which channel (`domain::message`), sending (the roof).

pub mod push;

use domain::ids::{MessageId, PersonId};
use domain::message::{Attempt, Channel, Message, Reach};
use domain::time::Timestamp;

use crate::scope::Where;
use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A message as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    /// The message.
    pub message: Message,
    /// When it is looked at next; none when nothing more is to be done.
    pub next_at: Option<Timestamp>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// How a person is reached, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachRecord {
    /// His channels.
    pub reach: Reach,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which messages to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Only in these states, commas between them.
    pub states: Option<String>,
    /// Only to this person.
    pub person: Option<PersonId>,
    /// Only about this object: kind and id.
    pub about: Option<(String, String)>,
}

impl MessageRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let message: Message = row.json("content")?;
        if message.state.code() != row.text("state")? || message.key != row.text("message_key")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            message,
            next_at: row.opt_instant("next_at")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let m = &self.message;
        Ok(cols! {
            message_key: &m.key, person: m.to.as_str(), about_kind: &m.about.0, about: &m.about.1,
            urgency: m.urgency.code(), state: m.state.code(), next_at: self.next_at, written_at: m.written_at,
            content: json(m)?,
        })
    }
}

impl ReachRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let mut reach: Reach = row.json("content")?;
        // Addresses lie apart, sealed, one a line in the order of the channels.
        let addresses = row.opt_opened("reach", "addresses")?.unwrap_or_default();
        for (way, address) in reach.ways.iter_mut().zip(addresses.split('\n')) {
            address.clone_into(&mut way.address);
        }
        Ok(Self { reach, version: row.int("version")?, recorded_at: row.instant("recorded_at")? })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let addresses: Vec<String> =
            self.reach.ways.iter().map(|way| way.address.replace('\n', " ")).collect();
        let mut bare = self.reach.clone();
        for way in &mut bare.ways {
            way.address.clear();
        }
        Ok(cols! { content: json(&bare)?, addresses: Value::Secret(Some(addresses.join("\n"))) })
    }
}

fn receipt_id(channel: Channel, receipt: &str) -> String {
    format!("{}/{receipt}", channel.code())
}

impl Read {
    /// The message of this id.
    pub async fn message(&mut self, id: &MessageId) -> Result<Option<MessageRecord>> {
        self.by_id("message", id.as_str()).await?.as_ref().map(MessageRecord::from_row).transpose()
    }

    /// The message with this key: it was written already.
    pub async fn message_with_key(&mut self, key: &str) -> Result<Option<MessageRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM message WHERE town = $1 AND message_key = $2";
        let row = self.row(sql, args![town.as_str(), key]).await?;
        row.as_ref().map(MessageRecord::from_row).transpose()
    }

    /// The message a gateway gave this receipt for; none where it gave it for several, or for none.
    pub async fn message_with_receipt(
        &mut self,
        channel: Channel,
        receipt: &str,
    ) -> Result<Option<MessageRecord>> {
        let town = self.town.clone();
        let sql = "SELECT m.* FROM message_receipt r JOIN message m ON m.town = r.town AND m.id = r.message \
                   WHERE r.town = $1 AND r.id = $2";
        let id = receipt_id(channel, receipt);
        let row = self.row(sql, args![town.as_str(), id.as_str()]).await?;
        row.as_ref().map(MessageRecord::from_row).transpose()
    }

    /// Messages to be looked at by now, the longest due first.
    pub async fn due_messages(&mut self, now: Timestamp, limit: i64) -> Result<Vec<MessageRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM message WHERE town = $1 AND next_at <= $2 ORDER BY next_at, id LIMIT $3";
        self.rows(sql, args![town.as_str(), now, limit]).await?.iter().map(MessageRecord::from_row).collect()
    }

    /// Messages, the newest first, at most so many.
    pub async fn messages(&mut self, filter: &MessageFilter, limit: i64) -> Result<Vec<MessageRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("state", filter.states.as_deref());
        only.is("person", filter.person.as_ref().map(PersonId::as_str));
        only.is("about_kind", filter.about.as_ref().map(|(kind, _)| kind.as_str()));
        only.is("about", filter.about.as_ref().map(|(_, id)| id.as_str()));
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM message{sql} ORDER BY written_at DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(MessageRecord::from_row)
            .collect()
    }

    /// The last tries of all messages, the newest first.
    pub async fn last_tries(&mut self, limit: i64) -> Result<Vec<Attempt>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM message_try WHERE town = $1 ORDER BY tried_at DESC, id DESC LIMIT $2";
        self.rows(sql, args![town.as_str(), limit]).await?.iter().map(|row| row.json("content")).collect()
    }

    /// How this person is reached; none when he never said.
    pub async fn reach(&mut self, person: &PersonId) -> Result<Option<ReachRecord>> {
        self.by_id("reach", person.as_str()).await?.as_ref().map(ReachRecord::from_row).transpose()
    }
}

impl Write {
    /// Takes messages to be looked at by now, the longest due first, for one server until `until`; none that another holds.
    pub async fn claim_messages(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<MessageRecord>> {
        let town = self.town.clone();
        let sql = "INSERT INTO message_claim (town, id, until_at) \
                   SELECT town, id, $3 FROM message WHERE town = $1 AND next_at <= $2 ORDER BY next_at, id LIMIT $4 \
                   ON CONFLICT (town, id) DO UPDATE SET until_at = $3 WHERE message_claim.until_at <= $2 RETURNING id";
        let mut own: Vec<MessageId> = Vec::new();
        for row in &self.rows(sql, args![town.as_str(), now, until, limit]).await? {
            own.push(row.text("id")?.into());
        }
        // Asked after the claim: who held one before may have sent it and moved it on.
        let mut only = self.messages_of(&own);
        let by = only.mark(now);
        only.and(&format!("next_at <= {by}"));
        let (sql, list) = only.finish();
        let found = self.rows(format!("SELECT * FROM message{sql} ORDER BY next_at, id"), list).await?;
        let found = found.iter().map(MessageRecord::from_row).collect::<Result<Vec<_>>>()?;
        own.retain(|id| found.iter().all(|one| one.message.id != *id));
        self.release_messages(&own, until).await?;
        Ok(found)
    }

    /// Lets go of messages that were claimed until `until`, whatever became of them; of one that another claimed since, not.
    pub async fn release_messages(&mut self, ids: &[MessageId], until: Timestamp) -> Result<()> {
        let mut only = self.messages_of(ids);
        let until = only.mark(until);
        only.and(&format!("until_at = {until}"));
        let (sql, list) = only.finish();
        // tidy(delete): who sends is machinery; what was sent is on record.
        self.exec(format!("DELETE FROM message_claim{sql}"), list).await?;
        Ok(())
    }

    /// A WHERE of these messages of the town; of none when there are none.
    fn messages_of(&self, ids: &[MessageId]) -> Where {
        let mut only = Where::town("town", self.town.as_str());
        let marks: Vec<String> = ids.iter().map(|id| only.mark(id.as_str())).collect();
        only.and(&if marks.is_empty() {
            "1 = 0".to_owned()
        } else {
            format!("id IN ({})", marks.join(", "))
        });
        only
    }

    /// A new message.
    pub async fn insert_message(&mut self, record: &MessageRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: record.recorded_at });
        self.insert("message", record.message.id.as_str(), row).await
    }

    /// A message after a try or an answer, if it still has the version it was read with.
    pub async fn update_message(&mut self, record: &MessageRecord) -> Result<()> {
        self.update("message", record.message.id.as_str(), record.version, record.cols()?).await
    }

    /// A try of a message, under its own id.
    pub async fn insert_try(&mut self, id: &str, message: &MessageId, attempt: &Attempt) -> Result<()> {
        let row = cols! {
            message: message.as_str(), channel: word(&attempt.channel)?, tried_at: attempt.at,
            content: json(attempt)?,
        };
        self.insert("message_try", id, row).await
    }

    /// The receipt a gateway gave for a message. Given for two, it is that of neither.
    pub async fn note_receipt(
        &mut self,
        (channel, receipt): (Channel, &str),
        message: &MessageId,
        now: Timestamp,
    ) -> Result<()> {
        let town = self.town.clone();
        let sql = "INSERT INTO message_receipt (town, id, message, recorded_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (town, id) DO UPDATE SET message = \
                   CASE WHEN message_receipt.message = $3 THEN message_receipt.message ELSE '' END";
        let id = receipt_id(channel, receipt);
        self.exec(sql, args![town.as_str(), id.as_str(), message.as_str(), now]).await?;
        Ok(())
    }

    /// How a person is reached, said for the first time.
    pub async fn insert_reach(&mut self, record: &ReachRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: record.recorded_at });
        self.insert("reach", record.reach.person.as_str(), row).await
    }

    /// How a person is reached, said anew, if it still has the version it was read with.
    pub async fn update_reach(&mut self, record: &ReachRecord) -> Result<()> {
        self.update("reach", record.reach.person.as_str(), record.version, record.cols()?).await
    }
}
