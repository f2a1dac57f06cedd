//! The contract of the store, people's part: territories, organisations, persons, posts, assignments, certificates.

use domain::ids::TownCode;
use domain::org::{
    Assignment, Certificate, CertificateKind, Closing, Holds, Level, Org, OrgKind, Person, Post, Relation,
    Revocation, Role, Territory,
};
use domain::time::{Date, Timestamp, parse_date};
use store::org::{OrgRecord, TerritoryRecord};
use store::person::{PersonFilter, PersonRecord};
use store::post::{AssignmentRecord, CertificateRecord, PostRecord};
use store::{Audit, Db, Error};
use testkit::{Fresh, both_databases};

use crate::ground::entry;
use crate::scopes::{below, everything, of_org};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn town() -> TownCode {
    TownCode::from("t")
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_default()
}

fn audit() -> Audit {
    entry("person.add", "person", "x", NOW)
}

fn territory(code: &str, parent: &str, path: &str, ord: i64) -> TerritoryRecord {
    let territory = Territory {
        code: code.into(),
        level: if parent.is_empty() { Level::Town } else { Level::Village },
        parent: Some(parent).filter(|parent| !parent.is_empty()).map(Into::into),
        path: path.to_owned(),
        name: format!("{code}村"),
        short_name: code.to_owned(),
        kind: "村".to_owned(),
        aliases: vec!["旧名".to_owned()],
        provisional: true,
    };
    TerritoryRecord { territory, closed: None, ord, version: 1, recorded_at: NOW }
}

fn org(id: &str, ord: i64) -> OrgRecord {
    let org = Org {
        id: id.into(),
        kind: OrgKind::Dept,
        name: format!("{id}办"),
        short_name: id.to_owned(),
        aliases: vec!["城建办".to_owned()],
        relation: Relation::Branch,
        label: format!("org:{id}"),
        territory: "t".into(),
        active: true,
    };
    OrgRecord { life: domain::org::Life::default(), org, ord, version: 1, recorded_at: NOW }
}

fn person(id: &str, name: &str, pinyin: &str, phone: &str) -> PersonRecord {
    let person = Person {
        id: id.into(),
        name: name.to_owned(),
        phone: phone.to_owned(),
        office_phone: String::new(),
        active: true,
    };
    PersonRecord { person, pinyin: pinyin.to_owned(), version: 1, recorded_at: NOW }
}

fn held(id: &str, person: &str, role: Role, org: &str, path: &str) -> AssignmentRecord {
    let assignment = Assignment {
        away: Vec::new(),
        id: id.into(),
        person: person.into(),
        post: format!("post-{}", role.code()).into(),
        role,
        org: org.into(),
        territory: path.rsplit('/').next().unwrap_or_default().into(),
        path: path.to_owned(),
        place: (role == Role::UnitResponsible).then(|| "place-1".into()),
        acting: false,
        from: day("2026-01-01"),
        to: None,
        basis: "任命文件".to_owned(),
    };
    AssignmentRecord { assignment, version: 1, recorded_at: NOW }
}

async fn filled(fresh: &Fresh) -> anyhow::Result<Db> {
    let db = Db::open(&fresh.url, &fresh.keys()).await?;
    let mut tx = db.write(&town()).await?;
    tx.insert_territory(&territory("v1", "t", "t/v1", 2)).await?;
    tx.insert_territory(&territory("t", "", "t", 1)).await?;
    for (n, id) in ["office", "civil", "v1"].into_iter().enumerate() {
        tx.insert_org(&org(id, n as i64)).await?;
    }
    for (id, name, pinyin, phone) in [
        ("p1", "王春兰", "wcl", "13800005678"),
        ("p2", "李大勇", "ldy", "13900001234"),
        ("p3", "张_明", "zm", ""),
        ("p4", "赵无职", "zwz", ""),
    ] {
        tx.insert_person(&person(id, name, pinyin, phone)).await?;
    }
    tx.insert_assignment(&held("a1", "p1", Role::VillageStaff, "v1", "t/v1")).await?;
    tx.insert_assignment(&held("a2", "p2", Role::DeptInspector, "civil", "t")).await?;
    tx.insert_assignment(&held("a3", "p3", Role::VillageStaff, "v10", "t/v10")).await?;
    tx.commit(audit(), ()).await?;
    Ok(db)
}

#[tokio::test]
async fn territories_and_organisations_are_kept_in_their_order() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let mut read = db.read(&town()).await?;
        let all = read.territories().await?;
        assert_eq!(all, [territory("t", "", "t", 1), territory("v1", "t", "t/v1", 2)]);
        assert_eq!(read.territory(&"v1".into()).await?.as_ref(), all.get(1));
        assert_eq!(read.territory(&"v2".into()).await?, None);
        assert_eq!(read.orgs().await?, [org("office", 0), org("civil", 1), org("v1", 2)]);
        assert_eq!(read.org(&"civil".into()).await?, Some(org("civil", 1)));
        assert!(db.read(&"u".into()).await?.orgs().await?.is_empty(), "another town sees nothing");
        drop(read);

        let mut moved = territory("v1", "t", "t/v1", 2);
        moved.territory.name = "新名社区".to_owned();
        let mut renamed = org("civil", 1);
        renamed.org.active = false;
        let mut tx = db.write(&town()).await?;
        tx.update_territory(&moved).await?;
        tx.update_org(&renamed).await?;
        assert!(matches!(tx.update_org(&renamed).await, Err(Error::Conflict { table: "org", .. })), "stale");
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(
            read.territory(&"v1".into()).await?.map(|t| (t.version, t.territory.name)),
            Some((2, "新名社区".to_owned()))
        );
        assert_eq!(read.org(&"civil".into()).await?.map(|o| o.org.active), Some(false));
        assert_eq!(read.verify().await?.findings, []);
        assert_eq!(read.audit_sealed(1, 2).await?, [(1, 12), (2, 2)], "rows written by each commit");
        assert_eq!(read.audit_sealed(2, 9).await?, [(2, 2)]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_territory_given_up_stays_on_record_and_what_lies_in_one_is_counted() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_territory(&territory("v10", "t", "t/v10", 3)).await?;
        let closing = Closing { on: day("2026-03-01"), reason: "录重了".to_owned() };
        let closed = TerritoryRecord { closed: Some(closing), ..territory("v2", "t", "t/v2", 4) };
        tx.insert_territory(&closed).await?;
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.territory(&"v2".into()).await?, Some(closed));
        let open: Vec<_> =
            read.open_territories().await?.into_iter().map(|one| one.territory.code.to_string()).collect();
        assert_eq!(open, ["t", "v1", "v10"]);
        assert!(read.open_territory(&"v1".into()).await?.is_some());
        assert_eq!(read.open_territory(&"v2".into()).await?, None, "nothing new is put into it");
        let mut held = async |code: &str, path: &str, on: &str| {
            let territory = territory(code, "t", path, 1).territory;
            read.held_by_territory(&territory, day(on)).await
        };
        let none = Holds::default();
        assert_eq!(
            held("v1", "t/v1", "2026-03-01").await?,
            Holds { assignments: 1, ..none },
            "v10 is not v1"
        );
        assert_eq!(held("v2", "t/v2", "2026-03-01").await?, none);
        let whole = held("t", "t", "2026-03-01").await?;
        assert_eq!(whole, Holds { below: 2, orgs: 3, assignments: 3, ..none }, "what is closed is not there");
        drop(read);
        let mut tx = db.write(&town()).await?;
        tx.hold_town().await?;
        tx.hold_town().await?;
        let again = TerritoryRecord { closed: None, ..territory("v2", "t", "t/v2", 4) };
        tx.update_territory(&again).await?;
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.open_territories().await?.len(), 4);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn persons_are_found_within_the_scope_only() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let mut read = db.read(&town()).await?;
        let any = PersonFilter { text: None, role: None, org: None, path: None, on: day("2026-03-01") };
        let names =
            |page: Vec<PersonRecord>| page.into_iter().map(|p| p.person.id.to_string()).collect::<Vec<_>>();
        let all = names(read.person_page(&any, &everything(), None, 10).await?);
        assert_eq!(all, ["p3", "p2", "p1", "p4"], "by name, in the order of code points");
        let first = read.person_page(&any, &everything(), None, 2).await?;
        let last = first.last().map(|p| (p.person.name.as_str(), &p.person.id));
        assert_eq!(names(read.person_page(&any, &everything(), last, 9).await?), ["p1", "p4"]);
        assert_eq!(read.person_count(&any, &everything()).await?, 4);

        assert_eq!(names(read.person_page(&any, &below(&["t/v1"]), None, 10).await?), ["p1"]);
        assert_eq!(read.person_count(&any, &below(&["t/v1"])).await?, 1, "not v10, whose name begins alike");
        assert_eq!(names(read.person_page(&any, &of_org("civil"), None, 10).await?), ["p2"]);
        assert_eq!(read.person_count(&any, &below(&[])).await?, 0);
        assert_eq!(read.person(&"p1".into(), &below(&["t/v10"])).await?, None);
        assert_eq!(
            read.person(&"p1".into(), &below(&["t/v1"])).await?,
            Some(person("p1", "王春兰", "wcl", "13800005678"))
        );
        assert_eq!(read.person_names().await?.len(), 4);
        let these = read.persons_by_id(&["p1".into(), "p9".into()]).await?;
        assert_eq!(names(these), ["p1"], "those that are there");

        for (text, wanted) in [("春", "p1"), ("LD", "p2"), ("5678", "p1"), ("_", "p3")] {
            let filter = PersonFilter { text: Some(text.to_owned()), ..any.clone() };
            assert_eq!(names(read.person_page(&filter, &everything(), None, 9).await?), [wanted], "{text}");
        }
        let staff = PersonFilter { role: Some("village_staff".to_owned()), ..any.clone() };
        assert_eq!(read.person_count(&staff, &everything()).await?, 2);
        let here =
            PersonFilter { path: Some("t/v1".to_owned()), org: Some("v1".to_owned()), ..staff.clone() };
        assert_eq!(read.person_count(&here, &everything()).await?, 1);
        let before = PersonFilter { on: day("2025-12-31"), ..staff };
        assert_eq!(read.person_count(&before, &everything()).await?, 0, "nobody was on it yet");
        drop(read);

        let mut changed = person("p1", "王春兰", "wcl", "13800000000");
        changed.person.active = false;
        let mut tx = db.write(&town()).await?;
        tx.update_person(&changed).await?;
        assert!(matches!(tx.update_person(&changed).await, Err(Error::Conflict { table: "person", .. })));
        tx.commit(audit(), ()).await?;
        let now = db.read(&town()).await?.person(&"p1".into(), &everything()).await?;
        assert_eq!(now, Some(PersonRecord { version: 2, ..changed }));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_assignment_ends_and_stays() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let post = PostRecord {
            life: domain::org::Life::default(),
            post: Post {
                id: "post-1".into(),
                role: Role::VillageStaff,
                org: "v1".into(),
                territory: "v1".into(),
                name: "村消防员".to_owned(),
                min_n: 1,
                max_n: Some(2),
                active: true,
            },
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_post(&post).await?;
        tx.insert_assignment(&held("a4", "p1", Role::UnitResponsible, "v1", "t/v1")).await?;
        let mut ended = held("a1", "p1", Role::VillageStaff, "v1", "t/v1");
        ended.assignment.to = Some(day("2026-06-30"));
        tx.end_assignment(&ended).await?;
        assert!(matches!(tx.end_assignment(&ended).await, Err(Error::Conflict { .. })), "stale");
        let mut renamed = post.clone();
        renamed.post.max_n = None;
        tx.update_post(&renamed).await?;
        tx.commit(audit(), ()).await?;

        let mut read = db.read(&town()).await?;
        let kept = AssignmentRecord { version: 2, ..ended };
        let own = held("a4", "p1", Role::UnitResponsible, "v1", "t/v1");
        assert_eq!(read.assignments_of(&"p1".into()).await?, [kept.clone(), own]);
        assert_eq!(read.assignment(&"a1".into()).await?, Some(kept));
        assert_eq!(read.assignments().await?.len(), 4);
        assert_eq!(read.posts().await?.len(), 1);
        assert_eq!(read.post(&"post-1".into()).await?.map(|p| (p.version, p.post)), Some((2, renamed.post)));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn certificates_are_kept_and_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = filled(&fresh).await?;
        let card = CertificateRecord {
            certificate: Certificate {
                id: "c1".into(),
                person: "p2".into(),
                kind: CertificateKind::EnforcementCert,
                number: "演示0001".to_owned(),
                issuer: "演示机关".to_owned(),
                issued_on: day("2025-01-01"),
                expires_on: Some(day("2029-12-31")),
                scope: "消防".to_owned(),
                revoked: None,
            },
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_certificate(&card).await?;
        tx.commit(audit(), ()).await?;
        assert_eq!(db.read(&town()).await?.certificates_of(&"p2".into()).await?, std::slice::from_ref(&card));
        let mut lost = card.clone();
        lost.certificate.revoked = Some(Revocation { on: day("2026-09-01"), reason: "遗失".to_owned() });
        let mut tx = db.write(&town()).await?;
        tx.update_certificate(&lost).await?;
        assert!(matches!(tx.update_certificate(&lost).await, Err(Error::Conflict { .. })), "stale");
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.certificates_of(&"p2".into()).await?, [CertificateRecord { version: 2, ..lost }]);
        assert!(read.certificates_of(&"p1".into()).await?.is_empty());
        assert_eq!(read.certificates().await?.len(), 1, "those taken back, too");
        let id = card.certificate.id.clone();
        assert!(read.certificate(&id).await?.is_some_and(|kept| kept.certificate.revoked.is_some()));
        assert_eq!(read.certificate(&"nobody's".into()).await?, None);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}
