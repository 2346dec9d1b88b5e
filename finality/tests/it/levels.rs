//! How final something is.

use klero_finality::Level;

/// [FIN-3] The levels ascend.
#[test]
fn levels_ascend() {
    let levels = [
        Level::Proposed,
        Level::Staged,
        Level::Certified,
        Level::Anchored,
        Level::Checkpointed,
    ];
    assert!(levels.is_sorted_by(|first, second| first < second));
    let names = levels.map(|level| serde_json::to_string(&level).unwrap());
    assert_eq!(
        names,
        [
            "\"proposed\"",
            "\"staged\"",
            "\"certified\"",
            "\"anchored\"",
            "\"checkpointed\""
        ]
    );
}

/// [FIN-3] The last final block is certified; those before it are anchored, since the next header names their
/// certificate.
#[test]
fn a_block_is_anchored_by_the_next_one() {
    assert_eq!(Level::of_final(7, 7, 0), Level::Certified);
    assert_eq!(Level::of_final(6, 7, 0), Level::Anchored);
    assert_eq!(Level::of_final(1, 7, 0), Level::Anchored);
}

/// [FIN-3] [FIN-4] A signed checkpoint covers its block and all before it.
#[test]
fn blocks_up_to_a_signed_checkpoint_are_checkpointed() {
    assert_eq!(Level::of_final(4, 7, 4), Level::Checkpointed);
    assert_eq!(Level::of_final(5, 7, 4), Level::Anchored);
    assert_eq!(Level::of_final(7, 7, 7), Level::Checkpointed);
}
