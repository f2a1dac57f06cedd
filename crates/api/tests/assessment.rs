//! Stories of assessments: a firm under contract records what it found, the hazards are on record at once, treated only when
//! they are settled; a firm without a contract is refused; the board counts it.

use app::Caller;
use axum::http::StatusCode;
use domain::place::KindCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::firm;
use crate::common::{Browser, TOWN, Town, V1, V2, day, shop, town_of};

const FACTORY: &str = "01a00000-0000-7000-8000-000000000111";
const SHOP: &str = "01a00000-0000-7000-8000-000000000112";
const FAR: &str = "01a00000-0000-7000-8000-000000000113";
const ID: &str = "01a00000-0000-7000-8000-000000000114";
const CONTRACT: &str = "01a00000-0000-7000-8000-000000000115";

/// The town with a firm and one of its people, a factory near and one far, and a shop.
async fn founded(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town_of(fresh, firm::with_firm()).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, FACTORY, "老街家具厂", V1).await?;
    shop(&town, SHOP, "老街杂货店", V1).await?;
    shop(&town, FAR, "凌阁堂砖厂", V2).await?;
    let whole = system.scope(domain::policy::Action::PlaceRead)?;
    let mut tx = town.app.db.write(&TOWN.into()).await?;
    for id in [FACTORY, FAR] {
        let place = tx.place(&id.into(), &whole).await?;
        let mut place = place.ok_or_else(|| anyhow::anyhow!("just made"))?;
        place.place.category = KindCode::from("factory");
        tx.update_place(&place).await?;
    }
    tx.commit(system.audit("place.change", "place", FACTORY, town.app.now()), ()).await?;
    Ok(town)
}

fn contract() -> Value {
    json!({ "id": CONTRACT, "kind": "third_party", "title": "厂房评估", "number": "8 号", "provider": "safety-co",
        "territory": V1, "what": "评估厂房", "amount_fen": 100, "signed_on": "2026-09-01", "from": "2026-09-01",
        "until": "2026-10-31", "deliverables": [{ "what": "评估报告", "due_on": "2026-09-30" }] })
}

fn assessed(conclusion: &str) -> Value {
    json!({ "id": ID, "place": FACTORY, "on": "2026-09-20", "org": "safety-co", "assessor": "尤评估",
        "conclusion": conclusion, "summary": "喷漆间无独立排风，线路老化", "treatment": "增设排风并更换线路",
        "treat_by": "2026-09-30", "finds": [{ "hazard_code": "H01.1", "description": "疏散通道堆放板材" }] })
}

async fn listed(browser: &mut Browser) -> anyhow::Result<Value> {
    browser.get("/api/v1/assessments").await?.ok()
}

#[tokio::test]
async fn a_firm_under_contract_assesses_and_what_it_found_is_treated_once_settled() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let before = listed(&mut clerk).await?;
        assert_eq!((&before["total"], &before["assessed"]), (&json!(2), &json!(0)));
        assert_eq!(before["items"][0]["state"], "missing");

        // Without a contract nobody lets the firm in, and the clerk cannot record in its name.
        let refused = clerk.post("/api/v1/assessments", assessed("conditional")).await?;
        assert_eq!(refused.code(), "assessment.no_contract", "{}", refused.body);
        clerk.post("/api/v1/contracts", contract()).await?.ok()?;

        let mut expert = town.login("expert").await?;
        let mut elsewhere = assessed("fit");
        elsewhere["place"] = json!(FAR);
        let told = expert.post("/api/v1/assessments", elsewhere).await?;
        assert_eq!(told.status, StatusCode::NOT_FOUND, "its contract is for one village");
        let mut as_office = assessed("fit");
        as_office["org"] = json!("office");
        assert_eq!(expert.post("/api/v1/assessments", as_office).await?.code(), "validation");
        let mut shop = assessed("fit");
        shop["place"] = json!(SHOP);
        assert_eq!(expert.post("/api/v1/assessments", shop).await?.code(), "assessment.not_asked");
        let mut silent = assessed("unfit");
        silent["treatment"] = json!("");
        assert_eq!(expert.post("/api/v1/assessments", silent).await?.code(), "assessment.no_treatment");

        let done = expert.post("/api/v1/assessments", assessed("conditional")).await?.ok()?;
        assert_eq!(
            (&done["contract"]["id"], &done["actions"]),
            (&json!(CONTRACT), &json!(["treat", "void"]))
        );
        let hazard = done["hazards"][0]["id"].as_str().unwrap_or_default().to_owned();
        let found = clerk.get(&format!("/api/v1/hazards/{hazard}")).await?.ok()?;
        assert!(found.to_string().contains("疏散通道堆放板材"), "{found}");
        let now = listed(&mut clerk).await?;
        assert_eq!((&now["assessed"], &now["open"]), (&json!(1), &json!(1)));

        let treat = json!({ "on": "2026-09-21", "text": "已整改", "version": done["version"] });
        let path = format!("/api/v1/assessments/{ID}/treat");
        assert_eq!(clerk.post(&path, treat.clone()).await?.code(), "assessment.hazard_open");
        let mut far = town.login("staff2").await?;
        assert_eq!(far.get(&format!("/api/v1/assessments/{ID}")).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(far.post(&path, treat).await?.status, StatusCode::NOT_FOUND);

        // The board counts it for its place, down to the record.
        let subject = format!("?subject_kind=place&subject={FACTORY}&window=2026");
        let proof = clerk.get(&format!("/api/v1/board/duties/C16.5/evidence{subject}")).await?.ok()?;
        assert!(proof.to_string().contains(ID), "{proof}");

        // Void it counts no more.
        let void = json!({ "reason": "登记错了场所", "version": done["version"] });
        let gone = clerk.post(&format!("/api/v1/assessments/{ID}/void"), void).await?.ok()?;
        assert_eq!((&gone["void"], &gone["actions"]), (&json!("登记错了场所"), &json!([])));
        assert_eq!(listed(&mut clerk).await?["assessed"], 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_clean_assessment_by_the_town_leaves_nothing_to_treat() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut clean = assessed("fit");
        for (key, value) in [("org", json!("office")), ("finds", json!([])), ("treatment", json!(""))] {
            clean[key] = value;
        }
        clean["treat_by"] = Value::Null;
        let done = clerk.post("/api/v1/assessments", clean.clone()).await?.ok()?;
        assert_eq!((&done["actions"], &done["contract"]), (&json!(["void"]), &Value::Null));
        let treat = json!({ "on": "2026-09-21", "text": "无", "version": 1 });
        let told = clerk.post(&format!("/api/v1/assessments/{ID}/treat"), treat).await?;
        assert_eq!(told.code(), "assessment.nothing_to_treat");
        let row = listed(&mut clerk).await?;
        let own =
            row["items"].as_array().into_iter().flatten().find(|one| one["place"]["id"] == FACTORY).cloned();
        assert_eq!(own.unwrap_or_default()["state"], "done");
        let mut auditor = town.login("auditor").await?;
        clean["id"] = json!("01a00000-0000-7000-8000-000000000119");
        assert_eq!(auditor.post("/api/v1/assessments", clean).await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}
