//! The child process: an ordinary ledger comes through, bombs and parsers that never end are stopped. What does not
//! belong here: what is read (`ledger`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail as loudly as the test"
)]

use std::{
    io::{Cursor, Write},
    time::{Duration, Instant},
};

use exchange::{
    ledger::Parsed,
    place_catalog,
    places_sheet::PlaceRow,
    problem::ImportError,
    sample,
    sandbox::{self, Bounds, Program, Request},
    sheet::Limits,
    write,
};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_exchange-sandbox-child"))
}

fn misbehaving(how: &str) -> Program {
    Program { arguments: vec![how.into()], ..program() }
}

fn request() -> Request {
    // Unoptimised test builds are many times slower than what is shipped.
    let bounds = Bounds { cpu_s: 60, wall_ms: 120_000, ..Bounds::default() };
    Request { vocabulary: place_catalog::shipped_vocabulary(), bounds, ..Request::default() }
}

fn ledger(rows: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::xlsx(sample::places(rows), &place_catalog::shipped_vocabulary(), &mut bytes).unwrap();
    bytes
}

fn parse(program: &Program, bytes: &[u8], request: &Request) -> Result<Parsed<PlaceRow>, ImportError> {
    sandbox::parse(program, bytes, request, &mut |_| {})
}

#[test]
fn a_ledger_comes_through_the_child_with_progress() {
    let mut reports = Vec::new();
    let parsed: Parsed<PlaceRow> =
        sandbox::parse(&program(), &ledger(2_500), &request(), &mut |done| reports.push(done)).unwrap();
    let rows: Vec<PlaceRow> = parsed.rows.into_iter().map(|row| row.value).collect();
    assert!(rows.iter().cloned().eq(sample::places(2_500)));
    assert_eq!(reports, [1000, 2000, 2501]);
}

/// A whole district in one file is large, not bad: it is read to its last row within what a child may use.
#[test]
fn a_hundred_thousand_rows_come_through_whole() {
    let mut text = "场所名称,村（社区）,地址\n".to_owned();
    for n in 1..=100_000 {
        text.push_str(&format!("第{n}商店,胡豆坪村,老街{n}号\n"));
    }
    let mut last = 0;
    let parsed: Parsed<PlaceRow> =
        sandbox::parse(&program(), text.as_bytes(), &request(), &mut |done| last = done).unwrap();
    assert_eq!((parsed.rows.len(), last), (100_000, 100_001));
    assert_eq!(parsed.rows.last().map(|row| row.value.name.as_str()), Some("第100000商店"));
}

#[test]
fn a_preview_and_the_plain_cells_come_through_too() {
    let bytes = ledger(50);
    let sheets = sandbox::preview(&program(), "places", &bytes, &request()).unwrap();
    assert_eq!((sheets[0].rows, sheets[0].head.len()), (51, 30));
    assert_eq!(sheets[0].mapping.as_ref().map(|mapping| mapping.confidence), Some(100));
    let workbook = sandbox::workbook(&program(), &bytes, &request()).unwrap();
    assert!(workbook == exchange::sheet::read(&bytes, &Limits::default()).unwrap());
}

#[test]
fn a_refusal_is_said_in_the_childs_own_words() {
    let refused = parse(&program(), b"%PDF-1.7", &request());
    assert_eq!(refused.map(|_| ()), Err(ImportError::WrongType { found: "PDF 文件".into() }));
    let missing = Request { sheet: Some("没有的表".into()), ..request() };
    let refused = parse(&program(), &ledger(3), &missing);
    assert!(matches!(refused, Err(ImportError::SheetMissing { .. })), "{refused:?}");
}

/// A workbook whose one sheet unpacks to far more than it weighs.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut target = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["xl/workbook.xml", "xl/worksheets/sheet1.xml"] {
        target.start_file(name, options).unwrap();
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..megabytes {
            target.write_all(&zeros).unwrap();
        }
    }
    target.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_stopped_before_it_is_unpacked() {
    let bomb = bomb(64);
    assert!(bomb.len() < 1 << 20);
    let before = Instant::now();
    assert_eq!(parse(&program(), &bomb, &request()).map(|_| ()), Err(ImportError::FileTooComplex));
    assert!(before.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_ledger_too_big_for_its_memory_ends_the_child_and_not_the_parent() {
    let tight = Request { bounds: Bounds { memory_bytes: 24 << 20, ..request().bounds }, ..request() };
    assert_eq!(parse(&program(), &ledger(20_000), &tight).map(|_| ()), Err(ImportError::FileTooComplex));
}

#[test]
fn a_parser_that_never_ends_is_ended() {
    let bounds = Bounds { cpu_s: 1, wall_ms: 2_000, ..Bounds::default() };
    for how in ["sleep", "spin", "hog", "flood", "babble"] {
        let patient = Bounds { wall_ms: 60_000, ..bounds };
        let bounds = match how {
            // Only the clock on the wall ends one that sleeps; the others must be ended by their own limit.
            "sleep" => bounds,
            "flood" => Bounds { output_bytes: 1 << 20, cpu_s: 60, ..patient },
            "hog" => Bounds { cpu_s: 60, memory_bytes: 128 << 20, ..patient },
            _ => patient,
        };
        let before = Instant::now();
        let outcome = parse(&misbehaving(how), &ledger(10), &Request { bounds, ..request() });
        assert_eq!(outcome.map(|_| ()), Err(ImportError::FileTooComplex), "{how}");
        assert!(before.elapsed() < Duration::from_secs(50), "{how} took {:?}", before.elapsed());
    }
}

#[test]
fn a_confined_child_opens_no_file() {
    let mut reports = Vec::new();
    let outcome: Result<Parsed<PlaceRow>, ImportError> =
        sandbox::parse(&misbehaving("open"), b"", &request(), &mut |done| reports.push(done));
    assert_eq!(reports, [0]);
    // It sent no rows either, which is no answer.
    assert_eq!(outcome.map(|_| ()), Err(ImportError::SandboxUnavailable));
}

#[test]
fn a_program_that_is_not_there_is_said_to_be_unavailable() {
    let nobody = Program::new("no-such-program-here");
    assert_eq!(parse(&nobody, b"x", &request()).map(|_| ()), Err(ImportError::SandboxUnavailable));
}
