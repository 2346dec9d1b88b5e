//! After a start with a log: not a word before it is known, as far as peers can tell, that the log is the newest of its
//! keys [BA-9].
//!
//! A log may be an old copy that reads well. Three things show it: a certificate that bears a signature of this node of
//! which the log knows nothing; a vote of its own that a peer heard last; and a vote of its own on the wire. While peers
//! are asked ([`crate::inquiry`]), what falls due is put off ([`super::due`]).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use klero_committee::{Role, Vote};
use klero_finality::FinalBlock;
use klero_net::PeerId;

use super::silence::{Cause, Silence};
use super::{Core, CoreError};

/// How long peers may take to connect and answer once the first has.
const GATHER: Duration = Duration::from_millis(200);
const ANSWERS: Duration = Duration::from_millis(500);
/// How long a node waits for peers that do not answer, or claim rounds that they do not show.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a node that needs nobody for a quorum waits for peers.
const ALONE: Duration = Duration::from_secs(1);

/// What is known since the start.
#[derive(Debug)]
pub(super) struct Starting {
    began: Instant,
    /// When a peer was there first.
    met: Option<Instant>,
    /// When the chain last went on.
    moved: Instant,
    /// By peer, the round that it was in when it told which own votes it had heard; none was news.
    told: BTreeMap<PeerId, u64>,
    first_told: Option<Instant>,
}

impl Starting {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            met: None,
            moved: now,
            told: BTreeMap::new(),
            first_told: None,
        }
    }

    /// The chain went on.
    pub(super) fn round_began(&mut self) {
        self.moved = Instant::now();
    }

    /// Whether peers have said enough.
    fn is_told(&self, peers: &[PeerId], round: u64, now: Instant) -> bool {
        let passed =
            |since: Option<Instant>, wait| since.is_some_and(|since| now.duration_since(since) >= wait);
        let have_all = peers.iter().all(|peer| self.told.contains_key(peer)) && passed(self.met, GATHER);
        let is_level = self.told.values().all(|of| *of <= round);
        is_level && (have_all || passed(self.first_told, ANSWERS)) && self.first_told.is_some()
    }

    /// Whether there is nothing more to wait for although peers have not said enough.
    fn is_over(&self, now: Instant) -> bool {
        let since = self.met.map(|met| met.max(self.moved));
        since.is_some_and(|since| now.duration_since(since) >= PATIENCE)
    }
}

impl Core {
    /// A peer told which votes of this node's validators it heard last in the round that it is in.
    pub(super) fn on_told(&mut self, peer: PeerId, round: u64, votes: &[Vote]) -> Result<(), CoreError> {
        if !matches!(self.silence, Some(Silence::Starting(_))) {
            return Ok(());
        }
        for vote in votes {
            let view = self.links.view.get();
            let context = view.context(round);
            let is_own = context
                .is_some_and(|context| self.keys.of_member(context.electorate(), vote.voter()).is_some());
            if is_own && !self.own.has_cast(vote) {
                return self.log_is_old(vote.role());
            }
        }
        if let Some(Silence::Starting(starting)) = &mut self.silence {
            starting.told.insert(peer, round);
            starting.first_told.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    /// How long the core may wait for something to come.
    pub(super) fn look_again(&self) -> Duration {
        match self.silence {
            Some(Silence::Starting(_)) => super::LOOK / 20,
            _ => super::LOOK,
        }
    }

    /// Begins to speak as soon as it is safe.
    pub(super) fn see_whether_to_speak(&mut self) -> Result<(), CoreError> {
        if !matches!(self.silence, Some(Silence::Starting(_))) {
            return Ok(());
        }
        let (now, round) = (Instant::now(), self.machine.round());
        let is_alone = self.holds_most();
        let Some(Silence::Starting(starting)) = &mut self.silence else {
            return Ok(());
        };
        let peers = self.links.network.peers();
        if !peers.is_empty() {
            starting.met.get_or_insert(now);
        }
        let is_alone = is_alone && peers.is_empty() && now.duration_since(starting.began) >= ALONE;
        if starting.is_told(&peers, round, now) || starting.is_over(now) || is_alone {
            let told = starting.told.len();
            tracing::info!(
                told,
                "the vote log is the newest as far as peers can tell: this node votes"
            );
            return self.speak_again();
        }
        Ok(())
    }

    /// From now on this node votes; first what fell due meanwhile.
    pub(super) fn speak_again(&mut self) -> Result<(), CoreError> {
        let begun = self.log.begin(self.keys.ids());
        if self.written(begun)?.is_none() {
            return Ok(());
        }
        self.silence = None;
        self.links.inquiry.send_replace(super::Whose::new());
        self.say_what_is_due()
    }

    /// Something that this node's validators signed is not in its log.
    pub(super) fn log_is_old(&mut self, role: Role) -> Result<(), CoreError> {
        tracing::error!(%role, "the vote log is older than a vote of its own keys: this node casts no votes for now");
        let ended = self.log.end(self.keys.ids());
        self.written(ended)?;
        self.links.inquiry.send_replace(super::Whose::new());
        self.silence = Some(Silence::unsure(Cause::Older(role)));
        Ok(())
    }

    /// [C4]: a certificate of a round that others decided. One that bears a signature of this node which its log does not
    /// have shows that the log is not the newest.
    pub(super) fn look_for_own_signature(&mut self, block: &FinalBlock) -> Result<(), CoreError> {
        let certificate = &block.certificate;
        let (role, value) = (certificate.role, certificate.value);
        let Some(context) = self.chain.context(role.round) else {
            return Ok(());
        };
        if self.equivocates || self.keys.is_empty() {
            return Ok(());
        }
        let own = self.keys.in_electorate(context.electorate()).into_iter();
        let mut signed = own
            .map(|(index, _)| index)
            .filter(|index| certificate.signers.contains(*index));
        let Some(stranger) = signed.find(|index| !self.own.has_signed(role, value, *index)) else {
            return Ok(());
        };
        match &self.silence {
            Some(Silence::Starting(_)) => self.log_is_old(role),
            Some(Silence::Unsure { .. } | Silence::Twin(_)) => Ok(()),
            None => {
                let member = context.electorate().member(stranger);
                member.map_or(Ok(()), |member| self.fall_silent(member.id, role))
            }
        }
    }

    /// Whether this node's validators hold more than half of the stake.
    fn holds_most(&self) -> bool {
        let electorate = self.context.electorate();
        let own = self.keys.in_electorate(electorate).into_iter();
        let stakes = own
            .filter_map(|(index, _)| electorate.member(index))
            .map(|member| member.stake);
        stakes.map(u128::from).sum::<u128>() > u128::from(electorate.total()) / 2
    }
}
