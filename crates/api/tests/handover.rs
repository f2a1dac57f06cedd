//! Stories of posts that change hands at the door: open work stays with the post, the sheet is signed by both, the old
//! one's rights end; a post for one is not taken twice; what breaks soon is told before.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::field::add_place;
use crate::common::{Browser, TOWN, Town, V1, day, town};

const FOUND: &str = "01a00000-0000-7000-8000-000000000201";

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

async fn task_of(clerk: &mut Browser, place: &str, to: &str) -> anyhow::Result<Value> {
    let body = json!({ "place": place, "kind": "routine", "from": "2026-09-01", "due_on": "2026-10-30",
        "assignee": to, "note": "" });
    clerk.post("/api/v1/tasks", body).await?.ok()
}

async fn equipped(fresh: &testkit::Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
    Ok(town)
}

#[tokio::test]
async fn the_secretary_is_replaced_and_his_open_work_is_the_new_ones() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = equipped(&fresh).await?;
        let (mut clerk, mut old, mut new) =
            (town.login("clerk").await?, town.login("secretary1").await?, town.login("grid1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let task = task_of(&mut clerk, &place, "p-secretary1").await?;
        let task_path = format!("/api/v1/tasks/{}", text(&task, "id"));
        old.post(&format!("{task_path}/accept"), json!({ "version": 1 })).await?.ok()?;
        let hazard =
            json!({ "id": FOUND, "place": place, "hazard_code": "H01.1", "description": "楼梯间堆放货物",
            "photos": [] });
        old.post("/api/v1/hazards", hazard).await?.ok()?;
        assert_eq!(new.get("/api/v1/hazards").await?.items()?.len(), 0, "beyond his grid");

        let change = json!({ "taker": "p-grid1", "basis": "任免通知", "things": ["村委会公章", " "] });
        let mut staff = town.login("staff1").await?;
        let told = staff.post("/api/v1/posts/post-secretary1/handover", change.clone()).await?;
        assert_eq!(told.code(), "policy.forbidden");
        let told = clerk.post("/api/v1/posts/post-secretary1/handover", change.clone()).await?.ok()?;
        assert_eq!((&told["giver"]["name"], &told["taker"]["name"]), (&json!("王书记"), &json!("钱网格")));
        assert_eq!((&told["last_day"], &told["from"]), (&json!("2026-09-21"), &json!("2026-09-22")));
        assert_eq!((&told["state"], &told["things"]), (&json!("drafted"), &json!(["村委会公章"])));
        let section = |view: &Value, kind: &str| -> i64 {
            let all = view["sections"].as_array().cloned().unwrap_or_default();
            all.iter().find(|one| one["kind"] == kind).and_then(|one| one["total"].as_i64()).unwrap_or(0)
        };
        assert_eq!((section(&told, "task"), section(&told, "hazard")), (1, 1));
        let sheet = format!("/api/v1/handovers/{}", text(&told, "id"));
        let again = clerk.post("/api/v1/posts/post-secretary1/handover", change).await?;
        assert_eq!(again.code(), "assignment.already_holds", "he begins tomorrow already");

        // Until the day is over the work is the old one's, and the sheet waits for him.
        assert_eq!(old.get("/api/v1/tasks?assignee=me").await?.items()?.len(), 1);
        assert_eq!(new.get("/api/v1/tasks?assignee=me").await?.items()?.len(), 0);
        let waits = old.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(waits["handovers"][0]["actions"], json!(["sign_giver", "void"]));
        let sign = |role: &str, version: i64| json!({ "as": role, "version": version });
        let told = new.post(&format!("{sheet}/sign"), sign("taker", 1)).await?;
        assert_eq!(told.code(), "handover.not_now", "the giver signs first");
        let told = new.post(&format!("{sheet}/sign"), sign("giver", 1)).await?;
        assert_eq!(told.code(), "handover.not_yours");
        let given = old.post(&format!("{sheet}/sign"), sign("giver", 1)).await?.ok()?;
        assert_eq!((&given["state"], &given["fixed"]), (&json!("given"), &json!(true)));
        let stale = new.post(&format!("{sheet}/sign"), sign("taker", 1)).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));

        town.clock.advance_days(1);
        let (mut clerk, mut old, mut new) =
            (town.login("clerk").await?, town.login("secretary1").await?, town.login("grid1").await?);
        assert_eq!(old.get("/api/v1/tasks").await?.status, StatusCode::FORBIDDEN, "his rights have ended");
        assert_eq!(old.get("/api/v1/hazards").await?.status, StatusCode::FORBIDDEN);
        assert_eq!(old.get(&sheet).await?.ok()?["state"], "given", "but he sees his own sheet");
        let mine = new.get("/api/v1/tasks?assignee=me").await?.items()?;
        assert_eq!(mine.len(), 1);
        assert_eq!(
            (&mine[0]["assignee"]["name"], &mine[0]["left_by"]["name"]),
            (&json!("钱网格"), &json!("王书记"))
        );
        assert!(mine[0]["actions"].as_array().is_some_and(|all| all.contains(&json!("start"))), "{}", mine[0]);
        let sync = new.get("/api/v1/sync").await?.ok()?;
        assert_eq!(sync["tasks"][0]["id"], task["id"], "his phone takes it along");
        assert_eq!(new.get("/api/v1/hazards").await?.items()?.len(), 1, "the village is his now");
        let started = new.post(&format!("{task_path}/start"), json!({ "version": 2 })).await?.ok()?;
        assert_eq!((&started["state"], &started["version"]), (&json!("in_progress"), &json!(4)));
        let steps: Vec<&str> =
            started["events"].as_array().into_iter().flatten().map(|one| text(one, "label")).collect();
        assert_eq!(steps, ["派发", "接受", "随岗接办", "到场"]);
        let done = new.post(&format!("{sheet}/sign"), sign("taker", 2)).await?.ok()?;
        assert_eq!(done["state"], "done");
        assert_eq!((section(&done, "task"), &done["actions"]), (1, &json!([])), "the sheet stays as signed");
        let page = clerk.get("/api/v1/posts/post-secretary1").await?.ok()?;
        assert_eq!(page["holders"][0]["person"]["name"], "钱网格");
        assert_eq!(page["history"].as_array().map(Vec::len), Some(2));
        assert_eq!(page["handovers"][0]["state"], "done");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn somebody_acts_between_the_office_signs_for_who_is_gone_and_nothing_is_orphaned() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = equipped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        task_of(&mut clerk, &place, "p-staff1").await?;
        let post = "/api/v1/posts/post-staff1/handover";
        let bridged = json!({ "last_day": "2026-09-21", "from": "2026-09-24", "taker": "p-unit",
            "acting": "p-grid1" });
        let early = json!({ "last_day": "2026-09-21", "from": "2026-09-21", "taker": "p-unit" });
        assert_eq!(clerk.post(post, early).await?.code(), "handover.too_early");
        let nobody = json!({ "taker": "p-nobody" });
        assert_eq!(clerk.post(post, nobody).await?.body["fields"][0]["code"], "handover.person");
        let himself = json!({ "taker": "p-clerk" });
        assert_eq!(clerk.post(post, himself).await?.body["fields"][0]["code"], "assignment.self");
        let sheet = clerk.post(post, bridged).await?.ok()?;
        assert_eq!(sheet["acting"]["name"], "钱网格");
        let sign = format!("/api/v1/handovers/{}/sign", text(&sheet, "id"));
        let bare = json!({ "as": "for_giver", "version": 1 });
        assert_eq!(clerk.post(&sign, bare).await?.code(), "handover.reason_missing");
        let why = json!({ "as": "for_giver", "reason": "已调离，无法到场", "version": 1 });
        let mut next = town.login("staff2").await?;
        assert_eq!(next.post(&sign, why.clone()).await?.status, StatusCode::NOT_FOUND);
        let given = clerk.post(&sign, why).await?.ok()?;
        assert_eq!(given["giver_signed"]["by"]["name"], "周文书");
        assert_eq!(given["giver_signed"]["instead"], "已调离，无法到场");

        town.clock.advance_days(1);
        let mut acting = town.login("grid1").await?;
        assert_eq!(acting.get("/api/v1/tasks?assignee=me").await?.items()?.len(), 1, "who acts owes it");
        town.clock.advance_days(2);
        let mut acting = town.login("grid1").await?;
        assert_eq!(acting.get("/api/v1/tasks?assignee=me").await?.items()?.len(), 0);
        let mut new = town.login("unit").await?;
        let mine = new.get("/api/v1/tasks?assignee=me").await?.items()?;
        assert_eq!(mine.len(), 1, "from his first day it is his");

        // Somebody who simply leaves leaves his work on the post, where it shows.
        let mut clerk = town.login("clerk").await?;
        let held = clerk.get("/api/v1/posts/post-staff1").await?.ok()?;
        let assignment = text(&held["holders"][0], "assignment").to_owned();
        let end = json!({ "last_day": "2026-09-24" });
        clerk.post(&format!("/api/v1/assignments/{assignment}/end"), end).await?.ok()?;
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        let unheld = bench["counts"].as_array().into_iter().flatten().find(|one| one["code"] == "unheld");
        assert_eq!(unheld.map(|one| &one["n"]), Some(&json!(1)));
        let of = |code: &str| {
            let mut all = bench["counts"].as_array().into_iter().flatten();
            all.find(|one| one["code"] == code).map(|one| one["n"].clone()).unwrap_or_default()
        };
        let short = bench["posts"].as_array().into_iter().flatten().find(|one| one["id"] == "post-staff1");
        let short = short.cloned().unwrap_or_default();
        assert_eq!(
            (&short["light"], &short["missing"], &short["open"]),
            (&json!("red"), &json!(1), &json!(0)),
            "{bench}"
        );
        assert!(of("posts_short").as_i64().is_some_and(|n| n >= 1) && of("unheld_work").is_null(), "{bench}");
        assert_eq!(clerk.get("/api/v1/tasks?unheld=true").await?.items()?.len(), 1);
        let page = clerk.get("/api/v1/posts/post-staff1").await?.ok()?;
        assert_eq!((&page["light"], &page["missing"]), (&json!("red"), &json!(1)));
        assert_eq!(page["open_work"][0]["kind"], "task");
        let taken = json!({ "taker": "p-grid1", "basis": "补任" });
        let sheet = clerk.post("/api/v1/posts/post-staff1/handover", taken).await?.ok()?;
        assert_eq!((&sheet["giver"], &sheet["from"]), (&Value::Null, &json!("2026-09-25")));
        let mut new = town.login("grid1").await?;
        assert_eq!(new.get("/api/v1/tasks?assignee=me").await?.items()?.len(), 1, "the same minute");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_post_for_one_is_not_taken_twice() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let change = json!({ "name": "村书记", "min_n": 1, "max_n": 1, "active": true, "version": 1 });
        let told = clerk.put("/api/v1/posts/post-secretary1", change.clone()).await?.ok()?;
        assert_eq!((&told["max_n"], &told["version"]), (&json!(1), &json!(2)));
        let stale = clerk.put("/api/v1/posts/post-secretary1", change).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        let assign = |acting: bool| {
            json!({ "person": "p-staff1", "post": "post-secretary1", "from": "2026-09-21", "acting": acting })
        };
        let told = clerk.post("/api/v1/assignments", assign(false)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "assignment.occupied"));
        assert!(told.body["detail"].as_str().or(told.body["title"].as_str()).is_some_and(|s| s.contains("只设一人")), "{}", told.body);
        clerk.post("/api/v1/assignments", assign(true)).await?.ok()?;
        let closed = json!({ "name": "村书记", "min_n": 1, "max_n": 1, "active": false, "version": 2 });
        let told = clerk.put("/api/v1/posts/post-secretary1", closed).await?;
        assert_eq!(told.code(), "post.held");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_breaks_soon_is_told_and_two_officers_have_no_cover() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let post = json!({ "role": "enforcement_officer", "org": "office", "territory": TOWN, "name": "执法人员",
            "min_n": 2 });
        let post = clerk.post("/api/v1/posts", post).await?.ok()?;
        for person in ["p-officer", "p-officer2"] {
            let held = json!({ "person": person, "post": post["id"], "from": "2026-09-21" });
            clerk.post("/api/v1/assignments", held).await?.ok()?;
        }
        let mut on = async |day: &str| -> anyhow::Result<Value> {
            let all = clerk.get(&format!("/api/v1/posts?on={day}")).await?.items()?;
            Ok(all.into_iter().find(|one| one["id"] == post["id"]).unwrap_or_default())
        };
        let today = on("2026-09-21").await?;
        assert_eq!((&today["light"], &today["no_cover"]), (&json!("amber"), &json!(true)));
        assert_eq!(today["shortages"], json!([]));
        let soon = on("2029-12-10").await?;
        assert_eq!(
            (&soon["shortages"][0]["on"], &soon["shortages"][0]["missing"]),
            (&json!("2030-01-01"), &json!(2))
        );
        assert_eq!(soon["shortages"][0]["without"][0]["cause_label"], "证件到期");
        assert_eq!(on("2030-01-01").await?["light"], "red");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_chart_shows_the_tree_of_a_day_and_what_the_committee_lacks() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let chart = clerk.get("/api/v1/org-chart").await?.ok()?;
        let nodes = chart["nodes"].as_array().cloned().unwrap_or_default();
        let node = |id: &str| nodes.iter().find(|one| one["id"] == id).cloned().unwrap_or_default();
        let at = |id: &str| nodes.iter().position(|one| one["id"] == id);
        for (id, parent) in [
            ("town-gov", Value::Null),
            ("committee", json!("town-gov")),
            ("office", json!("committee")),
            ("dept-civil", json!("committee")),
            ("village-1", json!("office")),
            ("unit", json!("village-1")),
            (common::V1_GRID, json!("village-1")),
        ] {
            assert_eq!(node(id)["parent"], parent, "{id}");
        }
        assert!(nodes.iter().all(|one| {
            one["parent"]
                .as_str()
                .is_none_or(|parent| at(parent) < at(one["id"].as_str().unwrap_or_default()))
        }));
        assert_eq!(node(common::V1_GRID)["posts"][0]["holders"][0]["name"], "钱网格");
        // By rank, and the same whenever it is asked for; it says of which day it is.
        let order = |id: &str| -> Vec<String> {
            let posts = node(id)["posts"].as_array().cloned().unwrap_or_default();
            posts.iter().map(|post| text(post, "id").to_owned()).collect()
        };
        assert_eq!(order("office"), ["post-head", "post-clerk", "post-officer", "post-officer2"]);
        assert_eq!(order("dept-civil"), ["post-dept-head", "post-dept"]);
        assert_eq!(order("village-1"), ["post-secretary1", "post-staff1"]);
        assert!(at("village-1") < at("village-2"));
        assert_eq!(chart["on"], "2026-09-21");
        let gaps: Vec<&str> =
            chart["gaps"].as_array().into_iter().flatten().map(|gap| text(gap, "kind")).collect();
        assert_eq!(gaps, ["no_deputy", "not_member"]);
        let before = clerk.get("/api/v1/org-chart?on=2024-12-31").await?.ok()?;
        assert_eq!(
            before["red"].as_u64(),
            before["nodes"].as_array().map(|nodes| {
                nodes.iter().map(|one| one["posts"].as_array().map_or(0, Vec::len) as u64).sum()
            }),
            "nobody was there yet"
        );
        let mut unit = town.login("unit").await?;
        assert_eq!(unit.get("/api/v1/org-chart").await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_is_on_leave_keeps_his_post_does_not_count_and_somebody_acts() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = equipped(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let post = "/api/v1/posts/post-staff1";
        let seen = clerk.get(post).await?.ok()?;
        let assignment = text(&seen["holders"][0], "assignment").to_owned();
        assert_eq!((&seen["holders"][0]["away"], &seen["holders"][0]["absent"]), (&json!([]), &Value::Null));
        let enter = format!("/api/v1/assignments/{assignment}/away");
        let asked = |from: &str, to: &str, deputy: Option<&str>| json!({ "from": from, "to": to, "reason": "住院", "deputy": deputy });
        let days = asked("2026-09-22", "2026-09-24", Some("p-grid1"));
        assert_ne!(staff.post(&enter, days.clone()).await?.status, StatusCode::OK, "the office enters it");
        for (body, code) in [
            (asked("2026-09-24", "2026-09-22", None), "assignment.away_ends"),
            (asked("1999-01-01", "1999-01-02", None), "assignment.away_outside"),
        ] {
            assert_eq!(clerk.post(&enter, body).await?.code(), code);
        }
        let himself = clerk.post(&enter, asked("2026-09-22", "2026-09-24", Some("p-clerk"))).await?;
        assert_eq!(himself.body["fields"][0]["code"], "assignment.self");
        let nobody = clerk.post(&enter, asked("2026-09-22", "2026-09-24", Some("p-nobody"))).await?;
        assert_eq!(nobody.body["fields"][0]["code"], "assignment.person");
        let own = clerk.post(&enter, asked("2026-09-22", "2026-09-24", Some("p-staff1"))).await?;
        assert_eq!(own.code(), "assignment.already_holds", "nobody acts for himself");
        assert_eq!(clerk.get(post).await?.ok()?["holders"][0]["away"], json!([]), "nothing half-written");

        let said = clerk.post(&enter, days.clone()).await?.ok()?;
        assert_eq!((&said["away"][0]["from"], &said["valid"]), (&json!("2026-09-22"), &json!(true)));
        assert_eq!(clerk.post(&enter, days).await?.code(), "assignment.away_twice");
        let seen = clerk.get(post).await?.ok()?;
        assert_eq!(seen["shortages"], json!([]), "somebody acts: {seen}");

        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        let seen = clerk.get(post).await?.ok()?;
        let holder = |view: &Value, person: &str| {
            let all = view["holders"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|one| one["person"]["id"] == person).unwrap_or_default()
        };
        let absent = holder(&seen, "p-staff1")["absent"].clone();
        assert_eq!((&absent["to"], &absent["reason"]), (&json!("2026-09-24"), &json!("住院")));
        assert_eq!(absent["acts"][0]["id"], "p-grid1");
        // On the chart and on his page as well, and why only for who keeps the posts and for himself.
        let on_chart = |chart: &Value| {
            let nodes = chart["nodes"].as_array().cloned().unwrap_or_default();
            let posts = nodes.iter().flat_map(|node| node["posts"].as_array().cloned().unwrap_or_default());
            let holders = posts.flat_map(|post| post["holders"].as_array().cloned().unwrap_or_default());
            holders.filter(|one| !one["away"].is_null()).collect::<Vec<_>>()
        };
        let chart = clerk.get("/api/v1/org-chart").await?.ok()?;
        let away = on_chart(&chart);
        assert_eq!(away.len(), 1, "{away:?}");
        assert_eq!((&away[0]["id"], &away[0]["away"]["until"]), (&json!("p-staff1"), &json!("2026-09-24")));
        assert_eq!(away[0]["away"]["acts"].as_array().map(Vec::len), Some(1));
        assert!(!chart.to_string().contains("住院"), "why is nothing for a chart");
        let later = clerk.get("/api/v1/org-chart?on=2026-09-25").await?.ok()?;
        assert!(on_chart(&later).is_empty(), "is back");
        let mut leader = town.login("leader").await?;
        for (who, why) in [(&mut clerk, "住院"), (&mut leader, "")] {
            let person = who.get("/api/v1/people/p-staff1").await?.ok()?;
            let days = &person["assignments"][0]["away"][0];
            assert_eq!((text(days, "reason"), &days["acts"][0]["id"]), (why, &json!("p-grid1")), "{person}");
            let page = who.get(post).await?.ok()?;
            assert_eq!(page.to_string().contains("住院"), !why.is_empty(), "{page}");
        }
        assert_eq!((&holder(&seen, "p-grid1")["acting"], &seen["missing"]), (&json!(true), &json!(0)));
        let mut staff = town.login("staff1").await?;
        let mine = staff.get("/api/v1/me/away").await?.items()?;
        assert_eq!((&mine[0]["force"]["id"], &mine[0]["away"][0]["to"]), (&json!(assignment), &json!("2026-09-24")));

        // Back early, said on the phone: who acted is relieved.
        town.clock.advance_days(1);
        let mut staff = town.login("staff1").await?;
        let back = json!({ "force": assignment, "from": "2026-09-22" });
        staff.post("/api/v1/me/away/back", back.clone()).await?.ok()?;
        assert_eq!(staff.post("/api/v1/me/away/back", back).await?.code(), "assignment.not_away");
        let mut clerk = town.login("clerk").await?;
        let seen = clerk.get(post).await?.ok()?;
        assert_eq!((&holder(&seen, "p-staff1")["absent"], &holder(&seen, "p-grid1")), (&Value::Null, &Value::Null));
        let acted = seen["history"].as_array().into_iter().flatten().find(|one| one["acting"] == true).cloned();
        assert_eq!(acted.map(|one| one["to"].clone()), Some(json!("2026-09-22")), "{seen}");

        // Nobody acts: the post is short on those days, and says so before.
        let away = |from: &str, to: &str| json!({ "force": assignment, "from": from, "to": to, "reason": "" });
        assert_eq!(staff.post("/api/v1/me/away", away("2026-09-20", "2026-09-20")).await?.code(), "force.away_past");
        staff.post("/api/v1/me/away", away("2026-09-25", "2026-09-26")).await?.ok()?;
        let seen = clerk.get(post).await?.ok()?;
        assert_eq!(
            (&seen["shortages"][0]["on"], &seen["shortages"][0]["without"][0]["cause"]),
            (&json!("2026-09-25"), &json!("away"))
        );
        clerk.post(&format!("{enter}/back"), json!({ "from": "2026-09-25" })).await?.ok()?;
        assert_eq!(clerk.get(post).await?.ok()?["shortages"], json!([]), "taken back before it began");
        Ok(())
    })
    .await
}
