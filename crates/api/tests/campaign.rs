//! The story of a campaign: begun with every place of its class, followed as visits and hazards come in, closed only once
//! whoever is unfinished has been named.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::field::recorded;
use crate::common::{Browser, Town, V1, V2, shop, town};

const ID: &str = "01a00000-0000-7000-8000-000000000910";
const SHOP: &str = "01a00000-0000-7000-8000-000000000911";
const MILL: &str = "01a00000-0000-7000-8000-000000000912";
const LATE: &str = "01a00000-0000-7000-8000-000000000913";

async fn settled(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(common::day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    shop(&town, MILL, "凌阁堂榨油坊", V2).await?;
    Ok(town)
}

fn small() -> Value {
    json!({ "id": ID, "class": "nine_small", "title": "九小场所专项整治", "lead": "office", "from": "2026-09-01",
        "until": "2026-10-31" })
}

/// Places and how far each has come.
fn standings(view: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entries = view["entries"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|one| (text(&one["place"]["id"]), text(&one["standing"]))).collect()
}

async fn one(browser: &mut Browser) -> anyhow::Result<Value> {
    browser.get(&format!("/api/v1/campaigns/{ID}")).await?.ok()
}

#[tokio::test]
async fn a_campaign_counts_visits_and_names_whoever_is_unfinished() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let to = |step: &str| format!("/api/v1/campaigns/{ID}/{step}");
        let mut wrong = small();
        wrong["until"] = json!("2026-08-31");
        assert_eq!(clerk.post("/api/v1/campaigns", wrong).await?.code(), "campaign.backwards");
        let mut wrong = small();
        wrong["class"] = json!("hospital");
        assert_eq!(clerk.post("/api/v1/campaigns", wrong).await?.code(), "campaign.no_places");
        assert_eq!(staff.post("/api/v1/campaigns", small()).await?.status, StatusCode::FORBIDDEN);

        let begun = clerk.post("/api/v1/campaigns", small()).await?.ok()?;
        // The circular names whoever is unfinished.
        let from = format!("/api/v1/papers/prefill?template=DT10&about_kind=campaign&about={ID}");
        let known = clerk.get(&from).await?.ok()?["values"].clone();
        assert!(known["problems"][0].as_str().is_some_and(|one| one.contains("未完成")), "{known}");
        assert!(known["background"].as_str().is_some_and(|one| one.contains("应查")), "{known}");
        let progress = |places: i64, done: i64, open: i64, not_yet: i64| {
            json!({ "places": places, "done": done, "open": open, "not_yet": not_yet, "unassessed": 0 })
        };
        assert_eq!(begun["progress"], progress(2, 0, 0, 2));
        assert_eq!(one(&mut staff).await?["progress"], progress(1, 0, 0, 1), "of his own village only");
        assert_eq!(one(&mut staff).await?["actions"], json!([]));

        recorded(&mut staff, 1, SHOP, "staff1", &[]).await?;
        let seen = one(&mut clerk).await?;
        assert_eq!(seen["progress"], progress(2, 1, 0, 1), "nobody typed anything twice");
        assert_eq!(standings(&seen), [(MILL.to_owned(), "not_yet".to_owned()), (SHOP.to_owned(), "done".to_owned())]);

        let found = json!({ "id": "01a00000-0000-7000-8000-000000000914", "place": SHOP, "hazard_code": "H01.1",
            "description": "楼梯间堆放货物" });
        let photo = "/api/v1/photos/01a00000-0000-7000-8000-000000000915?object_kind=hazard\
                     &object_id=01a00000-0000-7000-8000-000000000914&role=before";
        staff.send_picture(photo, 1).await?.ok()?;
        let mut found = found;
        found["photos"] = json!(["01a00000-0000-7000-8000-000000000915"]);
        staff.post("/api/v1/hazards", found).await?.ok()?;
        assert_eq!(one(&mut clerk).await?["progress"], progress(2, 0, 1, 1), "an open hazard is not done");

        shop(&town, LATE, "新开小吃店", V1).await?;
        assert_eq!(one(&mut clerk).await?["missing"][0]["name"], "新开小吃店", "nobody is forgotten");
        let added = clerk.post(&to("places"), json!({ "places": [LATE], "version": 1 })).await?.ok()?;
        assert_eq!((&added["progress"]["places"], &added["missing"]), (&json!(3), &json!([])));
        let stale = clerk.post(&to("take-out"), json!({ "place": LATE, "reason": "停业", "version": 1 })).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(2)));
        let out = json!({ "place": LATE, "reason": "试营业后停业", "version": 2 });
        let out = clerk.post(&to("take-out"), out).await?.ok()?;
        assert_eq!(out["entries"][2]["reason"], "试营业后停业", "it stays on record");

        let bare = json!({ "summary": "检查两家", "version": 3 });
        let refused = clerk.post(&to("close"), bare).await?;
        assert_eq!(refused.code(), "campaign.unfinished");
        let reasons = json!({ SHOP: "整改期限未到", MILL: "外出未归" });
        let told = json!({ "summary": "检查两家，发现隐患一处", "reasons": reasons, "version": 3 });
        let closed = clerk.post(&to("close"), told).await?.ok()?;
        assert_eq!((&closed["state"], &closed["actions"]), (&json!("closed"), &json!(["void"])));
        let again = clerk.post(&to("places"), json!({ "places": [MILL], "version": 4 })).await?;
        assert_eq!(again.code(), "campaign.over");

        let behind = "/api/v1/board/duties/C16.2a/evidence?subject_kind=town&window=2026";
        let behind = clerk.get(&format!("{behind}&subject={}", common::TOWN)).await?.ok()?;
        assert_eq!(behind["items"][0]["id"], ID, "{behind}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_village_leads_a_campaign_over_its_own_places() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let mut secretary = town.login("secretary1").await?;
        let mut own = small();
        own["lead"] = json!("village-1");
        let begun = secretary.post("/api/v1/campaigns", own).await?.ok()?;
        assert_eq!(standings(&begun), [(SHOP.to_owned(), "not_yet".to_owned())]);
        let far = json!({ "places": [MILL], "version": 1 });
        let refused = secretary.post(&format!("/api/v1/campaigns/{ID}/places"), far).await?;
        assert_eq!(refused.body["fields"][0]["code"], "campaign.places");
        let mut others = small();
        others["id"] = json!("01a00000-0000-7000-8000-000000000916");
        others["lead"] = json!("office");
        assert_eq!(secretary.post("/api/v1/campaigns", others).await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

/// A charging point in service with twelve sockets, last checked on the day it was found.
fn charging(name: &str, village: &str) -> Value {
    json!({ "kind": "ebike_charging", "name": name, "territory": village, "found": true, "values": { "sockets": 12 },
        "shape": { "type": "Point", "coordinates": [105.872, 29.268] } })
}

#[tokio::test]
async fn a_campaign_for_e_bikes_lists_points_and_one_for_factories_who_assessed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let (mut clerk, mut far) = (town.login("clerk").await?, town.login("staff2").await?);
        let system = Caller::system();
        let whole = system.scope(domain::policy::Action::PlaceRead)?;
        let mut tx = town.app.db.write(&common::TOWN.into()).await?;
        for (id, kind) in [(SHOP, "factory"), (MILL, "compound")] {
            let place = tx.place(&id.into(), &whole).await?;
            let mut place = place.ok_or_else(|| anyhow::anyhow!("just made"))?;
            place.place.category = domain::place::KindCode::from(kind);
            tx.update_place(&place).await?;
        }
        tx.commit(system.audit("place.change", "place", SHOP, town.app.now()), ()).await?;
        let near = clerk.post("/api/v1/facilities", charging("农贸市场充电棚", V1)).await?.ok()?;
        clerk.post("/api/v1/facilities", charging("凌阁堂充电点", V2)).await?.ok()?;

        let begin = |id: &str, class: &str| {
            json!({ "id": id, "class": class, "title": "专项", "lead": "office", "from": "2026-09-01",
                "until": "2026-10-31" })
        };
        let ebikes = clerk.post("/api/v1/campaigns", begin(ID, "ebike")).await?.ok()?;
        assert_eq!(ebikes["points"].as_array().map(Vec::len), Some(2));
        assert_eq!(ebikes["points"][0]["facility"]["id"], near["id"]);
        assert_eq!(
            (&ebikes["points"][0]["sockets"], &ebikes["points"][0]["checked"]),
            (&json!(12), &json!(false))
        );
        assert_eq!((&ebikes["assessed"], &ebikes["entries"][0]["assessment"]), (&json!(false), &Value::Null));
        // Checked within the window, whoever did it: nobody types it a second time.
        let path = format!("/api/v1/facilities/{}", near["id"].as_str().unwrap_or_default());
        let mut page = near;
        for mut asked in [
            json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1", "check_days": 92 }),
            json!({ "step": "enter" }),
            json!({ "step": "check", "good": true, "text": "插座和断电装置完好" }),
        ] {
            asked["version"] = page["version"].clone();
            page = clerk.post(&format!("{path}/steps"), asked).await?.ok()?;
        }
        let seen = one(&mut clerk).await?;
        assert_eq!(
            (&seen["points"][0]["checked"], &seen["points"][0]["unfinished"], &seen["points"][1]["unfinished"]),
            (&json!(true), &json!(false), &json!(true))
        );
        // At the end the point nobody checked is named as a place is.
        let far_point = seen["points"][1]["facility"]["id"].as_str().unwrap_or_default().to_owned();
        let close = |reasons: Value| json!({ "summary": "检查一处", "reasons": reasons, "version": 1 });
        let refused = clerk.post(&format!("/api/v1/campaigns/{ID}/close"), close(json!({ MILL: "外出未归" }))).await?;
        assert_eq!(refused.code(), "campaign.unfinished");
        let told = close(json!({ MILL: "外出未归", far_point: "停电检修" }));
        let closed = clerk.post(&format!("/api/v1/campaigns/{ID}/close"), told).await?.ok()?;
        assert_eq!(closed["points"][1]["reason"], "停电检修");

        let id = "01a00000-0000-7000-8000-000000000917";
        let begun = clerk.post("/api/v1/campaigns", begin(id, "factory_warehouse")).await?.ok()?;
        assert_eq!((&begun["points"], &begun["assessed"]), (&json!([]), &json!(true)));
        assert_eq!(begun["entries"][0]["assessment"], Value::Null, "named as not assessed");
        let assess = |on: &str, id: &str| {
            json!({ "id": id, "place": SHOP, "on": on, "org": "office", "assessor": "周文书", "conclusion": "fit",
                "summary": "设施完好，管理到位", "treatment": "", "treat_by": null, "finds": [] })
        };
        clerk.post("/api/v1/assessments", assess("2026-08-20", "01a00000-0000-7000-8000-000000000918")).await?.ok()?;
        // Looked at, but assessed before the window: unfinished, and named as such.
        let mut staff = town.login("staff1").await?;
        recorded(&mut staff, 1, SHOP, "staff1", &[]).await?;
        let seen = clerk.get(&format!("/api/v1/campaigns/{id}")).await?.ok()?;
        assert_eq!(standings(&seen), [(SHOP.to_owned(), "unassessed".to_owned())]);
        assert_eq!(seen["progress"]["unassessed"], 1);
        let end = json!({ "summary": "检查一家", "version": 1 });
        assert_eq!(clerk.post(&format!("/api/v1/campaigns/{id}/close"), end).await?.code(), "campaign.unfinished");
        clerk.post("/api/v1/assessments", assess("2026-09-18", "01a00000-0000-7000-8000-000000000919")).await?.ok()?;
        let seen = clerk.get(&format!("/api/v1/campaigns/{id}")).await?.ok()?;
        let shown = &seen["entries"][0]["assessment"];
        assert_eq!(standings(&seen), [(SHOP.to_owned(), "done".to_owned())]);
        assert_eq!((&shown["on"], &shown["third_party"]), (&json!("2026-09-18"), &json!(false)), "of this window");
        let theirs = far.get(&format!("/api/v1/campaigns/{id}")).await?.ok()?;
        assert_eq!(theirs["entries"], json!([]), "of his own village only");
        Ok(())
    })
    .await
}
