//! One table of a TOML file read key by key, with the line and column of every mistake. What does not belong here:
//! what the keys mean (`plan_file`).

use std::{collections::BTreeSet, ops::Range};

use domain::time::{Date, parse_date};
use toml_edit::{Item, TableLike};

/// A mistake in a plan file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1. Units: characters, not bytes.
    pub column: usize,
    /// Stable dotted code.
    pub code: &'static str,
    /// One sentence: what is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第 {} 行第 {} 列：{}（{}）", self.line, self.column, self.message, self.code)
    }
}

/// Collects problems of one text.
pub(super) struct Problems<'a> {
    text: &'a str,
    pub found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Notes a mistake at a byte offset.
    pub fn add(&mut self, at: usize, code: &'static str, message: impl Into<String>) {
        let (line, column) = position(self.text, at);
        self.found.push(Problem { line, column, code, message: message.into() });
    }
}

fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).map_or(0, |part| part.chars().count()) + 1;
    (before.matches('\n').count() + 1, column)
}

/// One table: remembers which keys were asked for, so that all others are unknown.
pub(super) struct Node<'a> {
    table: &'a dyn TableLike,
    /// Byte offset of the table.
    pub at: usize,
    asked: BTreeSet<&'static str>,
}

impl<'a> Node<'a> {
    pub fn new(table: &'a dyn TableLike, span: Option<Range<usize>>) -> Self {
        Self { table, at: span.map_or(0, |span| span.start), asked: BTreeSet::new() }
    }

    fn item(&mut self, key: &'static str) -> Option<&'a Item> {
        self.asked.insert(key);
        self.table.get(key).filter(|item| !item.is_none())
    }

    /// Byte offset of a key's value, of the table when the key is absent.
    pub fn at(&self, key: &str) -> usize {
        self.table.get(key).and_then(|item| item.span()).map_or(self.at, |span| span.start)
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A value of the wanted type, if the key is there; a problem when it has another type.
    fn typed<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        wanted: &str,
        read: impl Fn(&Item) -> Option<T>,
    ) -> Option<T> {
        let item = self.item(key)?;
        let value = read(item);
        if value.is_none() {
            let message = format!("“{key}”应为{wanted}，请改正");
            problems.add(self.at(key), "plan.wrong_type", message);
        }
        value
    }

    pub fn text_opt(&mut self, problems: &mut Problems, key: &'static str) -> Option<String> {
        self.typed(problems, key, "文字", |item| item.as_str().map(str::to_owned))
    }

    pub fn text(&mut self, problems: &mut Problems, key: &'static str) -> String {
        let text = self.text_opt(problems, key);
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            problems.add(self.at(key), "plan.empty", format!("“{key}”不能为空，请填写"));
        }
        self.required(problems, key);
        text.unwrap_or_default()
    }

    pub fn flag(&mut self, problems: &mut Problems, key: &'static str, default: bool) -> bool {
        self.typed(problems, key, " true 或 false", Item::as_bool).unwrap_or(default)
    }

    pub fn float_opt(&mut self, problems: &mut Problems, key: &'static str) -> Option<f64> {
        self.typed(problems, key, "数", number)
    }

    pub fn date(&mut self, problems: &mut Problems, key: &'static str) -> Date {
        let read = |item: &Item| match item.as_datetime() {
            Some(date) => parse_date(&date.to_string()),
            None => item.as_str().and_then(parse_date),
        };
        self.required(problems, key);
        self.typed(problems, key, "日期（如 2026-01-31）", read).unwrap_or_default()
    }

    pub fn texts(&mut self, problems: &mut Problems, key: &'static str) -> Vec<(String, usize)> {
        let at = self.at(key);
        let read = |item: &Item| {
            if let Some(one) = item.as_str() {
                return Some(vec![(one.to_owned(), at)]);
            }
            let place = |value: &toml_edit::Value| value.span().map_or(at, |span| span.start);
            item.as_array()?.iter().map(|value| Some((value.as_str()?.to_owned(), place(value)))).collect()
        };
        self.typed(problems, key, "文字或文字数组", read).unwrap_or_default()
    }

    /// Any scalar, with its place.
    pub fn raw(&mut self, key: &'static str) -> Option<&'a Item> {
        self.item(key)
    }

    /// A sub-table, written as `[key]` or `{ … }`.
    pub fn child(&mut self, problems: &mut Problems, key: &'static str) -> Option<Node<'a>> {
        let item = self.item(key)?;
        let Some(table) = item.as_table_like() else {
            problems.add(self.at(key), "plan.wrong_type", format!("“{key}”应为表，请改正"));
            return None;
        };
        Some(Node::new(table, item.span()))
    }

    /// Sub-tables, written as `[[key]]` or `[{ … }, { … }]`.
    pub fn children(&mut self, problems: &mut Problems, key: &'static str) -> Vec<Node<'a>> {
        let Some(item) = self.item(key) else { return Vec::new() };
        if let Some(tables) = item.as_array_of_tables() {
            return tables.iter().map(|table| Node::new(table, table.span())).collect();
        }
        let Some(array) = item.as_array() else {
            problems.add(self.at(key), "plan.wrong_type", format!("“{key}”应为表的数组，请改正"));
            return Vec::new();
        };
        let mut nodes = Vec::new();
        for value in array.iter() {
            match value.as_inline_table() {
                Some(table) => nodes.push(Node::new(table, value.span())),
                None => {
                    let at = value.span().map_or(self.at, |span| span.start);
                    problems.add(at, "plan.wrong_type", format!("“{key}”的每一项应为表，请改正"));
                }
            }
        }
        nodes
    }

    /// Notes a missing key.
    pub fn required(&mut self, problems: &mut Problems, key: &'static str) {
        if !self.has(key) {
            problems.add(self.at, "plan.missing_key", format!("缺少“{key}”，请补充"));
        }
    }

    /// Notes every key nobody asked for. Call last.
    pub fn finish(self, problems: &mut Problems) {
        for (key, _) in self.table.iter().filter(|(key, _)| !self.asked.contains(key)) {
            let at = self.table.get_key_value(key).and_then(|(key, _)| key.span());
            let at = at.map_or(self.at, |span| span.start);
            let known = self.asked.iter().copied().collect::<Vec<_>>().join("、");
            problems.add(at, "plan.unknown_key", format!("“{key}”不是可用的键，这里可用：{known}"));
        }
    }
}

/// A TOML integer or float as a number.
pub(super) fn number(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| item.as_integer().map(|value| value as f64))
}
