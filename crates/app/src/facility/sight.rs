//! The forest as a whole: what is seen of it by cameras and look-outs over the terrain somebody put there, its fire
//! breaks by kind with width, length, gaps and when they were last cleared, and each kind planned against built. What
//! does not belong here: how a line of sight runs (`road::sight`), one facility (`facility`).
//!
//! Source: clauses C7.1–C7.11; kinds of fire break by LY/T 5007-2014 as in the field's handbook §4.8.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeSet;
use std::sync::Arc;

use ::road::sight::{Lookout, Seen, cells_in, outlines, seen, share};
use ::road::terrain::{self, Terrain};
use domain::device::DeviceKind;
use domain::facility::{Act, Facility, FieldValue, Shape, Stage};
use domain::fulfilment::percent;
use domain::geometry::{Geometry, Position, distance_m, in_sector};
use domain::ids::FacilityId;
use domain::policy::{Action, Scope};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use store::base_map::{MapFile, map_part};
use store::device::DeviceFilter;
use store::facility::{FacilityFilter, FacilityRecord};
use tokio::sync::Mutex;
use utoipa::{IntoParams, ToSchema};

use super::facilities;
use crate::device::conditions;
use crate::names::Names;
use crate::parameter::number_on;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// 没有登记可视距离的林火监控按多远计算, m. No source gives one; the town sets its own.
pub(crate) const RANGE_M: (&str, f64) = ("facility.sight_range_m", 3_000.0);
/// Classes of what looks over the forest.
const EYES: [&str; 2] = ["camera_forest", "lookout"];
/// Class of an area of forest.
const FOREST: &str = "forest_area";
/// Classes of fire breaks.
const BREAKS: [&str; 3] = ["fire_break_engineered", "fire_break_biological", "fire_break_natural"];
/// A terrain file is no longer. Units: bytes.
const LONGEST: u64 = 400 << 20;

/// The terrain as read, and what was last seen over it by whom.
#[derive(Default)]
pub struct Kept(Mutex<Held>);

type Computed = (Vec<Lookout>, Arc<Seen>);

#[derive(Default)]
struct Held {
    terrain: Option<(MapFile, Arc<Terrain>)>,
    seen: Vec<Computed>,
}

/// What of the forest is asked.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SightAsked {
    /// Also with what is planned and not built yet.
    pub planned: Option<bool>,
}

/// A camera or look-out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SightEye {
    pub facility: Named,
    pub code: String,
    pub stage: Word,
    /// Above the ground. Units: m.
    pub height_m: Option<f64>,
    /// The middle of what it looks at, clockwise from north. Units: degrees; none when it turns around.
    pub azimuth_deg: Option<f64>,
    /// How wide it looks. Units: degrees.
    pub field_deg: Option<f64>,
    /// Units: m.
    pub range_m: f64,
    /// Whether the range is the town's setting because none is on record.
    pub range_assumed: bool,
    /// What it sees. Units: hectares; none when it cannot be said.
    pub seen_ha: Option<f64>,
    /// Why not: `not_in_service`, `silent` (what hangs there is silent, at fault or shielded), `no_position`, `no_height`,
    /// `off_terrain`; none when it counts.
    pub why: Option<String>,
}

/// What share of an area of forest is seen. Units: hectares.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SightArea {
    /// None for all the terrain, when no forest is on record.
    pub facility: Option<Named>,
    pub territory: Option<Named>,
    pub none_ha: f64,
    pub one_ha: f64,
    pub more_ha: f64,
    /// Seen by one or more. Units: per cent.
    pub seen_percent: f64,
}

/// What is seen of the forest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ForestSight {
    /// Whether a terrain file is there; without one nothing can be said of what is seen.
    pub terrain: bool,
    /// What is wrong with the terrain file, in one sentence.
    pub terrain_problem: Option<String>,
    /// From a cell of the terrain to the next. Units: m.
    pub cell_m: Option<f64>,
    pub eyes: Vec<SightEye>,
    pub areas: Vec<SightArea>,
    /// Whether areas of forest are on record; otherwise shares are of all the terrain.
    pub has_forest: bool,
    /// What of the forest nobody sees, as GeoJSON for a map.
    #[schema(value_type = Option<Object>)]
    pub unseen: Option<Geometry>,
    /// What is seen, likewise.
    #[schema(value_type = Option<Object>)]
    pub seen: Option<Geometry>,
}

/// Fire breaks of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BreakKind {
    pub kind: Word,
    /// Planned, what stands among it. Units: m.
    pub planned_m: f64,
    /// Units: m.
    pub standing_m: f64,
    /// Planned and not standing: the gap to the plan. Units: m.
    pub missing_m: f64,
    /// Gaps people found in what stands; none where nobody recorded any number.
    pub gaps: Option<f64>,
    /// Units: m.
    pub least_width_m: Option<f64>,
    /// Lines that stand and whose width nobody recorded.
    pub width_unknown: usize,
    /// Lines that stand and were never cleared, as far as is on record.
    pub never_cleared: usize,
}

/// A fire break.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BreakLine {
    pub facility: Named,
    pub code: String,
    pub kind: Word,
    pub territory: Named,
    pub stage: Word,
    /// As recorded, such as 防火沟; may be empty.
    pub sub: String,
    /// Units: m.
    pub length_m: Option<f64>,
    /// Units: m.
    pub width_m: Option<f64>,
    pub gaps: Option<f64>,
    /// The last day it was cleared or kept up.
    pub cleared_on: Option<String>,
}

/// The town's fire breaks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct FireBreaks {
    pub kinds: Vec<BreakKind>,
    pub lines: Vec<BreakLine>,
}

fn number(f: &Facility, field: &str) -> Option<f64> {
    match f.values.get(field) {
        Some(FieldValue::Number(number)) => Some(*number),
        _ => None,
    }
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn hectares(m2: f64) -> f64 {
    round(m2 / 10_000.0)
}

async fn of_classes(read: &mut Read, scope: &Scope, classes: &[&str]) -> Result<Vec<FacilityRecord>> {
    let filter = FacilityFilter { classes: Some(classes.join(",")), ..FacilityFilter::default() };
    Ok(read.facilities(scope, &filter, None, i64::MAX).await?)
}

fn kind_word(f: &Facility) -> Word {
    let kind = facilities().catalog.kind(&f.kind);
    Word::new(&f.kind, kind.map_or_else(|| f.kind.clone(), |kind| kind.name.clone()))
}

/// Planned or on its way, not standing.
fn is_coming(stage: Stage) -> bool {
    matches!(stage, Stage::Planned | Stage::Budgeted | Stage::Designed)
}

/// An eye with its look-out, or why it has none.
fn eye(
    record: &FacilityRecord,
    range_m: f64,
    (planned, is_blind): (bool, bool),
) -> (SightEye, Option<Lookout>) {
    let f = &record.facility;
    let own = number(f, "range");
    let mut eye = SightEye {
        facility: Named::new(f.id.as_str(), f.name.clone()),
        code: f.code.clone(),
        stage: Word::new(f.stage.code(), f.stage.label()),
        height_m: number(f, "height"),
        azimuth_deg: number(f, "azimuth"),
        field_deg: number(f, "field"),
        range_m: own.unwrap_or(range_m),
        range_assumed: own.is_none(),
        seen_ha: None,
        why: None,
    };
    let at = match &f.shape {
        Some(Shape::Point(at)) => Some(*at),
        _ => None,
    };
    let looks = f.stage == Stage::InService || (planned && is_coming(f.stage));
    let lookout = match (looks, at, eye.height_m) {
        (false, ..) => Err("not_in_service"),
        // Nobody sees by it what it sees.
        _ if is_blind => Err("silent"),
        (_, None, _) => Err("no_position"),
        (_, _, None) => Err("no_height"),
        (true, Some(at), Some(height_m)) => Ok(Lookout {
            at,
            height_m,
            // A camera that turns is registered with where it is mounted to, but without how wide it looks.
            sector_deg: eye.azimuth_deg.zip(eye.field_deg).filter(|(_, field)| *field < 360.0),
            range_m: eye.range_m,
        }),
    };
    eye.why = lookout.as_ref().err().map(|why| (*why).to_owned());
    (eye, lookout.ok())
}

/// Cameras nobody sees by now: every device that hangs there is silent, at fault or shielded. Where none is on record the
/// entry of the facility is all there is to go by.
// Part of what is seen of the forest and of the card, which asked.
pub(crate) async fn blind(read: &mut Read, now: Timestamp) -> Result<BTreeSet<FacilityId>> {
    let whole = Caller::system().scope(Action::DeviceRead)?;
    let filter =
        DeviceFilter { kinds: Some(DeviceKind::Camera.code().to_owned()), ..DeviceFilter::default() };
    let found = read.devices(&whole, &filter, None, i64::MAX).await?;
    let found: Vec<_> = found.into_iter().filter(|one| one.device.facility.is_some()).collect();
    let ids: Vec<&str> = found.iter().map(|one| one.device.id.as_str()).collect();
    let states = read.device_states(&ids).await?;
    let (mut all, mut seeing) = (BTreeSet::new(), BTreeSet::new());
    for (record, condition) in found.iter().zip(conditions(&found, &states, now)) {
        let Some(facility) = record.device.facility.clone() else { continue };
        if condition.protects() {
            seeing.insert(facility.clone());
        }
        all.insert(facility);
    }
    Ok(&all - &seeing)
}

/// Whether a camera may see a spot: in service, within its range, and in the sector it looks at, as far as those are on
/// record. What hills hide is left out.
pub(crate) fn looks_at(f: &Facility, from: Position, to: Position) -> bool {
    let sector = number(f, "azimuth").zip(number(f, "field"));
    f.stage == Stage::InService
        && number(f, "range").is_none_or(|range| distance_m(from, to) <= range)
        && sector.is_none_or(|(azimuth, field)| in_sector(from, to, azimuth, field))
}

/// The terrain of a file, read once until the file changes.
fn read_terrain(held: &mut Held, file: MapFile) -> Result<std::result::Result<Arc<Terrain>, String>> {
    if let Some((known, terrain)) = &held.terrain
        && *known == file
    {
        return Ok(Ok(terrain.clone()));
    }
    *held = Held::default();
    match terrain::read(&map_part(&file, 0, LONGEST)?) {
        Ok(terrain) => {
            let terrain = Arc::new(terrain);
            held.terrain = Some((file, terrain.clone()));
            Ok(Ok(terrain))
        }
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// What is seen by these, computed once as long as they stand as they do. Two answers are kept: with what is planned
/// and without.
fn look(held: &mut Held, terrain: &Terrain, lookouts: Vec<Lookout>) -> Arc<Seen> {
    if let Some((_, known)) = held.seen.iter().find(|(eyes, _)| *eyes == lookouts) {
        return known.clone();
    }
    let fresh = Arc::new(seen(terrain, &lookouts));
    held.seen.insert(0, (lookouts, fresh.clone()));
    held.seen.truncate(2);
    fresh
}

fn area(terrain: &Terrain, seen: &Seen, cells: &[usize]) -> SightArea {
    let share = share(terrain, seen, cells);
    let total = share.total_m2();
    SightArea {
        facility: None,
        territory: None,
        none_ha: hectares(share.none_m2),
        one_ha: hectares(share.one_m2),
        more_ha: hectares(share.more_m2),
        seen_percent: if total > 0.0 { percent((share.one_m2 + share.more_m2) / total) } else { 0.0 },
    }
}

fn shown(terrain: &Terrain, cells: impl Iterator<Item = usize>) -> Option<Geometry> {
    Some(outlines(terrain, cells)).filter(|areas| !areas.is_empty()).map(Geometry::MultiPolygon)
}

/// Puts into the answer what can be said with this terrain.
fn fill(
    sight: &mut ForestSight,
    (terrain, seen): (&Terrain, &Seen),
    lookouts: &[(usize, Lookout)],
    forests: &[(Facility, Named)],
) {
    sight.terrain = true;
    sight.cell_m = Some(round(terrain.step[1] * 111_194.93));
    let cell_ha = |lat: f64| {
        let m = terrain.step[0] * terrain.step[1] * 111_194.93_f64.powi(2) * lat.to_radians().cos();
        m / 10_000.0
    };
    for ((n, lookout), cells) in lookouts.iter().zip(&seen.each) {
        let Some(eye) = sight.eyes.get_mut(*n) else { continue };
        eye.seen_ha = cells.map(|cells| round(cells as f64 * cell_ha(lookout.at[1])));
        eye.why = cells.is_none().then(|| "off_terrain".to_owned());
    }
    let mut all: Vec<usize> = Vec::new();
    for (forest, territory) in forests {
        let Some(Shape::Polygon(rings)) = &forest.shape else { continue };
        let cells = cells_in(terrain, rings);
        sight.areas.push(SightArea {
            facility: Some(Named::new(forest.id.as_str(), forest.name.clone())),
            territory: Some(territory.clone()),
            ..area(terrain, seen, &cells)
        });
        all.extend(cells);
    }
    sight.has_forest = !sight.areas.is_empty();
    if !sight.has_forest {
        let known = terrain.heights.iter().enumerate().filter(|(_, height)| !height.is_nan());
        all = known.map(|(cell, _)| cell).collect();
        sight.areas.push(area(terrain, seen, &all));
    }
    all.sort_unstable();
    all.dedup();
    let is_seen = |cell: &usize| seen.by.get(*cell).is_some_and(|by| *by > 0);
    sight.seen = shown(terrain, all.iter().copied().filter(|cell| is_seen(cell)));
    sight.unseen = shown(terrain, all.iter().copied().filter(|cell| !is_seen(cell)));
}

impl App {
    /// What is seen of the forest by the cameras and look-outs the caller may see, over the terrain file there is.
    pub async fn forest_sight(&self, caller: &Caller, asked: &SightAsked) -> Result<ForestSight> {
        let scope = caller.scope(Action::FacilityRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let range_m = f64::from(number_on(&mut read, RANGE_M, today).await?);
        let eyes = of_classes(&mut read, &scope, &EYES).await?;
        let forests = of_classes(&mut read, &scope, &[FOREST]).await?;
        let blind = blind(&mut read, self.now()).await?;
        drop(read);
        let planned = asked.planned.unwrap_or(false);
        let mut sight = ForestSight::default();
        let mut lookouts = Vec::new();
        for record in &eyes {
            let (eye, lookout) = eye(record, range_m, (planned, blind.contains(&record.facility.id)));
            lookouts.extend(lookout.map(|lookout| (sight.eyes.len(), lookout)));
            sight.eyes.push(eye);
        }
        let Some(file) = self.terrain_file()? else { return Ok(sight) };
        let forests: Vec<(Facility, Named)> = forests
            .into_iter()
            .filter(|one| one.facility.stage != Stage::Retired)
            .map(|one| {
                let territory = names.territory(one.facility.territory.as_str());
                (one.facility, territory)
            })
            .collect();
        // Taken out while it is computed; whoever asks meanwhile computes for himself.
        let kept = self.sights.clone();
        let mut held = std::mem::take(&mut *kept.0.lock().await);
        let (sight, held) = self
            .aside(move || {
                match read_terrain(&mut held, file)? {
                    Err(problem) => sight.terrain_problem = Some(problem),
                    Ok(terrain) => {
                        let eyes = lookouts.iter().map(|(_, lookout)| *lookout).collect();
                        let seen = look(&mut held, &terrain, eyes);
                        fill(&mut sight, (&terrain, &seen), &lookouts, &forests);
                    }
                }
                Ok::<_, Error>((sight, held))
            })
            .await?;
        *self.sights.0.lock().await = held;
        Ok(sight)
    }

    /// The fire breaks the caller may see, by kind and one by one.
    pub async fn fire_breaks(&self, caller: &Caller) -> Result<FireBreaks> {
        let scope = caller.scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let mut breaks = FireBreaks::default();
        let mut kinds: Vec<BreakKind> = Vec::new();
        for record in of_classes(&mut read, &scope, &BREAKS).await? {
            let f = &record.facility;
            let events = read.facility_events(&f.id).await?;
            let cleared =
                events.iter().filter(|event| matches!(event.act, Act::Maintain { .. } | Act::Restore { .. }));
            let cleared_on: Option<Date> = cleared.map(|event| event.on).max();
            let length = f.shape.as_ref().map(Shape::length_m);
            let (width, gaps) = (number(f, "width"), number(f, "gaps"));
            let word = kind_word(f);
            if !kinds.iter().any(|kind| kind.kind == word) {
                kinds.push(BreakKind {
                    kind: word.clone(),
                    planned_m: 0.0,
                    standing_m: 0.0,
                    missing_m: 0.0,
                    gaps: None,
                    least_width_m: None,
                    width_unknown: 0,
                    never_cleared: 0,
                });
            }
            if let Some(kind) = kinds.iter_mut().find(|kind| kind.kind == word) {
                let metres = length.unwrap_or(0.0);
                if is_coming(f.stage) {
                    kind.planned_m += metres;
                } else if f.stage.is_standing() {
                    kind.planned_m += metres;
                    kind.standing_m += metres;
                    kind.gaps = gaps.map(|n| n + kind.gaps.unwrap_or(0.0)).or(kind.gaps);
                    kind.least_width_m = width
                        .map(|w| kind.least_width_m.map_or(w, |least| w.min(least)))
                        .or(kind.least_width_m);
                    kind.width_unknown += usize::from(width.is_none());
                    kind.never_cleared += usize::from(cleared_on.is_none());
                }
            }
            let sub = match f.values.get("sub") {
                Some(FieldValue::Text(text)) => text.clone(),
                _ => String::new(),
            };
            breaks.lines.push(BreakLine {
                facility: Named::new(f.id.as_str(), f.name.clone()),
                code: f.code.clone(),
                kind: word,
                territory: names.territory(f.territory.as_str()),
                stage: Word::new(f.stage.code(), f.stage.label()),
                sub,
                length_m: length.map(f64::round),
                width_m: width,
                gaps,
                cleared_on: cleared_on.map(|on| on.to_string()),
            });
        }
        for kind in &mut kinds {
            // Rounded once: what is missing is the rest of what is shown.
            (kind.planned_m, kind.standing_m) = (kind.planned_m.round(), kind.standing_m.round());
            kind.missing_m = kind.planned_m - kind.standing_m;
        }
        kinds.sort_by(|a, b| a.kind.code.cmp(&b.kind.code));
        breaks.kinds = kinds;
        Ok(breaks)
    }
}
