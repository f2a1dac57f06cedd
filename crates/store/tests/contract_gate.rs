//! The contract of the store, the gate of clause 11: exemptions are kept, taken back, and stay on record.

use domain::gate::Exemption;
use domain::time::{Timestamp, parse_date};
use store::gate::ExemptionRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

#[tokio::test]
async fn exemptions_are_kept_and_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let town = "500118100000".into();
        let at = Timestamp(1_790_000_000_000);
        let audit = || Audit {
            action: "gate.exempt",
            object_kind: "gate",
            object_id: "e1".to_owned(),
            territory: String::new(),
            actor: "a".to_owned(),
            actor_name: "甲".to_owned(),
            hat: String::new(),
            happened_at: at,
            at,
            reason: String::new(),
            detail: "{}".to_owned(),
        };
        let day = |text| parse_date(text).unwrap_or_default();
        let kept = ExemptionRecord {
            exemption: Exemption::new(
                "e1".into(),
                "p1".into(),
                "等待十月开班",
                day("2026-09-21"),
                day("2026-10-31"),
            )?,
            recorded_by: "郑分管".to_owned(),
            version: 1,
            recorded_at: at,
            voided: None,
        };
        let mut tx = db.write(&town).await?;
        tx.insert_exemption(&kept).await?;
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town).await?;
        assert_eq!(read.exemptions().await?, std::slice::from_ref(&kept));
        assert_eq!(read.exemptions_of(&"p1".into()).await?, std::slice::from_ref(&kept));
        assert!(read.exemptions_of(&"p2".into()).await?.is_empty());
        drop(read);
        let mut tx = db.write(&town).await?;
        tx.void_exemption(&"e1".into(), 1, at, "已参加培训").await?;
        assert!(
            matches!(tx.void_exemption(&"e1".into(), 1, at, "x").await, Err(Error::Conflict { .. })),
            "stale"
        );
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town).await?;
        let gone = read.exemption(&"e1".into()).await?.expect("stays on record");
        assert_eq!((gone.version, gone.exemption.voided), (2, true));
        assert_eq!(gone.voided, Some((at, "已参加培训".to_owned())));
        assert_eq!(read.exemption(&"e2".into()).await?, None);
        drop(read);
        assert_eq!(db.read(&town).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}
