//! Artifacts: files that devices install, and what the hub knows about each.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::version::{BadVersion, Version};
use crate::ids::PersonId;
use crate::time::Timestamp;

/// Longest product name, in characters.
pub const MAX_PRODUCT: usize = 60;

/// Longest note, in characters.
pub const MAX_NOTES: usize = 4_000;

/// Most models of one artifact.
pub const MAX_MODELS: usize = 100;

/// Longest model, in characters.
pub const MAX_MODEL: usize = 128;

/// Most versions that a device must pass on its way to one artifact.
pub const MAX_MUST_PASS: usize = 20;

/// Longest name of a key, in characters.
pub const MAX_KEY_NAME: usize = 60;

/// Largest artifact, in bytes: 2 GiB.
pub const MAX_SIZE: u64 = 2 << 30;

/// Bytes of an Ed25519 signature.
const SIGNATURE_BYTES: usize = 64;

/// What names an artifact: the SHA-256 of its bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArtifactId([u8; 32]);

/// Why something is no artifact.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadArtifact {
    /// The id is no hash.
    #[error("an artifact is named by its SHA-256: 64 hexadecimal digits")]
    Id,
    /// The product's name breaks the rule.
    #[error("a product's name has 1 to {MAX_PRODUCT} characters, on one line")]
    Product,
    /// A version breaks the rule.
    #[error(transparent)]
    Version(#[from] BadVersion),
    /// A model breaks the rule.
    #[error(
        "a model has 1 to {MAX_MODEL} characters without spaces and commas, and * only at its end; at most {MAX_MODELS} of them"
    )]
    Model,
    /// The range of versions is empty.
    #[error("the range of versions it can be installed on is empty: from must come before until")]
    Range,
    /// Too many versions to pass.
    #[error("at most {MAX_MUST_PASS} versions can be passed on the way to one")]
    TooManyToPass,
    /// It must pass itself.
    #[error("an artifact cannot require its own version to be passed first")]
    PassItself,
    /// The notes are too long.
    #[error("notes have at most {MAX_NOTES} characters")]
    Notes,
    /// The signature is none.
    #[error("a signature is the name of a key and the base64 of 64 bytes (Ed25519 of the SHA-256)")]
    Signature,
}

impl ArtifactId {
    /// From the hash.
    pub const fn from_hash(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash.
    pub const fn hash(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads hexadecimal digits of either case.
    pub fn new(text: &str) -> Result<Self, BadArtifact> {
        let mut hash = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(BadArtifact::Id);
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(BadArtifact::Id);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(hash))
    }

    /// The first digits, for people: enough to tell a hub's artifacts apart at a glance.
    pub fn short(&self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl fmt::Display for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl FromStr for ArtifactId {
    type Err = BadArtifact;

    fn from_str(text: &str) -> Result<Self, BadArtifact> {
        Self::new(text)
    }
}

impl TryFrom<String> for ArtifactId {
    type Error = BadArtifact;

    fn try_from(text: String) -> Result<Self, BadArtifact> {
        Self::new(&text)
    }
}

impl From<ArtifactId> for String {
    fn from(id: ArtifactId) -> String {
        id.to_string()
    }
}

/// An Ed25519 signature of the 32 bytes of the SHA-256.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// The name of the key that made it.
    pub key: String,
    /// Base64 of 64 bytes.
    pub value: String,
}

impl Signature {
    /// Checks form, not truth.
    pub fn new(key: &str, value: &str) -> Result<Self, BadArtifact> {
        let signature = Self {
            key: line(key, MAX_KEY_NAME).ok_or(BadArtifact::Signature)?,
            value: value.trim().to_owned(),
        };
        signature.bytes().ok_or(BadArtifact::Signature)?;
        Ok(signature)
    }

    /// The 64 bytes.
    pub fn bytes(&self) -> Option<[u8; SIGNATURE_BYTES]> {
        STANDARD.decode(&self.value).ok()?.try_into().ok()
    }
}

/// Whether devices may get it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactState {
    /// Yes.
    Available,
    /// Not any more: nothing new installs it, and its links are refused.
    Withdrawn,
}

impl ArtifactState {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Available, Self::Withdrawn];
        all.into_iter().find(|state| state.as_str() == name)
    }
}

/// What somebody says about a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewArtifact {
    /// What it is firmware of.
    pub product: String,
    /// Which version devices report once they run it.
    pub version: Version,
    /// Models that can run it, exact or with `*` at the end; empty for all.
    pub models: Vec<String>,
    /// The first version that it can be installed on.
    pub from: Option<Version>,
    /// The first version that it cannot be installed on any more.
    pub until: Option<Version>,
    /// Versions that devices below them must run first.
    pub must_pass: Vec<Version>,
    /// Its signature, if it is signed.
    pub signature: Option<Signature>,
    /// What people should know.
    pub notes: String,
}

impl NewArtifact {
    /// A plain one, for all models and versions.
    pub fn plain(product: &str, version: Version) -> Self {
        Self {
            product: product.to_owned(),
            version,
            models: Vec::new(),
            from: None,
            until: None,
            must_pass: Vec::new(),
            signature: None,
            notes: String::new(),
        }
    }

    /// Trims, orders and checks.
    pub fn checked(mut self) -> Result<Self, BadArtifact> {
        self.product = line(&self.product, MAX_PRODUCT).ok_or(BadArtifact::Product)?;
        let fine = |model: &String| {
            let stem = model.strip_suffix('*').unwrap_or(model);
            let length = model.chars().count();
            (1..=MAX_MODEL).contains(&length)
                && !stem.contains(|c: char| c == '*' || c == ',' || c.is_whitespace())
        };
        if self.models.len() > MAX_MODELS || !self.models.iter().all(fine) {
            return Err(BadArtifact::Model);
        }
        self.models.sort();
        self.models.dedup();
        if let (Some(from), Some(until)) = (&self.from, &self.until)
            && from >= until
        {
            return Err(BadArtifact::Range);
        }
        if self.must_pass.len() > MAX_MUST_PASS {
            return Err(BadArtifact::TooManyToPass);
        }
        if self.must_pass.contains(&self.version) {
            return Err(BadArtifact::PassItself);
        }
        self.must_pass.sort();
        self.must_pass.dedup();
        self.notes = self.notes.trim().to_owned();
        if self.notes.chars().count() > MAX_NOTES {
            return Err(BadArtifact::Notes);
        }
        Ok(self)
    }
}

/// An artifact in the store.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Artifact {
    /// The SHA-256 of its bytes.
    pub id: ArtifactId,
    /// Its size in bytes.
    pub size: u64,
    /// What was said about it.
    pub about: NewArtifact,
    /// Whether devices may get it.
    pub state: ArtifactState,
    /// When it was added.
    pub added_at: Timestamp,
    /// Who added it, if it was a person.
    pub added_by: Option<PersonId>,
}

impl Artifact {
    /// Whether devices may get it.
    pub fn is_available(&self) -> bool {
        self.state == ArtifactState::Available
    }
}

/// Product and version, as people name it.
impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.about.product, self.about.version)
    }
}

/// A trimmed text on one line with 1 to `max` characters.
fn line(text: &str, max: usize) -> Option<String> {
    let text = text.trim();
    let fine = (1..=max).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fine.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    fn version(text: &str) -> Version {
        Version::new(text).unwrap()
    }

    #[test]
    fn ids_are_hexadecimal_and_come_back() {
        let text = "0123456789abcdef".repeat(4);
        let id = ArtifactId::new(&text.to_uppercase()).unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(id.short(), "0123456789");
        for bad in ["", "0", &"g".repeat(64), &"0".repeat(63), &"é".repeat(32)] {
            assert_eq!(ArtifactId::new(bad), Err(BadArtifact::Id), "{bad}");
        }
    }

    #[test]
    fn what_is_said_about_a_file_is_checked() {
        type Change = fn(&mut NewArtifact);
        let check = |change: Change, want: Result<(), BadArtifact>| {
            let mut new = NewArtifact::plain(" Cold sensor ", version("2.0"));
            change(&mut new);
            assert_eq!(new.checked().map(|_| ()), want);
        };
        check(|_| {}, Ok(()));
        check(|new| new.product.clear(), Err(BadArtifact::Product));
        check(
            |new| new.product = "two\nlines".into(),
            Err(BadArtifact::Product),
        );
        check(|new| new.models = vec!["CT-2*".into(), "*".into()], Ok(()));
        for bad in ["", "a*b", "a b", "a,b", "**"] {
            let mut new = NewArtifact::plain("x", version("1"));
            new.models = vec![bad.into()];
            assert_eq!(new.checked(), Err(BadArtifact::Model), "{bad}");
        }
        check(
            |new| {
                new.from = Some(version("2.0"));
                new.until = Some(version("2"));
            },
            Err(BadArtifact::Range),
        );
        check(
            |new| new.must_pass = vec![version("2.0.0")],
            Err(BadArtifact::PassItself),
        );
        check(
            |new| new.notes = "x".repeat(MAX_NOTES + 1),
            Err(BadArtifact::Notes),
        );
    }

    #[test]
    fn signatures_have_64_bytes() {
        let check = |bytes: usize, fine: bool| {
            let value = STANDARD.encode(vec![7; bytes]);
            assert_eq!(Signature::new("key", &value).is_ok(), fine, "{bytes}");
        };
        check(63, false);
        check(64, true);
        assert_eq!(Signature::new("", ""), Err(BadArtifact::Signature));
    }
}
