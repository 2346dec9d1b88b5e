//! Chance from a seed.

/// Splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Good enough to
/// shake a network, worthless for keys.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// A generator of its own for each purpose of a run.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        let mut base = Self(seed);
        let salt = base.next();
        Self(salt ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included; `least` if they contradict each other.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        let span = u128::from(most.saturating_sub(least)) + 1;
        // The high half of the product is below the span.
        let offset = (u128::from(self.next()) * span) >> 64;
        least.saturating_add(offset as u64)
    }

    /// True in so many of a thousand cases.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.between(0, 999) < u64::from(per_mille)
    }
}
