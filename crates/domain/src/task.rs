//! Tasks: assigned, accepted, done, unable.
