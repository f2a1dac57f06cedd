//! The contract of fire plans, once on SQLite and once on PostgreSQL: versions read back as they were written, a stale
//! step, events that only grow, and what the board takes from them.

use domain::facility::Shape;
use domain::fire_plan::{Act, BODIES, Event, FirePlan, Frame, Item, ItemKind, ItemStatus, Stage};
use domain::fulfilment::Facts;
use domain::ids::TownCode;
use domain::org::{Level, Territory};
use domain::plan::SubjectKind;
use domain::time::Timestamp;
use store::fire_plan::FirePlanRecord;
use store::org::TerritoryRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "fire_plan", id, Timestamp::start_of(day("2026-09-01")))
}

fn item(id: &str, kind: ItemKind, village: &str) -> Item {
    Item {
        id: id.to_owned(),
        kind,
        name: format!("{id} 100% 项目"),
        village: village.into(),
        year: Some(2027),
        shape: Some(Shape::Point([105.87, 29.26])),
        status: ItemStatus::Planned,
        facility: Some("f1".into()),
        force: None,
        article: "第 3 条".to_owned(),
        taken_in_at: None,
        note: String::new(),
    }
}

fn plan(id: &str, edition: u32, items: Vec<Item>) -> FirePlanRecord {
    FirePlanRecord {
        plan: FirePlan {
            id: id.into(),
            edition,
            title: "消防专项规划".to_owned(),
            years: (2026, 2030),
            based_on: None,
            org: "town-gov".into(),
            items,
            stage: Stage::Draft,
            signatures: Vec::new(),
            approval: None,
            superseded_on: None,
            extracts: Vec::new(),
            void: None,
        },
        path: TOWN.to_owned(),
        voided_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day("2026-01-01")),
    }
}

fn event(record: &FirePlanRecord, seq: i64, act: Act, on: &str) -> Event {
    Event {
        seq,
        act,
        on: day(on),
        recorded_at: Timestamp::start_of(day(on)),
        by: "p".into(),
        text: String::new(),
        stage: record.plan.stage,
    }
}

async fn add(db: &Db, record: &FirePlanRecord) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    tx.insert_fire_plan(record, &event(record, 1, Act::Make, "2026-01-01")).await?;
    Ok(tx.commit(audit(record.plan.id.as_str()), ()).await?)
}

/// Takes steps one after the other.
async fn lead(
    db: &Db,
    mut record: FirePlanRecord,
    steps: Vec<(Act, &str)>,
) -> anyhow::Result<FirePlanRecord> {
    let mut tx = db.write(&town()).await?;
    for (act, on) in steps {
        let at = (day(on), Timestamp::start_of(day(on)));
        record.plan = record.plan.take(&act, at, "理由")?;
        tx.save_fire_plan(&record, &event(&record, record.version + 1, act, on)).await?;
        record.version += 1;
    }
    tx.commit(audit(record.plan.id.as_str()), ()).await?;
    Ok(record)
}

fn signed(on: &'static str) -> Vec<(Act, &'static str)> {
    let sign = |body: &str| (Act::Sign { body: body.to_owned(), org: body.into() }, on);
    std::iter::once((Act::Circulate, on)).chain(BODIES.into_iter().map(sign)).collect()
}

fn approve() -> Act {
    Act::Approve { by: "区人民政府".to_owned(), document_no: "〔2026〕1号".to_owned() }
}

#[tokio::test]
async fn versions_read_back_as_they_were_written_and_only_their_newest_state_is_changed() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let first =
            plan("p1", 1, vec![item("1", ItemKind::Lane, "v1"), item("2", ItemKind::ForestBreak, "v2")]);
        add(&db, &first).await?;
        add(&db, &plan("p2", 2, Vec::new())).await?;
        assert!(add(&db, &plan("p3", 2, Vec::new())).await.is_err(), "one number, one version");
        let mut read = db.read(&town()).await?;
        assert_eq!(read.fire_plan(&"p1".into(), &everything()).await?, Some(first.clone()));
        assert_eq!(read.fire_plan(&"p1".into(), &of_org("another")).await?, None);
        let ids: Vec<_> =
            read.fire_plans(&everything()).await?.into_iter().map(|one| one.plan.id.to_string()).collect();
        assert_eq!(ids, ["p2", "p1"]);
        drop(read);
        let after = lead(&db, first.clone(), signed("2026-03-01")).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.fire_plan(&"p1".into(), &everything()).await?, Some(after));
        let events = read.fire_plan_events(&"p1".into()).await?;
        assert_eq!(events.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(events.iter().map(|one| one.act.code()).nth(1), Some("circulate"));
        drop(read);
        let mut tx = db.write(&town()).await?;
        let late = tx.save_fire_plan(&first, &event(&first, 2, Act::Change, "2026-03-02")).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        Ok(())
    })
    .await
}

async fn ground_of(db: &Db) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    for (code, level) in [(TOWN, Level::Town), ("v1", Level::Village), ("v2", Level::Village)] {
        let path = if level == Level::Town { TOWN.to_owned() } else { format!("{TOWN}/{code}") };
        let territory = Territory {
            code: code.into(),
            level,
            parent: (level == Level::Village).then(|| TOWN.into()),
            path,
            name: code.to_owned(),
            short_name: code.to_owned(),
            kind: String::new(),
            provisional: false,
            aliases: Vec::new(),
        };
        tx.insert_territory(&TerritoryRecord {
            territory,
            closed: None,
            ord: 0,
            version: 1,
            recorded_at: Timestamp(0),
        })
        .await?;
    }
    Ok(tx.commit(audit("ground"), ()).await?)
}

/// The days of a kind of fact credited to somebody, as known at the end of the year.
fn days(facts: &Facts, kind: &str, of: (SubjectKind, &str)) -> Vec<String> {
    let Some(subject) = facts.subject(of.0, of.1) else { return Vec::new() };
    let year = (day("2026-01-01"), day("2026-12-31"));
    let found = facts.known_between(kind, subject, year, day("2026-12-31"));
    found.filter_map(|fact| facts.happened_on(fact)).map(|day| day.to_string()).collect()
}

#[tokio::test]
async fn the_board_takes_what_is_in_force_until_the_next_version_is() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        ground_of(&db).await?;
        let mut water = item("2", ItemKind::Water, "v1");
        water.status = ItemStatus::Retired;
        let mut unplaced = item("3", ItemKind::Water, "v2");
        unplaced.shape = None;
        let items = vec![item("1", ItemKind::Lane, "v1"), water, unplaced, item("4", ItemKind::Lane, "v2")];
        let first = plan("p1", 1, items);
        add(&db, &first).await?;
        let mut steps = signed("2026-03-01");
        steps.push((approve(), "2026-03-10"));
        let extract = Act::Extract {
            frame: Frame::Spatial,
            document: "国土空间规划".to_owned(),
            article: "第 3 条".to_owned(),
        };
        steps.push((extract, "2026-04-01"));
        let first = lead(&db, first, steps).await?;
        add(&db, &plan("p2", 2, vec![item("1", ItemKind::Lane, "v1")])).await?;

        let known = db.read(&town()).await?.gather(day("2026-06-01")).await?;
        let (town_, v1, v2) =
            ((SubjectKind::Town, TOWN), (SubjectKind::Village, "v1"), (SubjectKind::Village, "v2"));
        assert_eq!(
            days(&known.facts, "document.signed", town_),
            ["2026-03-10", "2026-03-10", "2026-03-10", "2026-03-10", "2026-04-01"],
            "itself, the three items that are meant and name their article, and its extract"
        );
        let (lane, gone) = ((SubjectKind::Event, "p1~1"), (SubjectKind::Event, "p1~2"));
        assert_eq!(days(&known.facts, "document.signed", lane), ["2026-03-10"]);
        assert_eq!(known.facts.subject(gone.0, gone.1), None, "what was given up is owed to no other plan");
        let names = db.read(&town()).await?.subject_names(SubjectKind::Event, &["p1~1"]).await?;
        assert_eq!(names.get("p1~1").map(String::as_str), Some("1 100% 项目"));
        assert_eq!(days(&known.facts, "document.countersigned", town_), ["2026-03-10"; 4]);
        assert_eq!(days(&known.facts, "plan.item", v1), ["2026-03-10"], "what was given up is not planned");
        assert_eq!(days(&known.facts, "plan.item", v2), ["2026-03-10"], "what has no place is not either");

        lead(&db, first, vec![(Act::Supersede, "2026-08-01")]).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(
            read.object_refs("fire_plan", &["p1"]).await?.get("p1").map(String::as_str),
            Some("消防专项规划")
        );
        assert_eq!(read.within_scope("fire_plan", &["p1"], &of_org("town-gov")).await?, ["p1"]);
        Ok(())
    })
    .await
}
