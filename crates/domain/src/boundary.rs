//! 辖区范围: the land a territory covers, as drawn from a source, from a day on. What was drawn later does not change what
//! held before. Source: handbook of the field §3.1, `territory.boundary`. What does not belong here: the tree of
//! territories (`org`), which systems of coordinates there are (`exchange`).

mod outside;

use crate::facility::{Shape, ShapeFault};
use crate::geometry::{Geometry, Position};
use crate::ids::TerritoryCode;
use crate::time::Date;

pub use outside::TownArea;

/// What one territory covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// Id.
    pub id: String,
    /// Whose.
    pub territory: TerritoryCode,
    /// The day it holds from.
    pub from: Date,
    /// By whose word, as a map of the civil affairs office.
    pub source: String,
    /// An area, or several.
    pub area: Geometry,
}

/// Why it is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BoundaryRefusal {
    /// It holds from tomorrow on.
    #[error("启用日期还没有到，请核对日期")]
    NotYet,
    /// Nobody says where it comes from.
    #[error("请写明范围的来源，如区民政局界线图")]
    NoSource,
    /// A point or a line.
    #[error("辖区范围要画成面，不能是点或线，请改画")]
    NoArea,
    /// What is wrong with the drawing.
    #[error("{0}")]
    Shape(ShapeFault),
}

impl BoundaryRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotYet => "boundary.not_yet",
            Self::NoSource => "boundary.no_source",
            Self::NoArea => "boundary.no_area",
            Self::Shape(fault) => fault.code(),
        }
    }
}

impl Boundary {
    /// Checks one that is to be kept.
    ///
    /// Errors: it begins tomorrow; no source; no area; a ring that is open, crosses itself or lies nowhere.
    pub fn checked(self, today: Date) -> Result<Self, BoundaryRefusal> {
        if self.from > today {
            return Err(BoundaryRefusal::NotYet);
        }
        if self.source.trim().is_empty() {
            return Err(BoundaryRefusal::NoSource);
        }
        let areas = self.areas();
        if areas.is_empty() {
            return Err(BoundaryRefusal::NoArea);
        }
        for rings in areas {
            Shape::Polygon(rings.to_vec()).check().map_err(BoundaryRefusal::Shape)?;
        }
        Ok(self)
    }

    fn areas(&self) -> Vec<&[Vec<Position>]> {
        match &self.area {
            Geometry::Polygon(rings) => vec![rings.as_slice()],
            Geometry::MultiPolygon(areas) => areas.iter().map(Vec::as_slice).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a position lies within: in an outer ring and in none of its holes.
    pub fn covers(&self, at: Position) -> bool {
        let odd = |rings: &[Vec<Position>]| rings.iter().filter(|ring| encloses(ring, at)).count() % 2 == 1;
        self.areas().into_iter().any(odd)
    }
}

/// Whether a ring goes around a position: a ray to the east leaves it an odd number of times.
pub(crate) fn encloses(ring: &[Position], [x, y]: Position) -> bool {
    let sides = ring.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
    let left = |([ax, ay], [bx, by]): (Position, Position)| {
        (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    };
    sides.filter(|side| left(*side)).count() % 2 == 1
}

/// What holds on a day: of those begun by then the one begun last, of one day the one recorded last.
pub fn holding<'a>(all: impl IntoIterator<Item = &'a Boundary>, day: Date) -> Option<&'a Boundary> {
    all.into_iter().filter(|one| one.from <= day).max_by_key(|one| one.from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        crate::time::parse_date(text).expect("a day")
    }

    fn square(west: f64, south: f64, side: f64) -> Vec<Position> {
        let (east, north) = (west + side, south + side);
        vec![[west, south], [east, south], [east, north], [west, north], [west, south]]
    }

    fn boundary(area: Geometry) -> Boundary {
        let (id, source) = ("b".to_owned(), "界线图".to_owned());
        Boundary { id, territory: "v".into(), from: day("2026-01-01"), source, area }
    }

    #[test]
    fn a_position_lies_within_an_area_but_not_in_its_hole() {
        let holed = Geometry::Polygon(vec![square(105.0, 29.0, 1.0), square(105.4, 29.4, 0.2)]);
        let both =
            Geometry::MultiPolygon(vec![vec![square(105.0, 29.0, 0.2)], vec![square(106.0, 30.0, 0.2)]]);
        for (area, at, within) in [
            (&holed, [105.1, 29.1], true),
            (&holed, [105.5, 29.5], false),
            (&holed, [106.1, 29.5], false),
            (&both, [105.1, 29.1], true),
            (&both, [106.1, 30.1], true),
            (&both, [105.5, 29.5], false),
        ] {
            assert_eq!(boundary(area.clone()).covers(at), within, "{at:?}");
        }
    }

    #[test]
    fn only_a_sound_area_with_a_source_is_kept() {
        let today = day("2026-06-01");
        let good = boundary(Geometry::Polygon(vec![square(105.0, 29.0, 1.0)]));
        assert!(good.clone().checked(today).is_ok());
        let open = vec![square(105.0, 29.0, 1.0).into_iter().take(4).collect::<Vec<_>>()];
        for (wrong, code) in [
            (Boundary { from: day("2026-06-02"), ..good.clone() }, "boundary.not_yet"),
            (Boundary { source: " ".to_owned(), ..good.clone() }, "boundary.no_source"),
            (Boundary { area: Geometry::Point([105.0, 29.0]), ..good.clone() }, "boundary.no_area"),
            (Boundary { area: Geometry::Polygon(open), ..good.clone() }, "shape.open"),
            (Boundary { area: Geometry::Polygon(vec![square(29.0, 105.0, 1.0)]), ..good }, "shape.swapped"),
        ] {
            assert_eq!(wrong.checked(today).map_err(|refusal| refusal.code()), Err(code));
        }
    }

    #[test]
    fn what_was_drawn_later_does_not_change_what_held_before() {
        let first = boundary(Geometry::Polygon(vec![square(105.0, 29.0, 1.0)]));
        let then = Boundary { id: "c".to_owned(), from: day("2026-03-01"), ..first.clone() };
        let all = [first, then];
        let id = |on: &str| holding(&all, day(on)).map(|one| one.id.as_str());
        assert_eq!((id("2025-12-31"), id("2026-02-28"), id("2026-03-01")), (None, Some("b"), Some("c")));
    }
}
