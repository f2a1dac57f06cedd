//! Stories of the gate of clause 11 at the door: who is not trained is put on no post of enforcement, sent on no
//! enforcement visit and orders nothing; the leader's exemption lets through for a time and is shown; patrols go on.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::field::{Visit, recorded};
use crate::common::{Browser, Told, Town, V1, day, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";

async fn open_town(fresh: &Fresh) -> anyhow::Result<(Town, Browser, String)> {
    let town = town(fresh).await?;
    town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
    let mut clerk = town.login("clerk").await?;
    let organ = json!({ "kind": "fire_rescue", "name": "区消防救援机构", "relation": "district",
        "territory": common::TOWN });
    clerk.post("/api/v1/orgs", organ).await?.ok()?;
    // In the grid manager's own grid.
    shop(&town, SHOP, "老街五金店", V1).await?;
    Ok((town, clerk, SHOP.to_owned()))
}

/// A post of this role, and its id.
async fn post(clerk: &mut Browser, role: &str) -> anyhow::Result<String> {
    let body = json!({ "role": role, "org": "office", "territory": common::TOWN, "name": role });
    Ok(clerk.post("/api/v1/posts", body).await?.ok()?["id"].as_str().unwrap_or_default().to_owned())
}

async fn assign(clerk: &mut Browser, person: &str, post: &str) -> anyhow::Result<Told> {
    clerk.post("/api/v1/assignments", json!({ "person": person, "post": post, "from": "2026-09-21" })).await
}

/// A certificate of the training of clause 11, valid until a day.
async fn trained(clerk: &mut Browser, person: &str, number: &str, until: &str) -> anyhow::Result<Told> {
    let body = json!({ "person": person, "kind": "fire_training_grid", "number": number,
        "issuer": "区消防救援机构", "issued_on": "2025-09-21", "expires_on": until, "scope": "协助执法" });
    clerk.post("/api/v1/certificates", body).await
}

fn refused(told: &Told, code: &str, words: &[&str]) {
    assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{}", told.body);
    let said = told.body["detail"].as_str().unwrap_or_default();
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
}

fn enforcement(place: &str, n: u32, sheet: &Value, people: &[&str]) -> Value {
    let mut body = Visit::of(n, place, "officer", sheet).body();
    body["power"] = json!("enforcement");
    body["showed_certificates"] = json!(true);
    body["inspectors"] = people.iter().map(|login| json!(format!("p-{login}"))).collect();
    body
}

#[tokio::test]
async fn an_untrained_grid_manager_is_put_on_no_enforcement() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, place) = open_town(&fresh).await?;
        let assistant = post(&mut clerk, "enforcement_assistant").await?;
        let told = assign(&mut clerk, "p-grid1", &assistant).await?;
        refused(&told, "gate.untrained", &["钱网格", "C11.6", "没有培训合格证"]);
        let officer_post = post(&mut clerk, "enforcement_officer").await?;
        refused(
            &assign(&mut clerk, "p-grid1", &officer_post).await?,
            "gate.no_certificate",
            &["钱网格", "行政执法证"],
        );

        // As companion of two officers.
        let mut officer = town.login("officer").await?;
        let sheet = officer.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let with_grid = enforcement(&place, 1, &sheet, &["officer", "officer2", "grid1"]);
        let told = officer.post("/api/v1/inspections", with_grid.clone()).await?;
        let problem = &told.body["fields"][0];
        assert_eq!(
            (&problem["field"], &problem["code"]),
            (&json!("inspectors.2"), &json!("gate.untrained")),
            "{}",
            told.body
        );
        assert!(problem["message"].as_str().is_some_and(|text| text.contains("C11.6")));
        assert_eq!(officer.get("/api/v1/inspections").await?.items()?.len(), 0, "nothing half-written");

        // By a task of enforcement.
        let task = json!({ "place": place, "kind": "enforcement", "from": "2026-09-21", "due_on": "2026-09-30",
            "assignee": "p-grid1" });
        refused(&clerk.post("/api/v1/tasks", task).await?, "gate.untrained", &["钱网格", "C11.6"]);
        let task = json!({ "place": place, "kind": "enforcement", "from": "2026-09-21", "due_on": "2026-09-30" });
        let task = clerk.post("/api/v1/tasks", task).await?.ok()?;
        let give = json!({ "tasks": [{ "id": task["id"], "version": task["version"] }], "to": "p-grid1" });
        refused(&clerk.post("/api/v1/tasks/assign", give).await?, "gate.untrained", &["钱网格"]);
        let mut grid = town.login("grid1").await?;
        let accept = format!("/api/v1/tasks/{}/accept", task["id"].as_str().unwrap_or_default());
        let take = json!({ "version": task["version"] });
        refused(&grid.post(&accept, take).await?, "gate.untrained", &["钱网格"]);
        // What was given as enforcement is not done as less.
        let visit = Visit::of(2, &place, "grid1", &sheet).task(&task["id"]);
        let told = grid.post("/api/v1/inspections", visit.body()).await?;
        assert_eq!(told.body["fields"][0]["code"], "inspection.not_enforcement", "{}", told.body);

        // A routine patrol goes on, and says so.
        let id = recorded(&mut grid, 3, &place, "grid1", &[]).await?;
        let seen = clerk.get(&format!("/api/v1/inspections/{id}")).await?.ok()?;
        let flags: Vec<_> = seen["flags"].as_array().into_iter().flatten().collect();
        let flag = flags.iter().find(|flag| flag["code"] == "inspection.untrained").expect("marked");
        assert!(flag["message"].as_str().is_some_and(|text| text.contains("未培训") && text.contains("钱网格")));
        let person = clerk.get("/api/v1/people/p-grid1").await?.ok()?;
        assert_eq!(person["gate"]["state"], "untrained");

        // Trained, all of it is open; only the fire rescue organ gives the certificate.
        let own = json!({ "person": "p-grid1", "kind": "fire_training_grid", "number": "1", "issuer": "消安办",
            "issued_on": "2026-09-01" });
        let told = clerk.post("/api/v1/certificates", own).await?;
        assert_eq!(told.body["fields"][0]["code"], "certificate.issuer", "{}", told.body);
        trained(&mut clerk, "p-grid1", "演示-培训-9001", "2026-12-31").await?.ok()?;
        let told = trained(&mut clerk, "p-staff1", "演示-培训-9001", "2026-12-31").await?;
        assert_eq!(told.body["fields"][0]["code"], "certificate.number_taken", "{}", told.body);
        assign(&mut clerk, "p-grid1", &assistant).await?.ok()?;
        let seen = officer.post("/api/v1/inspections", with_grid).await?.ok()?;
        assert_eq!(seen["receipt"], "new");
        assert_eq!(clerk.get("/api/v1/people/p-grid1").await?.ok()?["gate"]["state"], "trained");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_certificate_that_expired_yesterday_opens_nothing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, place) = open_town(&fresh).await?;
        trained(&mut clerk, "p-grid1", "演示-培训-9001", "2026-09-20").await?.ok()?;
        let assistant = post(&mut clerk, "enforcement_assistant").await?;
        let told = assign(&mut clerk, "p-grid1", &assistant).await?;
        refused(&told, "gate.training_expired", &["2026-09-20", "C11.6"]);
        let mut officer = town.login("officer").await?;
        let sheet = officer.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let with_grid = enforcement(&place, 1, &sheet, &["officer", "officer2", "grid1"]);
        let told = officer.post("/api/v1/inspections", with_grid).await?;
        assert_eq!(told.body["fields"][0]["code"], "gate.training_expired", "{}", told.body);
        let expiring = clerk.get("/api/v1/certificates?expiring=true").await?.items()?;
        assert_eq!(expiring.len(), 1);
        assert_eq!(
            (&expiring[0]["standing"], &expiring[0]["days_left"]),
            (&json!("expired"), &json!(-1)),
            "{}",
            expiring[0]
        );

        // An officer whose training was taken back orders nothing, and the button is gone.
        let all = clerk.get("/api/v1/certificates").await?.items()?;
        let card = all.iter().find(|one| one["number"] == "演示-培训-0001").expect("the officer's");
        let path = format!("/api/v1/certificates/{}/revoke", card["id"].as_str().unwrap_or_default());
        let stale = clerk.post(&path, json!({ "reason": "证件遗失", "version": 7 })).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        clerk.post(&path, json!({ "reason": "证件遗失", "version": 1 })).await?.ok()?;
        let id = "01a00000-0000-7000-8000-000000000777";
        let found = json!({ "id": id, "place": place, "hazard_code": "H01.1", "description": "堆放货物",
            "photos": [] });
        officer.post("/api/v1/hazards", found).await?.ok()?;
        let path = format!("/api/v1/hazards/{id}/steps");
        let grade = json!({ "version": 1, "step": "grade", "level": "general" });
        let page = officer.post(&path, grade).await?.ok()?;
        let may: Vec<_> = page["actions"].as_array().into_iter().flatten().collect();
        assert!(!may.iter().any(|one| **one == "order" || one["step"] == "order"), "{may:?}");
        let order = json!({ "version": page["version"], "step": "order", "text": "责令清空",
            "certificate_no": common::CERTIFICATE, "authority_item": "演示事项", "with": ["p-officer2"],
            "document_no": "演示责改〔2026〕1号" });
        refused(&officer.post(&path, order).await?, "gate.untrained", &["沈执法", "C11.6"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_the_leader_lets_somebody_through_for_a_time_and_it_shows() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, place) = open_town(&fresh).await?;
        let exempt = |to: &str, reason: &str| json!({ "person": "p-grid1", "from": "2026-09-21", "to": to, "reason": reason });
        let path = "/api/v1/gate/exemptions";
        let told = clerk.post(path, exempt("2026-10-31", "等待开班")).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        let mut leader = town.login("leader").await?;
        let told = leader.post(path, exempt("2026-10-31", " ")).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "gate.reason"));
        let told = leader.post(path, exempt("2026-09-20", "等待开班")).await?;
        assert_eq!(told.code(), "gate.backwards");
        let own = json!({ "person": "p-leader", "from": "2026-09-21", "to": "2026-10-31", "reason": "x" });
        assert_eq!(leader.post(path, own).await?.code(), "gate.self");
        let one = leader.post(path, exempt("2026-10-31", "等待十月开班")).await?.ok()?;
        assert_eq!((&one["valid"], &one["recorded_by"]), (&json!(true), &json!("郑分管")));
        let mut late = exempt("2026-12-31", "追溯");
        for (from, code) in [("2026-09-20", "gate.backdated"), ("2026-10-31", "gate.overlap")] {
            late["from"] = json!(from);
            let told = leader.post(path, late.clone()).await?;
            assert_eq!(told.body["fields"][0]["code"], code, "{}", told.body);
        }

        let assistant = post(&mut clerk, "enforcement_assistant").await?;
        assign(&mut clerk, "p-grid1", &assistant).await?.ok()?;
        let officer_post = post(&mut clerk, "enforcement_officer").await?;
        let told = assign(&mut clerk, "p-grid1", &officer_post).await?;
        assert_eq!(told.code(), "gate.no_certificate", "the law's certificate nobody is excused from");
        let mut officer = town.login("officer").await?;
        let sheet = officer.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let with_grid = enforcement(&place, 1, &sheet, &["officer", "officer2", "grid1"]);
        let seen = officer.post("/api/v1/inspections", with_grid).await?.ok()?;
        let flags: Vec<_> = seen["flags"].as_array().into_iter().flatten().collect();
        let flag = flags.iter().find(|flag| flag["code"] == "inspection.exempted").expect("on the record");
        let said = flag["message"].as_str().unwrap_or_default();
        assert!(said.contains("等待十月开班") && said.contains("2026-10-31"), "{said}");
        assert_eq!(clerk.get("/api/v1/people/p-grid1").await?.ok()?["gate"]["state"], "exempt");

        let void = format!("{path}/{}/void", one["id"].as_str().unwrap_or_default());
        let gone = leader.post(&void, json!({ "reason": "已参加培训", "version": 1 })).await?.ok()?;
        assert_eq!((&gone["valid"], &gone["void_reason"]), (&json!(false), &json!("已参加培训")));
        let again = leader.post(&void, json!({ "reason": "再撤", "version": 2 })).await?;
        assert_eq!(again.code(), "gate.voided");
        let with_grid = enforcement(&place, 2, &sheet, &["officer", "officer2", "grid1"]);
        let told = officer.post("/api/v1/inspections", with_grid).await?;
        assert_eq!(told.body["fields"][0]["code"], "gate.untrained", "{}", told.body);
        Ok(())
    })
    .await
}

/// The list of clause 11 names who enforces and inspects, and says whose entry lacks something.
#[tokio::test]
async fn the_roll_names_who_enforces_and_inspects_and_what_an_entry_lacks() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let roll = clerk.get("/api/v1/gate/roll").await?.ok()?;
        let items = roll["items"].as_array().cloned().unwrap_or_default();
        let who: Vec<_> =
            items.iter().map(|one| (one["person"]["name"].clone(), one["role"]["code"].clone())).collect();
        assert_eq!(
            who,
            [
                (json!("沈执法"), json!("enforcement_officer")),
                (json!("韩执法"), json!("enforcement_officer")),
                (json!("褚民政"), json!("dept_inspector"))
            ]
        );
        assert_eq!((&roll["complete"], &items[0]["number"]), (&json!(3), &json!(common::CERTIFICATE)));
        let taken = json!({ "reason": "证件收回", "version": 1 });
        clerk.post("/api/v1/certificates/cert-enforcement_cert-officer/revoke", taken).await?.ok()?;
        let person = clerk.get("/api/v1/people/p-dept").await?.ok()?;
        let change = json!({ "name": person["name"], "office_phone": "", "version": person["version"] });
        clerk.put("/api/v1/people/p-dept", change).await?.ok()?;
        let roll = clerk.get("/api/v1/gate/roll").await?.ok()?;
        let lacks = |n: usize| roll["items"][n]["lacks"][0]["code"].clone();
        assert_eq!(
            (&roll["complete"], lacks(0), lacks(1), lacks(2)),
            (&json!(1), json!("enforcement_cert"), Value::Null, json!("office_phone"))
        );
        Ok(())
    })
    .await
}
