//! The workshop that keeps things: SQL in one dialect over SQLite and PostgreSQL, and content-addressed blobs.
//!
//! What does *not* belong here: rules (`domain`), who may do it and in what order (`app`).
