//! Stories at the door about ledgers: ten mistakes named by cell, mended and committed in one act, doubtful rows
//! decided, files that break readers turned away, what was taken out read in again unchanged.

use std::io::{Cursor, Write};

use app::Reader;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::ledger::{bring_in, choice, send, work};
use crate::common::{Browser, TOWN, Town, V1, V2, reading_town};

const HEADER: &str = "场所编号,场所名称,统一社会信用代码,场所类别,村（社区）,所属网格,行业主管部门,详细地址,\
                      消防安全责任人,联系电话,从业人数,经度,纬度,所在名录,营业状态,关停日期";

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn array(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn ledger(rows: &[&str]) -> Vec<u8> {
    let mut out = format!("{HEADER}\r\n");
    for row in rows {
        out.push_str(row);
        out.push_str("\r\n");
    }
    out.into_bytes()
}

async fn import(town: &Town, browser: &mut Browser, name: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
    bring_in(town, browser, ("places", name), bytes, json!({})).await
}

async fn count(browser: &mut Browser) -> anyhow::Result<i64> {
    Ok(browser.get("/api/v1/places?limit=1").await?.ok()?["total"].as_i64().unwrap_or(-1))
}

#[tokio::test]
async fn how_one_gets_in_comes_with_a_ledger_and_leaves_with_none() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let (mut clerk, mut auditor) = (town.login("clerk").await?, town.login("auditor").await?);
        let file = "场所名称,场所类别,村（社区）,进门和停车,需要的帮助\r\n老街粮油店,小商店,场镇社区,钥匙在隔壁三号,两人抬\r\n";
        let report = import(&town, &mut clerk, "doors.csv", file.as_bytes().to_vec()).await?;
        assert_eq!(report["created"].as_i64(), Some(1), "{report}");
        let found = clerk.get("/api/v1/places?limit=1").await?.items()?;
        let path = format!("/api/v1/places/{}", text(&found[0], "/id"));
        let place = clerk.get(&path).await?.ok()?;
        assert_eq!((text(&place, "/access"), text(&place, "/help")), ("钥匙在隔壁三号", "两人抬"));
        assert!(auditor.get(&path).await?.ok()?["access"].is_null(), "by need, not by rank");
        // The same file changes nothing; an empty cell takes nothing back.
        let report = import(&town, &mut clerk, "doors.csv", file.as_bytes().to_vec()).await?;
        assert_eq!(report["unchanged"].as_i64(), Some(1), "{report}");
        let bare = file.replace("钥匙在隔壁三号,两人抬", ",");
        import(&town, &mut clerk, "doors.csv", bare.into_bytes()).await?;
        assert_eq!(text(&clerk.get(&path).await?.ok()?, "/help"), "两人抬");
        let out = clerk.get("/api/v1/exports/places?format=csv").await?;
        let out = String::from_utf8_lossy(&out.bytes).into_owned();
        assert!(!out.contains("隔壁") && !out.contains("两人抬"), "{out}");
        Ok(())
    })
    .await
}

const MISTAKES: &[&str] = &[
    "A-1,甲店,,小商店,场镇社区,,,老街 1 号,张三,13800001111,3,105.9,29.3,,正常,",
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
    ",丑店,,小商店,场镇社区,,,,,,,,,派出所列管,,",
    "A-1,寅店,,小商店,场镇社区,,,,,,,,,,,",
    ",卯店,,小商店,,,,,,,,,,,,",
];

#[tokio::test]
async fn a_ledger_may_speak_as_the_plan_does_and_of_what_nobody_knows_the_nearest_are_offered()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let plan = include_str!("../../../plans/qingfeng-2023-16/plan.toml");
        town.app.install_plan(&app::Caller::system(), plan).await?;
        // The town has its own name for the body that the plan calls 民政和社会事务办.
        let mut admin = town.login("admin").await?;
        let orgs = admin.get("/api/v1/orgs").await?.items()?;
        let mut body = orgs.into_iter().find(|org| org["id"] == "dept-civil").unwrap_or_default();
        body["name"] = json!("社会保障服务局");
        body["short_name"] = json!("社保局");
        admin.put("/api/v1/orgs/dept-civil", body).await?.ok()?;
        let mut clerk = town.login("clerk").await?;
        let rows = [
            ",丁店,,工贸企业,场镇社区,,民政和社会事务办,,,,,,,,,",
            ",戊店,,小餐饮屋,场镇社区,,社服局,,,,,,,,,",
        ];
        let report = import(&town, &mut clerk, "plan.csv", ledger(&rows)).await?;
        let told = array(&report["problems"]);
        assert!(told.iter().all(|p| p["row"] == 3), "{told:#?}");
        let of = |code: &str| {
            let found = told.iter().find(|p| p["code"] == code);
            found.map(|p| text(p, "/message").to_owned()).unwrap_or_default()
        };
        assert!(of("cell.unknown_term").contains("相近的有：小餐饮"), "{told:#?}");
        assert!(of("place.sector_unknown").contains("相近的有：社会保障服务局"), "{told:#?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_bad_cell_of_a_row_is_named_at_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let rows = [
            ",丁店,,太空站,火星村,,外交部,,,12345,,29.3,105.9,,,",
            ",戊店,,太空站,场镇社区,第九网格,,,,,,很东,29.3,,,",
        ];
        let report = import(&town, &mut clerk, "many.csv", ledger(&rows)).await?;
        let found: Vec<(i64, String, String)> = array(&report["problems"])
            .iter()
            .map(|p| {
                (p["row"].as_i64().unwrap_or(0), text(p, "/column").to_owned(), text(p, "/code").to_owned())
            })
            .collect();
        let wanted = [
            (2, "D 场所类别", "cell.unknown_term"),
            (2, "J 联系电话", "cell.phone"),
            (2, "L 经度", "place.position"),
            (2, "E 村（社区）", "place.village_unknown"),
            (2, "G 行业主管部门", "place.sector_unknown"),
            (3, "D 场所类别", "cell.unknown_term"),
            (3, "F 所属网格", "place.grid_unknown"),
        ];
        for (row, column, code) in wanted {
            let one = (row, column.to_owned(), code.to_owned());
            assert!(found.contains(&one), "{one:?} in {found:#?}");
        }
        // A longitude nobody can read is one bad cell, not half a position besides.
        let of_third = found.iter().filter(|(row, ..)| *row == 3).count();
        assert_eq!((found.len(), of_third), (8, 3), "{found:#?}");
        assert_eq!((report["rows"].as_i64(), count(&mut clerk).await?), (Some(2), 0));
        Ok(())
    })
    .await
}

const MENDED: &[&str] = &[
    "A-1,甲店,,小商店,场镇社区,,,老街 1 号,张三,13800001111,3,105.9,29.3,,正常,",
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
    ",丑店,,小商店,场镇社区,,,,,,,,,派出所列管、村居摸底,,",
    "A-2,寅店,,小商店,场镇社区,,,,,,,,,,,",
    ",卯店,,小商店,凌阁堂,,,,,,,,,,,",
];

#[tokio::test]
async fn a_ledger_with_ten_mistakes_is_named_cell_by_cell_mended_and_committed_in_one_act()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let view = send(&mut clerk, "places", "ledger.csv", ledger(MISTAKES)).await?.ok()?;
        assert_eq!((view["header_row"].as_i64(), view["remembered"].as_bool()), (Some(1), Some(false)));
        assert_eq!(view["columns"].as_array().map(Vec::len), Some(16));
        assert_eq!(view["columns"][1]["field"], "name");
        assert_eq!(view["columns"][0]["samples"][0], "A-1");
        let job = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
        assert_eq!((text(&job, "/state"), job["done_n"].as_i64()), ("done", job["total_n"].as_i64()));
        let report = &job["result"];
        let found: Vec<(i64, String, String)> = array(&report["problems"])
            .iter()
            .map(|p| {
                (p["row"].as_i64().unwrap_or(0), text(p, "/column").to_owned(), text(p, "/code").to_owned())
            })
            .collect();
        for (row, column, code) in [
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
            (13, "N 所在名录", "import.no_list"),
            (14, "A 场所编号", "row.duplicate"),
            (15, "E 村（社区）", "place.village_missing"),
        ] {
            let wanted = (row, column.to_owned(), code.to_owned());
            assert!(found.contains(&wanted), "{wanted:?} in {found:#?}");
        }
        assert_eq!((report["rows"].as_i64(), report["created"].as_i64()), (Some(14), Some(1)));
        assert_eq!(count(&mut clerk).await?, 0, "trying writes nothing");
        let refused = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        assert_eq!(refused["result"]["committed"], false);
        assert_eq!(count(&mut clerk).await?, 0, "all or nothing");
        let sheet = clerk.get(&format!("/api/v1/imports/{}/problems.xlsx", text(&view, "/id"))).await?;
        assert!(sheet.status.is_success() && sheet.bytes.starts_with(b"PK"), "{}", sheet.body);
        // The error file may be mended and sent as it is: its sheet is taken for the one before, asked for or not.
        let errors =
            send(&mut clerk, "places", "problems.xlsx&sheet=CSV", sheet.bytes.to_vec()).await?.ok()?;
        assert_eq!(text(&errors, "/sheet"), text(&view, "/sheet"));
        let tried = work(&town, &mut clerk, &errors, "dry-run", &choice(&view)).await?;
        assert_eq!(tried["result"]["problems"], report["problems"]);

        for (kind, owner, village) in
            [("police_listed", "police", None), ("village_listed", "village-1", Some(V1))]
        {
            let list = json!({ "kind": kind, "owner": owner, "village": village });
            clerk.post("/api/v1/place-lists", list).await?.ok()?;
        }
        let view = send(&mut clerk, "places", "mended.csv", ledger(MENDED)).await?.ok()?;
        assert_eq!(view["remembered"], true, "the same headers were confirmed before");
        let tried = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
        assert_eq!(array(&tried["result"]["problems"]), Vec::<Value>::new());
        assert_eq!((&tried["result"]["created"], &tried["result"]["committed"]), (&json!(14), &json!(false)));
        let before = town.app.db.read(&TOWN.into()).await?.audit_head().await?.0;
        let done = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        assert_eq!((&done["result"]["created"], &done["result"]["committed"]), (&json!(14), &json!(true)));
        let mut read = town.app.db.read(&TOWN.into()).await?;
        let entries = read.audit_after(before, 50).await?;
        let actions: Vec<&str> = entries.iter().map(|e| e.action.as_str()).collect();
        assert_eq!(actions, ["import.queue", "import.commit"], "fourteen places are one act");
        assert_eq!(entries[1].actor_name, "周文书", "under the name of who asked");
        assert_eq!(read.verify().await?.findings, []);
        drop(read);
        assert_eq!(count(&mut clerk).await?, 14);
        for (filter, n) in [
            (format!("village={V2}"), 2),
            ("list=police_listed".to_owned(), 1),
            ("list=village_listed".to_owned(), 1),
            ("sector=dept-civil".to_owned(), 1),
            ("opening=suspended".to_owned(), 1),
            (format!("path={TOWN}/{V1}/500118100901001"), 1),
        ] {
            assert_eq!(clerk.get(&format!("/api/v1/places?{filter}")).await?.items()?.len(), n, "{filter}");
        }
        let again =
            clerk.post(&format!("/api/v1/imports/{}/commit", text(&view, "/id")), choice(&view)).await?;
        assert_eq!((again.status, again.code()), (StatusCode::UNPROCESSABLE_ENTITY, "import.done"));
        let twice = send(&mut clerk, "places", "mended.csv", ledger(MENDED)).await?.ok()?;
        assert!(twice["imported_before"].is_string(), "these very bytes were imported");
        let report = import(&town, &mut clerk, "mended.csv", ledger(MENDED)).await?;
        assert_eq!(
            (&report["created"], &report["updated"], &report["unchanged"]),
            (&json!(0), &json!(0), &json!(14))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_row_that_may_be_a_known_place_waits_for_somebody_to_decide() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let first = ["B-1,平安副食店,91110105771583283D,小商店,场镇社区,,,老街 1 号,张三,13800001111,,,,,,"];
        let report = import(&town, &mut clerk, "a.csv", ledger(&first)).await?;
        assert_eq!(report["created"], 1);
        let renamed = [
            ",平安超市,91110105771583283D,小商店,场镇社区,,,老街 1 号,张三,13800001111,,,,,,",
            ",新店,,小商店,场镇社区,,,,,,,,,,,",
        ];
        let view = send(&mut clerk, "places", "b.csv", ledger(&renamed)).await?.ok()?;
        let mut chosen = choice(&view);
        let job = work(&town, &mut clerk, &view, "commit", &chosen).await?;
        assert_eq!(job["result"]["committed"], false, "nobody decided yet");
        let doubtful = array(&job["result"]["duplicates"]);
        assert_eq!((doubtful.len(), doubtful[0]["row"].as_i64()), (1, Some(2)));
        assert_eq!(text(&doubtful[0], "/candidates/0/code"), "B-1");
        assert!(text(&doubtful[0], "/candidates/0/why").contains("名称不同"));
        assert_eq!(count(&mut clerk).await?, 1);
        chosen["decisions"] = json!({ "2": text(&doubtful[0], "/candidates/0/id"), "3": "skip" });
        let job = work(&town, &mut clerk, &view, "commit", &chosen).await?;
        let result = &job["result"];
        assert_eq!(
            (&result["updated"], &result["skipped"], &result["committed"]),
            (&json!(1), &json!(1), &json!(true))
        );
        let items = clerk.get("/api/v1/places").await?.items()?;
        assert_eq!(
            (items.len(), text(&items[0], "/name"), items[0]["version"].as_i64()),
            (1, "平安超市", Some(2))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_trial_run_shows_field_by_field_what_it_would_overwrite_with_phones_hidden() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let list = json!({ "kind": "police_listed", "owner": "police" });
        clerk.post("/api/v1/place-lists", list).await?.ok()?;
        let first = [
            "B-1,平安副食店,,小商店,场镇社区,,,老街 1 号,张三,13800001111,3,,,,,",
            "B-2,兴旺餐馆,,小餐饮,场镇社区,,,老街 2 号,李四,13800002222,,,,,,",
        ];
        import(&town, &mut clerk, "a.csv", ledger(&first)).await?;
        let later = [
            "B-1,平安超市,,小餐饮,凌阁堂村,,,,张三,13899991111,5,105.9,29.3,派出所列管,,",
            "B-2,兴旺餐馆,,小餐饮,场镇社区,,,老街 2 号,李四,13800002222,,,,,,",
            "B-3,新开的店,,小商店,场镇社区,,,,,,,,,,,",
        ];
        let view = send(&mut clerk, "places", "b.csv", ledger(&later)).await?.ok()?;
        let job = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
        let report = &job["result"];
        assert_eq!(
            (&report["created"], &report["updated"], &report["unchanged"]),
            (&json!(1), &json!(1), &json!(1)),
            "{report}"
        );
        let changes = array(&report["changes"]);
        assert_eq!(changes.len(), 1, "new and unchanged rows overwrite nothing: {changes:?}");
        let change = &changes[0];
        assert_eq!(
            (change["row"].as_i64(), text(change, "/code"), text(change, "/name")),
            (Some(2), "B-1", "平安副食店")
        );
        let fields: Vec<[String; 4]> = array(&change["fields"])
            .iter()
            .map(|f| ["/field", "/label", "/before", "/after"].map(|at| text(f, at).to_owned()))
            .collect();
        let wanted = [
            ["name", "场所名称", "平安副食店", "平安超市"],
            ["category", "场所类别", "小商店", "小餐饮"],
            ["village", "村（社区）", "场镇社区", "凌阁堂村"],
            ["phone", "联系电话", "138****1111", "138****1111（号码有改动）"],
            ["n_working", "从业人数", "3", "5"],
            ["lon", "经度", "", "105.9"],
            ["lat", "纬度", "", "29.3"],
            ["lists", "所在名录", "", "派出所列管"],
        ];
        assert_eq!(fields, wanted.map(|one| one.map(str::to_owned)), "the empty address is left as it is");
        assert!(!report.to_string().contains("13899991111"), "nobody needs the whole number here");
        let done = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        assert_eq!(
            (&done["result"]["committed"], &done["result"]["changes"]),
            (&json!(true), &report["changes"])
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_is_still_on_a_list_comes_in_unchanged_and_a_day_ahead_is_worth_a_look() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let list = json!({ "kind": "police_listed", "owner": "police" });
        let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
        let row = ["B-1,平安副食店,,小商店,场镇社区,,,老街 1 号,张三,13800001111,3,,,派出所列管,,"];
        import(&town, &mut clerk, "a.csv", ledger(&row)).await?;
        let path = format!("/api/v1/place-lists/{}/entries", text(&list, "/id"));
        let entry = clerk.get(&path).await?.items()?;
        let end = json!({ "on": "2030-12-31", "reason": "届时搬走", "version": 1 });
        let ended = clerk.post(&format!("{path}/{}/end", text(&entry[0], "/id")), end).await?;
        assert_eq!(ended.code(), "place_list.future", "it leaves on the day it leaves");
        let report = import(&town, &mut clerk, "b.csv", ledger(&row)).await?;
        assert_eq!((&report["updated"], &report["unchanged"]), (&json!(0), &json!(1)), "{report}");

        let ahead =
            ["B-1,平安副食店,,小商店,场镇社区,,,老街 1 号,张三,13800001111,3,,,派出所列管,停业,2031-01-01"];
        let view = send(&mut clerk, "places", "c.csv", ledger(&ahead)).await?.ok()?;
        let job = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
        let told = array(&job["result"]["notes"]);
        let told: Vec<(&str, &str)> = told.iter().map(|p| (text(p, "/column"), text(p, "/code"))).collect();
        assert!(told.contains(&("P 关停日期", "place.closes_later")), "{told:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn people_too_are_shown_with_what_changes_of_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let sheet = |rows: &str| format!("姓名,手机,单位,角色,责任区域,任职日期\r\n{rows}\r\n").into_bytes();
        let given = sheet("新来的人,13800001111,,,,");
        let view = send(&mut clerk, "people", "a.csv", given).await?.ok()?;
        let done = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        assert_eq!(done["result"]["created"], 1, "{done}");
        let id = {
            let later = sheet("新来的人,13800001111、13900002222,民政和社会事务办,部门检查员,,2026-01-05");
            let view = send(&mut clerk, "people", "b.csv", later).await?.ok()?;
            let job = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
            let changes = array(&job["result"]["changes"]);
            assert_eq!(changes.len(), 1, "{job}");
            let fields: Vec<[String; 3]> = array(&changes[0]["fields"])
                .iter()
                .map(|f| ["/label", "/before", "/after"].map(|at| text(f, at).to_owned()))
                .collect();
            assert_eq!(fields[0], ["手机", "138****1111", "138****1111、139****2222"]);
            assert_eq!((fields[1][0].as_str(), fields[1][1].as_str()), ("新增任职", ""));
            assert!(
                fields[1][2].starts_with("民政和社会事务办 · ") && fields[1][2].ends_with("2026-01-05 起")
            );
            text(&changes[0], "/id").to_owned()
        };
        let known = clerk.get(&format!("/api/v1/people/{id}")).await?.ok()?;
        assert_eq!(text(&known, "/name"), "新来的人", "a trial writes nothing");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_taken_out_reads_in_again_unchanged_and_only_within_ones_right() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        for (kind, owner, village) in
            [("police_listed", "police", None), ("village_listed", "village-1", Some(V1))]
        {
            let list = json!({ "kind": kind, "owner": owner, "village": village });
            clerk.post("/api/v1/place-lists", list).await?.ok()?;
        }
        import(&town, &mut clerk, "a.csv", ledger(MENDED)).await?;
        for format in ["xlsx", "csv", "geojson"] {
            let told = clerk.get(&format!("/api/v1/exports/places?format={format}")).await?;
            assert!(told.status.is_success(), "{}", told.body);
            assert!(told.headers["content-disposition"].to_str()?.starts_with("attachment;"));
            let report = import(&town, &mut clerk, &format!("out.{format}"), told.bytes).await?;
            assert_eq!(
                (&report["unchanged"], &report["rows"]),
                (&json!(14), &json!(14)),
                "{format}: {report}"
            );
        }
        let mut read = town.app.db.read(&TOWN.into()).await?;
        let entries = read.audit_page(&Default::default(), i64::MAX, 50).await?;
        drop(read);
        let entry = entries.iter().find(|e| e.action == "register.export").expect("on record");
        assert!(entry.detail.contains("\"rows\":14"), "{}", entry.detail);
        let mut secretary = town.login("secretary2").await?;
        let own = secretary.get("/api/v1/exports/places?format=csv").await?;
        let own = String::from_utf8(own.bytes)?;
        assert!(own.contains("戊店") && !own.contains("甲店"), "{own}");
        let mut staff = town.login("staff1").await?;
        assert_eq!(staff.get("/api/v1/exports/places").await?.status, StatusCode::FORBIDDEN);
        assert_eq!(send(&mut staff, "places", "x.csv", ledger(MENDED)).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(
            clerk.get("/api/v1/exports/places?format=pdf").await?.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let stolen = fresh.stolen()?;
        assert!(
            stolen.contains("甲店") && !stolen.contains("13800001111"),
            "neither rows, files nor jobs tell it"
        );
        let template = clerk.get("/api/v1/imports/template.xlsx?kind=places").await?;
        assert!(template.bytes.starts_with(b"PK"));
        Ok(())
    })
    .await
}

/// A workbook of one sheet from its XML.
fn workbook(sheet: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut target = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let parts: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#),
        ("_rels/.rels", br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    for (name, bytes) in parts {
        target.start_file(name, options)?;
        target.write_all(bytes)?;
    }
    Ok(target.finish()?.into_inner())
}

#[tokio::test]
async fn files_that_are_no_ledger_or_break_readers_are_turned_away_with_a_sentence() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let bomb = workbook(&vec![b' '; 260 << 20])?;
        assert!(bomb.len() < 1 << 20);
        for (name, bytes, code) in [
            ("photo.xlsx", b"\xFF\xD8\xFF\xE0 not a ledger".to_vec(), "import.wrong_type"),
            ("paper.xlsx", b"%PDF-1.7".to_vec(), "import.wrong_type"),
            ("empty.csv", Vec::new(), "import.file_empty"),
            ("bomb.xlsx", bomb, "import.file_too_complex"),
        ] {
            let told = send(&mut clerk, "places", name, bytes).await?;
            assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{name}");
        }
        let told = send(&mut clerk, "dragons", "a.csv", ledger(MENDED)).await?;
        assert_eq!(told.code(), "import.unknown_kind");
        let told = send(&mut clerk, "places", "big.csv", vec![b'x'; 17 << 20]).await?;
        assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
        let told = clerk.send(Method::POST, "/api/v1/places", &[("content-type", "application/json")], vec![b' '; 2 << 20]).await?;
        assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE, "only files may be that large");

        let far = br#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&#22330;&#25152;&#21517;&#31216;</t></is></c><c r="B1" t="inlineStr"><is><t>&#26449;&#65288;&#31038;&#21306;&#65289;</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>&#30002;</t></is></c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>"#;
        let view = send(&mut clerk, "places", "far.xlsx", workbook(far)?).await?.ok()?;
        let job = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
        let report = &job["result"];
        let said = format!("{}{}", report["problems"], report["notes"]);
        assert!(said.contains("XFD"), "the far cell is left out and named: {said}");
        assert_eq!(report["rows"], 1);

        let mut unmapped = choice(&view);
        unmapped["mapping"] = json!({});
        let path = format!("/api/v1/imports/{}/commit", text(&view, "/id"));
        let told = clerk.post(&path, unmapped).await?;
        assert_eq!(text(&told.body, "/fields/0/code"), "import.field_missing");
        assert_eq!(count(&mut clerk).await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_full_disk_stops_the_upload_and_not_the_reading() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let bytes = ledger(&MENDED[..1]);
        // The draft of this very file, as it is kept sealed, ends on a device that is always full.
        let kept = town.app.db.keys(&TOWN.into()).await?.seal_file(&bytes)?;
        let draft = fresh.folder.path().join("parts").join(format!("{}.new", app::request_hash(&kept)));
        std::os::unix::fs::symlink("/dev/full", &draft)?;
        let told = send(&mut clerk, "places", "a.csv", bytes.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::INSUFFICIENT_STORAGE, "store.full"));
        assert_eq!(count(&mut clerk).await?, 0, "reading goes on");
        std::fs::remove_file(&draft)?;
        assert_eq!(import(&town, &mut clerk, "a.csv", bytes).await?["committed"], true);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn people_and_their_posts_come_by_ledger_too() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let rows = "姓名,手机,单位,角色,职务,责任区域,任职日期\r\n\
                    李新来,13911112222,场镇社区,网格管理员,驻村干部,场镇社区第一网格,2026-03-01\r\n\
                    周文书,,消防工作站,消安办专管员,,,\r\n\
                    李新来,13911112222,场镇社区,村专兼职消防员,,,2026-04-01\r\n";
        let view = send(&mut clerk, "people", "people.csv", rows.as_bytes().to_vec()).await?.ok()?;
        let job = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        let result = &job["result"];
        assert_eq!(result["problems"], json!([]), "{result}");
        assert_eq!(
            (&result["created"], &result["updated"], &result["unchanged"], &result["committed"]),
            (&json!(1), &json!(1), &json!(1), &json!(true)),
            "one new person, his second post, and the clerk who holds his: {result}"
        );
        let found = clerk.get("/api/v1/people?q=%E6%9D%8E%E6%96%B0%E6%9D%A5").await?.items()?;
        assert_eq!((found.len(), found[0]["assignments"].as_array().map(Vec::len)), (1, Some(2)));
        let wrong = "姓名,单位,角色\r\n王五,外交部,网格管理员\r\n";
        let view = send(&mut clerk, "people", "w.csv", wrong.as_bytes().to_vec()).await?.ok()?;
        let job = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
        assert_eq!(text(&job, "/result/problems/0/code"), "person.org_unknown");
        let single = json!({ "name": "村书记", "min_n": 1, "max_n": 1, "active": true, "version": 1 });
        clerk.put("/api/v1/posts/post-secretary1", single).await?.ok()?;
        let second = "姓名,单位,角色,责任区域\r\n王五,场镇社区,村（社区）书记,场镇社区\r\n";
        let view = send(&mut clerk, "people", "s.csv", second.as_bytes().to_vec()).await?.ok()?;
        let job = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        assert_eq!(text(&job, "/result/problems/0/code"), "assignment.occupied", "{job}");
        assert_eq!(
            clerk.get("/api/v1/people?q=%E7%8E%8B%E4%BA%94").await?.items()?.len(),
            0,
            "nothing half-written"
        );
        let mut other = town.login("head").await?;
        assert_eq!(
            other.get(&format!("/api/v1/jobs/{}", text(&job, "/id"))).await?.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(town.app.db.read(&TOWN.into()).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_job_whose_reader_is_out_of_order_is_tried_again_and_given_up_aloud() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let view = send(&mut clerk, "places", "a.csv", ledger(&MENDED[..1])).await?.ok()?;
        let asked = clerk
            .post(&format!("/api/v1/imports/{}/commit", text(&view, "/id")), choice(&view))
            .await?
            .ok()?;
        let path = format!("/api/v1/jobs/{}", text(&asked, "/id"));
        let mut broken = town.app.clone();
        broken.reader = Reader::at(std::path::Path::new("no-such-program"));
        assert_eq!(broken.run_due_jobs().await?, 1);
        let job = clerk.get(&path).await?.ok()?;
        assert_eq!(text(&job, "/state"), "waiting", "a fault of the machine may pass");
        assert!(!text(&job, "/error").is_empty(), "and is shown");
        assert_eq!(broken.run_due_jobs().await?, 0, "after a pause");
        for _ in 0..4 {
            town.clock.advance_ms(10 * 60 * 1000);
            assert_eq!(broken.run_due_jobs().await?, 1);
        }
        let mut clerk = town.login("clerk").await?;
        assert_eq!(text(&clerk.get(&path).await?.ok()?, "/state"), "failed");
        assert_eq!(town.app.run_due_jobs().await?, 0);
        assert_eq!(count(&mut clerk).await?, 0);
        let done = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        assert_eq!(done["result"]["committed"], true, "asked again, it is done");
        Ok(())
    })
    .await
}

const DEVICES: &str = "设备编号,设备名称,设备类型,型号,所在场所,村（社区）,GB/T 26875.3 地址,IMEI,心跳间隔（秒）,安装日期,密钥\r\n";

#[tokio::test]
async fn devices_come_by_ledger_all_or_none_and_no_secret_with_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        import(&town, &mut clerk, "a.csv", ledger(&["A-1,甲店,,小商店,场镇社区,,,,,,,,,,,"])).await?;
        let count = async |who: &mut Browser| -> anyhow::Result<Value> {
            Ok(who.get("/api/v1/devices?limit=1").await?.ok()?["total"].clone())
        };
        let file = |rows: &[&str]| format!("{DEVICES}{}", rows.join("\r\n")).into_bytes();
        let good = "D-1,后堂感烟,烟感,某厂 A1,甲店,,889/1.2.0a000200,860374051096202,60,2026-09-01,hush-hush";
        let bad = [
            good,
            ",二楼感烟,烟感,,乙店,,,,,,",
            ",三楼感烟,火眼金睛,,甲店,,,,,,",
            ",四楼感烟,烟感,,甲店,,889/1.2.0a000200,,60,,",
            ",五楼感烟,烟感,,,火星村,,,,,",
        ];
        let view = send(&mut clerk, "devices", "d.csv", file(&bad)).await?.ok()?;
        assert!(
            array(&view["columns"])
                .iter()
                .any(|one| text(one, "/header") == "密钥" && one["field"].is_null())
        );
        let tried = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?["result"].clone();
        let told: Vec<(Value, String)> = array(&tried["problems"])
            .iter()
            .map(|one| (one["row"].clone(), text(one, "/column").to_owned()))
            .collect();
        let rows: Vec<Value> = told.iter().map(|(row, _)| row.clone()).collect();
        assert_eq!(rows, [json!(3), json!(4), json!(5), json!(6)], "{tried}");
        assert!(told[0].1.contains("所在场所") && told[1].1.contains("设备类型"), "{told:?}");
        assert!(told[2].1.contains("26875") && told[3].1.contains("村"), "{told:?}");
        let refused = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?["result"].clone();
        assert_eq!(
            (&refused["committed"], count(&mut clerk).await?),
            (&json!(false), json!(0)),
            "all or none"
        );

        let view = send(&mut clerk, "devices", "e.csv", file(&[good])).await?.ok()?;
        let tried = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?["result"].clone();
        assert_eq!(
            (&tried["created"], count(&mut clerk).await?),
            (&json!(1), json!(0)),
            "a trial keeps nothing"
        );
        let done = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?["result"].clone();
        assert_eq!((&done["committed"], &done["created"]), (&json!(true), &json!(1)), "{done}");
        let kept = clerk.get("/api/v1/devices").await?.items()?[0].clone();
        let page = clerk.get(&format!("/api/v1/devices/{}", text(&kept, "/id"))).await?.ok()?;
        assert_eq!(
            (text(&page, "/place/name"), text(&page, "/kind/code")),
            ("甲店", "smoke_detector"),
            "{page}"
        );
        assert_eq!(array(&page["links"]).len(), 2);
        assert!(!page.to_string().contains("hush-hush"));

        // The same again changes nothing; a known number changes what is written, and only that.
        let again = send(&mut clerk, "devices", "f.csv", file(&[good])).await?.ok()?;
        let again = work(&town, &mut clerk, &again, "commit", &choice(&again)).await?["result"].clone();
        assert_eq!((&again["unchanged"], &again["created"]), (&json!(1), &json!(0)), "{again}");
        let moved = "D-1,前堂感烟,烟感,,,,,,120,,";
        let moved = send(&mut clerk, "devices", "g.csv", file(&[moved])).await?.ok()?;
        let moved = work(&town, &mut clerk, &moved, "commit", &choice(&moved)).await?["result"].clone();
        assert_eq!(moved["updated"], json!(1), "{moved}");
        let page = clerk.get(&format!("/api/v1/devices/{}", text(&kept, "/id"))).await?.ok()?;
        assert_eq!(
            (text(&page, "/name"), text(&page, "/model"), &page["heartbeat_s"]),
            ("前堂感烟", "某厂 A1", &json!(120))
        );
        let mut staff = town.login("staff1").await?;
        assert_eq!(send(&mut staff, "devices", "h.csv", file(&[good])).await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_left_the_page_comes_back_to_where_it_stands() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let row = ",乙店,,小商店,场镇社区,,,老街 2 号,李四,13800002222,2,105.9,29.3,,正常,";
        let view = send(&mut clerk, "places", "a.csv", ledger(&[row])).await?.ok()?;
        let path = format!("/api/v1/imports/{}", text(&view, "/id"));
        let sent = clerk.get(&path).await?.ok()?;
        assert_eq!((&sent["file"], &sent["choice"], &sent["job"]), (&view, &Value::Null, &Value::Null));
        let mut asked = choice(&view);
        asked["decisions"] = json!({ "2": "new" });
        clerk.post(&format!("{path}/dry-run"), asked.clone()).await?;
        let begun = clerk.get(&path).await?.ok()?;
        assert_eq!(
            (text(&begun, "/job/state"), &begun["choice"]["decisions"]),
            ("waiting", &asked["decisions"])
        );
        assert_eq!(begun["choice"]["mapping"], asked["mapping"]);
        let tray = clerk.get("/api/v1/jobs").await?.items()?;
        assert_eq!(tray[0]["href"], json!(format!("/imports?id={}", text(&view, "/id"))));
        town.app.run_due_jobs().await?;
        let tried = clerk.get(&path).await?.ok()?;
        assert_eq!((text(&tried, "/job/state"), &tried["job"]["result"]["created"]), ("done", &json!(1)));
        clerk.post(&format!("{path}/commit"), asked).await?;
        town.app.run_due_jobs().await?;
        let done = clerk.get(&path).await?.ok()?;
        assert_eq!(
            (text(&done, "/job/kind"), &done["job"]["result"]["committed"]),
            ("import.commit", &json!(true))
        );
        assert_eq!(head.get(&path).await?.status, StatusCode::NOT_FOUND, "somebody else's");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_house_with_eleven_in_the_ledger_is_on_its_sectors_key_list_at_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let rows = |n: u32| {
            ledger(&[&format!(
                "A-77,学堂巷出租屋,,自建房·出租,场镇社区,,,学堂巷 7 号,张三,13800001111,{n},105.9,29.3,,正常,"
            )])
        };
        for (n, listed) in [(11, true), (10, false), (12, true)] {
            let view = send(&mut clerk, "places", "台账.csv", rows(n)).await?.ok()?;
            let job = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
            assert_eq!(text(&job, "/state"), "done", "{job}");
            let places = clerk.get("/api/v1/places?q=A-77").await?.items()?;
            let id = places.first().map(|one| text(one, "/id").to_owned()).unwrap_or_default();
            let page = clerk.get(&format!("/api/v1/houses/{id}")).await?.ok()?;
            assert_eq!(page["on_key_list"], json!(listed), "{n} {page}");
            // Whose number it is: the ledger's, of no day.
            assert_eq!(
                (&page["counted_by"], &page["counted_on"]),
                (&json!("台账导入：台账.csv"), &Value::Null)
            );
            let asked = array(&page["checks"]).iter().filter(|one| one["answer"] == "asked").count();
            assert_eq!(asked > 0, listed, "{n} {page}");
            town.clock.advance_days(1);
            clerk = town.login("clerk").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_place_far_from_the_town_is_remarked_before_it_is_taken() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let (mut admin, mut clerk) = (town.login("admin").await?, town.login("clerk").await?);
        let ring = [[105.8, 29.2], [106.0, 29.2], [106.0, 29.4], [105.8, 29.4], [105.8, 29.2]];
        let drawn = json!({ "area": { "type": "Polygon", "coordinates": [ring] }, "from": "2026-01-01",
            "source": "区民政局界线图" });
        admin.put("/api/v1/territories/500118100000/boundary", drawn).await?.ok()?;
        let rows = [
            "B-1,平安超市,,小商店,场镇社区,,,,张三,13899991111,5,105.9,29.3,,,",
            "B-2,兴旺餐馆,,小餐饮,场镇社区,,,,李四,13800002222,,116.4,39.9,,,",
        ];
        let view = send(&mut clerk, "places", "b.csv", ledger(&rows)).await?.ok()?;
        let told = work(&town, &mut clerk, &view, "dry-run", &choice(&view)).await?;
        let result = &told["result"];
        let said = [array(&result["problems"]), array(&result["notes"])].concat();
        let outside: Vec<&Value> = said.iter().filter(|one| one["code"] == "place.outside").collect();
        assert_eq!(outside.iter().map(|one| one["row"].as_i64()).collect::<Vec<_>>(), [Some(3)], "{result}");
        // Nobody said in which system the positions are: it is asked once, and of nothing that brings none.
        let unsaid = |report: &Value| {
            let notes = array(&report["notes"]).into_iter().filter(|one| one["code"] == "import.crs_unsaid");
            notes.map(|one| one["row"].as_i64()).collect::<Vec<_>>()
        };
        assert_eq!(unsaid(result), [Some(0)], "{result}");
        let mut said = choice(&view);
        said["crs"] = json!("gcj02");
        let told = work(&town, &mut clerk, &view, "dry-run", &said).await?;
        assert_eq!(unsaid(&told["result"]), [], "{told}");
        let written = work(&town, &mut clerk, &view, "commit", &choice(&view)).await?;
        assert_eq!(
            (&written["result"]["committed"], unsaid(&written["result"])),
            (&json!(true), vec![Some(0)])
        );
        let again = import(&town, &mut clerk, "again.csv", ledger(&[rows[0]])).await?;
        assert_eq!((&again["unchanged"], unsaid(&again)), (&json!(1), vec![]), "it stands there already");
        let drawn = json!({ "type": "FeatureCollection", "features": [{ "type": "Feature",
            "properties": { "name": "路口小吃", "category": "nine_small.catering", "village": "场镇社区" },
            "geometry": { "type": "Point", "coordinates": [105.91, 29.31] } }] });
        let of_map = import(&town, &mut clerk, "c.geojson", drawn.to_string().into_bytes()).await?;
        assert_eq!(
            (&of_map["created"], unsaid(&of_map)),
            (&json!(1), vec![]),
            "its format says it: {of_map}"
        );
        Ok(())
    })
    .await
}
