//! The sample town's ground: invented hills behind three villages, a ridge between them and the town, the brook lower, so
//! that cameras see some of the woods and not others. The same every time; the real heights are somebody else's data. What
//! does not belong here: reading such a file (`road::terrain`).

use std::fmt::Write;

use super::VILLAGES;

/// South-western corner of the grid. Units: degrees.
const CORNER: [f64; 2] = [105.838, 29.226];
/// Columns and rows, and from one to the next. Units: degrees, some 40 m.
const SIZE: (usize, usize) = (210, 205);
const STEP: f64 = 0.000_4;
/// The valley floor. Units: m.
const FLOOR_M: f64 = 290.0;
/// A hill: its middle and how wide it is, east and north, in thousandths of a degree; how high in metres.
struct Hill {
    middle: (f64, f64),
    up: f64,
    wide: (f64, f64),
}

const fn hill(middle: (f64, f64), up: f64, wide: (f64, f64)) -> Hill {
    Hill { middle, up, wide }
}

/// Hills of a village in the hills, their middles from its own; high above the floor.
const HILLS: &[Hill] = &[
    hill((5.2, 6.6), 210.0, (2.6, 1.9)),
    hill((8.8, 8.0), 180.0, (2.2, 1.6)),
    hill((12.4, 6.6), 120.0, (1.8, 1.5)),
    hill((1.5, 8.6), 90.0, (1.8, 1.4)),
    hill((10.6, 4.6), 70.0, (1.3, 1.0)),
];
/// Villages with hills behind them, by their place in the list.
const IN_THE_HILLS: [usize; 3] = [1, 2, 5];
/// How much lower the brook runs, and how wide its valley is. Units: m, thousandths of a degree.
const BROOK: (f64, f64) = (22.0, 1.2);

fn bell(east: f64, north: f64, (wide, high): (f64, f64)) -> f64 {
    (-((east / wide).powi(2) + (north / high).powi(2)) / 2.0).exp()
}

fn height_m(lon: f64, lat: f64) -> f64 {
    let mut height = FLOOR_M;
    for (n, (_, _, middle)) in VILLAGES.iter().enumerate() {
        let (east, north) = ((lon - middle.0) * 1_000.0, (lat - middle.1) * 1_000.0);
        if IN_THE_HILLS.contains(&n) {
            let hills = HILLS
                .iter()
                .map(|hill| hill.up * bell(east - hill.middle.0, north - hill.middle.1, hill.wide));
            height += hills.fold(0.0, f64::max);
        }
        // Fields around a village are level; its brook runs west of it.
        height -= BROOK.0 * bell(east + 3.0, north - 2.0, (BROOK.1, 4.0));
    }
    // Folds of the ground, none of them high.
    height + 9.0 * (lon * 1_700.0).sin() * (lat * 2_100.0).cos() + 4.0 * ((lon + lat) * 5_300.0).sin()
}

/// Heights around the villages as an ASCII grid in degrees, whole metres. Some 170 kB.
pub fn terrain() -> String {
    let (cols, rows) = SIZE;
    let mut grid = format!(
        "ncols {cols}\nnrows {rows}\nxllcorner {}\nyllcorner {}\ncellsize {STEP}\nNODATA_value -9999\n",
        CORNER[0], CORNER[1]
    );
    for row in 0..rows {
        // The first row is the northern one.
        let lat = CORNER[1] + ((rows - row) as f64 - 0.5) * STEP;
        for col in 0..cols {
            let lon = CORNER[0] + (col as f64 + 0.5) * STEP;
            let end = if col + 1 == cols { '\n' } else { ' ' };
            // Writing into a string cannot fail.
            let _ = write!(grid, "{:.0}{end}", height_m(lon, lat));
        }
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ground_is_read_as_any_other_and_its_hills_stand_where_the_cameras_do() {
        let text = terrain();
        assert!(text.len() < 300_000, "{} bytes", text.len());
        let ground = ::road::terrain::read(text.as_bytes()).expect("a terrain file");
        assert_eq!((ground.cols, ground.rows), SIZE);
        for n in IN_THE_HILLS {
            let (_, _, (lon, lat)) = VILLAGES[n];
            let at = |east: f64, north: f64| {
                let cell = |from: f64, first: f64, step: f64| ((from - first) / step).round() as usize;
                let col = cell(lon + east / 1_000.0, ground.first[0], ground.step[0]);
                let row = cell(ground.first[1], lat + north / 1_000.0, ground.step[1]);
                ground.heights[row * ground.cols + col]
            };
            assert!(at(5.2, 6.6) > at(0.0, 0.0) + 120.0, "the top above village {n}");
            assert!(at(-1.0, 5.0) > 0.0 && at(13.8, 10.6) > 0.0, "the whole wood lies on it");
        }
    }
}
