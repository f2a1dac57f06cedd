//! The doors over HTTP: routes, request and answer types, problems. A handler extracts, makes one call to `app` and
//! answers. What does *not* belong here: who may do it (`domain::policy`), in what order (`app`).

mod account;
mod attachment;
mod audit;
mod auth;
mod budget;
mod call_test;
mod certificate;
mod checklist;
mod contract;
mod drill;
mod event;
mod evidence;
mod export;
mod follow_up;
mod force;
mod fulfilment;
mod gate;
mod handover;
mod hazard;
mod import;
mod inspection;
mod inspection_plan;
mod job;
mod layer;
mod leader;
mod letter;
mod limit;
mod meeting;
mod notice;
mod operation;
mod org;
mod paper;
mod parameter;
mod person;
mod photo;
mod placard;
mod place;
mod place_list;
mod plan;
mod post;
mod problem;
mod report;
mod router;
mod search;
mod session;
mod sortie;
mod sync;
mod task;
mod training;
mod unit_link;
#[allow(dead_code, reason = "each room takes what it needs")]
mod view;
mod waiver;
mod workbench;

pub use router::{Doors, openapi, router};
