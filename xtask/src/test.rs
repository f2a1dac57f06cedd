//! `cargo xtask test`: everything that can be checked, one part after the other whatever fails, and
//! `N passed, N failed` as the last line. With `CI=true` a part that cannot run is a failure (but an outside package
//! that is gone, and a disk nobody may fill); otherwise it is listed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bless::{self, OPENAPI};
use crate::run::{self, Count};
use crate::web::{self, Web};
use crate::{demo, install, pg, tidy};

/// A part and what it does.
type Part = (&'static str, fn() -> Result<Count>);

/// Parts without a web folder.
const HOUSE: &[Part] = &[("format", format), ("tidy", tidied), ("lint", lint), ("rust", rust)];
/// Parts that need one. It is built before `rust`, for the program carries it.
const WEB: &[Part] = &[("web", web_unit), ("e2e", e2e)];

struct Done {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Ran(Count),
    /// It could not begin, and why.
    NotRun(String),
}

/// Runs all parts, or those named.
pub fn run(wanted: &[String]) -> Result<()> {
    let parts = parts()?;
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("no part `{unknown}`: cargo xtask test [{}]", names.join("|"));
    }
    if run::in_ci() && !wanted.is_empty() {
        bail!("with CI=true nothing is left out: cargo xtask test");
    }
    let mut done = Vec::new();
    for (name, part) in
        parts.into_iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name))
    {
        println!("\n=== {name}");
        let (outcome, took) = timed(part);
        if let Outcome::NotRun(why) = &outcome {
            println!("NOT RUN: {why}");
        }
        done.push(Done { name, took, outcome });
    }
    println!();
    let (lines, total) = summary(&done, run::in_ci());
    for line in lines {
        println!("{line}");
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        // The last line is the sum: nothing more to say.
        std::process::exit(1);
    }
    Ok(())
}

fn parts() -> Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let with_web = web::exists()?;
    if with_web {
        parts.push(("web build", web_build));
    }
    parts.extend(HOUSE);
    if run::root()?.join(OPENAPI).exists() {
        parts.push(("openapi", openapi));
    }
    if with_web {
        parts.extend(WEB);
    }
    Ok(parts)
}

fn timed(part: fn() -> Result<Count>) -> (Outcome, Duration) {
    let start = Instant::now();
    let outcome = part().map_or_else(|error| Outcome::NotRun(format!("{error:#}")), Outcome::Ran);
    (outcome, start.elapsed())
}

/// A table of the parts, the names of what failed, and the sum.
fn summary(done: &[Done], nothing_left_out: bool) -> (Vec<String>, Count) {
    let mut total = Count::default();
    let mut lines = Vec::new();
    let mut left_out = 0;
    for part in done {
        let seconds = part.took.as_secs_f32();
        let result = match &part.outcome {
            Outcome::Ran(count) => {
                total.add(count.clone());
                format!("{} passed, {} failed", count.passed, count.failed)
            }
            Outcome::NotRun(why) => {
                left_out += 1;
                if nothing_left_out {
                    total.add(Count::one(&format!("{} could not run", part.name), false));
                }
                format!("NOT RUN: {}", why.lines().next().unwrap_or_default())
            }
        };
        lines.push(format!("{:10} {seconds:7.1} s  {result}", part.name));
    }
    lines.extend(total.names.iter().map(|name| format!("failed: {name}")));
    if left_out > 0 {
        lines.push(format!("!!! {left_out} of {} parts were NOT RUN", done.len()));
    }
    (lines, total)
}

fn format() -> Result<Count> {
    let passed = run::passes(run::command("cargo")?.args(["fmt", "--all", "--check"]))?;
    Ok(Count::one("cargo fmt --all --check", passed))
}

fn tidied() -> Result<Count> {
    tidy::run(&run::root()?)
}

fn lint() -> Result<Count> {
    let line = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    Ok(Count::one("cargo clippy", run::passes(run::command("cargo")?.args(line))?))
}

/// All Rust tests, against both databases. Without PostgreSQL those that need one say so and run on SQLite.
fn rust() -> Result<Count> {
    let mut test = run::command("cargo")?;
    test.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    let postgres = pg::start();
    match &postgres {
        Ok(postgres) => {
            test.env(testkit::postgres::URL_VARIABLE, &postgres.url);
        }
        Err(error) if run::in_ci() => bail!("no PostgreSQL: {error:#}"),
        Err(error) => println!("NOT RUN on PostgreSQL: {error:#}"),
    }
    let office = install::office();
    if let Err(error) = &office {
        println!("NOT RUN on LibreOffice or on PDFs as printed: {error:#}");
    }
    let broker = install::broker();
    if let Err(error) = &broker {
        if run::in_ci() {
            bail!("no broker: {error:#}");
        }
        println!("NOT RUN with a broker: {error:#}");
    }
    match install::georeport() {
        Ok(folder) => {
            test.env("PYTHONPATH", folder);
        }
        // A package of others that may be withdrawn stops nobody; it is said where everybody looks.
        Err(error) => println!("NOT RUN with the published client of GeoReport: {error:#}"),
    }
    let mut count = Count::default();
    let passed = run::watched(&mut test, |line| run::count_libtest(&mut count, line))?;
    if !passed && count.failed == 0 {
        count.add(Count::one("cargo test (it did not build, or a test ended the process)", false));
    }
    if let Err(error) = &postgres {
        println!("NOT RUN on PostgreSQL: {error:#}");
    }
    if let Err(error) = &office {
        println!("NOT RUN on LibreOffice or on PDFs as printed: {error:#}");
    }
    // No tool that could be installed; said where everybody looks, with CI=true too.
    if !install::may_mount() {
        println!(
            "NOT RUN on a full disk, nor through a power cut: this machine lets nobody mount a small disk"
        );
    }
    Ok(count)
}

fn web_build() -> Result<Count> {
    Ok(Count::one("npm run build", Web::open()?.build().is_ok()))
}

/// The committed description of the interface is the one the program gives.
fn openapi() -> Result<Count> {
    let committed = std::fs::read_to_string(run::root()?.join(OPENAPI)).context(OPENAPI)?;
    let same = bless::described()? == committed;
    if !same {
        println!("{OPENAPI} is not what the program says: cargo xtask openapi");
    }
    Ok(Count::one(OPENAPI, same))
}

fn web_unit() -> Result<Count> {
    let web = Web::open()?;
    let mut count = Count::default();
    for script in ["lint", "typecheck"] {
        if web.has(script) {
            count.add(Count::one(&format!("npm run {script}"), web.script(script)?));
        }
    }
    count.add(web.tests("test", &[])?);
    Ok(count)
}

/// The browser against the built program.
fn e2e() -> Result<Count> {
    let web = Web::open()?;
    if !web.has("e2e") {
        bail!("web/package.json has no script `e2e`");
    }
    let chromium = install::chromium()?.display().to_string();
    if let Err(error) = install::gdal() {
        if run::in_ci() {
            bail!("no ogrinfo: {error:#}");
        }
        println!("NOT RUN with ogrinfo: {error:#}");
    }
    let program = demo::program()?.display().to_string();
    web.tests("e2e", &[("CHROMIUM", chromium), ("FENGSUI_BIN", program)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done() -> Vec<Done> {
        let second = Duration::from_secs(1);
        let failed = Count { passed: 7, failed: 1, names: vec!["a_deadline".to_owned()] };
        vec![
            Done { name: "rust", took: second, outcome: Outcome::Ran(failed) },
            Done {
                name: "tidy",
                took: second,
                outcome: Outcome::Ran(Count { passed: 3, ..Count::default() }),
            },
            Done { name: "e2e", took: second, outcome: Outcome::NotRun("no Chromium".to_owned()) },
        ]
    }

    #[test]
    fn parts_are_summed_and_what_failed_or_did_not_run_is_named() {
        let (lines, total) = summary(&done(), false);
        assert_eq!((total.passed, total.failed), (10, 1));
        let text = lines.join("\n");
        for wanted in ["failed: a_deadline", "NOT RUN: no Chromium", "!!! 1 of 3 parts were NOT RUN"] {
            assert!(text.contains(wanted), "{wanted} in\n{text}");
        }
    }

    #[test]
    fn in_ci_a_part_that_cannot_run_is_a_failure() {
        let (lines, total) = summary(&done(), true);
        assert_eq!((total.passed, total.failed), (10, 2));
        assert!(lines.join("\n").contains("failed: e2e could not run"));
    }
}
