//! The contract of devices and signals, once on SQLite and once on PostgreSQL: names they go by, silence, secrets, bytes
//! that are kept once, signals within their scope, and what the board takes from them.

use std::collections::{BTreeMap, BTreeSet};

use domain::device::{Device, DeviceKind, DeviceState, HeardSpan, Link, Provider};
use domain::facility::Bounds;
use domain::ids::{DeviceId, TownCode};
use domain::signal::{Signal, SignalKind, SignalSource, Trust};
use domain::time::Timestamp;
use store::device::{DeviceFilter, DeviceRecord, HeardRecord, link_key};
use store::signal::{RawSignal, SignalFilter, SignalRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn audit(kind: &'static str, id: &str) -> Audit {
    entry("test.write", kind, id, Timestamp(0))
}

fn link(address: &str) -> Link {
    Link { provider: Provider::Gb26875, address: address.to_owned() }
}

fn device(id: &str, path: &str) -> DeviceRecord {
    let device = Device {
        id: id.into(),
        code: format!("SB-{id}"),
        name: format!("{id} 100% 堂屋"),
        kind: DeviceKind::SmokeDetector,
        model: "某厂 A1".to_owned(),
        owner: "village".into(),
        place: Some("p1".into()),
        facility: None,
        territory: path.rsplit('/').next().unwrap_or_default().into(),
        address: String::new(),
        position: Some([105.87, 29.26]),
        links: BTreeSet::from([link(id)]),
        networks: BTreeSet::new(),
        broker: false,
        heartbeat_s: Some(60),
        misses: 3,
        installed_on: None,
        test: None,
        retired: None,
        void: None,
    };
    DeviceRecord {
        device,
        path: path.to_owned(),
        voided_at: None,
        has_secret: false,
        version: 1,
        recorded_at: Timestamp(5),
        recorded_by: "某人".to_owned(),
    }
}

fn raw(id: &str, mark: &str, at: i64) -> RawSignal {
    RawSignal {
        id: id.into(),
        channel: "gb26875".to_owned(),
        dialect: (at % 2 == 0).then(|| "command_sum".to_owned()),
        peer: "10.8.0.7".to_owned(),
        proof: "network".to_owned(),
        mark: mark.to_owned(),
        bytes: vec![0x40, 0x40, 0x00, 0xff],
        received_at: Timestamp(at),
        digested_at: None,
        problem: None,
    }
}

fn signal(id: &str, kind: SignalKind, trust: Trust, path: &str, at: i64) -> SignalRecord {
    let signal = Signal {
        id: id.into(),
        source: SignalSource::Device,
        device: Some("d1".into()),
        trust,
        kind,
        position: Some([105.87, 29.26]),
        place: Some("p1".into()),
        territory: Some("v1".into()),
        azimuth: None,
        occurred_at: Timestamp(at - 1),
        received_at: Timestamp(at),
        text: "火警".to_owned(),
        raw: Some("r1".into()),
        detail: BTreeMap::from([("status".to_owned(), "2".to_owned())]),
    };
    SignalRecord {
        signal,
        path: path.to_owned(),
        org: Some("village".into()),
        recorded_by: "系统".to_owned(),
    }
}

async fn add(db: &Db, record: &DeviceRecord) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    tx.insert_device(record).await?;
    Ok(tx.commit(audit("device", record.device.id.as_str()), ()).await?)
}

#[tokio::test]
async fn devices_are_found_by_what_they_are_where_and_by_the_names_they_go_by() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (one, two) = (device("d1", "t/v1"), device("d2", "t/v2"));
        add(&db, &one).await?;
        add(&db, &two).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.device(&"d1".into(), &everything()).await?, Some(one.clone()));
        assert!(read.device(&"d1".into(), &below(&["t/v2"])).await?.is_none());
        assert_eq!(read.device_with_code("SB-d2").await?, Some(two.clone()));
        let all = DeviceFilter::default;
        let mut found = async |filter: DeviceFilter| -> anyhow::Result<Vec<String>> {
            let rows = read.devices(&everything(), &filter, None, 10).await?;
            assert_eq!(read.device_count(&everything(), &filter).await?, rows.len() as i64);
            Ok(rows.into_iter().map(|one| one.device.id.to_string()).collect())
        };
        assert_eq!(found(all()).await?, ["d1", "d2"]);
        assert_eq!(found(DeviceFilter { path: Some("t/v1".to_owned()), ..all() }).await?, ["d1"]);
        assert_eq!(found(DeviceFilter { text: Some("D2 100%".to_owned()), ..all() }).await?, ["d2"]);
        assert_eq!(found(DeviceFilter { owners: vec!["other".to_owned()], ..all() }).await?.len(), 0);
        assert_eq!(found(DeviceFilter { place: Some("p1".to_owned()), ..all() }).await?.len(), 2);
        assert_eq!(found(DeviceFilter { facility: Some("f".to_owned()), ..all() }).await?.len(), 0);
        assert_eq!(found(DeviceFilter { kinds: Some("camera".to_owned()), ..all() }).await?.len(), 0);
        let box_at = |west: f64| Bounds { west, south: 29.0, east: west + 0.5, north: 30.0 };
        assert_eq!(found(DeviceFilter { within: Some(box_at(105.5)), ..all() }).await?.len(), 2);
        assert_eq!(found(DeviceFilter { within: Some(box_at(106.5)), ..all() }).await?.len(), 0);
        assert_eq!(read.devices(&everything(), &all(), Some("SB-d1"), 10).await?.len(), 1);
        assert_eq!(read.devices(&of_org("village"), &all(), None, 10).await?.len(), 2);
        let keys = [link_key(&link("d1")), link_key(&link("nobody"))];
        let known = read.devices_by_link(&keys).await?;
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [("gb26875:d1".to_owned(), one.clone())]);
        drop(read);

        // Two devices never go by one name, and one out of use goes by none.
        let mut twin = device("d3", "t/v1");
        twin.device.links = one.device.links.clone();
        assert!(add(&db, &twin).await.is_err());
        let mut gone = one.clone();
        gone.device = gone.device.retire(day("2026-03-01"), "拆除")?;
        let mut tx = db.write(&town()).await?;
        tx.save_device(&gone).await?;
        assert!(matches!(tx.save_device(&gone).await, Err(Error::Conflict { .. })), "a stale version");
        tx.save_device_secret(&"d1".into(), 2, "hush").await?;
        tx.commit(audit("device", "d1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert!(read.devices_by_link(&keys).await?.is_empty());
        assert_eq!(read.device_secret(&"d1".into()).await?.as_deref(), Some("hush"));
        assert_eq!(read.device_secret(&"d2".into()).await?, None);
        assert_eq!(read.device_count(&everything(), &all()).await?, 1);
        let with_retired = DeviceFilter { with_retired: true, ..all() };
        assert_eq!(read.device_count(&everything(), &with_retired).await?, 2);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_is_not_heard_in_time_has_gone_silent() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        add(&db, &device("d1", "t/v1")).await?;
        add(&db, &device("d2", "t/v1")).await?;
        let span = |device: &str| HeardRecord {
            id: format!("{device}-1"),
            device: device.into(),
            span: HeardSpan { from: Timestamp(0), to: None },
            version: 1,
        };
        let heard = |at, faults: &[SignalKind]| DeviceState {
            heard_at: Some(Timestamp(at)),
            faults: faults.iter().copied().collect(),
            ..DeviceState::default()
        };
        let states = |at| -> BTreeMap<DeviceId, DeviceState> {
            [("d1".into(), heard(at, &[])), ("d2".into(), heard(50_000, &[SignalKind::MainPower]))].into()
        };
        let never = async || {
            let found = db.read(&town()).await?.never_heard().await?;
            anyhow::Ok(found.into_iter().map(|one| one.device.id.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(never().await?, ["d1", "d2"]);
        let mut tx = db.write(&town()).await?;
        tx.insert_device_span(&span("d1")).await?;
        tx.insert_device_span(&span("d2")).await?;
        tx.save_device_states(&states(0)).await?;
        tx.save_device_states(&states(100_000)).await?;
        tx.commit(audit("device", "d1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let known = read.device_states(&["d1", "d2", "nobody"]).await?;
        assert_eq!(known.len(), 2);
        assert_eq!(never().await?, Vec::<String>::new());
        assert_eq!(known.get("d1"), Some(&heard(100_000, &[])));
        assert_eq!(read.open_spans(&["d1", "d2"]).await?.len(), 2);
        // Three beats of a minute.
        assert_eq!(read.gone_silent(Timestamp(230_000)).await?, []);
        let gone = read.gone_silent(Timestamp(230_001)).await?;
        assert_eq!(gone, [(span("d2"), Timestamp(230_000))]);
        let at = |now| DeviceFilter { silent_at: Some(Timestamp(now)), ..DeviceFilter::default() };
        assert_eq!(read.device_count(&everything(), &at(230_000)).await?, 0);
        assert_eq!(read.device_count(&everything(), &at(230_001)).await?, 1);
        assert_eq!(read.device_count(&everything(), &at(280_001)).await?, 2);
        let troubled = DeviceFilter { troubled: true, ..DeviceFilter::default() };
        assert_eq!(read.device_count(&everything(), &troubled).await?, 1);
        drop(read);
        let mut tx = db.write(&town()).await?;
        tx.end_device_span(&span("d2"), Timestamp(230_000)).await?;
        tx.commit(audit("device", "d2"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.gone_silent(Timestamp(280_000)).await?, []);
        let spans = read.device_spans(&"d2".into()).await?;
        assert_eq!(spans.first().and_then(|one| one.span.to), Some(Timestamp(230_000)));
        // Spans that reach into a time: what ended as it begins is none of it, what goes on is.
        let within = read.device_spans_between(Timestamp(230_000), Timestamp(900_000)).await?;
        assert_eq!(within.keys().map(|id| id.as_str()).collect::<Vec<_>>(), ["d1"]);
        assert_eq!(read.device_spans_between(Timestamp(0), Timestamp(1)).await?.len(), 2);
        assert!(read.device_spans_between(Timestamp(-9), Timestamp(0)).await?.is_empty());
        // Who was heard since then goes by these names.
        assert_eq!(read.links_heard_since(Timestamp(50_001)).await?, [link_key(&link("d1"))]);
        assert_eq!(read.links_heard_since(Timestamp(50_000)).await?.len(), 2);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn bytes_are_kept_once_and_signals_are_read_within_their_scope() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let many: Vec<RawSignal> =
            (0..150).map(|n| raw(&format!("r{n}"), &format!("m{}", n / 2), n)).collect();
        let mut tx = db.write(&town()).await?;
        let kept = tx.keep_raw_signals(&many).await?;
        assert_eq!(kept.len(), 75, "every second one was a copy");
        assert_eq!(tx.keep_raw_signals(&[raw("again", "m0", 9)]).await?, []);
        tx.commit_machinery().await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.raw_signal(&"r0".into()).await?, Some(raw("r0", "m0", 0)));
        let known = read.raw_marks_kept(&["m0", "m74", "m75"]).await?;
        assert_eq!(known.into_iter().collect::<Vec<_>>(), ["m0", "m74"]);
        let waiting = read.raw_signals_waiting(3).await?;
        assert_eq!(waiting.iter().map(|raw| raw.id.as_str()).collect::<Vec<_>>(), ["r0", "r2", "r4"]);
        drop(read);
        let mut tx = db.write(&town()).await?;
        let read_now: Vec<_> = waiting.iter().map(|raw| (raw.id.clone(), None)).collect();
        assert_eq!(tx.claim_raw_signals(Timestamp(99), 3).await?, waiting);
        tx.raw_signals_digested(&read_now, Timestamp(99)).await?;
        let again = tx.raw_signals_digested(&read_now, Timestamp(99)).await;
        assert!(matches!(again, Err(Error::Conflict { table: "raw_signal", .. })), "read once: {again:?}");
        tx.raw_signals_digested(&[("r6".into(), Some("frame.checksum".to_owned()))], Timestamp(99)).await?;
        // A village's box owes the town what it kept, the oldest first, until the town has it.
        let owed: Vec<_> = kept.iter().take(3).cloned().collect();
        tx.owe_relay(&owed, Timestamp(7)).await?;
        assert_eq!((tx.relay_count().await?, tx.relay_owed(2).await?.len()), (3, 2));
        tx.relay_told(&owed[..2], Timestamp(8)).await?;
        let left = tx.relay_owed(9).await?;
        assert_eq!(left.iter().map(|one| &one.id).collect::<Vec<_>>(), [&owed[2]]);
        let same = tx.raw_signal_with_mark("m0").await?;
        assert_eq!(same.map(|one| one.id.to_string()).as_deref(), Some("r0"));
        assert_eq!(tx.raw_signal_with_mark("m999").await?, None);
        let alarm = signal("s1", SignalKind::FireAlarm, Trust::Bound, "t/v1", 10);
        let mut fault = signal("s2", SignalKind::Fault, Trust::Open, "t/v2", 10);
        fault.signal.raw = Some("r0".into());
        fault.signal.detail.insert("sha256".to_owned(), store::seal::sha256(&many[0].bytes));
        let last = signal("s3", SignalKind::FireAlarm, Trust::Open, "t/v1", 11);
        tx.insert_signals(&[alarm.clone(), fault.clone(), last.clone()]).await?;
        tx.commit(audit("signal", "s1"), ()).await?;

        let mut read = db.read(&town()).await?;
        assert_eq!(read.raw_signals_waiting(100).await?.len(), 71);
        let counts = read.raw_signal_counts(Timestamp(0)).await?;
        assert_eq!(counts.get(&("gb26875".to_owned(), "frame.checksum".to_owned())), Some(&1));
        assert_eq!(counts.get(&("gb26875".to_owned(), String::new())), Some(&74));
        assert_eq!(read.signal(&"s1".into(), &everything()).await?, Some(alarm));
        assert!(read.signal(&"s1".into(), &below(&["t/v2"])).await?.is_none());
        let all = SignalFilter::default;
        let ids = |rows: Vec<SignalRecord>| rows.into_iter().map(|one| one.signal.id.0).collect::<Vec<_>>();
        assert_eq!(ids(read.signals(&everything(), &all(), None, 10).await?), ["s3", "s2", "s1"]);
        let after = Some((Timestamp(10), "s2"));
        assert_eq!(ids(read.signals(&everything(), &all(), after, 10).await?), ["s1"]);
        let mut count = async |filter: SignalFilter| read.signal_count(&everything(), &filter).await;
        assert_eq!(count(SignalFilter { kinds: Some("fire_alarm,smoke".to_owned()), ..all() }).await?, 2);
        assert_eq!(count(SignalFilter { trust: Some("open".to_owned()), ..all() }).await?, 2);
        assert_eq!(count(SignalFilter { sources: Some("cap".to_owned()), ..all() }).await?, 0);
        assert_eq!(count(SignalFilter { path: Some("t/v1".to_owned()), ..all() }).await?, 2);
        assert_eq!(count(SignalFilter { from: Some(Timestamp(11)), ..all() }).await?, 1);
        assert_eq!(count(SignalFilter { until: Some(Timestamp(11)), ..all() }).await?, 2);
        assert_eq!(count(SignalFilter { device: Some("d2".to_owned()), ..all() }).await?, 0);
        assert_eq!(count(SignalFilter { place: Some("p1".to_owned()), ..all() }).await?, 3);
        let by_device = read.signals_by_device(&everything(), &all()).await?;
        assert_eq!(by_device.get(&("d1".to_owned(), "fire_alarm".to_owned())), Some(&2));
        assert_eq!(read.verify().await?.findings, []);
        drop(read);
        // Somebody with the database's own tools: one bit of what the device sent, and then all of it.
        for (attack, code) in [
            ("UPDATE raw_signal SET bytes = 'QEAA/g' WHERE id = 'r0'", "audit.row_changed"),
            ("DELETE FROM raw_signal WHERE id = 'r0'", "audit.row_gone"),
        ] {
            crate::contract::run(&db, attack.to_owned()).await?;
            let found = db.read(&town()).await?.verify().await?.findings;
            let found: Vec<_> = found.iter().map(|one| (one.code, one.place.as_str())).collect();
            assert_eq!(found, [(code, "raw_signal r0")], "{attack}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_place_is_protected_by_what_was_heard_when_the_day_began() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let at = |id: &str, place: &str, kind: DeviceKind, heartbeat_s: Option<u32>| {
            let mut one = device(id, "t/v1");
            one.device = Device { kind, heartbeat_s, place: Some(place.into()), ..one.device };
            one
        };
        let smoke = DeviceKind::SmokeDetector;
        for one in [
            at("d1", "p1", smoke, Some(60)),
            at("d2", "p1", DeviceKind::SimpleSprinkler, None),
            at("d3", "p2", smoke, Some(60)),
            at("d4", "p3", smoke, Some(60)),
        ] {
            add(&db, &one).await?;
        }
        let dawn = Timestamp::start_of(day("2026-09-21"));
        let span = |device: &str, to: Option<i64>| HeardRecord {
            id: format!("{device}-1"),
            device: device.into(),
            span: HeardSpan { from: dawn.plus_ms(-60_000), to: to.map(|ms| dawn.plus_ms(ms)) },
            version: 1,
        };
        let mut tx = db.write(&town()).await?;
        for record in [span("d1", None), span("d3", Some(-1)), span("d4", Some(1))] {
            tx.insert_device_span(&record).await?;
        }
        let ill = DeviceState { heard_at: Some(dawn), shielded: true, ..DeviceState::default() };
        tx.save_device_states(&BTreeMap::from([(DeviceId::from("d4"), ill)])).await?;
        tx.commit(audit("device", "d1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let places = ["p1", "p2", "p3"].map(Into::into);
        let signs = read.place_signs(&places, day("2026-09-21")).await?;
        let of = |id: &str| -> Vec<String> {
            let sign = signs.get(&id.into()).map(|sign| sign.protections.clone()).unwrap_or_default();
            sign.iter().map(ToString::to_string).collect()
        };
        assert_eq!(of("p1"), ["simple_sprinkler", "smoke_detector"]);
        assert_eq!(of("p2"), Vec::<String>::new(), "silent before the day began");
        assert_eq!(of("p3"), Vec::<String>::new(), "heard, and shielded");
        let mut touched = read.places_touched_after(0).await?;
        touched.sort();
        assert_eq!(touched, places);
        Ok(())
    })
    .await
}
