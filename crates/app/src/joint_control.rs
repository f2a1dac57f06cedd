//! Places of high risk on the territory's list and the sector's: where the two differ and who answers for it, the joint visit
//! each is due, planned and made, and the signatures of the bodies under one record. What does not belong here: entering a
//! list (`place_list`), the record of a visit (`inspection`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::checklist::Checklist;
use domain::ids::{InspectionId, OrgId, PlaceId};
use domain::inspection::{Answer, Inspection, Occasion, Outcome, Verdict};
use domain::joint_control::{CROWDED, Standing, high_risk, is_crowded, speaks_for_the_body};
use domain::org::{Assignment, OrgKind};
use domain::place_list::ListKind;
use domain::policy::{Action, Subject};
use domain::task::{Task, Window};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use store::inspection::InspectionFilter;
use store::joint_control::SignatureRecord;
use store::place::{PlaceFilter, PlaceRecord};
use store::post::AssignmentRecord;
use store::task::{StoredTask, TaskFiling};
use utoipa::ToSchema;

use crate::inspection::{InspectionView, load};
use crate::names::{Names, kind_label};
use crate::place::place_in_scope;
use crate::task::next_code;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// Rows shown and read at most.
const READ: i64 = 2_000;
/// The longest statement under a signature. Units: characters.
const MAX_TEXT: usize = 500;

/// A joint visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JointVisit {
    pub inspection: String,
    pub on: String,
    /// Bodies that took part.
    pub bodies_n: usize,
    /// Of these, under the record: who recorded it and who signed.
    pub signed_n: usize,
}

/// A joint visit that is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JointPlanned {
    pub task: String,
    pub code: String,
    pub due_on: String,
    pub bodies: Vec<Named>,
}

/// A place of high risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JointPlace {
    pub place: Named,
    pub village: Named,
    /// What makes it one.
    pub kinds: Vec<Word>,
    pub standing: Word,
    pub sector: Option<Named>,
    /// Who answers for what lacks: the keeper of the territory's list, the sector's authority; empty for a sector nobody has.
    pub answers: Vec<Named>,
    /// By when the next joint visit is due.
    pub due_by: String,
    pub visits: Vec<JointVisit>,
    pub planned: Option<JointPlanned>,
    /// Whether the caller may plan one.
    pub may_plan: bool,
}

/// Both lists side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JointControl {
    pub items: Vec<JointPlace>,
    /// How many places stand how.
    pub counts: BTreeMap<String, usize>,
    /// Without a joint visit this half-year.
    pub unvisited_n: usize,
    /// Bodies that may go along.
    pub bodies: Vec<Named>,
    pub today: String,
}

/// A joint visit to plan.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct JointPlanInput {
    pub place: String,
    pub lead: String,
    /// Who goes along.
    pub bodies: Vec<String>,
    pub from: String,
    pub due_on: String,
}

/// A body under the record of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VisitSignature {
    pub org: Named,
    /// Whether it made the record, which is its signature.
    pub is_recorder: bool,
    pub person: Option<Named>,
    pub at: Option<String>,
    pub text: String,
}

/// A signature.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct VisitSignatureInput {
    /// What the body holds of it; may be empty.
    pub text: String,
}

/// A joint visit whose record waits for the signature of one of the caller's bodies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VisitToSign {
    pub inspection: String,
    pub place: Named,
    pub on: String,
    /// Who made the record.
    pub recorder: Named,
    /// For whom the caller signs.
    pub org: Named,
    /// Everybody under it.
    pub bodies: Vec<Named>,
    /// `clear` or `hazards`.
    pub outcome: String,
    /// What was found wanting, in the words of the list.
    pub failed: Vec<String>,
}

/// Records that wait for the caller's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VisitsToSign {
    pub items: Vec<VisitToSign>,
}

/// The bodies that take part in a visit: who recorded it, whose people were there, whose task it answers.
// Part of a page whose right was asked already.
async fn bodies_of(
    read: &mut Read,
    done: &Inspection,
    recorder: &OrgId,
    held: &[AssignmentRecord],
) -> Result<BTreeSet<OrgId>> {
    let mut orgs = BTreeSet::from([recorder.clone()]);
    let worn: BTreeSet<&str> = done.record.inspectors.iter().map(|one| one.assignment.as_str()).collect();
    let there = held.iter().filter(|one| worn.contains(one.assignment.id.as_str()));
    orgs.extend(there.map(|one| one.assignment.org.clone()));
    if let Some(task) = &done.record.task
        && let Some(stored) = read.task(task).await?
        && (stored.filing.kind == "joint" || !stored.task.joint.is_empty())
    {
        orgs.insert(stored.task.lead);
        orgs.extend(stored.task.joint);
    }
    Ok(orgs)
}

/// Who is under the record of a visit, and whether the caller may sign it.
// Part of a page whose right was asked already.
pub(crate) async fn signatures(
    read: &mut Read,
    caller: &Caller,
    (done, recorder): (&Inspection, &OrgId),
) -> Result<(Vec<VisitSignature>, bool)> {
    let held = read.assignments().await?;
    let orgs = bodies_of(read, done, recorder, &held).await?;
    if orgs.len() < 2 {
        return Ok((Vec::new(), false));
    }
    let names = Names::read(read).await?;
    let signed = read.inspection_signatures(std::slice::from_ref(&done.record.id)).await?;
    let of = |org: &OrgId| signed.iter().find(|one| one.org == *org);
    let may_sign = orgs.iter().any(|org| org != recorder && of(org).is_none() && signs(caller, org));
    let views = orgs.iter().map(|org| {
        let by = of(org);
        VisitSignature {
            org: names.named_org(org),
            is_recorder: org == recorder,
            person: by.map(|one| Named::new(one.person.as_str(), names.person(&one.person))),
            at: by.map(|one| one.recorded_at.to_rfc3339()),
            text: by.map_or_else(String::new, |one| one.text.clone()),
        }
    });
    Ok((views.collect(), may_sign))
}

/// What was found wanting in a visit, in the words of the lists it was filled in with.
fn failed(done: &Inspection, lists: &[Checklist]) -> Vec<String> {
    let record = &done.record;
    let pinned = |list: &&Checklist| {
        record.pins.iter().any(|pin| pin.code == list.code && pin.edition == list.edition.to_string())
    };
    let fails = record.answers.iter().filter(|one| one.verdict == Verdict::Fail);
    let text = |answer: &Answer| {
        let item =
            lists.iter().filter(pinned).flat_map(|list| &list.items).find(|one| one.code == answer.item);
        let asked = item.map_or(answer.item.as_str(), |one| one.text.as_str());
        let note = answer.note.trim();
        if note.is_empty() { asked.to_owned() } else { format!("{asked}：{note}") }
    };
    fails.map(text).collect()
}

/// The hat under which the caller signs for a body: that of one of its people who records visits and speaks for it.
fn signing<'a>(caller: &'a Caller, org: &OrgId) -> Option<&'a Assignment> {
    caller.hats.all().iter().find(|hat| {
        hat.org == *org
            && speaks_for_the_body(hat.role)
            && domain::policy::reach(hat.role, Action::InspectionRecord).is_some()
    })
}

/// Whether the caller may sign for a body.
fn signs(caller: &Caller, org: &OrgId) -> bool {
    signing(caller, org).is_some()
}

/// Joint visits of this half-year and the one before whose record waits for the signature of one of the caller's bodies.
// A list of the caller's own: what he may read, and of that what his body has not signed.
async fn to_sign(read: &mut Read, caller: &Caller, today: Date) -> Result<Vec<VisitToSign>> {
    let mut items = Vec::new();
    let Some(scope) = caller.hats.scope(Action::InspectionRead) else { return Ok(items) };
    if !caller.hats.all().iter().any(|hat| signs(caller, &hat.org)) {
        return Ok(items);
    }
    let (from, to) = half_year(today);
    let from = half_year(from.pred_opt().unwrap_or(from)).0;
    let filter = together(from, to);
    let mut found = read.inspections(&scope, &filter, None, READ).await?;
    // Whoever owes a visit together with others opens its record wherever the place lies: no scope of rows has that.
    let whole = Caller::system().scope(Action::InspectionRead)?;
    let owed = InspectionFilter { joint: true, ..filter };
    let known: BTreeSet<InspectionId> = found.iter().map(|(done, _)| done.record.id.clone()).collect();
    let owed = read.inspections(&whole, &owed, None, READ).await?.into_iter();
    found.extend(owed.filter(|(done, _)| !known.contains(&done.record.id)));
    found.sort_by_key(|(done, _)| std::cmp::Reverse(done.record.ended_at.date()));
    if found.is_empty() {
        return Ok(items);
    }
    let ids: Vec<InspectionId> = found.iter().map(|(done, _)| done.record.id.clone()).collect();
    let signed = read.inspection_signatures(&ids).await?;
    let held = read.assignments().await?;
    let names = Names::read(read).await?;
    let lists: Vec<Checklist> = read.checklists().await?.into_iter().map(|one| one.checklist).collect();
    let places: Vec<PlaceId> = found.iter().map(|(done, _)| done.record.place.clone()).collect();
    let places = read.places_by_id(&places).await?.into_iter();
    let places: HashMap<PlaceId, String> = places.map(|one| (one.place.id, one.place.name)).collect();
    for (done, filing) in found {
        let orgs = bodies_of(read, &done, &filing.org, &held).await?;
        let is_signed = |org: &OrgId| {
            *org == filing.org || signed.iter().any(|one| one.inspection == done.record.id && one.org == *org)
        };
        // Nobody is asked for what was before his time.
        let on = done.record.ended_at.date();
        let was_there = |org: &OrgId| signing(caller, org).is_some_and(|hat| hat.from <= on);
        let Some(org) = orgs.iter().find(|org| !is_signed(org) && was_there(org)) else { continue };
        match load(read, caller, &done.record.id).await {
            Ok(_) => {}
            Err(Error::NotFound) => continue,
            Err(other) => return Err(other),
        }
        let place = places.get(&done.record.place).map_or("", String::as_str);
        items.push(VisitToSign {
            inspection: done.record.id.to_string(),
            place: Named::new(done.record.place.as_str(), place),
            on: done.record.ended_at.date().to_string(),
            recorder: names.named_org(&filing.org),
            org: names.named_org(org),
            bodies: orgs.iter().map(|org| names.named_org(org)).collect(),
            outcome: if done.outcome == Outcome::Hazards { "hazards" } else { "clear" }.to_owned(),
            failed: failed(&done, &lists),
        });
    }
    Ok(items)
}

/// The first and last day of the half-year a day lies in. Source: C13.3, twice a year (P).
fn half_year(day: Date) -> (Date, Date) {
    let window = domain::period::Unit::HalfYear.window_of(day);
    (window.from, window.to)
}

/// Joint visits of some days that could be made, told apart where rows are read: others do not crowd them out.
fn together(from: Date, to: Date) -> InspectionFilter {
    InspectionFilter {
        from: Some(from),
        to: Some(to),
        occasion: Some(Occasion::Joint),
        looked: true,
        ..InspectionFilter::default()
    }
}

/// What the two lists say of a place.
struct Sides {
    territory: BTreeSet<PlaceId>,
    sector: BTreeSet<PlaceId>,
    /// Keepers of the territory's lists, by village; the town's own under the empty word.
    keepers: HashMap<String, OrgId>,
}

impl Sides {
    async fn read(read: &mut Read, today: Date) -> Result<Self> {
        let mut out = Self { territory: BTreeSet::new(), sector: BTreeSet::new(), keepers: HashMap::new() };
        for record in read.place_lists().await? {
            let side = match record.list.kind {
                ListKind::JointControl => {
                    let village = record.list.village.as_ref().map_or("", |code| code.as_str()).to_owned();
                    out.keepers.insert(village, record.list.owner.clone());
                    &mut out.territory
                }
                ListKind::SectorKey => &mut out.sector,
                _ => continue,
            };
            let is_on = |one: &domain::place_list::Entry| {
                one.from <= today && one.left.as_ref().is_none_or(|(day, _)| today < *day)
            };
            let entries = read.list_entries(&record.id).await?;
            side.extend(entries.into_iter().map(|one| one.entry).filter(is_on).map(|one| one.place));
        }
        Ok(out)
    }

    fn of(&self, place: &PlaceId) -> Standing {
        Standing::of(self.territory.contains(place), self.sector.contains(place))
    }
}

async fn visit(
    read: &mut Read,
    caller: &Caller,
    (done, recorder): (&Inspection, &OrgId),
) -> Result<JointVisit> {
    let (under, _) = signatures(read, caller, (done, recorder)).await?;
    Ok(JointVisit {
        inspection: done.record.id.to_string(),
        on: done.record.ended_at.date().to_string(),
        bodies_n: under.len().max(1),
        signed_n: under.iter().filter(|one| one.is_recorder || one.at.is_some()).count().max(1),
    })
}

fn planned_visit(stored: &StoredTask, names: &Names) -> JointPlanned {
    let all = std::iter::once(&stored.task.lead).chain(&stored.task.joint);
    JointPlanned {
        task: stored.task.id.to_string(),
        code: stored.filing.code.clone(),
        due_on: stored.task.window.due_on.to_string(),
        bodies: all.map(|org| names.named_org(org)).collect(),
    }
}

/// The joint visit planned at a place, and those made there since a day, the newest first.
// Part of the page of what led to them.
pub(crate) async fn of_place(
    read: &mut Read,
    caller: &Caller,
    names: &Names,
    place: &PlaceId,
    (since, today): (Date, Date),
) -> Result<(Option<JointPlanned>, Vec<JointVisit>)> {
    let whole = Caller::system().scope(Action::InspectionRead)?;
    let filter = InspectionFilter { place: Some(place.clone()), ..together(since, today) };
    let mut visits = Vec::new();
    for (done, filing) in read.inspections(&whole, &filter, None, READ).await? {
        visits.push(visit(read, caller, (&done, &filing.org)).await?);
    }
    let (_, last) = half_year(today);
    let open = read.tasks_open_between(since, last).await?;
    let planned = open.iter().find(|one| one.task.place == *place && !one.task.joint.is_empty());
    Ok((planned.map(|stored| planned_visit(stored, names)), visits))
}

// Part of use cases that asked for the right.
async fn control(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<JointControl> {
    let today = now.date();
    let scope = caller.scope(Action::PlaceRead)?;
    let mut places: Vec<PlaceRecord> = Vec::new();
    read.each_place(&PlaceFilter::default(), &scope, |record| {
        let risky = is_crowded(&record.place) || !high_risk(record.place.kinds()).is_empty();
        if risky && record.voided.is_none() && !record.place.is_gone(today) && (places.len() as i64) < READ {
            places.push(record);
        }
    })
    .await?;
    let names = Names::read(read).await?;
    let sides = Sides::read(read, today).await?;
    let orgs: Vec<domain::org::Org> = read.orgs().await?.into_iter().map(|one| one.org).collect();
    let (from, to) = half_year(today);
    let seen = caller.hats.scope(Action::InspectionRead).unwrap_or_default();
    let filter = together(from, to);
    let mut visits: HashMap<PlaceId, Vec<JointVisit>> = HashMap::new();
    for (done, filing) in read.inspections(&seen, &filter, None, READ).await? {
        let visit = visit(read, caller, (&done, &filing.org)).await?;
        visits.entry(done.record.place.clone()).or_default().push(visit);
    }
    let mut planned: HashMap<PlaceId, JointPlanned> = HashMap::new();
    for stored in read.tasks_open_between(from, to).await? {
        if stored.task.joint.is_empty() {
            continue;
        }
        planned.insert(stored.task.place.clone(), planned_visit(&stored, &names));
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut items: Vec<(Standing, JointPlace)> = Vec::with_capacity(places.len());
    for record in places {
        let place = &record.place;
        let mut kinds = high_risk(place.kinds());
        // A house of many people alone is asked for on its sector's list only (C17.7).
        let standing = match kinds.is_empty() {
            true => Standing::of(true, sides.sector.contains(&place.id)),
            false => sides.of(&place.id),
        };
        if is_crowded(place) {
            kinds.push(CROWDED.into());
        }
        *counts.entry(standing.code().to_owned()).or_default() += 1;
        let village = place.village.as_str();
        let of_village =
            orgs.iter().find(|org| org.kind == OrgKind::Village && org.territory.as_str() == village);
        let keeper = sides.keepers.get(village).or_else(|| sides.keepers.get(""));
        let keeper = keeper.cloned().or_else(|| of_village.map(|org| org.id.clone()));
        let mut answers: Vec<Named> = Vec::new();
        if matches!(standing, Standing::NoTerritory | Standing::Neither) {
            answers.extend(keeper.iter().map(|org| names.named_org(org)));
        }
        if matches!(standing, Standing::NoSector | Standing::Neither) {
            answers.extend(place.sector_org.iter().map(|org| names.named_org(org)));
        }
        let at = Subject::of(&record.path, place.sector_org.as_ref());
        let row = JointPlace {
            place: Named::new(place.id.as_str(), &place.name),
            village: names.territory(village),
            kinds: kinds.iter().map(|kind| Word::new(kind.as_str(), kind_label(kind))).collect(),
            standing: Word::new(standing.code(), standing.label()),
            sector: place.sector_org.as_ref().map(|org| names.named_org(org)),
            answers,
            due_by: to.to_string(),
            visits: visits.remove(&place.id).unwrap_or_default(),
            planned: planned.remove(&place.id),
            may_plan: caller.hats.hat(Action::TaskAssign, &at).is_some(),
        };
        items.push((standing, row));
    }
    // What lacks something stands first.
    items.sort_by_key(|(standing, row)| (*standing == Standing::Both, !row.visits.is_empty()));
    let items: Vec<JointPlace> = items.into_iter().map(|(_, row)| row).collect();
    Ok(JointControl {
        unvisited_n: items.iter().filter(|one| one.visits.is_empty()).count(),
        items,
        counts,
        bodies: orgs
            .iter()
            .filter(|org| org.active && !matches!(org.kind, OrgKind::Unit | OrgKind::Committee))
            .map(|org| Named::new(org.id.as_str(), org.name.as_str()))
            .collect(),
        today: today.to_string(),
    })
}

impl App {
    /// Places of high risk on both lists, within what the caller may see.
    pub async fn joint_control(&self, caller: &Caller) -> Result<JointControl> {
        caller.scope(Action::TaskRead)?;
        let mut read = self.db.read(&self.town).await?;
        control(&mut read, caller, self.now()).await
    }

    /// Plans a joint visit: one task that several bodies owe together.
    ///
    /// Errors: no such place or body; fewer than two bodies; one is planned already.
    pub async fn plan_joint_visit(&self, caller: &Caller, asked: JointPlanInput) -> Result<JointControl> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let place = PlaceId::from(asked.place.trim());
        let (record, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, &place).await?;
        let at = Subject::of(&record.path, record.place.sector_org.as_ref());
        let hat = caller.hat(Action::TaskAssign, &at)?;
        let lead = OrgId::from(asked.lead.trim());
        let joint: Vec<OrgId> =
            asked.bodies.iter().map(|one| OrgId::from(one.as_str())).filter(|org| *org != lead).collect();
        let known: BTreeSet<OrgId> =
            tx.orgs().await?.into_iter().filter(|one| one.org.active).map(|one| one.org.id).collect();
        if joint.is_empty() || !std::iter::once(&lead).chain(&joint).all(|org| known.contains(org)) {
            let text = "联合检查至少要有一个牵头单位和一个配合单位，请从列表中选择";
            return Err(Error::field("bodies", "joint_control.bodies", text));
        }
        let (from, due_on) = (read_day("from", &asked.from)?, read_day("due_on", &asked.due_on)?);
        let open = tx.tasks_open_between(from, due_on).await?;
        if open.iter().any(|one| one.task.place == place && !one.task.joint.is_empty()) {
            return Err(Error::Refused {
                code: "joint_control.planned",
                message: "这个场所在这段时间已经安排了联合检查，请办理原任务".to_owned(),
            });
        }
        let window = Window::new(from, due_on)?;
        let task = Task::pending(self.new_id().into(), place, lead, joint, window);
        let filing = TaskFiling {
            code: next_code(&mut tx, window).await?,
            plan: None,
            path: record.path.clone(),
            kind: "joint".to_owned(),
            plan_item: None,
        };
        tx.insert_task(&task, &filing, now).await?;
        let view = control(&mut tx, caller, now).await?;
        let audit = caller.audit_as(hat, "task.joint", ("task", task.id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Joint visits whose record waits for the signature of one of the caller's bodies; for who signs nothing none.
    pub async fn visits_to_sign(&self, caller: &Caller) -> Result<VisitsToSign> {
        let today = self.now().date();
        Ok(VisitsToSign { items: to_sign(&mut self.db.read(&self.town).await?, caller, today).await? })
    }

    /// Signs a visit for one's own body.
    ///
    /// Errors: the body took no part, made the record itself, or signed already.
    pub async fn sign_inspection(
        &self,
        caller: &Caller,
        id: &InspectionId,
        asked: &VisitSignatureInput,
    ) -> Result<InspectionView> {
        let now = self.now();
        let text = asked.text.trim();
        if text.chars().count() > MAX_TEXT {
            return Err(Error::field("text", "joint_control.text", "意见最多写 500 个字，请精简"));
        }
        let mut tx = self.write(caller).await?;
        let loaded = load(&mut tx, caller, id).await?;
        let (done, filing) = loaded.versions.last().ok_or(Error::NotFound)?;
        let (under, may_sign) = signatures(&mut tx, caller, (done, &filing.org)).await?;
        let open = under.iter().find(|one| {
            !one.is_recorder && one.at.is_none() && signs(caller, &OrgId::from(one.org.id.as_str()))
        });
        let open = open.filter(|_| may_sign).ok_or_else(|| Error::Refused {
            code: "joint_control.not_yours",
            message: "您的单位没有参加这次联合检查，或者已经签字".to_owned(),
        })?;
        let org = OrgId::from(open.org.id.as_str());
        let hat = signing(caller, &org).ok_or(Error::NotFound)?;
        let signed = SignatureRecord {
            id: self.new_id(),
            inspection: id.clone(),
            org,
            person: caller.person.clone(),
            text: text.to_owned(),
            recorded_at: now,
        };
        tx.insert_inspection_signature(&signed).await?;
        let view = self.inspection_view(&mut tx, caller, &loaded, None).await?;
        let audit = caller.audit_as(
            hat,
            "inspection.countersign_visit",
            ("inspection", id.as_str()),
            &filing.path,
            now,
        );
        Ok(tx.commit(audit, view).await?)
    }
}
