//! Stories of the township's notice: sent as a file, attached, read carefully, and every doubt ruled on by a person.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::reading_town;

const NOTICE: &str = "试用通知\n一、任务\n9.甲所每月检查一次。\n10.甲所每年检查一次。\n12.乙办定期演练。\n";

#[tokio::test]
async fn every_doubt_about_the_attached_text_is_ruled_on_and_kept() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        assert_eq!(clerk.get("/api/v1/notice/findings").await?.status, StatusCode::NOT_FOUND);
        let bytes = |name: &str, bytes: &[u8]| (format!("/api/v1/notice/text?name={name}"), bytes.to_vec());
        let (path, sent) = bytes("n.txt", NOTICE.as_bytes());
        let kind = [("content-type", "application/octet-stream")];
        assert_eq!(clerk.send(Method::POST, &path, &kind, sent).await?.ok()?["text"], NOTICE);
        let (path, sent) = bytes("n.txt", &encoding_rs::GBK.encode(NOTICE).0);
        assert_eq!(
            clerk.send(Method::POST, &path, &kind, sent).await?.ok()?["text"],
            NOTICE,
            "a notice as Notepad keeps it in China"
        );
        let (path, sent) = bytes("n.docx", NOTICE.as_bytes());
        let told = clerk.send(Method::POST, &path, &kind, sent.clone()).await?;
        assert_eq!(told.code(), "notice.not_docx");
        assert_eq!(leader.send(Method::POST, &path, &kind, sent).await?.status, StatusCode::FORBIDDEN);
        clerk.put("/api/v1/notice", json!({ "title": "试用通知", "body": NOTICE })).await?.ok()?;
        let read = leader.get("/api/v1/notice/findings").await?.ok()?;
        let labels: Vec<_> =
            read["headings"].as_array().into_iter().flatten().map(|h| h["label"].clone()).collect();
        assert_eq!(labels, ["一", "9", "10", "12"]);
        let of = |read: &Value, kind: &str| {
            let all = read["findings"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|found| found["kind"] == kind).unwrap_or_default()
        };
        let conflict = of(&read, "frequency_conflict");
        assert_eq!(conflict["clauses"], json!(["9", "10"]));
        assert_eq!(conflict["ruling"], Value::Null);
        let utf16: Vec<u16> = NOTICE.encode_utf16().collect();
        let cut = |at: &Value| {
            let [from, to] = ["start", "end"].map(|end| at[end].as_u64().unwrap_or_default() as usize);
            String::from_utf16_lossy(utf16.get(from..to).unwrap_or_default())
        };
        assert_eq!(
            (cut(&conflict["at"][0]), cut(&conflict["at"][1])),
            ("每月检查一次".into(), "每年检查一次".into())
        );
        let key = conflict["key"].clone();
        let path = "/api/v1/notice/findings";
        let asked = json!({ "key": key, "ruling": "explained", "note": "一为列管单位，一为全部对象" });
        assert_eq!(leader.post(path, asked.clone()).await?.status, StatusCode::FORBIDDEN);
        let silent = json!({ "key": key, "ruling": "dismissed", "note": " " });
        assert_eq!(clerk.post(path, silent).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let ruled = clerk.post(path, asked.clone()).await?.ok()?;
        assert_eq!(
            (&ruled["ruling"]["ruling"], &ruled["ruling"]["version"]),
            (&json!("explained"), &json!(1))
        );
        assert_eq!(clerk.post(path, asked.clone()).await?.code(), "conflict.version");
        let nobody = json!({ "key": "x", "ruling": "accepted" });
        assert_eq!(clerk.post(path, nobody).await?.status, StatusCode::NOT_FOUND);
        // A corrected text keeps the ruling on what it did not touch.
        let body = NOTICE.replace("12.", "11.");
        clerk
            .put("/api/v1/notice", json!({ "title": "试用通知", "body": body, "version": 1 }))
            .await?
            .ok()?;
        let read = leader.get(path).await?.ok()?;
        assert_eq!(of(&read, "numbering_gap")["clauses"], json!(["1", "2", "3", "4", "5", "6", "7", "8"]));
        assert_eq!(of(&read, "frequency_conflict")["ruling"]["note"], "一为列管单位，一为全部对象");
        let again = json!({ "key": key, "ruling": "accepted", "version": 1 });
        assert_eq!(clerk.post(path, again).await?.ok()?["ruling"]["version"], 2);
        Ok(())
    })
    .await
}
