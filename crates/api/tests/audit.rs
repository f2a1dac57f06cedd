//! Stories of the record at the door.

use axum::http::StatusCode;
use serde_json::json;
use testkit::both_databases;

use crate::common::town;

#[tokio::test]
async fn the_auditor_reads_the_record_and_has_it_proved() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        clerk.post("/api/v1/people", json!({ "name": "尤新人" })).await?.ok()?;
        assert_eq!(clerk.get("/api/v1/audit").await?.code(), "policy.forbidden", "not the clerk's to read");
        let mut auditor = town.login("auditor").await?;
        let page = auditor.get("/api/v1/audit?limit=2").await?.ok()?;
        assert_eq!(page["items"][0]["action"], "account.login");
        let added = &page["items"][1];
        assert_eq!(
            (&added["action_label"], &added["object_kind_label"], &added["rows_n"], &added["actor_name"]),
            (&json!("人员：新增"), &json!("人员"), &json!(1), &json!("周文书"))
        );
        assert_eq!(added["object_ref"], "尤新人", "an id alone says nothing to people");
        assert_eq!(page["items"][0]["object_ref"], "", "a login has no name of its own");
        let next = page["next"].as_str().unwrap_or_default();
        let rest = auditor.get(&format!("/api/v1/audit?before={next}")).await?.ok()?;
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(2), "the founding and the clerk's login");
        assert_eq!(rest["next"], json!(null));
        assert_eq!(auditor.get("/api/v1/audit?to=2026-09-20").await?.items()?.len(), 0);
        assert_eq!(auditor.get("/api/v1/audit?from=2026-09-21&to=2026-09-21").await?.items()?.len(), 4);
        assert_eq!(auditor.get("/api/v1/audit?object_kind=person").await?.items()?.len(), 1);

        assert_eq!(clerk.post("/api/v1/audit/verify", json!({})).await?.status, StatusCode::FORBIDDEN);
        let told = auditor.post("/api/v1/audit/verify", json!({})).await?;
        assert_eq!((told.status, &told.body["state"]), (StatusCode::ACCEPTED, &json!("waiting")));
        assert_eq!(town.app.run_due_jobs().await?, 1);
        let id = told.body["id"].as_str().unwrap_or_default().to_owned();
        let job = auditor.get(&format!("/api/v1/jobs/{id}")).await?.ok()?;
        assert_eq!((&job["state"], &job["result"]["findings"]), (&json!("done"), &json!([])));
        assert_eq!(job["result"]["entries"], 5);
        assert_eq!(clerk.get(&format!("/api/v1/jobs/{id}")).await?.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}
