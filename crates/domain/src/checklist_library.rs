//! Which checklist a place gets: the base block and the blocks of its category and tags, once each, in a fixed order.
//!
//! What does *not* belong here: editing a list (`checklist`).

use std::collections::{BTreeMap, BTreeSet};

use crate::checklist::{AnswerKind, Checklist, Item, PhotoRule, Purpose, SuggestedGrade};
use crate::hazard::{HazardCode, Level};
use crate::inspection::{self, ItemRule, PinnedList};
use crate::place::{Catalog, KindCode, Problem};
use crate::time::Date;

/// All editions of all lists of a town.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Library {
    lists: Vec<Checklist>,
}

/// Which edition an inspection is made with; the hash of its [`Checklist::canonical`] proves it later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    /// The list.
    pub code: String,
    /// Its edition.
    pub edition: u32,
}

impl Pin {
    fn of(list: &Checklist) -> Self {
        Self { code: list.code.clone(), edition: list.edition }
    }
}

/// One item as it is asked, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetItem<'a> {
    /// The edition it belongs to.
    pub pin: Pin,
    /// The item.
    pub item: &'a Item,
}

/// What is asked of one place on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet<'a> {
    /// The items in the order they are asked; no code twice.
    pub items: Vec<SheetItem<'a>>,
    /// Codes a routine list reuses that no list has in force on that day.
    pub missing: Vec<String>,
}

impl Sheet<'_> {
    /// The editions the sheet is made of.
    pub fn pins(&self) -> BTreeSet<&Pin> {
        self.items.iter().map(|item| &item.pin).collect()
    }

    /// The codes in order.
    pub fn codes(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.item.code.as_str()).collect()
    }
}

impl Library {
    /// A library of these editions, and what is wrong between them: kinds the catalogue does not know, validities
    /// that overlap, items that two lists in force both own, items reused that exist nowhere.
    pub fn new(mut lists: Vec<Checklist>, catalog: &Catalog) -> (Self, Vec<Problem>) {
        lists.sort_by(|a, b| (a.order, &a.code, a.edition).cmp(&(b.order, &b.code, b.edition)));
        let library = Self { lists };
        let mut problems = library.unknown_kinds(catalog);
        problems.extend(library.clashes());
        (library, problems)
    }

    /// Every edition, ordered by block order, code and edition.
    pub fn lists(&self) -> &[Checklist] {
        &self.lists
    }

    /// The edition of a list in force on a date.
    pub fn in_force(&self, code: &str, on: Date) -> Option<&Checklist> {
        self.lists.iter().find(|list| list.code == code && list.is_valid_on(on))
    }

    /// What to ask of a place: the blocks its category and tags call in, in block order, no item twice.
    pub fn compose(&self, category: &KindCode, tags: &BTreeSet<KindCode>, on: Date) -> Sheet<'_> {
        let mut sheet = Sheet::default();
        let blocks = self.lists.iter().filter(|list| list.purpose == Purpose::Block && list.is_valid_on(on));
        for list in blocks.filter(|list| list.applies.to(category, tags)) {
            self.add(&mut sheet, list, Some((category, tags)), on);
        }
        sheet
    }

    /// The door check for grid workers and building heads: the items marked quick of the quick lists in force.
    pub fn quick(&self, on: Date) -> Sheet<'_> {
        let mut sheet = Sheet::default();
        for list in self.lists.iter().filter(|list| list.purpose == Purpose::Quick && list.is_valid_on(on)) {
            self.add(&mut sheet, list, None, on);
        }
        sheet.items.retain(|item| item.item.quick);
        sheet
    }

    /// A routine list, as the police station's, with the items it reuses; `None` when it is not in force.
    pub fn routine(
        &self,
        code: &str,
        category: &KindCode,
        tags: &BTreeSet<KindCode>,
        on: Date,
    ) -> Option<Sheet<'_>> {
        let list = self.in_force(code, on)?;
        let mut sheet = Sheet::default();
        self.add(&mut sheet, list, Some((category, tags)), on);
        Some(sheet)
    }

    fn add<'a>(
        &'a self,
        sheet: &mut Sheet<'a>,
        list: &'a Checklist,
        place: Option<(&KindCode, &BTreeSet<KindCode>)>,
        on: Date,
    ) {
        let mut seen: BTreeSet<&str> = sheet.items.iter().map(|i| i.item.code.as_str()).collect();
        let mut chosen: Vec<(&'a Checklist, &'a Item)> = Vec::new();
        for code in &list.reuses {
            match self.owner_of(code, on) {
                Some(found) => chosen.push(found),
                None => sheet.missing.push(code.clone()),
            }
        }
        chosen.extend(list.items.iter().map(|item| (list, item)));
        for (owner, item) in chosen {
            let asked = place.is_none_or(|(category, tags)| concerns(item, category, tags));
            if asked && seen.insert(&item.code) {
                sheet.items.push(SheetItem { pin: Pin::of(owner), item });
            }
        }
    }

    fn owner_of(&self, item: &str, on: Date) -> Option<(&Checklist, &Item)> {
        self.lists
            .iter()
            .filter(|list| list.is_valid_on(on))
            .find_map(|list| Some((list, list.items.iter().find(|own| own.code == item)?)))
    }

    fn unknown_kinds(&self, catalog: &Catalog) -> Vec<Problem> {
        let mut problems = Vec::new();
        for list in &self.lists {
            let of_items = list.items.iter().flat_map(|item| &item.only);
            let used: BTreeSet<&KindCode> =
                list.applies.kinds.iter().chain(&list.applies.except).chain(of_items).collect();
            for kind in used.into_iter().filter(|kind| catalog.kind(kind).is_none()) {
                let text = format!("检查表“{}”引用了目录中没有的类别“{kind}”，请核对", list.code);
                problems.push(Problem::new("applies", "checklist.unknown_kind", text));
            }
        }
        problems
    }

    fn clashes(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for list in &self.lists {
            for item in &list.items {
                let owner = *owners.entry(&item.code).or_insert(&list.code);
                if owner != list.code {
                    let text = format!("检查项“{}”同时属于“{owner}”和“{}”，请改编号", item.code, list.code);
                    problems.push(Problem::new("item.code", "checklist.item_two_owners", text));
                }
            }
        }
        let mut by_code: BTreeMap<&str, Vec<&Checklist>> = BTreeMap::new();
        for list in &self.lists {
            let earlier = by_code.entry(&list.code).or_default();
            problems.extend(earlier.iter().filter_map(|other| clash(other, list)));
            earlier.push(list);
        }
        for list in &self.lists {
            for code in list.reuses.iter().filter(|code| !owners.contains_key(code.as_str())) {
                let text = format!("检查表“{}”引用的检查项“{code}”不存在，请核对", list.code);
                problems.push(Problem::new("reuses", "checklist.reuse_unknown", text));
            }
        }
        problems
    }
}

/// What these editions ask of a place: an inspection is checked against the lists it was made with, whatever has been
/// published since. An item of theirs that is not asked of this place may be answered all the same: the place may have
/// been another kind when the list was handed out.
pub fn pinned_list(editions: &[&Checklist], category: &KindCode, tags: &BTreeSet<KindCode>) -> PinnedList {
    let reused: BTreeSet<&str> = editions
        .iter()
        .filter(|list| list.purpose == Purpose::Routine)
        .flat_map(|list| list.reuses.iter().map(String::as_str))
        .collect();
    let is_routine = editions.iter().any(|list| list.purpose == Purpose::Routine);
    let mut pinned = PinnedList::default();
    for list in editions {
        pinned.pins.insert(inspection::Pin { code: list.code.clone(), edition: list.edition.to_string() });
        for item in &list.items {
            let is_asked = match list.purpose {
                Purpose::Quick => item.quick,
                Purpose::Block if is_routine => {
                    reused.contains(item.code.as_str()) && concerns(item, category, tags)
                }
                Purpose::Block | Purpose::Routine => concerns(item, category, tags),
            };
            let rule = ItemRule {
                text: item.text.clone(),
                is_mandatory: is_asked && item.answer == AnswerKind::PassFail,
                is_photo_recommended: item.photo == PhotoRule::Recommended,
                hazard_code: HazardCode::parse(&item.hazard).ok(),
                suggested: match item.grade {
                    SuggestedGrade::General => Level::General,
                    SuggestedGrade::Larger => Level::Larger,
                    SuggestedGrade::MajorSuspect => Level::MajorSuspect,
                },
            };
            pinned.items.insert(item.code.clone(), rule);
        }
    }
    pinned
}

/// What keeps two editions of one list from standing side by side.
fn clash(one: &Checklist, other: &Checklist) -> Option<Problem> {
    if one.edition == other.edition {
        let text = format!("检查表“{}”第 {} 版出现两次，请保留一份", other.code, other.edition);
        return Some(Problem::new("edition", "checklist.edition_twice", text));
    }
    let begins_within = |late: Date, early: &Checklist| early.valid_to().is_none_or(|to| late <= to);
    let (first, second) = (one.valid_from()?, other.valid_from()?);
    let overlap = if first <= second { begins_within(second, one) } else { begins_within(first, other) };
    overlap.then(|| {
        let (a, b) = (one.edition, other.edition);
        let text = format!("检查表“{}”第 {a} 版与第 {b} 版的有效期重叠，请调整", other.code);
        Problem::new("valid_from", "checklist.overlap", text)
    })
}

/// Whether an item is asked of a place. A place recorded only in general, as `nine_small` without saying which of
/// the nine, is asked everything under it: better one "不适用" than a stove nobody looked at.
fn concerns(item: &Item, category: &KindCode, tags: &BTreeSet<KindCode>) -> bool {
    let mut own = std::iter::once(category).chain(tags);
    item.only.is_empty()
        || own.any(|own| item.only.iter().any(|only| own.is_within(only) || only.is_within(own)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checklist::Applies;
    use crate::checklist::tests::{a_block, an_item, day};
    use crate::place::{Confidence, Kind, KindUse};

    fn catalog(codes: &[&str]) -> Catalog {
        let kind = |code: &&str| Kind {
            code: (*code).into(),
            name: (*code).into(),
            synonyms: Vec::new(),
            used_as: KindUse::Both,
            meaning: String::new(),
            source: String::new(),
            confidence: Confidence::Parameter,
        };
        Catalog::new(codes.iter().map(kind).collect(), Vec::new()).0
    }

    fn towns_catalog() -> Catalog {
        catalog(&["nine_small", "nine_small.catering", "nine_small.hotel", "three_in_one", "compound"])
    }

    fn for_kinds(list: Checklist, kinds: &[&str]) -> Checklist {
        let kinds = kinds.iter().map(|kind| KindCode::from(*kind)).collect();
        Checklist { applies: Applies { kinds, ..Applies::default() }, ..list }
    }

    fn published(list: Checklist) -> Checklist {
        list.publish(day(1, 1), &[]).expect("complete")
    }

    fn lists() -> Vec<Checklist> {
        let mut base = a_block("B", &["B01"]);
        base.applies.except = BTreeSet::from([KindCode::from("compound")]);
        let mut small = for_kinds(Checklist { order: 2, ..a_block("N", &["N01", "N08"]) }, &["nine_small"]);
        small.items.iter_mut().skip(1).for_each(|i| i.only.extend([KindCode::from("nine_small.catering")]));
        let mixed = for_kinds(Checklist { order: 3, ..a_block("HY", &["HY01"]) }, &["three_in_one"]);
        let mut quick = Checklist { purpose: Purpose::Quick, ..a_block("Q", &["Q1", "Q2"]) };
        quick.items.iter_mut().take(1).for_each(|i| i.quick = true);
        let mut police = Checklist { purpose: Purpose::Routine, ..a_block("police", &["PS01"]) };
        police.reuses = vec!["HY01".into(), "B01".into()];
        [base, small, mixed, quick, police].into_iter().map(published).collect()
    }

    fn library() -> Library {
        let (library, problems) = Library::new(lists(), &towns_catalog());
        assert_eq!(problems, []);
        library
    }

    fn asked(category: &str, tags: &[&str]) -> Vec<String> {
        let tags = tags.iter().map(|tag| KindCode::from(*tag)).collect();
        library()
            .compose(&category.into(), &tags, day(5, 1))
            .codes()
            .iter()
            .map(|c| (*c).to_owned())
            .collect()
    }

    #[test]
    fn a_place_gets_the_union_of_its_blocks() {
        assert_eq!(asked("nine_small.catering", &["three_in_one"]), ["B01", "N01", "N08", "HY01"]);
        assert_eq!(asked("nine_small.hotel", &[]), ["B01", "N01"], "the stove is asked of restaurants only");
        assert_eq!(asked("nine_small", &[]), ["B01", "N01", "N08"], "which of the nine is unknown, so ask");
        assert_eq!(asked("compound", &[]), Vec::<String>::new(), "an area is not a shop");
    }

    #[test]
    fn before_its_first_day_a_list_asks_nothing() {
        let earlier = Date::from_ymd_opt(2025, 12, 31).expect("valid");
        assert!(library().compose(&"nine_small".into(), &BTreeSet::new(), earlier).items.is_empty());
    }

    #[test]
    fn the_quick_list_is_its_own_and_holds_only_quick_items() {
        assert_eq!(library().quick(day(5, 1)).codes(), ["Q1"]);
    }

    #[test]
    fn the_police_list_reuses_items_and_pins_their_own_editions() {
        let library = library();
        let none = BTreeSet::new();
        let sheet = library.routine("police", &"nine_small".into(), &none, day(5, 1)).expect("in force");
        assert_eq!(sheet.codes(), ["HY01", "B01", "PS01"]);
        let pins: Vec<&str> = sheet.pins().into_iter().map(|pin| pin.code.as_str()).collect();
        assert_eq!(pins, ["B", "HY", "police"]);
        assert!(library.routine("nobody", &"nine_small".into(), &none, day(5, 1)).is_none());
    }

    #[test]
    fn a_record_is_checked_against_the_editions_it_names() {
        let library = library();
        let list = |code: &str| library.in_force(code, day(5, 1)).expect("in force");
        let none = BTreeSet::new();
        let mandatory = |editions: &[&Checklist], category: &str| -> Vec<String> {
            let pinned = pinned_list(editions, &category.into(), &none);
            pinned.items.into_iter().filter(|(_, rule)| rule.is_mandatory).map(|(code, _)| code).collect()
        };
        assert_eq!(mandatory(&[list("B"), list("N")], "nine_small.hotel"), ["B01", "N01"]);
        assert_eq!(mandatory(&[list("Q")], "nine_small.hotel"), ["Q1"]);
        let police = [list("B"), list("HY"), list("police")];
        assert_eq!(mandatory(&police, "nine_small.hotel"), ["B01", "HY01", "PS01"]);
        let pinned = pinned_list(&[list("B"), list("N")], &"nine_small.hotel".into(), &none);
        assert!(pinned.items.contains_key("N08"), "not asked of a hotel, yet no stranger");
        assert_eq!(pinned.pins.len(), 2);
    }

    #[test]
    fn what_clashes_between_lists_is_named() {
        let mut clashing = lists();
        let mut thief = a_block("T", &["B01"]);
        thief.reuses = vec!["Z99".into()];
        thief.applies.kinds = BTreeSet::from(["casino".into()]);
        let mut second = published(a_block("B", &["B01"]));
        second.edition = 2;
        clashing.extend([thief, second, published(a_block("B", &["B01"]))]);
        let (_, problems) = Library::new(clashing, &towns_catalog());
        let codes: Vec<_> = problems.iter().map(|p| p.code).collect();
        let expected = [
            "checklist.unknown_kind",
            "checklist.item_two_owners",
            "checklist.edition_twice",
            // Edition 2 against either copy of edition 1.
            "checklist.overlap",
            "checklist.overlap",
            "checklist.reuse_unknown",
        ];
        assert_eq!(codes, expected);
    }

    #[test]
    fn a_reused_item_whose_list_is_retired_is_reported_missing() {
        let mut lists = lists();
        let retired = lists.remove(2).retire(day(3, 31)).expect("valid");
        lists.push(retired);
        let (library, _) = Library::new(lists, &towns_catalog());
        let none = BTreeSet::new();
        let sheet = library.routine("police", &"nine_small".into(), &none, day(5, 1)).expect("in force");
        assert_eq!(sheet.codes(), ["B01", "PS01"]);
        assert_eq!(sheet.missing, ["HY01"]);
    }

    proptest! {
        #[test]
        fn no_item_is_asked_twice_and_the_order_of_loading_is_no_matter(
            picks in proptest::collection::vec((0u32..4, proptest::collection::btree_set(0u32..9, 1..5)), 1..6),
            turn in 0usize..6,
        ) {
            let lists: Vec<Checklist> = picks
                .iter()
                .enumerate()
                .map(|(i, (order, items))| {
                    let items = items.iter().map(|n| an_item(&format!("I{n}"))).collect();
                    published(Checklist { order: *order, items, ..a_block(&format!("L{i}"), &[]) })
                })
                .collect();
            let mut turned = lists.clone();
            turned.rotate_left(turn % lists.len());
            let (one, _) = Library::new(lists, &catalog(&[]));
            let (two, _) = Library::new(turned, &catalog(&[]));
            let none = BTreeSet::new();
            let sheet = one.compose(&"x".into(), &none, day(5, 1));
            let distinct: BTreeSet<&str> = sheet.codes().into_iter().collect();
            prop_assert_eq!(distinct.len(), sheet.items.len());
            prop_assert_eq!(&sheet, &two.compose(&"x".into(), &none, day(5, 1)));
        }
    }
}
