//! The contract of reports, once on SQLite and once on PostgreSQL: rows read back as they were written, filters, a stale step,
//! events that only grow, reporters sealed apart, and what the board takes from them.

use domain::fulfilment::Facts;
use domain::ids::{PersonId, TownCode};
use domain::plan::SubjectKind;
use domain::report_case::voice::Sound;
use domain::report_case::{Act, Channel, Clocks, Event, Finding, Matter, ReportCase, Site, Stage};
use domain::time::Timestamp;
use store::report_case::{ReportCaseFilter, ReportCaseRecord, Reporter, ReporterVoice};
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
    entry("test.write", "report_case", id, at("2026-09-01"))
}

fn record(id: &str, village: &str, received: &str) -> ReportCaseRecord {
    let received_at = at(received);
    let clocks = Clocks {
        screen_by: received_at.plus_ms(1),
        verify_by: received_at.plus_ms(2),
        reply_by: received_at.plus_ms(3),
    };
    let case = ReportCase {
        ext_no: format!("CQ-{id}"),
        photos: vec!["p1".into()],
        has_contact: true,
        clocks,
        ..ReportCase::new(
            id.into(),
            format!("JB-{id}"),
            Channel::Line12345,
            Matter::BlockedExit,
            "楼道 100% 堵塞".to_owned(),
            Site { point: Some([105.87, 29.26]), ..Site::words(village.into(), "老街 100% 处") },
            received_at,
        )
    };
    ReportCaseRecord {
        case,
        path: format!("{TOWN}/{village}"),
        receipt_hash: format!("hash-{id}"),
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: received_at,
    }
}

fn event(record: &ReportCaseRecord, seq: i64, act: Act) -> Event {
    Event {
        seq,
        act,
        at: record.recorded_at.plus_ms(seq),
        by: PersonId::from(""),
        text: "说明".to_owned(),
        photos: Vec::new(),
        stage: record.case.stage,
    }
}

async fn add(db: &Db, record: &ReportCaseRecord, reporter: &Reporter) -> anyhow::Result<()> {
    let mut tx = db.write(&town()).await?;
    tx.insert_report_case(record, &event(record, 1, Act::Receive), reporter).await?;
    Ok(tx.commit(audit(record.case.id.as_str()), ()).await?)
}

#[tokio::test]
async fn reports_read_back_filter_and_refuse_a_stale_step() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let one = record("a", "v1", "2026-09-01");
        let two = record("b", "v2", "2026-09-02");
        let reporter = Reporter { name: "金丝雀".to_owned(), phone: "13977776666".to_owned() };
        add(&db, &one, &reporter).await?;
        add(&db, &two, &Reporter::default()).await?;

        let mut read = db.read(&town()).await?;
        assert_eq!(read.report_case(&one.case.id, &everything()).await?.as_ref(), Some(&one));
        assert_eq!(read.report_case(&one.case.id, &below(&[&format!("{TOWN}/v2")])).await?, None);
        assert_eq!(read.report_case_by_receipt("hash-b").await?.as_ref(), Some(&two));
        assert_eq!(read.report_case_by_ext(Channel::Line12345, "CQ-a").await?.as_ref(), Some(&one));
        assert_eq!(read.report_case_by_ext(Channel::Yukuaiban, "CQ-a").await?, None);
        assert_eq!(read.report_case_by_code("JB-b").await?.as_ref(), Some(&two));
        assert_eq!(read.reporter(&one.case.id).await?, Some(reporter));
        assert_eq!(read.reporter(&two.case.id).await?, None);
        drop(read);

        // The same number from the same channel, or the same receipt, is taken.
        for wrong in [
            ReportCaseRecord {
                case: ReportCase { ext_no: "CQ-a".to_owned(), ..record("c", "v1", "2026-09-03").case },
                ..record("c", "v1", "2026-09-03")
            },
            ReportCaseRecord { receipt_hash: "hash-a".to_owned(), ..record("c", "v1", "2026-09-03") },
        ] {
            let told = add(&db, &wrong, &Reporter::default()).await;
            assert!(told.is_err_and(|e| matches!(e.downcast_ref(), Some(Error::Conflict { .. }))));
        }

        let mut next = one.clone();
        next.case.stage = Stage::Assigned;
        next.case.org = Some("org-1".into());
        let mut tx = db.write(&town()).await?;
        tx.save_report_case(&next, &event(&next, 2, Act::Assign { org: "org-1".into() })).await?;
        tx.commit(audit("a"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let stale = tx.save_report_case(&next, &event(&next, 3, Act::Reply)).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })));
        drop(tx);

        let mut read = db.read(&town()).await?;
        let events = read.report_case_events(&one.case.id).await?;
        assert_eq!(events.iter().map(|e| e.act.code()).collect::<Vec<_>>(), ["receive", "assign"]);
        let of = |change: fn(&mut ReportCaseFilter)| {
            let mut filter = ReportCaseFilter::default();
            change(&mut filter);
            filter
        };
        for (filter, ids) in [
            (of(|_| {}), "ba"),
            (of(|f| f.stages = Some("assigned".to_owned())), "a"),
            (of(|f| f.orgs = Some("org-1".to_owned())), "a"),
            (of(|f| f.path = Some(format!("{TOWN}/v2"))), "b"),
            (of(|f| f.text = Some("cq-B".to_owned())), "b"),
            (of(|f| f.text = Some("100%".to_owned())), "ba"),
            (of(|f| f.text = Some("100_".to_owned())), ""),
            (of(|f| f.due_before = Some(at("2026-09-02"))), "a"),
            (of(|f| f.from = Some(at("2026-09-02"))), "b"),
            (of(|f| f.until = Some(at("2026-09-02"))), "a"),
            (of(|f| f.channels = Some("qr,visit".to_owned())), ""),
            (of(|f| f.matters = Some("blocked_exit".to_owned())), "ba"),
            (of(|f| f.place = Some("x".to_owned())), ""),
        ] {
            let found = read.report_cases(&everything(), &filter, None, 10).await?;
            let found: String = found.iter().map(|one| one.case.id.as_str()).collect();
            assert_eq!(found, ids, "{filter:?}");
            assert_eq!(read.report_case_count(&everything(), &filter).await?, i64::try_from(ids.len())?);
        }
        assert_eq!(
            read.report_cases(&everything(), &ReportCaseFilter::default(), Some("JB-b"), 10).await?.len(),
            1
        );
        assert_eq!(
            read.report_cases(&of_org("org-1"), &ReportCaseFilter::default(), None, 10).await?.len(),
            1
        );

        let voice = ReporterVoice {
            sound: Sound::Ogg,
            blob: "b".repeat(64),
            size_bytes: 9,
            recorded_at: at("2026-09-01"),
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_reporter_voice(&one.case.id, &voice).await?;
        tx.commit(audit("a"), ()).await?;
        assert_eq!(db.read(&town()).await?.reporter_voice(&one.case.id).await?, Some(voice));
        assert_eq!(db.read(&town()).await?.reporter_voice(&two.case.id).await?, None);

        assert_eq!(db.read(&town()).await?.report_cases_rewarded(&everything()).await?, []);
        let mut paid = ReportCaseRecord { version: 2, ..next.clone() };
        paid.case.stage = Stage::Void;
        let paid_for = event(&paid, 3, Act::Reward { amount_fen: 1 });
        let mut tx = db.write(&town()).await?;
        tx.save_report_case(&paid, &paid_for).await?;
        tx.commit(audit("a"), ()).await?;
        let rewarded = db.read(&town()).await?.report_cases_rewarded(&everything()).await?;
        assert_eq!(rewarded.len(), 1, "whatever became of it since");
        assert_eq!(db.read(&town()).await?.report_cases_rewarded(&of_org("org-9")).await?, []);

        let stolen = fresh.stolen()?;
        assert!(
            stolen.contains("楼道 100% 堵塞")
                && !stolen.contains("金丝雀")
                && !stolen.contains("13977776666")
        );
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

/// Kind, id and day of the facts of reports.
fn told(facts: &Facts, id: &str) -> bool {
    facts.subject(SubjectKind::Event, id).is_some()
}

#[tokio::test]
async fn the_board_counts_from_the_day_it_came_and_a_joined_one_is_answered_with_the_other()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut leading = record("a", "v1", "2026-09-01");
        leading.case.stage = Stage::Replied;
        leading.case.replied_at = Some(at("2026-09-05"));
        let mut joined = record("b", "v1", "2026-09-02");
        joined.case.stage = Stage::Merged;
        joined.case.merged_into = Some("a".into());
        let mut void = record("c", "v1", "2026-09-03");
        void.case.stage = Stage::Void;
        for one in [&leading, &joined, &void] {
            add(&db, one, &Reporter::default()).await?;
        }
        let mut read = db.read(&town()).await?;
        assert_eq!(read.report_cases_merged_into(&"a".into()).await?.len(), 1);
        let gathered = read.gather(day("2026-09-30")).await?;
        let facts = &gathered.facts;
        assert!(told(facts, "a") && told(facts, "b") && !told(facts, "c"));
        let all = facts.since(0);
        assert_eq!(all.len(), 4, "each came, and both were answered");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_order_grows_by_what_files_say_and_by_what_was_sent_back() -> anyhow::Result<()> {
    use domain::report_case::order::{Order, Told};
    use store::report_case::order::OrderRecord;

    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        add(&db, &record("o1", "500118103001", "2026-09-01"), &Reporter::default()).await?;
        let told = |content: &str| Told { content: content.to_owned(), ..Told::default() };
        let order = Order::of("o1".into()).tell(told("甲"), Some(at("2026-09-08")));
        let order = order.ok_or_else(|| anyhow::anyhow!("new"))?;
        let kept =
            OrderRecord {
                order, recorded_by: "某人".to_owned(), version: 1, recorded_at: at("2026-09-01")
            };
        let mut tx = db.write(&town()).await?;
        tx.insert_report_order(&kept).await?;
        tx.commit(audit("o1"), ()).await?;
        let ids = ["o1".into(), "o2".into()];
        let read = db.read(&town()).await?.report_orders(&ids).await?;
        assert_eq!((read.len(), read.get(&ids[0])), (1, Some(&kept)));
        assert_eq!(db.read(&town()).await?.report_orders(&[]).await?.len(), 0);

        let order = kept.order.clone().tell(told("乙"), None).ok_or_else(|| anyhow::anyhow!("changed"))?;
        let after = OrderRecord { order, ..kept.clone() };
        let mut tx = db.write(&town()).await?;
        tx.update_report_order(&after).await?;
        tx.commit(audit("o1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let stale = tx.update_report_order(&after).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })), "{stale:?}");
        drop(tx);
        let read = db.read(&town()).await?.report_orders(&ids).await?;
        let now = read.get(&ids[0]).ok_or_else(|| anyhow::anyhow!("kept"))?;
        assert_eq!((now.version, now.order.told.len(), now.order.due_at), (2, 2, Some(at("2026-09-08"))));
        assert_eq!(db.read(&town()).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn founded_reports_of_a_year_are_signs_of_their_place() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let of = |id: &str, received: &str, stage: Stage, finding: Option<Finding>| {
            let mut one = record(id, "v1", received);
            (one.case.stage, one.case.finding) = (stage, finding);
            one.case.site.place = Some("p1".into());
            one
        };
        for one in [
            of("a", "2026-09-01", Stage::Handled, Some(Finding::Confirmed)),
            of("b", "2026-09-02", Stage::Closed, Some(Finding::Partly)),
            of("c", "2026-09-03", Stage::Closed, Some(Finding::Unfounded)),
            of("d", "2026-09-04", Stage::Received, None),
            of("e", "2026-09-05", Stage::Void, Some(Finding::Confirmed)),
            of("f", "2026-09-06", Stage::Merged, Some(Finding::Confirmed)),
            of("g", "2025-08-01", Stage::Closed, Some(Finding::Confirmed)),
        ] {
            add(&db, &one, &Reporter::default()).await?;
        }
        let mut read = db.read(&town()).await?;
        let day = domain::time::parse_date("2026-09-21").unwrap_or_default();
        let signs = read.place_signs(&["p1".into(), "p2".into()], day).await?;
        let of = |id: &str| signs.get(&id.into()).map(|sign| sign.reports);
        assert_eq!((of("p1"), of("p2")), (Some(2), Some(0)));
        assert_eq!(read.places_touched_after(0).await?, ["p1".into()], "its risk is counted anew");
        Ok(())
    })
    .await
}
