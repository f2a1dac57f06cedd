//! What the rules look at: the project's files and the crates' dependencies, and what they answer with.

use crate::tidy::source::Source;

/// A file of the project, its path relative to the root.
pub struct File {
    /// With `/` between folders.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Taken apart, when it is Rust.
    pub source: Option<Source>,
}

/// A crate of the workspace.
pub struct Package {
    /// `fengsui-domain`, `xtask`.
    pub name: String,
    /// Path of its manifest, relative to the root.
    pub manifest: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

/// One line of a manifest.
pub struct Dependency {
    /// Name of the package.
    pub name: String,
    /// Whether only its tests use it.
    pub dev: bool,
}

/// A crate from outside, as it is linked in.
pub struct Outside {
    /// Name and version.
    pub name: String,
    /// SPDX expression; empty when it has none.
    pub licence: String,
    /// Where cargo takes it from.
    pub source: String,
}

/// Everything the rules see.
#[derive(Default)]
pub struct House {
    /// Tracked files and new ones, without what is ignored.
    pub files: Vec<File>,
    /// The crates of the workspace.
    pub packages: Vec<Package>,
    /// All crates from outside that this machine's build takes in.
    pub outside: Vec<Outside>,
}

/// A broken rule.
#[derive(Debug, PartialEq)]
pub struct Finding {
    /// Name of the rule.
    pub rule: &'static str,
    /// Path relative to the root.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// Where and what, before the rule's name is put to it.
pub type Spot = (String, usize, String);

impl File {
    /// A file with its Rust taken apart.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (path, text) = (path.into(), text.into());
        let source = path.ends_with(".rs").then(|| Source::read(&text));
        Self { path, text, source }
    }

    /// The crate it lies in: `crates/store/src/db.rs` lies in `store`, `xtask/…` in `xtask`.
    pub fn krate(&self) -> &str {
        let mut parts = self.path.split('/');
        match parts.next() {
            Some("crates") => parts.next().unwrap_or_default(),
            Some(first) => first,
            None => "",
        }
    }

    /// File name without its ending.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }

    /// A spot in this file.
    pub fn spot(&self, line: usize, message: impl Into<String>) -> Spot {
        (self.path.clone(), line, message.into())
    }

    /// The line of the `tidy(rule): reason` that lets this line pass: on it or in the comment above it.
    pub fn excuse(&self, rule: &str, line: usize) -> Option<usize> {
        let lines: Vec<&str> = self.text.lines().take(line).collect();
        let (own, above) = lines.split_last()?;
        let comment =
            |text: &str| ["//", "#[", "--"].iter().any(|start| text.trim_start().starts_with(start));
        let before = above.iter().enumerate().rev().take_while(|(_, text)| comment(text));
        let near = std::iter::once((line - 1, own)).chain(before);
        near.filter(|(_, text)| excuses(text).any(|named| named == rule)).map(|(n, _)| n + 1).next()
    }

    /// Lines that ask to let something pass, and for which rule.
    pub fn excuses(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines.flat_map(|(n, text)| excuses(text).map(move |rule| (n + 1, rule)))
    }
}

/// The rules a line names in `tidy(rule): reason`, where the reason is one.
fn excuses(text: &str) -> impl Iterator<Item = &str> {
    text.split("tidy(").skip(1).filter_map(|rest| {
        let (rule, reason) = rest.split_once("): ")?;
        (reason.trim().len() >= 10 && rule.chars().all(|c| c.is_ascii_lowercase())).then_some(rule)
    })
}

impl House {
    /// Rust files with their taken-apart source.
    pub fn rust(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.files.iter().filter_map(|file| file.source.as_ref().map(|source| (file, source)))
    }

    /// Rust files of one crate's program, without its integration tests.
    pub fn program_of(&self, krate: &str) -> impl Iterator<Item = (&File, &Source)> {
        let folder = format!("crates/{krate}/src/");
        self.rust().filter(move |(file, _)| file.path.starts_with(&folder))
    }
}
