//! The roof: knows everyone, decides nothing.
