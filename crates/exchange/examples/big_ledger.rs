//! Writes and reads back a made-up ledger and says how long each took: `cargo run --example big_ledger -- 100000`.
//! What does not belong here: judging the figures (the benchmark suite does).

use std::{error::Error, io::Write, time::Instant};

use exchange::{
    header,
    ledger::{self, Row},
    matching::{ExistingKey, match_against},
    places_sheet::{self, PlaceRow},
    sample,
    sheet::{self, Limits},
    write,
};

fn main() -> Result<(), Box<dyn Error>> {
    let rows: u32 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let words = places_sheet::default_vocabulary();
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
        sample::places(rows).zip(0..).map(|(place, n)| ExistingKey { id: format!("{n}"), place }).collect();
    let start = Instant::now();
    let decisions = match_against(&existing, &parsed.rows);
    writeln!(report, "match   {:>8} ms {:>9} decisions", start.elapsed().as_millis(), decisions.len())?;
    Ok(())
}
