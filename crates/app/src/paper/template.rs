//! Templates the town words itself: drafted by the office from one that comes along, approved by a leader who did not draft
//! it, taken when a paper is begun while they are in use. What does not belong here: what may be worded (`domain::paper`).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use domain::document::{Document, Layout};
use domain::ids::PaperTemplateId;
use domain::paper::{
    FieldType, Frame, Origin, Paper, TOWN_EDITIONS, Template, TownState, TownTemplate, Value, Values,
};
use domain::policy::{Action, Subject};
use domain::time::Date;
use render::Pictures;
use serde::{Deserialize, Serialize};
use store::paper::TownTemplateRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use super::{PaperFile, catalog, draw};
use crate::error::FieldProblem;
use crate::names::Names;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

/// A text of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplatePhrase {
    /// Where it stands: `title`, `recipients`, `note`, `piece.2`, `piece.5.0`, `field.deadline`.
    pub at: String,
    /// The text as it comes along.
    pub text: String,
}

/// A template that comes along and may be worded otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateBase {
    /// `DT10`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// Its texts, in the order of the page; labels of fields last.
    pub phrases: Vec<TemplatePhrase>,
}

/// A text that the town words otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateChange {
    /// Where it stands.
    pub at: String,
    /// As it comes along.
    pub before: String,
    /// As the town words it.
    pub after: String,
}

/// A template of the town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TownTemplateView {
    /// Id.
    pub id: String,
    /// `DT10`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// Edition, as papers name it.
    pub edition: u32,
    /// Which of the town's own, from 1.
    pub n: u32,
    /// First day.
    pub from: String,
    /// Last day; null while none is set.
    pub to: Option<String>,
    /// Why it is worded otherwise.
    pub why: String,
    /// `draft`, `approved`, `returned` or `withdrawn`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Whether papers begun today are made from it.
    pub in_use: bool,
    /// What is worded otherwise.
    pub changes: Vec<TemplateChange>,
    /// Who drafted it.
    pub drafted_by: Named,
    /// Who approved it, sent it back or withdrew it.
    pub decided_by: Option<Named>,
    /// When.
    pub decided_on: Option<String>,
    /// Why it was sent back or withdrawn.
    pub reason: String,
    /// What the caller may do: `change`, `decide`, `withdraw`.
    pub actions: Vec<&'static str>,
    /// Version.
    pub version: i64,
}

/// The town's templates and what they may be made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplatesView {
    /// Those of the town, newest edition of each code first.
    pub items: Vec<TownTemplateView>,
    /// Those that come along and may be worded otherwise; empty for who may not draft.
    pub bases: Vec<TemplateBase>,
}

/// Words of the town for a template.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TownTemplateInput {
    /// Code of the template it is made from.
    pub code: String,
    /// The texts worded otherwise, by where they stand.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
    /// Why.
    #[serde(default)]
    pub why: String,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// What is decided about a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TemplateDecide {
    /// Whether it holds from its day on.
    pub approve: bool,
    /// What is to be changed, when it does not.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// It is no longer used.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TemplateWithdraw {
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// The template a paper was made from: one that comes along, or one of the town.
///
/// Errors: neither is there any more; a mistake of the program.
// Part of what is done with a paper the caller may read.
pub(crate) async fn template_of(read: &mut Read, paper: &Paper) -> Result<Cow<'static, Template>> {
    if let Some(known) = catalog().version(&paper.template, paper.edition) {
        return Ok(Cow::Borrowed(known));
    }
    let own = read.paper_template_edition(&paper.template, paper.edition).await?;
    let lost = || Error::Internal(format!("paper {} names no template we have", paper.id));
    Ok(Cow::Owned(bound(own.ok_or_else(lost)?.made)))
}

/// The templates of the town that are in use on a day, the newest edition of each code.
// Part of drafting a paper.
pub(crate) async fn in_use(read: &mut Read, day: Date) -> Result<HashMap<String, Template>> {
    // They come by edition, so that a newer one takes the place of the older.
    let used = read.paper_templates().await?.into_iter().filter(|one| one.made.in_use_on(day));
    Ok(used.map(|one| (one.made.template.code.clone(), bound(one.made))).collect())
}

/// The town's words, held to what the template they were made from is held to today.
fn bound(made: TownTemplate) -> Template {
    match catalog().version(&made.template.code, made.base) {
        Some(base) => made.template.bound_like(base),
        None => made.template,
    }
}

/// The template a new paper is begun from: the edition asked for, or the one in use; the town's go before those that come
/// along.
///
/// Errors: there is none today.
// Part of drafting a paper.
pub(super) async fn begun(
    read: &mut Read,
    code: &str,
    edition: Option<u32>,
    day: Date,
) -> Result<Cow<'static, Template>> {
    let own = in_use(read, day).await?.remove(code);
    let shipped = || match edition {
        Some(edition) => catalog().version(code, edition).filter(|one| one.valid_on(day)),
        None => catalog().on(code, day),
    };
    match own.filter(|own| edition.is_none_or(|edition| own.version == edition)) {
        Some(own) => Ok(Cow::Owned(own)),
        None => shipped().map(Cow::Borrowed).ok_or_else(|| {
            Error::field("template", "paper.template", "没有这种文书模板，或今天已不能使用，请从列表中选择")
        }),
    }
}

/// How many drafts of templates wait for the caller's decision; his own wait for somebody else.
// Part of the workbench, counted within the right that lets him decide.
pub(crate) async fn templates_waiting(read: &mut Read, caller: &Caller) -> Result<i64> {
    if caller.hats.scope(Action::ParameterDecide).is_none() {
        return Ok(0);
    }
    let all = read.paper_templates().await?;
    let waits = |one: &&TownTemplateRecord| {
        one.made.state == TownState::Draft && one.made.drafted_by != caller.person
    };
    Ok(all.iter().filter(waits).count() as i64)
}

fn base_of(code: &str, day: Date) -> Result<&'static Template> {
    catalog().on(code, day).ok_or_else(|| {
        Error::field("code", "paper.template", "没有这种文书模板，或今天已不能使用，请从列表中选择")
    })
}

/// Fields that cannot be right, one by one.
pub(super) fn wrong(problems: Vec<domain::paper::FieldProblem>) -> Error {
    let told = problems.into_iter();
    Error::Invalid(
        told.map(|one| FieldProblem { field: one.field, code: one.code, message: one.message }).collect(),
    )
}

fn actions(caller: &Caller, made: &TownTemplate) -> Vec<&'static str> {
    let may = |action| caller.hat(action, &Subject::town()).is_ok();
    let mut offered = Vec::new();
    if made.open().is_ok() && may(Action::ParameterPropose) {
        offered.push("change");
    }
    if made.state == TownState::Draft && may(Action::ParameterDecide) && made.drafted_by != caller.person {
        offered.push("decide");
    }
    let withdraws = match made.state {
        TownState::Withdrawn { .. } => false,
        TownState::Approved { .. } => may(Action::ParameterDecide),
        _ => may(Action::ParameterPropose),
    };
    if withdraws {
        offered.push("withdraw");
    }
    offered
}

fn view(caller: &Caller, record: &TownTemplateRecord, names: &Names, today: Date) -> TownTemplateView {
    let (made, template) = (&record.made, &record.made.template);
    let before = catalog().version(&template.code, made.base).map(Template::phrases).unwrap_or_default();
    let changes = before.into_iter().zip(template.phrases()).filter(|(old, new)| old != new);
    let (decided, reason) = match &made.state {
        TownState::Draft => (None, ""),
        TownState::Approved { by, on } => (Some((by, on)), ""),
        TownState::Returned { by, on, reason } | TownState::Withdrawn { by, on, reason } => {
            (Some((by, on)), reason.as_str())
        }
    };
    let named = |id: &domain::ids::PersonId| Named::new(id.as_str(), names.person(id));
    TownTemplateView {
        id: made.id.to_string(),
        code: template.code.clone(),
        name: template.name.clone(),
        name_en: template.name_en.clone(),
        edition: template.version,
        n: template.version.saturating_sub(TOWN_EDITIONS),
        from: template.valid_from.to_string(),
        to: template.valid_to.map(|day| day.to_string()),
        why: made.why.clone(),
        state: made.state.code().to_owned(),
        state_label: made.state.label().to_owned(),
        in_use: made.in_use_on(today),
        changes: changes
            .map(|(old, new)| TemplateChange { at: old.at, before: old.text, after: new.text })
            .collect(),
        drafted_by: named(&made.drafted_by),
        decided_by: decided.map(|(by, _)| named(by)),
        decided_on: decided.map(|(_, on)| on.to_string()),
        reason: reason.to_owned(),
        actions: actions(caller, made),
        version: record.version,
    }
}

/// Something for every field, so that the words can be read where they will stand.
fn example(template: &Template, day: Date) -> Values {
    let value = |field: &domain::paper::Field| {
        let name = format!("（{}）", field.zh);
        Some(match &field.kind {
            FieldType::Text | FieldType::LongText | FieldType::Qr => Value::Text(name),
            FieldType::Number => Value::Number(1.0),
            FieldType::Date => Value::Text(day.to_string()),
            FieldType::Minute => Value::Text(format!("{day}T09:00")),
            FieldType::Flag => Value::Flag(true),
            FieldType::Choice { options } => Value::Text(options.first()?.clone()),
            FieldType::Choices { options } => Value::List(options.clone()),
            FieldType::List => Value::List(vec![name]),
            FieldType::Rows { columns } => {
                Value::Rows(vec![columns.iter().map(|column| format!("（{}）", column.zh)).collect()])
            }
            FieldType::Photos => return None,
        })
    };
    template.fields.iter().filter_map(|field| Some((field.key.clone(), value(field)?))).collect()
}

/// The template filled with examples.
fn example_page(template: &Template, day: Date) -> Result<Document> {
    let frame = Frame {
        issuer: "（制发单位）".to_owned(),
        number: template.series.as_ref().map(|_| "（编号）".to_owned()),
        issued_on: day,
        signer: (template.layout == Layout::Upward).then(|| "（签发人）".to_owned()),
        marks: Vec::new(),
        attachments: Vec::new(),
        copies_to: Vec::new(),
        printed: None,
    };
    template.fill(&example(template, day), &frame, false).map_err(wrong)
}

impl App {
    /// The town's own templates, and for who may draft those they are made from.
    pub async fn paper_templates(&self, caller: &Caller) -> Result<TemplatesView> {
        caller.scope(Action::PaperRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let mut items: Vec<TownTemplateView> =
            read.paper_templates().await?.iter().map(|one| view(caller, one, &names, today)).collect();
        items.sort_by(|a, b| a.code.cmp(&b.code).then(b.edition.cmp(&a.edition)));
        let drafts = caller.hat(Action::ParameterPropose, &Subject::town()).is_ok();
        let newest = |one: &&Template| {
            drafts
                && one.origin == Origin::Issued
                && catalog().on(&one.code, today).is_some_and(|newest| newest.version == one.version)
        };
        let phrases = |one: &Template| {
            one.phrases().into_iter().map(|at| TemplatePhrase { at: at.at, text: at.text }).collect()
        };
        let bases = catalog().templates.iter().filter(newest).map(|one| TemplateBase {
            code: one.code.clone(),
            name: one.name.clone(),
            name_en: one.name_en.clone(),
            phrases: phrases(one),
        });
        Ok(TemplatesView { items, bases: bases.collect() })
    }

    /// Drafts a template of the town, or words a draft anew; nothing is made from it before a leader approved it.
    ///
    /// Errors: a field that would lose its place, by its name; nothing worded otherwise; days in the wrong order.
    pub async fn draft_paper_template(
        &self,
        caller: &Caller,
        id: Option<&PaperTemplateId>,
        asked: TownTemplateInput,
    ) -> Result<TownTemplateView> {
        let hat = caller.hat(Action::ParameterPropose, &Subject::town())?;
        let now = self.now();
        let from = read_day("from", &asked.from)?;
        let to = asked.to.as_deref().filter(|to| !to.is_empty());
        let to = to.map(|to| read_day("to", to)).transpose()?;
        let mut tx = self.write(caller).await?;
        let before = match id {
            Some(id) => Some(self.town_template(&mut tx, caller, id, asked.version.unwrap_or(0)).await?),
            None => None,
        };
        let base = match &before {
            Some(before) => {
                before.made.open()?;
                let (code, version) = (&before.made.template.code, before.made.base);
                catalog().version(code, version).map_or_else(|| base_of(code, now.date()), Ok)?
            }
            None => base_of(&asked.code, now.date())?,
        };
        let edition = match &before {
            Some(before) => before.made.template.version,
            None => {
                let taken = tx.paper_templates().await?;
                let own = taken.iter().map(|one| &one.made.template).filter(|one| one.code == base.code);
                own.map(|one| one.version).max().unwrap_or(TOWN_EDITIONS).saturating_add(1)
            }
        };
        let worded = base.reworded(&asked.words).map_err(wrong)?;
        let new = id.cloned().unwrap_or_else(|| PaperTemplateId::from(self.new_id()));
        let by = caller.person.clone();
        let made = TownTemplate::draft(new, base, worded, edition, (from, to), &asked.why, by)?;
        let action = if id.is_some() { "paper_template.change" } else { "paper_template.draft" };
        let mut record = TownTemplateRecord {
            made,
            recorded_by: caller.name.clone(),
            version: before.as_ref().map_or(1, |before| before.version),
            recorded_at: before.as_ref().map_or(now, |before| before.recorded_at),
        };
        match before {
            None => tx.insert_paper_template(&record).await?,
            Some(_) => {
                tx.update_paper_template(&record).await?;
                record.version += 1;
            }
        }
        let answer = view(caller, &record, &Names::read(&mut tx).await?, now.date());
        let mut audit = caller.audit_as(hat, action, ("paper_template", record.made.id.as_str()), "", now);
        audit.reason.clone_from(&record.made.why);
        Ok(tx.commit(audit, answer).await?)
    }

    /// A leader approves a draft, or sends it back with what is to be changed. Who drafted it does not.
    pub async fn decide_paper_template(
        &self,
        caller: &Caller,
        id: &PaperTemplateId,
        asked: &TemplateDecide,
    ) -> Result<TownTemplateView> {
        let hat = caller.hat(Action::ParameterDecide, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.town_template(&mut tx, caller, id, asked.version).await?;
        let (by, on) = (caller.person.clone(), now.date());
        record.made = match asked.approve {
            true => record.made.approve(by, on)?,
            false => record.made.send_back(by, on, &asked.reason)?,
        };
        tx.update_paper_template(&record).await?;
        record.version += 1;
        let answer = view(caller, &record, &Names::read(&mut tx).await?, on);
        let action = if asked.approve { "paper_template.approve" } else { "paper_template.reject" };
        let mut audit = caller.audit_as(hat, action, ("paper_template", id.as_str()), "", now);
        asked.reason.trim().clone_into(&mut audit.reason);
        Ok(tx.commit(audit, answer).await?)
    }

    /// It is no longer used, with a reason: a draft by who may draft, one in force by a leader. Papers made from it keep it.
    pub async fn withdraw_paper_template(
        &self,
        caller: &Caller,
        id: &PaperTemplateId,
        asked: &TemplateWithdraw,
    ) -> Result<TownTemplateView> {
        caller.scope(Action::PaperRead)?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.town_template(&mut tx, caller, id, asked.version).await?;
        let right = match record.made.state {
            TownState::Approved { .. } => Action::ParameterDecide,
            _ => Action::ParameterPropose,
        };
        let hat = caller.hat(right, &Subject::town())?;
        record.made = record.made.withdraw(caller.person.clone(), now.date(), &asked.reason)?;
        tx.update_paper_template(&record).await?;
        record.version += 1;
        let answer = view(caller, &record, &Names::read(&mut tx).await?, now.date());
        let mut audit =
            caller.audit_as(hat, "paper_template.withdraw", ("paper_template", id.as_str()), "", now);
        asked.reason.trim().clone_into(&mut audit.reason);
        Ok(tx.commit(audit, answer).await?)
    }

    /// A template of the town filled with examples, as PDF.
    pub async fn paper_template_example(&self, caller: &Caller, id: &PaperTemplateId) -> Result<PaperFile> {
        caller.scope(Action::PaperRead)?;
        let mut read = self.db.read(&self.town).await?;
        let template = read.paper_template(id).await?.ok_or(Error::NotFound)?.made.template;
        drop(read);
        let page = self.marked(example_page(&template, self.now().date())?);
        let bytes = draw::draw(vec![page], Pictures::new()).await?.bytes;
        Ok(PaperFile { name: format!("{}样张", template.name), bytes })
    }

    /// The template as the caller saw it.
    async fn town_template(
        &self,
        tx: &mut Write,
        caller: &Caller,
        id: &PaperTemplateId,
        version: i64,
    ) -> Result<TownTemplateRecord> {
        let record = tx.paper_template(id).await?.ok_or(Error::NotFound)?;
        if record.version != version {
            let names = Names::read(tx).await?;
            return Err(Error::stale(&view(caller, &record, &names, self.now().date())));
        }
        Ok(record)
    }
}
