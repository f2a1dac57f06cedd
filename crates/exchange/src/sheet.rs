//! Reads a file that somebody sent into plain rows of cells, whatever it calls itself: the content decides the type.
//! Every size is limited before memory is spent. Meant to run in the child process of `sandbox`.
//! What does not belong here: what a column means (`header`, `ledger`).

use std::io::{Cursor, Read};

use calamine::{Data, Dimensions, Reader, Xls, XlsError, Xlsx, XlsxError};
use serde::{Deserialize, Serialize};

use crate::{
    csv_text, geojson, geopackage, kml, ods,
    problem::{ImportError, Level, Problem},
    records,
    value::Cell,
};

/// How much a file may hold. Exceeding a whole-file limit refuses the file; a far cell is left out with a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the file as sent.
    pub file_bytes: u64,
    /// Entries of the zip container.
    pub entries: usize,
    /// Bytes of all entries unpacked.
    pub unpacked_bytes: u64,
    /// Unpacked bytes for each packed one; counts only for entries above [`Limits::ratio_from_bytes`].
    pub ratio: u64,
    /// Entries that unpack to less than this many bytes may be packed as tightly as they like.
    pub ratio_from_bytes: u64,
    /// Sheets of one workbook.
    pub sheets: usize,
    /// Rows of one sheet.
    pub rows: u32,
    /// Columns of one sheet.
    pub columns: u32,
    /// Cells of the whole workbook, gaps inside rows counted too.
    pub cells: usize,
    /// Characters of one cell.
    pub cell_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 30 << 20,
            entries: 200,
            unpacked_bytes: 200 << 20,
            ratio: 100,
            ratio_from_bytes: 1 << 20,
            sheets: 64,
            rows: 200_000,
            columns: 256,
            cells: 4_000_000,
            cell_chars: 8_000,
        }
    }
}

/// Rows and columns of one merged area, counted from 0, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// Last row.
    pub bottom: u32,
    /// Last column.
    pub right: u32,
}

/// One row of cells.
pub type Cells = Vec<Cell>;

/// One sheet. Row 0 is the row Excel shows as 1; rows may be shorter than the widest one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// Name on the tab; the word `CSV` for text files.
    pub name: String,
    /// Cells by row. Merged areas are already filled with the value of their first cell.
    pub rows: Vec<Vec<Cell>>,
    /// The merged areas.
    pub merged: Vec<Merge>,
}

impl Sheet {
    /// The cell at a row and column counted from 0.
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::Empty)
    }

    /// Number of columns of the widest row.
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// Everything read from one file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Workbook {
    /// Its sheets in the order of the tabs.
    pub sheets: Vec<Sheet>,
    /// What was left out or looked odd while reading.
    pub problems: Vec<Problem>,
    /// Whether the format itself says that positions are in WGS 84 (or CGCS2000, which equals it for our purposes).
    #[serde(default)]
    pub is_wgs84: bool,
}

impl Workbook {
    /// The sheet of this name.
    pub fn sheet(&self, name: &str) -> Result<&Sheet, ImportError> {
        self.sheets.iter().find(|sheet| sheet.name == name).ok_or_else(|| ImportError::SheetMissing {
            name: name.to_owned(),
            present: self.sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("、"),
        })
    }
}

/// Reads `.xlsx`, `.xls`, `.ods`, `.csv` (UTF-8, UTF-16, GB18030), GeoJSON, GeoPackage or an array of records; the content
/// decides, not the name.
///
/// Errors: [`ImportError`] for a file that is refused as a whole; smaller matters are in [`Workbook::problems`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits.file_bytes {
        return Err(ImportError::FileTooLarge {
            megabytes: size.div_ceil(1 << 20),
            limit: limits.file_bytes >> 20,
        });
    }
    let wgs84 = |book: Workbook| Workbook { is_wgs84: true, ..book };
    match kind_of(bytes)? {
        FileKind::Zip => read_zip(bytes, limits),
        FileKind::Xls => read_xls(bytes, limits),
        FileKind::GeoJson => geojson::read(bytes, limits).map(wgs84),
        FileKind::Kml => geojson::table(&kml::features(bytes, limits)?, kml::SHEET_NAME, limits).map(wgs84),
        FileKind::Sqlite => geopackage::read(bytes, limits).map(wgs84),
        FileKind::Records(json) => records::sheet(records::records(&json).unwrap_or_default(), limits),
        FileKind::Text => csv_text::read(bytes, limits),
    }
}

/// The letters Excel shows above a column counted from 0: `A`, `Z`, `AA`.
pub fn column_letter(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

enum FileKind {
    /// `.xlsx` or `.ods`; what is inside tells.
    Zip,
    Xls,
    /// GeoPackage; what is inside tells.
    Sqlite,
    GeoJson,
    Kml,
    /// An array of records, or a document that holds just one.
    Records(serde_json::Value),
    Text,
}

fn kind_of(bytes: &[u8]) -> Result<FileKind, ImportError> {
    let wrong = |found: &str| Err(ImportError::WrongType { found: found.to_owned() });
    let start = bytes.get(..bytes.len().min(512)).unwrap_or(bytes);
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return Ok(FileKind::Zip);
    }
    if start.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(FileKind::Xls);
    }
    if start.starts_with(crate::sqlite_file::MAGIC) {
        return Ok(FileKind::Sqlite);
    }
    let text_start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    if text_start.is_empty() && bytes.len() <= 512 {
        return Err(ImportError::Empty);
    }
    for (magic, name) in [
        (&b"%PDF"[..], "PDF 文件"),
        (b"\xFF\xD8\xFF", "图片"),
        (b"\x89PNG", "图片"),
        (b"GIF8", "图片"),
        (b"BM", "图片"),
        (b"Rar!", "压缩包"),
        (b"7z\xBC\xAF", "压缩包"),
        (b"\x1F\x8B", "压缩包"),
        (b"{\\rtf", "文字文档"),
    ] {
        // "BM" may well begin a text; only a picture has zero bytes in its first few.
        let is_picture_of_dots = magic != b"BM" || start.get(..14).is_some_and(|head| head.contains(&0));
        if start.starts_with(magic) && is_picture_of_dots {
            return wrong(name);
        }
    }
    if text_start.starts_with(b"<") && kml::is_kml(bytes) {
        return Ok(FileKind::Kml);
    }
    if text_start.starts_with(b"<") {
        return wrong("网页格式的表格");
    }
    if text_start.starts_with(b"{") || text_start.starts_with(b"[") {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let json = serde_json::from_slice::<serde_json::Value>(bytes).ok();
        let json = json.filter(|json| json.get("features").is_none() && records::records(json).is_some());
        if let Some(json) = json {
            return Ok(FileKind::Records(json));
        }
    }
    if text_start.starts_with(b"{") {
        return Ok(FileKind::GeoJson);
    }
    let is_utf16 = start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF");
    if !is_utf16 && start.contains(&0) {
        return wrong("无法识别的文件");
    }
    Ok(FileKind::Text)
}

/// What a look into the container found.
#[derive(Default)]
struct Container {
    has_merges: bool,
    is_ods: bool,
}

/// Unpacks every entry once, keeping nothing, so that the declared sizes need not be believed.
fn look_inside(bytes: &[u8], limits: &Limits) -> Result<Container, ImportError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ImportError::Unreadable)?;
    let names: Vec<String> =
        archive.file_names().filter_map(Result::ok).map(|name| name.to_ascii_lowercase()).collect();
    let has = |wanted: &str| names.iter().any(|name| name.starts_with(wanted));
    for (part, found) in
        [("word/", "Word 文档"), ("ppt/", "幻灯片"), ("xl/workbook.bin", "二进制工作簿（.xlsb）")]
    {
        if has(part) {
            return Err(ImportError::WrongType { found: found.to_owned() });
        }
    }
    let is_ods = says_ods(&mut archive);
    if has("content.xml") && !is_ods {
        return Err(ImportError::WrongType { found: "OpenDocument 文档".to_owned() });
    }
    if !has("xl/") && !is_ods {
        return Err(ImportError::WrongType { found: "压缩包".to_owned() });
    }
    if archive.len() > limits.entries {
        return Err(ImportError::FileTooComplex);
    }
    let mut container = Container { is_ods, ..Container::default() };
    let mut total: u64 = 0;
    let mut chunk = vec![0u8; 64 << 10];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(_) => ImportError::Encrypted,
            _ => ImportError::Unreadable,
        })?;
        let packed = entry.compressed_size().max(1);
        let is_sheet = entry.name().is_ok_and(|name| name.to_ascii_lowercase().contains("worksheets/"));
        let mut unpacked: u64 = 0;
        let mut carried: Vec<u8> = Vec::new();
        loop {
            let count = entry.read(&mut chunk).map_err(|_| ImportError::Unreadable)?;
            let Some(part) = chunk.get(..count) else { return Err(ImportError::Unreadable) };
            if count == 0 {
                break;
            }
            if unpacked == 0 && contains(part, b"<!DOCTYPE") {
                return Err(ImportError::FileTooComplex);
            }
            unpacked += u64::try_from(count).unwrap_or(u64::MAX);
            total += u64::try_from(count).unwrap_or(u64::MAX);
            let too_tight =
                unpacked > limits.ratio_from_bytes && unpacked > packed.saturating_mul(limits.ratio);
            if total > limits.unpacked_bytes || too_tight {
                return Err(ImportError::FileTooComplex);
            }
            if is_sheet && !container.has_merges {
                carried.extend_from_slice(part);
                container.has_merges =
                    contains(&carried, b"<mergeCell ") || contains(&carried, b":mergeCell ");
                carried.drain(..carried.len().saturating_sub(16));
            }
        }
    }
    Ok(container)
}

/// Whether the container says by itself that it is an OpenDocument table.
fn says_ods(archive: &mut zip::ZipArchive<Cursor<&[u8]>>) -> bool {
    let Ok(entry) = archive.by_name("mimetype") else { return false };
    let mut said = Vec::new();
    // No more than it takes to tell: whatever is longer is something else.
    entry.take(64).read_to_end(&mut said).is_ok() && said.trim_ascii() == ods::MIMETYPE
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return true };
    let mut rest = haystack;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        let tail = rest.get(at..).unwrap_or_default();
        if tail.starts_with(needle) {
            return true;
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    false
}

fn read_zip(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    let container = look_inside(bytes, limits)?;
    if container.is_ods { ods::read(bytes, limits) } else { read_xlsx(bytes, limits, &container) }
}

fn read_xlsx(bytes: &[u8], limits: &Limits, container: &Container) -> Result<Workbook, ImportError> {
    let mut source = Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_error(&error))?;
    let names = source.sheet_names();
    if names.len() > limits.sheets {
        return Err(ImportError::FileTooComplex);
    }
    let mut gathered = Gathered::new(limits);
    for name in names {
        let merges = if container.has_merges {
            source.merge_cells_by_sheet_name(&name).unwrap_or_default()
        } else {
            Vec::new()
        };
        let mut cells = match source.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A tab that holds a chart instead of cells has nothing to import.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(xlsx_error(&error)),
        };
        gathered.begin(&name);
        while let Some(cell) = cells.next_cell().map_err(|error| xlsx_error(&error))? {
            let (row, column) = cell.get_position();
            gathered.put(row, column, from_data(Data::from(cell.get_value().clone())))?;
        }
        gathered.finish(&merges)?;
    }
    Ok(gathered.workbook)
}

fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    // The stream name of an encrypted .xlsx, in the UTF-16 the container uses.
    let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if contains(bytes, &encrypted) {
        return Err(ImportError::Encrypted);
    }
    let word: Vec<u8> = "WordDocument".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if contains(bytes, &word) {
        return Err(ImportError::WrongType { found: "Word 文档".to_owned() });
    }
    let mut source = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => ImportError::Encrypted,
        _ => ImportError::Unreadable,
    })?;
    let names = source.sheet_names();
    if names.len() > limits.sheets {
        return Err(ImportError::FileTooComplex);
    }
    let mut gathered = Gathered::new(limits);
    for name in names {
        let merges = source.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let range = source.worksheet_range(&name).map_err(|_| ImportError::Unreadable)?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        gathered.begin(&name);
        for (row, column, data) in range.used_cells() {
            let row = first_row.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
            let column = first_column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
            gathered.put(row, column, from_data(data.clone()))?;
        }
        gathered.finish(&merges)?;
    }
    Ok(gathered.workbook)
}

pub(crate) fn from_data(data: Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::Int(number) => number.to_string().parse().map_or(Cell::Empty, Cell::Number),
        Data::Float(number) => Cell::Number(number),
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text),
        Data::Bool(yes) => Cell::Bool(yes),
        Data::Error(error) => Cell::Error { e: error.to_string() },
        Data::DateTimeIso(text) => text
            .parse()
            .or_else(|_| format!("{text}T00:00:00").parse())
            .map_or_else(|_| Cell::Text(text), |d| Cell::Date { d }),
        Data::DateTime(moment) => {
            // Serial numbers below 1 are times of day: there is no date in them.
            let serial = moment.as_f64();
            match moment.as_datetime() {
                Some(d) if moment.is_datetime() && serial >= 1.0 => Cell::Date { d },
                Some(d) if moment.is_datetime() => Cell::Text(d.format("%H:%M:%S").to_string()),
                _ => Cell::Number(serial),
            }
        }
    }
}

fn xlsx_error(error: &XlsxError) -> ImportError {
    match error {
        XlsxError::Password => ImportError::Encrypted,
        _ => ImportError::Unreadable,
    }
}

/// The first cell of its sort, and how many there are.
struct Odd {
    /// From 1.
    row: u32,
    /// Letter.
    column: String,
    count: usize,
}

impl Odd {
    fn address(&self) -> String {
        format!("{}{}", self.column, self.row)
    }

    /// Told at the first of them.
    fn problem(self, sheet: &str, code: &'static str, message: String) -> Problem {
        Problem::of_row(Level::Error, sheet, self.row, code, message).at(self.column, "")
    }
}

/// Collects cells under the limits, sheet by sheet; shared by every reader.
pub(crate) struct Gathered<'a> {
    limits: &'a Limits,
    pub(crate) workbook: Workbook,
    cells: usize,
    far: Option<Odd>,
    long: Option<Odd>,
}

impl<'a> Gathered<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self { limits, workbook: Workbook::default(), cells: 0, far: None, long: None }
    }

    pub(crate) fn begin(&mut self, name: &str) {
        self.workbook.sheets.push(Sheet { name: name.to_owned(), ..Sheet::default() });
    }

    pub(crate) fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), ImportError> {
        if cell.is_blank() {
            return Ok(());
        }
        let Some(sheet) = self.workbook.sheets.last_mut() else { return Ok(()) };
        let (Ok(at_row), Ok(at_column)) = (usize::try_from(row), usize::try_from(column)) else {
            return Err(ImportError::FileTooComplex);
        };
        let odd = || Odd { row: row.saturating_add(1), column: column_letter(at_column), count: 0 };
        if row >= self.limits.rows || column >= self.limits.columns {
            self.far.get_or_insert_with(odd).count += 1;
            return Ok(());
        }
        if sheet.rows.len() <= at_row {
            sheet.rows.resize_with(at_row + 1, Vec::new);
        }
        let Some(cells) = sheet.rows.get_mut(at_row) else { return Ok(()) };
        if cells.len() <= at_column {
            self.cells += at_column + 1 - cells.len();
            if self.cells > self.limits.cells {
                return Err(ImportError::FileTooComplex);
            }
            cells.resize(at_column + 1, Cell::Empty);
        }
        let cell = match cell {
            Cell::Text(text)
                if text.len() > self.limits.cell_chars
                    && text.chars().nth(self.limits.cell_chars).is_some() =>
            {
                self.long.get_or_insert_with(odd).count += 1;
                Cell::Text(text.chars().take(self.limits.cell_chars).collect())
            }
            cell => cell,
        };
        if let Some(slot) = cells.get_mut(at_column) {
            *slot = cell;
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self, merges: &[Dimensions]) -> Result<(), ImportError> {
        let Some(sheet) = self.workbook.sheets.last_mut() else { return Ok(()) };
        for merge in merges {
            let area = Merge {
                top: merge.start.0,
                left: merge.start.1,
                bottom: merge.end.0,
                right: merge.end.1.min(self.limits.columns.saturating_sub(1)),
            };
            if area.bottom < area.top || area.right < area.left {
                continue;
            }
            self.cells = self.cells.saturating_add(fill(sheet, area));
            if self.cells > self.limits.cells {
                return Err(ImportError::FileTooComplex);
            }
            sheet.merged.push(area);
        }
        let name = sheet.name.clone();
        let Limits { rows, columns, cell_chars, .. } = self.limits;
        let far = self.far.take().map(|odd| {
            let address = odd.address();
            let count = odd.count;
            let message = format!(
                "{address} 等 {count} 个单元格超出 {rows} 行 × {columns} 列的范围，没有读入，请删除或分表"
            );
            odd.problem(&name, "sheet.far_cell", message)
        });
        let long = self.long.take().map(|odd| {
            let address = odd.address();
            let count = odd.count;
            let message =
                format!("{address} 等 {count} 个单元格超过 {cell_chars} 字，只读入了前面的部分，请缩短");
            odd.problem(&name, "sheet.long_cell", message)
        });
        self.workbook.problems.extend(far.into_iter().chain(long));
        Ok(())
    }
}

/// Copies the first cell of a merged area down and right, inside the rows that exist; says how many cells it touched.
fn fill(sheet: &mut Sheet, area: Merge) -> usize {
    let (top, left) = (area.top as usize, area.left as usize);
    let value = sheet.cell(top, left).clone();
    if value.is_blank() {
        return 0;
    }
    let width = area.right as usize + 1;
    let height = (area.bottom as usize + 1).saturating_sub(top);
    let mut touched = 0;
    for cells in sheet.rows.iter_mut().skip(top).take(height) {
        if cells.len() < width {
            cells.resize(width, Cell::Empty);
        }
        for cell in cells.iter_mut().take(width).skip(left) {
            *cell = value.clone();
            touched += 1;
        }
    }
    touched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_excel_names_them() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (255, "IV"), (16383, "XFD")] {
            assert_eq!(column_letter(column), letters);
        }
    }

    #[test]
    fn other_kinds_of_files_are_turned_away_by_name() {
        for (bytes, found) in [
            (&b"%PDF-1.7 ..."[..], "PDF 文件"),
            (b"\x89PNG\r\n\x1a\n", "图片"),
            (b"<html><table>", "网页格式的表格"),
            (b"Rar!\x1a\x07", "压缩包"),
            (b"abc\x00def", "无法识别的文件"),
        ] {
            let refused = read(bytes, &Limits::default());
            assert_eq!(refused, Err(ImportError::WrongType { found: found.to_owned() }));
        }
        assert_eq!(read(b" \r\n", &Limits::default()), Err(ImportError::Empty));
    }

    #[test]
    fn merged_areas_fill_down_and_right_but_make_no_rows() {
        let limits = Limits::default();
        let mut gathered = Gathered::new(&limits);
        gathered.begin("表");
        gathered.put(0, 0, Cell::from("甲")).unwrap();
        gathered.put(2, 1, Cell::from("乙")).unwrap();
        gathered.finish(&[Dimensions::new((0, 0), (1_048_575, 0)), Dimensions::new((2, 1), (2, 2))]).unwrap();
        let sheet = &gathered.workbook.sheets[0];
        assert_eq!(sheet.rows.len(), 3);
        assert_eq!(sheet.cell(2, 0), &Cell::from("甲"));
        assert_eq!(sheet.cell(2, 2), &Cell::from("乙"));
    }

    #[test]
    fn a_row_that_reaches_far_right_counts_its_gaps() {
        let limits = Limits { cells: 1000, ..Limits::default() };
        let mut gathered = Gathered::new(&limits);
        gathered.begin("表");
        let outcome: Result<Vec<()>, ImportError> =
            (0..5).map(|row| gathered.put(row, 249, Cell::from("x"))).collect();
        assert_eq!(outcome, Err(ImportError::FileTooComplex));
    }
}
