//! The card of an incident: how one gets in and which help is needed, for who goes there alone; water with its litres; the
//! cameras that look that way; what every caller said, and what two of the watch say at once.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, V1, shop, town};
use crate::incident::{call, settled, step};

const HOUSE: &str = "01a00000-0000-7000-8000-000000000f01";

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Something that stands already, handed over and in service.
pub(crate) async fn stands(who: &mut Browser, mut facility: Value) -> anyhow::Result<()> {
    facility["territory"] = json!(V1);
    facility["found"] = json!(true);
    let made = who.post("/api/v1/facilities", facility).await?.ok()?;
    let steps = format!("/api/v1/facilities/{}/steps", text(&made, "id"));
    let keeping = json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1", "check_days": 92, "version": 1 });
    who.post(&steps, keeping).await?.ok()?;
    who.post(&steps, json!({ "step": "enter", "version": 2 })).await?.ok()?;
    Ok(())
}

#[tokio::test]
async fn who_goes_there_reads_how_to_get_in_what_help_is_needed_and_how_much_water_there_is()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&Caller::system()).await?;
        shop(&town, HOUSE, "老街独居老人住房", V1).await?;
        let (mut clerk, mut auditor) = (town.login("clerk").await?, town.login("auditor").await?);
        let path = format!("/api/v1/places/{HOUSE}");
        let before = clerk.get(&path).await?.ok()?;
        let change = |more: Value, version: &Value| {
            let mut all = json!({ "name": before["name"], "category": before["category"], "village": V1,
                "sector": before["sector"]["id"], "address": before["address"], "version": version,
                "responsible": { "name": before["responsible"] } });
            for (key, value) in more.as_object().into_iter().flatten() {
                all[key] = value.clone();
            }
            all
        };
        let told = json!({ "access": "钥匙在隔壁 3 号，车停巷口", "help": "一人行动不便，需两人抬" });
        let kept = clerk.put(&path, change(told, &before["version"])).await?.ok()?;
        assert_eq!((text(&kept, "access"), text(&kept, "help")), ("钥匙在隔壁 3 号，车停巷口", "一人行动不便，需两人抬"));
        // Who leaves them out changes nothing of them.
        let kept = clerk.put(&path, change(json!({}), &kept["version"])).await?.ok()?;
        assert_eq!(text(&kept, "help"), "一人行动不便，需两人抬");
        let seen = auditor.get(&path).await?.ok()?;
        assert_eq!((&seen["access"], &seen["help"]), (&Value::Null, &Value::Null), "by need, not by rank");

        let near = json!({ "type": "Point", "coordinates": [105.8725, 29.268] });
        let pool = json!({ "kind": "fire_pool", "name": "老街消防水池", "shape": near,
            "water": { "usable_m3": 120, "lift_m": 3.0, "source": "filled" } });
        stands(&mut clerk, pool).await?;
        for (name, azimuth) in [("看着老街", 90.0), ("背对老街", 270.0)] {
            let camera = json!({ "kind": "camera_ptz_forest", "name": name,
                "shape": { "type": "Point", "coordinates": [105.868, 29.268] },
                "values": { "height": 20, "azimuth": azimuth, "field": 60, "range": 3000 } });
            stands(&mut clerk, camera).await?;
        }

        let call = json!({ "kind": "building", "place": HOUSE, "spot": { "lon": 105.872, "lat": 29.268 }, "text": "屋里冒烟" });
        let id = text(&clerk.post("/api/v1/incidents", call).await?.ok()?, "id").to_owned();
        let card = format!("/api/v1/incidents/{id}/card");
        let shown = clerk.get(&card).await?.ok()?;
        assert_eq!((&shown["notes"][0], &shown["notes"][1]),
            (&json!("需要帮助：一人行动不便，需两人抬"), &json!("进门：钥匙在隔壁 3 号，车停巷口")), "{shown}");
        assert_eq!((text(&shown["water"][0]["facility"], "name"), &shown["water"][0]["litres"]),
            ("老街消防水池", &json!(120_000.0)), "{shown}");
        let cameras: Vec<_> = shown["cameras"].as_array().into_iter().flatten().map(|one| text(&one["facility"], "name")).collect();
        assert_eq!(cameras, ["看着老街"]);
        // One by which nobody sees now is shown, and said to be so.
        let eye = clerk.get("/api/v1/facilities?q=看着老街").await?.items()?;
        let device = json!({ "name": "看着老街", "kind": "camera", "owner": "town-gov", "facility": eye[0]["id"],
            "links": [{ "provider": "generic", "address": "EYE-1" }], "heartbeat_s": 60 });
        let device = clerk.post("/api/v1/devices", device).await?.ok()?;
        assert_eq!((&device["facility"]["id"], text(&device["territory"], "id")), (&eye[0]["id"], V1));
        assert_eq!(shown["cameras"][0]["silent"], json!(false), "nothing is on record of it");
        assert_eq!(clerk.get(&card).await?.ok()?["cameras"][0]["silent"], json!(true), "never heard");
        let other = auditor.get(&card).await?.ok()?.to_string();
        assert!(!other.contains("钥匙") && !other.contains("行动不便"), "{other}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_caller_is_read_and_called_back_and_of_two_judgements_the_later_sees_the_other()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let opened = clerk.post("/api/v1/incidents", call()).await?.ok()?;
        let id = text(&opened, "id").to_owned();
        town.clock.advance_ms(20_000);
        let again = json!({ "place": HOUSE, "text": "看到火光", "called_by": "路人", "phone": "13900005678" });
        let joined = clerk.post("/api/v1/incidents", again).await?.ok()?;
        assert_eq!(text(&joined, "caller_phone"), "13800001234、13900005678", "both are called back");
        assert_eq!((&joined["signs"][1]["says"], &joined["signs"][1]["from"]), (&json!("看到火光"), &json!("路人")));

        step(&mut clerk, &id, json!({ "step": "acknowledge" })).await?.ok()?;
        let seen = step(&mut clerk, &id, json!({ "step": "verify" })).await?.ok()?;
        let judge = |verdict: &str| {
            json!({ "step": "judge", "verdict": verdict, "how": "telephone", "text": "已核实", "version": seen["version"] })
        };
        step(&mut clerk, &id, judge("real")).await?.ok()?;
        let told = step(&mut head, &id, judge("false_alarm")).await?;
        assert_eq!((told.status, told.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(told.body["current"]["stage"]["code"], "real", "{}", told.body);
        // Another sign is no judgement: it hinders nobody.
        let now = clerk.get(&format!("/api/v1/incidents/{id}")).await?.ok()?;
        town.clock.advance_ms(90_000);
        clerk.post("/api/v1/incidents", json!({ "place": HOUSE, "text": "烟更大了", "called_by": "第三人" })).await?.ok()?;
        let told = json!({ "step": "tell_119", "told_at": "now", "version": now["version"] });
        step(&mut head, &id, told).await?.ok()?;
        Ok(())
    })
    .await
}
