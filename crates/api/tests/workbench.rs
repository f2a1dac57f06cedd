//! Stories of the workbench at the door: what waits for whom.

use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, V1, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const PLAN: &str = include_str!("../../../plans/qingfeng-2023-16/plan.toml");
const HAZARD: &str = "01a00000-0000-7000-8000-000000000201";

fn count(bench: &Value, code: &str) -> Option<i64> {
    bench["counts"].as_array()?.iter().find(|one| one["code"] == code)?["n"].as_i64()
}

fn len(bench: &Value, list: &str) -> usize {
    bench[list].as_array().map_or(usize::MAX, Vec::len)
}

/// Follows the links of the counted hazards: every list is as long as its number says.
async fn links_agree(who: &mut Browser) -> anyhow::Result<Vec<i64>> {
    let bench = who.get("/api/v1/workbench").await?.ok()?;
    let mut told = Vec::new();
    for one in bench["counts"].as_array().into_iter().flatten() {
        let href = one["href"].as_str().unwrap_or_default();
        if href.starts_with("/hazards") {
            let list = who.get(&format!("/api/v1{href}")).await?.ok()?;
            assert_eq!(list["total"], one["n"], "{href}");
            told.extend(one["n"].as_i64());
        }
    }
    Ok(told)
}

#[tokio::test]
async fn the_oldest_overdue_hazard_comes_first_and_the_links_show_what_was_counted() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        shop(&town, SHOP, "老街五金店", V1).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        let id = |n: usize| format!("01a00000-0000-7000-8000-0000000003{n:02}");
        for n in 0..22 {
            let body =
                json!({ "id": id(n), "place": SHOP, "hazard_code": "H01.1", "description": "堆放货物" });
            staff.post("/api/v1/hazards", body).await?.ok()?;
            let steps = format!("/api/v1/hazards/{}/steps", id(n));
            staff.post(&steps, json!({ "version": 1, "step": "grade", "level": "larger" })).await?.ok()?;
            // The first find has the earliest deadline, the last none yet.
            let days = json!({ "kind": "calendar", "count": if n == 0 { 1 } else { 5 } });
            let advice = json!({ "version": 3, "step": "advise", "text": "请清空楼梯间", "days": days });
            if n < 21 {
                clerk.post(&steps, json!({ "version": 2, "step": "confirm_level" })).await?.ok()?;
                staff.post(&steps, advice).await?.ok()?;
            }
        }
        town.clock.advance_days(3);
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "hazards"), len(&bench, "hazards_due")), (Some(21), 20));
        assert_eq!(bench["hazards_due"][0]["id"], id(0));
        // Due, to grade, to confirm, to tell, extensions, to look at again, to escalate, to close. The late one
        // blocks a staircase and may be sealed. To confirm and to escalate is the office's alone.
        assert_eq!(links_agree(&mut staff).await?, [21, 0, 0, 0, 1, 0]);
        assert_eq!(links_agree(&mut clerk).await?, [21, 0, 1, 0, 0, 1, 1, 0]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn everybody_finds_what_waits_for_him_and_nothing_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        shop(&town, SHOP, "老街五金店", V1).await?;
        let (mut clerk, mut staff, mut neighbour, mut admin) = (
            town.login("clerk").await?,
            town.login("staff1").await?,
            town.login("staff2").await?,
            town.login("admin").await?,
        );
        let empty = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((len(&empty, "today"), count(&empty, "hazards")), (0, Some(0)));
        let body = json!({
            "id": HAZARD, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物",
        });
        staff.post("/api/v1/hazards", body).await?.ok()?;
        let steps = format!("/api/v1/hazards/{HAZARD}/steps");
        staff.post(&steps, json!({ "version": 1, "step": "grade", "level": "larger" })).await?.ok()?;
        let days = json!({ "kind": "calendar", "count": 3 });
        let advice = json!({ "version": 3, "step": "advise", "text": "请清空楼梯间", "days": days });
        let early = staff.post(&steps, json!({ "version": 2, "step": "advise", "text": "请清空楼梯间" })).await?;
        assert_eq!((early.status.as_u16(), early.code()), (422, "hazard.level_unconfirmed"));
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "to_confirm"), len(&bench, "to_confirm")), (None, 0), "not his to confirm");
        assert_eq!(count(&bench, "to_advise"), Some(0), "not before it is confirmed");
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "to_confirm"), bench["to_confirm"][0]["id"].as_str()), (Some(1), Some(HAZARD)));
        clerk.post(&steps, json!({ "version": 2, "step": "confirm_level" })).await?.ok()?;
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "to_advise"), bench["to_advise"][0]["id"].as_str()), (Some(1), Some(HAZARD)));
        staff.post(&steps, advice).await?.ok()?;
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "hazards"), len(&bench, "hazards_due"), len(&bench, "rechecks")), (Some(1), 1, 0));
        let bench = neighbour.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "hazards"), len(&bench, "hazards_due")), (Some(0), 0));
        let bench = admin.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["counts"], json!([]), "the machine's keeper has no business here");

        let task = json!({
            "place": SHOP, "kind": "special", "from": "2026-09-21", "due_on": "2026-09-23", "assignee": "p-staff1",
        });
        clerk.post("/api/v1/tasks", task).await?.ok()?;
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "tasks"), len(&bench, "today"), len(&bench, "overdue_tasks")), (Some(1), 1, 0));
        town.clock.advance_days(4);
        let (mut clerk, mut staff, mut grid) =
            (town.login("clerk").await?, town.login("staff1").await?, town.login("grid1").await?);
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((len(&bench, "today"), len(&bench, "overdue_tasks")), (0, 1));
        assert_eq!((len(&bench, "rechecks"), bench["hazards_due"][0]["overdue"].as_bool()), (1, Some(true)));
        assert_eq!(bench["counts"][1]["tone"], "late");
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "tasks"), count(&bench, "overdue_tasks")), (Some(0), Some(1)), "who gives out tasks minds them");
        let bench = grid.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "overdue_tasks"), len(&bench, "rechecks")), (Some(0), 1));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_must_act_next_sees_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), PLAN).await?;
        shop(&town, SHOP, "老街五金店", V1).await?;
        let (mut clerk, mut staff, mut grid, mut leader) = (
            town.login("clerk").await?,
            town.login("staff1").await?,
            town.login("grid1").await?,
            town.login("leader").await?,
        );
        let body = json!({ "id": HAZARD, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物" });
        grid.post("/api/v1/hazards", body).await?.ok()?;
        let steps = format!("/api/v1/hazards/{HAZARD}/steps");
        let picture = |n: u8| format!("01a00000-0000-7000-8000-0000000004{n:02}");
        for (n, role) in [(1, "fix"), (2, "recheck")] {
            let path = format!("/api/v1/photos/{}?object_kind=hazard&object_id={HAZARD}&role={role}", picture(n));
            staff.send_picture(&path, n).await?.ok()?;
        }
        // Who takes the step, what it is, and where it waits afterwards: on the village's bench or the office's.
        let waits = [
            (None, json!({}), "to_grade"),
            (Some(&mut staff), json!({ "step": "grade", "level": "general" }), "to_advise"),
        ];
        for (who, mut step, code) in waits {
            if let Some(who) = who {
                step["version"] = json!(1);
                who.post(&steps, step).await?.ok()?;
            }
            let bench = clerk.get("/api/v1/workbench").await?.ok()?;
            assert_eq!((count(&bench, code), bench[code][0]["id"].as_str()), (Some(1), Some(HAZARD)), "{code}");
            assert_eq!(count(&grid.get("/api/v1/workbench").await?.ok()?, code), None, "{code}: not the grid's");
        }
        let mut version = 2;
        for (step, code) in [
            (json!({ "step": "advise", "text": "请清空楼梯间" }), ""),
            (json!({ "step": "ask_extension", "days": 2, "reason": "等货架" }), "extensions"),
            (json!({ "step": "submit_fix", "photos": [picture(1)], "note": "清了" }), "rechecks"),
        ] {
            let mut step = step;
            step["version"] = json!(version);
            staff.post(&steps, step).await?.ok()?;
            version += 1;
            if !code.is_empty() {
                let bench = clerk.get("/api/v1/workbench").await?.ok()?;
                assert_eq!((count(&bench, code), len(&bench, code)), (Some(1), 1), "{code}");
            }
        }
        let look = json!({ "version": version, "step": "pass_recheck", "photos": [picture(2)], "note": "已清",
            "with": ["p-secretary1"] });
        let page = clerk.post(&steps, look).await?.ok()?;
        // Who looked with him is in the record, and is told.
        let last = page["timeline"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert_eq!((&last["by"], &last["with"]), (&json!("周文书"), &json!(["王书记"])), "{last}");
        let recheck = page["phases"].as_array().into_iter().flatten().find(|one| one["code"] == "recheck");
        assert_eq!(recheck.map(|one| &one["by"]), Some(&json!("周文书、王书记")));
        let mut secretary = town.login("secretary1").await?;
        let told = secretary.get("/api/v1/me/messages").await?.items()?;
        assert!(told.iter().any(|one| one["about_kind"] == "hazard"), "{told:?}");
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((count(&bench, "to_close"), len(&bench, "to_close")), (Some(1), 1));

        // The leader finds the proposal, who made it does not.
        let ask = json!({ "name": "task.review_percent", "value": 20, "from": "2026-10-01", "reason": "入冬前多抽" });
        clerk.post("/api/v1/parameters", ask).await?.ok()?;
        let bench = leader.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(count(&bench, "parameters"), Some(1));
        let waiting = &bench["parameters"][0];
        assert_eq!(
            (&waiting["label"], &waiting["value"], &waiting["proposed_by"]["name"], &waiting["actions"]),
            (&json!("检查记录抽审比例"), &json!(20), &json!("周文书"), &json!(["parameter.decide"]))
        );
        assert_eq!(count(&clerk.get("/api/v1/workbench").await?.ok()?, "parameters"), None);
        let path = format!("/api/v1/parameters/{}/decide", waiting["id"].as_str().unwrap_or_default());
        leader.post(&path, json!({ "approve": true, "version": waiting["version"] })).await?.ok()?;
        assert_eq!(count(&leader.get("/api/v1/workbench").await?.ok()?, "parameters"), Some(0));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_gives_out_tasks_sees_those_that_begin_soon_and_are_nobodys() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        shop(&town, SHOP, "老街五金店", V1).await?;
        let (mut clerk, mut grid) = (town.login("clerk").await?, town.login("grid1").await?);
        assert_eq!(count(&clerk.get("/api/v1/workbench").await?.ok()?, "to_assign"), None, "nothing waits");
        for (from, to) in [
            ("2026-09-21", None),
            ("2026-09-28", None),
            ("2026-09-29", None),
            ("2026-09-21", Some("p-staff1")),
        ] {
            let task = json!({
                "place": SHOP, "kind": "special", "from": from, "due_on": "2026-10-20", "assignee": to,
            });
            clerk.post("/api/v1/tasks", task).await?.ok()?;
        }
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(count(&bench, "to_assign"), Some(2), "one begins later, one is given");
        let counts = bench["counts"].as_array().cloned().unwrap_or_default();
        let tile = counts.iter().find(|one| one["code"] == "to_assign").cloned().unwrap_or_default();
        let href = tile["href"].as_str().unwrap_or_default();
        let list = clerk.get(&format!("/api/v1{href}")).await?.ok()?;
        assert_eq!((&list["total"], &tile["tone"]), (&tile["n"], &json!("due")));
        let bench = grid.get("/api/v1/workbench").await?.ok()?;
        assert!(count(&bench, "to_assign").is_none(), "whoever gives out nothing is not told");
        Ok(())
    })
    .await
}
