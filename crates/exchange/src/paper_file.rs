//! Templates of papers as TOML files, read with line and column of every mistake. How to write one is told in
//! `docs/domain/papers.md`.
//!
//! What does *not* belong here: what a template means and how it is filled (`domain::paper`).

use std::collections::BTreeSet;

use domain::document::{Layout, Nature};
use domain::paper::{
    Catalog, Field, FieldType, IssuedBy, Origin, Piece, PieceKind, RowColumn, Series, SignPlace, Template,
};

use crate::shipped;
use crate::toml_doc::{FileProblem, Node, Reader, Word};

const LAYOUTS: [Word<Layout>; 10] = [
    ("circular", "公文", Layout::Circular),
    ("upward", "上行公文", Layout::Upward),
    ("letter", "信函", Layout::Letter),
    ("minutes", "纪要", Layout::Minutes),
    ("form", "表单", Layout::Form),
    ("placard_a4", "公示牌（A4）", Layout::PlacardA4),
    ("placard_a3", "公示牌（A3）", Layout::PlacardA3),
    ("door_plate", "门牌", Layout::DoorPlate),
    ("certificate", "证书", Layout::Certificate),
    ("sheet", "台账", Layout::Sheet),
];
const NATURES: [Word<Nature>; 3] = [
    ("ordinary", "一般", Nature::Ordinary),
    ("advice", "督促", Nature::Advice),
    ("enforcement", "执法", Nature::Enforcement),
];
const ORIGINS: [Word<Origin>; 2] =
    [("issued", "制发", Origin::Issued), ("received_copy", "收到的副本", Origin::ReceivedCopy)];
const ISSUERS: [Word<IssuedBy>; 12] = [
    ("any", "任何工作人员", IssuedBy::Any),
    ("inspector", "检查人员", IssuedBy::Inspector),
    ("village", "村级工作组", IssuedBy::Village),
    ("department", "部门", IssuedBy::Department),
    ("office", "消安办", IssuedBy::Office),
    ("committee", "消安委", IssuedBy::Committee),
    ("town", "镇人民政府", IssuedBy::Town),
    ("officer", "持证执法人员", IssuedBy::Officer),
    ("trainer", "培训组织者", IssuedBy::Trainer),
    ("station", "微型消防站", IssuedBy::Station),
    ("grid", "网格", IssuedBy::Grid),
    ("fire_rescue", "消防救援机构", IssuedBy::FireRescue),
];

/// Kinds of fields without anything further.
#[derive(Clone, Copy)]
enum Plain {
    Text,
    LongText,
    Number,
    Date,
    Minute,
    Flag,
    Choice,
    Choices,
    List,
    Rows,
    Photos,
    Qr,
}

const TYPES: [Word<Plain>; 12] = [
    ("text", "一行文字", Plain::Text),
    ("long_text", "多段文字", Plain::LongText),
    ("number", "数", Plain::Number),
    ("date", "日期", Plain::Date),
    ("minute", "日期和时间", Plain::Minute),
    ("flag", "是否", Plain::Flag),
    ("choice", "单选", Plain::Choice),
    ("choices", "多选", Plain::Choices),
    ("list", "若干条", Plain::List),
    ("rows", "表格", Plain::Rows),
    ("photos", "照片", Plain::Photos),
    ("qr", "二维码", Plain::Qr),
];

/// Words that say what a piece of the body is; a piece has exactly one of them.
const PIECES: [&str; 9] =
    ["heading", "text", "list", "table", "grid", "checks", "photos", "signatures", "qr"];

/// Reads one file of templates. A template with problems is left out; the file may be used only when there are none.
pub fn read(text: &str) -> (Vec<Template>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut templates: Vec<Template> = Vec::new();
    let Some(document) = reader.parse() else { return (templates, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["paper"]);
    for node in reader.tables(&root, "paper") {
        let before = reader.problems.len();
        let Some(template) = read_template(&mut reader, &node) else { continue };
        for problem in template.validate() {
            reader.report(node.span_of(problem.at), problem.code, problem.message);
        }
        if templates.iter().any(|one| one.code == template.code && one.version == template.version) {
            let text = format!("模板 {} 第 {} 版重复，请改版号或删去一个", template.code, template.version);
            reader.report(node.span_of("code"), "paper.duplicate", text);
        }
        if reader.problems.len() == before {
            templates.push(template);
        }
    }
    reader.problems.sort_by_key(|problem| (problem.line, problem.column));
    (templates, reader.problems)
}

/// Reads the file of number series.
pub fn read_series(text: &str) -> (Vec<Series>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut all: Vec<Series> = Vec::new();
    let Some(document) = reader.parse() else { return (all, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["series"]);
    for node in reader.tables(&root, "series") {
        reader.only_keys(&node, &["code", "name", "pattern", "to_check"]);
        let series = Series {
            code: reader.required(&node, "code"),
            name: reader.required(&node, "name"),
            pattern: reader.required(&node, "pattern"),
            to_check: reader.flag(&node, "to_check"),
        };
        if let Some(problem) = series.problem() {
            reader.report(node.span_of("pattern"), "paper.bad_series", problem);
        }
        if all.iter().any(|one| one.code == series.code) {
            let text = format!("编号序列“{}”重复，请保留一个", series.code);
            reader.report(node.span_of("code"), "paper.duplicate", text);
        }
        all.push(series);
    }
    (all, reader.problems)
}

/// The templates and series that come along, all files together.
pub fn shipped() -> (Catalog, Vec<FileProblem>) {
    let (series, mut problems) = read_series(shipped::PAPER_SERIES);
    let mut templates = Vec::new();
    for (_, text) in shipped::PAPERS {
        let (read, wrong) = read(text);
        templates.extend(read);
        problems.extend(wrong);
    }
    (Catalog { templates, series }, problems)
}

fn read_template(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Template> {
    reader.only_keys(
        node,
        &[
            "code",
            "name",
            "name_en",
            "version",
            "valid_from",
            "valid_to",
            "layout",
            "nature",
            "origin",
            "issued_by",
            "from",
            "bound",
            "given",
            "blank",
            "signed",
            "series",
            "sealed",
            "title",
            "recipients",
            "note",
            "check",
            "field",
            "piece",
        ],
    );
    let optional =
        |reader: &mut Reader<'_>, key| Some(reader.text(node, key)).filter(|text| !text.is_empty());
    let code = reader.required(node, "code");
    let name = reader.required(node, "name");
    let layout = reader.word(node, "layout", &LAYOUTS);
    let valid_from = reader.date(node, "valid_from");
    for (key, present) in [("layout", layout.is_some()), ("valid_from", valid_from.is_some())] {
        if !present {
            reader.required(node, key);
        }
    }
    let mut fields: Vec<Field> = Vec::new();
    for child in reader.tables(node, "field") {
        let Some(field) = read_field(reader, &child) else { continue };
        if fields.iter().any(|one| one.key == field.key) {
            let text = format!("字段“{}”重复，请保留一个", field.key);
            reader.report(child.span_of("key"), "paper.duplicate", text);
        }
        fields.push(field);
    }
    let body = reader.tables(node, "piece").iter().filter_map(|child| read_piece(reader, child)).collect();
    Some(Template {
        title: Some(reader.text(node, "title"))
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| name.clone()),
        code,
        name,
        name_en: reader.required(node, "name_en"),
        version: reader.number(node, "version").unwrap_or(1),
        valid_from: valid_from?,
        valid_to: reader.date(node, "valid_to"),
        layout: layout?,
        nature: reader.word(node, "nature", &NATURES).unwrap_or_default(),
        origin: reader.word(node, "origin", &ORIGINS).unwrap_or_default(),
        issued_by: issuers(reader, node),
        from: reader.texts(node, "from"),
        bound: reader.flag(node, "bound"),
        given: reader.texts(node, "given"),
        blank: reader.flag(node, "blank"),
        signed: reader.flag(node, "signed"),
        series: optional(reader, "series"),
        sealed: reader.flag(node, "sealed"),
        recipients: optional(reader, "recipients"),
        note: optional(reader, "note"),
        check: optional(reader, "check"),
        fields,
        body,
    })
}

fn issuers(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<IssuedBy> {
    let mut issuers = BTreeSet::new();
    for text in reader.texts(node, "issued_by") {
        match ISSUERS.iter().find(|(key, label, _)| *key == text || *label == text) {
            Some((_, _, issuer)) => {
                issuers.insert(*issuer);
            }
            None => {
                let known: Vec<String> =
                    ISSUERS.iter().map(|(key, label, _)| format!("{key}（{label}）")).collect();
                let message = format!("制发者“{text}”不认识，可用的有：{}", known.join("、"));
                reader.report(node.span_of("issued_by"), "file.unknown_word", message);
            }
        }
    }
    issuers.into_iter().collect()
}

fn read_field(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Field> {
    reader.only_keys(node, &["key", "zh", "en", "type", "required", "ahead", "options", "columns"]);
    let options = reader.texts(node, "options");
    let mut columns = Vec::new();
    for child in reader.tables(node, "columns") {
        reader.only_keys(&child, &["zh", "en", "share"]);
        let share = reader.number(&child, "share").and_then(|share| u16::try_from(share).ok()).unwrap_or(1);
        columns.push(RowColumn {
            zh: reader.required(&child, "zh"),
            en: reader.required(&child, "en"),
            share,
        });
    }
    let kind = reader.word(node, "type", &TYPES);
    if kind.is_none() {
        reader.required(node, "type");
    }
    let kind = kind?;
    let needs = match kind {
        Plain::Choice | Plain::Choices if options.is_empty() => Some("options"),
        Plain::Rows if columns.is_empty() => Some("columns"),
        _ => None,
    };
    if let Some(key) = needs {
        reader.required(node, key);
    }
    Some(Field {
        key: reader.required(node, "key"),
        zh: reader.required(node, "zh"),
        en: reader.required(node, "en"),
        kind: match kind {
            Plain::Text => FieldType::Text,
            Plain::LongText => FieldType::LongText,
            Plain::Number => FieldType::Number,
            Plain::Date => FieldType::Date,
            Plain::Minute => FieldType::Minute,
            Plain::Flag => FieldType::Flag,
            Plain::Choice => FieldType::Choice { options },
            Plain::Choices => FieldType::Choices { options },
            Plain::List => FieldType::List,
            Plain::Rows => FieldType::Rows { columns },
            Plain::Photos => FieldType::Photos,
            Plain::Qr => FieldType::Qr,
        },
        required: reader.flag(node, "required"),
        ahead: reader.flag(node, "ahead"),
    })
}

fn read_piece(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Piece> {
    let mut known = vec!["when", "level", "caption", "page_break"];
    known.extend(PIECES);
    reader.only_keys(node, &known);
    let when = Some(reader.text(node, "when")).filter(|key| !key.is_empty());
    if reader.flag(node, "page_break") {
        return Some(Piece { when, kind: PieceKind::PageBreak });
    }
    let present: Vec<&str> = PIECES.into_iter().filter(|key| node.has(key)).collect();
    let [is] = present.as_slice() else {
        let text = format!("正文的每一块要写且只写一项：{}", PIECES.join("、"));
        reader.report(node.span_of(""), "paper.bad_piece", text);
        return None;
    };
    let word = if ["grid", "signatures"].contains(is) { String::new() } else { reader.text(node, is) };
    let kind = match *is {
        "heading" => {
            let level = reader.number(node, "level").and_then(|level| u8::try_from(level).ok()).unwrap_or(1);
            PieceKind::Heading { level, text: word }
        }
        "text" => PieceKind::Text { text: word },
        "list" => PieceKind::List { field: word },
        "table" => PieceKind::Table { field: word },
        "checks" => PieceKind::Checks { field: word },
        "photos" => PieceKind::Photos { field: word },
        "qr" => PieceKind::Qr { field: word, caption: reader.text(node, "caption") },
        "grid" => {
            let rows = reader.texts(node, "grid");
            PieceKind::Grid {
                rows: rows.iter().map(|row| row.split_whitespace().map(str::to_owned).collect()).collect(),
            }
        }
        _ => PieceKind::Signatures { places: places(reader, node) },
    };
    Some(Piece { when, kind })
}

fn places(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<SignPlace> {
    let mut places = Vec::new();
    for child in reader.tables(node, "signatures") {
        reader.only_keys(&child, &["label", "name", "on"]);
        let optional =
            |reader: &mut Reader<'_>, key| Some(reader.text(&child, key)).filter(|text| !text.is_empty());
        places.push(SignPlace {
            label: reader.required(&child, "label"),
            name: optional(reader, "name"),
            on: optional(reader, "on"),
        });
    }
    places
}
