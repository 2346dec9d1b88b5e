//! Bytes in JSON: hexadecimal text, for `#[serde(with = "…")]`.

use serde::{Deserialize, Deserializer, Serializer, de};

/// Writes bytes as hexadecimal digits.
///
/// # Errors
/// The serializer's own.
pub fn serialize<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes.as_ref()))
}

/// Reads hexadecimal digits, lower case only, so that one value has one text.
///
/// # Errors
/// When the text is something else, or of another length than the type's.
pub fn deserialize<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(de::Error::custom("write hexadecimal digits in lower case"));
    }
    let bytes = hex::decode(&text).map_err(de::Error::custom)?;
    let length = bytes.len();
    T::try_from(bytes).map_err(|_| de::Error::custom(format!("{length} bytes are not this type's length")))
}
