//! Writes and reads back a made-up ledger and says how long each took: `cargo run --example big_ledger -- 100000`.
//! It is its own sandbox child.
//! What does not belong here: judging the figures (the benchmark suite does).

use std::{error::Error, io::Write, time::Instant};

use exchange::{
    header,
    ledger::{self, Row},
    matching::{ExistingKey, match_against},
    place_catalog,
    places_sheet::PlaceRow,
    sample,
    sandbox::{self, Bounds, Program, Request},
    sheet::{self, Limits},
    write,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [subcommand, kind] = arguments.as_slice()
        && subcommand == sandbox::SUBCOMMAND
    {
        std::process::exit(i32::from(sandbox::child_main(kind, std::io::stdin(), std::io::stdout())));
    }
    let rows: u32 = arguments.first().map_or(Ok(100_000), |text| text.parse())?;
    let words = place_catalog::shipped_vocabulary();
    let mut report = std::io::stdout();

    let start = Instant::now();
    let mut bytes = Vec::new();
    write::xlsx(sample::places(rows), &words, &mut bytes)?;
    writeln!(report, "write   {:>8} ms {:>9} bytes", start.elapsed().as_millis(), bytes.len())?;

    let start = Instant::now();
    let book = sheet::read(&bytes, &Limits::default())?;
    writeln!(report, "read    {:>8} ms", start.elapsed().as_millis())?;

    let start = Instant::now();
    let (sheet, mapping) = header::best_sheet(&book.sheets, PlaceRow::sheet())?;
    let parsed = ledger::parse::<PlaceRow>(sheet, &mapping, &words, &mut |_| {});
    writeln!(
        report,
        "parse   {:>8} ms {:>9} rows {} problems",
        start.elapsed().as_millis(),
        parsed.rows.len(),
        parsed.problems.len()
    )?;

    let existing: Vec<ExistingKey> =
        sample::places(rows).zip(0..).map(|(place, n)| ExistingKey::of(format!("{n}"), place)).collect();
    let start = Instant::now();
    let decisions = match_against(&existing, parsed.rows.iter().map(|row| &row.value));
    writeln!(report, "match   {:>8} ms {:>9} decisions", start.elapsed().as_millis(), decisions.len())?;

    // Memory stays at its default; only an unoptimised build needs this much time.
    let bounds = Bounds { cpu_s: 600, wall_ms: 600_000, ..Bounds::default() };
    let request = Request { vocabulary: words, bounds, ..Request::default() };
    let start = Instant::now();
    let program = Program::new(std::env::current_exe()?);
    let parsed = sandbox::parse::<PlaceRow>(&program, &bytes, &request, &mut |_| {})?;
    writeln!(report, "sandbox {:>8} ms {:>9} rows", start.elapsed().as_millis(), parsed.rows.len())?;
    Ok(())
}
