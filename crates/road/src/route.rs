//! A way from one point to another, and what stands in the way of a better one. What does not belong here: the search
//! (`search`), the judgement (`domain::road`).

use domain::geometry::distance_m;
use domain::road::{Closure, Finding, Refusal, Road, judge};
use domain::vehicle::{Class, Vehicle};
use serde::Serialize;

use crate::climb;
use crate::graph::{Key, Network, Segment};
use crate::search::{NONE, Search, Seed};
use crate::snap::Spot;
use crate::weigh::{Costs, NEVER, Objective, Prepared, Reading, Situation};

/// A way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// Length, m.
    pub distance_m: f64,
    /// Time, s.
    pub duration_s: f64,
    /// Longitudes and latitudes from start to end.
    pub geometry: Vec<[f64; 2]>,
    /// Arcs in the order they are driven, the first and last perhaps in part.
    #[serde(skip)]
    pub arcs: Vec<u32>,
    #[serde(skip)]
    pub(crate) cost: u32,
}

impl Way {
    /// What was least, ms or mm as was weighed.
    pub fn cost(&self) -> u64 {
        u64::from(self.cost)
    }
}

/// A stretch or junction that matters, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spotlight {
    /// The stretch, of a turn the one turned into; none at a barrier.
    pub segment: Option<Key>,
    /// Node in the map, of a barrier or a turn; none for a stretch.
    pub node: Option<i64>,
    /// Name of the road; empty when it has none.
    pub name: String,
    /// Kind of road.
    pub kind: &'static str,
    /// Length, m.
    pub length_m: f64,
    /// Longitude and latitude in its middle.
    pub lon_lat: [f64; 2],
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// Stable code.
    pub code: &'static str,
    /// One Chinese sentence.
    pub message: String,
}

/// What came of asking for a way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// When what nobody knows passes.
    pub optimistic: Option<Way>,
    /// When it does not.
    pub pessimistic: Option<Way>,
    /// What is refused: on the way with the fewest refusals when there is none without, else on the way that would be
    /// better.
    pub blocked_by: Vec<Spotlight>,
    /// What nobody knows on the optimistic way.
    pub unknown: Vec<Spotlight>,
}

/// The best way under one reading.
pub fn best(
    network: &Network,
    prepared: &Prepared,
    reading: Reading,
    search: &mut Search,
    from: &Spot,
    to: &Spot,
) -> Option<Way> {
    find(network, prepared, prepared.costs(reading), search, from, to)
}

/// The best way under both readings, with what is refused and what is unknown.
pub fn route(
    network: &Network,
    vehicle: &Vehicle,
    situation: &Situation,
    prepared: &Prepared,
    search: &mut Search,
    (from, to): (&Spot, &Spot),
) -> Answer {
    let optimistic = best(network, prepared, Reading::Optimistic, search, from, to);
    let pessimistic = best(network, prepared, Reading::Pessimistic, search, from, to);
    let better = match &optimistic {
        None => find(network, prepared, &prepared.hindered, search, from, to),
        Some(way) => find(network, prepared, &prepared.direct, search, from, to)
            .filter(|direct| direct.cost < way.cost),
    };
    let lit = |way: &Way, want: fn(&Finding) -> bool| {
        spotlights(network, vehicle, situation, (from.junction, &way.arcs[..]), want)
    };
    Answer {
        blocked_by: better.map(|way| lit(&way, |f| matches!(f, Finding::Refused(_)))).unwrap_or_default(),
        unknown: optimistic
            .as_ref()
            .map(|way| lit(way, |f| matches!(f, Finding::Unknown(_))))
            .unwrap_or_default(),
        optimistic,
        pessimistic,
    }
}

/// What speaks against driving arcs one after the other, stretch by stretch and at the barriers between them, the one at
/// the junction one starts from included.
pub(crate) fn spotlights(
    network: &Network,
    vehicle: &Vehicle,
    situation: &Situation,
    (start, arcs): (Option<u32>, &[u32]),
    want: impl Fn(&Finding) -> bool,
) -> Vec<Spotlight> {
    let mut found: Vec<Spotlight> = Vec::new();
    let at_barrier = |junction: u32, road: &Road| {
        let junction = network.junctions.get(junction as usize)?;
        let finding = junction.barrier?.judge(vehicle.class).filter(&want)?;
        Some(Spotlight {
            segment: None,
            node: Some(junction.id),
            name: road.name.clone(),
            kind: road.kind.code(),
            length_m: 0.0,
            lon_lat: junction.lon_lat,
            reasons: vec![Reason::of(&finding)],
        })
    };
    // A forbidden turn that ends with this arc, by the roads it leads from and into.
    let at_turn = |n: usize, segment: &Segment, road: &Road| {
        let sequence = network.forbidden_by(arcs.get(..=n)?).filter(|_| vehicle.obeys_one_way)?;
        let from =
            network.segments.get(*sequence.first()? as usize / 2).and_then(|from| network.road(from))?;
        let junction = network.junctions.get(network.ends(*sequence.last()?)?.0 as usize)?;
        let is_back =
            sequence.iter().rev().nth(1).is_some_and(|before| Some(before ^ 1) == sequence.last().copied());
        let refusal = match is_back {
            true => Refusal::TurnBack(road.name.clone()),
            false => Refusal::Turn { from: from.name.clone(), into: road.name.clone() },
        };
        let finding = Some(Finding::Refused(refusal)).filter(&want)?;
        Some(Spotlight {
            segment: Some(segment.key),
            node: Some(junction.id),
            name: road.name.clone(),
            kind: road.kind.code(),
            length_m: 0.0,
            lon_lat: junction.lon_lat,
            reasons: vec![Reason::of(&finding)],
        })
    };
    for (n, arc) in arcs.iter().enumerate() {
        let Some(segment) = network.segments.get(*arc as usize / 2) else { continue };
        let Some(road) = network.road(segment) else { continue };
        found.extend(at_turn(n, segment, road));
        found.extend(start.filter(|_| n == 0).and_then(|start| at_barrier(start, road)));
        let mut reasons = Vec::new();
        let mut say = |finding: Finding| {
            if want(&finding) {
                reasons.push(Reason::of(&finding));
            }
        };
        judge(road, arc.is_multiple_of(2), vehicle, &situation.conditions, &mut say);
        for (_, closure) in closures(situation, vehicle.class, *arc / 2) {
            say(Finding::Refused(Refusal::Closed(closure.reason.clone())));
        }
        let shape = network.shape(segment);
        if !reasons.is_empty() {
            found.push(Spotlight {
                segment: Some(segment.key),
                node: None,
                name: road.name.clone(),
                kind: road.kind.code(),
                length_m: f64::from(segment.length_mm) / 1000.0,
                lon_lat: shape.get(shape.len() / 2).copied().unwrap_or_default(),
                reasons,
            });
        }
        if let Some((_, head)) = network.ends(*arc).filter(|_| n + 1 < arcs.len()) {
            found.extend(at_barrier(head, road));
        }
    }
    found
}

fn closures(situation: &Situation, class: Class, segment: u32) -> impl Iterator<Item = &(u32, Closure)> {
    let day = situation.conditions.day;
    situation.closures.iter().filter(move |(own, closure)| *own == segment && closure.holds_up(class, day))
}

impl Reason {
    fn of(finding: &Finding) -> Self {
        match finding {
            Finding::Refused(refusal) => Self { code: refusal.code(), message: refusal.says() },
            Finding::Unknown(doubt) => Self { code: doubt.code(), message: doubt.says() },
        }
    }
}

/// Where a search begins that starts at a spot: at the junction, or both ways along the stretch.
pub(crate) fn seeds(network: &Network, costs: &Costs, spot: &Spot, start: u32) -> Vec<Seed> {
    if let Some(junction) = spot.junction {
        return vec![Seed { state: junction, cost: 0, arc: NONE, start }];
    }
    let both = [2 * spot.segment, 2 * spot.segment + 1];
    let seed = |arc: u32| {
        let cost = part(network, costs, arc, ahead(network, arc, spot)?)?;
        // The state at its end depends on the arc where a turn is forbidden after it.
        let (tail, _) = network.ends(arc)?;
        let out = network.outs.get(network.outs_of(tail))?.iter().find(|out| out.arc == arc)?;
        Some(Seed { state: out.to, cost, arc, start })
    };
    both.into_iter().filter_map(seed).collect()
}

/// Length of an arc that lies before somebody who stands on it, mm.
fn ahead(network: &Network, arc: u32, spot: &Spot) -> Option<u32> {
    let length = network.segments.get(arc as usize / 2)?.length_mm;
    Some(if arc.is_multiple_of(2) { length - spot.offset_mm.min(length) } else { spot.offset_mm.min(length) })
}

/// Cost of so many millimetres of an arc; none where it may not be driven.
fn part(network: &Network, costs: &Costs, arc: u32, mm: u32) -> Option<u32> {
    let length = network.segments.get(arc as usize / 2)?.length_mm.max(1);
    let whole = costs.arc.get(arc as usize).copied().filter(|cost| *cost != NEVER)?;
    Some((u64::from(whole) * u64::from(mm) / u64::from(length)) as u32)
}

/// Ends of a search: states, what it costs to get from there to the spot, and over which arc.
pub(crate) fn goals(network: &Network, costs: &Costs, spot: &Spot) -> Vec<(u32, u32, u32)> {
    if let Some(junction) = spot.junction {
        return network.states_of(junction).map(|state| (state, 0, NONE)).collect();
    }
    let mut goals = Vec::new();
    for arc in [2 * spot.segment, 2 * spot.segment + 1] {
        let Some((tail, _)) = network.ends(arc) else { continue };
        let Some(length) = network.segments.get(spot.segment as usize).map(|s| s.length_mm) else { continue };
        let driven = length - ahead(network, arc, spot).unwrap_or(length);
        let Some(cost) = part(network, costs, arc, driven) else { continue };
        for state in network.states_of(tail) {
            let range = network.outs_of(state);
            let outs = network.outs.get(range.clone()).unwrap_or_default();
            let weights = costs.out.get(range).unwrap_or_default();
            let is_open = outs.iter().zip(weights).find(|(out, _)| out.arc == arc);
            if let Some((_, weight)) = is_open.filter(|(_, weight)| **weight != NEVER) {
                // What getting on past a barrier costs is due at once, not by the metre.
                let toll = weight - costs.arc.get(arc as usize).copied().unwrap_or(*weight);
                goals.push((state, cost.saturating_add(toll), arc));
            }
        }
    }
    goals
}

fn find(
    network: &Network,
    prepared: &Prepared,
    costs: &Costs,
    search: &mut Search,
    from: &Spot,
    to: &Spot,
) -> Option<Way> {
    let mut best = part_between(network, costs, from, to).map(|(cost, arc)| (cost, NONE, arc));
    let goals = goals(network, costs, to);
    let least = |best: &Option<(u32, u32, u32)>| best.map_or(NEVER, |(cost, ..)| cost);
    let begun = seeds(network, costs, from, 0);
    if let Some((order, shortcuts)) = costs.ordered(network) {
        let found = search.climb.between(order, shortcuts, &begun, &goals, least(&best));
        let through =
            found.map(|found| (found.cost, climb::driven(network, costs, &begun, &goals, &found.states)));
        let beside = best.map(|(cost, _, arc)| (cost, vec![arc]));
        let (cost, arcs) = through.or(beside)?;
        return Some(way(network, prepared, cost, arcs, from, to));
    }
    search.run(network, costs, &begun, NEVER - 1, |state, cost| {
        if cost >= least(&best) {
            return false;
        }
        for (_, more, arc) in goals.iter().filter(|(goal, ..)| *goal == state) {
            let whole = cost.saturating_add(*more);
            if whole < least(&best) {
                best = Some((whole, state, *arc));
            }
        }
        true
    });
    let (cost, state, last) = best.filter(|(cost, ..)| *cost != NEVER)?;
    let mut arcs = if state == NONE { Vec::new() } else { search.back(state).0 };
    if last != NONE {
        arcs.push(last);
    }
    Some(way(network, prepared, cost, arcs, from, to))
}

/// The way that never leaves the stretch both spots are on.
pub(crate) fn part_between(network: &Network, costs: &Costs, from: &Spot, to: &Spot) -> Option<(u32, u32)> {
    if from.segment != to.segment || from.junction.is_some() || to.junction.is_some() {
        return None;
    }
    let arc = 2 * from.segment + u32::from(to.offset_mm < from.offset_mm);
    Some((part(network, costs, arc, from.offset_mm.abs_diff(to.offset_mm))?, arc))
}

/// Adds up a way and draws it.
fn way(network: &Network, prepared: &Prepared, cost: u32, arcs: Vec<u32>, from: &Spot, to: &Spot) -> Way {
    let mut geometry = vec![from.lon_lat];
    let (mut mm, mut ms) = (0_u64, 0.0);
    let last = arcs.len().saturating_sub(1);
    for (n, arc) in arcs.iter().enumerate() {
        let Some(segment) = network.segments.get(*arc as usize / 2) else { continue };
        let length = segment.length_mm;
        let forward = arc.is_multiple_of(2);
        let from_start =
            |spot: &Spot| if forward { spot.offset_mm } else { length - spot.offset_mm.min(length) };
        let starts = if n == 0 && from.junction.is_none() { from_start(from) } else { 0 };
        let ends = if n == last && to.junction.is_none() { from_start(to) } else { length };
        mm += u64::from(ends.saturating_sub(starts));
        let share = f64::from(ends.saturating_sub(starts)) / f64::from(length.max(1));
        ms += f64::from(prepared.ms.get(*arc as usize).copied().unwrap_or_default()) * share;
        let shape = network.shape(segment);
        if starts == 0 && ends == length {
            match forward {
                true => geometry.extend(shape.iter().skip(1)),
                false => geometry.extend(shape.iter().rev().skip(1)),
            }
            continue;
        }
        let mut driven = 0.0;
        let mut put = |a: &[f64; 2], b: &[f64; 2]| {
            driven += distance_m(*a, *b) * 1000.0;
            if driven > f64::from(starts) && driven <= f64::from(ends) + 1.0 {
                geometry.push(*b);
            }
        };
        if forward {
            shape.iter().zip(shape.iter().skip(1)).for_each(|(a, b)| put(a, b));
        } else {
            let back: Vec<_> = shape.iter().rev().collect();
            back.iter().zip(back.iter().skip(1)).for_each(|(a, b)| put(a, b));
        }
    }
    if geometry.last() != Some(&to.lon_lat) {
        geometry.push(to.lon_lat);
    }
    let duration_s =
        if prepared.objective == Objective::Time { f64::from(cost) / 1000.0 } else { ms / 1000.0 };
    Way { distance_m: mm as f64 / 1000.0, duration_s, geometry, arcs, cost }
}
