//! Idempotency: the client makes an operation id when the act is begun; the answer is stored in the same transaction
//! as the fact. The same id with the same request gets the same answer again, with another request it is refused. What the client
//! could show of when it was done is kept beside it, and stays.

use std::collections::HashMap;

use domain::ids::TownCode;
use domain::time::{Timestamp, Timing};

use crate::db::Touched;
use crate::{Error, Read, Result, Row, Write, args, cols};

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
    /// What the phone could show of when it was done.
    pub timing: Option<Timing>,
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

    /// What was shown of when the first act on an object was done, and when it came in.
    pub async fn timing_of(&mut self, kind: &str, id: &str) -> Result<Option<(Timing, Timestamp)>> {
        let town = self.town().clone();
        let sql = "SELECT * FROM operation_timing WHERE town = $1 AND object_kind = $2 AND object_id = $3 \
                   ORDER BY received_at, id LIMIT 1";
        let row = self.row(sql, args![town.as_str(), kind, id]).await?;
        row.as_ref().map(shown).transpose()
    }

    /// What was shown of when each step of a task or hazard was done, and when it came in, by the version the step made.
    pub async fn step_timings(&mut self, kind: &str, id: &str) -> Result<HashMap<u32, (Timing, Timestamp)>> {
        let town = self.town().clone();
        // `.` follows `-`: every version of this one and nothing else, found through the index.
        let sql = "SELECT * FROM operation_timing WHERE town = $1 AND object_kind = $2 AND object_id >= $3 \
                   AND object_id < $4 ORDER BY received_at DESC, id DESC";
        let list = args![town.as_str(), step_kind(kind), format!("{id}-"), format!("{id}.")];
        let mut found = HashMap::new();
        for row in self.rows(sql, list).await? {
            let object = row.text("object_id")?;
            let version = object.strip_prefix(&format!("{id}-")).and_then(|version| version.parse().ok());
            if let Some(version) = version {
                found.insert(version, shown(&row)?);
            }
        }
        Ok(found)
    }
}

fn shown(row: &Row) -> Result<(Timing, Timestamp)> {
    let timing = Timing {
        anchor: row.text("anchor")?,
        anchor_at: row.instant("anchor_at")?,
        elapsed_ms: row.opt_int("elapsed_ms")?,
        wall_at: row.instant("wall_at")?,
    };
    Ok((timing, row.instant("received_at")?))
}

/// Under which kind the steps of a task or hazard are kept.
fn step_kind(kind: &str) -> String {
    format!("{kind}_step")
}

impl Write {
    /// Keeps what was shown of when the bound operation was done, with the object it was done to. An id that was used before the
    /// operation was forgotten keeps what it has.
    pub(crate) async fn keep_timing(&mut self, kind: &str, object: &str) -> Result<()> {
        let Some(op) = &self.operation else { return Ok(()) };
        let (id, received_at) = (op.id.clone(), op.at);
        let Some(timing) = op.timing.clone() else { return Ok(()) };
        self.put_timing(&id, (kind, object), &timing, received_at).await
    }

    /// Keeps the same with every step of a task or hazard written since the last entry: an inspection finds hazards and ends
    /// its task, and each says when by what the phone showed of the inspection.
    pub(crate) async fn keep_step_timings(&mut self) -> Result<()> {
        let Some(op) = &self.operation else { return Ok(()) };
        let (id, received_at) = (op.id.clone(), op.at);
        let Some(timing) = op.timing.clone() else { return Ok(()) };
        let step = |one: &Touched| match (one.table, one.version) {
            ("hazard_event", _) => Some(("hazard", one.id.clone())),
            ("task", Some(version)) => Some(("task", format!("{}-{version}", one.id))),
            _ => None,
        };
        let steps: Vec<_> = self.touched.iter().filter_map(step).collect();
        for (kind, object) in steps {
            let own = format!("{id}/{object}");
            self.put_timing(&own, (&step_kind(kind), &object), &timing, received_at).await?;
        }
        Ok(())
    }

    async fn put_timing(
        &mut self,
        id: &str,
        (kind, object): (&str, &str),
        timing: &Timing,
        received_at: Timestamp,
    ) -> Result<()> {
        if self.by_id("operation_timing", id).await?.is_some() {
            return Ok(());
        }
        let row = cols! {
            object_kind: kind, object_id: object, anchor: &timing.anchor, anchor_at: timing.anchor_at,
            elapsed_ms: timing.elapsed_ms, wall_at: timing.wall_at, received_at: received_at,
        };
        self.insert("operation_timing", id, row).await
    }

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
