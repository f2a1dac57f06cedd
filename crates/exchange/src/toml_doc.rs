//! Walking a TOML file with the line and column of everything that is wrong in it.
//!
//! What does *not* belong here: what the keys mean (`checklist_file`, `place_catalog`).

use std::ops::Range;

use domain::time::{Date, parse_date};
use toml_edit::{Document, Item, TableLike, Value};

use crate::toml_words;

/// One thing wrong at one spot of a text file or a table of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// Line of the file or row of the sheet, from 1.
    pub line: usize,
    /// Column in characters or cells, from 1; 0 when a whole row of a sheet is meant.
    pub column: usize,
    /// Stable dotted code.
    pub code: &'static str,
    /// One Chinese sentence: what is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for FileProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第 {} 行第 {} 列：{}", self.line, self.column, self.message)
    }
}

/// One way to write a value of a closed list: the word in files, the word people read, the value.
pub(crate) type Word<T> = (&'static str, &'static str, T);

/// The value a word stands for, whether written in the file's English or in Chinese.
pub(crate) fn find_word<T: Copy>(words: &[Word<T>], text: &str) -> Option<T> {
    words.iter().find(|(key, label, _)| *key == text || *label == text).map(|(_, _, value)| *value)
}

/// The file's word for a value.
pub(crate) fn key_of<T: Copy + PartialEq>(words: &[Word<T>], value: T) -> &'static str {
    words.iter().find(|(_, _, own)| *own == value).map_or("", |(key, _, _)| key)
}

/// A table of the file and where it stands.
pub(crate) struct Node<'a> {
    table: &'a dyn TableLike,
    span: Option<Range<usize>>,
}

impl Node<'_> {
    /// Where a key's value stands; the table itself when it has no such key.
    pub(crate) fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).and_then(Item::span).or_else(|| self.span.clone())
    }

    /// Whether it has a key at all.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }
}

/// Collects problems while the caller takes values out.
pub(crate) struct Reader<'t> {
    text: &'t str,
    /// What was found wrong so far.
    pub(crate) problems: Vec<FileProblem>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
    }

    /// The parsed file; `None` after a mistake of TOML itself, which is then the one problem.
    pub(crate) fn parse(&mut self) -> Option<Document<&'t str>> {
        match Document::parse(self.text) {
            Ok(document) => Some(document),
            Err(error) => {
                self.report(error.span(), "file.syntax", toml_words::told(&error));
                None
            }
        }
    }

    pub(crate) fn root<'a>(&self, document: &'a Document<&'t str>) -> Node<'a> {
        Node { table: document.as_table(), span: Some(0..0) }
    }

    pub(crate) fn report(&mut self, span: Option<Range<usize>>, code: &'static str, message: String) {
        let (line, column) = self.position(span.map_or(0, |span| span.start));
        self.problems.push(FileProblem { line, column, code, message });
    }

    fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// Reports keys nobody asks for: a mistyped key must not be lost in silence.
    pub(crate) fn only_keys(&mut self, node: &Node<'_>, known: &[&str]) {
        for (key, item) in node.table.iter().filter(|(key, _)| !known.contains(key)) {
            let text = format!("不认识的项“{key}”，可用的有：{}", known.join("、"));
            self.report(item.span().or_else(|| node.span.clone()), "file.unknown_key", text);
        }
    }

    /// A text; empty when absent.
    pub(crate) fn text(&mut self, node: &Node<'_>, key: &str) -> String {
        let Some(item) = node.table.get(key) else { return String::new() };
        match item.as_str() {
            Some(text) => text.to_owned(),
            None => {
                self.wrong_type(node, key, "文字");
                String::new()
            }
        }
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, node: &Node<'_>, key: &str) -> String {
        if node.table.get(key).is_none() {
            self.report(node.span.clone(), "file.missing_key", format!("缺少“{key}”，请补上"));
        }
        self.text(node, key)
    }

    /// A whole number that is not negative.
    pub(crate) fn number(&mut self, node: &Node<'_>, key: &str) -> Option<u32> {
        let item = node.table.get(key)?;
        let number = item.as_integer().and_then(|n| u32::try_from(n).ok());
        if number.is_none() {
            self.wrong_type(node, key, "不小于 0 的整数");
        }
        number
    }

    /// Yes or no; no when absent.
    pub(crate) fn flag(&mut self, node: &Node<'_>, key: &str) -> bool {
        let Some(item) = node.table.get(key) else { return false };
        let flag = item.as_bool();
        if flag.is_none() {
            self.wrong_type(node, key, "true 或 false");
        }
        flag.unwrap_or(false)
    }

    /// A civil date, bare or quoted.
    pub(crate) fn date(&mut self, node: &Node<'_>, key: &str) -> Option<Date> {
        let item = node.table.get(key)?;
        let bare = item.as_datetime().map(ToString::to_string);
        let date = bare.or_else(|| item.as_str().map(str::to_owned)).and_then(|text| parse_date(&text));
        if date.is_none() {
            self.wrong_type(node, key, "日期，如 2026-01-01");
        }
        date
    }

    /// A list of texts; empty when absent.
    pub(crate) fn texts(&mut self, node: &Node<'_>, key: &str) -> Vec<String> {
        let Some(item) = node.table.get(key) else { return Vec::new() };
        let Some(array) = item.as_array() else {
            self.wrong_type(node, key, "用方括号括起的文字列表");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for value in array {
            match value.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.report(value.span(), "file.wrong_type", format!("“{key}”里应全是文字")),
            }
        }
        texts
    }

    /// A word of a closed list; `None` when absent or unknown, which is then reported.
    pub(crate) fn word<T: Copy>(&mut self, node: &Node<'_>, key: &str, words: &[Word<T>]) -> Option<T> {
        let item = node.table.get(key)?;
        let found = item.as_str().and_then(|text| find_word(words, text));
        if found.is_none() {
            let known: Vec<String> =
                words.iter().map(|(key, label, _)| format!("{key}（{label}）")).collect();
            let text = format!("“{key}”的取值不对，可用的有：{}", known.join("、"));
            self.report(item.span(), "file.unknown_word", text);
        }
        found
    }

    /// The tables of a list, written as `[[key]]` or as `key = [{ … }]`.
    pub(crate) fn tables<'a>(&mut self, node: &Node<'a>, key: &str) -> Vec<Node<'a>> {
        match node.table.get(key) {
            None => Vec::new(),
            Some(Item::ArrayOfTables(tables)) => {
                tables.iter().map(|table| Node { table, span: table.span() }).collect()
            }
            Some(Item::Value(Value::Array(array))) => {
                let mut nodes = Vec::new();
                for value in array {
                    match value.as_inline_table() {
                        Some(table) => nodes.push(Node { table, span: value.span() }),
                        None => {
                            self.report(value.span(), "file.wrong_type", format!("“{key}”里应全是花括号"))
                        }
                    }
                }
                nodes
            }
            Some(_) => {
                self.wrong_type(node, key, "一组表");
                Vec::new()
            }
        }
    }

    fn wrong_type(&mut self, node: &Node<'_>, key: &str, wanted: &str) {
        self.report(node.span_of(key), "file.wrong_type", format!("“{key}”应是{wanted}"));
    }
}

/// A text as TOML writes it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of texts as TOML writes it.
pub(crate) fn quoted_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("[{}]", quoted.join(", "))
}
