//! The contract of subscribers, once on SQLite and once on PostgreSQL: the secret is sealed, a stale change is refused, how
//! far somebody was told is kept without an entry of the record.

use std::collections::BTreeSet;

use domain::ids::TownCode;
use domain::subscriber::{EventKind, Progress, Subscriber};
use domain::time::Timestamp;
use store::subscriber::SubscriberRecord;
use store::{Db, Error};
use testkit::both_databases;

use crate::ground::entry;

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn record(id: &str) -> SubscriberRecord {
    let subscriber = Subscriber {
        id: id.into(),
        name: "区平台".to_owned(),
        url: "https://district.example/in".to_owned(),
        kinds: BTreeSet::from([EventKind::Incident]),
        since: 3,
        paused: false,
        void: None,
    };
    SubscriberRecord { subscriber, version: 1, recorded_at: Timestamp(5), recorded_by: "系统".to_owned() }
}

#[tokio::test]
async fn subscribers_their_secrets_and_how_far_they_were_told() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let audit = || entry("subscriber.add", "subscriber", "a", Timestamp(5));
        let mut one = record("a");
        let mut tx = db.write(&town()).await?;
        tx.insert_subscriber(&one, "hush").await?;
        tx.insert_subscriber(&record("b"), "else").await?;
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.subscribers().await?, [one.clone(), record("b")]);
        assert_eq!(read.subscriber_secret(&"a".into()).await?.as_deref(), Some("hush"));
        assert_eq!(read.subscriber_secret(&"z".into()).await?, None);
        assert!(read.subscriber_progress().await?.is_empty());
        let (head, _) = read.audit_head().await?;
        drop(read);

        let told = Progress::default().told(9, Timestamp(7));
        let failed = told.clone().failed("答复 500", Timestamp(8));
        for progress in [&told, &failed] {
            let mut tx = db.write(&town()).await?;
            tx.save_subscriber_progress(&"a".into(), progress).await?;
            tx.commit_machinery().await?;
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.subscriber_progress().await?.get(&"a".into()), Some(&failed));
        assert_eq!(read.audit_head().await?.0, head, "no entry for it");
        drop(read);

        one.subscriber.paused = true;
        let mut tx = db.write(&town()).await?;
        tx.update_subscriber(&one).await?;
        tx.save_subscriber_secret(&"a".into(), 2, "anew").await?;
        tx.commit(audit(), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_subscriber(&one).await, Err(Error::Conflict { .. })));
        let stale = tx.save_subscriber_secret(&"a".into(), 1, "late").await;
        assert!(matches!(stale, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert!(read.subscribers().await?.first().is_some_and(|kept| kept.subscriber.paused));
        assert_eq!(read.subscriber_secret(&"a".into()).await?.as_deref(), Some("anew"));
        assert!(read.verify().await?.findings.is_empty());
        Ok(())
    })
    .await
}
