//! Many keys' signatures on one message, checked together.
//!
//! With random 128-bit coefficients r(i), the pairings e(Σ r(i)·sig(i), g) and e(H(m), Σ r(i)·key(i)) agree if
//! every signature is right, and with a chance below 2^-127 otherwise (Bellare, Garay and Rabin, "Fast batch
//! verification for modular exponentiation and digital signatures", small exponents test) [COM-7].
//!
//! Where the whole fails, parts of it are checked with the same coefficients. The sums that were made once are kept,
//! so that splitting takes little more than pairings. Which parts are asked about hangs on the bad items alone as
//! long as no check errs, hence the chance of an error is that of one check times the number of checks.

use std::collections::BTreeMap;
use std::ops::Range;

use blst::min_sig::{AggregatePublicKey, AggregateSignature, PublicKey, Signature};
use blst::{BLST_ERROR, MultiPoint};

use crate::{Domain, split};

const COEFFICIENT_BYTES: usize = 16;

/// One verdict a claim: the same as [`verify`] gives for each. Keys and signatures are in the subgroup and not the
/// identity. `entropy` is fresh randomness that no peer could know.
pub(crate) fn verify_each(
    tag: &[u8],
    message: &[u8],
    claims: Vec<(PublicKey, Signature)>,
    entropy: &[u8; 32],
) -> Vec<bool> {
    let coefficients = coefficients(tag, message, &claims, entropy);
    let (keys, signatures): (Vec<PublicKey>, Vec<Signature>) = claims.into_iter().unzip();
    let count = keys.len();
    let mut batch = Batch {
        keys,
        signatures,
        coefficients,
        sums: BTreeMap::new(),
    };
    split::verdicts(count, |range| batch.is_signed(tag, message, range))
}

/// Checks one signature whose point, as the key's, was checked when it was decoded.
pub(crate) fn verify(tag: &[u8], message: &[u8], key: &PublicKey, signature: &Signature) -> bool {
    signature.verify(false, message, tag, &[], key, false) == BLST_ERROR::BLST_SUCCESS
}

struct Batch {
    keys: Vec<PublicKey>,
    signatures: Vec<Signature>,
    coefficients: Vec<u8>,
    /// By start and end, the sums of a range that halving the whole leads to.
    sums: BTreeMap<(usize, usize), Sums>,
}

/// Σ r(i)·key(i) and Σ r(i)·sig(i).
#[derive(Clone, Copy)]
struct Sums(AggregatePublicKey, AggregateSignature);

impl Batch {
    fn is_signed(&mut self, tag: &[u8], message: &[u8], range: Range<usize>) -> bool {
        if let (1, Some(key), Some(signature)) = (
            range.len(),
            self.keys.get(range.start),
            self.signatures.get(range.start),
        ) {
            return verify(tag, message, key, signature);
        }
        self.sums(0..self.keys.len(), &range)
            .is_some_and(|Sums(key, signature)| {
                verify(tag, message, &key.to_public_key(), &signature.to_signature())
            })
    }

    /// The sums of what `part` and `wanted` share; `None` for nothing.
    fn sums(&mut self, part: Range<usize>, wanted: &Range<usize>) -> Option<Sums> {
        if part.is_empty() || part.start >= wanted.end || part.end <= wanted.start {
            return None;
        }
        if part.start >= wanted.start && part.end <= wanted.end {
            if let Some(kept) = self.sums.get(&(part.start, part.end)) {
                return Some(*kept);
            }
            let made = self.multiply(&part)?;
            self.sums.insert((part.start, part.end), made);
            return Some(made);
        }
        let middle = part.start + part.len() / 2;
        match (
            self.sums(part.start..middle, wanted),
            self.sums(middle..part.end, wanted),
        ) {
            (Some(Sums(mut key, mut signature)), Some(Sums(other_key, other_signature))) => {
                key.add_aggregate(&other_key);
                signature.add_aggregate(&other_signature);
                Some(Sums(key, signature))
            }
            (first, second) => first.or(second),
        }
    }

    fn multiply(&self, range: &Range<usize>) -> Option<Sums> {
        let bits = COEFFICIENT_BYTES * 8;
        let keys = self.keys.get(range.clone())?;
        let signatures = self.signatures.get(range.clone())?;
        let bytes = range.start * COEFFICIENT_BYTES..range.end * COEFFICIENT_BYTES;
        let coefficients = self.coefficients.get(bytes)?;
        // No slice is empty: the library's multiplication of an empty one never returns.
        Some(Sums(
            keys.mult(coefficients, bits),
            signatures.mult(coefficients, bits),
        ))
    }
}

/// Coefficients that nobody foresees, none of them zero. They hang on all that is checked too, so that a random source
/// that fails does not make them equal across batches.
fn coefficients(
    tag: &[u8],
    message: &[u8],
    claims: &[(PublicKey, Signature)],
    entropy: &[u8; 32],
) -> Vec<u8> {
    let mut hasher = Domain::BatchCoefficients
        .hasher()
        .bytes(entropy)
        .bytes(tag)
        .bytes(message);
    for (key, signature) in claims {
        hasher = hasher.bytes(&key.compress()).bytes(&signature.compress());
    }
    let mut bytes = vec![0; claims.len() * COEFFICIENT_BYTES];
    hasher.fill(&mut bytes);
    for coefficient in bytes.chunks_mut(COEFFICIENT_BYTES) {
        // A zero coefficient would let any signature pass.
        if let (true, Some(first)) = (coefficient.iter().all(|byte| *byte == 0), coefficient.first_mut()) {
            *first = 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use blst::min_sig::SecretKey;

    use super::*;

    const TAG: &[u8] = b"tag";

    fn claim(number: u8, message: &[u8]) -> (PublicKey, Signature) {
        let secret = SecretKey::key_gen(&[number; 32], b"").unwrap();
        (secret.sk_to_pk(), secret.sign(message, TAG, &[]))
    }

    /// Coefficients hang on the entropy, the tag, the message and on every claim, and none is zero.
    #[test]
    fn coefficients_depend_on_everything() {
        let claims = [claim(1, b"m"), claim(2, b"m")];
        let found = coefficients(TAG, b"m", &claims, &[7; 32]);
        assert_eq!(found.len(), 32);
        assert_ne!(found[..16], found[16..]);
        assert!(found.chunks(16).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
        let swapped = [claims[1], claims[0]];
        let resigned = [claims[0], (claims[1].0, claim(2, b"n").1)];
        let rekeyed = [claims[0], (claim(3, b"m").0, claims[1].1)];
        let others = [
            coefficients(TAG, b"m", &claims, &[8; 32]),
            coefficients(b"gat", b"m", &claims, &[7; 32]),
            coefficients(TAG, b"n", &claims, &[7; 32]),
            coefficients(TAG, b"m", &swapped, &[7; 32]),
            coefficients(TAG, b"m", &resigned, &[7; 32]),
            coefficients(TAG, b"m", &rekeyed, &[7; 32]),
        ];
        for other in others {
            assert_ne!(other[..16], found[..16]);
        }
    }

    /// The sums of any range are those of its items one by one, whatever was kept before.
    #[test]
    fn sums_of_ranges_are_those_of_their_items() {
        let claims: Vec<(PublicKey, Signature)> = (0..13).map(|number| claim(number, b"m")).collect();
        let coefficients = coefficients(TAG, b"m", &claims, &[1; 32]);
        let (keys, signatures) = claims.iter().copied().unzip();
        let mut batch = Batch {
            keys,
            signatures,
            coefficients: coefficients.clone(),
            sums: BTreeMap::new(),
        };
        let ranges = (0..13).flat_map(|start| (start + 1..=13).map(move |end| start..end));
        for range in ranges {
            let Sums(key, signature) = batch.sums(0..13, &range).unwrap();
            let part = &coefficients[range.start * 16..range.end * 16];
            let (mut expected_key, mut expected): (Option<AggregatePublicKey>, Option<AggregateSignature>) =
                (None, None);
            for ((key, signature), scalar) in claims[range.clone()].iter().zip(part.chunks(16)) {
                let key = [*key].as_slice().mult(scalar, 128);
                let signature = [*signature].as_slice().mult(scalar, 128);
                match (&mut expected_key, &mut expected) {
                    (Some(keys), Some(signatures)) => {
                        keys.add_aggregate(&key);
                        signatures.add_aggregate(&signature);
                    }
                    _ => (expected_key, expected) = (Some(key), Some(signature)),
                }
            }
            let expected_key = expected_key.unwrap().to_public_key();
            assert_eq!(key.to_public_key(), expected_key, "{range:?}");
            assert_eq!(signature.to_signature(), expected.unwrap().to_signature());
        }
    }
}
