//! What was done, as facts: inspections, hazards, lists, posts, certificates, checks of the register. One by one after
//! a commit, where nothing known before is changed by it; all of them otherwise.

use std::collections::BTreeSet;

use domain::fulfilment::{FactIx, NewFact, Span, SubjectIx};
use domain::hazard::{Event, Hazard};
use domain::ids::HazardId;
use domain::inspection_plan::{Span as PlanSpan, State};
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};
use serde::Deserialize;

use super::training::{both, in_force};
use super::{Gathered, listed};
use crate::{Error, Read, Result, Row, args};

/// What came of taking in one more record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// These facts are new; nothing known before is changed.
    Added(Vec<FactIx>),
    /// Something known before is changed: gather anew.
    Anew,
}

/// A hazard as it stood on a day.
#[derive(Debug, Clone)]
pub struct Life {
    /// The hazard, rebuilt from what was recorded by then.
    pub hazard: Hazard,
    /// Territory path of its place.
    pub path: String,
    /// The number people use.
    pub code: String,
}

/// The part of an inspection's content that facts are made of.
#[derive(Deserialize)]
struct Looked {
    record: LookedRecord,
}

#[derive(Deserialize)]
struct LookedRecord {
    occasion: String,
    power: String,
    inspectors: Vec<LookedBy>,
    pins: Vec<LookedWith>,
}

#[derive(Deserialize)]
struct LookedBy {
    person: String,
    assignment: String,
}

#[derive(Deserialize)]
struct LookedWith {
    code: String,
}

/// The part of a task's content that says who owes it together.
#[derive(Deserialize)]
struct Owed {
    lead: String,
    joint: Vec<String>,
}

const INSPECTIONS: &str = "SELECT i.inspection, i.edition, i.task, i.place, i.org, i.result, i.happened_on, i.recorded_at, i.content, \
     (SELECT l.recorded_at FROM inspection l WHERE l.town = i.town AND l.inspection = i.inspection \
      AND l.edition = i.edition + 1) AS corrected_at FROM inspection i WHERE i.town = $1";

const HAZARD_EVENTS: &str = "SELECT e.hazard, e.seq, e.kind, e.happened_at, e.recorded_at, h.place, h.path, h.category, e.content, \
     h.hazard_code, h.level, h.original_deadline_on FROM hazard_event e \
     JOIN hazard h ON h.town = e.town AND h.id = e.hazard WHERE e.town = $1";

impl Read {
    pub(super) async fn gather_acts(&mut self, out: &mut Gathered) -> Result<()> {
        self.gather_lists(out).await?;
        self.gather_register(out).await?;
        self.gather_holders(out).await?;
        self.gather_orgs_made_up(out).await?;
        self.gather_certificates(out).await?;
        self.gather_plans(out).await?;
        self.gather_gate(out).await?;
        self.gather_registered(out).await?;
        self.gather_trainings(out).await?;
        self.gather_signatures(out).await?;
        let town = self.town.clone();
        let sql = format!("{INSPECTIONS} ORDER BY i.happened_on, i.inspection, i.edition");
        self.each(sql, args![town.as_str()], |row| inspection(out, &row).map(drop)).await?;
        let sql = format!("{HAZARD_EVENTS} ORDER BY h.found_at, e.hazard, e.seq");
        let mut life: Vec<Step> = Vec::new();
        self.each(sql, args![town.as_str()], |row| {
            let step = Step::from_row(&row)?;
            if life.last().is_some_and(|last| last.hazard != step.hazard) {
                hazard(out, &std::mem::take(&mut life))?;
            }
            life.push(step);
            Ok(())
        })
        .await?;
        hazard(out, &life)?;
        self.gather_letters(out).await?;
        self.gather_evidence(out).await
    }

    /// Who owes visits together and who signed their records, before the visits are read.
    async fn gather_signatures(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT inspection, org, recorded_at FROM inspection_signature WHERE town = $1 ORDER BY recorded_at, id";
        for row in self.rows(sql, args![town.as_str()]).await? {
            let by = (row.text("org")?, row.instant("recorded_at")?);
            out.roll.signed.entry(row.text("inspection")?).or_default().push(by);
        }
        // A city has ten million tasks and few of several bodies: those are told apart where rows are read.
        let sql = "SELECT id, kind, content FROM task WHERE town = $1 \
                   AND (kind = 'joint' OR content LIKE '%\"joint\":[\"%') ORDER BY id";
        for row in self.rows(sql, args![town.as_str()]).await? {
            together(out, &row)?;
        }
        Ok(())
    }

    /// Takes in one inspection after its commit, with the hazards it found.
    pub async fn gather_inspection(&mut self, out: &mut Gathered, id: &str) -> Result<Told> {
        let town = self.town.clone();
        let sql = format!("{INSPECTIONS} AND i.inspection = $2 ORDER BY i.edition");
        let rows = self.rows(sql, args![town.as_str(), id]).await?;
        let [row] = rows.as_slice() else { return Ok(Told::Anew) };
        // Its task may be newer than what was gathered.
        let sql = "SELECT id, kind, content FROM task WHERE town = $1 AND id = $2";
        for task in self.rows(sql, args![town.as_str(), row.text("task")?]).await? {
            together(out, &task)?;
        }
        let mut added = inspection(out, row)?;
        let sql = "SELECT id FROM hazard WHERE town = $1 AND inspection = $2 ORDER BY id";
        for row in self.rows(sql, args![town.as_str(), id]).await? {
            match self.gather_hazard(out, &row.text("id")?).await? {
                Told::Added(more) => added.extend(more),
                Told::Anew => return Ok(Told::Anew),
            }
        }
        Ok(Told::Added(added))
    }

    /// Takes in what happened to one hazard since it was last looked at.
    pub async fn gather_hazard(&mut self, out: &mut Gathered, id: &str) -> Result<Told> {
        let town = self.town.clone();
        let sql = format!("{HAZARD_EVENTS} AND e.hazard = $2 ORDER BY e.seq");
        let rows = self.rows(sql, args![town.as_str(), id]).await?;
        let steps = rows.iter().map(Step::from_row).collect::<Result<Vec<_>>>()?;
        let known = out.roll.hazards.get(id).copied().unwrap_or(0);
        let takes_back = |step: &&Step| step.seq > known && step.takes_back();
        if steps.iter().find(takes_back).is_some() {
            return Ok(Told::Anew);
        }
        hazard(out, &steps).map(Told::Added)
    }

    async fn gather_lists(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT e.id, e.place, e.from_on, e.to_on, e.recorded_at, l.kind, l.owner_org FROM list_entry e \
                   JOIN place_list l ON l.town = e.town AND l.id = e.list WHERE e.town = $1 ORDER BY e.from_on, e.id";
        self.each(sql, args![town.as_str()], |row| {
            let Some(stay) = listed(&row)? else { return Ok(()) };
            let owner = row.text("owner_org")?;
            let mut tags = vec![format!("list:{}", row.text("kind")?)];
            if let Some((of, _)) = out.roll.orgs.get(&owner) {
                tags.extend(
                    of.iter().filter_map(|tag| tag.strip_prefix("org:")).map(|org| format!("owner:{org}")),
                );
            }
            let place = out.facts.subject(SubjectKind::Place, &row.text("place")?);
            out.put("place.listed", &row.text("id")?, place, &[], stay, row.instant("recorded_at")?, &tags)
                .map(drop)
        })
        .await
    }

    /// Grades and sector authorities as they stand, and every time a place was checked against the register.
    async fn gather_register(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        // Each time under the day it was done and the moment it was said; what came with a ledger has only its day.
        let sql = "SELECT object_id, happened_at, at FROM audit WHERE town = $1 AND action = 'place.verify' ORDER BY seq";
        let mut verified: BTreeSet<(String, Date)> = BTreeSet::new();
        self.each(sql, args![town.as_str()], |row| {
            let (id, on) = (row.text("object_id")?, row.instant("happened_at")?.date());
            let place = out.facts.subject(SubjectKind::Place, &id);
            if verified.insert((id.clone(), on)) {
                let at = row.instant("at")?;
                out.put("register.verified", &id, place, &[], Span::since(on), at, &[])?;
            }
            Ok(())
        })
        .await?;
        let sql = "SELECT id, sector_org, cached_risk_grade, opened_on, happened_on, sector_on, sector_at, \
                   verified_on, recorded_at FROM place WHERE town = $1 ORDER BY id";
        self.each(sql, args![town.as_str()], |row| {
            let (id, recorded_at) = (row.text("id")?, row.instant("recorded_at")?);
            let place = out.facts.subject(SubjectKind::Place, &id);
            // What came with the place holds since there is one; a later change of it, as of its address, is no news of this.
            let first = row.date("happened_on")?.min(recorded_at.date());
            let since = Span::since(row.opt_date("opened_on")?.unwrap_or(first));
            // A second row about a place says nothing of it any more, but that somebody once looked.
            let is_double =
                place.is_some_and(|place| out.facts.subject_id(place).is_some_and(|(_, of)| of != id));
            let grade = row.text("cached_risk_grade")?;
            if !grade.is_empty() && !is_double {
                let tag = [format!("grade:{grade}")];
                out.put("place.graded", &id, place, &[], since, recorded_at, &tag)?;
            }
            if let Some(org) = row.opt_text("sector_org")?.filter(|_| !is_double) {
                let (tags, also) = out.roll.acting(&BTreeSet::from([org]));
                let told = row.opt_date("sector_on")?.zip(row.opt_instant("sector_at")?);
                let (since, at) = told.map_or((since, recorded_at), |(on, at)| (Span::since(on), at));
                out.put("place.sector_assigned", &id, place, &also, since, at, &tags)?;
            }
            if let Some(on) = row.opt_date("verified_on")?
                && verified.insert((id.clone(), on))
            {
                let at = recorded_at.max(Timestamp::start_of(on));
                out.put("register.verified", &id, place, &[], Span::since(on), at, &[])?;
            }
            Ok(())
        })
        .await
    }

    async fn gather_holders(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM assignment WHERE town = $1 ORDER BY from_on, id";
        self.each(sql, args![town.as_str()], |row| {
            let post = row.text("post")?;
            let around = out.roll.around(&row.text("path")?, out.town);
            let subject = out.facts.subject(SubjectKind::Post, &post).or(around.first().copied());
            let (mut tags, mut also) = out.roll.acting(&BTreeSet::from([row.text("org")?]));
            also.extend(around);
            also.extend(out.roll.forces.get(&post).into_iter().flatten());
            tags.extend([
                format!("role:{}", row.text("role")?),
                format!("post:{post}"),
                format!("person:{}", row.text("person")?),
            ]);
            let held = Span { from: row.date("from_on")?, to: row.opt_date("to_on")? };
            out.put("post.filled", &row.text("id")?, subject, &also, held, row.instant("recorded_at")?, &tags)
                .map(drop)
        })
        .await
    }

    /// A certificate is credited to its holder, to the town, and to where he works.
    /// It counts for as long as he holds a post: C11.4 asks for officers, not for papers.
    async fn gather_certificates(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT c.id, c.person, c.kind, c.issued_on, c.expires_on, c.state, c.revoked_on, c.recorded_at, \
                   a.org, a.post, a.from_on, a.to_on, a.recorded_at AS held_at \
                   FROM certificate c JOIN assignment a ON a.town = c.town AND a.person = c.person \
                   WHERE c.town = $1 ORDER BY c.issued_on, c.id, a.from_on, a.id";
        let rows = self.rows(sql, args![town.as_str()]).await?;
        for held in rows.chunk_by(|a, b| a.text("id").ok() == b.text("id").ok()) {
            let Some(row) = held.first() else { continue };
            let Some(valid) = in_force(row)? else { continue };
            let person = row.text("person")?;
            // Whoever has left is on no roll of today, but counted while he was here.
            let subject = out.facts.subject(SubjectKind::Person, &person).unwrap_or(out.town);
            let mut stays: Vec<(Span, Vec<SubjectIx>, Timestamp)> = Vec::new();
            for row in held {
                let stay = Span { from: row.date("from_on")?, to: row.opt_date("to_on")? };
                let Some(span) = both(valid, stay) else { continue };
                let (_, org) = out.roll.orgs.get(&row.text("org")?).cloned().unwrap_or_default();
                let post = out.facts.subject(SubjectKind::Post, &row.text("post")?);
                let around = org.into_iter().chain(post);
                let at = row.instant("held_at")?;
                match stays.last_mut() {
                    // One who holds two posts shows one certificate.
                    Some((known, also, since)) if known.to.is_none_or(|to| span.from <= to) => {
                        known.to = known.to.zip(span.to).map(|(a, b)| a.max(b));
                        also.extend(around);
                        *since = at.min(*since);
                    }
                    _ => stays.push((span, around.collect(), at)),
                }
            }
            let tags = [format!("certificate:{}", row.text("kind")?), format!("person:{person}")];
            for (span, mut also, since) in stays {
                also.extend(Some(out.town).filter(|town| *town != subject));
                let at = row.instant("recorded_at")?.max(since);
                out.put("certificate.valid", &row.text("id")?, Some(subject), &also, span, at, &tags)?;
            }
        }
        Ok(())
    }

    async fn gather_plans(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM inspection_plan WHERE town = $1 AND state = 'approved' ORDER BY id";
        for row in self.rows(sql, args![town.as_str()]).await? {
            let State::Approved { on, .. } = row.json("standing")? else { continue };
            let (kind, span) = match row.json("span")? {
                PlanSpan::Annual { year } => ("annual", days_of(year, 1, 12)),
                PlanSpan::Monthly { year, month } => ("monthly", days_of(year, month, month)),
                PlanSpan::Special { from, to, .. } => ("special", Some(Span::between(from, to))),
            };
            let Some(span) = span else { continue };
            let (mut tags, also) = out.roll.acting(&BTreeSet::from([row.text("org")?]));
            tags.push(format!("plan_kind:{kind}"));
            let around = out.roll.around(&row.text("path")?, out.town);
            let subject = also.first().or(around.first()).copied();
            out.put(
                "inspection.plan_approved",
                &row.text("id")?,
                subject,
                &around,
                span,
                Timestamp::start_of(on),
                &tags,
            )?;
        }
        Ok(())
    }

    /// Hands every hazard to `each` as it stood at the end of a day, rebuilt from what was recorded by then.
    pub async fn each_hazard_life(&mut self, as_of: Date, mut each: impl FnMut(Life) + Send) -> Result<()> {
        let town = self.town.clone();
        let until = super::end_of(as_of);
        let sql = "SELECT e.hazard, e.content, h.path, h.code FROM hazard_event e \
                   JOIN hazard h ON h.town = e.town AND h.id = e.hazard \
                   WHERE e.town = $1 AND e.recorded_at < $2 ORDER BY h.found_at, e.hazard, e.seq";
        let mut sofar: Option<(Vec<Event>, String, String)> = None;
        let mut finish = |sofar: Option<(Vec<Event>, String, String)>| -> Result<()> {
            let Some((events, path, code)) = sofar else { return Ok(()) };
            let hazard = Hazard::from_events(&events).map_err(|fault| broken(fault.code(), &code))?;
            each(Life { hazard, path, code });
            Ok(())
        };
        self.each(sql, args![town.as_str(), until], |row| {
            let id: HazardId = row.text("hazard")?.into();
            let same = sofar
                .as_ref()
                .and_then(|(events, ..)| events.first())
                .is_some_and(|first| first.hazard == id);
            if !same {
                finish(sofar.replace((Vec::new(), row.text("path")?, row.text("code")?)))?;
            }
            if let Some((events, ..)) = &mut sofar {
                events.push(row.json("content")?);
            }
            Ok(())
        })
        .await?;
        finish(sofar)
    }
}

fn broken(column: &str, id: &str) -> Error {
    Error::Inconsistent { table: "hazard", column: column.to_owned(), id: id.to_owned() }
}

fn days_of(year: i32, first: u32, last: u32) -> Option<Span> {
    let from = Date::from_ymd_opt(year, first, 1)?;
    let next =
        if last == 12 { Date::from_ymd_opt(year + 1, 1, 1) } else { Date::from_ymd_opt(year, last + 1, 1) };
    Some(Span::between(from, next?.pred_opt()?))
}

fn together(out: &mut Gathered, task: &Row) -> Result<()> {
    let Owed { lead, joint } = task.json("content")?;
    if task.text("kind")? == "joint" || !joint.is_empty() {
        out.roll.together.insert(task.text("id")?, std::iter::once(lead).chain(joint).collect());
    }
    Ok(())
}

/// When a visit of several bodies became one of all of them: each stands under its record, who made it by having made it.
/// Not before, for one alone could say that the others were there. Source: C13.3, C17.2.
fn signed_by_all(
    out: &Gathered,
    id: &str,
    recorder: (&str, Timestamp),
    bodies: &BTreeSet<String>,
) -> Option<Timestamp> {
    let signed = out.roll.signed.get(id).map_or(&[][..], Vec::as_slice);
    let mut at = recorder.1;
    for body in bodies.iter().filter(|body| *body != recorder.0) {
        let (_, when) = signed.iter().find(|(org, _)| org == body)?;
        at = at.max(*when);
    }
    (bodies.len() > 1).then_some(at)
}

/// An inspection as facts: it was done, and by several organisations together once all of them signed.
fn inspection(out: &mut Gathered, row: &Row) -> Result<Vec<FactIx>> {
    if row.text("result")? == "not_possible" {
        return Ok(Vec::new());
    }
    let Looked { record } = row.json("content")?;
    let id = row.text("inspection")?;
    let mut orgs = BTreeSet::from([row.text("org")?]);
    orgs.extend(record.inspectors.iter().filter_map(|by| out.roll.hats.get(&by.assignment).cloned()));
    let mut how = vec![format!("plan_kind:{}", record.occasion)];
    how.extend(record.pins.iter().map(|pin| format!("checklist:{}", pin.code)));
    let (mut tags, also) = out.roll.acting(&orgs);
    tags.extend_from_slice(&how);
    let place = out.facts.subject(SubjectKind::Place, &row.text("place")?);
    let on = Span::since(row.date("happened_on")?);
    let (at, corrected_at) = (row.instant("recorded_at")?, row.opt_instant("corrected_at")?);
    let until = corrected_at.map(Timestamp::date);
    let mut added: Vec<FactIx> =
        out.put_until("inspection.done", &id, place, &also, on, at, until, &tags)?.into_iter().collect();
    let recorder = row.text("org")?;
    let mut bodies = orgs;
    bodies.extend(out.roll.together.get(&row.text("task")?).into_iter().flatten().cloned());
    if let Some(signed_at) = signed_by_all(out, &id, (&recorder, at), &bodies) {
        // Whoever signed did it, and is counted as one of them, though another wrote down who was there.
        let (mut tags, also) = out.roll.acting(&bodies);
        tags.extend(how);
        added.extend(out.put_until("inspection.joint", &id, place, &also, on, signed_at, until, &tags)?);
    }
    if record.power == "enforcement" {
        let people: Vec<String> = record.inspectors.iter().map(|by| by.person.clone()).collect();
        let around = place.map(|place| vec![place]).unwrap_or_default();
        let until = corrected_at.map(Timestamp::date);
        added.extend(enforced(out, &id, &people, row.date("happened_on")?, (at, until), &around)?);
    }
    Ok(added)
}

/// Somebody enforced, or helped to: an event of its own, and whether the gate of clause 11 was open to all of them that
/// day.
fn enforced(
    out: &mut Gathered,
    id: &str,
    people: &[String],
    on: Date,
    (at, until): (Timestamp, Option<Date>),
    around: &[SubjectIx],
) -> Result<Vec<FactIx>> {
    let Some(trained) = out.roll.gate.act(people, on) else { return Ok(Vec::new()) };
    let subject = match out.facts.subject(SubjectKind::Event, id) {
        Some(subject) => subject,
        None => {
            let around: Vec<SubjectIx> = around.iter().copied().chain([out.town]).collect();
            out.facts.add_subject(SubjectKind::Event, id, Span::since(on), 1.0, &around)
        }
    };
    let tags: Vec<String> = trained.then(|| "trained".to_owned()).into_iter().collect();
    let mut added = Vec::new();
    for kind in ["enforcement.act", "enforcement.trained"].into_iter().take(if trained { 2 } else { 1 }) {
        added.extend(out.put_until(kind, id, Some(subject), &[], Span::since(on), at, until, &tags)?);
    }
    Ok(added)
}

/// One event of a hazard, as far as facts are concerned.
struct Step {
    hazard: String,
    seq: i64,
    kind: String,
    happened_at: Timestamp,
    recorded_at: Timestamp,
    place: String,
    path: String,
    tags: Vec<String>,
    original_deadline_on: Option<Date>,
    /// Who ordered, for an order.
    ordered_by: Option<String>,
}

impl Step {
    fn from_row(row: &Row) -> Result<Self> {
        let mut tags = vec![
            format!("category:{}", row.text("category")?),
            format!("hazard:{}", row.text("hazard_code")?),
        ];
        let level = row.text("level")?;
        if !level.is_empty() {
            tags.push(format!("level:{level}"));
        }
        if domain::hazard::blocks_passage(&row.text("hazard_code")?) {
            tags.push("passage".to_owned());
        }
        Ok(Self {
            hazard: row.text("hazard")?,
            seq: row.int("seq")?,
            kind: row.text("kind")?,
            happened_at: row.instant("happened_at")?,
            recorded_at: row.instant("recorded_at")?,
            place: row.text("place")?,
            path: row.text("path")?,
            tags,
            original_deadline_on: row.opt_date("original_deadline_on")?,
            ordered_by: match row.text("kind")?.as_str() {
                "ordered" => row.json::<Event>("content")?.act.actor.person().map(ToString::to_string),
                _ => None,
            },
        })
    }

    /// Whether it makes something undone that was known before.
    fn takes_back(&self) -> bool {
        matches!(self.kind.as_str(), "reopened" | "dismissed" | "voided")
    }
}

/// The life of one hazard as facts, from the event after the last one taken in.
fn hazard(out: &mut Gathered, steps: &[Step]) -> Result<Vec<FactIx>> {
    let Some(first) = steps.first() else { return Ok(Vec::new()) };
    let known = out.roll.hazards.get(&first.hazard).copied().unwrap_or(0);
    let subject = match out.facts.subject(SubjectKind::Event, &first.hazard) {
        Some(subject) => subject,
        None => {
            let mut around = out.roll.around(&first.path, out.town);
            around.extend(out.facts.subject(SubjectKind::Place, &first.place));
            let since = Span::since(first.happened_at.date());
            out.facts.add_subject(SubjectKind::Event, &first.hazard, since, 1.0, &around)
        }
    };
    // What was found untrue or recorded by mistake was no hazard from that day on.
    let gone = steps.iter().find(|step| matches!(step.kind.as_str(), "dismissed" | "voided"));
    let gone = gone.map(|step| step.recorded_at.date());
    let mut added = Vec::new();
    for (n, step) in steps.iter().enumerate().filter(|(_, step)| step.seq > known) {
        let on = step.happened_at.date();
        let mut tags = step.tags.clone();
        let (kinds, void): (&[&str], Option<Date>) = match step.kind.as_str() {
            "found" => (&["hazard.found"], gone),
            "recheck_passed" | "recheck_failed" => {
                tags.push(if step.kind == "recheck_passed" { "passed" } else { "failed" }.to_owned());
                (&["hazard.recheck"], gone)
            }
            // No step can be left out on the way to closing, so whatever was closed followed the process.
            "closed" => {
                if step.original_deadline_on.is_some_and(|deadline| on <= deadline) {
                    tags.push("in_time".to_owned());
                }
                if domain::hazard::is_freed_in_time(first.happened_at, step.happened_at) {
                    tags.push("in_24h".to_owned());
                }
                let reopened = steps.iter().skip(n + 1).find(|later| later.kind == "reopened");
                let reopened = reopened.map(|later| later.recorded_at.date());
                (&["hazard.closed", "hazard.conform"], [gone, reopened].into_iter().flatten().min())
            }
            _ => (&[], None),
        };
        if let Some(person) = &step.ordered_by {
            let people = std::slice::from_ref(person);
            added.extend(enforced(out, &step.hazard, people, on, (step.recorded_at, gone), &[])?);
        }
        for kind in kinds {
            let at = step.recorded_at;
            added.extend(out.put_until(
                kind,
                &step.hazard,
                Some(subject),
                &[],
                Span::since(on),
                at,
                void,
                &tags,
            )?);
        }
    }
    if let Some(last) = steps.last() {
        out.roll.hazards.insert(last.hazard.clone(), last.seq);
    }
    Ok(added)
}

impl Gathered {
    #[expect(clippy::too_many_arguments, reason = "the columns of a fact")]
    pub(super) fn put(
        &mut self,
        kind: &str,
        id: &str,
        subject: Option<SubjectIx>,
        also: &[SubjectIx],
        span: Span,
        recorded_at: Timestamp,
        tags: &[String],
    ) -> Result<Option<FactIx>> {
        self.put_until(kind, id, subject, also, span, recorded_at, None, tags)
    }

    /// A fact about something that is on the rolls; of anything else nothing is asked.
    #[expect(clippy::too_many_arguments, reason = "the columns of a fact")]
    pub(super) fn put_until(
        &mut self,
        kind: &str,
        id: &str,
        subject: Option<SubjectIx>,
        also: &[SubjectIx],
        span: Span,
        recorded_at: Timestamp,
        void_on: Option<Date>,
        tags: &[String],
    ) -> Result<Option<FactIx>> {
        let Some(subject) = subject else { return Ok(None) };
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let fact = NewFact {
            kind,
            id,
            subject,
            also,
            happened_on: span.from,
            until: span.to,
            recorded_on: recorded_at.date(),
            void_on,
            tags: &tags,
        };
        self.facts.add_fact(&fact).map(Some).map_err(|refusal| broken(refusal.code(), id))
    }
}
