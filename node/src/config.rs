//! The configuration of a node: a TOML file with few fields, unknown ones refused.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::peering::PeeringConfig;

/// What `klero node --config F` reads. Relative paths are relative to the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// A name for logs and pages.
    pub name: String,
    /// The genesis file.
    pub genesis: PathBuf,
    /// The directory of database and log; made if absent.
    pub data: PathBuf,
    /// The validators' keys; without them the node only follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<KeysConfig>,
    /// On testnets the file of an account from which the API hands out stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faucet: Option<PathBuf>,
    /// Where the HTTP API listens.
    #[serde(default = "default_rpc")]
    pub rpc: SocketAddr,
    /// Where the node listens for peers, as multiaddresses.
    #[serde(default = "default_listen")]
    pub listen: Vec<String>,
    /// Peers to stay connected to, as multiaddresses of numbers or names; others are found through them.
    #[serde(default)]
    pub bootnodes: Vec<String>,
    /// Peers to wait for before the first step, at most ten seconds; useful where all nodes start together.
    #[serde(default)]
    pub wait_for_peers: usize,
    /// The admin API; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<AdminConfig>,
    /// How a node with an empty database begins: with it, from a state snapshot of its peers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<JoinConfig>,
    /// How the node gets its peers, and how many it takes.
    #[serde(default, skip_serializing_if = "PeeringConfig::is_default")]
    pub network: PeeringConfig,
}

/// The validators' keys: `keys = "keys.json"`, or the table `[keys]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysConfig {
    /// The file with the keys that draw and vote.
    pub file: PathBuf,
    /// The file with the password of those that are encrypted; without it `klero node` asks a terminal.
    pub password_file: Option<PathBuf>,
    /// A file with the operator keys of the validators' accounts. Without them nobody who breaks into the node can move
    /// the stake, and the node gives no signs of life and reports no offences.
    pub operator: Option<PathBuf>,
}

/// The table as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysTable {
    file: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operator: Option<PathBuf>,
}

impl From<&str> for KeysConfig {
    fn from(file: &str) -> Self {
        Self {
            file: file.into(),
            password_file: None,
            operator: None,
        }
    }
}

impl Serialize for KeysConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            file,
            password_file,
            operator,
        } = self.clone();
        if password_file.is_none() && operator.is_none() {
            return file.serialize(serializer);
        }
        let table = KeysTable {
            file,
            password_file,
            operator,
        };
        table.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for KeysConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathOrTable;

        impl<'de> de::Visitor<'de> for PathOrTable {
            type Value = KeysConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a key file, or a table with `file`")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<KeysConfig, E> {
                Ok(path.into())
            }

            fn visit_map<M: de::MapAccess<'de>>(self, map: M) -> Result<KeysConfig, M::Error> {
                let table = KeysTable::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(KeysConfig {
                    file: table.file,
                    password_file: table.password_file,
                    operator: table.operator,
                })
            }
        }

        deserializer.deserialize_any(PathOrTable)
    }
}

/// The table `[admin]`: the admin API, on a listener of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminConfig {
    /// Where it listens. Who can reach it and has the token can pause the node.
    #[serde(default = "default_admin")]
    pub listen: SocketAddr,
    /// The file of the token that every request must carry; made at the first start.
    #[serde(default = "default_token")]
    pub token: PathBuf,
}

fn default_admin() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8546))
}

fn default_token() -> PathBuf {
    "admin.token".into()
}

/// What a node that joins trusts beside its genesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinConfig {
    /// A checkpoint that is trusted, as `klero init --join` writes it; without one, the genesis alone is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<PathBuf>,
    /// How old it may be at the first start, in hours: less than the time for which stake that unbonds stays liable.
    #[serde(default = "default_max_age")]
    pub max_age_hours: u64,
}

const fn default_max_age() -> u64 {
    24
}

impl Default for JoinConfig {
    fn default() -> Self {
        Self {
            checkpoint: None,
            max_age_hours: default_max_age(),
        }
    }
}

fn default_rpc() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8545))
}

fn default_listen() -> Vec<String> {
    vec!["/ip4/0.0.0.0/udp/30303/quic-v1".into()]
}

/// Why a configuration was refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {cause}; make a network with `klero testnet` or write one by the README")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {cause}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        cause: String,
    },
}

impl NodeConfig {
    /// Reads a configuration and resolves its paths.
    ///
    /// # Errors
    /// [`ConfigError`] when the file is missing or malformed.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Read {
            path: path.to_owned(),
            cause,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|cause| ConfigError::Parse {
            path: path.to_owned(),
            cause: cause.to_string(),
        })?;
        let base = path.parent().unwrap_or(Path::new("."));
        let (keys, password, operator) = match &mut config.keys {
            Some(KeysConfig {
                file,
                password_file,
                operator,
            }) => (Some(file), password_file.as_mut(), operator.as_mut()),
            None => (None, None, None),
        };
        for file in [
            Some(&mut config.genesis),
            Some(&mut config.data),
            keys,
            password,
            operator,
            config.faucet.as_mut(),
            config.admin.as_mut().map(|admin| &mut admin.token),
            config.join.as_mut().and_then(|join| join.checkpoint.as_mut()),
        ]
        .into_iter()
        .flatten()
        {
            *file = base.join(&*file);
        }
        Ok(config)
    }
}
