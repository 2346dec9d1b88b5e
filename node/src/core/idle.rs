//! Why a node that may speak has nothing to say: none of its validators draws.

use std::collections::BTreeSet;

use klero_sampling::Digest;
use klero_stake::Status;

use super::Core;
use super::silence::Silence;

/// The reasons of silence, as metrics name them.
pub(crate) const REASONS: [&str; 13] = [
    "fork",
    "no_keys",
    "paused",
    "disk_full",
    "starting",
    "log",
    "twin",
    "convicted",
    "left",
    "suspended",
    "unregistered",
    "waiting",
    "other_keys",
];

/// That none of the node's validators draws.
#[derive(Debug)]
pub(super) struct Idle {
    reason: &'static str,
    text: String,
}

/// What is known of it, and for which round.
#[derive(Debug, Default)]
pub(super) struct Duty {
    round: u64,
    idle: Option<Idle>,
}

impl Core {
    /// Looks once a round whether the node's validators draw.
    pub(super) fn look_for_duty(&mut self) {
        let round = self.context.round();
        if self.lookout.duty.round == round {
            return;
        }
        let drawing = self.keys.drawing(self.context.electorate()) as u64;
        let idle = (drawing == 0).then(|| self.why_idle()).flatten();
        let was_idle = self.lookout.duty.idle.is_some();
        match (was_idle, &idle) {
            (false, Some(idle)) => tracing::warn!(round, "this node casts no votes: {}", idle.text),
            (true, None) => tracing::info!(round, "a validator of this node draws"),
            (true, Some(_)) | (false, None) => {}
        }
        self.links.metrics.set_validators(self.keys.len() as u64, drawing);
        self.lookout.duty = Duty { round, idle };
    }

    /// Why none of the node's validators draws, in words.
    pub(super) fn idle_text(&self) -> Option<String> {
        self.lookout.duty.idle.as_ref().map(|idle| idle.text.clone())
    }

    /// Why the node is silent, as one of [`REASONS`].
    pub(super) fn silence_reason(&self) -> Option<&'static str> {
        if self.alarm.is_some() {
            return Some("fork");
        }
        if self.keys.is_empty() {
            return Some("no_keys");
        }
        if self.paused {
            return Some("paused");
        }
        if self.full.is_some() {
            return Some("disk_full");
        }
        match &self.silence {
            Some(Silence::Starting(_)) => Some("starting"),
            Some(Silence::Unsure { .. }) => Some("log"),
            Some(Silence::Twin(_)) => Some("twin"),
            None => self.lookout.duty.idle.as_ref().map(|idle| idle.reason),
        }
    }

    fn why_idle(&self) -> Option<Idle> {
        let ids: BTreeSet<Digest> = self.keys.ids().collect();
        let first = ids.first()?;
        let (reason, why) = self.why_out(first);
        let others = match ids.len() - 1 {
            0 => String::new(),
            others => format!("; none of the {others} other validators of this node draws"),
        };
        Some(Idle {
            reason,
            text: format!("validator {first} {why}{others}"),
        })
    }

    /// Why a validator of this node does not draw in the round under way.
    fn why_out(&self, id: &Digest) -> (&'static str, String) {
        if self.context.electorate().index_of(id).is_some() {
            let text =
                "draws with other keys than this node has: start it with the key file that has the newest";
            return ("other_keys", text.into());
        }
        let registry = self.chain.registry();
        let account = registry.account(id);
        match account.and_then(|account| account.validator.as_ref()) {
            Some(validator) if validator.status == Status::Suspended => (
                "suspended",
                format!(
                    "is suspended, since no block had a trace of it after round {}: `klero stake heartbeat` ends that",
                    validator.last_trace
                ),
            ),
            Some(_) => {
                let text =
                    "is registered, and draws when that is K rounds old: `klero stake show` tells more";
                ("waiting", text.into())
            }
            None => {
                let convicted = registry.last_offence(id);
                let unbonding = self.chain.rules().parameters.unbonding_rounds;
                // What unbonded last did so when it left.
                let last = account.and_then(|account| account.unbonding.last());
                match (convicted, last) {
                    (Some(round), _) => (
                        "convicted",
                        format!(
                            "was convicted of what it signed in round {round}: its keys are of no use any more"
                        ),
                    ),
                    (None, Some(part)) => (
                        "left",
                        format!("left in round {}", part.matures.saturating_sub(unbonding)),
                    ),
                    (None, None) => {
                        let text = "is not registered: `klero stake register` makes it a validator";
                        ("unregistered", text.into())
                    }
                }
            }
        }
    }
}
