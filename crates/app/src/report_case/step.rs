//! Steps of a report: which are offered to whom, what each must say, and what it does beside the report itself: a hazard
//! recorded, an incident opened. What does not belong here: what a step makes of the report (`domain::report_case`).

use domain::hazard::Find;
use domain::ids::{HazardId, IncidentId, OrgId, PersonId, PhotoId, PlaceId, ReportCaseId};
use domain::incident::join::Clue;
use domain::incident::{Kind, Source};
use domain::org::{Assignment, Org, Relation};
use domain::policy::{Action, Subject};
use domain::report_case::{Act, Clocks, Event, Finding, Matter, Rating, ReportCaseRefusal, Saying, Stage};
use domain::time::Timestamp;
use store::Write;
use store::report_case::ReportCaseRecord;

use super::view::{self, ReportCaseStep, ReportCaseView};
use super::{MAX_NAME, clipped, custodian, given, is_settled, terms};
use crate::calendar::calendar;
use crate::hazard::{Filed, dictionary, load, record_find};
use crate::incident::Arrived;
use crate::place::place_in_scope;
use crate::{App, Caller, Error, Result};

/// The right a step asks for.
fn right_of(step: &str) -> Action {
    match step {
        "handle" | "doubt" | "agree_doubt" | "reject_doubt" => Action::ReportCaseHandle,
        "reply" | "close" | "reopen" | "reward" | "rate" => Action::ReportCaseReply,
        "write_down" => Action::ReportCaseReveal,
        _ => Action::ReportCaseScreen,
    }
}

/// Whether a report may be given to a body: it is one of the authorities or of a village. What somebody reported, and where,
/// is no business of a firm.
pub(super) fn may_look(org: &Org) -> bool {
    org.active && org.relation != Relation::Social
}

/// What a step is called in the record.
pub(super) fn act_name(act: &Act) -> &'static str {
    match act {
        Act::Receive => "report_case.receive",
        Act::Accept => "report_case.admit",
        Act::Merge { .. } => "report_case.merge",
        Act::Separate => "report_case.separate",
        Act::Forward { .. } => "report_case.forward",
        Act::Emergency { .. } => "report_case.emergency",
        Act::Assign { .. } => "report_case.assign",
        Act::Doubt => "report_case.doubt",
        Act::AgreeDoubt => "report_case.agree_doubt",
        Act::RejectDoubt => "report_case.reject_doubt",
        Act::Handle { .. } => "report_case.deal_with",
        Act::Reply => "report_case.reply",
        Act::Close => "report_case.file",
        Act::Reopen => "report_case.reopen",
        Act::Reward { .. } => "report_case.reward",
        Act::WriteDown => "report_case.write_down",
        Act::Add => "report_case.add_words",
        Act::Rate { .. } => "report_case.rate",
        Act::AskVoid => "report_case.ask_void",
        Act::Void => "report_case.void",
        Act::RejectVoid => "report_case.reject_void",
    }
}

/// The subject of the step itself: who it was given to, not whose the place is.
fn given_to(record: &ReportCaseRecord) -> Subject {
    Subject::of(&record.path, record.case.org.as_ref())
}

/// The steps the stage allows and the caller may take.
pub(crate) fn actions(caller: &Caller, record: &ReportCaseRecord) -> Vec<&'static str> {
    let subject = given_to(record);
    let is_own = |who: Option<&PersonId>| who == Some(&caller.person);
    let decides = |step: &str| match step {
        "agree_doubt" | "reject_doubt" => !is_own(record.case.doubted_by.as_ref()),
        "void" | "reject_void" => !is_own(record.case.void_ask.as_ref().map(|ask| &ask.by)),
        _ => true,
    };
    let may = |step: &&'static str| caller.hats.hat(right_of(step), &subject).is_some() && decides(step);
    record.case.steps().into_iter().filter(may).collect()
}

impl App {
    /// Writes a report after a step with its event.
    // The use case that took the step commits.
    pub(crate) async fn save_report_step(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &mut ReportCaseRecord,
        act: Act,
        (text, photos, now): (&str, Vec<PhotoId>, Timestamp),
    ) -> Result<()> {
        if act == Act::Reopen {
            let case = &record.case;
            let terms = terms(tx, now.date()).await?;
            let calendar = calendar(tx).await?;
            record.case.clocks = Clocks::start(case.channel, case.matter, now, &terms, &calendar)?;
        }
        let event = Event {
            seq: record.version + 1,
            act,
            at: now,
            by: caller.person.clone(),
            text: text.trim().to_owned(),
            photos,
            stage: record.case.stage,
        };
        tx.save_report_case(record, &event).await?;
        record.version += 1;
        Ok(())
    }

    /// Takes a step.
    ///
    /// Errors: the stage, the caller's rights or what was said do not allow it; somebody was quicker.
    pub async fn step_report_case(
        &self,
        caller: &Caller,
        id: &ReportCaseId,
        asked: ReportCaseStep,
    ) -> Result<ReportCaseView> {
        let now = self.now();
        let scope = caller.scope(Action::ReportCaseRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.report_case(id, &scope).await?.ok_or(Error::NotFound)?;
        if record.version != asked.version {
            return Err(Error::stale(&view::page(&mut tx, caller, &record, now).await?));
        }
        let hat = match asked.step.as_str() {
            // Only who may hear it can write it down.
            "write_down" => custodian(&mut tx, caller, now.date()).await?.clone(),
            step => caller.hat(right_of(step), &given_to(&record))?.clone(),
        };
        let act = self.read_act(caller, &mut tx, &record, (&asked, &hat), now).await?;
        let photos: Vec<PhotoId> = asked.photos.iter().map(|id| id.to_lowercase().into()).collect();
        if act == Act::Doubt {
            // Named and never sent is no picture; what the reporter showed is not what whoever was there saw.
            let here = tx.photos(&photos).await?;
            let is_here = |id: &PhotoId| {
                !record.case.photos.contains(id)
                    && here.iter().any(|one| one.id == *id && one.object_id == record.case.id.as_str())
            };
            if !photos.iter().all(is_here) {
                return Err(ReportCaseRefusal::NoPhotos.into());
            }
        }
        let hazard_settled = match &record.case.hazard {
            Some(hazard) => tx.hazard(hazard).await?.is_none_or(|(hazard, _)| is_settled(&hazard)),
            None => true,
        };
        let said = Saying { by: &caller.person, text: &asked.text, photos: &photos, at: now, hazard_settled };
        record.case = record.case.take(&act, &said)?;
        let name = act_name(&act);
        let is_given = matches!(act, Act::Assign { .. });
        self.save_report_step(caller, &mut tx, &mut record, act, (&asked.text, photos, now)).await?;
        if is_given {
            self.tell_of_assigned(&mut tx, &record, now).await?;
        }
        let view = view::page(&mut tx, caller, &record, now).await?;
        let mut audit = caller.audit_as(&hat, name, ("report_case", id.as_str()), &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// A step as asked for; handling may write a hazard within the same act.
    async fn read_act(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &ReportCaseRecord,
        (asked, hat): (&ReportCaseStep, &Assignment),
        now: Timestamp,
    ) -> Result<Act> {
        Ok(match asked.step.as_str() {
            "accept" => Act::Accept,
            "merge" => Act::Merge { into: other(caller, tx, asked).await? },
            "separate" => Act::Separate,
            "forward" => Act::Forward { to: clipped(asked.to.as_deref().unwrap_or_default(), MAX_NAME) },
            "emergency" => {
                Act::Emergency { incident: self.incident_of((caller, hat), tx, record, now).await? }
            }
            "assign" => {
                let org = OrgId::from(given(&asked.org).unwrap_or_default());
                let known = tx.org(&org).await?.is_some_and(|one| may_look(&one.org));
                if !known {
                    return Err(Error::field("org", "report_case.org", "请选择由哪个单位核实办理"));
                }
                Act::Assign { org }
            }
            "doubt" => Act::Doubt,
            "agree_doubt" => Act::AgreeDoubt,
            "reject_doubt" => Act::RejectDoubt,
            "handle" => {
                let finding = given(&asked.finding).and_then(Finding::from_code);
                let finding = finding.ok_or_else(|| {
                    Error::field("finding", "report_case.finding", "请选择核实结果：属实或部分属实")
                })?;
                Act::Handle { finding, hazard: self.hazard_of(caller, tx, record, asked, now).await? }
            }
            "reply" => Act::Reply,
            "close" => Act::Close,
            "reopen" => Act::Reopen,
            "reward" => Act::Reward { amount_fen: asked.amount_fen.unwrap_or(0) },
            "write_down" => Act::WriteDown,
            "rate" => {
                let rating = given(&asked.rating).and_then(Rating::from_code);
                let text = "请选择评价：满意、基本满意或不满意";
                Act::Rate {
                    rating: rating.ok_or_else(|| Error::field("rating", "report_case.rating", text))?,
                }
            }
            "ask_void" => Act::AskVoid,
            "void" => Act::Void,
            "reject_void" => Act::RejectVoid,
            _ => return Err(Error::field("step", "report_case.step", "没有这个办理步骤，请刷新页面后再试")),
        })
    }

    /// The incident a report becomes that cannot wait: it is joined with what is known of there already, or opened; who
    /// reported stays where it is sealed.
    async fn incident_of(
        &self,
        (caller, hat): (&Caller, &Assignment),
        tx: &mut Write,
        record: &ReportCaseRecord,
        now: Timestamp,
    ) -> Result<Option<IncidentId>> {
        let case = &record.case;
        let arrived = Arrived {
            signal: None,
            source: Source::Person,
            kind: match case.matter {
                Matter::Forest => Kind::Forest,
                _ => Kind::Unknown,
            },
            says: case.content.clone(),
            from: format!("举报件 {}", case.code),
            bound: true,
            alarm: true,
            restored: false,
            territory: Some(case.site.territory.clone()),
            near: domain::incident::landmark::is_only_near(&case.site.address),
            stranger: None,
            clue: Clue {
                came_at: now,
                place: case.site.place.clone(),
                at: case.site.point,
                bearing: None,
                sender: String::new(),
            },
        };
        let heard = self.hear_in(caller, tx, arrived, (&case.site.address, "")).await?;
        let Some((record, act)) = heard else { return Ok(None) };
        // The watch's screen and whoever is told of incidents go by entries of incidents.
        let told = ("incident", record.incident.id.as_str());
        let action = crate::incident::act_name(&act);
        tx.append(caller.audit_as(hat, action, told, &record.path, now)).await?;
        Ok(Some(record.incident.id))
    }

    /// The hazard a look led to: one on record, or a new find. The find carries the inspector's own words and none of the
    /// reporter's pictures: the unit sees it.
    async fn hazard_of(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &ReportCaseRecord,
        asked: &ReportCaseStep,
        now: Timestamp,
    ) -> Result<Option<HazardId>> {
        if let Some(id) = given(&asked.hazard) {
            return Ok(Some(load(tx, caller, &id.into()).await?.hazard.id));
        }
        let Some(find) = &asked.find else { return Ok(None) };
        let code = domain::hazard::HazardCode::parse(find.hazard_code.trim())?;
        if !dictionary::knows(&code) {
            let text = "隐患库中没有这个代码，请重新选择";
            return Err(Error::field("hazard_code", "hazard.code_unknown", text));
        }
        let place = match given(&find.place) {
            Some(id) => PlaceId::from(id),
            None => record.case.site.place.clone().ok_or_else(|| {
                Error::field("place", "report_case.place", "请选择隐患所在的场所，再登记隐患")
            })?,
        };
        let (place, subject) = place_in_scope(tx, caller, Action::PlaceRead, &place).await?;
        let hat = caller.hat(Action::HazardFind, &subject)?;
        let find = Find {
            town: self.town.clone(),
            place: place.place.id.clone(),
            item: None,
            code,
            description: find.description.trim().to_owned(),
            photos: Vec::new(),
            recurrence_of: None,
            sortie: None,
        };
        let filed = Filed { path: place.path.clone(), org: hat.org.clone(), inspection: None };
        let act = caller.act(hat, now, None);
        let (hazard, _) = record_find(tx, self.new_id().into(), find, act, filed, now).await?;
        let found = ("hazard", hazard.id.as_str());
        tx.append(caller.audit_as(hat, "hazard.found", found, &place.path, now)).await?;
        Ok(Some(hazard.id))
    }
}

/// The other report a merge names, by id or number.
async fn other(caller: &Caller, tx: &mut Write, asked: &ReportCaseStep) -> Result<ReportCaseId> {
    let missing = || Error::field("into", "report_case.into", "请写明并入哪一件举报，如 JB-20260921-0001");
    let scope = caller.scope(Action::ReportCaseRead)?;
    let named = given(&asked.into).ok_or_else(missing)?;
    let unknown = || {
        let message = format!("没有编号为“{named}”的举报，或者您无权查看，请核对编号");
        Error::field("into", "report_case.into_unknown", &message)
    };
    let found = match tx.report_case(&named.into(), &scope).await? {
        Some(found) => found,
        None => {
            let by_code = tx.report_case_by_code(named).await?.ok_or_else(unknown)?;
            tx.report_case(&by_code.case.id, &scope).await?.ok_or_else(unknown)?
        }
    };
    // One that went elsewhere itself leads nowhere.
    if matches!(found.case.stage, Stage::Merged | Stage::Void) {
        return Err(Error::field("into", "report_case.into_ended", "那一件已并案或作废，请选择另一件"));
    }
    Ok(found.case.id)
}

#[cfg(test)]
mod tests {
    use domain::report_case::step_label;

    use super::*;
    use crate::audit::words::action_label;

    #[test]
    fn every_step_has_a_name_in_the_record() {
        let all = [
            Act::Receive,
            Act::Accept,
            Act::Merge { into: "r".into() },
            Act::Separate,
            Act::Forward { to: String::new() },
            Act::Emergency { incident: None },
            Act::Assign { org: "o".into() },
            Act::Doubt,
            Act::AgreeDoubt,
            Act::RejectDoubt,
            Act::Handle { finding: Finding::Confirmed, hazard: None },
            Act::Reply,
            Act::Close,
            Act::Reopen,
            Act::Reward { amount_fen: 1 },
            Act::WriteDown,
            Act::Rate { rating: Rating::Fair },
            Act::AskVoid,
            Act::Void,
            Act::RejectVoid,
            Act::Add,
        ];
        for act in &all {
            let name = act_name(act);
            assert_ne!(action_label(name), name, "{} has no word", step_label(act.code()));
        }
    }
}
