//! The contract of placards, once on SQLite and once on PostgreSQL.

use domain::ids::TownCode;
use domain::placard::{Kind, Line, Placard, Posting, Print, Size};
use domain::place::Location;
use domain::time::Timestamp;
use store::placard::{PlacardFilter, PlacardRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "placard", id, NOW)
}

fn placard(id: &str, kind: Kind, path: &str) -> PlacardRecord {
    let line = Line {
        post: "post".into(),
        person: "p".into(),
        name: "王书记".to_owned(),
        title: "书记".to_owned(),
        office_phone: "023-49000000".to_owned(),
        acting: false,
    };
    PlacardRecord {
        placard: Placard {
            id: id.into(),
            kind,
            about: path.rsplit('/').next().unwrap_or_default().to_owned(),
            path: path.to_owned(),
            org: None,
            spot: "村委会门口".to_owned(),
            point: Some(Location { lon_deg: 105.87, lat_deg: 29.26 }),
            size: Size::A3,
            code: format!("code-{id}"),
            prints: vec![Print {
                on: day("2026-09-01"),
                lines: vec![line],
                hotlines: vec!["火警 119".to_owned()],
                editions: [("DT09".to_owned(), 1001)].into(),
            }],
            postings: Vec::new(),
            voided: None,
        },
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn placards_are_found_by_scope_and_by_code_and_a_stale_step_is_a_conflict() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in [
            placard("a", Kind::Village, "t/v1"),
            placard("b", Kind::Group, "t/v1/g"),
            placard("c", Kind::Village, "t/v2"),
        ] {
            tx.insert_placard(&one).await?;
        }
        tx.commit(audit("a"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<PlacardRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.placard.id.to_string()).collect()
        };
        let all = PlacardFilter::default();
        assert_eq!(ids(read.placards(&everything(), &all).await?), ["a", "b", "c"]);
        assert_eq!(ids(read.placards(&below(&["t/v1"]), &all).await?), ["a", "b"]);
        let group = PlacardFilter { kind: Some("group".to_owned()), ..all.clone() };
        assert_eq!(ids(read.placards(&everything(), &group).await?), ["b"]);
        let second = PlacardFilter { path: Some("t/v2".to_owned()), ..all.clone() };
        assert_eq!(ids(read.placards(&everything(), &second).await?), ["c"]);
        assert!(read.placard(&"c".into(), &below(&["t/v1"])).await?.is_none());
        assert_eq!(read.placard_by_code("code-b").await?.map(|one| one.placard.id), Some("b".into()));
        assert!(read.placard_by_code("b").await?.is_none());
        let kept = read.placard(&"a".into(), &everything()).await?.expect("kept");
        assert_eq!(kept, placard("a", Kind::Village, "t/v1"));
        drop(read);
        let posting =
            Posting { print: 0, on: day("2026-09-02"), at: NOW, by: "p".into(), photos: vec!["x".into()] };
        let hung = PlacardRecord { placard: kept.placard.clone().post(posting)?, ..kept };
        let mut tx = db.write(&town()).await?;
        tx.update_placard(&hung).await?;
        tx.commit(audit("a"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(
            matches!(tx.update_placard(&hung).await, Err(Error::Conflict { .. })),
            "seen before the step"
        );
        drop(tx);
        let down = PlacardRecord { placard: hung.placard.clone().void("拆除", NOW)?, version: 2, ..hung };
        let mut tx = db.write(&town()).await?;
        tx.update_placard(&down).await?;
        tx.commit(audit("a"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(ids(read.placards(&everything(), &all).await?), ["b", "c"]);
        let with_void = PlacardFilter { with_void: true, ..all };
        assert_eq!(read.placards(&everything(), &with_void).await?.len(), 3);
        let verified = read.verify().await?;
        assert_eq!((verified.findings.len(), verified.rows), (0, 3));
        Ok(())
    })
    .await
}
