//! The contract of posts that change hands: handovers within a scope, tasks that stay with their post, who is on which
//! post when, and what the board is told of it; on both databases.

use domain::handover::{Handover, State};
use domain::hazard::{Act, Actor, Standing};
use domain::ids::TownCode;
use domain::org::{
    Assignment, Certificate, CertificateKind, Level, Org, OrgKind, Relation, Revocation, Role, Territory,
};
use domain::plan::SubjectKind;
use domain::task::{Task, Window};
use domain::time::{Date, Timestamp, parse_date};
use store::handover::{HandoverFilter, HandoverRecord};
use store::org::{OrgRecord, TerritoryRecord};
use store::post::{AssignmentRecord, CertificateRecord};
use store::task::{TaskFiling, TaskFilter};
use store::{Audit, Db, Error, Write};
use testkit::both_databases;

use crate::ground::entry;
use crate::scopes::{below, everything};

/// 2026-03-02 09:00 in the town.
const NOW: Timestamp = Timestamp(1_772_413_200_000);

fn town() -> TownCode {
    "t".into()
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_default()
}

fn audit() -> Audit {
    entry("post.handover", "post", "secretary", NOW)
}

fn held(person: &str, role: Role, org: &str, from: &str, to: Option<&str>) -> AssignmentRecord {
    let assignment = Assignment {
        away: Vec::new(),
        id: format!("{person}-{}-{from}", role.code()).into(),
        person: person.into(),
        post: format!("{}-{org}", role.code()).into(),
        role,
        org: org.into(),
        territory: "v1".into(),
        path: "t/v1".to_owned(),
        place: None,
        acting: false,
        from: day(from),
        to: to.map(day),
        basis: String::new(),
    };
    AssignmentRecord { assignment, version: 1, recorded_at: NOW }
}

async fn hold(tx: &mut Write, all: &[AssignmentRecord]) -> anyhow::Result<()> {
    for one in all {
        tx.insert_assignment(one).await?;
    }
    Ok(())
}

fn sheet(id: &str, path: &str, from: &str) -> HandoverRecord {
    let handover = Handover {
        id: id.into(),
        post: "secretary".into(),
        giver: Some("a-old".into()),
        giver_person: Some("old".into()),
        taker: "a-new".into(),
        taker_person: format!("new-{id}").as_str().into(),
        acting: None,
        last_day: None,
        from: day(from),
        basis: "任免通知".to_owned(),
        things: vec!["村委会公章".to_owned()],
        state: State::Drafted,
    };
    HandoverRecord {
        handover,
        org: "v1".into(),
        path: path.to_owned(),
        sheet: "null".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn handovers_are_found_within_a_scope_by_person_and_while_open() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in [sheet("a", "t/v1", "2026-03-01"), sheet("b", "t/v10", "2026-04-01")] {
            tx.insert_handover(&one).await?;
        }
        tx.commit(audit(), ()).await?;
        let mut given = sheet("a", "t/v1", "2026-03-01");
        given.handover = given.handover.give(&"old".into(), NOW)?.take(&"new-a".into(), NOW)?;
        given.sheet = "[]".to_owned();
        let mut tx = db.write(&town()).await?;
        tx.update_handover(&given).await?;
        assert!(matches!(tx.update_handover(&given).await, Err(Error::Conflict { .. })), "stale");
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.handover(&"a".into()).await?, Some(HandoverRecord { version: 2, ..given }));
        let ids = |all: Vec<HandoverRecord>| -> Vec<String> {
            all.into_iter().map(|one| one.handover.id.to_string()).collect()
        };
        let all = HandoverFilter::default();
        assert_eq!(ids(read.handovers(&everything(), &all, 9).await?), ["b", "a"], "latest first");
        assert_eq!(ids(read.handovers(&below(&["t/v1"]), &all, 9).await?), ["a"], "not v10");
        let open = HandoverFilter { open: true, ..all.clone() };
        assert_eq!(ids(read.handovers(&everything(), &open, 9).await?), ["b"]);
        let other = HandoverFilter { post: Some("other".into()), ..all };
        assert!(read.handovers(&everything(), &other, 9).await?.is_empty());
        assert_eq!(ids(read.handovers_of(&"old".into(), 9).await?), ["b", "a"]);
        assert_eq!(ids(read.handovers_of(&"new-b".into(), 9).await?), ["b"]);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn leave_is_kept_with_the_assignment_and_seals_it_anew() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let one = held("sat", Role::VillageStaff, "v1", "2026-01-01", None);
        let mut tx = db.write(&town()).await?;
        hold(&mut tx, std::slice::from_ref(&one)).await?;
        tx.commit(audit(), ()).await?;
        let days =
            domain::org::Away { from: day("2026-09-22"), to: day("2026-09-24"), reason: "住院".to_owned() };
        let away = AssignmentRecord { assignment: one.assignment.clone().go_away(days)?, ..one.clone() };
        let mut tx = db.write(&town()).await?;
        tx.update_away(&away).await?;
        assert!(matches!(tx.update_away(&away).await, Err(Error::Conflict { .. })), "stale");
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        let known = AssignmentRecord { version: 2, ..away.clone() };
        assert_eq!(read.assignment(&one.assignment.id).await?, Some(known.clone()));
        let (back, _) = known.assignment.clone().come_back(day("2026-09-22"), day("2026-09-22"))?;
        drop(read);
        let mut tx = db.write(&town()).await?;
        tx.update_away(&AssignmentRecord { assignment: back, ..known }).await?;
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.assignment(&one.assignment.id).await?, Some(AssignmentRecord { version: 3, ..one }));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_task_is_owed_by_whoever_is_on_its_post() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        let staff = |person, from, to| held(person, Role::VillageStaff, "v1", from, to);
        let old = staff("old", "2026-01-01", Some("2026-03-10"));
        let new = staff("new", "2026-03-15", None);
        hold(&mut tx, &[old.clone(), new.clone()]).await?;
        let actor = Actor::Staff {
            person: "li".into(),
            assignment: "hat".into(),
            org: "v1".into(),
            standing: Standing::Office,
        };
        let act = Act { actor, happened_at: NOW, position: None, document_no: None };
        for (id, post) in [("kept", Some("village_staff-v1")), ("unkept", None)] {
            let window = Window::new(NOW.date(), day("2026-12-31"))?;
            let task = Task::pending(id.into(), "shop".into(), "v1".into(), Vec::new(), window);
            let filing = TaskFiling {
                code: id.to_owned(),
                plan: None,
                path: "t/v1".to_owned(),
                kind: "routine".to_owned(),
                plan_item: None,
            };
            tx.insert_task(&task, &filing, NOW).await?;
            let (task, event) = task.of_post(post.map(Into::into)).assign(act.clone(), "old".into(), NOW)?;
            tx.save_task_step(&task, &event).await?;
        }
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        let post = old.assignment.post.clone();
        for (on, old_owes, new_owes, unheld) in [
            ("2026-03-10", "kept unkept", "", 0),
            ("2026-03-12", "unkept", "", 1),
            ("2026-03-15", "unkept", "kept", 0),
        ] {
            for (person, wanted) in [("old", old_owes), ("new", new_owes)] {
                let filter = TaskFilter {
                    assignee: Some(person.into()),
                    owed_on: Some(day(on)),
                    ..TaskFilter::default()
                };
                let mut found: Vec<String> = read
                    .tasks(&everything(), &filter, None, 9)
                    .await?
                    .into_iter()
                    .map(|one| one.task.id.to_string())
                    .collect();
                found.sort();
                assert_eq!(found.join(" "), wanted, "{person} on {on}");
                let to_do =
                    read.tasks_to_do(&person.into(), (&[], &everything()), (day(on), day(on)), 9).await?;
                assert_eq!(to_do.len(), found.len(), "{person} takes the same along on {on}");
            }
            let filter = TaskFilter { unheld_on: Some(day(on)), ..TaskFilter::default() };
            assert_eq!(read.task_count(&everything(), &filter).await?, unheld, "{on}");
            let holders = read.holders_on(std::slice::from_ref(&post), day(on)).await?;
            assert_eq!(holders.len(), usize::from(unheld == 0), "{on}");
        }
        let of_post = TaskFilter { post: Some(post.clone()), open: true, ..TaskFilter::default() };
        assert_eq!(read.task_count(&everything(), &of_post).await?, 1);
        assert_eq!(read.holders_on(&[], day("2026-02-01")).await?, std::slice::from_ref(&old.assignment));
        assert_eq!(read.assignments_of_post(&post).await?, [old.clone(), new.clone()]);
        assert_eq!(read.assignments_between(day("2026-03-11"), day("2026-03-14")).await?, []);
        assert_eq!(read.assignments_between(day("2026-03-11"), day("2026-03-15")).await?, [new]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn certificates_of_a_kind_name_those_taken_back_too_with_the_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let card = |id: &str, kind, revoked: Option<&str>| CertificateRecord {
            certificate: Certificate {
                id: id.into(),
                person: "p".into(),
                kind,
                number: id.to_owned(),
                issuer: "演示机关".to_owned(),
                issued_on: day("2025-01-01"),
                expires_on: None,
                scope: String::new(),
                revoked: revoked.map(|on| Revocation { on: day(on), reason: "遗失".to_owned() }),
            },
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_certificate(&card("a", CertificateKind::EnforcementCert, None)).await?;
        tx.insert_certificate(&card("b", CertificateKind::EnforcementCert, Some("2026-05-01"))).await?;
        tx.insert_certificate(&card("c", CertificateKind::PoliceQual, None)).await?;
        tx.commit(audit(), ()).await?;
        let found = db.read(&town()).await?.certificates_of_kind(CertificateKind::EnforcementCert).await?;
        let lost = card("b", CertificateKind::EnforcementCert, Some("2026-05-01")).certificate;
        assert_eq!(found, [card("a", CertificateKind::EnforcementCert, None).certificate, lost.clone()]);
        assert!(lost.is_valid_on(day("2026-04-30")) && !lost.is_valid_on(day("2026-05-01")));
        Ok(())
    })
    .await
}

fn org(id: &str, kind: OrgKind, label: &str) -> OrgRecord {
    let org = Org {
        id: id.into(),
        kind,
        name: id.to_owned(),
        short_name: id.to_owned(),
        aliases: Vec::new(),
        relation: Relation::Town,
        label: label.to_owned(),
        territory: "t".into(),
        active: true,
    };
    OrgRecord { life: domain::org::Life::default(), org, ord: 1, version: 1, recorded_at: NOW }
}

#[tokio::test]
async fn the_board_is_told_when_the_committee_is_whole_and_who_wears_two_hats() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for (code, level, path) in
            [("t", Level::Town, "t"), ("v1", Level::Village, "t/v1"), ("b1", Level::Building, "t/v1/b1")]
        {
            let territory = Territory {
                code: code.into(),
                level,
                parent: None,
                path: path.to_owned(),
                name: code.to_owned(),
                short_name: code.to_owned(),
                kind: String::new(),
                aliases: Vec::new(),
                provisional: true,
            };
            tx.insert_territory(&TerritoryRecord {
                territory,
                closed: None,
                ord: 1,
                version: 1,
                recorded_at: NOW,
            })
            .await?;
        }
        for one in [
            org("committee", OrgKind::Committee, ""),
            org("station", OrgKind::Workstation, "org:workstation"),
            org("emergency", OrgKind::Dept, "org:emergency_office"),
            org("village", OrgKind::Village, ""),
        ] {
            tx.insert_org(&one).await?;
        }
        hold(
            &mut tx,
            &[
                held("mayor", Role::CommitteeDirector, "committee", "2026-01-01", None),
                held("deputy", Role::CommitteeDeputy, "committee", "2026-01-01", None),
                held("head", Role::OfficeHead, "station", "2026-01-01", None),
                held("head", Role::DeptHead, "emergency", "2026-02-01", None),
                held("head", Role::CommitteeMember, "committee", "2026-02-10", Some("2026-02-19")),
                held("wang", Role::VillageSecretary, "village", "2026-01-01", None),
                held("li", Role::VillageStaff, "village", "2026-01-15", None),
            ],
        )
        .await?;
        tx.commit(audit(), ()).await?;
        let gathered = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        let facts = &gathered.facts;
        let year = (day("2026-01-01"), day("2026-12-31"));
        let whole: Vec<_> = facts.known_between("org.complete", gathered.town, year, year.1).collect();
        assert_eq!(whole.len(), 1);
        assert_eq!(whole.first().and_then(|one| facts.happened_on(*one)), Some(day("2026-02-10")));
        let committee = facts.subject(SubjectKind::Org, "committee");
        assert!(committee.is_some_and(|org| facts.credited(whole[0]).contains(&org)), "credited to it");
        let starts: Vec<_> = facts
            .known_between("post.filled", gathered.town, year, year.1)
            .filter_map(|one| facts.happened_on(one))
            .collect();
        // Seven holdings; the head from the day he heads both; the secretary from the day there is somebody to lead.
        assert_eq!(starts.len(), 9);
        assert_eq!(starts.iter().filter(|on| **on == day("2026-02-01")).count(), 2, "two hats");
        assert_eq!(starts.iter().filter(|on| **on == day("2026-01-15")).count(), 2, "a group is led");
        let building = facts.subject(SubjectKind::Building, "b1");
        assert!(building.is_some_and(|b| facts.carries(b, "class:with_building_head", day("2026-01-01"))));
        Ok(())
    })
    .await
}
