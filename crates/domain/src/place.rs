//! Places: category, tags, lists, owners and the errors of coverage.
