//! From everywhere to one point: one search backward from the point, after which the cost from any start is read off. What
//! does not belong here: the search forward (`search`), what an answer looks like (`reach`, `route`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::road::Finding;
use domain::vehicle::Vehicle;

use crate::graph::Network;
use crate::route::{Spotlight, goals, part_between, seeds, spotlights};
use crate::search::NONE;
use crate::snap::Spot;
use crate::weigh::{Costs, NEVER, Prepared, Situation};

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
struct Tree<'a> {
    costs: &'a Costs,
    labels: Vec<Label>,
}

impl<'a> Tree<'a> {
    fn grown(network: &Network, costs: &'a Costs, to: &Spot) -> Self {
        let mut labels = vec![Label { cost: NEVER, next: NONE, arc: NONE }; network.states()];
        let mut heap = BinaryHeap::new();
        let offer = |labels: &mut Vec<Label>, heap: &mut BinaryHeap<_>, state: u32, label: Label| {
            if let Some(own) = labels.get_mut(state as usize).filter(|own| label.cost < own.cost) {
                *own = label;
                heap.push(Reverse(u64::from(label.cost) << 32 | u64::from(state)));
            }
        };
        for (state, cost, arc) in goals(network, costs, to) {
            offer(&mut labels, &mut heap, state, Label { cost, next: NONE, arc });
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
        Self { costs, labels }
    }

    /// Cost from a start and the arcs driven; none where there is no way.
    fn from(&self, network: &Network, start: &Spot, to: &Spot) -> Option<(u32, Vec<u32>)> {
        let beside = part_between(network, self.costs, start, to);
        let label = |state: u32| self.labels.get(state as usize).filter(|own| own.cost != NEVER);
        let through = seeds(network, self.costs, start, 0)
            .into_iter()
            .filter_map(|seed| Some((seed.cost.saturating_add(label(seed.state)?.cost), seed)))
            .filter(|(cost, _)| *cost != NEVER)
            .min_by_key(|(cost, _)| *cost);
        match (through, beside) {
            (through, Some((cost, arc))) if through.is_none_or(|(other, _)| cost <= other) => {
                Some((cost, vec![arc]))
            }
            (Some((cost, seed)), _) => {
                let mut arcs: Vec<u32> = (seed.arc != NONE).then_some(seed.arc).into_iter().collect();
                let mut state = seed.state;
                while let Some(own) = label(state) {
                    arcs.extend((own.arc != NONE).then_some(own.arc));
                    state = own.next;
                }
                Some((cost, arcs))
            }
            (None, _) => None,
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
    starts: &[Option<Spot>],
    to: &Spot,
) -> Vec<Option<Approach>> {
    let bold = Tree::grown(network, &prepared.optimistic, to);
    let mut hindered: Option<Tree<'_>> = None;
    let lit = |start: &Spot, arcs: &[u32], want: fn(&Finding) -> bool| {
        spotlights(network, vehicle, situation, (start.junction, arcs), want)
    };
    let mut one = |start: &Spot| match bold.from(network, start, to) {
        Some((cost, arcs)) => Approach {
            seconds: Some(f64::from(cost) / 1_000.0),
            unknown: lit(start, &arcs, |finding| matches!(finding, Finding::Unknown(_))),
            blocked_by: Vec::new(),
        },
        None => {
            let tree = hindered.get_or_insert_with(|| Tree::grown(network, &prepared.hindered, to));
            let arcs = tree.from(network, start, to).map(|(_, arcs)| arcs).unwrap_or_default();
            let blocked_by = lit(start, &arcs, |finding| matches!(finding, Finding::Refused(_)));
            Approach { seconds: None, unknown: Vec::new(), blocked_by }
        }
    };
    starts.iter().map(|start| start.as_ref().map(&mut one)).collect()
}
