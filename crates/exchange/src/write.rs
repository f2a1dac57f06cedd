//! Writes ledgers: `.xlsx`, `.csv`, `.geojson`, `.kml`, a blank template, and the user's own rows with what is wrong beside
//! them. What is exported imports again unchanged, and no cell can become a formula: workbooks get strings as strings,
//! separated text gets the guard of `csv_text`. What does not belong here: which rows somebody may see (`app`).

use std::{collections::HashMap, io::Write};

use domain::facility::Shape;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};

use crate::{
    csv_text::guard,
    features::{FeatureRow, FeatureTable, Said},
    geojson::{LAT, LON, SHAPE, from_wkt},
    header::{Mapping, PROBLEM_COLUMN},
    ledger::{Column, Kind, Row, SheetDef, Terms, Vocabulary},
    problem::{Level, Problem},
    sheet::{Merge, Sheet, column_letter},
    value::{Cell, Value, number_text},
};

/// Sheet of an error file with the rows, where their own sheet has a name that no tab can bear.
pub const ROWS_SHEET: &str = "原表";
/// Sheet of an error file that lists what is wrong.
pub const PROBLEMS_SHEET: &str = "问题清单";
/// Hidden sheet that holds the words of the drop-down lists.
const OPTIONS_SHEET: &str = "选项";
/// Rows below the header that offer drop-down lists.
const VALIDATED_ROWS: u32 = 20_000;
/// Most rows one Excel sheet can hold below its header.
const MOST_ROWS: u32 = 1_048_575;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// More rows than an Excel sheet holds.
    #[error("超过 {MOST_ROWS} 行，一个 Excel 工作表放不下，请缩小筛选范围或导出为 .csv")]
    TooManyRows,
    /// The workbook could not be made.
    #[error("生成 Excel 文件失败，请重试；若一再出现，请联系管理员")]
    Workbook(#[from] XlsxError),
    /// The bytes could not be written.
    #[error("写出文件失败，请检查磁盘空间后重试")]
    Output(#[from] std::io::Error),
}

impl ExportError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooManyRows => "export.too_many_rows",
            Self::Workbook(_) => "export.workbook",
            Self::Output(_) => "export.output",
        }
    }
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Output(std::io::Error::other(error))
    }
}

/// Writes a workbook in constant memory: bold frozen header, widths, drop-down lists.
pub fn xlsx<R: Row>(
    rows: impl IntoIterator<Item = R>,
    vocabulary: &Vocabulary,
    output: impl Write + Send,
) -> Result<(), ExportError> {
    let definition = R::sheet();
    let labels = Labels::of(definition, vocabulary);
    let styles = Styles::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    begin_sheet(sheet, definition, vocabulary, &styles)?;
    for (row, index) in rows.into_iter().zip(1u32..) {
        if index > MOST_ROWS {
            return Err(ExportError::TooManyRows);
        }
        for (column, at) in definition.columns.iter().zip(0u16..) {
            write_value(sheet, index, at, &labels.say(column.kind, row.get(column.key)), &styles)?;
        }
    }
    add_options(&mut workbook, definition, vocabulary)?;
    workbook.save_to_writer(output)?;
    Ok(())
}

/// Writes rows of text as a workbook, the first row in bold. Every cell is text and is never computed.
pub fn table(
    name: &str,
    rows: &[Vec<String>],
    widths: &[f64],
    output: impl Write + Send,
) -> Result<(), ExportError> {
    sheet(name, rows, widths, |_| Figure::Text, output)
}

/// As [`table`], for a list that people sort and sum up: what reads as a number, a share or a date is one in its cell, but
/// for columns of numbers that are names (phones, codes, document numbers).
pub fn list(
    name: &str,
    rows: &[Vec<String>],
    widths: &[f64],
    output: impl Write + Send,
) -> Result<(), ExportError> {
    sheet(name, rows, widths, Figure::of, output)
}

/// What a text of a list says, for its cell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Figure {
    Text,
    Number(f64),
    /// A share. Units: of one.
    Share(f64),
    Date(domain::time::Date),
}

impl Figure {
    fn of(text: &str) -> Self {
        // Leading zeros and long rows of digits are names, not amounts.
        let plain = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let whole = digits.split('.').next().unwrap_or_default();
            let fits = (1..=9).contains(&whole.len()) && (whole == "0" || !whole.starts_with('0'));
            let clean =
                digits.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
            (fits && clean && digits.split('.').count() <= 2).then(|| text.parse::<f64>().ok()).flatten()
        };
        if let Some(share) = text.strip_suffix('%').and_then(plain) {
            return Self::Share(share / 100.0);
        }
        if let Some(date) = Some(text).filter(|text| text.len() == 10).and_then(domain::time::parse_date) {
            return Self::Date(date);
        }
        plain(text).map_or(Self::Text, Self::Number)
    }
}

/// Whether a column of this head holds numbers that are names.
fn names_things(head: &str) -> bool {
    // A village may be called 某号: only what ends so, or is called a number, names things.
    let words = [
        "电话", "号码", "编号", "文号", "代码", "编码", "条款", "责任", "名称", "场所", "备注", "说明",
        "理由", "内容",
    ];
    head.ends_with('号') || words.iter().any(|word| head.contains(word))
}

fn sheet(
    name: &str,
    rows: &[Vec<String>],
    widths: &[f64],
    figure: impl Fn(&str) -> Figure,
    output: impl Write + Send,
) -> Result<(), ExportError> {
    let share = Format::new().set_num_format("0.0%");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let named: Vec<bool> = rows.first().into_iter().flatten().map(|head| names_things(head)).collect();
    let bold = rust_xlsxwriter::Format::new().set_bold();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(name)?;
    for (width, at) in widths.iter().zip(0u16..) {
        sheet.set_column_width(at, *width)?;
    }
    for (cells, index) in rows.iter().zip(0u32..) {
        if index > MOST_ROWS {
            return Err(ExportError::TooManyRows);
        }
        for (cell, at) in cells.iter().zip(0u16..) {
            if index == 0 {
                sheet.write_string_with_format(index, at, cell, &bold)?;
                continue;
            }
            let is_name = named.get(usize::from(at)).copied().unwrap_or_default();
            match if is_name { Figure::Text } else { figure(cell) } {
                Figure::Text => sheet.write_string(index, at, cell)?,
                Figure::Number(number) => sheet.write_number(index, at, number)?,
                Figure::Share(of) => sheet.write_number_with_format(index, at, of, &share)?,
                Figure::Date(day) => sheet.write_datetime_with_format(index, at, day, &date)?,
            };
        }
    }
    workbook.save_to_writer(output)?;
    Ok(())
}

/// Writes rows of text as comma-separated UTF-8 with a mark; cells are guarded.
pub fn text_table(rows: &[Vec<String>], mut output: impl Write) -> Result<(), ExportError> {
    output.write_all("\u{FEFF}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(output);
    for row in rows {
        for cell in row {
            writer.write_field(&*guard(cell))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

/// Writes comma-separated UTF-8 with a mark, so that Excel and WPS show Chinese at once; cells are guarded.
pub fn csv<R: Row>(
    rows: impl IntoIterator<Item = R>,
    vocabulary: &Vocabulary,
    mut output: impl Write,
) -> Result<(), ExportError> {
    let definition = R::sheet();
    let labels = Labels::of(definition, vocabulary);
    output.write_all("\u{FEFF}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(output);
    writer.write_record(definition.columns.iter().map(|column| column.header))?;
    for row in rows {
        for column in definition.columns {
            match labels.say(column.kind, row.get(column.key)) {
                Value::Text(text) => writer.write_field(&*guard(&text))?,
                Value::Number(number) => writer.write_field(number_text(number))?,
                other => writer.write_field(crate::ledger::write_text(&other))?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

/// Writes a feature collection in WGS-84: a point where longitude and latitude are known, codes instead of labels.
pub fn geojson<R: Row>(rows: impl IntoIterator<Item = R>, output: impl Write) -> Result<(), ExportError> {
    crate::features::geojson(&features(rows)?, output)
}

/// Rows as features for other programs: codes instead of labels, as GeoJSON has them; they read in again.
pub fn features<R: Row>(rows: impl IntoIterator<Item = R>) -> Result<FeatureTable, ExportError> {
    let definition = R::sheet();
    let columns = || definition.columns.iter().filter(|c| ![LON, LAT, SHAPE].contains(&c.key));
    let said = |kind| match kind {
        Kind::Count(_) | Kind::Area | Kind::Measure(..) | Kind::Lon | Kind::Lat => Said::Number,
        _ => Said::Words,
    };
    let mut table = FeatureTable {
        name: definition.kind.to_owned(),
        title: definition.title.to_owned(),
        columns: columns().map(|column| (column.key.to_owned(), said(column.kind))).collect(),
        rows: Vec::new(),
    };
    for row in rows {
        let mut properties = serde_json::Map::new();
        for column in columns() {
            let value = row.get(column.key);
            if value != Value::None {
                let value = serde_json::to_value(value).map_err(std::io::Error::other)?;
                properties.insert(column.key.to_owned(), value);
            }
        }
        table.rows.push(FeatureRow { geometry: shape_of(&row).map(Into::into), properties });
    }
    Ok(table)
}

/// Where a row lies: its drawing, or the point of its longitude and latitude.
fn shape_of<R: Row>(row: &R) -> Option<Shape> {
    match (row.get(SHAPE), row.get(LON), row.get(LAT)) {
        (Value::Text(text), _, _) => from_wkt(&text),
        (_, Value::Number(lon), Value::Number(lat)) => Some(Shape::Point([lon, lat])),
        _ => None,
    }
}

/// Writes KML 2.2 for map programs: name, what the row says, and where it lies. It is not read in again.
pub fn kml<R: Row>(
    rows: impl IntoIterator<Item = R>,
    vocabulary: &Vocabulary,
    mut output: impl Write,
) -> Result<(), ExportError> {
    let definition = R::sheet();
    let labels = Labels::of(definition, vocabulary);
    writeln!(
        output,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>{}</name>",
        definition.title
    )?;
    for row in rows {
        let Some(shape) = shape_of(&row) else { continue };
        let said = |column: &Column| crate::ledger::write_text(&labels.say(column.kind, row.get(column.key)));
        let name = definition.column("name").map(said).unwrap_or_default();
        write!(output, "<Placemark><name>{}</name><ExtendedData>", escaped(&name))?;
        for column in definition.columns.iter().filter(|c| ![LON, LAT, SHAPE, "name"].contains(&c.key)) {
            let value = said(column);
            if !value.is_empty() {
                write!(
                    output,
                    "<Data name=\"{}\"><displayName>{}</displayName><value>{}</value></Data>",
                    column.key,
                    escaped(column.header),
                    escaped(&value)
                )?;
            }
        }
        write!(output, "</ExtendedData>")?;
        match &shape {
            Shape::Point(at) => write!(output, "<Point>{}</Point>", positions(std::slice::from_ref(at)))?,
            Shape::LineString(line) => write!(output, "<LineString>{}</LineString>", positions(line))?,
            Shape::Polygon(rings) => {
                write!(output, "<Polygon>")?;
                for (ring, side) in
                    rings.iter().zip(std::iter::once("outer").chain(std::iter::repeat("inner")))
                {
                    let ring = positions(ring);
                    write!(output, "<{side}BoundaryIs><LinearRing>{ring}</LinearRing></{side}BoundaryIs>")?;
                }
                write!(output, "</Polygon>")?;
            }
        }
        writeln!(output, "</Placemark>")?;
    }
    writeln!(output, "</Document></kml>")?;
    output.flush()?;
    Ok(())
}

pub(crate) fn positions(at: &[[f64; 2]]) -> String {
    let written: Vec<String> = at.iter().map(|[lon, lat]| format!("{lon},{lat}")).collect();
    format!("<coordinates>{}</coordinates>", written.join(" "))
}

/// Text as XML takes it; what XML has no sign for is left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a blank ledger with one made-up row, drop-down lists and a sheet that explains each column.
pub fn template(
    definition: &SheetDef,
    vocabulary: &Vocabulary,
    output: impl Write + Send,
) -> Result<(), ExportError> {
    let styles = Styles::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    begin_sheet(sheet, definition, vocabulary, &styles)?;
    for (column, at) in definition.columns.iter().zip(0u16..) {
        if !column.example.is_empty() {
            sheet.write_string_with_format(1, at, column.example, &styles.text)?;
        }
    }
    let guide = workbook.add_worksheet();
    guide.set_name("填写说明")?.set_freeze_panes(1, 0)?;
    for (title, at, width) in
        [("列", 0u16, 24.0), ("是否必填", 1, 12.0), ("怎样填写", 2, 60.0), ("示例", 3, 24.0)]
    {
        guide.set_column_width(at, width)?.write_string_with_format(0, at, title, &styles.header)?;
    }
    for (column, row) in definition.columns.iter().zip(1u32..) {
        guide
            .write_string(row, 0, column.header)?
            .write_string(row, 1, if column.required { "必填" } else { "选填" })?
            .write_string(row, 2, advice(column.kind))?
            .write_string(row, 3, column.example)?;
    }
    add_options(&mut workbook, definition, vocabulary)?;
    workbook.save_to_writer(output)?;
    Ok(())
}

/// Writes the user's rows as they were read, with a last column that says what is wrong in each row, the cells
/// concerned in colour, and all problems as a list on a second sheet. The rows keep the name of their sheet, so that the
/// mended file is taken as the one before was.
pub fn error_workbook(
    sheet: &Sheet,
    mapping: Option<&Mapping>,
    problems: &[Problem],
    output: impl Write + Send,
) -> Result<(), ExportError> {
    let styles = Styles::new();
    let wrong = Format::new().set_background_color(Color::RGB(0x00FF_D6D6));
    let mut by_row: HashMap<u32, Vec<&Problem>> = HashMap::new();
    for problem in problems.iter().filter(|problem| problem.sheet == sheet.name) {
        by_row.entry(problem.row).or_default().push(problem);
    }
    let (header_row, first_data_row) = mapping.map_or((0, 1), |m| (m.header_row, m.first_data_row()));
    let row_of = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let header = row_of(header_row)..row_of(first_data_row);
    // What was wrong the last time does not stand beside what is wrong now.
    let width = mapping.and_then(Mapping::problem_column).unwrap_or_else(|| sheet.width());
    let areas = kept_areas(sheet, first_data_row, width);
    let width = u16::try_from(width).unwrap_or(u16::MAX - 1);
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet_with_constant_memory()?;
    // Layers of other files may bear names no tab can.
    if sheet.name == PROBLEMS_SHEET || page.set_name(&sheet.name).is_err() {
        page.set_name(ROWS_SHEET)?;
    }
    page.set_column_width(width, 60)?;
    for (cells, row) in sheet.rows.iter().zip(0u32..) {
        let here = by_row.get(&(row + 1)).map(Vec::as_slice).unwrap_or_default();
        for (cell, at) in cells.iter().zip(0..width) {
            match areas.get(&(row, at)) {
                // It repeats the first cell of its area.
                Some(None) => continue,
                Some(Some(area)) => {
                    let right = u16::try_from(area.right).unwrap_or(at);
                    page.merge_range(row, at, area.bottom, right, "", &styles.text)?;
                }
                None => {}
            }
            let letter = column_letter(usize::from(at));
            let is_wrong = here.iter().any(|problem| {
                problem.level == Level::Error && problem.column.split(' ').next() == Some(&*letter)
            });
            write_cell(page, row, at, cell, if is_wrong { Some(&wrong) } else { None }, &styles)?;
        }
        if row == header.start && header.len() > 1 {
            // Over every row of the header, or it would be read as part of the group left of it.
            page.merge_range(row, width, header.end - 1, width, PROBLEM_COLUMN, &styles.header)?;
        } else if row == header.start {
            page.write_string_with_format(row, width, PROBLEM_COLUMN, &styles.header)?;
        } else if !here.is_empty() && !header.contains(&row) {
            let said: Vec<String> = here.iter().map(|problem| in_words(problem)).collect();
            page.write_string_with_format(row, width, cut(&said.join("；")), &styles.text)?;
        }
    }
    let list = workbook.add_worksheet_with_constant_memory()?;
    list.set_name(PROBLEMS_SHEET)?.set_freeze_panes(1, 0)?;
    let titles = [("工作表", 16.0), ("行", 8.0), ("列", 24.0), ("内容", 30.0), ("程度", 8.0), ("问题", 70.0)];
    for ((title, width), at) in titles.iter().zip(0u16..) {
        list.set_column_width(at, *width)?.write_string_with_format(0, at, *title, &styles.header)?;
    }
    for (problem, row) in problems.iter().zip(1u32..MOST_ROWS) {
        let level = match problem.level {
            Level::Error => "错误",
            Level::Warning => "提示",
            Level::Note => "说明",
        };
        list.write_string(row, 0, &problem.sheet)?;
        if problem.row > 0 {
            list.write_number(row, 1, problem.row)?;
        }
        list.write_string(row, 2, &problem.column)?
            .write_string(row, 3, &problem.value)?
            .write_string(row, 4, level)?
            .write_string(row, 5, &problem.message)?;
    }
    workbook.save_to_writer(output)?;
    Ok(())
}

/// The merged areas that are written as such, by cell: the area at its first cell, nothing at the others. Within the rows of
/// the ledger only those of one row are: what stands for several rows is mended in each.
fn kept_areas(sheet: &Sheet, first_data_row: usize, width: usize) -> HashMap<(u32, u16), Option<Merge>> {
    let mut areas = HashMap::new();
    for area in &sheet.merged {
        let (top, left) = (area.top as usize, area.left as usize);
        let is_kept = area.top == area.bottom || (area.bottom as usize) < first_data_row;
        let is_written = (area.right as usize) < width && !sheet.cell(top, left).is_blank();
        let cells: Vec<(u32, u16)> = match is_kept && is_written {
            true => (area.top..=area.bottom)
                .flat_map(|row| {
                    (area.left..=area.right).map(move |at| (row, u16::try_from(at).unwrap_or(u16::MAX)))
                })
                .collect(),
            false => continue,
        };
        // One cell is no area, and no cell lies in two.
        if cells.len() > 1 && !cells.iter().any(|cell| areas.contains_key(cell)) {
            areas.extend(cells.into_iter().zip(std::iter::once(Some(*area)).chain(std::iter::repeat(None))));
        }
    }
    areas
}

fn in_words(problem: &Problem) -> String {
    match problem.column.split_once(' ') {
        Some((_, header)) => format!("{header}：{}", problem.message),
        None => problem.message.clone(),
    }
}

/// Excel takes at most 32,767 characters in a cell.
fn cut(text: &str) -> String {
    text.chars().take(16_000).collect()
}

struct Styles {
    header: Format,
    required: Format,
    text: Format,
    date: Format,
    moment: Format,
    whole: Format,
}

impl Styles {
    fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(Color::RGB(0x00E8_EEF4))
            .set_border(FormatBorder::Thin);
        Self {
            required: header.clone().set_font_color(Color::RGB(0x00B4_2318)),
            header,
            text: Format::new().set_num_format("@"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            whole: Format::new().set_num_format("0"),
        }
    }
}

/// Labels of the terms of one ledger by code.
struct Labels(HashMap<(Terms, String), String>);

impl Labels {
    fn of(definition: &SheetDef, vocabulary: &Vocabulary) -> Self {
        let mut labels = HashMap::new();
        for which in term_lists(definition) {
            for term in vocabulary.terms(which) {
                labels.entry((which, term.code.clone())).or_insert_with(|| term.label.clone());
            }
        }
        Self(labels)
    }

    /// The value with codes replaced by labels; a code the list does not know stays.
    fn say(&self, kind: Kind, value: Value) -> Value {
        let label = |which: Terms, code: String| match self.0.get(&(which, code.clone())) {
            Some(label) => label.clone(),
            None => code,
        };
        match (kind, value) {
            (Kind::Term(which), Value::Text(code)) => Value::Text(label(which, code)),
            (Kind::TermList(which), Value::Many(codes)) => {
                Value::Text(codes.into_iter().map(|code| label(which, code)).collect::<Vec<_>>().join("、"))
            }
            (_, value) => value,
        }
    }
}

fn term_lists(definition: &SheetDef) -> Vec<Terms> {
    let mut lists: Vec<Terms> = definition
        .columns
        .iter()
        .filter_map(|column| match column.kind {
            Kind::Term(which) | Kind::TermList(which) => Some(which),
            _ => None,
        })
        .collect();
    lists.sort_unstable();
    lists.dedup();
    lists
}

fn begin_sheet(
    sheet: &mut Worksheet,
    definition: &SheetDef,
    vocabulary: &Vocabulary,
    styles: &Styles,
) -> Result<(), ExportError> {
    sheet.set_name(definition.title)?.set_freeze_panes(1, 0)?;
    for (column, at) in definition.columns.iter().zip(0u16..) {
        sheet.set_column_width(at, column.width)?;
        if keeps_digits(column) {
            sheet.set_column_format(at, &styles.text)?;
        }
        if let Kind::Term(which) = column.kind
            && let Some(range) = options_range(definition, vocabulary, which)
        {
            let offer = DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_style(DataValidationErrorStyle::Warning)
                .set_error_message("请从下拉选项中选择")?;
            sheet.add_data_validation(1, at, VALIDATED_ROWS, at, &offer)?;
        }
        let style = if column.required { &styles.required } else { &styles.header };
        sheet.write_string_with_format(0, at, column.header, style)?;
    }
    Ok(())
}

/// Whether Excel must be told to leave what is typed here alone.
fn keeps_digits(column: &Column) -> bool {
    matches!(column.kind, Kind::Code | Kind::Uscc | Kind::Phone)
}

fn options_range(definition: &SheetDef, vocabulary: &Vocabulary, which: Terms) -> Option<String> {
    let at = term_lists(definition).iter().position(|list| *list == which)?;
    let count = vocabulary.terms(which).count();
    let letter = column_letter(at);
    (count > 0).then(|| format!("={OPTIONS_SHEET}!${letter}$1:${letter}${count}"))
}

fn add_options(
    workbook: &mut Workbook,
    definition: &SheetDef,
    vocabulary: &Vocabulary,
) -> Result<(), ExportError> {
    let lists = term_lists(definition);
    if lists.is_empty() {
        return Ok(());
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(OPTIONS_SHEET)?.set_hidden(true);
    for (which, at) in lists.into_iter().zip(0u16..) {
        for (term, row) in vocabulary.terms(which).zip(0u32..) {
            sheet.write_string(row, at, &term.label)?;
        }
    }
    Ok(())
}

fn write_value(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Value,
    styles: &Styles,
) -> Result<(), XlsxError> {
    match value {
        Value::None => {}
        Value::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        Value::Many(many) => {
            sheet.write_string(row, column, many.join("、"))?;
        }
        Value::Count(count) => {
            sheet.write_number(row, column, *count)?;
        }
        Value::Number(number) => {
            sheet.write_number(row, column, *number)?;
        }
        Value::Date(date) => {
            sheet.write_datetime_with_format(row, column, *date, &styles.date)?;
        }
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    mark: Option<&Format>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let with = |own: &Format| mark.map_or_else(|| own.clone(), |mark| own.merge(mark));
    match cell {
        Cell::Empty => {
            if let Some(mark) = mark {
                sheet.write_blank(row, column, mark)?;
            }
        }
        Cell::Number(number) if number.fract() == 0.0 => {
            sheet.write_number_with_format(row, column, *number, &with(&styles.whole))?;
        }
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, *number, &with(&Format::new()))?;
        }
        Cell::Date { d } => {
            let style = if d.time() == chrono::NaiveTime::MIN { &styles.date } else { &styles.moment };
            sheet.write_datetime_with_format(row, column, *d, &with(style))?;
        }
        Cell::Bool(_) | Cell::Error { .. } | Cell::Text(_) => {
            let text = match cell {
                Cell::Text(text) => text.clone(),
                other => other.shown().into_owned(),
            };
            sheet.write_string_with_format(row, column, text, &with(&styles.text))?;
        }
    }
    Ok(())
}

fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::Text(_) => "文字",
        Kind::Code => "编号，保持文本格式；已有编号的靠它对应",
        Kind::Uscc => "18 位统一社会信用代码，两处校验码都会核对；没有就留空",
        Kind::Phone => "11 位手机号或带区号的固定电话，多个用顿号隔开",
        Kind::Count(_) => "整数",
        Kind::Area => "平方米，数字",
        Kind::Measure(..) => "数字，单位见列名",
        Kind::Lon => "十进制度，如 105.89；导入时要说明坐标系",
        Kind::Lat => "十进制度，如 29.35；导入时要说明坐标系",
        Kind::Date => "写成 2024-03-05",
        Kind::Moment => "写成 2024-03-05 10:30，没有钟点时只写日期",
        Kind::Term(_) => "从下拉选项中选一个",
        Kind::TermList(_) => "可填多个，用顿号隔开；可用的词见“选项”表",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_figures_where_a_text_is_one_and_names_stay_text() {
        for (text, figure) in [
            ("4", Figure::Number(4.0)),
            ("-1.5", Figure::Number(-1.5)),
            ("90.5%", Figure::Share(0.905)),
            ("", Figure::Text),
            ("—", Figure::Text),
            ("007", Figure::Text),
            ("1.2.3", Figure::Text),
            ("13800001111", Figure::Text),
            ("C4.10", Figure::Text),
        ] {
            assert_eq!(Figure::of(text), figure, "{text}");
        }
        assert_eq!(
            Figure::of("2026-12-02"),
            Figure::Date(domain::time::parse_date("2026-12-02").expect("a day"))
        );
        for head in ["联系电话", "编号", "发文字号", "条款", "责任内容"] {
            assert!(names_things(head), "{head}");
        }
        for head in ["逾期天数", "落实度", "三号桥村"] {
            assert!(!names_things(head), "{head}");
        }
    }
}
