//! The dictionary of hazards that comes with the program, read once, and the level a failed item suggests.

use std::collections::HashMap;
use std::sync::OnceLock;

use domain::checklist::SuggestedGrade;
use domain::hazard::{HazardCode, Level};
use exchange::hazard_dictionary::HazardDictionary;

fn dictionary() -> &'static HazardDictionary {
    static DICTIONARY: OnceLock<HazardDictionary> = OnceLock::new();
    DICTIONARY.get_or_init(|| exchange::hazard_dictionary::read(exchange::shipped::HAZARDS).0)
}

/// Whether the dictionary knows a code.
pub(crate) fn knows(code: &HazardCode) -> bool {
    dictionary().knows(code)
}

/// What the dictionary calls a hazard; the category where it has no closer word.
pub(crate) fn hazard_label(code: &HazardCode) -> String {
    dictionary().hazards.get(code).cloned().unwrap_or_else(|| category_label(code.category()))
}

/// Notes shorter than this mean nothing away from the item they were tapped under. Units: characters.
const SHORT_NOTE: usize = 8;

/// What a find is described with: its note, with the dictionary's word before one too short to stand alone.
pub(crate) fn described(code: &HazardCode, note: &str) -> String {
    if note.chars().count() < SHORT_NOTE {
        format!("{}：{note}", hazard_label(code))
    } else {
        note.to_owned()
    }
}

/// What a category is called; its digits where nobody knows it.
pub(crate) fn category_label(category: &str) -> String {
    dictionary().categories.get(category).cloned().unwrap_or_else(|| category.to_owned())
}

/// The level that a failed item of the checklists that come along suggests.
pub(crate) fn item_level(item: &str) -> Option<Level> {
    static LEVELS: OnceLock<HashMap<String, Level>> = OnceLock::new();
    let levels = LEVELS.get_or_init(|| {
        exchange::shipped::CHECKLISTS
            .iter()
            .filter_map(|(_, text)| exchange::checklist_file::read(text).0)
            .flat_map(|list| list.items)
            .map(|item| {
                let level = match item.grade {
                    SuggestedGrade::General => Level::General,
                    SuggestedGrade::Larger => Level::Larger,
                    SuggestedGrade::MajorSuspect => Level::MajorSuspect,
                };
                (item.code, level)
            })
            .collect()
    });
    levels.get(item).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_come_along_are_known_and_items_suggest_levels() {
        let code = HazardCode::parse("H01.1").expect("a code");
        assert!(knows(&code));
        assert_eq!(hazard_label(&code), "疏散通道堵塞/占用");
        assert_eq!(described(&code, "堵了"), "疏散通道堵塞/占用：堵了");
        assert_eq!(described(&code, "二楼通道堆着纸箱"), "二楼通道堆着纸箱");
        assert!(!knows(&HazardCode::parse("H01.999").expect("a code")));
        assert!(knows(&HazardCode::other()), "there is always a word for the rest");
        assert!(item_level("B01").is_some());
        assert_eq!(item_level("no such item"), None);
    }
}
