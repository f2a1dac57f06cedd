//! Which of a network's stretches a measured line runs along, and how far. What does not belong here: what then counts
//! there (`drawn`), keeping surveys (`store`).

use std::collections::BTreeMap;

use domain::geometry::distance_m;
use domain::road::along::{NEAR_M, PARALLEL, STEP_M};

use crate::graph::Network;

/// How far a line runs along each stretch. Units: m.
pub(crate) fn beside(network: &Network, line: &[[f64; 2]]) -> BTreeMap<u32, f64> {
    let mut met: BTreeMap<u32, f64> = BTreeMap::new();
    for (a, b) in line.iter().zip(line.iter().skip(1)) {
        let length_m = distance_m(*a, *b);
        let steps = (length_m / STEP_M).ceil().max(1.0);
        let step_m = length_m / steps;
        let at = |share: f64| [0, 1].map(|n| a[n] + (b[n] - a[n]) * share);
        for step in 0..steps as u32 {
            let (from, middle, to) = (f64::from(step), f64::from(step) + 0.5, f64::from(step) + 1.0);
            let Ok(spot) = network.index().nearest(network, at(middle / steps), NEAR_M, |_| true) else {
                continue;
            };
            let along = |share: f64| {
                let near = NEAR_M + STEP_M;
                network.index().nearest(network, at(share), near, |n| n == spot.segment).ok()
            };
            let gets_on = along(from / steps).zip(along(to / steps)).is_some_and(|(one, other)| {
                f64::from(one.offset_mm.abs_diff(other.offset_mm)) / 1000.0 >= step_m * PARALLEL
            });
            if gets_on {
                *met.entry(spot.segment).or_default() += step_m;
            }
        }
    }
    met
}

/// The stretches a line runs along: those of which most of the length lies beside it.
pub(crate) fn under(network: &Network, line: &[[f64; 2]]) -> Vec<u32> {
    let mostly = |(segment, along_m): (u32, f64)| {
        let length_m = f64::from(network.segments.get(segment as usize)?.length_mm) / 1000.0;
        (along_m >= length_m * 0.5).then_some(segment)
    };
    beside(network, line).into_iter().filter_map(mostly).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up;

    #[test]
    fn a_line_runs_along_its_own_stretch_and_not_along_one_it_crosses() {
        let network = made_up::network(6, 1);
        let line = network.shape(&network.segments[7]).to_vec();
        assert_eq!(under(&network, &line), [7]);
        let [a, b] = [line[0], line[line.len() - 1]];
        let middle = [0, 1].map(|n| (a[n] + b[n]) / 2.0);
        let across = [[middle[0] - (b[1] - a[1]), middle[1] + (b[0] - a[0])], middle];
        let short = [[0, 1].map(|n| middle[n] + (across[0][n] - middle[n]) / 50.0), middle];
        assert!(!beside(&network, &short).contains_key(&7), "it meets it square");
    }

    #[test]
    fn a_line_where_there_is_no_road_runs_along_none() {
        let network = made_up::network(6, 1);
        assert!(beside(&network, &[[150.5, 29.5], [150.501, 29.5]]).is_empty());
    }
}
