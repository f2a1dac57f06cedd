//! The contract of photos and of uploads on their way; on both databases.

use domain::ids::TownCode;
use domain::time::Timestamp;
use store::photo::{Picture, Upload};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;

const NOW: Timestamp = Timestamp(1_772_413_200_000);

fn town() -> TownCode {
    "500118103000".into()
}

fn audit() -> Audit {
    entry("photo.add", "photo", "", NOW)
}

fn picture(id: &str, taken_at: Timestamp, lon: Option<f64>) -> Picture {
    Picture {
        id: id.into(),
        blob: "hash".to_owned(),
        media_type: "image/jpeg".to_owned(),
        size_bytes: 5,
        width: 1600,
        height: 1200,
        thumb: String::new(),
        object_kind: "hazard".to_owned(),
        object_id: "h".to_owned(),
        path: "t/v".to_owned(),
        item: "B06".to_owned(),
        role: "before".to_owned(),
        taken_at,
        recorded_at: NOW,
        recorded_by: "acc".to_owned(),
        lon,
        lat: None,
        original: lon.map(|_| "raw".to_owned()),
    }
}

#[test]
fn what_was_written_into_a_picture_does_not_make_it_another() {
    let stamped = |blob: &str, original: Option<&str>| Picture {
        blob: blob.to_owned(),
        original: original.map(str::to_owned),
        ..picture("p", NOW, None)
    };
    let found = stamped("with the place", Some("raw"));
    assert!(found.is_same_as(&stamped("with another day", Some("raw"))));
    assert!(found.is_same_as(&stamped("raw", None)) && stamped("raw", None).is_same_as(&found), "as it was");
    assert!(!found.is_same_as(&stamped("another", Some("other"))));
    assert!(!stamped("a", None).is_same_as(&stamped("b", None)), "nothing known of either");
}

#[tokio::test]
async fn the_pictures_of_an_object_come_in_the_order_they_were_taken() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (early, late) = (picture("z", NOW, Some(105.927_1)), picture("a", NOW.plus_ms(1), None));
        let other = Picture { object_id: "other".to_owned(), ..picture("o", NOW, None) };
        let mut tx = db.write(&town()).await?;
        for one in [&late, &early, &other] {
            tx.insert_photo(one).await?;
        }
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.photos_of("hazard", "h").await?, [early.clone(), late]);
        assert_eq!(read.photo(&"z".into()).await?, Some(early.clone()));
        assert_eq!(read.photo(&"none".into()).await?, None);
        let some = read.photos(&["z".into(), "none".into()]).await?;
        assert_eq!(some, std::slice::from_ref(&early));
        assert_eq!(read.verify().await?.findings, []);
        drop(read);
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.insert_photo(&early).await, Err(Error::Conflict { table: "photo", .. })));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_upload_is_finished_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let upload = Upload {
            id: "u".to_owned(),
            account: "acc".to_owned(),
            sha256: "hash".to_owned(),
            size_bytes: 5,
            media_type: "image/jpeg".to_owned(),
            content: "{}".to_owned(),
            created_at: NOW,
            finished_at: None,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_upload(&upload).await?;
        assert_eq!(tx.upload("u").await?, Some(upload.clone()));
        assert_eq!(
            (tx.open_uploads("acc", NOW).await?, tx.open_uploads("acc", NOW.plus_ms(1)).await?),
            (1, 0)
        );
        let upload = Upload { size_bytes: 6, ..upload };
        assert!(tx.redeclare_upload(&upload).await?);
        assert!(tx.finish_upload("u", NOW.plus_ms(1)).await?);
        assert!(!tx.redeclare_upload(&upload).await?, "it is whole");
        assert_eq!(tx.open_uploads("acc", NOW).await?, 0);
        assert!(!tx.finish_upload("u", NOW.plus_ms(2)).await?);
        tx.commit_machinery().await?;
        let done = Upload { finished_at: Some(NOW.plus_ms(1)), ..upload };
        assert_eq!(db.read(&town()).await?.upload("u").await?, Some(done));
        Ok(())
    })
    .await
}
