//! The contract of the store: every public function, once on SQLite and once on PostgreSQL.

use domain::ids::TownCode;
use domain::time::{Timestamp, Timing};
use store::account::Account;
use store::audit::AuditFilter;
use store::blob::{Appended, Blobs};
use store::db::Pool;
use store::job::Job;
use store::operation::{Known, Operation};
use store::session::Session;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn audit(action: &'static str, object_id: &str) -> Audit {
    entry(action, "account", object_id, NOW)
}

fn account(id: &str) -> Account {
    Account {
        id: id.into(),
        person: format!("person-{id}").into(),
        login: format!("login-{id}"),
        password_hash: "$argon2id$…".to_owned(),
        totp_secret: String::new(),
        totp_step: 0,
        recovery: vec!["a".to_owned()],
        epoch: 1,
        active: true,
        must_change: false,
        failures: 0,
        locked_until: Timestamp(0),
        version: 1,
        recorded_at: NOW,
    }
}

fn operation(id: &str, hash: &str) -> Operation {
    Operation {
        id: id.to_owned(),
        account: "acc".to_owned(),
        request_hash: hash.to_owned(),
        at: NOW,
        timing: None,
    }
}

async fn with_account(db: &Db, id: &str) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    tx.insert_account(&account(id)).await?;
    tx.commit(audit("account.add", id), ()).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_committed_reads_back_and_what_is_dropped_is_not_there() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        assert!(db.engine().await?.starts_with(fresh.engine));
        assert_eq!(store::migrate::migrate(&db.pool).await?, 0, "opening has brought the schema up to date");
        with_account(&db, "a").await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_account(&account("b")).await?;
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.account(&"a".into()).await?, Some(account("a")));
        assert_eq!(read.account_by_login("login-a").await?, Some(account("a")));
        assert_eq!(read.account(&"b".into()).await?, None);
        assert_eq!(read.accounts().await?.len(), 1);
        assert!(
            db.read(&"500118104000".into()).await?.accounts().await?.is_empty(),
            "another town sees nothing"
        );
        drop(read);
        db.close().await;
        Ok(())
    })
    .await
}

/// Invariant 9: an answer of success means committed with a synced write. Read back from the engine, not from our own words.
#[tokio::test]
async fn a_commit_is_on_the_disk_before_it_is_answered() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let wanted = if fresh.engine == "SQLite" { "WAL, FULL" } else { "synchronous_commit on" };
        assert_eq!(db.durability().await?, wanted);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_stale_version_and_a_taken_login_are_conflicts() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        with_account(&db, "a").await?;
        let stale = account("a");
        let mut tx = db.write(&town()).await?;
        tx.update_account(&Account { failures: 1, ..stale.clone() }).await?;
        tx.commit(audit("account.fail", "a"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_account(&stale).await, Err(Error::Conflict { table: "account", .. })));
        drop(tx);
        let mut tx = db.write(&town()).await?;
        let twin = Account { login: "login-a".to_owned(), ..account("z") };
        assert!(matches!(tx.insert_account(&twin).await, Err(Error::Conflict { .. })));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_operation_is_done_once_and_answers_the_same_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let op = operation("op-1", "hash-1");
        assert_eq!(db.read(&town()).await?.operation(&op).await?, Known::New);
        let mut tx = db.write(&town()).await?;
        tx.bind_operation(op.clone());
        tx.insert_account(&account("a")).await?;
        assert_eq!(tx.commit(audit("account.add", "a"), 42).await?, 42);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.operation(&op).await?, Known::Done("42".to_owned()));
        assert_eq!(read.operation(&operation("op-1", "hash-2")).await?, Known::Other);
        drop(read);
        let mut tx = db.write(&town()).await?;
        tx.bind_operation(op.clone());
        tx.insert_account(&account("b")).await?;
        assert!(matches!(tx.commit(audit("account.add", "b"), 43).await, Err(Error::OperationTaken)));
        assert_eq!(
            db.read(&town()).await?.account(&"b".into()).await?,
            None,
            "the second one left nothing behind"
        );
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.forget_operations(NOW.plus_ms(1)).await?, 1);
        tx.commit_machinery().await?;
        assert_eq!(db.read(&town()).await?.operation(&op).await?, Known::New);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_record_is_a_chain_without_gaps() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        assert_eq!(db.read(&town()).await?.audit_head().await?, (0, String::new()));
        for id in ["a", "b", "c"] {
            with_account(&db, id).await?;
        }
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.append(audit("town.note", "x")).await?, 4);
        tx.commit(audit("town.note", "y"), ()).await?;
        let mut read = db.read(&town()).await?;
        let entries = read.audit_after(0, 10).await?;
        assert_eq!(entries.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        for pair in entries.windows(2) {
            assert_eq!(pair[1].prev_hash, pair[0].hash);
        }
        assert_eq!(read.audit_head().await?, (5, entries[4].hash.clone()));
        let only = AuditFilter {
            object_id: Some("b".to_owned()),
            action: Some("account.".to_owned()),
            ..AuditFilter::default()
        };
        assert_eq!(read.audit_page(&only, i64::MAX, 10).await?, entries[1..2]);
        let none = AuditFilter { from: Some(NOW.plus_ms(1)), ..AuditFilter::default() };
        assert!(read.audit_page(&none, i64::MAX, 10).await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_sealed_row_cannot_be_committed_without_an_audit_entry() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_account(&account("a")).await?;
        assert!(matches!(tx.commit_machinery().await, Err(Error::Inconsistent { table: "account", .. })));
        assert!(db.read(&town()).await?.accounts().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn verify_finds_a_changed_byte_anywhere_in_the_record() -> anyhow::Result<()> {
    // Each line is somebody with the database's own tools.
    let attacks = [
        ("UPDATE account SET login = 'login-A' WHERE id = 'a'", "audit.row_changed"),
        ("UPDATE account SET failures = 7 WHERE id = 'b'", "audit.row_changed"),
        ("DELETE FROM account WHERE id = 'c'", "audit.row_gone"),
        ("UPDATE audit SET actor_name = '别人' WHERE seq = 2", "audit.chain"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 2", "audit.chain"),
        ("UPDATE audit SET id = 'zzz' WHERE seq = 2", "audit.chain"),
        ("DELETE FROM audit WHERE seq = 2", "audit.gap"),
        ("DELETE FROM audit WHERE seq = 3", "audit.head"),
        ("UPDATE audit_item SET row_hash = 'x' WHERE seq = 1", "audit.items"),
        ("DELETE FROM audit_item WHERE seq = 3", "audit.items"),
        ("UPDATE audit_head SET hash = 'x'", "audit.head"),
    ];
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        for id in ["a", "b", "c"] {
            with_account(&db, id).await?;
        }
        let clean = db.read(&town()).await?.verify().await?;
        assert_eq!((clean.entries, clean.rows, clean.findings.len()), (3, 3, 0));
        for (sql, code) in attacks {
            let found = attacked(&db, sql).await?;
            assert!(found.iter().any(|f| f.code == code), "{sql} was not found as {code}: {found:?}");
        }
        Ok(())
    })
    .await
}

/// Findings after a statement behind the program's back, which is then taken back.
async fn attacked(db: &Db, sql: &'static str) -> anyhow::Result<Vec<store::verify::Finding>> {
    let before = snapshot(db).await?;
    run(db, sql.to_owned()).await?;
    let found = db.read(&town()).await?.verify().await?.findings;
    for statement in before {
        run(db, statement).await?;
    }
    assert_eq!(db.read(&town()).await?.verify().await?.findings, [], "{sql} could not be taken back");
    Ok(found)
}

/// Runs statements behind the program's back.
pub async fn run(db: &Db, sql: String) -> anyhow::Result<()> {
    let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
    match &db.pool {
        Pool::Sqlite { writers, .. } => statements.execute(writers).await.map(|_| ())?,
        Pool::Postgres(pool) => statements.execute(pool).await.map(|_| ())?,
    }
    Ok(())
}

/// Statements that bring the four tables of the test back to what they are now.
async fn snapshot(db: &Db) -> anyhow::Result<Vec<String>> {
    let mut out = Vec::new();
    for table in ["account", "audit", "audit_item", "audit_head"] {
        run(
            db,
            format!("DROP TABLE IF EXISTS kept_{table}; CREATE TABLE kept_{table} AS SELECT * FROM {table};"),
        )
        .await?;
        out.push(format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};"));
    }
    Ok(out)
}

#[tokio::test]
async fn writers_of_one_town_queue_up_and_none_is_lost() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let tasks: Vec<_> = (0..12)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    for k in 0..5 {
                        with_account(&db, &format!("{n}-{k}")).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        let verified = db.read(&town()).await?.verify().await?;
        assert_eq!((verified.entries, verified.rows, verified.findings), (60, 60, vec![]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_was_shown_of_when_stays_when_the_operation_is_forgotten() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let timing = |elapsed_ms| Timing {
            anchor: "anchor".to_owned(),
            anchor_at: Timestamp(NOW.0 - 10),
            elapsed_ms,
            wall_at: NOW.plus_ms(7),
        };
        for (id, elapsed_ms) in [("op", Some(5)), ("lost", None), ("op", Some(9))] {
            let mut tx = db.write(&town()).await?;
            tx.bind_operation(Operation { timing: Some(timing(elapsed_ms)), ..operation(id, "h") });
            tx.commit(audit("task.accept", id), ()).await?;
            let mut tx = db.write(&town()).await?;
            tx.forget_operations(NOW.plus_ms(1)).await?;
            tx.commit_machinery().await?;
        }
        let mut read = db.read(&town()).await?;
        let kind = audit("task.accept", "op").object_kind;
        assert_eq!(read.timing_of(kind, "op").await?, Some((timing(Some(5)), NOW)), "as it was first");
        assert_eq!(read.timing_of(kind, "lost").await?, Some((timing(None), NOW)));
        assert_eq!(read.timing_of(kind, "other").await?, None);
        assert_eq!(read.step_timings(kind, "op").await?.len(), 0, "an account has no steps");
        assert_eq!(read.verify().await?.findings, []);
        let keys = db.keys(&town()).await?;
        let stamp = keys.stamp(&["for", "this"])?;
        assert!(keys.is_stamp(&["for", "this"], &stamp)?);
        assert!(!keys.is_stamp(&["fort", "his"], &stamp)? && !keys.is_stamp(&["for", "this"], "x")?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn sessions_live_until_they_end_or_expire() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let session = Session {
            id: "s".to_owned(),
            account: "a".into(),
            kind: "desk".to_owned(),
            created_at: NOW,
            seen_at: NOW,
            expires_at: NOW.plus_ms(1_000),
            factor_at: Timestamp(0),
            epoch: 1,
            address: "127.0.0.1".to_owned(),
            agent: "test".to_owned(),
            ended_at: None,
            device_key: "BKey".to_owned(),
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_session(&session).await?;
        tx.touch_session("s", NOW.plus_ms(5), NOW).await?;
        tx.commit_machinery().await?;
        let mut read = db.read(&town()).await?;
        let touched = Session { seen_at: NOW.plus_ms(5), factor_at: NOW, ..session.clone() };
        assert_eq!(read.session("s").await?, Some(touched.clone()));
        assert_eq!(read.live_sessions(&"a".into(), NOW).await?, [touched]);
        assert!(read.live_sessions(&"a".into(), NOW.plus_ms(1_000)).await?.is_empty());
        let began = session.created_at;
        assert!(read.session_began(&"a".into(), began).await?);
        assert!(!read.session_began(&"a".into(), began.plus_ms(1)).await?);
        assert!(!read.session_began(&"somebody-else".into(), began).await?);
        drop(read);
        let mut tx = db.write(&town()).await?;
        assert!(!tx.end_session("s", &"somebody-else".into(), NOW).await?);
        assert!(tx.end_session("s", &"a".into(), NOW).await?);
        assert!(!tx.end_session("s", &"a".into(), NOW).await?);
        tx.commit_machinery().await?;
        assert!(db.read(&town()).await?.live_sessions(&"a".into(), NOW).await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_job_is_claimed_once_and_again_when_its_process_died() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let job = Job {
            id: "j".to_owned(),
            kind: "import.places".to_owned(),
            unique_key: "file-hash".to_owned(),
            payload: "{}".to_owned(),
            owner: "a".to_owned(),
            state: "queued".to_owned(),
            run_at: NOW,
            attempts: 0,
            last_error: String::new(),
            done_n: 0,
            total_n: 0,
            result: String::new(),
            created_at: NOW,
            finished_at: None,
        };
        let mut tx = db.write(&town()).await?;
        assert!(tx.queue_job(&job).await?);
        assert!(!tx.queue_job(&Job { id: "j2".to_owned(), ..job.clone() }).await?);
        let lapses = NOW.plus_ms(60_000);
        let claimed = tx.claim_job(NOW, lapses).await?.ok_or_else(|| anyhow::anyhow!("due"))?;
        assert_eq!((claimed.state.as_str(), claimed.attempts), ("running", 1));
        assert!(tx.claim_job(NOW, lapses).await?.is_none(), "claimed by somebody else");
        let again =
            tx.claim_job(lapses, lapses.plus_ms(60_000)).await?.ok_or_else(|| anyhow::anyhow!("lapsed"))?;
        assert_eq!(again.attempts, 2);
        let late = tx.save_job(&Job { state: "done".to_owned(), ..claimed }).await;
        assert!(
            matches!(late, Err(Error::Conflict { table: "job", .. })),
            "it is another's by now: {late:?}"
        );
        assert_eq!(tx.reconciled("risk").await?, None);
        tx.note_reconciled("risk", 3, NOW, 1).await?;
        tx.note_reconciled("risk", 7, lapses, 0).await?;
        let read_to = store::job::Reconciled { last_at: lapses, audit_seq: 7, found_n: 0 };
        assert_eq!(tx.reconciled("risk").await?, Some(read_to));
        let done =
            Job { state: "done".to_owned(), done_n: 220, total_n: 220, finished_at: Some(lapses), ..again };
        tx.save_job(&done).await?;
        assert!(tx.claim_job(lapses.plus_ms(1_000_000), lapses).await?.is_none());
        tx.commit_machinery().await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.job("j").await?, Some(done.clone()));
        assert_eq!(read.jobs(Some(&"somebody else".into()), 10).await?, []);
        assert_eq!(read.job_by_key("no such kind", &done.unique_key).await?, None);
        assert_eq!(read.job_by_key(&done.kind, &done.unique_key).await?, Some(done.clone()));
        assert_eq!(read.jobs(None, 10).await?, [done]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_copy_of_the_embedded_database_is_whole() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let db = Db::open(&format!("sqlite:{}", folder.path().join("town.db").display()), folder.path()).await?;
    with_account(&db, "a").await?;
    let copy = folder.path().join("copy.db");
    db.copy_to(&copy).await?;
    let copied = Db::open(&format!("sqlite:{}", copy.display()), folder.path()).await?;
    assert_eq!(copied.read(&town()).await?.verify().await?, db.read(&town()).await?.verify().await?);
    Ok(())
}

#[test]
fn an_upload_is_taken_up_again_after_any_break_and_kept_under_its_hash() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let blobs = Blobs::open(folder.path())?;
    assert_eq!(blobs.received("../../etc/passwd")?, 0, "an id never names a path");
    assert_eq!(blobs.append("up", 0, b"hello ", 11)?, Appended::Upto(6));
    assert_eq!(blobs.append("up", 9, b"d", 11)?, Appended::Elsewhere(6), "a gap is told, not filled");
    assert_eq!(blobs.append("up", 0, b"hello ", 11)?, Appended::Upto(6), "a part that came twice is nothing");
    assert_eq!(blobs.append("up", 3, b"lo world", 11)?, Appended::Upto(11));
    assert_eq!(blobs.append("up", 11, b"!", 11)?, Appended::Elsewhere(11), "no more than was declared");
    let bytes = blobs.part_bytes("up")?;
    assert_eq!(bytes, b"hello world");
    assert_eq!(blobs.append("whole", 0, b"a map", 5)?, Appended::Upto(5));
    let kept = blobs.keep_part("whole")?;
    assert_eq!(blobs.get(&kept)?.as_deref(), Some(&b"a map"[..]), "kept as it came, under its hash");
    assert!(blobs.intact(&kept)? && blobs.received("whole")? == 0);
    let id = blobs.put(&bytes)?;
    assert_eq!(blobs.put(&bytes)?, id);
    blobs.drop_part("up")?;
    blobs.drop_part("up")?;
    assert_eq!(blobs.received("up")?, 0);
    assert_eq!(blobs.get(&id)?.as_deref(), Some(b"hello world".as_slice()));
    assert!(blobs.intact(&id)?);
    let target = tempfile::tempdir()?;
    assert_eq!((blobs.copy_to(target.path())?, blobs.copy_to(target.path())?), (2, 0));
    std::fs::write(folder.path().join(&id[..2]).join(&id), b"hello World")?;
    assert!(!blobs.intact(&id)?);
    assert!(blobs.get("../x").is_err());
    Ok(())
}

#[tokio::test]
async fn a_blob_is_noted_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let id = Blobs::open(fresh.folder.path())?.put(b"photo")?;
        let mut tx = db.write(&town()).await?;
        tx.note_blob(&id, 5, "image/jpeg", NOW).await?;
        tx.note_blob(&id, 5, "image/jpeg", NOW.plus_ms(9)).await?;
        tx.commit(audit("photo.add", &id), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.blob_ids().await?, [id]);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_running_number_that_was_not_kept_is_given_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        assert_eq!((tx.next_number("a").await?, tx.next_number("a").await?), (1, 2));
        assert_eq!(tx.next_number("b").await?, 1);
        tx.commit_machinery().await?;
        let mut lost = db.write(&town()).await?;
        assert_eq!(lost.next_number("a").await?, 3);
        drop(lost);
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.next_number("a").await?, 3);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_answers_at_an_address_is_asked_without_touching_what_is_there() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let is_file = fresh.url.starts_with("sqlite:");
        let before = store::probe(&fresh.url).await?;
        assert_eq!(before.is_none(), is_file, "a file that is not there is not made: {before:?}");
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let engine = db.engine().await?;
        db.close().await;
        assert_eq!(store::probe(&fresh.url).await?, Some(engine));
        let folder = tempfile::tempdir()?;
        let note = folder.path().join("note.txt");
        std::fs::write(&note, "no database at all, however it is called")?;
        assert!(store::probe(&format!("sqlite:{}", note.display())).await.is_err());
        Ok(())
    })
    .await
}
