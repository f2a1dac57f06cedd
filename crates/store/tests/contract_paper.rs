//! The contract of papers: rows within the scope, numbers that are taken once, what bodies answer, the town's series;
//! once on SQLite and once on PostgreSQL.

use std::collections::BTreeSet;

use domain::ids::TownCode;
use domain::paper::{About, Approval, Marks, Number, Paper, Receipt, State, TownTemplate, Values};
use domain::time::{Timestamp, parse_date};
use store::paper::{PaperFilter, PaperRecord, ReceiptRecord, SeriesRecord, TownTemplateRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;
use crate::scopes::{below, everything, of_org};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn audit(id: &str) -> Audit {
    entry("test.write", "paper", id, NOW)
}

fn paper(id: &str, org: &str, path: &str, minutes: i64) -> PaperRecord {
    PaperRecord {
        paper: Paper {
            id: id.into(),
            template: "DT14.minutes".to_owned(),
            edition: 1,
            title: format!("{id} 纪要"),
            org: org.into(),
            issuer: "某办公室".to_owned(),
            values: Values::new(),
            marks: Marks::default(),
            attachments: Vec::new(),
            copies_to: Vec::new(),
            bodies: BTreeSet::new(),
            about: Some(About { kind: "meeting".to_owned(), id: format!("m-{id}") }),
            corrects: None,
            state: State::Draft,
        },
        path: path.to_owned(),
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW.plus_ms(minutes * 60_000),
    }
}

fn approval(n: u32) -> Approval {
    let number = Number { series: "minutes".into(), year: 2026, n, text: format!("纪〔2026〕{n}号") };
    let on = parse_date("2026-09-21").unwrap_or_default();
    Approval { number: Some(number), by: "p".into(), on, authority: None }
}

#[tokio::test]
async fn papers_are_listed_within_the_scope_and_a_number_is_taken_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in
            [paper("a", "office", "t", 1), paper("b", "village", "t/v1", 2), paper("c", "office", "t", 3)]
        {
            tx.insert_paper(&one).await?;
        }
        tx.commit(audit("a"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<PaperRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.paper.id.to_string()).collect()
        };
        let all = PaperFilter::default();
        assert_eq!(ids(read.papers(&everything(), &all, None, 10).await?), ["c", "b", "a"]);
        let after = Some((NOW.plus_ms(120_000), "b".into()));
        assert_eq!(ids(read.papers(&everything(), &all, after, 10).await?), ["a"]);
        assert_eq!(ids(read.papers(&below(&["t/v1"]), &all, None, 10).await?), ["b"]);
        assert_eq!(ids(read.papers(&of_org("office"), &all, None, 10).await?), ["c", "a"]);
        let about = PaperFilter { about: Some(("meeting".into(), "m-b".into())), ..all.clone() };
        assert_eq!(ids(read.papers(&everything(), &about, None, 10).await?), ["b"]);
        let family = PaperFilter { family: Some("DT02".into()), ..all.clone() };
        assert!(read.papers(&everything(), &family, None, 10).await?.is_empty());
        assert!(read.paper(&"a".into(), &below(&["t/v1"])).await?.is_none());
        let mut first = read.paper(&"a".into(), &everything()).await?.expect("kept");
        let mut third = read.paper(&"c".into(), &everything()).await?.expect("kept");
        drop(read);
        first.paper = first.paper.approve(approval(1))?;
        third.paper = third.paper.approve(approval(1))?;
        let mut tx = db.write(&town()).await?;
        tx.update_paper(&first).await?;
        tx.commit(audit("a"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(tx.update_paper(&third).await.is_err(), "the number is the first one's");
        drop(tx);
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_paper(&first).await, Err(Error::Conflict { .. })), "seen before the step");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let holder = read.paper_numbered("minutes", 2026, 1).await?.expect("taken");
        assert_eq!(holder.paper.id.as_str(), "a");
        let book = PaperFilter { series: Some("minutes".into()), year: Some(2026), ..all };
        assert_eq!(ids(read.papers(&everything(), &book, None, 10).await?), ["a"]);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_body_answers_for_itself_and_series_are_set_once_a_version() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_paper(&paper("a", "office", "t", 1)).await?;
        for (id, org, path) in [("r1", "v1", "t/v1"), ("r2", "v2", "t/v2")] {
            let receipt = Receipt::sent("a".into(), org.into());
            let record =
                ReceiptRecord { id: id.into(), receipt, path: path.into(), version: 1, recorded_at: NOW };
            tx.insert_receipt(&record).await?;
        }
        let set = |used_before: u32, version: i64| SeriesRecord {
            code: "minutes".into(),
            pattern: "纪〔{year}〕{n}号".into(),
            year: 2026,
            used_before,
            version,
            recorded_at: NOW,
            recorded_by: "某人".into(),
        };
        tx.insert_paper_series(&set(3, 1)).await?;
        tx.commit(audit("a"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let mut own = tx.receipt(&"a".into(), &"v1".into()).await?.expect("sent");
        own.receipt = own.receipt.read("p".into(), NOW);
        tx.update_receipt(&own).await?;
        tx.update_paper_series(&set(4, 1)).await?;
        assert_eq!(tx.next_number("paper/minutes/2026").await?, 1);
        tx.commit(audit("a"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.numbers_taken("paper/minutes/2026").await?, 1);
        assert_eq!(read.numbers_taken("paper/minutes/2027").await?, 0);
        let first = read.paper_series().await?;
        assert_eq!((first.len(), first[0].used_before, first[0].version), (1, 4, 2));
        let village = below(&["t/v1"]);
        assert!(read.paper(&"a".into(), &village).await?.is_none());
        assert!(read.paper_received(&"a".into(), &village).await?.is_some());
        assert!(read.paper_received(&"a".into(), &below(&["t/v3"])).await?.is_none());
        assert_eq!(read.receipts_of(&"a".into(), &village).await?.len(), 1);
        assert_eq!(read.receipts_of(&"a".into(), &everything()).await?.len(), 2);
        let open = read.receipts(&everything(), Some("sent"), 10).await?;
        assert_eq!(open.iter().map(|(one, _)| one.id.as_str()).collect::<Vec<_>>(), ["r2"]);
        drop(read);
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_receipt(&own).await, Err(Error::Conflict { .. })), "seen before");
        Ok(())
    })
    .await
}

fn worded(id: &str, edition: u32) -> anyhow::Result<TownTemplateRecord> {
    let made: TownTemplate = serde_json::from_value(serde_json::json!({
        "id": id, "base": 1, "why": "改一句", "drafted_by": "p", "state": { "stage": "draft" },
        "template": { "code": "DT02", "name": "督促整改通知书", "name_en": "Advice", "version": edition,
            "valid_from": "2026-10-01", "valid_to": null, "layout": "form", "nature": "advice", "origin": "issued",
            "issued_by": ["village"], "series": null, "sealed": false, "title": "督促整改通知书", "recipients": null,
            "note": null, "check": null, "fields": [], "body": [] } }))?;
    Ok(TownTemplateRecord { made, recorded_by: "某人".to_owned(), version: 1, recorded_at: NOW })
}

#[tokio::test]
async fn an_edition_of_the_towns_templates_is_taken_once_and_stays_readable() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_paper_template(&worded("t2", 1002)?).await?;
        tx.insert_paper_template(&worded("t1", 1001)?).await?;
        tx.commit(audit("t1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(tx.insert_paper_template(&worded("t3", 1001)?).await.is_err(), "the edition is taken");
        drop(tx);
        let mut tx = db.write(&town()).await?;
        let mut first = tx.paper_template(&"t1".into()).await?.expect("kept");
        let seen_before = first.clone();
        first.made = first.made.withdraw("q".into(), NOW.date(), "不用了")?;
        tx.update_paper_template(&first).await?;
        tx.commit(audit("t1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let stale = tx.update_paper_template(&seen_before).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })), "seen before the step");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let all = read.paper_templates().await?;
        let editions: Vec<u32> = all.iter().map(|one| one.made.template.version).collect();
        assert_eq!(editions, [1001, 1002]);
        let kept = read.paper_template_edition("DT02", 1001).await?.expect("withdrawn and kept");
        assert_eq!((kept.made.state.code(), kept.version), ("withdrawn", 2));
        assert!(read.paper_template_edition("DT02", 1003).await?.is_none());
        assert!(db.read(&TownCode::from("500118104000")).await?.paper_templates().await?.is_empty());
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}
