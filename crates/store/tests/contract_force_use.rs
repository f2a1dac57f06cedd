//! The contract of what forces and services do: contracts, drills, call tests and sorties, once on SQLite and once on
//! PostgreSQL.

use domain::call_test::{Answer, CallStation, CallTest, Channel, Member};
use domain::contract::{Contract, Deliverable, State};
use domain::drill::{Drill, Held, State as DrillState, Whose};
use domain::ids::TownCode;
use domain::sortie::{Incident, Sortie};
use domain::time::Timestamp;
use store::call_test::{CallStationRecord, CallTestRecord};
use store::contract::{ContractFilter, ContractRecord};
use store::drill::{DrillFilter, DrillRecord};
use store::sortie::SortieRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(object_kind: &'static str, id: &str) -> Audit {
    entry("test.write", object_kind, id, NOW)
}

fn contract(id: &str, provider: &str, path: &str, from: &str, until: &str) -> ContractRecord {
    ContractRecord {
        contract: Contract {
            id: id.into(),
            kind: "third_party".to_owned(),
            title: format!("{id} 评估服务"),
            number: String::new(),
            provider: provider.into(),
            path: path.to_owned(),
            what: "评估".to_owned(),
            amount_fen: 100,
            signed_on: day(from),
            from: day(from),
            until: day(until),
            deliverables: vec![Deliverable::owed("报告", day(until))],
            files: Vec::new(),
            state: State::Signed,
        },
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn contracts_are_found_by_scope_day_and_provider_and_a_stale_step_is_a_conflict() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in [
            contract("c1", "co-a", "t/v1", "2026-01-01", "2026-06-30"),
            contract("c2", "co-a", "t/v2", "2026-03-01", "2026-12-31"),
            contract("c3", "co-b", "t", "2026-07-01", "2026-12-31"),
        ] {
            tx.insert_contract(&one).await?;
        }
        tx.commit(audit("contract", "c1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<ContractRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.contract.id.to_string()).collect()
        };
        let all = ContractFilter::default();
        assert_eq!(ids(read.contracts(&everything(), &all, None, 10).await?), ["c3", "c2", "c1"]);
        let after = Some((day("2026-03-01"), "c2".into()));
        assert_eq!(ids(read.contracts(&everything(), &all, after, 10).await?), ["c1"]);
        assert_eq!(ids(read.contracts(&below(&["t/v1"]), &all, None, 10).await?), ["c1"]);
        assert_eq!(ids(read.contracts(&of_org("co-a"), &all, None, 10).await?), ["c2", "c1"]);
        let on = |text: &str| ContractFilter { running_on: Some(day(text)), ..ContractFilter::default() };
        assert_eq!(ids(read.contracts(&everything(), &on("2026-06-30"), None, 10).await?), ["c2", "c1"]);
        assert_eq!(ids(read.contracts(&everything(), &on("2026-07-01"), None, 10).await?), ["c3", "c2"]);
        assert!(read.contract(&"c2".into(), &below(&["t/v1"])).await?.is_none());
        assert_eq!(read.contracts_of(&"co-a".into()).await?.len(), 2);
        let mut ended = read.contract(&"c2".into(), &everything()).await?.expect("kept");
        drop(read);
        ended.contract = ended.contract.end(day("2026-05-31"), "人员不到位", day("2026-05-30"))?;
        let mut tx = db.write(&town()).await?;
        tx.update_contract(&ended).await?;
        tx.commit(audit("contract", "c2"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(
            matches!(tx.update_contract(&ended).await, Err(Error::Conflict { .. })),
            "read before the step"
        );
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(ids(read.contracts(&everything(), &on("2026-06-30"), None, 10).await?), ["c1"], "ended");
        let verified = read.verify().await?;
        assert_eq!((verified.findings.len(), verified.rows), (0, 3));
        Ok(())
    })
    .await
}

fn drill(id: &str, org: &str, path: &str, due: &str) -> DrillRecord {
    DrillRecord {
        drill: Drill {
            id: id.into(),
            title: format!("{id} 疏散演练"),
            scenario: "evacuation".to_owned(),
            subject_kind: Whose::Village,
            subject: "v1".to_owned(),
            org: org.into(),
            path: path.to_owned(),
            place: None,
            script: "假定起火".to_owned(),
            due_on: day(due),
            announced: false,
            state: DrillState::Planned,
        },
        reported_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn drills_are_found_by_scope_state_and_lateness() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in [
            drill("d1", "office", "t", "2026-06-30"),
            drill("d2", "village", "t/v1", "2026-07-31"),
            drill("d3", "village", "t/v2", "2026-08-31"),
        ] {
            tx.insert_drill(&one).await?;
        }
        tx.commit(audit("drill", "d1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let mut first = read.drill(&"d1".into(), &everything()).await?.expect("kept");
        assert!(read.drill(&"d1".into(), &below(&["t/v1"])).await?.is_none());
        drop(read);
        let held = Held {
            on: day("2026-06-20"),
            present: 12,
            marks: Vec::new(),
            text: String::new(),
            photos: Vec::new(),
        };
        first.drill = first.drill.hold(held, true, day("2026-06-20"))?;
        first.reported_at = Some(NOW);
        let mut tx = db.write(&town()).await?;
        tx.update_drill(&first).await?;
        tx.commit(audit("drill", "d1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_drill(&first).await, Err(Error::Conflict { .. })), "read before the step");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<DrillRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.drill.id.to_string()).collect()
        };
        let all = DrillFilter::default();
        assert_eq!(ids(read.drills(&everything(), &all, None, 10).await?), ["d3", "d2", "d1"]);
        let after = Some((day("2026-07-31"), "d2".into()));
        assert_eq!(ids(read.drills(&everything(), &all, after, 10).await?), ["d1"]);
        assert_eq!(ids(read.drills(&below(&["t/v2"]), &all, None, 10).await?), ["d3"]);
        assert_eq!(ids(read.drills(&of_org("village"), &all, None, 10).await?), ["d3", "d2"]);
        let late = DrillFilter { overdue_as_of: Some(day("2026-08-01")), ..DrillFilter::default() };
        assert_eq!(ids(read.drills(&everything(), &late, None, 10).await?), ["d2"], "one was held");
        let held = DrillFilter { state: Some("held".to_owned()), ..DrillFilter::default() };
        assert_eq!(ids(read.drills(&everything(), &held, None, 10).await?), ["d1"]);
        assert_eq!(read.drill(&"d1".into(), &everything()).await?.and_then(|one| one.reported_at), Some(NOW));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

fn called(id: &str, test: &str, force: &str, path: &str) -> CallStationRecord {
    CallStationRecord {
        station: CallStation {
            id: id.to_owned(),
            test: test.into(),
            force: force.into(),
            members: vec![Member { person: "p".into(), answer: None }],
        },
        org: "village".into(),
        path: path.to_owned(),
        place: None,
        version: 1,
        recorded_at: NOW,
    }
}

fn call(id: &str, after_s: i64) -> CallTestRecord {
    CallTestRecord {
        test: CallTest {
            id: id.into(),
            note: "月度".to_owned(),
            started_at: NOW.plus_ms(after_s * 1_000),
            within_s: 60,
            closed_at: None,
        },
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn a_call_test_is_seen_by_whose_station_it_called() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for (test, stations) in [
            (call("t1", 0), vec![called("s1", "t1", "f1", "t/v1"), called("s2", "t1", "f2", "t/v2")]),
            (call("t2", 100), vec![called("s3", "t2", "f1", "t/v1")]),
        ] {
            tx.insert_call_test(&test).await?;
            for one in stations {
                tx.insert_call_station(&one).await?;
            }
        }
        tx.commit(audit("call_test", "t1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<CallTestRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.test.id.to_string()).collect()
        };
        assert_eq!(ids(read.call_tests(&everything(), false, None, 10).await?), ["t2", "t1"]);
        assert_eq!(ids(read.call_tests(&below(&["t/v2"]), false, None, 10).await?), ["t1"]);
        let after = Some((NOW.plus_ms(100_000), "t2".into()));
        assert_eq!(ids(read.call_tests(&everything(), false, after, 10).await?), ["t1"]);
        assert!(read.call_test(&"t2".into(), &below(&["t/v2"])).await?.is_none());
        let seen = read.call_stations(&"t1".into(), &below(&["t/v2"])).await?;
        assert_eq!(seen.iter().map(|one| one.station.id.as_str()).collect::<Vec<_>>(), ["s2"]);
        let all = read.calls_since(&everything(), NOW).await?;
        let of: Vec<_> =
            all.iter().map(|(test, one)| (test.test.id.as_str(), one.station.id.as_str())).collect();
        assert_eq!(of, [("t1", "s1"), ("t1", "s2"), ("t2", "s3")]);
        assert_eq!(read.calls_since(&below(&["t/v1"]), NOW.plus_ms(1)).await?.len(), 1);

        let mut test = read.call_test(&"t1".into(), &everything()).await?.expect("kept");
        let mut one = read.call_stations(&"t1".into(), &everything()).await?.remove(0);
        drop(read);
        let answer = Answer { at: NOW, channel: Channel::Radio, recorded_by: "q".into() };
        one.station = one.station.answer(&test.test, &"p".into(), answer, NOW)?;
        test.test = test.test.close(NOW)?;
        let mut tx = db.write(&town()).await?;
        tx.update_call_station(&one).await?;
        tx.update_call_test(&test).await?;
        tx.commit(audit("call_test", "t1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(
            matches!(tx.update_call_station(&one).await, Err(Error::Conflict { .. })),
            "read before the step"
        );
        assert!(
            matches!(tx.update_call_test(&test).await, Err(Error::Conflict { .. })),
            "read before the step"
        );
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(ids(read.call_tests(&everything(), true, None, 10).await?), ["t2"], "still running");
        let kept = read.call_stations(&"t1".into(), &everything()).await?;
        assert_eq!(kept.iter().map(|one| one.station.answered()).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

fn sortie(id: &str, force: &str, path: &str, after_s: i64) -> SortieRecord {
    let at = NOW.plus_ms(after_s * 1_000);
    SortieRecord {
        sortie: Sortie {
            id: id.into(),
            force: force.into(),
            incident: Incident::FalseAlarm,
            site: "老街".to_owned(),
            place: None,
            called_by: String::new(),
            called_at: at,
            told_119_at: None,
            not_told: String::new(),
            left_at: at,
            arrived_at: None,
            back_at: at,
            crew: vec!["p".into()],
            used: Vec::new(),
            text: "误报".to_owned(),
            hazards: Vec::new(),
            void: None,
        },
        org: "village".into(),
        path: path.to_owned(),
        serves: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn sorties_are_listed_newest_first_by_scope_and_station() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in
            [sortie("o1", "f1", "t/v1", 0), sortie("o2", "f2", "t/v2", 10), sortie("o3", "f1", "t/v1", 20)]
        {
            tx.insert_sortie(&one).await?;
        }
        tx.commit(audit("sortie", "o1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<SortieRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.sortie.id.to_string()).collect()
        };
        assert_eq!(ids(read.sorties(&everything(), None, None, 10).await?), ["o3", "o2", "o1"]);
        assert_eq!(ids(read.sorties(&everything(), Some(&"f1".into()), None, 10).await?), ["o3", "o1"]);
        assert_eq!(ids(read.sorties(&below(&["t/v2"]), None, None, 10).await?), ["o2"]);
        let after = Some((NOW.plus_ms(10_000), "o2".into()));
        assert_eq!(ids(read.sorties(&everything(), None, after, 10).await?), ["o1"]);
        assert!(read.sortie(&"o1".into(), &below(&["t/v2"])).await?.is_none());
        let mut first = read.sortie(&"o1".into(), &everything()).await?.expect("kept");
        drop(read);
        first.sortie = first.sortie.void(NOW, "录重了")?;
        let mut tx = db.write(&town()).await?;
        tx.update_sortie(&first).await?;
        tx.commit(audit("sortie", "o1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(
            matches!(tx.update_sortie(&first).await, Err(Error::Conflict { .. })),
            "read before the step"
        );
        drop(tx);
        let mut read = db.read(&town()).await?;
        let kept = read.sortie(&"o1".into(), &everything()).await?.expect("kept");
        assert_eq!(kept.sortie.void, Some((NOW, "录重了".to_owned())), "it stays on record");
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}
