//! Risk points of places: the table in force, the facts it counts, and the copies kept for filtering. What does not
//! belong here: how many points a fact gives (`domain::risk`).

use domain::ids::PlaceId;
use domain::place::Place;
use domain::policy::Action;
use domain::risk::{Facts, Grade, LastInspection, RiskTable, Score};
use domain::time::{Date, Timestamp};
use store::place::{PlaceFilter, PlaceRecord};
use store::risk::Signs;
use store::{Read, Write};

use crate::{App, Caller, Result};

/// First day of the table that comes along.
const PROPOSED_FROM: Option<Date> = Date::from_ymd_opt(2026, 1, 1);
/// Days after which a register without any inspection of a place says something.
const SILENT_DAYS: i64 = 181;
/// Places scored in one transaction.
const AT_ONCE: usize = 500;
/// Name under which it is remembered how far the record was read.
const RECONCILER: &str = "risk";

/// The table in force.
pub(crate) fn table() -> RiskTable {
    RiskTable::proposed(PROPOSED_FROM.unwrap_or_default())
}

/// The points of a place from its record and its signs.
///
/// Without any inspection on record the last one is at least as long ago as the place has been recorded here; before
/// that tells anything it is unknown, for older records may exist on paper.
pub(crate) fn score(place: &Place, recorded_at: Timestamp, signs: &Signs, on: Date) -> Score {
    let days = |since: Date| (on - since).num_days().max(0);
    let last_inspection = match signs.last_inspected_on {
        Some(day) => LastInspection::DaysAgo(u32::try_from(days(day)).unwrap_or(u32::MAX)),
        None => match days(recorded_at.date()) {
            silent if silent >= SILENT_DAYS => {
                LastInspection::Silent(u32::try_from(silent).unwrap_or(u32::MAX))
            }
            _ => LastInspection::Unknown,
        },
    };
    let facts = Facts {
        // What nobody graded yet counts as the least.
        open_general: signs.open_general + signs.open_ungraded,
        open_larger: signs.open_larger,
        open_major_suspect: signs.open_major,
        overdue: signs.overdue,
        recurrence: signs.recurrence,
        reports: signs.reports,
        protections: signs.protections.clone(),
        last_inspection,
        ..Facts::of(place)
    };
    table().score(&facts)
}

/// Code by which places without a grade are asked for and shown; their copy is kept empty.
pub(crate) const UNGRADED_CODE: &str = "ungraded";

/// Code of a grade as kept and sent.
pub(crate) fn grade_code(grade: Grade) -> &'static str {
    match grade {
        Grade::Red => "red",
        Grade::Orange => "orange",
        Grade::Yellow => "yellow",
        Grade::Blue => "blue",
    }
}

/// Puts the points a record has now into its copies.
pub(crate) fn copy_into(record: &mut PlaceRecord, signs: &Signs, on: Date) {
    let score = score(&record.place, record.recorded_at, signs, on);
    record.cached_risk_points = Some(i64::from(score.points));
    record.cached_risk_grade = score.grade.map_or("", grade_code).to_owned();
}

/// Points of many records.
async fn copies(read: &mut Read, records: &[PlaceRecord], on: Date) -> Result<Vec<(PlaceId, u32, String)>> {
    let ids: Vec<PlaceId> = records.iter().map(|r| r.place.id.clone()).collect();
    let signs = read.place_signs(&ids, on).await?;
    let mut changed = Vec::new();
    for record in records {
        let own = signs.get(&record.place.id).cloned().unwrap_or_default();
        let score = score(&record.place, record.recorded_at, &own, on);
        let grade = score.grade.map_or("", grade_code);
        if record.cached_risk_points != Some(i64::from(score.points)) || record.cached_risk_grade != grade {
            changed.push((record.place.id.clone(), score.points, grade.to_owned()));
        }
    }
    Ok(changed)
}

/// Brings the copies of one place up to date within a transaction that changed what they depend on.
pub(crate) async fn refresh(tx: &mut Write, place: &PlaceId, on: Date) -> Result<()> {
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let Some(record) = tx.place(place, &whole).await? else { return Ok(()) };
    let changed = copies(tx, &[record], on).await?;
    Ok(tx.copy_place_risk(&changed).await?)
}

impl App {
    /// Brings the copies of risk up to date: places whose inspections, hazards, reports or devices were written since the
    /// last time, and on a new day all of them, for days since the last inspection go by. Says how many changed.
    // tidy(caller): the program itself; copies are no part of the record.
    pub async fn reconcile_risk(&self) -> Result<usize> {
        let now = self.now();
        let today = now.date();
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let known = read.reconciled(RECONCILER).await?;
        let (head, _) = read.audit_head().await?;
        let is_new_day = known.as_ref().is_none_or(|k| k.last_at.date() != today);
        if !is_new_day && known.as_ref().is_some_and(|k| k.audit_seq == head) {
            return Ok(0);
        }
        let mut records = Vec::new();
        if is_new_day {
            read.each_place(&PlaceFilter::default(), &whole, |record| records.push(record)).await?;
        } else {
            for id in read.places_touched_after(known.map_or(0, |k| k.audit_seq)).await? {
                records.extend(read.place(&id, &whole).await?);
            }
        }
        let mut changed = Vec::new();
        for some in records.chunks(AT_ONCE) {
            changed.extend(copies(&mut read, some, today).await?);
        }
        drop(read);
        let count = changed.len();
        for some in changed.chunks(AT_ONCE) {
            let mut tx = self.db.write(&self.town).await?;
            tx.copy_place_risk(some).await?;
            tx.commit_machinery().await?;
        }
        let mut tx = self.db.write(&self.town).await?;
        tx.note_reconciled(RECONCILER, head, now, i64::try_from(count).unwrap_or(i64::MAX)).await?;
        tx.commit_machinery().await?;
        Ok(count)
    }
}
