//! Opens p of many sites so that what the rows cost is least. A row costs what the cheapest open site of its list costs,
//! or a fixed sum when none of them is open.
//!
//! Lagrangian relaxation of "each row is served once" gives a bound that is as good as the linear one and needs no
//! matrix; branching on sites closes what is left. The price of a row never needs to exceed its fixed sum, so that only
//! the beginning of its sorted list is ever looked at: covering costs as much as the covers, not rows times sites. What
//! does not belong here: what rows mean.

use std::cmp::Reverse;

use crate::made_up::Dice;

/// One demand, or several that see the same.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Cost and site, cheapest first.
    options: Vec<(u64, u32)>,
    /// Cost when none of them is open.
    otherwise: u64,
}

impl Row {
    pub(super) fn new(mut options: Vec<(u64, u32)>, otherwise: u64) -> Self {
        options.sort_unstable();
        Self { options, otherwise }
    }
}

/// A question.
pub(super) struct Asked<'a> {
    pub rows: &'a [Row],
    pub sites: usize,
    pub fixed: &'a [usize],
    pub p: usize,
}

/// The best that was found, and what nothing can be better than.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub sites: Vec<usize>,
    pub cost: u64,
    pub bound: u64,
}

/// So long prices are improved at the first node, and at each other.
const ROUNDS: (u32, u32) = (3000, 25);
/// After so many rounds without a better bound steps become shorter, by so much.
const PATIENCE: u32 = 40;
const SHORTER: f64 = 0.7;
/// How much of the last direction a turn against it takes along, so that prices do not swing to and fro.
/// Source: Camerini, Fratta, Maffioli, On improving relaxation methods by modified gradient techniques, 1975.
const SWING: f64 = 1.5;
/// Shorter steps change nothing.
const SHORTEST: f64 = 0.000_5;

/// Where prices do not decide: so many sites of the best choice are changed at random before it is mended again, and so often
/// in vain before it is let be. The same dice every time: the same question has the same answer.
const SHAKEN: u64 = 3;
const IN_VAIN: u32 = 400;
const SEED: u64 = 26_875;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Open,
    Closed,
}

struct Node {
    bound: u64,
    states: Vec<State>,
    prices: Vec<f64>,
}

/// What one round of prices says.
struct Round {
    value: f64,
    /// What opening each site saves, at most zero.
    savings: Vec<f64>,
    /// The sites it would open.
    chosen: Vec<usize>,
}

/// What one row costs from each site that reaches it, cheapest first, and which sites these are.
type Near<'a> = (&'a [f64], &'a [u32]);

/// The lists of all rows one behind the other: every round goes through them from end to end.
struct Flat {
    /// Where each row's list ends.
    ends: Vec<usize>,
    sites: Vec<u32>,
    costs: Vec<f64>,
}

impl Flat {
    fn of(rows: &[Row]) -> Self {
        let mut flat = Self { ends: Vec::with_capacity(rows.len()), sites: Vec::new(), costs: Vec::new() };
        for row in rows {
            flat.sites.extend(row.options.iter().map(|(_, site)| *site));
            flat.costs.extend(row.options.iter().map(|(cost, _)| *cost as f64));
            flat.ends.push(flat.sites.len());
        }
        flat
    }

    /// Row by row its costs and sites, cheapest first.
    fn rows(&self) -> impl Iterator<Item = Near<'_>> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let part = from..*end;
            from = *end;
            let costs = self.costs.get(part.clone()).unwrap_or_default();
            (costs, self.sites.get(part).unwrap_or_default())
        })
    }
}

struct Work<'a> {
    asked: &'a Asked<'a>,
    flat: Flat,
    best: Found,
    /// Whether every row costs nothing or its fixed sum.
    is_covering: bool,
}

/// Answers it, as well as it can until `out_of_time` says stop.
pub(super) fn solve(asked: &Asked<'_>, out_of_time: &dyn Fn() -> bool) -> Found {
    let is_covering = asked.rows.iter().all(|row| row.options.last().is_none_or(|(cost, _)| *cost == 0));
    let best = Found { sites: Vec::new(), cost: u64::MAX, bound: 0 };
    let mut work = Work { asked, flat: Flat::of(asked.rows), is_covering, best };
    let mut states = vec![State::Free; asked.sites];
    for site in asked.fixed {
        if let Some(own) = states.get_mut(*site) {
            *own = State::Open;
        }
    }
    let start = work.greedy();
    work.improve(&start, &states);
    let prices = asked.rows.iter().map(first_price).collect();
    let mut open = vec![Node { bound: 0, states, prices }];
    let mut rounds = ROUNDS.0;
    let mut is_shaken = false;
    while let Some(node) = open.pop() {
        if node.bound >= work.best.cost {
            continue;
        }
        if out_of_time() {
            open.push(node);
            break;
        }
        work.expand(node, rounds, &mut open, out_of_time);
        rounds = ROUNDS.1;
        if !is_shaken && open.iter().any(|node| node.bound < work.best.cost) {
            work.shake(out_of_time);
            is_shaken = true;
        }
    }
    let left = open.iter().map(|node| node.bound).min().unwrap_or(work.best.cost);
    work.best.bound = left.min(work.best.cost);
    work.best
}

/// The next direction: the slopes, and of the last direction so much that they do not work against each other.
fn turn(course: &mut [f64], slopes: &[f64]) {
    let along: f64 = course.iter().zip(slopes).map(|(own, slope)| own * slope).sum();
    let norm: f64 = course.iter().map(|own| own * own).sum();
    let kept = if along < 0.0 && norm > 0.0 { -SWING * along / norm } else { 0.0 };
    for (own, slope) in course.iter_mut().zip(slopes) {
        *own = slope + kept * *own;
    }
}

/// Something between the cheapest two sites: what a row would pay for a second one.
fn first_price(row: &Row) -> f64 {
    let second = row.options.get(1).map_or(row.otherwise, |(cost, _)| (*cost).min(row.otherwise));
    let first = row.options.first().map_or(0, |(cost, _)| *cost);
    if second > first { second as f64 } else { row.otherwise as f64 / 2.0 }
}

impl Work<'_> {
    /// Improves the bound of a node, closes what can be closed, and puts what is left in two parts.
    fn expand(&mut self, mut node: Node, rounds: u32, open: &mut Vec<Node>, out_of_time: &dyn Fn() -> bool) {
        let mut best = self.round(&node.states, &node.prices);
        let mut best_prices = node.prices.clone();
        if self.is_covering {
            // What is left and what the sites to come could serve of it at most, each by itself: exact for the last site.
            let bare = self.bare(&node.states);
            let round = self.round(&node.states, &bare);
            let opened = node.states.iter().filter(|state| **state == State::Open).count();
            if lift(round.value) >= self.best.cost {
                return;
            }
            if opened + 1 >= self.asked.p {
                self.offer(round.chosen);
                return;
            }
            if round.value > best.value {
                (best, best_prices) = (round, bare);
            }
        }
        let mut prices = best_prices.clone();
        let mut course = vec![0.0; prices.len()];
        let (mut length, mut waited) = (1.0, 0);
        for n in 0..rounds {
            let round = self.round(&node.states, &prices);
            let slopes = self.slopes(&round, &prices);
            let value = round.value;
            if round.value > best.value + 1e-9 {
                if n % 10 == 0 || round.value.ceil() as u64 + 1 >= self.best.cost {
                    self.improve(&round.chosen, &node.states);
                }
                best_prices.clone_from(&prices);
                best = round;
                waited = 0;
            } else {
                waited += 1;
                if waited >= PATIENCE {
                    length *= SHORTER;
                    waited = 0;
                    prices.clone_from(&best_prices);
                    course.fill(0.0);
                    continue;
                }
            }
            let is_flat = slopes.iter().map(|slope| slope * slope).sum::<f64>() < 0.5;
            if is_flat || length < SHORTEST || lift(best.value) >= self.best.cost || out_of_time() {
                break;
            }
            turn(&mut course, &slopes);
            let norm = course.iter().map(|part| part * part).sum::<f64>().max(0.5);
            let step = length * (self.target(best.value) - value).max(0.5) / norm;
            for ((price, part), row) in prices.iter_mut().zip(&course).zip(self.asked.rows) {
                *price = (*price + step * part).clamp(0.0, row.otherwise as f64);
            }
        }
        self.improve(&best.chosen, &node.states);
        node.bound = node.bound.max(lift(best.value));
        if node.bound >= self.best.cost {
            return;
        }
        self.settle(&mut node.states, &best);
        let is = |state: State| node.states.iter().filter(|own| **own == state).count();
        let (opened, free) = (is(State::Open), is(State::Free));
        if opened >= self.asked.p || opened + free <= self.asked.p {
            let wanted = |(n, state): (usize, &State)| {
                let is_in = *state == State::Open || (opened < self.asked.p && *state == State::Free);
                is_in.then_some(n)
            };
            self.offer(node.states.iter().enumerate().filter_map(wanted).collect());
            return;
        }
        let saving = |site: &usize| best.savings.get(*site).copied().unwrap_or(0.0);
        let is_free = |site: &usize| node.states.get(*site) == Some(&State::Free);
        // Covering: one site of a row that has few is open, or the row is lost with all of them closed. Else the site that
        // saves most is open or closed.
        let mut tried: Vec<usize> = match self.dearest(&node.states, &best_prices) {
            Some(row) => row.options.iter().map(|(_, site)| *site as usize).filter(is_free).collect(),
            None => {
                let free = (0..self.asked.sites).filter(is_free);
                free.min_by(|a, b| saving(a).total_cmp(&saving(b))).into_iter().collect()
            }
        };
        tried.sort_by(|a, b| saving(a).total_cmp(&saving(b)));
        let mut states = node.states.clone();
        let mut children = Vec::with_capacity(tried.len() + 1);
        for site in tried {
            let mut with = states.clone();
            for (list, state) in [(&mut with, State::Open), (&mut states, State::Closed)] {
                if let Some(own) = list.get_mut(site) {
                    *own = state;
                }
            }
            children.push(with);
        }
        children.push(states);
        let put = |states| Node { bound: node.bound, states, prices: best_prices.clone() };
        open.extend(children.into_iter().rev().map(put));
    }

    /// Prices at which a row pays all it costs while it is not served, and nothing when it is.
    fn bare(&self, states: &[State]) -> Vec<f64> {
        let is_open = |site: u32| states.get(site as usize) == Some(&State::Open);
        let price = |row: &Row| {
            let is_served = row.options.iter().any(|(_, site)| is_open(*site));
            if is_served { 0.0 } else { row.otherwise as f64 }
        };
        self.asked.rows.iter().map(price).collect()
    }

    /// When covering: the row that pays most for each site it may have, and has none yet.
    fn dearest(&self, states: &[State], prices: &[f64]) -> Option<&Row> {
        if !self.is_covering {
            return None;
        }
        let rows = self.asked.rows.iter();
        let count = |row: &Row, wanted: State| {
            row.options.iter().filter(|(_, site)| states.get(*site as usize) == Some(&wanted)).count()
        };
        let open = rows.zip(prices).filter(|(row, _)| count(row, State::Open) == 0);
        let worth = open.map(|(row, price)| (price / count(row, State::Free).max(1) as f64, row));
        let choosable = worth.filter(|(_, row)| count(row, State::Free) > 0);
        choosable.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, row)| row)
    }

    /// What to step towards: a little more than what is known to be possible.
    fn target(&self, value: f64) -> f64 {
        if self.best.cost == u64::MAX { value.abs() * 1.1 + 1.0 } else { self.best.cost as f64 * 1.002 + 0.1 }
    }

    fn round(&self, states: &[State], prices: &[f64]) -> Round {
        let mut savings = vec![0.0_f64; self.asked.sites];
        let mut value = 0.0;
        for ((costs, sites), price) in self.flat.rows().zip(prices) {
            value += price;
            // Covering costs nothing, so that the price alone decides.
            let near = match self.is_covering {
                true if *price > 0.0 => sites.len(),
                true => 0,
                false => costs.iter().take_while(|cost| **cost < *price).count(),
            };
            for (cost, site) in costs.iter().zip(sites).take(near) {
                if let Some(own) = savings.get_mut(*site as usize) {
                    *own += cost - price;
                }
            }
        }
        let of = |wanted: State| {
            states.iter().enumerate().filter_map(move |(n, state)| (*state == wanted).then_some(n))
        };
        let mut chosen: Vec<usize> = of(State::Open).collect();
        let mut free: Vec<usize> = of(State::Free).collect();
        let saving = |site: &usize| savings.get(*site).copied().unwrap_or(0.0);
        free.sort_unstable_by(|a, b| saving(a).total_cmp(&saving(b)).then(a.cmp(b)));
        chosen.extend(free.into_iter().take(self.asked.p.saturating_sub(chosen.len())));
        value += chosen.iter().map(saving).sum::<f64>();
        Round { value, savings, chosen }
    }

    /// For each row by how often it is served too little.
    fn slopes(&self, round: &Round, prices: &[f64]) -> Vec<f64> {
        let mut is_chosen = vec![false; self.asked.sites];
        for site in &round.chosen {
            if let Some(own) = is_chosen.get_mut(*site) {
                *own = true;
            }
        }
        let one = |(near, (row, price)): (Near<'_>, (&Row, &f64))| {
            let (costs, sites) = near;
            let near = costs.iter().zip(sites).take_while(|(cost, _)| **cost < *price);
            let served = near.filter(|(_, site)| is_chosen.get(**site as usize) == Some(&true)).count();
            let slope = 1.0 - served as f64;
            // A price at its limit cannot rise.
            if slope > 0.0 && *price >= row.otherwise as f64 { 0.0 } else { slope }
        };
        self.flat.rows().zip(self.asked.rows.iter().zip(prices)).map(one).collect()
    }

    /// Opens and closes what the bound already decides.
    fn settle(&self, states: &mut [State], best: &Round) {
        let saving = |site: usize| best.savings.get(site).copied().unwrap_or(0.0);
        let is_free = |site: &usize| states.get(*site) == Some(&State::Free);
        let inside: Vec<usize> = best.chosen.iter().copied().filter(is_free).collect();
        let outside: Vec<usize> =
            (0..self.asked.sites).filter(|site| is_free(site) && !best.chosen.contains(site)).collect();
        let last_in = inside.iter().map(|site| saving(*site)).fold(f64::NEG_INFINITY, f64::max);
        let first_out = outside.iter().map(|site| saving(*site)).fold(f64::INFINITY, f64::min);
        let is_too_dear = |value: f64| lift(value) >= self.best.cost;
        let mut decided = Vec::new();
        for site in outside {
            if last_in.is_finite() && is_too_dear(best.value + saving(site) - last_in) {
                decided.push((site, State::Closed));
            }
        }
        for site in inside {
            if first_out.is_finite() && is_too_dear(best.value - saving(site) + first_out) {
                decided.push((site, State::Open));
            }
        }
        for (site, state) in decided {
            if let Some(own) = states.get_mut(site) {
                *own = state;
            }
        }
    }

    fn cost(&self, open: &[usize]) -> u64 {
        let mut is_open = vec![false; self.asked.sites];
        for site in open {
            if let Some(own) = is_open.get_mut(*site) {
                *own = true;
            }
        }
        let one = |row: &Row| {
            let served = row.options.iter().find(|(_, site)| is_open.get(*site as usize) == Some(&true));
            served.map_or(row.otherwise, |(cost, _)| (*cost).min(row.otherwise))
        };
        self.asked.rows.iter().map(one).sum()
    }

    fn offer(&mut self, mut open: Vec<usize>) {
        let cost = self.cost(&open);
        if cost < self.best.cost {
            open.sort_unstable();
            self.best.sites = open;
            self.best.cost = cost;
        }
    }

    /// Mends a choice that is not far from the best, and offers it.
    fn improve(&mut self, chosen: &[usize], states: &[State]) {
        let cost = self.cost(chosen);
        if cost <= self.best.cost.saturating_add(self.best.cost / 20).saturating_add(1) {
            self.mend(chosen.to_vec(), states, cost);
        } else {
            self.offer(chosen.to_vec());
        }
    }

    /// Exchanges one open site for another as long as that helps, then offers it.
    fn mend(&mut self, mut open: Vec<usize>, states: &[State], mut cost: u64) {
        while let Some((out, into, better)) = self.exchange(&open, states, cost) {
            if let Some(own) = open.iter_mut().find(|site| **site == out) {
                *own = into;
            }
            cost = better;
        }
        self.offer(open);
    }

    /// Changes some sites of the best choice at random and mends it, until that was in vain often enough: an exchange of one
    /// site at a time ends in choices that two at once would better.
    fn shake(&mut self, out_of_time: &dyn Fn() -> bool) {
        let free = vec![State::Free; self.asked.sites];
        let mut dice = Dice(SEED);
        let mut vain = 0;
        while vain < IN_VAIN && !out_of_time() {
            let before = self.best.cost;
            let mut open = self.best.sites.clone();
            let may_go: Vec<usize> = (0..open.len())
                .filter(|n| open.get(*n).is_some_and(|s| !self.asked.fixed.contains(s)))
                .collect();
            if may_go.is_empty() || open.len() >= self.asked.sites {
                return;
            }
            for _ in 0..SHAKEN {
                let into = dice.below(self.asked.sites as u64) as usize;
                let out = may_go.get(dice.below(may_go.len() as u64) as usize);
                if let Some(own) = out.filter(|_| !open.contains(&into)).and_then(|n| open.get_mut(*n)) {
                    *own = into;
                }
            }
            let cost = self.cost(&open);
            self.mend(open, &free, cost);
            vain = if self.best.cost < before { 0 } else { vain + 1 };
        }
    }

    /// The best exchange of one open site for one that is not; none when none helps.
    fn exchange(&self, open: &[usize], states: &[State], cost: u64) -> Option<(usize, usize, u64)> {
        let mut place = vec![usize::MAX; self.asked.sites];
        for (n, site) in open.iter().enumerate() {
            *place.get_mut(*site)? = n;
        }
        // For each site to come: what it saves by itself, and what it saves of the loss when each open one goes.
        let width = open.len();
        let mut gain = vec![0_i64; self.asked.sites];
        let mut loss = vec![0_i64; width];
        let mut less = vec![0_i64; self.asked.sites * width];
        for row in self.asked.rows {
            let mut served =
                row.options.iter().filter(|(_, s)| place.get(*s as usize).is_some_and(|n| *n < width));
            let first = served.next().copied().filter(|(cost, _)| *cost < row.otherwise);
            let second = served.next().map_or(row.otherwise, |(cost, _)| (*cost).min(row.otherwise));
            let now = first.map_or(row.otherwise, |(cost, _)| cost);
            let owner = first.and_then(|(_, site)| place.get(site as usize).copied());
            if let Some(own) = owner.and_then(|n| loss.get_mut(n)) {
                *own += (second - now) as i64;
            }
            for (cost, site) in row.options.iter().take_while(|(cost, _)| *cost < second) {
                let site = *site as usize;
                if place.get(site).is_some_and(|n| *n < width) {
                    continue;
                }
                if let Some(own) = gain.get_mut(site) {
                    *own += now.saturating_sub(*cost) as i64;
                }
                if let Some(own) = owner.and_then(|n| less.get_mut(site * width + n)) {
                    *own += (second - (*cost).max(now)) as i64;
                }
            }
        }
        let may_go = |n: usize| open.get(n).is_some_and(|site| !self.asked.fixed.contains(site));
        let may_come =
            |site: usize| place.get(site) == Some(&usize::MAX) && states.get(site) != Some(&State::Closed);
        let mut best: Option<(i64, usize, usize)> = None;
        for into in (0..self.asked.sites).filter(|site| may_come(*site)) {
            for n in (0..width).filter(|n| may_go(*n)) {
                let saved = less.get(into * width + n).copied().unwrap_or(0);
                let change = loss.get(n).copied().unwrap_or(0) - saved - gain.get(into).copied().unwrap_or(0);
                if change < best.map_or(0, |(change, ..)| change) {
                    best = Some((change, n, into));
                }
            }
        }
        let (change, n, into) = best?;
        Some((*open.get(n)?, into, cost.checked_add_signed(change)?))
    }

    /// One site after the other, each the one that saves most.
    fn greedy(&self) -> Vec<usize> {
        let mut open = self.asked.fixed.to_vec();
        let mut is_open = vec![false; self.asked.sites];
        while open.len() < self.asked.p.min(self.asked.sites) {
            let mut gains = vec![0_u64; self.asked.sites];
            for site in &open {
                if let Some(own) = is_open.get_mut(*site) {
                    *own = true;
                }
            }
            for row in self.asked.rows {
                let served = row.options.iter().find(|(_, site)| is_open.get(*site as usize) == Some(&true));
                let now = served.map_or(row.otherwise, |(cost, _)| (*cost).min(row.otherwise));
                for (cost, site) in row.options.iter().take_while(|(cost, _)| *cost < now) {
                    if let Some(gain) = gains.get_mut(*site as usize) {
                        *gain += now - cost;
                    }
                }
            }
            let free = (0..self.asked.sites).filter(|site| !open.contains(site));
            match free.max_by_key(|site| (gains.get(*site).copied(), Reverse(*site))) {
                Some(site) => open.push(site),
                None => break,
            }
        }
        open
    }
}

/// Costs are whole: a bound above a whole number is worth the next one.
fn lift(value: f64) -> u64 {
    (value - 1e-6).ceil().max(0.0) as u64
}
