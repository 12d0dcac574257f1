//! Who may sign firmware: Ed25519 public keys, and what they say about an artifact.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muster_core::firmware::Artifact;
use ring::signature::{ED25519, UnparsedPublicKey};

/// Most keys.
const MAX_KEYS: usize = 32;

/// The public half of a key that signs firmware.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FirmwareKey(pub [u8; 32]);

/// The keys that may sign, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FirmwareKeys(BTreeMap<String, FirmwareKey>);

/// What is known about the signature of an artifact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignatureState {
    /// It has none.
    Unsigned,
    /// One of the configured keys made it.
    Verified,
    /// Its key is not among the configured ones: the hub passes it on, the device judges.
    NotChecked,
    /// The key of that name did not make it.
    Wrong,
}

impl FirmwareKeys {
    /// Reads a file with a key per line: its name, a space, the base64 of its 32 bytes. Lines that begin with # are skipped.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = line
                .rsplit_once(char::is_whitespace)
                .and_then(|(name, key)| {
                    let bytes: [u8; 32] = STANDARD.decode(key).ok()?.try_into().ok()?;
                    Some((name.trim().to_owned(), FirmwareKey(bytes)))
                });
            let Some((name, key)) = key else {
                return Err(format!(
                    "line {number}: write the key's name, a space, and the base64 of its 32 bytes (Ed25519)"
                ));
            };
            if keys.insert(name, key).is_some() {
                return Err(format!("line {number}: this name is there twice"));
            }
        }
        if keys.len() > MAX_KEYS {
            return Err(format!("at most {MAX_KEYS} keys"));
        }
        Ok(Self(keys))
    }

    /// Whether the hub was given none: then it passes signatures on and asks for none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the keys say about an artifact.
    pub fn judge(&self, artifact: &Artifact) -> SignatureState {
        let Some(signature) = &artifact.about.signature else {
            return SignatureState::Unsigned;
        };
        let Some(key) = self.0.get(&signature.key) else {
            return SignatureState::NotChecked;
        };
        let key = UnparsedPublicKey::new(&ED25519, &key.0);
        let good = signature
            .bytes()
            .is_some_and(|bytes| key.verify(artifact.id.hash(), &bytes).is_ok());
        if good {
            SignatureState::Verified
        } else {
            SignatureState::Wrong
        }
    }

    /// Why devices may not get an artifact, if they may not.
    pub(super) fn refusal(&self, artifact: &Artifact) -> Option<&'static str> {
        match self.judge(artifact) {
            SignatureState::Verified => None,
            _ if self.is_empty() => None,
            SignatureState::Unsigned => Some(
                "this hub takes signed firmware only; sign its SHA-256 with one of the configured keys",
            ),
            SignatureState::NotChecked => Some(
                "the signature names a key that is not configured here; use one that is, or add it to the keys of the hub",
            ),
            SignatureState::Wrong => Some(
                "the signature does not belong to this file; sign its SHA-256 (32 bytes) with the key it names",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use muster_core::firmware::{ArtifactId, ArtifactState, NewArtifact, Signature, Version};
    use muster_core::time::Timestamp;
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    fn signed(by: &Ed25519KeyPair, name: &str) -> Artifact {
        let id = ArtifactId::from_hash([5; 32]);
        let value = STANDARD.encode(by.sign(id.hash()).as_ref());
        Artifact {
            id,
            size: 1,
            about: NewArtifact {
                signature: Some(Signature::new(name, &value).unwrap()),
                ..NewArtifact::plain("Sensor", Version::new("1.0").unwrap())
            },
            state: ArtifactState::Available,
            added_at: Timestamp::default(),
            added_by: None,
        }
    }

    #[test]
    fn signatures_are_judged_by_the_configured_keys() {
        let ours = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        let theirs = Ed25519KeyPair::from_seed_unchecked(&[2; 32]).unwrap();
        let public = STANDARD.encode(ours.public_key().as_ref());
        let keys = FirmwareKeys::parse(&format!("# ours\n\nrelease key {public}\n")).unwrap();
        let check = |artifact: &Artifact, state, taken: bool| {
            assert_eq!(keys.judge(artifact), state);
            assert_eq!(keys.refusal(artifact).is_none(), taken);
            assert_eq!(FirmwareKeys::default().refusal(artifact), None);
        };
        check(
            &signed(&ours, "release key"),
            SignatureState::Verified,
            true,
        );
        check(
            &signed(&theirs, "release key"),
            SignatureState::Wrong,
            false,
        );
        check(&signed(&theirs, "other"), SignatureState::NotChecked, false);
        let mut unsigned = signed(&ours, "release key");
        unsigned.about.signature = None;
        check(&unsigned, SignatureState::Unsigned, false);
    }

    #[test]
    fn bad_lines_are_told() {
        let check = |text: &str, want: &str| {
            let told = FirmwareKeys::parse(text).unwrap_err();
            assert!(told.contains(want), "{told}");
        };
        check("release", "line 1");
        check("\nrelease abc", "line 2");
        let key = STANDARD.encode([1; 32]);
        check(&format!("a {key}\na {key}"), "twice");
    }
}
