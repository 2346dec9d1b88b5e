//! What falls due while the node may not speak: it is said as soon as it may, if its period is still under way.
//!
//! The machine asks for each vote once. Were it lost, a network whose nodes were all silent for a while could wait for ever
//! for votes that nobody casts any more: a Next step is left only after its votes.

use klero_committee::{Role, Value};
use klero_sampling::Digest;

use super::{Core, CoreError};

/// More falls due in no round that goes on; what comes beyond is lost like a message.
const MOST: usize = 4096;

/// A vote or proposal that is to be signed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due {
    Vote {
        role: Role,
        value: Value,
        fresh: bool,
    },
    Proposal {
        round: u64,
        period: u32,
        carried: Option<Digest>,
    },
}

impl Core {
    /// Keeps what fell due.
    pub(super) fn put_off(&mut self, due: Due) {
        if self.due.len() < MOST {
            self.due.push(due);
        }
    }

    /// Says what was put off, if the node may speak now.
    pub(super) fn say_what_is_due(&mut self) -> Result<(), CoreError> {
        if !self.may_speak() {
            return Ok(());
        }
        for due in std::mem::take(&mut self.due) {
            let place = (self.machine.round(), self.machine.period());
            match due {
                Due::Vote { role, value, fresh } if (role.round, role.period) == place => {
                    self.cast(role, value, fresh)?;
                }
                Due::Proposal {
                    round,
                    period,
                    carried,
                } if (round, period) == place => self.propose(period, carried)?,
                Due::Vote { .. } | Due::Proposal { .. } => {}
            }
        }
        Ok(())
    }
}
