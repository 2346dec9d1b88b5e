//! What the log holds, so that a restart resumes exactly where the node was [BA-9].

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::Digest;
use klero_committee::{Step, Value};

use crate::round::Round;
use crate::upcoming::Upcoming;
use crate::{Agreement, Alarm, Output, RoundStart};

/// How a period was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum Entry {
    /// As the first of its round.
    RoundStart,
    /// By a Next quorum for no block.
    Bottom,
    /// By a Next quorum for this block.
    Carried(Digest),
    /// By a Soft quorum of the period itself.
    Staged,
}

/// All that later votes of a period depend on. Certificates and bodies are kept beside it by the driver.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Snapshot {
    /// r.
    pub round: u64,
    /// p.
    pub period: u32,
    /// How p was entered.
    pub entry: Entry,
    /// k.
    pub k: u32,
    /// Whether the first deadline of p has passed.
    pub first_deadline_passed: bool,
    /// What was due in p, by step.
    pub spoken: Vec<(Step, Value)>,
    /// σ(p), with whether its body was validated.
    pub staged: Option<(Digest, bool)>,
    /// value(p − 1).
    pub previous_value: Option<Digest>,
    /// bottom(p − 1).
    pub previous_bottom: bool,
    /// The alarm that stopped the machine, which outlives a restart [BA-13].
    pub alarm: Option<Alarm>,
}

impl Agreement {
    /// What the log must hold before a vote leaves [BA-9].
    pub fn snapshot(&self) -> Snapshot {
        let round = &self.round;
        let staged = round.present().and_then(|period| period.staged);
        Snapshot {
            round: round.start.round,
            period: round.period,
            entry: round.entry,
            k: round.k,
            first_deadline_passed: round.first_deadline_passed,
            spoken: round.spoken.iter().map(|(step, value)| (*step, *value)).collect(),
            staged: staged.map(|block| (block, round.validated.contains(&block))),
            previous_value: round.previous().and_then(|period| period.next_value),
            previous_bottom: round.previous().is_some_and(|period| period.next_bottom),
            alarm: self.alarm,
        }
    }

    /// Resumes in the round of `start` where the snapshot was taken, with the time of the present step starting
    /// anew [BA-9]. The driver then hands in the certificates and votes that it kept, as inputs. `None` when
    /// the snapshot is of another round.
    pub fn restore(start: RoundStart, snapshot: &Snapshot) -> Option<(Self, Vec<Output>)> {
        if snapshot.round != start.round {
            return None;
        }
        let mut round = Round::new(start);
        round.move_to(snapshot.period, snapshot.entry);
        round.k = snapshot.k;
        round.first_deadline_passed = snapshot.first_deadline_passed;
        round.spoken = snapshot.spoken.iter().copied().collect();
        round.period_mut(snapshot.period).staged = snapshot.staged.map(|(block, _)| block);
        if let Some(previous) = snapshot.period.checked_sub(1) {
            let state = round.period_mut(previous);
            state.next_value = snapshot.previous_value;
            state.next_bottom = snapshot.previous_bottom;
        }
        if let Some((block, true)) = snapshot.staged {
            round.held.insert(block);
            round.validated.insert(block);
        }
        round.prune();
        let machine = Self {
            round,
            upcoming: Upcoming::default(),
            alarm: snapshot.alarm,
        };
        let mut out = Vec::new();
        if machine.round.first_deadline_passed {
            out.push(machine.next_deadline());
        } else {
            machine.set_period_timers(&mut out);
        }
        Some((machine, out))
    }
}
