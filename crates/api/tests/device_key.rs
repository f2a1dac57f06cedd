//! Stories of a phone's session: bound to a key that never leaves the phone, a cookie read off it opens nothing elsewhere.

use anyhow::Context;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use testkit::both_databases;
use tower::ServiceExt;

use crate::common::{Browser, PASSWORD, Told, Town, town};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A key as a browser makes one.
struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Key {
    fn new() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let made = made.ok().context("a key")?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random);
        Ok(Self { pair: pair.ok().context("a pair")?, random })
    }

    fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    fn sign(&self, text: &str) -> anyhow::Result<String> {
        let signed = self.pair.sign(&self.random, text.as_bytes()).ok().context("a signature")?;
        Ok(URL_SAFE_NO_PAD.encode(signed.as_ref()))
    }
}

/// The cookies an answer leaves, as `name=value`.
fn cookies(told: &Told) -> Vec<String> {
    let set = told.headers.get_all(header::SET_COOKIE).iter().filter_map(|one| one.to_str().ok());
    set.filter_map(|one| one.split(';').next()).map(str::to_owned).collect()
}

fn phone(login: &str, key: &str) -> Value {
    json!({ "login": login, "password": PASSWORD, "phone": true, "key": key })
}

/// Asks with these cookies and nothing kept from before.
async fn with(town: &Town, cookie: &str, path: &str) -> anyhow::Result<Told> {
    let mut browser = Browser::new(&town.router);
    cookie.clone_into(&mut browser.cookie);
    browser.get(path).await
}

/// Signs what is to be signed with this key.
async fn prove(town: &Town, reference: &str, key: &Key) -> anyhow::Result<Told> {
    let challenge = with(town, reference, "/api/v1/session/challenge").await?.ok()?["challenge"].clone();
    let signature = key.sign(challenge.as_str().unwrap_or_default())?;
    answer(town, reference, &challenge, &signature).await
}

async fn answer(town: &Town, reference: &str, challenge: &Value, signature: &str) -> anyhow::Result<Told> {
    let mut browser = Browser::new(&town.router);
    reference.clone_into(&mut browser.cookie);
    browser.post("/api/v1/session/proof", json!({ "challenge": challenge, "signature": signature })).await
}

/// How a stream begins; it never ends.
async fn stream(town: &Town, cookie: &str) -> anyhow::Result<StatusCode> {
    let request = Request::builder().uri("/api/v1/events").header(header::COOKIE, cookie);
    Ok(town.router.clone().oneshot(request.body(Body::empty())?).await?.status())
}

#[tokio::test]
async fn a_cookie_read_off_a_phone_opens_nothing_without_its_key() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let key = Key::new()?;
        let told = Browser::new(&town.router).post("/api/v1/login", phone("staff1", &key.public())).await?;
        let [reference, proof]: [String; 2] =
            cookies(&told).try_into().ok().context("a reference and a proof")?;
        let session = told.ok()?["session"].clone();
        assert_eq!((&session["kind"], &session["bound"]), (&json!("phone"), &json!(true)));
        let both = format!("{reference}; {proof}");
        with(&town, &both, "/api/v1/sync").await?.ok()?;
        assert_eq!(stream(&town, &both).await?, StatusCode::OK, "a stream cannot send headers, and need not");

        // Somebody has the long cookie and nothing else.
        for path in ["/api/v1/me", "/api/v1/sync", "/api/v1/places", "/api/v1/me/sessions"] {
            let told = with(&town, &reference, path).await?;
            assert_eq!(
                (told.status, told.code()),
                (StatusCode::UNAUTHORIZED, "session.proof_needed"),
                "{path}"
            );
        }
        assert_eq!(stream(&town, &reference).await?, StatusCode::UNAUTHORIZED);
        let mut thief = Browser::new(&town.router);
        reference.clone_into(&mut thief.cookie);
        assert_eq!(thief.post("/api/v1/hazards", json!({})).await?.code(), "session.proof_needed");
        assert_eq!(thief.post("/api/v1/logout", json!({})).await?.code(), "session.proof_needed");
        let told = prove(&town, &reference, &Key::new()?).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNAUTHORIZED, "session.proof_refused"));
        assert!(cookies(&told).is_empty());
        let audit = town.login("auditor").await?.get("/api/v1/audit?action=account.login_refused").await?;
        let reasons: Vec<Value> = audit.items()?.iter().map(|entry| entry["reason"].clone()).collect();
        assert_eq!(reasons, [json!("用了别的手机的登录凭据，密钥对不上")]);

        // What was signed for another session, and what was signed long ago, says nothing.
        let told = Browser::new(&town.router).post("/api/v1/login", phone("staff1", &key.public())).await?;
        let other = cookies(&told).first().cloned().context("a reference")?;
        let challenge = with(&town, &other, "/api/v1/session/challenge").await?.ok()?["challenge"].clone();
        let signed = key.sign(challenge.as_str().unwrap_or_default())?;
        assert_eq!(answer(&town, &reference, &challenge, &signed).await?.code(), "session.proof_needed");
        assert_eq!(
            with(&town, &format!("{other}; {proof}"), "/api/v1/me").await?.code(),
            "session.proof_needed"
        );
        town.clock.advance_ms(6 * MINUTE_MS);
        assert_eq!(answer(&town, &other, &challenge, &signed).await?.code(), "session.proof_needed");

        // The phone itself shows its key again, and goes on for a week.
        town.clock.advance_ms(5 * MINUTE_MS);
        assert_eq!(
            with(&town, &both, "/api/v1/sync").await?.code(),
            "session.proof_needed",
            "a proof is short"
        );
        let told = prove(&town, &reference, &key).await?;
        assert_eq!(told.status, StatusCode::NO_CONTENT);
        let renewed = cookies(&told).first().cloned().context("a proof")?;
        with(&town, &format!("{reference}; {renewed}"), "/api/v1/sync").await?.ok()?;
        town.clock.advance_ms(6 * 24 * HOUR_MS);
        let told = prove(&town, &reference, &key).await?;
        let renewed = cookies(&told).first().cloned().context("a proof")?;
        let both = format!("{reference}; {renewed}");
        let sessions = with(&town, &both, "/api/v1/me/sessions").await?.items()?;
        assert!(sessions.iter().all(|one| one["bound"] == true && one["kind"] == "phone"), "{sessions:?}");
        town.clock.advance_ms(24 * HOUR_MS);
        assert_eq!(prove_code(&town, &reference).await?, "session.expired");
        assert_eq!(with(&town, &both, "/api/v1/me").await?.code(), "session.expired");
        Ok(())
    })
    .await
}

async fn prove_code(town: &Town, reference: &str) -> anyhow::Result<String> {
    Ok(with(town, reference, "/api/v1/session/challenge").await?.code().to_owned())
}

#[tokio::test]
async fn a_phone_without_a_key_lasts_as_long_as_a_desk_and_says_so() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let told = Browser::new(&town.router).post("/api/v1/login", phone("staff1", "")).await?;
        let reference = cookies(&told).first().cloned().context("a reference")?;
        let session = told.ok()?["session"].clone();
        assert_eq!((&session["kind"], &session["bound"]), (&json!("phone"), &json!(false)));
        assert_eq!(session["expires_at"], "2026-09-21T21:00:00.000+08:00");
        town.clock.advance_ms(11 * HOUR_MS);
        let sessions = with(&town, &reference, "/api/v1/me/sessions").await?.items()?;
        assert_eq!(sessions[0]["bound"], false);
        assert_eq!(prove(&town, &reference, &Key::new()?).await?.code(), "session.no_key");
        town.clock.advance_ms(HOUR_MS);
        assert_eq!(with(&town, &reference, "/api/v1/me").await?.code(), "session.expired");
        for odd in ["not a key", "AAAA", &URL_SAFE_NO_PAD.encode([3_u8; 65])] {
            let told = Browser::new(&town.router).post("/api/v1/login", phone("staff1", odd)).await?;
            assert_eq!(told.body["fields"][0]["code"], "session.key", "{odd}: {}", told.body);
        }
        Ok(())
    })
    .await
}
