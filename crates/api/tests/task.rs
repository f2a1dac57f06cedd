//! Stories of tasks at the door: given, taken on, found impossible twice, reviewed by somebody else; what a phone takes
//! along; the next village sees nothing.

use app::Caller;
use axum::http::StatusCode;
use domain::org::{Assignment, Org, OrgKind, Person, Post, Relation, Role};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::field::{Visit, add_place};
use crate::common::{TOWN, V1, day, roster, set_number, town, town_of};

fn path(task: &Value, step: &str) -> String {
    format!("/api/v1/tasks/{}{step}", task["id"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_task_is_given_done_sent_back_and_reviewed_by_somebody_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
        set_number(&town, "task.review_percent", 100.0).await?;
        let mut clerk = town.login("clerk").await?;
        let mut secretary = town.login("secretary1").await?;
        let mut staff = town.login("staff1").await?;
        let mut next = town.login("staff2").await?;
        let place = add_place(&mut secretary, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let body = json!({ "place": place, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-23", "note": "" });
        let task = secretary.post("/api/v1/tasks", body.clone()).await?.ok()?;
        assert_eq!((&task["state"], &task["due_soon"]), (&json!("pending"), &json!(true)));
        assert!(task["code"].as_str().is_some_and(|code| code.starts_with("RW-2026-")), "{}", task["code"]);
        assert_eq!(next.post("/api/v1/tasks", body).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(next.get(&path(&task, "")).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(next.get("/api/v1/tasks").await?.items()?.len(), 0);

        // Somebody of the next village would have it on his phone and could neither accept it nor hand in what he saw.
        let astray = json!({ "tasks": [{ "id": task["id"], "version": 0 }], "to": "p-staff2" });
        let told = secretary.post("/api/v1/tasks/assign", astray).await?;
        assert_eq!((told.status.as_u16(), &told.body["fields"][0]["code"]), (422, &json!("task.out_of_reach")));
        // Nor is he offered, nor the keeper of the machine; whoever is offered may be given it.
        let of_task = format!("tasks={}", task["id"].as_str().unwrap_or_default());
        for asked in [of_task, format!("place={place}")] {
            let page = clerk.get(&format!("/api/v1/people?limit=200&{asked}")).await?.ok()?;
            let all = page["items"].as_array().cloned().unwrap_or_default();
            let offers = |id: &str| all.iter().any(|one| one["id"] == id);
            assert!(offers("p-staff1") && !offers("p-staff2") && !offers("p-admin"), "{asked}: {page}");
            assert_eq!((&page["total"], &page["next"]), (&json!(all.len()), &Value::Null));
        }
        let give = json!({ "tasks": [{ "id": task["id"], "version": 0 }], "to": "p-staff1" });
        let given = secretary.post("/api/v1/tasks/assign", give.clone()).await?.items()?;
        assert_eq!((&given[0]["state"], &given[0]["assignee"]["id"]), (&json!("assigned"), &json!("p-staff1")));
        let stale = secretary.post("/api/v1/tasks/assign", give).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(stale.body["current"]["state"], "assigned");
        let mine = staff.get("/api/v1/tasks?assignee=me").await?.items()?;
        assert_eq!(mine[0]["actions"], json!(["accept", "inspect", "assign", "cancel"]));
        let accepted = staff.post(&path(&task, "/accept"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!(accepted["state"], "accepted");

        let early = json!({ "place": place, "kind": "routine", "from": "2026-09-22", "due_on": "2026-09-30",
            "assignee": "p-staff1", "note": "" });
        let early = secretary.post("/api/v1/tasks", early).await?.ok()?;
        let sync = staff.get("/api/v1/sync").await?.ok()?;
        let ids: Vec<&Value> = sync["tasks"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
        assert_eq!(ids.len(), 2, "what begins tomorrow is there when there is no signal then");
        assert!(ids.contains(&&task["id"]) && ids.contains(&&early["id"]));
        assert_eq!(sync["places"][0]["id"], json!(place));
        assert!(sync["sheets"][&place]["items"].as_array().is_some_and(|items| items.len() > 10));
        assert_eq!(sync["quick"]["items"].as_array().map(Vec::len), Some(8));
        assert!(sync["people"].as_array().is_some_and(|p| p.iter().any(|one| one["id"] == "p-secretary1")));
        let office = town.login("clerk").await?.get("/api/v1/sync").await?.ok()?;
        let beside: Vec<_> = office["people"].as_array().into_iter().flatten().map(|one| &one["name"]).collect();
        assert_eq!(beside, ["韩执法", "沈执法", "吴站长"], "by the sound of their names, not by ids");
        let foreign = next.get("/api/v1/sync").await?.ok()?;
        assert_eq!((&foreign["tasks"], &foreign["places"]), (&json!([]), &json!([])));

        let visit = Visit::of(1, &place, "staff1", &sync["sheets"][&place]).task(&task["id"]);
        staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        let told = staff.post(&path(&task, "/review"), json!({ "version": 3 })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        // Who gave the task does not review what came of it.
        let told = secretary.post(&path(&task, "/review"), json!({ "version": 3 })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "task.own_plan"));
        assert_eq!(secretary.get(&path(&task, "")).await?.ok()?["actions"], json!([]));
        let waiting = clerk.get("/api/v1/workbench").await?.ok()?["reviews"].clone();
        assert_eq!((&waiting[0]["id"], &waiting[0]["actions"]), (&task["id"], &json!(["review", "send_back"])));
        let back = json!({ "version": 3, "reason": "照片看不清" });
        let back = clerk.post(&path(&task, "/send-back"), back).await?.ok()?;
        assert_eq!(back["state"], "accepted");
        let visit = Visit::of(2, &place, "staff1", &sync["sheets"][&place]).task(&task["id"]);
        staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        let done = clerk.post(&path(&task, "/review"), json!({ "version": 5 })).await?.ok()?;
        assert_eq!((&done["state"], &done["actions"]), (&json!("done"), &json!([])));
        let later = staff.get("/api/v1/sync").await?.ok()?;
        let left: Vec<&Value> = later["tasks"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
        assert_eq!(left, [&early["id"]], "what is done is not his any more");
        // A visit before its time is none of it; it may be taken on all the same.
        let visit = Visit::of(3, &place, "staff1", &sync["sheets"][&place]).task(&early["id"]);
        staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        assert_eq!(staff.get(&path(&early, "")).await?.ok()?["state"], "assigned", "the record stands, the task waits");
        let accepted = staff.post(&path(&early, "/accept"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!(accepted["state"], "accepted");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_record_that_is_not_drawn_is_done_at_once_and_lists_take_several_stages() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
        set_number(&town, "task.review_percent", 0.0).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let body = json!({ "place": place, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-23",
            "assignee": "p-staff1", "note": "" });
        let task = clerk.post("/api/v1/tasks", body.clone()).await?.ok()?;
        clerk.post("/api/v1/tasks", body).await?.ok()?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet?kind=quick")).await?.ok()?;
        let visit = Visit::of(1, &place, "staff1", &sheet).task(&task["id"]);
        staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        let done = staff.get(&path(&task, "")).await?.ok()?;
        assert_eq!((&done["state"], &done["events"][2]["detail"]), (&json!("done"), &json!("未抽中，免审")));
        for (asked, n) in [("done", 1), ("assigned,done", 2), ("assigned", 1), ("pending,accepted", 0)] {
            let list = clerk.get(&format!("/api/v1/tasks?state={asked}")).await?.ok()?;
            assert_eq!(
                (&list["total"], list["items"].as_array().map(Vec::len)),
                (&json!(n), Some(n)),
                "{asked}"
            );
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_task_nobody_takes_on_is_brought_to_mind_and_then_to_those_who_gave_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut secretary, mut staff) = (town.login("secretary1").await?, town.login("staff1").await?);
        let place = add_place(&mut secretary, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let body = json!({ "place": place, "kind": "routine", "from": "2026-09-01", "due_on": "2026-10-30",
            "assignee": "p-staff1", "note": "" });
        secretary.post("/api/v1/tasks", body).await?.ok()?;
        let n = |bench: &Value, list: &str| bench[list].as_array().map(Vec::len);
        // Given on Monday 21 September; the 25th is a day off, the 20th was worked.
        for (days, reminded, escalated) in [(2, 0, 0), (1, 1, 0), (4, 1, 0), (1, 1, 1)] {
            town.clock.advance_days(days);
            let (mut clerk, mut secretary, mut grid) =
                (town.login("clerk").await?, town.login("secretary1").await?, town.login("grid1").await?);
            staff = town.login("staff1").await?;
            let bench = staff.get("/api/v1/workbench").await?.ok()?;
            assert_eq!(n(&bench, "unaccepted"), Some(reminded), "{days}: {}", bench["unaccepted"]);
            for who in [&mut clerk, &mut secretary] {
                let bench = who.get("/api/v1/workbench").await?.ok()?;
                assert_eq!((n(&bench, "unaccepted"), n(&bench, "escalated")), (Some(0), Some(escalated)));
                let list = who.get("/api/v1/tasks?unaccepted=escalate").await?.ok()?;
                assert_eq!(list["total"], escalated);
            }
            let bench = grid.get("/api/v1/workbench").await?.ok()?;
            assert_eq!((n(&bench, "unaccepted"), n(&bench, "escalated")), (Some(0), Some(0)), "nobody else");
        }
        let mine = staff.get("/api/v1/tasks?assignee=me&unaccepted=remind").await?.items()?;
        assert!(mine[0]["unaccepted_days"].as_u64() > Some(4), "{}", mine[0]["unaccepted_days"]);
        let told = staff.get("/api/v1/tasks?unaccepted=soon").await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        staff.post(&path(&mine[0], "/accept"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!(n(&staff.get("/api/v1/workbench").await?.ok()?, "unaccepted"), Some(0), "taken on");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_vain_visits_refer_a_task_and_a_cancelled_one_loses_no_record() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
        let mut secretary = town.login("secretary1").await?;
        let mut staff = town.login("staff1").await?;
        let place = add_place(&mut secretary, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let body = json!({ "place": place, "kind": "special", "from": "2026-09-01", "due_on": "2026-09-10",
            "assignee": "p-staff1", "note": "" });
        let task = secretary.post("/api/v1/tasks", body.clone()).await?.ok()?;
        assert_eq!((&task["overdue"], &task["days_over"]), (&json!(true), &json!(11)));
        staff.post(&path(&task, "/accept"), json!({ "version": 1 })).await?.ok()?;
        let locked = json!({ "version": 2, "reason": "locked", "note": "卷帘门关着" });
        let unable = staff.post(&path(&task, "/unable"), locked).await?.ok()?;
        assert_eq!((&unable["state"], &unable["vain_visits"]), (&json!("unable"), &json!(1)));
        let give = json!({ "tasks": [{ "id": task["id"], "version": 3 }], "to": "p-staff1" });
        secretary.post("/api/v1/tasks/assign", give).await?.ok()?;
        staff.post(&path(&task, "/accept"), json!({ "version": 4 })).await?.ok()?;
        let locked = json!({ "version": 5, "reason": "refused", "note": "" });
        let referred = staff.post(&path(&task, "/unable"), locked).await?.ok()?;
        assert_eq!(referred["state"], "referred");
        let mut clerk = town.login("clerk").await?;
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["referred"][0]["id"], task["id"], "the office arranges joint action");
        assert!(
            bench["counts"].as_array().is_some_and(|all| all.iter().any(|one| one["code"] == "referred"))
        );
        let bench = secretary.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["referred"], json!([]), "not the village's to arrange");
        let give = json!({ "tasks": [{ "id": task["id"], "version": 6 }], "to": "p-officer" });
        assert_eq!(clerk.post("/api/v1/tasks/assign", give).await?.items()?[0]["state"], "assigned");

        let second = secretary.post("/api/v1/tasks", body).await?.ok()?;
        let cancel = json!({ "version": 1, "reason": "重复" });
        secretary.post(&path(&second, "/cancel"), cancel).await?.ok()?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet?kind=quick")).await?.ok()?;
        let visit = Visit::of(1, &place, "staff1", &sheet).task(&second["id"]);
        let told = staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        let flags: Vec<&str> =
            told["flags"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()).collect();
        assert!(flags.contains(&"inspection.task_not_moved"), "{flags:?}");
        assert_eq!(staff.get("/api/v1/inspections").await?.items()?.len(), 1);
        Ok(())
    })
    .await
}

/// The people of every story, and somebody of a department of the district.
fn with_district() -> app::org::Roster {
    let mut people = roster();
    people.orgs.push(Org {
        id: "district-housing".into(),
        kind: OrgKind::Dept,
        name: "区住房城乡建设委".to_owned(),
        short_name: "区住建委".to_owned(),
        aliases: Vec::new(),
        relation: Relation::District,
        label: String::new(),
        territory: TOWN.into(),
        active: true,
    });
    people.persons.push(Person {
        id: "p-district".into(),
        name: "孔区级".to_owned(),
        phone: String::new(),
        office_phone: String::new(),
        active: true,
    });
    people.posts.push(Post {
        id: "post-district".into(),
        role: Role::DistrictDept,
        org: "district-housing".into(),
        territory: TOWN.into(),
        name: "区住建委联络人".to_owned(),
        min_n: 1,
        max_n: None,
        active: true,
    });
    people.assignments.push(Assignment {
        away: Vec::new(),
        id: "a-district".into(),
        person: "p-district".into(),
        post: "post-district".into(),
        role: Role::DistrictDept,
        org: "district-housing".into(),
        territory: TOWN.into(),
        path: TOWN.to_owned(),
        place: None,
        acting: false,
        from: day("2025-01-01"),
        to: None,
        basis: "文件".to_owned(),
    });
    people.logins.push(("district".to_owned(), "p-district".into()));
    people
}

#[tokio::test]
async fn a_department_of_the_district_reads_and_gives_the_town_a_task_and_nothing_else() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = town_of(&fresh, with_district()).await?;
        let (mut district, mut secretary) = (town.login("district").await?, town.login("secretary1").await?);
        let place = add_place(&mut secretary, "老街面馆", V1, "nine_small.catering", &[]).await?;
        assert_eq!(district.get("/api/v1/places").await?.items()?.len(), 1);
        let body = json!({ "place": place, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-30", "note": "" });
        let own = secretary.post("/api/v1/tasks", body.clone()).await?.ok()?;
        let task = district.post("/api/v1/tasks", body).await?.ok()?;
        let give = |task: &Value| json!({ "tasks": [{ "id": task["id"], "version": 0 }], "to": "p-staff1" });
        let given = district.post("/api/v1/tasks/assign", give(&task)).await?.items()?;
        assert_eq!(given[0]["assignee"]["id"], "p-staff1");
        let mut staff = town.login("staff1").await?;
        let accepted = staff.post(&path(&task, "/accept"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!(accepted["state"], "accepted");
        // What the town gave itself is the town's.
        assert_eq!(district.post("/api/v1/tasks/assign", give(&own)).await?.status, StatusCode::FORBIDDEN);
        let gone = json!({ "reason": "不用了", "version": 0 });
        assert_eq!(district.post(&path(&own, "/cancel"), gone).await?.status, StatusCode::FORBIDDEN);
        let change = json!({ "name": "改名", "version": 1 });
        let told = district.put(&format!("/api/v1/places/{place}"), change).await?;
        assert!([StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY].contains(&told.status));
        assert_eq!(district.get("/api/v1/cases").await?.status, StatusCode::FORBIDDEN, "no files of cases");
        Ok(())
    })
    .await
}
