//! A table of what every stage offers and whose hand a step is; which clock runs.

use super::*;

/// Whatever a page offers is checked by the same rule that saving asks, and every step belongs somewhere.
#[test]
fn every_step_is_offered_somewhere_and_each_hand_has_its_own() {
    let calendar = calendar();
    let mut summary = case();
    summary.procedure = Procedure::Summary;
    let hearing = Story::investigated().then("2026-09-08", &notify(stop(), true));
    let asked = Story(hearing.0.clone()).then("2026-09-09", &Act::AskHearing);
    let called = Story(asked.0.clone())
        .then("2026-09-09", &Act::CallHearing { on: day("2026-09-28"), chair: "c".into() });
    let filed = Story::begin().then("2026-09-02", &Act::File);
    let kept = Story(filed.0.clone()).then("2026-09-02", &Act::Preserve);
    let paused = Story(filed.0.clone()).then("2026-09-02", &Act::Pause);
    let claimed = Story(filed.0.clone()).then("2026-09-02", &Act::ClaimRecusal { officer: "a".into() });
    let served = Story::served().0;
    let on_spot = Case { procedure: Procedure::Summary, ..served.clone() };
    let fined = Case {
        in_hand_since: Some(day("2026-09-15")),
        applied_on: Some(day("2026-12-15")),
        ..served.clone()
    };
    let mut more = served.clone();
    if let Some(decision) = &mut more.decision {
        decision.penalty = stop();
    }
    let contested = Story(served).then("2026-09-16", &Act::Contest { court: false });
    let stages = [
        case(),
        summary,
        filed.0,
        kept.0,
        paused.0,
        claimed.0,
        Story::investigated().0,
        hearing.0,
        asked.0,
        called.0,
        Story::decided().0,
        Story::served().0,
        fined,
        more,
        contested.0,
    ];
    let offered: BTreeSet<Step> = stages.iter().chain([&on_spot]).flat_map(Case::offered).collect();
    // Opening a case is offered where there is none yet.
    let missing: Vec<&str> = Step::ALL
        .iter()
        .filter(|step| **step != Step::Open && !offered.contains(step))
        .map(|step| step.code())
        .collect();
    assert_eq!(missing, [""; 0]);
    for case in &stages {
        for step in Step::ALL.iter().filter(|step| !case.offered().contains(step)) {
            let on = case.last_on;
            // The refusal of this one says which procedure it is already.
            if *step == Step::Convert && case.procedure == Procedure::Ordinary {
                assert_eq!(case.check(*step, on, on, &calendar), Err(CaseRefusal::OrdinaryAlready));
                continue;
            }
            assert_eq!(
                case.check(*step, on, on, &calendar),
                Err(CaseRefusal::NotNow { step: *step, stage: case.stage }),
                "{} in {}",
                step.code(),
                case.stage.code()
            );
        }
    }
    assert_eq!((Step::Decide.hand(), Step::Review.hand()), (Hand::Head, Hand::Reviewer));
    assert_eq!(Clock::Decision.limit().unit, Unit::Calendar);
}

#[test]
fn the_page_shows_which_clock_runs() {
    let served = Story::served().0;
    let event = |seq, act: Act, on: &str| Event {
        seq,
        act,
        on: day(on),
        recorded_at: Timestamp(0),
        by: "a".into(),
        document_no: String::new(),
        paper: None,
        outside: Vec::new(),
        text: String::new(),
        stage: Stage::Served,
    };
    let events = [event(1, Act::Serve { way: "direct".to_owned(), to: "王某".to_owned() }, "2026-09-14")];
    let clocks = served.clocks(&events, day("2026-09-15"), &calendar()).expect("in range");
    let due = |clock| clocks.iter().find(|one| one.clock == clock).map(|one| (one.due, one.done));
    assert_eq!(due(Clock::Payment), Some((day("2026-09-29"), None)));
    assert_eq!(due(Clock::Decision), Some((day("2026-12-01"), Some(day("2026-09-11")))));
    assert_eq!(due(Clock::Litigation), Some((day("2027-03-15"), None)));
    assert_eq!(due(Clock::HearingRequest), None, "no hearing was offered");
}
