//! Inspections: answers, result, and the hazards that failed items become.
