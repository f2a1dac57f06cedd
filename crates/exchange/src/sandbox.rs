//! Reads files from outside in a child process that may use little memory, little time and no files: what breaks the
//! parser breaks only the child. The parent starts its own program again with a hidden subcommand, hands the file over
//! on standard input and takes rows back as JSON lines. What does not belong here: how a file is read (`sheet`).

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, BufWriter, Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    devices_sheet::{DEVICES, DeviceRow},
    facilities_sheet::{FACILITIES, FacilityRow},
    header::{self, KeptMapping, Mapping},
    ledger::{self, Numbered, Parsed, Row, SheetDef, Vocabulary},
    notice_file,
    orders_sheet::{ORDERS, OrderRow},
    people_sheet::{PEOPLE, PersonRow},
    places_sheet::{PLACES, PlaceRow},
    problem::{ImportError, Problem},
    sheet::{self, Cells, Sheet, Workbook},
};

/// Name of the hidden subcommand; its one argument is the kind.
pub const SUBCOMMAND: &str = "sandbox-parse";
/// Longest first line a child accepts, in bytes: a request with a town's vocabulary and a mapping.
const MOST_REQUEST_BYTES: u64 = 4 << 20;
/// Rows of each sheet shown before a person confirms the header.
const PREVIEW_ROWS: usize = 30;

/// What a child may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Address space, bytes.
    pub memory_bytes: u64,
    /// Processor time, seconds.
    pub cpu_s: u64,
    /// Time on the wall, milliseconds, kept by the parent.
    pub wall_ms: u64,
    /// Bytes of answer the parent takes.
    pub output_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { memory_bytes: 512 << 20, cpu_s: 10, wall_ms: 20_000, output_bytes: 256 << 20 }
    }
}

/// How to start the child: the program and what goes before the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Path of the executable, as a rule our own.
    pub path: PathBuf,
    /// Arguments before the kind.
    pub arguments: Vec<OsString>,
}

impl Program {
    /// A program that understands the hidden subcommand.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), arguments: vec![SUBCOMMAND.into()] }
    }
}

/// What the child is asked besides the file itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Sheet to read; the one that looks most like the ledger when none is named.
    pub sheet: Option<String>,
    /// A mapping confirmed by a person.
    pub mapping: Option<KeptMapping>,
    /// Words of the township.
    pub vocabulary: Vocabulary,
    /// Limits on the file.
    pub limits: sheet::Limits,
    /// Limits on the child.
    pub bounds: Bounds,
}

/// One sheet as shown before a person confirms what its columns mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewSheet {
    /// Its name.
    pub name: String,
    /// Rows with content, the header included.
    pub rows: usize,
    /// The first rows as shown.
    pub head: Vec<Vec<String>>,
    /// The guess; none when no header was found.
    pub mapping: Option<Mapping>,
    /// Whether the format of the file says that positions are in WGS 84.
    #[serde(default)]
    pub is_wgs84: bool,
}

/// Reads a ledger in a child. Blocks the calling thread.
///
/// Errors: [`ImportError::FileTooComplex`] when the child ran out of memory or time or answered too much; the child's
/// own refusal otherwise.
pub fn parse<R: Row>(
    program: &Program,
    bytes: &[u8],
    request: &Request,
    progress: &mut dyn FnMut(u32),
) -> Result<Parsed<R>, ImportError> {
    let (mut rows, mut unsound): (Vec<Numbered<R>>, Vec<Numbered<R>>) = (Vec::new(), Vec::new());
    let mut problems = Vec::new();
    let mut head = None;
    run::<R>(program, R::sheet().kind, bytes, request, &mut |line| match line {
        Line::Progress(done) => progress(done),
        Line::Row(row, value) => rows.push(Numbered { row, value }),
        Line::Unsound(row, value) => unsound.push(Numbered { row, value }),
        Line::Problem(problem) => problems.push(problem),
        Line::Head(name, mapping) => head = Some((name, mapping)),
        _ => {}
    })?;
    let (sheet, mapping) = head.ok_or(ImportError::SandboxUnavailable)?;
    Ok(Parsed { sheet, mapping, rows, unsound, problems })
}

/// Shows the sheets of a file with a guess at their headers, read in a child. Blocks the calling thread.
pub fn preview(
    program: &Program,
    kind: &str,
    bytes: &[u8],
    request: &Request,
) -> Result<Vec<PreviewSheet>, ImportError> {
    let mut sheets = Vec::new();
    run::<()>(program, &format!("preview:{kind}"), bytes, request, &mut |line| {
        if let Line::Preview(sheet) = line {
            sheets.push(sheet);
        }
    })?;
    Ok(sheets)
}

/// Reads a whole workbook as plain cells in a child, as the error workbook needs it. Blocks the calling thread.
pub fn workbook(program: &Program, bytes: &[u8], request: &Request) -> Result<Workbook, ImportError> {
    let mut workbook = Workbook::default();
    run::<()>(program, "workbook", bytes, request, &mut |line| match line {
        Line::Sheet(sheet) => workbook.sheets.push(sheet),
        Line::Cells(cells) => {
            if let Some(sheet) = workbook.sheets.last_mut() {
                sheet.rows.push(cells);
            }
        }
        Line::Problem(problem) => workbook.problems.push(problem),
        _ => {}
    })?;
    Ok(workbook)
}

/// Reads the plain text of a notice in a child; see [`notice_file::read`]. Blocks the calling thread.
pub fn notice(
    program: &Program,
    bytes: &[u8],
    is_called_docx: bool,
    request: &Request,
) -> Result<String, ImportError> {
    let kind = if is_called_docx { "notice:docx" } else { "notice" };
    let mut text = None;
    run::<()>(program, kind, bytes, request, &mut |line| {
        if let Line::Text(read) = line {
            text = Some(read);
        }
    })?;
    text.ok_or(ImportError::SandboxUnavailable)
}

/// The child's side: sets its own limits, reads one request line and the file, answers, and returns the exit status.
///
/// The limits are taken from the request before a byte of the file is read and can only be lowered afterwards.
pub fn child_main(kind: &str, stdin: impl Read, stdout: impl Write) -> u8 {
    let mut input = BufReader::new(stdin);
    let mut output = Answer(BufWriter::with_capacity(1 << 16, stdout));
    let outcome = read_request(&mut input).and_then(|request| {
        confine(&request.bounds)?;
        let mut bytes = Vec::new();
        input
            .take(request.limits.file_bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|_| ImportError::SandboxUnavailable)?;
        answer(kind, &bytes, &request, &mut output)
    });
    let last: Line<()> = match outcome {
        Ok(()) => Line::Done,
        Err(error) => Line::Failed(error),
    };
    // Nobody is left to tell when the parent has gone.
    match output.line(&last).and_then(|()| output.0.flush().map_err(|_| ImportError::SandboxUnavailable)) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

/// Limits this process for good: memory, processor time, no writing, no further files, no core.
///
/// Errors: [`ImportError::SandboxUnavailable`] when a limit could not be set; then nothing must be read.
pub fn confine(bounds: &Bounds) -> Result<(), ImportError> {
    #[cfg(unix)]
    {
        use rlimit::Resource;
        let limits = [
            (Resource::AS, bounds.memory_bytes),
            (Resource::CPU, bounds.cpu_s),
            (Resource::FSIZE, 0),
            (Resource::NOFILE, 3),
            (Resource::CORE, 0),
        ];
        for (resource, limit) in limits {
            resource.set(limit, limit).map_err(|_| ImportError::SandboxUnavailable)?;
        }
    }
    #[cfg(not(unix))]
    let _ = bounds;
    Ok(())
}

/// One line of a child's answer.
#[derive(Debug, Serialize, Deserialize)]
enum Line<R> {
    Progress(u32),
    Head(String, Mapping),
    Row(u32, R),
    Unsound(u32, R),
    Problem(Problem),
    Preview(PreviewSheet),
    Sheet(Sheet),
    Cells(Cells),
    Text(String),
    Done,
    Failed(ImportError),
}

struct Answer<W: Write>(BufWriter<W>);

impl<W: Write> Answer<W> {
    fn line<R: Serialize>(&mut self, line: &Line<R>) -> Result<(), ImportError> {
        serde_json::to_writer(&mut self.0, line).map_err(|_| ImportError::SandboxUnavailable)?;
        self.0.write_all(b"\n").map_err(|_| ImportError::SandboxUnavailable)?;
        if matches!(line, Line::Progress(_)) {
            self.0.flush().map_err(|_| ImportError::SandboxUnavailable)?;
        }
        Ok(())
    }
}

fn read_request(input: &mut impl BufRead) -> Result<Request, ImportError> {
    let mut line = Vec::new();
    input
        .take(MOST_REQUEST_BYTES)
        .read_until(b'\n', &mut line)
        .map_err(|_| ImportError::SandboxUnavailable)?;
    serde_json::from_slice(&line).map_err(|_| ImportError::SandboxUnavailable)
}

fn answer<W: Write>(
    kind: &str,
    bytes: &[u8],
    request: &Request,
    output: &mut Answer<W>,
) -> Result<(), ImportError> {
    match kind {
        "places" => rows::<PlaceRow, W>(bytes, request, output),
        "people" => rows::<PersonRow, W>(bytes, request, output),
        "facilities" => rows::<FacilityRow, W>(bytes, request, output),
        "devices" => rows::<DeviceRow, W>(bytes, request, output),
        "preview:devices" => previews(&DEVICES, bytes, request, output),
        "reports12345" => rows::<OrderRow, W>(bytes, request, output),
        "preview:places" => previews(&PLACES, bytes, request, output),
        "preview:people" => previews(&PEOPLE, bytes, request, output),
        "preview:facilities" => previews(&FACILITIES, bytes, request, output),
        "preview:reports12345" => previews(&ORDERS, bytes, request, output),
        "workbook" => cells(bytes, request, output),
        "notice" | "notice:docx" => {
            let text = notice_file::read(bytes, kind == "notice:docx", &request.limits)?;
            output.line(&Line::<()>::Text(text))
        }
        other => Err(ImportError::UnknownKind { name: other.to_owned() }),
    }
}

fn rows<R: Row, W: Write>(
    bytes: &[u8],
    request: &Request,
    output: &mut Answer<W>,
) -> Result<(), ImportError> {
    let workbook = sheet::read(bytes, &request.limits)?;
    let (sheet, mapping) = choose(&workbook, R::sheet(), request)?;
    let mut refused = Ok(());
    let parsed = ledger::parse::<R>(sheet, &mapping, &request.vocabulary, &mut |done| {
        if refused.is_ok() {
            refused = output.line(&Line::<()>::Progress(done));
        }
    });
    refused?;
    output.line(&Line::<()>::Head(parsed.sheet, parsed.mapping))?;
    for row in parsed.rows {
        output.line(&Line::Row(row.row, row.value))?;
    }
    for row in parsed.unsound {
        output.line(&Line::Unsound(row.row, row.value))?;
    }
    // What went wrong on sheets that are not imported does not concern this import.
    let of_sheet = workbook.problems.iter().filter(|problem| problem.sheet == sheet.name).cloned();
    for problem in of_sheet.chain(parsed.problems) {
        output.line(&Line::<()>::Problem(problem))?;
    }
    Ok(())
}

/// The sheet to read and how to understand it.
pub fn choose<'a>(
    workbook: &'a Workbook,
    definition: &SheetDef,
    request: &Request,
) -> Result<(&'a Sheet, Mapping), ImportError> {
    let named = request.sheet.as_deref().map(|name| workbook.sheet(name)).transpose()?;
    match (named, &request.mapping) {
        (Some(sheet), Some(kept)) => Ok((sheet, header::apply(kept, sheet, definition)?)),
        (Some(sheet), None) => Ok((sheet, header::guess(sheet, definition)?)),
        (None, None) => header::best_sheet(&workbook.sheets, definition),
        (None, Some(kept)) => workbook
            .sheets
            .iter()
            .find_map(|sheet| Some((sheet, header::apply(kept, sheet, definition).ok()?)))
            .ok_or(ImportError::MappingMismatch),
    }
}

fn previews<W: Write>(
    definition: &SheetDef,
    bytes: &[u8],
    request: &Request,
    output: &mut Answer<W>,
) -> Result<(), ImportError> {
    let workbook = sheet::read(bytes, &request.limits)?;
    for sheet in workbook.sheets {
        let head = sheet
            .rows
            .iter()
            .take(PREVIEW_ROWS)
            .map(|cells| cells.iter().map(|cell| cell.shown().chars().take(120).collect()).collect())
            .collect();
        output.line(&Line::<()>::Preview(PreviewSheet {
            rows: sheet.rows.iter().filter(|cells| !cells.is_empty()).count(),
            head,
            mapping: header::guess(&sheet, definition).ok(),
            name: sheet.name,
            is_wgs84: workbook.is_wgs84,
        }))?;
    }
    Ok(())
}

fn cells<W: Write>(bytes: &[u8], request: &Request, output: &mut Answer<W>) -> Result<(), ImportError> {
    let workbook = sheet::read(bytes, &request.limits)?;
    for mut sheet in workbook.sheets {
        let rows = std::mem::take(&mut sheet.rows);
        output.line(&Line::<()>::Sheet(sheet))?;
        for cells in rows {
            output.line(&Line::<()>::Cells(cells))?;
        }
    }
    for problem in workbook.problems {
        output.line(&Line::<()>::Problem(problem))?;
    }
    Ok(())
}

/// Starts the child, feeds it, takes its lines until it is done; kills it when a bound is broken.
fn run<R: DeserializeOwned>(
    program: &Program,
    kind: &str,
    bytes: &[u8],
    request: &Request,
    take: &mut dyn FnMut(Line<R>),
) -> Result<(), ImportError> {
    let deadline = Instant::now() + Duration::from_millis(request.bounds.wall_ms);
    let mut line = serde_json::to_vec(request).map_err(|_| ImportError::SandboxUnavailable)?;
    line.push(b'\n');
    let mut child = Command::new(&program.path)
        .args(&program.arguments)
        .arg(kind)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| ImportError::SandboxUnavailable)?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        stop(&mut child);
        return Err(ImportError::SandboxUnavailable);
    };
    let (sender, receiver) = sync_channel(256);
    let most = request.bounds.output_bytes;
    thread::scope(|scope| {
        // A child that dies early breaks this pipe; why it died is read from the other one.
        scope.spawn(move || stdin.write_all(&line).and_then(|()| stdin.write_all(bytes)));
        scope.spawn(move || listen(stdout, most, &sender));
        let outcome = converse(&receiver, deadline, take);
        // Both threads end once the child is gone and nobody receives any more.
        stop(&mut child);
        drop(receiver);
        outcome
    })
}

/// Passes complete lines on until the end, or until more was said than allowed.
fn listen(stdout: impl Read, most: u64, sender: &SyncSender<Vec<u8>>) {
    let mut reader = BufReader::with_capacity(1 << 16, stdout.take(most));
    loop {
        let mut line = Vec::new();
        match reader.read_until(b'\n', &mut line) {
            Ok(count) if count > 0 && line.last() == Some(&b'\n') => {
                if sender.send(line).is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}

fn converse<R: DeserializeOwned>(
    receiver: &Receiver<Vec<u8>>,
    deadline: Instant,
    take: &mut dyn FnMut(Line<R>),
) -> Result<(), ImportError> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left) {
            Ok(line) => match serde_json::from_slice(&line) {
                Ok(Line::Done) => return Ok(()),
                Ok(Line::Failed(error)) => return Err(error),
                Ok(line) => take(line),
                Err(_) => return Err(ImportError::FileTooComplex),
            },
            // The answer broke off: out of memory, out of time, or cut at the limit.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Err(ImportError::FileTooComplex);
            }
        }
    }
}

fn stop(child: &mut Child) {
    // It may have ended by itself; either way it must be waited for.
    let _ = child.kill();
    let _ = child.wait();
}
