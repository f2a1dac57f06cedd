//! The templates of periodic reports (`catalog/reports.toml`): TOML in, templates and every problem out. What does not
//! belong here: working out the figures they name (`app`).

use domain::report::{Template, TemplateSection};
use domain::time::Date;

use crate::toml_doc::{FileProblem, Reader};

/// Reads the templates; those with problems are left out.
pub fn read(text: &str) -> (Vec<Template>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut templates: Vec<Template> = Vec::new();
    let Some(document) = reader.parse() else { return (templates, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["report"]);
    for node in reader.tables(&root, "report") {
        let before = reader.problems.len();
        let keys = ["code", "edition", "valid_from", "kind", "title", "needs_measures", "section"];
        reader.only_keys(&node, &keys);
        let mut template = Template {
            code: reader.required(&node, "code"),
            edition: reader.number(&node, "edition").unwrap_or(1),
            valid_from: reader.date(&node, "valid_from").unwrap_or(Date::MIN),
            kind: reader.required(&node, "kind"),
            title: reader.required(&node, "title"),
            needs_measures: reader.flag(&node, "needs_measures"),
            sections: Vec::new(),
        };
        for part in reader.tables(&node, "section") {
            reader.only_keys(&part, &["key", "title", "hint", "figures"]);
            let section = TemplateSection {
                key: reader.required(&part, "key"),
                title: reader.required(&part, "title"),
                hint: reader.required(&part, "hint"),
                figures: reader.texts(&part, "figures"),
            };
            if template.sections.iter().any(|known| known.key == section.key) {
                let text = format!("小节“{}”重复，请改用别的 key", section.key);
                reader.report(part.span_of("key"), "report_catalog.duplicate", text);
            }
            template.sections.push(section);
        }
        if template.sections.is_empty() {
            let text = format!("报告“{}”没有小节，请至少写一个 [[report.section]]", template.title);
            reader.report(node.span_of("code"), "report_catalog.empty", text);
        }
        if templates.iter().any(|one| (&one.code, one.edition) == (&template.code, template.edition)) {
            let text = format!("报告“{}”的第 {} 版重复，请改版次", template.code, template.edition);
            reader.report(node.span_of("code"), "report_catalog.duplicate", text);
        }
        if reader.problems.len() == before {
            templates.push(template);
        }
    }
    (templates, reader.problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_that_come_along_are_read_without_problems() {
        let (templates, problems) = read(crate::shipped::REPORTS);
        assert_eq!(problems, []);
        let kinds: Vec<&str> = templates.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "situation",
                "infrastructure",
                "forces",
                "measures",
                "targeted_risk",
                "station_need",
                "supervision"
            ]
        );
    }

    #[test]
    fn a_mistake_is_named_where_it_stands_and_the_rest_is_read() {
        let text = "[[report]]\ncode = \"a\"\nkind = \"a\"\ntitle = \"甲\"\n\n\
                    [[report]]\ncode = \"b\"\nkind = \"b\"\ntitle = \"乙\"\ncolour = \"红\"\n\
                    [[report.section]]\nkey = \"k\"\ntitle = \"节\"\nhint = \"写\"\nfigures = [\"hazards.open\"]\n\n\
                    [[report]]\ncode = \"c\"\nkind = \"c\"\ntitle = \"丙\"\n\
                    [[report.section]]\nkey = \"k\"\ntitle = \"节\"\nhint = \"写\"\nfigures = []\n";
        let (templates, problems) = read(text);
        let at: Vec<_> = problems.iter().map(|one| (one.line, one.code)).collect();
        assert_eq!(at.first(), Some(&(2, "report_catalog.empty")));
        assert!(at.iter().any(|(line, _)| *line == 10), "{at:?}");
        assert_eq!(templates.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["c"]);
    }
}
