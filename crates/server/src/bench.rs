//! `fengsui bench`: how long things take on this machine, at several sizes, with the exponent by which time grows. It
//! measures and asserts nothing. The data is made up from a fixed seed, the same everywhere. What does not belong
//! here: building the program in release mode and reading the figures (`cargo xtask bench`).
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

mod device;
mod ledger;
mod memory;
mod net;
mod org;
mod paper;
mod record;
mod road;
mod tiles;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use exchange::ledger::Row as _;
use serde::Serialize;

/// How large a made-up record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Name.
    pub name: &'static str,
    /// Places.
    pub places: u32,
    /// Villages.
    pub villages: u32,
    /// Inspections.
    pub inspections: u32,
}

/// Township, district, and what one embedded database is asked to bear.
pub const TOWN: Size = Size { name: "town", places: 220, villages: 6, inspections: 2_640 };
/// A district of 23 towns in one.
pub const DISTRICT: Size = Size { name: "district", places: 15_000, villages: 276, inspections: 150_000 };
/// Larger than any district.
pub const LARGE: Size = Size { name: "large", places: 100_000, villages: 600, inspections: 300_000 };
/// So long something is done again and again at most.
pub const SEVERAL: Duration = Duration::from_secs(15);

/// What PostgreSQL is measured at: the base, and each size's copies of it.
pub const UP_TO_CITY: [(Size, (u32, u32)); 4] = [
    (Size { name: "10k", places: 10_000, villages: 1_024, inspections: 100_000 }, (0, 0)),
    (Size { name: "100k", places: 100_000, villages: 1_024, inspections: 1_000_000 }, (1, 9)),
    (Size { name: "300k", places: 300_000, villages: 1_024, inspections: 3_000_000 }, (10, 29)),
    (Size { name: "1M", places: 1_000_000, villages: 1_024, inspections: 10_000_000 }, (30, 99)),
];
/// A city, in memory only.
pub const CITY: Size = Size { name: "city", places: 1_000_000, villages: 1_024, inspections: 10_000_000 };

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// What was done.
    pub job: String,
    /// At which size.
    pub size: String,
    /// How many things it was done to.
    pub n: u64,
    /// Units: milliseconds; the median where it was done several times.
    pub ms: f64,
    /// The slowest of a hundred, where it was done a hundred times. Units: milliseconds.
    pub p99_ms: Option<f64>,
    /// What else there is to say.
    pub note: String,
}

/// All figures of a run.
#[derive(Debug, Default)]
pub struct Figures {
    found: Vec<Measured>,
}

impl Figures {
    /// Times something done once.
    pub fn once<T>(&mut self, job: &str, size: &str, n: u64, act: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let out = act();
        self.put(job, size, n, vec![start.elapsed().as_secs_f64() * 1000.0], "");
        out
    }

    /// Notes how long something took, once or many times.
    pub fn put(&mut self, job: &str, size: &str, n: u64, mut ms: Vec<f64>, note: &str) {
        ms.sort_by(f64::total_cmp);
        let at = |share: f64| {
            ms.get(((ms.len() as f64 * share) as usize).min(ms.len().saturating_sub(1))).copied()
        };
        let one = Measured {
            job: job.to_owned(),
            size: size.to_owned(),
            n,
            ms: at(0.5).unwrap_or_default(),
            p99_ms: at(0.99).filter(|_| ms.len() >= 100),
            note: note.to_owned(),
        };
        eprintln!("{:<28} {:<9} {:>10} {:>12.3} ms {}", one.job, one.size, one.n, one.ms, one.note);
        self.found.push(one);
    }

    /// By how much time grows with size: the slope of log time over log n from the smallest to the largest.
    fn exponents(&self) -> Vec<(String, f64)> {
        let mut jobs: Vec<&str> = self.found.iter().map(|one| one.job.as_str()).collect();
        jobs.dedup();
        let mut seen = std::collections::BTreeSet::new();
        jobs.retain(|job| seen.insert(*job));
        let slope = |job: &str| {
            let mut of: Vec<&Measured> =
                self.found.iter().filter(|one| one.job == job && one.ms > 0.0).collect();
            of.sort_by_key(|one| one.n);
            let (first, last) = (of.first()?, of.last()?);
            (first.n < last.n).then(|| (last.ms / first.ms).ln() / (last.n as f64 / first.n as f64).ln())
        };
        jobs.into_iter().filter_map(|job| Some((job.to_owned(), slope(job)?))).collect()
    }

    fn print(&self, as_json: bool) -> anyhow::Result<()> {
        let exponents = self.exponents();
        if as_json {
            let growth: Vec<_> = exponents
                .iter()
                .map(|(job, exponent)| serde_json::json!({ "job": job, "exponent": exponent }))
                .collect();
            let all = serde_json::json!({ "measured": self.found, "growth": growth });
            println!("{}", serde_json::to_string_pretty(&all)?);
            return Ok(());
        }
        println!("| 项目 | 规模 | n | 中位 ms | p99 ms | 说明 |\n|---|---|--:|--:|--:|---|");
        for one in &self.found {
            let p99 = one.p99_ms.map(|ms| format!("{ms:.2}")).unwrap_or_default();
            println!("| {} | {} | {} | {:.2} | {p99} | {} |", one.job, one.size, one.n, one.ms, one.note);
        }
        println!("\n| 项目 | 增长指数 |\n|---|--:|");
        for (job, exponent) in exponents {
            println!("| {job} | {exponent:.2} |");
        }
        Ok(())
    }
}

/// Steele, Lea and Flood's SplitMix64 from a fixed seed.
pub struct Random(u64);

impl Random {
    /// The same numbers every time.
    pub fn seeded() -> Self {
        Self(26_875)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(bound.max(1))).unwrap_or(0)
    }
}

/// Which sizes a word means.
fn sizes(word: &str) -> anyhow::Result<Vec<Size>> {
    Ok(match word {
        "town" => vec![TOWN],
        "district" => vec![TOWN, DISTRICT],
        "large" => vec![TOWN, DISTRICT, LARGE],
        "all" => vec![TOWN, DISTRICT, LARGE, CITY],
        _ => anyhow::bail!("规模请写 town、district、large 或 all"),
    })
}

/// What is asked to be measured.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// `town`, `district`, `large` or `all`: everything up to it; `city` needs an empty PostgreSQL as `--database`;
    /// `org` is the chart of a town and of a district of 23 towns with 20,000 assignments, `papers` one page and 500 placards;
    /// `ledger` is 100,000 rows through the import itself, `road` networks of three sizes and siting, `tiles` vector
    /// tiles of up to a million points, `device` frames decoded and kept.
    #[arg(long, default_value = "district")]
    size: String,
    /// One ledger out of (`write`) or into (`read`) this file, told in milliseconds; or a made-up road network (`net`) of
    /// `--rows` junctions on a side into this folder: for a peer to be measured on the same.
    #[arg(long, requires = "file")]
    one: Option<String>,
    /// The file of `--one`; of `road` a map of roads that is measured as well, as an extract of OpenStreetMap.
    #[arg(long)]
    file: Option<std::path::PathBuf>,
    /// Rows of `--one` and of `ledger`.
    #[arg(long, default_value_t = 100_000)]
    rows: u32,
    /// `city` stops at so many places: a million with ten million inspections take some 25 GB of disk.
    #[arg(long, default_value_t = 1_000_000)]
    most: u32,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Measures what was asked for and prints a table, or one JSON document.
pub async fn run(asked: &Asked, database: Option<&str>) -> anyhow::Result<()> {
    if let (Some(one), Some(file)) = (&asked.one, &asked.file) {
        if one == "net" {
            return net::write(file, asked.rows);
        }
        println!("{}", ledger::one(one, file, asked.rows)?);
        return Ok(());
    }
    let mut figures = Figures::default();
    match (asked.size.as_str(), database) {
        ("city", Some(url)) => record::measure_city(&mut figures, url, asked.most).await?,
        ("city", None) => anyhow::bail!("请用 --database 指定一个空的 PostgreSQL 数据库"),
        ("ledger", _) => {
            for rows in [asked.rows / 100, asked.rows / 10, asked.rows] {
                ledger::measure(&mut figures, rows).await?;
            }
        }
        ("org", _) => {
            org::measure(&mut figures, TOWN.name, 1, 300).await?;
            org::measure(&mut figures, DISTRICT.name, 23, 20_000).await?;
        }
        ("papers", _) => paper::measure(&mut figures)?,
        ("road", _) => road::measure(&mut figures, asked.file.as_deref())?,
        ("device", _) => device::measure(&mut figures).await?,
        ("tiles", _) => tiles::measure(&mut figures)?,
        (word, _) => everything(&mut figures, word).await?,
    }
    figures.print(asked.json)
}

async fn everything(figures: &mut Figures, word: &str) -> anyhow::Result<()> {
    let chosen = sizes(word)?;
    for size in &chosen {
        memory::evaluate(figures, *size)?;
    }
    for size in chosen.iter().filter(|size| **size != CITY) {
        record::measure(figures, *size).await?;
    }
    org::measure(figures, TOWN.name, 1, 300).await?;
    if chosen.contains(&DISTRICT) {
        org::measure(figures, DISTRICT.name, 23, 20_000).await?;
    }
    let rows: &[u32] = if chosen.len() == 1 { &[1_000, 10_000] } else { &[1_000, 10_000, 100_000] };
    for rows in rows {
        sheets(figures, *rows)?;
    }
    paper::measure(figures)?;
    start(figures)
}

/// Ledgers out and in.
fn sheets(figures: &mut Figures, rows: u32) -> anyhow::Result<()> {
    let words = exchange::place_catalog::shipped_vocabulary();
    let size = format!("{rows}");
    let mut bytes = Vec::new();
    let written = figures.once("xlsx 导出", &size, rows.into(), || {
        exchange::write::xlsx(exchange::sample::places(rows), &words, &mut bytes)
    });
    written?;
    let parsed = figures.once("xlsx 导入（读、对表头、逐格核对）", &size, rows.into(), || checked(&bytes))?;
    ensure!(parsed == rows as usize, "读回 {parsed} 行，应为 {rows} 行");
    Ok(())
}

/// Reads a ledger, finds its header and checks every cell; the rows that stand.
fn checked(bytes: &[u8]) -> anyhow::Result<usize> {
    use exchange::place_catalog::shipped_vocabulary;
    use exchange::places_sheet::PlaceRow;
    let book = exchange::sheet::read(bytes, &exchange::sheet::Limits::default())?;
    let (sheet, mapping) = exchange::header::best_sheet(&book.sheets, PlaceRow::sheet())?;
    Ok(exchange::ledger::parse::<PlaceRow>(sheet, &mapping, &shipped_vocabulary(), &mut |_| {}).rows.len())
}

/// From nothing to the first answer, and what the process then weighs.
fn start(figures: &mut Figures) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("fengsui-bench-start-{}", std::process::id()));
    let outcome = started(figures, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

fn started(figures: &mut Figures, folder: &Path) -> anyhow::Result<()> {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let address = format!("127.0.0.1:{free}");
    let mut took = Vec::new();
    let mut weighs = 0;
    for _ in 0..6 {
        let begun = Instant::now();
        let mut child = std::process::Command::new(std::env::current_exe()?)
            .args(["--data", &folder.display().to_string(), "serve", "--listen", &address])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()?;
        let answered = (0..4_000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            answers(&address)
        });
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
        weighs = resident_kb(&format!("/proc/{}/status", child.id())).unwrap_or(0);
        child.kill()?;
        child.wait()?;
        ensure!(answered, "服务没有在四秒内应答");
    }
    // The first one makes the database.
    took.remove(0);
    let note = format!("常驻内存 {:.1} MB", f64::from(weighs) / 1024.0);
    figures.put("启动到首次应答", "empty", 1, took, &note);
    Ok(())
}

fn answers(address: &str) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(address) else { return false };
    let mut said = [0; 12];
    stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").is_ok()
        && stream.read_exact(&mut said).is_ok()
        && said.ends_with(b"200")
}

/// What a process holds in memory now. Units: kilobytes.
pub fn resident_kb(status: &str) -> Option<u32> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// This process's memory, for notes.
pub fn own_memory() -> String {
    match resident_kb("/proc/self/status") {
        Some(kb) => format!("常驻内存 {:.0} MB", f64::from(kb) / 1024.0),
        None => String::new(),
    }
}

/// The plan that came with the program.
pub fn plan() -> anyhow::Result<domain::plan::Plan> {
    let (plan, problems) = exchange::plan_file::read(exchange::shipped::PLAN.1);
    ensure!(problems.is_empty(), "随附的方案文件有错");
    Some(plan).context("随附的方案文件")
}
