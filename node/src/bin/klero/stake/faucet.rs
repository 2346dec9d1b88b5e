//! `klero stake faucet`: stake of a testnet's, for whoever asks.

use klero_node::api::{GrantPage, RegistryPage};
use serde_json::json;

use super::args::FaucetArgs;
use super::{wait, wallet};
use crate::output;
use crate::rpc::Rpc;

pub(crate) fn run(args: &FaucetArgs) -> anyhow::Result<()> {
    let account = wallet::account(&args.who)?;
    let rpc = Rpc::new(&args.connection.rpc);
    let registry: RegistryPage = rpc.get("/v1/registry")?;
    let grant: GrantPage = rpc.post("/v1/faucet", account.to_string().as_bytes())?;
    let round = wait::if_asked(&rpc, &args.patience, grant.digest, registry.round)?;
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
