//! How final a round is, as this node sees it [FIN-3].

use klero_finality::Level;
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::BlockStore;
use crate::status::Status;
use crate::store::StoreError;

/// The level of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelPage {
    /// The round.
    pub round: u64,
    /// How final it is: proposed, staged, certified, anchored or checkpointed.
    #[schema(value_type = String)]
    pub level: Level,
    /// The block: that of the lowest proposal while none is staged.
    #[schema(value_type = String)]
    pub block: Digest,
}

impl LevelPage {
    /// The level of a round; `None` while nothing is proposed in it.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub fn of(status: &Status, blocks: &BlockStore, round: u64) -> Result<Option<Self>, StoreError> {
        if round == 0 {
            return Ok(None);
        }
        if round <= status.final_round {
            let block = match round == status.final_round {
                true => Some(status.final_block),
                false => blocks.block(round)?.map(|block| block.header.digest()),
            };
            let level = Level::of_final(round, status.final_round, status.checkpoint_round);
            return Ok(block.map(|block| Self { round, level, block }));
        }
        let open = [(status.staged, Level::Staged), (status.proposed, Level::Proposed)];
        let found = open.into_iter().find_map(|(block, level)| Some((block?, level)));
        Ok(found
            .filter(|_| round == status.round)
            .map(|(block, level)| Self { round, level, block }))
    }
}
