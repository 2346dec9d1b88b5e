//! One encoding for one value, of bounded size.

use std::collections::BTreeSet;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::Digest;
use klero_sampling::codec::{DecodeError, Wire};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Letter {
    number: u64,
    urgent: bool,
    readers: BTreeSet<u16>,
    answer: Option<Digest>,
    text: Vec<u8>,
}

impl Wire for Letter {
    const MAX_BYTES: usize = 200;
}

/// A type whose decoder must not be reached.
struct Sealed;

impl BorshSerialize for Sealed {
    fn serialize<W: borsh::io::Write>(&self, _: &mut W) -> borsh::io::Result<()> {
        Ok(())
    }
}

impl BorshDeserialize for Sealed {
    fn deserialize_reader<R: borsh::io::Read>(_: &mut R) -> borsh::io::Result<Self> {
        panic!("decoded before the length was checked")
    }
}

impl Wire for Sealed {
    const MAX_BYTES: usize = 10;
}

fn letter() -> Letter {
    Letter {
        number: 5,
        urgent: true,
        readers: BTreeSet::from([1, 2, 700]),
        answer: Some(Digest([9; 32])),
        text: b"abc".to_vec(),
    }
}

/// Where the fields of [`letter`] begin in its encoding.
const URGENT: usize = 8;
const READERS: usize = 9;

#[test]
fn the_encoding_is_borsh() {
    let bytes = letter().encode();
    assert_eq!(bytes[..URGENT], 5_u64.to_le_bytes());
    assert_eq!(bytes[READERS..READERS + 10], [3, 0, 0, 0, 1, 0, 2, 0, 188, 2]);
    assert_eq!(Letter::decode(&bytes), Ok(letter()));
}

/// [ENC-2] Every byte is used up.
#[test]
fn a_trailing_byte_is_refused() {
    let mut bytes = letter().encode();
    bytes.push(0);
    assert!(matches!(Letter::decode(&bytes), Err(DecodeError::Malformed(_))));
}

/// [ENC-2] A missing byte is never made up for.
#[test]
fn every_shortened_encoding_is_refused() {
    let bytes = letter().encode();
    for length in 0..bytes.len() {
        assert!(Letter::decode(&bytes[..length]).is_err(), "{length}");
    }
}

/// [ENC-2] A set in another order, or with an element twice, is no second way of writing it.
#[test]
fn a_set_that_does_not_ascend_is_refused() {
    for swapped in [[2, 0, 1, 0], [1, 0, 1, 0]] {
        let mut bytes = letter().encode();
        bytes[READERS + 4..READERS + 8].copy_from_slice(&swapped);
        assert!(Letter::decode(&bytes).is_err(), "{swapped:?}");
    }
}

/// [ENC-2] True is 1, and there is one some.
#[test]
fn a_flag_has_two_bytes_only() {
    for byte in 2..=255 {
        let mut bytes = letter().encode();
        bytes[URGENT] = byte;
        assert!(Letter::decode(&bytes).is_err(), "{byte}");
    }
}

/// A field with two encodings of one value: nothing and zero.
#[derive(Debug, PartialEq, Eq)]
struct Lenient(u8);

impl BorshSerialize for Lenient {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
        BorshSerialize::serialize(&self.0, writer)
    }
}

impl BorshDeserialize for Lenient {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        u8::deserialize_reader(reader).map(|byte| Self(byte % 100))
    }
}

impl Wire for Lenient {
    const MAX_BYTES: usize = 1;
}

/// [ENC-2] A decoder that is too lenient is caught by encoding again.
#[test]
fn bytes_that_are_not_what_their_value_encodes_to_are_refused() {
    assert_eq!(Lenient::decode(&[99]), Ok(Lenient(99)));
    assert_eq!(Lenient::decode(&[199]), Err(DecodeError::NotCanonical));
}

/// [ENC-4] The length is checked before anything is decoded.
#[test]
fn more_bytes_than_the_type_may_have_are_never_decoded() {
    let refused = Sealed::decode(&[0; 11]).err();
    assert_eq!(
        refused,
        Some(DecodeError::TooLong {
            length: 11,
            limit: 10
        })
    );
}

/// [ENC-4] A length field that claims four thousand million bytes costs no memory: it is refused.
#[test]
fn a_length_beyond_the_input_is_refused() {
    let mut bytes = letter().encode();
    let text = bytes.len() - 7;
    bytes[text..text + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(Letter::decode(&bytes), Err(DecodeError::Malformed(_))));
}

fn any_letter() -> impl Strategy<Value = Letter> {
    (
        any::<u64>(),
        any::<bool>(),
        prop::collection::btree_set(any::<u16>(), 0..8),
        any::<Option<[u8; 32]>>(),
        prop::collection::vec(any::<u8>(), 0..40),
    )
        .prop_map(|(number, urgent, readers, answer, text)| Letter {
            number,
            urgent,
            readers,
            answer: answer.map(Digest),
            text,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// [ENC-2] Decoding returns what was encoded.
    #[test]
    fn decoding_undoes_encoding(letter in any_letter()) {
        prop_assert_eq!(Letter::decode(&letter.encode()), Ok(letter));
    }

    /// [ENC-2] Of changed bytes either nothing is made, or a value with exactly these bytes.
    #[test]
    fn accepted_bytes_are_the_encoding_of_their_value(
        letter in any_letter(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = letter.encode();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(value) = Letter::decode(&bytes) {
            prop_assert_eq!(value.encode(), bytes);
        }
    }
}
