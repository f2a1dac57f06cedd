//! What a force does from day to day: its kit is counted, its people's skills and absences noted, rosters kept, patrols
//! written down. What does not belong here: registering and accepting it (the parent room).

use std::collections::{BTreeMap, BTreeSet};

use domain::force::{
    Away, Count, Duty, ForceRefusal, KitCheck, Member, Patrol, Shift, Skill, fits, may_change,
};
use domain::ids::{ForceId, PersonId};
use domain::policy::Action;
use domain::time::Date;
use serde::Deserialize;
use store::force::{DutyRecord, KitCheckRecord, PatrolRecord};
use utoipa::ToSchema;

use super::book::{Book, knows_why, page};
use super::view::{AwayView, ForceView, KitCount};
use super::{subject, wrong};
use crate::view::read_day;
use crate::{App, Caller, Error, Result};

/// The kit was counted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct KitCheckInput {
    /// The day.
    pub on: String,
    /// What was counted.
    pub counts: Vec<KitCount>,
    /// What else was seen.
    #[serde(default)]
    pub note: String,
}

/// Something recorded is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ForceVoidInput {
    /// Why.
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// What is known of a member.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ForceMemberInput {
    /// Codes of skills.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Days of the week on which he is there, 1 for Monday; none: every day.
    #[serde(default)]
    pub weekdays: Vec<u8>,
    /// When he is away.
    #[serde(default)]
    pub away: Vec<AwayView>,
    /// The force's version that was read.
    pub version: i64,
}

/// Somebody on duty.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RosterDutyInput {
    /// Who.
    pub person: String,
    /// `day`, `night` or `whole`.
    pub shift: String,
}

/// A day of the roster as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RosterDayInput {
    /// The day.
    pub on: String,
    /// Who is on duty; nobody else is.
    pub duties: Vec<RosterDutyInput>,
}

/// Days of the roster.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RosterInput {
    /// Days; those not named stay as they are.
    pub days: Vec<RosterDayInput>,
    /// Why a day that is over is changed.
    #[serde(default)]
    pub reason: String,
    /// The force's version that was read.
    pub version: i64,
}

/// A patrol.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PatrolInput {
    /// The id under which pictures were sent; none for a new one.
    pub id: Option<String>,
    /// The day.
    pub on: String,
    /// Who went.
    pub people: Vec<String>,
    /// Where, and what was seen.
    pub text: String,
}

/// At most so many days of a roster at once.
const MOST_DAYS: usize = 62;

impl App {
    /// Writes down a count of the kit.
    pub async fn count_kit(&self, caller: &Caller, id: &ForceId, asked: KitCheckInput) -> Result<ForceView> {
        let now = self.now();
        let on = read_day("on", &asked.on)?;
        let scope = caller.scope(Action::ForceRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.force(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::ForceReport, &subject(&record))?.clone();
        let book = Book::read(&mut tx, std::slice::from_ref(&record), now.date()).await?;
        let standard = book.standard(&record.force);
        let mut counts = BTreeMap::new();
        for one in asked.counts {
            if !standard.lines.iter().any(|line| line.item == one.item) {
                return wrong("counts", "force.item", "清点的装备不在配备标准内，请从列表中选择");
            }
            counts.insert(one.item, Count { have: one.have, unfit: one.unfit });
        }
        let check = KitCheck {
            id: self.new_id(),
            on,
            by: caller.person.clone(),
            counts,
            note: asked.note.trim().to_owned(),
        };
        let check = record.force.count(check, &standard, now.date())?;
        let kept = KitCheckRecord { force: id.clone(), check, voided: None, version: 1, recorded_at: now };
        tx.insert_kit_check(&kept).await?;
        let view = page(&mut tx, caller, &record, now.date(), None).await?;
        let audit = caller.audit_as(&hat, "force.count", ("force", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes back a count of the kit.
    pub async fn void_kit_check(
        &self,
        caller: &Caller,
        id: &ForceId,
        check: &str,
        asked: ForceVoidInput,
    ) -> Result<ForceView> {
        let now = self.now();
        let scope = caller.scope(Action::ForceRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.force(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::ForceReport, &subject(&record))?.clone();
        let kept = tx.kit_checks(Some(id)).await?.into_iter().find(|one| one.check.id == check);
        let mut kept = kept.filter(|one| one.voided.is_none()).ok_or(Error::NotFound)?;
        if kept.version != asked.version {
            return Err(Error::stale(&page(&mut tx, caller, &record, now.date(), None).await?));
        }
        kept.voided = Some((now, said(&asked.reason)?));
        tx.void_kit_check(&kept).await?;
        let view = page(&mut tx, caller, &record, now.date(), None).await?;
        let mut audit = caller.audit_as(&hat, "force.void_count", ("force", id.as_str()), &record.path, now);
        audit.reason = asked.reason;
        Ok(tx.commit(audit, view).await?)
    }

    /// Notes what a member can do and when he is there.
    pub async fn know_member(
        &self,
        caller: &Caller,
        id: &ForceId,
        person: &PersonId,
        asked: ForceMemberInput,
    ) -> Result<ForceView> {
        let now = self.now();
        let mut skills = BTreeSet::new();
        for code in &asked.skills {
            match Skill::from_code(code) {
                Some(skill) => skills.insert(skill),
                None => return wrong("skills", "force.skill", "没有这项技能，请从列表中选择"),
            };
        }
        if asked.weekdays.iter().any(|day| !(1..=7).contains(day)) {
            return wrong("weekdays", "force.weekday", "请勾选星期一至星期日");
        }
        let mut away = Vec::new();
        for one in &asked.away {
            let (from, to) = (read_day("away", &one.from)?, read_day("away", &one.to)?);
            away.push(Away { from, to, reason: one.reason.trim().to_owned() });
        }
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_force(caller, &mut tx, id, Action::ForceReport, asked.version).await?;
        let hat = caller.hat(Action::ForceReport, &subject(&record))?.clone();
        let book = Book::read(&mut tx, std::slice::from_ref(&record), now.date()).await?;
        let held = book.all_held(&record.force);
        if !record.force.held(&held, now.date()).any(|one| one.person == *person) {
            return Err(ForceRefusal::NotMember(book.names.person(person)).into());
        }
        let before = record.force.members.get(person);
        // Who does not know why somebody is away sends it back unsaid; it stays as it was said.
        if !knows_why(caller, &record, person) {
            for one in away.iter_mut().filter(|one| one.reason.is_empty()) {
                let mut said = before.iter().flat_map(|member| &member.away);
                if let Some(said) = said.find(|said| said.from == one.from && said.to == one.to) {
                    one.reason.clone_from(&said.reason);
                }
            }
        }
        // What lies behind stays: a past roster is judged by it.
        let past = before.iter().flat_map(|member| &member.away).filter(|one| one.to < now.date());
        away.extend(past.cloned());
        away.sort_by_key(|one| (one.from, one.to));
        away.dedup();
        let member = Member { skills, weekdays: asked.weekdays.into_iter().collect(), away };
        record.force = record.force.know(person.clone(), member)?;
        tx.update_force(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date(), None).await?;
        let audit = caller.audit_as(&hat, "force.know_member", ("force", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Keeps days of the roster: who is named is on duty, nobody else is.
    pub async fn keep_roster(&self, caller: &Caller, id: &ForceId, asked: RosterInput) -> Result<ForceView> {
        let now = self.now();
        let mut days: BTreeMap<Date, Vec<(PersonId, Shift)>> = BTreeMap::new();
        for day in &asked.days {
            let on = read_day("days", &day.on)?;
            let mut duties = Vec::new();
            for one in &day.duties {
                let Some(shift) = Shift::from_code(&one.shift) else {
                    return wrong("days", "force.shift", "请选择白班、夜班或全天");
                };
                duties.push((PersonId::from(one.person.as_str()), shift));
            }
            if days.insert(on, duties).is_some() {
                return wrong("days", "force.day_twice", "同一天请只填一行");
            }
        }
        let (Some(first), Some(last)) = (days.keys().next().copied(), days.keys().next_back().copied())
        else {
            return wrong("days", "force.no_days", "请至少填写一天");
        };
        if days.len() > MOST_DAYS {
            return wrong("days", "force.too_many_days", "一次最多排 62 天，请分几次保存");
        }
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_force(caller, &mut tx, id, Action::ForceReport, asked.version).await?;
        let hat = caller.hat(Action::ForceReport, &subject(&record))?.clone();
        if record.force.closed.is_some() {
            return Err(ForceRefusal::Closed.into());
        }
        let reason = asked.reason.trim();
        let book = Book::read(&mut tx, std::slice::from_ref(&record), now.date()).await?;
        let held = book.all_held(&record.force);
        let known = tx.force_duties(None, (first, last)).await?;
        let is_ours = |one: &DutyRecord| one.duty.force == *id && days.contains_key(&one.duty.on);
        let wanted = |duty: &Duty| {
            let named = days.get(&duty.on).into_iter().flatten();
            named.clone().any(|(person, shift)| *person == duty.person && *shift == duty.shift)
        };
        let mut others: Vec<Duty> = Vec::new();
        for one in known {
            match is_ours(&one) && !wanted(&one.duty) {
                true => {
                    may_change(one.duty.on, now.date(), reason)?;
                    let why = if reason.is_empty() { "重新排班" } else { reason };
                    let gone = DutyRecord { voided: Some((now, why.to_owned())), ..one };
                    tx.void_force_duty(&gone).await?;
                }
                false => others.push(one.duty),
            }
        }
        // Only its name is told of a force that somebody is on duty for elsewhere.
        let called: BTreeMap<ForceId, String> =
            tx.all_forces().await?.into_iter().map(|force| (force.id, force.name)).collect();
        for (on, duties) in &days {
            for (person, shift) in duties {
                let is_known = |other: &&Duty| {
                    other.force == *id && other.on == *on && other.person == *person && other.shift == *shift
                };
                let kept = others.iter().find(is_known).cloned();
                // What is over stays as it was; whoever is named again for days to come must still be one of its people.
                if kept.is_some() && *on < now.date() {
                    continue;
                }
                let is_new = kept.is_none();
                let duty = kept.unwrap_or_else(|| Duty {
                    id: self.new_id(),
                    force: id.clone(),
                    person: person.clone(),
                    on: *on,
                    shift: *shift,
                });
                let who = book.names.person(person);
                let name = |other: &ForceId| called.get(other).cloned().unwrap_or_default();
                fits(&record.force, &duty, &held, &others, &who, name)?;
                if !is_new {
                    continue;
                }
                may_change(*on, now.date(), reason)?;
                let kept = DutyRecord { duty: duty.clone(), voided: None, version: 1, recorded_at: now };
                tx.insert_force_duty(&kept).await?;
                others.push(duty);
            }
        }
        // The row moves on, so that two who keep the same roster notice each other.
        tx.update_force(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date(), Some(first)).await?;
        let mut audit = caller.audit_as(&hat, "force.keep_roster", ("force", id.as_str()), &record.path, now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Writes down a patrol.
    pub async fn record_patrol(
        &self,
        caller: &Caller,
        id: &ForceId,
        asked: PatrolInput,
    ) -> Result<ForceView> {
        let now = self.now();
        let on = read_day("on", &asked.on)?;
        let scope = caller.scope(Action::ForceRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.force(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::ForceReport, &subject(&record))?.clone();
        if record.force.closed.is_some() {
            return Err(ForceRefusal::Closed.into());
        }
        let patrol_id = match asked.id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) if uuid::Uuid::parse_str(id).is_err() => {
                return wrong("id", "force.patrol_id", "巡查编号格式不对，请重新打开页面再填");
            }
            Some(id) => id.to_owned(),
            None => self.new_id(),
        };
        let patrol = Patrol {
            id: patrol_id,
            force: id.clone(),
            on,
            people: asked.people.iter().map(|person| PersonId::from(person.as_str())).collect(),
            text: asked.text.trim().to_owned(),
        }
        .write(now.date())?;
        let book = Book::read(&mut tx, std::slice::from_ref(&record), now.date()).await?;
        let held = book.all_held(&record.force);
        let is_member = |person: &PersonId| record.force.held(&held, on).any(|one| one.person == *person);
        if let Some(stranger) = patrol.people.iter().find(|person| !is_member(person)) {
            return Err(ForceRefusal::NotMember(book.names.person(stranger)).into());
        }
        let kept = PatrolRecord {
            path: record.path.clone(),
            org: record.force.org.to_string(),
            place: record.force.place.as_ref().map(ToString::to_string),
            patrol,
            voided: None,
            version: 1,
            recorded_at: now,
            recorded_by: caller.name.clone(),
        };
        tx.insert_patrol(&kept).await?;
        let view = page(&mut tx, caller, &record, now.date(), None).await?;
        let object = ("patrol", kept.patrol.id.as_str());
        let audit = caller.audit_as(&hat, "patrol.record", object, &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes back a patrol.
    pub async fn void_patrol(
        &self,
        caller: &Caller,
        id: &ForceId,
        patrol: &str,
        asked: ForceVoidInput,
    ) -> Result<ForceView> {
        let now = self.now();
        let scope = caller.scope(Action::ForceRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.force(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::ForceReport, &subject(&record))?.clone();
        let kept = tx.patrol(patrol).await?.filter(|one| one.patrol.force == *id && one.voided.is_none());
        let mut kept = kept.ok_or(Error::NotFound)?;
        if kept.version != asked.version {
            return Err(Error::stale(&page(&mut tx, caller, &record, now.date(), None).await?));
        }
        kept.voided = Some((now, said(&asked.reason)?));
        tx.void_patrol(&kept).await?;
        let view = page(&mut tx, caller, &record, now.date(), None).await?;
        let mut audit = caller.audit_as(&hat, "patrol.void", ("patrol", patrol), &record.path, now);
        audit.reason = asked.reason;
        Ok(tx.commit(audit, view).await?)
    }
}

fn said(reason: &str) -> Result<String> {
    match reason.trim() {
        "" => wrong("reason", "force.no_reason", "请写明作废的理由"),
        text => Ok(text.to_owned()),
    }
}
