//! Periods: year, half-year, quarter, month, week, day.
