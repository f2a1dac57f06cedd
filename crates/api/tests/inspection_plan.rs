//! Stories of plans at the door: filled by frequency, uncovered places shown, approved by somebody else, tasks made once;
//! bodies going together; the next village sees nothing.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::field::add_place;
use crate::common::{Browser, V1, town};

fn path(plan: &Value, step: &str) -> String {
    format!("/api/v1/inspection-plans/{}{step}", plan["id"].as_str().unwrap_or_default())
}

/// A place that comes onto a list.
fn entry(place: &str) -> Value {
    json!({ "place": place, "from": "2026-01-05", "reason": "年度核定" })
}

/// Puts places on a list of a body; where others are entered.
async fn listed(
    clerk: &mut Browser,
    kind: &str,
    owner: &str,
    village: Option<&str>,
    places: &[&str],
) -> anyhow::Result<String> {
    let list = json!({ "kind": kind, "owner": owner, "village": village, "baseline": null });
    let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
    let enter = format!("/api/v1/place-lists/{}/entries", list["id"].as_str().unwrap_or_default());
    for place in places {
        clerk.post(&enter, entry(place)).await?.ok()?;
    }
    Ok(enter)
}

#[tokio::test]
async fn a_plan_is_filled_shown_with_its_gaps_approved_by_another_and_becomes_tasks_once()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut secretary = town.login("secretary1").await?;
        let mut next = town.login("secretary2").await?;
        let noodles = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let hotel = add_place(&mut clerk, "场镇旅馆", V1, "nine_small.hotel", &[]).await?;
        add_place(&mut clerk, "没有列管的小店", V1, "nine_small.catering", &[]).await?;
        listed(&mut clerk, "village_listed", "village-1", Some(V1), &[&noodles, &hotel]).await?;

        let input = json!({ "org": "village-1", "span": { "kind": "special", "title": "国庆节前", "from": "2026-09-22",
            "to": "2026-09-30" }, "title": "国庆节前检查" });
        assert_eq!(next.post("/api/v1/inspection-plans", input.clone()).await?.status, StatusCode::FORBIDDEN);
        // Of the bodies of the town only those that draw up plans are offered, to a village its own, and no other is taken.
        let drafts = |body: &Value| body["actions"].as_array().is_some_and(|all| all.contains(&json!("plan.draft")));
        let offered = |all: Vec<Value>| all.into_iter().filter(drafts).map(|one| one["id"].clone()).collect::<Vec<_>>();
        assert_eq!(offered(secretary.get("/api/v1/orgs").await?.items()?), ["village-1"]);
        let all = offered(clerk.get("/api/v1/orgs").await?.items()?);
        assert!(all.contains(&json!("police")) && all.contains(&json!("dept-civil")), "{all:?}");
        assert!(!all.contains(&json!("unit")) && !all.contains(&json!("committee")), "{all:?}");
        let mut firm = input.clone();
        firm["org"] = json!("unit");
        let told = clerk.post("/api/v1/inspection-plans", firm).await?;
        assert_eq!(told.body["fields"][0]["code"], "inspection_plan.org");
        let plan = secretary.post("/api/v1/inspection-plans", input).await?.ok()?;
        assert_eq!(plan["actions"], json!(["propose", "items", "submit", "void"]));
        assert_eq!(plan["uncovered_n"], 3, "nothing planned yet, and nobody left out who is on no list");
        let named: Vec<_> = plan["uncovered"].as_array().into_iter().flatten().collect();
        assert!(named.iter().all(|gap| gap["ungraded"] == true && gap["expected"] == 1), "{named:?}");
        let row = secretary.get("/api/v1/inspection-plans").await?.items()?;
        assert_eq!(row[0]["uncovered_n"], 3, "the list says the same");
        let empty = secretary.post(&path(&plan, "/submit"), json!({ "version": 1 })).await?;
        assert_eq!((empty.status, empty.code()), (StatusCode::UNPROCESSABLE_ENTITY, "inspection_plan.empty"));
        let one = json!({ "version": 1, "items": [{ "place": noodles, "from": "2026-09-22", "to": "2026-09-30", "reason": "" }] });
        let mut elsewhen = one.clone();
        let good = one["items"][0].clone();
        elsewhen["items"] = json!([good, { "place": noodles, "from": "2028-01-05", "to": "2028-01-31", "reason": "" }]);
        let told = secretary.put(&path(&plan, "/items"), elsewhen).await?;
        let field = &told.body["fields"][0];
        assert_eq!(
            (&field["field"], &field["code"]),
            (&json!("items.1"), &json!("inspection_plan.window")),
            "{}",
            told.body
        );
        let said = field["message"].as_str().unwrap_or_default();
        assert!(said.contains("2028-01-05 至 2028-01-31") && !said.contains(noodles.as_str()), "{said}");
        let partly = secretary.put(&path(&plan, "/items"), one).await?.ok()?;
        assert_eq!(partly["uncovered_n"], 2);
        let named: Vec<_> =
            partly["uncovered"].as_array().into_iter().flatten().map(|gap| gap["place"]["name"].clone()).collect();
        assert!(named.contains(&json!("场镇旅馆")) && named.contains(&json!("没有列管的小店")), "{named:?}");
        assert_eq!(partly["by_hand_n"], 1);
        let filled = secretary.post(&path(&plan, "/propose"), json!({ "version": partly["version"] })).await?.ok()?;
        assert_eq!((&filled["places_n"], &filled["uncovered_n"]), (&json!(3), &json!(0)));
        let handed = secretary.post(&path(&plan, "/submit"), json!({ "version": filled["version"] })).await?.ok()?;
        let bench = town.login("leader").await?.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["plans"][0]["uncovered_n"], 0, "as its page says: {bench}");
        let at = json!({ "version": handed["version"] });
        let own = secretary.post(&path(&plan, "/approve"), at.clone()).await?;
        assert_eq!((own.status, own.code()), (StatusCode::UNPROCESSABLE_ENTITY, "inspection_plan.same_person"));
        assert_eq!(next.get(&path(&plan, "")).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(next.post(&path(&plan, "/approve"), at.clone()).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(next.get("/api/v1/inspection-plans").await?.items()?.len(), 0);

        let mut leader = town.login("leader").await?;
        let key = Some("01a00000-0000-7000-8000-0000000000ab");
        let post = axum::http::Method::POST;
        let done = leader.ask(post.clone(), &path(&plan, "/approve"), Some(at.clone()), key).await?.ok()?;
        assert_eq!(done["state"], "approved");
        let again = leader.ask(post, &path(&plan, "/approve"), Some(at), key).await?.ok()?;
        assert_eq!(again, done, "the answer of the first time");
        let tasks = secretary.get("/api/v1/tasks").await?.items()?;
        assert_eq!(tasks.len(), 3, "one for each visit");
        assert!(tasks.iter().all(|task| task["kind"] == "special" && task["lead"]["id"] == "village-1"));
        let steps: Vec<&str> =
            done["history"].as_array().into_iter().flatten().filter_map(|one| one["label"].as_str()).collect();
        assert_eq!(steps, ["新建", "调整内容", "按频次生成", "报审"]);

        let gone = json!({ "version": done["version"], "reason": "方案变了" });
        leader.post(&path(&plan, "/void"), gone).await?.ok()?;
        let left = secretary.get("/api/v1/tasks?state=pending").await?.items()?;
        assert_eq!(left.len(), 0, "tasks nobody has begun go with their plan");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn filling_again_leaves_what_a_clerk_set_by_hand_until_all_is_asked_for_anew() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut secretary) = (town.login("clerk").await?, town.login("secretary1").await?);
        let noodles = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        add_place(&mut clerk, "场镇旅馆", V1, "nine_small.hotel", &[]).await?;
        let year =
            json!({ "org": "village-1", "span": { "kind": "year", "year": 2026 }, "title": "年度计划" });
        let plan = secretary.post("/api/v1/inspection-plans", year).await?.ok()?;
        assert_eq!(plan["uncovered_n"], 2, "without any list, and not filled yet: {plan}");
        let plan = secretary.post(&path(&plan, "/propose"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!(
            (&plan["visits_n"], &plan["by_hand_n"], &plan["uncovered_n"]),
            (&json!(2), &json!(0), &json!(0))
        );

        // The owner wants the second week of November; the other line is saved as it was.
        let mut items = plan["items"].as_array().cloned().unwrap_or_default();
        for item in &mut items {
            let place = item["place"]["id"].clone();
            if place == noodles.as_str() {
                (item["from"], item["to"]) = (json!("2026-11-09"), json!("2026-11-13"));
                item["reason"] = json!("店主约定");
            }
            item["place"] = place;
        }
        let saved = json!({ "version": plan["version"], "items": items });
        let plan = secretary.put(&path(&plan, "/items"), saved).await?.ok()?;
        let by_hand = |plan: &Value| -> Vec<Value> {
            let items = plan["items"].as_array().cloned().unwrap_or_default();
            items.into_iter().filter(|item| item["by_hand"] == true).collect()
        };
        assert_eq!((by_hand(&plan).len(), &plan["by_hand_n"]), (1, &json!(1)), "{plan}");
        add_place(&mut clerk, "新来的诊所", V1, "nine_small.clinic", &[]).await?;
        let again = json!({ "version": plan["version"] });
        let plan = secretary.post(&path(&plan, "/propose"), again).await?.ok()?;
        assert_eq!(
            (&plan["visits_n"], &plan["uncovered_n"]),
            (&json!(3), &json!(0)),
            "what was missing came"
        );
        let kept = by_hand(&plan);
        let kept: Vec<_> = kept.iter().map(|one| (&one["from"], &one["to"], &one["reason"])).collect();
        assert_eq!(kept, [(&json!("2026-11-09"), &json!("2026-11-13"), &json!("店主约定"))]);

        let anew = json!({ "version": plan["version"], "anew": true });
        let plan = secretary.post(&path(&plan, "/propose"), anew).await?.ok()?;
        assert_eq!((&plan["visits_n"], &plan["by_hand_n"]), (&json!(3), &json!(0)));
        assert!(plan["items"].as_array().into_iter().flatten().all(|item| item["reason"] != "店主约定"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_plan_made_in_september_visits_everybody_in_the_rest_of_the_year() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut secretary) = (town.login("clerk").await?, town.login("secretary1").await?);
        let mut places = Vec::new();
        for n in 0..12 {
            places.push(add_place(&mut clerk, &format!("小店{n}"), V1, "nine_small.shop", &[]).await?);
        }
        let ids: Vec<&str> = places.iter().map(String::as_str).collect();
        listed(&mut clerk, "village_listed", "village-1", Some(V1), &ids).await?;
        let draft = |span: Value| json!({ "org": "village-1", "span": span, "title": "年中起步" });
        let year = draft(json!({ "kind": "year", "year": 2026 }));
        let plan = secretary.post("/api/v1/inspection-plans", year).await?.ok()?;
        assert_eq!(plan["uncovered_n"], 12, "nothing planned yet, and nobody forgotten");
        let plan = secretary.post(&path(&plan, "/propose"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!((&plan["places_n"], &plan["uncovered_n"]), (&json!(12), &json!(0)), "{plan}");
        let items = plan["items"].as_array().cloned().unwrap_or_default();
        assert!(items.iter().all(|item| item["from"].as_str() >= Some("2026-09-21")), "none in the past");
        assert!(plan["passed_n"].as_u64().is_some(), "{}", plan["passed_n"]);

        // Month by month, too: whoever was due before and is in no plan gets one of the months to come.
        let mut seen = std::collections::BTreeSet::new();
        for month in 9..=12 {
            let span = json!({ "kind": "month", "year": 2026, "month": month });
            let plan = secretary.post("/api/v1/inspection-plans", draft(span)).await?.ok()?;
            let plan = secretary.post(&path(&plan, "/propose"), json!({ "version": 1 })).await?.ok()?;
            for item in plan["items"].as_array().into_iter().flatten() {
                seen.insert(item["place"]["id"].as_str().unwrap_or_default().to_owned());
            }
            if plan["visits_n"] == 0 {
                continue;
            }
            let plan =
                secretary.post(&path(&plan, "/submit"), json!({ "version": plan["version"] })).await?.ok()?;
            let mut leader = town.login("leader").await?;
            leader.post(&path(&plan, "/approve"), json!({ "version": plan["version"] })).await?.ok()?;
        }
        assert_eq!(seen.len(), 12, "everybody once");
        let past = draft(json!({ "kind": "month", "year": 2026, "month": 3 }));
        let past = secretary.post("/api/v1/inspection-plans", past).await?.ok()?;
        let late = past["uncovered"].as_array().map(Vec::len).unwrap_or_default();
        assert!(late > 0, "a month that is over can only be shown as not covered");
        let past = secretary.post(&path(&past, "/propose"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!((&past["visits_n"], &past["uncovered_n"]), (&json!(0), &json!(late)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_police_go_monthly_to_their_list_and_bodies_may_go_together() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut police = town.login("police").await?;
        let hotel = add_place(&mut clerk, "场镇旅馆", V1, "nine_small.hotel", &[]).await?;
        listed(&mut clerk, "police_listed", "police", None, &[&hotel]).await?;
        listed(&mut clerk, "village_listed", "village-1", Some(V1), &[&hotel]).await?;
        let input = json!({ "org": "police", "span": { "kind": "year", "year": 2026 }, "title": "派出所 2026 年计划" });
        let plan = police.post("/api/v1/inspection-plans", input).await?.ok()?;
        let plan = police.post(&path(&plan, "/propose"), json!({ "version": 1 })).await?.ok()?;
        let months: Vec<&str> =
            plan["by_month"].as_array().into_iter().flatten().filter_map(|one| one["month"].as_str()).collect();
        assert_eq!(months, ["2026-09", "2026-10", "2026-11", "2026-12"], "monthly from now on");
        let plan = police.post(&path(&plan, "/submit"), json!({ "version": plan["version"] })).await?.ok()?;
        let mut leader = town.login("leader").await?;
        leader.post(&path(&plan, "/approve"), json!({ "version": plan["version"] })).await?.ok()?;
        assert_eq!(police.get("/api/v1/tasks").await?.items()?.len(), 4);

        let mut secretary = town.login("secretary1").await?;
        let body = json!({ "place": hotel, "kind": "routine", "from": "2026-10-10", "due_on": "2026-10-20", "note": "" });
        secretary.post("/api/v1/tasks", body).await?.ok()?;
        let offers = clerk.get("/api/v1/joint-offers?year=2026&month=10").await?.items()?;
        assert_eq!((offers.len(), &offers[0]["saved"]), (1, &json!(1)), "{offers:?}");
        assert_eq!((&offers[0]["from"], &offers[0]["to"]), (&json!("2026-10-10"), &json!("2026-10-20")));
        let accept = json!({ "tasks": offers[0]["tasks"], "lead": "police" });
        let told = secretary.post("/api/v1/joint-offers/accept", accept.clone()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "a village does not dispose of the police's task");
        let joint = clerk.post("/api/v1/joint-offers/accept", accept.clone()).await?.ok()?;
        assert_eq!((&joint["kind"], &joint["joint"][0]["id"]), (&json!("joint"), &json!("village-1")));
        let twice = clerk.post("/api/v1/joint-offers/accept", accept).await?;
        assert_eq!((twice.status, twice.code()), (StatusCode::UNPROCESSABLE_ENTITY, "task.joint"));
        assert_eq!(clerk.get("/api/v1/joint-offers?year=2026&month=10").await?.items()?.len(), 0);
        // Whoever joins in finds the visit too, on the desk and on the phone.
        let sees = |all: &Value| all.as_array().into_iter().flatten().any(|one| one["id"] == joint["id"]);
        assert!(sees(&secretary.get("/api/v1/tasks").await?.ok()?["items"]));
        assert!(sees(&secretary.get("/api/v1/sync").await?.ok()?["tasks"]));
        // A newer plan takes the place of the first: the visit that went into the joint one is not owed twice.
        let input = json!({ "org": "police", "span": { "kind": "year", "year": 2026 }, "title": "派出所 2026 年计划（二）" });
        let plan = police.post("/api/v1/inspection-plans", input).await?.ok()?;
        let plan = police.post(&path(&plan, "/propose"), json!({ "version": 1 })).await?.ok()?;
        let plan = police.post(&path(&plan, "/submit"), json!({ "version": plan["version"] })).await?.ok()?;
        leader.post(&path(&plan, "/approve"), json!({ "version": plan["version"] })).await?.ok()?;
        let open = police.get("/api/v1/tasks?state=pending&limit=50").await?.items()?;
        let led: Vec<&Value> = open.iter().filter(|one| one["lead"]["id"] == "police").collect();
        assert_eq!(led.len(), 4, "three of the plan and the joint one: {led:?}");

        // A place that is voided owes no visit, and no plan takes it in.
        let draft = json!({ "org": "police", "span": { "kind": "special", "title": "冬防", "from": "2026-12-01",
            "to": "2026-12-20" }, "title": "冬防检查" });
        let draft = police.post("/api/v1/inspection-plans", draft).await?.ok()?;
        let draft = police.post(&path(&draft, "/propose"), json!({ "version": 1 })).await?.ok()?;
        let page = clerk.get(&format!("/api/v1/places/{hotel}")).await?.ok()?;
        let void = json!({ "reason": "登记错了", "version": page["version"] });
        clerk.post(&format!("/api/v1/places/{hotel}/void"), void).await?.ok()?;
        let told = police.post(&path(&draft, "/submit"), json!({ "version": draft["version"] })).await?;
        assert_eq!(
            (told.status, told.code()),
            (StatusCode::UNPROCESSABLE_ENTITY, "inspection_plan.place_void")
        );
        let left = clerk.get("/api/v1/tasks?limit=50").await?.items()?;
        assert!(!left.is_empty() && left.iter().all(|one| one["state"] == "cancelled"), "{left:?}");
        let body = json!({ "place": hotel, "kind": "routine", "from": "2026-10-10", "due_on": "2026-10-20", "note": "" });
        let told = clerk.post("/api/v1/tasks", body).await?;
        assert_eq!(told.body["fields"][0]["code"], "task.place_void", "{}", told.body);
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_comes_after_the_approval_is_shown_counted_and_made_up_for() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut secretary) = (town.login("clerk").await?, town.login("secretary1").await?);
        let mut leader = town.login("leader").await?;
        let noodles = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let enter = listed(&mut clerk, "village_listed", "village-1", Some(V1), &[&noodles]).await?;
        let year =
            json!({ "org": "village-1", "span": { "kind": "year", "year": 2026 }, "title": "年度计划" });
        let plan = secretary.post("/api/v1/inspection-plans", year).await?.ok()?;
        let plan = secretary.post(&path(&plan, "/propose"), json!({ "version": 1 })).await?.ok()?;
        let at = |plan: &Value| json!({ "version": plan["version"] });
        let plan = secretary.post(&path(&plan, "/submit"), at(&plan)).await?.ok()?;
        let plan = leader.post(&path(&plan, "/approve"), at(&plan)).await?.ok()?;
        assert_eq!((&plan["uncovered_n"], &plan["actions"]), (&json!(0), &json!(["void"])));
        let none = secretary.post(&path(&plan, "/supplement"), at(&plan)).await?;
        assert_eq!(
            (none.status, none.code()),
            (StatusCode::UNPROCESSABLE_ENTITY, "inspection_plan.nothing_missing")
        );
        let counted = async |browser: &mut Browser| -> anyhow::Result<Value> {
            let bench = browser.get("/api/v1/workbench").await?.ok()?;
            let counts = bench["counts"].as_array().cloned().unwrap_or_default();
            let found = counts.into_iter().find(|one| one["code"] == "plans_uncovered");
            Ok(found.map_or(Value::Null, |one| one["n"].clone()))
        };
        assert_eq!(counted(&mut secretary).await?, Value::Null);

        // One is registered later, and one is found worse than it was.
        let hotel = add_place(&mut clerk, "场镇旅馆", V1, "nine_small.hotel", &[]).await?;
        clerk.post(&enter, entry(&hotel)).await?.ok()?;
        let mut tx = town.app.write(&Caller::system()).await?;
        tx.copy_place_risk(&[(noodles.as_str().into(), 90, "red".to_owned())]).await?;
        let audit = Caller::system().audit("risk.reconcile", "town", "", town.app.now());
        tx.commit(audit, ()).await?;
        let plan = secretary.get(&path(&plan, "")).await?.ok()?;
        let told: Vec<_> = plan["uncovered"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (one["place"]["name"].clone(), one["expected"].clone(), one["planned"].clone()))
            .collect();
        let row = |name: &str, expected: u32, planned: u32| (json!(name), json!(expected), json!(planned));
        assert!(told.contains(&row("场镇旅馆", 1, 0)) && told.contains(&row("老街面馆", 4, 1)), "{told:?}");
        assert_eq!(counted(&mut secretary).await?, 2);
        assert_eq!(counted(&mut clerk).await?, 2);
        assert_eq!(counted(&mut town.login("staff2").await?).await?, Value::Null, "another village's");

        let more = secretary.post(&path(&plan, "/supplement"), at(&plan)).await?.ok()?;
        assert_eq!(
            (&more["state"], &more["visits_n"], &more["span"]["kind"]),
            (&json!("draft"), &json!(4), &json!("special"))
        );
        let twice = secretary.post(&path(&plan, "/supplement"), at(&plan)).await?;
        assert_eq!(twice.code(), "inspection_plan.supplement_waits");
        let more = secretary.post(&path(&more, "/submit"), at(&more)).await?.ok()?;
        leader.post(&path(&more, "/approve"), at(&more)).await?.ok()?;
        let plan = secretary.get(&path(&plan, "")).await?.ok()?;
        assert_eq!(
            (&plan["state"], &plan["uncovered_n"]),
            (&json!("approved"), &json!(0)),
            "the old plan stays"
        );
        assert_eq!(counted(&mut secretary).await?, Value::Null);
        assert_eq!(secretary.get("/api/v1/tasks").await?.items()?.len(), 5);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn plans_of_a_month_and_of_a_campaign_are_watched_after_their_approval_too() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut secretary) = (town.login("clerk").await?, town.login("secretary1").await?);
        let mut leader = town.login("leader").await?;
        let noodles = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let list = json!({ "kind": "village_listed", "owner": "village-1", "village": V1, "baseline": null });
        let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
        let enter = format!("/api/v1/place-lists/{}/entries", list["id"].as_str().unwrap_or_default());
        let entry = |place: &str, from: &str| json!({ "place": place, "from": from, "reason": "年度核定" });
        clerk.post(&enter, entry(&noodles, "2026-01-05")).await?.ok()?;
        let at = |plan: &Value| json!({ "version": plan["version"] });
        let mut approved = Vec::new();
        for span in [
            json!({ "kind": "month", "year": 2026, "month": 9 }),
            json!({ "kind": "special", "title": "国庆节前", "from": "2026-09-23", "to": "2026-09-30" }),
        ] {
            let draft = json!({ "org": "village-1", "span": span, "title": "计划" });
            let plan = secretary.post("/api/v1/inspection-plans", draft).await?.ok()?;
            let visit = json!({ "place": noodles, "from": "2026-09-23", "to": "2026-09-30", "reason": "" });
            let items = json!({ "version": 1, "items": [visit] });
            let plan = secretary.put(&path(&plan, "/items"), items).await?.ok()?;
            let plan = secretary.post(&path(&plan, "/submit"), at(&plan)).await?.ok()?;
            let plan = leader.post(&path(&plan, "/approve"), at(&plan)).await?.ok()?;
            assert_eq!(plan["uncovered_n"], 0, "{plan}");
            approved.push(plan);
        }

        // The next day a hotel is registered and graded red: the month owes it a visit, and so does the campaign.
        town.clock.advance_days(1);
        let (mut clerk, mut secretary) = (town.login("clerk").await?, town.login("secretary1").await?);
        let mut leader = town.login("leader").await?;
        let hotel = add_place(&mut clerk, "场镇旅馆", V1, "nine_small.hotel", &[]).await?;
        clerk.post(&enter, entry(&hotel, "2026-09-22")).await?.ok()?;
        let mut tx = town.app.write(&Caller::system()).await?;
        tx.copy_place_risk(&[(hotel.as_str().into(), 90, "red".to_owned())]).await?;
        tx.commit(Caller::system().audit("risk.reconcile", "town", "", town.app.now()), ()).await?;
        let bench = secretary.get("/api/v1/workbench").await?.ok()?;
        let counts = bench["counts"].as_array().cloned().unwrap_or_default();
        let n = counts.iter().find(|one| one["code"] == "plans_uncovered").map(|one| one["n"].clone());
        assert_eq!(n, Some(json!(1)), "one place, whatever the number of plans that leave it out");
        for (plan, from) in approved.iter().zip(["2026-09-22", "2026-09-23"]) {
            let plan = secretary.get(&path(plan, "")).await?.ok()?;
            let gap = &plan["uncovered"][0];
            assert_eq!(
                (&plan["uncovered_n"], &gap["place"]["name"], &gap["missing"]),
                (&json!(1), &json!("场镇旅馆"), &json!(1)),
                "{plan}"
            );
            let more = secretary.post(&path(&plan, "/supplement"), at(&plan)).await?.ok()?;
            let item = &more["items"][0];
            assert_eq!((&item["from"], &item["to"]), (&json!(from), &json!("2026-09-30")), "within its time");
            let more = secretary.post(&path(&more, "/submit"), at(&more)).await?.ok()?;
            leader.post(&path(&more, "/approve"), at(&more)).await?.ok()?;
            assert_eq!(secretary.get(&path(&plan, "")).await?.ok()?["uncovered_n"], 0);
        }

        // Nobody is asked about what is over.
        town.clock.advance_days(9);
        let mut secretary = town.login("secretary1").await?;
        let shop = add_place(&mut town.login("clerk").await?, "新开小店", V1, "nine_small.shop", &[]).await?;
        town.login("clerk").await?.post(&enter, entry(&shop, "2026-10-01")).await?.ok()?;
        for plan in &approved {
            assert_eq!(secretary.get(&path(plan, "")).await?.ok()?["uncovered_n"], 0);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_approves_a_second_plan_of_the_same_time_sees_what_it_puts_an_end_to() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut secretary) = (town.login("clerk").await?, town.login("secretary1").await?);
        let mut leader = town.login("leader").await?;
        let noodles = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        listed(&mut clerk, "village_listed", "village-1", Some(V1), &[&noodles]).await?;
        let at = |plan: &Value| json!({ "version": plan["version"] });
        let mut plans = Vec::new();
        for title in ["年度计划", "年度计划（重编）"] {
            let year =
                json!({ "org": "village-1", "span": { "kind": "year", "year": 2027 }, "title": title });
            let plan = secretary.post("/api/v1/inspection-plans", year).await?.ok()?;
            let plan = secretary.post(&path(&plan, "/propose"), at(&plan)).await?.ok()?;
            let plan = secretary.post(&path(&plan, "/submit"), at(&plan)).await?.ok()?;
            let seen = leader.get(&path(&plan, "")).await?.ok()?;
            let replaced = (seen["replaces"]["plan"]["name"].clone(), seen["replaces"]["tasks_n"].clone());
            match plans.is_empty() {
                true => assert_eq!(seen["replaces"], Value::Null),
                false => assert_eq!(replaced, (json!("年度计划"), json!(1))),
            }
            plans.push(leader.post(&path(&plan, "/approve"), at(&plan)).await?.ok()?);
        }
        // Somebody took a visit of the second on: a third plan gives it to nobody anew.
        let tasks = secretary
            .get(&format!("/api/v1/tasks?plan={}", plans[1]["id"].as_str().unwrap_or_default()))
            .await?
            .items()?;
        let code = tasks[0]["code"].as_str().unwrap_or_default();
        assert!(code.starts_with("RW-2027-"), "approved in 2026, of 2027: {code}");
        let give =
            json!({ "tasks": [{ "id": tasks[0]["id"], "version": tasks[0]["version"] }], "to": "p-staff1" });
        let given = secretary.post("/api/v1/tasks/assign", give).await?.items()?;
        let accept = format!("/api/v1/tasks/{}/accept", given[0]["id"].as_str().unwrap_or_default());
        let mut staff = town.login("staff1").await?;
        staff.post(&accept, json!({ "version": given[0]["version"] })).await?.ok()?;
        let year = json!({ "org": "village-1", "span": { "kind": "year", "year": 2027 }, "title": "再编" });
        let third = secretary.post("/api/v1/inspection-plans", year).await?.ok()?;
        let third = secretary.post(&path(&third, "/propose"), at(&third)).await?.ok()?;
        let third = secretary.post(&path(&third, "/submit"), at(&third)).await?.ok()?;
        let seen = leader.get(&path(&third, "")).await?.ok()?["replaces"].clone();
        assert_eq!((&seen["tasks_n"], &seen["kept_n"]), (&json!(0), &json!(1)));
        leader.post(&path(&third, "/approve"), at(&third)).await?.ok()?;
        let made = secretary
            .get(&format!("/api/v1/tasks?plan={}", third["id"].as_str().unwrap_or_default()))
            .await?
            .items()?;
        assert_eq!(made.len(), 0, "{made:?}");
        let old = leader.get(&path(&plans[0], "")).await?.ok()?;
        assert_eq!(
            (&old["state"], &old["replaced_by"]["plan"]["id"]),
            (&json!("superseded"), &plans[1]["id"])
        );
        assert_eq!(old["replaced_by"]["on"], "2026-09-21");
        Ok(())
    })
    .await
}
