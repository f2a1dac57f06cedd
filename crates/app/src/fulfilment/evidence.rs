//! From a figure down to the records behind it, each shown only to those who may read it where it was recorded.

use std::collections::HashMap;

use domain::budget::{BudgetLine, yuan};
use domain::fulfilment::{CountedIn, FactRef, NotOwed, Status};
use domain::ids::AssignmentId;
use domain::plan::{SubjectKind, facts::FACT_KINDS};
use domain::policy::Action;
use domain::time::Date;
use store::Read;
use store::photo::Picture;

use super::{Ask, lens, report};
use crate::evidence::waiting_for;
use crate::{App, Caller, Error, Result};

/// A record behind a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Kind of fact, as `inspection.done`.
    pub kind: &'static str,
    /// Kind in words.
    pub kind_label: String,
    /// What kind of record it is, as `inspection`; empty where it has no page of its own.
    pub object_kind: &'static str,
    /// Id of the record.
    pub id: String,
    /// One line.
    pub title: String,
    /// Day it happened.
    pub happened_on: Date,
    /// Day it was recorded.
    pub recorded_on: Date,
    /// Its pictures.
    pub photos: Vec<Picture>,
    /// Whether the figure is made of it.
    pub counts: bool,
}

/// What stands behind one occurrence.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The records the caller may read, oldest first.
    pub items: Vec<Found>,
    /// How the figure came about, in one or two sentences.
    pub why: String,
}

/// What kind of record a kind of fact about a kind of subject stands for, and the right to read it.
fn source(kind: &str, about: SubjectKind) -> (&'static str, Action) {
    match kind {
        // A facility has no letter: it is handed over.
        "responsibility.signed" if about == SubjectKind::Facility => ("facility", Action::FacilityRead),
        "facility.in_service" | "facility.covered" | "facility.connected" | "facility.planned_built" => {
            ("facility", Action::FacilityRead)
        }
        "road.passable" => ("road", Action::RoadRead),
        "device.online" | "device.installed" => ("device", Action::DeviceRead),
        "plan.item" => ("fire_plan", Action::FirePlanRead),
        "whistle.raised" | "whistle.arrived" => ("whistle", Action::WhistleRead),
        "inspection.done" | "inspection.joint" => ("inspection", Action::InspectionRead),
        "inspection.plan_approved" => ("inspection_plan", Action::PlanRead),
        "hazard.found" | "hazard.closed" | "hazard.recheck" | "hazard.conform" => {
            ("hazard", Action::HazardRead)
        }
        "place.graded" | "place.sector_assigned" | "register.verified" => ("place", Action::PlaceRead),
        "post.filled" | "certificate.valid" | "person.registered" => ("person", Action::PersonRead),
        "station.active" | "station.dispatchable" | "equipment.complete" => ("force", Action::ForceRead),
        "training.held" => ("training", Action::TrainingRead),
        "enforcement.act" | "enforcement.trained" => ("inspection", Action::InspectionRead),
        "org.complete" => ("org", Action::PersonRead),
        "responsibility.signed" => ("letter", Action::LetterRead),
        "meeting.held" => ("meeting", Action::MeetingRead),
        "report.approved" => ("report", Action::ReportRead),
        "budget.set" => ("budget", Action::BudgetRead),
        "contract.signed" => ("contract", Action::ContractRead),
        "campaign.done" => ("campaign", Action::CampaignRead),
        "assessment.done" => ("assessment", Action::PlaceRead),
        "drill.held" => ("drill", Action::DrillRead),
        "board.current" => ("placard", Action::PlacardRead),
        "incident.recorded" => ("incident", Action::IncidentRead),
        "patrol.done" => ("patrol", Action::ForceRead),
        "call.tested" => ("call_test", Action::CallTestRead),
        "sortie.done" | "flight.done" => ("sortie", Action::SortieRead),
        "report_case.accepted" | "report_case.replied" => ("report_case", Action::ReportCaseRead),
        other if domain::evidence::claim::recordable().any(|fact| fact == other) => {
            ("evidence", Action::EvidenceRead)
        }
        _ => ("", Action::BoardRead),
    }
}

/// The kind of fact in words: what stands before the first punctuation of its meaning.
pub(crate) fn label(kind: &str) -> String {
    let meaning = FACT_KINDS.iter().find(|known| known.name == kind).map_or(kind, |known| known.meaning);
    meaning.split(['；', '，', '。']).next().unwrap_or_default().to_owned()
}

impl App {
    /// The records behind one duty for one subject in one window.
    pub async fn board_evidence(
        &self,
        caller: &Caller,
        duty: &str,
        (kind, subject, window): (SubjectKind, &str, &str),
        ask: &Ask,
    ) -> Result<Evidence> {
        caller.scope(Action::BoardRead)?;
        let known = self.known(ask.at).await?;
        let lens = lens(caller, &known, ask)?;
        let ix = known.gathered.facts.subject(kind, subject).ok_or(Error::NotFound)?;
        let view = lens.view(&known);
        if !view.shows(ix) {
            return Err(Error::NotFound);
        }
        let report = report(&known, lens.days);
        let found = report.duty(duty).ok_or(Error::NotFound)?;
        let (case, window_of) = known
            .question()
            .shown(found, &view)
            .find(|(one, w)| one.subject == ix && w.key == window)
            .ok_or(Error::NotFound)?;
        let (case, has_data) = (*case, found.has_data);
        let days = (window_of.from, window_of.to);
        let over = (known.from.min(lens.days.0), known.as_of.max(lens.days.1));
        let question = known.question_over(over);
        let mut facts = question.drill(duty, ix, window);
        // What is not owed has no figure that could be made of them.
        facts.iter_mut().for_each(|fact| fact.counts &= case.not_owed.is_none());
        let unit = known.plan.duty(duty).map_or(CountedIn::Records, |duty| question.counted_in(duty)).label();
        let waiver = known.waivers.iter().find(|waiver| {
            waiver.duty == duty && waiver.subject.is_none_or(|one| one == ix) && case.status == Status::Waived
        });
        let reason = waiver.map(|waiver| waiver.reason.clone());
        drop(report);
        drop(known);
        let mut read = self.db.read(&self.town).await?;
        let total = facts.len();
        let items = readable(&mut read, caller, kind, facts).await?;
        let hidden = total - items.len();
        let mut why = match (has_data, reason) {
            (false, _) => "本系统还没有这类记录的来源，显示为无数据，不计入比率。".to_owned(),
            (true, Some(reason)) => format!("已豁免：{reason}。"),
            (true, None) => {
                let (needed, done, status) = (case.needed, case.done, case.status.label());
                format!("需要 {needed} {unit}，已有 {done} {unit}：{status}。")
            }
        };
        if let Some(reason) = case.not_owed.map(NotOwed::label) {
            why.push_str(&format!("原因：{reason}。"));
        }
        let waiting = waiting_for(&read.evidence_waiting().await?, duty, (kind, subject), days);
        if waiting > 0 {
            why.push_str(&format!("另有 {waiting} 份佐证待认定，认定后计入。"));
        }
        if hidden > 0 {
            why.push_str(&format!("另有 {hidden} 条记录您无权查看。"));
        }
        Ok(Evidence { items, why })
    }
}

/// Those facts whose records the caller may read, with a line and the pictures of each.
async fn readable(
    read: &mut Read,
    caller: &Caller,
    about: SubjectKind,
    facts: Vec<FactRef>,
) -> Result<Vec<Found>> {
    let mut items = Vec::with_capacity(facts.len());
    let mut allowed: HashMap<&'static str, Vec<String>> = HashMap::new();
    // Whatever somebody handed in is evidence, also of facts that a noun of its own writes down otherwise.
    let all: Vec<&str> = facts.iter().map(|fact| fact.id.as_str()).collect();
    let handed = read.object_refs("evidence", &all).await?;
    // Proposals to stop a place and the departments' checks of a house decide as well as what is recorded as evidence.
    let stopped = match facts.iter().any(|fact| matches!(fact.kind, "risk.identified" | "decision.recorded"))
    {
        true => read.object_refs("stop_use", &all).await?,
        false => HashMap::new(),
    };
    // What a sector was told and who leads a new trade is kept by the sectors.
    let (risks, rulings) =
        (read.object_refs("sector_risk", &all).await?, read.object_refs("sector_ruling", &all).await?);
    let houses = match facts.iter().any(|fact| matches!(fact.kind, "licence.verified" | "decision.recorded"))
    {
        true => read.object_refs("place", &all).await?,
        false => HashMap::new(),
    };
    // What was signed is a fire plan or evidence somebody handed in.
    let signed: Vec<&str> =
        facts.iter().filter(|fact| fact.kind.starts_with("document.")).map(|fact| fact.id.as_str()).collect();
    let plans = read.object_refs("fire_plan", &signed).await?;
    // What the town may enforce stands in its register.
    let registered = read.object_refs("authority_item", &signed).await?;
    let mut sources = Vec::with_capacity(facts.len());
    for fact in &facts {
        sources.push(match fact.kind {
            _ if handed.contains_key(&fact.id) => ("evidence", Action::EvidenceRead),
            kind if kind.starts_with("document.") && plans.contains_key(&fact.id) => {
                ("fire_plan", Action::FirePlanRead)
            }
            kind if kind.starts_with("document.") && registered.contains_key(&fact.id) => {
                ("authority_item", Action::AuthorityRead)
            }
            "risk.identified" | "decision.recorded" if stopped.contains_key(&fact.id) => {
                ("stop_use", Action::StopUseRead)
            }
            "licence.verified" | "decision.recorded" if houses.contains_key(&fact.id) => {
                ("place", Action::PlaceRead)
            }
            _ if risks.contains_key(&fact.id) => ("sector_risk", Action::SectorRead),
            _ if rulings.contains_key(&fact.id) => ("sector_ruling", Action::SectorRead),
            kind => source(kind, about),
        });
    }
    for (object, action) in &sources {
        let (object, action) = (*object, *action);
        if allowed.contains_key(object) {
            continue;
        }
        let of_kind = facts.iter().zip(&sources).filter(|(_, (one, _))| *one == object);
        let ids: Vec<&str> = of_kind.map(|(fact, _)| fact.id.as_str()).collect();
        let visible = match caller.scope(action) {
            Err(_) => Vec::new(),
            // People and lists of the town are read by all who may read them at all.
            Ok(_)
                if matches!(
                    object,
                    "person" | "org" | "sector_risk" | "sector_ruling" | "authority_item" | ""
                ) =>
            {
                ids.iter().map(|id| (*id).to_owned()).collect()
            }
            Ok(scope) => {
                let mut out = Vec::new();
                for part in ids.chunks(500) {
                    out.extend(read.within_scope(object, part, &scope).await?);
                }
                out
            }
        };
        allowed.insert(object, visible);
    }
    for (fact, (object, _)) in facts.into_iter().zip(sources) {
        if !allowed.get(object).is_some_and(|ids| ids.contains(&fact.id)) {
            continue;
        }
        let photos = match object {
            "inspection" | "hazard" | "evidence" | "letter" | "drill" | "placard" | "patrol" => {
                read.photos_of(object, &fact.id).await?
            }
            _ => Vec::new(),
        };
        // Whoever orders enforces as well: then the record is the hazard.
        let ordered =
            fact.kind.starts_with("enforcement.") && read.hazard(&fact.id.as_str().into()).await?.is_some();
        let object = if ordered { "hazard" } else { object };
        let title = title(read, object, &fact).await?;
        items.push(Found {
            kind: fact.kind,
            kind_label: label(fact.kind),
            object_kind: object,
            id: fact.id,
            title,
            happened_on: fact.happened_on,
            recorded_on: fact.recorded_on,
            photos,
            counts: fact.counts,
        });
    }
    Ok(items)
}

/// A line of money as evidence names it: what was promised, what was spent, and why more than that.
fn spent_of(line: &BudgetLine) -> String {
    let (promised, spent) = (yuan(line.promised_fen), yuan(line.spent_fen()));
    let over = match line.is_overspent() {
        true => format!("，超支：{}", line.over_reason().unwrap_or("未说明理由")),
        false => String::new(),
    };
    format!("{}（列支 {promised} 元，已支出 {spent} 元{over}）", line.title)
}

async fn title(read: &mut Read, object: &str, fact: &FactRef) -> Result<String> {
    let place_name = |names: HashMap<String, String>, id: &str| names.get(id).cloned().unwrap_or_default();
    Ok(match object {
        "inspection" => match read.inspection(&fact.id.as_str().into()).await? {
            None => String::new(),
            Some((inspection, filing)) => {
                let place = inspection.record.place.to_string();
                let place = place_name(read.subject_names(SubjectKind::Place, &[&place]).await?, &place);
                let org = filing.org.to_string();
                // Whoever signed the record was there as well.
                let signed = read.inspection_signatures(std::slice::from_ref(&inspection.record.id)).await?;
                let mut orgs = vec![org.as_str()];
                orgs.extend(signed.iter().map(|one| one.org.as_str()).filter(|one| *one != org));
                let names = read.subject_names(SubjectKind::Org, &orgs).await?;
                let names: Vec<&str> =
                    orgs.iter().filter_map(|org| names.get(*org)).map(String::as_str).collect();
                let org = names.join("、");
                let outcome = match inspection.failed_items().count() {
                    0 => "未发现隐患".to_owned(),
                    n => format!("不合格 {n} 项"),
                };
                format!("{org}检查{place}，{outcome}")
            }
        },
        "hazard" => match read.hazard(&fact.id.as_str().into()).await? {
            None => String::new(),
            Some((hazard, filing)) => format!("{} {}", filing.code, hazard.find.description),
        },
        "evidence" => match read.evidence(&fact.id.as_str().into()).await? {
            None => String::new(),
            Some(record) => format!("{} {}", record.code, record.evidence.content.title),
        },
        "letter" => match read.letter(&fact.id.as_str().into()).await? {
            None => String::new(),
            Some(record) => {
                let signer = record.letter.signer.to_string();
                let names = read.subject_names(SubjectKind::Person, &[&signer]).await?;
                format!("{} {}责任书", place_name(names, &signer), record.letter.role.label())
            }
        },
        "placard" => {
            let whole = Caller::system().scope(Action::PlacardRead)?;
            let spot = read.placard(&fact.id.as_str().into(), &whole).await?.map(|one| one.placard.spot);
            format!("公示牌 {}", spot.unwrap_or_default())
        }
        "force" => {
            let names = read.subject_names(SubjectKind::Station, &[&fact.id]).await?;
            format!("{} {}", place_name(names, &fact.id), label(fact.kind))
        }
        "patrol" => match read.patrol(&fact.id).await? {
            None => String::new(),
            Some(record) => record.patrol.text,
        },
        "training" => match read.training(&fact.id.as_str().into()).await? {
            None => String::new(),
            Some(kept) => kept.training.title,
        },
        "campaign" | "contract" | "drill" | "device" | "report_case" | "fire_plan" | "assessment"
        | "incident" | "authority_item" | "meeting" | "report" | "whistle" | "inspection_plan" => {
            place_name(read.object_refs(object, &[&fact.id]).await?, &fact.id)
        }
        "call_test" => {
            let whole = Caller::system().scope(Action::CallTestRead)?;
            let test = read.call_test(&fact.id.as_str().into(), &whole).await?.map(|one| one.test);
            let said = test.map(|test| match test.note.as_str() {
                "" => format!("{} 呼叫测试", test.started_at.date()),
                note => note.to_owned(),
            });
            said.unwrap_or_default()
        }
        "sortie" => {
            let whole = Caller::system().scope(Action::SortieRead)?;
            let sortie = read.sortie(&fact.id.as_str().into(), &whole).await?.map(|one| one.sortie);
            sortie.map(|one| format!("{} {}", one.incident.label(), one.site)).unwrap_or_default()
        }
        "budget" => {
            let line = read.budget_line(&fact.id.as_str().into()).await?;
            line.map(|one| spent_of(&one.line)).unwrap_or_default()
        }
        "facility" => {
            let names = read.subject_names(SubjectKind::Facility, &[&fact.id]).await?;
            format!("{} {}", place_name(names, &fact.id), label(fact.kind))
        }
        "road" => {
            let names = read.subject_names(SubjectKind::Road, &[&fact.id]).await?;
            format!("{} {}", place_name(names, &fact.id), label(fact.kind))
        }
        "place" => {
            let names = read.subject_names(SubjectKind::Place, &[&fact.id]).await?;
            format!("{} {}", place_name(names, &fact.id), label(fact.kind))
        }
        "org" => {
            let names = read.subject_names(SubjectKind::Org, &[&fact.id]).await?;
            format!("{} {}", place_name(names, &fact.id), label(fact.kind))
        }
        "person" => {
            let held = read.assignment(&AssignmentId::from(fact.id.as_str())).await?;
            match held {
                None => match read.certificate(&fact.id.as_str().into()).await? {
                    None => {
                        let names = read.subject_names(SubjectKind::Person, &[&fact.id]).await?;
                        format!("{} {}", place_name(names, &fact.id), label(fact.kind))
                    }
                    Some(kept) => {
                        let held = kept.certificate;
                        let person = held.person.to_string();
                        let names = read.subject_names(SubjectKind::Person, &[&person]).await?;
                        format!("{} {} {}", place_name(names, &person), held.kind.label(), held.number)
                    }
                },
                Some(record) => {
                    let person = record.assignment.person.to_string();
                    let names = read.subject_names(SubjectKind::Person, &[&person]).await?;
                    format!("{} {}", place_name(names, &person), record.assignment.role.label())
                }
            }
        }
        _ => label(fact.kind),
    })
}
