//! Symmetric keys of devices and policies (spec §1.5).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::hash::sha256;

/// A shared key: base64 of 16–64 bytes, echoed byte for byte as it was given. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedKey {
    text: String,
    bytes: Vec<u8>,
}

/// A text is not a shared key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a key is base64 of 16 to 64 bytes")]
pub struct BadKey;

impl SharedKey {
    /// Checks the rule of spec §1.5.
    pub fn new(text: &str) -> Result<Self, BadKey> {
        let bytes = STANDARD.decode(text).map_err(|_| BadKey)?;
        if !(16..=64).contains(&bytes.len()) {
            return Err(BadKey);
        }
        Ok(Self {
            text: text.to_owned(),
            bytes,
        })
    }

    /// A new key from 32 random bytes.
    pub fn from_entropy(bytes: [u8; 32]) -> Self {
        Self {
            text: STANDARD.encode(bytes),
            bytes: bytes.to_vec(),
        }
    }

    /// The key's base64 text: a secret, for the owner's eyes and for sealed storage only.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// HMAC-SHA256 of `message`, as standard base64.
    pub fn sign(&self, message: &str) -> String {
        STANDARD.encode(self.sign_bytes(message))
    }

    /// HMAC-SHA256 of `message`.
    pub fn sign_bytes(&self, message: &str) -> [u8; 32] {
        self.mac(message).finalize().into_bytes().into()
    }

    /// Whether `signature` is this key's HMAC-SHA256 of `message`; takes the same time either way.
    pub fn verify(&self, message: &str, signature: &[u8]) -> bool {
        let own = self.mac(message).finalize().into_bytes();
        own.as_slice().ct_eq(signature).into()
    }

    /// What tells this key from others without giving it away.
    pub fn mark(&self) -> KeyMark {
        let hash = sha256(&self.bytes);
        let (first, _) = hash.split_first_chunk().expect("SHA-256 has 32 bytes");
        KeyMark(i64::from_be_bytes(*first))
    }

    fn mac(&self, message: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.bytes).expect("HMAC takes keys of any length");
        mac.update(message.as_bytes());
        mac
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKey(…)")
    }
}

/// The first eight bytes of a key's SHA-256: enough to tell the keys of one device apart, wherever they move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyMark(pub i64);

/// One of the two places for keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The key in everyday use.
    #[default]
    Primary,
    /// The key to change over to.
    Secondary,
}

/// The two keys of an identity or policy; either opens it, so that one can be changed while the other works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyPair {
    /// Slot one.
    pub primary: SharedKey,
    /// Slot two.
    pub secondary: SharedKey,
}

impl KeyPair {
    /// The key in a slot.
    pub fn get(&self, slot: Slot) -> &SharedKey {
        match slot {
            Slot::Primary => &self.primary,
            Slot::Secondary => &self.secondary,
        }
    }

    /// Where the key of a mark is; `None` when it is neither of both.
    pub fn slot_of(&self, mark: KeyMark) -> Option<Slot> {
        [Slot::Primary, Slot::Secondary]
            .into_iter()
            .find(|slot| self.get(*slot).mark() == mark)
    }

    /// Two new keys from entropy.
    pub fn from_entropy(primary: [u8; 32], secondary: [u8; 32]) -> Self {
        Self {
            primary: SharedKey::from_entropy(primary),
            secondary: SharedKey::from_entropy(secondary),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn keys_are_base64_of_16_to_64_bytes() {
        let check = |len: usize, ok: bool| {
            assert_eq!(
                SharedKey::new(&STANDARD.encode(vec![7; len])).is_ok(),
                ok,
                "{len}"
            );
        };
        check(15, false);
        check(16, true);
        check(64, true);
        check(65, false);
        assert_eq!(SharedKey::new("not base64!"), Err(BadKey));
    }

    #[test]
    fn keys_are_found_by_their_marks() {
        let keys = KeyPair::from_entropy([1; 32], [2; 32]);
        let check = |byte, slot| {
            let mark = SharedKey::from_entropy([byte; 32]).mark();
            assert_eq!(keys.slot_of(mark), slot, "{byte}");
        };
        check(1, Some(Slot::Primary));
        check(2, Some(Slot::Secondary));
        check(3, None);
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SharedKey::new("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap();
        assert!(!format!("{key:?}").contains("MDEy"));
    }
}
