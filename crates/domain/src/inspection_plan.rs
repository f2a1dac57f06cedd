//! Inspection plans: which place, how often, by whom; and what a plan leaves uncovered.
