//! Projects under the clauses of facilities and roads: proposed with what they build and the money that pays, approved,
//! begun, finished; what has been promised and spent on them. What does not belong here: the rules (`domain::project`),
//! paying (`budget`).

use std::collections::BTreeMap;

use domain::ids::{BudgetLineId, OrgId, ProjectId};
use domain::org::Level;
use domain::policy::{Action, Subject};
use domain::project::{Event, Item, Project, Stage, Step};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::facility::FacilityFilter;
use store::project::ProjectRecord;
use store::road::RoadFilter;
use store::{Read, Write};
use utoipa::{IntoParams, ToSchema};

use crate::names::Names;
use crate::place::Gazetteer;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// What stands before the number the program gives.
const SERIES: &str = "XM";

/// Which projects.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ProjectAsked {
    /// Only in this stage.
    pub stage: Option<String>,
    /// Only those that build or mend this facility or road, by its id.
    pub item: Option<String>,
}

/// Something a project builds or mends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ProjectItem {
    /// `facility` or `road`.
    pub kind: String,
    /// Id.
    pub id: String,
    /// What it is called; not read when typed in.
    #[serde(default)]
    pub name: String,
    /// How it stands: a facility's stage; empty of a road.
    #[serde(default)]
    pub state: String,
}

/// A line of the budget that pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectLine {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// The year.
    pub year: i32,
    /// Units: fen.
    pub promised_fen: i64,
    /// Units: fen.
    pub spent_fen: i64,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectEvent {
    /// Which.
    pub step: Word,
    /// The day it holds from.
    pub on: String,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub at: String,
    /// What was said.
    pub text: String,
}

/// A project in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectRow {
    /// Id.
    pub id: String,
    /// Number.
    pub code: String,
    /// Title.
    pub title: String,
    /// Who carries it out.
    pub org: Named,
    /// Where it stands.
    pub stage: Word,
    /// Facilities and roads.
    pub items_n: usize,
    /// Units: fen.
    pub estimate_fen: i64,
    /// First day planned.
    pub from: String,
    /// Last day planned.
    pub until: String,
    /// It should be over and is not.
    pub late: bool,
}

/// Projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectList {
    /// The newest first.
    pub items: Vec<ProjectRow>,
    /// Estimates of those that stand. Units: fen.
    pub estimate_fen: i64,
    /// Whether the caller may propose one.
    pub may_add: bool,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectOptions {
    /// Organisations.
    pub orgs: Vec<Named>,
    /// Facilities that are not retired.
    pub facilities: Vec<ProjectItem>,
    /// Roads.
    pub roads: Vec<ProjectItem>,
    /// Lines of the budget of this year and the one before; empty for whoever may not see money.
    pub lines: Vec<ProjectLine>,
}

/// One project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectView {
    /// As in a list.
    #[serde(flatten)]
    pub row: ProjectRow,
    /// What is built or mended.
    pub items: Vec<ProjectItem>,
    /// 资金来源.
    pub source: String,
    /// Lines that pay; none for whoever may not see money.
    pub lines: Option<Vec<ProjectLine>>,
    /// Promised on those lines. Units: fen.
    pub promised_fen: Option<i64>,
    /// Spent on those lines. Units: fen.
    pub spent_fen: Option<i64>,
    /// Why.
    pub reason: String,
    /// What was done.
    pub events: Vec<ProjectEvent>,
    /// What the caller may do.
    pub actions: Vec<Word>,
    /// Row version.
    pub version: i64,
}

/// A project to propose or change.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ProjectInput {
    /// Title.
    pub title: String,
    /// Who carries it out.
    pub org: String,
    /// What is built or mended.
    pub items: Vec<ProjectItem>,
    /// Units: fen.
    pub estimate_fen: i64,
    /// 资金来源.
    pub source: String,
    /// Lines of the budget that pay.
    pub lines: Vec<String>,
    /// First day planned.
    pub from: String,
    /// Last day planned.
    pub until: String,
    /// Why.
    pub reason: String,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// Something done with a project.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ProjectStepInput {
    /// `approve`, `begin`, `finish` or `void`.
    pub step: String,
    /// The day it holds from; today when left out.
    pub on: Option<String>,
    /// What the approval rests on, or why.
    pub text: String,
    /// The version that was read.
    pub version: i64,
}

fn subject(record: &ProjectRecord) -> Subject {
    Subject::of(&record.path, Some(&record.project.org))
}

fn right_of(step: Step) -> Action {
    match step {
        Step::Approve | Step::Void => Action::ProjectApprove,
        _ => Action::ProjectChange,
    }
}

fn unknown(field: &str) -> Error {
    Error::field(field, "project.unknown", "没有这一项，请从列表中选择")
}

fn row(record: &ProjectRecord, names: &Names, today: Date) -> ProjectRow {
    let p = &record.project;
    ProjectRow {
        id: p.id.to_string(),
        code: p.code.clone(),
        title: p.title.clone(),
        org: names.named_org(&p.org),
        stage: Word::new(p.stage.code(), p.stage.label()),
        items_n: p.items.len(),
        estimate_fen: p.estimate_fen,
        from: p.from.to_string(),
        until: p.until.to_string(),
        late: p.is_late(today),
    }
}

/// Projects that were approved and not over at the end of a day, by the kind and id of what they build or mend; none for
/// whoever may not read projects. Source: C6.8 (a road nothing passes yet may have a project to improve it).
pub(crate) async fn running(
    read: &mut Read,
    caller: &Caller,
    day: Date,
) -> Result<BTreeMap<(&'static str, String), Vec<Named>>> {
    let mut found: BTreeMap<_, Vec<Named>> = BTreeMap::new();
    let Ok(scope) = caller.scope(Action::ProjectRead) else { return Ok(found) };
    for project in read.projects(&scope).await?.into_iter().map(|record| record.project) {
        if !project.was_running(day) {
            continue;
        }
        let named = Named::new(project.id.as_str(), format!("{} {}", project.code, project.title));
        for item in &project.items {
            let (kind, id) = item.parts();
            found.entry((kind, id.to_owned())).or_default().push(named.clone());
        }
    }
    Ok(found)
}

/// What is built, with what it is called and how it stands.
async fn items(read: &mut Read, items: &[Item]) -> Result<Vec<ProjectItem>> {
    let system = Caller::system();
    let (facilities, roads) = (system.scope(Action::FacilityRead)?, system.scope(Action::RoadRead)?);
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        let (name, state) = match item {
            Item::Facility(id) => match read.facility(id, &facilities).await? {
                Some(known) => (known.facility.name.clone(), known.facility.stage.label().to_owned()),
                None => Default::default(),
            },
            Item::Road(id) => match read.road(id, &roads).await? {
                Some(known) => (known.segment.road.name.clone(), String::new()),
                None => Default::default(),
            },
        };
        let (kind, id) = item.parts();
        out.push(ProjectItem { kind: kind.to_owned(), id: id.to_owned(), name, state });
    }
    Ok(out)
}

async fn lines(read: &mut Read, lines: &[BudgetLineId]) -> Result<Vec<ProjectLine>> {
    let mut out = Vec::with_capacity(lines.len());
    for id in lines {
        out.extend(
            read.budget_line(id).await?.filter(|kept| kept.voided_at.is_none()).map(|kept| line(&kept.line)),
        );
    }
    Ok(out)
}

fn line(line: &domain::budget::BudgetLine) -> ProjectLine {
    ProjectLine {
        id: line.id.to_string(),
        title: line.title.clone(),
        year: line.year,
        promised_fen: line.promised_fen,
        spent_fen: line.spent_fen(),
    }
}

/// What was typed in, of things there are.
///
/// Errors: names the field.
async fn typed(read: &mut Read, asked: &ProjectInput) -> Result<Project> {
    let system = Caller::system();
    let (facilities, roads) = (system.scope(Action::FacilityRead)?, system.scope(Action::RoadRead)?);
    let org = OrgId::from(asked.org.trim());
    if read.org(&org).await?.is_none_or(|known| !known.org.active) {
        return Err(unknown("org"));
    }
    let mut items = Vec::with_capacity(asked.items.len());
    for one in &asked.items {
        let item = match one.kind.as_str() {
            "facility" => {
                let known = read.facility(&one.id.as_str().into(), &facilities).await?;
                known
                    .filter(|known| known.facility.void.is_none())
                    .map(|known| Item::Facility(known.facility.id))
            }
            "road" => {
                let known = read.road(&one.id.as_str().into(), &roads).await?;
                known.filter(|known| known.segment.void.is_none()).map(|known| Item::Road(known.segment.id))
            }
            _ => None,
        };
        items.push(item.ok_or_else(|| unknown("items"))?);
    }
    let mut lines = Vec::with_capacity(asked.lines.len());
    for id in asked.lines.iter().map(|id| BudgetLineId::from(id.trim())) {
        if read.budget_line(&id).await?.is_none_or(|kept| kept.voided_at.is_some()) {
            return Err(unknown("lines"));
        }
        lines.push(id);
    }
    Ok(Project {
        id: "".into(),
        code: String::new(),
        title: asked.title.trim().to_owned(),
        org,
        items,
        estimate_fen: asked.estimate_fen,
        source: asked.source.trim().to_owned(),
        lines,
        from: read_day("from", &asked.from)?,
        until: read_day("until", &asked.until)?,
        reason: asked.reason.trim().to_owned(),
        stage: Stage::Proposed,
        events: Vec::new(),
    })
}

fn event(caller: &Caller, step: Step, on: Date, now: Timestamp, text: &str) -> Event {
    Event { step, on, by: caller.person.clone(), at: now, text: text.trim().to_owned() }
}

/// A project that may pay for a facility: approved, and about it.
///
/// Errors: there is none such.
pub(crate) async fn paying(
    read: &mut Read,
    id: &str,
    facility: &domain::ids::FacilityId,
) -> Result<ProjectId> {
    let whole = Caller::system().scope(Action::ProjectRead)?;
    let known = read.project(&ProjectId::from(id), &whole).await?.map(|record| record.project);
    let item = Item::Facility(facility.clone());
    let known = known.filter(|project| project.is_running() && project.items.contains(&item));
    known.map(|project| project.id).ok_or_else(|| {
        Error::field(
            "project",
            "facility.project",
            "没有这个已立项的项目，或项目没有列入这处设施，请从列表中选择",
        )
    })
}

async fn next_code(tx: &mut Write) -> Result<String> {
    Ok(format!("{SERIES}-{:04}", tx.next_number("project").await?))
}

impl App {
    /// Projects the caller may see, the newest first.
    pub async fn projects(&self, caller: &Caller, asked: &ProjectAsked) -> Result<ProjectList> {
        let scope = caller.scope(Action::ProjectRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let mut found = read.projects(&scope).await?;
        let (stage, item) = (asked.stage.as_deref().map(str::trim), asked.item.as_deref().map(str::trim));
        found.retain(|record| {
            let p = &record.project;
            stage.is_none_or(|code| code.is_empty() || p.stage.code() == code)
                && item.is_none_or(|id| id.is_empty() || p.items.iter().any(|item| item.parts().1 == id))
        });
        let standing = found.iter().filter(|one| one.project.stage != Stage::Void);
        Ok(ProjectList {
            estimate_fen: standing.fold(0, |sum, one| one.project.estimate_fen.saturating_add(sum)),
            items: found.iter().map(|record| row(record, &names, today)).collect(),
            may_add: caller.hats.scope(Action::ProjectChange).is_some(),
        })
    }

    /// What a form needs.
    pub async fn project_options(&self, caller: &Caller) -> Result<ProjectOptions> {
        caller.scope(Action::ProjectChange)?;
        let year = chrono::Datelike::year(&self.now().date());
        let mut read = self.db.read(&self.town).await?;
        let orgs = read.orgs().await?.into_iter().map(|one| one.org).filter(|org| org.active);
        let orgs = orgs.map(|org| Named::new(org.id.as_str(), org.name)).collect();
        let scope = caller.scope(Action::FacilityRead)?;
        let facilities = read.facilities(&scope, &FacilityFilter::default(), None, i64::MAX).await?;
        let facilities = facilities.into_iter().map(|one| one.facility);
        let facilities = facilities.filter(|one| one.stage != domain::facility::Stage::Retired);
        let roads = read.roads(&caller.scope(Action::RoadRead)?, &RoadFilter::default()).await?;
        let mut lines = Vec::new();
        if caller.hats.scope(Action::BudgetRead).is_some() {
            for year in [year, year - 1] {
                let kept = read.budget_lines(year).await?;
                lines
                    .extend(kept.iter().filter(|kept| kept.voided_at.is_none()).map(|kept| line(&kept.line)));
            }
        }
        Ok(ProjectOptions {
            orgs,
            facilities: facilities
                .map(|one| ProjectItem {
                    kind: "facility".to_owned(),
                    id: one.id.to_string(),
                    name: format!("{} {}", one.code, one.name),
                    state: one.stage.label().to_owned(),
                })
                .collect(),
            roads: roads
                .into_iter()
                .map(|one| ProjectItem {
                    kind: "road".to_owned(),
                    id: one.segment.id.to_string(),
                    name: format!("{} {}", one.segment.code, one.segment.road.name),
                    state: String::new(),
                })
                .collect(),
            lines,
        })
    }

    /// One project.
    pub async fn project(&self, caller: &Caller, id: &ProjectId) -> Result<ProjectView> {
        let scope = caller.scope(Action::ProjectRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.project(id, &scope).await?.ok_or(Error::NotFound)?;
        self.project_page(&mut read, caller, &record).await
    }

    async fn project_page(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &ProjectRecord,
    ) -> Result<ProjectView> {
        let p = &record.project;
        let names = Names::read(read).await?;
        let subject = subject(record);
        let may = |step: &&Step| caller.hats.hat(right_of(**step), &subject).is_some();
        let paid = match caller.hats.scope(Action::BudgetRead) {
            Some(_) => Some(lines(read, &p.lines).await?),
            None => None,
        };
        let sum = |of: fn(&ProjectLine) -> i64| {
            paid.as_ref().map(|lines| lines.iter().map(of).fold(0, i64::saturating_add))
        };
        Ok(ProjectView {
            row: row(record, &names, self.now().date()),
            items: items(read, &p.items).await?,
            source: p.source.clone(),
            promised_fen: sum(|line| line.promised_fen),
            spent_fen: sum(|line| line.spent_fen),
            lines: paid,
            reason: p.reason.clone(),
            events: p
                .events
                .iter()
                .map(|one| ProjectEvent {
                    step: Word::new(one.step.code(), one.step.label()),
                    on: one.on.to_string(),
                    by: names.person(&one.by),
                    at: one.at.to_rfc3339(),
                    text: one.text.clone(),
                })
                .collect(),
            actions: p
                .next_steps()
                .iter()
                .filter(may)
                .map(|step| Word::new(step.code(), step.label()))
                .collect(),
            version: record.version,
        })
    }

    /// Proposes a project.
    ///
    /// Errors: names the field; the caller proposes none for this organisation.
    pub async fn add_project(&self, caller: &Caller, asked: ProjectInput) -> Result<ProjectView> {
        let now = self.now();
        caller.scope(Action::ProjectChange)?;
        let mut tx = self.write(caller).await?;
        let path = Gazetteer::read(&mut tx).await?.of_level(Level::Town).ok_or(Error::NotFound)?.path.clone();
        let mut project = typed(&mut tx, &asked).await?;
        let hat = caller.hat(Action::ProjectChange, &Subject::of(&path, Some(&project.org)))?.clone();
        project.id = self.new_id().into();
        project.code = next_code(&mut tx).await?;
        let event = event(caller, Step::Propose, now.date(), now, &asked.reason);
        let record = ProjectRecord {
            project: project.propose(event)?,
            path,
            voided_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_project(&record).await?;
        let page = self.project_page(&mut tx, caller, &record).await?;
        let about = ("project", record.project.id.as_str());
        Ok(tx.commit(caller.audit_as(&hat, "project.propose", about, &record.path, now), page).await?)
    }

    async fn project_seen(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &ProjectId,
        version: i64,
    ) -> Result<ProjectRecord> {
        let scope = caller.scope(Action::ProjectRead)?;
        let record = read.project(id, &scope).await?.ok_or(Error::NotFound)?;
        if record.version != version {
            return Err(Error::stale(&self.project_page(read, caller, &record).await?));
        }
        Ok(record)
    }

    /// Changes what is on record about a project.
    ///
    /// Errors: names the field; it is over; somebody was quicker.
    pub async fn change_project(
        &self,
        caller: &Caller,
        id: &ProjectId,
        asked: ProjectInput,
    ) -> Result<ProjectView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.project_seen(caller, &mut tx, id, asked.version.unwrap_or(0)).await?;
        caller.hat(Action::ProjectChange, &subject(&record))?;
        let typed = typed(&mut tx, &asked).await?;
        // Nobody hands a project to an organisation he proposes none for.
        let hat = caller.hat(Action::ProjectChange, &Subject::of(&record.path, Some(&typed.org)))?.clone();
        let event = event(caller, Step::Change, now.date(), now, &asked.reason);
        record.project = record.project.change(typed, event)?;
        tx.save_project(&record).await?;
        record.version += 1;
        let page = self.project_page(&mut tx, caller, &record).await?;
        let audit = caller.audit_as(&hat, "project.change", ("project", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, page).await?)
    }

    /// Approves, begins, finishes or voids a project.
    ///
    /// Errors: the step does not fit; the caller may not; somebody was quicker.
    pub async fn step_project(
        &self,
        caller: &Caller,
        id: &ProjectId,
        asked: ProjectStepInput,
    ) -> Result<ProjectView> {
        caller.scope(Action::ProjectRead)?;
        let (now, today) = (self.now(), self.now().date());
        let step = Step::from_code(asked.step.trim()).ok_or_else(|| unknown("step"))?;
        let on = match asked.on.as_deref().map(str::trim).filter(|day| !day.is_empty()) {
            None => today,
            Some(day) => read_day("on", day)?,
        };
        let mut tx = self.write(caller).await?;
        let mut record = self.project_seen(caller, &mut tx, id, asked.version).await?;
        let hat = caller.hat(right_of(step), &subject(&record))?.clone();
        record.project = record.project.step(event(caller, step, on, now, &asked.text), today)?;
        let name = match step {
            Step::Approve => "project.approve",
            Step::Begin => "project.begin",
            Step::Finish => "project.finish",
            _ => {
                record.voided_at = Some(now);
                "project.void"
            }
        };
        tx.save_project(&record).await?;
        record.version += 1;
        let page = self.project_page(&mut tx, caller, &record).await?;
        let mut audit = caller.audit_as(&hat, name, ("project", id.as_str()), &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, page).await?)
    }
}
