//! Files nobody here made, as they were published. They are not part of the repository; where they are missing the
//! tests say so and skip. What does not belong here: files we made up ourselves (`ledger`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail as loudly as the test"
)]

use std::{fs, path::PathBuf};

use exchange::{
    facilities_sheet::{self, FACILITIES, FacilityRow},
    header,
    ledger::{self, Column, Kind, Parsed, SheetDef},
    problem::Level,
    sheet::{self, Limits, Workbook},
};

/// The folder of real inputs beside the repository, looked for upwards.
fn real_file(name: &str) -> Option<Vec<u8>> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|up| up.join("shared/data").join(name)).find(|path| path.is_file());
    if found.is_none() {
        eprintln!("SKIPPED: {name} is not there; this test needs the folder of real inputs (shared/data)");
    }
    fs::read(found?).ok()
}

fn read(name: &str) -> Option<Workbook> {
    Some(sheet::read(&real_file(name)?, &Limits::default()).expect("a readable file"))
}

#[test]
fn published_workbooks_have_the_sheets_headers_and_rows_their_list_says() {
    let Some(expected) = real_file("ledger/expected.json") else { return };
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let mut compared = 0;
    for (file, sheets) in expected.as_object().unwrap() {
        let Some(book) = read(&format!("ledger/{file}")) else { continue };
        for (name, facts) in sheets.as_object().unwrap() {
            let Some(header) = facts.get("header").and_then(|h| h.as_array()) else { continue };
            let sheet = book.sheet(name).unwrap();
            let shown: Vec<String> =
                (0..header.len()).map(|column| sheet.cell(0, column).shown().into_owned()).collect();
            let wanted: Vec<&str> = header.iter().map(|cell| cell.as_str().unwrap_or("")).collect();
            assert_eq!(shown, wanted, "{file} {name}");
            let filled = sheet.rows.iter().filter(|row| row.iter().any(|cell| !cell.is_blank())).count();
            assert_eq!(filled as u64, facts["rows_with_content"].as_u64().unwrap(), "{file} {name}");
            compared += 1;
        }
    }
    assert!(compared >= 6, "only {compared} sheets compared");
}

#[test]
fn a_citys_dirty_table_is_read_to_the_last_row_with_empty_cells_in_place() {
    let Some(book) = read("hydrants/tulsa-hydrants-first1000.csv") else { return };
    let sheet = &book.sheets[0];
    assert_eq!(book.problems, []);
    assert_eq!(sheet.rows.len(), 1001);
    assert_eq!(sheet.cell(1, 3).shown(), "6919 S MEMORIAL DR E");
    assert_eq!(sheet.cell(1, 8).shown(), "", "CONDITION is empty in the first row");
    assert_eq!(sheet.cell(1, 9).shown(), "MUELL");
}

/// Hydrants as read with the guess at their columns, changed by whoever imports.
fn hydrants(name: &str, said: &[(&str, &str)]) -> Option<Parsed<FacilityRow>> {
    let book = read(name)?;
    let (kinds, problems) = exchange::facility_catalog::read(exchange::shipped::FACILITIES);
    assert!(problems.is_empty());
    let words = facilities_sheet::vocabulary(&kinds.catalog);
    let mut mapping = header::guess(&book.sheets[0], &FACILITIES).expect("a header");
    for column in &mut mapping.columns {
        if let Some((_, key)) = said.iter().find(|(header, _)| *header == column.header) {
            column.key = Some((*key).to_owned());
        }
    }
    Some(ledger::parse(&book.sheets[0], &mapping, &words, &mut |_| {}))
}

#[test]
fn a_citys_hydrants_are_read_and_a_flow_without_a_unit_only_when_somebody_says_which() {
    let file = "hydrants/tulsa-hydrants-first1000.csv";
    let Some(parsed) = hydrants(file, &[]) else { return };
    let first = &parsed.rows[0].value;
    assert_eq!(
        (first.code.as_deref(), first.lon, first.lat),
        (Some("00559-0014"), Some(-95.882277), Some(36.063804))
    );
    assert_eq!(first.address.as_deref(), Some("6919 S MEMORIAL DR E"));
    assert_eq!(parsed.rows.len(), 1000);
    assert!(parsed.rows.iter().all(|row| row.value.flow_l_s.is_none() && row.value.site.is_none()));
    let Some(parsed) = hydrants(file, &[("FLOW", "flow_gpm")]) else { return };
    assert_eq!(parsed.rows[0].value.flow_l_s, Some(66.876), "1060 gallons a minute");
    let bad: Vec<_> = parsed.problems.iter().filter(|p| p.level == Level::Error).collect();
    let named = bad.iter().find(|p| p.row == 4).unwrap();
    assert_eq!(
        (named.column.as_str(), named.value.as_str(), &*named.code),
        ("E FLOW", "41902", "cell.number")
    );
    assert_eq!(parsed.rows.len() + bad.len(), 1000, "each row is taken or named");
    assert!(bad.len() > 200, "{} rows with a flow no hydrant has", bad.len());
}

#[test]
fn hydrants_of_a_free_map_come_with_their_kind_and_the_number_they_have_there() {
    let Some(parsed) = hydrants("hydrants/osm-hydrants-krems.geojson", &[]) else { return };
    assert_eq!(parsed.problems, []);
    let told: Vec<_> =
        parsed.rows.iter().map(|row| (row.value.code.as_deref(), row.value.kind.as_deref())).collect();
    assert_eq!(
        told,
        [
            (Some("node/2386934018"), Some("hydrant_outdoor")),
            (Some("node/2386934019"), Some("hydrant_outdoor"))
        ]
    );
    assert_eq!((parsed.rows[0].value.lon, parsed.rows[0].value.lat), (Some(15.6080827), Some(48.3897991)));
}

/// A ledger of towns, only to see a header found in a table that knows nothing of ours.
static TOWNS: SheetDef = SheetDef { kind: "towns", title: "镇街", columns: TOWN_COLUMNS };

const TOWN_COLUMN: Column = Column {
    key: "name",
    header: "名称",
    english: "Name",
    synonyms: &[],
    except: &[],
    required: true,
    kind: Kind::Text(60),
    example: "",
    width: 12.0,
};

const TOWN_COLUMNS: &[Column] =
    &[TOWN_COLUMN, Column { key: "code12", header: "代码", english: "Code", required: true, ..TOWN_COLUMN }];

#[test]
fn twelve_digit_division_codes_stay_exact() {
    let Some(book) = read("admin/yongchuan-23-towns.csv") else { return };
    let sheet = &book.sheets[0];
    let mapping = header::guess(sheet, &TOWNS).unwrap();
    assert_eq!(mapping.address("code12"), "B code12");
    assert_eq!(sheet.rows.len(), 24);
    let qingfeng = sheet.rows.iter().find(|row| row.iter().any(|cell| cell.shown() == "青峰镇")).unwrap();
    assert_eq!(qingfeng[1].shown(), "500118100000");
}
