//! Suspension of the absent: stake that cannot vote does not count against the threshold for ever [STK-7].

use klero_committee::Ratio;
use klero_committee::sampling::Digest;

use crate::account::{Account, Status};
use crate::{Parameters, Registry};

/// Suspends the active validators without a trace for the activity window, and names them. Who was absent longest
/// comes first, of equals the one with the lower id. One whose suspension would leave too small a share active, or
/// nobody, is passed over: a large one that cannot be suspended does not keep the small ones in.
pub(crate) fn suspend(registry: &mut Registry, parameters: &Parameters) -> Vec<Digest> {
    let round = registry.round;
    let is_absent = |last_trace: u64| round.saturating_sub(last_trace) >= parameters.activity_window;
    let (mut active, mut all) = (0_u128, 0_u128);
    let mut absent = Vec::new();
    for (id, account) in &registry.accounts {
        let Some(validator) = &account.validator else {
            continue;
        };
        let bonded = u128::from(account.bonded);
        all += bonded;
        if account.is_active() {
            active += bonded;
            if is_absent(validator.last_trace) {
                absent.push((validator.last_trace, *id, bonded));
            }
        }
    }
    absent.sort_unstable();
    let mut suspended = Vec::new();
    for (_, id, bonded) in absent {
        let rest = active.saturating_sub(bonded);
        if rest > 0 && reaches(rest, all, &parameters.least_active_share) {
            active = rest;
            let account = registry.accounts.get_mut(&id);
            set_suspended(account);
            suspended.push(id);
        }
    }
    suspended
}

fn set_suspended(account: Option<&mut Account>) {
    if let Some(validator) = account.and_then(|account| account.validator.as_mut()) {
        validator.status = Status::Suspended;
    }
}

/// Whether part / whole is at least a share, in integers: stakes stay below 2^64 and the share's numbers below 2^32.
fn reaches(part: u128, whole: u128, share: &Ratio) -> bool {
    part * u128::from(share.denominator) >= whole * u128::from(share.numerator)
}
