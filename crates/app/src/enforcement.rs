//! Cases: opened by two officers, led step by step, each step offered with the rule that closes it, the file with its
//! papers ([`paper`]). What does not belong here: which step the law allows (`domain::enforcement`), items of authority
//! ([`authority`]), orders to mend (`order`), what is typed in and shown ([`view`]).

pub mod authority;
pub(crate) mod order;
pub(crate) mod paper;
pub mod spot;
pub(crate) mod step;
pub mod view;

use std::collections::BTreeSet;

use domain::calendar::Calendar;
use domain::enforcement::{
    Act, AuthorityItem, Case, CaseRefusal, Clue, Event, Hand, LargeFrom, Party, PartyKind, Procedure, Proof,
    Stage, Step, may_act, may_order,
};
use domain::gate::Part;
use domain::ids::{CaseId, HazardId, PersonId, PlaceId};
use domain::org::{Assignment, CertificateKind};
use domain::plan::{Value, whole};
use domain::policy::{Action, Subject};
use domain::time::Date;
use store::enforcement::{CaseFilter, CaseRecord};
use store::{Read, Write};

use crate::gate::Gatekeeper;
use crate::names::Names;
use crate::place::at_place;
use crate::view::{instant_of_page, page_after, read_day};
use crate::{App, Caller, Error, Result};
use view::{CaseAsked, CaseInput, CaseOptions, CasePage, CaseRow, CaseView};

/// Stages at which somebody still has to do something about a case.
pub(crate) const RUNNING: &str = "clue,filed,investigated,notified,decided,served";
/// Running cases read to find those of one officer.
const READ: i64 = 200;

/// From which fine on a citizen is told of the hearing, and an organisation; 0 where the town has set none. Units: yuan.
/// Source: 行政处罚法 (2021) art. 63 (较大数额), which gives no number.
pub(crate) const LARGE_CITIZEN: (&str, f64) = ("enforcement.large_citizen", 0.0);
/// As above, of a legal person or another organisation.
pub(crate) const LARGE_ORGANISATION: (&str, f64) = ("enforcement.large_organisation", 0.0);

/// What the town has set as large fines on a day.
pub(crate) async fn large_from(read: &mut Read, on: Date) -> Result<LargeFrom> {
    let mut set = async |(name, _): (&str, f64)| -> Result<Option<i64>> {
        let kept = read.parameter_on(name, on).await?.map(|kept| kept.parameter.value);
        Ok(match kept {
            Some(Value::Number(yuan)) => {
                whole(yuan).filter(|yuan| *yuan > 0).map(|yuan| i64::from(yuan) * 100)
            }
            _ => None,
        })
    };
    Ok(LargeFrom { citizen_fen: set(LARGE_CITIZEN).await?, organisation_fen: set(LARGE_ORGANISATION).await? })
}

/// Where a case stands as far as rights are concerned.
pub(crate) fn subject(record: &CaseRecord) -> Subject {
    Subject { place: Some(record.case.place.clone()), ..Subject::of(&record.path, Some(&record.org)) }
}

/// The right a step's hand needs.
fn right_of(step: Step) -> Action {
    match step.hand() {
        Hand::Officer => Action::CaseHandle,
        Hand::Head => Action::CaseDecide,
        Hand::Reviewer => Action::CaseReview,
    }
}

/// The hat under which the caller takes a step of a case.
///
/// Errors: quotes the rule that gives the step to others.
fn hat_for(caller: &Caller, step: Step, at: &Subject) -> Result<Assignment> {
    caller.hats.hat(right_of(step), at).cloned().ok_or_else(|| not_yours(step))
}

fn not_yours(step: Step) -> Error {
    let label = step.label();
    let (code, message) = match step.hand() {
        Hand::Officer => (
            "enforcement.no_officer",
            format!(
                "行政处罚只能由具有行政执法资格的执法人员实施（行政处罚法第四十二条），您的岗位不能{label}；发现隐患可以用督促整改通知书"
            ),
        ),
        Hand::Head => (
            "enforcement.no_head",
            format!("“{label}”须由行政机关负责人办理（行政处罚法第五十七条），请送负责人审批"),
        ),
        Hand::Reviewer => (
            "enforcement.no_reviewer",
            "法制审核须由从事法制审核的人员办理（行政处罚法第五十八条），请送法制审核人员".to_owned(),
        ),
    };
    Error::Forbidden { code, message }
}

/// What everybody who may have to enforce can show on a day, read once.
pub(crate) struct Officers {
    gate: Gatekeeper,
    names: Names,
}

impl Officers {
    /// Reads certificates, exemptions and names.
    pub(crate) async fn read(read: &mut Read) -> Result<Self> {
        Ok(Self { gate: Gatekeeper::read(read).await?, names: Names::read(read).await? })
    }

    fn proof(&self, person: &PersonId, day: Date) -> Proof {
        Proof {
            person: person.clone(),
            name: self.names.person(person),
            held: self.gate.held(person).to_vec(),
            gate: self.gate.pass(person, Part::Officer, day).map(|_| ()),
        }
    }

    /// That these people may act on an item at a place on a day.
    ///
    /// Errors: names who lacks what.
    pub(crate) fn may_act(
        &self,
        officers: &[PersonId],
        item: &AuthorityItem,
        path: &str,
        filed_on: Option<Date>,
        day: Date,
    ) -> std::result::Result<(), CaseRefusal> {
        let proofs: Vec<Proof> = officers.iter().map(|person| self.proof(person, day)).collect();
        may_act(&proofs, item, path, filed_on, day)
    }

    /// That these people may order on an item at a place on a day.
    ///
    /// Errors: names who lacks what.
    pub(crate) fn may_order(
        &self,
        officers: &[PersonId],
        item: &AuthorityItem,
        path: &str,
        day: Date,
    ) -> std::result::Result<(), CaseRefusal> {
        let proofs: Vec<Proof> = officers.iter().map(|person| self.proof(person, day)).collect();
        may_order(&proofs, item, path, day)
    }

    /// Whether somebody is qualified in law on a day.
    fn is_lawyer(&self, person: &PersonId, day: Date) -> bool {
        let is_one = |held: &domain::org::Certificate| {
            held.kind == CertificateKind::LegalQualification && held.is_valid_on(day)
        };
        self.gate.held(person).iter().any(is_one)
    }
}

/// Whether the caller may take this step of this case now, as far as that does not hang on what he fills in.
///
/// Errors: the rule that closes the door.
pub(crate) fn door(
    caller: &Caller,
    record: &CaseRecord,
    item: &AuthorityItem,
    officers: &Officers,
    step: Step,
    (on, today, calendar): (Date, Date, &Calendar),
) -> Result<()> {
    hat_for(caller, step, &subject(record))?;
    let case = &record.case;
    let is_officer = case.officers.contains(&caller.person);
    match step.hand() {
        Hand::Officer if !is_officer && !caller.session.is_empty() => {
            return Err(CaseRefusal::NotOfficer.into());
        }
        Hand::Head | Hand::Reviewer if is_officer => {
            return Err(CaseRefusal::OfficerDecides { step }.into());
        }
        _ => {}
    }
    case.check(step, on, today, calendar)?;
    if step.is_act() {
        officers.may_act(&case.officers, item, &record.path, case.filed_on, on)?;
    } else if step.is_of_the_organ() {
        item.carries(&record.path, case.filed_on, on)?;
    }
    Ok(())
}

/// The item a case rests on.
pub(crate) async fn item_of(read: &mut Read, case: &Case) -> Result<AuthorityItem> {
    let found = read.authority_item(&case.item).await?;
    let lost = || Error::Internal(format!("case {} names no item of authority", case.id));
    found.map(|record| record.item).ok_or_else(lost)
}

/// Whether the act of a hazard was fined in another case.
async fn fined_before(read: &mut Read, case: &Case) -> Result<bool> {
    let Some(hazard) = &case.hazard else { return Ok(false) };
    let others = read.cases_of_hazard(hazard).await?;
    Ok(others.iter().any(|one| {
        one.case.id != case.id
            && one.case.stage != Stage::Withdrawn
            && one.case.decision.as_ref().is_some_and(|decided| decided.penalty.fine_fen > 0)
    }))
}

fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn required(field: &str, text: &str, message: &str) -> Result<String> {
    given(text).ok_or_else(|| Error::field(field, "enforcement.missing", message))
}

/// What stands in a line of a list and of a paper.
///
/// Errors: it is longer than `most` characters.
fn short(field: &str, text: String, most: usize) -> Result<String> {
    if text.chars().count() > most {
        return Err(Error::field(field, "enforcement.too_long", &format!("超过 {most} 字，请缩短")));
    }
    Ok(text)
}

/// Party, officers and dates as typed in.
async fn read_party(read: &mut Read, asked: &CaseInput) -> Result<Party> {
    let kind = PartyKind::from_code(&asked.party_kind)
        .ok_or_else(|| Error::field("party_kind", "enforcement.party_kind", "请选择当事人是公民还是单位"))?;
    let uscc = asked.uscc.trim().to_uppercase();
    if kind == PartyKind::Organisation && !uscc.is_empty() && domain::code::check_uscc(&uscc).is_err() {
        return Err(Error::field("uscc", "enforcement.uscc", "统一社会信用代码不对，请核对；没有的可以不填"));
    }
    let (place, _) = at_place(read, &PlaceId::from(asked.place.trim()), []).await?;
    Ok(Party {
        name: short("party", required("party", &asked.party, "请填写当事人名称")?, 200)?,
        kind,
        uscc: if kind == PartyKind::Organisation { uscc } else { String::new() },
        address: short("address", given(&asked.address).unwrap_or(place.place.address), 200)?,
        age: asked.age.filter(|_| kind == PartyKind::Citizen),
    })
}

/// Running cases the caller is an officer of whose next period has passed or ends within a week.
pub(crate) async fn due(read: &mut Read, caller: &Caller, today: Date) -> Result<Vec<CaseRow>> {
    let Some(scope) = caller.hats.scope(Action::CaseHandle) else { return Ok(Vec::new()) };
    let filter = CaseFilter { stages: Some(RUNNING.to_owned()), ..CaseFilter::default() };
    let soon = crate::hazard::list::soon(today).to_string();
    let mut rows = Vec::new();
    for record in read.cases(&scope, &filter, None, READ).await? {
        if !record.case.officers.contains(&caller.person) {
            continue;
        }
        let row = view::row(read, caller, &record, today).await?;
        // Days are written so that the earlier comes first.
        if row.next_clock.as_ref().is_some_and(|clock| clock.due <= soon) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Running cases that wait for the caller's decision or review, each with the step: not those he handles himself.
pub(crate) async fn awaiting(
    read: &mut Read,
    caller: &Caller,
    today: Date,
) -> Result<Vec<(Step, CaseRecord)>> {
    let mut out = Vec::new();
    let rights = [Action::CaseDecide, Action::CaseReview];
    let Some(scope) = caller.hats.scope(Action::CaseRead) else { return Ok(out) };
    if !rights.iter().any(|right| caller.hats.scope(*right).is_some()) {
        return Ok(out);
    }
    let filter = CaseFilter { stages: Some(RUNNING.to_owned()), ..CaseFilter::default() };
    let calendar = crate::calendar::calendar(read).await?;
    for record in read.cases(&scope, &filter, None, i64::MAX).await? {
        let Some(step) = record.case.awaited(today, &calendar) else { continue };
        let is_his = caller.hats.hat(right_of(step), &subject(&record)).is_some();
        if is_his && !record.case.officers.contains(&caller.person) {
            out.push((step, record));
        }
    }
    Ok(out)
}

impl App {
    /// Cases the caller may see the index of, newest first.
    pub async fn cases(&self, caller: &Caller, asked: &CaseAsked) -> Result<CasePage> {
        let scope = caller.scope(Action::CaseIndex)?;
        let today = self.now().date();
        if asked.due == Some(true) {
            let items = due(&mut self.db.read(&self.town).await?, caller, today).await?;
            return Ok(CasePage { items, next: None });
        }
        if asked.awaited == Some(true) {
            let mut read = self.db.read(&self.town).await?;
            let mut items = Vec::new();
            for (_, record) in awaiting(&mut read, caller, today).await? {
                items.push(view::row(&mut read, caller, &record, today).await?);
            }
            return Ok(CasePage { items, next: None });
        }
        let filter = CaseFilter {
            stages: asked.stage.clone(),
            place: asked.place.clone(),
            hazard: asked.hazard.clone(),
            text: asked.q.as_deref().and_then(given),
        };
        let before = page_after(asked.after.as_deref(), instant_of_page)?;
        let limit = asked.limit.unwrap_or(50).clamp(1, 200);
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.cases(&scope, &filter, before, limit + 1).await?;
        let more = found.len() as i64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let next =
            found.last().filter(|_| more).map(|last| format!("{}~{}", last.recorded_at.0, last.case.id));
        let mut items = Vec::with_capacity(found.len());
        for record in &found {
            items.push(view::row(&mut read, caller, record, today).await?);
        }
        Ok(CasePage { items, next })
    }

    /// What a form needs: items, people who may enforce, the catalogue of penalties.
    pub async fn case_options(&self, caller: &Caller) -> Result<CaseOptions> {
        caller.scope(Action::CaseIndex)?;
        let mut read = self.db.read(&self.town).await?;
        view::options(&mut read, caller, self.now().date()).await
    }

    /// One case with its file.
    pub async fn case(&self, caller: &Caller, id: &CaseId) -> Result<CaseView> {
        let scope = caller.scope(Action::CaseRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.case(id, &scope).await?.ok_or(Error::NotFound)?;
        view::page(&mut read, caller, &record, self.now().date()).await
    }

    /// Opens a case on a clue. Who opens it is one of its officers.
    ///
    /// Errors: the caller may not enforce; fewer than two officers, or one without certificate or training, or related to
    /// the party; the item is not in force there; the act is too long ago.
    pub async fn open_case(&self, caller: &Caller, asked: CaseInput) -> Result<CaseView> {
        let (now, today) = (self.now(), self.now().date());
        let mut tx = self.write(caller).await?;
        let (record, event, hat) = self.clue(&mut tx, caller, &asked, today).await?;
        tx.insert_case(&record, &event).await?;
        let view = view::page(&mut tx, caller, &record, today).await?;
        let object = ("enforcement", record.case.id.as_str());
        let audit = caller.audit_as(&hat, "enforcement.open", object, &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// A case as it begins by what was typed in, by officers who may act on that day, with the hat of who opens it.
    ///
    /// Errors: as [`Self::open_case`].
    // Part of the write that opens it.
    // tidy(commit): the same.
    async fn clue(
        &self,
        tx: &mut Write,
        caller: &Caller,
        asked: &CaseInput,
        day: Date,
    ) -> Result<(CaseRecord, Event, Assignment)> {
        let now = self.now();
        let today = now.date();
        if caller.hats.scope(Action::CaseHandle).is_none() {
            return Err(not_yours(Step::Open));
        }
        let place = PlaceId::from(asked.place.trim());
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let known = tx.place(&place, &whole).await?.filter(|record| record.voided.is_none());
        let known = known
            .ok_or_else(|| Error::field("place", "enforcement.place", "没有这个场所，请从列表中选择"))?;
        let party = read_party(tx, asked).await?;
        let item = tx.authority_item(&asked.item.trim().into()).await?.map(|record| record.item);
        let item =
            item.ok_or_else(|| Error::field("item", "enforcement.item", "没有这个执法事项，请从列表中选择"))?;
        let hazard = asked.hazard.as_deref().and_then(given).map(HazardId::from);
        if let Some(hazard) = &hazard {
            let loaded = crate::hazard::load(tx, caller, hazard).await?;
            if loaded.hazard.find.place != place {
                return Err(Error::field("hazard", "enforcement.hazard", "隐患不在这个场所，请核对"));
            }
        }
        let officers: BTreeSet<PersonId> =
            asked.officers.iter().filter_map(|id| given(id)).map(PersonId::from).collect();
        let officers: Vec<PersonId> = officers.into_iter().collect();
        let able = Officers::read(tx).await?;
        if let Some(related) =
            asked.related.iter().find(|one| officers.iter().any(|id| id.as_str() == one.officer))
        {
            let name = able.names.person(&related.officer.as_str().into());
            let what = given(&related.what).unwrap_or_else(|| "有直接利害关系".to_owned());
            return Err(CaseRefusal::Related { name, what }.into());
        }
        if !officers.contains(&caller.person) && !caller.session.is_empty() {
            return Err(CaseRefusal::NotOfficer.into());
        }
        if !asked.unrelated {
            return Err(Error::field(
                "unrelated",
                "enforcement.unrelated",
                "请确认承办人与本案没有直接利害关系或者其他可能影响公正的关系（行政处罚法第四十三条）",
            ));
        }
        let found_on = match given(&asked.found_on) {
            Some(text) => read_day("found_on", &text)?,
            None => today,
        };
        let ended_on = match given(&asked.ended_on) {
            Some(text) => read_day("ended_on", &text)?,
            None => found_on,
        };
        if found_on > today || ended_on > found_on {
            return Err(Error::field(
                "found_on",
                "enforcement.day",
                "发现日期不能早于违法行为，也不能晚于今天，请核对",
            ));
        }
        able.may_act(&officers, &item, &known.path, None, day)?;
        let procedure = Procedure::from_code(&asked.procedure).ok_or_else(|| {
            Error::field("procedure", "enforcement.procedure", "请选择简易程序或者普通程序")
        })?;
        let own = caller.hats.only(|role| domain::policy::reach(role, Action::CaseHandle).is_some());
        let hat = own.all().first().cloned().ok_or_else(|| not_yours(Step::Open))?;
        let id = CaseId::from(self.new_id());
        let case = Case::open(Clue {
            id,
            cause: short("cause", required("cause", &asked.cause, "请填写案由")?, 200)?,
            party,
            place,
            hazard,
            item: item.id.clone(),
            officers,
            procedure,
            ended_on,
            found_on,
            harmed: asked.harmed,
        });
        let event = Event {
            seq: 1,
            act: Act::Open,
            on: found_on,
            recorded_at: now,
            by: caller.person.clone(),
            document_no: String::new(),
            paper: None,
            outside: Vec::new(),
            text: required("text", &asked.text, "请写明线索来源和初步情况")?,
            stage: Stage::Clue,
        };
        let record = CaseRecord {
            case,
            org: hat.org.clone(),
            path: known.path.clone(),
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        Ok((record, event, hat))
    }
}
