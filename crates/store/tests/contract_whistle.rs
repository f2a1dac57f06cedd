//! The contract of whistles, once on SQLite and once on PostgreSQL.

use domain::ids::{OrgId, TownCode};
use domain::time::Timestamp;
use domain::whistle::{Act, Event, Stage, Whistle};
use store::whistle::{WhistleNote, WhistleRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn at(hours: i64) -> Timestamp {
    Timestamp::start_of(day("2026-09-30")).plus_ms(hours * 3_600_000)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "whistle", id, at(0))
}

fn record(id: &str, path: &str, org: &str) -> WhistleRecord {
    let whistle = Whistle {
        id: id.into(),
        code: format!("SH-{id}"),
        kind: "ordinary".to_owned(),
        on_site: true,
        problem: "三合一门市内设气瓶间".to_owned(),
        place: None,
        address: "老街 21 号".to_owned(),
        origin: None,
        org: org.into(),
        raised_by: "a".into(),
        raised_at: at(9),
        sent_at: None,
        stage: Stage::Raised,
        bodies: Vec::new(),
        said: String::new(),
    };
    WhistleRecord {
        whistle,
        path: path.to_owned(),
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: at(9),
    }
}

fn event(seq: i64, act: Act, stage: Stage) -> Event {
    Event { seq, act, at: at(10), by: "a".into(), text: "写明".to_owned(), stage }
}

#[tokio::test]
async fn whistles_are_read_back_within_the_scope_and_stepped_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (mut one, two) = (record("w1", "t/v1", "village"), record("w2", "t/v2", "office"));
        let mut tx = db.write(&town()).await?;
        for record in [&one, &two] {
            tx.insert_whistle(record, &event(1, Act::Raise, Stage::Raised)).await?;
        }
        tx.commit(audit("w1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.whistle(&"w1".into(), &everything()).await?, Some(one.clone()));
        assert_eq!(read.whistle(&"w1".into(), &below(&["t/v2"])).await?, None);
        assert_eq!(read.whistles(&of_org("office"), None, None, 9).await?, vec![two.clone()]);
        assert_eq!(read.whistles(&everything(), None, None, 9).await?, vec![two.clone(), one.clone()]);
        assert_eq!(read.whistles(&everything(), Some("sent,done"), None, 9).await?, vec![]);
        let first = Some((two.whistle.raised_at, two.whistle.id.clone()));
        assert_eq!(read.whistles(&everything(), None, first, 9).await?, vec![one.clone()], "the next page");
        assert_eq!(read.whistles_sent((at(0), at(24))).await?, vec![], "raised is not sent");
        drop(read);

        let stale = one.clone();
        one.whistle.stage = Stage::Sent;
        one.whistle.sent_at = Some(at(10));
        let sent = Act::Confirm { lead: "economy".into(), helpers: vec!["police".into()] };
        let mut tx = db.write(&town()).await?;
        tx.save_whistle(&one, &event(2, sent.clone(), Stage::Sent)).await?;
        tx.commit(audit("w1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let late = tx.save_whistle(&stale, &event(2, sent, Stage::Sent)).await;
        assert!(matches!(late, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.whistles_sent((at(10), at(11))).await?.len(), 1);
        assert_eq!(read.whistles_sent((at(0), at(10))).await?.len(), 0, "the end does not belong to it");
        let events = read.whistle_events(&"w1".into()).await?;
        assert_eq!(events.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2]);
        assert!(read.verify().await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_body_reads_its_own_notes_and_nobody_elses() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let note = |id: &str, org: &str| WhistleNote {
            id: id.to_owned(),
            whistle: "w1".into(),
            org: org.into(),
            by: "a".into(),
            text: format!("{org}的内部备注"),
            recorded_at: at(11),
        };
        let mut tx = db.write(&town()).await?;
        for one in [note("n1", "economy"), note("n2", "police")] {
            tx.insert_whistle_note(&one).await?;
        }
        tx.commit(audit("w1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let (economy, other) = (OrgId::from("economy"), OrgId::from("office"));
        assert_eq!(read.whistle_notes(&"w1".into(), &[&economy]).await?, vec![note("n1", "economy")]);
        assert_eq!(read.whistle_notes(&"w1".into(), &[&other]).await?, vec![]);
        assert_eq!(read.whistle_notes(&"w1".into(), &[]).await?, vec![], "nobody's hat, nobody's notes");
        assert_eq!(read.whistle_notes(&"w2".into(), &[&economy]).await?, vec![]);
        Ok(())
    })
    .await
}
