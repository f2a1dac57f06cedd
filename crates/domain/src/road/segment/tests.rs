//! Stretches of road: what is refused, closures, cuts, and the days a vehicle could pass as they were known.

use super::*;
use crate::road::{Fitness, Kind, OneWay, Stops};
use crate::vehicle::tests::engine;

fn day(text: &str) -> Date {
    crate::time::parse_date(text).expect("a date")
}

pub(in crate::road) fn segment(width_m: Option<f64>) -> Segment {
    Segment {
        id: "r1".into(),
        code: "LD-0001".to_owned(),
        road: Road {
            kind: Kind::Unclassified,
            name: "老街至河坝".to_owned(),
            one_way: OneWay::No,
            bridge: false,
            covered: false,
            private: false,
            fitness: Fitness { width_m, ..Fitness::default() },
        },
        rank: Rank::VillageMain,
        territory: "v1".into(),
        org: "o1".into(),
        line: vec![[105.870, 29.260], [105.880, 29.260], [105.880, 29.270]],
        barriers: Vec::new(),
        turns: Vec::new(),
        surface: None,
        not_for_engine: false,
        source: String::new(),
        surveyed_on: Some(day("2026-01-10")),
        part_of: None,
        closures: Vec::new(),
        since: day("2026-01-10"),
        void: None,
    }
}

fn closed(from: &str, until: Option<&str>) -> Closed {
    let closure = Closure {
        from: day(from),
        until: until.map(day),
        reason: "塌方".to_owned(),
        stops: Stops::Everybody,
    };
    Closed { closure, by: "p".into(), recorded_at: Timestamp::start_of(day(from)), called_off: None }
}

fn event(seq: i64, act: Act, on: &str, segment: &Segment) -> Event {
    Event {
        seq,
        act,
        on: day(on),
        recorded_at: Timestamp::start_of(day(on)),
        by: "p".into(),
        text: String::new(),
        segment: segment.clone(),
    }
}

fn spans_of(found: &[Passable]) -> Vec<(String, String, String)> {
    let text = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    found
        .iter()
        .map(|one| (text(Some(one.held.span.from)), text(one.held.span.to), text(one.until_known)))
        .collect()
}

#[test]
fn what_cannot_be_is_refused_and_says_what_to_do() {
    let today = day("2026-11-26");
    let code = |segment: Segment| segment.register(today).err().map(|refusal| refusal.code());
    assert_eq!(code(segment(Some(4.5))), None);
    assert_eq!(code(segment(Some(400.0))), Some("road.implausible_value"));
    let mut bridge = segment(None);
    bridge.road.fitness.load_t = Some(0.0);
    assert_eq!(code(bridge), Some("road.implausible_value"));
    let swapped = Segment { line: vec![[29.26, 105.87], [29.27, 105.88]], ..segment(None) };
    assert_eq!(code(swapped), Some("shape.swapped"));
    let crossing = Segment {
        line: vec![[105.87, 29.26], [105.88, 29.27], [105.88, 29.26], [105.87, 29.27]],
        ..segment(None)
    };
    assert_eq!(code(crossing), Some("shape.crosses"));
    let ring = Segment {
        line: vec![[105.87, 29.26], [105.88, 29.26], [105.88, 29.27], [105.87, 29.26]],
        ..segment(None)
    };
    assert_eq!(code(ring), None, "a loop is no mistake");
    assert_eq!(code(Segment { surveyed_on: Some(day("2026-11-27")), ..segment(None) }), Some("road.not_yet"));
    let mut nameless = segment(None);
    nameless.road.name = " ".to_owned();
    assert_eq!(code(nameless), Some("road.no_name"));
}

#[test]
fn unknown_is_neither_passable_nor_a_case_for_another_vehicle() {
    assert_eq!(segment(Some(4.0)).passes(&engine()), Some(true));
    assert_eq!(segment(Some(3.9)).passes(&engine()), Some(false));
    assert_eq!(segment(None).passes(&engine()), None);
    assert!(segment(Some(3.9)).needs_other(&engine()) && !segment(None).needs_other(&engine()));
    let branch = Segment { rank: Rank::VillageBranch, ..segment(Some(2.0)) };
    assert!(!branch.needs_other(&engine()), "only main roads ought to be passed");
    assert!(Segment { not_for_engine: true, ..branch }.needs_other(&engine()));
    let mut one_way = segment(Some(5.0));
    one_way.road.one_way = OneWay::Forward;
    assert_eq!(one_way.passes(&engine()), Some(true), "one way is enough");
}

#[test]
fn a_closure_stays_on_record_when_it_is_over() {
    let shut = segment(Some(5.0)).close(closed("2026-03-01", None)).expect("closed");
    assert!(shut.closed_on(day("2026-05-01")).is_some());
    let open = shut.clone().open(0, day("2026-03-11")).expect("open");
    assert_eq!(open.closures.len(), 1);
    assert!(open.closed_on(day("2026-03-10")).is_some() && open.closed_on(day("2026-03-11")).is_none());
    assert_eq!(open.open(0, day("2026-03-20")), Err(RoadRefusal::NotClosed));
    let same_day = shut.clone().open(0, day("2026-03-01")).expect("open");
    assert!(same_day.closed_on(day("2026-03-01")).is_none());
    assert_eq!(shut.open(0, day("2026-02-01")), Err(RoadRefusal::Backwards(day("2026-03-01"))));
    let no_reason = Closed {
        closure: Closure { reason: String::new(), ..closed("2026-03-01", None).closure },
        ..closed("2026-03-01", None)
    };
    assert_eq!(segment(None).close(no_reason), Err(RoadRefusal::NoReason));
    let voided = segment(None).voided("重复登记").expect("voided");
    assert_eq!(voided.close(closed("2026-03-01", None)), Err(RoadRefusal::Voided));
}

#[test]
fn a_cut_makes_two_of_one_and_nothing_is_lost() {
    let whole = segment(Some(5.0));
    let length = whole.length_m();
    let (first, second) =
        whole.clone().split([105.8752, 29.2601], "r2".into(), "LD-0002".to_owned()).expect("two");
    assert!((first.length_m() + second.length_m() - length).abs() < 0.5);
    assert_eq!((first.line.last(), second.part_of.as_ref()), (second.line.first(), Some(&whole.id)));
    assert_eq!(second.road, whole.road);
    let at_corner = whole.clone().split([105.880, 29.260], "r2".into(), String::new()).expect("two");
    assert_eq!((at_corner.0.line.len(), at_corner.1.line.len()), (2, 2));
    let code = |at| whole.clone().split(at, "r2".into(), String::new()).err().map(|refusal| refusal.code());
    assert_eq!(code([105.875, 29.27]), Some("road.off_line"));
    assert_eq!(code([105.870, 29.260]), Some("road.at_end"));
}

#[test]
fn a_closure_that_has_not_begun_is_called_off_and_never_was() {
    let ahead = segment(Some(5.0)).close(closed("2026-12-20", Some("2026-12-24"))).expect("closed");
    let is_off = |on: &str, today: &str| ahead.is_called_off_by(0, day(on), day(today));
    assert!(
        is_off("2026-11-29", "2026-11-29") && is_off("2026-12-20", "2026-11-29"),
        "it would cover no day"
    );
    assert!(!is_off("2026-12-21", "2026-11-29"), "of a day it would still be closed");
    assert!(!is_off("2026-12-20", "2026-12-20"), "closed and opened today it was closed for some hours");
    assert!(is_off("2026-12-20", "2026-12-22"), "of days gone by nothing is taken back without a reason");
    assert!(!is_off("2026-12-19", "2026-12-22"), "a day before it is a slip");
    assert!(!ahead.is_called_off_by(1, day("2026-11-29"), day("2026-11-29")), "there is no other");
    assert_eq!(ahead.clone().call_off(0, " "), Err(RoadRefusal::NoCallOffReason));
    let off = ahead.clone().call_off(0, "改期施工").expect("called off");
    assert_eq!(off.closures.len(), 1, "it stays on record");
    assert_eq!(off.closures[0].called_off.as_deref(), Some("改期施工"));
    assert!(off.closed_on(day("2026-12-21")).is_none() && ahead.closed_on(day("2026-12-21")).is_some());
    assert_eq!(off.clone().call_off(0, "再取消"), Err(RoadRefusal::NotClosed));
    assert_eq!(off.clone().open(0, day("2026-12-22")), Err(RoadRefusal::NotClosed));
    assert!(!off.is_called_off_by(0, day("2026-11-29"), day("2026-11-29")));
    let events =
        [event(1, Act::Register, "2026-01-10", &segment(Some(5.0))), event(2, Act::Open, "2026-11-29", &off)];
    assert_eq!(passable_days(&events, &engine()).len(), 1, "no day of it is missing");
}

#[test]
fn the_days_a_vehicle_passed_follow_surveys_and_closures_as_they_were_known() {
    let narrow = segment(Some(3.0));
    let wide = Segment { since: day("2026-04-01"), ..segment(Some(4.5)) };
    let shut = wide.clone().close(closed("2026-06-01", None)).expect("closed");
    let open = shut.clone().open(0, day("2026-06-08")).expect("open");
    let mut events = vec![
        event(1, Act::Register, "2026-01-10", &narrow),
        event(2, Act::Change, "2026-04-01", &wide),
        event(3, Act::Close, "2026-06-01", &shut),
    ];
    assert_eq!(
        spans_of(&passable_days(&events, &engine())),
        [
            ("2026-04-01".to_owned(), String::new(), "2026-06-01".to_owned()),
            ("2026-04-01".to_owned(), "2026-05-31".to_owned(), String::new()),
        ]
    );
    assert_eq!(
        spans_of(&needing_other_days(&events, &engine())),
        [
            ("2026-01-10".to_owned(), String::new(), "2026-04-01".to_owned()),
            ("2026-01-10".to_owned(), "2026-03-31".to_owned(), String::new()),
        ]
    );
    events.push(event(4, Act::Open, "2026-06-08", &open));
    let last: Vec<_> =
        spans_of(&passable_days(&events, &engine())).into_iter().filter(|one| one.2.is_empty()).collect();
    assert_eq!(
        last,
        [
            ("2026-04-01".to_owned(), "2026-05-31".to_owned(), String::new()),
            ("2026-06-08".to_owned(), String::new(), String::new()),
        ]
    );
    events.push(event(5, Act::Void, "2026-07-01", &open.voided("重复").expect("voided")));
    let known = passable_days(&events, &engine());
    assert!(known.iter().all(|one| one.until_known.is_some()), "voided it never was: {known:?}");
}

#[test]
fn a_stretch_on_another_day_is_what_was_known_of_that_day() {
    let narrow = segment(Some(3.0));
    let wide = segment(Some(4.5));
    let shut = wide.clone().close(closed("2026-02-01", Some("2026-02-05"))).expect("closed");
    let slip = Segment { closures: shut.closures.clone(), ..segment(Some(4.0)) };
    let mut events = vec![
        event(1, Act::Register, "2026-01-10", &narrow),
        event(2, Act::Change, "2026-04-01", &wide),
        event(3, Act::Close, "2026-06-01", &shut),
    ];
    let width = |events: &[Event], on: &str| stood_on(events, day(on)).map(|held| held.road.fitness.width_m);
    assert_eq!(width(&events, "2026-01-09"), None, "nobody had measured it");
    assert_eq!(width(&events, "2026-03-31"), Some(Some(3.0)));
    assert_eq!(width(&events, "2026-04-01"), Some(Some(4.5)));
    let february = stood_on(&events, day("2026-02-03")).expect("it was there");
    assert!(february.closed_on(day("2026-02-03")).is_some(), "closures hold whenever they were recorded");
    events.push(event(4, Act::Change, "2026-03-01", &slip));
    assert_eq!(width(&events, "2026-03-15"), Some(Some(4.0)), "what was put right holds from its own day");
    assert_eq!(width(&events, "2026-05-01"), Some(Some(4.0)), "and is the last word");
}

#[test]
fn a_cut_changes_no_day_before_it() {
    let (narrow, wide) = (segment(Some(3.0)), segment(Some(4.5)));
    let whole = [event(1, Act::Register, "2026-01-10", &narrow), event(2, Act::Change, "2026-04-01", &wide)];
    let cut = |act| event(3, act, "2026-07-01", &wide);
    let first = [&whole[..], &[cut(Act::Split)]].concat();
    let rest = life_of_piece(&first, &[cut(Act::Register)]);
    let of = |life: &[Event]| spans_of(&passable_days(life, &engine()));
    assert_eq!(of(&whole), of(&first));
    assert_eq!(of(&whole), of(&rest), "the piece passed on the same days as the whole");
    assert_eq!(rest.len(), 3, "nothing that came to the first piece after the cut");
}

#[test]
fn what_stands_in_a_road_lies_on_it_stops_vehicles_and_goes_with_its_half() {
    let today = day("2026-11-26");
    let barred =
        |what, lon, lat| Segment { barriers: vec![Barred { what, at: [lon, lat] }], ..segment(Some(4.5)) };
    let posts = barred(Barrier::Posts, 105.873, 29.260_1).register(today).expect("11 m beside the road");
    assert!(distance_m(posts.barriers[0].at, [105.873, 29.260]) < 0.01, "put onto the road");
    assert_eq!(posts.clone().register(today), Ok(posts.clone()), "and stays there");
    let code = |segment: Segment| segment.register(today).err().map(|refusal| refusal.code());
    assert_eq!(code(barred(Barrier::Gate, 105.873, 29.262)), Some("road.barrier_off_line"));
    assert_eq!(posts.passes(&engine()), Some(false));
    assert_eq!(barred(Barrier::Gate, 105.873, 29.260).passes(&engine()), None, "somebody may open it");
    let turn = |into: &str, only| Turn { into: into.into(), only };
    let turning = |turns| Segment { turns, ..segment(Some(4.5)) };
    assert_eq!(code(turning(vec![turn("r2", false), turn("r3", true)])), None);
    assert_eq!(code(turning(vec![turn("r1", false)])), Some("road.turn_into_self"));
    assert_eq!(code(turning(vec![turn("r2", false), turn("r2", true)])), Some("road.turn_twice"));
    let (first, rest) = posts.split([105.875, 29.260], "r2".into(), "LD-0002".to_owned()).expect("cut");
    assert_eq!((first.barriers.len(), rest.barriers.len()), (1, 0));
}
