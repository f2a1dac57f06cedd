//! A network of lines people drew and measured, with or without a map under them. Ends that come near another line join
//! it; a line that runs along a road of the map is a survey of that road and overrides it, there and no further: the road
//! is cut where the survey ends; the other lines are roads of their own. What does not belong here: keeping the lines (`store`), judging them (`domain::road`).

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::geometry::{Bounds, distance_m};
use domain::road::segment::nearest;
use domain::road::{Closure, OneWay, Road};

use crate::graph::{Key, Network};
use crate::osm::{Extract, Node, Way};
use crate::problem::Problem;
use crate::survey::{NEAR_M, beside, under};

/// An end joins what lies so near, m: as exactly as one points on a screen, and less than between two lanes of a village.
const JOIN_M: f64 = 8.0;
/// So much of a line must lie along the map's roads for it to be a survey of them.
const ALONG: f64 = 0.7;
/// A survey that ends so near a junction of the map ends there, m; a short one no more than a quarter of its length off.
const END_M: f64 = NEAR_M;
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
}

/// A network in which every drawn line is found again.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The network.
    pub network: Network,
    /// Closed stretches by number.
    pub closures: Vec<(u32, Closure)>,
    line_of: HashMap<Key, usize>,
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
        let extract = drawing.joined();
        let mut own = Self { network: Network::of(&extract, true), ..Self::default() };
        for segment in &own.network.segments {
            if let Some(line) = line_of_way(segment.key.way) {
                own.line_of.insert(segment.key, line);
            }
        }
        for ((n, line), _) in surveys() {
            own.lay(n, line);
        }
        for (number, segment) in own.network.segments.iter().enumerate() {
            let line = own.line_of.get(&segment.key).and_then(|line| lines.get(*line));
            let closures = line.into_iter().flat_map(|line| line.closures.iter().cloned());
            own.closures.extend(closures.map(|closure| (number as u32, closure)));
        }
        own
    }

    /// The number of the line a stretch is of; none for a road of the map nobody measured.
    pub fn line_of(&self, key: &Key) -> Option<usize> {
        self.line_of.get(key).copied()
    }

    /// What was measured along roads of the map counts there, and its name and kind with it. A road the survey says is one
    /// way is so as the line is drawn; where it says nothing of the kind, the map's sign stands.
    fn lay(&mut self, n: usize, line: &Line) {
        for stretch in under(&self.network, &line.line) {
            let Some(segment) = self.network.segments.get(stretch as usize) else { continue };
            let Some(road) = self.network.road(segment) else { continue };
            if line_of_way(segment.key.way).is_some() {
                continue;
            }
            let one_way = match line.road.one_way {
                OneWay::No => road.one_way,
                said if runs_against(self.network.shape(segment), &line.line) => said.turned(),
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
            self.line_of.insert(segment.key, n);
            if let Some(segment) = self.network.segments.get_mut(stretch as usize) {
                segment.road = self.network.roads.len() as u32;
            }
            self.network.roads.push(measured);
        }
    }
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
        Self { first: strokes.len(), extract, strokes, cuts: HashSet::new(), next: -1 }
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
        self.strokes.extend(Stroke::new(-(n as i64) - 1, line.road.clone(), at));
    }

    /// Joins ends to whatever lies near, gives every other position a node, and tells of lines that cross unjoined.
    fn joined(mut self) -> Extract {
        for n in self.first..self.strokes.len() {
            for is_last in [false, true] {
                self.join_end(n, is_last);
            }
        }
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
    let turn =
        |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    for a in one.at.windows(2) {
        for b in other.at.windows(2) {
            let ([(p, n), (q, m)], [(r, k), (s, l)]) = (a, b) else { continue };
            if [n, m].into_iter().any(|node| node.is_some() && [k, l].contains(&node)) {
                continue;
            }
            if turn(*p, *q, *r) * turn(*p, *q, *s) < 0.0 && turn(*r, *s, *p) * turn(*r, *s, *q) < 0.0 {
                return Some(*r);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use domain::road::{Conditions, Fitness, Kind, OneWay};
    use domain::time::parse_date;

    use super::*;
    use crate::weigh::Plain;
    use crate::{Reading, Search, route};

    fn line(name: &str, width_m: Option<f64>, line: &[[f64; 2]]) -> Line {
        Line {
            road: Road {
                kind: Kind::Unclassified,
                name: name.to_owned(),
                one_way: OneWay::No,
                bridge: false,
                covered: false,
                private: false,
                fitness: Fitness { width_m, ..Fitness::default() },
            },
            line: line.to_vec(),
            closures: Vec::new(),
        }
    }

    fn length(drawn: &Drawn, from: [f64; 2], to: [f64; 2]) -> Option<u64> {
        let network = &drawn.network;
        let prepared = Plain::default().weigh(network);
        let spot = |at| network.index().nearest(network, at, 50.0, |_| true).expect("a road");
        let (from, to) = (spot(from), spot(to));
        let way = route::best(network, &prepared, Reading::Optimistic, &mut Search::new(), &from, &to)?;
        Some(way.cost() / 1000)
    }

    #[test]
    fn ends_join_what_lies_near_and_lines_that_only_cross_are_told() {
        let lines = [
            line("主路", Some(5.0), &[[105.870, 29.260], [105.880, 29.260]]),
            // Ends some 4 m from the middle of the first.
            line("支路", Some(3.0), &[[105.8750, 29.26004], [105.8750, 29.265]]),
            // Begins where the first ends, 5 m off.
            line("新路", None, &[[105.88005, 29.26], [105.890, 29.260]]),
            line("对穿", None, &[[105.872, 29.255], [105.872, 29.265]]),
        ];
        let drawn = Drawn::of(None, &lines);
        assert!(length(&drawn, [105.870, 29.260], [105.875, 29.265]).is_some());
        let whole = length(&drawn, [105.870, 29.260], [105.890, 29.260]).expect("a way");
        assert!((1935..1945).contains(&whole), "{whole}");
        assert_eq!(length(&drawn, [105.870, 29.260], [105.872, 29.265]), None);
        let told: Vec<&str> = drawn.network.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(told, ["road.crossing_unjoined"]);
        let named = |n: u32| {
            let key = drawn.network.segments[n as usize].key;
            drawn.line_of(&key).map(|line| lines[line].road.name.as_str())
        };
        let all: Vec<_> = (0..drawn.network.segments.len() as u32).filter_map(named).collect();
        assert_eq!(all.iter().filter(|name| **name == "主路").count(), 2, "cut at the joint: {all:?}");
    }

    #[test]
    fn three_ends_at_one_spot_are_one_junction_whatever_the_order() {
        let mid = [105.88, 29.26];
        let lines = [
            line("甲", None, &[[105.87, 29.26], mid]),
            line("乙", None, &[[105.88003, 29.26003], [105.89, 29.26]]),
            line("丙", None, &[[105.88, 29.25], [105.87997, 29.25998]]),
        ];
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let drawn = Drawn::of(None, &order.map(|n: usize| lines[n].clone()));
            assert!(length(&drawn, [105.87, 29.26], [105.89, 29.26]).is_some(), "{order:?}");
            assert!(length(&drawn, [105.88, 29.25], [105.89, 29.26]).is_some(), "{order:?}");
            assert_eq!(drawn.network.stats().islands, 1, "{order:?}");
        }
    }

    #[test]
    fn a_line_along_the_map_is_a_survey_of_it_and_a_new_one_joins_it() {
        let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
        let map = Extract {
            nodes: HashMap::from([
                (1, node(105.870, 29.260)),
                (2, node(105.880, 29.260)),
                (3, node(105.890, 29.260)),
            ]),
            ways: vec![Way { id: 7, nodes: vec![1, 2, 3], road: line("", Some(6.0), &[]).road }],
            ..Extract::default()
        };
        let closed = Closure {
            from: parse_date("2026-11-01").expect("a day"),
            until: None,
            reason: "塌方".to_owned(),
        };
        let survey = Line {
            closures: vec![closed.clone()],
            ..line("进村路", Some(2.8), &[[105.8701, 29.26001], [105.8899, 29.26001]])
        };
        let fresh = line("新修便道", Some(3.5), &[[105.8851, 29.26002], [105.8851, 29.265]]);
        let drawn = Drawn::of(Some(&map), &[survey, fresh]);
        assert!(
            length(&drawn, [105.870, 29.260], [105.8851, 29.265]).is_some(),
            "it joins the middle of the map's way"
        );
        let network = &drawn.network;
        let of_map: Vec<_> = network.segments.iter().filter(|segment| segment.key.way == 7).collect();
        assert!(of_map.len() > 1);
        for segment in &of_map {
            let road = network.road(segment).expect("a road");
            assert_eq!((road.name.as_str(), road.fitness.width_m), ("进村路", Some(2.8)));
            assert_eq!(drawn.line_of(&segment.key), Some(0));
        }
        assert_eq!(drawn.closures.len(), of_map.len(), "each stretch of it is closed");
        let conditions = Conditions { day: closed.from, wet: false };
        assert_eq!(of_map.len(), 2, "its ends are the map's: nothing is cut off there");
        assert!(drawn.closures.iter().all(|(_, closure)| closure.covers(conditions.day)));
    }

    #[test]
    fn a_survey_shorter_than_the_maps_stretch_holds_where_it_was_measured_and_nowhere_else() {
        let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
        // 500 m of the map in one piece, without a corner.
        let (from, to) = ([105.870, 29.260], [105.875_15, 29.260]);
        let map = Extract {
            nodes: HashMap::from([(1, node(from[0], from[1])), (2, node(to[0], to[1]))]),
            ways: vec![Way { id: 7, nodes: vec![1, 2], road: line("", Some(6.0), &[]).road }],
            ..Extract::default()
        };
        let closed = Closure {
            from: parse_date("2026-11-01").expect("a day"),
            until: None,
            reason: "塌方".to_owned(),
        };
        // 78 m measured against the direction of the map, one way as walked; 30 m closed further on.
        let narrow = Line {
            road: Road { kind: Kind::Track, one_way: OneWay::Forward, ..line("窄口", Some(2.8), &[]).road },
            ..line("窄口", Some(2.8), &[[105.8728, 29.26003], [105.8720, 29.26003]])
        };
        let slip = Line {
            closures: vec![closed],
            ..line("塌方段", None, &[[105.8740, 29.25998], [105.8743, 29.25998]])
        };
        let drawn = Drawn::of(Some(&map), &[narrow, slip]);
        let network = &drawn.network;
        let told: Vec<(f64, &str, Option<f64>)> = network
            .segments
            .iter()
            .map(|segment| {
                let road = network.road(segment).expect("a road");
                ((f64::from(segment.length_mm) / 1000.0).round(), road.name.as_str(), road.fitness.width_m)
            })
            .collect();
        let (w6, w28) = (Some(6.0), Some(2.8));
        assert_eq!(
            told,
            [(194.0, "", w6), (78.0, "窄口", w28), (116.0, "", w6), (29.0, "塌方段", w6), (82.0, "", w6)]
        );
        assert_eq!(network.segments.len(), 5, "nothing lies beside the map's road");
        let walked = network.road(&network.segments[1]).expect("a road");
        assert_eq!(
            (walked.kind, walked.one_way),
            (Kind::Track, OneWay::Backward),
            "the map runs the other way"
        );
        assert_eq!(drawn.closures.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [3]);
        let day = Conditions { day: parse_date("2026-11-02").expect("a day"), wet: false };
        assert!(drawn.closures.iter().all(|(_, closure)| closure.covers(day.day)));
        assert_eq!(network.stats().islands, 1);
    }

    #[test]
    fn a_lane_that_leaves_a_road_of_the_map_square_is_a_road_of_its_own() {
        let node = |lon, lat| Node { lon_lat: [lon, lat], barrier: None };
        let map = Extract {
            nodes: HashMap::from([(1, node(105.870, 29.260)), (2, node(105.875, 29.260))]),
            ways: vec![Way { id: 7, nodes: vec![1, 2], road: line("大路", Some(6.0), &[]).road }],
            ..Extract::default()
        };
        let lane = line("短巷", Some(1.5), &[[105.8725, 29.26003], [105.8725, 29.26018]]);
        let drawn = Drawn::of(Some(&map), &[lane]);
        let widths: Vec<Option<f64>> = drawn
            .network
            .segments
            .iter()
            .map(|segment| drawn.network.road(segment).and_then(|road| road.fitness.width_m))
            .collect();
        assert_eq!(widths, [Some(6.0), Some(6.0), Some(1.5)]);
    }
}
