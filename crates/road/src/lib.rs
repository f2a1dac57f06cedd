//! The workshop for roads. Files and rows come in, ways, reach and sites go out; no database, no clock, no tokio.
//!
//! The front door: [`osm::read`] reads a file, [`Network::of`] makes a graph of it, [`Prepared::new`] weighs it for one
//! vehicle on one day (milliseconds; do it again for a closure or another vehicle), [`route::route`] finds a way and
//! what stands in it, [`towards::towards`] who is first at one point, [`reach::reach`] how far one gets, [`siting`] where
//! stations belong. Where a large network is asked often, [`Network::make_order`]
//! and [`Prepared::make_shortcuts`] bring the same answers in a fraction of the time. A [`Search`] keeps its memory from query
//! to query: one per thread. What does not belong here: whether a vehicle passes a road (`domain::road`).

mod climb;
pub mod drawn;
pub mod graph;
pub mod made_up;
pub mod order;
pub mod osm;
mod outline;
pub mod problem;
pub mod reach;
pub mod route;
pub mod search;
pub mod shortcut;
pub mod sight;
pub mod siting;
pub mod snap;
pub mod survey;
pub mod terrain;
pub mod towards;
pub mod weigh;

pub use graph::Network;
pub use problem::{Error, Problem};
pub use search::Search;
pub use weigh::{Objective, Prepared, Reading, Situation};
