//! The workshop that reads and writes what people send: spreadsheets, plan files, checklists.
//!
//! Reader in, `(rows, problems)` out: a parser never stops at the first mistake. What does *not* belong here:
//! deciding whether a row may be stored (`app`), storing it (`store`).

pub mod calendar_file;
pub mod checklist_file;
pub mod checklist_sheet;
pub mod hazard_dictionary;
pub mod place_catalog;
pub mod plan_file;
pub mod shipped;
pub mod toml_doc;
