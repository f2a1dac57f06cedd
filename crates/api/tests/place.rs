//! Stories at the door about the register: adding, stale edits, who sees what, lists side by side, errors of coverage,
//! risk that explains itself, phones shown for a reason.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, TOWN, Town, V1, V1_GRID, V2, town, urlencoded};

fn restaurant(name: &str, village: &str) -> Value {
    json!({
        "name": name, "category": "nine_small.catering", "tags": ["gas_bottle"], "village": village,
        "address": "老街 3 号", "registration": { "kind": "unlicensed" }, "heads": { "lodging": 2, "working": 12 },
        "responsible": { "name": "杨老板", "phone": "13800006789" }, "opening": "open",
    })
}

async fn add(browser: &mut Browser, place: Value) -> anyhow::Result<Value> {
    browser.post("/api/v1/places", place).await?.ok()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| text(item, "/name")).collect()
}

#[tokio::test]
async fn a_place_is_registered_changed_and_a_stale_edit_is_shown_what_stands() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let key = "01a00000-0000-7000-8000-000000000011";
        let asked = Some(restaurant("老街饭店", V1));
        let first = clerk.ask(Method::POST, "/api/v1/places", asked.clone(), Some(key)).await?.ok()?;
        assert_eq!(text(&first, "/code"), "CS-000001");
        assert_eq!(text(&first, "/phone_masked"), "138****6789");
        assert_eq!(text(&first, "/village/name"), "场镇社区");
        let again = clerk.ask(Method::POST, "/api/v1/places", asked, Some(key)).await?.ok()?;
        assert_eq!(again, first, "the same operation is carried out once");
        let second = add(&mut clerk, restaurant("老街面馆", V1)).await?;
        assert_eq!(text(&second, "/code"), "CS-000002");

        let path = format!("/api/v1/places/{}", text(&first, "/id"));
        let mut change = restaurant("老街大饭店", V1);
        change["version"] = json!(1);
        change["grid"] = json!(V1_GRID);
        change["responsible"] = json!({ "name": "杨老板" });
        let changed = clerk.put(&path, change.clone()).await?.ok()?;
        assert_eq!((changed["version"].as_i64(), text(&changed, "/name")), (Some(2), "老街大饭店"));
        assert_eq!(text(&changed, "/phone_masked"), "138****6789", "a phone shown masked is not lost");
        change["name"] = json!("另一个名字");
        let stale = clerk.put(&path, change).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(stale.body["current"], changed, "in the same view");

        let taken = json!({ "code": "CS-000002" });
        let mut twin = restaurant("第三家", V1);
        twin["code"] = taken["code"].clone();
        let told = clerk.post("/api/v1/places", twin).await?;
        assert_eq!(
            (told.status, text(&told.body, "/fields/0/code")),
            (StatusCode::UNPROCESSABLE_ENTITY, "place.code_taken")
        );
        let mut wrong = restaurant(" ", "500118100999");
        wrong["responsible"] = json!({ "name": "", "phone": "123" });
        wrong["category"] = json!("no_such");
        wrong["registration"] = json!({ "kind": "uscc", "uscc": "123456789012345678" });
        wrong["location"] = json!({ "lon": 29.3, "lat": 105.9 });
        let told = clerk.post("/api/v1/places", wrong).await?;
        let fields: Vec<&str> =
            told.body["fields"].as_array().into_iter().flatten().map(|f| text(f, "/field")).collect();
        for field in ["name", "village", "responsible", "category", "uscc", "location"] {
            assert!(fields.contains(&field), "{field} in {fields:?}");
        }

        let verified =
            clerk.post(&format!("{path}/verify"), json!({ "on": "2026-09-20", "version": 2 })).await?.ok()?;
        assert_eq!(text(&verified, "/verified_on"), "2026-09-20");
        let future =
            clerk.post(&format!("{path}/verify"), json!({ "on": "2026-09-22", "version": 3 })).await?;
        assert_eq!(text(&future.body, "/fields/0/code"), "place.verified_on");
        let mute = clerk.post(&format!("{path}/void"), json!({ "reason": " ", "version": 3 })).await?;
        assert_eq!(text(&mute.body, "/fields/0/code"), "reason.missing");
        let gone =
            clerk.post(&format!("{path}/void"), json!({ "reason": "重复登记", "version": 3 })).await?.ok()?;
        assert_eq!((gone["voided"].as_bool(), text(&gone, "/void/reason")), (Some(true), "重复登记"));
        assert_eq!(gone["actions"], json!([]));
        assert_eq!(names(&clerk.get("/api/v1/places").await?.items()?), ["老街面馆"]);
        assert_eq!(clerk.get("/api/v1/places?with_void=true").await?.items()?.len(), 2);
        let audit = town.app.db.read(&TOWN.into()).await?.verify().await?;
        assert_eq!(audit.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn each_sees_the_places_of_his_hat_and_finds_them_the_way_people_know_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut own = restaurant("永兴副食店", V1);
        own["sector"] = json!("dept-civil");
        let one = add(&mut clerk, own).await?;
        let mut two = restaurant("凌阁茶馆", V2);
        two["registration"] = json!({ "kind": "uscc", "uscc": "91110105771583283D" });
        let two = add(&mut clerk, two).await?;
        for (login, seen) in [
            ("secretary1", vec!["永兴副食店"]),
            ("secretary2", vec!["凌阁茶馆"]),
            ("grid1", vec![]),
            ("dept", vec!["永兴副食店"]),
            ("police", vec!["凌阁茶馆", "永兴副食店"]),
            ("auditor", vec!["凌阁茶馆", "永兴副食店"]),
        ] {
            let mut browser = town.login(login).await?;
            assert_eq!(names(&browser.get("/api/v1/places").await?.items()?), seen, "{login}");
            let status = browser.get(&format!("/api/v1/places/{}", text(&two, "/id"))).await?.status;
            let wanted = if seen.contains(&"凌阁茶馆") { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(status, wanted, "{login}");
        }
        let mut admin = town.login("admin").await?;
        let told = admin.get("/api/v1/places").await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));

        for (q, found) in [
            ("yx", 1),
            ("6789", 2),
            ("茶馆", 1),
            ("cs-000001", 1),
            ("xyz", 0),
            ("91110105771583283D", 1),
            ("91110105771583283d", 1),
            ("911101", 1),
            ("91110", 0),
            ("771583283", 0),
        ] {
            let items = clerk.get(&format!("/api/v1/places?q={}", urlencoded(q))).await?.items()?;
            assert_eq!(items.len(), found, "{q}");
            let found_by_search = clerk.get(&format!("/api/v1/search?q={}", urlencoded(q))).await?.ok()?;
            assert_eq!(found_by_search["places"].as_array().map(Vec::len), Some(found), "{q}");
        }
        for (filter, found) in [
            (format!("village={V2}"), 1),
            (format!("path={TOWN}/{V1}"), 1),
            ("category=nine_small".to_owned(), 2),
            ("tag=gas_bottle".to_owned(), 2),
            ("sector=".to_owned(), 1),
            ("opening=suspended".to_owned(), 0),
            ("list=police_listed".to_owned(), 0),
        ] {
            assert_eq!(
                clerk.get(&format!("/api/v1/places?{filter}")).await?.items()?.len(),
                found,
                "{filter}"
            );
        }
        assert_eq!(clerk.get("/api/v1/places?opening=shut").await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = clerk.get("/api/v1/places?limit=1").await?.ok()?;
        assert_eq!(page["total"], 2);
        let next = format!("/api/v1/places?limit=1&after={}", text(&page, "/next"));
        let page = clerk.get(&next).await?.ok()?;
        assert_eq!(
            (names(page["items"].as_array().expect("items")), &page["next"]),
            (vec!["永兴副食店"], &Value::Null)
        );

        let mut secretary = town.login("secretary1").await?;
        let there = secretary.post("/api/v1/places", restaurant("越界", V2)).await?;
        assert_eq!((there.status, there.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        let mut moved = restaurant("永兴副食店", V2);
        moved["version"] = json!(1);
        let told = secretary.put(&format!("/api/v1/places/{}", text(&one, "/id")), moved).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "nobody moves a place out of his own reach");
        Ok(())
    })
    .await
}

async fn list(
    browser: &mut Browser,
    kind: &str,
    owner: &str,
    village: Option<&str>,
    count: u32,
) -> anyhow::Result<String> {
    let baseline = json!({ "count": count, "on": "2023-02-20", "source": "通知附表" });
    let asked = json!({ "kind": kind, "owner": owner, "village": village, "baseline": baseline });
    Ok(text(&browser.post("/api/v1/place-lists", asked).await?.ok()?, "/id").to_owned())
}

async fn two_lists(town: &Town) -> anyhow::Result<(Browser, String, String, Vec<Value>)> {
    let mut clerk = town.login("clerk").await?;
    let villages = list(&mut clerk, "village_listed", "village-1", Some(V1), 70).await?;
    let police = list(&mut clerk, "police_listed", "police", None, 16).await?;
    let mut places = Vec::new();
    for name in ["甲店", "乙店", "丙店"] {
        places.push(add(&mut clerk, restaurant(name, V1)).await?);
    }
    for (list, which) in [(&villages, 0), (&villages, 1), (&police, 1)] {
        let entry =
            json!({ "place": text(&places[which], "/id"), "from": "2026-01-01", "reason": "摸底列入" });
        clerk.post(&format!("/api/v1/place-lists/{list}/entries"), entry).await?.ok()?;
    }
    Ok((clerk, villages, police, places))
}

#[tokio::test]
async fn a_list_nobody_counted_is_in_no_difference_and_a_count_has_a_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, ..) = two_lists(&town).await?;
        let asked = |baseline: Value| {
            json!({ "kind": "village_listed", "owner": "village-2", "village": V2, "baseline": baseline })
        };
        for (baseline, field, code) in [
            (json!({ "count": 18 }), "on", "place_list.baseline_day_missing"),
            (json!({ "count": 18, "on": null, "source": "" }), "on", "place_list.baseline_day_missing"),
            (json!({ "on": "2023-02-20" }), "count", "place_list.baseline_count"),
        ] {
            let told = clerk.post("/api/v1/place-lists", asked(baseline)).await?;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", told.body);
            let wrong = &told.body["fields"][0];
            assert_eq!((&wrong["field"], &wrong["code"]), (&json!(field), &json!(code)), "{}", told.body);
        }
        let uncounted = clerk.post("/api/v1/place-lists", asked(Value::Null)).await?.ok()?;
        let place = add(&mut clerk, restaurant("丁店", V2)).await?;
        let entry = json!({ "place": text(&place, "/id"), "from": "2026-01-01", "reason": "摸底列入" });
        let path = format!("/api/v1/place-lists/{}/entries", text(&uncounted, "/id"));
        clerk.post(&path, entry).await?.ok()?;
        let told = clerk.get("/api/v1/place-lists").await?.ok()?;
        let own = &told["summary"]["village_listed"];
        assert_eq!((&own["count"], &own["baseline"]), (&json!(3), &json!(70)), "{own}");
        assert_eq!(own["difference"], -68, "what nobody counted is no growth: {own}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_police_16_and_the_villages_220_stand_side_by_side_and_are_never_added() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, villages, _, places) = two_lists(&town).await?;
        let told = clerk.get("/api/v1/place-lists").await?.ok()?;
        let summary = &told["summary"];
        assert_eq!(
            (&summary["village_listed"]["count"], &summary["village_listed"]["baseline"]),
            (&json!(2), &json!(70))
        );
        assert_eq!(
            (&summary["police_listed"]["count"], &summary["police_listed"]["baseline"]),
            (&json!(1), &json!(16))
        );
        assert_eq!(
            (&summary["village_listed"]["difference"], &summary["police_listed"]["difference"]),
            (&json!(-68), &json!(-15))
        );
        assert_eq!(summary["overlap"], 1);
        assert!(text(summary, "/never_added_note").contains("不相加"));
        assert!(!summary.to_string().contains("\"total\""));
        let by_village = summary["village_listed"]["by_village"].as_array().expect("villages");
        assert_eq!(by_village.len(), 2, "a village without a list is shown with 0 and no baseline");
        let own = told["items"].as_array().into_iter().flatten().find(|l| l["id"] == villages).cloned();
        let own = own.expect("the village's list");
        assert_eq!(own["drift"], json!({ "entered": 2, "left": 0, "net": -68 }));

        // The document was read wrongly: the number is corrected with a reason, and what stood there is on record.
        let baseline = format!("/api/v1/place-lists/{villages}/baseline");
        let mut right =
            json!({ "count": 71, "on": "2023-02-20", "source": "〔2023〕16号", "reason": " ", "version": 1 });
        assert_eq!(clerk.put(&baseline, right.clone()).await?.body["fields"][0]["field"], "reason");
        right["reason"] = json!("原文为71家，录入有误");
        let mut early = right.clone();
        early["on"] = json!("2030-01-01");
        let told = clerk.put(&baseline, early).await?;
        assert_eq!(told.body["fields"][0]["code"], "place_list.baseline_day");
        let corrected = clerk.put(&baseline, right.clone()).await?.ok()?;
        assert_eq!((&corrected["baseline"]["count"], &corrected["drift"]["net"]), (&json!(71), &json!(-69)));
        let stale = clerk.put(&baseline, right).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(stale.body["current"], corrected, "as it stands");
        let told =
            town.login("head").await?.get("/api/v1/audit?action=place_list.baseline").await?.items()?;
        assert_eq!(told.len(), 1);
        let detail = told[0].to_string();
        assert!(detail.contains("录入有误"), "{detail}");

        let path = format!("/api/v1/place-lists/{villages}/entries");
        let again = json!({ "place": text(&places[0], "/id"), "from": "2026-02-01", "reason": "再列" });
        assert_eq!(clerk.post(&path, again).await?.code(), "place_list.already_listed");
        let entry = clerk.get(&format!("{path}?on=2026-09-21")).await?.items()?;
        assert_eq!(entry.len(), 2);
        let end = format!("{path}/{}/end", text(&entry[0], "/id"));
        let why = json!({ "on": "2026-06-01", "reason": "已停业", "version": 1 });
        let ended = clerk.post(&end, why.clone()).await?.ok()?;
        assert_eq!((text(&ended, "/to"), text(&ended, "/reason_out")), ("2026-06-01", "已停业"));
        let stale = clerk.post(&end, why).await?;
        assert_eq!(
            (stale.status, text(&stale.body, "/current/reason_out")),
            (StatusCode::CONFLICT, "已停业")
        );
        assert_eq!(clerk.get(&format!("{path}?on=2026-05-31")).await?.items()?.len(), 2);
        assert_eq!(clerk.get(&format!("{path}?on=2026-06-01")).await?.items()?.len(), 1);
        assert_eq!(clerk.get(&path).await?.items()?.len(), 2, "the stay remains on record");

        let mut police = town.login("police").await?;
        let own = json!({ "place": text(&places[2], "/id"), "from": "2026-03-01", "reason": "列管" });
        let told = police.post(&path, own).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "the police keep their own list, not the village's");
        let mut other = town.login("secretary2").await?;
        let lists = other.get("/api/v1/place-lists").await?.items()?;
        assert_eq!(lists, Vec::<Value>::new(), "another village's list is none of his");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_register_is_put_on_a_list_in_one_go_and_whatever_is_refused_is_told_by_name() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, villages, _, places) = two_lists(&town).await?;
        let elsewhere = add(&mut clerk, restaurant("丁店", V2)).await?;
        let mut ids: Vec<&str> = places.iter().map(|place| text(place, "/id")).collect();
        let path = format!("/api/v1/place-lists/{villages}/entries");
        let many = |ids: &[&str], step: &str, on: &str| json!({ "places": ids, "step": step, "on": on, "reason": "年度摸底" });
        ids.push(text(&elsewhere, "/id"));
        let told = clerk.post(&format!("{path}/many"), many(&ids, "enter", "2026-03-01")).await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(told.body["fields"].as_array().map(Vec::len), Some(1), "{}", told.body);
        assert_eq!(text(&told.body, "/fields/0/code"), "place_list.other_village");
        assert!(text(&told.body, "/fields/0/message").starts_with("丁店："), "{}", told.body);
        let on = format!("{path}?on=2026-03-01");
        assert_eq!(clerk.get(&on).await?.items()?.len(), 2, "nothing half-written");
        ids.pop();
        let told = clerk.post(&format!("{path}/many"), many(&ids, "enter", "2026-03-01")).await?.ok()?;
        assert_eq!(told, json!({ "changed": 1, "kept": 2 }), "who is on it stays as he is");
        assert_eq!(clerk.get(&on).await?.items()?.len(), 3);
        let early = clerk.post(&format!("{path}/many"), many(&ids, "leave", "2026-02-01")).await?;
        assert_eq!(text(&early.body, "/fields/0/code"), "place_list.not_listed");
        assert!(text(&early.body, "/fields/0/message").starts_with("丙店："), "{}", early.body);
        let told = clerk.post(&format!("{path}/many"), many(&ids, "leave", "2026-06-01")).await?.ok()?;
        assert_eq!(told, json!({ "changed": 3, "kept": 0 }));
        assert_eq!(clerk.get(&format!("{path}?on=2026-06-01")).await?.items()?.len(), 0);
        let again = clerk.post(&format!("{path}/many"), many(&ids, "leave", "2026-06-01")).await?.ok()?;
        assert_eq!(again, json!({ "changed": 0, "kept": 3 }));
        let ahead = clerk.post(&format!("{path}/many"), many(&ids, "enter", "2036-06-01")).await?;
        assert_eq!(text(&ahead.body, "/fields/2/code"), "place_list.future", "{}", ahead.body);
        let none = clerk.post(&format!("{path}/many"), many(&[], "enter", "2026-06-01")).await?;
        assert_eq!(text(&none.body, "/fields/0/code"), "place_list.how_many");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_nobody_or_everybody_watches_and_what_is_listed_and_gone_is_told() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, _, police, places) = two_lists(&town).await?;
        let sector = list(&mut clerk, "sector_key", "office", None, 1).await?;
        let id = |n: usize| text(&places[n], "/id").to_owned();
        let entry = json!({ "place": id(0), "from": "2026-01-01", "reason": "行业重点" });
        clerk.post(&format!("/api/v1/place-lists/{sector}/entries"), entry).await?.ok()?;
        let mut change = restaurant("甲店", V1);
        change["version"] = json!(1);
        change["sector"] = json!("dept-civil");
        clerk.put(&format!("/api/v1/places/{}", id(0)), change).await?.ok()?;
        let mut shut = restaurant("乙店", V1);
        shut["version"] = json!(1);
        shut["opening"] = json!("deregistered");
        clerk.put(&format!("/api/v1/places/{}", id(1)), shut).await?.ok()?;

        let told = clerk.get("/api/v1/coverage-errors").await?.ok()?;
        let found: Vec<(&str, &str)> = told["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|e| (text(e, "/code"), text(e, "/place/name")))
            .collect();
        for wanted in [
            ("coverage.several", "甲店"),
            ("coverage.listed_but_gone", "乙店"),
            ("coverage.nobody", "丙店"),
            ("coverage.present_but_unlisted", "丙店"),
        ] {
            assert!(found.contains(&wanted), "{wanted:?} in {found:?}");
        }
        let gone = clerk.get("/api/v1/coverage-errors?code=coverage.listed_but_gone").await?.ok()?;
        assert_eq!(
            gone["items"].as_array().map(Vec::len),
            Some(2),
            "on the village's and on the police's list"
        );
        let counts = gone["counts"].as_array().map(Vec::len);
        assert_eq!(counts, Some(4), "the other kinds are still counted");
        let view = clerk.get(&format!("/api/v1/places/{}", id(0))).await?.ok()?;
        assert_eq!(view["supervisors"].as_array().map(Vec::len), Some(2));
        let third = clerk.get(&format!("/api/v1/places/{}", id(2))).await?.ok()?;
        assert_eq!((&third["supervisors"], &third["inspectors"]), (&json!([]), &json!([])), "nobody at all");
        let gone = clerk.get(&format!("/api/v1/places/{}", id(1))).await?.ok()?;
        assert_eq!(gone["supervisors"], json!([]));
        let looks = gone["inspectors"].as_array().cloned().unwrap_or_default();
        assert!(
            looks.iter().any(|org| org["id"] == "village-1"),
            "no sector, and yet its village inspects: {looks:?}"
        );
        assert_eq!(text(&view, "/coverage_errors/0/code"), "coverage.several");
        let mut other = town.login("secretary2").await?;
        assert_eq!(other.get("/api/v1/coverage-errors").await?.items()?, Vec::<Value>::new());
        let mut dept = town.login("dept").await?;
        let own = dept.get("/api/v1/coverage-errors").await?.items()?;
        assert_eq!(own.len(), 1, "its sector's place only: {own:?}");
        let _ = police;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn risk_says_why_and_the_copies_for_filtering_follow() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut home = restaurant("青峰敬老院", V1);
        home["category"] = json!("elder_care");
        home["tags"] = json!(["dense", "gas_bottle"]);
        home["heads"] = json!({ "lodging": 60 });
        let view = add(&mut clerk, home).await?;
        let reasons: Vec<&str> =
            view["risk_reasons"].as_array().into_iter().flatten().map(|r| text(r, "/text")).collect();
        assert!(reasons.contains(&"养老机构") && reasons.contains(&"人数超过 10 人（60）"), "{reasons:?}");
        assert!(reasons.contains(&"面积（平方米）：无数据"), "what is unknown is said: {reasons:?}");
        let sum: i64 =
            view["risk_reasons"].as_array().into_iter().flatten().filter_map(|r| r["points"].as_i64()).sum();
        assert_eq!(view["risk"]["points"].as_i64(), Some(sum));
        assert_eq!(text(&view, "/risk/grade_label"), "红");
        assert_eq!(clerk.get("/api/v1/places?grade=red").await?.items()?.len(), 1);
        town.clock.advance_days(200);
        let mut clerk = town.login("clerk").await?;
        assert_eq!(town.app.reconcile_risk().await?, 1, "nobody was there for 200 days");
        assert_eq!(town.app.reconcile_risk().await?, 0);
        let later = clerk.get(&format!("/api/v1/places/{}", text(&view, "/id"))).await?.ok()?;
        assert_eq!(later["risk"]["points"].as_i64(), Some(sum + 5));
        assert_eq!(later["version"], 1, "a copy is no change of the place");
        assert_eq!(town.app.db.read(&TOWN.into()).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_phone_is_shown_for_a_reason_that_stays_on_record() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let place = add(&mut clerk, restaurant("老街饭店", V1)).await?;
        let path = format!("/api/v1/places/{}/reveal", text(&place, "/id"));
        assert_eq!(
            clerk.post(&path, json!({ "reason": "" })).await?.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let mut auditor = town.login("auditor").await?;
        assert_eq!(auditor.post(&path, json!({ "reason": "想看" })).await?.status, StatusCode::FORBIDDEN);
        let mut other = town.login("secretary2").await?;
        assert_eq!(other.post(&path, json!({ "reason": "想看" })).await?.status, StatusCode::NOT_FOUND);
        let key = "01a00000-0000-7000-8000-000000000012";
        let why = Some(json!({ "reason": "通知整改" }));
        let told = clerk.ask(Method::POST, &path, why, Some(key)).await?.ok()?;
        assert_eq!(text(&told, "/responsible_phone"), "13800006789");
        let mut read = town.app.db.read(&TOWN.into()).await?;
        let entry = read.audit_page(&Default::default(), i64::MAX, 1).await?.remove(0);
        assert_eq!((entry.action.as_str(), entry.reason.as_str()), ("place.reveal", "通知整改"));
        assert!(!entry.detail.contains("13800006789"));
        drop(read);
        for _ in 1..20 {
            clerk.post(&path, json!({ "reason": "逐户通知" })).await?.ok()?;
        }
        let told = clerk.post(&path, json!({ "reason": "逐户通知" })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::TOO_MANY_REQUESTS, "phone.too_many"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn one_question_finds_places_and_people_within_ones_reach() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        add(&mut clerk, restaurant("王书记饭店", V1)).await?;
        add(&mut clerk, restaurant("凌阁茶馆", V2)).await?;
        let found = clerk.get(&format!("/api/v1/search?q={}", urlencoded("王书记"))).await?.ok()?;
        assert_eq!(found["places"].as_array().map(Vec::len), Some(1));
        assert_eq!(text(&found, "/people/0/name"), "王书记");
        assert_eq!(found["hazards"], json!([]));
        let mut other = town.login("secretary2").await?;
        let found = other.get(&format!("/api/v1/search?q={}", urlencoded("王书记"))).await?.ok()?;
        assert_eq!(found["places"], json!([]), "another village's place is none of his");
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        for asked in ["第十条", "十", "10", "C10"] {
            let found = clerk.get(&format!("/api/v1/search?q={}", urlencoded(asked))).await?.ok()?;
            assert_eq!(text(&found, "/clauses/0/id"), "C10", "{asked}");
        }
        let found = clerk.get("/api/v1/search?q=").await?.ok()?;
        assert_eq!(found["places"], json!([]), "nothing asked, nothing found");
        let mut admin = town.login("admin").await?;
        let found = admin.get(&format!("/api/v1/search?q={}", urlencoded("茶馆"))).await?.ok()?;
        assert_eq!(found["places"], json!([]), "the machine's keeper reads no business");
        // A plan that cannot be read is no plan that says nothing.
        let now = town.app.now();
        let broken = store::plan::PlanVersion {
            id: "broken".to_owned(),
            title: "坏了的方案".to_owned(),
            source: "not = [a plan".to_owned(),
            from: now.date(),
            to: None,
            version: 1,
            recorded_at: now.plus_ms(1),
            recorded_by: "系统".to_owned(),
        };
        let mut tx = town.app.db.write(&TOWN.into()).await?;
        tx.insert_plan_version(&broken).await?;
        tx.commit(app::Caller::system().audit("plan.install", "plan", "broken", now), ()).await?;
        let found = clerk.get("/api/v1/search?q=10").await?;
        assert_eq!(found.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", found.body);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_place_nobody_told_anything_of_is_not_graded_until_somebody_counts() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut bare = restaurant("无名小店", V1);
        bare["heads"] = json!({});
        bare["tags"] = json!([]);
        let page = add(&mut clerk, bare.clone()).await?;
        assert_eq!((text(&page, "/risk/grade"), text(&page, "/risk/grade_label")), ("ungraded", "未评级"));
        assert_eq!(page["ungraded_visits"], 1, "the town says how often, the page shows it");
        let missing = page["risk_reasons"].to_string();
        assert!(missing.contains("住宿、工作、培训人数") && missing.contains("距上次检查天数"), "{missing}");
        add(&mut clerk, restaurant("数过人的店", V1)).await?;
        let listed = clerk.get("/api/v1/places?grade=ungraded").await?.items()?;
        assert_eq!(names(&listed), ["无名小店"], "found as what it is, and not among the blue ones");
        bare["heads"] = json!({ "working": 2 });
        bare["version"] = page["version"].clone();
        let counted = clerk.put(&format!("/api/v1/places/{}", text(&page, "/id")), bare).await?.ok()?;
        assert_eq!((text(&counted, "/risk/grade"), &counted["ungraded_visits"]), ("blue", &Value::Null));
        assert!(clerk.get("/api/v1/places?grade=ungraded").await?.items()?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_plan_counts_is_there_for_whoever_opens_a_list() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/place-lists").await?.ok()?["plan_counts"], json!([]), "no plan yet");
        let plan = include_str!("../../../plans/qingfeng-2023-16/plan.toml");
        town.app.install_plan(&app::Caller::system(), plan).await?;
        let told = clerk.get("/api/v1/place-lists").await?.ok()?;
        let counts = told["plan_counts"].as_array().cloned().unwrap_or_default();
        let of = |kind: &str, village: Value| {
            let found = counts.iter().find(|one| one["kind"] == kind && one["village"]["name"] == village);
            found.map(|one| (one["count"].clone(), one["on"].clone()))
        };
        assert_eq!(of("police_listed", Value::Null), Some((json!(16), json!("2023-02-20"))));
        assert_eq!(of("village_listed", json!("场镇社区")), Some((json!(70), json!("2023-02-20"))));
        assert!(counts.iter().all(|one| one["source"].as_str().is_some_and(|source| !source.is_empty())));
        let mut leader = town.login("leader").await?;
        let told = leader.get("/api/v1/place-lists").await?.ok()?;
        assert_eq!(told["plan_counts"], json!([]), "he opens none");
        Ok(())
    })
    .await
}
