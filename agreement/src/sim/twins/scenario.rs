//! What can happen in three periods, by number.

use std::fmt;

/// How many scenarios there are: 16 partitions and 4 winners in each of 3 periods.
pub const SCENARIOS: u32 = 1 << 18;
/// In how many periods the network is divided.
pub(super) const PERIODS: usize = 3;
/// The nodes, each with one validator of the same stake.
pub(super) const NODES: usize = 4;
/// The process that hears what others do not.
pub(super) const A: usize = 0;
/// The node that has a twin; the twin is process number [`NODES`].
pub(super) const DOUBLED: usize = 3;
/// In the control, the node that has a twin besides; this twin is the last process.
pub(super) const DOUBLED_TOO: usize = 2;

/// What happens in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Condition {
    /// Bit i is set when process i + 1 is not on the side of process 0.
    apart: u8,
    /// The validator that wins the draw of proposers; nodes and validators have the same numbers.
    pub winner: u32,
}

impl Condition {
    const fn of(number: u32) -> Self {
        Self {
            apart: (number / 4 % 16) as u8,
            winner: number % 4,
        }
    }

    /// The side of a process, 0 or 1. Process 5, which only the control has, is never on the side of its original.
    pub fn side(self, process: usize) -> u8 {
        match process {
            0 => 0,
            1..=NODES => self.apart >> (process - 1) & 1,
            _ => 1 - self.side(DOUBLED_TOO),
        }
    }

    /// Whether two processes are on one side.
    pub fn joins(self, one: usize, other: usize) -> bool {
        self.side(one) == self.side(other)
    }
}

/// Three periods of round 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scenario {
    number: u32,
    conditions: [Condition; PERIODS],
}

impl Scenario {
    /// The scenario with a number below [`SCENARIOS`]; further numbers begin anew. Six bits for each period, the first
    /// lowest: four for the partition, two for the winner.
    pub fn numbered(number: u32) -> Self {
        let number = number % SCENARIOS;
        Self {
            number,
            conditions: [number, number >> 6, number >> 12].map(Condition::of),
        }
    }

    /// The `index`-th of a sample that spreads over all partitions and winners of each period, and that is all there are
    /// at [`SCENARIOS`]: steps of an odd number next to the golden section of their count.
    pub fn sampled(index: u32) -> Self {
        Self::numbered(index.wrapping_mul(162_011))
    }

    /// The number.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// What happens in the three periods.
    pub const fn conditions(&self) -> &[Condition; PERIODS] {
        &self.conditions
    }

    /// What happens in a period, if anything does.
    pub fn condition(&self, period: u32) -> Option<Condition> {
        let at = usize::try_from(period).ok()?;
        self.conditions.get(at).copied()
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_side = |side| {
            let processes = (0..=NODES).filter(move |process| self.side(*process) == side);
            processes.map(name).collect::<String>()
        };
        let (here, there) = (of_side(0), of_side(1));
        if there.is_empty() {
            write!(f, "{here} undivided, ")?;
        } else {
            write!(f, "{here} | {there}, ")?;
        }
        write!(f, "{} wins", name(self.winner as usize))
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, conditions } = self;
        let [first, second, third] = conditions;
        write!(
            f,
            "scenario {number}: in period 0 {first}; in period 1 {second}; in period 2 {third}"
        )
    }
}

/// A, B, C and D, and D' for the twin of D.
const fn name(process: usize) -> &'static str {
    match process {
        0 => "A",
        1 => "B",
        2 => "C",
        3 => "D",
        _ => "D'",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn sides(condition: Condition) -> Vec<u8> {
        (0..=NODES).map(|process| condition.side(process)).collect()
    }

    /// Sixteen ways to deal five processes to two sides that have no names, one of them being no division at all.
    #[test]
    fn a_period_has_sixteen_partitions_and_four_winners() {
        let all: Vec<Condition> = (0..64).map(Condition::of).collect();
        let partitions: BTreeSet<Vec<u8>> = all.iter().map(|condition| sides(*condition)).collect();
        assert_eq!(partitions.len(), 16);
        for partition in &partitions {
            // The side of process 0 is 0, so that no partition is another one with its sides exchanged.
            assert_eq!(partition[0], 0);
            for winner in 0..4 {
                let alike = |known: &&Condition| sides(**known) == *partition && known.winner == winner;
                assert_eq!(all.iter().filter(alike).count(), 1);
            }
        }
    }

    #[test]
    fn each_number_is_another_scenario() {
        let mut met = vec![false; 16_usize.pow(3) * 4_usize.pow(3)];
        for number in 0..SCENARIOS {
            let scenario = Scenario::numbered(number);
            assert_eq!(scenario.number(), number);
            let place = scenario.conditions().iter().fold(0, |place, condition| {
                let sides =
                    (1..=NODES).fold(0, |bits, process| 2 * bits + usize::from(condition.side(process)));
                (place * 16 + sides) * 4 + condition.winner as usize
            });
            assert!(!std::mem::replace(&mut met[place], true), "{scenario}");
        }
        assert!(met.iter().all(|met| *met));
        assert_eq!(Scenario::numbered(SCENARIOS), Scenario::numbered(0));
    }

    #[test]
    fn a_sample_of_all_is_all_and_a_small_one_has_everything() {
        let numbers = |count| (0..count).map(|index| Scenario::sampled(index).number());
        assert_eq!(numbers(SCENARIOS).collect::<BTreeSet<u32>>().len(), 1 << 18);
        for period in 0..3 {
            let met = numbers(5_000).map(|number| number >> (6 * period) & 63);
            assert_eq!(met.collect::<BTreeSet<u32>>().len(), 64);
        }
        // Any two periods together as well.
        for shift in [0, 6] {
            let met = numbers(5_000).map(|number| number >> shift & 4_095);
            assert!(met.collect::<BTreeSet<u32>>().len() > 2_500);
        }
    }

    #[test]
    fn the_words_say_what_the_number_says() {
        // The partitions 6, 0 and 9; the winners 3, 0 and 2.
        let words = Scenario::numbered((6 * 4 + 3) + ((9 * 4 + 2) << 12)).to_string();
        let says = "in period 0 ABD' | CD, D wins; in period 1 ABCDD' undivided, A wins; in period 2 ACD | BD', C wins";
        assert!(words.ends_with(says), "{words}");
    }

    #[test]
    fn the_second_twin_is_never_with_its_original() {
        for number in 0..64 {
            let condition = Condition::of(number);
            assert!(!condition.joins(DOUBLED_TOO, NODES + 1));
        }
    }
}
