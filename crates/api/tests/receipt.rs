//! What a gateway tells later of what it took: a failure moves the alarm on at once, an answered call ends it, a stranger moves
//! nothing.

use std::sync::{Arc, Mutex, PoisonError};

use app::Caller;
use app::message::{Carried, Courier, Letter};
use axum::http::{Method, StatusCode};
use domain::message::Channel;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, Town, V1, town};

const SECRET: &str = "the gateway's own";

/// SMS and voice gateways that take everything, each under a receipt of its own.
#[derive(Default)]
struct Gateways {
    took: Mutex<Vec<Letter>>,
}

impl Gateways {
    fn taken(&self) -> Vec<Channel> {
        self.took.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|one| one.channel).collect()
    }
}

impl Courier for Gateways {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Sms, Channel::Voice]
    }

    fn carry<'a>(&'a self, letter: &'a Letter) -> Carried<'a> {
        let mut took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
        took.push(letter.clone());
        Box::pin(std::future::ready(Ok(format!("r-{}", took.len()))))
    }

    fn receipt_secret(&self, channel: Channel) -> Option<String> {
        (channel != Channel::Email).then(|| SECRET.to_owned())
    }
}

/// What a gateway sends, signed as our letters to it are: HMAC-SHA256 of time, a dot and the body.
async fn tell(
    town: &Town,
    channel: &str,
    secret: &str,
    off_ms: i64,
    body: &Value,
) -> anyhow::Result<crate::common::Told> {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let (time, body) = ((town.app.now().0 + off_ms).to_string(), body.to_string());
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes())?;
    mac.update(format!("{time}.{body}").as_bytes());
    let signature = protocol::hex(&mac.finalize().into_bytes());
    let headers = [("x-fengsui-time", time.as_str()), ("x-fengsui-signature", signature.as_str())];
    let path = format!("/in/receipts/{channel}");
    Browser::new(&town.router).send(Method::POST, &path, &headers, body.into_bytes()).await
}

#[tokio::test]
async fn what_a_gateway_tells_later_is_believed_when_signed_and_moves_the_alarm_on() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut town = town(&fresh).await?;
        let gateways = Arc::new(Gateways::default());
        town.app.courier = gateways.clone();
        town.router = api::router(
            api::Doors { app: town.app.clone(), secure: false, public_url: None },
            axum::Router::new(),
        );
        let round = async || anyhow::Ok(town.app.deliver_due(&Caller::system()).await?);
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let ways = json!({ "ways": [{ "channel": "sms", "address": "13800001111" }, { "channel": "voice", "address": "13800001111" }],
            "version": 0 });
        staff.put("/api/v1/me/reach", ways).await?.ok()?;
        for other in ["head", "leader"] {
            let desk = json!({ "ways": [{ "channel": "desk" }], "version": 0 });
            town.login(other).await?.put("/api/v1/me/reach", desk).await?.ok()?;
        }
        let burns = json!({ "village": V1, "address": "老街 15 号", "text": "屋里冒烟", "called_by": "周某" });
        clerk.post("/api/v1/incidents", burns).await?.ok()?;
        round().await?;
        let mine = async || {
            let page = town.app.messages(&Caller::system(), None).await?;
            let own = page.items.into_iter().find(|one| one.attempts.iter().any(|a| a.channel.code == "sms"));
            own.ok_or_else(|| anyhow::anyhow!("nobody was sent an SMS"))
        };
        let receipt = {
            let took = gateways.took.lock().unwrap_or_else(PoisonError::into_inner);
            let at = took.iter().position(|one| one.to == "13800001111").unwrap_or_default();
            format!("r-{}", at + 1)
        };
        let before = gateways.taken().len();

        // A stranger, a word of long ago, a channel without a secret: nothing moves.
        let failed = json!({ "receipts": [{ "receipt": receipt, "state": "failed", "reason": "空号" }] });
        assert_eq!(tell(&town, "sms", "a guess", 0, &failed).await?.code(), "message.signature");
        assert_eq!(tell(&town, "sms", SECRET, -400_000, &failed).await?.code(), "message.signature");
        assert_eq!(tell(&town, "email", SECRET, 0, &failed).await?.status, StatusCode::UNAUTHORIZED);
        assert_eq!(tell(&town, "nothing", SECRET, 0, &failed).await?.status, StatusCode::NOT_FOUND);
        assert!(mine().await?.attempts.iter().all(|one| one.ok && one.told.is_none()));

        // The SMS failed: the call goes out at once, not after the time a receipt is waited for.
        let told = tell(&town, "sms", SECRET, 0, &failed).await?.ok()?;
        assert_eq!(told, json!({ "taken": 1, "unknown": 0 }));
        round().await?;
        assert_eq!(gateways.taken().get(before..), Some(&[Channel::Voice][..]));
        let page = mine().await?;
        let sms = page.attempts.iter().find(|one| one.channel.code == "sms");
        assert_eq!(sms.map(|one| (one.ok, one.error.as_str())), Some((false, "空号")));
        assert_eq!(page.state.code, "sent");
        // He took the call; what is told of nothing of ours is counted.
        let voice = format!("r-{}", before + 1);
        let body = json!({ "receipts": [{ "receipt": voice, "state": "answered" }, { "receipt": "r-999", "state": "failed" }] });
        assert_eq!(tell(&town, "voice", SECRET, 0, &body).await?.ok()?, json!({ "taken": 1, "unknown": 1 }));
        assert_eq!(mine().await?.state.code, "received");
        let wrong = json!({ "receipts": [{ "receipt": voice, "state": "lost" }] });
        assert_eq!(tell(&town, "voice", SECRET, 0, &wrong).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
