//! Periodic reports: drafted from a template with live figures, handed in, issued by a leader with the figures frozen, and
//! worked out again whenever somebody doubts them. What does not belong here: working figures out (`figures`).

mod figures;
mod printed;

use std::sync::OnceLock;

use domain::follow_up::Origin;
use domain::ids::{FollowUpId, OrgId, PostId, ReportId, SitingId};
use domain::policy::{Action, Subject};
use domain::report::{
    Difference, Figure, Frozen, Measure, Report, ReportRefusal, Section, State, Template, differences,
};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
pub use store::report::ReportFilter;
use store::report::ReportRecord;
use store::seal::sha256;
use utoipa::ToSchema;

pub(crate) use figures::KeptInputs;

use crate::follow_up::{FollowUpView, ask, show_photos, view as follow_up_view};
use crate::post::owner::{OwnerView, Owners};
use crate::view::{Named, Word, page_after, read_day};
use crate::{App, Caller, Error, Result};

/// A figure as pages see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FigureView {
    /// Which.
    pub key: String,
    /// Name.
    pub label: String,
    /// How much; a share from 0 to 1; null where nothing was due or recorded.
    pub value: Option<f64>,
    /// Of how much.
    pub of: Option<f64>,
    /// Unit; `%` for a share.
    pub unit: String,
}

/// A report in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportRow {
    /// Id.
    pub id: String,
    /// Template.
    pub template: Word,
    /// Title.
    pub title: String,
    /// Who makes it.
    pub org: Named,
    /// First day it is about.
    pub from: String,
    /// Last day.
    pub to: String,
    /// `draft`, `submitted`, `issued` or `void`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// When it was issued.
    pub issued_at: Option<String>,
    /// How many measures.
    pub measures: usize,
}

/// A page of reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportPage {
    /// Rows.
    pub items: Vec<ReportRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportSection {
    /// Key in the template.
    pub key: String,
    /// Heading.
    pub title: String,
    /// What to write.
    pub hint: String,
    /// What was written.
    pub text: String,
    /// Its figures: frozen once it is issued, live before.
    pub figures: Vec<FigureView>,
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeasureView {
    /// What is to be done.
    pub text: String,
    /// Who owes it.
    pub owner: OwnerView,
    /// By when.
    pub due_on: String,
    /// The item it became.
    pub follow_up: Option<FollowUpView>,
}

/// 报告 as its page sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportView {
    /// As in a list.
    #[serde(flatten)]
    pub row: ReportRow,
    /// Its parts.
    pub sections: Vec<ReportSection>,
    /// What follows.
    pub measures_list: Vec<MeasureView>,
    /// Whether measures are asked for.
    pub needs_measures: bool,
    /// Why it was sent back; empty otherwise.
    pub returned: String,
    /// Why it was taken back; empty otherwise.
    pub void_reason: String,
    /// Who issued it.
    pub issued_by: Option<Named>,
    /// Number of the record's last entry when it was issued.
    pub record_no: Option<i64>,
    /// SHA-256 over what was issued.
    pub sha256: Option<String>,
    /// Version.
    pub version: i64,
    /// What the caller may do: `change`, `submit`, `issue`, `send_back`, `void`, `recompute`.
    pub actions: Vec<&'static str>,
}

/// A figure that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DifferenceView {
    /// Which.
    pub key: String,
    /// As issued.
    pub issued: Option<FigureView>,
    /// As the record says now.
    pub now: Option<FigureView>,
}

/// What came of working a report out again.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Recomputed {
    /// What was issued still has the hash it was sealed with, and so has what it was worked out from.
    pub sealed: bool,
    /// What it was worked out from was kept at issue; what was issued before that was done is only compared with today.
    pub kept: bool,
    /// From what was kept every figure comes out as it was issued.
    pub same: bool,
    /// Those that do not.
    pub differences: Vec<DifferenceView>,
    /// Those that come out otherwise from the record and register as they are today, which may have been put right for days
    /// gone by.
    pub today: Vec<DifferenceView>,
}

/// A part as the office wrote it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SectionInput {
    /// Key in the template.
    pub key: String,
    /// What was written.
    #[serde(default)]
    pub text: String,
}

/// A measure as asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MeasureInput {
    /// What is to be done.
    pub text: String,
    /// Who owes it.
    pub owner: String,
    /// By when.
    pub due_on: String,
}

/// A report to draft or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReportInput {
    /// Code of the template.
    pub template: String,
    /// Title; the template's with its time when left out.
    #[serde(default)]
    pub title: String,
    /// Who makes it.
    pub org: String,
    /// First day it is about.
    pub from: String,
    /// Last day; must be over.
    pub to: String,
    /// Its parts.
    #[serde(default)]
    pub sections: Vec<SectionInput>,
    /// What follows.
    #[serde(default)]
    pub measures: Vec<MeasureInput>,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
    /// The study it puts into words; nobody types it in.
    #[serde(skip)]
    #[schema(ignore)]
    pub siting: Option<SitingId>,
}

/// What is done to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Hand it in.
    Submit,
    /// Issue it.
    Issue,
    /// Send it back.
    SendBack,
    /// Take it back.
    Void,
}

/// What is said with a step.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReportStepInput {
    /// Why, where a reason is asked for.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportOptions {
    /// Templates in use.
    pub templates: Vec<Word>,
    /// Organisations.
    pub orgs: Vec<Named>,
    /// Posts that may owe a measure.
    pub posts: Vec<OwnerView>,
}

/// Which reports are asked for.
#[derive(Debug, Clone, Default)]
pub struct ReportAsked {
    /// Which.
    pub filter: ReportFilter,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

fn templates() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| exchange::report_catalog::read(exchange::shipped::REPORTS).0)
}

/// The newest edition of a template in use on a day.
pub(crate) fn template_on(code: &str, on: Date) -> Option<&'static Template> {
    templates().iter().filter(|one| one.code == code && one.valid_from <= on).max_by_key(|one| one.edition)
}

fn template_of(report: &Report) -> Result<&'static Template> {
    templates()
        .iter()
        .find(|one| one.code == report.template && one.edition == report.edition)
        .ok_or_else(|| Error::Internal(format!("report {} has no template", report.id)))
}

fn figure_view(figure: &Figure) -> FigureView {
    FigureView {
        key: figure.key.clone(),
        label: figure.label.clone(),
        value: figure.value,
        of: figure.of,
        unit: figure.unit.clone(),
    }
}

fn difference_view(found: &Difference) -> DifferenceView {
    DifferenceView {
        key: found.key.clone(),
        issued: found.issued.as_ref().map(figure_view),
        now: found.now.as_ref().map(figure_view),
    }
}

/// The hash over what is published: title, days, text, measures and figures, and which study it puts
/// into words, and by its own hash what the figures were worked out from.
pub(crate) fn content_hash(report: &Report, figures: &[Figure], inputs: Option<&str>) -> Result<String> {
    let published = (&report.title, report.from, report.to, &report.sections, &report.measures, figures);
    let text = match (&report.siting, inputs) {
        (None, None) => serde_json::to_string(&published),
        (Some(study), None) => serde_json::to_string(&(published, study)),
        (study, Some(inputs)) => serde_json::to_string(&(published, study, inputs)),
    };
    let text = text.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(sha256(text.as_bytes()))
}

fn row(record: &ReportRecord, owners: &Owners) -> ReportRow {
    let r = &record.report;
    let label = template_of(r).map_or(r.template.as_str(), |template| template.title.as_str());
    ReportRow {
        id: r.id.to_string(),
        template: Word::new(&r.template, label),
        title: r.title.clone(),
        org: owners.org(r.org.as_str()),
        from: r.from.to_string(),
        to: r.to.to_string(),
        state: r.state.code().to_owned(),
        state_label: r.state.label().to_owned(),
        issued_at: match &r.state {
            State::Issued { at, .. } => Some(at.to_rfc3339()),
            State::Draft { .. } | State::Submitted { .. } | State::Void { .. } => None,
        },
        measures: r.measures.len(),
    }
}

fn actions(caller: &Caller, report: &Report) -> Vec<&'static str> {
    let may = |action| caller.hats.hat(action, &Subject::town()).is_some();
    let (writes, issues) = (may(Action::ReportWrite), may(Action::ReportIssue));
    let mut out = Vec::new();
    match &report.state {
        State::Draft { .. } if writes => out.extend(["change", "submit", "void"]),
        State::Submitted { by } => {
            if issues {
                out.extend((*by != caller.person).then_some("issue"));
                out.push("send_back");
            }
            if writes {
                out.push("void");
            }
        }
        State::Issued { .. } => out.push("recompute"),
        State::Draft { .. } | State::Void { .. } => {}
    }
    out
}

impl App {
    /// Reports, newest first.
    pub async fn reports(&self, caller: &Caller, asked: &ReportAsked) -> Result<ReportPage> {
        caller.scope(Action::ReportRead)?;
        let before = page_after(asked.after.as_deref(), domain::time::parse_date)?;
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.reports(&asked.filter, before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let next = found.last().filter(|_| more).map(|last| format!("{}~{}", last.report.to, last.report.id));
        let owners = Owners::read(&mut read, self.now().date()).await?;
        Ok(ReportPage { items: found.iter().map(|one| row(one, &owners)).collect(), next })
    }

    /// One report.
    pub async fn report(&self, caller: &Caller, id: &ReportId) -> Result<ReportView> {
        caller.scope(Action::ReportRead)?;
        let record = self.db.read(&self.town).await?.report(id).await?.ok_or(Error::NotFound)?;
        let figures = self.shown(&record.report).await?;
        let mut read = self.db.read(&self.town).await?;
        self.report_view(&mut read, caller, &record, &figures).await
    }

    /// What a form needs.
    pub async fn report_options(&self, caller: &Caller) -> Result<ReportOptions> {
        caller.scope(Action::ReportWrite)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let owners = Owners::read(&mut read, today).await?;
        let orgs = read.orgs().await?.into_iter().map(|one| one.org).filter(|org| org.active);
        let mut words: Vec<Word> = Vec::new();
        for template in templates().iter().filter(|one| one.valid_from <= today) {
            if !words.iter().any(|known| known.code == template.code) {
                words.push(Word::new(&template.code, &template.title));
            }
        }
        Ok(ReportOptions {
            templates: words,
            orgs: orgs.map(|org| Named::new(org.id.as_str(), org.name)).collect(),
            posts: owners.all(),
        })
    }

    /// The figures a report shows now: frozen once it was issued, live before, none once it was taken back.
    async fn shown(&self, report: &Report) -> Result<Vec<Figure>> {
        match &report.state {
            State::Issued { frozen, .. } => Ok(frozen.figures.clone()),
            State::Void { .. } => Ok(Vec::new()),
            State::Draft { .. } | State::Submitted { .. } => {
                self.figures(template_of(report)?, (report.from, report.to)).await
            }
        }
    }

    async fn report_view(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &ReportRecord,
        figures: &[Figure],
    ) -> Result<ReportView> {
        let today = self.now().date();
        let owners = Owners::read(read, today).await?;
        let r = &record.report;
        let template = template_of(r)?;
        let origin = Origin { kind: "report".to_owned(), id: r.id.to_string() };
        let items = read.follow_ups_of(&origin).await?;
        let title = Named::new(r.id.as_str(), &r.title);
        // One key may stand for several figures: `whistles.bodies` for one of each body.
        let of = |key: &String| -> Vec<FigureView> {
            let part = format!("{key}:");
            let own = figures.iter().filter(|one| one.key == *key || one.key.starts_with(&part));
            own.map(figure_view).collect()
        };
        let written = |key: &str| r.sections.iter().find(|section| section.key == key);
        let issued = match &r.state {
            State::Issued { by, frozen, .. } => Some((owners.person(by), frozen)),
            State::Draft { .. } | State::Submitted { .. } | State::Void { .. } => None,
        };
        let asked = |one: &Measure| MeasureView {
            text: one.text.clone(),
            owner: owners.view(&one.owner),
            due_on: one.due_on.to_string(),
            follow_up: items
                .iter()
                .find(|item| Some(&item.item.id) == one.follow_up.as_ref())
                .map(|item| follow_up_view(caller, item, &owners, title.clone(), today)),
        };
        let mut measures_list: Vec<MeasureView> = r.measures.iter().map(asked).collect();
        for item in measures_list.iter_mut().filter_map(|one| one.follow_up.as_mut()) {
            show_photos(read, item).await?;
        }
        Ok(ReportView {
            row: row(record, &owners),
            sections: template
                .sections
                .iter()
                .map(|part| ReportSection {
                    key: part.key.clone(),
                    title: part.title.clone(),
                    hint: part.hint.clone(),
                    text: written(&part.key).map(|section| section.text.clone()).unwrap_or_default(),
                    figures: part.figures.iter().flat_map(of).collect(),
                })
                .collect(),
            measures_list,
            needs_measures: template.needs_measures,
            returned: match &r.state {
                State::Draft { returned } => returned.clone(),
                State::Submitted { .. } | State::Issued { .. } | State::Void { .. } => String::new(),
            },
            void_reason: match &r.state {
                State::Void { reason } => reason.clone(),
                State::Draft { .. } | State::Submitted { .. } | State::Issued { .. } => String::new(),
            },
            record_no: issued.as_ref().map(|(_, frozen)| frozen.record_no),
            sha256: issued.as_ref().map(|(_, frozen)| frozen.sha256.clone()),
            issued_by: issued.map(|(by, _)| by),
            version: record.version,
            actions: actions(caller, r),
        })
    }

    /// Drafts a report, or changes a draft.
    pub async fn draft_report(
        &self,
        caller: &Caller,
        id: Option<&ReportId>,
        asked: ReportInput,
    ) -> Result<ReportView> {
        let hat = caller.hat(Action::ReportWrite, &Subject::town())?;
        let now = self.now();
        let today = now.date();
        let (from, to) = (read_day("from", &asked.from)?, read_day("to", &asked.to)?);
        let before = match id {
            None => None,
            Some(id) => {
                let record = self.db.read(&self.town).await?.report(id).await?.ok_or(Error::NotFound)?;
                self.is_newest(caller, &record, asked.version.unwrap_or(0)).await?;
                Some(record)
            }
        };
        let template = match &before {
            Some(record) => template_of(&record.report)?,
            None => template_on(&asked.template, today)
                .ok_or_else(|| Error::field("template", "report.template", "没有这种报告，请从列表中选择"))?,
        };
        let known = |key: &String| template.sections.iter().any(|part| part.key == *key);
        let mut measures = Vec::new();
        for one in asked.measures.iter().filter(|one| !one.text.trim().is_empty()) {
            let due_on = read_day("due_on", &one.due_on)?;
            let owner = PostId::from(one.owner.as_str());
            measures.push(Measure { text: one.text.trim().to_owned(), owner, due_on, follow_up: None });
        }
        let state = before.as_ref().map(|record| record.report.state.clone());
        let report = Report {
            id: id.cloned().unwrap_or_else(|| ReportId::from(self.new_id())),
            template: template.code.clone(),
            edition: template.edition,
            kind: template.kind.clone(),
            title: match asked.title.trim() {
                "" => format!("{from}至{to}{}", template.title),
                title => title.to_owned(),
            },
            org: OrgId::from(asked.org.as_str()),
            from,
            to,
            sections: asked
                .sections
                .into_iter()
                .filter(|part| known(&part.key))
                .map(|part| Section { key: part.key, text: part.text.trim().to_owned() })
                .collect(),
            measures,
            siting: before.as_ref().and_then(|record| record.report.siting.clone()).or(asked.siting),
            state: state.unwrap_or(State::Draft { returned: String::new() }),
        }
        .draft(today)?;
        let figures = self.figures(template, (from, to)).await?;
        let mut tx = self.write(caller).await?;
        if tx.org(&report.org).await?.is_none_or(|one| !one.org.active) {
            return Err(Error::field("org", "report.org", "没有这个机构，请从列表中选择"));
        }
        let owners = Owners::read(&mut tx, today).await?;
        if report.measures.iter().any(|one| owners.post(&one.owner).is_none()) {
            return Err(Error::field("owner", "follow_up.owner", "没有这个岗位，请从列表中选择责任岗位"));
        }
        let action = if before.is_some() { "report.change" } else { "report.draft" };
        let mut record = match before {
            Some(before) => ReportRecord { report, ..before },
            None => ReportRecord { report, recorded_by: caller.name.clone(), version: 0, recorded_at: now },
        };
        match record.version {
            0 => tx.insert_report(&record).await?,
            _ => tx.update_report(&record).await?,
        }
        record.version += 1;
        let view = self.report_view(&mut tx, caller, &record, &figures).await?;
        let audit = caller.audit_as(hat, action, ("report", record.report.id.as_str()), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    async fn is_newest(&self, caller: &Caller, record: &ReportRecord, version: i64) -> Result<()> {
        if record.version == version {
            return Ok(());
        }
        let figures = self.shown(&record.report).await?;
        let mut read = self.db.read(&self.town).await?;
        Err(Error::stale(&self.report_view(&mut read, caller, record, &figures).await?))
    }

    /// Takes a step. Issuing freezes the figures and asks the posts for the measures, in one write.
    pub async fn step_report(
        &self,
        caller: &Caller,
        id: &ReportId,
        step: Step,
        asked: &ReportStepInput,
    ) -> Result<ReportView> {
        caller.scope(Action::ReportRead)?;
        let (action, name) = match step {
            Step::Submit => (Action::ReportWrite, "report.submit"),
            Step::Void => (Action::ReportWrite, "report.void"),
            Step::Issue => (Action::ReportIssue, "report.issue"),
            Step::SendBack => (Action::ReportIssue, "report.send_back"),
        };
        let hat = caller.hat(action, &Subject::town())?;
        let now = self.now();
        let mut record = self.db.read(&self.town).await?.report(id).await?.ok_or(Error::NotFound)?;
        self.is_newest(caller, &record, asked.version).await?;
        let template = template_of(&record.report)?;
        let (figures, kept) = match step {
            Step::Issue if matches!(record.report.state, State::Submitted { .. }) => {
                let days = (record.report.from, record.report.to);
                let (figures, kept) = self.figures_kept(template, days).await?;
                (figures, Some(kept))
            }
            Step::Submit | Step::Issue | Step::SendBack | Step::Void => {
                (self.shown(&record.report).await?, None)
            }
        };
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        record.report = match step {
            Step::Submit => record.report.submit(caller.person.clone(), template)?,
            Step::SendBack => record.report.send_back(&asked.reason)?,
            Step::Void => record.report.void(&asked.reason)?,
            Step::Issue => {
                let mut report = record.report;
                let origin = Origin { kind: "report".to_owned(), id: id.to_string() };
                for measure in &mut report.measures {
                    let item = FollowUpId::from(self.new_id());
                    let wanted = (item.clone(), measure.text.as_str(), &measure.owner, measure.due_on);
                    ask(&mut tx, &owners, &origin, wanted, now).await?;
                    measure.follow_up = Some(item);
                }
                if let Some(kept) = &kept {
                    tx.note_blob(&kept.sha256, kept.size_bytes, KeptInputs::MEDIA, now).await?;
                }
                let inputs = kept.map(|kept| kept.sha256);
                let sha256 = content_hash(&report, &figures, inputs.as_deref())?;
                let record_no = tx.audit_head().await?.0;
                let frozen = Frozen { figures: figures.clone(), record_no, sha256, inputs };
                report.issue(caller.person.clone(), now, frozen)?
            }
        };
        tx.update_report(&record).await?;
        record.version += 1;
        let view = self.report_view(&mut tx, caller, &record, &figures).await?;
        let mut audit = caller.audit_as(hat, name, ("report", id.as_str()), "", now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Works an issued report out again from what was kept when it was issued, and beside it from the record of today, and
    /// says what is not what it was.
    pub async fn recompute_report(&self, caller: &Caller, id: &ReportId) -> Result<Recomputed> {
        caller.scope(Action::ReportRead)?;
        let record = self.db.read(&self.town).await?.report(id).await?.ok_or(Error::NotFound)?;
        let report = &record.report;
        let State::Issued { frozen, .. } = &report.state else {
            return Err(ReportRefusal::WrongState(report.state.label()).into());
        };
        let (template, days) = (template_of(report)?, (report.from, report.to));
        let again = match &frozen.inputs {
            None => None,
            Some(inputs) => self.figures_again(template, days, inputs)?,
        };
        let view = |figures: &[Figure]| -> Vec<DifferenceView> {
            differences(&frozen.figures, figures).iter().map(difference_view).collect()
        };
        let today = view(&self.figures(template, days).await?);
        let differences = again.as_deref().map(view);
        let whole = content_hash(report, &frozen.figures, frozen.inputs.as_deref())? == frozen.sha256;
        Ok(Recomputed {
            sealed: whole && (frozen.inputs.is_none() || again.is_some()),
            kept: frozen.inputs.is_some(),
            same: differences.as_ref().is_some_and(Vec::is_empty),
            differences: differences.unwrap_or_default(),
            today,
        })
    }
}
