//! Personal values at rest, on both databases: a stolen database tells no phone, a moved cell does not open, a lost or
//! wrong key is told in one sentence, numbers are found all the same.

use domain::ids::{PersonId, TownCode};
use domain::org::Person;
use domain::time::{Date, Timestamp};
use store::db::Pool;
use store::import::ImportFile;
use store::job::Job;
use store::operation::{Known, Operation};
use store::person::{PersonFilter, PersonRecord};
use store::{Audit, Db, Error};
use testkit::{Fresh, both_databases};

use crate::ground::entry;
use crate::scopes::everything;

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const MOBILE: &str = "13912345678";
const OFFICE: &str = "023-49812345";

fn town() -> TownCode {
    "500118100000".into()
}

fn audit(action: &'static str) -> Audit {
    entry(action, "person", "", NOW)
}

fn person(id: &str, phone: &str) -> PersonRecord {
    PersonRecord {
        person: Person {
            id: id.into(),
            name: format!("某人{id}"),
            phone: phone.to_owned(),
            office_phone: OFFICE.to_owned(),
            active: true,
        },
        pinyin: "mr".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

fn job(id: &str) -> Job {
    Job {
        id: id.to_owned(),
        kind: "import.try".to_owned(),
        unique_key: id.to_owned(),
        payload: format!("{{\"cell\":\"{MOBILE}\"}}"),
        owner: "acc".to_owned(),
        state: "queued".to_owned(),
        run_at: NOW,
        attempts: 0,
        last_error: String::new(),
        done_n: 0,
        total_n: 0,
        result: format!("[\"{MOBILE}\"]"),
        created_at: NOW,
        finished_at: None,
    }
}

fn file() -> ImportFile {
    ImportFile {
        id: "f".to_owned(),
        kind: "people".to_owned(),
        name: "人员.xlsx".to_owned(),
        blob: "b".to_owned(),
        size_bytes: 1,
        preview: format!("[\"{MOBILE}\"]"),
        version: 1,
        recorded_at: NOW,
        recorded_by: "p".to_owned(),
        imported_at: None,
    }
}

async fn open(fresh: &Fresh) -> Result<Db, Error> {
    Db::open(&fresh.url, &fresh.keys()).await
}

async fn filled(fresh: &Fresh) -> anyhow::Result<Db> {
    let db = open(fresh).await?;
    let mut tx = db.write(&town()).await?;
    tx.insert_person(&person("a", MOBILE)).await?;
    tx.insert_person(&person("b", "02349810000、13800001111")).await?;
    tx.insert_person(&person("c", "")).await?;
    tx.insert_import_file(&file()).await?;
    tx.bind_operation(operation());
    tx.commit(audit("person.add"), MOBILE).await?;
    let mut tx = db.write(&town()).await?;
    assert!(tx.queue_job(&job("j")).await?);
    tx.save_job(&job("j")).await?;
    tx.commit_machinery().await?;
    Ok(db)
}

fn operation() -> Operation {
    Operation {
        id: "op".to_owned(),
        account: "acc".to_owned(),
        request_hash: "h".to_owned(),
        at: NOW,
        timing: None,
    }
}

async fn run(db: &Db, sql: &str) -> anyhow::Result<()> {
    let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
    match &db.pool {
        Pool::Sqlite { writers, .. } => statements.execute(writers).await.map(|_| ())?,
        Pool::Postgres(pool) => statements.execute(pool).await.map(|_| ())?,
    }
    Ok(())
}

async fn found(db: &Db, typed: &str) -> anyhow::Result<Vec<String>> {
    let on = Date::from_ymd_opt(2026, 9, 1).unwrap_or_default();
    let filter = PersonFilter { text: Some(typed.to_owned()), role: None, org: None, path: None, on };
    let mut read = db.read(&town()).await?;
    let page = read.person_page(&filter, &everything(), None, 10).await?;
    assert_eq!(read.person_count(&filter, &everything()).await?, page.len() as i64);
    Ok(page.into_iter().map(|one| one.person.id.to_string()).collect())
}

#[tokio::test]
async fn a_stolen_database_tells_no_phone_and_the_program_does() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let all = fresh.stolen()?;
        assert!(all.contains("某人a"), "names are not sealed, so the search looks in the right place");
        for number in [MOBILE, OFFICE, "13800001111", "02349810000"] {
            assert!(!all.contains(number), "{number} lies open");
        }
        let mut read = db.read(&town()).await?;
        let known = read.person(&"a".into(), &everything()).await?.expect("it is there");
        assert_eq!(known, person("a", MOBILE));
        assert_eq!(read.import_file("f").await?, Some(file()));
        assert_eq!(read.job("j").await?, Some(job("j")));
        assert_eq!(read.operation(&operation()).await?, Known::Done(format!("\"{MOBILE}\"")));
        assert_eq!(read.verify().await?.findings, []);
        drop(read);
        db.close().await;
        let again = open(&fresh).await?;
        let mut read = again.read(&town()).await?;
        assert_eq!(
            read.person(&"b".into(), &everything()).await?,
            Some(person("b", "02349810000、13800001111"))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_number_is_found_whole_and_by_its_tail() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        for (typed, wanted) in [
            (MOBILE, vec!["a"]),
            ("139-1234 5678", vec!["a"]),
            ("+86 13912345678", vec!["a"]),
            ("5678", vec!["a"]),
            ("0000", vec!["b"]),
            ("1111", vec!["b"]),
            ("023-49810000", vec!["b"]),
            ("13800001111", vec!["b"]),
            ("567", vec![]),
            ("1391234567", vec![]),
            ("某人c", vec!["c"]),
        ] {
            assert_eq!(found(&db, typed).await?, wanted, "{typed}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_cell_moved_to_another_row_or_column_does_not_open() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let moves = [
            "UPDATE person SET phone = (SELECT phone FROM person WHERE id = 'a') WHERE id = 'b'",
            "UPDATE person SET phone = office_phone WHERE id = 'b'",
            "UPDATE person SET phone = 'sealed:AQAAAAE' WHERE id = 'b'",
            "UPDATE person SET phone = substr(phone, 1, length(phone) - 4) || 'AAAA' WHERE id = 'b'",
        ];
        for sql in moves {
            run(&db, sql).await?;
            let told = db.read(&town()).await?.person(&PersonId::from("b"), &everything()).await;
            let Err(Error::Broken { table: "person", column, id }) = &told else {
                panic!("{sql}: {told:?}");
            };
            assert_eq!((column.as_str(), id.as_str()), ("phone", "b"));
            assert!(told.expect_err("broken").to_string().contains("封存的个人信息打不开"));
        }
        assert_ne!(db.read(&town()).await?.verify().await?.findings, [], "the record tells it, too");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_lost_and_a_wrong_key_are_told_and_the_right_one_helps() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let file = db.key_file().to_owned();
        assert!(store::vault::is_private(&file)?);
        db.close().await;
        let aside = fresh.folder.path().join("aside");
        std::fs::rename(&file, &aside)?;
        let told = open(&fresh).await.expect_err("no key");
        assert!(matches!(told, Error::KeyMissing { .. }), "{told:?}");
        assert!(told.to_string().contains("没有找到主密钥文件"), "{told}");
        assert!(!file.exists(), "never a new key over what an old one sealed");
        let other = tempfile::tempdir()?;
        let elsewhere = format!("sqlite:{}", other.path().join("o.db").display());
        Db::open(&elsewhere, other.path()).await?.close().await;
        std::fs::copy(other.path().join("master.key"), &file)?;
        let told = open(&fresh).await.expect_err("the wrong key");
        assert!(matches!(told, Error::KeyWrong { .. }), "{told:?}");
        std::fs::remove_file(&file)?;
        std::fs::rename(&aside, &file)?;
        assert_eq!(found(&open(&fresh).await?, MOBILE).await?, ["a"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_master_key_opens_what_the_old_one_did_and_a_change_cut_off_is_finished() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let file = db.key_file().to_owned();
        let before = std::fs::read(&file)?;
        assert_eq!(db.change_master_key().await?, 1);
        assert_ne!(std::fs::read(&file)?, before);
        assert!(store::vault::is_private(&file)?);
        db.close().await;
        let db = open(&fresh).await?;
        assert_eq!(found(&db, MOBILE).await?, ["a"]);
        db.close().await;
        // As if the program had ended between the database's part and the file's.
        std::fs::rename(&file, file.with_extension("key.new"))?;
        std::fs::copy(file.with_extension("key.old"), &file)?;
        let db = open(&fresh).await?;
        assert_eq!(found(&db, "5678").await?, ["a"]);
        assert!(!file.with_extension("key.new").exists());
        assert_eq!(db.read(&town()).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn rows_from_before_the_seals_are_read_and_sealed_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        run(&db, &format!("UPDATE person SET phone = '{MOBILE}', phone_index = '' WHERE id = 'a'")).await?;
        run(&db, &format!("UPDATE import_file SET preview = '[\"{MOBILE}\"]'")).await?;
        let known = db.read(&town()).await?.person(&"a".into(), &everything()).await?.expect("it is there");
        assert_eq!(known.person.phone, MOBILE, "an old row is what it says");
        let mut sealed = Vec::new();
        loop {
            let mut tx = db.write(&town()).await?;
            let n = tx.seal_old_rows(1).await?;
            sealed.push(n);
            if n == 0 {
                break;
            }
            tx.commit(audit("vault.seal"), n).await?;
        }
        assert_eq!(sealed, [2, 0], "a person and a file, then nothing");
        db.scrub().await?;
        assert!(!fresh.stolen()?.contains(MOBILE));
        assert_eq!(found(&db, "5678").await?, ["a"]);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.import_file("f").await?.map(|f| f.preview), Some(file().preview));
        assert_eq!(read.verify().await?.findings, [], "what was sealed is what the record knows");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_is_sealed_alike_each_time_and_opens_only_whole() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = open(&fresh).await?;
        let keys = db.keys(&town()).await?;
        let bytes = format!("PK…{MOBILE}").into_bytes();
        let sealed = keys.seal_file(&bytes)?;
        assert_eq!(keys.seal_file(&bytes)?, sealed, "a file sent twice is kept once");
        assert!(!String::from_utf8_lossy(&sealed).contains(MOBILE));
        assert_eq!(keys.open_file("b", sealed.clone())?, bytes);
        assert_eq!(keys.open_file("b", b"from before".to_vec())?, b"from before");
        let mut altered = sealed;
        if let Some(last) = altered.last_mut() {
            *last ^= 1;
        }
        assert!(matches!(keys.open_file("b", altered), Err(Error::Broken { table: "blob", .. })));
        let other = db.keys(&"500118104000".into()).await?;
        assert!(
            matches!(other.open_file("b", keys.seal_file(&bytes)?), Err(Error::Broken { .. })),
            "per town"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_town_that_moves_takes_its_key_along() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let other = tempfile::tempdir()?;
        let url = format!("sqlite:{}", other.path().join("o.db").display());
        let target = Db::open(&url, other.path()).await?;
        db.copy_town_to(&target, &town()).await?;
        assert_eq!(found(&target, MOBILE).await?, ["a"]);
        target.close().await;
        let again = Db::open(&url, other.path()).await?;
        assert_eq!(found(&again, "1111").await?, ["b"], "under the master key of its own");
        assert_eq!(again.read(&town()).await?.verify().await?, db.read(&town()).await?.verify().await?);
        Ok(())
    })
    .await
}
