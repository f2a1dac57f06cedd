//! Another platform is told of events: in order, signed, without a name; tried again, given up after so many failures, which
//! somebody hears of; begun again where it stood. The same as a file.

use std::sync::{Arc, Mutex, PoisonError};

use app::message::{Carried, Courier, Delivered, Letter, Parcel};
use app::signal::push::sign;
use app::{App, Caller};
use axum::http::StatusCode;
use domain::message::Channel;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::{V1, town};

/// Keeps what it is given, and fails while told to.
#[derive(Default)]
struct Other {
    got: Mutex<Vec<Parcel>>,
    fails: Mutex<bool>,
}

impl Other {
    fn taken(&self) -> Vec<Parcel> {
        std::mem::take(&mut *self.got.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn fail(&self, fails: bool) {
        *self.fails.lock().unwrap_or_else(PoisonError::into_inner) = fails;
    }
}

impl Courier for Other {
    fn channels(&self) -> Vec<Channel> {
        Vec::new()
    }

    fn carry<'a>(&'a self, _letter: &'a Letter) -> Carried<'a> {
        Box::pin(std::future::ready(Err("没有这个通道".to_owned())))
    }

    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> Delivered<'a> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).push(parcel.clone());
        let fails = *self.fails.lock().unwrap_or_else(PoisonError::into_inner);
        Box::pin(std::future::ready(Ok(if fails { 500 } else { 200 })))
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

async fn round(app: &App) -> anyhow::Result<usize> {
    Ok(app.tell_subscribers(&Caller::system()).await?)
}

#[tokio::test]
async fn another_platform_is_told_once_in_order_and_of_nobody() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut town = town(&fresh).await?;
        let other = Arc::new(Other::default());
        town.app.courier = other.clone();
        let (mut admin, mut clerk) = (town.login("admin").await?, town.login("clerk").await?);
        let burns = |text: &str| {
            json!({ "village": V1, "address": "老街 15 号", "text": text, "called_by": "周某",
            "phone": "13800001234" })
        };
        clerk.post("/api/v1/incidents", burns("此前的一起")).await?.ok()?;
        let asked = json!({ "name": "区平台", "url": "https://district.example/in", "kinds": ["incident"] });
        assert_eq!(clerk.post("/api/v1/subscribers", asked.clone()).await?.status, StatusCode::FORBIDDEN);
        let wrong =
            json!({ "name": "区平台", "url": "https://u:p@district.example/", "kinds": ["incident"] });
        assert_eq!(admin.post("/api/v1/subscribers", wrong).await?.code(), "subscriber.url");
        let wrong = json!({ "name": "区平台", "url": "https://district.example/", "kinds": ["person"] });
        assert_eq!(admin.post("/api/v1/subscribers", wrong).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let made = admin.post("/api/v1/subscribers", asked).await?.ok()?;
        let (id, secret) = (text(&made, "id").to_owned(), text(&made, "secret").to_owned());
        assert!(secret.len() >= 20, "{made}");
        let list = admin.get("/api/v1/subscribers").await?.ok()?;
        assert!(!list.to_string().contains(&secret), "shown once");
        assert_eq!(round(&town.app).await?, 0, "what was before is none of its business");

        let first = clerk.post("/api/v1/incidents", burns("屋里冒烟")).await?.ok()?;
        let step = json!({ "step": "acknowledge" });
        clerk.post(&format!("/api/v1/incidents/{}/steps", text(&first, "id")), step).await?.ok()?;
        assert_eq!(round(&town.app).await?, 1);
        let got = other.taken();
        let [parcel] = got.as_slice() else { anyhow::bail!("{got:?}") };
        let header = |name: &str| {
            let found = parcel.headers.iter().find(|(own, _)| own == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let (time, nonce) = (header("X-Fengsui-Time"), header("X-Fengsui-Nonce"));
        assert_eq!(header("X-Fengsui-Signature"), sign(&secret, &time, &nonce, &parcel.body));
        let told: Value = serde_json::from_slice(&parcel.body)?;
        let events = told["events"].as_array().cloned().unwrap_or_default();
        // The two entries about the incident; the record about messages and logins is not told.
        assert!(events.len() >= 2 && events.iter().all(|one| one["object_kind"] == "incident"), "{told}");
        assert!(events.iter().all(|one| one["object_id"] == first["id"]), "{told}");
        let numbers: Vec<i64> = events.iter().filter_map(|one| one["seq"].as_i64()).collect();
        assert!(numbers.is_sorted());
        for personal in ["周某", "1380000", "老街", "冒烟", "赵", "李消防"] {
            assert!(!String::from_utf8_lossy(&parcel.body).contains(personal), "{personal}");
        }
        assert_eq!(round(&town.app).await?, 0, "once");

        // It fails: tried later and later with the same nonce, and others go on meanwhile.
        other.fail(true);
        common::set_number(&town, "subscriber.tries", 3.0).await?;
        clerk
            .post("/api/v1/incidents", json!({ "village": V1, "address": "桥头", "text": "烟" }))
            .await?
            .ok()?;
        assert_eq!(round(&town.app).await?, 1);
        assert_eq!(round(&town.app).await?, 0, "not before it is due");
        town.clock.advance_ms(11_000);
        assert_eq!(round(&town.app).await?, 1);
        let state = |list: &Value| text(&list["items"][0]["state"], "code").to_owned();
        let list = admin.get("/api/v1/subscribers").await?.ok()?;
        assert_eq!((state(&list).as_str(), text(&list["items"][0], "error")), ("failing", "对方答复 500"));
        town.clock.advance_ms(30_000);
        assert_eq!(round(&town.app).await?, 1);
        town.clock.advance_ms(3_600_000);
        assert_eq!(round(&town.app).await?, 0, "given up");
        let mut admin = town.login("admin").await?;
        let list = admin.get("/api/v1/subscribers").await?.ok()?;
        assert_eq!(state(&list), "dead");
        let heard = admin.get("/api/v1/me/messages").await?.items()?;
        assert!(heard.iter().any(|one| one["about_kind"] == "subscriber"), "{heard:?}");

        // Somebody mends it: it begins where it stood, and nothing is missing.
        let failed = other.taken();
        other.fail(false);
        let resume = json!({ "step": "resume", "version": list["items"][0]["version"] });
        let steps = format!("/api/v1/subscribers/{id}/steps");
        let page = admin.post(&steps, resume).await?.ok()?;
        assert_eq!(text(&page["state"], "code"), "active");
        assert_eq!(round(&town.app).await?, 1);
        let again = other.taken();
        let nonce =
            |parcel: &Parcel| parcel.headers.iter().find(|(own, _)| own == "X-Fengsui-Nonce").cloned();
        assert_eq!(failed.len(), 3);
        assert!(
            failed.iter().all(|one| nonce(one) == failed.first().and_then(nonce)),
            "copies are known by it"
        );
        let after: Value =
            serde_json::from_slice(&again.first().map(|one| one.body.clone()).unwrap_or_default())?;
        assert_eq!(after["after"], told["up_to"], "no gap");

        let page = admin.post(&steps, json!({ "step": "secret", "version": page["version"] })).await?.ok()?;
        assert!(!text(&page, "secret").is_empty() && text(&page, "secret") != secret);
        let end = json!({ "step": "end", "version": page["version"] });
        assert_eq!(admin.post(&steps, end.clone()).await?.code(), "subscriber.no_reason");
        let mut end = end;
        end["reason"] = json!("平台停用");
        let page = admin.post(&steps, end).await?.ok()?;
        assert_eq!((text(&page["state"], "code"), &page["actions"]), ("ended", &json!([])));
        clerk.post("/api/v1/incidents", json!({ "village": V1, "address": "河边", "text": "烟" })).await?;
        assert_eq!(round(&town.app).await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_exchange_file_goes_by_number_and_proves_itself() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let burns = json!({ "village": V1, "address": "老街 15 号", "text": "冒烟", "called_by": "周某" });
        clerk.post("/api/v1/incidents", burns.clone()).await?.ok()?;
        let first = town.app.event_file(&Caller::system(), 0).await?;
        let lines: Vec<Value> =
            std::str::from_utf8(&first.bytes)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let end = lines.last().cloned().unwrap_or_default();
        assert_eq!((&end["end"], &end["events"]), (&json!(true), &json!(lines.len() - 1)));
        let body = first.bytes.len() - lines.last().map_or(0, |last| last.to_string().len() + 1);
        let kept = first.bytes.get(..body).unwrap_or_default();
        assert_eq!(text(&end, "sha256"), store::seal::sha256(kept));
        assert!(lines.iter().any(|one| one["object_kind"] == "incident"));
        assert!(!String::from_utf8_lossy(&first.bytes).contains("周某"));
        assert!(!lines.iter().any(|one| one["object_kind"] == "account" || one["object_kind"] == "session"));
        let nothing = town.app.event_file(&Caller::system(), first.up_to).await?;
        assert_eq!(nothing.events, 0);
        clerk
            .post("/api/v1/incidents", json!({ "village": V1, "address": "桥头", "text": "烟" }))
            .await?
            .ok()?;
        let more = town.app.event_file(&Caller::system(), first.up_to).await?;
        assert!(more.events > 0 && more.events < first.events + 3);
        Ok(())
    })
    .await
}
