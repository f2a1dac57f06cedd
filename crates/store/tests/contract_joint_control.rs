//! The contract of what is kept beside hazards and visits: dockets, signatures, risks of sectors and new trades; once on SQLite
//! and once on PostgreSQL.

use domain::docket::{Entry, Kind, Step};
use domain::hazard::{Act, Actor, EscalationKind, Event, EventKind, Find, Hazard, HazardCode, Level};
use domain::ids::TownCode;
use domain::sector::{Decided, Risk, RiskStage, Ruling};
use domain::time::Timestamp;
use store::hazard::Filing;
use store::joint_control::SignatureRecord;
use store::sector::{SectorRiskRecord, SectorRulingRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn at(hours: i64) -> Timestamp {
    Timestamp::start_of(day("2026-09-01")).plus_ms(hours * 3_600_000)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "hazard", id, at(0))
}

fn event(version: u32, kind: EventKind) -> Event {
    let actor = Actor::Unit { person: None, name: "甲".to_owned() };
    let act = Act { actor, happened_at: at(version.into()), position: None, document_no: None };
    Event { hazard: "h1".into(), version, act, recorded_at: at(version.into()), kind }
}

#[tokio::test]
async fn a_docket_is_appended_and_lists_what_was_escalated() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let found = event(
            1,
            EventKind::Found(Find {
                town: town(),
                place: "place".into(),
                item: None,
                code: HazardCode::other(),
                description: "出口堵死".to_owned(),
                photos: Vec::new(),
                recurrence_of: None,
                sortie: None,
            }),
        );
        let why = String::new();
        let graded = event(2, EventKind::Graded { level: Level::General, confirmed: true, reason: why });
        let reason = "逾期不改".to_owned();
        let listed = event(3, EventKind::Escalated { escalation: EscalationKind::TownListed, reason });
        let filing = Filing {
            code: "YH-1".to_owned(),
            path: "t/v1".to_owned(),
            org: "office".into(),
            inspection: None,
        };
        let first = Hazard::from_events([&found])?;
        let mut tx = db.write(&town()).await?;
        tx.insert_hazard(&first, &found, &filing).await?;
        tx.commit(audit("h1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.docket_hazards(&everything(), 9).await?, vec![], "found is not escalated");
        drop(read);

        let second = Hazard::from_events([&found, &graded])?;
        let third = Hazard::from_events([&found, &graded, &listed])?;
        let one = Entry {
            id: "e1".to_owned(),
            hazard: "h1".into(),
            kind: Kind::TownListed,
            step: Step::Deadline,
            on: day("2026-09-02"),
            due_on: Some(day("2026-09-30")),
            body: String::new(),
            document_no: String::new(),
            text: String::new(),
            by: "a".into(),
            recorded_at: at(30),
        };
        let mut tx = db.write(&town()).await?;
        tx.save_step(&second, &graded).await?;
        tx.save_step(&third, &listed).await?;
        tx.insert_docket_entry(&one).await?;
        tx.commit(audit("h1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.docket_hazards(&everything(), 9).await?, vec!["h1".into()]);
        assert_eq!(read.docket_hazards(&below(&["t/v2"]), 9).await?, vec![], "the next village");
        assert_eq!(read.docket_entries(&"h1".into()).await?, vec![one]);
        assert_eq!(read.docket_entries(&"h2".into()).await?, vec![]);
        assert!(read.verify().await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_body_signs_a_visit_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let signed = |id: &str, org: &str| SignatureRecord {
            id: id.to_owned(),
            inspection: "v1".into(),
            org: org.into(),
            person: "a".into(),
            text: "同意".to_owned(),
            recorded_at: at(1),
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_inspection_signature(&signed("s1", "police")).await?;
        tx.insert_inspection_signature(&signed("s2", "economy")).await?;
        tx.commit(audit("v1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(tx.insert_inspection_signature(&signed("s3", "police")).await.is_err(), "twice");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let found = read.inspection_signatures(&["v1".into(), "v2".into()]).await?;
        assert_eq!(found, vec![signed("s1", "police"), signed("s2", "economy")]);
        assert_eq!(read.inspection_signatures(&[]).await?, vec![]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn risks_and_trades_are_read_back_and_stepped_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let risk = Risk {
            id: "r1".into(),
            org: "economy".into(),
            code: "H01.1".to_owned(),
            places: ["a".into(), "b".into(), "c".into()].into(),
            identified_on: day("2026-09-01"),
            notice_by: day("2026-09-15"),
            notice: None,
            stage: RiskStage::Identified,
            said: String::new(),
        };
        let recorded_by = "某人".to_owned();
        let mut risk =
            SectorRiskRecord { risk, recorded_by: recorded_by.clone(), version: 1, recorded_at: at(1) };
        let ruling = Ruling {
            id: "t1".into(),
            trade: "剧本娱乐".to_owned(),
            like: String::new(),
            appeared_on: day("2026-09-01"),
            decided: None,
            void: None,
        };
        let mut ruling = SectorRulingRecord { ruling, recorded_by, version: 1, recorded_at: at(1) };
        let mut tx = db.write(&town()).await?;
        tx.insert_sector_risk(&risk).await?;
        tx.insert_sector_ruling(&ruling).await?;
        tx.commit(audit("r1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.sector_risks().await?, vec![risk.clone()]);
        assert_eq!(read.sector_ruling(&"t1".into()).await?, Some(ruling.clone()));
        assert_eq!(read.sector_risk(&"t1".into()).await?, None);
        drop(read);

        let stale = (risk.clone(), ruling.clone());
        risk.risk.stage = RiskStage::Void;
        ruling.ruling.decided = Some(Decided {
            lead: "economy".into(),
            on: day("2026-09-02"),
            document_no: "1".to_owned(),
            reason: "相近".to_owned(),
            by: "a".into(),
            recorded_at: at(2),
        });
        let mut tx = db.write(&town()).await?;
        tx.update_sector_risk(&risk).await?;
        tx.update_sector_ruling(&ruling).await?;
        tx.commit(audit("r1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_sector_risk(&stale.0).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_sector_ruling(&stale.1).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.sector_risks().await?[0].version, 2);
        assert!(read.sector_rulings().await?[0].ruling.decided.is_some());
        assert!(read.verify().await?.findings.is_empty());
        Ok(())
    })
    .await
}
