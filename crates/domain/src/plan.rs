//! The plan as data: clauses, duties, parameters.
