//! Stories of inspections at the door: a record comes in once, its failed items become hazards and its task moves on;
//! the pinned edition holds; a correction stands beside the first version; the next village sees nothing of it.

use app::Caller;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::field::{Visit, add_place, photo, png, recorded};
use crate::common::{Browser, TOWN, Town, V1, V2, day, set_number, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";

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
        let correct = json!({ "record": foreign.body(), "reason": "x", "edition": 1 });
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
        let blank = json!({ "record": better.body(), "reason": " ", "edition": 1 });
        let told = staff.post(&format!("{path}/correct"), blank).await?;
        assert_eq!(told.body["fields"][0]["code"], "inspection.correction_reason_missing", "{}", told.body);
        let mut secretary = town.login("secretary1").await?;
        let correct = json!({ "record": better.body(), "reason": "漏记安全出口上锁", "edition": 1 });
        let told = secretary.post(&format!("{path}/correct"), correct.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        let view = staff.post(&format!("{path}/correct"), correct).await?.ok()?;
        assert_eq!((&view["edition"], &view["failed_n"]), (&json!(2), &json!(2)));
        assert_eq!(view["hazards"].as_array().map(Vec::len), Some(2));
        assert_eq!(view["editions"][1]["reason"], "漏记安全出口上锁");
        // Who opened the first edition meanwhile does not write over what was corrected since.
        let slower = json!({ "record": visit.body(), "reason": "补备注", "edition": 1 });
        let told = staff.post(&format!("{path}/correct"), slower).await?;
        assert_eq!((told.status, &told.body["current"]["edition"]), (StatusCode::CONFLICT, &json!(2)));
        let unsaid = json!({ "record": visit.body(), "reason": "补备注" });
        assert_eq!(
            staff.post(&format!("{path}/correct"), unsaid).await?.body["fields"][0]["code"],
            "version.missing"
        );
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
        let mut places = Vec::new();
        for name in ["老街面馆", "老街米线", "老街包子"] {
            places.push(add_place(&mut clerk, name, V1, "nine_small.catering", &[]).await?);
        }
        let sheet = staff.get(&format!("/api/v1/places/{}/sheet", places[0])).await?.ok()?;
        let passed = |n: u32| Visit::of(n, &places[n as usize - 1], "staff1", &sheet);
        let mut hazards = Vec::new();
        for n in 1..=3 {
            let told = staff.post("/api/v1/inspections", passed(n).failing("B05").body()).await?.ok()?;
            hazards
                .push(format!("/api/v1/hazards/{}", told["hazards"][0]["id"].as_str().unwrap_or_default()));
        }
        let correct =
            |n: u32| json!({ "record": passed(n).body(), "reason": "看错了，是消防器材箱", "edition": 1 });
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

#[tokio::test]
async fn what_comes_in_later_says_between_when_it_was_made() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let (mut staff, mut other) = (town.login("staff1").await?, town.login("staff2").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet?kind=quick")).await?.ok()?;
        let anchor_of = async |browser: &mut Browser| -> anyhow::Result<String> {
            let told = browser.get("/api/v1/sync").await?.ok()?;
            Ok(told["anchor"].as_str().unwrap_or_default().to_owned())
        };
        let (own, others) = (anchor_of(&mut staff).await?, anchor_of(&mut other).await?);
        town.clock.advance_ms(2 * 3_600_000);
        // Signed in anew: what was told is his, whichever session he had then.
        let mut staff = town.login("staff1").await?;
        let wall = "1790000000000";
        // An hour was counted since nine, the record is dated a minute past nine, it came in at eleven.
        let shown = [
            (1, format!("{own} 3600000 {wall}"), Some(["10:00", "11:00"]), true),
            (2, format!("{own} - {wall}"), Some(["09:00", "11:00"]), false),
            (3, format!("{own} 99999999999 {wall}"), Some(["11:00", "11:00"]), true),
            (4, format!("{others} 3600000 {wall}"), None, false),
            (5, format!("{} 3600000 {wall}", own.replace('.', ".1")), None, false),
            (6, format!("{own} soon {wall}"), None, false),
            (7, "nothing anybody could read".to_owned(), None, false),
        ];
        for (n, said, between, is_behind) in shown {
            let visit = Visit::of(n, &place, "staff1", &sheet).at("2026-09-21T09:01:00+08:00");
            let headers = [
                ("content-type", "application/json"),
                ("idempotency-key", visit.id.as_str()),
                ("x-fengsui-time", said.as_str()),
            ];
            let body = visit.body().to_string().into_bytes();
            staff.send(Method::POST, "/api/v1/inspections", &headers, body).await?.ok()?;
            let view = staff.get(&format!("/api/v1/inspections/{}", visit.id)).await?.ok()?;
            let at = |clock: &str| json!(format!("2026-09-21T{clock}:00.000+08:00"));
            let expected = between.map(|[from, to]| json!({ "earliest": at(from), "latest": at(to) }));
            assert_eq!(view["between"], expected.unwrap_or(Value::Null), "{said}");
            let flags = view["flags"].as_array().cloned().unwrap_or_default();
            let told = flags.iter().any(|flag| flag["code"] == "inspection.clock_behind");
            assert_eq!(told, is_behind, "{said}: {flags:?}");
        }
        let verified = town.app.db.read(&TOWN.into()).await?.verify().await?;
        assert_eq!(verified.findings, [], "what was shown is sealed with the act");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn steps_of_a_task_and_a_hazard_say_between_when_they_were_taken() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let given = json!({ "place": place, "kind": "routine", "from": "2026-09-21", "due_on": "2026-09-30", "assignee": "p-staff1" });
        let task = clerk.post("/api/v1/tasks", given).await?.ok()?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let told = staff.get("/api/v1/sync").await?.ok()?;
        let anchor = told["anchor"].as_str().unwrap_or_default().to_owned();
        town.clock.advance_ms(2 * 3_600_000);
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let said = format!("{anchor} 3600000 1790000000000");
        let mut send = async |path: &str, key: &str, body: Value| -> anyhow::Result<Value> {
            let headers =
                [("content-type", "application/json"), ("idempotency-key", key), ("x-fengsui-time", said.as_str())];
            staff.send(Method::POST, path, &headers, body.to_string().into_bytes()).await?.ok()
        };
        let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
        let accept = json!({ "version": task["version"], "happened_at": "2026-09-21T10:00:30+08:00" });
        send(&format!("{path}/accept"), "01a00000-0000-7000-8000-0000000000e1", accept).await?;
        let visit = Visit::of(1, &place, "staff1", &sheet).failing(&item_of(&sheet, "general")).task(&task["id"]);
        let found = send("/api/v1/inspections", &visit.id.clone(), visit.body()).await?;
        let hazard = format!("/api/v1/hazards/{}", found["hazards"][0]["id"].as_str().unwrap_or_default());

        let at = |clock: &str| format!("2026-09-21T{clock}:00.000+08:00");
        let expected = json!({ "earliest": at("10:00"), "latest": at("11:00") });
        let events = clerk.get(&path).await?.ok()?["events"].clone();
        let told: Vec<Value> = events.as_array().into_iter().flatten().map(|one| one["between"].clone()).collect();
        assert_eq!(told.first(), Some(&Value::Null), "given at the desk");
        assert!(told.len() > 2 && told[1..].iter().all(|one| *one == expected), "{events}");
        let page = clerk.get(&hazard).await?.ok()?;
        assert_eq!(page["timeline"][0]["between"], expected, "found in the inspection");
        // A step at the desk shows none, and the one before keeps its own.
        let advise = json!({ "version": page["version"], "step": "advise", "text": "请清空楼梯间" });
        let page = clerk.post(&format!("{hazard}/steps"), advise).await?.ok()?;
        let last = page["timeline"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert_eq!((&last["step"], &last["between"]), (&json!("advised"), &Value::Null));
        assert_eq!(page["timeline"][0]["between"], expected);
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

/// An item of the sheet that suggests this level.
fn item_of(sheet: &Value, grade: &str) -> String {
    let items = sheet["items"].as_array().cloned().unwrap_or_default();
    let item = items.iter().find(|item| item["grade"] == grade);
    item.and_then(|item| item["code"].as_str()).unwrap_or_default().to_owned()
}

fn steps(hazard: &Value) -> Vec<&str> {
    hazard["timeline"].as_array().into_iter().flatten().filter_map(|one| one["step"].as_str()).collect()
}

#[tokio::test]
async fn the_same_trouble_met_again_stays_one_hazard_until_it_is_fixed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let item = item_of(&sheet, "general");
        let visit = |n| Visit::of(n, &place, "staff1", &sheet).failing(&item);
        let first = staff.post("/api/v1/inspections", visit(1).body()).await?.ok()?;
        let hazard = first["hazards"][0]["id"].clone();
        let path = format!("/api/v1/hazards/{}", hazard.as_str().unwrap_or_default());
        let sync = staff.get("/api/v1/sync").await?.ok()?;
        assert_eq!(sync["hazards"][0]["id"], hazard, "who comes next knows it beforehand");

        let advise = json!({ "version": 2, "step": "advise", "text": "请清空楼梯间" });
        staff.post(&format!("{path}/steps"), advise).await?.ok()?;
        let again = staff.post("/api/v1/inspections", visit(2).body()).await?.ok()?;
        assert_eq!(again["hazards"], first["hazards"], "the very same");
        let told = staff.post("/api/v1/inspections", visit(2).body()).await?.ok()?;
        assert_eq!((&told["receipt"], &told["hazards"]), (&json!("again"), &first["hazards"]));
        assert_eq!(staff.get("/api/v1/hazards").await?.items()?.len(), 1);
        let page = staff.get(&path).await?.ok()?;
        assert_eq!(page["state"], "measure_ordered", "the notice runs on");
        assert_eq!(steps(&page), ["found", "graded", "seen_again", "advised"], "by when it happened");
        let seen = &page["timeline"][2];
        assert_eq!(seen["photos"][0]["id"], visit(2).photos[0]);
        let view = staff.get(&format!("/api/v1/inspections/{}", visit(2).id)).await?.ok()?;
        assert_eq!(view["hazards"][0]["id"], hazard);

        // Put right at last while somebody is there: a notice runs, so others look at it.
        let fixing = Visit::of(3, &place, "staff1", &sheet).fixing(&item).at("2026-09-21T08:59:00+08:00");
        staff.post("/api/v1/inspections", fixing.body()).await?.ok()?;
        let page = staff.get(&path).await?.ok()?;
        assert_eq!(page["state"], "fix_submitted");
        // A correction of the second visit unsays nothing of the first.
        let record = Visit::of(2, &place, "staff1", &sheet).body();
        let correct = json!({ "record": record, "reason": "看错了", "edition": 1 });
        staff.post(&format!("/api/v1/inspections/{}/correct", visit(2).id), correct).await?.ok()?;
        assert_eq!(staff.get(&path).await?.ok()?["state"], "fix_submitted");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_hazard_two_visits_met_goes_only_when_both_say_they_were_wrong() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let visit = |n: u32| Visit::of(n, &place, "staff1", &sheet);
        let told = staff.post("/api/v1/inspections", visit(1).failing("B05").body()).await?.ok()?;
        let hazard = format!("/api/v1/hazards/{}", told["hazards"][0]["id"].as_str().unwrap_or_default());
        let again = staff.post("/api/v1/inspections", visit(2).failing("B05").body()).await?.ok()?;
        assert_eq!(again["hazards"], told["hazards"], "one trouble is one hazard");
        for (n, state) in [(1, "graded"), (2, "false")] {
            let correct = json!({ "record": visit(n).body(), "reason": "看错了", "edition": 1 });
            staff.post(&format!("/api/v1/inspections/{}/correct", visit(n).id), correct).await?.ok()?;
            assert_eq!(staff.get(&hazard).await?.ok()?["state"], state, "after the correction of visit {n}");
        }
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_minor_and_put_right_on_the_spot_is_closed_with_the_visit() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let (mut clerk, mut grid) = (town.login("clerk").await?, town.login("grid1").await?);
        shop(&town, SHOP, "老街五金店", V1).await?;
        let sheet = grid.get(&format!("/api/v1/places/{SHOP}/sheet")).await?.ok()?;
        let minor = item_of(&sheet, "general");
        let visit = Visit::of(1, SHOP, "grid1", &sheet).fixing(&minor);
        let told = grid.post("/api/v1/inspections", visit.body()).await?.ok()?;
        let photos: Vec<&str> =
            told["photos"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
        assert_eq!(photos, [visit.photos[0].as_str(), visit.after(&minor).as_str()], "both are awaited");
        let path = format!("/api/v1/hazards/{}", told["hazards"][0]["id"].as_str().unwrap_or_default());
        let page = clerk.get(&path).await?.ok()?;
        assert_eq!((&page["state"], &page["level"]), (&json!("closed"), &json!("general")));
        assert_eq!(steps(&page), ["found", "graded", "fixed_on_spot", "closed"]);
        let phases: Vec<&str> =
            page["phases"].as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(phases, ["found", "graded", "fix", "closed"], "no notice, no second visit");
        assert_eq!(page["pairs"][0]["after"]["id"], visit.after(&minor));
        let open = clerk.get("/api/v1/hazards?open=true").await?.items()?;
        let rechecks = clerk.get("/api/v1/hazards?recheck=true").await?.items()?;
        assert_eq!((open.len(), rechecks.len()), (0, 0));
        let view = clerk.get(&format!("/api/v1/inspections/{}", visit.id)).await?.ok()?;
        let failed = view["answers"].as_array().into_iter().flatten().find(|one| one["item"] == *minor);
        assert_eq!(failed.expect("the item")["fixed"][0]["id"], visit.after(&minor));

        // More than minor wants a notice and other eyes, and nothing of the visit is lost meanwhile.
        let larger = item_of(&sheet, "larger");
        let told = grid
            .post("/api/v1/inspections", Visit::of(2, SHOP, "grid1", &sheet).fixing(&larger).body())
            .await?;
        let problem = &told.body["fields"][0];
        assert_eq!(
            (&problem["field"], &problem["code"]),
            (&json!(format!("answers.{larger}")), &json!("inspection.not_fixed_on_spot"))
        );
        // The same trouble after that is a new one, and a recurrence.
        let next = Visit::of(3, SHOP, "grid1", &sheet).failing(&minor);
        let told = grid.post("/api/v1/inspections", next.body()).await?.ok()?;
        let page = clerk
            .get(&format!("/api/v1/hazards/{}", told["hazards"][0]["id"].as_str().unwrap_or_default()))
            .await?
            .ok()?;
        assert_eq!(page["state"], "found");
        assert!(page["recurrence_of"].is_string(), "{page}");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_visit_of_an_earlier_day_is_taken_from_paper_with_todays_list() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        // The lists were given out only today.
        town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-09-21"))).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let item = item_of(&sheet, "general");
        let visit = Visit::of(1, &place, "staff1", &sheet).failing(&item).at("2026-09-10T15:20:00+08:00");
        let told = staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        let view = staff.get(&format!("/api/v1/inspections/{}", visit.id)).await?.ok()?;
        assert_eq!((&view["happened_on"], &view["late"]), (&json!("2026-09-10"), &json!(true)));
        assert!(view["answers"][0]["text"].as_str().is_some_and(|text| !text.is_empty()));
        let path = format!("/api/v1/hazards/{}", told["hazards"][0]["id"].as_str().unwrap_or_default());
        let found = staff.get(&path).await?.ok()?;
        assert!(found["found_at"].as_str().is_some_and(|at| at.starts_with("2026-09-10")), "{found}");
        assert_eq!(found["timeline"][0]["late"], true);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_was_far_from_the_place_is_marked_and_never_refused() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let (lon, lat) = (105.9, 29.3);
        let body = json!({
            "name": "老街五金店", "category": "nine_small.shop", "tags": [], "village": V1, "address": "老街 1 号",
            "registration": { "kind": "unknown", "uscc": null }, "heads": {}, "location": { "lon": lon, "lat": lat },
            "responsible": { "name": "杨老板", "phone": "13800001111" }, "opening": "open", "note": "",
        });
        let place = town.login("clerk").await?.post("/api/v1/places", body).await?.ok()?;
        let place = place["id"].as_str().unwrap_or_default().to_owned();
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let marked = |n: u32, lon: f64| {
            let mut body = Visit::of(n, &place, "staff1", &sheet).body();
            body["position"] = json!({ "lon": lon, "lat": lat, "accuracy_m": 10.0 });
            body
        };
        let is_far = |told: &Value| {
            told["flags"].as_array().into_iter().flatten().any(|flag| flag["code"] == "inspection.far_away")
        };
        assert!(!is_far(&staff.post("/api/v1/inspections", marked(1, lon + 0.001)).await?.ok()?));
        assert!(is_far(&staff.post("/api/v1/inspections", marked(2, lon + 0.01)).await?.ok()?));
        // A task handed in from far away waits for a reviewer, though none is drawn; from near it is done.
        set_number(&town, "task.review_percent", 0.0).await?;
        let mut clerk = town.login("clerk").await?;
        for (n, lon, state) in [(4, lon + 0.01, "submitted"), (5, lon + 0.001, "done")] {
            let asked = json!({ "place": place, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-30",
                "assignee": "p-staff1", "note": "" });
            let task = clerk.post("/api/v1/tasks", asked).await?.ok()?;
            let mut body = Visit::of(n, &place, "staff1", &sheet).task(&task["id"]).body();
            body["position"] = json!({ "lon": lon, "lat": lat, "accuracy_m": 10.0 });
            staff.post("/api/v1/inspections", body).await?.ok()?;
            let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
            assert_eq!(clerk.get(&path).await?.ok()?["state"], state, "{n}");
        }
        set_number(&town, "inspection.near_metres", 5_000.0).await?;
        assert!(!is_far(&staff.post("/api/v1/inspections", marked(3, lon + 0.01)).await?.ok()?));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_phone_knows_who_may_enforce_and_what_it_was_not_given() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = open_town(&fresh).await?;
        let (mut clerk, mut officer, mut staff) =
            (town.login("clerk").await?, town.login("officer").await?, town.login("staff1").await?);
        shop(&town, SHOP, "老街五金店", V1).await?;
        let body = json!({ "place": SHOP, "kind": "enforcement", "from": "2026-09-01", "due_on": "2026-09-30",
            "assignee": "p-officer", "note": "" });
        let task = clerk.post("/api/v1/tasks", body).await?.ok()?;
        let sync = officer.get("/api/v1/sync").await?.ok()?;
        assert_eq!(sync["officers"], json!(["p-officer", "p-officer2"]));
        assert_eq!(sync["places_whole"], false, "an officer reaches the town and is given his tasks' places");
        assert_eq!(sync["places"][0]["id"], SHOP);
        assert_eq!(officer.get("/api/v1/places?q=五金").await?.items()?.len(), 1, "the rest is searched for");
        let plain = staff.get("/api/v1/sync").await?.ok()?;
        assert_eq!((&plain["officers"], &plain["places_whole"]), (&json!([]), &json!(true)));

        // As the phone hands it in: alone it is refused with the reason, two with certificates shown are taken.
        let sheet = officer.get(&format!("/api/v1/places/{SHOP}/sheet")).await?.ok()?;
        let mut body = Visit::of(1, SHOP, "officer", &sheet).task(&task["id"]).body();
        body["power"] = json!("enforcement");
        body["showed_certificates"] = json!(true);
        let told = officer.post("/api/v1/inspections", body.clone()).await?;
        assert_eq!(told.body["fields"][0]["code"], "inspection.two_officers_needed", "{}", told.body);
        body["inspectors"] = json!(["p-officer", "p-officer2"]);
        officer.post("/api/v1/inspections", body).await?.ok()?;
        let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
        let state = clerk.get(&path).await?.ok()?["state"].clone();
        assert!(state == "done" || state == "submitted", "{state}");
        Ok(())
    })
    .await
}
