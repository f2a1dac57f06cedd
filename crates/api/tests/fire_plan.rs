//! Stories of special fire plans: a version is made, signed by four bodies, approved and followed by the next; what two
//! versions differ in; the board's clause 5 takes its figures from the one in force.

use app::Caller;
use axum::http::StatusCode;
use domain::org::{Org, OrgKind, Relation};
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{Browser, TOWN, Told, Town, V1, V2, day, roster, town_of};

/// A town in which the four bodies of clause 5 are known.
async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let mut roster = roster();
    for (id, name, label) in [
        ("land", "规资所", "org:land_office"),
        ("planning", "规建办", "org:planning_office"),
        ("agri", "农服中心", "org:agri_center"),
        ("emergency", "应急办", "org:emergency_office"),
    ] {
        if roster.orgs.iter().any(|org| org.label == label) {
            continue;
        }
        let territory = roster.territories[0].code.clone();
        roster.orgs.push(Org {
            id: id.into(),
            kind: OrgKind::Dept,
            name: name.to_owned(),
            short_name: name.to_owned(),
            aliases: Vec::new(),
            relation: Relation::Town,
            label: label.to_owned(),
            territory,
            active: true,
        });
    }
    let town = town_of(fresh, roster).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    Ok(town)
}

fn item(kind: &str, name: &str, village: &str, lon: f64) -> Value {
    json!({ "kind": kind, "name": name, "village": village, "year": 2027, "status": "planned",
        "shape": { "type": "Point", "coordinates": [lon, 29.268] }, "article": "第 12 条" })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<Told> {
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/fire-plans/{}/steps", text(page, "id")), asked).await
}

const BODIES: [&str; 4] = ["land_office", "planning_office", "agri_center", "emergency_office"];

/// Signed on paper by all four, and approved.
async fn approved(clerk: &mut Browser, page: &Value, on: &str) -> anyhow::Result<Value> {
    let mut page = step(clerk, page, json!({ "step": "circulate" })).await?.ok()?;
    for body in BODIES {
        let paper = json!({ "step": "sign", "body": body, "text": "会签单存应急办", "on": on });
        page = step(clerk, &page, paper).await?.ok()?;
    }
    let approve = json!({ "step": "approve", "by": "区人民政府", "document_no": "〔2026〕9号", "on": on });
    step(clerk, &page, approve).await?.ok()
}

/// How many villages have what clause C5.2 asks for today.
async fn c52(browser: &mut Browser) -> anyhow::Result<Value> {
    browser.get("/api/v1/board/duties/C5.2").await?.ok()
}

/// Who or what clause C5.4 is owed for, and how it stands.
async fn c54(browser: &mut Browser) -> anyhow::Result<Vec<(String, String, String)>> {
    let page = browser.get("/api/v1/board/duties/C5.4?limit=200").await?.ok()?;
    let said = |one: &Value| {
        let subject = &one["subject"];
        let name = if subject["kind"] == "town" { text(subject, "id") } else { text(subject, "name") };
        (text(subject, "kind").to_owned(), name.to_owned(), text(one, "status").to_owned())
    };
    Ok(page["occurrences"]["items"].as_array().into_iter().flatten().map(said).collect())
}

#[tokio::test]
async fn a_plan_is_signed_by_four_bodies_approved_and_followed_by_the_next() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff, mut unit) =
            (town.login("clerk").await?, town.login("staff1").await?, town.login("unit").await?);
        assert_eq!(unit.get("/api/v1/fire-plans").await?.status, StatusCode::FORBIDDEN);
        let mut asked = json!({ "title": "消防专项规划", "from": 2026, "to": 2030, "items": [
            item("lane", "老街通道", V1, 105.871), item("water", "老街水池", V1, 105.872), item("lane", "村道", V2, 105.9)] });
        asked["items"][1]["article"] = json!("");
        assert_eq!(staff.post("/api/v1/fire-plans", asked.clone()).await?.status, StatusCode::FORBIDDEN);
        let mut wrong = asked.clone();
        wrong["items"][0]["kind"] = json!("castle");
        let told = clerk.post("/api/v1/fire-plans", wrong).await?;
        assert_eq!(told.body["fields"][0]["field"], "items.kind", "{}", told.body);
        let page = clerk.post("/api/v1/fire-plans", asked).await?.ok()?;
        assert_eq!((&page["edition"], text(&page["stage"], "code")), (&json!(1), "draft"));
        assert_eq!(page["lacks"][0]["matters"], json!(["消防水源"]), "{}", page["lacks"]);
        assert_eq!(staff.get(&format!("/api/v1/fire-plans/{}", text(&page, "id"))).await?.ok()?["actions"], json!([]));

        let sent = step(&mut clerk, &page, json!({ "step": "circulate" })).await?.ok()?;
        let unsaid = step(&mut clerk, &sent, json!({ "step": "sign", "body": "land_office" })).await?;
        assert_eq!(unsaid.code(), "fire_plan.no_paper", "another body's signature is on some paper");
        let back = json!({ "step": "send_back", "body": "agri_center", "text": "缺林区水池" });
        let page = step(&mut clerk, &sent, back).await?.ok()?;
        assert_eq!(text(&page["stage"], "code"), "draft");
        let stale = step(&mut clerk, &sent, json!({ "step": "circulate" })).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &page["version"]));
        let before = c52(&mut clerk).await?.to_string();
        let page = approved(&mut clerk, &page, "2026-09-20").await?;
        assert_eq!((text(&page["stage"], "code"), &page["in_force_on"]), ("in_force", &json!("2026-09-20")));
        assert_ne!(c52(&mut clerk).await?.to_string(), before, "the board changes with the approval");
        let extract = json!({ "step": "extract", "frame": "spatial", "document": "国土空间规划", "article": "第 12 条" });
        let page = step(&mut clerk, &page, extract).await?.ok()?;
        assert_eq!(page["extracts"][0]["document"], "国土空间规划");
        let owed = c54(&mut clerk).await?;
        assert!(owed.contains(&("town".to_owned(), TOWN.to_owned(), "partial".to_owned())), "since the approval: {owed:?}");
        for (name, status) in [("老街通道", "met"), ("老街水池", "unmet"), ("村道", "met")] {
            let one = ("event".to_owned(), name.to_owned(), status.to_owned());
            assert!(owed.contains(&one), "what no article takes in shows: {owed:?}");
        }

        // What became of an item is told without the four bodies signing anew.
        let lane = page["plan_items"].as_array().into_iter().flatten().find(|one| one["name"] == "老街通道").cloned();
        let lane = lane.unwrap_or_default();
        let asked = json!({ "step": "progress", "item": lane["id"], "status": "built", "article": "第 13 条" });
        let page = step(&mut clerk, &page, asked).await?.ok()?;
        let lane = page["plan_items"].as_array().into_iter().flatten().find(|one| one["name"] == "老街通道").cloned();
        let lane = lane.unwrap_or_default();
        assert_eq!((text(&lane["status"], "code"), text(&lane, "article")), ("built", "第 13 条"), "{page}");
        assert_eq!(text(&page["events"][0], "what"), "老街通道 已建 第 13 条", "{}", page["events"]);
        assert_eq!(text(&page["stage"], "code"), "in_force");
        let wrong = json!({ "step": "progress", "item": lane["id"], "status": "built", "facility": "nobody" });
        let told = step(&mut clerk, &page, wrong).await?;
        assert_eq!(told.body["fields"][0]["field"], "facility", "{}", told.body);
        let gone = json!({ "step": "progress", "item": lane["id"], "status": "retired", "text": " " });
        assert_eq!(step(&mut clerk, &page, gone).await?.code(), "fire_plan.no_reason");
        assert_eq!(staff.get(&format!("/api/v1/fire-plans/{}", text(&page, "id"))).await?.ok()?["actions"], json!([]));
        let back = json!({ "step": "progress", "item": lane["id"], "status": "planned", "article": lane["article"] });
        let page = step(&mut clerk, &page, back).await?.ok()?;

        let next = json!({ "title": "消防专项规划", "from": 2027, "to": 2031, "based_on": page["id"] });
        let next = clerk.post("/api/v1/fire-plans", next).await?.ok()?;
        assert_eq!(next["plan_items"].as_array().map(Vec::len), Some(3), "it begins with what the one before has");
        let mut items: Vec<Value> = Vec::new();
        for one in next["plan_items"].as_array().into_iter().flatten().take(2) {
            items.push(json!({ "id": one["id"], "kind": one["kind"]["code"], "name": one["name"],
                "village": one["village"]["id"], "year": one["year"], "shape": one["shape"],
                "status": if one["name"] == "老街水池" { "built" } else { "planned" }, "article": one["article"] }));
        }
        items.push(item("forest_break", "山脊隔离带", V2, 105.91));
        let path = format!("/api/v1/fire-plans/{}", text(&next, "id"));
        let changed = json!({ "title": "消防专项规划", "from": 2027, "to": 2031, "items": items, "version": 1 });
        let next = clerk.put(&path, changed).await?.ok()?;
        let told = clerk.get(&format!("{path}/difference/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(
            (&told["added"], &told["changed"], &told["same"], &told["removed"]),
            (&json!(1), &json!(1), &json!(1), &json!(1)),
            "{told}"
        );
        let changed = told["pairs"].as_array().into_iter().flatten().find(|pair| pair["change"] == "changed");
        assert_eq!(changed.map(|pair| &pair["fields"]), Some(&json!(["status"])));
        let early = approved(&mut clerk, &next, "2026-09-20").await;
        assert!(early.is_err(), "not on the day of the one before");
        let next = clerk.get(&path).await?.ok()?;
        let approve = json!({ "step": "approve", "by": "区人民政府", "document_no": "〔2026〕10号", "on": "2026-09-21" });
        let next = step(&mut clerk, &next, approve).await?.ok()?;
        assert_eq!(text(&next["stage"], "code"), "in_force");
        let list = clerk.get("/api/v1/fire-plans").await?.items()?;
        let stages: Vec<_> = list.iter().map(|one| (&one["edition"], text(&one["stage"], "code"))).collect();
        assert_eq!(stages, [(&json!(2), "in_force"), (&json!(1), "superseded")]);
        Ok(())
    })
    .await
}

/// Which facilities a duty is owed for today, by name with how each stands.
async fn owed(browser: &mut Browser, duty: &str) -> anyhow::Result<Vec<(String, String)>> {
    let page = browser.get(&format!("/api/v1/board/duties/{duty}?limit=200")).await?.ok()?;
    let said = |one: &Value| (text(&one["subject"], "name").to_owned(), text(one, "status").to_owned());
    Ok(page["occurrences"]["items"].as_array().into_iter().flatten().map(said).collect())
}

#[tokio::test]
async fn what_stood_before_the_record_is_built_as_planned_only_where_a_plan_names_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let pool = |name: &str, found: bool| {
            json!({ "kind": "fire_pool", "name": name, "territory": V1, "found": found,
                "shape": { "type": "Point", "coordinates": [105.872, 29.268] }, "water": { "usable_m3": 120 } })
        };
        let old = clerk.post("/api/v1/facilities", pool("老堰水池", true)).await?.ok()?;
        assert_eq!(owed(&mut clerk, "C6.4").await?, [], "nobody planned what stood already");

        let new = clerk.post("/api/v1/facilities", pool("新建水池", false)).await?.ok()?;
        let plan = json!({ "step": "plan", "text": "规划第 3 条", "version": new["version"] });
        clerk.post(&format!("/api/v1/facilities/{}/steps", text(&new, "id")), plan).await?.ok()?;
        let unbuilt = ("新建水池".to_owned(), "unmet".to_owned());
        let one = std::slice::from_ref(&unbuilt);
        assert_eq!(owed(&mut clerk, "C6.4").await?, one);

        let mut water = item("water", "老堰水池", V1, 105.872);
        water["facility"] = old["id"].clone();
        water["status"] = json!("built");
        let asked = json!({ "title": "消防专项规划", "from": 2026, "to": 2030, "items": [water] });
        let page = clerk.post("/api/v1/fire-plans", asked).await?.ok()?;
        assert_eq!(owed(&mut clerk, "C6.4").await?, one, "a draft plans nothing");
        approved(&mut clerk, &page, "2026-09-20").await?;
        let mut both = owed(&mut clerk, "C6.4").await?;
        both.sort();
        assert_eq!(both, [unbuilt, ("老堰水池".to_owned(), "met".to_owned())]);
        Ok(())
    })
    .await
}
