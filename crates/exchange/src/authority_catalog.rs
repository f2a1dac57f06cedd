//! Items of authority the field's handbook names (`catalog/authority.toml`): TOML in, proposals and every problem out. What
//! does not belong here: what a town really may (`domain::enforcement::authority`).

use std::collections::BTreeSet;

use domain::enforcement::{PenaltyKind, Power, Proposal, Range};
use domain::place::Confidence;

use crate::checklist_file::CONFIDENCES;
use crate::toml_doc::{FileProblem, Node, Reader, Word};

const POWERS: [Word<Power>; 3] = [
    ("inspect", "行政检查", Power::Inspect),
    ("punish", "行政处罚", Power::Punish),
    ("compel", "行政强制", Power::Compel),
];

/// Reads the list; rows with problems are left out.
pub fn read(text: &str) -> (Vec<Proposal>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut items: Vec<Proposal> = Vec::new();
    let Some(document) = reader.parse() else { return (items, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["item"]);
    for node in reader.tables(&root, "item") {
        let before = reader.problems.len();
        reader.only_keys(
            &node,
            &["code", "name", "power", "law", "kinds", "organisation", "citizen", "confidence", "note"],
        );
        let item = Proposal {
            code: reader.required(&node, "code"),
            name: reader.required(&node, "name"),
            power: reader.word(&node, "power", &POWERS).unwrap_or(Power::Inspect),
            law: reader.required(&node, "law"),
            range: Range {
                kinds: kinds(&mut reader, &node),
                organisation_fen: yuan(&mut reader, &node, "organisation"),
                citizen_fen: yuan(&mut reader, &node, "citizen"),
            },
            note: reader.text(&node, "note"),
            confidence: reader.word(&node, "confidence", &CONFIDENCES).unwrap_or(Confidence::Check),
        };
        if items.iter().any(|one| one.code == item.code) {
            let text = format!("事项“{}”写了两次，请保留一行", item.name);
            reader.report(node.span_of("code"), "authority_catalog.twice", text);
        }
        if item.power == Power::Punish && item.range.kinds.is_empty() {
            let text = format!("处罚事项“{}”没有处罚种类，请补填", item.name);
            reader.report(node.span_of("name"), "authority_catalog.kinds", text);
        }
        if reader.problems.len() == before {
            items.push(item);
        }
    }
    (items, reader.problems)
}

fn kinds(reader: &mut Reader<'_>, node: &Node<'_>) -> BTreeSet<PenaltyKind> {
    let mut kinds = BTreeSet::new();
    if !node.has("kinds") {
        return kinds;
    }
    for code in reader.texts(node, "kinds") {
        match PenaltyKind::from_code(&code) {
            Some(kind) => drop(kinds.insert(kind)),
            None => {
                let text = format!("没有“{code}”这种处罚，请改正");
                reader.report(node.span_of("kinds"), "authority_catalog.kind", text);
            }
        }
    }
    kinds
}

/// Least and most of a fine, as `"5000-50000"`. Units: yuan in the file, fen out.
fn yuan(reader: &mut Reader<'_>, node: &Node<'_>, key: &str) -> Option<(i64, i64)> {
    if !node.has(key) {
        return None;
    }
    let text = reader.text(node, key);
    let range = text.split_once('-').and_then(|(least, most)| {
        let (least, most): (i64, i64) = (least.trim().parse().ok()?, most.trim().parse().ok()?);
        (0 <= least && least <= most).then_some((least * 100, most * 100))
    });
    if range.is_none() {
        let wrong = format!("“{text}”不是罚款幅度，请写成 \"5000-50000\" 的样子");
        reader.report(node.span_of(key), "authority_catalog.range", wrong);
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_comes_along_is_read_and_nothing_of_it_is_taken_for_law() {
        let (items, problems) = read(crate::shipped::AUTHORITY);
        assert_eq!(problems, []);
        assert_eq!(items.len(), 5);
        assert!(items.iter().all(|one| one.confidence == Confidence::Check), "the town has to settle each");
        let exits = items.iter().find(|one| one.code == "exits").expect("it is there");
        assert_eq!(exits.range.organisation_fen, Some((500_000, 5_000_000)));
        assert_eq!(exits.range.citizen_fen, Some((0, 50_000)));
    }

    #[test]
    fn a_mistake_is_named_where_it_stands() {
        let text = "[[item]]\ncode = \"a\"\nname = \"甲\"\npower = \"punish\"\nlaw = \"消防法\"\n\
                    kinds = [\"detention\"]\norganisation = \"many\"\n";
        let codes: Vec<_> = read(text).1.into_iter().map(|one| one.code).collect();
        assert_eq!(codes, ["authority_catalog.kind", "authority_catalog.range", "authority_catalog.kinds"]);
    }
}
