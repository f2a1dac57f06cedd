//! A circular laid under a ruler: GB/T 9704-2012, to the millimetre, in the PDF and in the editable file as LibreOffice
//! prints it.
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests tells by panicking")]

mod common;

use common::*;
use domain::document::{Block, Closing, Document, Layout};
use render::{Pictures, pdf};

/// Sheet, mark, number, red rule, title, foot.
fn conforms(page: &Page, what: &str) {
    let near =
        |part: &str, found: f64, wanted: f64| within_a_millimetre(&format!("{what}: {part}"), found, wanted);
    near("width of the sheet", page.size().0, 210.0);
    near("height of the sheet", page.size().1, 297.0);
    let rules = page.rules(Ink::Red, 100.0);
    assert_eq!(rules.len(), 1, "{what}: one red rule, {rules:?}");
    let rule = rules.first().expect("one");
    near("red rule, left", rule.left, 28.0);
    near("red rule, right", rule.right, 184.0);
    let mark = page.ink(Ink::Red, (0.0, 210.0), (0.0, rule.top - 1.0)).expect("a mark");
    near("mark, top edge 35 mm below the type area", mark.top, 37.0 + 35.0);
    near("mark, centred", (mark.left + mark.right) / 2.0, 106.0);
    let number = page.ink(Ink::Black, (0.0, 210.0), (mark.bottom + 1.0, rule.top - 0.5)).expect("a number");
    near("number, centred", (number.left + number.right) / 2.0, 106.0);
    near("red rule below the number", rule.top - number.bottom, 4.0);
    // Two lines of the grid, and the half lines around the ink of different sizes.
    near("number two lines below the mark", number.top - mark.bottom, 2.0 * 225.0 / 22.0);
    let lines = page.bands((20.0, 200.0), (rule.bottom + 1.0, 261.0));
    let (title, rest) = lines.split_at(2);
    for line in title {
        let ink = page.ink(Ink::Black, (0.0, 210.0), (line.0, line.1)).expect("a title");
        near("title, centred", (ink.left + ink.right) / 2.0, 106.0);
    }
    let middle = |line: &(f64, f64)| (line.0 + line.1) / 2.0;
    let [first, second, ..] = rest else { panic!("{what}: recipients and a line") };
    near("a line of the grid", middle(second) - middle(first), 225.0 / 22.0);
    let recipients = page.ink(Ink::Black, (0.0, 210.0), (first.0, first.1)).expect("recipients");
    near("recipients, flush left", recipients.left, 28.0);
    let paragraph = page.ink(Ink::Black, (0.0, 210.0), (second.0, second.1)).expect("a paragraph");
    near("paragraph, two characters in", paragraph.left, 28.0 + 2.0 * 156.0 / 28.0);
    let foot = page.rules(Ink::Black, 100.0);
    let last = foot.last().expect("rules at the foot");
    assert_eq!(foot.len(), 3, "{what}: three rules at the foot, {foot:?}");
    near("last rule, the foot of the type area", last.bottom, 262.0);
    for rule in &foot {
        near("rule of the foot, left", rule.left, 28.0);
        near("rule of the foot, width", rule.right - rule.left, 156.0);
    }
    let number = page.ink(Ink::Black, (100.0, 210.0), (264.0, 290.0)).expect("a page number on the right");
    near("page number, one character in", number.right, 184.0 - 14.0 * 25.4 / 72.0);
    let dash = page.ink(Ink::Black, (number.left, number.left + 2.0), (264.0, 290.0)).expect("a dash");
    near("dash of the page number, 7 mm below the type area", dash.top, 269.0);
}

#[test]
fn the_pdf_keeps_the_measures_of_the_standard() {
    let Some(page) = Paper::of(&circular()).page(1) else { return };
    conforms(&page, "PDF");
}

#[test]
fn the_editable_file_keeps_them_in_libreoffice() {
    let Some(paper) = Paper::through_office(&circular(), &Pictures::new()) else { return };
    conforms(&paper.page(1).expect("drawn"), "LibreOffice");
}

#[test]
fn both_say_the_same_words_and_in_chinese() {
    let words = |text: String| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let Some(text) = Paper::of(&circular()).text() else { return };
    let text = words(text);
    insta::assert_snapshot!(text);
    if let Some(office) = Paper::through_office(&circular(), &Pictures::new()).and_then(|paper| paper.text())
    {
        let sorted = |text: &str| {
            let mut chars: Vec<char> = text.chars().collect();
            chars.sort_unstable();
            chars.into_iter().collect::<String>()
        };
        assert_eq!(sorted(&words(office)), sorted(&text), "the same characters, wherever the foot is read");
    }
}

/// Of long lines LibreOffice drops no comma, wherever it stands.
#[test]
fn every_comma_of_a_long_paragraph_is_in_the_editable_file() {
    let long: String = (3..40).map(|n| "国".repeat(n % 13 + 2) + "，").collect();
    let paper =
        Document { blocks: vec![said(&long.repeat(3))], copies_to: vec![], printed: None, ..circular() };
    let commas = |text: Option<String>| text.map_or(0, |text| text.matches('，').count());
    let Some(office) = Paper::through_office(&paper, &Pictures::new()) else { return };
    let ours = commas(Paper::of(&paper).text());
    assert!(ours >= 37 * 3, "{ours}");
    assert_eq!(commas(office.text()), ours);
}

/// The number of the page stays where the standard has it, whatever small line or stamp stands below.
#[test]
fn the_small_line_does_not_move_the_number_of_the_page() {
    for (foot, stamp) in
        [(Some("演示数据，均为虚构"), None), (Some("演示数据"), Some("草稿")), (None, Some("作废"))]
    {
        let paper = Document {
            foot: foot.map(str::to_owned),
            stamp: stamp.map(str::to_owned),
            blocks: vec![said(&"国".repeat(28 * 40))],
            ..circular()
        };
        let Some(page) = Paper::through_office(&paper, &Pictures::new()).and_then(|paper| paper.page(1))
        else {
            return;
        };
        let number =
            page.ink(Ink::Black, (150.0, 190.0), (262.5, 290.0)).expect("a page number on the right");
        let dash = page.ink(Ink::Black, (number.left, number.left + 2.0), (262.5, 290.0)).expect("a dash");
        within_a_millimetre(&format!("{foot:?} {stamp:?}: dash"), dash.top, 269.0);
        let lines = page.bands((20.0, 200.0), (36.0, 263.0));
        assert!(
            lines.last().is_some_and(|line| line.1 > 255.0),
            "{foot:?} {stamp:?}: the page is full, {lines:?}"
        );
    }
}

#[test]
fn a_full_page_has_22_lines_of_28_characters_and_even_pages_are_numbered_left() {
    let full = Document {
        blocks: vec![said(&"国".repeat(28 * 60))],
        copies_to: vec![],
        printed: None,
        ..circular()
    };
    for paper in
        [Some(Paper::of(&full)), Paper::through_office(&full, &Pictures::new())].into_iter().flatten()
    {
        let Some(page) = paper.page(2) else { return };
        let lines = page.bands((20.0, 200.0), (36.0, 263.0));
        assert_eq!(lines.len(), 22);
        let text = paper.text().expect("text");
        let full = page.ink(Ink::Black, (0.0, 210.0), (40.0, 260.0)).expect("lines");
        within_a_millimetre("type area, left", full.left, 28.0);
        within_a_millimetre("type area, right", full.right, 184.0);
        let longest = text.lines().map(|line| line.chars().filter(|c| *c == '国').count()).max();
        assert_eq!(longest, Some(28));
        let number = page.ink(Ink::Black, (0.0, 100.0), (264.0, 290.0)).expect("a page number on the left");
        within_a_millimetre("page number of an even page", number.left, 28.0 + 14.0 * 25.4 / 72.0);
    }
}

#[test]
fn a_seal_has_room_and_the_date_stands_four_characters_in() {
    let Some(page) = Paper::of(&Document { copies_to: vec![], printed: None, ..circular() }).page(1) else {
        return;
    };
    let lines = page.bands((20.0, 200.0), (100.0, 262.0));
    let of = |line: &(f64, f64)| page.ink(Ink::Black, (0.0, 210.0), (line.0, line.1 + 0.1)).expect("ink");
    let (date, name) = (of(&lines[lines.len() - 1]), of(&lines[lines.len() - 2]));
    let one = 156.0 / 28.0;
    // The ink of 日 ends about a millimetre before its box does.
    within_a_millimetre("date, four characters in", date.right + 0.9, 184.0 - 4.0 * one);
    within_a_millimetre(
        "name over the middle of the date",
        (name.left + name.right) / 2.0,
        (date.left + date.right) / 2.0,
    );
}

#[test]
fn the_closing_does_not_stand_alone_on_a_page() {
    // However long the body is, the page of the date has a line of the body above it.
    for characters in (28 * 8..28 * 14).step_by(28) {
        let paper = Document {
            blocks: vec![said(&"国".repeat(characters))],
            copies_to: vec![],
            printed: None,
            ..circular()
        };
        let Some(text) = Paper::of(&paper).text() else { return };
        let before_date = text.split("2025年3月5日").next().expect("a part");
        let after_break = before_date.rsplit('\u{c}').next().expect("a part");
        assert!(after_break.contains('国'), "{characters} characters: {after_break}");
    }
}

/// A circular that is urgent, with two attachments, the name of one longer than a line.
fn marked() -> Document {
    Document {
        marks: vec!["000001".into(), "秘密★1年".into(), "特急".into()],
        attachments: vec!["国".repeat(30), "国评分表".into()],
        ..circular()
    }
}

#[test]
fn marks_stand_at_the_upper_left_one_below_the_other_and_move_nothing() {
    let line = 225.0 / 22.0;
    for paper in
        [Some(Paper::of(&marked())), Paper::through_office(&marked(), &Pictures::new())].into_iter().flatten()
    {
        let Some(page) = paper.page(1) else { return };
        let mark = page.ink(Ink::Red, (0.0, 210.0), (40.0, 120.0)).expect("a mark");
        within_a_millimetre("red mark, where it is without them", mark.top, 72.0);
        let lines = page.bands((20.0, 200.0), (36.0, 71.0));
        assert_eq!(lines.len(), 3, "copy number, secrecy, urgency: {lines:?}");
        let middle = |found: &(f64, f64)| f64::midpoint(found.0, found.1);
        let first = lines.first().expect("a line");
        assert!(first.0 >= 37.0 && first.1 <= 37.0 + line, "on the first line of the type area: {first:?}");
        for (at, found) in lines.iter().enumerate() {
            let ink = page.ink(Ink::Black, (0.0, 210.0), *found).expect("ink");
            within_a_millimetre("flush left", ink.left, 28.0 + 0.6);
            within_a_millimetre("a line of the grid each", middle(found) - middle(first), at as f64 * line);
        }
    }
}

#[test]
fn attachments_stand_a_line_below_the_body_and_long_names_go_on_below_their_own_first_character() {
    let paper = Document { copies_to: vec![], printed: None, ..marked() };
    let one = 156.0 / 28.0;
    for paper in
        [Some(Paper::of(&paper)), Paper::through_office(&paper, &Pictures::new())].into_iter().flatten()
    {
        let Some(page) = paper.page(1) else { return };
        let lines = page.bands((20.0, 200.0), (100.0, 262.0));
        // From the end: the second attachment, the rest of the first, the first; the seal has no room here and goes to the next page.
        let at = |back: usize| lines[lines.len() - back];
        let of = |line: (f64, f64)| page.ink(Ink::Black, (0.0, 210.0), line).expect("ink");
        let middle = |line: (f64, f64)| f64::midpoint(line.0, line.1);
        let (first, more, second) = (at(3), at(2), at(1));
        let grid = 225.0 / 22.0;
        within_a_millimetre("a line empty between", middle(first) - middle(at(4)), 2.0 * grid);
        within_a_millimetre("附件, two characters in", of(first).left, 28.0 + 2.0 * one + 0.4);
        // 附件： are three characters, the number with what follows it one and a half.
        within_a_millimetre(
            "the rest of the name below its first character",
            of(more).left,
            28.0 + 6.5 * one + 0.6,
        );
        within_a_millimetre("the second number below the first", of(second).left, 28.0 + 5.0 * one + 0.8);
    }
}

#[test]
fn a_letter_has_its_marks_on_the_line_of_its_number() {
    let letter = Document { layout: Layout::Letter, copies_to: vec![], printed: None, ..marked() };
    for paper in
        [Some(Paper::of(&letter)), Paper::through_office(&letter, &Pictures::new())].into_iter().flatten()
    {
        let Some(page) = paper.page(1) else { return };
        let upper = page.rules(Ink::Red, 150.0).first().copied().expect("the upper rule");
        let lines = page.bands((20.0, 200.0), (upper.bottom + 2.5, upper.bottom + 45.0));
        let [number, second, third, ..] = lines.as_slice() else { panic!("three lines: {lines:?}") };
        let of = |line: &(f64, f64)| page.ink(Ink::Black, (0.0, 210.0), *line).expect("ink");
        within_a_millimetre("number, flush right", of(number).right, 184.0 - 0.6);
        for line in [number, second, third] {
            within_a_millimetre("a mark, flush left", of(line).left, 28.0 + 0.6);
        }
        assert!(
            of(second).right < 100.0 && of(third).right < 100.0,
            "the number stands on the first line only"
        );
    }
}

#[test]
fn an_upward_document_names_who_signs_on_the_right() {
    let upward = Document { layout: Layout::Upward, signer: Some("王建国".into()), ..circular() };
    for paper in
        [Some(Paper::of(&upward)), Paper::through_office(&upward, &Pictures::new())].into_iter().flatten()
    {
        let Some(page) = paper.page(1) else { return };
        let rule = page.rules(Ink::Red, 100.0).first().copied().expect("a rule");
        within_a_millimetre("rule, as wide as the type area", rule.right - rule.left, 156.0);
        let line = page.ink(Ink::Black, (0.0, 210.0), (rule.top - 11.0, rule.top - 0.5)).expect("a line");
        let one = 156.0 / 28.0;
        within_a_millimetre("number, one character in", line.left, 28.0 + one);
        within_a_millimetre("who signs, one character in", line.right, 184.0 - one);
    }
}

#[test]
fn a_letter_has_its_mark_30_mm_from_the_edge_and_double_rules_of_170_mm() {
    let letter = Document { layout: Layout::Letter, copies_to: vec![], printed: None, ..circular() };
    for paper in
        [Some(Paper::of(&letter)), Paper::through_office(&letter, &Pictures::new())].into_iter().flatten()
    {
        let Some(page) = paper.page(1) else { return };
        let mark = page.ink(Ink::Red, (0.0, 210.0), (0.0, 60.0)).expect("a mark");
        within_a_millimetre("mark", mark.top, 30.0);
        let rules = page.rules(Ink::Red, 150.0);
        let (upper, lower) = (rules.first().expect("upper"), rules.last().expect("lower"));
        assert!(rules.len() >= 4, "two double rules: {rules:?}");
        within_a_millimetre("length", upper.right - upper.left, 170.0);
        within_a_millimetre("middle", (upper.right + upper.left) / 2.0, 105.0);
        within_a_millimetre("lower rule", lower.bottom, 297.0 - 20.0);
        assert!(page.ink(Ink::Black, (0.0, 210.0), (264.0, 276.0)).is_none(), "no number on the first page");
    }
}

#[test]
fn minutes_have_their_mark_and_no_signature() {
    let minutes =
        Document {
            layout: Layout::Minutes, closing: None, number: Some("〔2026〕3号".into()), ..circular()
        };
    let Some(page) = Paper::of(&minutes).page(1) else { return };
    let mark = page.ink(Ink::Red, (0.0, 210.0), (0.0, 100.0)).expect("a mark");
    within_a_millimetre("mark", mark.top, 72.0);
}

#[test]
fn enforcement_on_red_head_paper_is_refused_by_both_printers() {
    let paper = Document { nature: domain::document::Nature::Enforcement, ..circular() };
    let code = "document.enforcement_on_red_head";
    assert_eq!(pdf(&paper, &Pictures::new(), &FONTS).expect_err("refused").code(), code);
    assert_eq!(render::docx(&paper, &Pictures::new()).expect_err("refused").code(), code);
}

#[test]
fn what_a_person_writes_is_never_read_as_a_command() {
    let nasty = "#panic() *粗* _斜_ $x$ <y> & \\ \" ' ` [链接] @ref // 注释 /* */ {x}";
    let paper = Document { blocks: vec![said(nasty)], ..circular() };
    let Some(text) = Paper::of(&paper).text() else { return };
    let words = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    assert!(words(&text).contains(&words(nasty)), "{text}");
    let office = Paper::through_office(&paper, &Pictures::new()).and_then(|paper| paper.text());
    assert!(office.is_none_or(|text| words(&text).contains(&words(nasty))));
}

#[test]
fn a_missing_character_is_named_and_nothing_is_drawn() {
    let paper = Document { blocks: vec![said("李\u{10FFFD}同志")], ..circular() };
    let refusal = pdf(&paper, &Pictures::new(), &FONTS).expect_err("refused");
    assert_eq!(refusal.code(), "render.no_glyph");
    assert!(refusal.to_string().contains("U+10FFFD"), "{refusal}");
}

#[test]
fn the_same_document_is_the_same_file() {
    assert!(draw(&circular()).bytes == draw(&circular()).bytes);
    let written = || render::docx(&circular(), &Pictures::new()).expect("written");
    assert!(written() == written());
}

#[test]
fn several_bodies_sign_one_below_the_other_and_without_a_seal_the_date_follows_the_name() {
    let closing = Closing {
        by: vec!["青峰镇人民政府".into(), "青峰镇消防安全委员会办公室".into()],
        sealed: false,
    };
    let paper = Document {
        closing: Some(closing),
        copies_to: vec![],
        printed: None,
        blocks: vec![said("特此通知。"), Block::PageBreak, said("附表。")],
        ..circular()
    };
    let Some(page) = Paper::of(&paper).page(2) else { return };
    let lines = page.bands((20.0, 200.0), (36.0, 262.0));
    assert_eq!(lines.len(), 4, "a line, two bodies, a date");
    let of = |at: usize| page.ink(Ink::Black, (0.0, 210.0), (lines[at].0, lines[at].1 + 0.1)).expect("ink");
    let one = 156.0 / 28.0;
    within_a_millimetre("the longest name, two characters in", of(2).right, 184.0 - 2.0 * one);
    within_a_millimetre("the date begins two characters after it", of(3).left, of(2).left + 2.0 * one);
}
