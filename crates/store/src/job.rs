//! Long work that survives a restart: claimed with one statement, its progress shown, its failure kept with the
//! reason. Machinery, not record: what the job does is audited by itself.

use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::scope::Where;
use crate::vault::secret;
use crate::{Error, Read, Result, Row, Write, args, cols};

/// A job as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: String,
    /// What is to be done, as `import.places`.
    pub kind: String,
    /// Two jobs of one kind and key are one.
    pub unique_key: String,
    /// Input, JSON.
    pub payload: String,
    /// Account on whose behalf it runs.
    pub owner: String,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Not before; while running, when the claim lapses.
    pub run_at: Timestamp,
    /// How often it was begun.
    pub attempts: i64,
    /// Why it failed last.
    pub last_error: String,
    /// Units of work done.
    pub done_n: i64,
    /// Units of work in all; 0 when not known yet.
    pub total_n: i64,
    /// Outcome, JSON.
    pub result: String,
    /// Asked for.
    pub created_at: Timestamp,
    /// Done or given up.
    pub finished_at: Option<Timestamp>,
}

impl Job {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            kind: row.text("kind")?,
            unique_key: row.text("unique_key")?,
            payload: row.opened("job", "payload")?,
            owner: row.text("owner")?,
            state: row.text("state")?,
            run_at: row.instant("run_at")?,
            attempts: row.int("attempts")?,
            last_error: row.text("last_error")?,
            done_n: row.int("done_n")?,
            total_n: row.int("total_n")?,
            result: row.opened("job", "result")?,
            created_at: row.instant("created_at")?,
            finished_at: row.opt_instant("finished_at")?,
        })
    }
}

/// How far a reconciler has read the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// When it last ran.
    pub last_at: Timestamp,
    /// The last entry of the record it took in.
    pub audit_seq: i64,
    /// How much it found to mend.
    pub found_n: i64,
}

impl Job {
    /// Whether this, as it now stands, is still being worked at by whoever claimed `claimed`: nobody took it up since.
    pub fn is_at(&self, claimed: &Self) -> bool {
        self.state == "running" && self.attempts == claimed.attempts
    }
}

impl Read {
    /// How far the reconciler of this name is; `None` when it never ran.
    pub async fn reconciled(&mut self, name: &str) -> Result<Option<Reconciled>> {
        let Some(row) = self.by_id("reconcile", name).await? else { return Ok(None) };
        Ok(Some(Reconciled {
            last_at: row.instant("last_at")?,
            audit_seq: row.int("audit_seq")?,
            found_n: row.int("found_n")?,
        }))
    }

    /// The job of this id.
    pub async fn job(&mut self, id: &str) -> Result<Option<Job>> {
        self.by_id("job", id).await?.as_ref().map(Job::from_row).transpose()
    }

    /// The job of this kind and key.
    pub async fn job_by_key(&mut self, kind: &str, unique_key: &str) -> Result<Option<Job>> {
        let town = self.town().clone();
        self.row(
            "SELECT * FROM job WHERE town = $1 AND kind = $2 AND unique_key = $3",
            args![town.as_str(), kind, unique_key],
        )
        .await?
        .as_ref()
        .map(Job::from_row)
        .transpose()
    }

    /// The newest jobs, of everybody or of one account.
    pub async fn jobs(&mut self, owner: Option<&AccountId>, limit: i64) -> Result<Vec<Job>> {
        let mut only = Where::town("town", self.town().as_str());
        only.is("owner", owner.map(AccountId::as_str));
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM job{sql} ORDER BY created_at DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(Job::from_row)
            .collect()
    }
}

impl Write {
    /// Notes how far a reconciler is. Machinery, not record.
    pub async fn note_reconciled(
        &mut self,
        name: &str,
        audit_seq: i64,
        at: Timestamp,
        found_n: i64,
    ) -> Result<()> {
        let town = self.town().clone();
        self.exec(
            "INSERT INTO reconcile (town, id, last_at, last_error, found_n, audit_seq) VALUES ($1, $2, $3, '', $4, $5) \
             ON CONFLICT (town, id) DO UPDATE SET last_at = $3, last_error = '', found_n = $4, audit_seq = $5",
            args![town.as_str(), name, at, found_n, audit_seq],
        )
        .await?;
        Ok(())
    }

    /// Queues a job; one of the same kind and key that is there already stays as it is. Says whether it is new.
    pub async fn queue_job(&mut self, job: &Job) -> Result<bool> {
        let row = cols! {
            kind: &job.kind, unique_key: &job.unique_key, payload: secret(&job.payload), owner: &job.owner, state: &job.state,
            run_at: job.run_at, attempts: job.attempts, last_error: &job.last_error, done_n: job.done_n,
            total_n: job.total_n, result: secret(&job.result), created_at: job.created_at, finished_at: job.finished_at,
        };
        match self.insert("job", &job.id, row).await {
            Ok(()) => Ok(true),
            Err(crate::Error::Conflict { .. }) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Takes the next due job of this town until `lapses`: queued ones, and running ones whose claim has lapsed
    /// because their process died.
    pub async fn claim_job(&mut self, now: Timestamp, lapses: Timestamp) -> Result<Option<Job>> {
        let town = self.town().clone();
        self.row(
            "UPDATE job SET state = 'running', attempts = attempts + 1, run_at = $3 WHERE town = $1 AND id = (\
             SELECT id FROM job WHERE town = $1 AND state IN ('queued', 'running') AND run_at <= $2 \
             ORDER BY run_at, id LIMIT 1) AND run_at <= $2 RETURNING *",
            args![town.as_str(), now, lapses],
        )
        .await?
        .as_ref()
        .map(Job::from_row)
        .transpose()
    }

    /// Stores progress, outcome or failure.
    ///
    /// Errors: [`Error::Conflict`] when somebody took the job up since it was claimed: what was done must not last.
    pub async fn save_job(&mut self, job: &Job) -> Result<()> {
        let town = self.town().clone();
        // What a ledger's check tells quotes its cells.
        let result = self.sealed("job", "result", &job.id, &job.result)?;
        let own = self
            .exec(
                "UPDATE job SET state = $3, run_at = $4, last_error = $5, done_n = $6, total_n = $7, result = $8, \
                 finished_at = $9 WHERE town = $1 AND id = $2 AND attempts = $10",
                args![
                    town.as_str(), &job.id, &job.state, job.run_at, &job.last_error, job.done_n, job.total_n, result,
                    job.finished_at, job.attempts,
                ],
            )
            .await?;
        if own == 0 { Err(Error::Conflict { table: "job", id: job.id.clone() }) } else { Ok(()) }
    }
}
