//! A village's own box and the town's server, two programs with a record each: while the town cannot be reached the box goes on
//! alone; what it heard comes to the town afterwards, each message once, trusted within the box's own territory.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::message::{Carried, Courier, Delivered, Letter, Parcel};
use app::signal::relay::Uplink;
use app::signal::{Incoming, mark_of};
use app::{App, Caller, Clock};
use axum::http::{Method, StatusCode};
use domain::device::Provider;
use domain::message::Channel;
use domain::time::{MINUTE_MS, Timestamp};
use protocol::gb26875::{Command, Frame, Object, Part, Stamp, System, Unit};
use serde_json::{Value, json};
use testkit::{FakeClock, both_databases};

use crate::common::{Browser, TOWN, V1, V2, roster, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const MILL: &str = "01a00000-0000-7000-8000-000000000102";
const KEY: &str = "HZ-1";

struct Standing(FakeClock);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The line from the box to the town: cut, or not.
struct Line {
    router: axum::Router,
    cut: Arc<AtomicBool>,
}

impl Courier for Line {
    fn channels(&self) -> Vec<Channel> {
        Vec::new()
    }

    fn carry<'a>(&'a self, _letter: &'a Letter) -> Carried<'a> {
        Box::pin(std::future::ready(Err("没有这个通道".to_owned())))
    }

    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> Delivered<'a> {
        Box::pin(async move {
            if self.cut.load(Ordering::Relaxed) {
                return Err("连接不上".to_owned());
            }
            let path = parcel.url.strip_prefix("http://town").unwrap_or_default();
            let headers: Vec<(&str, &str)> =
                parcel.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let told =
                Browser::new(&self.router).send(Method::POST, path, &headers, parcel.body.clone()).await;
            told.map(|told| told.status.as_u16()).map_err(|error| error.to_string())
        })
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn unit(address: &str, village: &str, place: &str) -> Value {
    json!({ "name": format!("传输装置{address}"), "kind": "transmission_unit", "owner": village, "place": place,
        "links": [{ "provider": "gb26875", "address": address }], "networks": ["10.8.0.0/16"], "heartbeat_s": 60 })
}

fn stamp(at: Timestamp) -> Stamp {
    Stamp::parse(at.to_rfc3339().get(..19).unwrap_or_default()).unwrap_or(Stamp([0; 6]))
}

/// A unit says fire, over the network of the village.
fn fire(source: u64, sequence: u16, at: Timestamp) -> Incoming {
    let (system, part) = (System { kind: 1, address: 2 }, Part { kind: 40, address: [1, 0, 0, 0] });
    let object = Object::PartState(system, part, 0b10, vec![b' '; 31], stamp(at));
    let frame = Frame {
        sequence,
        version: (1, 1),
        time: stamp(at),
        source,
        destination: 1,
        command: Command::Send,
        data: Unit::of(2, vec![object]).encode(),
    };
    let peer = "10.8.3.4";
    Incoming {
        provider: Provider::Gb26875,
        dialect: None,
        peer: peer.to_owned(),
        proof: "network".to_owned(),
        mark: mark_of(&["gb26875", peer, &source.to_string(), &sequence.to_string()], &frame.data),
        bytes: frame.encode(),
        before: None,
        beat_of: None,
        problem: None,
    }
}

async fn read(app: &App) -> anyhow::Result<()> {
    while app.digest_signals(&Caller::system(), 500).await? > 0 {}
    Ok(())
}

async fn hear(app: &App, messages: Vec<Incoming>) -> anyhow::Result<()> {
    app.receive(&Caller::system(), messages).await?;
    read(app).await
}

/// The box: the same program with a record, and a register, of its own.
async fn a_box(folder: &Path, clock: &FakeClock, secret: &str, line: Line) -> anyhow::Result<App> {
    let url = format!("sqlite:{}", folder.join("box.db").display());
    let clock = Arc::new(Standing(clock.clone()));
    let app = App::open(&url, &folder.join("keys"), &folder.join("blobs"), clock, TOWN.into()).await?;
    app.found_town(&Caller::system(), &roster(), crate::common::PASSWORD).await?;
    let uplink = Uplink {
        url: "http://town/in/box".to_owned(),
        key: KEY.to_owned(),
        secret: secret.to_owned(),
        last: Default::default(),
    };
    Ok(App { courier: Arc::new(line), uplink: Some(Arc::new(uplink)), ..app })
}

#[tokio::test]
async fn a_box_that_was_cut_off_hands_over_what_it_heard_each_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        shop(&town, SHOP, "老街五金店", V1).await?;
        shop(&town, MILL, "河边粮站", V2).await?;
        let mut clerk = town.login("clerk").await?;
        let device = json!({ "code": KEY, "name": "场镇村级主机", "kind": "platform", "owner": "village-1", "territory": V1,
            "heartbeat_s": 60 });
        let device = clerk.post("/api/v1/devices", device).await?.ok()?;
        let own = clerk.post("/api/v1/devices", unit("101", "village-1", SHOP)).await?.ok()?;
        clerk.post("/api/v1/devices", unit("202", "village-2", MILL)).await?.ok()?;
        let secret = format!("/api/v1/devices/{}/secret", text(&device, "id"));
        let secret = clerk.post(&secret, json!({ "version": 1 })).await?.ok()?;
        let folder = fresh.folder.path().join("box");
        std::fs::create_dir_all(&folder)?;
        let cut = Arc::new(AtomicBool::new(true));
        let line = Line { router: town.router.clone(), cut: cut.clone() };
        let village = a_box(&folder, &town.clock, text(&secret, "secret"), line).await?;
        let relay = async || anyhow::Ok(village.relay(&Caller::system()).await?);

        // The town cannot be reached. The box keeps what it hears, shows it, and says what it owes.
        let begun = village.now();
        hear(&village, vec![fire(101, 1, begun)]).await?;
        let page = village.wires(&Caller::system()).await?.relay.expect("a box");
        assert_eq!((page.waiting, page.told_at.as_deref(), page.error.as_str()), (1, None, ""));
        assert_eq!(village.duty_screen(&Caller::system()).await?.items.len(), 1, "its own screen shows its own alarm");
        assert_eq!(relay().await?, 0);
        let page = village.wires(&Caller::system()).await?.relay.expect("a box");
        assert_eq!((page.waiting, page.error.as_str()), (1, "连接不上"));
        town.clock.advance_ms(3 * 60 * MINUTE_MS);
        hear(&village, vec![fire(101, 2, village.now()), fire(202, 3, village.now())]).await?;

        // The line is back. The town reached one of them by another way already.
        cut.store(false, Ordering::Relaxed);
        hear(&town.app, vec![fire(101, 2, village.now())]).await?;
        assert_eq!(relay().await?, 3);
        assert_eq!(relay().await?, 0, "nothing is owed any more");
        read(&town.app).await?;
        let page = village.wires(&Caller::system()).await?.relay.expect("a box");
        assert_eq!((page.waiting, page.error.as_str()), (0, ""));
        // Three hours on, whoever was logged in before logs in again.
        let mut clerk = town.login("clerk").await?;
        let found = clerk.get("/api/v1/signals?view=alarm").await?.items()?;
        let told: Vec<(&str, &str, String)> = found
            .iter()
            .map(|one| {
                let at = text(one, "received_at");
                (text(&one["place"], "id"), text(&one["trust"], "code"), at.to_owned())
            })
            .collect();
        let later = village.now().to_rfc3339();
        assert_eq!(told.len(), 3, "each once: {told:?}");
        assert!(told.contains(&(SHOP, "bound", begun.to_rfc3339())), "as of when the box got it: {told:?}");
        assert!(told.contains(&(SHOP, "bound", later.clone())), "{told:?}");
        assert!(told.contains(&(MILL, "open", later)), "the box vouches for its own village alone: {told:?}");
        let late: Vec<&Value> =
            found.iter().filter(|one| text(one, "received_at") == begun.to_rfc3339()).collect();
        assert_eq!(late.first().map(|one| text(&one["detail"], "box")), Some(KEY));
        // The watch is told that it is late, and by when it was.
        let messages = town.app.db.read(&town.app.town).await?.messages(&Default::default(), 500).await?;
        assert!(messages.iter().any(|one| one.message.text.contains("有迟报的警情待核实")), "{messages:?}");
        let page = clerk.get(&format!("/api/v1/devices/{}", text(&own, "id"))).await?.ok()?;
        assert_eq!(text(&page["condition"], "code"), "online", "it was heard just now, by the box and the town");

        // The box lives: the town knows without any alarm, and of its devices only those that do.
        town.clock.advance_ms(2 * MINUTE_MS);
        relay().await?;
        let page = clerk.get(&format!("/api/v1/devices/{}", text(&device, "id"))).await?.ok()?;
        assert_eq!(text(&page["condition"], "code"), "online");
        town.clock.advance_ms(4 * MINUTE_MS);
        relay().await?;
        let page = clerk.get(&format!("/api/v1/devices/{}", text(&own, "id"))).await?.ok()?;
        assert_eq!(text(&page["condition"], "code"), "silent", "the box has not heard it either");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        assert_eq!(village.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_hands_over_in_the_name_of_a_box() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let device = json!({ "code": KEY, "name": "场镇村级主机", "kind": "platform", "owner": "village-1", "territory": V1 });
        clerk.post("/api/v1/devices", device).await?.ok()?;
        let folder = fresh.folder.path().join("box");
        std::fs::create_dir_all(&folder)?;
        let line = Line { router: town.router.clone(), cut: Arc::default() };
        let village = a_box(&folder, &town.clock, "a guess", line).await?;
        hear(&village, vec![fire(101, 1, village.now())]).await?;
        assert_eq!(village.relay(&Caller::system()).await?, 0);
        let page = village.wires(&Caller::system()).await?.relay.expect("a box");
        assert_eq!(page.waiting, 1, "what is not taken stays owed");
        assert!(page.error.contains("请核对"), "{}", page.error);
        assert_eq!(clerk.get("/api/v1/signals?view=all").await?.items()?, Vec::<Value>::new());
        let wires = clerk.get("/api/v1/signals/wires").await?.ok()?;
        assert!(wires["rows"].to_string().contains("signal.signature"), "it is counted: {wires}");
        assert!(wires["relay"].is_null(), "the town's server is no box");
        let unsigned = Browser::new(&town.router).post("/in/box", json!({ "messages": [], "heard": [] })).await?;
        assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED);
        Ok(())
    })
    .await
}
