//! What was put down of a meeting wrongly: corrected with a reason, or taken back; what stood there stays on record. What
//! does not belong here: whether a correction may be made (`domain::meeting`).

use std::collections::BTreeSet;

use domain::follow_up::{Origin, State as ItemState};
use domain::ids::{MeetingId, PersonId};
use domain::meeting::{Edition, Said};
use domain::policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MeetingCancel, MeetingView, is_own, page, subject};
use crate::plan::{kinds_of, plan_in_force};
use crate::post::owner::Owners;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

/// What is right.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct MeetingCorrection {
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Where.
    pub venue: String,
    /// The day it was held.
    pub on: String,
    /// Who came.
    pub present: Vec<String>,
    /// 纪要; left out while there are none.
    pub minutes: String,
    /// Why.
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// What stood there before a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingEdition {
    /// Which, from 1.
    pub n: usize,
    /// When it was corrected.
    pub at: String,
    /// Who corrected it.
    pub by: Named,
    /// Why.
    pub reason: String,
    /// Title.
    pub title: String,
    /// Where.
    pub venue: String,
    /// The day it was said to be held.
    pub held_on: String,
    /// Who was said to be there.
    pub present: Vec<Named>,
    /// What the minutes said.
    pub minutes: String,
}

/// Editions as the page shows them, oldest first.
pub(super) fn editions(found: &[Edition], owners: &Owners) -> Vec<MeetingEdition> {
    let one = |(at, edition): (usize, &Edition)| MeetingEdition {
        n: at + 1,
        at: edition.at.to_rfc3339(),
        by: owners.person(&edition.by),
        reason: edition.reason.clone(),
        title: edition.said.title.clone(),
        venue: edition.said.venue.clone(),
        held_on: edition.said.on.to_string(),
        present: edition.said.present.iter().map(|person| owners.person(person)).collect(),
        minutes: edition.said.minutes.clone(),
    };
    found.iter().enumerate().map(one).collect()
}

impl App {
    /// Corrects what was put down of a meeting that was held.
    ///
    /// Errors: no reason; nothing else is said; a kind the plan does not know; somebody was quicker.
    pub async fn correct_meeting(
        &self,
        caller: &Caller,
        id: &MeetingId,
        asked: MeetingCorrection,
    ) -> Result<MeetingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let mut record = self.kept(caller, &mut tx, id, &owners, asked.version).await?;
        let on = read_day("on", &asked.on)?;
        let (plan, _) = plan_in_force(&mut tx, now.date()).await?;
        let is_known = is_own(&asked.kind) || kinds_of(&plan, "meeting:").contains_key(&asked.kind);
        // A kind of an older plan may stay.
        if !is_known && asked.kind != record.meeting.kind {
            return Err(Error::field("kind", "meeting.kind", "请选择会议类型"));
        }
        let present: BTreeSet<PersonId> =
            asked.present.iter().map(|id| PersonId::from(id.as_str())).collect();
        let was_there = |person: &PersonId| record.meeting.present.contains(person);
        if present.iter().any(|person| !owners.knows(person) && !was_there(person)) {
            return Err(Error::field("present", "meeting.present", "到会人员不在人员库中，请从列表中选择"));
        }
        let said = Said {
            kind: asked.kind,
            title: asked.title.trim().to_owned(),
            venue: asked.venue.trim().to_owned(),
            on,
            present,
            minutes: asked.minutes.trim().to_owned(),
        };
        record.meeting = record.meeting.correct(said, &asked.reason, (caller.person.clone(), now))?;
        tx.update_meeting(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let hat = caller.hat(Action::MeetingKeep, &subject(&record))?;
        let mut audit = caller.audit_as(hat, "meeting.correct", ("meeting", id.as_str()), &record.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes back a meeting that was put down as held. What it resolved and nobody has done yet is asked for no more.
    ///
    /// Errors: no reason; it was not put down as held; somebody was quicker.
    pub async fn void_meeting(
        &self,
        caller: &Caller,
        id: &MeetingId,
        asked: MeetingCancel,
    ) -> Result<MeetingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let mut record = self.kept(caller, &mut tx, id, &owners, asked.version).await?;
        record.meeting = record.meeting.void(&asked.reason, (caller.person.clone(), now))?;
        tx.update_meeting(&record).await?;
        record.version += 1;
        let origin = Origin { kind: "meeting".to_owned(), id: id.to_string() };
        for mut item in tx.follow_ups_of(&origin).await? {
            if item.item.state != ItemState::Open {
                continue;
            }
            let why = format!("会议记录作废：{}", asked.reason.trim());
            item.item = item.item.void(caller.person.clone(), now, &why)?;
            tx.update_follow_up(&item).await?;
        }
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let hat = caller.hat(Action::MeetingKeep, &subject(&record))?;
        let mut audit = caller.audit_as(hat, "meeting.void", ("meeting", id.as_str()), &record.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}
