//! A whistle's clock that ran out speaks by itself: whoever must act hears of it, and the next level with him, once for each
//! clock. What does not belong here: which clocks those are (`domain::whistle`), over which channels it goes (`message`).

use std::collections::BTreeSet;

use domain::ids::PersonId;
use domain::org::Role;
use domain::policy::{Action, Subject};
use domain::time::Date;
use domain::whistle::{Clock, Overrun, Stage};
use store::Read;

use super::{DISTRICT_AFTER, confirmers, people_of, terms};
use crate::calendar::calendar;
use crate::names::Names;
use crate::parameter::number_on;
use crate::{App, Caller, Result};

/// People who hold one of these roles for the town today.
async fn holders(read: &mut Read, roles: &[Role], today: Date) -> Result<BTreeSet<PersonId>> {
    let held = read.assignments().await?.into_iter().map(|one| one.assignment);
    let held = held.filter(|one| one.is_valid_on(today) && roles.contains(&one.role));
    Ok(held.map(|one| one.person).collect())
}

/// Who must act, and the level above. Source: handbook of the field §4.4; the plan, clause 13.
async fn told(read: &mut Read, over: &Overrun<'_>, today: Date) -> Result<BTreeSet<PersonId>> {
    let above: &[Role] = match over.clock {
        Clock::Confirm => &[Role::CommitteeDirector],
        Clock::Receive | Clock::Arrive => &[Role::LeaderInCharge],
        Clock::District => &[Role::LeaderInCharge, Role::CommitteeDirector],
    };
    let mut told = holders(read, above, today).await?;
    told.extend(match (over.clock, over.body) {
        (Clock::Confirm, _) => confirmers(read, today).await?,
        (Clock::Receive | Clock::Arrive, Some(body)) => {
            people_of(read, std::slice::from_ref(&body.org), today).await?
        }
        _ => BTreeSet::new(),
    });
    Ok(told)
}

fn text(names: &Names, code: &str, over: &Overrun<'_>) -> String {
    let org = over.body.map(|body| names.org(&body.org)).unwrap_or_default();
    match over.clock {
        Clock::Confirm => format!("{code}：超过时限还没有确认派哨，请确认或退回"),
        Clock::Receive => format!("{code}：{org}超过时限没有签收，请立即签收，已报分管领导"),
        Clock::Arrive => format!("{code}：{org}超过时限没有到场，请立即到场，已报分管领导"),
        Clock::District => format!("{code}：{org}一直没有回应，请提请区级协调"),
    }
}

impl App {
    /// Writes the messages of every clock that ran out since the last look; gives for how many clocks. Called again and again
    /// by the worker: who has heard of a clock hears of it no more.
    pub async fn tell_of_overdue_whistles(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::WhistleConfirm, &Subject::town())?;
        let scope = caller.scope(Action::WhistleRead)?;
        let now = self.now();
        let today = now.date();
        let mut read = self.db.read(&self.town).await?;
        let open = read.whistles(&scope, Some("raised,sent"), None, i64::MAX).await?;
        if open.is_empty() {
            return Ok(0);
        }
        let names = Names::read(&mut read).await?;
        let district_after = number_on(&mut read, DISTRICT_AFTER, today).await?;
        let calendar = calendar(&mut read).await?;
        let mut owed = Vec::new();
        for record in &open {
            let w = &record.whistle;
            let raised = match w.stage {
                Stage::Raised => read.whistle_events(&w.id).await?.last().map_or(w.raised_at, |last| last.at),
                _ => w.raised_at,
            };
            let terms = match w.stage {
                Stage::Raised => terms(&mut read, &w.kind, w.raised_at.date()).await?,
                _ => None,
            };
            let mut news = Vec::new();
            for over in w.overruns(raised, now, (terms.as_ref(), district_after), &calendar)? {
                // A body called a second time has clocks of its own.
                let tag = format!(
                    "late.{}.{}.{}",
                    over.clock.code(),
                    over.body.map(|body| body.org.as_str()).unwrap_or_default(),
                    over.since.0,
                );
                let mut unheard = BTreeSet::new();
                for person in told(&mut read, &over, today).await? {
                    let key = format!("whistle/{}/{tag}/{person}", w.id);
                    if read.message_with_key(&key).await?.is_none() {
                        unheard.insert(person);
                    }
                }
                if !unheard.is_empty() {
                    news.push((unheard, tag, text(&names, &w.code, &over)));
                }
            }
            if !news.is_empty() {
                owed.push((record, news));
            }
        }
        drop(read);
        let mut n = 0;
        for (record, news) in owed {
            n += news.len();
            let mut tx = self.write(caller).await?;
            for (people, tag, text) in news {
                self.tell_of_whistle(&mut tx, record, people, (&tag, &text)).await?;
            }
            let mut audit = caller.audit("whistle.remind", "whistle", record.whistle.id.as_str(), now);
            audit.territory.clone_from(&record.path);
            tx.commit(audit, ()).await?;
        }
        Ok(n)
    }
}
