//! Ways and reach on small random networks with one-ways, widths, closures, barriers and forbidden turns, against a
//! search that knows nothing of states: it goes over walks arc by arc and looks every turn up. What does not belong
//! here: real maps (`extract`).
#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, HashMap};

use domain::place::Confidence;
use domain::road::{Barrier, Closure, Conditions, Finding, Fitness, Kind, Limit, OneWay, Road, Stops, judge};
use domain::time::{Date, parse_date};
use domain::vehicle::{Class, Need, Vehicle};
use proptest::prelude::*;
use road::graph::Junction;
use road::made_up::Dice;
use road::snap::Spot;
use road::towards::towards;
use road::{Network, Objective, Prepared, Reading, Search, Situation, reach, route};

fn engine() -> Vehicle {
    let need = |value| Need { value, source: String::new(), confidence: Confidence::Check };
    Vehicle {
        class: Class::Engine,
        name: "消防车".to_owned(),
        obeys_one_way: true,
        needs: BTreeMap::from([(Limit::Width, need(Some(4.0))), (Limit::Load, need(None))]),
        speeds_kmh: BTreeMap::from([(Kind::Unclassified, 30.0), (Kind::Primary, 60.0)]),
        borne_t: None,
    }
}

fn day() -> Date {
    parse_date("2026-11-26").expect("a date")
}

/// A network, what is forbidden on it, and the day.
struct Case {
    network: Network,
    forbidden: Vec<Vec<u32>>,
    situation: Situation,
}

fn random(seed: u64) -> Case {
    let mut dice = Dice(seed);
    let n = 3 + dice.below(6) as u32;
    let junctions = (0..n)
        .map(|id| {
            let lon_lat = [150.0 + dice.below(200) as f64 * 1e-4, 29.0 + dice.below(200) as f64 * 1e-4];
            let barrier = [None, None, None, None, Some(Barrier::Posts), Some(Barrier::Gate)];
            Junction { id: i64::from(id), lon_lat, barrier: barrier[dice.below(6) as usize] }
        })
        .collect();
    let road = |dice: &mut Dice| Road {
        kind: [Kind::Unclassified, Kind::Unclassified, Kind::Primary, Kind::Steps][dice.below(4) as usize],
        name: String::new(),
        one_way: [OneWay::No, OneWay::No, OneWay::Forward, OneWay::Backward][dice.below(4) as usize],
        bridge: dice.below(5) == 0,
        covered: false,
        private: false,
        fitness: Fitness {
            width_m: [None, Some(3.0), Some(5.0), Some(6.0)][dice.below(4) as usize],
            ..Fitness::default()
        },
    };
    let count = n + dice.below(8) as u32;
    let roads: Vec<Road> = (0..count).map(|_| road(&mut dice)).collect();
    let lines: Vec<(u32, u32, u32)> = (0..count)
        .map(|n_road| {
            let tail = dice.below(u64::from(n)) as u32;
            (tail, (tail + 1 + dice.below(u64::from(n) - 1) as u32) % n, n_road)
        })
        .collect();
    let ends = |arc: u32| {
        let (tail, head, _) = lines[arc as usize / 2];
        if arc.is_multiple_of(2) { (tail, head) } else { (head, tail) }
    };
    // Sequences that hang together, of two arcs, or of three and four as over ways between.
    let mut forbidden = Vec::new();
    for _ in 0..dice.below(8) {
        let mut sequence = vec![dice.below(u64::from(2 * count)) as u32];
        for _ in 0..1 + dice.below(3) {
            let at = ends(*sequence.last().expect("an arc")).1;
            let next: Vec<u32> = (0..2 * count).filter(|arc| ends(*arc).0 == at).collect();
            sequence.push(next[dice.below(next.len() as u64) as usize]);
        }
        forbidden.push(sequence);
    }
    let closures = (0..dice.below(3))
        .map(|_| {
            let until = [None, Some(day()), parse_date("2026-11-25")][dice.below(3) as usize];
            let from = parse_date("2026-11-20").expect("a date");
            (
                dice.below(u64::from(count)) as u32,
                Closure { from, until, reason: "修路".to_owned(), stops: Stops::Everybody },
            )
        })
        .collect();
    let network = Network::from_parts(junctions, &lines, roads, &forbidden);
    Case {
        network,
        forbidden,
        situation: Situation { conditions: Conditions { day: day(), wet: false }, closures },
    }
}

impl Case {
    /// Whether an arc passes, by asking the judgement and the closures directly.
    fn passes(&self, arc: u32, reading: Reading) -> bool {
        let segment = &self.network.segments[arc as usize / 2];
        let (mut refused, mut unknown) = (false, false);
        let road = self.network.road(segment).expect("a road");
        judge(
            road,
            arc.is_multiple_of(2),
            &engine(),
            &self.situation.conditions,
            &mut |finding| match finding {
                Finding::Refused(_) => refused = true,
                Finding::Unknown(_) => unknown = true,
            },
        );
        let closed = |(own, closure): &(u32, Closure)| *own == arc / 2 && closure.covers(day());
        !refused
            && !self.situation.closures.iter().any(closed)
            && (reading == Reading::Optimistic || !unknown)
    }

    fn ends(&self, arc: u32) -> (u32, u32) {
        let segment = &self.network.segments[arc as usize / 2];
        if arc.is_multiple_of(2) { (segment.tail, segment.head) } else { (segment.head, segment.tail) }
    }

    /// Whether one gets on past what stands at a junction.
    fn is_open(&self, junction: u32, reading: Reading) -> bool {
        match self.network.junctions[junction as usize]
            .barrier
            .and_then(|barrier| barrier.judge(Class::Engine))
        {
            Some(Finding::Refused(_)) => false,
            Some(Finding::Unknown(_)) => reading == Reading::Optimistic,
            None => true,
        }
    }

    fn cost(&self, arc: u32, objective: Objective) -> u64 {
        let segment = &self.network.segments[arc as usize / 2];
        let road = self.network.road(segment).expect("a road");
        let kmh = if road.kind == Kind::Primary { 60.0 } else { 30.0 };
        match objective {
            Objective::Time => (f64::from(segment.length_mm) * 3.6 / kmh).round() as u64,
            Objective::Distance => u64::from(segment.length_mm),
        }
    }

    /// Least cost to each junction by trying walks: the last three arcs are all a turn can depend on.
    fn brute(&self, from: &Spot, reading: Reading, objective: Objective) -> HashMap<Vec<u32>, u64> {
        let mut best: HashMap<Vec<u32>, u64> = HashMap::new();
        let mut open: Vec<(Vec<u32>, u64)> = Vec::new();
        match from.junction {
            Some(junction) => open.push((vec![u32::MAX - junction], 0)),
            None => {
                for arc in
                    [2 * from.segment, 2 * from.segment + 1].into_iter().filter(|a| self.passes(*a, reading))
                {
                    open.push((vec![arc], self.share(arc, self.ahead(arc, from), objective)));
                }
            }
        }
        while let Some((walk, cost)) = open.pop() {
            if best.get(&walk).is_some_and(|known| *known <= cost) {
                continue;
            }
            best.insert(walk.clone(), cost);
            let last = *walk.last().expect("an arc");
            let at = if last > u32::MAX / 2 { u32::MAX - last } else { self.ends(last).1 };
            if !self.is_open(at, reading) {
                continue;
            }
            for arc in (0..2 * self.network.segments.len() as u32).filter(|arc| self.ends(*arc).0 == at) {
                let mut longer = walk.clone();
                longer.push(arc);
                let is_forbidden = self.forbidden.iter().any(|sequence| longer.ends_with(sequence));
                if self.passes(arc, reading) && !is_forbidden {
                    longer.drain(..longer.len().saturating_sub(3));
                    open.push((longer, cost + self.cost(arc, objective)));
                }
            }
        }
        best
    }

    fn ahead(&self, arc: u32, spot: &Spot) -> u64 {
        let length = self.network.segments[spot.segment as usize].length_mm;
        u64::from(if arc.is_multiple_of(2) { length - spot.offset_mm } else { spot.offset_mm })
    }

    fn share(&self, arc: u32, mm: u64, objective: Objective) -> u64 {
        // Two junctions may lie in one spot.
        let length = u64::from(self.network.segments[arc as usize / 2].length_mm.max(1));
        self.cost(arc, objective) * mm / length
    }

    /// Least cost to a spot.
    fn brute_to(&self, from: &Spot, to: &Spot, reading: Reading, objective: Objective) -> Option<u64> {
        let walks = self.brute(from, reading, objective);
        let at_end = |walk: &[u32]| {
            let last = *walk.last().expect("an arc");
            if last > u32::MAX / 2 { u32::MAX - last } else { self.ends(last).1 }
        };
        let Some(junction) = to.junction else {
            let through = walks.iter().flat_map(|(walk, cost)| {
                [2 * to.segment, 2 * to.segment + 1].into_iter().filter_map(move |arc| {
                    let longer = [&walk[..], &[arc]].concat();
                    let may = self.ends(arc).0 == at_end(walk)
                        && self.is_open(at_end(walk), reading)
                        && self.passes(arc, reading)
                        && !self.forbidden.iter().any(|sequence| longer.ends_with(sequence));
                    let length = u64::from(self.network.segments[to.segment as usize].length_mm);
                    may.then(|| cost + self.share(arc, length - self.ahead(arc, to), objective))
                })
            });
            let mut all: Vec<u64> = through.collect();
            if from.segment == to.segment && from.junction.is_none() {
                let arc = 2 * from.segment + u32::from(to.offset_mm < from.offset_mm);
                if self.passes(arc, reading) {
                    all.push(self.share(arc, u64::from(from.offset_mm.abs_diff(to.offset_mm)), objective));
                }
            }
            return all.into_iter().min();
        };
        walks.iter().filter(|(walk, _)| at_end(walk) == junction).map(|(_, cost)| *cost).min()
    }

    fn spot(&self, dice: &mut Dice) -> Spot {
        let segment = dice.below(self.network.segments.len() as u64) as u32;
        let own = &self.network.segments[segment as usize];
        let lon_lat = self.network.shape(own)[0];
        if dice.below(2) == 0 {
            return Spot { segment, offset_mm: 0, junction: Some(own.tail), lon_lat, away_m: 0.0 };
        }
        let offset_mm = dice.below(u64::from(own.length_mm.max(1))) as u32;
        Spot { segment, offset_mm, junction: None, lon_lat, away_m: 0.0 }
    }
}

/// Whether two spots lie on roads that meet somehow, whatever may be driven.
fn hang_together(network: &Network, from: &Spot, to: &Spot) -> bool {
    let ends = |spot: &Spot| {
        let own = &network.segments[spot.segment as usize];
        spot.junction.unwrap_or(own.tail)
    };
    let mut met = std::collections::HashSet::from([ends(from)]);
    loop {
        let known = met.len();
        for segment in &network.segments {
            if met.contains(&segment.tail) || met.contains(&segment.head) {
                met.extend([segment.tail, segment.head]);
            }
        }
        if met.len() == known {
            return met.contains(&ends(to));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_way_costs_what_trying_every_walk_costs(seed in any::<u64>()) {
        let case = random(seed);
        let mut dice = Dice(seed ^ 1);
        let mut search = Search::new();
        for objective in [Objective::Time, Objective::Distance] {
            let prepared = Prepared::new(&case.network, &engine(), &case.situation, objective);
            case.network.make_order();
            let ordered = prepared.clone();
            ordered.make_shortcuts(&case.network);
            let (from, to) = (case.spot(&mut dice), case.spot(&mut dice));
            for reading in [Reading::Optimistic, Reading::Pessimistic] {
                let wanted = case.brute_to(&from, &to, reading, objective);
                let way = route::best(&case.network, &prepared, reading, &mut search, &from, &to);
                prop_assert_eq!(way.as_ref().map(|way| way.cost()), wanted, "{:?} {:?} {:?}", from, to, reading);
                let sooner = route::best(&case.network, &ordered, reading, &mut search, &from, &to);
                prop_assert_eq!(sooner.as_ref().map(|way| way.cost()), wanted, "by order {:?} {:?}", from, to);
                for way in way.into_iter().chain(sooner) {
                    let whole: u64 = way.arcs.iter().map(|arc| case.cost(*arc, objective)).sum();
                    prop_assert!(way.cost() <= whole, "no way costs more than all of its stretches");
                    let is_whole = from.junction.is_some() && to.junction.is_some();
                    prop_assert!(!is_whole || way.cost() == whole, "a way costs what its stretches cost");
                    let driven = &way.arcs;
                    prop_assert!(driven.iter().all(|arc| case.passes(*arc, reading)));
                    prop_assert!(driven.windows(2).all(|pair| case.ends(pair[0]).1 == case.ends(pair[1]).0));
                    let is_forbidden = |sequence: &Vec<u32>| {
                        driven.windows(sequence.len()).any(|part| part == sequence)
                    };
                    prop_assert!(!case.forbidden.iter().any(is_forbidden));
                }
            }
            // Where there is no way, what stands in it is named, unless the roads do not hang together at all.
            let answer = route::route(
                &case.network, &engine(), &case.situation, &prepared, &mut search, (&from, &to),
            );
            for light in &answer.blocked_by {
                prop_assert!(light.reasons.iter().all(|reason| reason.code.starts_with("road.refused.")));
                prop_assert!(!light.reasons.is_empty());
            }
            let is_lost = answer.optimistic.is_none() && hang_together(&case.network, &from, &to);
            prop_assert!(!is_lost || !answer.blocked_by.is_empty(), "{:?} {:?}", from, to);
            if let (Some(bold), Some(careful)) = (&answer.optimistic, &answer.pessimistic) {
                prop_assert!(bold.cost() <= careful.cost(), "knowing less never makes a way shorter");
                if bold.cost() < careful.cost() {
                    prop_assert!(!answer.unknown.is_empty(), "what makes the difference is named");
                }
            }
            if answer.optimistic.is_some() && answer.pessimistic.is_none() {
                prop_assert!(!answer.unknown.is_empty());
            }
        }
    }

    #[test]
    fn reach_is_every_junction_within_the_limit_and_no_other(seed in any::<u64>(), limit in 0_u32..400_000) {
        let case = random(seed);
        let mut dice = Dice(seed ^ 2);
        let prepared = Prepared::new(&case.network, &engine(), &case.situation, Objective::Time);
        let starts = [case.spot(&mut dice), case.spot(&mut dice)];
        let mut search = Search::new();
        let mut wanted: HashMap<u32, u64> = HashMap::new();
        for start in &starts {
            for junction in 0..case.network.junctions.len() as u32 {
                let to = Spot { junction: Some(junction), ..*start };
                let cost = case.brute_to(start, &to, Reading::Optimistic, Objective::Time);
                if let Some(cost) = cost.filter(|cost| *cost <= u64::from(limit)) {
                    wanted.entry(junction).and_modify(|own| *own = cost.min(*own)).or_insert(cost);
                }
            }
        }
        let fast = reach::junctions(
            &case.network, &prepared, Reading::Optimistic, &mut search, &starts, limit,
        );
        let whole = reach::reach(&case.network, &prepared, Reading::Optimistic, &mut search, &starts, limit);
        let found: HashMap<u32, u64> = fast.iter().map(|(junction, cost)| (*junction, u64::from(*cost))).collect();
        prop_assert_eq!(&found, &wanted);
        prop_assert_eq!(fast, whole.junctions);
        for piece in whole.pieces {
            let segment = &case.network.segments[piece.segment as usize];
            prop_assert!(piece.from_mm <= piece.to_mm && piece.to_mm <= segment.length_mm);
        }
    }
}

#[test]
fn one_refusal_on_a_long_detour_is_fewer_than_two_on_a_short_way() {
    let junction = |id, lon, lat| Junction { id, lon_lat: [lon, lat], barrier: None };
    let junctions = vec![
        junction(0, 150.0, 29.0),
        junction(1, 150.005, 29.0),
        junction(2, 150.01, 29.0),
        // Some 33 km there and back.
        junction(3, 150.0, 29.15),
    ];
    let lane = Road {
        kind: Kind::Unclassified,
        name: String::new(),
        one_way: OneWay::No,
        bridge: false,
        covered: false,
        private: false,
        fitness: Fitness { width_m: Some(5.0), ..Fitness::default() },
    };
    let lines = [(0, 1, 0), (1, 2, 0), (0, 3, 0), (3, 2, 0)];
    let network = Network::from_parts(junctions, &lines, vec![lane], &[]);
    let closed = |segment| {
        (segment, Closure { from: day(), until: None, reason: "修路".to_owned(), stops: Stops::Everybody })
    };
    let situation = Situation {
        conditions: Conditions { day: day(), wet: false },
        closures: [0, 1, 3].map(closed).to_vec(),
    };
    let spot = |segment: u32, junction: u32| {
        let lon_lat = network.junctions[junction as usize].lon_lat;
        Spot { segment, offset_mm: 0, junction: Some(junction), lon_lat, away_m: 0.0 }
    };
    for objective in [Objective::Time, Objective::Distance] {
        let prepared = Prepared::new(&network, &engine(), &situation, objective);
        network.make_order();
        let ordered = prepared.clone();
        ordered.make_shortcuts(&network);
        for prepared in [prepared, ordered] {
            let (from, to) = (spot(0, 0), spot(1, 2));
            let found =
                route::route(&network, &engine(), &situation, &prepared, &mut Search::new(), (&from, &to));
            assert_eq!(found.optimistic, None);
            let named: Vec<_> = found.blocked_by.iter().map(|light| light.segment).collect();
            assert_eq!(named, [Some(network.segments[3].key)], "{objective:?}");
        }
    }
}

/// A made-up network of 8,100 junctions with its order, and a day on it with closures.
fn district(closures: u64) -> (Network, Situation) {
    let network = road::made_up::network(90, road::made_up::SEED);
    network.make_order();
    let mut dice = Dice(11);
    let closure = Closure { from: day(), until: None, reason: "修路".to_owned(), stops: Stops::Everybody };
    let closures =
        (0..closures).map(|_| (dice.below(network.segments.len() as u64) as u32, closure.clone())).collect();
    (network, Situation { conditions: Conditions { day: day(), wet: false }, closures })
}

/// A vehicle that passes most roads of the district, and of some nobody knows.
fn lorry() -> Vehicle {
    let mut own = engine();
    own.needs.insert(
        Limit::Width,
        Need { value: Some(3.0), source: String::new(), confidence: Confidence::Check },
    );
    own.speeds_kmh.insert(Kind::Secondary, 45.0);
    own
}

/// Anywhere on a network: at a junction or along a stretch.
fn anywhere(network: &Network, dice: &mut Dice) -> Spot {
    let segment = dice.below(network.segments.len() as u64) as u32;
    let own = &network.segments[segment as usize];
    let lon_lat = network.shape(own)[0];
    let junction = (dice.below(2) == 0).then_some(own.tail);
    let offset_mm = if junction.is_some() { 0 } else { dice.below(u64::from(own.length_mm)) as u32 };
    Spot { segment, offset_mm, junction, lon_lat, away_m: 0.0 }
}

#[test]
fn an_order_holds_for_every_closure_and_vehicle_and_gives_the_ways_of_a_search_without() {
    let mut bike = lorry();
    bike.class = Class::Motorcycle;
    bike.needs.clear();
    bike.obeys_one_way = false;
    let mut search = Search::new();
    for (vehicle, closed) in [(lorry(), 0), (lorry(), 400), (bike, 400)] {
        let (network, situation) = district(closed);
        for objective in [Objective::Time, Objective::Distance] {
            let plain = Prepared::new(&network, &vehicle, &situation, objective);
            let ordered = plain.clone();
            ordered.make_shortcuts(&network);
            let mut dice = Dice(7 + closed);
            let (mut ways, mut unlike) = (0, 0);
            for _ in 0..60 {
                let (from, to) = (anywhere(&network, &mut dice), anywhere(&network, &mut dice));
                let asked = (&from, &to);
                let one = route::route(&network, &vehicle, &situation, &plain, &mut search, asked);
                let other = route::route(&network, &vehicle, &situation, &ordered, &mut search, asked);
                for (one, other) in
                    [(&one.optimistic, &other.optimistic), (&one.pessimistic, &other.pessimistic)]
                {
                    assert_eq!(one.as_ref().map(|way| way.cost()), other.as_ref().map(|way| way.cost()));
                    let Some((one, other)) = one.as_ref().zip(other.as_ref()) else { continue };
                    ways += 1;
                    // Two ways may cost the same to the millisecond, and both are right.
                    unlike += usize::from(one.arcs != other.arcs);
                }
                assert_eq!(one.blocked_by.is_empty(), other.blocked_by.is_empty(), "{from:?} {to:?}");
            }
            assert!(ways > 40 && unlike * 10 < ways, "{ways} ways, {unlike} of them over other roads");
        }
    }
}

#[test]
fn a_network_measured_anew_takes_over_the_order_and_one_with_another_road_does_not() {
    let (before, situation) = district(0);
    let lines: Vec<_> = before.segments.iter().map(|own| (own.tail, own.head, own.road)).collect();
    let build = |lines: &[(u32, u32, u32)], width_m| {
        let mut roads = before.roads.clone();
        roads.iter_mut().for_each(|road| road.fitness.width_m = width_m);
        Network::from_parts(before.junctions.clone(), lines, roads, &[])
    };
    let (wide, narrow) = (build(&lines, Some(6.0)), build(&lines, Some(3.0)));
    assert!(!wide.share_order(&before), "its turns are not forbidden here");
    wide.make_order();
    assert!(narrow.share_order(&wide), "only widths differ");
    let shorter = build(&lines[1..], Some(6.0));
    assert!(!shorter.share_order(&wide), "a road less");

    let mut bike = lorry();
    bike.needs.clear();
    let mut dice = Dice(5);
    let mut there = 0;
    let mut search = Search::new();
    let plain = Prepared::new(&narrow, &bike, &situation, Objective::Time);
    let ordered = plain.clone();
    ordered.make_shortcuts(&narrow);
    for _ in 0..20 {
        let (from, to) = (anywhere(&narrow, &mut dice), anywhere(&narrow, &mut dice));
        let mut cost = |prepared| {
            route::best(&narrow, prepared, Reading::Optimistic, &mut search, &from, &to).map(|way| way.cost())
        };
        assert_eq!(cost(&plain), cost(&ordered));
        there += usize::from(cost(&plain).is_some());
    }
    assert!(there > 10, "{there} ways");
}

#[test]
fn a_table_by_order_has_the_cells_of_one_by_searches() {
    let (network, situation) = district(300);
    let mut search = Search::new();
    let mut dice = Dice(3);
    let plain = Prepared::new(&network, &lorry(), &situation, Objective::Time);
    // More goals than are carried side by side, and not a multiple of that.
    let from: Vec<Spot> = (0..25).map(|_| anywhere(&network, &mut dice)).collect();
    let to: Vec<Spot> = (0..41).map(|_| anywhere(&network, &mut dice)).chain(from.first().copied()).collect();
    for prepared in [plain.clone(), plain.careful()] {
        let wanted = reach::matrix(&network, &prepared, &mut search, &from, &to);
        let ordered = prepared.clone();
        ordered.make_shortcuts(&network);
        assert_eq!(reach::matrix(&network, &ordered, &mut search, &from, &to), wanted);
        let there = wanted.iter().flatten().flatten().count();
        assert!(there > 100 && there < 25 * 42, "{there} cells have a way");
        assert_eq!(reach::matrix(&network, &ordered, &mut search, &from, &[]), vec![Vec::new(); 25]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_search_back_from_the_goal_costs_what_each_way_to_it_costs(seed in any::<u64>()) {
        let case = random(seed);
        let mut dice = Dice(seed ^ 5);
        let mut search = Search::new();
        let vehicle = engine();
        let prepared = Prepared::new(&case.network, &vehicle, &case.situation, Objective::Time);
        let to = case.spot(&mut dice);
        let starts: Vec<Option<Spot>> = (0..4).map(|_| Some(case.spot(&mut dice))).chain([None]).collect();
        let day = (&vehicle, &case.situation);
        let found = towards(&case.network, day, &prepared, &mut search, (&starts, &to));
        prop_assert_eq!(found.len(), 5);
        case.network.make_order();
        let ordered = prepared.clone();
        ordered.make_shortcuts(&case.network);
        let by_order = towards(&case.network, day, &ordered, &mut search, (&starts, &to));
        for (one, other) in found.iter().flatten().zip(by_order.iter().flatten()) {
            prop_assert_eq!(one.seconds, other.seconds, "by order");
            prop_assert_eq!(one.blocked_by.is_empty(), other.blocked_by.is_empty());
            // Of ways that cost the same one may lead over what nobody knows.
            prop_assert!(one.unknown == other.unknown || one.seconds.is_some());
        }
        prop_assert!(found[4].is_none(), "who is off the roads has no way over them");
        for (start, found) in starts.iter().flatten().zip(found.iter().flatten()) {
            let way = route::route(
                &case.network, &vehicle, &case.situation, &prepared, &mut search, (start, &to),
            );
            prop_assert_eq!(found.seconds, way.optimistic.as_ref().map(|way| way.duration_s));
            match &way.optimistic {
                Some(way_there) => {
                    prop_assert!(found.blocked_by.is_empty());
                    let careful = way.pessimistic.as_ref().map(|way| way.cost());
                    if careful != Some(way_there.cost()) {
                        prop_assert!(!found.unknown.is_empty(), "what makes the difference is named");
                    }
                }
                None => prop_assert_eq!(found.blocked_by.is_empty(), way.blocked_by.is_empty()),
            }
        }
    }
}
