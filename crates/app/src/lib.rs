//! The hall: use cases. Every one is read → authorize → decide (`domain`) → write → commit(audit).
//!
//! What does *not* belong here: rules, SQL, HTTP.
