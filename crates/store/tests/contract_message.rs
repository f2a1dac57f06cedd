//! The contract of messages, once on SQLite and once on PostgreSQL: what is due is found by its moment, one key is one
//! message, tries grow, addresses are sealed.

use domain::ids::TownCode;
use domain::message::push::{Address, Ending, Subscription};
use domain::message::{Attempt, Channel, Message, Quiet, Reach, State, Urgency, Way};
use domain::time::Timestamp;
use store::message::push::PushRecord;
use store::message::{MessageFilter, MessageRecord, ReachRecord};
use store::{Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn at(s: i64) -> Timestamp {
    Timestamp::start_of(day("2026-09-01")).plus_ms(s * 1_000)
}

fn record(id: &str, person: &str, s: i64) -> MessageRecord {
    let message = Message {
        id: id.into(),
        to: person.into(),
        key: format!("incident/i/{id}"),
        about: ("incident".to_owned(), format!("i-{id}")),
        urgency: Urgency::Alarm,
        text: "有警情待核实".to_owned(),
        written_at: at(s),
        attempts: Vec::new(),
        state: State::Waiting,
        received_at: None,
    };
    MessageRecord { message, next_at: Some(at(s)), version: 1, recorded_at: at(s) }
}

#[tokio::test]
async fn what_is_due_is_found_once_for_each_key() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (mut one, two) = (record("a", "p1", 0), record("b", "p2", 60));
        let mut tx = db.write(&town()).await?;
        tx.insert_message(&one).await?;
        tx.insert_message(&two).await?;
        tx.commit(entry("message.send", "message", "a", at(0)), ()).await?;
        let mut tx = db.write(&town()).await?;
        let mut same = record("c", "p1", 0);
        same.message.key.clone_from(&one.message.key);
        assert!(tx.insert_message(&same).await.is_err(), "one event, one person, one message");
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.message(&"a".into()).await?, Some(one.clone()));
        assert_eq!(read.message_with_key(&two.message.key).await?, Some(two.clone()));
        assert_eq!(read.due_messages(at(59), 9).await?, [one.clone()]);
        assert_eq!(read.due_messages(at(60), 9).await?, [one.clone(), two.clone()]);
        drop(read);

        let tried = |s: i64, ok: bool| Attempt {
            channel: Channel::Sms,
            at: at(s),
            receipt: ok.then(|| "r".to_owned()),
            error: String::new(),
            told: None,
        };
        one.message = one.message.tried(tried(70, true));
        one.next_at = None;
        let mut tx = db.write(&town()).await?;
        tx.update_message(&one).await?;
        tx.insert_try("t1", &one.message.id, &tried(69, false)).await?;
        tx.insert_try("t2", &one.message.id, &tried(70, true)).await?;
        for (receipt, message) in [("r1", "a"), ("r1", "a"), ("r2", "a"), ("r2", "b")] {
            tx.note_receipt((Channel::Sms, receipt), &message.into(), at(70)).await?;
        }
        tx.commit(entry("message.send", "message", "a", at(70)), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_message(&one).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(
            read.due_messages(at(99), 9).await?,
            std::slice::from_ref(&two),
            "nothing more is to be done for the other"
        );
        assert_eq!(read.last_tries(1).await?, [tried(70, true)]);
        let filter = |states: Option<&str>, person: Option<&str>| MessageFilter {
            states: states.map(str::to_owned),
            person: person.map(Into::into),
            about: None,
        };
        assert_eq!(read.messages(&filter(Some("waiting"), None), 9).await?, std::slice::from_ref(&two));
        assert_eq!(read.messages(&filter(None, Some("p1")), 9).await?.len(), 1);
        let about =
            MessageFilter { about: Some(("incident".to_owned(), "i-b".to_owned())), ..filter(None, None) };
        assert_eq!(read.messages(&about, 9).await?, [two]);
        // The same receipt for the same message is one; for two messages it is that of neither.
        let known = read.message_with_receipt(Channel::Sms, "r1").await?;
        assert_eq!(known.map(|one| one.message.id.to_string()).as_deref(), Some("a"));
        for (channel, receipt) in [(Channel::Sms, "r2"), (Channel::Voice, "r1"), (Channel::Sms, "r3")] {
            assert_eq!(read.message_with_receipt(channel, receipt).await?, None);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_message_that_is_due_is_one_servers_until_it_lets_go_or_dies() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (mut one, two) = (record("a", "p1", 0), record("b", "p2", 60));
        let mut tx = db.write(&town()).await?;
        tx.insert_message(&one).await?;
        tx.insert_message(&two).await?;
        tx.commit(entry("message.send", "message", "a", at(0)), ()).await?;
        let claim = async |s: i64, until: i64, most: i64| -> anyhow::Result<String> {
            let mut tx = db.write(&town()).await?;
            let found = tx.claim_messages(at(s), at(until), most).await?;
            tx.commit_machinery().await?;
            Ok(found.iter().map(|one| one.message.id.as_str()).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(claim(60, 120, 1).await?, "a");
        assert_eq!(claim(60, 130, 9).await?, "b", "the other is taken");
        assert_eq!(claim(60, 130, 9).await?, "");
        let mut tx = db.write(&town()).await?;
        tx.release_messages(&[one.message.id.clone()], at(119)).await?;
        tx.release_messages(std::slice::from_ref(&two.message.id), at(130)).await?;
        tx.commit_machinery().await?;
        assert_eq!(claim(61, 131, 9).await?, "b", "it was let go of; the other is not theirs to let go of");
        assert_eq!(claim(120, 180, 9).await?, "a", "whoever had it died");
        one.next_at = None;
        let mut tx = db.write(&town()).await?;
        tx.update_message(&one).await?;
        tx.commit(entry("message.send", "message", "a", at(121)), ()).await?;
        assert_eq!(claim(200, 260, 9).await?, "b", "what was sent is not sent again");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn how_somebody_is_reached_is_sealed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let way = |channel, address: &str| Way { channel, address: address.to_owned() };
        let reach = Reach {
            person: "p1".into(),
            ways: vec![way(Channel::Desk, ""), way(Channel::Email, "a@qingfeng.example")],
            quiet: Some(Quiet { from_min: 1_320, to_min: 420 }),
        };
        let mut record = ReachRecord { reach, version: 1, recorded_at: at(0) };
        let mut tx = db.write(&town()).await?;
        tx.insert_reach(&record).await?;
        tx.commit(entry("reach.set", "reach", "p1", at(0)), ()).await?;
        assert_eq!(db.read(&town()).await?.reach(&"p1".into()).await?, Some(record.clone()));
        assert_eq!(db.read(&town()).await?.reach(&"p2".into()).await?, None);
        record.reach.ways.truncate(1);
        let mut tx = db.write(&town()).await?;
        tx.update_reach(&record).await?;
        tx.commit(entry("reach.set", "reach", "p1", at(1)), ()).await?;
        record.version = 2;
        assert_eq!(db.read(&town()).await?.reach(&"p1".into()).await?, Some(record));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn browsers_are_found_by_person_and_address_and_the_key_is_made_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let browser = |id: &str, person: &str, endpoint: &str| PushRecord {
            subscription: Subscription {
                id: id.into(),
                person: person.into(),
                browser: "Edge".to_owned(),
                since: at(0),
                end: None,
            },
            address: Address {
                endpoint: endpoint.to_owned(),
                p256dh: "public".to_owned(),
                auth: "secret".to_owned(),
            },
            version: 1,
            recorded_at: at(0),
        };
        let (one, two) =
            (browser("a", "p1", "https://push.example/1"), browser("b", "p1", "https://push.example/2"));
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.push_key().await?, None);
        tx.insert_push_subscription(&one).await?;
        tx.insert_push_subscription(&two).await?;
        tx.insert_push_key("public", "private", at(0)).await?;
        let again = tx.insert_push_key("other", "other", at(1)).await;
        assert!(matches!(again, Err(Error::Conflict { .. })), "one key for good: {again:?}");
        tx.commit(entry("push_subscription.add", "push_subscription", "a", at(0)), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.push_key().await?, Some(("public".to_owned(), "private".to_owned())));
        assert_eq!(read.push_subscriptions(&"p1".into()).await?, [one.clone(), two.clone()]);
        assert_eq!(read.push_subscriptions_at("https://push.example/2").await?, std::slice::from_ref(&two));
        assert!(read.push_subscriptions(&"p2".into()).await?.is_empty());
        assert_ne!(one.mark(), two.mark());
        drop(read);
        let mut gone = one.clone();
        gone.subscription = gone.subscription.ended(at(9), Ending::Gone);
        let mut tx = db.write(&town()).await?;
        tx.update_push_subscription(&gone).await?;
        tx.commit(entry("push_subscription.end", "push_subscription", "a", at(9)), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_push_subscription(&gone).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.push_subscriptions(&"p1".into()).await?, [two]);
        assert!(read.push_subscriptions_at("https://push.example/1").await?.is_empty());
        Ok(())
    })
    .await
}
