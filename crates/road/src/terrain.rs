//! Heights of the ground on a grid of degrees, from a GeoTIFF or an ASCII grid. What does not belong here: what can be
//! seen over it (`sight`).
//!
//! Source: OGC 19-008r4 (GeoTIFF 1.1); the ASCII grid as Esri's tools write it.

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

/// Cells at most: a district at 12 m, and 100 MB in memory.
const MOST_CELLS: usize = 25_000_000;

/// Why a terrain file was turned away, in one Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TerrainError {
    /// Neither of the formats, or cut off.
    #[error("地形文件读不出来：请提供 GeoTIFF（.tif）或 ASCII 格网（.asc），并确认文件完整")]
    Unreadable,
    /// Not in degrees.
    #[error("地形文件不是经纬度坐标（{system}）：请在 QGIS 中重投影为 EPSG:4326 后再放入")]
    Projected {
        /// What the file says.
        system: String,
    },
    /// More cells than one machine of a town holds.
    #[error("地形文件有 {cells} 个格点，超过 2500 万个的上限：请先截取本镇范围或降低分辨率")]
    TooLarge {
        /// How many.
        cells: u64,
    },
}

impl TerrainError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "terrain.unreadable",
            Self::Projected { .. } => "terrain.projected",
            Self::TooLarge { .. } => "terrain.too_large",
        }
    }
}

/// Heights above the sea on a grid; rows from north to south, columns from west to east.
#[derive(Debug, Clone, PartialEq)]
pub struct Terrain {
    /// Columns.
    pub cols: usize,
    /// Rows.
    pub rows: usize,
    /// Longitude and latitude of the middle of the first cell, the north-western one. Units: degrees.
    pub first: [f64; 2],
    /// From a cell to the next one east, to the next one south. Units: degrees, both positive.
    pub step: [f64; 2],
    /// One a cell; not a number where nobody knows. Units: metres.
    pub heights: Vec<f32>,
}

fn on_earth(terrain: Terrain) -> Result<Terrain, TerrainError> {
    let [west, north] = terrain.first;
    let east = west + terrain.step[0] * terrain.cols as f64;
    let south = north - terrain.step[1] * terrain.rows as f64;
    let is_degrees = west >= -181.0 && east <= 181.0 && south >= -91.0 && north <= 91.0;
    if !is_degrees {
        return Err(TerrainError::Projected { system: format!("左上角为 {west:.0}，{north:.0}") });
    }
    let is_grid = terrain.step.iter().all(|step| *step > 0.0) && terrain.cols > 1 && terrain.rows > 1;
    if !is_grid || terrain.heights.len() != terrain.cols * terrain.rows {
        return Err(TerrainError::Unreadable);
    }
    Ok(terrain)
}

fn not_too_many(cols: usize, rows: usize) -> Result<(), TerrainError> {
    match cols.checked_mul(rows) {
        Some(cells) if cells <= MOST_CELLS => Ok(()),
        cells => Err(TerrainError::TooLarge { cells: cells.map_or(u64::MAX, |cells| cells as u64) }),
    }
}

/// Reads a GeoTIFF or an ASCII grid; the content tells which.
pub fn read(bytes: &[u8]) -> Result<Terrain, TerrainError> {
    match bytes {
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => geotiff(bytes),
        _ => ascii(std::str::from_utf8(bytes).map_err(|_| TerrainError::Unreadable)?),
    }
}

fn ascii(text: &str) -> Result<Terrain, TerrainError> {
    let wrong = || TerrainError::Unreadable;
    let mut words = text.split_ascii_whitespace().peekable();
    let (mut cols, mut rows, mut step, mut gone) = (None, None, None, -9999.0);
    let (mut west, mut south, mut is_corner) = (None, None, false);
    while words.peek().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_alphabetic())) {
        let key = words.next().ok_or_else(wrong)?.to_ascii_lowercase();
        let value: f64 = words.next().and_then(|word| word.parse().ok()).ok_or_else(wrong)?;
        match key.as_str() {
            "ncols" => cols = Some(value as usize),
            "nrows" => rows = Some(value as usize),
            "xllcorner" | "xllcenter" => {
                west = Some(value);
                is_corner = key == "xllcorner";
            }
            "yllcorner" | "yllcenter" => south = Some(value),
            "cellsize" => step = Some(value),
            "nodata_value" => gone = value,
            _ => return Err(wrong()),
        }
    }
    let (Some(cols), Some(rows), Some(step), Some(west), Some(south)) = (cols, rows, step, west, south)
    else {
        return Err(wrong());
    };
    not_too_many(cols, rows)?;
    let heights: Result<Vec<f32>, TerrainError> = words
        .map(|word| {
            let height: f64 = word.parse().map_err(|_| wrong())?;
            Ok(if height == gone { f32::NAN } else { height as f32 })
        })
        .collect();
    let half = if is_corner { step / 2.0 } else { 0.0 };
    let north = south + half + step * (rows.max(1) - 1) as f64;
    on_earth(Terrain { cols, rows, first: [west + half, north], step: [step, step], heights: heights? })
}

fn geotiff(bytes: &[u8]) -> Result<Terrain, TerrainError> {
    let wrong = |_: tiff::TiffError| TerrainError::Unreadable;
    let mut file = Decoder::new(Cursor::new(bytes)).map_err(wrong)?;
    let (cols, rows) = file.dimensions().map_err(wrong)?;
    let (cols, rows) = (cols as usize, rows as usize);
    not_too_many(cols, rows)?;
    let scale = file.get_tag_f64_vec(Tag::ModelPixelScaleTag).map_err(wrong)?;
    let tie = file.get_tag_f64_vec(Tag::ModelTiepointTag).map_err(wrong)?;
    let ([dx, dy, ..], [i, j, _, x, y, ..]) = (scale.as_slice(), tie.as_slice()) else {
        return Err(TerrainError::Unreadable);
    };
    let keys = file.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).unwrap_or_default();
    let key = |wanted: u16| {
        let own = keys.chunks_exact(4).skip(1).find(|entry| entry.first() == Some(&wanted));
        own.and_then(|entry| entry.get(3).copied())
    };
    // 1024: which kind of system; 2 is degrees. 3072: the projected one.
    if key(1024).is_some_and(|kind| kind != 2) {
        let system = key(3072).map_or_else(|| "投影坐标".to_owned(), |code| format!("EPSG:{code}"));
        return Err(TerrainError::Projected { system });
    }
    // 1025: whether the tie is the corner of a cell (1, also when nothing is said) or its middle (2).
    let half = if key(1025) == Some(2) { 0.0 } else { 0.5 };
    let gone = file.get_tag_ascii_string(Tag::GdalNodata).ok();
    let gone: Option<f64> = gone.and_then(|text| text.trim_matches(['\0', ' ']).parse().ok());
    let (first, step) = ([x + (half - i) * dx, y - (half - j) * dy], [*dx, *dy]);
    let heights: Vec<f64> = match file.read_image().map_err(wrong)? {
        DecodingResult::U8(all) => all.into_iter().map(f64::from).collect(),
        DecodingResult::I8(all) => all.into_iter().map(f64::from).collect(),
        DecodingResult::U16(all) => all.into_iter().map(f64::from).collect(),
        DecodingResult::I16(all) => all.into_iter().map(f64::from).collect(),
        DecodingResult::U32(all) => all.into_iter().map(f64::from).collect(),
        DecodingResult::I32(all) => all.into_iter().map(f64::from).collect(),
        DecodingResult::F32(all) => all.into_iter().map(f64::from).collect(),
        DecodingResult::F64(all) => all,
        _ => return Err(TerrainError::Unreadable),
    };
    let heights = heights.into_iter().map(|height| match gone {
        Some(gone) if height == gone => f32::NAN,
        _ => height as f32,
    });
    on_earth(Terrain { cols, rows, first, step, heights: heights.collect() })
}

impl Terrain {
    /// Where a position lies, in cells east and south of the middle of the first one.
    pub fn cell_of(&self, [lon, lat]: [f64; 2]) -> [f64; 2] {
        [(lon - self.first[0]) / self.step[0], (self.first[1] - lat) / self.step[1]]
    }

    /// The middle of a cell, degrees.
    pub fn middle(&self, col: usize, row: usize) -> [f64; 2] {
        [self.first[0] + self.step[0] * col as f64, self.first[1] - self.step[1] * row as f64]
    }

    /// Height at a place between the middles of cells, straight between them; not a number outside and where one of them
    /// is unknown. Units: metres.
    pub fn height(&self, [x, y]: [f64; 2]) -> f64 {
        let is_in = x >= 0.0 && y >= 0.0 && x <= (self.cols - 1) as f64 && y <= (self.rows - 1) as f64;
        if !is_in {
            return f64::NAN;
        }
        let (col, row) = ((x as usize).min(self.cols - 2), (y as usize).min(self.rows - 2));
        let (right, down) = (x - col as f64, y - row as f64);
        // A neighbour that has no share is not asked: beside the unknown the known still is.
        let share = |col: usize, row: usize, share: f64| match share {
            0.0 => 0.0,
            share => f64::from(self.heights.get(row * self.cols + col).copied().unwrap_or(f32::NAN)) * share,
        };
        share(col, row, (1.0 - right) * (1.0 - down))
            + share(col + 1, row, right * (1.0 - down))
            + share(col, row + 1, (1.0 - right) * down)
            + share(col + 1, row + 1, right * down)
    }
}

#[cfg(test)]
mod tests {
    use tiff::encoder::{TiffEncoder, colortype::Gray32Float};

    use super::*;

    const GRID: &str = "ncols 3\nnrows 2\nxllcorner 105.0\nyllcorner 29.0\ncellsize 0.5\nNODATA_value -9999\n1 2 3\n4 -9999 6\n";

    #[test]
    fn an_ascii_grid_lies_where_it_says() {
        let grid = read(GRID.as_bytes()).expect("a grid");
        assert_eq!((grid.cols, grid.rows, grid.first, grid.step), (3, 2, [105.25, 29.75], [0.5, 0.5]));
        assert_eq!((grid.height([0.0, 0.0]), grid.height([0.5, 0.0])), (1.0, 1.5));
        assert_eq!(grid.height([0.0, 0.5]), 2.5);
        assert!(grid.height([0.5, 0.5]).is_nan(), "beside the unknown");
        assert!(grid.height([3.0, 0.0]).is_nan(), "outside");
        assert_eq!(grid.cell_of(grid.middle(2, 1)), [2.0, 1.0]);
        let centred = GRID.replace("corner", "center");
        assert_eq!(read(centred.as_bytes()).expect("a grid").first, [105.0, 29.5]);
    }

    #[test]
    fn what_is_no_grid_of_degrees_is_named() {
        let metres = GRID.replace("105.0", "356000").replace("29.0", "3250000").replace("0.5", "30");
        assert_eq!(read(metres.as_bytes()).expect_err("refused").code(), "terrain.projected");
        for wrong in ["", "ncols 3", &GRID.replace("4 -9999 6", "4 -9999"), &GRID.replace("2 3", "zwei 3")] {
            assert_eq!(read(wrong.as_bytes()), Err(TerrainError::Unreadable), "{wrong}");
        }
        let huge = GRID.replace("ncols 3", "ncols 100000").replace("nrows 2", "nrows 100000");
        assert_eq!(read(huge.as_bytes()).expect_err("refused").code(), "terrain.too_large");
        assert_eq!(read(b"II*\0\x08\0\0\0"), Err(TerrainError::Unreadable));
        assert_eq!(read(b"\xff\xfe"), Err(TerrainError::Unreadable));
    }

    fn tiff_of(kind: u16) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut out).expect("an encoder");
        let mut image = encoder.new_image::<Gray32Float>(3, 2).expect("an image");
        let tags = image.encoder();
        tags.write_tag(Tag::ModelPixelScaleTag, &[0.5_f64, 0.5, 0.0][..]).expect("a tag");
        tags.write_tag(Tag::ModelTiepointTag, &[0.0_f64, 0.0, 0.0, 105.0, 30.0, 0.0][..]).expect("a tag");
        let keys = [1_u16, 1, 0, 3, 1024, 0, 1, kind, 1025, 0, 1, 1, 3072, 0, 1, 4544];
        tags.write_tag(Tag::GeoKeyDirectoryTag, &keys[..]).expect("a tag");
        tags.write_tag(Tag::GdalNodata, "-9999").expect("a tag");
        image.write_data(&[1.0, 2.0, 3.0, 4.0, -9999.0, 6.0]).expect("data");
        out.into_inner()
    }

    #[test]
    fn a_geotiff_says_the_same_and_a_projected_one_is_refused() {
        let (tiff, grid) = (read(&tiff_of(2)).expect("a tiff"), read(GRID.as_bytes()).expect("a grid"));
        assert_eq!((tiff.first, tiff.step, tiff.cols), (grid.first, grid.step, grid.cols));
        assert!(tiff.heights[4].is_nan() && tiff.heights[5] == 6.0);
        let told = read(&tiff_of(1)).expect_err("refused");
        assert_eq!(told, TerrainError::Projected { system: "EPSG:4544".to_owned() });
    }
}
