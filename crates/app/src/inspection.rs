//! Inspections: a record comes in whole, once, however often it is sent; failed items become hazards and its task moves
//! on in the same write; a correction stands beside the first version. What does not belong here: what a record must hold
//! (`domain::inspection`), bytes of photos (`photo`).

mod input;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use domain::checklist::{Checklist, State};
use domain::checklist_library::pinned_list;
use domain::gate::Part;
use domain::hazard::{
    Act, EventKind, Find, FixChannel, Hazard, Level, Photo, Stage, Standing, State as HazardState, Step,
};
use domain::ids::{HazardId, InspectionId, OrgId, PersonId, PhotoId, PlaceId};
use domain::inspection::{
    Companion, Flag, Inspection, InspectionProblem, PinnedList, Power, Receipt, Record, clock_behind,
    far_away, finish, receive,
};
use domain::org::{Assignment, Role};
use domain::policy::{self, Action, Subject, standing};
use domain::task::TaskRefusal;
use domain::time::{Date, Timestamp};
use store::hazard::{HazardFilter, Listed};
use store::inspection::{InspectionFiling, InspectionFilter};
use store::place::PlaceRecord;
use store::{Read, Write};

pub use input::{AnswerInput, CompanionInput, InspectionInput, PositionInput};
pub use view::{
    AnswerView, EditionView, FlagView, InspectionPage, InspectionReceipt, InspectionRow, InspectionView,
};

use crate::calendar::calendar;
use crate::error::FieldProblem;
use crate::hazard::dictionary::described;
use crate::hazard::step::write_step;
use crate::hazard::{Filed, record_find};
use crate::names::Names;
use crate::operation::BetweenView;
use crate::parameter::number_on;
use crate::photo::photo_views;
use crate::place::{at_place, place_to_read};
use crate::{App, Caller, Error, Result};
use crate::{gate, task};

/// Which inspections are asked for.
#[derive(Debug, Clone, Default)]
pub struct InspectionsAsked {
    /// Place.
    pub place: Option<PlaceId>,
    /// Village.
    pub village: Option<String>,
    /// Who looked.
    pub org: Option<OrgId>,
    /// Outcome.
    pub result: Option<String>,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Text.
    pub q: Option<String>,
    /// Where the last page ended.
    pub after: Option<String>,
    /// Rows of a page.
    pub limit: i64,
}

/// An inspection in all its versions, with where it stands.
pub(crate) struct Loaded {
    pub versions: Vec<(Inspection, InspectionFiling)>,
    pub place: PlaceRecord,
    pub subject: Subject,
}

impl Loaded {
    /// The version that stands, or another by number.
    fn version(&self, edition: Option<u32>) -> Result<&(Inspection, InspectionFiling)> {
        match edition {
            None => self.versions.last(),
            Some(edition) => self.versions.iter().find(|(one, _)| one.version == edition),
        }
        .ok_or(Error::NotFound)
    }
}

fn refused(problems: &[InspectionProblem]) -> Error {
    let field = |problem: &InspectionProblem| FieldProblem {
        field: problem.item().map_or_else(|| "record".to_owned(), |item| format!("answers.{item}")),
        code: problem.code(),
        message: problem.to_string(),
    };
    Error::Invalid(problems.iter().map(field).collect())
}

fn conflict() -> Error {
    Error::Conflict {
        code: "inspection.conflict",
        message: "这个编号已有另一份检查记录，请用新编号重新提交".to_owned(),
    }
}

/// Those of an enforcement check whom the gate of clause 11 keeps out: who shows no certificate helps, and must be trained
/// like who does.
async fn kept_out(read: &mut Read, record: &Record, now: Timestamp) -> Result<Vec<FieldProblem>> {
    let mut problems = Vec::new();
    if record.power != Power::Enforcement {
        return Ok(problems);
    }
    let on = record.ended_at.min(now).date();
    for (at, inspector) in record.inspectors.iter().enumerate() {
        match gate::admit(read, &inspector.person, Part::Assistant, on).await {
            Ok(_) => {}
            Err(Error::Refused { code, message }) => {
                problems.push(FieldProblem { field: format!("inspectors.{at}"), code, message });
            }
            Err(other) => return Err(other),
        }
    }
    Ok(problems)
}

/// Who is kept out is told first, and everything else that is wrong with it.
fn and_kept_out(finished: Result<Inspection>, mut kept_out: Vec<FieldProblem>) -> Result<Inspection> {
    match finished {
        Ok(done) if kept_out.is_empty() => Ok(done),
        Ok(_) => Err(Error::Invalid(kept_out)),
        Err(Error::Invalid(more)) => {
            kept_out.extend(more);
            Err(Error::Invalid(kept_out))
        }
        Err(other) => Err(other),
    }
}

async fn people_flags(
    read: &mut Read,
    record: &Record,
    roles: &[(PersonId, Role)],
    now: Timestamp,
) -> Result<Vec<Flag>> {
    let on = record.ended_at.min(now).date();
    gate::flags(read, roles, record.power == Power::Enforcement, on).await
}

/// Every photo a record names, in the order of its pages, each once.
pub(crate) fn named_photos(record: &Record) -> Vec<PhotoId> {
    let mut seen = BTreeSet::new();
    let signature = match &record.companion {
        Companion::Signed { signature, .. } => Some(signature),
        Companion::NotSigned { .. } => None,
    };
    let answers = record.answers.iter().flat_map(|answer| answer.photos.iter().chain(&answer.fixed));
    record
        .photos
        .iter()
        .chain(answers)
        .chain(signature)
        .filter(|id| seen.insert((*id).clone()))
        .cloned()
        .collect()
}

/// The inspection of this id in all versions, if the caller may see it.
pub(crate) async fn load(read: &mut Read, caller: &Caller, id: &InspectionId) -> Result<Loaded> {
    let scope = caller.scope(Action::InspectionRead)?;
    let versions = read.inspection_versions(id).await?;
    let (first, filing) = versions.first().ok_or(Error::NotFound)?;
    // Whoever owes the visit together with others reads what came of it.
    let mut orgs = vec![filing.org.clone()];
    if let Some(task) = &first.record.task
        && let Some(stored) = read.task(task).await?
    {
        orgs.push(stored.task.lead);
        orgs.extend(stored.task.joint);
    }
    let (place, subject) = at_place(read, &first.record.place, orgs).await?;
    if scope.admits(&subject) { Ok(Loaded { versions, place, subject }) } else { Err(Error::NotFound) }
}

/// The editions a record was made with, as far as they were given out by the day it was recorded: a visit of an earlier day,
/// brought in from paper, is filled in with the list of today.
async fn pinned_editions(read: &mut Read, record: &Record, recorded_on: Date) -> Result<Vec<Checklist>> {
    let mut editions = Vec::new();
    for pin in &record.pins {
        let known = read.checklist_editions(&pin.code).await?;
        let found = known.into_iter().map(|kept| kept.checklist).find(|list| {
            list.edition.to_string() == pin.edition
                && list.state != State::Draft
                && list.valid_from().is_some_and(|from| from <= recorded_on)
        });
        editions.extend(found);
    }
    Ok(editions)
}

async fn pinned(read: &mut Read, record: &Record, place: &PlaceRecord, today: Date) -> Result<PinnedList> {
    let editions = pinned_editions(read, record, today).await?;
    let lists: Vec<&Checklist> = editions.iter().collect();
    Ok(pinned_list(&lists, &place.place.category, &place.place.tags))
}

/// The hazards an inspection led to, or met again while they were open.
pub(crate) async fn hazards_of(read: &mut Read, id: &InspectionId, place: &PlaceId) -> Result<Vec<Listed>> {
    let whole = Caller::system().scope(Action::HazardRead)?;
    let filter = HazardFilter { place: Some(place.clone()), ..HazardFilter::default() };
    let mut found = read.hazards(&whole, &filter, None, 2_000).await?;
    let again = read.hazards_seen_in(id, place).await?;
    found.retain(|hazard| hazard.filing.inspection.as_ref() == Some(id) || again.contains(&hazard.id));
    found.reverse();
    Ok(found)
}

/// What a flag means to people.
pub(crate) fn flag_view(flag: &Flag, names: &Names) -> FlagView {
    let name = |person: &PersonId| names.person(person);
    let (code, message) = match flag {
        Flag::ClockAhead { ahead_ms } => (
            "inspection.clock_ahead",
            format!("手机时间比服务器快约 {} 分钟，请校准手机时间", ahead_ms / 60_000),
        ),
        Flag::ClockBehind { behind_ms } => (
            "inspection.clock_behind",
            format!("登记的检查时间比按服务器对时推算的最早时间早约 {} 分钟，请核对", behind_ms / 60_000),
        ),
        Flag::LateEntry => ("inspection.late_entry", "补录：登记日期晚于检查日期".to_owned()),
        Flag::NoOverview => ("inspection.no_overview", "没有门头或全景照片".to_owned()),
        Flag::PhotoRecommended { item } => {
            ("inspection.photo_recommended", format!("检查项 {item} 建议拍照，没有照片"))
        }
        Flag::FarAway { metres } => {
            ("inspection.far_away", format!("登记检查时手机离场所约 {metres} 米，请核对是否到过现场"))
        }
        Flag::PartlyChecked { items } => {
            ("inspection.partly_checked", format!("{items} 项必查项未查，已写明原因"))
        }
        Flag::Untrained { person } => {
            ("inspection.untrained", format!("未培训：{} 尚未经消防救援机构培训合格（C11.6）", name(person)))
        }
        Flag::Exempted { person, reason, until } => (
            "inspection.exempted",
            format!("{} 经领导豁免参加，至 {until}，理由：{reason}（C11.6）", name(person)),
        ),
    };
    FlagView { code: code.to_owned(), message }
}

/// How far from the place a phone may be before a reviewer is told, until the town decides otherwise. Units: metres. Source:
/// handbook of the field, §4.1 (P).
pub(crate) const NEAR_METRES: (&str, f64) = ("inspection.near_metres", 200.0);

/// Whether the phone was far from the place. A visit of an earlier day is written down wherever its papers are.
async fn place_flag(
    read: &mut Read,
    record: &Record,
    place: &PlaceRecord,
    today: Date,
) -> Result<Option<Flag>> {
    let within = number_on(read, NEAR_METRES, today).await?;
    let at = place.place.location.map(|at| [at.lon_deg, at.lat_deg]);
    Ok(far_away(record.position, at, u32::from(within)))
}

/// The hazards of a place that somebody meeting the same trouble would meet again.
async fn open_of(read: &mut Read, place: &PlaceId) -> Result<Vec<Hazard>> {
    let whole = Caller::system().scope(Action::HazardRead)?;
    let filter = HazardFilter { place: Some(place.clone()), open: true, ..HazardFilter::default() };
    let listed = read.hazards(&whole, &filter, None, 2_000).await?;
    let ids: Vec<_> = listed.into_iter().map(|hazard| hazard.id).collect();
    let mut open = read.hazards_by_id(&ids).await?;
    open.retain(|hazard| hazard.find.item.is_some() && hazard.state.admits(Step::SeenAgain));
    Ok(open)
}

/// What was put right while the inspectors were there: minor and not yet noticed, it is settled; where a notice runs, it is
/// the fix that a second person looks at.
async fn put_right(
    tx: &mut Write,
    hazard: Hazard,
    act: Act,
    photos: Vec<Photo>,
    now: Timestamp,
) -> Result<()> {
    if hazard.state.admits(Step::FixedOnSpot) && hazard.level == Some(Level::General) {
        let (fixed, event) = hazard.fix_on_spot(act.clone(), photos, FIXED_ON_SPOT, now)?;
        write_step(tx, &fixed, &event).await?;
        let (closed, event) = fixed.close(act, now)?;
        return write_step(tx, &closed, &event).await;
    }
    if hazard.state.admits(Step::FixSubmitted) {
        let calendar = calendar(tx).await?;
        let (handed_in, event) =
            hazard.submit_fix(act, FixChannel::Staff, photos, FIXED_ON_SPOT, now, &calendar)?;
        write_step(tx, &handed_in, &event).await?;
    }
    Ok(())
}

/// What a timeline says of it.
const FIXED_ON_SPOT: &str = "检查时口头督促，单位当场改正";

fn task_flag(refusal: Option<&TaskRefusal>) -> FlagView {
    let why = refusal.map_or_else(|| "任务没有随本次检查提交".to_owned(), ToString::to_string);
    FlagView { code: "inspection.task_not_moved".to_owned(), message: format!("检查已登记；{why}") }
}

impl App {
    /// Takes a record in. The same record again is answered as before; another under its id is refused.
    ///
    /// Errors: everything that is wrong with it at once; the place is not the caller's to inspect.
    pub async fn record_inspection(
        &self,
        caller: &Caller,
        input: &InspectionInput,
    ) -> Result<InspectionReceipt> {
        match self.take_in(caller, input).await {
            // The same record came twice at once: the other was faster.
            Err(Error::Conflict { code: "conflict.version", .. }) => self.take_in(caller, input).await,
            other => other,
        }
    }

    async fn take_in(&self, caller: &Caller, input: &InspectionInput) -> Result<InspectionReceipt> {
        let now = self.now();
        let mut record = input.read(&self.town)?;
        let mut tx = self.write(caller).await?;
        let versions = tx.inspection_versions(&record.id).await?;
        if let Some((first, _)) = versions.first() {
            // Hats and certificates may have changed since; the people and all they filled in may not.
            let people = |r: &Record| r.inspectors.iter().map(|i| i.person.clone()).collect::<Vec<_>>();
            if people(&first.record) == people(&record) {
                record.inspectors.clone_from(&first.record.inspectors);
            }
            if receive(Some(first), &record) != Receipt::Again {
                return Err(conflict());
            }
            let loaded = load(&mut tx, caller, &record.id).await?;
            return self.receipt(&mut tx, &loaded, "again", None).await;
        }
        let (place, mut subject) = place_to_read(&mut tx, caller, &record.place).await?;
        let owed = match &record.task {
            Some(id) => {
                let owed =
                    task::load(&mut tx, caller, id, now.date()).await.map_err(|error| match error {
                        Error::NotFound => Error::field(
                            "task",
                            "inspection.task_unknown",
                            "没有这项任务，请更新任务后再提交",
                        ),
                        other => other,
                    })?;
                // What was given as enforcement is not done as something less.
                let is_enforcement = record.power == Power::Enforcement;
                if owed.stored.filing.kind == task::ENFORCEMENT && !is_enforcement {
                    let text = "这是执法检查任务，须按执法检查登记，请改选检查性质";
                    return Err(Error::field("power", "inspection.not_enforcement", text));
                }
                // Either may have been merged into the other meanwhile.
                if owed.place.place.id != *place.same_as.as_ref().unwrap_or(&record.place) {
                    let text = "任务不是这个场所的，请核对后再提交";
                    return Err(Error::field("task", "inspection.task_elsewhere", text));
                }
                subject.orgs.extend(owed.subject.orgs.iter().cloned());
                Some(owed)
            }
            None => None,
        };
        let today = now.date();
        let hat = match &owed {
            Some(owed) => {
                let doing = task::doing_hat(caller, &owed.stored.task, &subject, today).ok();
                let may = caller.hat(Action::InspectionRecord, &subject)?;
                doing.unwrap_or(may)
            }
            None => caller.hat(Action::InspectionRecord, &subject)?,
        };
        let is_mine = record.inspectors.first().is_some_and(|first| first.person == caller.person);
        if !is_mine && caller.account.as_str() != "system" {
            let text = "检查人员第一位应为本人，请核对登录账号";
            return Err(Error::field("inspectors", "inspection.not_me", text));
        }
        let roles = self.put_hats_on(&mut tx, &mut record, caller, hat).await?;
        let list = pinned(&mut tx, &record, &place, today).await?;
        let kept_out = kept_out(&mut tx, &record, now).await?;
        let finished = finish(record, &list, now).map_err(|problems| refused(&problems));
        let mut done = and_kept_out(finished, kept_out)?;
        done.flags.extend(people_flags(&mut tx, &done.record, &roles, now).await?);
        done.flags.extend(place_flag(&mut tx, &done.record, &place, today).await?);
        let timing = caller.operation.as_ref().and_then(|operation| operation.timing.as_ref());
        done.flags.extend(timing.and_then(|shown| clock_behind(&done.record, shown.between(now).0)));
        let filing = InspectionFiling { path: place.path.clone(), org: hat.org.clone() };
        tx.insert_inspection(&done, &filing).await?;
        self.find_hazards(&mut tx, caller, hat, &done, None, &list, &place).await?;
        let mut not_moved = None;
        if let Some(owed) = &owed {
            let at = done.record.ended_at;
            // Whoever was far away may have looked at nothing: a second person says so before the visit counts as made.
            let is_far = done.flags.iter().any(|flag| matches!(flag, Flag::FarAway { .. }));
            not_moved = task::hand_in(&mut tx, caller, owed, (&done.record.id, is_far), at, now).await?;
        }
        crate::risk::refresh(&mut tx, &place.place.id, today).await?;
        let id = done.record.id.clone();
        let mut audit =
            caller.audit_as(hat, "inspection.record", ("inspection", id.as_str()), &place.path, now);
        audit.happened_at = done.record.ended_at.min(now);
        let loaded = Loaded { versions: vec![(done, filing)], place, subject };
        let receipt = self.receipt(&mut tx, &loaded, "new", not_moved.as_ref()).await?;
        Ok(tx.commit(audit, receipt).await?)
    }

    /// Which hat and certificate each inspector wore on the day; answers who was what.
    async fn put_hats_on(
        &self,
        read: &mut Read,
        record: &mut Record,
        caller: &Caller,
        own: &Assignment,
    ) -> Result<Vec<(PersonId, Role)>> {
        let mut roles = Vec::new();
        let on = record.ended_at.min(self.now()).date();
        let is_enforcement = record.power == Power::Enforcement;
        for (at, inspector) in record.inspectors.iter_mut().enumerate() {
            if inspector.person == caller.person {
                inspector.assignment = own.id.clone();
                roles.push((inspector.person.clone(), own.role));
            } else {
                let held = read.assignments_of(&inspector.person).await?;
                let valid = held.into_iter().map(|kept| kept.assignment).filter(|a| a.is_valid_on(on));
                let hat = valid.min_by_key(|hat| hat.org != own.org).ok_or_else(|| {
                    Error::field(
                        &format!("inspectors.{at}"),
                        "inspection.inspector_unknown",
                        "检查人员当天没有任职，请重新选择",
                    )
                })?;
                inspector.assignment = hat.id;
                roles.push((inspector.person.clone(), hat.role));
            }
            if is_enforcement {
                let shown = read.certificates_of(&inspector.person).await?;
                let valid = shown.into_iter().map(|kept| kept.certificate).find(|certificate| {
                    use domain::org::CertificateKind::{EnforcementCert, PoliceQual};
                    matches!(certificate.kind, EnforcementCert | PoliceQual) && certificate.is_valid_on(on)
                });
                inspector.certificate_no = valid.map(|certificate| certificate.number);
            }
        }
        Ok(roles)
    }

    /// Failed items become hazards, those of an earlier version excepted, graded as their list suggests by an inspector
    /// who may grade.
    #[allow(clippy::too_many_arguments, reason = "all of it stands open in the one write")]
    async fn find_hazards(
        &self,
        tx: &mut Write,
        caller: &Caller,
        hat: &Assignment,
        done: &Inspection,
        before: Option<&Inspection>,
        list: &PinnedList,
        place: &PlaceRecord,
    ) -> Result<()> {
        let mut open = open_of(tx, &place.place.id).await?;
        for draft in done.hazard_drafts(list, before) {
            let act = caller.act(hat, draft.found_at, done.record.position);
            let filed = Filed {
                path: place.path.clone(),
                org: hat.org.clone(),
                inspection: Some(done.record.id.clone()),
            };
            let find =
                Find { description: described(&draft.find.code, &draft.find.description), ..draft.find };
            let now = done.recorded_at;
            let mut hazard = match open.iter().position(|known| known.find.item == find.item) {
                // One trouble is one hazard, however often somebody meets it before it is fixed.
                Some(at) => {
                    let (visit, said) = (done.record.id.clone(), find.description.as_str());
                    let (hazard, event) =
                        open.swap_remove(at).seen_again(act.clone(), visit, said, find.photos, now)?;
                    write_step(tx, &hazard, &event).await?;
                    hazard
                }
                None => record_find(tx, self.new_id().into(), find, act.clone(), filed, now).await?.0,
            };
            // A find nobody grades would wait for a second person to say what the list already says. Whoever saw it put
            // right may say that it was minor. Source: handbook of the field, §3.3, "any inspector".
            let may_grade = policy::reach(hat.role, Action::HazardGrade).is_some();
            // A visit brought in from paper may lie before the find it met again: it settles nothing of that.
            if act.happened_at < hazard.found_at {
                continue;
            }
            if hazard.state == HazardState::Found && (may_grade || !draft.fixed.is_empty()) {
                let (graded, event) = hazard.grade(act.clone(), draft.suggested, "", now)?;
                write_step(tx, &graded, &event).await?;
                hazard = graded;
            }
            if !draft.fixed.is_empty() {
                put_right(tx, hazard, act, draft.fixed, now).await?;
            }
        }
        Ok(())
    }

    /// Finds whose item failed before and fails no more go with the correction: they were never real. What another visit
    /// found or met again stays as long as that one says so.
    ///
    /// Errors: the unit was told of one already; the office confirmed the level of one and somebody else corrects.
    async fn take_back_finds(
        &self,
        tx: &mut Write,
        act: &Act,
        before: &Inspection,
        done: &Inspection,
    ) -> Result<()> {
        let failed = |version: &Inspection| -> BTreeSet<String> {
            version.failed_items().map(|answer| answer.item.clone()).collect()
        };
        let gone: BTreeSet<String> = failed(before).difference(&failed(done)).cloned().collect();
        let reason = done.correction.as_ref().map(|made| made.reason.as_str()).unwrap_or_default();
        let found = hazards_of(tx, &done.record.id, &done.record.place).await?;
        // What nobody found on a visit was reported, and stays.
        let by: BTreeMap<HazardId, InspectionId> =
            found.into_iter().filter_map(|hazard| Some((hazard.id, hazard.filing.inspection?))).collect();
        let ids: Vec<_> = by.keys().cloned().collect();
        for hazard in tx.hazards_by_id(&ids).await? {
            let Some(item) = hazard.find.item.clone().filter(|item| gone.contains(item)) else { continue };
            let seen = tx.hazard_events(&hazard.id).await?.into_iter().filter_map(|event| match event.kind {
                EventKind::SeenAgain { inspection, .. } => Some(inspection),
                _ => None,
            });
            let visits: BTreeSet<InspectionId> =
                by.get(&hazard.id).cloned().into_iter().chain(seen).collect();
            let mut still = false;
            for visit in visits.iter().filter(|visit| **visit != done.record.id) {
                let stands = tx.inspection(visit).await?;
                still |= stands.is_some_and(|(other, _)| failed(&other).contains(&item));
            }
            if !still && !matches!(hazard.state.stage(), Stage::False | Stage::Voided) {
                let (hazard, event) = hazard.take_back(act.clone(), reason, done.recorded_at)?;
                write_step(tx, &hazard, &event).await?;
            }
        }
        Ok(())
    }

    /// Corrects a record: a further version with a reason, the earlier ones stay. Items that fail only now become
    /// hazards, the hazards of items that fail no more are taken back.
    ///
    /// Errors: as [`App::record_inspection`]; only who inspected and the office may; another edition stands than the one
    /// that was corrected; a hazard the unit was told of is not taken back.
    pub async fn correct_inspection(
        &self,
        caller: &Caller,
        id: &InspectionId,
        input: &InspectionInput,
        (reason, edition): (&str, Option<u32>),
    ) -> Result<InspectionView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::InspectionRecord, &loaded.subject)?;
        let (standing_now, filing) = loaded.version(None)?.clone();
        if !may_correct(caller, &standing_now, hat) {
            return Err(Error::Forbidden {
                code: "policy.forbidden",
                message: "检查记录由检查人员本人或消安办更正，请联系消安办".to_owned(),
            });
        }
        let edition = edition
            .ok_or_else(|| Error::field("edition", "version.missing", "缺少版本号，请刷新页面后再改"))?;
        if edition != standing_now.version {
            return Err(Error::stale(&self.inspection_view(&mut tx, caller, &loaded, None).await?));
        }
        let mut record = input.read(&self.town)?;
        for inspector in &mut record.inspectors {
            let known = standing_now.record.inspectors.iter().find(|one| one.person == inspector.person);
            if let Some(known) = known {
                inspector.clone_from(known);
            }
        }
        let mut roles = Vec::new();
        if record.inspectors.iter().any(|one| one.assignment.as_str().is_empty()) {
            roles = self.put_hats_on(&mut tx, &mut record, caller, hat).await?;
        }
        let list = pinned(&mut tx, &record, &loaded.place, now.date()).await?;
        let kept_out = kept_out(&mut tx, &record, now).await?;
        let corrected = standing_now
            .corrected(record, caller.person.clone(), reason, &list, now)
            .map_err(|problems| refused(&problems));
        let mut done = and_kept_out(corrected, kept_out)?;
        // What was known of who looked stays known.
        let stays = |flag: &&Flag| match flag {
            Flag::Untrained { person } | Flag::Exempted { person, .. } => {
                roles.iter().all(|(other, _)| other != person)
                    && done.record.inspectors.iter().any(|one| one.person == *person)
            }
            // Where the phone was when it was handed in does not change with a correction at a desk.
            Flag::FarAway { .. } => true,
            Flag::ClockBehind { .. } => done.record.ended_at == standing_now.record.ended_at,
            _ => false,
        };
        let known: Vec<Flag> = standing_now.flags.iter().filter(stays).cloned().collect();
        done.flags.extend(known);
        done.flags.extend(people_flags(&mut tx, &done.record, &roles, now).await?);
        tx.insert_inspection(&done, &filing).await?;
        let place = loaded.place.clone();
        self.find_hazards(&mut tx, caller, hat, &done, Some(&standing_now), &list, &place).await?;
        let act = caller.act(hat, now, None);
        self.take_back_finds(&mut tx, &act, &standing_now, &done).await?;
        crate::risk::refresh(&mut tx, &place.place.id, now.date()).await?;
        let mut audit =
            caller.audit_as(hat, "inspection.correct", ("inspection", id.as_str()), &place.path, now);
        audit.reason = reason.trim().to_owned();
        loaded.versions.push((done, filing));
        let view = self.inspection_view(&mut tx, caller, &loaded, None).await?;
        Ok(tx.commit(audit, view).await?)
    }

    /// Whether a record and every photo it names have arrived.
    pub async fn inspection_receipt(&self, caller: &Caller, id: &InspectionId) -> Result<InspectionReceipt> {
        let mut read = self.db.read(&self.town).await?;
        let loaded = load(&mut read, caller, id).await?;
        self.receipt(&mut read, &loaded, "again", None).await
    }

    async fn receipt(
        &self,
        read: &mut Read,
        loaded: &Loaded,
        receipt: &str,
        not_moved: Option<&TaskRefusal>,
    ) -> Result<InspectionReceipt> {
        let (done, _) = loaded.version(None)?;
        let id = &done.record.id;
        let photos = photo_views(read, &named_photos(&done.record), &[("inspection", id.as_str())]).await?;
        let hazards = hazards_of(read, id, &done.record.place).await?;
        let names = Names::read(read).await?;
        let mut flags: Vec<FlagView> = done.flags.iter().map(|flag| flag_view(flag, &names)).collect();
        if let Some(task) = &done.record.task {
            let moved = read.task(task).await?.is_some_and(|kept| came_to(&kept.task.state, id));
            if !moved {
                flags.push(task_flag(not_moved));
            }
        }
        Ok(InspectionReceipt::of(done, receipt, flags, &hazards, photos))
    }

    /// A page of inspections the caller may see, newest first.
    pub async fn inspections(&self, caller: &Caller, asked: &InspectionsAsked) -> Result<InspectionPage> {
        let scope = caller.scope(Action::InspectionRead)?;
        let filter = InspectionFilter {
            place: asked.place.clone(),
            from: asked.from,
            to: asked.to,
            village: asked.village.clone(),
            org: asked.org.clone(),
            result: asked.result.clone(),
            text: asked.q.clone(),
            ..InspectionFilter::default()
        };
        let wrong = || Error::field("after", "page.cursor", "翻页位置不对，请从第一页重新查看");
        let after = match asked.after.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => {
                let (date, id) = text.split_once('_').ok_or_else(wrong)?;
                Some((domain::time::parse_date(date).ok_or_else(wrong)?, id.into()))
            }
            None => None,
        };
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.inspections(&scope, &filter, after, asked.limit + 1).await?;
        let size = usize::try_from(asked.limit).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let next = found
            .last()
            .filter(|_| more)
            .map(|(one, _)| format!("{}_{}", one.record.ended_at.date(), one.record.id));
        let total = read.inspection_count(&scope, &filter).await?;
        let names = Names::read(&mut read).await?;
        let mut ids: Vec<PlaceId> = found.iter().map(|(one, _)| one.record.place.clone()).collect();
        ids.sort();
        ids.dedup();
        let places = read.places_by_id(&ids).await?;
        let items = found.iter().filter_map(|(one, filing)| {
            let place = places.iter().find(|place| place.place.id == one.record.place)?;
            Some(InspectionRow::of(one, filing, place, &names))
        });
        Ok(InspectionPage { items: items.collect(), next, total: Some(total) })
    }

    /// One inspection, as it stands or as an earlier edition has it.
    pub async fn inspection(
        &self,
        caller: &Caller,
        id: &InspectionId,
        edition: Option<u32>,
    ) -> Result<InspectionView> {
        let mut read = self.db.read(&self.town).await?;
        let loaded = load(&mut read, caller, id).await?;
        self.inspection_view(&mut read, caller, &loaded, edition).await
    }

    // Part of the pages whose right was asked already.
    pub(crate) async fn inspection_view(
        &self,
        read: &mut Read,
        caller: &Caller,
        loaded: &Loaded,
        edition: Option<u32>,
    ) -> Result<InspectionView> {
        let (done, filing) = loaded.version(edition)?;
        let id = &done.record.id;
        let names = Names::read(read).await?;
        let editions = pinned_editions(read, &done.record, done.recorded_at.date()).await?;
        let photos = photo_views(read, &named_photos(&done.record), &[("inspection", id.as_str())]).await?;
        let hazards = hazards_of(read, id, &done.record.place).await?;
        let hazards = crate::hazard::list::rows(read, &hazards, &names, self.now().date()).await?;
        let row = InspectionRow::of(done, filing, &loaded.place, &names);
        let (standing_now, _) = loaded.version(None)?;
        let hat = caller.hat(Action::InspectionRecord, &loaded.subject).ok();
        let may = hat.is_some_and(|hat| may_correct(caller, standing_now, hat));
        let mut actions = if may { vec!["correct"] } else { Vec::new() };
        let (signatures, may_sign) =
            crate::joint_control::signatures(read, caller, (standing_now, &filing.org)).await?;
        if may_sign {
            actions.push("sign");
        }
        let versions: Vec<&Inspection> = loaded.versions.iter().map(|(one, _)| one).collect();
        let view = InspectionView::of(row, done, &versions, &editions, photos, hazards, actions, &names);
        let shown = read.timing_of("inspection", id.as_str()).await?;
        let between = shown.as_ref().map(BetweenView::of);
        Ok(InspectionView { signatures, between, ..view })
    }
}

fn came_to(state: &domain::task::State, id: &InspectionId) -> bool {
    use domain::task::State;
    match state {
        State::Submitted { inspection, .. } | State::Done { inspection, .. } => inspection == id,
        _ => false,
    }
}

fn may_correct(caller: &Caller, done: &Inspection, hat: &Assignment) -> bool {
    let is_own = |person: &PersonId| done.record.inspectors.iter().any(|one| one.person == *person);
    is_own(&caller.person) || standing(hat.role) == Standing::Office
}
