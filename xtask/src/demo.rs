//! `cargo xtask demo`: from a bare clone to the sample town in a browser. A second run builds only what changed.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::web::{self, Web};

const USAGE: &str = "usage: cargo xtask demo [--port N] [--reset]";

#[derive(Debug, PartialEq)]
struct Wish {
    port: u16,
    reset: bool,
}

/// Builds web and program, fills `data/demo`, and becomes the server.
pub fn run(arguments: &[String]) -> Result<()> {
    let wish = wish(arguments)?;
    // Said now, not after ten minutes of building.
    if TcpListener::bind(("127.0.0.1", wish.port)).is_err() {
        bail!("port {} is taken: stop what uses it, or choose another with --port", wish.port);
    }
    if web::exists()? {
        Web::open()?.build()?;
    }
    let program = program()?;
    let data = run::root()?.join("data/demo");
    let mut fill = run::command(&program)?;
    fill.arg("demo").arg("--data").arg(&data);
    if wish.reset {
        fill.arg("--reset");
    }
    run::must(&mut fill)?;
    let address = format!("127.0.0.1:{}", wish.port);
    println!("http://{address}  (Ctrl-C stops it)");
    let mut serve = run::command(&program)?;
    serve.arg("serve").arg("--data").arg(&data).args(["--listen", &address]);
    // From here on this process is the server: signals reach it and nothing is left behind.
    Err(serve.exec()).context("the server could not be started")
}

/// Builds the program the way the tests do, so that either finds the other's work done, and says where it is.
pub fn program() -> Result<PathBuf> {
    run::must(run::command("cargo")?.args([
        "build",
        "--locked",
        "--package",
        "fengsui-server",
        "--bin",
        "fengsui",
    ]))?;
    Ok(run::target()?.join("debug/fengsui"))
}

fn wish(arguments: &[String]) -> Result<Wish> {
    let mut wish = Wish { port: 8080, reset: false };
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("--reset", "") => wish.reset = true,
            ("--port", "") => wish.port = words.next().and_then(|n| n.parse().ok()).context(USAGE)?,
            ("--port", number) => wish.port = number.parse().ok().context(USAGE)?,
            _ => bail!(USAGE),
        }
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_understood_or_answered_with_the_usage() {
        let words = |line: &str| wish(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(words("").expect("fine"), Wish { port: 8080, reset: false });
        assert_eq!(words("--port 9000 --reset").expect("fine"), Wish { port: 9000, reset: true });
        assert_eq!(words("--port=9001").expect("fine"), Wish { port: 9001, reset: false });
        for wrong in ["--port", "--port x", "--port 70000", "--rest", "now"] {
            assert!(words(wrong).is_err(), "{wrong}");
        }
    }
}
