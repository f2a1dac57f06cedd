//! The standards forces are measured by (`catalog/forces/*.toml`): TOML in, standards and every problem out. What does not
//! belong here: measuring (`domain::force`), the town's own numbers (`app`).

use domain::force::{ForceKind, Group, Line, Served, Standard};
use domain::org::Role;
use domain::place::Confidence;

use crate::checklist_file::CONFIDENCES;
use crate::toml_doc::{FileProblem, Node, Reader};

/// Reads the standards; those with problems are left out.
pub fn read(text: &str) -> (Vec<Standard>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut standards: Vec<Standard> = Vec::new();
    let Some(document) = reader.parse() else { return (standards, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["standard"]);
    for node in reader.tables(&root, "standard") {
        let before = reader.problems.len();
        reader.only_keys(&node, &["code", "name", "kind", "serves", "source", "confidence", "line"]);
        let code = reader.required(&node, "code");
        if standards.iter().any(|one| one.code == code) {
            let text = format!("标准“{code}”重复，请改代码");
            reader.report(node.span_of("code"), "force_catalog.duplicate", text);
        }
        let kind = one_of(&mut reader, &node, "kind", ForceKind::from_code);
        let mut serves = Vec::new();
        for word in reader.texts(&node, "serves") {
            serves.extend(known(&mut reader, &node, "serves", &word, Served::from_code));
        }
        let confidence = vouched(&mut reader, &node);
        let (name, source) = (reader.required(&node, "name"), reader.required(&node, "source"));
        let mut lines: Vec<Line> = Vec::new();
        for part in reader.tables(&node, "line") {
            let Some(line) = line(&mut reader, &part) else { continue };
            if lines.iter().any(|other| other.item == line.item) {
                let text = format!("项目“{}”重复，请改代码", line.item);
                reader.report(part.span_of("item"), "force_catalog.duplicate", text);
            }
            lines.push(line);
        }
        if lines.is_empty() {
            let text = format!("标准“{name}”没有项目，请至少写一个 [[standard.line]]");
            reader.report(node.span_of("code"), "force_catalog.empty", text);
        }
        if let (Some(kind), true) = (kind, reader.problems.len() == before) {
            standards.push(Standard { code, name, kind, serves, source, confidence, lines });
        }
    }
    (standards, reader.problems)
}

fn line(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Line> {
    reader.only_keys(
        node,
        &["item", "name", "unit", "group", "roles", "least", "must", "confidence", "source", "setting"],
    );
    let group = one_of(reader, node, "group", Group::from_code);
    let mut roles = Vec::new();
    for word in reader.texts(node, "roles") {
        roles.extend(known(reader, node, "roles", &word, Role::from_code));
    }
    if group == Some(Group::Staff) && roles.is_empty() {
        let text = "人员项目要写明 roles，即哪些岗位的人计数".to_owned();
        reader.report(node.span_of("item"), "force_catalog.roles", text);
    }
    let least = reader.number(node, "least").unwrap_or_default();
    if least == 0 {
        let text = "least 要写不小于 1 的整数".to_owned();
        reader.report(node.span_of("item"), "force_catalog.least", text);
    }
    Some(Line {
        item: reader.required(node, "item"),
        name: reader.required(node, "name"),
        unit: reader.required(node, "unit"),
        source: reader.required(node, "source"),
        setting: Some(reader.text(node, "setting")).filter(|name| !name.is_empty()),
        must: reader.flag(node, "must"),
        group: group?,
        confidence: vouched(reader, node),
        roles,
        least,
    })
}

/// What nobody vouched for is not shown as law.
fn vouched(reader: &mut Reader<'_>, node: &Node<'_>) -> Confidence {
    reader.word(node, "confidence", &CONFIDENCES).unwrap_or(Confidence::Check)
}

fn one_of<T>(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    key: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let word = reader.required(node, key);
    known(reader, node, key, &word, read)
}

fn known<T>(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    key: &str,
    word: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let found = read(word);
    if found.is_none() {
        let text = format!("“{key}”不认识“{word}”，请改用已有的代码");
        reader.report(node.span_of(key), "force_catalog.word", text);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_that_come_along_are_read_and_every_force_can_have_one() {
        let mut all = Vec::new();
        for (name, text) in crate::shipped::FORCES {
            let (standards, problems) = read(text);
            assert_eq!(problems, [], "{name}");
            all.extend(standards);
        }
        let for_whom = |kind: ForceKind| {
            let of_kind = all.iter().filter(move |one| one.kind == kind);
            let mut served: Vec<Served> = of_kind.flat_map(|one| one.serves.clone()).collect();
            served.sort();
            served.dedup();
            served
        };
        assert_eq!(for_whom(ForceKind::Town), [Served::Town]);
        let places = [Served::Village, Served::Unit, Served::Compound];
        assert_eq!(
            (for_whom(ForceKind::Micro), for_whom(ForceKind::Brigade)),
            (places.into(), places.into())
        );
        let village = all.iter().find(|one| one.code == "village_micro").expect("comes along");
        let least = |item: &str| village.lines.iter().find(|line| line.item == item).map(|line| line.least);
        assert_eq!((least("chief"), least("staff")), (Some(1), Some(6)), "the two numbers that were checked");
        for standard in &all {
            for line in &standard.lines {
                let is_checked = matches!(line.confidence, Confidence::Sure | Confidence::Likely);
                assert_eq!(standard.parameter(line).is_none(), is_checked, "{} {}", standard.code, line.item);
            }
        }
    }

    #[test]
    fn a_mistake_is_named_where_it_stands_and_the_rest_is_read() {
        let line = "[[standard.line]]\nitem = \"hose\"\nname = \"水带\"\nunit = \"盘\"\ngroup = \"kit\"\nleast = 1\nconfidence = \"check\"\nsource = \"某\"\n";
        let head = |code: &str, kind: &str| {
            format!(
                "[[standard]]\ncode = \"{code}\"\nname = \"甲\"\nkind = \"{kind}\"\nserves = [\"town\"]\nsource = \"某\"\nconfidence = \"check\"\n"
            )
        };
        let text = [
            head("a", "town"),
            head("b", "army") + line,
            head("c", "town") + &line.replace("kit", "staff"),
            head("d", "town") + &line.replace("least = 1\n", ""),
            head("e", "town") + line + line,
            head("f", "town") + line,
        ]
        .concat();
        let (standards, problems) = read(&text);
        let codes: Vec<_> = problems.iter().map(|one| one.code).collect();
        assert_eq!(
            codes,
            [
                "force_catalog.empty",
                "force_catalog.word",
                "force_catalog.roles",
                "force_catalog.least",
                "force_catalog.duplicate"
            ]
        );
        assert_eq!(standards.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["f"]);
    }
}
