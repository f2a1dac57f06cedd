//! Training as facts: who may enforce when, who did, whose entry in the book is complete, who was trained and passed.
//! What does not belong here: the rule of the gate (`domain::gate`).

use std::collections::{BTreeMap, HashSet};

use domain::fulfilment::{Span, SubjectIx};
use domain::org::{CertificateKind, Role};
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};
use domain::training::{Course, Group, Outcome, Training};

use super::Gathered;
use crate::{Read, Result, args};

/// What stands before the id of a place where it stands for whoever answers for it.
pub(super) const MANAGER: &str = "manager:";

/// When each person was let through the gate of clause 11, and by what.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate {
    open: BTreeMap<String, Vec<Span>>,
    police: BTreeMap<String, Vec<Span>>,
}

impl Gate {
    fn is_in(spans: &BTreeMap<String, Vec<Span>>, person: &str, on: Date) -> bool {
        spans.get(person).is_some_and(|spans| spans.iter().any(|span| span.contains(on)))
    }

    /// Of those who enforced on a day, whether any is bound by clause 11, and whether all who are were let through.
    /// Police act under clause 12.
    pub(super) fn act(&self, people: &[String], on: Date) -> Option<bool> {
        let bound: Vec<_> = people.iter().filter(|one| !Self::is_in(&self.police, one, on)).collect();
        if bound.is_empty() {
            return None;
        }
        Some(bound.iter().all(|one| Self::is_in(&self.open, one, on)))
    }
}

/// The tag of the plan's group a role belongs to, and of those who enforce and inspect. Whoever answers for a place does so
/// by that place.
pub(super) fn tags_of(role: Role) -> Vec<String> {
    let group = Group::of(role).filter(|group| *group != Group::DenseManager);
    let mut tags: Vec<String> = group.map(|group| format!("tag:{}", group.code())).into_iter().collect();
    if role == Role::DeptInspector {
        tags.push(format!("tag:{}", Group::Enforcement.code()));
    }
    tags
}

impl Read {
    /// When whom the gate is open to. An exemption taken back closes it from the day after.
    pub(super) async fn gather_gate(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql =
            "SELECT person, kind, issued_on, expires_on FROM certificate WHERE town = $1 AND state = 'valid'";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let gate = &mut out.roll.gate;
            let spans = match row.word("kind")? {
                CertificateKind::FireTrainingGrid => &mut gate.open,
                CertificateKind::PoliceQual => &mut gate.police,
                _ => continue,
            };
            let valid = Span { from: row.date("issued_on")?, to: row.opt_date("expires_on")? };
            spans.entry(row.text("person")?).or_default().push(valid);
        }
        let sql = "SELECT person, from_on, to_on, voided_at FROM gate_exemption WHERE town = $1";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let to = row.date("to_on")?;
            let to = row.opt_instant("voided_at")?.map_or(to, |at| to.min(at.date()));
            let span = Span { from: row.date("from_on")?, to: Some(to) };
            out.roll.gate.open.entry(row.text("person")?).or_default().push(span);
        }
        Ok(())
    }

    /// Whose entry among those who enforce and inspect (clause 11) is complete: name, number and office number, and for
    /// those who enforce or help to, the certificate.
    pub(super) async fn gather_registered(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT a.person, a.role, a.from_on, a.to_on, p.id, p.phone, p.office_phone, \
                   p.recorded_at AS known_at, a.recorded_at AS held_at \
                   FROM assignment a JOIN person p ON p.town = a.town AND p.id = a.person \
                   WHERE a.town = $1 AND p.active ORDER BY a.from_on, a.id";
        let held = self.rows(sql, args![town.as_str()]).await?;
        let sql = "SELECT person, kind, issued_on, expires_on, recorded_at FROM certificate \
                   WHERE town = $1 AND state = 'valid' ORDER BY issued_on, id";
        let cards = self.rows(sql, args![town.as_str()]).await?;
        for row in &held {
            let role: Role = row.word("role")?;
            let enforces = format!("tag:{}", Group::Enforcement.code());
            let is_reachable = !row.opened("person", "phone")?.is_empty()
                && !row.opened("person", "office_phone")?.is_empty();
            if !tags_of(role).contains(&enforces) || !is_reachable {
                continue;
            }
            let person = row.text("person")?;
            let subject = out.facts.subject(SubjectKind::Person, &person);
            let known_at = row.instant("known_at")?.max(row.instant("held_at")?);
            let stay = Span { from: row.date("from_on")?, to: row.opt_date("to_on")? };
            let wanted = match role {
                Role::EnforcementOfficer => CertificateKind::EnforcementCert,
                Role::EnforcementAssistant => CertificateKind::FireTrainingGrid,
                _ => {
                    out.put("person.registered", &person, subject, &[out.town], stay, known_at, &[])?;
                    continue;
                }
            };
            for card in &cards {
                if card.text("person")? != person || card.word::<CertificateKind>("kind")? != wanted {
                    continue;
                }
                let from = stay.from.max(card.date("issued_on")?);
                let to = [stay.to, card.opt_date("expires_on")?].into_iter().flatten().min();
                if to.is_some_and(|to| to < from) {
                    continue;
                }
                let at = known_at.max(card.instant("recorded_at")?);
                out.put("person.registered", &person, subject, &[out.town], Span { from, to }, at, &[])?;
            }
        }
        Ok(())
    }

    /// Whoever answers for a place of assembly, known by that place: few of them are in the book of people.
    pub(super) async fn gather_managers(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id, tags FROM place WHERE town = $1 AND voided_at IS NULL ORDER BY id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let id = row.text("id")?;
            let is_dense = row.text("tags")?.split_whitespace().any(|tag| tag == "dense");
            let Some(place) = out.facts.subject(SubjectKind::Place, &id).filter(|_| is_dense) else {
                continue;
            };
            let mut around = vec![out.town];
            around.extend(out.facts.enclosing(place, SubjectKind::Village));
            let manager = format!("{MANAGER}{id}");
            let subject = out.facts.add_subject(SubjectKind::Person, &manager, super::ALWAYS, 1.0, &around);
            let tag = format!("tag:{}", Group::DenseManager.code());
            out.facts.add_label(subject, &tag, super::ALWAYS);
        }
        Ok(())
    }

    /// Sessions that were held, and what came of them for each person.
    pub(super) async fn gather_trainings(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let mut courses: BTreeMap<String, Course> = BTreeMap::new();
        for row in &self.rows("SELECT id, content FROM course WHERE town = $1", args![town.as_str()]).await? {
            courses.insert(row.text("id")?, row.json("content")?);
        }
        let sql = "SELECT id, path, content, recorded_at FROM training_session WHERE town = $1 ORDER BY held_on, id";
        let mut held: BTreeMap<String, (Training, Vec<String>, Timestamp)> = BTreeMap::new();
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let training: Training = row.json("content")?;
            let Some(course) = courses.get(training.course.as_str()).filter(|_| training.state.is_held())
            else {
                continue;
            };
            let mut tags = vec![format!("training:{}", course.kind.code())];
            tags.extend(course.groups.iter().map(|group| format!("group:{}", group.code())));
            // What was entered in advance is a fact from the day it was held.
            let at = row.instant("recorded_at")?.max(Timestamp::start_of(training.on));
            let mut around = out.roll.around(&row.text("path")?, out.town);
            let orgs = [training.org.to_string(), training.trainer.to_string()].into_iter().collect();
            let (org_tags, orgs) = out.roll.acting(&orgs);
            around.extend(orgs);
            let place = training.place.as_ref();
            let place = place.and_then(|place| out.facts.subject(SubjectKind::Place, place.as_str()));
            let first = place.or(around.first().copied());
            let all: Vec<String> = tags.iter().cloned().chain(org_tags).collect();
            out.put(
                "training.held",
                training.id.as_str(),
                first,
                &around,
                Span::since(training.on),
                at,
                &all,
            )?;
            held.insert(row.text("id")?, (training, tags, at));
        }
        let sql = "SELECT id, session, person, place, result, recorded_at FROM attendance \
                   WHERE town = $1 AND voided_at IS NULL ORDER BY happened_at, id";
        let mut seen: HashSet<(String, SubjectIx)> = HashSet::new();
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let Some((training, tags, at)) = held.get(&row.text("session")?) else { continue };
            let who = match (row.opt_text("person")?, row.opt_text("place")?) {
                (Some(person), _) => person,
                (None, Some(place)) => format!("{MANAGER}{place}"),
                (None, None) => continue,
            };
            let Some(subject) = out.facts.subject(SubjectKind::Person, &who) else { continue };
            if !seen.insert((training.id.to_string(), subject)) {
                continue;
            }
            // What is about a person is credited to his town as well: it must not look like one more session there.
            let mut tags: Vec<String> =
                tags.iter().filter(|tag| !tag.starts_with("training:")).cloned().collect();
            if row.word::<Outcome>("result")? == Outcome::Passed {
                tags.push("passed".to_owned());
            }
            let at = row.instant("recorded_at")?.max(*at);
            let on = Span::since(training.on);
            out.put("training.held", training.id.as_str(), Some(subject), &[], on, at, &tags)?;
        }
        Ok(())
    }
}
