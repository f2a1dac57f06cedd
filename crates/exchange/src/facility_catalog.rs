//! The catalogue of facilities (`catalog/facilities.toml`): TOML in, kinds and every problem out. What does not belong
//! here: whether a facility fits its kind (`domain::facility`).

use domain::facility::{Catalog, Family, Field, FieldForm, Form, Kind};
use domain::place::Confidence;

use crate::checklist_file::CONFIDENCES;
use crate::toml_doc::{FileProblem, Reader, Word};

const FAMILIES: [Word<Family>; 6] = [
    ("water", "消防水源", Family::Water),
    ("forest", "森林防火设施", Family::Forest),
    ("checkpoint", "检查站", Family::Checkpoint),
    ("sign", "标识宣传", Family::Sign),
    ("device", "设备", Family::Device),
    ("other", "其他设施", Family::Other),
];
const FORMS: [Word<Form>; 4] = [
    ("point", "点", Form::Point),
    ("line", "线", Form::Line),
    ("area", "面", Form::Area),
    ("point_or_area", "点或面", Form::PointOrArea),
];

/// What is a number, a yes or no, or words.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Holds {
    Number,
    Flag,
    Text,
}

const HOLDS: [Word<Holds>; 3] =
    [("number", "数值", Holds::Number), ("flag", "是否", Holds::Flag), ("text", "文字", Holds::Text)];

/// The catalogue and the limits that come with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facilities {
    /// The kinds.
    pub catalog: Catalog,
    /// As high as a pump draws, P until the town confirms it. Units: metres.
    pub lift_limit_m: u32,
}

/// Reads a catalogue; kinds with problems are left out.
pub fn read(text: &str) -> (Facilities, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let Some(document) = reader.parse() else { return (Facilities::default(), reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["lift", "facility"]);
    let mut lift_limit_m = None;
    for node in reader.tables(&root, "lift") {
        reader.only_keys(&node, &["most_m", "source", "confidence"]);
        lift_limit_m = reader.number(&node, "most_m");
    }
    if lift_limit_m.is_none() {
        reader.report(None, "facility_catalog.lift", "请写明吸水高度上限 [[lift]] most_m".to_owned());
    }
    let mut kinds: Vec<Kind> = Vec::new();
    for node in reader.tables(&root, "facility") {
        let before = reader.problems.len();
        let keys = [
            "code",
            "name",
            "english",
            "family",
            "form",
            "class",
            "by_site",
            "gives_water",
            "check_days",
            "fields",
            "source",
            "confidence",
        ];
        reader.only_keys(&node, &keys);
        let mut fields: Vec<Field> = Vec::new();
        for part in reader.tables(&node, "fields") {
            reader.only_keys(&part, &["code", "name", "english", "unit", "kind", "most", "words"]);
            let words = reader.texts(&part, "words");
            let most = reader.number(&part, "most").map(f64::from);
            let form = match reader.word(&part, "kind", &HOLDS) {
                Some(Holds::Number) => FieldForm::Number { most },
                Some(Holds::Flag) => FieldForm::Flag,
                Some(Holds::Text) | None if words.is_empty() => FieldForm::Text,
                Some(Holds::Text) | None => FieldForm::Choice(words),
            };
            let field = Field {
                code: reader.required(&part, "code"),
                name: reader.required(&part, "name"),
                english: reader.required(&part, "english"),
                unit: reader.text(&part, "unit"),
                form,
            };
            if fields.iter().any(|known| known.code == field.code) {
                let text = format!("字段“{}”重复，请改用别的 code", field.code);
                reader.report(part.span_of("code"), "facility_catalog.duplicate", text);
            }
            fields.push(field);
        }
        let kind = Kind {
            code: reader.required(&node, "code"),
            name: reader.required(&node, "name"),
            english: reader.required(&node, "english"),
            family: reader.word(&node, "family", &FAMILIES).unwrap_or(Family::Other),
            form: reader.word(&node, "form", &FORMS).unwrap_or(Form::Point),
            class: reader.text(&node, "class"),
            by_site: reader.flag(&node, "by_site"),
            gives_water: reader.flag(&node, "gives_water"),
            check_days: reader.number(&node, "check_days"),
            fields,
            source: reader.text(&node, "source"),
            confidence: reader.word(&node, "confidence", &CONFIDENCES).unwrap_or(Confidence::Check),
        };
        if kind.by_site != kind.class.is_empty() {
            let text = format!("设施“{}”要么写 class，要么按位置分（by_site = true）", kind.name);
            reader.report(node.span_of("code"), "facility_catalog.class", text);
        }
        if kinds.iter().any(|known| known.code == kind.code) {
            let text = format!("设施代码“{}”重复，请改用别的代码", kind.code);
            reader.report(node.span_of("code"), "facility_catalog.duplicate", text);
        }
        if reader.problems.len() == before {
            kinds.push(kind);
        }
    }
    let found = Facilities { catalog: Catalog::new(kinds), lift_limit_m: lift_limit_m.unwrap_or(0) };
    (found, reader.problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::facility::network;

    #[test]
    fn the_catalogue_that_comes_along_is_read_without_problems() {
        let (found, problems) = read(crate::shipped::FACILITIES);
        assert_eq!(problems, []);
        assert_eq!(found.lift_limit_m, 6);
        assert!(found.catalog.kinds().count() > 20);
        for kind in found.catalog.kinds() {
            // A forest is looked at from towers; it is nothing one checks and puts into service.
            let is_checked = kind.check_days.is_some_and(|days| days > 0);
            assert_eq!(is_checked, kind.code != "forest_area", "{}", kind.code);
            assert!(kind.confidence != Confidence::Sure || !kind.source.is_empty(), "{}", kind.code);
        }
        let classes: Vec<&str> = found.catalog.kinds().map(|kind| kind.class.as_str()).collect();
        for wanted in ["natural_intake", "hydrant", "pipe_forest", "forest_pool", "pump_house"] {
            assert!(classes.contains(&wanted) && network::is_part(wanted), "{wanted}");
        }
    }

    #[test]
    fn a_mistake_is_named_where_it_stands_and_the_rest_is_read() {
        let text = "[[lift]]\nmost_m = 6\n\n\
                    [[facility]]\ncode = \"a\"\nname = \"甲\"\nenglish = \"A\"\nfamily = \"sky\"\nform = \"point\"\nclass = \"a\"\n\n\
                    [[facility]]\ncode = \"b\"\nname = \"乙\"\nenglish = \"B\"\nfamily = \"water\"\nform = \"point\"\n\n\
                    [[facility]]\ncode = \"c\"\nname = \"丙\"\nenglish = \"C\"\nfamily = \"water\"\nform = \"point\"\nclass = \"c\"\n";
        let (found, problems) = read(text);
        assert_eq!(problems.first().map(|one| one.line), Some(8));
        assert!(
            problems.iter().any(|one| one.code == "facility_catalog.class" && one.line == 13),
            "{problems:?}"
        );
        assert_eq!(found.catalog.kinds().map(|kind| kind.code.as_str()).collect::<Vec<_>>(), ["c"]);
    }
}
