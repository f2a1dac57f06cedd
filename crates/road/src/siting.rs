//! Where stations belong: p-median, p-center, set covering and maximal covering, each to proven optimality or with the
//! gap that was left when time ran out. The medians and the maximal covering ask one solver (`solver`: open p sites so that
//! what the demands cost is least), set covering and the center another (`cover`: fewest sites so that each demand has
//! one). What does not belong here: reading instances (`instance`), distances over roads (`reach`).

mod cover;
pub mod instance;
mod solver;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::siting::instance::Instance;
use crate::siting::solver::{Asked, Row};

/// What is to be best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// p sites, least sum of weighted distances.
    PMedian,
    /// p sites, least greatest distance; weights do not count.
    PCenter,
    /// Fewest sites so that every demand has one within the radius.
    Lscp,
    /// p sites, most weight within the radius.
    Mclp,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Model.
    pub model: Model,
    /// Number of sites; set covering finds it itself.
    pub sites: usize,
    /// Radius in the instance's unit; the median and the center need none.
    pub radius: u32,
}

/// What came of it. Distances in the instance's unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Sum, greatest distance, number of sites, or weight covered.
    pub objective: u64,
    /// What the objective cannot be better than.
    pub bound: u64,
    /// Sites to open, by number in the instance.
    pub sites: Vec<usize>,
    /// Proven best.
    pub optimal: bool,
    /// How far from proven, as a share of the objective.
    pub gap: f64,
    /// Demands without a site within the radius, by number; the median and the center have none.
    pub uncovered: Vec<usize>,
}

/// A question that has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No demand or no site.
    #[error("没有需求点或没有候选点：请检查数据文件")]
    Empty,
    /// More sites asked for than there are, or none, or fewer than are fixed.
    #[error("要选 {asked} 个点，但候选点有 {known} 个、其中必选 {fixed} 个：请改选点数")]
    Sites {
        /// Asked for.
        asked: usize,
        /// There are.
        known: usize,
        /// Of them fixed.
        fixed: usize,
    },
    /// A demand that no site reaches at all.
    #[error("第 {} 个需求点没有任何候选点可达：请增加候选点或去掉该需求点", demand + 1)]
    Unreachable {
        /// The demand, by number.
        demand: usize,
    },
}

impl Refusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "site.empty",
            Self::Sites { .. } => "site.number",
            Self::Unreachable { .. } => "site.unreachable",
        }
    }
}

/// Answers a question, as well as it can until `out_of_time` says stop.
pub fn solve(
    instance: &Instance,
    question: Question,
    out_of_time: &dyn Fn() -> bool,
) -> Result<Answer, Refusal> {
    if instance.demands() == 0 || instance.sites == 0 {
        return Err(Refusal::Empty);
    }
    let p = question.sites;
    let is_counted = question.model != Model::Lscp;
    if is_counted && (p == 0 || p > instance.sites || p < instance.fixed.len()) {
        return Err(Refusal::Sites { asked: p, known: instance.sites, fixed: instance.fixed.len() });
    }
    let solver = Solver { instance, out_of_time };
    match question.model {
        Model::PMedian => solver.median(p),
        Model::PCenter => solver.center(p),
        Model::Lscp => Ok(solver.fewest(question.radius)),
        Model::Mclp => Ok(solver.most(p, question.radius)),
    }
}

struct Solver<'a> {
    instance: &'a Instance,
    out_of_time: &'a dyn Fn() -> bool,
}

impl Solver<'_> {
    fn ask(&self, rows: &[Row], p: usize) -> solver::Found {
        let asked = Asked { rows, sites: self.instance.sites, fixed: &self.instance.fixed, p };
        solver::solve(&asked, self.out_of_time)
    }

    fn median(&self, p: usize) -> Result<Answer, Refusal> {
        let mut rows = Vec::with_capacity(self.instance.demands());
        for demand in 0..self.instance.demands() {
            let weight = self.instance.weight(demand);
            let reached = self.instance.distances(demand).enumerate();
            let options: Vec<(u64, u32)> = reached
                .filter_map(|(site, distance)| Some((u64::from(distance?) * weight, site as u32)))
                .collect();
            if options.is_empty() {
                return Err(Refusal::Unreachable { demand });
            }
            rows.push(options);
        }
        // A demand whose sites are all closed costs more than any answer, not nothing.
        let most: u64 = rows.iter().filter_map(|options| options.iter().map(|(cost, _)| *cost).max()).sum();
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|options| {
                let is_full = options.len() == self.instance.sites;
                let otherwise = if is_full { options.iter().map(|(cost, _)| *cost).max() } else { None };
                Row::new(options, otherwise.unwrap_or(most + 1))
            })
            .collect();
        let found = self.ask(&rows, p);
        Ok(self.answer(found.cost, found.bound, found.sites, Vec::new()))
    }

    fn most(&self, p: usize, radius: u32) -> Answer {
        // Demands who see the same sites are one.
        let mut groups: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
        for demand in 0..self.instance.demands() {
            *groups.entry(self.near(demand, radius)).or_default() += self.instance.weight(demand);
        }
        // A site that serves no more than another is left out.
        let lists: Vec<&Vec<usize>> = groups.keys().collect();
        let spare = cover::spare_sites(&lists, self.instance.sites, &self.instance.fixed);
        // Without those, more demands see the same.
        let mut merged: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
        for (near, weight) in groups {
            let near = near.into_iter().filter(|site| !spare.contains(site)).collect();
            *merged.entry(near).or_default() += weight;
        }
        let free = |near: Vec<usize>| near.into_iter().map(|site| (0, site as u32)).collect();
        let rows: Vec<Row> = merged.into_iter().map(|(near, weight)| Row::new(free(near), weight)).collect();
        let whole = self.instance.whole_weight();
        let found = self.ask(&rows, p);
        let uncovered = self.uncovered(&found.sites, radius);
        let (objective, bound) = (whole - found.cost.min(whole), whole - found.bound.min(whole));
        Answer {
            objective,
            bound,
            optimal: objective == bound,
            gap: (bound - objective) as f64 / (objective.max(1)) as f64,
            sites: found.sites,
            uncovered,
        }
    }

    /// Fewest sites that leave nothing over that can be covered.
    fn fewest(&self, radius: u32) -> Answer {
        let (rows, _) = self.sees(radius);
        let found = self.cover(&rows, usize::MAX);
        let sites = found.sites.unwrap_or_default();
        let uncovered = self.uncovered(&sites, radius);
        self.answer(sites.len() as u64, found.bound as u64, sites, uncovered)
    }

    fn cover(&self, rows: &[Vec<usize>], ceiling: usize) -> cover::Cover {
        cover::fewest(rows, self.instance.sites, &self.instance.fixed, ceiling, self.out_of_time)
    }

    /// Least greatest distance: the least radius with which p sites leave nothing over.
    fn center(&self, p: usize) -> Result<Answer, Refusal> {
        let mut radii: Vec<u32> =
            (0..self.instance.demands()).flat_map(|d| self.instance.distances(d).flatten()).collect();
        radii.sort_unstable();
        radii.dedup();
        let mut best: Option<(usize, Vec<usize>)> = None;
        let (mut low, mut high) = (0, radii.len());
        while low < high && !(self.out_of_time)() {
            let middle = low + (high - low) / 2;
            let (rows, is_lost) = self.sees(radii.get(middle).copied().unwrap_or_default());
            // A demand nobody reaches at this radius settles it without a search.
            let found = (!is_lost).then(|| self.cover(&rows, p + 1));
            match found {
                Some(cover::Cover { sites: Some(sites), .. }) => {
                    high = middle;
                    best = Some((middle, sites));
                }
                Some(cover::Cover { bound, .. }) if bound <= p => break,
                _ => low = middle + 1,
            }
        }
        match best {
            Some((n, sites)) => {
                let at = |n: usize| u64::from(radii.get(n).copied().unwrap_or_default());
                Ok(self.answer(at(n), at(low), sites, Vec::new()))
            }
            None => {
                let is_lost = |d: &usize| self.instance.distances(*d).all(|distance| distance.is_none());
                let demand = (0..self.instance.demands()).find(is_lost).unwrap_or_default();
                Err(Refusal::Unreachable { demand })
            }
        }
    }

    /// For each demand that can be covered the sites within the radius, those who see the same once; and whether there
    /// is one that none covers.
    fn sees(&self, radius: u32) -> (Vec<Vec<usize>>, bool) {
        let rows: BTreeSet<Vec<usize>> =
            (0..self.instance.demands()).map(|demand| self.near(demand, radius)).collect();
        let is_lost = rows.contains(&Vec::new());
        (rows.into_iter().filter(|row| !row.is_empty()).collect(), is_lost)
    }

    fn near(&self, demand: usize, radius: u32) -> Vec<usize> {
        let all = self.instance.distances(demand).enumerate();
        all.filter_map(|(site, distance)| (distance? <= radius).then_some(site)).collect()
    }

    fn uncovered(&self, open: &[usize], radius: u32) -> Vec<usize> {
        let is_covered = |demand: &usize| {
            open.iter().any(|site| self.instance.distance(*demand, *site).is_some_and(|d| d <= radius))
        };
        (0..self.instance.demands()).filter(|demand| !is_covered(demand)).collect()
    }

    fn answer(&self, objective: u64, bound: u64, sites: Vec<usize>, uncovered: Vec<usize>) -> Answer {
        let bound = bound.min(objective);
        let gap = (objective - bound) as f64 / objective.max(1) as f64;
        Answer { objective, bound, optimal: objective == bound, gap, sites, uncovered }
    }
}
