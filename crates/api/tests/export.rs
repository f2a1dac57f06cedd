//! Stories of taking ledgers out: how often, how much, what for, all of it on record.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::field::add_place;
use crate::common::{Town, V1, V2, shop, town};

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
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "export.needs_approval"));
        set(&town, "export.rows", 2).await?;
        let told = clerk.get(EXPORT).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "export.too_many_rows"));
        assert!(told.body["detail"].as_str().unwrap_or_default().contains("3 行"));
        assert_eq!(refusals(&town).await?, ["export.too_many_rows", "export.needs_approval"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn many_persons_are_taken_out_once_after_somebody_else_agreed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        for n in 1..=2 {
            let id = format!("01a00000-0000-7000-8000-00000000091{n}");
            shop(&town, &id, &format!("老街{n}号店"), V1).await?;
        }
        set(&town, "export.persons", 1).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let asked = |reason: &str| json!({ "query": { "village": V1 }, "format": "csv", "reason": reason });
        let told = clerk.post("/api/v1/exports", asked("")).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "export.reason_needed"));
        let mine = clerk.post("/api/v1/exports", asked("发停水通知")).await?.ok()?;
        assert_eq!(
            (&mine["state"], &mine["persons"], &mine["actions"]),
            (&json!("asked"), &json!(2), &json!([]))
        );
        let (decide, file) = {
            let id = mine["id"].as_str().unwrap_or_default();
            (format!("/api/v1/exports/{id}/decide"), format!("/api/v1/exports/{id}/file"))
        };
        assert_eq!(clerk.get(&file).await?.code(), "export.not_approved");
        let yes = json!({ "approve": true, "version": 1 });
        assert_eq!(
            clerk.post(&decide, yes.clone()).await?.status,
            StatusCode::FORBIDDEN,
            "not the clerk's right"
        );
        let waits = head.get("/api/v1/workbench").await?.ok()?;
        let waits = waits["counts"].as_array().into_iter().flatten().find(|one| one["code"] == "exports");
        assert_eq!(waits.map(|one| &one["n"]), Some(&json!(1)));
        let seen = head.get("/api/v1/exports").await?.items()?;
        assert_eq!((seen.len(), &seen[0]["actions"]), (1, &json!(["decide"])));
        head.post(&decide, yes.clone()).await?.ok()?;
        let stale = head.post(&decide, yes).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(head.get(&file).await?.status, StatusCode::NOT_FOUND, "agreeing is not taking");
        assert_eq!(clerk.get(&file).await?.status, StatusCode::OK);
        assert_eq!(clerk.get(&file).await?.code(), "export.taken");

        let own = head.post("/api/v1/exports", asked("迎检")).await?.ok()?;
        let path = format!("/api/v1/exports/{}/decide", own["id"].as_str().unwrap_or_default());
        let told = head.post(&path, json!({ "approve": true, "version": 1 })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "export.own"));
        let mut read = town.app.db.read(&town.app.town).await?;
        let entries = read.audit_page(&Default::default(), i64::MAX, 100).await?;
        assert!(entries.iter().any(|e| e.action == "register.export" && e.reason == "发停水通知"));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_list_leaves_as_it_is_shown_within_ones_scope_and_on_record() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        let here = add_place(&mut clerk, "老街=一号店", V1, "nine_small.shop", &[]).await?;
        let there = add_place(&mut clerk, "河边小店", V2, "nine_small.shop", &[]).await?;
        for (place, n) in [(&here, 205), (&there, 1)] {
            for _ in 0..n {
                let task = json!({ "place": place, "kind": "routine", "from": "2026-09-21", "due_on": "2026-09-30", "note": "" });
                clerk.post("/api/v1/tasks", task).await?.ok()?;
            }
        }
        let text = |told: &common::Told| String::from_utf8_lossy(&told.bytes).into_owned();
        let all = clerk.get("/api/v1/exports/tasks?format=csv&state=pending").await?;
        assert_eq!(all.status, StatusCode::OK);
        assert_eq!(text(&all).lines().count(), 207, "every row and the heading, whatever a page holds");
        assert!(text(&all).contains("老街=一号店") && text(&all).contains("河边小店"));
        let filtered = clerk.get(&format!("/api/v1/exports/tasks?format=csv&village={V2}")).await?;
        assert_eq!(text(&filtered).lines().count(), 2, "as it is filtered");
        let mut village = town.login("staff2").await?;
        let own = village.get("/api/v1/exports/tasks?format=csv").await?;
        assert!(text(&own).contains("河边小店") && !text(&own).contains("老街"), "{}", text(&own));
        let lists = ["hazards", "inspections", "inspection-plans", "coverage-errors", "duties/C9.2", "board"];
        for path in lists.into_iter().chain(["officers", "placards", "trainings", "training-coverage"]) {
            let told = clerk.get(&format!("/api/v1/exports/{path}?format=csv")).await?;
            assert_eq!(told.status, StatusCode::OK, "{path}: {}", text(&told));
            assert!(text(&told).starts_with('\u{feff}') && text(&told).lines().count() >= 1, "{path}");
            let book = clerk.get(&format!("/api/v1/exports/{path}")).await?;
            assert!(book.bytes.starts_with(b"PK"), "{path}: a workbook unless said otherwise");
        }
        let board = clerk.get("/api/v1/exports/board?format=csv").await?;
        let lines: Vec<String> = text(&board).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 1 + 177, "a line for each duty of the plan");
        assert!(lines[0].contains("落实度,最近期限,") && lines[0].contains("未落实"), "{}", lines[0]);
        let mine = village.get("/api/v1/exports/board?format=csv").await?;
        assert!(text(&mine).lines().next().unwrap_or_default().matches(',').count() < lines[0].matches(',').count());
        let uncovered = clerk.get("/api/v1/exports/coverage-errors?format=csv").await?;
        assert!(text(&uncovered).contains("河边小店"), "nobody's sector: {}", text(&uncovered));
        let shown = clerk.get("/api/v1/gate/roll").await?.items()?.len();
        let officers = clerk.get("/api/v1/exports/officers?format=csv").await?;
        assert!(text(&officers).starts_with("\u{feff}姓名,身份,岗位,单位,证件编号"), "{}", text(&officers));
        assert_eq!(text(&officers).lines().count(), shown + 1, "as many as on the page, under a heading");
        let groups = clerk.get("/api/v1/training-coverage?year=2026").await?.ok()?["groups"].as_array().map(Vec::len);
        let trained = clerk.get("/api/v1/exports/training-coverage?format=csv&year=2026").await?;
        assert_eq!(Some(text(&trained).lines().count()), groups.map(|n| n + 1));
        let map = clerk.get("/api/v1/exports/tasks?format=kml").await?;
        assert_eq!(map.body["fields"][0]["code"], "export.list_format");
        let mut read = town.app.db.read(&town.app.town).await?;
        let entries = read.audit_page(&Default::default(), i64::MAX, 100).await?;
        let taken = |action: &str| entries.iter().filter(|entry| entry.action == action).count();
        assert_eq!((taken("gate.export"), taken("placard.export"), taken("training.export")), (3, 2, 5));
        let first = entries.iter().rev().find(|entry| entry.action == "task.export").expect("on record");
        assert_eq!((first.actor_name.as_str(), first.detail.as_str()), ("周文书", r#"{"format":"csv","rows":206}"#));
        Ok(())
    })
    .await
}
