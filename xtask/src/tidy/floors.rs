//! Rules about floors: which crate may know what, and who may depend on whom.

use crate::tidy::house::{File, House, Package, Spot};
use crate::tidy::source::Source;

/// Crate and the floors below it that it may use. A crate that is not here is not on the house plan.
const STAIRS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("protocol", &["domain"]),
    ("road", &["domain"]),
    ("render", &["domain"]),
    ("exchange", &["domain"]),
    ("store", &["domain"]),
    ("app", &["domain", "protocol", "store", "exchange", "render", "road"]),
    ("api", &["domain", "app"]),
    ("ingest", &["domain", "protocol", "app"]),
    ("server", &["domain", "protocol", "road", "render", "exchange", "store", "app", "api", "ingest"]),
    ("testkit", &["domain", "store", "app", "api"]),
    ("xtask", &["testkit"]),
];

/// What reaches out of pure rules.
const IMPURE: &[&str] = &[
    "tokio",
    "sqlx",
    "axum",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "std::time::Instant",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "getrandom",
    "rand",
    "now_v7",
    "new_v4",
];

/// What waits for somebody.
const WAITING: &[&str] = &["tokio", "std::net", "std::thread", "TcpStream", "UdpSocket", "async_std", "mio"];

/// Tables of machinery: they may be emptied, they are no record of anything.
const MACHINERY: &[&str] =
    &["session", "operation", "job", "reconcile", "upload", "import_mapping", "device_link"];

/// Crates that must talk to a database or about one to do their work.
const SQL_FLOORS: &[&str] = &["store", "testkit", "xtask"];

/// `domain` reaches for nothing.
pub fn pure(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (file, source) in house.program_of("domain") {
        for word in IMPURE {
            for line in outside_tests(source, word) {
                spots.push(file.spot(line, format!("`{word}` in domain: take it as a parameter")));
            }
        }
    }
    let reaching = ["tokio", "sqlx", "axum", "getrandom", "rand", "reqwest", "tempfile"];
    spots.extend(forbidden_dependencies(house, &reaching, |krate| krate != "domain"));
    spots
}

/// `protocol` reads bytes and never waits for them: whoever holds the connection hands them over.
pub fn waits(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (file, source) in house.program_of("protocol") {
        for word in WAITING {
            for line in outside_tests(source, word) {
                spots.push(file.spot(line, format!("`{word}` in protocol: bytes are handed to it")));
            }
        }
    }
    spots.extend(forbidden_dependencies(
        house,
        &["tokio", "tokio-util", "async-std", "smol", "mio", "socket2"],
        |krate| krate != "protocol",
    ));
    spots
}

/// Dependencies between our crates follow [`STAIRS`].
pub fn stairs(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for package in &house.packages {
        let own = floor(&package.name);
        let Some((_, below)) = STAIRS.iter().find(|(name, _)| *name == own) else {
            spots.push(at_manifest(package, format!("`{own}` is not on the house plan: add it to STAIRS")));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|d| ours(&d.name)) {
            let other = floor(&dependency.name);
            // Stories at the door may begin with rows written by hand.
            let for_tests = dependency.dev
                && (other == "testkit" || [("api", "store"), ("api", "protocol")].contains(&(own, other)));
            if !below.contains(&other) && !for_tests {
                spots.push(at_manifest(package, format!("`{own}` may not use `{other}`")));
            }
        }
    }
    spots
}

/// SQL and sqlx stay in `store`.
pub fn sql(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (file, source) in house.rust().filter(|(file, _)| !SQL_FLOORS.contains(&file.krate())) {
        for (line, text) in &source.strings {
            if is_sql(text) {
                spots.push(file.spot(*line, "SQL outside store"));
            }
        }
        for line in source.uses("sqlx") {
            spots.push(file.spot(line, "sqlx outside store"));
        }
    }
    spots.extend(forbidden_dependencies(house, &["sqlx"], |krate| ["store", "testkit"].contains(&krate)));
    spots
}

/// `store` deletes from machinery only.
pub fn delete(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (file, source) in house.program_of("store") {
        for (start, text) in source.strings.iter().filter(|(line, _)| !source.in_test(*line)) {
            for (at, mark) in text.match_indices("DELETE FROM ") {
                let rest = text.get(at + mark.len()..).unwrap_or_default();
                let table: String = rest.chars().take_while(|c| !c.is_whitespace() && *c != ';').collect();
                if !MACHINERY.contains(&table.as_str()) {
                    let line = start + text.get(..at).unwrap_or_default().matches('\n').count();
                    spots.push(file.spot(line, format!("deletes from {table}: void with a reason instead")));
                }
            }
        }
    }
    spots
}

/// HTTP stays behind its door.
pub fn http(house: &House) -> Vec<Spot> {
    let allowed = ["api", "server"];
    let mut spots = Vec::new();
    for (file, source) in house.rust().filter(|(file, _)| !allowed.contains(&file.krate())) {
        for line in source.uses("axum") {
            spots.push(file.spot(line, "axum outside api and server"));
        }
    }
    let names = ["axum", "axum-extra", "axum-server", "utoipa-axum"];
    spots.extend(forbidden_dependencies(house, &names, |krate| allowed.contains(&krate)));
    spots
}

/// Configuration comes in at the roof.
pub fn environment(house: &House) -> Vec<Spot> {
    let allowed = ["server", "testkit", "xtask"];
    // Examples and the programs tests start are told what to do by argument.
    let is_program = |path: &str| path.contains("/examples/") || path.contains("/tests/bin/");
    let mut spots = Vec::new();
    for (file, source) in
        house.rust().filter(|(file, _)| !allowed.contains(&file.krate()) && !is_program(&file.path))
    {
        for word in ["std::env", "env::var", "env::vars", "env::var_os", "dotenvy"] {
            for line in source.uses(word) {
                spots.push(
                    file.spot(line, format!("`{word}`: configuration is read in server and handed down")),
                );
            }
        }
    }
    spots
}

fn outside_tests(source: &Source, word: &str) -> Vec<usize> {
    source.uses(word).into_iter().filter(|line| !source.in_test(*line)).collect()
}

/// Whether a string literal is a statement. Statements are written with capital key words here.
fn is_sql(text: &str) -> bool {
    const STARTS: &[&str] = &[
        "SELECT ",
        "INSERT INTO ",
        "UPDATE ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "CREATE INDEX ",
        "CREATE UNIQUE ",
        "ALTER TABLE ",
        "DROP TABLE ",
        "BEGIN IMMEDIATE",
        "PRAGMA ",
        "VACUUM ",
    ];
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    let with = text.starts_with("WITH ") && text.contains("SELECT ");
    STARTS.iter().any(|start| text.starts_with(start) && (*start != "UPDATE " || text.contains(" SET ")))
        || with
}

fn forbidden_dependencies(house: &House, names: &[&str], may: impl Fn(&str) -> bool) -> Vec<Spot> {
    let mut spots = Vec::new();
    for package in house.packages.iter().filter(|package| !may(floor(&package.name))) {
        for dependency in package.dependencies.iter().filter(|d| names.contains(&d.name.as_str())) {
            spots.push(at_manifest(package, format!("`{}` is not for this floor", dependency.name)));
        }
    }
    spots
}

fn at_manifest(package: &Package, message: String) -> Spot {
    File::new(package.manifest.clone(), "").spot(1, message)
}

fn ours(name: &str) -> bool {
    name == "xtask" || name.starts_with("fengsui-")
}

fn floor(name: &str) -> &str {
    name.strip_prefix("fengsui-").unwrap_or(name)
}
