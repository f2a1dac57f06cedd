//! Turns that are forbidden over a way between, and nobody gets round them by turning back: a small map of it, and random
//! nets against a search that tries every walk by the words of the rule. What does not belong here: turns at one junction
//! among all else (`exact`), real maps (`extract`).
#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, HashMap};

use domain::road::{Conditions, Fitness, Kind, OneWay, Road};
use domain::time::parse_date;
use domain::vehicle::{Class, Vehicle};
use proptest::prelude::*;
use road::made_up::Dice;
use road::osm::{self, Extract, Node, Restriction, Way};
use road::snap::Spot;
use road::{Network, Objective, Prepared, Reading, Search, Situation, reach, route};

fn lorry() -> Vehicle {
    Vehicle {
        class: Class::Engine,
        name: "消防车".to_owned(),
        obeys_one_way: true,
        needs: BTreeMap::new(),
        speeds_kmh: BTreeMap::from([(Kind::Unclassified, 30.0)]),
        borne_t: None,
    }
}

fn situation() -> Situation {
    let day = parse_date("2026-11-26").expect("a date");
    Situation { conditions: Conditions { day, wet: false }, closures: Vec::new() }
}

/// At the junction of a node of the map.
fn at(network: &Network, node: i64) -> Spot {
    let found = network.junctions.iter().position(|junction| junction.id == node);
    let junction = found.expect("a junction") as u32;
    let segment = network.segments.iter().position(|own| own.tail == junction || own.head == junction);
    Spot {
        segment: segment.expect("a road there") as u32,
        offset_mm: 0,
        junction: Some(junction),
        lon_lat: network.junctions[junction as usize].lon_lat,
        away_m: 0.0,
    }
}

/// What each search says a way from one node to another costs: plain, by order, of everything within reach, as a table
/// plain and by order.
fn told(network: &Network, from: i64, to: i64) -> [Option<u64>; 5] {
    let mut search = Search::new();
    let plain = Prepared::new(network, &lorry(), &situation(), Objective::Distance);
    network.make_order();
    let ordered = plain.clone();
    ordered.make_shortcuts(network);
    let (from, to) = (at(network, from), at(network, to));
    let mut way = |prepared: &Prepared| {
        route::best(network, prepared, Reading::Optimistic, &mut search, &from, &to).map(|way| way.cost())
    };
    let (one, other) = (way(&plain), way(&ordered));
    let near = reach::junctions(network, &plain, Reading::Optimistic, &mut search, &[from], u32::MAX / 2);
    let near = near.iter().find(|(junction, _)| Some(*junction) == to.junction).map(|own| u64::from(own.1));
    let mut cell = |prepared: &Prepared| {
        let table = reach::matrix(network, prepared, &mut search, &[from], &[to]);
        table.first().and_then(|row| row.first()).copied().flatten().map(u64::from)
    };
    [one, other, near, cell(&plain), cell(&ordered)]
}

/// Way 1 leads into 2, that into 3 and that into 4; from 2 over 3 into 4 one may not turn, and nothing else leads there.
const VIA: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="29.300" lon="105.900"/><node id="2" lat="29.300" lon="105.902"/>
 <node id="3" lat="29.300" lon="105.904"/><node id="4" lat="29.300" lon="105.905"/>
 <node id="5" lat="29.302" lon="105.905"/><node id="6" lat="29.298" lon="105.905"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="unclassified"/></way>
 <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="unclassified"/></way>
 <way id="3"><nd ref="3"/><nd ref="4"/><tag k="highway" v="unclassified"/></way>
 <way id="4"><nd ref="4"/><nd ref="5"/><tag k="highway" v="unclassified"/></way>
 <way id="5"><nd ref="4"/><nd ref="6"/><tag k="highway" v="unclassified"/></way>
 <relation id="9"><member type="way" ref="2" role="from"/><member type="way" ref="3" role="via"/>
  <member type="way" ref="4" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>
</osm>"#;

/// The ways of the map the shortest way from one node to another leads over.
fn driven(network: &Network, from: i64, to: i64) -> Vec<i64> {
    let plain = Prepared::new(network, &lorry(), &situation(), Objective::Distance);
    let (from, to) = (at(network, from), at(network, to));
    let way = route::best(network, &plain, Reading::Optimistic, &mut Search::new(), &from, &to);
    let way = way.expect("a way");
    way.arcs.iter().map(|arc| network.segments[*arc as usize / 2].key.way).collect()
}

fn read(map: &str) -> Network {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("turn.osm");
    std::fs::write(&path, map).expect("written");
    Network::of(&osm::read(&path).expect("a map"), true)
}

#[test]
fn a_turn_over_a_way_between_is_not_got_round_by_turning_back_on_it_twice() {
    // The only other way would lead to the dead end and back: turning round there is no way round, but allowed.
    let whole = read(VIA);
    assert_eq!((whole.restrictions, whole.problems.len()), (1, 0));
    let through = told(&whole, 1, 5);
    assert!(through.iter().all(|cost| cost.is_some() && *cost == through[0]), "by the dead end: {through:?}");
    assert_eq!(driven(&whole, 1, 5), [1, 2, 3, 5, 5, 4], "turned at the end of the road that ends");

    // Without that road there is no way at all, and the turn is what stands in it.
    let cut =
        VIA.replace(r#"<way id="5"><nd ref="4"/><nd ref="6"/>"#, r#"<way id="5"><nd ref="1"/><nd ref="6"/>"#);
    let network = read(&cut);
    assert_eq!(told(&network, 1, 5), [None; 5]);
    assert!(told(&network, 1, 4).iter().all(Option::is_some), "up to the junction one drives");
    assert!(told(&network, 3, 5).iter().all(Option::is_some), "and from the way between one turns");
    let plain = Prepared::new(&network, &lorry(), &situation(), Objective::Distance);
    let ends = (&at(&network, 1), &at(&network, 5));
    let answer = route::route(&network, &lorry(), &situation(), &plain, &mut Search::new(), ends);
    let reasons: Vec<&str> =
        answer.blocked_by.iter().flat_map(|one| &one.reasons).map(|why| why.code).collect();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(["road.refused.turn", "road.refused.turn_back"].contains(&reasons[0]), "{reasons:?}");
}

#[test]
fn nor_by_turning_back_on_another_road_before_the_way_between() {
    // From the junction of 2 and 3 a road leads on to where another goes on: turned back at its end one would come to 3 as
    // if from elsewhere. At the end of the other, which ends for everybody, one turns.
    let more = r#"<node id="7" lat="29.303" lon="105.904"/><node id="8" lat="29.304" lon="105.904"/>
 <way id="7"><nd ref="3"/><nd ref="7"/><tag k="highway" v="unclassified"/></way>
 <way id="8"><nd ref="7"/><nd ref="8"/><tag k="highway" v="unclassified"/></way>
 <way id="5"><nd ref="1"/><nd ref="6"/>"#;
    let network = read(&VIA.replace(r#"<way id="5"><nd ref="4"/><nd ref="6"/>"#, more));
    let through = told(&network, 1, 5);
    assert!(through.iter().all(|cost| cost.is_some() && *cost == through[0]), "{through:?}");
    assert_eq!(driven(&network, 1, 5), [1, 2, 7, 8, 8, 7, 3, 4], "not turned where the other road goes on");
    assert!(told(&network, 7, 5).iter().all(Option::is_some), "whoever comes by that road turns");
}

#[test]
fn a_road_ends_where_nothing_an_engine_may_drive_on_goes_on() {
    let on = |nodes: &str, tags: &str| {
        let more = format!(
            r#"<node id="9" lat="29.297" lon="105.905"/><way id="10">{nodes}{tags}</way><relation id="9">"#
        );
        read(&VIA.replace(r#"<relation id="9">"#, &more))
    };
    let (out, back) = (r#"<nd ref="6"/><nd ref="9"/>"#, r#"<nd ref="9"/><nd ref="6"/>"#);
    let road = r#"<tag k="highway" v="unclassified"/>"#;
    let one_way = format!(r#"{road}<tag k="oneway" v="yes"/>"#);
    for (nodes, tags, why) in [
        (out, r#"<tag k="highway" v="steps"/>"#, "steps lead on"),
        (out, r#"<tag k="highway" v="footway"/>"#, "a footway leads on"),
        (back, one_way.as_str(), "a road nobody may enter there"),
    ] {
        let network = on(nodes, tags);
        let through = told(&network, 1, 5);
        assert!(through.iter().all(|cost| cost.is_some() && *cost == through[0]), "{why}: {through:?}");
        assert_eq!(driven(&network, 1, 5), [1, 2, 3, 5, 5, 4], "{why}");
    }
    // Where a road goes on one turns at its end, not before.
    let network = on(out, road);
    let through = told(&network, 1, 5);
    assert!(through.iter().all(|cost| cost.is_some() && *cost == through[0]), "{through:?}");
    assert_eq!(driven(&network, 1, 5), [1, 2, 3, 5, 10, 10, 5, 4]);
    // A one-way road that leads on from there: no engine comes back over it.
    let network = on(out, &one_way);
    assert_eq!(told(&network, 1, 5), [None; 5]);
}

/// A random map in which every way is one stretch, and what of it is forbidden as arcs.
fn random(seed: u64) -> (Extract, Vec<Vec<u32>>) {
    let mut dice = Dice(seed);
    let n = 4 + dice.below(3) as i64;
    let node = |dice: &mut Dice| Node {
        lon_lat: [150.0 + dice.below(200) as f64 * 1e-4, 29.0 + dice.below(200) as f64 * 1e-4],
        barrier: None,
    };
    let nodes: HashMap<i64, Node> = (0..n).map(|id| (id, node(&mut dice))).collect();
    // Each node hangs on one before it, and some more are joined; two nodes by one way only.
    let mut lines: Vec<(i64, i64)> = (1..n).map(|id| (dice.below(id as u64) as i64, id)).collect();
    for _ in 0..2 + dice.below(3) {
        let (a, b) = (dice.below(n as u64) as i64, dice.below(n as u64) as i64);
        if a != b && !lines.contains(&(a, b)) && !lines.contains(&(b, a)) {
            lines.push((a, b));
        }
    }
    let road = |dice: &mut Dice| Road {
        // Over steps the lorry does not drive: where they alone lead on, a road ends for it.
        kind: if dice.below(6) == 0 { Kind::Steps } else { Kind::Unclassified },
        name: String::new(),
        one_way: OneWay::No,
        bridge: false,
        covered: false,
        private: false,
        fitness: Fitness { turnaround: (dice.below(8) == 0).then_some(true), ..Fitness::default() },
    };
    let ways =
        lines.iter().zip(0..).map(|((a, b), id)| Way { id, nodes: vec![*a, *b], road: road(&mut dice) });
    let ways: Vec<Way> = ways.collect();
    let ends = |arc: u32| {
        let (tail, head) = lines[arc as usize / 2];
        if arc.is_multiple_of(2) { (tail, head) } else { (head, tail) }
    };
    let (mut restrictions, mut forbidden) = (Vec::new(), Vec::new());
    for id in 0..1 + dice.below(3) as i64 {
        let mut sequence = vec![dice.below(2 * lines.len() as u64) as u32];
        for _ in 0..1 + dice.below(2) {
            // Nowhere back, so that it is clear which arcs are meant.
            let (tail, at) = ends(*sequence.last().expect("an arc"));
            let on: Vec<u32> = (0..2 * lines.len() as u32)
                .filter(|arc| ends(*arc).0 == at && ends(*arc).1 != tail)
                .collect();
            match on.len() {
                0 => break,
                len => sequence.push(on[dice.below(len as u64) as usize]),
            }
        }
        if sequence.len() < 2 {
            continue;
        }
        let via = (sequence.len() == 2).then(|| ends(sequence[0]).1);
        let ways = sequence.iter().map(|arc| i64::from(*arc / 2)).collect();
        restrictions.push(Restriction { id, only: false, ways, via });
        forbidden.push(sequence);
    }
    (Extract { ways, nodes, restrictions, ..Extract::default() }, forbidden)
}

/// Whether the lorry drives on an arc.
fn is_driven(network: &Network, arc: u32) -> bool {
    network.road(&network.segments[arc as usize / 2]).is_some_and(|road| road.kind != Kind::Steps)
}

/// Whether the last arcs of a walk are against the rule: a forbidden turn is made; or of one that is begun and left over
/// another road the end of that is turned back at; or it is turned back within it.
fn is_against(network: &Network, forbidden: &[Vec<u32>], walk: &[u32]) -> bool {
    let ends = |arc: u32| {
        let own = &network.segments[arc as usize / 2];
        if arc.is_multiple_of(2) { (own.tail, own.head) } else { (own.head, own.tail) }
    };
    let may_turn_back = |arc: u32| {
        let own = &network.segments[arc as usize / 2];
        let meeting = (0..2 * network.segments.len() as u32).filter(|on| ends(*on).0 == ends(arc).1);
        let mut leading_on = meeting.filter(|on| *on != arc ^ 1 && is_driven(network, *on));
        network.road(own).is_some_and(|road| road.fitness.turnaround == Some(true))
            || leading_on.next().is_none()
    };
    let Some((last, before)) = walk.split_last() else { return false };
    let turned = before.last().filter(|own| **own == last ^ 1).copied();
    forbidden.iter().any(|sequence| {
        let within = || (2..sequence.len()).any(|n| before.ends_with(&sequence[..n]));
        let left = |on: u32| {
            let earlier = &before[..before.len() - 1];
            let is_left = |n: usize| earlier.ends_with(&sequence[..n]) && sequence[n] != on;
            (1..sequence.len()).any(is_left) && earlier.last() != Some(&(on ^ 1))
        };
        walk.ends_with(sequence) || turned.is_some_and(|on| !may_turn_back(on) && (within() || left(on)))
    })
}

/// Least cost from one junction to another by trying walks; their last arcs are all the rule looks at.
fn brute(network: &Network, forbidden: &[Vec<u32>], from: u32, to: u32) -> Option<u64> {
    let ends = |arc: u32| {
        let own = &network.segments[arc as usize / 2];
        if arc.is_multiple_of(2) { (own.tail, own.head) } else { (own.head, own.tail) }
    };
    let mut known: HashMap<Vec<u32>, u64> = HashMap::new();
    let mut open: Vec<(Vec<u32>, u64)> = vec![(Vec::new(), 0)];
    while let Some((walk, cost)) = open.pop() {
        if known.get(&walk).is_some_and(|known| *known <= cost) {
            continue;
        }
        known.insert(walk.clone(), cost);
        let at = walk.last().map_or(from, |arc| ends(*arc).1);
        let leaving = (0..2 * network.segments.len() as u32).filter(|arc| ends(*arc).0 == at);
        for arc in leaving.filter(|arc| is_driven(network, *arc)) {
            let mut longer = [walk.as_slice(), &[arc]].concat();
            if !is_against(network, forbidden, &longer) {
                longer.drain(..longer.len().saturating_sub(3));
                open.push((longer, cost + u64::from(network.segments[arc as usize / 2].length_mm)));
            }
        }
    }
    let there = known.iter().filter(|(walk, _)| walk.last().map_or(from, |arc| ends(*arc).1) == to);
    there.map(|(_, cost)| *cost).min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_turns_over_ways_every_search_says_what_trying_every_walk_says(seed in any::<u64>()) {
        let (extract, forbidden) = random(seed);
        let network = Network::of(&extract, true);
        prop_assert_eq!(network.restrictions, forbidden.len(), "{:?}", network.problems);
        let mut dice = Dice(seed ^ 7);
        for _ in 0..2 {
            let mut node = || dice.below(extract.nodes.len() as u64) as i64;
            let (from, to) = (node(), node());
            let ends = [from, to].map(|id| at(&network, id).junction.expect("a junction"));
            let wanted = brute(&network, &forbidden, ends[0], ends[1]);
            prop_assert_eq!(told(&network, from, to), [wanted; 5], "{} to {}", from, to);
        }
    }
}
