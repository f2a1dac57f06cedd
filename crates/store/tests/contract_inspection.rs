//! The contract of inspections: each version its own row, the last one stands; on both databases.

use domain::ids::TownCode;
use domain::inspection::{Companion, Correction, Inspection, Occasion, Outcome, Power, Record};
use domain::time::Timestamp;
use store::inspection::{InspectionFiling, InspectionFilter};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;
use crate::scopes::{below, everything};

/// 2026-03-02 09:00 in the town.
const NOW: Timestamp = Timestamp(1_772_413_200_000);

fn town() -> TownCode {
    "500118103000".into()
}

fn audit() -> Audit {
    entry("inspection.finish", "inspection", "", NOW)
}

fn inspection(id: &str, place: &str, day: i64) -> Inspection {
    let at = NOW.plus_ms(day * 86_400_000);
    let record = Record {
        id: id.into(),
        town: town(),
        place: place.into(),
        task: None,
        power: Power::Governance,
        occasion: Occasion::Routine,
        inspectors: Vec::new(),
        showed_certificates: false,
        companion: Companion::NotSigned { reason: "无人".to_owned() },
        pins: Vec::new(),
        answers: Vec::new(),
        photos: Vec::new(),
        position: None,
        started_at: at,
        ended_at: at,
    };
    let outcome = Outcome::NotPossible;
    Inspection { record, outcome, recorded_at: at, version: 1, correction: None, flags: Vec::new() }
}

fn filing(path: &str) -> InspectionFiling {
    InspectionFiling { path: path.to_owned(), org: "village".into() }
}

async fn keep(db: &Db, inspection: &Inspection, path: &str) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    tx.insert_inspection(inspection, &filing(path)).await?;
    tx.commit(audit(), ()).await?;
    Ok(())
}

#[tokio::test]
async fn a_correction_stands_beside_what_it_corrects() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let first = inspection("i", "shop", 0);
        keep(&db, &first, "t/v").await?;
        let correction = Some(Correction { by: "li".into(), reason: "记错".to_owned() });
        let second = Inspection { version: 2, correction, outcome: Outcome::Clear, ..first.clone() };
        keep(&db, &second, "t/v").await?;
        for again in [&first, &second, &Inspection { version: 4, ..second.clone() }] {
            let mut tx = db.write(&town()).await?;
            let refused = tx.insert_inspection(again, &filing("t/v")).await;
            assert!(matches!(refused, Err(Error::Conflict { table: "inspection", .. })), "{refused:?}");
        }
        let mut read = db.read(&town()).await?;
        let kept = |i: &Inspection| (i.clone(), filing("t/v"));
        assert_eq!(read.inspection_versions(&"i".into()).await?, [kept(&first), kept(&second)]);
        assert_eq!(read.inspection(&"i".into()).await?, Some(kept(&second)));
        assert_eq!(read.inspection(&"j".into()).await?, None);
        let listed = read.inspections(&everything(), &InspectionFilter::default(), None, 10).await?;
        assert_eq!(listed, [kept(&second)], "only the version that stands is listed");
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn inspections_are_listed_newest_first_by_territory_place_and_date() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        keep(&db, &inspection("a", "shop", 0), "t/v1").await?;
        keep(&db, &inspection("b", "shop", 0), "t/v1").await?;
        keep(&db, &inspection("c", "mill", 2), "t/v10").await?;
        // Together, at a locked door.
        let mut locked = inspection("d", "mill", 0);
        (locked.record.occasion, locked.outcome) = (Occasion::Joint, Outcome::NotPossible);
        keep(&db, &locked, "t/v11").await?;
        let mut read = db.read(&town()).await?;
        let all = InspectionFilter::default();
        let together = InspectionFilter { occasion: Some(Occasion::Joint), ..all.clone() };
        let first = NOW.date();
        let next = first.succ_opt();
        let table = [
            (everything(), all.clone(), None, "c d b a"),
            (below(&["t/v1"]), all.clone(), None, "b a"),
            (everything(), all.clone(), Some((first, "b".into())), "a"),
            (everything(), InspectionFilter { place: Some("mill".into()), ..all.clone() }, None, "c d"),
            (everything(), InspectionFilter { village: Some("v".to_owned()), ..all.clone() }, None, ""),
            (everything(), InspectionFilter { text: Some("面".to_owned()), ..all.clone() }, None, ""),
            (everything(), InspectionFilter { org: Some("nobody".into()), ..all.clone() }, None, ""),
            (everything(), InspectionFilter { result: Some("nothing".to_owned()), ..all.clone() }, None, ""),
            (everything(), InspectionFilter { joint: true, ..all.clone() }, None, ""),
            (everything(), together.clone(), None, "d"),
            (everything(), InspectionFilter { looked: true, ..together }, None, ""),
            (everything(), InspectionFilter { from: next, ..all.clone() }, None, "c"),
            (everything(), InspectionFilter { to: Some(first), ..all.clone() }, None, "d b a"),
        ];
        for (scope, filter, after, wanted) in table {
            let rows = read.inspections(&scope, &filter, after, 10).await?;
            let ids: Vec<_> = rows.iter().map(|(i, _)| i.record.id.as_str()).collect();
            assert_eq!(ids.join(" "), wanted, "{scope:?} {filter:?}");
            if filter.org.is_some() || filter.place.is_some() {
                assert_eq!(read.inspection_count(&scope, &filter).await?, rows.len() as i64);
            }
        }
        Ok(())
    })
    .await
}
