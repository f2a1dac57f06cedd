//! 消防专项规划: versions of the special fire plan with what is to be built, countersigned by the bodies clause 5 names,
//! approved, in force, and followed by the next. What does not belong here: what two versions differ in (`difference`),
//! whether what is planned stands (`facility`).
//!
//! Source: clauses C5.1–C5.5; fire law, article 8 (what a fire plan is about).

pub mod difference;
mod item;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{FacilityId, FirePlanId, ForceId, OrgId, PersonId};
use crate::time::{Date, Timestamp};

pub use item::{Item, ItemKind, ItemStatus, Matter};
pub use refusal::FirePlanRefusal;

/// The bodies that plan together, by the words the notice's duty knows them. Source: C5.3.
pub const BODIES: [&str; 4] = ["land_office", "planning_office", "agri_center", "emergency_office"];

/// Characters of a title or a name; of a note, as of a place's.
const MOST_CHARS: usize = 200;
const MOST_NOTE: usize = 2_000;

/// Whether a text is no longer than it may be.
fn fits(what: &'static str, text: &str, most: usize) -> Result<(), FirePlanRefusal> {
    if text.chars().count() > most { Err(FirePlanRefusal::TooLong(what, most)) } else { Ok(()) }
}

/// Items of one plan at most.
const MOST_ITEMS: usize = 2_000;

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 起草.
    Draft,
    /// 会签中: nobody changes it any more.
    Circulating,
    /// 四部门已会签.
    Countersigned,
    /// 已批准、现行.
    InForce,
    /// 已被新版替代.
    Superseded,
}

impl Stage {
    /// Every stage, in the order of a life.
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::Circulating, Self::Countersigned, Self::InForce, Self::Superseded];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Circulating => "circulating",
            Self::Countersigned => "countersigned",
            Self::InForce => "in_force",
            Self::Superseded => "superseded",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "起草",
            Self::Circulating => "会签中",
            Self::Countersigned => "已会签待批准",
            Self::InForce => "现行",
            Self::Superseded => "已被替代",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// A body's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Which of [`BODIES`].
    pub body: String,
    /// The organisation that is this body.
    pub org: OrgId,
    /// The day it signed.
    pub on: Date,
    /// What it wrote; of a paper signature where the paper is.
    pub text: String,
}

/// Who approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// Number of the document.
    pub document_no: String,
    /// The day it is in force from.
    pub on: Date,
}

/// The other plan that took it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// 国土空间规划. Source: C5.4.
    Spatial,
    /// 森林防火规划. Source: C5.5.
    Forest,
}

impl Frame {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Spatial, Self::Forest];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Spatial => "spatial",
            Self::Forest => "forest",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Spatial => "国土空间规划",
            Self::Forest => "森林防火规划",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|frame| frame.code() == code)
    }
}

/// An extract of the plan that took it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extract {
    /// Of which plan.
    pub frame: Frame,
    /// Title and number of that plan.
    pub document: String,
    /// Chapter and article.
    pub article: String,
    /// The day of that plan.
    pub on: Date,
    /// When it was linked.
    pub recorded_at: Timestamp,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Act {
    /// 新建.
    Make,
    /// 修改.
    Change,
    /// 送会签.
    Circulate,
    /// 会签.
    Sign {
        /// Which body.
        body: String,
        /// The organisation that is this body.
        org: OrgId,
    },
    /// 不同意、退回修改.
    SendBack {
        /// Which body.
        body: String,
    },
    /// 批准.
    Approve {
        /// Who approved it.
        by: String,
        /// Number of the document.
        document_no: String,
    },
    /// 关联纳入情况.
    Extract {
        /// Of which plan.
        frame: Frame,
        /// Title and number.
        document: String,
        /// Chapter and article.
        article: String,
    },
    /// 更新项目进展: of a plan in force, without touching what was signed for.
    Progress {
        /// The item.
        item: String,
        /// How far it has come.
        status: ItemStatus,
        /// The facility that it became.
        facility: Option<FacilityId>,
        /// The force that it became.
        force: Option<ForceId>,
        /// Article of the spatial or forest plan that took it in.
        article: String,
    },
    /// 被新版替代.
    Supersede,
    /// 作废.
    Void,
}

impl Act {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Change => "change",
            Self::Circulate => "circulate",
            Self::Sign { .. } => "sign",
            Self::SendBack { .. } => "send_back",
            Self::Approve { .. } => "approve",
            Self::Extract { .. } => "extract",
            Self::Progress { .. } => "progress",
            Self::Supersede => "supersede",
            Self::Void => "void",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Make => "新建",
            Self::Change => "修改",
            Self::Circulate => "送会签",
            Self::Sign { .. } => "会签",
            Self::SendBack { .. } => "不同意、退回",
            Self::Approve { .. } => "登记批准",
            Self::Extract { .. } => "关联纳入情况",
            Self::Progress { .. } => "更新项目进展",
            Self::Supersede => "被新版替代",
            Self::Void => "作废",
        }
    }
}

/// 消防专项规划的一个版本.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FirePlan {
    /// Id.
    pub id: FirePlanId,
    /// Number of the version, from 1.
    pub edition: u32,
    /// Title.
    pub title: String,
    /// First and last year it plans for.
    pub years: (i32, i32),
    /// The version it was made from.
    pub based_on: Option<FirePlanId>,
    /// Who made it.
    pub org: OrgId,
    /// What it plans.
    pub items: Vec<Item>,
    /// Where it stands.
    pub stage: Stage,
    /// Who signed.
    pub signatures: Vec<Signature>,
    /// Who approved it.
    pub approval: Option<Approval>,
    /// The first day the next version is in force.
    pub superseded_on: Option<Date>,
    /// Plans that took it in.
    pub extracts: Vec<Extract>,
    /// Why it was voided.
    pub void: Option<String>,
}

/// What happened to a version, in the order it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number within the version, from 1: its row version after the step.
    pub seq: i64,
    /// What was done.
    pub act: Act,
    /// The day it happened.
    pub on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub by: PersonId,
    /// What was said.
    pub text: String,
    /// Where it stood after it.
    pub stage: Stage,
}

/// An item that another plan must take in. Source: C5.4, C5.5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inclusion<'a> {
    /// Which.
    pub item: &'a Item,
    /// First day it is meant …
    pub from: Date,
    /// … and last.
    pub to: Option<Date>,
    /// Since when its article is named, and when that was recorded; none while none is.
    pub since: Option<(Date, Timestamp)>,
}

impl FirePlan {
    /// Checks a version that is to be entered or changed.
    ///
    /// Errors: no title; years that are none; too many items, two of one id, one that is wrong in itself.
    pub fn register(self) -> Result<Self, FirePlanRefusal> {
        if self.title.trim().is_empty() {
            return Err(FirePlanRefusal::NoTitle);
        }
        fits("规划名称", &self.title, MOST_CHARS)?;
        let (from, to) = self.years;
        if !(2000..=2100).contains(&from) || !(from..=2100).contains(&to) {
            return Err(FirePlanRefusal::Years);
        }
        if self.items.len() > MOST_ITEMS {
            return Err(FirePlanRefusal::TooMany);
        }
        let mut seen = BTreeSet::new();
        for item in &self.items {
            if !seen.insert(item.id.as_str()) {
                return Err(FirePlanRefusal::Twice(item.name.clone()));
            }
            item.check()?;
        }
        Ok(self)
    }

    /// The words of the steps its stage allows.
    pub fn steps(&self) -> Vec<&'static str> {
        if self.void.is_some() {
            return Vec::new();
        }
        match self.stage {
            Stage::Draft => vec!["change", "circulate", "void"],
            Stage::Circulating => vec!["sign", "send_back", "void"],
            Stage::Countersigned => vec!["approve", "send_back", "void"],
            Stage::InForce => vec!["extract", "progress"],
            Stage::Superseded => Vec::new(),
        }
    }

    /// The bodies that have not signed yet.
    pub fn unsigned(&self) -> Vec<&'static str> {
        let has = |body: &&str| self.signatures.iter().any(|one| one.body == **body);
        BODIES.into_iter().filter(|body| !has(body)).collect()
    }

    /// Takes a step on a day.
    ///
    /// Errors: the stage does not allow it; something it must say is missing; the day has not come.
    pub fn take(
        mut self,
        act: &Act,
        (on, recorded_at): (Date, Timestamp),
        text: &str,
    ) -> Result<Self, FirePlanRefusal> {
        let step = act.code();
        let by_itself = matches!(act, Act::Supersede) && self.stage == Stage::InForce && self.void.is_none();
        if !by_itself && !self.steps().contains(&step) {
            return Err(FirePlanRefusal::WrongStage(self.stage.label()));
        }
        if on > recorded_at.date() && !matches!(act, Act::Supersede) {
            return Err(FirePlanRefusal::NotYet);
        }
        let is_said = !text.trim().is_empty();
        match act {
            Act::Make | Act::Change => {}
            Act::Circulate => {
                if self.items.is_empty() {
                    return Err(FirePlanRefusal::Empty);
                }
                self.stage = Stage::Circulating;
            }
            Act::Sign { body, org } => {
                let body = BODIES.into_iter().find(|known| known == body).ok_or(FirePlanRefusal::NoBody)?;
                if !self.unsigned().contains(&body) {
                    return Err(FirePlanRefusal::Signed);
                }
                let text = text.trim().to_owned();
                self.signatures.push(Signature { body: body.to_owned(), org: org.clone(), on, text });
                if self.unsigned().is_empty() {
                    self.stage = Stage::Countersigned;
                }
            }
            Act::SendBack { .. } | Act::Void if !is_said => return Err(FirePlanRefusal::NoReason),
            Act::SendBack { .. } => {
                // Whoever signed, signed what is changed now.
                self.signatures.clear();
                self.stage = Stage::Draft;
            }
            Act::Approve { by, document_no } => {
                if by.trim().is_empty() || document_no.trim().is_empty() {
                    return Err(FirePlanRefusal::NoApproval);
                }
                if let Some(last) = self.signatures.iter().map(|one| one.on).max().filter(|last| on < *last) {
                    return Err(FirePlanRefusal::Before(last));
                }
                let (by, document_no) = (by.trim().to_owned(), document_no.trim().to_owned());
                self.approval = Some(Approval { by, document_no, on });
                self.stage = Stage::InForce;
            }
            Act::Extract { frame, document, article } => {
                if document.trim().is_empty() || article.trim().is_empty() {
                    return Err(FirePlanRefusal::NoExtract);
                }
                let (document, article) = (document.trim().to_owned(), article.trim().to_owned());
                self.extracts.push(Extract { frame: *frame, document, article, on, recorded_at });
            }
            Act::Progress { item, status, facility, force, article } => {
                let own = self.items.iter_mut().find(|one| one.id == *item).ok_or(FirePlanRefusal::NoItem)?;
                // What four bodies signed for goes only with a reason.
                if *status == ItemStatus::Retired && own.status != ItemStatus::Retired && !is_said {
                    return Err(FirePlanRefusal::NoReason);
                }
                own.status = *status;
                own.facility.clone_from(facility);
                own.force.clone_from(force);
                let article = article.trim();
                if own.article.is_empty() != article.is_empty() {
                    own.taken_in_at = (!article.is_empty()).then_some((on, recorded_at));
                }
                own.article = article.to_owned();
            }
            Act::Supersede => {
                self.superseded_on = Some(on);
                self.stage = Stage::Superseded;
            }
            Act::Void => self.void = Some(text.trim().to_owned()),
        }
        Ok(self)
    }

    /// The days it is in force; none while it never was.
    pub fn in_force(&self) -> Option<(Date, Option<Date>)> {
        let from = self.approval.as_ref()?.on;
        Some((from, self.superseded_on.and_then(|day| day.pred_opt())))
    }

    /// What must be taken into another plan while this version is in force, item by item: the days each is meant, and since
    /// when its article there is named. An item given up is meant until the day before.
    pub fn inclusions(&self, life: &[Event]) -> Vec<Inclusion<'_>> {
        let Some((from, to)) = self.in_force() else { return Vec::new() };
        let approved = life.iter().rev().find(|event| matches!(event.act, Act::Approve { .. }));
        let mut out = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let mut to = to;
            if item.status == ItemStatus::Retired {
                let steps = life.iter().rev().filter_map(|event| match &event.act {
                    Act::Progress { item: id, status, .. } if *id == item.id => Some((event.on, *status)),
                    _ => None,
                });
                let given_up = steps.take_while(|(_, status)| *status == ItemStatus::Retired).last();
                // One given up before the approval is no part of what was approved.
                let Some(last) = given_up.and_then(|(on, _)| on.pred_opt()) else { continue };
                to = Some(to.map_or(last, |to| to.min(last)));
            }
            if to.is_some_and(|to| to < from) {
                continue;
            }
            let with_it = approved.map(|event| (from, event.recorded_at));
            let named = (!item.article.trim().is_empty()).then(|| item.taken_in_at.or(with_it)).flatten();
            let since =
                named.map(|(on, at)| (on.max(from), at)).filter(|(on, _)| to.is_none_or(|to| *on <= to));
            out.push(Inclusion { item, from, to, since });
        }
        out
    }

    /// Items no article of the plan that must take them in is named for. Source: C5.4, C5.5.
    pub fn missing_from(&self, frame: Frame) -> Vec<&Item> {
        let missing = |item: &&Item| {
            item.status != ItemStatus::Retired && item.kind.frame() == frame && item.article.trim().is_empty()
        };
        self.items.iter().filter(missing).collect()
    }

    /// Matters a village has no item with a place for, of those every village must have. Source: C5.2.
    pub fn lacks(&self, village: &crate::ids::TerritoryCode) -> Vec<Matter> {
        let has = |matter: Matter| {
            let of = |item: &&Item| item.kind.matter() == Some(matter) && item.is_placed();
            self.items.iter().filter(of).any(|item| item.village == *village)
        };
        Matter::ALL.into_iter().filter(|matter| !has(*matter)).collect()
    }
}
