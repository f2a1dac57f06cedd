//! The contract of roads, once on SQLite and once on PostgreSQL: rows read back as they were written, filters, a stale
//! change, events that only grow, where groups live, the map under the roads, what-if lists, and what the board takes.

use std::collections::BTreeMap;

use domain::ids::TownCode;
use domain::place::Confidence;
use domain::plan::SubjectKind;
use domain::road::residents::Residents;
use domain::road::scenario::{Change, Scenario};
use domain::road::segment::{Act, Closed, Event, Rank, Segment};
use domain::road::{Closure, Fitness, Kind, Limit, OneWay, Road, Stops};
use domain::time::Timestamp;
use domain::vehicle::{Class, Need, Vehicle};
use store::road::{GroupCount, GroupPoint, RoadFilter, RoadMapRecord, RoadRecord, ScenarioRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "road", id, Timestamp::start_of(day("2026-09-01")))
}

fn road(id: &str, path: &str, width_m: Option<f64>) -> RoadRecord {
    let segment = Segment {
        id: id.into(),
        code: format!("LD-{id}"),
        road: Road {
            kind: Kind::Unclassified,
            name: format!("{id} 100% 路"),
            one_way: OneWay::No,
            bridge: false,
            covered: false,
            private: false,
            fitness: Fitness { width_m, ..Fitness::default() },
        },
        rank: Rank::VillageMain,
        territory: path.rsplit('/').next().unwrap_or_default().into(),
        org: "village".into(),
        line: vec![[105.870, 29.260], [105.880, 29.261]],
        surface: None,
        barriers: Vec::new(),
        turns: Vec::new(),
        not_for_engine: false,
        source: String::new(),
        surveyed_on: Some(day("2026-01-10")),
        part_of: None,
        closures: Vec::new(),
        since: day("2026-01-10"),
        void: None,
    };
    RoadRecord {
        segment,
        path: path.to_owned(),
        voided_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day("2026-01-10")),
    }
}

fn event(record: &RoadRecord, seq: i64, act: Act, on: &str) -> Event {
    Event {
        seq,
        act,
        on: day(on),
        recorded_at: Timestamp::start_of(day(on)),
        by: "p".into(),
        text: String::new(),
        segment: record.segment.clone(),
    }
}

async fn add(db: &Db, record: &RoadRecord) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    tx.insert_road(record, &event(record, 1, Act::Register, "2026-01-10")).await?;
    Ok(tx.commit(audit(record.segment.id.as_str()), ()).await?)
}

fn engine() -> Vehicle {
    let need = Need { value: Some(4.0), source: String::new(), confidence: Confidence::Sure };
    Vehicle {
        class: Class::Engine,
        name: "消防车".to_owned(),
        obeys_one_way: true,
        needs: BTreeMap::from([(Limit::Width, need)]),
        speeds_kmh: BTreeMap::from([(Kind::Unclassified, 30.0)]),
        borne_t: None,
    }
}

#[tokio::test]
async fn roads_are_found_by_what_they_are_and_where_and_a_stale_change_is_a_conflict() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (one, mut two) = (road("r1", "t/v1", Some(4.5)), road("r2", "t/v2/g1", None));
        two.segment.rank = Rank::InterVillage;
        for record in [&one, &two, &road("r3", "t/v10", Some(3.0))] {
            add(&db, record).await?;
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.road(&"r1".into(), &everything()).await?, Some(one.clone()));
        assert_eq!(read.road_with_code("LD-r2").await?, Some(two.clone()));
        assert!(read.road(&"r1".into(), &below(&["t/v2"])).await?.is_none());
        let mut found =
            async |filter: RoadFilter, scope: &domain::policy::Scope| -> anyhow::Result<Vec<String>> {
                let rows = read.roads(scope, &filter).await?;
                Ok(rows.into_iter().map(|row| row.segment.id.to_string()).collect())
            };
        let all = RoadFilter::default;
        assert_eq!(found(all(), &everything()).await?, ["r1", "r2", "r3"]);
        assert_eq!(found(all(), &below(&["t/v1"])).await?, ["r1"], "not v10");
        assert_eq!(found(all(), &of_org("village")).await?.len(), 3);
        let ranks = RoadFilter { ranks: Some("inter_village,path".to_owned()), ..all() };
        assert_eq!(found(ranks, &everything()).await?, ["r2"]);
        let text = RoadFilter { text: Some("r3 100%".to_owned()), ..all() };
        assert_eq!(found(text, &everything()).await?, ["r3"]);
        let path = RoadFilter { path: Some("t/v2".to_owned()), ..all() };
        assert_eq!(found(path, &everything()).await?, ["r2"]);
        let bounds =
            |west: f64| domain::geometry::Bounds { west, south: 29.0, east: west + 0.1, north: 30.0 };
        let near = RoadFilter { within: Some(bounds(105.875)), ..all() };
        assert_eq!(found(near, &everything()).await?.len(), 3);
        let far = RoadFilter { within: Some(bounds(106.0)), ..all() };
        assert!(found(far, &everything()).await?.is_empty());
        drop(read);

        let mut wider = one.clone();
        wider.segment.road.fitness.width_m = Some(5.0);
        for (again, expected) in [(false, true), (true, false)] {
            let mut tx = db.write(&town()).await?;
            let saved = tx.save_road(&wider, &event(&wider, 2, Act::Change, "2026-02-01")).await;
            assert_eq!(saved.is_ok(), expected, "{again}");
            if again {
                assert!(matches!(saved, Err(Error::Conflict { .. })));
            } else {
                tx.commit(audit("r1"), ()).await?;
            }
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.road(&"r1".into(), &everything()).await?.map(|kept| kept.version), Some(2));
        let events = read.road_events(&"r1".into()).await?;
        assert_eq!(events.iter().map(|one| one.act).collect::<Vec<_>>(), [Act::Register, Act::Change]);
        assert_eq!(events[0].segment, one.segment, "what was stays");
        assert_eq!(read.road_lives().await?.get(&"r1".into()), Some(&events));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn groups_maps_and_lists_are_kept() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let at = Timestamp::start_of(day("2026-01-10"));
        let point = GroupPoint {
            territory: "g1".into(),
            at: [105.87, 29.26],
            recorded_by: "某人".to_owned(),
            version: 0,
            recorded_at: at,
        };
        let moved = GroupPoint { at: [105.88, 29.27], version: 1, ..point.clone() };
        for put in [&point, &moved] {
            let mut tx = db.write(&town()).await?;
            tx.put_group_point(put).await?;
            tx.commit(audit("g1"), ()).await?;
        }
        assert_eq!(
            db.read(&town()).await?.group_points().await?,
            [GroupPoint { version: 2, ..moved.clone() }]
        );
        for stale in [&point, &moved] {
            let mut tx = db.write(&town()).await?;
            assert!(matches!(tx.put_group_point(stale).await, Err(Error::Conflict { .. })));
        }
        let count = |id: &str, on: &str, people: u32| GroupCount {
            id: id.to_owned(),
            territory: "g1".into(),
            residents: Residents { counted_on: day(on), households: 30, people, source: "年报".to_owned() },
            recorded_by: "某人".to_owned(),
            recorded_at: at,
        };
        let counts = [count("c1", "2025-12-31", 81), count("c2", "2025-12-31", 80)];
        for one in &counts {
            let mut tx = db.write(&town()).await?;
            tx.insert_group_count(one).await?;
            tx.commit(audit("g1"), ()).await?;
        }
        assert_eq!(db.read(&town()).await?.group_counts().await?, counts, "the first stays");
        assert_eq!(db.read(&town()).await?.road_map().await?, None);
        for (id, days) in [("m1", "2026-01-10"), ("m2", "2026-02-10")] {
            let map = RoadMapRecord {
                id: id.to_owned(),
                blob: "b".repeat(64),
                name: "qingfeng.osm.pbf".to_owned(),
                ways: 12,
                recorded_by: "某人".to_owned(),
                recorded_at: Timestamp::start_of(day(days)),
            };
            let mut tx = db.write(&town()).await?;
            tx.insert_road_map(&map).await?;
            tx.commit(audit(id), ()).await?;
        }
        assert_eq!(db.read(&town()).await?.road_map().await?.map(|map| map.id), Some("m2".to_owned()));
        let blobs = store::blob::Blobs::open(fresh.folder.path())?;
        let blob = blobs.put(b"roads")?;
        assert_eq!(std::fs::read(blobs.file(&blob)?)?, b"roads");
        assert!(blobs.file("../../etc/passwd").is_err());

        let list = ScenarioRecord {
            scenario: Scenario {
                id: "s1".into(),
                name: "加宽".to_owned(),
                on: None,
                changes: vec![Change::Measure {
                    road: "r1".into(),
                    limit: Limit::Width,
                    value: 4.5,
                    part: None,
                }],
                void: None,
            },
            voided_at: None,
            recorded_by: "某人".to_owned(),
            version: 1,
            recorded_at: at,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_scenario(&list).await?;
        tx.commit(audit("s1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.scenario(&"s1".into()).await?, Some(list.clone()));
        assert_eq!(read.scenarios().await?.len(), 1);
        drop(read);
        let gone = ScenarioRecord {
            scenario: Scenario { void: Some("不做了".to_owned()), ..list.scenario.clone() },
            voided_at: Some(at),
            ..list.clone()
        };
        let mut tx = db.write(&town()).await?;
        tx.save_scenario(&gone).await?;
        tx.commit(audit("s1"), ()).await?;
        assert!(db.read(&town()).await?.scenarios().await?.is_empty());
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.save_scenario(&gone).await, Err(Error::Conflict { .. })));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_board_takes_the_days_an_engine_passed_as_they_were_known() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut record = road("r1", &format!("{TOWN}/v1"), Some(4.5));
        for record in [&record, &road("r2", &format!("{TOWN}/v1"), Some(3.0)), &road("r3", "t", None)] {
            add(&db, record).await?;
        }
        let closure = Closure {
            from: day("2026-06-01"),
            until: None,
            reason: "塌方".to_owned(),
            stops: Stops::Everybody,
        };
        let recorded_at = Timestamp::start_of(day("2026-06-01"));
        record.segment =
            record.segment.close(Closed { closure, by: "p".into(), recorded_at, called_off: None })?;
        let mut tx = db.write(&town()).await?;
        tx.save_road(&record, &event(&record, 2, Act::Close, "2026-06-01")).await?;
        tx.commit(audit("r1"), ()).await?;

        let as_of = day("2026-12-31");
        let mut read = db.read(&town()).await?;
        let mut gathered = read.gather(as_of).await?;
        read.gather_roads(&mut gathered, &[engine()], as_of).await?;
        let facts = &gathered.facts;
        let subject = |id: &str| facts.subject(SubjectKind::Road, id).expect("is there");
        let known = |id: &str, on: &str| {
            let between = (day("2026-01-01"), as_of);
            facts.known_between("road.passable", subject(id), between, day(on)).count()
        };
        assert_eq!(
            (known("r1", "2026-05-01"), known("r2", "2026-05-01"), known("r3", "2026-05-01")),
            (1, 0, 0)
        );
        assert!(facts.carries(subject("r1"), "class:village_main", day("2026-05-01")));
        assert!(facts.carries(subject("r2"), "tag:not_for_engine", day("2026-05-01")));
        assert!(!facts.carries(subject("r3"), "tag:not_for_engine", day("2026-05-01")), "nobody measured it");
        assert_eq!(known("r1", "2026-12-31"), 1, "until it was closed");
        Ok(())
    })
    .await
}
