//! The name and phone of a reporter planted in the sample town, and a crawl of all that can be read: every answer to a GET, the
//! stream of events, the server's own output and the exchange file, as five people of the town and as a stranger. It is found
//! with the custodian and nowhere else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::common::{Served, demo, fengsui, free_port, run, said};

/// As the sample plants them (`app::sample::report_case`).
const CANARY: [&str; 2] = ["甄隐之", "13977770119"];
const PASSWORD: &str = "演示密码-请勿用于正式环境";
const PEOPLE: [&str; 5] = ["clerk", "head", "auditor", "leader", "secretary1"];
/// Objects of one list that are opened; of reports all.
const OPENED: usize = 2;

/// What a GET answers, headers and body; of the stream of events what comes until nothing does for half a second.
fn get(served: &Served, cookie: &str, path: &str) -> Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", served.port))?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Fengsui: 1\r\nCookie: {cookie}\r\n\r\n"
    )?;
    let (mut all, mut part, mut is_endless) = (Vec::new(), [0; 65_536], false);
    loop {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(n) => {
                all.extend(part.iter().take(n));
                if !is_endless && String::from_utf8_lossy(&part[..n]).contains("text/event-stream") {
                    is_endless = true;
                    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
                }
            }
            Err(_) if is_endless => break,
            // What is cut off is not searched to its end.
            Err(error) => return Err(error).with_context(|| format!("{path} does not end")),
        }
    }
    let head = String::from_utf8_lossy(all.get(..40.min(all.len())).unwrap_or_default()).into_owned();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Ok((status.with_context(|| format!("{path}: {head}"))?, all))
}

fn sings(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    CANARY.iter().any(|word| text.contains(word))
}

/// What an answer holds, whole again where it came in chunks.
fn body(answer: &[u8]) -> Vec<u8> {
    let Some(at) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Vec::new() };
    let (head, mut rest) = (String::from_utf8_lossy(&answer[..at]).to_lowercase(), &answer[at + 4..]);
    if !head.contains("transfer-encoding: chunked") {
        return rest.to_vec();
    }
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size =
            std::str::from_utf8(&rest[..end]).ok().and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
        let Some(size) = size.filter(|n| *n > 0 && end + 2 + n <= rest.len()) else { break };
        whole.extend(&rest[end + 2..end + 2 + size]);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    whole
}

/// The words of a ledger, a document or a page: every part of a zip with and without its tags, the text of a PDF. None for
/// what is neither, and where no tool reads it.
fn laid_open(body: &[u8]) -> Result<Option<String>> {
    if body.starts_with(b"PK") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(body))?;
        let mut words = String::new();
        for n in 0..archive.len() {
            let mut part = Vec::new();
            archive.by_index(n)?.read_to_end(&mut part)?;
            let part = String::from_utf8_lossy(&part).into_owned();
            // A word may be cut by tags.
            let bare: String =
                part.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text).collect();
            words.extend([part, bare]);
        }
        return Ok(Some(words));
    }
    if body.starts_with(b"%PDF") {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(body)?;
        match Command::new("pdftotext").arg(file.path()).arg("-").output() {
            Ok(read) => return Ok(Some(String::from_utf8_lossy(&read.stdout).into_owned())),
            Err(error) => {
                ensure!(option_env!("CI").is_none(), "pdftotext is not installed: {error}");
                eprintln!("not read: a PDF, for want of pdftotext");
            }
        }
    }
    Ok(None)
}

#[test]
fn a_name_packed_into_a_ledger_is_found() -> Result<()> {
    let mut file = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    file.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default())?;
    write!(file, "<si><t>{}</t></si>{}", CANARY[0], "<t>别的</t>".repeat(50))?;
    let packed = file.finish()?.into_inner();
    ensure!(!sings(&packed), "packed it is not seen in the bytes");
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for part in packed.chunks(100) {
        answer.extend(format!("{:x}\r\n", part.len()).into_bytes());
        answer.extend(part);
        answer.extend(b"\r\n");
    }
    answer.extend(b"0\r\n\r\n");
    let words = laid_open(&body(&answer))?.context("a zip")?;
    ensure!(sings(words.as_bytes()), "{words}");
    Ok(())
}

/// Ids of what a list answered.
fn ids(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    let from = body.find('{').unwrap_or(0);
    let to = body.rfind('}').map_or(0, |at| at + 1);
    let told: Value = body.get(from..to).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let items = told["items"].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|one| one["id"].as_str().or(one["code"].as_str())).map(str::to_owned).collect()
}

#[test]
fn a_reporter_of_the_sample_town_is_named_to_the_custodian_and_nowhere_else() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = demo(folder.path())?;
    let interface = run(&data, &["openapi"], "")?;
    let interface: Value = serde_json::from_slice(&interface.stdout).with_context(|| said(&interface))?;
    let paths = interface["paths"].as_object().context("paths")?;
    let paths: Vec<&String> =
        paths.iter().filter(|(_, one)| one["get"].is_object()).map(|(p, _)| p).collect();
    ensure!(paths.len() > 200, "{}", paths.len());

    let log = folder.path().join("log");
    let port = free_port()?;
    let mut command = fengsui(&data);
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).env("RUST_LOG", "debug");
    command.stdout(File::create(&log)?).stderr(File::options().append(true).open(&log)?);
    let served = Served::wait_for(command, port)?;

    let (mut answered, mut reports, mut opened) = (0, 0, 0);
    for login in PEOPLE.iter().map(Some).chain([None]) {
        let cookie = match login {
            Some(login) => served.login_with(login, PASSWORD).context("login")?,
            None => String::new(),
        };
        let who = login.unwrap_or(&"stranger");
        let mut known: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let (whole, within): (Vec<&String>, Vec<&String>) =
            paths.iter().partition(|path| !path.contains('{'));
        let mut ask = |path: &str| -> Result<Vec<u8>> {
            let (status, bytes) = get(&served, &cookie, path)?;
            ensure!(!sings(&bytes), "{who} reads it in {path}");
            if let Some(words) = laid_open(&body(&bytes)).with_context(|| path.to_owned())? {
                opened += 1;
                ensure!(!sings(words.as_bytes()), "{who} reads it in the file of {path}");
            }
            answered += u32::from(status == 200);
            // An id is long, the other pages below it have short names.
            reports +=
                u32::from(status == 200 && path.starts_with("/api/v1/report-cases/") && path.len() > 50);
            Ok(bytes)
        };
        for path in whole {
            let list = ask(path)?;
            let mut found = ids(&list);
            if path.ends_with("/report-cases") {
                found = ids(&ask(&format!("{path}?limit=200"))?);
            } else {
                found.truncate(OPENED);
            }
            known.insert(path, found);
        }
        for path in within {
            let Some((list, rest)) = path.split_once("/{") else { continue };
            let Some((_, rest)) = rest.split_once('}') else { continue };
            for (n, id) in known.get(list).into_iter().flatten().enumerate() {
                // Papers take long to draw: one of each list is opened.
                let formats: &[&str] = match (rest.contains('{'), n) {
                    (false, _) => &[""],
                    (true, 0) => &["json", "csv", "pdf", "docx", "xlsx"],
                    (true, _) => &["json", "csv"],
                };
                for format in formats {
                    let rest = rest.split('{').next().unwrap_or_default();
                    ask(&format!("{list}/{id}{rest}{format}"))?;
                }
            }
        }
        for format in ["json", "csv"] {
            ask(&format!("/api/v1/report-orders/answers/{format}"))?;
        }
        ask("/api/v1/search?q=%E7%94%84%E9%9A%90")?;
    }
    ensure!(
        answered > 800 && reports > 20,
        "the crawl reads what there is: {answered}, {reports} of reports"
    );
    ensure!(opened > 0, "the crawl opens files");

    // It is there: the custodian reads it, with a reason that is on record.
    let head = served.login_with("head", PASSWORD).context("login")?;
    let (_, bytes) = get(&served, &head, "/api/v1/report-cases?limit=200")?;
    let mut told = 0;
    for id in ids(&bytes) {
        let asked = json!({ "reason": "回访核实位置" }).to_string();
        let path = format!("/api/v1/report-cases/{id}/reporter");
        let (status, _, body) = served.ask("POST", &path, &head, "", &asked).context("answered")?;
        told += u32::from(status == 200 && CANARY.iter().all(|word| body.contains(word)));
    }
    ensure!(told > 0, "the custodian learns who it was");
    let (_, audit) = get(&served, &head, "/api/v1/audit?limit=200")?;
    ensure!(!sings(&audit), "the record says that it was read, not what");
    drop(served);

    let file = folder.path().join("events.jsonl");
    let exported = run(&data, &["export", "events", &file.display().to_string()], "")?;
    ensure!(exported.status.success(), "{}", said(&exported));
    let file = std::fs::read(&file)?;
    ensure!(!file.is_empty() && !sings(&file), "the exchange file");
    let until = Instant::now() + Duration::from_secs(5);
    while std::fs::metadata(&log)?.len() == 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = std::fs::read(&log)?;
    ensure!(!log.is_empty() && !sings(&log), "the server's own output");
    Ok(())
}
