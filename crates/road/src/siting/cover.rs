//! Fewest sites so that each row has one of its own. Rows that follow from others and sites that others replace are
//! taken out first, at every step; prices on rows bound what is left from below; then the row with the fewest choices
//! is tried site by site. What does not belong here: what rows mean.

use std::collections::BTreeSet;

/// A set of numbers below a fixed one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn empty(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    fn put(&mut self, n: usize) {
        if let Some(word) = self.0.get_mut(n / 64) {
            *word |= 1 << (n % 64);
        }
    }

    fn drop(&mut self, n: usize) {
        if let Some(word) = self.0.get_mut(n / 64) {
            *word &= !(1 << (n % 64));
        }
    }

    fn has(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }

    fn each(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(n, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(n * 64 + bit)
            })
        })
    }

    fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How many it shares with another.
    fn shared(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// Whether all it shares with `among` is in `other` too.
    fn is_within(&self, other: &Self, among: &Self) -> bool {
        self.0.iter().zip(&other.0).zip(&among.0).all(|((a, b), m)| a & m & !b == 0)
    }

    fn without(&mut self, other: &Self) {
        for (own, gone) in self.0.iter_mut().zip(&other.0) {
            *own &= !gone;
        }
    }
}

/// A cover, and how many sites any cover has at least.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    /// None when no cover below the ceiling was found.
    pub sites: Option<Vec<usize>>,
    pub bound: usize,
}

/// So often prices are improved at a node.
const ROUNDS: u32 = 150;

#[derive(Clone)]
struct Node {
    /// Rows without a site.
    rows: Set,
    /// Sites that may still be opened.
    sites: Set,
    open: Vec<usize>,
    bound: usize,
}

struct Work<'a> {
    rows: &'a [Set],
    sites: Vec<Set>,
    best: Option<Vec<usize>>,
    /// Covers with so many sites do not matter.
    ceiling: usize,
}

/// The fewest sites, `fixed` among them, that give each row one; covers of `ceiling` or more do not matter. As well as it
/// can until `out_of_time` says stop.
pub(super) fn fewest(
    rows: &[Vec<usize>],
    sites: usize,
    fixed: &[usize],
    ceiling: usize,
    out_of_time: &dyn Fn() -> bool,
) -> Cover {
    let mut sees = vec![Set::empty(sites); rows.len()];
    let mut seen = vec![Set::empty(rows.len()); sites];
    let mut all = Set::empty(rows.len());
    for (n, (row, set)) in rows.iter().zip(&mut sees).enumerate() {
        all.put(n);
        for site in row {
            set.put(*site);
            if let Some(own) = seen.get_mut(*site) {
                own.put(n);
            }
        }
    }
    let mut may = Set::empty(sites);
    (0..sites).for_each(|site| may.put(site));
    let mut node = Node { rows: all, sites: may, open: Vec::new(), bound: 0 };
    let mut work = Work { rows: &sees, sites: seen, best: None, ceiling };
    fixed.iter().for_each(|site| work.open(&mut node, *site));
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        if node.bound >= work.ceiling {
            continue;
        }
        if out_of_time() {
            left.push(node);
            break;
        }
        work.expand(node, &mut left);
    }
    let bound = left.iter().map(|node| node.bound).min().unwrap_or(work.ceiling).min(work.ceiling);
    if let Some(best) = &mut work.best {
        best.sort_unstable();
    }
    Cover { sites: work.best, bound }
}

/// Sites that serve no row another site does not serve too, and are not fixed.
pub(super) fn spare_sites(rows: &[&Vec<usize>], sites: usize, fixed: &[usize]) -> BTreeSet<usize> {
    let mut seen = vec![Set::empty(rows.len()); sites];
    let (mut kept, mut all) = (Set::empty(sites), Set::empty(rows.len()));
    for (n, row) in rows.iter().enumerate() {
        all.put(n);
        for site in row.iter() {
            if let Some(own) = seen.get_mut(*site) {
                own.put(n);
            }
        }
    }
    (0..sites).for_each(|site| kept.put(site));
    drop_those_beyond(&mut kept, &all, &seen, false);
    (0..sites).filter(|site| !kept.has(*site) && !fixed.contains(site)).collect()
}

impl Work<'_> {
    fn open(&self, node: &mut Node, site: usize) {
        node.open.push(site);
        node.sites.drop(site);
        if let Some(seen) = self.sites.get(site) {
            node.rows.without(seen);
        }
    }

    fn offer(&mut self, open: &[usize]) {
        if open.len() < self.ceiling {
            self.ceiling = open.len();
            self.best = Some(open.to_vec());
        }
    }

    fn expand(&mut self, mut node: Node, left: &mut Vec<Node>) {
        if !self.reduce(&mut node) {
            return;
        }
        if node.rows.count() == 0 {
            self.offer(&node.open);
            return;
        }
        let prices = self.bound(&mut node);
        if node.bound >= self.ceiling || !self.reduce(&mut node) {
            return;
        }
        if node.rows.count() == 0 {
            self.offer(&node.open);
            return;
        }
        let choices = |row: usize| self.rows.get(row).map_or(0, |sees| sees.shared(&node.sites));
        let Some(row) = node.rows.each().min_by_key(|row| choices(*row)) else { return };
        let Some(sees) = self.rows.get(row) else { return };
        let mut tried: Vec<usize> = sees.each().filter(|site| node.sites.has(*site)).collect();
        // The site whose rows pay most for it first.
        tried.sort_by(|a, b| self.paid(*b, &prices).total_cmp(&self.paid(*a, &prices)));
        let mut children = Vec::with_capacity(tried.len());
        for site in tried {
            let mut child = node.clone();
            self.open(&mut child, site);
            children.push(child);
            // What follows is without it: with it everything was looked at already.
            node.sites.drop(site);
        }
        left.extend(children.into_iter().rev());
    }

    /// Opens what has no choice, drops rows that others bring along and sites that others replace. False when a row has
    /// no site left, or too many are open.
    fn reduce(&self, node: &mut Node) -> bool {
        loop {
            let mut has_changed = false;
            let rows: Vec<usize> = node.rows.each().collect();
            for row in rows {
                let Some(sees) = self.rows.get(row).filter(|_| node.rows.has(row)) else { continue };
                match sees.shared(&node.sites) {
                    0 => return false,
                    1 => {
                        if let Some(site) = sees.each().find(|site| node.sites.has(*site)) {
                            self.open(node, site);
                            has_changed = true;
                        }
                    }
                    _ => {}
                }
            }
            if node.open.len() >= self.ceiling {
                return false;
            }
            has_changed |= drop_those_beyond(&mut node.rows, &node.sites, self.rows, true);
            has_changed |= drop_those_beyond(&mut node.sites, &node.rows, &self.sites, false);
            if !has_changed {
                return true;
            }
        }
    }

    fn paid(&self, site: usize, prices: &[f64]) -> f64 {
        let seen = self.sites.get(site);
        seen.map_or(0.0, |seen| seen.each().filter_map(|row| prices.get(row)).sum())
    }

    /// Raises the node's bound by prices on rows, closes sites that no better cover can use, and looks for covers on the
    /// way. Prices of rows that are done are nought.
    fn bound(&mut self, node: &mut Node) -> Vec<f64> {
        let rows: Vec<usize> = node.rows.each().collect();
        let sites: Vec<usize> = node.sites.each().collect();
        let mut prices = vec![0.0; self.rows.len()];
        let mut best_prices = prices.clone();
        for row in &rows {
            let sizes =
                self.rows.get(*row).into_iter().flat_map(Set::each).filter(|site| node.sites.has(*site));
            let sizes = sizes.filter_map(|site| self.sites.get(site)).map(|seen| seen.shared(&node.rows));
            if let Some(price) = prices.get_mut(*row) {
                *price = 1.0 / sizes.max().unwrap_or(1).max(1) as f64;
            }
        }
        let (mut best, mut length, mut waited) = (f64::NEG_INFINITY, 1.0, 0);
        for n in 0..ROUNDS {
            let mut value: f64 = rows.iter().filter_map(|row| prices.get(*row)).sum();
            let mut served = vec![0_u32; self.rows.len()];
            for site in &sites {
                let saving = 1.0 - self.paid(*site, &prices);
                if saving < 0.0 {
                    value += saving;
                    for row in self.sites.get(*site).into_iter().flat_map(Set::each) {
                        if let Some(own) = served.get_mut(row) {
                            *own += 1;
                        }
                    }
                }
            }
            if value > best + 1e-9 {
                best = value;
                best_prices.clone_from(&prices);
                waited = 0;
            } else {
                waited += 1;
                if waited >= 8 {
                    (length, waited) = (length / 2.0, 0);
                    prices.clone_from(&best_prices);
                }
            }
            if n % 30 == 0 {
                self.greedy(node, &prices);
            }
            let target = self.ceiling.min(node.open.len() + rows.len()) - node.open.len().min(self.ceiling);
            let slopes = rows.iter().filter_map(|row| served.get(*row)).map(|n| 1.0 - f64::from(*n));
            let norm: f64 = slopes.map(|slope| slope * slope).sum();
            if norm < 0.5 || length < 0.01 || node.open.len() + lift(best) >= self.ceiling {
                break;
            }
            let step = length * (target as f64 * 1.02 - value).max(0.1) / norm;
            for row in &rows {
                if let (Some(price), Some(served)) = (prices.get_mut(*row), served.get(*row)) {
                    *price = (*price + step * (1.0 - f64::from(*served))).clamp(0.0, 1.0);
                }
            }
        }
        node.bound = node.bound.max(node.open.len() + lift(best));
        for site in sites {
            let more = 1.0 - self.paid(site, &best_prices);
            if more > 0.0 && node.open.len() + lift(best + more) >= self.ceiling {
                node.sites.drop(site);
            }
        }
        best_prices
    }

    /// A cover on top of a node: always the site that gives most for what its rows pay, then without those one can spare.
    fn greedy(&mut self, node: &Node, prices: &[f64]) {
        let mut rows = node.rows.clone();
        let mut open = node.open.clone();
        while rows.count() > 0 {
            let worth = |site: usize| {
                let seen = self.sites.get(site);
                let pays: f64 = seen.map_or(0.0, |seen| {
                    seen.each()
                        .filter(|row| rows.has(*row))
                        .filter_map(|row| prices.get(row))
                        .map(|p| p + 0.01)
                        .sum()
                });
                pays
            };
            let best = node.sites.each().max_by(|a, b| worth(*a).total_cmp(&worth(*b)));
            let Some(site) = best.filter(|site| worth(*site) > 0.0) else { return };
            open.push(site);
            if let Some(seen) = self.sites.get(site) {
                rows.without(seen);
            }
        }
        let mut n = node.open.len();
        while n < open.len() {
            let others: Vec<usize> =
                open.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, s)| *s).collect();
            let mut left = node.rows.clone();
            for seen in others.iter().filter_map(|site| self.sites.get(*site)) {
                left.without(seen);
            }
            if left.count() == 0 {
                open = others;
            } else {
                n += 1;
            }
        }
        self.offer(&open);
    }
}

/// Of rows: takes out each that sees all that another sees, for whoever serves the other serves it. Of sites: takes out
/// each that serves no more than another.
fn drop_those_beyond(of: &mut Set, among: &Set, sets: &[Set], larger: bool) -> bool {
    let all: Vec<usize> = of.each().collect();
    let mut has_changed = false;
    for a in &all {
        for b in &all {
            if a == b || !of.has(*a) || !of.has(*b) {
                continue;
            }
            let (Some(one), Some(other)) = (sets.get(*a), sets.get(*b)) else { continue };
            let is_beyond = if larger { other.is_within(one, among) } else { one.is_within(other, among) };
            if is_beyond {
                of.drop(*a);
                has_changed = true;
            }
        }
    }
    has_changed
}

/// Sites are counted: a bound above a whole number is worth the next one.
fn lift(value: f64) -> usize {
    (value - 1e-6).ceil().max(0.0) as usize
}
