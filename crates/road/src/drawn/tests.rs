//! Drawn lines over a map and beside one: joined, measured, closed, barred and turned from.

use domain::road::{Conditions, Fitness, Kind, OneWay, Stops};
use domain::time::parse_date;

use super::*;
use crate::weigh::Plain;
use crate::{Reading, Search, route};

fn line(name: &str, width_m: Option<f64>, line: &[[f64; 2]]) -> Line {
    Line {
        road: Road {
            kind: Kind::Unclassified,
            name: name.to_owned(),
            one_way: OneWay::No,
            bridge: false,
            covered: false,
            private: false,
            fitness: Fitness { width_m, ..Fitness::default() },
        },
        line: line.to_vec(),
        closures: Vec::new(),
        barriers: Vec::new(),
        turns: Vec::new(),
    }
}

fn length(drawn: &Drawn, from: [f64; 2], to: [f64; 2]) -> Option<u64> {
    let network = &drawn.network;
    let prepared = Plain::default().weigh(network);
    let spot = |at| network.index().nearest(network, at, 50.0, |_| true).expect("a road");
    let (from, to) = (spot(from), spot(to));
    let way = route::best(network, &prepared, Reading::Optimistic, &mut Search::new(), &from, &to)?;
    Some(way.cost() / 1000)
}

#[test]
fn ends_join_what_lies_near_and_lines_that_only_cross_are_told() {
    let lines = [
        line("主路", Some(5.0), &[[105.870, 29.260], [105.880, 29.260]]),
        // Ends some 4 m from the middle of the first.
        line("支路", Some(3.0), &[[105.8750, 29.26004], [105.8750, 29.265]]),
        // Begins where the first ends, 5 m off.
        line("新路", None, &[[105.88005, 29.26], [105.890, 29.260]]),
        line("对穿", None, &[[105.872, 29.255], [105.872, 29.265]]),
    ];
    let drawn = Drawn::of(None, &lines);
    assert!(length(&drawn, [105.870, 29.260], [105.875, 29.265]).is_some());
    let whole = length(&drawn, [105.870, 29.260], [105.890, 29.260]).expect("a way");
    assert!((1935..1945).contains(&whole), "{whole}");
    assert_eq!(length(&drawn, [105.870, 29.260], [105.872, 29.265]), None);
    let told: Vec<&str> = drawn.network.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(told, ["road.crossing_unjoined"]);
    let named = |n: u32| {
        let key = drawn.network.segments[n as usize].key;
        drawn.line_of(&key).map(|line| lines[line].road.name.as_str())
    };
    let all: Vec<_> = (0..drawn.network.segments.len() as u32).filter_map(named).collect();
    assert_eq!(all.iter().filter(|name| **name == "主路").count(), 2, "cut at the joint: {all:?}");
}

#[test]
fn three_ends_at_one_spot_are_one_junction_whatever_the_order() {
    let mid = [105.88, 29.26];
    let lines = [
        line("甲", None, &[[105.87, 29.26], mid]),
        line("乙", None, &[[105.88003, 29.26003], [105.89, 29.26]]),
        line("丙", None, &[[105.88, 29.25], [105.87997, 29.25998]]),
    ];
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let drawn = Drawn::of(None, &order.map(|n: usize| lines[n].clone()));
        assert!(length(&drawn, [105.87, 29.26], [105.89, 29.26]).is_some(), "{order:?}");
        assert!(length(&drawn, [105.88, 29.25], [105.89, 29.26]).is_some(), "{order:?}");
        assert_eq!(drawn.network.stats().islands, 1, "{order:?}");
    }
}

#[test]
fn a_line_along_the_map_is_a_survey_of_it_and_a_new_one_joins_it() {
    let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
    let map = Extract {
        nodes: HashMap::from([
            (1, node(105.870, 29.260)),
            (2, node(105.880, 29.260)),
            (3, node(105.890, 29.260)),
        ]),
        ways: vec![Way { id: 7, nodes: vec![1, 2, 3], road: line("", Some(6.0), &[]).road }],
        ..Extract::default()
    };
    let closed = Closure {
        from: parse_date("2026-11-01").expect("a day"),
        until: None,
        reason: "塌方".to_owned(),
        stops: Stops::Everybody,
    };
    let survey = Line {
        closures: vec![closed.clone()],
        ..line("进村路", Some(2.8), &[[105.8701, 29.26001], [105.8899, 29.26001]])
    };
    let fresh = line("新修便道", Some(3.5), &[[105.8851, 29.26002], [105.8851, 29.265]]);
    let drawn = Drawn::of(Some(&map), &[survey, fresh]);
    assert!(
        length(&drawn, [105.870, 29.260], [105.8851, 29.265]).is_some(),
        "it joins the middle of the map's way"
    );
    let network = &drawn.network;
    let of_map: Vec<_> = network.segments.iter().filter(|segment| segment.key.way == 7).collect();
    assert!(of_map.len() > 1);
    for segment in &of_map {
        let road = network.road(segment).expect("a road");
        assert_eq!((road.name.as_str(), road.fitness.width_m), ("进村路", Some(2.8)));
        assert_eq!(drawn.line_of(&segment.key), Some(0));
    }
    assert_eq!(drawn.closures.len(), of_map.len(), "each stretch of it is closed");
    let conditions = Conditions { day: closed.from, wet: false };
    assert_eq!(of_map.len(), 2, "its ends are the map's: nothing is cut off there");
    assert!(drawn.closures.iter().all(|(_, closure)| closure.covers(conditions.day)));
}

#[test]
fn what_is_only_closed_or_measured_anew_lies_where_it_lay_and_counts_as_if_laid_anew() {
    let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
    let map = Extract {
        nodes: HashMap::from([(1, node(105.870, 29.260)), (2, node(105.880, 29.260))]),
        ways: vec![Way { id: 7, nodes: vec![1, 2], road: line("", Some(6.0), &[]).road }],
        ..Extract::default()
    };
    let closed = Closure {
        from: parse_date("2026-11-01").expect("a day"),
        until: None,
        reason: "塌方".to_owned(),
        stops: Stops::Everybody,
    };
    let along = [[105.8701, 29.26001], [105.8799, 29.26001]];
    // Two surveys of one road of the map, the later one of its height alone, and a lane that may not be turned into.
    let mut lines = vec![
        line("进村路", Some(2.8), &along),
        line("进村路", None, &along),
        line("巷", None, &[[105.875, 29.26001], [105.875, 29.265]]),
    ];
    lines[1].turns = vec![Turning { into: vec![2], only: false }];
    let before = Drawn::of(Some(&map), &lines);
    let same = |again: &Drawn, lines: &[Line]| {
        let fresh = Drawn::of(Some(&map), lines);
        let roads = |drawn: &Drawn| -> Vec<Road> {
            let own = |segment| drawn.network.road(segment).expect("a road").clone();
            drawn.network.segments.iter().map(own).collect()
        };
        assert_eq!((roads(again), &again.closures), (roads(&fresh), &fresh.closures));
        assert_eq!(again.network.segments.len(), fresh.network.segments.len());
        assert_eq!(again.network.stats(), fresh.network.stats());
    };
    lines[2].closures.push(closed.clone());
    let shut = before.again(&lines).expect("it lies where it lay");
    assert!(Arc::ptr_eq(&before.network, &shut.network), "the very same network");
    assert_eq!((before.closures.len(), shut.closures.len()), (0, 1));
    same(&shut, &lines);
    lines[0].closures.push(closed);
    lines[0].road.fitness.width_m = Some(4.5);
    lines[2].road.fitness.width_m = Some(2.0);
    let wider = shut.again(&lines).expect("it lies where it lay");
    same(&wider, &lines);
    let measured = lines.clone();
    lines[0].road.fitness.width_m = None;
    same(&wider.again(&lines).expect("it lies where it lay"), &lines);
    same(&shut.again(&measured).expect("from any before"), &measured);
    for change in [
        |lines: &mut Vec<Line>| lines[2].line[1] = [105.875, 29.266],
        |lines: &mut Vec<Line>| lines[1].turns.clear(),
        |lines: &mut Vec<Line>| lines[0].road.one_way = OneWay::Forward,
        |lines: &mut Vec<Line>| lines[2].road.fitness.turnaround = Some(true),
        |lines: &mut Vec<Line>| lines[2].barriers.push((Barrier::Gate, [105.875, 29.263])),
        |lines: &mut Vec<Line>| drop(lines.pop()),
    ] {
        let mut other = measured.clone();
        change(&mut other);
        assert!(wider.again(&other).is_none(), "{other:?}");
    }
}

#[test]
fn a_turn_that_is_forbidden_is_not_got_round_by_turning_back_on_the_next_stretch() {
    let street = line("街", None, &[[105.870, 29.260], [105.875, 29.260]]);
    let on = line("街东段", None, &[[105.875, 29.260], [105.876, 29.260]]);
    let further = line("街尾", None, &[[105.876, 29.260], [105.882, 29.260]]);
    let side = line("支巷", None, &[[105.876, 29.260], [105.876, 29.255]]);
    let lane = line("巷", None, &[[105.875, 29.260], [105.875, 29.265]]);
    let way = |lines: &[Line]| length(&Drawn::of(None, lines), [105.870, 29.260], [105.875, 29.264]);
    let mut lines = vec![street, on, further, side, lane];
    let straight = way(&lines).expect("a way");
    lines[0].turns = vec![Turning { into: vec![4], only: false }];
    // To the end of the side lane and back, for there and nowhere nearer does the road end.
    let round = way(&lines).expect("a way");
    assert!((1_300..1_350).contains(&(round - straight)), "{straight} {round}");
    let mut roomy = lines.clone();
    roomy[1].road.fitness.turnaround = Some(true);
    let round = way(&roomy).expect("a way");
    assert!((190..200).contains(&(round - straight)), "where there is room one turns: {straight} {round}");
    // A street that ends there is turned in at its end.
    let short = [&lines[..2], &lines[4..]].concat();
    let mut short = short;
    short[0].turns = vec![Turning { into: vec![2], only: false }];
    let round = way(&short).expect("a way");
    assert!((190..200).contains(&(round - straight)), "{straight} {round}");
}

#[test]
fn a_turn_that_cuts_somebody_off_is_named_and_does_not_hold_on_foot() {
    use crate::{Objective, Prepared, Situation};
    use domain::vehicle::{Class, Vehicle};
    // A one-way street that ends in two lanes: neither may be turned into, and nobody may come back.
    let mut street = line("街", Some(6.0), &[[105.870, 29.260], [105.875, 29.260]]);
    street.road.one_way = OneWay::Forward;
    let lane = line("巷", Some(6.0), &[[105.875, 29.260], [105.875, 29.265]]);
    let other = line("东巷", Some(6.0), &[[105.875, 29.260], [105.875, 29.255]]);
    street.turns = vec![Turning { into: vec![2], only: true }];
    let mut ended = other.clone();
    ended.road.one_way = OneWay::Forward;
    let drawn = Drawn::of(None, &[street, lane, ended]);
    let network = &drawn.network;
    let situation = Situation {
        conditions: Conditions { day: parse_date("2026-11-02").expect("a day"), wet: false },
        closures: Vec::new(),
    };
    let vehicle = |class, obeys_one_way| Vehicle {
        class,
        name: String::new(),
        obeys_one_way,
        needs: std::collections::BTreeMap::new(),
        speeds_kmh: std::collections::BTreeMap::from([(Kind::Unclassified, 30.0)]),
        borne_t: None,
    };
    let mut search = Search::new();
    let spot = |at| network.index().nearest(network, at, 50.0, |_| true).expect("a road");
    let (from, to) = (spot([105.8701, 29.260]), spot([105.875, 29.264]));
    network.make_order();
    for (class, obeys) in [(Class::Engine, true), (Class::Foot, false)] {
        let own = vehicle(class, obeys);
        let plain = Prepared::new(network, &own, &situation, Objective::Time);
        let ordered = plain.clone();
        ordered.make_shortcuts(network);
        for prepared in [plain, ordered] {
            let found = route::route(network, &own, &situation, &prepared, &mut search, (&from, &to));
            assert_eq!(found.optimistic.is_none(), obeys);
            let told = |lights: &[route::Spotlight]| -> Vec<(String, String)> {
                let one = |light: &route::Spotlight| {
                    (light.reasons[0].code.to_owned(), light.reasons[0].message.clone())
                };
                lights.iter().map(one).collect()
            };
            let turn = ("road.refused.turn".to_owned(), "路口不得由“街”转入“巷”".to_owned());
            let wanted = if obeys { vec![turn] } else { Vec::new() };
            assert_eq!(told(&found.blocked_by), wanted);
            let case = crate::reach::Case { vehicle: &own, prepared: &prepared };
            let at = |spot: &crate::snap::Spot| spot.lon_lat;
            let arrivals = crate::reach::arrivals(
                network,
                &situation,
                &[case],
                &mut search,
                (&[at(&from)], &[at(&to)]),
                (480.0, crate::snap::Near { stand_m: 0.0, look_m: 50.0 }),
            );
            assert_eq!(told(&arrivals[0][0].blocked_by), wanted);
            let came = crate::towards::towards(
                network,
                (&own, &situation),
                &prepared,
                &mut search,
                (&[Some(from)], &to),
            );
            assert_eq!(told(&came[0].as_ref().expect("a start").blocked_by), wanted);
        }
    }
}

#[test]
fn a_survey_shorter_than_the_maps_stretch_holds_where_it_was_measured_and_nowhere_else() {
    let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
    // 500 m of the map in one piece, without a corner.
    let (from, to) = ([105.870, 29.260], [105.875_15, 29.260]);
    let map = Extract {
        nodes: HashMap::from([(1, node(from[0], from[1])), (2, node(to[0], to[1]))]),
        ways: vec![Way { id: 7, nodes: vec![1, 2], road: line("", Some(6.0), &[]).road }],
        ..Extract::default()
    };
    let closed = Closure {
        from: parse_date("2026-11-01").expect("a day"),
        until: None,
        reason: "塌方".to_owned(),
        stops: Stops::Everybody,
    };
    // 78 m measured against the direction of the map, one way as walked; 30 m closed further on.
    let narrow = Line {
        road: Road { kind: Kind::Track, one_way: OneWay::Forward, ..line("窄口", Some(2.8), &[]).road },
        ..line("窄口", Some(2.8), &[[105.8728, 29.26003], [105.8720, 29.26003]])
    };
    let slip = Line {
        closures: vec![closed],
        ..line("塌方段", None, &[[105.8740, 29.25998], [105.8743, 29.25998]])
    };
    let drawn = Drawn::of(Some(&map), &[narrow, slip]);
    let network = &drawn.network;
    let told: Vec<(f64, &str, Option<f64>)> = network
        .segments
        .iter()
        .map(|segment| {
            let road = network.road(segment).expect("a road");
            ((f64::from(segment.length_mm) / 1000.0).round(), road.name.as_str(), road.fitness.width_m)
        })
        .collect();
    let (w6, w28) = (Some(6.0), Some(2.8));
    assert_eq!(
        told,
        [(194.0, "", w6), (78.0, "窄口", w28), (116.0, "", w6), (29.0, "塌方段", w6), (82.0, "", w6)]
    );
    assert_eq!(network.segments.len(), 5, "nothing lies beside the map's road");
    let walked = network.road(&network.segments[1]).expect("a road");
    assert_eq!((walked.kind, walked.one_way), (Kind::Track, OneWay::Backward), "the map runs the other way");
    assert_eq!(drawn.closures.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [3]);
    let day = Conditions { day: parse_date("2026-11-02").expect("a day"), wet: false };
    assert!(drawn.closures.iter().all(|(_, closure)| closure.covers(day.day)));
    assert_eq!(network.stats().islands, 1);
}

#[test]
fn what_stands_in_a_drawn_road_bars_it_and_not_the_road_it_meets() {
    let main = line("主路", None, &[[105.870, 29.260], [105.880, 29.260]]);
    let lane = line("支路", None, &[[105.875, 29.260], [105.875, 29.265]]);
    let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
    let map = Extract {
        nodes: HashMap::from([(1, node(105.870, 29.260)), (2, node(105.880, 29.260))]),
        ways: vec![Way { id: 7, nodes: vec![1, 2], road: main.road.clone() }],
        ..Extract::default()
    };
    // At its very beginning, where it meets the main road, and in its middle; on a road of its own and on a survey.
    for (at, under) in
        [([105.875, 29.260], None), ([105.875, 29.262], None), ([105.8725, 29.260], Some(&map))]
    {
        let barriers = vec![(Barrier::Posts, at)];
        let lines = match under {
            None => [main.clone(), Line { barriers, ..lane.clone() }],
            Some(_) => [Line { barriers, ..main.clone() }, lane.clone()],
        };
        let drawn = Drawn::of(under, &lines);
        let network = &drawn.network;
        assert_eq!(network.stats().barriers, 1);
        let prepared = Plain { without_barriers: true, ..Plain::default() }.weigh(network);
        let reaches = |from: [f64; 2], to: [f64; 2]| {
            let spot = |at| network.index().nearest(network, at, 50.0, |_| true).expect("a road");
            let (from, to) = (spot(from), spot(to));
            route::best(network, &prepared, Reading::Optimistic, &mut Search::new(), &from, &to).is_some()
        };
        let (west, east, top) = ([105.8701, 29.260], [105.8799, 29.260], [105.875, 29.2649]);
        assert_eq!(reaches(west, east), under.is_none(), "{at:?}");
        assert_eq!((reaches(west, top), reaches(east, top)), (false, under.is_some()), "{at:?}");
    }
}

#[test]
fn a_turn_that_is_forbidden_is_driven_round_and_one_that_is_demanded_is_all_there_is() {
    // A street with a lane to the north, and a way round by the east, shorter than there and back.
    let street = line("街", None, &[[105.870, 29.260], [105.875, 29.260]]);
    let on = line("街东段", None, &[[105.875, 29.260], [105.880, 29.260]]);
    let lane = line("巷", None, &[[105.875, 29.260], [105.875, 29.265]]);
    let round = line("环路", None, &[[105.880, 29.260], [105.875, 29.265]]);
    let turned = |turns: Vec<Turning>| {
        let lines = [Line { turns, ..street.clone() }, on.clone(), lane.clone(), round.clone()];
        Drawn::of(None, &lines)
    };
    let way = |drawn: &Drawn| length(drawn, [105.870, 29.260], [105.875, 29.264]).expect("a way");
    let straight = way(&turned(Vec::new()));
    let forbidden = turned(vec![Turning { into: vec![2], only: false }]);
    assert_eq!(forbidden.network.stats().restrictions, 1);
    assert!(straight < 950 && way(&forbidden) == 1_819, "{straight} {}", way(&forbidden));
    let only_on = turned(vec![Turning { into: vec![1], only: true }]);
    assert_eq!(way(&only_on), way(&forbidden), "there is only the way on");
    let back = length(&forbidden, [105.875, 29.264], [105.870, 29.260]);
    assert_eq!(back, Some(straight), "who comes out of the lane may turn");
    let nowhere = turned(vec![Turning { into: vec![3], only: false }]);
    let told: Vec<&str> = nowhere.network.problems.iter().map(|problem| problem.code).collect();
    assert_eq!((told, way(&nowhere)), (vec!["road.turn_unmet"], straight));
}

#[test]
fn a_lane_that_leaves_a_road_of_the_map_square_is_a_road_of_its_own() {
    let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
    let map = Extract {
        nodes: HashMap::from([(1, node(105.870, 29.260)), (2, node(105.875, 29.260))]),
        ways: vec![Way { id: 7, nodes: vec![1, 2], road: line("大路", Some(6.0), &[]).road }],
        ..Extract::default()
    };
    let lane = line("短巷", Some(1.5), &[[105.8725, 29.26003], [105.8725, 29.26018]]);
    let drawn = Drawn::of(Some(&map), &[lane]);
    let widths: Vec<Option<f64>> = drawn
        .network
        .segments
        .iter()
        .map(|segment| drawn.network.road(segment).and_then(|road| road.fitness.width_m))
        .collect();
    assert_eq!(widths, [Some(6.0), Some(6.0), Some(1.5)]);
}

#[test]
fn a_narrow_lane_nearer_by_does_not_take_away_the_road_that_is_passed() {
    use domain::place::Confidence;
    use domain::vehicle::{Class, Need, Vehicle};

    use crate::reach::{Case, arrivals};
    use crate::snap::Near;
    use crate::weigh::{Objective, Prepared, Situation};

    let need = Need { value: Some(4.0), source: String::new(), confidence: Confidence::Sure };
    let engine = Vehicle {
        class: Class::Engine,
        name: String::new(),
        obeys_one_way: true,
        needs: [(domain::road::Limit::Width, need)].into(),
        speeds_kmh: [(Kind::Unclassified, 36.0)].into(),
        borne_t: None,
    };
    let day = parse_date("2026-11-26").expect("a day");
    let group = [105.875, 29.2603];
    let come_by = |lane_m: Option<f64>, stand_m: f64, closed: bool, scrap: Option<Option<f64>>| {
        let street = line("老街", Some(5.0), &[[105.870, 29.260], [105.880, 29.260]]);
        // Some 11 m off, while the street is 33 m off.
        let mut lane = line("背巷", lane_m, &[[105.880, 29.260], [105.8795, 29.2602], [105.871, 29.2602]]);
        let closure =
            Closure { from: day, until: None, reason: "塌方".to_owned(), stops: Stops::Everybody };
        lane.closures.extend(closed.then_some(closure));
        let mut lines = vec![street, lane];
        // Beside the group itself, and joined to nothing.
        lines.extend(
            scrap.map(|width_m| line("新测的路", width_m, &[[105.8749, 29.2603], [105.87505, 29.2603]])),
        );
        let drawn = Drawn::of(None, &lines);
        let conditions = Conditions { day, wet: false };
        let situation = Situation { conditions, closures: drawn.closures.clone() };
        let prepared = Prepared::new(&drawn.network, &engine, &situation, Objective::Time);
        let case = [Case { vehicle: &engine, prepared: &prepared }];
        let (from, near) = ([[105.870, 29.260]], Near { stand_m, look_m: 500.0 });
        let mut search = Search::new();
        let found =
            arrivals(&drawn.network, &situation, &case, &mut search, (&from, &[group]), (600.0, near));
        let own = &found[0][0];
        let why = own.blocked_by.iter().map(|light| light.reasons[0].code.to_owned()).collect::<Vec<_>>();
        (own.optimistic_s.is_some(), own.pessimistic_s.is_some(), own.away_m.map(f64::round), why)
    };
    let come = |lane_m, stand_m, closed| come_by(lane_m, stand_m, closed, None);
    let street = (true, true, Some(33.0), Vec::new());
    for scrap in [Some(5.0), Some(2.0), None] {
        let with = |lane_m, stand_m| come_by(lane_m, stand_m, false, Some(scrap));
        assert_eq!(with(Some(2.0), 150.0), street, "a scrap takes nobody's road away: {scrap:?}");
        assert_eq!(
            with(Some(2.0), 20.0),
            come(Some(2.0), 20.0, false),
            "nor what stands in the way: {scrap:?}"
        );
    }
    assert_eq!(come(Some(2.0), 150.0, false), street, "it stands in the street");
    assert_eq!(come(Some(2.0), 150.0, true), street, "and nobody has driven in the lane before");
    assert_eq!(come(None, 150.0, false), street, "sure in the street, sooner than perhaps in the lane");
    let why = |code: &str| vec![code.to_owned()];
    assert_eq!(
        come(Some(2.0), 20.0, false),
        (false, false, Some(11.0), why("road.refused.width")),
        "too far"
    );
    let shut = come(Some(5.0), 150.0, true);
    assert_eq!(
        shut,
        (false, false, Some(11.0), why("road.refused.closed")),
        "whoever lives there is cut off"
    );
}

#[test]
fn a_start_beside_two_nets_sets_out_on_either() {
    use domain::time::parse_date;
    use domain::vehicle::{Class, Vehicle};

    use crate::reach::{Case, arrivals};
    use crate::search::Search;
    use crate::snap::Near;
    use crate::weigh::{Objective, Prepared, Situation};

    let bike = Vehicle {
        class: Class::Motorcycle,
        name: String::new(),
        obeys_one_way: true,
        needs: Default::default(),
        speeds_kmh: [(Kind::Unclassified, 36.0)].into(),
        borne_t: None,
    };
    let main = line("大路", Some(5.0), &[[105.870, 29.260], [105.890, 29.260]]);
    // Half a kilometre, 55 m off the main road, begun where the station is and joined to nothing.
    let lane = line("院坝路", Some(5.0), &[[105.870, 29.2605], [105.875, 29.2605]]);
    let drawn = Drawn::of(None, &[main, lane]);
    let conditions = Conditions { day: parse_date("2026-11-26").expect("a day"), wet: false };
    let situation = Situation { conditions, closures: drawn.closures.clone() };
    let prepared = Prepared::new(&drawn.network, &bike, &situation, Objective::Time);
    let case = [Case { vehicle: &bike, prepared: &prepared }];
    let (along_lane, along_main) = ([105.875, 29.2606], [105.890, 29.2601]);
    let near = Near { stand_m: 100.0, look_m: 500.0 };
    let (from, to) = ([[105.870, 29.2603]], [along_lane, along_main]);
    let found = arrivals(&drawn.network, &situation, &case, &mut Search::new(), (&from, &to), (600.0, near));
    let told: Vec<_> =
        found.iter().map(|own| (own[0].pessimistic_s.is_some(), own[0].start, own[0].apart)).collect();
    assert_eq!(told, [(true, Some(0), false); 2]);
    // A hose too short for the main road: whoever lives along it is cut off, and it is said why.
    let near = Near { stand_m: 30.0, look_m: 500.0 };
    let found = arrivals(&drawn.network, &situation, &case, &mut Search::new(), (&from, &to), (600.0, near));
    assert_eq!((found[0][0].apart, found[1][0].optimistic_s, found[1][0].apart), (false, None, true));
}
