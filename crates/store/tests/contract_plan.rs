//! The contract of checklists, inspection plans, parameters and waivers, once on SQLite and once on PostgreSQL.

use domain::checklist::{Applies, Checklist, Purpose, State};
use domain::export::{Decision as Decided, Export};
use domain::ids::TownCode;
use domain::inspection_plan::{InspectionPlan, PlanItem, Span, State as Standing};
use domain::place_list::ListKind;
use domain::plan::{Basis, Parameter, Value};
use domain::time::Timestamp;
use store::calendar::HolidayYear;
use store::checklist::ChecklistRecord;
use store::export::ExportRecord;
use store::inspection_plan::{Charge, Coverage, PlanItemRecord, PlanRecord};
use store::parameter::{Decision, ParameterRecord};
use store::waiver::WaiverRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::contract_place::record;
use crate::ground::{day, entry};
use crate::scopes::{below, everything};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn town() -> TownCode {
    TownCode::from("500118103000")
}

fn audit(action: &'static str) -> Audit {
    entry(action, "plan", "x", NOW)
}

fn edition(code: &str, edition: u32, state: State) -> ChecklistRecord {
    let checklist = Checklist {
        code: code.to_owned(),
        edition,
        title: format!("检查块 {code}"),
        purpose: Purpose::Block,
        order: 1,
        applies: Applies { everywhere: true, ..Applies::default() },
        items: Vec::new(),
        reuses: vec!["B01".to_owned()],
        state,
    };
    ChecklistRecord {
        id: format!("{code}-{edition}"),
        checklist,
        version: 1,
        recorded_at: NOW,
        recorded_by: "a".to_owned(),
    }
}

#[tokio::test]
async fn the_editions_of_a_day_are_those_in_use_on_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (jan, mar, apr) = (day("2026-01-01"), day("2026-03-31"), day("2026-04-01"));
        let first = edition("B", 1, State::Retired { from: jan, to: mar });
        let mut tx = db.write(&town()).await?;
        tx.insert_checklist(&first).await?;
        tx.insert_checklist(&edition("B", 2, State::Valid { from: apr })).await?;
        tx.insert_checklist(&edition("B", 3, State::Draft)).await?;
        tx.insert_checklist(&edition("A", 1, State::Valid { from: jan })).await?;
        tx.commit(audit("checklist.add"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let twin = ChecklistRecord { id: "other".to_owned(), ..first.clone() };
        assert!(matches!(tx.insert_checklist(&twin).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.checklist("B-1").await?, Some(first));
        assert_eq!(read.checklists().await?.len(), 4);
        assert_eq!(read.checklist_editions("B").await?.len(), 3);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_edition_in_use_is_retired_but_never_changed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (from, to) = (day("2026-01-01"), day("2026-06-30"));
        let mut tx = db.write(&town()).await?;
        tx.insert_checklist(&edition("B", 1, State::Draft)).await?;
        let mut draft = edition("B", 1, State::Draft);
        draft.checklist.title = "改过的草稿".to_owned();
        tx.update_checklist(&draft).await?;
        let mut valid = draft.clone();
        valid.version = 2;
        valid.checklist.state = State::Valid { from };
        tx.update_checklist(&valid).await?;
        tx.commit(audit("checklist.publish"), ()).await?;

        let mut tx = db.write(&town()).await?;
        let mut retitled = ChecklistRecord { version: 3, ..valid.clone() };
        retitled.checklist.title = "偷偷改".to_owned();
        let mut retitled_and_retired = retitled.clone();
        retitled_and_retired.checklist.state = State::Retired { from, to };
        let mut back = ChecklistRecord { version: 3, ..valid.clone() };
        back.checklist.state = State::Draft;
        let mut moved = back.clone();
        moved.checklist.state = State::Retired { from: day("2026-02-01"), to };
        for wrong in [retitled, retitled_and_retired, back, moved] {
            let refused = tx.update_checklist(&wrong).await;
            assert!(matches!(refused, Err(Error::Conflict { table: "checklist", .. })), "{wrong:?}");
        }
        let mut retired = ChecklistRecord { version: 3, ..valid };
        retired.checklist.state = State::Retired { from, to };
        tx.update_checklist(&retired).await?;
        tx.commit(audit("checklist.retire"), ()).await?;
        let kept = db.read(&town()).await?.checklist("B-1").await?.expect("is there");
        assert_eq!((kept.version, kept.checklist), (4, retired.checklist));
        Ok(())
    })
    .await
}

fn plan(id: &str, org: &str, path: &str) -> PlanRecord {
    PlanRecord {
        plan: InspectionPlan::draft(id.into(), org.into(), Span::Annual { year: 2026 }),
        path: path.to_owned(),
        year: 2026,
        title: "年度计划".to_owned(),
        note: String::new(),
        version: 1,
        recorded_at: NOW,
        recorded_by: "a".to_owned(),
    }
}

fn visit(id: &str, place: &str, from: &str, to: &str) -> PlanItemRecord {
    let item = PlanItem {
        place: place.into(),
        from: day(from),
        to: day(to),
        reason: "红色每月".to_owned(),
        by_hand: id == "i3",
    };
    PlanItemRecord { id: id.to_owned(), plan: "ip".into(), item, version: 1, recorded_at: NOW }
}

#[tokio::test]
async fn a_plan_keeps_its_steps_and_a_visit_taken_out_stays_on_record() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_inspection_plan(&plan("ip", "org-1", "t/v1")).await?;
        tx.insert_inspection_plan(&plan("iq", "org-2", "t/v2")).await?;
        let visits = [
            visit("i1", "p1", "2026-01-01", "2026-01-31"),
            visit("i2", "p2", "2026-01-01", "2026-01-31"),
            visit("i3", "p1", "2026-02-01", "2026-02-28"),
        ];
        tx.insert_plan_items(&visits).await?;
        tx.void_plan_item("i2", 1, NOW, "场所注销").await?;
        tx.commit(audit("inspection_plan.draft"), ()).await?;
        let mut read = db.read(&town()).await?;
        let stored = read.inspection_plan(&"ip".into(), &everything()).await?.expect("is there");
        assert_eq!(stored.plan.items, [visits[0].item.clone(), visits[2].item.clone()]);
        assert_eq!(read.plan_items(&"ip".into()).await?, [visits[0].clone(), visits[2].clone()]);
        assert_eq!(read.plan_submitter(&"ip".into()).await?, None, "nobody handed it in yet");
        drop(read);

        let submitted = stored.plan.clone().submit("a".into(), day("2025-12-20"))?;
        let approved = submitted.approve("b".into(), day("2025-12-25"))?;
        let mut tx = db.write(&town()).await?;
        tx.update_inspection_plan(&PlanRecord { plan: approved.clone(), ..stored.clone() }).await?;
        tx.commit(audit("inspection_plan.approve"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_inspection_plan(&stored).await, Err(Error::Conflict { .. })));
        drop(tx);

        let mut read = db.read(&town()).await?;
        let stored = read.inspection_plan(&"ip".into(), &everything()).await?.expect("is there");
        assert_eq!((stored.version, &stored.plan), (2, &approved));
        assert_eq!(read.plan_submitter(&"ip".into()).await?, Some("a".into()));
        assert!(matches!(stored.plan.state, Standing::Approved { .. }));
        let own = below(&["t/v2"]);
        assert_eq!(read.inspection_plan(&"ip".into(), &own).await?, None);
        assert_eq!(read.inspection_plans(2026, None, &everything()).await?.len(), 2);
        assert_eq!(read.inspection_plans(2026, None, &own).await?, [plan("iq", "org-2", "t/v2")]);
        assert_eq!(read.inspection_plans(2026, Some(&"org-1".into()), &everything()).await?.len(), 1);
        assert!(read.inspection_plans(2027, None, &everything()).await?.is_empty());
        let in_force = read.approved_plans(2025..=2027, &everything()).await?;
        let in_force: Vec<_> = in_force.iter().map(|one| one.plan.id.as_str()).collect();
        assert_eq!(in_force, ["ip"], "a draft is not in force");
        assert!(read.approved_plans(2025..=2027, &own).await?.is_empty());
        assert!(read.approved_plans(2027..=2028, &everything()).await?.is_empty());
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn places_of_a_body_with_too_few_visits_are_found_by_their_grade() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for (id, grade) in [("p1", "blue"), ("p2", "blue"), ("p3", "yellow"), ("p4", ""), ("p5", "red")] {
            let mut kept = record(id, id, "500118103001");
            kept.place.sector_org = Some(if id == "p5" { "org-2" } else { "org-1" }.into());
            kept.cached_risk_grade = grade.to_owned();
            tx.insert_place(&kept).await?;
        }
        let approved = |id: &str| {
            let draft = plan(id, "org-1", "t/v1");
            let items = vec![visit("x", "p1", "2026-01-05", "2026-01-30").item];
            let ready = draft
                .plan
                .clone()
                .with_items(items)
                .and_then(|plan| plan.submit("a".into(), day("2026-01-01")));
            let plan = ready.and_then(|plan| plan.approve("b".into(), day("2026-01-02")))?;
            anyhow::Ok(PlanRecord { plan, ..draft })
        };
        tx.insert_inspection_plan(&approved("ip")?).await?;
        tx.insert_plan_items(&[
            visit("i1", "p1", "2026-01-05", "2026-01-30"),
            visit("i2", "p3", "2026-06-01", "2026-06-30"),
            visit("i3", "p4", "2026-06-01", "2026-06-30"),
        ])
        .await?;
        tx.void_plan_item("i3", 1, NOW, "调整").await?;
        tx.commit(audit("inspection_plan.approve"), ()).await?;
        let org = "org-1".into();
        let asked = Coverage {
            org: &org,
            charge: Charge::Sector,
            within: (day("2026-01-01"), day("2026-12-31")),
            since: None,
            on: day("2026-03-02"),
            from: day("2026-03-01"),
            by_grade: &[("yellow", 2), ("blue", 1)],
            otherwise: 1,
        };
        let mut read = db.read(&town()).await?;
        let found = read.places_with_few_visits(&asked).await?;
        let told: Vec<_> = found.iter().map(|one| (one.place.as_str(), one.planned, one.to_come)).collect();
        assert_eq!(told, [("p2", 0, 0), ("p3", 1, 1), ("p4", 0, 0)], "p1 has its visit, p5 is another's");
        let of_lists = Coverage { charge: Charge::Listed(ListKind::VillageListed), ..asked.clone() };
        assert!(read.places_with_few_visits(&of_lists).await?.is_empty(), "on no list");
        // On no list, or of no sector: the territory they lie in answers for them all the same.
        let here = Charge::Territory("500118103", ListKind::VillageListed);
        let of_village = Coverage { charge: here, ..asked.clone() };
        let found = read.places_with_few_visits(&of_village).await?;
        assert_eq!(found.last().map(|one| one.place.as_str()), Some("p5"), "whoever's sector it is");
        assert_eq!(read.places_in_charge(&org, here, day("2026-03-02")).await?.len(), 5);
        assert_eq!(read.places_in_charge(&org, Charge::Rest("500118103"), day("2026-03-02")).await?.len(), 4);
        // `record` is registered at `NOW`; whoever was there before is none of those that came since.
        let before = Coverage { since: Some(NOW.date()), ..asked.clone() };
        assert_eq!(read.places_with_few_visits(&before).await?.len(), 3, "of the day itself");
        let after = Coverage { since: NOW.date().succ_opt(), ..asked.clone() };
        assert!(read.places_with_few_visits(&after).await?.is_empty(), "all were there");
        let june = Coverage { within: (day("2026-06-01"), day("2026-06-30")), ..asked.clone() };
        let found = read.places_with_few_visits(&june).await?;
        assert_eq!(found.first().map(|one| one.planned), Some(0), "p1 was visited in January");
        let within = (day("2025-01-01"), day("2025-12-31"));
        let last_year = Coverage { within, by_grade: &[], ..asked };
        assert_eq!(read.places_with_few_visits(&last_year).await?.len(), 4, "without grades, without plans");
        Ok(())
    })
    .await
}

fn setting(id: &str, value: Value, from: &str) -> ParameterRecord {
    let parameter = Parameter {
        name: "visits.red".to_owned(),
        value,
        unit: "次".to_owned(),
        basis: Basis::TownSetting,
        source: "镇务会".to_owned(),
        effective_from: day(from),
    };
    ParameterRecord {
        id: id.to_owned(),
        parameter,
        decision: Decision::Proposed,
        reason: "人手增加".to_owned(),
        proposed_by: "a".to_owned(),
        decided: None,
        version: 1,
        recorded_at: NOW,
    }
}

#[tokio::test]
async fn a_parameter_has_the_value_decided_for_its_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        tx.insert_parameter(&setting("s1", Value::Number(12.0), "2026-01-01")).await?;
        tx.insert_parameter(&setting("s2", Value::Number(0.5), "2026-06-01")).await?;
        tx.insert_parameter(&setting("s3", Value::Text("month".to_owned()), "2026-06-01")).await?;
        tx.insert_parameter(&setting("s4", Value::Flag(true), "2026-07-01")).await?;
        tx.insert_parameter(&setting("s5", Value::Flag(false), "2026-08-01")).await?;
        tx.decide_parameter("s1", 1, Decision::Decided, "b", NOW).await?;
        tx.decide_parameter("s3", 1, Decision::Decided, "b", NOW.plus_ms(1)).await?;
        tx.decide_parameter("s2", 1, Decision::Decided, "b", NOW.plus_ms(2)).await?;
        tx.decide_parameter("s4", 1, Decision::Rejected, "b", NOW).await?;
        let again = tx.decide_parameter("s4", 1, Decision::Decided, "b", NOW).await;
        assert!(matches!(again, Err(Error::Conflict { table: "parameter", .. })));
        tx.commit(audit("parameter.decide"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.parameter("s4").await?.map(|kept| kept.decision), Some(Decision::Rejected));
        for (on, id) in [
            ("2025-12-31", None),
            ("2026-01-01", Some("s1")),
            ("2026-05-31", Some("s1")),
            ("2026-06-01", Some("s2")),
            ("2026-12-31", Some("s2")),
        ] {
            let found = read.parameter_on("visits.red", day(on)).await?;
            assert_eq!(found.map(|p| p.id).as_deref(), id, "{on}");
        }
        assert_eq!(read.parameter_on("visits.blue", day("2026-12-31")).await?, None);
        let all = read.parameters().await?;
        assert_eq!(all.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["s1", "s3", "s2", "s4", "s5"]);
        assert_eq!(all[1].parameter, setting("s3", Value::Text("month".to_owned()), "2026-06-01").parameter);
        assert_eq!(all[1].decided, Some(("b".to_owned(), NOW.plus_ms(1))));
        assert_eq!(all[4], setting("s5", Value::Flag(false), "2026-08-01"));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_request_to_take_a_ledger_out_waits_for_somebody_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let request = |id: &str, asker: &str| ExportRecord {
            export: Export {
                id: id.to_owned(),
                asker: asker.into(),
                asker_name: asker.to_owned(),
                query: "{}".to_owned(),
                format: "csv".to_owned(),
                rows: 3,
                persons: 2,
                reason: "迎检".to_owned(),
                asked_at: NOW,
                decision: None,
                taken_at: None,
            },
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_export(&request("e1", "clerk")).await?;
        tx.insert_export(&request("e2", "head")).await?;
        tx.commit(audit("export.ask"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.exports_waiting(&"head".into()).await?, 1);
        assert_eq!(read.exports(Some(&"clerk".into()), 9).await?, [request("e1", "clerk")]);
        assert_eq!(read.exports(None, 9).await?.len(), 2);
        drop(read);
        let mut decided = request("e1", "clerk");
        decided.export = decided.export.decide(Decided {
            by: "head".into(),
            by_name: "head".to_owned(),
            approved: true,
            note: String::new(),
            at: NOW,
        })?;
        let mut tx = db.write(&town()).await?;
        tx.update_export(&decided).await?;
        tx.commit(audit("export.approve"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.exports_waiting(&"head".into()).await?, 0);
        let kept = read.export("e1").await?.map(|one| (one.export, one.version));
        assert_eq!(kept, Some((decided.export.clone(), 2)));
        drop(read);
        let mut tx = db.write(&town()).await?;
        assert!(
            matches!(tx.update_export(&decided).await, Err(Error::Conflict { .. })),
            "somebody was quicker"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_waiver_holds_between_its_days_until_it_is_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let waiver = |id: &str, from: &str, to: Option<&str>| WaiverRecord {
            id: id.to_owned(),
            duty: "C10.3".to_owned(),
            subject: "v1".to_owned(),
            from: day(from),
            to: to.map(day),
            kind: "force_majeure".to_owned(),
            reason: "洪水".to_owned(),
            recorded_by: "a".to_owned(),
            version: 1,
            recorded_at: NOW,
            voided: None,
        };
        let june = waiver("w1", "2026-06-01", Some("2026-06-30"));
        let mut tx = db.write(&town()).await?;
        tx.insert_waiver(&june).await?;
        tx.insert_waiver(&waiver("w2", "2026-08-01", None)).await?;
        tx.insert_waiver(&waiver("w3", "2026-06-01", None)).await?;
        tx.void_waiver("w3", 1, NOW, "误录").await?;
        tx.commit(audit("waiver.add"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.waiver("w1").await?, Some(june));
        let taken_back = read.waiver("w3").await?.expect("stays on record");
        assert_eq!(taken_back.voided, Some((NOW, "误录".to_owned())));
        assert_eq!(read.waivers().await?.len(), 3, "void ones too");
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_years_holidays_are_kept_and_changed_by_version() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let year = HolidayYear {
            year: 2027,
            content: "[[year]]".to_owned(),
            recorded_by: "周文书".to_owned(),
            version: 1,
            recorded_at: NOW,
        };
        let mut tx = db.write(&town()).await?;
        tx.insert_holiday_year(&year).await?;
        tx.commit(audit("calendar.change"), ()).await?;
        assert_eq!(db.read(&town()).await?.holiday_years().await?, std::slice::from_ref(&year));
        let changed = HolidayYear { content: "[[year]]\n".to_owned(), ..year.clone() };
        let mut tx = db.write(&town()).await?;
        tx.update_holiday_year(&changed).await?;
        tx.commit(audit("calendar.change"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(matches!(tx.update_holiday_year(&year).await, Err(Error::Conflict { .. })));
        drop(tx);
        let mut read = db.read(&town()).await?;
        assert_eq!(read.holiday_years().await?, [HolidayYear { version: 2, ..changed }]);
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}
