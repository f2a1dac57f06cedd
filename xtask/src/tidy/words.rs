//! Rules about words that do not belong in the project. Their own folder is the one place that must spell them out.

use crate::tidy::house::{File, House, Spot};
use crate::tidy::source::has_word;

const MACHINE: &[&str] = &["/work/", "/root/", "/home/"];
const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX", "todo!", "unimplemented!"];
const PROMISES: &[&str] = &["coming soon", "not implemented", "敬请期待", "开发中"];
const LEFT_OUT: &[&str] = &[
    "it.skip",
    "it.only",
    "it.todo",
    "test.skip",
    "test.only",
    "test.todo",
    "test.fixme",
    "describe.skip",
    "describe.only",
];

/// No path of one machine.
pub fn machine(house: &House) -> Vec<Spot> {
    lines(house)
        .filter_map(|(file, n, line)| {
            let path = MACHINE.iter().find(|path| {
                line.match_indices(**path).any(|(at, _)| {
                    // `https://host/work/` and `crates/work/` are no such path.
                    let before = line.get(..at).and_then(|text| text.chars().next_back());
                    !before.is_some_and(|c| c.is_alphanumeric() || "._-~}*".contains(c))
                })
            })?;
            Some(file.spot(n, format!("a path of one machine: {path}")))
        })
        .collect()
}

/// Nothing unfinished, no promise on a page, no test left out.
pub fn unfinished(house: &House) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (file, n, line) in lines(house) {
        let code = [".rs", ".ts", ".vue"].iter().any(|ending| file.path.ends_with(ending));
        let marks = UNFINISHED.iter().filter(|word| has_word(line, word));
        let promises = PROMISES.iter().filter(|word| code && line.to_lowercase().contains(**word));
        let left_out = LEFT_OUT.iter().filter(|word| file.path.ends_with(".ts") && has_word(line, word));
        for word in marks.chain(promises).chain(left_out) {
            spots.push(file.spot(n, format!("`{word}`: finish it or leave it away")));
        }
    }
    for (file, source) in house.rust() {
        for line in source.uses("#[ignore") {
            spots.push(file.spot(line, "a test left out tests nothing"));
        }
    }
    spots
}

fn lines(house: &House) -> impl Iterator<Item = (&File, usize, &str)> {
    let readable = house.files.iter().filter(|file| {
        !file.path.starts_with("xtask/src/tidy/")
            && !file.path.ends_with(".lock")
            && file.stem() != "package-lock"
    });
    readable.flat_map(|file| file.text.lines().enumerate().map(move |(n, line)| (file, n + 1, line)))
}
