//! The judged record kept in memory: read from the database once, then brought up to date from the audit entries that
//! came since. An inspection or a step of a hazard is taken in by itself; anything else that could matter makes it be
//! read anew. The database stays the truth: whatever node asks first after a commit sees it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::Datelike;
use domain::calendar::Calendar;
use domain::fulfilment::board::{Areas, Row, Stretch, View};
use domain::fulfilment::{FactIx, Question, Report, Waiver};
use domain::plan::{Plan, SubjectKind};
use domain::time::{Date, Timestamp};
use store::Read;
use store::audit::Entry;
use store::fulfilment::{Gathered, Told};
use store::waiver::WaiverRecord;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use crate::calendar::calendar;
use crate::force::standards_on;
use crate::plan::plan_in_force;
use crate::{App, Error, Result};

/// What changes no figure, whoever did it.
const BESIDE: &[&str] = &[
    "account",
    "session",
    "photo",
    "upload",
    "attachment",
    "job",
    "task",
    "checklist",
    "unit_link",
    "import",
    "export",
    "audit",
    "signal",
    "notice",
    "blob",
    "phone",
    "follow_up",
    "handover",
    "group_count",
    "boundary",
    "group_point",
    "road_map",
    "road_scenario",
    "project",
    "incident",
    "dispatch",
    "incident_mask",
    "incident_watch",
    "message",
    "reach",
    "push_subscription",
    "push_key",
    "subscriber",
];
/// So many entries are taken in one by one; after more it is cheaper to read anew.
const ONE_BY_ONE: i64 = 200;

/// Which days and which villages.
type Shown = (Stretch, Option<Vec<usize>>);

/// The record of one town, judged as it was known at the end of a day.
pub struct Known {
    /// The last audit entry taken in.
    seq: i64,
    /// The day of knowledge.
    pub as_of: Date,
    /// First day of the windows judged; the last is [`Known::as_of`].
    pub from: Date,
    /// The plan in force, with the town's settings.
    pub plan: Plan,
    /// Subjects and facts.
    pub gathered: Gathered,
    /// The town's working days.
    pub calendar: Arc<Calendar>,
    /// Waivers in force, with their record.
    pub waivers: Vec<Waiver>,
    /// Every duty judged.
    pub report: Report,
    /// The villages as columns.
    pub areas: Areas,
    rows: Mutex<HashMap<Shown, Arc<Vec<Row>>>>,
}

/// Where the town's judged record is kept: today's, and that of the past day last asked for.
#[derive(Default)]
pub struct Kept {
    today: Arc<RwLock<Option<Known>>>,
    past: Mutex<Option<Arc<Known>>>,
}

/// Today's record while it is looked at, or a past day's.
pub enum Looking {
    /// Today's, which nobody changes meanwhile.
    Today(OwnedRwLockReadGuard<Option<Known>, Known>),
    /// A past day's.
    Past(Arc<Known>),
}

impl std::ops::Deref for Looking {
    type Target = Known;

    fn deref(&self) -> &Known {
        match self {
            Self::Today(known) => known,
            Self::Past(known) => known,
        }
    }
}

/// The first day of the month, so many months before.
pub fn month_start(day: Date, months_back: u32) -> Date {
    let first = day.with_day(1).unwrap_or(day);
    first.checked_sub_months(chrono::Months::new(months_back)).unwrap_or(first)
}

impl Known {
    /// The question that was asked of the record.
    pub fn question(&self) -> Question<'_> {
        self.question_over((self.from, self.as_of))
    }

    /// The same question over other days.
    pub fn question_over(&self, (from, to): Stretch) -> Question<'_> {
        Question {
            plan: &self.plan,
            facts: &self.gathered.facts,
            waivers: &self.waivers,
            calendar: &self.calendar,
            as_of: self.as_of,
            from,
            to,
        }
    }

    /// The rows of the board for some days and villages, counted once until something changes.
    pub fn rows(&self, report: &Report, view: &View) -> Arc<Vec<Row>> {
        let key = (view.days, view.only.map(<[usize]>::to_vec));
        if let Ok(kept) = self.rows.lock()
            && let Some(rows) = kept.get(&key)
        {
            return Arc::clone(rows);
        }
        let rows = Arc::new(self.question().board(report, view));
        if let Ok(mut kept) = self.rows.lock() {
            kept.insert(key, Arc::clone(&rows));
        }
        rows
    }

    /// Takes in a commit.
    ///
    /// Returns whether that was possible; otherwise the record is to be read anew.
    async fn take_in(&mut self, read: &mut Read, entry: &Entry) -> Result<bool> {
        let told = match entry.object_kind.as_str() {
            // A signature may make a visit that of all its bodies, of a visit that is counted already.
            "inspection" if entry.action == "inspection.countersign_visit" => Told::Anew,
            "inspection" => read.gather_inspection(&mut self.gathered, &entry.object_id).await?,
            "evidence" => read.gather_decision(&mut self.gathered, &entry.object_id.as_str().into()).await?,
            "facility" => read.gather_facility(&mut self.gathered, &entry.object_id.as_str().into()).await?,
            "hazard" => read.gather_hazard(&mut self.gathered, &entry.object_id).await?,
            // A fire counts once it is closed, and no more once it is voided; nothing before changes a figure.
            "incident" if matches!(entry.action.as_str(), "incident.finish" | "incident.void") => Told::Anew,
            kind if BESIDE.contains(&kind) => Told::Added(Vec::new()),
            _ => Told::Anew,
        };
        let Told::Added(facts) = told else { return Ok(false) };
        if !facts.is_empty() {
            self.judge_again(&facts);
        }
        self.seq = entry.seq;
        Ok(true)
    }

    fn judge_again(&mut self, facts: &[FactIx]) {
        let mut report = std::mem::replace(&mut self.report, Report { duties: Vec::new() });
        let question = self.question();
        for fact in facts {
            question.reevaluate(&mut report, *fact);
        }
        self.report = report;
        self.areas.grow(&self.gathered.facts, SubjectKind::Village);
        if let Ok(mut rows) = self.rows.lock() {
            rows.clear();
        }
    }
}

fn areas(gathered: &Gathered) -> Areas {
    let whole = gathered.villages.iter().map(|village| village.subject).collect();
    Areas::of(&gathered.facts, SubjectKind::Village, whole)
}

/// The waivers that were in force as known on a day.
pub fn waivers_known(records: &[WaiverRecord], gathered: &Gathered, as_of: Date) -> Vec<Waiver> {
    let known = records.iter().filter(|waiver| {
        waiver.recorded_at.date() <= as_of && waiver.voided.as_ref().is_none_or(|(at, _)| at.date() > as_of)
    });
    known
        .filter_map(|waiver| {
            let subject = match waiver.subject.split_once(':') {
                None => None,
                // A subject that is no more owes nothing to be excused from.
                Some((kind, id)) => Some(gathered.facts.subject(SubjectKind::from_code(kind)?, id)?),
            };
            Some(Waiver {
                id: waiver.id.clone(),
                duty: waiver.duty.clone(),
                subject,
                from: waiver.from,
                to: waiver.to.unwrap_or(Date::MAX),
                recorded_on: waiver.recorded_at.date(),
                reason: waiver.reason.clone(),
            })
        })
        .collect()
}

impl App {
    /// Reads and judges the record as it was known at the end of a day.
    async fn judge(&self, as_of: Date) -> Result<Known> {
        let mut read = self.db.read(&self.town).await?;
        let (seq, _) = read.audit_head().await?;
        let (plan, _) = plan_in_force(&mut read, as_of).await?;
        let mut gathered = read.gather(as_of).await?;
        let standards = standards_on(&mut read, as_of).await?;
        read.gather_forces(&mut gathered, &standards).await?;
        let vehicles = crate::road::vehicle::vehicles_on(&mut read, as_of).await?;
        read.gather_roads(&mut gathered, &vehicles, as_of).await?;
        let waivers = waivers_known(&read.waivers().await?, &gathered, as_of);
        let calendar = calendar(&mut read).await?;
        drop(read);
        let mut known = Known {
            seq,
            calendar,
            as_of,
            from: month_start(as_of, 11),
            plan,
            areas: areas(&gathered),
            gathered,
            waivers,
            report: Report { duties: Vec::new() },
            rows: Mutex::default(),
        };
        // Judging a district takes a while: not on a thread that others wait for.
        let judged = tokio::task::spawn_blocking(move || {
            known.report = known.question().evaluate();
            known
        });
        judged.await.map_err(|e| Error::Internal(e.to_string()))
    }

    /// The record as it is known at the end of a day, today unless another is named; today is brought up to date first.
    pub(crate) async fn known(&self, at: Option<Date>) -> Result<Looking> {
        let today = self.now().date();
        match at.filter(|at| *at != today) {
            Some(day) if day > today => {
                Err(Error::field("at", "board.future", "查询日期不能晚于今天，请改选日期"))
            }
            Some(day) => self.known_then(day).await,
            None => self.known_today(today).await,
        }
    }

    async fn known_then(&self, day: Date) -> Result<Looking> {
        let (seq, _) = self.db.read(&self.town).await?.audit_head().await?;
        let kept = self.fulfilment.past.lock().ok().and_then(|past| past.clone());
        if let Some(known) = kept.filter(|known| known.as_of == day && known.seq == seq) {
            return Ok(Looking::Past(known));
        }
        let known = Arc::new(self.judge(day).await?);
        if let Ok(mut past) = self.fulfilment.past.lock() {
            *past = Some(Arc::clone(&known));
        }
        Ok(Looking::Past(known))
    }

    async fn known_today(&self, today: Date) -> Result<Looking> {
        let (seq, _) = self.db.read(&self.town).await?.audit_head().await?;
        let is_fresh = |kept: &Option<Known>| kept.as_ref().is_some_and(|k| k.as_of == today && k.seq >= seq);
        let guard = Arc::clone(&self.fulfilment.today).read_owned().await;
        if is_fresh(&guard) {
            return looking(guard);
        }
        drop(guard);
        let mut kept = Arc::clone(&self.fulfilment.today).write_owned().await;
        if !is_fresh(&kept) {
            // Taken out while it changes: whoever is interrupted leaves nothing half done behind.
            let before = kept.take().filter(|known| known.as_of == today && seq - known.seq <= ONE_BY_ONE);
            *kept = Some(match before {
                Some(known) => self.catch_up(known, today).await?,
                None => self.judge(today).await?,
            });
        }
        looking(kept.downgrade())
    }

    async fn catch_up(&self, mut known: Known, today: Date) -> Result<Known> {
        let mut read = self.db.read(&self.town).await?;
        for entry in read.audit_after(known.seq, ONE_BY_ONE).await? {
            if !known.take_in(&mut read, &entry).await? {
                drop(read);
                return self.judge(today).await;
            }
        }
        Ok(known)
    }
}

fn looking(guard: OwnedRwLockReadGuard<Option<Known>>) -> Result<Looking> {
    OwnedRwLockReadGuard::try_map(guard, Option::as_ref)
        .map(Looking::Today)
        .map_err(|_| Error::Internal("the judged record is gone".to_owned()))
}

/// The last instant of a day, for what is compared by moments.
pub fn end_of(day: Date) -> Timestamp {
    Timestamp::start_of(day.succ_opt().unwrap_or(day))
}
