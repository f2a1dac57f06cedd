//! Somebody says himself when he is away from a force or from another post of his, and that he is back; whoever leads it sees
//! who is left. What does not belong here: what the office enters (`post`), what the head notes of a member (`daily`).

use domain::ids::{AssignmentId, ForceId};
use domain::org::{Assignment, Away};
use domain::policy::Action;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::force::{ForceFilter, ForceRecord};
use store::post::AssignmentRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use super::view::AwayView;
use crate::post::away_view;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// So many days of the roster ahead are shown to who says that he is away.
const DAYS_AHEAD: u64 = 62;

/// A day somebody is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyDuty {
    /// The day.
    pub on: String,
    /// Shift.
    pub shift: Word,
    /// Whether he has said that he is away then.
    pub away: bool,
}

/// One of the caller's forces, or of his posts outside of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyAwayForce {
    /// The force; of another post, the assignment by which he holds it and the post's name.
    pub force: Named,
    /// When he is away, from today on.
    pub away: Vec<AwayView>,
    /// When he is on duty, from today on.
    pub duties: Vec<MyDuty>,
}

/// When the caller is away from his forces and posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyAway {
    /// His forces, then his other posts; none where he holds none.
    pub items: Vec<MyAwayForce>,
}

/// Days somebody will be away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AwayInput {
    /// From which force, or by which assignment he holds another post.
    pub force: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why, as far as he likes to say.
    #[serde(default)]
    pub reason: String,
}

/// An absence that ends early or does not come to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AwayBack {
    /// From which force, or by which assignment he holds another post.
    pub force: String,
    /// The first day of the absence.
    pub from: String,
}

/// The forces the caller belongs to on a day, each with the post by which he does.
async fn own(read: &mut Read, caller: &Caller, today: Date) -> Result<Vec<(ForceRecord, Assignment)>> {
    let held: Vec<Assignment> =
        read.assignments_of(&caller.person).await?.into_iter().map(|one| one.assignment).collect();
    // His own forces are his to know, whatever else he may read.
    let whole = Caller::system().scope(Action::ForceRead)?;
    let all = read.forces(&whole, &ForceFilter::default()).await?;
    let by = |record: &ForceRecord| record.force.held(&held, today).next().cloned();
    let open = all.into_iter().filter(|record| record.force.closed.is_none());
    Ok(open.filter_map(|record| by(&record).map(|post| (record, post))).collect())
}

/// The posts the caller holds on a day that are none of a force.
async fn other_posts(read: &mut Read, caller: &Caller, today: Date) -> Result<Vec<AssignmentRecord>> {
    let in_forces = own(read, caller, today).await?;
    let held = read.assignments_of(&caller.person).await?.into_iter();
    let held = held.filter(|one| one.assignment.is_valid_on(today));
    Ok(held
        .filter(|one| !in_forces.iter().any(|(force, _)| force.force.posts.contains(&one.assignment.post)))
        .collect())
}

async fn mine(read: &mut Read, caller: &Caller, today: Date) -> Result<MyAway> {
    let until = today.checked_add_days(chrono::Days::new(DAYS_AHEAD)).unwrap_or(today);
    let held: Vec<Assignment> =
        read.assignments_of(&caller.person).await?.into_iter().map(|one| one.assignment).collect();
    let mut items = Vec::new();
    for (record, _) in own(read, caller, today).await? {
        let force = &record.force;
        let away = force.members.get(&caller.person).map(|member| member.away.clone()).unwrap_or_default();
        let duties = read.force_duties(Some(&force.id), (today, until)).await?;
        let mut duties: Vec<_> =
            duties.into_iter().map(|one| one.duty).filter(|duty| duty.person == caller.person).collect();
        // What he leaves before is not his to do.
        duties.retain(|duty| !force.has_left(&held, duty));
        duties.sort_by_key(|duty| duty.on);
        let seen = away.iter().filter(|one| one.to >= today).map(|one| AwayView {
            from: one.from.to_string(),
            to: one.to.to_string(),
            reason: one.reason.clone(),
        });
        items.push(MyAwayForce {
            force: Named::new(force.id.as_str(), &force.name),
            away: seen.collect(),
            duties: duties
                .iter()
                .map(|duty| MyDuty {
                    on: duty.on.to_string(),
                    shift: Word::new(duty.shift.code(), duty.shift.label()),
                    away: !force.is_there(&held, duty),
                })
                .collect(),
        });
    }
    for record in other_posts(read, caller, today).await? {
        let held = record.assignment;
        let name =
            read.post(&held.post).await?.map_or_else(|| held.role.label().to_owned(), |one| one.post.name);
        items.push(MyAwayForce {
            force: Named::new(held.id.as_str(), &name),
            away: held.away.iter().filter(|one| one.to >= today).map(away_view).collect(),
            duties: Vec::new(),
        });
    }
    Ok(MyAway { items })
}

impl App {
    /// When the caller is away from his forces and on duty there.
    pub async fn my_away(&self, caller: &Caller) -> Result<MyAway> {
        let today = self.now().date();
        mine(&mut self.db.read(&self.town).await?, caller, today).await
    }

    /// The caller says when he will be away from a force of his.
    ///
    /// Errors: he does not belong to it today; days that are over or outside of his time on the post, or on which he is away
    /// already.
    pub async fn report_away(&self, caller: &Caller, asked: AwayInput) -> Result<MyAway> {
        let away = Away {
            from: read_day("from", &asked.from)?,
            to: read_day("to", &asked.to)?,
            reason: asked.reason.trim().to_owned(),
        };
        let today = self.now().date();
        if let Some(post) = self.my_other_post(caller, &asked.force, today).await? {
            if away.from < today {
                return Err(domain::force::ForceRefusal::AwayPast.into());
            }
            let step = async move |tx: &mut Write, mut record: AssignmentRecord| -> Result<()> {
                record.assignment = record.assignment.go_away(away)?;
                Ok(tx.update_away(&record).await?)
            };
            return self.change_post_away(caller, post, "assignment.report_away", step).await;
        }
        let step = |record: &mut ForceRecord| -> Result<()> {
            record.force = record.force.clone().report_away(&caller.person, away, today)?;
            Ok(())
        };
        self.change_away(caller, &asked.force.as_str().into(), "force.report_away", step).await
    }

    /// The caller is back early, or does not go.
    ///
    /// Errors: he does not belong to the force today; he is not away from that day.
    pub async fn come_back(&self, caller: &Caller, asked: AwayBack) -> Result<MyAway> {
        let from = read_day("from", &asked.from)?;
        let today = self.now().date();
        if let Some(post) = self.my_other_post(caller, &asked.force, today).await? {
            let step = async move |tx: &mut Write, record: AssignmentRecord| -> Result<()> {
                crate::post::back(tx, record, from, today).await.map(drop)
            };
            return self.change_post_away(caller, post, "assignment.come_back", step).await;
        }
        let step = |record: &mut ForceRecord| -> Result<()> {
            record.force = record.force.clone().come_back(&caller.person, from, today)?;
            Ok(())
        };
        self.change_away(caller, &asked.force.as_str().into(), "force.come_back", step).await
    }

    async fn my_other_post(&self, caller: &Caller, id: &str, today: Date) -> Result<Option<AssignmentId>> {
        let mut read = self.db.read(&self.town).await?;
        let all = other_posts(&mut read, caller, today).await?;
        Ok(all.into_iter().map(|one| one.assignment.id).find(|one| one.as_str() == id))
    }

    async fn change_post_away(
        &self,
        caller: &Caller,
        id: AssignmentId,
        action: &'static str,
        step: impl AsyncFnOnce(&mut Write, AssignmentRecord) -> Result<()>,
    ) -> Result<MyAway> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let record = tx.assignment(&id).await?.ok_or(Error::NotFound)?;
        let held = record.assignment.clone();
        step(&mut tx, record).await?;
        let view = mine(&mut tx, caller, now.date()).await?;
        let audit = caller.audit_as(&held, action, ("assignment", id.as_str()), &held.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    async fn change_away(
        &self,
        caller: &Caller,
        id: &ForceId,
        action: &'static str,
        step: impl FnOnce(&mut ForceRecord) -> Result<()>,
    ) -> Result<MyAway> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let found = own(&mut tx, caller, now.date()).await?.into_iter().find(|(one, _)| one.force.id == *id);
        let (mut record, post) = found.ok_or(Error::NotFound)?;
        step(&mut record)?;
        tx.update_force(&record).await?;
        let view = mine(&mut tx, caller, now.date()).await?;
        let audit = caller.audit_as(&post, action, ("force", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
