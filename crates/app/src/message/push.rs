//! Pushes to browsers: somebody allows it from his own page, each browser by itself; a message goes to all of his; one that
//! took its permission back is forgotten. The town's key is made once. What does not belong here: what goes over the wire
//! (`protocol::web_push`), when it is this channel's turn (`domain::message`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::ids::{PersonId, PushSubscriptionId};
use domain::message::push::{Address, Ending, Subscription, page, shown};
use domain::message::{Channel, Message, Urgency, Way};
use domain::policy::{Action, Subject};
use domain::time::{DAY_MS, Timestamp};
use protocol::web_push::{Browser, SystemRandom, Vapid};
use serde::{Deserialize, Serialize};
use store::message::push::PushRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use super::Parcel;
use crate::{App, Caller, Error, Result};

/// A push service keeps it so long for a browser that is not there; later the channels after it have told him.
const KEPT_S: i64 = 3_600;

/// A browser that takes messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PushBrowser {
    pub id: String,
    pub browser: String,
    pub since: String,
    /// SHA-256 of its address, hexadecimal: by it a browser knows itself.
    pub mark: String,
}

/// Where the caller takes pushes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PushSettings {
    /// Whether the town pushes at all.
    pub offered: bool,
    /// The town's public key, base64url; none where it does not push.
    pub key: Option<String>,
    /// His browsers, the oldest first.
    pub items: Vec<PushBrowser>,
}

/// What a browser says when its person allowed it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PushInput {
    /// Address at its push service.
    pub endpoint: String,
    /// Its public key, base64url.
    pub p256dh: String,
    /// Its secret, base64url.
    pub auth: String,
    /// What it calls itself.
    #[serde(default)]
    pub browser: String,
}

/// How a push went.
pub(super) struct Pushed {
    /// The status of the first browser that took it, or why none did.
    pub carried: std::result::Result<String, String>,
    /// Those that took their permission back.
    pub gone: Vec<PushRecord>,
}

/// What a push service is asked to keep for how pressing it is. Source: RFC 8030, section 5.3.
fn urgency(of: Urgency) -> &'static str {
    match of {
        Urgency::Alarm | Urgency::Order => "high",
        Urgency::Notice => "normal",
    }
}

/// Each of these browsers takes nothing any more.
// Part of the write that learned of it.
pub(super) async fn end(
    tx: &mut Write,
    ended: impl IntoIterator<Item = PushRecord>,
    why: Ending,
    now: Timestamp,
) -> Result<()> {
    for mut record in ended {
        record.subscription = record.subscription.ended(now, why);
        match tx.update_push_subscription(&record).await {
            // Another message found it out at the same moment: it ended.
            Err(store::Error::Conflict { .. }) => {}
            done => done?,
        }
    }
    Ok(())
}

impl App {
    /// Makes the town's key where pushes are offered and there is none yet; gives whether one was made.
    pub async fn ensure_push_key(&self, caller: &Caller) -> Result<bool> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        if !self.courier.channels().contains(&Channel::Push)
            || self.db.read(&self.town).await?.push_key().await?.is_some()
        {
            return Ok(false);
        }
        let (now, random) = (self.now(), SystemRandom::new());
        let broken = || Error::Internal("推送密钥没有生成，请重新启动程序".to_owned());
        let secret = Vapid::make(&random).ok_or_else(broken)?;
        let public = Vapid::read(&secret, &random).ok_or_else(broken)?.public();
        let mut tx = self.write(caller).await?;
        match tx.insert_push_key(&public, &secret, now).await {
            // Another node was quicker: its key is the town's.
            Err(store::Error::Conflict { .. }) => return Ok(false),
            done => done?,
        }
        let audit = caller.audit("push_key.add", "push_key", "vapid", now);
        Ok(tx.commit(audit, true).await?)
    }

    /// In which browsers the caller takes pushes.
    pub async fn my_push(&self, caller: &Caller) -> Result<PushSettings> {
        let mut read = self.db.read(&self.town).await?;
        self.push_view(&mut read, &caller.person).await
    }

    async fn push_view(&self, read: &mut Read, person: &PersonId) -> Result<PushSettings> {
        let offered = self.courier.channels().contains(&Channel::Push);
        let key = read.push_key().await?.map(|(public, _)| public).filter(|_| offered);
        let browser = |one: &PushRecord| PushBrowser {
            id: one.subscription.id.to_string(),
            browser: one.subscription.browser.clone(),
            since: one.subscription.since.to_rfc3339(),
            mark: one.mark(),
        };
        let items = read.push_subscriptions(person).await?.iter().map(browser).collect();
        Ok(PushSettings { offered, key, items })
    }

    /// The caller allowed pushes in a browser. Whoever used it before him gets none there any more; where he said how he is
    /// reached, this way comes right after the desk.
    ///
    /// Errors: an address that is none, or of a service the town does not send to; keys that are none.
    pub async fn add_push(&self, caller: &Caller, asked: PushInput) -> Result<PushSettings> {
        let now = self.now();
        if Browser::parse(&asked.p256dh, &asked.auth).is_none() {
            return Err(domain::message::MessageRefusal::PushAddress.into());
        }
        let address =
            Address { endpoint: asked.endpoint, p256dh: asked.p256dh, auth: asked.auth }.checked()?;
        if self.courier.push_contact(&address.endpoint).is_none() {
            return Err(Error::Refused {
                code: "message.push_service",
                message: "本镇没有接通这个浏览器的推送服务，请换用其他浏览器或其他通知方式".to_owned(),
            });
        }
        let mut tx = self.write(caller).await?;
        let before = tx.push_subscriptions_at(&address.endpoint).await?;
        if before.iter().all(|one| one.subscription.person != caller.person || one.address != address) {
            let (own, others): (Vec<_>, Vec<_>) =
                before.into_iter().partition(|one| one.subscription.person == caller.person);
            end(&mut tx, others.into_iter().chain(own), Ending::Replaced, now).await?;
            let subscription = Subscription {
                id: self.new_id().into(),
                person: caller.person.clone(),
                browser: asked.browser,
                since: now,
                end: None,
            }
            .named();
            let record = PushRecord { subscription, address, version: 1, recorded_at: now };
            tx.insert_push_subscription(&record).await?;
        }
        if let Some(mut kept) = tx.reach(&caller.person).await?
            && kept.reach.ways.iter().all(|way| way.channel != Channel::Push)
        {
            let at = kept.reach.ways.iter().position(|way| way.channel == Channel::Desk);
            let way = Way { channel: Channel::Push, address: String::new() };
            kept.reach.ways.insert(at.map_or(0, |at| at + 1), way);
            tx.update_reach(&kept).await?;
        }
        let view = self.push_view(&mut tx, &caller.person).await?;
        let id = view.items.last().map(|one| one.id.clone()).unwrap_or_default();
        let audit = caller.audit("push_subscription.add", "push_subscription", &id, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The caller wants no more pushes in a browser of his.
    ///
    /// Errors: [`Error::NotFound`] when it is none of his.
    pub async fn end_push(&self, caller: &Caller, id: &PushSubscriptionId) -> Result<PushSettings> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let own = tx.push_subscriptions(&caller.person).await?;
        let record = own.into_iter().find(|one| one.subscription.id == *id).ok_or(Error::NotFound)?;
        end(&mut tx, [record], Ending::Person, now).await?;
        let view = self.push_view(&mut tx, &caller.person).await?;
        let audit = caller.audit("push_subscription.end", "push_subscription", id.as_str(), now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Sends a message to every browser of its person.
    // Part of the round, which asked.
    pub(super) async fn push(
        &self,
        message: &Message,
        browsers: Vec<PushRecord>,
        key: Option<&str>,
    ) -> Pushed {
        let mut pushed = Pushed { carried: Err("没有一个浏览器收下".to_owned()), gone: Vec::new() };
        for record in browsers {
            let Some(parcel) = self.push_parcel(message, &record, key) else {
                pushed.carried = pushed.carried.or(Err("推送服务没有接通".to_owned()));
                continue;
            };
            match self.courier.deliver(&parcel).await {
                Ok(status) if (200..300).contains(&status) => {
                    pushed.carried = pushed.carried.or(Ok(status.to_string()));
                }
                // Its permission was taken back. Source: RFC 8030, section 7.3.
                Ok(404 | 410) => pushed.gone.push(record),
                Ok(status) => pushed.carried = pushed.carried.or(Err(format!("推送服务答复 {status}"))),
                Err(error) => pushed.carried = pushed.carried.or(Err(error)),
            }
        }
        pushed
    }

    fn push_parcel(&self, message: &Message, record: &PushRecord, key: Option<&str>) -> Option<Parcel> {
        let (random, address) = (SystemRandom::new(), &record.address);
        let contact = self.courier.push_contact(&address.endpoint)?;
        let text = serde_json::json!({
            "text": shown(message.urgency), "page": page(message), "tag": message.id.as_str(),
            "urgent": message.urgency.breaks_quiet(),
        });
        let body =
            Browser::parse(&address.p256dh, &address.auth)?.sealed(text.to_string().as_bytes(), &random)?;
        let until_s = self.now().plus_ms(DAY_MS / 2).0 / 1_000;
        let token =
            Vapid::read(key?, &random)?.authorization(&address.endpoint, &contact, until_s, &random)?;
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        // Of two tries with one topic a browser that was away gets the last only.
        let topic: String =
            message.id.as_str().chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        Some(Parcel {
            url: address.endpoint.clone(),
            headers: vec![
                header("Content-Type", "application/octet-stream"),
                header("Content-Encoding", "aes128gcm"),
                header("TTL", &KEPT_S.to_string()),
                header("Urgency", urgency(message.urgency)),
                header("Topic", &topic),
                header("Authorization", &token),
            ],
            body,
        })
    }
}
