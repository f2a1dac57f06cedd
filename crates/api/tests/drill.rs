//! The story of a drill: planned, held, looked at, what it showed owed by posts and settled before it is closed.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{Browser, Town, UNIT_PLACE, V1, V2, shop, town};

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    town.app.install_shipped_plan(&Caller::system()).await?;
    shop(&town, UNIT_PLACE, "老街饭店", V1).await?;
    Ok(town)
}

fn evacuation() -> Value {
    json!({ "title": "老街饭店疏散演练", "scenario": "evacuation", "subject_kind": "place", "subject": UNIT_PLACE,
        "org": "unit", "script": "假定厨房起火，服务员引导客人撤离", "due_on": "2026-09-20" })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A number on somebody's workbench; null where it is not shown.
async fn on_the_workbench(browser: &mut Browser, code: &str) -> anyhow::Result<Value> {
    let page = browser.get("/api/v1/workbench").await?.ok()?;
    let counts = page["counts"].as_array().cloned().unwrap_or_default();
    Ok(counts.iter().find(|one| one["code"] == code).map(|one| one["n"].clone()).unwrap_or_default())
}

#[tokio::test]
async fn a_drill_is_held_looked_at_and_closed_once_its_issues_are_settled() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut unit) = (town.login("clerk").await?, town.login("unit").await?);
        let (mut near, mut far) = (town.login("secretary1").await?, town.login("staff2").await?);
        let mut wrong = evacuation();
        wrong["script"] = json!(" ");
        assert_eq!(unit.post("/api/v1/drills", wrong).await?.code(), "drill.empty");
        let mut wrong = evacuation();
        wrong["scenario"] = json!("dancing");
        assert_eq!(unit.post("/api/v1/drills", wrong).await?.body["fields"][0]["code"], "drill.scenario");
        let mut elsewhere = evacuation();
        elsewhere["subject_kind"] = json!("village");
        elsewhere["subject"] = json!(V2);
        assert_eq!(unit.post("/api/v1/drills", elsewhere).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(far.post("/api/v1/drills", evacuation()).await?.body["fields"][0]["code"], "drill.subject");

        let drill = unit.post("/api/v1/drills", evacuation()).await?.ok()?;
        assert_eq!((&drill["overdue"], &drill["actions"]), (&json!(true), &json!(["change", "hold", "cancel"])));
        assert_eq!(drill["subject"]["name"], "老街饭店");
        let base = format!("/api/v1/drills/{}", text(&drill, "id"));
        let from = format!("/api/v1/papers/prefill?template=DT22.plan&about_kind=drill&about={}", text(&drill, "id"));
        let known = unit.get(&from).await?.ok()?["values"].clone();
        assert_eq!(known["drill"], drill["title"], "{known}");
        assert_eq!(far.get(&from).await?.status, StatusCode::NOT_FOUND);
        let to = |step: &str| format!("{base}/{step}");
        assert_eq!(far.get(&base).await?.status, StatusCode::NOT_FOUND);
        assert!(far.get("/api/v1/drills").await?.items()?.is_empty());
        assert_eq!(on_the_workbench(&mut clerk, "drills_late").await?, json!(1));

        let held = |announced: bool, version: i64| {
            json!({ "on": "2026-09-19", "present": 14, "announced": announced, "text": "客人配合", "version": version,
                "marks": [{ "what": "报警", "after_s": 20 }, { "what": "全部撤出", "after_s": 150 }] })
        };
        assert_eq!(unit.post(&to("hold"), held(false, 1)).await?.code(), "drill.unannounced");
        assert_eq!(unit.post(&to("assess"), json!({ "points": [], "version": 1 })).await?.status, StatusCode::FORBIDDEN);
        let after = unit.post(&to("hold"), held(true, 1)).await?.ok()?;
        assert_eq!((&after["state"], &after["actions"]), (&json!("held"), &json!([])), "others assess it");
        let stale = unit.post(&to("hold"), held(true, 1)).await?;
        assert_eq!((stale.status, &stale.body["current"]["state"]), (StatusCode::CONFLICT, &json!("held")));
        assert_eq!(on_the_workbench(&mut near, "drills_held").await?, json!(1));

        let point = |key: &str, got: u32| json!({ "key": key, "got": got });
        let mut told = json!({ "version": 2, "text": "引导有序，清点漏一人", "points": [point("alarm", 20), point("guide", 18),
            point("slow", 20), point("count", 10)], "issues": [
            { "text": "明确各桌服务员清点人数", "owner": "post-unit", "due_on": "2026-10-10" }] });
        assert_eq!(near.post(&to("assess"), told.clone()).await?.code(), "drill.points", "one is missing");
        told["points"].as_array_mut().into_iter().for_each(|list| list.push(point("power", 20)));
        let assessed = near.post(&to("assess"), told).await?.ok()?;
        assert_eq!((&assessed["got"], &assessed["most"]), (&json!(88), &json!(100)));
        assert_eq!(assessed["issues"][0]["owner"]["post"]["id"], "post-unit");
        let close = json!({ "version": 3 });
        assert_eq!(near.post(&to("close"), close.clone()).await?.code(), "drill.issues_open");
        let item = text(&assessed["issues"][0], "id").to_owned();
        let step = |step: &str| format!("/api/v1/follow-ups/{item}/{step}");
        clerk.post(&step("done"), json!({ "text": "已分桌到人", "version": 1 })).await?.ok()?;
        assert_eq!(near.post(&to("close"), close.clone()).await?.code(), "drill.issues_open", "nobody looked yet");
        let mut head = town.login("head").await?;
        let verified = head.post(&step("verify"), json!({ "text": "属实", "version": 2 })).await?.ok()?;
        assert_eq!(verified["origin"]["name"], "老街饭店疏散演练");
        let closed = near.post(&to("close"), close).await?.ok()?;
        assert_eq!((&closed["state"], &closed["actions"]), (&json!("closed"), &json!([])));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_key_unit_that_practised_and_trained_has_done_its_duty() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let list = json!({ "kind": "key_unit", "owner": "police" });
        let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
        let entry = json!({ "place": UNIT_PLACE, "from": "2026-07-01", "reason": "区消防救援机构列管" });
        clerk.post(&format!("/api/v1/place-lists/{}/entries", text(&list, "id")), entry).await?.ok()?;
        let path = format!(
            "/api/v1/board/duties/C18.11/evidence?subject_kind=place&subject={UNIT_PLACE}&window=2026-H2"
        );
        let before = clerk.get(&path).await?.ok()?;
        assert_eq!(before["items"], json!([]), "{before}");
        let drill = clerk.post("/api/v1/drills", evacuation()).await?.ok()?;
        let held = json!({ "on": "2026-09-19", "present": 14, "announced": true, "version": 1 });
        clerk.post(&format!("/api/v1/drills/{}/hold", text(&drill, "id")), held).await?.ok()?;
        let behind = clerk.get(&path).await?.ok()?;
        assert_eq!(behind["items"][0]["id"], drill["id"], "{behind}");
        assert_eq!(behind["items"][0]["title"], "老街饭店疏散演练");
        let cancelled = clerk.post("/api/v1/drills", evacuation()).await?.ok()?;
        let to = format!("/api/v1/drills/{}/cancel", text(&cancelled, "id"));
        assert_eq!(clerk.post(&to, json!({ "version": 1 })).await?.code(), "drill.no_reason");
        clerk.post(&to, json!({ "version": 1, "reason": "停业装修" })).await?.ok()?;
        assert_eq!(clerk.get(&path).await?.ok()?["items"].as_array().map(Vec::len), Some(1));
        Ok(())
    })
    .await
}
