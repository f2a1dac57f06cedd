//! Where something lies on the map: GeoJSON geometry in WGS-84 degrees, checked. What does not belong here: other
//! systems of coordinates, which `exchange` brings over.

use serde::{Deserialize, Serialize};

use crate::geometry::{Bounds, Geometry, Position, Side, crossing, distance_m, is_on_earth, turn};

/// Corners of a line or ring at most; more than that is no drawing but a survey file.
const MOST_CORNERS: usize = 2_000;

/// A geometry, written as GeoJSON writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "coordinates")]
pub enum Shape {
    /// 点.
    Point(Position),
    /// 线.
    LineString(Vec<Position>),
    /// 面: the outer ring first, then holes; each ring ends where it begins.
    Polygon(Vec<Vec<Position>>),
}

/// What is wrong with a geometry.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ShapeFault {
    /// No corners, or too few.
    #[error("图形的点不够，线至少两点、面至少三点，请补画")]
    TooFew,
    /// More corners than anybody draws.
    #[error("图形的点超过 2000 个，请简化后再提交")]
    TooMany,
    /// Not on the earth.
    #[error("坐标（{0}，{1}）不在地球上，请核对经度和纬度")]
    OffEarth(f64, f64),
    /// Longitude and latitude changed places.
    #[error("坐标（{0}，{1}）像是经度和纬度填反了，请对调")]
    Swapped(f64, f64),
    /// A ring that does not end where it begins.
    #[error("面的边界没有闭合，请把最后一点连回第一点")]
    Open,
    /// A ring that crosses itself.
    #[error("面的边界自己相交（在 {0:.5}，{1:.5} 附近），请改画")]
    Crosses(f64, f64),
}

impl ShapeFault {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFew => "shape.too_few",
            Self::TooMany => "shape.too_many",
            Self::OffEarth(..) => "shape.off_earth",
            Self::Swapped(..) => "shape.swapped",
            Self::Open => "shape.open",
            Self::Crosses(..) => "shape.crosses",
        }
    }
}

impl From<Shape> for Geometry {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Point(at) => Self::Point(at),
            Shape::LineString(line) => Self::LineString(line),
            Shape::Polygon(rings) => Self::Polygon(rings),
        }
    }
}

impl Shape {
    fn rings(&self) -> Vec<&[Position]> {
        match self {
            Self::Point(at) => vec![std::slice::from_ref(at)],
            Self::LineString(line) => vec![line.as_slice()],
            Self::Polygon(rings) => rings.iter().map(Vec::as_slice).collect(),
        }
    }

    /// Every position of it.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.rings().into_iter().flatten().copied().collect::<Vec<_>>().into_iter()
    }

    /// Checks it.
    ///
    /// Errors: too few or too many corners; not on the earth, or the two degrees exchanged; a ring that is open or
    /// crosses itself.
    pub fn check(&self) -> Result<(), ShapeFault> {
        let rings = self.rings();
        if rings.iter().map(|ring| ring.len()).sum::<usize>() > MOST_CORNERS {
            return Err(ShapeFault::TooMany);
        }
        for [lon, lat] in self.positions() {
            if !is_on_earth([lon, lat]) {
                return Err(match is_on_earth([lat, lon]) {
                    true => ShapeFault::Swapped(lon, lat),
                    false => ShapeFault::OffEarth(lon, lat),
                });
            }
            // The middle of the gulf of Guinea is where positions go that nobody measured.
            if lon == 0.0 && lat == 0.0 {
                return Err(ShapeFault::OffEarth(lon, lat));
            }
        }
        match self {
            Self::Point(_) => Ok(()),
            Self::LineString(line) if line.len() < 2 || self.length_m() == 0.0 => Err(ShapeFault::TooFew),
            Self::LineString(_) => Ok(()),
            Self::Polygon(rings) if rings.is_empty() => Err(ShapeFault::TooFew),
            Self::Polygon(rings) => rings.iter().try_for_each(|ring| check_ring(ring)),
        }
    }

    /// The box around it.
    pub fn bounds(&self) -> Bounds {
        let around = self.positions().map(Bounds::of).reduce(Bounds::with);
        // Only what nobody checked has no position; it lies nowhere.
        around.unwrap_or(Bounds { west: 180.0, south: 90.0, east: -180.0, north: -90.0 })
    }

    /// Length of a line, length around an area, nothing for a point. Units: metres.
    pub fn length_m(&self) -> f64 {
        let along = |ring: &&[Position]| -> f64 {
            ring.windows(2)
                .map(|pair| pair.first().zip(pair.last()).map_or(0.0, |(a, b)| distance_m(*a, *b)))
                .sum()
        };
        self.rings().iter().map(along).sum()
    }

    /// A position that stands for it: itself, the middle corner of a line, the middle of the box of an area.
    pub fn middle(&self) -> Option<Position> {
        match self {
            Self::Point(at) => Some(*at),
            Self::LineString(line) => line.get(line.len() / 2).copied(),
            Self::Polygon(_) => {
                let b = self.bounds();
                Some([(b.west + b.east) / 2.0, (b.south + b.north) / 2.0])
            }
        }
    }
}

fn check_ring(ring: &[Position]) -> Result<(), ShapeFault> {
    if ring.len() < 4 {
        return Err(ShapeFault::TooFew);
    }
    if ring.first() != ring.last() {
        return Err(ShapeFault::Open);
    }
    let sides: Vec<(Position, Position)> =
        ring.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
    for (i, one) in sides.iter().enumerate() {
        for (j, other) in sides.iter().enumerate().skip(i + 2) {
            // The last side meets the first where the ring closes.
            let is_closing = i == 0 && j + 1 == sides.len();
            if let Some([lon, lat]) = common(*one, *other).filter(|_| !is_closing) {
                return Err(ShapeFault::Crosses(lon, lat));
            }
        }
    }
    Ok(())
}

/// A point two sides have in common, an end on the other included.
fn common(one: Side, other: Side) -> Option<Position> {
    let lies_on = |(p, q): Side, r: Position| {
        turn(p, q, r) == 0.0
            && r[0] >= p[0].min(q[0])
            && r[0] <= p[0].max(q[0])
            && r[1] >= p[1].min(q[1])
            && r[1] <= p[1].max(q[1])
    };
    let ends = [(one, other.0), (one, other.1), (other, one.0), (other, one.1)];
    let touching = || ends.into_iter().find(|(side, end)| lies_on(*side, *end)).map(|(_, end)| end);
    crossing(one, other).or_else(touching)
}
