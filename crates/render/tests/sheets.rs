//! Papers that are no official documents: forms, placards with their codes, certificates, ledgers; and many in one file.
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests tells by panicking")]

mod common;

use common::*;
use domain::document::{
    Block, Choice, Closing, Column, Document, Labelled, Layout, Map, Mark, Nature, PhotoRef, Sign, Signature,
    spot,
};
use image::{ImageFormat, RgbImage};
use render::{LABEL_SHEETS, Label, LabelSheet, Pictures, labels, pdf, pdf_many};

fn placard(layout: Layout, content: &str) -> Document {
    let row = |name: &str, post: &str| vec![name.to_owned(), post.to_owned(), "023-49000000".to_owned()];
    Document {
        blocks: vec![
            Block::Table {
                columns: [("姓名", 2), ("职务", 3), ("办公电话", 3)]
                    .map(|(title, share)| Column { title: title.into(), share })
                    .into(),
                rows: vec![row("张三", "网格长"), row("李四", "消防管理员")],
            },
            said("求助电话：119"),
            Block::Qr { content: content.into(), caption: "扫码查看并上报".into() },
        ],
        ..Document::new(layout, "胡豆坪村民委员会", "胡豆坪村消防工作人员公示牌", day("2026-03-05"))
    }
}

fn record() -> Document {
    let field = |label: &str, value: &str| Labelled { label: label.into(), value: value.into() };
    let choice = |text: &str, ticked| Choice { text: text.into(), ticked };
    Document {
        nature: Nature::Enforcement,
        number: Some("〔2026〕第3号".into()),
        recipients: vec!["平安副食店".into()],
        blocks: vec![
            Block::Fields {
                rows: vec![
                    vec![field("场所名称", "平安副食店"), field("电话", "023-49000000")],
                    vec![field("地址", "正街12号")],
                ],
            },
            heading(1, "检查结果"),
            Block::Checks {
                label: "结论".into(),
                options: vec![choice("合格", false), choice("不合格", true)],
            },
            Block::Photos { photos: vec![PhotoRef { name: "before".into(), caption: "改前".into() }] },
            Block::Signatures {
                places: vec![
                    Signature { label: "执法人员（签名）".into(), name: String::new(), on: None },
                    Signature {
                        label: "当事人（签名）".into(),
                        name: "李四".into(),
                        on: Some(day("2026-03-05")),
                    },
                ],
            },
        ],
        closing: Some(Closing { by: vec!["青峰镇人民政府".into()], sealed: true }),
        ..Document::new(Layout::Form, "青峰镇人民政府", "责令限期改正通知书", day("2026-03-05"))
    }
}

fn photo(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(40, 30, image::Rgb([200, 120, 40])).write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

fn pictures() -> Pictures {
    [("before".to_owned(), photo(ImageFormat::Jpeg))].into()
}

/// What the codes on a page say.
fn codes(page: &Page) -> Vec<String> {
    codes_in(page.0.clone())
}

/// What the codes of each label on a sheet say, label by label as a phone is held to one: a reader shown two dozen at once
/// takes corners of several for one.
fn label_codes(page: &Page, sheet: &LabelSheet) -> Vec<String> {
    let (left, top) = sheet.margins();
    let dots = |mm: f64| (mm * DOTS) as u32;
    let cells = (0..sheet.rows).flat_map(|row| (0..sheet.columns).map(move |column| (column, row)));
    cells
        .flat_map(|(column, row)| {
            let x = left + f64::from(column) * (sheet.width + sheet.gap);
            let y = top + f64::from(row) * (sheet.height + sheet.gap);
            let (width, height) = (dots(sheet.width), dots(sheet.height));
            codes_in(image::imageops::crop_imm(&page.0, dots(x), dots(y), width, height).to_image())
        })
        .collect()
}

fn codes_in(picture: RgbImage) -> Vec<String> {
    let grey = image::DynamicImage::ImageRgb8(picture).to_luma8();
    let (width, height) = grey.dimensions();
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, |x, y| {
            grey.get_pixel(x as u32, y as u32).0[0]
        });
    prepared.detect_grids().iter().map(|grid| grid.decode().expect("a code that can be read").1).collect()
}

const ADDRESS: &str = "https://fire.example.gov.cn/b/7f3k9q2m?t=胡豆坪";

#[test]
fn the_code_of_every_placard_is_read_back_as_printed() {
    for (layout, width, height) in [
        (Layout::PlacardA4, 210.0, 297.0),
        (Layout::PlacardA3, 420.0, 297.0),
        (Layout::DoorPlate, 210.0, 148.0),
    ] {
        let paper = Paper::of(&placard(layout, ADDRESS));
        let Some(page) = paper.page(1) else { return };
        within_a_millimetre("width", page.size().0, width);
        within_a_millimetre("height", page.size().1, height);
        assert_eq!(codes(&page), [ADDRESS], "{layout:?}");
        let text = paper.text().expect("text");
        for word in ["张三", "网格长", "023-49000000", "胡豆坪村民委员会"] {
            assert!(text.contains(word), "{layout:?}: {word} in {text}");
        }
    }
}

#[test]
fn labels_of_every_size_fill_sheets_of_a4_and_every_code_is_read_back() {
    for sheet in &LABEL_SHEETS {
        let many = (sheet.columns * sheet.rows) as usize + 1;
        let all: Vec<Label> = (0..many)
            .map(|n| Label {
                code: format!("https://fire.example.gov.cn:8443/p/h-01a00000-0000-7000-8000-{n:012}"),
                title: format!("自建房消防安全 {n}"),
                lines: vec![
                    "胡豆坪村 · 三组".to_owned(),
                    format!("QF-2{n:03}"),
                    "扫码看注意事项；着火先打 119".to_owned(),
                ],
            })
            .collect();
        let drawn = labels(&all, sheet, ("标签", day("2026-03-05")), &FONTS);
        let drawn = drawn.unwrap_or_else(|refusal| panic!("{}: {refusal}", sheet.code));
        assert_eq!(drawn.pages, 2, "{}: one more than a sheet holds", sheet.code);
        let again = labels(&all, sheet, ("标签", day("2026-03-05")), &FONTS).expect("drawn");
        assert_eq!(again.bytes, drawn.bytes, "{}: the same file again", sheet.code);
        let paper = Paper::keep(&drawn.bytes, "labels.pdf");
        let mut read = Vec::new();
        for n in 1..=2 {
            let Some(page) = paper.page(n) else { return };
            within_a_millimetre("width", page.size().0, 210.0);
            within_a_millimetre("height", page.size().1, 297.0);
            read.extend(label_codes(&page, sheet));
        }
        let mut said: Vec<&str> = all.iter().map(|one| one.code.as_str()).collect();
        read.sort();
        said.sort_unstable();
        assert_eq!(read, said, "{}", sheet.code);
        let text = paper.text().expect("text");
        assert!(text.contains("QF-2000") && text.contains("着火先"), "{}: {text}", sheet.code);
    }
    let (x, y) = LabelSheet::from_code("small").expect("there").margins();
    assert!(x > 5.0 && y > 5.0, "printers leave an edge: {x} {y}");
    assert!(LabelSheet::from_code("huge").is_none());
    let long = Label { code: "x".repeat(4_000), title: String::new(), lines: Vec::new() };
    let refused =
        labels(&[long], &LABEL_SHEETS[0], ("标签", day("2026-03-05")), &FONTS).expect_err("refused");
    assert_eq!(refused.code(), "render.qr_too_long");
}

#[test]
fn the_code_is_read_back_from_the_editable_file_too() {
    let Some(paper) = Paper::through_office(&placard(Layout::PlacardA4, ADDRESS), &Pictures::new()) else {
        return;
    };
    assert_eq!(codes(&paper.page(1).expect("drawn")), [ADDRESS]);
}

#[test]
fn many_placards_are_one_file_with_a_page_each_and_progress() {
    let papers: Vec<Document> =
        (0..7).map(|n| placard(Layout::DoorPlate, &format!("https://example.org/b/{n}"))).collect();
    let mut told = Vec::new();
    let drawn =
        pdf_many(&papers, &Pictures::new(), &FONTS, &mut |done, all| told.push((done, all))).expect("drawn");
    assert_eq!(drawn.pages, 7);
    assert_eq!(told, (1..=7).map(|n| (n, 7)).collect::<Vec<_>>());
    let paper = Paper::keep(&drawn.bytes, "paper.pdf");
    for n in 0..7 {
        let Some(page) = paper.page(n + 1) else { return };
        assert_eq!(codes(&page), [format!("https://example.org/b/{n}")]);
    }
}

#[test]
fn a_placard_with_much_to_say_is_set_smaller_and_one_that_cannot_fit_says_so() {
    let long = |lines: usize| {
        let mut paper = placard(Layout::DoorPlate, ADDRESS);
        paper
            .blocks
            .insert(1, said(&"每月检查责任区域内的场所，宣传防火常识，发现隐患及时劝改。\n".repeat(lines)));
        paper
    };
    assert_eq!(draw(&long(3)).pages, 1);
    let drawn = draw(&long(60));
    assert!(drawn.pages > 1);
    assert!(
        drawn.problems.iter().any(|problem| problem.code == "render.placard_overflow"),
        "{:?}",
        drawn.problems
    );
}

#[test]
fn an_enforcement_form_is_black_in_a_layout_of_its_own() {
    let drawn = pdf(&record(), &pictures(), &FONTS).expect("drawn");
    let paper = Paper::keep(&drawn.bytes, "paper.pdf");
    let Some(page) = paper.page(1) else { return };
    assert!(page.ink(Ink::Red, (0.0, 210.0), (0.0, 80.0)).is_none(), "nothing red at the head of a form");
    let text = paper.text().expect("text");
    insta::assert_snapshot!(text.split_whitespace().collect::<Vec<_>>().join(" "));
}

/// The form's own margins, the same in both files; no standard but ours says them, so what one prints the other must too.
#[test]
fn an_enforcement_form_keeps_its_margins_in_both_files() {
    let near = |part: &str, found: f64, wanted: f64| within_a_millimetre(part, found, wanted);
    let drawn = pdf(&record(), &pictures(), &FONTS).expect("drawn");
    let papers =
        [Some(Paper::keep(&drawn.bytes, "paper.pdf")), Paper::through_office(&record(), &pictures())];
    for (paper, of) in papers.into_iter().zip(["PDF", "LibreOffice"]) {
        let Some(page) = paper.and_then(|paper| paper.page(1)) else { return };
        near(&format!("{of}: width of the sheet"), page.size().0, 210.0);
        near(&format!("{of}: height of the sheet"), page.size().1, 297.0);
        let rules = page.rules(Ink::Black, 120.0);
        let grid = rules.first().expect("the rules of the fields");
        near(&format!("{of}: grid, left"), grid.left, 25.0);
        near(&format!("{of}: grid, right"), grid.right, 190.0);
        let middle = |from: f64, to: f64| {
            let ink = page.ink(Ink::Black, (0.0, 210.0), (from, to)).expect("ink");
            (ink.left + ink.right) / 2.0
        };
        let lines = page.bands((20.0, 195.0), (20.0, grid.top - 0.5));
        let [head, title, number, ..] = lines.as_slice() else {
            panic!("{of}: head, title, number: {lines:?}")
        };
        // LibreOffice sets a line of fixed height with its letters up to two millimetres above it.
        let edge = if of == "PDF" { 25.0 } else { 23.0 };
        assert!(head.0 >= edge, "{of}: nothing above the margin, {head:?}");
        near(&format!("{of}: head, centred"), middle(head.0, head.1 + 0.1), 107.5);
        near(&format!("{of}: title, centred"), middle(title.0, title.1 + 0.1), 107.5);
        let number = page.ink(Ink::Black, (0.0, 210.0), (number.0, number.1 + 0.1)).expect("a number");
        near(&format!("{of}: number, flush right"), number.right, 190.0);
        let all = page.ink(Ink::Black, (0.0, 210.0), (0.0, 297.0)).expect("ink");
        assert!(all.left >= 24.0 && all.right <= 191.0, "{of}: nothing beyond the margins, {all:?}");
    }
}

#[test]
fn every_layout_is_drawn_by_both_printers_with_every_kind_of_piece() {
    let mut blocks = record().blocks;
    blocks.extend(placard(Layout::Sheet, ADDRESS).blocks);
    blocks.extend([
        heading(2, "二级"),
        heading(3, "三级"),
        heading(4, "四级"),
        Block::PageBreak,
        said("末页。"),
    ]);
    for layout in Layout::ALL.into_iter().filter(|layout| !layout.placard()) {
        let paper = Document {
            layout,
            nature: Nature::Ordinary,
            signer: Some("王建国".into()),
            marks: vec!["特急".into()],
            attachments: vec!["检查表".into(), "评分表".into()],
            note: Some("此件公开发布".into()),
            blocks: blocks.clone(),
            ..record()
        };
        let drawn =
            pdf(&paper, &pictures(), &FONTS).unwrap_or_else(|refusal| panic!("{layout:?}: {refusal}"));
        assert!(drawn.pages >= 2, "{layout:?}");
        let text = Paper::keep(&drawn.bytes, "paper.pdf").text();
        let office = Paper::through_office(&paper, &pictures()).and_then(|paper| paper.text());
        for text in [text, office].into_iter().flatten() {
            for word in [
                "平安副食店",
                "不合格",
                "改前",
                "一、检查结果",
                "（一）二级",
                "1.三级",
                "（1）四级",
                "末页",
                "（此件公开发布）",
                "2.评分表",
            ] {
                let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                assert!(squeezed.contains(word), "{layout:?}: {word} in {text}");
            }
        }
    }
}

#[test]
fn the_small_line_at_the_foot_is_on_every_sheet_of_every_layout_and_moves_nothing() {
    let said_so = "演示数据，均为虚构";
    for layout in Layout::ALL {
        let blocks = vec![said("第一页。"), Block::PageBreak, said("第二页。")];
        let plain = match layout.placard() {
            true => placard(layout, "https://example.org"),
            false => Document {
                blocks,
                signer: (layout == Layout::Upward).then(|| "王建国".to_owned()),
                ..Document::new(layout, "青峰镇人民政府", "通知", day("2026-03-05"))
            },
        };
        let marked = Document { foot: Some(said_so.to_owned()), ..plain.clone() };
        let (before, after) = (draw(&plain), draw(&marked));
        assert_eq!(before.pages, after.pages, "{layout:?}");
        let Some(text) = Paper::keep(&after.bytes, "paper.pdf").text() else { return };
        let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(squeezed.matches(said_so).count(), after.pages, "{layout:?}: {text}");
        assert!(!Paper::keep(&before.bytes, "paper.pdf").text().is_some_and(|text| text.contains("演示")));
    }
    let letter =
        Document { foot: Some(said_so.to_owned()), ..placard(Layout::PlacardA4, "https://example.org") };
    let Some(office) = Paper::through_office(&letter, &Pictures::new()).and_then(|paper| paper.text()) else {
        return;
    };
    assert!(office.contains(said_so), "in the editable file as well: {office}");
}

#[test]
fn a_ledger_repeats_its_header_on_every_page() {
    let rows = (1..=90).map(|n| vec![n.to_string(), format!("场所{n}")]).collect();
    let columns =
        vec![Column { title: "序号".into(), share: 1 }, Column { title: "场所名称".into(), share: 5 }];
    let ledger = Document {
        blocks: vec![Block::Table { columns, rows }],
        ..Document::new(Layout::Sheet, "青峰镇人民政府", "检查台账", day("2026-03-05"))
    };
    let drawn = draw(&ledger);
    assert!(drawn.pages >= 3);
    let Some(text) = Paper::keep(&drawn.bytes, "paper.pdf").text() else { return };
    assert_eq!(text.matches("场所名称").count(), drawn.pages);
    assert!(text.contains("场所90"));
}

#[test]
fn a_photo_that_is_missing_or_broken_is_named_by_both_printers() {
    let broken: Pictures = [("before".to_owned(), b"not a picture".to_vec())].into();
    for (pictures, code) in
        [(Pictures::new(), "render.picture_missing"), (broken, "render.picture_unreadable")]
    {
        let by_pdf = pdf(&record(), &pictures, &FONTS).expect_err("refused");
        let by_docx = render::docx(&record(), &pictures).expect_err("refused");
        assert_eq!([by_pdf.code(), by_docx.code()], [code, code]);
        assert!(by_pdf.to_string().contains("before"), "{by_pdf}");
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let pictures: Pictures = [("before".to_owned(), photo(format))].into();
        assert!(pdf(&record(), &pictures, &FONTS).is_ok(), "{format:?}");
    }
}

#[test]
fn a_code_that_says_too_much_is_refused() {
    let refusal =
        pdf(&placard(Layout::PlacardA4, &"x".repeat(5000)), &Pictures::new(), &FONTS).expect_err("refused");
    assert_eq!(refusal.code(), "render.qr_too_long");
}

/// A paper that fails leaves as little behind as one that is drawn.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_flat_over_many_papers_also_when_they_fail() {
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/statm").expect("statm");
        text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number") * 4
            / 1024
    };
    let one = |n: usize| {
        let paper = placard(Layout::DoorPlate, &format!("https://example.org/b/{n}"));
        if n.is_multiple_of(5) {
            let bad = Document { blocks: vec![said(&format!("李\u{10FFFD}{n}"))], ..paper };
            assert!(pdf(&bad, &Pictures::new(), &FONTS).is_err());
        } else {
            draw(&paper);
        }
    };
    (0..20).for_each(one);
    let before = resident();
    (20..120).for_each(one);
    let grown = resident().saturating_sub(before);
    assert!(grown < 40, "grew by {grown} MB over a hundred papers");
}

/// A form with a map: one station chosen, one that stands, places reached and beyond, one road.
fn sited() -> Document {
    let mark =
        |at: [f64; 2], sign: Sign, number: &str| Mark { at: spot(at), sign, number: number.to_owned() };
    let map = Map {
        caption: "图1 选址示意图".to_owned(),
        ways: vec![vec![spot([105.85, 29.24]), spot([105.88, 29.26]), spot([105.90, 29.28])]],
        marks: vec![
            mark([105.85, 29.24], Sign::Chosen, "1"),
            mark([105.90, 29.28], Sign::Standing, "2"),
            mark([105.86, 29.27], Sign::Candidate, "3"),
            mark([105.87, 29.25], Sign::Reached, ""),
            mark([105.89, 29.25], Sign::Beyond, ""),
        ],
        circle_m: Some(1_500),
    };
    Document {
        blocks: vec![heading(1, "论证结论"), Block::Map { map }, said("图后还有字。")],
        ..Document::new(Layout::Form, "青峰镇人民政府", "消防站建设需求论证", day("2026-03-05"))
    }
}

#[test]
fn a_map_has_its_legend_and_scale_and_no_colour_from_both_printers() {
    let drawn = Some(Paper::of(&sited()));
    let office = Paper::through_office(&sited(), &Pictures::new());
    for paper in [drawn, office].into_iter().flatten() {
        let Some(text) = paper.text() else { return };
        for word in [
            "选定点",
            "已有或已定点",
            "其他候选点",
            "已覆盖的需求点",
            "未覆盖的需求点",
            "道路",
            "1500",
            "约",
            "图1",
        ] {
            // Between digits and characters a reader of PDFs may see a gap.
            let close: String = text.chars().filter(|one| !one.is_whitespace()).collect();
            assert!(close.contains(word), "{word} in {text}");
        }
        let page = paper.page(1).expect("a page");
        let is_grey = |pixel: &image::Rgb<u8>| pixel.0.iter().all(|part| part.abs_diff(pixel.0[0]) < 12);
        assert!(page.0.pixels().all(is_grey), "a map is black and white");
        // The frame: two rules as wide as the lines, the map between them.
        let rules = page.rules(Ink::Black, 160.0);
        let (top, foot) = (rules.first().expect("a frame"), rules.last().expect("a frame"));
        within_a_millimetre("left", top.left, 25.0);
        within_a_millimetre("width", top.right - top.left, 165.0);
        assert!(foot.bottom - top.top > 60.0, "{rules:?}");
        assert!(
            page.ink(Ink::Black, (25.0, 190.0), (foot.bottom + 2.0, foot.bottom + 12.0)).is_some(),
            "a legend"
        );
    }
}
