//! Long work that survives a restart: queued with its input in one synced write, claimed, tried again with growing
//! pauses, given up after some attempts, its failure shown to who asked for it. What does not belong here: what a
//! kind of job does, which is its noun's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::ids::AccountId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::job::Job;
use store::{Read, Write};
use utoipa::ToSchema;

use crate::{App, Caller, Error, Result};

/// For so long an operation's answer is kept: ninety days, longer than a phone can be out of the network.
const OPERATION_KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// A job is given up after so many attempts.
const MAX_ATTEMPTS: i64 = 5;
/// A claim lapses when nothing was heard for so long: its process died.
const LEASE_MS: i64 = 5 * 60 * 1000;
/// A claim is renewed this often by whoever still works, whether or not there is anything to show.
const RENEW_MS: i64 = 60 * 1000;
/// Pause after the first failure; doubled after each further one.
const FIRST_PAUSE_MS: i64 = 5 * 1000;
/// Progress is saved this often.
const SAVE_EVERY: Duration = Duration::from_millis(500);

/// A job as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JobView {
    /// Id.
    pub id: String,
    /// What is done, as `import.places`.
    pub kind: String,
    /// What people call it.
    pub kind_label: String,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: String,
    /// Units of work done.
    pub done_n: i64,
    /// Units of work in all; 0 when not known yet.
    pub total_n: i64,
    /// Outcome; its shape is the kind's.
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    /// Why it failed, one sentence.
    pub error: Option<String>,
    /// Asked for.
    pub created_at: String,
    /// Done or given up.
    pub finished_at: Option<String>,
    /// The page of the desk on which it goes on, where there is one.
    pub href: Option<String>,
}

/// What kinds there are. A new kind gets a variant here and an arm in [`App::carry_out`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// 核对记录.
    AuditVerify,
    /// 检查台账文件: nothing is written.
    ImportTry,
    /// 导入台账.
    ImportCommit,
    /// 打印公示牌.
    PlacardPrint,
    /// 合并打印文书.
    PaperPrint,
    /// 选址计算.
    SitingSolve,
    /// 检查路网文件: nothing is written.
    RoadTry,
    /// 导入路网文件.
    RoadTake,
    /// 核算堵塞通道.
    RoadBlock,
}

impl JobKind {
    const ALL: [Self; 9] = [
        Self::AuditVerify,
        Self::ImportTry,
        Self::ImportCommit,
        Self::PlacardPrint,
        Self::PaperPrint,
        Self::SitingSolve,
        Self::RoadTry,
        Self::RoadTake,
        Self::RoadBlock,
    ];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::AuditVerify => "audit.verify",
            Self::ImportTry => "import.try",
            Self::ImportCommit => "import.commit",
            Self::PlacardPrint => "placard.print",
            Self::PaperPrint => "paper.print",
            Self::SitingSolve => "siting.solve",
            Self::RoadTry => "road.try",
            Self::RoadTake => "road.take",
            Self::RoadBlock => "road.block",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::AuditVerify => "核对记录",
            Self::ImportTry => "检查台账文件",
            Self::ImportCommit => "导入台账",
            Self::PlacardPrint => "打印公示牌",
            Self::PaperPrint => "合并打印文书",
            Self::SitingSolve => "选址计算",
            Self::RoadTry => "检查路网文件",
            Self::RoadTake => "导入路网文件",
            Self::RoadBlock => "核算堵塞通道",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Who asked for a job, kept with its input: what it does is recorded under his name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asker {
    pub account: String,
    pub person: String,
    pub name: String,
    pub hat: String,
}

impl Asker {
    pub(crate) fn of(caller: &Caller, hat: &str) -> Self {
        Self {
            account: caller.account.to_string(),
            person: caller.person.to_string(),
            name: caller.name.clone(),
            hat: hat.to_owned(),
        }
    }

    /// The program acting for him: his right was asked when the job was.
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            account: self.account.as_str().into(),
            person: self.person.as_str().into(),
            name: self.name.clone(),
            ..Caller::system()
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Payload {
    asker: Asker,
    input: Value,
}

/// How far a job is, shared with whoever works at it on another thread.
#[derive(Clone, Default)]
pub struct Progress {
    done: Arc<AtomicI64>,
    total: Arc<AtomicI64>,
}

impl Progress {
    /// So many units are done.
    pub fn done(&self, n: i64) {
        self.done.store(n, Ordering::Relaxed);
    }

    /// So many units there are.
    pub fn total(&self, n: i64) {
        self.total.store(n, Ordering::Relaxed);
    }

    /// How many units are done, of how many.
    pub fn is_at(&self) -> (i64, i64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

/// What a kind of job gets to work with.
pub(crate) struct Running {
    /// The row, as claimed.
    pub job: Job,
    /// Who asked.
    pub asker: Asker,
    /// Its input.
    pub input: Value,
    /// To say how far it is.
    pub progress: Progress,
}

impl Running {
    /// The job's input as the kind's own type.
    pub(crate) fn input<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(self.input.clone()).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Marks the job done within the transaction that does its work, so that both happen or neither.
    pub(crate) async fn finish(&self, tx: &mut Write, result: &Value, now: Timestamp) -> Result<()> {
        let (_, total) = self.progress.is_at();
        let done = Job {
            state: "done".to_owned(),
            done_n: total,
            total_n: total,
            result: result.to_string(),
            last_error: String::new(),
            finished_at: Some(now),
            ..self.job.clone()
        };
        Ok(tx.save_job(&done).await?)
    }
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        view(job)
    }
}

/// The input of a job as its kind's own type, for who asked for it.
pub(crate) fn input_of<T: serde::de::DeserializeOwned>(job: &Job) -> Result<T> {
    let fault = |e: serde_json::Error| Error::Internal(e.to_string());
    let payload: Payload = serde_json::from_str(&job.payload).map_err(fault)?;
    serde_json::from_value(payload.input).map_err(fault)
}

/// Where a job goes on: an import at the step it led to.
fn page_of(job: &Job) -> Option<String> {
    let (file, _) = job.unique_key.split_once(':')?;
    let is_import = [JobKind::ImportTry.code(), JobKind::ImportCommit.code()].contains(&job.kind.as_str());
    is_import.then(|| format!("/imports?id={file}"))
}

fn view(job: Job) -> JobView {
    let href = page_of(&job);
    let kind_label = JobKind::from_code(&job.kind).map_or("其他任务", JobKind::label).to_owned();
    let result = serde_json::from_str::<Value>(&job.result).ok().filter(|v| !v.is_null());
    JobView {
        kind_label,
        state: if job.state == "queued" { "waiting".to_owned() } else { job.state },
        id: job.id,
        kind: job.kind,
        done_n: job.done_n,
        total_n: job.total_n,
        result,
        error: Some(job.last_error).filter(|e| !e.is_empty()),
        created_at: job.created_at.to_rfc3339(),
        finished_at: job.finished_at.map(Timestamp::to_rfc3339),
        href,
    }
}

/// The job of a kind that works at one thing, for whoever is let in to that thing.
pub(crate) async fn working_at(read: &mut Read, kind: JobKind, key: &str) -> Result<Option<JobView>> {
    Ok(read.job_by_key(kind.code(), key).await?.map(view))
}

impl App {
    /// Queues a job within a transaction; one of the same kind and key stays as it is. The transaction's commit
    /// makes it last.
    pub(crate) async fn queue(
        &self,
        tx: &mut Write,
        asker: &Asker,
        kind: JobKind,
        unique_key: &str,
        input: &impl Serialize,
        total_n: i64,
    ) -> Result<JobView> {
        let now = self.now();
        let fault = |e: serde_json::Error| Error::Internal(e.to_string());
        let input = serde_json::to_value(input).map_err(fault)?;
        let payload = serde_json::to_string(&Payload { asker: asker.clone(), input }).map_err(fault)?;
        let job = Job {
            id: self.new_id(),
            kind: kind.code().to_owned(),
            unique_key: unique_key.to_owned(),
            payload,
            owner: asker.account.clone(),
            state: "queued".to_owned(),
            run_at: now,
            attempts: 0,
            last_error: String::new(),
            done_n: 0,
            total_n,
            result: "null".to_owned(),
            created_at: now,
            finished_at: None,
        };
        if tx.queue_job(&job).await? {
            return Ok(view(job));
        }
        let known = tx.job_by_key(kind.code(), unique_key).await?.ok_or(Error::NotFound)?;
        Ok(view(known))
    }

    /// The caller's newest jobs.
    pub async fn jobs(&self, caller: &Caller) -> Result<Vec<JobView>> {
        let mut read = self.db.read(&self.town).await?;
        let owner = Some(&caller.account).filter(|account| **account != AccountId::from("system"));
        Ok(read.jobs(owner, 50).await?.into_iter().map(view).collect())
    }

    /// One of the caller's jobs.
    pub async fn job(&self, caller: &Caller, id: &str) -> Result<JobView> {
        let job = self.db.read(&self.town).await?.job(id).await?.ok_or(Error::NotFound)?;
        if job.owner != caller.account.as_str() && caller.account.as_str() != "system" {
            return Err(Error::NotFound);
        }
        Ok(view(job))
    }

    /// Carries out every job that is due, one after the other, and says how many there were. The server's worker
    /// calls it again and again; so do tests.
    // tidy(caller): the program itself; who asked is kept with each job.
    pub async fn run_due_jobs(&self) -> Result<usize> {
        let mut ran = 0;
        loop {
            let now = self.now();
            let mut tx = self.db.write(&self.town).await?;
            let claimed = tx.claim_job(now, now.plus_ms(LEASE_MS)).await?;
            tx.commit_machinery().await?;
            let Some(job) = claimed else { return Ok(ran) };
            ran += 1;
            self.run_job(job).await?;
        }
    }

    /// Forgets what was answered to operations too long ago for any phone to ask again, and says how many those were.
    // tidy(caller): the program itself keeps house; no record is touched.
    pub async fn forget_old_operations(&self) -> Result<u64> {
        let mut tx = self.db.write(&self.town).await?;
        let n = tx.forget_operations(self.now().plus_ms(-OPERATION_KEPT_MS)).await?;
        tx.commit_machinery().await?;
        Ok(n)
    }

    async fn run_job(&self, job: Job) -> Result<()> {
        let outcome = self.work_at(&job).await;
        let now = self.now();
        let mut tx = self.db.write(&self.town).await?;
        // A kind that finished itself within its own transaction is left as it is.
        // Nor is one that another server took up because nothing was heard of this one.
        let stands = tx.job(&job.id).await?;
        let Some(mut stands) = stands.filter(|stands| stands.is_at(&job)) else {
            return Ok(());
        };
        match outcome {
            Ok(result) => {
                stands.state = "done".to_owned();
                stands.result = result.to_string();
                stands.done_n = stands.total_n;
                stands.last_error = String::new();
                stands.finished_at = Some(now);
            }
            Err(error) => {
                stands.last_error = error.to_string();
                let hopeless = !worth_another_try(&error) || stands.attempts >= MAX_ATTEMPTS;
                tracing::error!(job = stands.id, kind = stands.kind, hopeless, cause = ?error, "a job failed");
                if hopeless {
                    stands.state = "failed".to_owned();
                    stands.finished_at = Some(now);
                } else {
                    let doubled = FIRST_PAUSE_MS << stands.attempts.clamp(1, 10).saturating_sub(1);
                    stands.state = "queued".to_owned();
                    stands.run_at = now.plus_ms(doubled);
                }
            }
        }
        tx.save_job(&stands).await?;
        tx.commit_machinery().await?;
        Ok(())
    }

    /// Works at a job.
    async fn work_at(&self, job: &Job) -> Result<Value> {
        let kind = JobKind::from_code(&job.kind)
            .ok_or_else(|| Error::Internal(format!("no such kind of job: {}", job.kind)))?;
        let Payload { asker, input } =
            serde_json::from_str(&job.payload).map_err(|e| Error::Internal(e.to_string()))?;
        let progress = Progress::default();
        progress.total(job.total_n);
        let running = Running { job: job.clone(), asker, input, progress: progress.clone() };
        self.watch(job, &progress, self.carry_out(kind, running)).await
    }

    /// Waits for the work of a job and saves its progress meanwhile, which also renews the claim; so does time that passes
    /// without any.
    async fn watch<T>(
        &self,
        job: &Job,
        progress: &Progress,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        tokio::pin!(work);
        let (mut saved, mut renewed) = ((job.done_n, job.total_n), self.now());
        loop {
            tokio::select! {
                outcome = &mut work => return outcome,
                () = tokio::time::sleep(SAVE_EVERY) => {
                    let (done_n, total_n) = progress.is_at();
                    if saved == (done_n, total_n) && self.now().0 - renewed.0 < RENEW_MS {
                        continue;
                    }
                    (saved, renewed) = ((done_n, total_n), self.now());
                    // The work may hold the one writer; then progress waits, not the work.
                    let note = self.note_progress(job, done_n, total_n);
                    tokio::select! {
                        outcome = &mut work => return outcome,
                        noted = note => noted?,
                    }
                }
            }
        }
    }

    async fn note_progress(&self, job: &Job, done_n: i64, total_n: i64) -> Result<()> {
        let mut tx = self.db.write(&self.town).await?;
        if let Some(mut stands) = tx.job(&job.id).await?.filter(|stands| stands.is_at(job)) {
            stands.done_n = done_n;
            stands.total_n = total_n;
            stands.run_at = self.now().plus_ms(LEASE_MS);
            tx.save_job(&stands).await?;
        }
        tx.commit_machinery().await?;
        Ok(())
    }

    /// The work of each kind.
    async fn carry_out(&self, kind: JobKind, running: Running) -> Result<Value> {
        match kind {
            JobKind::AuditVerify => {
                let verified = self.verify_showing(&running.asker.caller(), &running.progress).await?;
                serde_json::to_value(&verified).map_err(|e| Error::Internal(e.to_string()))
            }
            JobKind::ImportTry => self.carry_out_import(&running, false).await,
            JobKind::ImportCommit => self.carry_out_import(&running, true).await,
            JobKind::PlacardPrint => self.carry_out_placards(&running).await,
            JobKind::PaperPrint => self.carry_out_papers(&running).await,
            JobKind::SitingSolve => self.carry_out_siting(&running).await,
            JobKind::RoadTry => self.carry_out_road_file(&running, false).await,
            JobKind::RoadTake => self.carry_out_road_file(&running, true).await,
            JobKind::RoadBlock => self.carry_out_block(&running).await,
        }
    }
}

/// Whether the same work may go well later: the machine was at fault, or somebody else was faster.
fn worth_another_try(error: &Error) -> bool {
    matches!(error, Error::Store(_) | Error::Internal(_) | Error::Conflict { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::{FakeClock, both_databases};

    struct Standing(FakeClock);

    impl crate::Clock for Standing {
        fn now(&self) -> Timestamp {
            self.0.now()
        }
    }

    async fn claim(app: &App) -> Result<Option<Job>> {
        let mut tx = app.db.write(&app.town).await?;
        let claimed = tx.claim_job(app.now(), app.now().plus_ms(LEASE_MS)).await?;
        tx.commit_machinery().await?;
        Ok(claimed)
    }

    #[tokio::test]
    async fn a_step_that_shows_nothing_for_long_keeps_its_claim() -> anyhow::Result<()> {
        both_databases(|fresh| async move {
            let clock = FakeClock::at(Timestamp(1_790_000_000_000));
            let own = Arc::new(Standing(clock.clone()));
            let blobs = fresh.keys().with_file_name("blobs");
            let app = App::open(&fresh.url, &fresh.keys(), &blobs, own, "500118103000".into()).await?;
            let mut tx = app.db.write(&app.town).await?;
            let asker = Asker::of(&Caller::system(), "");
            app.queue(&mut tx, &asker, JobKind::AuditVerify, "k", &(), 0).await?;
            tx.commit_machinery().await?;
            let job = claim(&app).await?.expect("it is due");
            assert_eq!(claim(&app).await?, None);
            let until = async || {
                let job = app.db.read(&app.town).await?.job(&job.id).await?;
                Ok::<_, Error>(job.map(|job| job.run_at))
            };
            let work = async {
                // Longer than the claim, without a single unit done.
                for _ in 0..4 {
                    let before = until().await?;
                    clock.advance_ms(2 * RENEW_MS);
                    for _ in 0..200 {
                        if until().await? > before {
                            break;
                        }
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    assert_eq!(claim(&app).await?, None, "another server leaves it alone");
                }
                Ok(())
            };
            app.watch(&job, &Progress::default(), work).await?;
            Ok(())
        })
        .await
    }
}
