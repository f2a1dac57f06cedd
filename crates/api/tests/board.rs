//! Stories of the board: an inspection moves a figure, the figure opens down to the inspection, nobody sees more than
//! he may, and what was not known then is not shown for then.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::ids::PlaceId;
use domain::inspection::{Companion, Inspection, Inspector, Occasion, Outcome, Power, Record};
use domain::place::Place;
use domain::place_list::{Entry, ListKind, PlaceList};
use domain::time::Timestamp;
use futures::StreamExt;
use serde_json::{Value, json};
use store::inspection::InspectionFiling;
use store::place::PlaceRecord;
use store::place_list::{EntryRecord, ListRecord};
use testkit::both_databases;
use tower::ServiceExt;

use crate::common;
use crate::common::{Browser, TOWN, Town, V1, V2, day, path, town};

const PLAN: &str = include_str!("../../../plans/qingfeng-2023-16/plan.toml");
const SECOND: &str = include_str!("../../../plans/example-second-town/plan.toml");

fn place(town: &Town, id: &str, name: &str, village: &str) -> PlaceRecord {
    let place = Place {
        opened_on: Some(day("2024-01-01")),
        ..Place::new(id.into(), format!("C-{id}"), name, "nine_small.catering".into(), village.into())
    };
    PlaceRecord {
        place,
        path: path(&format!("/{village}")),
        pinyin: String::new(),
        source: String::new(),
        note: String::new(),
        cached_risk_points: None,
        cached_risk_grade: String::new(),
        version: 1,
        happened_on: day("2024-01-01"),
        recorded_at: town.app.now(),
        recorded_by: "system".to_owned(),
        voided: None,
        same_as: None,
        sector_since: None,
    }
}

/// Two restaurants, one in each village, both on the police station's list since last year.
async fn fill(town: &Town) -> anyhow::Result<()> {
    let caller = app::Caller::system();
    town.app.install_plan(&caller, PLAN).await?;
    let mut tx = town.app.write(&caller).await?;
    tx.insert_places(&[place(town, "p1", "老街饭店", V1), place(town, "p2", "石桥饭馆", V2)]).await?;
    let list = PlaceList::new(ListKind::PoliceListed, "police".into());
    tx.insert_place_list(&ListRecord {
        id: "list".to_owned(),
        list,
        version: 1,
        recorded_at: town.app.now(),
    })
    .await?;
    let entry = |place: &str| EntryRecord {
        id: format!("e-{place}"),
        list: "list".to_owned(),
        entry: Entry {
            place: place.into(),
            from: day("2025-12-31"),
            reason_in: "列管".to_owned(),
            left: None,
        },
        version: 1,
        recorded_at: town.app.now(),
    };
    tx.insert_list_entries(&[entry("p1"), entry("p2")]).await?;
    tx.commit(caller.audit("place.import", "place", "p1", town.app.now()), ()).await?;
    Ok(())
}

/// The police look at a place on a day; it is recorded now.
async fn inspect(town: &Town, id: &str, place: &str, village: &str, on: &str) -> anyhow::Result<()> {
    let caller = app::Caller::system();
    let at = Timestamp::start_of(day(on)).plus_ms(10 * 3_600_000);
    let record = Record {
        id: id.into(),
        town: TOWN.into(),
        place: PlaceId::from(place),
        task: None,
        power: Power::Enforcement,
        occasion: Occasion::Routine,
        inspectors: vec![Inspector {
            person: "p-police".into(),
            assignment: "a-police".into(),
            certificate_no: None,
        }],
        showed_certificates: true,
        companion: Companion::NotSigned { reason: "无人".to_owned() },
        pins: Vec::new(),
        answers: Vec::new(),
        photos: Vec::new(),
        position: None,
        started_at: at,
        ended_at: at,
    };
    let inspection = Inspection {
        record,
        outcome: Outcome::Clear,
        recorded_at: town.app.now(),
        version: 1,
        correction: None,
        flags: Vec::new(),
    };
    let filing = InspectionFiling { path: path(&format!("/{village}")), org: "police".into() };
    let mut tx = town.app.write(&caller).await?;
    tx.insert_inspection(&inspection, &filing).await?;
    tx.commit(caller.audit("inspection.record", "inspection", id, town.app.now()), ()).await?;
    Ok(())
}

async fn duty(browser: &mut Browser, rest: &str) -> anyhow::Result<Value> {
    browser.get(&format!("/api/v1/board/duties/C10.6{rest}")).await?.ok()
}

fn figures(tally: &Value) -> (u64, u64, u64) {
    let n = |name: &str| tally[name].as_u64().unwrap_or(u64::MAX);
    (n("due"), n("met"), n("total"))
}

#[tokio::test]
async fn a_visit_under_a_second_row_of_the_register_counts_for_the_place() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        fill(&town).await?;
        inspect(&town, "i-1", "p1", V1, "2026-07-10").await?;
        inspect(&town, "i-2", "p2", V2, "2026-08-10").await?;
        let before = duty(&mut clerk, "").await?;
        assert_eq!(figures(&before["duty"]["tally"]), (16, 2, 18), "two places, each visited once");
        let merge = json!({ "into": "p1", "reason": "同一家店", "version": 1, "into_version": 1 });
        clerk.post("/api/v1/places/p2/merge", merge).await?.ok()?;
        let after = duty(&mut clerk, "").await?;
        assert_eq!(figures(&after["duty"]["tally"]), (8, 2, 9), "one place, visited twice");
        let met = duty(&mut clerk, "?status=met").await?;
        let names: Vec<_> = met["occurrences"]["items"].as_array().into_iter().flatten().collect();
        assert!(names.iter().all(|case| case["subject"]["name"] == "老街饭店"), "{names:?}");
        inspect(&town, "i-3", "p2", V2, "2026-06-10").await?;
        let later = duty(&mut clerk, "").await?;
        assert_eq!(figures(&later["duty"]["tally"]), (8, 3, 9), "taken in after the commit, too");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_inspection_moves_the_clause_and_the_figure_opens_down_to_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let told = clerk.get("/api/v1/board").await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "plan.none"));
        fill(&town).await?;
        let before = duty(&mut clerk, "").await?;
        // January to August are over, September runs.
        assert_eq!(figures(&before["duty"]["tally"]), (16, 0, 18));
        assert_eq!(before["duty"]["tally"]["ratio"], 0.0);
        inspect(&town, "i-1", "p1", V1, "2026-08-10").await?;
        inspect(&town, "i-2", "p2", V2, "2026-09-20").await?;
        let after = duty(&mut clerk, "").await?;
        assert_eq!(
            figures(&after["duty"]["tally"]),
            (16, 1, 18),
            "taken in after the commit, not judged anew"
        );
        assert_eq!(after["duty"]["tally"]["ahead"], 1);
        assert_eq!(after["duty"]["period_label"], "每月");
        assert_eq!(after["clause"]["name"], "第十条 监督检查与部门责任");

        let board = clerk.get("/api/v1/board").await?.ok()?;
        assert_eq!(board["as_of"], common::TODAY);
        assert_eq!(board["villages"].as_array().map(Vec::len), Some(2));
        let c10 = clause(&board, "C10");
        assert_eq!(c10["label"], "第十条");
        assert_eq!(c10["villages"][0]["village"]["id"], V1);
        assert_eq!(c10["tally"]["met"], 1);
        let trend = c10["trend"].as_array().cloned().unwrap_or_default();
        assert_eq!(
            (trend.len(), &trend[11]["month"], &trend[11]["ratio"]),
            (12, &json!("2026-09"), &Value::Null)
        );
        assert!(trend[10]["ratio"].as_f64().is_some_and(|ratio| ratio > 0.0), "{trend:?}");
        assert_eq!(clause(&board, "C14")["absent"], true);
        assert_eq!(clause(&board, "C14")["duties_n"], 0);

        let met = duty(&mut clerk, "?status=met").await?;
        let case = &met["occurrences"]["items"][0];
        assert_eq!(met["occurrences"]["total"], 1);
        assert_eq!(case["subject"]["name"], "老街饭店");
        assert_eq!(case["window"]["label"], "2026年8月");
        let opened = clerk
            .get("/api/v1/board/duties/C10.6/evidence?subject_kind=place&subject=p1&window=2026-08")
            .await?
            .ok()?;
        assert_eq!(opened["items"][0]["id"], "i-1");
        assert_eq!(opened["items"][0]["href"], "/inspections/i-1");
        assert_eq!(opened["items"][0]["recorded_on"], common::TODAY);
        assert!(opened["why"].as_str().is_some_and(|why| why.contains("已落实")));
        let clause = clerk.get("/api/v1/board/clauses/C10").await?.ok()?;
        let duties = clause["duties"].as_array().cloned().unwrap_or_default();
        assert!(duties.iter().any(|row| row["id"] == "C10.6" && row["basis"] == "stated_by_plan"));
        assert_eq!(clause["quote"], Value::Null, "no notice is attached");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_is_entered_late_in_a_month_owes_nothing_and_an_inspection_shows_all_the_same()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let caller = app::Caller::system();
        let mut tx = town.app.write(&caller).await?;
        tx.insert_places(&[place(&town, "p3", "今天列管的旅馆", V1)]).await?;
        let entry =
            Entry {
                place: "p3".into(), from: day(common::TODAY), reason_in: "列管".to_owned(), left: None
            };
        let (id, list, recorded_at) = ("e-p3".to_owned(), "list".to_owned(), town.app.now());
        tx.insert_list_entries(&[EntryRecord { id, list, entry, version: 1, recorded_at }]).await?;
        tx.commit(caller.audit("place.import", "place", "p3", town.app.now()), ()).await?;
        let mut clerk = town.login("clerk").await?;
        let of_p3 = |page: Value| {
            let items = page["occurrences"]["items"].as_array().cloned().unwrap_or_default();
            let mine: Vec<Value> = items.into_iter().filter(|one| one["subject"]["id"] == "p3").collect();
            assert_eq!(mine.len(), 1, "{mine:?}");
            mine.into_iter().next().unwrap_or_default()
        };
        let before = of_p3(duty(&mut clerk, "?from=2026-09-01").await?);
        assert_eq!(
            (&before["status"], &before["not_owed"], &before["done"], &before["needed"]),
            (&json!("not_applicable"), &json!("entered_late"), &json!(0), &json!(1)),
            "{before}"
        );
        let evidence = "/api/v1/board/duties/C10.6/evidence?subject_kind=place&subject=p3&window=2026-09";
        let why = clerk.get(evidence).await?.ok()?["why"].clone();
        assert!(why.as_str().is_some_and(|why| why.contains("原因：本期较晚才列入")), "{why}");
        inspect(&town, "i-3", "p3", V1, common::TODAY).await?;
        let after = of_p3(duty(&mut clerk, "?from=2026-09-01").await?);
        assert_eq!((&after["status"], &after["not_owed"]), (&json!("ahead"), &Value::Null), "{after}");
        let opened = clerk.get(evidence).await?.ok()?;
        assert_eq!((&opened["items"][0]["id"], &opened["items"][0]["counts"]), (&json!("i-3"), &json!(true)));
        let board = clerk.get("/api/v1/board").await?.ok()?;
        assert_eq!(clause(&board, "C10")["tally"]["ahead"], 1, "the clause moves");
        Ok(())
    })
    .await
}

fn clause<'a>(board: &'a Value, code: &str) -> &'a Value {
    let clauses = board["clauses"].as_array();
    clauses.into_iter().flatten().find(|row| row["code"] == code).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn a_page_ends_where_the_next_begins() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = duty(&mut clerk, &format!("?limit=5{after}")).await?;
            assert_eq!(page["occurrences"]["total"], 18);
            for item in page["occurrences"]["items"].as_array().into_iter().flatten() {
                seen.push(format!("{}{}", item["subject"]["id"], item["window"]["key"]));
            }
            let Some(next) = page["occurrences"]["next"].as_str() else { break };
            after = format!("&after={}", next.replace('|', "%7C"));
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (18, 18), "{seen:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_nobody_can_know_is_no_data_and_what_was_not_known_then_is_not_shown() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        town.clock.advance_days(1);
        inspect(&town, "i-1", "p1", V1, "2026-08-10").await?;
        let mut leader = town.login("leader").await?;
        let mut rows: Vec<Value> = Vec::new();
        for clause in 1..=19 {
            let page = leader.get(&format!("/api/v1/board/clauses/C{clause}")).await?.ok()?;
            let duties = page["duties"].as_array().cloned().unwrap_or_default();
            rows.extend(duties.into_iter().filter(|row| row["available"] == false));
        }
        assert!(!rows.is_empty());
        for row in rows {
            assert_eq!(row["tally"]["ratio"], Value::Null, "{row}");
            assert_eq!(row["tally"]["no_data"], row["tally"]["total"], "{row}");
        }
        let now = duty(&mut leader, "").await?;
        assert_eq!(now["duty"]["tally"]["met"], 1);
        let then = duty(&mut leader, "?at=2026-09-21").await?;
        assert_eq!(then["duty"]["tally"]["met"], 0, "recorded the day after");
        let told = leader.get("/api/v1/board?at=2027-01-01").await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        let narrow = duty(&mut leader, "?from=2026-08-01&to=2026-08-31").await?;
        assert_eq!(figures(&narrow["duty"]["tally"]), (2, 1, 2));
        let last_year = duty(&mut leader, "?from=2024-01-01&to=2024-12-31").await?;
        assert_eq!(figures(&last_year["duty"]["tally"]), (0, 0, 0), "not on the list yet");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_village_sees_its_own_and_a_department_only_what_it_may_read() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        inspect(&town, "i-1", "p1", V1, "2026-08-10").await?;
        let mut secretary = town.login("secretary2").await?;
        let board = secretary.get("/api/v1/board").await?.ok()?;
        assert_eq!(board["villages"].as_array().map(Vec::len), Some(1));
        assert_eq!(board["villages"][0]["village"]["id"], V2);
        let mine = duty(&mut secretary, "").await?;
        assert_eq!(figures(&mine["duty"]["tally"]), (8, 0, 9));
        let items = mine["occurrences"]["items"].as_array().cloned().unwrap_or_default();
        assert!(items.iter().all(|item| item["subject"]["id"] == "p2"), "{items:?}");
        let theirs = "/api/v1/board/duties/C10.6/evidence?subject_kind=place&subject=p1&window=2026-08";
        assert_eq!(secretary.get(theirs).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(
            secretary.get(&format!("/api/v1/board?village={V1}")).await?.status,
            StatusCode::NOT_FOUND
        );
        // The department reads the whole board, but not the police's inspections.
        let opened = town.login("dept").await?.get(theirs).await?.ok()?;
        assert_eq!(opened["items"], json!([]));
        assert!(opened["why"].as_str().is_some_and(|why| why.contains("1 条记录您无权查看")), "{opened}");
        let told = town.login("grid1").await?.get("/api/v1/board").await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_waiver_leaves_the_denominator_and_is_listed_until_it_is_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let mut head = town.login("head").await?;
        let ask = json!({ "duty": "C10.6", "subject_kind": "place", "subject": "p2", "from": "2026-01-01",
            "to": "2026-06-30", "kind": "impossible", "reason": "装修停业" });
        assert_eq!(
            town.login("clerk").await?.post("/api/v1/waivers", ask.clone()).await?.status,
            StatusCode::FORBIDDEN
        );
        let mut nobody = ask.clone();
        nobody["subject"] = json!("p9");
        assert_eq!(head.post("/api/v1/waivers", nobody).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let key = Some("01a00000-0000-7000-8000-000000000077");
        let method = axum::http::Method::POST;
        let first = head.ask(method.clone(), "/api/v1/waivers", Some(ask.clone()), key).await?.ok()?;
        let again = head.ask(method, "/api/v1/waivers", Some(ask), key).await?.ok()?;
        assert_eq!(first, again, "the same answer again");
        assert_eq!(first["subject"]["name"], "石桥饭馆");
        let waived = duty(&mut head, "").await?;
        assert_eq!(figures(&waived["duty"]["tally"]), (10, 0, 18));
        assert_eq!(waived["duty"]["tally"]["waived"], 6);
        let why = "/api/v1/board/duties/C10.6/evidence?subject_kind=place&subject=p2&window=2026-03";
        assert_eq!(head.get(why).await?.ok()?["why"], "已豁免：装修停业。");
        assert_eq!(head.get("/api/v1/waivers").await?.items()?.len(), 1);
        let seen = town.login("secretary1").await?.get("/api/v1/waivers").await?.items()?;
        assert_eq!(seen.len(), 0, "for a place of the other village");
        let id = first["id"].as_str().unwrap_or_default();
        let path = format!("/api/v1/waivers/{id}/void");
        let void = head.post(&path, json!({ "reason": "已复业", "version": 1 })).await?.ok()?;
        assert_eq!(void["void"]["reason"], "已复业");
        assert_eq!(void["actions"], json!([]));
        let stale = head.post(&path, json!({ "reason": "再撤", "version": 1 })).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(stale.body["current"], void, "as it stands since it was taken back");
        let told = head.post(&path, json!({ "reason": "再撤", "version": 2 })).await?;
        assert_eq!(told.code(), "waiver.voided");
        assert_eq!(figures(&duty(&mut head, "").await?["duty"]["tally"]), (16, 0, 18));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_attached_notice_is_quoted_clause_by_clause() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/notice").await?.status, StatusCode::NOT_FOUND);
        let body = "通知\n一、任务\n9.甲\n10.自拟一段话，用来试位置。\n11.乙\n";
        let input = json!({ "title": "试用通知", "body": body });
        let put = axum::http::Method::PUT;
        let told = clerk.ask(put.clone(), "/api/v1/notice", Some(input.clone()), None).await?.ok()?;
        assert_eq!(told["version"], 1);
        let c10 = clerk.get("/api/v1/board/clauses/C10").await?.ok()?;
        assert_eq!(c10["quote"]["text"], "10.自拟一段话，用来试位置。");
        let (start, end) = (c10["quote"]["start"].as_u64(), c10["quote"]["end"].as_u64());
        assert_eq!((start, end), (Some(12), Some(28)));
        assert_eq!(clerk.get("/api/v1/board/clauses/C12").await?.ok()?["quote"], Value::Null);
        let stale = clerk.ask(put.clone(), "/api/v1/notice", Some(input.clone()), None).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        let mut next = input;
        next["version"] = json!(1);
        assert_eq!(clerk.ask(put, "/api/v1/notice", Some(next), None).await?.ok()?["version"], 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_towns_plan_works_the_same() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let installed = town.app.install_plan(&app::Caller::system(), SECOND).await?;
        assert!(installed.changed);
        assert!(!town.app.install_plan(&app::Caller::system(), SECOND).await?.changed);
        let refused = town.app.install_plan(&app::Caller::system(), "[plan]\n").await;
        assert!(matches!(refused, Err(app::Error::Invalid(_))));
        let mut clerk = town.login("clerk").await?;
        let board = clerk.get("/api/v1/board").await?.ok()?;
        assert_eq!(board["plan"]["code"], installed.code);
        assert!(board["clauses"].as_array().is_some_and(|all| all.iter().any(|row| row["code"] == "二.1")));
        assert!(
            board["whole"]["due"].as_u64().is_some_and(|due| due > 0),
            "its posts are judged: {}",
            board["whole"]
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_only_encouraged_is_shown_on_its_own_and_in_no_headline() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let page = clerk.get("/api/v1/board/clauses/C16").await?.ok()?;
        let duties = page["duties"].as_array().cloned().unwrap_or_default();
        let sum = |encouraged: bool, name: &str| -> u64 {
            let of = duties.iter().filter(|one| one["informational"] == encouraged);
            of.map(|one| one["tally"][name].as_u64().unwrap_or_default()).sum()
        };
        let clause = &page["clause"];
        assert!(sum(true, "total") > 0, "one of its duties is only encouraged: {duties:?}");
        assert_eq!(clause["tally"]["beside"], sum(true, "total"));
        for name in ["due", "met", "open", "total"] {
            assert_eq!(clause["tally"][name], sum(false, name), "{name}");
        }
        let whole = clerk.get("/api/v1/board").await?.ok()?;
        for row in whole["clauses"].as_array().into_iter().flatten() {
            for lead in row["measures"].as_array().into_iter().flatten() {
                assert!(!["C7.9", "C16.7", "CS2.2"].iter().any(|id| lead["duty"] == *id), "{lead}");
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_leader_sees_three_things_to_decide_four_numbers_and_twelve_weeks() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let caller = app::Caller::system();
        let mut tx = town.app.write(&caller).await?;
        let list = PlaceList::new(ListKind::VillageListed, "village-1".into());
        let recorded_at = town.app.now();
        tx.insert_place_list(&ListRecord { id: "v".to_owned(), list, version: 1, recorded_at }).await?;
        let entry =
            Entry { place: "p1".into(), from: day("2026-01-01"), reason_in: "列管".to_owned(), left: None };
        let entry =
            EntryRecord { id: "e-v".to_owned(), list: "v".to_owned(), entry, version: 1, recorded_at };
        tx.insert_list_entries(&[entry]).await?;
        tx.commit(caller.audit("place_list.add", "place_list", "v", recorded_at), ()).await?;
        let mut leader = town.login("leader").await?;
        let page = leader.get("/api/v1/leader").await?.ok()?;
        assert_eq!(page["period_label"], "2026年第3季度至今");
        assert_eq!(page["villages"][0]["listed"], 1);
        assert_eq!(page["villages"][0]["inspected"], 0);
        let decisions = page["decisions"].as_array().cloned().unwrap_or_default();
        assert!(decisions.len() <= 3, "{decisions:?}");
        assert!(
            decisions.iter().any(|one| one["title"] == "场镇列管 1 家，本季度还有 1 家未检查"),
            "{decisions:?}"
        );
        // A number leads to what it counts, and to nothing else.
        let unseen = "/places?list=village_listed&unseen_since=2026-07-01";
        assert_eq!(page["numbers"][1]["href"], unseen);
        assert!(
            decisions.iter().any(|one| one["href"].as_str().is_some_and(|at| at.starts_with(unseen))),
            "{decisions:?}"
        );
        assert_eq!(page["numbers"][2]["href"], "/hazards?state=closed&found_from=2026-01-01");
        let counted = "/api/v1/places?unseen_since=2026-07-01";
        let lists_it = |items: Vec<Value>| items.iter().any(|one| one["id"] == "p1");
        assert!(lists_it(leader.get(counted).await?.items()?), "nobody looked at it yet");
        inspect(&town, "i-1", "p1", V1, "2026-09-15").await?;
        assert!(!lists_it(leader.get(counted).await?.items()?), "it was looked at");
        let page = leader.get("/api/v1/leader").await?.ok()?;
        assert_eq!(page["villages"][0]["inspected"], 1);
        assert_eq!(page["numbers"].as_array().map(Vec::len), Some(4));
        assert_eq!((&page["numbers"][1]["value"], &page["numbers"][1]["of"]), (&json!(1.0), &json!(1)));
        let weeks = page["weekly"].as_array().cloned().unwrap_or_default();
        assert_eq!(weeks.len(), 12);
        let village = &page["villages"][0];
        assert_eq!(
            village["quarters"],
            json!([null, 0.0, 0.0, 1.0]),
            "listed since New Year, looked at this quarter"
        );
        assert_eq!(
            (&page["numbers"][3]["code"], &page["numbers"][3]["value"]),
            (&json!("fires"), &json!(0.0))
        );
        let ahead = page["ahead"].as_array().cloned().unwrap_or_default();
        let within = |one: &Value| {
            one["due_on"].as_str().is_some_and(|day| ("2026-09-21"..="2026-09-30").contains(&day))
        };
        assert!(!ahead.is_empty() && ahead.iter().all(within), "{ahead:?}");
        assert!(ahead.iter().all(|one| one["n"].as_u64() > Some(0)), "{ahead:?}");
        assert_eq!((&weeks[11]["from"], &weeks[11]["inspections"]), (&json!("2026-09-21"), &json!(0)));
        assert_eq!((&weeks[10]["from"], &weeks[10]["inspections"]), (&json!("2026-09-14"), &json!(1)));
        let then = leader.get("/api/v1/leader?at=2026-09-20").await?.ok()?;
        assert_eq!(then["villages"][0]["inspected"], 0, "recorded a day later");
        let mine = town.login("secretary2").await?.get("/api/v1/leader").await?.ok()?;
        assert_eq!(mine["villages"].as_array().map(Vec::len), Some(1));
        assert_eq!(mine["weekly"][10]["inspections"], 0, "the other village's");
        Ok(())
    })
    .await
}

/// What a stream says until it says nothing for a moment.
async fn hear(town: &Town, browser: &Browser, last: &str) -> anyhow::Result<String> {
    let request = Request::builder()
        .uri("/api/v1/events")
        .header(header::COOKIE, &browser.cookie)
        .header("last-event-id", last)
        .body(Body::empty())?;
    let response = town.router.clone().oneshot(request).await?;
    assert_eq!(response.status(), StatusCode::OK);
    let mut stream = response.into_body().into_data_stream();
    let mut said = String::new();
    while let Ok(Some(chunk)) = tokio::time::timeout(std::time::Duration::from_secs(1), stream.next()).await {
        said.push_str(&String::from_utf8_lossy(&chunk?));
    }
    Ok(said)
}

#[tokio::test]
async fn changes_are_told_as_they_happen_to_those_who_may_see_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let last = town.app.last_change(&app::Caller::system()).await?.to_string();
        let (clerk, mine, theirs) =
            (town.login("clerk").await?, town.login("staff1").await?, town.login("staff2").await?);
        let request = Request::builder()
            .uri("/api/v1/events")
            .header(header::COOKIE, &mine.cookie)
            .body(Body::empty())?;
        let mut live = town.router.clone().oneshot(request).await?.into_body().into_data_stream();
        inspect(&town, "i-1", "p1", V1, "2026-08-10").await?;
        let wait = std::time::Duration::from_secs(2);
        let chunk = tokio::time::timeout(wait, live.next()).await?.transpose()?.unwrap_or_default();
        let chunk = String::from_utf8_lossy(&chunk).into_owned();
        assert!(chunk.contains("event: change") && chunk.contains("\"object_id\":\"i-1\""), "{chunk}");
        let said = hear(&town, &clerk, &last).await?;
        assert_eq!(said.matches("inspection.record").count(), 1, "{said}");
        let said = hear(&town, &theirs, &last).await?;
        assert!(!said.contains("i-1"), "another village's inspection: {said}");
        let nobody = Request::builder().uri("/api/v1/events").body(Body::empty())?;
        assert_eq!(town.router.clone().oneshot(nobody).await?.status(), StatusCode::UNAUTHORIZED);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_workbench_shows_what_waits_for_its_owner_and_nothing_he_may_not_see() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let task = json!({ "place": "p1", "kind": "special", "from": "2026-09-21", "due_on": "2026-09-22",
            "assignee": "p-staff1", "note": "" });
        clerk.post("/api/v1/tasks", task).await?.ok()?;
        let mut staff = town.login("staff1").await?;
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["today"][0]["place"]["name"], "老街饭店");
        assert_eq!(bench["overdue_tasks"], json!([]));
        assert_eq!((&bench["counts"][0]["code"], &bench["counts"][0]["n"]), (&json!("tasks"), &json!(1)));
        assert_eq!(town.login("staff2").await?.get("/api/v1/workbench").await?.ok()?["today"], json!([]));
        let nothing = town.login("admin").await?.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((&nothing["counts"], &nothing["hazards_due"]), (&json!([]), &json!([])));
        town.clock.advance_days(3);
        let bench = town.login("staff1").await?.get("/api/v1/workbench").await?.ok()?;
        assert_eq!((&bench["today"], bench["overdue_tasks"].as_array().map(Vec::len)), (&json!([]), Some(1)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_town_has_its_own_headings_in_its_own_order() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&app::Caller::system(), SECOND).await?;
        let mut clerk = town.login("clerk").await?;
        let parts = async |clerk: &mut common::Browser| -> anyhow::Result<Vec<(Value, Value)>> {
            let board = clerk.get("/api/v1/board").await?.ok()?;
            let rows = board["clauses"].as_array().cloned().unwrap_or_default();
            Ok(rows.iter().map(|row| (row["part"].clone(), row["section"].clone())).collect())
        };
        let said = |part: &str, section: &str| (json!(part), json!(section));
        let expected = [
            said("（一）村级责任", "mechanisms"),
            said("（一）村级责任", "forces"),
            said("（二）重点对象", "risk"),
            said("（二）重点对象", "risk"),
            said("三、督办", "safeguards"),
        ];
        assert_eq!(parts(&mut clerk).await?, expected);
        let bare: Vec<&str> = SECOND.lines().filter(|line| !line.starts_with("part = ")).collect();
        town.app.install_plan(&app::Caller::system(), &bare.join("\n")).await?;
        assert!(
            parts(&mut clerk).await?.iter().all(|(part, _)| part.is_null()),
            "none where the plan has none"
        );
        Ok(())
    })
    .await
}

/// How a duty stands for a place in a time: status, and the days or records done of those needed.
async fn stands(browser: &mut Browser, duty: &str, name: &str) -> anyhow::Result<(String, i64, i64)> {
    let page = browser.get(&format!("/api/v1/board/duties/{duty}&limit=200")).await?.ok()?;
    let all = page["occurrences"]["items"].as_array().cloned().unwrap_or_default();
    let one = all.iter().find(|one| one["subject"]["name"] == name).cloned().unwrap_or_default();
    let n = |key: &str| one[key].as_i64().unwrap_or(-1);
    Ok((one["status"].as_str().unwrap_or_default().to_owned(), n("done"), n("needed")))
}

#[tokio::test]
async fn another_change_of_a_place_leaves_its_days_and_verifications_as_they_were() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        fill(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let mut body = json!({
            "name": "路口小厂", "category": "nine_small.catering", "tags": ["fringe"], "village": V1, "address": "老街 1 号",
            "registration": { "kind": "unknown", "uscc": null }, "sector": "dept-civil",
            "heads": { "lodging": null, "working": null, "training": null, "capacity": null, "beds": null },
            "responsible": { "name": "杨老板", "phone": "13800001111" }, "opening": "open", "note": "",
        });
        let made = clerk.post("/api/v1/places", body.clone()).await?.ok()?;
        let path = format!("/api/v1/places/{}", made["id"].as_str().unwrap_or_default());
        let verify = |on: &str, version: i64| json!({ "on": on, "version": version });
        clerk.post(&format!("{path}/verify"), verify("2026-09-21", 1)).await?.ok()?;
        town.clock.advance_days(40);
        let mut clerk = town.login("clerk").await?;
        let third = "C9.2?from=2026-07-01&to=2026-09-30";
        let before = stands(&mut clerk, third, "路口小厂").await?;
        assert!(before.1 == 1 && ["met", "not_applicable"].contains(&before.0.as_str()), "{before:?}");
        let year = "C13.5?from=2026-01-01&to=2026-12-31";
        let sector = stands(&mut clerk, year, "路口小厂").await?;
        assert!(sector.1 > 0 && sector.1 == sector.2, "every day since it is there: {sector:?}");
        body["address"] = json!("老街 2 号");
        body["version"] = json!(2);
        clerk.put(&path, body.clone()).await?.ok()?;
        clerk.post(&format!("{path}/verify"), verify("2026-10-30", 3)).await?.ok()?;
        assert_eq!(stands(&mut clerk, year, "路口小厂").await?, sector, "an address is no sector");
        assert_eq!(stands(&mut clerk, third, "路口小厂").await?, before, "the earlier verification stays in its quarter");
        let fourth = stands(&mut clerk, "C9.2?from=2026-10-01&to=2026-12-31", "路口小厂").await?;
        assert_eq!(fourth.1, 1, "and the later one is in its own: {fourth:?}");
        assert_eq!(town.app.verify(&app::Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
