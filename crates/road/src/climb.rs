//! The search that only climbs: from both ends up the order of a network until they meet, some hundred places instead of
//! thousands; then the shortcuts of the way are unfolded. Its memory stays from query to query and is put right place by
//! place. What does not belong here: shortcuts (`shortcut`), what an answer looks like (`route`, `towards`, `reach`).

use crate::graph::Network;
use crate::order::{Order, of_place};
use crate::search::{NONE, Seed};
use crate::shortcut::{Rung, Shortcuts};
use crate::weigh::{Costs, NEVER};

/// Targets of a table reckoned side by side.
const LANES: usize = 16;

/// What is known of a place in one direction: what it costs, and the neighbour it is known by.
#[derive(Debug, Clone, Copy)]
struct Label {
    cost: u32,
    by: u32,
}

const FRESH: Label = Label { cost: NEVER, by: NONE };

/// The memory of a search. One query at a time.
#[derive(Debug, Default)]
pub(crate) struct Climb {
    /// Of each place: getting there from a seed, by the place before.
    from: Vec<Label>,
    /// Of each place: getting on from there to a goal, by the place after.
    to: Vec<Label>,
    /// Places of which `to` is the least there is, not only the least downward.
    settled: Vec<bool>,
    touched: Vec<u32>,
    heads: Vec<u32>,
}

/// Lowers what is known of the higher neighbours of a place to what it costs over it.
fn relax(labels: &mut [Label], rungs: &[Rung], at: u32, known: u32) {
    for Rung { to, cost } in rungs {
        let there = known.saturating_add(*cost);
        if let Some(own) = labels.get_mut(*to as usize).filter(|own| there < own.cost) {
            *own = Label { cost: there, by: at };
        }
    }
}

/// A way found: what it costs with both its ends, and the states passed.
#[derive(Debug, Clone)]
pub(crate) struct Climbed {
    pub cost: u32,
    pub states: Vec<u32>,
}

impl Climb {
    fn begin(&mut self, order: &Order, seeds: &[Seed], goals: &[(u32, u32, u32)]) {
        for place in self.touched.drain(..) {
            let at = place as usize;
            if let (Some(from), Some(to), Some(settled)) =
                (self.from.get_mut(at), self.to.get_mut(at), self.settled.get_mut(at))
            {
                (*from, *to, *settled) = (FRESH, FRESH, false);
            }
        }
        self.from.resize(order.state.len(), FRESH);
        self.to.resize(order.state.len(), FRESH);
        self.settled.resize(order.state.len(), false);
        self.heads.clear();
        let begun = seeds.iter().map(|seed| (seed.state, seed.cost, NEVER));
        for (state, from, to) in begun.chain(goals.iter().map(|(state, to, _)| (*state, NEVER, *to))) {
            let Some(place) = order.place.get(state as usize) else { continue };
            self.heads.push(*place);
            let at = *place as usize;
            if let (Some(own_from), Some(own_to)) = (self.from.get_mut(at), self.to.get_mut(at)) {
                (own_from.cost, own_to.cost) = (own_from.cost.min(from), own_to.cost.min(to));
            }
        }
    }

    fn from(&self, place: u32) -> Label {
        self.from.get(place as usize).copied().unwrap_or(FRESH)
    }

    fn to(&self, place: u32) -> Label {
        self.to.get(place as usize).copied().unwrap_or(FRESH)
    }

    /// The lowest place still to be looked at; the next above takes its place.
    fn next(&mut self, order: &Order) -> Option<u32> {
        let place = *self.heads.iter().min()?;
        let parent = order.parent.get(place as usize).copied().unwrap_or(NONE);
        self.heads.retain_mut(|head| {
            if *head == place {
                *head = parent;
            }
            *head != NONE
        });
        if self.heads.len() > 1 && self.heads.iter().all(|head| *head == parent) {
            self.heads.truncate(1);
        }
        self.touched.push(place);
        Some(place)
    }

    /// Climbs from both ends; the least cost below `limit`, and the place it is found at.
    fn meet(&mut self, order: &Order, shortcuts: &Shortcuts, limit: u32) -> (u32, u32) {
        let (mut best, mut top) = (limit, NONE);
        while let Some(at) = self.next(order) {
            let (from, to) = (self.from(at).cost, self.to(at).cost);
            let whole = from.saturating_add(to);
            if whole < best {
                (best, top) = (whole, at);
            }
            if from < best {
                relax(&mut self.from, shortcuts.ahead.of(at), at, from);
            }
            if to < best {
                relax(&mut self.to, shortcuts.back.of(at), at, to);
            }
        }
        (best, top)
    }

    /// The cheapest way from one of the seeds to one of the goals (state, what it costs on from there, arc), below `limit`.
    pub fn between(
        &mut self,
        order: &Order,
        shortcuts: &Shortcuts,
        seeds: &[Seed],
        goals: &[(u32, u32, u32)],
        limit: u32,
    ) -> Option<Climbed> {
        self.begin(order, seeds, goals);
        let (cost, top) = self.meet(order, shortcuts, limit);
        let mut rising = vec![(top != NONE).then_some(top)?];
        while let Some(before) = rising.last().map(|at| self.from(*at).by).filter(|at| *at != NONE) {
            rising.push(before);
        }
        let mut path = vec![*rising.last()?];
        for (high, low) in rising.iter().zip(rising.iter().skip(1)).rev() {
            shortcuts.unfold(*low, *high, &mut path);
        }
        self.go_on(shortcuts, top, &mut path);
        Some(Climbed { cost, states: states(order, path) })
    }

    /// Everything above the goals: what [`Self::cost_to`] and [`Self::way_to`] then tell of any state.
    pub fn towards(&mut self, order: &Order, shortcuts: &Shortcuts, goals: &[(u32, u32, u32)]) {
        self.begin(order, &[], goals);
        self.meet(order, shortcuts, NEVER);
    }

    /// What it costs from a state to the nearest goal; [`NEVER`] where there is no way.
    pub fn cost_to(&mut self, order: &Order, shortcuts: &Shortcuts, state: u32) -> u32 {
        let Some(place) = order.place.get(state as usize).copied() else { return NEVER };
        // Whatever is above is settled first; much of it is, from the start before.
        let mut at = place;
        while at != NONE && !self.settled.get(at as usize).copied().unwrap_or(true) {
            self.heads.push(at);
            at = order.parent.get(at as usize).copied().unwrap_or(NONE);
        }
        while let Some(at) = self.heads.pop() {
            let mut own = self.to(at);
            for Rung { to, cost } in shortcuts.ahead.of(at) {
                let there = self.to(*to).cost.saturating_add(*cost);
                if there < own.cost {
                    own = Label { cost: there, by: *to };
                }
            }
            let place = at as usize;
            if let (Some(label), Some(settled)) = (self.to.get_mut(place), self.settled.get_mut(place)) {
                (*label, *settled) = (own, true);
            }
            self.touched.push(at);
        }
        self.to(place).cost
    }

    /// The states on the way from a state [`Self::cost_to`] was asked of.
    pub fn way_to(&self, order: &Order, shortcuts: &Shortcuts, state: u32) -> Vec<u32> {
        let Some(place) = order.place.get(state as usize).copied() else { return Vec::new() };
        let mut path = vec![place];
        self.go_on(shortcuts, place, &mut path);
        states(order, path)
    }

    /// Puts the places from one to the goal.
    fn go_on(&self, shortcuts: &Shortcuts, from: u32, path: &mut Vec<u32>) {
        let mut at = from;
        while let Some(next) = Some(self.to(at).by).filter(|next| *next != NONE) {
            shortcuts.unfold(at, next, path);
            at = next;
        }
    }
}

fn states(order: &Order, path: Vec<u32>) -> Vec<u32> {
    path.into_iter().map(|at| order.state.get(at as usize).copied().unwrap_or(NONE)).collect()
}

/// The arcs driven over states: the one the cheapest seed stood on, the cheapest from each to the next, the cheapest
/// goal's.
pub(crate) fn driven(
    network: &Network,
    costs: &Costs,
    seeds: &[Seed],
    goals: &[(u32, u32, u32)],
    states: &[u32],
) -> Vec<u32> {
    let (first, last) = (states.first(), states.last());
    let cheapest = |all: &mut dyn Iterator<Item = (u32, u32, u32)>, at: Option<&u32>| {
        let found = all.filter(|(state, ..)| Some(state) == at).min_by_key(|(_, cost, _)| *cost);
        found.map(|(.., arc)| arc).filter(|arc| *arc != NONE)
    };
    let over = |from: u32, to: u32| {
        let range = network.outs_of(from);
        let outs = network.outs.get(range.clone()).unwrap_or_default().iter();
        let weighed = outs.zip(costs.out.get(range).unwrap_or_default());
        weighed.filter(|(out, _)| out.to == to).min_by_key(|(_, weight)| **weight).map(|(out, _)| out.arc)
    };
    let begun = cheapest(&mut seeds.iter().map(|seed| (seed.state, seed.cost, seed.arc)), first);
    let ended = cheapest(&mut goals.iter().copied(), last);
    let between = states.iter().zip(states.iter().skip(1)).filter_map(|(from, to)| over(*from, *to));
    begun.into_iter().chain(between).chain(ended).collect()
}

/// What it costs from each of many starts (its seeds) to each of many goals: row by row, [`NEVER`] where there is no way.
/// The places above the starts are gathered once; then so many goals at a time are carried down through all of them.
pub(crate) fn table(
    (order, shortcuts): (&Order, &Shortcuts),
    climb: &mut Climb,
    starts: &[Vec<Seed>],
    goals: &[Vec<(u32, u32, u32)>],
) -> Vec<Vec<u32>> {
    let above = Above::of(order, shortcuts, starts);
    let mut rows = vec![vec![NEVER; goals.len()]; starts.len()];
    let mut costs: Vec<[u32; LANES]> = Vec::new();
    for (batch, goals) in goals.chunks(LANES).enumerate() {
        costs.clear();
        costs.resize(above.places.len(), [NEVER; LANES]);
        for (lane, goals) in goals.iter().enumerate() {
            climb.towards(order, shortcuts, goals);
            for place in &climb.touched {
                let number = above.number.get(*place as usize).copied().unwrap_or(NONE);
                let own = costs.get_mut(number as usize).and_then(|own| own.get_mut(lane));
                if let Some(own) = own {
                    *own = climb.to(*place).cost;
                }
            }
        }
        above.carry_down(&mut costs);
        for (row, seeds) in rows.iter_mut().zip(starts) {
            for seed in seeds {
                let place = order.place.get(seed.state as usize).copied().unwrap_or(NONE);
                let number = above.number.get(place as usize).copied().unwrap_or(NONE);
                let Some(from) = costs.get(number as usize) else { continue };
                for (cell, cost) in row.iter_mut().skip(batch * LANES).zip(from) {
                    *cell = (*cell).min(cost.saturating_add(seed.cost));
                }
            }
        }
    }
    rows
}

/// Every place above some starts, the highest first, with the ways up among them.
struct Above {
    places: Vec<u32>,
    /// Number of each place of the order among them; [`NONE`] for the rest.
    number: Vec<u32>,
    first: Vec<u32>,
    /// Number of the higher one, and what it costs to get there.
    rungs: Vec<(u32, u32)>,
}

impl Above {
    fn of(order: &Order, shortcuts: &Shortcuts, starts: &[Vec<Seed>]) -> Self {
        let mut number = vec![NONE; order.state.len()];
        let mut places = Vec::new();
        for seed in starts.iter().flatten() {
            let mut at = order.place.get(seed.state as usize).copied().unwrap_or(NONE);
            while let Some(own) = number.get_mut(at as usize).filter(|own| **own == NONE) {
                *own = 0;
                places.push(at);
                at = order.parent.get(at as usize).copied().unwrap_or(NONE);
            }
        }
        places.sort_unstable_by(|a, b| b.cmp(a));
        for (n, place) in places.iter().enumerate() {
            if let Some(own) = number.get_mut(*place as usize) {
                *own = n as u32;
            }
        }
        let mut own = Self { first: vec![0], rungs: Vec::new(), places, number };
        for place in &own.places {
            let up = shortcuts.ahead.of(*place).iter();
            let numbered =
                |rung: &Rung| (own.number.get(rung.to as usize).copied().unwrap_or(NONE), rung.cost);
            own.rungs.extend(up.map(numbered));
            own.first.push(own.rungs.len() as u32);
        }
        own
    }

    /// Makes what it costs downward what it costs: the highest first, over every way up.
    fn carry_down(&self, costs: &mut [[u32; LANES]]) {
        for n in 0..self.places.len() {
            let (higher, rest) = costs.split_at_mut(n);
            let Some(own) = rest.first_mut() else { continue };
            for (number, more) in of_place(&self.first, &self.rungs, n as u32) {
                let Some(from) = higher.get(*number as usize) else { continue };
                for (own, cost) in own.iter_mut().zip(from) {
                    *own = (*own).min(cost.saturating_add(*more));
                }
            }
        }
    }
}
