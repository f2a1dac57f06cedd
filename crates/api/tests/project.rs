//! Stories of projects: proposed with what they build and the money that pays, approved, done; a facility is paid for
//! under an approved one only.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::reach::{add, grouped, road};
use crate::common::{Browser, V1, town};

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

async fn step(by: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<common::Told> {
    asked["version"] = page["version"].clone();
    by.post(&format!("/api/v1/projects/{}/steps", text(page, "id")), asked).await
}

#[tokio::test]
async fn a_project_is_approved_and_pays_for_what_it_builds() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let pool = json!({ "kind": "fire_pool", "name": "老街消防水池", "territory": V1,
            "shape": { "type": "Point", "coordinates": [105.872, 29.268] }, "water": { "usable_m3": 120, "lift_m": 4.5 } });
        let pool = clerk.post("/api/v1/facilities", pool).await?.ok()?;
        let at = format!("/api/v1/facilities/{}/steps", text(&pool, "id"));
        let plan = json!({ "step": "plan", "text": "规划第 3 项", "version": pool["version"] });
        let pool = clerk.post(&at, plan).await?.ok()?;
        let line = json!({ "year": 2026, "kind": "fire_facilities", "title": "设施经费", "org": "town-gov",
            "promised_fen": 9_000_000, "source": "镇财政", "basis": "预算", "approved_on": "2026-01-16" });
        let line = clerk.post("/api/v1/budget", line).await?.ok()?;
        let line = text(&line, "id").to_owned();

        let asked = json!({ "title": "老街水池", "org": "town-gov", "estimate_fen": 12_000_000, "source": "镇财政和上级补助",
            "items": [{ "kind": "facility", "id": pool["id"] }], "lines": [line],
            "from": "2026-03-01", "until": "2026-08-31", "reason": "老街无水" });
        assert_eq!(staff.post("/api/v1/projects", asked.clone()).await?.status, StatusCode::FORBIDDEN);
        let mut wrong = asked.clone();
        wrong["items"][0]["id"] = json!("nothing");
        let told = clerk.post("/api/v1/projects", wrong).await?;
        assert_eq!(told.body["fields"][0]["code"], "project.unknown");
        let mut wrong = asked.clone();
        wrong["estimate_fen"] = json!(0);
        assert_eq!(clerk.post("/api/v1/projects", wrong).await?.code(), "project.no_money");
        let page = clerk.post("/api/v1/projects", asked.clone()).await?.ok()?;
        assert_eq!((text(&page, "code"), &page["late"]), ("XM-0001", &json!(true)));
        assert_eq!((&page["promised_fen"], &page["spent_fen"]), (&json!(9_000_000), &json!(0)));
        assert_eq!(text(&page["items"][0], "state"), "已列入规划");

        let pay = |page: &Value| {
            json!({ "step": "budget", "amount_fen": 12_000_000, "project": page["id"], "text": "项目资金",
                "version": pool["version"] })
        };
        let early = clerk.post(&at, pay(&page)).await?;
        assert_eq!(early.body["fields"][0]["code"], "facility.project", "nobody approved it yet");
        assert_eq!(step(&mut clerk, &page, json!({ "step": "approve" })).await?.code(), "project.no_basis");
        let page = step(&mut clerk, &page, json!({ "step": "approve", "text": "镇长办公会纪要" })).await?.ok()?;
        let budgeted = clerk.post(&at, pay(&page)).await?.ok()?;
        assert_eq!(text(&budgeted["stage"], "code"), "budgeted");
        let of = clerk.get(&format!("/api/v1/projects?item={}", text(&pool, "id"))).await?.ok()?;
        assert_eq!(text(&of["items"][0], "code"), "XM-0001", "the facility finds its project");

        // Whoever may not see money sees the project without it.
        let seen = staff.get(&format!("/api/v1/projects/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!((&seen["lines"], &seen["actions"]), (&Value::Null, &json!([])));
        let stale = step(&mut clerk, &json!({ "id": page["id"], "version": 1 }), json!({ "step": "begin" })).await?;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let page = step(&mut clerk, &page, json!({ "step": "begin", "on": "2026-03-02" })).await?.ok()?;
        let page = step(&mut clerk, &page, json!({ "step": "finish", "on": "2026-09-01" })).await?.ok()?;
        assert_eq!((text(&page["stage"], "code"), &page["late"]), ("done", &json!(false)));
        let mut again = asked;
        again["version"] = page["version"].clone();
        let at = format!("/api/v1/projects/{}", text(&page, "id"));
        assert_eq!(clerk.put(&at, again).await?.code(), "project.wrong_stage");
        assert_eq!(page["events"].as_array().map(Vec::len), Some(4));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_road_no_engine_passes_is_listed_with_the_project_that_mends_it_and_counts_as_it_stands()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let line = [[105.870, 29.260], [105.880, 29.260]];
        let lane = add(&mut clerk, road("老街至河坝", "village_main", V1, &line, 1.2)).await?;
        let duty = "/api/v1/board/duties/C6.8";
        let before = clerk.get(duty).await?.ok()?["occurrences"].clone();
        assert_eq!((&before["with_project"], &before["items"][0]["projects"]), (&json!(0), &json!([])), "{before}");
        assert_eq!(text(&before["items"][0]["subject"], "id"), text(&lane, "id"));

        let asked = json!({ "title": "老街至河坝拓宽", "org": "town-gov", "estimate_fen": 30_000_000, "source": "镇财政",
            "items": [{ "kind": "road", "id": lane["id"] }], "from": "2026-03-01", "until": "2026-12-31", "reason": "净宽不足" });
        let page = clerk.post("/api/v1/projects", asked).await?.ok()?;
        let proposed = clerk.get(duty).await?.ok()?;
        assert_eq!(proposed["occurrences"]["with_project"], 0, "nobody approved it yet");
        let page = step(&mut clerk, &page, json!({ "step": "approve", "text": "镇长办公会纪要" })).await?.ok()?;
        let listed = staff.get(duty).await?.ok()?["occurrences"].clone();
        assert_eq!(listed["with_project"], 1);
        let named = &listed["items"][0]["projects"];
        assert_eq!((text(&named[0], "id"), text(&named[0], "name")), (text(&page, "id"), "XM-0001 老街至河坝拓宽"));
        assert_eq!(listed["items"][0]["status"], before["items"][0]["status"], "it counts as it stands");

        let page = step(&mut clerk, &page, json!({ "step": "begin" })).await?.ok()?;
        assert_eq!(clerk.get(duty).await?.ok()?["occurrences"]["with_project"], 1);
        step(&mut clerk, &page, json!({ "step": "finish" })).await?.ok()?;
        assert_eq!(clerk.get(duty).await?.ok()?["occurrences"]["with_project"], 0, "it is over");
        Ok(())
    })
    .await
}
