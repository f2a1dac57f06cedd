//! The contract of the register of places, once on SQLite and once on PostgreSQL.

use domain::geometry::Bounds;
use domain::ids::{PlaceId, TownCode};
use domain::place::{Contact, FireHazardClass, GasUse, HeadCounts, Location, Opening, Place, Registration};
use domain::place_list::{Baseline, Entry, ListKind, PlaceList};
use domain::time::Timestamp;
use store::db::Pool;
use store::import::ImportFile;
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};
use store::place_list::{EntryRecord, ListRecord, Overlap};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn audit(action: &'static str) -> Audit {
    entry(action, "place", "p", NOW)
}

/// A place of which only the least is known.
pub fn record(id: &str, name: &str, village: &str) -> PlaceRecord {
    let place = Place::new(id.into(), format!("C-{id}"), name, "nine_small.catering".into(), village.into());
    PlaceRecord {
        place,
        path: format!("500118103/{village}"),
        pinyin: String::new(),
        source: "名册.xlsx".to_owned(),
        note: String::new(),
        cached_risk_points: None,
        cached_risk_grade: String::new(),
        version: 1,
        happened_on: day("2026-11-01"),
        recorded_at: NOW,
        recorded_by: "a".to_owned(),
        voided: None,
        same_as: None,
        sector_since: None,
    }
}

/// A place of which everything is known.
fn full() -> PlaceRecord {
    let mut full = record("p9", "永兴_鞭炮 Shop", "v2");
    full.place.registration = Registration::Uscc("91500118MA5U000001".to_owned());
    full.place.category = "shop".into();
    full.place.tags = ["gas_bottle", "self_built.rural"].into_iter().map(Into::into).collect();
    full.place.grid = Some("g7".into());
    full.place.sector_org = Some("org-1".into());
    full.place.location = Some(Location { lon_deg: 105.9, lat_deg: 29.35 });
    full.place.area_m2 = Some(120);
    full.place.heads = HeadCounts { lodging: Some(2), beds: Some(0), ..HeadCounts::default() };
    full.place.fire_hazard_class = Some(FireHazardClass::A);
    full.place.gas = Some(GasUse::Bottled);
    full.place.responsible = Contact { name: "张三".to_owned(), phone: "13800006789".to_owned() };
    full.place.manager = Some(Contact { name: "李四".to_owned(), phone: "13700004321".to_owned() });
    full.place.access = "钥匙在隔壁 3 号".to_owned();
    full.place.help = "一人行动不便".to_owned();
    full.place.opened_on = Some(day("2020-01-02"));
    full.place.verified_on = Some(day("2026-10-01"));
    full.path = "500118103/v2/g7".to_owned();
    full.pinyin = "yxbp".to_owned();
    full.cached_risk_points = Some(61);
    full.cached_risk_grade = "orange".to_owned();
    full
}

/// Five small ones and the full one.
async fn register(db: &Db) -> anyhow::Result<()> {
    let names =
        [("p1", "甲", "v1"), ("p2", "乙", "v1"), ("p3", "甲", "v2"), ("p4", "丁", "v20"), ("p5", "戊", "v3")];
    let many: Vec<PlaceRecord> = names.iter().map(|(id, name, village)| record(id, name, village)).collect();
    let mut tx = db.write(&town()).await?;
    tx.insert_places(&many).await?;
    tx.insert_place(&full()).await?;
    tx.commit(audit("place.import"), ()).await?;
    Ok(())
}

fn ids(records: &[PlaceRecord]) -> Vec<&str> {
    records.iter().map(|r| r.place.id.as_str()).collect()
}

#[tokio::test]
async fn a_place_reads_back_as_it_was_and_what_is_unknown_stays_unknown() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.place(&"p9".into(), &everything()).await?, Some(full()));
        assert_eq!(read.place_by_code("C-p1", &everything()).await?, Some(record("p1", "甲", "v1")));
        assert_eq!(read.place_by_code("C-none", &everything()).await?, None);
        let some = read.places_by_id(&["p9".into(), "none".into(), "p1".into()]).await?;
        assert_eq!(some, [record("p1", "甲", "v1"), full()]);
        let heads = read.heads_within(&Bounds::around([105.901, 29.351], 500.0)).await?;
        let (at, lodging) = ([105.9, 29.35], full().place.heads);
        assert_eq!(heads, [("永兴_鞭炮 Shop".to_owned(), at, lodging)], "who lies nowhere lies in no box");
        assert!(read.heads_within(&Bounds::around([105.92, 29.351], 500.0)).await?.is_empty());
        assert_eq!(db.read(&"500118104000".into()).await?.place(&"p9".into(), &everything()).await?, None);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_sees_beyond_the_own_territory_and_v2_is_not_v20() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut read = db.read(&town()).await?;
        for (paths, seen) in [
            (vec![], vec![]),
            (vec!["500118103"], vec!["p1", "p2", "p3", "p4", "p5", "p9"]),
            (vec!["500118103/v2"], vec!["p3", "p9"]),
            (vec!["500118103/v2/"], vec!["p3", "p9"]),
            (vec!["500118103/v2/g7", "500118103/v3"], vec!["p5", "p9"]),
        ] {
            let scope = below(&paths);
            let all = PlaceFilter::default();
            let page = read.place_page(&all, &scope, PlaceOrder::Code, None, 50).await?;
            assert_eq!(ids(&page), seen, "{paths:?}");
            assert_eq!(read.place_count(&all, &scope).await?, seen.len() as i64);
            let own = read.place(&"p9".into(), &scope).await?;
            assert_eq!(own.is_some(), seen.contains(&"p9"), "{paths:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_organisation_sees_its_sector_and_what_it_keeps_on_a_list() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_place_list(&list("lp", ListKind::PoliceListed)).await?;
        tx.insert_list_entries(&[stay("lp", "p1", "2026-01-01"), stay("lp", "p4", "2026-01-01")]).await?;
        tx.end_list_entry("lp-p4-2026-01-01", 1, day("2026-06-01"), "已停业").await?;
        tx.commit(audit("place_list.change"), ()).await?;
        let mut read = db.read(&town()).await?;
        for (org, seen) in [("org-1", vec!["p9"]), ("org-9", vec!["p1"]), ("org-2", vec![])] {
            let scope = of_org(org);
            let page = read.place_page(&PlaceFilter::default(), &scope, PlaceOrder::Code, None, 50).await?;
            assert_eq!(ids(&page), seen, "{org}: its sector and its own list, not what was taken off it");
            assert_eq!(read.place(&"p1".into(), &scope).await?.is_some(), seen.contains(&"p1"), "{org}");
            assert_eq!(read.place(&"p9".into(), &scope).await?.is_some(), seen.contains(&"p9"), "{org}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_register_is_searched_the_way_people_know_a_place() -> anyhow::Result<()> {
    let text = |t: &str| PlaceFilter { text: Some(t.to_owned()), ..PlaceFilter::default() };
    let some = |t: &str| Some(t.to_owned());
    let none = PlaceFilter::default;
    let asked = [
        (text("甲"), vec!["p1", "p3"]),
        (text("yx"), vec!["p9"]),
        (text("SHOP"), vec!["p9"]),
        (text("xbp"), vec![]),
        (text("6789"), vec!["p9"]),
        (text("678"), vec![]),
        (text("c-p4"), vec!["p4"]),
        (text("_"), vec!["p9"]),
        (text("%"), vec![]),
        (PlaceFilter { village: some("v2"), ..none() }, vec!["p3", "p9"]),
        (PlaceFilter { path: some("500118103/v1"), ..none() }, vec!["p1", "p2"]),
        (PlaceFilter { category: some("nine_small"), village: some("v1"), ..none() }, vec!["p1", "p2"]),
        (PlaceFilter { category: some("nine"), ..none() }, vec![]),
        (PlaceFilter { tag: some("gas_bottle"), ..none() }, vec!["p9"]),
        (PlaceFilter { tag: some("self_built"), ..none() }, vec!["p9"]),
        (PlaceFilter { tag: some("self"), ..none() }, vec![]),
        (PlaceFilter { sector_org: some("org-1"), ..none() }, vec!["p9"]),
        (PlaceFilter { sector_org: some(""), village: some("v2"), ..none() }, vec!["p3"]),
    ];
    both_databases(|fresh| {
        let asked = asked.clone();
        async move {
            let db = Db::open(&fresh.url, &fresh.keys()).await?;
            register(&db).await?;
            let mut read = db.read(&town()).await?;
            for (filter, found) in asked {
                let page = read.place_page(&filter, &everything(), PlaceOrder::Code, None, 50).await?;
                assert_eq!(ids(&page), found, "{filter:?}");
            }
            Ok(())
        }
    })
    .await
}

#[tokio::test]
async fn what_is_looked_for_by_its_whole_name_number_or_initials_comes_first() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let named = |id: &str, name: &str, pinyin: &str| PlaceRecord {
            pinyin: pinyin.to_owned(),
            ..record(id, name, "v1")
        };
        let many = [
            named("a", "丁老街面馆", "dljmg"),
            named("b", "老街面馆二店", "ljmged"),
            named("c", "老街面馆", "ljmg"),
            named("d", "万家老街面馆", "wjljmg"),
        ];
        let mut tx = db.write(&town()).await?;
        tx.insert_places(&many).await?;
        tx.commit(audit("place.import"), ()).await?;
        let mut read = db.read(&town()).await?;
        for (text, found) in [
            ("老街面馆", vec!["c", "b", "d", "a"]),
            ("LJMG", vec!["c", "b"]),
            ("c-b", vec!["b"]),
            ("街_", vec![]),
            ("", vec!["d", "a", "c", "b"]),
        ] {
            let filter = PlaceFilter { text: Some(text.to_owned()), ..PlaceFilter::default() };
            let page = read.place_page(&filter, &everything(), PlaceOrder::Fit, None, 50).await?;
            let mut got = ids(&page);
            // Among equals it goes by name, in the order of the database.
            let own = if text.is_empty() { 0 } else { got.len().min(2) };
            got[own..].sort_unstable();
            let mut wanted = found.clone();
            wanted[own..].sort_unstable();
            assert_eq!(got, wanted, "{text}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat_even_for_equal_names() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut read = db.read(&town()).await?;
        for (order, text) in [
            (PlaceOrder::Name, None),
            (PlaceOrder::Code, None),
            (PlaceOrder::Fit, None),
            (PlaceOrder::Fit, Some("p")),
        ] {
            let filter = PlaceFilter { text: text.map(str::to_owned), ..PlaceFilter::default() };
            let whole = read.place_page(&filter, &everything(), order, None, 50).await?;
            let mut seen: Vec<PlaceRecord> = Vec::new();
            let mut last: Option<(String, PlaceId)> = None;
            loop {
                let after = last.as_ref().map(|(text, id)| (text.as_str(), id));
                let page = read.place_page_at(&filter, &everything(), order, after, 1).await?;
                let Some((at, record)) = page.into_iter().next() else { break };
                last = Some((at, record.place.id.clone()));
                seen.push(record);
            }
            assert_eq!(seen, whole, "{order:?}");
            assert_eq!(seen.len(), 6);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_row_leads_to_the_place_and_whatever_led_to_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut tx = db.write(&town()).await?;
        tx.merge_place((&"p1".into(), 1), &"p2".into(), NOW, "同一家").await?;
        tx.commit(audit("place.merge"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let twice = tx.merge_place((&"p1".into(), 1), &"p3".into(), NOW, "同一家").await;
        assert!(matches!(twice, Err(Error::Conflict { table: "place", .. })), "somebody was faster");
        drop(tx);
        let mut tx = db.write(&town()).await?;
        tx.merge_place((&"p2".into(), 1), &"p3".into(), NOW, "还是同一家").await?;
        tx.commit(audit("place.merge"), ()).await?;
        let mut read = db.read(&town()).await?;
        let doubles = read.doubles_of(&["p2".into(), "p3".into()]).await?;
        let expected = [("p1", "p3"), ("p2", "p3")].map(|(one, of)| (PlaceId::from(one), PlaceId::from(of)));
        assert_eq!(doubles.into_iter().collect::<Vec<_>>(), expected);
        let gone = read.place(&"p1".into(), &everything()).await?.expect("stays on record");
        assert_eq!((gone.same_as, gone.voided), (Some("p3".into()), Some((NOW, "同一家".to_owned()))));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_change_needs_the_last_version_and_a_void_place_stays_on_record() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut changed = full();
        changed.place.opening = Opening::Suspended;
        changed.place.responsible.phone = "13800001111".to_owned();
        let mut tx = db.write(&town()).await?;
        tx.update_place(&changed).await?;
        tx.commit(audit("place.change"), ()).await?;
        changed.version = 2;
        assert_eq!(db.read(&town()).await?.place(&"p9".into(), &everything()).await?, Some(changed.clone()));
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_place(&full()).await, Err(Error::Conflict { table: "place", .. })));
        drop(tx);
        let mut tx = db.write(&town()).await?;
        let mut twin = record("p77", "新", "v1");
        twin.place.code = "C-p1".to_owned();
        assert!(matches!(tx.insert_place(&twin).await, Err(Error::Conflict { .. })), "the code is taken");
        drop(tx);
        let mut tx = db.write(&town()).await?;
        tx.void_place(&"p9".into(), 2, NOW, "重复建档").await?;
        tx.commit(audit("place.void"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert!(read.heads_within(&Bounds::around([105.9, 29.35], 500.0)).await?.is_empty(), "it is void");
        let kept = read.place(&"p9".into(), &everything()).await?.expect("stays on record");
        assert_eq!(kept.voided, Some((NOW, "重复建档".to_owned())));
        let all = PlaceFilter { with_void: true, ..PlaceFilter::default() };
        assert_eq!(read.place_count(&PlaceFilter::default(), &everything()).await?, 5);
        assert_eq!(read.place_count(&all, &everything()).await?, 6);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_register_is_filtered_by_grade_opening_and_list_and_handed_over_whole() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_place_list(&list("lp", ListKind::PoliceListed)).await?;
        tx.insert_list_entries(&[stay("lp", "p1", "2026-01-01"), stay("lp", "p4", "2026-01-01")]).await?;
        tx.end_list_entry("lp-p4-2026-01-01", 1, day("2026-06-01"), "已停业").await?;
        let mut shut = record("p2", "乙", "v1");
        shut.place.opening = Opening::Suspended;
        tx.update_place(&shut).await?;
        tx.commit(audit("place.change"), ()).await?;
        let mut tx = db.write(&town()).await?;
        tx.copy_place_risk(&[("p3".into(), 61, "red".to_owned())]).await?;
        tx.commit_machinery().await?;
        let mut read = db.read(&town()).await?;
        let none = PlaceFilter::default;
        for (filter, found) in [
            (PlaceFilter { grade: Some("red".to_owned()), ..none() }, vec!["p3"]),
            (PlaceFilter { opening: Some(Opening::Suspended), ..none() }, vec!["p2"]),
            (
                PlaceFilter { listed: Some((ListKind::PoliceListed, day("2026-05-31"))), ..none() },
                vec!["p1", "p4"],
            ),
            (PlaceFilter { listed: Some((ListKind::PoliceListed, day("2026-06-01"))), ..none() }, vec!["p1"]),
            (PlaceFilter { listed: Some((ListKind::VillageListed, day("2026-06-01"))), ..none() }, vec![]),
        ] {
            let page = read.place_page(&filter, &everything(), PlaceOrder::Code, None, 50).await?;
            assert_eq!(ids(&page), found, "{filter:?}");
            let mut handed = Vec::new();
            read.each_place(&filter, &everything(), |place| handed.push(place)).await?;
            assert_eq!(handed, page, "{filter:?}");
        }
        let mut within = Vec::new();
        read.each_place(&none(), &below(&["500118103/v2"]), |place| within.push(place)).await?;
        assert_eq!(ids(&within), ["p3", "p9"], "handing over stays within the scope");
        assert_eq!(read.last_place_code("C-p", 1).await?, Some("C-p9".to_owned()));
        assert_eq!(read.last_place_code("D-", 6).await?, None);
        assert_eq!(read.verify().await?.findings, [], "a copy is no part of the record");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn signs_tell_many_places_lists_at_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_place_list(&list("lp", ListKind::PoliceListed)).await?;
        tx.insert_place_list(&list("lv", ListKind::VillageListed)).await?;
        tx.insert_list_entries(&[stay("lp", "p1", "2026-01-01"), stay("lv", "p1", "2026-01-01")]).await?;
        tx.commit(audit("place_list.change"), ()).await?;
        let mut read = db.read(&town()).await?;
        let asked: Vec<PlaceId> = vec!["p1".into(), "p2".into(), "none".into()];
        let signs = read.place_signs(&asked, day("2026-02-01")).await?;
        let on = |id: &str| signs.get(&PlaceId::from(id)).map(|s| s.lists.clone()).unwrap_or_default();
        assert_eq!(on("p1"), [ListKind::PoliceListed, ListKind::VillageListed]);
        assert_eq!((on("p2"), on("none")), (vec![], vec![]));
        assert!(signs.values().all(|s| s.open() == 0 && s.last_inspected_on.is_none()));
        assert_eq!(read.places_touched_after(0).await?, [], "no hazard and no inspection was written");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_and_what_its_columns_mean_are_remembered() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let file = ImportFile {
            id: "f1".to_owned(),
            kind: "places".to_owned(),
            name: "台账.xlsx".to_owned(),
            blob: "ab".repeat(32),
            size_bytes: 12,
            preview: "{}".to_owned(),
            version: 1,
            recorded_at: NOW,
            recorded_by: "a".to_owned(),
            imported_at: None,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_import_file(&file).await?;
        tx.keep_import_mapping("m1", "places", "key", "[]", NOW).await?;
        tx.keep_import_mapping("m2", "places", "key", "[1]", NOW).await?;
        tx.commit(audit("import.upload"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.import_file("f1").await?, Some(file.clone()));
        assert_eq!(read.import_file("f2").await?, None);
        assert_eq!(read.import_mapping("places", "key").await?, Some("[1]".to_owned()));
        assert_eq!(read.import_mapping("people", "key").await?, None);
        assert_eq!(read.blob_imported_at(&file.blob).await?, None);
        drop(read);
        let mut tx = db.write(&town()).await?;
        tx.note_imported("f1", 1, NOW).await?;
        tx.commit(audit("import.commit"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.note_imported("f1", 1, NOW).await, Err(Error::Conflict { .. })), "once only");
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.blob_imported_at(&file.blob).await?, Some(NOW));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

fn list(id: &str, kind: ListKind) -> ListRecord {
    let list = PlaceList { village: Some("v1".into()), ..PlaceList::new(kind, "org-9".into()) };
    ListRecord { id: id.to_owned(), list, version: 1, recorded_at: NOW }
}

fn stay(list: &str, place: &str, from: &str) -> EntryRecord {
    let entry =
        Entry { place: place.into(), from: day(from), reason_in: "普查列入".to_owned(), left: None };
    EntryRecord {
        id: format!("{list}-{place}-{from}"),
        list: list.to_owned(),
        entry,
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn lists_keep_every_stay_and_stand_side_by_side_without_a_sum() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        register(&db).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_place_list(&list("lv", ListKind::VillageListed)).await?;
        tx.insert_place_list(&list("lv2", ListKind::VillageListed)).await?;
        tx.insert_place_list(&list("lp", ListKind::PoliceListed)).await?;
        let stays = [
            stay("lv", "p1", "2026-01-01"),
            stay("lv", "p2", "2026-01-01"),
            stay("lv", "p3", "2026-03-01"),
            stay("lv2", "p1", "2026-01-01"),
            stay("lp", "p1", "2026-01-01"),
            stay("lp", "p9", "2026-01-01"),
        ];
        tx.insert_list_entries(&stays).await?;
        tx.end_list_entry("lv-p2-2026-01-01", 1, day("2026-06-01"), "已停业").await?;
        let baseline = Baseline { count: 57, as_of: day("2023-02-20"), source: "通知附表".to_owned() };
        let mut based = list("lv", ListKind::VillageListed);
        based.list.baseline = Some(baseline);
        tx.update_place_list(&based).await?;
        tx.commit(audit("place_list.change"), ()).await?;

        let mut tx = db.write(&town()).await?;
        let stale = tx.end_list_entry("lv-p2-2026-01-01", 1, day("2026-07-01"), "再次").await;
        assert!(matches!(stale, Err(Error::Conflict { table: "list_entry", .. })));
        drop(tx);

        let mut read = db.read(&town()).await?;
        assert_eq!(read.place_lists().await?.len(), 3);
        let whole = read.place_list("lv").await?.expect("is there");
        assert_eq!((whole.version, whole.list.baseline.as_ref().map(|b| b.count)), (2, Some(57)));
        assert_eq!(whole.list.members(day("2026-05-31")).len(), 3);
        assert_eq!(whole.list.members(day("2026-06-01")).len(), 2);
        assert_eq!(read.place_list("none").await?, None);
        let ended = read.list_entries_of_place(&"p2".into()).await?;
        assert_eq!(ended[0].entry.left, Some((day("2026-06-01"), "已停业".to_owned())));
        assert_eq!(read.list_entries("lp").await?, stays[4..]);
        assert_eq!(
            read.list_owners_of_place(&"p1".into()).await?,
            ["org-9".into()],
            "once, though on three lists"
        );
        assert_eq!(read.list_owners_of_place(&"p2".into()).await?, [], "it was taken off");

        assert_eq!(
            read.list_sizes(day("2026-06-01")).await?,
            [("lp", 2), ("lv", 2), ("lv2", 1)].map(|(l, n)| (l.to_owned(), n))
        );
        let page = read.list_page("lv", Some(day("2026-06-01")), &everything(), None, 1).await?;
        assert_eq!((page[0].name.as_str(), page[0].village.as_str(), page.len()), ("甲", "v1", 1));
        let after = Some((page[0].name.as_str(), page[0].entry.id.as_str()));
        let rest = read.list_page("lv", Some(day("2026-06-01")), &everything(), after, 9).await?;
        assert_eq!(rest.iter().map(|e| e.entry.entry.place.as_str()).collect::<Vec<_>>(), ["p3"]);
        assert_eq!(read.list_page("lv", None, &everything(), None, 9).await?.len(), 3, "ended stays too");
        assert_eq!(read.list_page("lv", None, &below(&["500118103/v2"]), None, 9).await?.len(), 1);

        let village = ListKind::VillageListed;
        for (on, counts) in [
            ("2025-12-31", vec![]),
            ("2026-01-01", vec![("v1", 2)]),
            ("2026-05-31", vec![("v1", 2), ("v2", 1)]),
            ("2026-06-01", vec![("v1", 1), ("v2", 1)]),
        ] {
            let found = read.list_counts(village, day(on), &everything()).await?;
            let found: Vec<(&str, i64)> = found.iter().map(|(v, n)| (v.as_str(), *n)).collect();
            assert_eq!(found, counts, "on {on}, p1 on two lists of the kind counts once");
        }
        let only_v2 = below(&["500118103/v2"]);
        let scoped = read.list_counts(village, day("2026-05-31"), &only_v2).await?;
        assert_eq!(scoped, [("v2".to_owned(), 1)]);
        let police = ListKind::PoliceListed;
        let both = read.list_overlap(village, police, day("2026-06-01"), &everything()).await?;
        assert_eq!(both, Overlap { first: 2, second: 2, both: 1 });
        let both = read.list_overlap(village, police, day("2026-06-01"), &only_v2).await?;
        assert_eq!(both, Overlap { first: 1, second: 1, both: 0 });
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn phones_of_a_place_from_before_the_seals_are_sealed_without_loss() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_place(&full()).await?;
        tx.commit(audit("place.add"), ()).await?;
        let sql = "UPDATE place SET phone = '13800006789', phone_index = NULL, manager_phone = NULL, \
                   facts = replace(facts, '\"phone\":\"\"', '\"phone\":\"13700004321\"')";
        match &db.pool {
            Pool::Sqlite { writers, .. } => sqlx::raw_sql(sql).execute(writers).await.map(|_| ())?,
            Pool::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ())?,
        }
        assert_eq!(db.read(&town()).await?.place(&"p9".into(), &everything()).await?, Some(full()));
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.seal_old_rows(50).await?, 1);
        tx.commit(audit("vault.seal"), ()).await?;
        let mut read = db.read(&town()).await?;
        let kept = read.place(&"p9".into(), &everything()).await?.expect("it is there");
        assert_eq!(kept, PlaceRecord { version: 2, ..full() });
        assert_eq!(read.verify().await?.findings, []);
        drop(read);
        let mut tx = db.write(&town()).await?;
        assert_eq!(tx.seal_old_rows(50).await?, 0);
        let shown: Vec<String> = match &db.pool {
            Pool::Sqlite { writers, .. } => {
                drop(tx);
                sqlx::query_scalar("SELECT phone || manager_phone || facts FROM place")
                    .fetch_all(writers)
                    .await?
            }
            Pool::Postgres(pool) => {
                sqlx::query_scalar("SELECT phone || manager_phone || facts FROM place")
                    .fetch_all(pool)
                    .await?
            }
        };
        assert!(!shown.concat().contains("1380000") && !shown.concat().contains("1370000"), "{shown:?}");
        Ok(())
    })
    .await
}
