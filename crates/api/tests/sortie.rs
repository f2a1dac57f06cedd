//! The story of a sortie: written down by the station, read by its village and the office, voided with a reason.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{V1, V2, shop, town};

const BARN: &str = "01a00000-0000-7000-8000-000000000a01";
const MILL: &str = "01a00000-0000-7000-8000-000000000a02";
const SEEN: &str = "01a00000-0000-7000-8000-000000000a11";
const PICTURE: &str = "01a00000-0000-7000-8000-000000000a21";

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_sortie_says_who_went_when_and_that_119_was_told() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&Caller::system()).await?;
        let (mut clerk, mut near) = (town.login("clerk").await?, town.login("secretary1").await?);
        let mut far = town.login("staff2").await?;
        let station = json!({ "kind": "micro", "served": "village", "name": "场镇社区微型消防站", "org": "village-1",
            "territory": V1, "standard": "village_micro", "phone": "023-49000001", "address": "便民中心旁" });
        let force = clerk.post("/api/v1/forces", station).await?.ok()?;
        let held = json!({ "post": force["posts"][1]["id"], "person": "p-staff1", "from": "2026-09-01", "basis": "演示" });
        clerk.post("/api/v1/assignments", held).await?.ok()?;
        let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        clerk.post(&format!("/api/v1/forces/{}/accept", text(&force, "id")), accepted).await?.ok()?;
        let options = near.get("/api/v1/sorties/options").await?.ok()?;
        assert_eq!(options["forces"][0]["people"][0]["id"], "p-staff1");

        let asked = json!({ "force": force["id"], "incident": "initial_fire", "site": "老街 12 号灶房", "called_by": "邻居",
            "called_at": "2026-09-20T18:00:00+08:00", "told_119_at": "2026-09-20T17:59:00+08:00",
            "left_at": "2026-09-20T18:02:00+08:00", "arrived_at": "2026-09-20T18:05:00+08:00",
            "back_at": "2026-09-20T19:00:00+08:00", "crew": ["p-staff1"], "used": ["灭火器 2 具", " "],
            "text": "油锅起火，用灭火毯盖灭，移交消防救援站" });
        let with = |key: &str, value: Value| {
            let mut changed = asked.clone();
            changed[key] = value;
            changed
        };
        for (wrong, code) in [
            (with("told_119_at", Value::Null), "sortie.untold"),
            (with("arrived_at", json!("2026-09-20T18:01:00+08:00")), "sortie.order"),
            (with("back_at", json!("2026-09-21T19:00:00+08:00")), "sortie.order"),
            (with("crew", json!([])), "sortie.nobody"),
            (with("text", json!(" ")), "sortie.empty"),
        ] {
            assert_eq!(near.post("/api/v1/sorties", wrong).await?.code(), code);
        }
        let stranger = near.post("/api/v1/sorties", with("crew", json!(["p-grid1"]))).await?;
        assert_eq!(stranger.body["fields"][0]["code"], "sortie.crew");
        assert_eq!(far.post("/api/v1/sorties", asked.clone()).await?.status, StatusCode::NOT_FOUND);
        let sortie = near.post("/api/v1/sorties", asked).await?.ok()?;
        assert_eq!((&sortie["arrival_s"], &sortie["used"]), (&json!(300), &json!(["灭火器 2 具"])));
        let base = format!("/api/v1/sorties/{}", text(&sortie, "id"));
        assert_eq!(far.get(&base).await?.status, StatusCode::NOT_FOUND);
        assert!(far.get("/api/v1/sorties").await?.items()?.is_empty());
        let of = format!("/api/v1/sorties?force={}", text(&force, "id"));
        assert_eq!(clerk.get(&of).await?.items()?.len(), 1);
        assert_eq!(clerk.get("/api/v1/sorties?force=other").await?.items()?.len(), 0);
        let void = format!("{base}/void");
        assert_eq!(near.post(&void, json!({ "version": 1 })).await?.code(), "sortie.no_reason");
        let gone = near.post(&void, json!({ "version": 1, "reason": "录重了" })).await?.ok()?;
        assert_eq!((&gone["void"], &gone["actions"]), (&json!("录重了"), &json!([])));
        let stale = near.post(&void, json!({ "version": 1, "reason": "再作废" })).await?;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert_eq!(near.post(&void, json!({ "version": 2, "reason": "再作废" })).await?.code(), "sortie.void");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_flight_saw_becomes_a_hazard_in_one_step_and_each_names_the_other() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        shop(&town, BARN, "后山柴草堆场", V1).await?;
        shop(&town, MILL, "凌阁堂榨油坊", V2).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let station = json!({ "kind": "micro", "served": "village", "name": "场镇社区微型消防站", "org": "village-1",
            "territory": V1, "standard": "village_micro", "phone": "023-49000001", "address": "便民中心旁" });
        let force = clerk.post("/api/v1/forces", station).await?.ok()?;
        let held = json!({ "post": force["posts"][1]["id"], "person": "p-staff1", "from": "2026-09-01", "basis": "演示" });
        clerk.post("/api/v1/assignments", held).await?.ok()?;
        let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        clerk.post(&format!("/api/v1/forces/{}/accept", text(&force, "id")), accepted).await?.ok()?;
        let flown = |incident: &str| {
            json!({ "force": force["id"], "incident": incident, "site": "后山林缘",
                "called_at": "2026-09-20T14:00:00+08:00", "left_at": "2026-09-20T14:05:00+08:00",
                "back_at": "2026-09-20T14:40:00+08:00", "crew": ["p-staff1"], "used": ["无人机"],
                "text": "林缘堆放柴草，距林 10 米" })
        };
        let flight = staff.post("/api/v1/sorties", flown("drone_patrol")).await?.ok()?;
        assert_eq!((&flight["actions"], &flight["hazards"]), (&json!(["void", "find"]), &json!([])));
        let base = format!("/api/v1/sorties/{}", text(&flight, "id"));
        let photo = format!("/api/v1/photos/{PICTURE}?object_kind=hazard&object_id={SEEN}&role=before");
        staff.send_picture(&photo, 1).await?.ok()?;
        let found = |place: &str, sortie: &Value| {
            json!({ "id": SEEN, "place": place, "hazard_code": "H01.1", "description": flight["text"], "photos": [PICTURE],
                "happened_at": flight["left_at"], "position": { "lon": 105.8712345, "lat": 29.2654321 },
                "sortie": sortie })
        };
        // Another village's place, a flight that is none: nothing is written.
        let far = staff.post("/api/v1/hazards", found(MILL, &flight["id"])).await?;
        assert_eq!(far.status, StatusCode::NOT_FOUND);
        let walk = staff.post("/api/v1/sorties", flown("standby")).await?.ok()?;
        assert_eq!(staff.post("/api/v1/hazards", found(BARN, &walk["id"])).await?.code(), "sortie.no_flight");
        let nothing = staff.post("/api/v1/hazards", found(BARN, &json!("none"))).await?;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        assert_eq!(staff.get(&base).await?.ok()?["hazards"], json!([]));

        let hazard = staff.post("/api/v1/hazards", found(BARN, &flight["id"])).await?.ok()?;
        assert_eq!(hazard["sortie"]["id"], flight["id"]);
        assert_eq!((&hazard["sortie"]["site"], &hazard["sortie"]["left_at"]), (&flight["site"], &flight["left_at"]));
        let spot = (hazard["sortie"]["spot"]["lon"].as_f64(), hazard["sortie"]["spot"]["lat"].as_f64());
        assert_eq!(spot, (Some(105.8712345), Some(29.2654321)));
        assert_eq!(hazard["pairs"][0]["before"]["id"], PICTURE, "{hazard}");
        // Sent again it is the same, once.
        staff.post("/api/v1/hazards", found(BARN, &flight["id"])).await?.ok()?;
        let seen = clerk.get(&base).await?.ok()?;
        assert_eq!(seen["hazards"].as_array().map(Vec::len), Some(1), "{seen}");
        let one = &seen["hazards"][0];
        assert_eq!((&one["id"], &one["code"], text(&one["state"], "code")), (&hazard["id"], &hazard["code"], "found"));
        let void = json!({ "version": seen["version"], "reason": "录重了" });
        let gone = staff.post(&format!("{base}/void"), void).await?.ok()?;
        assert_eq!((&gone["actions"], gone["hazards"].as_array().map(Vec::len)), (&json!([]), Some(1)));
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
