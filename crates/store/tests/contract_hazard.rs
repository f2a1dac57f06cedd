//! The contract of hazards: kept as events, read by replay, listed by columns; on both databases.

use domain::calendar::Calendar;
use domain::hazard::{
    Act, Actor, Days, Find, FixChannel, Hazard, HazardCode, Level, Look, Photo, Standing, Stepped,
};
use domain::ids::TownCode;
use domain::time::{Timestamp, parse_date};
use store::db::Pool;
use store::hazard::{Filing, HazardFilter};
use store::unit_link::UnitLink;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;
use crate::scopes::{below, everything};

/// 2026-03-02 09:00 in the town.
const NOW: Timestamp = Timestamp(1_772_413_200_000);
const DAY_MS: i64 = 86_400_000;

fn town() -> TownCode {
    "500118103000".into()
}

fn audit(action: &'static str, id: &str) -> Audit {
    entry(action, "hazard", id, NOW)
}

fn act(person: &str, at: Timestamp) -> Act {
    let actor = Actor::Staff {
        person: person.into(),
        assignment: "hat".into(),
        org: "office".into(),
        standing: Standing::Office,
    };
    Act { actor, happened_at: at, position: None, document_no: None }
}

fn photo(id: &str) -> Vec<Photo> {
    vec![Photo { id: id.into(), item: None }]
}

fn filing(id: &str, path: &str) -> Filing {
    Filing { code: format!("YH-{id}"), path: path.to_owned(), org: "office".into(), inspection: None }
}

fn found(id: &str, place: &str, text: &str, at: Timestamp) -> Stepped {
    let find = Find {
        town: town(),
        place: place.into(),
        item: None,
        code: HazardCode::other(),
        description: text.to_owned(),
        photos: photo(&format!("{id}-before")),
        recurrence_of: None,
        sortie: None,
    };
    Hazard::found(id.into(), find, act("wang", at), at)
}

async fn keep(db: &Db, id: &str, path: &str, stepped: Stepped) -> anyhow::Result<Hazard> {
    let (hazard, event) = stepped?;
    let mut tx = db.write(&town()).await?;
    if hazard.version == 1 {
        tx.insert_hazard(&hazard, &event, &filing(id, path)).await?;
    } else {
        tx.save_step(&hazard, &event).await?;
    }
    tx.commit(audit("hazard.step", id), ()).await?;
    Ok(hazard)
}

/// Found, graded and advised with seven days.
async fn advised(db: &Db, id: &str, path: &str, at: Timestamp) -> anyhow::Result<Hazard> {
    let h = keep(db, id, path, found(id, "shop", "安全出口上锁", at)).await?;
    let h = keep(db, id, path, h.grade(act("wang", at), Level::General, "", at)).await?;
    let step = h.advise(act("wang", at), "请拆锁", Days::Calendar(7), at, &Calendar::weekdays());
    keep(db, id, path, step).await
}

#[tokio::test]
async fn a_hazard_reads_back_by_replay_and_a_stale_step_is_a_conflict() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let advised = advised(&db, "h", "t/v", NOW).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.hazard(&"h".into()).await?, Some((advised.clone(), filing("h", "t/v"))));
        assert_eq!(read.hazard_events(&"h".into()).await?.len(), 3);
        assert_eq!(read.hazard(&"other".into()).await?, None);
        drop(read);
        assert_eq!(db.read(&"500118104000".into()).await?.hazard(&"h".into()).await?, None);
        let later = NOW.plus_ms(DAY_MS);
        let fix = |id: &str| {
            let calendar = Calendar::weekdays();
            advised.clone().submit_fix(act("wang", later), FixChannel::Staff, photo(id), "", later, &calendar)
        };
        keep(&db, "h", "t/v", fix("after")).await?;
        let (hazard, event) = fix("after-2")?;
        let mut tx = db.write(&town()).await?;
        let second = tx.save_step(&hazard, &event).await;
        assert!(matches!(second, Err(Error::Conflict { table: "hazard", .. })), "{second:?}");
        drop(tx);
        assert_eq!(db.read(&town()).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_row_that_says_other_than_its_events_is_told() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        advised(&db, "h", "t/v", NOW).await?;
        let attacks = [
            ("UPDATE hazard SET deadline_on = '2027-01-01'", "deadline_on"),
            ("UPDATE hazard SET state = 'closed'", "state"),
            ("DELETE FROM hazard_event WHERE seq = 2", "hazard.replay_gap"),
        ];
        for (sql, wanted) in attacks {
            match &db.pool {
                Pool::Sqlite { writers, .. } => sqlx::raw_sql(sql).execute(writers).await.map(|_| ())?,
                Pool::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ())?,
            }
            let told = db.read(&town()).await?.hazard(&"h".into()).await;
            let is_told = matches!(&told, Err(Error::Inconsistent { column, .. }) if column == wanted);
            // The second attack finds the first still there, and columns are compared in order.
            assert!(is_told || wanted == "state" && told.is_err(), "{sql}: {told:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn lists_are_narrowed_by_territory_stage_place_date_and_text_and_paged() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        advised(&db, "a", "t/v1", NOW).await?;
        // The same instant as the one before: the id decides.
        advised(&db, "b", "t/v1/g", NOW).await?;
        keep(&db, "c", "t/v10", found("c", "mill", "堆放 100%_纸箱", NOW.plus_ms(1))).await?;
        let mut read = db.read(&town()).await?;
        let all = HazardFilter::default();
        let deadline = parse_date("2026-03-09");
        let next = deadline.and_then(|d| d.succ_opt());
        let table = [
            (everything(), all.clone(), "c b a"),
            (below(&["t/v1"]), all.clone(), "b a"),
            (below(&[]), all.clone(), ""),
            (everything(), HazardFilter { path: Some("t/v10".to_owned()), ..all.clone() }, "c"),
            (below(&["t/v1"]), HazardFilter { path: Some("t/v10".to_owned()), ..all.clone() }, ""),
            (everything(), HazardFilter { state: Some("found".to_owned()), ..all.clone() }, "c"),
            (everything(), HazardFilter { place: Some("shop".into()), ..all.clone() }, "b a"),
            (
                everything(),
                HazardFilter { places: vec!["shop".into(), "nowhere".into()], ..all.clone() },
                "b a",
            ),
            (everything(), HazardFilter { places: vec!["nowhere".into()], ..all.clone() }, ""),
            (everything(), HazardFilter { overdue_as_of: deadline, ..all.clone() }, ""),
            (everything(), HazardFilter { overdue_as_of: next, ..all.clone() }, "b a"),
            (everything(), HazardFilter { text: Some("0%_纸".to_owned()), ..all.clone() }, "c"),
            (everything(), HazardFilter { text: Some("安%锁".to_owned()), ..all.clone() }, ""),
            (everything(), HazardFilter { text: Some("yh-a".to_owned()), ..all.clone() }, "a"),
        ];
        for (scope, filter, wanted) in table {
            let rows = read.hazards(&scope, &filter, None, 10).await?;
            let ids: Vec<_> = rows.iter().map(|h| h.id.as_str()).collect();
            assert_eq!(ids.join(" "), wanted, "{scope:?} {filter:?}");
        }
        let mut seen = Vec::new();
        let mut after = None;
        while let Some(one) = read.hazards(&everything(), &all, after.take(), 1).await?.pop() {
            after = Some((one.found_at, one.id.clone()));
            seen.push(one.id.0);
        }
        assert_eq!(seen, ["c", "b", "a"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn hazards_are_counted_filtered_by_what_is_owed_and_read_many_at_a_time() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        // Deadline 2026-03-09.
        advised(&db, "a", "t/v1", NOW).await?;
        keep(&db, "b", "t/v2", found("b", "mill", "无水", NOW.plus_ms(1))).await?;
        let b = db.read(&town()).await?.hazard(&"b".into()).await?.map(|(hazard, _)| hazard);
        let inspector = Act {
            actor: Actor::Staff {
                person: "wang".into(),
                assignment: "hat".into(),
                org: "village".into(),
                standing: Standing::Inspector,
            },
            ..act("wang", NOW.plus_ms(2))
        };
        let b = b.ok_or_else(|| anyhow::anyhow!("b"))?;
        keep(&db, "b", "t/v2", b.grade(inspector, Level::Larger, "", NOW.plus_ms(2))).await?;
        let c = keep(&db, "c", "t/v2", found("c", "mill", "错登", NOW.plus_ms(3))).await?;
        keep(&db, "c", "t/v2", c.void(act("wang", NOW.plus_ms(4)), "重复", NOW.plus_ms(4))).await?;
        let d = keep(&db, "d", "t/v3", found("d", "mill", "杂物", NOW.plus_ms(-9))).await?;
        keep(&db, "d", "t/v3", d.grade(act("wang", NOW), Level::General, "", NOW)).await?;
        let a = db.read(&town()).await?.hazard(&"a".into()).await?.map(|(hazard, _)| hazard);
        let a = a.ok_or_else(|| anyhow::anyhow!("a"))?;
        keep(&db, "a", "t/v1", a.ask_extension(act("wang", NOW.plus_ms(5)), 3, "缺料", NOW.plus_ms(5)))
            .await?;
        let on = |text: &str| parse_date(text).ok_or_else(|| anyhow::anyhow!("{text}"));
        let all = HazardFilter::default();
        let table = [
            (HazardFilter { open: true, ..all.clone() }, "b a d"),
            (HazardFilter { level: Some("larger".to_owned()), ..all.clone() }, "b"),
            (HazardFilter { level: Some("major, larger".to_owned()), ..all.clone() }, "b"),
            (HazardFilter { state: Some("closed,voided".to_owned()), ..all.clone() }, "c"),
            (HazardFilter { category: Some("99".to_owned()), ..all.clone() }, "c b a d"),
            (HazardFilter { category: Some("01".to_owned()), ..all.clone() }, ""),
            (HazardFilter { village: Some("v1".to_owned()), ..all.clone() }, ""),
            (HazardFilter { closed_from: Some(NOW.plus_ms(-1)), ..all.clone() }, ""),
            (HazardFilter { to_confirm: true, ..all.clone() }, "b"),
            (HazardFilter { to_advise: true, ..all.clone() }, "d"),
            (HazardFilter { extension_asked: true, ..all.clone() }, "a"),
            (HazardFilter { due_between: Some((on("2026-03-02")?, on("2026-03-09")?)), ..all.clone() }, "a"),
            (HazardFilter { due_between: Some((on("2026-03-02")?, on("2026-03-08")?)), ..all.clone() }, ""),
            (HazardFilter { due_by: Some(on("2026-03-08")?), ..all.clone() }, ""),
            (HazardFilter { due_by: Some(on("2026-12-31")?), ..all.clone() }, "a"),
            (HazardFilter { recheck_as_of: Some(on("2026-03-09")?), ..all.clone() }, ""),
            (HazardFilter { recheck_as_of: Some(on("2026-03-10")?), ..all.clone() }, "a"),
            (HazardFilter { ids: Some(vec!["d".into(), "a".into()]), ..all.clone() }, "a d"),
            (HazardFilter { ids: Some(Vec::new()), ..all.clone() }, ""),
            (HazardFilter { unfixed_as_of: Some(on("2026-03-09")?), ..all.clone() }, ""),
            (HazardFilter { unfixed_as_of: Some(on("2026-03-10")?), ..all.clone() }, "a"),
            (HazardFilter { found_from: Some(NOW.plus_ms(1)), ..all.clone() }, "c b"),
            (HazardFilter { found_to: Some(NOW.plus_ms(1)), ..all.clone() }, "a d"),
        ];
        let mut read = db.read(&town()).await?;
        for (filter, wanted) in table {
            let rows = read.hazards(&everything(), &filter, None, 10).await?;
            let ids: Vec<_> = rows.iter().map(|h| h.id.as_str()).collect();
            assert_eq!(ids.join(" "), wanted, "{filter:?}");
            assert_eq!(read.hazard_count(&everything(), &filter).await?, ids.len() as i64, "{filter:?}");
        }
        let nearest = read.hazards_by_deadline(&everything(), &all, 2).await?;
        let ids: Vec<_> = nearest.iter().map(|h| h.id.as_str()).collect();
        assert_eq!(ids, ["a", "d"], "a deadline first, then the oldest find");
        let counts = read.hazard_counts(&everything(), &all, on("2026-03-10")?, on("2026-03-17")?).await?;
        let told: Vec<_> = counts
            .iter()
            .map(|c| (c.state.as_str(), c.category.as_str(), c.n, c.overdue, c.due_soon))
            .collect();
        assert_eq!(
            told,
            [("graded", "99", 2, 0, 0), ("measure_ordered", "99", 1, 1, 0), ("voided", "99", 1, 0, 0)]
        );
        let counts =
            read.hazard_counts(&below(&["t/v1"]), &all, on("2026-03-09")?, on("2026-03-16")?).await?;
        assert_eq!(counts.iter().map(|c| (c.n, c.overdue, c.due_soon)).collect::<Vec<_>>(), [(1, 0, 1)]);
        let many = read.hazards_by_id(&["c".into(), "none".into(), "a".into()]).await?;
        assert_eq!(many.iter().map(|h| h.id.as_str()).collect::<Vec<_>>(), ["c", "a"]);
        assert_eq!(read.hazards_by_id(&[]).await?, []);
        let sector = "dept".into();
        assert_eq!(read.units_with_hazard("H99", &sector).await?, 0, "no unit of this sector is known");
        assert!(read.hazard_within(&"a".into(), &below(&["t/v1"])).await?);
        assert!(!read.hazard_within(&"b".into(), &below(&["t/v1"])).await?);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_link_is_found_by_its_hash_counted_and_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let link = UnitLink {
            id: "l".to_owned(),
            code_hash: "hash".to_owned(),
            hazard: "h".into(),
            place: "shop".into(),
            issued_by: "wang".into(),
            expires_at: NOW.plus_ms(DAY_MS),
            revoked_at: None,
            opened_n: 0,
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_unit_link(&link).await?;
        tx.commit(audit("unit_link.add", "l"), ()).await?;
        assert_eq!(db.read(&town()).await?.unit_link_by_hash("hash").await?, Some(link.clone()));
        assert_eq!(db.read(&town()).await?.unit_link_by_hash("other").await?, None);
        assert_eq!(db.read(&"500118104000".into()).await?.unit_link_by_hash("hash").await?, None);
        let mut tx = db.write(&town()).await?;
        tx.count_unit_link_opening(&link).await?;
        tx.commit(audit("unit_link.open", "l"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let stale = tx.revoke_unit_link(&link, NOW).await;
        assert!(matches!(stale, Err(Error::Conflict { table: "unit_link", .. })), "{stale:?}");
        drop(tx);
        let opened = UnitLink { opened_n: 1, version: 2, ..link };
        assert_eq!(db.read(&town()).await?.unit_links_of(&"h".into()).await?, std::slice::from_ref(&opened));
        let mut tx = db.write(&town()).await?;
        tx.revoke_unit_link(&opened, NOW).await?;
        tx.commit(audit("unit_link.revoke", "l"), ()).await?;
        let all = db.read(&town()).await?.unit_links_of(&"h".into()).await?;
        assert_eq!(all, [UnitLink { revoked_at: Some(NOW), version: 3, ..opened }]);
        assert_eq!(db.read(&town()).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_closed_hazards_of_the_place_may_recur() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let open = advised(&db, "a", "t", NOW).await?;
        keep(&db, "b", "t", found("b", "mill", "无水", NOW)).await?;
        assert!(db.read(&town()).await?.earlier_of_place(&"shop".into()).await?.is_empty());
        let later = NOW.plus_ms(9 * DAY_MS);
        let look = Look { with: vec!["zhao".into()], photos: photo("after"), note: "已拆".to_owned() };
        let passed = keep(&db, "a", "t", open.pass_recheck(act("zhao", later), look, later)).await?;
        let closed = keep(&db, "a", "t", passed.close(act("zhao", later), later)).await?;
        assert_eq!(db.read(&town()).await?.earlier_of_place(&"shop".into()).await?, [closed]);
        assert!(db.read(&town()).await?.earlier_of_place(&"mill".into()).await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_inspection_knows_the_open_hazards_it_met_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let open = keep(&db, "a", "t", found("a", "shop", "上锁", NOW)).await?;
        keep(&db, "b", "t", found("b", "shop", "无水", NOW)).await?;
        let again = open.seen_again(act("zhao", NOW), "visit-2".into(), "还锁着", photo("later"), NOW);
        let again = keep(&db, "a", "t", again).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.hazard(&"a".into()).await?.map(|(hazard, _)| hazard), Some(again));
        assert_eq!(read.hazards_seen_in(&"visit-2".into(), &"shop".into()).await?, ["a".into()]);
        assert!(read.hazards_seen_in(&"visit-1".into(), &"shop".into()).await?.is_empty());
        assert!(read.hazards_seen_in(&"visit-2".into(), &"mill".into()).await?.is_empty());
        Ok(())
    })
    .await
}
