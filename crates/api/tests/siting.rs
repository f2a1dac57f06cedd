//! Stories of siting studies: a question is asked of the register, worked out as a job, proven, kept; who stays beyond
//! reach is named; what another number or radius would change.

mod common;

use axum::http::StatusCode;
use common::{Browser, Town, V1, V2, town};
use serde_json::{Value, json};
use testkit::both_databases;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

async fn place(
    by: &mut Browser,
    name: &str,
    village: &str,
    at: Option<f64>,
    people: u32,
) -> anyhow::Result<()> {
    let location = at.map(|lon| json!({ "lon": lon, "lat": 29.26 }));
    let place = json!({ "name": name, "village": village, "category": "nine_small.shop", "address": "老街 1 号",
        "tags": [], "location": location, "registration": { "kind": "unknown" }, "heads": { "lodging": people },
        "responsible": { "name": "张三", "phone": "13812345678" }, "opening": "open", "note": "" });
    by.post("/api/v1/places", place).await?.ok()?;
    Ok(())
}

/// Three places within two kilometres, one thirty kilometres off, one nobody knows where.
async fn settled(clerk: &mut Browser) -> anyhow::Result<()> {
    place(clerk, "甲店", V1, Some(105.870), 5).await?;
    place(clerk, "乙店", V1, Some(105.880), 50).await?;
    place(clerk, "丙店", V1, Some(105.890), 5).await?;
    place(clerk, "远店", V2, Some(106.200), 2).await?;
    place(clerk, "无位店", V2, None, 9).await
}

fn asked(model: &str, sites: u32, radius: u32) -> Value {
    json!({ "title": "镇消防站需求论证", "purpose": "station", "model": model, "sites": sites, "radius_m": radius,
        "weight_base": 1, "weight_person": 1, "weight_fire": 10, "reason": "常住人口增加",
        "candidates": [
            { "name": "镇政府", "lon": 105.880, "lat": 29.26 }, { "name": "河边", "lon": 105.860, "lat": 29.26 },
            { "name": "远山", "lon": 106.200, "lat": 29.26 }] })
}

/// Asks, lets the worker work, and reads what came of it.
async fn answered(town: &Town, by: &mut Browser, asked: Value) -> anyhow::Result<Value> {
    let page = by.post("/api/v1/sitings", asked).await?.ok()?;
    anyhow::ensure!(page["found"].is_null() && page["job"]["state"] == "waiting", "{page}");
    town.app.run_due_jobs().await?;
    by.get(&format!("/api/v1/sitings/{}", text(&page, "id"))).await?.ok()
}

#[tokio::test]
async fn a_question_is_worked_out_proven_and_kept() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        settled(&mut clerk).await?;
        assert_eq!(
            staff.post("/api/v1/sitings", asked("mclp", 1, 2_000)).await?.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(clerk.post("/api/v1/sitings", asked("mclp", 4, 2_000)).await?.code(), "siting.sites");
        assert_eq!(clerk.post("/api/v1/sitings", asked("lscp", 0, 0)).await?.code(), "siting.radius");
        let page = answered(&town, &mut clerk, asked("mclp", 1, 2_000)).await?;
        assert_eq!((&page["demands_n"], &page["unplaced"]), (&json!(4), &json!(1)), "{page}");
        assert_eq!((&page["found"]["chosen"], &page["found"]["optimal"]), (&json!(["镇政府"]), &json!(true)));
        assert_eq!(page["found"]["objective"], json!(63.0), "6 + 51 + 6 within two kilometres");
        let names: Vec<&str> =
            page["uncovered"].as_array().into_iter().flatten().map(|one| text(one, "name")).collect();
        assert_eq!(names, ["远店"], "who stays beyond reach is named");
        let two = page["variants"].as_array().into_iter().flatten().find(|one| one["sites"] == 2);
        assert_eq!(two.map(|one| &one["uncovered_n"]), Some(&json!(0)), "a second site reaches everybody");
        assert!(page["variants"].as_array().is_some_and(|all| all.len() == 3), "{}", page["variants"]);

        let page = answered(&town, &mut clerk, asked("lscp", 0, 2_000)).await?;
        assert_eq!(page["found"]["chosen"], json!(["镇政府", "远山"]), "fewest that reach everybody");
        let page = answered(&town, &mut clerk, asked("p_median", 1, 0)).await?;
        assert_eq!(page["found"]["chosen"], json!(["镇政府"]));
        let page = answered(&town, &mut clerk, asked("p_center", 2, 0)).await?;
        assert!(
            page["found"]["farthest_m"].as_f64().is_some_and(|m| (900.0..1_100.0).contains(&m)),
            "{}",
            page["found"]
        );
        let mut fixed = asked("p_median", 1, 0);
        fixed["candidates"][1]["fixed"] = json!(true);
        let page = answered(&town, &mut clerk, fixed).await?;
        assert_eq!(page["found"]["chosen"], json!(["河边"]), "what is settled stays settled");

        let path = format!("/api/v1/sitings/{}/void", text(&page, "id"));
        let version = page["version"].clone();
        assert_eq!(
            clerk.post(&path, json!({ "reason": " ", "version": version })).await?.code(),
            "siting.no_reason"
        );
        let page = clerk.post(&path, json!({ "reason": "候选点不对", "version": version })).await?.ok()?;
        assert_eq!((&page["void"], &page["voided"]), (&json!("候选点不对"), &json!(true)));
        assert_eq!(staff.get("/api/v1/sitings").await?.items()?.len(), 5);
        Ok(())
    })
    .await
}
