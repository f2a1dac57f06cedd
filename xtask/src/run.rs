//! Running other programs: where the project is, live output, and what to count in it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How many passed and failed, and the names of those that failed.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Count {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Names of failed ones, as far as the runner says.
    pub names: Vec<String>,
}

impl Count {
    /// One check, by its name.
    pub fn one(name: &str, passed: bool) -> Self {
        if passed {
            return Self { passed: 1, ..Self::default() };
        }
        Self { failed: 1, names: vec![name.to_owned()], passed: 0 }
    }

    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.names.extend(other.names);
    }
}

/// Whether nothing may be left out.
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// The root of the project. Cargo says at run time where xtask lies; the folder it was compiled in may be another
/// checkout that shares the build folder.
pub fn root() -> Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("call it as cargo xtask")?;
    Path::new(&manifest).parent().map(Path::to_owned).context("xtask lies in no project")
}

/// Where cargo puts what it builds.
pub fn target() -> Result<PathBuf> {
    let root = root()?;
    Ok(std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder)))
}

/// A command in the root of the project, told to keep colours off in CI.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(root()?);
    if in_ci() {
        command.env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    }
    Ok(command)
}

/// Runs to the end with its output going straight through; says whether it succeeded.
pub fn passes(command: &mut Command) -> Result<bool> {
    std::io::stdout().flush()?;
    let program = command.get_program().to_string_lossy().into_owned();
    Ok(command.status().with_context(|| format!("{program} could not be started"))?.success())
}

/// Runs to the end and insists on success.
pub fn must(command: &mut Command) -> Result<()> {
    let line = words(command);
    if !passes(command)? {
        bail!("failed: {line}");
    }
    Ok(())
}

/// Runs to the end, passing on each line of standard output and showing it to `each`; says whether it succeeded.
pub fn watched(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let line = words(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("could not start: {line}"))?;
    let out = child.stdout.take().context("its output cannot be read")?;
    for line in BufReader::new(out).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        each(&line);
    }
    Ok(child.wait()?.success())
}

fn words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Counts what `cargo test` prints, line by line.
pub fn count_libtest(count: &mut Count, line: &str) {
    if let Some(rest) = line.strip_prefix("test result:") {
        count.passed += number_before(rest, " passed");
        count.failed += number_before(rest, " failed");
    } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
        count.names.push(name.to_owned());
    }
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split_once(word).map(|(before, _)| before).unwrap_or_default();
    before.rsplit([' ', ';']).next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Counts a report of vitest or of Playwright. `None` when it is neither. Skipped tests do not count as passed.
pub fn count_report(report: &Value) -> Option<Count> {
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_u64);
    if let Some(passed) = number(report, "numPassedTests") {
        let files = report.get("testResults").and_then(Value::as_array).into_iter().flatten();
        let tests = files
            .clone()
            .flat_map(|file| file.get("assertionResults").and_then(Value::as_array).into_iter().flatten());
        let text =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut names: Vec<String> = tests
            .filter(|test| text(test, "status") == "failed")
            .map(|test| text(test, "fullName"))
            .collect();
        let failed = number(report, "numFailedTests").unwrap_or(0);
        // A file that does not even load fails without a test in it.
        let unloaded: Vec<String> = files
            .filter(|file| {
                let tests = file.get("assertionResults").and_then(Value::as_array);
                text(file, "status") == "failed" && tests.is_none_or(Vec::is_empty)
            })
            .map(|file| text(file, "name"))
            .collect();
        let broken = unloaded.len() as u64;
        names.extend(unloaded);
        return Some(Count { passed, failed: failed + broken, names });
    }
    let stats = report.get("stats")?;
    let mut names = Vec::new();
    specs(report, &mut names);
    let errors = report.get("errors").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    Some(Count {
        passed: number(stats, "expected")? + number(stats, "flaky").unwrap_or(0),
        failed: number(stats, "unexpected")? + errors,
        names,
    })
}

/// Names of failed specs in Playwright's tree of suites.
fn specs(suite: &Value, names: &mut Vec<String>) {
    for spec in suite.get("specs").and_then(Value::as_array).into_iter().flatten() {
        if spec.get("ok").and_then(Value::as_bool) == Some(false) {
            names.push(spec.get("title").and_then(Value::as_str).unwrap_or_default().to_owned());
        }
    }
    for inner in suite.get("suites").and_then(Value::as_array).into_iter().flatten() {
        specs(inner, names);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cargo_test_is_counted_over_all_its_binaries() {
        let mut count = Count::default();
        for line in [
            "test place::tests::a_place ... ok",
            "test place::tests::another ... FAILED",
            "test result: FAILED. 12 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.01s",
            "test result: ok. 5 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            count_libtest(&mut count, line);
        }
        assert_eq!(count, Count { passed: 17, failed: 1, names: vec!["place::tests::another".to_owned()] });
    }

    #[test]
    fn vitest_is_counted_and_a_file_that_does_not_load_fails() {
        let report = json!({
            "numPassedTests": 3, "numFailedTests": 1, "numPendingTests": 1,
            "testResults": [
                { "name": "a.spec.ts", "status": "failed", "assertionResults": [
                    { "fullName": "a works", "status": "failed" }, { "fullName": "b works", "status": "passed" } ] },
                { "name": "broken.spec.ts", "status": "failed", "assertionResults": [] },
            ],
        });
        let count = count_report(&report).expect("vitest");
        assert_eq!((count.passed, count.failed), (3, 2));
        assert_eq!(count.names, ["a works", "broken.spec.ts"]);
    }

    #[test]
    fn playwright_is_counted_through_nested_suites() {
        let report = json!({
            "stats": { "expected": 4, "unexpected": 1, "flaky": 0, "skipped": 2 }, "errors": [],
            "suites": [ { "suites": [ { "specs": [
                { "title": "offline", "ok": false }, { "title": "online", "ok": true } ] } ] } ],
        });
        let count = count_report(&report).expect("playwright");
        assert_eq!((count.passed, count.failed), (4, 1));
        assert_eq!(count.names, ["offline"]);
        assert_eq!(count_report(&json!({ "something": 1 })), None);
    }
}
