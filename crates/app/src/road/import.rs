//! Surveyed stretches from a file: each row is written or left out and named, all of it in one write. What does not belong
//! here: reading the file (`exchange::road_sheet`).

use domain::policy::{Action, Subject};
use domain::road::segment::{Rank, Surface};
use exchange::road_sheet::RoadRow;
use exchange::sheet::Limits;
use serde::Serialize;

use super::view::{FitnessView, RoadInput};
use super::{given, unknown};
use crate::place::Gazetteer;
use crate::{App, Caller, Error, Result};

/// A row that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoadRowProblem {
    /// Row as Excel shows it; of GeoJSON the number of the feature.
    pub row: u32,
    /// What the stretch is called there.
    pub name: String,
    /// Stable code.
    pub code: String,
    /// One Chinese sentence.
    pub message: String,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RoadImport {
    /// Rows read.
    pub rows: usize,
    /// Stretches written, or that would be.
    pub written: usize,
    /// Rows left out.
    pub problems: Vec<RoadRowProblem>,
}

/// A row as somebody would have typed it.
fn input(row: &RoadRow, gazetteer: &Gazetteer) -> Result<RoadInput> {
    let cell = |key: &str| row.cells.get(key).map(String::as_str).and_then(given);
    let number = |field: &str| match cell(field) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| {
            Error::field(field, "road.number", "这一格应是数字（米、吨或 %），不带单位，请改正")
        }),
    };
    let flag = |field: &str| match cell(field) {
        None => Ok(None),
        Some("是" | "有" | "true" | "1") => Ok(Some(true)),
        Some("否" | "无" | "false" | "0") => Ok(Some(false)),
        Some(_) => Err(Error::field(field, "road.flag", "这一格应填是或否，请改正")),
    };
    let rank = match cell("rank") {
        None => return Err(Error::field("rank", "road.no_rank", "请写明道路类别，如村内主路")),
        Some(text) => Rank::ALL.into_iter().find(|rank| rank.code() == text || rank.label() == text),
    };
    let surface = match cell("surface") {
        None => None,
        Some(text) => {
            let known = Surface::ALL.into_iter().find(|one| one.code() == text || one.label().contains(text));
            Some(known.ok_or_else(|| unknown("surface"))?.code().to_owned())
        }
    };
    let territory = gazetteer.territory_written(cell("village").unwrap_or_default());
    let territory = territory
        .ok_or_else(|| Error::field("village", "road.territory", "没有这个村（社区），请按本镇名称填写"))?;
    let line = row.line.as_ref().ok_or_else(|| {
        Error::field("line", "road.line", "路线读不出来，请写成 经度,纬度; 经度,纬度 或 LINESTRING")
    })?;
    Ok(RoadInput {
        name: cell("name").unwrap_or_default().to_owned(),
        code: cell("code").map(str::to_owned),
        rank: rank.ok_or_else(|| unknown("rank"))?.code().to_owned(),
        kind: cell("kind").map(str::to_owned),
        territory: territory.code.to_string(),
        geometry: serde_json::json!({ "type": "LineString", "coordinates": line }),
        one_way: match cell("one_way") {
            Some(word @ ("no" | "forward" | "backward")) => Some(word.to_owned()),
            _ => flag("one_way")?.map(|one| if one { "forward" } else { "no" }.to_owned()),
        },
        bridge: flag("bridge")?.unwrap_or(false),
        fitness: FitnessView {
            width_m: number("width_m")?,
            height_m: number("height_m")?,
            load_t: number("load_t")?,
            slope_pct: number("slope_pct")?,
            turning_radius_m: number("turning_radius_m")?,
            dead_end: flag("dead_end")?,
            turnaround: flag("turnaround")?,
            wet_season: match cell("wet_season") {
                Some(word @ ("passable" | "impassable")) => Some(word.to_owned()),
                _ => flag("wet_season")?.map(|yes| if yes { "passable" } else { "impassable" }.to_owned()),
            },
        },
        surface,
        not_for_engine: flag("not_for_engine")?.unwrap_or(false),
        source: cell("source").unwrap_or_default().to_owned(),
        surveyed_on: cell("surveyed_on").map(str::to_owned),
        ..RoadInput::default()
    })
}

/// What stands in the way of a row: a refusal, or the first field that is wrong. Anything else is no matter of the row.
fn told(row: &RoadRow, error: Error) -> Result<RoadRowProblem> {
    let name = row.cells.get("name").cloned().unwrap_or_default();
    let (code, message) = match error {
        Error::Refused { code, message } => (code.to_owned(), message),
        Error::Invalid(fields) => {
            let first = fields.into_iter().next();
            first.map(|field| (field.code.to_owned(), field.message)).unwrap_or_default()
        }
        other => return Err(other),
    };
    Ok(RoadRowProblem { row: row.row, name, code, message })
}

impl App {
    /// Takes in surveyed stretches from GeoJSON, GeoPackage, CSV or Excel. A row that cannot be is left out and named by its number;
    /// the others are written together, or none when only tried.
    ///
    /// Errors: the file cannot be read at all; the caller may not enter roads for the whole town.
    pub async fn import_roads(&self, caller: &Caller, bytes: Vec<u8>, only_try: bool) -> Result<RoadImport> {
        let hat = caller.hat(Action::RoadChange, &Subject::town())?.clone();
        let read = self.aside(move || {
            let rows = exchange::road_sheet::read(&bytes, &Limits::default());
            rows.map_err(|e| Error::Refused { code: e.code(), message: e.to_string() })
        });
        let rows = read.await?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let gazetteer = Gazetteer::read(&mut tx).await?;
        let mut report = RoadImport { rows: rows.len(), ..RoadImport::default() };
        for row in &rows {
            let written = match input(row, &gazetteer) {
                Ok(asked) => self.add_road_in(caller, &mut tx, &asked, now).await.map(|_| ()),
                Err(error) => Err(error),
            };
            match written {
                Ok(()) => report.written += 1,
                Err(error) => report.problems.push(told(row, error)?),
            }
        }
        if only_try || report.written == 0 {
            return Ok(report);
        }
        let audit = caller.audit_as(&hat, "road.import", ("road", "file"), "", now);
        Ok(tx.commit(audit, report).await?)
    }
}
