//! Stories of places stopped from use: the town proposes and does not decide; while a place stands still somebody looks;
//! it is checked before it is used again; the board asks whether the competent body decided.

use app::Caller;
use axum::http::StatusCode;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, Town, V1, day, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    Ok(town)
}

async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<common::Told> {
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/stop-uses/{}/steps", page["id"].as_str().unwrap_or_default()), asked).await
}

fn stage(page: &Value) -> &str {
    page["stage"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn the_town_proposes_another_body_decides_and_it_is_checked_before_its_return() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let mut far = town.login("staff2").await?;
        let proposal = json!({ "place": SHOP, "danger": "唯一出口被封死，仍在营业", "document_no": "青消安办函〔1〕号" });
        assert_eq!(staff.post("/api/v1/stop-uses", proposal.clone()).await?.status, StatusCode::FORBIDDEN);
        let silent = json!({ "place": SHOP, "danger": " " });
        assert_eq!(clerk.post("/api/v1/stop-uses", silent).await?.code(), "stop_use.missing");
        let page = clerk.post("/api/v1/stop-uses", proposal.clone()).await?.ok()?;
        assert_eq!(stage(&page), "proposed");
        assert_eq!(clerk.post("/api/v1/stop-uses", proposal).await?.code(), "stop_use.open");
        let path = format!("/api/v1/stop-uses/{}", page["id"].as_str().unwrap_or_default());
        assert_eq!(far.get(&path).await?.status, StatusCode::NOT_FOUND, "the next village");

        // The board waits for the decision.
        let open = clerk.get("/api/v1/board/duties/C16.6").await?.ok()?.to_string();
        assert!(open.contains("老街五金店"), "{open}");

        let decide = |body: &str, no: &str| json!({ "step": "decide", "yes": true, "body": body, "document_no": no });
        for own in ["青峰镇 人民政府", "永川区青峰镇人民政府", "青峰镇政府"] {
            assert_eq!(step(&mut clerk, &page, decide(own, "1")).await?.code(), "stop_use.not_the_town", "{own}");
        }
        for nobody in ["x", "村委会", "张三小卖部"] {
            assert_eq!(step(&mut clerk, &page, decide(nobody, "1")).await?.code(), "stop_use.no_such_body");
        }
        let told = step(&mut clerk, &page, decide("青峰镇人民政府", "1")).await?;
        assert_eq!(told.code(), "stop_use.not_the_town");
        assert!(told.body.to_string().contains("C16.6"), "{}", told.body);
        assert_eq!(step(&mut clerk, &page, decide("区消防救援机构", "")).await?.code(), "stop_use.missing");
        let page = step(&mut clerk, &page, decide("区消防救援机构", "区消停〔1〕号")).await?.ok()?;
        assert_eq!((stage(&page), &page["patrol_by"]), ("stopped", &json!("2026-09-28")));

        // Nobody looked in time: it stands out, and the village may look.
        town.clock.set(Timestamp::parse("2026-09-29T09:00:00+08:00").unwrap_or_default());
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let list = staff.get("/api/v1/stop-uses?stage=stopped").await?.ok()?;
        assert_eq!(list["items"][0]["may_patrol"], true);
        assert_eq!(clerk.get("/api/v1/stop-uses?stage=stopped").await?.ok()?["items"][0]["version"], page["version"]);
        assert_eq!((&list["stopped_n"], &list["overdue_n"]), (&json!(1), &json!(1)));
        let counts = staff.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(counts.contains("stop_use_patrols"), "{counts}");
        let mute = json!({ "step": "patrol", "yes": false });
        assert_eq!(step(&mut staff, &page, mute).await?.code(), "stop_use.missing");
        let seen = json!({ "step": "patrol", "yes": false, "text": "夜间仍在营业，已报主管机关" });
        // From a phone that saw it before others did something: a look stands beside that.
        let path = format!("/api/v1/stop-uses/{}/steps", page["id"].as_str().unwrap_or_default());
        let page = staff.post(&path, seen).await?.ok()?;
        assert_eq!((&page["broken"], &page["patrol_by"]), (&json!(true), &json!("2026-10-06")));
        assert_eq!(step(&mut staff, &page, json!({ "step": "ask_return" })).await?.status, StatusCode::FORBIDDEN);

        let resume = |body: &str| json!({ "step": "resume", "body": body, "document_no": "区消复〔1〕号" });
        assert_eq!(step(&mut clerk, &page, resume("区消防救援机构")).await?.code(), "stop_use.not_now");
        let page = step(&mut clerk, &page, json!({ "step": "ask_return" })).await?.ok()?;
        let failed = json!({ "step": "check_return", "yes": false, "text": "出口仍然过窄" });
        let page = step(&mut clerk, &page, failed).await?.ok()?;
        assert_eq!(stage(&page), "stopped");
        let page = step(&mut clerk, &page, json!({ "step": "ask_return" })).await?.ok()?;
        let passed = json!({ "step": "check_return", "yes": true, "text": "出口已拓宽，复查合格" });
        let page = step(&mut clerk, &page, passed).await?.ok()?;
        let stale = page.clone();
        let page = step(&mut clerk, &page, resume("区消防救援机构")).await?.ok()?;
        assert_eq!((stage(&page), &page["actions"]), ("resumed", &json!([])));
        assert_eq!(step(&mut clerk, &stale, resume("区消防救援机构")).await?.status, StatusCode::CONFLICT);
        Ok(())
    })
    .await
}
