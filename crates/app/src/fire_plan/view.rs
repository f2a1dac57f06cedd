//! Special fire plans as they are shown and typed in: versions, items, signatures, what is missing, differences.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;

use domain::facility::Stage as Standing;
use domain::fire_plan::difference::{Change, Pair};
use domain::fire_plan::{Act, Frame, Item, ItemStatus};
use domain::ids::{FacilityId, ForceId, OrgId};
use domain::policy::Action;
use serde::{Deserialize, Serialize};
use store::Read;
use store::facility::FacilityFilter;
use store::fire_plan::FirePlanRecord;
use store::force::ForceFilter;
use utoipa::ToSchema;

use super::body_label;
use crate::names::Names;
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// A version in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirePlanRow {
    pub id: String,
    /// Number of the version.
    pub edition: u32,
    pub title: String,
    /// First year it plans for.
    pub from: i32,
    /// Last year.
    pub to: i32,
    pub stage: Word,
    /// The first day it is in force.
    pub in_force_on: Option<String>,
    /// The first day the next version is in force.
    pub superseded_on: Option<String>,
    pub items: usize,
    pub built: usize,
    pub retired: usize,
    /// Items no article of the spatial plan is named for.
    pub missing_spatial: usize,
    /// Items no article of the forest plan is named for.
    pub missing_forest: usize,
    /// Bodies that have not signed.
    pub unsigned: Vec<Word>,
    pub voided: bool,
}

/// Every version.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirePlanList {
    pub items: Vec<FirePlanRow>,
    pub may_add: bool,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirePlanOptions {
    pub kinds: Vec<Word>,
    pub statuses: Vec<Word>,
    pub bodies: Vec<Word>,
    pub frames: Vec<Word>,
    pub villages: Vec<Named>,
    pub facilities: Vec<Named>,
    pub forces: Vec<Named>,
}

/// What an item became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirePlanLink {
    pub id: String,
    pub name: String,
    /// Where it stands.
    pub stage: Option<Word>,
    /// Whether it stands out there; the plan may say otherwise.
    pub stands: bool,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirePlanItem {
    pub id: String,
    pub kind: Word,
    pub name: String,
    pub village: Named,
    pub year: Option<i32>,
    /// GeoJSON geometry.
    #[schema(value_type = Option<Object>)]
    pub shape: Option<serde_json::Value>,
    pub status: Word,
    pub facility: Option<FirePlanLink>,
    pub force: Option<FirePlanLink>,
    /// The plan that must take it in.
    pub frame: Word,
    /// Its article there; empty while none is named.
    pub article: String,
    pub note: String,
    /// What it became stands and the plan says planned, or the other way round.
    pub differs: bool,
}

/// One of the bodies that sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirePlanBody {
    pub body: Word,
    pub org: Option<Named>,
    /// The day it signed.
    pub signed_on: Option<String>,
    pub text: String,
    /// Whether the caller may sign for it.
    pub may_sign: bool,
}

/// Who approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirePlanApproval {
    pub by: String,
    pub document_no: String,
    pub on: String,
}

/// A plan that took it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirePlanExtract {
    pub frame: Word,
    pub document: String,
    pub article: String,
    pub on: String,
}

/// Items another plan has not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirePlanMissing {
    pub frame: Word,
    pub items: Vec<Named>,
}

/// What the part of a village is not about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirePlanLack {
    pub village: Named,
    pub matters: Vec<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FirePlanEvent {
    pub seq: i64,
    pub step: String,
    pub step_label: String,
    pub on: String,
    pub recorded_at: String,
    pub by: Named,
    /// Body, approval, or plan that took it in.
    pub what: String,
    pub text: String,
    pub stage: Word,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirePlanView {
    #[serde(flatten)]
    pub row: FirePlanRow,
    pub org: Named,
    /// The version it was made from.
    pub based_on: Option<Named>,
    pub plan_items: Vec<FirePlanItem>,
    pub bodies: Vec<FirePlanBody>,
    pub approval: Option<FirePlanApproval>,
    pub extracts: Vec<FirePlanExtract>,
    pub missing: Vec<FirePlanMissing>,
    pub lacks: Vec<FirePlanLack>,
    /// Why it was voided.
    pub void: Option<String>,
    /// What happened, newest first.
    pub events: Vec<FirePlanEvent>,
    pub version: i64,
    pub actions: Vec<String>,
}

/// An item in both versions.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirePlanPair {
    /// `added`, `removed`, `changed` or `same`.
    pub change: String,
    pub before: Option<FirePlanItem>,
    pub after: Option<FirePlanItem>,
    /// Fields that differ.
    pub fields: Vec<String>,
}

/// What a later version changes of an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FirePlanDifference {
    pub before: FirePlanRow,
    pub after: FirePlanRow,
    pub pairs: Vec<FirePlanPair>,
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
    pub same: usize,
}

/// An item as typed in.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct FirePlanItemInput {
    /// Id it had; a new one when left out.
    pub id: String,
    pub kind: String,
    pub name: String,
    pub village: String,
    pub year: Option<i32>,
    #[schema(value_type = Option<Object>)]
    pub shape: Option<serde_json::Value>,
    pub status: String,
    pub facility: Option<String>,
    pub force: Option<String>,
    pub article: String,
    pub note: String,
}

/// A version to make or change.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct FirePlanInput {
    pub title: String,
    pub from: i32,
    pub to: i32,
    /// The version it is made from; without items of its own it begins with those.
    pub based_on: Option<String>,
    pub items: Vec<FirePlanItemInput>,
    /// The row version that was read; none for a new one.
    pub version: Option<i64>,
}

/// A step.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct FirePlanStep {
    /// `circulate`, `sign`, `send_back`, `approve`, `extract`, `progress` or `void`.
    pub step: String,
    /// The day it happened; today when left out.
    pub on: String,
    pub text: String,
    /// Which body signs or sends back.
    pub body: Option<String>,
    /// Who approved it.
    pub by: Option<String>,
    pub document_no: Option<String>,
    /// `spatial` or `forest`.
    pub frame: Option<String>,
    /// Title and number of the plan that took it in.
    pub document: Option<String>,
    pub article: Option<String>,
    /// The item of which something is told.
    pub item: Option<String>,
    /// `planned`, `built` or `retired`.
    pub status: Option<String>,
    /// The facility or the force the item became.
    pub facility: Option<String>,
    pub force: Option<String>,
    /// The row version that was read.
    pub version: i64,
}

/// What an item names besides itself.
pub(super) struct Shown {
    names: Names,
    facilities: BTreeMap<FacilityId, (String, Standing)>,
    forces: BTreeMap<ForceId, (String, bool)>,
}

impl Shown {
    /// Facilities and forces the caller may not see are not named.
    pub(super) async fn read(read: &mut Read, caller: &Caller) -> Result<Self> {
        let facilities = match caller.hats.scope(Action::FacilityRead) {
            None => Vec::new(),
            Some(scope) => read.facilities(&scope, &FacilityFilter::default(), None, i64::MAX).await?,
        };
        let forces = match caller.hats.scope(Action::ForceRead) {
            None => Vec::new(),
            Some(scope) => read.forces(&scope, &ForceFilter::default()).await?,
        };
        Ok(Self {
            names: Names::read(read).await?,
            facilities: facilities
                .into_iter()
                .map(|one| one.facility)
                .map(|f| (f.id, (format!("{} {}", f.code, f.name), f.stage)))
                .collect(),
            forces: forces
                .into_iter()
                .map(|one| one.force)
                .map(|f| (f.id, (f.name, f.accepted.is_some() && f.closed.is_none())))
                .collect(),
        })
    }

    fn item(&self, item: &Item) -> FirePlanItem {
        let facility = item.facility.as_ref().and_then(|id| {
            let (name, stage) = self.facilities.get(id)?;
            Some(FirePlanLink {
                id: id.to_string(),
                name: name.clone(),
                stage: Some(Word::new(stage.code(), stage.label())),
                stands: stage.is_standing(),
            })
        });
        let force = item.force.as_ref().and_then(|id| {
            let (name, stands) = self.forces.get(id)?;
            Some(FirePlanLink { id: id.to_string(), name: name.clone(), stage: None, stands: *stands })
        });
        let stands = facility.as_ref().or(force.as_ref()).map(|link| link.stands);
        let frame = item.kind.frame();
        FirePlanItem {
            id: item.id.clone(),
            kind: Word::new(item.kind.code(), item.kind.label()),
            name: item.name.clone(),
            village: self.names.territory(item.village.as_str()),
            year: item.year,
            shape: item.shape.as_ref().and_then(|shape| serde_json::to_value(shape).ok()),
            status: Word::new(item.status.code(), item.status.label()),
            facility,
            force,
            frame: Word::new(frame.code(), frame.label()),
            article: item.article.clone(),
            note: item.note.clone(),
            differs: stands.is_some_and(|stands| stands != (item.status == ItemStatus::Built)),
        }
    }
}

/// A version in a list.
pub(super) fn row(record: &FirePlanRecord) -> FirePlanRow {
    let p = &record.plan;
    let of = |status| p.items.iter().filter(|item| item.status == status).count();
    FirePlanRow {
        id: p.id.to_string(),
        edition: p.edition,
        title: p.title.clone(),
        from: p.years.0,
        to: p.years.1,
        stage: Word::new(p.stage.code(), p.stage.label()),
        in_force_on: p.approval.as_ref().map(|given| given.on.to_string()),
        superseded_on: p.superseded_on.map(|day| day.to_string()),
        items: p.items.len(),
        built: of(ItemStatus::Built),
        retired: of(ItemStatus::Retired),
        missing_spatial: p.missing_from(Frame::Spatial).len(),
        missing_forest: p.missing_from(Frame::Forest).len(),
        unsigned: p.unsigned().into_iter().map(|body| Word::new(body, body_label(body))).collect(),
        voided: p.void.is_some(),
    }
}

fn told(act: &Act, items: &[Item]) -> String {
    match act {
        Act::Sign { body, .. } | Act::SendBack { body } => body_label(body).to_owned(),
        Act::Approve { by, document_no } => format!("{by} {document_no}"),
        Act::Extract { frame, document, article } => format!("{} {document} {article}", frame.label()),
        Act::Progress { item, status, article, .. } => {
            let name =
                items.iter().find(|one| one.id == *item).map_or(item.as_str(), |one| one.name.as_str());
            [name, status.label(), article.as_str()].join(" ").trim_end().to_owned()
        }
        _ => String::new(),
    }
}

/// One version as its page shows it.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &FirePlanRecord,
    bodies: &[(&'static str, Option<OrgId>)],
    actions: Vec<&'static str>,
) -> Result<FirePlanView> {
    let p = &record.plan;
    let shown = Shown::read(read, caller).await?;
    let villages: Vec<_> = read
        .open_territories()
        .await?
        .into_iter()
        .map(|one| one.territory)
        .filter(|one| one.level == domain::org::Level::Village)
        .collect();
    let based_on = match &p.based_on {
        None => None,
        Some(id) => {
            let base = read.fire_plan(id, &caller.scope(Action::FirePlanRead)?).await?;
            base.map(|base| {
                Named::new(id.as_str(), format!("第 {} 版 {}", base.plan.edition, base.plan.title))
            })
        }
    };
    let mut events = read.fire_plan_events(&p.id).await?;
    events.reverse();
    let body = |(code, org): &(&'static str, Option<OrgId>)| {
        let signed = p.signatures.iter().find(|one| one.body == *code);
        let may = |org: &OrgId| caller.hats.hat(Action::FirePlanSign, &super::at_body(record, org)).is_some();
        FirePlanBody {
            body: Word::new(*code, body_label(code)),
            org: org.as_ref().map(|org| shown.names.named_org(org)),
            signed_on: signed.map(|one| one.on.to_string()),
            text: signed.map(|one| one.text.clone()).unwrap_or_default(),
            may_sign: org.as_ref().is_some_and(may),
        }
    };
    let lack = |village: &domain::org::Territory| {
        let matters: Vec<String> = p.lacks(&village.code).iter().map(|one| one.label().to_owned()).collect();
        let village = Named::new(village.code.as_str(), village.name.as_str());
        (!matters.is_empty()).then_some(FirePlanLack { village, matters })
    };
    let missing = |frame: &Frame| FirePlanMissing {
        frame: Word::new(frame.code(), frame.label()),
        items: p.missing_from(*frame).iter().map(|item| Named::new(&item.id, &item.name)).collect(),
    };
    Ok(FirePlanView {
        row: row(record),
        org: shown.names.named_org(&p.org),
        based_on,
        plan_items: p.items.iter().map(|item| shown.item(item)).collect(),
        bodies: bodies.iter().map(body).collect(),
        approval: p.approval.as_ref().map(|given| FirePlanApproval {
            by: given.by.clone(),
            document_no: given.document_no.clone(),
            on: given.on.to_string(),
        }),
        extracts: p
            .extracts
            .iter()
            .map(|one| FirePlanExtract {
                frame: Word::new(one.frame.code(), one.frame.label()),
                document: one.document.clone(),
                article: one.article.clone(),
                on: one.on.to_string(),
            })
            .collect(),
        missing: Frame::ALL.iter().map(missing).filter(|one| !one.items.is_empty()).collect(),
        lacks: villages.iter().filter_map(lack).collect(),
        void: p.void.clone(),
        events: events
            .iter()
            .map(|event| FirePlanEvent {
                seq: event.seq,
                step: event.act.code().to_owned(),
                step_label: event.act.label().to_owned(),
                on: event.on.to_string(),
                recorded_at: event.recorded_at.to_rfc3339(),
                by: Named::new(event.by.as_str(), shown.names.person(&event.by)),
                what: told(&event.act, &p.items),
                text: event.text.clone(),
                stage: Word::new(event.stage.code(), event.stage.label()),
            })
            .collect(),
        version: record.version,
        actions: actions.into_iter().map(str::to_owned).collect(),
    })
}

/// What a later version changes of an earlier one.
pub(super) fn differences(
    before: &FirePlanRecord,
    after: &FirePlanRecord,
    pairs: &[Pair],
    shown: &Shown,
) -> FirePlanDifference {
    let of = |change| pairs.iter().filter(|pair| pair.change() == change).count();
    FirePlanDifference {
        before: row(before),
        after: row(after),
        added: of(Change::Added),
        removed: of(Change::Removed),
        changed: of(Change::Changed),
        same: of(Change::Same),
        pairs: pairs
            .iter()
            .map(|pair| FirePlanPair {
                change: pair.change().code().to_owned(),
                before: pair.before.map(|item| shown.item(item)),
                after: pair.after.map(|item| shown.item(item)),
                fields: pair.fields.iter().map(|field| (*field).to_owned()).collect(),
            })
            .collect(),
    }
}
