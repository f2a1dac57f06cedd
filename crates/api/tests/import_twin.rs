//! Stories at the door about ledgers that say one thing twice: rows about one place, and a name that another village
//! has too. Nothing of the ledger is written until somebody decided.

use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::ledger::{bring_in, choice, send, work};
use crate::common::{Browser, Town, reading_town};

const HEADER: &str = "场所名称,村（社区）,详细地址,消防安全责任人,联系电话,场所类别,统一社会信用代码";

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn array(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

async fn upload(browser: &mut Browser, name: &str, rows: &[&str]) -> anyhow::Result<Value> {
    let bytes = format!("{HEADER}\r\n{}\r\n", rows.join("\r\n")).into_bytes();
    send(browser, "places", name, bytes).await?.ok()
}

/// What comes of a file with these decisions, tried or in earnest.
async fn result(
    town: &Town,
    browser: &mut Browser,
    view: &Value,
    what: &str,
    decisions: Value,
) -> anyhow::Result<Value> {
    let mut asked = choice(view);
    asked["decisions"] = decisions;
    let job = work(town, browser, view, what, &asked).await?;
    Ok(job["result"].clone())
}

async fn count(browser: &mut Browser) -> anyhow::Result<i64> {
    Ok(browser.get("/api/v1/places?limit=1").await?.ok()?["total"].as_i64().unwrap_or(-1))
}

/// Created, updated, unchanged and skipped.
fn numbers(report: &Value) -> [i64; 4] {
    ["created", "updated", "unchanged", "skipped"].map(|key| report[key].as_i64().unwrap_or(-1))
}

#[tokio::test]
async fn two_rows_about_one_new_place_wait_for_somebody_to_decide() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let twice = "重复小吃店,凌阁堂村,后街1号,李四,13700000001,小餐饮,";
        let rows = [
            twice,
            twice,
            "青峰粮店,凌阁堂村,后街2号,李五,13700000002,小商店,",
            "青峰粮店,凌阁堂村,前街9号,李六,13700000003,小商店,",
            "青峰酒店,凌阁堂村,后街3号,李七,13700000004,小商店,91110105771583283D",
            "青峰酒店门市,场镇社区,新街3号,李八,13700000005,小商店,91110105771583283D",
        ];
        let view = upload(&mut clerk, "twice.csv", &rows).await?;
        for what in ["dry-run", "commit"] {
            let report = result(&town, &mut clerk, &view, what, json!({})).await?;
            assert_eq!((numbers(&report), &report["committed"]), ([4, 0, 0, 0], &json!(false)), "{report}");
            let asked = array(&report["duplicates"]);
            let of: Vec<[&Value; 3]> = asked
                .iter()
                .map(|one| [&one["row"], &one["candidates"][0]["row"], &one["candidates"][0]["id"]])
                .collect();
            let none = json!("");
            assert_eq!(of, [[&json!(3), &json!(2), &none], [&json!(7), &json!(6), &none]], "{report}");
            assert!(text(&asked[0], "/candidates/0/why").contains("第 2 行"), "{report}");
            let remarks = array(&report["notes"]);
            let repeated: Vec<&Value> =
                remarks.iter().filter(|one| one["code"] == "row.duplicate").map(|one| &one["row"]).collect();
            assert_eq!(repeated, [&json!(5)], "what is asked about is no mere remark: {report}");
            assert_eq!(count(&mut clerk).await?, 0, "nobody decided yet");
        }
        let decided = json!({ "3": "skip", "7": "new" });
        let report = result(&town, &mut clerk, &view, "commit", decided).await?;
        assert_eq!((numbers(&report), &report["committed"]), ([5, 0, 0, 1], &json!(true)), "{report}");
        let report = {
            let view = upload(&mut clerk, "again.csv", &rows[1..4]).await?;
            result(&town, &mut clerk, &view, "dry-run", json!({})).await?
        };
        assert_eq!(
            array(&report["duplicates"]).len(),
            2,
            "two of that name are there to choose from: {report}"
        );
        assert_eq!(numbers(&report), [0, 0, 1, 0], "{report}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_row_about_a_known_place_names_the_first() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let row = "老街面馆,场镇社区,老街1号,张三,13800001111,小餐饮,";
        let view = upload(&mut clerk, "one.csv", &[row]).await?;
        let report = result(&town, &mut clerk, &view, "commit", json!({})).await?;
        assert_eq!(numbers(&report), [1, 0, 0, 0], "{report}");
        let moved = "老街面馆,场镇社区,新街8号,张三,13800001111,小餐饮,";
        let view = upload(&mut clerk, "two.csv", &[row, moved]).await?;
        let report = result(&town, &mut clerk, &view, "dry-run", json!({})).await?;
        let asked = array(&report["duplicates"]);
        assert_eq!(
            (asked.len(), &asked[0]["row"], &asked[0]["candidates"][0]["row"]),
            (1, &json!(3), &json!(2))
        );
        assert!(text(&asked[0], "/candidates/0/why").contains("第 2 行"), "{report}");
        assert!(!text(&asked[0], "/candidates/0/id").is_empty(), "and the place it is: {report}");
        let report = result(&town, &mut clerk, &view, "commit", json!({ "3": "skip" })).await?;
        assert_eq!((numbers(&report), count(&mut clerk).await?), ([0, 0, 1, 1], 1), "{report}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_name_that_another_village_has_is_asked_about() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let first = [
            "青峰百货店14,凌阁堂村,后街14号,李四,13700000014,小商店,",
            "便民超市,凌阁堂村,后街20号,李五,13700000020,小商店,",
            "便民超市,场镇社区,新街20号,李六,13700000021,小商店,",
        ];
        let view = upload(&mut clerk, "first.csv", &first).await?;
        let report = result(&town, &mut clerk, &view, "commit", json!({})).await?;
        assert_eq!(
            (numbers(&report), &report["duplicates"]),
            ([3, 0, 0, 0], &json!([])),
            "a chain is no question"
        );
        let view = upload(&mut clerk, "second.csv", &first).await?;
        let report = result(&town, &mut clerk, &view, "dry-run", json!({})).await?;
        assert_eq!((numbers(&report), &report["duplicates"]), ([0, 0, 3, 0], &json!([])), "nor is it again");

        let elsewhere = ["青峰百货店14,场镇社区,新街14号,钱某,13700000099,小商店,"];
        let view = upload(&mut clerk, "elsewhere.csv", &elsewhere).await?;
        let report = result(&town, &mut clerk, &view, "commit", json!({})).await?;
        assert_eq!((numbers(&report), count(&mut clerk).await?), ([0, 0, 0, 0], 3), "{report}");
        let asked = array(&report["duplicates"]);
        assert_eq!((asked.len(), &asked[0]["row"]), (1, &json!(2)), "{report}");
        assert!(text(&asked[0], "/candidates/0/why").contains("村（社区）不同"), "{report}");
        assert_eq!(asked[0]["candidates"][0].get("row"), None, "it is a place, no row");
        assert_eq!(asked[0]["candidates"][0]["name_only"], true, "{report}");
        let id = text(&asked[0], "/candidates/0/id").to_owned();
        let moved = result(&town, &mut clerk, &view, "dry-run", json!({ "2": id })).await?;
        assert_eq!(numbers(&moved), [0, 1, 0, 0], "the same place under another village: {moved}");
        let report = result(&town, &mut clerk, &view, "commit", json!({ "2": "new" })).await?;
        assert_eq!((numbers(&report), count(&mut clerk).await?), ([1, 0, 0, 0], 4), "{report}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_what_is_alike_by_name_says_so() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let first = ["便民超市,凌阁堂村,后街20号,李五,13700000020,小商店,91110105771583283D"];
        let view = upload(&mut clerk, "first.csv", &first).await?;
        let report = result(&town, &mut clerk, &view, "commit", json!({})).await?;
        assert_eq!(numbers(&report), [1, 0, 0, 0], "{report}");
        let later = [
            "便民超市,场镇社区,新街1号,王一,13700000031,小商店,",
            "便民超市,场镇社区,新街2号,王二,13700000032,小商店,91110105771583283D",
            "便民批发部,场镇社区,新街3号,王三,13700000033,小商店,91110105771583283D",
            "便民超市,场镇社区,新街4号,王四,13700000020,小商店,",
        ];
        let mut told = Vec::new();
        for row in later {
            let view = upload(&mut clerk, "later.csv", &[row]).await?;
            let report = result(&town, &mut clerk, &view, "dry-run", json!({})).await?;
            let candidate = &report["duplicates"][0]["candidates"][0];
            told.push((text(candidate, "/why").to_owned(), candidate["name_only"].clone()));
        }
        let wanted = [
            ("名称相同但村（社区）不同或未填，请确认是否同一场所", true),
            ("统一社会信用代码和名称相同但村（社区）不同，请确认是迁址、分店还是填错", false),
            ("统一社会信用代码相同但名称不同，请确认是更名、分店还是填错", false),
            ("名称相同但村（社区）不同或未填，请确认是否同一场所", false),
        ];
        assert_eq!(told, wanted.map(|(why, name_only)| (why.to_owned(), json!(name_only))));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_row_like_a_renamed_place_is_asked_about_wherever_it_stands() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let header = "场所编号,场所名称,村（社区）,场所类别\r\n";
        let known = format!("{header}A-1,甲饭店,场镇社区,小餐饮\r\n").into_bytes();
        let report = bring_in(&town, &mut clerk, ("places", "known.csv"), known, json!({})).await?;
        assert_eq!(numbers(&report), [1, 0, 0, 0], "{report}");
        let (bare, renamed) = (",甲小馆,场镇社区,小餐饮\r\n", "A-1,甲小馆,场镇社区,小餐饮\r\n");
        for (rows, row, other) in [([bare, renamed], 2, 3), ([renamed, bare], 3, 2)] {
            let file = format!("{header}{}", rows.concat()).into_bytes();
            let view = send(&mut clerk, "places", "both.csv", file).await?.ok()?;
            let report = result(&town, &mut clerk, &view, "dry-run", json!({})).await?;
            assert_eq!(numbers(&report), [0, 1, 0, 0], "{report}");
            let asked = array(&report["duplicates"]);
            assert_eq!((asked.len(), &asked[0]["row"]), (1, &json!(row)), "{report}");
            let candidate = &asked[0]["candidates"][0];
            assert_eq!((&candidate["row"], &candidate["code"]), (&json!(other), &json!("A-1")), "{report}");
            assert!(!text(candidate, "/id").is_empty(), "the place that row is: {report}");
            let decided = json!({ row.to_string(): "skip" });
            let report = result(&town, &mut clerk, &view, "dry-run", decided).await?;
            assert_eq!((numbers(&report), &report["duplicates"]), ([0, 1, 0, 1], &json!([])), "{report}");
        }
        Ok(())
    })
    .await
}
