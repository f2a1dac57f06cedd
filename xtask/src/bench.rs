//! `cargo xtask bench`: builds the program in release mode, lets it measure itself, and measures the peers found on this
//! machine with the same row counts. Figures are printed, never asserted. The peer of the board is Python's own sqlite3
//! with one plain query for one duty. `--size excel` measures libraries for Excel files in turn with the program, on the
//! same file: ours, theirs, theirs, ours. `--size start` starts the served program and small servers in turn by the same loop.
//! `FENGSUI_BENCH_PYTHON` names the Python that has them (`FENGSUI_BENCH_ROUTERS` the one with OSRM and Valhalla),
//! `FENGSUI_BENCH_NODE` a folder whose `node_modules` has `exceljs`, `xlsx`, `node-red`, `json-rules-engine`, `express` and
//! `better-sqlite3`; what is missing is listed as missing.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use testkit::postgres::Cluster;

use crate::run;

const USAGE: &str = "usage: cargo xtask bench [--size town|district|large|all|ledger|city|road|excel|tiles|device|alarm|org|papers|rules|start] [--rows N] [--most N] [--file MAP] [--json]";

/// Rounds of ours, theirs, theirs, ours.
const ROUNDS: usize = 5;

/// Peers for Excel files: name, whether it writes or reads, interpreter, script. Each gets the file and prints
/// milliseconds; a writer gets the rows by reading the file first, unmeasured.
const EXCEL: &[(&str, &str, &str, &str)] = &[
    ("openpyxl 写（write-only）", "write", "python", "import openpyxl
rows = [list(r) for r in openpyxl.load_workbook(F, read_only=True).worksheets[0].iter_rows(values_only=True)]
t = now(); b = openpyxl.Workbook(write_only=True); s = b.create_sheet()
for r in rows: s.append(r)
b.save(O); done(t, len(rows))"),
    ("XlsxWriter 写（constant_memory）", "write", "python", "import openpyxl, xlsxwriter
rows = [list(r) for r in openpyxl.load_workbook(F, read_only=True).worksheets[0].iter_rows(values_only=True)]
t = now(); b = xlsxwriter.Workbook(O, {'constant_memory': True}); s = b.add_worksheet()
for n, r in enumerate(rows): s.write_row(n, 0, r)
b.close(); done(t, len(rows))"),
    ("exceljs 写（streaming）", "write", "node", "const E = require('exceljs'); const X = require('xlsx')
const rows = X.utils.sheet_to_json(X.readFile(F).Sheets[X.readFile(F, {bookSheets: true}).SheetNames[0]], {header: 1})
const t = now(); const b = new E.stream.xlsx.WorkbookWriter({filename: O}); const s = b.addWorksheet('a')
for (const r of rows) s.addRow(r).commit()
s.commit(); await b.commit(); done(t, rows.length)"),
    ("openpyxl 读（read-only）", "read", "python", "import openpyxl
t = now(); n = 0
for r in openpyxl.load_workbook(F, read_only=True).worksheets[0].iter_rows(values_only=True): n += 1
done(t, n)"),
    ("pandas 读（openpyxl）", "read", "python", "import pandas
t = now(); n = len(pandas.read_excel(F, dtype=str)) + 1
done(t, n)"),
    ("python-calamine 读", "read", "python", "import python_calamine
t = now(); n = len(python_calamine.CalamineWorkbook.from_path(F).get_sheet_by_index(0).to_python())
done(t, n)"),
    ("SheetJS 读", "read", "node", "const X = require('xlsx')
const t = now(); const b = X.readFile(F, {sheets: 0}); const n = X.utils.sheet_to_json(b.Sheets[b.SheetNames[0]], {header: 1}).length
done(t, n)"),
];

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
"#;

/// Peers of the intake, as far as they are installed: mosquitto acknowledges QoS 1 without a sync, Node-RED answers before it
/// has written, FastAPI commits each message to SQLite. A line of a table each, or one for each rate of our own open-loop load.
const DEVICE_PEERS: &str = include_str!("bench/device_peers.py");

/// What they are sent a second, one after the other until the slowest of a hundred exceeds the goal: as ours is (`server::bench::alarm`).
const STORM_RATES: &[&str] = &["500", "1000", "2000", "4000", "8000", "16000"];

/// OSRM and Valhalla on a network of ours.
const ROUTE_PEERS: &str = include_str!("bench/route_peers.py");
/// What they are told at L, 635,209 junctions: OSRM by partitions, for a contraction hierarchy alone takes longer than all the
/// rest; how long either may prepare. Units: seconds.
const ROUTERS_AT_L: &[&str] = &["mld", "900", "300"];
/// pgRouting and PostGIS on the same networks and points.
const POSTGRES_PEERS: &str = include_str!("bench/postgres_peers.py");
/// spopt with CBC on the coverings of ours.
const COVERING_PEERS: &str = include_str!("bench/covering_peers.py");
/// Engines of rules and databases: five rules for each place.
const RULE_PEERS: &str = include_str!("bench/rule_peers.py");
/// Places of theirs; who is asked place by place gets fewer and says how many.
const RULE_SIZES: &[&str] = &["220", "15000", "100000", "1000000"];
/// Small servers from their start, and under load; ours by the same loop.
const START_PEERS: &str = include_str!("bench/start_peers.py");

/// Builds, measures, and measures the peers.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut size = "district".to_owned();
    let mut rows = "100000".to_owned();
    let mut most = "1000000".to_owned();
    let mut map: Option<String> = None;
    let mut as_json = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match (word.as_str(), words.as_slice().first()) {
            ("--json", _) => as_json = true,
            ("--size", Some(named)) => {
                size.clone_from(named);
                words.next();
            }
            ("--rows", Some(named)) => {
                rows.clone_from(named);
                words.next();
            }
            ("--most", Some(named)) => {
                most.clone_from(named);
                words.next();
            }
            ("--file", Some(named)) => {
                map = Some(named.clone());
                words.next();
            }
            _ => bail!(USAGE),
        }
    }
    if map.is_some() && size != "road" {
        bail!("--file MAP belongs to --size road\n{USAGE}");
    }
    run::must(run::command("cargo")?.args(["build", "--release", "--quiet", "-p", "fengsui-server"]))?;
    let program = run::target()?.join("release/fengsui");
    if size == "excel" {
        return excel(&program, &rows);
    }
    if size == "start" {
        return start(&program);
    }
    let mut own = run::command(&program)?;
    own.args(["bench", "--size", &size, "--rows", &rows, "--most", &most]);
    if as_json {
        own.arg("--json");
    }
    own.args(map.iter().flat_map(|map| ["--file", map.as_str()]));
    // Never somebody's server: ten million rows stay behind in it. Its own is not synced, which the figures say.
    let cluster = if size == "city" { Some(Cluster::start()?) } else { None };
    if let Some(cluster) = &cluster {
        own.args(["--database", &format!("{}/postgres", cluster.url())]);
    }
    run::must(&mut own)?;
    if as_json || matches!(size.as_str(), "city" | "ledger" | "org" | "papers") {
        return Ok(());
    }
    match size.as_str() {
        "alarm" => {
            println!(
                "\n| 对照，同一开环负载 | 每秒 | 发出 | 中位 ms | p99 ms | 说明 |\n|---|--:|--:|--:|--:|---|"
            );
            let (seconds, rates) =
                if rows == "100000" { ("10", STORM_RATES) } else { ("2", &["200", "400"][..]) };
            let program = program.display().to_string();
            script(&python(), DEVICE_PEERS, &[&["storm", &program, seconds], rates].concat());
            return Ok(());
        }
        "road" => return routers(&program, map.as_deref()),
        "rules" => return rules(),
        "tiles" => return postgres(&std::env::temp_dir(), "1000000", "tiles"),
        "device" => {
            println!("\n| 对照 | n | 每秒 | 说明 |\n|---|--:|--:|---|");
            script(&python(), DEVICE_PEERS, &[]);
            return Ok(());
        }
        _ => {}
    }
    println!("\n| 对照 | 规模 | n | ms |\n|---|---|--:|--:|");
    let sizes = match size.as_str() {
        "town" => "1",
        "district" => "2",
        _ => "3",
    };
    match run::command(python())?.args(["-c", PEERS, sizes]).status() {
        Ok(status) if status.success() => {}
        _ => println!("| {} | 没有找到或未能运行 | | |", python()),
    }
    Ok(())
}

fn python() -> String {
    std::env::var("FENGSUI_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Routers and solvers on the very networks and instances the program was measured on.
fn routers(program: &Path, map: Option<&str>) -> Result<()> {
    println!("\n| 对照 | 规模 | ms | |\n|---|---|--:|---|");
    let stem = map.and_then(|map| Path::new(map).file_stem()).map(|stem| stem.to_string_lossy().into_owned());
    let of_map = stem.as_deref().zip(map).map(|(stem, map)| (stem, "0", Some(map), &[][..]));
    let made = [("S", "60", None, &[][..]), ("M", "249", None, &[]), ("L", "797", None, ROUTERS_AT_L)];
    for (size, side, map, how) in made.into_iter().chain(of_map) {
        let folder = std::env::temp_dir().join(format!("fengsui-bench-net-{}-{size}", std::process::id()));
        let mut own = run::command(program)?;
        own.arg("bench").args(map.iter().flat_map(|map| ["--map", *map]));
        run::must(own.args(["--one", "net", "--rows", side, "--file"]).arg(&folder))?;
        let python = std::env::var("FENGSUI_BENCH_ROUTERS").unwrap_or_else(|_| python());
        let net = folder.display().to_string();
        script(&python, ROUTE_PEERS, &[&[net.as_str(), size], how].concat());
        postgres(&folder, size, "routes")?;
        std::fs::remove_dir_all(&folder)?;
    }
    let even = [("220", "40", "5"), ("2000", "200", "10"), ("15000", "500", "20")];
    for (demands, sites, p) in even {
        script(&python(), COVERING_PEERS, &[demands, sites, p, "0"]);
    }
    script(&python(), COVERING_PEERS, &["15000", "500", "20", "276"]);
    Ok(())
}

/// What extensions of PostgreSQL need for the same, in a cluster of its own.
fn postgres(folder: &Path, size: &str, what: &str) -> Result<()> {
    let cluster = Cluster::start()?;
    let url = format!("{}/postgres", cluster.url());
    script("python3", POSTGRES_PEERS, &[&url, &folder.display().to_string(), size, what]);
    Ok(())
}

/// Five rules for each place by the peers; PostgreSQL in a cluster of its own, where there is one.
fn rules() -> Result<()> {
    println!("\n| 对照 | 场所 | µs 每处 | CPU µs 每处 | 说明 |\n|---|--:|--:|--:|---|");
    let cluster = Cluster::start().ok();
    let url = cluster.as_ref().map(|cluster| format!("{}/postgres", cluster.url())).unwrap_or_default();
    let node = run::root()?.join("xtask/src/bench/rule_peers.js").display().to_string();
    script(&python(), RULE_PEERS, &[&[node.as_str(), &url], RULE_SIZES].concat());
    Ok(())
}

/// The served program on the sample town and small servers, each as a process of its own, asked by the same loop.
fn start(program: &Path) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("fengsui-bench-starts-{}", std::process::id()));
    run::must(run::command(program)?.arg("demo").arg("--data").arg(&folder).stdout(Stdio::null()))?;
    let (program, data) = (program.display().to_string(), folder.display().to_string());
    println!(
        "| 启动到首次应答 | 五次中位 ms | 最小–最大 | 常驻 MB：应答时、七秒后 | 空闲 CPU % | 说明 |\n|---|--:|--:|--:|--:|---|"
    );
    script(&python(), START_PEERS, &[&program, &data, "start"]);
    println!(
        "\n| 32 个连接，4 秒，两次 | 每秒应答 | 中位 ms | p99 ms | 其后常驻 MB | 说明 |\n|---|--:|--:|--:|--:|---|"
    );
    script(&python(), START_PEERS, &[&program, &data, "load"]);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Runs a peer's script; one that cannot run is told as missing.
fn script(python: &str, text: &str, words: &[&str]) {
    let done = run::command(python).map(|mut command| command.args(["-c", text]).args(words).status());
    if !matches!(done, Ok(Ok(status)) if status.success()) {
        println!("| | {} | | {python} 没有找到或未能运行 |", words.join(" "));
    }
}

/// Ours, theirs, theirs, ours on one file, several rounds; the middle of the rounds' ratios.
fn excel(program: &Path, rows: &str) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("fengsui-bench-excel-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (file, out) = (folder.join("ledger.xlsx"), folder.join("out.xlsx"));
    ours(program, "write", rows, &file)?;
    println!(
        "| 对照，{rows} 行 22 列 | 本程序 ms | 对方 ms | 对方/本程序 | 最小–最大 |\n|---|--:|--:|--:|--:|"
    );
    for (name, what, interpreter, script) in EXCEL {
        let mut ratios = Vec::new();
        let (mut own, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let target = if *what == "write" { &out } else { &file };
            let first = ours(program, what, rows, target)?;
            let (Some(one), Some(two)) =
                (peer(interpreter, script, &file, &out), peer(interpreter, script, &file, &out))
            else {
                break;
            };
            let last = ours(program, what, rows, target)?;
            ratios.push((one + two) / (first + last));
            own.extend([first, last]);
            theirs.extend([one, two]);
        }
        match (middle(&mut own), middle(&mut theirs), middle(&mut ratios)) {
            (Some(own), Some(theirs), Some(ratio)) => {
                let (least, most) = (ratios.first().copied(), ratios.last().copied());
                let (least, most) = (least.unwrap_or_default(), most.unwrap_or_default());
                println!("| {name} | {own:.0} | {theirs:.0} | {ratio:.1} | {least:.1}–{most:.1} |");
            }
            _ => println!("| {name} | | 没有安装 | | |"),
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn middle(found: &mut [f64]) -> Option<f64> {
    found.sort_by(f64::total_cmp);
    found.get(found.len() / 2).copied()
}

fn ours(program: &Path, what: &str, rows: &str, file: &Path) -> Result<f64> {
    let mut own = run::command(program)?;
    own.args(["bench", "--one", what, "--rows", rows, "--file"]).arg(file);
    let told = own.output()?;
    let text = String::from_utf8_lossy(&told.stdout);
    text.trim().parse().with_context(|| String::from_utf8_lossy(&told.stderr).into_owned())
}

/// How long a peer took, by its own clock; none where it is not installed.
fn peer(interpreter: &str, script: &str, file: &Path, out: &Path) -> Option<f64> {
    let (file, out) = (file.display().to_string(), out.display().to_string());
    let mut command = match interpreter {
        "python" => {
            let head = "import sys, time\nF, O = sys.argv[1:]\nnow = time.perf_counter\n\
                        def done(t, n): print((now() - t) * 1000 if n > 1 else 'none')\n";
            let mut command = run::command(python()).ok()?;
            command.args(["-c", &format!("{head}{script}")]);
            command
        }
        _ => {
            let head = "const [F, O] = process.argv.slice(-2); const now = () => performance.now()\n\
                        const done = (t, n) => console.log(n > 1 ? now() - t : 'none');\n";
            let mut command = run::command("node").ok()?;
            command.args(["-e", &format!("{head}(async () => {{ {script} }})()")]).arg("--");
            command.current_dir(std::env::var_os("FENGSUI_BENCH_NODE").unwrap_or_else(|| ".".into()));
            command
        }
    };
    let told = command.args([file, out]).stderr(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&told.stdout).trim().parse().ok()
}
