//! Stories of purchased services: what a provider owes is handed in by one and accepted by another; a provider's people see
//! where and while their contract runs, and nothing besides.

use app::Caller;
use axum::http::StatusCode;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::firm;
use crate::common::{Browser, TOWN, Town, V1, V2, shop, town_of};

const NEAR: &str = "01a00000-0000-7000-8000-000000000101";
const FAR: &str = "01a00000-0000-7000-8000-000000000102";
const ID: &str = "01a00000-0000-7000-8000-000000000801";

/// The town with a safety company and one of its people, whose post reaches the whole town.
async fn served(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town_of(fresh, firm::with_firm()).await?;
    town.app.install_shipped_plan(&Caller::system()).await?;
    shop(&town, NEAR, "老街五金店", V1).await?;
    shop(&town, FAR, "凌阁堂榨油坊", V2).await?;
    Ok(town)
}

fn contract() -> Value {
    json!({ "id": ID, "kind": "third_party", "title": "老街商铺消防安全评估", "number": "青峰采〔2026〕8 号",
        "provider": "safety-co", "territory": V1, "what": "评估沿街商铺四十六家", "amount_fen": 4_600_000,
        "signed_on": "2026-09-01", "from": "2026-09-01", "until": "2026-10-31",
        "deliverables": [{ "what": "评估报告", "due_on": "2026-09-20" }, { "what": "培训一次", "due_on": "2026-10-20" }] })
}

async fn status(browser: &mut Browser, path: &str) -> anyhow::Result<StatusCode> {
    Ok(browser.get(path).await?.status)
}

fn place(id: &str) -> String {
    format!("/api/v1/places/{id}")
}

#[tokio::test]
async fn a_provider_sees_where_and_while_its_contract_runs() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = served(&fresh).await?;
        let (mut clerk, mut expert) = (town.login("clerk").await?, town.login("expert").await?);
        assert_eq!(status(&mut expert, &place(NEAR)).await?, StatusCode::FORBIDDEN, "no contract, no right");
        clerk.post("/api/v1/contracts", contract()).await?.ok()?;
        assert_eq!(status(&mut expert, &place(NEAR)).await?, StatusCode::OK);
        assert_eq!(status(&mut expert, &place(FAR)).await?, StatusCode::NOT_FOUND, "another village");
        let seen = expert.get("/api/v1/places").await?.ok()?;
        assert_eq!(seen["total"], 1, "{seen}");
        assert_eq!(expert.get("/api/v1/contracts").await?.items()?.len(), 1, "its own");
        for closed in ["/api/v1/people", "/api/v1/meetings", "/api/v1/drills", "/api/v1/board"] {
            assert_eq!(status(&mut expert, closed).await?, StatusCode::FORBIDDEN, "{closed}");
        }

        // A second one, for the whole town, begins when the first is over.
        let mut whole = contract();
        whole["id"] = json!("01a00000-0000-7000-8000-000000000802");
        whole["territory"] = json!(V2);
        whole["from"] = json!("2026-11-01");
        whole["until"] = json!("2026-11-30");
        whole["deliverables"] = json!([]);
        clerk.post("/api/v1/contracts", whole).await?.ok()?;
        let nine = |text: &str| Timestamp::parse(&format!("{text}T09:00:00+08:00")).unwrap_or_default();
        town.clock.set(nine("2026-10-31"));
        let mut expert = town.login("expert").await?;
        assert_eq!(status(&mut expert, &place(NEAR)).await?, StatusCode::OK, "the last day");
        town.clock.set(nine("2026-11-01"));
        let mut expert = town.login("expert").await?;
        assert_eq!(
            status(&mut expert, &place(NEAR)).await?,
            StatusCode::NOT_FOUND,
            "the same village, after the end"
        );
        assert_eq!(status(&mut expert, &place(FAR)).await?, StatusCode::OK);
        town.clock.set(nine("2026-12-01"));
        let mut expert = town.login("expert").await?;
        assert_eq!(status(&mut expert, &place(FAR)).await?, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_owed_is_handed_in_by_one_and_accepted_by_another() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = served(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let mut near = town.login("secretary1").await?;
        for (key, value, code) in [
            ("what", json!(" "), "contract.empty"),
            ("until", json!("2026-08-01"), "contract.backwards"),
            ("signed_on", json!("2026-09-22"), "contract.not_yet"),
            ("amount_fen", json!(-1), "contract.negative"),
            ("deliverables", json!([{ "what": "报告", "due_on": "2026-11-01" }]), "contract.deliverable"),
        ] {
            let mut wrong = contract();
            wrong[key] = value;
            assert_eq!(clerk.post("/api/v1/contracts", wrong).await?.code(), code);
        }
        for (key, code) in [("provider", "contract.provider"), ("territory", "contract.territory"), ("kind", "contract.kind")] {
            let mut wrong = contract();
            wrong[key] = json!("nobody");
            assert_eq!(clerk.post("/api/v1/contracts", wrong).await?.body["fields"][0]["code"], code);
        }
        assert_eq!(near.post("/api/v1/contracts", contract()).await?.status, StatusCode::FORBIDDEN);
        let made = clerk.post("/api/v1/contracts", contract()).await?.ok()?;
        assert_eq!((&made["standing"], &made["overdue"]), (&json!("running"), &json!(1)), "{made}");
        assert_eq!(made["actions"], json!(["end", "void"]));
        let base = format!("/api/v1/contracts/{ID}");
        assert_eq!(near.get(&base).await?.ok()?["actions"], json!([]), "it is for his village");
        assert_eq!(town.login("secretary2").await?.get(&base).await?.status, StatusCode::NOT_FOUND);

        let mut expert = town.login("expert").await?;
        let to = |no: usize, step: &str| format!("{base}/deliverables/{no}/{step}");
        let say = |text: &str, version: i64| json!({ "text": text, "version": version });
        assert_eq!(near.post(&to(1, "deliver"), say("报告", 1)).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(expert.post(&to(1, "deliver"), say(" ", 1)).await?.code(), "contract.nothing_said");
        assert_eq!(expert.post(&to(9, "deliver"), say("报告", 1)).await?.code(), "contract.no_deliverable");
        let file = "01a00000-0000-7000-8000-000000000701";
        let send = format!("/api/v1/attachments?id={file}&object_kind=contract&object_id={ID}&name=report.pdf");
        let sent = expert.send(axum::http::Method::POST, &send, &[], b"%PDF-1.7".to_vec()).await?;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let handed = json!({ "text": "报告一份", "files": [file], "version": 1 });
        let late = expert.post(&to(1, "deliver"), handed).await?.ok()?;
        assert_eq!((&late["owes"][0]["late"], &late["waiting"]), (&json!(true), &json!(1)));
        assert_eq!(late["owes"][0]["notes"][0]["files"][0]["name"], "report.pdf");
        let judge = |accept: bool, reason: &str, version: i64| {
            json!({ "accept": accept, "reason": reason, "version": version })
        };
        assert_eq!(expert.post(&to(1, "judge"), judge(true, "", 2)).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(clerk.post(&to(1, "judge"), judge(false, "", 2)).await?.code(), "contract.no_reason");
        let stale = clerk.post(&to(1, "judge"), judge(true, "", 1)).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(2)));
        let back = clerk.post(&to(1, "judge"), judge(false, "缺三家照片", 2)).await?.ok()?;
        assert_eq!((&back["owes"][0]["progress"], &back["overdue"]), (&json!("refused"), &json!(1)));
        // The office hands it in for a provider that has nobody at a desk: then another accepts.
        clerk.post(&to(1, "deliver"), say("补齐照片", 3)).await?.ok()?;
        assert_eq!(clerk.post(&to(1, "judge"), judge(true, "", 4)).await?.code(), "contract.own");
        let told = head.post(&to(1, "judge"), judge(true, " ", 4)).await?;
        assert_eq!(told.code(), "contract.nothing_seen", "nothing is accepted unseen: {}", told.body);
        let shown = "01a00000-0000-7000-8000-000000000702";
        let send = format!("/api/v1/attachments?id={shown}&object_kind=contract&object_id={ID}&name=seen.pdf");
        head.send(axum::http::Method::POST, &send, &[], b"%PDF-1.7".to_vec()).await?.ok()?;
        let seen = json!({ "accept": true, "reason": "抽查三家，与报告一致", "files": [shown], "version": 4 });
        let done = head.post(&to(1, "judge"), seen).await?.ok()?;
        let last = done["owes"][0]["notes"].as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
        assert_eq!((&last["text"], &last["files"][0]["name"]), (&json!("抽查三家，与报告一致"), &json!("seen.pdf")));
        assert_eq!((&done["accepted"], &done["owes"][0]["actions"]), (&json!(1), &json!([])));

        let page = clerk.get("/api/v1/board/duties/C16.7").await?.ok()?;
        assert!(!page.to_string().contains("无数据"), "{page}");
        let path = format!("/api/v1/board/duties/C16.7/evidence?subject_kind=town&subject={TOWN}&window=2026");
        let behind = clerk.get(&path).await?.ok()?;
        assert_eq!(behind["items"][0]["id"], ID, "{behind}");
        assert_eq!(behind["items"][0]["title"], "老街商铺消防安全评估");

        let end = |on: &str, reason: &str| json!({ "on": on, "reason": reason, "version": 5 });
        let to_end = format!("{base}/end");
        assert_eq!(clerk.post(&to_end, end("2026-11-01", "换人")).await?.code(), "contract.end_outside");
        let ended = clerk.post(&to_end, end("2026-09-20", "人员不到位")).await?.ok()?;
        assert_eq!((&ended["standing"], &ended["reason"]), (&json!("ended"), &json!("人员不到位")));
        assert_eq!(expert.get(&place(NEAR)).await?.status, StatusCode::FORBIDDEN, "ended for its people, too");
        let void = clerk.post(&format!("{base}/void"), json!({ "reason": "录重了", "version": 6 })).await?.ok()?;
        assert_eq!((&void["standing"], &void["actions"]), (&json!("void"), &json!([])));
        let behind = clerk.get(&path).await?.ok()?;
        assert_eq!(behind["items"], json!([]), "what is void counts for nothing");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_contract_that_ran_out_is_not_ended_before_its_time() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = served(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut over = contract();
        over["until"] = json!("2026-09-20");
        over["deliverables"] = json!([{ "what": "评估报告", "due_on": "2026-09-20" }]);
        let made = clerk.post("/api/v1/contracts", over).await?.ok()?;
        assert_eq!((&made["standing"], &made["actions"]), (&json!("over"), &json!(["void"])), "{made}");
        let end = json!({ "on": "2026-09-19", "reason": "换人", "version": 1 });
        let told = clerk.post(&format!("/api/v1/contracts/{ID}/end"), end).await?;
        assert_eq!(told.code(), "contract.over", "{}", told.body);
        Ok(())
    })
    .await
}
