//! Stories of letters: only the holder of the day signs, the board follows, a change of holder asks for a new letter; and a
//! post's year is read off the record.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, V1, town};

const LETTER: &str = "01a00000-0000-7000-8000-000000000001";
const OTHER: &str = "01a00000-0000-7000-8000-000000000002";

fn letter(id: &str, signer: &str, signed_on: &str) -> Value {
    json!({ "id": id, "post": "post-secretary1", "signer": signer, "number": "青消责〔2026〕3号", "signed_on": signed_on,
        "from": "2026-01-10", "until": "2026-12-31", "counterpart": "镇人民政府", "duties": ["C8.8"],
        "indicators": ["隐患按期整改率不低于 90%", " "] })
}

/// Days of a quarter on which the secretary of the first village was bound, and days asked for.
async fn bound(who: &mut Browser, quarter: &str) -> anyhow::Result<(u64, u64)> {
    let page = who.get(&format!("/api/v1/board/duties/C8.8?village={V1}&limit=50")).await?.ok()?;
    let all = page["occurrences"]["items"].as_array().cloned().unwrap_or_default();
    let case = all.into_iter().find(|one| one["window"]["key"] == quarter).unwrap_or_default();
    Ok((case["done"].as_u64().unwrap_or(999), case["needed"].as_u64().unwrap_or(999)))
}

async fn line(who: &mut Browser) -> anyhow::Result<Value> {
    let page = who.get("/api/v1/letters").await?.ok()?;
    let posts = page["posts"].as_array().cloned().unwrap_or_default();
    Ok(posts.into_iter().find(|one| one["post"]["id"] == "post-secretary1").unwrap_or_default())
}

#[tokio::test]
async fn a_letter_binds_its_signer_and_ends_when_he_leaves() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(line(&mut clerk).await?["standing"], "missing");
        assert_eq!(bound(&mut clerk, "2026-Q3").await?, (0, 83));
        for (signer, on) in [("p-staff1", "2026-01-10"), ("p-secretary1", "2024-12-31")] {
            let refused = clerk.post("/api/v1/letters", letter(LETTER, signer, on)).await?;
            assert_eq!(refused.body["fields"][0]["code"], "letter.not_holder", "{}", refused.body);
        }
        let mut wrong = letter(LETTER, "p-secretary1", "2026-01-10");
        wrong["duties"] = json!(["X9"]);
        assert_eq!(
            clerk.post("/api/v1/letters", wrong).await?.body["fields"][0]["code"],
            "letter.unknown_duty"
        );
        let good = letter(LETTER, "p-secretary1", "2026-01-10");
        let next = town.login("secretary2").await?.post("/api/v1/letters", good.clone()).await?;
        assert_eq!(next.status, StatusCode::NOT_FOUND, "the next village's");
        let mut good = good;
        good["number"] = json!("青消责〔2026〕02号");
        let signed = clerk.post("/api/v1/letters", good.clone()).await?.ok()?;
        let mut second = letter("01a00000-0000-7000-8000-0000000000f9", "p-secretary1", "2026-01-10");
        second["number"] = good["number"].clone();
        let told = clerk.post("/api/v1/letters", second).await?;
        assert_eq!(told.body["fields"][0]["code"], "letter.number_used", "{}", told.body);
        assert_eq!(
            (&signed["standing"], &signed["indicators"]),
            (&json!("in_force"), &json!(["隐患按期整改率不低于 90%"]))
        );
        assert_eq!(bound(&mut clerk, "2026-Q1").await?, (81, 90), "from 10 January on");
        assert_eq!(bound(&mut clerk, "2026-Q3").await?, (83, 83));
        assert_eq!(line(&mut clerk).await?["standing"], "in_force");
        let mut own = town.login("secretary1").await?;
        assert_eq!(own.get(&format!("/api/v1/letters/{LETTER}")).await?.ok()?["signer"]["name"], "王书记");

        let year = own.get("/api/v1/letters/statement?post=post-secretary1&year=2026").await?.ok()?;
        let duties = year["duties"].as_array().cloned().unwrap_or_default();
        assert!(duties.iter().any(|duty| duty["duty"] == "C8.8" && duty["has_data"] == true), "{year}");
        assert_eq!(year["letters"][0]["id"], LETTER);
        assert_eq!(year["holders"][0]["person"]["name"], "王书记");
        let mut next = town.login("secretary2").await?;
        let theirs = next.get("/api/v1/letters/statement?post=post-secretary1&year=2026").await?;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(next.get(&format!("/api/v1/letters/{LETTER}")).await?.status, StatusCode::NOT_FOUND);

        let end = json!({ "last_day": "2026-09-20", "version": 1 });
        clerk.post("/api/v1/assignments/a-secretary1/end", end).await?.ok()?;
        assert_eq!(bound(&mut clerk, "2026-Q3").await?, (82, 83), "his last day was yesterday");
        let page = clerk.get("/api/v1/letters").await?.ok()?;
        assert_eq!(page["items"][0]["standing"], "to_resign");
        let appoint = json!({ "person": "p-staff1", "post": "post-secretary1", "from": "2026-09-21" });
        clerk.post("/api/v1/assignments", appoint).await?.ok()?;
        assert_eq!(line(&mut clerk).await?["standing"], "to_resign", "by who follows him");
        let again = clerk.post("/api/v1/letters", letter(OTHER, "p-staff1", "2026-09-21")).await?.ok()?;
        assert_eq!(again["standing"], "in_force");
        assert_eq!(line(&mut clerk).await?["holder"]["name"], "李消防");
        let void = format!("/api/v1/letters/{OTHER}/void");
        let bare = clerk.post(&void, json!({ "version": 1 })).await?;
        assert_eq!(bare.body["fields"][0]["code"], "letter.no_reason");
        let stale = clerk.post(&void, json!({ "reason": "签错", "version": 9 })).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(1)));
        let gone = clerk.post(&void, json!({ "reason": "签错", "version": 1 })).await?.ok()?;
        assert_eq!((&gone["standing"], &gone["void"]["reason"]), (&json!("void"), &json!("签错")));
        let twice = clerk.post(&void, json!({ "reason": "签错", "version": 2 })).await?;
        assert_eq!(twice.code(), "letter.voided");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
