//! The hall of the house: use cases, one file per noun. Each reads, asks who may, lets `domain` decide, writes, and
//! ends in a commit with its audit entry.
//!
//! What does *not* belong here: rules (`domain`), SQL (`store`), HTTP (`api`), configuration (`server`).

pub mod account;
pub mod assessment;
pub mod attachment;
pub mod audit;
pub mod base_map;
pub mod boundary;
pub mod budget;
pub mod calendar;
pub mod call_test;
pub mod caller;
pub mod campaign;
pub mod certificate;
pub mod checklist;
pub mod context;
pub mod contract;
pub mod device;
pub mod dispatch;
pub mod docket;
pub mod drill;
pub mod enforcement;
pub mod error;
pub mod event;
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
pub mod house;
pub mod import;
pub mod incident;
pub mod inspection;
pub mod inspection_plan;
pub mod job;
pub mod joint_control;
pub mod layer;
pub mod leader;
pub mod letter;
pub mod meeting;
pub mod message;
pub mod names;
pub mod notice;
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
pub mod project;
pub mod report;
pub mod report_case;
pub mod risk;
pub mod road;
pub mod sample;
pub mod search;
pub mod secret;
pub mod sector;
pub mod session;
pub mod signal;
pub mod siting;
pub mod sortie;
pub mod stop_use;
pub mod subscriber;
pub mod sync;
pub mod task;
pub mod training;
pub mod unit_link;
pub mod vault;
pub mod view;
pub mod waiver;
pub mod warning;
pub mod whistle;
pub mod workbench;

pub use caller::Caller;
pub use context::{App, Clock, DEMO, Reader};
pub use error::{Error, Result};

/// The hash of a request under its operation id.
pub fn request_hash(bytes: &[u8]) -> String {
    store::seal::sha256(bytes)
}
