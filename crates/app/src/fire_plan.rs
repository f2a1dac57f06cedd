//! Special fire plans: versions made, filled with items, countersigned by the four bodies of clause 5, approved, followed
//! by the next; what two versions differ in. What does not belong here: what is typed in and shown ([`view`]).

pub mod view;

use std::collections::BTreeSet;

use domain::facility::Shape;
use domain::fire_plan::difference::difference;
use domain::fire_plan::{
    Act, BODIES, Event, FirePlan, FirePlanRefusal, Frame, Item, ItemKind, ItemStatus, Stage,
};
use domain::ids::{FacilityId, FirePlanId, ForceId, OrgId, TerritoryCode};
use domain::org::Level;
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use store::facility::FacilityFilter;
use store::fire_plan::FirePlanRecord;
use store::force::ForceFilter;
use store::{Read, Write};

use crate::boundary::outside::{positions, refuse_far};
use crate::place::Gazetteer;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};
use view::{
    FirePlanDifference, FirePlanInput, FirePlanItemInput, FirePlanList, FirePlanOptions, FirePlanStep,
    FirePlanView, Shown,
};

/// What people call a body that signs.
pub(crate) fn body_label(body: &str) -> &'static str {
    match body {
        "land_office" => "规资所",
        "planning_office" => "城建办（规建办）",
        "agri_center" => "农业服务中心",
        _ => "应急办",
    }
}

/// The body that answers for a plan being taken into another. Source: C5.4, C5.5.
fn body_of(frame: Frame) -> &'static str {
    match frame {
        Frame::Spatial => "land_office",
        Frame::Forest => "agri_center",
    }
}

/// The organisation that is a body, by the word plans know it.
async fn org_of(read: &mut Read, body: &str) -> Result<Option<OrgId>> {
    let orgs = read.orgs().await?;
    Ok(orgs
        .into_iter()
        .find(|one| one.org.active && one.org.label == format!("org:{body}"))
        .map(|one| one.org.id))
}

/// Where a version stands as far as rights are concerned: the town's, of whoever made it.
fn subject(record: &FirePlanRecord) -> Subject {
    Subject::of(&record.path, Some(&record.plan.org))
}

/// Where a body signs.
fn at_body(record: &FirePlanRecord, org: &OrgId) -> Subject {
    Subject::of(&record.path, Some(org))
}

/// The right a step asks for.
fn right_of(step: &str) -> Action {
    match step {
        "sign" | "send_back" | "extract" => Action::FirePlanSign,
        "approve" => Action::FirePlanApprove,
        _ => Action::FirePlanChange,
    }
}

/// What a step is called in the record.
fn act_name(act: &Act) -> &'static str {
    match act {
        Act::Make => "fire_plan.make",
        Act::Change => "fire_plan.update",
        Act::Circulate => "fire_plan.circulate",
        Act::Sign { .. } => "fire_plan.countersign",
        Act::SendBack { .. } => "fire_plan.send_back",
        Act::Approve { .. } => "fire_plan.into_force",
        Act::Extract { .. } => "fire_plan.extract",
        Act::Progress { .. } => "fire_plan.progress",
        Act::Supersede => "fire_plan.supersede",
        Act::Void => "fire_plan.void",
    }
}

/// The steps the stage allows and the caller may take.
fn actions(
    caller: &Caller,
    record: &FirePlanRecord,
    bodies: &[(&'static str, Option<OrgId>)],
) -> Vec<&'static str> {
    let may = |step: &&'static str| {
        let action = right_of(step);
        let own = caller.hats.hat(action, &subject(record)).is_some();
        let for_body = action == Action::FirePlanSign
            && bodies
                .iter()
                .filter_map(|(_, org)| org.as_ref())
                .any(|org| caller.hats.hat(action, &at_body(record, org)).is_some());
        own || for_body
    };
    record.plan.steps().into_iter().filter(may).collect()
}

fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn event(
    record: &FirePlanRecord,
    seq: i64,
    act: Act,
    on: Date,
    text: &str,
    caller: &Caller,
    now: Timestamp,
) -> Event {
    Event {
        seq,
        act,
        on,
        recorded_at: now,
        by: caller.person.clone(),
        text: text.trim().to_owned(),
        stage: record.plan.stage,
    }
}

/// What may be named in an item.
struct Known {
    villages: BTreeSet<TerritoryCode>,
    facilities: BTreeSet<FacilityId>,
    forces: BTreeSet<ForceId>,
}

impl Known {
    async fn read(read: &mut Read) -> Result<Self> {
        let whole = Caller::system();
        let facilities = whole.scope(Action::FacilityRead)?;
        let facilities = read.facilities(&facilities, &FacilityFilter::default(), None, i64::MAX).await?;
        let forces = read.forces(&whole.scope(Action::ForceRead)?, &ForceFilter::default()).await?;
        let villages = read.open_territories().await?.into_iter().map(|one| one.territory);
        let villages = villages.filter(|one| matches!(one.level, Level::Town | Level::Village));
        Ok(Self {
            villages: villages.map(|one| one.code).collect(),
            facilities: facilities.into_iter().map(|one| one.facility.id).collect(),
            forces: forces.into_iter().map(|one| one.force.id).collect(),
        })
    }
}

/// An item as typed in.
///
/// Errors: names the field.
fn read_item(asked: &FirePlanItemInput, known: &Known, new_id: &dyn Fn() -> String) -> Result<Item> {
    let unknown = |field: &str, message: &str| Error::field(field, "fire_plan.unknown", message);
    let kind = ItemKind::from_code(asked.kind.trim());
    let kind = kind.ok_or_else(|| unknown("items.kind", "没有这类规划项目，请从列表中选择"))?;
    let status = ItemStatus::from_code(asked.status.trim());
    let status = status.ok_or_else(|| unknown("items.status", "项目状态请选规划、已建或退出"))?;
    let village = TerritoryCode::from(asked.village.trim());
    if !known.villages.contains(&village) {
        return Err(unknown("items.village", "没有这个村（社区），请从列表中选择"));
    }
    let shape: Option<Shape> = match &asked.shape {
        None | Some(serde_json::Value::Null) => None,
        Some(json) => Some(
            exchange::geojson::shape(json)
                .ok_or_else(|| unknown("items.shape", "图形不是可用的 GeoJSON 点、线或面，请重新画"))?,
        ),
    };
    let facility = asked.facility.as_deref().and_then(given).map(FacilityId::from);
    if facility.as_ref().is_some_and(|id| !known.facilities.contains(id)) {
        return Err(unknown("items.facility", "没有这处设施，请从列表中选择"));
    }
    let force = asked.force.as_deref().and_then(given).map(ForceId::from);
    if force.as_ref().is_some_and(|id| !known.forces.contains(id)) {
        return Err(unknown("items.force", "没有这个消防站队，请从列表中选择"));
    }
    Ok(Item {
        id: given(&asked.id).unwrap_or_else(new_id),
        kind,
        name: asked.name.trim().to_owned(),
        village,
        year: asked.year,
        shape,
        status,
        facility,
        force,
        article: asked.article.trim().to_owned(),
        taken_in_at: None,
        note: asked.note.trim().to_owned(),
    })
}

impl App {
    /// Every version, the newest first.
    pub async fn fire_plans(&self, caller: &Caller) -> Result<FirePlanList> {
        let scope = caller.scope(Action::FirePlanRead)?;
        let mut read = self.db.read(&self.town).await?;
        let found = read.fire_plans(&scope).await?;
        Ok(FirePlanList {
            items: found.iter().map(view::row).collect(),
            may_add: caller.hats.scope(Action::FirePlanChange).is_some(),
        })
    }

    /// What a form needs.
    pub async fn fire_plan_options(&self, caller: &Caller) -> Result<FirePlanOptions> {
        caller.scope(Action::FirePlanRead)?;
        let mut read = self.db.read(&self.town).await?;
        let facilities = match caller.hats.scope(Action::FacilityRead) {
            None => Vec::new(),
            Some(scope) => read.facilities(&scope, &FacilityFilter::default(), None, i64::MAX).await?,
        };
        let forces = match caller.hats.scope(Action::ForceRead) {
            None => Vec::new(),
            Some(scope) => read.forces(&scope, &ForceFilter::default()).await?,
        };
        let villages = read.open_territories().await?.into_iter().map(|one| one.territory);
        let villages = villages.filter(|one| matches!(one.level, Level::Town | Level::Village));
        let facility = |one: store::facility::FacilityRecord| {
            let f = one.facility;
            Named::new(f.id.as_str(), format!("{} {}", f.code, f.name))
        };
        Ok(FirePlanOptions {
            kinds: ItemKind::ALL.iter().map(|kind| Word::new(kind.code(), kind.label())).collect(),
            statuses: ItemStatus::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            bodies: BODIES.iter().map(|body| Word::new(*body, body_label(body))).collect(),
            frames: Frame::ALL.iter().map(|frame| Word::new(frame.code(), frame.label())).collect(),
            villages: villages.map(|one| Named::new(one.code.as_str(), one.name)).collect(),
            facilities: facilities.into_iter().map(facility).collect(),
            forces: forces.into_iter().map(|one| Named::new(one.force.id.as_str(), one.force.name)).collect(),
        })
    }

    /// One version.
    pub async fn fire_plan(&self, caller: &Caller, id: &FirePlanId) -> Result<FirePlanView> {
        let scope = caller.scope(Action::FirePlanRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.fire_plan(id, &scope).await?.ok_or(Error::NotFound)?;
        self.fire_plan_page(&mut read, caller, &record).await
    }

    async fn fire_plan_page(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &FirePlanRecord,
    ) -> Result<FirePlanView> {
        let mut bodies = Vec::new();
        for body in BODIES {
            bodies.push((body, org_of(read, body).await?));
        }
        let actions = actions(caller, record, &bodies);
        view::page(read, caller, record, &bodies, actions).await
    }

    /// What a later version changes of an earlier one, item by item.
    pub async fn fire_plan_difference(
        &self,
        caller: &Caller,
        (before, after): (&FirePlanId, &FirePlanId),
    ) -> Result<FirePlanDifference> {
        let scope = caller.scope(Action::FirePlanRead)?;
        let mut read = self.db.read(&self.town).await?;
        let before = read.fire_plan(before, &scope).await?.ok_or(Error::NotFound)?;
        let after = read.fire_plan(after, &scope).await?.ok_or(Error::NotFound)?;
        let shown = Shown::read(&mut read, caller).await?;
        let pairs = difference(&before.plan, &after.plan);
        Ok(view::differences(&before, &after, &pairs, &shown))
    }

    /// Makes a version: empty, with items, or from an earlier one with all it has.
    pub async fn add_fire_plan(&self, caller: &Caller, asked: FirePlanInput) -> Result<FirePlanView> {
        let now = self.now();
        caller.scope(Action::FirePlanChange)?;
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let town = names.of_level(Level::Town).ok_or(Error::NotFound)?;
        let path = town.path.clone();
        let may =
            |org: &OrgId| caller.hats.hat(Action::FirePlanChange, &Subject::of(&path, Some(org))).is_some();
        let org = caller.hats.all().iter().map(|hat| hat.org.clone()).find(may);
        let org = org.unwrap_or_else(|| OrgId::from(""));
        let hat = caller.hat(Action::FirePlanChange, &Subject::of(&path, Some(&org)))?;
        let whole = Caller::system().scope(Action::FirePlanRead)?;
        let all = tx.fire_plans(&whole).await?;
        let base = match asked.based_on.as_deref().and_then(given) {
            None => None,
            Some(id) => Some(
                all.iter().find(|one| one.plan.id.as_str() == id && one.plan.void.is_none()).ok_or_else(
                    || Error::field("based_on", "fire_plan.unknown", "没有这个版本，请从列表中选择"),
                )?,
            ),
        };
        let edition = all.iter().map(|one| one.plan.edition).max().unwrap_or(0) + 1;
        let items = match base {
            Some(base) if asked.items.is_empty() => base.plan.items.clone(),
            _ => {
                let before = base.map(|base| base.plan.items.as_slice()).unwrap_or_default();
                self.read_items(&mut tx, &asked.items, before).await?
            }
        };
        let plan = FirePlan {
            id: self.new_id().into(),
            edition,
            title: asked.title.trim().to_owned(),
            years: (asked.from, asked.to),
            based_on: base.map(|base| base.plan.id.clone()),
            org,
            items,
            stage: Stage::Draft,
            signatures: Vec::new(),
            approval: None,
            superseded_on: None,
            extracts: Vec::new(),
            void: None,
        };
        let record = FirePlanRecord {
            plan: plan.register()?,
            path,
            voided_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        let made = event(&record, 1, Act::Make, now.date(), "", caller, now);
        tx.insert_fire_plan(&record, &made).await?;
        let page = self.fire_plan_page(&mut tx, caller, &record).await?;
        let about = ("fire_plan", record.plan.id.as_str());
        Ok(tx.commit(caller.audit_as(hat, act_name(&Act::Make), about, &record.path, now), page).await?)
    }

    /// Items as typed in; what stood before where it stands may stay there.
    async fn read_items(
        &self,
        read: &mut Read,
        asked: &[FirePlanItemInput],
        before: &[Item],
    ) -> Result<Vec<Item>> {
        let known = Known::read(read).await?;
        let town = self.town_area(read).await?;
        let one = |asked: &FirePlanItemInput| -> Result<Item> {
            let item = read_item(asked, &known, &|| self.new_id())?;
            if !before.iter().any(|old| old.id == item.id && old.shape == item.shape) {
                let drawn = item.shape.as_ref().map(positions).unwrap_or_default();
                refuse_far(town.as_ref(), "items.shape", &drawn)?;
            }
            Ok(item)
        };
        asked.iter().map(one).collect()
    }

    /// The version as the caller sees it, if he saw its newest state.
    async fn fire_plan_seen(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &FirePlanId,
        version: i64,
    ) -> Result<FirePlanRecord> {
        let scope = caller.scope(Action::FirePlanRead)?;
        let record = read.fire_plan(id, &scope).await?.ok_or(Error::NotFound)?;
        if record.version != version {
            return Err(Error::stale(&self.fire_plan_page(read, caller, &record).await?));
        }
        Ok(record)
    }

    /// Changes a draft: title, years and all its items at once.
    pub async fn change_fire_plan(
        &self,
        caller: &Caller,
        id: &FirePlanId,
        asked: FirePlanInput,
    ) -> Result<FirePlanView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.fire_plan_seen(caller, &mut tx, id, asked.version.unwrap_or(0)).await?;
        let hat = caller.hat(Action::FirePlanChange, &subject(&record))?.clone();
        let mut plan = record.plan.take(&Act::Change, (now.date(), now), "")?;
        plan.title = asked.title.trim().to_owned();
        plan.years = (asked.from, asked.to);
        plan.items = self.read_items(&mut tx, &asked.items, &plan.items).await?;
        record.plan = plan.register()?;
        let page = self
            .save_fire_plan_step(caller, &mut tx, &mut record, Act::Change, (now.date(), now), "")
            .await?;
        let about = ("fire_plan", id.as_str());
        Ok(tx.commit(caller.audit_as(&hat, "fire_plan.update", about, &record.path, now), page).await?)
    }

    /// Takes a step.
    ///
    /// Errors: the stage, the caller's rights or what was said do not allow it; somebody was quicker.
    pub async fn step_fire_plan(
        &self,
        caller: &Caller,
        id: &FirePlanId,
        asked: FirePlanStep,
    ) -> Result<FirePlanView> {
        let (now, today) = (self.now(), self.now().date());
        let on = given(&asked.on).map_or(Ok(today), |day| read_day("on", &day))?;
        let mut tx = self.write(caller).await?;
        let mut record = self.fire_plan_seen(caller, &mut tx, id, asked.version).await?;
        let (act, body) = read_act(&asked)?;
        let (hat, act) = match body {
            None => (caller.hat(right_of(act.code()), &subject(&record))?.clone(), act),
            Some(body) => {
                let org = org_of(&mut tx, body).await?.ok_or_else(|| {
                    let message = format!("还没有机构登记为{}，请先在机构页面登记", body_label(body));
                    Error::field("body", "fire_plan.no_org", &message)
                })?;
                let hat = caller.hat(Action::FirePlanSign, &at_body(&record, &org))?.clone();
                let for_another = hat.org != org && matches!(act, Act::Sign { .. });
                if for_another && asked.text.trim().is_empty() {
                    return Err(FirePlanRefusal::NoPaper.into());
                }
                let act = match act {
                    Act::Sign { body, .. } => Act::Sign { body, org },
                    other => other,
                };
                (hat, act)
            }
        };
        if let Act::Progress { facility, force, .. } = &act {
            let known = Known::read(&mut tx).await?;
            if facility.as_ref().is_some_and(|id| !known.facilities.contains(id)) {
                return Err(Error::field("facility", "fire_plan.unknown", "没有这处设施，请从列表中选择"));
            }
            if force.as_ref().is_some_and(|id| !known.forces.contains(id)) {
                return Err(Error::field("force", "fire_plan.unknown", "没有这个消防站队，请从列表中选择"));
            }
        }
        record.plan = record.plan.take(&act, (on, now), &asked.text)?;
        if act == Act::Void {
            record.voided_at = Some(now);
        }
        if matches!(act, Act::Approve { .. }) {
            self.supersede_fire_plan(caller, &mut tx, &record, on, now).await?;
        }
        let name = act_name(&act);
        let page =
            self.save_fire_plan_step(caller, &mut tx, &mut record, act, (on, now), &asked.text).await?;
        let mut audit = caller.audit_as(&hat, name, ("fire_plan", id.as_str()), &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, page).await?)
    }

    /// Ends the version that was in force until the new one is.
    // Part of the step that brings the next version into force.
    async fn supersede_fire_plan(
        &self,
        caller: &Caller,
        tx: &mut Write,
        next: &FirePlanRecord,
        on: Date,
        now: Timestamp,
    ) -> Result<()> {
        let whole = Caller::system().scope(Action::FirePlanRead)?;
        let all = tx.fire_plans(&whole).await?;
        let current =
            all.into_iter().find(|one| one.plan.stage == Stage::InForce && one.plan.id != next.plan.id);
        let Some(mut current) = current else { return Ok(()) };
        if let Some((from, _)) = current.plan.in_force().filter(|(from, _)| on <= *from) {
            return Err(FirePlanRefusal::BeforeCurrent(from).into());
        }
        current.plan = current.plan.take(&Act::Supersede, (on, now), "")?;
        let text = format!("第 {} 版", next.plan.edition);
        let ended = event(&current, current.version + 1, Act::Supersede, on, &text, caller, now);
        Ok(tx.save_fire_plan(&current, &ended).await?)
    }

    // The use case that took the step commits.
    async fn save_fire_plan_step(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &mut FirePlanRecord,
        act: Act,
        (on, now): (Date, Timestamp),
        text: &str,
    ) -> Result<FirePlanView> {
        let happened = event(record, record.version + 1, act, on, text, caller, now);
        tx.save_fire_plan(record, &happened).await?;
        record.version += 1;
        self.fire_plan_page(tx, caller, record).await
    }
}

/// What was asked for as an act, and the body that is to take it.
fn read_act(asked: &FirePlanStep) -> Result<(Act, Option<&'static str>)> {
    let known = asked.body.as_deref().and_then(|body| BODIES.into_iter().find(|known| *known == body.trim()));
    let body = || known.ok_or(FirePlanRefusal::NoBody);
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok(match asked.step.as_str() {
        "circulate" => (Act::Circulate, None),
        "sign" => (Act::Sign { body: body()?.to_owned(), org: OrgId::from("") }, Some(body()?)),
        "send_back" => (Act::SendBack { body: body()?.to_owned() }, Some(body()?)),
        "approve" => (Act::Approve { by: said(&asked.by), document_no: said(&asked.document_no) }, None),
        "extract" => {
            let frame = asked.frame.as_deref().and_then(|frame| Frame::from_code(frame.trim()));
            let frame = frame.ok_or_else(|| {
                Error::field("frame", "fire_plan.unknown", "请选择国土空间规划或森林防火规划")
            })?;
            let act = Act::Extract { frame, document: said(&asked.document), article: said(&asked.article) };
            (act, Some(body_of(frame)))
        }
        "progress" => {
            let status = asked.status.as_deref().and_then(|status| ItemStatus::from_code(status.trim()));
            let act = Act::Progress {
                item: said(&asked.item),
                status: status.ok_or_else(|| {
                    Error::field("status", "fire_plan.unknown", "项目状态请选规划、已建或退出")
                })?,
                facility: asked.facility.as_deref().and_then(given).map(FacilityId::from),
                force: asked.force.as_deref().and_then(given).map(ForceId::from),
                article: said(&asked.article),
            };
            (act, None)
        }
        "void" => (Act::Void, None),
        _ => return Err(Error::field("step", "fire_plan.step", "没有这一步，请刷新后再试")),
    })
}
