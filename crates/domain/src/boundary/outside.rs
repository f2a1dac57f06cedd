//! Where the town lies as far as anybody says, and what lies too far away to be the town's: coordinates that came in the wrong
//! order or system, or of another place. What does not belong here: outlines themselves (the parent room), what is nowhere on
//! earth (`geometry`).

use super::Boundary;
use crate::geometry::{Bounds, Position, distance_m};

/// Of fewer places nobody tells where a town lies. The program's own number; no source.
const FEWEST: usize = 20;
/// As far from the middle of them all a place or the outline of a village may be and still say where the town lies. The
/// program's own number; no source. Units: metres.
const SPREAD_M: f64 = 50_000.0;

/// Where the town lies.
#[derive(Debug, Clone, PartialEq)]
pub struct TownArea {
    /// The town's own outline, where somebody drew it.
    outline: Option<Boundary>,
    /// Around the outline, else around its places and the outlines of its villages.
    bounds: Bounds,
    /// How far beyond something may lie. Units: metres.
    margin_m: f64,
}

/// The middle one of each axis.
fn middle(all: &[Position]) -> Option<Position> {
    let mut middle = [0.0; 2];
    for (axis, to) in middle.iter_mut().enumerate() {
        let mut own: Vec<f64> = all.iter().filter_map(|at| at.get(axis).copied()).collect();
        own.sort_by(f64::total_cmp);
        *to = *own.get(own.len() / 2)?;
    }
    Some(middle)
}

/// Around what is said by villages' outlines and places, without what lies far from the middle of the others.
fn around(villages: &[Bounds], places: &[Position]) -> Option<Bounds> {
    let places = if places.len() < FEWEST { &[] } else { places };
    let centres: Vec<Position> = villages.iter().map(|b| b.middle()).collect();
    // Places are many and tell better; a single outline that was drawn wrong does not outweigh them.
    let middle = middle(places).or_else(|| middle(&centres))?;
    let is_near = |at: &Position| distance_m(*at, middle) <= SPREAD_M;
    let near = villages.iter().zip(&centres).filter(|(_, at)| is_near(at));
    let corners = near.flat_map(|(b, _)| [[b.west, b.south], [b.east, b.north]]);
    corners.chain(places.iter().copied().filter(is_near)).map(Bounds::of).reduce(Bounds::with)
}

impl TownArea {
    /// Where the town lies by its own outline, else by its villages' and its places; none where nobody tells.
    pub fn of(
        outline: Option<Boundary>,
        villages: &[Bounds],
        places: &[Position],
        margin_m: f64,
    ) -> Option<Self> {
        let own = outline.as_ref().and_then(|one| one.area.bounds());
        let bounds = own.or_else(|| around(villages, places))?;
        Some(Self { outline, bounds, margin_m })
    }

    /// How far beyond the town a position lies; 0 within its box. Units: metres.
    fn away_m(&self, [lon, lat]: Position) -> f64 {
        let b = &self.bounds;
        distance_m([lon.clamp(b.west, b.east), lat.clamp(b.south, b.north)], [lon, lat])
    }

    /// Of something that lies too far away as a whole its nearest position, and how far that is in kilometres; none of what
    /// the town may have.
    pub fn far(&self, at: impl IntoIterator<Item = Position>) -> Option<(Position, f64)> {
        let near = at.into_iter().map(|at| (at, self.away_m(at))).min_by(|a, b| a.1.total_cmp(&b.1));
        let (at, metres) = near.filter(|(_, metres)| *metres > self.margin_m)?;
        Some((at, metres / 1000.0))
    }

    /// As [`Self::far`] of one thing somebody drew or measured, and a slip in one of its corners: a leap longer than the
    /// margin to or from a position beyond it.
    pub fn astray(&self, drawn: &[Position]) -> Option<(Position, f64)> {
        let leap = || {
            let long =
                drawn.windows(2).filter(|pair| matches!(pair, [a, b] if distance_m(*a, *b) > self.margin_m));
            long.flatten().find_map(|at| self.far([*at]))
        };
        self.far(drawn.iter().copied()).or_else(leap)
    }

    /// Whether a place lies in the town: within its outline, or where nobody drew one not far from the others.
    pub fn covers(&self, at: Position) -> bool {
        self.outline.as_ref().map_or_else(|| self.far([at]).is_none(), |outline| outline.covers(at))
    }

    /// Whether somebody drew the town's own outline.
    pub fn is_drawn(&self) -> bool {
        self.outline.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Bounds = Bounds { west: 105.8, south: 29.2, east: 106.0, north: 29.4 };

    fn town() -> TownArea {
        TownArea::of(None, &[BOX], &[], 20_000.0).expect("a village was drawn")
    }

    #[test]
    fn what_lies_far_away_as_a_whole_or_leaps_there_is_outside() {
        let town = town();
        for (at, far, astray) in [
            (vec![[105.9, 29.3]], false, false),
            (vec![[106.1, 29.3]], false, false),
            (vec![[106.3, 29.3]], true, true),
            (vec![[15.6, 48.4]], true, true),
            (vec![[29.3, 85.9]], true, true),
            (vec![[116.4, 39.9], [105.9, 29.3]], false, true),
            // A long road leaves the town step by step.
            (vec![[105.9, 29.3], [106.05, 29.3], [106.15, 29.3], [106.25, 29.3]], false, false),
            (vec![], false, false),
        ] {
            assert_eq!(town.far(at.clone()).is_some(), far, "{at:?}");
            assert_eq!(town.astray(&at).is_some(), astray, "{at:?}");
        }
        let (at, km) = town.far([[117.0, 40.0], [116.4, 39.9]]).expect("far away");
        assert_eq!(at, [116.4, 39.9], "the nearest of it is told");
        assert!((1_400.0..1_700.0).contains(&km), "{km}");
    }

    #[test]
    fn places_and_villages_say_where_the_town_lies_and_one_far_away_does_not() {
        let mut places: Vec<Position> = (0..19).map(|n| [105.8 + f64::from(n) / 100.0, 29.2]).collect();
        let area = |villages: &[Bounds], places: &[Position]| TownArea::of(None, villages, places, 20_000.0);
        assert_eq!(area(&[], &places), None, "too few");
        places.push([15.6, 48.4]);
        let told = area(&[], &places).expect("enough of them").bounds;
        assert_eq!((told.west, told.north), (105.8, 29.2));
        let abroad = Bounds { west: 15.0, south: 48.0, east: 15.1, north: 48.1 };
        let told = area(&[abroad], &places).expect("places").bounds;
        assert_eq!(told.west, 105.8, "a village drawn abroad does not outweigh the places");
        let other = Bounds { west: 106.0, south: 29.4, east: 106.1, north: 29.5 };
        let told = area(&[BOX, abroad, other], &[]).expect("villages").bounds;
        assert_eq!((told.west, told.east), (105.8, 106.1), "nor the other villages");
    }
}
