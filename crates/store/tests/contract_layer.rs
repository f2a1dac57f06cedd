//! The contract of what can be on a map: read lean, within the scope, on both databases.

use domain::hazard::{Act, Actor, Find, Hazard, HazardCode, Photo, Standing};
use domain::ids::TownCode;
use domain::place::{Contact, Location, Place};
use domain::time::Timestamp;
use store::hazard::Filing;
use store::place::PlaceRecord;
use store::{Audit, Db};
use testkit::both_databases;

use crate::ground::entry;
use crate::scopes::{below, everything, of_org};

/// 2026-03-02 09:00 in the town.
const NOW: Timestamp = Timestamp(1_772_413_200_000);

fn town() -> TownCode {
    "500118103000".into()
}

fn audit(action: &'static str) -> Audit {
    entry(action, "place", "p", NOW)
}

fn record(id: &str, path: &str, at: Option<(f64, f64)>) -> PlaceRecord {
    let place = Place {
        sector_org: Some("dept".into()),
        location: at.map(|(lon_deg, lat_deg)| Location { lon_deg, lat_deg }),
        responsible: Contact { name: "杨某某".to_owned(), phone: "13800000000".to_owned() },
        ..Place::new(
            id.into(),
            format!("C-{id}"),
            format!("场所{id}"),
            "nine_small.catering".into(),
            path.rsplit('/').next().unwrap_or_default().into(),
        )
    };
    PlaceRecord {
        place,
        path: path.to_owned(),
        pinyin: String::new(),
        source: "演示".to_owned(),
        note: String::new(),
        cached_risk_points: Some(9),
        cached_risk_grade: "red".to_owned(),
        version: 1,
        happened_on: NOW.date(),
        recorded_at: NOW,
        recorded_by: "system".to_owned(),
        voided: None,
        same_as: None,
        sector_since: None,
    }
}

async fn settled(db: &Db) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    for (id, path, at) in [
        ("a", "t/v1", Some((105.95, 29.35))),
        ("b", "t/v2", Some((105.96, 29.36))),
        ("c", "t/v1", None),
        ("d", "t/v1", Some((105.97, 29.37))),
    ] {
        tx.insert_place(&record(id, path, at)).await?;
    }
    tx.void_place(&"d".into(), 1, NOW, "重复").await?;
    tx.commit(audit("place.add"), ()).await?;
    for (id, place, path) in [("h1", "a", "t/v1"), ("h2", "b", "t/v2"), ("h3", "c", "t/v1")] {
        let find = Find {
            town: town(),
            place: place.into(),
            item: None,
            code: HazardCode::other(),
            description: "堆放杂物".to_owned(),
            photos: vec![Photo { id: format!("{id}-before").as_str().into(), item: None }],
            recurrence_of: None,
            sortie: None,
        };
        let actor = Actor::Staff {
            person: "wang".into(),
            assignment: "hat".into(),
            org: "office".into(),
            standing: Standing::Office,
        };
        let act = Act { actor, happened_at: NOW, position: None, document_no: None };
        let (hazard, event) = Hazard::found(id.into(), find, act.clone(), NOW)?;
        let filing = Filing {
            code: format!("YH-{id}"),
            path: path.to_owned(),
            org: "office".into(),
            inspection: None,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_hazard(&hazard, &event, &filing).await?;
        tx.commit(audit("hazard.find"), ()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_has_no_position_or_is_voided_or_belongs_to_others_is_not_on_the_map() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        settled(&db).await?;
        let mut read = db.read(&town()).await?;
        for (scope, places, hazards) in [
            (everything(), vec!["a", "b"], vec!["h1", "h2"]),
            (below(&["t/v1"]), vec!["a"], vec!["h1"]),
            (below(&["t/v3"]), vec![], vec![]),
            (of_org("dept"), vec!["a", "b"], vec!["h1", "h2"]),
            (of_org("other"), vec![], vec![]),
        ] {
            let found: Vec<String> =
                read.place_spots(&scope).await?.into_iter().map(|spot| spot.id).collect();
            assert_eq!(found, places);
            let found: Vec<String> =
                read.hazard_spots(&scope).await?.into_iter().map(|spot| spot.id).collect();
            assert_eq!(found, hazards);
        }
        let spot = read.place_spots(&everything()).await?.remove(0);
        assert_eq!((spot.at.lon_deg, spot.grade.as_str(), spot.village.as_str()), (105.95, "red", "v1"));
        let all: Vec<[f64; 2]> = read
            .place_spots(&everything())
            .await?
            .into_iter()
            .map(|spot| [spot.at.lon_deg, spot.at.lat_deg])
            .collect();
        assert_eq!(read.some_place_positions(99).await?, all, "all, while they are few");
        assert_eq!(read.some_place_positions(1).await?, all[..1]);
        let spot = read.hazard_spots(&everything()).await?.remove(0);
        assert_eq!((spot.found_at, spot.changed_at, spot.state.as_str()), (NOW, NOW, "found"));
        assert_eq!(spot.place, ("a".to_owned(), "场所a".to_owned(), "v1".to_owned()));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_table_is_touched_after_an_entry_or_it_is_not() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        settled(&db).await?;
        let mut read = db.read(&town()).await?;
        let (head, _) = read.audit_head().await?;
        assert!(read.touched_after(0, &["place"]).await?);
        assert!(read.touched_after(head - 1, &["place", "hazard"]).await?);
        assert!(!read.touched_after(head - 1, &["place"]).await?, "the last entry is a hazard's");
        assert!(!read.touched_after(head, &["place", "hazard"]).await?);
        Ok(())
    })
    .await
}
