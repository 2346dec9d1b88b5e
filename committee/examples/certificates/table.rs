//! The table of docs/src/measurements/certificates.md, but for the times.

use klero_committee::sampling::SeatScheme;
use klero_committee::{UnverifiedCertificate, ValidatorKeys};

use crate::round::{Committee, Round, Size};

/// The committees of the table. Seats by `quota` keep 2^-40 with 961, binomial seats take 2879.
pub(crate) const COMMITTEES: [Committee; 4] = [
    Committee::new(SeatScheme::Quota, 961, 690),
    Committee::new(SeatScheme::Quota, 2879, 1973),
    Committee::new(SeatScheme::Binomial, 2879, 1973),
    Committee::new(SeatScheme::FaitAccompli, 961, 690),
];

/// One row: the certificate when everyone with a seat signed, and what the others are like.
pub(crate) struct Row {
    pub(crate) round: Round,
    pub(crate) certificate: UnverifiedCertificate,
    /// The row up to the times, in markdown.
    pub(crate) text: String,
}

impl Row {
    pub(crate) fn new(committee: Committee, shape: &str, stakes: &[u64], keys: &[ValidatorKeys]) -> Self {
        let round = Round::new(committee, stakes, keys);
        let votes = round.votes(0);
        let certificate = round.certificate(&votes).unwrap();
        let all = Size::of(&certificate);
        let part = |votes: Vec<_>| match round.certificate(&votes) {
            Some(certificate) => {
                let Size { bytes, proofs, .. } = Size::of(&certificate);
                format!("{bytes} | {proofs}")
            }
            None => "none | ".into(),
        };
        let text = format!(
            "| {} | {}, {} | {shape} | {} | {} | {} | {} | {} | {} | {} |",
            name(committee.scheme),
            committee.size.expected,
            committee.size.threshold,
            keys[0].vrf.suite(),
            all.bytes,
            all.signers,
            all.proofs,
            all.listed(),
            part(round.without_a_fifth(&votes)),
            part(round.first_to_reach(&votes)),
        );
        Self {
            round,
            certificate,
            text,
        }
    }
}

const fn name(scheme: SeatScheme) -> &'static str {
    match scheme {
        SeatScheme::Quota => "quota",
        SeatScheme::Binomial => "binomial",
        SeatScheme::FaitAccompli => "fait-accompli",
        SeatScheme::Full => "full",
    }
}
