//! Checklists as data: items, editions, and what may be done with them.
//!
//! An edition in use is never changed: a change is a new edition, and every inspection keeps the one it was made
//! with. What does *not* belong here: which list a place gets (`checklist_library`), answers (`inspection`), reading
//! files (`exchange`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::hazard::HazardCode;
use crate::place::{Confidence, KindCode, Problem};
use crate::time::Date;

/// The most taps of a quick list: a door check by a grid worker or a building head takes a minute.
pub const QUICK_MOST: usize = 8;

/// What an item rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Law or standard, as `消防法`, `GB 50140`.
    pub instrument: String,
    /// Article or clause, as `第28条`; empty when nobody looked it up.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub article: String,
    /// Edition, as `2021`; empty when nobody looked it up.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub edition: String,
    /// How far it was checked: only [`Confidence::Sure`] may be shown as law.
    pub confidence: Confidence,
}

/// What answers an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// 合格 / 不合格 / 不适用 / 未查.
    #[default]
    PassFail,
    /// A number.
    Count,
    /// A sentence.
    Text,
    /// A photo.
    Photo,
}

impl AnswerKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::PassFail, Self::Count, Self::Text, Self::Photo];

    /// The word people read and write.
    pub fn label(self) -> &'static str {
        match self {
            Self::PassFail => "合格与否",
            Self::Count => "数量",
            Self::Text => "文字",
            Self::Photo => "照片",
        }
    }
}

/// The grade proposed when the item fails. Nobody here can propose 重大: the fire rescue organ determines that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestedGrade {
    /// 一般.
    #[default]
    General,
    /// 较大.
    Larger,
    /// 疑似重大线索.
    MajorSuspect,
}

impl SuggestedGrade {
    /// Every grade.
    pub const ALL: [Self; 3] = [Self::General, Self::Larger, Self::MajorSuspect];

    /// The word people read and write.
    pub fn label(self) -> &'static str {
        match self {
            Self::General => "一般",
            Self::Larger => "较大",
            Self::MajorSuspect => "疑似重大",
        }
    }

    /// The weight an item of this grade has unless its author says otherwise; a parameter (`P`).
    pub fn usual_weight(self) -> u32 {
        match self {
            Self::General => 1,
            Self::Larger => 3,
            Self::MajorSuspect => 9,
        }
    }
}

/// When a photo is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoRule {
    /// Never asked for.
    #[default]
    None,
    /// Needed when the item fails.
    OnFail,
    /// Needed when it fails and recommended always; a recommendation never stops saving.
    Recommended,
}

impl PhotoRule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::None, Self::OnFail, Self::Recommended];

    /// The word people read and write.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "不要求",
            Self::OnFail => "不合格必拍",
            Self::Recommended => "建议拍，不合格必拍",
        }
    }
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Stable code, as `B05`. A code never changes its meaning.
    pub code: String,
    /// 检查内容: one sentence that is true when all is well.
    pub text: String,
    /// 检查方法: what to do on the spot.
    pub how: String,
    /// 判定依据.
    pub basis: Vec<Basis>,
    /// What answers it.
    pub answer: AnswerKind,
    /// 隐患代码 it becomes when it fails, as `H01.1`.
    pub hazard: String,
    /// Grade proposed when it fails.
    pub grade: SuggestedGrade,
    /// Photo.
    pub photo: PhotoRule,
    /// How much it counts in a score; above 0.
    pub weight: u32,
    /// Whether it belongs to the door check of grid workers and building heads.
    pub quick: bool,
    /// Kinds of place it is asked of; empty for all that get the list.
    pub only: BTreeSet<KindCode>,
}

impl Item {
    /// The two-digit hazard category inside the hazard code, as `01` of `H01.1`.
    pub fn hazard_category(&self) -> Option<&str> {
        self.hazard.strip_prefix('H')?.split('.').next()
    }

    /// Everything that is wrong with the item by itself; each field is `item.` and the field's name.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |field, code, text: String| problems.push(Problem::new(field, code, text));
        let code = &self.code;
        if !is_code(code) {
            say("item.code", "checklist.item_code", format!("检查项编号“{code}”只能用字母、数字和下划线"));
        }
        if self.text.trim().is_empty() {
            say("item.text", "checklist.item_text", format!("检查项“{code}”没有检查内容，请填写"));
        }
        if self.basis.is_empty() {
            let text = format!("检查项“{code}”没有判定依据，镇街自定的请写“镇街自定”");
            say("item.basis", "checklist.item_basis", text);
        }
        if self.basis.iter().any(|basis| basis.instrument.trim().is_empty()) {
            say("item.basis", "checklist.item_instrument", format!("检查项“{code}”的依据缺少名称"));
        }
        if HazardCode::parse(&self.hazard).is_err() {
            let text = format!("检查项“{code}”的隐患代码“{}”不对，应如 H01.1 或 H99", self.hazard);
            say("item.hazard", "checklist.item_hazard", text);
        }
        if self.weight == 0 {
            say("item.weight", "checklist.item_weight", format!("检查项“{code}”的权重应大于 0"));
        }
        problems
    }

    /// What is wrong with a hazard code that is written as one but that nobody `knows`: no dictionary of hazards has it.
    pub fn unknown_hazard(&self, knows: impl Fn(&HazardCode) -> bool) -> Option<Problem> {
        let code = HazardCode::parse(&self.hazard).ok().filter(|code| !knows(code))?;
        let text = format!(
            "检查项“{}”的隐患代码“{}”不在隐患库中，请从隐患库中选择，都不合适的填 H99",
            self.code,
            code.as_str()
        );
        Some(Problem::new("item.hazard", "checklist.item_hazard_unknown", text))
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let basis: Vec<String> = self
            .basis
            .iter()
            .map(|b| {
                let parts = [&b.instrument, &b.article, &b.edition].map(|part| escape(part));
                format!("{}\u{1f}{}", parts.join("\u{1f}"), b.confidence.label())
            })
            .collect();
        let only: Vec<&str> = self.only.iter().map(KindCode::as_str).collect();
        vec![
            ("text", escape(&self.text)),
            ("how", escape(&self.how)),
            ("basis", basis.join("\u{1e}")),
            ("answer", self.answer.label().to_owned()),
            ("hazard", escape(&self.hazard)),
            ("grade", self.grade.label().to_owned()),
            ("photo", self.photo.label().to_owned()),
            ("weight", self.weight.to_string()),
            ("quick", self.quick.to_string()),
            ("only", escape(&only.join(" "))),
        ]
    }
}

/// What a list is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A block that a place's kinds call in.
    #[default]
    Block,
    /// 快查: stands alone, at most [`QUICK_MOST`] taps.
    Quick,
    /// A body's own routine list, which may reuse items of blocks.
    Routine,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Block, Self::Quick, Self::Routine];

    /// The word people read and write.
    pub fn label(self) -> &'static str {
        match self {
            Self::Block => "检查块",
            Self::Quick => "快查",
            Self::Routine => "专用表",
        }
    }
}

/// Which places get a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applies {
    /// Every place, whatever its kinds.
    pub everywhere: bool,
    /// Places whose category or a tag is one of these or lies under it.
    pub kinds: BTreeSet<KindCode>,
    /// But not places whose *category* is one of these: an area is not a shop, whatever its tags.
    pub except: BTreeSet<KindCode>,
}

impl Applies {
    /// Whether a place of this category and these tags gets the list.
    pub fn to(&self, category: &KindCode, tags: &BTreeSet<KindCode>) -> bool {
        if self.except.iter().any(|kind| category.is_within(kind)) {
            return false;
        }
        let mut own = std::iter::once(category).chain(tags);
        self.everywhere || own.any(|own| self.kinds.iter().any(|kind| own.is_within(kind)))
    }
}

/// Where an edition stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 草稿: may be changed, is given to nobody.
    #[default]
    Draft,
    /// 有效.
    Valid {
        /// First day.
        from: Date,
    },
    /// 停用: valid up to a last day, which may still lie ahead.
    Retired {
        /// First day.
        from: Date,
        /// Last day, inclusive.
        to: Date,
    },
}

impl State {
    /// The word people read.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Valid { .. } => "有效",
            Self::Retired { .. } => "停用",
        }
    }
}

/// Why a list refused a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecklistRefusal {
    /// An edition in use is never changed.
    #[error("第 {0} 版已启用，不能改动；请另建新版")]
    InUse(u32),
    /// Something is wrong with it.
    #[error("检查表还有 {count} 处要改才能启用，第一处：{first}")]
    Incomplete {
        /// How many.
        count: usize,
        /// The first.
        first: String,
    },
    /// The time overlaps with another edition's.
    #[error("启用日期与第 {0} 版的有效期重叠，请另选日期或先停用该版")]
    Overlap(u32),
    /// Editions count upwards.
    #[error("版次应大于已有的第 {0} 版，请改版次")]
    EditionOrder(u32),
    /// Only what is valid can be retired, and not before it began.
    #[error("只有有效的检查表才能停用，且停用日期不得早于启用日期")]
    NotRetirable,
    /// The edition in use ends the day before its successor begins, and has lasted a day by then.
    #[error("第 {edition} 版自 {since} 起有效，新版最早从 {first} 起启用，请改启用日期")]
    TooSoon {
        /// The edition in use.
        edition: u32,
        /// Its first day.
        since: Date,
        /// The first day its successor may begin.
        first: Date,
    },
    /// Only an edition that was in use has a successor.
    #[error("第 {0} 版还是草稿，请直接修改，不必另建新版")]
    StillDraft(u32),
}

impl ChecklistRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse(_) => "checklist.in_use",
            Self::Incomplete { .. } => "checklist.incomplete",
            Self::Overlap(_) => "checklist.overlap",
            Self::EditionOrder(_) => "checklist.edition_order",
            Self::NotRetirable => "checklist.not_retirable",
            Self::TooSoon { .. } => "checklist.too_soon",
            Self::StillDraft(_) => "checklist.still_draft",
        }
    }
}

/// One edition of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// Stable code, as `B`.
    pub code: String,
    /// Counts from 1.
    pub edition: u32,
    /// 名称.
    pub title: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Place among the blocks, smallest first.
    pub order: u32,
    /// Who gets it.
    pub applies: Applies,
    /// Its items, in order.
    pub items: Vec<Item>,
    /// Codes of other lists' items that this list asks too.
    pub reuses: Vec<String>,
    /// Where it stands.
    pub state: State,
}

impl Checklist {
    /// First day of validity; `None` for a draft.
    pub fn valid_from(&self) -> Option<Date> {
        match self.state {
            State::Draft => None,
            State::Valid { from } | State::Retired { from, .. } => Some(from),
        }
    }

    /// Last day of validity, inclusive; `None` while open or a draft.
    pub fn valid_to(&self) -> Option<Date> {
        match self.state {
            State::Retired { to, .. } => Some(to),
            State::Draft | State::Valid { .. } => None,
        }
    }

    /// Whether it is given out on this date.
    pub fn is_valid_on(&self, on: Date) -> bool {
        self.valid_from().is_some_and(|from| from <= on) && self.valid_to().is_none_or(|to| on <= to)
    }

    /// Everything that is wrong with it; empty when it may be published.
    pub fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |field, code, text: String| problems.push(Problem::new(field, code, text));
        if !is_code(&self.code) {
            say("code", "checklist.code", format!("检查表编号“{}”只能用字母、数字和下划线", self.code));
        }
        if self.edition == 0 {
            say("edition", "checklist.edition", "版次从 1 开始，请填写版次".into());
        }
        if self.title.trim().is_empty() {
            say("title", "checklist.title_missing", "没有填写检查表名称，请填写".into());
        }
        if self.items.is_empty() && self.reuses.is_empty() {
            say("items", "checklist.no_items", "检查表里没有检查项，请至少加入一项".into());
        }
        if self.purpose == Purpose::Block && !self.applies.everywhere && self.applies.kinds.is_empty() {
            say("applies", "checklist.applies_to_nothing", "没有写明适用哪类场所，请选择类别或标签".into());
        }
        if self.purpose == Purpose::Quick && self.items.len() > QUICK_MOST {
            say("items", "checklist.quick_too_long", format!("快查最多 {QUICK_MOST} 项，请精简"));
        }
        let mut seen = BTreeSet::new();
        for item in &self.items {
            problems.extend(item.problems());
            if !seen.insert(&item.code) {
                problems.push(duplicate_item(&item.code));
            }
        }
        problems
    }

    /// Replaces the items; only of a draft.
    pub fn with_items(self, items: Vec<Item>) -> Result<Self, ChecklistRefusal> {
        match self.state {
            State::Draft => Ok(Self { items, ..self }),
            _ => Err(ChecklistRefusal::InUse(self.edition)),
        }
    }

    /// draft → valid from a day on. `others` are the other editions of the same code, whatever their state.
    ///
    /// Errors: [`ChecklistRefusal::Incomplete`], [`ChecklistRefusal::EditionOrder`], [`ChecklistRefusal::Overlap`].
    pub fn publish(self, from: Date, others: &[&Self]) -> Result<Self, ChecklistRefusal> {
        if self.state != State::Draft {
            return Err(ChecklistRefusal::InUse(self.edition));
        }
        let problems = self.validate();
        if let Some(first) = problems.first() {
            let first = first.message.clone();
            return Err(ChecklistRefusal::Incomplete { count: problems.len(), first });
        }
        for other in others.iter().filter(|o| o.code == self.code && o.state != State::Draft) {
            if other.edition >= self.edition {
                return Err(ChecklistRefusal::EditionOrder(other.edition));
            }
            if other.valid_to().is_none_or(|to| from <= to) {
                return Err(ChecklistRefusal::Overlap(other.edition));
            }
        }
        Ok(Self { state: State::Valid { from }, ..self })
    }

    /// valid → retired after a last day.
    pub fn retire(self, to: Date) -> Result<Self, ChecklistRefusal> {
        match self.state {
            State::Valid { from } if from <= to => Ok(Self { state: State::Retired { from, to }, ..self }),
            _ => Err(ChecklistRefusal::NotRetirable),
        }
    }

    /// A draft of the next edition, beginning as a copy.
    pub fn next_edition(&self) -> Result<Self, ChecklistRefusal> {
        match self.state {
            State::Draft => Err(ChecklistRefusal::StillDraft(self.edition)),
            _ => Ok(Self { edition: self.edition.saturating_add(1), state: State::Draft, ..self.clone() }),
        }
    }

    /// The content as one text that is the same for the same content: hash it to pin an edition. State and dates of
    /// validity are left out, so retiring an edition does not change what was pinned.
    pub fn canonical(&self) -> String {
        let mut text = String::from("fengsui-checklist\t1\n");
        let mut line = |key: &str, value: &str| {
            text.push_str(key);
            text.push('\t');
            text.push_str(value);
            text.push('\n');
        };
        line("code", &escape(&self.code));
        line("edition", &self.edition.to_string());
        for (key, value) in self.header() {
            line(key, &value);
        }
        for item in &self.items {
            line("item", &escape(&item.code));
            for (key, value) in item.fields() {
                line(key, &value);
            }
        }
        text
    }

    fn header(&self) -> Vec<(&'static str, String)> {
        let codes = |set: &BTreeSet<KindCode>| -> String {
            escape(&set.iter().map(KindCode::as_str).collect::<Vec<_>>().join(" "))
        };
        vec![
            ("title", escape(&self.title)),
            ("purpose", self.purpose.label().to_owned()),
            ("order", self.order.to_string()),
            ("everywhere", self.applies.everywhere.to_string()),
            ("kinds", codes(&self.applies.kinds)),
            ("except", codes(&self.applies.except)),
            ("reuses", escape(&self.reuses.join(" "))),
        ]
    }
}

/// Retires the edition in use on the day before the new one begins, and publishes the new one.
///
/// Errors: the new one would begin before the old one lasted a day; as [`Checklist::retire`] and [`Checklist::publish`]; nothing changes when either refuses.
pub fn succeed(
    previous: Checklist,
    next: Checklist,
    from: Date,
) -> Result<(Checklist, Checklist), ChecklistRefusal> {
    let last_day = from.pred_opt().ok_or(ChecklistRefusal::NotRetirable)?;
    if let State::Valid { from: since } = previous.state
        && last_day < since
    {
        let first = since.succ_opt().unwrap_or(since);
        return Err(ChecklistRefusal::TooSoon { edition: previous.edition, since, first });
    }
    let previous = previous.retire(last_day)?;
    let next = next.publish(from, &[&previous])?;
    Ok((previous, next))
}

/// What is different between two editions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Fields of the list itself.
    pub header: Vec<&'static str>,
    /// Codes of new items, in their order.
    pub added: Vec<String>,
    /// Codes of items that are gone, in their old order.
    pub removed: Vec<String>,
    /// Codes of changed items with the fields that changed.
    pub changed: Vec<(String, Vec<&'static str>)>,
    /// Whether items kept by both stand in another order.
    pub is_reordered: bool,
}

/// Compares two editions item by item.
pub fn diff(old: &Checklist, new: &Checklist) -> Diff {
    let before: BTreeMap<&str, &Item> = old.items.iter().map(|i| (i.code.as_str(), i)).collect();
    let after: BTreeMap<&str, &Item> = new.items.iter().map(|i| (i.code.as_str(), i)).collect();
    let kept = |items: &[Item], other: &BTreeMap<&str, &Item>| -> Vec<String> {
        items.iter().filter(|i| other.contains_key(i.code.as_str())).map(|i| i.code.clone()).collect()
    };
    let missing = |items: &[Item], other: &BTreeMap<&str, &Item>| -> Vec<String> {
        items.iter().filter(|i| !other.contains_key(i.code.as_str())).map(|i| i.code.clone()).collect()
    };
    let changed = new.items.iter().filter_map(|item| {
        let fields = changed_fields(before.get(item.code.as_str())?.fields(), item.fields());
        (!fields.is_empty()).then(|| (item.code.clone(), fields))
    });
    Diff {
        header: changed_fields(old.header(), new.header()),
        added: missing(&new.items, &before),
        removed: missing(&old.items, &after),
        changed: changed.collect(),
        is_reordered: kept(&old.items, &after) != kept(&new.items, &before),
    }
}

/// The problem of two items with one code in one list.
pub fn duplicate_item(code: &str) -> Problem {
    let text = format!("检查项编号“{code}”重复，请改编号");
    Problem::new("item.code", "checklist.item_duplicate", text)
}

type Fields = Vec<(&'static str, String)>;

fn changed_fields(old: Fields, new: Fields) -> Vec<&'static str> {
    old.into_iter().zip(new).filter(|(old, new)| old != new).map(|(_, (key, _))| key).collect()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\u{1e}' => out.push_str("\\r"),
            '\u{1f}' => out.push_str("\\u"),
            other => out.push(other),
        }
    }
    out
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
pub(crate) mod tests;
