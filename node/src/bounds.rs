//! What the committees keep: checked against the genesis before a node starts, and watched while it runs [RISK-6].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use klero_analysis::risk::{Missed, ProfileRisk, electorate_risk};
use klero_analysis::{Log2Bound, RiskError};
use klero_committee::Profile;
use klero_finality::Genesis;
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use crate::metrics::Metrics;
use crate::status::SharedStatus;
use crate::view::SharedView;

/// How often the electorate is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Why a genesis does not carry its bound.
#[derive(Debug, Error)]
pub enum BoundsError {
    /// Targets that its own electorate misses.
    #[error(
        "the committees of the genesis miss its own targets: {0}. Choose committees for these stakes with `klero analysis \
         tune --stake FILE`, or declare what they keep; `klero analysis failure --profile GENESIS` shows it"
    )]
    Missed(#[from] Missed),
    /// Committees that cannot be bounded.
    #[error("the committees of the genesis cannot be bounded: {0}")]
    Risk(#[from] RiskError),
}

/// The bounds of the committees that a genesis begins with, if they keep its targets [RISK-6]. Takes up to seconds for a
/// thousand validators.
///
/// # Errors
/// [`BoundsError`] when they do not.
pub fn genesis_bounds(genesis: &Genesis) -> Result<Bounds, BoundsError> {
    let stakes = genesis.validators.iter().map(|validator| validator.stake);
    let risk = electorate_risk(&genesis.profile, stakes)?;
    risk.check(&genesis.profile.targets)?;
    Ok(Bounds::of(
        &genesis.profile,
        &risk,
        1,
        genesis.validators.len() as u64,
    ))
}

/// How likely the committees in force are to fail: base-2 logarithms of bounds, each for one committee and one seed, with null
/// for what cannot happen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Bounds {
    /// The round whose electorate this is about.
    pub round: u64,
    /// How many validators it has.
    pub validators: u64,
    /// The honest share of stake that the genesis declares.
    pub honest: String,
    /// No progress of a step [RISK-1].
    pub live_log2: Option<f64>,
    /// Two values staged [RISK-2].
    pub split_log2: Option<f64>,
    /// A Cert quorum forged alone [RISK-4].
    pub take_log2: Option<f64>,
    /// A fork, by Cert and Next or by Soft and Next: the more likely one [RISK-3].
    pub fork_log2: Option<f64>,
    /// The targets of the genesis, for each of these: at most 2^-safety.
    pub safety_bits: u32,
    /// At most 2^-live for no progress.
    pub live_bits: u32,
    /// Whether all targets are kept.
    pub targets_met: bool,
    /// All of this in words.
    pub explanation: String,
}

impl Bounds {
    pub(crate) fn of(profile: &Profile, risk: &ProfileRisk, round: u64, validators: u64) -> Self {
        let log2 = |bound: Log2Bound| Some(bound.log2()).filter(|log2| log2.is_finite());
        let fork = if risk.fork_by_cert.log2() > risk.fork_by_soft.log2() {
            risk.fork_by_cert
        } else {
            risk.fork_by_soft
        };
        let targets = &profile.targets;
        let mut bounds = Self {
            round,
            validators,
            honest: format!("{}/{}", targets.honest.numerator, targets.honest.denominator),
            live_log2: log2(risk.live),
            split_log2: log2(risk.split),
            take_log2: log2(risk.take),
            fork_log2: log2(fork),
            safety_bits: targets.safety,
            live_bits: targets.live,
            targets_met: true,
            explanation: String::new(),
        };
        bounds.explanation = bounds.to_string();
        if let Err(missed) = risk.check(targets) {
            bounds.targets_met = false;
            bounds.explanation = format!("targets of the genesis are missed: {missed}");
        }
        bounds
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let power = |log2: Option<f64>| log2.map_or_else(|| "0".to_owned(), |log2| format!("2^{log2:.1}"));
        write!(
            f,
            "a step makes no progress with at most {}, two values are staged with at most {}, a fork has at most {}, \
             if {} of the stake is honest",
            power(self.live_log2),
            power(self.split_log2),
            power(self.fork_log2),
            self.honest
        )
    }
}

/// The thread that computes the bounds anew when the stakes of the electorate change. It ends by itself once this is dropped.
pub(crate) struct BoundsWatch(#[expect(dead_code, reason = "the thread ends when it is dropped")] Sender<()>);

impl BoundsWatch {
    /// Begins with the electorate of the round under way.
    pub(crate) fn spawn(
        view: SharedView,
        status: SharedStatus,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = bounded::<()>(0);
        let watched = Watched {
            view,
            status,
            metrics,
        };
        std::thread::Builder::new()
            .name("bounds".into())
            .spawn(move || watched.until(&stopped))?;
        Ok(Self(stop))
    }
}

struct Watched {
    view: SharedView,
    status: SharedStatus,
    metrics: Arc<Metrics>,
}

impl Watched {
    fn until(&self, stopped: &Receiver<()>) {
        let (mut known, mut was_met) = (Vec::new(), true);
        loop {
            let view = self.view.get();
            if let Some(context) = view.context(view.round()) {
                let members = context.electorate().members();
                let mut stakes: Vec<u64> = members.iter().map(|member| member.stake).collect();
                // Who holds them makes no difference.
                stakes.sort_unstable();
                if stakes != known {
                    was_met = self.measure(view.round(), view.chain.profile(), &stakes, was_met);
                    known = stakes;
                }
            }
            match stopped.recv_timeout(EVERY) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Shows the bounds, and warns where targets come to be missed; says whether they are met.
    fn measure(&self, round: u64, profile: &Profile, stakes: &[u64], was_met: bool) -> bool {
        let risk = match electorate_risk(profile, stakes.iter().copied()) {
            Ok(risk) => risk,
            Err(error) => {
                tracing::warn!(round, %error, "the committees in force cannot be bounded");
                return was_met;
            }
        };
        let bounds = Bounds::of(profile, &risk, round, stakes.len() as u64);
        match (was_met, bounds.targets_met) {
            (_, false) => tracing::warn!(
                round,
                "{}; the network goes on: spread the stake, or plan larger committees",
                bounds.explanation
            ),
            (false, true) => tracing::info!(round, "the targets of the genesis are met again"),
            (true, true) => tracing::info!(round, "{}", bounds.explanation),
        }
        self.metrics.set_bounds(&risk, bounds.targets_met);
        let is_met = bounds.targets_met;
        self.status.update(|status| status.bounds = Some(bounds));
        is_met
    }
}
