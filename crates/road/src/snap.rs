//! From a point to the road: the nearest stretch one may use, and where on it. What does not belong here: which stretches
//! a vehicle passes (`weigh`).

use std::collections::BTreeSet;

use domain::geometry::distance_m;
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};
use serde::Serialize;

use crate::graph::Network;
use crate::problem::Error;
use crate::weigh::{Prepared, Reading};

/// A degree of latitude, m.
const DEGREE_M: f64 = 111_195.0;
/// So near to its end a stretch is the junction, mm.
const AT_JUNCTION_MM: u32 = 5;

/// A place on the network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spot {
    /// Stretch.
    pub segment: u32,
    /// How far along it, as drawn, mm.
    pub offset_mm: u32,
    /// The junction, when it is at one end.
    pub junction: Option<u32>,
    /// Longitude and latitude on the road, WGS 84 degrees.
    pub lon_lat: [f64; 2],
    /// From the point asked for to the road, m.
    pub away_m: f64,
}

/// How far around a point a road is looked for. Units: m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// So far off a vehicle rather stands on a road it passes than on a nearer one it does not: as far as it can do without
    /// being there, as with a hose.
    pub stand_m: f64,
    /// So far off whatever is a road for it at all.
    pub look_m: f64,
}

/// Where a vehicle stands for a point: on the nearest stretch it passes by what that is like, where there is one within
/// reach of it; else on the nearest that is a road for it, whatever is the matter with that. What is closed for a while is
/// no other stretch for it: whoever lives there is cut off. A scrap that hangs together with nothing takes nobody's road
/// away: of stretches within reach it is one of the most road that counts, and what is in all no longer than that reach
/// counts only where there is no other.
///
/// Errors: there is no road; the point is swapped.
pub fn standing(
    network: &Network,
    prepared: &Prepared,
    reading: Reading,
    at: [f64; 2],
    near: Near,
) -> Result<Spot, Error> {
    let fit = beside(network, prepared, at, near.stand_m, |segment| prepared.fits(reading, segment));
    let scrap = |spot: &Spot| is_scrap(network, prepared, spot.segment, near.stand_m);
    if fit.as_ref().is_ok_and(|spot| !scrap(spot)) {
        return fit;
    }
    let other = road(network, prepared, at, near);
    if fit.is_ok() && other.as_ref().is_ok_and(scrap) { fit } else { other }
}

/// Where a vehicle sets out from a point: on the nearest stretch it passes of each part within reach of it, the nearest first; where
/// there is none, as it stands for any point.
pub fn setting_out(
    network: &Network,
    prepared: &Prepared,
    reading: Reading,
    at: [f64; 2],
    near: Near,
) -> Vec<Spot> {
    let (index, parts) = (network.index(), prepared.parts(network));
    let fits = |segment: &u32| prepared.fits(reading, *segment);
    let around: BTreeSet<u32> = index.around(at, near.stand_m).filter(fits).map(|n| parts.of(n)).collect();
    let of = |part: u32| {
        let on = |segment| prepared.fits(reading, segment) && parts.of(segment) == part;
        index.nearest(network, at, near.stand_m, on).ok()
    };
    let mut spots: Vec<Spot> = around.into_iter().filter_map(of).collect();
    spots.sort_by(|a, b| a.away_m.total_cmp(&b.away_m));
    if spots.is_empty() {
        spots.extend(standing(network, prepared, reading, at, near));
    }
    spots
}

/// Where a vehicle stands for a point when it comes from one of these spots, or goes to one: within reach on a stretch it passes
/// that hangs together with them, where there is one; else as it stands for any point.
///
/// Errors: as [`standing`].
pub fn standing_with(
    network: &Network,
    prepared: &Prepared,
    reading: Reading,
    (at, spots): ([f64; 2], &[Spot]),
    near: Near,
) -> Result<Spot, Error> {
    let parts = prepared.parts(network);
    let joined: BTreeSet<u32> = spots.iter().map(|spot| parts.of(spot.segment)).collect();
    let on = |segment| prepared.fits(reading, segment) && joined.contains(&parts.of(segment));
    let found = network.index().nearest(network, at, near.stand_m, on);
    found.or_else(|_| standing(network, prepared, reading, at, near))
}

/// The nearest stretch within a distance that is a road for a vehicle at all, a scrap only where there is no other.
///
/// Errors: there is none; the point is swapped.
pub fn road(network: &Network, prepared: &Prepared, at: [f64; 2], near: Near) -> Result<Spot, Error> {
    let index = network.index();
    let whole = |segment| prepared.is_open(segment) && !is_scrap(network, prepared, segment, near.stand_m);
    let found = index.nearest(network, at, near.look_m, whole);
    found.or_else(|_| index.nearest(network, at, near.look_m, |segment| prepared.is_open(segment)))
}

/// The nearest stretch within a distance that `may` allows, of those with the most road hanging together with them.
///
/// Errors: there is none; the point is swapped.
pub fn beside(
    network: &Network,
    prepared: &Prepared,
    at: [f64; 2],
    within_m: f64,
    may: impl Fn(u32) -> bool,
) -> Result<Spot, Error> {
    let (index, parts) = (network.index(), prepared.parts(network));
    let nearest = index.nearest(network, at, within_m, &may)?;
    if parts.is_longest(nearest.segment) {
        return Ok(nearest);
    }
    let most = index.around(at, within_m).filter(|segment| may(*segment)).map(|n| parts.length_mm(n)).max();
    let is_of_most = |segment| may(segment) && Some(parts.length_mm(segment)) == most;
    index.nearest(network, at, within_m, is_of_most)
}

/// Whether all that hangs together with a stretch is a scrap beside the network: no longer than a vehicle reaches from where it
/// stands, and not all there is.
fn is_scrap(network: &Network, prepared: &Prepared, segment: u32, stand_m: f64) -> bool {
    let parts = prepared.parts(network);
    !parts.is_longest(segment) && parts.length_mm(segment) as f64 <= stand_m * 1000.0
}

type Piece = GeomWithData<Line<[f64; 2]>, (u32, u32)>;

/// Pieces of stretches, to find the nearest.
#[derive(Debug)]
pub struct Index {
    /// Metres in a degree of longitude in the middle of the network.
    lon_m: f64,
    tree: RTree<Piece>,
}

impl Index {
    pub(crate) fn of(network: &Network) -> Self {
        let n = network.junctions.len().max(1) as f64;
        let middle = network.junctions.iter().map(|junction| junction.lon_lat[1]).sum::<f64>() / n;
        let lon_m = DEGREE_M * middle.to_radians().cos();
        let flat = |[lon, lat]: [f64; 2]| [lon * lon_m, lat * DEGREE_M];
        let mut pieces = Vec::with_capacity(network.points.len());
        for (n, segment) in network.segments.iter().enumerate() {
            let shape = network.shape(segment);
            for (piece, (a, b)) in shape.iter().zip(shape.iter().skip(1)).enumerate() {
                pieces.push(Piece::new(Line::new(flat(*a), flat(*b)), (n as u32, piece as u32)));
            }
        }
        Self { lon_m, tree: RTree::bulk_load(pieces) }
    }

    /// The nearest stretch within a distance that `may` allows.
    pub fn nearest(
        &self,
        network: &Network,
        [lon, lat]: [f64; 2],
        within_m: f64,
        may: impl Fn(u32) -> bool,
    ) -> Result<Spot, Error> {
        let place = || "所给的点".to_owned();
        if !(-90.0..=90.0).contains(&lat) {
            return Err(Error::Swapped { place: place(), lat });
        }
        let point = [lon * self.lon_m, lat * DEGREE_M];
        let near = self
            .tree
            .nearest_neighbor_iter(&point)
            .take_while(|piece| piece.distance_2(&point) <= within_m * within_m)
            .find(|piece| may(piece.data.0));
        let Some(found) = near else {
            // Swapped it would lie here: say so rather than that there is no road in the sea.
            let swapped = [lat * self.lon_m, lon * DEGREE_M];
            let is_swapped = self
                .tree
                .nearest_neighbor(&swapped)
                .is_some_and(|piece| piece.distance_2(&swapped) <= within_m * within_m);
            return Err(if is_swapped {
                Error::Swapped { place: place(), lat }
            } else {
                Error::OffRoad { lon, lat, within_m }
            });
        };
        let (segment, piece) = found.data;
        let line = found.geom();
        Ok(self.spot(network, segment, piece as usize, line.nearest_point(&point), [lon, lat]))
    }

    /// Stretches within a distance.
    fn around(&self, [lon, lat]: [f64; 2], within_m: f64) -> impl Iterator<Item = u32> {
        let point = [lon * self.lon_m, lat * DEGREE_M];
        self.tree.locate_within_distance(point, within_m * within_m).map(|piece| piece.data.0)
    }

    fn spot(&self, network: &Network, number: u32, piece: usize, flat: [f64; 2], asked: [f64; 2]) -> Spot {
        let mut lon_lat = [flat[0] / self.lon_m, flat[1] / DEGREE_M];
        let mut spot = Spot { segment: number, offset_mm: 0, junction: None, lon_lat, away_m: 0.0 };
        let Some(segment) = network.segments.get(number as usize) else { return spot };
        let shape = network.shape(segment);
        let before: f64 =
            shape.iter().zip(shape.iter().skip(1)).take(piece).map(|(a, b)| distance_m(*a, *b)).sum();
        let along = shape.get(piece).map_or(0.0, |start| distance_m(*start, lon_lat));
        spot.offset_mm = (((before + along) * 1000.0).round() as u32).min(segment.length_mm);
        if spot.offset_mm <= AT_JUNCTION_MM {
            spot.junction = Some(segment.tail);
        } else if segment.length_mm - spot.offset_mm <= AT_JUNCTION_MM {
            spot.junction = Some(segment.head);
        }
        if let Some(junction) = spot.junction.and_then(|j| network.junctions.get(j as usize)) {
            lon_lat = junction.lon_lat;
        }
        spot.lon_lat = lon_lat;
        spot.away_m = distance_m(asked, lon_lat);
        spot
    }
}
