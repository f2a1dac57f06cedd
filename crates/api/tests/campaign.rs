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
        let progress = |places: i64, done: i64, open: i64, not_yet: i64| {
            json!({ "places": places, "done": done, "open": open, "not_yet": not_yet })
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
