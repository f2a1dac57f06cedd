//! Templates of papers as data: which fields one asks for, what is written around them, who may issue it, and how its
//! numbers run. Filling one gives a [`Document`]. What does not belong here: reading template files
//! (`exchange::paper_file`), keeping issued papers (`store`), drawing them (`render`).

mod blank;
mod fill;
mod life;
mod marks;
mod origin;
mod rights;
mod series;
#[cfg(test)]
mod tests;
mod town;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::{Layout, Nature, ORDERING_WORD, PhotoRef, plain};
use crate::time::Date;

pub use fill::{FieldProblem, Frame};
pub use life::{
    About, Acted, Approval, Authority, Frozen, Number, Paper, PaperRefusal, Receipt, Service, State,
};
pub use marks::{CLASSIFIED, Marks, URGENCY, is_classified};
pub use series::Series;
pub use town::{Phrase, TOWN_EDITIONS, TemplateRefusal, TownState, TownTemplate};

/// Templates of enforcement: only a certified officer may issue them. Source: handbook of documents DT03, DT04, DT28.
pub const ENFORCEMENT: [&str; 3] = ["DT03", "DT04", "DT28"];
/// Papers of a penalty case: each goes out only of a case, where the law lets the step it writes down be taken.
/// Source: 行政处罚法 (2021) arts. 38, 44, 54, 57, 58.
pub const ENFORCEMENT_CASE: &str = "DT28";
/// Papers the town does not issue but receives and registers. Source: handbook of documents DT05, DT08.
pub const RECEIVED: [&str; 2] = ["DT05", "DT08"];
/// The advice to mend: it may not order.
pub const ADVICE: &str = "DT02";
/// What is found when it is looked at again: whoever looks writes it, so what it asks for next is no order either.
const RECHECK_NEXT: (&str, &str) = ("DT06", "next");

/// Who may issue a paper; the use case asks policy for the hat that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuedBy {
    /// Anybody with a task.
    Any,
    /// 检查人员.
    Inspector,
    /// 村级工作组.
    Village,
    /// 部门.
    Department,
    /// 消安办.
    Office,
    /// 消安委.
    Committee,
    /// 镇人民政府.
    Town,
    /// 持证执法人员.
    Officer,
    /// 培训组织者.
    Trainer,
    /// 微型消防站.
    Station,
    /// 网格.
    Grid,
    /// 消防救援机构: the town only registers what it receives.
    FireRescue,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldType {
    /// One line.
    Text,
    /// Several paragraphs.
    LongText,
    /// A number, up to two places.
    Number,
    /// A civil date, `2026-11-26`.
    Date,
    /// A minute of the town's clock, `2026-11-26T09:30`.
    Minute,
    /// Yes or no.
    Flag,
    /// One of several words.
    Choice {
        /// The words.
        options: Vec<String>,
    },
    /// Several words, any of them ticked.
    Choices {
        /// The words.
        options: Vec<String>,
    },
    /// Texts, one under the other.
    List,
    /// Rows of a table.
    Rows {
        /// Its columns.
        columns: Vec<RowColumn>,
    },
    /// Photos.
    Photos,
    /// What a QR code says, usually an address.
    Qr,
}

/// A column of a field of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowColumn {
    /// What people read.
    pub zh: String,
    /// The same in English, for the page; papers are Chinese.
    pub en: String,
    /// Share of the width.
    pub share: u16,
}

/// A field of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its key in placeholders and values.
    pub key: String,
    /// What people read.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// What it holds.
    #[serde(flatten)]
    pub kind: FieldType,
    /// Whether the paper cannot be issued without it.
    pub required: bool,
    /// Whether it is a day that others have until: one before the day of issue leaves them none.
    #[serde(default)]
    pub ahead: bool,
}

/// A value of a field. A date is written as text, `2026-11-26`; a minute as `2026-11-26T09:30`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text, date, minute or choice.
    Text(String),
    /// Texts or choices.
    List(Vec<String>),
    /// Rows of a table.
    Rows(Vec<Vec<String>>),
    /// Photos.
    Photos(Vec<PhotoRef>),
}

/// Values by field.
pub type Values = BTreeMap<String, Value>;

/// One piece of a template's body. Texts hold placeholders, `{deadline}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Only printed when this field has a value.
    pub when: Option<String>,
    /// What it is.
    #[serde(flatten)]
    pub kind: PieceKind,
}

/// What a piece of the body is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "piece", rename_all = "snake_case")]
pub enum PieceKind {
    /// A heading.
    Heading {
        /// 1 to 4.
        level: u8,
        /// Its text.
        text: String,
    },
    /// One or more paragraphs.
    Text {
        /// Its text.
        text: String,
    },
    /// A list field as numbered paragraphs of a level.
    List {
        /// The field.
        field: String,
    },
    /// A field of rows as a table.
    Table {
        /// The field.
        field: String,
    },
    /// Fields as the grid of a form, in the order given: one string is one row, two keys joined by a blank share it.
    Grid {
        /// Keys, one or two a row.
        rows: Vec<Vec<String>>,
    },
    /// A field of choices, or a flag, as tick boxes.
    Checks {
        /// The field.
        field: String,
    },
    /// A field of photos.
    Photos {
        /// The field.
        field: String,
    },
    /// Places to sign: label, and the field of the name if there is one.
    Signatures {
        /// Label and field.
        places: Vec<SignPlace>,
    },
    /// A QR code.
    Qr {
        /// The field.
        field: String,
        /// The line below.
        caption: String,
    },
    /// A new page.
    PageBreak,
}

/// A place to sign in a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignPlace {
    /// Who signs.
    pub label: String,
    /// Field with the name, when it is known beforehand.
    pub name: Option<String>,
    /// Field with the date.
    pub on: Option<String>,
}

/// Whether the town issues such a paper or registers one it received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Issued here.
    #[default]
    Issued,
    /// Received from the body that may issue it; what is printed is the entry in the register.
    ReceivedCopy,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// `DT10`, or `DT14.minutes` where one code has several forms.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// From 1; a changed template is another version.
    pub version: u32,
    /// First day it may be issued.
    pub valid_from: Date,
    /// Last day; none while it is in use.
    pub valid_to: Option<Date>,
    /// How it is laid out.
    pub layout: Layout,
    /// What it does.
    pub nature: Nature,
    /// Issued or received.
    pub origin: Origin,
    /// Who may issue it.
    pub issued_by: Vec<IssuedBy>,
    /// Kinds of records it may be made from.
    #[serde(default)]
    pub from: Vec<String>,
    /// Whether it is made from such a record only: what it says happened is in the record or did not happen.
    #[serde(default)]
    pub bound: bool,
    /// Fields in which the record has the word; nobody types over them.
    #[serde(default)]
    pub given: Vec<String>,
    /// Whether an empty form of it may be taken along, to be filled in by hand.
    #[serde(default)]
    pub blank: bool,
    /// Whether a leader signs it, whatever sheet it stands on.
    #[serde(default)]
    pub signed: bool,
    /// Series of its numbers; none when it has none.
    pub series: Option<String>,
    /// Whether a seal goes over the signature.
    pub sealed: bool,
    /// Its title, with placeholders.
    pub title: String,
    /// 主送机关, with placeholders; a list field gives several.
    pub recipients: Option<String>,
    /// 附注, with placeholders.
    pub note: Option<String>,
    /// What must be settled with the town or the organ before use; shown to whoever installs it.
    pub check: Option<String>,
    /// Fields.
    pub fields: Vec<Field>,
    /// Body.
    pub body: Vec<Piece>,
}

impl Template {
    /// `DT14` of `DT14.minutes`.
    pub fn family(&self) -> &str {
        self.code.split('.').next().unwrap_or_default()
    }

    /// A field by its key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Whether it may be issued on a day.
    pub fn valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Every text of the template that may hold placeholders, and every key its body names outright.
    pub fn mentions(&self) -> (Vec<&str>, Vec<&str>) {
        let mut texts = vec![self.title.as_str()];
        texts.extend([&self.recipients, &self.note].into_iter().flatten().map(String::as_str));
        let mut keys = Vec::new();
        for piece in &self.body {
            keys.extend(piece.when.as_deref());
            match &piece.kind {
                PieceKind::Heading { text, .. } | PieceKind::Text { text } => texts.push(text),
                PieceKind::List { field }
                | PieceKind::Table { field }
                | PieceKind::Checks { field }
                | PieceKind::Photos { field } => keys.push(field.as_str()),
                PieceKind::Qr { field, caption } => {
                    keys.push(field);
                    texts.push(caption);
                }
                PieceKind::Grid { rows } => keys.extend(rows.iter().flatten().map(String::as_str)),
                PieceKind::Signatures { places } => {
                    texts.extend(places.iter().map(|place| place.label.as_str()));
                    keys.extend(
                        places
                            .iter()
                            .flat_map(|place| [&place.name, &place.on])
                            .flatten()
                            .map(String::as_str),
                    );
                }
                PieceKind::PageBreak => {}
            }
        }
        (texts, keys)
    }

    /// What is wrong with the template as such: sentences with the key they concern, empty when it may be used.
    pub fn validate(&self) -> Vec<TemplateProblem> {
        let mut problems = Vec::new();
        let mut say = |at: &'static str, code, message: String| {
            problems.push(TemplateProblem { at, code, message });
        };
        let enforcement = ENFORCEMENT.contains(&self.family());
        if enforcement != (self.nature == Nature::Enforcement) {
            let list = ENFORCEMENT.join("、");
            say("nature", "paper.enforcement", format!("只有 {list} 是执法文书，请改正“nature”或模板代码"));
        }
        if (self.family() == ADVICE) != (self.nature == Nature::Advice) {
            say("nature", "paper.advice", format!("{ADVICE} 是督促文书，且只有它是，请改正“nature”"));
        }
        if RECEIVED.contains(&self.family()) != (self.origin == Origin::ReceivedCopy) {
            let list = RECEIVED.join("、");
            say(
                "origin",
                "paper.received",
                format!("{list} 由消防救援机构制发，镇里只登记收到的副本，请改正“origin”"),
            );
        }
        if self.nature == Nature::Enforcement && self.layout.red_head() {
            say("layout", "paper.enforcement_on_red_head", "执法文书不能用红头纸，请改用 form".to_owned());
        }
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            say("valid_to", "paper.validity", "“valid_to”早于“valid_from”，请改正日期".to_owned());
        }
        if self.issued_by.is_empty() {
            say("issued_by", "paper.nobody", "没有写明由谁制发，请填写“issued_by”".to_owned());
        }
        if (self.bound || !self.given.is_empty()) && self.from.is_empty()
            || !self.bound && !self.given.is_empty()
        {
            say(
                "from",
                "paper.unbound",
                "写了“bound”或“given”，就要写明只由哪种记录生成，请补上“from”和“bound”".to_owned(),
            );
        }
        if let Some(key) = self.given.iter().find(|key| self.field(key).is_none()) {
            say("given", "paper.unknown_field", format!("“given”里的“{key}”没有这个字段，请补上字段或改正"));
        }
        if self.blank && (self.nature != Nature::Ordinary || self.layout.red_head() || self.sealed) {
            say(
                "blank",
                "paper.blank",
                "执法文书、督促文书、红头文件和用印的文书不能有空白表，请删去“blank”".to_owned(),
            );
        }
        let (texts, keys) = self.mentions();
        let labels = self.fields.iter().map(|field| field.zh.as_str());
        if self.nature != Nature::Enforcement
            && self.origin == Origin::Issued
            && texts
                .iter()
                .copied()
                .chain(labels)
                .chain([self.name.as_str()])
                .any(|text| plain(text).contains(ORDERING_WORD))
        {
            say("title", "paper.orders", "“责令”只能用于执法文书，请改用“建议”“请”等用语".to_owned());
        }
        let placed: Vec<&str> = texts.iter().flat_map(|text| fill::placeholders(text)).collect();
        for key in placed.iter().chain(&keys) {
            if self.field(key).is_none() && !fill::GIVEN.contains(key) {
                say(
                    "piece",
                    "paper.unknown_field",
                    format!("模板里用到“{key}”，却没有这个字段，请补上字段或改正"),
                );
            }
        }
        for field in &self.fields {
            if !placed.contains(&field.key.as_str()) && !keys.contains(&field.key.as_str()) {
                say(
                    "field",
                    "paper.unused_field",
                    format!("字段“{}”在版面上没有位置，请加到正文或删去", field.key),
                );
            }
        }
        problems
    }
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    /// The key of the file it is about.
    pub at: &'static str,
    /// Stable dotted code.
    pub code: &'static str,
    /// One Chinese sentence.
    pub message: String,
}

/// All templates of a town.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalog {
    /// In the order of their codes, older versions first.
    pub templates: Vec<Template>,
    /// Series of numbers.
    pub series: Vec<Series>,
}

impl Catalog {
    /// The newest version of a template that may be issued on a day.
    pub fn on(&self, code: &str, day: Date) -> Option<&Template> {
        let fits = self.templates.iter().filter(|one| one.code == code && one.valid_on(day));
        fits.max_by_key(|one| one.version)
    }

    /// One version, whatever the day: an issued paper names the one it was made from.
    pub fn version(&self, code: &str, version: u32) -> Option<&Template> {
        self.templates.iter().find(|one| one.code == code && one.version == version)
    }

    /// A series by its code.
    pub fn series(&self, code: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.code == code)
    }
}
