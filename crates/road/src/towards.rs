//! From everywhere to one point: one search backward from the point, after which the cost from any start is read off. What
//! does not belong here: the search forward (`search`), what an answer looks like (`reach`, `route`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::road::Finding;
use domain::vehicle::Vehicle;

use crate::climb::{Climb, driven};
use crate::graph::Network;
use crate::order::Order;
use crate::route::{Spotlight, goals, part_between, seeds, spotlights};
use crate::search::{NONE, Search, Seed};
use crate::shortcut::Shortcuts;
use crate::snap::Spot;
use crate::weigh::{Costs, NEVER, Prepared, Reading, Situation};

/// States that lead to a state: for each state its first in `from`, and one more.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    first: Vec<u32>,
    /// State one comes from, and the number of the way out of it.
    from: Vec<(u32, u32)>,
}

impl Incoming {
    pub(crate) fn of(network: &Network) -> Self {
        let states = network.states();
        let mut first = vec![0_u32; states + 1];
        for out in &network.outs {
            if let Some(count) = first.get_mut(out.to as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut first {
            sum += *count;
            *count = sum;
        }
        let mut at = first.clone();
        let mut from = vec![(NONE, NONE); network.outs.len()];
        for state in 0..states as u32 {
            for number in network.outs_of(state) {
                let Some(out) = network.outs.get(number) else { continue };
                let Some(next) = at.get_mut(out.to as usize) else { continue };
                if let Some(slot) = from.get_mut(*next as usize) {
                    *slot = (state, number as u32);
                }
                *next += 1;
            }
        }
        Self { first, from }
    }

    fn to(&self, state: u32) -> &[(u32, u32)] {
        let at = |n: usize| self.first.get(n).map_or(0, |first| *first as usize);
        self.from.get(at(state as usize)..at(state as usize + 1)).unwrap_or_default()
    }
}

/// Least cost from a state to the point, and the arc driven first.
#[derive(Debug, Clone, Copy)]
struct Label {
    cost: u32,
    next: u32,
    arc: u32,
}

/// Everything on the way to one point, under one reading.
#[derive(Debug)]
struct Tree {
    labels: Vec<Label>,
}

impl Tree {
    fn grown(network: &Network, costs: &Costs, goals: &[(u32, u32, u32)]) -> Self {
        let mut labels = vec![Label { cost: NEVER, next: NONE, arc: NONE }; network.states()];
        let mut heap = BinaryHeap::new();
        let offer = |labels: &mut Vec<Label>, heap: &mut BinaryHeap<_>, state: u32, label: Label| {
            if let Some(own) = labels.get_mut(state as usize).filter(|own| label.cost < own.cost) {
                *own = label;
                heap.push(Reverse(u64::from(label.cost) << 32 | u64::from(state)));
            }
        };
        for (state, cost, arc) in goals {
            offer(&mut labels, &mut heap, *state, Label { cost: *cost, next: NONE, arc: *arc });
        }
        while let Some(Reverse(least)) = heap.pop() {
            let (cost, state) = ((least >> 32) as u32, least as u32);
            if labels.get(state as usize).is_none_or(|own| own.cost != cost) {
                continue;
            }
            for (from, number) in network.incoming().to(state) {
                let weight = costs.out.get(*number as usize).copied().unwrap_or(NEVER);
                let there = cost.saturating_add(weight);
                if there != NEVER {
                    let arc = network.outs.get(*number as usize).map_or(NONE, |out| out.arc);
                    offer(&mut labels, &mut heap, *from, Label { cost: there, next: state, arc });
                }
            }
        }
        Self { labels }
    }

    /// Cost from a state; [`NEVER`] where there is no way.
    fn cost(&self, state: u32) -> u32 {
        self.labels.get(state as usize).map_or(NEVER, |own| own.cost)
    }

    /// The arcs driven from a state.
    fn arcs(&self, state: u32) -> Vec<u32> {
        let label = |state: u32| self.labels.get(state as usize).filter(|own| own.cost != NEVER);
        let mut arcs = Vec::new();
        let mut state = state;
        while let Some(own) = label(state) {
            arcs.extend((own.arc != NONE).then_some(own.arc));
            state = own.next;
        }
        arcs
    }
}

/// What costs from anywhere to one point are read from: a tree of all states, or what lies above it in the order.
enum Known<'a> {
    Tree(Tree),
    Above(&'a mut Climb, &'a Order, &'a Shortcuts),
}

/// All ways to one point under one set of costs.
struct Ways<'a> {
    network: &'a Network,
    costs: &'a Costs,
    to: &'a Spot,
    goals: Vec<(u32, u32, u32)>,
    known: Known<'a>,
}

impl<'a> Ways<'a> {
    fn of(network: &'a Network, costs: &'a Costs, climb: &'a mut Climb, to: &'a Spot) -> Self {
        let goals = goals(network, costs, to);
        let known = match costs.ordered(network) {
            Some((order, shortcuts)) => {
                climb.towards(order, shortcuts, &goals);
                Known::Above(climb, order, shortcuts)
            }
            None => Known::Tree(Tree::grown(network, costs, &goals)),
        };
        Self { network, costs, to, goals, known }
    }

    /// Cost from a start and the arcs driven; none where there is no way.
    fn from(&mut self, start: &Spot) -> Option<(u32, Vec<u32>)> {
        let beside = part_between(self.network, self.costs, start, self.to);
        let begun = seeds(self.network, self.costs, start, 0);
        let mut cost = |seed: &Seed| match &mut self.known {
            Known::Tree(tree) => tree.cost(seed.state),
            Known::Above(climb, order, shortcuts) => climb.cost_to(order, shortcuts, seed.state),
        };
        let through = begun
            .iter()
            .map(|seed| (seed.cost.saturating_add(cost(seed)), seed))
            .filter(|(cost, _)| *cost != NEVER)
            .min_by_key(|(cost, _)| *cost);
        match (through, beside) {
            (through, Some((cost, arc))) if through.is_none_or(|(other, _)| cost <= other) => {
                Some((cost, vec![arc]))
            }
            (Some((cost, seed)), _) => Some((cost, self.arcs(seed))),
            (None, _) => None,
        }
    }

    fn arcs(&self, seed: &Seed) -> Vec<u32> {
        match &self.known {
            Known::Tree(tree) => {
                let stood_on = (seed.arc != NONE).then_some(seed.arc);
                stood_on.into_iter().chain(tree.arcs(seed.state)).collect()
            }
            Known::Above(climb, order, shortcuts) => {
                let states = climb.way_to(order, shortcuts, seed.state);
                driven(self.network, self.costs, std::slice::from_ref(seed), &self.goals, &states)
            }
        }
    }
}

/// How a vehicle gets from a start to the point.
#[derive(Debug, Clone, PartialEq)]
pub struct Approach {
    /// When what nobody knows passes, s; none when there is no way.
    pub seconds: Option<f64>,
    /// What nobody knows on that way.
    pub unknown: Vec<Spotlight>,
    /// What is refused on the way with the fewest refusals, when there is no other.
    pub blocked_by: Vec<Spotlight>,
}

/// The way of one vehicle from each start to one point: one search, and a second one where somebody has no way. Starts that
/// lie off the roads are none.
pub fn towards(
    network: &Network,
    (vehicle, situation): (&Vehicle, &Situation),
    prepared: &Prepared,
    search: &mut Search,
    (starts, to): (&[Option<Spot>], &Spot),
) -> Vec<Option<Approach>> {
    let found: Vec<Option<(u32, Vec<u32>)>> = {
        let mut bold = Ways::of(network, &prepared.optimistic, &mut search.climb, to);
        starts.iter().map(|start| bold.from(start.as_ref()?)).collect()
    };
    let is_lost = starts.iter().zip(&found).any(|(start, found)| start.is_some() && found.is_none());
    let mut hindered = is_lost.then(|| Ways::of(network, &prepared.hindered, &mut search.climb, to));
    let lit = |start: &Spot, arcs: &[u32], want: fn(&Finding) -> bool| {
        spotlights(network, vehicle, situation, (start.junction, arcs), want)
    };
    // Most ways are known all along; only of the others each stretch is judged anew.
    let is_doubtful = |arc: &u32| {
        let ends = network.ends(*arc).into_iter().flat_map(|(tail, head)| [tail, head]);
        let mut junctions = ends.filter_map(|n| network.junctions.get(n as usize));
        prepared.cost(Reading::Pessimistic, *arc).is_none() || junctions.any(|own| own.barrier.is_some())
    };
    let mut one = |start: &Spot, found: Option<(u32, Vec<u32>)>| match found {
        Some((cost, arcs)) => Approach {
            seconds: Some(f64::from(cost) / 1_000.0),
            unknown: match arcs.iter().any(is_doubtful) {
                true => lit(start, &arcs, |finding| matches!(finding, Finding::Unknown(_))),
                false => Vec::new(),
            },
            blocked_by: Vec::new(),
        },
        None => {
            let arcs = hindered.as_mut().and_then(|ways| ways.from(start)).map(|(_, arcs)| arcs);
            let refused = |finding: &Finding| matches!(finding, Finding::Refused(_));
            let blocked_by = lit(start, &arcs.unwrap_or_default(), refused);
            Approach { seconds: None, unknown: Vec::new(), blocked_by }
        }
    };
    starts.iter().zip(found).map(|(start, found)| Some(one(start.as_ref()?, found))).collect()
}
