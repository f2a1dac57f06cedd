//! Checklists: the shipped ones become editions of the town, the office makes and publishes its own, a place gets its
//! sheet. What does not belong here: when a list may change (`domain::checklist`), answers (`inspection`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use domain::checklist::{
    AnswerKind, Applies, Basis, Checklist, ChecklistRefusal, Item, PhotoRule, Purpose, State, SuggestedGrade,
    diff, succeed,
};
use domain::checklist_library::{Library, Sheet};
use domain::hazard::HazardCode;
use domain::ids::PlaceId;
use domain::place::{Catalog, Confidence, KindCode, KindUse, Problem};
use domain::policy::{Action, Subject};
use domain::time::Date;
use exchange::hazard_dictionary::HazardDictionary;
use serde::{Deserialize, Serialize};
use store::Read;
use store::checklist::ChecklistRecord;
use utoipa::ToSchema;

use crate::error::FieldProblem;
use crate::place::place_in_scope;
use crate::{App, Caller, Error, Result};

/// Where a list begins among its fellows when the office makes it.
const OWN_ORDER: u32 = 500;
/// The police station's routine list.
const POLICE: &str = "police_routine";

impl From<ChecklistRefusal> for Error {
    fn from(refusal: ChecklistRefusal) -> Self {
        Self::Refused { code: refusal.code(), message: refusal.to_string() }
    }
}

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

fn catalog() -> &'static Catalog {
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

    fn read(&self) -> Applies {
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
    fn read(&self, before: Option<&Item>, at: usize, problems: &mut Vec<FieldProblem>) -> Item {
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
    fn of(record: &ChecklistRecord, may_change: bool) -> Self {
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
    fn of(record: &ChecklistRecord, editions: &[ChecklistRecord], may_change: bool) -> Self {
        let list = &record.checklist;
        let before = editions.iter().map(|r| &r.checklist).rfind(|old| old.edition < list.edition);
        let diff = before.map(|before| {
            let diff = diff(before, list);
            let changed = diff.changed.into_iter().map(|(code, _)| code).collect();
            ChecklistDiff { added: diff.added, removed: diff.removed, changed }
        });
        let items = list.items.iter().map(|item| ItemView::of(item, list)).collect();
        Self { row: ChecklistRow::of(record, may_change), items, diff }
    }
}

impl SheetView {
    fn of(kind: SheetKind, sheet: &Sheet<'_>, library: &Library) -> Self {
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

/// Every edition of the town that is or was in use.
pub(crate) async fn library(read: &mut Read) -> Result<Library> {
    let lists = read.checklists().await?.into_iter().map(|record| record.checklist);
    Ok(Library::new(lists.filter(|list| list.state != State::Draft).collect(), catalog()).0)
}

/// The sheet of a kind for a place of this category and these tags on a day.
pub(crate) fn sheet_of(
    library: &Library,
    kind: SheetKind,
    category: &KindCode,
    tags: &BTreeSet<KindCode>,
    on: Date,
) -> SheetView {
    let sheet = match kind {
        SheetKind::Full => library.compose(category, tags, on),
        SheetKind::Quick => library.quick(on),
        SheetKind::Police => library.routine(POLICE, category, tags, on).unwrap_or_default(),
    };
    SheetView::of(kind, &sheet, library)
}

impl App {
    /// Makes the shipped checklists the first editions of a town that has none of their codes, as drafts, or valid
    /// from a day. Doing it again changes nothing.
    ///
    /// Errors: a shipped file is broken, which the tests of `exchange` rule out.
    pub async fn ensure_shipped_checklists(
        &self,
        caller: &Caller,
        valid_from: Option<Date>,
    ) -> Result<usize> {
        let now = self.now();
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let known: BTreeSet<String> =
            tx.checklists().await?.into_iter().map(|record| record.checklist.code).collect();
        let mut added = 0;
        for (name, text) in exchange::shipped::CHECKLISTS {
            let (list, problems) = exchange::checklist_file::read(text);
            let broken = || Error::Internal(format!("shipped checklist {name}: {problems:?}"));
            let list = list.filter(|_| problems.is_empty()).ok_or_else(broken)?;
            if known.contains(&list.code) {
                continue;
            }
            let state = valid_from.map_or(State::Draft, |from| State::Valid { from });
            let record = ChecklistRecord {
                id: self.new_id(),
                checklist: Checklist { state, ..list },
                version: 1,
                recorded_at: now,
                recorded_by: caller.account.to_string(),
            };
            tx.insert_checklist(&record).await?;
            added += 1;
        }
        if added == 0 {
            return Ok(0);
        }
        let audit = caller.audit_as(hat, "checklist.shipped", ("checklist", ""), "", now);
        Ok(tx.commit(audit, added).await?)
    }

    /// Every edition of every list.
    pub async fn checklists(&self, caller: &Caller) -> Result<Vec<ChecklistRow>> {
        caller.scope(Action::ChecklistRead)?;
        let may = may_change(caller);
        let mut records = self.db.read(&self.town).await?.checklists().await?;
        records.sort_by(|a, b| {
            let key =
                |r: &ChecklistRecord| (r.checklist.order, r.checklist.code.clone(), r.checklist.edition);
            key(a).cmp(&key(b))
        });
        Ok(records.iter().map(|record| ChecklistRow::of(record, may)).collect())
    }

    /// An edition with its items and what changed since the one before.
    pub async fn checklist(&self, caller: &Caller, id: &str) -> Result<ChecklistView> {
        caller.scope(Action::ChecklistRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.checklist(id).await?.ok_or(Error::NotFound)?;
        view(&mut read, caller, &record).await
    }

    /// A new list of the office, as a draft without items.
    pub async fn add_checklist(&self, caller: &Caller, input: &ChecklistInput) -> Result<ChecklistView> {
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let purpose: Purpose = from_code(&input.purpose)
            .ok_or_else(|| Error::field("purpose", "checklist.purpose", "请选择检查表的用途"))?;
        let list = Checklist {
            code: input.code.trim().to_owned(),
            edition: 1,
            title: input.title.trim().to_owned(),
            purpose,
            order: OWN_ORDER,
            applies: input.applies.read(),
            items: Vec::new(),
            reuses: Vec::new(),
            state: State::Draft,
        };
        let of_head = |p: &Problem| !p.field.starts_with("item");
        let problems: Vec<Problem> = list.validate().into_iter().filter(of_head).collect();
        if !problems.is_empty() {
            return Err(invalid(&problems));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        if !tx.checklist_editions(&list.code).await?.is_empty() {
            return Err(Error::Conflict {
                code: "checklist.code_taken",
                message: format!("检查表编号 {} 已有人使用，请换一个", list.code),
            });
        }
        let record = self.new_edition(caller, list);
        tx.insert_checklist(&record).await?;
        let audit = caller.audit_as(hat, "checklist.add", ("checklist", &record.id), "", now);
        let answer = view(&mut tx, caller, &record).await?;
        Ok(tx.commit(audit, answer).await?)
    }

    /// A draft of the next edition, beginning as a copy.
    ///
    /// Errors: there is a draft already.
    pub async fn next_checklist(&self, caller: &Caller, id: &str) -> Result<ChecklistView> {
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let record = tx.checklist(id).await?.ok_or(Error::NotFound)?;
        let editions = tx.checklist_editions(&record.checklist.code).await?;
        let newest = editions.last().unwrap_or(&record);
        if newest.checklist.state == State::Draft && newest.id != record.id {
            return Err(ChecklistRefusal::StillDraft(newest.checklist.edition).into());
        }
        let edition = newest.checklist.edition.saturating_add(1);
        let next = Checklist { edition, ..record.checklist.next_edition()? };
        let record = self.new_edition(caller, next);
        tx.insert_checklist(&record).await?;
        let audit = caller.audit_as(hat, "checklist.edition", ("checklist", &record.id), "", now);
        let answer = view(&mut tx, caller, &record).await?;
        Ok(tx.commit(audit, answer).await?)
    }

    fn new_edition(&self, caller: &Caller, checklist: Checklist) -> ChecklistRecord {
        ChecklistRecord {
            id: self.new_id(),
            checklist,
            version: 1,
            recorded_at: self.now(),
            recorded_by: caller.account.to_string(),
        }
    }

    /// Replaces title and items of a draft. What is not right yet may be kept; publishing asks for all of it.
    pub async fn edit_checklist(
        &self,
        caller: &Caller,
        id: &str,
        edit: &ChecklistEdit,
    ) -> Result<ChecklistView> {
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, Some(edit.version)).await?;
        let list = &record.checklist;
        let before: BTreeMap<&str, &Item> = list.items.iter().map(|i| (i.code.as_str(), i)).collect();
        let mut problems = Vec::new();
        let items: Vec<Item> = edit
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| item.read(before.get(item.code.trim()).copied(), at, &mut problems))
            .collect();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let next = Checklist {
            title: edit.title.trim().to_owned(),
            applies: edit.applies.as_ref().map_or_else(|| list.applies.clone(), ChecklistApplies::read),
            ..list.clone().with_items(items)?
        };
        self.save_draft(caller, tx, record, next, "checklist.edit").await
    }

    /// Replaces the items of a draft by the rows of a workbook or text file.
    ///
    /// Errors: every row and column that cannot be right.
    pub async fn import_checklist(&self, caller: &Caller, id: &str, bytes: Vec<u8>) -> Result<ChecklistView> {
        caller.hat(Action::ChecklistChange, &Subject::town())?;
        let items = tokio::task::spawn_blocking(move || read_sheet(&bytes)).await.map_err(|_| {
            Error::field("file", "checklist_sheet.unreadable", "文件读不出来，请另存后再试")
        })??;
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, None).await?;
        let next = record.checklist.clone().with_items(items)?;
        self.save_draft(caller, tx, record, next, "checklist.import").await
    }

    async fn changeable(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &str,
        version: Option<i64>,
    ) -> Result<ChecklistRecord> {
        caller.hat(Action::ChecklistChange, &Subject::town())?;
        let record = read.checklist(id).await?.ok_or(Error::NotFound)?;
        if version.is_some_and(|version| version != record.version) {
            return Err(Error::stale(&view(read, caller, &record).await?));
        }
        Ok(record)
    }

    async fn save_draft(
        &self,
        caller: &Caller,
        mut tx: store::Write,
        record: ChecklistRecord,
        checklist: Checklist,
        action: &'static str,
    ) -> Result<ChecklistView> {
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let changed = ChecklistRecord { checklist, ..record };
        tx.update_checklist(&changed).await?;
        let changed = ChecklistRecord { version: changed.version + 1, ..changed };
        let audit = caller.audit_as(hat, action, ("checklist", &changed.id), "", self.now());
        let answer = view(&mut tx, caller, &changed).await?;
        Ok(tx.commit(audit, answer).await?)
    }

    /// Publishes a draft from a day on; the edition in force ends the day before.
    ///
    /// Errors: it is incomplete, it clashes with other lists, or the days overlap.
    pub async fn publish_checklist(
        &self,
        caller: &Caller,
        id: &str,
        from: Date,
        version: i64,
    ) -> Result<ChecklistView> {
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, Some(version)).await?;
        let problems = record.checklist.validate();
        if record.checklist.state == State::Draft && !problems.is_empty() {
            return Err(invalid(&problems));
        }
        let editions = tx.checklist_editions(&record.checklist.code).await?;
        let in_force =
            editions.iter().find(|r| r.id != id && matches!(r.checklist.state, State::Valid { .. }));
        let next = match in_force {
            Some(old) => {
                let (ended, next) = succeed(old.checklist.clone(), record.checklist.clone(), from)?;
                tx.update_checklist(&ChecklistRecord { checklist: ended, ..old.clone() }).await?;
                next
            }
            None => {
                let others: Vec<&Checklist> =
                    editions.iter().filter(|r| r.id != id).map(|r| &r.checklist).collect();
                record.checklist.clone().publish(from, &others)?
            }
        };
        let others = tx.checklists().await?.into_iter().filter(|r| r.id != id).map(|r| r.checklist);
        let mut lists: Vec<Checklist> = others.filter(|list| list.state != State::Draft).collect();
        let (_, before) = Library::new(lists.clone(), catalog());
        lists.push(next.clone());
        let (_, after) = Library::new(lists, catalog());
        let clashes: Vec<Problem> = after.into_iter().filter(|problem| !before.contains(problem)).collect();
        if !clashes.is_empty() {
            return Err(invalid(&clashes));
        }
        self.save_draft(caller, tx, record, next, "checklist.publish").await
    }

    /// Ends an edition after a last day.
    pub async fn retire_checklist(
        &self,
        caller: &Caller,
        id: &str,
        to: Date,
        version: i64,
    ) -> Result<ChecklistView> {
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, Some(version)).await?;
        let next = record.checklist.clone().retire(to)?;
        self.save_draft(caller, tx, record, next, "checklist.retire").await
    }

    /// An edition as a workbook that [`App::import_checklist`] takes again, and its title.
    pub async fn export_checklist(&self, caller: &Caller, id: &str) -> Result<(String, Vec<u8>)> {
        caller.scope(Action::ChecklistRead)?;
        let record = self.db.read(&self.town).await?.checklist(id).await?.ok_or(Error::NotFound)?;
        let list = record.checklist;
        let rows = exchange::checklist_sheet::write(&list);
        let widths = [10.0, 44.0, 36.0, 44.0, 12.0, 10.0, 10.0, 20.0, 8.0, 8.0, 20.0];
        let mut bytes = Vec::new();
        exchange::write::table("检查项", &rows, &widths, std::io::Cursor::new(&mut bytes))
            .map_err(|e| Error::Internal(e.to_string()))?;
        Ok((format!("{}-第{}版", list.title, list.edition), bytes))
    }

    /// What to ask of a place today.
    pub async fn place_sheet(&self, caller: &Caller, id: &PlaceId, kind: SheetKind) -> Result<SheetView> {
        caller.scope(Action::ChecklistRead)?;
        let mut read = self.db.read(&self.town).await?;
        let (place, _) = place_in_scope(&mut read, caller, Action::PlaceRead, id).await?;
        let library = library(&mut read).await?;
        Ok(sheet_of(&library, kind, &place.place.category, &place.place.tags, self.now().date()))
    }

    /// Every hazard of the dictionary.
    pub async fn hazard_words(&self, caller: &Caller) -> Result<Vec<HazardCodeView>> {
        caller.scope(Action::HazardRead)?;
        Ok(hazard_codes())
    }
}

fn may_change(caller: &Caller) -> bool {
    caller.hat(Action::ChecklistChange, &Subject::town()).is_ok()
}

async fn view(read: &mut Read, caller: &Caller, record: &ChecklistRecord) -> Result<ChecklistView> {
    let editions = read.checklist_editions(&record.checklist.code).await?;
    Ok(ChecklistView::of(record, &editions, may_change(caller)))
}

fn invalid(problems: &[Problem]) -> Error {
    let field =
        |p: &Problem| FieldProblem { field: p.field.to_owned(), code: p.code, message: p.message.clone() };
    Error::Invalid(problems.iter().map(field).collect())
}

/// Items from the first sheet that has a header of them.
fn read_sheet(bytes: &[u8]) -> Result<Vec<Item>> {
    let limits = exchange::sheet::Limits {
        file_bytes: 2 << 20,
        unpacked_bytes: 40 << 20,
        sheets: 8,
        rows: 2_000,
        columns: 60,
        cells: 60_000,
        ..exchange::sheet::Limits::default()
    };
    let book = exchange::sheet::read(bytes, &limits).map_err(|e| {
        Error::Invalid(vec![FieldProblem {
            field: "file".to_owned(),
            code: e.code(),
            message: e.to_string(),
        }])
    })?;
    let mut first = None;
    for sheet in &book.sheets {
        let rows: Vec<Vec<String>> =
            sheet.rows.iter().map(|row| row.iter().map(|cell| cell.shown().into_owned()).collect()).collect();
        let (items, problems) = exchange::checklist_sheet::read(&rows);
        let problems: Vec<FieldProblem> = problems
            .into_iter()
            .filter(|problem| problem.code != "checklist_sheet.unknown_column")
            .map(|problem| FieldProblem {
                field: format!(
                    "{}{}",
                    exchange::sheet::column_letter(problem.column.saturating_sub(1)),
                    problem.line
                ),
                code: problem.code,
                message: problem.message,
            })
            .collect();
        if problems.is_empty() && !items.is_empty() {
            return Ok(items);
        }
        first.get_or_insert(problems);
    }
    Err(Error::Invalid(first.filter(|problems| !problems.is_empty()).unwrap_or_else(|| {
        vec![FieldProblem {
            field: "file".to_owned(),
            code: "checklist_sheet.empty",
            message: "文件里没有检查项，请填写后再导入".to_owned(),
        }]
    })))
}
