//! Somebody on a post is away for some days, with somebody who acts for him if wanted; he is back. Forces are told by their
//! heads and by their own people (`force`). What does not belong here: rights, which stay his.

use domain::ids::{AssignmentId, PersonId, PostId};
use domain::org::{Assignment, Away};
use domain::policy::Action;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Write;
use store::post::AssignmentRecord;
use utoipa::ToSchema;

use super::{AssignmentView, PostNames, Terms, assignment_view, subject};
use crate::force::AwayView;
use crate::names::Names;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

/// Days somebody on a post will be away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PostAwayInput {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why, as far as he likes to say.
    #[serde(default)]
    pub reason: String,
    /// Who acts for him on these days, if anybody.
    #[serde(default)]
    pub deputy: Option<String>,
}

/// An absence that ends early or does not come to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PostAwayBack {
    /// The first day of the absence.
    pub from: String,
}

pub(crate) fn away_view(away: &Away) -> AwayView {
    AwayView { from: away.from.to_string(), to: away.to.to_string(), reason: away.reason.clone() }
}

/// Days on which somebody on a post is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostAwayView {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why; empty where nobody said, and for whom it is none of his business.
    pub reason: String,
    /// Who acts on the post on one of these days.
    pub acts: Vec<Named>,
}

/// An absence as the caller may know it: why is for who is away and for who keeps the people of that post. `beside` is
/// everybody on the same post, `name` what a person is called.
pub(crate) fn post_away(
    caller: &Caller,
    held: &Assignment,
    away: &Away,
    beside: &[Assignment],
    name: impl Fn(&PersonId) -> String,
) -> PostAwayView {
    let knows_why =
        caller.person == held.person || caller.hats.hat(Action::PersonChange, &subject(held)).is_some();
    let acts = beside.iter().filter(|one| one.id != held.id && one.acts_during(away));
    PostAwayView {
        from: away.from.to_string(),
        to: away.to.to_string(),
        reason: if knows_why { away.reason.clone() } else { String::new() },
        acts: acts.map(|one| Named::new(one.person.as_str(), name(&one.person))).collect(),
    }
}

/// Writes that somebody is back, and that who acted for him acts no more.
// Part of the write of whoever says so.
pub(crate) async fn back(
    tx: &mut Write,
    mut record: AssignmentRecord,
    from: Date,
    today: Date,
) -> Result<AssignmentRecord> {
    let (assignment, was) = record.assignment.come_back(from, today)?;
    record.assignment = assignment;
    tx.update_away(&record).await?;
    for mut other in tx.assignments_of_post(&record.assignment.post).await? {
        if let Some(relieved) = other.assignment.clone().relieve(&was, today) {
            other.assignment = relieved;
            tx.end_assignment(&other).await?;
        }
    }
    Ok(record)
}

async fn view(tx: &mut Write, caller: &Caller, held: &Assignment, today: Date) -> Result<AssignmentView> {
    let names = Names::read(tx).await?;
    let post: Option<(PostId, _)> = tx.post(&held.post).await?.map(|post| (post.post.id.clone(), post));
    let posts: PostNames = post.into_iter().collect();
    let beside: Vec<_> =
        tx.assignments_of_post(&held.post).await?.into_iter().map(|one| one.assignment).collect();
    Ok(assignment_view(caller, held, &beside, (&names, &posts), today))
}

impl App {
    /// Enters that somebody on a post is away, and who acts for him on these days: he keeps the post and his rights and does
    /// not count as there.
    ///
    /// Errors: days outside of his time on the post, or on which he is away already; who acts holds the post himself, or is
    /// who asks.
    pub async fn enter_away(
        &self,
        caller: &Caller,
        id: &AssignmentId,
        asked: PostAwayInput,
    ) -> Result<AssignmentView> {
        let now = self.now();
        let scope = caller.scope(Action::PersonRead)?;
        let days = Away {
            from: read_day("from", &asked.from)?,
            to: read_day("to", &asked.to)?,
            reason: asked.reason.trim().to_owned(),
        };
        let mut tx = self.write(caller).await?;
        let mut record = tx.assignment(id).await?.ok_or(Error::NotFound)?;
        let about = subject(&record.assignment);
        if !scope.admits(&about) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::PersonChange, &about)?;
        record.assignment = record.assignment.go_away(days.clone())?;
        tx.update_away(&record).await?;
        if let Some(deputy) = asked.deputy.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
            // Who acts gets rights: the same is asked as when somebody is put on a post.
            caller.stepped_up(now)?;
            let deputy = PersonId::from(deputy);
            let known = tx.person(&deputy, &scope).await?.filter(|person| person.person.active);
            if known.is_none() {
                return Err(Error::field("deputy", "assignment.person", "没有这个人员，请从列表中选择"));
            }
            if deputy == caller.person {
                let text = "不能给自己任职，请由消安办其他人员办理";
                return Err(Error::field("deputy", "assignment.self", text));
            }
            let post = tx.post(&record.assignment.post).await?.ok_or(Error::NotFound)?.post;
            let basis = format!("代理至 {}", days.to);
            let terms = Terms { from: days.from, to: Some(days.to), acting: true, basis };
            let path = record.assignment.path.clone();
            self.appoint_to(&mut tx, &post, &path, &deputy, terms).await?;
        }
        let view = view(&mut tx, caller, &record.assignment, now.date()).await?;
        let object = ("assignment", id.as_str());
        let audit = caller.audit_as(hat, "assignment.enter_away", object, &record.assignment.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Somebody on a post is back early, or does not go; who acted for him is relieved.
    ///
    /// Errors: he is not away from that day, or it is over.
    pub async fn end_away(
        &self,
        caller: &Caller,
        id: &AssignmentId,
        asked: PostAwayBack,
    ) -> Result<AssignmentView> {
        let now = self.now();
        let scope = caller.scope(Action::PersonRead)?;
        let from = read_day("from", &asked.from)?;
        let mut tx = self.write(caller).await?;
        let record = tx.assignment(id).await?.ok_or(Error::NotFound)?;
        let about = subject(&record.assignment);
        if !scope.admits(&about) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::PersonChange, &about)?;
        let record = back(&mut tx, record, from, now.date()).await?;
        let view = view(&mut tx, caller, &record.assignment, now.date()).await?;
        let object = ("assignment", id.as_str());
        let audit = caller.audit_as(hat, "assignment.come_back", object, &record.assignment.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
