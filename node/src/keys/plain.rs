//! A key file that is not encrypted: for test networks.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{KeyEntry, KeyFile, Secret};

/// What stands first in such a file.
const WARNING: &str =
    "FOR TEST NETWORKS ONLY: these secrets are not encrypted; `klero keys encrypt FILE` encrypts them";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain<'a> {
    #[serde(default)]
    warning: Cow<'a, str>,
    network: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node_seed: Option<Cow<'a, Secret>>,
    #[serde(default)]
    validators: Cow<'a, [KeyEntry]>,
    #[serde(default)]
    operators: Cow<'a, [Secret]>,
}

impl<'a> From<&'a KeyFile> for Plain<'a> {
    fn from(keys: &'a KeyFile) -> Self {
        Self {
            warning: WARNING.into(),
            network: Cow::Borrowed(&keys.network),
            node_seed: keys.node_seed.as_ref().map(Cow::Borrowed),
            validators: Cow::Borrowed(&keys.validators),
            operators: Cow::Borrowed(&keys.operators),
        }
    }
}

impl From<Plain<'_>> for KeyFile {
    fn from(plain: Plain<'_>) -> Self {
        Self {
            network: plain.network.into_owned(),
            node_seed: plain.node_seed.map(Cow::into_owned),
            validators: plain.validators.into_owned(),
            operators: plain.operators.into_owned(),
        }
    }
}
