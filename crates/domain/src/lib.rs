//! The cellar of the house: the rules of township fire-safety governance.
//!
//! Everything here is pure. No file, no socket, no database and no clock: time and randomness come in as
//! parameters. What does *not* belong here: SQL (`store`), HTTP (`api`), the order of steps in a use case (`app`).

pub mod budget;
pub mod calendar;
pub mod call_test;
pub mod checklist;
pub mod checklist_library;
pub mod code;
pub mod contract;
pub mod device;
pub mod document;
pub mod drill;
pub mod evidence;
pub mod export;
pub mod facility;
pub mod fire_plan;
pub mod follow_up;
pub mod force;
pub mod fulfilment;
pub mod gate;
pub mod geometry;
pub mod handover;
pub mod hazard;
pub mod ids;
pub mod inspection;
pub mod inspection_plan;
pub mod letter;
pub mod meeting;
pub mod notice;
pub mod org;
pub mod paper;
pub mod period;
pub mod placard;
pub mod place;
pub mod place_list;
pub mod plan;
pub mod policy;
pub mod report;
pub mod risk;
pub mod road;
pub mod signal;
pub mod siting;
pub mod sortie;
pub mod task;
pub mod time;
pub mod training;
pub mod vehicle;
pub mod visit_schedule;
