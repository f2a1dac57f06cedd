//! The ladder of escalation (升级督办): which of its steps the rules say is due for a hazard, why, and by when. It is put to
//! people, who take the step or say why not; nothing is taken by itself. What does not belong here: taking one (`hazard`).
//!
//! Source: handbook of the field, §4.2, triggers of the ladder; "fail → escalate" within one working day.

use serde::{Deserialize, Serialize};

use super::Hazard;
use super::facts::Stage;
use super::terms::{EscalationKind, HazardCode, Level, Measure};
use crate::calendar::{Calendar, OutOfRange};
use crate::time::Date;

/// Working days from the moment a step is due until it is taken or set aside. Source: handbook of the field, §4.2.
const WITHIN_WORKING_DAYS: u16 = 1;

/// What the town set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// From so many days of delay on the town lists a larger hazard. Units: calendar days.
    pub listed_after_days: u16,
    /// From so many units on a defect is the sector's.
    pub sector_units: u16,
}

/// What is known beside the hazard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The place is one of high risk.
    pub is_high_risk: bool,
    /// Many people gather in it.
    pub is_dense: bool,
    /// Units of its sector with the same defect, this one among them; 0 where the sector has taken it up.
    pub sharing_units: u16,
}

/// Why a step is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A larger hazard not fixed when looked at again.
    NotFixed {
        /// How often it was looked at in vain.
        times: u32,
    },
    /// At a place of high risk, and not fixed when looked at again.
    HighRisk {
        /// How often it was looked at in vain.
        times: u32,
    },
    /// The same in several units of the sector.
    Shared {
        /// How many.
        units: u16,
    },
    /// A larger hazard long past its deadline.
    LongOverdue {
        /// How long. Units: calendar days.
        days: u32,
    },
    /// Determined as major by the fire rescue organ.
    Determined,
    /// An order was not followed.
    OrderUnheeded,
    /// One of the situations for which the fire rescue organ may seal, and not put right in time.
    MayBeSealed,
}

impl Why {
    /// The reason as sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFixed { .. } => "not_fixed",
            Self::HighRisk { .. } => "high_risk",
            Self::Shared { .. } => "shared",
            Self::LongOverdue { .. } => "long_overdue",
            Self::Determined => "determined",
            Self::OrderUnheeded => "order_unheeded",
            Self::MayBeSealed => "may_be_sealed",
        }
    }

    /// The number in it.
    pub fn count(self) -> Option<u32> {
        match self {
            Self::NotFixed { times } | Self::HighRisk { times } => Some(times),
            Self::Shared { units } => Some(units.into()),
            Self::LongOverdue { days } => Some(days),
            Self::Determined | Self::OrderUnheeded | Self::MayBeSealed => None,
        }
    }

    /// The reason in Chinese.
    pub fn label(self) -> String {
        match self {
            Self::NotFixed { times } => format!("较大以上隐患，复查 {times} 次仍未整改到位"),
            Self::HighRisk { times } => format!("高风险场所的隐患，复查 {times} 次仍未整改到位"),
            Self::Shared { units } => format!("同一行业已有 {units} 家单位存在同样隐患"),
            Self::LongOverdue { days } => format!("较大以上隐患已逾期 {days} 天"),
            Self::Determined => "已由消防救援机构认定为重大火灾隐患，由区级挂牌督办".to_owned(),
            Self::OrderUnheeded => "责令改正后仍未改正，请核实是否应当立案".to_owned(),
            Self::MayBeSealed => "可能属于应当临时查封的情形且未及时改正，请报区消防救援机构决定".to_owned(),
        }
    }
}

/// A step that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// Which.
    pub kind: EscalationKind,
    /// Why.
    pub why: Why,
    /// Until when somebody takes it or says why not; none where no day began it.
    pub due_on: Option<Date>,
}

/// A step somebody set aside, and where the hazard stood then: it is put to people again once that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// Which.
    pub kind: EscalationKind,
    /// How often a re-check had failed.
    pub failed_rechecks: u32,
    /// The deadline then in force.
    pub deadline_on: Option<Date>,
}

/// Whether it may be one of the situations in which the fire rescue organ seals: exits blocked or too few, equipment that no
/// longer works, flammables where many gather, decoration that burns there. Whether it is one, the organ says.
/// Source: 消防监督检查规定 art. 22; codes of the hazard dictionary, handbook of the field §5.1.
fn may_be_sealed(code: &HazardCode, is_dense: bool) -> bool {
    match code.as_str() {
        "H01.1" | "H01.2" | "H01.3" | "H03.3" => true,
        "H07.1" | "H07.2" | "H08.2" => is_dense,
        _ => false,
    }
}

impl Hazard {
    /// The steps of the ladder that are due, each with its reason. What was taken, and what was set aside while nothing has
    /// changed since, is not among them.
    ///
    /// Errors: [`OutOfRange`] for a day beyond the calendar.
    pub fn escalations_due(
        &self,
        ladder: Ladder,
        around: Surroundings,
        today: Date,
        calendar: &Calendar,
    ) -> Result<Vec<Proposal>, OutOfRange> {
        let mut due = Vec::new();
        for (kind, why, since) in self.triggers(ladder, around, today) {
            if self.escalations.iter().any(|taken| taken.kind == kind) || self.is_set_aside(kind) {
                continue;
            }
            let due_on = since.map(|day| calendar.working_day_after(day, WITHIN_WORKING_DAYS)).transpose()?;
            due.push(Proposal { kind, why, due_on });
        }
        Ok(due)
    }

    fn is_set_aside(&self, kind: EscalationKind) -> bool {
        let deadline_on = self.rectification().map(|running| running.deadline_on);
        self.declined.iter().any(|one| {
            one.kind == kind && one.failed_rechecks == self.failed_rechecks && one.deadline_on == deadline_on
        })
    }

    /// What calls for which step, and since when.
    fn triggers(
        &self,
        ladder: Ladder,
        around: Surroundings,
        today: Date,
    ) -> Vec<(EscalationKind, Why, Option<Date>)> {
        use EscalationKind as K;
        let mut found = Vec::new();
        let stage = self.state.stage();
        if !self.is_open() || matches!(stage, Stage::Found | Stage::Passed) {
            return found;
        }
        if self.level == Some(Level::Major) {
            found.push((K::DistrictListed, Why::Determined, None));
        }
        if around.sharing_units >= ladder.sector_units.max(2) {
            found.push((K::SectorDeadline, Why::Shared { units: around.sharing_units }, None));
        }
        // The rest is for what should have been fixed and was not.
        let Some(running) = self.rectification().filter(|_| Stage::AWAITED.contains(&stage)) else {
            return found;
        };
        let is_larger = self.level >= Some(Level::Larger);
        let times = self.failed_rechecks;
        if let Some(failed_on) = self.failed_on {
            if is_larger {
                found.push((K::JointControl, Why::NotFixed { times }, Some(failed_on)));
            } else if around.is_high_risk {
                found.push((K::JointControl, Why::HighRisk { times }, Some(failed_on)));
            }
        }
        let days = self.days_over(today);
        if is_larger && self.level != Some(Level::Major) && days >= u32::from(ladder.listed_after_days.max(1))
        {
            let since =
                running.deadline_on.checked_add_days(chrono::Days::new(ladder.listed_after_days.into()));
            found.push((K::TownListed, Why::LongOverdue { days }, since));
        }
        let late_since = self.failed_on.or_else(|| self.is_overdue(today).then_some(running.deadline_on));
        if late_since.is_some() {
            if matches!(running.measure, Measure::Order { .. }) {
                found.push((K::CaseFiled, Why::OrderUnheeded, late_since));
            }
            if is_larger && may_be_sealed(&self.find.code, around.is_dense) {
                found.push((K::TempSeal, Why::MayBeSealed, late_since));
            }
        }
        found
    }
}
