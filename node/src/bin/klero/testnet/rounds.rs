//! From the events of many nodes to one line a round: a round is reported when every node that runs has it.

use std::collections::{BTreeMap, HashMap};

use anyhow::ensure;
use klero_node::events::FinalEvent;
use klero_sampling::Digest;
use serde::Serialize;

/// What is printed for a round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct RoundLine {
    /// The round.
    pub(crate) round: u64,
    /// The period that decided it.
    pub(crate) period: u32,
    /// From the proposal of the block to its finality at the last node, in milliseconds; unknown when the proposer
    /// ended before it told.
    pub(crate) finality_ms: Option<f64>,
    /// Transactions in the block.
    pub(crate) transactions: u64,
    /// Seats that the certificate shows.
    pub(crate) seats: u64,
    /// Seats that were needed.
    pub(crate) threshold: u64,
    /// Distinct signers of the certificate.
    pub(crate) signers: u64,
    /// The certificate's length.
    pub(crate) certificate_bytes: u64,
}

/// A round that every node has, with what the summary needs besides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finished {
    /// What is printed.
    pub(crate) line: RoundLine,
    /// When its block was proposed, in microseconds since 1970.
    pub(crate) proposed_us: Option<u64>,
    /// When the last node had it.
    pub(crate) final_us: u64,
    /// Votes counted in its Cert step.
    pub(crate) votes: u64,
    /// Those of them with a proof.
    pub(crate) votes_with_proof: u64,
}

/// The rounds that some nodes have and others not yet.
#[derive(Debug)]
pub(crate) struct Rounds {
    names: Vec<String>,
    /// The last final round of each node; `None` for one that ended.
    heads: Vec<Option<u64>>,
    proposals: BTreeMap<u64, HashMap<Digest, u64>>,
    open: BTreeMap<u64, Open>,
    finished: u64,
}

/// A round that some nodes have.
#[derive(Debug)]
struct Open {
    first: FinalEvent,
    by: usize,
    last_us: u64,
}

impl Rounds {
    /// No rounds, of nodes with these names, which all run.
    pub(crate) fn new(names: Vec<String>) -> Self {
        let heads = vec![Some(0); names.len()];
        Self {
            names,
            heads,
            proposals: BTreeMap::new(),
            open: BTreeMap::new(),
            finished: 0,
        }
    }

    /// A block was proposed. Who proposes it again later does not make it younger.
    pub(crate) fn proposed(&mut self, round: u64, block: Digest, at_us: u64) {
        if round > self.finished {
            let at = self
                .proposals
                .entry(round)
                .or_default()
                .entry(block)
                .or_insert(at_us);
            *at = at_us.min(*at);
        }
    }

    /// A node has a final block. That another node has another one in this round is an error.
    pub(crate) fn finalized(&mut self, node: usize, event: FinalEvent) -> anyhow::Result<()> {
        let round = event.round;
        if let Some(head) = self.heads[node].as_mut() {
            *head = round.max(*head);
        }
        if round <= self.finished {
            return Ok(());
        }
        let last_us = event.at_us;
        let open = self.open.entry(round).or_insert_with(|| Open {
            first: event.clone(),
            by: node,
            last_us,
        });
        open.last_us = open.last_us.max(last_us);
        ensure!(
            open.first.block == event.block,
            "{} and {} have different final blocks in round {round}: {} and {}. This must never happen; keep the \
             directory and report it",
            self.names[open.by],
            self.names[node],
            open.first.block,
            event.block
        );
        // A certificate that was learnt from a peer's store says nothing of the votes that this node counted.
        if open.first.synced && !event.synced {
            (open.first, open.by) = (event, node);
        }
        Ok(())
    }

    /// A node ended: nobody waits for it any more.
    pub(crate) fn ended(&mut self, node: usize) {
        self.heads[node] = None;
    }

    /// The number of rounds that were taken.
    pub(crate) fn finished(&self) -> u64 {
        self.finished
    }

    /// How far each node that runs is, in words.
    pub(crate) fn heads(&self) -> String {
        let heads = self.names.iter().zip(&self.heads);
        let words = heads.filter_map(|(name, head)| head.map(|head| format!("{name} at round {head}")));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Takes the next round that every node that runs has.
    pub(crate) fn next(&mut self) -> Option<Finished> {
        let round = self.finished + 1;
        let everywhere = self
            .heads
            .iter()
            .flatten()
            .min()
            .is_some_and(|head| *head >= round);
        if !everywhere {
            return None;
        }
        let open = self.open.remove(&round)?;
        self.finished = round;
        let proposed_us = self
            .proposals
            .remove(&round)
            .and_then(|blocks| blocks.get(&open.first.block).copied());
        self.proposals.retain(|of, _| *of > round);
        Some(finish(open, proposed_us))
    }
}

fn finish(open: Open, proposed_us: Option<u64>) -> Finished {
    let Open { first, last_us, .. } = open;
    let micros = proposed_us.map(|at| last_us.saturating_sub(at));
    Finished {
        line: RoundLine {
            round: first.round,
            period: first.period,
            // Tenths of milliseconds: more would be noise.
            finality_ms: micros.map(|micros| (micros as f64 / 100.0).round() / 10.0),
            transactions: first.transactions,
            seats: first.seats,
            threshold: first.threshold,
            signers: first.signers,
            certificate_bytes: first.certificate_bytes,
        },
        proposed_us,
        final_us: last_us,
        votes: first.votes,
        votes_with_proof: first.votes_with_proof,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds() -> Rounds {
        Rounds::new(vec!["node1".into(), "node2".into()])
    }

    fn event(round: u64, block: u8, at_us: u64) -> FinalEvent {
        FinalEvent {
            round,
            period: 0,
            block: Digest([block; 32]),
            at_us,
            finality_us: None,
            transactions: 2,
            seats: 700,
            threshold: 690,
            signers: 150,
            proven: 50,
            certificate_bytes: 9000,
            votes: 190,
            votes_with_proof: 100,
            synced: false,
        }
    }

    #[test]
    fn a_round_counts_when_the_last_node_has_it() {
        let mut rounds = rounds();
        rounds.proposed(1, Digest([1; 32]), 1_000);
        rounds.proposed(1, Digest([2; 32]), 500);
        rounds.finalized(0, event(1, 1, 21_000)).unwrap();
        assert_eq!(rounds.next(), None);
        rounds.finalized(1, event(1, 1, 41_040)).unwrap();
        let finished = rounds.next().unwrap();
        assert_eq!(finished.line.finality_ms, Some(40.0));
        assert_eq!(
            (finished.line.seats, finished.votes, finished.votes_with_proof),
            (700, 190, 100)
        );
        assert_eq!(rounds.next(), None);
        assert_eq!(rounds.finished(), 1);
    }

    #[test]
    fn a_block_is_as_old_as_its_first_proposal() {
        let mut rounds = rounds();
        rounds.proposed(1, Digest([1; 32]), 1_000);
        rounds.proposed(1, Digest([1; 32]), 9_000);
        rounds.ended(1);
        rounds.finalized(0, event(1, 1, 11_000)).unwrap();
        assert_eq!(rounds.next().unwrap().line.finality_ms, Some(10.0));
    }

    #[test]
    fn nobody_waits_for_a_node_that_ended() {
        let mut rounds = rounds();
        rounds.finalized(0, event(1, 1, 10)).unwrap();
        rounds.finalized(0, event(2, 2, 20)).unwrap();
        assert_eq!(rounds.next(), None);
        rounds.ended(1);
        assert_eq!(rounds.next().unwrap().line.round, 1);
        assert_eq!(rounds.next().unwrap().line.round, 2);
        assert_eq!(rounds.next(), None);
    }

    #[test]
    fn no_round_is_final_when_no_node_runs() {
        let mut rounds = rounds();
        rounds.finalized(0, event(1, 1, 10)).unwrap();
        rounds.ended(0);
        rounds.ended(1);
        assert_eq!(rounds.next(), None);
    }

    #[test]
    fn two_blocks_in_one_round_are_an_error() {
        let mut rounds = rounds();
        rounds.finalized(0, event(1, 1, 10)).unwrap();
        let error = rounds.finalized(1, event(1, 2, 10)).unwrap_err().to_string();
        assert!(
            error.contains("round 1") && error.contains("node1") && error.contains("node2"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_proposal_leaves_the_time_open() {
        let mut rounds = rounds();
        rounds.ended(1);
        rounds.finalized(0, event(1, 1, 10)).unwrap();
        assert_eq!(rounds.next().unwrap().line.finality_ms, None);
    }
}
