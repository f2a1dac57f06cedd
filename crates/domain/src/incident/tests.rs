//! Stories, tables and properties of incidents.

use proptest::prelude::*;

use super::join::{Bearing, Clue, Fix, Heard, Known, Mask, Why, Window, cross, is_hidden, join};
use super::statistics::{handling, response};
use super::watch::Watch;
use super::*;
use crate::geometry::{Bounds, distance_m};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const WINDOW: Window = Window { ms: 600_000, near_m: 100.0, far_m: 8_000.0 };

fn after(s: i64) -> Timestamp {
    NOW.plus_ms(s * 1_000)
}

fn sign(bound: bool) -> Sign {
    Sign {
        source: Source::Device,
        kind: Kind::Building,
        place: Some("house".into()),
        territory: "v1".into(),
        address: "老街 12 号".to_owned(),
        at: None,
        error_m: None,
        text: "感烟报警".to_owned(),
        called_by: String::new(),
        bound,
        came_at: NOW,
    }
}

fn incident(bound: bool) -> Incident {
    Incident::open("i".into(), "JQ-0001".to_owned(), sign(bound), "system".into(), NOW).expect("opens")
}

fn by() -> PersonId {
    "duty".into()
}

fn real() -> Act {
    Act::Judge { verdict: Verdict::Real, how: How::Telephone, kind: None }
}

/// Takes steps, each so many seconds after the alarm.
fn led(mut incident: Incident, steps: &[(Act, i64)]) -> Result<Incident, IncidentRefusal> {
    for (act, s) in steps {
        incident = incident.take(act, &by(), after(*s), "说明", after(*s))?;
    }
    Ok(incident)
}

fn mark(mark: Mark) -> Act {
    Act::Mark { mark }
}

#[test]
fn what_turns_out_to_be_a_fire_afterwards_waits_for_119_as_one_judged_so() {
    let change = |kind| Act::Change { kind, address: "老街 12 号".to_owned(), at: None };
    let judged = |kind| Act::Judge { verdict: Verdict::Real, how: How::Telephone, kind: Some(kind) };
    let help = led(incident(true), &[(judged(Kind::Help), 45)]).expect("is judged");
    assert!(!help.awaits_119(), "nobody burns");
    let fire = led(help.clone(), &[(change(Kind::Building), 90)]).expect("is put right");
    assert_eq!((fire.awaits_119(), fire.asked_119_at), (true, Some(after(90))));
    let out = led(fire.clone(), &[(mark(Mark::Out), 100)]).expect("is out");
    let over = Act::HandOver { to: "大队".to_owned() };
    assert_eq!(led(out, &[(over, 110)]), Err(IncidentRefusal::Untold));
    // Why nobody told 119 of a person in need says nothing of the fire; that 119 was told does.
    let why_not = Act::Tell119 { at: None, unknown: false };
    let again = [(why_not, 50), (change(Kind::Forest), 90)];
    let asked = led(help.clone(), &again).expect("is put right");
    assert!(asked.awaits_119() && asked.told_119.is_none());
    let told = [(Act::Tell119 { at: Some(after(50)), unknown: false }, 50), (change(Kind::Forest), 90)];
    assert!(!led(help.clone(), &told).expect("is put right").awaits_119());
    // On the way there as well, by whichever step; before anybody confirmed it nothing is asked.
    let there = [(mark(Mark::EnRoute), 60), (judged(Kind::Vehicle), 70)];
    assert!(led(help, &there).expect("is judged again").awaits_119());
    assert!(!led(incident(true), &[(change(Kind::Forest), 30)]).expect("is put right").awaits_119());
}

#[test]
fn a_night_fire_goes_from_the_frame_to_the_hand_over() {
    let steps = [
        (Act::Acknowledge, 8),
        (Act::Verify, 10),
        (real(), 45),
        (Act::Tell119 { at: Some(after(50)), unknown: false }, 55),
        (mark(Mark::Dispatched), 60),
        (mark(Mark::EnRoute), 120),
        (mark(Mark::Arrived), 300),
        (mark(Mark::Controlled), 900),
        (mark(Mark::Out), 1_500),
        (Act::HandOver { to: "永川区消防救援大队".to_owned() }, 1_800),
    ];
    let over = led(incident(true), &steps).expect("goes through");
    assert_eq!(over.stage, Stage::HandedOver);
    assert_eq!(over.asked_119_at, Some(after(45)), "119 is asked for the moment it is confirmed");
    assert_eq!(over.between_s(Mark::Alarm, Mark::Verified), Some(45));
    assert_eq!(over.between_s(Mark::Dispatched, Mark::Arrived), Some(240));
    let around = Around { again: true, listed: false, target_s: 180 };
    assert_eq!(over.review_reasons(around), [ReviewReason::Again, ReviewReason::Slow]);
    assert_eq!(
        led(over, &[(Act::Review { lessons: 2 }, 86_400), (Act::Close, 86_401)]).map(|o| o.stage),
        Ok(Stage::Closed)
    );
}

#[test]
fn what_only_unbound_sources_say_reaches_a_person_and_sends_nobody() {
    let open = incident(false);
    assert_eq!(open.may_dispatch(), Err(IncidentRefusal::Unverified));
    let restored = Act::Join { says: "恢复".to_owned(), why: vec![], bound: true, restored: true };
    let joined = led(open.clone(), &[(restored.clone(), 5)]).expect("joins");
    assert_eq!(
        (joined.stage, joined.trusted, joined.signals),
        (Stage::Open, false, 2),
        "all well closes nothing"
    );
    let bound = Act::Join { says: "感烟".to_owned(), why: vec![], bound: true, restored: false };
    assert!(led(open.clone(), &[(bound, 5)]).expect("joins").may_dispatch().is_ok());
    assert!(led(open, &[(real(), 5)]).expect("a person says so").may_dispatch().is_ok());
    let burning = led(incident(true), &[(real(), 5), (mark(Mark::Arrived), 9)]).expect("burns");
    assert_eq!(led(burning, &[(restored, 10)]).map(|one| one.stage), Ok(Stage::Responding));
}

#[test]
fn steps_that_cannot_be_are_refused() {
    let confirmed = || led(incident(true), &[(real(), 5)]).expect("confirmed");
    let out = || led(confirmed(), &[(mark(Mark::Out), 60)]).expect("out");
    let hand_over = Act::HandOver { to: "大队".to_owned() };
    for (incident, act, s, code) in [
        (incident(true), mark(Mark::Controlled), 5, "incident.stage"),
        (incident(true), Act::HandOver { to: "大队".to_owned() }, 5, "incident.stage"),
        (incident(true), Act::Acknowledge, -5, "incident.order"),
        (incident(true), Act::Void, 86_400 * 400, "ok"),
        (confirmed(), Act::Void, 6, "incident.stage"),
        (
            confirmed(),
            Act::Judge { verdict: Verdict::CannotTell, how: How::Other, kind: None },
            6,
            "incident.stage",
        ),
        (confirmed(), Act::Raise { level: 1 }, 6, "incident.level"),
        (confirmed(), Act::Close, 6, "incident.stage"),
        (out(), hand_over.clone(), 61, "incident.untold"),
        (out(), Act::HandOver { to: " ".to_owned() }, 61, "incident.to_whom"),
        (out(), mark(Mark::Arrived), 61, "incident.stage"),
    ] {
        let told = incident.take(&act, &by(), after(s), "说明", after(s));
        assert_eq!(told.map_or_else(|refusal| refusal.code(), |_| "ok"), code, "{act:?}");
    }
    let twice = led(incident(true), &[(Act::Acknowledge, 1)]).expect("heard");
    assert_eq!(led(twice, &[(Act::Acknowledge, 2)]), Err(IncidentRefusal::Known));
    let silent =
        incident(true).take(&Act::Tell119 { at: None, unknown: false }, &by(), after(1), " ", after(1));
    assert_eq!(silent, Err(IncidentRefusal::WhyNot119));
    let later = led(confirmed(), &[(mark(Mark::EnRoute), 100)]).expect("on the way");
    assert_eq!(
        later.clone().take(&mark(Mark::Arrived), &by(), after(90), "", after(200)),
        Err(IncidentRefusal::Order)
    );
    let why = out()
        .take(&Act::Tell119 { at: None, unknown: false }, &by(), after(61), "自行扑灭", after(61))
        .expect("says why");
    assert!(led(why, &[(hand_over, 62)]).is_ok());
}

#[test]
fn a_wrong_verdict_is_put_right_with_a_reason() {
    let no = led(
        incident(true),
        &[(Act::Judge { verdict: Verdict::FalseAlarm, how: How::Camera, kind: None }, 30)],
    );
    let no = no.expect("judged");
    assert_eq!(no.stage, Stage::FalseAlarm);
    assert_eq!(no.clone().take(&real(), &by(), after(40), "", after(40)), Err(IncidentRefusal::NoReason));
    let yes = led(no, &[(real(), 40)]).expect("put right");
    assert_eq!((yes.stage, yes.mark(Mark::Verified)), (Stage::Real, Some(after(30))));
}

#[test]
fn signs_of_one_place_and_time_are_one_incident() {
    let house = Known {
        id: "house".into(),
        last_at: NOW,
        ongoing_since: None,
        place: Some("p1".into()),
        at: Some([105.87, 29.26]),
        error_m: 0.0,
        bearings: vec![],
        senders: ["gb26875 10.0.0.9".to_owned()].into(),
    };
    let far = Known {
        id: "far".into(),
        place: None,
        at: Some([105.9, 29.3]),
        senders: Default::default(),
        ..house.clone()
    };
    let known = [house, far];
    let clue = |place: Option<&str>, at: Option<Position>, s: i64| Clue {
        came_at: after(s),
        place: place.map(Into::into),
        at,
        bearing: None,
        sender: String::new(),
    };
    let to = |clue: &Clue| join(clue, &known, &WINDOW).map(|(id, _)| id.to_string());
    assert_eq!(to(&clue(Some("p1"), None, 60)).as_deref(), Some("house"));
    assert_eq!(to(&clue(None, Some([105.8705, 29.26]), 60)).as_deref(), Some("house"));
    assert_eq!(to(&clue(None, Some([105.872, 29.26]), 60)), None, "two hundred metres off");
    assert_eq!(to(&clue(Some("p1"), None, 700)), None, "it is out: a new one");
    assert_eq!(
        to(&clue(Some("p1"), Some([105.9, 29.3]), 60)).as_deref(),
        Some("house"),
        "the place says more"
    );
    assert_eq!(to(&clue(None, None, 60)), None);
    let from = |sender: &str, at, s| Clue { sender: sender.to_owned(), ..clue(None, at, s) };
    assert_eq!(to(&from("gb26875 10.0.0.9", None, 60)).as_deref(), Some("house"), "who said it before");
    assert_eq!(to(&from("gb26875 10.0.0.8", None, 60)), None, "somebody else");
    assert_eq!(to(&from("gb26875 10.0.0.9", None, 700)), None, "too late");
    assert_eq!(
        to(&from("gb26875 10.0.0.9", Some([105.872, 29.26]), 60)),
        None,
        "it says where, and that is elsewhere"
    );
}

/// A detector goes on for as long as it burns: ten minutes after its last sign it is still the same fire, and a second
/// incident would page everybody again. Only what is over leaves what comes later to another.
#[test]
fn while_somebody_is_busy_with_a_place_its_signs_are_of_that() {
    let fire = Known {
        id: "fire".into(),
        last_at: after(60),
        ongoing_since: Some(NOW),
        place: Some("p1".into()),
        at: Some([105.87, 29.26]),
        error_m: 0.0,
        bearings: vec![bearing("a/0", [105.86, 29.26], 90.0)],
        senders: ["wire".to_owned()].into(),
    };
    let sign = |s: i64| Clue { came_at: after(s), ..Clue::default() };
    let joins = |clue: Clue| join(&clue, std::slice::from_ref(&fire), &WINDOW).is_some();
    assert!(joins(Clue { place: Some("p1".into()), ..sign(7_200) }), "two hours later, at the place");
    assert!(joins(Clue { at: Some([105.8705, 29.26]), ..sign(7_200) }), "beside it");
    assert!(!joins(Clue { place: Some("p2".into()), ..sign(7_200) }), "elsewhere");
    assert!(!joins(Clue { sender: "wire".to_owned(), ..sign(7_200) }), "who said it tells less than where");
    let seen = Clue { bearing: Some(bearing("b/0", [105.87, 29.25], 0.0)), ..sign(7_200) };
    assert!(!joins(seen), "a direction alone tells less than where");
    assert!(joins(Clue { place: Some("p1".into()), ..sign(-300) }), "somebody who called before");
    assert!(!joins(Clue { place: Some("p1".into()), ..sign(-7_200) }), "hours before it began");
    let at_work = led(incident(true), &[(real(), 40)]).expect("real");
    assert_eq!(at_work.ongoing_since(), Some(NOW));
    assert_eq!(led(at_work, &[(mark(Mark::Out), 90)]).expect("out").ongoing_since(), None);
}

#[test]
fn two_that_are_one_are_made_one_by_a_person_and_nothing_is_lost() {
    let with = |id: &str, s: i64| Incident {
        id: id.into(),
        marks: [(Mark::Alarm, Stamp { at: after(s), by: by() })].into(),
        ..incident(false)
    };
    let (first, second) = (with("first", 0), with("second", 30));
    assert_eq!(second.clone().absorb(first.clone(), " ").err(), Some(IncidentRefusal::NoReason));
    assert_eq!(first.clone().absorb(first.clone(), "同一起").err(), Some(IncidentRefusal::Merge), "itself");
    let burning = led(Incident { trusted: true, ..second }, &[(real(), 40)]).expect("real");
    assert_eq!(
        first.clone().absorb(burning.clone(), "同一起").err(),
        Some(IncidentRefusal::Merge),
        "it went farther"
    );
    let (one, other) = burning.absorb(first.clone(), "同一起").expect("one");
    assert_eq!((one.stage, one.signals, one.mark(Mark::Alarm)), (Stage::Real, 2, Some(NOW)));
    assert_eq!(one.absorbed, [IncidentId::from("first")]);
    assert_eq!((other.stage, other.merged_into.clone()), (Stage::Merged, Some("second".into())));
    assert!(!other.stage.is_live() && other.steps().is_empty(), "{:?}", other.steps());
    assert_eq!(one.clone().absorb(other, "同一起").err(), Some(IncidentRefusal::Merge), "once");
    let invented = Incident { id: "third".into(), rehearsal: true, ..first };
    assert_eq!(one.absorb(invented, "同一起").err(), Some(IncidentRefusal::Merge), "what never happened");
}

#[test]
fn who_says_the_same_again_within_a_minute_says_nothing() {
    let sign = |sender: &str, says: &str, s: i64| Heard {
        signal: None,
        source: Source::Device,
        says: says.to_owned(),
        from: String::new(),
        bound: false,
        restored: false,
        came_at: after(s),
        at: None,
        bearing: None,
        why: vec![],
        sender: sender.to_owned(),
        address: String::new(),
        phone: String::new(),
    };
    let first = sign("a", "火警", 0);
    assert!(sign("a", "火警", 59).repeats(&first));
    assert!(!sign("a", "火警", 60).repeats(&first), "it still burns");
    assert!(!sign("a", "故障", 5).repeats(&first), "something else");
    assert!(!sign("b", "火警", 5).repeats(&first), "somebody else");
    assert!(!Heard { bound: true, ..sign("a", "火警", 5) }.repeats(&first), "now it can be trusted");
    assert!(!Heard { restored: true, ..sign("a", "火警", 5) }.repeats(&first), "all is well");
    let call = sign("", "着火了", 0);
    assert!(!sign("", "着火了", 5).repeats(&call), "people are written down each time");
}

fn bearing(pose: &str, from: Position, azimuth_deg: f64) -> Bearing {
    Bearing { pose: pose.to_owned(), from, azimuth_deg, spread_deg: 1.0 }
}

#[test]
fn two_cameras_cross_to_a_point_and_one_pose_never_does() {
    // One looks north-east, the other, 2 km to the east, north-west: they meet 1 km north of the middle.
    let west = bearing("a/0", [105.87, 29.26], 45.0);
    let east = bearing("b/0", [105.87 + 2_000.0 / (111_194.9 * 29.26_f64.to_radians().cos()), 29.26], 315.0);
    let fix = cross(&west, &east, 8_000.0).expect("they meet");
    assert!((distance_m(west.from, fix.at) - 1_414.2).abs() < 5.0);
    assert!((fix.error_m - 2.0 * 1_414.2 * 1_f64.to_radians().tan()).abs() < 1.0, "{}", fix.error_m);
    assert!(cross(&west, &Bearing { pose: "a/0".to_owned(), ..east.clone() }, 8_000.0).is_none(), "one pose");
    assert!(cross(&west, &bearing("a/1", west.from, 60.0), 8_000.0).is_none(), "one spot");
    assert!(cross(&west, &Bearing { azimuth_deg: 48.0, ..east.clone() }, 8_000.0).is_none(), "nearly alike");
    assert!(cross(&west, &Bearing { azimuth_deg: 135.0, ..east.clone() }, 8_000.0).is_none(), "behind");
    assert!(cross(&west, &east, 1_000.0).is_none(), "farther than they see");
    let known = Known {
        id: "smoke".into(),
        last_at: NOW,
        ongoing_since: None,
        place: None,
        at: None,
        error_m: 0.0,
        bearings: vec![west.clone()],
        senders: Default::default(),
    };
    let clue = |bearing| Clue { came_at: after(30), bearing: Some(bearing), ..Clue::default() };
    let found = join(&clue(east), std::slice::from_ref(&known), &WINDOW).expect("one smoke");
    assert!(matches!(found.1[..], [Why::Crossed(_)]));
    let again = join(&clue(Bearing { azimuth_deg: 46.0, ..west }), std::slice::from_ref(&known), &WINDOW);
    assert_eq!(again.map(|(_, why)| why), Some(vec![Why::OnBearing]), "the same camera again");
    let other = bearing("a/0", [105.87, 29.26], 90.0);
    assert_eq!(join(&clue(other), &[known], &WINDOW), None, "another direction of one camera");
}

#[test]
fn a_sign_says_where_its_incident_may_lie_and_nowhere_else() {
    let nothing = Clue::default();
    assert_eq!(nothing.area(&WINDOW), None);
    let here = Clue { at: Some([105.87, 29.26]), ..Clue::default() };
    let area = here.area(&WINDOW).expect("around it");
    assert!(area.meets(&Bounds::of([105.8709, 29.26])) && !area.meets(&Bounds::of([105.873, 29.26])));
    assert!(!area.meets(&Bounds::of([105.87, 29.265])));
    let north = Clue { bearing: Some(bearing("a", [105.87, 29.26], 0.0)), ..Clue::default() };
    let seen = north.area(&WINDOW).expect("where it looks");
    assert!(seen.meets(&Bounds::of([105.87, 29.33])), "eight kilometres");
    assert!(!seen.meets(&Bounds::of([105.87, 29.20])), "not behind it");
    for (clue, alone) in [
        (Clue { sender: "w".to_owned(), ..Clue::default() }, Some("w")),
        (Clue { sender: "w".to_owned(), ..here }, None),
        (Clue::default(), None),
    ] {
        assert_eq!(clue.sender_alone(), alone);
    }
}

#[test]
fn a_known_chimney_is_hidden_where_it_stands_and_nowhere_else() {
    let mask = Mask {
        id: "m".to_owned(),
        what: "砖厂烟囱".to_owned(),
        pose: Some("a/0".to_owned()),
        sector: Some((350.0, 10.0)),
        around: None,
        void: None,
    };
    let seen = |pose: &str, azimuth_deg: f64| Clue {
        bearing: Some(bearing(pose, [105.87, 29.26], azimuth_deg)),
        ..Clue::default()
    };
    for (clue, hidden) in [
        (seen("a/0", 355.0), true),
        (seen("a/0", 0.0), true),
        (seen("a/0", 10.0), true),
        (seen("a/0", 11.0), false),
        (seen("b/0", 0.0), false),
        (Clue { at: Some([105.87, 29.26]), ..Clue::default() }, false),
    ] {
        assert_eq!(mask.hides(&clue, 8_000.0), hidden, "{clue:?}");
    }
    let kiln = Mask { pose: None, sector: None, around: Some(([105.87, 29.26], 50.0)), ..mask.clone() };
    assert!(kiln.hides(&Clue { at: Some([105.8701, 29.26]), ..Clue::default() }, 8_000.0));
    // Seen by a camera that says only in which direction: a kilometre to the west, looking east.
    let from_west = |azimuth_deg: f64| Clue {
        bearing: Some(bearing("c/0", [105.86, 29.26], azimuth_deg)),
        ..Clue::default()
    };
    for (azimuth_deg, far_m, hidden) in [
        (90.0, 8_000.0, true),
        (92.0, 8_000.0, true),
        (95.0, 8_000.0, false),
        (270.0, 8_000.0, false),
        (90.0, 500.0, false),
    ] {
        assert_eq!(kiln.hides(&from_west(azimuth_deg), far_m), hidden, "{azimuth_deg} {far_m}");
    }
    // Where another camera crosses that direction beside the kiln it is no kiln.
    let crossed = |at: Position| [Why::Crossed(Fix { at, error_m: 20.0 })];
    assert!(is_hidden(&[&kiln], &from_west(90.0), &crossed([105.87, 29.26]), 8_000.0));
    assert!(!is_hidden(&[&kiln], &from_west(90.0), &crossed([105.88, 29.26]), 8_000.0));
    assert!(is_hidden(&[&kiln], &from_west(90.0), &[Why::OnBearing], 8_000.0));
    assert!(!Mask { void: Some((NOW, "拆除".to_owned())), ..mask.clone() }.hides(&seen("a/0", 0.0), 8_000.0));
    assert_eq!(Mask { sector: None, ..mask.clone() }.checked(), Err(IncidentRefusal::Mask));
    // What hides a village hides its fires.
    let around = |m: f64| Mask { around: Some(([105.87, 29.26], m)), ..mask.clone() };
    assert!(around(1_000.0).checked().is_ok());
    for m in [1_001.0, 900_000.0, f64::INFINITY] {
        assert_eq!(around(m).checked(), Err(IncidentRefusal::WideMask), "{m}");
    }
    for sector in [(0.0, 359.99), (-1e9, 5e9), (10.0, 101.0), (0.0, f64::NAN)] {
        let wide = Mask { sector: Some(sector), ..mask.clone() };
        assert_eq!(wide.checked(), Err(IncidentRefusal::WideMask), "{sector:?}");
    }
}

#[test]
fn figures_count_what_was_sent_and_leave_tests_out() {
    let sent = |s: i64| {
        let steps = [(real(), 40), (mark(Mark::Dispatched), 60), (mark(Mark::Arrived), 60 + s)];
        led(incident(true), &steps).expect("sent")
    };
    let no = Act::Judge { verdict: Verdict::FalseAlarm, how: How::Camera, kind: None };
    let test = Act::Judge { verdict: Verdict::Test, how: How::Device, kind: None };
    let mut all = vec![sent(100), sent(200), sent(400), sent(900)];
    all.push(led(incident(true), &[(no, 90)]).expect("none"));
    all.push(led(incident(true), &[(test, 5)]).expect("a test"));
    all.push(incident(false));
    all.push(Incident { rehearsal: true, ..sent(1) });
    let found = response(&all, 300);
    assert_eq!((found.n, found.median_s, found.p90_s, found.in_target), (4, Some(200), Some(900), 2));
    let found = handling(&all, 60);
    assert_eq!(
        (found.alarms, found.verified_in_time, found.false_alarms, found.real, found.unverified),
        (6, 4, 1, 4, 1)
    );
    assert_eq!(response(&[], 300).median_s, None);
}

#[test]
fn a_watch_is_taken_over_by_somebody_else() {
    let first = Watch::take_over("w1".to_owned(), None, by(), vec![], "", NOW).expect("begins");
    let again = Watch::take_over("w2".to_owned(), Some(&first), by(), vec![], "", NOW);
    assert_eq!(again, Err(IncidentRefusal::OnWatch));
    let next =
        Watch::take_over("w2".to_owned(), Some(&first), "next".into(), vec!["i".into()], " 看紧 ", NOW);
    let next = next.expect("is taken over");
    assert_eq!((next.taken_from, next.note.as_str(), next.open.len()), (Some(by()), "看紧", 1));
}

#[test]
fn a_watch_is_offered_confirmed_and_given_back() {
    let first = Watch::take_over("w1".to_owned(), None, by(), vec![], "", NOW).expect("begins");
    let offer = |to: &str, at| first.offer("w2".to_owned(), (&by(), to.into()), vec!["i".into()], "看紧", at);
    assert_eq!(offer(by().as_str(), NOW), Err(IncidentRefusal::OnWatch));
    let offered = offer("next", NOW.plus_ms(60_000)).expect("is offered");
    // Until the other confirms, he who asked goes on.
    assert_eq!((offered.watcher(), offered.begun()), (Some(&by()), NOW));
    let stranger = offered.give_back("w3".to_owned(), &"next".into(), vec![], "", NOW);
    assert_eq!(stranger, Err(IncidentRefusal::NotOnWatch));
    let taken = Watch::take_over("w3".to_owned(), Some(&offered), "next".into(), vec![], "", NOW);
    let taken = taken.expect("confirms");
    assert_eq!((taken.taken_from.clone(), taken.note.as_str(), taken.to.clone()), (Some(by()), "看紧", None));
    let other = Watch::take_over("w3".to_owned(), Some(&offered), "third".into(), vec![], "", NOW);
    assert_eq!(other.expect("takes over").note, "", "it was told to another");
    let over = taken.give_back("w4".to_owned(), &"next".into(), vec![], "天亮", NOW).expect("ends");
    assert_eq!((over.watcher(), over.by.as_str()), (None, "next"));
    let again = Watch::take_over("w5".to_owned(), Some(&over), "next".into(), vec![], "", NOW);
    assert_eq!(again.expect("begins anew").taken_from, None);
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Acknowledge),
        Just(Act::Verify),
        Just(real()),
        Just(Act::Judge { verdict: Verdict::FalseAlarm, how: How::Other, kind: None }),
        Just(Act::Judge { verdict: Verdict::CannotTell, how: How::Other, kind: None }),
        Just(Act::Tell119 { at: None, unknown: false }),
        Just(mark(Mark::Dispatched)),
        Just(mark(Mark::EnRoute)),
        Just(mark(Mark::Arrived)),
        Just(mark(Mark::Controlled)),
        Just(mark(Mark::Out)),
        Just(Act::HandOver { to: "大队".to_owned() }),
        Just(Act::Close),
        Just(Act::Void),
        any::<(bool, bool)>().prop_map(|(bound, restored)| Act::Join {
            says: String::new(),
            why: vec![],
            bound,
            restored
        }),
    ]
}

proptest! {
    /// What is read for a sign never leaves out what it belongs to: spots beside where a camera looks, or around a point.
    #[test]
    fn whatever_a_sign_joins_lies_in_its_area(
        lon in 105.8_f64..105.95, lat in 29.2_f64..29.35, azimuth_deg in 0.0_f64..360.0, seen in any::<bool>(),
        others in prop::collection::vec((-200.0_f64..8_500.0, -450.0_f64..450.0), 1..30),
    ) {
        let clue = match seen {
            true => Clue { bearing: Some(bearing("a", [lon, lat], azimuth_deg)), came_at: NOW, ..Clue::default() },
            false => Clue { at: Some([lon, lat]), came_at: NOW, ..Clue::default() },
        };
        let area = clue.area(&WINDOW).expect("it says where");
        let (x, y) = azimuth_deg.to_radians().sin_cos();
        for (along, aside) in others {
            let along = if seen { along } else { along / 50.0 };
            let (east, north) = (along * x + aside * y, along * y - aside * x);
            let lon = lon + east / (111_194.9 * lat.to_radians().cos());
            let lat = lat + north / 111_194.9;
            let known = Known {
                id: "i".into(), last_at: NOW, ongoing_since: None, place: None, at: Some([lon, lat]), error_m: 0.0, bearings: vec![],
                senders: Default::default(),
            };
            if join(&clue, &[known], &WINDOW).is_some() {
                prop_assert!(area.meets(&Bounds::of([lon, lat])), "{clue:?} {lon} {lat}");
            }
        }
    }

    /// Whatever is tried: nobody is sent on an unbound source's word, no fire is handed over without a word about 119,
    /// a fire that burns is never ended by a device, and moments never run backwards.
    #[test]
    fn whatever_is_tried_the_rules_hold(bound in any::<bool>(), tries in prop::collection::vec((any_act(), 0_i64..4_000), 0..40)) {
        let mut at = incident(bound);
        for (act, s) in tries {
            let before = at.clone();
            let Ok(next) = at.clone().take(&act, &by(), after(s), "说明", after(4_000)) else { continue };
            at = next;
            if before.stage.is_unverified() && !before.trusted {
                let dispatched = Act::Mark { mark: Mark::Dispatched };
                prop_assert!(act != dispatched);
            }
            if matches!(act, Act::Join { .. }) {
                prop_assert_eq!(before.stage, at.stage);
            }
            if at.stage == Stage::HandedOver && at.kind.is_fire() && at.asked_119_at.is_some() {
                prop_assert!(at.told_119.is_some());
            }
            let stamps: Vec<Timestamp> = [Mark::Dispatched, Mark::EnRoute, Mark::Arrived]
                .iter().filter_map(|mark| at.mark(*mark)).collect();
            prop_assert!(stamps.is_sorted());
        }
    }
}
