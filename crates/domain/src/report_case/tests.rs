//! Tables and stories of reports.

use super::*;
use crate::calendar::DayKind;

const TERMS: Terms =
    Terms { screen_days: 1, screen_minutes: 30, verify_hours: 24, verify_days: 3, reply_days: 15 };

fn day(text: &str) -> Date {
    crate::time::parse_date(text).expect("a date written in a test exists")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant written in a test exists")
}

/// 30 September 2026 is a Wednesday; a week of holidays follows, and the Saturday after is worked.
fn calendar() -> Calendar {
    let holidays = (1..=7).map(|d| (day(&format!("2026-10-0{d}")), DayKind::Holiday));
    Calendar::weekdays().with(holidays.chain([(day("2026-10-10"), DayKind::Workday)]))
}

pub(super) fn case(channel: Channel, matter: Matter) -> ReportCase {
    let now = at("2026-09-30T16:00:00+08:00");
    let (content, site) = (" 楼梯口堆满纸箱 ".to_owned(), Site::words("500118100901".into(), "老街 3 号"));
    let coming =
        ReportCase::new("r1".into(), "JB-20260930-0001".to_owned(), channel, matter, content, site, now);
    ReportCase { has_contact: true, ..coming }
}

fn received(matter: Matter) -> ReportCase {
    case(Channel::Qr, matter).receive(&TERMS, &calendar()).expect("is a report")
}

/// One step by somebody who says something and shows one picture.
fn go(case: ReportCase, by: &str, act: Act) -> Result<ReportCase, ReportCaseRefusal> {
    let (by, photos) = (PersonId::from(by), ["p1".into()]);
    let at = at("2026-10-01T10:00:00+08:00");
    case.take(&act, &Saying { by: &by, text: "情况说明", photos: &photos, at, hazard_settled: false })
}

fn assigned() -> ReportCase {
    let accepted = go(received(Matter::BlockedExit), "clerk", Act::Accept).expect("accepted");
    go(accepted, "clerk", Act::Assign { org: "village-1".into() }).expect("assigned")
}

#[test]
fn a_blocked_exit_is_looked_at_within_a_day_anything_else_in_three_working_days_over_the_holidays() {
    for (channel, matter, screen, verify, reply) in [
        (
            Channel::Qr,
            Matter::BlockedExit,
            // Not after the holiday: it has to be looked at before.
            "2026-10-01T16:00:00.000+08:00",
            "2026-10-01T16:00:00.000+08:00",
            "2026-10-27T23:59:59.999+08:00",
        ),
        (
            Channel::Telephone,
            Matter::Equipment,
            "2026-09-30T16:30:00.000+08:00",
            "2026-10-01T16:00:00.000+08:00",
            "2026-10-27T23:59:59.999+08:00",
        ),
        (
            Channel::Line12345,
            Matter::Wiring,
            "2026-10-08T23:59:59.999+08:00",
            "2026-10-10T23:59:59.999+08:00",
            "2026-10-27T23:59:59.999+08:00",
        ),
    ] {
        let clocks = case(channel, matter).receive(&TERMS, &calendar()).expect("is a report").clocks;
        let told = [clocks.screen_by, clocks.verify_by, clocks.reply_by].map(Timestamp::to_rfc3339);
        assert_eq!(told, [screen, verify, reply], "{} {}", channel.label(), matter.label());
    }
}

#[test]
fn one_clock_runs_at_a_time_and_none_ends_before_the_one_it_follows() {
    for matter in Matter::ALL.iter().filter(|one| **one != Matter::Person) {
        for channel in Channel::ALL {
            let clocks = case(*channel, *matter).receive(&TERMS, &calendar()).expect("is a report").clocks;
            let due = [Clock::Screen, Clock::Verify, Clock::Reply].map(|clock| clocks.due(clock));
            assert!(due.is_sorted(), "{} {}", channel.label(), matter.label());
            assert_eq!(due, [clocks.screen_by, clocks.verify_by, clocks.reply_by]);
        }
    }
    let came = received(Matter::BlockedExit);
    assert_eq!((came.clock(), came.due_at()), (Some(Clock::Screen), Some(came.clocks.screen_by)));
    let given = assigned();
    assert_eq!((given.clock(), given.due_at()), (Some(Clock::Verify), Some(given.clocks.verify_by)));
    // What was counted out before is read the same way.
    let mut old = came;
    old.clocks.screen_by = old.clocks.verify_by.plus_ms(1);
    assert_eq!(old.due_at(), Some(old.clocks.verify_by));
}

#[test]
fn unfounded_needs_pictures_and_a_second_person() {
    let handle = Act::Handle { finding: Finding::Unfounded, hazard: None };
    assert_eq!(go(assigned(), "staff", handle), Err(ReportCaseRefusal::DoubtFirst));
    let by = PersonId::from("staff");
    let at = at("2026-10-01T10:00:00+08:00");
    let bare = Saying { by: &by, text: "没有", photos: &[], at, hazard_settled: false };
    assert_eq!(assigned().take(&Act::Doubt, &bare), Err(ReportCaseRefusal::NoPhotos));
    let doubted = go(assigned(), "staff", Act::Doubt).expect("has a picture");
    assert_eq!(go(doubted.clone(), "staff", Act::AgreeDoubt), Err(ReportCaseRefusal::SamePerson));
    assert_eq!(go(doubted.clone(), "staff", Act::RejectDoubt), Err(ReportCaseRefusal::SamePerson));
    assert_eq!(go(doubted.clone(), "clerk", Act::RejectDoubt).map(|one| one.stage), Ok(Stage::Assigned));
    let agreed = go(doubted, "clerk", Act::AgreeDoubt).expect("by another");
    assert_eq!((agreed.stage, agreed.finding), (Stage::Handled, Some(Finding::Unfounded)));
    let replied = go(agreed, "clerk", Act::Reply).expect("handled");
    assert_eq!(go(replied, "clerk", Act::Reward { amount_fen: 100 }), Err(ReportCaseRefusal::NotConfirmed));
}

#[test]
fn what_a_stranger_reported_is_voided_by_two_and_its_clocks_run_on_until_then() {
    let asked = go(assigned(), "clerk", Act::AskVoid).expect("says why");
    assert_eq!((asked.stage, asked.due_at()), (Stage::VoidAsked, assigned().due_at()));
    assert_eq!(go(assigned(), "clerk", Act::Void), Err(ReportCaseRefusal::WrongStage("核实办理中")));
    assert_eq!(go(asked.clone(), "clerk", Act::Void), Err(ReportCaseRefusal::SameVoid));
    assert_eq!(go(asked.clone(), "clerk", Act::RejectVoid), Err(ReportCaseRefusal::SameVoid));
    let kept = go(asked.clone(), "head", Act::RejectVoid).expect("by another");
    assert_eq!((kept.stage, kept.void_ask), (Stage::Assigned, None));
    let void = go(asked, "head", Act::Void).expect("by another");
    assert_eq!((void.stage, void.void.is_some(), void.due_at()), (Stage::Void, true, None));
}

#[test]
fn the_reporter_says_once_what_he_thinks_of_an_answer_and_anew_of_the_next() {
    let rate = |rating| Act::Rate { rating };
    assert!(go(assigned(), "", rate(Rating::Satisfied)).is_err(), "nothing was answered");
    let handle = Act::Handle { finding: Finding::Confirmed, hazard: None };
    let replied =
        go(go(assigned(), "staff", handle).expect("looked at"), "clerk", Act::Reply).expect("handled");
    let rated = go(replied, "", rate(Rating::Dissatisfied)).expect("answered");
    assert_eq!(rated.rating, Some(Rating::Dissatisfied));
    assert_eq!(go(rated.clone(), "", rate(Rating::Satisfied)), Err(ReportCaseRefusal::Rated));
    assert_eq!(go(rated, "", Act::Reopen).expect("not content").rating, None);
}

#[test]
fn it_is_filed_only_after_an_answer_and_when_the_hazard_is_settled_and_the_reporter_may_open_it_again() {
    let handle = Act::Handle { finding: Finding::Confirmed, hazard: Some("h1".into()) };
    let handled = go(assigned(), "staff", handle).expect("looked at");
    assert_eq!(go(handled.clone(), "clerk", Act::Close), Err(ReportCaseRefusal::WrongStage("已办理待答复")));
    let replied = go(handled, "clerk", Act::Reply).expect("handled");
    assert_eq!(go(replied.clone(), "clerk", Act::Close), Err(ReportCaseRefusal::HazardOpen));
    let by = PersonId::from("clerk");
    let at = at("2026-10-02T10:00:00+08:00");
    let settled = Saying { by: &by, text: "", photos: &[], at, hazard_settled: true };
    let closed = replied.take(&Act::Close, &settled).expect("the hazard is closed");
    let rewarded = go(closed, "clerk", Act::Reward { amount_fen: 20_000 }).expect("was so");
    assert_eq!(
        go(rewarded.clone(), "clerk", Act::Reward { amount_fen: 1 }),
        Err(ReportCaseRefusal::Rewarded)
    );
    let first = rewarded.replied_at;
    let again = go(rewarded, "", Act::Reopen).expect("the reporter is not content");
    assert_eq!((again.stage, again.reopened, again.replied_at), (Stage::Accepted, 1, first));
}

#[test]
fn what_is_about_a_person_is_only_handed_on_and_a_fire_goes_to_119() {
    let person = received(Matter::Person);
    assert_eq!(go(person.clone(), "clerk", Act::Accept), Err(ReportCaseRefusal::NotFire));
    assert!(!person.steps().contains(&"accept"));
    let gone = go(person, "clerk", Act::Forward { to: "镇纪检监察室".to_owned() }).expect("handed on");
    assert_eq!((gone.stage, gone.replied_at.is_some()), (Stage::Forwarded, true), "the reporter was told");
    let emergency = Act::Emergency { incident: Some("i1".into()) };
    let burning = go(received(Matter::Other), "clerk", emergency).expect("it burns");
    assert_eq!((burning.stage, burning.screened_at.is_some()), (Stage::Emergency, true));
    assert_eq!(burning.incident, Some("i1".into()));
    let own = Act::Merge { into: "r1".into() };
    assert_eq!(go(received(Matter::Other), "clerk", own), Err(ReportCaseRefusal::IntoItself));
}

/// Every step the page offers is one the rules take, and every other one they refuse.
#[test]
fn the_steps_of_a_stage_are_those_the_rules_take() {
    let all = |finding| {
        [
            Act::Accept,
            Act::Merge { into: "r2".into() },
            Act::Separate,
            Act::Forward { to: "某局".to_owned() },
            Act::Emergency { incident: None },
            Act::Assign { org: "o".into() },
            Act::Doubt,
            Act::AgreeDoubt,
            Act::RejectDoubt,
            Act::Handle { finding, hazard: None },
            Act::Reply,
            Act::Close,
            Act::Reopen,
            Act::Reward { amount_fen: 100 },
            Act::Rate { rating: Rating::Fair },
            Act::AskVoid,
            Act::Void,
            Act::RejectVoid,
            Act::Add,
        ]
    };
    for stage in Stage::ALL {
        for finding in [None, Some(Finding::Confirmed)] {
            let ask = VoidAsk { by: "staff".into(), reason: "重复登记".into(), from: Stage::Assigned };
            let void_ask = (*stage == Stage::VoidAsked).then_some(ask);
            let case = ReportCase { stage: *stage, finding, void_ask, ..received(Matter::Other) };
            let taken: std::collections::BTreeSet<&str> = all(Finding::Confirmed)
                .iter()
                // Who reported adds by his receipt; nobody at a desk is offered that.
                .filter(|act| !matches!(act, Act::Add) && go(case.clone(), "clerk", (*act).clone()).is_ok())
                .map(Act::code)
                .collect();
            assert_eq!(taken, case.steps().iter().copied().collect(), "{stage:?} {finding:?}");
            assert!(all(Finding::Confirmed).iter().all(|act| step_label(act.code()) != act.code()));
        }
    }
}

#[test]
fn nothing_said_too_much_said_and_a_position_that_is_none_are_refused() {
    let bad = |content: &str, point| {
        let site = Site { point, ..Site::words("500118100901".into(), "") };
        let case = ReportCase { content: content.to_owned(), site, ..case(Channel::Qr, Matter::Other) };
        case.receive(&TERMS, &calendar()).map(|one| one.content)
    };
    assert_eq!(bad("  ", None), Err(ReportCaseRefusal::NoContent));
    assert_eq!(bad(&"火".repeat(MAX_CONTENT + 1), None), Err(ReportCaseRefusal::TooLong));
    assert_eq!(bad("烟", Some([29.26, 105.87])), Err(ReportCaseRefusal::Point));
    assert_eq!(bad("烟", Some([105.87, f64::NAN])), Err(ReportCaseRefusal::Point));
    assert_eq!(bad(" 烟 ", Some([105.87, 29.26])), Ok("烟".to_owned()));
}
