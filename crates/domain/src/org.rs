//! Organisations, posts and dated assignments.
