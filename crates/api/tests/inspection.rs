//! Stories of inspections at the door: a record comes in once, its failed items become hazards and its task moves on;
//! the pinned edition holds; a correction stands beside the first version; the next village sees nothing of it.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::field::{Visit, add_place, photo, png, recorded};
use crate::common::{Browser, Town, V1, V2, day, set_number, town};

async fn open_town(fresh: &testkit::Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
    Ok(town)
}

async fn task_for(clerk: &mut Browser, place: &str, to: &str) -> anyhow::Result<Value> {
    let body = json!({ "place": place, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-30",
        "assignee": to, "note": "" });
    clerk.post("/api/v1/tasks", body).await?.ok()
}

#[tokio::test]
async fn a_record_arrives_once_makes_hazards_and_moves_its_task() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        set_number(&town, "task.review_percent", 100.0).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &["three_in_one"]).await?;
        let task = task_for(&mut clerk, &place, "p-staff1").await?;
        assert_eq!(task["state"], "assigned");
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        assert!(sheet["pins"].as_array().is_some_and(|pins| pins.len() >= 3), "{}", sheet["pins"]);

        let visit = Visit::of(1, &place, "staff1", &sheet).failing("B05").at("2026-09-21T08:30:00+08:00");
        let visit = visit.task(&task["id"]);
        let first = staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        assert_eq!((&first["receipt"], &first["outcome"]), (&json!("new"), &json!("hazards")));
        assert_eq!((&first["complete"], first["hazards"].as_array().map(Vec::len)), (&json!(false), Some(1)));
        let hazard = format!("/api/v1/hazards/{}", first["hazards"][0]["id"].as_str().unwrap_or_default());
        let hazard = staff.get(&hazard).await?.ok()?;
        assert_eq!(
            (&hazard["state"], &hazard["level_confirmed"]),
            (&json!("graded"), &json!(hazard["level"] == "general"))
        );
        assert_eq!(hazard["level"], hazard["suggested"]["level"], "graded as the list suggests");
        assert_eq!(hazard["timeline"].as_array().map(Vec::len), Some(2));
        let label = hazard["hazard_label"].as_str().unwrap_or_default();
        let told = hazard["description"].as_str().unwrap_or_default();
        assert!(
            told.starts_with(&format!("{label}：")) && told.len() > label.len() + 3,
            "a short note after the word: {told}"
        );
        let again = staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        assert_eq!((&again["receipt"], &again["hazards"]), (&json!("again"), &first["hazards"]));
        let mut other = visit.body();
        other["answers"][0]["note"] = json!("换了内容");
        let told = staff.post("/api/v1/inspections", other).await?;
        assert_eq!((told.status, told.code()), (StatusCode::CONFLICT, "inspection.conflict"));
        let list = staff.get("/api/v1/inspections").await?.items()?;
        assert_eq!(list.len(), 1, "twice sent, once there");
        assert_eq!((&list[0]["failed_n"], &list[0]["village"]["id"]), (&json!(1), &json!(V1)));

        let moved =
            staff.get(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default())).await?.ok()?;
        assert_eq!((&moved["state"], &moved["inspection"]), (&json!("submitted"), &first["id"]));
        let labels: Vec<&str> =
            moved["events"].as_array().into_iter().flatten().filter_map(|e| e["label"].as_str()).collect();
        assert_eq!(labels, ["派发", "接受", "提交检查"]);

        // Photos arrive after the record; only then is it delivered.
        let path = format!("/api/v1/inspections/{}/receipt", visit.id);
        let picture = png(3);
        photo(&mut staff, &visit.photos[0], ("inspection", &visit.id), "item", &picture).await?.ok()?;
        let receipt = staff.get(&path).await?.ok()?;
        assert_eq!(receipt["complete"], true, "{receipt}");
        assert_eq!(receipt["photos"][0]["complete"], true);
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_next_village_sees_nothing_and_may_not_inspect_here() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        let mut next = town.login("staff2").await?;
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let id = recorded(&mut staff, 1, &place, "staff1", &[]).await?;
        assert_eq!(next.get("/api/v1/inspections").await?.items()?.len(), 0);
        for path in [format!("/api/v1/inspections/{id}"), format!("/api/v1/inspections/{id}/receipt")] {
            let told = next.get(&path).await?;
            assert_eq!((told.status, told.code()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
        }
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        assert_eq!(next.get(&format!("/api/v1/places/{place}/sheet")).await?.status, StatusCode::NOT_FOUND);
        let foreign = Visit::of(2, &place, "staff2", &sheet);
        let told = next.post("/api/v1/inspections", foreign.body()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::NOT_FOUND, "not_found"));
        let correct = json!({ "record": foreign.body(), "reason": "x" });
        assert_eq!(
            next.post(&format!("/api/v1/inspections/{id}/correct"), correct).await?.status,
            StatusCode::NOT_FOUND
        );
        // Nor does anybody sign for somebody else.
        let borrowed = Visit::of(3, &place, "secretary1", &sheet);
        let told = staff.post("/api/v1/inspections", borrowed.body()).await?;
        assert_eq!(told.body["fields"][0]["code"], "inspection.not_me", "{}", told.body);
        let by_village = clerk.get(&format!("/api/v1/inspections?village={V2}")).await?.items()?;
        assert_eq!(by_village.len(), 0);
        assert_eq!(clerk.get("/api/v1/inspections?q=面馆").await?.items()?.len(), 1);
        assert_eq!(clerk.get("/api/v1/inspections?result=hazards").await?.items()?.len(), 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_edition_in_hand_holds_even_when_a_newer_one_was_published_since() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let rows = clerk.get("/api/v1/checklists").await?.items()?;
        let base = rows.iter().find(|row| row["code"] == "B").expect("shipped");
        let path = format!("/api/v1/checklists/{}", base["id"].as_str().unwrap_or_default());
        let draft = clerk.post(&format!("{path}/edition"), json!({})).await?.ok()?;
        let mut items = draft["items"].as_array().cloned().unwrap_or_default();
        items.push(json!({ "code": "B99", "text": "新加的一项", "basis": [{ "instrument": "镇街自定" }] }));
        let path = format!("/api/v1/checklists/{}", draft["id"].as_str().unwrap_or_default());
        let edit = json!({ "title": "基础", "items": items, "version": 1 });
        let edited = clerk.put(&path, edit).await?.ok()?;
        let publish = json!({ "from": "2026-09-21", "version": edited["version"] });
        clerk.post(&format!("{path}/publish"), publish).await?.ok()?;

        let in_hand = Visit::of(1, &place, "staff1", &sheet);
        let told = staff.post("/api/v1/inspections", in_hand.body()).await?.ok()?;
        assert_eq!(told["outcome"], "clear");
        let newer = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        assert_ne!(newer["pins"], sheet["pins"]);
        let mut missing = Visit::of(2, &place, "staff1", &newer).body();
        let answers = missing["answers"].as_array_mut().expect("answers");
        answers.retain(|answer| answer["item"] != "B99");
        let told = staff.post("/api/v1/inspections", missing).await?;
        assert_eq!(told.body["fields"][0]["field"], "answers.B99", "{}", told.body);
        assert_eq!(told.body["fields"][0]["code"], "inspection.unanswered");
        let mut invented = Visit::of(3, &place, "staff1", &sheet).body();
        invented["pins"][0]["edition"] = json!(77);
        let told = staff.post("/api/v1/inspections", invented).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation"));
        let view = staff.get(&format!("/api/v1/inspections/{}", in_hand.id)).await?.ok()?;
        assert_eq!(view["pins"], sheet["pins"]);
        assert!(view["answers"][0]["text"].as_str().is_some_and(|text| !text.is_empty()));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_corrected_record_keeps_its_first_version_and_adds_only_new_hazards() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let visit = Visit::of(1, &place, "staff1", &sheet).failing("B05");
        staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        let path = format!("/api/v1/inspections/{}", visit.id);
        let better = visit.clone().failing("B06");
        let blank = json!({ "record": better.body(), "reason": " " });
        let told = staff.post(&format!("{path}/correct"), blank).await?;
        assert_eq!(told.body["fields"][0]["code"], "inspection.correction_reason_missing", "{}", told.body);
        let mut secretary = town.login("secretary1").await?;
        let correct = json!({ "record": better.body(), "reason": "漏记安全出口上锁" });
        let told = secretary.post(&format!("{path}/correct"), correct.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        let view = staff.post(&format!("{path}/correct"), correct).await?.ok()?;
        assert_eq!((&view["edition"], &view["failed_n"]), (&json!(2), &json!(2)));
        assert_eq!(view["hazards"].as_array().map(Vec::len), Some(2));
        assert_eq!(view["editions"][1]["reason"], "漏记安全出口上锁");
        let first = staff.get(&format!("{path}?edition=1")).await?.ok()?;
        assert_eq!((&first["edition"], &first["failed_n"]), (&json!(1), &json!(1)));
        assert_eq!(staff.get(&format!("{path}?edition=9")).await?.status, StatusCode::NOT_FOUND);
        let again = staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        assert_eq!(again["receipt"], "again", "the phone sends the first one once more: nothing new");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_correction_takes_its_hazard_along_until_the_unit_was_told() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let passed = |n| Visit::of(n, &place, "staff1", &sheet);
        let mut hazards = Vec::new();
        for n in 1..=3 {
            let told = staff.post("/api/v1/inspections", passed(n).failing("B05").body()).await?.ok()?;
            hazards
                .push(format!("/api/v1/hazards/{}", told["hazards"][0]["id"].as_str().unwrap_or_default()));
        }
        let correct = |n: u32| json!({ "record": passed(n).body(), "reason": "看错了，是消防器材箱" });
        let path = |n: u32| format!("/api/v1/inspections/{}/correct", passed(n).id);
        let view = staff.post(&path(1), correct(1)).await?.ok()?;
        assert_eq!((&view["edition"], &view["failed_n"]), (&json!(2), &json!(0)));
        let gone = staff.get(&hazards[0]).await?.ok()?;
        assert_eq!((&gone["state"], &gone["level"]), (&json!("false"), &json!("larger")));
        let last = gone["timeline"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert_eq!((&last["step"], &last["detail"]), (&json!("dismissed"), &json!("看错了，是消防器材箱")));

        // What the office confirmed, the office corrects.
        let confirm = json!({ "version": 2, "step": "confirm_level" });
        for hazard in &hazards[1..] {
            clerk.post(&format!("{hazard}/steps"), confirm.clone()).await?.ok()?;
        }
        let told = staff.post(&path(2), correct(2)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "hazard.office_only"));
        clerk.post(&path(2), correct(2)).await?.ok()?;
        assert_eq!(staff.get(&hazards[1]).await?.ok()?["state"], "false");

        let advise = json!({ "version": 3, "step": "advise", "text": "请清空楼梯间" });
        staff.post(&format!("{}/steps", hazards[2]), advise).await?.ok()?;
        let told = clerk.post(&path(3), correct(3)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "hazard.measure_issued"));
        let kept = staff.get(&format!("/api/v1/inspections/{}", passed(3).id)).await?.ok()?;
        assert_eq!((&kept["edition"], &kept["failed_n"]), (&json!(1), &json!(1)), "both or neither");
        assert_eq!(staff.get(&hazards[2]).await?.ok()?["state"], "measure_ordered");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn clocks_are_remarked_on_and_a_year_before_the_platform_is_refused() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet?kind=quick")).await?.ok()?;
        assert_eq!(sheet["items"].as_array().map(Vec::len), Some(8));
        let old = Visit::of(1, &place, "staff1", &sheet).at("2022-12-31T23:00:00+08:00");
        let told = staff.post("/api/v1/inspections", old.body()).await?;
        let codes: Vec<&str> =
            told.body["fields"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()).collect();
        assert!(codes.contains(&"inspection.happened_before_2023"), "{codes:?}");
        let ahead = Visit::of(2, &place, "staff1", &sheet).at("2026-09-21T11:00:00+08:00").failing("Q1");
        let told = staff.post("/api/v1/inspections", ahead.body()).await?.ok()?;
        let flags: Vec<&str> =
            told["flags"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()).collect();
        assert!(flags.contains(&"inspection.clock_ahead"), "{flags:?}");
        assert_eq!(told["hazards"].as_array().map(Vec::len), Some(1), "a quick check finds hazards, too");
        let late = Visit::of(3, &place, "staff1", &sheet).at("2026-09-19T11:00:00+08:00");
        staff.post("/api/v1/inspections", late.body()).await?.ok()?;
        let row = staff.get(&format!("/api/v1/inspections/{}", late.id)).await?.ok()?;
        assert_eq!(row["late"], true);

        // Enforcement wants two officers with certificates; the village has none.
        let mut strict = Visit::of(4, &place, "staff1", &sheet).body();
        strict["power"] = json!("enforcement");
        strict["showed_certificates"] = json!(true);
        let told = staff.post("/api/v1/inspections", strict).await?;
        let codes: Vec<&str> =
            told.body["fields"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()).collect();
        assert_eq!(
            codes,
            ["gate.untrained", "inspection.two_officers_needed", "inspection.certificates_not_shown"]
        );
        let mut officer = town.login("officer").await?;
        let mut strict = Visit::of(5, &place, "officer", &sheet).body();
        strict["power"] = json!("enforcement");
        strict["showed_certificates"] = json!(true);
        strict["inspectors"] = json!(["p-officer", "p-officer2"]);
        officer.post("/api/v1/inspections", strict).await?.ok()?;
        Ok(())
    })
    .await
}
