//! Stories of whistles: clocks over the holiday, silence carried up, refusals, both sides' judgement.

use super::*;
use crate::calendar::DayKind;
use crate::time::parse_date;

/// National Day 2026: the first to the seventh of October off.
fn calendar() -> Calendar {
    let day = |n: u32| parse_date(&format!("2026-10-{n:02}")).expect("a day");
    Calendar::weekdays().with((1..=7).map(|n| (day(n), DayKind::Holiday)))
}

const HOURS: OfficeHours = OfficeHours { from: 9, until: 18 };

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}:00+08:00")).expect("an instant")
}

fn terms() -> Terms {
    Terms {
        receive: Term { n: 60, unit: Unit::OfficeMinute },
        arrive: Term { n: 2, unit: Unit::WorkingDay },
        hours: HOURS,
    }
}

fn whistle() -> Whistle {
    Whistle {
        id: "w".into(),
        code: "SH-2026-0001".to_owned(),
        kind: "ordinary".to_owned(),
        on_site: true,
        problem: "三合一门市内设气瓶间".to_owned(),
        place: None,
        address: "老街 21 号".to_owned(),
        origin: None,
        org: "village".into(),
        raised_by: "p".into(),
        raised_at: at("2026-09-30T16:00"),
        sent_at: None,
        stage: Stage::Raised,
        bodies: Vec::new(),
        said: String::new(),
    }
}

fn step(whistle: Whistle, act: Act, when: &str, text: &str) -> Result<Whistle, WhistleRefusal> {
    step_by("head", whistle, act, when, text)
}

fn step_by(by: &str, whistle: Whistle, act: Act, when: &str, text: &str) -> Result<Whistle, WhistleRefusal> {
    let (by, terms, calendar) = (PersonId::from(by), terms(), calendar());
    whistle.take(&act, &Saying { by: &by, text, at: at(when), terms: Some(&terms), calendar: &calendar })
}

fn sent() -> Whistle {
    let act = Act::Confirm { lead: "economy".into(), helpers: vec!["police".into()] };
    step(whistle(), act, "2026-09-30T17:30", "").expect("sent")
}

fn arrive(org: &str, when: &str) -> Act {
    Act::Arrive { org: org.into(), at: at(when), position: None }
}

#[test]
fn one_working_hour_called_half_an_hour_before_the_holiday_ends_after_it() {
    let w = sent();
    // 17:30 on the last day before a week off: half an hour is left that day, half an hour on Thursday the eighth.
    assert_eq!(w.bodies[0].clocks.receive_by, at("2026-10-08T09:30"));
    assert_eq!(w.bodies[0].clocks.arrive_by.date().to_string(), "2026-10-09");
    let minutes = |n| Term { n, unit: Unit::OfficeMinute };
    let cases = [
        ("2026-09-21T10:00", 60, "2026-09-21T11:00"),
        ("2026-09-21T07:00", 60, "2026-09-21T10:00"),
        ("2026-09-21T19:00", 60, "2026-09-22T10:00"),
        ("2026-09-25T17:50", 60, "2026-09-28T09:50"),
        ("2026-09-21T17:00", 60, "2026-09-21T18:00"),
        ("2026-09-21T09:00", 1_200, "2026-09-23T11:00"),
    ];
    for (from, n, until) in cases {
        assert_eq!(minutes(n).after(at(from), &calendar(), HOURS), Ok(at(until)), "{from} + {n}");
    }
    let shut = OfficeHours { from: 18, until: 9 };
    assert_eq!(minutes(1).after(at("2026-09-21T10:00"), &calendar(), shut), Err(OutOfRange));
    let urgent = Term { n: 30, unit: Unit::Minute };
    assert_eq!(urgent.after(at("2026-10-03T23:50"), &calendar(), HOURS), Ok(at("2026-10-04T00:20")));
}

#[test]
fn silence_is_carried_to_the_leader_and_then_to_the_district_over_the_holiday() {
    let w = sent();
    let height = |when: &str| w.bodies[0].height(at(when), 1, &calendar()).expect("within the calendar");
    assert_eq!(height("2026-10-05T12:00"), Height::None, "the holiday does not count");
    assert_eq!(height("2026-10-08T09:30"), Height::None);
    assert_eq!(height("2026-10-08T09:31"), Height::Leader);
    assert_eq!(height("2026-10-09T23:59"), Height::Leader);
    assert_eq!(height("2026-10-10T00:00"), Height::District);
    let w = step(w, Act::Receive { org: "economy".into() }, "2026-10-08T10:00", "").expect("received");
    let height = |when: &str| w.bodies[0].height(at(when), 1, &calendar()).expect("within the calendar");
    assert_eq!(height("2026-10-09T12:00"), Height::None, "heard, and its time to come is not over");
    assert_eq!(height("2026-10-10T00:00"), Height::Leader, "heard and did not come");
}

#[test]
fn it_is_done_once_every_body_is_and_closed_once_both_sides_spoke() {
    let w = sent();
    let w = step(w, arrive("economy", "2026-09-30T17:50"), "2026-09-30T18:00", "").expect("there");
    assert_eq!(w.bodies[0].standing(), Standing::Arrived);
    assert_eq!(w.bodies[0].received.as_ref().map(|one| one.at), Some(at("2026-09-30T17:50")));
    let late = |w: &Whistle| w.bodies[0].arrived.as_ref().and_then(Arrival::recorded_late);
    assert_eq!(late(&w), None, "ten minutes are no long time");
    let after = step(sent(), arrive("economy", "2026-09-30T17:50"), "2026-10-08T09:00", "").expect("there");
    assert_eq!(late(&after), Some(at("2026-10-08T09:00")), "what was typed in a week later says so");
    let finish = |org: &str| Act::Finish { org: org.into() };
    let early = step(w.clone(), finish("economy"), "2026-09-30T18:00", "办了");
    assert_eq!(early, Err(WhistleRefusal::NoOpinion));
    let opine = |org: &str| Act::Opine { org: org.into(), task: None };
    let w = step(w, opine("economy"), "2026-09-30T18:00", "气瓶限期移出").expect("said");
    let w = step(w, finish("economy"), "2026-09-30T18:10", "已移出").expect("done");
    assert_eq!(w.stage, Stage::Sent, "the police have not come");
    let not_there = step(w.clone(), opine("police"), "2026-09-30T18:10", "意见");
    let refused = WhistleRefusal::BodyNotNow { step: Step::Opine, standing: Standing::Waiting };
    assert_eq!(not_there, Err(refused));
    let w = step(w, arrive("police", "2026-10-08T10:00"), "2026-10-08T10:00", "").expect("there");
    let w = step(w, opine("police"), "2026-10-08T10:30", "已教育").expect("said");
    let w = step(w, finish("police"), "2026-10-08T10:30", "办了").expect("done");
    assert_eq!((w.stage, w.unrated()), (Stage::Done, 4));
    assert_eq!(step(w.clone(), Act::Close, "2026-10-08T11:00", ""), Err(WhistleRefusal::Unrated(4)));
    let rate = |org: &str, score| Act::RateBody { org: org.into(), score };
    let mute = step(w.clone(), rate("police", Score::Poor), "2026-10-08T11:00", " ");
    assert_eq!(mute, Err(WhistleRefusal::Missing { what: "不满意的原因" }));
    let mut w = step(w, rate("police", Score::Poor), "2026-10-08T11:00", "迟到八天").expect("rated");
    w = step(w, rate("economy", Score::Good), "2026-10-08T11:00", "").expect("rated");
    for org in ["economy", "police"] {
        let act = Act::RateWhistle { org: org.into(), score: Score::Fair };
        w = step(w, act, "2026-10-08T11:30", "").expect("rated");
    }
    assert_eq!(step(w, Act::Close, "2026-10-08T12:00", "").map(|w| w.stage), Ok(Stage::Closed));
}

#[test]
fn a_refusal_is_answered_and_another_goes_with_clocks_of_its_own() {
    let refuse = Act::Refuse { org: "economy".into() };
    assert!(step(sent(), refuse.clone(), "2026-09-30T17:40", "").is_err(), "without a reason");
    let w = step(sent(), refuse.clone(), "2026-09-30T17:40", "气瓶由城建办管").expect("refused");
    assert_eq!(w.bodies[0].standing(), Standing::Refused);
    let to = |org: &str| Act::Reroute { org: "economy".into(), to: org.into() };
    assert_eq!(step(w.clone(), to("police"), "2026-10-08T09:00", "同意"), Err(WhistleRefusal::Twice));
    assert_eq!(step(w.clone(), to("village"), "2026-10-08T09:00", "同意"), Err(WhistleRefusal::Twice));
    let moved = step(w.clone(), to("build"), "2026-10-08T09:00", "职责属城建办").expect("rerouted");
    assert_eq!(moved.bodies[0].standing(), Standing::Released);
    let other = moved.body(&"build".into()).expect("called");
    assert!(other.is_lead);
    assert_eq!(other.clocks.receive_by, at("2026-10-08T10:00"));
    assert_eq!(
        step(moved, Act::Receive { org: "economy".into() }, "2026-10-08T09:10", ""),
        Err(WhistleRefusal::NotCalled)
    );
    let insist = Act::Insist { org: "economy".into() };
    let kept = step(w, insist, "2026-10-08T09:00", "三合一由你办牵头").expect("kept");
    assert_eq!(kept.bodies[0].standing(), Standing::Received);
    assert!(step(kept, refuse, "2026-10-08T09:10", "还是不去").is_err(), "once");
}

#[test]
fn no_clock_runs_while_the_town_owes_an_answer_and_who_goes_after_all_has_a_new_one() {
    let refuse = Act::Refuse { org: "economy".into() };
    let refused = step(sent(), refuse, "2026-09-30T17:40", "气瓶由城建办管").expect("refused");
    let insist = Act::Insist { org: "economy".into() };
    // The town takes eight working days to say that it goes after all.
    let kept = step(refused.clone(), insist, "2026-10-19T10:00", "三合一由你办牵头").expect("kept");
    let called = sent();
    let (late, district) = ("2026-10-12T09:00", "2026-10-16T09:00");
    let cases = [
        ("not heard of", &called, late, Height::District, Some(false)),
        ("refused, unanswered", &refused, late, Height::None, None),
        ("refused, still unanswered", &refused, district, Height::None, None),
        ("goes after all, has two days", &kept, "2026-10-21T23:00", Height::None, None),
        ("goes after all, did not come", &kept, "2026-10-22T00:00", Height::Leader, Some(false)),
    ];
    for (what, whistle, now, height, in_time) in cases {
        let body = &whistle.bodies[0];
        assert_eq!(body.height(at(now), 1, &calendar()), Ok(height), "{what}");
        assert_eq!(body.in_time(at(now)), in_time, "{what}");
    }
    let span = (at("2026-07-01T00:00"), at("2026-10-01T00:00"));
    let due =
        |w: &Whistle| arrivals([w], span, at(late)).get(&OrgId::from("economy")).map_or(0, |sum| sum.due);
    assert_eq!((due(&called), due(&refused)), (1, 0), "an unanswered refusal is no miss");
}

#[test]
fn a_whistle_of_a_kind_that_is_no_more_can_be_ended_but_calls_nobody() {
    let (by, calendar) = (PersonId::from("head"), calendar());
    let said =
        Saying { by: &by, text: "误报", at: at("2026-09-30T17:30"), terms: None, calendar: &calendar };
    let confirm = Act::Confirm { lead: "economy".into(), helpers: Vec::new() };
    assert_eq!(whistle().take(&confirm, &said), Err(WhistleRefusal::NoTerms));
    assert_eq!(whistle().take(&Act::Void, &said).map(|w| w.stage), Ok(Stage::Void));
    assert_eq!(sent().take(&Act::Void, &said).map(|w| w.stage), Ok(Stage::Void));
    let arrived = sent().take(&arrive("police", "2026-09-30T17:30"), &said);
    assert!(arrived.is_ok(), "its clocks were counted out when it was called");
    let calls = Step::ALL.iter().copied().filter(|step| step.calls()).collect::<Vec<_>>();
    assert_eq!(calls, [Step::Confirm, Step::Insist, Step::Reroute]);
}

#[test]
fn nobody_confirms_a_whistle_he_raised_himself() {
    let confirm = || Act::Confirm { lead: "economy".into(), helpers: Vec::new() };
    let told = step_by("p", whistle(), confirm(), "2026-09-30T17:30", "");
    assert_eq!(told, Err(WhistleRefusal::OwnWhistle));
    assert!(step(whistle(), confirm(), "2026-09-30T17:30", "").is_ok());
}

#[test]
fn nobody_was_there_before_he_was_called_or_in_the_future() {
    for when in ["2026-09-30T17:29", "2026-09-30T18:01"] {
        let told = step(sent(), arrive("police", when), "2026-09-30T18:00", "");
        assert_eq!(told, Err(WhistleRefusal::WrongTime), "{when}");
    }
    let twice = Act::Confirm { lead: "a".into(), helpers: vec!["a".into()] };
    assert_eq!(step(whistle(), twice, "2026-09-30T17:30", ""), Err(WhistleRefusal::Twice));
    let own = Act::Confirm { lead: "village".into(), helpers: Vec::new() };
    assert_eq!(step(whistle(), own, "2026-09-30T17:30", ""), Err(WhistleRefusal::Twice));
}

#[test]
fn a_returned_whistle_is_sent_again_with_what_was_lacking() {
    let back = step(whistle(), Act::Return, "2026-09-30T16:30", "没有写明气瓶数量").expect("returned");
    assert_eq!(back.stage, Stage::Returned);
    let again = step(back, Act::Resend, "2026-09-30T16:40", "现存 12 瓶").expect("again");
    assert_eq!((again.stage, again.problem.as_str()), (Stage::Raised, "三合一门市内设气瓶间\n现存 12 瓶"));
}

#[test]
fn the_rate_counts_who_was_there_in_time_among_those_whose_time_is_over() {
    let w = step(sent(), arrive("economy", "2026-09-30T17:50"), "2026-09-30T18:00", "").expect("there");
    let span = (at("2026-07-01T00:00"), at("2026-10-01T00:00"));
    let of = |now: &str| arrivals([&w], span, at(now)).into_values().collect::<Vec<_>>();
    let one = Arrivals { due: 1, in_time: 1 };
    assert_eq!(of("2026-10-01T00:00"), [one], "the police still have time");
    assert_eq!(of("2026-10-10T00:00"), [one, Arrivals { due: 1, in_time: 0 }]);
    let next = (at("2026-10-01T00:00"), at("2027-01-01T00:00"));
    assert!(arrivals([&w], next, at("2027-01-01T00:00")).is_empty(), "it counts in the quarter it was sent");
}

#[test]
fn each_clock_runs_out_once_over_the_holiday_and_the_district_last() {
    fn said(w: &Whistle, raised: &str, now: &str) -> String {
        let (terms, calendar) = (terms(), calendar());
        let over =
            w.overruns(at(raised), at(now), (Some(&terms), 1), &calendar).expect("within the calendar");
        let one = |one: &Overrun<'_>| match one.body {
            Some(body) => format!("{} {}", one.clock.code(), body.org),
            None => one.clock.code().to_owned(),
        };
        over.iter().map(one).collect::<Vec<_>>().join(", ")
    }
    // Raised at half past five on the last day before the week off: the town has its working hour after the holiday.
    for (now, told) in [
        ("2026-09-30T17:59", ""),
        ("2026-10-03T12:00", ""),
        ("2026-10-08T09:30", ""),
        ("2026-10-08T09:31", "confirm"),
    ] {
        assert_eq!(said(&whistle(), "2026-09-30T17:30", now), told, "{now}");
    }
    assert_eq!(said(&whistle(), "2026-10-08T09:00", "2026-10-08T09:31"), "", "raised again, it counts anew");
    let w = sent();
    for (now, told) in [
        ("2026-10-07T23:00", ""),
        ("2026-10-08T09:31", "receive economy, receive police"),
        (
            "2026-10-10T00:00",
            "receive economy, arrive economy, district economy, receive police, arrive police, district police",
        ),
    ] {
        assert_eq!(said(&w, "2026-09-30T16:00", now), told, "{now}");
    }
    let w = step(w, arrive("economy", "2026-09-30T17:50"), "2026-09-30T18:00", "").expect("there");
    let w = step(w, Act::Receive { org: "police".into() }, "2026-10-08T10:00", "").expect("received");
    assert_eq!(
        said(&w, "2026-09-30T16:00", "2026-10-09T12:00"),
        "",
        "one is there, the other has until midnight"
    );
    assert_eq!(said(&w, "2026-09-30T16:00", "2026-10-12T12:00"), "arrive police");
    let over = step(w, Act::Void, "2026-10-12T12:00", "重复").expect("void");
    assert_eq!(said(&over, "2026-09-30T16:00", "2026-10-20T12:00"), "");
}
