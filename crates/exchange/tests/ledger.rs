//! Stories of ledgers as offices send them: titles, merged headers, sums, slips of the pen. What does not belong here:
//! going out and in again (`round_trip`), the child process (`sandbox`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail as loudly as the test"
)]

use std::io::{Cursor, Read, Write};

use domain::place_list::ListKind;
use exchange::{
    header,
    ledger::{self, Parsed, Vocabulary},
    people_sheet::{self, PEOPLE, PersonRow},
    place_catalog,
    places_sheet::{PLACES, PlaceRow},
    problem::{ImportError, Level, blocks_import},
    sheet::{self, Limits, Sheet},
    value::Cell,
    write,
};
use rust_xlsxwriter::{Format, Formula, Workbook};

fn read(bytes: &[u8]) -> sheet::Workbook {
    sheet::read(bytes, &Limits::default()).expect("a readable file")
}

fn parse_places(sheet: &Sheet) -> Parsed<PlaceRow> {
    let mapping = header::guess(sheet, &PLACES).expect("a header");
    ledger::parse(sheet, &mapping, &vocabulary(), &mut |_| {})
}

fn vocabulary() -> Vocabulary {
    place_catalog::shipped_vocabulary()
}

fn from_csv(text: &str) -> Parsed<PlaceRow> {
    parse_places(&read(text.as_bytes()).sheets[0])
}

/// Code, row and column of each problem.
fn problems(parsed: &Parsed<PlaceRow>) -> Vec<(&str, u32, &str)> {
    parsed.problems.iter().map(|p| (&*p.code, p.row, p.column.as_str())).collect()
}

/// A workbook as a village office fills it in.
fn village_ledger() -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("摸底表").unwrap();
    let plain = Format::new();
    page.merge_range(0, 0, 0, 9, "某某镇消防安全场所摸底台账（2024 年）", &plain).unwrap();
    page.write_string(1, 0, "填报单位：某某社区").unwrap();
    for (column, title) in [(0, "序号"), (1, "单位（场所）名称"), (2, "村居"), (3, "使用性质")]
    {
        page.merge_range(2, column, 3, column, title, &plain).unwrap();
    }
    page.merge_range(2, 4, 2, 5, "消防安全责任人", &plain).unwrap();
    page.write_string(3, 4, "姓名").unwrap();
    page.write_string(3, 5, "电话").unwrap();
    page.merge_range(2, 6, 2, 7, "消防安全管理人", &plain).unwrap();
    page.write_string(3, 6, "姓名").unwrap();
    page.write_string(3, 7, "电话").unwrap();
    page.merge_range(2, 8, 3, 8, "建筑面积\n（㎡）", &plain).unwrap();
    page.merge_range(2, 9, 3, 9, "停业时间", &plain).unwrap();
    page.merge_range(4, 0, 4, 9, "一、沿街门市", &plain).unwrap();
    page.merge_range(5, 2, 6, 2, "东山村", &plain).unwrap();
    let rows = [
        ("平安副食店", "小商店", "张三", 13_800_138_000.0),
        ("兴旺餐馆", "小餐饮", "李四", 13_900_139_000.0),
    ];
    for ((name, category, person, phone), row) in rows.into_iter().zip(5u32..) {
        page.write_number(row, 0, row - 4).unwrap();
        page.write_string(row, 1, name).unwrap();
        page.write_string(row, 3, category).unwrap();
        page.write_string(row, 4, person).unwrap();
        page.write_number(row, 5, phone).unwrap();
        page.write_string(row, 6, "王五").unwrap();
        page.write_string(row, 7, "13700137000").unwrap();
        page.write_formula(row, 8, Formula::new("=40+45.5").set_result("85.5")).unwrap();
    }
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    page.write_number_with_format(6, 9, 45356.0, &date).unwrap();
    page.write_string(7, 0, "合计").unwrap();
    page.write_number(7, 8, 171.0).unwrap();
    page.write_string(8, 0, "填表人：赵六").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn our_own_word_counts_before_others_and_the_ground_is_no_floor() {
    let area = |heads: &str, row: &str| {
        let text = format!("场所名称,村社区,{heads}\n甲店,场镇社区,{row}\n");
        let mapping = header::guess(&read(text.as_bytes()).sheets[0], &PLACES).unwrap();
        mapping.columns.iter().find(|one| one.key.as_deref() == Some("area_m2")).map(|one| one.header.clone())
    };
    assert_eq!(area("占地面积,建筑面积（平方米）", "400,85.5").as_deref(), Some("建筑面积（平方米）"));
    assert_eq!(area("营业面积,建筑面积（平方米）", "60,85.5").as_deref(), Some("建筑面积（平方米）"));
    assert_eq!(area("营业面积,建筑面积", "60,85.5").as_deref(), Some("建筑面积"));
    assert_eq!(
        area("营业面积,floor area", "60,85.5").as_deref(),
        Some("营业面积"),
        "what stands first in the list"
    );
    assert_eq!(area("占地面积", "400"), None);
    assert_eq!(area("floor area", "85.5").as_deref(), Some("floor area"));
}

#[test]
fn a_village_ledger_with_titles_merged_headers_sections_and_sums() {
    let book = read(&village_ledger());
    let parsed = parse_places(&book.sheets[0]);
    assert_eq!(parsed.mapping.header_row, 2);
    assert_eq!(parsed.mapping.header_rows, 2);
    assert_eq!(parsed.mapping.address("phone"), "F 消防安全责任人/电话");
    assert_eq!(parsed.mapping.address("area_m2"), "I 建筑面积 （㎡）");

    let shop = &parsed.rows[0];
    assert_eq!(shop.row, 6);
    assert_eq!(shop.value.name, "平安副食店");
    assert_eq!(shop.value.responsible.as_deref(), Some("张三"));
    assert_eq!(shop.value.phone.as_deref(), Some("13800138000"));
    assert_eq!(shop.value.area_m2, Some(85.5));
    let inn = &parsed.rows[1].value;
    assert_eq!(inn.village.as_deref(), Some("东山村"), "merged cells fill down");
    assert_eq!(inn.category.as_deref(), Some("nine_small.catering"));
    assert_eq!(inn.closed_on.map(|d| d.to_string()).as_deref(), Some("2024-03-05"));

    assert_eq!(parsed.rows.len(), 2);
    assert_eq!(problems(&parsed), [("row.section", 5, ""), ("row.sum", 8, ""), ("row.footer", 9, "")]);
    assert!(!blocks_import(&parsed.problems));
}

#[test]
fn a_workbook_of_the_old_format_is_read_like_any_other() {
    let book = read(include_bytes!("files/village.xls"));
    assert_eq!(book.sheets[0].name, "摸底表");
    let parsed = parse_places(&book.sheets[0]);
    assert_eq!((parsed.mapping.header_row, parsed.rows.len()), (1, 2), "below a merged title");
    let inn = &parsed.rows[0].value;
    assert_eq!((inn.name.as_str(), inn.village.as_deref()), ("老街饭店", Some("场镇社区")));
    assert_eq!(inn.phone.as_deref(), Some("13800006789"), "a number all its digits");
    assert_eq!(inn.area_m2, Some(120.5));
    assert_eq!(
        inn.closed_on.map(|day| day.to_string()).as_deref(),
        Some("2019-03-05"),
        "a cell that is a date"
    );
    assert_eq!(parsed.rows[1].value.phone.as_deref(), Some("13800012345"), "digits as wide as characters");
}

#[test]
fn every_mistake_is_named_with_its_cell_and_no_row_hides_another() {
    let parsed = from_csv(
        "名称,统一社会信用代码,类别,电话,容纳人数,经度,纬度,关停日期\n\
         甲店,123456789012345678,小商店,13800138000,30人,,,\n\
         ,91110105771583283D,,,,,,\n\
         乙店,,什么店,1380013800,几个,29.35,105.89,2024年3月\n\
         丙店,500118600123456,小商店,,,29.35,105.89,\n\
         丁店,,,,,105.89,,\n\
         戊店,,小餐饮,023-49812345,20,105.89,29.35,\n",
    );
    assert_eq!(
        problems(&parsed),
        [
            ("cell.uscc", 2, "B 统一社会信用代码"),
            ("cell.required", 3, "A 名称"),
            ("cell.unknown_term", 4, "C 类别"),
            ("cell.phone", 4, "D 电话"),
            ("cell.count", 4, "E 容纳人数"),
            ("cell.date_incomplete", 4, "H 关停日期"),
            ("place.position", 4, "F 经度"),
            ("cell.uscc_old", 5, "B 统一社会信用代码"),
            ("place.position", 5, "F 经度"),
            ("place.half_position", 6, "F 经度"),
        ]
    );
    assert_eq!(parsed.problems[0].value, "123456789012345678");
    let names: Vec<&str> = parsed.rows.iter().map(|row| row.value.name.as_str()).collect();
    assert_eq!(names, ["戊店"]);
    let left: Vec<u32> = parsed.unsound.iter().map(|row| row.row).collect();
    assert_eq!(left, [2, 3, 4, 5, 6], "kept, to be looked at further");
}

#[test]
fn swapped_coordinates_are_recognised() {
    let parsed = from_csv("名称,经度,纬度\n甲店,29.35,105.89\n");
    assert_eq!(problems(&parsed), [("place.position", 2, "B 经度")]);
    assert!(parsed.problems[0].message.contains("填反"));
}

#[test]
fn duplicates_inside_the_file_point_to_the_first() {
    let parsed = from_csv(
        "编号,名称,村居\nA1,平安副食店,东山村\nA1,兴旺餐馆,东山村\n,平安 副食店,东山村\n,平安副食店,西河村\n",
    );
    assert_eq!(problems(&parsed), [("row.duplicate", 3, "A 编号"), ("row.duplicate", 4, "B 名称")]);
    assert!(parsed.problems[0].message.contains("第 2 行"));
    assert_eq!(parsed.problems[0].level, Level::Error);
    assert_eq!(parsed.problems[1].level, Level::Warning);
    assert_eq!(parsed.rows.len(), 3);
}

#[test]
fn an_eighteen_digit_code_that_excel_rounded_is_refused_with_advice() {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (column, title) in [(0, "名称"), (1, "统一社会信用代码")] {
        page.write_string(0, column, title).unwrap();
    }
    page.write_string(1, 0, "甲店").unwrap();
    page.write_number(1, 1, 112_302_070_019_030_687.0).unwrap();
    let parsed = parse_places(&read(&book.save_to_buffer().unwrap()).sheets[0]);
    assert_eq!(problems(&parsed), [("cell.digits_lost", 2, "B 统一社会信用代码")]);
}

#[test]
fn a_mapping_a_person_made_is_kept_and_refused_for_other_headers() {
    let text = "台账\n甲,乙,丙\n平安副食店,东山村,13800138000\n";
    let book = read(text.as_bytes());
    let sheet = &book.sheets[0];
    assert!(matches!(header::guess(sheet, &PLACES), Err(ImportError::NoHeader { .. })));
    let keys = ["name", "village", "phone"].map(|key| Some(key.to_owned()));
    let mapping = header::by_hand(sheet, &PLACES, 1, 1, &keys).unwrap();
    let kept = serde_json::to_string(&mapping.keep()).unwrap();

    let kept = serde_json::from_str(&kept).unwrap();
    let next = read("甲,乙,丙\n兴旺餐馆,西河村,13900139000\n".as_bytes());
    let again = header::apply(&kept, &next.sheets[0], &PLACES).unwrap();
    assert_eq!(again.fingerprint(), kept.fingerprint);
    let parsed: Parsed<PlaceRow> = ledger::parse(&next.sheets[0], &again, &vocabulary(), &mut |_| {});
    assert_eq!(parsed.rows[0].value.village.as_deref(), Some("西河村"));

    let other = read("甲,丙,乙\nx,y,z\n".as_bytes());
    assert_eq!(header::apply(&kept, &other.sheets[0], &PLACES), Err(ImportError::MappingMismatch));
}

#[test]
fn headers_in_other_words_find_their_columns_and_neighbours_do_not_steal_them() {
    let text = "店铺名称,网格员,所属网格,管理人电话,负责人,负责人电话,门牌号,面积(平方米)\n甲店,赵,一网格,1,钱,13800138000,路1号,12\n";
    let mapping = header::guess(&read(text.as_bytes()).sheets[0], &PLACES).unwrap();
    let keys: Vec<Option<&str>> = mapping.columns.iter().map(|column| column.key.as_deref()).collect();
    assert_eq!(
        keys,
        [
            Some("name"),
            None,
            Some("grid"),
            None,
            Some("responsible"),
            Some("phone"),
            Some("address"),
            Some("area_m2")
        ]
    );
}

#[test]
fn the_header_is_found_on_the_sheet_that_has_one() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("封面").unwrap().write_string(0, 0, "某某镇").unwrap();
    let page = book.add_worksheet();
    page.set_name("名单").unwrap();
    for (column, title) in [(0, "姓名"), (1, "手机号码"), (2, "工作单位"), (3, "任职时间")] {
        page.write_string(0, column, title).unwrap();
    }
    for (column, text) in [(0, "张三"), (1, "13800138000"), (2, "东山村"), (3, "2024.3.5")] {
        page.write_string(1, column, text).unwrap();
    }
    let book = read(&book.save_to_buffer().unwrap());
    let (sheet, mapping) = header::best_sheet(&book.sheets, &PEOPLE).unwrap();
    assert_eq!(sheet.name, "名单");
    let parsed: Parsed<PersonRow> =
        ledger::parse(sheet, &mapping, &people_sheet::default_vocabulary(), &mut |_| {});
    assert_eq!(parsed.problems, []);
    assert_eq!(parsed.rows[0].value.from.map(|d| d.to_string()).as_deref(), Some("2024-03-05"));
}

#[test]
fn the_template_explains_itself_and_its_example_is_not_imported() {
    let mut bytes = Vec::new();
    write::template(&PLACES, &vocabulary(), &mut bytes).unwrap();
    let book = read(&bytes);
    let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["场所台账", "填写说明", "选项"]);
    let (sheet, mapping) = header::best_sheet(&book.sheets, &PLACES).unwrap();
    assert_eq!(sheet.name, "场所台账");
    let parsed: Parsed<PlaceRow> = ledger::parse(sheet, &mapping, &vocabulary(), &mut |_| {});
    assert_eq!(parsed.rows, []);
    assert_eq!(problems(&parsed), [("row.example", 2, "")]);
}

#[test]
fn the_error_workbook_gives_the_rows_back_with_the_problems_beside_them() {
    let book = read("名称,电话,关停日期\n甲店,138,20240305\n=乙店,13800138000,\n".as_bytes());
    let parsed = parse_places(&book.sheets[0]);
    let mut bytes = Vec::new();
    write::error_workbook(&book.sheets[0], Some(&parsed.mapping), &parsed.problems, &mut bytes).unwrap();
    let back = read(&bytes);
    let page = &back.sheets[0];
    assert_eq!(page.cell(0, 3), &Cell::from("问题"));
    assert!(page.cell(1, 3).shown().contains("电话：不是电话号码"));
    assert_eq!(page.cell(2, 0), &Cell::from("=乙店"));
    assert_eq!(page.cell(2, 3), &Cell::Empty);
    assert_eq!(back.sheets[1].cell(1, 2), &Cell::from("B 电话"));
    // Mended and sent again, it reads like the first file: the added column is passed over.
    let again = header::guess(page, &PLACES).unwrap();
    assert_eq!(again.address("phone"), parsed.mapping.address("phone"));
    assert_eq!(page.name, "CSV", "it is taken as the one before was");
    // What was wrong then does not stand beside what is wrong now.
    let mut bytes = Vec::new();
    write::error_workbook(page, Some(&again), &parse_places(page).problems, &mut bytes).unwrap();
    assert_eq!(&read(&bytes).sheets[0], page);
}

#[test]
fn the_error_workbook_keeps_the_name_of_the_sheet_and_a_merged_title_once() {
    let book = read(&village_ledger());
    let before = parse_places(&book.sheets[0]);
    let written = |sheet: &Sheet| {
        let mut bytes = Vec::new();
        write::error_workbook(sheet, Some(&before.mapping), &before.problems, &mut bytes).unwrap();
        bytes
    };
    let bytes = written(&book.sheets[0]);
    let back = read(&bytes);
    let names: Vec<&str> = back.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["摸底表", write::PROBLEMS_SHEET]);
    let again = parse_places(&back.sheets[0]);
    assert_eq!(problems(&again), problems(&before), "the section title is still known by its merged cells");
    assert_eq!(again.rows, before.rows);
    // The areas are areas again, and one more lies over the added column; only their first cells hold the title.
    let areas = |sheet: &Sheet| sheet.merged.iter().filter(|area| area.bottom < 5).count();
    assert_eq!(areas(&back.sheets[0]), areas(&book.sheets[0]) + 1);
    let mut source = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut page = String::new();
    source.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut page).unwrap();
    let title = page.split("</row>").next().unwrap_or_default();
    assert_eq!(title.matches("t=\"inlineStr\"").count() + title.matches("t=\"s\"").count(), 1, "{title}");
    let mut odd = book.sheets[0].clone();
    odd.name = "哪个/村".to_owned();
    assert_eq!(read(&written(&odd)).sheets[0].name, write::ROWS_SHEET, "no tab can bear that name");
}

/// A minimal workbook around one sheet's XML.
fn crafted(sheet_xml: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "x").unwrap();
    let whole = book.save_to_buffer().unwrap();
    let mut source = zip::ZipArchive::new(Cursor::new(whole)).unwrap();
    let mut target = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..source.len() {
        let entry = source.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        if name.ends_with("sheet1.xml") {
            target.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            target.write_all(sheet_xml.as_bytes()).unwrap();
        } else {
            target.raw_copy_file(entry).unwrap();
        }
    }
    target.finish().unwrap().into_inner()
}

#[test]
fn a_list_is_known_by_the_word_of_the_ledger_and_by_that_of_the_pages() {
    let kinds = [
        ListKind::PoliceListed,
        ListKind::PoliceScope,
        ListKind::VillageListed,
        ListKind::KeyUnit,
        ListKind::JointControl,
        ListKind::SectorKey,
        ListKind::ForestKey,
    ];
    let said: Vec<&str> = kinds.iter().map(|kind| kind.label()).collect();
    let pages = from_csv(&format!("场所名称,所在名录\n甲店,{}\n乙店,村居摸底\n", said.join("、")));
    assert_eq!(problems(&pages), []);
    assert_eq!(pages.rows[0].value.lists.len(), kinds.len());
    assert_eq!(pages.rows[1].value.lists, ["village_listed"]);
}

#[test]
fn a_far_cell_costs_no_memory_and_is_told() {
    let xml = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>"#;
    let book = read(&crafted(xml));
    assert_eq!(book.sheets[0].rows.len(), 1);
    assert_eq!(book.sheets[0].width(), 256, "the merged area is filled only inside the limits");
    assert_eq!((&*book.problems[0].code, book.problems[0].level), ("sheet.far_cell", Level::Error));
    assert!(book.problems[0].message.contains("XFD1048576"));
    assert_eq!((book.problems[0].row, &*book.problems[0].column), (1_048_576, "XFD"));
}

#[test]
fn bombs_entities_and_locked_files_are_refused_in_one_sentence() {
    let limits = Limits::default();
    let head = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
    let bomb = crafted(&format!("{head}{}</sheetData></worksheet>", " ".repeat(8 << 20)));
    assert!(bomb.len() < 64 << 10);
    assert_eq!(sheet::read(&bomb, &limits), Err(ImportError::FileTooComplex));

    let entities = crafted(&format!(
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]>{head}</sheetData></worksheet>"
    ));
    assert_eq!(sheet::read(&entities, &limits), Err(ImportError::FileTooComplex));

    let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    locked.resize(1024, 0);
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(sheet::read(&locked, &limits), Err(ImportError::Encrypted));

    let small = Limits { file_bytes: 100, ..limits };
    let refused = sheet::read(&bomb, &small);
    assert!(matches!(refused, Err(ImportError::FileTooLarge { .. })), "{refused:?}");

    let whole = village_ledger();
    for cut in [10, 100, whole.len() / 2, whole.len() - 10] {
        assert_eq!(sheet::read(&whole[..cut], &limits), Err(ImportError::Unreadable), "cut at {cut}");
    }
}
