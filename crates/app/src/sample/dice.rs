//! Dice that fall the same way every time. What does not belong here: real randomness (`secret`).

/// Steele, Lea and Flood's SplitMix64, begun from a word.
pub(super) struct Dice(u64);

impl Dice {
    /// Dice of their own for each part of the sample, so that one part never shifts another.
    pub fn new(part: &str) -> Self {
        // FNV-1a: any fixed mapping from a word to a number will do.
        Self(
            part.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    /// A number below `bound`; 0 when there is none.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).checked_rem(bound).unwrap_or(0)
    }

    /// Whether something of this chance happens; `per_mille` in thousandths.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of them.
    pub fn choose<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = self.below(all.len() as u64);
        all.get(usize::try_from(at).unwrap_or(0))
    }

    /// One of these words.
    pub fn pick(&mut self, words: &[&'static str]) -> &'static str {
        self.choose(words).copied().unwrap_or_default()
    }

    /// One of them, the heavier the oftener; the first when nothing weighs anything.
    pub fn weighted<'a, T>(&mut self, all: &'a [T], weight: impl Fn(&T) -> u64) -> &'a T {
        let mut left = self.below(all.iter().map(&weight).sum());
        for one in all {
            let own = weight(one);
            if left < own {
                return one;
            }
            left -= own;
        }
        &all[0]
    }
}
