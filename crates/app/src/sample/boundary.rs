//! Which land the invented villages cover: the town's outline, and of it whatever lies nearest to each village. Nothing
//! here was surveyed.

use std::f64::consts::TAU;

use domain::boundary::Boundary;
use domain::geometry::{Geometry, Position};
use domain::org::{Level, Role, Territory};
use domain::time::{Date, Timestamp};
use store::boundary::BoundaryRecord;

use super::road::told;
use super::{VILLAGES, id};
use crate::org::Roster;
use crate::{App, Error, Result};

/// The middle of the town, and how far it reaches east and north. Units: degrees.
const MIDDLE: Position = [105.8735, 29.262];
const REACH: [f64; 2] = [0.056, 0.052];
/// Corners of the town's outline.
const CORNERS: u32 = 60;
/// Since when it holds, with the plan of 2023.
const FROM: &str = "2023-01-01";
const SOURCE: &str = "演示数据，非测绘成果";

/// The town's outline, not quite an ellipse; its first corner is not its last.
fn town() -> Vec<Position> {
    let corner = |n: u32| {
        let turn = TAU * f64::from(n) / f64::from(CORNERS);
        let far = 1.0 + 0.07 * (3.0 * turn).sin() + 0.04 * (7.0 * turn + 1.0).cos();
        [MIDDLE[0] + REACH[0] * far * turn.cos(), MIDDLE[1] + REACH[1] * far * turn.sin()]
    };
    (0..CORNERS).map(corner).collect()
}

/// What of an area lies nearer to `own` than to `other`: cut along the line half-way between (Sutherland and Hodgman 1974).
fn nearer(area: &[Position], own: Position, other: Position) -> Vec<Position> {
    let side = |at: Position| {
        let square = |from: Position| (at[0] - from[0]).powi(2) + (at[1] - from[1]).powi(2);
        square(other) - square(own)
    };
    let mut kept = Vec::new();
    let next = area.iter().skip(1).chain(area.first());
    for (a, b) in area.iter().zip(next) {
        let (here, there) = (side(*a), side(*b));
        if here >= 0.0 {
            kept.push(*a);
        }
        if (here > 0.0 && there < 0.0) || (here < 0.0 && there > 0.0) {
            let part = here / (here - there);
            kept.push([a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])]);
        }
    }
    kept
}

/// As GeoJSON wants a ring: seven decimals, its last corner its first.
fn ring(mut corners: Vec<Position>) -> Geometry {
    for at in &mut corners {
        *at = at.map(|degrees| (degrees * 1e7).round() / 1e7);
    }
    corners.dedup();
    corners.extend(corners.first().copied());
    Geometry::Polygon(vec![corners])
}

/// Draws the town and its villages.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let clerk = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk && held.to.is_none());
    let Some(clerk) = clerk else { return Ok(()) };
    let from = domain::time::parse_date(FROM).unwrap_or_default();
    let today: Date = app.now().date();
    let at = Timestamp::start_of(today.pred_opt().unwrap_or(today)).plus_ms(9 * 3_600_000);
    let named = |level: Level, word: &str| {
        roster.territories.iter().find(|node| node.level == level && node.name.contains(word))
    };
    let mut drawn: Vec<(&Territory, Geometry)> = Vec::new();
    drawn.extend(named(Level::Town, "").map(|node| (node, ring(town()))));
    for (word, _, own) in VILLAGES {
        let Some(village) = named(Level::Village, word) else { continue };
        let others = VILLAGES.iter().filter(|(other, ..)| other != word);
        let land =
            others.fold(town(), |land, (_, _, other)| nearer(&land, [own.0, own.1], [other.0, other.1]));
        drawn.push((village, ring(land)));
    }
    let mut tx = app.db.write(&app.town).await?;
    for (territory, area) in drawn {
        let boundary = Boundary {
            id: id(&format!("boundary {}", territory.code)),
            territory: territory.code.clone(),
            from,
            source: SOURCE.to_owned(),
            area,
        };
        let boundary = boundary
            .checked(today)
            .map_err(|why| Error::Internal(format!("the sample broke a rule: {why}")))?;
        let (path, recorded_by) = (territory.path.clone(), "演示数据".to_owned());
        tx.insert_boundary(&BoundaryRecord { boundary, path, recorded_by, recorded_at: at }).await?;
    }
    tx.commit(told("boundary.import", "boundary", "all", "", clerk, at), ()).await.map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_village_lies_in_its_own_land_and_in_nobody_elses() {
        let land = |own: &(&str, usize, (f64, f64))| {
            let others = VILLAGES.iter().filter(|(other, ..)| *other != own.0);
            let at = |middle: (f64, f64)| [middle.0, middle.1];
            let area = ring(others.fold(town(), |land, (_, _, other)| nearer(&land, at(own.2), at(*other))));
            let (id, source) = (String::new(), SOURCE.to_owned());
            Boundary { id, territory: "x".into(), from: Date::default(), source, area }
        };
        for (n, own) in VILLAGES.iter().enumerate() {
            let boundary = land(own).checked(Date::default()).expect("a sound area");
            for (m, (_, _, middle)) in VILLAGES.iter().enumerate() {
                assert_eq!(boundary.covers([middle.0, middle.1]), n == m, "{n} {m}");
            }
        }
    }
}
