//! Waivers: a duty excused for a time with a reason, taken back with one. What does not belong here: what a waiver does
//! to the figures (`domain::fulfilment`).

use domain::fulfilment::WaiverKind;
use domain::plan::SubjectKind;
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::Serialize;
use store::Read;
pub use store::waiver::WaiverRecord;

use crate::fulfilment::{Ask, Whom, lens, whom};
use crate::{App, Caller, Error, Result};

/// A waiver for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverLine {
    /// As recorded.
    pub record: WaiverRecord,
    /// Title of the duty.
    pub duty_title: String,
    /// For whom; none for every subject of the duty.
    pub subject: Option<Whom>,
}

/// A waiver as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverInput {
    /// The duty.
    pub duty: String,
    /// For whom; none for every subject of the duty.
    pub subject: Option<(SubjectKind, String)>,
    /// First day.
    pub from: Date,
    /// Last day; none without end.
    pub to: Option<Date>,
    /// Which kind.
    pub kind: WaiverKind,
    /// Why.
    pub reason: String,
}

/// What the caller may do to a waiver now.
pub fn actions(caller: &Caller, record: &WaiverRecord) -> Vec<&'static str> {
    let may = record.voided.is_none() && caller.hat(Action::WaiverRecord, &Subject::town()).is_ok();
    if may { vec!["waiver.void"] } else { Vec::new() }
}

async fn name(read: &mut Read, line: &mut WaiverLine) -> Result<()> {
    if let Some(whom) = &mut line.subject {
        let names = read.subject_names(whom.kind, &[&whom.id]).await?;
        whom.name = names.get(&whom.id).cloned().unwrap_or_else(|| whom.id.clone());
    }
    Ok(())
}

impl App {
    /// Every waiver, taken back or not, newest first; who sees villages only sees what is for them or for all.
    pub async fn waivers(&self, caller: &Caller) -> Result<Vec<WaiverLine>> {
        caller.scope(Action::BoardRead)?;
        let records = self.db.read(&self.town).await?.waivers().await?;
        let mut lines = Vec::with_capacity(records.len());
        {
            let known = self.known(None).await?;
            let lens = lens(caller, &known, &Ask::default())?;
            let view = lens.view(&known);
            for record in records {
                let subject = match record.subject.split_once(':') {
                    None => None,
                    Some((kind, id)) => {
                        let kind = SubjectKind::from_code(kind).unwrap_or(SubjectKind::Event);
                        match known.gathered.facts.subject(kind, id) {
                            Some(ix) if !view.shows(ix) => continue,
                            Some(ix) => whom(&known, ix),
                            None if lens.only.is_some() => continue,
                            None => Some(Whom {
                                kind,
                                id: id.to_owned(),
                                name: String::new(),
                                village: None,
                                event: None,
                            }),
                        }
                    }
                };
                let duty_title =
                    known.plan.duty(&record.duty).map(|duty| duty.title.clone()).unwrap_or_default();
                lines.push(WaiverLine { record, duty_title, subject });
            }
        }
        let mut read = self.db.read(&self.town).await?;
        for line in &mut lines {
            name(&mut read, line).await?;
        }
        Ok(lines)
    }

    /// The record as a line, as long as it is not committed.
    async fn line(&self, record: WaiverRecord) -> Result<WaiverLine> {
        let known = self.known(None).await?;
        let subject = record.subject.split_once(':').and_then(|(kind, id)| {
            let ix = known.gathered.facts.subject(SubjectKind::from_code(kind)?, id)?;
            whom(&known, ix)
        });
        let duty_title = known.plan.duty(&record.duty).map(|duty| duty.title.clone()).unwrap_or_default();
        Ok(WaiverLine { record, duty_title, subject })
    }

    /// Records a waiver.
    pub async fn record_waiver<T: Serialize>(
        &self,
        caller: &Caller,
        asked: WaiverInput,
        view: impl FnOnce(WaiverLine) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::WaiverRecord, &Subject::town())?;
        if asked.reason.trim().is_empty() {
            return Err(Error::field("reason", "waiver.reason", "请写明豁免的理由"));
        }
        if asked.to.is_some_and(|to| to < asked.from) {
            return Err(Error::field("to", "waiver.backwards", "截止日期早于起始日期，请调整先后"));
        }
        {
            let known = self.known(None).await?;
            let duty = known
                .plan
                .duty(&asked.duty)
                .ok_or_else(|| Error::field("duty", "waiver.duty", "方案中没有这项责任，请从台账中选择"))?;
            if let Some((kind, id)) = &asked.subject {
                let found = known.gathered.facts.subject(*kind, id);
                if found.is_none() || !duty.subjects.kinds.contains(kind) {
                    return Err(Error::field(
                        "subject",
                        "waiver.subject",
                        "这个对象不承担该项责任，请从台账中选择",
                    ));
                }
            }
        }
        let now = self.now();
        let record = WaiverRecord {
            id: self.new_id(),
            duty: asked.duty,
            subject: asked.subject.map(|(kind, id)| format!("{}:{id}", kind.code())).unwrap_or_default(),
            from: asked.from,
            to: asked.to,
            kind: asked.kind.code().to_owned(),
            reason: asked.reason.trim().to_owned(),
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
            voided: None,
        };
        let mut line = self.line(record.clone()).await?;
        let mut tx = self.write(caller).await?;
        tx.insert_waiver(&record).await?;
        name(&mut tx, &mut line).await?;
        let mut audit = caller.audit_as(hat, "waiver.record", ("waiver", &record.id), "", now);
        audit.reason = record.reason.clone();
        Ok(tx.commit(audit, view(line)).await?)
    }

    /// Takes a waiver back.
    pub async fn void_waiver<T: Serialize>(
        &self,
        caller: &Caller,
        id: &str,
        reason: &str,
        version: i64,
        view: impl FnOnce(WaiverLine) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::WaiverRecord, &Subject::town())?;
        if reason.trim().is_empty() {
            return Err(Error::field("reason", "waiver.reason", "请写明撤销的理由"));
        }
        let now = self.now();
        let record = self.db.read(&self.town).await?.waiver(id).await?.ok_or(Error::NotFound)?;
        let mut line = self.line(record).await?;
        let mut tx = self.write(caller).await?;
        name(&mut tx, &mut line).await?;
        line.record = tx.waiver(id).await?.ok_or(Error::NotFound)?;
        if line.record.version != version {
            return Err(Error::stale(&view(line)));
        }
        if line.record.voided.is_some() {
            return Err(Error::Refused {
                code: "waiver.voided",
                message: "这项豁免已经撤销，请刷新查看".to_owned(),
            });
        }
        tx.void_waiver(id, version, now, reason.trim()).await?;
        line.record = WaiverRecord {
            version: version + 1,
            voided: Some((now, reason.trim().to_owned())),
            ..line.record
        };
        let mut audit = caller.audit_as(hat, "waiver.void", ("waiver", id), "", now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, view(line)).await?)
    }
}
