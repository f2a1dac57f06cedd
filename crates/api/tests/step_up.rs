//! Stories of showing again who one is, before a ledger is taken out or somebody given rights.

use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::both_databases;

use crate::common::{Browser, PASSWORD, set_number, town};

#[tokio::test]
async fn who_takes_out_or_gives_rights_shows_again_that_it_is_he() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut head = town.login("head").await?;
        let account =
            json!({ "login": "newcomer", "person": "p-staff1", "password": "桂花树下有一口老水井很深" });
        let export = "/api/v1/exports/places?format=csv";
        assert_eq!(head.get(export).await?.status, StatusCode::OK, "just logged in");
        town.clock.advance_ms(5 * 60_000 + 1);
        assert_eq!(head.get("/api/v1/places").await?.status, StatusCode::OK, "reading goes on");
        let key = "01a00000-0000-7000-8000-00000000ee03";
        for told in [
            head.get(export).await?,
            head.ask(Method::POST, "/api/v1/accounts", Some(account.clone()), Some(key)).await?,
            head.post("/api/v1/accounts/staff1/reset", json!({ "password": "桂花树下有一口老水井很深" }))
                .await?,
            head.post("/api/v1/accounts/staff1/enable", json!({})).await?,
        ] {
            assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "session.step_up_needed"));
        }
        let shut = head.post("/api/v1/accounts/staff1/disable", json!({})).await?;
        assert!(shut.status.is_success(), "shutting somebody out never waits");
        let mut staff = town.login("staff2").await?;
        town.clock.advance_ms(6 * 60_000);
        assert_eq!(
            staff.get(export).await?.code(),
            "policy.forbidden",
            "nobody is asked for what he may not do"
        );

        let wrong = head.post("/api/v1/session/step-up", json!({ "password": "不对的密码" })).await?;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(wrong.body["fields"][0]["code"], "password.wrong");
        assert_eq!(head.get(export).await?.code(), "session.step_up_needed");
        let mut old = Browser::new(&town.router);
        old.cookie.clone_from(&head.cookie);
        let told = head.post("/api/v1/session/step-up", json!({ "password": PASSWORD })).await?;
        assert_eq!(told.status, StatusCode::NO_CONTENT, "{}", told.body);
        assert_ne!(head.cookie, old.cookie, "another reference from here on");
        assert_eq!(old.get("/api/v1/places").await?.status, StatusCode::UNAUTHORIZED);
        assert_eq!(head.get(export).await?.status, StatusCode::OK);
        let told = head.ask(Method::POST, "/api/v1/accounts", Some(account), Some(key)).await?;
        assert!(told.status.is_success(), "the same request, again: {}", told.body);
        for _ in 0..5 {
            head.post("/api/v1/session/step-up", json!({ "password": "不对的密码" })).await?;
        }
        let locked = head.post("/api/v1/session/step-up", json!({ "password": PASSWORD })).await?;
        assert_eq!((locked.status, locked.code()), (StatusCode::TOO_MANY_REQUESTS, "login.locked"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn with_a_second_factor_its_code_is_asked_for_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let offer = clerk.post("/api/v1/me/totp", json!({ "password": PASSWORD })).await?.ok()?;
        let secret = offer["secret"].as_str().unwrap_or_default().to_owned();
        let code = || app::secret::totp_code(&secret, "clerk", town.clock.now());
        let asked = json!({ "secret": secret, "code": code()? });
        clerk.post("/api/v1/me/totp/confirm", asked).await?.ok()?;
        town.clock.advance_ms(10 * 60_000);
        let export = "/api/v1/exports/places?format=csv";
        assert_eq!(clerk.get(export).await?.code(), "session.step_up_needed");
        let told = clerk.post("/api/v1/session/step-up", json!({ "password": PASSWORD })).await?;
        assert_eq!(
            told.body["fields"][0]["code"], "session.code_missing",
            "the password alone is not enough"
        );
        let told = clerk.post("/api/v1/session/step-up", json!({ "totp": code()? })).await?;
        assert_eq!(told.status, StatusCode::NO_CONTENT, "{}", told.body);
        assert_eq!(clerk.get(export).await?.status, StatusCode::OK);
        let again = clerk.post("/api/v1/session/step-up", json!({ "totp": code()? })).await?;
        assert_eq!(again.body["fields"][0]["code"], "totp.wrong", "a code works once");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_whom_the_town_asks_a_second_factor_sets_it_up_before_anything_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut admin = town.login("admin").await?;
        let me = admin.get("/api/v1/me").await?.ok()?;
        assert_eq!(me["must_enrol"], false, "nobody is asked until the town decides so");
        set_number(&town, "account.factor.admin", 1.0).await?;
        let barred = admin.get("/api/v1/accounts").await?;
        assert_eq!((barred.status, barred.code()), (StatusCode::FORBIDDEN, "totp.must_enrol"));
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/me").await?.ok()?["must_enrol"], false, "only of whom it asks");
        let phone = json!({ "login": "admin", "password": PASSWORD, "phone": true });
        let told = Browser::new(&town.router).post("/api/v1/login", phone.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "totp.must_enrol"));

        let mut admin = town.login("admin").await?;
        assert_eq!(admin.get("/api/v1/me").await?.ok()?["must_enrol"], true);
        let offer = admin.post("/api/v1/me/totp", json!({ "password": PASSWORD })).await?.ok()?;
        assert!(offer["qr_svg"].as_str().is_some_and(|svg| svg.contains("<svg")));
        let secret = offer["secret"].as_str().unwrap_or_default().to_owned();
        let code = app::secret::totp_code(&secret, "admin", town.clock.now())?;
        admin.post("/api/v1/me/totp/confirm", json!({ "secret": secret, "code": code })).await?.ok()?;
        assert_eq!(admin.get("/api/v1/me").await?.ok()?["must_enrol"], false);
        admin.get("/api/v1/accounts").await?.ok()?;
        let off = json!({ "password": PASSWORD });
        let told = admin.ask(Method::DELETE, "/api/v1/me/totp", Some(off), None).await?;
        assert_eq!(told.code(), "totp.demanded");
        town.clock.advance_ms(60_000);
        let mut phone = phone;
        phone["totp"] = json!(app::secret::totp_code(&secret, "admin", town.clock.now())?);
        Browser::new(&town.router).post("/api/v1/login", phone).await?.ok()?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_nobody_touches_is_shut_out_after_half_an_hour() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut left, mut watched) = (town.login("clerk").await?, town.login("head").await?);
        left.header = false;
        for _ in 0..31 {
            town.clock.advance_ms(60_000);
            left.send(Method::GET, "/api/v1/places", &[("x-fengsui", "background")], Vec::new()).await?;
            watched.get("/api/v1/duty").await?.ok()?;
        }
        let told = left.get("/api/v1/places").await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNAUTHORIZED, "session.expired"));
        watched.get("/api/v1/places").await?.ok()?;
        Ok(())
    })
    .await
}
