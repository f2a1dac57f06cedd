//! What two versions of a fire plan differ in, item by item. Items are known by their ids.

use std::collections::BTreeMap;

use super::{FirePlan, Item};

/// How an item came from one version into the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// 新增.
    Added,
    /// 取消.
    Removed,
    /// 调整.
    Changed,
    /// 未变.
    Same,
}

impl Change {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// One item in both versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair<'a> {
    /// In the earlier version.
    pub before: Option<&'a Item>,
    /// In the later version.
    pub after: Option<&'a Item>,
    /// Which fields differ: `kind`, `name`, `village`, `year`, `shape`, `status`, `article`, `link`, `note`.
    pub fields: Vec<&'static str>,
}

impl Pair<'_> {
    /// How it came over.
    pub fn change(&self) -> Change {
        match (self.before, self.after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ if self.fields.is_empty() => Change::Same,
            _ => Change::Changed,
        }
    }
}

fn fields(a: &Item, b: &Item) -> Vec<&'static str> {
    let differ = [
        ("kind", a.kind != b.kind),
        ("name", a.name != b.name),
        ("village", a.village != b.village),
        ("year", a.year != b.year),
        ("shape", a.shape != b.shape),
        ("status", a.status != b.status),
        ("article", a.article != b.article),
        ("link", a.facility != b.facility || a.force != b.force),
        ("note", a.note != b.note),
    ];
    differ.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// Every item of both versions: those of the later one in its order, then what it dropped.
pub fn difference<'a>(before: &'a FirePlan, after: &'a FirePlan) -> Vec<Pair<'a>> {
    let mut old: BTreeMap<&str, &Item> = before.items.iter().map(|item| (item.id.as_str(), item)).collect();
    let mut pairs: Vec<Pair> = Vec::with_capacity(after.items.len());
    for item in &after.items {
        let was = old.remove(item.id.as_str());
        let fields = was.map(|was| fields(was, item)).unwrap_or_default();
        pairs.push(Pair { before: was, after: Some(item), fields });
    }
    let dropped = before.items.iter().filter(|item| old.contains_key(item.id.as_str()));
    pairs.extend(dropped.map(|item| Pair { before: Some(item), after: None, fields: Vec::new() }));
    pairs
}
