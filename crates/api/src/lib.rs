//! The door for people: HTTP, server-sent events and the problem catalogue. The only crate that names `axum`.
//!
//! A handler is extract → one `app` call → view type. What does *not* belong here: decisions.
