//! Ways found by climbing: states in an order of how much of the network they part, weighed again in milliseconds for
//! another vehicle or a closure, and a query that looks at a few hundred states instead of all (customizable contraction
//! hierarchies: Dibbelt, Strasser, Wagner 2014; queries along the elimination tree). Exact, turn restrictions and
//! barriers included, because it stands on the states of the search. What does not belong here: what an answer looks like
//! (`route`), what a road lets pass (`domain::road`).

use crate::graph::Network;
use crate::search::{NONE, Seed};
use crate::weigh::{NEVER, Prepared, Reading};

/// Cells this small are put in any order.
const SMALL: usize = 6;
/// Sweeps for the best cut begin and end at these shares of a cell.
const SHARES: (usize, usize, usize) = (38, 62, 100);
/// Directions the sweeps go: east, north and the diagonals.
const DIRECTIONS: [[f64; 2]; 4] = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]];
/// Marks what came of two arcs over a lower state, not of a stretch of road.
const OVER: u32 = 1 << 31;

/// The order of a network's states and the arcs that lead upwards in it. It depends on no vehicle and no day.
#[derive(Debug, Default)]
pub struct Hierarchy {
    /// Rank of each state.
    rank: Vec<u32>,
    /// For each rank its first arc upwards, and one more.
    first: Vec<u32>,
    /// Rank at the upper end of each arc; ascending from each rank.
    head: Vec<u32>,
}

/// A hierarchy weighed for one vehicle, one day and one reading.
#[derive(Debug, Default)]
pub struct Weighed {
    /// Cost of each arc upwards and of the same downwards.
    up: Vec<u32>,
    down: Vec<u32>,
    /// What it stands for: an arc of the network, or [`OVER`] with the rank of the state between.
    up_by: Vec<u32>,
    down_by: Vec<u32>,
}

/// The memory of a query. One at a time; keep one per thread.
#[derive(Debug, Default)]
pub struct Climb {
    forward: Side,
    backward: Side,
}

/// One half of a query.
#[derive(Debug, Default)]
struct Side {
    cost: Vec<u32>,
    /// Arc by which a rank was reached; [`NONE`] where the query began.
    by: Vec<u32>,
    /// Rank it was reached from, or the number of the seed.
    from: Vec<u32>,
    /// Ranks touched, ascending; every other costs [`NEVER`].
    touched: Vec<u32>,
    is_touched: Vec<bool>,
}

fn sum(a: u32, b: u32) -> u32 {
    a.saturating_add(b)
}

fn at(list: &[u32], n: usize) -> u32 {
    list.get(n).copied().unwrap_or(NEVER)
}

impl Hierarchy {
    /// Orders a network.
    pub fn of(network: &Network) -> Self {
        let beside = beside(network);
        let n = beside.len();
        let mut order = Vec::with_capacity(n);
        let mut cells = Cells { network, beside: &beside, cell: vec![0; n], next: 1 };
        cells.order((0..n as u32).collect(), &mut order);
        // Separators came first: what parts most stands highest.
        let mut rank = vec![0; n];
        for (place, state) in order.iter().enumerate() {
            if let Some(own) = rank.get_mut(*state as usize) {
                *own = (n - 1 - place) as u32;
            }
        }
        let mut above: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (state, others) in beside.iter().enumerate() {
            let own = at(&rank, state);
            let higher = others.iter().map(|other| at(&rank, *other as usize)).filter(|other| *other > own);
            if let Some(list) = above.get_mut(own as usize) {
                list.extend(higher);
            }
        }
        let (mut first, mut head) = (Vec::with_capacity(n + 1), Vec::new());
        for own in 0..n {
            let mut list = above.get_mut(own).map(std::mem::take).unwrap_or_default();
            list.sort_unstable();
            list.dedup();
            // Whoever is taken out leaves its neighbours joined: the lowest of them inherits the rest.
            if let Some((lowest, rest)) = list.split_first()
                && let Some(heir) = above.get_mut(*lowest as usize)
            {
                heir.extend_from_slice(rest);
            }
            first.push(head.len() as u32);
            head.append(&mut list);
        }
        first.push(head.len() as u32);
        Self { rank, first, head }
    }

    /// Arcs upwards, those the order made included.
    pub fn arcs(&self) -> usize {
        self.head.len()
    }

    /// Weighs it: the costs of a network's arcs, and of every two that meet below a third.
    pub fn weigh(&self, network: &Network, prepared: &Prepared, reading: Reading) -> Weighed {
        let costs = prepared.costs(reading);
        let n = self.head.len();
        let none = || vec![NEVER; n];
        let mut own = Weighed { up: none(), down: none(), up_by: none(), down_by: none() };
        for state in 0..network.states() as u32 {
            let range = network.outs_of(state);
            let outs = network.outs.get(range.clone()).unwrap_or_default();
            for (out, cost) in outs.iter().zip(costs.out.get(range).unwrap_or_default()) {
                let (from, to) = (at(&self.rank, state as usize), at(&self.rank, out.to as usize));
                if let Some(arc) = self.arc(from.min(to), from.max(to)) {
                    own.offer(arc, from < to, *cost, out.arc);
                }
            }
        }
        for low in 0..self.rank.len() as u32 {
            let arcs = self.arcs_of(low);
            for a in arcs.clone() {
                let (up_a, down_a) = (at(&own.up, a), at(&own.down, a));
                if up_a == NEVER && down_a == NEVER {
                    continue;
                }
                let over = self.arcs_of(at(&self.head, a));
                let mut third = over.start;
                for b in a + 1..arcs.end {
                    // Whoever lies above both is joined to the lower of them: the search for it goes on from the last.
                    let top = at(&self.head, b);
                    while third < over.end && at(&self.head, third) != top {
                        third += 1;
                    }
                    own.offer(third, true, sum(down_a, at(&own.up, b)), OVER | low);
                    own.offer(third, false, sum(at(&own.down, b), up_a), OVER | low);
                }
            }
        }
        own
    }

    fn arcs_of(&self, rank: u32) -> std::ops::Range<usize> {
        let start = |n: usize| self.first.get(n).map_or(self.head.len(), |first| *first as usize);
        start(rank as usize)..start(rank as usize + 1)
    }

    fn arc(&self, low: u32, high: u32) -> Option<usize> {
        let range = self.arcs_of(low);
        let heads = self.head.get(range.clone())?;
        heads.binary_search(&high).ok().map(|n| range.start + n)
    }

    /// Climbs from seeds to the top, up or against the arcs down.
    fn climb(&self, side: &mut Side, weights: &[u32], seeds: impl Iterator<Item = (u32, u32)>) {
        side.clear(self.rank.len());
        for (n, (state, cost)) in seeds.enumerate() {
            let mut rank = at(&self.rank, state as usize);
            side.offer(rank, cost, NONE, n as u32);
            while side.touch(rank) {
                let Some(parent) = self.arcs_of(rank).next() else { break };
                rank = at(&self.head, parent);
            }
        }
        side.touched.sort_unstable();
        for n in 0..side.touched.len() {
            let own = at(&side.touched, n);
            let cost = at(&side.cost, own as usize);
            if cost == NEVER {
                continue;
            }
            for arc in self.arcs_of(own) {
                side.offer(at(&self.head, arc), sum(cost, at(weights, arc)), arc as u32, own);
            }
        }
    }

    /// The least way from a seed to a goal (state, what it costs from there on): its cost, the number of the seed, the
    /// arcs driven between, the number of the goal.
    pub(crate) fn least(
        &self,
        weighed: &Weighed,
        climb: &mut Climb,
        seeds: &[Seed],
        goals: &[(u32, u32, u32)],
    ) -> Option<(u32, usize, Vec<u32>, usize)> {
        let Climb { forward, backward } = climb;
        self.climb(forward, &weighed.up, seeds.iter().map(|seed| (seed.state, seed.cost)));
        self.climb(backward, &weighed.down, goals.iter().map(|goal| (goal.0, goal.1)));
        let both = |rank: &u32| sum(at(&forward.cost, *rank as usize), at(&backward.cost, *rank as usize));
        let top = forward.touched.iter().copied().min_by_key(both).filter(|top| both(top) != NEVER)?;
        let (seed, mut climbed) = forward.back(top);
        let (goal, fallen) = backward.back(top);
        climbed.reverse();
        let mut arcs = Vec::new();
        for (low, arc) in climbed {
            self.unpack(weighed, low, arc, true, &mut arcs);
        }
        for (low, arc) in fallen {
            self.unpack(weighed, low, arc, false, &mut arcs);
        }
        Some((both(&top), seed, arcs, goal))
    }

    /// The network's arcs an arc between `low` and its head stands for, in the order they are driven.
    fn unpack(&self, weighed: &Weighed, low: u32, arc: usize, is_up: bool, driven: &mut Vec<u32>) {
        let mut todo = vec![(low, arc, is_up)];
        while let Some((low, arc, is_up)) = todo.pop() {
            let by = at(if is_up { &weighed.up_by } else { &weighed.down_by }, arc);
            if by & OVER == 0 {
                driven.push(by);
                continue;
            }
            let (between, high) = (by & !OVER, at(&self.head, arc));
            let (Some(to_low), Some(to_high)) = (self.arc(between, low), self.arc(between, high)) else {
                continue;
            };
            let (first, second) = if is_up { (to_low, to_high) } else { (to_high, to_low) };
            // What is driven first comes off the pile first.
            todo.push((between, second, true));
            todo.push((between, first, false));
        }
    }
}

impl Weighed {
    fn offer(&mut self, arc: usize, is_up: bool, cost: u32, by: u32) {
        let (costs, bys) =
            if is_up { (&mut self.up, &mut self.up_by) } else { (&mut self.down, &mut self.down_by) };
        if let (Some(own), Some(own_by)) = (costs.get_mut(arc), bys.get_mut(arc))
            && cost < *own
        {
            (*own, *own_by) = (cost, by);
        }
    }
}

impl Climb {
    /// Memory that grows at the first query.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Side {
    fn clear(&mut self, states: usize) {
        for rank in std::mem::take(&mut self.touched) {
            if let (Some(cost), Some(is_touched)) =
                (self.cost.get_mut(rank as usize), self.is_touched.get_mut(rank as usize))
            {
                (*cost, *is_touched) = (NEVER, false);
            }
        }
        if self.cost.len() < states {
            self.cost.resize(states, NEVER);
            self.by.resize(states, NONE);
            self.from.resize(states, NONE);
            self.is_touched.resize(states, false);
        }
    }

    /// Whether a rank is new to this query.
    fn touch(&mut self, rank: u32) -> bool {
        let Some(own) = self.is_touched.get_mut(rank as usize) else { return false };
        let is_new = !std::mem::replace(own, true);
        if is_new {
            self.touched.push(rank);
        }
        is_new
    }

    fn offer(&mut self, rank: u32, cost: u32, by: u32, from: u32) {
        let n = rank as usize;
        if let (Some(own), Some(own_by), Some(own_from)) =
            (self.cost.get_mut(n), self.by.get_mut(n), self.from.get_mut(n))
            && cost < *own
        {
            (*own, *own_by, *own_from) = (cost, by, from);
        }
    }

    /// The number of the seed a rank was reached from, and the arcs with the rank at their lower end, the last first.
    fn back(&self, top: u32) -> (usize, Vec<(u32, usize)>) {
        let mut arcs = Vec::new();
        let mut rank = top as usize;
        while at(&self.by, rank) != NONE {
            let low = at(&self.from, rank);
            arcs.push((low, at(&self.by, rank) as usize));
            rank = low as usize;
        }
        (at(&self.from, rank) as usize, arcs)
    }
}

/// States next to each, whichever way one may drive.
fn beside(network: &Network) -> Vec<Vec<u32>> {
    let mut beside = vec![Vec::new(); network.states()];
    for state in 0..network.states() as u32 {
        for out in network.outs.get(network.outs_of(state)).unwrap_or_default() {
            for (one, other) in [(state, out.to), (out.to, state)] {
                if one != other
                    && let Some(list) = beside.get_mut(one as usize)
                {
                    list.push(other);
                }
            }
        }
    }
    for list in &mut beside {
        list.sort_unstable();
        list.dedup();
    }
    beside
}

/// Cuts a network in two again and again where the fewest stretches are cut.
struct Cells<'a> {
    network: &'a Network,
    beside: &'a [Vec<u32>],
    /// Which cell each state is in now.
    cell: Vec<u32>,
    next: u32,
}

impl Cells<'_> {
    /// The states of a cell, those that part it first.
    fn order(&mut self, states: Vec<u32>, order: &mut Vec<u32>) {
        if states.len() <= SMALL {
            order.extend(states);
            return;
        }
        let (left, right) = self.cut(&states);
        let (ends, others) = (self.ends(&left, &right), self.ends(&right, &left));
        let parting = if ends.len() <= others.len() { ends } else { others };
        order.extend(&parting);
        for side in [left, right] {
            let rest = side.into_iter().filter(|state| parting.binary_search(state).is_err()).collect();
            self.order(rest, order);
        }
    }

    /// The two halves with the fewest stretches between them, of sweeps in several directions.
    fn cut(&mut self, states: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let (from, to, whole) = SHARES;
        let range = states.len() * from / whole..=states.len() * to / whole;
        let mut best: Option<(i64, usize, Vec<u32>)> = None;
        for direction in DIRECTIONS {
            let mut line: Vec<(f64, u32)> =
                states.iter().map(|state| (self.along(*state, direction), *state)).collect();
            line.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let ahead = self.mark(states);
            let behind = self.next;
            self.next += 1;
            let mut cut = 0_i64;
            let mut least = (i64::MAX, 0);
            for (n, (_, state)) in line.iter().enumerate() {
                if range.contains(&n) && cut < least.0 {
                    least = (cut, n);
                }
                for other in self.beside.get(*state as usize).into_iter().flatten() {
                    let cell = at(&self.cell, *other as usize);
                    cut += i64::from(cell == ahead) - i64::from(cell == behind);
                }
                if let Some(own) = self.cell.get_mut(*state as usize) {
                    *own = behind;
                }
            }
            if best.as_ref().is_none_or(|(cut, ..)| least.0 < *cut) {
                best = Some((least.0, least.1, line.into_iter().map(|(_, state)| state).collect()));
            }
        }
        let (_, n, mut left) = best.unwrap_or_default();
        let right = left.split_off(n.min(left.len()));
        (left, right)
    }

    /// Those of one side with a neighbour on the other, sorted.
    fn ends(&mut self, own: &[u32], others: &[u32]) -> Vec<u32> {
        let there = self.mark(others);
        let is_end = |state: &u32| {
            let beside = self.beside.get(*state as usize).into_iter().flatten();
            beside.into_iter().any(|other| at(&self.cell, *other as usize) == there)
        };
        let mut ends: Vec<u32> = own.iter().copied().filter(is_end).collect();
        ends.sort_unstable();
        ends
    }

    fn mark(&mut self, states: &[u32]) -> u32 {
        let mark = self.next;
        self.next += 1;
        for state in states {
            if let Some(own) = self.cell.get_mut(*state as usize) {
                *own = mark;
            }
        }
        mark
    }

    fn along(&self, state: u32, direction: [f64; 2]) -> f64 {
        let junction = self.network.junction_of.get(state as usize).copied().unwrap_or_default();
        let [lon, lat] = self.network.junctions.get(junction as usize).map_or([0.0; 2], |own| own.lon_lat);
        lon * direction[0] + lat * direction[1]
    }
}
