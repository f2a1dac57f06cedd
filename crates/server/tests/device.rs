//! What devices say, through the shipped program: bytes decoded and encoded on the command line, warnings taken in once,
//! and `kill -9` in a storm of frames, in which nothing that was confirmed is lost and nothing is there twice; a storm by
//! command; a village's own box, which shows its alarms with nobody else there.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use app::Caller;
use app::signal::view::SignalAsked;
use protocol::gb26875::{Command, Frame, Object, Stamp, Unit, decode, dialect};
use serde_json::{Value, json};
use server::config::Where;

use crate::common::{PASSWORD, Served, fengsui, free_port, run, said};

/// Main power fault of device 889 (published sample).
const SAMPLE: &str = "40400100010120 3a091a090c790300000000385b0100000009000215010802 3a091a090c422323";
/// Frames each gateway has under way.
const WINDOW: u16 = 40;
const GATEWAYS: u64 = 4;
/// How often the program is killed.
const KILLS: usize = 4;

fn document(output: &std::process::Output) -> Result<Value> {
    serde_json::from_slice(&output.stdout).with_context(|| said(output))
}

#[test]
fn bytes_are_decoded_and_encoded_without_a_database() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("nothing");
    let decoded = run(&data, &["frame", "decode", "--hex", SAMPLE, "--json"], "")?;
    assert_eq!(decoded.status.code(), Some(0), "{}", said(&decoded));
    let told = document(&decoded)?;
    let frame = &told["frames"][0];
    assert_eq!(
        (&frame["sequence"], &frame["source"], &frame["command"]),
        (&1.into(), &889.into(), &2.into())
    );
    assert_eq!(frame["units"][0]["objects"][0]["status_bits"], serde_json::json!(["主电故障"]));
    assert_eq!(told["problems"], serde_json::json!([]));
    let text = String::from_utf8(decoded.stdout)?;
    let encoded = run(&data, &["frame", "encode"], &text)?;
    assert_eq!(String::from_utf8(encoded.stdout)?.trim(), SAMPLE.replace(' ', ""));
    let file = folder.path().join("stream.bin");
    let mut bytes = protocol::unhex(SAMPLE).context("digits")?;
    bytes.extend(b"noise");
    std::fs::write(&file, &bytes)?;
    let told = document(&run(&data, &["frame", "decode", &file.display().to_string(), "--json"], "")?)?;
    assert_eq!(
        (told["frames"].as_array().map(Vec::len), &told["problems"][0]["offset"]),
        (Some(1), &39.into())
    );
    // A data unit alone, as the standard's tables print them.
    let unit = ["frame", "decode", "--unit", "--json", "--hex", "01 01 01 02 04 02 04 00 09 02 07 15"];
    let told = document(&run(&data, &unit, "")?)?;
    assert_eq!(
        (&told["units"][0]["type_flag"], &told["problems"]),
        (&1.into(), &serde_json::json!([])),
        "{told}"
    );
    let cut = document(&run(&data, &["frame", "decode", "--unit", "--json", "--hex", ""], "")?)?;
    assert_eq!(cut["problems"][0]["code"], "gb26875.unit", "{cut}");
    let unknown = run(&data, &["frame", "decode", "--hex", SAMPLE, "--dialect", "martian"], "")?;
    assert!(unknown.status.code() == Some(1) && said(&unknown).contains("standard"), "{}", said(&unknown));
    let wrong = run(&data, &["frame", "encode"], "{\"sequence\":-1}")?;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(!data.exists(), "no database was made");
    Ok(())
}

/// Every sample the handbook keeps, through the command: frames as they are, units in a frame of their own.
#[test]
fn every_sample_of_the_handbook_decodes_to_its_fields_and_encodes_to_its_bytes() -> Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/gb26875/gb26875-frames.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not here", file.display());
        return Ok(());
    };
    let given: Value = serde_json::from_str(&text)?;
    let list = |key: &str| given[key].as_array().cloned().unwrap_or_default();
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("nothing");
    let digits = |case: &Value| case["hex"].as_str().unwrap_or_default().replace(' ', "").to_lowercase();
    let decode = |hex: &str| document(&run(&data, &["frame", "decode", "--hex", hex, "--json"], "")?);
    let encode = |told: &Value| -> Result<String> {
        let encoded = run(&data, &["frame", "encode"], &told.to_string())?;
        ensure!(encoded.status.success(), "{}", said(&encoded));
        Ok(String::from_utf8(encoded.stdout)?.trim().to_owned())
    };
    let mut seen = 0;
    for case in list("frames") {
        let (hex, wanted) = (digits(&case), &case["expect"]);
        let told = decode(&hex)?;
        let frame = &told["frames"][0];
        for (ours, theirs) in [
            ("sequence", "serial"),
            ("time", "sent"),
            ("source", "src"),
            ("destination", "dst"),
            ("command", "cmd"),
        ] {
            assert_eq!(frame[ours], wanted[theirs], "{} {ours}", case["id"]);
        }
        assert_eq!(encode(&told)?, hex, "{}", case["id"]);
        seen += 1;
    }
    for case in list("app_units") {
        let bytes = protocol::unhex(&digits(&case)).context("digits")?;
        let hex = protocol::hex(&Frame { data: bytes, ..alarm(7, 1) }.encode());
        let told = decode(&hex)?;
        let (unit, wanted) = (&told["frames"][0]["units"][0], &case["expect"]);
        assert_eq!(unit["type_flag"], wanted["type_flag"], "{} {unit}", case["id"]);
        let objects = |of: &Value| of["objects"].as_array().cloned().unwrap_or_default();
        assert_eq!(objects(unit).len(), objects(wanted).len(), "{}", case["id"]);
        for (object, wanted) in objects(unit).iter().zip(objects(wanted)) {
            for (field, wanted) in wanted.as_object().into_iter().flatten() {
                match (object[field].as_f64(), wanted.as_f64()) {
                    (Some(found), Some(wanted)) => {
                        assert!((found - wanted).abs() < 1e-9, "{} {field}", case["id"])
                    }
                    _ => assert_eq!(&object[field], wanted, "{} {field}", case["id"]),
                }
            }
        }
        assert_eq!(encode(&told)?, hex, "{}", case["id"]);
        seen += 1;
    }
    for case in list("bad_frames").iter().chain(&list("bad_app_units")) {
        let told = decode(&digits(case))?;
        assert_ne!(told["problems"], json!([]), "{}: {told}", case["id"]);
        seen += 1;
    }
    assert!(seen >= 13, "all samples: {seen}");
    Ok(())
}

#[test]
fn a_warning_is_checked_and_taken_in_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let file = folder.path().join("warning.cap");
    let path = file.display().to_string();
    let warning = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\
        <identifier>a1</identifier><sender>qx@example.cn</sender><sent>2026-11-01T08:00:00+08:00</sent>\
        <status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Fire</category>\
        <event>森林火险</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>\
        <headline>森林火险橙色预警</headline><area><areaDesc>全镇</areaDesc></area></info></alert>";
    std::fs::write(&file, warning)?;
    assert!(run(&data, &["cap", "check", &path], "")?.status.success());
    assert!(said(&run(&data, &["cap", "import", &path], "")?).contains("已收下"));
    assert!(said(&run(&data, &["cap", "import", &path], "")?).contains("以前已收过"));
    let entity =
        warning.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE a [<!ENTITY x \"y\">]>");
    std::fs::write(&file, entity)?;
    let refused = run(&data, &["cap", "import", &path], "")?;
    assert!(refused.status.code() == Some(1) && said(&refused).contains("DOCTYPE"), "{}", said(&refused));
    let told = document(&run(&data, &["cap", "check", &path, "--json"], "")?)?;
    assert_eq!(told["problems"][0]["code"], "cap.doctype");
    Ok(())
}

pub fn alarm(source: u64, sequence: u16) -> Frame {
    let time = Stamp([0, 0, 8, 1, 11, 26]);
    Frame {
        sequence,
        version: (1, 1),
        time,
        source,
        destination: 1,
        command: Command::Send,
        data: Unit::of(21, vec![Object::DeviceState(0b10, time)]).encode(),
    }
}

/// Sends frames and takes confirmations for as long as the connection stands. What was sent and not confirmed is sent
/// again by whoever calls next.
fn talk(
    port: u16,
    source: u64,
    next: &AtomicU16,
    confirmed: &mut BTreeSet<u16>,
    stop: &AtomicBool,
) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_millis(300)))?;
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    let mut under_way: BTreeSet<u16> =
        (0..next.load(Ordering::SeqCst)).filter(|one| !confirmed.contains(one)).collect();
    for sequence in &under_way {
        stream.write_all(&alarm(source, *sequence).encode())?;
    }
    loop {
        let is_over = stop.load(Ordering::SeqCst);
        while !is_over && under_way.len() < usize::from(WINDOW) {
            let sequence = next.fetch_add(1, Ordering::SeqCst);
            under_way.insert(sequence);
            stream.write_all(&alarm(source, sequence).encode())?;
        }
        if is_over && under_way.is_empty() {
            return Ok(());
        }
        let n = stream.read(&mut piece)?;
        ensure!(n > 0, "the connection ended");
        bytes.extend_from_slice(piece.get(..n).unwrap_or_default());
        let whole = bytes.len() - bytes.len() % 30;
        // Confirmations are 30 bytes; a clock command is longer, and then all of it is looked at again.
        let (frames, _) = decode(&bytes, dialect::standard());
        for frame in frames.into_iter().filter(|one| one.command == Command::Confirm) {
            under_way.remove(&frame.sequence);
            confirmed.insert(frame.sequence);
        }
        if whole > 64 * 1024 {
            bytes.drain(..whole.saturating_sub(1_200));
        }
    }
}

fn serve(data: &Path, devices: u16) -> Result<Served> {
    let port = free_port()?;
    let mut command = fengsui(data);
    let (listen, devices) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{devices}"));
    command.args(["serve", "--listen", &listen, "--ingest", &devices]);
    Served::wait_for(command, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_a_storm_nothing_confirmed_is_lost_and_nothing_is_there_twice() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let devices = free_port()?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut served = serve(&data, devices)?;
    let gateways: Vec<_> = (1..=GATEWAYS)
        .map(|source| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                let (next, mut confirmed) = (AtomicU16::new(0), BTreeSet::new());
                let until = Instant::now() + Duration::from_secs(120);
                while talk(devices, source, &next, &mut confirmed, &stop).is_err() && Instant::now() < until {
                    std::thread::sleep(Duration::from_millis(50));
                }
                (next.load(Ordering::SeqCst), confirmed)
            })
        })
        .collect();
    for round in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(400 + 170 * round as u64)).await;
        served.child.kill()?;
        served.child.wait()?;
        served = serve(&data, devices)?;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::SeqCst);
    let mut sent = 0;
    for gateway in gateways {
        let (next, confirmed) = gateway.join().map_err(|_| anyhow::anyhow!("a gateway gave up"))?;
        ensure!(confirmed.len() == usize::from(next), "{} of {next} confirmed", confirmed.len());
        sent += confirmed.len();
    }
    assert!(sent > 200, "a storm: {sent}");
    drop(served);
    let town = "500118100000".to_owned();
    let app = Where { data, database: None, keys: None, town, town_name: None }.open().await?;
    let caller = Caller::system();
    while app.digest_signals(&caller, 500).await? > 0 {}
    let counts = app.db.read(&app.town).await?.raw_signal_counts(Default::default()).await?;
    assert_eq!(counts.values().sum::<i64>(), i64::try_from(sent)?, "lost or doubled bytes: {counts:?}");
    let mut seen = BTreeSet::new();
    let mut asked = SignalAsked { view: Some("all".to_owned()), limit: Some(200), ..SignalAsked::default() };
    loop {
        let page = app.signals(&caller, &asked).await?;
        assert_eq!(page.total, i64::try_from(sent)?, "each frame is one signal");
        for signal in &page.items {
            ensure!(seen.insert(signal.detail.get("sha256").cloned()), "twice: {signal:?}");
        }
        asked.after = page.next;
        if asked.after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), sent);
    assert_eq!(app.verify(&caller).await?.findings, []);
    Ok(())
}

/// A web server that takes whatever is posted: every third request by an answer in chunks.
fn taker() -> Result<String> {
    use std::io::{BufRead, BufReader, Read, Write};
    let door = std::net::TcpListener::bind("127.0.0.1:0")?;
    let to = door.local_addr()?.to_string();
    std::thread::spawn(move || {
        for stream in door.incoming().flatten() {
            std::thread::spawn(move || -> Result<()> {
                let (mut back, mut read) = (stream.try_clone()?, BufReader::new(stream));
                for n in 0.. {
                    let (mut line, mut length) = (String::new(), 0);
                    loop {
                        line.clear();
                        ensure!(read.read_line(&mut line)? > 0, "gone");
                        if let Some(n) = line.strip_prefix("Content-Length: ") {
                            length = n.trim().parse()?;
                        }
                        if line.trim().is_empty() {
                            break;
                        }
                    }
                    read.read_exact(&mut vec![0; length])?;
                    back.write_all(match n % 3 {
                        0 => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
                            .as_slice(),
                        _ => b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}".as_slice(),
                    })?;
                }
                Ok(())
            });
        }
    });
    Ok(to)
}

#[test]
fn the_same_storm_speaks_to_a_web_server_and_to_a_broker() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let small = ["--rate", "60", "--seconds", "2", "--connections", "4", "--patience", "3", "--json"];
    let blown = |to: &str, wire: &str| -> Result<Value> {
        let told = document(&run(&data, &[&["storm", to, "--wire", wire], &small[..]].concat(), "")?)?;
        let counts = ["sent", "confirmed", "denied", "unanswered"].map(|name| told[name].clone());
        assert_eq!(counts, [json!(120), json!(120), json!(0), json!(0)], "{wire}: {told}");
        Ok(told)
    };
    blown(&taker()?, "http")?;
    let port = free_port()?;
    let config = folder.path().join("mosquitto.conf");
    std::fs::write(&config, format!("listener {port} 127.0.0.1\nallow_anonymous true\n"))?;
    let start = |program: &str| {
        let mut command = std::process::Command::new(program);
        command
            .arg("-c")
            .arg(&config)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command.spawn()
    };
    let Ok(mut broker) = start("mosquitto").or_else(|_| start("/usr/sbin/mosquitto")) else {
        eprintln!("skipped in part: mosquitto is not installed");
        return Ok(());
    };
    let to = format!("127.0.0.1:{port}");
    let is_up = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        std::net::TcpStream::connect(&to).is_ok()
    });
    let told = if is_up { blown(&to, "mqtt") } else { Err(anyhow::anyhow!("the broker did not come up")) };
    broker.kill()?;
    broker.wait()?;
    told.map(drop)
}

#[test]
fn a_storm_by_command_counts_every_frame_and_says_when_one_is_not_answered() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let devices = free_port()?;
    let served = serve(&data, devices)?;
    let to = format!("127.0.0.1:{devices}");
    let small = ["--rate", "60", "--seconds", "2", "--connections", "4", "--json"];
    let storm = run(&data, &[&["storm", &to], &small[..]].concat(), "")?;
    let told = document(&storm)?;
    let counts = ["sent", "confirmed", "denied", "unanswered"].map(|name| told[name].clone());
    assert_eq!(counts, [json!(120), json!(120), json!(0), json!(0)], "{told}");
    assert!(storm.status.success());
    let (p50, max) = (told["ms"]["p50"].as_f64(), told["ms"]["max"].as_f64());
    assert!(p50.is_some_and(|ms| ms > 0.0) && p50 <= max, "{told}");
    drop(served);
    // Somebody who takes everything and confirms nothing; nobody at all; a rate that is none.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0")?;
    let to = deaf.local_addr()?.to_string();
    let waits = ["--rate", "10", "--seconds", "1", "--connections", "1", "--patience", "1"];
    let unanswered = run(&data, &[&["storm", &to], &waits[..]].concat(), "")?;
    assert_eq!(unanswered.status.code(), Some(1));
    assert!(said(&unanswered).contains("有 10 帧没有得到确认"), "{}", said(&unanswered));
    drop(deaf);
    let nobody = run(&data, &["storm", &format!("127.0.0.1:{devices}"), "--seconds", "1"], "")?;
    assert!(nobody.status.code() == Some(1) && said(&nobody).contains("连接不上"), "{}", said(&nobody));
    assert_eq!(run(&data, &["storm", &to, "--rate", "0"], "")?.status.code(), Some(1));
    Ok(())
}

/// The same program with a data folder of its own, no gateway, no broker, no other server: what its devices say is on its
/// own duty screen, told to its own watch as it happens, and the page for it is the program's own.
#[test]
fn a_village_box_alone_shows_its_own_alarms() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("box");
    let add = |login: &str, role: &str, more: &[&str]| {
        let first = ["user", "add", login, "--role", role, "--territory", "500118100000"];
        run(&data, &[&first, more].concat(), &format!("{PASSWORD}\n"))
    };
    ensure!(add("boss", "sys_admin", &["--name", "秦管理"])?.status.success(), "the box has its keeper");
    ensure!(add("head", "office_head", &["--org", "青峰镇人民政府"])?.status.success(), "and its watch");
    let devices = free_port()?;
    let served = serve(&data, devices)?;
    let cookie = served.login("head").context("first login")?;
    let changed =
        json!({ "old_password": PASSWORD, "new_password": "second-password-of-the-box" }).to_string();
    let told = served.ask("POST", "/api/v1/me/password", &cookie, "", &changed).context("answered")?;
    ensure!(told.0 < 300, "{told:?}");
    let cookie = served.login_with("head", "second-password-of-the-box").context("login")?;
    let get = |path: &str| -> Result<Value> {
        let (status, _, body) = served.ask("GET", path, &cookie, "", "").context("answered")?;
        ensure!(status == 200, "{path}: {status} {body}");
        Ok(serde_json::from_str(&body)?)
    };
    assert_eq!(get("/api/v1/duty")?["items"], json!([]));
    let mut device = TcpStream::connect(("127.0.0.1", devices))?;
    device.set_read_timeout(Some(Duration::from_secs(10)))?;
    let time = Stamp([0, 0, 8, 1, 11, 26]);
    let part = protocol::gb26875::Part { kind: 40, address: [1, 0, 0, 0] };
    let system = protocol::gb26875::System { kind: 1, address: 2 };
    let fire = Object::PartState(system, part, 0b10, vec![b' '; 31], time);
    let frame = Frame { data: Unit::of(2, vec![fire]).encode(), ..alarm(7, 1) };
    device.write_all(&frame.encode())?;
    let mut piece = [0; 1_024];
    let n = device.read(&mut piece)?;
    let (frames, _) = decode(piece.get(..n).unwrap_or_default(), dialect::standard());
    assert!(frames.iter().any(|one| one.command == Command::Confirm), "confirmed: it is kept");
    let until = Instant::now() + Duration::from_secs(20);
    let screen = loop {
        let screen = get("/api/v1/duty")?;
        if screen["items"].as_array().is_some_and(|items| !items.is_empty()) || Instant::now() > until {
            break screen;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let one = &screen["items"][0];
    assert_eq!(
        (&one["stage"]["code"], &one["trusted"], &one["signals"]),
        (&json!("open"), &json!(false), &json!(1)),
        "{screen}"
    );
    let messages = get("/api/v1/me/messages")?;
    assert_eq!(messages["items"][0]["about"], one["id"], "its own watch is told: {messages}");
    let id = one["id"].as_str().unwrap_or_default();
    let step = json!({ "step": "acknowledge" }).to_string();
    let taken = served.ask("POST", &format!("/api/v1/incidents/{id}/steps"), &cookie, "", &step);
    assert_eq!(taken.context("answered")?.0, 200, "and can be led there");
    let (status, _, page) = served.ask("GET", "/duty", &cookie, "", "").context("answered")?;
    assert!(
        status == 200 || page.contains("网页未随程序构建"),
        "{status}: the page comes from the box itself"
    );
    Ok(())
}
