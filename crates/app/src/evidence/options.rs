//! What may be recorded as evidence, by the plan: for each duty its needs, and the occurrences that lack something first, so
//! that what was missing is one step from its record.

use domain::evidence::claim::{Asked, asked, tag_label};
use domain::fulfilment::Status;
use domain::plan::{Duty, SubjectKind};
use domain::policy::{Action, Scope, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{SubjectName, need_label};
use super::{Located, locate, territory_paths, waiting_for};
use crate::fulfilment::known::Known;
use crate::view::{Named, Word};
use crate::{App, Caller, Result};

/// Occurrences shown of each duty in the overview.
const FEW: usize = 12;
/// Occurrences and subjects shown of the one duty that is asked for.
const MANY: usize = 400;

/// One thing a duty asks for that is recorded as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NeedOption {
    /// Names it within its duty.
    pub key: String,
    /// In words.
    pub label: String,
    /// What kind of record it makes.
    pub kind: String,
    /// In words.
    pub kind_label: String,
    /// It must be in force: the record says until when.
    pub held: bool,
    /// It sets the duty off.
    pub is_trigger: bool,
    /// One of these is to be chosen; none to choose where empty.
    pub choices: Vec<Word>,
}

/// An occurrence that evidence may be recorded for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseOption {
    /// For whom or what.
    pub subject: SubjectName,
    /// Key of its window.
    pub window: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// How it stands.
    pub status: String,
    /// In words.
    pub status_label: String,
    /// How much is done.
    pub done: u32,
    /// How much is needed.
    pub needed: u32,
    /// Records that wait for a decision.
    pub waiting: u32,
}

/// A duty that evidence may be recorded for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DutyOption {
    /// Id.
    pub duty: String,
    /// Title.
    pub title: String,
    /// Its clause.
    pub clause: Named,
    /// What it asks for.
    pub needs: Vec<NeedOption>,
    /// Occurrences that lack something.
    pub missing_n: usize,
    /// Those, the latest first.
    pub cases: Vec<CaseOption>,
    /// Everybody it is owed for; only when this duty alone is asked for.
    pub subjects: Vec<SubjectName>,
}

/// What the caller may record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceOptions {
    /// Duties, those that lack something first.
    pub items: Vec<DutyOption>,
    /// Kinds of record.
    pub kinds: Vec<Word>,
    /// Organisations he may record for.
    pub orgs: Vec<Named>,
    /// Territories where something may have happened.
    pub territories: Vec<Named>,
    /// Today.
    pub today: String,
}

fn need_option(asked: &Asked) -> NeedOption {
    NeedOption {
        key: asked.key.clone(),
        label: need_label(asked),
        kind: asked.kind.code().to_owned(),
        kind_label: asked.kind.label().to_owned(),
        held: asked.held,
        is_trigger: asked.is_trigger,
        choices: asked.choices.iter().map(|tag| Word::new(tag, tag_label(tag))).collect(),
    }
}

/// Whether the caller would record for this subject: it lies in his territory, or the duty is one of his organisation's.
fn is_his(
    caller: &Caller,
    scope: &Scope,
    known: &Known,
    duty: &Duty,
    kind: SubjectKind,
    at: &Located,
) -> bool {
    if scope.is_whole() {
        return true;
    }
    let of_org = scope.orgs().any(|org| {
        if kind == SubjectKind::Org {
            return at.org.as_ref() == Some(org);
        }
        let ix = known.gathered.facts.subject(SubjectKind::Org, org.as_str());
        ix.is_some_and(|ix| duty.who.iter().any(|label| known.gathered.facts.carries(ix, label, known.as_of)))
    });
    let of_path = Subject::of(&at.path, None);
    let in_area = scope.admits(&of_path) && (kind != SubjectKind::Org || is_own_org(caller, at));
    of_org || in_area
}

fn is_own_org(caller: &Caller, at: &Located) -> bool {
    at.org.as_ref().is_some_and(|org| caller.hats.all().iter().any(|hat| hat.org == *org))
}

/// Whether something is still to be recorded for an occurrence.
fn lacks(status: Status, needed: u32, done: u32) -> bool {
    match status {
        Status::Unmet | Status::Partial => true,
        Status::Open => done < needed || needed == 0,
        _ => false,
    }
}

impl App {
    /// What the caller may record as evidence: every duty, or one with everybody it is owed for.
    pub async fn evidence_options(&self, caller: &Caller, only: Option<&str>) -> Result<EvidenceOptions> {
        let scope = caller.scope(Action::EvidenceRecord)?;
        let mut read = self.db.read(&self.town).await?;
        let paths = territory_paths(&mut read).await?;
        let (orgs, waiting) = (read.orgs().await?, read.evidence_waiting().await?);
        let territories = read.open_territories().await?;
        drop(read);
        let town = self.town.as_str();
        let mut items = Vec::new();
        {
            let known = self.known(None).await?;
            for (duty, found) in known.plan.duties.iter().zip(&known.report.duties) {
                if only.is_some_and(|only| only != duty.id) {
                    continue;
                }
                let needs: Vec<NeedOption> = asked(duty).iter().map(need_option).collect();
                if needs.is_empty() {
                    continue;
                }
                let most = if only.is_some() { MANY } else { FEW };
                let mut option = DutyOption {
                    duty: duty.id.clone(),
                    title: duty.title.clone(),
                    clause: Named::new(
                        &duty.clause,
                        known.plan.clause(&duty.clause).map_or("", |clause| clause.title.as_str()),
                    ),
                    needs,
                    missing_n: 0,
                    cases: Vec::new(),
                    subjects: Vec::new(),
                };
                let mut cases = Vec::new();
                let mut is_owed = duty.trigger.is_some();
                let mut last = None;
                let mut admitted = false;
                for case in &found.occurrences {
                    let Some((kind, id)) = known.gathered.facts.subject_id(case.subject) else { continue };
                    if last != Some(case.subject) {
                        last = Some(case.subject);
                        let at = locate(&known, &paths, town, kind, id);
                        admitted = at.is_some_and(|at| is_his(caller, &scope, &known, duty, kind, &at));
                        if admitted && only.is_some() && option.subjects.len() < MANY {
                            option.subjects.push(unnamed(kind, id));
                        }
                    }
                    if !admitted {
                        continue;
                    }
                    is_owed = true;
                    let Some(window) = found.windows.get(case.window as usize) else { continue };
                    if !lacks(case.status, case.needed, case.done) {
                        continue;
                    }
                    cases.push(CaseOption {
                        subject: unnamed(kind, id),
                        window: window.key.clone(),
                        from: window.from.to_string(),
                        to: window.to.to_string(),
                        status: case.status.code().to_owned(),
                        status_label: case.status.label().to_owned(),
                        done: case.done,
                        needed: case.needed,
                        waiting: waiting_for(&waiting, &duty.id, (kind, id), (window.from, window.to)),
                    });
                }
                if !is_owed {
                    continue;
                }
                cases.sort_by(|a, b| b.from.cmp(&a.from).then_with(|| a.subject.id.cmp(&b.subject.id)));
                option.missing_n = cases.len();
                cases.truncate(most);
                option.cases = cases;
                items.push(option);
            }
        }
        items.sort_by_key(|option| option.missing_n == 0);
        let mut read = self.db.read(&self.town).await?;
        for kind in SubjectKind::ALL {
            let mut of: Vec<&mut SubjectName> = items
                .iter_mut()
                .flat_map(|one| one.cases.iter_mut().map(|case| &mut case.subject).chain(&mut one.subjects))
                .filter(|subject| subject.kind == kind.code())
                .collect();
            let mut ids: Vec<String> = of.iter().map(|subject| subject.id.clone()).collect();
            ids.sort();
            ids.dedup();
            for some in ids.chunks(500) {
                let some: Vec<&str> = some.iter().map(String::as_str).collect();
                let names = read.subject_names(*kind, &some).await?;
                for subject in &mut of {
                    if let Some(name) = names.get(&subject.id) {
                        subject.name = name.clone();
                    }
                }
            }
        }
        let is_own = |org: &&store::org::OrgRecord| {
            org.org.active && (scope.is_whole() || caller.hats.all().iter().any(|hat| hat.org == org.org.id))
        };
        let may_be_at = |node: &&store::org::TerritoryRecord| {
            let level = node.territory.level;
            let shown = matches!(level, domain::org::Level::Town | domain::org::Level::Village);
            let within = scope.is_whole()
                || scope.orgs().next().is_some()
                || scope.admits(&Subject::of(&node.territory.path, None));
            shown && within
        };
        Ok(EvidenceOptions {
            items,
            kinds: domain::evidence::Kind::ALL
                .iter()
                .map(|kind| Word::new(kind.code(), kind.label()))
                .collect(),
            orgs: orgs
                .iter()
                .filter(is_own)
                .map(|org| Named::new(org.org.id.to_string(), &org.org.name))
                .collect(),
            territories: territories
                .iter()
                .filter(may_be_at)
                .map(|node| Named::new(node.territory.code.to_string(), &node.territory.name))
                .collect(),
            today: self.now().date().to_string(),
        })
    }
}

fn unnamed(kind: SubjectKind, id: &str) -> SubjectName {
    SubjectName {
        kind: kind.code().to_owned(),
        kind_label: kind.label().to_owned(),
        id: id.to_owned(),
        name: id.to_owned(),
    }
}
