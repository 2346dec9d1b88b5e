//! Keys and proofs in JSON: hexadecimal digits behind the name of the suite.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{VrfError, VrfPublicKey, VrfShortProof, VrfSuite};

/// Reads `suite:digits`, in lower case only, so that one value has one text.
fn read<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    take: impl FnOnce(VrfSuite, &[u8]) -> Result<T, VrfError>,
) -> Result<T, D::Error> {
    let text = <String as Deserialize>::deserialize(deserializer)?;
    let (suite, digits) = text.split_once(':').ok_or_else(|| {
        let found: String = text.chars().take(80).collect();
        de::Error::custom(format!(
            "it begins with its VRF suite, as in sr25519:…; found {found:?}"
        ))
    })?;
    let suite: VrfSuite = suite.parse().map_err(de::Error::custom)?;
    if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(de::Error::custom("write hexadecimal digits in lower case"));
    }
    let bytes = hex::decode(digits).map_err(de::Error::custom)?;
    take(suite, &bytes).map_err(de::Error::custom)
}

impl Serialize for VrfPublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VrfPublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, Self::from_bytes)
    }
}

impl Serialize for VrfShortProof {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}:{}", self.suite(), hex::encode(self.as_bytes())))
    }
}

impl<'de> Deserialize<'de> for VrfShortProof {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, Self::from_bytes)
    }
}
