//! Who may draw in a round.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use klero_committee::{MAX_MEMBERS, RoundContext};
use klero_sampling::vrf::VrfPublicKey;
use klero_sampling::{Digest, bls};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failure::{ErrorPage, Failure};
use super::routes::{Answer, Round, Segment, text};
use super::{Api, ApiState};

/// The most members of a page.
const MOST_MEMBERS: usize = 1024;
/// Members of a page that asks for no number.
const MEMBERS: usize = 256;

/// Who may draw in a round; a part of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ElectoratePage {
    /// The round.
    pub round: u64,
    /// How many members the electorate has.
    pub members: u64,
    /// Their stake together.
    pub stake: u64,
    /// How many members come before the list.
    pub from: u64,
    /// Members, as many as were asked for.
    pub list: Vec<MemberItem>,
}

/// A member of an electorate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberItem {
    /// Its index, by which certificates and votes name it.
    pub index: u32,
    /// The validator.
    #[schema(value_type = String)]
    pub validator: Digest,
    /// Its stake.
    pub stake: u64,
    /// Its share of the stake, in millionths.
    pub share_millionths: u32,
    /// The key that signs its votes.
    #[schema(value_type = String)]
    pub vote_key: bls::PublicKey,
    /// The key that it draws with.
    #[schema(value_type = String)]
    pub vrf_key: VrfPublicKey,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    /// By index, which is the order of the ids.
    #[default]
    Index,
    /// By stake, the largest first; equal ones by index.
    Stake,
}

/// Which part of the list is wanted.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// How many members to leave out before the list; 0 without it.
    from: Option<usize>,
    /// How many members at most: 1 to 1024; 256 without it.
    count: Option<usize>,
    /// `index` or `stake`; `index` without it.
    #[serde(default)]
    #[param(inline)]
    order: Order,
}

/// Who may draw in a round, with what stake. Known for the round under way, the one after it, and the last 2048 that this
/// process saw.
#[utoipa::path(
    get,
    path = "/v1/electorate/{round}",
    params(("round" = String, Path, description = "A round from 1, or `latest` for the one under way"), Part),
    responses(
        (status = 200, description = "A part of the electorate", body = ElectoratePage),
        (status = 400, description = "Not a round, or not a part of a list", body = ErrorPage),
        (status = 404, description = "Not known yet, or no more", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn electorate(
    State(api): State<Api>,
    round: Segment,
    part: Result<Query<Part>, QueryRejection>,
) -> Answer<Response> {
    let help = format!("write ?from=0&count=1 to ?count={MOST_MEMBERS}, and order=index or order=stake");
    let Query(part) = part.map_err(|rejection| Failure::malformed(rejection.body_text(), help.clone()))?;
    let count = part.count.unwrap_or(MEMBERS);
    if !(1..=MOST_MEMBERS).contains(&count) {
        return Err(Failure::malformed(format!("{count} members"), help));
    }
    if part.from.is_some_and(|from| from > MAX_MEMBERS) {
        let error = format!("no electorate has more than {MAX_MEMBERS} members");
        return Err(Failure::malformed(error, help));
    }
    let round = Round::parse(&text(round)?)?;
    let read = move |state: &ApiState| {
        let context = context_of(state, round);
        Ok(context.map(|context| page(&context, part.from.unwrap_or(0), count, part.order)))
    };
    api.page(read).await?.ok_or_else(|| {
        Failure::not_found(
            "the electorate of this round is not known here",
            "ask for `latest`; GET /v1/status tells the round under way",
        )
    })
}

fn context_of(state: &ApiState, round: Round) -> Option<RoundContext> {
    let view = state.stake.as_ref()?.view();
    let round = match round {
        Round::Latest => view.round(),
        Round::Number(round) => round,
    };
    let present = view.context(round).cloned();
    present.or_else(|| view.past.get(round).map(|(context, _)| context))
}

fn page(context: &RoundContext, from: usize, count: usize, order: Order) -> ElectoratePage {
    let electorate = context.electorate();
    let mut members: Vec<_> = (0_u32..).zip(electorate.members()).collect();
    if order == Order::Stake {
        members.sort_by_key(|(index, member)| (std::cmp::Reverse(member.stake), *index));
    }
    let total = u128::from(electorate.total().max(1));
    let share = |stake: u64| u32::try_from(u128::from(stake) * 1_000_000 / total).unwrap_or(1_000_000);
    let list = members.into_iter().skip(from).take(count);
    ElectoratePage {
        round: context.round(),
        members: electorate.len() as u64,
        stake: electorate.total(),
        from: from as u64,
        list: list
            .map(|(index, member)| MemberItem {
                index,
                validator: member.id,
                stake: member.stake,
                share_millionths: share(member.stake),
                vote_key: member.vote_key,
                vrf_key: member.vrf_key,
            })
            .collect(),
    }
}
