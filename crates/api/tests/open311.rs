//! Stories of Open311: a program lists, defines, posts and polls, as JSON and as XML; what was said is never shown.

use app::Caller;
use axum::http::{Method, StatusCode, header};
use serde_json::json;
use testkit::both_databases;

use crate::common::{Browser, TOWN, Told, Town, town};

async fn get(town: &Town, path: &str) -> anyhow::Result<Told> {
    let mut program = Browser::new(&town.router);
    program.header = false;
    program.get(&format!("/open311/v2/{path}")).await
}

async fn post(town: &Town, path: &str, form: &str) -> anyhow::Result<Told> {
    let mut program = Browser::new(&town.router);
    program.header = false;
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    program.send(Method::POST, &format!("/open311/v2/{path}"), &kind, form.as_bytes().to_vec()).await
}

fn said(told: &Told) -> String {
    String::from_utf8_lossy(&told.bytes).into_owned()
}

#[tokio::test]
async fn a_program_lists_defines_posts_and_polls() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let found = get(&town, "discovery.json").await?.ok()?;
        assert!(found["endpoints"][0]["url"].as_str().is_some_and(|url| url.ends_with("/open311/v2")));
        assert_eq!(found["contact"], "火警 119，政务服务热线 12345，火灾隐患举报 96119");
        crate::common::set_text(&town, "placard.hotline.government", "023-49860119").await?;
        let found = get(&town, "discovery.json").await?.ok()?;
        assert_eq!(found["contact"], "火警 119，政务服务热线 023-49860119，火灾隐患举报 96119", "the town's own");
        let services = get(&town, &format!("services.json?jurisdiction_id={TOWN}")).await?.ok()?;
        assert_eq!(services[0]["service_code"], "blocked_exit");
        assert!(!services.to_string().contains("\"person\""), "nothing about persons is taken here");
        let asked = get(&town, "services/blocked_exit.json").await?.ok()?;
        assert_eq!(asked["attributes"][0]["code"], "where_exactly");
        let xml = get(&town, "services/blocked_exit.xml").await?;
        assert_eq!(xml.headers[header::CONTENT_TYPE], "text/xml; charset=utf-8");
        assert!(said(&xml).contains("<service_definition><attributes><attribute><code>where_exactly</code>"), "{}", said(&xml));

        let form = format!(
            "jurisdiction_id={TOWN}&api_key=x&service_code=blocked_exit&lat=29.26&long=105.87&first_name=Sing&last_name=Canary\
             &phone=13977776666&description=%E6%A5%BC%E9%81%93&attribute%5Bwhere_exactly%5D=3F"
        );
        let told = post(&town, "requests.json", &form).await?;
        assert_eq!(told.status, StatusCode::CREATED, "{}", told.body);
        let id = told.body[0]["service_request_id"].as_str().unwrap_or_default().to_owned();
        let notice = told.body[0]["service_notice"].as_str().unwrap_or_default().to_owned();
        let receipt = notice.rsplit("/p/r-").next().unwrap_or_default();
        let token = get(&town, &format!("tokens/{receipt}.json")).await?.ok()?;
        assert_eq!(token, json!([{ "service_request_id": id, "token": receipt }]));

        let one = get(&town, &format!("requests/{id}.json")).await?.ok()?;
        assert_eq!((&one[0]["status"], &one[0]["service_code"]), (&json!("open"), &json!("blocked_exit")));
        let xml = said(&get(&town, &format!("requests/{id}.xml")).await?);
        assert!(xml.contains("<service_requests><request>") && xml.contains(&format!("<service_request_id>{id}</service_request_id>")), "{xml}");
        for (query, n) in [
            ("", 1),
            ("?status=open", 1),
            ("?status=closed", 0),
            ("?status=open,closed", 1),
            ("?service_code=wiring", 0),
            ("?service_code=wiring,blocked_exit", 1),
            ("?start_date=2026-09-22T00:00:00Z", 0),
            ("?end_date=2026-09-20T00:00:00Z", 0),
        ] {
            let found = get(&town, &format!("requests.json{query}")).await?.ok()?;
            assert_eq!(found.as_array().map(Vec::len), Some(n), "{query}");
        }
        for path in ["requests.json", "requests.xml", "servicerequestupdates.json", "servicerequestupdates.xml"] {
            let all = said(&get(&town, path).await?);
            for secret in ["Canary", "13977776666", "楼道", "3F", "105.87"] {
                assert!(!all.contains(secret), "{path} tells {secret}");
            }
        }

        // The office sees all of it but the name; a step shows as an update.
        let mut clerk = town.login("clerk").await?;
        let row = clerk.get("/api/v1/report-cases").await?.items()?.remove(0);
        assert_eq!((&row["channel"]["code"], &row["address"]), (&json!("open311"), &json!("3F")));
        let path = format!("/api/v1/report-cases/{}/steps", row["id"].as_str().unwrap_or_default());
        clerk.post(&path, json!({ "step": "accept", "version": 1 })).await?.ok()?;
        let updates = get(&town, &format!("servicerequestupdates.json?service_request_id={id}")).await?.ok()?;
        assert_eq!((&updates[0]["description"], &updates[1]["description"]), (&json!("受理"), &json!("收到")));
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_standard_refuses_is_refused_in_its_form() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        for (path, status) in [
            ("services", StatusCode::NOT_FOUND),
            ("services.csv", StatusCode::NOT_FOUND),
            ("services.json?jurisdiction_id=elsewhere.example", StatusCode::NOT_FOUND),
            ("services/nothing.json", StatusCode::NOT_FOUND),
            ("services/person.json", StatusCode::NOT_FOUND),
            ("requests/JB-0.json", StatusCode::NOT_FOUND),
            ("tokens/ABCD.json", StatusCode::NOT_FOUND),
            ("requests.json?start_date=yesterday", StatusCode::BAD_REQUEST),
        ] {
            let told = get(&town, path).await?;
            assert_eq!((told.status, &told.body[0]["code"]), (status, &json!(status.as_u16())), "{path}");
        }
        for form in [
            "service_code=wiring&description=x",
            "service_code=nothing&description=x&address_string=y",
            "description=x&address_string=y",
            "service_code=wiring&address_string=y",
            "service_code=wiring&description=x&lat=105.87&long=999",
        ] {
            let told = post(&town, "requests.json", form).await?;
            assert_eq!(told.status, StatusCode::BAD_REQUEST, "{form}: {}", told.body);
        }
        let told = post(&town, "requests.xml", "service_code=wiring&address_string=y").await?;
        assert!(said(&told).contains("<errors><error><code>400</code><description>"), "{}", said(&told));
        let mut last = StatusCode::OK;
        for _ in 0..30 {
            last = post(&town, "requests.json", "service_code=wiring&description=x&address_string=y")
                .await?
                .status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        Ok(())
    })
    .await
}
