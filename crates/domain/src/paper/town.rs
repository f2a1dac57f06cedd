//! Templates of the town: a template that comes along with other words, drafted by the office, approved by somebody else,
//! in force over days. Layout, fields, issuers and series stay those of the template it was made from. What does not
//! belong here: who may (`policy`), keeping them (`store`).
//!
//! Source: permission matrix §2.3, row of parameters and templates: the office proposes, a leader approves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FieldProblem, Origin, PieceKind, Template, TemplateProblem};
use crate::ids::{PaperTemplateId, PersonId};
use crate::time::Date;

/// Editions of the town begin above this, so that an edition that comes along later never has the number of one.
pub const TOWN_EDITIONS: u32 = 1000;

/// A text of a template that a town may word otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Where it stands: `title`, `recipients`, `note`, `piece.2`, `piece.5.0`, `field.deadline`.
    pub at: String,
    /// The text, with its placeholders.
    pub text: String,
}

/// Where a template of the town stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum TownState {
    /// 待审定.
    Draft,
    /// 已审定.
    Approved {
        /// Who approved it.
        by: PersonId,
        /// When.
        on: Date,
    },
    /// 已退回: to be worded anew.
    Returned {
        /// Who sent it back.
        by: PersonId,
        /// When.
        on: Date,
        /// What is to be changed.
        reason: String,
    },
    /// 已停用: papers made from it keep it.
    Withdrawn {
        /// Who.
        by: PersonId,
        /// From this day on no paper is made from it.
        on: Date,
        /// Why.
        reason: String,
    },
}

impl TownState {
    /// As kept and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved { .. } => "approved",
            Self::Returned { .. } => "returned",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The word people read.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Draft => "待审定",
            Self::Approved { .. } => "已审定",
            Self::Returned { .. } => "已退回",
            Self::Withdrawn { .. } => "已停用",
        }
    }
}

/// A template of the town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TownTemplate {
    /// Our id.
    pub id: PaperTemplateId,
    /// The template as worded; its version lies above [`TOWN_EDITIONS`], its validity is the town's.
    pub template: Template,
    /// Version of the one it was made from.
    pub base: u32,
    /// Why the town words it otherwise.
    pub why: String,
    /// Who drafted it.
    pub drafted_by: PersonId,
    /// Where it stands.
    pub state: TownState,
}

/// Why a template of the town refused a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateRefusal {
    /// What is received is not ours to word.
    #[error("这是登记外单位来文用的模板，镇里不能改写，请选择本镇制发的文书")]
    Received,
    /// The step does not lead on from this state.
    #[error("模板目前是“{0}”，不能这样办，请刷新查看")]
    WrongState(&'static str),
    /// Nothing is worded otherwise.
    #[error("文字与原模板完全相同，请先改写再保存")]
    Unchanged,
    /// Days in the wrong order, or in the past.
    #[error("启用日期不能早于今天，停用日期不能早于启用日期，请调整日期")]
    Validity,
    /// Who drafted it does not approve it.
    #[error("起草人不能审定自己的模板，请由分管领导审定")]
    SamePerson,
    /// A reason is part of the record.
    #[error("没有写明理由，请填写后再试")]
    NoReason,
}

impl TemplateRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Received => "paper_template.received",
            Self::WrongState(_) => "paper_template.wrong_state",
            Self::Unchanged => "paper_template.unchanged",
            Self::Validity => "paper_template.validity",
            Self::SamePerson => "paper_template.same_person",
            Self::NoReason => "paper_template.no_reason",
        }
    }
}

impl Template {
    /// Every text of it a town may word otherwise, in the order of the page; the labels of fields come last.
    pub fn phrases(&self) -> Vec<Phrase> {
        let mut whole = self.clone();
        let found = whole.texts_mut().into_iter();
        found.map(|(at, text)| Phrase { at, text: text.clone() }).collect()
    }

    fn texts_mut(&mut self) -> Vec<(String, &mut String)> {
        let mut found = vec![("title".to_owned(), &mut self.title)];
        found.extend(self.recipients.iter_mut().map(|text| ("recipients".to_owned(), text)));
        for (n, piece) in self.body.iter_mut().enumerate() {
            match &mut piece.kind {
                PieceKind::Heading { text, .. } | PieceKind::Text { text } => {
                    found.push((format!("piece.{n}"), text));
                }
                PieceKind::Qr { caption, .. } => found.push((format!("piece.{n}"), caption)),
                PieceKind::Signatures { places } => {
                    let labels = places.iter_mut().enumerate();
                    found.extend(labels.map(|(k, place)| (format!("piece.{n}.{k}"), &mut place.label)));
                }
                _ => {}
            }
        }
        found.extend(self.note.iter_mut().map(|text| ("note".to_owned(), text)));
        found.extend(self.fields.iter_mut().map(|field| (format!("field.{}", field.key), &mut field.zh)));
        found
    }

    /// The same template in other words; a text that is not named stays as it is.
    ///
    /// Errors: a text that there is none of; one left empty; a placeholder of no field; a field that would have no place any
    /// more, by its name; words that order on a paper that may not. All at once.
    pub fn reworded(&self, words: &BTreeMap<String, String>) -> Result<Self, Vec<FieldProblem>> {
        let mut new = self.clone();
        let mut problems = Vec::new();
        let mut say = |at: &str, code, message: String| {
            problems.push(FieldProblem { field: at.to_owned(), code, message });
        };
        let mut texts: BTreeMap<String, &mut String> = new.texts_mut().into_iter().collect();
        for (at, words) in words {
            match texts.get_mut(at) {
                None => {
                    say(at, "paper_template.no_such_text", format!("模板里没有“{at}”这段文字，请刷新后再试"))
                }
                Some(_) if words.trim().is_empty() => {
                    say(at, "paper_template.empty", "文字不能为空，请填写或恢复原文".to_owned());
                }
                Some(text) => words.trim().clone_into(text),
            }
        }
        for TemplateProblem { at, code, message } in new.validate() {
            if code != "paper.unused_field" {
                say(at, code, message);
            }
        }
        // A field that lost its place is told by its name: that is what people know it by.
        for (before, after) in self.fields.iter().zip(&new.fields) {
            if self.shows(&before.key) && !new.shows(&before.key) {
                let (name, key) = (&after.zh, &after.key);
                let message = format!("“{name}”在版面上没有位置了，请在文字里保留 {{{key}}}");
                say(key, "paper_template.field_lost", message);
            }
        }
        if problems.is_empty() { Ok(new) } else { Err(problems) }
    }

    /// Whether a field has a place on the page.
    fn shows(&self, key: &str) -> bool {
        let (texts, keys) = self.mentions();
        keys.contains(&key) || texts.iter().any(|text| super::fill::placeholders(text).any(|one| one == key))
    }
}

impl TownTemplate {
    /// A draft in other words, of a template that comes along.
    ///
    /// Errors: [`TemplateRefusal::Received`], [`TemplateRefusal::NoReason`], [`TemplateRefusal::Validity`],
    /// [`TemplateRefusal::Unchanged`]. `worded` is what [`Template::reworded`] of `base` gave.
    pub fn draft(
        id: PaperTemplateId,
        base: &Template,
        worded: Template,
        edition: u32,
        days: (Date, Option<Date>),
        why: &str,
        by: PersonId,
    ) -> Result<Self, TemplateRefusal> {
        if base.origin == Origin::ReceivedCopy {
            return Err(TemplateRefusal::Received);
        }
        if worded.phrases() == base.phrases() {
            return Err(TemplateRefusal::Unchanged);
        }
        let (valid_from, valid_to) = days;
        if valid_to.is_some_and(|last| last < valid_from) {
            return Err(TemplateRefusal::Validity);
        }
        let template = Template { version: edition, valid_from, valid_to, ..worded };
        Ok(Self {
            id,
            template,
            base: base.version,
            why: given(why)?,
            drafted_by: by,
            state: TownState::Draft,
        })
    }

    /// Whether its words may still be changed.
    pub fn open(&self) -> Result<(), TemplateRefusal> {
        match self.state {
            TownState::Draft | TownState::Returned { .. } => Ok(()),
            _ => Err(TemplateRefusal::WrongState(self.state.label())),
        }
    }

    /// draft → approved, by somebody else than who drafted it, never backwards in time.
    pub fn approve(self, by: PersonId, on: Date) -> Result<Self, TemplateRefusal> {
        if self.state != TownState::Draft {
            return Err(TemplateRefusal::WrongState(self.state.label()));
        }
        if by == self.drafted_by {
            return Err(TemplateRefusal::SamePerson);
        }
        if self.template.valid_from < on {
            return Err(TemplateRefusal::Validity);
        }
        Ok(Self { state: TownState::Approved { by, on }, ..self })
    }

    /// draft → returned, with what is to be changed.
    pub fn send_back(self, by: PersonId, on: Date, reason: &str) -> Result<Self, TemplateRefusal> {
        if self.state != TownState::Draft {
            return Err(TemplateRefusal::WrongState(self.state.label()));
        }
        let reason = given(reason)?;
        Ok(Self { state: TownState::Returned { by, on, reason }, ..self })
    }

    /// Any state but withdrawn → withdrawn; papers made from it keep it.
    pub fn withdraw(self, by: PersonId, on: Date, reason: &str) -> Result<Self, TemplateRefusal> {
        if let TownState::Withdrawn { .. } = self.state {
            return Err(TemplateRefusal::WrongState(self.state.label()));
        }
        let reason = given(reason)?;
        Ok(Self { state: TownState::Withdrawn { by, on, reason }, ..self })
    }

    /// Whether a paper may be begun from it on a day.
    pub fn in_use_on(&self, day: Date) -> bool {
        matches!(self.state, TownState::Approved { .. }) && self.template.valid_on(day)
    }
}

fn given(reason: &str) -> Result<String, TemplateRefusal> {
    let reason = reason.trim();
    if reason.is_empty() { Err(TemplateRefusal::NoReason) } else { Ok(reason.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::advice;
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("valid")
    }

    fn words(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(at, text)| ((*at).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn words_change_and_nothing_else_does() {
        let base = advice();
        let new = base
            .reworded(&words(&[
                ("piece.0", "盼于{deadline}前整改。{seen}在场{people}人。"),
                ("field.to", "收件人"),
            ]))
            .expect("fine");
        assert_eq!(new.field("to").map(|field| field.zh.as_str()), Some("收件人"));
        let back = new.reworded(&words(&[
            ("piece.0", "请于{deadline}前整改。{seen}在场{people}人。"),
            ("field.to", "被督促单位"),
        ]));
        assert_eq!(back, Ok(base));
    }

    #[test]
    fn a_field_that_loses_its_place_is_refused_by_its_name() {
        let wrong = advice().reworded(&words(&[("piece.0", "请尽快整改。{seen}在场{people}人。")]));
        let wrong = wrong.expect_err("the deadline is gone");
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!((wrong[0].field.as_str(), wrong[0].code), ("deadline", "paper_template.field_lost"));
        assert!(wrong[0].message.contains("建议完成日期") && wrong[0].message.contains("{deadline}"));
    }

    #[test]
    fn what_cannot_be_is_refused_all_at_once() {
        let asked = words(&[
            ("title", " "),
            ("piece.9", "无"),
            ("piece.0", "责令于{deadline}前整改{when}。{seen}在场{people}人。"),
        ]);
        let wrong = advice().reworded(&asked).expect_err("four mistakes");
        let codes: Vec<&str> = wrong.iter().map(|one| one.code).collect();
        for code in
            ["paper_template.empty", "paper_template.no_such_text", "paper.orders", "paper.unknown_field"]
        {
            assert!(codes.contains(&code), "{code} of {codes:?}");
        }
    }

    #[test]
    fn it_is_approved_by_another_and_kept_when_withdrawn() {
        let (clerk, leader) = (PersonId::from("clerk"), PersonId::from("leader"));
        let base = advice();
        let worded = base.reworded(&words(&[("title", "消防提醒")])).expect("fine");
        let days = (day("2026-12-01"), None);
        let draft = |worded: Template, why: &str| {
            TownTemplate::draft("t".into(), &base, worded, TOWN_EDITIONS + 1, days, why, clerk.clone())
        };
        assert_eq!(draft(base.clone(), "改名"), Err(TemplateRefusal::Unchanged));
        assert_eq!(draft(worded.clone(), " "), Err(TemplateRefusal::NoReason));
        let made = draft(worded, "改名").expect("fine");
        assert!(!made.in_use_on(day("2026-12-01")), "not before it is approved");
        assert_eq!(made.clone().approve(clerk, day("2026-11-26")), Err(TemplateRefusal::SamePerson));
        assert_eq!(made.clone().approve(leader.clone(), day("2026-12-02")), Err(TemplateRefusal::Validity));
        let approved = made.approve(leader.clone(), day("2026-11-26")).expect("fine");
        assert!(!approved.in_use_on(day("2026-11-30")) && approved.in_use_on(day("2026-12-01")));
        assert!(approved.open().is_err());
        let gone = approved.withdraw(leader, day("2026-12-05"), "用回原文").expect("fine");
        assert!(!gone.in_use_on(day("2026-12-06")) && gone.template.title == "消防提醒");
    }
}
