//! Pushes reach a browser of our own through a push service of our own on this machine: encrypted for it alone, signed, silent
//! about everybody; tried again, passed over when it is gone, and never a reason to leave out the channels after it.

use std::sync::Arc;

use app::message::push::{PushInput, PushSettings};
use app::message::{ChannelWay, ReachInput, ReceivedInput};
use app::{App, Caller};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::org::Role;
use protocol::web_push::SystemRandom;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hmac::{HMAC_SHA256, Key, sign};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifying};
use server::courier::Gateways;
use testkit::both_databases;

use crate::common::gateway::Gateway;
use crate::message::{call, delivered, town, who};

/// A browser: its key is used up by the first message it reads.
struct Browser {
    own: EphemeralPrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl Browser {
    fn new() -> anyhow::Result<Self> {
        let wrong = |_| anyhow::anyhow!("no key");
        let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).map_err(wrong)?;
        let public = own.compute_public_key().map_err(wrong)?.as_ref().to_vec();
        Ok(Self { own, public, auth: [7; 16] })
    }

    fn allows(&self, endpoint: &str) -> PushInput {
        PushInput {
            endpoint: endpoint.to_owned(),
            p256dh: URL_SAFE_NO_PAD.encode(&self.public),
            auth: URL_SAFE_NO_PAD.encode(self.auth),
            browser: "手机 Edge".to_owned(),
        }
    }

    /// Opens what it was sent, as RFC 8291 says.
    fn reads(self, body: &[u8]) -> anyhow::Result<serde_json::Value> {
        let wrong = || anyhow::anyhow!("cannot be opened");
        let salt = body.get(..16).ok_or_else(wrong)?;
        anyhow::ensure!(body.get(16..21) == Some(&[0, 0, 16, 0, 65][..]), "one record, a point");
        let (theirs, sealed) = (body.get(21..86).ok_or_else(wrong)?, body.get(86..).ok_or_else(wrong)?);
        let keyed = |key: &[u8], data: &[u8]| sign(&Key::new(HMAC_SHA256, key), data).as_ref().to_vec();
        let (public, auth) = (self.public, self.auth);
        let point = UnparsedPublicKey::new(&ECDH_P256, theirs.to_vec());
        let input = agree_ephemeral(self.own, &point, |shared| {
            let info = [&b"WebPush: info\0"[..], public.as_slice(), theirs, &[1]].concat();
            keyed(&keyed(&auth, shared), &info)
        });
        let secret = keyed(salt, &input.map_err(|_| wrong())?);
        let key = keyed(&secret, b"Content-Encoding: aes128gcm\0\x01");
        let nonce = keyed(&secret, b"Content-Encoding: nonce\0\x01");
        let key = UnboundKey::new(&AES_128_GCM, &key[..16]).map_err(|_| wrong())?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).map_err(|_| wrong())?;
        let mut sealed = sealed.to_vec();
        let plain =
            LessSafeKey::new(key).open_in_place(nonce, Aad::empty(), &mut sealed).map_err(|_| wrong())?;
        let text = plain.strip_suffix(&[2]).ok_or_else(wrong)?;
        Ok(serde_json::from_slice(text)?)
    }
}

/// A town that pushes to this service, with SMS after it; the clerk watches.
async fn pushing(
    fresh: &testkit::Fresh,
    service: &Gateway,
    sms: u16,
) -> anyhow::Result<(App, testkit::FakeClock, Caller, Caller)> {
    let (mut app, clock) = town(fresh).await?;
    let file = format!(
        "[push]\nservices = [\"http://localhost:{}\"]\ncontact = \"mailto:office@qingfeng.example\"\n\
         [sms]\nurl = \"http://127.0.0.1:{sms}/\"",
        service.port
    );
    app.courier = Arc::new(Gateways::parse(&file, app.clock.clone())?);
    anyhow::ensure!(app.ensure_push_key(&Caller::system()).await?, "a key is made");
    anyhow::ensure!(!app.ensure_push_key(&Caller::system()).await?, "once");
    let (clerk, head) = (who(&app, Role::OfficeClerk).await?, who(&app, Role::OfficeHead).await?);
    app.take_watch(&clerk, Default::default()).await?;
    Ok((app, clock, clerk, head))
}

#[tokio::test]
async fn an_alarm_wakes_a_browser_that_alone_can_read_it_and_sms_comes_after_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let service = Gateway::open(201).await?;
        let sms = Gateway::open(200).await?;
        let (app, clock, clerk, head) = pushing(&fresh, &service, sms.port).await?;
        let browser = Browser::new()?;
        let endpoint = format!("http://localhost:{}/send/clerk?x=1", service.port);
        let code = |done: Result<PushSettings, app::Error>| match done {
            Err(app::Error::Refused { code, .. }) => code.to_owned(),
            other => format!("{other:?}"),
        };
        let elsewhere = app.add_push(&clerk, browser.allows("http://127.0.0.1:9/inner")).await;
        assert_eq!(code(elsewhere), "message.push_service", "nobody points us at the machine's own network");
        let broken = PushInput { auth: "x".to_owned(), ..browser.allows(&endpoint) };
        assert_eq!(code(app.add_push(&clerk, broken).await), "message.push_address");
        let allowed = app.add_push(&clerk, browser.allows(&endpoint)).await?;
        let twice = app.add_push(&clerk, browser.allows(&endpoint)).await?;
        assert_eq!((&allowed, allowed.items.len()), (&twice, 1), "said again it is the same");
        let key = allowed.key.clone().unwrap_or_default();

        app.take_call(&head, call("1")).await?;
        delivered(&app).await?;
        assert!(service.taken().is_empty(), "the desk comes first");
        clock.advance_ms(61_000);
        delivered(&app).await?;
        let sent = service.taken();
        let [(request, body)] = sent.as_slice() else { anyhow::bail!("{sent:?}") };
        assert!(request.starts_with("POST /send/clerk?x=1 HTTP/1.1"), "{request}");
        for header in ["Content-Encoding: aes128gcm", "TTL: 3600", "Urgency: high", "Topic: "] {
            assert!(request.contains(header), "{header} in {request}");
        }
        // The service knows who sends: the token is for it alone, ends within a day and is signed with the town's key.
        let token =
            request.lines().find_map(|line| line.strip_prefix("Authorization: vapid t=")).unwrap_or("");
        let (token, own) = token.split_once(", k=").unwrap_or_default();
        assert_eq!(own, key, "browsers know the same key");
        let (signed, signature) = token.rsplit_once('.').unwrap_or_default();
        let verifying = Verifying::new(&ECDSA_P256_SHA256_FIXED, URL_SAFE_NO_PAD.decode(own)?);
        assert!(verifying.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature)?).is_ok());
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap_or_default().1)?;
        let claims: serde_json::Value = serde_json::from_slice(&claims)?;
        assert_eq!(claims["aud"], format!("http://localhost:{}", service.port));
        let left = claims["exp"].as_i64().unwrap_or(0) - app.now().0 / 1_000;
        assert!((1..=86_400).contains(&left), "{left}");
        // The lock screen shows that there is something, and nothing else.
        let shown = browser.reads(body)?;
        let words: Vec<&String> = shown.as_object().into_iter().flatten().map(|(name, _)| name).collect();
        assert_eq!(words, ["page", "tag", "text", "urgent"]);
        let wanted = ("有新的警情，请打开烽燧", "duty", true);
        assert_eq!(
            (shown["text"].as_str(), shown["page"].as_str(), shown["urgent"].as_bool()),
            (Some(wanted.0), Some(wanted.1), Some(wanted.2))
        );

        // Taken by the service is not seen by him: a minute later the next channel.
        assert!(sms.got().is_empty());
        clock.advance_ms(61_000);
        delivered(&app).await?;
        assert_eq!(sms.got().len(), 1);
        app.receive_messages(&clerk, ReceivedInput { touched: true }).await?;
        clock.advance_ms(600_000);
        assert_eq!(delivered(&app).await?, 0);
        let page = app.messages(&head, None).await?;
        let own = page.items.iter().find(|one| one.about_kind == "incident").map(|one| &one.attempts);
        let channels: Vec<_> =
            own.into_iter().flatten().map(|one| (one.channel.code.as_str(), one.ok)).collect();
        assert_eq!(channels, [("desk", true), ("push", true), ("sms", true)]);
        assert_eq!(app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_service_that_fails_is_tried_again_and_a_browser_that_is_gone_is_forgotten() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let service = Gateway::open(201).await?;
        let sms = Gateway::open(200).await?;
        let (app, clock, clerk, head) = pushing(&fresh, &service, sms.port).await?;
        let endpoint = |n: u32| format!("http://localhost:{}/send/{n}", service.port);
        app.add_push(&clerk, Browser::new()?.allows(&endpoint(1))).await?;
        // His own order: the browser first, woken even in his quiet hours by an alarm.
        let way = |channel: &str| ChannelWay { channel: channel.to_owned(), address: String::new() };
        let reach = ReachInput {
            ways: vec![way("push"), way("sms")],
            quiet_from: Some(0),
            quiet_to: Some(1_440),
            version: 0,
        };
        app.set_my_reach(&clerk, reach).await?;
        service.answers(503);
        app.take_call(&head, call("1")).await?;
        delivered(&app).await?;
        assert_eq!((service.taken().len(), sms.got().len()), (1, 0));
        clock.advance_ms(11_000);
        delivered(&app).await?;
        assert_eq!((service.taken().len(), sms.got().len()), (1, 1), "once more, then the next channel");

        // It took its permission back: forgotten, the next channel at once, and no alarm about the channel.
        app.receive_messages(&clerk, ReceivedInput { touched: true }).await?;
        service.answers(410);
        app.take_call(&head, call("2")).await?;
        delivered(&app).await?;
        assert_eq!((service.taken().len(), sms.got().len()), (1, 2));
        assert!(app.my_push(&clerk).await?.items.is_empty());
        app.receive_messages(&clerk, ReceivedInput { touched: true }).await?;
        app.take_call(&head, call("3")).await?;
        delivered(&app).await?;
        assert_eq!((service.taken().len(), sms.got().len()), (0, 3), "nothing is sent there any more");
        let page = app.messages(&head, None).await?;
        assert!(page.channels.iter().all(|one| !one.down), "{:?}", page.channels);
        let all: Vec<_> = page.items.iter().flat_map(|one| &one.attempts).collect();
        assert_eq!(
            all.iter().filter(|one| one.channel.code == "push" && !one.ok).count(),
            3,
            "every try is shown"
        );

        // A browser he shares: whoever allows it last has it alone, and each ends only his own.
        service.answers(201);
        let first = app.add_push(&clerk, Browser::new()?.allows(&endpoint(2))).await?;
        let id = first.items.first().map(|one| one.id.clone()).unwrap_or_default();
        let strange = app.end_push(&head, &id.as_str().into()).await;
        assert!(matches!(strange, Err(app::Error::NotFound)), "{strange:?}");
        let next = app.add_push(&head, Browser::new()?.allows(&endpoint(2))).await?;
        assert_eq!((next.items.len(), app.my_push(&clerk).await?.items.len()), (1, 0));
        let id = next.items.first().map(|one| one.id.clone()).unwrap_or_default();
        assert!(app.end_push(&head, &id.as_str().into()).await?.items.is_empty());
        // Who said how he is reached and then allows a browser is reached there, too.
        let own = app.my_reach(&clerk).await?;
        let only = ReachInput {
            ways: vec![way("desk"), way("sms")],
            quiet_from: None,
            quiet_to: None,
            version: own.version,
        };
        app.set_my_reach(&clerk, only).await?;
        app.add_push(&clerk, Browser::new()?.allows(&endpoint(3))).await?;
        let ways: Vec<String> = app.my_reach(&clerk).await?.ways.into_iter().map(|way| way.channel).collect();
        assert_eq!(ways, ["desk", "push", "sms"]);
        assert_eq!(app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
