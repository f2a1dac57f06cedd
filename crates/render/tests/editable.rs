//! The editable file as Word reads it: the sheet in its section, every element in the order of the schema (Word calls a
//! file damaged otherwise), headings as headings.
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests tells by panicking")]

mod common;

use std::io::Read;

use common::*;
use domain::document::{Block, Column, Document, Layout, Map, Mark, Sign, spot};
use render::Pictures;
use roxmltree::Node;

/// Children of the elements we write, in the order of ECMA-376 part 1 (the ones we use).
const ORDER: [(&str, &[&str]); 8] = [
    (
        "pPr",
        &[
            "pStyle",
            "keepNext",
            "pBdr",
            "tabs",
            "autoSpaceDE",
            "autoSpaceDN",
            "spacing",
            "ind",
            "jc",
            "outlineLvl",
        ],
    ),
    ("rPr", &["rFonts", "b", "color", "spacing", "sz", "szCs", "lang"]),
    ("tblPr", &["tblpPr", "tblOverlap", "tblW", "tblBorders", "tblLayout", "tblCellMar"]),
    ("tcPr", &["tcW", "gridSpan", "vAlign"]),
    ("tblBorders", &["top", "left", "bottom", "right", "insideH", "insideV"]),
    ("sectPr", &["footerReference", "pgSz", "pgMar", "titlePg"]),
    ("style", &["name", "basedOn", "next", "qFormat", "pPr", "rPr"]),
    ("settings", &["evenAndOddHeaders", "characterSpacingControl", "compat"]),
];

fn part(document: &Document, path: &str) -> String {
    let bytes = render::docx(document, &Pictures::new()).unwrap_or_else(|refusal| panic!("{refusal}"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut text = String::new();
    archive.by_name(path).expect(path).read_to_string(&mut text).expect("text");
    text
}

fn everything(layout: Layout) -> Document {
    let mut paper =
        Document { layout, signer: Some("王建国".into()), marks: vec!["特急".into()], ..circular() };
    paper.attachments = vec!["检查表 <甲> & \"乙\"".into()];
    paper.note = Some("此件公开发布".into());
    paper.blocks.extend([
        heading(2, "重点场所"),
        heading(3, "三级"),
        heading(4, "四级"),
        Block::Table {
            columns: vec![Column { title: "村".into(), share: 1 }],
            rows: vec![vec!["胡豆坪村".into()]],
        },
        Block::Qr { content: "https://example.org/".into(), caption: "扫码".into() },
        Block::Map {
            map: Map {
                caption: "示意图 <甲>".into(),
                ways: vec![vec![spot([105.85, 29.24]), spot([105.88, 29.26])]],
                marks: vec![Mark { at: spot([105.86, 29.25]), sign: Sign::Chosen, number: "1".into() }],
                circle_m: None,
            },
        },
    ]);
    paper
}

fn number(node: Node<'_, '_>, name: &str) -> i64 {
    let found = node.attributes().find(|attribute| attribute.name() == name);
    found.and_then(|attribute| attribute.value().parse().ok()).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn the_section_has_the_measures_of_the_standard() {
    let xml = part(&circular(), "word/document.xml");
    let read = roxmltree::Document::parse(&xml).expect("XML");
    let find = |name: &str| read.descendants().find(|node| node.tag_name().name() == name).expect("there");
    let mm = |twips: i64| twips as f64 * 25.4 / 1440.0;
    let (size, margin) = (find("pgSz"), find("pgMar"));
    for (node, name, wanted) in [
        (size, "w", 210.0),
        (size, "h", 297.0),
        (margin, "top", 37.0),
        (margin, "left", 28.0),
        (margin, "right", 26.0),
        (margin, "bottom", 35.0),
    ] {
        assert!((mm(number(node, name)) - wanted).abs() < 0.05, "{name}");
    }
}

#[test]
fn the_foot_is_as_wide_as_the_type_area_and_hangs_at_its_end() {
    let xml = part(&circular(), "word/document.xml");
    let read = roxmltree::Document::parse(&xml).expect("XML");
    let hung =
        read.descendants().find(|node| node.tag_name().name() == "tblpPr").expect("a table that hangs");
    assert!(
        hung.attributes().any(|attribute| attribute.name() == "tblpYSpec" && attribute.value() == "bottom")
    );
    let cells: Vec<i64> = read
        .descendants()
        .filter(|node| node.tag_name().name() == "tcW")
        .map(|node| number(node, "w"))
        .collect();
    assert_eq!(cells.len(), 2);
    assert!(cells.iter().all(|twips| (*twips as f64 * 25.4 / 1440.0 - 156.0).abs() < 0.05), "{cells:?}");
}

#[test]
fn every_element_stands_where_the_schema_wants_it() {
    for layout in Layout::ALL {
        for path in [
            "word/document.xml",
            "word/styles.xml",
            "word/settings.xml",
            "word/footer_odd.xml",
            "word/footer_first.xml",
        ] {
            let xml = part(&everything(layout), path);
            let read =
                roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{layout:?} {path}: {error}"));
            for node in read.descendants() {
                let Some((parent, order)) = ORDER.iter().find(|(name, _)| *name == node.tag_name().name())
                else {
                    continue;
                };
                let places: Vec<usize> = node
                    .children()
                    .filter(Node::is_element)
                    .map(|child| {
                        let name = child.tag_name().name();
                        let place = order.iter().position(|known| *known == name);
                        place.unwrap_or_else(|| panic!("{path}: {name} in {parent} is not in the list"))
                    })
                    .collect();
                assert!(
                    places.is_sorted(),
                    "{layout:?} {path}: children of {parent} out of order: {places:?}"
                );
            }
        }
    }
}

#[test]
fn two_tables_never_touch_and_none_ends_the_body() {
    let mut paper = everything(Layout::Form);
    let table =
        paper.blocks.iter().find(|block| matches!(block, Block::Table { .. })).cloned().expect("a table");
    paper.blocks.extend([table.clone(), table]);
    let xml = part(&paper, "word/document.xml");
    let read = roxmltree::Document::parse(&xml).expect("XML");
    let mut tables = 0;
    for table in read.descendants().filter(|node| node.tag_name().name() == "tbl") {
        tables += 1;
        let next = table.next_sibling_element().expect("something after a table");
        assert_eq!(next.tag_name().name(), "p");
    }
    assert_eq!(tables, 3);
}

#[test]
fn headings_are_headings_with_their_numbers() {
    let xml = part(&everything(Layout::Circular), "word/document.xml");
    let read = roxmltree::Document::parse(&xml).expect("XML");
    let mut found = Vec::new();
    for paragraph in read.descendants().filter(|node| node.tag_name().name() == "p") {
        let style = paragraph.descendants().find(|node| node.tag_name().name() == "pStyle");
        let style = style.and_then(|style| style.attributes().next().map(|value| value.value()));
        if let Some(style) = style.filter(|style| style.starts_with("Heading")) {
            let text: String =
                paragraph.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
            found.push(format!("{style} {text}"));
        }
    }
    assert_eq!(
        found,
        ["Heading1 一、检查范围", "Heading2 （一）重点场所", "Heading3 1.三级", "Heading4 （1）四级"]
    );
}

#[test]
fn everything_a_part_refers_to_is_in_the_archive() {
    let bytes = render::docx(&everything(Layout::Form), &Pictures::new()).expect("written");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    let mut rels = String::new();
    archive
        .by_name("word/_rels/document.xml.rels")
        .expect("relations")
        .read_to_string(&mut rels)
        .expect("text");
    let read = roxmltree::Document::parse(&rels).expect("XML");
    let targets: Vec<_> = read.descendants().filter_map(|node| node.attribute("Target")).collect();
    assert!(targets.len() >= 7, "{targets:?}");
    for target in targets {
        assert!(names.contains(&format!("word/{target}")), "{target} is not in {names:?}");
    }
}
