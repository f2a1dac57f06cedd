//! Alarms over sockets, against the program itself as a process of its own with the sample town in it: a storm with people
//! working beside it, from the frame to the screen, five hundred listeners, ten thousand half-open connections; and crews
//! ranked in memory. What does not belong here: bytes decoded and kept without a socket (`device`).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use app::Caller;
use app::device::view::{DeviceInput, LinkView};
use domain::device::{DeviceKind, Provider};
use domain::dispatch::{Crew, Need, Presence, Ride, TravelBy, Weights, rank};
use domain::force::ForceKind;
use domain::incident::Kind;
use domain::org::Level;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::{Figures, Random, dispatch, resident_kb};
use crate::config::{self, Where};
use crate::{demo, storm};

/// Crews of a district.
const CREWS: u32 = 2_000;
/// Units behind which the storm's alarms come, each at a place of its own: one connection speaks for one.
const UNITS: u64 = storm::CONNECTIONS as u64;
/// The unit of the first probe.
const PROBE: u64 = 960_000;
/// Probes from the frame to the screen: one begins before the last has ended, if it must. Units: milliseconds.
const PROBES_FROM_MS: u64 = 3_000;
const PROBE_EVERY_MS: u64 = 450;
/// A probe the screen does not show by then has failed. Units: seconds.
const SHOWN_WITHIN_S: u64 = 30;
/// How soon the screen looks again: a change is told to it within that. Units: milliseconds.
const LOOKS_AGAIN_MS: u64 = 50;
/// People who look at pages meanwhile.
const PEOPLE: usize = 10;
/// So long each looks at one. Units: milliseconds.
const LOOKS_MS: u64 = 500;
/// Accounts of listeners, sessions of one account, streams of one session: as many as the program lets in.
const SESSIONS: usize = 5;
const STREAMS: usize = 4;
/// Every so many listeners one leaves in between and comes back.
const COMES_BACK: usize = 10;
/// Of connections that say nothing from one address: fewer than one address may hold.
const OF_ONE: u32 = 200;
/// Connections of one process: as many as the usual limit of open files leaves.
const HELD: u32 = 800;
/// The goal of a confirmation, which bounds the highest rate. Units: milliseconds.
const GOAL_MS: f64 = 200.0;
/// The territory and organisation everything is entered under.
const TOWN: &str = "500118100000";

/// How much of it. What is asked for by `--rows` is the frames of the steady storm; the usual number is all of it.
#[derive(Debug, Clone, Copy)]
struct Amount {
    /// The steady storm: frames a second, seconds.
    steady: (u32, u32),
    /// As dense for ten seconds: 5,000 frames.
    dense: (u32, u32),
    probes: u64,
    accounts: usize,
    /// Connections that say nothing.
    silent: u32,
    /// Rates one after the other, until one is not borne; so many seconds each.
    rates: &'static [u32],
    rate_s: u32,
    /// Crews, and junctions on a side of the network they drive on.
    crews: u32,
    side: u32,
}

const WHOLE: Amount = Amount {
    steady: (500, 60),
    dense: (500, 10),
    probes: 120,
    accounts: 25,
    silent: 10_000,
    rates: &[500, 1_000, 2_000, 4_000, 8_000, 16_000],
    rate_s: 10,
    crews: CREWS,
    side: 249,
};

impl Amount {
    /// Something to try out whether everything runs, where fewer rows are asked for than usual.
    fn of(rows: u32) -> Self {
        if rows >= 100_000 {
            return WHOLE;
        }
        Self {
            steady: (100, (rows / 100).clamp(3, 60)),
            dense: (100, 3),
            probes: 4,
            accounts: 2,
            silent: 400,
            rates: &[100, 200],
            rate_s: 2,
            crews: 200,
            side: 40,
        }
    }
}

/// The program, gone when dropped.
struct Served {
    child: Child,
    web: SocketAddr,
    devices: SocketAddr,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processes that hold connections, gone when dropped.
struct Holders(Vec<Child>);

impl Drop for Holders {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// One request, one connection: status, headers and body.
pub(super) async fn ask(
    to: SocketAddr,
    (method, path): (&str, &str),
    cookie: &str,
    body: &str,
) -> anyhow::Result<(u16, String, String)> {
    let mut stream = TcpStream::connect(to).await?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Fengsui: 1\r\nCookie: {cookie}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").context("不是 HTTP 应答")?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("不是 HTTP 应答")?;
    // A body in chunks: what lies between the first bracket and the last is the document.
    let document = body.find(['{', '[']).zip(body.rfind(['}', ']'])).and_then(|(a, b)| body.get(a..=b));
    Ok((status, head.to_owned(), document.unwrap_or(body).to_owned()))
}

pub(super) async fn login(to: SocketAddr, name: &str) -> anyhow::Result<String> {
    let body = json!({ "login": name, "password": demo::PASSWORD }).to_string();
    let (status, head, body) = ask(to, ("POST", "/api/v1/login"), "", &body).await?;
    ensure!(status == 200, "{name} 登录不了：{status} {body}");
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"));
    let cookie = line.and_then(|line| line.split_once(':')).map(|(_, value)| value);
    Ok(cookie.and_then(|value| value.split(';').next()).context("没有会话")?.trim().to_owned())
}

/// Starts the program on a folder, with as many open files as the machine allows.
async fn serve(data: &Path) -> anyhow::Result<Served> {
    let (web, devices) = (free()?, free()?);
    let script = "ulimit -n $(ulimit -Hn); exec \"$0\" --data \"$1\" serve --listen \"$2\" --ingest \"$3\"";
    let child = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe()?)
        .arg(data)
        .args([web.to_string(), devices.to_string()])
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let served = Served { child, web, devices };
    for _ in 0..1_200 {
        if ask(web, ("GET", "/healthz"), "", "").await.is_ok_and(|(status, ..)| status == 200) {
            return Ok(served);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("服务没有在一分钟内应答")
}

/// Measures. What could not be is told in its row and holds up nothing else.
pub async fn measure(figures: &mut Figures, rows: u32) -> anyhow::Result<()> {
    let amount = Amount::of(rows);
    ranked(figures);
    let done = dispatch::measure(figures, amount.crews, amount.side).await;
    figures.told("调派：候选页", done);
    let folder = std::env::temp_dir().join(format!("fengsui-bench-alarm-{}", std::process::id()));
    let outcome = over_sockets(figures, &folder, amount).await;
    let _ = std::fs::remove_dir_all(&folder);
    figures.told("告警：服务", outcome);
    Ok(())
}

fn ranked(figures: &mut Figures) {
    let mut dice = Random::seeded();
    let mut crew = |n: u32| {
        let ride = |vehicle: &str, minutes: u32| Ride {
            vehicle: vehicle.to_owned(),
            minutes: Some(f64::from(minutes) / 10.0),
            why_not: String::new(),
            unsure: String::new(),
            by: TravelBy::Road,
        };
        Crew {
            person: format!("p{n}").into(),
            name: format!("队员{n}"),
            force: format!("f{}", n / 10).into(),
            force_name: format!("第{}站", n / 10),
            kind: ForceKind::Micro,
            aid: dice.below(3) == 0,
            rides: vec![
                ride("消防摩托车", dice.below(600)),
                ride("小型消防车", dice.below(600)),
                ride("", 900),
            ],
            presence: if dice.below(2) == 0 { Presence::OnDuty } else { Presence::NoRoster },
            skills: BTreeSet::new(),
            load: dice.below(4),
            busy: false,
        }
    };
    let crews: Vec<Crew> = (0..CREWS).map(&mut crew).collect();
    let need = Need { kind: Kind::Building, skills: BTreeSet::new(), nowhere: false };
    let weights = Weights { lacks_skill: 3.0, load: 1.0, aid: 5.0, no_roster: 2.0, unknown: 60.0 };
    let mut took = Vec::new();
    for _ in 0..100 {
        let given = crews.clone();
        let begun = Instant::now();
        let found = rank(given, &need, &weights);
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        std::hint::black_box(found);
    }
    figures.put("调派：排序候选力量", "memory", CREWS.into(), took, "每人三种走法，目标 10 ms 以内");
}

/// Where the n-th unit is: far enough from every other that no two become one incident.
fn spot(n: u64) -> [f64; 2] {
    [105.80 + (n % 14) as f64 * 0.005, 29.20 + (n / 14) as f64 * 0.005]
}

/// Units whose alarms are vouched for, each at a spot of its own; listeners' accounts. Their logins.
async fn equip(place: &Where, amount: Amount) -> anyhow::Result<Vec<String>> {
    let app = place.open().await?;
    let system = Caller::system();
    let roster = app::sample::roster();
    let village = roster.territories.iter().find(|one| one.level == Level::Village).context("没有村")?;
    let keeper = roster.orgs.iter().find(|one| one.territory == village.code).context("没有村委会")?;
    let units = (0..UNITS).map(|n| storm::SOURCE + n).chain((0..amount.probes).map(|n| PROBE + n));
    for (n, unit) in units.enumerate() {
        let [lon, lat] = spot(n as u64);
        let link = LinkView { provider: Provider::Gb26875.code().to_owned(), address: unit.to_string() };
        let asked = DeviceInput {
            name: format!("用户信息传输装置 {unit}"),
            kind: DeviceKind::TransmissionUnit.code().to_owned(),
            model: "测速".to_owned(),
            owner: Some(keeper.id.to_string()),
            territory: Some(village.code.to_string()),
            lon: Some(lon),
            lat: Some(lat),
            links: vec![link],
            networks: vec!["127.0.0.0/8".to_owned()],
            heartbeat_s: Some(86_400),
            ..DeviceInput::default()
        };
        app.add_device(&system, asked).await?;
    }
    let known: BTreeSet<_> = roster.logins.iter().map(|(_, person)| person).collect();
    let held: BTreeSet<_> =
        roster.assignments.iter().filter(|one| one.to.is_none()).map(|one| &one.person).collect();
    let mut logins = Vec::new();
    for person in held.difference(&known).take(amount.accounts) {
        let login = format!("listener{}", logins.len() + 1);
        app.add_account(&system, &login, person.as_str(), demo::PASSWORD, true).await?;
        logins.push(login);
    }
    app.db.close().await;
    ensure!(logins.len() == amount.accounts, "只有 {} 个人可以开账号", logins.len());
    Ok(logins)
}

async fn over_sockets(figures: &mut Figures, folder: &Path, amount: Amount) -> anyhow::Result<()> {
    let place =
        Where { data: folder.to_owned(), database: None, keys: None, town: TOWN.to_owned(), town_name: None };
    demo::fill(&place, false).await?;
    let logins = equip(&place, amount).await?;
    let served = serve(folder).await?;
    let cookie = login(served.web, "head").await?;
    storm_beside_people(figures, &served, &cookie, amount).await;
    let done = dense(figures, &served, amount).await;
    figures.told("告警：十秒五千帧", done);
    let done = listeners(figures, &served, &cookie, (&logins, amount)).await;
    figures.told("监听：同时", done);
    let done = half_open(figures, &served, amount).await;
    figures.told("告警：半开连接旁", done);
    let done = rates(figures, &served, &cookie, amount).await;
    figures.told("告警：逐档加快", done);
    Ok(())
}

/// People look at one page after the other until it stops; how long each answer took. Units: milliseconds.
async fn look_about(to: SocketAddr, cookie: String, stop: Arc<AtomicBool>) -> anyhow::Result<Vec<f64>> {
    let pages =
        ["/api/v1/duty", "/api/v1/places?limit=50", "/api/v1/workbench", "/api/v1/signals?view=alarm"];
    let mut took = Vec::new();
    for page in pages.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let begun = Instant::now();
        let (status, ..) = ask(to, ("GET", page), &cookie, "").await?;
        ensure!(status == 200, "{page} 答复 {status}");
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_millis(LOOKS_MS)).await;
    }
    Ok(took)
}

/// Asks for a page and reads its document.
async fn page(web: SocketAddr, path: &str, cookie: &str) -> anyhow::Result<Value> {
    let (status, _, body) = ask(web, ("GET", path), cookie, "").await?;
    ensure!(status == 200, "{path} 答复 {status}");
    serde_json::from_str(&body).with_context(|| format!("{path} 读不出来"))
}

/// Sends the frame of the n-th probe when it is due.
async fn probe(n: u64, to: SocketAddr, due: tokio::time::Instant) -> anyhow::Result<()> {
    tokio::time::sleep_until(due).await;
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(&storm::alarm(PROBE + n, 1, config::clock().as_ref())).await?;
    // Kept open until the screen has it: a device does not hang up either.
    tokio::time::sleep(Duration::from_secs(SHOWN_WITHIN_S)).await;
    Ok(())
}

/// One duty screen, as one officer has it: looks again as soon as it has looked, and notes when it first saw which probe.
async fn screen(
    web: SocketAddr,
    cookie: String,
    begun: tokio::time::Instant,
    probes: u64,
) -> anyhow::Result<BTreeMap<u64, tokio::time::Instant>> {
    let last = Duration::from_millis(probes * PROBE_EVERY_MS) + Duration::from_secs(SHOWN_WITHIN_S);
    let mut seen = BTreeMap::new();
    while (seen.len() as u64) < probes && begun.elapsed() < last {
        let shown = page(web, "/api/v1/duty", &cookie).await?;
        let now = tokio::time::Instant::now();
        let spots = shown["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| Some([row["spot"]["lon"].as_f64()?, row["spot"]["lat"].as_f64()?]));
        let spots: Vec<[f64; 2]> = spots.collect();
        for n in 0..probes {
            let [lon, lat] = spot(UNITS + n);
            if spots.iter().any(|at| (at[0] - lon).abs() < 1e-6 && (at[1] - lat).abs() < 1e-6) {
                seen.entry(n).or_insert(now);
            }
        }
        tokio::time::sleep(Duration::from_millis(LOOKS_AGAIN_MS)).await;
    }
    Ok(seen)
}

/// Whatever came of each, the first failure last.
async fn all<T: 'static>(mut crowd: JoinSet<anyhow::Result<T>>) -> (Vec<T>, anyhow::Result<()>) {
    let (mut found, mut failed) = (Vec::new(), Ok(()));
    while let Some(done) = crowd.join_next().await {
        match done.map_err(anyhow::Error::from).and_then(|one| one) {
            Ok(one) => found.push(one),
            Err(error) => failed = failed.and(Err(error)),
        }
    }
    (found, failed)
}

fn confirmed(told: &storm::Told) -> anyhow::Result<()> {
    ensure!(told.unanswered() == 0, "有 {} 帧没有得到确认", told.unanswered());
    ensure!(told.denied == 0, "有 {} 帧被否认", told.denied);
    Ok(())
}

async fn storm_beside_people(figures: &mut Figures, served: &Served, cookie: &str, amount: Amount) {
    let stop = Arc::new(AtomicBool::new(false));
    let (mut people, mut probes) = (JoinSet::new(), JoinSet::new());
    for _ in 0..PEOPLE {
        people.spawn(look_about(served.web, cookie.to_owned(), stop.clone()));
    }
    let begun = tokio::time::Instant::now() + Duration::from_millis(PROBES_FROM_MS);
    let due = |n: u64| begun + Duration::from_millis(n * PROBE_EVERY_MS);
    for n in 0..amount.probes {
        probes.spawn(probe(n, served.devices, due(n)));
    }
    let watching = tokio::spawn(screen(served.web, cookie.to_owned(), begun, amount.probes));
    let job = "告警：从发出到确认";
    match storm::blow(served.devices, amount.steady, config::clock()).await {
        Ok(told) => {
            figures.told(job, confirmed(&told));
            let (rate, seconds) = amount.steady;
            let note = format!(
                "{UNITS} 台已绑定的装置，每秒 {rate} 帧，{seconds} 秒，旁有 {PEOPLE} 人在用；目标 p99 200 ms 以内"
            );
            figures.put(job, "tcp", told.sent, told.ms, &note);
        }
        Err(error) => figures.told(job, Err(error)),
    }
    let job = "告警：从发出到值守页";
    let seen = watching.await.map_err(anyhow::Error::from).and_then(|seen| seen).unwrap_or_default();
    probes.abort_all();
    let took: Vec<f64> =
        seen.iter().map(|(n, at)| at.duration_since(due(*n)).as_secs_f64() * 1_000.0).collect();
    let n = took.len() as u64;
    let missed = amount.probes.saturating_sub(n);
    if missed > 0 {
        figures.told(job, Err(anyhow::anyhow!("{missed} 次试探半分钟还没有上屏")));
    }
    let shown = page(served.web, "/api/v1/duty", cookie).await.unwrap_or_default();
    let messages = page(served.web, "/api/v1/messages", cookie).await.unwrap_or_default();
    let count = |page: &Value| page["items"].as_array().map_or(0, Vec::len);
    let note = format!(
        "风暴之中逐个试探，各在一处；值守页上 {} 起警情，通知 {} 条；目标 1 s 以内",
        count(&shown),
        count(&messages)
    );
    figures.put(job, "tcp", n, took, &note);
    stop.store(true, Ordering::Relaxed);
    let (took, failed) = all(people).await;
    let (job, took) = ("告警：风暴中其他页面", took.concat());
    figures.told(job, failed);
    figures.put(job, "http", took.len() as u64, took, "值守、场所、工作台、信号四页轮流");
}

async fn dense(figures: &mut Figures, served: &Served, amount: Amount) -> anyhow::Result<()> {
    let told = storm::blow(served.devices, amount.dense, config::clock()).await?;
    confirmed(&told)?;
    let (rate, seconds) = amount.dense;
    let note = format!("每秒 {rate} 帧，{seconds} 秒，{} 个连接，全部确认", storm::CONNECTIONS);
    figures.put("告警：十秒五千帧", "tcp", told.sent, told.ms, &note);
    Ok(())
}

/// Waits until everything that came is read and what it changed is told; gives the number of the last change.
async fn settled(web: SocketAddr, cookie: &str) -> anyhow::Result<i64> {
    let begun = Instant::now();
    while page(web, "/api/v1/signals/wires", cookie).await?["waiting"] != json!(0) {
        ensure!(begun.elapsed() < Duration::from_secs(120), "两分钟还没有读完报文");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    page(web, "/api/v1/duty", cookie).await?["up_to"].as_i64().context("值守页没有编号")
}

/// What a crowd of listeners does now.
const LISTEN: u8 = 0;
const SOME_LEAVE: u8 = 1;
const THEY_ARE_BACK: u8 = 2;
const END: u8 = 3;

/// The numbers a stream tells after one, until what the crowd does has come so far.
async fn hear(
    to: SocketAddr,
    (cookie, after): (&str, i64),
    (phase, until): (&AtomicU8, u8),
) -> anyhow::Result<Vec<i64>> {
    let mut stream = TcpStream::connect(to).await?;
    let request = format!(
        "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nX-Fengsui: 1\r\nCookie: {cookie}\r\nLast-Event-ID: {after}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let (mut rest, mut piece, mut seen, mut status) =
        (String::new(), vec![0; 4 * 1024], Vec::new(), String::new());
    while phase.load(Ordering::Relaxed) < until {
        let Ok(read) = tokio::time::timeout(Duration::from_millis(200), stream.read(&mut piece)).await else {
            continue;
        };
        let n = read?;
        ensure!(n > 0, "监听被断开");
        rest.push_str(&String::from_utf8_lossy(piece.get(..n).unwrap_or_default()));
        while let Some((line, after)) = rest.split_once('\n') {
            if status.is_empty() {
                status = line.trim().to_owned();
                ensure!(status.contains(" 200 "), "监听没有被接受：{status}");
            }
            if let Some(id) = line.trim().strip_prefix("id:").and_then(|id| id.trim().parse().ok()) {
                seen.push(id);
            }
            rest = after.to_owned();
        }
    }
    Ok(seen)
}

/// One of the crowd, who may leave in between and come back where it was.
async fn listen(
    to: SocketAddr,
    (cookie, first): (String, i64),
    phase: Arc<AtomicU8>,
    leaves: bool,
) -> anyhow::Result<Vec<i64>> {
    if !leaves {
        return hear(to, (&cookie, first), (&phase, END)).await;
    }
    let mut seen = hear(to, (&cookie, first), (&phase, SOME_LEAVE)).await?;
    while phase.load(Ordering::Relaxed) < THEY_ARE_BACK {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let last = seen.last().copied().unwrap_or(first);
    seen.extend(hear(to, (&cookie, last), (&phase, END)).await?);
    Ok(seen)
}

async fn listeners(
    figures: &mut Figures,
    served: &Served,
    cookie: &str,
    (logins, amount): (&[String], Amount),
) -> anyhow::Result<()> {
    let memory = || resident_kb(&format!("/proc/{}/status", served.child.id())).unwrap_or_default();
    let mb = |kb: u32| f64::from(kb) / 1_024.0;
    let first = settled(served.web, cookie).await?;
    let mut cookies = Vec::new();
    for name in logins {
        for _ in 0..SESSIONS {
            cookies.push((name.clone(), login(served.web, name).await?));
        }
    }
    let before = memory();
    let phase = Arc::new(AtomicU8::new(LISTEN));
    let mut crowd = JoinSet::new();
    for (n, (name, own)) in cookies.iter().flat_map(|one| [one; STREAMS]).enumerate() {
        let leaves = n % COMES_BACK == 0;
        let heard = listen(served.web, (own.clone(), first), phase.clone(), leaves);
        let name = name.clone();
        crowd.spawn(async move { Ok((name, heard.await?)) });
    }
    let n = crowd.len();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let quiet = memory();
    let begun = Instant::now();
    let (rate, seconds) = amount.dense;
    let storm = tokio::spawn(storm::blow(served.devices, (rate, seconds), config::clock()));
    tokio::time::sleep(Duration::from_secs(u64::from(seconds) / 3)).await;
    phase.store(SOME_LEAVE, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(u64::from(seconds) / 3)).await;
    phase.store(THEY_ARE_BACK, Ordering::Relaxed);
    let told = storm.await?;
    let last = settled(served.web, cookie).await;
    let took = begun.elapsed().as_secs_f64() * 1_000.0;
    let after = memory();
    phase.store(END, Ordering::Relaxed);
    let (heard, failed) = all(crowd).await;
    failed?;
    confirmed(&told?)?;
    let last = last?;
    // What each account was to be told, from the record: by who comes back only now.
    let mut owed = BTreeMap::new();
    for (name, own) in cookies.iter().step_by(SESSIONS) {
        let phase = AtomicU8::new(LISTEN);
        let ends = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            phase.store(END, Ordering::Relaxed);
        };
        let (all, ()) = tokio::join!(hear(served.web, (own, first), (&phase, END)), ends);
        owed.insert(name.as_str(), up_to(all?, last));
    }
    let (mut missing, mut twice, mut gaps) = (0, 0, 0);
    for (name, seen) in heard {
        let seen = up_to(seen, last);
        let once: BTreeSet<i64> = seen.iter().copied().collect();
        let all = owed.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let lacks = all.iter().filter(|id| !once.contains(id)).count();
        missing += lacks;
        twice += seen.len() - once.len();
        gaps += usize::from(lacks > 0 || seen != all);
    }
    let most = owed.values().map(Vec::len).max().unwrap_or_default();
    ensure!(most > 0, "一个事件也没有");
    let note = format!(
        "{} 个账号，每十个中一个中途离开再回来；最多的收到 {most} 个事件，与记录不一致的监听 {gaps} 个（缺 {missing}，重 {twice}）；\
         服务常驻内存：之前 {:.0} MB，连上 {:.0} MB，风暴后 {:.0} MB，目标 150 MB 以内",
        logins.len(),
        mb(before),
        mb(quiet),
        mb(after)
    );
    figures.put("监听：同时", &format!("sse {n}"), n as u64, vec![took], &note);
    Ok(())
}

fn up_to(mut seen: Vec<i64>, last: i64) -> Vec<i64> {
    seen.retain(|id| *id <= last);
    seen
}

/// One rate after the other until a wait of a hundred exceeds the goal: what peers are asked as well.
async fn rates(figures: &mut Figures, served: &Served, cookie: &str, amount: Amount) -> anyhow::Result<()> {
    let job = "告警：逐档加快";
    let mut best = 0;
    for rate in amount.rates {
        let size = format!("{rate}/s");
        let told = match storm::blow(served.devices, (*rate, amount.rate_s), config::clock()).await {
            Ok(told) => told,
            Err(error) => {
                figures.put(job, &size, 0, Vec::new(), &format!("没有守住：{error:#}"));
                break;
            }
        };
        let (p99, lost) = (told.at(0.99), told.unanswered() + told.denied);
        let held = lost == 0 && p99 <= GOAL_MS;
        let note = format!("{lost} 帧没有确认；写盘之后才确认，并读成信号、归入警情");
        figures.put(job, &size, told.sent, told.ms, &note);
        if !held {
            break;
        }
        best = *rate;
        // The next one begins with nothing left over.
        settled(served.web, cookie).await?;
    }
    figures.put(
        job,
        "最高一档",
        u64::from(best),
        Vec::new(),
        &format!("每秒 {best} 帧守住 p99 {GOAL_MS:.0} ms"),
    );
    Ok(())
}

/// Holds connections that say nothing, until the process ends: what `--one hold` does.
pub async fn hold(to: SocketAddr, n: u32, first: u32) -> anyhow::Result<()> {
    let mut held = Vec::new();
    for one in 0..n {
        // Addresses of this machine that nobody else uses, each with fewer connections than one may have.
        let address = (first + one) / OF_ONE;
        let from = SocketAddr::from(([127, 1, (address / 250) as u8, (address % 250 + 1) as u8], 0));
        let socket = TcpSocket::new_v4()?;
        socket.bind(from)?;
        held.push(socket.connect(to).await?);
    }
    std::future::pending::<()>().await;
    drop(held);
    Ok(())
}

async fn half_open(figures: &mut Figures, served: &Served, amount: Amount) -> anyhow::Result<()> {
    let silent = amount.silent;
    let alone = storm::blow(served.devices, (50, 10), config::clock()).await?;
    figures.put("告警：没有半开连接时", "tcp", alone.sent, alone.ms, "每秒 50 帧，10 秒");
    let mut holders = Holders(Vec::new());
    for first in (0..silent).step_by(HELD as usize) {
        let n = HELD.min(silent - first).to_string();
        holders.0.push(
            Command::new(std::env::current_exe()?)
                .args(["bench", "--one", "hold", "--file", &served.devices.to_string(), "--rows", &n])
                .args(["--first", &first.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        );
    }
    // Who says nothing is cut off after twenty seconds: measured before that.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let open = std::fs::read_dir(format!("/proc/{}/fd", served.child.id())).map_or(0, Iterator::count);
    let beside = storm::blow(served.devices, (50, 10), config::clock()).await?;
    confirmed(&beside)?;
    let kb = resident_kb(&format!("/proc/{}/status", served.child.id())).unwrap_or_default();
    let note = format!(
        "另有 {silent} 个连接不说话（服务开着 {open} 个文件）；常驻内存 {:.0} MB，目标不慢于 1.5 倍",
        f64::from(kb) / 1_024.0
    );
    figures.put("告警：半开连接旁", "tcp", beside.sent, beside.ms, &note);
    Ok(())
}
