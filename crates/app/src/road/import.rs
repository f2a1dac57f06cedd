//! Roads from a file: surveyed stretches row by row, or a map of roads around the town. Tried first, so that one sees what
//! is new, what changes, what stays as it was measured and what cannot be; then written in one act. A row that cannot be is
//! left out and named. What does not belong here: reading the file (`exchange::road_sheet`, `road::osm`), what a later
//! survey replaces (`domain::road::laid`), what a map brings (`map`).

mod map;

use std::collections::BTreeMap;

use ::road::osm;
use domain::boundary::TownArea;
use domain::ids::OrgId;
use domain::policy::{Action, Subject};
use domain::road::Barrier;
use domain::road::along::Beside;
use domain::road::laid::{Laid, is_same_stretch, lay_over};
use domain::road::segment::{Act, Rank, Segment, Surface};
use domain::time::Timestamp;
use exchange::crs::Crs;
use exchange::road_sheet::{RoadRow, Survey};
use exchange::sheet::Limits;
use exchange::value::Cell;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Write;
use store::blob::Appended;
use store::import::ImportFile;
use store::road::{RoadFilter, RoadRecord};
use utoipa::ToSchema;

use super::along::{self, Lying, RoadQuestion, Said};
use super::net::refused;
use super::view::{BarrierInput, FitnessView, RoadInput, TurnInput};
use super::{given, known_path, known_turns, read_input, unknown};
use crate::boundary::outside::row_outside;
use crate::import::{MAX_FILE, crs_of};
use crate::job::{Asker, JobKind, JobView, Progress, Running};
use crate::place::Gazetteer;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// The largest map of roads that is taken in over the network; a province is smaller. Units: bytes.
pub const MAX_MAP: u64 = 512 * 1024 * 1024;
/// Rows told one by one; of more only their number.
const TOLD: usize = 500;
/// Kind of import file of surveyed stretches.
const SURVEY: &str = "road_survey";
/// Kind of import file of a map.
const MAP: &str = "road_map";

/// A row that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoadRowProblem {
    /// Row as Excel shows it; of GeoJSON the number of the feature; 0 in a map.
    pub row: u32,
    /// What the stretch is called there; in a map its place, as `way/123`.
    pub name: String,
    /// Stable code.
    pub code: String,
    /// One Chinese sentence.
    pub message: String,
}

/// Something on which the file and the record differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoadImportPart {
    /// Which, as `width`.
    pub part: String,
    /// In Chinese.
    pub label: String,
    /// What is on record; none when nobody knew.
    pub before: Option<String>,
    /// What the file says.
    pub after: String,
    /// Whether it is taken; otherwise what was measured stays.
    pub taken: bool,
}

/// A row that is new, changes something or contradicts what was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoadImportRow {
    /// Row as Excel shows it; of GeoJSON the number of the feature; 0 in a map.
    pub row: u32,
    /// What the stretch is called there.
    pub name: String,
    /// `new`, `changed` or `conflict`.
    pub what: String,
    /// The stretch on record.
    pub road: Option<Named>,
    /// On what they differ.
    pub parts: Vec<RoadImportPart>,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RoadImport {
    /// Rows read; of a map its ways.
    pub rows: usize,
    /// Stretches written, or that would be.
    pub written: usize,
    /// Nobody knew them.
    pub new: usize,
    /// Something is filled in or replaced by a later survey.
    pub changed: usize,
    /// Nothing is otherwise.
    pub unchanged: usize,
    /// Something measured contradicts the file and stays.
    pub conflict: usize,
    /// Ways of the map before that are not in this one.
    pub gone: usize,
    /// Those that are not unchanged, at most 500.
    pub items: Vec<RoadImportRow>,
    /// Rows left out, at most 500.
    pub problems: Vec<RoadRowProblem>,
    /// Rows left out in all.
    pub problems_n: usize,
    /// Those of them that lie far away from the town, told or not: with somebody's word they come in.
    pub outside_n: usize,
    /// Rows that run along stretches on record under another name, at most 500: left out until somebody says whether it is
    /// the same road, measured again, or another.
    pub questions: Vec<RoadQuestion>,
    /// Of these in all.
    pub questions_n: usize,
    /// The sheet or layer that was read; none of a file that has none.
    pub layer: Option<String>,
    /// All of the file that hold stretches of road.
    pub layers: Vec<String>,
}

/// Stable code of a row that lies far away from the town.
const ROW_OUTSIDE: &str = "road.outside";

/// What the rows of a file are held against.
struct Known<'a> {
    /// The roads on record before the file.
    roads: &'a [RoadRecord],
    names: &'a Gazetteer,
    /// For whom new ones are entered.
    org: &'a OrgId,
    /// Where the town lies; none while nobody knows, or where what lies outside may come in.
    town: Option<&'a TownArea>,
    /// What somebody said of rows that run along stretches on record.
    decided: &'a BTreeMap<u32, Said>,
}

/// What somebody says with a file that is taken.
#[derive(Debug, Clone, Default)]
pub struct RoadSaid {
    /// What lies far away from the town comes in, too.
    pub outside_ok: bool,
    /// Row as it was told in `questions`, and what it is: `same` or `new`.
    pub decisions: BTreeMap<String, String>,
}

/// A file of roads that was handed in, and the job that tries it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadFileView {
    /// Id.
    pub id: String,
    /// `survey` for stretches, `map` for a map of roads.
    pub kind: String,
    /// What it was called.
    pub name: String,
    /// Units: bytes.
    pub size_bytes: u64,
    /// What works at it.
    pub job: JobView,
}

/// What a job is to work at.
#[derive(Serialize, Deserialize)]
struct Order {
    file: String,
    org: OrgId,
    /// Somebody looked at what lies far away from the town, and takes it, too.
    #[serde(default)]
    outside_ok: bool,
    /// What somebody said of rows that run along stretches on record.
    #[serde(default)]
    decisions: BTreeMap<String, String>,
}

impl RoadImportPart {
    /// As it was laid.
    pub(super) fn of(one: &Laid) -> Self {
        Self {
            part: one.part.to_owned(),
            label: one.label.to_owned(),
            before: one.before.clone(),
            after: one.after.clone(),
            taken: one.taken,
        }
    }
}

impl RoadImport {
    fn question(&mut self, question: RoadQuestion) {
        self.questions_n += 1;
        if self.questions.len() < TOLD {
            self.questions.push(question);
        }
    }

    fn item(&mut self, (row, name): (u32, &str), road: Option<Named>, laid: &[Laid]) {
        let what = match (laid.iter().any(|one| !one.taken), laid.iter().any(|one| one.taken), &road) {
            (_, _, None) => "new",
            (true, ..) => "conflict",
            (false, true, _) => "changed",
            (false, false, _) => "unchanged",
        };
        match what {
            "new" => self.new += 1,
            "conflict" => self.conflict += 1,
            "changed" => self.changed += 1,
            _ => self.unchanged += 1,
        }
        if what == "unchanged" || self.items.len() >= TOLD {
            return;
        }
        let parts = laid.iter().map(RoadImportPart::of).collect();
        self.items.push(RoadImportRow { row, name: name.to_owned(), what: what.to_owned(), road, parts });
    }

    fn problem(&mut self, problem: RoadRowProblem) {
        self.problems_n += 1;
        self.outside_n += usize::from(problem.code == ROW_OUTSIDE);
        if self.problems.len() < TOLD {
            self.problems.push(problem);
        }
    }
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
    if let Some(fault) = &row.fault {
        return Err(Error::field("line", fault.code(), &fault.to_string()));
    }
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
        covered: flag("covered")?.unwrap_or(false),
        private: flag("private")?.unwrap_or(false),
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
        barriers: barriers(row)?,
        turns: turns(row)?,
        source: cell("source").unwrap_or_default().to_owned(),
        surveyed_on: cell("surveyed_on").map(day).transpose()?.flatten(),
        ..RoadInput::default()
    })
}

/// A day as people and programs write it (`2026/03/01` is ogr2ogr's), as it would have been typed; none of a mark for nothing.
///
/// Errors: it is none.
fn day(text: &str) -> Result<Option<String>> {
    let read = exchange::value::read_date(&Cell::from(text));
    let read =
        read.map_err(|_| Error::field("surveyed_on", "date.invalid", "日期请写成 2026-11-25 的样子"))?;
    Ok(read.map(|day| day.to_string()))
}

/// What stands in a stretch of a row; none where the row says nothing of it.
///
/// Errors: it cannot be read, or is nothing that stands in a road.
fn barriers(row: &RoadRow) -> Result<Option<Vec<BarrierInput>>> {
    let Some(told) = row.barriers() else { return Ok(None) };
    let told = told.ok_or_else(|| {
        Error::field(
            "barriers",
            "road.barriers",
            "障碍读不出来，请写成 门或道闸 105.87,29.26；几处用分号隔开",
        )
    })?;
    let one = |(word, [lon, lat]): (String, [f64; 2])| -> Result<BarrierInput> {
        let found = Barrier::ALL.into_iter().find(|one| one.code() == word || one.label().contains(&word));
        let what = found.ok_or_else(|| unknown("barriers"))?.code().to_owned();
        Ok(BarrierInput { what, lon, lat })
    };
    Ok(Some(told.into_iter().map(one).collect::<Result<_>>()?))
}

/// Where one may not turn to from a stretch of a row; none where the row says nothing of it.
///
/// Errors: it cannot be read.
fn turns(row: &RoadRow) -> Result<Option<Vec<TurnInput>>> {
    let Some(told) = row.turns() else { return Ok(None) };
    let told = told.ok_or_else(|| {
        Error::field("turns", "road.turns", "转向限制读不出来，请写成 不得转入 LD-0012；只能转入 LD-0013")
    })?;
    Ok(Some(told.into_iter().map(|(into, only)| TurnInput { into, only }).collect()))
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

/// The stretch on record a row means: the one with its number, or the one of its name in its village that leads from the
/// same end to the same end.
///
/// Errors: the number is of a stretch that was voided; more than one fits.
async fn meant<'a>(
    tx: &mut Write,
    known: &'a [RoadRecord],
    coming: &Segment,
) -> Result<Option<&'a RoadRecord>> {
    if !coming.code.is_empty() {
        let found = known.iter().find(|one| one.segment.code == coming.code);
        if found.is_none() {
            super::free_code(tx, &coming.code).await?;
        }
        return Ok(found);
    }
    let mut fitting = known.iter().filter(|one| {
        let s = &one.segment;
        s.road.name == coming.road.name
            && s.territory == coming.territory
            && is_same_stretch(&s.line, &coming.line)
    });
    match (fitting.next(), fitting.next()) {
        (_, Some(_)) => Err(Error::field(
            "name",
            "road.ambiguous",
            "本村有几段同名、起止点相同的路，请在文件中写明路段编号",
        )),
        (found, None) => Ok(found),
    }
}

/// What the record keeps when somebody allowed what lies far away from the town.
fn said_outside(outside_ok: bool) -> String {
    if outside_ok { serde_json::json!({ "outside_ok": true }).to_string() } else { "{}".to_owned() }
}

/// Why a file is refused that is larger than a map may be.
pub fn file_too_large() -> Error {
    refused(&::road::Error::TooLarge { most_mib: MAX_MAP / 1024 / 1024 })
}

/// How a file of stretches is to be read, as it is kept with it.
#[derive(Default, Serialize, Deserialize)]
struct Reading {
    /// The system its positions are in.
    crs: String,
    /// Its sheet or layer; the first with lines when nobody said.
    #[serde(default)]
    layer: Option<String>,
}

impl Reading {
    /// As it was kept; files of before said the system alone.
    fn of(kept: &str) -> Self {
        serde_json::from_str(kept).unwrap_or_else(|_| Self { crs: kept.to_owned(), layer: None })
    }
}

/// The stretches of a survey, their positions brought into WGS 84.
fn read_survey(bytes: &[u8], crs: Crs, layer: Option<&str>) -> Result<Survey> {
    let survey = exchange::road_sheet::read_layer(bytes, &Limits::default(), layer);
    let mut survey = survey.map_err(|e| Error::Refused { code: e.code(), message: e.to_string() })?;
    for row in &mut survey.rows {
        let line = row.line.iter_mut().flatten();
        let barred = row.barred.iter_mut().flatten().map(|(_, at)| at);
        for at in line.chain(barred) {
            let (lon, lat) = crs.to_wgs84(at[0], at[1]);
            *at = [lon, lat];
        }
    }
    Ok(survey)
}

impl App {
    /// Takes a piece of a file that is being handed in, at its place. Nothing is on record yet.
    ///
    /// Errors: the caller enters no roads for the town; it grows beyond the limit.
    pub async fn road_file_part(
        &self,
        caller: &Caller,
        upload: &str,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<u64> {
        caller.hat(Action::RoadChange, &Subject::town())?;
        let (blobs, upload) = (self.blobs.clone(), format!("road {} {upload}", caller.account));
        self.aside(move || match blobs.append(&upload, offset, &bytes, MAX_MAP)? {
            Appended::Upto(here) => Ok(here),
            Appended::Elsewhere(_) => {
                blobs.drop_part(&upload)?;
                Err(file_too_large())
            }
        })
        .await
    }

    /// The blank sheet of a survey, as xlsx.
    pub async fn road_template(&self, caller: &Caller) -> Result<Vec<u8>> {
        caller.hat(Action::RoadChange, &Subject::town())?;
        let rows = exchange::road_sheet::template();
        let widths = vec![16.0; rows.first().map_or(0, Vec::len)];
        let mut bytes = Vec::new();
        exchange::write::table("道路普查表", &rows, &widths, std::io::Cursor::new(&mut bytes))
            .map_err(|e| Error::Internal(e.to_string()))?;
        Ok(bytes)
    }

    /// Keeps a file whose pieces are all here, and has it tried. Nothing of it is on record yet. `crs` is the system its
    /// positions are in, `wgs84`, `cgcs2000`, `gcj02` or `bd09`; `layer` the sheet or layer that is read, the first with
    /// lines when none is named.
    ///
    /// Errors: it is empty; a table is too large; it is called a map of roads and is none; no such system, or a map of roads
    /// in another than WGS 84.
    pub async fn road_file(
        &self,
        caller: &Caller,
        upload: &str,
        name: &str,
        (crs, layer): (Option<&str>, Option<&str>),
    ) -> Result<RoadFileView> {
        let hat = caller.hat(Action::RoadChange, &Subject::town())?.clone();
        let is_offset = matches!(crs_of(crs)?, Crs::Gcj02 | Crs::Bd09);
        let now = self.now();
        let (blobs, part) = (self.blobs.clone(), format!("road {} {upload}", caller.account));
        let called = name.to_lowercase();
        let kept = self.aside(move || {
            let size = blobs.received(&part)?;
            if size == 0 {
                let message = "文件是空的，请重新选择".to_owned();
                return Err(Error::Refused { code: "road.file_empty", message });
            }
            let blob = blobs.keep_part(&part)?;
            let is_map = osm::is_map(&blobs.file(&blob)?).map_err(|e| refused(&e))?;
            // By its name a map, by its bytes none: what is said then is which maps are read.
            if !is_map && map::is_map_name(&called) {
                return Err(refused(&::road::Error::UnknownFormat));
            }
            if is_map && is_offset {
                let message = "路网底图只按 WGS-84 读取，请选 WGS-84，或换成实测路段的表";
                return Err(Error::field("crs", "road.map_crs", message));
            }
            if !is_map && size > MAX_FILE as u64 {
                let most_mib = MAX_FILE as u64 / 1024 / 1024;
                return Err(refused(&::road::Error::TooLarge { most_mib }));
            }
            Ok((blob, size, is_map))
        });
        let (blob, size_bytes, is_map) = kept.await?;
        let reading = Reading {
            crs: crs.unwrap_or_default().trim().to_owned(),
            layer: layer.and_then(given).map(str::to_owned),
        };
        let preview = serde_json::to_string(&reading).map_err(|e| Error::Internal(e.to_string()))?;
        let mut tx = self.write(caller).await?;
        tx.note_blob(&blob, size_bytes, "application/octet-stream", now).await?;
        let file = ImportFile {
            id: self.new_id(),
            kind: if is_map { MAP } else { SURVEY }.to_owned(),
            name: name.trim().chars().take(200).collect(),
            blob,
            size_bytes,
            // What a ledger keeps its columns in; of roads the system of their positions and the layer have to be known.
            preview,
            version: 1,
            recorded_at: now,
            recorded_by: caller.name.clone(),
            imported_at: None,
        };
        tx.insert_import_file(&file).await?;
        let order = Order {
            file: file.id.clone(),
            org: hat.org.clone(),
            outside_ok: false,
            decisions: BTreeMap::new(),
        };
        let asker = Asker::of(caller, hat.id.as_str());
        let job = self.queue(&mut tx, &asker, JobKind::RoadTry, &file.id, &order, 0).await?;
        let view = RoadFileView {
            id: file.id.clone(),
            kind: if is_map { "map" } else { "survey" }.to_owned(),
            name: file.name.clone(),
            size_bytes,
            job,
        };
        let audit = caller.audit_as(&hat, "import.upload", ("import", &file.id), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Has a file that was tried written, as a job; with what lies far away from the town, and what runs along stretches on
    /// record, only when somebody says so.
    ///
    /// Errors: no such file; it was written already; only the office puts another map under the roads; a word that says
    /// nothing.
    pub async fn take_road_file(&self, caller: &Caller, id: &str, said: RoadSaid) -> Result<JobView> {
        let now = self.now();
        let RoadSaid { outside_ok, decisions } = said;
        along::decided(&decisions)?;
        caller.hat(Action::RoadChange, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let file = tx.import_file(id).await?.filter(|file| [MAP, SURVEY].contains(&file.kind.as_str()));
        let file = file.ok_or(Error::NotFound)?;
        let right = if file.kind == MAP { Action::RoadVoid } else { Action::RoadChange };
        let hat = caller.hat(right, &Subject::town())?.clone();
        if file.imported_at.is_some() {
            return Err(Error::Refused {
                code: "import.done",
                message: "这份文件已经导入过；有新的改动请重新上传".to_owned(),
            });
        }
        // What was refused without it is asked for anew with it.
        let mut key = if outside_ok { format!("{}:outside", file.id) } else { file.id.clone() };
        for (row, said) in &decisions {
            key.push_str(&format!(":{row}{said}"));
        }
        let order = Order { file: file.id.clone(), org: hat.org.clone(), outside_ok, decisions };
        let asker = Asker::of(caller, hat.id.as_str());
        let job = self.queue(&mut tx, &asker, JobKind::RoadTake, &key, &order, 0).await?;
        Ok(tx.commit(caller.audit_as(&hat, "import.queue", ("import", id), "", now), job).await?)
    }

    /// Works at a job of [`App::road_file`] or [`App::take_road_file`].
    pub(crate) async fn carry_out_road_file(&self, running: &Running, take: bool) -> Result<Value> {
        let Order { file, org, outside_ok, decisions } = running.input()?;
        let decided = along::decided(&decisions)?;
        let file = self.db.read(&self.town).await?.import_file(&file).await?.ok_or(Error::NotFound)?;
        let caller = running.asker.caller();
        let report = if file.kind == MAP {
            self.try_map(&file, &running.progress, take.then_some((&caller, running, outside_ok))).await?
        } else {
            let reading = Reading::of(&file.preview);
            let (path, crs) = (self.blobs.file(&file.blob)?, crs_of(Some(&reading.crs))?);
            let survey = self.aside(move || {
                let bytes = std::fs::read(path).map_err(|e| refused(&e.into()))?;
                read_survey(&bytes, crs, reading.layer.as_deref())
            });
            let survey = survey.await?;
            running.progress.total(i64::try_from(survey.rows.len()).unwrap_or(0));
            let mut audit = caller.audit("road.import", "road", "file", self.now());
            audit.hat.clone_from(&running.asker.hat);
            audit.detail = said_outside(outside_ok);
            let done = take.then_some((&file, running, audit));
            let by = (&org, outside_ok, &decided);
            self.lay_survey(&caller, &survey, by, &running.progress, done).await?
        };
        serde_json::to_value(&report).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Takes in surveyed stretches from GeoJSON, KML, GeoPackage, CSV or Excel. A row that cannot be is left out and named by its number;
    /// the others are written together, or none when only tried. One far away from the town cannot be, unless
    /// `outside_ok`; one that runs along a stretch on record under another name is left out as a question.
    ///
    /// Errors: the file cannot be read at all; the caller may not enter roads for the whole town.
    pub async fn import_roads(
        &self,
        caller: &Caller,
        bytes: Vec<u8>,
        crs: Option<&str>,
        (only_try, outside_ok): (bool, bool),
    ) -> Result<RoadImport> {
        let crs = crs_of(crs)?;
        let hat = caller.hat(Action::RoadChange, &Subject::town())?.clone();
        let survey = self.aside(move || read_survey(&bytes, crs, None)).await?;
        let nothing = BTreeMap::new();
        let by = (&hat.org, outside_ok, &nothing);
        if only_try {
            return self.lay_survey(caller, &survey, by, &Progress::default(), None).await;
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let report = self.lay_rows(caller, &mut tx, &survey, by, &Progress::default()).await?;
        if report.written == 0 {
            return Ok(report);
        }
        let mut audit = caller.audit_as(&hat, "road.import", ("road", "file"), "", now);
        audit.detail = said_outside(outside_ok);
        Ok(tx.commit(audit, report).await?)
    }

    /// Lays the rows of a survey over what is on record; written when there is a job that is to write them.
    async fn lay_survey(
        &self,
        caller: &Caller,
        survey: &Survey,
        by: (&OrgId, bool, &BTreeMap<u32, Said>),
        progress: &Progress,
        done: Option<(&ImportFile, &Running, store::Audit)>,
    ) -> Result<RoadImport> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let report = self.lay_rows(caller, &mut tx, survey, by, progress).await?;
        // Dropped without a commit, a trial leaves nothing behind.
        let Some((file, running, audit)) = done else { return Ok(report) };
        tx.note_imported(&file.id, file.version, now).await?;
        let result = serde_json::to_value(&report).map_err(|e| Error::Internal(e.to_string()))?;
        running.finish(&mut tx, &result, now).await?;
        Ok(tx.commit(audit, report).await?)
    }

    /// Lays rows over what is on record, within a write.
    // The use case that has them laid commits, or does not when they were only tried.
    async fn lay_rows(
        &self,
        caller: &Caller,
        tx: &mut Write,
        survey: &Survey,
        (org, outside_ok, decided): (&OrgId, bool, &BTreeMap<u32, Said>),
        progress: &Progress,
    ) -> Result<RoadImport> {
        let now = self.now();
        let whole = Caller::system().scope(Action::RoadRead)?;
        let gazetteer = Gazetteer::read(tx).await?;
        // Only what was on record before the file: a street may come in several stretches of one name.
        let known = tx.roads(&whole, &RoadFilter::default()).await?;
        let town = self.town_area(tx).await?.filter(|_| !outside_ok);
        let mut lying = Lying::of(&known);
        let known = Known { roads: &known, names: &gazetteer, org, town: town.as_ref(), decided };
        let mut report = RoadImport {
            rows: survey.rows.len(),
            layer: given(&survey.layer).map(str::to_owned),
            layers: survey.layers.clone(),
            ..RoadImport::default()
        };
        for (n, row) in survey.rows.iter().enumerate() {
            progress.done(i64::try_from(n).unwrap_or(0));
            if let Err(error) = self.lay_row(caller, tx, row, (&known, &mut lying), now, &mut report).await {
                report.problem(told(row, error)?);
            }
        }
        Ok(report)
    }

    // Part of `lay_rows`.
    async fn lay_row(
        &self,
        caller: &Caller,
        tx: &mut Write,
        row: &RoadRow,
        (known, lying): (&Known<'_>, &mut Lying),
        now: Timestamp,
        report: &mut RoadImport,
    ) -> Result<()> {
        let asked = input(row, known.names)?;
        let coming = known_turns(tx, read_input(&asked, None, now.date())?, now.date()).await?;
        known_path(tx, &coming.territory).await?;
        let name = coming.road.name.clone();
        let before = meant(tx, known.roads, &coming).await?;
        let is_moved = before.is_none_or(|before| before.segment.line != coming.line);
        let far = known.town.filter(|_| is_moved).and_then(|town| town.far(coming.line.iter().copied()));
        if let Some(far) = far {
            return Err(Error::field("line", ROW_OUTSIDE, &row_outside(far)));
        }
        let Some(before) = before else {
            let found = lying.beside(&coming.line);
            let Some((found, ids)) = found.filter(|_| known.decided.get(&row.row) != Some(&Said::New)) else {
                let added = self.add_road_in(caller, tx, &asked, Some(known.org), now).await?;
                lying.put(&added.segment);
                report.item((row.row, &name), None, &[]);
                report.written += 1;
                return Ok(());
            };
            let records = self.roads_along(tx, &ids).await?;
            if known.decided.contains_key(&row.row) {
                let beside = (&found, records);
                return self
                    .lay_same(caller, tx, (row, &asked, &coming), beside, (known, lying), report)
                    .await;
            }
            let told = (row.row, name.as_str());
            report.question(along::question(
                told,
                (&found, &records),
                &coming,
                |part| says(row, part),
                now.date(),
            ));
            return Ok(());
        };
        // Two rows of one file may mean the same stretch: the second meets what the first left.
        let fresh = tx.road(&before.segment.id, &Caller::system().scope(Action::RoadRead)?).await?;
        let before = fresh.as_ref().unwrap_or(before);
        let (after, laid) = lay_over(&before.segment, &coming, |part| says(row, part), now.date());
        let road = Named::new(before.segment.id.as_str(), before.segment.road.name.as_str());
        if laid.iter().any(|one| one.taken) {
            let mut record = RoadRecord { segment: after.register(now.date())?, ..before.clone() };
            let on = record.segment.since;
            self.save_road_act(caller, tx, &mut record, Act::Change, (on, now), "按普查文件更新").await?;
            lying.put(&record.segment);
            report.written += 1;
        }
        report.item((row.row, &name), Some(road), &laid);
        Ok(())
    }

    /// Lays a row over the stretches it runs along, as somebody decided; what of it runs along none is a stretch of its own.
    // Part of `lay_rows`.
    async fn lay_same(
        &self,
        caller: &Caller,
        tx: &mut Write,
        (row, asked, coming): (&RoadRow, &RoadInput, &Segment),
        (found, records): (&Beside, Vec<RoadRecord>),
        (known, lying): (&Known<'_>, &mut Lying),
        report: &mut RoadImport,
    ) -> Result<()> {
        let now = self.now();
        let name = coming.road.name.as_str();
        let done = self.lay_along(caller, tx, (found, records), coming, |part| says(row, part), now).await?;
        for (stretches, laid) in &done {
            let Some(measured) = stretches.first() else { continue };
            stretches.iter().for_each(|one| lying.put(&one.segment));
            let road = Named::new(measured.segment.id.as_str(), measured.segment.road.name.as_str());
            report.written += usize::from(laid.iter().any(|one| one.taken));
            report.item((row.row, name), Some(road), laid);
        }
        for rest in along::rest_of(asked, found) {
            let added = self.add_road_in(caller, tx, &rest, Some(known.org), now).await?;
            lying.put(&added.segment);
            report.item((row.row, name), None, &[]);
            report.written += 1;
        }
        Ok(())
    }
}

/// Whether a row says anything of this.
fn says(row: &RoadRow, part: &str) -> bool {
    row.cells.get(part).is_some_and(|cell| !cell.trim().is_empty())
}
