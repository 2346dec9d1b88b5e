//! How final something is.

use klero_finality::Level;

/// [FIN-3] The levels ascend.
#[test]
fn levels_ascend() {
    let levels = [Level::Proposed, Level::Staged, Level::Certified, Level::Anchored];
    assert!(levels.is_sorted_by(|first, second| first < second));
    let names = levels.map(|level| serde_json::to_string(&level).unwrap());
    assert_eq!(
        names,
        ["\"proposed\"", "\"staged\"", "\"certified\"", "\"anchored\""]
    );
}

/// [FIN-3] The last final block is certified; those before it are anchored, since the next header names their
/// certificate.
#[test]
fn a_block_is_anchored_by_the_next_one() {
    assert_eq!(Level::of_final(7, 7), Level::Certified);
    assert_eq!(Level::of_final(6, 7), Level::Anchored);
    assert_eq!(Level::of_final(1, 7), Level::Anchored);
}
