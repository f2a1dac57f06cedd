//! What is said of checklists and what is asked for: editions, items, sheets, the dictionary of hazards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use domain::checklist::{
    AnswerKind, Applies, Basis, Checklist, Item, PhotoRule, State, SuggestedGrade, diff,
};
use domain::checklist_library::{Library, Sheet};
use domain::hazard::HazardCode;
use domain::place::{Catalog, Confidence, KindCode, KindUse};
use exchange::hazard_dictionary::HazardDictionary;
use serde::{Deserialize, Serialize};
use store::checklist::ChecklistRecord;
use utoipa::ToSchema;

use crate::error::FieldProblem;

/// Which places get a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChecklistApplies {
    /// Categories, or kinds that may be either.
    pub categories: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Every place.
    pub always: bool,
    /// But not these categories.
    #[serde(default)]
    pub except: Vec<String>,
}

/// An edition in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChecklistRow {
    /// Id.
    pub id: String,
    /// Code of the list.
    pub code: String,
    /// Edition, from 1.
    pub edition: u32,
    /// Title.
    pub title: String,
    /// `block`, `quick` or `routine`.
    pub purpose: String,
    /// In Chinese.
    pub purpose_label: String,
    /// `draft`, `valid` or `retired`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// First day.
    pub valid_from: Option<String>,
    /// Last day.
    pub valid_to: Option<String>,
    /// How many items.
    pub items_n: usize,
    /// Which places get it.
    pub applies: ChecklistApplies,
    /// Row version.
    pub version: i64,
    /// What the caller may do: `edit`, `import`, `publish`, `edition`, `retire`.
    pub actions: Vec<&'static str>,
}

/// What an item rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemBasis {
    /// Law or standard.
    pub instrument: String,
    /// Article.
    #[serde(default)]
    pub article: String,
    /// Edition of the law; kept as it was when left out.
    #[serde(default)]
    pub edition: Option<String>,
    /// How far it was checked: `sure`, `likely`, `check` or `parameter`; kept as it was when left out.
    #[serde(default)]
    pub confidence: Option<String>,
    /// As people read it, with a warning where nobody vouched for it.
    #[serde(default)]
    pub text: String,
}

/// An item as it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemView {
    /// Code, as `B05`.
    pub code: String,
    /// What is true when all is well.
    pub text: String,
    /// What to do on the spot.
    pub how: String,
    /// `pass_fail`, `count`, `text` or `photo`.
    pub answer: String,
    /// In Chinese.
    pub answer_label: String,
    /// Unit of a reading.
    pub unit: Option<String>,
    /// `general`, `larger` or `major_suspect`.
    pub grade: String,
    /// In Chinese.
    pub grade_label: String,
    /// How much it counts.
    pub weight: u32,
    /// `none`, `on_fail` or `recommended`.
    pub photo: String,
    /// The hazard a failure is.
    pub hazard_code: Option<String>,
    /// In Chinese.
    pub hazard_label: Option<String>,
    /// What it rests on.
    pub basis: Vec<ItemBasis>,
    /// Whether it must be answered.
    pub mandatory: bool,
    /// Whether it belongs to the door check.
    pub quick: bool,
    /// Kinds it is asked of; empty for all.
    pub only: Vec<String>,
    /// Code of the list it belongs to.
    pub block: String,
    /// Title of that list.
    pub block_title: String,
}

/// What changed since the edition before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChecklistDiff {
    /// Codes of new items.
    pub added: Vec<String>,
    /// Codes of items that are gone.
    pub removed: Vec<String>,
    /// Codes of changed items.
    pub changed: Vec<String>,
}

/// An edition with its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChecklistView {
    /// The edition.
    #[serde(flatten)]
    pub row: ChecklistRow,
    /// Its items.
    pub items: Vec<ItemView>,
    /// Against the edition before; none for the first.
    pub diff: Option<ChecklistDiff>,
    /// What a draft still lacks to be published, item by item.
    pub lacking: Vec<String>,
}

/// A new list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChecklistInput {
    /// Code: letters, digits, underscore.
    pub code: String,
    /// Title.
    pub title: String,
    /// `block`, `quick` or `routine`.
    pub purpose: String,
    /// Which places get it.
    pub applies: ChecklistApplies,
}

/// An item as edited. What is left out stays as it was.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ItemInput {
    /// Code.
    pub code: String,
    /// What is true when all is well.
    pub text: String,
    /// What to do on the spot.
    #[serde(default)]
    pub how: Option<String>,
    /// What answers it.
    #[serde(default)]
    pub answer: Option<String>,
    /// The hazard a failure is.
    #[serde(default)]
    pub hazard_code: Option<String>,
    /// Grade proposed.
    #[serde(default)]
    pub grade: Option<String>,
    /// Photo rule.
    #[serde(default)]
    pub photo: Option<String>,
    /// Weight.
    #[serde(default)]
    pub weight: Option<u32>,
    /// Basis.
    #[serde(default)]
    pub basis: Option<Vec<ItemBasis>>,
    /// Door check.
    #[serde(default)]
    pub quick: Option<bool>,
    /// Kinds it is asked of.
    #[serde(default)]
    pub only: Option<Vec<String>>,
}

/// A draft as edited.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChecklistEdit {
    /// Title.
    pub title: String,
    /// Which places get it; stays when left out.
    #[serde(default)]
    pub applies: Option<ChecklistApplies>,
    /// Its items, in order.
    pub items: Vec<ItemInput>,
    /// Row version.
    pub version: i64,
}

/// An edition and its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct PinView {
    /// Code of the list.
    pub code: String,
    /// Edition.
    pub edition: u32,
}

/// What is asked of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SheetView {
    /// `full`, `quick` or `police`.
    pub kind: String,
    /// The editions it is made of.
    pub pins: Vec<PinView>,
    /// The items in order.
    pub items: Vec<ItemView>,
}

/// A hazard of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HazardCodeView {
    /// Code, as `H01.1`.
    pub code: String,
    /// Name.
    pub label: String,
    /// Category, two digits.
    pub category: String,
    /// Name of the category.
    pub category_label: String,
}

/// Which sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetKind {
    /// Every block its kinds call in.
    Full,
    /// The door check.
    Quick,
    /// The police station's routine list.
    Police,
}

impl SheetKind {
    /// The one with this code; the full sheet when none is named.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "" | "full" => Some(Self::Full),
            "quick" => Some(Self::Quick),
            "police" => Some(Self::Police),
            _ => None,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Quick => "quick",
            Self::Police => "police",
        }
    }
}

/// A word of the program's vocabulary as sent.
pub(crate) fn code_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

/// The word of the vocabulary this code stands for.
pub(crate) fn from_code<T: serde::de::DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::from(code)).ok()
}

/// The dictionary of hazards that comes with the program.
pub fn hazard_dictionary() -> &'static HazardDictionary {
    static WORDS: OnceLock<HazardDictionary> = OnceLock::new();
    WORDS.get_or_init(|| exchange::hazard_dictionary::read(exchange::shipped::HAZARDS).0)
}

pub(super) fn catalog() -> &'static Catalog {
    static KINDS: OnceLock<Catalog> = OnceLock::new();
    KINDS.get_or_init(|| exchange::place_catalog::read(exchange::shipped::PLACE_CATEGORIES).0)
}

/// Every hazard of the dictionary.
pub(crate) fn hazard_codes() -> Vec<HazardCodeView> {
    let words = hazard_dictionary();
    let category = |code: &HazardCode| {
        words.categories.get(code.category()).cloned().unwrap_or_else(|| code.category().to_owned())
    };
    let view = |(code, label): (&HazardCode, &String)| HazardCodeView {
        code: code.as_str().to_owned(),
        label: label.clone(),
        category: code.category().to_owned(),
        category_label: category(code),
    };
    words.hazards.iter().map(view).collect()
}

impl ChecklistApplies {
    fn of(applies: &Applies) -> Self {
        let is_tag = |code: &&KindCode| catalog().kind(code).is_some_and(|k| k.used_as == KindUse::Tag);
        let texts = |kinds: Vec<&KindCode>| kinds.into_iter().map(|k| k.as_str().to_owned()).collect();
        let (tags, categories): (Vec<&KindCode>, Vec<&KindCode>) = applies.kinds.iter().partition(is_tag);
        Self {
            categories: texts(categories),
            tags: texts(tags),
            always: applies.everywhere,
            except: applies.except.iter().map(|k| k.as_str().to_owned()).collect(),
        }
    }

    pub(super) fn read(&self) -> Applies {
        let kinds =
            |texts: &[String]| texts.iter().map(|t| KindCode::from(t.trim())).collect::<BTreeSet<_>>();
        let mut all = kinds(&self.categories);
        all.extend(kinds(&self.tags));
        Applies { everywhere: self.always, kinds: all, except: kinds(&self.except) }
    }
}

impl ItemBasis {
    fn of(basis: &Basis) -> Self {
        let mut text = format!("{}{}", basis.instrument, basis.article);
        if !basis.edition.is_empty() {
            text.push_str(&format!("（{}）", basis.edition));
        }
        // Only what was checked may be shown as law.
        if basis.confidence != Confidence::Sure {
            text.push_str(&format!("［{}］", basis.confidence.label()));
        }
        Self {
            instrument: basis.instrument.clone(),
            article: basis.article.clone(),
            edition: Some(basis.edition.clone()),
            confidence: Some(code_of(&basis.confidence)),
            text,
        }
    }

    fn read(&self, before: &[Basis]) -> Basis {
        let same = before.iter().find(|b| b.instrument == self.instrument && b.article == self.article);
        let edition = self.edition.clone().or_else(|| same.map(|b| b.edition.clone()));
        let confidence = self.confidence.as_deref().and_then(from_code).or(same.map(|b| b.confidence));
        Basis {
            instrument: self.instrument.trim().to_owned(),
            article: self.article.trim().to_owned(),
            edition: edition.unwrap_or_default(),
            // What nobody vouched for is not shown as law.
            confidence: confidence.unwrap_or(Confidence::Check),
        }
    }
}

impl ItemView {
    pub(crate) fn of(item: &Item, list: &Checklist) -> Self {
        let code = HazardCode::parse(&item.hazard).ok();
        let label = code.as_ref().and_then(|code| hazard_dictionary().hazards.get(code)).cloned();
        Self {
            code: item.code.clone(),
            text: item.text.clone(),
            how: item.how.clone(),
            answer: code_of(&item.answer),
            answer_label: item.answer.label().to_owned(),
            unit: None,
            grade: code_of(&item.grade),
            grade_label: item.grade.label().to_owned(),
            weight: item.weight,
            photo: code_of(&item.photo),
            hazard_code: code.map(|code| code.as_str().to_owned()),
            hazard_label: label,
            basis: item.basis.iter().map(ItemBasis::of).collect(),
            mandatory: item.answer == AnswerKind::PassFail,
            quick: item.quick,
            only: item.only.iter().map(|k| k.as_str().to_owned()).collect(),
            block: list.code.clone(),
            block_title: list.title.clone(),
        }
    }
}

impl ItemInput {
    pub(super) fn read(&self, before: Option<&Item>, at: usize, problems: &mut Vec<FieldProblem>) -> Item {
        let mut wrong = |field: &str, text: &str| {
            problems.push(FieldProblem {
                field: format!("items.{at}.{field}"),
                code: "checklist.item_word",
                message: format!("检查项“{}”的“{text}”不认识，请重新选择", self.code),
            });
        };
        let answer = choice(self.answer.as_deref(), before.map(|b| b.answer), |t| wrong("answer", t));
        let grade: SuggestedGrade =
            choice(self.grade.as_deref(), before.map(|b| b.grade), |t| wrong("grade", t));
        let photo: PhotoRule = choice(self.photo.as_deref(), before.map(|b| b.photo), |t| wrong("photo", t));
        let known = before.map(|b| b.basis.as_slice()).unwrap_or_default();
        let weight = self.weight.or(before.map(|b| b.weight)).unwrap_or_else(|| grade.usual_weight());
        Item {
            code: self.code.trim().to_owned(),
            text: self.text.trim().to_owned(),
            how: self.how.clone().or_else(|| before.map(|b| b.how.clone())).unwrap_or_default(),
            basis: match &self.basis {
                Some(basis) => basis.iter().map(|b| b.read(known)).collect(),
                None => known.to_vec(),
            },
            answer,
            hazard: self
                .hazard_code
                .clone()
                .or_else(|| before.map(|b| b.hazard.clone()))
                .unwrap_or_else(|| HazardCode::other().as_str().to_owned()),
            grade,
            photo,
            weight,
            quick: self.quick.or(before.map(|b| b.quick)).unwrap_or(false),
            only: match &self.only {
                Some(kinds) => kinds.iter().map(|k| KindCode::from(k.trim())).collect(),
                None => before.map(|b| b.only.clone()).unwrap_or_default(),
            },
        }
    }
}

fn choice<T: serde::de::DeserializeOwned + Default>(
    asked: Option<&str>,
    before: Option<T>,
    wrong: impl FnOnce(&str),
) -> T {
    match asked {
        None => before.unwrap_or_default(),
        Some(text) => from_code(text).unwrap_or_else(|| {
            wrong(text);
            before.unwrap_or_default()
        }),
    }
}

impl ChecklistRow {
    pub(super) fn of(record: &ChecklistRecord, may_change: bool) -> Self {
        let list = &record.checklist;
        let (state, actions): (_, &[&'static str]) = match list.state {
            State::Draft => ("draft", &["edit", "import", "publish"]),
            State::Valid { .. } => ("valid", &["edition", "retire"]),
            State::Retired { .. } => ("retired", &["edition"]),
        };
        Self {
            id: record.id.clone(),
            code: list.code.clone(),
            edition: list.edition,
            title: list.title.clone(),
            purpose: code_of(&list.purpose),
            purpose_label: list.purpose.label().to_owned(),
            state: state.to_owned(),
            state_label: list.state.label().to_owned(),
            valid_from: list.valid_from().map(|d| d.to_string()),
            valid_to: list.valid_to().map(|d| d.to_string()),
            items_n: list.items.len(),
            applies: ChecklistApplies::of(&list.applies),
            version: record.version,
            actions: if may_change { actions.to_vec() } else { Vec::new() },
        }
    }
}

impl ChecklistView {
    pub(super) fn of(record: &ChecklistRecord, editions: &[ChecklistRecord], may_change: bool) -> Self {
        let list = &record.checklist;
        let before = editions.iter().map(|r| &r.checklist).rfind(|old| old.edition < list.edition);
        let diff = before.map(|before| {
            let diff = diff(before, list);
            let changed = diff.changed.into_iter().map(|(code, _)| code).collect();
            ChecklistDiff { added: diff.added, removed: diff.removed, changed }
        });
        let items = list.items.iter().map(|item| ItemView::of(item, list)).collect();
        let lacking = match list.state {
            State::Draft => super::lacking(list).into_iter().map(|problem| problem.message).collect(),
            State::Valid { .. } | State::Retired { .. } => Vec::new(),
        };
        Self { row: ChecklistRow::of(record, may_change), items, diff, lacking }
    }
}

impl SheetView {
    pub(super) fn of(kind: SheetKind, sheet: &Sheet<'_>, library: &Library) -> Self {
        let lists: BTreeMap<(&str, u32), &Checklist> =
            library.lists().iter().map(|list| ((list.code.as_str(), list.edition), list)).collect();
        let items = sheet.items.iter().filter_map(|asked| {
            let list = lists.get(&(asked.pin.code.as_str(), asked.pin.edition))?;
            Some(ItemView::of(asked.item, list))
        });
        let pins = sheet.pins().into_iter();
        Self {
            kind: kind.code().to_owned(),
            pins: pins.map(|pin| PinView { code: pin.code.clone(), edition: pin.edition }).collect(),
            items: items.collect(),
        }
    }
}
