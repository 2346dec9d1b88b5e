//! An inquiry after a start: peers are asked which votes of this node's validators they heard last [BA-9].
//!
//! A log that reads well may still be an old copy. Peers that heard later votes of the same keys show it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crossbeam_channel::Sender;
use klero_committee::{RoundContext, UnverifiedVote, Vote, verify_votes};
use klero_net::{Network, PeerId};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::core::{Item, Verified};
use crate::keys::Secret;
use crate::last_votes::RoundVotes;
use crate::view::SharedView;

/// How long a peer may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How often new peers are looked for.
const LOOK: Duration = Duration::from_millis(50);
/// When a peer that had no answer, or one about a round far ahead, is asked again.
const AGAIN: Duration = Duration::from_millis(200);

/// Whose votes are asked for; nobody's when the inquiry is over.
pub(crate) type Whose = BTreeSet<Digest>;

/// Who asks.
#[derive(Clone)]
pub(crate) struct Inquiry {
    /// The network.
    pub(crate) network: Network,
    /// The chain so far.
    pub(crate) view: SharedView,
    /// Where answers go.
    pub(crate) core: Sender<Verified>,
}

impl Inquiry {
    /// Asks every peer, once `whose` names somebody, until it names nobody.
    pub(crate) async fn run(self, mut whose: watch::Receiver<Whose>) {
        let Ok(own) = whose.wait_for(|ids| !ids.is_empty()).await.map(|ids| ids.clone()) else {
            return;
        };
        let mut asked = BTreeSet::new();
        let mut answers = JoinSet::new();
        loop {
            for peer in self.network.peers() {
                if asked.insert(peer) {
                    answers.spawn(self.clone().ask(peer, own.clone()));
                }
            }
            tokio::select! {
                Some(Ok((peer, is_done))) = answers.join_next() => {
                    if !is_done {
                        asked.remove(&peer);
                    }
                }
                () = tokio::time::sleep(LOOK) => {}
                _ended = whose.wait_for(BTreeSet::is_empty) => return,
            }
        }
    }

    /// Asks a peer; says whether it need not be asked again.
    async fn ask(self, peer: PeerId, own: Whose) -> (PeerId, bool) {
        let asked = tokio::time::timeout(ANSWER_WITHIN, self.network.votes_of(peer)).await;
        let Ok(Ok(Some(bytes))) = asked else {
            tokio::time::sleep(AGAIN).await;
            return (peer, false);
        };
        let Ok(answer) = RoundVotes::decode(&bytes) else {
            tracing::warn!(%peer, "a peer told rubbish of the votes that it heard; it is expelled");
            self.network.expel(peer);
            return (peer, true);
        };
        let round = answer.round;
        let is_far_ahead = round > self.view.get().round().saturating_add(1);
        let (view, core) = (self.view.clone(), self.core.clone());
        let told = tokio::task::spawn_blocking(move || {
            let view = view.get();
            let heard = view.context(round).map(|context| heard(context, answer, &own));
            let votes = heard.unwrap_or_default();
            // Without a core there is nobody left to tell.
            let _stopping = core.send(Verified {
                item: Item::Told { peer, round, votes },
                attempt: 0,
                receipt: None,
            });
        });
        let _panicked = told.await;
        if is_far_ahead {
            tokio::time::sleep(AGAIN).await;
        }
        (peer, !is_far_ahead)
    }
}

/// The last vote of each of these validators in an answer, if it verifies.
fn heard(context: &RoundContext, answer: RoundVotes, own: &Whose) -> Vec<Vote> {
    let electorate = context.electorate();
    let is_own = |vote: &UnverifiedVote| {
        let member = electorate.member(vote.voter);
        vote.role.round == context.round() && member.is_some_and(|member| own.contains(&member.id))
    };
    let mut last: BTreeMap<u32, UnverifiedVote> = BTreeMap::new();
    let bundles = answer.votes.into_iter().filter(|bundle| bundle.is_well_formed());
    for vote in bundles.flat_map(|bundle| bundle.into_votes()).filter(is_own) {
        let known = last.get(&vote.voter);
        if known.is_none_or(|known| known.role < vote.role) {
            last.insert(vote.voter, vote);
        }
    }
    let last: Vec<UnverifiedVote> = last.into_values().collect();
    let Ok(entropy) = Secret::random() else {
        return Vec::new();
    };
    let verified = verify_votes(context, &last, entropy.expose());
    verified.into_iter().flatten().collect()
}
