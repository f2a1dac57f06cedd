//! A map of roads under the measured ones: held against the map before and against what was measured, told when it lies
//! elsewhere, put under the roads. What does not belong here: surveyed stretches, and files handed in (`import`).

use std::collections::BTreeMap;
use std::path::Path;

use ::road::osm::{self, Extract, Way};
use domain::geometry::Bounds;
use domain::policy::Action;
use domain::road::laid::Laid;
use domain::road::segment::Segment;
use domain::time::Timestamp;
use store::Write;
use store::import::ImportFile;
use store::road::{RoadFilter, RoadMapRecord};

use super::{RoadImport, RoadRowProblem, said_outside};
use crate::job::{Progress, Running};
use crate::road::net::{RoadNetwork, refused};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Stable code of a map that lies elsewhere than the town.
const MAP_OUTSIDE: &str = "road.map_outside";

/// Ways by their id; a way that was broken at the edge of the map comes in several.
fn ways_of(extract: &Extract) -> BTreeMap<i64, Vec<&Way>> {
    let mut ways: BTreeMap<i64, Vec<&Way>> = BTreeMap::new();
    for way in &extract.ways {
        ways.entry(way.id).or_default().push(way);
    }
    ways
}

fn line_of(extract: &Extract, way: &Way) -> Vec<[f64; 2]> {
    way.nodes.iter().filter_map(|id| extract.nodes.get(id)).map(|node| node.lon_lat).collect()
}

/// What a map says otherwise than what was measured on a road of the same name in the same place; what was measured stays.
fn against_measured(extract: &Extract, way: &Way, measured: &[Segment]) -> Option<(Named, Vec<Laid>)> {
    if way.road.name.is_empty() {
        return None;
    }
    let around = |line: &[[f64; 2]]| line.iter().map(|at| Bounds::of(*at)).reduce(Bounds::with);
    let line = line_of(extract, way);
    let own = around(&line)?;
    let is_there = |segment: &&Segment| {
        segment.road.name == way.road.name
            && around(&segment.line).is_some_and(|b| {
                b.west <= own.east && own.west <= b.east && b.south <= own.north && own.south <= b.north
            })
    };
    measured.iter().filter(is_there).find_map(|segment| {
        let (kept, said) = (&segment.road.fitness, &way.road.fitness);
        let pairs = [
            ("width", "最小净宽", kept.width_m, said.width_m, "米"),
            ("height", "最小净高", kept.height_m, said.height_m, "米"),
            ("load", "最小承载", kept.load_t, said.load_t, "吨"),
        ];
        let laid: Vec<Laid> = pairs
            .into_iter()
            .filter_map(|(part, label, kept, said, unit)| {
                let (kept, said) = kept.zip(said).filter(|(kept, said)| kept != said)?;
                let (before, after) = (Some(format!("{kept} {unit}")), format!("{said} {unit}"));
                Some(Laid { part, label, before, after, taken: false })
            })
            .collect();
        let named = Named::new(segment.id.as_str(), segment.road.name.as_str());
        (!laid.is_empty()).then_some((named, laid))
    })
}

/// Whether a file is called as maps of roads are.
pub(super) fn is_map_name(name: &str) -> bool {
    [".osm", ".pbf", ".osm.gz", ".osm.bz2"].iter().any(|ending| name.trim().ends_with(ending))
}

/// What a map would bring: ways held against the map before, and against what was measured.
fn map_against(coming: &Extract, before: Option<&Extract>, measured: &[Segment]) -> RoadImport {
    let new = ways_of(coming);
    let old = before.map(ways_of).unwrap_or_default();
    let mut report = RoadImport { rows: new.len(), ..RoadImport::default() };
    let drawn = |extract: &Extract, ways: &[&Way]| -> Vec<_> {
        ways.iter().map(|way| (way.road.clone(), line_of(extract, way))).collect()
    };
    for (id, ways) in &new {
        let name = ways.first().map(|way| way.road.name.as_str()).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| format!("way/{id}"), |name| format!("{name}（way/{id}）"));
        let conflict = ways.iter().find_map(|way| against_measured(coming, way, measured));
        let was = old.get(id).zip(before);
        let is_same = was.is_some_and(|(was, before)| drawn(before, was) == drawn(coming, ways));
        match (conflict, was.is_some(), is_same) {
            (Some((road, laid)), ..) => report.item((0, &name), Some(road), &laid),
            (None, false, _) => report.item((0, &name), None, &[]),
            (None, true, true) => report.unchanged += 1,
            (None, true, false) => {
                let redrawn = Laid {
                    part: "line",
                    label: "路线或属性",
                    before: Some("原底图".to_owned()),
                    after: "新底图".to_owned(),
                    taken: true,
                };
                report.item((0, &name), Some(Named::new("", "")), &[redrawn]);
            }
        }
    }
    report.gone = old.keys().filter(|id| !new.contains_key(id)).count();
    report.written = report.rows;
    for one in &coming.problems {
        let (code, message) = (one.code.to_owned(), one.message.clone());
        report.problem(RoadRowProblem { row: 0, name: one.place.clone(), code, message });
    }
    report
}

impl App {
    /// Reads a map, holds it against the one before and against what was measured, and puts it under the roads when told.
    pub(super) async fn try_map(
        &self,
        file: &ImportFile,
        progress: &Progress,
        take: Option<(&Caller, &Running, bool)>,
    ) -> Result<RoadImport> {
        let before = self.road_map_now().await?.map(|(_, extract)| extract);
        let whole = Caller::system().scope(Action::RoadRead)?;
        let mut read = self.db.read(&self.town).await?;
        let known = read.roads(&whole, &RoadFilter::default()).await?;
        drop(read);
        let elsewhere = self.map_elsewhere(take.is_some_and(|(.., outside_ok)| outside_ok)).await?;
        let measured: Vec<Segment> = known.into_iter().map(|one| one.segment).collect();
        let (path, progress) = (self.blobs.file(&file.blob)?, progress.clone());
        let read = self.aside(move || {
            let told = |read: u64, all: u64| {
                let kib = |bytes: u64| i64::try_from(bytes / 1024).unwrap_or(i64::MAX);
                progress.total(kib(all));
                progress.done(kib(read));
            };
            let extract = osm::read_telling(&path, &told).map_err(|e| refused(&e))?;
            let mut report = map_against(&extract, before.as_deref(), &measured);
            let elsewhere = elsewhere(&extract);
            if let Some(message) = &elsewhere {
                let code = MAP_OUTSIDE.to_owned();
                // Before whatever else is wrong with it: nobody reads on to the five hundredth line.
                let problem = RoadRowProblem { row: 0, name: String::new(), code, message: message.clone() };
                report.problems.insert(0, problem);
                report.problems_n += 1;
            }
            Ok((report, extract.ways.len(), elsewhere))
        });
        let (report, ways, elsewhere) = read.await?;
        if let Some((caller, running, outside_ok)) = take {
            if let Some(message) = elsewhere.filter(|_| !outside_ok) {
                return Err(Error::Refused { code: MAP_OUTSIDE, message });
            }
            let now = self.now();
            let mut tx = self.write(caller).await?;
            let id = self.put_road_map(&mut tx, caller, (&file.blob, &file.name), ways, now).await?;
            tx.note_imported(&file.id, file.version, now).await?;
            let result = serde_json::to_value(&report).map_err(|e| Error::Internal(e.to_string()))?;
            running.finish(&mut tx, &result, now).await?;
            let mut audit = caller.audit("road_map.import", "road_map", &id, now);
            audit.detail = said_outside(outside_ok);
            audit.hat.clone_from(&running.asker.hat);
            tx.commit(audit, ()).await?;
        }
        Ok(report)
    }

    /// What is said of a map of which nothing lies near the town, refused or allowed; of any none while nobody knows where the
    /// town lies.
    async fn map_elsewhere(
        &self,
        outside_ok: bool,
    ) -> Result<Box<dyn Fn(&Extract) -> Option<String> + Send>> {
        let town = self.town_area(&mut self.db.read(&self.town).await?).await?;
        Ok(Box::new(move |map: &Extract| {
            let (_, km) = town.as_ref()?.far(map.nodes.values().map(|node| node.lon_lat))?;
            Some(match outside_ok {
                true => format!(
                    "底图范围不在本镇，离本镇约 {km:.0} 公里，已允许镇外位置，照此导入；请再核对一次底图"
                ),
                false => format!(
                    "底图范围不在本镇，离本镇约 {km:.0} 公里，请换成包含本镇的底图；确实要用的，选“允许镇外位置”（命令行加 --outside-ok）再导入"
                ),
            })
        }))
    }

    /// Puts a kept map under the roads.
    // The use case that read it commits.
    async fn put_road_map(
        &self,
        tx: &mut Write,
        caller: &Caller,
        (blob, name): (&str, &str),
        ways: usize,
        now: Timestamp,
    ) -> Result<String> {
        let record = RoadMapRecord {
            id: self.new_id(),
            blob: blob.to_owned(),
            name: name.to_owned(),
            ways: i64::try_from(ways).unwrap_or(i64::MAX),
            recorded_by: caller.name.clone(),
            recorded_at: now,
        };
        tx.insert_road_map(&record).await?;
        Ok(record.id)
    }

    /// What is said of a map of roads that lies elsewhere than the town; none of one that may be the town's.
    pub async fn road_map_elsewhere(
        &self,
        caller: &Caller,
        map: &Extract,
        outside_ok: bool,
    ) -> Result<Option<String>> {
        caller.scope(Action::RoadRead)?;
        Ok(self.map_elsewhere(outside_ok).await?(map))
    }

    /// Takes in a map of roads; what was measured stays and counts over it.
    ///
    /// Errors: the file is no map of roads, is cut off, too large or has no roads; it lies elsewhere and nobody says that
    /// this is meant.
    pub async fn import_road_map(
        &self,
        caller: &Caller,
        file: &Path,
        outside_ok: bool,
    ) -> Result<RoadNetwork> {
        caller.scope(Action::RoadVoid)?;
        let elsewhere = self.map_elsewhere(outside_ok).await?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (path, blobs) = (file.to_owned(), self.blobs.clone());
        let read = self.aside(move || {
            let extract = osm::read(&path).map_err(|e| refused(&e))?;
            if let Some(message) = elsewhere(&extract).filter(|_| !outside_ok) {
                return Err(Error::Refused { code: MAP_OUTSIDE, message });
            }
            let bytes = std::fs::read(&path).map_err(|e| refused(&e.into()))?;
            Ok((extract.ways.len(), bytes.len(), blobs.put(&bytes)?))
        });
        let (ways, size, blob) = read.await?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        tx.note_blob(&blob, size as u64, "application/octet-stream", now).await?;
        let id = self.put_road_map(&mut tx, caller, (&blob, &name), ways, now).await?;
        let mut audit = caller.audit("road_map.import", "road_map", &id, now);
        audit.detail = said_outside(outside_ok);
        tx.commit(audit, ()).await?;
        self.road_network(caller).await
    }
}
