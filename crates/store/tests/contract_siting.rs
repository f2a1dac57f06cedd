//! The contract of siting studies and of public reports, once on SQLite and once on PostgreSQL.

use domain::facility::report::{Decision, Report, Trouble};
use domain::ids::TownCode;
use domain::siting::{Candidate, Demand, Measure, Model, Purpose, Question, Study, Weights};
use domain::time::Timestamp;
use store::facility::report::ReportRecord;
use store::siting::SitingRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(kind: &'static str, id: &str) -> Audit {
    entry("test.write", kind, id, Timestamp::start_of(day("2026-09-01")))
}

fn study(id: &str, on: &str) -> SitingRecord {
    SitingRecord {
        study: Study {
            id: id.into(),
            title: "消防站 100% 选址".to_owned(),
            purpose: Purpose::Station,
            question: Question { model: Model::Mclp, sites: 1, radius: 2_000 },
            weights: Weights { base: 1, person: 1, fire: 10 },
            measure: Measure::GreatCircle,
            vehicle: None,
            candidates: vec![Candidate { name: "甲".to_owned(), at: [105.87, 29.26], fixed: true }],
            demands: vec![Demand {
                id: "p".to_owned(),
                name: "乙店".to_owned(),
                at: [105.88, 29.26],
                people: 3,
                fires: 1,
            }],
            by_group: false,
            unplaced: 2,
            reason: "人口增加".to_owned(),
            org: "office".into(),
            outcome: None,
            void: None,
        },
        path: TOWN.to_owned(),
        voided_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day(on)),
    }
}

#[tokio::test]
async fn studies_read_back_as_they_were_written_and_only_their_newest_state_is_changed() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (first, second) = (study("s1", "2026-01-01"), study("s2", "2026-02-01"));
        for one in [&first, &second] {
            let mut tx = db.write(&town()).await?;
            tx.insert_siting(one).await?;
            tx.commit(audit("siting", one.study.id.as_str()), ()).await?;
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.siting(&"s1".into(), &everything()).await?, Some(first.clone()));
        assert_eq!(read.siting(&"s1".into(), &of_org("another")).await?, None);
        assert_eq!(read.sitings(&everything(), 1).await?, [second]);
        drop(read);
        let mut tx = db.write(&town()).await?;
        let gone = SitingRecord {
            study: first.study.clone().void("错了")?,
            voided_at: Some(Timestamp(5)),
            ..first.clone()
        };
        tx.save_siting(&gone).await?;
        let late = tx.save_siting(&first).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        tx.commit(audit("siting", "s1"), ()).await?;
        let read = db.read(&town()).await?.siting(&"s1".into(), &everything()).await?;
        assert_eq!(read, Some(SitingRecord { version: 2, ..gone }));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn reports_are_kept_newest_first_and_decided_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let report = |id: &str, trouble, at: i64| {
            Report::new(id.into(), "f1".into(), (trouble, "打开没水"), Timestamp(at))
        };
        let (first, second) = (report("r1", Trouble::NoWater, 1)?, report("r2", Trouble::Broken, 2)?);
        for one in [&first, &second] {
            let mut tx = db.write(&town()).await?;
            tx.insert_facility_report(one).await?;
            tx.commit(audit("facility", "f1"), ()).await?;
        }
        let mut read = db.read(&town()).await?;
        let kept = |report: &Report| ReportRecord { report: report.clone(), version: 1 };
        assert_eq!(read.facility_reports(&"f1".into(), 10).await?, [kept(&second), kept(&first)]);
        assert_eq!(read.facility_reports(&"f2".into(), 10).await?, []);
        assert_eq!(read.facility_report(&"r1".into()).await?, Some(kept(&first)));
        drop(read);
        let decision = Decision { by: "p".into(), at: Timestamp(3), text: "属实".to_owned() };
        let decided = ReportRecord { report: first.decide(true, decision)?, version: 1 };
        let mut tx = db.write(&town()).await?;
        tx.save_facility_report(&decided).await?;
        let late = tx.save_facility_report(&decided).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        tx.commit(audit("facility", "f1"), ()).await?;
        let read = db.read(&town()).await?.facility_report(&"r1".into()).await?;
        assert_eq!(read, Some(ReportRecord { version: 2, ..decided }));
        Ok(())
    })
    .await
}
