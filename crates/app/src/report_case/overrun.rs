//! Who is told that a report waits for him: the body it was given to, and, when a clock ran out, whoever has to take the next
//! step. Each is told of each clock once. What does not belong here: when a clock runs out (`domain::report_case`).

use std::collections::BTreeSet;

use domain::ids::PersonId;
use domain::message::Urgency;
use domain::policy::{Action, Subject};
use domain::report_case::{ReportCase, Stage};
use domain::time::{Date, Timestamp};
use store::report_case::{ReportCaseFilter, ReportCaseRecord};
use store::{Read, Write};

use crate::message::{News, answering, key};
use crate::{App, Caller, Result};

/// Reports told of in one round.
const MOST: i64 = 1_000;

/// Whoever may look into a report for the body it was given to.
async fn looking(read: &mut Read, case: &ReportCase, today: Date) -> Result<BTreeSet<PersonId>> {
    let may = answering(read, Action::ReportCaseHandle, today).await?;
    Ok(may.into_iter().filter(|(org, _)| Some(org) == case.org.as_ref()).map(|(_, person)| person).collect())
}

/// Whoever has to take the next step: who screens and answers, and with them the body that looks.
async fn owing(read: &mut Read, case: &ReportCase, today: Date) -> Result<BTreeSet<PersonId>> {
    let mut told: BTreeSet<PersonId> = answering(read, Action::ReportCaseScreen, today)
        .await?
        .into_iter()
        .map(|(_, person)| person)
        .collect();
    if matches!(case.stage, Stage::Assigned | Stage::Doubted) {
        told.extend(looking(read, case, today).await?);
    }
    Ok(told)
}

fn late(case: &ReportCase) -> String {
    let code = &case.code;
    match case.stage {
        Stage::Received => format!("{code}：举报超过时限还没有筛查，请立即办理"),
        Stage::Accepted => format!("{code}：举报超过核实时限还没有派办，请立即办理"),
        Stage::Handled | Stage::Emergency => format!("{code}：举报超过时限还没有答复，请立即答复"),
        _ => format!("{code}：举报超过时限还没有核实办结，请立即办理"),
    }
}

impl App {
    /// Tells the body a report was given to, each time it is given.
    // Part of the write that gives it.
    pub(super) async fn tell_of_assigned(
        &self,
        tx: &mut Write,
        record: &ReportCaseRecord,
        now: Timestamp,
    ) -> Result<()> {
        let case = &record.case;
        let told = looking(tx, case, now.date()).await?;
        let by = case.due_at().unwrap_or(now).date();
        let text = format!("{}：请核实办理举报件，{by} 前办结", case.code);
        let tag = format!("assigned.{}", record.version);
        let news = News {
            about: ("report_case", case.id.as_str()),
            tag: &tag,
            urgency: if case.matter.is_urgent() { Urgency::Order } else { Urgency::Notice },
            text: &text,
        };
        self.notify(tx, told, &news).await
    }

    /// Writes the messages of every report whose clock ran out since the last look; gives how many reports. Called again and
    /// again by the worker: who has heard of a clock hears of it no more.
    pub async fn tell_of_overdue_reports(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::ReportCaseScreen, &Subject::town())?;
        let scope = caller.scope(Action::ReportCaseRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let filter = ReportCaseFilter { due_before: Some(now), ..ReportCaseFilter::default() };
        let mut owed = Vec::new();
        for record in read.report_cases(&scope, &filter, None, MOST).await? {
            let Some(due) = record.case.due_at() else { continue };
            let tag = format!("late.{}.{}", record.case.stage.code(), due.0);
            let mut unheard = BTreeSet::new();
            for person in owing(&mut read, &record.case, now.date()).await? {
                let key = key(("report_case", record.case.id.as_str()), &tag, &person);
                if read.message_with_key(&key).await?.is_none() {
                    unheard.insert(person);
                }
            }
            if !unheard.is_empty() {
                owed.push((record, unheard, tag));
            }
        }
        drop(read);
        let n = owed.len();
        for (record, people, tag) in owed {
            let mut tx = self.write(caller).await?;
            let (about, text) = (("report_case", record.case.id.as_str()), late(&record.case));
            let news = News { about, tag: &tag, urgency: Urgency::Notice, text: &text };
            self.notify(&mut tx, people, &news).await?;
            let mut audit = caller.audit("report_case.remind", about.0, about.1, now);
            audit.territory.clone_from(&record.path);
            tx.commit(audit, ()).await?;
        }
        Ok(n)
    }
}
