//! Checklist items as rows of a sheet: what an office fills in with Excel or WPS.
//!
//! Row 1 to 5 holds a header with at least 编号, 检查内容, 判定依据 and 隐患代码; each further row is one item. What does
//! *not* belong here: opening a workbook (`sheet`).

use std::collections::BTreeSet;

use domain::checklist::{Basis, Checklist, Item, SuggestedGrade, duplicate_item};
use domain::place::{Confidence, KindCode};

use crate::checklist_file::{ANSWERS, CONFIDENCES, GRADES, PHOTOS};
use crate::hazard_dictionary::HazardDictionary;
use crate::ledger::address;
use crate::toml_doc::{FileProblem, Word, find_word};

/// The columns, in the order they are written; the field is what `domain` calls it in a problem.
const COLUMNS: [(&str, &str); 11] = [
    ("编号", "item.code"),
    ("检查内容", "item.text"),
    ("检查方法", "item.how"),
    ("判定依据", "item.basis"),
    ("答案类型", "item.answer"),
    ("隐患代码", "item.hazard"),
    ("建议等级", "item.grade"),
    ("照片", "item.photo"),
    ("权重", "item.weight"),
    ("快查", "item.quick"),
    ("适用类别", "item.only"),
];
const REQUIRED: [&str; 4] = ["编号", "检查内容", "判定依据", "隐患代码"];
const HEADER_WITHIN: usize = 5;

fn header_at(rows: &[Vec<String>]) -> Option<usize> {
    let is_header = |row: &Vec<String>| {
        ["编号", "检查内容"].iter().all(|name| row.iter().any(|cell| cell.trim() == *name))
    };
    rows.iter().take(HEADER_WITHIN).position(is_header)
}

/// Where a problem of [`read`] is, as people find it: sheet, row, and column with its header as in `E 建议等级`.
pub fn spot(sheet: &str, rows: &[Vec<String>], problem: &FileProblem) -> String {
    let line = problem.line;
    let Some(header) = header_at(rows).and_then(|at| rows.get(at)) else {
        return format!("工作表“{sheet}”");
    };
    match problem.column.checked_sub(1) {
        None => format!("工作表“{sheet}”第 {line} 行"),
        Some(index) => {
            let column = address(index, header.get(index).map_or("", String::as_str));
            format!("工作表“{sheet}”第 {line} 行 {column}")
        }
    }
}

/// Reads items out of rows of cells, whose hazards are those of a dictionary. Problems name the row and the cell, both from
/// 1; the cell is 0 where the whole row is meant. Empty rows are passed over.
pub fn read(rows: &[Vec<String>], hazards: &HazardDictionary) -> (Vec<Item>, Vec<FileProblem>) {
    let mut problems = Vec::new();
    let Some(header_at) = header_at(rows) else {
        let text = format!("前 {HEADER_WITHIN} 行里没有找到表头：至少要有“编号”和“检查内容”两列");
        problems.push(FileProblem { line: 1, column: 1, code: "checklist_sheet.no_header", message: text });
        return (Vec::new(), problems);
    };
    let header = rows.get(header_at).map(Vec::as_slice).unwrap_or_default();
    for (at, cell) in header.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        if !COLUMNS.iter().any(|(name, _)| cell.trim() == *name) {
            let text = format!("不认识的列“{}”，这一列没有读入", cell.trim());
            let code = "checklist_sheet.unknown_column";
            problems.push(FileProblem { line: header_at + 1, column: at + 1, code, message: text });
        }
    }
    for name in REQUIRED.iter().filter(|name| column_of(header, name).is_none()) {
        let text = format!("缺少“{name}”一列，请补上");
        let code = "checklist_sheet.missing_column";
        problems.push(FileProblem { line: header_at + 1, column: 0, code, message: text });
    }
    let mut items = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, cells) in rows.iter().enumerate().skip(header_at + 1) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let mut row = Row { header, cells, line: at + 1, problems: &mut problems };
        let item = row.item(hazards);
        if !seen.insert(item.code.clone()) {
            let problem = duplicate_item(&item.code);
            row.report("编号", problem.code, problem.message);
        }
        items.push(item);
    }
    (items, problems)
}

/// Writes a checklist's items as rows, the header first.
pub fn write(list: &Checklist) -> Vec<Vec<String>> {
    let mut rows = vec![COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect()];
    rows.extend(list.items.iter().map(|item| {
        let only: Vec<&str> = item.only.iter().map(KindCode::as_str).collect();
        let basis: Vec<String> = item.basis.iter().map(write_basis).collect();
        vec![
            item.code.clone(),
            item.text.clone(),
            item.how.clone(),
            basis.join("；"),
            item.answer.label().to_owned(),
            item.hazard.clone(),
            item.grade.label().to_owned(),
            item.photo.label().to_owned(),
            item.weight.to_string(),
            (if item.quick { "是" } else { "" }).to_owned(),
            only.join("、"),
        ]
    }));
    rows
}

fn write_basis(basis: &Basis) -> String {
    let parts =
        [&basis.instrument, &basis.article, &basis.edition].map(|part| part.replace(['|', '；'], " "));
    format!("{}|{}", parts.join("|"), basis.confidence.label())
}

fn column_of(header: &[String], name: &str) -> Option<usize> {
    header.iter().position(|cell| cell.trim() == name)
}

struct Row<'a> {
    header: &'a [String],
    cells: &'a [String],
    line: usize,
    problems: &'a mut Vec<FileProblem>,
}

impl Row<'_> {
    fn item(&mut self, hazards: &HazardDictionary) -> Item {
        let grade = self.word("建议等级", &GRADES).unwrap_or_default();
        let item = Item {
            code: self.cell("编号").to_owned(),
            text: self.cell("检查内容").to_owned(),
            how: self.cell("检查方法").to_owned(),
            basis: self.basis(),
            answer: self.word("答案类型", &ANSWERS).unwrap_or_default(),
            hazard: self.cell("隐患代码").to_owned(),
            grade,
            photo: self.word("照片", &PHOTOS).unwrap_or_default(),
            weight: self.weight(grade),
            quick: self.quick(),
            only: split(self.cell("适用类别"), &['、', ',', '，', ' ']).map(KindCode::from).collect(),
        };
        for problem in item.problems().into_iter().chain(item.unknown_hazard(|code| hazards.knows(code))) {
            let name = COLUMNS.iter().find(|(_, field)| *field == problem.field).map_or("", |(name, _)| name);
            self.report(name, problem.code, problem.message);
        }
        item
    }

    fn cell(&self, name: &str) -> &str {
        column_of(self.header, name).and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }

    fn report(&mut self, name: &str, code: &'static str, message: String) {
        let column = column_of(self.header, name).map_or(0, |at| at + 1);
        self.problems.push(FileProblem { line: self.line, column, code, message });
    }

    fn word<T: Copy>(&mut self, name: &str, words: &[Word<T>]) -> Option<T> {
        let text = self.cell(name);
        if text.is_empty() {
            return None;
        }
        let found = find_word(words, text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(_, label, _)| *label).collect();
            let text = format!("“{name}”写作“{text}”，可用的有：{}", known.join("、"));
            self.report(name, "checklist_sheet.unknown_word", text);
        }
        found
    }

    /// `消防法|第28条|2021|已核对；GB 50140`: name, article, edition, how far checked; only the name is needed.
    fn basis(&mut self) -> Vec<Basis> {
        let mut all = Vec::new();
        let cell = self.cell("判定依据").to_owned();
        for entry in split(&cell, &['；', ';']) {
            let mut parts = entry.split('|').map(str::trim);
            let mut next = || parts.next().unwrap_or_default().to_owned();
            let (instrument, article, edition, checked) = (next(), next(), next(), next());
            let confidence = find_word(&CONFIDENCES, &checked);
            if confidence.is_none() && !checked.is_empty() {
                let text =
                    format!("依据的核对情况写作“{checked}”，可用的有：已核对、引用前核对、待核实、镇街参数");
                self.report("判定依据", "checklist_sheet.unknown_word", text);
            }
            // What nobody vouched for is not shown as law.
            let confidence = confidence.unwrap_or(Confidence::Check);
            all.push(Basis { instrument, article, edition, confidence });
        }
        all
    }

    fn weight(&mut self, grade: SuggestedGrade) -> u32 {
        let text = self.cell("权重");
        if text.is_empty() {
            return grade.usual_weight();
        }
        match text.parse() {
            Ok(weight) => weight,
            Err(_) => {
                let text = format!("权重“{text}”不是整数，请填 1 以上的整数");
                self.report("权重", "checklist_sheet.weight", text);
                grade.usual_weight()
            }
        }
    }

    fn quick(&mut self) -> bool {
        match self.cell("快查") {
            "是" | "√" | "1" => true,
            "" | "否" | "0" => false,
            other => {
                let text = format!("“快查”写作“{other}”，请填“是”或留空");
                self.report("快查", "checklist_sheet.unknown_word", text);
                false
            }
        }
    }
}

fn split<'a>(text: &'a str, at: &'a [char]) -> impl Iterator<Item = &'a str> {
    text.split(at).map(str::trim).filter(|part| !part.is_empty())
}
