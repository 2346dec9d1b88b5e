//! Every refusal has one verdict, and its text says what follows [NET-2].

use klero_net::{Refusal, Verdict};

const REJECTED: [Refusal; 12] = [
    Refusal::Malformed,
    Refusal::Oversize,
    Refusal::OtherChain,
    Refusal::BadSignature,
    Refusal::BadProof,
    Refusal::BadCertificate,
    Refusal::NoSeat,
    Refusal::UnknownMember,
    Refusal::BeyondKMax,
    Refusal::OtherBody,
    Refusal::InvalidBody,
    Refusal::NoOffence,
];

const IGNORED: [Refusal; 9] = [
    Refusal::Stale,
    Refusal::Early,
    Refusal::Duplicate,
    Refusal::NotLowest,
    Refusal::NotRelevant,
    Refusal::AheadOfClock,
    Refusal::NotApplicable,
    Refusal::Overloaded,
    Refusal::Unavailable,
];

#[test]
fn the_table() {
    let table = REJECTED.map(|refusal| (refusal, Verdict::Reject)).into_iter();
    let table: Vec<_> = table
        .chain(IGNORED.map(|refusal| (refusal, Verdict::Ignore)))
        .collect();
    assert_eq!(
        table.iter().map(|(refusal, _)| *refusal).collect::<Vec<_>>(),
        Refusal::ALL
    );
    for (refusal, verdict) in table {
        assert_eq!(refusal.verdict(), verdict, "{refusal:?}");
        let text = refusal.to_string();
        assert!(
            text.starts_with(refusal.reason()) && text.ends_with(verdict.consequence()),
            "{text}"
        );
    }
}

#[test]
fn no_two_reasons_read_alike() {
    let mut reasons = Refusal::ALL.map(Refusal::reason);
    reasons.sort_unstable();
    assert!(reasons.windows(2).all(|pair| pair[0] != pair[1]));
}
