//! Questions of a test as rows of a sheet: what an office fills in with Excel or WPS.
//!
//! Row 1 to 5 holds a header with at least 题目, 选项A, 选项B and 答案; each further row is one question. What does *not*
//! belong here: opening a workbook (`sheet`), whether a question makes sense (`domain::training`).

use crate::toml_doc::FileProblem;

const HEADER_WITHIN: usize = 5;
const OPTIONS: [&str; 8] = ["选项A", "选项B", "选项C", "选项D", "选项E", "选项F", "选项G", "选项H"];
const KINDS: [(&str, &str); 3] = [("单选", "single"), ("多选", "multiple"), ("判断", "true_false")];

/// A question as a row says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetQuestion {
    /// Row of the sheet, from 1.
    pub line: usize,
    /// `single`, `multiple` or `true_false`; by its options and answers where the row does not say.
    pub kind: &'static str,
    /// The question.
    pub text: String,
    /// What may be chosen.
    pub options: Vec<String>,
    /// Which of them are right, from 0.
    pub right: Vec<usize>,
}

/// What an answer says: letters of options, or 对 and 错 where there are two.
fn answers(said: &str, options: usize) -> Option<Vec<usize>> {
    match said.trim() {
        "对" | "正确" | "√" if options == 2 => return Some(vec![0]),
        "错" | "错误" | "×" if options == 2 => return Some(vec![1]),
        _ => {}
    }
    let letters = said.chars().filter(|c| !c.is_whitespace() && !matches!(c, '、' | ',' | '，' | '；' | ';'));
    let mut right = Vec::new();
    for letter in letters {
        let letter = letter.to_ascii_uppercase();
        let at = ('A'..='H').position(|known| known == letter).filter(|at| *at < options)?;
        right.push(at);
    }
    right.sort_unstable();
    right.dedup();
    (!right.is_empty()).then_some(right)
}

/// Reads questions out of rows of cells. Problems name the row and the cell, both from 1. Empty rows are passed over.
pub fn read(rows: &[Vec<String>]) -> (Vec<SheetQuestion>, Vec<FileProblem>) {
    let mut problems = Vec::new();
    let wrong = |line: usize, column: usize, code: &'static str, message: String| FileProblem {
        line,
        column: column + 1,
        code,
        message,
    };
    let at = |row: &[String], name: &str| row.iter().position(|cell| cell.trim().replace(' ', "") == name);
    let header_at = rows.iter().take(HEADER_WITHIN).position(|row| at(row, "题目").is_some());
    let Some((header_at, header)) = header_at.and_then(|n| Some((n, rows.get(n)?))) else {
        let text = format!("前 {HEADER_WITHIN} 行里没有找到表头：要有“题目”“选项A”“选项B”“答案”四列");
        problems.push(wrong(1, 0, "question_sheet.no_header", text));
        return (Vec::new(), problems);
    };
    for name in ["选项A", "选项B", "答案"] {
        if at(header, name).is_none() {
            let text = format!("缺少“{name}”一列，请补上");
            problems.push(wrong(header_at + 1, 0, "question_sheet.missing_column", text));
        }
    }
    if !problems.is_empty() {
        return (Vec::new(), problems);
    }
    let mut found = Vec::new();
    for (n, row) in rows.iter().enumerate().skip(header_at + 1) {
        let line = n + 1;
        let cell = |name: &str| {
            let column = at(header, name)?;
            row.get(column).map(|text| (column, text.trim())).filter(|(_, text)| !text.is_empty())
        };
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let before = problems.len();
        let text = cell("题目").map(|(_, text)| text.to_owned());
        if text.is_none() {
            let column = at(header, "题目").unwrap_or(0);
            problems.push(wrong(
                line,
                column,
                "question_sheet.text",
                "没有题目，请填写或删去这一行".to_owned(),
            ));
        }
        let options: Vec<String> =
            OPTIONS.iter().map_while(|name| cell(name)).map(|(_, text)| text.to_owned()).collect();
        let options = match (options.is_empty(), cell("题型")) {
            // A judgement need not spell its two answers out.
            (true, Some((_, "判断"))) => vec!["对".to_owned(), "错".to_owned()],
            _ => options,
        };
        let said = cell("答案");
        let right = said.and_then(|(_, said)| answers(said, options.len()));
        let Some(right) = right else {
            let column = at(header, "答案").unwrap_or(0);
            let text = "答案应为选项的字母，例如 A 或 ACD，判断题可写“对”或“错”，请改正".to_owned();
            problems.push(wrong(line, column, "question_sheet.answer", text));
            continue;
        };
        let kind = match cell("题型") {
            None if right.len() > 1 => "multiple",
            None if options.len() == 2 => "true_false",
            None => "single",
            Some((column, said)) => match KINDS.iter().find(|(name, _)| said.starts_with(name)) {
                Some((_, kind)) => kind,
                None => {
                    let text = format!("题型“{said}”不认识，请填单选、多选或判断");
                    problems.push(wrong(line, column, "question_sheet.kind", text));
                    continue;
                }
            },
        };
        if let (Some(text), true) = (text, problems.len() == before) {
            found.push(SheetQuestion { line, kind, text, options, right });
        }
    }
    (found, problems)
}

/// An empty sheet with one question of each kind, to be filled in.
pub fn template() -> Vec<Vec<String>> {
    let row = |cells: [&str; 7]| cells.map(str::to_owned).to_vec();
    vec![
        row(["题型", "题目", "选项A", "选项B", "选项C", "选项D", "答案"]),
        row(["单选", "发现起火后首先应当做什么", "拨打119", "收拾财物", "拍摄视频", "乘电梯离开", "A"]),
        row(["多选", "楼道里不能停放、堆放的有", "电动自行车", "纸箱杂物", "灭火器", "煤气罐", "ABD"]),
        row(["判断", "疏散通道在营业期间可以上锁", "对", "错", "", "", "错"]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn the_template_reads_in_and_each_kind_is_what_it_says() {
        let (found, problems) = read(&template());
        assert_eq!(problems, []);
        let told: Vec<_> = found.iter().map(|one| (one.line, one.kind, one.right.clone())).collect();
        assert_eq!(
            told,
            [(2, "single", vec![0]), (3, "multiple", vec![0, 1, 3]), (4, "true_false", vec![1])]
        );
    }

    #[test]
    fn a_kind_that_is_not_said_follows_from_the_answers() {
        let (found, problems) = read(&rows(&[
            &["试题"],
            &["题目", "选项 A", "选项B", "选项C", "答案"],
            &["甲", "1", "2", "3", "a、c"],
            &["", "", "", "", ""],
            &["乙", "1", "2", "", "B"],
            &["丙", "1", "2", "3", "B"],
        ]));
        assert_eq!(problems, []);
        assert_eq!(
            found.iter().map(|one| one.kind).collect::<Vec<_>>(),
            ["multiple", "true_false", "single"]
        );
        assert_eq!((found[0].line, &found[0].right), (3, &vec![0, 2]));
    }

    #[test]
    fn what_is_wrong_is_told_by_row_and_column_and_the_rest_is_read() {
        let codes = |rows: &[Vec<String>]| {
            let (found, problems) = read(rows);
            (found.len(), problems.iter().map(|one| (one.line, one.column, one.code)).collect::<Vec<_>>())
        };
        assert_eq!(codes(&rows(&[&["问题"]])), (0, vec![(1, 1, "question_sheet.no_header")]));
        assert_eq!(
            codes(&rows(&[&["题目", "选项A", "选项B"]])),
            (0, vec![(1, 1, "question_sheet.missing_column")])
        );
        let header: &[&str] = &["题型", "题目", "选项A", "选项B", "答案"];
        let bad = rows(&[
            header,
            &["单选", "甲", "1", "2", "D"],
            &["填空", "乙", "1", "2", "A"],
            &["单选", "", "1", "2", "A"],
            &["单选", "丁", "1", "2", "B"],
        ]);
        let told = vec![
            (2, 5, "question_sheet.answer"),
            (3, 1, "question_sheet.kind"),
            (4, 2, "question_sheet.text"),
        ];
        assert_eq!(codes(&bad), (1, told));
    }
}
