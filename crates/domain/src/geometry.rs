//! Where something lies and how far it reaches, as GeoJSON says it: longitude before latitude, degrees of CGCS2000,
//! which WGS 84 equals for our purposes. What does not belong here: map providers' offsets (`exchange::crs`), drawing
//! (`exchange::tile`), what a noun refuses as its own shape.

use serde::{Deserialize, Serialize};

/// Mean radius of the earth. Units: metres.
const EARTH_M: f64 = 6_371_008.8;

/// Longitude and latitude, degrees east and north.
pub type Position = [f64; 2];

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

/// Whether something lies in the direction somebody looks from a position: `azimuth_deg` clockwise from north, `field_deg`
/// wide; all around from 360 degrees on.
pub fn in_sector(from: Position, to: Position, azimuth_deg: f64, field_deg: f64) -> bool {
    let east = (to[0] - from[0]) * from[1].to_radians().cos();
    let bearing = east.atan2(to[1] - from[1]).to_degrees();
    let off = (bearing - azimuth_deg).rem_euclid(360.0);
    off.min(360.0 - off) <= field_deg / 2.0
}

impl Bounds {
    /// Around one position.
    pub fn of([lon, lat]: Position) -> Self {
        Self { west: lon, south: lat, east: lon, north: lat }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Geometry {
        serde_json::from_str(text).expect("a geometry")
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
