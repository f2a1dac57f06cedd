//! Dijkstra's search over states, with memory that stays from query to query: a label is valid only in the run it was
//! written in, so nothing is cleared. What does not belong here: what an answer looks like (`route`, `reach`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::climb::Climb;
use crate::graph::Network;
use crate::weigh::{Costs, NEVER};

/// No state, no arc.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Label {
    run: u32,
    cost: u32,
    /// State before this one, and the arc driven from it; for a seed the arc one stood on.
    from: u32,
    arc: u32,
}

/// Where a search begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed {
    pub state: u32,
    pub cost: u32,
    /// Arc one stood on, or [`NONE`] at a junction.
    pub arc: u32,
    /// Which of several starts.
    pub start: u32,
}

/// The memory of a search. One query at a time; keep one per thread.
#[derive(Debug, Default)]
pub struct Search {
    labels: Vec<Label>,
    run: u32,
    heap: BinaryHeap<Reverse<u64>>,
    pub(crate) climb: Climb,
}

impl Search {
    /// Memory that grows at the first query.
    pub fn new() -> Self {
        Self::default()
    }

    /// Settles states in the order of their cost up to `limit`, until `settled` says no. Afterwards [`Self::cost`] and
    /// [`Self::back`] tell of every state settled.
    pub(crate) fn run(
        &mut self,
        network: &Network,
        costs: &Costs,
        seeds: &[Seed],
        limit: u32,
        mut settled: impl FnMut(u32, u32) -> bool,
    ) {
        if self.labels.len() < network.states() || self.run == u32::MAX {
            self.labels.clear();
            self.labels.resize(network.states(), Label { run: 0, cost: NEVER, from: NONE, arc: NONE });
            self.run = 0;
        }
        self.run += 1;
        self.heap.clear();
        for (n, seed) in seeds.iter().enumerate() {
            // A seed's `from` tells which start it was: no state has so high a number.
            let from = NONE - 1 - n as u32;
            if seed.cost <= limit {
                self.offer(seed.state, seed.cost, (from, seed.arc));
            }
        }
        while let Some(Reverse(next)) = self.heap.pop() {
            let (cost, state) = ((next >> 32) as u32, next as u32);
            if self.cost(state) != cost {
                continue;
            }
            if !settled(state, cost) {
                return;
            }
            let range = network.outs_of(state);
            let outs = network.outs.get(range.clone()).unwrap_or_default();
            let weights = costs.out.get(range).unwrap_or_default();
            for (out, weight) in outs.iter().zip(weights) {
                let there = cost.saturating_add(*weight);
                if there <= limit && there != NEVER {
                    self.offer(out.to, there, (state, out.arc));
                }
            }
        }
    }

    fn offer(&mut self, state: u32, cost: u32, (from, arc): (u32, u32)) {
        let Some(label) = self.labels.get_mut(state as usize) else { return };
        if label.run != self.run || cost < label.cost {
            *label = Label { run: self.run, cost, from, arc };
            self.heap.push(Reverse(u64::from(cost) << 32 | u64::from(state)));
        }
    }

    /// Cost of a state in the last run; [`NEVER`] where it did not come.
    pub(crate) fn cost(&self, state: u32) -> u32 {
        self.labels.get(state as usize).filter(|label| label.run == self.run).map_or(NEVER, |l| l.cost)
    }

    /// The arcs of the way to a state, beginning with the one the seed stood on, and the number of the seed.
    pub(crate) fn back(&self, state: u32) -> (Vec<u32>, usize) {
        let mut arcs = Vec::new();
        let mut at = state;
        while let Some(label) = self.labels.get(at as usize).filter(|label| label.run == self.run) {
            if label.arc != NONE {
                arcs.push(label.arc);
            }
            at = label.from;
        }
        arcs.reverse();
        (arcs, (NONE - 1).saturating_sub(at) as usize)
    }
}
