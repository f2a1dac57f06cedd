//! What a ledger is: its columns, the words it knows, and how a sheet with a known header becomes typed rows and
//! problems. Shared by every `*_sheet`. What does not belong here: the columns of one ledger (`places_sheet`,
//! `people_sheet`), finding the header (`header`).

use std::collections::{HashMap, HashSet, hash_map::Entry};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    header::Mapping,
    problem::{Level, Problem},
    sheet::{Sheet, column_letter},
    value::{
        self, Cell, Misread, Value, clean, comparable, is_placeholder, read_count, read_date, read_moment,
        read_number, read_phone, split_terms,
    },
};

/// Problems kept for one sheet; of more only their number is told.
const MOST_PROBLEMS: usize = 5_000;
/// Rows between two reports of progress.
const PROGRESS_EVERY: u32 = 1_000;

/// Which list of words a column draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// Primary category of a place.
    Category,
    /// Tags of a place: every category and more.
    Tag,
    /// Lists a place stands on.
    List,
    /// Whether a place is open.
    Opening,
    /// Role of a post.
    Role,
    /// Kind of a public fire facility.
    Facility,
    /// Where a check station stands.
    Site,
    /// Where water comes from.
    Source,
    /// Whether something stands already.
    Built,
    /// Yes or no.
    YesNo,
    /// Kind of a device.
    Device,
    /// By which way a report came.
    Channel,
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Free text of at most so many characters; what people write for "nothing" stays as written.
    Text(usize),
    /// A code that must keep every digit.
    Code,
    /// Unified social credit code, both check digits.
    Uscc,
    /// One or several telephone numbers.
    Phone,
    /// A whole number up to this.
    Count(u32),
    /// Square metres.
    Area,
    /// A measure not below 0: words for its unit, and the most that is plausible.
    Measure(&'static [&'static str], f64),
    /// Degrees east, WGS-84 or as the importer is told.
    Lon,
    /// Degrees north.
    Lat,
    /// A civil date.
    Date,
    /// A civil date with or without its hour, as text: `2026-09-21 10:30:00` or `2026-09-21`.
    Moment,
    /// One term.
    Term(Terms),
    /// Several terms joined with `、`.
    TermList(Terms),
}

/// One column of a ledger.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name of the field in code and JSON.
    pub key: &'static str,
    /// Header in Chinese, as exported.
    pub header: &'static str,
    /// Header in English, also understood.
    pub english: &'static str,
    /// Other headers people use for it.
    pub synonyms: &'static [&'static str],
    /// A header that contains one of these means something else.
    pub except: &'static [&'static str],
    /// Whether a row without it is an error.
    pub required: bool,
    /// How its cells are read.
    pub kind: Kind,
    /// What the template shows; made up.
    pub example: &'static str,
    /// Width in characters when exported.
    pub width: f64,
}

impl Column {
    /// A column with nothing said about it, for sheets to fill in what differs.
    pub(crate) const BLANK: Self = Self {
        key: "",
        header: "",
        english: "",
        synonyms: &[],
        except: &[],
        required: false,
        kind: Kind::Text(200),
        example: "",
        width: 12.0,
    };
}

/// One kind of ledger.
#[derive(Debug, Clone, Copy)]
pub struct SheetDef {
    /// Name of the kind on the command line.
    pub kind: &'static str,
    /// Name of the sheet when exported.
    pub title: &'static str,
    /// Its columns in the order of export.
    pub columns: &'static [Column],
}

impl SheetDef {
    /// The column of a key.
    pub fn column(&self, key: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.key == key)
    }
}

/// A row of a ledger that reads and writes itself field by field.
pub trait Row: Default + Clone + PartialEq + Serialize + DeserializeOwned {
    /// The ledger it belongs to.
    fn sheet() -> &'static SheetDef;
    /// The value of a field; [`Value::None`] for an unknown key.
    fn get(&self, key: &str) -> Value;
    /// Sets a field; a value of another type than the field's is ignored.
    fn set(&mut self, key: &str, value: Value);
    /// What is wrong with the row as a whole: key of the column concerned, weight, why.
    fn contradictions(&self) -> Vec<(&'static str, Level, Misread)>;
    /// What must not occur twice in one file: key of the column concerned, weight, the thing itself.
    fn identities(&self) -> Vec<(&'static str, Level, String)>;
}

/// One word of a list: the code stored, the label shown, other spellings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Stored code.
    pub code: String,
    /// Chinese label, as exported; must not contain the separators `、,;/|+`.
    pub label: String,
    /// Other spellings understood.
    pub synonyms: Vec<String>,
}

/// The words a ledger is read and written with, by list; those of places come from the catalogue, those of roles and kinds from
/// the rules that know them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Terms by list.
    pub lists: Vec<(Terms, Vec<Term>)>,
}

impl Vocabulary {
    /// The terms of one list; [`Terms::Tag`] includes every category.
    pub fn terms(&self, which: Terms) -> impl Iterator<Item = &Term> {
        self.lists
            .iter()
            .filter(move |(list, _)| *list == which || (which == Terms::Tag && *list == Terms::Category))
            .flat_map(|(_, terms)| terms)
    }

    /// The label of a code; the code itself when the list does not know it.
    pub fn label<'a>(&'a self, which: Terms, code: &'a str) -> &'a str {
        self.terms(which).find(|term| term.code == code).map_or(code, |term| term.label.as_str())
    }
}

/// A value and the row it came from, as Excel shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbered<R> {
    /// Row from 1.
    pub row: u32,
    /// What was read.
    pub value: R,
}

/// What came out of one sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<R> {
    /// Name of the sheet.
    pub sheet: String,
    /// How its columns were understood.
    pub mapping: Mapping,
    /// Rows without errors of their own.
    pub rows: Vec<Numbered<R>>,
    /// Rows with errors of their own, as far as they could be read: nothing comes of them, but what else is wrong with them
    /// is told in one go.
    pub unsound: Vec<Numbered<R>>,
    /// Everything wrong, in the order of rows.
    pub problems: Vec<Problem>,
}

impl<R: Row> Parsed<R> {
    /// Makes a problem of a row and field, so that rules outside (an unknown village, say) point to the same cell.
    pub fn problem(
        &self,
        row: &Numbered<R>,
        key: &str,
        level: Level,
        code: &'static str,
        message: &str,
    ) -> Problem {
        let shown = write_text(&row.value.get(key));
        Problem::of_row(level, &self.sheet, row.row, code, message).at(self.mapping.address(key), &shown)
    }

    /// Names the columns nothing was taken of, once for the sheet; none where every one was read.
    pub fn unread(&self) -> Option<Problem> {
        let left = self.mapping.columns.iter().filter(|column| column.key.is_none());
        let names: Vec<&str> =
            left.map(|column| column.header.trim()).filter(|name| !name.is_empty()).collect();
        let names = names.join("、");
        let message = format!("这些列没有读取：{names}；要导入的，请指定它对应哪一项");
        (!names.is_empty()).then(|| Problem::of_row(Level::Note, &self.sheet, 0, "import.unread", message))
    }
}

/// Reads every row below the header.
///
/// Rows that are empty, repeat the header, are sums or section titles are left out with a note. Progress is reported
/// in rows.
pub fn parse<R: Row>(
    sheet: &Sheet,
    mapping: &Mapping,
    vocabulary: &Vocabulary,
    progress: &mut dyn FnMut(u32),
) -> Parsed<R> {
    let definition = R::sheet();
    let columns: Vec<(usize, &'static Column)> = mapping
        .columns
        .iter()
        .filter_map(|mapped| Some((mapped.index, definition.column(mapped.key.as_deref()?)?)))
        .collect();
    let mut reading = Reading {
        sheet,
        mapping,
        lookup: Lookup::of(definition, vocabulary),
        columns,
        spanned_rows: sheet
            .merged
            .iter()
            .filter(|area| area.top == area.bottom && area.right >= area.left + 2)
            .map(|area| area.top as usize)
            .collect(),
        seen: HashMap::new(),
        problems: Vec::new(),
        unlisted: (0, 0),
    };
    let (mut rows, mut unsound) = (Vec::new(), Vec::new());
    for (index, row) in (0u32..).zip(0..sheet.rows.len()).skip(mapping.first_data_row()) {
        if index % PROGRESS_EVERY == 0 {
            progress(index);
        }
        if let Some((value, is_sound)) = reading.row(row) {
            let of = if is_sound { &mut rows } else { &mut unsound };
            of.push(Numbered { row: index + 1, value });
        }
    }
    progress(u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX));
    let problems = reading.into_problems();
    Parsed { sheet: sheet.name.clone(), mapping: mapping.clone(), rows, unsound, problems }
}

/// Reads one cell as a value of this kind.
pub fn read_value(kind: Kind, cell: &Cell, lookup: &Lookup) -> Result<Value, Misread> {
    if let Cell::Error { e } = cell {
        return Err(Misread::new("cell.formula_error", format!("公式出错（{e}），请改成实际内容")));
    }
    if cell.is_blank() {
        return Ok(Value::None);
    }
    let text_or_none = |text: Option<String>| text.map_or(Value::None, Value::Text);
    match kind {
        Kind::Text(max) => {
            let text = value::exact_text(cell)?;
            if text.chars().count() > max {
                return Err(Misread::new("cell.too_long", format!("超过 {max} 字，请缩短")));
            }
            Ok(Value::Text(text.into_owned()))
        }
        Kind::Code => {
            let text = value::exact_text(cell)?;
            let code: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            if code.chars().count() > 64 {
                return Err(Misread::new("cell.too_long", "编码超过 64 位，请核对"));
            }
            Ok(text_or_none((!is_placeholder(&code)).then_some(code)))
        }
        Kind::Uscc => read_uscc(cell).map(text_or_none),
        Kind::Phone => read_phone(cell).map(text_or_none),
        Kind::Count(max) => Ok(read_count(cell, max)?.map_or(Value::None, Value::Count)),
        Kind::Area => {
            let units = ["平方米", "平米", "平方", "㎡", "m²", "m2", "M2", "平"];
            Ok(read_number(cell, &units, 0.0..=10_000_000.0)?.map_or(Value::None, Value::Number))
        }
        Kind::Measure(units, most) => {
            Ok(read_number(cell, units, 0.0..=most)?.map_or(Value::None, Value::Number))
        }
        Kind::Lon => {
            Ok(read_number(cell, &["°", "度", "E"], -180.0..=180.0)?.map_or(Value::None, Value::Number))
        }
        // As wide as a longitude, so that a swapped pair is recognised as one.
        Kind::Lat => {
            Ok(read_number(cell, &["°", "度", "N"], -180.0..=180.0)?.map_or(Value::None, Value::Number))
        }
        Kind::Date => Ok(read_date(cell)?.map_or(Value::None, Value::Date)),
        Kind::Moment => read_moment(cell).map(text_or_none),
        Kind::Term(which) => {
            let text = cell.shown();
            if is_placeholder(&text) {
                return Ok(Value::None);
            }
            lookup.find(which, &text).map(Value::Text).ok_or_else(|| lookup.unknown(which, &text))
        }
        Kind::TermList(which) => {
            let text = cell.shown();
            // A whole label may itself look like a list; try it first.
            if let Some(code) = lookup.find(which, &text) {
                return Ok(Value::Many(vec![code]));
            }
            let mut codes: Vec<String> = Vec::new();
            for part in split_terms(&text) {
                let code = lookup.find(which, part).ok_or_else(|| lookup.unknown(which, part))?;
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
            Ok(if codes.is_empty() { Value::None } else { Value::Many(codes) })
        }
    }
}

/// A value as a person reads it, terms still as codes.
pub fn write_text(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => value::number_text(*number),
        Value::Count(count) => count.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Many(many) => many.join("、"),
    }
}

/// Terms of one ledger by every spelling.
pub struct Lookup {
    by_spelling: HashMap<(Terms, String), String>,
    /// Every spelling of a list with the label it stands for.
    spellings: HashMap<Terms, Vec<(String, String)>>,
    some_labels: HashMap<Terms, String>,
}

impl Lookup {
    /// Prepares the lists that this ledger draws from.
    pub fn of(definition: &SheetDef, vocabulary: &Vocabulary) -> Self {
        let mut by_spelling = HashMap::new();
        let mut spellings: HashMap<Terms, Vec<(String, String)>> = HashMap::new();
        let mut some_labels = HashMap::new();
        for column in definition.columns {
            let (Kind::Term(which) | Kind::TermList(which)) = column.kind else { continue };
            for term in vocabulary.terms(which) {
                for spelling in [&term.code, &term.label].into_iter().chain(&term.synonyms) {
                    by_spelling.entry((which, comparable(spelling))).or_insert_with(|| term.code.clone());
                }
                let said = std::iter::once(&term.label).chain(&term.synonyms);
                let known = spellings.entry(which).or_default();
                known.extend(said.map(|spelling| (spelling.clone(), term.label.clone())));
            }
            let labels: Vec<&str> = vocabulary.terms(which).take(6).map(|term| term.label.as_str()).collect();
            some_labels.insert(which, labels.join("、"));
        }
        Self { by_spelling, spellings, some_labels }
    }

    fn find(&self, which: Terms, text: &str) -> Option<String> {
        self.by_spelling.get(&(which, comparable(text))).cloned()
    }

    fn unknown(&self, which: Terms, text: &str) -> Misread {
        let words = self.spellings.get(&which).into_iter().flatten();
        let near = value::nearest(text, words.map(|(spelling, label)| (spelling.as_str(), label.as_str())));
        if !near.is_empty() {
            let near = near.join("、");
            let message =
                format!("不认识“{text}”，相近的有：{near}；请改成其中一种，都不是就从模板的下拉选项中选择");
            return Misread::new("cell.unknown_term", message);
        }
        let labels = self.some_labels.get(&which).map_or("", String::as_str);
        Misread::new("cell.unknown_term", format!("不认识“{text}”，请从模板的下拉选项中选择，如：{labels}"))
    }
}

fn read_uscc(cell: &Cell) -> Result<Option<String>, Misread> {
    let text = value::exact_text(cell)?;
    let code: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_uppercase();
    if is_placeholder(text.trim()) || code.is_empty() || matches!(&*code, "无照" | "无证" | "无营业执照")
    {
        return Ok(None);
    }
    if code.len() == 15 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Misread::new(
            "cell.uscc_old",
            "这是 15 位旧注册号，请换成 18 位统一社会信用代码，没有就留空",
        ));
    }
    match domain::code::check_uscc(&code) {
        Ok(()) => Ok(Some(code)),
        Err(problem) => Err(Misread::new("cell.uscc", format!("统一社会信用代码{problem}"))),
    }
}

struct Reading<'a> {
    sheet: &'a Sheet,
    mapping: &'a Mapping,
    lookup: Lookup,
    columns: Vec<(usize, &'static Column)>,
    /// Rows in which one merged cell lies over three columns or more.
    spanned_rows: HashSet<usize>,
    seen: HashMap<(&'static str, String), u32>,
    problems: Vec<Problem>,
    /// Errors and others beyond the number kept.
    unlisted: (usize, usize),
}

impl Reading<'_> {
    /// A row as far as it can be read, and whether nothing is wrong with it.
    fn row<R: Row>(&mut self, index: usize) -> Option<(R, bool)> {
        let cells = self.sheet.rows.get(index)?;
        // What an error file said of the row is no part of it.
        let own = self.mapping.problem_column().unwrap_or(usize::MAX).min(cells.len());
        let cells = cells.get(..own)?;
        if cells.iter().all(Cell::is_blank) {
            return None;
        }
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        if let Some((code, message)) = self.is_beside_the_ledger(index, cells) {
            self.report(Problem::of_row(Level::Note, &self.sheet.name, number, code, message));
            return None;
        }
        let mut value = R::default();
        let mut is_sound = true;
        let mut is_empty = true;
        let mut found = Vec::new();
        for (at, column) in &self.columns {
            let cell = cells.get(*at).unwrap_or(&Cell::Empty);
            match read_value(column.kind, cell, &self.lookup) {
                Ok(Value::None) if column.required => {
                    let message = format!("“{}”必须填写", column.header);
                    found.push((column.key, Level::Error, Misread::new("cell.required", message), cell));
                }
                Ok(Value::None) => {}
                Ok(read) => {
                    is_empty = false;
                    value.set(column.key, read);
                }
                Err(misread) => {
                    is_empty = false;
                    found.push((column.key, Level::Error, misread, cell));
                }
            }
        }
        // Cells stand only in columns that are not part of the ledger.
        if is_empty {
            return None;
        }
        let mut unread = HashSet::new();
        for (key, level, misread, cell) in found {
            is_sound &= level != Level::Error;
            unread.insert(key);
            let shown = cell.shown().into_owned();
            self.report_at(number, key, level, misread, &shown);
        }
        // What is missing only because its cell could not be read contradicts nothing; half a position is told at its first cell.
        let is_told = |key: &str| unread.contains(key) || key == "lon" && unread.contains("lat");
        for (key, level, misread) in value.contradictions() {
            if is_told(key) {
                continue;
            }
            is_sound &= level != Level::Error;
            self.report_at(number, key, level, misread, &write_text(&value.get(key)));
        }
        is_sound &= self.is_first(number, &value, is_sound);
        Some((value, is_sound))
    }

    /// Whether no row before says it is the same. One that is left out anyway stands in no later one's way.
    fn is_first<R: Row>(&mut self, number: u32, value: &R, stays: bool) -> bool {
        let mut is_first = true;
        for (key, level, identity) in value.identities() {
            match self.seen.entry((key, identity)) {
                Entry::Vacant(free) => {
                    if stays {
                        free.insert(number);
                    }
                }
                Entry::Occupied(taken) => {
                    let first = *taken.get();
                    let header = R::sheet().column(key).map_or("", |column| column.header);
                    is_first &= level != Level::Error;
                    // What is the same of a position is both its degrees, said in the column of the first.
                    let message = match key {
                        "lon" => format!("位置（经度和纬度）与第 {first} 行相同，请核对是否重复登记"),
                        _ => format!("“{header}”与第 {first} 行相同，请核对是否重复登记"),
                    };
                    let misread = Misread::new("row.duplicate", message);
                    self.report_at(number, key, level, misread, &write_text(&value.get(key)));
                }
            }
        }
        is_first
    }

    /// Rows people put into a table that are not entries of it.
    fn is_beside_the_ledger(&self, index: usize, cells: &[Cell]) -> Option<(&'static str, &'static str)> {
        let first = cells.iter().find(|cell| !cell.is_blank())?.shown();
        let first_words = comparable(&first);
        if matches!(&*first_words, "合计" | "总计" | "小计" | "共计") {
            return Some(("row.sum", "合计行没有导入"));
        }
        let repeated = self.columns.iter().filter(|(at, _)| self.repeats_header(*at, cells)).take(3).count();
        if repeated >= 2 && repeated == self.columns.len().min(3) {
            return Some(("row.header_again", "重复的表头行没有导入"));
        }
        if self.spanned_rows.contains(&index)
            && cells.iter().all(|cell| cell.is_blank() || cell.shown() == first)
        {
            return Some(("row.section", "横跨多列的标题行没有导入"));
        }
        let is_example = |key: &str| {
            let column = self.columns.iter().find(|(_, column)| column.key == key);
            column.is_some_and(|(at, column)| {
                !column.example.is_empty()
                    && cells.get(*at).is_some_and(|cell| cell.shown() == column.example)
            })
        };
        if is_example("name") && (is_example("note") || is_example("code")) {
            return Some(("row.example", "模板里的示例行没有导入"));
        }
        let is_signature = [
            "填表人",
            "填表单位",
            "填表日期",
            "制表人",
            "审核人",
            "填报人",
            "填报单位",
            "注：",
            "注:",
            "说明：",
            "备注：",
        ]
        .iter()
        .any(|word| first.starts_with(word));
        let filled = cells.iter().filter(|cell| !cell.is_blank()).count();
        (is_signature && filled <= 4).then_some(("row.footer", "表尾的说明或签字行没有导入"))
    }

    /// Whether a cell says again what the header of its column says.
    fn repeats_header(&self, at: usize, cells: &[Cell]) -> bool {
        let Some(Cell::Text(text)) = cells.get(at) else { return false };
        self.mapping.label(at).is_some_and(|label| label.ends_with(&*clean(text)))
    }

    fn report_at(&mut self, row: u32, key: &str, level: Level, misread: Misread, shown: &str) {
        let problem = Problem::of_row(level, &self.sheet.name, row, misread.code, misread.message)
            .at(self.mapping.address(key), shown);
        self.report(problem);
    }

    fn report(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        } else if problem.level == Level::Error {
            self.unlisted.0 += 1;
        } else {
            self.unlisted.1 += 1;
        }
    }

    fn into_problems(mut self) -> Vec<Problem> {
        let (errors, others) = self.unlisted;
        if errors + others > 0 {
            let level = if errors > 0 { Level::Error } else { Level::Warning };
            self.problems.push(Problem::of_row(
                level,
                &self.sheet.name,
                0,
                "import.more_problems",
                format!("另有 {errors} 处错误、{others} 处提示没有逐条列出，请先改正已列出的"),
            ));
        }
        self.problems
    }
}

/// The address of a column as problems show it: letter and header.
pub(crate) fn address(index: usize, header: &str) -> String {
    format!("{} {}", column_letter(index), clean(header))
}
