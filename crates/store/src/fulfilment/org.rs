//! Whether organisations are made up as the plan orders, as facts told from the assignments of each day: the committee with
//! its members, the workstation under the emergency office's head, the village group under its secretary.

use domain::fulfilment::Span;
use domain::org::{Assignment, OrgKind, Role, committee_days, together};
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};

use super::Gathered;
use crate::post::AssignmentRecord;
use crate::{Read, Result, args};

impl Read {
    pub(super) async fn gather_orgs_made_up(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM assignment WHERE town = $1 AND role IN ('committee_director', 'committee_deputy', \
                   'committee_member', 'dept_head', 'office_head', 'village_secretary', 'village_staff') \
                   ORDER BY from_on, id";
        let held: Vec<AssignmentRecord> = self
            .rows(sql, args![town.as_str()])
            .await?
            .iter()
            .map(AssignmentRecord::from_row)
            .collect::<Result<_>>()?;
        self.gather_committee(out, &held).await?;
        let with = |role: Role| held.iter().filter(move |one| one.assignment.role == role);
        // One person under two hats: the workstation's head, who heads a department as well. Source: C1.2.
        for head in with(Role::OfficeHead) {
            for other in with(Role::DeptHead).filter(|one| one.assignment.person == head.assignment.person) {
                let tags = out.roll.orgs.get(other.assignment.org.as_str());
                let tags = tags.map(|(tags, _)| tags.clone()).unwrap_or_default();
                both(out, head, other, tags)?;
            }
        }
        // The group is there while there is somebody to lead and somebody who is led. Source: C2.1.
        for secretary in with(Role::VillageSecretary) {
            for staff in with(Role::VillageStaff).filter(|one| one.assignment.org == secretary.assignment.org)
            {
                both(out, secretary, staff, vec!["post:group_lead".to_owned()])?;
            }
        }
        Ok(())
    }

    async fn gather_committee(&mut self, out: &mut Gathered, held: &[AssignmentRecord]) -> Result<()> {
        let orgs: Vec<_> = self.orgs().await?.into_iter().map(|record| record.org).collect();
        let Some(committee) = orgs.iter().find(|org| org.kind == OrgKind::Committee && org.active) else {
            return Ok(());
        };
        let all: Vec<Assignment> = held.iter().map(|record| record.assignment.clone()).collect();
        for (from, to) in committee_days(&orgs, &all) {
            // Known once the last of those was recorded who made it whole.
            let at =
                held.iter().filter(|one| one.assignment.is_valid_on(from)).map(|one| one.recorded_at).max();
            let subject = out.facts.subject(SubjectKind::Org, committee.id.as_str());
            let tags = ["org:committee".to_owned()];
            let also = [out.town];
            let at = at.unwrap_or(Timestamp::start_of(from));
            out.put("org.complete", committee.id.as_str(), subject, &also, Span { from, to }, at, &tags)?;
        }
        Ok(())
    }
}

/// The first one's holding of the post, for the days on which both run, with more said of it.
fn both(
    out: &mut Gathered,
    one: &AssignmentRecord,
    other: &AssignmentRecord,
    mut tags: Vec<String>,
) -> Result<()> {
    let Some((from, to)): Option<(Date, Option<Date>)> = together(&one.assignment, &other.assignment) else {
        return Ok(());
    };
    let held = &one.assignment;
    tags.extend([
        format!("role:{}", held.role.code()),
        format!("post:{}", held.post),
        format!("person:{}", held.person),
    ]);
    let around = out.roll.around(&held.path, out.town);
    let subject = out.facts.subject(SubjectKind::Post, held.post.as_str()).or(around.first().copied());
    let at = one.recorded_at.max(other.recorded_at);
    out.put("post.filled", held.id.as_str(), subject, &around, Span { from, to }, at, &tags).map(drop)
}
