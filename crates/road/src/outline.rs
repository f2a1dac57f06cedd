//! Outlines of what lies beside lines: cells of a grid and the rings around them. Coarse, and true: no cell is in that
//! no line comes near. What does not belong here: what is reached (`reach`).

use std::collections::{BTreeMap, HashSet};

/// A degree of latitude, m.
const DEGREE_M: f64 = 111_195.0;

/// An outer ring, counter-clockwise, followed by its holes, clockwise; each closed, degrees.
pub type Rings = Vec<Vec<[f64; 2]>>;

type Cell = (i32, i32);

/// Cells that a line comes near.
pub(crate) struct Grid {
    origin: [f64; 2],
    /// Side of a cell in degrees.
    step: [f64; 2],
    cells: HashSet<Cell>,
}

impl Grid {
    /// An empty grid with cells of this size.
    pub(crate) fn around(origin: [f64; 2], size_m: f64) -> Self {
        let lat = size_m / DEGREE_M;
        Self { origin, step: [lat / origin[1].to_radians().cos().max(0.01), lat], cells: HashSet::new() }
    }

    /// A grid with these cells, counted east and north of a corner.
    pub(crate) fn of(origin: [f64; 2], step: [f64; 2], cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { origin, step, cells: cells.into_iter().collect() }
    }

    /// Fills the cells under a line and those next to them.
    pub(crate) fn draw(&mut self, from: [f64; 2], to: [f64; 2]) {
        let at = |p: [f64; 2]| [0, 1].map(|n| (p[n] - self.origin[n]) / self.step[n]);
        let (a, b) = (at(from), at(to));
        let steps = ((b[0] - a[0]).abs().max((b[1] - a[1]).abs()) * 2.0).ceil().max(1.0);
        for n in 0..=steps as u32 {
            let share = f64::from(n) / steps;
            let [x, y] = [0, 1].map(|n| (a[n] + (b[n] - a[n]) * share).floor() as i32);
            for (dx, dy) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)] {
                self.cells.insert((x + dx, y + dy));
            }
        }
    }

    /// The rings around the filled cells, holes with the ring that holds them.
    pub(crate) fn rings(&self) -> Vec<Rings> {
        let mut rings = self.walk();
        let area = |ring: &[Cell]| -> i64 {
            let pairs = ring.iter().zip(ring.iter().skip(1));
            pairs.map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)).sum()
        };
        rings.sort_by_key(|ring| area(ring).abs());
        let holes: Vec<Vec<Cell>> = rings.iter().filter(|ring| area(ring) < 0).cloned().collect();
        let outer: Vec<Vec<Cell>> = rings.into_iter().filter(|ring| area(ring) > 0).collect();
        let mut polygons: Vec<Vec<&Vec<Cell>>> = outer.iter().map(|ring| vec![ring]).collect();
        for hole in &holes {
            // The smallest ring around it: outer rings stand by size.
            let home = outer.iter().position(|ring| area(ring) > -area(hole) && holds(ring, hole));
            if let Some(polygon) = home.and_then(|n| polygons.get_mut(n)) {
                polygon.push(hole);
            }
        }
        let degrees = |(x, y): &Cell| {
            [self.origin[0] + f64::from(*x) * self.step[0], self.origin[1] + f64::from(*y) * self.step[1]]
        };
        let drawn = |ring: &&Vec<Cell>| ring.iter().map(degrees).collect();
        polygons.iter().map(|polygon| polygon.iter().map(drawn).collect()).collect()
    }

    /// Closed walks along the edges between filled and empty, the filled cell on the left, corners only.
    fn walk(&self) -> Vec<Vec<Cell>> {
        let mut edges: BTreeMap<Cell, Vec<Cell>> = BTreeMap::new();
        let mut cells: Vec<&Cell> = self.cells.iter().collect();
        cells.sort_unstable();
        for &&(x, y) in &cells {
            let is_empty = |dx, dy| !self.cells.contains(&(x + dx, y + dy));
            let sides = [
                (is_empty(0, -1), (x, y), (x + 1, y)),
                (is_empty(1, 0), (x + 1, y), (x + 1, y + 1)),
                (is_empty(0, 1), (x + 1, y + 1), (x, y + 1)),
                (is_empty(-1, 0), (x, y + 1), (x, y)),
            ];
            for (_, from, to) in sides.into_iter().filter(|(open, ..)| *open) {
                edges.entry(from).or_default().push(to);
            }
        }
        let mut rings = Vec::new();
        while let Some((start, next)) = edges.iter().find_map(|(from, to)| Some((*from, *to.first()?))) {
            let mut ring = vec![start];
            let (mut before, mut at) = (start, next);
            take(&mut edges, before, at);
            while at != start {
                // Where two walks touch at a corner each turns left, so that neither crosses itself.
                let left = (before.1 - at.1, at.0 - before.0);
                let choices = edges.get(&at).cloned().unwrap_or_default();
                let next = choices.iter().find(|to| (to.0 - at.0, to.1 - at.1) == left).or(choices.first());
                let Some(next) = next.copied() else { break };
                if (next.0 - at.0, next.1 - at.1) != (at.0 - before.0, at.1 - before.1) {
                    ring.push(at);
                }
                take(&mut edges, at, next);
                (before, at) = (at, next);
            }
            ring.push(start);
            rings.push(ring);
        }
        rings
    }
}

fn take(edges: &mut BTreeMap<Cell, Vec<Cell>>, from: Cell, to: Cell) {
    if let Some(list) = edges.get_mut(&from) {
        list.retain(|other| *other != to);
        if list.is_empty() {
            edges.remove(&from);
        }
    }
}

/// Whether a point just inside a hole's first corner lies in a ring.
fn holds(ring: &[Cell], hole: &[Cell]) -> bool {
    let Some(first) = hole.first() else { return false };
    // Half a cell aside, so that no side is hit; the hole lies up and to the right of its lowest corner.
    let (x, y) = (f64::from(first.0) + 0.5, f64::from(first.1) + 0.5);
    let crosses = |(a, b): (&Cell, &Cell)| {
        (f64::from(a.1) > y) != (f64::from(b.1) > y)
            && x < f64::from(a.0) + (y - f64::from(a.1)) * f64::from(b.0 - a.0) / f64::from(b.1 - a.1)
    };
    ring.iter().zip(ring.iter().skip(1)).filter(|pair| crosses(*pair)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed area of a ring, square degrees, and cells it is worth.
    fn cells_of(grid: &Grid, rings: &Rings) -> f64 {
        let area: f64 = rings
            .iter()
            .map(|ring| ring.windows(2).map(|p| p[0][0] * p[1][1] - p[1][0] * p[0][1]).sum::<f64>() / 2.0)
            .sum();
        area / (grid.step[0] * grid.step[1])
    }

    #[test]
    fn a_square_of_roads_is_a_ring_with_a_hole_and_two_apart_are_two_polygons() {
        let mut grid = Grid::around([105.9, 29.3], 50.0);
        let [dx, dy] = grid.step;
        let at = |x: f64, y: f64| [105.9 + (x + 0.5) * dx, 29.3 + (y + 0.5) * dy];
        for (a, b) in
            [((0., 0.), (10., 0.)), ((10., 0.), (10., 10.)), ((10., 10.), (0., 10.)), ((0., 10.), (0., 0.))]
        {
            grid.draw(at(a.0, a.1), at(b.0, b.1));
        }
        let one = grid.rings();
        assert_eq!(one.iter().map(Vec::len).collect::<Vec<_>>(), [2], "an outer ring and a hole");
        assert!((cells_of(&grid, &one[0]) - grid.cells.len() as f64).abs() < 1e-3, "no more and no less");
        grid.draw(at(40.0, 0.0), at(44.0, 4.0));
        let two = grid.rings();
        assert_eq!(two.len(), 2);
        let whole: f64 = two.iter().map(|rings| cells_of(&grid, rings)).sum();
        assert!((whole - grid.cells.len() as f64).abs() < 1e-3);
        for ring in two.iter().flatten() {
            assert_eq!(ring.first(), ring.last(), "closed");
        }
    }

    #[test]
    fn cells_that_touch_at_a_corner_only_make_rings_that_do_not_cross() {
        let mut grid = Grid::around([0.0, 0.0], 100.0);
        grid.cells.extend([(0, 0), (1, 1)]);
        let rings = grid.rings();
        assert_eq!(rings.len(), 2, "{rings:?}");
        assert!(rings.iter().all(|polygon| polygon.len() == 1 && polygon[0].len() == 5), "{rings:?}");
    }
}
