//! What is exported imports again unchanged, in every format, whatever people wrote; and no cell becomes a formula.
//! What does not belong here: reading other people's files (`ledger`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail as loudly as the test"
)]

use domain::time::Date;
use exchange::{
    devices_sheet::{self, DeviceRow},
    facilities_sheet::{self, FacilityRow},
    facility_catalog, header,
    ledger::{self, Row, Vocabulary},
    matching::{Decision, ExistingKey, match_against},
    orders_sheet::{self, OrderRow},
    people_sheet::{self, PersonRow},
    place_catalog,
    places_sheet::PlaceRow,
    sample,
    sheet::{self, Limits},
    shipped,
    value::{Value, clean, is_placeholder},
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
        option::of(select(vec!["open", "dormant"])),
        option::of(text()),
    );
    let numbers = (
        option::of(0u32..1_000_000),
        option::of(0u32..9),
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
        access: words.6.clone(),
        help: words.6.as_ref().map(|text| format!("{text}二")),
        note: words.6,
        sector_org: codes.5,
        uscc: codes.0.map(str::to_owned),
        category: codes.1.map(str::to_owned),
        tags: codes.2.into_iter().map(str::to_owned).collect(),
        lists: codes.3.into_iter().map(str::to_owned).collect(),
        opening: codes.4.map(str::to_owned),
        capacity: numbers.0,
        n_lodging: numbers.1,
        n_working: numbers.2.map(|n| n / 2),
        n_training: numbers.2,
        area_m2: numbers.3,
        lon: numbers.4.map(|position| position.0),
        lat: numbers.4.map(|position| position.1),
        closed_on: numbers.5.and_then(|(year, day)| Date::from_yo_opt(year, day)),
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
        let words = place_catalog::shipped_vocabulary();
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
        let words = place_catalog::shipped_vocabulary();
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
fn an_exported_register_reads_back_unchanged_and_finds_itself() {
    let words = place_catalog::shipped_vocabulary();
    let register: Vec<PlaceRow> = sample::places(300).collect();
    let mut xlsx = Vec::new();
    write::xlsx(register.clone(), &words, &mut xlsx).unwrap();
    let book = sheet::read(&xlsx, &Limits::default()).unwrap();
    let (sheet, mapping) = header::best_sheet(&book.sheets, PlaceRow::sheet()).unwrap();
    let parsed = ledger::parse::<PlaceRow>(sheet, &mapping, &words, &mut |_| {});
    // Comparing passes over what a row does not say: a column that was lost on the way would look unchanged.
    let read: Vec<PlaceRow> = parsed.rows.iter().map(|row| row.value.clone()).collect();
    assert_eq!(read, register);
    let existing: Vec<ExistingKey> =
        register.into_iter().zip(0..).map(|(place, n)| ExistingKey::of(format!("{n}"), place)).collect();
    let decisions = match_against(&existing, &read);
    assert_eq!(decisions.len(), 300);
    let same = |n: usize| Decision::Same { id: n.to_string() };
    assert!(decisions.into_iter().enumerate().all(|(n, decision)| decision == same(n)));
}

/// Every field has a column that says it and takes it back, alone and in a file. The row says something in all of them.
fn every_column_counts<R: Row + std::fmt::Debug>(full: &R, words: &Vocabulary, only_read: &[&str]) {
    let mut all = R::default();
    for column in R::sheet().columns {
        let (key, value) = (column.key, full.get(column.key));
        if only_read.contains(&key) {
            continue;
        }
        assert_ne!(value, Value::None, "{key}: the row says nothing");
        let mut one = R::default();
        one.set(key, value.clone());
        assert_ne!(one, R::default(), "{key}: what was read is lost");
        assert_eq!(one.get(key), value, "{key}: what was kept is not written");
        all.set(key, value);
    }
    assert_eq!(&all, full, "a field without a column");
    let mut xlsx = Vec::new();
    write::xlsx([full.clone()], words, &mut xlsx).unwrap();
    assert_eq!(import::<R>(&xlsx, words), std::slice::from_ref(full), "xlsx");
    let mut csv = Vec::new();
    write::csv([full.clone()], words, &mut csv).unwrap();
    assert_eq!(import::<R>(&csv, words), std::slice::from_ref(full), "csv");
}

fn say(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn every_column_of_every_ledger_is_read_and_written() {
    let day = |text: &str| domain::time::parse_date(text);
    let place = PlaceRow {
        name: "老街五金店".to_owned(),
        code: say("QF-0001"),
        uscc: say("91350100M000100Y43"),
        category: say("nine_small.shop"),
        tags: vec!["gas_bottle".to_owned()],
        village: say("场镇社区"),
        grid: say("第1网格"),
        sector_org: say("经发办"),
        address: say("老街 21 号"),
        responsible: say("张三"),
        phone: say("13800138000"),
        capacity: Some(30),
        n_lodging: Some(4),
        n_working: Some(3),
        n_training: Some(2),
        area_m2: Some(85.5),
        lon: Some(105.9),
        lat: Some(29.3),
        lists: vec!["village_listed".to_owned()],
        opening: say("dormant"),
        closed_on: day("2026-03-01"),
        access: say("钥匙在隔壁"),
        help: say("两人抬"),
        note: say("二楼住人"),
    };
    every_column_counts(&place, &place_catalog::shipped_vocabulary(), &[]);
    let person = PersonRow {
        name: "钱某".to_owned(),
        phone: say("13800138000"),
        org: say("场镇社区"),
        role: say("grid_manager"),
        post_name: say("第一网格网格员"),
        territory: say("第1网格"),
        from: day("2024-03-05"),
        to: day("2026-03-05"),
        basis: say("任免通知"),
        note: say("兼职"),
    };
    every_column_counts(&person, &people_sheet::default_vocabulary(), &[]);
    let facility = FacilityRow {
        code: say("X-1"),
        name: say("上山干管"),
        kind: say("pipe_forest"),
        village: say("场镇社区"),
        address: say("后山"),
        lon: Some(105.9),
        lat: Some(29.3),
        shape: say("LINESTRING (105.87 29.26, 105.88 29.27)"),
        built: say("built"),
        built_on: day("2020-05-01"),
        org: say("应急办"),
        usable_m3: Some(120.5),
        flow_l_s: Some(15.0),
        lift_m: Some(6.0),
        hard_standing: say("yes"),
        dry_months: say("1、2"),
        source: say("river"),
        fed_by: say("C-1"),
        joins: say("X-2、X-3"),
        site: say("road"),
        approval_no: say("永府〔2020〕1号"),
        values: say("口径=100；静压=0.3"),
    };
    let facilities = facility_catalog::read(shipped::FACILITIES).0;
    // Gallons a minute are read by whoever says so, and written as litres a second.
    every_column_counts(&facility, &facilities_sheet::vocabulary(&facilities.catalog), &["flow_gpm"]);
    let device = DeviceRow {
        code: say("D-1"),
        name: say("值班室主机"),
        kind: say("smoke_detector"),
        model: say("JTY-1"),
        owner: say("老街五金店"),
        place: say("QF-0001"),
        facility: say("X-1"),
        village: say("场镇社区"),
        address: say("老街 21 号"),
        lon: Some(105.9),
        lat: Some(29.3),
        gb26875: say("000001"),
        ctwing: say("9900001"),
        onenet: say("8800001"),
        mqtt: say("fs-1"),
        networks: say("10.0.0.0/8"),
        heartbeat_s: Some(60),
        installed_on: day("2025-05-01"),
    };
    every_column_counts(&device, &devices_sheet::vocabulary(), &[]);
    let order = OrderRow {
        ext_no: say("20260921-01"),
        channel: say("yukuaiban"),
        title: say("楼道堆物"),
        content: say("三楼楼道堵住了"),
        matter: say("消防通道"),
        village: say("场镇社区"),
        address: say("老街 21 号"),
        received_at: say("2026-09-21 10:30:00"),
        due_at: say("2026-09-25 18:00:00"),
        name: say("某先生"),
        phone: say("138****8000"),
    };
    every_column_counts(&order, &orders_sheet::vocabulary(), &[]);
}
