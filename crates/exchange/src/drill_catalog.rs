//! What is practised and what is looked at (`catalog/drills.toml`): TOML in, scenarios and every problem out. What does
//! not belong here: holding and assessing a drill (`domain::drill`).

use domain::drill::{Criterion, Scenario};

use crate::toml_doc::{FileProblem, Reader};

/// Reads the scenarios; those with problems are left out.
pub fn read(text: &str) -> (Vec<Scenario>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut scenarios: Vec<Scenario> = Vec::new();
    let Some(document) = reader.parse() else { return (scenarios, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["scenario"]);
    for node in reader.tables(&root, "scenario") {
        let before = reader.problems.len();
        reader.only_keys(&node, &["code", "name", "source", "points"]);
        let mut scenario = Scenario {
            code: reader.required(&node, "code"),
            name: reader.required(&node, "name"),
            source: reader.required(&node, "source"),
            points: Vec::new(),
        };
        for part in reader.tables(&node, "points") {
            reader.only_keys(&part, &["key", "what", "most"]);
            let most = reader.number(&part, "most").unwrap_or(0);
            let point =
                Criterion { key: reader.required(&part, "key"), what: reader.required(&part, "what"), most };
            if point.most == 0 || scenario.points.iter().any(|known| known.key == point.key) {
                let text = format!("要点“{}”重复或没有分值，请改正", point.key);
                reader.report(part.span_of("key"), "drill_catalog.point", text);
            }
            scenario.points.push(point);
        }
        if scenario.points.is_empty() || scenarios.iter().any(|one| one.code == scenario.code) {
            let text = format!("科目“{}”重复或没有要点，请改正", scenario.name);
            reader.report(node.span_of("code"), "drill_catalog.scenario", text);
        }
        if reader.problems.len() == before {
            scenarios.push(scenario);
        }
    }
    (scenarios, reader.problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenarios_that_come_along_are_read_without_problems() {
        let (scenarios, problems) = read(crate::shipped::DRILLS);
        assert_eq!(problems, []);
        let codes: Vec<&str> = scenarios.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["evacuation", "extinguish", "linkage", "forest"]);
        for one in &scenarios {
            assert_eq!(one.points.iter().map(|point| point.most).sum::<u32>(), 100, "{}", one.name);
        }
    }

    #[test]
    fn a_mistake_is_named_where_it_stands_and_the_rest_is_read() {
        let text = "[[scenario]]\ncode = \"a\"\nname = \"甲\"\nsource = \"镇定\"\n\n\
                    [[scenario]]\ncode = \"b\"\nname = \"乙\"\nsource = \"镇定\"\n\
                    points = [{ key = \"k\", what = \"看\", most = 0 }]\n\n\
                    [[scenario]]\ncode = \"c\"\nname = \"丙\"\nsource = \"镇定\"\n\
                    points = [{ key = \"k\", what = \"看\", most = 10 }]\n";
        let (scenarios, problems) = read(text);
        let at: Vec<_> = problems.iter().map(|one| (one.line, one.code)).collect();
        assert_eq!(at, [(2, "drill_catalog.scenario"), (10, "drill_catalog.point")]);
        assert_eq!(scenarios.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["c"]);
    }
}
