//! The story of a call test: the office calls, one answers by himself, one by radio, one too late; the station goes by the
//! first answer, persons are shown to the caller only.

use app::Caller;
use axum::http::StatusCode;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{Browser, Town, V1, V2, town};

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A station that is accepted and in the dispatch, with these people.
async fn station(clerk: &mut Browser, village: &str, org: &str, people: &[&str]) -> anyhow::Result<String> {
    let asked = json!({ "kind": "micro", "served": "village", "name": format!("{org} 微型消防站"), "org": org,
        "territory": village, "standard": "village_micro", "phone": "023-49000001", "address": "便民中心旁" });
    let force = clerk.post("/api/v1/forces", asked).await?.ok()?;
    let post =
        force["posts"].as_array().into_iter().flatten().find(|post| text(post, "name").ends_with("队员"));
    let post = post.cloned().unwrap_or_default();
    for person in people {
        let held = json!({ "post": post["id"], "person": person, "from": "2026-09-01", "basis": "演示" });
        clerk.post("/api/v1/assignments", held).await?.ok()?;
    }
    let at = format!("/api/v1/forces/{}", text(&force, "id"));
    let said = |text: &str, version: i64| json!({ "on": "2026-09-10", "text": text, "version": version });
    clerk.post(&format!("{at}/accept"), said("镇消安办", 1)).await?.ok()?;
    clerk.post(&format!("{at}/enter-dispatch"), said("01", 2)).await?.ok()?;
    Ok(text(&force, "id").to_owned())
}

async fn planned(fresh: &Fresh) -> anyhow::Result<(Town, String, String)> {
    let town = town(fresh).await?;
    town.app.install_shipped_plan(&Caller::system()).await?;
    let mut clerk = town.login("clerk").await?;
    let near = station(&mut clerk, V1, "village-1", &["p-staff1", "p-grid1"]).await?;
    let far = station(&mut clerk, V2, "village-2", &["p-staff2"]).await?;
    Ok((town, near, far))
}

/// A number on somebody's workbench; null where it is not shown.
async fn on_the_workbench(browser: &mut Browser, code: &str) -> anyhow::Result<Value> {
    let page = browser.get("/api/v1/workbench").await?.ok()?;
    let counts = page["counts"].as_array().cloned().unwrap_or_default();
    Ok(counts.iter().find(|one| one["code"] == code).map(|one| one["n"].clone()).unwrap_or_default())
}

#[tokio::test]
async fn a_station_goes_by_its_first_answer_and_persons_are_for_the_caller() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near_id, far_id) = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let (mut secretary, mut far) = (town.login("secretary1").await?, town.login("staff2").await?);
        assert_eq!(on_the_workbench(&mut clerk, "calls_due").await?, json!(2), "never tested");
        let all = json!({ "note": "九月呼叫测试" });
        assert_eq!(secretary.post("/api/v1/call-tests", all.clone()).await?.status, StatusCode::FORBIDDEN);
        let unknown = json!({ "forces": ["nobody"] });
        let told = clerk.post("/api/v1/call-tests", unknown).await?;
        assert_eq!(told.body["fields"][0]["code"], "call_test.force");
        let test = clerk.post("/api/v1/call-tests", all).await?.ok()?;
        assert_eq!((&test["stations"], &test["within_s"]), (&json!(2), &json!(60)));
        let base = format!("/api/v1/call-tests/{}", text(&test, "id"));
        let to = |step: &str| format!("{base}/{step}");

        assert_eq!(on_the_workbench(&mut staff, "calls").await?, json!(1));
        let asked = staff.get("/api/v1/me/calls").await?.items()?;
        assert_eq!((asked.len(), &asked[0]["after_s"]), (1, &Value::Null));
        // Whoever is called is told, and cannot take it for an alarm.
        let told = staff.get("/api/v1/me/messages").await?.items()?;
        let said = text(&told[0], "text").to_owned();
        assert!(said.starts_with("呼叫测试（不是警情）") && told[0]["about"] == test["id"], "{told:?}");
        assert_eq!((told.len(), &told[0]["urgency"]["code"]), (1, &json!("notice")));
        assert_eq!(secretary.get("/api/v1/me/messages").await?.items()?.len(), 0, "was not called");
        let later = |s: i64| town.clock.set(Timestamp::parse("2026-09-21T09:00:00+08:00").unwrap_or_default().plus_ms(s * 1_000));
        later(40);
        let mine = staff.post(&to("answer"), json!({})).await?.items()?;
        assert_eq!(mine[0]["after_s"], 40);
        assert_eq!(staff.post(&to("answer"), json!({})).await?.code(), "call_test.answered");
        assert_eq!(secretary.post(&to("answer"), json!({})).await?.status, StatusCode::NOT_FOUND, "was not asked");
        later(300);
        let by = |force: &str, person: &str, channel: &str| json!({ "force": force, "person": person, "channel": channel });
        assert_eq!(secretary.post(&to("record"), by(&near_id, "p-grid1", "radio")).await?.status, StatusCode::FORBIDDEN);
        let odd = clerk.post(&to("record"), by(&far_id, "p-staff2", "smoke")).await?;
        assert_eq!(odd.body["fields"][0]["code"], "call_test.channel");
        assert_eq!(clerk.post(&to("record"), by(&far_id, "p-staff1", "radio")).await?.code(), "call_test.not_asked");
        let mut ahead = by(&far_id, "p-staff2", "radio");
        ahead["after_s"] = json!(301);
        assert_eq!(clerk.post(&to("record"), ahead).await?.code(), "call_test.time");
        clerk.post(&to("record"), by(&far_id, "p-staff2", "radio")).await?.ok()?;
        let stale = clerk.post(&to("close"), json!({ "version": 9 })).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(1)));
        let closed = clerk.post(&to("close"), json!({ "version": 1 })).await?.ok()?;
        let of = |view: &Value, force: &str| {
            let calls = view["calls"].as_array().cloned().unwrap_or_default();
            calls.into_iter().find(|one| text(&one["force"], "id") == force).unwrap_or_default()
        };
        let (one, two) = (of(&closed, &near_id), of(&closed, &far_id));
        assert_eq!((text(&one, "outcome"), &one["first_s"], &one["answered"]), ("in_time", &json!(40), &json!(1)));
        assert_eq!((text(&two, "outcome"), &two["first_s"]), ("late", &json!(300)));
        assert_eq!(one["members"].as_array().map(Vec::len), Some(2));
        assert_eq!(clerk.post(&to("record"), by(&near_id, "p-grid1", "phone")).await?.code(), "call_test.closed");

        let seen = secretary.get(&base).await?.ok()?;
        assert_eq!(seen["calls"].as_array().map(Vec::len), Some(1), "his station only");
        assert_eq!(seen["calls"][0]["members"], json!([]), "and no persons");
        assert_eq!(of(&far.get(&base).await?.ok()?, &far_id)["outcome"], "late");
        let page = clerk.get("/api/v1/call-tests").await?.ok()?;
        let due = |page: &Value, force: &str| {
            let all = page["due"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|one| text(&one["force"], "id") == force).unwrap_or_default()
        };
        assert_eq!((&due(&page, &near_id)["overdue"], &due(&page, &far_id)["overdue"]), (&json!(false), &json!(true)));
        assert_eq!(due(&page, &near_id)["due_on"], "2026-10-21", "31 days, the first one included");
        assert_eq!(due(&page, &near_id)["call_on"], "2026-10-21", "the next call is planned for its last day");
        assert_eq!(due(&page, &far_id)["call_on"], "2026-09-10", "never in time: since it is in the dispatch");
        let board = clerk.get(&format!("/api/v1/forces/{near_id}")).await?.ok()?;
        assert_eq!(board["next_call"]["call_on"], "2026-10-21", "{board}");
        let rate = |person: &str| {
            let all = page["rates"].as_array().cloned().unwrap_or_default();
            let his = all.into_iter().find(|one| one["person"]["id"] == person).unwrap_or_default();
            json!([his["asked"], his["in_time"], his["late"], his["app"], his["radio"]])
        };
        assert_eq!(rate("p-staff1"), json!([1, 1, 0, 1, 0]), "{page}");
        assert_eq!(rate("p-staff2"), json!([1, 0, 1, 0, 1]), "too late, by radio");
        assert_eq!(secretary.get("/api/v1/call-tests").await?.ok()?["rates"], json!([]), "no persons for others");
        town.clock.set(Timestamp::parse("2026-10-22T09:00:00+08:00").unwrap_or_default());
        let mut clerk = town.login("clerk").await?;
        let page = clerk.get("/api/v1/call-tests").await?.ok()?;
        assert_eq!(due(&page, &near_id)["overdue"], true, "the day after");
        let duty = town.login("leader").await?.get("/api/v1/board/duties/C3.5?limit=200").await?.ok()?;
        let stands = duty["occurrences"]["items"].as_array().cloned().unwrap_or_default();
        let held = |force: &str| -> u64 {
            let of = stands.iter().filter(|one| one["subject"]["id"] == force);
            of.filter_map(|one| one["done"].as_u64()).sum()
        };
        assert_eq!((held(&near_id), held(&far_id)), (31, 0), "days on the board: as long as a test counts");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn on_the_planned_day_whoever_runs_tests_is_told_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near_id, _far) = planned(&fresh).await?;
        let system = Caller::system();
        let mut clerk = town.login("clerk").await?;
        let told = |all: Vec<Value>| -> Vec<String> {
            let due = all.into_iter().filter(|one| one["about"] == "due");
            due.map(|one| text(&one, "text").to_owned()).collect()
        };
        assert!(town.app.tell_of_due_call_tests(&system).await? > 0, "two stations were never called");
        assert_eq!(town.app.tell_of_due_call_tests(&system).await?, 0, "nobody hears of the same day twice");
        let first = told(clerk.get("/api/v1/me/messages").await?.items()?);
        assert_eq!(first.len(), 1, "{first:?}");
        assert!(first[0].starts_with("今天应呼叫测试的站队 2 个："), "{first:?}");
        let mut staff = town.login("staff1").await?;
        assert!(told(staff.get("/api/v1/me/messages").await?.items()?).is_empty(), "runs no tests");

        // Called and answered: quiet until the last day on which the answer counts.
        let test = clerk.post("/api/v1/call-tests", json!({})).await?.ok()?;
        let base = format!("/api/v1/call-tests/{}", text(&test, "id"));
        staff.post(&format!("{base}/answer"), json!({})).await?.ok()?;
        let mut far = town.login("staff2").await?;
        far.post(&format!("{base}/answer"), json!({})).await?.ok()?;
        clerk.post(&format!("{base}/close"), json!({ "version": 1 })).await?.ok()?;
        let on = |day: &str| {
            town.clock.set(Timestamp::parse(&format!("{day}T09:00:00+08:00")).unwrap_or_default())
        };
        on("2026-10-20");
        assert_eq!(town.app.tell_of_due_call_tests(&system).await?, 0, "the day before nothing is due");
        let mut clerk = town.login("clerk").await?;
        assert_eq!(on_the_workbench(&mut clerk, "calls_due").await?, Value::Null, "nor on the workbench");
        on("2026-10-21");
        assert!(town.app.tell_of_due_call_tests(&system).await? > 0, "on its day");
        let mut clerk = town.login("clerk").await?;
        assert_eq!(on_the_workbench(&mut clerk, "calls_due").await?, json!(2));
        on("2026-10-25");
        assert_eq!(
            town.app.tell_of_due_call_tests(&system).await?,
            0,
            "once for the planned day, not every day"
        );
        let mut clerk = town.login("clerk").await?;
        assert_eq!(told(clerk.get("/api/v1/me/messages").await?.items()?).len(), 2);
        let row = clerk.get(&format!("/api/v1/forces/{near_id}")).await?.ok()?;
        assert_eq!(
            (&row["next_call"]["call_on"], &row["next_call"]["overdue"]),
            (&json!("2026-10-21"), &json!(true))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_has_no_account_leaves_the_station_silent_and_a_vacant_one_has_nobody() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.post("/api/v1/call-tests", json!({})).await?.code(), "call_test.no_station");
        let vacant = station(&mut clerk, V1, "village-1", &[]).await?;
        let silent = station(&mut clerk, V2, "village-2", &["p-staff2"]).await?;
        let test = clerk.post("/api/v1/call-tests", json!({ "forces": [vacant, silent] })).await?.ok()?;
        let base = format!("/api/v1/call-tests/{}", text(&test, "id"));
        let closed = clerk.post(&format!("{base}/close"), json!({ "version": 1 })).await?.ok()?;
        let calls = closed["calls"].as_array().cloned().unwrap_or_default();
        let outcomes: Vec<_> = calls.iter().map(|one| text(one, "outcome")).collect();
        assert_eq!(outcomes, ["nobody", "silent"]);
        assert!(clerk.get("/api/v1/me/calls").await?.items()?.is_empty());
        Ok(())
    })
    .await
}
