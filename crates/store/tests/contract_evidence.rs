//! The contract of evidence, its events, files and letters; on both databases.

use std::collections::BTreeSet;

use domain::evidence::{By, Claim, Content, Credit, Decider, Evidence, Kind};
use domain::ids::TownCode;
use domain::letter::{Letter, Terms};
use domain::org::{Assignment, Role};
use domain::plan::SubjectKind;
use domain::policy::{Action, Hats, Scope};
use domain::time::{Date, Timestamp, parse_date};
use store::attachment::AttachmentRecord;
use store::evidence::{EvidenceEvent, EvidenceFilter, EvidenceRecord};
use store::fulfilment::Told;
use store::letter::LetterRecord;
use store::photo::Picture;
use store::post::AssignmentRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;

const NOW: Timestamp = Timestamp(1_788_000_000_000);

fn town() -> TownCode {
    "500118103000".into()
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_default()
}

fn audit(action: &'static str, object: &'static str, id: &str) -> Audit {
    entry(action, object, id, NOW)
}

fn held(role: Role, path: &str, org: &str) -> Assignment {
    Assignment {
        away: Vec::new(),
        id: format!("a-{}", role.code()).into(),
        person: "p".into(),
        post: "post".into(),
        role,
        org: org.into(),
        territory: path.into(),
        path: path.to_owned(),
        place: None,
        acting: false,
        from: day("2026-01-01"),
        to: None,
        basis: String::new(),
    }
}

fn scope(role: Role, path: &str, org: &str) -> Scope {
    let hats = Hats::on([held(role, path, org)], day("2026-03-01"));
    hats.scope(Action::EvidenceRead).unwrap_or_default()
}

fn by(person: &str) -> By {
    By { person: person.into(), hat: "hat".into(), at: NOW }
}

fn piece(id: &str, path: &str, org: &str, kind: Kind) -> anyhow::Result<Evidence> {
    let content = Content {
        kind,
        title: format!("记录{id}"),
        number: "〔2026〕1号".to_owned(),
        happened_on: day("2026-08-01"),
        until: None,
        org: org.into(),
        post: Some("post".into()),
        path: path.to_owned(),
        text: String::new(),
        photos: Vec::new(),
        files: Vec::new(),
        claims: vec![Claim {
            duty: "C9.4".into(),
            need: "activity.held".into(),
            choice: None,
            subject_kind: "town".into(),
            subject: "500118103000".into(),
        }],
        credits: vec![Credit {
            fact: "activity.held".into(),
            tags: Vec::new(),
            subjects: vec![("town".into(), "500118103000".into())],
        }],
        scored: BTreeSet::from([org.into()]),
    };
    Ok(Evidence::submit(id.into(), content, by("staff"))?)
}

fn record(evidence: &Evidence, code: &str) -> EvidenceRecord {
    EvidenceRecord { evidence: evidence.clone(), code: code.to_owned(), version: 1, recorded_at: NOW }
}

fn event(seq: i64, kind: &str, content: Option<&Evidence>) -> EvidenceEvent {
    EvidenceEvent {
        seq,
        kind: kind.to_owned(),
        by: by("staff"),
        reason: String::new(),
        content: content.map(|evidence| evidence.content.clone()),
    }
}

#[tokio::test]
async fn evidence_is_kept_with_every_step_and_read_within_a_scope() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let one = piece("e1", "t/v1", "v1", Kind::Activity)?;
        let two = piece("e2", "t/v2", "civil", Kind::Log)?;
        let mut tx = db.write(&town()).await?;
        for (evidence, code) in [(&one, "PJ-1"), (&two, "PJ-2")] {
            tx.insert_evidence(&record(evidence, code), &event(1, "submitted", Some(evidence))).await?;
        }
        tx.commit(audit("evidence.record", "evidence", "e1"), ()).await?;
        let all = EvidenceFilter::default();
        let mut read = db.read(&town()).await?;
        let mut ids = Vec::new();
        for scope in [
            scope(Role::OfficeClerk, "t", "office"),
            scope(Role::VillageStaff, "t/v1", "v1"),
            scope(Role::DeptInspector, "t", "civil"),
        ] {
            let found = read.evidences(&scope, &all, None, 10).await?;
            assert_eq!(read.evidence_count(&scope, &all).await?, found.len() as i64);
            ids.push(found.iter().map(|one| one.evidence.id.to_string()).collect::<Vec<_>>());
        }
        assert_eq!(ids, [vec!["e2", "e1"], vec!["e1"], vec!["e2"]]);
        let office = scope(Role::OfficeClerk, "t", "office");
        let page = read.evidences(&office, &all, Some((NOW, "e2")), 10).await?;
        assert_eq!(page.len(), 1, "after the first");
        for (filter, n) in [
            (EvidenceFilter { state: Some("accepted".into()), ..all.clone() }, 0),
            (EvidenceFilter { kind: Some(Kind::Log), ..all.clone() }, 1),
            (EvidenceFilter { recorded_by: Some("staff".into()), ..all.clone() }, 2),
            (EvidenceFilter { not_by: Some("staff".into()), ..all.clone() }, 0),
            (EvidenceFilter { post: Some("post".into()), path: Some("t/v1".into()), ..all.clone() }, 1),
            (EvidenceFilter { duty: Some("C9.4".into()), ..all.clone() }, 2),
            (EvidenceFilter { duty: Some("C9".into()), ..all.clone() }, 0),
            (EvidenceFilter { happened: Some((day("2026-08-01"), day("2026-08-01"))), ..all.clone() }, 2),
            (EvidenceFilter { happened: Some((day("2026-08-02"), day("2026-08-09"))), ..all.clone() }, 0),
            (EvidenceFilter { text: Some("记录e1".into()), ..all.clone() }, 1),
        ] {
            assert_eq!(read.evidence_count(&office, &filter).await?, n, "{filter:?}");
        }
        assert_eq!(read.evidence_waiting().await?.len(), 2);
        drop(read);
        let leader = Decider { by: by("leader"), orgs: BTreeSet::new(), is_leader: true };
        let accepted = one.clone().accept(leader).expect("may");
        let mut tx = db.write(&town()).await?;
        tx.save_evidence(&record(&accepted, "PJ-1"), &event(2, "accepted", None)).await?;
        tx.commit(audit("evidence.accept", "evidence", "e1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let stale = tx.save_evidence(&record(&accepted, "PJ-1"), &event(3, "accepted", None)).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })), "{stale:?}");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let kept = read.evidence(&"e1".into()).await?.expect("kept");
        assert_eq!((kept.evidence, kept.version), (accepted, 2));
        assert_eq!(read.evidence(&"none".into()).await?, None);
        let events = read.evidence_events(&"e1".into()).await?;
        assert_eq!(events, [event(1, "submitted", Some(&one)), event(2, "accepted", None)]);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn accepted_evidence_is_a_fact_once_and_a_void_one_was_one_until_then() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let one = piece("e1", "500118103000", "office", Kind::Activity)?;
        let mut tx = db.write(&town()).await?;
        tx.insert_evidence(&record(&one, "PJ-1"), &event(1, "submitted", Some(&one))).await?;
        tx.commit(audit("evidence.record", "evidence", "e1"), ()).await?;
        let mut gathered = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        assert_eq!(gathered.facts.len(), 0, "not before it is accepted");
        let told = db.read(&town()).await?.gather_decision(&mut gathered, &"e1".into()).await?;
        assert_eq!(told, Told::Added(Vec::new()));
        let leader = || Decider { by: by("leader"), orgs: BTreeSet::new(), is_leader: true };
        let accepted = one.clone().accept(leader()).expect("may");
        let mut tx = db.write(&town()).await?;
        tx.save_evidence(&record(&accepted, "PJ-1"), &event(2, "accepted", None)).await?;
        tx.commit(audit("evidence.accept", "evidence", "e1"), ()).await?;
        let told = db.read(&town()).await?.gather_decision(&mut gathered, &"e1".into()).await?;
        assert!(matches!(&told, Told::Added(facts) if facts.len() == 1), "{told:?}");
        let anew = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        let town_of = anew.facts.subject(SubjectKind::Town, "500118103000").expect("the town");
        for facts in [&gathered.facts, &anew.facts] {
            let found = facts.known_between("activity.held", town_of, (Date::MIN, Date::MAX), Date::MAX);
            assert_eq!(found.count(), 1);
        }
        let void = accepted.void(by("leader"), Some(leader()), "重复").expect("may");
        let mut tx = db.write(&town()).await?;
        let kept = EvidenceRecord { version: 2, ..record(&void, "PJ-1") };
        tx.save_evidence(&kept, &event(3, "voided", None)).await?;
        tx.commit(audit("evidence.void", "evidence", "e1"), ()).await?;
        let told = db.read(&town()).await?.gather_decision(&mut gathered, &"e1".into()).await?;
        assert_eq!(told, Told::Anew);
        let after = db.read(&town()).await?.gather(day("2026-12-31")).await?;
        let found = after.facts.known_between("activity.held", town_of, (Date::MIN, Date::MAX), Date::MAX);
        assert_eq!(found.count(), 0, "void");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn files_and_letters_are_kept_and_a_letter_ends_with_its_signer() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let file = AttachmentRecord {
            id: "f".to_owned(),
            object_kind: "letter".to_owned(),
            object_id: "l".to_owned(),
            path: "t".to_owned(),
            name: "责任书.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size_bytes: 5,
            blob: "hash".to_owned(),
            recorded_by: "acc".to_owned(),
            recorded_at: NOW,
        };
        let signer = held(Role::VillageSecretary, "t/v1", "v1");
        let terms = Terms {
            number: String::new(),
            signed_on: day("2026-01-10"),
            from: day("2026-01-10"),
            until: day("2026-12-31"),
            counterpart: "镇人民政府".to_owned(),
            duties: vec!["C8.8".to_owned()],
            indicators: Vec::new(),
            photos: Vec::new(),
            files: vec!["f".to_owned()],
        };
        let letter = Letter::sign("l".into(), &"post".into(), Some(&signer), terms, day("2026-09-01"));
        let letter = LetterRecord {
            letter: letter.expect("signed"),
            left_on: None,
            recorded_by: "p".to_owned(),
            version: 1,
            recorded_at: NOW,
            voided: None,
        };
        let assigned = AssignmentRecord { assignment: signer.clone(), version: 1, recorded_at: NOW };
        let twin = |id: &str, object: &str| Picture {
            id: id.into(),
            blob: "same".to_owned(),
            media_type: "image/jpeg".to_owned(),
            size_bytes: 5,
            width: 1,
            height: 1,
            thumb: String::new(),
            object_kind: "evidence".to_owned(),
            object_id: object.to_owned(),
            path: "t".to_owned(),
            item: String::new(),
            role: "overview".to_owned(),
            taken_at: NOW,
            recorded_at: NOW,
            recorded_by: "acc".to_owned(),
            lon: None,
            lat: None,
            original: None,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_attachment(&file).await?;
        tx.insert_assignment(&assigned).await?;
        tx.insert_letter(&letter).await?;
        tx.insert_photo(&twin("p1", "e1")).await?;
        tx.insert_photo(&twin("p2", "e2")).await?;
        tx.commit(audit("letter.sign", "letter", "l"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.attachment("f").await?, Some(file.clone()));
        let of = [file.object_id.clone(), "none".to_owned()];
        assert_eq!(read.attachments_of(&file.object_kind, &of).await?, std::slice::from_ref(&file));
        assert_eq!(read.attachments_of("another", &of).await?, []);
        assert_eq!(read.attachments_of(&file.object_kind, &[]).await?, []);
        assert_eq!(read.attachments(&["f".to_owned(), "none".to_owned()]).await?, [file]);
        assert_eq!(read.attachments(&[]).await?, []);
        assert_eq!(read.photos_with(&["same", "other"]).await?.len(), 2);
        assert_eq!(read.photos_with(&[]).await?, []);
        assert_eq!(read.letter(&"l".into()).await?, Some(letter.clone()));
        assert_eq!(read.letters(&scope(Role::VillageStaff, "t/v2", "v2")).await?, []);
        drop(read);
        let gone =
            AssignmentRecord { assignment: Assignment { to: Some(day("2026-06-30")), ..signer }, ..assigned };
        let mut tx = db.write(&town()).await?;
        tx.end_assignment(&gone).await?;
        tx.void_letter(&"l".into(), 1, NOW, "签错").await?;
        tx.commit(audit("letter.void", "letter", "l"), ()).await?;
        let mut read = db.read(&town()).await?;
        let kept = read.letters(&scope(Role::VillageStaff, "t/v1", "v1")).await?;
        let [kept] = kept.as_slice() else { anyhow::bail!("one letter: {kept:?}") };
        assert_eq!(kept.left_on, Some(day("2026-06-30")));
        assert_eq!((kept.version, kept.voided.clone()), (2, Some((NOW, "签错".to_owned()))));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}
