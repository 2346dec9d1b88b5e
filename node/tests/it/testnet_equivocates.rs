//! `klero testnet --equivocate`: the validator that signs two values loses its stake, and nobody else does.

use std::path::Path;

use klero_node::api::{AccountPage, BlockPage, RegistryPage};
use klero_node::keys::KeyFile;
use klero_stake::Operation;

use crate::stake_story::page;
use crate::testnet_launch::Launched;

fn validator(directory: &Path) -> String {
    let keys = KeyFile::load(&directory.join("keys.json")).unwrap();
    keys.validators[0].id.to_string()
}

/// [STK-5] Within ten rounds a block convicts the validator of node 2.
#[test]
fn an_equivocating_validator_loses_its_stake_within_ten_rounds_and_nobody_else_does() {
    let net = Launched::start(&["--validators", "4", "--equivocate", "2"]);
    let nodes = net.network().nodes;
    net.wait_for_round(10);
    for honest in [0, 2, 3] {
        let rpc = nodes[honest].rpc.as_str();
        let reports = (1..=10).filter(|round| {
            let block: BlockPage = page(rpc, &format!("/v1/blocks/{round}"));
            let mut operations = block.body.operations.iter();
            operations.any(|operation| matches!(operation.operation, Operation::Report { .. }))
        });
        assert!(reports.count() > 0, "no report in ten blocks; {}", net.remarks());
    }
    net.wait_for_round(15);
    for (place, node) in nodes.iter().enumerate() {
        let path = format!("/v1/accounts/{}", validator(&node.dir));
        let account: AccountPage = page(&nodes[0].rpc, &path);
        let is_guilty = place == 1;
        assert_eq!(account.bonded, u64::from(!is_guilty), "{account:?}");
        assert_eq!(account.validator.is_none(), is_guilty, "{account:?}");
        assert!(account.free == 0 && account.unbonding.is_empty(), "{account:?}");
    }
    let registry: RegistryPage = page(&nodes[0].rpc, "/v1/registry");
    assert_eq!((registry.burnt, registry.validators), (1, 3));
}
