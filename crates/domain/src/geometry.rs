//! Where something lies and how far it reaches, as GeoJSON says it: longitude before latitude, degrees of CGCS2000,
//! which WGS 84 equals for our purposes. What does not belong here: map providers' offsets (`exchange::crs`), drawing
//! (`exchange::tile`).

use serde::{Deserialize, Serialize};

use crate::place::Problem;

/// Longitude and latitude, degrees east and north.
pub type Position = [f64; 2];

/// The most positions one geometry may have: a winding road of the town has some thousands.
pub const MOST_POSITIONS: usize = 20_000;

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

    /// What is wrong with it, in the field of this name: positions that are none on earth, too few of them, rings that
    /// stay open or cross themselves.
    pub fn problems(&self, field: &'static str) -> Vec<Problem> {
        let runs = self.runs();
        let all = || runs.iter().copied().flatten();
        let problem = |code, text: &str| vec![Problem::new(field, code, text)];
        if all().count() == 0 {
            return problem("geometry.empty", "没有坐标，请在地图上重新标绘");
        }
        if all().count() > MOST_POSITIONS {
            return problem("geometry.too_long", "坐标点超过 20000 个，请简化后再提交");
        }
        let on_earth = |[lon, lat]: &Position| (-180.0..=180.0).contains(lon) && (-90.0..=90.0).contains(lat);
        if let Some([lon, lat]) = all().find(|at| !on_earth(at)) {
            let text = if on_earth(&[*lat, *lon]) {
                "经度和纬度写反了，请先写经度，再写纬度"
            } else {
                "坐标不是经纬度，请检查坐标系后再提交"
            };
            return problem("geometry.off_earth", text);
        }
        let least = match self {
            Self::Point(_) | Self::MultiPoint(_) => 1,
            Self::LineString(_) | Self::MultiLineString(_) => 2,
            Self::Polygon(_) | Self::MultiPolygon(_) => 4,
        };
        if runs.iter().any(|run| run.len() < least) {
            return problem("geometry.too_short", "线至少要两个点，面至少要三个角，请补全");
        }
        if least == 4 {
            if runs.iter().any(|ring| ring.first() != ring.last()) {
                return problem("geometry.open_ring", "面没有闭合，请让最后一个点回到起点");
            }
            if runs.iter().any(|ring| crosses_itself(ring)) {
                return problem("geometry.crosses_itself", "面的边线自相交叉，请重新标绘");
            }
        }
        Vec::new()
    }
}

/// Whether two sides of a ring cross elsewhere than where they join. Rings longer than a thousand positions are taken
/// as they come: every side is held against every other.
fn crosses_itself(ring: &[Position]) -> bool {
    let sides: Vec<(Position, Position)> = ring.windows(2).map(|pair| (pair[0], pair[1])).collect();
    if sides.len() > 1_000 {
        return false;
    }
    let turn =
        |a: Position, b: Position, c: Position| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let apart = |(a, b): (Position, Position), (c, d): (Position, Position)| {
        turn(a, b, c) * turn(a, b, d) >= 0.0 || turn(c, d, a) * turn(c, d, b) >= 0.0
    };
    sides.iter().enumerate().any(|(i, one)| sides.iter().skip(i + 2).any(|other| !apart(*one, *other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Geometry {
        serde_json::from_str(text).expect("a geometry")
    }

    #[test]
    fn it_is_read_and_written_as_geojson() {
        let text =
            r#"{"type":"Polygon","coordinates":[[[105.9,29.3],[106.0,29.3],[106.0,29.4],[105.9,29.3]]]}"#;
        let area = read(text);
        assert_eq!(serde_json::to_string(&area).expect("text"), text);
        assert_eq!(area.bounds(), Some(Bounds { west: 105.9, south: 29.3, east: 106.0, north: 29.4 }));
        assert_eq!(area.problems("geometry"), []);
    }

    #[test]
    fn what_is_no_place_on_earth_is_named() {
        for (text, code) in [
            (r#"{"type":"Point","coordinates":[29.3,105.9]}"#, "geometry.off_earth"),
            (r#"{"type":"Point","coordinates":[358210.0,3245100.0]}"#, "geometry.off_earth"),
            (r#"{"type":"LineString","coordinates":[[105.9,29.3]]}"#, "geometry.too_short"),
            (r#"{"type":"MultiPoint","coordinates":[]}"#, "geometry.empty"),
            (
                r#"{"type":"Polygon","coordinates":[[[0.0,0.0],[1.0,0.0],[1.0,1.0],[0.5,2.0]]]}"#,
                "geometry.open_ring",
            ),
            (
                r#"{"type":"Polygon","coordinates":[[[0.0,0.0],[1.0,1.0],[1.0,0.0],[0.0,1.0],[0.0,0.0]]]}"#,
                "geometry.crosses_itself",
            ),
        ] {
            let codes: Vec<&str> = read(text).problems("geometry").iter().map(|p| p.code).collect();
            assert_eq!(codes, [code], "{text}");
        }
        let swapped = read(r#"{"type":"Point","coordinates":[29.3,105.9]}"#).problems("geometry");
        assert!(swapped[0].message.contains("写反"), "{swapped:?}");
    }
}
