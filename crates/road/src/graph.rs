//! The network: stretches of road between junctions, and which may follow which. A stretch is what people see, measure
//! and close; it has one arc for each direction, `2 × stretch` as drawn and `2 × stretch + 1` against it.
//!
//! Turn restrictions are built into the graph once: where the way on depends on where one came from, the junction has
//! further states, one for each beginning of a forbidden sequence of arcs. A search over states is then exact without
//! knowing of turns: the last arc of such a sequence costs from there what `weigh` says a forbidden turn costs. What does
//! not belong here: costs (`weigh`), reading files (`osm`).

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use domain::geometry::distance_m;
use domain::road::{Barrier, Kind, OneWay, Road};
use serde::{Deserialize, Serialize};

use crate::order::Order;
use crate::osm::{Extract, Restriction};
use crate::problem::Problem;
use crate::snap::Index;
use crate::towards::Incoming;

/// What a stretch is called, the same at each import of the same map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Way in the map.
    pub way: i64,
    /// Node it begins at.
    pub from: i64,
    /// Node it ends at.
    pub to: i64,
}

/// A stretch of road between two junctions.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its name over time.
    pub key: Key,
    /// Junction it begins at.
    pub tail: u32,
    /// Junction it ends at.
    pub head: u32,
    /// Its points, ends included, in [`Network::points`].
    pub shape: Range<u32>,
    /// Length, mm.
    pub length_mm: u32,
    /// What it is, in [`Network::roads`].
    pub road: u32,
}

/// Where roads meet, end, or something stands in the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Junction {
    /// Node in the map.
    pub id: i64,
    /// Longitude and latitude, WGS 84 degrees.
    pub lon_lat: [f64; 2],
    /// What stands there.
    pub barrier: Option<Barrier>,
}

/// An arc that may be driven from a state, and the state one is in then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Out {
    pub arc: u32,
    pub to: u32,
}

/// The network.
#[derive(Debug, Default, Clone)]
pub struct Network {
    /// Longitudes and latitudes, stretch by stretch.
    pub points: Vec<[f64; 2]>,
    /// Stretches.
    pub segments: Vec<Segment>,
    /// Junctions. A junction's number is also that of its first state.
    pub junctions: Vec<Junction>,
    /// What stretches are; several may share a row.
    pub roads: Vec<Road>,
    /// Turn restrictions that took effect.
    pub restrictions: usize,
    /// What was left out or mended.
    pub problems: Vec<Problem>,
    /// For each state its first in `outs`, and one more.
    pub(crate) first_out: Vec<u32>,
    pub(crate) outs: Vec<Out>,
    /// Those of them that end a forbidden sequence, by place, rising.
    pub(crate) barred: Vec<u32>,
    /// Junction of each state.
    pub(crate) junction_of: Vec<u32>,
    /// Sequences of arcs nobody may drive, by their last arc, rising.
    forbidden: Vec<Vec<u32>>,
    /// Further states of junctions, sorted by junction.
    copies: Vec<(u32, u32)>,
    index: OnceLock<Arc<Index>>,
    incoming: OnceLock<Arc<Incoming>>,
    order: OnceLock<Arc<Order>>,
}

/// Figures of a network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    /// Points of roads for cars.
    pub nodes: usize,
    /// Hops between neighbouring points of roads for cars, each direction one may go counted.
    pub edges: usize,
    /// Length of roads for cars, each direction once, m.
    pub length_m: f64,
    /// Stretches with a known width.
    pub with_width: usize,
    /// Stretches with a known height.
    pub with_height: usize,
    /// Points where something stands in the way.
    pub barriers: usize,
    /// Stretches of any kind, paths included.
    pub segments: usize,
    /// Where they meet.
    pub junctions: usize,
    /// Turn restrictions that took effect.
    pub restrictions: usize,
    /// Parts that do not hang together.
    pub islands: usize,
}

/// A part of a network that hangs together with no other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Island {
    /// The name of a road of it; empty when none has one.
    pub name: String,
    /// Where a road of it begins, WGS 84 degrees.
    pub lon_lat: [f64; 2],
    /// Its stretches.
    pub segments: usize,
    /// Their length, m.
    pub length_m: f64,
}

impl Network {
    /// The network of a file. `with_turns` says whether its turn restrictions are to hold.
    pub fn of(extract: &Extract, with_turns: bool) -> Self {
        let mut network = Self { problems: extract.problems.clone(), ..Self::default() };
        let mut times: HashMap<i64, u32> = HashMap::with_capacity(extract.nodes.len());
        for way in &extract.ways {
            for (n, id) in way.nodes.iter().enumerate() {
                let is_end = n == 0 || n + 1 == way.nodes.len();
                *times.entry(*id).or_default() += if is_end { 2 } else { 1 };
            }
        }
        let is_junction = |id: &i64| {
            times.get(id).is_some_and(|n| *n > 1)
                || extract.nodes.get(id).is_some_and(|node| node.barrier.is_some())
        };
        let mut known: HashMap<i64, u32> = HashMap::new();
        for way in &extract.ways {
            let road = network.roads.len() as u32;
            network.roads.push(way.road.clone());
            let mut piece: Vec<(i64, [f64; 2])> = Vec::new();
            for id in &way.nodes {
                let Some(node) = extract.nodes.get(id) else { continue };
                // A node named twice in a row is no stretch.
                if piece.last().is_some_and(|(last, _)| last == id) {
                    continue;
                }
                piece.push((*id, node.lon_lat));
                if piece.len() > 1 && is_junction(id) {
                    network.add(way.id, &piece, road, &mut known, extract);
                    piece.drain(..piece.len() - 1);
                }
            }
        }
        let forbidden = if with_turns { network.forbidden(&extract.restrictions) } else { Vec::new() };
        network.forbidden = network.with_turning_back(forbidden);
        network.connect();
        network
    }

    /// Forbids further sequences of arcs, besides those of the map.
    pub(crate) fn forbid(&mut self, sequences: Vec<Vec<u32>>) {
        if sequences.is_empty() {
            return;
        }
        self.restrictions += sequences.len();
        let sequences = self.with_turning_back(sequences);
        self.forbidden.extend(sequences);
        (self.first_out, self.outs, self.copies) = (Vec::new(), Vec::new(), Vec::new());
        self.barred = Vec::new();
        (self.incoming, self.order) = (OnceLock::new(), OnceLock::new());
        self.connect();
    }

    /// A network of ready stretches (tail, head, road), each straight, for nets that come from no map.
    /// Sequences of arcs in `forbidden` may not be driven.
    pub fn from_parts(
        junctions: Vec<Junction>,
        lines: &[(u32, u32, u32)],
        roads: Vec<Road>,
        forbidden: &[Vec<u32>],
    ) -> Self {
        let mut network = Self { junctions, roads, ..Self::default() };
        for (n, (tail, head, road)) in lines.iter().enumerate() {
            let ends = [*tail, *head].map(|j| network.junctions.get(j as usize).copied());
            let [Some(a), Some(b)] = ends else { continue };
            let start = network.points.len() as u32;
            network.points.extend([a.lon_lat, b.lon_lat]);
            network.segments.push(Segment {
                key: Key { way: n as i64, from: a.id, to: b.id },
                tail: *tail,
                head: *head,
                shape: start..start + 2,
                length_mm: (distance_m(a.lon_lat, b.lon_lat) * 1000.0).round() as u32,
                road: *road,
            });
        }
        network.forbidden = forbidden.to_vec();
        network.connect();
        network
    }

    fn add(
        &mut self,
        way: i64,
        piece: &[(i64, [f64; 2])],
        road: u32,
        known: &mut HashMap<i64, u32>,
        extract: &Extract,
    ) {
        let (Some(first), Some(last)) = (piece.first(), piece.last()) else { return };
        let mut junction = |(id, lon_lat): (i64, [f64; 2])| {
            *known.entry(id).or_insert_with(|| {
                let barrier = extract.nodes.get(&id).and_then(|node| node.barrier);
                self.junctions.push(Junction { id, lon_lat, barrier });
                self.junctions.len() as u32 - 1
            })
        };
        let (tail, head) = (junction(*first), junction(*last));
        let start = self.points.len() as u32;
        self.points.extend(piece.iter().map(|(_, lon_lat)| *lon_lat));
        let length_m: f64 = piece.windows(2).map(|pair| distance_m(pair[0].1, pair[1].1)).sum();
        self.segments.push(Segment {
            key: Key { way, from: first.0, to: last.0 },
            tail,
            head,
            shape: start..self.points.len() as u32,
            length_mm: (length_m * 1000.0).round().min(f64::from(u32::MAX / 4)) as u32,
            road,
        });
    }

    /// Number of states of the search.
    pub fn states(&self) -> usize {
        self.junction_of.len()
    }

    /// Every state of a junction.
    pub(crate) fn states_of(&self, junction: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.copies.partition_point(|(own, _)| *own < junction);
        let rest = self.copies.iter().skip(from).take_while(move |(own, _)| *own == junction);
        std::iter::once(junction).chain(rest.map(|(_, state)| *state))
    }

    /// Where an arc begins and ends.
    pub(crate) fn ends(&self, arc: u32) -> Option<(u32, u32)> {
        let segment = self.segments.get(arc as usize / 2)?;
        Some(if arc.is_multiple_of(2) { (segment.tail, segment.head) } else { (segment.head, segment.tail) })
    }

    /// The arcs out of a state, each with its place among all.
    pub(crate) fn outs_of(&self, state: u32) -> Range<usize> {
        let at = |n: usize| self.first_out.get(n).map_or(0, |first| *first as usize);
        at(state as usize)..at(state as usize + 1)
    }

    /// Points of a stretch.
    pub fn shape(&self, segment: &Segment) -> &[[f64; 2]] {
        self.points.get(segment.shape.start as usize..segment.shape.end as usize).unwrap_or_default()
    }

    /// What a stretch is.
    pub fn road(&self, segment: &Segment) -> Option<&Road> {
        self.roads.get(segment.road as usize)
    }

    /// The index for finding the nearest road; made at the first question.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Arc::new(Index::of(self)))
    }

    /// What leads to each state; made at the first question.
    pub(crate) fn incoming(&self) -> &Incoming {
        self.incoming.get_or_init(|| Arc::new(Incoming::of(self)))
    }

    /// Makes the order of the network (seconds for a district) for whoever asks for many ways:
    /// [`Prepared::make_shortcuts`](crate::Prepared::make_shortcuts).
    pub fn make_order(&self) {
        self.order.get_or_init(|| Arc::new(Order::of(self)));
    }

    /// Takes over the order of a network of the same stretches and turns, whatever else is known of them there. Whether this
    /// one has an order then.
    pub fn share_order(&self, other: &Self) -> bool {
        let is_same = self.first_out == other.first_out && self.outs == other.outs;
        if let Some(order) = other.order.get().filter(|_| is_same) {
            self.order.get_or_init(|| order.clone());
        }
        self.order.get().is_some()
    }

    /// The order, once it is made.
    pub(crate) fn order(&self) -> Option<&Order> {
        self.order.get().map(Arc::as_ref)
    }

    /// The parts that do not hang together with the longest, the longest first.
    pub fn islands(&self) -> Vec<Island> {
        let mut parent: Vec<u32> = (0..self.junctions.len() as u32).collect();
        for segment in &self.segments {
            let (a, b) = (root(&mut parent, segment.tail), root(&mut parent, segment.head));
            if let Some(own) = parent.get_mut(a as usize) {
                *own = b;
            }
        }
        let mut parts: HashMap<u32, Island> = HashMap::new();
        for segment in &self.segments {
            let start = self.shape(segment).first().copied().unwrap_or_default();
            let part = parts.entry(root(&mut parent, segment.tail)).or_insert_with(|| Island {
                name: String::new(),
                lon_lat: start,
                segments: 0,
                length_m: 0.0,
            });
            part.segments += 1;
            part.length_m += f64::from(segment.length_mm) / 1000.0;
            if let Some(road) =
                self.road(segment).filter(|road| part.name.is_empty() && !road.name.is_empty())
            {
                part.name.clone_from(&road.name);
                part.lon_lat = start;
            }
        }
        let mut parts: Vec<Island> = parts.into_values().collect();
        let place = |one: &Island| (one.lon_lat[0], one.lon_lat[1]);
        parts.sort_by(|a, b| {
            let (p, q) = (place(a), place(b));
            b.length_m.total_cmp(&a.length_m).then(p.0.total_cmp(&q.0)).then(p.1.total_cmp(&q.1))
        });
        parts.into_iter().skip(1).collect()
    }

    /// Figures.
    pub fn stats(&self) -> Stats {
        let mut points = HashSet::new();
        let (mut edges, mut length_mm) = (0, 0_u64);
        let (mut with_width, mut with_height) = (0, 0);
        let mut parent: Vec<u32> = (0..self.junctions.len() as u32).collect();
        for segment in &self.segments {
            let (a, b) = (root(&mut parent, segment.tail), root(&mut parent, segment.head));
            if let Some(own) = parent.get_mut(a as usize) {
                *own = b;
            }
            let Some(road) = self.road(segment) else { continue };
            with_width += usize::from(road.fitness.width_m.is_some());
            with_height += usize::from(road.fitness.height_m.is_some());
            if road.kind.is_for_cars() {
                let hops = segment.shape.len().saturating_sub(1);
                edges += if road.one_way == OneWay::No { 2 * hops } else { hops };
                length_mm += u64::from(segment.length_mm);
                points.extend([segment.key.from, segment.key.to].map(|id| (0, id)));
                points.extend((segment.shape.start + 1..segment.shape.end - 1).map(|n| (1, i64::from(n))));
            }
        }
        let islands = (0..self.junctions.len() as u32).filter(|j| root(&mut parent, *j) == *j).count();
        Stats {
            nodes: points.len(),
            edges,
            length_m: length_mm as f64 / 1000.0,
            with_width,
            with_height,
            barriers: self.junctions.iter().filter(|junction| junction.barrier.is_some()).count(),
            segments: self.segments.len(),
            junctions: self.junctions.len(),
            restrictions: self.restrictions,
            islands,
        }
    }

    /// Arcs out of each junction as drawn, before any turn is forbidden.
    fn leaving(&self) -> Vec<Vec<u32>> {
        let mut leaving = vec![Vec::new(); self.junctions.len()];
        for arc in 0..2 * self.segments.len() as u32 {
            if let Some(own) = self.ends(arc).and_then(|(tail, _)| leaving.get_mut(tail as usize)) {
                own.push(arc);
            }
        }
        leaving
    }

    /// Builds states and arcs between them around the forbidden sequences.
    fn connect(&mut self) {
        let leaving = self.leaving();
        let mut forbidden = std::mem::take(&mut self.forbidden);
        forbidden.sort_by_key(|sequence| sequence.last().copied());
        let full: HashSet<&[u32]> = forbidden.iter().map(Vec::as_slice).collect();
        let mut state_of: HashMap<&[u32], u32> = HashMap::new();
        let mut histories: Vec<&[u32]> = Vec::new();
        self.junction_of = (0..self.junctions.len() as u32).collect();
        for sequence in &forbidden {
            for n in 1..sequence.len() {
                let Some(beginning) = sequence.get(..n) else { continue };
                let Some((_, at)) = beginning.last().and_then(|arc| self.ends(*arc)) else { continue };
                state_of.entry(beginning).or_insert_with(|| {
                    let state = self.junction_of.len() as u32;
                    self.junction_of.push(at);
                    self.copies.push((at, state));
                    histories.push(beginning);
                    state
                });
            }
        }
        let mut driven: Vec<u32> = Vec::new();
        for state in 0..self.junction_of.len() {
            self.first_out.push(self.outs.len() as u32);
            let history = state.checked_sub(self.junctions.len()).and_then(|n| histories.get(n));
            let junction = self.junction_of.get(state).copied().unwrap_or_default();
            for arc in leaving.get(junction as usize).into_iter().flatten() {
                driven.clear();
                driven.extend(history.iter().flat_map(|history| history.iter()));
                driven.push(*arc);
                let endings = || (0..driven.len()).filter_map(|n| driven.get(n..));
                if endings().any(|ending| full.contains(ending)) {
                    self.barred.push(self.outs.len() as u32);
                }
                let plain = self.ends(*arc).map_or(0, |(_, head)| head);
                let to = endings().find_map(|ending| state_of.get(ending).copied()).unwrap_or(plain);
                self.outs.push(Out { arc: *arc, to });
            }
        }
        self.first_out.push(self.outs.len() as u32);
        self.copies.sort_unstable();
        self.forbidden = forbidden;
    }

    /// The same, and none of them got round by turning back on the next stretch: whoever may not turn from A into B and drives
    /// on over C does not turn back at the end of C, unless C is a dead end (steps lead on from it at most, or what nobody may
    /// enter there) or has a turnaround. Over a way between them it
    /// holds at every junction of the turn, and nobody turns back on that way itself: turned back twice on it, he would
    /// stand before B again as if he had come from elsewhere.
    fn with_turning_back(&self, mut forbidden: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        if forbidden.is_empty() {
            return forbidden;
        }
        let leaving = self.leaving();
        let may_turn_back = |arc: u32| {
            let road = self.segments.get(arc as usize / 2).and_then(|segment| self.road(segment));
            let leads_on = |on: &u32| *on != arc ^ 1 && self.may_be_driven(*on);
            let is_end = |head: u32| leaving.get(head as usize).is_none_or(|arcs| !arcs.iter().any(leads_on));
            road.is_some_and(|road| road.fitness.turnaround == Some(true))
                || self.ends(arc).is_none_or(|(_, head)| is_end(head))
        };
        let mut known: HashSet<Vec<u32>> = forbidden.iter().cloned().collect();
        let mut more = Vec::new();
        for (sequence, n) in forbidden.iter().flat_map(|own| (1..own.len()).map(move |n| (own, n))) {
            let (Some(before), Some(next)) = (sequence.get(..n), sequence.get(n)) else { continue };
            let Some(last) = before.last().copied() else { continue };
            let at = self.ends(last).and_then(|(_, head)| leaving.get(head as usize));
            for on in at.into_iter().flatten().copied().filter(|on| on != next) {
                let is_back = on == last ^ 1;
                // Back over the road one comes by, before anything of the turn is driven, is where one was.
                if is_back && n == 1 {
                    continue;
                }
                let driven = [before, &[on]].concat();
                let turned = if is_back { driven.clone() } else { [driven.as_slice(), &[on ^ 1]].concat() };
                if known.contains(&driven) || may_turn_back(if is_back { last } else { on }) {
                    continue;
                }
                if known.insert(turned.clone()) {
                    more.push(turned);
                }
            }
        }
        forbidden.extend(more);
        forbidden
    }

    /// Whether some engine may drive on an arc: a road, a track or a pedestrian street, and not against its one way.
    fn may_be_driven(&self, arc: u32) -> bool {
        let road = self.segments.get(arc as usize / 2).and_then(|segment| self.road(segment));
        let is_for_engines =
            |kind: Kind| kind.is_for_cars() || matches!(kind, Kind::Track | Kind::Pedestrian);
        road.is_some_and(|road| is_for_engines(road.kind) && road.one_way != against(arc))
    }

    /// The forbidden sequence that driving these arcs one after the other ends with.
    pub(crate) fn forbidden_by(&self, arcs: &[u32]) -> Option<&[u32]> {
        let last = *arcs.last()?;
        let from = self.forbidden.partition_point(|own| own.last().is_none_or(|own| *own < last));
        let ending = self.forbidden.iter().skip(from).take_while(|own| own.last() == Some(&last));
        ending.map(Vec::as_slice).find(|own| arcs.ends_with(own))
    }

    /// The restrictions as sequences of arcs nobody may drive.
    fn forbidden(&mut self, restrictions: &[Restriction]) -> Vec<Vec<u32>> {
        let wanted: HashSet<i64> = restrictions.iter().flat_map(|r| r.ways.iter().copied()).collect();
        let mut chains: HashMap<i64, Vec<u32>> = HashMap::new();
        for (n, segment) in self.segments.iter().enumerate().filter(|(_, s)| wanted.contains(&s.key.way)) {
            chains.entry(segment.key.way).or_default().push(n as u32);
        }
        let leaving = self.leaving();
        let mut forbidden = Vec::new();
        for restriction in restrictions {
            let Some(sequence) = self.sequence(restriction, &chains) else {
                self.problems.push(Problem::new(
                    format!("relation/{}", restriction.id),
                    "road.restriction_unclear",
                    "转向限制的起点、途经和终点连不起来，未采用：请在地图上核对",
                ));
                continue;
            };
            self.restrictions += 1;
            if !restriction.only {
                forbidden.push(sequence);
                continue;
            }
            let Some((to, before)) = sequence.split_last() else { continue };
            let via = before.last().and_then(|arc| self.ends(*arc)).map(|(_, head)| head);
            for arc in via.and_then(|via| leaving.get(via as usize)).into_iter().flatten() {
                if arc != to {
                    forbidden.push([before, &[*arc]].concat());
                }
            }
        }
        forbidden
    }

    /// The arcs a restriction speaks of: the last of `from`, all between, the first of `to`. None unless they are clear.
    fn sequence(&self, restriction: &Restriction, chains: &HashMap<i64, Vec<u32>>) -> Option<Vec<u32>> {
        let (from, rest) = restriction.ways.split_first()?;
        let (to, between) = rest.split_last()?;
        let (from, to) = (chains.get(from)?, chains.get(to)?);
        let touches = |chain: &[u32], junction: u32| {
            chain.iter().any(|n| {
                self.segments.get(*n as usize).is_some_and(|s| s.tail == junction || s.head == junction)
            })
        };
        let mut at = match restriction.via {
            Some(id) if between.is_empty() => {
                let ends = from.iter().filter_map(|n| self.segments.get(*n as usize));
                let mut ends = ends.flat_map(|s| [(s.key.from, s.tail), (s.key.to, s.head)]);
                ends.find(|(node, _)| *node == id)?.1
            }
            _ => {
                let (start, end) = self.chain_ends(chains.get(between.first()?)?)?;
                [start, end].into_iter().find(|junction| touches(from, *junction))?
            }
        };
        let mut sequence = vec![self.only_arc(from, |(_, head)| head == at)?];
        for way in between {
            let chain = chains.get(way)?;
            let (start, end) = self.chain_ends(chain)?;
            if start == at {
                sequence.extend(chain.iter().map(|n| 2 * n));
                at = end;
            } else if end == at {
                sequence.extend(chain.iter().rev().map(|n| 2 * n + 1));
                at = start;
            } else {
                return None;
            }
        }
        sequence.push(self.only_arc(to, |(tail, _)| tail == at)?);
        Some(sequence)
    }

    fn chain_ends(&self, chain: &[u32]) -> Option<(u32, u32)> {
        let tail = self.segments.get(*chain.first()? as usize)?.tail;
        let head = self.segments.get(*chain.last()? as usize)?.head;
        Some((tail, head))
    }

    /// The one arc of a way, one may drive, of which something is true.
    fn only_arc(&self, chain: &[u32], is_it: impl Fn((u32, u32)) -> bool) -> Option<u32> {
        let arcs = chain.iter().flat_map(|n| [2 * n, 2 * n + 1]);
        let mut found = arcs.filter(|arc| {
            let road = self.segments.get(*arc as usize / 2).and_then(|segment| self.road(segment));
            road.is_some_and(|road| road.one_way != against(*arc)) && self.ends(*arc).is_some_and(&is_it)
        });
        let only = found.next()?;
        found.next().is_none().then_some(only)
    }
}

/// The one way an arc leads against.
fn against(arc: u32) -> OneWay {
    if arc.is_multiple_of(2) { OneWay::Backward } else { OneWay::Forward }
}

pub(crate) fn root(parent: &mut [u32], mut of: u32) -> u32 {
    while let Some(&up) = parent.get(of as usize) {
        if up == of {
            break;
        }
        let above = parent.get(up as usize).copied().unwrap_or(up);
        if let Some(own) = parent.get_mut(of as usize) {
            *own = above;
        }
        of = above;
    }
    of
}
