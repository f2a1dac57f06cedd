//! The workshop that keeps things: SQL in one dialect over SQLite and PostgreSQL, and content-addressed blobs.
//!
//! Reading and writing are different types: [`Read`] has the SELECTs, [`Write`] the rest, and a write ends only in
//! [`Write::commit`], which takes the audit entry. What does *not* belong here: rules (`domain`), who may do it and in
//! what order (`app`).

pub mod account;
pub mod attachment;
pub mod audit;
mod bench;
pub mod blob;
pub mod budget;
pub mod call_test;
pub mod checklist;
pub mod contract;
pub mod db;
pub mod device;
pub mod drill;
pub mod error;
pub mod evidence;
pub mod export;
pub mod facility;
pub mod fire_plan;
pub mod follow_up;
pub mod force;
pub mod fulfilment;
pub mod gate;
pub mod handover;
pub mod hazard;
pub mod import;
pub mod inspection;
pub mod inspection_plan;
pub mod job;
pub mod layer;
pub mod letter;
pub mod meeting;
pub mod migrate;
pub mod notice;
pub mod numbering;
pub mod operation;
pub mod org;
pub mod paper;
pub mod parameter;
pub mod person;
pub mod photo;
pub mod placard;
pub mod place;
pub mod place_list;
pub mod plan;
pub mod post;
pub mod report;
pub mod risk;
pub mod road;
pub mod scope;
pub mod seal;
pub mod session;
pub mod signal;
pub mod siting;
pub mod sortie;
pub mod task;
pub mod training;
pub mod transfer;
pub mod unit_link;
pub mod value;
pub mod vault;
pub mod verify;
pub mod waiver;

pub use audit::Audit;
pub use db::{Db, Read, Write};
pub use error::{Error, Result};
pub use value::{Row, Value};
