//! The contract of checklists, inspection plans, parameters and waivers, once on SQLite and once on PostgreSQL.

use domain::checklist::{Applies, Checklist, Purpose, State};
use domain::ids::TownCode;
use domain::time::{Date, Timestamp};
use store::checklist::ChecklistRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn audit(action: &'static str) -> Audit {
    Audit {
        action,
        object_kind: "plan",
        object_id: "x".to_owned(),
        territory: String::new(),
        actor: "system".to_owned(),
        actor_name: "系统".to_owned(),
        hat: String::new(),
        happened_at: NOW,
        at: NOW,
        reason: String::new(),
        detail: "{}".to_owned(),
    }
}

fn day(text: &str) -> Date {
    domain::time::parse_date(text).expect("a date written in a test exists")
}

fn edition(code: &str, edition: u32, state: State) -> ChecklistRecord {
    let checklist = Checklist {
        code: code.to_owned(),
        edition,
        title: format!("检查块 {code}"),
        purpose: Purpose::Block,
        order: 1,
        applies: Applies { everywhere: true, ..Applies::default() },
        items: Vec::new(),
        reuses: vec!["B01".to_owned()],
        state,
    };
    ChecklistRecord {
        id: format!("{code}-{edition}"),
        checklist,
        version: 1,
        recorded_at: NOW,
        recorded_by: "a".to_owned(),
    }
}

#[tokio::test]
async fn the_editions_of_a_day_are_those_in_use_on_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url).await?;
        let (jan, mar, apr) = (day("2026-01-01"), day("2026-03-31"), day("2026-04-01"));
        let first = edition("B", 1, State::Retired { from: jan, to: mar });
        let mut tx = db.write(&town()).await?;
        tx.insert_checklist(&first).await?;
        tx.insert_checklist(&edition("B", 2, State::Valid { from: apr })).await?;
        tx.insert_checklist(&edition("B", 3, State::Draft)).await?;
        tx.insert_checklist(&edition("A", 1, State::Valid { from: jan })).await?;
        tx.commit(audit("checklist.add"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let twin = ChecklistRecord { id: "other".to_owned(), ..first.clone() };
        assert!(matches!(tx.insert_checklist(&twin).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.checklist("B-1").await?, Some(first));
        assert_eq!(read.checklists().await?.len(), 4);
        assert_eq!(read.checklist_editions("B").await?.len(), 3);
        for (on, ids) in
            [("2025-12-31", vec![]), ("2026-03-31", vec!["A-1", "B-1"]), ("2026-04-01", vec!["A-1", "B-2"])]
        {
            let valid = read.checklists_on(day(on)).await?;
            assert_eq!(valid.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ids, "{on}");
        }
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_edition_in_use_is_retired_but_never_changed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url).await?;
        let (from, to) = (day("2026-01-01"), day("2026-06-30"));
        let mut tx = db.write(&town()).await?;
        tx.insert_checklist(&edition("B", 1, State::Draft)).await?;
        let mut draft = edition("B", 1, State::Draft);
        draft.checklist.title = "改过的草稿".to_owned();
        tx.update_checklist(&draft).await?;
        let mut valid = draft.clone();
        valid.version = 2;
        valid.checklist.state = State::Valid { from };
        tx.update_checklist(&valid).await?;
        tx.commit(audit("checklist.publish"), ()).await?;

        let mut tx = db.write(&town()).await?;
        let mut retitled = ChecklistRecord { version: 3, ..valid.clone() };
        retitled.checklist.title = "偷偷改".to_owned();
        let mut retitled_and_retired = retitled.clone();
        retitled_and_retired.checklist.state = State::Retired { from, to };
        let mut back = ChecklistRecord { version: 3, ..valid.clone() };
        back.checklist.state = State::Draft;
        let mut moved = back.clone();
        moved.checklist.state = State::Retired { from: day("2026-02-01"), to };
        for wrong in [retitled, retitled_and_retired, back, moved] {
            let refused = tx.update_checklist(&wrong).await;
            assert!(matches!(refused, Err(Error::Conflict { table: "checklist", .. })), "{wrong:?}");
        }
        let mut retired = ChecklistRecord { version: 3, ..valid };
        retired.checklist.state = State::Retired { from, to };
        tx.update_checklist(&retired).await?;
        tx.commit(audit("checklist.retire"), ()).await?;
        let kept = db.read(&town()).await?.checklist("B-1").await?.expect("is there");
        assert_eq!((kept.version, kept.checklist), (4, retired.checklist));
        Ok(())
    })
    .await
}
