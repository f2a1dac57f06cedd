//! The catalogue of place categories and tags as a TOML file.
//!
//! What does *not* belong here: what a kind means for a place (`domain::place`).

use std::collections::BTreeMap;

use domain::place::{Catalog, Kind, KindCode, KindUse, SizeLimit, SizeMeasure};

use crate::checklist_file::CONFIDENCES;
use crate::ledger::{Term, Terms, Vocabulary};
use crate::places_sheet;
use crate::toml_doc::{FileProblem, Reader, Word};
use crate::value::comparable;

const USES: [Word<KindUse>; 3] = [
    ("category", "主类", KindUse::Category),
    ("tag", "标签", KindUse::Tag),
    ("both", "主类或标签", KindUse::Both),
];
const MEASURES: [Word<SizeMeasure>; 5] = [
    ("area_m2", "面积", SizeMeasure::AreaM2),
    ("beds", "床位", SizeMeasure::Beds),
    ("capacity", "座位或容纳人数", SizeMeasure::Capacity),
    ("working", "从业人数", SizeMeasure::Working),
    ("lodging", "住宿人数", SizeMeasure::Lodging),
];

/// Reads a catalogue; rows with problems are left out of it.
pub fn read(text: &str) -> (Catalog, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let Some(document) = reader.parse() else { return (Catalog::default(), reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["kind", "limit"]);
    let mut catalog_rows: Vec<Kind> = Vec::new();
    let mut meant: BTreeMap<String, KindCode> = BTreeMap::new();
    for node in reader.tables(&root, "kind") {
        reader.only_keys(&node, &["code", "name", "synonyms", "used_as", "meaning", "source", "confidence"]);
        let kind = Kind {
            code: KindCode(reader.required(&node, "code")),
            name: reader.required(&node, "name"),
            synonyms: reader.texts(&node, "synonyms"),
            used_as: reader.word(&node, "used_as", &USES).unwrap_or(KindUse::Both),
            meaning: reader.text(&node, "meaning"),
            source: reader.text(&node, "source"),
            confidence: reader
                .word(&node, "confidence", &CONFIDENCES)
                .unwrap_or(domain::place::Confidence::Check),
        };
        // One row at a time against those before it, so that each problem gets its own line.
        let mut tried = catalog_rows.clone();
        tried.push(kind.clone());
        let (_, problems) = Catalog::new(tried, Vec::new());
        if problems.is_empty() {
            catalog_rows.push(kind.clone());
        }
        for problem in problems {
            reader.report(node.span_of(problem.field), problem.code, problem.message);
        }
        // One spelling means one kind, or nobody could say what a cell means.
        for spelling in std::iter::once(&kind.name).chain(&kind.synonyms) {
            let before = meant.insert(comparable(spelling), kind.code.clone());
            if before.is_some_and(|other| other != kind.code) {
                let text = format!("写法“{spelling}”另有一类也在用，请只留一处");
                reader.report(node.span_of("synonyms"), "catalog.spelling", text);
            }
        }
    }
    let mut limits = Vec::new();
    for node in reader.tables(&root, "limit") {
        reader.only_keys(&node, &["kind", "measure", "at_most", "confidence"]);
        let kind = KindCode(reader.required(&node, "kind"));
        let measure = reader.word(&node, "measure", &MEASURES);
        let at_most = reader.number(&node, "at_most");
        let confidence = reader.word(&node, "confidence", &CONFIDENCES);
        if !catalog_rows.iter().any(|row| row.code == kind) {
            let text = format!("规模界限引用了目录中没有的代码“{kind}”");
            reader.report(node.span_of("kind"), "catalog.unknown_kind", text);
        } else if let (Some(measure), Some(at_most)) = (measure, at_most) {
            let confidence = confidence.unwrap_or(domain::place::Confidence::Check);
            limits.push(SizeLimit { kind, measure, at_most, confidence });
        } else {
            let text = "规模界限要写明 measure 和 at_most".to_owned();
            reader.report(node.span_of("kind"), "catalog.limit_incomplete", text);
        }
    }
    let (catalog, _) = Catalog::new(catalog_rows, limits);
    (catalog, reader.problems)
}

/// The words a ledger of places may use: the catalogue's own names, the spellings people use for them, and the lists of the
/// ledger. A label must be no list by itself, so the marks between words of a name are taken out.
pub fn vocabulary(catalog: &Catalog) -> Vocabulary {
    let term = |kind: &Kind| {
        let mut synonyms = vec![kind.name.clone(), kind.name.replace(['（', '）', '·'], "")];
        synonyms.extend(kind.synonyms.iter().cloned());
        let label = kind.name.replace(['、', '/', '+', '，'], "·");
        Term { code: kind.code.as_str().to_owned(), label, synonyms }
    };
    let of = |uses: [KindUse; 2]| catalog.kinds().filter(|k| uses.contains(&k.used_as)).map(term).collect();
    let mut lists = vec![
        (Terms::Category, of([KindUse::Category, KindUse::Both])),
        (Terms::Tag, of([KindUse::Tag, KindUse::Tag])),
    ];
    lists.extend(places_sheet::own_words());
    Vocabulary { lists }
}

/// The words of the catalogue that comes along: what a ledger is read with.
pub fn shipped_vocabulary() -> Vocabulary {
    vocabulary(&read(crate::shipped::PLACE_CATEGORIES).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Kind as Column, Lookup, read_value};
    use crate::shipped::PLACE_CATEGORIES;
    use crate::value::{Cell, Value};

    #[test]
    fn every_word_of_the_catalogue_can_be_written_in_a_cell_and_none_means_two_things() {
        let (catalog, problems) = read(PLACE_CATEGORIES);
        assert!(problems.is_empty());
        let words = vocabulary(&catalog);
        let mut seen = std::collections::BTreeMap::new();
        for term in words.terms(Terms::Tag) {
            assert!(!term.label.contains(['、', ',', '，', ';', '；', '|', '/', '+']), "{}", term.label);
            let before = seen.insert(term.label.clone(), term.code.clone());
            assert_eq!(before, None, "{}", term.label);
        }
        let lookup = Lookup::of(&places_sheet::PLACES, &words);
        for (list, column) in
            [(Terms::Category, Column::Term(Terms::Category)), (Terms::Tag, Column::TermList(Terms::Tag))]
        {
            for term in words.terms(list) {
                let read = read_value(column, &Cell::from(term.label.as_str()), &lookup);
                let code = match read {
                    Ok(Value::Text(code)) => code,
                    Ok(Value::Many(codes)) => codes.join(" "),
                    other => format!("{other:?}"),
                };
                assert_eq!(code, term.code, "{} is written out and reads in again as itself", term.label);
            }
        }
        for kind in catalog.kinds().filter(|kind| kind.used_as != KindUse::Tag) {
            for spelling in std::iter::once(&kind.name).chain(&kind.synonyms) {
                let cell = Cell::from(spelling.as_str());
                let read = read_value(Column::Term(Terms::Category), &cell, &lookup);
                assert_eq!(read, Ok(Value::Text(kind.code.to_string())), "{spelling}");
            }
        }
        assert_eq!(words.label(Terms::Category, "nine_small.clinic"), "小医院");
        assert_eq!(words.label(Terms::Opening, "dormant"), "歇业");
        assert!(words.terms(Terms::Category).all(|term| term.code != "gas_bottle"), "only a tag");
    }

    #[test]
    fn a_spelling_of_two_kinds_is_reported() {
        let kind = |code: &str, name: &str, other: &str| {
            format!(
                "[[kind]]\ncode = \"{code}\"\nname = \"{name}\"\nsynonyms = [\"{other}\"]\nused_as = \"both\"\n\
                 meaning = \"\"\nconfidence = \"check\"\n\n"
            )
        };
        let problems = |rows: &[String]| -> Vec<&str> {
            read(&rows.concat()).1.iter().map(|problem| problem.code).collect()
        };
        assert_eq!(problems(&[kind("a", "饭店", "餐馆"), kind("b", "宾馆", "酒店")]), Vec::<&str>::new());
        assert_eq!(problems(&[kind("a", "饭店", "餐馆"), kind("b", "宾馆", "餐馆")]), ["catalog.spelling"]);
        assert_eq!(problems(&[kind("a", "饭店", "宾馆"), kind("b", "宾馆", "酒店")]), ["catalog.spelling"]);
    }
}
