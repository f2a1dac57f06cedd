//! Stories of what follows a decision: payment, the court, review and suit, service by public notice.

use super::*;

#[test]
fn an_unpaid_fine_goes_to_court_only_when_every_period_is_over() {
    let served = Story::served();
    assert_eq!(
        served.try_on("2026-09-29", &Act::Demand),
        Err(CaseRefusal::PaymentRunning { due: day("2026-09-29") })
    );
    assert_eq!(served.code("2026-09-30", &Act::Apply), "enforcement.not_demanded");
    assert_eq!(served.code("2026-09-30", &Act::Close), "enforcement.unperformed");
    let demanded = Story(served.0.clone()).then("2026-09-30", &Act::Demand);
    // Ten working days after 30 September: 8, 9, 10, 12–16, 19, 20 October.
    assert_eq!(
        demanded.try_on("2026-10-20", &Act::Apply),
        Err(CaseRefusal::DemandRunning { earliest: day("2026-10-21") })
    );
    // Six months end on a Sunday, 14 March 2027, and so on the Monday after it.
    assert_eq!(
        demanded.try_on("2026-10-21", &Act::Apply),
        Err(CaseRefusal::RemedyRunning { until: day("2027-03-15") })
    );
    assert!(demanded.try_on("2027-06-15", &Act::Apply).is_ok());
    assert_eq!(
        demanded.try_on("2027-06-16", &Act::Apply),
        Err(CaseRefusal::CourtTooLate { until: day("2027-06-15") })
    );
    let executed = demanded.then("2027-03-16", &Act::Apply).then("2027-05-01", &Act::Execute);
    assert_eq!(executed.then("2027-05-02", &Act::Close).0.stage, Stage::Closed);

    let later = served.then("2026-09-28", &Act::Defer { until: day("2026-12-31") });
    assert_eq!(later.code("2026-12-31", &Act::Demand), "enforcement.payment_running");
}

fn ended(ending: Ending) -> Act {
    Act::EndContest { ending, penalty: None }
}

#[test]
fn three_months_for_the_court_run_from_the_end_of_a_deferral() {
    // Paid off in instalments until the end of September 2027, long after every remedy was over.
    let story = Story::served().then("2026-09-28", &Act::Defer { until: day("2027-09-30") });
    let demanded = story.then("2027-10-08", &Act::Demand);
    // Counted from 15 March it would have been over in June.
    assert!(demanded.try_on("2027-12-30", &Act::Apply).is_ok());
    assert_eq!(
        demanded.try_on("2027-12-31", &Act::Apply),
        Err(CaseRefusal::CourtTooLate { until: day("2027-12-30") })
    );
    let clocks = demanded.0.clocks(&[], day("2027-10-09"), &calendar()).expect("in range");
    let court = clocks.iter().find(|one| one.clock == Clock::CourtApplication).expect("it runs");
    assert_eq!((court.from, court.due), (day("2027-09-30"), day("2027-12-30")));
    // Put off after the demand, it waits as well.
    let again = Story::served().then("2026-09-30", &Act::Demand);
    let again = again.then("2026-10-09", &Act::Defer { until: day("2027-04-30") });
    assert_eq!(
        again.try_on("2027-03-16", &Act::Apply),
        Err(CaseRefusal::PaymentRunning { due: day("2027-04-30") })
    );
}

#[test]
fn who_loses_the_review_has_fifteen_days_for_a_suit() {
    let served = Story::served();
    let review = Story(served.0.clone()).then("2026-09-20", &Act::Contest { court: false });
    assert_eq!(review.code("2026-10-08", &Act::Demand), "enforcement.contested");
    assert_eq!(review.code("2026-10-08", &Act::Contest { court: true }), "enforcement.not_now");
    let lost = Story(review.0.clone()).then("2026-11-02", &ended(Ending::SetAside));
    assert_eq!(lost.0.stage, Stage::Withdrawn, "a decision set aside is no longer one");

    // Fifteen days after Saturday's receipt end on a Sunday, and so on Monday.
    let upheld = Story(review.0.clone()).then("2026-10-31", &ended(Ending::Upheld));
    assert_eq!(upheld.code("2026-11-02", &Act::Contest { court: false }), "enforcement.reviewed_once");
    let demanded = Story(upheld.0.clone()).then("2026-10-31", &Act::Demand);
    assert_eq!(
        demanded.try_on("2026-11-16", &Act::Apply),
        Err(CaseRefusal::RemedyRunning { until: day("2026-11-16") })
    );
    assert!(demanded.try_on("2026-11-17", &Act::Apply).is_ok());
    let clocks = demanded.0.clocks(&[], day("2026-11-03"), &calendar()).expect("in range");
    let suit = clocks.iter().find(|one| one.clock == Clock::LitigationAfterReview).expect("it runs");
    assert_eq!((suit.from, suit.due, suit.done), (day("2026-10-31"), day("2026-11-16"), None));

    let sued = upheld.then("2026-11-10", &Act::Contest { court: true });
    assert_eq!(sued.code("2026-12-01", &Act::Close), "enforcement.contested");
    let over = sued.then("2027-02-01", &ended(Ending::Upheld));
    assert_eq!(
        over.code("2027-02-02", &Act::Contest { court: true }),
        "enforcement.not_now",
        "no third time"
    );
    assert!(over.then("2027-02-02", &Act::Demand).try_on("2027-03-01", &Act::Apply).is_ok());

    // Taken back, the six months that ran all along are still the party's.
    let back = review.then("2026-10-09", &ended(Ending::Withdrawn)).then("2026-10-09", &Act::Demand);
    assert_eq!(
        back.try_on("2026-11-02", &Act::Apply),
        Err(CaseRefusal::RemedyRunning { until: day("2027-03-15") })
    );
}

#[test]
fn a_penalty_changed_by_the_review_is_the_one_that_is_paid() {
    let review = Story::served().then("2026-09-20", &Act::Contest { court: false });
    let changed = |penalty| Act::EndContest { ending: Ending::Changed, penalty };
    assert_eq!(review.code("2026-11-02", &changed(None)), "enforcement.no_penalty");
    let changed = review.then("2026-11-02", &changed(Some(fine(300_000))));
    assert_eq!((changed.0.owed_fen(), changed.0.stage), (300_000, Stage::Served));
    let all = Act::Pay { amount_fen: 300_000, how: Paid::Bank };
    let late = changed.then("2026-11-02", &all).0.grown_fen(day("2026-11-02"), &calendar());
    assert_eq!(late, Ok(0), "the review was open since before the fine was due");
}

#[test]
fn what_was_kept_when_there_was_one_contest_is_still_read() {
    let mut old = serde_json::to_value(Story::served().0).expect("a case is JSON");
    let fields = old.as_object_mut().expect("an object");
    fields.remove("contests");
    fields.remove("payments");
    fields.remove("late_paid_fen");
    fields.insert("contested".to_owned(), serde_json::json!(["2026-09-20", "2026-11-02"]));
    let read: Case = serde_json::from_value(old.clone()).expect("it is read");
    let one =
        Contest { court: false, on: day("2026-09-20"), ended: Some((day("2026-11-02"), Ending::Upheld)) };
    assert_eq!(read.contests, vec![one]);
    let again: Case = serde_json::from_value(serde_json::to_value(&read).expect("JSON")).expect("read");
    assert_eq!(again, read);
    old["contested"] = serde_json::Value::Null;
    assert_eq!(serde_json::from_value::<Case>(old).expect("it is read").contests, Vec::new());
    let ending = |upheld: bool| {
        serde_json::from_value::<Act>(serde_json::json!({ "step": "end_contest", "upheld": upheld }))
    };
    assert_eq!(ending(false).expect("read"), ended(Ending::SetAside));
    assert_eq!(ending(true).expect("read"), ended(Ending::Upheld));
    let act = ended(Ending::Withdrawn);
    let written = serde_json::to_value(&act).expect("JSON");
    assert_eq!(serde_json::from_value::<Act>(written).expect("read"), act);
}

#[test]
fn a_late_fine_grows_by_three_percent_a_day_stands_still_in_review_and_never_beyond_the_fine() {
    let calendar = calendar();
    let served = Story::served();
    let grown = |case: &Case, on: &str| case.grown_fen(day(on), &calendar).expect("in range");
    let of = |on: &str| grown(&served.0, on);
    // Due on 29 September.
    assert_eq!([of("2026-09-28"), of("2026-09-29"), of("2026-09-30")], [0, 0, 15_000]);
    assert_eq!([of("2026-11-01"), of("2026-11-02"), of("2030-01-01")], [495_000, 500_000, 500_000]);
    assert_eq!(served.code("2026-09-29", &Act::PayLate { amount_fen: 1 }), "enforcement.nothing_late");

    // Principal paid on the second day: what it had grown by stays owed, and is paid apart.
    let paid = Story(served.0.clone()).then("2026-10-01", &Act::Pay { amount_fen: 500_000, how: Paid::Bank });
    assert_eq!((paid.0.owed_fen(), grown(&paid.0, "2026-12-01")), (0, 30_000));
    let late = |amount_fen| Act::PayLate { amount_fen };
    assert_eq!(paid.try_on("2026-10-08", &late(30_001)), Err(CaseRefusal::WrongAmount { owed_fen: 30_000 }));
    let half = Story(paid.0.clone()).then("2026-10-08", &late(10_000));
    assert_eq!(half.0.late_owed_fen(day("2026-10-09"), &calendar), Ok(20_000));
    assert_eq!(half.0.owed_fen(), 0, "one does not pay for the other");
    let done = half.then("2026-10-09", &late(20_000));
    assert_eq!(done.code("2026-10-09", &late(1)), "enforcement.nothing_late");
    assert_eq!(done.then("2026-10-09", &Act::Close).0.stage, Stage::Closed);

    // Part of the fine paid: the rest grows on.
    let part = Story(served.0.clone()).then("2026-09-30", &Act::Pay { amount_fen: 400_000, how: Paid::Bank });
    assert_eq!(grown(&part.0, "2026-10-02"), 15_000 + 2 * 3_000);

    // Days of a review do not count, those before and after it do.
    let review = Story(served.0.clone()).then("2026-09-30", &Act::Contest { court: false });
    assert_eq!(grown(&review.0, "2026-12-01"), 0);
    let over = review.then("2026-11-02", &ended(Ending::Upheld));
    assert_eq!([grown(&over.0, "2026-11-02"), grown(&over.0, "2026-11-04")], [0, 30_000]);
    // Put off, it is late from then.
    let later = served.then("2026-09-28", &Act::Defer { until: day("2026-12-31") });
    assert_eq!([grown(&later.0, "2026-12-31"), grown(&later.0, "2027-01-01")], [0, 15_000]);
}

#[test]
fn a_public_notice_serves_after_thirty_days() {
    let notice =
        Act::Serve { way: "public_notice".to_owned(), to: "区政府网站、镇公告栏".to_owned() };
    let hung = Story::decided().then("2026-09-14", &notice);
    assert_eq!((hung.0.stage, hung.0.served_on), (Stage::Served, Some(day("2026-10-14"))));
    assert_eq!(
        hung.try_on("2026-10-13", &Act::Demand),
        Err(CaseRefusal::NoticeHangs { until: day("2026-10-14") })
    );
    assert_eq!(
        hung.try_on("2026-10-20", &Act::Demand),
        Err(CaseRefusal::PaymentRunning { due: day("2026-10-29") }),
        "fifteen days from then"
    );
    assert!(hung.try_on("2026-10-30", &Act::Demand).is_ok());
}

#[test]
fn without_a_fine_there_is_no_time_to_pay() {
    let mut stopped = Story::served().0;
    let only = Penalty { kinds: [PenaltyKind::StopBusiness].into(), ..Penalty::default() };
    stopped.decision = Some(Decision { on: day("2026-09-11"), outcome: Outcome::Punish, penalty: only });
    let stopped = Story(stopped);
    assert!(stopped.try_on("2026-09-15", &Act::Demand).is_ok(), "nothing is to be paid, so nothing waits");
    assert_eq!(stopped.0.grown_fen(day("2027-01-01"), &calendar()), Ok(0));
}
