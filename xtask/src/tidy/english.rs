//! Chinese is the source, English is complete: whatever sentence the program says has its English in the web's table
//! (decision 0037). What does not belong here: words found by their code, which the web's own tests hold together.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tidy::house::{House, Spot};
use crate::tidy::source::Source;

const TABLE: &str = "web/src/shared/i18n/said.en.json";
/// Floors whose sentences reach a page.
const FLOORS: &[&str] = &["domain", "app", "api", "exchange", "store", "road", "render"];
/// What makes words a sentence.
const MARKS: &[char] = &['，', '；', '。', '！', '？', '请'];
/// Chinese on purpose: papers, placards and sheets of Chinese offices, the sample town, pages and words that carry their
/// English beside them, and what only whoever writes catalogues reads.
const CHINESE: &[&str] = &[
    "/sample",
    "_catalog.rs",
    "/paper/prefill",
    "/siting/argued.rs",
    "/siting/map.rs",
    "/report/printed.rs",
    "/report_case/poster.rs",
    "/report_case/receipt.rs",
    "/document/title.rs",
    "/notice/words.rs",
    "/audit/words.rs",
    "/plan/facts.rs",
    "domain/src/policy.rs",
    "/page.rs",
    "/open311.rs",
    "/docx/",
    "/bench",
    "exchange/src/hazard_dictionary.rs",
    "exchange/src/checklist_file.rs",
    "exchange/src/paper_file.rs",
    "road/src/siting/instance.rs",
];

/// Every sentence has its English.
pub fn english(house: &House) -> Vec<Spot> {
    let table = house.files.iter().find(|file| file.path == TABLE);
    let table = table.and_then(|file| serde_json::from_str::<Value>(&file.text).ok()).unwrap_or_default();
    let rooms = table.as_object().into_iter().flatten().filter_map(|(_, room)| room.as_object());
    let known: BTreeSet<&str> = rooms.flatten().map(|(sentence, _)| sentence.as_str()).collect();
    let mut spots = Vec::new();
    for (file, source) in FLOORS.iter().flat_map(|floor| house.program_of(floor)) {
        if CHINESE.iter().any(|part| file.path.contains(part)) || file.path.contains("/tests") {
            continue;
        }
        for (line, written) in &source.strings {
            let sentence = plain(written);
            let is_said =
                sentence.chars().any(is_han) && (sentence.contains(MARKS) || is_refusal(source, *line));
            if is_said && !source.in_test(*line) && !known.contains(sentence.as_str()) {
                spots.push(file.spot(*line, format!("“{sentence}” has no English: write it in {TABLE}")));
            }
        }
    }
    spots
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Whether a line lies in the sentence of an error, which may begin a line later.
fn is_refusal(source: &Source, line: usize) -> bool {
    let lines = source.code.lines().skip(line.saturating_sub(2)).take(if line > 1 { 2 } else { 1 });
    lines.into_iter().any(|code| code.contains("#[error("))
}

/// A literal as the table has it: without escapes and the breaks rustfmt makes, each value by its name or its number.
fn plain(written: &str) -> String {
    let mut said = String::with_capacity(written.len());
    let mut chars = written.chars().peekable();
    let mut number = 0;
    while let Some(c) = chars.next() {
        match (c, chars.peek().copied()) {
            ('\\', Some('\n')) => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                chars.next();
                said.push('\n');
            }
            ('\\', Some(_)) => said.extend(chars.next()),
            ('{' | '}', Some(next)) if next == c => {
                said.extend([c, c]);
                chars.next();
            }
            ('{', _) => {
                let inside: String = std::iter::from_fn(|| chars.next_if(|c| *c != '}')).collect();
                chars.next();
                let name = inside.split(':').next().unwrap_or_default().trim();
                if name.is_empty() {
                    said.push_str(&format!("{{{number}}}"));
                    number += 1;
                } else {
                    said.push_str(&format!("{{{name}}}"));
                }
            }
            _ => said.push(c),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_looked_up_as_the_table_has_it() {
        for (written, said) in [
            ("第 {} 级：{name:?}，共 {:.2}", "第 {0} 级：{name}，共 {1}"),
            ("写成 \\\n        \\\"是\\\"", "写成 \"是\""),
            ("要含 {{year}}，请保留 {{{key}}}", "要含 {{year}}，请保留 {{{key}}}"),
            ("一\\n二", "一\n二"),
        ] {
            assert_eq!(plain(written), said);
        }
    }
}
