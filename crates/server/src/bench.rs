//! `fengsui bench`: how long things take on this machine, at several sizes, with the exponent by which time grows. It
//! measures and asserts nothing. The data is made up from a fixed seed, the same everywhere. What does not belong
//! here: building the program in release mode and reading the figures (`cargo xtask bench`).
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

mod alarm;
mod device;
mod dispatch;
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

use crate::config::Where;
use crate::demo;

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
    /// Units: milliseconds; the median where it was done several times; none where it could not be done.
    pub ms: Option<f64>,
    /// The slowest of a hundred, where it was done a hundred times. Units: milliseconds.
    pub p99_ms: Option<f64>,
    /// What else there is to say.
    pub note: String,
}

/// What this machine was like when a run began: figures of two runs are compared with it or not at all.
/// Source: performance design, §3.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Machine {
    /// Cores.
    pub cores: usize,
    /// Load average of the last minute; more than one and a half a core is noise.
    pub load: f64,
    /// Whether it is noise.
    pub noisy: bool,
    /// Median of a synced append of 512 bytes where the data of the run lies. Units: milliseconds.
    pub sync_ms: f64,
    /// Its slowest of a hundred. Units: milliseconds.
    pub sync_p99_ms: f64,
}

impl Machine {
    /// Looks at it now.
    fn now() -> anyhow::Result<Self> {
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        let load = load.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or_default();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let path = std::env::temp_dir().join(format!("fengsui-bench-sync-{}", std::process::id()));
        let took = synced(&path);
        let _ = std::fs::remove_file(&path);
        let took = took?;
        let at = |share: usize| took.get(took.len() * share / 100).copied().unwrap_or_default();
        Ok(Self { cores, load, noisy: load > 1.5 * cores as f64, sync_ms: at(50), sync_p99_ms: at(99) })
    }

    fn said(&self) -> String {
        let noisy = if self.noisy { "，负载过高，只看次数和倍数" } else { "" };
        format!(
            "{} 核，负载 {:.2}{noisy}；追加 512 字节并落盘：中位 {:.3} ms，p99 {:.3} ms",
            self.cores, self.load, self.sync_ms, self.sync_p99_ms
        )
    }
}

/// How long each of two hundred synced appends took, the shortest first. Units: milliseconds.
fn synced(path: &Path) -> std::io::Result<Vec<f64>> {
    use std::io::Write;
    let mut file = std::fs::File::create(path)?;
    let mut took = Vec::with_capacity(200);
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&[7; 512])?;
        file.sync_data()?;
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}

/// All figures of a run.
#[derive(Debug, Default)]
pub struct Figures {
    machine: Machine,
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
            ms: at(0.5),
            p99_ms: at(0.99).filter(|_| ms.len() >= 100),
            note: note.to_owned(),
        };
        let took = one.ms.map(|ms| format!("{ms:.3} ms")).unwrap_or_default();
        eprintln!("{:<28} {:<9} {:>10} {took:>15} {}", one.job, one.size, one.n, one.note);
        self.found.push(one);
    }

    /// Notes what is not measured at a size, and why.
    pub fn left_out(&mut self, job: &str, size: &str, n: u64, why: &str) {
        eprintln!("{job:<28} {size:<9} {n:>10}               — {why}");
        let (job, size) = (job.to_owned(), size.to_owned());
        self.found.push(Measured { job, size, n, ms: None, p99_ms: None, note: format!("未量：{why}") });
    }

    /// Tells what could not be measured, and why.
    pub fn told(&mut self, job: &str, outcome: anyhow::Result<()>) {
        if let Err(error) = outcome {
            self.put(job, "", 0, Vec::new(), &format!("没有测成：{error:#}"));
        }
    }

    /// By how much time grows with size: the slope of log time over log n from the smallest to the largest.
    fn exponents(&self) -> Vec<(String, f64)> {
        let mut jobs: Vec<&str> = self.found.iter().map(|one| one.job.as_str()).collect();
        jobs.dedup();
        let mut seen = std::collections::BTreeSet::new();
        jobs.retain(|job| seen.insert(*job));
        let slope = |job: &str| {
            let of = self.found.iter().filter(|one| one.job == job);
            let mut of: Vec<(u64, f64)> =
                of.filter_map(|one| Some((one.n, one.ms.filter(|ms| *ms > 0.0)?))).collect();
            of.sort_by_key(|(n, _)| *n);
            let (first, last) = (of.first()?, of.last()?);
            (first.0 < last.0).then(|| (last.1 / first.1).ln() / (last.0 as f64 / first.0 as f64).ln())
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
            let all =
                serde_json::json!({ "machine": self.machine, "measured": self.found, "growth": growth });
            println!("{}", serde_json::to_string_pretty(&all)?);
            return Ok(());
        }
        println!("{}\n", self.machine.said());
        println!("| 项目 | 规模 | n | 中位 ms | p99 ms | 说明 |\n|---|---|--:|--:|--:|---|");
        for one in &self.found {
            let p99 = one.p99_ms.map(|ms| format!("{ms:.2}")).unwrap_or_default();
            let ms = one.ms.map_or_else(|| "—".to_owned(), |ms| format!("{ms:.2}"));
            println!("| {} | {} | {} | {ms} | {p99} | {} |", one.job, one.size, one.n, one.note);
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
    /// `rules` judges all duties in memory at four sizes;
    /// `org` is the chart of a town and of a district of 23 towns with 20,000 assignments, `papers` one page and 500 placards;
    /// `ledger` is 100,000 rows through the import itself, `road` networks of three sizes and siting, `tiles` vector
    /// tiles of up to a million points, `device` frames decoded and kept, `alarm` a storm over sockets with people beside it.
    #[arg(long, default_value = "district")]
    size: String,
    /// One ledger out of (`write`) or into (`read`) this file, told in milliseconds; or a made-up road network (`net`) of
    /// `--rows` junctions on a side into this folder: for a peer to be measured on the same.
    #[arg(long, requires = "file")]
    one: Option<String>,
    /// With `--one net`: the network of this map of roads in place of a made-up one.
    #[arg(long, hide = true)]
    map: Option<std::path::PathBuf>,
    /// The file of `--one`; of `road` a map of roads that is measured as well, as an extract of OpenStreetMap.
    #[arg(long)]
    file: Option<std::path::PathBuf>,
    /// Rows of `--one` and of `ledger`; of `alarm`, frames of the steady storm when it is only tried out: fewer than usual make
    /// everything small.
    #[arg(long, default_value_t = 100_000)]
    rows: u32,
    /// `city` stops at so many places: a million with ten million inspections take some 25 GB of disk.
    #[arg(long, default_value_t = 1_000_000)]
    most: u32,
    /// Of `--one hold`, which holds `--rows` connections to the address in `--file` and says nothing: how many others hold.
    #[arg(long, default_value_t = 0, hide = true)]
    first: u32,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Measures what was asked for and prints a table, or one JSON document.
pub async fn run(asked: &Asked, database: Option<&str>) -> anyhow::Result<()> {
    if let (Some(one), Some(file)) = (&asked.one, &asked.file) {
        if one == "net" {
            return net::write(file, asked.rows, asked.map.as_deref());
        }
        if one == "hold" {
            let to = file.to_string_lossy().parse().context("--file 请写成 127.0.0.1:5201 的样子")?;
            return alarm::hold(to, asked.rows, asked.first).await;
        }
        println!("{}", ledger::one(one, file, asked.rows)?);
        return Ok(());
    }
    let machine = Machine::now()?;
    eprintln!("{}", machine.said());
    let mut figures = Figures { machine, ..Figures::default() };
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
        ("rules", _) => {
            for size in [TOWN, DISTRICT, LARGE, CITY] {
                memory::evaluate(&mut figures, size)?;
            }
        }
        ("road", _) => road::measure(&mut figures, asked.file.as_deref())?,
        ("device", _) => device::measure(&mut figures).await?,
        ("alarm", _) => alarm::measure(&mut figures, asked.rows).await?,
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
    start(figures).await
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

/// From nothing to the first answer on the sample town, and what the process weighs once people have looked about in it.
async fn start(figures: &mut Figures) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("fengsui-bench-start-{}", std::process::id()));
    let outcome = started(figures, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

/// So often a page is waited for.
const WAITS: u32 = 20;
/// Lists whose first page is asked for, and of whose first row the page.
const LISTS: [(&str, &str); 6] = [
    ("/api/v1/places", "/api/v1/places/"),
    ("/api/v1/hazards", "/api/v1/hazards/"),
    ("/api/v1/tasks", "/api/v1/tasks/"),
    ("/api/v1/inspections", "/api/v1/inspections/"),
    ("/api/v1/people", "/api/v1/people/"),
    ("/api/v1/facilities", "/api/v1/facilities/"),
];

async fn started(figures: &mut Figures, folder: &Path) -> anyhow::Result<()> {
    let place = Where {
        data: folder.to_owned(),
        database: None,
        keys: None,
        town: "500118100000".to_owned(),
        town_name: None,
    };
    demo::fill(&place, false).await?;
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let address = format!("127.0.0.1:{free}");
    let mut took = Vec::new();
    for last in [false, false, false, false, false, true] {
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
        let weighed = match last && answered {
            true => looked_about(figures, free, child.id()).await,
            false => Ok(()),
        };
        child.kill()?;
        child.wait()?;
        ensure!(answered, "服务没有在四秒内应答");
        weighed?;
    }
    // The first one looks the files up on the disk.
    took.remove(0);
    figures.put("启动到首次应答", TOWN.name, 1, took, "示范镇");
    Ok(())
}

/// The board, every list and one page of each, as its people open them; then what the server holds.
async fn looked_about(figures: &mut Figures, port: u16, process: u32) -> anyhow::Result<()> {
    let to = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let status = format!("/proc/{process}/status");
    let idle = resident_kb(&status).unwrap_or(0);
    let cookie = alarm::login(to, "head").await?;
    let begun = Instant::now();
    let mut pages =
        vec!["/api/v1/board".to_owned(), "/api/v1/workbench".to_owned(), "/api/v1/leader".to_owned()];
    for (list, page) in LISTS {
        let (code, _, body) = alarm::ask(to, ("GET", list), &cookie, "").await?;
        ensure!(code == 200, "{list} 应答 {code}");
        let rows: serde_json::Value = serde_json::from_str(&body).context("不是 JSON")?;
        let id = rows["items"][0]["id"].as_str().with_context(|| format!("{list} 没有一行"))?;
        pages.push(format!("{page}{id}"));
    }
    for page in &pages {
        let (code, ..) = alarm::ask(to, ("GET", page), &cookie, "").await?;
        ensure!(code == 200, "{page} 应答 {code}");
    }
    let asked = (pages.len() + LISTS.len()) as u64;
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    let weighs = resident_kb(&status).unwrap_or(0);
    let mb = |kb: u32| f64::from(kb) / 1024.0;
    let note = format!("常驻内存：空闲 {:.1} MB，看过以后 {:.1} MB", mb(idle), mb(weighs));
    figures.put("台账、各名册和页面各看一次", TOWN.name, asked, vec![ms], &note);
    waited_for(figures, to, &cookie).await
}

/// The chart and one paper as somebody at the desk waits for them: from the request on a new connection to its last byte.
async fn waited_for(figures: &mut Figures, to: std::net::SocketAddr, cookie: &str) -> anyhow::Result<()> {
    let (code, _, body) = alarm::ask(to, ("GET", "/api/v1/papers?limit=100"), cookie, "").await?;
    ensure!(code == 200, "文书清单应答 {code}");
    let papers: serde_json::Value = serde_json::from_str(&body).context("不是 JSON")?;
    let papers = papers["items"].as_array().context("没有文书")?;
    // A draft is drawn anew for every look, an issued one is read from its file.
    let draft = papers.iter().find(|one| one["state"] == "draft" || one["state"]["code"] == "draft");
    let mut pages = vec![("组织架构图，经 HTTP", "/api/v1/org-chart".to_owned(), "")];
    if let Some(id) = draft.or(papers.first()).and_then(|one| one["id"].as_str()) {
        let note = if draft.is_some() { "起草中，每次重画" } else { "已印发，存档件" };
        pages.push(("一份文书的 PDF，经 HTTP", format!("/api/v1/papers/{id}/paper.pdf"), note));
    }
    for (job, path, note) in pages {
        let mut took = Vec::new();
        for _ in 0..WAITS {
            let begun = Instant::now();
            let (code, ..) = alarm::ask(to, ("GET", &path), cookie, "").await?;
            ensure!(code == 200, "{path} 应答 {code}");
            took.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        figures.put(job, TOWN.name, 1, took, note);
    }
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
