//! The pool: oldest first, each transaction once, never more than its bounds.

use klero_node::app::{MAX_TRANSACTION, Pool, PoolError, transaction_digest};
use proptest::prelude::*;

fn take(pool: &mut Pool, transaction: &[u8]) -> Result<(), PoolError> {
    let digest = pool.admits(transaction)?;
    pool.insert(digest, transaction.to_vec());
    Ok(())
}

#[test]
fn transactions_come_out_in_the_order_of_their_arrival() {
    let mut pool = Pool::default();
    assert!(pool.is_empty());
    for transaction in [b"z".as_slice(), b"a", b"m"] {
        take(&mut pool, transaction).unwrap();
    }
    assert_eq!(pool.iter().collect::<Vec<_>>(), [b"z", b"a", b"m"]);
    pool.remove(&transaction_digest(b"a"));
    take(&mut pool, b"a").unwrap();
    assert_eq!(pool.iter().collect::<Vec<_>>(), [b"z", b"m", b"a"]);
}

#[test]
fn a_transaction_waits_once() {
    let mut pool = Pool::default();
    take(&mut pool, b"a").unwrap();
    assert_eq!(take(&mut pool, b"a"), Err(PoolError::Known));
    assert_eq!(pool.len(), 1);
}

#[test]
fn empty_and_long_transactions_are_refused() {
    let mut pool = Pool::default();
    assert_eq!(take(&mut pool, b""), Err(PoolError::Length(0)));
    let long = vec![0; MAX_TRANSACTION + 1];
    assert_eq!(
        take(&mut pool, &long),
        Err(PoolError::Length(MAX_TRANSACTION + 1))
    );
    assert_eq!(take(&mut pool, &long[1..]), Ok(()));
}

#[test]
fn a_full_pool_takes_no_more_until_something_left() {
    let mut pool = Pool::default();
    let mut number = 0_u32;
    let refused = loop {
        let transaction = [number.to_be_bytes().as_slice(), &vec![0; MAX_TRANSACTION - 4]].concat();
        if let Err(error) = take(&mut pool, &transaction) {
            break error;
        }
        number += 1;
        assert!(number < 2_000, "64 MiB hold no more than 1,024 of the longest");
    };
    assert_eq!(refused, PoolError::Full);
    assert_eq!(number, 1_024);
    let first = pool.iter().next().unwrap().to_vec();
    pool.remove(&transaction_digest(&first));
    assert_eq!(take(&mut pool, &first), Ok(()));
}

#[test]
fn short_transactions_fill_the_pool_by_their_number() {
    let mut pool = Pool::default();
    let taken = (0_u32..)
        .map_while(|number| take(&mut pool, &number.to_be_bytes()).ok())
        .count();
    assert_eq!(taken, 100_000);
    assert_eq!(pool.len(), taken);
}

proptest! {
    /// Whatever comes and goes, the pool is a list without repetition.
    #[test]
    fn the_pool_is_a_list_without_repetition(steps in prop::collection::vec((any::<bool>(), 0_u8..8), 0..60)) {
        let mut pool = Pool::default();
        let mut list: Vec<u8> = Vec::new();
        for (is_arrival, byte) in steps {
            if is_arrival {
                let taken = take(&mut pool, &[byte]);
                if list.contains(&byte) {
                    prop_assert_eq!(taken, Err(PoolError::Known));
                } else {
                    prop_assert_eq!(taken, Ok(()));
                    list.push(byte);
                }
            } else {
                pool.remove(&transaction_digest(&[byte]));
                list.retain(|other| *other != byte);
            }
            let waiting: Vec<u8> = pool.iter().map(|transaction| transaction[0]).collect();
            prop_assert_eq!(&waiting, &list);
            prop_assert_eq!(pool.len(), list.len());
        }
    }
}
