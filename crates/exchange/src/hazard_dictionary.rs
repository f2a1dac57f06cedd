//! The dictionary of hazards as a TOML file: what a failed check item is called once it is a hazard.
//!
//! What does *not* belong here: what happens to a hazard (`domain::hazard`).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::hazard::HazardCode;

use crate::toml_doc::{FileProblem, Reader};

/// Names of hazard categories and hazards by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HazardDictionary {
    /// 隐患类别: two digits → name.
    pub categories: BTreeMap<String, String>,
    /// 隐患: code → name.
    pub hazards: BTreeMap<HazardCode, String>,
}

impl HazardDictionary {
    /// Whether it has a code; there is always one for the rest.
    pub fn knows(&self, code: &HazardCode) -> bool {
        *code == HazardCode::other() || self.hazards.contains_key(code)
    }
}

/// Reads a dictionary; entries with problems are left out of it.
pub fn read(text: &str) -> (HazardDictionary, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let mut dictionary = HazardDictionary::default();
    let Some(document) = reader.parse() else { return (dictionary, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["category", "hazard"]);
    for node in reader.tables(&root, "category") {
        reader.only_keys(&node, &["code", "name"]);
        let (code, name) = (reader.required(&node, "code"), reader.required(&node, "name"));
        match dictionary.categories.entry(code) {
            Entry::Vacant(free) => {
                free.insert(name);
            }
            Entry::Occupied(taken) => {
                let text = format!("隐患类别“{}”重复，请保留一行", taken.key());
                reader.report(node.span_of("code"), "hazard_dictionary.duplicate", text);
            }
        }
    }
    for node in reader.tables(&root, "hazard") {
        reader.only_keys(&node, &["code", "name"]);
        let (text, name) = (reader.required(&node, "code"), reader.required(&node, "name"));
        let code = match HazardCode::parse(&text) {
            Ok(code) => code,
            Err(refusal) => {
                reader.report(node.span_of("code"), refusal.code(), refusal.to_string());
                continue;
            }
        };
        if !dictionary.categories.contains_key(code.category()) {
            let text = format!("隐患“{text}”的类别“{}”不在字典里，请先加类别", code.category());
            reader.report(node.span_of("code"), "hazard_dictionary.unknown_category", text);
            continue;
        }
        match dictionary.hazards.entry(code) {
            Entry::Vacant(free) => {
                free.insert(name);
            }
            Entry::Occupied(_) => {
                let text = format!("隐患代码“{text}”重复，请保留一行");
                reader.report(node.span_of("code"), "hazard_dictionary.duplicate", text);
            }
        }
    }
    (dictionary, reader.problems)
}
