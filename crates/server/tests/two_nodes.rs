//! Two servers on one PostgreSQL and one data folder: what is written at one is seen at the other, in lists and as it
//! happens; and each job is carried out once, whichever of them takes it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{PASSWORD, Served, fengsui, free_port};

const TOWN: &str = "500118100000";
const CHANGED: &str = "second-password-of-the-office";

fn user(fresh: &Fresh, login: &str, role: &str) -> Result<()> {
    let mut command = fengsui(fresh.folder.path());
    command.args(["--database", &fresh.url, "user", "add", login, "--role", role, "--territory", TOWN]);
    let mut child =
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn()?;
    child.stdin.take().context("stdin")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
    ensure!(child.wait()?.success(), "{login}");
    Ok(())
}

fn node(fresh: &Fresh, folder: &Path) -> Result<Served> {
    let port = free_port()?;
    let mut command = fengsui(folder);
    command.args(["--database", &fresh.url, "serve", "--listen", &format!("127.0.0.1:{port}")]);
    Served::wait_for(command, port)
}

fn signed_in(served: &Served, login: &str) -> Result<String> {
    let first = served.login(login).context("first login")?;
    let body = json!({ "old_password": PASSWORD, "new_password": CHANGED }).to_string();
    let told = served.ask("POST", "/api/v1/me/password", &first, "", &body).context("answered")?;
    ensure!(told.0 < 300, "{told:?}");
    served.login_with(login, CHANGED).context("second login")
}

fn get(served: &Served, cookie: &str, path: &str) -> Result<Value> {
    let (status, headers, body) = served.ask("GET", path, cookie, "", "").context("answered")?;
    ensure!(status == 200, "{path}: {status} {headers} {body}");
    Ok(serde_json::from_str(&body)?)
}

/// Listens to what happens until an action is told.
fn hear(served: &Served, cookie: &str) -> Result<BufReader<TcpStream>> {
    let mut stream = TcpStream::connect(("127.0.0.1", served.port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    ensure!(line.contains(" 200 "), "{line}");
    Ok(reader)
}

fn wait_for(reader: &mut BufReader<TcpStream>, word: &str) -> Result<()> {
    let mut line = String::new();
    let until = Instant::now() + Duration::from_secs(60);
    while !line.contains(word) {
        line.clear();
        ensure!(Instant::now() < until, "{word} was never told");
        ensure!(reader.read_line(&mut line)? > 0, "the stream ended before {word}");
    }
    Ok(())
}

/// Sends a ledger to one node and asks for it to be written; the job's id.
fn import(served: &Served, cookie: &str, name: &str) -> Result<String> {
    let ledger = format!("姓名\r\n{name}\r\n");
    let headers = [("Cookie", cookie), ("Content-Type", "application/octet-stream")];
    let path = "/api/v1/imports?kind=people&name=a.csv";
    let (status, _, body) = served.send("POST", path, &headers, ledger.as_bytes()).context("answered")?;
    ensure!(status == 200, "{body}");
    let view: Value = serde_json::from_str(&body)?;
    let choice = json!({
        "sheet": view["sheet"], "header_row": view["header_row"], "decisions": {},
        "mapping": { "0": "name" },
    });
    let path = format!("/api/v1/imports/{}/commit", view["id"].as_str().unwrap_or_default());
    let (status, _, body) = served.ask("POST", &path, cookie, "", &choice.to_string()).context("answered")?;
    ensure!(status == 202, "{body}");
    Ok(serde_json::from_str::<Value>(&body)?["id"].as_str().unwrap_or_default().to_owned())
}

fn ended(served: &Served, cookie: &str, job: &str) -> Result<Value> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let told = get(served, cookie, &format!("/api/v1/jobs/{job}"))?;
        if told["finished_at"].is_string() {
            return Ok(told);
        }
        ensure!(Instant::now() < until, "{told}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn what_one_node_writes_the_other_shows_and_each_job_runs_once() -> Result<()> {
    both_databases(|fresh| async move {
        // One embedded file is one server's: several need PostgreSQL.
        if fresh.engine != "PostgreSQL" {
            return Ok(());
        }
        user(&fresh, "clerk", "office_clerk")?;
        user(&fresh, "auditor", "auditor")?;
        let (a, b) = (node(&fresh, fresh.folder.path())?, node(&fresh, fresh.folder.path())?);
        let clerk = signed_in(&a, "clerk")?;
        get(&b, &clerk, "/api/v1/me").context("one session opens both doors")?;
        let mut events = hear(&b, &clerk)?;

        let people = |node: &Served| -> Result<Vec<String>> {
            let list = get(node, &clerk, "/api/v1/people?limit=200")?;
            let names = list["items"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
            Ok(names.filter(|name| name.starts_with('新')).map(str::to_owned).collect())
        };
        let first = import(&a, &clerk, "新来的人")?;
        wait_for(&mut events, "import.commit").context("told at the other node")?;
        let told = ended(&b, &clerk, &first)?;
        assert_eq!(told["result"]["created"], 1, "{told}");
        assert_eq!(people(&b)?, ["新来的人"]);

        // Twenty jobs, asked for at both, taken by whoever is free.
        let jobs: Vec<String> = (0..20)
            .map(|n| import(if n % 2 == 0 { &a } else { &b }, &clerk, &format!("新人{n}")))
            .collect::<Result<_>>()?;
        for job in &jobs {
            let told = ended(&a, &clerk, job)?;
            assert_eq!((&told["state"], &told["result"]["created"]), (&json!("done"), &json!(1)), "{told}");
        }
        assert_eq!((people(&a)?.len(), people(&b)?.len()), (21, 21));
        let auditor = signed_in(&b, "auditor")?;
        let record = get(&b, &auditor, "/api/v1/audit?action=import.commit&limit=100")?;
        assert_eq!(record["items"].as_array().map(Vec::len), Some(21), "each was carried out once: {record}");
        Ok(())
    })
    .await
}
