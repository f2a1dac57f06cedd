//! Stories of the town's own numbers: proposed by the office, decided by a leader, in force from a day on.

use axum::http::StatusCode;
use domain::plan::{Basis, Parameter, Value as Setting};
use serde_json::{Value, json};
use store::parameter::{Decision, ParameterRecord};
use testkit::both_databases;

use crate::common::{Browser, V1, day, shop, town};

const PLAN: &str = include_str!("../../../plans/qingfeng-2023-16/plan.toml");
const NAME: &str = "C9.2.period";

async fn shown(browser: &mut Browser) -> anyhow::Result<Value> {
    let all = browser.get("/api/v1/parameters").await?.items()?;
    Ok(all.into_iter().find(|row| row["name"] == NAME).unwrap_or_default())
}

#[tokio::test]
async fn the_office_proposes_and_a_leader_decides() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let before = shown(&mut clerk).await?;
        assert_eq!((&before["value"], &before["basis"]), (&json!("quarter"), &json!("town_setting")));
        assert_eq!(before["basis_label"], "文件未规定，按镇定参数");
        assert_eq!(before["used_by"], json!(["C9.2"]));
        assert_eq!(before["actions"], json!(["parameter.propose"]));
        let ask = json!({ "name": NAME, "value": "month", "from": "2026-10-01", "reason": "入冬前加密" });
        for (field, wrong) in [
            ("value", json!("每月")),
            ("value", json!(3)),
            ("value", json!("quarter")),
            ("from", json!("2020-01-01")),
            ("reason", json!(" ")),
        ] {
            let mut bad = ask.clone();
            bad[field] = wrong;
            let told = clerk.post("/api/v1/parameters", bad).await?;
            assert_eq!(
                (told.status, &told.body["fields"][0]["field"]),
                (StatusCode::UNPROCESSABLE_ENTITY, &json!(field))
            );
        }
        let told = leader.post("/api/v1/parameters", ask.clone()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN);
        let proposed = clerk.post("/api/v1/parameters", ask.clone()).await?.ok()?;
        assert_eq!(proposed["value"], "quarter", "not in force yet");
        let id = proposed["pending"]["id"].as_str().unwrap_or_default().to_owned();
        // What it would do is looked at by who may propose or decide it, and by nobody else who may read it.
        let mut staff = town.login("staff1").await?;
        for (by, may) in [(&mut clerk, true), (&mut leader, true), (&mut staff, false)] {
            let told = by.post("/api/v1/parameters/preview", ask.clone()).await?;
            assert_eq!(told.status == StatusCode::FORBIDDEN, !may, "{}", told.body);
        }
        let told = clerk.post("/api/v1/parameters", ask).await?;
        assert_eq!(told.code(), "parameter.pending");
        let path = format!("/api/v1/parameters/{id}/decide");
        let yes = json!({ "approve": true, "reason": "", "version": 1 });
        assert_eq!(clerk.post(&path, yes.clone()).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(shown(&mut leader).await?["actions"], json!(["parameter.decide"]));
        let decided = leader.post(&path, yes.clone()).await?.ok()?;
        assert_eq!(decided["pending"], Value::Null);
        assert_eq!(decided["value"], "quarter", "from October on");
        let stale = leader.post(&path, yes.clone()).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(stale.body["current"], decided, "as it stands since the other decision");
        let mut again = yes;
        again["version"] = json!(2);
        assert_eq!(leader.post(&path, again).await?.code(), "parameter.decided");
        town.clock.advance_days(15);
        let mut clerk = town.login("clerk").await?;
        let after = shown(&mut clerk).await?;
        assert_eq!((&after["value"], &after["from"]), (&json!("month"), &json!("2026-10-01")));
        assert_eq!(after["history"].as_array().map(Vec::len), Some(2));
        let same = json!({ "name": NAME, "value": "month", "from": "2026-12-01", "reason": "再提一次" });
        let told = clerk.post("/api/v1/parameters", same).await?;
        assert_eq!(told.body["fields"][0]["code"], "parameter.unchanged", "{}", told.body);
        let duty = clerk.get("/api/v1/board/duties/C9.2").await?.ok()?;
        assert_eq!(duty["duty"]["period_label"], "每月");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_two_who_propose_at_once_one_waits_for_the_other() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        let (mut one, mut other) = (town.login("clerk").await?, town.login("clerk").await?);
        let ask =
            |value: &str| json!({ "name": NAME, "value": value, "from": "2026-10-01", "reason": "入冬前" });
        let path = "/api/v1/parameters";
        let (a, b) = tokio::join!(one.post(path, ask("month")), other.post(path, ask("year")));
        let mut told = [a?, b?];
        told.sort_by_key(|told| told.status);
        assert!(told[0].status.is_success(), "{}", told[0].body);
        assert_eq!(told[1].code(), "parameter.pending", "{}", told[1].body);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_decides_what_he_proposed_himself() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let caller = app::Caller::system();
        town.app.install_plan(&caller, PLAN).await?;
        let mut tx = town.app.write(&caller).await?;
        tx.insert_parameter(&ParameterRecord {
            id: "own".to_owned(),
            parameter: Parameter {
                name: NAME.to_owned(),
                value: Setting::Text("year".to_owned()),
                unit: String::new(),
                basis: Basis::TownSetting,
                source: String::new(),
                effective_from: day("2026-10-01"),
            },
            decision: Decision::Proposed,
            reason: "试".to_owned(),
            proposed_by: "p-leader".to_owned(),
            decided: None,
            version: 1,
            recorded_at: town.app.now(),
        })
        .await?;
        tx.commit(caller.audit("parameter.propose", "parameter", "own", town.app.now()), ()).await?;
        let yes = json!({ "approve": true, "version": 1 });
        let told = town.login("leader").await?.post("/api/v1/parameters/own/decide", yes.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "parameter.same_person"));
        let told = town.login("director").await?.post("/api/v1/parameters/own/decide", yes).await?;
        assert_eq!(told.status, StatusCode::OK);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_change_would_do_is_seen_before_it_is_made() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        shop(&town, "01a00000-0000-7000-8000-000000000101", "老街五金店", V1).await?;
        town.clock.advance_days(75);
        let mut clerk = town.login("clerk").await?;
        let figure = clerk.get("/api/v1/board/duties/C9.2").await?.ok()?;
        let same = json!({ "name": NAME, "value": "quarter", "from": "2026-01-01" });
        let told = clerk.post("/api/v1/parameters/preview", same).await?.ok()?;
        assert_eq!(told["changes"], json!([]), "what stays as it is changes nothing");
        // A place that is to be verified every month instead of every quarter is owed more often.
        let ask = json!({ "name": NAME, "value": "month", "from": "2026-01-01", "reason": "入冬前加密" });
        let told = clerk.post("/api/v1/parameters/preview", ask.clone()).await?.ok()?;
        let changes = told["changes"].as_array().cloned().unwrap_or_default();
        assert_eq!((changes.len(), &changes[0]["duty"]), (1, &json!("C9.2")), "{told}");
        let due = |at: &str| changes[0][at]["due"].as_i64().unwrap_or(-1);
        assert!(due("after") > due("before") && due("before") >= 0, "{told}");
        let whole = clerk.get("/api/v1/board").await?.ok()?["whole"].clone();
        assert_eq!(told["whole"]["before"], whole, "the whole board as it is");
        let more =
            |of: &Value| of["after"]["due"].as_i64().zip(of["before"]["due"].as_i64()).map(|(a, b)| a - b);
        assert_eq!(more(&told["whole"]), more(&changes[0]), "and as it would be");
        let unseen = clerk.get("/api/v1/board/duties/C9.2").await?.ok()?;
        assert_eq!(unseen, figure, "a preview moves no figure");
        assert_eq!(shown(&mut clerk).await?["pending"], Value::Null, "and proposes nothing");
        // Decided, the figure becomes what the preview said.
        let from_today =
            json!({ "name": NAME, "value": "month", "from": "2026-12-05", "reason": "入冬前加密" });
        let proposed = clerk.post("/api/v1/parameters", from_today).await?.ok()?;
        let id = proposed["pending"]["id"].as_str().unwrap_or_default().to_owned();
        assert_eq!(
            clerk.get("/api/v1/board/duties/C9.2").await?.ok()?,
            figure,
            "not before somebody decides"
        );
        let yes = json!({ "approve": true, "reason": "", "version": 1 });
        let path = format!("/api/v1/parameters/{id}/decide");
        town.login("leader").await?.post(&path, yes).await?.ok()?;
        let decided = clerk.get("/api/v1/board/duties/C9.2").await?.ok()?;
        assert_eq!(decided["duty"]["period_label"], "每月");
        let ask = json!({ "name": "score.late", "value": 2, "from": "2026-01-01" });
        let told = clerk.post("/api/v1/parameters/preview", ask).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation"));
        let ask = json!({ "name": "C9.1.nobody", "value": 2, "from": "2026-01-01" });
        assert_eq!(
            clerk.post("/api/v1/parameters/preview", ask).await?.body["fields"][0]["code"],
            "parameter.unknown"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_town_that_begins_late_counts_from_the_day_it_decided() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let name = "fulfilment.counted_from";
        let ask =
            |day: Value| json!({ "name": name, "value": day, "from": "2026-09-21", "reason": "九月起用本系统" });
        for wrong in [json!("九月"), json!("2026-09-31"), json!(20_260_901)] {
            let told = clerk.post("/api/v1/parameters", ask(wrong.clone())).await?;
            assert_eq!(told.body["fields"][0]["code"], "parameter.value", "{wrong}");
        }
        let unmet = async |who: &mut Browser| -> anyhow::Result<i64> {
            Ok(who.get("/api/v1/board").await?.ok()?["whole"]["unmet"].as_i64().unwrap_or(-1))
        };
        let before = unmet(&mut clerk).await?;
        assert!(before > 0, "the plan is older than the town's record here");
        let seen = clerk.post("/api/v1/parameters/preview", ask(json!("2026-09-01"))).await?.ok()?;
        assert!(!seen["changes"].as_array().is_none_or(Vec::is_empty), "whoever decides sees what it does: {seen}");
        let mut later = ask(json!("2026-09-01"));
        later["from"] = json!("2026-09-22");
        let said = async |who: &mut Browser| -> anyhow::Result<Value> {
            Ok(who.get("/api/v1/board").await?.ok()?["start_said"].clone())
        };
        assert_eq!(said(&mut clerk).await?, false);
        let told = clerk.post("/api/v1/parameters", later).await?.ok()?;
        assert_eq!(said(&mut clerk).await?, true, "somebody proposed it");
        let id = told["pending"]["id"].as_str().unwrap_or_default().to_owned();
        let yes = json!({ "approve": true, "version": told["pending"]["version"] });
        let decided = leader.post(&format!("/api/v1/parameters/{id}/decide"), yes).await?.ok()?;
        assert_eq!((unmet(&mut clerk).await?, &decided["value"]), (before, &json!("")), "from tomorrow on");
        assert_eq!(said(&mut clerk).await?, true, "though not in force yet");
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        assert!(unmet(&mut clerk).await? < before);
        let duty = clerk.get("/api/v1/board/duties/C9.2").await?.ok()?;
        assert_eq!(duty["duty"]["owed_from"], "2026-09-01", "and it is said from when");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_time_for_a_fix_is_the_towns_to_set() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        let (place, hazard) =
            ("01a00000-0000-7000-8000-000000000101", "01a00000-0000-7000-8000-000000000201");
        shop(&town, place, "老街五金店", V1).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let page = format!("/api/v1/hazards/{hazard}");
        let find = json!({ "id": hazard, "place": place, "hazard_code": "H01.1", "description": "堆放货物" });
        let found = clerk.post("/api/v1/hazards", find).await?.ok()?;
        assert_eq!(found["suggested"]["days"], json!({ "kind": "calendar", "count": 7 }));
        let ask = json!({
            "name": "hazard.deadline.general", "value": 5, "unit": "工作日", "from": "2026-10-01", "reason": "节后从速",
        });
        for (field, wrong) in [("value", json!("五")), ("value", json!(9999)), ("unit", json!("月"))] {
            let mut bad = ask.clone();
            bad[field] = wrong;
            let told = clerk.post("/api/v1/parameters", bad).await?;
            assert_eq!(told.body["fields"][0]["field"], field);
        }
        let proposed = clerk.post("/api/v1/parameters", ask).await?.ok()?;
        assert_eq!((&proposed["value"], &proposed["unit"]), (&json!(7), &json!("日")));
        assert_eq!((&proposed["units"], &proposed["basis"]), (&json!(["日", "工作日"]), &json!("town_setting")));
        assert_eq!(proposed["pending"]["unit"], "工作日");
        let path = format!("/api/v1/parameters/{}/decide", proposed["pending"]["id"].as_str().unwrap_or_default());
        leader.post(&path, json!({ "approve": true, "version": 1 })).await?.ok()?;
        let before = clerk.get(&page).await?.ok()?;
        assert_eq!(before["suggested"]["days"], json!({ "kind": "calendar", "count": 7 }), "from October on");
        town.clock.advance_days(15);
        let after = town.login("clerk").await?.get(&page).await?.ok()?;
        assert_eq!(after["suggested"]["days"], json!({ "kind": "working", "count": 5 }));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_hot_line_is_a_number_to_dial_and_may_be_left_out() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let name = "placard.hotline.government";
        let line = async |who: &mut Browser| -> anyhow::Result<Value> {
            let all = who.get("/api/v1/parameters").await?.items()?;
            Ok(all.into_iter().find(|one| one["name"] == name).unwrap_or_default())
        };
        assert_eq!(line(&mut clerk).await?["value"], "12345");
        let ask =
            |value: Value| json!({ "name": name, "value": value, "from": "2026-09-22", "reason": "改号" });
        for wrong in [json!("热线"), json!("12"), json!(12_345)] {
            let told = clerk.post("/api/v1/parameters", ask(wrong.clone())).await?;
            assert_eq!(told.body["fields"][0]["code"], "parameter.value", "{wrong}");
        }
        let told = clerk.post("/api/v1/parameters", ask(json!("023-49860119"))).await?.ok()?;
        let yes = json!({ "approve": true, "version": told["pending"]["version"] });
        let id = told["pending"]["id"].as_str().unwrap_or_default().to_owned();
        leader.post(&format!("/api/v1/parameters/{id}/decide"), yes).await?.ok()?;
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        assert_eq!(line(&mut clerk).await?["value"], "023-49860119");
        assert_eq!(clerk.post("/api/v1/parameters", ask(json!(""))).await?.status, StatusCode::OK, "none");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_red_place_is_visited_at_all_and_no_less_often_than_an_orange_one() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let ask = |grade: &str, visits: i64| {
            json!({ "name": format!("inspection.frequency.{grade}"), "value": visits, "from": "2026-10-01",
                "reason": "人手不够" })
        };
        for (grade, visits, code, said) in [
            ("red", 0, "parameter.value", "每年至少检查 1 次"),
            ("blue", 0, "parameter.value", "每年至少检查 1 次"),
            ("red", 3, "parameter.order", "橙色场所每年检查 4 次"),
            ("blue", 3, "parameter.order", "黄色场所每年检查 2 次"),
        ] {
            for path in ["/api/v1/parameters", "/api/v1/parameters/preview"] {
                let told = clerk.post(path, ask(grade, visits)).await?;
                assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{grade} {visits} {path}");
                let field = &told.body["fields"][0];
                assert_eq!(
                    (&field["field"], &field["code"]),
                    (&json!("value"), &json!(code)),
                    "{}",
                    told.body
                );
                assert!(field["message"].as_str().unwrap_or_default().starts_with(said), "{}", told.body);
            }
        }
        // Of places without a grade and of the police no source says a least.
        for of in ["ungraded", "police"] {
            clerk.post("/api/v1/parameters", ask(of, 0)).await?.ok()?;
        }
        // Each of two fits as it stands; the second no longer does once the first is decided.
        let mut paths = Vec::new();
        for (grade, visits) in [("red", 4), ("orange", 10)] {
            let told = clerk.post("/api/v1/parameters", ask(grade, visits)).await?.ok()?;
            let id = told["pending"]["id"].as_str().unwrap_or_default().to_owned();
            paths.push(format!("/api/v1/parameters/{id}/decide"));
        }
        let yes = json!({ "approve": true, "reason": "", "version": 1 });
        leader.post(&paths[0], yes.clone()).await?.ok()?;
        let told = leader.post(&paths[1], yes).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "parameter.order"));
        let no = json!({ "approve": false, "reason": "红色场所刚改为 4 次", "version": 1 });
        leader.post(&paths[1], no).await?.ok()?;
        Ok(())
    })
    .await
}
