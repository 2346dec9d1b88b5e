//! Forks: two blocks of one round with a Cert quorum each [FIN-6].
//!
//! A [`Fork`] is made of verified certificates only, so whoever holds one knows that the assumption on the adversary
//! is broken. [`UnverifiedFork`] is what a node stores and passes on; reading it back verifies it anew. Who is to
//! blame is in the [`ForkReport`](crate::ForkReport) that [`Fork::report`] makes.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::{
    CertificateError, QuorumCertificate, Role, RoundContext, Step, UnverifiedCertificate, Value,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A fork as it is stored and travels. [`UnverifiedFork::verify`] tells whether it is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnverifiedFork {
    /// The certificate of the earlier period; in one period, of the lesser value. So two certificates have one
    /// encoding.
    pub first: UnverifiedCertificate,
    /// The other.
    pub second: UnverifiedCertificate,
}

impl Wire for UnverifiedFork {
    const MAX_BYTES: usize = 2 * UnverifiedCertificate::MAX_BYTES;
}

impl UnverifiedFork {
    /// Checks both certificates, against the context of their round.
    ///
    /// # Errors
    /// As [`Fork::detect`], and [`ForkError::Order`].
    pub fn verify(&self, context: &RoundContext) -> Result<Fork, ForkError> {
        if place(&self.first) > place(&self.second) {
            return Err(ForkError::Order);
        }
        Fork::detect(context, &self.first, &self.second)
    }
}

/// Why two certificates are no fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ForkError {
    /// Not of Cert, and only Cert makes a block final.
    #[error("a certificate of {0}: only those of Cert make a fork")]
    NotCert(Role),
    /// Of two rounds, each of which has a block of its own.
    #[error("certificates of rounds {first} and {second}: only two of one round make a fork")]
    TwoRounds {
        /// The round of one.
        first: u64,
        /// The round of the other.
        second: u64,
    },
    /// Of another round than the context.
    #[error("certificates of round {found} where the electorate of round {expected} is at hand")]
    OtherRound {
        /// Their round.
        found: u64,
        /// The context's.
        expected: u64,
    },
    /// Both are for one block, which is no fork: certificates of a block differ between nodes.
    #[error("both certificates are for {0}: that is no fork")]
    SameValue(Value),
    /// The stored form has the later certificate first.
    #[error("the certificates are out of order")]
    Order,
    /// One of them does not verify: it is forged, or of another chain.
    #[error("the certificate for {value} in {role}: {cause}")]
    Certificate {
        /// Its role.
        role: Role,
        /// Its value.
        value: Value,
        /// What is wrong with it.
        cause: CertificateError,
    },
}

/// Two verified Cert certificates for different blocks of one round. Cheap to clone.
#[derive(Clone)]
pub struct Fork {
    context: RoundContext,
    first: QuorumCertificate,
    second: QuorumCertificate,
}

impl Fork {
    /// The fork that two certificates show, in either order; both are verified.
    ///
    /// # Errors
    /// [`ForkError`] when they show none. Where they come from one peer as a fork, that peer is at fault.
    pub fn detect(
        context: &RoundContext,
        first: &UnverifiedCertificate,
        second: &UnverifiedCertificate,
    ) -> Result<Self, ForkError> {
        check_form(context, first, second)?;
        let verify = |certificate: &UnverifiedCertificate| {
            let UnverifiedCertificate { role, value, .. } = *certificate;
            let refused = |cause| ForkError::Certificate { role, value, cause };
            certificate.verify(context).map_err(refused)
        };
        Self::of(context, verify(first)?, verify(second)?)
    }

    /// The fork that two certificates show, in either order. Both were verified against this same context, which
    /// costs no second check here: one that was verified in another chain names the wrong members.
    ///
    /// # Errors
    /// [`ForkError`] when they show none; never [`ForkError::Order`] nor [`ForkError::Certificate`].
    pub fn of(
        context: &RoundContext,
        first: QuorumCertificate,
        second: QuorumCertificate,
    ) -> Result<Self, ForkError> {
        let [one, other] = [first.as_unverified(), second.as_unverified()];
        check_form(context, one, other)?;
        let is_ordered = place(one) <= place(other);
        let (first, second) = if is_ordered {
            (first, second)
        } else {
            (second, first)
        };
        Ok(Self {
            context: context.clone(),
            first,
            second,
        })
    }

    /// The round that forked.
    pub const fn round(&self) -> u64 {
        self.context.round()
    }

    /// Everything of that round that certificates are verified against.
    pub const fn context(&self) -> &RoundContext {
        &self.context
    }

    /// The certificate of the earlier period; in one period, of the lesser value.
    pub const fn first(&self) -> &QuorumCertificate {
        &self.first
    }

    /// The other certificate.
    pub const fn second(&self) -> &QuorumCertificate {
        &self.second
    }

    /// The fork as it is stored and travels.
    pub fn to_unverified(&self) -> UnverifiedFork {
        let [first, second] = [&self.first, &self.second].map(|it| it.as_unverified().clone());
        UnverifiedFork { first, second }
    }
}

impl fmt::Debug for Fork {
    /// Without the electorate, which may be long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fork = f.debug_struct("Fork");
        fork.field("first", &self.first).field("second", &self.second);
        fork.finish_non_exhaustive()
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fork in round {}:", self.round())?;
        for (word, certificate) in [("", &self.first), (" and", &self.second)] {
            let (value, period) = (certificate.value(), certificate.role().period);
            write!(f, "{word} {value} certified in period {period}")?;
        }
        Ok(())
    }
}

/// What orders the certificates of a fork.
const fn place(certificate: &UnverifiedCertificate) -> (u32, Value) {
    (certificate.role.period, certificate.value)
}

/// What needs no cryptography.
fn check_form(
    context: &RoundContext,
    first: &UnverifiedCertificate,
    second: &UnverifiedCertificate,
) -> Result<(), ForkError> {
    for role in [first.role, second.role] {
        if role.step != Step::Cert {
            return Err(ForkError::NotCert(role));
        }
    }
    let [first_round, second_round] = [first, second].map(|certificate| certificate.role.round);
    if first_round != second_round {
        return Err(ForkError::TwoRounds {
            first: first_round,
            second: second_round,
        });
    }
    if first_round != context.round() {
        return Err(ForkError::OtherRound {
            found: first_round,
            expected: context.round(),
        });
    }
    if first.value == second.value {
        return Err(ForkError::SameValue(first.value));
    }
    Ok(())
}
