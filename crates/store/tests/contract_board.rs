//! The contract of what the board stands on: plans, notices, and the record gathered for judging, once on SQLite and
//! once on PostgreSQL.

use domain::fulfilment::SubjectIx;
use domain::hazard::{Act, Actor, Find, Hazard, HazardCode, Standing};
use domain::ids::TownCode;
use domain::inspection::{Companion, Inspection, Inspector, Occasion, Outcome, Pin, Power, Record};
use domain::org::{
    Assignment, Certificate, CertificateKind, Level, Org, OrgKind, Person, Post, Relation, Role, Territory,
};
use domain::place::Place;
use domain::place_list::{Entry, ListKind, PlaceList};
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};
use store::account::Account;
use store::fulfilment::{Gathered, Told};
use store::hazard::Filing;
use store::inspection::InspectionFiling;
use store::joint_control::SignatureRecord;
use store::notice::{NoticeRecord, Passage, Ruling, RulingRecord};
use store::org::{OrgRecord, TerritoryRecord};
use store::parameter::Decision;
use store::person::PersonRecord;
use store::place::PlaceRecord;
use store::place_list::{EntryRecord, ListRecord};
use store::plan::{PlanProposal, PlanVersion};
use store::post::{AssignmentRecord, CertificateRecord, PostRecord};
use store::{Audit, Db, Error, Write};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(action: &'static str, object_kind: &'static str, object_id: &str) -> Audit {
    entry(action, object_kind, object_id, NOW)
}

fn version(id: &str, from: &str, recorded_at: Timestamp) -> PlanVersion {
    PlanVersion {
        id: id.to_owned(),
        title: "方案".to_owned(),
        source: format!("# {id}"),
        from: day(from),
        to: None,
        version: 1,
        recorded_at,
        recorded_by: "a".to_owned(),
    }
}

#[tokio::test]
async fn the_plan_of_a_day_is_the_one_in_force_on_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        assert_eq!(db.read(&town()).await?.plan_on(day("2026-01-01")).await?, None);
        let mut tx = db.write(&town()).await?;
        tx.insert_plan_version(&version("p1", "2023-02-20", NOW)).await?;
        tx.end_plan_version("p1", 1, day("2025-12-31")).await?;
        tx.insert_plan_version(&version("wrong", "2026-01-01", NOW.plus_ms(1))).await?;
        tx.end_plan_version("wrong", 1, day("2025-12-31")).await?;
        tx.insert_plan_version(&version("p2", "2026-01-01", NOW.plus_ms(2))).await?;
        tx.commit(audit("plan.install", "plan", "p2"), ()).await?;
        let mut read = db.read(&town()).await?;
        for (on, id) in
            [("2020-01-01", "p1"), ("2025-12-31", "p1"), ("2026-01-01", "p2"), ("2030-01-01", "p2")]
        {
            assert_eq!(read.plan_on(day(on)).await?.map(|plan| plan.id), Some(id.to_owned()), "{on}");
        }
        assert_eq!(read.plan_versions().await?.len(), 3);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_was_said_about_a_finding_is_kept_and_may_be_changed_by_the_latest_reader() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut ruling = RulingRecord {
            id: "r".to_owned(),
            plan: "p".to_owned(),
            kind: "numbering_gap".to_owned(),
            clauses: "14".to_owned(),
            quote: "15.甲".to_owned(),
            ruling: Ruling::Accepted,
            note: "印发时漏号".to_owned(),
            version: 1,
            recorded_at: NOW,
            recorded_by: "a".to_owned(),
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_notice_ruling(&ruling).await?;
        tx.commit(audit("notice.rule", "notice", "p"), ()).await?;
        ruling.ruling = Ruling::Explained;
        let mut tx = db.write(&town()).await?;
        tx.update_notice_ruling(&ruling).await?;
        tx.commit(audit("notice.rule", "notice", "p"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_notice_ruling(&ruling).await, Err(Error::Conflict { .. })));
        drop(tx);
        ruling.version = 2;
        assert_eq!(db.read(&town()).await?.notice_rulings("p").await?, [ruling]);
        assert_eq!(db.read(&town()).await?.notice_rulings("other").await?, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_change_of_the_plan_is_proposed_and_decided_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut proposal = PlanProposal {
            id: "one".to_owned(),
            duty: "C1.9".to_owned(),
            source: "[[duty]]\n".to_owned(),
            from: day("2026-10-01"),
            decision: Decision::Proposed,
            reason: "入冬".to_owned(),
            proposed_by: "a".to_owned(),
            decided: None,
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_plan_proposal(&proposal).await?;
        tx.commit(audit("plan.propose", "plan", "one"), ()).await?;
        let mut tx = db.write(&town()).await?;
        tx.decide_plan_proposal("one", 1, Decision::Decided, "b", NOW).await?;
        tx.commit(audit("plan.decide", "plan", "one"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let late = tx.decide_plan_proposal("one", 1, Decision::Rejected, "b", NOW).await;
        assert!(matches!(late, Err(Error::Conflict { .. })));
        drop(tx);
        proposal.decision = Decision::Decided;
        proposal.decided = Some(("b".to_owned(), NOW));
        proposal.version = 2;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.plan_proposal("one").await?, Some(proposal.clone()));
        assert_eq!(read.plan_proposals().await?, [proposal]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_notice_is_attached_once_and_then_corrected() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut notice = NoticeRecord {
            plan: "p".to_owned(),
            title: "通知".to_owned(),
            body: "10.自拟。".to_owned(),
            passages: vec![Passage { clause: "C10".to_owned(), start: 0, end: 12 }],
            version: 1,
            recorded_at: NOW,
            recorded_by: "a".to_owned(),
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_notice(&notice).await?;
        tx.commit(audit("notice.attach", "notice", "p"), ()).await?;
        assert_eq!(db.read(&town()).await?.notice("p").await?, Some(notice.clone()));
        notice.body.push_str("补正。");
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.insert_notice(&notice).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut tx = db.write(&town()).await?;
        tx.update_notice(&notice).await?;
        assert!(matches!(tx.update_notice(&notice).await, Err(Error::Conflict { .. })), "it has moved on");
        tx.commit(audit("notice.attach", "notice", "p"), ()).await?;
        let kept = db.read(&town()).await?.notice("p").await?;
        assert_eq!(kept, Some(NoticeRecord { version: 2, ..notice }));
        Ok(())
    })
    .await
}

fn territory(code: &str, level: Level, parent: Option<&str>, path: &str) -> TerritoryRecord {
    let territory = Territory {
        code: code.into(),
        level,
        parent: parent.map(Into::into),
        path: path.to_owned(),
        name: format!("{code} 村"),
        short_name: code.to_owned(),
        kind: String::new(),
        aliases: Vec::new(),
        provisional: true,
    };
    TerritoryRecord { territory, closed: None, ord: 0, version: 1, recorded_at: NOW }
}

fn org(id: &str, kind: OrgKind, label: &str, territory: &str) -> OrgRecord {
    let org = Org {
        id: id.into(),
        kind,
        name: format!("{id} 机构"),
        short_name: id.to_owned(),
        aliases: Vec::new(),
        relation: Relation::Town,
        label: label.to_owned(),
        territory: territory.into(),
        active: true,
    };
    OrgRecord { life: domain::org::Life::default(), org, ord: 0, version: 1, recorded_at: NOW }
}

fn assignment(id: &str, org: &str, territory: &str, path: &str) -> AssignmentRecord {
    let assignment = Assignment {
        away: Vec::new(),
        id: id.into(),
        person: "someone".into(),
        post: "post".into(),
        role: Role::VillageStaff,
        org: org.into(),
        territory: territory.into(),
        path: path.to_owned(),
        place: None,
        acting: false,
        from: day("2026-01-01"),
        to: None,
        basis: String::new(),
    };
    AssignmentRecord { assignment, version: 1, recorded_at: NOW }
}

fn place(id: &str, village: &str) -> PlaceRecord {
    let place = Place {
        tags: ["gas_bottle".into()].into_iter().collect(),
        sector_org: Some("police".into()),
        verified_on: Some(day("2026-03-01")),
        ..Place::new(
            id.into(),
            format!("C-{id}"),
            format!("{id} 店"),
            "nine_small.catering".into(),
            village.into(),
        )
    };
    PlaceRecord {
        place,
        path: format!("{TOWN}/{village}"),
        pinyin: String::new(),
        source: String::new(),
        note: String::new(),
        cached_risk_points: None,
        cached_risk_grade: "red".to_owned(),
        version: 1,
        happened_on: day("2026-02-01"),
        recorded_at: NOW,
        recorded_by: "a".to_owned(),
        voided: None,
        same_as: None,
        sector_since: None,
    }
}

/// A village with one listed place, an office that can look at it, and somebody on a post.
async fn found(tx: &mut Write) -> anyhow::Result<()> {
    tx.insert_territory(&territory(TOWN, Level::Town, None, TOWN)).await?;
    tx.insert_territory(&territory("v1", Level::Village, Some(TOWN), &format!("{TOWN}/v1"))).await?;
    tx.insert_territory(&territory("g1", Level::Grid, Some("v1"), &format!("{TOWN}/v1/g1"))).await?;
    tx.insert_org(&org("police", OrgKind::Police, "org:police_station", TOWN)).await?;
    tx.insert_org(&org("v1-committee", OrgKind::Village, "", "v1")).await?;
    let person = Person {
        id: "someone".into(),
        name: "某人".to_owned(),
        phone: "13800000000".to_owned(),
        office_phone: String::new(),
        active: true,
    };
    tx.insert_person(&PersonRecord { person, pinyin: String::new(), version: 1, recorded_at: NOW }).await?;
    let post = Post {
        id: "post".into(),
        role: Role::VillageStaff,
        org: "v1-committee".into(),
        territory: "v1".into(),
        name: "村消防员".to_owned(),
        min_n: 1,
        max_n: None,
        active: true,
    };
    tx.insert_post(&PostRecord { life: domain::org::Life::default(), post, version: 1, recorded_at: NOW })
        .await?;
    tx.insert_assignment(&assignment("hat", "v1-committee", "v1", &format!("{TOWN}/v1"))).await?;
    tx.insert_certificate(&CertificateRecord {
        certificate: Certificate {
            id: "cert".into(),
            person: "someone".into(),
            kind: CertificateKind::EnforcementCert,
            number: "1".to_owned(),
            issuer: String::new(),
            issued_on: day("2026-01-01"),
            expires_on: None,
            scope: String::new(),
            revoked: None,
        },
        version: 1,
        recorded_at: NOW,
    })
    .await?;
    tx.insert_places(&[place("p1", "v1"), place("gone", "v1")]).await?;
    let list = PlaceList::new(ListKind::PoliceListed, "police".into());
    tx.insert_place_list(&ListRecord { id: "list".to_owned(), list, version: 1, recorded_at: NOW }).await?;
    let entry = Entry {
        place: "p1".into(),
        from: day("2026-01-15"),
        reason_in: "列管".to_owned(),
        left: Some((day("2026-06-01"), "整治完成".to_owned())),
    };
    let record =
        EntryRecord { id: "e".to_owned(), list: "list".to_owned(), entry, version: 1, recorded_at: NOW };
    tx.insert_list_entries(&[record]).await?;
    Ok(())
}

fn inspection(
    id: &str,
    version: u32,
    org: &str,
    result: Outcome,
    at: Timestamp,
) -> (Inspection, InspectionFiling) {
    let record = Record {
        id: id.into(),
        town: town(),
        place: "p1".into(),
        task: None,
        power: Power::Governance,
        occasion: Occasion::Routine,
        inspectors: vec![Inspector {
            person: "someone".into(),
            assignment: "hat".into(),
            certificate_no: None,
        }],
        showed_certificates: false,
        companion: Companion::NotSigned { reason: "无人".to_owned() },
        pins: vec![Pin { code: "B".to_owned(), edition: "1".to_owned() }],
        answers: Vec::new(),
        photos: Vec::new(),
        position: None,
        started_at: Timestamp::start_of(day("2026-05-05")),
        ended_at: Timestamp::start_of(day("2026-05-05")),
    };
    let kept =
        Inspection { record, outcome: result, recorded_at: at, version, correction: None, flags: Vec::new() };
    (kept, InspectionFiling { path: format!("{TOWN}/v1"), org: org.into() })
}

fn count(gathered: &Gathered, kind: &str, subject: SubjectIx, as_of: &str) -> usize {
    let days = (Date::MIN, Date::MAX);
    gathered.facts.known_between(kind, subject, days, day(as_of)).count()
}

#[tokio::test]
async fn the_record_is_gathered_with_labels_facts_and_both_dates() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        found(&mut tx).await?;
        tx.void_place(&"gone".into(), 1, NOW, "重复").await?;
        let (looked, filed) = inspection("i1", 1, "police", Outcome::Clear, NOW);
        tx.insert_inspection(&looked, &filed).await?;
        let corrected = NOW.plus_ms(3 * 86_400_000);
        let (looked, filed) = inspection("i1", 2, "police", Outcome::Clear, corrected);
        tx.insert_inspection(&looked, &filed).await?;
        let (shut, filed) = inspection("i2", 1, "police", Outcome::NotPossible, NOW);
        tx.insert_inspection(&shut, &filed).await?;
        let mut verified = audit("place.verify", "place", "p1");
        verified.happened_at = Timestamp::start_of(day("2026-08-08"));
        tx.commit(verified, ()).await?;

        let gathered = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        let facts = &gathered.facts;
        let p1 = facts.subject(SubjectKind::Place, "p1").ok_or_else(|| anyhow::anyhow!("p1"))?;
        assert_eq!(facts.subject(SubjectKind::Place, "gone"), None, "voided: it was no place");
        let before = db.read(&town()).await?.gather(day("2026-01-01")).await?;
        assert!(before.facts.subject(SubjectKind::Place, "gone").is_some(), "nobody knew that then");
        let village = gathered.villages.first().ok_or_else(|| anyhow::anyhow!("a village"))?;
        assert_eq!((village.code.as_str(), gathered.villages.len()), ("v1", 1));
        assert!(facts.lies_in(p1, village.subject) && facts.lies_in(p1, gathered.town));
        for (label, on, carries) in [
            ("list:police_listed", "2026-01-14", false),
            ("list:police_listed", "2026-05-31", true),
            ("list:police_listed", "2026-06-01", false),
            ("category:nine_small", "2026-05-01", true),
            ("tag:gas_bottle", "2026-05-01", true),
            ("tag:gas_bottle", "2026-01-01", false),
        ] {
            assert_eq!(facts.carries(p1, label, day(on)), carries, "{label} {on}");
        }
        // Corrected three days later: one inspection, whatever day is asked.
        for as_of in ["2026-09-22", "2026-12-31"] {
            assert_eq!(count(&gathered, "inspection.done", p1, as_of), 1, "{as_of}");
        }
        assert_eq!(count(&gathered, "inspection.done", p1, "2026-09-20"), 0, "not recorded yet");
        assert_eq!(
            count(&gathered, "inspection.joint", gathered.town, "2026-12-31"),
            0,
            "two offices looked, one has not signed"
        );
        let mut tx = db.write(&town()).await?;
        let signed = SignatureRecord {
            id: "s1".to_owned(),
            inspection: "i1".into(),
            org: "v1-committee".into(),
            person: "someone".into(),
            text: String::new(),
            recorded_at: corrected.plus_ms(86_400_000),
        };
        tx.insert_inspection_signature(&signed).await?;
        tx.commit(audit("inspection.countersign_visit", "inspection", "i1"), ()).await?;
        let signed = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        for (as_of, n) in [("2026-12-31", 1), ("2026-09-22", 0)] {
            assert_eq!(
                count(&signed, "inspection.joint", signed.town, as_of),
                n,
                "signed on the 25th: {as_of}"
            );
        }
        let police = facts.subject(SubjectKind::Org, "police").ok_or_else(|| anyhow::anyhow!("police"))?;
        assert_eq!(count(&gathered, "inspection.done", police, "2026-12-31"), 1);
        assert_eq!(count(&gathered, "register.verified", p1, "2026-12-31"), 2, "in March and in August");
        for (kind, subject, n) in [
            ("place.listed", p1, 1),
            ("place.graded", p1, 1),
            ("place.sector_assigned", p1, 1),
            ("post.filled", village.subject, 1),
            ("certificate.valid", gathered.town, 1),
            ("hazard.found", gathered.town, 0),
        ] {
            assert_eq!(count(&gathered, kind, subject, "2026-12-31"), n, "{kind}");
        }
        Ok(())
    })
    .await
}

fn staff() -> Actor {
    Actor::Staff {
        person: "someone".into(),
        assignment: "hat".into(),
        org: "v1-committee".into(),
        standing: Standing::Inspector,
    }
}

fn act() -> Act {
    Act { actor: staff(), happened_at: NOW, position: None, document_no: None }
}

fn hazard(id: &str) -> anyhow::Result<(Hazard, domain::hazard::Event, Filing)> {
    let find = Find {
        town: town(),
        place: "p1".into(),
        item: None,
        code: HazardCode::parse("H09.1")?,
        description: "三合一".to_owned(),
        photos: Vec::new(),
        recurrence_of: None,
        sortie: None,
    };
    let (hazard, event) = Hazard::found(id.into(), find, act(), NOW)?;
    let filing = Filing {
        code: format!("YH-{id}"),
        path: format!("{TOWN}/v1"),
        org: "v1-committee".into(),
        inspection: Some("i1".into()),
    };
    Ok((hazard, event, filing))
}

#[tokio::test]
async fn what_came_since_is_taken_in_by_itself_unless_it_takes_something_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        found(&mut tx).await?;
        tx.commit(audit("town.found", "place", "p1"), ()).await?;
        let mut gathered = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        let mut tx = db.write(&town()).await?;
        let (looked, filed) = inspection("i1", 1, "v1-committee", Outcome::Hazards, NOW);
        tx.insert_inspection(&looked, &filed).await?;
        let (found, event, filing) = hazard("h1")?;
        tx.insert_hazard(&found, &event, &filing).await?;
        tx.commit(audit("inspection.record", "inspection", "i1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let told = read.gather_inspection(&mut gathered, "i1").await?;
        assert!(matches!(&told, Told::Added(facts) if facts.len() == 2), "{told:?}");
        assert_eq!(count(&gathered, "hazard.found", gathered.town, "2026-12-31"), 1);
        let told = read.gather_hazard(&mut gathered, "h1").await?;
        assert_eq!(told, Told::Added(Vec::new()), "nothing happened since");
        let event_subject = gathered.facts.subject(SubjectKind::Event, "h1");
        assert!(event_subject.is_some());
        drop(read);

        let (voided, event) = found.void(act(), "误报", NOW)?;
        let mut tx = db.write(&town()).await?;
        tx.save_step(&voided, &event).await?;
        let (again, filed) = inspection("i1", 2, "v1-committee", Outcome::Hazards, NOW);
        tx.insert_inspection(&again, &filed).await?;
        tx.commit(audit("hazard.void", "hazard", "h1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.gather_hazard(&mut gathered, "h1").await?, Told::Anew);
        assert_eq!(read.gather_inspection(&mut gathered, "i1").await?, Told::Anew);
        let anew = read.gather(day("2026-12-31")).await?;
        assert_eq!(count(&anew, "hazard.found", anew.town, "2026-12-31"), 0);

        let mut lives = Vec::new();
        let mut collect = |life: store::fulfilment::Life| lives.push((life.code, life.hazard.is_open()));
        read.each_hazard_life(day("2026-12-31"), &mut collect).await?;
        read.each_hazard_life(day("2020-01-01"), &mut collect).await?;
        assert_eq!(lives, [("YH-h1".to_owned(), false)]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn subjects_are_named_and_rows_told_apart_by_scope() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        found(&mut tx).await?;
        let (looked, filed) = inspection("i1", 1, "v1-committee", Outcome::Clear, NOW);
        tx.insert_inspection(&looked, &filed).await?;
        tx.commit(audit("town.found", "place", "p1"), ()).await?;
        let mut read = db.read(&town()).await?;
        for (kind, id, name) in [
            (SubjectKind::Place, "p1", "p1 店"),
            (SubjectKind::Village, "v1", "v1 村"),
            (SubjectKind::Org, "police", "police 机构"),
            (SubjectKind::Post, "post", "村消防员"),
            (SubjectKind::Person, "someone", "某人"),
        ] {
            let names = read.subject_names(kind, &[id, "nobody"]).await?;
            assert_eq!(names.get(id).map(String::as_str), Some(name));
            assert_eq!(names.len(), 1);
        }
        for (kind, id, name) in [
            ("place", "p1", "p1 店"),
            ("inspection", "i1", "p1 店"),
            ("person", "someone", "某人"),
            ("post", "post", "村消防员"),
        ] {
            let called = read.object_refs(kind, &[id, "nobody"]).await?;
            assert_eq!(called.get(id).map(String::as_str), Some(name), "{kind}");
            assert_eq!(called.len(), 1, "{kind}");
        }
        for kind in
            ["hazard", "task", "inspection_plan", "org", "territory", "parameter", "unit_link", "assignment"]
        {
            assert!(read.object_refs(kind, &["nobody"]).await?.is_empty(), "{kind}");
        }
        assert!(read.object_refs("session", &["x"]).await?.is_empty());
        let here = format!("{TOWN}/v1");
        let elsewhere = format!("{TOWN}/v2");
        for (kind, id) in [("place", "p1"), ("inspection", "i1")] {
            assert_eq!(read.within_scope(kind, &[id], &everything()).await?, [id]);
            assert_eq!(read.within_scope(kind, &[id], &below(&[&here])).await?, [id]);
            assert!(read.within_scope(kind, &[id], &below(&[&elsewhere])).await?.is_empty());
            // The same, told once for all who ask.
            let stand = read.stand_of(kind, &[id, "nobody"]).await?;
            assert_eq!(stand.len(), 1, "{kind}");
            for scope in [
                everything(),
                below(&[&here]),
                below(&[&elsewhere]),
                of_org("police"),
                of_org("v1-committee"),
            ] {
                let seen = !read.within_scope(kind, &[id], &scope).await?.is_empty();
                let admits = stand.get(id).is_some_and(|all| all.iter().any(|row| scope.admits(row)));
                assert_eq!(admits, seen, "{kind} {scope:?}");
            }
        }
        assert!(read.stand_of("waiver", &["x"]).await?.is_empty());
        assert!(read.within_scope("waiver", &["x"], &below(&[&here])).await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_to_be_done_after_a_commit_is_not_done_without_one() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let rung = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        for commits in [false, true] {
            let mut tx = db.write(&town()).await?;
            let bell = std::sync::Arc::clone(&rung);
            tx.after_commit(Box::new(move || {
                bell.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }));
            tx.insert_plan_version(&version("p1", "2023-02-20", NOW)).await?;
            if commits {
                tx.commit(audit("plan.install", "plan", "p1"), ()).await?;
            }
        }
        assert_eq!(rung.load(std::sync::atomic::Ordering::SeqCst), 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_made_up_record_is_made_larger_where_nobody_has_an_account() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        found(&mut tx).await?;
        let (looked, filed) = inspection("i1", 1, "police", Outcome::Clear, NOW);
        tx.insert_inspection(&looked, &filed).await?;
        tx.commit(audit("place.import", "place", "bench"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.multiply_made_up(1, 3).await?, 3 * (2 + 1 + 1), "two places, a stay and an inspection");
        tx.commit_machinery().await?;
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.multiply_made_up(4, 4).await?, 4, "copies are not copied");
        tx.commit_machinery().await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.plain_places(50).await?, 10);
        assert_eq!(read.plain_places(4).await?, 4);
        assert_eq!(read.plain_board("police").await?, 1, "one village in one month");
        assert_eq!(read.plain_board("nobody").await?, 0);
        let (copy, _) = read.inspection(&"i1~2".into()).await?.ok_or_else(|| anyhow::anyhow!("a copy"))?;
        assert_eq!((copy.record.id.as_str(), copy.record.place.as_str()), ("i1~2", "p1~2"));
        let gathered = read.gather(day("2026-12-31")).await?;
        let place =
            gathered.facts.subject(SubjectKind::Place, "p1~4").ok_or_else(|| anyhow::anyhow!("p1~4"))?;
        assert!(gathered.facts.carries(place, "list:police_listed", day("2026-05-01")));
        drop(read);
        let mut tx = db.write(&town()).await?;
        let account = Account {
            id: "a".into(),
            person: "someone".into(),
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
        };
        tx.insert_account(&account).await?;
        assert!(
            matches!(tx.multiply_made_up(5, 5).await, Err(Error::Setup(_))),
            "a town of people is left alone"
        );
        Ok(())
    })
    .await
}
