//! How long messages take.

use super::random::Random;

/// A distribution of delays in milliseconds. Of two messages the later one often arrives first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// Always the same.
    Constant(u64),
    /// Evenly from the first to the second.
    Uniform(u64, u64),
    /// At least `least`, beyond that exponential with this mean, at most `cap` in all.
    Exponential {
        /// The least.
        least: u64,
        /// The mean of what lies beyond it, at most 2^31.
        mean: u64,
        /// The most.
        cap: u64,
    },
    /// `least` divided by an even number from 0 to 1 (Pareto's distribution with exponent 1), at most `cap`: half
    /// the messages take more than twice the least, one in a hundred more than a hundred times.
    HeavyTail {
        /// The least, at most 2^31.
        least: u64,
        /// The most.
        cap: u64,
    },
}

impl Delay {
    /// One delay.
    pub(super) fn draw(self, random: &mut Random) -> u64 {
        match self {
            Self::Constant(delay) => delay,
            Self::Uniform(least, most) => random.between(least, most),
            Self::Exponential { least, mean, cap } => {
                let beyond = exponential(random).saturating_mul(mean) >> 32;
                least.saturating_add(beyond).min(cap)
            }
            Self::HeavyTail { least, cap } => {
                let share = random.between(1, 1 << 32);
                (least.saturating_mul(1 << 32) / share).min(cap)
            }
        }
    }
}

/// An exponential number of mean 2^32, without logarithms (von Neumann, "Various techniques used in connection with
/// random digits", 1951): of even numbers, runs that fall for an odd count of steps are kept, each other run adds one.
fn exponential(random: &mut Random) -> u64 {
    let mut whole = 0_u64;
    loop {
        let first = random.next() >> 32;
        let (mut last, mut length) = (first, 1_u32);
        loop {
            let next = random.next() >> 32;
            if next >= last {
                break;
            }
            (last, length) = (next, length.saturating_add(1));
        }
        if length % 2 == 1 {
            return whole.saturating_add(first);
        }
        whole = whole.saturating_add(1 << 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u64 = 100_000;

    fn drawn(delay: Delay) -> Vec<u64> {
        let mut random = Random::new(1, 2);
        let mut drawn: Vec<u64> = (0..DRAWS).map(|_| delay.draw(&mut random)).collect();
        drawn.sort_unstable();
        drawn
    }

    fn is_near(drawn: &[u64], bound: u64, expected: u64) -> bool {
        let above = drawn.iter().filter(|delay| **delay > bound).count() as u64;
        above.abs_diff(expected) < DRAWS / 100
    }

    #[test]
    fn constant_and_uniform_keep_their_bounds() {
        assert!(drawn(Delay::Constant(7)).iter().all(|delay| *delay == 7));
        let even = drawn(Delay::Uniform(10, 19));
        assert_eq!((even[0], even[even.len() - 1]), (10, 19));
        assert!(is_near(&even, 14, DRAWS / 2));
    }

    /// Of 100,000 draws so many lie above tenths of the mean: e^-x.
    #[test]
    fn the_exponential_falls_as_its_formula_says() {
        let (least, mean) = (1_000, 100_000);
        let cap = 700_000;
        let drawn = drawn(Delay::Exponential { least, mean, cap });
        assert!(drawn[0] >= least && drawn[drawn.len() - 1] <= cap);
        for (tenths, expected) in [(1, 90_484), (5, 60_653), (10, 36_788), (20, 13_534), (40, 1_832)] {
            assert!(is_near(&drawn, least + tenths * mean / 10, expected), "{tenths}");
        }
    }

    #[test]
    fn the_heavy_tail_is_heavy_and_capped() {
        let drawn = drawn(Delay::HeavyTail {
            least: 1_000,
            cap: 500_000,
        });
        assert!(drawn[0] >= 1_000 && drawn[drawn.len() - 1] == 500_000);
        for times in [2, 10, 100] {
            assert!(is_near(&drawn, 1_000 * times, DRAWS / times), "{times}");
        }
    }
}
