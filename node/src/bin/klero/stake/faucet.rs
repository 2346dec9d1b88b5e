//! `klero stake faucet`: stake of a testnet's, for whoever asks.

use klero_node::api::{GrantPage, RegistryPage};
use serde_json::json;

use super::args::FaucetArgs;
use super::wait::{Outcome, Waiting, Wanted};
use super::wallet;
use crate::output;
use crate::rpc::Rpc;

pub(crate) fn run(args: &FaucetArgs) -> anyhow::Result<()> {
    let account = wallet::account(&args.who)?;
    let rpc = Rpc::new(&args.connection.rpc);
    let registry: RegistryPage = rpc.get("/v1/registry")?;
    let grant: GrantPage = rpc.post("/v1/faucet", account.to_string().as_bytes())?;
    let wanted = Wanted {
        digest: grant.digest,
        place: None,
    };
    let round = match Waiting::after(registry.round, &rpc, &args.patience) {
        None => None,
        Some(mut waiting) => match waiting.look_for(wanted)? {
            Outcome::Taken(round) => Some(round),
            Outcome::Overtaken => None,
        },
    };
    let GrantPage { amount, digest, .. } = grant;
    if args.connection.json {
        let page = json!({ "account": account, "amount": amount, "digest": digest, "round": round });
        return output::json_line(&page);
    }
    output::write(&match round {
        Some(round) => format!("block {round} gave {amount} to {account}\n"),
        None => format!("{amount} wait for a block, for {account}\n"),
    })
}
