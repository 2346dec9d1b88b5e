//! One node: a machine and the driver around it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};

use klero_committee::sampling::Digest;
use klero_committee::{QuorumCertificate, Role, RoundContext, Value};

use super::adversary::Strategy;
use super::chain::Block;
use super::effect::{Effect, To, Wake};
use super::log::Log;
use super::message::{Envelope, Message};
use super::meter::Work;
use super::random::Random;
use super::seen::Seen;
use super::setting::{Keys, Setting};
use super::{Behaviour, Broken};
use crate::{Agreement, FilterTime, Input, Output, RoundStart, Timer, check};

/// What stays the same whenever a node starts.
#[derive(Clone)]
pub(super) struct Identity {
    pub(super) keys: Arc<Keys>,
    /// 0, or which twin this is: twins make other blocks than their originals.
    pub(super) twin: u8,
    pub(super) behaviour: Behaviour,
    pub(super) setting: Arc<Setting>,
}

/// A running node.
pub(super) struct Node {
    pub(super) identity: Identity,
    pub(super) strategy: Box<dyn Strategy>,
    pub(super) machine: Agreement,
    /// Of the round that the machine is in.
    pub(super) context: RoundContext,
    pub(super) log: Log,
    pub(super) random: Random,
    pub(super) now: u64,
    /// Certificates of the open round.
    pub(super) kept: BTreeMap<(Role, Value), QuorumCertificate>,
    /// Bodies of the open round and the next.
    pub(super) bodies: BTreeMap<Digest, Block>,
    /// Bodies that were asked for.
    pub(super) wanted: BTreeSet<Digest>,
    pub(super) seen: Seen,
    /// What a node of the network would have verified for the message at hand.
    pub(super) work: Work,
    /// The period in which things were sent again, and how often.
    pub(super) attempts: ((u64, u32), u32),
    pub(super) filter: FilterTime,
    /// When the open round began, and how long after that its lowest proposal came.
    pub(super) began: u64,
    pub(super) lowest_after: Option<u32>,
    /// The last round in which peers were asked for later blocks, and when.
    pub(super) asked: (u64, u64),
    /// What is still to be told to the machine.
    pub(super) tasks: VecDeque<Input>,
    /// The round was decided: the next one begins once everything of this one is carried out.
    pub(super) round_is_over: bool,
    pub(super) effects: Vec<Effect>,
}

impl Node {
    /// Starts a node from its log, which is empty the first time. `None` when the log contradicts the setting.
    pub(super) fn start(identity: Identity, log: Log, now: u64, random: Random) -> Option<Self> {
        let context = log.chain.context(log.chain.round())?;
        let start = RoundStart::new(&context, context.profile().timing.filter_max);
        let snapshot = log.snapshot.as_ref();
        let resumed = snapshot.and_then(|snapshot| Agreement::restore(start, snapshot));
        let is_resumed = resumed.is_some();
        let (machine, outputs) = resumed.unwrap_or_else(|| Agreement::new(start));
        let mut node = Self {
            strategy: identity.behaviour.strategy(),
            identity,
            machine,
            context,
            kept: BTreeMap::new(),
            bodies: log.bodies.clone(),
            log,
            random,
            now,
            wanted: BTreeSet::new(),
            seen: Seen::default(),
            work: Work::default(),
            attempts: ((0, 0), 0),
            filter: FilterTime::default(),
            began: now,
            lowest_after: None,
            asked: (0, 0),
            tasks: VecDeque::new(),
            round_is_over: false,
            effects: Vec::new(),
        };
        node.carry_out_all(outputs);
        if is_resumed {
            node.resume();
        }
        node.settle();
        Some(node)
    }

    /// [BA-9]: hands the machine what the log kept beside the snapshot, and sends the same bytes again.
    fn resume(&mut self) {
        let certificates = self.log.certificates.values().cloned();
        self.tasks.extend(certificates.map(Input::Certificate));
        let bodies: Vec<Digest> = self.bodies.keys().copied().collect();
        for body in bodies {
            self.offer(body);
        }
        let period = self.machine.period();
        for votes in self.log.votes.values() {
            self.tasks.extend(votes.iter().cloned().map(Input::Vote));
        }
        self.resend_own(period);
    }

    /// A timer ran out.
    pub(super) fn on_timer(&mut self, timer: Timer) {
        self.feed(Input::Timeout(timer));
        self.settle();
    }

    /// Tells the machine something and carries out what it answers; says whether the message that brought it is
    /// worth passing on.
    pub(super) fn feed(&mut self, input: Input) -> bool {
        let outputs = if self.identity.setting.mode.checks {
            self.handle_checked(input)
        } else {
            self.machine.handle(input)
        };
        self.carry_out_all(outputs)
    }

    fn handle_checked(&mut self, input: Input) -> Vec<Output> {
        let before = self.machine.clone();
        let outputs = self.machine.handle(input.clone());
        if let Err(violation) = check(&before, &input, &outputs, &self.machine) {
            self.effects.push(Effect::Broken(Broken::Invariant(violation)));
        }
        outputs
    }

    fn carry_out_all(&mut self, outputs: Vec<Output>) -> bool {
        let mut relay = false;
        for output in outputs {
            relay |= output == Output::Relay;
            self.carry_out(output);
        }
        relay
    }

    /// Tells the machine everything that follows from what it was told.
    pub(super) fn settle(&mut self) {
        loop {
            while let Some(input) = self.tasks.pop_front() {
                self.feed(input);
            }
            if !std::mem::take(&mut self.round_is_over) {
                break;
            }
            self.next_round();
        }
    }

    /// [BA-1]: block r − 1 is final and its body held.
    fn next_round(&mut self) {
        let round = self.log.chain.round();
        let Some(context) = self.log.chain.context(round) else {
            return;
        };
        if let Some(arrival) = self.lowest_after.take() {
            self.filter.record(arrival);
        }
        let timing = context.profile().timing;
        let filter = self.filter.estimate(timing.filter_min, timing.filter_max);
        let start = RoundStart::new(&context, filter);
        self.context = context;
        self.began = self.now;
        self.kept.clear();
        self.wanted.clear();
        self.bodies.retain(|_, block| block.round >= round);
        self.seen.forget_before(round);
        self.log.next_round();
        self.feed(Input::Start(start));
        if self.machine.alarm().is_some() {
            // [BA-13]: an alarm outlives round and restart, though no vote falls due any more.
            self.write_log();
        }
    }

    pub(super) fn wake(&mut self, wake: Wake, after: u64) {
        self.effects.push(Effect::Wake { wake, after });
    }

    /// Sends a message about the open round or the one before.
    pub(super) fn send(&mut self, to: To, round: u64, attempt: u32, message: Message) {
        let Some(seed) = self.log.chain.committee_seed(round) else {
            return;
        };
        self.send_with_seed(to, round, seed, attempt, message);
    }

    /// Sends what says of itself that it belongs to this seed, be it the seed of the round or not.
    pub(super) fn send_with_seed(
        &mut self,
        to: To,
        round: u64,
        seed: Digest,
        attempt: u32,
        message: Message,
    ) {
        let envelope = Arc::new(Envelope {
            round,
            seed,
            attempt,
            message,
            label: OnceLock::new(),
        });
        self.effects.push(Effect::Send { to, envelope });
    }
}
