//! The contract of the committee's table: meetings, follow-up items, reports and money, once on SQLite and once on
//! PostgreSQL.

use std::collections::BTreeSet;

use domain::budget::{BudgetLine, Spending};
use domain::follow_up::{FollowUp, Origin};
use domain::ids::TownCode;
use domain::meeting::{Meeting, State};
use domain::report::{Frozen, Report, State as ReportState};
use domain::time::Timestamp;
use store::budget::BudgetRecord;
use store::follow_up::{FollowUpFilter, FollowUpRecord};
use store::meeting::{MeetingFilter, MeetingRecord};
use store::report::{ReportFilter, ReportRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(object_kind: &'static str, id: &str) -> Audit {
    entry("test.write", object_kind, id, NOW)
}

fn meeting(id: &str, org: &str, path: &str, on: &str) -> MeetingRecord {
    MeetingRecord {
        meeting: Meeting {
            id: id.into(),
            kind: "risk".to_owned(),
            title: format!("{id} 研判会"),
            org: org.into(),
            planned_at: Timestamp::start_of(day(on)),
            venue: String::new(),
            agenda: vec!["议题".to_owned()],
            expected: BTreeSet::new(),
            present: BTreeSet::new(),
            minutes: String::new(),
            resolutions: Vec::new(),
            state: State::Planned,
            editions: Vec::new(),
        },
        path: path.to_owned(),
        minuted_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn meetings_are_listed_newest_first_within_the_scope_and_a_stale_step_is_a_conflict()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in [
            meeting("m1", "office", "t", "2026-09-01"),
            meeting("m2", "village", "t/v1", "2026-09-02"),
            meeting("m3", "office", "t", "2026-09-03"),
        ] {
            tx.insert_meeting(&one).await?;
        }
        tx.commit(audit("meeting", "m1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<MeetingRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.meeting.id.to_string()).collect()
        };
        let all = MeetingFilter::default();
        assert_eq!(ids(read.meetings(&everything(), &all, None, 10).await?), ["m3", "m2", "m1"]);
        let after = Some((Timestamp::start_of(day("2026-09-02")), "m2".into()));
        assert_eq!(ids(read.meetings(&everything(), &all, after, 10).await?), ["m1"]);
        assert_eq!(ids(read.meetings(&below(&["t/v1"]), &all, None, 10).await?), ["m2"]);
        assert_eq!(ids(read.meetings(&of_org("office"), &all, None, 10).await?), ["m3", "m1"]);
        let named = MeetingFilter { text: Some("M2".to_owned()), ..MeetingFilter::default() };
        assert_eq!(ids(read.meetings(&everything(), &named, None, 10).await?), ["m2"]);
        let held = MeetingFilter { state: Some("held,minuted".to_owned()), ..MeetingFilter::default() };
        assert!(read.meetings(&everything(), &held, None, 10).await?.is_empty());
        assert!(read.meeting(&"m1".into(), &below(&["t/v1"])).await?.is_none());
        let mut first = read.meeting(&"m1".into(), &everything()).await?.expect("kept");
        drop(read);
        first.meeting =
            first.meeting.hold(day("2026-09-01"), BTreeSet::from(["p".into()]), day("2026-09-02"))?;
        let mut tx = db.write(&town()).await?;
        tx.update_meeting(&first).await?;
        tx.commit(audit("meeting", "m1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(
            matches!(tx.update_meeting(&first).await, Err(Error::Conflict { .. })),
            "seen before the step"
        );
        drop(tx);
        let verified = db.read(&town()).await?.verify().await?;
        assert_eq!((verified.findings.len(), verified.rows), (0, 3));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn items_are_found_by_post_lateness_and_what_asked_for_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let origin = Origin { kind: "meeting".to_owned(), id: "m1".to_owned() };
        let item = |id: &str, owner: &str, path: &str, due: &str| -> anyhow::Result<FollowUpRecord> {
            Ok(FollowUpRecord {
                item: FollowUp::ask(id.into(), origin.clone(), "做好", owner.into(), day(due))?,
                org: "village".into(),
                path: path.to_owned(),
                version: 1,
                recorded_at: NOW,
            })
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_follow_up(&item("f1", "post-1", "t/v1", "2026-09-20")?).await?;
        tx.insert_follow_up(&item("f2", "post-2", "t/v2", "2026-09-10")?).await?;
        tx.commit(audit("follow_up", "f1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<FollowUpRecord>| -> Vec<String> {
            found.into_iter().map(|one| one.item.id.to_string()).collect()
        };
        let all = FollowUpFilter::default();
        assert_eq!(ids(read.follow_ups(&everything(), &all, None, 10).await?), ["f2", "f1"]);
        let after = Some((day("2026-09-10"), "f2".into()));
        assert_eq!(ids(read.follow_ups(&everything(), &all, after, 10).await?), ["f1"]);
        assert_eq!(ids(read.follow_ups(&below(&["t/v1"]), &all, None, 10).await?), ["f1"]);
        let of = |owners: Vec<&str>| FollowUpFilter {
            owners: Some(owners.into_iter().map(Into::into).collect()),
            ..FollowUpFilter::default()
        };
        assert_eq!(ids(read.follow_ups(&everything(), &of(vec!["post-2"]), None, 10).await?), ["f2"]);
        assert!(read.follow_ups(&everything(), &of(Vec::new()), None, 10).await?.is_empty(), "nobody's");
        let late = FollowUpFilter { overdue_as_of: Some(day("2026-09-15")), ..FollowUpFilter::default() };
        assert_eq!(ids(read.follow_ups(&everything(), &late, None, 10).await?), ["f2"]);
        assert_eq!(ids(read.follow_ups_of(&origin).await?), ["f2", "f1"]);
        let waiting = read.follow_ups_waiting(&origin.kind, &["nobody", &origin.id]).await?;
        assert_eq!(ids(waiting), ["f2", "f1"]);
        assert!(read.follow_ups_waiting("device", &[&origin.id]).await?.is_empty(), "of another kind");
        assert!(read.follow_ups_waiting(&origin.kind, &[]).await?.is_empty());
        let mut one = read.follow_up(&"f1".into(), &everything()).await?.expect("kept");
        assert!(read.follow_up(&"f1".into(), &below(&["t/v2"])).await?.is_none());
        drop(read);
        one.item = one.item.done("p".into(), NOW, "办了")?;
        let mut tx = db.write(&town()).await?;
        tx.update_follow_up(&one).await?;
        tx.commit(audit("follow_up", "f1"), ()).await?;
        let open = FollowUpFilter { state: Some("open".to_owned()), ..FollowUpFilter::default() };
        let mut read = db.read(&town()).await?;
        assert_eq!(ids(read.follow_ups(&everything(), &open, None, 10).await?), ["f2"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn reports_and_money_read_back_as_they_were_written() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let report = |id: &str, to: &str| ReportRecord {
            report: Report {
                id: id.into(),
                template: "situation".to_owned(),
                edition: 1,
                kind: "situation".to_owned(),
                title: "形势分析".to_owned(),
                org: "office".into(),
                from: day("2026-07-01"),
                to: day(to),
                sections: Vec::new(),
                measures: Vec::new(),
                siting: None,
                state: ReportState::Draft { returned: String::new() },
            },
            recorded_by: "某人".to_owned(),
            version: 1,
            recorded_at: NOW,
        };
        let line = BudgetLine {
            id: "b1".into(),
            year: 2026,
            kind: "fire".to_owned(),
            title: "专项".to_owned(),
            org: "town".into(),
            promised_fen: 100,
            source: String::new(),
            basis: String::new(),
            approved_on: day("2026-01-10"),
            spendings: Vec::new(),
            void: None,
        };
        let money = BudgetRecord { line, voided_at: None, version: 1, recorded_at: NOW };
        let mut tx = db.write(&town()).await?;
        tx.insert_report(&report("r1", "2026-08-31")).await?;
        tx.insert_report(&report("r2", "2026-09-20")).await?;
        tx.insert_budget_line(&money).await?;
        tx.commit(audit("report", "r1"), ()).await?;

        let mut read = db.read(&town()).await?;
        let found = read.reports(&ReportFilter::default(), None, 10).await?;
        assert_eq!(found.iter().map(|one| one.report.id.as_str()).collect::<Vec<_>>(), ["r2", "r1"]);
        let before = Some((day("2026-09-20"), "r2".into()));
        assert_eq!(read.reports(&ReportFilter::default(), before, 10).await?.len(), 1);
        let mut one = read.report(&"r1".into()).await?.expect("kept");
        assert_eq!(one, report("r1", "2026-08-31"));
        let mut kept = read.budget_line(&"b1".into()).await?.expect("kept");
        assert_eq!((read.budget_lines(2026).await?.len(), read.budget_lines(2025).await?.len()), (1, 0));
        assert_eq!(read.budget_years().await?, [2026]);
        drop(read);

        let frozen = Frozen { figures: Vec::new(), record_no: 1, sha256: "00".to_owned(), inputs: None };
        one.report.state = ReportState::Issued { by: "p".into(), at: NOW, frozen };
        let spent = Spending {
            no: 0,
            on: day("2026-03-01"),
            amount_fen: 40,
            what: "灭火器".to_owned(),
            voucher: "1".to_owned(),
            over: None,
            void: None,
        };
        kept.line = kept.line.spend(spent, day("2026-09-21"))?;
        let mut tx = db.write(&town()).await?;
        tx.update_report(&one).await?;
        tx.update_budget_line(&kept).await?;
        tx.commit(audit("report", "r1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let issued = ReportFilter { state: Some("issued".to_owned()), ..ReportFilter::default() };
        assert_eq!(read.reports(&issued, None, 10).await?.len(), 1);
        assert_eq!(read.budget_line(&"b1".into()).await?.map(|one| one.line.spent_fen()), Some(40));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}
