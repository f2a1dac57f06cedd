//! Training as facts: who may enforce when, who did, whose entry in the book is complete, who was trained and passed.
//! What does not belong here: the rule of the gate (`domain::gate`).

use std::collections::{BTreeMap, HashSet};

use domain::fulfilment::{Span, SubjectIx};
use domain::ids::{PersonId, PlaceId};
use domain::org::{Assignment, CertificateKind, Role, needed_certificate};
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};
use domain::training::{ASSEMBLY, Course, Group, Outcome, Training, is_listed, places_trained};

use super::Gathered;
use crate::{Read, Result, Row, args};

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
    if is_listed(role) && group != Some(Group::Enforcement) {
        tags.push(format!("tag:{}", Group::Enforcement.code()));
    }
    tags
}

/// From when to when the certificate of a row counts: to its last day, or the one before it was taken back. None where it
/// counts on no day.
pub(super) fn in_force(row: &Row) -> Result<Option<Span>> {
    let from = row.date("issued_on")?;
    let before = match row.text("state")?.as_str() {
        "revoked" => row.opt_date("revoked_on")?.unwrap_or(from).pred_opt(),
        _ => None,
    };
    let to = [row.opt_date("expires_on")?, before].into_iter().flatten().min();
    Ok(to.is_none_or(|to| to >= from).then_some(Span { from, to }))
}

/// The days two spans share; none where there are none.
pub(super) fn both(one: Span, other: Span) -> Option<Span> {
    let from = one.from.max(other.from);
    let to = [one.to, other.to].into_iter().flatten().min();
    to.is_none_or(|to| to >= from).then_some(Span { from, to })
}

impl Read {
    /// When whom the gate is open to. An exemption taken back closes it from the day after.
    pub(super) async fn gather_gate(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql =
            "SELECT person, kind, issued_on, expires_on, state, revoked_on FROM certificate WHERE town = $1";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let gate = &mut out.roll.gate;
            let spans = match row.word("kind")? {
                CertificateKind::FireTrainingGrid => &mut gate.open,
                CertificateKind::PoliceQual => &mut gate.police,
                _ => continue,
            };
            let Some(valid) = in_force(row)? else { continue };
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
        let sql = "SELECT person, kind, issued_on, expires_on, state, revoked_on, recorded_at FROM certificate \
                   WHERE town = $1 ORDER BY issued_on, id";
        let cards = self.rows(sql, args![town.as_str()]).await?;
        for row in &held {
            let role: Role = row.word("role")?;
            let is_reachable = !row.opened("person", "phone")?.is_empty()
                && !row.opened("person", "office_phone")?.is_empty();
            if !is_listed(role) || !is_reachable {
                continue;
            }
            let person = row.text("person")?;
            let subject = out.facts.subject(SubjectKind::Person, &person);
            let known_at = row.instant("known_at")?.max(row.instant("held_at")?);
            let stay = Span { from: row.date("from_on")?, to: row.opt_date("to_on")? };
            let Some(wanted) = needed_certificate(role) else {
                out.put("person.registered", &person, subject, &[out.town], stay, known_at, &[])?;
                continue;
            };
            for card in &cards {
                if card.text("person")? != person || card.word::<CertificateKind>("kind")? != wanted {
                    continue;
                }
                let Some(span) = in_force(card)?.and_then(|valid| both(valid, stay)) else { continue };
                let at = known_at.max(card.instant("recorded_at")?);
                out.put("person.registered", &person, subject, &[out.town], span, at, &[])?;
            }
        }
        Ok(())
    }

    /// Whoever answers for a place of assembly, known by that place: few of them are in the book of people.
    pub(super) async fn gather_managers(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT p.id, p.tags, p.opening, p.opened_on, p.closed_on, p.happened_on, p.recorded_at, \
                   NULL AS listed_on FROM place p WHERE p.town = $1 AND p.voided_at IS NULL ORDER BY p.id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let id = row.text("id")?;
            let is_dense = row.text("tags")?.split_whitespace().any(|tag| tag == ASSEMBLY);
            let Some(place) = out.facts.subject(SubjectKind::Place, &id).filter(|_| is_dense) else {
                continue;
            };
            let mut around = vec![out.town];
            around.extend(out.facts.enclosing(place, SubjectKind::Village));
            let manager = format!("{MANAGER}{id}");
            // Of a place that closed nobody is asked any more.
            let open = Span { to: super::stay(row)?.to, ..super::ALWAYS };
            let subject = out.facts.add_subject(SubjectKind::Person, &manager, open, 1.0, &around);
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
        let rows = self.rows(sql, args![town.as_str()]).await?;
        let answering: Vec<Assignment> = self
            .assignments()
            .await?
            .into_iter()
            .map(|kept| kept.assignment)
            .filter(|held| Group::of(held.role) == Some(Group::DenseManager))
            .collect();
        let mut seen: HashSet<(String, SubjectIx)> = HashSet::new();
        for row in &rows {
            let Some((training, tags, at)) = held.get(&row.text("session")?) else { continue };
            let person = row.opt_text("person")?.map(PersonId::from);
            let signed_for = row.opt_text("place")?.map(PlaceId::from);
            let places = places_trained(person.as_ref(), signed_for.as_ref(), &answering, training.on);
            let managers = places.iter().map(|place| format!("{MANAGER}{place}"));
            let who: Vec<String> = person.iter().map(ToString::to_string).chain(managers).collect();
            // What is about a person is credited to his town as well: it must not look like one more session there.
            let mut tags: Vec<String> =
                tags.iter().filter(|tag| !tag.starts_with("training:")).cloned().collect();
            if row.word::<Outcome>("result")? == Outcome::Passed {
                tags.push("passed".to_owned());
            }
            let at = row.instant("recorded_at")?.max(*at);
            let on = Span::since(training.on);
            for who in who {
                let Some(subject) = out.facts.subject(SubjectKind::Person, &who) else { continue };
                if seen.insert((training.id.to_string(), subject)) {
                    out.put("training.held", training.id.as_str(), Some(subject), &[], on, at, &tags)?;
                }
            }
        }
        Ok(())
    }
}
