//! Chance from a seed.

/// Xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), whose state follows from a
/// seed by Splitmix64 (Steele, Lea and Flood, 2014), as its authors advise. Good for estimates, worthless for keys.
#[derive(Debug, Clone)]
pub(crate) struct Random([u64; 4]);

impl Random {
    /// A generator of its own for each purpose of a seed.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mut salt = purpose;
        let mut state = seed ^ split_mix(&mut salt);
        Self([(); 4].map(|()| split_mix(&mut state)))
    }

    /// 64 bits.
    #[inline]
    pub(crate) const fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.0 = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// 32 bytes.
    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes());
        }
        bytes
    }
}

const fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers that the authors' reference code gives.
    #[test]
    fn numbers_are_those_of_the_published_generators() {
        let mut state = 1_234_567;
        let split = [(); 3].map(|()| split_mix(&mut state));
        let known = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(split, known);
        let mut random = Random([1, 2, 3, 4]);
        let numbers = [(); 5].map(|()| random.next());
        let known = [
            41_943_041,
            58_720_359,
            3_588_806_011_781_223,
            3_591_011_842_654_386,
            9_228_616_714_210_784_205,
        ];
        assert_eq!(numbers, known);
    }

    #[test]
    fn purposes_of_a_seed_have_numbers_of_their_own() {
        let first = |seed, purpose| Random::new(seed, purpose).bytes();
        assert_eq!(first(7, 1), first(7, 1));
        assert_ne!(first(7, 1), first(7, 2));
        assert_ne!(first(7, 1), first(8, 1));
    }
}
