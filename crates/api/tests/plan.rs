//! Stories of the plan itself: a duty read out of a clause is proposed, its effect seen, decided by somebody else; and the
//! plan beside another town's.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{TODAY, town};

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
        let told = clerk.post("/api/v1/plan/compare", json!({ "source": "titel = 1" })).await?;
        assert_eq!(
            (told.status, &told.body["fields"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("source"))
        );
        Ok(())
    })
    .await
}
