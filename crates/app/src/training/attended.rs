//! Where a person was trained: each session he signed in at, which leads to its sign-in list. What does not belong here: what
//! training opens (`gate`).

use domain::ids::PersonId;
use domain::policy::Action;
use serde::Serialize;
use store::Read;
use utoipa::ToSchema;

use super::loaded;
use crate::view::Word;
use crate::{Caller, Result};

/// A session a person signed in at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonTraining {
    /// Id of the session, whose page has the sign-in list.
    pub id: String,
    /// Title.
    pub title: String,
    /// What the course is called.
    pub course: String,
    /// The day it was held.
    pub on: String,
    /// When he signed in.
    pub signed_at: String,
    /// How that was recorded.
    pub way: Word,
    /// What came of it.
    pub outcome: Word,
    /// Points in percent.
    pub score: Option<u8>,
}

/// The sessions somebody signed in at, newest first, of those the caller may see.
// Part of a person's page, whose right was asked.
pub(crate) async fn attended(
    read: &mut Read,
    caller: &Caller,
    person: &PersonId,
) -> Result<Vec<PersonTraining>> {
    let Some(scope) = caller.hats.scope(Action::TrainingRead) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for kept in read.trainings_of(person).await? {
        let session = loaded(read, &kept.attendance.training).await?;
        if !scope.admits(&session.subject()) {
            continue;
        }
        let (one, training) = (&kept.attendance, &session.kept.training);
        out.push(PersonTraining {
            id: training.id.to_string(),
            title: training.title.clone(),
            course: session.course.name.clone(),
            on: training.on.to_string(),
            signed_at: one.at.to_rfc3339(),
            way: Word::new(one.way.code(), one.way.label()),
            outcome: Word::new(one.outcome.code(), one.outcome.label()),
            score: one.score,
        });
    }
    Ok(out)
}
