//! The contract of places stopped from use, once on SQLite and once on PostgreSQL.

use domain::ids::TownCode;
use domain::stop_use::{Act, Event, Stage, StopUse};
use domain::time::Timestamp;
use store::stop_use::StopUseRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "stop_use", id, Timestamp::start_of(day("2026-09-01")))
}

fn record(id: &str, path: &str, org: &str) -> StopUseRecord {
    let matter = StopUse {
        id: id.into(),
        place: "place".into(),
        hazard: None,
        danger: "唯一出口被封死".to_owned(),
        org: org.into(),
        stage: Stage::Proposed,
        last_on: day("2026-09-01"),
        body: String::new(),
        stopped_on: None,
        patrolled_on: None,
        broken: false,
    };
    StopUseRecord {
        matter,
        path: path.to_owned(),
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day("2026-09-01")),
    }
}

fn event(seq: i64, act: Act, stage: Stage) -> Event {
    Event {
        seq,
        act,
        on: day("2026-09-02"),
        recorded_at: Timestamp::start_of(day("2026-09-02")),
        by: "a".into(),
        document_no: "区消停〔1〕号".to_owned(),
        text: "写明".to_owned(),
        stage,
    }
}

#[tokio::test]
async fn proposals_are_read_back_within_the_scope_and_stepped_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (mut one, two) = (record("s1", "t/v1", "office"), record("s2", "t/v2", "police"));
        let mut tx = db.write(&town()).await?;
        for record in [&one, &two] {
            tx.insert_stop_use(record, &event(1, Act::Propose, Stage::Proposed)).await?;
        }
        tx.commit(audit("s1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.stop_use(&"s1".into(), &everything()).await?, Some(one.clone()));
        assert_eq!(read.stop_use(&"s1".into(), &below(&["t/v2"])).await?, None);
        assert_eq!(read.stop_uses(&of_org("police"), None, 9).await?, vec![two.clone()]);
        assert_eq!(read.stop_uses(&everything(), None, 9).await?, vec![two, one.clone()]);
        assert_eq!(read.stop_uses(&everything(), Some("stopped"), 9).await?, vec![]);
        drop(read);

        let stale = one.clone();
        one.matter.stage = Stage::Stopped;
        one.matter.stopped_on = Some(day("2026-09-02"));
        let decided = Act::Decide { stop: true, body: "区消防救援机构".to_owned() };
        let mut tx = db.write(&town()).await?;
        tx.save_stop_use(&one, &event(2, decided.clone(), Stage::Stopped)).await?;
        tx.commit(audit("s1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let late = tx.save_stop_use(&stale, &event(2, decided, Stage::Stopped)).await;
        assert!(matches!(late, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.stop_uses(&everything(), Some("stopped,checked"), 9).await?.len(), 1);
        let events = read.stop_use_events(&"s1".into()).await?;
        assert_eq!(events.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2]);
        assert!(read.verify().await?.findings.is_empty());
        Ok(())
    })
    .await
}
