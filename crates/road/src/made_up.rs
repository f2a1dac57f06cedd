//! Made-up networks of any size from a seed, the same on every machine: to measure on and to test with. What does not
//! belong here: anything of a real place.

use domain::road::{Fitness, Kind, OneWay, Road};

use crate::graph::{Junction, Network};

/// The seed every figure uses.
pub const SEED: u64 = 26_875;
/// Between neighbouring junctions, degrees (about 150 m).
const STEP_DEG: f64 = 0.001_4;
/// Lower left corner: open sea, so that nobody takes it for a place.
const CORNER: [f64; 2] = [150.0, 29.0];

/// Numbers in an order that looks like chance (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.roll() % n.max(1)
    }
}

/// A town of `side` × `side` junctions: a primary road every 20 lines, a secondary one every 8, village roads between of
/// many widths or none known, one in nine missing, one in twelve one-way, some turns forbidden.
pub fn network(side: u32, seed: u64) -> Network {
    let mut dice = Dice(seed);
    let mut junctions = Vec::new();
    for y in 0..side {
        for x in 0..side {
            let mut at = |n: u32| (f64::from(n) + dice.below(1000) as f64 / 2500.0) * STEP_DEG;
            let lon_lat = [CORNER[0] + at(x), CORNER[1] + at(y)];
            junctions.push(Junction { id: i64::from(y * side + x), lon_lat, barrier: None });
        }
    }
    let widths =
        [None, Some(2.2), Some(2.8), Some(3.2), Some(3.5), Some(4.0), Some(4.5), Some(5.0), Some(6.0)];
    let mut roads = Vec::new();
    let mut put = |kind, width_m, one_way| {
        let fitness = Fitness { width_m, ..Fitness::default() };
        let name = String::new();
        roads.push(Road { kind, name, one_way, bridge: false, covered: false, private: false, fitness });
    };
    put(Kind::Primary, Some(12.0), OneWay::No);
    put(Kind::Secondary, Some(8.0), OneWay::No);
    for width in widths {
        put(Kind::Unclassified, width, OneWay::No);
        put(Kind::Unclassified, width, OneWay::Forward);
    }
    let mut lines = Vec::new();
    for y in 0..side {
        for x in 0..side {
            for (is_across, ends, line) in [(x + 1 < side, 1, y), (y + 1 < side, side, x)] {
                let chance = dice.roll();
                let road = if line % 20 == 0 {
                    0
                } else if line % 8 == 0 {
                    1
                } else {
                    2 + 2 * ((chance >> 8) % widths.len() as u64) as u32
                        + u32::from((chance >> 32).is_multiple_of(12))
                };
                if is_across && (road < 2 || !chance.is_multiple_of(9)) {
                    let from = y * side + x;
                    lines.push((from, from + ends, road));
                }
            }
        }
    }
    // After every fiftieth stretch the next one may not be turned into.
    let forbidden: Vec<Vec<u32>> = lines
        .iter()
        .enumerate()
        .filter(|(n, _)| n % 50 == 0)
        .filter_map(|(n, (_, head, _))| {
            let next =
                lines.iter().skip(n + 1).take(4 * side as usize).position(|(tail, ..)| tail == head)?;
            Some(vec![2 * n as u32, 2 * (n + 1 + next) as u32])
        })
        .collect();
    Network::from_parts(junctions, &lines, roads, &forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_network_is_the_same_every_time_and_hangs_together() {
        let (one, two) = (network(30, SEED), network(30, SEED));
        assert_eq!(one.stats(), two.stats());
        assert_eq!(one.segments, two.segments);
        assert_ne!(one.segments, network(30, SEED + 1).segments);
        assert!(one.states() > one.junctions.len(), "some turns are forbidden");
        assert!(one.stats().islands < 5, "{:?}", one.stats());
    }

    #[test]
    fn the_dice_are_splitmix64() {
        let mut dice = Dice(1_234_567);
        assert_eq!(dice.roll(), 6_457_827_717_110_365_317);
        assert_eq!(dice.roll(), 3_203_168_211_198_807_973);
    }
}
