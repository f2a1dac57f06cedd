//! `cargo xtask test`: every suite, a table at the end, and `N passed, N failed` as the last line.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Counts of one suite.
#[derive(Default)]
struct Count {
    passed: u32,
    failed: u32,
}

/// Runs all suites; fails when any test failed or a suite could not run.
pub fn run() -> Result<()> {
    let mut total = Count::default();
    let rust = cargo_test()?;
    total.passed += rust.passed;
    total.failed += rust.failed;
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        bail!("{} tests failed", total.failed);
    }
    Ok(())
}

fn cargo_test() -> Result<Count> {
    let mut child = Command::new("cargo")
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo could not be started")?;
    let mut count = Count::default();
    let out = child.stdout.take().context("no output of cargo test")?;
    for line in BufReader::new(out).lines() {
        let line = line?;
        println!("{line}");
        if let Some(rest) = line.strip_prefix("test result:") {
            count.passed += number_before(rest, " passed");
            count.failed += number_before(rest, " failed");
        }
    }
    let status = child.wait()?;
    if !status.success() && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

fn number_before(text: &str, word: &str) -> u32 {
    text.split_once(word)
        .and_then(|(before, _)| before.rsplit([' ', ';']).next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
