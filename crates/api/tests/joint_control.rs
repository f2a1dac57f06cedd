//! Stories beside hazards and visits: a suspicion goes to the organ within its day and comes back with a receipt; a listing has a
//! deadline and is lifted by who may; high-risk places on both lists; one record, three bodies; a defect of a whole sector; a
//! trade nobody had.

use app::Caller;
use axum::http::StatusCode;
use domain::org::{Assignment, Person, Post, Role};
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::field::{Visit, add_place};
use crate::common::{Browser, Told, Town, V1, day, path, roster, set_number, shop, town_of};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const HAZARD: &str = "01a00000-0000-7000-8000-000000000201";

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let mut roster = roster();
    // A member of the village's micro station, listed under the village.
    roster.persons.push(Person {
        id: "p-crew".into(),
        name: "于队员".to_owned(),
        phone: String::new(),
        office_phone: String::new(),
        active: true,
    });
    roster.posts.push(Post {
        id: "post-crew".into(),
        role: Role::StationMember,
        org: "village-1".into(),
        territory: V1.into(),
        name: Role::StationMember.label().to_owned(),
        min_n: 1,
        max_n: None,
        active: true,
    });
    roster.assignments.push(Assignment {
        id: "a-crew".into(),
        person: "p-crew".into(),
        post: "post-crew".into(),
        role: Role::StationMember,
        org: "village-1".into(),
        territory: V1.into(),
        path: path("/500118100901"),
        place: None,
        acting: false,
        from: day("2025-01-01"),
        to: None,
        basis: "演示数据".to_owned(),
        away: Vec::new(),
    });
    roster.logins.push(("crew".to_owned(), "p-crew".into()));
    let town = town_of(fresh, roster).await?;
    // Which records are drawn for a second look hangs on their ids, and these are new every time.
    set_number(&town, "task.review_percent", 0.0).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    Ok(town)
}

fn clock(town: &Town, text: &str) {
    town.clock.set(Timestamp::parse(&format!("{text}:00+08:00")).unwrap_or_default());
}

async fn found(who: &mut Browser, id: &str, place: &str) -> anyhow::Result<Value> {
    let body =
        json!({ "id": id, "place": place, "hazard_code": "H01.1", "description": "出口堵死", "photos": [] });
    who.post("/api/v1/hazards", body).await?.ok()
}

/// Takes a step of a hazard at the version its page shows.
async fn step(who: &mut Browser, body: Value) -> anyhow::Result<Value> {
    let page = who.get(&format!("/api/v1/hazards/{HAZARD}")).await?.ok()?;
    let mut body = body;
    body["version"] = page["version"].clone();
    who.post(&format!("/api/v1/hazards/{HAZARD}/steps"), body).await?.ok()
}

async fn write(who: &mut Browser, kind: &str, word: &str, mut body: Value) -> anyhow::Result<Told> {
    body["kind"] = json!(kind);
    body["step"] = json!(word);
    who.post(&format!("/api/v1/hazards/{HAZARD}/docket"), body).await
}

#[tokio::test]
async fn a_suspicion_goes_within_a_working_day_and_a_listing_is_lifted_by_who_may() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut staff, mut clerk) = (town.login("staff1").await?, town.login("clerk").await?);
        found(&mut staff, HAZARD, SHOP).await?;
        step(&mut staff, json!({ "step": "grade", "level": "major_suspect" })).await?;
        step(&mut clerk, json!({ "step": "confirm_level" })).await?;
        let docket = clerk.get("/api/v1/docket").await?.ok()?;
        let one = &docket["transfers"][0];
        assert_eq!((&one["due_on"], &one["late"]), (&json!("2026-09-22"), &json!(false)), "one working day");
        let receipt = json!({ "body": "区消防救援大队值班室" });
        assert_eq!(write(&mut clerk, "transfer", "receipt", receipt.clone()).await?.code(), "docket.not_sent");
        // Two days later it has not gone: it stands out where the office begins its day.
        clock(&town, "2026-09-23T09:00");
        let (mut clerk, mut far) = (town.login("clerk").await?, town.login("staff2").await?);
        assert_eq!(clerk.get("/api/v1/docket").await?.ok()?["transfers"][0]["late"], true);
        let counts = clerk.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(counts.contains("docket_transfers"), "{counts}");
        assert_eq!(far.get("/api/v1/docket").await?.ok()?["transfers"], json!([]), "the next village");
        let transfer = json!({ "step": "transfer", "to": "fire_rescue", "reason": "疑似重大", "document_no": "演示移送〔1〕号" });
        step(&mut clerk, transfer).await?;
        assert_eq!(write(&mut clerk, "transfer", "receipt", json!({})).await?.code(), "docket.missing");
        let docket = write(&mut clerk, "transfer", "receipt", receipt).await?.ok()?;
        let one = &docket["transfers"][0];
        assert_eq!((&one["receipt"]["body"], &one["late"]), (&json!("区消防救援大队值班室"), &json!(true)), "late stays late");
        assert_eq!(one["actions"], json!([]));

        // Listed by the town: a deadline, and lifted by a leader, not by the office.
        step(&mut clerk, json!({ "step": "escalate", "kind": "town_listed", "reason": "逾期未改" })).await?;
        let term = json!({ "due_on": "2026-10-15" });
        let docket = write(&mut clerk, "town_listed", "deadline", term).await?.ok()?;
        assert_eq!((&docket["listings"][0]["due_on"], &docket["listings"][0]["overdue"]), (&json!("2026-10-15"), &json!(false)));
        let lift = json!({ "text": "已按区级认定另行督办" });
        assert_eq!(write(&mut clerk, "town_listed", "lift", lift.clone()).await?.status, StatusCode::FORBIDDEN);
        let mut leader = town.login("leader").await?;
        assert_eq!(write(&mut leader, "town_listed", "lift", json!({})).await?.code(), "docket.still_open");
        let docket = write(&mut leader, "town_listed", "lift", lift.clone()).await?.ok()?;
        assert_eq!(docket["listings"][0]["lifted"]["by"]["name"], "郑分管");
        assert_eq!(write(&mut leader, "town_listed", "lift", lift).await?.code(), "docket.lifted");

        // Determined and listed by the district: only the district's paper lifts it.
        let answer = json!({ "step": "answer_transfer", "answer": "major", "document_no": "演示认定〔1〕号", "edition": "2025",
            "elements": ["5.1"], "deadline_on": "2026-12-01" });
        step(&mut clerk, answer).await?;
        let listed = json!({ "step": "escalate", "kind": "district_listed", "reason": "区级挂牌", "document_no": "演示挂牌〔1〕号" });
        step(&mut clerk, listed).await?;
        let own = json!({ "body": "青峰镇人民政府", "document_no": "1", "text": "已改" });
        assert_eq!(write(&mut clerk, "district_listed", "lift", own).await?.code(), "docket.not_the_town");
        let theirs = json!({ "body": "区人民政府", "document_no": "区督解〔1〕号" });
        let docket = write(&mut clerk, "district_listed", "lift", theirs).await?.ok()?;
        let lifted = docket["listings"].as_array().map(|all| all.iter().filter(|one| !one["lifted"].is_null()).count());
        assert_eq!(lifted, Some(2));
        assert_eq!(docket["transfers"][0]["answered"], true);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_place_of_high_risk_lacks_a_list_and_one_record_bears_three_bodies() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let tags = ["three_in_one", "self_built.business"];
        let place = add_place(&mut clerk, "老街气瓶店", V1, "nine_small.shop", &tags).await?;
        let board = clerk.get("/api/v1/joint-control").await?.ok()?;
        let row = |board: &Value| {
            let all = board["items"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|one| one["place"]["id"] == place.as_str()).unwrap_or_default()
        };
        let one = row(&board);
        assert_eq!((&one["standing"]["code"], &one["answers"][0]["name"]), (&json!("neither"), &json!("场镇社区")));
        assert_eq!(board["items"].as_array().map(Vec::len), Some(1), "the hardware shop is none");
        // On the territory's list it lacks the sector's alone.
        let list = json!({ "kind": "joint_control", "owner": "office" });
        let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
        let entries = format!("/api/v1/place-lists/{}/entries", list["id"].as_str().unwrap_or_default());
        clerk.post(&entries, json!({ "place": place, "from": "2026-09-01", "reason": "三合一" })).await?.ok()?;
        let one = row(&clerk.get("/api/v1/joint-control").await?.ok()?);
        assert_eq!((&one["standing"]["code"], &one["answers"]), (&json!("no_sector"), &json!([])), "no sector has it");

        // One task that three bodies owe; a second is refused.
        let plan = |bodies: &[&str]| {
            json!({ "place": place, "lead": "village-1", "bodies": bodies, "from": "2026-09-21", "due_on": "2026-09-30" })
        };
        let alone = clerk.post("/api/v1/joint-control/plan", plan(&["village-1"])).await?;
        assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
        let board = clerk.post("/api/v1/joint-control/plan", plan(&["dept-civil", "police"])).await?.ok()?;
        let task = row(&board)["planned"]["task"].clone();
        let again = clerk.post("/api/v1/joint-control/plan", plan(&["police"])).await?;
        assert_eq!(again.code(), "joint_control.planned");

        // The village records; department and police sign the same record, each once.
        let mut staff = town.login("staff1").await?;
        let path = format!("/api/v1/tasks/{}", task.as_str().unwrap_or_default());
        let version = staff.get(&path).await?.ok()?["version"].clone();
        staff.post(&format!("{path}/accept"), json!({ "version": version })).await?.ok()?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let visit = Visit::of(7, &place, "staff1", &sheet).task(&task);
        let mut body = visit.body();
        body["occasion"] = json!("joint");
        staff.post("/api/v1/inspections", body).await?.ok()?;
        let record = format!("/api/v1/inspections/{}", visit.id);
        let sign = format!("{record}/signatures");
        assert_eq!(staff.post(&sign, json!({})).await?.code(), "joint_control.not_yours", "it made the record");
        let mut dept = town.login("dept").await?;
        // Their phones take along what waits for them, and nothing once it is signed.
        let to_sign = "/api/v1/joint-control/to-sign";
        let waits = dept.get(to_sign).await?.items()?;
        assert_eq!((waits.len(), &waits[0]["inspection"]), (1, &json!(visit.id)), "{waits:?}");
        assert_eq!((&waits[0]["place"]["name"], &waits[0]["org"]["id"]), (&json!("老街气瓶店"), &json!("dept-civil")));
        assert_eq!(waits[0]["bodies"].as_array().map(Vec::len), Some(3));
        assert_eq!(staff.get(to_sign).await?.items()?.len(), 0, "it made the record");
        // Whoever comes to the department afterwards is not asked what he did not see.
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        let newcomer =
            json!({ "person": "p-staff2", "post": "post-dept", "from": "2026-09-22", "basis": "任免通知" });
        clerk.post("/api/v1/assignments", newcomer).await?.ok()?;
        assert_eq!(town.login("staff2").await?.get(to_sign).await?.items()?.len(), 0, "before his term");
        let (mut dept, mut police) = (town.login("dept").await?, town.login("police").await?);
        let page = dept.get(&record).await?.ok()?;
        assert_eq!(page["signatures"].as_array().map(Vec::len), Some(3));
        assert!(page["actions"].to_string().contains("sign"));
        let page = dept.post(&sign, json!({ "text": "气瓶限期移出" })).await?.ok()?;
        assert!(!page["actions"].to_string().contains("sign"), "once");
        assert_eq!((dept.get(to_sign).await?.items()?.len(), police.get(to_sign).await?.items()?.len()), (0, 1));
        assert_eq!(dept.post(&sign, json!({})).await?.code(), "joint_control.not_yours");
        // It counts on the board once the last of them signed, not before (C13.3).
        let mut leader = town.login("leader").await?;
        let done = async |who: &mut Browser| -> anyhow::Result<Value> {
            let duty = who.get("/api/v1/board/duties/C13.3?from=2026-07-01&to=2026-12-31").await?.ok()?;
            Ok(duty["occurrences"]["items"][0]["done"].clone())
        };
        assert_eq!(done(&mut leader).await?, json!(0));
        police.post(&sign, json!({})).await?.ok()?;
        assert_eq!(done(&mut leader).await?, json!(1));
        // The village alone was there on record; each body that signed counts (C17.2).
        let houses = leader.get("/api/v1/board/duties/C17.2?from=2026-07-01&to=2026-12-31").await?.ok()?;
        assert_eq!(houses["occurrences"]["items"][0]["done"], json!(2), "{houses}");
        let one = row(&clerk.get("/api/v1/joint-control").await?.ok()?);
        assert_eq!((&one["visits"][0]["bodies_n"], &one["visits"][0]["signed_n"]), (&json!(3), &json!(3)));
        Ok(())
    })
    .await
}

/// Plans a joint visit the department for civil affairs leads, and answers its task.
async fn led_by_the_department(clerk: &mut Browser, place: &str) -> anyhow::Result<String> {
    let plan = json!({ "place": place, "lead": "dept-civil", "bodies": ["village-1"], "from": "2026-09-21",
        "due_on": "2026-09-30" });
    let board = clerk.post("/api/v1/joint-control/plan", plan).await?.ok()?;
    let all = board["items"].as_array().cloned().unwrap_or_default();
    let row = all.into_iter().find(|one| one["place"]["id"] == place).unwrap_or_default();
    Ok(row["planned"]["task"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_department_leads_a_visit_outside_its_sector_and_sees_what_it_goes_to() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut dept) = (town.login("clerk").await?, town.login("dept").await?);
        let place = add_place(&mut clerk, "老街气瓶店", V1, "nine_small.shop", &["three_in_one"]).await?;
        let (page, sheet) = (format!("/api/v1/places/{place}"), format!("/api/v1/places/{place}/sheet"));
        for path in [&page, &sheet] {
            assert_eq!(dept.get(path).await?.status, StatusCode::NOT_FOUND, "not of its sector: {path}");
        }
        let task = led_by_the_department(&mut clerk, &place).await?;
        // Named by the task it sees where it goes and what is asked there; changing the place is still not its business.
        let seen = dept.get(&page).await?.ok()?;
        assert_eq!(seen["name"], "老街气瓶店");
        let mut other = seen.clone();
        other["name"] = json!("改名");
        assert!(dept.put(&page, other).await?.status.is_client_error());
        let asked = dept.get(&sheet).await?.ok()?;
        let own = Visit::of(9, &place, "dept", &asked);
        let told = dept.post("/api/v1/inspections", own.body()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "without the task it inspects nothing there");
        // It records the visit it leads; a thing found there is a hazard.
        let visit = Visit::of(10, &place, "dept", &asked).task(&json!(task));
        let mut body = visit.body();
        body["occasion"] = json!("joint");
        dept.post("/api/v1/inspections", body).await?.ok()?;
        dept.get(&format!("/api/v1/inspections/{}", visit.id)).await?.ok()?;
        let mut staff = town.login("staff1").await?;
        assert_eq!(staff.get("/api/v1/joint-control/to-sign").await?.items()?.len(), 1);
        // The visit done, the place is again not its business.
        let after = clerk.get(&format!("/api/v1/tasks/{task}")).await?.ok()?;
        assert_eq!(after["state"], "done", "{after}");
        assert_eq!(dept.get(&page).await?.status, StatusCode::NOT_FOUND);
        // A whistle about a place shows it to the bodies called, to nobody before it is sent.
        let other = add_place(&mut clerk, "老街灌装点", V1, "nine_small.shop", &["three_in_one"]).await?;
        let at = format!("/api/v1/places/{other}");
        let whistle = json!({ "id": "01a00000-0000-7000-8000-000000000b01", "kind": "ordinary", "problem": "店内设灌装间", "place": other });
        let raised = staff.post("/api/v1/whistles", whistle).await?.ok()?;
        assert_eq!(dept.get(&at).await?.status, StatusCode::NOT_FOUND);
        let send = json!({ "step": "confirm", "to": "dept-civil", "helpers": [], "version": raised["version"] });
        let steps = format!("/api/v1/whistles/{}/steps", raised["id"].as_str().unwrap_or_default());
        town.login("head").await?.post(&steps, send).await?.ok()?;
        assert_eq!(dept.get(&at).await?.ok()?["name"], "老街灌装点");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_stands_in_a_station_signs_nothing_for_the_village() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut police) = (town.login("clerk").await?, town.login("police").await?);
        let place = add_place(&mut clerk, "老街气瓶店", V1, "nine_small.shop", &["three_in_one"]).await?;
        let plan = json!({ "place": place, "lead": "police", "bodies": ["village-1"], "from": "2026-09-21",
            "due_on": "2026-09-30" });
        let board = clerk.post("/api/v1/joint-control/plan", plan).await?.ok()?;
        let all = board["items"].as_array().cloned().unwrap_or_default();
        let row = all.into_iter().find(|one| one["place"]["id"] == place.as_str()).unwrap_or_default();
        let task = row["planned"]["task"].clone();
        let path = format!("/api/v1/tasks/{}", task.as_str().unwrap_or_default());
        let version = police.get(&path).await?.ok()?["version"].clone();
        police.post(&format!("{path}/accept"), json!({ "version": version })).await?.ok()?;
        let sheet = police.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
        let visit = Visit::of(8, &place, "police", &sheet).task(&task);
        let mut body = visit.body();
        body["occasion"] = json!("joint");
        police.post("/api/v1/inspections", body).await?.ok()?;

        let record = format!("/api/v1/inspections/{}", visit.id);
        let (mut crew, mut staff) = (town.login("crew").await?, town.login("staff1").await?);
        // Neither his phone nor the page offers it, and the door does not take it.
        assert_eq!(crew.get("/api/v1/joint-control/to-sign").await?.items()?.len(), 0);
        let seen = crew.get(&record).await?;
        assert_ne!(seen.body["may_sign"], json!(true), "{}", seen.body);
        let told = crew.post(&format!("{record}/signatures"), json!({ "text": "已看" })).await?;
        assert!(told.status.is_client_error(), "{}", told.body);
        // The village's own man does.
        assert_eq!(staff.get("/api/v1/joint-control/to-sign").await?.items()?.len(), 1);
        let page = staff.post(&format!("{record}/signatures"), json!({ "text": "属实" })).await?.ok()?;
        let signed = page["signatures"].as_array().cloned().unwrap_or_default();
        let of_village =
            signed.iter().find(|one| one["org"]["id"] == "village-1").cloned().unwrap_or_default();
        assert_eq!(of_village["person"]["name"], "李消防", "{page}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn three_units_of_a_sector_share_a_defect_and_a_new_trade_gets_a_body() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut staff, mut clerk) = (town.login("staff1").await?, town.login("clerk").await?);
        let mut dept = town.login("dept").await?;
        let ask = json!({ "org": "dept-civil", "hazard": "H01.1" });
        for n in 1..=3_u8 {
            assert_eq!(
                clerk.post("/api/v1/sectors/risks", ask.clone()).await?.code(),
                "sector.too_few",
                "{n}"
            );
            let place = format!("01a00000-0000-7000-8000-0000000001{n}1");
            shop(&town, &place, &format!("门市 {n}"), V1).await?;
            found(&mut staff, &format!("01a00000-0000-7000-8000-0000000002{n}1"), &place).await?;
        }
        let page = dept.get("/api/v1/sectors").await?.ok()?;
        assert_eq!(page["candidates"][0]["places"].as_array().map(Vec::len), Some(3));
        let other = json!({ "org": "police", "hazard": "H01.1" });
        assert_eq!(dept.post("/api/v1/sectors/risks", other).await?.status, StatusCode::FORBIDDEN);
        let page = dept.post("/api/v1/sectors/risks", ask.clone()).await?.ok()?;
        let risk = page["risks"][0].clone();
        assert_eq!(
            (&risk["notice_by"], &page["candidates"]),
            (&json!("2026-10-12"), &json!([])),
            "ten working days"
        );
        assert_eq!(dept.post("/api/v1/sectors/risks", ask).await?.code(), "sector.not_now");
        let path = format!("/api/v1/sectors/risks/{}/steps", risk["id"].as_str().unwrap_or_default());
        let notice = |owner: &str| {
            json!({ "step": "notify", "document_no": "青民〔1〕号", "deadline_on": "2026-10-31",
            "task": "督促全行业整改", "owner": owner, "version": risk["version"] })
        };
        assert_eq!(dept.post(&path, notice("post-police")).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = dept.post(&path, notice("post-dept")).await?.ok()?;
        assert_eq!(page["risks"][0]["task"]["text"], "督促全行业整改");
        assert_eq!(dept.post(&path, notice("post-dept")).await?.status, StatusCode::CONFLICT);
        let board = clerk.get("/api/v1/board/duties/C13.4").await?.ok()?.to_string();
        assert!(board.contains("行业性隐患 H01.1"), "{board}");

        // A unit where town and country meet that no sector has is named, until it has one.
        let fringe = "01a00000-0000-7000-8000-000000000111";
        let system = Caller::system();
        let whole = system.scope(domain::policy::Action::PlaceRead)?;
        for (sector, named) in [(None, true), (Some("dept-civil"), false)] {
            let mut tx = town.app.db.write(&crate::common::TOWN.into()).await?;
            let mut place =
                tx.place(&fringe.into(), &whole).await?.ok_or_else(|| anyhow::anyhow!("just made"))?;
            place.place.tags.insert("fringe".into());
            place.place.sector_org = sector.map(Into::into);
            tx.update_place(&place).await?;
            tx.commit(system.audit("place.change", "place", fringe, town.app.now()), ()).await?;
            let page = clerk.get("/api/v1/sectors").await?.ok()?;
            let orphans = page["orphans"].as_array().into_iter().flatten().any(|one| one["id"] == fringe);
            assert_eq!(orphans, named, "{}", page["orphans"]);
        }

        let trade = json!({ "trade": "剧本娱乐", "like": "公共娱乐场所", "appeared_on": "2026-09-10" });
        assert_eq!(dept.post("/api/v1/sectors/rulings", trade.clone()).await?.status, StatusCode::FORBIDDEN);
        let page = clerk.post("/api/v1/sectors/rulings", trade).await?.ok()?;
        let one = page["rulings"][0].clone();
        let path = format!("/api/v1/sectors/rulings/{}/steps", one["id"].as_str().unwrap_or_default());
        let ruled = |no: &str| {
            json!({ "step": "decide", "lead": "dept-civil", "document_no": no, "text": "业务相近",
            "version": one["version"] })
        };
        assert_eq!(clerk.post(&path, ruled("")).await?.code(), "sector.missing");
        let page = clerk.post(&path, ruled("青府发〔1〕号")).await?.ok()?;
        assert_eq!(page["rulings"][0]["lead"]["id"], "dept-civil");
        let board = clerk.get("/api/v1/board/duties/C13.7").await?.ok()?.to_string();
        assert!(board.contains("剧本娱乐"), "{board}");
        Ok(())
    })
    .await
}
