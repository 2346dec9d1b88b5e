//! Lists of transactions as payloads: what is packed comes out again, and nothing else does.

use klero_node::app::{MAX_TRANSACTION, PayloadError, pack, transaction_digest, unpack};
use proptest::prelude::*;

fn packed(transactions: &[Vec<u8>], limit: usize) -> Vec<u8> {
    pack(&mut transactions.iter().map(Vec::as_slice), limit)
}

#[test]
fn no_transactions_are_no_bytes() {
    assert_eq!(packed(&[], 100), Vec::<u8>::new());
    assert_eq!(unpack(&[]).unwrap(), Vec::<Vec<u8>>::new());
}

/// Four bytes for the count, four for each length, least significant first.
#[test]
fn the_format_is_counts_lengths_and_bytes() {
    let payload = packed(&[b"ab".to_vec(), b"c".to_vec()], 100);
    assert_eq!(payload, b"\x02\0\0\0\x02\0\0\0ab\x01\0\0\0c");
}

#[test]
fn packing_stops_before_the_limit_is_passed() {
    let transactions = [vec![1; 10], vec![2; 10], vec![3; 10]];
    let whole = packed(&transactions, 1_000);
    assert_eq!(packed(&transactions, whole.len()), whole);
    let two = unpack(&packed(&transactions, whole.len() - 1)).unwrap();
    assert_eq!(two, transactions[..2]);
    assert!(packed(&transactions, 17).is_empty());
}

#[test]
fn transactions_of_impossible_lengths_are_refused() {
    let empty = packed(&[b"a".to_vec(), Vec::new()], 100);
    assert_eq!(unpack(&empty), Err(PayloadError::Length(0)));
    let longest = packed(&[vec![0; MAX_TRANSACTION]], 1 << 20);
    assert!(unpack(&longest).is_ok());
    let too_long = packed(&[vec![0; MAX_TRANSACTION + 1]], 1 << 20);
    assert_eq!(unpack(&too_long), Err(PayloadError::Length(MAX_TRANSACTION + 1)));
}

#[test]
fn bytes_after_the_list_and_counts_without_transactions_are_refused() {
    let mut payload = packed(&[b"a".to_vec()], 100);
    payload.push(0);
    assert!(matches!(unpack(&payload), Err(PayloadError::Encoding(_))));
    assert!(matches!(
        unpack(&u32::MAX.to_le_bytes()),
        Err(PayloadError::Encoding(_))
    ));
}

#[test]
fn each_transaction_has_a_digest_of_its_own() {
    assert_ne!(transaction_digest(b"set a 1"), transaction_digest(b"set a 2"));
    assert_eq!(transaction_digest(b"set a 1"), transaction_digest(b"set a 1"));
}

proptest! {
    #[test]
    fn what_is_packed_comes_out_again(
        transactions in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..20)
    ) {
        let payload = packed(&transactions, 1 << 20);
        prop_assert_eq!(unpack(&payload).unwrap(), transactions);
    }

    #[test]
    fn the_limit_holds_and_what_fits_is_a_beginning(
        transactions in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..20),
        limit in 0_usize..400,
    ) {
        let payload = packed(&transactions, limit);
        prop_assert!(payload.len() <= limit);
        let chosen = unpack(&payload).unwrap();
        prop_assert_eq!(&chosen[..], &transactions[..chosen.len()]);
        if let Some(next) = transactions.get(chosen.len()) {
            let taken: usize = chosen.iter().map(|bytes| bytes.len() + 4).sum();
            prop_assert!(4 + taken + 4 + next.len() > limit, "the next one would have fitted");
        }
    }

    /// A payload has one encoding: whatever is taken is what packing gives.
    #[test]
    fn any_bytes_are_refused_or_canonical(bytes in prop::collection::vec(0_u8..4, 0..40)) {
        if let Ok(transactions) = unpack(&bytes) && !transactions.is_empty() {
            prop_assert_eq!(packed(&transactions, 1 << 20), bytes);
        }
    }
}
