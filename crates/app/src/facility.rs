//! Facilities: registered, led from proposal to service and out of it, looked at in rounds; who owes a check, what is
//! built of what was planned. What does not belong here: what is typed in and shown ([`view`]), the town's water and
//! pipes as a whole ([`water`]).

pub(crate) mod ledger;
pub mod public;
pub mod sight;
pub mod view;
pub mod water;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use domain::facility::water::Source;
use domain::facility::{
    Act, Event, Facility, FacilityRefusal, Family, FieldValue, Keeping, Kind, Site, Stage, Water,
};
use domain::ids::{BudgetLineId, FacilityId, OrgId, PhotoId, TerritoryCode};
use domain::policy::{Action, Scope, Subject};
use domain::time::{Date, Timestamp};
use exchange::facility_catalog::Facilities;
use store::facility::{FacilityFilter, FacilityRecord};
use store::{Read, Write};

use crate::boundary::outside::positions;
use crate::names::Names;
use crate::view::{Named, Word, no_such_page, read_day};
use crate::{App, Caller, Error, Result};
use view::{
    FacilityAsked, FacilityDue, FacilityInput, FacilityKindView, FacilityOptions, FacilityPage, FacilityStep,
    FacilitySummary, FacilitySummaryRow, FacilityView, WaterInput,
};

/// Asked for as a kind: 宣传劝导点, a check station without approval, whatever its kind.
const PERSUASION_POINT: &str = "persuasion_point";
/// What it is called.
const PERSUADES: &str = "宣传劝导点";
/// What stands before the number the program gives.
const SERIES: &str = "SS";
/// Rows read at most for one page that shows all of something.
const READ: i64 = 5_000;
/// Days before a check is due from which it is shown as coming.
const COMING_DAYS: u64 = 30;
/// Photos of one step.
const MOST_PHOTOS: usize = 9;

/// The kinds that come with the program.
pub(crate) fn facilities() -> &'static Facilities {
    static KINDS: OnceLock<Facilities> = OnceLock::new();
    KINDS.get_or_init(|| exchange::facility_catalog::read(exchange::shipped::FACILITIES).0)
}

/// The kind of this code.
///
/// Errors: names the field.
pub(crate) fn kind_of(code: &str) -> Result<&'static Kind> {
    let found = facilities().catalog.kind(code.trim());
    found.ok_or_else(|| Error::field("kind", "facility.kind", "没有这类设施，请从列表中选择"))
}

/// Where a facility stands as far as rights are concerned: where it is, and who built, owns and keeps it.
pub(crate) fn subject(record: &FacilityRecord) -> Subject {
    let f = &record.facility;
    let mut subject = Subject::of(&record.path, Some(&f.org));
    if let Some(kept) = &f.keeping {
        subject.orgs.extend([kept.owner.clone(), kept.maintainer.clone()]);
    }
    subject
}

/// The right a step asks for.
fn right_of(step: &str) -> Action {
    match step {
        "accept" | "hand_over" | "enter" => Action::FacilityKeep,
        "check" | "repair" | "restore" | "maintain" => Action::FacilityCheck,
        "report" => Action::FacilityReport,
        "void" => Action::FacilityVoid,
        _ => Action::FacilityChange,
    }
}

/// What a step is called in the record.
fn act_name(act: &Act) -> &'static str {
    match act {
        Act::Register { .. } => "facility.add",
        Act::Plan => "facility.into_plan",
        Act::Budget { .. } => "facility.budget",
        Act::Design => "facility.design",
        Act::Build => "facility.build",
        Act::Accept { .. } => "facility.acceptance",
        Act::HandOver { .. } => "facility.handover",
        Act::Enter => "facility.into_service",
        Act::Check { .. } => "facility.check",
        Act::Report => "facility.report_fault",
        Act::Repair => "facility.repair",
        Act::Restore { .. } => "facility.restore",
        Act::Maintain { .. } => "facility.maintain",
        Act::Retire => "facility.retire",
        Act::Change => "facility.change",
        Act::Void => "facility.void",
    }
}

/// The steps the stage allows and the caller may take.
pub(crate) fn actions(caller: &Caller, record: &FacilityRecord) -> Vec<&'static str> {
    let subject = subject(record);
    let may = |step: &&'static str| caller.hats.hat(right_of(step), &subject).is_some();
    record.facility.steps().into_iter().filter(may).collect()
}

fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A new number, as `SS-0042`; numbers people gave are passed over.
pub(crate) async fn next_code(tx: &mut Write) -> Result<String> {
    loop {
        let code = format!("{SERIES}-{:04}", tx.next_number("facility").await?);
        if tx.facility_with_code(&code).await?.is_none() {
            return Ok(code);
        }
    }
}

/// A facility as it would be typed in again, unchanged.
pub(crate) fn typed(record: &FacilityRecord) -> FacilityInput {
    let f = &record.facility;
    let values =
        f.values.iter().map(|(code, value)| (code.clone(), serde_json::to_value(value).unwrap_or_default()));
    FacilityInput {
        name: f.name.clone(),
        kind: f.kind.clone(),
        code: Some(f.code.clone()),
        org: None,
        territory: f.territory.to_string(),
        address: f.address.clone(),
        shape: f.shape.as_ref().and_then(|shape| serde_json::to_value(shape).ok()),
        values: values.collect(),
        site: f.site.map(|site| site.code().to_owned()),
        approval_no: f.approval_no.clone(),
        water: f.water.as_ref().map(|water| WaterInput {
            usable_m3: water.usable_m3,
            flow_l_s: water.flow_l_s,
            lift_m: water.lift_m,
            hard_standing: water.hard_standing,
            dry_months: water.dry_months.iter().copied().collect(),
            source: water.source.map(|source| source.code().to_owned()),
            fed_by: water.fed_by.as_ref().map(FacilityId::to_string),
        }),
        joins: f.joins.iter().map(FacilityId::to_string).collect(),
        found: false,
        built_on: f.built_on.map(|on| on.to_string()),
        version: Some(record.version),
    }
}

fn read_water(asked: &WaterInput) -> Result<Water> {
    let source = match asked.source.as_deref().and_then(given) {
        None => None,
        Some(code) => Some(Source::from_code(&code).ok_or_else(|| {
            Error::field("water.source", "facility.source", "没有这种水源，请从列表中选择")
        })?),
    };
    Ok(Water {
        usable_m3: asked.usable_m3,
        flow_l_s: asked.flow_l_s,
        lift_m: asked.lift_m,
        hard_standing: asked.hard_standing,
        dry_months: asked.dry_months.iter().copied().collect(),
        source,
        fed_by: asked.fed_by.as_deref().and_then(given).map(FacilityId::from),
    })
}

fn read_values(asked: &BTreeMap<String, serde_json::Value>) -> Result<BTreeMap<String, FieldValue>> {
    let mut values = BTreeMap::new();
    for (code, value) in asked {
        let read = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) if text.trim().is_empty() => continue,
            serde_json::Value::Bool(yes) => Some(FieldValue::Flag(*yes)),
            serde_json::Value::Number(n) => n.as_f64().map(FieldValue::Number),
            serde_json::Value::String(text) => Some(FieldValue::Text(text.trim().to_owned())),
            _ => None,
        };
        let wrong = || Error::field(code, "facility.value", "这一项的值不对，请按单位和范围填写");
        values.insert(code.clone(), read.ok_or_else(wrong)?);
    }
    Ok(values)
}

/// What was typed in, as a facility that is not on record yet.
async fn read_input(
    read: &mut Read,
    caller: &Caller,
    asked: &FacilityInput,
    before: Option<&Facility>,
    today: Date,
) -> Result<(Facility, String)> {
    let kind = kind_of(&asked.kind)?;
    let territory = TerritoryCode::from(asked.territory.trim());
    let known = match before.is_some_and(|before| before.territory == territory) {
        true => read.territory(&territory).await?,
        false => read.open_territory(&territory).await?,
    };
    let path = known.map(|known| known.territory.path);
    let path =
        path.ok_or_else(|| Error::field("territory", "facility.territory", "没有这个辖区，请从列表中选择"))?;
    let org = match (before, asked.org.as_deref().and_then(given)) {
        (Some(before), _) => before.org.clone(),
        (None, Some(org)) => known_org(read, "org", &org).await?,
        (None, None) => {
            let may = |org: &OrgId| {
                caller.hats.hat(Action::FacilityChange, &Subject::of(&path, Some(org))).is_some()
            };
            let own = caller.hats.all().iter().map(|hat| hat.org.clone()).find(may);
            own.unwrap_or_else(|| caller.hats.all().first().map_or_else(|| "".into(), |hat| hat.org.clone()))
        }
    };
    let shape = match &asked.shape {
        None | Some(serde_json::Value::Null) => None,
        Some(json) => Some(exchange::geojson::shape(json).ok_or_else(|| {
            Error::field("shape", "facility.shape", "图形不是可用的 GeoJSON 点、线或面，请重新画")
        })?),
    };
    let site = match asked.site.as_deref().and_then(given) {
        None => None,
        Some(code) => Some(
            Site::from_code(&code)
                .ok_or_else(|| Error::field("site", "facility.site", "没有这类设置位置，请从列表中选择"))?,
        ),
    };
    let water = asked.water.as_ref().map(read_water).transpose()?;
    let joins: BTreeSet<FacilityId> =
        asked.joins.iter().filter_map(|id| given(id)).map(FacilityId::from).collect();
    let scope = caller.scope(Action::FacilityRead)?;
    for id in joins.iter().chain(water.iter().filter_map(|water| water.fed_by.as_ref())) {
        if read.facility(id, &scope).await?.is_none_or(|other| other.facility.void.is_some()) {
            return Err(Error::field("joins", "facility.joins", "相连的设施不存在或已作废，请从列表中选择"));
        }
    }
    let built_on = asked.built_on.as_deref().and_then(given);
    let built_on = built_on.map(|day| read_day("built_on", &day)).transpose()?;
    if built_on.is_some_and(|day| day > today) {
        return Err(Error::field("built_on", BUILT_LATER.0, BUILT_LATER.1));
    }
    let fresh = Facility {
        id: before.map_or_else(|| FacilityId::from(""), |before| before.id.clone()),
        code: asked.code.as_deref().and_then(given).unwrap_or_default(),
        name: asked.name.trim().to_owned(),
        kind: kind.code.clone(),
        class: String::new(),
        org,
        territory,
        address: asked.address.trim().to_owned(),
        shape,
        values: read_values(&asked.values)?,
        site,
        approval_no: asked.approval_no.trim().to_owned(),
        water,
        joins,
        stage: before.map_or(if asked.found { Stage::Found } else { Stage::Proposed }, |before| before.stage),
        since: before.map_or(today, |before| before.since),
        built_on: built_on.or_else(|| before.and_then(|before| before.built_on)),
        keeping: before.and_then(|before| before.keeping.clone()),
        checked_on: before.and_then(|before| before.checked_on),
        fault: before.map(|before| before.fault.clone()).unwrap_or_default(),
        void: None,
    };
    Ok((fresh.register(kind)?, path))
}

/// An organisation of the town that still is.
async fn known_org(read: &mut Read, field: &str, id: &str) -> Result<OrgId> {
    let org = OrgId::from(id.trim());
    let known = read.org(&org).await?.filter(|known| known.org.active);
    known.map(|_| org).ok_or_else(|| Error::field(field, "facility.org", "没有这个机构，请从列表中选择"))
}

/// What was asked for as an act.
async fn read_act(read: &mut Read, facility: &FacilityId, asked: &FacilityStep) -> Result<Act> {
    let costs = matches!(asked.step.as_str(), "restore" | "maintain");
    if !costs && asked.cost_fen.is_some_and(|fen| fen != 0) {
        let message = "这一步不登记费用，请在修好或保养时登记";
        return Err(Error::field("cost_fen", "facility.no_cost", message));
    }
    Ok(match asked.step.as_str() {
        "plan" => Act::Plan,
        "budget" => {
            let line = asked.line.as_deref().and_then(given).map(BudgetLineId::from);
            if let Some(line) = &line
                && read.budget_line(line).await?.is_none_or(|kept| kept.voided_at.is_some())
            {
                return Err(Error::field("line", "facility.line", "没有这个经费项目，请从列表中选择"));
            }
            let project = match asked.project.as_deref().and_then(given) {
                None => None,
                Some(id) => Some(crate::project::paying(read, &id, facility).await?),
            };
            Act::Budget { line, project, amount_fen: asked.amount_fen.unwrap_or(0) }
        }
        "design" => Act::Design,
        "build" => Act::Build,
        "accept" => Act::Accept { by: asked.by.clone().unwrap_or_default().trim().to_owned() },
        "hand_over" => {
            let (owner, maintainer) = (asked.owner.as_deref(), asked.maintainer.as_deref());
            let (Some(owner), Some(maintainer)) = (owner.and_then(given), maintainer.and_then(given)) else {
                return Err(FacilityRefusal::NobodyKeeps.into());
            };
            let keeping = Keeping {
                owner: known_org(read, "owner", &owner).await?,
                maintainer: known_org(read, "maintainer", &maintainer).await?,
                check_days: asked.check_days.unwrap_or(0),
                basis: asked.basis.clone().unwrap_or_default().trim().to_owned(),
            };
            Act::HandOver { keeping }
        }
        "enter" => Act::Enter,
        "check" => Act::Check { good: asked.good.unwrap_or(true) },
        "report" => Act::Report,
        "repair" => Act::Repair,
        "restore" => Act::Restore { cost_fen: asked.cost_fen.unwrap_or(0) },
        "maintain" => Act::Maintain { cost_fen: asked.cost_fen.unwrap_or(0) },
        "retire" => Act::Retire,
        "void" => Act::Void,
        _ => return Err(Error::field("step", "facility.step", "没有这一步，请刷新后再试")),
    })
}

/// Checks that are late, faults that wait and reports nobody looked into, of what the caller's organisations keep; of the whole town for who minds
/// it all.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<Option<[i64; 3]>> {
    if caller.hats.scope(Action::FacilityCheck).is_none() {
        return Ok(None);
    }
    let Some(scope) = caller.hats.scope(Action::FacilityRead) else { return Ok(None) };
    let kept_by = kept_by(caller);
    let late =
        FacilityFilter { due_before: Some(today), kept_by: kept_by.clone(), ..FacilityFilter::default() };
    let stages = Some("fault,repairing".to_owned());
    let at_fault = FacilityFilter { stages, kept_by: kept_by.clone(), ..FacilityFilter::default() };
    let kept = FacilityFilter { kept_by, reported: true, ..FacilityFilter::default() };
    let (late, at_fault) =
        (read.facility_count(&scope, &late).await?, read.facility_count(&scope, &at_fault).await?);
    Ok(Some([late, at_fault, read.facility_count(&scope, &kept).await?]))
}

/// Whether a kind is one of check stations.
fn is_station(code: &str) -> bool {
    facilities().catalog.kind(code.trim()).is_some_and(|kind| kind.by_site)
}

/// What stands was not built tomorrow.
pub(crate) const BUILT_LATER: (&str, &str) = ("facility.built_later", "建成日期不能晚于今天，请核对日期");

/// How many there are of each kind in each stage.
type Counts = BTreeMap<(String, String), i64>;

/// How many there are of each kind as people call it: a check station nobody approved only persuades.
async fn called(read: &mut Read, scope: &Scope, filter: FacilityFilter) -> Result<Counts> {
    let mut counts = read.facility_counts(scope, &filter).await?;
    let unapproved = FacilityFilter { approved: Some(false), ..filter };
    for ((code, stage), n) in read.facility_counts(scope, &unapproved).await? {
        if is_station(&code) {
            *counts.entry((PERSUASION_POINT.to_owned(), stage.clone())).or_default() += n;
            *counts.entry((code, stage)).or_default() -= n;
        }
    }
    Ok(counts)
}

/// Those found standing that no fire plan in force names: nobody planned them.
async fn stock(read: &mut Read, scope: &Scope, filter: FacilityFilter) -> Result<Counts> {
    let whole = Caller::system().scope(Action::FirePlanRead)?;
    let plans = read.fire_plans(&whole).await?.into_iter().map(|one| one.plan);
    let in_force = plans.filter(|plan| plan.stage == domain::fire_plan::Stage::InForce);
    let named: BTreeSet<FacilityId> =
        in_force.flat_map(|plan| plan.items).filter_map(|item| item.facility).collect();
    let found = FacilityFilter { found: true, ..filter };
    let mut counts = Counts::new();
    for one in read.facilities(scope, &found, None, i64::MAX).await? {
        let f = one.facility;
        if !named.contains(&f.id) {
            let code = if f.only_persuades() { PERSUASION_POINT.to_owned() } else { f.kind };
            *counts.entry((code, f.stage.code().to_owned())).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Whose facilities are the caller's to look after: those of his organisations; empty for who looks after the town's.
fn kept_by(caller: &Caller) -> Vec<String> {
    if caller.hats.scope(Action::FacilityCheck).is_some_and(|scope| scope.is_whole()) {
        return Vec::new();
    }
    caller.hats.orgs().into_iter().map(OrgId::to_string).collect()
}

impl App {
    /// Facilities the caller may see, in the order of their numbers.
    pub async fn facilities(&self, caller: &Caller, asked: &FacilityAsked) -> Result<FacilityPage> {
        let scope = caller.scope(Action::FacilityRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let filter = filter(caller, asked, &names, today)?;
        let limit = asked.limit.unwrap_or(50).clamp(1, 200);
        let after = asked.after.as_deref().filter(|after| !after.is_empty());
        if let Some(code) = after
            && read.facility_with_code(code).await?.is_none()
        {
            return Err(no_such_page());
        }
        let mut found = read.facilities(&scope, &filter, after, limit + 1).await?;
        let more = found.len() as i64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let next = found.last().filter(|_| more).map(|last| last.facility.code.clone());
        let total = read.facility_count(&scope, &filter).await?;
        Ok(FacilityPage {
            items: found.iter().map(|one| view::row(one, &names, today)).collect(),
            total,
            next,
        })
    }

    /// Checks that are late or come within a month, first due first.
    pub async fn facility_checks_due(&self, caller: &Caller, mine: bool) -> Result<FacilityDue> {
        let scope = caller.scope(Action::FacilityRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let until = today.checked_add_days(chrono::Days::new(COMING_DAYS + 1));
        let kept_by = if mine { kept_by(caller) } else { Vec::new() };
        let filter = FacilityFilter { due_before: until, kept_by, ..FacilityFilter::default() };
        let mut found = read.facilities(&scope, &filter, None, READ).await?;
        found.sort_by_key(|one| (one.facility.check_due(), one.facility.code.clone()));
        let rows: Vec<_> = found.iter().map(|one| view::row(one, &names, today)).collect();
        let (late, coming) = rows.into_iter().partition(|row| row.overdue);
        Ok(FacilityDue { late, coming })
    }

    /// Of each kind: how many are planned, stand, work, are at fault, are late with their check.
    pub async fn facility_summary(&self, caller: &Caller, village: Option<&str>) -> Result<FacilitySummary> {
        let scope = caller.scope(Action::FacilityRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let asked = FacilityAsked { village: village.map(str::to_owned), ..FacilityAsked::default() };
        let all = filter(caller, &asked, &names, today)?;
        let late = FacilityFilter { due_before: Some(today), ..all.clone() };
        let counts = called(&mut read, &scope, all.clone()).await?;
        let late = called(&mut read, &scope, late).await?;
        let stock = stock(&mut read, &scope, all).await?;
        let row = |(kind, family): (Word, Family)| {
            let of = |counts: &Counts, is: &dyn Fn(Stage) -> bool| -> i64 {
                let own = counts.iter().filter(|((code, _), _)| *code == kind.code);
                own.filter(|((_, stage), _)| Stage::from_code(stage).is_some_and(is)).map(|(_, n)| n).sum()
            };
            let found = of(&stock, &Stage::is_standing);
            let planned = |stage: Stage| matches!(stage, Stage::Planned | Stage::Budgeted | Stage::Designed);
            FacilitySummaryRow {
                family: Word::new(family.code(), family.label()),
                proposed: of(&counts, &|stage| stage == Stage::Proposed),
                planned: of(&counts, &|stage| planned(stage) || stage.is_standing()) - found,
                standing: of(&counts, &Stage::is_standing),
                found,
                in_service: of(&counts, &|stage| stage == Stage::InService),
                at_fault: of(&counts, &|stage| matches!(stage, Stage::Fault | Stage::Repairing)),
                unkept: of(&counts, &|stage| matches!(stage, Stage::Built | Stage::Accepted | Stage::Found)),
                retired: of(&counts, &|stage| stage == Stage::Retired),
                overdue: of(&late, &|_| true),
                kind,
            }
        };
        let kinds = facilities().catalog.kinds();
        let mut words: Vec<_> = kinds.map(|kind| (Word::new(&kind.code, &kind.name), kind.family)).collect();
        // Beside the stations it would be one of if somebody approved it.
        let last = words.iter().rposition(|(kind, _)| is_station(&kind.code));
        if let Some((at, family)) = last.and_then(|at| Some((at + 1, words.get(at)?.1))) {
            words.insert(at, (Word::new(PERSUASION_POINT, PERSUADES), family));
        }
        let rows = words.into_iter().map(row);
        let is_there = |row: &FacilitySummaryRow| row.proposed + row.planned + row.found + row.retired > 0;
        Ok(FacilitySummary { rows: rows.filter(is_there).collect() })
    }

    /// What a form needs.
    pub async fn facility_options(&self, caller: &Caller) -> Result<FacilityOptions> {
        caller.scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let orgs = read.orgs().await?.into_iter().filter(|one| one.org.active);
        let orgs = orgs.map(|one| Named::new(one.org.id.as_str(), one.org.name)).collect();
        let territories = read.open_territories().await?.into_iter().map(|one| one.territory);
        let is_shown = |t: &domain::org::Territory| {
            matches!(t.level, domain::org::Level::Town | domain::org::Level::Village)
        };
        let territories = territories.filter(is_shown).map(|t| Named::new(t.code.as_str(), t.name)).collect();
        Ok(FacilityOptions {
            kinds: facilities().catalog.kinds().map(FacilityKindView::of).collect(),
            stages: Stage::ALL.iter().map(|stage| Word::new(stage.code(), stage.label())).collect(),
            sites: Site::ALL.iter().map(|site| Word::new(site.code(), site.label())).collect(),
            sources: Source::ALL.iter().map(|source| Word::new(source.code(), source.label())).collect(),
            orgs,
            territories,
            lift_limit_m: facilities().lift_limit_m,
            may_add: caller.hats.scope(Action::FacilityChange).is_some(),
        })
    }

    /// One facility.
    pub async fn facility(&self, caller: &Caller, id: &FacilityId) -> Result<FacilityView> {
        let scope = caller.scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.facility(id, &scope).await?.ok_or(Error::NotFound)?;
        view::page(&mut read, caller, &record, self.now().date()).await
    }

    /// Enters a facility: one that is proposed, or one that was found standing.
    ///
    /// Errors: it does not fit its kind; its number is taken; the caller may not there.
    pub async fn add_facility(&self, caller: &Caller, asked: FacilityInput) -> Result<FacilityView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let record = self.add_facility_in(caller, &mut tx, &asked, now).await?;
        let drawn = record.facility.shape.as_ref().map(positions).unwrap_or_default();
        self.refuse_far(&mut tx, "shape", &drawn).await?;
        let hat = caller.hat(Action::FacilityChange, &subject(&record))?;
        let view = view::page(&mut tx, caller, &record, now.date()).await?;
        let id = record.facility.id.as_str();
        Ok(tx.commit(caller.audit_as(hat, "facility.add", ("facility", id), &record.path, now), view).await?)
    }

    /// Enters a facility within a write that somebody else commits.
    // A ledger of many is one write.
    pub(crate) async fn add_facility_in(
        &self,
        caller: &Caller,
        tx: &mut Write,
        asked: &FacilityInput,
        now: Timestamp,
    ) -> Result<FacilityRecord> {
        caller.scope(Action::FacilityChange)?;
        let (mut facility, path) = read_input(tx, caller, asked, None, now.date()).await?;
        caller.hat(Action::FacilityChange, &Subject::of(&path, Some(&facility.org)))?;
        facility.id = FacilityId::from(self.new_id());
        if facility.code.is_empty() {
            facility.code = next_code(tx).await?;
        } else if tx.facility_with_code(&facility.code).await?.is_some() {
            return Err(Error::field("code", "facility.code_taken", "设施编号已被使用，请换一个"));
        }
        let event = Event {
            seq: 1,
            act: Act::Register { found: facility.stage == Stage::Found },
            on: facility.since,
            recorded_at: now,
            by: caller.person.clone(),
            text: String::new(),
            photos: Vec::new(),
            stage: facility.stage,
        };
        let record = FacilityRecord {
            facility,
            path,
            voided_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_facility(&record, &event).await?;
        Ok(record)
    }

    /// The facility as the caller sees it, if he saw its newest version.
    async fn facility_seen(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &FacilityId,
        version: i64,
    ) -> Result<FacilityRecord> {
        let scope = caller.scope(Action::FacilityRead)?;
        let record = read.facility(id, &scope).await?.ok_or(Error::NotFound)?;
        if record.version != version {
            return Err(Error::stale(&view::page(read, caller, &record, self.now().date()).await?));
        }
        Ok(record)
    }

    /// Changes what is on record about a facility.
    pub async fn change_facility(
        &self,
        caller: &Caller,
        id: &FacilityId,
        asked: FacilityInput,
    ) -> Result<FacilityView> {
        let (now, today) = (self.now(), self.now().date());
        let mut tx = self.write(caller).await?;
        let before = self.facility_seen(caller, &mut tx, id, asked.version.unwrap_or(0)).await?;
        let hat = caller.hat(Action::FacilityChange, &subject(&before))?.clone();
        let before_facility = before.facility.clone().take(&Act::Change, today, "", today)?;
        let (mut facility, path) = read_input(&mut tx, caller, &asked, Some(&before_facility), today).await?;
        caller.hat(
            Action::FacilityChange,
            &subject(&FacilityRecord { path: path.clone(), ..before.clone() }),
        )?;
        // What stays where it was may be there on somebody's word, given when it was taken from a file.
        if facility.shape != before.facility.shape {
            let drawn = facility.shape.as_ref().map(positions).unwrap_or_default();
            self.refuse_far(&mut tx, "shape", &drawn).await?;
        }
        if facility.code.is_empty() {
            facility.code = before.facility.code.clone();
        }
        if facility.code != before.facility.code && tx.facility_with_code(&facility.code).await?.is_some() {
            return Err(Error::field("code", "facility.code_taken", "设施编号已被使用，请换一个"));
        }
        let record = FacilityRecord { facility, path, ..before };
        let view = self
            .save_facility_step(caller, &mut tx, record, Act::Change, (today, now), ("", Vec::new()))
            .await?;
        let audit = caller.audit_as(&hat, "facility.change", ("facility", id.as_str()), &view.0, now);
        Ok(tx.commit(audit, view.1).await?)
    }

    /// Takes a step.
    ///
    /// Errors: the stage, the caller's rights or what was said do not allow it; somebody was quicker.
    pub async fn step_facility(
        &self,
        caller: &Caller,
        id: &FacilityId,
        asked: FacilityStep,
    ) -> Result<FacilityView> {
        let (now, today) = (self.now(), self.now().date());
        let on = match given(&asked.on) {
            None => today,
            Some(day) => read_day("on", &day)?,
        };
        if asked.photos.len() > MOST_PHOTOS {
            return Err(Error::field("photos", "facility.photos", "一次最多附 9 张照片，请减少"));
        }
        let photos = asked.photos.iter().map(|id| PhotoId::from(id.to_lowercase())).collect();
        let mut tx = self.write(caller).await?;
        let mut record = self.facility_seen(caller, &mut tx, id, asked.version).await?;
        let act = read_act(&mut tx, &record.facility.id, &asked).await?;
        let hat = caller.hat(right_of(act.code()), &subject(&record))?.clone();
        record.facility = record.facility.take(&act, on, &asked.text, today)?;
        if act == Act::Void {
            record.voided_at = Some(now);
        }
        let name = act_name(&act);
        let text = asked.text.trim();
        let (path, view) =
            self.save_facility_step(caller, &mut tx, record, act, (on, now), (text, photos)).await?;
        let mut audit = caller.audit_as(&hat, name, ("facility", id.as_str()), &path, now);
        audit.reason = text.to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Writes a facility after a step with its event; gives its path and page.
    // The use case that took the step commits.
    async fn save_facility_step(
        &self,
        caller: &Caller,
        tx: &mut Write,
        mut record: FacilityRecord,
        act: Act,
        (on, now): (Date, Timestamp),
        (text, photos): (&str, Vec<PhotoId>),
    ) -> Result<(String, FacilityView)> {
        let event = Event {
            seq: record.version + 1,
            act,
            on,
            recorded_at: now,
            by: caller.person.clone(),
            text: text.to_owned(),
            photos,
            stage: record.facility.stage,
        };
        tx.save_facility(&record, &event).await?;
        record.version += 1;
        let page = view::page(tx, caller, &record, now.date()).await?;
        Ok((record.path, page))
    }
}

/// A query as the store takes it.
///
/// Errors: words nobody knows, a box that is none.
fn filter(caller: &Caller, asked: &FacilityAsked, names: &Names, today: Date) -> Result<FacilityFilter> {
    let unknown = |field: &str| Error::field(field, "query.unknown_word", "筛选条件无效，请重新选择");
    let only_persuades = asked.kind.as_deref().map(str::trim) == Some(PERSUASION_POINT);
    let kinds = match (asked.kind.as_deref().and_then(given), asked.family.as_deref().and_then(given)) {
        (Some(_), _) if only_persuades => {
            let stations = facilities().catalog.kinds().filter(|kind| kind.by_site);
            Some(stations.map(|kind| kind.code.as_str()).collect::<Vec<_>>().join(","))
        }
        (Some(kinds), _) => Some(kinds),
        (None, Some(family)) => {
            let own = facilities().catalog.kinds().filter(|kind| kind.family.code() == family);
            let own: Vec<&str> = own.map(|kind| kind.code.as_str()).collect();
            Some(own.join(",")).filter(|kinds| !kinds.is_empty()).ok_or_else(|| unknown("family"))?.into()
        }
        (None, None) => None,
    };
    // A station nobody approved goes by another name, so that asking for stations does not find it.
    let only_stations =
        asked.kind.as_deref().and_then(given).is_some_and(|all| all.split(',').all(is_station));
    let approved = if only_persuades { Some(false) } else { only_stations.then_some(true) };
    let path = match asked.village.as_deref().and_then(given) {
        None => None,
        Some(code) => {
            let path = names.path(&TerritoryCode::from(code.as_str()));
            Some(path.ok_or_else(|| unknown("village"))?.to_owned())
        }
    };
    let within = match asked.bbox.as_deref().and_then(given) {
        None => None,
        Some(text) => {
            let degrees: Vec<f64> = text.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            let [west, south, east, north] = degrees.as_slice() else { return Err(unknown("bbox")) };
            let bounds = domain::facility::Bounds { west: *west, south: *south, east: *east, north: *north };
            Some(bounds)
        }
    };
    Ok(FacilityFilter {
        kinds,
        classes: None,
        stages: asked.stage.as_deref().and_then(given),
        path,
        text: asked.q.as_deref().and_then(given),
        due_before: asked.overdue.unwrap_or(false).then_some(today),
        kept_by: if asked.mine.unwrap_or(false) { kept_by(caller) } else { Vec::new() },
        within,
        reported: asked.reported.unwrap_or(false),
        approved,
        found: false,
        with_void: asked.with_void.unwrap_or(false),
    })
}
