//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md and some housekeeping, checked on the text of the project and
//! on cargo's idea of its crates. A rule is a pure function from the house to findings; each has a test that breaks it.

mod english;
mod floors;
mod house;
mod keeping;
mod outside;
mod schema;
mod source;
mod use_cases;
mod words;

#[cfg(test)]
mod broken;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::Count;
use house::{Dependency, File, Finding, House, Outside, Package, Spot};

/// An invariant.
struct Rule {
    name: &'static str,
    says: &'static str,
    /// Whether a comment `tidy(name): reason` above the line lets one case pass.
    excusable: bool,
    check: fn(&House) -> Vec<Spot>,
}

const fn rule(name: &'static str, says: &'static str, check: fn(&House) -> Vec<Spot>) -> Rule {
    Rule { name, says, excusable: false, check }
}

const fn excusable(name: &'static str, says: &'static str, check: fn(&House) -> Vec<Spot>) -> Rule {
    Rule { name, says, excusable: true, check }
}

const RULES: &[Rule] = &[
    rule("pure", "domain has no file, socket, database, process, randomness or clock", floors::pure),
    rule("waits", "protocol has no socket and no runtime: it is handed bytes", floors::waits),
    rule("stairs", "stairs only go down, workshops never visit each other", floors::stairs),
    rule("sql", "only store contains SQL and knows sqlx", floors::sql),
    excusable("delete", "nothing of record is deleted: void with a reason", floors::delete),
    rule("http", "only api and the roof name axum", floors::http),
    rule("environment", "only server, testkit and xtask read environment variables", floors::environment),
    excusable("caller", "a use case takes a Caller first", use_cases::caller),
    excusable("commit", "a use case that writes ends in a commit", use_cases::commit),
    excusable("contract", "every public store function is named in the contract tests", use_cases::contract),
    excusable("town", "every table carries its town, which leads its primary key", schema::town),
    rule("types", "columns are TEXT, BIGINT, DOUBLE PRECISION or BOOLEAN", schema::types),
    excusable("computed", "what is computed is not stored, copies are named cached_*", schema::computed),
    excusable("english", "every sentence people are told has its English", english::english),
    rule("rooms", "every room is on the house plan in ARCHITECTURE.md", keeping::rooms),
    rule("listed", "every test file is a module of its crate's one test program", keeping::listed),
    rule("opening", "every Rust file opens with //! saying what it is for", keeping::opening),
    rule("length", "no file is longer than 900 lines", keeping::length),
    rule("machine", "no path of one machine", words::machine),
    rule("unfinished", "nothing unfinished and no test left out", words::unfinished),
    rule("toml", "every .toml file can be read", keeping::toml),
    rule("links", "links between documents lead somewhere", keeping::links),
    rule("lints", "every crate takes the workspace's lints", keeping::lints),
    rule("licences", "crates from outside have a licence and a source deny.toml allows", outside::licences),
    rule("bans", "no crate that deny.toml bans", outside::bans),
];

/// What the rules leave over: its name, what it says, and that nothing excuses from it.
const EXCUSE: (&str, &str, bool) = ("excuse", "an exception is asked for only where it is needed", false);

/// All findings, in the order of the rules; last what asks for an exception and needs none.
fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for rule in RULES {
        for (file, line, message) in (rule.check)(house) {
            let known = house.files.iter().find(|candidate| candidate.path == file);
            if rule.excusable
                && let Some(at) = known.and_then(|known| known.excuse(rule.name, line))
            {
                used.insert((file, at, rule.name));
                continue;
            }
            findings.push(Finding { rule: rule.name, file, line, message });
        }
    }
    for file in house.files.iter().filter(|file| file.krate() != "xtask" && file.path.starts_with("crates/"))
    {
        for (line, named) in file.excuses() {
            let known = RULES.iter().find(|rule| rule.excusable && rule.name == named);
            let idle = known.is_none_or(|rule| !used.contains(&(file.path.clone(), line, rule.name)));
            if idle {
                let (file, line, message) = file.spot(line, format!("tidy({named}) excuses nothing here"));
                findings.push(Finding { rule: EXCUSE.0, file, line, message });
            }
        }
    }
    findings
}

/// Checks the project and prints what is broken; counts rules.
pub fn run(root: &Path) -> Result<Count> {
    let findings = check(&read(root)?);
    let mut count = Count::default();
    let rules = RULES.iter().map(|rule| (rule.name, rule.says, rule.excusable)).chain([EXCUSE]);
    for (name, says, excusable) in rules {
        let broken: Vec<&Finding> = findings.iter().filter(|finding| finding.rule == name).collect();
        if broken.is_empty() {
            count.passed += 1;
            continue;
        }
        count.failed += 1;
        count.names.push(format!("tidy {name}"));
        println!("{name}: {says}");
        for finding in broken {
            println!("  {}:{}: {}", finding.file, finding.line, finding.message);
        }
        if excusable {
            println!("  (where it must be so: `tidy({name}): reason` in a comment above)");
        }
    }
    println!("{} of {} invariants hold", count.passed, RULES.len() + 1);
    Ok(count)
}

fn read(root: &Path) -> Result<House> {
    Ok(House { files: files(root)?, packages: packages(root)?, outside: crates_from_outside(root)? })
}

fn files(root: &Path) -> Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git could not be started")?;
    if !listed.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    }
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|path| !path.is_empty()) {
        // A file deleted but not yet committed is listed; one that is no text has nothing to read.
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            files.push(File::new(path, text));
        }
    }
    Ok(files)
}

fn metadata(root: &Path, arguments: &[&str]) -> Result<Value> {
    let said = Command::new("cargo")
        .args(["metadata", "--format-version=1", "--locked"])
        .args(arguments)
        .current_dir(root)
        .output()
        .context("cargo could not be started")?;
    if !said.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&said.stderr));
    }
    Ok(serde_json::from_slice(&said.stdout)?)
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn packages(root: &Path) -> Result<Vec<Package>> {
    let known = metadata(root, &["--no-deps"])?;
    let folder = format!("{}/", text(&known, "workspace_root"));
    let package = |value: &Value| Package {
        name: text(value, "name"),
        manifest: text(value, "manifest_path").trim_start_matches(&folder).to_owned(),
        dependencies: list(value, "dependencies")
            .map(|dependency| Dependency {
                name: text(dependency, "name"),
                dev: text(dependency, "kind") == "dev",
            })
            .collect(),
    };
    Ok(list(&known, "packages").map(package).collect())
}

fn crates_from_outside(root: &Path) -> Result<Vec<Outside>> {
    let compiler = Command::new("rustc").arg("-vV").output().context("rustc could not be started")?;
    let host = String::from_utf8_lossy(&compiler.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .context("rustc does not say its host")?;
    let known = metadata(root, &["--filter-platform", &host])?;
    let outside = list(&known, "packages").filter(|value| value.get("source").is_some_and(Value::is_string));
    Ok(outside
        .map(|value| Outside {
            name: format!("{} {}", text(value, "name"), text(value, "version")),
            licence: text(value, "license"),
            source: text(value, "source"),
        })
        .collect())
}
