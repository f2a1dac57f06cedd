//! Ledgers kept in LibreOffice or WPS (`.ods`): the same rows come out as of Excel's form, merged cells and repeated
//! rows included, and what is made to break a reader is refused. What does not belong here: other forms (`ledger`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail as loudly as the test"
)]

use std::io::{Cursor, Write};

use exchange::{
    header, ledger, place_catalog,
    places_sheet::{PLACES, PlaceRow},
    problem::ImportError,
    sandbox::{self, Bounds, Program, Request},
    sheet::{self, Limits},
    value::Cell,
};

const SPREADSHEET: &str = "application/vnd.oasis.opendocument.spreadsheet";
const MANIFEST: &str = r#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>"#;

/// A document of this type around the tables' XML.
fn document(mimetype: &str, manifest: &str, tables: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    let mut target = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default();
    for (name, text) in
        [("mimetype", mimetype), ("META-INF/manifest.xml", manifest), ("content.xml", &content)]
    {
        target.start_file(name, plain).unwrap();
        target.write_all(text.as_bytes()).unwrap();
    }
    target.finish().unwrap().into_inner()
}

fn text(cells: &[&str]) -> String {
    let cell = |text: &&str| match *text {
        "" => "<table:table-cell/>".to_owned(),
        text => format!(
            r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#
        ),
    };
    cells.iter().map(cell).collect()
}

/// A ledger as LibreOffice saves it: a title over all columns, the village merged over two rows, a date and a number
/// with their types, styled empty rows to the end of the sheet.
fn village_ledger() -> Vec<u8> {
    let title = r#"<table:table-row><table:table-cell table:number-columns-spanned="5" table:number-rows-spanned="1" office:value-type="string"><text:p>某某镇场所摸底台账</text:p></table:table-cell><table:covered-table-cell table:number-columns-repeated="4"/></table:table-row>"#;
    let header = text(&["场所名称", "村（社区）", "从业人数", "关停日期", "联系电话"]);
    let first = format!(
        r#"{}<table:table-cell table:number-columns-spanned="1" table:number-rows-spanned="2" office:value-type="string"><text:p>场镇社区</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="3"><text:p>3人</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2024-03-05"><text:p>24年3月5日</text:p></table:table-cell>{}"#,
        text(&["平安副食店"]),
        text(&["13800001111"])
    );
    let second = format!(
        "{}<table:covered-table-cell/><table:table-cell table:number-columns-repeated=\"2\"/>{}",
        text(&["兴旺餐馆"]),
        text(&["１３８０００１２２２２"])
    );
    document(
        SPREADSHEET,
        MANIFEST,
        &format!(
            r#"<table:table table:name="封面"><table:table-row><table:table-cell/></table:table-row></table:table><table:table table:name="摸底表">{title}<table:table-row>{header}</table:table-row><table:table-row>{first}</table:table-row><table:table-row>{second}</table:table-row><table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="1024"/></table:table-row></table:table>"#
        ),
    )
}

#[test]
fn merged_cells_dates_and_numbers_come_out_as_of_excels_form() {
    let book = sheet::read(&village_ledger(), &Limits::default()).unwrap();
    let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["封面", "摸底表"]);
    let page = &book.sheets[1];
    assert_eq!(page.rows.len(), 4, "empty rows to the end of the sheet are none");
    assert_eq!(page.cell(0, 4), &Cell::from("某某镇场所摸底台账"), "the title fills what it covers");
    let (parsed_sheet, mapping) = header::best_sheet(&book.sheets, &PLACES).unwrap();
    let parsed =
        ledger::parse::<PlaceRow>(parsed_sheet, &mapping, &place_catalog::shipped_vocabulary(), &mut |_| {});
    assert_eq!(parsed.problems, []);
    let rows: Vec<(u32, &str, Option<&str>, Option<&str>)> = parsed
        .rows
        .iter()
        .map(|r| (r.row, r.value.name.as_str(), r.value.village.as_deref(), r.value.phone.as_deref()))
        .collect();
    assert_eq!(
        rows,
        [
            (3, "平安副食店", Some("场镇社区"), Some("13800001111")),
            (4, "兴旺餐馆", Some("场镇社区"), Some("13800012222")),
        ]
    );
    assert_eq!(parsed.rows[0].value.n_working, Some(3));
    assert_eq!(parsed.rows[0].value.closed_on, domain::time::parse_date("2024-03-05"));
}

#[test]
fn it_goes_through_the_confined_child_and_a_row_repeated_a_million_times_ends_only_the_child() {
    let program = Program::new(env!("CARGO_BIN_EXE_exchange-sandbox-child"));
    let bounds = Bounds { cpu_s: 60, wall_ms: 120_000, ..Bounds::default() };
    let request = Request { vocabulary: place_catalog::shipped_vocabulary(), bounds, ..Request::default() };
    let parsed =
        sandbox::parse::<PlaceRow>(&program, &village_ledger(), &request, &mut |_| {}).expect("two rows");
    assert_eq!(parsed.rows.len(), 2);
    let bomb = document(
        SPREADSHEET,
        MANIFEST,
        r#"<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"#,
    );
    assert!(bomb.len() < 4096);
    let refused = sandbox::parse::<PlaceRow>(&program, &bomb, &request, &mut |_| {});
    assert_eq!(refused.map(|_| ()), Err(ImportError::FileTooComplex));
}

#[test]
fn locked_ones_entities_and_other_documents_are_refused_in_one_sentence() {
    let read = |bytes: &[u8]| sheet::read(bytes, &Limits::default());
    let locked = MANIFEST
        .replace("spreadsheet\"/>", "spreadsheet\"><manifest:encryption-data/></manifest:file-entry>");
    assert_eq!(read(&document(SPREADSHEET, &locked, "")), Err(ImportError::Encrypted));
    let letter = document("application/vnd.oasis.opendocument.text", MANIFEST, "");
    let refused = read(&letter);
    assert_eq!(refused, Err(ImportError::WrongType { found: "OpenDocument 文档".to_owned() }));
    let told = refused.map(|_| ()).unwrap_err().to_string();
    for ending in [".xlsx", ".xls", ".ods", ".csv", ".geojson"] {
        assert!(told.contains(ending), "{told}");
    }
    let entities = document(SPREADSHEET, "<!DOCTYPE x [<!ENTITY a \"aaaa\">]>", "");
    assert_eq!(read(&entities), Err(ImportError::FileTooComplex));
    let whole = village_ledger();
    for cut in [10, 100, whole.len() / 2, whole.len() - 10] {
        assert_eq!(read(&whole[..cut]), Err(ImportError::Unreadable), "cut at {cut}");
    }
}
