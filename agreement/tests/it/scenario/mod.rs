//! Scenarios: one story a file, told by what happens in a whole network on virtual time, or to one machine.
//!
//! A [`Story`] is a simulated network whose every letter is taped. Its rules treat letters by what they say:
//! `network.rule(|letter| lost(letter.votes(Step::Soft)))`. Nodes have one validator each, all of the same stake, and
//! node and validator have the same number: of four nodes three are a quorum and two carry J, of five four and two, of
//! seven five and three. With the usual times a message takes 5 to 50 ms, the filter time is one second while nothing
//! is measured, the first deadline comes after 4 to 4.4 seconds and the second a second later.

mod a_body_judged_early_counts_when_it_is_staged;
mod a_node_alone_stays_in_its_step;
mod a_node_down_is_not_missed;
mod a_round_without_proposals;
mod away_a_hundred_rounds;
mod body_after_the_deadline;
mod body_before_the_deadline;
mod body_from_another_than_the_proposer;
mod both_next_quorums_at_different_nodes;
mod both_next_quorums_at_every_node;
mod carried_through_two_failed_periods;
mod carried_value_beside_another_block;
mod carried_without_a_proposal;
mod catching_up_in_k_from_the_start;
mod catching_up_in_k_twice;
mod cert_quorum_after_the_first_deadline;
mod cert_quorum_of_an_earlier_period;
mod certificate_without_a_body;
mod clocks_ten_percent_wrong;
mod crash_after_cert;
mod crash_after_soft;
mod four_restart_in_mid_period;
mod k_max_reached_and_healed;
mod late_certificate;
mod late_next_votes_hold_k;
mod late_proposals_are_voted_for;
mod lower_proposal_comes_later;
mod messages_slower_than_the_deadline;
mod missed_periods_are_skipped;
mod next_quorum_at_one_node_only;
mod next_quorum_known_late;
mod next_quorum_of_an_older_period;
mod no_cert_after_catching_up;
mod other_bodies_are_not_judged;
mod quiet_rounds;
mod repeated_messages;
mod sixty_failed_periods;
mod sixty_steps_of_partition;
mod slow_network_and_its_filter_time;
mod soft_quorum_at_half_of_the_nodes;
mod soft_quorum_of_a_later_period;
mod soft_votes_for_two_blocks;
mod star_network;
mod two_blocks_of_one_proposer;
mod two_restart_at_once;
mod two_votes_of_one_member;
mod votes_of_the_next_round_wait;

use crate::replay::OrReplay;
use std::sync::{Arc, Mutex};

use klero_agreement::Snapshot;
use klero_agreement::committee::sampling::Digest;
use klero_agreement::committee::{Role, Step, Value};
use klero_agreement::sim::{Builder, Content, Decision, Fate, Letter, Simulation};

/// What the default profile allows a network to take after it is whole again: `step_cap` and four seconds.
pub(crate) const RECOVERY: u64 = 8_000 + 4_000;

/// A network with a tape.
pub(crate) struct Story {
    pub(crate) network: Simulation,
    tape: Tape,
}

/// Every letter in the order in which they were sent, whatever became of them.
#[derive(Clone, Default)]
pub(crate) struct Tape(Arc<Mutex<Vec<Letter>>>);

impl Story {
    /// The network of a seed, four nodes if nothing else is said.
    pub(crate) fn new(seed: u64, describe: impl FnOnce(Builder) -> Builder) -> Self {
        let tape = Tape::default();
        let taped = Simulation::builder().seed(seed).rule(tape.clone().records());
        let network = describe(taped).build().unwrap();
        Self { network, tape }
    }

    /// Runs to a virtual time.
    pub(crate) fn run_to(&mut self, at: u64) {
        let left = at.checked_sub(self.network.now()).expect("time goes forward");
        self.network.run_for(left).or_replay();
    }

    /// Runs until something is so, and fails if it is not within so many virtual milliseconds.
    pub(crate) fn until(&mut self, within: u64, is_so: impl Fn(&Simulation, &Tape) -> bool) {
        let tape = self.tape.clone();
        let came = self.network.run_until(within, |network| is_so(network, &tape));
        assert!(came.unwrap(), "{:?}", self.network);
    }

    /// Runs until a round is final everywhere, and says at what virtual time it is.
    pub(crate) fn finish(&mut self, round: u64, within: u64) -> u64 {
        self.network.run_until_round(round, within).or_replay();
        assert_eq!(self.network.alarms(), [], "{:?}", self.network);
        self.network.now()
    }

    /// From now on every message meets its usual fate.
    pub(crate) fn lift_rules(&mut self) {
        self.network.lift_rules();
        self.network.impose(self.tape.clone().records());
    }

    /// Nobody has finalized anything.
    pub(crate) fn assert_open(&self) {
        let heights = self.network.heights();
        assert!(heights.iter().all(|height| *height == 0), "{heights:?}");
    }

    /// How a node finished a round.
    pub(crate) fn decision(&self, node: usize, round: u64) -> Option<Decision> {
        let mut decisions = self.network.decisions(node).iter();
        decisions.find(|known| known.round == round).copied()
    }

    /// The block of a round and the period in which all nodes say that it was decided; every node has finished it.
    pub(crate) fn block(&self, round: u64) -> (Digest, u32) {
        self.block_at(0..self.network.heights().len(), round)
    }

    /// The same of some nodes.
    pub(crate) fn block_at(&self, nodes: impl IntoIterator<Item = usize>, round: u64) -> (Digest, u32) {
        let decided = nodes.into_iter().map(|node| self.decision(node, round));
        let decided: Vec<_> = decided
            .map(|decision| decision.map(|known| (known.block, known.period)))
            .collect();
        assert!(decided.iter().all(|known| *known == decided[0]), "{decided:?}");
        decided[0].expect("the round is final")
    }

    /// All nodes say that a round was decided in its first period, unless nobody drew a seat as a proposer there: that
    /// comes to pass in one round of 3,000 with four nodes, of 400 with three.
    pub(crate) fn assert_first_period(&self, round: u64) {
        let (_, period) = self.block(round);
        let of_first = |letter: &Letter| letter.proposes() && (letter.round, letter.period) == (round, 0);
        let is_excused = period == 1 && self.letters(of_first).is_empty();
        assert!(period == 0 || is_excused, "round {round}: period {period}");
    }

    /// Where the machine of a node that is up stands.
    pub(crate) fn node(&self, node: usize) -> Snapshot {
        self.network.snapshot(node).expect("the node is up")
    }

    /// What a node voted for in a step of a period of round 1, if it did.
    pub(crate) fn said(&self, node: usize, period: u32, step: Step) -> Option<Value> {
        self.tape.said(node, period, step).map(|(_, value)| value)
    }

    /// Whether at least three nodes voted for this in a step of a period of round 1, and nobody for anything else. Who
    /// hears the quorum of the others first is not asked any more.
    pub(crate) fn all_said(&self, period: u32, step: Step, value: Value) -> bool {
        let nodes = 0..self.network.heights().len();
        let said: Vec<Value> = nodes.filter_map(|node| self.said(node, period, step)).collect();
        said.len() >= 3 && said.iter().all(|known| *known == value)
    }

    /// When a node first voted in a step of a period of round 1.
    pub(crate) fn said_at(&self, node: usize, period: u32, step: Step) -> u64 {
        let said = self.tape.said(node, period, step);
        said.expect("it voted").0
    }

    /// The letters of which something is true.
    pub(crate) fn letters(&self, which: impl Fn(&Letter) -> bool) -> Vec<Letter> {
        let letters = self.tape.0.lock().unwrap();
        letters.iter().filter(|letter| which(letter)).copied().collect()
    }
}

impl Tape {
    fn records(self) -> impl Fn(&Letter) -> Fate + Send + Sync {
        move |letter| {
            self.0.lock().unwrap().push(*letter);
            Fate::Usual
        }
    }

    /// When and for what a node first voted in a step of a period of round 1.
    pub(crate) fn said(&self, node: usize, period: u32, step: Step) -> Option<(u64, Value)> {
        let letters = self.0.lock().unwrap();
        letters.iter().find_map(|letter| match letter.content {
            Content::Votes(role, value) if role == Role::new(1, period, step) && letter.is_own_of(node) => {
                Some((letter.at, value))
            }
            _ => None,
        })
    }
}

/// What can be asked of a letter.
pub(crate) trait Says {
    /// Whether it brings votes of a step.
    fn votes(&self, step: Step) -> bool;
    /// Whether it brings Next votes, of any k.
    fn votes_next(&self) -> bool;
    /// Whether it shows votes of a step, one by one or in a certificate.
    fn shows(&self, step: Step) -> bool;
    /// Whether it shows Next votes, of any k, one by one or in a certificate.
    fn shows_next(&self) -> bool;
    /// Whether it is a quorum certificate.
    fn is_certificate(&self) -> bool;
    /// Whether it brings a proposal.
    fn proposes(&self) -> bool;
    /// Whether it brings a body without a proposal.
    fn is_body(&self) -> bool;
    /// Whether it asks for final blocks or brings some.
    fn is_history(&self) -> bool;
    /// Whether a node sends what it signed itself.
    fn is_own_of(&self, node: usize) -> bool;
    /// Whether it is about a period of round 1.
    fn is_of(&self, period: u32) -> bool;
}

impl Says for Letter {
    fn votes(&self, step: Step) -> bool {
        matches!(self.content, Content::Votes(role, _) if role.step == step)
    }

    fn votes_next(&self) -> bool {
        matches!(self.content, Content::Votes(role, _) if matches!(role.step, Step::Next(_)))
    }

    fn shows(&self, step: Step) -> bool {
        self.votes(step) || matches!(self.content, Content::Certificate(role, _) if role.step == step)
    }

    fn shows_next(&self) -> bool {
        let is_next = |role: Role| matches!(role.step, Step::Next(_));
        self.votes_next() || matches!(self.content, Content::Certificate(role, _) if is_next(role))
    }

    fn is_certificate(&self) -> bool {
        matches!(self.content, Content::Certificate(..))
    }

    fn proposes(&self) -> bool {
        matches!(self.content, Content::Proposal { .. })
    }

    fn is_body(&self) -> bool {
        matches!(self.content, Content::Body(_))
    }

    fn is_history(&self) -> bool {
        matches!(self.content, Content::Sync | Content::Finals)
    }

    fn is_own_of(&self, node: usize) -> bool {
        self.from == node && self.speaker == u32::try_from(node).ok()
    }

    fn is_of(&self, period: u32) -> bool {
        (self.round, self.period) == (1, period)
    }
}

/// A letter is lost if so, else meets its usual fate.
pub(crate) const fn lost(if_so: bool) -> Fate {
    fate(Fate::Lost, if_so)
}

/// A letter waits for a virtual time if so.
pub(crate) const fn waits(at: u64, if_so: bool) -> Fate {
    fate(Fate::Until(at), if_so)
}

/// A letter takes so many milliseconds more if so.
pub(crate) const fn late(by: u64, if_so: bool) -> Fate {
    fate(Fate::Late(by), if_so)
}

/// A proposal comes without its body if so.
pub(crate) const fn bare(if_so: bool) -> Fate {
    fate(Fate::WithoutBody, if_so)
}

const fn fate(fate: Fate, if_so: bool) -> Fate {
    if if_so { fate } else { Fate::Usual }
}

/// The node whose proposal ranks lowest in (1, 0), which follows from the seed: on a quiet network its block is final.
pub(crate) fn lowest_proposer(seed: u64) -> usize {
    let mut quiet = Story::new(seed, |network| network);
    quiet.finish(1, 60_000);
    assert_eq!(quiet.block(1).1, 0);
    quiet.network.proposer(0, 1).unwrap() as usize
}
