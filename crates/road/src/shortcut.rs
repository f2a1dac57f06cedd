//! What it costs to climb the order of a network: each stretch and shortcut of it under one set of costs, those left out
//! that no best way needs. Made anew for other costs, which takes milliseconds for a township. What does not belong here:
//! the order (`order`), the search (`climb`).

use crate::graph::Network;
use crate::order::{Order, of_place};
use crate::search::NONE;
use crate::weigh::{Costs, NEVER};

/// A stretch or shortcut, as a search needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rung {
    /// Higher place.
    pub to: u32,
    /// What it costs.
    pub cost: u32,
}

/// Stretches and shortcuts from each place upward, in one direction of driving. What each leads over is asked of those on a
/// way only and lies apart, so that a search reads less.
#[derive(Debug)]
pub(crate) struct Rungs {
    first: Vec<u32>,
    all: Vec<Rung>,
    /// Lower place each leads over; [`NONE`] for a stretch.
    over: Vec<u32>,
}

impl Rungs {
    /// Those from a place.
    pub fn of(&self, place: u32) -> &[Rung] {
        of_place(&self.first, &self.all, place)
    }

    /// The lower place the one between two places leads over; none for a stretch.
    fn over(&self, low: u32, high: u32) -> Option<u32> {
        let own = self.of(low);
        let at = own.partition_point(|rung| rung.to < high);
        own.get(at).filter(|rung| rung.to == high)?;
        let first = self.first.get(low as usize).map_or(0, |first| *first as usize);
        self.over.get(first + at).copied().filter(|over| *over != NONE)
    }
}

/// Everything a search that only climbs needs.
#[derive(Debug)]
pub struct Shortcuts {
    /// Driven upward.
    pub(crate) ahead: Rungs,
    /// Driven downward.
    pub(crate) back: Rungs,
}

/// All arcs of an order driven one way: what each costs, and over which lower place.
struct Driven {
    cost: Vec<u32>,
    over: Vec<u32>,
}

impl Driven {
    fn new(arcs: usize) -> Self {
        Self { cost: vec![NEVER; arcs], over: vec![NONE; arcs] }
    }
}

impl Shortcuts {
    /// Shortcuts of an order under one set of costs.
    pub(crate) fn of(network: &Network, order: &Order, costs: &Costs) -> Self {
        let mut arcs = [Driven::new(order.up.len()), Driven::new(order.up.len())];
        own_stretches(network, order, costs, &mut arcs);
        contracted(order, &mut arcs);
        let best = least(order, &arcs);
        let [ahead, back] = [0, 1].map(|way| kept(order, &arcs[way], &best[way]));
        Self { ahead, back }
    }

    /// Puts the places driven through from one to a neighbour of it in the order, the first left out.
    pub(crate) fn unfold(&self, from: u32, to: u32, path: &mut Vec<u32>) {
        let mut open = vec![(from, to)];
        while let Some((from, to)) = open.pop() {
            match if from < to { self.ahead.over(from, to) } else { self.back.over(to, from) } {
                Some(over) => open.extend([(over, to), (from, over)]),
                None => path.push(to),
            }
        }
    }
}

/// The cheapest way out of a state over each arc of the order.
fn own_stretches(network: &Network, order: &Order, costs: &Costs, [ahead, back]: &mut [Driven; 2]) {
    let place = |state: u32| order.place.get(state as usize).copied().unwrap_or(NONE);
    for state in 0..network.states() as u32 {
        let range = network.outs_of(state);
        let outs = network.outs.get(range.clone()).unwrap_or_default().iter();
        let arcs = order.arc_of.get(range.clone()).unwrap_or_default();
        for ((out, weight), arc) in outs.zip(costs.out.get(range).unwrap_or_default()).zip(arcs) {
            let way = if place(state) < place(out.to) { &mut *ahead } else { &mut *back };
            if let Some(own) = way.cost.get_mut(*arc as usize) {
                *own = (*own).min(*weight);
            }
        }
    }
}

/// The stretches of a rising list that lie together in another that holds all of it: begin in both, and length.
fn runs<'a>(few: &'a [u32], many: &'a [u32]) -> impl Iterator<Item = (usize, usize, usize)> + 'a {
    let (mut at, mut there) = (0, 0);
    std::iter::from_fn(move || {
        let (left, rest) = (few.get(at..)?, many.get(there..)?);
        let first = left.first()?;
        let skipped = if rest.first() == Some(first) { 0 } else { rest.partition_point(|own| own < first) };
        let length = left.iter().zip(rest.get(skipped..)?).take_while(|(a, b)| a == b).count();
        let run = (at, there + skipped, length);
        (at, there) = (at + length, there + skipped + length);
        (length > 0).then_some(run)
    })
}

/// Contracts place by place: what two higher places have over a lower one is a shortcut between them.
fn contracted(order: &Order, [ahead, back]: &mut [Driven; 2]) {
    for place in 0..order.state.len() as u32 {
        let at = |n: u32| order.first_up.get(n as usize).map_or(0, |first| *first as usize);
        let start = at(place);
        let (below_ahead, own_ahead) = ahead.cost.split_at_mut(start);
        let (below_back, own_back) = back.cost.split_at_mut(start);
        let highs = of_place(&order.first_up, &order.up, place);
        for (below, arc) in of_place(&order.first_down, &order.down, place) {
            let arc = *arc as usize;
            let (up, down) = (below_ahead.get(arc).copied(), below_back.get(arc).copied());
            let (Some(up), Some(down)) = (up, down) else { continue };
            if up == NEVER && down == NEVER {
                continue;
            }
            // Arcs from one place lie together: those behind this one lead higher.
            let theirs = order.up.get(arc + 1..at(below + 1)).unwrap_or_default();
            for (from, to, length) in runs(theirs, highs) {
                let (from, to) = (arc + 1 + from..arc + 1 + from + length, to..to + length);
                let over = start + to.start..start + to.end;
                for (more, below_cost, own, way) in [
                    (down, &*below_ahead, &mut *own_ahead, &mut ahead.over),
                    (up, &*below_back, &mut *own_back, &mut back.over),
                ] {
                    let (own, over) = (own.get_mut(to.clone()), way.get_mut(over.clone()));
                    if let (true, Some(own), Some(over)) = (more != NEVER, own, over) {
                        cheaper(own, over, (more, below_cost.get(from.clone()).unwrap_or_default()), *below);
                    }
                }
            }
        }
    }
}

/// Takes each cost over a lower place where it is less.
fn cheaper(own: &mut [u32], over: &mut [u32], (more, from): (u32, &[u32]), below: u32) {
    for ((own, over), from) in own.iter_mut().zip(over).zip(from) {
        let cost = from.saturating_add(more);
        let is_less = cost < *own;
        *own = if is_less { cost } else { *own };
        *over = if is_less { below } else { *over };
    }
}

/// What it costs at least over each arc, whatever way is taken: from the summit down, over any two arcs.
fn least(order: &Order, [ahead, back]: &[Driven; 2]) -> [Vec<u32>; 2] {
    let (mut ahead, mut back) = (ahead.cost.clone(), back.cost.clone());
    for place in (0..order.state.len() as u32).rev() {
        let at = |n: u32| order.first_up.get(n as usize).map_or(0, |first| *first as usize);
        let above = at(place + 1);
        let (rest, higher_ahead) = ahead.split_at_mut(above);
        let own_ahead = rest.get_mut(at(place)..).unwrap_or_default();
        let (rest, higher_back) = back.split_at_mut(above);
        let own_back = rest.get_mut(at(place)..).unwrap_or_default();
        let highs = of_place(&order.first_up, &order.up, place);
        for (n, low) in highs.iter().enumerate() {
            let (Some((one_ahead, behind_ahead)), Some((one_back, behind_back))) =
                (split(own_ahead, n), split(own_back, n))
            else {
                continue;
            };
            // The higher neighbours of a place are neighbours of one another.
            let theirs = of_place(&order.first_up, &order.up, *low);
            for (to, from, length) in runs(highs.get(n + 1..).unwrap_or_default(), theirs) {
                let from = at(*low) - above + from;
                let (up, down) =
                    (higher_ahead.get(from..from + length), higher_back.get(from..from + length));
                let to = to..to + length;
                let others = (behind_ahead.get_mut(to.clone()), behind_back.get_mut(to));
                if let (Some(up), Some(down), (Some(other_ahead), Some(other_back))) = (up, down, others) {
                    *one_ahead = lowered(other_ahead, *one_ahead, (up, down));
                    *one_back = lowered(other_back, *one_back, (down, up));
                }
            }
        }
    }
    [ahead, back]
}

fn split(own: &mut [u32], n: usize) -> Option<(&mut u32, &mut [u32])> {
    own.get_mut(n..)?.split_first_mut()
}

/// Lowers what others cost to what they do over one arc and on, and gives what the one costs over them and back.
fn lowered(others: &mut [u32], one: u32, (on, back): (&[u32], &[u32])) -> u32 {
    let mut least = one;
    for ((other, on), back) in others.iter_mut().zip(on).zip(back) {
        *other = (*other).min(one.saturating_add(*on));
        least = least.min(other.saturating_add(*back));
    }
    least
}

/// What is worth its place in one direction: an arc dearer than another way between its ends is part of no best one.
fn kept(order: &Order, arcs: &Driven, best: &[u32]) -> Rungs {
    let first = Vec::with_capacity(order.first_up.len());
    let mut rungs = Rungs { first, all: Vec::new(), over: Vec::new() };
    let mut ends = order.first_up.iter().skip(1).peekable();
    rungs.first.push(0);
    let driven = arcs.cost.iter().zip(&arcs.over).zip(best).zip(&order.up);
    for (n, (((cost, over), best), to)) in driven.enumerate() {
        while ends.next_if(|end| **end as usize <= n).is_some() {
            rungs.first.push(rungs.all.len() as u32);
        }
        if *cost != NEVER && cost == best {
            rungs.all.push(Rung { to: *to, cost: *cost });
            rungs.over.push(*over);
        }
    }
    let whole = rungs.all.len() as u32;
    rungs.first.resize(order.first_up.len(), whole);
    rungs
}
