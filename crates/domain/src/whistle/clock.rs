//! How long a body has: in minutes by the clock, in minutes during which offices work, in working days. What does not belong
//! here: which whistle has which time (`catalog/whistles.toml`; every one is a parameter of the town).

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Date, OutOfRange};
use crate::org::words;
use crate::time::{HOUR_MS, MINUTE_MS, Timestamp};

words! {
    /// What a time is counted in.
    Unit {
        Minute "minute" "分钟"
        OfficeMinute "office_minute" "工作时间分钟"
        WorkingDay "working_day" "工作日"
    }
}

/// A time allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// How many.
    pub n: u16,
    /// Of what.
    pub unit: Unit,
}

/// When offices work on a working day; parameters of the town. Units: hours of the town's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeHours {
    /// They open at this hour.
    pub from: u16,
    /// They close at this hour.
    pub until: u16,
}

impl OfficeHours {
    /// The open span of a day; none when nobody works or the hours are no span.
    fn of(self, day: Date, calendar: &Calendar) -> Option<(Timestamp, Timestamp)> {
        let start = Timestamp::start_of(day);
        let at = |hour: u16| start.plus_ms(i64::from(hour.min(24)) * HOUR_MS);
        (self.from < self.until && calendar.is_working_day(day)).then(|| (at(self.from), at(self.until)))
    }
}

/// The last instant of a day.
pub(super) fn end_of(day: Date) -> Timestamp {
    Timestamp::start_of(day.succ_opt().unwrap_or(day)).plus_ms(-1)
}

impl Term {
    /// When it is over, counted from an instant.
    ///
    /// Errors: [`OutOfRange`] when the calendar does not reach so far, or offices never open.
    pub fn after(
        self,
        at: Timestamp,
        calendar: &Calendar,
        hours: OfficeHours,
    ) -> Result<Timestamp, OutOfRange> {
        let mut left = i64::from(self.n) * MINUTE_MS;
        match self.unit {
            Unit::Minute => Ok(at.plus_ms(left)),
            Unit::WorkingDay => Ok(end_of(calendar.working_day_after(at.date(), self.n)?)),
            Unit::OfficeMinute => {
                let mut day = at.date();
                // Nothing is shut for a year on end: whoever gets that far was given hours that are no span.
                for _ in 0..400 {
                    if let Some((open, close)) = hours.of(day, calendar) {
                        let from = open.max(at);
                        let there = close.0 - from.0;
                        if there >= left {
                            return Ok(from.plus_ms(left));
                        }
                        left -= there.max(0);
                    }
                    day = day.succ_opt().ok_or(OutOfRange)?;
                }
                Err(OutOfRange)
            }
        }
    }

    /// In words, as `2 工作日`.
    pub fn words(self) -> String {
        format!("{} {}", self.n, self.unit.label())
    }
}
