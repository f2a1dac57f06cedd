//! Stories of the plan itself: a duty read out of a clause is proposed, its effect seen, decided by somebody else; and the
//! plan beside another town's.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, TODAY, town};

const SECOND: &str = include_str!("../../../plans/example-second-town/plan.toml");

fn asked() -> Value {
    json!({
        "duty": "C9.77", "from": TODAY, "reason": "条款写明的巡查没有列入",
        "draft": {
            "clause": "C9", "title": "村级每月巡查", "who": ["org_kind:village"], "subjects": "village",
            "period": "month", "fact": "inspection.done", "tags": ["org_kind:village"], "minimum": 1,
            "evidence": ["record"], "measure": "当月有巡查的村占比", "weight": 1.0, "basis": "town_setting"
        }
    })
}

#[tokio::test]
async fn a_clause_becomes_a_duty_that_somebody_else_approves() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let desk = clerk.get("/api/v1/plan").await?.ok()?;
        assert_eq!(desk["actions"], json!(["parameter.propose"]));
        let codes: Vec<_> =
            desk["clauses"].as_array().into_iter().flatten().map(|c| c["code"].clone()).collect();
        assert!(
            codes.contains(&json!("C9")) && !codes.contains(&json!("C14")),
            "what is absent carries no duty"
        );
        let (path, preview) = ("/api/v1/plan/proposals", "/api/v1/plan/proposals/preview");
        for (field, wrong) in [
            ("period", json!("每月")),
            ("who", json!(["org:nobody"])),
            ("clause", json!("C14")),
            ("needs", json!(0)),
        ] {
            let mut bad = asked();
            bad["draft"][if field == "needs" { "minimum" } else { field }] = wrong;
            let told = clerk.post(preview, bad).await?;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert_eq!(told.body["fields"][0]["field"], field);
        }
        let effect = clerk.post(preview, asked()).await?.ok()?;
        assert_eq!((&effect["before"], effect["after"].is_object()), (&Value::Null, true));
        let more = |key: &str| effect[key]["total"].as_u64().unwrap_or_default();
        assert!(
            more("after") > 0 && more("clause_after") == more("clause_before") + more("after"),
            "{effect}"
        );
        assert_eq!(leader.post(path, asked()).await?.status, StatusCode::FORBIDDEN);
        let mut silent = asked();
        silent["reason"] = json!("");
        assert_eq!(clerk.post(path, silent).await?.body["fields"][0]["field"], "reason");
        let mut early = asked();
        early["from"] = json!("2020-01-01");
        assert_eq!(clerk.post(path, early).await?.body["fields"][0]["field"], "from");
        let id = clerk.post(path, asked()).await?.ok()?["id"].as_str().unwrap_or_default().to_owned();
        assert_eq!(clerk.post(path, asked()).await?.code(), "plan.pending");
        let waiting = leader.get("/api/v1/plan").await?.ok()?["proposals"][0].clone();
        assert_eq!(
            (&waiting["state"], &waiting["actions"]),
            (&json!("proposed"), &json!(["parameter.decide"]))
        );
        assert_eq!(waiting["effect"]["after"], effect["after"]);
        let duty = "/api/v1/board/duties/C9.77";
        assert_eq!(clerk.get(duty).await?.status, StatusCode::NOT_FOUND, "not in force yet");
        let decide = format!("{path}/{id}/decide");
        let yes = json!({ "approve": true, "version": 1 });
        assert_eq!(clerk.post(&decide, yes.clone()).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(leader.post(&decide, yes.clone()).await?.ok()?["state"], "decided");
        assert_eq!(leader.post(&decide, yes.clone()).await?.code(), "plan.decided");
        assert_eq!(clerk.get(duty).await?.ok()?["duty"]["title"], "村级每月巡查");
        let end = json!({ "duty": "C9.77", "from": TODAY, "reason": "并入 C9.2" });
        let id = clerk.post(path, end).await?.ok()?["id"].as_str().unwrap_or_default().to_owned();
        leader.post(&format!("{path}/{id}/decide"), yes).await?.ok()?;
        assert_eq!(clerk.get(duty).await?.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}

/// A change proposed by the one and approved by the other.
async fn approved(clerk: &mut Browser, leader: &mut Browser, body: Value) -> anyhow::Result<()> {
    let made = clerk.post("/api/v1/plan/proposals", body).await?.ok()?;
    let decide = format!("/api/v1/plan/proposals/{}/decide", made["id"].as_str().unwrap_or_default());
    leader.post(&decide, json!({ "approve": true, "version": 1 })).await?.ok()?;
    Ok(())
}

/// A duty approved for a later day is no error and no empty page until then: its clause tells of it, and a link to it
/// says from when it holds; one that has ended says until when it did.
#[tokio::test]
async fn a_duty_that_begins_later_says_from_when_and_one_that_ended_until_when() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let mut later = asked();
        later["from"] = json!("2026-10-01");
        approved(&mut clerk, &mut leader, later).await?;
        let page = clerk.get("/api/v1/board/duties/C9.77/standing").await?.ok()?;
        assert_eq!((&page["begins"], &page["ended"]), (&json!("2026-10-01"), &Value::Null), "{page}");
        assert_eq!((&page["clause"]["id"], &page["title"]), (&json!("C9"), &json!("村级每月巡查")), "{page}");
        let clause = clerk.get("/api/v1/board/clauses/C9").await?.ok()?;
        assert_eq!(clause["coming"][0]["id"], "C9.77", "{}", clause["coming"]);
        assert_eq!(clause["coming"][0]["begins"], "2026-10-01");
        let other = clerk.get("/api/v1/board/clauses/C10").await?.ok()?;
        assert_eq!(other["coming"], json!([]));
        assert_eq!(clerk.get("/api/v1/board/duties/C9.78/standing").await?.status, StatusCode::NOT_FOUND);
        let now = clerk.get("/api/v1/board/duties/C9.2/standing").await?.ok()?;
        assert_eq!((&now["begins"], &now["ended"]), (&Value::Null, &Value::Null), "in force");

        town.clock.advance_days(14);
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let page = clerk.get("/api/v1/board/duties/C9.77/standing").await?.ok()?;
        assert_eq!((&page["begins"], &page["ended"]), (&Value::Null, &Value::Null), "begun by now: {page}");
        let row = clerk.get("/api/v1/board/duties/C9.77").await?.ok()?;
        assert_eq!(row["duty"]["owed_from"], "2026-10-01");
        let end = json!({ "duty": "C9.77", "from": "2026-10-05", "reason": "并入 C9.2" });
        approved(&mut clerk, &mut leader, end).await?;
        let page = clerk.get("/api/v1/board/duties/C9.77/standing").await?.ok()?;
        assert_eq!((&page["begins"], &page["ended"]), (&Value::Null, &json!("2026-10-04")), "{page}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_duty_that_is_there_is_changed_in_what_the_form_shows_and_stays_as_it_is_besides()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let desk = clerk.get("/api/v1/plan").await?.ok()?;
        let of = |desk: &Value, id: &str| {
            let all = desk["duties"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|duty| duty["id"] == id).unwrap_or_default()
        };
        let duty = of(&desk, "C3.6");
        assert_eq!(duty["edit"]["minimums"], json!(["@C3.6.minimum", "1"]));
        assert_eq!((&duty["edit"]["period"], duty["needs"].as_array().map(Vec::len)), (&json!("@C3.6.period"), Some(2)));
        let (path, preview) = ("/api/v1/plan/proposals", "/api/v1/plan/proposals/preview");
        let asked = |duty: &str, edit: &Value| {
            json!({ "duty": duty, "edit": edit, "from": TODAY, "reason": "每月两次宣传" })
        };
        let mut edit = duty["edit"].clone();
        edit["minimums"][1] = json!("0");
        let told = clerk.post(preview, asked("C3.6", &edit)).await?;
        assert_eq!(told.body["fields"][0]["field"], "needs", "{}", told.body);
        edit["minimums"][1] = json!("2");
        edit["title"] = json!("站队每月巡查、宣传两次");
        let told = clerk.post(preview, asked("C99.1", &edit)).await?;
        assert_eq!(told.body["fields"][0]["code"], "plan.no_duty");
        let effect = clerk.post(preview, asked("C3.6", &edit)).await?.ok()?;
        assert_eq!((effect["before"].is_object(), effect["after"].is_object()), (true, true), "{effect}");
        assert_eq!(effect["before"]["total"], effect["after"]["total"], "owed as before");
        let id = clerk.post(path, asked("C3.6", &edit)).await?.ok()?["id"].as_str().unwrap_or_default().to_owned();
        let before = clerk.get("/api/v1/board/duties/C3.6").await?.ok()?;
        assert_eq!(before["duty"]["title"], duty["title"], "nothing before a leader decides");
        let yes = json!({ "approve": true, "version": 1 });
        assert_eq!(clerk.post(&format!("{path}/{id}/decide"), yes.clone()).await?.status, StatusCode::FORBIDDEN);
        leader.post(&format!("{path}/{id}/decide"), yes).await?.ok()?;
        let after = of(&clerk.get("/api/v1/plan").await?.ok()?, "C3.6");
        assert_eq!(after["edit"], edit);
        let board = clerk.get("/api/v1/board/duties/C3.6").await?.ok()?;
        assert_eq!(board["duty"]["title"], "站队每月巡查、宣传两次");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_plan_is_held_beside_another_towns() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        let found = clerk.post("/api/v1/plan/compare", json!({ "source": SECOND })).await?.ok()?;
        assert_eq!((&found["a"]["code"], &found["b"]["code"]), (&json!("青峰镇"), &json!("松溪乡")));
        let only = found["duties"]["only_b"].as_array().cloned().unwrap_or_default();
        assert!(only.iter().any(|duty| duty["label"] == "制茶季检查茶厂"), "{only:?}");
        // A neighbour that took our plan over, numbered a duty anew and called another one otherwise: both are found again.
        let own = include_str!("../../../plans/qingfeng-2023-16/plan.toml");
        let theirs = own
            .replace("id = \"C4.6\"", "id = \"C4.99\"")
            .replace("id = \"C8.7\"", "id = \"C8.99\"")
            .replace("title = \"镇级经费保障\"", "title = \"钱粮\"");
        let found = clerk.post("/api/v1/plan/compare", json!({ "source": theirs })).await?.ok()?;
        let moved = found["duties"]["moved"].as_array().cloned().unwrap_or_default();
        let by = |a: &str| {
            let pair = moved.iter().find(|pair| pair["a"] == a);
            pair.map(|pair| (pair["b"].clone(), pair["by"].clone()))
        };
        assert_eq!(by("C4.6"), Some((json!("C4.99"), json!("title"))), "{moved:?}");
        assert_eq!(by("C8.7"), Some((json!("C8.99"), json!("measure"))), "{moved:?}");
        assert_eq!(found["duties"]["only_a"], json!([]));
        let told = clerk.post("/api/v1/plan/compare", json!({ "source": "titel = 1" })).await?;
        assert_eq!(
            (told.status, &told.body["fields"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("source"))
        );
        Ok(())
    })
    .await
}

const NOTICE: &str =
    "试用通知\n一、任务\n9.甲所每月检查一次。\n16.开展整治。\n20.文物建筑每月巡查一次。\n18.扩大宣传。\n";

#[tokio::test]
async fn a_clause_of_the_notice_that_the_plan_lacks_is_added_with_its_first_duty() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        clerk.put("/api/v1/notice", json!({ "title": "试用通知", "body": NOTICE })).await?.ok()?;
        let spans = |notice: Value| -> Vec<Value> {
            let all = notice["spans"].as_array().cloned().unwrap_or_default();
            all.into_iter().map(|span| span["clause"].clone()).collect()
        };
        assert_eq!(spans(clerk.get("/api/v1/notice").await?.ok()?), ["C9", "C16", "C18"]);
        let (path, preview) = ("/api/v1/plan/proposals", "/api/v1/plan/proposals/preview");
        let wanted = || {
            let mut change = asked();
            change["duty"] = json!("C20.1");
            change["draft"]["clause"] = json!("C20");
            change["draft"]["adds"] =
                json!({ "no": "20", "title": "文物建筑", "section": "risk", "after": "C16" });
            change
        };
        let mut bare = wanted();
        bare["draft"]["adds"] = Value::Null;
        assert_eq!(clerk.post(preview, bare).await?.body["fields"][0]["code"], "plan.unknown_clause");
        for (field, value, at) in [("title", "", "clause.title"), ("section", "x", "clause.section")] {
            let mut wrong = wanted();
            wrong["draft"]["adds"][field] = json!(value);
            assert_eq!(clerk.post(preview, wrong).await?.body["fields"][0]["field"], at);
        }
        let mut taken = wanted();
        taken["duty"] = json!("C9.77");
        taken["draft"]["clause"] = json!("C9");
        let told = clerk.post(preview, taken).await?;
        assert_eq!(
            (&told.body["fields"][0]["field"], &told.body["fields"][0]["code"]),
            (&json!("clause.code"), &json!("plan.clause_taken"))
        );
        let effect = clerk.post(preview, wanted()).await?.ok()?;
        assert_eq!(
            (&effect["adds_clause"], &effect["clause"]["label"], &effect["clause_before"]["total"]),
            (&json!(true), &json!("文物建筑"), &json!(0))
        );
        assert!(effect["clause_after"]["total"].as_u64() > Some(0), "{effect}");
        let id = clerk.post(path, wanted()).await?.ok()?["id"].as_str().unwrap_or_default().to_owned();
        assert_eq!(leader.get("/api/v1/board/clauses/C20").await?.status, StatusCode::NOT_FOUND);
        let yes = json!({ "approve": true, "version": 1 });
        leader.post(&format!("{path}/{id}/decide"), yes).await?.ok()?;
        // It stands in the plan where the notice has it, with the words of the notice beside it.
        let desk = clerk.get("/api/v1/plan").await?.ok()?;
        let all = desk["clauses"].as_array().cloned().unwrap_or_default();
        let at = |code: &str| all.iter().position(|clause| clause["code"] == code);
        assert_eq!(at("C20"), at("C16").map(|before| before + 1));
        assert_eq!(spans(leader.get("/api/v1/notice").await?.ok()?), ["C9", "C16", "C20", "C18"]);
        let clause = leader.get("/api/v1/board/clauses/C20").await?.ok()?;
        assert_eq!(clause["quote"]["text"], "20.文物建筑每月巡查一次。");
        assert_eq!(clause["duties"][0]["id"], "C20.1");
        Ok(())
    })
    .await
}
