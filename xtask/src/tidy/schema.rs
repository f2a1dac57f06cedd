//! Rules about tables, read from the migrations.

use crate::tidy::house::{File, House, Spot};
use crate::tidy::source::enclosed;

const TYPES: &[&str] = &["TEXT", "BIGINT", "DOUBLE PRECISION", "BOOLEAN"];

/// Names of facts that follow from state and date.
const COMPUTED: &[&str] = &[
    "overdue",
    "is_overdue",
    "due_soon",
    "offline",
    "is_offline",
    "grade",
    "risk_grade",
    "fulfilled",
    "fulfilment",
];

struct Table {
    name: String,
    line: usize,
    /// Line, name and the rest of the definition.
    columns: Vec<(usize, String, String)>,
    primary_key: Option<String>,
}

/// Every table has `town` and its primary key begins with it.
pub fn town(house: &House) -> Vec<Spot> {
    each_table(house, |file, table, spots| {
        if !table.columns.iter().any(|(_, name, _)| name == "town") {
            spots.push(file.spot(table.line, format!("{} carries no town", table.name)));
        }
        let key = table.primary_key.as_deref().unwrap_or_default();
        if key.split(',').next().map(str::trim) != Some("town") {
            spots.push(
                file.spot(table.line, format!("the primary key of {} does not begin with town", table.name)),
            );
        }
    })
}

/// Columns have one of the four types both engines store alike.
pub fn types(house: &House) -> Vec<Spot> {
    each_table(house, |file, table, spots| {
        for (line, name, rest) in &table.columns {
            let fits = |wanted: &str| {
                rest.strip_prefix(wanted).is_some_and(|after| after.is_empty() || after.starts_with(' '))
            };
            if !TYPES.iter().any(|wanted| fits(wanted)) {
                spots.push(file.spot(*line, format!("{}.{name} is {rest}", table.name)));
            }
        }
    })
}

/// Overdue, grade and fulfilment are no columns.
pub fn computed(house: &House) -> Vec<Spot> {
    each_table(house, |file, table, spots| {
        for (line, name, _) in &table.columns {
            if COMPUTED.contains(&name.as_str()) || name.ends_with("_overdue") {
                spots.push(file.spot(*line, format!("{}.{name} is computed: cached_{name}?", table.name)));
            }
        }
    })
}

fn each_table(house: &House, look: impl Fn(&File, &Table, &mut Vec<Spot>)) -> Vec<Spot> {
    let mut spots = Vec::new();
    for file in &house.files {
        if file.path.starts_with("crates/store/migrations/") && file.path.ends_with(".sql") {
            for table in tables(&file.text) {
                look(file, &table, &mut spots);
            }
        }
    }
    spots
}

fn tables(text: &str) -> Vec<Table> {
    // Comments go, line breaks stay, so that lines keep their numbers.
    let plain: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let plain = plain.join("\n");
    let line_of = |offset: usize| plain.get(..offset).unwrap_or_default().matches('\n').count() + 1;
    let mut found = Vec::new();
    for (at, mark) in plain.match_indices("CREATE TABLE ") {
        let rest = plain.get(at + mark.len()..).unwrap_or_default();
        let head = rest.split('(').next().unwrap_or_default();
        let name = head.trim().trim_start_matches("IF NOT EXISTS ").to_owned();
        let Some((inside, _)) = enclosed(rest, '(', ')') else { continue };
        let mut table = Table { name, line: line_of(at), columns: Vec::new(), primary_key: None };
        let mut offset = at + mark.len() + head.len() + 1;
        for definition in split_top(inside) {
            let begins = offset + (definition.len() - definition.trim_start().len());
            offset += definition.len() + 1;
            let words = definition.split_whitespace().collect::<Vec<_>>().join(" ");
            let (name, rest) = words.split_once(' ').unwrap_or((words.as_str(), ""));
            if words.starts_with("PRIMARY KEY") {
                table.primary_key = enclosed(&words, '(', ')').map(|(key, _)| key.to_owned());
            } else if !["UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT", ""].contains(&name.trim_end_matches('('))
            {
                if rest.contains("PRIMARY KEY") {
                    table.primary_key = Some(name.to_owned());
                }
                table.columns.push((line_of(begins), name.to_owned(), rest.to_owned()));
            }
        }
        found.push(table);
    }
    found
}

/// Splits at commas outside parentheses.
fn split_top(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}
