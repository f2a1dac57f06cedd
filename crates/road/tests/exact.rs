//! Ways and reach on small random networks with one-ways, widths, closures, barriers and forbidden turns, against a
//! search that knows nothing of states: it goes over walks arc by arc and looks every turn up. What does not belong
//! here: real maps (`extract`).
#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::place::Confidence;
use domain::road::{Barrier, Closure, Conditions, Finding, Fitness, Kind, Limit, OneWay, Road, judge};
use domain::time::{Date, parse_date};
use domain::vehicle::{Class, Need, Vehicle};
use proptest::prelude::*;
use road::graph::Junction;
use road::landmark::Landmarks;
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
    // Sequences that hang together, of two or three arcs.
    let mut forbidden = Vec::new();
    for _ in 0..dice.below(8) {
        let mut sequence = vec![dice.below(u64::from(2 * count)) as u32];
        for _ in 0..1 + dice.below(2) {
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
            (dice.below(u64::from(count)) as u32, Closure { from, until, reason: "修路".to_owned() })
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_way_costs_what_trying_every_walk_costs(seed in any::<u64>()) {
        let case = random(seed);
        let mut dice = Dice(seed ^ 1);
        let mut search = Search::new();
        for objective in [Objective::Time, Objective::Distance] {
            let prepared = Prepared::new(&case.network, &engine(), &case.situation, objective);
            let landmarks = Arc::new(Landmarks::of(&case.network, &prepared));
            let guided = prepared.clone().guided(landmarks);
            let (from, to) = (case.spot(&mut dice), case.spot(&mut dice));
            for reading in [Reading::Optimistic, Reading::Pessimistic] {
                let wanted = case.brute_to(&from, &to, reading, objective);
                let way = route::best(&case.network, &prepared, reading, &mut search, &from, &to);
                prop_assert_eq!(way.as_ref().map(|way| way.cost()), wanted, "{:?} {:?} {:?}", from, to, reading);
                let sooner = route::best(&case.network, &guided, reading, &mut search, &from, &to);
                prop_assert_eq!(sooner.as_ref().map(|way| way.cost()), wanted, "guided {:?} {:?}", from, to);
                if let Some(way) = way {
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
    let closed = |segment| (segment, Closure { from: day(), until: None, reason: "修路".to_owned() });
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
        let guided = prepared.clone().guided(Arc::new(Landmarks::of(&network, &prepared)));
        for prepared in [prepared, guided] {
            let (from, to) = (spot(0, 0), spot(1, 2));
            let found =
                route::route(&network, &engine(), &situation, &prepared, &mut Search::new(), (&from, &to));
            assert_eq!(found.optimistic, None);
            let named: Vec<_> = found.blocked_by.iter().map(|light| light.segment).collect();
            assert_eq!(named, [Some(network.segments[3].key)], "{objective:?}");
        }
    }
}

#[test]
fn landmarks_give_the_same_ways_and_settle_fewer_states() {
    let network = road::made_up::network(90, road::made_up::SEED);
    let situation = Situation { conditions: Conditions { day: day(), wet: false }, closures: Vec::new() };
    let mut dice = Dice(7);
    let mut search = Search::new();
    for objective in [Objective::Time, Objective::Distance] {
        let prepared = Prepared::new(&network, &engine(), &situation, objective);
        let guided = prepared.clone().guided(Arc::new(Landmarks::of(&network, &prepared)));
        let (mut plain, mut sooner, mut ways) = (0, 0, 0);
        for _ in 0..150 {
            let mut spot = || {
                let segment = dice.below(network.segments.len() as u64) as u32;
                let own = &network.segments[segment as usize];
                let lon_lat = network.shape(own)[0];
                Spot { segment, offset_mm: 0, junction: Some(own.tail), lon_lat, away_m: 0.0 }
            };
            let (from, to) = (spot(), spot());
            let way = route::best(&network, &prepared, Reading::Optimistic, &mut search, &from, &to);
            let settled = search.settled();
            let other = route::best(&network, &guided, Reading::Optimistic, &mut search, &from, &to);
            assert_eq!(way.as_ref().map(|way| way.cost()), other.as_ref().map(|way| way.cost()));
            if way.is_some() {
                (plain, sooner, ways) = (plain + settled, sooner + search.settled(), ways + 1);
            }
        }
        assert!(ways > 20, "{ways} ways");
        assert!(sooner < plain, "{objective:?}: {sooner} states instead of {plain}");
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
        let found = towards(&case.network, (&vehicle, &case.situation), &prepared, &starts, &to);
        prop_assert_eq!(found.len(), 5);
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
