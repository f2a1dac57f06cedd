//! Evidence: recorded with what it is claimed for, accepted or sent back by somebody else, corrected, voided. What does not
//! belong here: who may decide (`domain::evidence`), what it does to the figures (`fulfilment`), what may be recorded
//! ([`options`]).

pub mod options;
mod view;

use std::collections::{BTreeSet, HashMap};

use domain::evidence::claim::{Claim, asked, credits};
use domain::evidence::{By, Content, Decider, Evidence, EvidenceRefusal, Kind, State};
use domain::ids::{EvidenceId, OrgId, PhotoId};
use domain::org::{Assignment, OrgKind, Role, lies_in};
use domain::plan::SubjectKind;
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
pub use store::evidence::EvidenceFilter;
use store::evidence::{EvidenceEvent, EvidenceRecord};
use store::org::OrgRecord;
use store::{Read, Write};

pub use view::{
    ClaimView, EvidenceEventView, EvidenceLine, EvidencePage, EvidenceView, SamePicture, SubjectName,
};

use crate::fulfilment::known::Known;
use crate::view::{instant_of_page, page_after};
use crate::{App, Caller, Error, Result};
use view::duties_of;

/// The most pictures or files of one record.
const MOST_FILES: usize = 60;
/// The most claims of one record.
const MOST_CLAIMS: usize = 200;

impl From<EvidenceRefusal> for Error {
    fn from(refusal: EvidenceRefusal) -> Self {
        match refusal.field() {
            Some(field) => Self::field(field, refusal.code(), &refusal.to_string()),
            None => Self::Refused { code: refusal.code(), message: refusal.to_string() },
        }
    }
}

/// What is said of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceInput {
    /// What kind of record.
    pub kind: Kind,
    /// One line.
    pub title: String,
    /// 文号.
    pub number: String,
    /// Day it happened, or first day in force.
    pub happened_on: Date,
    /// Last day in force.
    pub until: Option<Date>,
    /// The organisation that did it; the caller's own when not said.
    pub org: Option<String>,
    /// Where something happened that sets duties off; the caller's own territory when not said.
    pub territory: Option<String>,
    /// What was done.
    pub text: String,
    /// Pictures, by id.
    pub photos: Vec<String>,
    /// Files, by id.
    pub files: Vec<String>,
    /// What it is claimed for.
    pub claims: Vec<ClaimInput>,
}

/// A claim as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimInput {
    /// Id of the duty.
    pub duty: String,
    /// Which of its needs; the only one when not said.
    pub need: Option<String>,
    /// The chosen tag where different ones are counted.
    pub choice: Option<String>,
    /// Kind of the subject.
    pub subject_kind: String,
    /// Its id.
    pub subject: String,
}

/// Which evidence is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceAsked {
    /// Only what waits for the caller's decision.
    pub inbox: bool,
    /// Only what the caller recorded.
    pub mine: bool,
    /// Otherwise as stored.
    pub filter: EvidenceFilter,
    /// After this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Where a piece of evidence stands, as far as rights are concerned.
pub(crate) fn subject(evidence: &Evidence) -> Subject {
    Subject::of(&evidence.content.path, Some(&evidence.content.org))
}

/// Somebody as he decides: the office's several names are one. Source: handbook T5.
fn decider(caller: &Caller, hat: &Assignment, orgs: &[OrgRecord], at: Timestamp) -> Decider {
    let mut own: BTreeSet<OrgId> = caller.hats.all().iter().map(|hat| hat.org.clone()).collect();
    if caller.hats.has(Role::OfficeHead) || caller.hats.has(Role::OfficeClerk) {
        let is_office = |org: &&OrgRecord| matches!(org.org.kind, OrgKind::Workstation | OrgKind::Office);
        own.extend(orgs.iter().filter(is_office).map(|org| org.org.id.clone()));
    }
    let is_leader = caller.hats.has(Role::LeaderInCharge) || caller.hats.has(Role::CommitteeDirector);
    Decider { by: by(caller, hat, at), orgs: own, is_leader }
}

fn by(caller: &Caller, hat: &Assignment, at: Timestamp) -> By {
    By { person: caller.person.clone(), hat: hat.id.clone(), at }
}

/// Whether the caller may decide about it now; gives him as he decides.
fn may_decide(caller: &Caller, evidence: &Evidence, orgs: &[OrgRecord], at: Timestamp) -> Option<Decider> {
    let hat = caller.hat(Action::EvidenceDecide, &subject(evidence)).ok()?;
    let decider = decider(caller, hat, orgs, at);
    evidence.may_be_decided_by(&decider).is_ok().then_some(decider)
}

/// Whether the caller may correct it, or take it back: his own, or that of an organisation of his.
fn is_of(caller: &Caller, evidence: &Evidence) -> bool {
    let of_org = || caller.hats.all().iter().any(|hat| hat.org == evidence.content.org);
    caller.hat(Action::EvidenceRecord, &subject(evidence)).is_ok()
        && (evidence.authors.contains(&caller.person) || of_org())
}

/// What the caller may do to it now.
fn actions(caller: &Caller, evidence: &Evidence, orgs: &[OrgRecord], at: Timestamp) -> Vec<String> {
    let mut out = Vec::new();
    let decides = may_decide(caller, evidence, orgs, at).is_some();
    if evidence.state == State::Submitted && decides {
        out.extend(["evidence.accept", "evidence.reject"]);
    }
    let undecided = matches!(evidence.state, State::Submitted | State::Rejected { .. });
    if undecided && is_of(caller, evidence) {
        out.push("evidence.resubmit");
    }
    let may_void = match evidence.state {
        State::Void { .. } => false,
        State::Accepted { .. } => decides,
        _ => decides || is_of(caller, evidence),
    };
    if may_void {
        out.push("evidence.void");
    }
    out.into_iter().map(str::to_owned).collect()
}

/// Where a subject of the record lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located {
    /// Territory path.
    pub path: String,
    /// The organisation it is or belongs to.
    pub org: Option<OrgId>,
}

/// Where a subject lies; none for one that is not on the rolls.
pub(crate) fn locate(
    known: &Known,
    paths: &HashMap<String, String>,
    town: &str,
    kind: SubjectKind,
    id: &str,
) -> Option<Located> {
    let facts = &known.gathered.facts;
    let ix = facts.subject(kind, id)?;
    let around = std::iter::once(ix).chain(facts.wholes(ix).iter().copied());
    let mut located = Located { path: town.to_owned(), org: None };
    for (kind, id) in around.filter_map(|one| facts.subject_id(one)) {
        match kind {
            SubjectKind::Org => {
                located.org = located.org.or_else(|| Some(id.into()));
            }
            SubjectKind::Village | SubjectKind::Grid | SubjectKind::VillagerGroup => {
                if let Some(path) = paths.get(id).filter(|path| path.len() > located.path.len()) {
                    located.path = path.clone();
                }
            }
            _ => {}
        }
    }
    Some(located)
}

/// What two paths have in common.
fn common(a: &str, b: &str) -> String {
    let same = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).map(|(a, _)| a);
    same.collect::<Vec<_>>().join("/")
}

/// Territory code → path.
pub(crate) async fn territory_paths(read: &mut Read) -> Result<HashMap<String, String>> {
    let all = read.territories().await?;
    Ok(all.into_iter().map(|node| (node.territory.code.to_string(), node.territory.path)).collect())
}

/// The next number of a piece of evidence.
pub(crate) async fn next_code(tx: &mut Write, now: Timestamp) -> Result<String> {
    let series = format!("PJ-{}-{}", tx.town(), now.date().format("%Y%m%d"));
    Ok(format!("{series}-{:04}", tx.next_number(&series).await?))
}

fn not_on_the_rolls() -> Error {
    Error::field("claims", "evidence.subject", "所选对象不在名册中或不归您登记，请从列表中选择")
}

impl App {
    /// Reads what was sent through the plan and the rolls, and says under which hat the caller records it.
    async fn evidence_content<'c>(
        &self,
        caller: &'c Caller,
        id: &str,
        input: EvidenceInput,
    ) -> Result<(Content, &'c Assignment)> {
        let scope = caller.scope(Action::EvidenceRecord)?;
        if input.photos.len() > MOST_FILES || input.files.len() > MOST_FILES {
            return Err(Error::field(
                "photos",
                "evidence.too_many_files",
                "一份佐证最多 60 张照片、60 个附件，请分开登记",
            ));
        }
        if input.claims.len() > MOST_CLAIMS {
            return Err(Error::field(
                "claims",
                "evidence.too_many_claims",
                "一份佐证最多对应 200 项，请分开登记",
            ));
        }
        let mut read = self.db.read(&self.town).await?;
        let (orgs, paths) = (read.orgs().await?, territory_paths(&mut read).await?);
        drop(read);
        let own: Vec<&Assignment> = caller.hats.all().iter().collect();
        let org: OrgId = match input.org.filter(|org| !org.is_empty()) {
            Some(org) => org.into(),
            None => own.first().map(|hat| hat.org.clone()).ok_or(Error::NotFound)?,
        };
        let is_known = orgs.iter().any(|known| known.org.id == org && known.org.active);
        if !is_known || !(scope.is_whole() || own.iter().any(|hat| hat.org == org)) {
            return Err(Error::field("org", "evidence.org", "只能以您任职的机构登记，请从列表中选择"));
        }
        let is_occasion = input.kind == Kind::Occasion;
        let known = self.known(None).await?;
        let mut claims = Vec::with_capacity(input.claims.len());
        for claim in input.claims {
            let need = match claim.need.filter(|need| !need.is_empty()) {
                Some(need) => need,
                None => {
                    let all = known.plan.duty(&claim.duty).map(asked).unwrap_or_default();
                    let mut fitting = all.into_iter().filter(|asked| asked.is_trigger == is_occasion);
                    match (fitting.next(), fitting.next()) {
                        (Some(only), None) => only.key,
                        _ => String::new(),
                    }
                }
            };
            let (subject_kind, subject) = if is_occasion {
                (SubjectKind::Event.code().to_owned(), id.to_owned())
            } else {
                (claim.subject_kind, claim.subject)
            };
            let choice = claim.choice.filter(|choice| !choice.is_empty());
            claims.push(Claim { duty: claim.duty, need, choice, subject_kind, subject });
        }
        claims.sort();
        claims.dedup();
        let credits = credits(&known.plan, input.kind, &claims)?;
        let mut scored = BTreeSet::from([org.clone()]);
        for duty in claims.iter().filter_map(|claim| known.plan.duty(&claim.duty)) {
            let named = orgs.iter().filter(|one| duty.who.contains(&one.org.label));
            scored.extend(named.map(|one| one.org.id.clone()));
        }
        let path = if is_occasion {
            let code = input.territory.filter(|code| !code.is_empty());
            let own = own.iter().map(|hat| hat.path.clone()).max_by_key(String::len);
            match code {
                Some(code) => paths.get(&code).cloned(),
                None => own.filter(|path| !path.is_empty()),
            }
            .unwrap_or_else(|| self.town.to_string())
        } else {
            let mut path: Option<String> = None;
            for claim in &claims {
                let kind = SubjectKind::from_code(&claim.subject_kind).ok_or_else(not_on_the_rolls)?;
                let at = locate(&known, &paths, self.town.as_str(), kind, &claim.subject)
                    .ok_or_else(not_on_the_rolls)?;
                // A department records for itself; only who sees the whole town records for another.
                let is_other = kind == SubjectKind::Org && at.org.as_ref() != Some(&org);
                if is_other && !scope.is_whole() {
                    return Err(not_on_the_rolls());
                }
                let village = orgs.iter().filter(|one| one.org.kind == OrgKind::Village);
                let village = village.filter(|one| {
                    paths.get(one.org.territory.as_str()).is_some_and(|whole| lies_in(&at.path, whole))
                });
                scored.extend(village.map(|one| one.org.id.clone()).chain(at.org));
                path = Some(path.map_or(at.path.clone(), |sofar| common(&sofar, &at.path)));
            }
            path.unwrap_or_else(|| self.town.to_string())
        };
        drop(known);
        let hat = caller.hat(Action::EvidenceRecord, &Subject::of(&path, Some(&org)))?;
        let post = (hat.org == org && hat.id.as_str() != "system").then(|| hat.post.clone());
        let content = Content {
            kind: input.kind,
            title: input.title.trim().to_owned(),
            number: input.number.trim().to_owned(),
            happened_on: input.happened_on,
            until: input.until,
            org,
            post,
            path,
            text: input.text.trim().to_owned(),
            photos: input.photos.into_iter().map(|id| PhotoId::from(id.to_lowercase())).collect(),
            files: input.files,
            claims,
            credits,
            scored,
        };
        Ok((content, hat))
    }

    /// Records a piece of evidence; somebody else is to decide about it.
    ///
    /// Errors: fields that cannot be; a duty that is recorded elsewhere; a subject that is not the caller's to record for;
    /// an id that is taken.
    pub async fn record_evidence(
        &self,
        caller: &Caller,
        id: &str,
        input: EvidenceInput,
    ) -> Result<EvidenceView> {
        if uuid::Uuid::parse_str(id).is_err() {
            return Err(Error::field("id", "evidence.id", "佐证编号须为 UUID，请刷新页面后再试"));
        }
        let (content, hat) = self.evidence_content(caller, id, input).await?;
        let now = self.now();
        let evidence = Evidence::submit(id.into(), content, by(caller, hat, now))?;
        let event = EvidenceEvent {
            seq: 1,
            kind: "submitted".to_owned(),
            by: evidence.recorded.clone(),
            reason: String::new(),
            content: Some(evidence.content.clone()),
        };
        let words = self.words_of(duties_of(&evidence)).await?;
        let mut tx = self.write(caller).await?;
        let code = next_code(&mut tx, now).await?;
        let record = EvidenceRecord { evidence, code, version: 1, recorded_at: now };
        tx.insert_evidence(&record, &event).await?;
        let view = view::page(&mut tx, caller, &record, &[event], &words, now).await?;
        let path = record.evidence.content.path.clone();
        Ok(tx.commit(caller.audit_as(hat, "evidence.record", ("evidence", id), &path, now), view).await?)
    }

    /// The record as it stands, if the caller may read it and has seen its last version.
    async fn evidence_to_change(&self, caller: &Caller, id: &str, version: i64) -> Result<EvidenceRecord> {
        let mut read = self.db.read(&self.town).await?;
        let record = read.evidence(&id.into()).await?.ok_or(Error::NotFound)?;
        let is_own = record.evidence.authors.contains(&caller.person);
        if !is_own && !caller.scope(Action::EvidenceRead)?.admits(&subject(&record.evidence)) {
            return Err(Error::NotFound);
        }
        drop(read);
        if record.version != version {
            return Err(Error::stale(&self.evidence_view(caller, id).await?));
        }
        Ok(record)
    }

    /// Writes what became of a record.
    async fn keep_evidence(
        &self,
        caller: &Caller,
        (before, after): (EvidenceRecord, Evidence),
        (action, kind): (&'static str, &str),
        by: By,
        reason: &str,
    ) -> Result<EvidenceView> {
        let id = after.id.clone();
        let is_edition = after.edition > before.evidence.edition;
        let words = self.words_of(duties_of(&after)).await?;
        let content = is_edition.then(|| after.content.clone());
        let path = after.content.path.clone();
        let mut record = EvidenceRecord { evidence: after, ..before };
        let (hat, at) = (by.hat.to_string(), by.at);
        let mut tx = self.write(caller).await?;
        let mut events = tx.evidence_events(&id).await?;
        let seq = events.last().map_or(1, |event| event.seq + 1);
        events.push(EvidenceEvent {
            seq,
            kind: kind.to_owned(),
            by,
            reason: reason.trim().to_owned(),
            content,
        });
        if let Some(event) = events.last() {
            tx.save_evidence(&record, event).await?;
        }
        record.version += 1;
        let view = view::page(&mut tx, caller, &record, &events, &words, at).await?;
        let mut audit = caller.audit(action, "evidence", id.as_str(), at);
        audit.hat = hat;
        audit.territory = path;
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Corrects a record that was sent back, or not yet decided; the edition before stays.
    ///
    /// Errors: as for recording; it was accepted or voided; somebody changed it meanwhile.
    // `keep_evidence` commits.
    pub async fn resubmit_evidence(
        &self,
        caller: &Caller,
        id: &str,
        version: i64,
        input: EvidenceInput,
    ) -> Result<EvidenceView> {
        let record = self.evidence_to_change(caller, id, version).await?;
        if !is_of(caller, &record.evidence) {
            caller.hat(Action::EvidenceRecord, &Subject { path: String::new(), ..Subject::default() })?;
            return Err(Error::Forbidden {
                code: "evidence.not_yours",
                message: "只有登记人或同一机构的人可以改正，请联系登记人".to_owned(),
            });
        }
        let (content, hat) = self.evidence_content(caller, id, input).await?;
        let by = by(caller, hat, self.now());
        let after = record.evidence.clone().resubmit(content, by.clone())?;
        self.keep_evidence(caller, (record, after), ("evidence.resubmit", "resubmitted"), by, "").await
    }

    /// Accepts a record, or sends it back with a reason.
    ///
    /// Errors: the caller wrote it, or it moves figures of his own; decided before; no reason for sending it back.
    // `keep_evidence` commits.
    pub async fn decide_evidence(
        &self,
        caller: &Caller,
        id: &str,
        version: i64,
        accept: bool,
        reason: &str,
    ) -> Result<EvidenceView> {
        let record = self.evidence_to_change(caller, id, version).await?;
        let hat = caller.hat(Action::EvidenceDecide, &subject(&record.evidence))?;
        let orgs = self.db.read(&self.town).await?.orgs().await?;
        let decider = decider(caller, hat, &orgs, self.now());
        let by = decider.by.clone();
        let evidence = record.evidence.clone();
        let (after, kind, action) = if accept {
            (evidence.accept(decider)?, "accepted", "evidence.accept")
        } else {
            (evidence.reject(decider, reason)?, "rejected", "evidence.reject")
        };
        let reason = if accept { "" } else { reason };
        self.keep_evidence(caller, (record, after), (action, kind), by, reason).await
    }

    /// Voids a record with a reason; it stays to be seen.
    ///
    /// Errors: no reason; void already; accepted, and the caller may not decide about it.
    // `keep_evidence` commits.
    pub async fn void_evidence(
        &self,
        caller: &Caller,
        id: &str,
        version: i64,
        reason: &str,
    ) -> Result<EvidenceView> {
        let record = self.evidence_to_change(caller, id, version).await?;
        let at = subject(&record.evidence);
        let now = self.now();
        let orgs = self.db.read(&self.town).await?.orgs().await?;
        let decides = may_decide(caller, &record.evidence, &orgs, now);
        let hat = match &decides {
            Some(_) => caller.hat(Action::EvidenceDecide, &at)?,
            None if is_of(caller, &record.evidence) => caller.hat(Action::EvidenceRecord, &at)?,
            None => {
                return Err(Error::Forbidden {
                    code: "evidence.not_yours",
                    message: "只有登记人、同一机构的人或有认定权的人可以作废，请联系消安办".to_owned(),
                });
            }
        };
        let by = by(caller, hat, now);
        let after = record.evidence.clone().void(by.clone(), decides, reason)?;
        self.keep_evidence(caller, (record, after), ("evidence.void", "voided"), by, reason).await
    }

    /// One record with everything that happened to it.
    pub async fn evidence_view(&self, caller: &Caller, id: &str) -> Result<EvidenceView> {
        let id = EvidenceId::from(id);
        let mut read = self.db.read(&self.town).await?;
        let record = read.evidence(&id).await?.ok_or(Error::NotFound)?;
        let is_own = record.evidence.authors.contains(&caller.person);
        if !is_own && !caller.scope(Action::EvidenceRead)?.admits(&subject(&record.evidence)) {
            return Err(Error::NotFound);
        }
        let events = read.evidence_events(&id).await?;
        drop(read);
        let words = self.words_of(duties_of(&record.evidence)).await?;
        let mut read = self.db.read(&self.town).await?;
        view::page(&mut read, caller, &record, &events, &words, self.now()).await
    }

    /// A page of evidence the caller may read: what waits for his decision, what he recorded, or all of it.
    pub async fn evidence_page(&self, caller: &Caller, asked: EvidenceAsked) -> Result<EvidencePage> {
        let scope = caller.scope(Action::EvidenceRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let orgs = read.orgs().await?;
        let mut filter = asked.filter;
        let (records, total, next) = if asked.inbox {
            let waiting = read.evidence_waiting().await?;
            let mine: Vec<EvidenceRecord> = waiting
                .into_iter()
                .filter(|one| may_decide(caller, &one.evidence, &orgs, now).is_some())
                .filter(|one| filter.kind.is_none_or(|kind| kind == one.evidence.content.kind))
                .collect();
            let total = i64::try_from(mine.len()).unwrap_or(i64::MAX);
            (mine.into_iter().take(usize::try_from(asked.limit).unwrap_or(50)).collect(), total, None)
        } else {
            if asked.mine {
                filter.recorded_by = Some(caller.person.clone());
            }
            let after: Option<(_, String)> = page_after(asked.after.as_deref(), instant_of_page)?;
            let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
            let total = read.evidence_count(&scope, &filter).await?;
            let mut records = read.evidences(&scope, &filter, after, asked.limit + 1).await?;
            let more = records.len() as i64 > asked.limit;
            records.truncate(usize::try_from(asked.limit).unwrap_or(50));
            let mark = |one: &EvidenceRecord| format!("{}~{}", one.recorded_at.0, one.evidence.id);
            let next = if more { records.last().map(mark) } else { None };
            (records, total, next)
        };
        drop(read);
        let mut duties = BTreeSet::new();
        for one in &records {
            duties.extend(duties_of(&one.evidence));
        }
        let words = self.words_of(duties).await?;
        let mut read = self.db.read(&self.town).await?;
        let items = view::lines(&mut read, caller, &records, &words, &orgs, now).await?;
        Ok(EvidencePage { items, total, next })
    }
}

/// How many records wait for the caller's decision, and how many of his own were sent back.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<(i64, i64)> {
    let Some(scope) = caller.hats.scope(Action::EvidenceRead) else { return Ok((0, 0)) };
    let returned = EvidenceFilter {
        state: Some("rejected".to_owned()),
        recorded_by: Some(caller.person.clone()),
        ..EvidenceFilter::default()
    };
    let returned = read.evidence_count(&scope, &returned).await?;
    if caller.hats.scope(Action::EvidenceDecide).is_none() {
        return Ok((0, returned));
    }
    let orgs = read.orgs().await?;
    let all = read.evidence_waiting().await?;
    let mine = all.iter().filter(|one| may_decide(caller, &one.evidence, &orgs, now).is_some()).count();
    Ok((i64::try_from(mine).unwrap_or(i64::MAX), returned))
}

/// How many submitted records are claimed for a duty and subject and would count between two days.
pub(crate) fn waiting_for(
    all: &[EvidenceRecord],
    duty: &str,
    (kind, id): (SubjectKind, &str),
    (from, to): (Date, Date),
) -> u32 {
    let counts = |one: &&EvidenceRecord| {
        let content = &one.evidence.content;
        let in_window = from <= content.happened_on && content.happened_on <= to;
        let still_holds = content.kind == Kind::Document && content.until.is_none_or(|until| until >= from);
        (in_window || (still_holds && content.happened_on <= to))
            && content
                .claims
                .iter()
                .any(|claim| claim.duty == duty && claim.subject_kind == kind.code() && claim.subject == id)
    };
    u32::try_from(all.iter().filter(counts).count()).unwrap_or(u32::MAX)
}
