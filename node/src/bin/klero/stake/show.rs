//! `klero stake show`: what an account has.

use klero_node::api::AccountPage;

use super::args::ShowArgs;
use super::wallet;
use crate::output;
use crate::rpc::Rpc;

pub(crate) fn run(args: &ShowArgs) -> anyhow::Result<()> {
    let account = wallet::account(&args.who)?;
    let page: AccountPage = Rpc::new(&args.connection.rpc).get(&format!("/v1/accounts/{account}"))?;
    if args.connection.json {
        return output::json_line(&page);
    }
    output::write(&text(&page))
}

fn text(page: &AccountPage) -> String {
    let mut text = format!(
        "account     {}\nafter       round {}\nnext nonce  {}\nfree        {}\nbonded      {}\n",
        page.account, page.round, page.next_nonce, page.free, page.bonded
    );
    for part in &page.unbonding {
        text.push_str(&format!(
            "unbonding   {}, free in round {}\n",
            part.amount, part.matures
        ));
    }
    let Some(validator) = &page.validator else {
        // Its last rounds may still be to come.
        let draws = page
            .index
            .map(|index| format!(", but number {index} of the electorate still"));
        return text + &format!("validator   none{}\n", draws.unwrap_or_default());
    };
    let place = match page.index {
        Some(index) => format!("number {index} of the electorate"),
        None => "not in the electorate of this round".into(),
    };
    let suspended = if validator.is_suspended {
        ", suspended: `klero stake heartbeat` ends it"
    } else {
        ""
    };
    text + &format!(
        "validator   {place}{suspended}\nlast trace  round {}\nvote key    {}\nVRF key     {}\n",
        validator.last_trace,
        hex::encode(validator.vote_key.to_bytes()),
        hex::encode(validator.vrf_key.to_bytes())
    )
}

#[cfg(test)]
mod tests {
    use klero_node::api::UnbondingItem;
    use klero_sampling::Digest;

    use super::*;

    #[test]
    fn an_account_reads_as_a_table() {
        let page = AccountPage {
            account: Digest([0xab; 32]),
            round: 57,
            nonce: 2,
            next_nonce: 3,
            free: 10,
            bonded: 0,
            unbonding: vec![UnbondingItem {
                matures: 2500,
                amount: 7,
            }],
            validator: None,
            index: Some(2),
        };
        let expected = format!(
            "account     {}\nafter       round 57\nnext nonce  3\nfree        10\nbonded      0\n\
             unbonding   7, free in round 2500\nvalidator   none, but number 2 of the electorate still\n",
            "ab".repeat(32)
        );
        assert_eq!(text(&page), expected);
    }
}
