//! Separated text in the encodings that reach a township: UTF-8 with or without mark, UTF-16 from "Unicode text",
//! GB18030 from older Excel. Also the guard that keeps a cell from becoming a formula. What does not belong here:
//! what the columns mean.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use crate::{
    problem::{ImportError, Level, Problem},
    sheet::{Gathered, Limits, Workbook},
    value::Cell,
};

/// Name given to the one sheet of a text file.
pub const SHEET_NAME: &str = "CSV";

/// Guards text so that no spreadsheet takes it for a formula: an apostrophe goes before `= + - @`, tab, return, NUL and
/// the full-width forms, and before an apostrophe so that [`unguard`] restores exactly this text.
pub fn guard(text: &str) -> Cow<'_, str> {
    if text.starts_with(needs_guard) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes the guard off again; text that merely begins with an apostrophe stays.
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(bare) if bare.starts_with(needs_guard) => bare,
        _ => text,
    }
}

fn needs_guard(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠' | '\'')
}

/// Reads separated text; comma, tab, semicolon and bar are told apart by counting.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    let (text, broken) = decode(bytes);
    let mut gathered = Gathered::new(limits);
    gathered.begin(SHEET_NAME);
    if broken {
        gathered.workbook.problems.push(Problem::of_row(
            Level::Error,
            SHEET_NAME,
            0,
            "csv.encoding",
            "有些文字无法识别，请在 Excel 或 WPS 中另存为“CSV UTF-8”或 .xlsx 后再导入",
        ));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut row: u32 = 0;
    loop {
        let line_before = reader.position().line();
        if !reader.read_record(&mut record).map_err(|_| ImportError::Unreadable)? {
            break;
        }
        // The reader passes over blank lines, Excel does not: count them so that row numbers agree.
        let lines = reader.position().line().saturating_sub(line_before);
        let inside: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        let blank = lines.saturating_sub(u64::try_from(inside).unwrap_or(0)).saturating_sub(1);
        row = row.saturating_add(u32::try_from(blank).unwrap_or(u32::MAX));
        for (field, column) in record.iter().zip(0u32..) {
            gathered.put(row, column, Cell::from(unguard(field)))?;
        }
        row = row.saturating_add(1);
    }
    gathered.finish(&[])?;
    Ok(gathered.workbook)
}

/// The text in whatever of these encodings it is, and whether some of it could not be read.
pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        let (text, broken) = UTF_16LE.decode_without_bom_handling(rest);
        return (text, broken);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        let (text, broken) = UTF_16BE.decode_without_bom_handling(rest);
        return (text, broken);
    }
    let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(rest) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => GB18030.decode_without_bom_handling(rest),
    }
}

fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(20).collect();
    let count = |mark: u8| -> usize {
        head.iter()
            .map(|line| {
                let mut quoted = false;
                line.bytes()
                    .filter(|byte| {
                        quoted ^= *byte == b'"';
                        !quoted && *byte == mark
                    })
                    .count()
            })
            .sum()
    };
    // On a tie the earlier one wins, so a single column counts as comma-separated.
    let mut best = (b',', count(b','));
    for mark in [b'\t', b';', b'|'] {
        let found = count(mark);
        if found > best.1 {
            best = (mark, found);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let workbook = read(bytes, &Limits::default()).unwrap();
        assert_eq!(workbook.problems, vec![]);
        workbook.sheets[0]
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.shown().into_owned()).collect())
            .collect()
    }

    #[test]
    fn four_encodings_say_the_same() {
        let text = "名称,村居\n青峰副食店,青峰场社区\n";
        let expected = vec![vec!["名称", "村居"], vec!["青峰副食店", "青峰场社区"]];
        let (gbk, _, _) = GB18030.encode(text);
        let marked = format!("\u{FEFF}{text}");
        let utf16: Vec<u8> = marked.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), marked.as_bytes(), &gbk, &utf16] {
            assert_eq!(rows(bytes), expected);
        }
    }

    #[test]
    fn blank_lines_and_breaks_inside_quotes_keep_row_numbers_as_excel_shows_them() {
        let read = rows("a,b\r\n\r\n\"x\ny\",2\r\n\n\n3,4".as_bytes());
        assert_eq!(read[2], vec!["x y", "2"]);
        assert_eq!(read[5], vec!["3", "4"]);
        assert_eq!(read.len(), 6);
    }

    #[test]
    fn bytes_in_no_encoding_are_said_to_be_unreadable() {
        let workbook = read(b"a,b\n\xFF\xFF\x80,1", &Limits::default()).unwrap();
        assert_eq!(workbook.problems[0].code, "csv.encoding");
    }

    #[test]
    fn no_guarded_text_begins_like_a_formula_and_the_guard_comes_off() {
        for text in ["=1+1", "+86", "-2", "@SUM(A1)", "\tx", "＝cmd", "'=1", "''", "'甲", "甲", ""] {
            let guarded = guard(text);
            assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝']), "{text}");
            assert_eq!(unguard(&guarded), text);
        }
    }
}
