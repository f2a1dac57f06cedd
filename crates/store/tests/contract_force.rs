//! The contract of forces: stations and brigades, counts of their kit, rosters and patrols, once on SQLite and once on
//! PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};

use domain::force::{
    Count, Dispatch, Duty, Force, ForceKind, Group, KitCheck, Line, Patrol, Served, Shift, Standard,
};
use domain::ids::TownCode;
use domain::org::{Level, Org, OrgKind, Relation, Territory};
use domain::place::Confidence;
use domain::plan::SubjectKind;
use domain::sortie::{Incident, Sortie};
use domain::time::{Date, Timestamp};
use store::force::{DutyRecord, ForceFilter, ForceRecord, KitCheckRecord, PatrolFilter, PatrolRecord};
use store::org::{OrgRecord, TerritoryRecord};
use store::sortie::SortieRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(object_kind: &'static str, id: &str) -> Audit {
    entry("test.write", object_kind, id, NOW)
}

fn force(id: &str, kind: ForceKind, org: &str, path: &str, place: Option<&str>) -> ForceRecord {
    ForceRecord {
        force: Force {
            id: id.into(),
            kind,
            served: if place.is_some() { Served::Unit } else { Served::Village },
            name: format!("{id} 站"),
            org: org.into(),
            territory: path.rsplit('/').next().unwrap_or_default().into(),
            place: place.map(Into::into),
            address: "村委会旁".to_owned(),
            position: None,
            standard: "village_micro".to_owned(),
            phone: "023-49000001".to_owned(),
            radio: String::new(),
            posts: BTreeSet::from([format!("{id}-chief").as_str().into()]),
            members: BTreeMap::new(),
            vehicles: Vec::new(),
            accepted: None,
            dispatch: Vec::new(),
            closed: None,
        },
        path: path.to_owned(),
        accepted_at: None,
        version: 1,
        recorded_at: NOW,
        recorded_by: "某人".to_owned(),
    }
}

#[tokio::test]
async fn forces_are_found_within_the_scope_and_a_stale_step_is_a_conflict() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in [
            force("f1", ForceKind::Micro, "v1", "t/v1", None),
            force("f2", ForceKind::Brigade, "v1", "t/v1", None),
            force("f3", ForceKind::Micro, "unit", "t/v2/g1", Some("mill")),
        ] {
            tx.insert_force(&one).await?;
        }
        tx.commit(audit("force", "f1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<ForceRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.force.id.to_string()).collect()
        };
        let all = ForceFilter::default();
        assert_eq!(ids(read.forces(&everything(), &all).await?), ["f2", "f1", "f3"]);
        assert_eq!(ids(read.forces(&below(&["t/v1"]), &all).await?), ["f2", "f1"]);
        assert_eq!(ids(read.forces(&of_org("unit"), &all).await?), ["f3"]);
        let filter = |f: fn(&mut ForceFilter)| {
            let mut filter = ForceFilter::default();
            f(&mut filter);
            filter
        };
        for (filter, found) in [
            (filter(|f| f.kind = Some("micro".to_owned())), &["f1", "f3"][..]),
            (filter(|f| f.state = Some("accepted,closed".to_owned())), &[]),
            (filter(|f| f.path = Some("t/v2".to_owned())), &["f3"]),
            (filter(|f| f.text = Some("F2".to_owned())), &["f2"]),
        ] {
            assert_eq!(ids(read.forces(&everything(), &filter).await?), found, "{filter:?}");
        }
        assert!(read.force(&"f3".into(), &below(&["t/v1"])).await?.is_none(), "not his village");
        let mut first = read.force(&"f1".into(), &everything()).await?.expect("kept");
        assert_eq!(read.all_forces().await?.len(), 3, "whoever asks");
        drop(read);
        first.force = first.force.accept(day("2026-09-01"), "镇消安办", day("2026-09-21"))?;
        first.accepted_at = Some(NOW);
        let mut tx = db.write(&town()).await?;
        tx.update_force(&first).await?;
        tx.commit(audit("force", "f1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_force(&first).await, Err(Error::Conflict { .. })), "seen before the step");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let again = read.force(&"f1".into(), &everything()).await?.expect("kept");
        assert_eq!((again.version, again.accepted_at, again.force.state()), (2, Some(NOW), "accepted"));
        let verified = read.verify().await?;
        assert_eq!((verified.findings.len(), verified.rows), (0, 3));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn counts_rosters_and_patrols_stay_and_what_is_taken_back_says_why() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let check = |id: &str, force: &str, on: &str| KitCheckRecord {
            force: force.into(),
            check: KitCheck {
                id: id.to_owned(),
                on: day(on),
                by: "p".into(),
                counts: BTreeMap::from([("hose".to_owned(), Count { have: 4, unfit: 1 })]),
                note: String::new(),
            },
            voided: None,
            version: 1,
            recorded_at: NOW,
        };
        let duty = |id: &str, force: &str, on: &str, shift: Shift| DutyRecord {
            duty: Duty { id: id.to_owned(), force: force.into(), person: "p".into(), on: day(on), shift },
            voided: None,
            version: 1,
            recorded_at: NOW,
        };
        let patrol = |id: &str, force: &str, on: &str| PatrolRecord {
            patrol: Patrol {
                id: id.to_owned(),
                force: force.into(),
                on: day(on),
                people: BTreeSet::from(["p".into()]),
                text: "沿村道查看堆垛".to_owned(),
            },
            path: "t/v1".to_owned(),
            org: "v1".to_owned(),
            place: None,
            voided: None,
            version: 1,
            recorded_at: NOW,
            recorded_by: "某人".to_owned(),
        };
        let mut tx = db.write(&town()).await?;
        for one in [
            check("k2", "f1", "2026-09-10"),
            check("k1", "f1", "2026-08-01"),
            check("k3", "f2", "2026-09-01"),
        ] {
            tx.insert_kit_check(&one).await?;
        }
        for one in [
            duty("d1", "f1", "2026-09-21", Shift::Day),
            duty("d2", "f2", "2026-09-22", Shift::Whole),
            duty("d3", "f1", "2026-09-23", Shift::Night),
        ] {
            tx.insert_force_duty(&one).await?;
        }
        for one in [
            patrol("a", "f1", "2026-09-01"),
            patrol("b", "f1", "2026-09-08"),
            patrol("c", "f2", "2026-08-31"),
        ] {
            tx.insert_patrol(&one).await?;
        }
        tx.commit(audit("force", "f1"), ()).await?;
        let gone = Some((NOW, "录错".to_owned()));
        let mut tx = db.write(&town()).await?;
        tx.void_kit_check(&KitCheckRecord { voided: gone.clone(), ..check("k3", "f2", "2026-09-01") })
            .await?;
        let off = DutyRecord { voided: gone.clone(), ..duty("d3", "f1", "2026-09-23", Shift::Night) };
        tx.void_force_duty(&off).await?;
        assert!(matches!(tx.void_force_duty(&off).await, Err(Error::Conflict { .. })), "taken off once");
        tx.void_patrol(&PatrolRecord { voided: gone.clone(), ..patrol("b", "f1", "2026-09-08") }).await?;
        tx.commit(audit("force", "f1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let checks = read.kit_checks(Some(&"f1".into())).await?;
        assert_eq!(checks.iter().map(|one| one.check.id.as_str()).collect::<Vec<_>>(), ["k1", "k2"]);
        let all = read.kit_checks(None).await?;
        assert_eq!(all.iter().filter(|one| one.voided.is_some()).count(), 1);
        let week = (day("2026-09-21"), day("2026-09-27"));
        let on_duty = |found: Vec<DutyRecord>| -> Vec<(String, Shift)> {
            found.into_iter().map(|one| (one.duty.id, one.duty.shift)).collect()
        };
        let all = on_duty(read.force_duties(None, week).await?);
        assert_eq!(all, [("d1".to_owned(), Shift::Day), ("d2".to_owned(), Shift::Whole)]);
        assert_eq!(on_duty(read.force_duties(Some(&"f2".into()), week).await?).len(), 1);
        let gone = on_duty(read.force_duties_gone(&"f1".into(), week).await?);
        assert_eq!(gone, [("d3".to_owned(), Shift::Night)]);
        assert!(read.force_duties_gone(&"f2".into(), week).await?.is_empty());
        assert!(read.force_duties(None, (day("2026-09-24"), day("2026-09-27"))).await?.is_empty());
        let patrols = read.patrols(&"f1".into(), 10).await?;
        assert_eq!(
            patrols.iter().map(|one| (one.patrol.id.as_str(), one.voided.is_some())).collect::<Vec<_>>(),
            [("b", true), ("a", false)]
        );
        assert_eq!(read.patrols(&"f1".into(), 1).await?.len(), 1);
        let page = async |read: &mut store::Read,
                          scope: &domain::policy::Scope,
                          filter: PatrolFilter,
                          before: Option<(Date, String)>| {
            let found = read.patrol_page(scope, &filter, before, 2).await?;
            anyhow::Ok(found.into_iter().map(|one| one.patrol.id).collect::<Vec<_>>())
        };
        let all = PatrolFilter::default();
        let whole = everything();
        assert_eq!(page(&mut read, &whole, all.clone(), None).await?, ["b", "a"]);
        let before = Some((day("2026-09-01"), "a".to_owned()));
        assert_eq!(page(&mut read, &whole, all.clone(), before).await?, ["c"]);
        let of_one = PatrolFilter { force: Some("f1".into()), to: Some(day("2026-09-07")), ..all.clone() };
        assert_eq!(page(&mut read, &whole, of_one, None).await?, ["a"]);
        let later =
            PatrolFilter { from: Some(day("2026-09-08")), path: Some("t/v1".to_owned()), ..all.clone() };
        assert_eq!(page(&mut read, &whole, later, None).await?, ["b"]);
        assert!(page(&mut read, &below(&["elsewhere"]), all, None).await?.is_empty());
        assert_eq!(read.patrol("a").await?.map(|one| one.path), Some("t/v1".to_owned()));
        let counts = read.patrol_counts((day("2026-09-01"), day("2026-09-30"))).await?;
        assert_eq!(counts, [("f1".into(), 1)], "what was taken back does not count");
        let verified = read.verify().await?;
        assert_eq!((verified.findings.len(), verified.rows), (0, 9));
        Ok(())
    })
    .await
}

fn kit_standard() -> Standard {
    Standard {
        code: "village_micro".to_owned(),
        name: "社区（村）微型消防站".to_owned(),
        kind: ForceKind::Micro,
        serves: vec![Served::Village],
        source: "某".to_owned(),
        confidence: Confidence::Check,
        lines: vec![Line {
            item: "hose".to_owned(),
            name: "水带".to_owned(),
            unit: "盘".to_owned(),
            group: Group::Kit,
            roles: Vec::new(),
            least: 4,
            must: true,
            confidence: Confidence::Parameter,
            source: "某".to_owned(),
            setting: None,
        }],
    }
}

/// A village's station counts for the village, a unit's next door does not.
#[tokio::test]
async fn what_a_force_has_and_does_is_credited_to_it_and_to_whom_it_serves() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let node = |code: &str, level: Level, path: &str| TerritoryRecord {
            territory: Territory {
                code: code.into(),
                level,
                parent: None,
                path: path.to_owned(),
                name: code.to_owned(),
                short_name: code.to_owned(),
                kind: String::new(),
                aliases: Vec::new(),
                provisional: false,
            },
            closed: None,
            ord: 1,
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_territory(&node(TOWN, Level::Town, TOWN)).await?;
        tx.insert_territory(&node("v1", Level::Village, &format!("{TOWN}/v1"))).await?;
        let org = Org {
            id: "v1".into(),
            kind: OrgKind::Village,
            name: "一村".to_owned(),
            short_name: "一村".to_owned(),
            aliases: Vec::new(),
            relation: Relation::Town,
            label: String::new(),
            territory: "v1".into(),
            active: true,
        };
        tx.insert_org(&OrgRecord {
            life: domain::org::Life::default(),
            org: org.clone(),
            ord: 1,
            version: 1,
            recorded_at: NOW,
        })
        .await?;
        let path = format!("{TOWN}/v1");
        let used = |id: &str, place: Option<&str>| -> anyhow::Result<ForceRecord> {
            let mut record = force(id, ForceKind::Micro, "v1", &path, place);
            record.force = record.force.accept(day("2026-02-01"), "镇消安办", day("2026-09-21"))?;
            record.force.dispatch =
                vec![Dispatch { from: day("2026-03-01"), call_sign: "01".to_owned(), left: None }];
            record.accepted_at = Some(Timestamp::start_of(day("2026-02-01")));
            record.recorded_at = Timestamp::start_of(day("2026-01-20"));
            Ok(record)
        };
        tx.insert_force(&used("f1", None)?).await?;
        tx.insert_force(&used("f2", Some("mill"))?).await?;
        // The brigade of the woods is an organisation's own.
        let centre =
            Org { id: "agri".into(), kind: OrgKind::Dept, label: "org:agri_center".to_owned(), ..org };
        tx.insert_org(&OrgRecord {
            life: domain::org::Life::default(),
            org: centre,
            ord: 2,
            version: 1,
            recorded_at: NOW,
        })
        .await?;
        let mut woods = used("f3", Some("mill"))?;
        (woods.force.standard, woods.force.org) = ("forest".to_owned(), "agri".into());
        tx.insert_force(&woods).await?;
        for (id, of, on, have) in [
            ("k1", "f1", "2026-04-01", 4),
            ("k2", "f1", "2026-06-01", 3),
            ("k3", "f2", "2026-01-01", 9),
            ("k4", "f3", "2026-04-10", 4),
        ] {
            let check = KitCheck {
                id: id.to_owned(),
                on: day(on),
                by: "p".into(),
                counts: BTreeMap::from([("hose".to_owned(), Count { have, unfit: 0 })]),
                note: String::new(),
            };
            let recorded_at = Timestamp::start_of(day(on));
            tx.insert_kit_check(&KitCheckRecord {
                force: of.into(),
                check,
                voided: None,
                version: 1,
                recorded_at,
            })
            .await?;
        }
        tx.insert_patrol(&PatrolRecord {
            patrol: Patrol {
                id: "w".to_owned(),
                force: "f1".into(),
                on: day("2026-05-05"),
                people: BTreeSet::from(["p".into()]),
                text: "沿村道查看".to_owned(),
            },
            path: path.clone(),
            org: "v1".to_owned(),
            place: None,
            voided: None,
            version: 1,
            recorded_at: Timestamp::start_of(day("2026-05-05")),
            recorded_by: "某人".to_owned(),
        })
        .await?;
        // It flies a drone: the flight is its organisation's, and no sortie of a station.
        let flown = Timestamp::start_of(day("2026-05-08"));
        let flight = Sortie {
            id: "d1".into(),
            force: "f3".into(),
            incident: Incident::DronePatrol,
            site: "林区".to_owned(),
            place: None,
            called_by: String::new(),
            called_at: flown,
            told_119_at: None,
            not_told: String::new(),
            left_at: flown,
            arrived_at: None,
            back_at: flown,
            crew: vec!["p".into()],
            used: Vec::new(),
            text: "未见烟火".to_owned(),
            hazards: Vec::new(),
            void: None,
        };
        tx.insert_sortie(&SortieRecord {
            sortie: flight.record(flown)?,
            org: "agri".into(),
            path: path.clone(),
            serves: None,
            recorded_by: "某人".to_owned(),
            version: 1,
            recorded_at: flown,
        })
        .await?;
        tx.commit(audit("force", "f1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let until = day("2026-12-31");
        let mut gathered = read.gather(until).await?;
        let forest = Standard { code: "forest".to_owned(), ..kit_standard() };
        read.gather_forces(&mut gathered, &[kit_standard(), forest]).await?;
        let facts = &gathered.facts;
        let found = |kind: &str, subject: (SubjectKind, &str)| -> Vec<Date> {
            let ix = facts.subject(subject.0, subject.1).expect("on the rolls");
            let known = facts.known_between(kind, ix, (day("2026-01-01"), until), until);
            known.filter_map(|fact| facts.happened_on(fact)).collect()
        };
        let (one, two) = ((SubjectKind::Station, "f1"), (SubjectKind::Station, "f2"));
        let village = (SubjectKind::Village, "v1");
        assert_eq!(found("station.active", one), [day("2026-04-01")], "from the count that sufficed");
        assert_eq!(found("station.active", two), [day("2026-02-01")], "from its acceptance");
        assert_eq!(found("station.active", village), [day("2026-04-01")], "by its own and not the unit's");
        assert_eq!(found("station.active", (SubjectKind::Town, TOWN)), [], "the town has none of its own");
        assert_eq!(found("equipment.complete", village), [day("2026-04-01")]);
        assert_eq!(found("equipment.complete", (SubjectKind::Org, "agri")), [day("2026-04-10")]);
        assert_eq!(found("flight.done", (SubjectKind::Org, "agri")), [day("2026-05-08")]);
        assert_eq!(found("sortie.done", (SubjectKind::Station, "f3")), []);
        assert_eq!(found("station.dispatchable", one), [day("2026-03-01")]);
        assert_eq!(
            (found("patrol.done", one), found("patrol.done", village)),
            (vec![day("2026-05-05")], vec![])
        );
        let names = read.subject_names(SubjectKind::Station, &["f1"]).await?;
        assert_eq!(names.get("f1").map(String::as_str), Some("f1 站"));
        assert_eq!(read.within_scope("force", &["f1"], &below(&[&path])).await?, ["f1"]);
        assert!(read.within_scope("patrol", &["w"], &below(&["elsewhere"])).await?.is_empty());
        Ok(())
    })
    .await
}
