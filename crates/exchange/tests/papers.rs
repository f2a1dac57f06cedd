//! The paper templates that come along: all of DT01 to DT30, each fit to be used, each filled in once; and what a
//! template file is told when it is wrong.
#![expect(clippy::expect_used, reason = "helpers of a test fail loudly")]

use std::collections::BTreeSet;

use domain::document::{Layout, Nature, PhotoRef};
use domain::enforcement::Step;
use domain::paper::{ENFORCEMENT, FieldType, Frame, IssuedBy, Origin, RECEIVED, Template, Value, Values};
use domain::time::parse_date;
use exchange::paper_file::{read, read_series, shipped};

fn frame() -> Frame {
    Frame {
        issuer: "青峰镇消防安全委员会办公室".into(),
        number: Some("青峰消安办〔2026〕3号".into()),
        issued_on: parse_date("2026-03-05").expect("valid"),
        signer: Some("张三".into()),
        marks: vec![],
        attachments: vec![],
        copies_to: vec![],
        printed: None,
    }
}

/// Something that fits every field.
fn sample(template: &Template) -> Values {
    let value = |kind: &FieldType| match kind {
        FieldType::Text | FieldType::LongText => Value::Text("样例".into()),
        FieldType::Number => Value::Number(3.5),
        FieldType::Date => Value::Text("2026-03-05".into()),
        FieldType::Minute => Value::Text("2026-03-05T09:30".into()),
        FieldType::Flag => Value::Flag(true),
        FieldType::Choice { options } => Value::Text(options.first().cloned().unwrap_or_default()),
        FieldType::Choices { options } => Value::List(options.clone()),
        FieldType::List => Value::List(vec!["样例".into()]),
        FieldType::Rows { columns } => Value::Rows(vec![vec!["样例".into(); columns.len()]]),
        FieldType::Photos => Value::Photos(vec![PhotoRef { name: "p".into(), caption: "样例".into() }]),
        FieldType::Qr => Value::Text("https://example.org/p/x".into()),
    };
    template.fields.iter().map(|field| (field.key.clone(), value(&field.kind))).collect()
}

#[test]
fn all_thirty_come_along_without_a_problem_and_with_their_series() {
    let (catalog, problems) = shipped();
    assert_eq!(problems, []);
    let families: BTreeSet<String> = catalog.templates.iter().map(|one| one.family().to_owned()).collect();
    assert_eq!(families, (1..=30).map(|n| format!("DT{n:02}")).collect::<BTreeSet<_>>());
    for template in &catalog.templates {
        if let Some(series) = &template.series {
            assert!(catalog.series(series).is_some(), "{}: no series {series}", template.code);
        }
    }
}

#[test]
fn each_filled_in_is_a_document_that_may_be_printed_and_says_what_was_filled_in() {
    for template in shipped().0.templates {
        let paper = template.fill(&sample(&template), &frame(), true).expect(&template.code);
        assert_eq!(paper.check(), Ok(()), "{}", template.code);
        assert!(!paper.texts().iter().any(|text| text.contains(['{', '}'])), "{}", template.code);
        assert!(paper.texts().iter().any(|text| text.contains("样例")), "{}", template.code);
        let open = template.fill(&Values::new(), &frame(), false).expect(&template.code);
        assert_eq!(open.check(), Ok(()), "{} as a draft", template.code);
    }
}

#[test]
fn each_required_field_is_missed_by_name() {
    for template in shipped().0.templates {
        for field in template.fields.iter().filter(|field| field.required) {
            let mut values = sample(&template);
            values.remove(&field.key);
            let problems = template.fill(&values, &frame(), true).expect_err("refused");
            assert_eq!(problems.len(), 1, "{} {}", template.code, field.key);
            let message = &problems.first().expect("one").message;
            assert!(message.contains(&format!("“{}”", field.zh)), "{message}");
        }
    }
}

#[test]
fn only_enforcement_orders_and_only_officers_enforce() {
    for template in shipped().0.templates {
        let family = template.family();
        let (texts, _) = template.mentions();
        let orders = texts.iter().any(|text| text.contains("责令"));
        assert!(!orders || ENFORCEMENT.contains(&family), "{} says 责令", template.code);
        assert_eq!(
            template.nature == Nature::Enforcement,
            ENFORCEMENT.contains(&family),
            "{}",
            template.code
        );
        if template.nature == Nature::Enforcement {
            assert_eq!(
                (template.layout, template.issued_by.as_slice()),
                (Layout::Form, &[IssuedBy::Officer][..])
            );
        }
        assert_eq!(template.origin == Origin::ReceivedCopy, RECEIVED.contains(&family), "{}", template.code);
    }
}

#[test]
fn advice_is_refused_an_order_in_any_field() {
    let catalog = shipped().0;
    let advice = catalog.on("DT02", parse_date("2026-03-05").expect("valid")).expect("there");
    for field in advice.fields.iter().filter(|field| field.kind == FieldType::Text) {
        let mut values = sample(advice);
        values.insert(field.key.clone(), Value::Text("责令整改".into()));
        let problems = advice.fill(&values, &frame(), true).expect_err("refused");
        assert_eq!(problems.first().map(|problem| problem.code), Some("document.advice_orders"));
    }
}

/// What a decision must say. Source: 行政处罚法 (2021) art. 59.
#[test]
fn a_penalty_decision_asks_for_everything_the_law_wants_in_it() {
    let catalog = shipped().0;
    for code in ["DT28.decision", "DT28.spot_decision"] {
        let decision = catalog.on(code, parse_date("2026-03-05").expect("valid")).expect("there");
        for key in ["party", "address", "facts", "basis", "penalty", "payment", "remedies"] {
            assert!(decision.field(key).is_some_and(|field| field.required), "{code} {key}");
        }
        let paper = decision.fill(&sample(decision), &frame(), true).expect("fits");
        let closing = paper.closing.expect("organ, date and seal");
        assert!(closing.sealed && closing.by == ["青峰镇消防安全委员会办公室"]);
    }
}

/// Every paper a step of a penalty case makes. Source: handbook of the field §4.10.
#[test]
fn a_case_has_every_paper_of_its_steps() {
    let catalog = shipped().0;
    let day = parse_date("2026-03-05").expect("valid");
    for (code, name) in [
        ("DT28.filing", "立案审批表"),
        ("DT28.interview", "询问笔录"),
        ("DT28.preservation", "先行登记保存证据清单"),
        ("DT28.advance_notice", "行政处罚告知书"),
        ("DT28.defence", "陈述申辩笔录"),
        ("DT28.hearing_notice", "听证通知书"),
        ("DT28.hearing", "听证笔录"),
        ("DT28.hearing_report", "听证报告"),
        ("DT28.legal_review", "法制审核意见书"),
        ("DT28.discussion", "集体讨论记录"),
        ("DT28.decision", "行政处罚决定书"),
        ("DT28.spot_decision", "当场处罚决定书"),
        ("DT28.service", "送达回证"),
        ("DT28.payment", "罚款缴纳通知书"),
        ("DT28.demand", "催告书"),
        ("DT28.enforcement", "强制执行申请书"),
        ("DT28.closing", "结案报告"),
        ("DT28.index", "案卷目录"),
    ] {
        assert_eq!(catalog.on(code, day).map(|one| one.name.as_str()), Some(name), "{code}");
    }
    for step in Step::ALL {
        if let Some(code) = step.template() {
            assert!(catalog.on(code, day).is_some(), "{} has its paper {code}", step.code());
        }
        assert!(
            !step.needs_paper() || step.template().is_some(),
            "{} wants a paper there is not",
            step.code()
        );
    }
    // Nobody's identity number is collected, so no paper may insist on one.
    for template in catalog.templates.iter().filter(|one| one.family() == "DT28") {
        assert!(template.field("party_no").is_none_or(|field| !field.required), "{}", template.code);
    }
}

/// A placard hangs in the street. Source: handbook of documents DT09: name, post, office phone, duties, nothing else.
#[test]
fn a_placard_asks_for_nothing_private() {
    for template in shipped().0.templates.iter().filter(|one| one.layout.placard()) {
        for field in &template.fields {
            let FieldType::Rows { columns } = &field.kind else { continue };
            let titles: Vec<_> = columns.iter().map(|column| column.zh.as_str()).collect();
            assert_eq!(titles, ["姓名", "职务", "办公电话"], "{}", template.code);
        }
    }
}

const GOOD: &str = r#"
[[paper]]
code = "DT23"
name = "记录"
name_en = "Record"
valid_from = 2026-01-01
layout = "form"
issued_by = ["any"]
field = [{ key = "place", zh = "地点", en = "Place", type = "text", required = true }]
piece = [{ text = "在{place}。" }]
"#;

#[test]
fn a_wrong_file_is_told_where_and_what() {
    assert_eq!(read(GOOD).1, []);
    for (from, to, line, code, names) in [
        ("在{place}", "在{plaec}和{place}", 10, "paper.unknown_field", "plaec"),
        ("在{place}。", "在。", 9, "paper.unused_field", "place"),
        ("\"text\"", "\"txt\"", 9, "file.unknown_word", "txt"),
        ("issued_by = [\"any\"]", "issued_by = [\"king\"]", 8, "file.unknown_word", "king"),
        ("layout = \"form\"", "", 2, "file.missing_key", "layout"),
        ("code = \"DT23\"", "code = \"DT05\"", 2, "paper.received", "DT05"),
        ("text = \"在{place}。\"", "txt = \"{place}\"", 10, "file.unknown_key", "txt"),
        ("[[paper]]", "[[paper]", 2, "file.syntax", "TOML"),
        ("name = \"记录\"", "name = \"责令记录\"", 2, "paper.orders", "责令"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let (templates, problems) = read(&text);
        let found = problems.iter().find(|problem| problem.code == code);
        let found = found.unwrap_or_else(|| panic!("{code} not in {problems:?}"));
        assert_eq!(found.line, line, "{found}");
        assert!(
            found.message.contains(names) || code == "file.syntax" || code == "file.unknown_word",
            "{found}"
        );
        assert_eq!(templates, [], "{code}");
    }
}

#[test]
fn a_series_without_its_year_or_given_twice_is_refused() {
    let one = "[[series]]\ncode = \"a\"\nname = \"甲\"\npattern = \"甲〔{year}〕{n}号\"\n";
    assert_eq!(read_series(one).1, []);
    assert_eq!(
        read_series(&format!("{one}{one}")).1.first().map(|problem| problem.code),
        Some("paper.duplicate")
    );
    let wrong = one.replace("〔{year}〕", "");
    assert_eq!(
        read_series(&wrong).1.first().map(|problem| (problem.line, problem.code)),
        Some((4, "paper.bad_series"))
    );
}
