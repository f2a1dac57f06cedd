//! The contract of incidents and orders, once on SQLite and once on PostgreSQL: rows read back as they were written,
//! filters, a stale step, events and signs that only grow, what is open and whose.

use std::collections::BTreeMap;

use domain::dispatch::{Dispatch, State};
use domain::geometry::Bounds;
use domain::ids::TownCode;
use domain::incident::join::{Bearing, Heard, Mask};
use domain::incident::stranger::Stranger;
use domain::incident::watch::{Step, Watch};
use domain::incident::{Act, Event, Incident, Kind, Sign, Source, Stage, Stamp};
use domain::time::Timestamp;
use store::dispatch::DispatchRecord;
use store::incident::{IncidentFilter, IncidentRecord, MaskRecord, Sought};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn at(s: i64) -> Timestamp {
    Timestamp::start_of(day("2026-09-01")).plus_ms(s * 1_000)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "incident", id, at(0))
}

fn incident(id: &str, path: &str, s: i64) -> anyhow::Result<IncidentRecord> {
    let sign = Sign {
        source: Source::Device,
        kind: Kind::Building,
        place: Some(format!("place-{id}").as_str().into()),
        territory: path.rsplit('/').next().unwrap_or_default().into(),
        address: format!("{id} 100% 号"),
        at: Some([105.87, 29.26]),
        error_m: Some(12.5),
        text: "感烟报警".to_owned(),
        called_by: String::new(),
        bound: true,
        came_at: at(s),
    };
    Ok(IncidentRecord {
        incident: Incident::open(id.into(), format!("JQ-{id}"), sign, "system".into(), at(s))?,
        caller_phone: "13800001234".to_owned(),
        path: path.to_owned(),
        org: Some("dept".into()),
        version: 1,
        recorded_at: at(s),
        recorded_by: "系统".to_owned(),
    })
}

fn heard(s: i64) -> Heard {
    Heard {
        signal: Some(format!("s{s}")),
        source: Source::Camera,
        says: "烟".to_owned(),
        from: "一号摄像机".to_owned(),
        bound: true,
        restored: false,
        came_at: at(s),
        at: None,
        bearing: Some(Bearing {
            pose: "a".to_owned(),
            from: [105.8, 29.2],
            azimuth_deg: 30.0,
            spread_deg: 1.0,
        }),
        why: vec!["同一场所".to_owned()],
        sender: "a".to_owned(),
        address: String::new(),
        phone: String::new(),
    }
}

fn event(record: &IncidentRecord, seq: i64, act: Act, s: i64) -> Event {
    Event {
        seq,
        act,
        at: at(s),
        recorded_at: at(s),
        by: "p".into(),
        text: String::new(),
        stage: record.incident.stage,
    }
}

async fn add(db: &Db, record: &IncidentRecord) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    let id = record.incident.id.as_str();
    let sign = heard(0);
    tx.insert_incident(record, &event(record, 1, Act::Open, 0), (&format!("{id}-0"), &sign)).await?;
    Ok(tx.commit(audit(id), ()).await?)
}

/// Around where every incident here lies, within this time.
fn sought(from_s: i64, to_s: i64) -> Sought {
    let area = Bounds { west: 105.86, south: 29.25, east: 105.88, north: 29.27 };
    Sought { between: (at(from_s), at(to_s)), place: None, area: Some(area), sender: None }
}

#[tokio::test]
async fn what_a_sign_may_be_of_is_found_by_place_area_camera_and_sender() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let plain = |sender: &str| Heard { bearing: None, sender: sender.to_owned(), ..heard(0) };
        // One here, one far off, one nobody knows where, one a camera saw.
        let here = incident("here", "t/v1", 0)?;
        let mut far = incident("far", "t/v1", 10)?;
        far.incident.at = Some([105.95, 29.40]);
        let mut nowhere = incident("nowhere", "t/v1", 20)?;
        (nowhere.incident.at, nowhere.incident.place) = (None, None);
        let mut seen = incident("seen", "t/v1", 30)?;
        (seen.incident.at, seen.incident.place) = (None, None);
        // One here that is out: what comes much later is another.
        let mut out = incident("out", "t/v1", 0)?;
        out.incident.stage = Stage::Out;
        for (record, sign) in [
            (&here, plain("d1")),
            (&far, plain("d2")),
            (&nowhere, plain("wire 9")),
            (&seen, heard(30)),
            (&out, plain("d3")),
        ] {
            let id = record.incident.id.as_str();
            let mut tx = db.write(&town()).await?;
            let opened = event(record, 1, Act::Open, 0);
            tx.insert_incident(record, &opened, (&format!("{id}-0"), &sign)).await?;
            tx.commit(audit(id), ()).await?;
        }
        let nothing = Sought { area: None, ..sought(0, 99) };
        let mut read = db.read(&town()).await?;
        let ids = |rows: Vec<IncidentRecord>| {
            rows.into_iter().map(|one| one.incident.id.to_string()).collect::<Vec<_>>()
        };
        for (asked, wanted) in [
            (nothing.clone(), vec![]),
            (sought(0, 99), vec!["here", "out", "seen"]),
            (sought(5, 99), vec!["here", "seen"]),
            (sought(9_000, 9_999), vec!["here", "seen"]),
            (sought(0, 29), vec!["here", "out"]),
            (Sought { place: Some("place-far".into()), ..nothing.clone() }, vec!["far"]),
            (Sought { sender: Some("wire 9".to_owned()), ..nothing.clone() }, vec!["nowhere"]),
            (Sought { sender: Some("wire 8".to_owned()), ..nothing }, vec![]),
        ] {
            assert_eq!(ids(read.incidents_near(&asked).await?), wanted, "{asked:?}");
        }
        assert_eq!(ids(read.incidents_of_sender("d2", at(10)).await?), ["far"]);
        assert!(read.incidents_of_sender("d2", at(11)).await?.is_empty(), "its alarm came before");
        assert!(read.incidents_of_sender("d9", at(0)).await?.is_empty());
        // What a sender said lately, of incidents that last.
        let said = ["d1".to_owned(), "wire 9".to_owned(), "nobody".to_owned()];
        let senders = |signs: Vec<Heard>| signs.into_iter().map(|one| one.sender).collect::<Vec<_>>();
        assert_eq!(senders(read.signs_since(&said, at(0)).await?), ["d1", "wire 9"]);
        assert!(read.signs_since(&said, at(1)).await?.is_empty(), "that came before");
        assert!(read.signs_since(&[], at(0)).await?.is_empty());
        let of = ["here".into(), "seen".into(), "none".into()];
        let signs = read.incident_signals_of(&of).await?;
        assert_eq!(signs.len(), 2);
        assert_eq!(signs.get(&of[1]).map(Vec::as_slice), Some(&[heard(30)][..]));
        let before = read.effort();
        read.incident_signals_of(&of).await?;
        let after = read.effort();
        assert_eq!((after.statements - before.statements, after.rows - before.rows), (1, 2));
        assert!(read.incident_signals_of(&[]).await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn incidents_are_found_by_where_and_how_they_stand_and_a_stale_step_is_a_conflict() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (one, two) = (incident("a", "t/v1", 0)?, incident("b", "t/v2/g1", 60)?);
        let mut practice = incident("c", "t/v10", 120)?;
        practice.incident.rehearsal = true;
        for record in [&one, &two, &practice] {
            add(&db, record).await?;
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.incident(&"a".into(), &everything()).await?, Some(one.clone()));
        assert!(read.incident(&"a".into(), &below(&["t/v2"])).await?.is_none());
        let ids = |rows: Vec<IncidentRecord>| {
            rows.into_iter().map(|one| one.incident.id.to_string()).collect::<Vec<_>>()
        };
        let all = IncidentFilter::default;
        for (filter, wanted) in [
            (all(), vec!["c", "b", "a"]),
            (IncidentFilter { rehearsal: Some(false), ..all() }, vec!["b", "a"]),
            (IncidentFilter { path: Some("t/v1".to_owned()), ..all() }, vec!["a"]),
            (IncidentFilter { place: Some("place-b".into()), ..all() }, vec!["b"]),
            (IncidentFilter { text: Some("a 100%".to_owned()), ..all() }, vec!["a"]),
            (IncidentFilter { stages: Some("closed,real".to_owned()), ..all() }, vec![]),
            (IncidentFilter { unreviewed_before: Some(at(120)), ..all() }, vec!["b", "a"]),
            (
                IncidentFilter {
                    kinds: Some("building".to_owned()),
                    alarm: Some((at(30), at(120))),
                    ..all()
                },
                vec!["b"],
            ),
        ] {
            assert_eq!(ids(read.incidents(&everything(), &filter, None, 9).await?), wanted, "{filter:?}");
        }
        assert_eq!(ids(read.incidents(&of_org("dept"), &all(), None, 9).await?).len(), 3);
        assert_eq!(ids(read.incidents(&below(&["t/v2"]), &all(), None, 9).await?), ["b"]);
        assert_eq!(ids(read.incidents(&everything(), &all(), Some((at(60), "b".into())), 9).await?), ["a"]);
        assert_eq!(ids(read.live_incidents(&everything()).await?), ["b", "a"], "practice wakes nobody");
        assert_eq!(
            ids(read.incidents_near(&sought(30, 999)).await?),
            ["a", "b"],
            "one goes on whatever its last sign; nothing joins practice"
        );
        drop(read);

        let (stale, mut record) = (one.clone(), one);
        let act = Act::Join { says: "烟".to_owned(), why: vec![], bound: true, restored: false };
        record.incident = record.incident.take(&act, &"system".into(), at(90), "", at(90))?;
        let mut tx = db.write(&town()).await?;
        tx.save_incident(&record, &event(&record, 2, act, 90)).await?;
        tx.insert_incident_signal(&record.incident.id, ("a-1", &heard(90))).await?;
        tx.commit(audit("a"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let late = tx.save_incident(&stale, &event(&stale, 2, Act::Acknowledge, 91)).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let events = read.incident_events(&"a".into()).await?;
        assert_eq!(events.iter().map(|one| one.act.code()).collect::<Vec<_>>(), ["open", "join"]);
        // Once its review is on record, nobody is asked for it.
        let mut tx = db.write(&town()).await?;
        let review = Act::Review { lessons: 0 };
        let current = tx.incident(&"b".into(), &everything()).await?.expect("is there");
        tx.save_incident(&current, &event(&current, 2, review, 200)).await?;
        tx.commit(audit("b"), ()).await?;
        let mut read = db.read(&town()).await?;
        let owed = IncidentFilter { unreviewed_before: Some(at(120)), ..all() };
        assert_eq!(ids(read.incidents(&everything(), &owed, None, 9).await?), ["a"]);
        let signs = read.incident_signals(&"a".into()).await?;
        assert_eq!((signs.len(), &signs[1]), (2, &heard(90)));
        assert_eq!(
            read.incident_senders(&["a".into()], &["a", "b"]).await?,
            ["a".to_owned()].into(),
            "who spoke in it"
        );
        assert!(read.incident_senders(&["b".into()], &[]).await?.is_empty());
        assert_eq!(
            ids(read.incidents_near(&sought(70, 999)).await?),
            ["b", "a"],
            "its last sign is newer now"
        );
        drop(read);

        let mut tx = db.write(&town()).await?;
        let mut closed = tx.incident(&"b".into(), &everything()).await?.expect("is there");
        closed.incident.stage = Stage::Closed;
        tx.save_incident(&closed, &event(&closed, 3, Act::Close, 201)).await?;
        tx.commit(audit("b"), ()).await?;
        assert_eq!(ids(db.read(&town()).await?.live_incidents(&everything()).await?), ["a"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn masks_are_taken_back_and_watches_follow_each_other() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mask = Mask {
            id: "m".to_owned(),
            what: "砖厂烟囱".to_owned(),
            pose: Some("a".to_owned()),
            sector: Some((350.0, 10.0)),
            around: Some(([105.8, 29.2], 50.0)),
            void: None,
        };
        let mut record =
            MaskRecord { mask, version: 1, recorded_at: at(0), recorded_by: "周文书".to_owned() };
        let watch = |id: &str, s: i64| Watch {
            id: id.to_owned(),
            by: format!("p-{id}").as_str().into(),
            from: at(s),
            taken_from: None,
            open: vec!["a".into()],
            note: "看紧砖厂".to_owned(),
            step: Step::Offered,
            since: Some(at(0)),
            to: Some("p-next".into()),
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_incident_mask(&record).await?;
        tx.insert_watch(&watch("w1", 0)).await?;
        tx.insert_watch(&watch("w2", 60)).await?;
        tx.commit(audit("m"), ()).await?;
        assert_eq!(db.read(&town()).await?.incident_masks().await?, [record.clone()]);
        assert_eq!(db.read(&town()).await?.watches(1).await?, [watch("w2", 60)]);
        record.mask.void = Some((at(9), "烟囱已拆".to_owned()));
        let mut tx = db.write(&town()).await?;
        tx.update_incident_mask(&record).await?;
        tx.commit(audit("m"), ()).await?;
        record.version = 2;
        assert_eq!(db.read(&town()).await?.incident_masks().await?, [record]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_order_is_found_by_its_incident_by_whom_it_calls_and_while_it_is_open() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let record = incident("a", "t/v1", 0)?;
        add(&db, &record).await?;
        let order = |id: &str, person: &str, s: i64| Dispatch {
            id: id.into(),
            incident: "a".into(),
            person: person.into(),
            force: "f".into(),
            vehicle: "消防摩托车".to_owned(),
            minutes: Some(4.5),
            by_rule: String::new(),
            aid: false,
            state: State::Called,
            stamps: BTreeMap::from([(State::Called, Stamp { at: at(s), by: "duty".into() })]),
            reason: String::new(),
        };
        let mut one = DispatchRecord::to(&record, order("d1", "p1", 10), "周文书", at(10));
        let two = DispatchRecord::to(&record, order("d2", "p2", 20), "周文书", at(20));
        let mut tx = db.write(&town()).await?;
        tx.insert_dispatch(&two).await?;
        tx.insert_dispatch(&one).await?;
        tx.commit(audit("a"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.dispatch(&"d1".into()).await?, Some(one.clone()));
        assert_eq!(read.dispatches(&"a".into()).await?, [one.clone(), two.clone()]);
        assert_eq!(read.dispatches(&"other".into()).await?, []);
        assert_eq!(read.dispatches_to(&"p2".into(), 5).await?, std::slice::from_ref(&two));
        assert_eq!(read.within_scope("dispatch", &["d1"], &below(&["t/v2"])).await?, [] as [String; 0]);
        drop(read);
        one.dispatch = one.dispatch.step(State::Declined, &"p1".into(), at(30), "在外地", at(30))?;
        let stale = DispatchRecord { version: 7, ..one.clone() };
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_dispatch(&stale).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut tx = db.write(&town()).await?;
        tx.update_dispatch(&one).await?;
        tx.commit(audit("a"), ()).await?;
        assert_eq!(db.read(&town()).await?.open_dispatches().await?, [two]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_strangers_of_a_line_opened_is_found_by_it_and_each_number_stays_with_its_call()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let of = |id: &str, line: &str, s: i64| -> anyhow::Result<IncidentRecord> {
            let mut record = incident(id, "t/v1", s)?;
            record.incident.stranger =
                Some(Stranger { line: line.to_owned(), unit: id.to_owned(), senders: 1, gathered: false });
            Ok(record)
        };
        let mut practice = of("played", "wire 1", 50)?;
        practice.incident.rehearsal = true;
        for record in
            [&of("one", "wire 1", 0)?, &of("two", "wire 1", 60)?, &of("other", "wire 2", 60)?, &practice]
        {
            add(&db, record).await?;
        }
        let mut tx = db.write(&town()).await?;
        let call = |phone: &str, s: i64| Heard { phone: phone.to_owned(), ..heard(s) };
        let (first, second) = (call("13800001234", 61), call("", 62));
        tx.insert_incident_signals(&"one".into(), &[("one-1", &first), ("one-2", &second)]).await?;
        tx.insert_incident_signals(&"one".into(), &[]).await?;
        tx.commit(audit("one"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |rows: Vec<IncidentRecord>| {
            rows.into_iter().map(|one| one.incident.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(ids(read.incidents_of_line("wire 1", at(0)).await?), ["one", "two"]);
        assert_eq!(ids(read.incidents_of_line("wire 1", at(1)).await?), ["two"]);
        assert!(read.incidents_of_line("wire 3", at(0)).await?.is_empty());
        let signs = read.incident_signals(&"one".into()).await?;
        assert_eq!(signs.iter().map(|one| one.phone.as_str()).collect::<Vec<_>>(), ["", "13800001234", ""]);
        Ok(())
    })
    .await
}
