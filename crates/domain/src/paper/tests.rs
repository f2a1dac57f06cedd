//! What templates are told, and what becomes of their values.

use super::*;
use crate::document::Block;
use crate::time::parse_date;

fn field(key: &str, zh: &str, kind: FieldType, required: bool) -> Field {
    Field { key: key.into(), zh: zh.into(), en: key.into(), kind, required, ahead: false }
}

fn text(text: &str) -> Piece {
    Piece { when: None, kind: PieceKind::Text { text: text.into() } }
}

pub(super) fn advice() -> Template {
    Template {
        code: "DT02".into(),
        name: "督促整改通知书".into(),
        name_en: "Advice to rectify".into(),
        version: 1,
        valid_from: parse_date("2026-01-01").expect("valid"),
        valid_to: None,
        layout: Layout::Form,
        nature: Nature::Advice,
        origin: Origin::Issued,
        issued_by: vec![IssuedBy::Village],
        from: vec!["hazard".into()],
        bound: false,
        given: vec![],
        blank: false,
        signed: false,
        series: None,
        sealed: false,
        title: "督促整改通知书".into(),
        recipients: Some("{to}".into()),
        note: None,
        check: None,
        fields: vec![
            field("to", "被督促单位", FieldType::Text, true),
            field("findings", "存在的问题", FieldType::List, true),
            field("deadline", "建议完成日期", FieldType::Date, true),
            field("seen", "检查时间", FieldType::Minute, false),
            field("people", "在场人数", FieldType::Number, false),
            field("kind", "方式", FieldType::Choice { options: vec!["送达".into(), "张贴".into()] }, false),
        ],
        body: vec![
            text("请于{deadline}前整改。{seen}在场{people}人。"),
            Piece { when: None, kind: PieceKind::List { field: "findings".into() } },
            Piece { when: Some("kind".into()), kind: PieceKind::Checks { field: "kind".into() } },
        ],
    }
}

fn frame() -> Frame {
    Frame {
        issuer: "胡豆坪村民委员会".into(),
        number: None,
        issued_on: parse_date("2026-03-05").expect("valid"),
        signer: None,
        marks: vec![],
        attachments: vec![],
        copies_to: vec![],
        printed: None,
    }
}

fn values() -> Values {
    [
        ("to", Value::Text("平安副食店".into())),
        ("findings", Value::List(vec!["灭火器过期".into(), "通道堆物".into()])),
        ("deadline", Value::Text("2026-03-08".into())),
        ("seen", Value::Text("2026-03-05T09:05".into())),
        ("people", Value::Number(3.0)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

#[test]
fn a_filled_template_is_a_document_in_the_words_of_documents() {
    let paper = advice().fill(&values(), &frame(), true).expect("fits");
    assert_eq!(paper.recipients, ["平安副食店"]);
    let said = |text: &str| Block::Paragraph { text: text.into() };
    let sentence = said("请于2026年3月8日前整改。2026年3月5日9时05分在场3人。");
    assert_eq!(paper.blocks, [sentence, said("1. 灭火器过期\n2. 通道堆物")]);
    assert_eq!(paper.check(), Ok(()));
}

#[test]
fn a_sentence_that_ends_in_its_field_is_not_ended_twice() {
    let mut template = advice();
    template.body[0] = text("给{to}。{to}，请看。{to}");
    let ended = [("to", "平安副食店。"), ("findings", "")]
        .map(|(key, text)| (key.to_owned(), Value::Text(text.into())));
    let paper = template.fill(&ended.into(), &frame(), false).expect("fits");
    let said = Block::Paragraph {
        text: "给平安副食店。平安副食店，请看。平安副食店。".into()
    };
    assert_eq!(paper.blocks.first(), Some(&said), "the field's own stop stays where the template has none");
}

#[test]
fn every_mistake_of_the_values_names_its_field_at_once() {
    let mut wrong = values();
    wrong.remove("to");
    wrong.insert("deadline".into(), Value::Text("2026-02-30".into()));
    wrong.insert("seen".into(), Value::Text("2026-03-05T24:00".into()));
    wrong.insert("kind".into(), Value::Text("口头".into()));
    wrong.insert("colour".into(), Value::Flag(true));
    let problems = advice().fill(&wrong, &frame(), true).expect_err("refused");
    let said: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
    let wanted = [
        ("colour", "paper.no_such_field"),
        ("to", "paper.missing_field"),
        ("deadline", "paper.wrong_value"),
        ("seen", "paper.wrong_value"),
        ("kind", "paper.wrong_value"),
    ];
    assert_eq!(said, wanted);
    assert!(problems.iter().any(|problem| problem.message == "缺少“被督促单位”，请填写后再试"));
}

#[test]
fn a_draft_may_have_gaps_but_no_mistakes() {
    assert!(advice().fill(&Values::new(), &frame(), false).is_ok());
    assert!(advice().fill(&Values::new(), &frame(), true).is_err());
}

#[test]
fn advice_cannot_be_filled_with_an_order() {
    let mut ordering = values();
    ordering.insert("findings".into(), Value::List(vec!["责令立即整改".into()]));
    let problems = advice().fill(&ordering, &frame(), true).expect_err("refused");
    assert_eq!(problems.first().map(|problem| problem.code), Some("document.advice_orders"));
}

#[test]
fn a_template_is_told_what_is_wrong_with_it() {
    let codes =
        |template: Template| template.validate().iter().map(|problem| problem.code).collect::<Vec<_>>();
    assert_eq!(codes(advice()), [] as [&str; 0]);
    assert_eq!(codes(Template { title: "责令通知".into(), ..advice() }), ["paper.orders"]);
    assert_eq!(codes(Template { nature: Nature::Ordinary, ..advice() }), ["paper.advice"]);
    assert_eq!(codes(Template { origin: Origin::ReceivedCopy, ..advice() }), ["paper.received"]);
    assert_eq!(codes(Template { issued_by: vec![], ..advice() }), ["paper.nobody"]);
    assert_eq!(codes(Template { note: Some("{who}".into()), ..advice() }), ["paper.unknown_field"]);
    assert_eq!(codes(Template { recipients: None, ..advice() }), ["paper.unused_field"]);
    let order = Template { code: "DT04".into(), nature: Nature::Enforcement, ..advice() };
    assert_eq!(codes(order.clone()), [] as [&str; 0]);
    assert_eq!(
        codes(Template { layout: Layout::Circular, ..order.clone() }),
        ["paper.enforcement_on_red_head"]
    );
    assert_eq!(codes(Template { nature: Nature::Ordinary, ..order }), ["paper.enforcement"]);
    let day = parse_date("2025-12-31");
    assert_eq!(codes(Template { valid_to: day, ..advice() }), ["paper.validity"]);
    assert_eq!(
        codes(Template { code: "DT05".into(), nature: Nature::Ordinary, ..advice() }),
        ["paper.received"]
    );
}

#[test]
fn the_newest_version_of_the_day_is_taken_and_an_old_one_still_found() {
    let day = |text: &str| parse_date(text).expect("valid");
    let old = Template { valid_to: Some(day("2026-06-30")), ..advice() };
    let new = Template { version: 2, valid_from: day("2026-07-01"), ..advice() };
    let catalog = Catalog { templates: vec![old, new], series: vec![] };
    let found = |text| catalog.on("DT02", day(text)).map(|one| one.version);
    assert_eq!([found("2025-12-31"), found("2026-06-30"), found("2026-07-01")], [None, Some(1), Some(2)]);
    assert_eq!(catalog.version("DT02", 1).map(|one| one.version), Some(1));
}

#[test]
fn values_travel_as_plain_json() {
    let json =
        r#"{"deadline":"2026-03-08","findings":["灭火器过期"],"people":3.0,"rows":[["甲","乙"]],"ok":true}"#;
    let read: Values = serde_json::from_str(json).expect("valid");
    assert_eq!(read.get("rows"), Some(&Value::Rows(vec![vec!["甲".into(), "乙".into()]])));
    assert_eq!(read.get("ok"), Some(&Value::Flag(true)));
    let photo: Value = serde_json::from_str(r#"[{"name":"p1","caption":"改前"}]"#).expect("valid");
    assert!(matches!(photo, Value::Photos(_)));
}
