//! Stories of training at the door: a session from planned to closed, signed in by code, tested, certified; what is
//! counted is distinct people; nobody sees the answers or hands in twice; the board follows.

use app::Caller;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, TOWN, Town, town};

struct Set {
    town: Town,
    clerk: Browser,
    course: String,
    organ: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn open(fresh: &Fresh) -> anyhow::Result<Set> {
    let town = town(fresh).await?;
    town.app.install_shipped_plan(&Caller::system()).await?;
    let mut clerk = town.login("clerk").await?;
    let organ =
        json!({ "kind": "fire_rescue", "name": "区消防救援机构", "relation": "district", "territory": TOWN });
    let organ = text(&clerk.post("/api/v1/orgs", organ).await?.ok()?["id"]);
    let course = json!({ "kind": "key_group", "name": "网格员年度培训", "groups": ["grid_staff"], "hours": 8,
        "pass_percent": 80, "questions": 2, "attempts": 2, "gives": "fire_training_grid", "months": 24 });
    let course = text(&clerk.post("/api/v1/courses", course).await?.ok()?["id"]);
    Ok(Set { town, clerk, course, organ })
}

/// Two questions; true is right for the one, the first two options for the other.
async fn bank(set: &mut Set) -> anyhow::Result<()> {
    let items = json!({ "items": [
        { "kind": "true_false", "text": "楼道内不得停放电动自行车", "options": ["对", "错"], "right": [0] },
        { "kind": "multiple", "text": "发现火情应当", "options": ["拨打119", "组织疏散", "乘电梯撤离"], "right": [0, 1] },
    ] });
    set.clerk.post(&format!("/api/v1/courses/{}/questions", set.course), items).await?.ok()?;
    Ok(())
}

async fn planned(set: &mut Set) -> anyhow::Result<String> {
    let body = json!({ "course": set.course, "title": "第三季度网格员培训", "on": "2026-09-21", "venue": "镇会议室",
        "org": "office", "trainer": set.organ });
    Ok(text(&set.clerk.post("/api/v1/trainings", body).await?.ok()?["id"]))
}

async fn step(set: &mut Set, id: &str, step: Value) -> anyhow::Result<common::Told> {
    let path = format!("/api/v1/trainings/{id}");
    let version = set.clerk.get(&path).await?.ok()?["version"].clone();
    let mut body = step;
    body["version"] = version;
    set.clerk.post(&format!("{path}/steps"), body).await
}

#[tokio::test]
async fn a_session_is_held_tested_and_gives_the_certificate_that_opens_the_gate() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut set = open(&fresh).await?;
        bank(&mut set).await?;
        let id = planned(&mut set).await?;
        let path = format!("/api/v1/trainings/{id}");
        let page = set.clerk.get(&path).await?.ok()?;
        assert!(text(&page["url"]).ends_with(&format!("/m/training/{id}")));
        assert!(text(&page["qr_svg"]).contains("<svg"));
        step(&mut set, &id, json!({ "step": "notify" })).await?.ok()?;
        let early = step(&mut set, &id, json!({ "step": "hold", "on": "2026-09-22" })).await?;
        assert_eq!((early.status, early.code()), (StatusCode::UNPROCESSABLE_ENTITY, "training.not_yet"));
        step(&mut set, &id, json!({ "step": "hold", "on": "2026-09-21" })).await?.ok()?;
        let stale =
            set.clerk.post(&format!("{path}/steps"), json!({ "step": "close", "version": 1 })).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));

        // The grid manager signs in by the code, twice, and is there once.
        let mut grid = set.town.login("grid1").await?;
        let told = grid.post(&format!("{path}/test"), json!({})).await?;
        assert_eq!(told.code(), "training.no_test", "signs in first");
        let mine = grid.post(&format!("{path}/sign-in"), json!({})).await?.ok()?;
        assert_eq!((&mine["may_test"], &mine["attempts_left"]), (&json!(true), &json!(2)));
        grid.post(&format!("{path}/sign-in"), json!({})).await?.ok()?;
        assert_eq!(set.clerk.get(&path).await?.ok()?["attended"], 1);

        // Fails once, passes then; the answers are never sent.
        let test = grid.post(&format!("{path}/test"), json!({})).await?.ok()?;
        let asked = test["questions"].as_array().cloned().unwrap_or_default();
        assert_eq!(asked.len(), 2);
        assert!(asked.iter().all(|one| one.get("right").is_none()), "{asked:?}");
        let again = grid.post(&format!("{path}/test"), json!({})).await?.ok()?;
        assert_eq!(again["id"], test["id"], "goes on with the one begun");
        let answers = |right: bool| -> Value {
            let of = |one: &Value| match (one["kind"]["code"] == "multiple", right) {
                (true, true) => json!([0, 1]),
                (true, false) => json!([0]),
                (false, _) => json!([0]),
            };
            json!({ "chosen": asked.iter().map(of).collect::<Vec<_>>() })
        };
        let hand_in = format!("{path}/test/{}", text(&test["id"]));
        let mine = grid.post(&hand_in, answers(false)).await?.ok()?;
        assert_eq!((&mine["score"], &mine["outcome"]["code"]), (&json!(50), &json!("failed")));
        assert_eq!(grid.post(&hand_in, answers(true)).await?.status, StatusCode::NOT_FOUND, "once");
        let test = grid.post(&format!("{path}/test"), json!({})).await?.ok()?;
        let asked: Vec<Value> = test["questions"].as_array().cloned().unwrap_or_default();
        let right: Vec<Value> = asked
            .iter()
            .map(|one| if one["kind"]["code"] == "multiple" { json!([1, 0]) } else { json!([0]) })
            .collect();
        let hand_in = format!("{path}/test/{}", text(&test["id"]));
        let mine = grid.post(&hand_in, json!({ "chosen": right })).await?.ok()?;
        assert_eq!((&mine["score"], &mine["outcome"]["code"]), (&json!(100), &json!("passed")));
        assert_eq!(grid.get("/api/v1/me/trainings").await?.items()?.len(), 1);
        assert_eq!(
            grid.get(&path).await?.status,
            StatusCode::FORBIDDEN,
            "others' results are not his to read"
        );

        // Closed: the certificate is there, and the gate is open.
        let early = step(&mut set, &id, json!({ "step": "close" })).await?;
        assert_eq!(early.code(), "training.wrong_state");
        step(&mut set, &id, json!({ "step": "finish_test" })).await?.ok()?;
        let closed = step(&mut set, &id, json!({ "step": "close" })).await?.ok()?;
        assert_eq!((&closed["state"], &closed["people"][0]["certified"]), (&json!("closed"), &json!(false)));

        // His page leads to the sign-in list he stands on; who may not read trainings is not told.
        let person = set.clerk.get("/api/v1/people/p-grid1").await?.ok()?;
        let one = &person["trainings"][0];
        assert_eq!(
            (&one["id"], &one["score"], &one["way"]["code"]),
            (&json!(id), &json!(100), &json!("qr")),
            "{person}"
        );
        assert_eq!(person["trainings"].as_array().map(Vec::len), Some(1));
        let own = grid.get("/api/v1/people/p-grid1").await?.ok()?;
        assert_eq!(own["trainings"], json!([]), "others' results are not his to read, here neither");

        // Whoever organises it sees what was answered, and what would have been right.
        let tests = set.clerk.get(&format!("{path}/tests")).await?.items()?;
        let scores: Vec<_> = tests.iter().map(|one| (one["score"].clone(), one["passed"].clone())).collect();
        assert_eq!(scores, [(json!(50), json!(false)), (json!(100), json!(true))]);
        let wrong = tests[0]["answers"].as_array().into_iter().flatten().find(|one| one["is_right"] == false);
        let wrong = wrong.cloned().unwrap_or_default();
        assert_eq!((&wrong["chosen"], &wrong["right"]), (&json!([0]), &json!([0, 1])), "{wrong}");
        assert_eq!(grid.get(&format!("{path}/tests")).await?.status, StatusCode::FORBIDDEN);

        // The certificate is the organ's: it is there when the organ's own number is.
        let none = set.clerk.get("/api/v1/people/p-grid1").await?.ok()?;
        assert_eq!(none["certificates"], json!([]), "nobody makes up a number");
        let at = format!("{path}/attendance/{}/certificate", text(&closed["people"][0]["id"]));
        let early = json!({ "number": "渝消培〔2026〕7号", "issued_on": "2026-09-20" });
        let told = set.clerk.post(&at, early).await?;
        assert_eq!(told.body["fields"][0]["code"], "training.certified_when", "{}", told.body);
        let given = json!({ "number": "渝消培〔2026〕7号", "issued_on": "2026-09-21" });
        let page = set.clerk.post(&at, given.clone()).await?.ok()?;
        assert_eq!(page["people"][0]["certified"], true);
        assert_eq!(set.clerk.post(&at, given).await?.code(), "training.no_certificate", "once");
        let person = set.clerk.get("/api/v1/people/p-grid1").await?.ok()?;
        assert_eq!(person["gate"]["state"], "trained");
        let card = &person["certificates"][0];
        assert_eq!(card["number"], "渝消培〔2026〕7号");
        assert_eq!((&card["issuer"], &card["expires_on"]), (&json!("区消防救援机构"), &json!("2028-09-20")));
        let coverage = set.clerk.get("/api/v1/training-coverage").await?.ok()?;
        let grid_staff = &coverage["groups"][2];
        assert_eq!(
            (&grid_staff["group"]["code"], &grid_staff["people"], &grid_staff["passed"]),
            (&json!("grid_staff"), &json!(1), &json!(1))
        );
        assert_eq!(set.town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

/// Who teaches a course that gives a certificate is asked when the session is planned; what was noted down wrong is put
/// right until the session is closed, the last moment it may matter.
#[tokio::test]
async fn a_course_that_gives_a_certificate_is_planned_with_the_fire_rescue_organ_or_put_right()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut set = open(&fresh).await?;
        let mut body = json!({ "course": set.course, "title": "网格员培训", "on": "2026-09-21", "org": "office" });
        for trainer in [Value::Null, json!("office"), json!("village-1")] {
            body["trainer"] = trainer;
            let told = set.clerk.post("/api/v1/trainings", body.clone()).await?;
            let field = &told.body["fields"][0];
            let told = (told.status, &field["field"], &field["code"]);
            assert_eq!(told, (StatusCode::UNPROCESSABLE_ENTITY, &json!("trainer"), &json!("training.trainer")));
        }
        assert_eq!(set.clerk.get("/api/v1/trainings").await?.items()?.len(), 0, "nothing was planned");

        // A course without a certificate is anybody's to teach.
        let plain = json!({ "kind": "key_group", "name": "网格员复训", "groups": ["grid_staff"], "hours": 4,
            "pass_percent": 80, "questions": 2, "attempts": 2 });
        let course = set.clerk.post("/api/v1/courses", plain.clone()).await?.ok()?;
        body["course"] = course["id"].clone();
        let made = set.clerk.post("/api/v1/trainings", body).await?.ok()?;
        assert_eq!(made["certifies"], false);
        let (id, path) = (text(&made["id"]), format!("/api/v1/trainings/{}", text(&made["id"])));
        let put = |version: i64, on: &str, trainer: &str| {
            json!({ "title": "网格员复训（秋季）", "on": on, "venue": "村委会", "trainer": trainer, "version": version })
        };
        let page = set.clerk.put(&path, put(1, "2026-09-20", "office")).await?.ok()?;
        let told = (&page["title"], &page["on"], &page["venue"], &page["trainer"]["id"], &page["version"]);
        let want = (json!("网格员复训（秋季）"), json!("2026-09-20"), json!("村委会"), json!("office"), json!(2));
        assert_eq!(told, (&want.0, &want.1, &want.2, &want.3, &want.4));
        let stale = set.clerk.put(&path, put(1, "2026-09-20", "office")).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(stale.body["current"]["version"], 2, "with the version that stands: {}", stale.body);
        let told = set.clerk.put(&path, put(2, "2026-09-20", "nobody")).await?;
        assert_eq!(told.body["fields"][0]["code"], "training.org", "{}", told.body);
        let mut staff = set.town.login("staff1").await?;
        let told = staff.put(&path, put(2, "2026-09-20", "office")).await?;
        assert_eq!(told.status, StatusCode::NOT_FOUND, "another's session");

        // Held and tested; then the course is made one that gives a certificate.
        step(&mut set, &id, json!({ "step": "hold", "on": "2026-09-20" })).await?.ok()?;
        let list = json!({ "people": [{ "person": "p-grid1", "score": 90 }] });
        set.clerk.post(&format!("{path}/attendance"), list).await?.ok()?;
        let mut gives = plain;
        gives["gives"] = json!("fire_training_grid");
        gives["version"] = course["version"].clone();
        set.clerk.put(&format!("/api/v1/courses/{}", text(&course["id"])), gives).await?.ok()?;
        step(&mut set, &id, json!({ "step": "finish_test" })).await?.ok()?;
        let told = step(&mut set, &id, json!({ "step": "close" })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "training.trainer"));
        let page = set.clerk.get(&path).await?.ok()?;
        assert_eq!((&page["state"], &page["people"][0]["certified"]), (&json!("tested"), &json!(false)));
        let version = page["version"].as_i64().unwrap_or_default();
        let ahead = set.clerk.put(&path, put(version, "2026-09-22", &set.organ.clone())).await?;
        assert_eq!(ahead.code(), "training.not_yet", "held is not ahead of today");
        set.clerk.put(&path, put(version, "2026-09-20", &set.organ.clone())).await?.ok()?;
        let page = step(&mut set, &id, json!({ "step": "close" })).await?.ok()?;
        assert_eq!((&page["state"], &page["people"][0]["certified"]), (&json!("closed"), &json!(false)));
        let version = page["version"].as_i64().unwrap_or_default();
        let late = set.clerk.put(&path, put(version, "2026-09-20", &set.organ.clone())).await?;
        assert_eq!(late.code(), "training.wrong_state", "closed is closed");
        assert_eq!(set.town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_paper_list_is_entered_whole_or_not_at_all_and_people_are_counted_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut set = open(&fresh).await?;
        let mut passed = Vec::new();
        for n in 0..2 {
            let id = planned(&mut set).await?;
            let path = format!("/api/v1/trainings/{id}/attendance");
            let list = json!({ "people": [{ "person": "p-grid1", "score": 90 }, { "person": "p-staff1", "score": 10 }] });
            let early = set.clerk.post(&path, list.clone()).await?;
            assert_eq!(early.code(), "training.no_sign_in");
            step(&mut set, &id, json!({ "step": "hold", "on": "2026-09-20" })).await?.ok()?;
            let wrong = json!({ "people": [{ "person": "p-grid1", "score": 90 }, { "person": "p-nobody" }] });
            let told = set.clerk.post(&path, wrong).await?;
            assert_eq!(told.body["fields"][0]["field"], "people.1", "{}", told.body);
            let high = json!({ "people": [{ "person": "p-grid1", "score": 850 }] });
            let told = set.clerk.post(&path, high).await?;
            assert_eq!(told.body["fields"][0]["code"], "training.score", "{}", told.body);
            let page = set.clerk.get(&format!("/api/v1/trainings/{id}")).await?.ok()?;
            assert_eq!(page["attended"], 0, "nothing half-written");
            let page = set.clerk.post(&path, list).await?.ok()?;
            assert_eq!((&page["attended"], &page["passed"]), (&json!(2), &json!(1)));
            let better = json!({ "people": [{ "person": "p-staff1", "score": 100 }] });
            assert_eq!(set.clerk.post(&path, better).await?.code(), "training.scored", "ten points stay ten");
            if n == 1 {
                let who = page["people"].as_array().into_iter().flatten();
                let who: Vec<_> = who.filter(|one| one["person"] == "p-grid1").collect();
                let void = format!("{path}/{}/void", text(&who[0]["id"]));
                let told = set.clerk.post(&void, json!({ "reason": " " })).await?;
                assert_eq!(told.body["fields"][0]["code"], "training.void_reason");
                let page = set.clerk.post(&void, json!({ "reason": "代签，本人未到" })).await?.ok()?;
                assert_eq!(page["attended"], 1, "stays on record, counts no more");
            }
            passed.push(id);
        }
        let coverage = set.clerk.get("/api/v1/training-coverage?year=2026").await?.ok()?;
        assert_eq!((&coverage["groups"][2]["attended"], &coverage["groups"][2]["passed"]), (&json!(1), &json!(1)));
        // Only who may organise keeps the bank; a village plans its own sessions and sees no other's.
        let mut staff = set.town.login("staff1").await?;
        let bank = format!("/api/v1/courses/{}/questions", set.course);
        assert_eq!(staff.get(&bank).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(staff.get("/api/v1/trainings").await?.items()?.len(), 0);
        let body = json!({ "course": set.course, "title": "社区培训", "on": "2026-09-21", "org": "village-1",
            "trainer": set.organ });
        staff.post("/api/v1/trainings", body.clone()).await?.ok()?;
        assert_eq!(staff.get("/api/v1/trainings").await?.items()?.len(), 1);
        let mut next = set.town.login("staff2").await?;
        assert_eq!(next.post("/api/v1/trainings", body).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(next.get("/api/v1/trainings").await?.items()?.len(), 0);
        // Out of Excel: tried first, row by row, nothing kept; what was read is then added as it is.
        let template = set.clerk.get("/api/v1/questions/template.xlsx").await?;
        let read = set.clerk.send(Method::POST, &format!("{bank}/read"), &[], template.bytes.clone()).await?.ok()?;
        let items = read["items"].as_array().cloned().unwrap_or_default();
        assert_eq!((items.len(), &read["problems"]), (3, &json!([])), "{read}");
        let before = set.clerk.get(&bank).await?.items()?.len();
        let wrong = "题型,题目,选项A,选项B,答案\n单选,甲,1,2,D\n判断,乙,,,对\n单选,丙,1,2,AB\n";
        let told = set.clerk.send(Method::POST, &format!("{bank}/read"), &[], wrong.as_bytes().to_vec()).await?.ok()?;
        let cells: Vec<_> = told["problems"].as_array().into_iter().flatten().map(|one| one["cell"].clone()).collect();
        assert_eq!((told["items"].as_array().map(Vec::len), cells), (Some(1), vec![json!("E2"), json!("4")]), "{told}");
        let other = set.clerk.send(Method::POST, &format!("{bank}/read"), &[], b"a,b\n1,2\n".to_vec()).await?.ok()?;
        let told = (&other["items"], &other["problems"][0]["code"]);
        assert_eq!(told, (&json!([]), &json!("question_sheet.no_header")), "{other}");
        assert_eq!(staff.send(Method::POST, &format!("{bank}/read"), &[], template.bytes).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(set.clerk.get(&bank).await?.items()?.len(), before, "a trial keeps nothing");
        set.clerk.post(&bank, json!({ "items": items })).await?.ok()?;
        assert_eq!(set.clerk.get(&bank).await?.items()?.len(), before + 3);
        let bad = json!({ "items": [{ "kind": "single", "text": "x", "options": ["a", "b"], "right": [0, 1] }] });
        assert_eq!(set.clerk.post(&bank, bad).await?.code(), "training.question");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_board_counts_sessions_for_the_town_and_people_for_their_group() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut set = open(&fresh).await?;
        let course = json!({ "kind": "grassroots", "name": "基层业务培训", "groups": [], "hours": 2 });
        set.course = text(&set.clerk.post("/api/v1/courses", course).await?.ok()?["id"]);
        let id = planned(&mut set).await?;
        step(&mut set, &id, json!({ "step": "hold", "on": "2026-09-20" })).await?.ok()?;
        let list =
            json!({ "people": [{ "person": "p-grid1" }, { "person": "p-staff1" }, { "name": "居民甲" }] });
        set.clerk.post(&format!("/api/v1/trainings/{id}/attendance"), list).await?.ok()?;
        let duty = set.clerk.get("/api/v1/board/duties/C4.5?from=2026-07-01&to=2026-09-21").await?.ok()?;
        let cases: Vec<_> = duty["occurrences"]["items"].as_array().cloned().unwrap_or_default();
        let done: Vec<_> = cases.iter().filter_map(|one| one["done"].as_u64()).collect();
        assert_eq!(done.iter().max(), Some(&1), "three people at one session are one session: {cases:?}");
        // There without a test is not passed: C18.9 asks for those who passed.
        let duty = set.clerk.get("/api/v1/board/duties/C18.9c?from=2026-01-01&to=2026-09-21").await?.ok()?;
        let cases: Vec<_> = duty["occurrences"]["items"].as_array().cloned().unwrap_or_default();
        assert!(!cases.is_empty() && cases.iter().all(|one| one["done"] == 0), "{cases:?}");
        Ok(())
    })
    .await
}

/// C11.4 counts officers who hold a post, each for as long as his certificate was not taken back.
#[tokio::test]
async fn officers_count_while_they_hold_a_post_and_until_the_day_their_certificate_is_taken_back()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut set = open(&fresh).await?;
        let taken = json!({ "reason": "证件遗失", "version": 1 });
        let path = "/api/v1/certificates/cert-enforcement_cert-officer/revoke";
        let row = set.clerk.post(path, taken).await?.ok()?;
        let told = (&row["standing"], &row["revoked_on"], &row["revoke_reason"]);
        assert_eq!(told, (&json!("revoked"), &json!(common::TODAY), &json!("证件遗失")));
        let days = async |set: &mut Set, from: &str| -> anyhow::Result<Value> {
            let asked = format!("/api/v1/board/duties/C11.4?from={from}&to={}", common::TODAY);
            let page = set.clerk.get(&asked).await?.ok()?;
            let cases = page["occurrences"]["items"].as_array().cloned().unwrap_or_default();
            Ok(cases.iter().map(|one| json!([one["window"]["key"], one["done"]])).collect())
        };
        let (before, now) = (json!(["2026-Q2", 91]), json!(["2026-Q3", 82]));
        assert_eq!(days(&mut set, "2026-04-01").await?, json!([before, now]), "until the day before today");
        let end = json!({ "last_day": "2026-09-10" });
        set.clerk.post("/api/v1/assignments/a-officer2/end", end).await?.ok()?;
        let now = json!(["2026-Q3", 72]);
        assert_eq!(
            days(&mut set, "2026-04-01").await?,
            json!([before, now]),
            "until the last day of who left"
        );
        Ok(())
    })
    .await
}

/// Whoever manages a place of assembly is counted by the place, in the year's coverage and on the board alike.
#[tokio::test]
async fn managers_of_places_of_assembly_are_counted_by_the_place_here_and_on_the_board() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let mut set = open(&fresh).await?;
        // The unit's own place is a shop: who answers for it is in the book, and no manager of a place of assembly.
        common::shop(&set.town, common::UNIT_PLACE, "老街饭店", common::V1).await?;
        let mut places = Vec::new();
        for name in ["青峰农贸市场", "惠民超市"] {
            let body = json!({ "name": name, "category": "nine_small.shop", "tags": ["dense"], "village": common::V1,
                "address": "老街 3 号", "registration": { "kind": "unlicensed" },
                "responsible": { "name": "杨老板", "phone": "13800006789" }, "opening": "open" });
            places.push(text(&set.clerk.post("/api/v1/places", body).await?.ok()?["id"]));
        }
        let id = planned(&mut set).await?;
        step(&mut set, &id, json!({ "step": "hold", "on": common::TODAY })).await?.ok()?;
        let list = json!({ "people": [{ "place": places[0], "name": "张经理", "score": 90 },
            { "person": "p-unit", "score": 90 }, { "person": "p-clerk", "place": places[1], "score": 20 }] });
        let page = set.clerk.post(&format!("/api/v1/trainings/{id}/attendance"), list).await?.ok()?;
        let who = page["people"].as_array().into_iter().flatten();
        let who: Vec<_> = who.map(|one| (text(&one["name"]), text(&one["place_name"]))).collect();
        assert!(who.contains(&("张经理".to_owned(), "青峰农贸市场".to_owned())), "{who:?}");

        let coverage = set.clerk.get("/api/v1/training-coverage").await?.ok()?;
        let managers = &coverage["groups"][3];
        let told = (&managers["group"]["code"], &managers["people"], &managers["attended"], &managers["passed"]);
        assert_eq!(told, (&json!("dense_manager"), &json!(2), &json!(2), &json!(1)), "{managers}");
        assert_eq!(
            (&managers["missing"][0]["name"], &managers["missing"][0]["attended"]),
            (&json!("惠民超市"), &json!(true))
        );
        let duty = set.clerk.get("/api/v1/board/duties/C18.9d?from=2026-01-01&to=2026-12-31").await?.ok()?;
        let cases: Vec<_> = duty["occurrences"]["items"].as_array().cloned().unwrap_or_default();
        let done: u64 = cases.iter().filter_map(|one| one["done"].as_u64()).sum();
        assert_eq!((cases.len(), done), (2, 1), "{cases:?}");
        Ok(())
    })
    .await
}
