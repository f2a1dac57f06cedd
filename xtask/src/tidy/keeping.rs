//! Rules about housekeeping: rooms on the plan, tests that run, openings, lengths, readable data, links that lead somewhere.

use crate::tidy::house::{House, Spot};

const LONGEST: usize = 900;
/// Written by a program, read by nobody.
const GENERATED: &[&str] = &["web/src/shared/api/schema.d.ts", "web/src/shared/schema.d.ts"];

/// Every file right under the `src` of a floor with nouns is a room named in ARCHITECTURE.md.
pub fn rooms(house: &House) -> Vec<Spot> {
    let plan = house.files.iter().find(|file| file.path == "ARCHITECTURE.md");
    let plan = plan.map(|file| file.text.as_str()).unwrap_or_default();
    let known: Vec<&str> = plan.split('`').skip(1).step_by(2).collect();
    let mut spots = Vec::new();
    for krate in ["domain", "store", "app", "api"] {
        for (file, _) in house.program_of(krate) {
            // A folder is a room too: crates/<crate>/src/<room>/<part>.rs
            let inside = file.path.split('/').nth(3).unwrap_or_default();
            let room = inside.strip_suffix(".rs").unwrap_or(inside);
            if room != "lib" && !known.contains(&room) {
                spots
                    .push(file.spot(1, format!("room `{room}` is not on the house plan in ARCHITECTURE.md")));
            }
        }
    }
    spots
}

/// Where a crate's tests are one program, every file of it is a module of its `main.rs`: one forgotten would not run.
pub fn listed(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for main in house.files.iter().filter(|file| file.path.ends_with("/tests/main.rs")) {
        let folder = main.path.trim_end_matches("main.rs");
        for file in &house.files {
            let Some(inside) = file.path.strip_prefix(folder) else { continue };
            let Some(module) = inside.strip_suffix(".rs") else { continue };
            let is_module = module != "main" && !module.contains('/');
            if is_module && !main.text.lines().any(|line| line == format!("mod {module};")) {
                spots.push(file.spot(1, format!("{} does not list it: it would not run", main.path)));
            }
        }
    }
    spots
}

/// Rust files say what they are for.
pub fn opening(house: &House) -> Vec<Spot> {
    let mute = house.rust().filter(|(file, _)| !file.text.starts_with("//! "));
    mute.map(|(file, _)| file.spot(1, "say what the room is for and what does not belong here")).collect()
}

/// Files stay readable.
pub fn length(house: &House) -> Vec<Spot> {
    let written = house.files.iter().filter(|file| {
        [".rs", ".ts", ".vue", ".css", ".sql"].iter().any(|ending| file.path.ends_with(ending))
            && !GENERATED.contains(&file.path.as_str())
    });
    written
        .filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > LONGEST).then(|| file.spot(LONGEST + 1, format!("{lines} lines: is it one room?")))
        })
        .collect()
}

/// Plans, checklists, catalogues and settings parse.
pub fn toml(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for file in house.files.iter().filter(|file| file.path.ends_with(".toml")) {
        if let Err(error) = toml::from_str::<toml::Table>(&file.text) {
            let before = error.span().and_then(|span| file.text.get(..span.start)).unwrap_or_default();
            spots.push(file.spot(before.matches('\n').count() + 1, error.message().to_owned()));
        }
    }
    spots
}

/// Relative links in documents lead to a file or folder of the project.
pub fn links(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for file in house.files.iter().filter(|file| file.path.ends_with(".md")) {
        for (n, line) in file.text.lines().enumerate() {
            for rest in line.split("](").skip(1) {
                let target = rest.split(')').next().unwrap_or_default();
                let target = target.split(['#', ' ']).next().unwrap_or_default();
                if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let wanted = resolve(&file.path, target);
                let folder = format!("{wanted}/");
                if !house.files.iter().any(|other| other.path == wanted || other.path.starts_with(&folder)) {
                    spots.push(file.spot(n + 1, format!("the link to {target} leads nowhere")));
                }
            }
        }
    }
    spots
}

/// `[lints] workspace = true` in every manifest.
pub fn lints(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for package in &house.packages {
        let Some(file) = house.files.iter().find(|file| file.path == package.manifest) else { continue };
        let table = toml::from_str::<toml::Table>(&file.text).unwrap_or_default();
        let taken =
            table.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        if taken != Some(true) {
            spots.push(file.spot(1, "add [lints] workspace = true"));
        }
    }
    spots
}

fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}
