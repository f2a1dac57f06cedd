//! The main job as one story at the door: a ledger is mended and imported, a plan becomes a task, the task an
//! inspection, its failed item a hazard that the unit mends without a login, and in the end a figure of the board opens
//! down to the bytes of the very photo.

use anyhow::ensure;
use api::{Doors, router};
use app::{Caller, Reader};
use axum::Router;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::field::{Visit, part, photo, png};
use crate::common::ledger::{choice, send};
use crate::common::{Browser, Town, V1, day, town};

const PLAN: &str = include_str!("../../../plans/qingfeng-2023-16/plan.toml");
const HEADER: &str = "场所编号,场所名称,统一社会信用代码,场所类别,村（社区）,所属网格,行业主管部门,详细地址,\
                      消防安全责任人,联系电话,从业人数,经度,纬度,所在名录,营业状态,关停日期";

/// One good row and ten with a mistake each.
const MISTAKES: &[&str] = &[
    "A-1,老街面馆,,小餐饮,场镇社区,,,老街 1 号,杨老板,13800001111,3,105.9,29.3,,正常,",
    ",,,小商店,场镇社区,,,老街 2 号,,,,,,,,",
    ",丙店,123456789012345678,小商店,场镇社区,,,,,,,,,,,",
    ",丁店,,太空站,场镇社区,,,,,,,,,,,",
    ",戊店,,小商店,火星村,,,,,,,,,,,",
    ",己店,,小商店,场镇社区,第九网格,,,,,,,,,,",
    ",庚店,,小商店,场镇社区,,外交部,,,,,,,,,",
    ",辛店,,小商店,场镇社区,,,,,12345,,,,,,",
    ",壬店,,小商店,场镇社区,,,,,,很多,,,,,",
    ",癸店,,小商店,场镇社区,,,,,,,29.3,105.9,,,",
    ",子店,,小商店,场镇社区,,,,,,,,,,停业,2024年3月",
];

const NAMED: [(i64, &str, &str); 10] = [
    (3, "B 场所名称", "cell.required"),
    (4, "C 统一社会信用代码", "cell.uscc"),
    (5, "D 场所类别", "cell.unknown_term"),
    (6, "E 村（社区）", "place.village_unknown"),
    (7, "F 所属网格", "place.grid_unknown"),
    (8, "G 行业主管部门", "place.sector_unknown"),
    (9, "J 联系电话", "cell.phone"),
    (10, "K 从业人数", "cell.count"),
    (11, "L 经度", "place.position"),
    (12, "P 关停日期", "cell.date_incomplete"),
];

/// The same eleven, mended.
const MENDED: &[&str] = &[
    "A-1,老街面馆,,小餐饮,场镇社区,,,老街 1 号,杨老板,13800001111,3,105.9,29.3,,正常,",
    ",乙店,,小商店,场镇社区,,,老街 2 号,,,,,,,,",
    ",丙店,91110105771583283D,小商店,场镇社区,,,,,,,,,,,",
    ",丁店,,小餐饮,场镇社区,,,,,,,,,,,",
    ",戊店,,小商店,凌阁堂村,,,,,,,,,,,",
    ",己店,,小商店,场镇社区,第一网格,,,,,,,,,,",
    ",庚店,,小商店,场镇社区,,民政和社会事务办,,,,,,,,,",
    ",辛店,,小商店,场镇社区,,,,,13800002222,,,,,,",
    ",壬店,,小商店,场镇社区,,,,,,12,,,,,",
    ",癸店,,小商店,场镇社区,,,,,,,105.9,29.3,,,",
    ",子店,,小商店,场镇社区,,,,,,,,,,停业,2024年3月5日",
];

/// The town with its duties, its checklists, and a reader that has time: tests are not optimised.
async fn working_town(fresh: &Fresh) -> anyhow::Result<Town> {
    let Town { mut app, clock, .. } = town(fresh).await?;
    app.install_plan(&Caller::system(), PLAN).await?;
    app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
    app.reader = Reader::at(std::path::Path::new(env!("CARGO_BIN_EXE_api-sandbox-child")));
    app.reader.bounds.cpu_s = 60;
    app.reader.bounds.wall_ms = 120_000;
    let router = router(Doors { app: app.clone(), secure: false, public_url: None }, Router::new());
    Ok(Town { app, router, clock })
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Sends a ledger and takes every column as the reader understood it.
async fn ledger(clerk: &mut Browser, name: &str, rows: &[&str]) -> anyhow::Result<(String, Value)> {
    let bytes = format!("{HEADER}\r\n{}\r\n", rows.join("\r\n")).into_bytes();
    let view = send(clerk, "places", name, bytes).await?.ok()?;
    Ok((format!("/api/v1/imports/{}", text(&view, "/id")), choice(&view)))
}

/// Asks for a job, lets the worker do it, and gives its report.
async fn work(town: &Town, clerk: &mut Browser, path: &str, choice: &Value) -> anyhow::Result<Value> {
    let asked = clerk.post(path, choice.clone()).await?.ok()?;
    town.app.run_due_jobs().await?;
    let job = clerk.get(&format!("/api/v1/jobs/{}", text(&asked, "/id"))).await?.ok()?;
    ensure!(job["state"] == "done", "{job}");
    Ok(job["result"].clone())
}

async fn places_n(clerk: &mut Browser) -> anyhow::Result<Value> {
    Ok(clerk.get("/api/v1/places?limit=1").await?.ok()?["total"].clone())
}

/// The ledger comes in twice: with ten mistakes, which are named and change nothing, and mended.
async fn import(town: &Town, clerk: &mut Browser) -> anyhow::Result<String> {
    let (path, choice) = ledger(clerk, "ledger.csv", MISTAKES).await?;
    let report = work(town, clerk, &format!("{path}/dry-run"), &choice).await?;
    let mut found: Vec<_> = array(&report["problems"])
        .iter()
        .map(|one| (one["row"].as_i64().unwrap_or(0), text(one, "/column"), text(one, "/code")))
        .collect();
    found.sort_unstable();
    assert_eq!(found, NAMED, "each mistake by row and column, and nothing else");
    let refused = work(town, clerk, &format!("{path}/commit"), &choice).await?;
    assert_eq!(refused["committed"], false);
    assert_eq!(places_n(clerk).await?, 0, "nothing is written while one is left");

    let (path, choice) = ledger(clerk, "mended.csv", MENDED).await?;
    let tried = work(town, clerk, &format!("{path}/dry-run"), &choice).await?;
    assert_eq!((&tried["problems"], &tried["committed"]), (&json!([]), &json!(false)));
    assert_eq!(places_n(clerk).await?, 0, "trying writes nothing");
    let done = work(town, clerk, &format!("{path}/commit"), &choice).await?;
    assert_eq!((&done["created"], &done["committed"]), (&json!(MENDED.len()), &json!(true)));
    assert_eq!(places_n(clerk).await?, MENDED.len());
    let rows = clerk.get("/api/v1/places?q=面馆").await?.items()?;
    assert_eq!((rows.len(), text(&rows[0], "/code")), (1, "A-1"));
    Ok(text(&rows[0], "/id").to_owned())
}

/// The place goes on its village's list.
async fn listed(clerk: &mut Browser, place: &str) -> anyhow::Result<()> {
    let list = json!({ "kind": "village_listed", "owner": "village-1", "village": V1, "baseline": null });
    let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
    let entry = json!({ "place": place, "from": "2026-01-01", "reason": "年度核定" });
    clerk.post(&format!("/api/v1/place-lists/{}/entries", text(&list, "/id")), entry).await?.ok()?;
    let on_it = clerk.get("/api/v1/places?list=village_listed").await?.items()?;
    assert_eq!((on_it.len(), text(&on_it[0], "/id")), (1, place));
    Ok(())
}

/// The village's plan of the year, approved by somebody else; gives the first task of it.
async fn planned(town: &Town, place: &str) -> anyhow::Result<Value> {
    let (mut secretary, mut leader) = (town.login("secretary1").await?, town.login("leader").await?);
    let input =
        json!({ "org": "village-1", "span": { "kind": "year", "year": 2026 }, "title": "2026 年检查计划" });
    let plan = secretary.post("/api/v1/inspection-plans", input).await?.ok()?;
    assert_eq!((&plan["state"], &plan["places_n"]), (&json!("draft"), &json!(0)));
    let path = format!("/api/v1/inspection-plans/{}", text(&plan, "/id"));
    let at = |plan: &Value| json!({ "version": plan["version"] });
    let visit = json!({ "place": place, "from": "2026-09-21", "to": "2026-09-30", "reason": "年度检查" });
    let visits = json!({ "version": plan["version"], "items": [visit] });
    let filled = secretary.put(&format!("{path}/items"), visits).await?.ok()?;
    assert_eq!(
        (&filled["places_n"], &filled["uncovered_n"]),
        (&json!(1), &json!(8)),
        "nine are in operation there"
    );
    let handed = secretary.post(&format!("{path}/submit"), at(&filled)).await?.ok()?;
    let own = secretary.post(&format!("{path}/approve"), at(&handed)).await?;
    assert_eq!((own.status, own.code()), (StatusCode::UNPROCESSABLE_ENTITY, "inspection_plan.same_person"));
    assert_eq!(secretary.get("/api/v1/tasks").await?.items()?.len(), 0, "no task before the approval");
    let approved = leader.post(&format!("{path}/approve"), at(&handed)).await?.ok()?;
    assert_eq!(approved["state"], "approved");
    let tasks = secretary.get("/api/v1/tasks").await?.items()?;
    ensure!(tasks.len() == 1, "one task for the one visit: {tasks:?}");
    let task = &tasks[0];
    assert_eq!((text(task, "/state"), text(task, "/place/id")), ("pending", place));
    assert_eq!(text(task, "/due_on"), "2026-09-30");
    let give = json!({ "tasks": [{ "id": task["id"], "version": task["version"] }], "to": "p-staff1" });
    let given = secretary.post("/api/v1/tasks/assign", give).await?.items()?;
    assert_eq!(given[0]["state"], "assigned");
    Ok(given[0].clone())
}

/// The task is accepted and done: a record with one failed item, and its photo in two parts.
async fn inspected(
    staff: &mut Browser,
    task: &Value,
    place: &str,
    picture: &[u8],
) -> anyhow::Result<(Visit, String)> {
    let path = format!("/api/v1/tasks/{}", text(task, "/id"));
    let accepted =
        staff.post(&format!("{path}/accept"), json!({ "version": task["version"] })).await?.ok()?;
    assert_eq!(accepted["state"], "accepted");
    let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
    let visit = Visit::of(1, place, "staff1", &sheet).failing("B05").task(&task["id"]);
    let told = staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
    assert_eq!((text(&told, "/receipt"), text(&told, "/outcome")), ("new", "hazards"));
    assert_eq!((&told["complete"], array(&told["hazards"]).len()), (&json!(false), 1), "{told}");

    let (id, object, half) = (&visit.photos[0], ("inspection", visit.id.as_str()), picture.len() / 2);
    let told = part(staff, id, object, "item", picture, 0, half).await?.ok()?;
    assert_eq!((&told["received"], &told["complete"]), (&json!(half), &json!(false)));
    let receipt = format!("/api/v1/inspections/{}/receipt", visit.id);
    assert_eq!(staff.get(&receipt).await?.ok()?["complete"], false, "half a photo is none");
    part(staff, id, object, "item", picture, half, picture.len()).await?.ok()?;
    assert_eq!(staff.get(&receipt).await?.ok()?["complete"], true);
    let handed_in = staff.get(&path).await?.ok()?;
    assert!(
        matches!(text(&handed_in, "/state"), "submitted" | "done"),
        "drawn for review or not: {handed_in}"
    );

    let hazards = staff.get("/api/v1/hazards").await?.items()?;
    assert_eq!((hazards.len(), text(&hazards[0], "/state")), (1, "graded"), "{hazards:?}");
    Ok((visit, text(&hazards[0], "/id").to_owned()))
}

/// Takes a step at the version the page shows.
async fn step(who: &mut Browser, id: &str, body: Value) -> anyhow::Result<Value> {
    let page = who.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
    let mut body = body;
    body["version"] = page["version"].clone();
    who.post(&format!("/api/v1/hazards/{id}/steps"), body).await?.ok()
}

/// From the notice to the closing; the unit has nothing but the code on the paper.
async fn mended(town: &Town, staff: &mut Browser, id: &str) -> anyhow::Result<()> {
    // A blocked staircase is a larger hazard: nobody is told before the office has confirmed it.
    let mut clerk = town.login("clerk").await?;
    step(&mut clerk, id, json!({ "step": "confirm_level" })).await?;
    let page = step(staff, id, json!({ "step": "advise", "text": "请清空楼梯间" })).await?;
    assert_eq!((text(&page, "/state"), text(&page, "/issuer/name")), ("measure_ordered", "场镇社区"));
    let page = step(staff, id, json!({ "step": "serve", "method": "direct" })).await?;
    assert_eq!(page["state"], "rectifying");
    let link = staff.post(&format!("/api/v1/hazards/{id}/links"), json!({ "days": 30 })).await?.ok()?;

    let unit = format!("/api/v1/unit/{}", text(&link, "/code"));
    let mut owner = Browser::new(&town.router);
    let told = owner.get(&unit).await?;
    assert!(told.headers.get(header::SET_COOKIE).is_none() && owner.cookie.is_empty(), "no login");
    let seen = told.ok()?;
    assert_eq!((text(&seen, "/place_name"), text(&seen, "/measure_text")), ("老街面馆", "请清空楼梯间"));
    let (fix, bytes) = ("01a00000-0000-7000-8000-000000000302", png(2));
    let (length, hash) = (bytes.len().to_string(), app::request_hash(&bytes));
    let headers = [
        ("upload-offset", "0"),
        ("upload-length", length.as_str()),
        ("upload-sha256", hash.as_str()),
        ("content-type", "image/png"),
    ];
    let path = format!("{unit}/photos/{fix}?object_kind=hazard&role=fix");
    let told = owner.send(Method::PUT, &path, &headers, bytes).await?.ok()?;
    assert_eq!(told["complete"], true);
    let body = json!({ "name": "杨老板", "note": "已清空", "photos": [fix] });
    let told = owner.post(&format!("{unit}/fix"), body).await?.ok()?;
    assert_eq!(told["state"], "fix_submitted");

    let mut secretary = town.login("secretary1").await?;
    let seen = "01a00000-0000-7000-8000-000000000303";
    photo(&mut secretary, seen, ("hazard", id), "recheck", &png(3)).await?.ok()?;
    let pass = json!({ "step": "pass_recheck", "photos": [seen], "note": "已清" });
    let page = step(&mut secretary, id, pass).await?;
    assert_eq!(page["state"], "passed");
    let page = step(staff, id, json!({ "step": "close" })).await?;
    assert_eq!((text(&page, "/state"), text(&page, "/stage_label")), ("closed", "已销案"));
    let by = |step: &str| {
        array(&page["timeline"]).iter().find(|one| one["step"] == step).map(|one| text(one, "/by"))
    };
    assert_eq!(by("fix_submitted"), Some("杨老板"));
    assert_eq!(by("closed"), Some("李消防"));
    Ok(())
}

/// The figures of the village checks in 2026: due, met, met ahead of time.
async fn figures(who: &mut Browser) -> anyhow::Result<[Option<u64>; 3]> {
    let path = "/api/v1/board/duties/C10.7?from=2026-01-01&to=2026-12-31";
    let page = who.get(path).await?.ok()?;
    Ok(["due", "met", "ahead"].map(|name| page["duty"]["tally"][name].as_u64()))
}

/// The number is opened: clause, duty, occurrence, evidence, the inspection, its photo.
async fn opened(who: &mut Browser, place: &str, visit: &Visit, picture: &[u8]) -> anyhow::Result<()> {
    let year = "from=2026-01-01&to=2026-12-31";
    let clause = who.get(&format!("/api/v1/board/clauses/C10?{year}")).await?.ok()?;
    assert_eq!(clause["clause"]["tally"]["met"], 1, "the clause has it too: {}", clause["clause"]);
    let met: Vec<&str> = array(&clause["duties"])
        .iter()
        .filter(|row| row["tally"]["met"].as_u64() > Some(0))
        .map(|row| text(row, "/id"))
        .collect();
    assert_eq!(met, ["C10.7"]);
    let duty = who.get(&format!("/api/v1/board/duties/C10.7?{year}&status=met")).await?.ok()?;
    let cases = array(&duty["occurrences"]["items"]);
    ensure!(cases.len() == 1, "{cases:?}");
    let subject = &cases[0]["subject"];
    assert_eq!((text(subject, "/id"), text(subject, "/name")), (place, "老街面馆"));
    let path = format!(
        "/api/v1/board/duties/C10.7/evidence?subject_kind=place&subject={place}&window={}&{year}",
        text(&cases[0], "/window/key")
    );
    let evidence = who.get(&path).await?.ok()?;
    assert!(text(&evidence, "/why").contains("已落实"), "{evidence}");
    let found = array(&evidence["items"]);
    ensure!(found.len() == 1, "{evidence}");
    let href = text(&found[0], "/href");
    assert_eq!(href, format!("/inspections/{}", visit.id));
    let record = who.get(&format!("/api/v1{href}")).await?.ok()?;
    assert_eq!((text(&record, "/place/id"), &record["failed_n"]), (place, &json!(1)));
    let failed = array(&record["answers"]).iter().find(|answer| answer["value"] == "fail");
    let shown = failed.map(|answer| text(answer, "/photos/0/id")).unwrap_or_default();
    assert_eq!(shown, visit.photos[0], "{failed:?}");
    let told = who.get(&format!("/api/v1/photos/{shown}")).await?;
    assert_eq!(told.status, StatusCode::OK);
    assert!(told.bytes == picture, "the very bytes the phone sent");
    Ok(())
}

#[tokio::test]
async fn from_a_ledger_with_mistakes_to_a_figure_that_opens_down_to_the_photo() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = working_town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = import(&town, &mut clerk).await?;
        listed(&mut clerk, &place).await?;
        let task = planned(&town, &place).await?;
        assert_eq!(figures(&mut clerk).await?, [Some(0), Some(0), Some(0)], "the year runs");

        let picture = png(7);
        let (visit, hazard) = inspected(&mut staff, &task, &place, &picture).await?;
        assert_eq!(figures(&mut clerk).await?, [Some(0), Some(0), Some(1)], "done before the year is over");
        mended(&town, &mut staff, &hazard).await?;

        // Three months and a bit: the year is over and may be counted.
        town.clock.advance_days(110);
        let mut leader = town.login("leader").await?;
        assert_eq!(figures(&mut leader).await?, [Some(1), Some(1), Some(0)]);
        opened(&mut leader, &place, &visit, &picture).await?;
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
