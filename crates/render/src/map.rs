//! A map drawn on a paper: roads, signs, legend, north and scale as plain lines, readable in black and white. The PDF and
//! the editable file draw the same strokes. What does not belong here: what lies on it (`domain::document`).

use std::collections::BTreeSet;

use domain::document::{Map, Sign, Spot};
use serde::Serialize;

/// Metres in a degree of latitude, on the sphere of the mean radius.
const DEGREE_M: f64 = 111_195.0;
/// Least and greatest height of the map itself. Units: mm.
const HEIGHT_MM: (f64, f64) = (60.0, 145.0);
/// Between what lies outermost and the frame. Units: mm.
const MARGIN_MM: f64 = 8.0;
/// Extent of what is drawn at least, or one place would fill the map. Units: metres.
const LEAST_M: f64 = 400.0;
/// The scale's bar at most. Units: mm.
const BAR_MM: f64 = 40.0;
/// Size of the legend. Units: points.
const LEGEND_PT: f64 = 9.0;
/// Height of a line of the legend, room before a word and after it. Units: mm.
const LEGEND_MM: (f64, f64, f64) = (6.0, 7.0, 5.0);
const MM_PER_PT: f64 = 25.4 / 72.0;

/// A place on the sheet from the upper left of the map. Units: mm.
type At = [f64; 2];

/// One stroke.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "ink", rename_all = "snake_case")]
pub(crate) enum Ink {
    /// Lines of one look.
    Path {
        lines: Vec<Vec<At>>,
        /// Whether each ends where it begins.
        closed: bool,
        /// Width in mm.
        width: f64,
        /// Share of white in the line, and in what it encloses; none leaves that empty.
        grey: u8,
        fill: Option<u8>,
        dashed: bool,
    },
    /// A word whose middle line is at a height.
    Text {
        /// Left end and middle of the box.
        at: At,
        /// Width of the box in mm.
        width: f64,
        /// Points.
        size: f64,
        text: String,
        centred: bool,
        white: bool,
    },
}

/// Strokes on a sheet. Units: mm.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) inks: Vec<Ink>,
}

/// From degrees to the sheet.
struct Scale {
    west: f64,
    north: f64,
    /// A degree of longitude is shorter than one of latitude by this.
    shrink: f64,
    mm_per_m: f64,
    /// Where the middle of what is drawn comes to lie.
    shift: At,
}

fn degrees(spot: &Spot) -> [f64; 2] {
    spot.map(|part| f64::from(part) / 1e7)
}

impl Scale {
    /// The scale of a map so wide, and how high it becomes.
    fn of(map: &Map, width: f64) -> (Self, f64) {
        let spots = || map.marks.iter().map(|mark| &mark.at).chain(map.ways.iter().flatten()).map(degrees);
        let range = |of: fn([f64; 2]) -> f64| {
            let fold = spots().map(of);
            fold.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), one| (low.min(one), high.max(one)))
        };
        let whole = |(low, high): (f64, f64)| if low <= high { (low, high) } else { (0.0, 0.0) };
        let (west, east) = whole(range(|at| at[0]));
        let (south, north) = whole(range(|at| at[1]));
        let shrink = ((south + north) / 2.0).to_radians().cos();
        let wide_m = (east - west) * DEGREE_M * shrink;
        let high_m = (north - south) * DEGREE_M;
        let room = width - 2.0 * MARGIN_MM;
        let wanted = room * high_m.max(LEAST_M) / wide_m.max(LEAST_M) + 2.0 * MARGIN_MM;
        let height = wanted.clamp(HEIGHT_MM.0, HEIGHT_MM.1);
        let mm_per_m = (room / wide_m.max(LEAST_M)).min((height - 2.0 * MARGIN_MM) / high_m.max(LEAST_M));
        let shift = [(width - wide_m * mm_per_m) / 2.0, (height - high_m * mm_per_m) / 2.0];
        (Self { west, north, shrink, mm_per_m, shift }, height)
    }

    fn place(&self, spot: &Spot) -> At {
        let [lon, lat] = degrees(spot);
        let x = (lon - self.west) * DEGREE_M * self.shrink * self.mm_per_m;
        let y = (self.north - lat) * DEGREE_M * self.mm_per_m;
        [x + self.shift[0], y + self.shift[1]]
    }

    /// A length for the bar: one, two or five of some power of ten. Units: metres.
    fn bar_m(&self) -> f64 {
        let most = BAR_MM / self.mm_per_m;
        let tens = 10_f64.powf(most.log10().floor());
        [5.0, 2.0].iter().map(|times| times * tens).find(|length| *length <= most).unwrap_or(tens)
    }

    /// What one stands for, as `1:25000` says it, to two figures.
    fn ratio(&self) -> u64 {
        let ratio = 1_000.0 / self.mm_per_m;
        let tens = 10_f64.powf(ratio.log10().floor() - 1.0);
        ((ratio / tens).round() * tens) as u64
    }
}

fn ring(at: At, radius: f64, corners: u32) -> Vec<At> {
    (0..corners)
        .map(|n| {
            let turn = f64::from(n) / f64::from(corners) * std::f64::consts::TAU;
            [at[0] + radius * turn.sin(), at[1] - radius * turn.cos()]
        })
        .collect()
}

fn square(at: At, half: f64) -> Vec<At> {
    [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
        .map(|[x, y]: At| [at[0] + x * half, at[1] + y * half])
        .into()
}

/// The strokes of signs of one kind.
fn signs(sign: Sign, at: &[At]) -> Ink {
    let shape = |form: &dyn Fn(At) -> Vec<At>| at.iter().map(|at| form(*at)).collect();
    let path = |lines, width, fill| Ink::Path { lines, closed: true, width, grey: 0, fill, dashed: false };
    match sign {
        Sign::Reached => path(shape(&|at| ring(at, 0.8, 12)), 0.25, Some(100)),
        Sign::Beyond => {
            let arm = |at: &At, x: f64| vec![[at[0] - x, at[1] - 1.1], [at[0] + x, at[1] + 1.1]];
            let lines = at.iter().flat_map(|at| [arm(at, 1.1), arm(at, -1.1)]).collect();
            Ink::Path { lines, closed: false, width: 0.55, grey: 0, fill: None, dashed: false }
        }
        Sign::Candidate => path(shape(&|at| square(at, 2.1)), 0.4, Some(100)),
        Sign::Standing => path(shape(&|at| ring(at, 2.4, 24)), 0.3, Some(0)),
        Sign::Chosen => path(shape(&|at| square(at, 2.3)), 0.3, Some(0)),
    }
}

fn number(sign: Sign, at: At, text: &str) -> Ink {
    let white = matches!(sign, Sign::Standing | Sign::Chosen);
    let size = if text.chars().count() > 2 { 6.0 } else { 8.0 };
    Ink::Text { at: [at[0] - 4.0, at[1]], width: 8.0, size, text: text.to_owned(), centred: true, white }
}

fn word(at: At, size: f64, text: String) -> Ink {
    let width =
        text.chars().map(|c| if c.is_ascii() { 0.6 } else { 1.0 }).sum::<f64>() * size * MM_PER_PT + 1.0;
    Ink::Text { at, width, size, text, centred: false, white: false }
}

fn line(lines: Vec<Vec<At>>, width: f64, grey: u8, dashed: bool) -> Ink {
    Ink::Path { lines, closed: false, width, grey, fill: None, dashed }
}

/// The parts of a line that are on the map.
fn inside(line: Vec<At>, width: f64, height: f64) -> Vec<Vec<At>> {
    let is_in = |at: &At| (0.0..=width).contains(&at[0]) && (0.0..=height).contains(&at[1]);
    let runs = line.split(|at| !is_in(at)).filter(|run| run.len() > 1);
    runs.map(<[At]>::to_vec).collect()
}

impl Drawing {
    /// Draws a map so wide. Units: mm.
    pub(crate) fn of(map: &Map, width: f64) -> Self {
        let (scale, height) = Scale::of(map, width);
        let mut inks = Vec::new();
        let ways: Vec<Vec<At>> =
            map.ways.iter().map(|way| way.iter().map(|spot| scale.place(spot)).collect()).collect();
        if !ways.is_empty() {
            inks.push(line(ways, 0.35, 55, false));
        }
        let of_sign = |sign: Sign| map.marks.iter().filter(move |mark| mark.sign == sign);
        if let Some(radius_m) = map.circle_m {
            let around = of_sign(Sign::Chosen).chain(of_sign(Sign::Standing));
            let rings = around.flat_map(|mark| {
                let mut ring = ring(scale.place(&mark.at), f64::from(radius_m) * scale.mm_per_m, 90);
                ring.extend(ring.first().copied());
                inside(ring, width, height)
            });
            let rings: Vec<Vec<At>> = rings.collect();
            if !rings.is_empty() {
                inks.push(line(rings, 0.2, 0, true));
            }
        }
        for sign in Sign::ALL {
            let at: Vec<At> = of_sign(sign).map(|mark| scale.place(&mark.at)).collect();
            if !at.is_empty() {
                inks.push(signs(sign, &at));
                let numbered = of_sign(sign).zip(&at).filter(|(mark, _)| !mark.number.is_empty());
                inks.extend(numbered.map(|(mark, at)| number(sign, *at, &mark.number)));
            }
        }
        inks.extend(north([width - 6.0, 8.0]));
        let frame = vec![[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]];
        inks.push(Ink::Path {
            lines: vec![frame],
            closed: true,
            width: 0.3,
            grey: 0,
            fill: None,
            dashed: false,
        });
        let end = legend(map, &scale, (width, height), &mut inks);
        Self { width, height: end, inks }
    }

    /// Every word on it.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.inks.iter().filter_map(|ink| match ink {
            Ink::Text { text, .. } => Some(text.as_str()),
            Ink::Path { .. } => None,
        })
    }
}

/// An arrow to the north with its letter; its foot at a place.
fn north([x, y]: At) -> [Ink; 3] {
    let head = vec![[x, y - 6.0], [x + 1.5, y - 2.0], [x - 1.5, y - 2.0]];
    [
        Ink::Path {
            lines: vec![square([x, y - 1.2], 3.6)],
            closed: true,
            width: 0.0,
            grey: 100,
            fill: Some(100),
            dashed: false,
        },
        Ink::Path { lines: vec![head], closed: true, width: 0.2, grey: 0, fill: Some(0), dashed: false },
        Ink::Text {
            at: [x - 4.0, y],
            width: 8.0,
            size: 9.0,
            text: "北".to_owned(),
            centred: true,
            white: false,
        },
    ]
}

/// What the signs mean, and the scale; returns where it ends.
fn legend(map: &Map, scale: &Scale, (width, height): (f64, f64), inks: &mut Vec<Ink>) -> f64 {
    let (line_mm, before, after) = LEGEND_MM;
    let char_mm = LEGEND_PT * MM_PER_PT;
    let (mut x, mut y) = (0.0, height + line_mm * 0.75);
    let mut room = |chars: usize, sample: f64| {
        let wide = sample + chars as f64 * char_mm + after;
        if x > 0.0 && x + wide > width {
            (x, y) = (0.0, y + line_mm);
        }
        let at = [x, y];
        x += wide;
        at
    };
    let shown: BTreeSet<Sign> = map.marks.iter().map(|mark| mark.sign).collect();
    for sign in shown.iter().rev() {
        let at = room(sign.label().chars().count(), before);
        inks.push(signs(*sign, &[[at[0] + 3.0, at[1]]]));
        inks.push(word([at[0] + before, at[1]], LEGEND_PT, sign.label().to_owned()));
    }
    let mut sample = |says: String, grey: u8, wide: f64, dashed: bool| {
        let at = room(says.chars().count(), before + 3.0);
        inks.push(line(vec![vec![[at[0] + 0.5, at[1]], [at[0] + 8.5, at[1]]]], wide, grey, dashed));
        inks.push(word([at[0] + before + 3.0, at[1]], LEGEND_PT, says));
    };
    if !map.ways.is_empty() {
        sample("道路".to_owned(), 55, 0.35, false);
    }
    if let Some(radius) = map.circle_m {
        sample(format!("直线 {radius} 米范围"), 0, 0.2, true);
    }
    let metres = scale.bar_m();
    let says =
        if metres >= 1_000.0 { format!("{} 千米", metres / 1_000.0) } else { format!("{metres} 米") };
    let says = format!("{says}（约 1:{}）", scale.ratio());
    let bar = metres * scale.mm_per_m;
    let [x, y] = room(says.chars().count(), bar + 2.0);
    let bar_line = vec![[x, y - 1.0], [x, y + 1.0], [x + bar, y + 1.0], [x + bar, y - 1.0]];
    inks.push(line(vec![bar_line], 0.35, 0, false));
    inks.push(word([x + bar + 2.0, y], LEGEND_PT, says));
    y + line_mm * 0.6
}

#[cfg(test)]
mod tests {
    use domain::document::{Mark, spot};

    use super::*;

    fn map(marks: &[([f64; 2], Sign)]) -> Map {
        let mark = |(at, sign): &([f64; 2], Sign)| Mark { at: spot(*at), sign: *sign, number: String::new() };
        Map {
            caption: "图".to_owned(),
            ways: vec![vec![spot([105.85, 29.24]), spot([105.90, 29.24])]],
            marks: marks.iter().map(mark).collect(),
            circle_m: None,
        }
    }

    #[test]
    fn the_bar_is_as_long_as_it_says_and_the_ratio_fits_it() {
        let whole = map(&[([105.85, 29.24], Sign::Chosen), ([105.90, 29.28], Sign::Beyond)]);
        let (scale, height) = Scale::of(&whole, 165.0);
        let west = scale.place(&spot([105.85, 29.26]));
        let east = scale.place(&spot([105.90, 29.26]));
        let metres = domain::geometry::distance_m([105.85, 29.26], [105.90, 29.26]);
        let drawn = (east[0] - west[0]) / scale.mm_per_m;
        assert!((drawn / metres - 1.0).abs() < 0.002, "{drawn} of {metres}");
        assert!((HEIGHT_MM.0..=HEIGHT_MM.1).contains(&height));
        let bar = scale.bar_m();
        assert!(bar * scale.mm_per_m <= BAR_MM && bar * scale.mm_per_m > BAR_MM / 2.6, "{bar}");
        assert!((scale.ratio() as f64 * scale.mm_per_m / 1_000.0 - 1.0).abs() < 0.06);
    }

    #[test]
    fn every_sign_is_in_the_legend_once_and_looks_unlike_the_others_without_colour() {
        let all: Vec<([f64; 2], Sign)> = Sign::ALL
            .iter()
            .enumerate()
            .flat_map(|(n, sign)| [([105.85 + n as f64 * 0.01, 29.25], *sign), ([105.86, 29.27], *sign)])
            .collect();
        let drawing = Drawing::of(&Map { circle_m: Some(800), ..map(&all) }, 165.0);
        for sign in Sign::ALL {
            assert_eq!(drawing.texts().filter(|text| *text == sign.label()).count(), 1);
        }
        assert!(drawing.texts().any(|text| text.contains("（约 1:")));
        let looks: BTreeSet<String> = Sign::ALL
            .iter()
            .map(|sign| match signs(*sign, &[[0.0, 0.0]]) {
                Ink::Path { lines, fill, .. } => format!("{} {fill:?}", lines[0].len()),
                Ink::Text { .. } => String::new(),
            })
            .collect();
        assert_eq!(looks.len(), 5, "{looks:?}");
        for ink in &drawing.inks {
            let Ink::Path { lines, .. } = ink else { continue };
            let is_in = |at: &At| (-0.1..=165.1).contains(&at[0]) && at[1] >= -0.1 && at[1] <= drawing.height;
            assert!(lines.iter().flatten().all(is_in), "{ink:?}");
        }
    }

    #[test]
    fn one_place_alone_is_a_map_too() {
        let mut one = map(&[([105.85, 29.24], Sign::Standing)]);
        one.ways.clear();
        let drawing = Drawing::of(&one, 156.0);
        assert!(drawing.height > HEIGHT_MM.0 && drawing.height.is_finite());
    }
}
