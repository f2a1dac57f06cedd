//! `cargo xtask bench`: builds the program in release mode, lets it measure itself, and measures the naive peers found
//! on this machine with the same row counts. Figures are printed, never asserted. Where nothing else is said a peer is
//! Python's own sqlite3 with one plain query for one duty, and openpyxl; `FENGSUI_BENCH_PYTHON` names another Python.

use anyhow::{Result, bail};

use crate::run;

const USAGE: &str = "usage: cargo xtask bench [--size town|district|large|all] [--json]";

/// What a peer is asked to do: prints one line of a table for each figure.
const PEERS: &str = r#"
import random, sqlite3, sys, time
random.seed(26875)
def timed(act):
    start = time.perf_counter(); act(); return (time.perf_counter() - start) * 1000
for name, places, inspections in [("town", 220, 2640), ("district", 15000, 150000), ("large", 100000, 300000)][:int(sys.argv[1])]:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE place (id INTEGER PRIMARY KEY, village TEXT, listed INTEGER)")
    db.execute("CREATE TABLE inspection (id INTEGER PRIMARY KEY, place INTEGER, org TEXT, day TEXT)")
    db.executemany("INSERT INTO place VALUES (?, ?, ?)", ((n, f"v{n % 276}", int(random.random() < 1 / 14)) for n in range(places)))
    db.executemany("INSERT INTO inspection VALUES (?, ?, ?, ?)", ((n, random.randrange(places), random.choice("abcdef"), f"2026-{1 + n * 12 // inspections:02}-15") for n in range(inspections)))
    query = "SELECT p.village, substr(i.day, 1, 7) AS month, COUNT(DISTINCT p.id) FROM place p JOIN inspection i ON i.place = p.id WHERE p.listed = 1 AND i.org = 'a' GROUP BY 1, 2"
    took = sorted(timed(lambda: db.execute(query).fetchall()) for _ in range(5))[2]
    print(f"| sqlite3 一条查询算一项责任 | {name} | {places} | {took:.2f} |")
try:
    import io, openpyxl
except ImportError:
    print("| openpyxl | 未安装 | | |")
    sys.exit()
for rows in [1000, 10000, 100000][: 2 if sys.argv[1] == "1" else 3]:
    held = io.BytesIO()
    def write():
        book = openpyxl.Workbook(write_only=True); sheet = book.create_sheet()
        for n in range(rows):
            sheet.append([f"平安副食店（{n}号）"] * 15 + [n] * 7)
        book.save(held)
    def read():
        for row in openpyxl.load_workbook(held, read_only=True).active.iter_rows(values_only=True):
            pass
    print(f"| openpyxl {openpyxl.__version__} 写 | {rows} | {rows} | {timed(write):.2f} |")
    print(f"| openpyxl {openpyxl.__version__} 只读 | {rows} | {rows} | {timed(read):.2f} |")
"#;

/// Builds, measures, and measures the peers.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut size = "district".to_owned();
    let mut as_json = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match (word.as_str(), words.as_slice().first()) {
            ("--json", _) => as_json = true,
            ("--size", Some(named)) => {
                size.clone_from(named);
                words.next();
            }
            _ => bail!(USAGE),
        }
    }
    run::must(run::command("cargo")?.args(["build", "--release", "--quiet", "-p", "fengsui-server"]))?;
    let program = run::target()?.join("release/fengsui");
    let mut own = run::command(program)?;
    own.args(["bench", "--size", &size]);
    if as_json {
        own.arg("--json");
        return run::must(&mut own);
    }
    run::must(&mut own)?;
    let python = std::env::var("FENGSUI_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    println!("\n| 对照 | 规模 | n | ms |\n|---|---|--:|--:|");
    let sizes = match size.as_str() {
        "town" => "1",
        "district" => "2",
        _ => "3",
    };
    match run::command(&python)?.args(["-c", PEERS, sizes]).status() {
        Ok(status) if status.success() => {}
        _ => println!("| {python} | 没有找到或未能运行 | | |"),
    }
    Ok(())
}
