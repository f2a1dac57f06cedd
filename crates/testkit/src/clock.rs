//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::{DAY_MS, Date, Timestamp};

/// A clock that shows what the test set. Clones show the same time, so a test keeps one and the program gets another.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// Stands at an instant.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.0)))
    }

    /// Stands at nine in the morning of a civil date in the town.
    pub fn on(date: Date) -> Self {
        Self::at(Timestamp::start_of(date).plus_ms(9 * 3600 * 1000))
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    /// The civil date it shows in the town.
    pub fn today(&self) -> Date {
        self.now().date()
    }

    /// Moves it by milliseconds, back when negative.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Moves it by whole days, back when negative; the hour stays, for the town has no summer time.
    pub fn advance_days(&self, days: i64) {
        self.advance_ms(days.saturating_mul(DAY_MS));
    }

    /// Sets it to an instant.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_shows_the_time_the_test_moved_to() {
        let clock = FakeClock::at(Timestamp::parse("2026-11-23T23:30:00+08:00").expect("valid"));
        let program = clock.clone();
        assert_eq!(program.today().to_string(), "2026-11-23");
        clock.advance_ms(30 * 60 * 1000);
        assert_eq!(program.today().to_string(), "2026-11-24", "midnight in the town, not in UTC");
        clock.advance_days(-24);
        assert_eq!(program.now().to_rfc3339(), "2026-10-31T00:00:00.000+08:00");
    }
}
