//! A story of a page whose browser another person signed in to meanwhile: what one typed is not recorded under the other.

use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::both_databases;

use crate::common::{PASSWORD, V1, town};

/// Who the page believes is signed in.
const PERSON: &str = "x-fengsui-person";

#[tokio::test]
async fn what_stands_on_the_page_of_one_is_not_recorded_under_another() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut browser = town.login("clerk").await?;
        let shop = json!({
            "name": "老街饭店", "category": "nine_small.catering", "tags": [], "village": V1, "address": "老街 3 号",
            "registration": { "kind": "unlicensed" }, "heads": { "lodging": 0, "working": 3 },
            "responsible": { "name": "杨老板", "phone": "13800006789" }, "opening": "open",
        });
        let form = shop.to_string().into_bytes();
        let key = "01a00000-0000-7000-8000-00000000ff01";
        let of_clerk =
            [(PERSON, "p-clerk"), ("idempotency-key", key), ("content-type", "application/json")];

        // Another tab of the same browser: the cookie is the secretary's now, the page is still the clerk's.
        browser.cookie = town.login("secretary1").await?.cookie;
        for who in ["p-clerk", "p-nobody", ""] {
            let headers = [(PERSON, who), of_clerk[1], of_clerk[2]];
            let told = browser.send(Method::POST, "/api/v1/places", &headers, form.clone()).await?;
            let code = told.code().to_owned();
            assert_eq!((told.status, code.as_str()), (StatusCode::UNAUTHORIZED, "session.other_person"));
            assert!(!told.body.to_string().contains("周文书"), "names nobody");
        }
        let export = "/api/v1/exports/places?format=csv";
        let told = browser.send(Method::GET, export, &of_clerk[..1], Vec::new()).await?;
        assert_eq!(told.code(), "session.other_person", "what is taken out is recorded, too");
        let told = browser.send(Method::POST, "/api/v1/logout", &of_clerk[..1], Vec::new()).await?;
        assert_eq!(told.code(), "session.other_person", "the page of one ends nobody else's session");
        assert_eq!(browser.get("/api/v1/places").await?.items()?.len(), 0, "nothing was written");
        let own = browser.send(Method::GET, "/api/v1/me", &[(PERSON, "p-secretary1")], Vec::new()).await?;
        assert_eq!(own.ok()?["person"]["id"], "p-secretary1");

        // The clerk signs in again over his page, and the same request goes through under the same key.
        let login = json!({ "login": "clerk", "password": PASSWORD }).to_string().into_bytes();
        let another = ("idempotency-key", "01a00000-0000-7000-8000-00000000ff02");
        let headers = [of_clerk[0], another, of_clerk[2]];
        browser.send(Method::POST, "/api/v1/login", &headers, login).await?.ok()?;
        browser.send(Method::POST, "/api/v1/places", &of_clerk, form.clone()).await?.ok()?;
        let again = browser.send(Method::POST, "/api/v1/places", &of_clerk, form).await?;
        assert_eq!(again.headers["idempotency-replayed"], "true");
        let mut auditor = town.login("auditor").await?;
        let record = auditor.get("/api/v1/audit?object_kind=place").await?.items()?;
        assert_eq!(record.len(), 1);
        assert_eq!(record[0]["actor_name"], "周文书");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_of_another_keeps_no_session_alive() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut browser = town.login("clerk").await?;
        for _ in 0..31 {
            town.clock.advance_ms(60_000);
            let told = browser.send(Method::GET, "/api/v1/places", &[(PERSON, "p-head")], Vec::new()).await?;
            assert_eq!(told.status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(browser.get("/api/v1/places").await?.code(), "session.expired");
        Ok(())
    })
    .await
}
