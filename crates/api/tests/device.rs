//! Stories of devices and signals: one is entered and heard, falls silent and comes back; what is pushed is kept once and
//! trusted as far as it is vouched for; practice is practice; what nobody can read is counted and holds up nothing.

use std::collections::BTreeSet;

use app::Caller;
use app::signal::push::sign;
use app::signal::{Incoming, Received, mark_of};
use axum::http::{Method, StatusCode};
use domain::device::Provider;
use domain::incident::join::Heard;
use domain::incident::{Act, Event, Incident, Kind, Sign, Source};
use domain::signal::{Signal, SignalKind, SignalSource, Trust};
use domain::time::Timestamp;
use protocol::gb26875::{Command, Frame, Object, Part, Stamp, System, Unit};
use serde_json::{Value, json};
use store::incident::IncidentRecord;
use testkit::both_databases;

use crate::common::field::add_place;
use crate::common::{Browser, Town, V1, day, shop, town};

pub(crate) const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
/// The town's clock stands at this minute in the tests.
const SOURCE: u64 = 889;

fn detector() -> Value {
    json!({ "name": "后堂感烟", "kind": "smoke_detector", "model": "某厂 A1", "owner": "village-1", "place": SHOP,
        "links": [{ "provider": "gb26875", "address": "889/1.2.0a000200" }, { "provider": "ctwing", "address": "860374051096202" },
                  { "provider": "mqtt", "address": "SN-1" }],
        "heartbeat_s": 60, "installed_on": "2026-09-01" })
}

fn gateway() -> Value {
    json!({ "name": "店内传输装置", "kind": "transmission_unit", "model": "某厂 T1", "owner": "village-1", "place": SHOP,
        "links": [{ "provider": "gb26875", "address": "889" }], "networks": ["10.8.0.0/16"], "heartbeat_s": 60 })
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// An instant as a device writes it.
fn stamp(at: Timestamp) -> Stamp {
    Stamp::parse(at.to_rfc3339().get(..19).unwrap_or_default()).unwrap_or(Stamp([0; 6]))
}

/// A detector behind the gateway says fire, bit 0 clear as real ones do.
pub(crate) fn alarm(sequence: u16, at: Timestamp) -> Frame {
    alarm_of([0x0a, 0, 2, 0], sequence, at)
}

/// The same of any part behind it.
pub(crate) fn alarm_of(address: [u8; 4], sequence: u16, at: Timestamp) -> Frame {
    let (system, part) = (System { kind: 1, address: 2 }, Part { kind: 40, address });
    let text = vec![b' '; 30];
    let object = Object::PartState(system, part, 0b10, text, stamp(at));
    Frame {
        sequence,
        version: (1, 1),
        time: stamp(at),
        source: SOURCE,
        destination: 88_888,
        command: Command::Send,
        data: Unit::of(2, vec![object]).encode(),
    }
}

pub(crate) fn incoming(peer: &str, frame: &Frame) -> Incoming {
    let number = frame.sequence.to_string();
    Incoming {
        provider: Provider::Gb26875,
        dialect: None,
        peer: peer.to_owned(),
        proof: "network".to_owned(),
        mark: mark_of(&["gb26875", peer, &number], &frame.data),
        bytes: frame.encode(),
        before: None,
        beat_of: frame.is_heartbeat().then(|| frame.source.to_string()),
        problem: None,
    }
}

pub(crate) async fn settled(fresh: &testkit::Fresh) -> anyhow::Result<(Town, Browser, Value, Value)> {
    let town = town(fresh).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    let mut clerk = town.login("clerk").await?;
    let gateway = clerk.post("/api/v1/devices", gateway()).await?.ok()?;
    let detector = clerk.post("/api/v1/devices", detector()).await?.ok()?;
    Ok((town, clerk, gateway, detector))
}

pub(crate) async fn take_in(town: &Town, messages: Vec<Incoming>) -> anyhow::Result<Received> {
    let system = Caller::system();
    let received = town.app.receive(&system, messages).await?;
    while town.app.digest_signals(&system, 500).await? > 0 {}
    Ok(received)
}

async fn signals(browser: &mut Browser, query: &str) -> anyhow::Result<Vec<Value>> {
    browser.get(&format!("/api/v1/signals?{query}")).await?.items()
}

async fn condition(browser: &mut Browser, device: &Value) -> anyhow::Result<String> {
    let page = browser.get(&format!("/api/v1/devices/{}", text(device, "id"))).await?.ok()?;
    Ok(text(&page["condition"], "code").to_owned())
}

#[tokio::test]
async fn an_alarm_is_kept_once_and_trusted_as_far_as_it_is_vouched_for() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, _, detector) = settled(&fresh).await?;
        let now = town.app.now();
        let told = incoming("10.8.3.4", &alarm(7, now));
        assert_eq!(take_in(&town, vec![told.clone()]).await?, Received { kept: 1, copies: 0 });
        assert_eq!(take_in(&town, vec![told.clone(), told]).await?, Received { kept: 0, copies: 2 });
        let found = signals(&mut clerk, "view=alarm").await?;
        let [one] = found.as_slice() else { anyhow::bail!("{found:?}") };
        assert_eq!((text(&one["kind"], "code"), text(&one["trust"], "code")), ("smoke", "bound"));
        // The first thing a device ever says brings it back and opens an incident: the watch is told of the incident.
        let changes = town.app.changes_after(&Caller::system(), 0).await?.seen;
        let told = changes
            .iter()
            .any(|one| (one.object_kind.as_str(), one.action.as_str()) == ("incident", "incident.receive"));
        assert!(told, "{changes:?}");
        assert_eq!(one["device"]["id"], detector["id"], "the detector, not its gateway");
        assert_eq!(one["place"]["id"], json!(SHOP));
        let page = clerk.get(&format!("/api/v1/signals/{}", text(one, "id"))).await?.ok()?;
        assert_eq!(page["bytes_hex"], json!(protocol::hex(&alarm(7, now).encode())));

        // The same from elsewhere, two days old, or in the name of nobody: shown, and vouched for by nobody.
        let stranger = Frame { source: 4_711, ..alarm(8, now) };
        let old = alarm(9, now.plus_ms(-2 * 24 * 3600 * 1000));
        let forged = incoming("203.0.113.9", &alarm(7, now));
        let all = vec![forged, incoming("10.8.3.4", &stranger), incoming("10.8.3.4", &old)];
        assert_eq!(take_in(&town, all).await?.kept, 3, "a forged copy does not stand in for a true one");
        let open = signals(&mut clerk, "view=alarm&trust=open").await?;
        assert_eq!(open.len(), 3);
        assert_eq!(signals(&mut clerk, "view=alarm&trust=bound").await?.len(), 1);
        let nobody: Vec<&Value> = open.iter().filter(|one| one["device"].is_null()).collect();
        assert_eq!(nobody.len(), 1);

        // What cannot be read is counted and holds up nothing.
        let mut broken = incoming("10.8.3.4", &alarm(10, now));
        broken.bytes.truncate(40);
        take_in(&town, vec![broken, incoming("10.8.3.4", &alarm(11, now))]).await?;
        assert_eq!(signals(&mut clerk, "view=alarm&trust=bound").await?.len(), 2);
        let wires = clerk.get("/api/v1/signals/wires").await?.ok()?;
        let problems: Vec<(&str, i64)> = wires["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| (text(row, "problem"), row["n"].as_i64().unwrap_or_default()))
            .collect();
        assert_eq!(
            problems,
            [
                ("", 2),
                ("frame.cut", 1),
                ("signal.clock", 1),
                ("signal.unbound", 1),
                ("signal.unknown_device", 1)
            ]
        );
        assert_eq!(wires["waiting"], json!(0));

        // How its alarms are handled: one incident, nobody has said yet what it is; then somebody has, at once.
        let own = format!("/api/v1/devices/{}", text(&detector, "id"));
        let handling = clerk.get(&own).await?.ok()?["handling"].clone();
        assert_eq!(
            (&handling["alarms"], &handling["handled"], &handling["median_s"]),
            (&json!(1), &json!(0), &Value::Null)
        );
        let screen = clerk.get("/api/v1/duty").await?.items()?;
        let burns = screen.iter().find(|one| one["place"]["id"] == json!(SHOP)).unwrap_or(&Value::Null);
        let judged = json!({ "step": "judge", "verdict": "real", "how": "telephone" });
        clerk.post(&format!("/api/v1/incidents/{}/steps", text(burns, "id")), judged).await?.ok()?;
        let handling = clerk.get(&own).await?.ok()?["handling"].clone();
        assert_eq!(
            (&handling["handled"], &handling["in_time"], &handling["median_s"]),
            (&json!(1), &json!(1), &json!(0))
        );
        // M19 of all devices: the two were heard from now on, out of the days since they should have been.
        town.clock.advance_ms(60_000);
        let figures = clerk.get("/api/v1/incidents/statistics?from=2026-09-01&to=2026-09-30").await?.ok()?;
        let all = &figures["online"][0];
        assert_eq!(
            (&all["kind"], &all["devices"], &all["minutes"]),
            (&Value::Null, &json!(2), &json!(2)),
            "{figures}"
        );
        assert!(
            all["expected_minutes"].as_i64().is_some_and(|due| due > 20 * 24 * 60),
            "since its installation: {all}"
        );
        assert_eq!(figures["online"].as_array().map(Vec::len), Some(3), "and by kind");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_storm_of_one_sender_is_one_incident_and_every_signal_is_kept() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        let now = town.app.now();
        let stranger = |n: u16| Frame { source: 4_000, ..alarm(n, now) };
        let storm = (0..60).map(|n| incoming("203.0.113.9", &stranger(n))).collect();
        take_in(&town, storm).await?;
        let other = incoming("203.0.113.10", &stranger(1));
        take_in(
            &town,
            vec![other, incoming("10.8.3.4", &alarm(1, now)), incoming("10.8.3.4", &alarm(2, now))],
        )
        .await?;
        let found = clerk.get("/api/v1/incidents?limit=100").await?.items()?;
        let mut signs: Vec<i64> =
            found.iter().map(|one| one["signals"].as_i64().unwrap_or_default()).collect();
        signs.sort_unstable();
        assert_eq!(
            signs,
            [1, 1, 1],
            "one of each sender, who says it again at once is not written down again: {found:?}"
        );
        assert_eq!(signals(&mut clerk, "view=alarm&limit=200").await?.len(), 63, "every signal is kept");
        let shop = found.iter().find(|one| one["place"]["id"] == json!(SHOP)).unwrap_or(&Value::Null);
        let page = clerk.get(&format!("/api/v1/incidents/{}", text(shop, "id"))).await?.ok()?;
        assert!(text(&page["signs"][0], "from").ends_with("后堂感烟"), "by its name: {page}");
        Ok(())
    })
    .await
}

/// An open incident a kilometre from the next, as a storm leaves them; each from a sender of its own.
async fn opened(tx: &mut store::Write, n: u32, now: Timestamp) -> anyhow::Result<()> {
    let at = [105.0 + f64::from(n % 50) / 100.0, 28.0 + f64::from(n / 50) / 100.0];
    let sign = Sign {
        source: Source::Webhook,
        kind: Kind::Unknown,
        place: None,
        territory: "500118100000".into(),
        address: String::new(),
        at: Some(at),
        error_m: None,
        text: "烟".to_owned(),
        called_by: String::new(),
        bound: false,
        came_at: now,
    };
    let id = format!("storm-{n}");
    let record = IncidentRecord {
        incident: Incident::open(id.as_str().into(), format!("JQ-S{n}"), sign, "system".into(), now)?,
        caller_phone: String::new(),
        path: "500118100000".to_owned(),
        org: None,
        version: 1,
        recorded_at: now,
        recorded_by: "系统".to_owned(),
    };
    let heard = Heard {
        signal: None,
        source: Source::Webhook,
        says: "烟".to_owned(),
        from: String::new(),
        bound: false,
        restored: false,
        came_at: now,
        at: Some(at),
        bearing: None,
        why: Vec::new(),
        sender: format!("wire {n}"),
        address: String::new(),
        phone: String::new(),
    };
    let stage = record.incident.stage;
    let (by, text) = ("system".into(), String::new());
    let event = Event { seq: 1, act: Act::Open, at: now, recorded_at: now, by, text, stage };
    Ok(tx.insert_incident(&record, &event, (&format!("{id}-0"), &heard)).await?)
}

#[tokio::test]
async fn what_is_read_for_a_signal_does_not_grow_with_what_is_open_elsewhere() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let (app, system, now) = (&town.app, Caller::system(), town.app.now());
        town.clock.advance_ms(90_000);
        let signal = |position: Option<[f64; 2]>, azimuth: Option<f64>, sender: &str| Signal {
            id: "s".into(),
            source: if azimuth.is_some() { SignalSource::Camera } else { SignalSource::Webhook },
            device: None,
            trust: Trust::Open,
            kind: SignalKind::Smoke,
            position,
            place: None,
            territory: None,
            azimuth,
            occurred_at: now,
            received_at: now.plus_ms(90_000),
            text: "烟".to_owned(),
            raw: None,
            detail: [("sender".to_owned(), sender.to_owned())].into(),
        };
        // One somewhere new, one beside what is open, one from a known sender who says not where, one a camera saw.
        let said = [
            (signal(Some([105.871, 29.268]), None, "new"), "incident.receive"),
            (signal(Some([105.0, 28.0]), None, "new"), "incident.add_sign"),
            (signal(None, None, "wire 3"), "incident.add_sign"),
            (signal(Some([105.871, 29.268]), Some(20.0), "camera"), "incident.receive"),
        ];
        let (mut open, mut efforts) = (0, Vec::new());
        for n in [10, 100, 1_000] {
            let mut tx = app.db.write(&app.town).await?;
            for n in open..n {
                opened(&mut tx, n, now).await?;
            }
            open = n;
            tx.commit(system.audit("sample.fill", "sample", "storm", now), ()).await?;
            let mut effort = Vec::new();
            for (signal, wanted) in &said {
                // Dropped: each finds what the others found.
                let mut tx = app.db.write(&app.town).await?;
                let before = tx.effort();
                let joined = app.join_signal(&system, &mut tx, signal).await?;
                assert_eq!(joined.map(|one| one.action), Some(*wanted), "{signal:?}");
                let after = tx.effort();
                effort.push((after.statements - before.statements, after.rows - before.rows));
            }
            efforts.push(effort);
        }
        assert!(efforts.windows(2).all(|two| two[0] == two[1]), "{efforts:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_device_that_is_not_heard_is_silent_and_somebody_s_business() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, gateway, detector) = settled(&fresh).await?;
        let system = Caller::system();
        assert_eq!(condition(&mut clerk, &detector).await?, "never");
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        assert_eq!(condition(&mut clerk, &detector).await?, "online");
        assert_eq!(condition(&mut clerk, &gateway).await?, "online", "it passed the alarm on");
        town.clock.advance_ms(2 * 60_000);
        let beat = Frame { data: Vec::new(), ..alarm(2, town.app.now()) };
        take_in(&town, vec![incoming("10.8.3.4", &beat)]).await?;
        town.clock.advance_ms(2 * 60_000);
        assert_eq!(town.app.note_silence(&system).await?, 1);
        assert_eq!(town.app.note_silence(&system).await?, 0, "noted once");
        assert_eq!(condition(&mut clerk, &detector).await?, "silent");
        assert_eq!(condition(&mut clerk, &gateway).await?, "online", "a beat is enough");
        // It is a matter of who looks after it for its owner, by a day the town sets; he is told, and not woken for it.
        let mut staff = town.login("staff1").await?;
        let owed = async |who: &mut Browser, state: &str| {
            who.get(&format!("/api/v1/follow-ups?mine=true&state={state}")).await?.items()
        };
        let open = owed(&mut staff, "open").await?;
        let [matter] = open.as_slice() else { anyhow::bail!("{open:?}") };
        let due =
            town.app.now().date().checked_add_days(chrono::Days::new(3)).unwrap_or_default().to_string();
        assert_eq!(
            (text(matter, "origin_kind"), text(&matter["origin"], "id")),
            ("device", text(&detector, "id"))
        );
        assert_eq!(
            (text(&matter["owner"]["post"], "id"), text(matter, "due_on")),
            ("post-staff1", due.as_str())
        );
        assert!(text(matter, "text").contains("后堂感烟"), "{matter}");
        let rows = clerk.get("/api/v1/devices?state=silent").await?.items()?;
        assert_eq!(
            (&rows[0]["task"]["id"], &rows[0]["task"]["overdue"]),
            (&matter["id"], &json!(false)),
            "{rows:?}"
        );
        let told = staff.get("/api/v1/me/messages").await?.items()?;
        let told: Vec<&Value> = told.iter().filter(|one| text(one, "text").contains("失联")).collect();
        let [letter] = told.as_slice() else { anyhow::bail!("{told:?}") };
        assert_eq!((text(&letter["urgency"], "code"), text(letter, "about")), ("notice", text(matter, "id")));
        assert!(
            !text(letter, "text").contains("后堂") && !text(letter, "text").contains("五金店"),
            "{letter}"
        );
        // What says that something is wrong with it is somebody's, too.
        let fault = Object::PartState(
            System { kind: 1, address: 2 },
            Part { kind: 40, address: [0x0a, 0, 2, 0] },
            0b100,
            vec![b' '; 30],
            stamp(town.app.now()),
        );
        let fault = Frame { data: Unit::of(2, vec![fault]).encode(), ..alarm(30, town.app.now()) };
        let counted = async |code: &str| {
            let desk = town.login("staff1").await?.get("/api/v1/workbench").await?.ok()?;
            let counts = desk["counts"].as_array().cloned().unwrap_or_default();
            anyhow::Ok(counts.iter().find(|one| one["code"] == code).map(|one| one["n"].clone()))
        };
        assert_eq!(counted("devices_troubled").await?, None);
        let before = take_in(&town, vec![incoming("10.8.3.4", &fault)]).await?;
        assert_eq!(before.kept, 1);
        // Heard again, its matter is closed by itself, and nobody is reached about it any more.
        assert_eq!(owed(&mut staff, "open").await?, Vec::<Value>::new());
        let closed = owed(&mut staff, "verified").await?;
        assert_eq!(
            (closed.len(), &closed[0]["id"], closed[0]["late"].clone()),
            (1, &matter["id"], json!(false))
        );
        let page = clerk.get(&format!("/api/v1/devices/{}", text(&detector, "id"))).await?.ok()?;
        assert_eq!(page["task"], Value::Null);
        let told = staff.get("/api/v1/me/messages").await?.items()?;
        assert!(!told.iter().any(|one| text(one, "text").contains("失联")), "{told:?}");
        assert_eq!(counted("devices_troubled").await?, Some(json!(1)));
        assert_eq!(clerk.get("/api/v1/devices?state=troubled&mine=true").await?.items()?.len(), 1);
        let well = Frame {
            data: Unit::of(
                2,
                vec![Object::PartState(
                    System { kind: 1, address: 2 },
                    Part { kind: 40, address: [0x0a, 0, 2, 0] },
                    1,
                    vec![b' '; 30],
                    stamp(town.app.now()),
                )],
            )
            .encode(),
            ..alarm(31, town.app.now())
        };
        take_in(&town, vec![incoming("10.8.3.4", &well)]).await?;
        town.clock.advance_ms(2 * 60_000);
        take_in(&town, vec![incoming("10.8.3.4", &Frame { data: Vec::new(), ..alarm(32, town.app.now()) })])
            .await?;
        town.clock.advance_ms(2 * 60_000);
        town.app.note_silence(&system).await?;
        let silent = clerk.get("/api/v1/devices?state=silent").await?.items()?;
        assert_eq!(silent.iter().map(|one| text(one, "name")).collect::<Vec<_>>(), ["后堂感烟"]);
        // The number of who minds the whole town leads to the devices it counts, whoever owns them.
        let mine = clerk.get("/api/v1/devices?state=silent&mine=true").await?.items()?;
        assert_eq!(mine.len(), silent.len());
        let desk = staff.get("/api/v1/workbench").await?.ok()?;
        let counts = desk["counts"].as_array().cloned().unwrap_or_default();
        assert!(counts.iter().any(|one| one["code"] == "devices_silent" && one["n"] == 1), "{counts:?}");
        // A silence of its own is a matter of its own; left alone beyond its day it is late, and it goes with the device.
        let second = owed(&mut staff, "open").await?;
        assert!(second.len() == 1 && second[0]["id"] != matter["id"], "{second:?}");
        assert!(counts.iter().any(|one| one["code"] == "follow_ups" && one["n"] == 1), "{counts:?}");
        // The gateway still hears: the place is protected by what it passes on. Both silent, it is not.
        town.clock.advance_ms(3 * 60_000);
        let summary = clerk.get("/api/v1/devices/summary").await?.ok()?;
        assert_eq!(summary["unprotected"][0]["place"]["id"], json!(SHOP));
        take_in(&town, vec![incoming("10.8.3.4", &alarm(3, town.app.now()))]).await?;
        assert_eq!(condition(&mut clerk, &detector).await?, "online");
        let page = clerk.get(&format!("/api/v1/devices/{}", text(&detector, "id"))).await?.ok()?;
        assert_eq!(page["heard"].as_array().map(Vec::len), Some(3), "with silences between");
        let online = (page["online"]["minutes"].as_i64(), page["online"]["expected_minutes"].as_i64());
        assert!(matches!(online, (Some(heard), Some(due)) if heard > 0 && heard < due), "{online:?}");
        assert_eq!(page["heard"][0]["to"], Value::Null);

        // Heard when the next day begins, it takes points off the risk of its place.
        let shown = format!("/api/v1/places/{SHOP}");
        let today = clerk.get(&shown).await?.ok()?;
        assert!(!today["risk_reasons"].to_string().contains("联网感烟有效"), "not yet when this day began");
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        let place = clerk.get(&shown).await?.ok()?;
        let reasons = place["risk_reasons"].as_array().cloned().unwrap_or_default();
        let smoke = reasons.iter().find(|one| text(one, "text") == "联网感烟有效");
        assert_eq!(smoke.map(|one| &one["points"]), Some(&json!(-4)), "{reasons:?}");
        assert_eq!(town.app.verify(&system).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_stranger_keeps_no_dead_device_alive_and_takes_back_no_fault() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, gateway, detector) = settled(&fresh).await?;
        let now = town.app.now();
        let of_part = |sequence: u16, state: u16| {
            let (system, part) =
                (System { kind: 1, address: 2 }, Part { kind: 40, address: [0x0a, 0, 2, 0] });
            let object = Object::PartState(system, part, state, vec![b' '; 30], stamp(town.app.now()));
            Frame { data: Unit::of(2, vec![object]).encode(), ..alarm(sequence, town.app.now()) }
        };
        let beat = |sequence: u16| Frame { data: Vec::new(), ..alarm(sequence, town.app.now()) };
        // At fault and shielded, by its own word.
        take_in(&town, vec![incoming("10.8.3.4", &of_part(1, 0b1100))]).await?;
        assert_eq!(condition(&mut clerk, &detector).await?, "faulty");
        // "All is well" from elsewhere, or two days old, takes nothing back.
        let stale = Frame { time: stamp(now.plus_ms(-2 * 24 * 3600 * 1000)), ..of_part(2, 1) };
        take_in(&town, vec![incoming("203.0.113.9", &of_part(3, 1)), incoming("10.8.3.4", &stale)]).await?;
        assert_eq!(condition(&mut clerk, &detector).await?, "faulty");
        let all = signals(&mut clerk, "view=all&kind=restored&trust=open").await?;
        assert_eq!(all.len(), 2, "it is shown to a person all the same");
        // Both fall silent; beats and frames in their name from elsewhere do not bring them back.
        town.clock.advance_ms(4 * 60_000);
        take_in(&town, vec![incoming("203.0.113.9", &beat(4)), incoming("203.0.113.9", &of_part(5, 1))])
            .await?;
        assert_eq!(condition(&mut clerk, &gateway).await?, "silent");
        assert_eq!(condition(&mut clerk, &detector).await?, "silent");
        take_in(&town, vec![incoming("10.8.3.4", &beat(6))]).await?;
        assert_eq!(condition(&mut clerk, &gateway).await?, "online", "its own beat does");
        take_in(&town, vec![incoming("10.8.3.4", &of_part(7, 1))]).await?;
        assert_eq!(condition(&mut clerk, &detector).await?, "online");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn practice_is_practice_until_it_ends() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, gateway, detector) = settled(&fresh).await?;
        let id = text(&detector, "id");
        let step = |version: i64, mut asked: Value| {
            asked["version"] = json!(version);
            asked
        };
        let steps = format!("/api/v1/devices/{id}/steps");
        let until = town.app.now().plus_ms(25 * 3600 * 1000).to_rfc3339();
        let endless =
            clerk.post(&steps, step(1, json!({ "step": "test", "reason": "联动", "until": until }))).await?;
        assert_eq!(endless.code(), "device.test_end");
        let until = town.app.now().plus_ms(60_000).to_rfc3339();
        let testing = json!({ "step": "test", "reason": "联动测试", "until": until });
        clerk.post(&steps, step(1, testing)).await?.ok()?;
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        let found = signals(&mut clerk, "").await?;
        assert_eq!(found.first().map(|one| text(&one["kind"], "code")), Some("test"));
        assert_eq!(found.first().map(|one| text(&one["detail"], "said")), Some("smoke"));
        town.clock.advance_ms(60_000);
        take_in(&town, vec![incoming("10.8.3.4", &alarm(2, town.app.now()))]).await?;
        assert_eq!(signals(&mut clerk, "view=alarm").await?.len(), 1);
        let stale = clerk.post(&steps, step(1, json!({ "step": "retire", "reason": "拆除" }))).await?;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        clerk.post(&steps, step(2, json!({ "step": "retire", "reason": "拆除" }))).await?.ok()?;
        let double = clerk
            .post(
                "/api/v1/devices",
                json!({ "name": "又一台", "kind": "transmission_unit",
            "owner": "village-1", "place": SHOP, "links": [{ "provider": "gb26875", "address": "889" }] }),
            )
            .await?;
        assert_eq!(double.status, StatusCode::UNPROCESSABLE_ENTITY, "one name, one device");
        // Out of use it goes by no name: what comes is the gateway's.
        take_in(&town, vec![incoming("10.8.3.4", &alarm(3, town.app.now()))]).await?;
        let last = signals(&mut clerk, "view=alarm").await?;
        assert_eq!(last.first().map(|one| one["device"]["id"].clone()), Some(gateway["id"].clone()));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_warning_is_passed_on_until_it_is_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, _, _) = settled(&fresh).await?;
        let warning = |id: &str, kind: &str, follows: &str| Incoming {
            provider: Provider::Cap,
            dialect: None,
            peer: "file".to_owned(),
            proof: "platform:system".to_owned(),
            mark: format!("cap:{id}"),
            bytes: format!(
                "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{id}</identifier>\
                 <sender>qx@x</sender><sent>2026-09-21T08:00:00+08:00</sent><status>Actual</status><msgType>{kind}\
                 </msgType><scope>Public</scope>{follows}<info><category>Fire</category><event>森林火险</event>\
                 <urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty></info></alert>"
            )
            .into_bytes(),
            before: None,
            beat_of: None,
            problem: None,
        };
        let mut anybody = Browser::new(&town.router);
        take_in(&town, vec![warning("a1", "Alert", "")]).await?;
        let feed = String::from_utf8(anybody.get("/cap/feed").await?.bytes)?;
        assert!(feed.contains("<title>森林火险</title>"), "{feed}");
        let address = feed.split("href=\"").nth(2).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let path = address.find("/cap/").map_or("", |at| &address[at..]);
        let one = String::from_utf8(anybody.get(path).await?.bytes)?;
        assert!(one.contains("<identifier>a1</identifier>"), "{one}");
        let told = signals(&mut clerk, "source=cap").await?;
        assert_eq!(told.first().map(|one| text(&one["kind"], "code")), Some("warning"));
        // Whoever watches is told of a severe one; a minor one stands in the list alone.
        let minor = warning("m1", "Alert", "");
        let minor = Incoming { bytes: String::from_utf8(minor.bytes)?.replace("Severe", "Minor").into_bytes(), ..minor };
        take_in(&town, vec![minor]).await?;
        let messages = town.app.db.read(&town.app.town).await?.messages(&Default::default(), 500).await?;
        let of_warnings: BTreeSet<&str> = messages
            .iter()
            .filter(|one| one.message.about.0 == "signal")
            .map(|one| one.message.about.1.as_str())
            .collect();
        assert_eq!(of_warnings.len(), 1, "{messages:?}");
        assert!(messages.iter().any(|one| one.message.text == "收到预警：森林火险"), "{messages:?}");
        let of_minor = "<references>qx@x,m1,2026-09-21T08:00:00+08:00</references>";
        take_in(&town, vec![warning("m2", "Cancel", of_minor)]).await?;
        let follows = "<references>qx@x,a1,2026-09-21T08:00:00+08:00</references>";
        take_in(&town, vec![warning("a2", "Cancel", follows)]).await?;
        let feed = String::from_utf8(anybody.get("/cap/feed").await?.bytes)?;
        // The warning is gone; that it was taken back is told for as long as it would have held.
        assert_eq!(feed.matches("<entry>").count(), 2, "{feed}");
        assert!(feed.contains("<title>解除：森林火险</title>"), "{feed}");
        assert_eq!(anybody.get(path).await?.status, StatusCode::NOT_FOUND);
        let other = "<references>qx@x,a8,2026-09-21T08:00:00+08:00</references>";
        take_in(&town, vec![warning("a9", "Cancel", other)]).await?;
        let feed = String::from_utf8(anybody.get("/cap/feed").await?.bytes)?;
        assert_eq!(feed.matches("<entry>").count(), 2, "nobody knows what this takes back: {feed}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_board_counts_what_is_installed_and_what_was_heard() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let system = Caller::system();
        town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
        town.app.install_shipped_plan(&system).await?;
        let mut clerk = town.login("clerk").await?;
        let camera = json!({ "kind": "camera_public", "name": "老街视频监控", "territory": V1, "found": true });
        let camera = clerk.post("/api/v1/facilities", camera).await?.ok()?;
        let target = add_place(&mut clerk, "老街裁缝铺", V1, "nine_small.shop", &["device_target"]).await?;
        let eye = json!({ "name": "老街枪机", "kind": "camera", "owner": "town-gov", "facility": camera["id"],
            "links": [{ "provider": "gb26875", "address": "889" }], "heartbeat_s": 300 });
        let eye = clerk.post("/api/v1/devices", eye).await?.ok()?;
        let nose = json!({ "name": "裁缝铺感烟", "kind": "smoke_detector", "owner": "village-1", "place": target,
            "installed_on": "2026-09-01" });
        let nose = clerk.post("/api/v1/devices", nose).await?.ok()?;
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        for (duty, kind, subject, device) in [
            ("C19.3", "facility", text(&camera, "id"), &eye),
            ("C19.4b", "place", target.as_str(), &nose),
        ] {
            let line = clerk.get(&format!("/api/v1/board/duties/{duty}")).await?.ok()?;
            assert!(line.to_string().contains(subject), "{duty} {line}");
            let behind = format!("/api/v1/board/duties/{duty}/evidence?subject_kind={kind}&subject={subject}&window=2026-Q3");
            let behind = clerk.get(&behind).await?.ok()?;
            assert_eq!(behind["items"][0]["href"], json!(format!("/devices/{}", text(device, "id"))), "{duty} {behind}");
        }
        // A connected detector counts while it is heard, and not by hanging there.
        let mute = add_place(&mut clerk, "老街茶馆", V1, "nine_small.shop", &["device_target"]).await?;
        let silent = json!({ "name": "茶馆感烟", "kind": "smoke_detector", "owner": "village-1", "place": mute,
            "installed_on": "2026-09-01", "heartbeat_s": 300, "links": [{ "provider": "gb26875", "address": "890" }] });
        clerk.post("/api/v1/devices", silent).await?.ok()?;
        let behind = format!("/api/v1/board/duties/C19.4b/evidence?subject_kind=place&subject={mute}&window=2026-Q3");
        assert_eq!(clerk.get(&behind).await?.items()?.len(), 0, "never heard");
        let told = Frame { source: 890, ..alarm(2, town.app.now()) };
        take_in(&town, vec![incoming("10.8.3.4", &told)]).await?;
        assert_eq!(clerk.get(&behind).await?.items()?.len(), 1);
        let other = clerk.get("/api/v1/board/duties/C19.4a/evidence?subject_kind=place&window=2026-Q3&subject=").await?;
        assert!(!other.body.to_string().contains("裁缝铺感烟"), "a detector is no sprinkler");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_push_is_as_good_as_its_signature() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, _, _) = settled(&fresh).await?;
        let platform = json!({ "code": "PT-CTWING", "name": "天翼物联", "kind": "platform", "owner": "office", "territory": V1 });
        let platform = clerk.post("/api/v1/devices", platform).await?.ok()?;
        let secret = format!("/api/v1/devices/{}/secret", text(&platform, "id"));
        let secret = clerk.post(&secret, json!({ "version": 1 })).await?.ok()?;
        let now_s = town.app.now().0 / 1000;
        let body = json!({ "messageType": "dataReport", "deviceId": "acf7", "IMEI": "860374051096202",
            "timestamp": town.app.now().0, "payload": { "serviceData": { "Alarm_Status": 2, "Battery_Level": 55 } } });
        let bytes = body.to_string();
        let mut outside = Browser::new(&town.router);
        let mut push = async |time: i64, nonce: &str, signature: Option<&str>| {
            let time = time.to_string();
            let right = sign(text(&secret, "secret"), &time, nonce, bytes.as_bytes());
            let signature = signature.unwrap_or(&right);
            let headers = [
                ("x-fengsui-key", "PT-CTWING"),
                ("x-fengsui-time", &time),
                ("x-fengsui-nonce", nonce),
                ("x-fengsui-signature", signature),
            ];
            outside.send(Method::POST, "/in/ctwing", &headers, bytes.clone().into_bytes()).await
        };
        let told = push(now_s, "n1", None).await?.ok()?;
        assert_eq!(told, json!({ "kept": 1, "copies": 0 }));
        assert_eq!(push(now_s, "n1", None).await?.ok()?, json!({ "kept": 0, "copies": 1 }), "replayed");
        assert_eq!(push(now_s - 301, "n2", None).await?.code(), "signal.stale");
        assert_eq!(push(now_s, "n3", Some(&"00".repeat(32))).await?.code(), "signal.signature");
        let unsigned = push(now_s, "n4", Some("")).await?.ok()?;
        assert_eq!(unsigned["kept"], json!(1), "it reaches a person all the same");
        while town.app.digest_signals(&Caller::system(), 500).await? > 0 {}
        assert_eq!(signals(&mut clerk, "view=alarm&trust=bound").await?.len(), 1);
        assert_eq!(signals(&mut clerk, "view=alarm&trust=open").await?.len(), 1);
        let wires = clerk.get("/api/v1/signals/wires").await?.ok()?;
        assert!(wires["rows"].to_string().contains("signal.signature"), "a wrong one is counted");
        let detector = clerk.get("/api/v1/devices?kind=smoke_detector").await?.items()?;
        assert_eq!(detector.first().map(|one| one["battery"].clone()), Some(json!(55)));

        // CTWing signs nothing: what vouches for it is the address it was given.
        let later = json!({ "messageType": "dataReport", "IMEI": "860374051096202", "timestamp": town.app.now().0 + 1,
            "payload": { "serviceData": { "Alarm_Status": 2 } } });
        let ctwing = text(&secret, "ctwing_path").to_owned();
        let mut outside = Browser::new(&town.router);
        let mut plain = async |path: &str, body: &Value| {
            outside.send(Method::POST, path, &[], body.to_string().into_bytes()).await
        };
        assert_eq!(plain(&ctwing, &later).await?.ok()?, json!({ "kept": 1, "copies": 0 }));
        assert_eq!(plain(&ctwing, &later).await?.ok()?, json!({ "kept": 0, "copies": 1 }), "sent again");
        let wrong = format!("/in/ctwing/PT-CTWING/{}", "0".repeat(40));
        assert_eq!(plain(&wrong, &later).await?.code(), "signal.signature");
        // OneNET signs with its token; the message as it is written.
        let token = text(&secret, "secret");
        let msg = json!({ "type": 1, "imei": "860374051096202", "at": town.app.now().0, "value": { "alarm": 1 } });
        let msg = msg.to_string();
        let signed = json!({ "msg": msg, "nonce": "abcdefgh",
            "msg_signature": app::signal::push::onenet_signature(token, "abcdefgh", &msg) });
        assert_eq!(plain("/in/onenet/PT-CTWING", &signed).await?.ok()?["kept"], json!(1));
        assert_eq!(plain("/in/onenet/PT-CTWING", &signed).await?.ok()?["copies"], json!(1), "replayed");
        let forged = json!({ "msg": "{}", "nonce": "abcdefgh", "msg_signature": signed["msg_signature"] });
        assert_eq!(plain("/in/onenet/PT-CTWING", &forged).await?.code(), "signal.signature");
        assert_eq!(plain("/in/onenet/PT-CTWING", &json!({ "msg": {} })).await?.code(), "signal.signature");
        assert_eq!(plain("/in/generic/PT-CTWING", &signed).await?.status, StatusCode::NOT_FOUND);
        let signature = app::signal::push::onenet_signature(token, "n", "hello");
        let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let mut outside = Browser::new(&town.router);
        let greeted = outside.get(&format!("/in/onenet/PT-CTWING?msg=hello&nonce=n&signature={signature}")).await?;
        assert_eq!(greeted.bytes, b"hello");
        let greeted = outside.get("/in/onenet/PT-CTWING?msg=hello&nonce=n&signature=x").await?;
        assert_eq!(greeted.status, StatusCode::UNAUTHORIZED);
        while town.app.digest_signals(&Caller::system(), 500).await? > 0 {}
        assert_eq!(signals(&mut clerk, "view=alarm&trust=bound").await?.len(), 2, "the detector is not OneNET's");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_fire_that_goes_on_is_one_incident_and_what_comes_after_it_another() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let mut n = 0;
        let mut burns = async |minutes: i64| {
            town.clock.advance_ms(minutes * 60_000);
            n += 1;
            take_in(&town, vec![incoming("10.8.3.4", &alarm(n, town.app.now()))]).await?;
            let mut clerk = town.login("clerk").await?;
            let found = clerk.get("/api/v1/incidents").await?.items()?;
            anyhow::Ok(
                found
                    .iter()
                    .map(|one| (text(one, "id").to_owned(), one["signals"].clone()))
                    .collect::<Vec<_>>(),
            )
        };
        let first = burns(0).await?;
        let [(fire, _)] = first.as_slice() else { anyhow::bail!("{first:?}") };
        let step = async |asked: Value| {
            let mut clerk = town.login("clerk").await?;
            anyhow::Ok(clerk.post(&format!("/api/v1/incidents/{fire}/steps"), asked).await?.ok()?)
        };
        // Not verified yet, an hour later; then real, and two hours later still.
        assert_eq!(burns(60).await?, [(fire.clone(), json!(2))]);
        step(json!({ "step": "judge", "verdict": "real", "how": "on_site" })).await?;
        assert_eq!(
            burns(120).await?,
            [(fire.clone(), json!(3))],
            "nobody is called a second time to one fire"
        );
        // It is out. What comes soon is of it, what comes later is another fire.
        step(json!({ "step": "out" })).await?;
        assert_eq!(burns(5).await?, [(fire.clone(), json!(4))]);
        let after = burns(60).await?;
        assert_eq!(after.len(), 2, "{after:?}");
        let texts: Vec<String> = {
            let mut read = town.app.db.read(&town.app.town).await?;
            let mut all = Vec::new();
            all.extend(
                read.messages(&Default::default(), 500).await?.into_iter().map(|one| one.message.text),
            );
            all
        };
        assert!(
            texts.iter().any(|one| one.contains("又有新信号，仍待核实")),
            "told again while unverified: {texts:?}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_calls_about_one_fire_are_made_one_by_a_person() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        let mut call = async |address: &str| {
            let call = json!({ "kind": "building", "village": V1, "address": address, "text": "冒烟",
                "called_by": address, "phone": "13800001234" });
            let told = clerk.post("/api/v1/incidents", call).await?.ok()?;
            anyhow::Ok(text(&told, "id").to_owned())
        };
        let (front, behind) = (call("老街正门").await?, call("老街后巷").await?);
        let path = |id: &str| format!("/api/v1/incidents/{id}/steps");
        let merge = |other: &str, said: &str| json!({ "step": "merge", "other": other, "text": said });
        assert_eq!(
            clerk.post(&path(&front), merge("", "同一起")).await?.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(clerk.post(&path(&front), merge(&behind, "")).await?.code(), "incident.no_reason");
        clerk
            .post(&path(&behind), json!({ "step": "judge", "verdict": "real", "how": "caller" }))
            .await?
            .ok()?;
        assert_eq!(
            clerk.post(&path(&front), merge(&behind, "同一起")).await?.code(),
            "incident.merge",
            "it went farther"
        );
        let one = clerk.post(&path(&behind), merge(&front, "同一栋房，前后两个报警人")).await?.ok()?;
        assert_eq!((&one["signals"], one["signs"].as_array().map(Vec::len)), (&json!(2), Some(2)), "{one}");
        let events = one["events"].as_array().cloned().unwrap_or_default();
        let of_front = events.iter().filter(|event| event["of"]["id"] == json!(front)).count();
        assert_eq!(of_front, 2, "its call and that it became part of this: {events:?}");
        assert!(events.iter().any(|event| text(&event["act"], "code") == "absorb"));
        let gone = clerk.get(&format!("/api/v1/incidents/{front}")).await?.ok()?;
        assert_eq!((text(&gone["stage"], "code"), &gone["merged_into"]["id"]), ("merged", &json!(behind)));
        assert_eq!(gone["actions"], json!([]));
        assert_eq!(clerk.post(&path(&behind), merge(&front, "再并")).await?.code(), "incident.merge", "once");
        let live = clerk.get("/api/v1/incidents?stage=live").await?.items()?;
        assert_eq!(live.len(), 1);
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_cameras_cross_to_one_spot_and_a_masked_chimney_stays_masked() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        for (name, lon) in [("CAM-1", 105.87), ("CAM-2", 105.8906), ("CAM-3", 105.95)] {
            let camera = json!({ "name": name, "kind": "camera", "owner": "town-gov", "territory": V1, "lon": lon,
                "lat": 29.26, "links": [{ "provider": "generic", "address": name }] });
            clerk.post("/api/v1/devices", camera).await?.ok()?;
        }
        let seen = |name: &str, azimuth: Option<f64>, sequence: u32| Incoming {
            provider: Provider::Generic,
            dialect: None,
            peer: "127.0.0.1".to_owned(),
            proof: String::new(),
            mark: format!("{name} {sequence}"),
            bytes: json!({ "device": name, "kind": "smoke", "azimuth": azimuth, "sequence": sequence })
                .to_string()
                .into_bytes(),
            before: None,
            beat_of: None,
            problem: None,
        };
        take_in(&town, vec![seen("CAM-1", Some(45.0), 1)]).await?;
        town.clock.advance_ms(60_000);
        take_in(&town, vec![seen("CAM-2", Some(315.0), 1)]).await?;
        let found = clerk.get("/api/v1/incidents").await?.items()?;
        let [one] = found.as_slice() else { anyhow::bail!("{found:?}") };
        let spot = (one["spot"]["lon"].as_f64().unwrap_or(0.0), one["spot"]["lat"].as_f64().unwrap_or(0.0));
        assert!((spot.0 - 105.8803).abs() < 0.001 && (spot.1 - 29.269).abs() < 0.001, "a kilometre north: {spot:?}");
        assert!(one["error_m"].as_f64().is_some_and(|m| m > 10.0 && m < 500.0), "{one}");
        assert_eq!(one["signals"], json!(2));

        // A chimney stands there: what either camera sees in its direction opens nothing and is added nowhere.
        let chimney = json!({ "what": "砖厂烟囱", "spot": { "lon": spot.0, "lat": spot.1 }, "radius_m": 60.0 });
        clerk.post("/api/v1/incident-masks", chimney).await?.ok()?;
        town.clock.advance_ms(60_000);
        take_in(&town, vec![seen("CAM-1", Some(45.0), 2), seen("CAM-2", Some(315.0), 2)]).await?;
        let again = clerk.get("/api/v1/incidents").await?.items()?;
        assert_eq!((again.len(), &again[0]["signals"]), (1, &json!(2)), "{again:?}");

        // A camera that does not say where it looked: nobody knows where, and that is said; not where it stands.
        take_in(&town, vec![seen("CAM-3", None, 1)]).await?;
        let all = clerk.get("/api/v1/incidents").await?.items()?;
        let lost = all.iter().find(|one| text(one, "address").contains("没有报方位"));
        assert_eq!(lost.map(|one| &one["spot"]), Some(&Value::Null), "{all:?}");
        let told = signals(&mut clerk, "view=alarm").await?;
        assert_eq!(told.first().map(|one| &one["spot"]), Some(&Value::Null));
        assert!(told.first().is_some_and(|one| text(&one["detail"], "nowhere").contains("没有报方位")));
        Ok(())
    })
    .await
}
