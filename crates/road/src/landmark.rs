//! How far at least it is from one junction to another, by what it costs from a few landmarks: a search that knows it looks
//! towards its end and settles a fraction of the states, with the same answer. Whatever closes, narrows or forbids only
//! makes a way dearer, so landmarks hold for every day and reading of one vehicle's speeds. What does not belong here: the
//! search (`search`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::graph::Network;
use crate::weigh::{NEVER, Objective, Prepared};

/// Landmarks: more take more memory than they save time.
const COUNT: usize = 12;

/// What it costs at least between each junction and each landmark.
#[derive(Debug)]
pub struct Landmarks {
    /// Junction by junction its cost to each landmark; [`NEVER`] where there is no way.
    costs: Vec<u32>,
    /// Landmarks there are.
    count: usize,
}

/// The junctions beside each junction, with what it costs to get there whatever stands in the way.
struct Beside {
    first: Vec<u32>,
    to: Vec<(u32, u32)>,
}

impl Beside {
    fn of(network: &Network, prepared: &Prepared) -> Self {
        let cost = |n: usize| match prepared.objective {
            Objective::Time => {
                let of = |arc: usize| prepared.ms.get(arc).copied().unwrap_or(0);
                of(2 * n).min(of(2 * n + 1))
            }
            Objective::Distance => network.segments.get(n).map_or(0, |segment| segment.length_mm),
        };
        let mut first = vec![0_u32; network.junctions.len() + 1];
        let both = |n: usize| network.segments.get(n).map(|s| [(s.tail, s.head), (s.head, s.tail)]);
        for (tail, _) in (0..network.segments.len()).filter_map(both).flatten() {
            if let Some(count) = first.get_mut(tail as usize + 1) {
                *count += 1;
            }
        }
        for n in 1..first.len() {
            let before = first.get(n - 1).copied().unwrap_or(0);
            if let Some(own) = first.get_mut(n) {
                *own += before;
            }
        }
        let mut place = first.clone();
        let mut to = vec![(0, 0); network.segments.len() * 2];
        for n in 0..network.segments.len() {
            for (tail, head) in both(n).into_iter().flatten() {
                let Some(at) = place.get_mut(tail as usize) else { continue };
                if let Some(own) = to.get_mut(*at as usize) {
                    *own = (head, cost(n));
                }
                *at += 1;
            }
        }
        Self { first, to }
    }

    /// What it costs from a junction to every other.
    fn from(&self, start: u32) -> Vec<u32> {
        let mut costs = vec![NEVER; self.first.len().saturating_sub(1)];
        let mut heap = BinaryHeap::from([Reverse(u64::from(start))]);
        if let Some(own) = costs.get_mut(start as usize) {
            *own = 0;
        }
        while let Some(Reverse(next)) = heap.pop() {
            let (cost, at) = ((next >> 32) as u32, next as u32);
            if costs.get(at as usize) != Some(&cost) {
                continue;
            }
            let place = |n: usize| self.first.get(n).map_or(0, |first| *first as usize);
            for (to, more) in self.to.get(place(at as usize)..place(at as usize + 1)).unwrap_or_default() {
                let there = cost.saturating_add(*more);
                if let Some(own) = costs.get_mut(*to as usize).filter(|own| there < **own) {
                    *own = there;
                    heap.push(Reverse(u64::from(there) << 32 | u64::from(*to)));
                }
            }
        }
        costs
    }
}

/// The junction farthest away of those there is a way to.
fn farthest(costs: &[u32]) -> u32 {
    let reached = costs.iter().enumerate().filter(|(_, cost)| **cost != NEVER);
    reached.max_by_key(|(_, cost)| **cost).map_or(0, |(n, _)| n as u32)
}

impl Landmarks {
    /// Landmarks of a network for the speeds and the objective it was weighed with, each as far as can be from the others.
    pub fn of(network: &Network, prepared: &Prepared) -> Self {
        let beside = Beside::of(network, prepared);
        let count = COUNT.min(network.junctions.len());
        let mut columns: Vec<Vec<u32>> = Vec::with_capacity(count);
        let mut nearest = beside.from(0);
        for n in 0..count {
            let column = beside.from(farthest(&nearest));
            for (own, other) in nearest.iter_mut().zip(&column) {
                // The first measure is from nowhere in particular: the first landmark takes its place.
                *own = if n == 0 { *other } else { (*own).min(*other) };
            }
            columns.push(column);
        }
        let at = |junction: usize| {
            columns.iter().map(move |column| column.get(junction).copied().unwrap_or(NEVER))
        };
        Self { costs: (0..network.junctions.len()).flat_map(at).collect(), count }
    }

    fn costs_of(&self, junction: u32) -> &[u32] {
        let at = junction as usize * self.count;
        self.costs.get(at..at + self.count).unwrap_or_default()
    }

    /// What it costs at least from one junction to another.
    pub(crate) fn least(&self, from: u32, to: u32) -> u32 {
        let pairs = self.costs_of(from).iter().zip(self.costs_of(to));
        // Where only one of two is reached there is no way between them, but the search finds that out by itself.
        pairs.filter(|(a, b)| **a != NEVER && **b != NEVER).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    }
}
