//! What each arc costs one vehicle on one day. Roads are judged once a row, so that a closure or another vehicle costs
//! milliseconds for a district. What does not belong here: the judgement itself (`domain::road`).

use std::sync::{Arc, OnceLock};

use domain::road::{Closure, Conditions, Finding, OneWay, Refusal, judge};
use domain::vehicle::Vehicle;

use crate::graph::{Network, root};
use crate::order::Order;
use crate::search::NONE;
use crate::shortcut::Shortcuts;

/// No way.
pub(crate) const NEVER: u32 = u32::MAX;
/// Where one looks for the way with the fewest refusals, costs are counted in steps of so many ms or mm: there is room for
/// both a refusal that outweighs every detour and some two hundred of them on one way.
const COARSE: u32 = 100;
/// What a refused arc costs more than one that is not, in those steps: 2,000 km or 23 days, more than any way within a
/// district, on foot, too.
const REFUSED: u32 = 20_000_000;
/// Speed where a vehicle does not drive: on foot, m in a millisecond times 3,600.
const ON_FOOT_KMH: f64 = 5.0;

/// What is to be least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Time; costs are ms.
    Time,
    /// Distance; costs are mm.
    Distance,
}

/// How what nobody knows is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Unknown passes.
    Optimistic,
    /// Unknown is refused.
    Pessimistic,
}

/// One day on the roads.
#[derive(Debug, Clone)]
pub struct Situation {
    /// Day and season.
    pub conditions: Conditions,
    /// Closed stretches by number.
    pub closures: Vec<(u32, Closure)>,
}

/// A network weighed for one vehicle, one day and one objective.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What was least to be.
    pub objective: Objective,
    /// Time over each arc, ms, whether it may be driven or not.
    pub(crate) ms: Vec<u32>,
    pub(crate) optimistic: Costs,
    pub(crate) pessimistic: Costs,
    /// Everything passes, but what is refused costs dearly.
    pub(crate) hindered: Costs,
    /// Everything passes that is a road for this vehicle at all.
    pub(crate) direct: Costs,
    /// Stretches it passes by what they are like, closed or not, in either direction: optimistic and pessimistic.
    fits: [Vec<bool>; 2],
    parts: OnceLock<Arc<Parts>>,
}

/// What hangs together of the roads for a vehicle, whatever stands in them.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Part of each stretch.
    part: Vec<u32>,
    /// Length of each part, mm.
    length_mm: Vec<u64>,
    /// Of the longest.
    most_mm: u64,
}

impl Parts {
    /// The part a stretch belongs to.
    pub fn of(&self, segment: u32) -> u32 {
        self.part.get(segment as usize).copied().unwrap_or(NONE)
    }

    /// How much road hangs together with a stretch. Units: mm.
    pub fn length_mm(&self, segment: u32) -> u64 {
        self.length_mm.get(self.of(segment) as usize).copied().unwrap_or(0)
    }

    /// Whether nothing longer hangs together with a stretch.
    pub fn is_longest(&self, segment: u32) -> bool {
        self.length_mm(segment) == self.most_mm
    }
}

/// Costs of arcs, and of the same from each state, where one may not get on past a barrier.
#[derive(Debug, Clone, Default)]
pub(crate) struct Costs {
    pub arc: Vec<u32>,
    pub out: Vec<u32>,
    /// Shortcuts of the network's order under these costs, once they are made.
    shortcuts: OnceLock<Arc<Shortcuts>>,
}

/// What speaks against an arc, taken together.
#[derive(Debug, Clone, Copy, Default)]
struct Against {
    refused: bool,
    unknown: bool,
    kind: bool,
}

impl Against {
    fn take(&mut self, finding: &Finding) {
        match finding {
            Finding::Refused(refusal) => {
                self.refused = true;
                self.kind |= matches!(refusal, Refusal::Kind(_));
            }
            Finding::Unknown(_) => self.unknown = true,
        }
    }
}

impl Prepared {
    /// Weighs a network.
    pub fn new(network: &Network, vehicle: &Vehicle, situation: &Situation, objective: Objective) -> Self {
        let judged: Vec<[(Against, f64); 2]> = network
            .roads
            .iter()
            .map(|road| {
                let kmh = vehicle.speed_kmh(road.kind).filter(|kmh| *kmh > 0.0).unwrap_or(ON_FOOT_KMH);
                [true, false].map(|forward| {
                    let mut against = Against::default();
                    judge(road, forward, vehicle, &situation.conditions, &mut |f| against.take(&f));
                    (against, 3.6 / kmh)
                })
            })
            .collect();
        let arcs = network.segments.len() * 2;
        let mut own = Self {
            parts: OnceLock::new(),
            objective,
            ms: Vec::with_capacity(arcs),
            optimistic: Costs::with_capacity(arcs),
            pessimistic: Costs::with_capacity(arcs),
            hindered: Costs::with_capacity(arcs),
            direct: Costs::with_capacity(arcs),
            fits: [true, false].map(|bold| {
                let passes = |against: &Against| !against.refused && (bold || !against.unknown);
                let of = |road: u32| {
                    judged.get(road as usize).is_some_and(|both| both.iter().any(|(own, _)| passes(own)))
                };
                network.segments.iter().map(|segment| of(segment.road)).collect()
            }),
        };
        let mut closed = vec![false; network.segments.len()];
        for (segment, closure) in &situation.closures {
            if let Some(own) = closed.get_mut(*segment as usize) {
                *own |= closure.holds_up(vehicle.class, situation.conditions.day);
            }
        }
        for (segment, is_closed) in network.segments.iter().zip(closed) {
            let both = judged.get(segment.road as usize).copied().unwrap_or_default();
            for (mut against, ms_per_mm) in both {
                against.refused |= is_closed;
                let ms = ((f64::from(segment.length_mm) * ms_per_mm).round() as u32).min(NEVER / 4);
                let cost = if objective == Objective::Time { ms } else { segment.length_mm };
                own.ms.push(ms);
                own.optimistic.arc.push(if against.refused { NEVER } else { cost });
                let doubtful = against.refused || against.unknown;
                own.pessimistic.arc.push(if doubtful { NEVER } else { cost });
                let coarse = cost.div_ceil(COARSE);
                own.hindered.arc.push(if against.refused { coarse.saturating_add(REFUSED) } else { coarse });
                own.direct.arc.push(if against.kind { NEVER } else { cost });
            }
        }
        let at_barrier = |junction: u32| {
            let barrier = network.junctions.get(junction as usize).and_then(|j| j.barrier);
            let mut against = Against::default();
            if let Some(finding) = barrier.and_then(|barrier| barrier.judge(vehicle.class)) {
                against.take(&finding);
            }
            against
        };
        let stops = |is_stopped: bool| if is_stopped { NEVER } else { 0 };
        // Whoever may go against a one-way may turn anywhere, too.
        let turn = |costs: u32| if vehicle.obeys_one_way { costs } else { 0 };
        let stopped = turn(NEVER);
        own.optimistic.fill(network, stopped, |at| stops(at_barrier(at).refused));
        own.pessimistic.fill(network, stopped, |at| stops(at_barrier(at).refused || at_barrier(at).unknown));
        own.hindered.fill(network, turn(REFUSED), |at| if at_barrier(at).refused { REFUSED } else { 0 });
        own.direct.fill(network, 0, |_| 0);
        own
    }

    /// Makes shortcuts for every way asked from now on, where the network has an order ([`Network::make_order`]): answers
    /// stay the same and come in a fraction of the time. Takes as long as some hundred searches; meanwhile and without it
    /// every way is searched for by itself.
    pub fn make_shortcuts(&self, network: &Network) {
        let Some(order) = network.order() else { return };
        let all = [&self.optimistic, &self.pessimistic, &self.direct, &self.hindered];
        for (n, costs) in all.iter().enumerate() {
            // What nobody has doubts about is the same under every reading.
            let like = all.iter().take(n).find(|other| other.out == costs.out);
            let known = like.and_then(|other| other.shortcuts.get().cloned());
            costs
                .shortcuts
                .get_or_init(|| known.unwrap_or_else(|| Arc::new(Shortcuts::of(network, order, costs))));
        }
    }

    /// Whether all of them are made.
    pub fn has_shortcuts(&self) -> bool {
        let all = [&self.optimistic, &self.pessimistic, &self.direct, &self.hindered];
        all.iter().all(|costs| costs.shortcuts.get().is_some())
    }

    /// The same for whoever trusts nothing that nobody measured: what was optimistic is pessimistic.
    pub fn careful(&self) -> Self {
        let [_, fits] = &self.fits;
        Self { optimistic: self.pessimistic.clone(), fits: [fits.clone(), fits.clone()], ..self.clone() }
    }

    /// Whether it passes a stretch by what that is like, in either direction; what is closed for a while may fit.
    pub fn fits(&self, reading: Reading, segment: u32) -> bool {
        let [bold, careful] = &self.fits;
        let own = if reading == Reading::Optimistic { bold } else { careful };
        own.get(segment as usize).copied().unwrap_or(false)
    }

    /// Whether it passes a stretch on the day, in either direction.
    pub fn passes(&self, reading: Reading, segment: u32) -> bool {
        self.cost(reading, 2 * segment).is_some() || self.cost(reading, 2 * segment + 1).is_some()
    }

    /// Whether a stretch is a road for this vehicle at all, in either direction and whatever stands in it.
    pub fn is_open(&self, segment: u32) -> bool {
        let of = |arc: u32| self.direct.arc.get(arc as usize).copied().unwrap_or(NEVER);
        of(2 * segment) != NEVER || of(2 * segment + 1) != NEVER
    }

    /// Whether one gets from one stretch to another over roads for this vehicle, whatever stands in them.
    pub fn hang_together(&self, network: &Network, one: u32, other: u32) -> bool {
        let parts = self.parts(network);
        parts.of(one) == parts.of(other)
    }

    /// What hangs together of its roads; reckoned when it is first asked.
    pub(crate) fn parts(&self, network: &Network) -> &Parts {
        self.parts.get_or_init(|| {
            let open: Vec<u32> = (0..network.segments.len() as u32).filter(|n| self.is_open(*n)).collect();
            let mut parent: Vec<u32> = (0..network.junctions.len() as u32).collect();
            let of = |n: u32| network.segments.get(n as usize);
            for segment in open.iter().filter_map(|n| of(*n)) {
                let (a, b) = (root(&mut parent, segment.tail), root(&mut parent, segment.head));
                if let Some(own) = parent.get_mut(a as usize) {
                    *own = b;
                }
            }
            let mut part = vec![NONE; network.segments.len()];
            let mut length_mm = vec![0_u64; network.junctions.len()];
            for n in open {
                let Some(segment) = of(n) else { continue };
                let top = root(&mut parent, segment.tail);
                if let Some(own) = part.get_mut(n as usize) {
                    *own = top;
                }
                if let Some(sum) = length_mm.get_mut(top as usize) {
                    *sum += u64::from(segment.length_mm);
                }
            }
            let most_mm = length_mm.iter().copied().max().unwrap_or(0);
            Arc::new(Parts { part, length_mm, most_mm })
        })
    }

    /// What an arc costs (2n along segment n, 2n + 1 against it); none where it may not be driven.
    pub fn cost(&self, reading: Reading, arc: u32) -> Option<u32> {
        self.costs(reading).arc.get(arc as usize).copied().filter(|cost| *cost != NEVER)
    }

    pub(crate) fn costs(&self, reading: Reading) -> &Costs {
        match reading {
            Reading::Optimistic => &self.optimistic,
            Reading::Pessimistic => &self.pessimistic,
        }
    }
}

impl Costs {
    /// The order of the network with shortcuts under these costs, once both are made.
    pub(crate) fn ordered<'a>(&'a self, network: &'a Network) -> Option<(&'a Order, &'a Shortcuts)> {
        Some((network.order()?, self.shortcuts.get()?.as_ref()))
    }

    fn with_capacity(arcs: usize) -> Self {
        Self { arc: Vec::with_capacity(arcs), ..Self::default() }
    }

    /// Costs from each state, with what it costs to get on at a junction, and what a forbidden turn costs.
    fn fill(&mut self, network: &Network, turn: u32, toll: impl Fn(u32) -> u32) {
        self.out = Vec::with_capacity(network.outs.len());
        for (state, junction) in network.junction_of.iter().enumerate() {
            let toll = toll(*junction);
            for out in network.outs.get(network.outs_of(state as u32)).unwrap_or_default() {
                let arc = self.arc.get(out.arc as usize).copied().unwrap_or(NEVER);
                self.out.push(arc.saturating_add(toll));
            }
        }
        for number in &network.barred {
            if let Some(own) = self.out.get_mut(*number as usize) {
                *own = own.saturating_add(turn);
            }
        }
    }
}

/// The rule of a bare shortest way over roads for cars, by which programs compare their graphs: no limit, no turn and no
/// access counts except as said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plain {
    /// One-way roads may be driven both ways.
    pub both_ways: bool,
    /// Roads lower than 3.6 m are left out.
    pub without_low: bool,
    /// Nothing passes a gate, posts or the like.
    pub without_barriers: bool,
}

/// Below this a road is low for [`Plain`], m.
const LOW_M: f64 = 3.6;
/// Speed by which [`Plain`] tells a time, km/h.
const PLAIN_KMH: f64 = 30.0;

impl Plain {
    /// Weighs a network by length.
    pub fn weigh(self, network: &Network) -> Prepared {
        let mut costs = Costs::default();
        let mut ms = Vec::new();
        for segment in &network.segments {
            let road = network.road(segment);
            let passes = |against: OneWay| {
                road.is_some_and(|road| {
                    road.kind.is_for_cars()
                        && (self.both_ways || road.one_way != against)
                        && !(self.without_low && road.fitness.height_m.is_some_and(|height| height < LOW_M))
                })
            };
            for against in [OneWay::Backward, OneWay::Forward] {
                costs.arc.push(if passes(against) { segment.length_mm } else { NEVER });
                ms.push((f64::from(segment.length_mm) * 3.6 / PLAIN_KMH) as u32);
            }
        }
        costs.fill(network, NEVER, |at| {
            let barrier = network.junctions.get(at as usize).and_then(|junction| junction.barrier);
            if self.without_barriers && barrier.is_some() { NEVER } else { 0 }
        });
        Prepared {
            parts: OnceLock::new(),
            objective: Objective::Distance,
            ms,
            pessimistic: costs.clone(),
            hindered: costs.clone(),
            direct: costs.clone(),
            optimistic: costs,
            fits: Default::default(),
        }
    }
}
