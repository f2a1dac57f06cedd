//! The record of who did what: one entry per commit, chained by hash per town, sealing every row the commit wrote.
//! Entries are also the outbox: live events and jobs read them in order of `seq`.

use domain::ids::TownCode;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::seal::Seal;
use crate::{Error, Read, Result, Row, Write, args};

/// What goes into the record with a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Stable dotted action, as `hazard.close`.
    pub action: &'static str,
    /// Table-like name of the object, as `hazard`.
    pub object_kind: &'static str,
    /// The object's id.
    pub object_id: String,
    /// Territory path of the object, which decides who may see the entry. Empty: the whole town.
    pub territory: String,
    /// Account id, unit link id, or `system`.
    pub actor: String,
    /// The actor's name as it was then.
    pub actor_name: String,
    /// The hat worn: post and organisation in words.
    pub hat: String,
    /// When it happened.
    pub happened_at: Timestamp,
    /// When it is recorded: now.
    pub at: Timestamp,
    /// Why, where a reason is asked for.
    pub reason: String,
    /// What changed, as JSON without personal data.
    pub detail: String,
}

/// An entry as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the town's chain, from 1 without gaps.
    pub seq: i64,
    /// When it was recorded.
    pub at: Timestamp,
    /// When it happened.
    pub happened_at: Timestamp,
    /// Account id, unit link id, or `system`.
    pub actor: String,
    /// The actor's name as it was then.
    pub actor_name: String,
    /// Post and organisation in words.
    pub hat: String,
    /// Dotted action.
    pub action: String,
    /// Kind of the object.
    pub object_kind: String,
    /// Id of the object.
    pub object_id: String,
    /// Territory path of the object.
    pub territory: String,
    /// Why.
    pub reason: String,
    /// What changed, JSON.
    pub detail: String,
    /// Hash over the rows written.
    pub content_hash: String,
    /// Hash of the entry before.
    pub prev_hash: String,
    /// Hash of this entry.
    pub hash: String,
}

impl Entry {
    /// The hash this entry must have, computed from its fields.
    pub fn computed_hash(&self, town: &TownCode) -> String {
        let mut seal = Seal::default();
        seal.field(&self.prev_hash).field(town.as_str()).field(&self.seq.to_string());
        seal.field(&self.at.0.to_string()).field(&self.happened_at.0.to_string());
        for text in [
            &self.actor,
            &self.actor_name,
            &self.hat,
            &self.action,
            &self.object_kind,
            &self.object_id,
            &self.territory,
            &self.reason,
            &self.detail,
            &self.content_hash,
        ] {
            seal.field(text);
        }
        seal.finish()
    }

    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            seq: row.int("seq")?,
            at: row.instant("at")?,
            happened_at: row.instant("happened_at")?,
            actor: row.text("actor")?,
            actor_name: row.text("actor_name")?,
            hat: row.text("hat")?,
            action: row.text("action")?,
            object_kind: row.text("object_kind")?,
            object_id: row.text("object_id")?,
            territory: row.text("territory")?,
            reason: row.text("reason")?,
            detail: row.text("detail")?,
            content_hash: row.text("content_hash")?,
            prev_hash: row.text("prev_hash")?,
            hash: row.text("hash")?,
        })
    }
}

/// The id of an entry: the hash leaves it out, for it says nothing but whose entry it is and which.
pub(crate) fn entry_id(town: &TownCode, seq: i64) -> String {
    format!("{town}-{seq}")
}

/// The hash over the rows of one commit, in order.
pub(crate) fn content_hash<'a>(items: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let mut seal = Seal::default();
    for (table, id, hash) in items {
        seal.field(table).field(id).field(hash);
    }
    seal.finish()
}

impl Write {
    /// Ends the transaction: seals every row written, appends the entry to the town's chain, stores the answer of the
    /// bound operation, and commits with a synced write. Returns the answer and the entry's `seq`.
    pub async fn commit<T: Serialize>(mut self, audit: Audit, answer: T) -> Result<T> {
        self.keep_timing(audit.object_kind, &audit.object_id).await?;
        self.append(audit).await?;
        if self.operation.is_some() {
            let text =
                serde_json::to_string(&answer).map_err(|e| Error::Setup(format!("回执无法保存：{e}")))?;
            self.finish_operation(&text).await?;
        }
        self.commit_transaction().await?;
        Ok(answer)
    }

    /// Takes the town's lock before reading what a write depends on, so that two who look at once do not both find it free.
    /// Without it the lock is taken by [`Self::append`]; SQLite has one writer and needs neither.
    pub async fn hold_town(&mut self) -> Result<()> {
        let town = self.town.clone();
        let sql = "INSERT INTO audit_head (town, seq, hash) VALUES ($1, 0, '') ON CONFLICT DO NOTHING";
        self.exec(sql, args![town.as_str()]).await?;
        self.exec("UPDATE audit_head SET seq = seq WHERE town = $1", args![town.as_str()]).await.map(drop)
    }

    /// Appends an entry that seals the rows written so far, and goes on within the same transaction: for work that
    /// is several acts in one, as loading the sample town.
    pub async fn append(&mut self, audit: Audit) -> Result<i64> {
        let town = self.town.clone();
        // The head row is the town's lock: whoever holds it writes the next entry.
        self.exec(
            "INSERT INTO audit_head (town, seq, hash) VALUES ($1, 0, '') ON CONFLICT DO NOTHING",
            args![town.as_str()],
        )
        .await?;
        let head = self
            .row(
                "UPDATE audit_head SET seq = seq + 1 WHERE town = $1 RETURNING seq, hash",
                args![town.as_str()],
            )
            .await?
            .ok_or_else(|| Error::Conflict { table: "audit_head", id: town.to_string() })?;
        self.keep_step_timings().await?;
        // One hash per row: a row written twice counts with its last state.
        let mut items: Vec<(&'static str, String, String)> = Vec::with_capacity(self.touched.len());
        let mut place: std::collections::HashMap<(&'static str, String), usize> =
            std::collections::HashMap::new();
        for t in std::mem::take(&mut self.touched) {
            match place.get(&(t.table, t.id.clone())) {
                Some(&i) => {
                    if let Some(item) = items.get_mut(i) {
                        item.2 = t.hash;
                    }
                }
                None => {
                    place.insert((t.table, t.id.clone()), items.len());
                    items.push((t.table, t.id, t.hash));
                }
            }
        }
        let mut entry = Entry {
            seq: head.int("seq")?,
            at: audit.at,
            happened_at: audit.happened_at,
            actor: audit.actor,
            actor_name: audit.actor_name,
            hat: audit.hat,
            action: audit.action.to_owned(),
            object_kind: audit.object_kind.to_owned(),
            object_id: audit.object_id,
            territory: audit.territory,
            reason: audit.reason,
            detail: audit.detail,
            content_hash: content_hash(items.iter().map(|(t, i, h)| (*t, i.as_str(), h.as_str()))),
            prev_hash: head.text("hash")?,
            hash: String::new(),
        };
        entry.hash = entry.computed_hash(&town);
        self.exec(
            "INSERT INTO audit (town, seq, id, at, happened_at, actor, actor_name, hat, action, object_kind, object_id, \
             territory, reason, detail, content_hash, prev_hash, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            args![
                town.as_str(), entry.seq, entry_id(&town, entry.seq), entry.at, entry.happened_at,
                entry.actor.clone(), entry.actor_name.clone(), entry.hat.clone(), entry.action.clone(),
                entry.object_kind.clone(), entry.object_id.clone(), entry.territory.clone(), entry.reason.clone(),
                entry.detail.clone(), entry.content_hash.clone(), entry.prev_hash.clone(), entry.hash.clone(),
            ],
        )
        .await?;
        for (chunk_n, chunk) in items.chunks(1_000).enumerate() {
            let mut sql =
                String::from("INSERT INTO audit_item (town, seq, ord, table_name, row_id, row_hash) VALUES ");
            let mut list = args![town.as_str(), entry.seq];
            for (n, (table, id, hash)) in chunk.iter().enumerate() {
                let at = list.len();
                let comma = if n == 0 { "" } else { ", " };
                sql.push_str(&format!("{comma}($1, $2, ${}, ${}, ${}, ${})", at + 1, at + 2, at + 3, at + 4));
                list.extend(args![chunk_n * 1_000 + n, *table, id.as_str(), hash.as_str()]);
            }
            self.exec(sql, list).await?;
        }
        self.exec("UPDATE audit_head SET hash = $2 WHERE town = $1", args![town.as_str(), entry.hash])
            .await?;
        Ok(entry.seq)
    }
}

/// Which entries to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only this kind of object.
    pub object_kind: Option<String>,
    /// Only this object.
    pub object_id: Option<String>,
    /// Only this actor, by id or by the name he had then.
    pub actor: Option<String>,
    /// Only actions beginning with this, as `hazard.`.
    pub action: Option<String>,
    /// Only entries recorded in or after.
    pub from: Option<Timestamp>,
    /// Only entries recorded before.
    pub to: Option<Timestamp>,
}

impl Read {
    /// Entries with `seq` above `after`, oldest first: the outbox.
    pub async fn audit_after(&mut self, after: i64, limit: i64) -> Result<Vec<Entry>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM audit WHERE town = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            args![town.as_str(), after, limit],
        )
        .await?
        .iter()
        .map(Entry::from_row)
        .collect()
    }

    /// Entries below `before`, newest first, for the audit page.
    pub async fn audit_page(&mut self, filter: &AuditFilter, before: i64, limit: i64) -> Result<Vec<Entry>> {
        let mut sql = String::from("SELECT * FROM audit WHERE town = $1 AND seq < $2");
        let mut list = args![self.town.as_str(), before];
        let mut also = |clause: &str, value: crate::Value| {
            list.push(value);
            sql.push_str(&format!(" AND {}", clause.replace('?', &format!("${}", list.len()))));
        };
        if let Some(v) = &filter.object_kind {
            also("object_kind = ?", v.into());
        }
        if let Some(v) = &filter.object_id {
            also("object_id = ?", v.into());
        }
        if let Some(v) = &filter.actor {
            also("? IN (actor, actor_name)", v.into());
        }
        if let Some(v) = &filter.action {
            also("action >= ?", v.into());
            also("action < ?", format!("{v}\u{10ffff}").into());
        }
        if let Some(v) = filter.from {
            also("at >= ?", v.into());
        }
        if let Some(v) = filter.to {
            also("at < ?", v.into());
        }
        list.push(limit.into());
        sql.push_str(&format!(" ORDER BY seq DESC LIMIT ${}", list.len()));
        self.rows(sql, list).await?.iter().map(Entry::from_row).collect()
    }

    /// How many rows each entry between two numbers seals; entries that seal none are left out.
    pub async fn audit_sealed(&mut self, low: i64, high: i64) -> Result<Vec<(i64, i64)>> {
        let town = self.town.clone();
        self.rows(
            "SELECT seq, COUNT(*) AS n FROM audit_item WHERE town = $1 AND seq >= $2 AND seq <= $3 \
             GROUP BY seq ORDER BY seq",
            args![town.as_str(), low, high],
        )
        .await?
        .iter()
        .map(|row| Ok((row.int("seq")?, row.int("n")?)))
        .collect()
    }

    /// The last `seq` and hash of this town's chain; `(0, "")` when nothing was recorded yet.
    pub async fn audit_head(&mut self) -> Result<(i64, String)> {
        let town = self.town.clone();
        match self.row("SELECT seq, hash FROM audit_head WHERE town = $1", args![town.as_str()]).await? {
            None => Ok((0, String::new())),
            Some(row) => Ok((row.int("seq")?, row.text("hash")?)),
        }
    }
}
