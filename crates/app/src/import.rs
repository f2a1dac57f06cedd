//! Ledgers that people send: kept as they came, read in a confined child, compared with the register, tried and then
//! written in one act or not at all. What does not belong here: reading cells (`exchange`), what a row of places, people,
//! facilities, devices or orders becomes (`import::places` and so on).

mod devices;
mod facilities;
mod orders;
mod people;
mod places;
mod resume;

use std::collections::BTreeMap;

use domain::policy::Subject;
use domain::time::Timestamp;
use exchange::crs::Crs;
use exchange::devices_sheet::{DEVICES, DeviceRow};
use exchange::facilities_sheet::{FACILITIES, FacilityRow};
use exchange::header::{self, KeptMapping, Mapping};
use exchange::ledger::{Column, Kind, Parsed, Row, SheetDef, Vocabulary, write_text};
use exchange::orders_sheet::{ORDERS, OrderRow, SEALED};
use exchange::people_sheet::{PEOPLE, PersonRow};
use exchange::places_sheet::{PLACES, PlaceRow};
use exchange::problem::{ImportError, Level, Problem};
use exchange::sandbox::{self, Bounds, PreviewSheet, Request};
use exchange::sheet::Sheet;
use exchange::value::{Cell, Value as Written};
use exchange::write::{PROBLEMS_SHEET, ROWS_SHEET};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::import::ImportFile;
use store::{Audit, Read, Write};
use utoipa::ToSchema;

use crate::job::{Asker, JobKind, JobView, Progress, Running};
use crate::names::masked;
use crate::{App, Caller, Error, Result};

pub use resume::ImportStanding;

/// The child's side of reading a file, for the hidden subcommand of whatever program is started as the reader.
pub use exchange::sandbox::{SUBCOMMAND, child_main};

/// The largest file. Units: bytes.
pub const MAX_FILE: usize = 16 * 1024 * 1024;
/// Rows shown field by field with what they change; beyond it nobody reads on, and the report must stay small.
const MOST_CHANGES: usize = 1_000;
/// Rows shown of each column.
const SAMPLES: usize = 3;

/// A sheet of the file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportSheet {
    /// Name on the tab.
    pub name: String,
    /// Rows with content, the header included.
    pub rows: usize,
}

/// A column of the sheet.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportColumn {
    /// Counted from 0.
    pub index: usize,
    /// What its header says.
    pub header: String,
    /// What it was taken for.
    pub field: Option<String>,
    /// What stands below.
    pub samples: Vec<String>,
}

/// What a column may be.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportField {
    /// Code.
    pub code: String,
    /// Word.
    pub label: String,
    /// Whether the ledger makes no sense without it.
    pub required: bool,
}

/// A file as it was understood so far.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportView {
    /// Id.
    pub id: String,
    /// `places`, `people`, `facilities`, `hydrants`, `devices` or `reports12345`.
    pub kind: String,
    /// Name it was sent under.
    pub name: String,
    /// Its sheets.
    pub sheets: Vec<ImportSheet>,
    /// The sheet that looks most like the ledger.
    pub sheet: String,
    /// Row of the header as Excel shows it, from 1.
    pub header_row: usize,
    /// Its columns.
    pub columns: Vec<ImportColumn>,
    /// What a column may be.
    pub fields: Vec<ImportField>,
    /// Somebody confirmed these headers before.
    pub remembered: bool,
    /// When a file with these very bytes last went into the register.
    pub imported_before: Option<String>,
}

/// What somebody decided about a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ImportChoice {
    /// Sheet to read.
    pub sheet: String,
    /// Row of the header as Excel shows it, from 1.
    pub header_row: usize,
    /// Column counted from 0, and what it means.
    #[serde(default)]
    pub mapping: BTreeMap<String, String>,
    /// Row as Excel shows it, and what it is: `new`, `skip` or the id of what it means.
    #[serde(default)]
    pub decisions: BTreeMap<String, String>,
    /// `wgs84`, `cgcs2000`, `gcj02` or `bd09`; WGS 84 when left out.
    #[serde(default)]
    pub crs: Option<String>,
    /// Take the good rows and leave out the bad ones, each of them named; only of facilities. Other people's tables of
    /// hydrants are taken so unless told otherwise.
    #[serde(default)]
    pub leave_bad: Option<bool>,
    /// Take rows of facilities that lie far away from the town, too: somebody looked, and they belong there. It is kept in
    /// the record. Without it such rows are bad.
    #[serde(default)]
    pub outside_ok: bool,
}

impl ImportChoice {
    /// Whether bad rows of this kind of ledger are left out instead of keeping the file back.
    fn leaves_bad(&self, kind: &str) -> bool {
        self.leave_bad.unwrap_or(kind == "hydrants")
    }
}

/// Something wrong at one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportProblem {
    /// Sheet.
    pub sheet: String,
    /// Row as Excel shows it; 0 when the whole sheet is meant.
    pub row: u32,
    /// Column letter and header.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a doubtful row may mean: something that is there, or another row of the same ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportCandidate {
    /// Id; empty where the other row is new too.
    pub id: String,
    /// Number on its file.
    pub code: String,
    /// Name.
    pub name: String,
    /// Why it may be meant.
    pub why: String,
    /// The other row that means it, as Excel shows it: this row is left out, or is a place of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Nothing but the name speaks for it, and its village is another: such rows may be settled together.
    #[serde(default)]
    pub name_only: bool,
}

/// A row that may mean something that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportDuplicate {
    /// Sheet.
    pub sheet: String,
    /// Row as Excel shows it.
    pub row: u32,
    /// Name in the file.
    pub name: String,
    /// What may be meant.
    pub candidates: Vec<ImportCandidate>,
}

/// A field that an import changes. Telephone numbers are partly hidden, as on every list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportFieldChange {
    /// Code of the field.
    pub field: String,
    /// Its word.
    pub label: String,
    /// What is registered; empty when nothing is.
    pub before: String,
    /// What the row makes of it; empty when it is taken away.
    pub after: String,
}

/// A row that changes something that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportChange {
    /// Sheet.
    pub sheet: String,
    /// Row as Excel shows it.
    pub row: u32,
    /// Id of what is there.
    pub id: String,
    /// Number on its file; empty for people.
    pub code: String,
    /// Name as registered.
    pub name: String,
    /// Every field that changes, in the order of the ledger's columns.
    pub fields: Vec<ImportFieldChange>,
}

/// What came, or would come, of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Rows of the ledger.
    pub rows: usize,
    /// New.
    pub created: usize,
    /// Changed.
    pub updated: usize,
    /// There already, just so.
    pub unchanged: usize,
    /// Left out because somebody said so.
    pub skipped: usize,
    /// Field by field what the updated ones were and become: of the first thousand rows.
    #[serde(default)]
    pub changes: Vec<ImportChange>,
    /// Somebody has to decide.
    pub duplicates: Vec<ImportDuplicate>,
    /// What keeps the file from being imported.
    pub problems: Vec<ImportProblem>,
    /// What a person should look at, and what was left out.
    pub notes: Vec<ImportProblem>,
    /// Whether it is written.
    pub committed: bool,
}

impl ImportReport {
    /// Whether all of it may be written.
    pub fn is_ready(&self) -> bool {
        self.problems.is_empty() && self.duplicates.is_empty()
    }

    /// Whether anything of it is left to be written once bad rows are left out.
    pub fn has_good(&self) -> bool {
        self.created + self.updated + self.unchanged > 0
    }

    /// Notes a row that changes something, as long as there is room to show it.
    fn note_change(&mut self, change: impl FnOnce() -> ImportChange) {
        if self.changes.len() < MOST_CHANGES {
            self.changes.push(change());
        }
    }

    /// Takes in what the reader found.
    fn take(&mut self, problems: &[Problem]) {
        for problem in problems {
            let told = ImportProblem {
                sheet: problem.sheet.clone(),
                row: problem.row,
                column: problem.column.clone(),
                value: problem.value.clone(),
                code: problem.code.to_string(),
                message: problem.message.clone(),
            };
            match problem.level {
                Level::Error => self.problems.push(told),
                Level::Warning | Level::Note => self.notes.push(told),
            }
        }
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::SandboxUnavailable => Self::Internal(error.to_string()),
            refused => Self::Refused { code: refused.code(), message: refused.to_string() },
        }
    }
}

/// What is kept beside the bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    sheets: Vec<PreviewSheet>,
}

/// The input of a job.
#[derive(Serialize, Deserialize)]
struct ImportJob {
    import: String,
    choice: ImportChoice,
}

/// The kind of ledger of this name.
///
/// Errors: there is none.
fn ledger_of(kind: &str) -> Result<&'static SheetDef> {
    match kind {
        "places" => Ok(&PLACES),
        "people" => Ok(&PEOPLE),
        "facilities" | "hydrants" => Ok(&FACILITIES),
        "devices" => Ok(&DEVICES),
        "reports12345" => Ok(&ORDERS),
        other => Err(ImportError::UnknownKind { name: other.to_owned() }.into()),
    }
}

/// Words of a kind of ledger in this town.
pub(crate) fn vocabulary(kind: &str) -> Vocabulary {
    match kind {
        "people" => exchange::people_sheet::default_vocabulary(),
        "devices" => exchange::devices_sheet::vocabulary(),
        "reports12345" => exchange::orders_sheet::vocabulary(),
        "facilities" | "hydrants" => {
            exchange::facilities_sheet::vocabulary(&crate::facility::facilities().catalog)
        }
        _ => exchange::place_catalog::vocabulary(crate::place::catalog()),
    }
}

/// The first rows of a sheet, taken for a sheet.
fn head_of(preview: &PreviewSheet) -> Sheet {
    let cells = |row: &Vec<String>| row.iter().map(|text| Cell::from(text.as_str())).collect();
    Sheet { name: preview.name.clone(), rows: preview.head.iter().map(cells).collect(), merged: Vec::new() }
}

/// How the columns of a sheet are understood when the header stands where it is said to.
fn mapping_at(preview: &PreviewSheet, definition: &'static SheetDef, header_row: Option<usize>) -> Mapping {
    match (&preview.mapping, header_row) {
        (Some(guess), None) => guess.clone(),
        (Some(guess), Some(row)) if guess.header_row + 1 == row => guess.clone(),
        (_, row) => header::guess_row(&head_of(preview), definition, row.unwrap_or(1).saturating_sub(1)),
    }
}

/// The sheet asked for, or the one that looks most like the ledger.
fn sheet_of<'a>(kept: &'a Kept, wanted: Option<&str>) -> Result<&'a PreviewSheet> {
    if let Some(wanted) = wanted.filter(|w| !w.is_empty()) {
        let named = |name: &str| kept.sheets.iter().find(|sheet| sheet.name == name);
        // An error file keeps its rows under a name of its own where theirs is none for a tab.
        let of_errors = || named(PROBLEMS_SHEET).and_then(|_| named(ROWS_SHEET));
        return named(wanted).or_else(of_errors).ok_or_else(|| {
            let present = kept.sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("、");
            ImportError::SheetMissing { name: wanted.to_owned(), present }.into()
        });
    }
    let named = |sheet: &&PreviewSheet| {
        sheet.mapping.as_ref().map_or(0, |m| m.columns.iter().filter(|c| c.key.is_some()).count())
    };
    // Of several alike the first.
    let mut best: Option<&PreviewSheet> = None;
    for sheet in &kept.sheets {
        if best.is_none_or(|best| named(&sheet) > named(&best)) {
            best = Some(sheet);
        }
    }
    best.ok_or_else(|| ImportError::Empty.into())
}

/// How a file is understood when this sheet and this row of it are looked at; guessed where nothing is said.
async fn understood(
    read: &mut Read,
    file: &ImportFile,
    kept: &Kept,
    (sheet, header_row): (Option<&str>, Option<usize>),
) -> Result<ImportView> {
    let kind = file.kind.as_str();
    let definition = ledger_of(kind)?;
    let preview = sheet_of(kept, sheet)?;
    let mut mapping = mapping_at(preview, definition, header_row);
    let known = read.import_mapping(kind, &mapping.fingerprint()).await?;
    let known = known.and_then(|text| serde_json::from_str::<KeptMapping>(&text).ok());
    if let Some(known) = &known {
        for (column, (_, key)) in mapping.columns.iter_mut().zip(&known.columns) {
            column.key.clone_from(key);
        }
    }
    let below = preview.head.iter().skip(mapping.first_data_row()).take(SAMPLES);
    let samples = |index: usize| below.clone().filter_map(|row| row.get(index).cloned()).collect();
    Ok(ImportView {
        id: file.id.clone(),
        kind: kind.to_owned(),
        name: file.name.clone(),
        sheets: kept.sheets.iter().map(|s| ImportSheet { name: s.name.clone(), rows: s.rows }).collect(),
        sheet: preview.name.clone(),
        header_row: mapping.header_row + 1,
        columns: mapping
            .columns
            .iter()
            .map(|c| ImportColumn {
                index: c.index,
                header: c.header.clone(),
                field: c.key.clone(),
                samples: match kind == "reports12345" && is_sealed(c.key.as_deref()) {
                    true => Vec::new(),
                    false => samples(c.index),
                },
            })
            .collect(),
        fields: definition
            .columns
            .iter()
            .map(|c| ImportField { code: c.key.to_owned(), label: c.header.to_owned(), required: c.required })
            .collect(),
        remembered: known.is_some(),
        imported_before: read.blob_imported_at(&file.blob).await?.map(|at| at.to_rfc3339()),
    })
}

/// Ends an import in the write that took its rows: the file is done, the job has its answer. Gives the entry the write is
/// committed with.
async fn ended(
    tx: &mut Write,
    running: &Running,
    file: &ImportFile,
    report: &mut ImportReport,
    now: Timestamp,
) -> Result<Audit> {
    tx.note_imported(&file.id, file.version, now).await?;
    report.committed = true;
    let result = serde_json::to_value(&*report).map_err(|e| Error::Internal(e.to_string()))?;
    running.finish(tx, &result, now).await?;
    let mut audit = running.asker.caller().audit("import.commit", "import", &file.id, now);
    audit.hat.clone_from(&running.asker.hat);
    let mut detail = serde_json::json!({
        "kind": file.kind, "name": file.name, "created": report.created, "updated": report.updated,
        "unchanged": report.unchanged, "skipped": report.skipped, "left_out": report.problems.len(),
    });
    let ImportJob { choice, .. } = running.input()?;
    if let Some(detail) = detail.as_object_mut().filter(|_| choice.outside_ok) {
        detail.insert("outside_ok".to_owned(), true.into());
    }
    audit.detail = detail.to_string();
    Ok(audit)
}

/// The system positions of a file are in, by its word; WGS 84 when nobody says.
///
/// Errors: no such system.
pub(crate) fn crs_of(code: Option<&str>) -> Result<Crs> {
    match code.map(str::trim).filter(|code| !code.is_empty()) {
        None => Ok(Crs::Wgs84),
        Some(code) => Crs::from_code(code)
            .ok_or_else(|| Error::field("crs", "import.crs", "坐标系请选 WGS-84、CGCS2000、GCJ-02 或 BD-09")),
    }
}

/// What is said once of a file that brings positions when neither somebody nor the format said in which system they are.
fn crs_unsaid(file: &ImportFile, choice: &ImportChoice, sheet: &str) -> Option<Problem> {
    let is_chosen = choice.crs.as_deref().is_some_and(|code| !code.trim().is_empty());
    let kept: Option<Kept> = serde_json::from_str(&file.preview).ok();
    let is_in_format = || kept.is_some_and(|kept| kept.sheets.iter().any(|sheet| sheet.is_wgs84));
    let message = "没有说明坐标系，先按 WGS-84 读取；高德、腾讯、百度地图上取的坐标会偏几百米，请选对坐标系（命令行加 --crs）再导入";
    (!is_chosen && !is_in_format())
        .then(|| Problem::of_row(Level::Warning, sheet, 0, "import.crs_unsaid", message))
}

impl App {
    /// Runs something that blocks on a thread of its own.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))?
    }

    /// Keeps a file and says how it is understood. File and row are on disk before the answer.
    ///
    /// Errors: it is no ledger at all, too large, or made to break a reader.
    pub async fn upload_import(
        &self,
        caller: &Caller,
        kind: &str,
        name: &str,
        bytes: Vec<u8>,
        (sheet, header_row): (Option<&str>, Option<usize>),
    ) -> Result<ImportView> {
        let now = self.now();
        let hat = caller.hat(orders::right(kind), &Subject::town())?;
        let definition = ledger_of(kind)?;
        if bytes.len() > MAX_FILE {
            let megabytes = u64::try_from(bytes.len().div_ceil(1 << 20)).unwrap_or(u64::MAX);
            return Err(ImportError::FileTooLarge { megabytes, limit: (MAX_FILE >> 20) as u64 }.into());
        }
        if bytes.is_empty() {
            return Err(ImportError::Empty.into());
        }
        let request =
            Request { vocabulary: vocabulary(kind), bounds: self.reader.bounds, ..Request::default() };
        let (program, blobs) = (self.reader.program.clone(), self.blobs.clone());
        let size_bytes = bytes.len() as u64;
        let sha256 = store::seal::sha256(&bytes);
        let keys = self.db.keys(&self.town).await?;
        let (blob, kept_bytes, sheets) = self
            .aside(move || {
                let sheets = sandbox::preview(&program, definition.kind, &bytes, &request)?;
                // A ledger is full of people; its file is sealed like their rows.
                let sealed = keys.seal_file(&bytes)?;
                Ok((blobs.put(&sealed)?, sealed.len() as u64, sheets))
            })
            .await?;
        let kept = Kept { sheets };
        let file = ImportFile {
            id: self.new_id(),
            kind: kind.to_owned(),
            name: name.trim().chars().take(200).collect(),
            blob,
            size_bytes,
            preview: serde_json::to_string(&kept).map_err(|e| Error::Internal(e.to_string()))?,
            version: 1,
            recorded_at: now,
            recorded_by: caller.person.to_string(),
            imported_at: None,
        };
        let mut tx = self.write(caller).await?;
        if kind == "reports12345" {
            // The answer shows cells of the file; who called is kept sealed only.
            tx.unbind_operation();
        }
        tx.note_blob(&file.blob, kept_bytes, "application/octet-stream", now).await?;
        tx.insert_import_file(&file).await?;
        let view = understood(&mut tx, &file, &kept, (sheet, header_row)).await?;
        let mut audit = caller.audit_as(hat, "import.upload", ("import", &file.id), "", now);
        audit.detail = serde_json::json!({ "kind": kind, "name": file.name, "sha256": sha256 }).to_string();
        Ok(tx.commit(audit, view).await?)
    }

    /// Asks for a file to be tried (nothing is written) or committed, as a job.
    pub async fn ask_import(
        &self,
        caller: &Caller,
        id: &str,
        choice: &ImportChoice,
        commit: bool,
    ) -> Result<JobView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let file = tx.import_file(id).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(orders::right(&file.kind), &Subject::town())?;
        if commit && file.imported_at.is_some() {
            return Err(Error::Refused {
                code: "import.done",
                message: "这份文件已经导入过；有新的改动请重新上传".to_owned(),
            });
        }
        let definition = ledger_of(&file.kind)?;
        crs_of(choice.crs.as_deref())?;
        let (kept, preview) = kept_mapping(&file, choice, definition)?;
        let text = serde_json::to_string(&kept).map_err(|e| Error::Internal(e.to_string()))?;
        tx.keep_import_mapping(&self.new_id(), &file.kind, &kept.fingerprint, &text, now).await?;
        let kind = if commit { JobKind::ImportCommit } else { JobKind::ImportTry };
        let input = ImportJob { import: id.to_owned(), choice: choice.clone() };
        let said = serde_json::to_vec(&input).map_err(|e| Error::Internal(e.to_string()))?;
        let mut key = format!("{id}:{}", crate::request_hash(&said));
        // One that ended may be asked for again: the register has moved on since.
        if tx.job_by_key(kind.code(), &key).await?.is_some_and(|job| job.finished_at.is_some()) {
            key = format!("{key}:{}", self.new_id());
        }
        let total = i64::try_from(preview.rows).unwrap_or(0);
        let asker = Asker::of(caller, hat.id.as_str());
        let view = self.queue(&mut tx, &asker, kind, &key, &input, total).await?;
        let action = if commit { "import.queue" } else { "import.try" };
        Ok(tx.commit(caller.audit_as(hat, action, ("import", id), "", now), view).await?)
    }

    /// Works at a job of [`App::ask_import`].
    pub(crate) async fn carry_out_import(&self, running: &Running, commit: bool) -> Result<Value> {
        let ImportJob { import, choice } = running.input()?;
        let file = self.db.read(&self.town).await?.import_file(&import).await?.ok_or(Error::NotFound)?;
        let report = match file.kind.as_str() {
            "people" => {
                let parsed = self.parse::<PersonRow>(&file, &choice, &running.progress).await?;
                self.import_people(&file, &choice, parsed, commit.then_some(running)).await?
            }
            "devices" => {
                let parsed = self.parse::<DeviceRow>(&file, &choice, &running.progress).await?;
                self.import_devices(&file, &choice, parsed, commit.then_some(running)).await?
            }
            "facilities" | "hydrants" => {
                let parsed = self.parse::<FacilityRow>(&file, &choice, &running.progress).await?;
                self.import_facilities(&file, &choice, parsed, commit.then_some(running)).await?
            }
            "reports12345" => {
                let parsed = self.parse::<OrderRow>(&file, &choice, &running.progress).await?;
                self.import_orders(&file, &choice, parsed, commit.then_some(running)).await?
            }
            _ => {
                let parsed = self.parse::<PlaceRow>(&file, &choice, &running.progress).await?;
                self.import_places(&file, &choice, parsed, commit.then_some(running)).await?
            }
        };
        serde_json::to_value(&report).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Reads the rows of a file in the confined child.
    async fn parse<R: Row + Send + 'static>(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        progress: &Progress,
    ) -> Result<Parsed<R>> {
        let (kept, preview) = kept_mapping(file, choice, R::sheet())?;
        let (blobs, blob, program) = (self.blobs.clone(), file.blob.clone(), self.reader.program.clone());
        let request = Request {
            sheet: Some(preview.name),
            mapping: Some(kept),
            vocabulary: vocabulary(&file.kind),
            bounds: patient(self.reader.bounds),
            ..Request::default()
        };
        let progress = progress.clone();
        let keys = self.db.keys(&self.town).await?;
        self.aside(move || {
            let kept = blobs.get(&blob)?.ok_or_else(|| Error::Internal(format!("blob {blob} is gone")))?;
            let bytes = keys.open_file(&blob, kept)?;
            let parsed = sandbox::parse::<R>(&program, &bytes, &request, &mut |done| {
                progress.done(i64::from(done));
            })?;
            Ok(parsed)
        })
        .await
    }

    /// The file as it came, with what is wrong beside each row, from the last time it was tried.
    pub async fn import_problems(&self, caller: &Caller, id: &str) -> Result<(String, Vec<u8>)> {
        let mut read = self.db.read(&self.town).await?;
        let file = read.import_file(id).await?.ok_or(Error::NotFound)?;
        caller.scope(orders::right(&file.kind))?;
        let jobs = read.jobs(None, 500).await?;
        drop(read);
        let mut found = None;
        for job in jobs.iter().filter(|job| job.unique_key.starts_with(id) && job.state == "done") {
            let input =
                serde_json::from_str::<Value>(&job.payload).ok().and_then(|p| p.get("input").cloned());
            let input = input.and_then(|input| serde_json::from_value::<ImportJob>(input).ok());
            let report = serde_json::from_str::<ImportReport>(&job.result).ok();
            found = input.zip(report);
            if found.is_some() {
                break;
            }
        }
        let (input, report) = found.ok_or_else(|| Error::Refused {
            code: "import.not_tried",
            message: "这份文件还没有试导过，请先试导，再下载错误明细".to_owned(),
        })?;
        let definition = ledger_of(&file.kind)?;
        let kept: Kept = serde_json::from_str(&file.preview).map_err(|e| Error::Internal(e.to_string()))?;
        let preview = sheet_of(&kept, Some(&input.choice.sheet))?;
        let mut mapping = mapping_at(preview, definition, Some(input.choice.header_row));
        for column in &mut mapping.columns {
            column.key = input.choice.mapping.get(&column.index.to_string()).cloned();
        }
        let is_orders = file.kind == "reports12345";
        let told = |problem: &ImportProblem, level: Level| Problem {
            level,
            sheet: problem.sheet.clone(),
            row: problem.row,
            column: problem.column.clone(),
            value: problem.value.clone(),
            code: problem.code.clone().into(),
            message: problem.message.clone(),
        };
        let mut problems: Vec<Problem> = report.problems.iter().map(|p| told(p, Level::Error)).collect();
        problems.extend(report.notes.iter().map(|p| told(p, Level::Warning)));
        let (blobs, program) = (self.blobs.clone(), self.reader.program.clone());
        let request = Request { bounds: self.reader.bounds, ..Request::default() };
        let (blob, sheet) = (file.blob.clone(), preview.name.clone());
        let keys = self.db.keys(&self.town).await?;
        let bytes = self
            .aside(move || {
                let bytes = keys.open_file(&blob, blobs.get(&blob)?.ok_or(Error::NotFound)?)?;
                let workbook = sandbox::workbook(&program, &bytes, &request)?;
                let mut sheet = workbook.sheet(&sheet)?.clone();
                if is_orders {
                    blank_sealed(&mut sheet, &mapping);
                }
                let mut out = std::io::Cursor::new(Vec::new());
                exchange::write::error_workbook(&sheet, Some(&mapping), &problems, &mut out)
                    .map_err(written)?;
                Ok(out.into_inner())
            })
            .await?;
        let stem = file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem);
        Ok((format!("{stem}-错误表.xlsx"), bytes))
    }

    /// A blank ledger with drop-down lists and an explanation of each column.
    pub async fn import_template(&self, caller: &Caller, kind: &str) -> Result<(String, Vec<u8>)> {
        caller.scope(orders::right(kind))?;
        let definition = ledger_of(kind)?;
        let vocabulary = vocabulary(kind);
        let bytes = self
            .aside(move || {
                let mut out = std::io::Cursor::new(Vec::new());
                exchange::write::template(definition, &vocabulary, &mut out).map_err(written)?;
                Ok(out.into_inner())
            })
            .await?;
        Ok((format!("{}模板.xlsx", definition.title), bytes))
    }
}

/// Whether a column of orders says who called.
fn is_sealed(key: Option<&str>) -> bool {
    key.is_some_and(|key| SEALED.contains(&key))
}

/// Takes who called off a sheet that goes out again.
fn blank_sealed(sheet: &mut Sheet, mapping: &Mapping) {
    let sealed: Vec<usize> =
        mapping.columns.iter().filter(|c| is_sealed(c.key.as_deref())).map(|c| c.index).collect();
    for row in sheet.rows.iter_mut().skip(mapping.first_data_row()) {
        for at in &sealed {
            if let Some(cell) = row.get_mut(*at) {
                *cell = Cell::Empty;
            }
        }
    }
}

/// Nobody waits at a page for a job, and 100,000 rows take longer than a page may.
fn patient(bounds: Bounds) -> Bounds {
    Bounds { cpu_s: bounds.cpu_s * 4, wall_ms: bounds.wall_ms * 4, ..bounds }
}

/// What a row changes of another, field by field, in words.
fn changed_fields<R: Row>(before: &R, after: &R, words: &Vocabulary) -> Vec<ImportFieldChange> {
    let changed = |column: &&Column| before.get(column.key) != after.get(column.key);
    let told = |column: &Column| {
        let (before, after) = (shown(column, before, words), shown(column, after, words));
        ImportFieldChange {
            field: column.key.to_owned(),
            label: column.header.to_owned(),
            // Two numbers may differ just where they are hidden.
            after: if before == after { format!("{after}（号码有改动）") } else { after },
            before,
        }
    };
    R::sheet().columns.iter().filter(changed).map(told).collect()
}

/// A field as a page shows it.
fn shown<R: Row>(column: &Column, row: &R, words: &Vocabulary) -> String {
    let label = |which, code: &str| words.label(which, code).to_owned();
    match (column.kind, row.get(column.key)) {
        (Kind::Term(which), Written::Text(code)) => label(which, &code),
        (Kind::TermList(which), Written::Many(codes)) => {
            codes.iter().map(|code| label(which, code)).collect::<Vec<_>>().join("、")
        }
        (Kind::Phone, value) => masked(&write_text(&value)),
        (_, value) => write_text(&value),
    }
}

/// A refusal to write a file.
pub(crate) fn written(error: exchange::write::ExportError) -> Error {
    Error::Refused { code: error.code(), message: error.to_string() }
}

/// How the columns are to be read, as somebody confirmed it, and the sheet.
fn kept_mapping(
    file: &ImportFile,
    choice: &ImportChoice,
    definition: &'static SheetDef,
) -> Result<(KeptMapping, PreviewSheet)> {
    let kept: Kept = serde_json::from_str(&file.preview).map_err(|e| Error::Internal(e.to_string()))?;
    let preview = sheet_of(&kept, Some(&choice.sheet))?.clone();
    let mut mapping = mapping_at(&preview, definition, Some(choice.header_row.max(1)));
    let mut seen = std::collections::BTreeSet::new();
    for column in &mut mapping.columns {
        let key = choice.mapping.get(&column.index.to_string()).filter(|key| !key.is_empty());
        if let Some(key) = key {
            let label = definition.column(key).map(|c| c.header).ok_or_else(|| {
                Error::field("mapping", "import.field", "对应关系里有不认识的列，请重新选择")
            })?;
            if !seen.insert(key.clone()) {
                let message = format!("“{label}”对应了两列，请只保留一列");
                return Err(Error::field("mapping", "import.field_twice", &message));
            }
        }
        column.key = key.cloned();
    }
    let missing = definition.columns.iter().find(|c| c.required && !seen.contains(c.key));
    if let Some(missing) = missing {
        let message = format!("没有哪一列对应“{}”，请选择", missing.header);
        return Err(Error::field("mapping", "import.field_missing", &message));
    }
    Ok((mapping.keep(), preview))
}
