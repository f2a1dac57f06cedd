//! Places as they are shown: rows of lists, one place whole, and what is typed in. Phones are masked here.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::HashMap;

use domain::ids::PlaceId;
use domain::place::{Catalog, FireHazardClass, GasUse, KindCode, Opening, Registration};
use domain::place_list::ListKind;
use domain::policy::{Action, Subject};
use domain::risk::{Grade, Measure, UNGRADED};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::place::PlaceRecord;
use store::risk::Signs;
use utoipa::{IntoParams, ToSchema};

use super::Gazetteer;
use crate::inspection_plan::UNGRADED_VISITS;
use crate::names::masked;
use crate::view::{Named, Word};
use crate::{Caller, Result, risk};

/// Which places to list.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct PlaceQuery {
    /// Part of the name or code, beginning of the pinyin initials or of the credit code (six characters or more), or the phone's last four digits.
    pub q: Option<String>,
    /// Only this village.
    pub village: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only this category or one under it.
    pub category: Option<String>,
    /// Only with this tag or one under it.
    pub tag: Option<String>,
    /// Only of this sector authority; empty: places nobody has.
    pub sector: Option<String>,
    /// `red`, `orange`, `yellow`, `blue` or `ungraded`.
    pub grade: Option<String>,
    /// Only on a list of this kind today.
    pub list: Option<String>,
    /// Only those nobody inspected on or after this day, as `2026-10-01`.
    pub unseen_since: Option<String>,
    /// `open`, `suspended`, `dormant` or `deregistered`.
    pub opening: Option<String>,
    /// `name` or `code`; without it what fits `q` best comes first, and among equals the name decides.
    pub order: Option<String>,
    /// Voided ones too.
    pub with_void: Option<bool>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Points and grade.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RiskView {
    /// Points.
    pub points: u32,
    /// `red`, `orange`, `yellow`, `blue`; `ungraded` where facts are missing.
    pub grade: String,
    /// Word.
    pub grade_label: String,
}

/// A position in WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LonLat {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlaceRow {
    pub id: String,
    pub code: String,
    pub name: String,
    pub category: String,
    pub category_label: String,
    pub tags: Vec<Word>,
    pub village: Named,
    pub grid: Option<Named>,
    pub sector: Option<Named>,
    pub address: String,
    pub responsible: String,
    pub phone_masked: String,
    pub opening: String,
    pub opening_label: String,
    pub risk: Option<RiskView>,
    /// Kinds of list it is on today; they are never added up.
    pub lists: Vec<Word>,
    #[schema(value_type = Option<String>)]
    pub last_inspected_on: Option<Date>,
    pub open_hazards: u32,
    pub location: Option<LonLat>,
    pub version: i64,
    pub voided: bool,
}

/// A page of places.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlacePage {
    pub items: Vec<PlaceRow>,
    /// Asks for the next page; none on the last.
    pub next: Option<String>,
    /// How many in all, told with the first page.
    pub total: Option<i64>,
}

/// Licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationView {
    /// `uscc`, `unlicensed` or `unknown`.
    pub kind: String,
    #[serde(default)]
    pub uscc: Option<String>,
}

/// How many people; null is unknown, which is not zero.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct HeadsView {
    pub lodging: Option<u32>,
    pub working: Option<u32>,
    pub training: Option<u32>,
    pub capacity: Option<u32>,
    pub beds: Option<u32>,
}

/// Somebody to ring up, masked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ContactView {
    pub name: String,
    pub phone_masked: String,
}

/// One stay on a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Membership {
    pub entry: String,
    pub list: String,
    pub kind: String,
    pub kind_label: String,
    pub owner: Named,
    #[schema(value_type = String)]
    pub from: Date,
    #[schema(value_type = Option<String>)]
    pub to: Option<Date>,
    pub reason_in: String,
    pub reason_out: String,
    pub version: i64,
}

/// Some of the points, and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RiskReason {
    pub points: i64,
    pub text: String,
}

/// Something wrong, in words.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CodedMessage {
    pub code: String,
    pub message: String,
}

/// When it was voided, and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VoidView {
    pub at: String,
    pub reason: String,
    /// The row that goes on for the same place.
    pub same_as: Option<Named>,
}

/// One place whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlaceView {
    #[serde(flatten)]
    pub row: PlaceRow,
    pub registration: RegistrationView,
    pub area_m2: Option<u32>,
    pub heads: HeadsView,
    pub fire_hazard_class: Option<String>,
    pub gas: Option<String>,
    pub manager: Option<ContactView>,
    #[schema(value_type = Option<String>)]
    pub opened_on: Option<Date>,
    #[schema(value_type = Option<String>)]
    pub closed_on: Option<Date>,
    #[schema(value_type = Option<String>)]
    pub verified_on: Option<Date>,
    /// How one gets in; none for who neither keeps the place nor may be called there.
    pub access: Option<String>,
    /// Which help people there need to get out, never why; none likewise.
    pub help: Option<String>,
    pub note: String,
    pub source: String,
    pub memberships: Vec<Membership>,
    pub risk_reasons: Vec<RiskReason>,
    /// First day of the table of points, which is the town's and no law.
    #[schema(value_type = String)]
    pub risk_rule_from: Date,
    /// How often a year it is inspected for want of a grade; null where it has one.
    pub ungraded_visits: Option<u16>,
    /// Sector authorities: its own and the keepers of sector lists it is on.
    pub supervisors: Vec<Named>,
    /// Who looks at it: the village and the police station whose list it is on today, and the sector authorities.
    pub inspectors: Vec<Named>,
    pub coverage_errors: Vec<CodedMessage>,
    pub void: Option<VoidView>,
    /// Second rows about this place, whose records are its own.
    pub doubles: Vec<Named>,
    /// What the caller may do to it now.
    pub actions: Vec<String>,
}

/// Name and phone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ContactInput {
    pub name: String,
    /// Several joined with `、`. Left out in a change: the known one stays, for it was shown masked.
    pub phone: Option<String>,
}

/// A place as it is typed in.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct PlaceInput {
    /// Number on the file; given by the program when left out.
    pub code: Option<String>,
    pub name: String,
    pub category: String,
    #[serde(default)]
    pub tags: Vec<String>,
    pub village: String,
    pub grid: Option<String>,
    pub sector: Option<String>,
    #[serde(default)]
    pub address: String,
    pub location: Option<LonLat>,
    pub registration: Option<RegistrationView>,
    pub area_m2: Option<u32>,
    #[serde(default)]
    pub heads: HeadsView,
    /// `A` to `E`.
    pub fire_hazard_class: Option<String>,
    /// `piped`, `bottled` or `none`.
    pub gas: Option<String>,
    #[serde(default)]
    pub responsible: ContactInput,
    pub manager: Option<ContactInput>,
    /// `open`, `suspended`, `dormant` or `deregistered`.
    #[serde(default = "open")]
    pub opening: String,
    pub opened_on: Option<String>,
    pub closed_on: Option<String>,
    /// How one gets in: gate, key, where a vehicle stops. Left out in a change: the known one stays.
    #[serde(default)]
    pub access: Option<String>,
    /// Which help people there need to get out, never why. Left out likewise.
    #[serde(default)]
    pub help: Option<String>,
    #[serde(default)]
    pub note: String,
    /// The day the facts were so; today when left out.
    pub happened_on: Option<String>,
    /// The version that was read; needed for a change.
    pub version: Option<i64>,
}

pub(super) fn open() -> String {
    "open".to_owned()
}

/// Phones, unmasked for a reason that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PlacePhones)]
pub struct Revealed {
    pub responsible_phone: String,
    pub manager_phone: Option<String>,
}

/// One word of a code, as serde writes it.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The variant of a code, as serde reads it.
pub(crate) fn parse_word<T: serde::de::DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}

/// The word of a catalogue code; a code that is no more speaks for itself.
pub(crate) fn kind_label(catalog: &Catalog, code: &KindCode) -> String {
    catalog.kind(code).map_or_else(|| code.to_string(), |kind| kind.name.clone())
}

/// A kind of list with its word.
pub(crate) fn list_word(kind: ListKind) -> Word {
    Word::new(word(&kind), kind.label())
}

/// Rows of a list from records, read together with what is known beside them.
pub(crate) async fn rows(
    read: &mut Read,
    names: &Gazetteer,
    records: &[PlaceRecord],
    on: Date,
) -> Result<Vec<PlaceRow>> {
    let ids: Vec<PlaceId> = records.iter().map(|r| r.place.id.clone()).collect();
    let signs = read.place_signs(&ids, on).await?;
    Ok(records.iter().map(|record| row(names, record, signs_of(&signs, &record.place.id), on)).collect())
}

fn signs_of(signs: &HashMap<PlaceId, Signs>, id: &PlaceId) -> Signs {
    signs.get(id).cloned().unwrap_or_default()
}

/// One row.
pub(crate) fn row(names: &Gazetteer, record: &PlaceRecord, signs: Signs, on: Date) -> PlaceRow {
    let (p, catalog) = (&record.place, super::catalog());
    let score = risk::score(p, record.recorded_at, &signs, on);
    PlaceRow {
        id: p.id.to_string(),
        code: p.code.clone(),
        name: p.name.clone(),
        category: p.category.to_string(),
        category_label: kind_label(catalog, &p.category),
        tags: p.tags.iter().map(|tag| Word::new(tag.as_str(), kind_label(catalog, tag))).collect(),
        village: names.place(&p.village),
        grid: p.grid.as_ref().map(|grid| names.place(grid)),
        sector: p.sector_org.as_ref().map(|org| names.org(org)),
        address: p.address.clone(),
        responsible: p.responsible.name.clone(),
        phone_masked: masked(&p.responsible.phone),
        opening: word(&p.opening),
        opening_label: p.opening.label().to_owned(),
        risk: Some(RiskView {
            points: score.points,
            grade: score.grade.map_or(risk::UNGRADED_CODE, risk::grade_code).to_owned(),
            grade_label: score.grade.map_or(UNGRADED, Grade::label).to_owned(),
        }),
        open_hazards: signs.open(),
        lists: signs.lists.into_iter().map(list_word).collect(),
        last_inspected_on: signs.last_inspected_on,
        location: p.location.map(|at| LonLat { lon: at.lon_deg, lat: at.lat_deg }),
        version: record.version,
        voided: record.voided.is_some(),
    }
}

/// One place whole, as this caller sees it.
pub(crate) async fn view(
    read: &mut Read,
    caller: &Caller,
    record: &PlaceRecord,
    subject: &Subject,
    on: Date,
) -> Result<PlaceView> {
    let names = Gazetteer::read(read).await?;
    let p = &record.place;
    let signs = read.place_signs(std::slice::from_ref(&p.id), on).await?;
    let signs = signs_of(&signs, &p.id);
    let score = risk::score(p, record.recorded_at, &signs, on);
    let mut risk_reasons: Vec<RiskReason> = score
        .reasons
        .iter()
        .map(|reason| RiskReason { points: reason.points, text: told(&reason.label, &reason.value) })
        .collect();
    let unknown =
        |measure: &Measure| RiskReason { points: 0, text: format!("{}：无数据", measure.label()) };
    risk_reasons.extend(score.unknown.iter().map(unknown));
    let lists = super::lists_of_place(read, &p.id).await?;
    let mut memberships = Vec::new();
    for (list, entry) in &lists.stays {
        let (to, reason_out) = entry.entry.left.clone().unzip();
        memberships.push(Membership {
            entry: entry.id.clone(),
            list: list.id.clone(),
            kind: word(&list.list.kind),
            kind_label: list.list.kind.label().to_owned(),
            owner: names.org(&list.list.owner),
            from: entry.entry.from,
            to,
            reason_in: entry.entry.reason_in.clone(),
            reason_out: reason_out.unwrap_or_default(),
            version: entry.version,
        });
    }
    let supervisors = domain::place_list::supervisors(p, &lists.lists, on);
    let mut looks: Vec<_> = supervisors.iter().collect();
    let listing = lists.lists.iter().filter(|list| {
        matches!(list.kind, ListKind::VillageListed | ListKind::PoliceListed)
            && list.members(on).contains(&p.id)
    });
    looks.extend(listing.map(|list| &list.owner));
    looks.sort();
    looks.dedup();
    let inspectors = looks.into_iter().map(|org| names.org(org)).collect();
    let ungraded_visits = match score.grade {
        Some(_) => None,
        None => Some(crate::parameter::number_on(read, UNGRADED_VISITS, on).await?),
    };
    let errors = if record.voided.is_some() {
        Vec::new()
    } else {
        domain::place_list::coverage_errors(std::slice::from_ref(p), &lists.lists, on)
    };
    let (kind, uscc) = match &p.registration {
        Registration::Uscc(code) => ("uscc", Some(code.clone())),
        Registration::Unlicensed => ("unlicensed", None),
        Registration::Unknown => ("unknown", None),
    };
    let doubles: Vec<PlaceId> = read.doubles_of(std::slice::from_ref(&p.id)).await?.into_keys().collect();
    let doubles = read.places_by_id(&doubles).await?;
    let goes_on = match &record.same_as {
        Some(id) => read.places_by_id(std::slice::from_ref(id)).await?.pop(),
        None => None,
    };
    let row_of = |one: &PlaceRecord| {
        Named::new(one.place.id.as_str(), format!("{} {}", one.place.code, one.place.name).as_str())
    };
    let goes_there = [Action::PlaceChange, Action::IncidentVerify, Action::IncidentCommand]
        .iter()
        .any(|action| caller.hats.hat(*action, subject).is_some());
    Ok(PlaceView {
        registration: RegistrationView { kind: kind.to_owned(), uscc },
        area_m2: p.area_m2,
        heads: HeadsView {
            lodging: p.heads.lodging,
            working: p.heads.working,
            training: p.heads.training,
            capacity: p.heads.capacity,
            beds: p.heads.beds,
        },
        fire_hazard_class: p.fire_hazard_class.as_ref().map(word::<FireHazardClass>),
        gas: p.gas.as_ref().map(word::<GasUse>),
        manager: p
            .manager
            .as_ref()
            .map(|m| ContactView { name: m.name.clone(), phone_masked: masked(&m.phone) }),
        opened_on: p.opened_on,
        closed_on: p.closed_on,
        verified_on: p.verified_on,
        access: Some(p.access.clone()).filter(|_| goes_there),
        help: Some(p.help.clone()).filter(|_| goes_there),
        note: record.note.clone(),
        source: record.source.clone(),
        memberships,
        risk_reasons,
        risk_rule_from: risk::table().valid_from,
        ungraded_visits,
        supervisors: supervisors.iter().map(|org| names.org(org)).collect(),
        inspectors,
        coverage_errors: errors
            .iter()
            .map(|e| CodedMessage { code: e.code().to_owned(), message: super::coverage_sentence(e, &names) })
            .collect(),
        void: record.voided.as_ref().map(|(at, reason)| VoidView {
            at: at.to_rfc3339(),
            reason: reason.clone(),
            same_as: goes_on.as_ref().map(row_of),
        }),
        doubles: doubles.iter().map(row_of).collect(),
        actions: actions(caller, subject, record.voided.is_some()),
        row: row(&names, record, signs, on),
    })
}

/// A rule's label with the fact it counted: `人数超过 10 人（12）`. A fact that is a code says nothing more.
fn told(label: &str, value: &str) -> String {
    let is_code = value.chars().any(|c| c.is_ascii_lowercase());
    if is_code { label.to_owned() } else { format!("{label}（{value}）") }
}

/// What the caller may do to a place.
fn actions(caller: &Caller, subject: &Subject, voided: bool) -> Vec<String> {
    let all: &[Action] = if voided {
        &[]
    } else {
        &[
            Action::PlaceChange,
            Action::PlaceVoid,
            Action::ListChange,
            Action::PhoneReveal,
            Action::InspectionRecord,
            Action::HazardFind,
            Action::TaskAssign,
        ]
    };
    all.iter().filter(|a| caller.hats.hat(**a, subject).is_some()).map(|a| a.code().to_owned()).collect()
}

/// A state of business from its code.
pub(crate) fn opening(code: &str) -> Option<Opening> {
    parse_word(code)
}
