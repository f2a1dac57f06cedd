//! Stories of the checklist room, and builders that the library's stories share.

use proptest::prelude::*;

use super::*;

pub(crate) fn day(m: u32, d: u32) -> Date {
    Date::from_ymd_opt(2026, m, d).expect("a date written in a test exists")
}

pub(crate) fn an_item(code: &str) -> Item {
    Item {
        code: code.into(),
        text: format!("{code} 完好"),
        how: "看".into(),
        basis: vec![Basis {
            instrument: "消防法".into(),
            article: "第28条".into(),
            edition: "2021".into(),
            confidence: Confidence::Sure,
        }],
        answer: AnswerKind::PassFail,
        hazard: "H01.1".into(),
        grade: SuggestedGrade::Larger,
        photo: PhotoRule::OnFail,
        weight: 3,
        quick: false,
        only: BTreeSet::new(),
    }
}

pub(crate) fn a_block(code: &str, items: &[&str]) -> Checklist {
    Checklist {
        code: code.into(),
        edition: 1,
        title: format!("{code} 块"),
        purpose: Purpose::Block,
        order: 1,
        applies: Applies { everywhere: true, ..Applies::default() },
        items: items.iter().map(|code| an_item(code)).collect(),
        reuses: Vec::new(),
        state: State::Draft,
    }
}

fn valid() -> Checklist {
    a_block("B", &["B01", "B02"]).publish(day(1, 1), &[]).expect("complete")
}

fn code(result: Result<Checklist, ChecklistRefusal>) -> &'static str {
    result.map_or_else(|refusal| refusal.code(), |list| list.state.label())
}

#[test]
fn an_edition_in_use_is_never_changed_a_new_one_follows() {
    assert_eq!(code(valid().with_items(vec![an_item("B09")])), "checklist.in_use");
    assert_eq!(code(valid().publish(day(2, 1), &[])), "checklist.in_use");
    let next = valid().next_edition().and_then(|n| n.with_items(vec![an_item("B09")])).expect("a draft");
    let (old, new) = succeed(valid(), next, day(7, 1)).expect("in order");
    assert_eq!((old.valid_from(), old.valid_to()), (Some(day(1, 1)), Some(day(6, 30))));
    assert_eq!((new.edition, new.valid_from(), new.valid_to()), (2, Some(day(7, 1)), None));
    assert!(old.is_valid_on(day(6, 30)) && !old.is_valid_on(day(7, 1)) && new.is_valid_on(day(7, 1)));
    assert_eq!(code(a_block("B", &["B01"]).next_edition()), "checklist.still_draft");
}

#[test]
fn validities_do_not_overlap_and_editions_count_upwards() {
    let next = valid().next_edition().expect("valid before");
    assert_eq!(code(next.clone().publish(day(7, 1), &[&valid()])), "checklist.overlap");
    let retired = valid().retire(day(6, 30)).expect("valid");
    assert_eq!(code(next.clone().publish(day(6, 30), &[&retired])), "checklist.overlap");
    assert_eq!(code(next.clone().publish(day(7, 1), &[&retired])), "有效");
    let again = Checklist { edition: 1, ..next };
    assert_eq!(code(again.publish(day(7, 1), &[&retired])), "checklist.edition_order");
    assert_eq!(
        code(valid().retire(Date::from_ymd_opt(2025, 12, 31).expect("valid"))),
        "checklist.not_retirable"
    );
    let early = succeed(valid(), valid().next_edition().expect("valid"), day(1, 1));
    assert_eq!(early.map_err(|e| e.code()).err(), Some("checklist.too_soon"), "and from which day it can");
}

#[test]
fn what_is_wrong_is_named_and_stops_publishing() {
    type Spoil = fn(&mut Checklist);
    fn first(list: &mut Checklist) -> &mut Item {
        list.items.first_mut().expect("two items")
    }
    let table: [(&str, Spoil); 13] = [
        ("checklist.code", |l| l.code = "B 1".into()),
        ("checklist.edition", |l| l.edition = 0),
        ("checklist.title_missing", |l| l.title.clear()),
        ("checklist.no_items", |l| l.items.clear()),
        ("checklist.applies_to_nothing", |l| l.applies = Applies::default()),
        ("checklist.quick_too_long", |l| {
            l.purpose = Purpose::Quick;
            l.items = (0..9).map(|i| an_item(&format!("Q{i}"))).collect();
        }),
        ("checklist.item_code", |l| first(l).code = "B-1".into()),
        ("checklist.item_duplicate", |l| first(l).code = "B02".into()),
        ("checklist.item_text", |l| first(l).text.clear()),
        ("checklist.item_basis", |l| first(l).basis.clear()),
        ("checklist.item_instrument", |l| first(l).basis.iter_mut().for_each(|b| b.instrument.clear())),
        ("checklist.item_hazard", |l| first(l).hazard = "H1".into()),
        ("checklist.item_weight", |l| first(l).weight = 0),
    ];
    for (expected, spoil) in table {
        let mut list = a_block("B", &["B01", "B02"]);
        spoil(&mut list);
        let found: Vec<_> = list.validate().iter().map(|p| p.code).collect();
        assert_eq!(found, [expected]);
        assert_eq!(code(list.publish(day(1, 1), &[])), "checklist.incomplete");
    }
}

#[test]
fn a_difference_names_the_item_and_the_field() {
    let old = valid();
    let mut new = old.next_edition().expect("valid");
    new.title = "新名".into();
    new.items.reverse();
    new.items.push(an_item("B03"));
    let second = new.items.iter_mut().find(|i| i.code == "B02").expect("kept");
    second.grade = SuggestedGrade::General;
    second.how = "试按".into();
    let found = diff(&old, &new);
    assert_eq!(found.header, ["title"]);
    assert_eq!((found.added, found.removed), (vec!["B03".to_owned()], vec![]));
    assert_eq!(found.changed, [("B02".to_owned(), vec!["how", "grade"])]);
    assert!(found.is_reordered);
    assert_eq!(diff(&old, &old), Diff::default());
}

#[test]
fn what_is_pinned_survives_retirement_and_notices_every_change() {
    let list = valid();
    assert_eq!(list.clone().retire(day(6, 30)).expect("valid").canonical(), list.canonical());
    type Change = fn(&mut Checklist);
    let changes: [Change; 8] = [
        |l| l.edition = 2,
        |l| l.title.push('改'),
        |l| l.applies.everywhere = false,
        |l| l.reuses.push("R01".into()),
        |l| l.items.reverse(),
        |l| l.items.iter_mut().for_each(|i| i.weight += 1),
        |l| {
            l.items.iter_mut().for_each(|i| i.basis.iter_mut().for_each(|b| b.confidence = Confidence::Check))
        },
        |l| l.items.iter_mut().for_each(|i| i.only.extend([KindCode::from("hotel")])),
    ];
    let texts: BTreeSet<String> = changes
        .iter()
        .map(|change| {
            let mut changed = list.clone();
            change(&mut changed);
            changed.canonical()
        })
        .chain([list.canonical()])
        .collect();
    assert_eq!(texts.len(), changes.len() + 1, "every change gives a text of its own");
}

#[test]
fn a_hazard_code_nobody_knows_is_named() {
    let with = |hazard: &str| Item { hazard: hazard.into(), ..an_item("B01") };
    let knows = |code: &HazardCode| code.as_str() == "H01.1";
    assert_eq!(with("H01.1").unknown_hazard(knows), None);
    assert_eq!(with("X").unknown_hazard(knows), None, "what is no code at all is told by itself");
    let problem = with("H99.9").unknown_hazard(knows).expect("nobody knows it");
    assert_eq!((problem.field, problem.code), ("item.hazard", "checklist.item_hazard_unknown"));
    assert!(problem.message.contains("B01") && problem.message.contains("H99.9"), "{}", problem.message);
}

#[test]
fn the_hazard_code_carries_its_category() {
    let with = |hazard: &str| Item { hazard: hazard.into(), ..an_item("B01") };
    assert_eq!(with("H01.1").hazard_category(), Some("01"));
    assert_eq!(with("H99").hazard_category(), Some("99"));
}

proptest! {
    #[test]
    fn no_text_can_forge_another_lists_canonical_form(a in "[\\\\nt\n\tA\u{1f}]{0,6}", b in "[\\\\nt\n\tA\u{1f}]{0,6}") {
        let with = |text: &str, how: &str| {
            let mut list = valid();
            list.items.iter_mut().for_each(|i| { i.text = text.into(); i.how = how.into(); });
            list.canonical()
        };
        prop_assert_eq!(with(&a, &b) == with(&b, &a), a == b);
    }
}
