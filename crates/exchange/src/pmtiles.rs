//! PMTiles 3: a map of tiles in one file, found by directories of byte ranges. What does not belong here: opening the
//! file and reading from it (`app`), what is on the tiles.
//!
//! Source: <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>.

use std::io::Read;

use domain::geometry::Bounds;

/// Bytes of the head.
pub const HEAD: usize = 127;
/// A directory unpacked is no longer; real ones have some ten thousand entries.
const LONGEST: u64 = 64 << 20;
/// Directories below the first at most, by the standard.
const DEEPEST: usize = 3;

/// The file is cut off or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// A stretch of the file. Units: bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// From its beginning.
    pub at: u64,
    /// How many.
    pub length: u64,
}

/// What a tile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Mapbox vector tile.
    Mvt,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

/// What the head says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    root: Range,
    leaves: u64,
    data: u64,
    packed: u8,
    /// Whether tiles are packed by gzip.
    pub tiles_gzip: bool,
    /// What tiles are.
    pub form: Form,
    /// Least and greatest zoom.
    pub zooms: (u8, u8),
    /// What they cover.
    pub bounds: Bounds,
    metadata: Range,
}

impl Head {
    /// Reads the head of a file.
    ///
    /// Errors: it is none of this version, or packed in a way nothing here unpacks.
    pub fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        if !bytes.starts_with(b"PMTiles\x03") {
            return Err(Damaged);
        }
        let long = |at: usize| {
            let part = bytes.get(at..at + 8).and_then(|part| part.try_into().ok());
            part.map(u64::from_le_bytes).ok_or(Damaged)
        };
        let degrees = |at: usize| {
            let part = bytes.get(at..at + 4).and_then(|part| part.try_into().ok());
            part.map(|part| f64::from(i32::from_le_bytes(part)) / 1e7).ok_or(Damaged)
        };
        let byte = |at: usize| bytes.get(at).copied().ok_or(Damaged);
        let packed = byte(97)?;
        let tiles_gzip = match byte(98)? {
            1 => false,
            2 => true,
            _ => return Err(Damaged),
        };
        let form = match byte(99)? {
            1 => Form::Mvt,
            2 => Form::Png,
            3 => Form::Jpeg,
            4 => Form::Webp,
            _ => return Err(Damaged),
        };
        Ok(Self {
            root: Range { at: long(8)?, length: long(16)? },
            metadata: Range { at: long(24)?, length: long(32)? },
            leaves: long(40)?,
            data: long(56)?,
            packed,
            tiles_gzip,
            form,
            zooms: (byte(100)?, byte(101)?),
            bounds: Bounds {
                west: degrees(102)?,
                south: degrees(106)?,
                east: degrees(110)?,
                north: degrees(114)?,
            },
        })
    }

    /// Where a tile stands; none where the map has none. `part` reads a stretch of the file.
    pub fn find<E: From<Damaged>>(
        &self,
        (z, x, y): (u8, u32, u32),
        mut part: impl FnMut(Range) -> Result<Vec<u8>, E>,
    ) -> Result<Option<Range>, E> {
        let Some(wanted) = tile_id(z, x, y) else { return Ok(None) };
        let mut at = self.root;
        for _ in 0..=DEEPEST {
            let entries = directory(&self.unpacked(part(at)?)?)?;
            let n = entries.partition_point(|entry| entry.tile <= wanted);
            let Some(entry) = n.checked_sub(1).and_then(|n| entries.get(n)) else { return Ok(None) };
            if entry.run == 0 {
                at = Range { at: self.leaves.checked_add(entry.at).ok_or(Damaged)?, length: entry.length };
            } else if wanted - entry.tile < entry.run {
                let at = self.data.checked_add(entry.at).ok_or(Damaged)?;
                return Ok(Some(Range { at, length: entry.length }));
            } else {
                return Ok(None);
            }
        }
        Err(Damaged.into())
    }

    /// What else the file says of itself: `vector_layers`, `attribution` and others.
    pub fn told<E: From<Damaged>>(
        &self,
        part: impl FnOnce(Range) -> Result<Vec<u8>, E>,
    ) -> Result<serde_json::Value, E> {
        let text = self.unpacked(part(self.metadata)?)?;
        Ok(serde_json::from_slice(&text).map_err(|_| Damaged)?)
    }

    fn unpacked(&self, bytes: Vec<u8>) -> Result<Vec<u8>, Damaged> {
        match self.packed {
            1 => Ok(bytes),
            2 => {
                let mut out = Vec::new();
                let read =
                    flate2::read::GzDecoder::new(bytes.as_slice()).take(LONGEST + 1).read_to_end(&mut out);
                read.ok().filter(|n| *n as u64 <= LONGEST).map(|_| out).ok_or(Damaged)
            }
            _ => Err(Damaged),
        }
    }
}

/// Ids of `vector_layers` of a map's metadata. What was converted from MBTiles may keep them as text under `json`.
pub fn layer_ids(metadata: &serde_json::Value) -> Vec<String> {
    let text = metadata.get("json").and_then(|text| text.as_str());
    let kept: Option<serde_json::Value> = text.and_then(|text| serde_json::from_str(text).ok());
    let told = |of: &serde_json::Value| of.get("vector_layers").and_then(|layers| layers.as_array().cloned());
    let layers = told(metadata).or_else(|| kept.as_ref().and_then(told));
    let id = |layer: &serde_json::Value| Some(layer.get("id")?.as_str()?.to_owned());
    layers.iter().flatten().filter_map(id).collect()
}

struct Entry {
    tile: u64,
    run: u64,
    at: u64,
    length: u64,
}

/// The entries of a directory.
fn directory(bytes: &[u8]) -> Result<Vec<Entry>, Damaged> {
    let mut rest = bytes;
    let mut next = || -> Result<u64, Damaged> {
        let (mut sum, mut shift) = (0_u64, 0_u32);
        loop {
            let (byte, later) = rest.split_first().ok_or(Damaged)?;
            rest = later;
            sum |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(Damaged)?;
            if *byte < 0x80 {
                return Ok(sum);
            }
            shift += 7;
        }
    };
    let n = usize::try_from(next()?).map_err(|_| Damaged)?;
    // Each entry takes four bytes at least.
    if n > bytes.len() {
        return Err(Damaged);
    }
    let mut entries = Vec::with_capacity(n);
    let mut tile = 0_u64;
    for _ in 0..n {
        tile = tile.checked_add(next()?).ok_or(Damaged)?;
        entries.push(Entry { tile, run: 0, at: 0, length: 0 });
    }
    for entry in &mut entries {
        entry.run = next()?;
    }
    for entry in &mut entries {
        entry.length = next()?;
    }
    let mut end = 0_u64;
    for (n, entry) in entries.iter_mut().enumerate() {
        entry.at = match next()? {
            0 if n > 0 => end,
            given => given.checked_sub(1).ok_or(Damaged)?,
        };
        end = entry.at.checked_add(entry.length).ok_or(Damaged)?;
    }
    Ok(entries)
}

/// The number of a tile along the Hilbert curve, after all of smaller zooms; none when there is no such tile.
pub fn tile_id(z: u8, x: u32, y: u32) -> Option<u64> {
    if z > 30 || u64::from(x) >= 1 << z || u64::from(y) >= 1 << z {
        return None;
    }
    let before = ((1_u64 << (2 * u32::from(z))) - 1) / 3;
    let (mut x, mut y, mut along) = (u64::from(x), u64::from(y), 0_u64);
    let mut side = (1_u64 << z) >> 1;
    while side > 0 {
        let (right, up) = (u64::from(x & side > 0), u64::from(y & side > 0));
        along += side * side * ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (side.wrapping_sub(1).wrapping_sub(x), side.wrapping_sub(1).wrapping_sub(y));
            }
            (x, y) = (y, x);
        }
        side >>= 1;
    }
    Some(before + along)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varints(numbers: &[u64]) -> Vec<u8> {
        let mut out = Vec::new();
        for number in numbers {
            let mut left = *number;
            while left >= 0x80 {
                out.push(left as u8 | 0x80);
                left >>= 7;
            }
            out.push(left as u8);
        }
        out
    }

    /// A map of zoom 0 to 1 whose first directory leads to a second.
    fn map() -> Vec<u8> {
        // Tiles 1 and 2 are the same bytes; 4 is missing.
        let leaf = varints(&[2, 1, 2, 2, 1, 3, 4, 5, 0]);
        let root = varints(&[2, 0, 1, 1, 0, 4, leaf.len() as u64, 1, 1]);
        let mut bytes = vec![0; HEAD];
        bytes[..8].copy_from_slice(b"PMTiles\x03");
        let metadata = br#"{"vector_layers":[{"id":"water"},{"id":"roads"}]}"#;
        let mut at = HEAD;
        let mut put = |bytes: &mut Vec<u8>, field: usize, part: &[u8]| {
            bytes[field..field + 8].copy_from_slice(&(at as u64).to_le_bytes());
            bytes[field + 8..field + 16].copy_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
            at += part.len();
        };
        put(&mut bytes, 8, &root);
        put(&mut bytes, 24, metadata);
        put(&mut bytes, 40, &leaf);
        put(&mut bytes, 56, b"ZEROoneTWOO");
        bytes[97..102].copy_from_slice(&[1, 1, 1, 0, 1]);
        bytes[102..106].copy_from_slice(&(1_058_700_000_i32).to_le_bytes());
        bytes
    }

    fn read(bytes: &[u8], range: Range) -> Result<Vec<u8>, Damaged> {
        let (at, length) = (range.at as usize, range.length as usize);
        bytes.get(at..at + length).map(<[_]>::to_vec).ok_or(Damaged)
    }

    #[test]
    fn layers_are_found_where_a_converter_kept_them_as_text() {
        let of = |text: &str| layer_ids(&serde_json::from_str(text).expect("written in a test"));
        assert_eq!(of(r#"{"vector_layers":[{"id":"water"}]}"#), ["water"]);
        assert_eq!(of(r#"{"json":"{\"vector_layers\":[{\"id\":\"lines\"}]}"}"#), ["lines"]);
        assert_eq!(of(r#"{"json":"{"}"#), Vec::<String>::new());
    }

    #[test]
    fn numbers_of_tiles_are_those_of_the_standard() {
        for (tile, id) in
            [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 0, 1), 2), ((1, 1, 1), 3), ((1, 1, 0), 4), ((2, 0, 0), 5)]
        {
            assert_eq!(tile_id(tile.0, tile.1, tile.2), Some(id), "{tile:?}");
        }
        assert_eq!(tile_id(12, 3423, 1763), Some(19_078_479), "as the standard's own example has it");
        assert_eq!((tile_id(1, 2, 0), tile_id(31, 0, 0)), (None, None));
    }

    #[test]
    fn tiles_are_found_through_directories_and_a_missing_one_is_none() {
        let bytes = map();
        let head = Head::read(&bytes).expect("a head");
        let tile = |z, x, y| {
            let found = head.find((z, x, y), |range| read(&bytes, range)).expect("found");
            found.map(|range| String::from_utf8(read(&bytes, range).expect("bytes")).expect("text"))
        };
        assert_eq!(tile(0, 0, 0).as_deref(), Some("ZERO"));
        assert_eq!((tile(1, 0, 0).as_deref(), tile(1, 0, 1).as_deref()), (Some("one"), Some("one")));
        assert_eq!(tile(1, 1, 1).as_deref(), Some("TWOO"));
        assert_eq!((tile(1, 1, 0), tile(2, 0, 0), tile(9, 600, 0)), (None, None, None));
        let told = head.told(|range| read(&bytes, range)).expect("told");
        assert_eq!(layer_ids(&told), ["water", "roads"]);
        assert_eq!((head.zooms, head.form, head.bounds.west), ((0, 1), Form::Mvt, 105.87));
        assert_eq!(Head::read(b"PMTiles\x02"), Err(Damaged));
        assert_eq!(Head::read(&bytes[..100]), Err(Damaged));
        let lost = head.find((1, 0, 0), |range| read(&bytes[..HEAD + 12], range));
        assert_eq!(lost, Err(Damaged));
    }
}
