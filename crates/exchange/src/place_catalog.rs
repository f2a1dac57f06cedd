//! The catalogue of place categories and tags as a TOML file.
//!
//! What does *not* belong here: what a kind means for a place (`domain::place`).

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
    for node in reader.tables(&root, "kind") {
        reader.only_keys(&node, &["code", "name", "used_as", "meaning", "source", "confidence"]);
        let kind = Kind {
            code: KindCode(reader.required(&node, "code")),
            name: reader.required(&node, "name"),
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
            catalog_rows.push(kind);
        }
        for problem in problems {
            reader.report(node.span_of(problem.field), problem.code, problem.message);
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

/// The words a ledger of places may use in this town: the catalogue's own names, and the spellings people use for
/// them. A label must be no list by itself, so the marks between words of a name are taken out.
pub fn vocabulary(catalog: &Catalog) -> Vocabulary {
    let mut vocabulary = places_sheet::default_vocabulary();
    let spellings: Vec<Term> = vocabulary
        .lists
        .iter()
        .filter(|(list, _)| matches!(list, Terms::Category | Terms::Tag))
        .flat_map(|(_, terms)| terms.clone())
        .collect();
    // What one kind is called is never another spelling of a more general one.
    let called: Vec<(String, &KindCode)> =
        catalog.kinds().map(|kind| (comparable(&kind.name), &kind.code)).collect();
    let is_anothers = |spelling: &str, own: &KindCode| {
        let wanted = comparable(spelling);
        called.iter().any(|(name, code)| *name == wanted && *code != own)
    };
    let term = |kind: &Kind| {
        let own = kind.code.as_str();
        let renamed = RENAMED.iter().find(|(_, code)| *code == own).map(|(old, _)| *old);
        let mut synonyms = vec![kind.name.clone(), kind.name.replace(['（', '）', '·'], "")];
        for other in spellings.iter().filter(|t| t.code == own || Some(t.code.as_str()) == renamed) {
            synonyms.extend([other.code.clone(), other.label.clone()]);
            synonyms.extend(other.synonyms.clone());
        }
        synonyms.retain(|spelling| !is_anothers(spelling, &kind.code));
        Term { code: own.to_owned(), label: kind.name.replace(['、', '/', '+', '，'], "·"), synonyms }
    };
    let of = |uses: [KindUse; 2]| catalog.kinds().filter(|k| uses.contains(&k.used_as)).map(term).collect();
    let categories = of([KindUse::Category, KindUse::Both]);
    let tags = of([KindUse::Tag, KindUse::Tag]);
    for (list, terms) in &mut vocabulary.lists {
        match list {
            Terms::Category => *terms = Vec::clone(&categories),
            Terms::Tag => *terms = Vec::clone(&tags),
            Terms::Opening => {
                for term in terms.iter_mut().filter(|term| term.code == "closed") {
                    term.code = "dormant".to_owned();
                    term.synonyms.push("closed".to_owned());
                }
            }
            _ => {}
        }
    }
    vocabulary
}

/// Codes of the ledger's first words that the catalogue calls otherwise.
const RENAMED: [(&str, &str); 3] = [
    ("nine_small.hospital", "nine_small.clinic"),
    ("self_built.let", "self_built.rented"),
    ("self_built.lived", "self_built.own"),
];

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
        assert_eq!(words.label(Terms::Category, "nine_small.clinic"), "小医院");
        assert_eq!(words.label(Terms::Opening, "dormant"), "歇业");
        assert!(words.terms(Terms::Category).all(|term| term.code != "gas_bottle"), "only a tag");
    }
}
