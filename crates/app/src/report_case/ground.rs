//! The ground of the public form, to point at: public roads, how far each village reaches and where its name stands. What
//! does not belong here: anything of people or places, roads closed to the public among them; how it is drawn
//! (`api::report_case`).

use domain::boundary::{Boundary, holding};
use domain::geometry::{Bounds, Geometry, Position, distance_m};
use domain::org::Level;
use domain::policy::Action;
use domain::road::segment::Rank;
use serde::Serialize;
use store::road::RoadFilter;
use utoipa::ToSchema;

use crate::{App, Caller, Result};

/// Points nearer to the one before are left out: a finger is broader. Units: metres.
const APART_M: f64 = 6.0;
/// Points of roads sent at most; the lesser roads come last. About 60 KB.
const MOST_POINTS: usize = 8_000;

/// What is drawn under the finger. Units: degrees, WGS-84, five decimals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct PublicGround {
    /// West, south, east, north; none where nothing is known to draw.
    pub bounds: Option<[f64; 4]>,
    /// The wider first.
    pub roads: Vec<PublicRoad>,
    /// Outlines of villages.
    pub borders: Vec<Vec<[f64; 2]>>,
    /// Names of villages.
    pub villages: Vec<PublicVillage>,
}

/// A road anybody may use.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublicRoad {
    /// Empty where it has none.
    pub name: String,
    /// Whether it leads from village to village.
    pub wide: bool,
    /// Where it runs.
    pub line: Vec<[f64; 2]>,
}

/// Where a village's name stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublicVillage {
    /// Its name.
    pub name: String,
    /// Longitude and latitude.
    pub at: [f64; 2],
}

/// Five decimals: about a metre.
fn rounded(at: Position) -> [f64; 2] {
    at.map(|degree| (degree * 1e5).round() / 1e5)
}

/// A line without the points a finger could not tell apart; its ends stay.
fn thinned(line: &[Position]) -> Vec<[f64; 2]> {
    let Some((end, before)) = line.split_last() else { return Vec::new() };
    let mut kept: Vec<Position> = Vec::new();
    for at in before {
        if kept.last().is_none_or(|last| distance_m(*last, *at) >= APART_M) {
            kept.push(*at);
        }
    }
    kept.push(*end);
    kept.into_iter().map(rounded).collect()
}

fn middle(around: Bounds) -> Position {
    [f64::midpoint(around.west, around.east), f64::midpoint(around.south, around.north)]
}

impl App {
    /// What is public of the town's ground.
    // tidy(caller): reporting asks for no login.
    pub async fn public_ground(&self) -> Result<PublicGround> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let known = read.boundaries().await?;
        let groups = read.group_points().await?;
        let territories: Vec<_> =
            read.open_territories().await?.into_iter().map(|one| one.territory).collect();
        let path_of =
            |code: &str| territories.iter().find(|one| one.code.as_str() == code).map(|one| &one.path);
        let (mut borders, mut villages) = (Vec::new(), Vec::new());
        let mut around: Option<Bounds> = None;
        let mut reach = |more: Option<Bounds>| around = more.into_iter().chain(around).reduce(Bounds::with);
        for village in territories.iter().filter(|one| one.level == Level::Village) {
            let own: Vec<&Boundary> =
                known.iter().map(|one| &one.boundary).filter(|one| one.territory == village.code).collect();
            let area: Option<&Geometry> = holding(own, today).map(|one| &one.area);
            let land = area.and_then(Geometry::bounds);
            reach(land);
            borders.extend(area.into_iter().flat_map(Geometry::runs).map(thinned));
            let below = format!("{}/", village.path);
            let is_below = |code: &str| path_of(code).is_some_and(|path| path.starts_with(&below));
            let live =
                groups.iter().filter(|one| is_below(one.territory.as_str())).map(|one| Bounds::of(one.at));
            let at = land.or_else(|| live.reduce(Bounds::with)).map(middle);
            villages.extend(at.map(|at| PublicVillage { name: village.name.clone(), at: rounded(at) }));
        }
        let whole = Caller::system().scope(Action::RoadRead)?;
        let mut roads = read.roads(&whole, &RoadFilter::default()).await?;
        // What is closed to the public by its owner leads to somebody's house.
        roads.retain(|one| !one.segment.road.private && one.segment.line.len() > 1);
        roads.sort_by_key(|one| Rank::ALL.iter().position(|rank| *rank == one.segment.rank));
        let mut points = 0;
        let mut drawn = Vec::new();
        for one in roads {
            reach(one.segment.line.iter().map(|at| Bounds::of(*at)).reduce(Bounds::with));
            let line = thinned(&one.segment.line);
            points += line.len();
            if points > MOST_POINTS {
                break;
            }
            let wide = one.segment.rank == Rank::InterVillage;
            drawn.push(PublicRoad { name: one.segment.road.name, wide, line });
        }
        let bounds = around.map(|b| [b.west, b.south, b.east, b.north]);
        Ok(PublicGround { bounds, roads: drawn, borders, villages })
    }
}
