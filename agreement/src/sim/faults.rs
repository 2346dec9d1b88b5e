//! The network's weather: delay, loss, repetition, and who cannot hear whom at what time.
//!
//! [MOD-4]: the adversary delays, reorders and drops as it likes. Here a seed does.

use super::Delay;
use super::letter::Rules;
use super::random::Random;

/// What the network does to messages.
#[derive(Debug, Clone)]
pub(super) struct Faults {
    /// How long messages take.
    pub(super) delay: Delay,
    /// How long they take until loss and repetition end, if not that.
    pub(super) stormy_delay: Option<Delay>,
    /// From, to, and how many times longer messages take on this way.
    pub(super) slow: Vec<(usize, usize, u64)>,
    /// Messages lost of a thousand.
    pub(super) loss: u32,
    /// Messages that arrive twice of a thousand.
    pub(super) duplication: u32,
    /// When loss and repetition end.
    pub(super) until: u64,
    pub(super) cuts: Vec<Cut>,
    /// What becomes of messages before all this.
    pub(super) rules: Rules,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            delay: Delay::Uniform(5, 50),
            stormy_delay: None,
            slow: Vec::new(),
            loss: 0,
            duplication: 0,
            until: u64::MAX,
            cuts: Vec::new(),
            rules: Rules::default(),
        }
    }
}

/// A time in which some nodes cannot hear some others.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) begins: u64,
    pub(super) ends: u64,
    pub(super) shape: Shape,
}

/// Who is cut off from whom.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// Only members of one group hear each other; who is in no group hears nobody.
    Groups(Vec<Vec<usize>>),
    /// The second does not hear the first.
    OneWay(usize, usize),
}

impl Shape {
    fn blocks(&self, from: usize, to: usize) -> bool {
        match self {
            Self::Groups(groups) => !groups
                .iter()
                .any(|group| group.contains(&from) && group.contains(&to)),
            Self::OneWay(silenced, deaf) => (*silenced, *deaf) == (from, to),
        }
    }
}

impl Faults {
    /// When a message sent now arrives: never, once or twice.
    pub(super) fn arrivals(&self, now: u64, from: usize, to: usize, random: &mut Random) -> [Option<u64>; 2] {
        let in_force = |cut: &&Cut| (cut.begins..cut.ends).contains(&now);
        if self
            .cuts
            .iter()
            .filter(in_force)
            .any(|cut| cut.shape.blocks(from, to))
        {
            return [None, None];
        }
        let stormy = now < self.until;
        if stormy && random.chance(self.loss) {
            return [None, None];
        }
        let is_repeated = stormy && random.chance(self.duplication);
        let delay = self.stormy_delay.filter(|_| stormy).unwrap_or(self.delay);
        let link = self
            .slow
            .iter()
            .find(|(begin, end, _)| (*begin, *end) == (from, to));
        let times = link.map_or(1, |(_, _, times)| *times);
        let mut arrival = || now.saturating_add(delay.draw(random).saturating_mul(times));
        [Some(arrival()), is_repeated.then(arrival)]
    }
}
