//! The contract of the store, training: courses, sessions, who was there, questions and attempts are kept and changed;
//! what was trained and who enforced comes out as facts.

use std::collections::BTreeSet;

use domain::ids::{OrgId, PersonId};
use domain::org::{
    Assignment, Certificate, CertificateKind, Level, Org, OrgKind, Person, Post, Relation, Role, Territory,
};
use domain::plan::SubjectKind;
use domain::policy::{Action, Hats, Scope};
use domain::time::{Date, Timestamp, parse_date};
use domain::training::{
    Attendance, Course, CourseKind, Group, Outcome, Question, QuestionKind, State, Training, Way,
};
use store::org::{OrgRecord, TerritoryRecord};
use store::person::PersonRecord;
use store::post::{AssignmentRecord, CertificateRecord, PostRecord};
use store::training::{AttemptRecord, AttendanceRecord, CourseRecord, QuestionRecord, TrainingRecord};
use store::{Audit, Db, Error, Write};
use testkit::both_databases;

const TOWN: &str = "500118100000";
const AT: Timestamp = Timestamp(1_790_000_000_000);

fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_default()
}

fn audit(kind: &'static str, id: &str) -> Audit {
    Audit {
        action: "training.add",
        object_kind: kind,
        object_id: id.to_owned(),
        territory: String::new(),
        actor: "a".to_owned(),
        actor_name: "甲".to_owned(),
        hat: String::new(),
        happened_at: AT,
        at: AT,
        reason: String::new(),
        detail: "{}".to_owned(),
    }
}

fn hat(role: Role, person: &str, org: &str, path: &str) -> Assignment {
    Assignment {
        away: Vec::new(),
        id: format!("a-{person}").into(),
        person: person.into(),
        post: "post".into(),
        role,
        org: org.into(),
        territory: "v1".into(),
        path: path.to_owned(),
        place: None,
        acting: false,
        from: day("2026-01-01"),
        to: None,
        basis: String::new(),
    }
}

fn scope(role: Role, org: &str, path: &str) -> Scope {
    let hats = Hats::on([hat(role, "reader", org, path)], day("2026-09-21"));
    hats.scope(Action::TrainingRead).unwrap_or_default()
}

fn course() -> CourseRecord {
    let course = Course {
        id: "c1".into(),
        kind: CourseKind::KeyGroup,
        name: "网格员年度培训".to_owned(),
        groups: BTreeSet::from([Group::GridStaff]),
        hours: 4,
        pass_percent: Some(80),
        questions: 1,
        attempts: 2,
        gives: Some((CertificateKind::FireTrainingGrid, Some(24))),
        active: true,
    };
    CourseRecord { course, version: 1, recorded_at: AT }
}

fn session(org: &str) -> TrainingRecord {
    let training = Training {
        id: "t1".into(),
        course: "c1".into(),
        title: "第三季度网格员培训".to_owned(),
        state: State::Held,
        on: day("2026-09-20"),
        venue: "镇会议室".to_owned(),
        org: org.into(),
        trainer: OrgId::from(org),
        place: None,
    };
    TrainingRecord {
        training,
        path: TOWN.to_owned(),
        version: 1,
        recorded_at: AT,
        recorded_by: "甲".to_owned(),
    }
}

fn present(id: &str, person: Option<&str>, outcome: Outcome) -> AttendanceRecord {
    let attendance = Attendance {
        id: id.to_owned(),
        training: "t1".into(),
        person: person.map(PersonId::from),
        place: None,
        name: "某人".to_owned(),
        way: Way::Paper,
        at: AT,
        outcome,
        score: Some(90),
    };
    AttendanceRecord {
        attendance,
        certificate: None,
        version: 1,
        recorded_at: AT,
        recorded_by: "甲".to_owned(),
        voided: None,
    }
}

fn question() -> QuestionRecord {
    let question = Question {
        id: "q1".into(),
        course: "c1".into(),
        kind: QuestionKind::TrueFalse,
        text: "楼道可以停放电动车".to_owned(),
        options: vec!["对".to_owned(), "错".to_owned()],
        right: BTreeSet::from([1]),
        active: true,
    };
    QuestionRecord { question, version: 1, recorded_at: AT }
}

/// A town with an office and two grid managers, one of them trained.
async fn found(tx: &mut Write) -> anyhow::Result<()> {
    for (code, level, parent, path) in
        [(TOWN, Level::Town, None, TOWN.to_owned()), ("v1", Level::Village, Some(TOWN), format!("{TOWN}/v1"))]
    {
        let territory = Territory {
            code: code.into(),
            level,
            parent: parent.map(Into::into),
            path,
            name: code.to_owned(),
            short_name: code.to_owned(),
            kind: String::new(),
            aliases: Vec::new(),
            provisional: false,
        };
        tx.insert_territory(&TerritoryRecord {
            territory,
            closed: None,
            ord: 1,
            version: 1,
            recorded_at: AT,
        })
        .await?;
    }
    let org = Org {
        id: "office".into(),
        kind: OrgKind::Workstation,
        name: "消防工作站".to_owned(),
        short_name: "工作站".to_owned(),
        aliases: Vec::new(),
        relation: Relation::Town,
        label: String::new(),
        territory: TOWN.into(),
        active: true,
    };
    tx.insert_org(&OrgRecord {
        life: domain::org::Life::default(),
        org,
        ord: 1,
        version: 1,
        recorded_at: AT,
    })
    .await?;
    let post = Post {
        id: "post".into(),
        role: Role::GridManager,
        org: "office".into(),
        territory: "v1".into(),
        name: "网格管理员".to_owned(),
        min_n: 1,
        max_n: None,
        active: true,
    };
    tx.insert_post(&PostRecord { life: domain::org::Life::default(), post, version: 1, recorded_at: AT })
        .await?;
    for (person, role) in [("grid", Role::GridManager), ("helper", Role::EnforcementAssistant)] {
        let record = Person {
            id: person.into(),
            name: person.to_owned(),
            phone: "13800000000".to_owned(),
            office_phone: "023-49000000".to_owned(),
            active: true,
        };
        tx.insert_person(&PersonRecord {
            person: record,
            pinyin: String::new(),
            version: 1,
            recorded_at: AT,
        })
        .await?;
        let assignment = hat(role, person, "office", &format!("{TOWN}/v1"));
        tx.insert_assignment(&AssignmentRecord { assignment, version: 1, recorded_at: AT }).await?;
    }
    let certificate = Certificate {
        id: "cert".into(),
        person: "helper".into(),
        kind: CertificateKind::FireTrainingGrid,
        number: "1".to_owned(),
        issuer: "区消防救援机构".to_owned(),
        issued_on: day("2026-02-01"),
        expires_on: Some(day("2026-12-31")),
        scope: String::new(),
        revoked: None,
    };
    tx.insert_certificate(&CertificateRecord { certificate, version: 1, recorded_at: AT }).await?;
    Ok(())
}

#[tokio::test]
async fn training_is_kept_and_changed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let town = TOWN.into();
        let mut tx = db.write(&town).await?;
        tx.insert_course(&course()).await?;
        tx.insert_training(&session("office")).await?;
        tx.insert_attendance(&present("x1", Some("grid"), Outcome::Attended)).await?;
        tx.insert_attendance(&present("x2", None, Outcome::Attended)).await?;
        tx.insert_question(&question()).await?;
        let mut attempt = AttemptRecord {
            id: "e1".to_owned(),
            training: "t1".into(),
            person: "grid".into(),
            started_at: AT,
            handed_in: None,
            asked: vec![question().question],
            chosen: Vec::new(),
            version: 1,
            recorded_at: AT,
        };
        tx.insert_attempt(&attempt).await?;
        tx.commit(audit("training", "t1"), ()).await?;

        let mut read = db.read(&town).await?;
        assert_eq!(read.courses().await?, [course()]);
        assert_eq!(read.course(&"c1".into()).await?, Some(course()));
        let whole = scope(Role::OfficeClerk, "office", TOWN);
        assert_eq!(read.trainings(&whole, 10).await?, [session("office")]);
        let own = scope(Role::DeptHead, "office", TOWN);
        assert_eq!(read.trainings(&own, 10).await?.len(), 1, "its own");
        let other = scope(Role::DeptHead, "civil", TOWN);
        assert!(read.trainings(&other, 10).await?.is_empty(), "another's");
        assert_eq!(read.training(&"t1".into()).await?, Some(session("office")));
        assert_eq!(read.attendance_of(&"t1".into()).await?.len(), 2);
        assert_eq!(
            read.trainings_of(&"grid".into()).await?,
            [present("x1", Some("grid"), Outcome::Attended)]
        );
        assert_eq!(read.questions(&"c1".into()).await?, [question()]);
        assert_eq!(read.question(&"q1".into()).await?, Some(question()));
        assert_eq!(read.attempts(&"t1".into(), &"grid".into()).await?, std::slice::from_ref(&attempt));
        drop(read);

        let mut tx = db.write(&town).await?;
        let mut changed = course();
        changed.course.active = false;
        tx.update_course(&changed).await?;
        assert!(matches!(tx.update_course(&changed).await, Err(Error::Conflict { .. })), "stale");
        let mut closed = session("office");
        closed.training.state = State::Closed;
        tx.update_training(&closed).await?;
        let mut gone = present("x1", Some("grid"), Outcome::Passed);
        gone.voided = Some((AT, "未到场".to_owned()));
        tx.update_attendance(&gone).await?;
        let mut retired = question();
        retired.question.active = false;
        tx.update_question(&retired).await?;
        attempt.handed_in = Some((AT, 100, true));
        attempt.chosen = vec![BTreeSet::from([1])];
        tx.update_attempt(&attempt).await?;
        tx.commit(audit("training", "t1"), ()).await?;
        let mut read = db.read(&town).await?;
        assert!(read.course(&"c1".into()).await?.is_some_and(|one| !one.course.active && one.version == 2));
        assert!(read.training(&"t1".into()).await?.is_some_and(|one| one.training.state == State::Closed));
        assert!(read.trainings_of(&"grid".into()).await?.is_empty(), "taken off the list");
        assert_eq!(read.attempts(&"t1".into(), &"grid".into()).await?[0].handed_in, Some((AT, 100, true)));
        assert!(read.question(&"q1".into()).await?.is_some_and(|one| !one.question.active));
        drop(read);
        assert_eq!(db.read(&town).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_was_trained_and_whose_entry_is_complete_are_facts() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let town = TOWN.into();
        let mut tx = db.write(&town).await?;
        found(&mut tx).await?;
        tx.insert_course(&course()).await?;
        tx.insert_training(&session("office")).await?;
        tx.insert_attendance(&present("x1", Some("grid"), Outcome::Passed)).await?;
        tx.insert_attendance(&present("x2", Some("grid"), Outcome::Passed)).await?;
        tx.insert_attendance(&present("x3", Some("helper"), Outcome::Failed)).await?;
        tx.commit(audit("training", "t1"), ()).await?;
        let on = day("2026-10-31");
        let gathered = db.read(&town).await?.gather(on).await?;
        let person = |id: &str| gathered.facts.subject(SubjectKind::Person, id).expect("in the book");
        let count = |kind: &str, subject| {
            gathered.facts.known_between(kind, subject, (Date::MIN, Date::MAX), on).count()
        };
        assert_eq!(count("training.held", person("grid")), 1, "signed twice, trained once");
        assert_eq!(count("training.held", person("helper")), 1);
        assert!(gathered.facts.carries(person("grid"), "tag:grid_staff", on));
        assert!(gathered.facts.carries(person("helper"), "tag:enforcement", on));
        assert!(!gathered.facts.carries(person("grid"), "tag:enforcement", on));
        assert_eq!(count("person.registered", person("helper")), 1, "with his certificate");
        assert_eq!(count("person.registered", person("grid")), 0, "nobody asks it of him");
        Ok(())
    })
    .await
}
