//! Instants and civil dates. An instant is a [`Timestamp`]; a deadline is a [`Date`] in the town's zone and never an
//! instant. What does not belong here: working days (`calendar`), periods (`period`).

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};
use serde::{Deserialize, Serialize};

pub use chrono::NaiveDate as Date;

/// Seconds east of UTC in Asia/Shanghai; China keeps one zone and no summer time.
const SHANGHAI_OFFSET_S: i32 = 8 * 3600;

/// A minute. Units: milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// An hour. Units: milliseconds.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// A civil day of a zone without summer time. Units: milliseconds.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// An instant. Units: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The civil date of this instant in Asia/Shanghai; the epoch's date when out of the representable range.
    pub fn date(self) -> Date {
        self.local().map(|t| t.date_naive()).unwrap_or_default()
    }

    /// RFC 3339 with the town's offset and milliseconds, as the API sends it.
    pub fn to_rfc3339(self) -> String {
        self.local().map(|t| t.to_rfc3339_opts(SecondsFormat::Millis, false)).unwrap_or_default()
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|t| Self(t.timestamp_millis()))
    }

    /// Midnight at the start of this civil date in Asia/Shanghai.
    pub fn start_of(date: Date) -> Self {
        let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        Self(midnight - i64::from(SHANGHAI_OFFSET_S) * 1000)
    }

    /// This instant moved by a number of milliseconds; saturates.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Hour of the day in Asia/Shanghai, 0 to 23.
    pub fn local_hour(self) -> u32 {
        self.local().map_or(0, |t| chrono::Timelike::hour(&t))
    }

    fn local(self) -> Option<DateTime<FixedOffset>> {
        let zone = FixedOffset::east_opt(SHANGHAI_OFFSET_S)?;
        Some(DateTime::from_timestamp_millis(self.0)?.with_timezone(&zone))
    }
}

/// What a phone can show of when something was done that we heard of later. Anybody can set a phone's clock; nobody sets back
/// what it counted since we last told it the time. Evidence and no condition. Source: design of reliability, §7.6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// Id of the anchor: that we told it the time.
    pub anchor: String,
    /// The time we told.
    pub anchor_at: Timestamp,
    /// What it counted from then until it was done; none where the count was lost. Units: milliseconds.
    pub elapsed_ms: Option<i64>,
    /// What its own clock said.
    pub wall_at: Timestamp,
}

impl Timing {
    /// The first and the last instant at which it can have been done, when it came in at `received_at`. A count stands still while
    /// a phone sleeps: it says how much went by at least.
    pub fn between(&self, received_at: Timestamp) -> (Timestamp, Timestamp) {
        let counted = self.anchor_at.plus_ms(self.elapsed_ms.unwrap_or(0).max(0));
        (counted.min(received_at), received_at)
    }
}

/// Reads a civil date as `YYYY-MM-DD`.
pub fn parse_date(text: &str) -> Option<Date> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn just_after_midnight_in_the_town_is_still_yesterday_in_utc() {
        let instant = Timestamp::parse("2026-11-22T16:30:00Z").expect("valid");
        assert_eq!(instant.date(), parse_date("2026-11-23").expect("valid"));
        assert_eq!(instant.to_rfc3339(), "2026-11-23T00:30:00.000+08:00");
    }

    #[test]
    fn a_count_says_how_much_went_by_at_least() {
        let shown = |elapsed_ms| Timing {
            anchor: "a".to_owned(),
            anchor_at: Timestamp(1_000),
            elapsed_ms,
            wall_at: Timestamp(0),
        };
        let between = |elapsed_ms| shown(elapsed_ms).between(Timestamp(9_000));
        assert_eq!(between(Some(3_000)), (Timestamp(4_000), Timestamp(9_000)));
        assert_eq!(between(None), (Timestamp(1_000), Timestamp(9_000)), "the page was begun anew");
        assert_eq!(between(Some(50_000)), (Timestamp(9_000), Timestamp(9_000)), "not after it came in");
        assert_eq!(between(Some(-5)), (Timestamp(1_000), Timestamp(9_000)));
    }

    #[test]
    fn a_date_starts_at_its_own_midnight() {
        let date = parse_date("2026-11-23").expect("valid");
        assert_eq!(Timestamp::start_of(date).date(), date);
        assert_eq!(Timestamp::start_of(date).plus_ms(-1).date(), date.pred_opt().expect("valid"));
    }
}
