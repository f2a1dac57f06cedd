//! Rules about what passes through the hall: callers, commits, and the contract both databases keep.

use crate::tidy::house::{House, Spot};
use crate::tidy::source::has_word;

/// `pub async fn` in a room of `app` takes a `Caller` first, after `self` if there is one.
pub fn caller(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (file, source) in house.program_of("app").filter(|(file, _)| !file.path.ends_with("/lib.rs")) {
        for function in source.functions().iter().filter(|f| f.public && f.is_async) {
            let mut parameters = function.parameters.split(',').map(str::trim);
            let first = parameters.find(|p| !matches!(*p, "self" | "&self" | "&mut self" | "mut self"));
            if !first.is_some_and(|parameter| has_word(parameter, "Caller")) {
                spots.push(file.spot(function.line, format!("`{}` does not ask who calls", function.name)));
            }
        }
    }
    spots
}

/// A function that opens a writing transaction commits it, which takes an audit entry, or hands it to one of its file that
/// does.
pub fn commit(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (file, source) in house.program_of("app") {
        let functions = source.functions();
        let commits = |body: &str| [".commit(", ".commit_machinery("].iter().any(|call| body.contains(call));
        let ends: Vec<&str> =
            functions.iter().filter(|f| commits(&f.body)).map(|f| f.name.as_str()).collect();
        for function in &functions {
            let writes =
                ["db.write(", "self.write(", "app.write("].iter().any(|call| function.body.contains(call));
            let gives_away = function.body.replace("&mut tx", "").contains("tx,");
            let hands_on = gives_away && ends.iter().any(|name| function.body.contains(&format!("{name}(")));
            if writes && !commits(&function.body) && !hands_on {
                spots.push(file.spot(function.line, format!("`{}` writes and never commits", function.name)));
            }
        }
    }
    spots
}

/// Every `pub async fn` of `store` is named in a `crates/store/tests/contract*.rs`.
pub fn contract(house: &House) -> Vec<Spot> {
    let tests: Vec<&str> = house
        .rust()
        .filter(|(file, _)| file.path.starts_with("crates/store/tests/contract"))
        .map(|(_, source)| source.code.as_str())
        .collect();
    let mut spots = Vec::new();
    for (file, source) in house.program_of("store") {
        for function in source.functions().iter().filter(|f| f.public && f.is_async) {
            if !tests.iter().any(|code| has_word(code, &function.name)) {
                let message = format!("`{}` is not tried on both databases", function.name);
                spots.push(file.spot(function.line, message));
            }
        }
    }
    spots
}
