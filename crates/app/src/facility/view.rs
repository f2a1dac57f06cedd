//! Facilities as they are shown and typed in: rows of lists, one facility as a timeline with its next steps.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;

use domain::facility::network::{is_part, is_pump, is_wanted};
use domain::facility::{Act, Event, FieldForm, FieldValue, Kind, step_label};
use domain::ids::{FacilityId, PhotoId};
use domain::policy::Action;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::facility::FacilityRecord;
use utoipa::{IntoParams, ToSchema};

use super::water::{left_out, network};
use super::{actions, facilities};
use crate::names::{Names, Spot};
use crate::photo::{PhotoView, photo_views};
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Which facilities to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct FacilityAsked {
    /// Kinds, commas between them; `persuasion_point` for check stations without approval.
    pub kind: Option<String>,
    /// `water`, `forest`, `checkpoint`, `sign`, `device` or `other`.
    pub family: Option<String>,
    /// Stages, commas between them.
    pub stage: Option<String>,
    /// Only of this village.
    pub village: Option<String>,
    /// Text in name, number or address.
    pub q: Option<String>,
    /// Only those whose check is late.
    pub overdue: Option<bool>,
    /// Only what the caller's organisations own or keep.
    pub mine: Option<bool>,
    /// Only those with a public report nobody looked into.
    pub reported: Option<bool>,
    /// West, south, east, north. Units: degrees.
    pub bbox: Option<String>,
    /// Voided ones too.
    pub with_void: Option<bool>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
}

/// A facility in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityRow {
    pub id: String,
    pub code: String,
    pub name: String,
    /// Its kind; a check station without approval is called what it is.
    pub kind: Word,
    pub family: Word,
    pub territory: Named,
    pub address: String,
    pub stage: Word,
    /// Since when.
    pub since: String,
    pub owner: Option<Named>,
    pub maintainer: Option<Named>,
    /// Last day its last check holds for.
    pub check_by: Option<String>,
    /// Whether that day has passed.
    pub overdue: bool,
    /// Where on the map.
    pub spot: Option<Spot>,
    /// What is wrong with it.
    pub fault: String,
    pub voided: bool,
    /// Row version.
    pub version: i64,
}

/// A page of facilities.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityPage {
    pub items: Vec<FacilityRow>,
    /// How many there are in all.
    pub total: i64,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Checks that are late or coming.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityDue {
    pub late: Vec<FacilityRow>,
    pub coming: Vec<FacilityRow>,
}

/// How many there are of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilitySummaryRow {
    pub kind: Word,
    pub family: Word,
    pub proposed: i64,
    /// Planned, built ones among them; what was found standing only where the fire plan in force names it.
    pub planned: i64,
    /// Standing, found ones among them.
    pub standing: i64,
    /// Standing, found so and in no fire plan in force: of no plan, so neither planned nor built by one.
    pub found: i64,
    pub in_service: i64,
    pub at_fault: i64,
    /// Standing, with nobody named who owns and keeps it.
    pub unkept: i64,
    pub retired: i64,
    pub overdue: i64,
}

/// How many there are of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilitySummary {
    pub rows: Vec<FacilitySummaryRow>,
}

/// A field of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityFieldView {
    pub code: String,
    pub label: String,
    pub english: String,
    pub unit: String,
    /// `number`, `flag`, `text` or `choice`.
    pub form: String,
    pub most: Option<f64>,
    pub words: Vec<String>,
}

/// A kind of facility.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityKindView {
    pub code: String,
    pub label: String,
    pub english: String,
    pub family: Word,
    /// `point`, `line`, `area` or `point_or_area`.
    pub form: String,
    pub by_site: bool,
    pub gives_water: bool,
    /// Whether it is part of a network of pipes.
    pub joins: bool,
    /// Interval that is proposed, a parameter of the town. Units: days.
    pub check_days: Option<u32>,
    pub fields: Vec<FacilityFieldView>,
    pub source: String,
    pub confidence: String,
}

impl FacilityKindView {
    /// A kind as forms see it.
    pub(super) fn of(kind: &Kind) -> Self {
        let field = |field: &domain::facility::Field| {
            let (form, most, words) = match &field.form {
                FieldForm::Number { most } => ("number", *most, Vec::new()),
                FieldForm::Flag => ("flag", None, Vec::new()),
                FieldForm::Text => ("text", None, Vec::new()),
                FieldForm::Choice(words) => ("choice", None, words.clone()),
            };
            FacilityFieldView {
                code: field.code.clone(),
                label: field.name.clone(),
                english: field.english.clone(),
                unit: field.unit.clone(),
                form: form.to_owned(),
                most,
                words,
            }
        };
        Self {
            code: kind.code.clone(),
            label: kind.name.clone(),
            english: kind.english.clone(),
            family: Word::new(kind.family.code(), kind.family.label()),
            form: kind.form.code().to_owned(),
            by_site: kind.by_site,
            gives_water: kind.gives_water,
            joins: is_part(&kind.class),
            check_days: kind.check_days,
            fields: kind.fields.iter().map(field).collect(),
            source: kind.source.clone(),
            confidence: kind.confidence.label().to_owned(),
        }
    }
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityOptions {
    pub kinds: Vec<FacilityKindView>,
    pub stages: Vec<Word>,
    pub sites: Vec<Word>,
    pub sources: Vec<Word>,
    pub orgs: Vec<Named>,
    pub territories: Vec<Named>,
    /// As high as a pump draws, until the town confirms it. Units: metres.
    pub lift_limit_m: u32,
    pub may_add: bool,
}

/// What water a facility gives.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WaterView {
    /// Units: m³.
    pub usable_m3: Option<f64>,
    /// Units: L/s.
    pub flow_l_s: Option<f64>,
    /// Units: m.
    pub lift_m: Option<f64>,
    pub hard_standing: Option<bool>,
    /// Months it cannot be drawn from.
    pub dry_months: Vec<u32>,
    pub source: Option<Word>,
    pub fed_by: Option<Named>,
}

/// Who owns and keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeepingView {
    pub owner: Named,
    pub maintainer: Named,
    /// Units: days.
    pub check_days: u32,
    pub basis: String,
}

/// A value of a field of its kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityValueView {
    pub code: String,
    pub label: String,
    pub unit: String,
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityEventView {
    pub seq: i64,
    pub step: String,
    pub step_label: String,
    /// The day it happened.
    pub on: String,
    pub recorded_at: String,
    pub by: Named,
    pub text: String,
    /// What it cost. Units: fen.
    pub cost_fen: i64,
    /// Money found for it. Units: fen.
    pub amount_fen: Option<i64>,
    /// Who accepted it.
    pub accepted_by: Option<String>,
    /// Whether a check found it good.
    pub good: Option<bool>,
    pub keeping: Option<KeepingView>,
    pub photos: Vec<PhotoView>,
    /// Where it stood after it.
    pub stage: Word,
}

/// A step that may be taken now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityAction {
    pub step: String,
    pub label: String,
}

/// One facility.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FacilityView {
    #[serde(flatten)]
    pub row: FacilityRow,
    pub org: Named,
    /// GeoJSON geometry.
    #[schema(value_type = Option<Object>)]
    pub shape: Option<serde_json::Value>,
    /// Units: metres; of lines.
    pub length_m: Option<f64>,
    pub values: Vec<FacilityValueView>,
    pub site: Option<Word>,
    pub approval_no: String,
    pub only_persuades: bool,
    pub water: Option<WaterView>,
    /// Whether its water counts today as the water of its village does; none for what gives none.
    pub water_counts: Option<bool>,
    /// Why it does not.
    pub water_why: Option<String>,
    pub joins: Vec<Named>,
    /// Whether water reaches it today; none for what is no part of the pipes.
    pub connected: Option<bool>,
    /// What loses its water when this one breaks.
    pub isolates: Vec<Named>,
    pub built_on: Option<String>,
    pub keeping: Option<KeepingView>,
    pub checked_on: Option<String>,
    /// Why it was voided.
    pub void: Option<String>,
    /// What it cost to keep so far. Units: fen.
    pub cost_fen: i64,
    /// What happened, newest first.
    pub events: Vec<FacilityEventView>,
    pub recorded_by: String,
    pub recorded_at: String,
    pub actions: Vec<FacilityAction>,
}

/// Water as typed in.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct WaterInput {
    pub usable_m3: Option<f64>,
    pub flow_l_s: Option<f64>,
    pub lift_m: Option<f64>,
    pub hard_standing: Option<bool>,
    pub dry_months: Vec<u32>,
    pub source: Option<String>,
    pub fed_by: Option<String>,
}

/// A facility to enter or change.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct FacilityInput {
    pub name: String,
    pub kind: String,
    /// Number on its label; given by the program when left out.
    pub code: Option<String>,
    /// Who proposes it; the caller's own organisation when left out.
    pub org: Option<String>,
    pub territory: String,
    pub address: String,
    /// GeoJSON geometry, WGS-84.
    #[schema(value_type = Option<Object>)]
    pub shape: Option<serde_json::Value>,
    /// Values of the fields of its kind.
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, serde_json::Value>,
    /// Where a check station stands.
    pub site: Option<String>,
    pub approval_no: String,
    pub water: Option<WaterInput>,
    /// Facilities its pipes lead to.
    pub joins: Vec<String>,
    /// It stands already.
    pub found: bool,
    pub built_on: Option<String>,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// A step.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct FacilityStep {
    /// `plan`, `budget`, `design`, `build`, `accept`, `hand_over`, `enter`, `check`, `report`, `repair`, `restore`,
    /// `maintain`, `retire` or `void`.
    pub step: String,
    /// The day it happened; today when left out.
    pub on: String,
    /// What is said: plan and item, fault, work, reason.
    pub text: String,
    /// Who accepted it.
    pub by: Option<String>,
    pub owner: Option<String>,
    pub maintainer: Option<String>,
    /// Units: days.
    pub check_days: Option<u32>,
    pub basis: Option<String>,
    /// Units: fen.
    pub amount_fen: Option<i64>,
    /// The line of the budget that pays.
    pub line: Option<String>,
    /// The project it is built under.
    pub project: Option<String>,
    /// Units: fen.
    pub cost_fen: Option<i64>,
    /// Whether a check found it good.
    pub good: Option<bool>,
    pub photos: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// A facility in a list.
pub(super) fn row(record: &FacilityRecord, names: &Names, today: Date) -> FacilityRow {
    let f = &record.facility;
    let kind = facilities().catalog.kind(&f.kind);
    let label = kind.map_or_else(|| f.kind.clone(), |kind| f.kind_label(kind));
    let family =
        kind.map_or_else(|| Word::new("", ""), |kind| Word::new(kind.family.code(), kind.family.label()));
    FacilityRow {
        id: f.id.to_string(),
        code: f.code.clone(),
        name: f.name.clone(),
        kind: Word::new(&f.kind, label),
        family,
        territory: names.territory(f.territory.as_str()),
        address: f.address.clone(),
        stage: Word::new(f.stage.code(), f.stage.label()),
        since: f.since.to_string(),
        owner: f.keeping.as_ref().map(|kept| names.named_org(&kept.owner)),
        maintainer: f.keeping.as_ref().map(|kept| names.named_org(&kept.maintainer)),
        check_by: f.check_due().map(|day| day.to_string()),
        overdue: f.is_overdue(today),
        spot: f.shape.as_ref().and_then(|shape| shape.middle()).map(|[lon, lat]| Spot { lon, lat }),
        fault: f.fault.clone(),
        voided: f.void.is_some(),
        version: record.version,
    }
}

fn keeping(kept: &domain::facility::Keeping, names: &Names) -> KeepingView {
    KeepingView {
        owner: names.named_org(&kept.owner),
        maintainer: names.named_org(&kept.maintainer),
        check_days: kept.check_days,
        basis: kept.basis.clone(),
    }
}

fn event(event: &Event, names: &Names, photos: &BTreeMap<&PhotoId, PhotoView>) -> FacilityEventView {
    let amount_fen = match &event.act {
        Act::Budget { amount_fen, .. } => Some(*amount_fen),
        _ => None,
    };
    let good = match &event.act {
        Act::Check { good } => Some(*good),
        _ => None,
    };
    FacilityEventView {
        seq: event.seq,
        step: event.act.code().to_owned(),
        step_label: event.act.label().to_owned(),
        on: event.on.to_string(),
        recorded_at: event.recorded_at.to_rfc3339(),
        by: Named::new(event.by.as_str(), names.person(&event.by)),
        text: event.text.clone(),
        cost_fen: event.act.cost_fen(),
        amount_fen,
        accepted_by: match &event.act {
            Act::Accept { by } => Some(by.clone()),
            _ => None,
        },
        good,
        keeping: match &event.act {
            Act::HandOver { keeping: kept } => Some(keeping(kept, names)),
            _ => None,
        },
        photos: event.photos.iter().filter_map(|id| photos.get(id).cloned()).collect(),
        stage: Word::new(event.stage.code(), event.stage.label()),
    }
}

/// One facility whole.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &FacilityRecord,
    today: Date,
) -> Result<FacilityView> {
    let f = &record.facility;
    let names = Names::read(read).await?;
    let scope = caller.scope(Action::FacilityRead)?;
    let events = read.facility_events(&f.id).await?;
    let ids: Vec<PhotoId> = events.iter().flat_map(|event| event.photos.iter().cloned()).collect();
    let shown = photo_views(read, &ids, &[("facility", f.id.as_str())]).await?;
    let photos: BTreeMap<&PhotoId, PhotoView> = ids.iter().zip(shown).collect();
    let mut joined: Vec<Named> = Vec::new();
    for id in &f.joins {
        let name =
            read.facility(id, &scope).await?.map_or_else(|| id.to_string(), |other| other.facility.name);
        joined.push(Named::new(id.as_str(), name));
    }
    let fed_by = match f.water.as_ref().and_then(|water| water.fed_by.as_ref()) {
        None => None,
        Some(id) => read.facility(id, &scope).await?.map(|one| Named::new(id.as_str(), one.facility.name)),
    };
    let (mut connected, mut isolates) = (None, Vec::new());
    if is_part(&f.class) && f.void.is_none() {
        let (net, called) = network(read, &scope, today).await?;
        // A pool filled by lorry need not be reached: nothing is said of it.
        let must = is_wanted(&f.class) || is_pump(&f.class);
        connected = f.is_sound().then(|| net.reaches(&f.id, today)).filter(|reached| *reached || must);
        let name = |id: &&FacilityId| Named::new(id.as_str(), called.get(*id).map_or("", String::as_str));
        isolates = net.one_break(&f.id, today).iter().map(name).collect();
    }
    let told = match f.water {
        Some(_) => Some(left_out(read, &scope, record, today).await?),
        None => None,
    };
    let kind = facilities().catalog.kind(&f.kind);
    let value = |(code, value): (&String, &FieldValue)| {
        let field = kind.and_then(|kind| kind.fields.iter().find(|field| field.code == *code));
        FacilityValueView {
            code: code.clone(),
            label: field.map_or_else(|| code.clone(), |field| field.name.clone()),
            unit: field.map(|field| field.unit.clone()).unwrap_or_default(),
            value: match value {
                FieldValue::Flag(yes) => (*yes).into(),
                FieldValue::Number(n) => (*n).into(),
                FieldValue::Text(text) => text.as_str().into(),
            },
        }
    };
    Ok(FacilityView {
        row: row(record, &names, today),
        org: names.named_org(&f.org),
        shape: f.shape.as_ref().and_then(|shape| serde_json::to_value(shape).ok()),
        length_m: f.shape.as_ref().map(|shape| shape.length_m().round()).filter(|length| *length > 0.0),
        values: f.values.iter().map(value).collect(),
        site: f.site.map(|site| Word::new(site.code(), site.label())),
        approval_no: f.approval_no.clone(),
        only_persuades: f.only_persuades(),
        water: f.water.as_ref().map(|water| WaterView {
            usable_m3: water.usable_m3,
            flow_l_s: water.flow_l_s,
            lift_m: water.lift_m,
            hard_standing: water.hard_standing,
            dry_months: water.dry_months.iter().copied().collect(),
            source: water.source.map(|source| Word::new(source.code(), source.label())),
            fed_by,
        }),
        water_counts: told.as_ref().map(Option::is_none),
        water_why: told.flatten().map(|why| why.sentence()),
        joins: joined,
        connected,
        isolates,
        built_on: f.built_on.map(|day| day.to_string()),
        keeping: f.keeping.as_ref().map(|kept| keeping(kept, &names)),
        checked_on: f.checked_on.map(|day| day.to_string()),
        void: f.void.clone(),
        cost_fen: events.iter().map(|event| event.act.cost_fen()).sum(),
        events: events.iter().rev().map(|one| event(one, &names, &photos)).collect(),
        recorded_by: record.recorded_by.clone(),
        recorded_at: record.recorded_at.to_rfc3339(),
        actions: actions(caller, record)
            .into_iter()
            .map(|step| FacilityAction { step: step.to_owned(), label: step_label(step).to_owned() })
            .collect(),
    })
}
