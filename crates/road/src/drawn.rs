//! A network of lines people drew and measured, with or without a map under them. Ends that come near another line join
//! it; a line that runs along a road of the map is a survey of that road and overrides it, there and no further: the road
//! is cut where the survey ends; the other lines are roads of their own. What does not belong here: keeping the lines (`store`), judging them (`domain::road`).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use domain::geometry::{Bounds, distance_m};
use domain::road::along::{ALONG, NEAR_M};
use domain::road::segment::nearest;
use domain::road::{Barrier, Closure, Fitness, OneWay, Road};

use crate::graph::{Key, Network};
use crate::osm::{Extract, Node, Way};
use crate::problem::Problem;
use crate::survey::{beside, under};

/// An end joins what lies so near, m: as exactly as one points on a screen, and less than between two lanes of a village.
const JOIN_M: f64 = 8.0;
/// A survey that ends so near a junction of the map ends there, m; a short one no more than a quarter of its length off.
const END_M: f64 = NEAR_M;
/// What stands at a corner stands so far from it, m.
const BAR_M: f64 = 1.0;
/// A corner so near is the cut itself, m.
const CORNER_M: f64 = 1.0;

/// A line somebody drew.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is and what was measured.
    pub road: Road,
    /// Its positions, degrees.
    pub line: Vec<[f64; 2]>,
    /// When it is closed.
    pub closures: Vec<Closure>,
    /// What stands in it, and where.
    pub barriers: Vec<(Barrier, [f64; 2])>,
    /// Where one may not turn to from it.
    pub turns: Vec<Turning>,
}

/// A turn from a line into another wherever the two meet: forbidden, or all that is allowed there.
#[derive(Debug, Clone, PartialEq)]
pub struct Turning {
    /// Numbers of the lines that are meant, all parts of one road.
    pub into: Vec<usize>,
    /// Whether it is all that is allowed there.
    pub only: bool,
}

/// A network in which every drawn line is found again.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The network, the same one as long as lines are only closed and opened.
    pub network: Arc<Network>,
    /// Closed stretches by number.
    pub closures: Vec<(u32, Closure)>,
    laid: Arc<Laid>,
}

/// Where the lines came to lie.
#[derive(Debug, Default)]
struct Laid {
    /// The lines, without their closures.
    lines: Vec<Line>,
    line_of: HashMap<Key, usize>,
    /// Rows of the network's roads that lines say something of.
    rows: Vec<Row>,
}

/// A row of the network's roads, and the line it is of.
#[derive(Debug, Clone)]
struct Row {
    line: usize,
    row: u32,
    /// What the map says where the line says nothing.
    map: Fitness,
    /// The row of another line that lies under this one: it says so in place of the map.
    under: Option<u32>,
}

impl Drawn {
    /// The network of these lines, over a map's roads where there is one.
    pub fn of(map: Option<&Extract>, lines: &[Line]) -> Self {
        // The ways of the map each line is a survey of; none for a road of its own.
        let on_map: Vec<BTreeSet<i64>> = match map {
            None => vec![BTreeSet::new(); lines.len()],
            Some(map) => {
                let network = Network::of(map, false);
                lines.iter().map(|line| ways_along(&network, &line.line)).collect()
            }
        };
        let surveys = || lines.iter().enumerate().zip(&on_map).filter(|(_, ways)| !ways.is_empty());
        let mut drawing = Drawing::over(map);
        drawing.cut_at_ends(surveys().map(|((_, line), ways)| (line.line.as_slice(), ways)));
        for ((n, line), _) in lines.iter().enumerate().zip(&on_map).filter(|(_, ways)| ways.is_empty()) {
            drawing.add(n, line);
        }
        drawing.bars = lines
            .iter()
            .enumerate()
            .zip(&on_map)
            .flat_map(|((n, line), ways)| {
                let on: BTreeSet<i64> =
                    if ways.is_empty() { BTreeSet::from([way_of_line(n)]) } else { ways.clone() };
                line.barriers.iter().map(move |(what, at)| (on.clone(), *what, *at))
            })
            .collect();
        let extract = drawing.joined();
        let mut network = Network::of(&extract, true);
        let mut laid = Laid { lines: lines.iter().map(Line::open).collect(), ..Laid::default() };
        for segment in &network.segments {
            if let Some(line) = line_of_way(segment.key.way) {
                laid.line_of.insert(segment.key, line);
                laid.rows.push(Row { line, row: segment.road, map: Fitness::default(), under: None });
            }
        }
        for ((n, line), _) in surveys() {
            laid.lay(&mut network, n, line);
        }
        laid.turn(&mut network, lines);
        Self { network: Arc::new(network), closures: Vec::new(), laid: Arc::new(laid) }.closed(lines)
    }

    /// The same lines over the same map with other closures and other measurements: the network stays, or one like it in
    /// which everything lies where it lay and other values are known. None where any line runs or is joined otherwise.
    pub fn again(&self, lines: &[Line]) -> Option<Self> {
        let is_same = lines.len() == self.laid.lines.len()
            && lines.iter().zip(&self.laid.lines).all(|(own, known)| own.lies_like(known));
        if !is_same {
            return None;
        }
        let is_measured = |(own, known): (&Line, &Line)| own.road.fitness != known.road.fitness;
        if !lines.iter().zip(&self.laid.lines).any(is_measured) {
            let (network, laid) = (self.network.clone(), self.laid.clone());
            return Some(Self { network, closures: Vec::new(), laid }.closed(lines));
        }
        // Index, states and order stay: they know nothing of what was measured.
        let mut network = Network::clone(&self.network);
        for own in &self.laid.rows {
            let under = own.under.and_then(|row| network.roads.get(row as usize));
            let under = under.map_or_else(|| own.map.clone(), |road| road.fitness.clone());
            if let Some((road, line)) = network.roads.get_mut(own.row as usize).zip(lines.get(own.line)) {
                road.fitness = line.road.fitness.over(&under);
            }
        }
        let laid = Laid {
            lines: lines.iter().map(Line::open).collect(),
            line_of: self.laid.line_of.clone(),
            rows: self.laid.rows.clone(),
        };
        Some(Self { network: Arc::new(network), closures: Vec::new(), laid: Arc::new(laid) }.closed(lines))
    }

    /// The same with the closures of these lines.
    fn closed(mut self, lines: &[Line]) -> Self {
        if lines.iter().any(|line| !line.closures.is_empty()) {
            for (number, segment) in self.network.segments.iter().enumerate() {
                let line = self.laid.line_of.get(&segment.key).and_then(|line| lines.get(*line));
                let closures = line.into_iter().flat_map(|line| line.closures.iter().cloned());
                self.closures.extend(closures.map(|closure| (number as u32, closure)));
            }
        }
        self
    }

    /// The number of the line a stretch is of; none for a road of the map nobody measured.
    pub fn line_of(&self, key: &Key) -> Option<usize> {
        self.laid.line_of.get(key).copied()
    }
}

impl Line {
    /// The same without closures.
    fn open(&self) -> Self {
        let Self { road, line, barriers, turns, .. } = self.clone();
        Self { road, line, closures: Vec::new(), barriers, turns }
    }

    /// Whether two make the same of a network but for closures and what limits a vehicle. Where one may turn round says
    /// which turns are got round.
    fn lies_like(&self, other: &Self) -> bool {
        let (a, b) = (&self.road, &other.road);
        let is_same_road = a.kind == b.kind
            && a.name == b.name
            && a.one_way == b.one_way
            && (a.bridge, a.covered, a.private) == (b.bridge, b.covered, b.private)
            && a.fitness.turnaround == b.fitness.turnaround;
        is_same_road
            && self.line == other.line
            && self.barriers == other.barriers
            && self.turns == other.turns
    }
}

impl Laid {
    /// Forbids the turns of the lines, besides those of the map; one between lines that meet nowhere is told.
    fn turn(&self, network: &mut Network, lines: &[Line]) {
        if lines.iter().all(|line| line.turns.is_empty()) {
            return;
        }
        let mut arcs: Vec<Vec<u32>> = vec![Vec::new(); lines.len()];
        let mut leaving: HashMap<u32, Vec<u32>> = HashMap::new();
        for (n, segment) in network.segments.iter().enumerate() {
            let both = [2 * n as u32, 2 * n as u32 + 1];
            leaving.entry(segment.tail).or_default().push(both[0]);
            leaving.entry(segment.head).or_default().push(both[1]);
            if let Some(own) = self.line_of.get(&segment.key).and_then(|line| arcs.get_mut(*line)) {
                own.extend(both);
            }
        }
        let (mut forbidden, mut problems) = (Vec::new(), Vec::new());
        for (line, own) in lines.iter().zip(&arcs).filter(|(line, _)| !line.turns.is_empty()) {
            let mut met = vec![false; line.turns.len()];
            for arc in own {
                let Some(ways_on) = network.ends(*arc).and_then(|(_, at)| leaving.get(&at)) else {
                    continue;
                };
                let is_of = |turning: &Turning, arc: u32| {
                    turning.into.iter().any(|n| arcs.get(*n).is_some_and(|own| own.contains(&arc)))
                };
                let meets = |turning: &Turning| ways_on.iter().any(|on| is_of(turning, *on));
                let here: Vec<(usize, &Turning)> =
                    line.turns.iter().enumerate().filter(|(_, turning)| meets(turning)).collect();
                for (n, _) in &here {
                    met.get_mut(*n).into_iter().for_each(|met| *met = true);
                }
                let may_only = here.iter().any(|(_, turning)| turning.only);
                for on in ways_on {
                    let named = |only: bool| here.iter().any(|(_, t)| t.only == only && is_of(t, *on));
                    if named(false) || (may_only && !named(true)) {
                        forbidden.push(vec![*arc, *on]);
                    }
                }
            }
            let unmet = line.turns.iter().zip(&met).filter(|(_, met)| !**met).count();
            if unmet > 0 {
                problems.push(Problem::new(
                    line.road.name.clone(),
                    "road.turn_unmet",
                    format!(
                        "有 {unmet} 条转向限制所指的路段与本路段没有接头，未采用：请核对路线或改转向限制"
                    ),
                ));
            }
        }
        network.problems.extend(problems);
        network.forbid(forbidden);
    }

    /// What was measured along roads of the map counts there, and its name and kind with it. A road the survey says is one
    /// way is so as the line is drawn; where it says nothing of the kind, the map's sign stands.
    fn lay(&mut self, network: &mut Network, n: usize, line: &Line) {
        for stretch in under(network, &line.line) {
            let Some(segment) = network.segments.get(stretch as usize) else { continue };
            let Some(road) = network.road(segment) else { continue };
            if line_of_way(segment.key.way).is_some() {
                continue;
            }
            let one_way = match line.road.one_way {
                OneWay::No => road.one_way,
                said if runs_against(network.shape(segment), &line.line) => said.turned(),
                said => said,
            };
            let measured = Road {
                kind: line.road.kind,
                name: line.road.name.clone(),
                one_way,
                fitness: line.road.fitness.over(&road.fitness),
                bridge: line.road.bridge || road.bridge,
                covered: line.road.covered || road.covered,
                private: line.road.private || road.private,
            };
            let row = network.roads.len() as u32;
            let under = self.line_of.contains_key(&segment.key).then_some(segment.road);
            self.rows.push(Row { line: n, row, map: road.fitness.clone(), under });
            self.line_of.insert(segment.key, n);
            if let Some(segment) = network.segments.get_mut(stretch as usize) {
                segment.road = row;
            }
            network.roads.push(measured);
        }
    }
}

/// The way a drawn line is while it is a road of its own.
fn way_of_line(n: usize) -> i64 {
    -(n as i64) - 1
}

/// Ways of the map have positive ids, drawn lines negative ones.
fn line_of_way(way: i64) -> Option<usize> {
    usize::try_from(-(way + 1)).ok().filter(|_| way < 0)
}

/// The ways a line is a survey of: those it runs along, if most of it runs along some.
fn ways_along(network: &Network, line: &[[f64; 2]]) -> BTreeSet<i64> {
    let met = beside(network, line);
    if met.is_empty() || met.values().sum::<f64>() < along(line) * ALONG {
        return BTreeSet::new();
    }
    met.keys().filter_map(|n| network.segments.get(*n as usize)).map(|segment| segment.key.way).collect()
}

/// Whether a stretch is drawn in the other direction than a line it lies along.
fn runs_against(shape: &[[f64; 2]], line: &[[f64; 2]]) -> bool {
    let (Some(first), Some(last)) = (shape.first(), shape.last()) else { return false };
    let how_far = |at: [f64; 2]| {
        let (before, on, _) = nearest(line, at);
        let start = line.get(before).copied().unwrap_or(on);
        line.get(..=before).map_or(0.0, along) + distance_m(start, on)
    };
    how_far(*first) > how_far(*last)
}

fn along(line: &[[f64; 2]]) -> f64 {
    line.windows(2).map(|side| distance_m(side[0], side[1])).sum()
}

/// One way while it is drawn: positions with the node each is, once it is one.
struct Stroke {
    id: i64,
    road: Road,
    at: Vec<([f64; 2], Option<i64>)>,
    bounds: Bounds,
}

impl Stroke {
    fn new(id: i64, road: Road, at: Vec<([f64; 2], Option<i64>)>) -> Option<Self> {
        let bounds = at.iter().map(|(at, _)| Bounds::of(*at)).reduce(Bounds::with)?;
        Some(Self { id, road, at, bounds })
    }

    fn line(&self) -> Vec<[f64; 2]> {
        self.at.iter().map(|(at, _)| *at).collect()
    }

    /// The node where it comes nearest to a position, if it comes near: one of its own, or a new one put into it.
    fn joined_at(&mut self, at: [f64; 2], node: i64) -> Option<i64> {
        let (after, on, away_m) = nearest(&self.line(), at);
        if away_m > JOIN_M {
            return None;
        }
        let own = [after, after + 1].into_iter().filter_map(|n| Some((n, self.at.get(n)?.0)));
        let own = own.filter(|(_, corner)| distance_m(*corner, on) <= JOIN_M);
        let corner = own.min_by(|a, b| distance_m(a.1, at).total_cmp(&distance_m(b.1, at)));
        match corner {
            Some((n, _)) => {
                let (_, known) = self.at.get_mut(n)?;
                Some(*known.get_or_insert(node))
            }
            None => {
                self.at.insert(after + 1, (on, Some(node)));
                Some(node)
            }
        }
    }
}

/// The lines and the map's ways while they are joined.
struct Drawing {
    extract: Extract,
    strokes: Vec<Stroke>,
    /// Nodes at which a way is cut in two though nothing meets it there.
    cuts: HashSet<i64>,
    /// What stands in lines: on which ways, what, and where.
    bars: Vec<(BTreeSet<i64>, Barrier, [f64; 2])>,
    /// The first drawn one among the strokes.
    first: usize,
    next: i64,
}

impl Drawing {
    fn over(map: Option<&Extract>) -> Self {
        let mut extract = Extract::default();
        let mut strokes = Vec::new();
        if let Some(map) = map {
            extract.restrictions = map.restrictions.clone();
            extract.nodes = map.nodes.clone();
            extract.problems = map.problems.clone();
            for way in &map.ways {
                let at = way.nodes.iter().filter_map(|id| Some((map.nodes.get(id)?.lon_lat, Some(*id))));
                strokes.extend(Stroke::new(way.id, way.road.clone(), at.collect()));
            }
        }
        Self { first: strokes.len(), extract, strokes, cuts: HashSet::new(), bars: Vec::new(), next: -1 }
    }

    /// Nodes of the map where ways meet, end, or something stands.
    fn junctions(&self) -> HashSet<i64> {
        let mut times: HashMap<i64, u32> = HashMap::new();
        for stroke in &self.strokes {
            let last = stroke.at.len().saturating_sub(1);
            for (n, (_, node)) in stroke.at.iter().enumerate() {
                if let Some(node) = node {
                    *times.entry(*node).or_default() += if n == 0 || n == last { 2 } else { 1 };
                }
            }
        }
        let barred = self.extract.nodes.iter().filter(|(_, node)| node.barrier.is_some()).map(|(id, _)| *id);
        times.into_iter().filter(|(_, n)| *n > 1).map(|(id, _)| id).chain(barred).collect()
    }

    /// Cuts the map's ways where the surveys along them end: what was measured holds for as far as it was measured.
    fn cut_at_ends<'a>(&mut self, surveys: impl Iterator<Item = (&'a [[f64; 2]], &'a BTreeSet<i64>)>) {
        let mut surveys = surveys.peekable();
        if surveys.peek().is_none() {
            return;
        }
        let junctions = self.junctions();
        for (line, ways) in surveys {
            let near_m = (along(line) / 4.0).min(END_M);
            for end in [line.first(), line.last()].into_iter().flatten() {
                let of_ways = self.strokes.iter().enumerate().filter(|(_, stroke)| ways.contains(&stroke.id));
                let away = of_ways.map(|(n, stroke)| (n, nearest(&stroke.line(), *end)));
                let Some((n, (after, on, away_m))) = away.min_by(|a, b| a.1.2.total_cmp(&b.1.2)) else {
                    continue;
                };
                let Some(stroke) = self.strokes.get_mut(n).filter(|_| away_m <= NEAR_M) else { continue };
                let meets = |(at, node): &([f64; 2], Option<i64>)| {
                    node.is_some_and(|node| junctions.contains(&node)) && distance_m(*at, on) <= near_m
                };
                if stroke.at.iter().any(meets) {
                    continue;
                }
                let corner = [after, after + 1].into_iter().filter_map(|n| stroke.at.get(n).copied());
                let corner =
                    corner.filter(|(at, _)| distance_m(*at, on) <= CORNER_M).find_map(|(_, node)| node);
                let node = corner.unwrap_or_else(|| {
                    self.next -= 1;
                    stroke.at.insert(after + 1, (on, Some(self.next)));
                    self.next
                });
                self.cuts.insert(node);
            }
        }
    }

    fn add(&mut self, n: usize, line: &Line) {
        let at = line.line.iter().map(|at| (*at, None)).collect();
        self.strokes.extend(Stroke::new(way_of_line(n), line.road.clone(), at));
    }

    /// Joins ends to whatever lies near, gives every other position a node, and tells of lines that cross unjoined.
    fn joined(mut self) -> Extract {
        for n in self.first..self.strokes.len() {
            for is_last in [false, true] {
                self.join_end(n, is_last);
            }
        }
        self.bar();
        for stroke in &mut self.strokes {
            for (_, node) in &mut stroke.at {
                node.get_or_insert_with(|| {
                    self.next -= 1;
                    self.next
                });
            }
        }
        self.tell_crossings();
        for stroke in self.strokes {
            let mut nodes: Vec<i64> = Vec::with_capacity(stroke.at.len());
            for (lon_lat, node) in &stroke.at {
                let Some(node) = node else { continue };
                self.extract.nodes.entry(*node).or_insert(Node { lon_lat: *lon_lat, barrier: None });
                if nodes.last() != Some(node) {
                    nodes.push(*node);
                }
                // A way's pieces keep its id and their order: turn restrictions go by it.
                if self.cuts.contains(node) && nodes.len() > 1 {
                    let piece = std::mem::replace(&mut nodes, vec![*node]);
                    self.extract.ways.push(Way { id: stroke.id, nodes: piece, road: stroke.road.clone() });
                }
            }
            self.extract.ways.push(Way { id: stroke.id, nodes, road: stroke.road });
        }
        self.extract
    }

    /// Puts a node of its own into a way where something stands in it, so that it never bars what only crosses there.
    fn bar(&mut self) {
        for (ways, what, at) in std::mem::take(&mut self.bars) {
            let of_ways = self.strokes.iter().enumerate().filter(|(_, stroke)| ways.contains(&stroke.id));
            let away = of_ways.map(|(n, stroke)| (n, nearest(&stroke.line(), at)));
            let Some((n, (after, on, _))) = away.min_by(|a, b| a.1.2.total_cmp(&b.1.2)) else { continue };
            let Some(stroke) = self.strokes.get_mut(n) else { continue };
            let side = [after, after + 1].map(|n| stroke.at.get(n).map(|(at, _)| *at));
            let [Some(from), Some(to)] = side else { continue };
            // At a corner it stands a step into this side: the corner may be where another road meets.
            let length_m = distance_m(from, to);
            let step = (BAR_M / length_m.max(f64::MIN_POSITIVE)).min(0.25);
            let share = (distance_m(from, on) / length_m.max(f64::MIN_POSITIVE)).clamp(step, 1.0 - step);
            let on = [0, 1].map(|n| from[n] + (to[n] - from[n]) * share);
            self.next -= 1;
            stroke.at.insert(after + 1, (on, Some(self.next)));
            self.extract.nodes.insert(self.next, Node { lon_lat: on, barrier: Some(what) });
        }
    }

    fn join_end(&mut self, n: usize, is_last: bool) {
        let end = |stroke: &Stroke| if is_last { stroke.at.len() - 1 } else { 0 };
        let Some((at, known)) = self.strokes.get(n).and_then(|stroke| stroke.at.get(end(stroke))).copied()
        else {
            return;
        };
        let mut node = known;
        // A degree of latitude is 111 km; of longitude it is less, so the box is a little too small and never too large.
        let near = JOIN_M / 80_000.0;
        for other in 0..self.strokes.len() {
            let Some(stroke) = self.strokes.get_mut(other).filter(|_| other != n) else { continue };
            let b = stroke.bounds;
            let is_near = at[0] >= b.west - near
                && at[0] <= b.east + near
                && at[1] >= b.south - near
                && at[1] <= b.north + near;
            if !is_near {
                continue;
            }
            let fresh = node.unwrap_or_else(|| {
                self.next -= 1;
                self.next
            });
            match (stroke.joined_at(at, fresh), node) {
                (None, _) => {}
                (Some(found), None) => node = Some(found),
                // Two lines that knew nothing of one another meet at this end: one node stands for both.
                (Some(found), Some(kept)) if found != kept => self.merge(found, kept),
                (Some(_), Some(_)) => {}
            }
        }
        if let Some(stroke) = self.strokes.get_mut(n) {
            let place = end(stroke);
            if let Some((_, own)) = stroke.at.get_mut(place) {
                *own = node;
            }
        }
    }

    fn merge(&mut self, gone: i64, kept: i64) {
        // A node of the map keeps its id, for turn restrictions go by it.
        let (gone, kept) = if gone > 0 { (kept, gone) } else { (gone, kept) };
        for (_, node) in self.strokes.iter_mut().flat_map(|stroke| stroke.at.iter_mut()) {
            if *node == Some(gone) {
                *node = Some(kept);
            }
        }
    }

    /// Drawn lines that cross without a joint: perhaps a bridge, more often forgotten.
    fn tell_crossings(&mut self) {
        let drawn = self.strokes.get(self.first..).unwrap_or_default();
        let mut problems = Vec::new();
        for (n, one) in drawn.iter().enumerate() {
            for other in drawn.iter().skip(n + 1).filter(|other| other.bounds.meets(&one.bounds)) {
                if one.road.bridge || other.road.bridge {
                    continue;
                }
                if let Some([lon, lat]) = crossing(one, other) {
                    problems.push(Problem::new(
                        format!("{}、{}", one.road.name, other.road.name),
                        "road.crossing_unjoined",
                        format!(
                            "两条路在（{lon:.5}，{lat:.5}）交叉但没有接头，按不相通计算：能互通请在交叉处拆分"
                        ),
                    ));
                }
            }
        }
        self.extract.problems.extend(problems);
    }
}

/// Where two lines cross between joints.
fn crossing(one: &Stroke, other: &Stroke) -> Option<[f64; 2]> {
    for a in one.at.windows(2) {
        for b in other.at.windows(2) {
            let ([(p, n), (q, m)], [(r, k), (s, l)]) = (a, b) else { continue };
            if [n, m].into_iter().any(|node| node.is_some() && [k, l].contains(&node)) {
                continue;
            }
            if let Some(at) = domain::geometry::crossing((*p, *q), (*r, *s)) {
                return Some(at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
