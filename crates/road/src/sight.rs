//! What is seen of the ground from a camera or a look-out: the straight line to every cell is followed over each line of
//! the grid it crosses. The earth falls away and the air bends the line back by its usual eighth. Trees and houses are
//! nobody's knowledge here: what is counted as seen is the ground of the terrain file. What does not belong here: reading
//! terrain (`terrain`), which cameras there are (`app`).

use crate::outline::{Grid, Rings};
use crate::terrain::Terrain;

/// Mean radius of the earth. Units: metres.
const EARTH_M: f64 = 6_371_008.8;
/// How much of the earth's bend the air takes back for light near the ground: the usual 0.13 of surveying.
const REFRACTION: f64 = 0.13;
/// A degree of latitude. Units: metres.
const DEGREE_M: f64 = 111_194.93;
/// Looked as far at most. Units: metres.
pub const FARTHEST_M: f64 = 20_000.0;

/// From where one looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lookout {
    /// Longitude and latitude, degrees.
    pub at: [f64; 2],
    /// The eye above the ground. Units: metres.
    pub height_m: f64,
    /// The middle of what it looks at, clockwise from north, and how wide. Units: degrees. None when it turns around.
    pub sector_deg: Option<(f64, f64)>,
    /// As far as it tells smoke from haze. Units: metres.
    pub range_m: f64,
}

/// How often each cell is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// One a cell of the terrain: by how many it is seen.
    pub by: Vec<u8>,
    /// Of each look-out how many cells it sees; none when it stands outside the terrain.
    pub each: Vec<Option<usize>>,
}

/// What share of an area is seen. Units: square metres.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    /// By nobody.
    pub none_m2: f64,
    /// By one.
    pub one_m2: f64,
    /// By two or more.
    pub more_m2: f64,
}

impl Share {
    /// All of it.
    pub fn total_m2(&self) -> f64 {
        self.none_m2 + self.one_m2 + self.more_m2
    }
}

fn in_sector(sector: Option<(f64, f64)>, east: f64, north: f64) -> bool {
    let Some((middle, width)) = sector else { return true };
    let turn = (east.atan2(north).to_degrees() - middle).rem_euclid(360.0);
    turn.min(360.0 - turn) <= width / 2.0 + 1e-9
}

/// The cells a look-out sees, by their numbers; none when it stands outside the terrain or where nobody knows the height.
pub fn seen_from(terrain: &Terrain, lookout: &Lookout) -> Option<Vec<usize>> {
    let eye = terrain.cell_of(lookout.at);
    let eye_m = terrain.height(eye) + lookout.height_m.max(0.0);
    if eye_m.is_nan() {
        return None;
    }
    let range = lookout.range_m.clamp(0.0, FARTHEST_M);
    // Metres from a cell to the next, where the look-out stands.
    let side =
        [terrain.step[0] * DEGREE_M * lookout.at[1].to_radians().cos().max(0.01), terrain.step[1] * DEGREE_M];
    let window = |n: usize, count: usize| {
        let reach = range / side[n];
        let from = (eye[n] - reach).floor().max(0.0) as usize;
        from..count.min((eye[n] + reach).ceil().max(0.0) as usize + 1)
    };
    let mut seen = Vec::new();
    for row in window(1, terrain.rows) {
        for col in window(0, terrain.cols) {
            let [x, y] = [(col as f64 - eye[0]) * side[0], (eye[1] - row as f64) * side[1]];
            let is_near = x.hypot(y) <= range;
            if is_near
                && in_sector(lookout.sector_deg, x, y)
                && is_open(terrain, (eye, eye_m), [col, row], side)
            {
                seen.push(row * terrain.cols + col);
            }
        }
    }
    Some(seen)
}

/// How far the ground lies below the plane of the eye at a distance.
fn fallen_m(distance_m: f64) -> f64 {
    distance_m * distance_m * (1.0 - REFRACTION) / (2.0 * EARTH_M)
}

/// Whether nothing stands between the eye and the ground in the middle of a cell.
fn is_open(terrain: &Terrain, (eye, eye_m): ([f64; 2], f64), to: [usize; 2], side: [f64; 2]) -> bool {
    let to = to.map(|n| n as f64);
    let delta = [to[0] - eye[0], to[1] - eye[1]];
    let far = (delta[0] * side[0]).hypot(delta[1] * side[1]);
    let ground = terrain.height(to);
    if ground.is_nan() {
        return false;
    }
    if far < 1e-6 {
        return true;
    }
    let wanted = (ground - fallen_m(far) - eye_m) / far;
    // Over every line of the grid that lies strictly between, from both families: between two of them the ground is
    // straight along the line of the grid, so its highest point stands on one of them but for the fold within a cell.
    for n in 0..2 {
        let (from, until) = (eye[n].min(to[n]), eye[n].max(to[n]));
        let (mut line, last) = (from.floor() + 1.0, until.ceil() - 1.0);
        while line <= last {
            let share = (line - eye[n]) / delta[n];
            let mut at = [eye[0] + delta[0] * share, eye[1] + delta[1] * share];
            at[n] = line;
            let ground = terrain.height(at);
            // Where nobody knows the height nobody can say that one sees past it.
            if ground.is_nan() || (ground - fallen_m(far * share) - eye_m) / (far * share) > wanted + 1e-9 {
                return false;
            }
            line += 1.0;
        }
    }
    true
}

/// How often each cell is seen by several.
pub fn seen(terrain: &Terrain, lookouts: &[Lookout]) -> Seen {
    let mut by = vec![0_u8; terrain.heights.len()];
    let mut each = Vec::with_capacity(lookouts.len());
    for lookout in lookouts {
        let cells = seen_from(terrain, lookout);
        for cell in cells.iter().flatten() {
            if let Some(count) = by.get_mut(*cell) {
                *count = count.saturating_add(1);
            }
        }
        each.push(cells.map(|cells| cells.len()));
    }
    Seen { by, each }
}

/// The cells whose middle lies in an area (rings, holes among them) and whose height is known.
pub fn cells_in(terrain: &Terrain, rings: &[Vec<[f64; 2]>]) -> Vec<usize> {
    let mut cells = Vec::new();
    let rings: Vec<Vec<[f64; 2]>> =
        rings.iter().map(|ring| ring.iter().map(|at| terrain.cell_of(*at)).collect()).collect();
    let south = rings.iter().flatten().map(|at| at[1]).fold(f64::NEG_INFINITY, f64::max);
    let north = rings.iter().flatten().map(|at| at[1]).fold(f64::INFINITY, f64::min);
    let (first, last) = (north.ceil().max(0.0), south.floor().min(terrain.rows as f64 - 1.0));
    if first > last {
        return cells;
    }
    for row in first as usize..=last as usize {
        let y = row as f64;
        let mut cuts: Vec<f64> = Vec::new();
        for ring in &rings {
            for (a, b) in ring.iter().zip(ring.iter().skip(1)) {
                // Half open, so that a corner on the row is counted once.
                if (a[1] <= y) != (b[1] <= y) {
                    cuts.push(a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]));
                }
            }
        }
        cuts.sort_by(f64::total_cmp);
        for pair in cuts.chunks_exact(2) {
            let [from, to] = pair else { continue };
            let (from, to) = (from.ceil().max(0.0), to.floor().min(terrain.cols as f64 - 1.0));
            if from <= to {
                cells.extend((from as usize..=to as usize).map(|col| row * terrain.cols + col));
            }
        }
    }
    cells.retain(|cell| terrain.heights.get(*cell).is_some_and(|height| !height.is_nan()));
    cells
}

/// What share of these cells is seen by nobody, by one, by more.
pub fn share(terrain: &Terrain, seen: &Seen, cells: &[usize]) -> Share {
    let mut share = Share::default();
    for cell in cells {
        let lat = terrain.first[1] - terrain.step[1] * (cell / terrain.cols) as f64;
        let m2 = terrain.step[0] * terrain.step[1] * DEGREE_M * DEGREE_M * lat.to_radians().cos();
        match seen.by.get(*cell) {
            Some(0) | None => share.none_m2 += m2,
            Some(1) => share.one_m2 += m2,
            Some(_) => share.more_m2 += m2,
        }
    }
    share
}

/// The outlines of these cells, for a map.
pub fn outlines(terrain: &Terrain, cells: impl IntoIterator<Item = usize>) -> Vec<Rings> {
    let corner = [terrain.first[0] - terrain.step[0] / 2.0, terrain.first[1] + terrain.step[1] / 2.0];
    // The grid counts northward; ours lies below its corner.
    let cells = cells.into_iter().map(|cell| {
        let (col, row) = (cell % terrain.cols, cell / terrain.cols);
        (i32::try_from(col).unwrap_or(i32::MAX), -1 - i32::try_from(row).unwrap_or(i32::MAX - 1))
    });
    Grid::of(corner, terrain.step, cells).rings()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIDE: f64 = 0.000_3;

    /// Square cells of some 30 m, 201 by 201, around 105.9, 29.3.
    fn ground(height: impl Fn(i32, i32) -> f32) -> Terrain {
        let heights = (-100..=100).flat_map(|row| (-100..=100).map(move |col| (col, row)));
        Terrain {
            cols: 201,
            rows: 201,
            first: [105.9 - 100.0 * SIDE, 29.3 + 100.0 * SIDE],
            step: [SIDE, SIDE],
            heights: heights.map(|(col, row)| height(col, row)).collect(),
        }
    }

    fn tower(height_m: f64, range_m: f64) -> Lookout {
        Lookout { at: [105.9, 29.3], height_m, sector_deg: None, range_m }
    }

    fn sees(cells: &[usize], col: i32, row: i32) -> bool {
        cells.contains(&(((row + 100) * 201 + col + 100) as usize))
    }

    #[test]
    fn flat_ground_is_a_disc_and_a_sector_its_part() {
        let flat = ground(|_, _| 300.0);
        let cells = seen_from(&flat, &tower(10.0, 2_000.0)).expect("seen");
        let (wide, high) = (SIDE * DEGREE_M * 29.3_f64.to_radians().cos(), SIDE * DEGREE_M);
        let disc = std::f64::consts::PI * 2_000.0 * 2_000.0 / (wide * high);
        assert!((cells.len() as f64 / disc - 1.0).abs() < 0.01, "{} of {disc}", cells.len());
        assert!(sees(&cells, 60, 0) && !sees(&cells, 0, 70));
        let east = Lookout { sector_deg: Some((90.0, 90.0)), ..tower(10.0, 2_000.0) };
        let quarter = seen_from(&flat, &east).expect("seen");
        assert!((quarter.len() as f64 / cells.len() as f64 - 0.25).abs() < 0.02);
        assert!(sees(&quarter, 30, 0) && !sees(&quarter, -30, 0) && !sees(&quarter, 0, -30));
        let north = Lookout { sector_deg: Some((350.0, 60.0)), ..tower(10.0, 2_000.0) };
        assert!(sees(&seen_from(&flat, &north).expect("seen"), 3, -30), "over the turn of the circle");
    }

    #[test]
    fn a_wall_throws_a_shadow_as_long_as_the_heights_say() {
        // A wall of 20 m ten cells to the east; from 40 m one sees the ground again at twice its distance.
        let walled = ground(|col, _| if col == 10 { 320.0 } else { 300.0 });
        let cells = seen_from(&walled, &tower(40.0, 2_500.0)).expect("seen");
        assert!(sees(&cells, 9, 0) && sees(&cells, 10, 0), "up to the wall");
        assert!((11..20).all(|col| !sees(&cells, col, 0)), "behind it");
        assert!((22..60).all(|col| sees(&cells, col, 0)), "and again beyond its shadow");
        assert!((1..60).all(|col| sees(&cells, -col, 0)), "the other side is open");
        let low = seen_from(&walled, &tower(10.0, 2_500.0)).expect("seen");
        assert!((11..60).all(|col| !sees(&low, col, 0)), "from below its top nothing behind is seen");
        assert_eq!(seen_from(&walled, &Lookout { at: [100.0, 29.3], ..tower(40.0, 2_500.0) }), None);
    }

    #[test]
    fn the_earth_hides_what_is_far() {
        // One row of cells of 100 m along the sea.
        let sea = Terrain {
            cols: 260,
            rows: 2,
            first: [105.0, 0.001],
            step: [0.000_9, 0.000_9],
            heights: vec![0.0; 520],
        };
        let eye = Lookout { at: [105.0, 0.001], height_m: 5.0, sector_deg: None, range_m: 20_000.0 };
        let cells = seen_from(&sea, &eye).expect("seen");
        // The horizon of 5 m: √(2 · 5 · R / (1 − k)).
        let horizon_m = (2.0 * 5.0 * EARTH_M / (1.0 - REFRACTION)).sqrt();
        let farthest =
            cells.iter().filter(|cell| **cell < 260).max().map(|cell| *cell as f64 * 0.000_9 * DEGREE_M);
        assert!(farthest.is_some_and(|far| (far - horizon_m).abs() < 201.0), "{farthest:?} of {horizon_m}");
    }

    #[test]
    fn shares_and_outlines_are_of_the_area_asked_for() {
        let flat = ground(|col, _| if col == -100 { f32::NAN } else { 300.0 });
        let two = [tower(10.0, 600.0), tower(10.0, 1_200.0)];
        let seen = seen(&flat, &two);
        let square = |side: f64| {
            let half = side / 2.0 * SIDE;
            let at = |x: f64, y: f64| [105.9 + x * half, 29.3 + y * half];
            vec![at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0), at(-1.0, -1.0)]
        };
        let inner = cells_in(&flat, &[square(10.5)]);
        assert_eq!(inner.len(), 121, "ten cells and a half reach five to each side");
        let all = share(&flat, &seen, &inner);
        assert_eq!((all.none_m2, all.one_m2), (0.0, 0.0));
        let ring = cells_in(&flat, &[square(20.5), square(10.5)]);
        assert_eq!(ring.len(), 441 - 121, "a hole is left out");
        let wide = share(&flat, &seen, &cells_in(&flat, &[square(201.0)]));
        assert!(wide.none_m2 > wide.one_m2 && wide.one_m2 > wide.more_m2 && wide.more_m2 > 0.0);
        let rings = outlines(&flat, inner.iter().copied());
        assert_eq!((rings.len(), rings[0].len()), (1, 1));
        let box_of = domain::geometry::Geometry::Polygon(rings[0].clone()).bounds().expect("a box");
        assert!((box_of.east - box_of.west - 11.0 * SIDE).abs() < 1e-9, "{box_of:?}");
        assert!((box_of.north - 29.3 - 5.5 * SIDE).abs() < 1e-9, "{box_of:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Whoever looks from higher, or farther, or all around sees no less; over a hole in what is known nobody sees.
        #[test]
        fn more_never_sees_less(bumps in proptest::collection::vec((-90_i32..90, -90_i32..90, 0_f32..60.0), 1..8), height in 1.0_f64..40.0) {
            let hills = ground(|col, row| 300.0 + bumps.iter().map(|(x, y, up)| {
                let near = 1.0 - ((col - x).abs().max((row - y).abs()) as f32) / 12.0;
                up * near.max(0.0)
            }).fold(0.0, f32::max));
            let low = seen_from(&hills, &tower(height, 1_000.0)).expect("seen");
            let sector = Lookout { sector_deg: Some((45.0, 120.0)), ..tower(height, 1_000.0) };
            let far = seen_from(&hills, &tower(height, 1_500.0)).expect("seen");
            let part = seen_from(&hills, &sector).expect("seen");
            let far: std::collections::BTreeSet<usize> = far.into_iter().collect();
            let all: std::collections::BTreeSet<usize> = low.iter().copied().collect();
            prop_assert!(low.iter().all(|cell| far.contains(cell)));
            prop_assert!(part.iter().all(|cell| all.contains(cell)));
        }
    }
}
