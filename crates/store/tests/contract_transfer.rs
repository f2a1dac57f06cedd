//! The contract of moving a town from one database to another: nothing is changed, nothing is overwritten.

use domain::ids::TownCode;
use domain::time::Timestamp;
use store::account::Account;
use store::photo::Picture;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;

const NOW: Timestamp = Timestamp(1_772_413_200_000);

fn town() -> TownCode {
    "500118103000".into()
}

fn audit(action: &'static str) -> Audit {
    entry(action, "photo", "", NOW)
}

/// A row with every type of column, NULLs among them.
fn picture() -> Picture {
    Picture {
        id: "p".into(),
        blob: "hash".to_owned(),
        media_type: "image/jpeg".to_owned(),
        size_bytes: 5,
        width: 1600,
        height: 1200,
        thumb: String::new(),
        object_kind: "hazard".to_owned(),
        object_id: "h".to_owned(),
        path: "t/v".to_owned(),
        item: String::new(),
        role: "fix".to_owned(),
        taken_at: NOW,
        recorded_at: NOW,
        recorded_by: "acc".to_owned(),
        lon: Some(105.927_1),
        lat: None,
        original: None,
    }
}

fn account() -> Account {
    Account {
        id: "acc".into(),
        person: "p".into(),
        login: "clerk".to_owned(),
        password_hash: "x".to_owned(),
        totp_secret: String::new(),
        totp_step: 0,
        recovery: Vec::new(),
        epoch: 1,
        active: true,
        must_change: false,
        failures: 0,
        locked_until: Timestamp(0),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn a_town_moves_there_and_back_with_the_same_record() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let file = |name: &str| format!("sqlite:{}", fresh.folder.path().join(name).display());
        let first = Db::open(&file("first.db"), &fresh.keys()).await?;
        let mut tx = first.write(&town()).await?;
        tx.insert_account(&account()).await?;
        tx.append(audit("account.add")).await?;
        tx.insert_photo(&picture()).await?;
        tx.commit(audit("photo.add"), ()).await?;
        let mut other = first.write(&"500118104000".into()).await?;
        other.insert_photo(&picture()).await?;
        other.commit(audit("photo.add"), ()).await?;
        let before = first.read(&town()).await?.verify().await?;

        let second = Db::open(&fresh.url, &fresh.keys()).await?;
        assert!(first.copy_town_to(&second, &town()).await? >= 6);
        let third = Db::open(&file("third.db"), &fresh.folder.path().join("others")).await?;
        second.copy_town_to(&third, &town()).await?;
        for db in [&second, &third] {
            let mut read = db.read(&town()).await?;
            assert_eq!(read.verify().await?, before, "the same entries, rows and head");
            assert_eq!(read.photo(&"p".into()).await?, Some(picture()));
            assert_eq!(read.account(&"acc".into()).await?, Some(account()));
            assert_eq!(
                db.read(&"500118104000".into()).await?.photo(&"p".into()).await?,
                None,
                "one town only"
            );
        }
        let again = first.copy_town_to(&second, &town()).await;
        assert!(matches!(again, Err(Error::Setup(_))), "never over a record that is there");
        Ok(())
    })
    .await
}
