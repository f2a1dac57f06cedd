//! The order in which the states of a network are climbed: which lie between others and so come last. It comes from where
//! things lie, not from what they cost, so it is made once a network and holds for every vehicle, day and closure. What does
//! not belong here: costs (`shortcut`), the search (`climb`).

use cch::graph::Graph;
use cch::{Cch, inertial_order};

use crate::graph::Network;
use crate::search::NONE;

/// The order of a network, and every stretch and shortcut a search that only climbs may need. Places are numbers of states
/// in the order; an arc of it goes from the lower place to the higher and stands for both directions.
#[derive(Debug)]
pub struct Order {
    /// Place of each state.
    pub(crate) place: Vec<u32>,
    /// State at each place.
    pub(crate) state: Vec<u32>,
    /// The next place every way up from a place goes through; [`NONE`] at a summit.
    pub(crate) parent: Vec<u32>,
    /// For each place its first arc upward, and one more.
    pub(crate) first_up: Vec<u32>,
    /// Higher place of each arc, rising from each place.
    pub(crate) up: Vec<u32>,
    /// For each place its first in `down`, and one more.
    pub(crate) first_down: Vec<u32>,
    /// Lower place and the arc from there, rising.
    pub(crate) down: Vec<(u32, u32)>,
    /// Arc of each way out of a state (of `Network::outs`); [`NONE`] where one is in the same state again.
    pub(crate) arc_of: Vec<u32>,
}

impl Order {
    /// The order of a network: seconds for a district.
    pub fn of(network: &Network) -> Self {
        let states = network.states();
        let head: Vec<u32> = network.outs.iter().map(|out| out.to).collect();
        let from = |state: u32| network.outs_of(state).map(move |_| state);
        let tail: Vec<u32> = (0..states as u32).flat_map(from).collect();
        let at = |part: usize| -> Vec<f32> {
            let junction = |own: &u32| network.junctions.get(*own as usize);
            network
                .junction_of
                .iter()
                .map(|own| junction(own).map_or(0.0, |j| j.lon_lat[part] as f32))
                .collect()
        };
        let order = inertial_order(states as u32, &tail, &head, &at(1), &at(0));
        let graph = Graph { first_out: network.first_out.clone(), weight: Vec::new(), head };
        let built = Cch::build(&graph, &order);
        let down = built.down_head.iter().copied().zip(built.down_to_up.iter().copied()).collect();
        Self {
            place: built.rank,
            state: built.order,
            parent: built.elimination_tree_parent,
            first_up: built.up_first_out,
            up: built.up_head,
            first_down: built.down_first_out,
            down,
            arc_of: built.input_arc_to_cch_arc,
        }
    }
}

/// What belongs to one place in a list of all.
pub(crate) fn of_place<'a, T>(first: &[u32], all: &'a [T], place: u32) -> &'a [T] {
    let at = |n: usize| first.get(n).map_or(0, |first| *first as usize);
    all.get(at(place as usize)..at(place as usize + 1)).unwrap_or_default()
}

const _: () = assert!(cch::bundle::INVALID_ID == NONE);
