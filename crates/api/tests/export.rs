//! Stories of taking ledgers out: how often, how much, what for, all of it on record.

mod common;

use axum::http::StatusCode;
use common::{Town, V1, shop, town};
use serde_json::{Value, json};
use testkit::both_databases;

const EXPORT: &str = "/api/v1/exports/places?format=csv";

/// The office proposes, the leader decides.
async fn set(town: &Town, name: &str, value: i64) -> anyhow::Result<()> {
    let asked = json!({ "name": name, "value": value, "from": common::TODAY, "reason": "试行" });
    let proposed = town.login("clerk").await?.post("/api/v1/parameters", asked).await?.ok()?;
    let pending = &proposed["pending"];
    let path = format!("/api/v1/parameters/{}/decide", pending["id"].as_str().unwrap_or_default());
    let verdict = json!({ "approve": true, "reason": "", "version": pending["version"] });
    town.login("leader").await?.post(&path, verdict).await?.ok()?;
    Ok(())
}

async fn refusals(town: &Town) -> anyhow::Result<Vec<String>> {
    let mut read = town.app.db.read(&town.app.town).await?;
    let entries = read.audit_page(&Default::default(), i64::MAX, 100).await?;
    let told = |e: &store::audit::Entry| {
        let detail: Value = serde_json::from_str(&e.detail).unwrap_or_default();
        detail["code"].as_str().unwrap_or_default().to_owned()
    };
    Ok(entries.iter().filter(|e| e.action == "export.refuse").map(told).collect())
}

#[tokio::test]
async fn ten_ledgers_a_day_and_the_eleventh_is_refused_and_recorded() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        shop(&town, "01a00000-0000-7000-8000-000000000901", "老街五金店", V1).await?;
        let mut clerk = town.login("clerk").await?;
        for n in 0..10 {
            assert_eq!(clerk.get(EXPORT).await?.status, StatusCode::OK, "{n}");
        }
        let told = clerk.get(EXPORT).await?;
        assert_eq!((told.status, told.code()), (StatusCode::TOO_MANY_REQUESTS, "export.too_many"));
        assert!(told.headers.contains_key("retry-after"));
        assert_eq!(refusals(&town).await?, ["export.too_many"]);
        let mut head = town.login("head").await?;
        assert_eq!(head.get(EXPORT).await?.status, StatusCode::OK, "each person has his own");
        town.clock.advance_ms(24 * 3_600_000);
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get(EXPORT).await?.status, StatusCode::OK, "a new day");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn many_rows_are_refused_and_many_persons_need_a_reason_as_the_town_decides() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        for n in 1..=3 {
            shop(&town, &format!("01a00000-0000-7000-8000-00000000090{n}"), &format!("老街{n}号店"), V1)
                .await?;
        }
        let mut clerk = town.login("clerk").await?;
        let shown = clerk.get("/api/v1/parameters").await?.items()?;
        for (name, value) in [("export.a_day", 10), ("export.rows", 5_000), ("export.persons", 200)] {
            let one = shown.iter().find(|one| one["name"] == name).expect("the town sees it");
            assert_eq!(one["value"].as_f64(), Some(f64::from(value)), "{one}");
        }
        assert_eq!(clerk.get(EXPORT).await?.status, StatusCode::OK);
        set(&town, "export.persons", 2).await?;
        let told = clerk.get(EXPORT).await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(told.body["fields"][0]["code"], "export.reason_needed");
        let with_reason = format!("{EXPORT}&reason=%E5%8F%91%E5%81%9C%E6%B0%B4%E9%80%9A%E7%9F%A5");
        assert_eq!(clerk.get(&with_reason).await?.status, StatusCode::OK);
        set(&town, "export.rows", 2).await?;
        let told = clerk.get(&with_reason).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "export.too_many_rows"));
        assert!(told.body["detail"].as_str().unwrap_or_default().contains("3 行"));
        assert_eq!(refusals(&town).await?, ["export.too_many_rows", "export.reason_needed"]);
        let mut read = town.app.db.read(&town.app.town).await?;
        let entries = read.audit_page(&Default::default(), i64::MAX, 100).await?;
        assert!(entries.iter().any(|e| e.action == "register.export" && e.reason == "发停水通知"));
        Ok(())
    })
    .await
}
