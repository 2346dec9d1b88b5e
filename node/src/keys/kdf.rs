//! From a password to a key: the module `kdf` of EIP-2335.

use pbkdf2::pbkdf2_hmac;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Password;
use super::secret::fill_random;

/// The largest table of scrypt, 128 · n · r bytes: twice that of the standard's own example.
const MOST_MEMORY: u64 = 512 << 20;
/// The most that the table is made from, 128 · r · p bytes.
const MOST_BLOCKS: u64 = 16 << 20;
/// The most work of scrypt, n · r · p: eight times that of the standard's own example, some seconds.
const MOST_WORK: u64 = 1 << 24;
/// The most rounds of PBKDF2: 64 times those of the standard's own example, some seconds.
const MOST_ROUNDS: u64 = 1 << 24;
/// The shortest key, in bytes: 16 for the cipher, 16 for the checksum.
const SHORTEST_KEY: u64 = 32;
/// The longest key and salt that are read, in bytes.
const LONGEST: usize = 1024;
/// What new files take, 128 MiB: n = 2^17, r = 8, p = 1, as OWASP's password storage cheat sheet has it.
const LOG_N: u8 = 17;

/// The key that a password gives.
pub(super) struct Derived {
    /// For the cipher.
    pub(super) cipher: Zeroizing<[u8; 16]>,
    /// For the checksum.
    pub(super) checksum: Zeroizing<[u8; 16]>,
}

/// How a key follows from a password, within bounds: whoever wrote the file cannot exhaust the reader's memory or time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Module", into = "Module")]
pub enum Kdf {
    /// RFC 7914.
    Scrypt {
        /// The base-2 logarithm of n.
        log_n: u8,
        /// The size of a block, in 128 bytes.
        r: u32,
        /// How often.
        p: u32,
        /// What makes it a key of this file alone.
        salt: Vec<u8>,
    },
    /// RFC 8018 with HMAC-SHA-256.
    Pbkdf2 {
        /// How often.
        rounds: u32,
        /// What makes it a key of this file alone.
        salt: Vec<u8>,
    },
}

impl Kdf {
    /// That of a new file: scrypt with a random salt.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn random() -> std::io::Result<Self> {
        let mut salt = vec![0; 32];
        fill_random(&mut salt)?;
        Ok(Self::Scrypt {
            log_n: LOG_N,
            r: 8,
            p: 1,
            salt,
        })
    }

    /// The first 32 bytes of the key. More are never used, and what follows does not change them.
    pub(super) fn derive(&self, password: &Password) -> Result<Derived, String> {
        let mut key = Zeroizing::new([0; 32]);
        let mut derived = Derived {
            cipher: Zeroizing::default(),
            checksum: Zeroizing::default(),
        };
        match self {
            Self::Scrypt { log_n, r, p, salt } => {
                let bad = |_| "scrypt has no such parameters".to_owned();
                let params = scrypt::Params::new(*log_n, *r, *p).map_err(bad)?;
                scrypt::scrypt(password.as_bytes(), salt, &params, key.as_mut_slice())
                    .map_err(|error| error.to_string())?;
            }
            Self::Pbkdf2 { rounds, salt } => {
                pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, *rounds, key.as_mut_slice());
            }
        }
        let (cipher, checksum) = key.split_at(16);
        derived.cipher.copy_from_slice(cipher);
        derived.checksum.copy_from_slice(checksum);
        Ok(derived)
    }
}

/// The module as it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Module {
    function: String,
    params: Params,
    message: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    dklen: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prf: Option<String>,
    salt: String,
}

impl TryFrom<Module> for Kdf {
    type Error = String;

    fn try_from(module: Module) -> Result<Self, String> {
        let Module {
            function,
            params,
            message,
        } = module;
        if !message.is_empty() {
            return Err("kdf: the message is not empty".into());
        }
        if !(SHORTEST_KEY..=LONGEST as u64).contains(&params.dklen) {
            return Err(format!("kdf: dklen is {}, not 32 to {LONGEST}", params.dklen));
        }
        if params.salt.len() > 2 * LONGEST {
            return Err(format!("kdf: the salt is longer than {LONGEST} bytes"));
        }
        let salt = hex::decode(&params.salt).map_err(|error| format!("kdf: salt: {error}"))?;
        match function.as_str() {
            "scrypt" => scrypt_of(&params, salt),
            "pbkdf2" => pbkdf2_of(&params, salt),
            other => Err(format!("kdf: {other:?} is not known: scrypt and pbkdf2 are")),
        }
    }
}

fn scrypt_of(params: &Params, salt: Vec<u8>) -> Result<Kdf, String> {
    let (Some(n), Some(r), Some(p), None, None) = (params.n, params.r, params.p, params.c, &params.prf)
    else {
        return Err("kdf: scrypt has the parameters dklen, n, p, r and salt".into());
    };
    if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
        return Err(format!(
            "kdf: scrypt with n {n}, r {r}, p {p}: n is a power of two, and none is 0"
        ));
    }
    let product = |factors: [u64; 3]| {
        factors
            .into_iter()
            .try_fold(1_u64, u64::checked_mul)
            .unwrap_or(u64::MAX)
    };
    let memory = product([128, n, r]);
    if memory > MOST_MEMORY || product([128, r, p]) > MOST_BLOCKS || product([n, r, p]) > MOST_WORK {
        return Err(format!(
            "kdf: scrypt with n {n}, r {r}, p {p} takes too much: at most {} MiB, and n · r · p of {MOST_WORK}, are \
             spent on a file",
            MOST_MEMORY >> 20
        ));
    }
    let small = |value: u64| u32::try_from(value).map_err(|error| error.to_string());
    Ok(Kdf::Scrypt {
        log_n: u8::try_from(n.trailing_zeros()).map_err(|error| error.to_string())?,
        r: small(r)?,
        p: small(p)?,
        salt,
    })
}

fn pbkdf2_of(params: &Params, salt: Vec<u8>) -> Result<Kdf, String> {
    let (Some(c), Some("hmac-sha256"), None, None, None) =
        (params.c, params.prf.as_deref(), params.n, params.r, params.p)
    else {
        return Err("kdf: pbkdf2 has the parameters c, dklen, prf (hmac-sha256) and salt".into());
    };
    if c == 0 || c > MOST_ROUNDS {
        return Err(format!(
            "kdf: pbkdf2 with c {c}: 1 to {MOST_ROUNDS} are spent on a file"
        ));
    }
    let rounds = u32::try_from(c).map_err(|error| error.to_string())?;
    Ok(Kdf::Pbkdf2 { rounds, salt })
}

impl From<Kdf> for Module {
    fn from(kdf: Kdf) -> Self {
        let (function, params) = match kdf {
            Kdf::Scrypt { log_n, r, p, salt } => {
                let params = Params {
                    n: Some(1_u64.checked_shl(u32::from(log_n)).unwrap_or_default()),
                    r: Some(r.into()),
                    p: Some(p.into()),
                    salt: hex::encode(salt),
                    ..Params::default()
                };
                ("scrypt", params)
            }
            Kdf::Pbkdf2 { rounds, salt } => {
                let params = Params {
                    c: Some(rounds.into()),
                    prf: Some("hmac-sha256".into()),
                    salt: hex::encode(salt),
                    ..Params::default()
                };
                ("pbkdf2", params)
            }
        };
        Self {
            function: function.into(),
            params: Params {
                dklen: SHORTEST_KEY,
                ..params
            },
            message: String::new(),
        }
    }
}
