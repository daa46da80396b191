//! A BLAKE3 digest, written as 64 hexadecimal digits wherever people or files see it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use smol_str::SmolStr;

/// The BLAKE3 hash of some content: 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        digits(&self.0, &mut [0; 64]).to_owned()
    }

    /// The first 16 of its digits: what people are shown where all would be too many.
    #[must_use]
    pub fn start(self) -> SmolStr {
        SmolStr::new(digits(&self.0[..8], &mut [0; 16]))
    }

    /// Reads what [`Digest::to_hex`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Written into `text`, two digits a byte. That of `blake3` pushes digit by digit, and every step that is looked up has
/// several digests.
fn digits<'t>(bytes: &[u8], text: &'t mut [u8]) -> &'t str {
    for (byte, pair) in bytes.iter().zip(text.as_chunks_mut::<2>().0) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
    std::str::from_utf8(text).unwrap_or_default()
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(digits(&self.0, &mut [0; 64]))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", &self.start()[..12])
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(digits(&self.0, &mut [0; 64]))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| D::Error::custom("a digest is 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_blake3_writes_it_and_read_again() {
        for text in ["", "a", "abc"] {
            let digest = Digest::of(text.as_bytes());
            assert_eq!(digest.to_hex(), blake3::hash(text.as_bytes()).to_hex().as_str());
            assert_eq!(Digest::from_hex(&digest.to_hex()), Some(digest));
            assert_eq!(digest.start(), digest.to_hex()[..16]);
        }
        assert_eq!(Digest::from_hex("not a digest"), None);
    }
}
