//! What is exported imports again unchanged, in every format, whatever people wrote; and no cell becomes a formula.
//! What does not belong here: reading other people's files (`ledger`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail as loudly as the test"
)]

use domain::time::Date;
use exchange::{
    header,
    ledger::{self, Row, Vocabulary},
    matching::{Decision, ExistingKey, match_against},
    people_sheet::{self, PersonRow},
    places_sheet::{self, PlaceRow},
    sample,
    sheet::{self, Limits},
    value::{clean, is_placeholder},
    write,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Text as it is kept: cleaned, not empty, with everything that ever broke an export.
fn text() -> impl Strategy<Value = String> {
    let nasty = select(vec![
        "=1+1",
        "+86",
        "-5",
        "@SUM(A1)",
        "'单引",
        "''",
        "'=x",
        "＝cmd",
        "_x0041_",
        "a,b",
        "a\"b",
        "<b>&amp;",
        "无",
        "0012",
        "1E5",
        "TRUE",
        "#N/A",
        "2024-03-05",
        "{\"a\":1}",
        "甲；乙",
        "\u{1F525}火",
        "12345678901234567890",
    ])
    .prop_map(str::to_owned);
    let any = "[ -~\u{4E00}-\u{4E40}，。（）]{1,20}".prop_map(|text| clean(&text).into_owned());
    prop_oneof![nasty, any].prop_filter("not empty", |text| !text.is_empty())
}

fn code() -> impl Strategy<Value = String> {
    "[=+@A-Z0-9][-A-Z0-9]{0,11}".prop_filter("says something", |text| !is_placeholder(text))
}

fn place(n: usize) -> impl Strategy<Value = PlaceRow> {
    let words = (
        option::of(code()),
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(select(vec!["13800138000", "023-49812345、13900139000"])),
        option::of(text()),
    );
    let codes = (
        option::of(select(vec!["112302070019030687", "1142092201131905X1", "91350100M000100Y43"])),
        option::of(select(vec!["nine_small.shop", "elder_care", "other_unit"])),
        select(vec![vec![], vec!["three_in_one", "gas_bottle"], vec!["over_10"]]),
        select(vec![vec![], vec!["village_listed", "police_listed"]]),
        option::of(select(vec!["open", "closed"])),
    );
    let numbers = (
        option::of(0u32..1_000_000),
        option::of(0u32..9),
        option::of(0.0f64..10_000_000.0),
        option::of((73.0f64..136.0, 3.0f64..54.0)),
        option::of((1950i32..2100, 1u32..=366)),
    );
    (text(), words, codes, numbers).prop_map(move |(name, words, codes, numbers)| PlaceRow {
        name: format!("{name}{n}"),
        code: words.0.map(|code| format!("{code}{n}")),
        village: words.1,
        grid: words.2,
        address: words.3,
        responsible: words.4,
        phone: words.5.map(str::to_owned),
        note: words.6,
        sector_org: None,
        uscc: codes.0.map(str::to_owned),
        category: codes.1.map(str::to_owned),
        tags: codes.2.into_iter().map(str::to_owned).collect(),
        lists: codes.3.into_iter().map(str::to_owned).collect(),
        opening: codes.4.map(str::to_owned),
        capacity: numbers.0,
        n_lodging: numbers.1,
        n_working: numbers.1,
        n_training: None,
        area_m2: numbers.2,
        lon: numbers.3.map(|position| position.0),
        lat: numbers.3.map(|position| position.1),
        closed_on: numbers.4.and_then(|(year, day)| Date::from_yo_opt(year, day)),
    })
}

fn places() -> impl Strategy<Value = Vec<PlaceRow>> {
    (place(1), place(2), place(3)).prop_map(|(a, b, c)| vec![a, b, c])
}

fn import<R: Row>(bytes: &[u8], vocabulary: &Vocabulary) -> Vec<R> {
    let book = sheet::read(bytes, &Limits::default()).expect("our own file");
    let (sheet, mapping) = header::best_sheet(&book.sheets, R::sheet()).expect("our own header");
    let parsed = ledger::parse::<R>(sheet, &mapping, vocabulary, &mut |_| {});
    let errors: Vec<_> =
        parsed.problems.iter().filter(|p| p.level == exchange::problem::Level::Error).collect();
    assert_eq!(errors, Vec::<&exchange::problem::Problem>::new());
    parsed.rows.into_iter().map(|row| row.value).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn places_go_out_and_come_in_unchanged(rows in places()) {
        let words = places_sheet::default_vocabulary();
        let mut xlsx = Vec::new();
        write::xlsx(rows.clone(), &words, &mut xlsx).unwrap();
        prop_assert_eq!(&import::<PlaceRow>(&xlsx, &words), &rows, "xlsx");
        let mut csv = Vec::new();
        write::csv(rows.clone(), &words, &mut csv).unwrap();
        prop_assert_eq!(&import::<PlaceRow>(&csv, &words), &rows, "csv");
        let mut geojson = Vec::new();
        write::geojson(rows.clone(), &mut geojson).unwrap();
        prop_assert_eq!(&import::<PlaceRow>(&geojson, &words), &rows, "geojson");
    }

    #[test]
    fn people_go_out_and_come_in_unchanged(names in vec((text(), option::of(text()), option::of(text())), 1..6)) {
        let words = people_sheet::default_vocabulary();
        let rows: Vec<PersonRow> = names
            .into_iter()
            .map(|(name, org, basis)| PersonRow {
                name,
                org,
                basis,
                role: Some("grid_manager".into()),
                from: Date::from_ymd_opt(2024, 3, 5),
                ..PersonRow::default()
            })
            .collect();
        let mut xlsx = Vec::new();
        write::xlsx(rows.clone(), &words, &mut xlsx).unwrap();
        prop_assert_eq!(&import::<PersonRow>(&xlsx, &words), &rows);
        let mut csv = Vec::new();
        write::csv(rows.clone(), &words, &mut csv).unwrap();
        prop_assert_eq!(&import::<PersonRow>(&csv, &words), &rows);
    }

    #[test]
    fn no_exported_cell_can_become_a_formula(rows in places()) {
        let words = places_sheet::default_vocabulary();
        let mut csv = Vec::new();
        write::csv(rows.clone(), &words, &mut csv).unwrap();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&csv[3..]);
        for record in reader.records() {
            for field in &record.unwrap() {
                prop_assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']), "{}", field);
            }
        }
        let mut xlsx = Vec::new();
        write::xlsx(rows, &words, &mut xlsx).unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx)).unwrap();
        let mut page = archive.by_name("xl/worksheets/sheet1.xml").unwrap();
        let xml = std::io::read_to_string(&mut page).unwrap();
        prop_assert!(!xml.contains("<f>") && !xml.contains("<f "));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in vec(any::<u8>(), 0..400), magic in select(vec![&b""[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"{\"features\":["])) {
        let mut file = magic.to_vec();
        file.extend(bytes);
        if let Err(refused) = sheet::read(&file, &Limits::default()) {
            prop_assert!(refused.code().starts_with("import."));
        }
    }
}

#[test]
fn an_exported_register_compared_with_itself_is_unchanged() {
    let words = places_sheet::default_vocabulary();
    let register: Vec<PlaceRow> = sample::places(300).collect();
    let mut xlsx = Vec::new();
    write::xlsx(register.clone(), &words, &mut xlsx).unwrap();
    let book = sheet::read(&xlsx, &Limits::default()).unwrap();
    let (sheet, mapping) = header::best_sheet(&book.sheets, PlaceRow::sheet()).unwrap();
    let parsed = ledger::parse::<PlaceRow>(sheet, &mapping, &words, &mut |_| {});
    let existing: Vec<ExistingKey> =
        register.into_iter().zip(0..).map(|(place, n)| ExistingKey { id: format!("{n}"), place }).collect();
    let decisions = match_against(&existing, &parsed.rows);
    assert_eq!(decisions.len(), 300);
    assert!(decisions.iter().all(|decision| matches!(decision, Decision::Unchanged { .. })));
}
