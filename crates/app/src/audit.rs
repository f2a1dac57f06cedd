//! The record itself: reading it and proving that nobody altered it. What does not belong here: writing it, which every
//! commit does (`store::audit`).

pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ids::AssignmentId;
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use serde::Serialize;
use serde_json::Value;
use store::Read;
use store::audit::{AuditFilter, Entry};
use store::verify::{Finding, Verified};
use utoipa::ToSchema;

pub use words::{action_label, object_label};

use crate::event::{is_everybodys, right};
use crate::job::{Asker, JobKind, JobView, Progress};
use crate::names::Names;
use crate::{App, Caller, Result};

/// Blobs hashed before one looks up.
const SLICE: usize = 32;

/// What is asked of the record.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Only this kind of object.
    pub object_kind: Option<String>,
    /// Only this object.
    pub object_id: Option<String>,
    /// Only this account.
    pub actor: Option<String>,
    /// Only actions beginning with this, as `hazard.`.
    pub action: Option<String>,
    /// Only what was recorded on or after this day.
    pub from: Option<Date>,
    /// Only what was recorded on or before this day.
    pub to: Option<Date>,
    /// Only entries below this number.
    pub before: Option<i64>,
    /// How many.
    pub limit: i64,
}

/// An entry as pages see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AuditRow {
    /// Number in the chain.
    pub seq: i64,
    /// When it was recorded.
    pub at: String,
    /// When it happened.
    pub happened_at: String,
    /// Who.
    pub actor_name: String,
    /// Dotted action.
    pub action: String,
    /// What people call it.
    pub action_label: String,
    /// Kind of the object.
    pub object_kind: String,
    /// What people call the kind.
    pub object_kind_label: String,
    /// The object.
    pub object_id: String,
    /// Its number or name; empty when it has none or the reader may not see it.
    pub object_ref: String,
    /// Post and organisation under which it was done; empty for the program.
    pub hat_label: String,
    /// Why.
    pub reason: String,
    /// What changed.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// Hash of the entry.
    pub hash: String,
    /// How many rows it seals.
    pub rows_n: i64,
}

/// One page of the record, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AuditPage {
    /// Entries.
    pub items: Vec<AuditRow>,
    /// To ask for the next page with.
    pub next: Option<String>,
}

impl App {
    /// Entries as pages show them, newest first.
    pub async fn audit(&self, caller: &Caller, query: &AuditQuery) -> Result<AuditPage> {
        caller.hat(Action::AuditRead, &Subject::town())?;
        let limit = query.limit.clamp(1, 200);
        let mut read = self.db.read(&self.town).await?;
        let filter = AuditFilter {
            object_kind: query.object_kind.clone(),
            object_id: query.object_id.clone(),
            actor: query.actor.clone(),
            action: query.action.clone(),
            from: query.from.map(Timestamp::start_of),
            to: query.to.and_then(|day| day.succ_opt()).map(Timestamp::start_of),
        };
        let mut entries = read.audit_page(&filter, query.before.unwrap_or(i64::MAX), limit + 1).await?;
        let more = entries.len() as i64 > limit;
        entries.truncate(usize::try_from(limit).unwrap_or_default());
        let rows = match (entries.last(), entries.first()) {
            (Some(low), Some(high)) => read.audit_sealed(low.seq, high.seq).await?.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        let hats = hat_labels(&mut read, &entries).await?;
        let refs = object_refs(&mut read, caller, &entries).await?;
        let next = entries.last().filter(|_| more).map(|last| last.seq.to_string());
        let row = |entry: Entry| AuditRow {
            action_label: action_label(&entry.action),
            object_kind_label: object_label(&entry.object_kind).to_owned(),
            hat_label: hats.get(&entry.hat).cloned().unwrap_or_default(),
            object_ref: refs
                .get(&entry.object_kind)
                .and_then(|of_kind| of_kind.get(&entry.object_id))
                .cloned()
                .unwrap_or_default(),
            rows_n: rows.get(&entry.seq).copied().unwrap_or_default(),
            detail: serde_json::from_str(&entry.detail).unwrap_or_default(),
            at: entry.at.to_rfc3339(),
            happened_at: entry.happened_at.to_rfc3339(),
            seq: entry.seq,
            actor_name: entry.actor_name,
            action: entry.action,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
            reason: entry.reason,
            hash: entry.hash,
        };
        Ok(AuditPage { items: entries.into_iter().map(row).collect(), next })
    }

    /// Entries below `before` as kept, newest first.
    pub async fn audit_page(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Entry>> {
        caller.hat(Action::AuditRead, &Subject::town())?;
        Ok(self.db.read(&self.town).await?.audit_page(filter, before, limit.clamp(1, 200)).await?)
    }

    /// Queues the proof of the record, whose outcome the caller may read as one of his jobs.
    pub async fn ask_verify(&self, caller: &Caller) -> Result<JobView> {
        let now = self.now();
        let hat = caller.hat(Action::AuditRead, &Subject::town())?;
        let asker = Asker::of(caller, hat.id.as_str());
        let mut tx = self.write(caller).await?;
        let view = self.queue(&mut tx, &asker, JobKind::AuditVerify, &self.new_id(), &(), 0).await?;
        let audit = caller.audit_as(hat, "audit.verify", ("town", self.town.as_str()), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Checks the chain, every sealed row and every blob.
    pub async fn verify(&self, caller: &Caller) -> Result<Verified> {
        self.verify_showing(caller, &Progress::default()).await
    }

    /// The same, and shows how many blobs are done. Files are read beside the program's other work and without a snapshot
    /// held open; whoever gives up waiting ends it within a slice.
    pub(crate) async fn verify_showing(&self, caller: &Caller, progress: &Progress) -> Result<Verified> {
        caller.hat(Action::AuditRead, &Subject::town())?;
        let mut read = self.db.read(&self.town).await?;
        let mut verified = read.verify().await?;
        let ids = read.blob_ids().await?;
        drop(read);
        progress.total(ids.len() as i64);
        for (n, slice) in ids.chunks(SLICE).enumerate() {
            progress.done((n * SLICE) as i64);
            let (blobs, slice) = (self.blobs.clone(), slice.to_vec());
            let hashed = self.aside(move || {
                let mut lost = Vec::new();
                for id in slice {
                    if !blobs.intact(&id)? {
                        lost.push(id);
                    }
                }
                Ok(lost)
            });
            verified.findings.extend(hashed.await?.into_iter().map(|id| Finding {
                code: "audit.blob",
                place: format!("blob {id}"),
                message: "附件缺失或内容被改动".to_owned(),
            }));
        }
        progress.done(ids.len() as i64);
        Ok(verified)
    }
}

/// What the objects of these entries are called, by kind and id, as far as the reader may see them.
async fn object_refs(
    read: &mut Read,
    caller: &Caller,
    entries: &[Entry],
) -> Result<BTreeMap<String, HashMap<String, String>>> {
    let mut by_kind: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in entries {
        by_kind.entry(&entry.object_kind).or_default().insert(&entry.object_id);
    }
    let mut refs = BTreeMap::new();
    for (kind, ids) in by_kind {
        let Some(scope) = right(kind).and_then(|action| caller.hats.scope(action)) else { continue };
        let ids: Vec<&str> = ids.into_iter().collect();
        let seen = match is_everybodys(kind) {
            true => ids.iter().map(|id| (*id).to_owned()).collect(),
            false => read.within_scope(kind, &ids, &scope).await?,
        };
        let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
        refs.insert(kind.to_owned(), read.object_refs(kind, &seen).await?);
    }
    Ok(refs)
}

/// Post and organisation of every hat worn in these entries.
async fn hat_labels(read: &mut Read, entries: &[Entry]) -> Result<BTreeMap<String, String>> {
    let names = Names::read(read).await?;
    let mut labels = BTreeMap::new();
    for entry in entries.iter().filter(|entry| !entry.hat.is_empty()) {
        if labels.contains_key(&entry.hat) {
            continue;
        }
        let held = read.assignment(&AssignmentId::from(entry.hat.as_str())).await?;
        if let Some(held) = held {
            let post = read.post(&held.assignment.post).await?;
            let post = post.map_or(held.assignment.role.label().to_owned(), |post| post.post.name);
            labels.insert(entry.hat.clone(), format!("{} {post}", names.org(&held.assignment.org)));
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use testkit::{FakeClock, both_databases};

    use super::*;

    struct Standing(FakeClock);

    impl crate::Clock for Standing {
        fn now(&self) -> Timestamp {
            self.0.now()
        }
    }

    #[test]
    fn files_are_hashed_beside_other_work_and_with_no_snapshot_open() -> anyhow::Result<()> {
        // One thread for long work, and somebody sits on it: hashing waits.
        let mut machine = tokio::runtime::Builder::new_current_thread();
        machine.enable_all().max_blocking_threads(1).build()?.block_on(both_databases(|fresh| async move {
            let own = Arc::new(Standing(FakeClock::at(Timestamp(1_790_000_000_000))));
            let blobs = fresh.keys().with_file_name("blobs");
            let app = App::open(&fresh.url, &fresh.keys(), &blobs, own, "500118103000".into()).await?;
            let caller = Caller::system();
            let mut tx = app.write(&caller).await?;
            let mut ids = Vec::new();
            for n in 0..40 {
                let id = app.blobs.put(format!("file {n}").as_bytes())?;
                tx.note_blob(&id, 7, "text/plain", app.now()).await?;
                ids.push(id);
            }
            tx.commit(caller.audit("test.write", "blob", &ids[0], app.now()), ()).await?;
            std::fs::write(app.blobs.file(&ids[39])?, "altered")?;
            let (free, held) = std::sync::mpsc::channel::<()>();
            let busy = tokio::task::spawn_blocking(move || held.recv());
            // As many as there are connections to read with on the smaller engine.
            let proofs: Vec<_> = (0..8)
                .map(|_| {
                    let (app, progress) = (app.clone(), Progress::default());
                    let shown = progress.clone();
                    let proof = async move { app.verify_showing(&Caller::system(), &progress).await };
                    (tokio::spawn(proof), shown)
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert!(proofs.iter().all(|(proof, _)| !proof.is_finished()), "it is hashed aside");
            let read = tokio::time::timeout(Duration::from_secs(5), app.db.read(&app.town)).await;
            assert!(read.is_ok_and(|read| read.is_ok()), "nobody who reads waits for it");
            free.send(())?;
            busy.await??;
            for (proof, shown) in proofs {
                let found = proof.await??.findings;
                let places: Vec<_> = found.iter().map(|one| (one.code, one.place.clone())).collect();
                assert_eq!(places, [("audit.blob", format!("blob {}", ids[39]))]);
                assert_eq!(shown.is_at(), (40, 40));
            }
            Ok(())
        }))
    }
}
