//! What three or more units of one sector have in common, the notice its authority sends to all of them, which body leads a
//! trade that is new, and units of the fringe nobody has. What does not belong here: the single hazard (`hazard`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::{BTreeMap, HashMap};

use domain::follow_up::Origin;
use domain::hazard::HazardCode;
use domain::ids::{FollowUpId, OrgId, PlaceId, SectorRiskId, SectorRulingId};
use domain::joint_control::is_orphan;
use domain::policy::{Action, Scope, Subject};
use domain::sector::{Decided, Notice, Risk, RiskStage, Ruling, SectorRefusal, Seen, Shared, shared};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::hazard::HazardFilter;
use store::place::PlaceFilter;
use store::sector::{SectorRiskRecord, SectorRulingRecord};
use store::{Read, Write};
use utoipa::ToSchema;

use crate::calendar::calendar;
use crate::follow_up::FollowUpView;
use crate::hazard::dictionary;
use crate::names::Names;
use crate::parameter::number_on;
use crate::post::owner::{OwnerView, Owners};
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// From so many units of a sector on a defect is the sector's. Source: handbook of the field §4.2 (P).
pub(crate) const UNITS: (&str, f64) = ("sector.units", 3.0);
/// From the finding to the sector's notice, which the board judges by as well. Units: working days. Source: C13.4 (P).
pub(crate) const NOTICE_DAYS: (&str, f64) = ("C13.4.within", 10.0);
/// Rows read at most.
const READ: i64 = 5_000;

/// What several units have in common and nobody has taken up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectorCandidate {
    pub org: Named,
    /// Code of the hazard dictionary, with its words.
    pub hazard: Word,
    pub places: Vec<Named>,
    pub may_identify: bool,
}

/// The notice of a sector's authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectorNotice {
    pub on: String,
    pub document_no: String,
    pub deadline_on: String,
    pub by: Named,
}

/// A risk of a whole sector.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SectorRiskView {
    pub id: String,
    pub org: Named,
    pub hazard: Word,
    pub stage: Word,
    pub identified_on: String,
    pub notice_by: String,
    pub overdue: bool,
    /// Units when it was identified.
    pub places_n: usize,
    /// Of these, still with the same defect; of those the caller may see.
    pub open: Vec<Named>,
    pub notice: Option<SectorNotice>,
    pub task: Option<FollowUpView>,
    pub said: String,
    /// Posts of the authority that may be given the task.
    pub posts: Vec<OwnerView>,
    /// `notify`, `end`, `void`.
    pub actions: Vec<&'static str>,
    pub version: i64,
}

/// A new trade and who leads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectorRulingView {
    pub id: String,
    pub trade: String,
    pub like: String,
    pub appeared_on: String,
    pub lead: Option<Named>,
    pub decided_on: Option<String>,
    pub document_no: String,
    pub reason: String,
    pub void: Option<String>,
    /// `decide`, `void`.
    pub actions: Vec<&'static str>,
    pub version: i64,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SectorView {
    pub candidates: Vec<SectorCandidate>,
    pub risks: Vec<SectorRiskView>,
    pub rulings: Vec<SectorRulingView>,
    /// Units of the fringe without a sector.
    pub orphans: Vec<Named>,
    /// From so many units on (a parameter of the town).
    pub units: u16,
    /// Bodies that may lead a trade.
    pub bodies: Vec<Named>,
    pub may_rule: bool,
}

/// A risk to take up.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SectorRiskInput {
    pub org: String,
    pub hazard: String,
}

/// A step of a risk; each reads what it needs.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SectorRiskStep {
    /// `notify`, `end` or `void`.
    pub step: String,
    pub on: String,
    pub document_no: String,
    pub deadline_on: String,
    /// What is asked of a post of the authority.
    pub task: String,
    pub owner: String,
    pub text: String,
    pub version: i64,
}

/// A trade that is new.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SectorRulingInput {
    pub trade: String,
    pub like: String,
    pub appeared_on: String,
}

/// A step of a trade; each reads what it needs.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SectorRulingStep {
    /// `decide` or `void`.
    pub step: String,
    pub lead: String,
    pub on: String,
    pub document_no: String,
    pub text: String,
    pub version: i64,
}

fn of_org(org: &OrgId) -> Subject {
    Subject::of("", Some(org))
}

fn hazard_word(code: &str) -> Word {
    let known = HazardCode::parse(code).ok();
    Word::new(code, known.map_or_else(|| code.to_owned(), |code| dictionary::hazard_label(&code)))
}

/// Open hazards at places that have a sector, and what the places are called; within a scope.
pub(crate) async fn seen(read: &mut Read, scope: &Scope) -> Result<(Vec<Seen>, HashMap<PlaceId, String>)> {
    let filter = HazardFilter { open: true, ..HazardFilter::default() };
    let open = read.hazards_by_deadline(scope, &filter, READ).await?;
    let mut ids: Vec<PlaceId> = open.iter().map(|one| one.place.clone()).collect();
    ids.sort();
    ids.dedup();
    let (mut sectors, mut names) = (HashMap::new(), HashMap::new());
    for some in ids.chunks(500) {
        for record in read.places_by_id(some).await? {
            if let Some(org) = record.place.sector_org.clone() {
                sectors.insert(record.place.id.clone(), org);
            }
            names.insert(record.place.id, record.place.name);
        }
    }
    let of = |one: store::hazard::Listed| {
        let org = sectors.get(&one.place)?.clone();
        Some(Seen { org, code: one.hazard_code, place: one.place })
    };
    Ok((open.into_iter().filter_map(of).collect(), names))
}

// Part of use cases that asked for the right.
async fn overview(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<SectorView> {
    let today = now.date();
    let units = number_on(read, UNITS, today).await?;
    let names = Names::read(read).await?;
    let owners = Owners::read(read, today).await?;
    let hazards = caller.hats.scope(Action::HazardRead).unwrap_or_default();
    let (all, called) = seen(read, &hazards).await?;
    let named = |id: &PlaceId| Named::new(id.as_str(), called.get(id).map_or("", String::as_str));
    let mut open: BTreeMap<(&OrgId, &str), Vec<&PlaceId>> = BTreeMap::new();
    for one in &all {
        let places = open.entry((&one.org, one.code.as_str())).or_default();
        if !places.contains(&&one.place) {
            places.push(&one.place);
        }
    }
    let known = read.sector_risks().await?;
    let may = |action, org: &OrgId| caller.hats.hat(action, &of_org(org)).is_some();
    let taken_up = |one: &Shared| {
        let stands = |stage| matches!(stage, RiskStage::Identified | RiskStage::Noticed);
        known
            .iter()
            .any(|kept| kept.risk.org == one.org && kept.risk.code == one.code && stands(kept.risk.stage))
    };
    let candidates = shared(all.iter().cloned(), units).into_iter().filter(|one| !taken_up(one));
    let candidates = candidates.map(|one| SectorCandidate {
        org: names.named_org(&one.org),
        hazard: hazard_word(&one.code),
        places: one.places.iter().map(named).collect(),
        may_identify: may(Action::SectorKeep, &one.org),
    });
    let candidates: Vec<SectorCandidate> = candidates.collect();
    let mut risks = Vec::with_capacity(known.len());
    for record in &known {
        let r = &record.risk;
        let asked = read.follow_ups_of(&asking(&r.id)).await?;
        let task = r.notice.as_ref().and_then(|notice| notice.task.as_ref());
        let task = task.and_then(|id| asked.iter().find(|one| one.item.id == *id));
        let about = hazard_word(&r.code);
        let task = task.map(|item| {
            crate::follow_up::view(
                caller,
                item,
                &owners,
                Named::new(r.id.as_str(), about.label.as_str()),
                today,
            )
        });
        let mine = may(Action::SectorKeep, &r.org);
        let still = open.get(&(&r.org, r.code.as_str())).cloned().unwrap_or_default();
        risks.push(SectorRiskView {
            id: r.id.to_string(),
            org: names.named_org(&r.org),
            hazard: about,
            stage: Word::new(r.stage.code(), r.stage.label()),
            identified_on: r.identified_on.to_string(),
            notice_by: r.notice_by.to_string(),
            overdue: r.is_overdue(today),
            places_n: r.places.len(),
            open: still.into_iter().filter(|place| r.places.contains(*place)).map(named).collect(),
            notice: r.notice.as_ref().map(|notice| SectorNotice {
                on: notice.on.to_string(),
                document_no: notice.document_no.clone(),
                deadline_on: notice.deadline_on.to_string(),
                by: Named::new(notice.by.as_str(), names.person(&notice.by)),
            }),
            task,
            said: r.said.clone(),
            posts: match mine && r.stage == RiskStage::Identified {
                true => owners.all().into_iter().filter(|one| one.org.id == r.org.as_str()).collect(),
                false => Vec::new(),
            },
            actions: match r.stage {
                RiskStage::Identified if mine => vec!["notify", "void"],
                RiskStage::Noticed if mine => vec!["end", "void"],
                RiskStage::Ended if mine => vec!["void"],
                _ => Vec::new(),
            },
            version: record.version,
        });
    }
    let may_rule = caller.hats.scope(Action::SectorRule).is_some();
    let rulings = read.sector_rulings().await?.into_iter().map(|record| {
        let r = record.ruling;
        let decided = r.decided.as_ref();
        SectorRulingView {
            id: r.id.to_string(),
            like: r.like,
            appeared_on: r.appeared_on.to_string(),
            lead: decided.map(|one| names.named_org(&one.lead)),
            decided_on: decided.map(|one| one.on.to_string()),
            document_no: decided.map_or_else(String::new, |one| one.document_no.clone()),
            reason: decided.map_or_else(String::new, |one| one.reason.clone()),
            actions: match (may_rule && r.void.is_none(), decided) {
                (true, None) => vec!["decide", "void"],
                (true, Some(_)) => vec!["void"],
                _ => Vec::new(),
            },
            trade: r.trade,
            void: r.void,
            version: record.version,
        }
    });
    let rulings = rulings.collect();
    let mut orphans = Vec::new();
    let places = caller.hats.scope(Action::PlaceRead).unwrap_or_default();
    read.each_place(&PlaceFilter::default(), &places, |record| {
        if record.voided.is_none() && !record.place.is_gone(today) && is_orphan(&record.place) {
            orphans.push(Named::new(record.place.id.as_str(), record.place.name));
        }
    })
    .await?;
    let bodies = read.orgs().await?.into_iter().map(|one| one.org);
    let bodies = bodies.filter(|org| org.active && org.kind == domain::org::OrgKind::Dept);
    Ok(SectorView {
        candidates,
        risks,
        rulings,
        orphans,
        units,
        bodies: bodies.map(|org| Named::new(org.id.as_str(), org.name)).collect(),
        may_rule,
    })
}

fn asking(id: &SectorRiskId) -> Origin {
    Origin { kind: "sector".to_owned(), id: id.to_string() }
}

impl App {
    /// What sectors have in common, new trades, and whom nobody has.
    pub async fn sectors(&self, caller: &Caller) -> Result<SectorView> {
        caller.scope(Action::SectorRead)?;
        let mut read = self.db.read(&self.town).await?;
        overview(&mut read, caller, self.now()).await
    }

    /// Takes up what several units of a sector have in common.
    ///
    /// Errors: fewer units than the town's number; taken up already.
    pub async fn identify_sector_risk(&self, caller: &Caller, asked: SectorRiskInput) -> Result<SectorView> {
        let now = self.now();
        let org = OrgId::from(asked.org.trim());
        let hat = caller.hat(Action::SectorKeep, &of_org(&org))?;
        let mut tx = self.write(caller).await?;
        let units = number_on(&mut tx, UNITS, now.date()).await?;
        let whole = Caller::system().scope(Action::HazardRead)?;
        let (all, _) = seen(&mut tx, &whole).await?;
        let found = shared(all, units).into_iter().find(|one| one.org == org && one.code == asked.hazard);
        let found = found.ok_or_else(|| Error::Refused {
            code: "sector.too_few",
            message: format!("同一行业不足 {units} 个单位有同样的隐患，不能认定为行业性隐患，请逐家督促整改"),
        })?;
        let stands = |one: &SectorRiskRecord| {
            one.risk.org == org
                && one.risk.code == found.code
                && matches!(one.risk.stage, RiskStage::Identified | RiskStage::Noticed)
        };
        if tx.sector_risks().await?.iter().any(stands) {
            return Err(SectorRefusal::NotNow("已经认定").into());
        }
        let allowed = number_on(&mut tx, NOTICE_DAYS, now.date()).await?;
        let risk = Risk {
            id: SectorRiskId::from(self.new_id()),
            org,
            code: found.code,
            places: found.places,
            identified_on: now.date(),
            notice_by: calendar(&mut tx).await?.working_day_after(now.date(), allowed)?,
            notice: None,
            stage: RiskStage::Identified,
            said: String::new(),
        };
        let id = risk.id.to_string();
        let record =
            SectorRiskRecord { risk, recorded_by: caller.name.clone(), version: 1, recorded_at: now };
        tx.insert_sector_risk(&record).await?;
        let view = overview(&mut tx, caller, now).await?;
        let audit = caller.audit_as(hat, "sector.identify", ("sector_risk", &id), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes a step of a risk.
    ///
    /// Errors: not now; something is not said; somebody was quicker.
    pub async fn step_sector_risk(
        &self,
        caller: &Caller,
        id: &SectorRiskId,
        asked: SectorRiskStep,
    ) -> Result<SectorView> {
        let now = self.now();
        caller.scope(Action::SectorRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.sector_risk(id).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::SectorKeep, &of_org(&record.risk.org))?;
        if record.version != asked.version {
            return Err(Error::stale(&overview(&mut tx, caller, now).await?));
        }
        let (risk, action) = match asked.step.as_str() {
            "notify" => {
                let task = self.sector_task(&mut tx, &record.risk, &asked).await?;
                let notice = Notice {
                    on: or_today(&asked.on, "on", now)?,
                    document_no: asked.document_no.trim().to_owned(),
                    deadline_on: read_day("deadline_on", &asked.deadline_on)?,
                    task,
                    by: caller.person.clone(),
                    recorded_at: now,
                };
                (record.risk.notify(notice, now.date())?, "sector.notify_sector")
            }
            "end" => (record.risk.end(&asked.text)?, "sector.finish"),
            "void" => (record.risk.void(&asked.text)?, "sector.void"),
            _ => return Err(Error::field("step", "sector.step", "没有这一步，请刷新后再试")),
        };
        record.risk = risk;
        tx.update_sector_risk(&record).await?;
        let view = overview(&mut tx, caller, now).await?;
        let mut audit = caller.audit_as(hat, action, ("sector_risk", id.as_str()), "", now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// What the authority asks of one of its posts, in the same write as its notice.
    // Part of the write that takes the step.
    // tidy(commit): the same.
    async fn sector_task(
        &self,
        tx: &mut Write,
        risk: &Risk,
        asked: &SectorRiskStep,
    ) -> Result<Option<FollowUpId>> {
        if asked.task.trim().is_empty() {
            return Ok(None);
        }
        let now = self.now();
        let owners = Owners::read(tx, now.date()).await?;
        let post = asked.owner.as_str().into();
        if owners.post(&post).is_none_or(|known| known.org != risk.org) {
            let text = "任务须交给该行业主管部门的岗位，请从列表中选择";
            return Err(Error::field("owner", "sector.owner", text));
        }
        let id = FollowUpId::from(self.new_id());
        let item = (id.clone(), asked.task.as_str(), &post, read_day("deadline_on", &asked.deadline_on)?);
        crate::follow_up::ask(tx, &owners, &asking(&risk.id), item, now).await?;
        Ok(Some(id))
    }

    /// Records a trade that is new.
    pub async fn add_sector_ruling(&self, caller: &Caller, asked: SectorRulingInput) -> Result<SectorView> {
        let now = self.now();
        let hat = caller.hat(Action::SectorRule, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let ruling = Ruling {
            id: SectorRulingId::from(self.new_id()),
            trade: asked.trade.trim().to_owned(),
            like: asked.like.trim().to_owned(),
            appeared_on: or_today(&asked.appeared_on, "appeared_on", now)?,
            decided: None,
            void: None,
        }
        .appear(now.date())?;
        let id = ruling.id.to_string();
        let record =
            SectorRulingRecord { ruling, recorded_by: caller.name.clone(), version: 1, recorded_at: now };
        tx.insert_sector_ruling(&record).await?;
        let view = overview(&mut tx, caller, now).await?;
        let audit = caller.audit_as(hat, "sector.appear", ("sector_ruling", &id), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes a step of a trade.
    ///
    /// Errors: not now; no such body; something is not said; somebody was quicker.
    pub async fn step_sector_ruling(
        &self,
        caller: &Caller,
        id: &SectorRulingId,
        asked: SectorRulingStep,
    ) -> Result<SectorView> {
        let now = self.now();
        let hat = caller.hat(Action::SectorRule, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.sector_ruling(id).await?.ok_or(Error::NotFound)?;
        if record.version != asked.version {
            return Err(Error::stale(&overview(&mut tx, caller, now).await?));
        }
        let (ruling, action) = match asked.step.as_str() {
            "decide" => {
                let lead = OrgId::from(asked.lead.trim());
                tx.org(&lead)
                    .await?
                    .filter(|one| one.org.active)
                    .ok_or_else(|| Error::field("lead", "sector.lead", "请从列表中选择牵头部门"))?;
                let decided = Decided {
                    lead,
                    on: or_today(&asked.on, "on", now)?,
                    document_no: asked.document_no.trim().to_owned(),
                    reason: asked.text.trim().to_owned(),
                    by: caller.person.clone(),
                    recorded_at: now,
                };
                (record.ruling.decide(decided, now.date())?, "sector.rule_trade")
            }
            "void" => (record.ruling.void(&asked.text)?, "sector.void"),
            _ => return Err(Error::field("step", "sector.step", "没有这一步，请刷新后再试")),
        };
        record.ruling = ruling;
        tx.update_sector_ruling(&record).await?;
        let view = overview(&mut tx, caller, now).await?;
        let mut audit = caller.audit_as(hat, action, ("sector_ruling", id.as_str()), "", now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}

fn or_today(text: &str, field: &str, now: Timestamp) -> Result<Date> {
    if text.trim().is_empty() { Ok(now.date()) } else { read_day(field, text) }
}
