//! Classes of campaigns and the kinds of places they are about (`catalog/campaigns.toml`): TOML in, classes and every
//! problem out. What does not belong here: running a campaign (`domain::campaign`).

use domain::campaign::Class;
use domain::place::KindCode;

use crate::toml_doc::{FileProblem, Reader};

/// Reads the classes; those with problems are left out.
pub fn read(text: &str) -> (Vec<Class>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut classes: Vec<Class> = Vec::new();
    let Some(document) = reader.parse() else { return (classes, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["class"]);
    for node in reader.tables(&root, "class") {
        let before = reader.problems.len();
        reader.only_keys(&node, &["code", "name", "kinds", "points", "assessed"]);
        let kinds = reader.texts(&node, "kinds").into_iter().map(KindCode).collect();
        let class = Class {
            code: reader.required(&node, "code"),
            name: reader.required(&node, "name"),
            kinds,
            points: reader.texts(&node, "points"),
            assessed: reader.flag(&node, "assessed"),
        };
        if class.kinds.is_empty() || classes.iter().any(|one| one.code == class.code) {
            let text = format!("专项“{}”重复或没有场所范围，请改正", class.name);
            reader.report(node.span_of("code"), "campaign_catalog.class", text);
        }
        if reader.problems.len() == before {
            classes.push(class);
        }
    }
    (classes, reader.problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_that_come_along_are_those_of_the_plan_and_name_kinds_there_are() {
        let (classes, problems) = read(crate::shipped::CAMPAIGNS);
        assert_eq!(problems, []);
        let codes: Vec<&str> = classes.iter().map(|one| one.code.as_str()).collect();
        let asked = ["nine_small", "three_in_one", "elder_care", "hospital", "school", "street_shop"];
        assert_eq!(codes[..6], asked, "duties C16.2a–f");
        let (kinds, _) = crate::place_catalog::read(crate::shipped::PLACE_CATEGORIES);
        for kind in classes.iter().flat_map(|one| &one.kinds) {
            assert!(kinds.kind(kind).is_some(), "{kind}");
        }
        let (facilities, _) = crate::facility_catalog::read(crate::shipped::FACILITIES);
        for point in classes.iter().flat_map(|one| &one.points) {
            assert!(facilities.catalog.kind(point).is_some(), "{point}");
        }
    }

    #[test]
    fn a_mistake_is_named_where_it_stands_and_the_rest_is_read() {
        let text = "[[class]]\ncode = \"a\"\nname = \"甲\"\nkinds = []\n\n\
                    [[class]]\ncode = \"b\"\nname = \"乙\"\nkinds = [\"school\"]\n";
        let (classes, problems) = read(text);
        assert_eq!(
            problems.iter().map(|one| (one.line, one.code)).collect::<Vec<_>>(),
            [(2, "campaign_catalog.class")]
        );
        assert_eq!(classes.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["b"]);
    }
}
