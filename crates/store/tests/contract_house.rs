//! The contract of houses and the round over the departments, once on SQLite and once on PostgreSQL.

use domain::house::{Answer, Check, CheckKind, Grade, House, Structure};
use domain::ids::TownCode;
use domain::time::Timestamp;
use store::house::{HouseCheckRecord, HouseRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn at(text: &str) -> Timestamp {
    Timestamp::start_of(day(text))
}

fn audit(id: &str) -> Audit {
    entry("test.write", "place", id, at("2026-09-01"))
}

fn house(place: &str) -> HouseRecord {
    HouseRecord {
        place: place.into(),
        house: House {
            structure: Some(Structure::Brick),
            floors: Some(3),
            owner: "房主".to_owned(),
            ..House::default()
        },
        grade: Grade::Ordinary,
        graded_on: day("2026-09-01"),
        rule: "随程序附带的规则".to_owned(),
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: at("2026-09-01"),
    }
}

fn check(id: &str, place: &str, org: &str, path: &str) -> HouseCheckRecord {
    let check = Check {
        id: id.into(),
        place: place.into(),
        org: org.into(),
        kind: CheckKind::Licence,
        asked_on: day("2026-09-01"),
        answer: Answer::Asked,
    };
    HouseCheckRecord {
        check,
        path: path.to_owned(),
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: at("2026-09-01"),
    }
}

#[tokio::test]
async fn houses_and_checks_are_read_back_within_the_scope() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut one = house("p1");
        let (mut asked, other) = (check("c1", "p1", "police", "t/v1"), check("c2", "p2", "dept", "t/v2"));
        let mut tx = db.write(&town()).await?;
        tx.insert_house(&one).await?;
        tx.insert_house_check(&asked).await?;
        tx.insert_house_check(&other).await?;
        tx.commit(audit("p1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.house(&"p1".into()).await?, Some(one.clone()));
        assert_eq!(read.house(&"p2".into()).await?, None);
        assert_eq!(read.houses().await?.len(), 1);
        let found = read.house_checks(&everything(), None).await?;
        assert_eq!(found, vec![asked.clone(), other.clone()]);
        assert_eq!(read.house_checks(&everything(), Some(&"p2".into())).await?, vec![other.clone()]);
        assert_eq!(read.house_checks(&below(&["t/v1"]), None).await?, vec![asked.clone()]);
        assert_eq!(read.house_check(&"c1".into(), &of_org("police")).await?, Some(asked.clone()));
        assert_eq!(read.house_check(&"c1".into(), &below(&["t/v2"])).await?, None);
        drop(read);

        let stale = (one.clone(), asked.clone());
        one.grade = Grade::Key;
        asked.check.answer = Answer::Lacking { on: day("2026-09-02"), note: "没有营业执照".to_owned() };
        let mut tx = db.write(&town()).await?;
        tx.update_house(&one).await?;
        tx.update_house_check(&asked).await?;
        tx.commit(audit("p1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_house(&stale.0).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_house_check(&stale.1).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        (one.version, asked.version) = (2, 2);
        assert_eq!(read.house(&"p1".into()).await?, Some(one));
        assert_eq!(read.house_check(&"c1".into(), &everything()).await?, Some(asked));
        assert!(read.verify().await?.findings.is_empty());
        Ok(())
    })
    .await
}
