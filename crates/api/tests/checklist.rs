//! Stories of checklists at the door: shipped drafts, an edition published, a newer one with its differences, Excel out
//! and in, and who may not.

use app::Caller;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, day, town};

async fn first_of(browser: &mut Browser, code: &str) -> anyhow::Result<Value> {
    let items = browser.get("/api/v1/checklists").await?.items()?;
    let found = items.into_iter().rfind(|row| row["code"] == code);
    found.ok_or_else(|| anyhow::anyhow!("no list {code}"))
}

fn path(row: &Value, step: &str) -> String {
    format!("/api/v1/checklists/{}{step}", row["id"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn shipped_lists_are_drafts_until_the_office_publishes_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let system = Caller::system();
        assert_eq!(town.app.ensure_shipped_checklists(&system, None).await?, 19);
        assert_eq!(town.app.ensure_shipped_checklists(&system, None).await?, 0, "once");
        let mut clerk = town.login("clerk").await?;
        let rows = clerk.get("/api/v1/checklists").await?.items()?;
        assert_eq!(rows.len(), 19);
        assert!(rows.iter().all(|row| row["state"] == "draft"), "{rows:?}");
        let base = first_of(&mut clerk, "B").await?;
        assert_eq!(base["actions"], json!(["edit", "import", "publish"]));

        let mut staff = town.login("staff1").await?;
        assert_eq!(first_of(&mut staff, "B").await?["actions"], json!([]));
        let publish = json!({ "from": "2026-10-01", "version": 1 });
        let told = staff.post(&path(&base, "/publish"), publish.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        let mut unit = town.login("unit").await?;
        assert_eq!(unit.get("/api/v1/checklists").await?.status, StatusCode::FORBIDDEN);

        let stale = json!({ "from": "2026-10-01", "version": 9 });
        let told = clerk.post(&path(&base, "/publish"), stale).await?;
        assert_eq!((told.status, told.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(told.body["current"]["code"], "B");
        let valid = clerk.post(&path(&base, "/publish"), publish).await?.ok()?;
        assert_eq!((&valid["state"], &valid["valid_from"]), (&json!("valid"), &json!("2026-10-01")));
        assert!(valid["items"].as_array().is_some_and(|items| items.len() > 10));
        let item = &valid["items"][4];
        assert_eq!((&item["code"], &item["hazard_code"]), (&json!("B05"), &json!("H01.1")));
        assert!(item["hazard_label"].is_string() && item["basis"][0]["text"].is_string());
        let words = staff.get("/api/v1/hazard-codes").await?.items()?;
        assert!(words.iter().any(|word| word["code"] == "H01.1" && word["category"] == "01"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_edition_is_edited_compared_published_and_ends_the_old_one() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
        let mut clerk = town.login("clerk").await?;
        let first = first_of(&mut clerk, "N").await?;
        let told = clerk.put(&path(&first, ""), json!({ "title": "x", "items": [], "version": 1 })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "checklist.in_use"));

        let draft = clerk.post(&path(&first, "/edition"), json!({})).await?.ok()?;
        assert_eq!((&draft["edition"], &draft["state"]), (&json!(2), &json!("draft")));
        assert_eq!(draft["diff"], json!({ "added": [], "removed": [], "changed": [] }));
        let twice = clerk.post(&path(&first, "/edition"), json!({})).await?;
        assert_eq!(twice.code(), "checklist.still_draft");

        let mut items = draft["items"].as_array().cloned().unwrap_or_default();
        let gone = items.pop().map(|item| item["code"].clone());
        items[0]["text"] = json!("灶台与床铺分开");
        items.push(json!({ "code": "N99", "text": "夜间有人值守", "hazard_code": "H13.1",
            "basis": [{ "instrument": "镇街自定" }] }));
        let edit = json!({ "title": "九小场所（2026 秋）", "items": items, "version": draft["version"] });
        let edited = clerk.put(&path(&draft, ""), edit).await?.ok()?;
        assert_eq!(edited["diff"]["added"], json!(["N99"]));
        assert_eq!(edited["diff"]["removed"], json!([gone]));
        assert_eq!(edited["diff"]["changed"], json!([items[0]["code"]]));
        assert_eq!(edited["items"][1]["how"], draft["items"][1]["how"], "what was not sent stays");

        let publish = json!({ "from": "2026-10-01", "version": edited["version"] });
        let valid = clerk.post(&path(&draft, "/publish"), publish).await?.ok()?;
        assert_eq!((&valid["state"], &valid["lacking"]), (&json!("valid"), &json!([])));
        let old = clerk.get(&path(&first, "")).await?.ok()?;
        assert_eq!((&old["state"], &old["valid_to"]), (&json!("retired"), &json!("2026-09-30")));

        let taken = json!({ "code": "T", "title": "锅炉房", "purpose": "block",
            "applies": { "categories": ["factory"], "tags": [], "always": false } });
        let own = clerk.post("/api/v1/checklists", taken.clone()).await?.ok()?;
        assert_eq!(clerk.post("/api/v1/checklists", taken).await?.code(), "checklist.code_taken");
        let empty =
            clerk.post(&path(&own, "/publish"), json!({ "from": "2026-10-01", "version": 1 })).await?;
        assert_eq!((empty.status, empty.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation"));
        let made_up = json!({ "title": "锅炉房", "version": 1, "items": [{ "code": "T01", "text": "门口通畅",
            "hazard_code": "H99.9", "basis": [{ "instrument": "镇街自定" }] }] });
        let bare = json!({ "title": "锅炉房", "version": 1, "items": [{ "code": "T01", "text": "门口通畅",
            "hazard_code": "H99" }] });
        let bare = clerk.put(&path(&own, ""), bare).await?.ok()?;
        assert_eq!(bare["lacking"], json!(["检查项“T01”没有判定依据，镇街自定的请写“镇街自定”"]), "{bare}");
        let mut made_up = made_up;
        made_up["version"] = bare["version"].clone();
        let made_up = clerk.put(&path(&own, ""), made_up).await?.ok()?;
        assert_eq!(made_up["lacking"].as_array().map(Vec::len), Some(1), "{made_up}");
        let publish = json!({ "from": "2026-10-01", "version": made_up["version"] });
        let told = clerk.post(&path(&own, "/publish"), publish).await?;
        assert_eq!(told.body["fields"][0]["code"], "checklist.item_hazard_unknown", "{}", told.body);
        let thief = json!({ "title": "锅炉房", "version": made_up["version"], "items": [{ "code": "B05", "text": "别人的编号",
            "hazard_code": "H01.1", "basis": [{ "instrument": "镇街自定" }] }] });
        let thief = clerk.put(&path(&own, ""), thief).await?.ok()?;
        let publish = json!({ "from": "2026-10-01", "version": thief["version"] });
        let told = clerk.post(&path(&own, "/publish"), publish).await?;
        assert_eq!(told.body["fields"][0]["code"], "checklist.item_two_owners", "{}", told.body);
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_exported_imports_again_and_mistakes_are_named_by_cell() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
        let mut clerk = town.login("clerk").await?;
        let first = first_of(&mut clerk, "HY").await?;
        let book = clerk.get(&path(&first, "/export.xlsx")).await?;
        assert_eq!(&book.bytes[..2], b"PK");
        let draft = clerk.post(&path(&first, "/edition"), json!({})).await?.ok()?;
        let told = clerk.send(Method::POST, &path(&draft, "/import"), &[], book.bytes).await?.ok()?;
        assert_eq!(told["diff"], json!({ "added": [], "removed": [], "changed": [] }));
        assert_eq!(told["items"], draft["items"]);

        let rows = "编号,检查内容,判定依据,隐患代码\nHY01,无人住宿,镇街自定,H09.1\nHY02,,镇街自定,X1\n";
        let told = clerk.send(Method::POST, &path(&draft, "/import"), &[], rows.into()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation"));
        assert_eq!(
            told.body["fields"][0]["message"].as_str().and_then(|said| said.split_once("：")),
            Some(("工作表“CSV”第 3 行 B 检查内容", "检查项“HY02”没有检查内容，请填写")),
            "sheet, row and column: a number that comes twice finds nothing"
        );
        let cells: Vec<&str> = told.body["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|field| field["field"].as_str())
            .collect();
        assert_eq!(cells, ["B3", "D3"]);
        let kept = clerk.get(&path(&draft, "")).await?.ok()?;
        assert_eq!(kept["items"], draft["items"], "nothing of it was taken");
        Ok(())
    })
    .await
}
