//! What tests need: a clock that stands still, builders, both databases. Never part of the program.
