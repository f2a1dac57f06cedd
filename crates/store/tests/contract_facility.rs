//! The contract of facilities, once on SQLite and once on PostgreSQL: rows read back as they were written, filters, a
//! stale step, events that only grow, and what the board takes from them.

use std::collections::{BTreeMap, BTreeSet};

use domain::facility::{Act, Bounds, Event, Facility, Keeping, Shape, Site, Stage, Water};
use domain::fulfilment::Facts;
use domain::ids::{FacilityId, TownCode};
use domain::org::{Level, Territory};
use domain::plan::SubjectKind;
use domain::time::Timestamp;
use store::facility::{FacilityFilter, FacilityRecord};
use store::fulfilment::Told;
use store::org::TerritoryRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "facility", id, Timestamp::start_of(day("2026-09-01")))
}

fn facility(id: &str, class: &str, path: &str) -> FacilityRecord {
    let facility = Facility {
        id: id.into(),
        code: format!("SS-{id}"),
        name: format!("{id} 100% 水源"),
        kind: class.to_owned(),
        class: class.to_owned(),
        org: "village".into(),
        territory: path.rsplit('/').next().unwrap_or_default().into(),
        address: "老街 3 号旁".to_owned(),
        shape: Some(Shape::Point([105.87, 29.26])),
        values: BTreeMap::new(),
        site: None,
        approval_no: String::new(),
        water: Some(Water { usable_m3: Some(100.0), ..Water::default() }),
        joins: BTreeSet::new(),
        stage: Stage::Found,
        since: day("2026-01-01"),
        built_on: None,
        keeping: None,
        checked_on: None,
        fault: String::new(),
        void: None,
    };
    FacilityRecord {
        facility,
        path: path.to_owned(),
        voided_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day("2026-01-01")),
    }
}

fn event(record: &FacilityRecord, seq: i64, act: Act, on: &str) -> Event {
    Event {
        seq,
        act,
        on: day(on),
        recorded_at: Timestamp::start_of(day(on)),
        by: "p".into(),
        text: String::new(),
        photos: Vec::new(),
        stage: record.facility.stage,
    }
}

fn keeping() -> Keeping {
    Keeping { owner: "water".into(), maintainer: "village".into(), check_days: 92, basis: String::new() }
}

async fn add(db: &Db, record: &FacilityRecord) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    tx.insert_facility(record, &event(record, 1, Act::Register { found: true }, "2026-01-01")).await?;
    Ok(tx.commit(audit(record.facility.id.as_str()), ()).await?)
}

/// Takes steps one after the other.
async fn led(db: &Db, mut record: FacilityRecord, steps: &[(Act, &str)]) -> anyhow::Result<FacilityRecord> {
    for (act, on) in steps {
        record.facility = record.facility.take(act, day(on), "说明", day("2026-12-31"))?;
        let mut tx = db.write(&town()).await?;
        tx.save_facility(&record, &event(&record, record.version + 1, act.clone(), on)).await?;
        tx.commit(audit(record.facility.id.as_str()), ()).await?;
        record.version += 1;
    }
    Ok(record)
}

fn into_service(on: &'static str) -> Vec<(Act, &'static str)> {
    vec![(Act::HandOver { keeping: keeping() }, on), (Act::Enter, on)]
}

#[tokio::test]
async fn facilities_are_found_by_what_they_are_and_where_and_a_stale_step_is_a_conflict() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (one, two) = (facility("f1", "fire_pool", "t/v1"), facility("f2", "hydrant", "t/v2/g1"));
        for record in [&one, &two, &facility("f3", "hydrant", "t/v10")] {
            add(&db, record).await?;
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.facility(&"f1".into(), &everything()).await?, Some(one.clone()));
        assert_eq!(read.facility_with_code("SS-f2").await?, Some(two.clone()));
        assert!(read.facility(&"f1".into(), &below(&["t/v2"])).await?.is_none());
        let mut found =
            async |filter: FacilityFilter, scope: &domain::policy::Scope| -> anyhow::Result<Vec<String>> {
                let rows = read.facilities(scope, &filter, None, 10).await?;
                assert_eq!(read.facility_count(scope, &filter).await?, rows.len() as i64);
                Ok(rows.into_iter().map(|one| one.facility.id.to_string()).collect())
            };
        let all = FacilityFilter::default;
        assert_eq!(found(all(), &everything()).await?, ["f1", "f2", "f3"]);
        assert_eq!(found(all(), &below(&["t/v2"])).await?, ["f2"]);
        assert_eq!(found(all(), &of_org("village")).await?.len(), 3);
        assert_eq!(found(all(), &of_org("other")).await?, [] as [String; 0]);
        let of = |path: &str| FacilityFilter { path: Some(path.to_owned()), ..all() };
        assert_eq!(found(of("t/v1"), &everything()).await?, ["f1"], "not the village with a longer code");
        let named = FacilityFilter { text: Some("f2 100%".to_owned()), ..all() };
        assert_eq!(found(named, &everything()).await?, ["f2"]);
        let classed = FacilityFilter { classes: Some("hydrant,pump_house".to_owned()), ..all() };
        assert_eq!(found(classed, &everything()).await?, ["f2", "f3"]);
        let kinds =
            FacilityFilter { kinds: Some("fire_pool".to_owned()), stages: Some("found".to_owned()), ..all() };
        assert_eq!(found(kinds, &everything()).await?, ["f1"]);
        let at = |west: f64| FacilityFilter {
            within: Some(Bounds { west, south: 29.0, east: west + 0.5, north: 30.0 }),
            ..all()
        };
        assert_eq!(found(at(105.5), &everything()).await?.len(), 3);
        assert_eq!(found(at(106.5), &everything()).await?.len(), 0);
        assert_eq!(read.facilities(&everything(), &all(), Some("SS-f2"), 10).await?.len(), 1);
        let counts = read.facility_counts(&everything(), &all()).await?;
        assert_eq!(counts.get(&("hydrant".to_owned(), "found".to_owned())), Some(&2));
        drop(read);

        let stale = one.clone();
        let kept = led(&db, one, &into_service("2026-01-10")).await?;
        let mut tx = db.write(&town()).await?;
        let late = event(&stale, 2, Act::Change, "2026-01-11");
        assert!(matches!(tx.save_facility(&stale, &late).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        let kept_by = |org: &str| FacilityFilter { kept_by: vec!["x".to_owned(), org.to_owned()], ..all() };
        assert_eq!(read.facility_count(&everything(), &kept_by("water")).await?, 1);
        assert_eq!(read.facility_count(&everything(), &kept_by("nobody")).await?, 0);
        let due = |on: &str| FacilityFilter { due_before: Some(day(on)), ..all() };
        assert_eq!(kept.facility.check_due(), Some(day("2026-04-12")));
        assert_eq!(read.facility_count(&everything(), &due("2026-04-12")).await?, 0, "still holds that day");
        assert_eq!(read.facility_count(&everything(), &due("2026-04-13")).await?, 1);
        let steps: Vec<&str> =
            read.facility_events(&"f1".into()).await?.iter().map(|event| event.act.code()).collect();
        assert_eq!(steps, ["register", "hand_over", "enter"]);
        let lives = read.facility_lives().await?;
        assert_eq!(lives.get(&"f1".into()), Some(&read.facility_events(&"f1".into()).await?));
        let verified = read.verify().await?;
        assert_eq!((verified.findings.len(), verified.rows), (0, 8));
        Ok(())
    })
    .await
}

fn territory(code: &str, level: Level, parent: Option<&str>, path: &str) -> TerritoryRecord {
    TerritoryRecord {
        territory: Territory {
            code: code.into(),
            level,
            parent: parent.map(Into::into),
            path: path.to_owned(),
            name: code.to_owned(),
            short_name: code.to_owned(),
            kind: String::new(),
            provisional: false,
            aliases: Vec::new(),
        },
        closed: None,
        ord: 0,
        version: 1,
        recorded_at: Timestamp(0),
    }
}

/// The days of a kind of fact credited to somebody, as known at the end of the year.
fn days(facts: &Facts, kind: &str, of: (SubjectKind, &str)) -> Vec<String> {
    let Some(subject) = facts.subject(of.0, of.1) else { return Vec::new() };
    let year = (day("2026-01-01"), day("2026-12-31"));
    let found = facts.known_between(kind, subject, year, day("2026-12-31"));
    found.filter_map(|fact| facts.happened_on(fact)).map(|day| day.to_string()).collect()
}

#[tokio::test]
async fn only_a_supply_that_was_drawn_as_an_area_says_whether_hydrants_cover_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let root = TOWN;
        let v1 = format!("{root}/v1");
        let mut tx = db.write(&town()).await?;
        tx.insert_territory(&territory(root, Level::Town, None, root)).await?;
        tx.insert_territory(&territory("v1", Level::Village, Some(root), &v1)).await?;
        tx.commit(audit("t"), ()).await?;
        for record in [facility("spot", "central_water", &v1), facility("hydrant", "hydrant", &v1)] {
            add(&db, &record).await?;
            led(&db, record, &into_service("2026-01-10")).await?;
        }
        let gathered = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        assert!(
            !gathered.facts.has_source("facility.covered"),
            "a spot says nothing of how far the supply reaches"
        );

        let square = |west: f64| {
            let (south, east, north) = (29.2596, west + 0.0008, 29.2604);
            Shape::Polygon(vec![vec![
                [west, south],
                [east, south],
                [east, north],
                [west, north],
                [west, south],
            ]])
        };
        for (id, west) in [("near", 105.8696), ("far", 105.88)] {
            let mut area = facility(id, "central_water", &v1);
            area.facility.shape = Some(square(west));
            add(&db, &area).await?;
            led(&db, area, &into_service("2026-01-10")).await?;
        }
        let gathered = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        assert!(gathered.facts.has_source("facility.covered"));
        let of = |id| days(&gathered.facts, "facility.covered", (SubjectKind::Facility, id));
        assert_eq!((of("near"), of("far"), of("spot")), (vec!["2026-01-10".to_owned()], vec![], vec![]));
        let area = gathered.facts.subject(SubjectKind::Facility, "near").expect("is there");
        assert!(gathered.facts.carries(area, "tag:supply_area", day("2026-05-01")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_board_takes_what_stands_what_is_good_who_keeps_it_and_what_water_reaches() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let root = TOWN;
        let v1 = format!("{root}/v1");
        let mut tx = db.write(&town()).await?;
        tx.insert_territory(&territory(root, Level::Town, None, root)).await?;
        tx.insert_territory(&territory("v1", Level::Village, Some(root), &v1)).await?;
        tx.insert_territory(&territory("v2", Level::Village, Some(root), &format!("{root}/v2"))).await?;
        tx.commit(audit("t"), ()).await?;

        let mut pipe = facility("pipe", "pipe_forest", &v1);
        pipe.facility.joins = BTreeSet::from(["river".into(), "pool".into()]);
        pipe.facility.shape = Some(Shape::LineString(vec![[105.87, 29.26], [105.87, 29.27]]));
        let mut gate = facility("gate", "checkpoint_edge", &v1);
        gate.facility.site = Some(Site::Edge);
        let mut proposed = facility("dream", "fire_pool", &v1);
        proposed.facility.stage = Stage::Proposed;
        let mut mistake = facility("mistake", "hydrant", &v1);
        let records = [
            facility("river", "natural_intake", &v1),
            facility("pool", "forest_pool", &v1),
            facility("lonely", "forest_pool", &v1),
            facility("zone", "central_water", &v1),
            pipe,
            gate,
            proposed,
            mistake.clone(),
        ];
        for record in &records {
            add(&db, record).await?;
        }
        for record in records.iter().filter(|one| !["dream", "mistake"].contains(&one.facility.id.as_str())) {
            led(&db, record.clone(), &into_service("2026-01-10")).await?;
        }
        mistake.facility = mistake.facility.take(&Act::Void, day("2026-02-01"), "重复", day("2026-02-01"))?;
        mistake.voided_at = Some(Timestamp::start_of(day("2026-02-01")));
        let mut tx = db.write(&town()).await?;
        tx.save_facility(&mistake, &event(&mistake, 2, Act::Void, "2026-02-01")).await?;
        tx.commit(audit("mistake"), ()).await?;

        let gathered = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        let facts = &gathered.facts;
        let is_there = |id: &str| facts.subject(SubjectKind::Facility, id).is_some();
        assert_eq!(["pool", "dream", "mistake"].map(is_there), [true, false, false]);
        let one = |id| (SubjectKind::Facility, id);
        assert_eq!(days(facts, "facility.planned_built", one("pool")), ["2026-01-01"]);
        assert_eq!(days(facts, "facility.in_service", one("river")), ["2026-01-10"]);
        assert_eq!(days(facts, "facility.in_service", one("gate")), [] as [&str; 0], "nobody approved it");
        assert_eq!(days(facts, "facility.planned_built", one("gate")).len(), 1);
        assert_eq!(days(facts, "responsibility.signed", one("pool")).len(), 2, "owner and maintainer");
        assert_eq!(days(facts, "facility.connected", one("pool")), ["2026-01-01"]);
        assert_eq!(days(facts, "facility.connected", one("lonely")), [] as [&str; 0]);
        let pool = facts.subject(SubjectKind::Facility, "pool").expect("is there");
        assert!(facts.carries(pool, "class:forest_pool", day("2026-05-01")));
        assert!(facts.carries(pool, "tag:built", day("2026-05-01")));
        assert!(!facts.carries(pool, "tag:built", day("2025-12-31")), "not before it was found");
        let village = |code| facts.subject(SubjectKind::Village, code).expect("a village");
        assert!(facts.carries(village("v1"), "tag:central_water", day("2026-05-01")));
        assert!(!facts.carries(village("v2"), "tag:central_water", day("2026-05-01")));
        // The village has what stands in it.
        assert_eq!(days(facts, "facility.in_service", (SubjectKind::Village, "v1")).len(), 5);
        assert_eq!(days(facts, "facility.in_service", (SubjectKind::Village, "v2")).len(), 0);

        // A check is taken in by itself, anything else makes the record be read anew.
        let mut gathered = gathered;
        let river: FacilityId = "river".into();
        let mut read = db.read(&town()).await?;
        let kept = read.facility(&river, &everything()).await?.expect("kept");
        drop(read);
        let kept = led(&db, kept, &[(Act::Check { good: true }, "2026-03-01")]).await?;
        let told = db.read(&town()).await?.gather_facility(&mut gathered, &river).await?;
        assert!(matches!(told, Told::Added(facts) if facts.len() == 1));
        assert_eq!(days(&gathered.facts, "facility.in_service", one("river")), ["2026-01-10", "2026-03-01"]);
        led(&db, kept, &[(Act::Report, "2026-03-05")]).await?;
        let told = db.read(&town()).await?.gather_facility(&mut gathered, &river).await?;
        assert!(matches!(told, Told::Anew));
        let again = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        let pool = again.facts.subject(SubjectKind::Facility, "pool").expect("is there");
        let reached = again.facts.known_between(
            "facility.connected",
            pool,
            (day("2026-01-01"), day("2026-12-31")),
            day("2026-12-31"),
        );
        assert_eq!(reached.count(), 1, "until the source failed");
        Ok(())
    })
    .await
}
