//! Safety assessments of factories and warehouses: recorded by the town or by the firm a contract lets in, what was found on
//! record as hazards in the same write, treated once those are settled. What does not belong here: what an assessment must say
//! (`domain::assessment`), the yearly figure (`fulfilment`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;

use chrono::Datelike;
use domain::assessment::{Assessment, Conclusion, KINDS, Treated};
use domain::hazard::Find;
use domain::ids::{AssessmentId, ContractId, HazardId, OrgId, PlaceId};
use domain::org::{Assignment, OrgKind, Role, lies_in};
use domain::policy::Action;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::assessment::AssessmentRecord;
use store::contract::ContractFilter;
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};
use store::{Read, Write};
use utoipa::{IntoParams, ToSchema};

use crate::attachment::AttachmentView;
use crate::hazard::{Filed, dictionary, record_find};
use crate::names::Names;
use crate::place::{at_place, place_in_scope};
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// Rows read at most.
const READ: i64 = 5_000;

/// Which places to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct AssessmentAsked {
    /// `missing` this year, `open`, `done`; all when left out.
    pub state: Option<String>,
}

/// A hazard an assessment found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssessmentHazard {
    pub id: String,
    pub code: String,
    pub state_label: String,
    pub is_open: bool,
}

/// One assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssessmentView {
    pub id: String,
    pub place: Named,
    pub on: String,
    pub org: Named,
    /// The contract a firm worked under.
    pub contract: Option<Named>,
    pub assessor: String,
    pub conclusion: Word,
    pub summary: String,
    pub hazards: Vec<AssessmentHazard>,
    pub treatment: String,
    pub treat_by: Option<String>,
    pub treated_on: Option<String>,
    pub treated_text: String,
    pub overdue: bool,
    pub files: Vec<AttachmentView>,
    pub void: Option<String>,
    pub recorded_by: String,
    pub version: i64,
    /// What the caller may do: `treat`, `void`.
    pub actions: Vec<&'static str>,
}

/// A place that is to be assessed, with its last assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssessmentRow {
    pub place: Named,
    pub code: String,
    pub village: Named,
    pub kind: Word,
    /// `missing` this year, `open` with something to treat, or `done`.
    pub state: String,
    pub last: Option<AssessmentView>,
    pub may_record: bool,
}

/// Places to be assessed, those that are missing first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssessmentList {
    pub items: Vec<AssessmentRow>,
    pub total: usize,
    /// Assessed this year.
    pub assessed: usize,
    /// With something to treat.
    pub open: usize,
    /// Past the term of what is to be treated.
    pub overdue: usize,
    pub year: i32,
    pub conclusions: Vec<Word>,
    /// Who may have assessed: firms with a running contract, and the caller's own bodies.
    pub orgs: Vec<Named>,
}

/// A hazard to record with an assessment.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AssessmentFind {
    pub hazard_code: String,
    pub description: String,
}

/// An assessment to record.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AssessmentInput {
    /// Made by the page: files may come before.
    pub id: String,
    pub place: String,
    pub on: String,
    /// Who assessed; the caller's own body when left out.
    pub org: Option<String>,
    pub assessor: String,
    /// `fit`, `conditional` or `unfit`.
    pub conclusion: String,
    pub summary: String,
    pub treatment: String,
    pub treat_by: Option<String>,
    pub finds: Vec<AssessmentFind>,
    pub files: Vec<String>,
}

/// What was done about it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AssessmentTreat {
    pub on: String,
    pub text: String,
    pub version: i64,
}

/// Why it does not count.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AssessmentVoid {
    pub reason: String,
    pub version: i64,
}

/// Firms whose contract runs on a day, with the contract and where it holds.
async fn firms(read: &mut Read, on: Date) -> Result<Vec<(OrgId, ContractId, String)>> {
    let whole = Caller::system().scope(Action::ContractRead)?;
    let filter = ContractFilter { running_on: Some(on), ..ContractFilter::default() };
    let running = read.contracts(&whole, &filter, None, READ).await?;
    Ok(running.into_iter().map(|one| (one.contract.provider, one.contract.id, one.contract.path)).collect())
}

async fn view(
    read: &mut Read,
    caller: &Caller,
    record: &AssessmentRecord,
    place: &PlaceRecord,
    (names, today): (&Names, Date),
) -> Result<AssessmentView> {
    let a = &record.assessment;
    let mut hazards = Vec::with_capacity(a.hazards.len());
    for id in &a.hazards {
        if let Some((hazard, filing)) = read.hazard(id).await? {
            hazards.push(AssessmentHazard {
                id: id.to_string(),
                code: filing.code,
                state_label: hazard.state.label().to_owned(),
                is_open: hazard.is_open(),
            });
        }
    }
    let files = read.attachments(&a.files).await?;
    let own = files.iter().filter(|file| file.object_kind == "assessment" && file.object_id == a.id.as_str());
    let contract = match &a.contract {
        None => None,
        Some(id) => {
            let named = read.object_refs("contract", &[id.as_str()]).await?;
            Some(Named::new(id.as_str(), named.get(id.as_str()).cloned().unwrap_or_default()))
        }
    };
    let (_, subject) = at_place(read, &a.place, [a.org.clone()]).await?;
    let may = a.void.is_none() && caller.hats.hat(Action::AssessmentRecord, &subject).is_some();
    let mut actions = Vec::new();
    if may && a.is_open() {
        actions.push("treat");
    }
    if may {
        actions.push("void");
    }
    Ok(AssessmentView {
        id: a.id.to_string(),
        place: Named::new(a.place.as_str(), &place.place.name),
        on: a.on.to_string(),
        org: names.named_org(&a.org),
        contract,
        assessor: a.assessor.clone(),
        conclusion: Word::new(a.conclusion.code(), a.conclusion.label()),
        summary: a.summary.clone(),
        hazards,
        treatment: a.treatment.clone(),
        treat_by: a.treat_by.map(|day| day.to_string()),
        treated_on: a.treated.as_ref().map(|one| one.on.to_string()),
        treated_text: a.treated.as_ref().map(|one| one.text.clone()).unwrap_or_default(),
        overdue: a.is_overdue(today),
        files: own.map(AttachmentView::of).collect(),
        void: a.void.clone(),
        recorded_by: record.recorded_by.clone(),
        version: record.version,
        actions,
    })
}

/// The assessment as its page sees it.
async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &AssessmentRecord,
    today: Date,
) -> Result<AssessmentView> {
    let (place, _) = at_place(read, &record.assessment.place, []).await?;
    let names = Names::read(read).await?;
    view(read, caller, record, &place, (&names, today)).await
}

impl App {
    /// Factories and warehouses the caller may see with their last assessment, those missing this year first.
    pub async fn assessments(&self, caller: &Caller, asked: &AssessmentAsked) -> Result<AssessmentList> {
        let scope = caller.scope(Action::PlaceRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let mut places: BTreeMap<String, PlaceRecord> = BTreeMap::new();
        for kind in KINDS.iter().map(|kind| Some((*kind).to_owned())) {
            for (category, tag) in [(kind.clone(), None), (None, kind.clone())] {
                let filter = PlaceFilter { category, tag, ..PlaceFilter::default() };
                let found = read.place_page(&filter, &scope, PlaceOrder::Code, None, READ).await?;
                let here = found.into_iter().filter(|one| !one.place.is_gone(today));
                places.extend(here.map(|one| (one.place.code.clone(), one)));
            }
        }
        let mut last: BTreeMap<PlaceId, AssessmentRecord> = BTreeMap::new();
        for record in read.assessments(&scope, None, READ).await? {
            if record.voided_at.is_none() {
                last.entry(record.assessment.place.clone()).or_insert(record);
            }
        }
        let mut items = Vec::with_capacity(places.len());
        for place in places.values() {
            let id = &place.place.id;
            let known = last.get(id);
            let state = match known.map(|one| &one.assessment) {
                Some(one) if one.is_open() => "open",
                Some(one) if one.on.year() == today.year() => "done",
                _ => "missing",
            };
            let last = match known {
                None => None,
                Some(record) => Some(view(&mut read, caller, record, place, (&names, today)).await?),
            };
            let (_, subject) = at_place(&mut read, id, []).await?;
            let kind = place.place.kinds().find(|kind| KINDS.contains(&kind.as_str()));
            let kind = kind.unwrap_or(&place.place.category);
            items.push(AssessmentRow {
                place: Named::new(id.as_str(), &place.place.name),
                code: place.place.code.clone(),
                village: names.territory(place.place.village.as_str()),
                kind: Word::new(kind.as_str(), crate::names::kind_label(kind)),
                state: state.to_owned(),
                last,
                may_record: caller.hats.hat(Action::AssessmentRecord, &subject).is_some(),
            });
        }
        let this_year = |row: &&AssessmentRow| {
            row.last.as_ref().is_some_and(|last| last.on.starts_with(&today.year().to_string()))
        };
        let (total, assessed) = (items.len(), items.iter().filter(this_year).count());
        let open = items.iter().filter(|row| row.state == "open").count();
        let overdue = items.iter().filter(|row| row.last.as_ref().is_some_and(|last| last.overdue)).count();
        if let Some(state) = asked.state.as_deref().filter(|state| !state.is_empty()) {
            items.retain(|row| row.state == state);
        }
        items.sort_by_key(|row| ["missing", "open", "done"].iter().position(|state| *state == row.state));
        let mut orgs: Vec<OrgId> = caller.hats.orgs().into_iter().cloned().collect();
        orgs.extend(firms(&mut read, today).await?.into_iter().map(|(org, _, _)| org));
        orgs.sort();
        orgs.dedup();
        Ok(AssessmentList {
            items,
            total,
            assessed,
            open,
            overdue,
            year: today.year(),
            conclusions: Conclusion::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            orgs: orgs.iter().map(|org| names.named_org(org)).collect(),
        })
    }

    /// One assessment.
    pub async fn assessment(&self, caller: &Caller, id: &AssessmentId) -> Result<AssessmentView> {
        let scope = caller.scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.assessment(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record, self.now().date()).await
    }

    /// Records an assessment; what it found is on record as hazards in the same write.
    ///
    /// Errors: as of [`Assessment::record`]; a hazard nobody knows; the caller may not for this place or in that firm's name.
    pub async fn record_assessment(&self, caller: &Caller, asked: AssessmentInput) -> Result<AssessmentView> {
        let (now, today) = (self.now(), self.now().date());
        if uuid::Uuid::parse_str(&asked.id).is_err() {
            return Err(Error::field("id", "assessment.id", "编号须为 UUID，请刷新页面后再试"));
        }
        let mut tx = self.write(caller).await?;
        let place_id = PlaceId::from(asked.place.trim());
        let (place, subject) = place_in_scope(&mut tx, caller, Action::PlaceRead, &place_id).await?;
        let hat = caller.hat(Action::AssessmentRecord, &subject)?.clone();
        let on = read_day("on", &asked.on)?;
        let conclusion = Conclusion::from_code(&asked.conclusion)
            .ok_or_else(|| Error::field("conclusion", "assessment.conclusion", "请选择评估结论"))?;
        let treat_by = asked.treat_by.as_deref().filter(|text| !text.trim().is_empty());
        let treat_by = treat_by.map(|text| read_day("treat_by", text)).transpose()?;
        let org = asked.org.as_deref().map(str::trim).filter(|org| !org.is_empty());
        let org = org.map_or_else(|| hat.org.clone(), OrgId::from);
        let known = tx.org(&org).await?.filter(|one| one.org.active);
        let known = known.ok_or_else(|| Error::field("org", "assessment.org", "请选择由谁评估"))?;
        let is_firm = known.org.kind == OrgKind::Unit;
        let may = match hat.role {
            Role::ThirdParty => org == hat.org,
            _ => is_firm || caller.hats.orgs().contains(&&org),
        };
        if !may {
            return Err(Error::field("org", "assessment.org", "只能以本单位或签了合同的服务单位名义登记"));
        }
        let running = firms(&mut tx, on).await?;
        let covers =
            |(firm, _, path): &&(OrgId, ContractId, String)| *firm == org && lies_in(&place.path, path);
        let contract = running.iter().find(covers).map(|(_, id, _)| id.clone()).filter(|_| is_firm);
        let act = caller.act(&hat, now, None);
        let mut assessment = Assessment {
            id: asked.id.to_lowercase().into(),
            place: place_id.clone(),
            on,
            org,
            contract,
            assessor: asked.assessor,
            conclusion,
            summary: asked.summary,
            hazards: Vec::new(),
            treatment: asked.treatment,
            treat_by,
            treated: None,
            files: asked.files.iter().map(|id| id.to_lowercase()).collect(),
            void: None,
        }
        .record(&place.place, is_firm, today)?;
        for find in &asked.finds {
            let code = domain::hazard::HazardCode::parse(find.hazard_code.trim())?;
            if !dictionary::knows(&code) {
                let text = "隐患库中没有这个代码，请重新选择";
                return Err(Error::field("hazard_code", "hazard.code_unknown", text));
            }
            let found = Find {
                town: self.town.clone(),
                place: place_id.clone(),
                item: None,
                code,
                description: find.description.trim().to_owned(),
                photos: Vec::new(),
                recurrence_of: None,
                sortie: None,
            };
            let filed = Filed { path: place.path.clone(), org: hat.org.clone(), inspection: None };
            let id = HazardId::from(self.new_id());
            let (hazard, _) = record_find(&mut tx, id, found, act.clone(), filed, now).await?;
            assessment.hazards.push(hazard.id);
        }
        let record = AssessmentRecord {
            assessment,
            path: place.path.clone(),
            voided_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_assessment(&record).await?;
        let shown = page(&mut tx, caller, &record, today).await?;
        let object = ("assessment", record.assessment.id.as_str());
        Ok(tx.commit(caller.audit_as(&hat, "assessment.record", object, &record.path, now), shown).await?)
    }

    /// Notes that what an assessment found was treated.
    ///
    /// Errors: as of [`Assessment::treat`]; somebody was quicker.
    pub async fn treat_assessment(
        &self,
        caller: &Caller,
        id: &AssessmentId,
        asked: AssessmentTreat,
    ) -> Result<AssessmentView> {
        let (now, today) = (self.now(), self.now().date());
        let mut tx = self.write(caller).await?;
        let (mut record, hat) = self.open_assessment(&mut tx, caller, id, asked.version).await?;
        let mut settled = true;
        for hazard in &record.assessment.hazards {
            let known = tx.hazard(hazard).await?;
            settled &= known.is_none_or(|(hazard, _)| crate::report_case::is_settled(&hazard));
        }
        let treated = Treated {
            on: read_day("on", &asked.on)?,
            text: asked.text.trim().to_owned(),
            by: caller.person.clone(),
        };
        record.assessment = record.assessment.treat(treated, settled, today)?;
        tx.update_assessment(&record).await?;
        record.version += 1;
        let shown = page(&mut tx, caller, &record, today).await?;
        let mut audit =
            caller.audit_as(&hat, "assessment.treat", ("assessment", id.as_str()), &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, shown).await?)
    }

    /// Voids an assessment with a reason.
    ///
    /// Errors: no reason; void already; somebody was quicker.
    pub async fn void_assessment(
        &self,
        caller: &Caller,
        id: &AssessmentId,
        asked: AssessmentVoid,
    ) -> Result<AssessmentView> {
        let (now, today) = (self.now(), self.now().date());
        let mut tx = self.write(caller).await?;
        let (mut record, hat) = self.open_assessment(&mut tx, caller, id, asked.version).await?;
        record.assessment = record.assessment.void(&asked.reason)?;
        record.voided_at = Some(now);
        tx.update_assessment(&record).await?;
        record.version += 1;
        let shown = page(&mut tx, caller, &record, today).await?;
        let mut audit =
            caller.audit_as(&hat, "assessment.void", ("assessment", id.as_str()), &record.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, shown).await?)
    }

    async fn open_assessment(
        &self,
        tx: &mut Write,
        caller: &Caller,
        id: &AssessmentId,
        version: i64,
    ) -> Result<(AssessmentRecord, Assignment)> {
        let scope = caller.scope(Action::PlaceRead)?;
        let record = tx.assessment(id, &scope).await?.ok_or(Error::NotFound)?;
        let (_, subject) = at_place(tx, &record.assessment.place, [record.assessment.org.clone()]).await?;
        let hat = caller.hat(Action::AssessmentRecord, &subject)?.clone();
        if record.version != version {
            return Err(Error::stale(&page(tx, caller, &record, self.now().date()).await?));
        }
        Ok((record, hat))
    }
}
