//! The working days of the town: the holiday notices that come with the program, read once. What does not belong here:
//! counting days (`domain::calendar`).

use std::sync::OnceLock;

use domain::calendar::Calendar;

/// The calendar in force. Years without a notice are known by their weekly rhythm only.
pub fn calendar() -> &'static Calendar {
    static CALENDAR: OnceLock<Calendar> = OnceLock::new();
    CALENDAR.get_or_init(|| exchange::calendar_file::read(exchange::shipped::CALENDAR).0.calendar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::parse_date;

    #[test]
    fn the_notices_that_come_along_are_read_without_problems() {
        let (_, problems) = exchange::calendar_file::read(exchange::shipped::CALENDAR);
        assert_eq!(problems, []);
        let national_day = parse_date("2026-10-01").expect("a date");
        assert!(!calendar().is_working_day(national_day));
        assert!(calendar().is_announced(2026));
    }
}
