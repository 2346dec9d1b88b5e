//! The meter: what each node sends, receives and would have to verify, round by round.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use klero_committee::QuorumCertificate;

/// What one node had to do with in one round. A message belongs to the round that it is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Messages that arrived, copies of what was known among them.
    pub messages_in: u64,
    /// Their bytes, as a node of the network encodes them; what transport and gossip put around them is left out.
    pub bytes_in: u64,
    /// Messages sent or passed on, each as often as it has recipients.
    pub messages_out: u64,
    /// Their bytes.
    pub bytes_out: u64,
    /// What a node of the network would have to verify.
    pub work: Work,
}

/// Verifications. Copies that the duplicate cache holds back cost none, and neither does what is of no round of
/// interest; what is sent again under a higher attempt costs as much as the first time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Signatures of votes, which are verified in batches, and of proposals.
    pub signatures: u64,
    /// VRF proofs of votes and proposals, and of the seeds in new headers.
    pub proofs: u64,
    /// Certificates: of bodies' parents, of final blocks, and those that travel by themselves. Each takes one pairing
    /// check and as many additions of keys as it has signers.
    pub certificates: u64,
    /// VRF proofs in them.
    pub certified_proofs: u64,
}

impl Work {
    /// All signatures, certificates and proofs.
    pub const fn total(&self) -> u64 {
        let alone = self.signatures.saturating_add(self.proofs);
        alone
            .saturating_add(self.certificates)
            .saturating_add(self.certified_proofs)
    }

    pub(super) const fn vote(&mut self, has_proof: bool) {
        self.signatures += 1;
        self.proofs += has_proof as u64;
    }

    /// A proposal has a credential, and its header the proof of a seed unless it is of a later period [SEED-3].
    pub(super) const fn proposal(&mut self, has_seed_proof: bool) {
        self.signatures += 1;
        self.proofs += 1 + has_seed_proof as u64;
    }

    pub(super) fn certificate(&mut self, certificate: &QuorumCertificate) {
        self.certificates += 1;
        self.certified_proofs += certificate.as_unverified().proofs.len() as u64;
    }

    fn add(&mut self, other: &Self) {
        self.signatures += other.signatures;
        self.proofs += other.proofs;
        self.certificates += other.certificates;
        self.certified_proofs += other.certified_proofs;
    }
}

/// Loads of each node in each round.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    nodes: usize,
    rounds: BTreeMap<u64, Vec<Load>>,
}

impl Meter {
    pub(super) const fn new(nodes: usize) -> Self {
        let rounds = BTreeMap::new();
        Self { nodes, rounds }
    }

    fn load(&mut self, round: u64, node: usize) -> Option<&mut Load> {
        let nodes = self.nodes;
        let loads = self.rounds.entry(round);
        loads
            .or_insert_with(|| vec![Load::default(); nodes])
            .get_mut(node)
    }

    pub(super) fn sent(&mut self, round: u64, node: usize, bytes: u64) {
        if let Some(load) = self.load(round, node) {
            load.messages_out += 1;
            load.bytes_out += bytes;
        }
    }

    pub(super) fn received(&mut self, round: u64, node: usize, bytes: u64, work: &Work) {
        if let Some(load) = self.load(round, node) {
            load.messages_in += 1;
            load.bytes_in += bytes;
            load.work.add(work);
        }
    }

    /// The loads of all nodes in these rounds.
    pub(super) fn loads(&self, rounds: RangeInclusive<u64>) -> impl Iterator<Item = &Load> {
        self.rounds.range(rounds).flat_map(|(_, loads)| loads)
    }
}

/// How a quantity is spread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// The mean, rounded down.
    pub mean: u64,
    /// The lower median.
    pub median: u64,
    /// The greatest.
    pub most: u64,
}

impl Spread {
    /// The spread of these values; zeros if there are none.
    pub fn of(values: impl IntoIterator<Item = u64>) -> Self {
        let mut values: Vec<u64> = values.into_iter().collect();
        values.sort_unstable();
        let sum: u128 = values.iter().map(|value| u128::from(*value)).sum();
        let mean = sum.checked_div(values.len() as u128).unwrap_or(0);
        let median = values.get(values.len().saturating_sub(1) / 2);
        Self {
            mean: u64::try_from(mean).unwrap_or(u64::MAX),
            median: median.copied().unwrap_or(0),
            most: values.last().copied().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_mean_median_and_most() {
        let spread = |mean, median, most| Spread { mean, median, most };
        assert_eq!(Spread::of([]), spread(0, 0, 0));
        assert_eq!(Spread::of([9, 1, 2, 3]), spread(3, 2, 9));
        assert_eq!(
            Spread::of([u64::MAX, u64::MAX]),
            spread(u64::MAX, u64::MAX, u64::MAX)
        );
    }

    #[test]
    fn loads_add_up_in_their_round_at_their_node() {
        let mut meter = Meter::new(2);
        let mut work = Work::default();
        work.vote(true);
        work.vote(false);
        work.proposal(true);
        meter.received(3, 1, 100, &work);
        meter.received(3, 1, 10, &Work::default());
        meter.sent(4, 0, 7);
        meter.sent(4, 0, 7);
        let loads: Vec<Load> = meter.loads(3..=4).copied().collect();
        assert_eq!(loads.len(), 4);
        assert_eq!((loads[1].messages_in, loads[1].bytes_in), (2, 110));
        assert_eq!((loads[1].work.signatures, loads[1].work.proofs), (3, 3));
        assert_eq!(loads[1].work.total(), 6);
        assert_eq!((loads[2].messages_out, loads[2].bytes_out), (2, 14));
        assert_eq!((loads[0], loads[3]), (Load::default(), Load::default()));
    }
}
