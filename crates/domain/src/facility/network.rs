//! Pipes, pools and sources as a graph: which are reached from a source, and what one break cuts off. What does not
//! belong here: hydraulics.
//!
//! Source: clause C7.4: network, pools and tanks interconnected.

use std::collections::{BTreeMap, BTreeSet};

use super::Facility;
use crate::fulfilment::Span;
use crate::ids::FacilityId;
use crate::time::Date;

/// Kinds of thing water comes from without anybody filling it: an intake, a hydrant on the supply.
const SOURCES: [&str; 2] = ["natural_intake", "hydrant"];
/// Kinds of thing water runs through or stands in.
const NODES: [&str; 5] = ["pipe_forest", "forest_pool", "fire_pool", "pump_house", "hydrant_forest"];
/// Kinds of thing that must be reached. Source: C7.4.
const WANTED: [&str; 2] = ["pipe_forest", "forest_pool"];
/// What holds water that was brought.
const POOLS: [&str; 2] = ["forest_pool", "fire_pool"];
/// What moves water and has none: it must be reached to give any.
const PUMPS: [&str; 1] = ["pump_house"];
/// What water is taken from a line at, and holds none.
const TAPS: [&str; 2] = ["pipe_forest", "hydrant_forest"];

/// One facility of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The facility.
    pub id: FacilityId,
    /// What duties know it by.
    pub class: String,
    /// What it is joined to; the other need not say so.
    pub joins: BTreeSet<FacilityId>,
    /// The days it stood and was sound.
    pub sound: Vec<Span>,
}

impl Node {
    /// A facility that was sound on these days, joined to what it says and to what feeds it.
    pub fn of(facility: &Facility, sound: Vec<Span>) -> Self {
        let feeder = facility.water.as_ref().and_then(|water| water.fed_by.clone());
        Self {
            id: facility.id.clone(),
            class: facility.class.clone(),
            joins: facility.joins.iter().cloned().chain(feeder).collect(),
            sound,
        }
    }

    fn is_sound(&self, on: Date) -> bool {
        self.sound.iter().any(|span| span.contains(on))
    }
}

/// Whether a class is part of the network at all.
pub fn is_part(class: &str) -> bool {
    SOURCES.contains(&class) || NODES.contains(&class)
}

/// Whether one of this class must be reached from a source.
pub fn is_wanted(class: &str) -> bool {
    WANTED.contains(&class)
}

/// Whether water comes out of one of this class without anybody filling it.
pub fn is_source(class: &str) -> bool {
    SOURCES.contains(&class)
}

/// Whether one of this class only hands on what a line holds.
pub fn is_tap(class: &str) -> bool {
    TAPS.contains(&class)
}

/// Whether one of this class moves water it does not have.
pub fn is_pump(class: &str) -> bool {
    PUMPS.contains(&class)
}

/// What holds water along each line of a network.
#[derive(Debug, Clone, Default)]
pub struct Lines<'a> {
    line: BTreeMap<&'a FacilityId, usize>,
    holders: Vec<Vec<&'a FacilityId>>,
}

impl<'a> Lines<'a> {
    /// The sources and pools on the line of a facility.
    pub fn of(&self, id: &FacilityId) -> &[&'a FacilityId] {
        self.line.get(id).and_then(|line| self.holders.get(*line)).map_or(&[], Vec::as_slice)
    }
}

/// The network of a town.
#[derive(Debug, Clone, Default)]
pub struct Network {
    nodes: Vec<Node>,
    /// Position → positions it is joined to.
    joined: Vec<BTreeSet<usize>>,
}

impl Network {
    /// The network of these facilities; joints to what is none of them are left out.
    pub fn of(nodes: Vec<Node>) -> Self {
        let nodes: Vec<Node> = nodes.into_iter().filter(|node| is_part(&node.class)).collect();
        let at: BTreeMap<&FacilityId, usize> =
            nodes.iter().enumerate().map(|(n, node)| (&node.id, n)).collect();
        let mut joined = vec![BTreeSet::new(); nodes.len()];
        for (n, node) in nodes.iter().enumerate() {
            for other in node.joins.iter().filter_map(|id| at.get(id).copied()).filter(|m| *m != n) {
                if let Some(own) = joined.get_mut(n) {
                    own.insert(other);
                }
                if let Some(own) = joined.get_mut(other) {
                    own.insert(n);
                }
            }
        }
        Self { nodes, joined }
    }

    /// Its facilities.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Positions that water reaches on a day, while `broken` does not work.
    fn reached(&self, on: Date, broken: Option<usize>) -> Vec<bool> {
        let works = |n: usize| broken != Some(n) && self.nodes.get(n).is_some_and(|node| node.is_sound(on));
        let mut wet = vec![false; self.nodes.len()];
        let begins = |n: &usize| self.nodes.get(*n).is_some_and(|node| is_source(&node.class));
        let mut next: Vec<usize> = (0..self.nodes.len()).filter(begins).filter(|n| works(*n)).collect();
        while let Some(n) = next.pop() {
            let Some(own) = wet.get_mut(n).filter(|own| !**own) else { continue };
            *own = true;
            next.extend(self.joined.get(n).into_iter().flatten().copied().filter(|m| works(*m)));
        }
        wet
    }

    /// The pipes, pools, tanks and pump houses that stand on a day and no water reaches.
    pub fn cut_off(&self, on: Date) -> Vec<&FacilityId> {
        let wet = self.reached(on, None);
        let lacks = |(node, wet): &(&Node, bool)| {
            // What is at fault still stands and still is to be reached.
            let stands = node.sound.iter().any(|span| span.from <= on);
            !wet && stands && (is_wanted(&node.class) || is_pump(&node.class))
        };
        self.nodes.iter().zip(wet).filter(lacks).map(|(node, _)| &node.id).collect()
    }

    /// Whether water reaches a facility on a day.
    pub fn reaches(&self, id: &FacilityId, on: Date) -> bool {
        self.nodes.iter().zip(self.reached(on, None)).any(|(node, wet)| wet && node.id == *id)
    }

    /// What holds water, a source or a pool, along each line of what is sound on a day; of all on record where no day is said.
    pub fn lines(&self, on: Option<Date>) -> Lines<'_> {
        let works = |n: &usize| self.nodes.get(*n).is_some_and(|node| on.is_none_or(|on| node.is_sound(on)));
        let mut lines = Lines::default();
        for start in (0..self.nodes.len()).filter(works) {
            let (mut next, mut holders) = (vec![start], Vec::new());
            while let Some(n) = next.pop() {
                let Some(node) = self.nodes.get(n).filter(|node| !lines.line.contains_key(&node.id)) else {
                    continue;
                };
                lines.line.insert(&node.id, lines.holders.len());
                if is_source(&node.class) || POOLS.contains(&node.class.as_str()) {
                    holders.push(&node.id);
                }
                next.extend(self.joined.get(n).into_iter().flatten().copied().filter(works));
            }
            lines.holders.push(holders);
        }
        lines
    }

    /// What loses its water on a day when this facility breaks, besides itself.
    pub fn one_break(&self, id: &FacilityId, on: Date) -> Vec<&FacilityId> {
        let Some(broken) = self.nodes.iter().position(|node| node.id == *id) else { return Vec::new() };
        let (before, after) = (self.reached(on, None), self.reached(on, Some(broken)));
        let lost = |n: &usize| *n != broken && before.get(*n) == Some(&true) && after.get(*n) == Some(&false);
        (0..self.nodes.len()).filter(lost).filter_map(|n| Some(&self.nodes.get(n)?.id)).collect()
    }

    /// The days each pipe, pool and tank was reached, from the first day anything stood on.
    pub fn reached_days(&self) -> Vec<(&FacilityId, Vec<Span>)> {
        let mut turns: BTreeSet<Date> = BTreeSet::new();
        for span in self.nodes.iter().flat_map(|node| &node.sound) {
            turns.insert(span.from);
            turns.extend(span.to.and_then(|to| to.succ_opt()));
        }
        let mut open: Vec<Option<Date>> = vec![None; self.nodes.len()];
        let mut days: Vec<Vec<Span>> = vec![Vec::new(); self.nodes.len()];
        for turn in turns {
            let wet = self.reached(turn, None);
            for ((is_wet, since), found) in wet.iter().zip(&mut open).zip(&mut days) {
                match (*is_wet, *since) {
                    (true, None) => *since = Some(turn),
                    (false, Some(from)) => {
                        found.push(Span { from, to: turn.pred_opt() });
                        *since = None;
                    }
                    (true, Some(_)) | (false, None) => {}
                }
            }
        }
        let ends = open.into_iter().zip(days).zip(&self.nodes);
        ends.filter(|(_, node)| is_wanted(&node.class))
            .map(|((since, mut found), node)| {
                found.extend(since.map(Span::since));
                (&node.id, found)
            })
            .collect()
    }
}
