//! What plan files are refused for, mistake by mistake.

use std::collections::BTreeSet;

use domain::{
    calendar::Calendar,
    fulfilment::{Facts, NewFact, Question, Span, Status},
};

use super::*;

const QINGFENG: &str = include_str!("../../../../plans/qingfeng-2023-16/plan.toml");
const SECOND: &str = include_str!("../../../../plans/example-second-town/plan.toml");

/// The rows of the duty catalogue as its authors enumerate them; a range `a-d` or `8-9` holds several atomic duties.
const CATALOGUE: &str = "C1.1 C1.2 C1.3 C1.4 C1.5 C1.6 C1.7 C1.8 C2.1 C2.2 C2.3 C2.4 C3.1 C3.2 C3.3 C3.4 C3.5 C3.6 \
    C3.7 C4.1 C4.2 C4.3 C4.4 C4.5 C4.6 C4.7 C4.8 C5.1 C5.2 C5.3 C5.4 C5.5 C6.1 C6.2 C6.3 C6.4 C6.5 C6.6 C6.7 C6.8 \
    C6.9 C6.10 C7.1 C7.2 C7.3 C7.4 C7.5a-d C7.6 C7.7 C7.8 C7.9 C7.10 C7.11 C8.1 C8.2 C8.3 C8.4 C8.5 C8.6 C8.7 C8.8 \
    C8.9 C8.10 C8.11 C9.1 C9.2 C9.3 C9.4 C9.5 C9.6 C9.7 C9.8 C10.1a-e C10.2a C10.2b C10.2c C10.2d C10.3 C10.4a-e \
    C10.5a-c C10.6 C10.7 C10.8 C11.1 C11.2 C11.3 C11.4 C11.5 C11.6 C11.7 C11.8-9 C12.1 C12.2 C12.3 C12.4 C12.5 \
    C12.6 C12.7 C13.1 C13.2 C13.3 C13.4 C13.5 C13.6 C13.7 C14 C15.1 C15.2 C15.3 C15.4 C15.5 C16.1 C16.2a-f C16.3 \
    C16.4 C16.5 C16.6 C16.7 C17.1 C17.2 C17.3 C17.4 C17.5 C17.6 C17.7 C18.1 C18.2 C18.3a-b C18.4 C18.5 C18.6 C18.7 \
    C18.8a-b C18.9a-d C18.10 C18.11 C18.12 C19.1 C19.2 C19.3 C19.4a-d CS1.1-4 CS2.1-2 CS3.1 CS3.2 CS3.3 CS3.4";

/// The atomic duties of one row.
fn atoms(row: &str) -> Vec<String> {
    let Some((first, last)) = row.split_once('-') else { return vec![row.to_owned()] };
    let (stem, from) = first.split_at(first.len() - 1);
    let from = from.chars().next().expect("a range starts somewhere");
    let to = last.chars().next().expect("a range ends somewhere");
    (from..=to).map(|end| format!("{stem}{end}")).collect()
}

fn codes(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn both_plans_load_without_a_problem() {
    for text in [QINGFENG, SECOND] {
        let (_, problems) = read(text);
        assert_eq!(problems, [], "{}", problems.iter().map(|p| format!("{p}\n")).collect::<String>());
    }
}

#[test]
fn the_plan_holds_every_duty_of_the_catalogue_and_no_other() {
    let rows: Vec<_> = CATALOGUE.split_whitespace().collect();
    assert_eq!(rows.len(), 147, "rows of the catalogue, the absent clause 14 included");
    let wanted: BTreeSet<_> = rows.iter().filter(|row| **row != "C14").flat_map(|row| atoms(row)).collect();
    let (plan, _) = read(QINGFENG);
    let found: BTreeSet<_> = plan.duties.iter().map(|duty| duty.id.clone()).collect();
    assert_eq!(found, wanted);
    assert_eq!(plan.duties.len(), 177);
}

#[test]
fn what_the_economy_and_civil_offices_check_is_something_the_register_can_hold() {
    let (plan, _) = read(QINGFENG);
    let (catalog, _) = crate::place_catalog::read(crate::shipped::PLACE_CATEGORIES);
    let mut asked = 0;
    for duty in plan.duties.iter().filter(|duty| duty.id.starts_with("C10.1") || duty.id.starts_with("C10.2"))
    {
        for label in duty.subjects.any.iter().chain(&duty.subjects.none) {
            let place = duty.subjects.kinds.contains(&domain::plan::SubjectKind::Place);
            let Some((_, code)) = label.split_once(':').filter(|_| place) else { continue };
            assert!(catalog.kind(&code.into()).is_some(), "{}: no place can carry {label}", duty.id);
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked}");
}

#[test]
fn clause_14_is_kept_empty_and_every_other_clause_has_duties() {
    let (plan, _) = read(QINGFENG);
    let numbered: Vec<_> = plan.clauses.iter().filter(|clause| clause.alias.is_none()).collect();
    assert_eq!((numbered.len(), plan.clauses.len()), (19, 22));
    for clause in &plan.clauses {
        assert_eq!(clause.absent_in_source, clause.code == "C14");
        assert_eq!(plan.duties_of(&clause.code).count() == 0, clause.absent_in_source, "{}", clause.code);
    }
    assert_eq!(plan.clause("G3").map(|clause| clause.code.as_str()), Some("CS3"));
}

#[test]
fn counts_printed_in_the_notice_are_baselines_with_a_date() {
    let (plan, _) = read(QINGFENG);
    let total = |label| -> u32 {
        plan.term(label).expect("a declared list").baselines.iter().map(|baseline| baseline.count).sum()
    };
    assert_eq!((total("list:police_listed"), total("list:village_listed")), (16, 220));
}

#[test]
fn a_number_the_notice_does_not_state_is_a_parameter_and_says_so() {
    let (plan, _) = read(QINGFENG);
    let used = |duty: &Duty| {
        let numbers = duty.needs.iter().map(|need| &need.minimum).chain(duty.late_days.as_ref());
        matches!(duty.rhythm, Rhythm::Parameter(_))
            || numbers.into_iter().any(|number| matches!(number, Number::Parameter(_)))
    };
    for duty in plan.duties.iter().filter(|duty| used(duty)) {
        assert_ne!(duty.basis, Basis::StatedByPlan, "{}", duty.id);
    }
    let stated = |id: &str| plan.duty(id).map(|duty| duty.basis);
    assert_eq!(stated("C10.6"), Some(Basis::StatedByPlan));
    assert_eq!(stated("C9.3"), Some(Basis::TownSetting));
    assert!(plan.parameters.iter().all(|parameter| parameter.basis != Basis::StatedByPlan));
}

#[test]
fn no_rule_in_code_names_a_clause_of_one_town() {
    for (file, text) in [
        ("period", include_str!("../../../domain/src/period.rs")),
        ("fulfilment", include_str!("../../../domain/src/fulfilment.rs")),
        ("judge", include_str!("../../../domain/src/fulfilment/judge.rs")),
        ("record", include_str!("../../../domain/src/fulfilment/facts.rs")),
        ("facts", include_str!("../../../domain/src/plan/facts.rs")),
        ("plan_file", include_str!("../plan_file.rs")),
        ("node", include_str!("node.rs")),
        ("notice", include_str!("../../../domain/src/notice.rs")),
        ("words", include_str!("../../../domain/src/notice/words.rs")),
        ("lint", include_str!("../../../domain/src/notice/lint.rs")),
    ] {
        let rules = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = rules.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(!line.contains("青峰") && !line.to_lowercase().contains("qingfeng"), "{file}: {line}");
            let clause = line.match_indices("\"C").any(|(at, _)| {
                line.get(at + 2..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            });
            assert!(!clause, "{file}: {line}");
        }
    }
}

#[test]
fn sixteen_listed_units_owe_192_checks_a_year_and_the_rest_without_a_source_is_no_nought() {
    let (plan, _) = read(QINGFENG);
    let date = |text| domain::time::parse_date(text).expect("a date written in a test exists");
    let mut facts = Facts::new();
    let since = Span::since(date("2020-01-01"));
    let town = facts.add_subject(SubjectKind::Town, "town", since, 1.0, &[]);
    facts.connect(["inspection.done"]);
    for n in 0..16 {
        let unit = facts.add_subject(SubjectKind::Place, &format!("unit{n}"), since, 1.0, &[town]);
        facts.add_label(unit, "list:police_listed", since);
        facts.add_label(unit, "list:police_scope", since);
        let visit = NewFact {
            kind: "inspection.done",
            id: &format!("visit{n}"),
            subject: unit,
            also: &[],
            happened_on: date("2025-03-10"),
            until: None,
            recorded_on: date("2025-03-10"),
            void_on: None,
            tags: &["org:police_station", "org_kind:police"],
        };
        facts.add_fact(&visit).expect("a known kind");
    }
    let question = Question {
        plan: &plan,
        facts: &facts,
        waivers: &[],
        calendar: &Calendar::weekdays(),
        as_of: date("2026-02-01"),
        from: date("2025-01-01"),
        to: date("2025-12-31"),
    };
    let report = question.evaluate();
    let figures = |id: &str| report.duty(id).map(|duty| (duty.tally.count(Status::Met), duty.tally.due()));
    assert_eq!(figures("C10.6"), Some((16, 192)), "the town's monthly promise");
    assert_eq!(figures("C12.6"), Some((16, 16)), "the yearly floor is another duty with another denominator");
    for (duty, figures) in plan.duties.iter().zip(&report.duties).filter(|(duty, _)| !duty.available) {
        assert_eq!((figures.tally.ratio(), figures.has_data), (None, false), "{}", duty.id);
    }
    assert_eq!(report.clause(&plan, "C14").total(), 0);
    assert_eq!(report.clause(&plan, "C14").ratio(), None);
}

const SMALL: &str = r#"
[plan]
code = "p"
title = "方案"
town = "某乡"
notice_no = "某府〔2025〕1号"
effective_from = 2025-01-01

[[term]]
label = "org_kind:village"
name = "村"

[[clause]]
code = "A1"
no = "1"
title = "条款"
section = "forces"

[[clause]]
code = "A2"
no = "2"
title = "缺号"
section = "forces"
absent_in_source = true

[[duty]]
id = "A1.1"
clause = "A1"
title = "义务"
who = ["org_kind:village"]
subjects = "village"
period = "month"
needs = [{ fact = "inspection.done" }]
evidence = ["record"]
measure = "占比"
basis = "check"
"#;

#[test]
fn a_small_plan_is_enough() {
    let (plan, problems) = read(SMALL);
    assert_eq!(problems, []);
    assert_eq!(plan.duties.first().map(|duty| duty.weight), Some(1.0));
}

#[test]
fn each_mistake_has_its_code_line_and_column() {
    for (right, wrong, code, line, column) in [
        ("title = \"义务\"", "tilte = \"义务\"\ntitle = \"义务\"", "plan.unknown_key", 29, 1),
        ("measure = \"占比\"\n", "", "plan.missing_key", 26, 1),
        ("period = \"month\"", "period = \"每月\"", "plan.bad_period", 32, 10),
        ("period = \"month\"", "period = \"day in summer\"", "plan.unknown_season", 32, 10),
        ("period = \"month\"", "period = \"@nobody\"", "plan.unknown_parameter", 32, 10),
        ("period = \"month\"", "period = \"event\"", "plan.event_trigger", 32, 10),
        ("period = \"month\"", "period = \"\"", "plan.bad_period", 32, 10),
        ("period = \"month\"", "period = 3", "plan.wrong_type", 32, 10),
        ("clause = \"A1\"", "clause = \"A9\"", "plan.unknown_clause", 28, 10),
        ("id = \"A1.1\"", "id = \"B1.1\"", "plan.duty_id", 27, 6),
        ("subjects = \"village\"", "subjects = \"vilage\"", "plan.unknown_subject", 31, 12),
        (
            "subjects = \"village\"",
            "subjects = { kind = \"place\", any = [\"list:nobody\"] }",
            "plan.unknown_label",
            31,
            37,
        ),
        ("\"inspection.done\"", "\"inspection.don\"", "plan.unknown_fact", 33, 19),
        ("[{ fact = \"inspection.done\" }]", "[]", "plan.no_needs", 33, 9),
        ("\"inspection.done\" }", "\"inspection.done\", minimum = 0 }", "plan.bad_value", 33, 48),
        ("\"inspection.done\" }", "\"inspection.done\", minimum = \"两次\" }", "plan.wrong_type", 33, 48),
        ("who = [\"org_kind:village\"]", "who = [\"村委会\"]", "plan.bad_label", 30, 8),
        ("basis = \"check\"", "basis = \"sure\"", "plan.bad_value", 36, 9),
        ("section = \"forces\"\nabsent", "section = \"x\"\nabsent", "plan.bad_value", 23, 11),
        ("code = \"A2\"", "code = \"A1\"", "plan.duplicate", 20, 8),
        ("evidence = [\"record\"]", "evidence = []", "plan.no_evidence", 34, 12),
        ("evidence = [\"record\"]\n", "", "plan.no_evidence", 26, 1),
        ("evidence = [\"record\"]", "evidence = [\"hearsay\"]", "plan.unknown_evidence", 34, 13),
        ("2025-01-01", "\"2025-13-01\"", "plan.wrong_type", 7, 18),
        ("label = \"org_kind:village\"", "label = \"village\"", "plan.bad_label", 10, 9),
    ] {
        assert!(SMALL.contains(right), "{right}");
        let (_, problems) = read(&SMALL.replacen(right, wrong, 1));
        let found: Vec<_> = problems.iter().map(|p| (p.code, p.line, p.column)).collect();
        assert!(
            found.contains(&(code, line, column)),
            "{wrong}: wanted {code} {line}:{column}, got {problems:?}"
        );
    }
}

#[test]
fn a_duty_may_not_hang_on_a_number_the_notice_leaves_out() {
    let (_, problems) = read(&SMALL.replace("A1.1", "A2.1").replace("clause = \"A1\"", "clause = \"A2\""));
    assert_eq!(codes(&problems), ["plan.absent_clause"]);
}

#[test]
fn a_mistake_of_a_season_or_a_label_stands_at_its_value() {
    let with = |more: &str| format!("{more}\n{SMALL}");
    let season = |spans: &str| with(&format!("[[season]]\ncode = \"s\"\nname = \"季\"\nspans = [{spans}]"));
    let (good, other) = ("{ from = \"02-01\", to = \"04-30\" }", "{ from = \"04-01\", to = \"05-01\" }");
    let term = "[[term]]\nlabel = \"org_kind:village\"\nname = \"村\"\n";
    let parameter = "[[parameter]]\nname = \"n\"\nvalue = 2\nunit = \"次\"\nbasis = \"check\"\nsource = \"镇\"\neffective_from = 2025-01-01\n";
    for (text, code, line, column, said) in [
        (season("{ from = \"02-30\", to = \"04-30\" }"), "plan.bad_season", 4, 19, "“02-30”这一天不存在"),
        (season("{ from = \"02-01\", to = \"13-01\" }"), "plan.bad_season", 4, 33, "“13-01”这一天不存在"),
        (season("{ from = \"02-01\", to = \"四月\" }"), "plan.bad_season", 4, 33, "月-日"),
        (season(&format!("{good}, {other}")), "plan.bad_season", 4, 53, "重叠"),
        (season(""), "plan.bad_season", 4, 9, "没有起止日期"),
        (with(term), "plan.duplicate", 14, 9, "词条“org_kind:village”重复"),
        (with(&format!("{parameter}\n{parameter}")), "plan.duplicate", 10, 8, "参数“n（2025-01-01 起）”重复"),
    ] {
        let (_, problems) = read(&text);
        let found: Vec<_> = problems.iter().map(|p| (p.code, p.line, p.column)).collect();
        assert_eq!(found, [(code, line, column)], "{problems:?}");
        assert!(problems[0].message.contains(said), "{problems:?}");
    }
    assert_eq!(read(&season(good)).1, []);
}

#[test]
fn what_the_toml_library_says_is_said_in_chinese() {
    let (_, problems) = read(&SMALL.replace("2025-01-01", "2025-02-30"));
    let told: Vec<_> = problems.iter().map(|problem| (problem.code, problem.line)).collect();
    assert_eq!(told, [("plan.syntax", 7)]);
    assert_eq!(problems[0].message, "这个月没有这一天，日应在 01 到 28 之间，请改正");
}

#[test]
fn several_mistakes_are_told_in_one_run_in_the_order_of_the_file() {
    let text = SMALL
        .replace("town = \"某乡\"\n", "")
        .replace("\"month\"", "\"monat\"")
        .replace("\"check\"", "\"?\"");
    let (_, problems) = read(&text);
    assert_eq!(codes(&problems), ["plan.missing_key", "plan.bad_period", "plan.bad_value"]);
    assert!(problems.is_sorted());
}

#[test]
fn a_column_counts_characters_and_broken_toml_has_a_place() {
    let (_, problems) = read("[plan]\ntitle = \"青峰\" x\n");
    let place = problems.first().map(|problem| (problem.code, problem.line, problem.column));
    assert_eq!(place, Some(("plan.syntax", 2, 14)));
}

#[test]
fn a_parameter_must_fit_where_it_is_used() {
    let parameter = "\n[[parameter]]\nname = \"n\"\nvalue = \"often\"\nunit = \"次\"\nbasis = \"check\"\nsource = \"镇\"\neffective_from = 2025-01-01\n";
    let minimum = "\"inspection.done\", minimum = \"@n\"";
    let (_, problems) = read(&(SMALL.replace("\"inspection.done\"", minimum) + parameter));
    assert_eq!(codes(&problems), ["plan.parameter_type"]);
    let (_, problems) = read(&(SMALL.replace("\"month\"", "\"@n\"") + parameter));
    assert_eq!(codes(&problems), ["plan.bad_period"]);
}

#[test]
fn inline_and_long_forms_of_a_table_mean_the_same() {
    let long = SMALL.replace(
        "needs = [{ fact = \"inspection.done\" }]\nevidence = [\"record\"]\nmeasure = \"占比\"\nbasis = \"check\"\n",
        "evidence = [\"record\"]\nmeasure = \"占比\"\nbasis = \"check\"\n[[duty.needs]]\nfact = \"inspection.done\"\n",
    );
    assert_ne!(long, SMALL);
    assert_eq!(read(&long), read(SMALL));
}

#[test]
fn every_message_is_one_chinese_sentence() {
    let text = SMALL.replace("period", "perod").replace("forces", "x").replace("inspection.done", "y.z");
    let (_, problems) = read(&text);
    assert!(problems.len() >= 4);
    for problem in &problems {
        assert!(problem.message.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{problem}");
        assert!(!problem.message.contains('\n'), "{problem}");
    }
}
