//! How far one gets: from stations within a time, which vehicle reaches which point in how long, and what stands in the
//! way of the rest. What does not belong here: where stations should be (`siting`).

use domain::geometry::distance_m;
use domain::road::Finding;
use domain::vehicle::{Class, Vehicle};
use serde::Serialize;

use crate::climb::table;
use crate::graph::Network;
use crate::outline::{Grid, Rings};
use crate::route::{Spotlight, goals, part_between, seeds, spotlights};
use crate::search::{NONE, Search, Seed};
use crate::snap::{Near, Spot, setting_out, standing_with};
use crate::weigh::{Costs, NEVER, Prepared, Reading, Situation};

/// A part of a stretch, as drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Piece {
    /// Stretch.
    pub segment: u32,
    /// From, mm.
    pub from_mm: u32,
    /// To, mm.
    pub to_mm: u32,
}

/// What is reached within a limit.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reach {
    /// Junctions with what it costs to get there, nearest first: ms or mm, as was weighed.
    pub junctions: Vec<(u32, u32)>,
    /// Parts of stretches.
    pub pieces: Vec<Piece>,
}

/// The junctions within `limit` (ms or mm, as was weighed) of the nearest start; nothing more, and fast.
pub fn junctions(
    network: &Network,
    prepared: &Prepared,
    reading: Reading,
    search: &mut Search,
    starts: &[Spot],
    limit: u32,
) -> Vec<(u32, u32)> {
    let costs = prepared.costs(reading);
    let mut junctions = Vec::new();
    search.run(network, costs, &all_seeds(network, costs, starts), limit, |state, cost| {
        junctions.extend(network.junction_of.get(state as usize).map(|junction| (*junction, cost)));
        true
    });
    if network.states() > network.junctions.len() {
        // A junction with several states was come to first by the cheapest.
        junctions.sort_unstable();
        junctions.dedup_by_key(|(junction, _)| *junction);
        junctions.sort_unstable_by_key(|(junction, cost)| (*cost, *junction));
    }
    junctions
}

/// Everything within `limit` of the nearest start.
pub fn reach(
    network: &Network,
    prepared: &Prepared,
    reading: Reading,
    search: &mut Search,
    starts: &[Spot],
    limit: u32,
) -> Reach {
    let costs = prepared.costs(reading);
    let seeds = all_seeds(network, costs, starts);
    let mut pieces = Vec::new();
    let mut put = |arc: u32, from_mm: u32, left: u32| {
        let Some(segment) = network.segments.get(arc as usize / 2) else { return };
        let Some(cost) = costs.arc.get(arc as usize).copied().filter(|cost| *cost != NEVER) else { return };
        let far = u64::from(segment.length_mm) * u64::from(left) / u64::from(cost.max(1));
        let to_mm = (u64::from(from_mm) + far).min(u64::from(segment.length_mm)) as u32;
        let length = segment.length_mm;
        pieces.push(match arc.is_multiple_of(2) {
            true => Piece { segment: arc / 2, from_mm, to_mm },
            false => Piece { segment: arc / 2, from_mm: length - to_mm, to_mm: length - from_mm },
        });
    };
    for start in starts.iter().filter(|start| start.junction.is_none()) {
        put(2 * start.segment, start.offset_mm, limit);
        let length = network.segments.get(start.segment as usize).map_or(0, |segment| segment.length_mm);
        put(2 * start.segment + 1, length.saturating_sub(start.offset_mm), limit);
    }
    let mut found = Vec::new();
    search.run(network, costs, &seeds, limit, |state, cost| {
        found.extend(network.junction_of.get(state as usize).map(|junction| (*junction, cost)));
        let range = network.outs_of(state);
        let outs = network.outs.get(range.clone()).unwrap_or_default();
        for (out, weight) in outs.iter().zip(costs.out.get(range).unwrap_or_default()) {
            if *weight != NEVER {
                put(out.arc, 0, limit - cost);
            }
        }
        true
    });
    found.sort_unstable();
    found.dedup_by_key(|(junction, _)| *junction);
    found.sort_unstable_by_key(|(junction, cost)| (*cost, *junction));
    Reach { junctions: found, pieces: merged(pieces) }
}

/// The outline of what is reached: everything within `beside_m` of a reached part of a road and nothing else, holes
/// included, drawn in steps of the same size. Each polygon is its outer ring followed by its holes, degrees.
pub fn outline(network: &Network, reach: &Reach, beside_m: f64) -> Vec<Rings> {
    let first = reach.pieces.first().and_then(|piece| network.segments.get(piece.segment as usize));
    let Some(middle) = first.and_then(|segment| network.shape(segment).first().copied()) else {
        return Vec::new();
    };
    let mut grid = Grid::around(middle, beside_m);
    for piece in &reach.pieces {
        let Some(segment) = network.segments.get(piece.segment as usize) else { continue };
        let shape = network.shape(segment);
        let mut driven = 0.0;
        for (a, b) in shape.iter().zip(shape.iter().skip(1)) {
            let length = distance_m(*a, *b) * 1000.0;
            let share = |mm: u32| ((f64::from(mm) - driven) / length.max(1.0)).clamp(0.0, 1.0);
            let (from, to) = (share(piece.from_mm), share(piece.to_mm));
            if from < to {
                let at = |share: f64| [0, 1].map(|n| a[n] + (b[n] - a[n]) * share);
                grid.draw(at(from), at(to));
            }
            driven += length;
        }
    }
    grid.rings()
}

/// One vehicle with the network weighed for it by time.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The vehicle.
    pub vehicle: &'a Vehicle,
    /// The network for it.
    pub prepared: &'a Prepared,
}

/// How one vehicle gets to a point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arrival {
    /// Vehicle.
    pub class: Class,
    /// Time to the road nearest the point when what nobody knows passes, s; none when there is no way.
    pub optimistic_s: Option<f64>,
    /// The same when it does not.
    pub pessimistic_s: Option<f64>,
    /// The start it comes from, by number.
    pub start: Option<usize>,
    /// From the vehicle's road to the point, m; none when no such road is near.
    pub away_m: Option<f64>,
    /// What stands in the way: of any way at all, else of one within the limit.
    pub blocked_by: Vec<Spotlight>,
    /// There is no way, and the road beside the point hangs together with none beside a start.
    pub apart: bool,
}

/// For each point how each vehicle gets there, in the order of `cases`. `limit_s` says what is in time; `near` how far from a
/// point it may stand. Under either reading it stands where it passes: a nearer lane nobody measured takes nothing away.
pub fn arrivals(
    network: &Network,
    situation: &Situation,
    cases: &[Case<'_>],
    search: &mut Search,
    (starts, points): (&[[f64; 2]], &[[f64; 2]]),
    (limit_s, near): (f64, Near),
) -> Vec<Vec<Arrival>> {
    let mut all: Vec<Vec<Arrival>> = points.iter().map(|_| Vec::with_capacity(cases.len())).collect();
    for case in cases {
        // A start beside two roads that do not hang together sets out on either: whoever lives along one of them is reached.
        let spots = |reading| -> (Vec<usize>, Vec<Spot>, Vec<Option<Spot>>) {
            let out = |at: [f64; 2]| setting_out(network, case.prepared, reading, at, near);
            let numbered =
                starts.iter().enumerate().flat_map(|(n, at)| out(*at).into_iter().map(move |s| (n, s)));
            let (numbers, from): (Vec<usize>, Vec<Spot>) = numbered.unzip();
            let stand =
                |at: &[f64; 2]| standing_with(network, case.prepared, reading, (*at, &from), near).ok();
            let to = points.iter().map(stand).collect();
            (numbers, from, to)
        };
        let mut ways = |reading, (numbers, from, to): &(Vec<usize>, Vec<Spot>, Vec<Option<Spot>>)| {
            let mut found = one_to_many(network, case.prepared.costs(reading), search, from, to);
            for way in found.iter_mut().flatten() {
                way.start = numbers.get(way.start).copied().unwrap_or(way.start);
            }
            found
        };
        let (mut stands, firm) = (spots(Reading::Optimistic), spots(Reading::Pessimistic));
        let (mut bold, careful) = (ways(Reading::Optimistic, &stands), ways(Reading::Pessimistic, &firm));
        let (_, from, to) = &mut stands;
        let sure = careful.iter().zip(&firm.2);
        for ((way, spot), (sure, firm)) in bold.iter_mut().zip(to.iter_mut()).zip(sure) {
            // What is passed for sure is passed: where that is the sooner way, it is the way.
            let is_sooner = |own: &Found| way.as_ref().is_none_or(|way| own.cost < way.cost);
            if sure.as_ref().is_some_and(is_sooner) {
                way.clone_from(sure);
                *spot = *firm;
            }
        }
        let late = |found: &Option<Found>| {
            found.as_ref().is_none_or(|found| f64::from(found.cost) > limit_s * 1000.0)
        };
        // Only where somebody comes late or not at all is it asked what stands in the way.
        let wanting: Vec<Option<Spot>> =
            bold.iter().zip(to.iter()).map(|(found, spot)| spot.filter(|_| late(found))).collect();
        let hindered = one_to_many(network, &case.prepared.hindered, search, from, &wanting);
        let direct = one_to_many(network, &case.prepared.direct, search, from, &wanting);
        let seconds = |found: &Option<Found>| found.as_ref().map(|found| f64::from(found.cost) / 1000.0);
        for (n, own) in all.iter_mut().enumerate() {
            let of = |list: &[Option<Found>]| list.get(n).cloned().flatten();
            let (found, spot) = (of(&bold), to.get(n).copied().flatten());
            let better =
                if found.is_none() { of(&hindered) } else { of(&direct).filter(|d| !late(&Some(d.clone()))) };
            let refused = |finding: &Finding| matches!(finding, Finding::Refused(_));
            let blocked_by = match better.filter(|_| late(&found)) {
                Some(way) => {
                    let start = from.get(way.start).and_then(|start| start.junction);
                    spotlights(network, case.vehicle, situation, (start, &way.arcs), refused)
                }
                None => Vec::new(),
            };
            let joined = |spot: &Spot| {
                from.iter().any(|own| case.prepared.hang_together(network, own.segment, spot.segment))
            };
            let is_apart = |spot: Spot| !from.is_empty() && !joined(&spot);
            own.push(Arrival {
                apart: found.is_none() && spot.is_some_and(is_apart),
                class: case.vehicle.class,
                optimistic_s: seconds(&found),
                pessimistic_s: seconds(&of(&careful)),
                start: found.map(|found| found.start),
                away_m: spot.map(|spot| spot.away_m),
                blocked_by,
            });
        }
    }
    all
}

/// A way found to one of many spots.
#[derive(Debug, Clone)]
struct Found {
    cost: u32,
    start: usize,
    arcs: Vec<u32>,
}

/// What it costs from the nearest of some starts to each spot, and the arcs driven.
fn one_to_many(
    network: &Network,
    costs: &Costs,
    search: &mut Search,
    from: &[Spot],
    to: &[Option<Spot>],
) -> Vec<Option<Found>> {
    if to.iter().all(Option::is_none) {
        return vec![None; to.len()];
    }
    let seeds = all_seeds(network, costs, from);
    search.run(network, costs, &seeds, NEVER - 1, |_, _| true);
    let one = |spot: &Spot| {
        let ends = goals(network, costs, spot);
        let through = ends
            .iter()
            .map(|(state, more, arc)| (search.cost(*state).saturating_add(*more), *state, *arc))
            .filter(|(cost, ..)| *cost < NEVER)
            .min();
        let beside = from
            .iter()
            .enumerate()
            .filter_map(|(n, start)| {
                part_between(network, costs, start, spot).map(|(cost, arc)| (cost, n, arc))
            })
            .min();
        match (through, beside) {
            (through, Some((cost, start, arc))) if through.is_none_or(|(other, ..)| cost <= other) => {
                Some(Found { cost, start, arcs: vec![arc] })
            }
            (Some((cost, state, last)), _) => {
                let (mut arcs, seed) = search.back(state);
                arcs.extend((last != NONE).then_some(last));
                Some(Found { cost, start: seeds.get(seed)?.start as usize, arcs })
            }
            (None, _) => None,
        }
    };
    to.iter().map(|spot| spot.as_ref().and_then(one)).collect()
}

/// Costs from each start to each spot (ms or mm, as was weighed), optimistic; none where there is no way.
pub fn matrix(
    network: &Network,
    prepared: &Prepared,
    search: &mut Search,
    from: &[Spot],
    to: &[Spot],
) -> Vec<Vec<Option<u32>>> {
    let costs = &prepared.optimistic;
    if let Some(ordered) = costs.ordered(network) {
        let starts: Vec<Vec<Seed>> = from.iter().map(|start| seeds(network, costs, start, 0)).collect();
        let ends: Vec<_> = to.iter().map(|spot| goals(network, costs, spot)).collect();
        let mut rows = table(ordered, &mut search.climb, &starts, &ends);
        for (row, start) in rows.iter_mut().zip(from) {
            for (cell, spot) in row.iter_mut().zip(to) {
                if let Some((cost, _)) = part_between(network, costs, start, spot) {
                    *cell = cost.min(*cell);
                }
            }
        }
        let told = |cost: u32| (cost != NEVER).then_some(cost);
        return rows.into_iter().map(|row| row.into_iter().map(told).collect()).collect();
    }
    let to: Vec<Option<Spot>> = to.iter().copied().map(Some).collect();
    from.iter()
        .map(|start| {
            let found = one_to_many(network, &prepared.optimistic, search, std::slice::from_ref(start), &to);
            found.into_iter().map(|found| found.map(|found| found.cost)).collect()
        })
        .collect()
}

fn all_seeds(network: &Network, costs: &Costs, starts: &[Spot]) -> Vec<Seed> {
    starts.iter().enumerate().flat_map(|(n, start)| seeds(network, costs, start, n as u32)).collect()
}

/// The same parts, those that touch as one.
fn merged(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.sort_unstable();
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match out.last_mut() {
            Some(last) if last.segment == piece.segment && piece.from_mm <= last.to_mm => {
                last.to_mm = last.to_mm.max(piece.to_mm);
            }
            _ => out.push(piece),
        }
    }
    out
}
