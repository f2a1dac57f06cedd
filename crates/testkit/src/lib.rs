//! What tests need: a clock that stands still, both databases, golden files, a PostgreSQL of one's own. Never part of
//! the program. What does *not* belong here: builders of one noun, which live beside the tests of that noun.

#[cfg(feature = "clock")]
pub mod clock;
pub mod databases;
pub mod golden;
pub mod postgres;
#[cfg(feature = "clock")]
pub mod prepared;

#[cfg(feature = "clock")]
pub use clock::FakeClock;
pub use databases::{Fresh, both_databases};
pub use golden::assert_golden;
#[cfg(feature = "clock")]
pub use prepared::prepared;
