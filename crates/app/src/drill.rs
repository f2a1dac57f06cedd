//! Drills: planned, held, looked at together, their issues handed to posts in the same write, closed once those are
//! verified. What does not belong here: the issues' own life (`follow_up`).

use std::sync::OnceLock;

use domain::drill::{Assessment, Drill, DrillRefusal, Held, Issue, Mark, Point, Scenario, State, Whose};
use domain::follow_up::{Origin, State as Owed};
use domain::ids::{DrillId, FollowUpId, OrgId, PhotoId, PlaceId};
use domain::org::Level;
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use store::drill::{DrillFilter, DrillRecord};
use store::force::ForceFilter;
use utoipa::ToSchema;

use crate::follow_up::{FollowUpView, ask, show_photos, view as follow_up_view};
use crate::photo::{PhotoView, photo_views};
use crate::place::at_place;
use crate::post::owner::{OwnerView, Owners};
use crate::view::{Named, Word, page_after, read_day};
use crate::{App, Caller, Error, Result};

/// Drills looked at for the workbench.
const MOST: i64 = 500;

/// What may be practised, as the town's list says.
pub(crate) fn scenarios() -> &'static [Scenario] {
    static SCENARIOS: OnceLock<Vec<Scenario>> = OnceLock::new();
    SCENARIOS.get_or_init(|| exchange::drill_catalog::read(exchange::shipped::DRILLS).0)
}

/// A drill in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DrillRow {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What is practised.
    pub scenario: Word,
    /// `place`, `village`, `station` or `town`.
    pub subject_kind: String,
    /// With whom.
    pub subject: Named,
    /// Who arranges it.
    pub org: Named,
    /// By when.
    pub due_on: String,
    /// The day it was held.
    pub held_on: Option<String>,
    /// How many took part.
    pub present: Option<u32>,
    /// `planned`, `held`, `assessed`, `closed` or `cancelled`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Whether it should have been held by now.
    pub overdue: bool,
    /// Points reached.
    pub got: Option<u32>,
    /// Points there were.
    pub most: Option<u32>,
}

/// A page of drills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DrillPage {
    /// Rows.
    pub items: Vec<DrillRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What happened how long after the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrillMark {
    /// What.
    pub what: String,
    /// Units: seconds after the start.
    pub after_s: u32,
}

/// A point that is looked at, with what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DrillPoint {
    /// Key.
    pub key: String,
    /// What is looked at.
    pub what: String,
    /// Most points.
    pub most: u32,
    /// Points; none while it is not assessed.
    pub got: Option<u32>,
}

/// 演练 as its page sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DrillView {
    /// As in a list.
    #[serde(flatten)]
    pub row: DrillRow,
    /// What is assumed and who does what.
    pub script: String,
    /// Whether people around were told.
    pub announced: bool,
    /// What happened when.
    pub marks: Vec<DrillMark>,
    /// What was seen.
    pub seen: String,
    /// Pictures.
    pub photos: Vec<PhotoView>,
    /// What is looked at, and what it came to.
    pub points: Vec<DrillPoint>,
    /// Where the list of points comes from.
    pub points_source: String,
    /// What was learned.
    pub learned: String,
    /// What did not go well, with what a post owes about it.
    pub issues: Vec<FollowUpView>,
    /// Why it was cancelled.
    pub cancelled: Option<String>,
    /// Version.
    pub version: i64,
    /// What the caller may do: `change`, `hold`, `cancel`, `assess`, `close`.
    pub actions: Vec<&'static str>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DrillOptions {
    /// What may be practised.
    pub scenarios: Vec<Word>,
    /// Organisations the caller may arrange drills for.
    pub orgs: Vec<Named>,
    /// Villages.
    pub villages: Vec<Named>,
    /// Stations and brigades the caller may see.
    pub stations: Vec<Named>,
    /// Posts that may owe an issue; only for who assesses drills.
    pub posts: Vec<OwnerView>,
}

/// A drill to plan or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DrillInput {
    /// Title.
    pub title: String,
    /// What is practised.
    pub scenario: String,
    /// `place`, `village`, `station` or `town`.
    pub subject_kind: String,
    /// Id of that; left out for the town.
    #[serde(default)]
    pub subject: String,
    /// Who arranges it.
    pub org: String,
    /// What is assumed and who does what.
    pub script: String,
    /// By when.
    pub due_on: String,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// It was held.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DrillHeldInput {
    /// The day.
    pub on: String,
    /// How many took part.
    pub present: u32,
    /// Whether people around were told before.
    pub announced: bool,
    /// What happened when.
    #[serde(default)]
    pub marks: Vec<DrillMark>,
    /// What was seen.
    #[serde(default)]
    pub text: String,
    /// Pictures.
    #[serde(default)]
    pub photos: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// What one point came to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DrillPointInput {
    /// Key.
    pub key: String,
    /// Points.
    pub got: u32,
}

/// What did not go well.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DrillIssueInput {
    /// What.
    pub text: String,
    /// The post that owes it.
    pub owner: String,
    /// By when.
    pub due_on: String,
}

/// It was looked at.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DrillAssessInput {
    /// Point by point.
    pub points: Vec<DrillPointInput>,
    /// What was learned.
    #[serde(default)]
    pub text: String,
    /// What did not go well.
    #[serde(default)]
    pub issues: Vec<DrillIssueInput>,
    /// The version that was read.
    pub version: i64,
}

/// Which drills are asked for.
#[derive(Debug, Clone, Default)]
pub struct DrillAsked {
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only of this scenario.
    pub scenario: Option<String>,
    /// Only those that are late.
    pub overdue: bool,
    /// Only with this text in the title.
    pub text: Option<String>,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Where a drill stands, as far as rights are concerned.
// Says whose a row is; the right is asked by who asks for this.
pub(crate) async fn subject(read: &mut Read, drill: &Drill) -> Result<Subject> {
    match &drill.place {
        Some(place) => Ok(at_place(read, place, [drill.org.clone()]).await?.1),
        None => Ok(Subject::of(&drill.path, Some(&drill.org))),
    }
}

async fn subject_name(read: &mut Read, drill: &Drill) -> Result<Named> {
    use domain::plan::SubjectKind;
    let kind = match drill.subject_kind {
        Whose::Place => SubjectKind::Place,
        Whose::Village => SubjectKind::Village,
        Whose::Station => SubjectKind::Station,
        Whose::Town => SubjectKind::Town,
    };
    let names = read.subject_names(kind, &[&drill.subject]).await?;
    Ok(Named::new(&drill.subject, names.get(&drill.subject).cloned().unwrap_or_default()))
}

fn scenario(code: &str) -> Option<&'static Scenario> {
    scenarios().iter().find(|one| one.code == code)
}

fn row(record: &DrillRecord, owners: &Owners, subject: Named, today: Date) -> DrillRow {
    let d = &record.drill;
    let sum = d.assessment().map(Assessment::sum);
    DrillRow {
        id: d.id.to_string(),
        title: d.title.clone(),
        scenario: Word::new(&d.scenario, scenario(&d.scenario).map_or(d.scenario.as_str(), |one| &one.name)),
        subject_kind: d.subject_kind.code().to_owned(),
        subject,
        org: owners.org(d.org.as_str()),
        due_on: d.due_on.to_string(),
        held_on: d.counts_on().map(|day| day.to_string()),
        present: d.held().map(|held| held.present),
        state: d.state.code().to_owned(),
        state_label: d.state.label().to_owned(),
        overdue: d.is_overdue(today),
        got: sum.map(|(got, _)| got),
        most: sum.map(|(_, most)| most),
    }
}

fn actions(caller: &Caller, drill: &Drill, subject: &Subject) -> Vec<&'static str> {
    let can = |action| caller.hats.hat(action, subject).is_some();
    match &drill.state {
        State::Planned if can(Action::DrillKeep) => vec!["change", "hold", "cancel"],
        State::Held { .. } if can(Action::DrillAssess) => vec!["assess"],
        State::Assessed { .. } if can(Action::DrillAssess) => vec!["close"],
        _ => Vec::new(),
    }
}

fn origin(id: &DrillId) -> Origin {
    Origin { kind: "drill".to_owned(), id: id.to_string() }
}

async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &DrillRecord,
    owners: &Owners,
    today: Date,
) -> Result<DrillView> {
    let d = &record.drill;
    let stands = subject(read, d).await?;
    let title = Named::new(d.id.as_str(), &d.title);
    let items = read.follow_ups_of(&origin(&d.id)).await?;
    let held = d.held();
    let photos: &[PhotoId] = held.map_or(&[], |held| &held.photos);
    let asked = scenario(&d.scenario);
    let point = |one: &Point| DrillPoint {
        key: one.criterion.key.clone(),
        what: one.criterion.what.clone(),
        most: one.criterion.most,
        got: Some(one.got),
    };
    let points = match d.assessment() {
        Some(told) => told.points.iter().map(point).collect(),
        None => {
            let list = asked.map_or(&[][..], |one| &one.points);
            list.iter()
                .cloned()
                .map(|criterion| DrillPoint { got: None, ..point(&Point { criterion, got: 0 }) })
                .collect()
        }
    };
    let name = subject_name(read, d).await?;
    let mut issues: Vec<FollowUpView> =
        items.iter().map(|item| follow_up_view(caller, item, owners, title.clone(), today)).collect();
    for item in &mut issues {
        show_photos(read, item).await?;
    }
    Ok(DrillView {
        row: row(record, owners, name, today),
        script: d.script.clone(),
        announced: d.announced,
        marks: held
            .map_or(&[][..], |held| &held.marks)
            .iter()
            .map(|mark| DrillMark { what: mark.what.clone(), after_s: mark.after_s })
            .collect(),
        seen: held.map(|held| held.text.clone()).unwrap_or_default(),
        photos: photo_views(read, photos, &[("drill", d.id.as_str())]).await?,
        points,
        points_source: asked.map(|one| one.source.clone()).unwrap_or_default(),
        learned: d.assessment().map(|told| told.text.clone()).unwrap_or_default(),
        issues,
        cancelled: match &d.state {
            State::Cancelled { reason } => Some(reason.clone()),
            _ => None,
        },
        version: record.version,
        actions: actions(caller, d, &stands),
    })
}

/// Where a drill is held: path, and the place where it is one's.
async fn whereabouts(
    read: &mut Read,
    caller: &Caller,
    whose: Whose,
    id: &str,
    town: &str,
) -> Result<(String, String, Option<PlaceId>)> {
    let unknown = || Error::field("subject", "drill.subject", "请选择演练的场所、村（社区）或站队");
    match whose {
        Whose::Town => Ok((town.to_owned(), town.to_owned(), None)),
        Whose::Village => {
            let node = read.open_territory(&id.into()).await?.map(|one| one.territory);
            let node = node.filter(|node| node.level == Level::Village).ok_or_else(unknown)?;
            Ok((id.to_owned(), node.path, None))
        }
        Whose::Place => {
            let scope = caller.scope(Action::PlaceRead)?;
            let found = read.place(&id.into(), &scope).await?.ok_or_else(unknown)?;
            Ok((id.to_owned(), found.path, Some(found.place.id)))
        }
        Whose::Station => {
            let scope = caller.scope(Action::ForceRead)?;
            let found = read.force(&id.into(), &scope).await?.ok_or_else(unknown)?;
            Ok((id.to_owned(), found.path, found.force.place))
        }
    }
}

/// How many drills wait for the caller: late ones he arranges, and held ones he is to assess.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<(i64, i64)> {
    let mut count = async |action, filter: DrillFilter| -> Result<i64> {
        let Some(scope) = caller.hats.scope(action) else { return Ok(0) };
        Ok(read.drills(&scope, &filter, None, MOST).await?.len() as i64)
    };
    let late = DrillFilter { overdue_as_of: Some(today), ..DrillFilter::default() };
    let held = DrillFilter { state: Some("held".to_owned()), ..DrillFilter::default() };
    Ok((count(Action::DrillKeep, late).await?, count(Action::DrillAssess, held).await?))
}

impl App {
    /// Drills the caller may see, the last due first.
    pub async fn drills(&self, caller: &Caller, asked: &DrillAsked) -> Result<DrillPage> {
        let scope = caller.scope(Action::DrillRead)?;
        let today = self.now().date();
        let before = page_after(asked.after.as_deref(), domain::time::parse_date)?;
        let filter = DrillFilter {
            state: asked.state.clone(),
            scenario: asked.scenario.clone(),
            overdue_as_of: asked.overdue.then_some(today),
            text: asked.text.clone(),
        };
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.drills(&scope, &filter, before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let next =
            found.last().filter(|_| more).map(|last| format!("{}~{}", last.drill.due_on, last.drill.id));
        let owners = Owners::read(&mut read, today).await?;
        let mut items = Vec::with_capacity(found.len());
        for record in &found {
            let name = subject_name(&mut read, &record.drill).await?;
            items.push(row(record, &owners, name, today));
        }
        Ok(DrillPage { items, next })
    }

    /// One drill.
    pub async fn drill(&self, caller: &Caller, id: &DrillId) -> Result<DrillView> {
        let scope = caller.scope(Action::DrillRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let record = read.drill(id, &scope).await?.ok_or(Error::NotFound)?;
        let owners = Owners::read(&mut read, today).await?;
        page(&mut read, caller, &record, &owners, today).await
    }

    /// What a form needs.
    pub async fn drill_options(&self, caller: &Caller) -> Result<DrillOptions> {
        let keep = caller.hats.scope(Action::DrillKeep);
        let scope = match keep {
            Some(scope) => scope,
            None => caller.scope(Action::DrillAssess)?,
        };
        let mut read = self.db.read(&self.town).await?;
        let owners = Owners::read(&mut read, self.now().date()).await?;
        let nodes = read.territories().await?;
        let path = |code: &str| {
            let node = nodes.iter().find(|one| one.territory.code.as_str() == code);
            node.map_or("", |one| one.territory.path.as_str())
        };
        let own: Vec<&OrgId> = caller.hats.all().iter().map(|hat| &hat.org).collect();
        let mine = read.orgs().await?.into_iter().map(|one| one.org).filter(|org| {
            let stands = Subject::of(path(org.territory.as_str()), Some(&org.id));
            org.active && (scope.admits(&stands) || own.contains(&&org.id))
        });
        let orgs = mine.map(|org| Named::new(org.id.as_str(), org.name)).collect();
        let forces = match caller.hats.scope(Action::ForceRead) {
            Some(scope) => read.forces(&scope, &ForceFilter::default()).await?,
            None => Vec::new(),
        };
        let villages = nodes
            .iter()
            .filter(|one| one.closed.is_none())
            .map(|one| &one.territory)
            .filter(|node| node.level == Level::Village && scope.admits(&Subject::of(&node.path, None)));
        Ok(DrillOptions {
            scenarios: scenarios().iter().map(|one| Word::new(&one.code, &one.name)).collect(),
            orgs,
            villages: villages.map(|node| Named::new(node.code.as_str(), &node.name)).collect(),
            stations: forces.iter().map(|one| Named::new(one.force.id.as_str(), &one.force.name)).collect(),
            posts: match caller.hats.scope(Action::DrillAssess) {
                Some(_) => owners.all(),
                None => Vec::new(),
            },
        })
    }

    /// Plans a drill, or changes one that was not held yet.
    ///
    /// Errors: no such scenario, organisation or subject; what `domain::drill` refuses.
    pub async fn plan_drill(
        &self,
        caller: &Caller,
        id: Option<&DrillId>,
        asked: DrillInput,
    ) -> Result<DrillView> {
        let now = self.now();
        let today = now.date();
        caller.scope(Action::DrillKeep)?;
        let mut tx = self.write(caller).await?;
        let before = match id {
            Some(id) => {
                let version = asked.version.unwrap_or(0);
                let before = self.kept_drill(caller, &mut tx, id, Action::DrillKeep, version).await?;
                if before.drill.state != State::Planned {
                    return Err(DrillRefusal::WrongState(before.drill.state.label()).into());
                }
                Some(before)
            }
            None => None,
        };
        if scenario(&asked.scenario).is_none() {
            return Err(Error::field("scenario", "drill.scenario", "请选择演练科目"));
        }
        let org = OrgId::from(asked.org.as_str());
        if tx.org(&org).await?.is_none_or(|one| !one.org.active) {
            return Err(Error::field("org", "drill.org", "没有这个机构，请从列表中选择"));
        }
        let whose = Whose::from_code(&asked.subject_kind)
            .ok_or_else(|| Error::field("subject_kind", "drill.subject_kind", "请选择演练对象的类别"))?;
        let (whom, path, place) =
            whereabouts(&mut tx, caller, whose, &asked.subject, self.town.as_str()).await?;
        let drill = Drill {
            id: id.cloned().unwrap_or_else(|| DrillId::from(self.new_id())),
            title: asked.title.trim().to_owned(),
            scenario: asked.scenario,
            subject_kind: whose,
            subject: whom,
            org,
            path,
            place,
            script: asked.script.trim().to_owned(),
            due_on: read_day("due_on", &asked.due_on)?,
            announced: false,
            state: State::Planned,
        }
        .plan()?;
        let stands = subject(&mut tx, &drill).await?;
        let hat = caller.hat(Action::DrillKeep, &stands)?;
        let record = match before {
            None => {
                let record = DrillRecord {
                    drill,
                    reported_at: None,
                    recorded_by: caller.name.clone(),
                    version: 1,
                    recorded_at: now,
                };
                tx.insert_drill(&record).await?;
                record
            }
            Some(before) => {
                let record = DrillRecord { drill, ..before };
                tx.update_drill(&record).await?;
                DrillRecord { version: record.version + 1, ..record }
            }
        };
        let owners = Owners::read(&mut tx, today).await?;
        let view = page(&mut tx, caller, &record, &owners, today).await?;
        let action = if id.is_some() { "drill.change" } else { "drill.plan" };
        let object = ("drill", record.drill.id.as_str());
        let audit = caller.audit_as(hat, action, object, &record.drill.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The drill as the caller may do this to it, if he saw its newest version.
    async fn kept_drill(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &DrillId,
        action: Action,
        version: i64,
    ) -> Result<DrillRecord> {
        let scope = caller.scope(Action::DrillRead)?;
        let record = read.drill(id, &scope).await?.ok_or(Error::NotFound)?;
        caller.hat(action, &subject(read, &record.drill).await?)?;
        if record.version != version {
            let owners = Owners::read(read, self.now().date()).await?;
            return Err(Error::stale(&page(read, caller, &record, &owners, self.now().date()).await?));
        }
        Ok(record)
    }

    /// It was held.
    pub async fn hold_drill(
        &self,
        caller: &Caller,
        id: &DrillId,
        asked: DrillHeldInput,
    ) -> Result<DrillView> {
        let now = self.now();
        let on = read_day("on", &asked.on)?;
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_drill(caller, &mut tx, id, Action::DrillKeep, asked.version).await?;
        let mark = |one: DrillMark| Mark { what: one.what.trim().to_owned(), after_s: one.after_s };
        let held = Held {
            on,
            present: asked.present,
            marks: asked.marks.into_iter().map(mark).collect(),
            text: asked.text.trim().to_owned(),
            photos: asked.photos.iter().map(|id| PhotoId::from(id.as_str().to_lowercase())).collect(),
        };
        record.drill = record.drill.hold(held, asked.announced, now.date())?;
        record.reported_at = Some(now);
        tx.update_drill(&record).await?;
        record.version += 1;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let stands = subject(&mut tx, &record.drill).await?;
        let hat = caller.hat(Action::DrillKeep, &stands)?;
        let mut audit = caller.audit_as(hat, "drill.hold", ("drill", id.as_str()), &record.drill.path, now);
        audit.happened_at = Timestamp::start_of(on);
        Ok(tx.commit(audit, view).await?)
    }

    /// It was looked at; what did not go well is asked of posts in the same write.
    pub async fn assess_drill(
        &self,
        caller: &Caller,
        id: &DrillId,
        asked: DrillAssessInput,
    ) -> Result<DrillView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_drill(caller, &mut tx, id, Action::DrillAssess, asked.version).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let list = scenario(&record.drill.scenario)
            .ok_or_else(|| Error::Internal(format!("drill {id} has an unknown scenario")))?;
        let told = |key: &str| asked.points.iter().find(|one| one.key == key);
        let points = list.points.iter().filter_map(|criterion| {
            told(&criterion.key).map(|one| Point { criterion: criterion.clone(), got: one.got })
        });
        let points: Vec<Point> = points.collect();
        let mut issues = Vec::new();
        for one in asked.issues.iter().filter(|one| !one.text.trim().is_empty()) {
            let due_on = read_day("due_on", &one.due_on)?;
            let item = FollowUpId::from(self.new_id());
            let owner = one.owner.as_str().into();
            ask(&mut tx, &owners, &origin(id), (item.clone(), &one.text, &owner, due_on), now).await?;
            issues.push(Issue { text: one.text.trim().to_owned(), follow_up: item });
        }
        let assessment = Assessment { points, text: asked.text.trim().to_owned(), issues };
        record.drill = record.drill.assess(list, assessment)?;
        tx.update_drill(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let stands = subject(&mut tx, &record.drill).await?;
        let hat = caller.hat(Action::DrillAssess, &stands)?;
        let audit = caller.audit_as(hat, "drill.assess", ("drill", id.as_str()), &record.drill.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// What it showed is settled.
    ///
    /// Errors: an issue is still owed or not verified.
    pub async fn close_drill(&self, caller: &Caller, id: &DrillId, version: i64) -> Result<DrillView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_drill(caller, &mut tx, id, Action::DrillAssess, version).await?;
        let items = tx.follow_ups_of(&origin(id)).await?;
        let is_open = |owed: &Owed| matches!(owed, Owed::Open | Owed::Done { .. });
        let unsettled = items.iter().filter(|item| is_open(&item.item.state)).count();
        record.drill = record.drill.close(unsettled)?;
        tx.update_drill(&record).await?;
        record.version += 1;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let stands = subject(&mut tx, &record.drill).await?;
        let hat = caller.hat(Action::DrillAssess, &stands)?;
        let audit = caller.audit_as(hat, "drill.finish", ("drill", id.as_str()), &record.drill.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// It will not be held.
    pub async fn cancel_drill(
        &self,
        caller: &Caller,
        id: &DrillId,
        reason: &str,
        version: i64,
    ) -> Result<DrillView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_drill(caller, &mut tx, id, Action::DrillKeep, version).await?;
        record.drill = record.drill.cancel(reason)?;
        tx.update_drill(&record).await?;
        record.version += 1;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let stands = subject(&mut tx, &record.drill).await?;
        let hat = caller.hat(Action::DrillKeep, &stands)?;
        let mut audit = caller.audit_as(hat, "drill.cancel", ("drill", id.as_str()), &record.drill.path, now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}
