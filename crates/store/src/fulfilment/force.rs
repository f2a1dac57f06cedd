//! Forces as subjects, and what they have and do as facts: when each was up to its standard, could be called, had its
//! equipment whole, and went on patrol. What does not belong here: what is missing (`domain::force`).

use std::collections::BTreeMap;

use domain::force::{Force, ForceKind, Group, KitCheck, Served, Standard};
use domain::fulfilment::{Span, SubjectIx};
use domain::ids::ForceId;
use domain::org::Assignment;
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};

use super::Gathered;
use crate::force::{ForceRecord, KitCheckRecord, PatrolRecord};
use crate::post::AssignmentRecord;
use crate::{Read, Result, args};

/// The standard of forest brigades.
const FOREST: &str = "forest";

impl Read {
    /// The stations and brigades of the town, each since it was accepted or first known of, and whose posts are theirs.
    pub(super) async fn gather_stations(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM force WHERE town = $1 ORDER BY path, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = ForceRecord::from_row(row)?;
            let force = &record.force;
            let known = record.recorded_at.date();
            let from = force.accepted.as_ref().map_or(known, |accepted| accepted.on.min(known));
            let to = force.closed.as_ref().and_then(|(on, _)| on.pred_opt());
            let mut around = out.roll.around(&record.path, out.town);
            around.extend(out.roll.acting(&[force.org.to_string()].into()).1);
            let exists = Span { from, to };
            let station =
                out.facts.add_subject(SubjectKind::Station, force.id.as_str(), exists, 1.0, &around);
            out.facts.add_label(station, &format!("class:{}", force.kind.code()), super::ALWAYS);
            // Whose people serve a unit or a compound are counted there; those of a village are so by their path.
            let mut theirs = vec![station];
            theirs.extend(served(out, force).filter(|_| force.place.is_some()));
            for post in &force.posts {
                out.roll.forces.insert(post.to_string(), theirs.clone());
            }
        }
        Ok(())
    }

    /// What forces have and do, measured against the standards with the town's numbers.
    pub async fn gather_forces(&mut self, out: &mut Gathered, standards: &[Standard]) -> Result<()> {
        let town = self.town.clone();
        let mut checks: BTreeMap<ForceId, Vec<KitCheckRecord>> = BTreeMap::new();
        for record in self.kit_checks(None).await?.into_iter().filter(|record| record.voided.is_none()) {
            checks.entry(record.force.clone()).or_default().push(record);
        }
        let sql = "SELECT * FROM assignment WHERE town = $1 AND role IN ('station_chief', 'station_member', \
                   'brigade_leader', 'volunteer') ORDER BY from_on, id";
        let mut held: BTreeMap<String, Vec<Assignment>> = BTreeMap::new();
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let one = AssignmentRecord::from_row(row)?.assignment;
            held.entry(one.post.to_string()).or_default().push(one);
        }
        let sql = "SELECT * FROM force WHERE town = $1 ORDER BY path, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = ForceRecord::from_row(row)?;
            let posts = record.force.posts.iter();
            let theirs: Vec<Assignment> =
                posts.filter_map(|post| held.get(post.as_str())).flatten().cloned().collect();
            let counted = checks.get(&record.force.id).map_or(&[][..], Vec::as_slice);
            let standard = standards.iter().find(|one| one.code == record.force.standard);
            out.force(&record, standard, counted, &theirs)?;
        }
        let sql = "SELECT * FROM force_patrol WHERE town = $1 ORDER BY patrol_on, id";
        self.each(sql, args![town.as_str()], |row| {
            let record = PatrolRecord::from_row(&row)?;
            let station = out.facts.subject(SubjectKind::Station, record.patrol.force.as_str());
            let void_on = record.voided.as_ref().map(|(at, _)| at.date());
            let on = Span::since(record.patrol.on);
            let tags = ["patrol:station".to_owned()];
            let (id, at) = (record.patrol.id.as_str(), record.recorded_at);
            out.put_until("patrol.done", id, station, &[], on, at, void_on, &tags).map(drop)
        })
        .await
    }
}

/// Whom a force serves, as a subject.
fn served(out: &Gathered, force: &Force) -> Option<SubjectIx> {
    let place = |kind| out.facts.subject(kind, force.place.as_ref()?.as_str());
    match force.served {
        Served::Town => Some(out.town),
        Served::Village => out.roll.territories.get(force.territory.as_str()).copied(),
        Served::Unit => place(SubjectKind::Place),
        Served::Compound => place(SubjectKind::Compound),
    }
}

impl Gathered {
    fn force(
        &mut self,
        record: &ForceRecord,
        standard: Option<&Standard>,
        counted: &[KitCheckRecord],
        held: &[Assignment],
    ) -> Result<()> {
        let force = &record.force;
        let id = force.id.as_str();
        let station = self.facts.subject(SubjectKind::Station, id);
        let whom: Vec<SubjectIx> = served(self, force).into_iter().collect();
        let accepted_at = record.accepted_at.unwrap_or(record.recorded_at);
        // Known once the acceptance and the count it rests on were recorded.
        let known_at = |from: Date| {
            let last = counted.iter().rev().find(|one| one.check.on <= from).map(|one| one.recorded_at);
            accepted_at.max(last.unwrap_or(accepted_at))
        };
        if let Some(standard) = standard {
            let checks: Vec<KitCheck> = counted.iter().map(|one| one.check.clone()).collect();
            let all = [Group::Staff, Group::Vehicle, Group::Kit];
            let equipment = match force.kind {
                ForceKind::Town => "equipment:station",
                ForceKind::Micro => "equipment:micro",
                ForceKind::Brigade => "equipment:brigade",
            };
            let kinds: [(&str, String, &[Group]); 2] = [
                ("station.active", format!("station:{}", force.kind.code()), &all),
                ("equipment.complete", equipment.to_owned(), &[Group::Vehicle, Group::Kit]),
            ];
            // What a forest brigade has, its organisation has. Source: C7.8.
            let mut owners = whom.clone();
            if standard.code == FOREST {
                owners.extend(self.facts.subject(SubjectKind::Org, force.org.as_str()));
            }
            for (kind, tag, groups) in kinds {
                let is_kit = kind == "equipment.complete";
                let mut tags = vec![tag];
                tags.extend((is_kit && standard.code == FOREST).then(|| format!("equipment:{FOREST}")));
                let whom = if is_kit { &owners } else { &whom };
                for (from, to) in force.complete_days(standard, &checks, held, groups) {
                    let (span, at) = (Span { from, to }, known_at(from));
                    self.put(kind, id, station, whom, span, at, &tags)?;
                }
            }
        }
        for (from, to) in force.dispatchable_days() {
            let at = record.recorded_at.max(Timestamp::start_of(from));
            self.put("station.dispatchable", id, station, &[], Span { from, to }, at, &[])?;
        }
        Ok(())
    }
}
