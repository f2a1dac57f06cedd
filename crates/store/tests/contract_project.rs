//! The contract of projects, once on SQLite and once on PostgreSQL.

use domain::ids::TownCode;
use domain::project::{Event, Item, Project, Stage, Step};
use domain::time::Timestamp;
use store::project::ProjectRecord;
use store::{Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn event(step: Step, text: &str) -> Event {
    Event { step, on: day("2026-02-01"), by: "p".into(), at: Timestamp(1), text: text.to_owned() }
}

fn record(id: &str, on: &str) -> anyhow::Result<ProjectRecord> {
    let project = Project {
        id: id.into(),
        code: format!("XM-{id}"),
        title: "村道 100% 加宽".to_owned(),
        org: "office".into(),
        items: vec![Item::Facility("f".into()), Item::Road("r".into())],
        estimate_fen: 1_000,
        source: "镇财政".to_owned(),
        lines: vec!["line".into()],
        from: day("2026-03-01"),
        until: day("2026-08-31"),
        reason: String::new(),
        stage: Stage::Proposed,
        events: Vec::new(),
    };
    Ok(ProjectRecord {
        project: project.propose(event(Step::Propose, ""))?,
        path: TOWN.to_owned(),
        voided_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day(on)),
    })
}

#[tokio::test]
async fn projects_read_back_as_they_were_written_and_only_their_newest_state_is_changed() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (first, second) = (record("1", "2026-01-01")?, record("2", "2026-02-01")?);
        for one in [&first, &second] {
            let mut tx = db.write(&town()).await?;
            tx.insert_project(one).await?;
            let audit = entry("test.write", "project", one.project.id.as_str(), Timestamp(1));
            tx.commit(audit, ()).await?;
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.project(&"1".into(), &everything()).await?, Some(first.clone()));
        assert_eq!(read.project(&"1".into(), &of_org("another")).await?, None);
        assert_eq!(read.projects(&everything()).await?, [second, first.clone()]);
        drop(read);
        let voided = first.project.clone().step(event(Step::Void, "错了"), day("2026-09-01"))?;
        let gone = ProjectRecord { project: voided, voided_at: Some(Timestamp(5)), ..first.clone() };
        let mut tx = db.write(&town()).await?;
        tx.save_project(&gone).await?;
        let late = tx.save_project(&first).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        tx.commit(entry("test.write", "project", "1", Timestamp(5)), ()).await?;
        let read = db.read(&town()).await?.project(&"1".into(), &everything()).await?;
        assert_eq!(read, Some(ProjectRecord { version: 2, ..gone }));
        Ok(())
    })
    .await
}
