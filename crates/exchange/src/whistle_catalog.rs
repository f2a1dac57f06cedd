//! Kinds of whistles and the times that come along (`catalog/whistles.toml`): TOML in, kinds and every problem out. What does
//! not belong here: a whistle's life (`domain::whistle`), what the town set instead (`parameter`).

use domain::whistle::{Kind, Term, Unit};

use crate::toml_doc::{FileProblem, Node, Reader};

/// Reads the kinds; those with problems are left out.
pub fn read(text: &str) -> (Vec<Kind>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut kinds: Vec<Kind> = Vec::new();
    let Some(document) = reader.parse() else { return (kinds, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["kind"]);
    for node in reader.tables(&root, "kind") {
        let before = reader.problems.len();
        reader.only_keys(
            &node,
            &[
                "code",
                "name",
                "about",
                "receive_n",
                "receive_unit",
                "arrive_n",
                "arrive_unit",
                "on_site",
                "pressing",
            ],
        );
        let kind = Kind {
            code: reader.required(&node, "code"),
            name: reader.required(&node, "name"),
            about: reader.required(&node, "about"),
            receive: term(&mut reader, &node, ["receive_n", "receive_unit"]),
            arrive: term(&mut reader, &node, ["arrive_n", "arrive_unit"]),
            on_site: reader.flag(&node, "on_site"),
            is_pressing: reader.flag(&node, "pressing"),
            is_offered: true,
        };
        if kinds.iter().any(|one| one.code == kind.code) {
            let text = format!("吹哨类别“{}”重复，请改正", kind.name);
            reader.report(node.span_of("code"), "whistle_catalog.kind", text);
        }
        if reader.problems.len() == before {
            kinds.push(kind);
        }
    }
    (kinds, reader.problems)
}

/// A number from 1 on and what it counts.
fn term(reader: &mut Reader<'_>, node: &Node<'_>, [n, unit]: [&str; 2]) -> Term {
    let word = reader.required(node, unit);
    let known = Unit::from_code(&word);
    let count = reader.number(node, n).and_then(|n| u16::try_from(n).ok()).filter(|n| *n > 0);
    if known.is_none() || count.is_none() {
        let text =
            "时限须是不小于 1 的整数，单位须是 minute、office_minute 或 working_day，请改正".to_owned();
        reader.report(node.span_of(n), "whistle_catalog.term", text);
    }
    Term { n: count.unwrap_or(1), unit: known.unwrap_or(Unit::WorkingDay) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_that_come_along_are_read_and_only_a_consultation_calls_nobody_to_the_site() {
        let (kinds, problems) = read(crate::shipped::WHISTLES);
        assert_eq!(problems, []);
        let seen: Vec<_> = kinds.iter().map(|one| (one.code.as_str(), one.arrive.n, one.on_site)).collect();
        assert_eq!(seen, [("urgent", 120, true), ("ordinary", 2, true), ("consult", 5, false)]);
        let pressing: Vec<_> =
            kinds.iter().filter(|one| one.is_pressing).map(|one| one.code.as_str()).collect();
        assert_eq!(pressing, ["urgent"], "only these are sent as orders");
    }

    #[test]
    fn a_mistake_is_named_where_it_stands_and_the_rest_is_read() {
        let kind = |code: &str, n: u8, unit: &str| {
            format!(
                "[[kind]]\ncode = \"{code}\"\nname = \"甲\"\nabout = \"用\"\nreceive_n = {n}\nreceive_unit = \"{unit}\"\n\
                 arrive_n = 1\narrive_unit = \"working_day\"\non_site = true\npressing = false\n\n"
            )
        };
        let text =
            [kind("a", 1, "minute"), kind("b", 0, "minute"), kind("c", 1, "day"), kind("a", 1, "minute")];
        let (kinds, problems) = read(&text.concat());
        assert_eq!(kinds.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(
            problems.iter().map(|one| one.code).collect::<Vec<_>>(),
            ["whistle_catalog.term", "whistle_catalog.term", "whistle_catalog.kind"]
        );
    }
}
