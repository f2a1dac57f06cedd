//! The story of a town's own words for a paper: drafted by the office, approved by a leader, taken when a paper is begun,
//! beside the one that comes along; a field that would be lost is refused by its name.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::town;

const HERE: &str = "/api/v1/papers/templates";

fn wording(sentence: &str) -> Value {
    json!({ "code": "DT02", "words": { "piece.0": sentence }, "from": "2026-09-21", "why": "换成村民听得懂的话" })
}

fn advice(edition: Option<u32>) -> Value {
    json!({ "template": "DT02", "edition": edition, "org": "village-1", "values": {
        "to": "老街五金店", "place": "老街五金店", "seen_on": "2026-09-21", "findings": ["楼梯间堆放货物"],
        "advice": ["今天搬走楼梯间货物"], "deadline": "2026-09-28", "contact": "李消防", "phone": "023-49000000" } })
}

#[tokio::test]
async fn the_town_words_a_paper_and_what_was_made_before_stays() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let system = Caller::system();
        town.app.install_shipped_plan(&system).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let (mut head, mut leader) = (town.login("head").await?, town.login("leader").await?);

        let before = clerk.get(HERE).await?.ok()?;
        let bases = before["bases"].as_array().map(Vec::len).unwrap_or_default();
        assert!(bases > 30 && before["items"] == json!([]), "{before}");
        assert_eq!(staff.get(HERE).await?.ok()?["bases"], json!([]), "who may not draft needs none");
        let received = json!({ "code": "DT05", "words": { "title": "x" }, "from": "2026-09-21", "why": "y" });
        assert_eq!(clerk.post(HERE, received).await?.code(), "paper_template.received");

        // The advice forgets the day: refused, and the refusal names what people call it.
        let lost = clerk
            .post(
                HERE,
                json!({ "code": "DT02", "from": "2026-09-21", "why": "短一点",
            "words": { "piece.4": "需要帮助时请联系{contact}，电话{phone}。" } }),
            )
            .await?;
        assert_eq!(lost.body["fields"][0]["code"], "paper_template.field_lost", "{}", lost.body);
        assert!(lost.body["fields"][0]["message"].as_str().is_some_and(|text| text.contains("建议完成日期")));
        let orders = clerk.post(HERE, wording("{seen_on}检查“{place}”，责令如下：")).await?;
        assert_eq!(orders.body["fields"][0]["code"], "paper.orders", "{}", orders.body);
        assert_eq!(clerk.get(HERE).await?.ok()?["items"], json!([]), "nothing half-written");
        assert_eq!(staff.post(HERE, wording("{seen_on}{place}")).await?.status, StatusCode::FORBIDDEN);

        let draft = clerk.post(HERE, wording("{seen_on}我们到“{place}”看了看，请留意：")).await?.ok()?;
        assert_eq!(
            (&draft["edition"], &draft["n"], &draft["state"]),
            (&json!(1001), &json!(1), &json!("draft"))
        );
        assert_eq!(draft["changes"][0]["at"], "piece.0");
        let at = format!("{HERE}/{}", draft["id"].as_str().unwrap_or_default());
        let decide =
            |approve: bool, version: i64| json!({ "approve": approve, "reason": "", "version": version });
        let waits = |bench: Value| {
            bench["counts"].as_array().into_iter().flatten().any(|one| one["code"] == "paper_templates")
        };
        assert!(
            waits(leader.get("/api/v1/workbench").await?.ok()?),
            "the leader is told that one waits for him"
        );
        assert!(!waits(clerk.get("/api/v1/workbench").await?.ok()?), "who drafted it is not");
        let first = staff.post("/api/v1/papers", advice(None)).await?.ok()?;
        assert_eq!(first["form"]["edition"], 1, "a draft of a template is not in use");
        assert_eq!(
            staff.post("/api/v1/papers", advice(Some(1001))).await?.body["fields"][0]["code"],
            "paper.template"
        );
        assert_eq!(
            head.post(&format!("{at}/decide"), decide(true, 1)).await?.status,
            StatusCode::FORBIDDEN,
            "a leader approves templates, not the office"
        );
        assert_eq!(
            leader.post(&format!("{at}/decide"), decide(false, 1)).await?.code(),
            "paper_template.no_reason"
        );
        let back = json!({ "approve": false, "reason": "“看了看”太随便", "version": 1 });
        let returned = leader.post(&format!("{at}/decide"), back).await?.ok()?;
        assert_eq!((&returned["state"], &returned["reason"]), (&json!("returned"), &json!("“看了看”太随便")));
        let mut again = wording("{seen_on}我们到“{place}”做了检查，请留意：");
        again["version"] = json!(1);
        assert_eq!(
            clerk.put(&at, again.clone()).await?.status,
            StatusCode::CONFLICT,
            "read before it was returned"
        );
        again["version"] = json!(2);
        clerk.put(&at, again).await?.ok()?;
        let example = clerk.get(&format!("{at}/example.pdf")).await?;
        assert!(example.bytes.starts_with(b"%PDF-"), "{}", example.body);
        let upward = json!({ "code": "DT11", "words": { "field.round": "督查轮次" }, "from": "2026-09-21", "why": "叫法" });
        let upward = clerk.post(HERE, upward).await?.ok()?;
        let page = format!("{HERE}/{}/example.pdf", upward["id"].as_str().unwrap_or_default());
        let page = clerk.get(&page).await?;
        assert!(page.bytes.starts_with(b"%PDF-"), "one that somebody signs upwards has its example too: {}", page.body);
        let approved = leader.post(&format!("{at}/decide"), decide(true, 3)).await?.ok()?;
        assert_eq!((&approved["in_use"], &approved["decided_by"]["name"]), (&json!(true), &json!("郑分管")));

        // From now on a paper is begun with the town's words; the one that comes along stays to be chosen.
        let options = staff.get("/api/v1/papers/options").await?.ok()?;
        let offered: Vec<&Value> = options["templates"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["code"] == "DT02")
            .map(|one| &one["own"])
            .collect();
        assert_eq!(offered, [&json!(1), &json!(0)]);
        let second = staff.post("/api/v1/papers", advice(None)).await?.ok()?;
        assert_eq!(
            (&second["form"]["edition"], &second["template"]["label"]),
            (&json!(1001), &json!("督促整改通知书"))
        );
        let built_in = staff.post("/api/v1/papers", advice(Some(1))).await?.ok()?;
        assert_eq!(built_in["form"]["edition"], 1);
        let id = second["id"].as_str().unwrap_or_default();
        let docx = staff.get(&format!("/api/v1/papers/{id}/paper.docx")).await?;
        assert!(docx.bytes.starts_with(b"PK"));

        // Withdrawn, it is begun no more; what was made from it keeps it and goes on.
        assert_eq!(
            clerk.post(&format!("{at}/withdraw"), json!({ "reason": "x", "version": 4 })).await?.status,
            StatusCode::FORBIDDEN,
            "in force, only a leader takes it back"
        );
        leader
            .post(&format!("{at}/withdraw"), json!({ "reason": "改用市里样式", "version": 4 }))
            .await?
            .ok()?;
        let third = staff.post("/api/v1/papers", advice(None)).await?.ok()?;
        assert_eq!(third["form"]["edition"], 1);
        let number =
            staff.post(&format!("/api/v1/papers/{id}/approve"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!((&number["state"], &number["form"]["edition"]), (&json!("approved"), &json!(1001)));
        let listed = staff.get("/api/v1/papers").await?;
        assert_eq!(listed.items()?.len(), 4, "every row has a name");
        let next = clerk.post(HERE, wording("{seen_on}检查“{place}”时看到：")).await?.ok()?;
        assert_eq!(next["edition"], 1002, "an edition is never used twice");
        assert!(town.app.verify(&system).await?.findings.is_empty());
        Ok(())
    })
    .await
}
