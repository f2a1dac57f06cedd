//! The night fire from the frame to the hand-over: a detector in a lone elder's house speaks GB/T 26875.3, another of the same
//! house over the broker. What does not belong here: the same from a call to what was learned (`incident`), what bytes mean
//! (`device`).

use app::Caller;
use app::signal::{Incoming, Received, mark_of};
use domain::device::Provider;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, TOWN, Town, V1, set_number, shop, town};
use crate::device::{alarm, incoming, take_in};
use crate::incident::{step, text};
use crate::incident_card::stands;

const HOUSE: &str = "01a00000-0000-7000-8000-000000000f01";
const HAZARD: &str = "01a00000-0000-7000-8000-000000000f11";
const PHOTO: &str = "01a00000-0000-7000-8000-000000000f12";
/// Where the house stands; the lane to it leads over a bridge.
const LON: f64 = 105.876;
const LAT: f64 = 29.268;

/// The detector at the broker says smoke.
fn message() -> Incoming {
    let topic = format!("town/{TOWN}/device/SN-889/up");
    let bytes = br#"{"smoke":1,"sequence":3}"#.to_vec();
    Incoming {
        provider: Provider::Mqtt,
        dialect: None,
        mark: mark_of(&["mqtt", &topic], &bytes),
        peer: topic,
        proof: "broker".to_owned(),
        bytes,
        beat_of: None,
        problem: None,
        before: None,
    }
}

/// The house: how one gets in and which help is needed, the hazard found there, its two detectors.
async fn house(town: &Town, clerk: &mut Browser) -> anyhow::Result<()> {
    shop(town, HOUSE, "老街独居老人住房", V1).await?;
    let path = format!("/api/v1/places/{HOUSE}");
    let kept = clerk.get(&path).await?.ok()?;
    let told = json!({ "name": kept["name"], "category": kept["category"], "village": V1, "sector": kept["sector"]["id"],
        "address": kept["address"], "responsible": { "name": kept["responsible"] }, "version": kept["version"],
        "access": "钥匙在隔壁 3 号", "help": "一人行动不便，需两人抬", "note": "患病多年，长期服药" });
    clerk.put(&path, told).await?.ok()?;
    let mut staff = town.login("staff1").await?;
    let photo = format!("/api/v1/photos/{PHOTO}?object_kind=hazard&object_id={HAZARD}&role=before");
    staff.send_picture(&photo, 1).await?.ok()?;
    let found = json!({ "id": HAZARD, "place": HOUSE, "hazard_code": "H01.1", "description": "卧室插线板老化，电线私拉",
        "photos": [PHOTO] });
    staff.post("/api/v1/hazards", found).await?.ok()?;
    let own = json!({ "model": "某厂 A1", "owner": "village-1", "place": HOUSE, "heartbeat_s": 86_400 });
    for more in [
        json!({ "name": "传输装置", "kind": "transmission_unit", "networks": ["10.8.0.0/16"],
            "links": [{ "provider": "gb26875", "address": "889" }] }),
        json!({ "name": "卧室感烟", "kind": "smoke_detector", "lon": LON, "lat": LAT,
            "links": [{ "provider": "gb26875", "address": "889/1.2.0a000200" }] }),
        json!({ "name": "堂屋感烟", "kind": "smoke_detector", "broker": true,
            "links": [{ "provider": "mqtt", "address": "SN-889" }] }),
    ] {
        let mut device = own.clone();
        for (key, value) in more.as_object().into_iter().flatten() {
            device[key] = value.clone();
        }
        clerk.post("/api/v1/devices", device).await?.ok()?;
    }
    Ok(())
}

/// A station with an engine and a mini truck, three volunteers of whom two are on the night's list, and the way to the house.
async fn station(town: &Town, clerk: &mut Browser) -> anyhow::Result<String> {
    let station = json!({ "kind": "micro", "served": "village", "name": "场镇社区微型消防站", "org": "village-1",
        "territory": V1, "standard": "village_micro", "phone": "023-49000001", "address": "便民中心旁",
        "lng_e7": 1_058_710_000, "lat_e7": 292_680_000 });
    let force = clerk.post("/api/v1/forces", station).await?.ok()?;
    for person in ["p-staff1", "p-grid1", "p-secretary1"] {
        let held = json!({ "post": force["posts"][1]["id"], "person": person, "from": "2026-09-01", "basis": "演示" });
        clerk.post("/api/v1/assignments", held).await?.ok()?;
    }
    let base = format!("/api/v1/forces/{}", text(&force, "id"));
    let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
    let mut force = clerk.post(&format!("{base}/accept"), accepted).await?.ok()?;
    for (item, name) in [("engine", "水罐消防车"), ("mini_engine", "小型消防车")] {
        let vehicle =
            json!({ "item": item, "name": name, "from": "2026-09-10", "version": force["version"] });
        force = clerk.post(&format!("{base}/vehicles"), vehicle).await?.ok()?;
    }
    let night = |person: &str| json!({ "person": person, "shift": "night" });
    let roster = json!({ "version": force["version"], "days": [
        { "on": "2026-09-21", "duties": [night("p-grid1"), night("p-staff1")] }] });
    clerk.put(&format!("{base}/roster"), roster).await?.ok()?;

    set_number(town, "vehicle.engine.load", 16.0).await?;
    set_number(town, "vehicle.mini.load", 4.0).await?;
    for (name, from, to, load_t) in [
        ("老街", 105.871, 105.873, None),
        ("石桥", 105.873, 105.874, Some(5.0)),
        ("院坝路", 105.874, LON, None),
    ] {
        let road = json!({ "name": name, "rank": "village_main", "territory": V1, "width_m": 5.0, "height_m": 4.5,
            "geometry": { "type": "LineString", "coordinates": [[from, LAT], [to, LAT]] }, "surveyed_on": "2026-03-01",
            "wet_season": "passable", "source": "皮尺", "bridge": load_t.is_some(), "load_t": load_t });
        clerk.post("/api/v1/roads", road).await?.ok()?;
    }
    let pool = json!({ "kind": "fire_pool", "name": "院坝消防水池",
        "shape": { "type": "Point", "coordinates": [LON + 0.0033, LAT] },
        "water": { "usable_m3": 60, "lift_m": 3.0, "source": "filled" } });
    stands(clerk, pool).await?;
    Ok(text(&force, "id").to_owned())
}

#[tokio::test]
async fn the_night_fire_goes_from_the_frame_to_the_hand_over() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        house(&town, &mut clerk).await?;
        let near = station(&town, &mut clerk).await?;

        // At two in the morning: a frame, the same once more, and a message of the other detector. One event, not two.
        town.clock.advance_ms(17 * 3_600_000);
        let alarm_at = town.app.now();
        let told = incoming("10.8.3.4", &alarm(7, alarm_at));
        assert_eq!(take_in(&town, vec![told.clone()]).await?, Received { kept: 1, copies: 0 });
        assert_eq!(take_in(&town, vec![told]).await?, Received { kept: 0, copies: 1 });
        town.clock.advance_ms(20_000);
        assert_eq!(take_in(&town, vec![message()]).await?.kept, 1);
        let mut clerk = town.login("clerk").await?;
        let screen = clerk.get("/api/v1/duty").await?.items()?;
        let [row] = screen.as_slice() else { anyhow::bail!("{screen:?}") };
        assert_eq!(
            (&row["signals"], &row["trusted"], &row["place"]["id"]),
            (&json!(2), &json!(true), &json!(HOUSE))
        );
        let id = text(row, "id").to_owned();
        let url = format!("/api/v1/incidents/{id}");
        let page = clerk.get(&url).await?.ok()?;
        assert_eq!(page["signs"][1]["why"][0], "同一场所", "{page}");

        // The card: the help she needs and not why, the pool with metres and cubic metres, the hazard found before.
        let card = clerk.get(&format!("{url}/card")).await?.ok()?;
        assert_eq!(card["notes"][0], "需要帮助：一人行动不便，需两人抬", "{card}");
        assert!(!card.to_string().contains("患病") && !card.to_string().contains("服药"), "{card}");
        let pool = &card["water"][0];
        assert_eq!((text(&pool["facility"], "name"), &pool["litres"]), ("院坝消防水池", &json!(60_000.0)));
        assert!(pool["away_m"].as_f64().is_some_and(|m| (m - 320.0).abs() < 5.0), "{pool}");
        assert!(text(&card["hazards"][0], "what").contains("插线板老化"), "{card}");

        // Three volunteers by arrival, the one off duty last and left in peace; the mini truck, as the bridge holds 5 t.
        let found = clerk.get(&format!("{url}/candidates")).await?.ok()?;
        let all = found["items"].as_array().cloned().unwrap_or_default();
        let people: Vec<_> =
            all.iter().map(|one| (text(&one["person"], "id"), text(&one["barred"], "code"))).collect();
        assert_eq!(people, [("p-grid1", ""), ("p-staff1", ""), ("p-secretary1", "off_duty")], "{found}");
        let first = all.first().cloned().unwrap_or_default();
        assert_eq!((text(&first, "vehicle"), text(&first["by"], "code")), ("小型消防车", "road"), "{first}");
        assert!(text(&first, "not_by").starts_with("水罐消防车：石桥（"), "{first}");

        step(&mut clerk, &id, json!({ "step": "acknowledge" })).await?.ok()?;
        step(&mut clerk, &id, json!({ "step": "verify" })).await?.ok()?;
        let real = step(&mut clerk, &id, json!({ "step": "judge", "verdict": "real", "how": "telephone" }))
            .await?
            .ok()?;
        assert_eq!(real["awaits_119"], json!(true));
        let told = json!({ "step": "tell_119", "told_at": town.app.now().to_rfc3339() });
        assert_eq!(step(&mut clerk, &id, told).await?.ok()?["awaits_119"], json!(false));
        let pick = |person: &str| json!({ "person": person, "force": near });
        let sent = json!({ "people": [pick("p-grid1"), pick("p-staff1")], "by_rule": "" });
        let sent = clerk.post(&format!("{url}/dispatches"), sent).await?.ok()?;
        let vehicles: Vec<_> =
            sent["orders"].as_array().into_iter().flatten().map(|one| text(one, "vehicle")).collect();
        assert_eq!(vehicles, ["小型消防车", "小型消防车"]);
        let mut asleep = town.login("secretary1").await?;
        assert_eq!(asleep.get("/api/v1/me/dispatches").await?.ok()?["items"], json!([]), "nobody wakes him");

        // The phone answers.
        let mut grid = town.login("grid1").await?;
        let mine = grid.get("/api/v1/me/dispatches").await?.ok()?;
        let order = text(&mine["items"][0], "id").to_owned();
        for (state, s) in [("accepted", 15), ("en_route", 40), ("on_scene", 180)] {
            town.clock.advance_ms(s * 1_000);
            grid.post(&format!("/api/v1/dispatches/{order}/steps"), json!({ "state": state })).await?.ok()?;
        }
        for (name, s) in [("controlled", 300), ("out", 600)] {
            town.clock.advance_ms(s * 1_000);
            step(&mut clerk, &id, json!({ "step": name })).await?.ok()?;
        }
        let over =
            step(&mut clerk, &id, json!({ "step": "hand_over", "to": "永川区消防救援大队" })).await?.ok()?;
        assert_eq!(text(&over["stage"], "code"), "handed_over");

        // Half of what is asked afterwards is there: each stamp with when it happened since the frame came.
        let since = |mark: &Value| {
            let at = Timestamp::parse(text(mark, "at")).unwrap_or_default();
            (text(&mark["mark"], "code").to_owned(), (at.0 - alarm_at.0) / 1_000)
        };
        let marks: Vec<(String, i64)> = over["marks"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| !one["at"].is_null())
            .map(since)
            .collect();
        let expected = [
            ("alarm", 0),
            ("verified", 20),
            ("dispatched", 20),
            ("en_route", 75),
            ("arrived", 255),
            ("controlled", 555),
            ("out", 1_155),
            ("handed_over", 1_155),
        ];
        assert_eq!(marks, expected.map(|(code, s)| (code.to_owned(), s)));
        let acts: Vec<_> =
            over["events"].as_array().into_iter().flatten().map(|one| text(&one["act"], "code")).collect();
        assert_eq!(
            acts,
            [
                "open",
                "join",
                "acknowledge",
                "verify",
                "judge",
                "tell_119",
                "dispatched",
                "en_route",
                "arrived",
                "controlled",
                "out",
                "hand_over"
            ]
        );
        Ok(())
    })
    .await
}
