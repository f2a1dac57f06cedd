//! What people measured, laid over the map. Surveys are kept by whoever keeps them, not in the network, so that no
//! import of a newer map loses one; where a stretch was cut or drawn anew, the survey finds it again by its line. What
//! does not belong here: keeping them (`store`).

use std::collections::HashMap;

use domain::geometry::distance_m;
use domain::road::Fitness;

use crate::graph::{Key, Network};
use crate::problem::Problem;

/// A survey finds its stretch again within so far of its line, m.
const NEAR_M: f64 = 15.0;
/// Points are looked up along its line in such steps, m.
const STEP_M: f64 = 10.0;

/// A measured stretch.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// What the stretch was called when it was measured; none for a line drawn by hand.
    pub key: Option<Key>,
    /// Its line, degrees.
    pub line: Vec<[f64; 2]>,
    /// What was measured.
    pub fitness: Fitness,
}

/// Lays surveys over a network, later ones over earlier ones. What found no stretch, or says what cannot be true, is
/// told by its number in the list.
pub fn lay(network: &mut Network, surveys: &[Survey]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let by_key: HashMap<Key, u32> =
        network.segments.iter().enumerate().map(|(n, segment)| (segment.key, n as u32)).collect();
    for (n, survey) in surveys.iter().enumerate() {
        let place = || format!("survey/{n}");
        let (fitness, implausible) = survey.fitness.clone().checked();
        problems.extend(implausible.iter().map(|p| Problem::new(place(), p.code(), p.to_string())));
        let known = survey.key.and_then(|key| by_key.get(&key)).copied();
        let stretches = known.map_or_else(|| under(network, &survey.line), |segment| vec![segment]);
        if stretches.is_empty() {
            problems.push(Problem::new(
                place(),
                "road.survey_without_road",
                "实测路段附近没有道路：测量值已保留，请在地图上补画这条路",
            ));
        }
        for stretch in stretches {
            let Some(segment) = network.segments.get_mut(stretch as usize) else { continue };
            let Some(road) = network.roads.get(segment.road as usize) else { continue };
            let mut measured = road.clone();
            measured.fitness = fitness.over(&road.fitness);
            segment.road = network.roads.len() as u32;
            network.roads.push(measured);
        }
    }
    problems
}

/// The stretches a line runs along: those of which most of the length lies beside it.
pub(crate) fn under(network: &Network, line: &[[f64; 2]]) -> Vec<u32> {
    let mut met: HashMap<u32, u32> = HashMap::new();
    for (a, b) in line.iter().zip(line.iter().skip(1)) {
        let steps = (distance_m(*a, *b) / STEP_M).ceil().max(1.0);
        for step in 0..steps as u32 {
            let share = (f64::from(step) + 0.5) / steps;
            let at = [0, 1].map(|n| a[n] + (b[n] - a[n]) * share);
            if let Ok(spot) = network.index().nearest(network, at, NEAR_M, |_| true) {
                *met.entry(spot.segment).or_default() += 1;
            }
        }
    }
    let mostly = |(segment, points): (u32, u32)| {
        let length_m = f64::from(network.segments.get(segment as usize)?.length_mm) / 1000.0;
        (f64::from(points) * STEP_M >= length_m * 0.5).then_some(segment)
    };
    let mut found: Vec<u32> = met.into_iter().filter_map(mostly).collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up;

    #[test]
    fn a_survey_overrides_the_map_and_finds_its_stretch_again_after_the_map_was_cut_anew() {
        let mut network = made_up::network(6, 1);
        let segment = network.segments[7].clone();
        let line = network.shape(&segment).to_vec();
        let measured = Fitness { width_m: Some(2.8), ..Fitness::default() };
        let by_name = Survey { key: Some(segment.key), line: line.clone(), fitness: measured.clone() };
        let renamed = Survey { key: Some(Key { way: -1, ..segment.key }), ..by_name.clone() };
        for survey in [by_name, renamed] {
            network = made_up::network(6, 1);
            let before: Vec<Option<f64>> = widths(&network);
            assert_eq!(lay(&mut network, &[survey]), Vec::new());
            let changed: Vec<usize> = widths(&network)
                .iter()
                .zip(&before)
                .enumerate()
                .filter_map(|(n, (now, then))| (now != then).then_some(n))
                .collect();
            assert_eq!(changed, [7]);
            assert_eq!(widths(&network)[7], Some(2.8));
        }
    }

    #[test]
    fn a_survey_where_there_is_no_road_and_a_width_of_400_m_are_named() {
        let mut network = made_up::network(6, 1);
        let far = Survey {
            key: None,
            line: vec![[150.5, 29.5], [150.501, 29.5]],
            fitness: Fitness { width_m: Some(400.0), ..Fitness::default() },
        };
        let codes: Vec<&str> = lay(&mut network, &[far]).iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["road.implausible_value", "road.survey_without_road"]);
    }

    fn widths(network: &Network) -> Vec<Option<f64>> {
        network.segments.iter().map(|segment| network.road(segment).and_then(|r| r.fitness.width_m)).collect()
    }
}
