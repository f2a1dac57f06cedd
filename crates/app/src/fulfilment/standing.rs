//! Where a duty stands in time: in force, to begin with a later version of the plan, or ended with an earlier one. What
//! does not belong here: judging it (the parent room), changing the plan (`plan`).

use domain::plan::{Clause, Duty, Plan};
use domain::policy::Action;
use domain::time::Date;
use exchange::plan_file;
use store::Read;
use store::plan::PlanVersion;

use crate::{App, Caller, Error, Result};

/// A duty and when it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyStanding {
    /// The duty.
    pub duty: Duty,
    /// Its clause.
    pub clause: Clause,
    /// First day, where it is not in force yet.
    pub begins: Option<Date>,
    /// Last day, where it is in force no more.
    pub ended: Option<Date>,
}

/// A version of the plan that holds, held or will hold on some day; one replaced before it began never does.
async fn versions(read: &mut Read) -> Result<Vec<PlanVersion>> {
    let mut all = read.plan_versions().await?;
    all.retain(|version| version.to.is_none_or(|to| to >= version.from));
    all.sort_by_key(|version| version.from);
    Ok(all)
}

fn read_plan(version: &PlanVersion) -> Plan {
    plan_file::read(&version.source).0
}

/// Duties of a clause that later versions of the plan bring, each with its first day.
pub(super) async fn coming(
    read: &mut Read,
    now: &Plan,
    clause: &str,
    today: Date,
) -> Result<Vec<(Duty, Date)>> {
    let mut found: Vec<(Duty, Date)> = Vec::new();
    for version in versions(read).await?.iter().filter(|version| version.from > today) {
        for duty in read_plan(version).duties_of(clause) {
            let is_known = now.duty(&duty.id).is_some() || found.iter().any(|(one, _)| one.id == duty.id);
            if !is_known {
                found.push((duty.clone(), version.from));
            }
        }
    }
    Ok(found)
}

impl App {
    /// A duty of this or another version of the plan, and when it holds.
    ///
    /// Errors: no version ever had it.
    pub async fn duty_standing(&self, caller: &Caller, id: &str) -> Result<DutyStanding> {
        caller.scope(Action::BoardRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let (now, _) = crate::plan::plan_in_force(&mut read, today).await?;
        let of = |plan: &Plan, begins, ended| {
            let duty = plan.duty(id)?;
            let clause = plan.clause(&duty.clause)?.clone();
            Some(DutyStanding { duty: duty.clone(), clause, begins, ended })
        };
        if let Some(standing) = of(&now, None, None) {
            return Ok(standing);
        }
        let all = versions(&mut read).await?;
        let later = all.iter().filter(|version| version.from > today);
        let earlier = all.iter().rev().filter(|version| version.to.is_some_and(|to| to < today));
        later
            .map(|version| of(&read_plan(version), Some(version.from), None))
            .chain(earlier.map(|version| of(&read_plan(version), None, version.to)))
            .flatten()
            .next()
            .ok_or(Error::NotFound)
    }
}
