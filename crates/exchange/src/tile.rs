//! Vector tiles (Mapbox Vector Tile 2.1) of our own things: what lies in a tile, thinned out to what a screen can show,
//! clipped and written. A [`Drawing`] is made once and asked for many tiles. What does not belong here: who may see
//! what, and what the things are (`app::layer`).
//!
//! Spots are kept in the order of a Z curve over the Mercator square: the spots of a tile are one slice, and those of a
//! cell of it, too, so that a tile costs as much as what is in it and no index is needed beside the order.

use std::collections::HashMap;

use chrono::Datelike;
use domain::geometry::{Bounds, Geometry, Position};
use domain::time::Date;

/// The side of a tile in its own units.
const EXTENT: f64 = 4096.0;
/// How far ways and areas are drawn beyond the edge, so that no seam shows.
const MARGIN: f64 = 64.0;
/// A tile is shown by at most 2⁶ × 2⁶ spots: eight pixels of a screen each, where a dot is drawn twelve across.
const CELLS: u8 = 6;
/// Names are written when there are at most so many spots in a tile; more cannot be read.
const MOST_NAMES: usize = 600;
/// Ways and areas smaller than this are left out: half a pixel.
const LEAST: f64 = 4.0;
/// The deepest zoom there is a tile of.
pub const MOST_ZOOM: u8 = 22;

/// One thing to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Where.
    pub geometry: &'a Geometry,
    /// Its number in the layer's classes; of several spots in one cell the greatest shows.
    pub class: u8,
    /// The first day it was there; none for ever.
    pub from: Option<Date>,
    /// The day it was there no more; none while it is.
    pub until: Option<Date>,
}

#[derive(Debug, Clone, Copy)]
struct Spot {
    code: u64,
    from: i32,
    until: i32,
    item: u32,
    class: u8,
}

#[derive(Debug, Clone)]
struct Shape {
    bounds: Bounds,
    is_area: bool,
    /// Each with whether it is the outside of an area.
    runs: Vec<(bool, Vec<Position>)>,
    /// Where the name of an area stands, once on the whole map however many tiles it lies in.
    label: Option<Position>,
    from: i32,
    until: i32,
    item: u32,
    class: u8,
}

/// Things ready to be asked for by tile.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    spots: Vec<Spot>,
    shapes: Vec<Shape>,
}

/// Spots of one cell that are shown as one.
struct Cell {
    spot: Spot,
    n: u64,
}

/// Position on the Mercator square, 0 to 1 from the north-west.
fn on_square([lon, lat]: Position) -> Position {
    let y = (1.0
        - lat.clamp(-85.051_128_78, 85.051_128_78).to_radians().tan().asinh() / std::f64::consts::PI)
        / 2.0;
    [((lon + 180.0) / 360.0).clamp(0.0, 1.0), y.clamp(0.0, 1.0)]
}

/// The runs of a way or an area on the square.
fn runs_of(geometry: &Geometry) -> Vec<(bool, Vec<Position>)> {
    let squared = |run: &[Position]| run.iter().map(|at| on_square(*at)).collect();
    let area = |rings: &[Vec<Position>]| -> Vec<_> {
        rings.iter().enumerate().map(|(i, ring)| (i == 0, squared(ring))).collect()
    };
    match geometry {
        Geometry::Polygon(rings) => area(rings),
        Geometry::MultiPolygon(areas) => areas.iter().flat_map(|rings| area(rings)).collect(),
        _ => geometry.runs().into_iter().map(|run| (false, squared(run))).collect(),
    }
}

/// Twice the area of a ring on the square.
fn double_area(ring: &[Position]) -> f64 {
    ring.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum()
}

/// The middle of the largest outside ring of an area; none of a line.
fn label_of(runs: &[(bool, Vec<Position>)]) -> Option<Position> {
    let outsides = runs.iter().filter(|(is_outside, _)| *is_outside).map(|(_, ring)| ring);
    let ring = outsides.max_by(|a, b| double_area(a).abs().total_cmp(&double_area(b).abs()))?;
    let around = ring.iter().map(|at| Bounds::of(*at)).reduce(Bounds::with)?;
    let [left, top] = [around.west, around.south];
    // Reckoned from a corner: the ring is tiny beside the square.
    let near: Vec<Position> = ring.iter().map(|at| [at[0] - left, at[1] - top]).collect();
    let area = double_area(&near);
    if area == 0.0 {
        return Some([(around.west + around.east) / 2.0, (around.south + around.north) / 2.0]);
    }
    let mut middle = [0.0; 2];
    for pair in near.windows(2) {
        let cross = pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1];
        for axis in 0..2 {
            middle[axis] += (pair[0][axis] + pair[1][axis]) * cross;
        }
    }
    Some([left + middle[0] / (3.0 * area), top + middle[1] / (3.0 * area)])
}

/// Puts a nought before every bit.
fn spread(number: u32) -> u64 {
    let mut n = u64::from(number);
    for (shift, mask) in [
        (16, 0x0000_FFFF_0000_FFFF_u64),
        (8, 0x00FF_00FF_00FF_00FF),
        (4, 0x0F0F_0F0F_0F0F_0F0F),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        n = (n | (n << shift)) & mask;
    }
    n
}

/// Takes every second bit.
fn gather(code: u64) -> u32 {
    let mut n = code & 0x5555_5555_5555_5555;
    for (shift, mask) in [
        (1, 0x3333_3333_3333_3333_u64),
        (2, 0x0F0F_0F0F_0F0F_0F0F),
        (4, 0x00FF_00FF_00FF_00FF),
        (8, 0x0000_FFFF_0000_FFFF),
        (16, 0x0000_0000_FFFF_FFFF),
    ] {
        n = (n | (n >> shift)) & mask;
    }
    n as u32
}

/// Where on the Z curve.
fn code_of(at: Position) -> u64 {
    let [x, y] = on_square(at);
    let whole = |part: f64| (part * 4_294_967_296.0).min(4_294_967_295.0) as u32;
    spread(whole(x)) | (spread(whole(y)) << 1)
}

fn day(on: Option<Date>, otherwise: i32) -> i32 {
    on.map_or(otherwise, |on| on.num_days_from_ce())
}

impl Drawing {
    /// Takes in what is to be drawn; an item is told by where it stood in the list.
    pub fn new<'a>(items: impl Iterator<Item = Item<'a>>) -> Self {
        let mut drawing = Self::default();
        for (item, number) in items.zip(0_u32..) {
            let (from, until, class) = (day(item.from, i32::MIN), day(item.until, i32::MAX), item.class);
            match item.geometry {
                Geometry::Point(_) | Geometry::MultiPoint(_) => {
                    let spots = item.geometry.runs().into_iter().flatten();
                    drawing.spots.extend(spots.map(|at| Spot {
                        code: code_of(*at),
                        from,
                        until,
                        item: number,
                        class,
                    }));
                }
                _ => {
                    let is_area = matches!(item.geometry, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
                    let runs = runs_of(item.geometry);
                    let all = runs.iter().flat_map(|(_, run)| run);
                    let around = all.map(|at| Bounds::of(*at)).reduce(Bounds::with);
                    if let Some(bounds) = around {
                        drawing.shapes.push(Shape {
                            bounds,
                            is_area,
                            label: label_of(&runs).filter(|_| is_area),
                            runs,
                            from,
                            until,
                            item: number,
                            class,
                        });
                    }
                }
            }
        }
        drawing.spots.sort_unstable_by_key(|spot| (spot.code, spot.item));
        drawing
    }

    /// One tile of a layer as it was on a day. `classes` are the words of the numbers, `name` gives an item's name.
    ///
    /// Each feature says its `class`, `n` (how many spots it stands for) and, where it can be read, its `name`. The name of
    /// an area stands on a spot in its middle with `n` 0, in one tile. A tile that is not on the square is empty.
    pub fn tile<'a>(
        &self,
        tile: (u8, u32, u32),
        on: Date,
        layer: &str,
        classes: &[&str],
        name: impl Fn(usize) -> &'a str,
    ) -> Vec<u8> {
        self.tile_saying(tile, on, (layer, classes), name, &[], |_, _| "")
    }

    /// The same, of which lines and areas say more: what `said` tells of an item under each of `keys`, where it tells
    /// anything.
    pub fn tile_saying<'a>(
        &self,
        (zoom, x, y): (u8, u32, u32),
        on: Date,
        (layer, classes): (&str, &[&str]),
        name: impl Fn(usize) -> &'a str,
        keys: &[&'static str],
        said: impl Fn(usize, &str) -> &'a str,
    ) -> Vec<u8> {
        if zoom > MOST_ZOOM || u64::from(x.max(y)) >= 1_u64 << zoom {
            return Vec::new();
        }
        let on = on.num_days_from_ce();
        let cells = self.cells((zoom, x, y), on);
        let mut sheet = Sheet::default();
        let readable = cells.len() <= MOST_NAMES;
        let scale = f64::from(2_u32.pow(u32::from(zoom)));
        let into = |[left, top]: Position| {
            [(left * scale - f64::from(x)) * EXTENT, (top * scale - f64::from(y)) * EXTENT]
        };
        for shape in &self.shapes {
            let there = shape.from <= on && on < shape.until;
            let ([west, north], [east, south]) = (
                into([shape.bounds.west, shape.bounds.south]),
                into([shape.bounds.east, shape.bounds.north]),
            );
            let small = (east - west).max(south - north) < LEAST;
            let beside =
                east < -MARGIN || west > EXTENT + MARGIN || south < -MARGIN || north > EXTENT + MARGIN;
            if !there || small || beside {
                continue;
            }
            let mut pen = Pen::default();
            for (is_outside, run) in &shape.runs {
                let run: Vec<Position> = run.iter().map(|at| into(*at)).collect();
                if shape.is_area {
                    pen.ring(&clipped_ring(run), *is_outside);
                } else {
                    clipped_ways(&run).iter().for_each(|way| pen.way(way));
                }
            }
            if !pen.commands.is_empty() {
                let item = shape.item as usize;
                // The name of an area stands once, on a spot of its own; that of a way on the way.
                let named = (!shape.is_area).then(|| name(item));
                let mut tags = sheet.tags(classes, shape.class, 1, named);
                for (key, n) in keys.iter().zip(KEYS.len() as u64..) {
                    let told = said(item, key);
                    if !told.is_empty() {
                        tags.extend([n, sheet.value(Said::Word(told.to_owned()))]);
                    }
                }
                sheet.feature(if shape.is_area { 3 } else { 2 }, &tags, &pen.commands);
            }
            let label = shape.label.map(into).filter(|at| at.iter().all(|part| (0.0..EXTENT).contains(part)));
            let word = name(shape.item as usize);
            if let Some([left, top]) = label.filter(|_| !word.is_empty()) {
                // It stands for no spot: who draws dots draws none here.
                let tags = sheet.tags(classes, shape.class, 0, Some(word));
                sheet.feature(1, &tags, &[9, zigzag(left.round() as i64), zigzag(top.round() as i64)]);
            }
        }
        for cell in &cells {
            let at = |bits: u32| f64::from(bits) / 4_294_967_296.0;
            let [left, top] = into([at(gather(cell.spot.code)), at(gather(cell.spot.code >> 1))]);
            let shown = (cell.n == 1 && readable).then(|| name(cell.spot.item as usize));
            let tags = sheet.tags(classes, cell.spot.class, cell.n, shown);
            sheet.feature(1, &tags, &[9, zigzag(left.round() as i64), zigzag(top.round() as i64)]);
        }
        sheet.finish(layer, keys)
    }

    /// The spots of a tile on a day, those of one cell together.
    fn cells(&self, (zoom, x, y): (u8, u32, u32), on: i32) -> Vec<Cell> {
        let depth = 64 - 2 * u32::from(zoom);
        let first = u128::from(spread(x) | (spread(y) << 1)) << depth;
        let after = first + (1_u128 << depth);
        let from = self.spots.partition_point(|spot| u128::from(spot.code) < first);
        let to = self.spots.partition_point(|spot| u128::from(spot.code) < after);
        let shift = 64 - 2 * u32::from((zoom + CELLS).min(32));
        let mut cells: Vec<Cell> = Vec::new();
        for spot in self.spots.get(from..to).unwrap_or_default() {
            if on < spot.from || spot.until <= on {
                continue;
            }
            match cells.last_mut() {
                Some(cell) if cell.spot.code >> shift == spot.code >> shift => {
                    cell.n += 1;
                    cell.spot.class = cell.spot.class.max(spot.class);
                }
                _ => cells.push(Cell { spot: *spot, n: 1 }),
            }
        }
        cells
    }
}

/// The parts of a way within the tile and its margin.
fn clipped_ways(run: &[Position]) -> Vec<Vec<Position>> {
    let (low, high) = (-MARGIN, EXTENT + MARGIN);
    let mut ways: Vec<Vec<Position>> = Vec::new();
    for pair in run.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            let step = b[axis] - a[axis];
            for (side, towards) in [(a[axis] - low, -step), (high - a[axis], step)] {
                if towards < 0.0 {
                    enters = enters.max(side / towards);
                } else if towards > 0.0 {
                    leaves = leaves.min(side / towards);
                } else if side < 0.0 {
                    leaves = -1.0;
                }
            }
        }
        if enters > leaves {
            continue;
        }
        let at = |share: f64| [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
        match ways.last_mut().filter(|way| way.last() == Some(&a) && enters == 0.0) {
            Some(way) => way.push(if leaves == 1.0 { b } else { at(leaves) }),
            None => ways.push(vec![
                if enters == 0.0 { a } else { at(enters) },
                if leaves == 1.0 { b } else { at(leaves) },
            ]),
        }
    }
    ways
}

/// The part of a ring within the tile and its margin, by one side after the other.
fn clipped_ring(mut ring: Vec<Position>) -> Vec<Position> {
    ring.pop();
    for (axis, limit, keeps_less) in
        [(0, -MARGIN, false), (0, EXTENT + MARGIN, true), (1, -MARGIN, false), (1, EXTENT + MARGIN, true)]
    {
        let inside = |at: &Position| if keeps_less { at[axis] <= limit } else { at[axis] >= limit };
        let mut kept = Vec::with_capacity(ring.len() + 4);
        for (i, at) in ring.iter().enumerate() {
            let before = ring[(i + ring.len() - 1) % ring.len()];
            if inside(at) != inside(&before) {
                let share = (limit - before[axis]) / (at[axis] - before[axis]);
                kept.push([before[0] + (at[0] - before[0]) * share, before[1] + (at[1] - before[1]) * share]);
            }
            if inside(at) {
                kept.push(*at);
            }
        }
        ring = kept;
    }
    ring
}

fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

/// Writes the commands of a geometry, each position told by the step from the one before.
#[derive(Default)]
struct Pen {
    commands: Vec<u64>,
    at: (i64, i64),
}

impl Pen {
    fn points(run: &[Position]) -> Vec<(i64, i64)> {
        let mut points: Vec<(i64, i64)> =
            run.iter().map(|at| (at[0].round() as i64, at[1].round() as i64)).collect();
        points.dedup();
        points
    }

    fn step(&mut self, (x, y): (i64, i64)) {
        self.commands.extend([zigzag(x - self.at.0), zigzag(y - self.at.1)]);
        self.at = (x, y);
    }

    fn path(&mut self, points: &[(i64, i64)]) {
        let Some((first, rest)) = points.split_first() else { return };
        self.commands.push(9);
        self.step(*first);
        self.commands.push((rest.len() as u64) << 3 | 2);
        rest.iter().for_each(|point| self.step(*point));
    }

    fn way(&mut self, run: &[Position]) {
        let points = Self::points(run);
        if points.len() > 1 {
            self.path(&points);
        }
    }

    /// Outer rings turn clockwise on the screen and holes against it, whichever way they were drawn by whoever drew
    /// them: readers tell one from the other by that alone.
    fn ring(&mut self, run: &[Position], is_outside: bool) {
        let mut points = Self::points(run);
        if points.last() == points.first() {
            points.pop();
        }
        let next = points.iter().cycle().skip(1);
        let twice_area: i64 = points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
        if (twice_area > 0) != is_outside {
            points.reverse();
        }
        if points.len() > 2 && twice_area != 0 {
            self.path(&points);
            self.commands.push(15);
        }
    }
}

/// A word or a number of a tile's table of values.
#[derive(PartialEq, Eq, Hash)]
enum Said {
    Word(String),
    Number(u64),
}

/// What every feature may say, by the number of the key.
const KEYS: [&str; 3] = ["class", "n", "name"];

/// The one layer of a tile while it is written.
#[derive(Default)]
struct Sheet {
    features: Vec<u8>,
    values: Vec<u8>,
    known: HashMap<Said, u64>,
}

impl Sheet {
    fn value(&mut self, said: Said) -> u64 {
        let next = self.known.len() as u64;
        if let Some(known) = self.known.get(&said) {
            return *known;
        }
        let mut value = Vec::new();
        match &said {
            Said::Word(word) => field(&mut value, 1, word.as_bytes()),
            Said::Number(number) => {
                varint(&mut value, 5 << 3);
                varint(&mut value, *number);
            }
        }
        field(&mut self.values, 4, &value);
        self.known.insert(said, next);
        next
    }

    fn tags(&mut self, classes: &[&str], class: u8, n: u64, name: Option<&str>) -> Vec<u64> {
        let word = classes.get(usize::from(class)).copied().unwrap_or_default();
        let mut tags = vec![0, self.value(Said::Word(word.to_owned())), 1, self.value(Said::Number(n))];
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            tags.extend([2, self.value(Said::Word(name.to_owned()))]);
        }
        tags
    }

    fn feature(&mut self, kind: u64, tags: &[u64], commands: &[u64]) {
        let mut feature = Vec::with_capacity(24);
        packed(&mut feature, 2, tags);
        varint(&mut feature, 3 << 3);
        varint(&mut feature, kind);
        packed(&mut feature, 4, commands);
        field(&mut self.features, 2, &feature);
    }

    /// The tile; a tile without a feature is no bytes at all.
    fn finish(self, name: &str, more: &[&'static str]) -> Vec<u8> {
        if self.features.is_empty() {
            return Vec::new();
        }
        let mut layer = Vec::with_capacity(self.features.len() + self.values.len() + 64);
        field(&mut layer, 1, name.as_bytes());
        layer.extend(self.features);
        for key in KEYS.iter().chain(more) {
            field(&mut layer, 3, key.as_bytes());
        }
        layer.extend(self.values);
        varint(&mut layer, 5 << 3);
        varint(&mut layer, EXTENT as u64);
        varint(&mut layer, 15 << 3);
        varint(&mut layer, 2);
        let mut tile = Vec::with_capacity(layer.len() + 8);
        field(&mut tile, 3, &layer);
        tile
    }
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn field(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn packed(out: &mut Vec<u8>, number: u64, values: &[u64]) {
    let mut bytes = Vec::with_capacity(values.len() * 2);
    values.iter().for_each(|value| varint(&mut bytes, *value));
    field(out, number, &bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::parse_date;

    fn on() -> Date {
        parse_date("2026-11-26").expect("a day")
    }

    fn drawn(geometries: &[Geometry]) -> Drawing {
        Drawing::new(geometries.iter().map(|geometry| Item { geometry, class: 0, from: None, until: None }))
    }

    /// The fields of a message: number and either a number or bytes.
    fn fields(mut bytes: &[u8]) -> Vec<(u64, u64, Vec<u8>)> {
        fn number(bytes: &mut &[u8]) -> u64 {
            let (mut value, mut shift) = (0, 0);
            loop {
                let byte = bytes[0];
                *bytes = &bytes[1..];
                value |= u64::from(byte & 0x7F) << shift;
                shift += 7;
                if byte < 0x80 {
                    return value;
                }
            }
        }
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let key = number(&mut bytes);
            let value = number(&mut bytes);
            if key & 7 == 2 {
                let (own, rest) = bytes.split_at(value as usize);
                found.push((key >> 3, 0, own.to_vec()));
                bytes = rest;
            } else {
                found.push((key >> 3, value, Vec::new()));
            }
        }
        found
    }

    fn features(tile: &[u8]) -> Vec<Vec<u8>> {
        let Some((_, _, layer)) = fields(tile).into_iter().next() else { return Vec::new() };
        fields(&layer).into_iter().filter(|(field, _, _)| *field == 2).map(|(_, _, bytes)| bytes).collect()
    }

    fn words(tile: &[u8]) -> String {
        String::from_utf8_lossy(tile).into_owned()
    }

    #[test]
    fn a_line_says_more_where_more_is_told_and_no_key_points_at_anothers_value() {
        let way = Geometry::LineString(vec![[105.87, 29.26], [105.88, 29.26]]);
        let drawing = drawn(&[way]);
        let said = |_: usize, key: &str| if key == "engine" { "unknown" } else { "" };
        let tile = drawing.tile_saying((0, 0, 0), on(), ("roads", &["a"]), |_| "", &["mini", "engine"], said);
        assert!(tile.is_empty(), "too small to be seen from so far");
        let (x, y) = (13_010, 6_797);
        let at = |x, y| {
            drawing.tile_saying((14, x, y), on(), ("roads", &["a"]), |_| "", &["mini", "engine"], said)
        };
        let tile =
            (0..8).map(|n| at(x, y + n - 4)).find(|tile| !tile.is_empty()).expect("it lies in one of them");
        let told = words(&tile);
        assert!(told.contains("engine") && told.contains("mini") && told.contains("unknown"), "{told}");
        let layer = fields(&tile)[0].2.clone();
        let keys: Vec<Vec<u8>> =
            fields(&layer).into_iter().filter(|(field, ..)| *field == 3).map(|(.., bytes)| bytes).collect();
        assert_eq!(keys[4], b"engine");
        let tags = fields(&features(&tile)[0]).into_iter().find(|(field, ..)| *field == 2).expect("tags").2;
        assert_eq!(tags, [0, 0, 1, 1, 4, 2], "class, n, and what is told of the engine");
    }

    #[test]
    fn a_spot_is_in_its_tile_and_in_no_other() {
        let town = drawn(&[Geometry::Point([105.95, 29.35])]);
        for zoom in [0_u8, 5, 12, 22] {
            let scale = f64::from(2_u32.pow(u32::from(zoom)));
            let [left, top] = on_square([105.95, 29.35]);
            let (x, y) = ((left * scale) as u32, (top * scale) as u32);
            let tile = town.tile((zoom, x, y), on(), "places", &["red"], |_| "老街五金店");
            assert_eq!(features(&tile).len(), 1, "zoom {zoom}");
            assert!(words(&tile).contains("老街五金店"));
            if zoom > 0 {
                assert!(town.tile((zoom, x ^ 1, y), on(), "places", &["red"], |_| "").is_empty());
            }
        }
        assert!(town.tile((3, 8, 0), on(), "places", &[], |_| "").is_empty(), "no such tile");
        assert!(town.tile((40, 0, 0), on(), "places", &[], |_| "").is_empty(), "no such zoom");
    }

    #[test]
    fn what_was_not_there_on_the_day_is_not_drawn() {
        let at = Geometry::Point([105.95, 29.35]);
        let (from, until) = (parse_date("2026-01-01"), parse_date("2026-02-01"));
        let drawing = Drawing::new([Item { geometry: &at, class: 0, from, until }].into_iter());
        let n = |day: &str| {
            features(&drawing.tile((0, 0, 0), parse_date(day).expect("a day"), "l", &["a"], |_| "")).len()
        };
        assert_eq!((n("2025-12-31"), n("2026-01-01"), n("2026-01-31"), n("2026-02-01")), (0, 1, 1, 0));
    }

    #[test]
    fn spots_too_close_to_tell_apart_are_one_with_the_worst_class_and_their_number() {
        let spots: Vec<Geometry> =
            (0..500).map(|i| Geometry::Point([105.95 + f64::from(i) * 1e-7, 29.35])).collect();
        let items = spots.iter().zip(0_u16..).map(|(geometry, i)| Item {
            geometry,
            class: u8::from(i == 77),
            from: None,
            until: None,
        });
        let tile = Drawing::new(items).tile((3, 6, 3), on(), "l", &["mild", "worst"], |_| "");
        assert_eq!(features(&tile).len(), 1);
        assert!(words(&tile).contains("worst") && !words(&tile).contains("mild"));
        let number_500 = [5 << 3, 0xF4, 0x03];
        assert!(tile.windows(3).any(|three| three == number_500), "500 in all");
    }

    #[test]
    fn a_tile_stays_small_however_much_is_in_it() {
        let spots: Vec<Geometry> = (0..60_000)
            .map(|i| Geometry::Point([105.9 + f64::from(i % 300) * 3e-4, 29.3 + f64::from(i / 300) * 3e-4]))
            .collect();
        let drawing = drawn(&spots);
        for tile in [(0, 0, 0), (8, 203, 106), (10, 813, 424), (12, 3253, 1699)] {
            let tile_bytes = drawing.tile(tile, on(), "l", &["a"], |_| "一个不短的名称");
            let (bytes, dots) = (tile_bytes.len(), features(&tile_bytes).len());
            assert!(bytes < 150_000 && dots <= 64 * 64, "{tile:?}: {bytes} bytes, {dots} dots");
        }
    }

    #[test]
    fn an_area_is_named_once_however_many_tiles_it_lies_in() {
        let ring = vec![[105.80, 29.20], [105.95, 29.20], [105.95, 29.35], [105.80, 29.35], [105.80, 29.20]];
        let village = drawn(&[Geometry::Polygon(vec![ring])]);
        let (mut drawn, mut named) = (0, 0);
        let scale = f64::from(2_u32.pow(13));
        let [left, bottom] = on_square([105.80, 29.20]);
        let [right, top] = on_square([105.95, 29.35]);
        for x in (left * scale) as u32..=(right * scale) as u32 {
            for y in (top * scale) as u32..=(bottom * scale) as u32 {
                let tile =
                    village.tile((13, x, y), on(), "territories", &["outline_village"], |_| "佛岩寺村");
                drawn += usize::from(!tile.is_empty());
                named += usize::from(words(&tile).contains("佛岩寺村"));
            }
        }
        assert!(drawn > 6, "{drawn}");
        assert_eq!(named, 1);
    }

    #[test]
    fn ways_and_areas_are_cut_at_the_margin() {
        let way = clipped_ways(&[
            [-1000.0, 100.0],
            [5000.0, 100.0],
            [5000.0, 9000.0],
            [100.0, 9000.0],
            [100.0, 200.0],
        ]);
        assert_eq!(way, vec![vec![[-64.0, 100.0], [4160.0, 100.0]], vec![[100.0, 4160.0], [100.0, 200.0]],]);
        let ring = clipped_ring(vec![[-9e3, -9e3], [9e3, -9e3], [9e3, 9e3], [-9e3, 9e3], [-9e3, -9e3]]);
        assert_eq!(ring.len(), 4);
        assert!(ring.iter().flatten().all(|part| *part == -64.0 || *part == 4160.0), "{ring:?}");
        assert!(clipped_ring(vec![[9e3, 0.0], [9.1e3, 0.0], [9.1e3, 1.0], [9e3, 0.0]]).is_empty());
    }

    #[test]
    fn an_area_is_in_every_tile_it_covers() {
        let area: Geometry = serde_json::from_str(
            r#"{"type":"Polygon","coordinates":[[[105.9,29.3],[106.0,29.3],[106.0,29.4],[105.9,29.4],[105.9,29.3]]]}"#,
        )
        .expect("an area");
        let drawing = drawn(&[area, Geometry::LineString(vec![[105.9, 29.3], [106.0, 29.4]])]);
        let [left, top] = on_square([105.95, 29.35]);
        let (x, y) = ((left * 16_384.0) as u32, (top * 16_384.0) as u32);
        assert_eq!(features(&drawing.tile((14, x, y), on(), "l", &["a"], |_| "")).len(), 2);
        assert_eq!(
            features(&drawing.tile((14, x + 2, y), on(), "l", &["a"], |_| "")).len(),
            1,
            "off the way"
        );
        assert_eq!(features(&drawing.tile((3, 6, 3), on(), "l", &["a"], |_| "")).len(), 2, "a few pixels");
        assert_eq!(
            features(&drawing.tile((0, 0, 0), on(), "l", &["a"], |_| "")).len(),
            0,
            "less than half a pixel"
        );
    }
}
