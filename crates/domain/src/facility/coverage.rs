//! 消火栓保护范围: on which days every part of a supply area lies near enough to a hydrant in good order. What does not
//! belong here: when a hydrant is in good order ([`super::good_days`]), the spacing along a main, which no record tells.
//!
//! Source: clause C6.3; handbook of the field: radius 150 m in supplied areas (GB 50974).

use std::collections::BTreeSet;

use super::Held;
use crate::boundary::encloses;
use crate::fulfilment::Span;
use crate::geometry::{Bounds, Position, distance_m};
use crate::time::Date;

/// As far as a hydrant protects. Units: metres.
pub const RADIUS_M: f64 = 150.0;
/// An area is looked at in so many steps along each side at most. The program's own number; no source.
const STEPS: f64 = 150.0;
/// As close as it is looked at where that takes fewer steps. The program's own number; no source. Units: metres.
const STEP_M: f64 = 20.0;

/// Where an area is looked at: its corners, and a grid of spots within; and how far a hydrant reaches from a spot so that what
/// lies between spots is reached, too: less than [`RADIUS_M`] where a large area is looked at coarsely. Units: metres.
fn spots(rings: &[Vec<Position>]) -> (Vec<Position>, f64) {
    let Some(outer) = rings.first() else { return (Vec::new(), 0.0) };
    let mut spots: Vec<Position> = rings.iter().flatten().copied().collect();
    let Some(b) = outer.iter().map(|at| Bounds::of(*at)).reduce(Bounds::with) else { return (spots, 0.0) };
    let sides =
        [distance_m([b.west, b.south], [b.east, b.south]), distance_m([b.west, b.south], [b.west, b.north])];
    let [wide, high] = sides.map(|side| (side / STEP_M).ceil().clamp(1.0, STEPS) as u32);
    let half = |side: f64, steps: u32| side / f64::from(steps) / 2.0;
    let between = half(sides[0], wide).hypot(half(sides[1], high));
    let reach = RADIUS_M - (between - STEP_M).max(0.0);
    let at = |least: f64, most: f64, n: u32, of: u32| {
        least + (most - least) * (f64::from(n) + 0.5) / f64::from(of)
    };
    let grid = (0..wide).flat_map(|x| (0..high).map(move |y| (x, y)));
    let grid = grid.map(|(x, y)| [at(b.west, b.east, x, wide), at(b.south, b.north, y, high)]);
    let within = |at: &Position| rings.iter().filter(|ring| encloses(ring, *at)).count() % 2 == 1;
    spots.extend(grid.filter(within));
    (spots, reach)
}

/// The days on which every part of an area lies within [`RADIUS_M`] of a hydrant in good order, with when that became
/// known. `hydrants` are where they stand and the days they were good.
pub fn covered_days(rings: &[Vec<Position>], hydrants: &[(Position, Vec<Held>)]) -> Vec<Held> {
    let (spots, reach) = spots(rings);
    let near = |spot: &Position| {
        let near = hydrants.iter().filter(|(at, _)| distance_m(*at, *spot) <= reach);
        near.map(|(_, good)| good.as_slice()).collect::<Vec<_>>()
    };
    let spots: Vec<Vec<&[Held]>> = spots.iter().map(near).collect();
    if spots.is_empty() || spots.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let spans = || spots.iter().flatten().flat_map(|good| good.iter()).map(|held| held.span);
    let turns = spans().flat_map(|span| [Some(span.from), span.to.and_then(|to| to.succ_opt())]);
    let turns: Vec<Date> = turns.flatten().collect::<BTreeSet<_>>().into_iter().collect();
    let mut days = Vec::new();
    for (from, next) in turns.iter().zip(turns.iter().skip(1).map(Some).chain([None])) {
        // Of each spot the hydrant that was known first; of all spots the one that was known last.
        let first = |spot: &Vec<&[Held]>| {
            let good = spot.iter().flat_map(|good| good.iter()).filter(|held| held.span.contains(*from));
            good.map(|held| held.recorded_at).min()
        };
        let known: Option<Vec<_>> = spots.iter().map(first).collect();
        if let Some(recorded_at) = known.and_then(|known| known.into_iter().max()) {
            let to = next.and_then(|next| next.pred_opt());
            days.push(Held { span: Span { from: *from, to }, recorded_at });
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Timestamp, parse_date};

    fn day(text: &str) -> Date {
        parse_date(text).expect("a day")
    }

    /// Good from a day on, until another.
    fn good(from: &str, to: Option<&str>) -> Vec<Held> {
        let span = Span { from: day(from), to: to.map(day) };
        vec![Held { span, recorded_at: Timestamp::start_of(day(from)) }]
    }

    /// Some 190 m by 110 m.
    fn area() -> Vec<Vec<Position>> {
        let (west, south, east, north) = (105.870, 29.260, 105.872, 29.261);
        vec![vec![[west, south], [east, south], [east, north], [west, north], [west, south]]]
    }

    #[test]
    fn an_area_is_covered_while_every_part_of_it_lies_near_a_good_hydrant() {
        let middle = [105.871, 29.2605];
        let days = covered_days(&area(), &[(middle, good("2026-01-01", Some("2026-03-31")))]);
        assert_eq!(
            days.iter().map(|held| held.span).collect::<Vec<_>>(),
            [Span::between(day("2026-01-01"), day("2026-03-31"))]
        );
        let corner = [105.870, 29.260];
        assert!(
            covered_days(&area(), &[(corner, good("2026-01-01", None))]).is_empty(),
            "one corner is too far"
        );
        let two = [(corner, good("2026-01-01", None)), ([105.872, 29.261], good("2026-02-01", None))];
        let days = covered_days(&area(), &two);
        assert_eq!(days.iter().map(|held| held.span).collect::<Vec<_>>(), [Span::since(day("2026-02-01"))]);
        assert!(covered_days(&area(), &[]).is_empty(), "none at all");
        assert!(covered_days(&[], &two).is_empty(), "no area");
    }

    #[test]
    fn a_large_area_is_looked_at_more_strictly_and_not_less() {
        let small = spots(&area()).0.len();
        assert_eq!(spots(&area()).1, RADIUS_M);
        // Some 9.7 km by 11 km: 150 steps each way leave some 50 m between a spot and the middle of four.
        let ring = vec![[105.8, 29.2], [105.9, 29.2], [105.9, 29.3], [105.8, 29.3], [105.8, 29.2]];
        let (many, reach) = spots(&[ring]);
        assert!(many.len() > 20_000 && many.len() > small, "{}", many.len());
        assert!((115.0..125.0).contains(&reach), "{reach}");
    }
}
