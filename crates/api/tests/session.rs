//! Stories at the door: login, cookie, CSRF header, idempotency, and every endpoint tried by nobody.

use std::sync::Arc;

use api::{Doors, openapi, router};
use app::{App, Caller, Clock};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{FakeClock, Fresh, both_databases};
use tower::ServiceExt;

const FIRST: &str = "first-password-of-the-office";
const SECOND: &str = "梧桐树下的消防水池要加水";

struct Standing(FakeClock);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

async fn office(fresh: &Fresh, secure: bool) -> anyhow::Result<Router> {
    let app = App::open(
        &fresh.url,
        &fresh.keys(),
        fresh.folder.path(),
        Arc::new(Standing(FakeClock::at(Timestamp(1_790_000_000_000)))),
        "500118100000".into(),
    )
    .await?;
    app.add_account(&Caller::system(), "clerk", "person-1", FIRST, false).await?;
    Ok(router(Doors { app, secure, public_url: None }, Router::new()))
}

struct Told {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Told {
    fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }
}

/// A browser: it keeps the cookie and sends the header.
struct Browser {
    router: Router,
    cookie: String,
    header: bool,
}

impl Browser {
    fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookie: String::new(), header: true }
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> anyhow::Result<Told> {
        let mut request = Request::builder().method(method).uri(path);
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        if self.header {
            request = request.header("x-fengsui", "1");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = match body {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body)?).await?;
        let (parts, body) = response.into_parts();
        if let Some(cookie) = parts.headers.get(header::SET_COOKIE) {
            self.cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        }
        let bytes = to_bytes(body, 1 << 20).await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Told { status: parts.status, headers: parts.headers, body })
    }

    async fn login(&mut self, password: &str) -> anyhow::Result<Told> {
        let body = json!({ "login": "clerk", "password": password });
        self.ask(Method::POST, "/api/v1/login", Some(body), None).await
    }
}

#[tokio::test]
async fn the_clerk_logs_in_must_change_the_password_and_logs_out() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let router = office(&fresh, false).await?;
        let mut clerk = Browser::new(&router);
        let wrong = clerk.login("not this one").await?;
        assert_eq!((wrong.status, wrong.code()), (StatusCode::UNAUTHORIZED, "login.refused"));
        assert_eq!(wrong.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(wrong.body["trace_id"].as_str().is_some_and(|t| t.len() == 32));

        let told = clerk.login(FIRST).await?;
        assert_eq!(told.status, StatusCode::OK);
        assert_eq!(told.body["must_change_password"], true);
        let cookie = told.headers[header::SET_COOKIE].to_str()?.to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"),
            "{cookie}"
        );

        let barred =
            clerk.ask(Method::POST, "/api/v1/me/totp", Some(json!({ "password": FIRST })), None).await?;
        assert_eq!((barred.status, barred.code()), (StatusCode::FORBIDDEN, "password.must_change"));
        let change = json!({ "old_password": FIRST, "new_password": SECOND });
        let told = clerk.ask(Method::POST, "/api/v1/me/password", Some(change), None).await?;
        assert_eq!(told.status, StatusCode::NO_CONTENT);
        let me = clerk.ask(Method::GET, "/api/v1/me", None, None).await?;
        assert_eq!(me.body["must_change_password"], false);
        assert_eq!(me.headers[header::CACHE_CONTROL], "no-store");
        let offer =
            clerk.ask(Method::POST, "/api/v1/me/totp", Some(json!({ "password": SECOND })), None).await?;
        assert!(offer.body["uri"].as_str().is_some_and(|uri| uri.starts_with("otpauth://")));
        assert!(offer.body["qr_svg"].as_str().is_some_and(|svg| svg.contains("<svg")));

        let sessions = clerk.ask(Method::GET, "/api/v1/me/sessions", None, None).await?;
        assert_eq!(sessions.body["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(sessions.body["items"][0]["current"], true);
        let old = clerk.cookie.clone();
        assert_eq!(
            clerk.ask(Method::POST, "/api/v1/logout", None, None).await?.status,
            StatusCode::NO_CONTENT
        );
        clerk.cookie = old;
        let gone = clerk.ask(Method::GET, "/api/v1/me", None, None).await?;
        assert_eq!((gone.status, gone.code()), (StatusCode::UNAUTHORIZED, "session.expired"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn one_address_is_told_to_wait_after_twenty_logins_that_came_to_nothing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let router = office(&fresh, false).await?;
        let mut clerk = Browser::new(&router);
        for _ in 0..25 {
            assert_eq!(clerk.login(FIRST).await?.status, StatusCode::OK, "who is let in does not count");
        }
        let mut stranger = Browser::new(&router);
        let guess = |n: usize| json!({ "login": format!("stranger-{n}"), "password": "what may it be" });
        for n in 0..20 {
            let told = stranger.ask(Method::POST, "/api/v1/login", Some(guess(n)), None).await?;
            assert_eq!((told.status, told.code()), (StatusCode::UNAUTHORIZED, "login.refused"), "{n}");
        }
        let told = stranger.ask(Method::POST, "/api/v1/login", Some(guess(20)), None).await?;
        assert_eq!((told.status, told.code()), (StatusCode::TOO_MANY_REQUESTS, "limit.too_many"));
        assert!(told.headers.contains_key(header::RETRY_AFTER));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_locked_account_is_answered_like_one_nobody_has() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let router = office(&fresh, false).await?;
        let mut browser = Browser::new(&router);
        let mut said = Vec::new();
        for (login, password) in [("nobody", FIRST); 7].into_iter().chain([("clerk", "wrong"); 6]) {
            let body = json!({ "login": login, "password": password });
            let told = browser.ask(Method::POST, "/api/v1/login", Some(body), None).await?;
            said.push((told.status, told.code().to_owned(), told.body["detail"].clone()));
        }
        let told = browser.login(FIRST).await?;
        said.push((told.status, told.code().to_owned(), told.body["detail"].clone()));
        assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
        assert_eq!((said[0].0, said[0].1.as_str()), (StatusCode::UNAUTHORIZED, "login.refused"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_same_operation_answers_the_same_and_another_under_its_key_is_refused() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let router = office(&fresh, false).await?;
        let mut clerk = Browser::new(&router);
        clerk.login(FIRST).await?;
        let key = Some("01a00000-0000-7000-8000-000000000001");
        let change = json!({ "old_password": FIRST, "new_password": SECOND });
        let path = "/api/v1/me/password";
        let first = clerk.ask(Method::POST, path, Some(change.clone()), key).await?;
        assert_eq!(first.status, StatusCode::NO_CONTENT);
        // Carried out again it would fail: the old password is no longer right.
        let second = clerk.ask(Method::POST, path, Some(change), key).await?;
        assert_eq!(second.status, StatusCode::NO_CONTENT);
        let other = json!({ "old_password": SECOND, "new_password": FIRST });
        let third = clerk.ask(Method::POST, path, Some(other), key).await?;
        assert_eq!((third.status, third.code()), (StatusCode::CONFLICT, "operation.key_reused"));
        let odd = clerk.ask(Method::POST, path, Some(json!({})), Some("not a uuid")).await?;
        assert_eq!((odd.status, odd.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_site_cannot_write_with_the_clerks_cookie() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let router = office(&fresh, true).await?;
        let mut clerk = Browser::new(&router);
        let told = clerk.login(FIRST).await?;
        let cookie = told.headers[header::SET_COOKIE].to_str()?;
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
        clerk.header = false;
        let told = clerk.ask(Method::DELETE, "/api/v1/me/sessions", None, None).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "csrf.header_missing"));
        assert_eq!(
            clerk.ask(Method::GET, "/api/v1/me", None, None).await?.status,
            StatusCode::OK,
            "reading needs none"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_gets_anything_from_any_endpoint_but_the_login() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let router = office(&fresh, false).await?;
        let mut nobody = Browser::new(&router);
        let description: Value = serde_json::from_str(&openapi())?;
        let paths = description["paths"].as_object().ok_or_else(|| anyhow::anyhow!("paths"))?;
        let mut tried = 0;
        for (path, methods) in paths {
            for method in methods.as_object().into_iter().flat_map(|m| m.keys()) {
                // The login, and who may be tried in a town that is marked as invented.
                if ["/api/v1/login", "/api/v1/demo-logins"].contains(&path.as_str()) {
                    continue;
                }
                let asked = Method::from_bytes(method.to_uppercase().as_bytes())?;
                let told = nobody.ask(asked, &path.replace("{id}", "x"), Some(json!({})), None).await?;
                // The unit owner's door asks for a code instead of a login.
                if path.starts_with("/api/v1/unit/{code}") {
                    assert!(told.status.is_client_error(), "{method} {path}: {}", told.status);
                    continue;
                }
                // Doors for anybody, by page, by program and by device: nothing is left with him. Which they are, and what
                // each answers, is told in `policy`.
                if ["/p/", "/open311/", "/in/", "/cap/"].iter().any(|door| path.starts_with(door)) {
                    assert!(!told.status.is_server_error(), "{method} {path}: {}", told.status);
                    assert_eq!(told.headers.get(header::SET_COOKIE), None, "{path}");
                    continue;
                }
                assert_eq!(
                    (told.status, told.code()),
                    (StatusCode::UNAUTHORIZED, "session.missing"),
                    "{method} {path}"
                );
                tried += 1;
            }
        }
        assert!(tried >= 9, "{tried}");
        assert_eq!(nobody.ask(Method::GET, "/healthz", None, None).await?.status, StatusCode::OK);
        Ok(())
    })
    .await
}

#[test]
fn the_committed_description_is_the_one_the_program_gives() {
    testkit::assert_golden(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"), &openapi());
}
