//! Where something lies and how far it reaches, as GeoJSON says it: longitude before latitude, degrees of CGCS2000,
//! which WGS 84 equals for our purposes. What does not belong here: map providers' offsets (`exchange::crs`), drawing
//! (`exchange::tile`), what a noun refuses as its own shape.

use serde::{Deserialize, Serialize};

/// Mean radius of the earth. Units: metres.
const EARTH_M: f64 = 6_371_008.8;

/// Longitude and latitude, degrees east and north.
pub type Position = [f64; 2];

/// Whether there is such a spot on the earth.
pub fn is_on_earth([lon, lat]: Position) -> bool {
    (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)
}

/// A GeoJSON geometry (RFC 7946) without altitudes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "coordinates")]
pub enum Geometry {
    /// One spot.
    Point(Position),
    /// Several spots.
    MultiPoint(Vec<Position>),
    /// A way.
    LineString(Vec<Position>),
    /// Several ways.
    MultiLineString(Vec<Vec<Position>>),
    /// An area: the outer ring, then its holes; each ring ends where it began.
    Polygon(Vec<Vec<Position>>),
    /// Several areas.
    MultiPolygon(Vec<Vec<Vec<Position>>>),
}

/// The smallest upright box around something. Units: degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Least longitude.
    pub west: f64,
    /// Least latitude.
    pub south: f64,
    /// Greatest longitude.
    pub east: f64,
    /// Greatest latitude.
    pub north: f64,
}

/// Great-circle distance between two positions. Units: metres.
pub fn distance_m(a: Position, b: Position) -> f64 {
    let ([lon_a, lat_a], [lon_b, lat_b]) = (a.map(f64::to_radians), b.map(f64::to_radians));
    let (dy, dx) = (((lat_b - lat_a) / 2.0).sin(), ((lon_b - lon_a) / 2.0).sin());
    let h = dy * dy + lat_a.cos() * lat_b.cos() * dx * dx;
    2.0 * EARTH_M * h.sqrt().min(1.0).asin()
}

/// How far a spot lies beside a line, and how far from its beginning the line passes it. Units: metres. None of no line.
/// Reckoned on a plane through each piece: a town is small enough.
pub fn along(line: &[Position], spot: Position) -> Option<(f64, f64)> {
    let (mut passed, mut best) = (0.0, None::<(f64, f64)>);
    if let [only] = line {
        return Some((distance_m(*only, spot), 0.0));
    }
    for piece in line.windows(2) {
        let [a, b] = piece else { continue };
        let east = a[1].to_radians().cos();
        let (bx, by) = ((b[0] - a[0]) * east, b[1] - a[1]);
        let (px, py) = ((spot[0] - a[0]) * east, spot[1] - a[1]);
        let square = bx * bx + by * by;
        let share = if square > 0.0 { ((px * bx + py * by) / square).clamp(0.0, 1.0) } else { 0.0 };
        let foot = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
        let (away, length) = (distance_m(foot, spot), distance_m(*a, *b));
        if best.is_none_or(|(least, _)| away < least) {
            best = Some((away, passed + share * length));
        }
        passed += length;
    }
    best
}

/// Whether something lies in the direction somebody looks from a position: `azimuth_deg` clockwise from north, `field_deg`
/// wide; all around from 360 degrees on.
pub fn in_sector(from: Position, to: Position, azimuth_deg: f64, field_deg: f64) -> bool {
    let east = (to[0] - from[0]) * from[1].to_radians().cos();
    let bearing = east.atan2(to[1] - from[1]).to_degrees();
    let off = (bearing - azimuth_deg).rem_euclid(360.0);
    off.min(360.0 - off) <= field_deg / 2.0
}

impl Bounds {
    /// Its middle.
    pub fn middle(self) -> Position {
        [(self.west + self.east) / 2.0, (self.south + self.north) / 2.0]
    }

    /// Around one position.
    pub fn of([lon, lat]: Position) -> Self {
        Self { west: lon, south: lat, east: lon, north: lat }
    }

    /// Around everything within so many metres of a position, and a little more in its corners.
    pub fn around(at: Position, metres: f64) -> Self {
        let lat = (metres / EARTH_M).to_degrees();
        let lon = lat / at[1].to_radians().cos();
        Self { west: at[0] - lon, south: at[1] - lat, east: at[0] + lon, north: at[1] + lat }
    }

    /// Around this and another.
    pub fn with(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// Whether the two have a position in common; edges count.
    pub fn meets(&self, other: &Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }
}

impl Geometry {
    /// Every run of positions: a spot by itself, a way, a ring.
    pub fn runs(&self) -> Vec<&[Position]> {
        match self {
            Self::Point(at) => vec![std::slice::from_ref(at)],
            Self::MultiPoint(run) | Self::LineString(run) => vec![run],
            Self::MultiLineString(runs) | Self::Polygon(runs) => runs.iter().map(Vec::as_slice).collect(),
            Self::MultiPolygon(areas) => areas.iter().flatten().map(Vec::as_slice).collect(),
        }
    }

    /// The box around it; none when it has no position.
    pub fn bounds(&self) -> Option<Bounds> {
        self.runs().into_iter().flatten().map(|at| Bounds::of(*at)).reduce(Bounds::with)
    }
}

/// A line between two positions.
pub type Side = (Position, Position);

/// Twice the area of a triangle, negative where it turns right. Units: square degrees.
pub fn turn([px, py]: Position, [qx, qy]: Position, [rx, ry]: Position) -> f64 {
    (qx - px) * (ry - py) - (qy - py) * (rx - px)
}

/// Where two sides cross between their ends.
pub fn crossing((a, b): Side, (c, d): Side) -> Option<Position> {
    let (from, to) = (turn(a, b, c), turn(a, b, d));
    let cross = from * to < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0;
    let part = from / (from - to);
    cross.then(|| [c[0] + (d[0] - c[0]) * part, c[1] + (d[1] - c[1]) * part])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Geometry {
        serde_json::from_str(text).expect("a geometry")
    }

    #[test]
    fn a_spot_lies_beside_a_line_and_so_far_along_it() {
        let line = [[105.90, 29.30], [105.91, 29.30], [105.91, 29.31]];
        let leg = distance_m(line[0], line[1]);
        let (away, passed) = along(&line, [105.905, 29.301]).expect("a line");
        assert!((away - 111.2).abs() < 0.5 && (passed - leg / 2.0).abs() < 0.5, "{away} {passed}");
        let (away, passed) = along(&line, [105.911, 29.305]).expect("a line");
        assert!((away - 97.0).abs() < 1.0 && passed > leg, "{away} {passed}");
        let (away, passed) = along(&line, [105.899, 29.30]).expect("before it begins");
        assert!(away > 90.0 && passed == 0.0, "{away} {passed}");
        assert_eq!(along(&[], [105.9, 29.3]), None);
        assert_eq!(along(&line[..1], line[0]), Some((0.0, 0.0)));
    }

    #[test]
    fn a_camera_sees_what_lies_in_its_sector_over_north_too() {
        let from = [105.87, 29.27];
        let (north, east, north_west) = ([105.87, 29.28], [105.88, 29.27], [105.868, 29.28]);
        for (to, azimuth, field, sees) in [
            (east, 90.0, 60.0, true),
            (east, 270.0, 60.0, false),
            (north, 350.0, 40.0, true),
            (north_west, 5.0, 40.0, true),
            (north_west, 40.0, 60.0, false),
            (east, 270.0, 360.0, true),
        ] {
            assert_eq!(in_sector(from, to, azimuth, field), sees, "{to:?} {azimuth} {field}");
        }
    }

    #[test]
    fn it_is_read_and_written_as_geojson() {
        let text =
            r#"{"type":"Polygon","coordinates":[[[105.9,29.3],[106.0,29.3],[106.0,29.4],[105.9,29.3]]]}"#;
        let area = read(text);
        assert_eq!(serde_json::to_string(&area).expect("text"), text);
        assert_eq!(area.bounds(), Some(Bounds { west: 105.9, south: 29.3, east: 106.0, north: 29.4 }));
        assert_eq!(read(r#"{"type":"MultiPoint","coordinates":[]}"#).bounds(), None);
        assert_eq!(area.runs().len(), 1);
    }
}
