//! Which signs are of one incident, and where two cameras see the same smoke. What does not belong here: what a sign says
//! on the wire, and what happens to the incident.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{IncidentRefusal, Source};
use crate::geometry::{Bounds, Position, distance_m};
use crate::ids::{IncidentId, PlaceId};
use crate::time::{MINUTE_MS, Timestamp};

/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_194.9;
/// Below this angle two bearings run too much alike to be crossed. Units: degrees.
const LEAST_ANGLE_DEG: f64 = 5.0;

/// A camera saw something in a direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bearing {
    /// Camera and the way it was turned: two pictures of one pose say nothing new.
    pub pose: String,
    /// Where the camera stands.
    pub from: Position,
    /// Clockwise from north. Units: degrees.
    pub azimuth_deg: f64,
    /// How far off the direction may be. Units: degrees.
    pub spread_deg: f64,
}

/// Where two bearings cross.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Where.
    pub at: Position,
    /// Within this distance it lies, as far as the cameras' own errors go. Units: metres.
    pub error_m: f64,
}

/// Crosses two bearings.
///
/// None from one pose or one spot, when they run nearly alike or apart, or meet farther than `far_m` away.
pub fn cross(a: &Bearing, b: &Bearing, far_m: f64) -> Option<Fix> {
    if a.pose == b.pose || distance_m(a.from, b.from) < 1.0 {
        return None;
    }
    // On a plane through the first camera: a town is small enough.
    let east_m = DEGREE_M * a.from[1].to_radians().cos();
    let (bx, by) = ((b.from[0] - a.from[0]) * east_m, (b.from[1] - a.from[1]) * DEGREE_M);
    let way = |bearing: &Bearing| bearing.azimuth_deg.to_radians().sin_cos();
    let ((ax, ay), (cx, cy)) = (way(a), way(b));
    let turn = ax * cy - ay * cx;
    if turn.abs() < LEAST_ANGLE_DEG.to_radians().sin() {
        return None;
    }
    let (along_a, along_b) = ((bx * cy - by * cx) / turn, (bx * ay - by * ax) / turn);
    let is_ahead = |along: f64| along > 0.0 && along <= far_m;
    if !is_ahead(along_a) || !is_ahead(along_b) {
        return None;
    }
    let off = |along: f64, bearing: &Bearing| along * bearing.spread_deg.to_radians().tan();
    // The parallelogram of both errors lies within this circle.
    let error_m = (off(along_a, a) + off(along_b, b)) / turn.abs();
    let at = [a.from[0] + along_a * ax / east_m, a.from[1] + along_a * ay / DEGREE_M];
    Some(Fix { at, error_m })
}

/// The widest a mask may be, against a slip of the keyboard: what hides a whole village hides its fires. Units: metres, degrees.
const MOST_AROUND_M: f64 = 1_000.0;
const MOST_SECTOR_DEG: f64 = 90.0;

/// Something that always smokes: a chimney, a kiln. Signs of it open nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mask {
    /// Id.
    pub id: String,
    /// What it is.
    pub what: String,
    /// Of this camera pose only.
    pub pose: Option<String>,
    /// From this direction to that, clockwise. Units: degrees.
    pub sector: Option<(f64, f64)>,
    /// Around this spot, so far. Units: metres.
    pub around: Option<(Position, f64)>,
    /// When it was taken back, and why.
    pub void: Option<(Timestamp, String)>,
}

impl Mask {
    /// Checks a mask.
    ///
    /// Errors: it says not what it is, hides nothing in particular, or more than one thing that smokes.
    pub fn checked(self) -> Result<Self, IncidentRefusal> {
        let of_pose = self.pose.as_ref().is_some_and(|pose| !pose.trim().is_empty()) && self.sector.is_some();
        let around = self.around.is_some_and(|(_, m)| m > 0.0 && m.is_finite());
        let is_turn = |deg: f64| (0.0..=360.0).contains(&deg);
        let is_wide = |(from, to): (f64, f64)| {
            !is_turn(from) || !is_turn(to) || (to - from).rem_euclid(360.0) > MOST_SECTOR_DEG
        };
        if self.around.is_some_and(|(_, m)| m > MOST_AROUND_M) || self.sector.is_some_and(is_wide) {
            return Err(IncidentRefusal::WideMask);
        }
        match self.what.trim().is_empty() || !(of_pose || around) {
            true => Err(IncidentRefusal::Mask),
            false => Ok(self),
        }
    }

    /// Whether it hides this sign. What a camera sees in the direction of a masked spot within `far_m` is hidden, too:
    /// what stands there smokes, and a direction alone does not tell from how far off. Units: metres.
    pub fn hides(&self, sign: &Clue, far_m: f64) -> bool {
        if self.void.is_some() {
            return false;
        }
        let by_pose = match (&self.pose, self.sector, &sign.bearing) {
            (Some(pose), Some((from, to)), Some(bearing)) => {
                let turned = |deg: f64| deg.rem_euclid(360.0);
                *pose == bearing.pose && turned(bearing.azimuth_deg - from) <= turned(to - from)
            }
            _ => false,
        };
        let by_spot = match (self.around, sign.at, &sign.bearing) {
            (Some((spot, m)), Some(at), _) => distance_m(spot, at) <= m,
            (Some((spot, m)), None, Some(bearing)) => looks_through(bearing, spot, m, far_m),
            _ => false,
        };
        by_pose || by_spot
    }
}

/// Whether a camera's direction runs through a disc within sight.
fn looks_through(bearing: &Bearing, spot: Position, radius_m: f64, far_m: f64) -> bool {
    let (away, off) = seen_from(bearing, spot);
    let is_ahead = off.abs() < 90.0 && away * off.to_radians().sin().abs() <= radius_m;
    away <= radius_m || is_ahead && away - radius_m <= far_m
}

/// Whether a camera's sign is hidden: masked, and no other camera sees it somewhere that is not. What two cameras see
/// beside the chimney is no chimney, though one of them looks past it.
pub fn is_hidden(masks: &[&Mask], sign: &Clue, why: &[Why], far_m: f64) -> bool {
    let hides = |sign: &Clue| masks.iter().any(|mask| mask.hides(sign, far_m));
    let elsewhere = why.iter().any(|why| match why {
        Why::Crossed(fix) => !hides(&Clue { at: Some(fix.at), ..Clue::default() }),
        _ => false,
    });
    hides(sign) && !elsewhere
}

/// A sign, as far as it tells what it belongs to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Clue {
    /// When it came.
    pub came_at: Timestamp,
    /// The place.
    pub place: Option<PlaceId>,
    /// Where on the map.
    pub at: Option<Position>,
    /// Which way a camera saw it.
    pub bearing: Option<Bearing>,
    /// Who sent it: a device, or where on the wire somebody unregistered speaks from. Empty for people.
    pub sender: String,
}

impl Clue {
    /// The box outside of which no incident with a spot of its own is near this sign, or lies where its camera looks; none
    /// where it says nothing of where it is. A little wider than it must be: [`join`] decides.
    pub fn area(&self, window: &Window) -> Option<Bounds> {
        let near = self.at.map(|at| Bounds::around(at, window.near_m * 1.01 + 1.0));
        let seen = self.bearing.as_ref().map(|bearing| {
            let (x, y) = bearing.azimuth_deg.to_radians().sin_cos();
            let east_m = DEGREE_M * bearing.from[1].to_radians().cos();
            let [lon, lat] = bearing.from;
            let end = [lon + window.far_m * x / east_m, lat + window.far_m * y / DEGREE_M];
            let aside_m =
                window.near_m.max(window.far_m * bearing.spread_deg.to_radians().sin()) * 1.02 + 10.0;
            Bounds::around(bearing.from, aside_m).with(Bounds::around(end, aside_m))
        });
        match (near, seen) {
            (Some(near), Some(seen)) => Some(near.with(seen)),
            (near, seen) => near.or(seen),
        }
    }

    /// Who sent it, where nothing else tells what it belongs to.
    pub fn sender_alone(&self) -> Option<&str> {
        let is_anywhere = self.place.is_some() || self.at.is_some() || self.bearing.is_some();
        Some(self.sender.as_str()).filter(|sender| !is_anywhere && !sender.is_empty())
    }
}

/// So soon a sign that says the same is a repetition. Units: milliseconds.
pub const REPEATED_MS: i64 = MINUTE_MS;

/// A sign as it is kept with its incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// The signal it came by; none for a call typed in.
    pub signal: Option<String>,
    /// How it came.
    pub source: Source,
    /// What it says.
    pub says: String,
    /// Who or what sent it, in words.
    pub from: String,
    /// Whether a person or a bound device stands behind it.
    pub bound: bool,
    /// Whether it says that all is well again.
    pub restored: bool,
    /// When it came.
    pub came_at: Timestamp,
    /// Where on the map.
    pub at: Option<Position>,
    /// Which way a camera saw it.
    pub bearing: Option<Bearing>,
    /// Why it belongs to its incident, in words; nothing for the first.
    pub why: Vec<String>,
    /// As of [`Clue`].
    #[serde(default)]
    pub sender: String,
    /// Where it is, as whoever called said it.
    #[serde(default)]
    pub address: String,
    /// The telephone of whoever called: sealed at rest, and no part of what is kept open.
    #[serde(skip)]
    pub phone: String,
}

impl Heard {
    /// Whether `before` said this already, however long ago: where it is out, a detector says once more what it said.
    pub fn is_echo_of(&self, before: &Self) -> bool {
        (&self.sender, &self.says) == (&before.sender, &before.says)
    }

    /// Whether this is a new alarm though it comes from a place somebody has just been busy with, and no longer is: a device
    /// of the house says what none of the signs said. The second room burns when the first is out.
    pub fn rekindles(&self, signs: &[Self]) -> bool {
        !self.restored && !self.sender.is_empty() && !signs.iter().any(|before| self.is_echo_of(before))
    }

    /// Whether this says once more what `before` said, so soon that it tells nobody anything: one page per event, not one
    /// per frame.
    pub fn repeats(&self, before: &Self) -> bool {
        let is_same = (&self.sender, &self.says) == (&before.sender, &before.says)
            && (self.bound, self.restored) == (before.bound, before.restored);
        !self.sender.is_empty() && is_same && (0..REPEATED_MS).contains(&(self.came_at.0 - before.came_at.0))
    }
}

/// An incident a sign may belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Id.
    pub id: IncidentId,
    /// When its last sign came.
    pub last_at: Timestamp,
    /// Since when it burns or may; none once it does not: what comes later is another.
    pub ongoing_since: Option<Timestamp>,
    /// Its place.
    pub place: Option<PlaceId>,
    /// Where on the map.
    pub at: Option<Position>,
    /// How far off that may be. Units: metres.
    pub error_m: f64,
    /// Which way cameras saw it.
    pub bearings: Vec<Bearing>,
    /// Who sent its signs.
    pub senders: BTreeSet<String>,
}

/// How near in time and space signs are of one incident. A setting of the town.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Units: milliseconds.
    pub ms: i64,
    /// Units: metres.
    pub near_m: f64,
    /// As far as cameras see. Units: metres.
    pub far_m: f64,
}

/// Why a sign belongs to an incident.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// Of the same place.
    Place,
    /// So many metres away.
    Near(f64),
    /// Two cameras see it.
    Crossed(Fix),
    /// A camera looks that way.
    OnBearing,
    /// The same device again, or the same unregistered neighbour on the wire; nobody knows where either stands.
    Sender,
    /// Nobody registered speaks, for the same unit or over a line on which too many do.
    Line,
}

impl Why {
    /// In words.
    pub fn label(&self) -> String {
        match self {
            Self::Place => "同一场所".to_owned(),
            Self::Near(m) => format!("相距 {m:.0} 米"),
            Self::Crossed(fix) => format!("两台摄像机方位交会，误差约 {:.0} 米", fix.error_m),
            Self::OnBearing => "位于摄像机所指方位上".to_owned(),
            Self::Sender => "同一来源".to_owned(),
            Self::Line => "同一线路上的未登记来源".to_owned(),
        }
    }
}

/// How far a spot is from a camera, and how far off its direction. Units: metres, degrees.
fn seen_from(bearing: &Bearing, spot: Position) -> (f64, f64) {
    let east_m = DEGREE_M * bearing.from[1].to_radians().cos();
    let (x, y) = ((spot[0] - bearing.from[0]) * east_m, (spot[1] - bearing.from[1]) * DEGREE_M);
    let off = (x.atan2(y).to_degrees() - bearing.azimuth_deg + 540.0).rem_euclid(360.0) - 180.0;
    (distance_m(bearing.from, spot), off)
}

/// Whether a spot lies where a camera looks.
fn is_on(bearing: &Bearing, spot: Position, window: &Window) -> bool {
    let (away, off) = seen_from(bearing, spot);
    let aside_m = away * off.to_radians().sin().abs();
    away <= window.far_m && off.abs() < 90.0 && (off.abs() <= bearing.spread_deg || aside_m <= window.near_m)
}

/// The incident a sign belongs to, and why: the one with the strongest reason, of several the latest.
pub fn join(clue: &Clue, known: &[Known], window: &Window) -> Option<(IncidentId, Vec<Why>)> {
    let reasons = |one: &Known| -> Vec<Why> {
        let is_soon = (clue.came_at.0 - one.last_at.0).abs() <= window.ms;
        // While somebody is still busy with a place, whatever is heard from there is about it: a detector goes on for hours.
        let is_ongoing = one.ongoing_since.is_some_and(|since| clue.came_at.0 >= since.0 - window.ms);
        if !is_soon && !is_ongoing {
            return Vec::new();
        }
        let mut why = Vec::new();
        if clue.place.is_some() && clue.place == one.place {
            why.push(Why::Place);
        }
        if let (Some(a), Some(b)) = (clue.at, one.at) {
            let away = distance_m(a, b);
            if away <= window.near_m.max(one.error_m) {
                why.push(Why::Near(away));
            }
        }
        if let Some(seen) = clue.bearing.as_ref().filter(|_| is_soon) {
            let fix = one.bearings.iter().find_map(|other| cross(seen, other, window.far_m));
            match (fix, one.at) {
                // Where it is known, what is seen must lie there.
                (_, Some(at)) if is_on(seen, at, window) => why.push(Why::OnBearing),
                (Some(fix), None) => why.push(Why::Crossed(fix)),
                _ if one.bearings.iter().any(|other| same_view(seen, other)) => why.push(Why::OnBearing),
                _ => {}
            }
        }
        // Whatever is known of where it is says more than who said it.
        if is_soon && clue.sender_alone().is_some_and(|sender| one.senders.contains(sender)) {
            why.push(Why::Sender);
        }
        why
    };
    let rank = |why: &[Why]| why.iter().map(strength).max().unwrap_or(0);
    let found = known.iter().map(|one| (one, reasons(one))).filter(|(_, why)| !why.is_empty());
    let best = found.max_by_key(|(one, why)| (rank(why), one.last_at));
    best.map(|(one, why)| (one.id.clone(), why))
}

/// The same camera sees the same thing again.
fn same_view(a: &Bearing, b: &Bearing) -> bool {
    let off = (a.azimuth_deg - b.azimuth_deg + 540.0).rem_euclid(360.0) - 180.0;
    a.pose == b.pose && off.abs() <= a.spread_deg + b.spread_deg
}

fn strength(why: &Why) -> u8 {
    match why {
        Why::Place => 5,
        Why::Near(_) => 4,
        Why::Crossed(_) => 3,
        Why::OnBearing => 2,
        Why::Sender | Why::Line => 1,
    }
}
