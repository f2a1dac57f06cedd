//! The shipped program as a process: a command with what it said, and a server that is asked over a socket. What does not
//! belong here: any story.

pub mod gateway;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

/// Of every account the stories make.
pub const PASSWORD: &str = "first-password-of-the-office";

/// The program on a data folder.
pub fn fengsui(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fengsui"));
    command.arg("--data").arg(data).env("RUST_LOG", "warn");
    command
}

/// Runs a command of it to its end.
pub fn run(data: &Path, arguments: &[&str], input: &str) -> Result<Output> {
    let mut child = fengsui(data)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("stdin")?.write_all(input.as_bytes())?;
    Ok(child.wait_with_output()?)
}

/// A data folder with the sample town, in this folder: filled once for all stories by the program itself, each has a copy.
pub fn demo(folder: &Path) -> Result<PathBuf> {
    static FILLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let filled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
        // Of the run before.
        let _ = std::fs::remove_dir_all(&filled);
        match run(&filled, &["demo"], "") {
            Ok(told) if told.status.success() && said(&told).contains("账号 clerk") => Ok(filled),
            Ok(told) => Err(said(&told)),
            Err(error) => Err(error.to_string()),
        }
    });
    let filled = FILLED.as_ref().map_err(|said| anyhow!("fengsui demo: {said}"))?;
    let data = folder.join("demo");
    copy(filled, &data)?;
    Ok(data)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Both channels as text.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A port nobody uses now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A server that ends with the story.
pub struct Served {
    /// Its process.
    pub child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Served {
    /// Starts it on a data folder.
    pub fn start(data: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = fengsui(data);
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        Self::wait_for(command, port)
    }

    /// Runs what serves on this port, and waits until it answers.
    pub fn wait_for(mut command: Command, port: u16) -> Result<Self> {
        let served = Self { child: command.spawn()?, port };
        let until = Instant::now() + Duration::from_secs(60);
        while served.ask("GET", "/healthz", "", "", "").map(|(status, _, _)| status) != Some(200) {
            ensure!(Instant::now() < until, "the server did not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(served)
    }

    /// Status, headers and body; `None` when the server is gone.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        cookie: &str,
        key: &str,
        body: &str,
    ) -> Option<(u16, String, String)> {
        let mut headers = vec![("Cookie", cookie), ("Content-Type", "application/json")];
        if !key.is_empty() {
            headers.push(("Idempotency-Key", key));
        }
        self.send(method, path, &headers, body.as_bytes())
    }

    /// The same with any headers and bytes.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<(u16, String, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Fengsui: 1\r\n{headers}\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut rest = String::new();
        reader.read_to_string(&mut rest).ok()?;
        let (headers, body) = rest.split_once("\r\n\r\n")?;
        Some((status, headers.to_owned(), body.to_owned()))
    }

    /// The cookie of a new session.
    pub fn login(&self, name: &str) -> Option<String> {
        self.login_with(name, PASSWORD)
    }

    /// The same with another password.
    pub fn login_with(&self, name: &str, password: &str) -> Option<String> {
        let body = serde_json::json!({ "login": name, "password": password }).to_string();
        let (status, headers, _) = self.ask("POST", "/api/v1/login", "", "", &body)?;
        let line = headers.lines().find(|line| line.to_lowercase().starts_with("set-cookie:"))?;
        (status == 200).then(|| {
            line.split_once(':').map(|(_, v)| v.split(';').next().unwrap_or_default().trim().to_owned())
        })?
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
