//! A device identity: who it is, how it proves it, whether it may connect (spec §5.3, §1.5, §1.6).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::key::KeyPair;
use crate::lifecycle::Stage;
use crate::time::Timestamp;

/// Whether an identity may connect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It may connect.
    Enabled,
    /// It may not; an open connection is closed.
    Disabled,
}

impl Status {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "enabled" => Ok(Self::Enabled),
            "disabled" => Ok(Self::Disabled),
            other => Err(format!("a status is enabled or disabled, not {other:?}")),
        }
    }
}

/// Longest status reason, in characters (spec §5.3).
pub const MAX_STATUS_REASON: usize = 128;

/// A certificate's fingerprint: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits without separators, kept as given,
/// compared without case (spec §1.6).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint(String);

/// A text is not a thumbprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a thumbprint is 40 or 64 hexadecimal digits without separators")]
pub struct BadThumbprint;

impl Thumbprint {
    /// Checks the rule of spec §1.6.
    pub fn new(text: &str) -> Result<Self, BadThumbprint> {
        let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        if hex && (text.len() == 40 || text.len() == 64) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadThumbprint)
        }
    }

    /// The digits as they were given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Thumbprint {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Thumbprint {}

impl TryFrom<String> for Thumbprint {
    type Error = BadThumbprint;

    fn try_from(text: String) -> Result<Self, BadThumbprint> {
        Self::new(&text)
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> String {
        thumbprint.0
    }
}

/// How a device proves who it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Authentication {
    /// Either of two shared keys signs its tokens.
    Sas(KeyPair),
    /// Its certificate has one of two fingerprints.
    SelfSigned {
        /// Slot one.
        primary: Option<Thumbprint>,
        /// Slot two.
        secondary: Option<Thumbprint>,
    },
    /// Its certificate is signed by a registered CA and names the device.
    CertificateAuthority,
}

impl Authentication {
    /// The kind alone, without secrets.
    pub fn kind(&self) -> AuthKind {
        match self {
            Self::Sas(_) => AuthKind::Sas,
            Self::SelfSigned { .. } => AuthKind::SelfSigned,
            Self::CertificateAuthority => AuthKind::CertificateAuthority,
        }
    }
}

/// The kind of a device's credentials, as the wire names it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AuthKind {
    /// Shared keys.
    Sas,
    /// Certificates known by fingerprint.
    SelfSigned,
    /// Certificates signed by a registered CA.
    CertificateAuthority,
}

impl AuthKind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sas => "sas",
            Self::SelfSigned => "selfSigned",
            Self::CertificateAuthority => "certificateAuthority",
        }
    }
}

/// Distinguishes two devices that had the same id one after the other; changes when an id is deleted and made again.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GenerationId(pub String);

/// A concurrency token: a counter, written as base64 of eight big-endian bytes (first `AAAAAAAAAAE=`, spec §7.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ETag(pub u64);

impl ETag {
    /// The first value of a counter.
    pub const FIRST: ETag = ETag(1);

    /// The value after this one.
    #[must_use]
    pub fn next(self) -> ETag {
        ETag(self.0 + 1)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use base64::Engine as _;
        f.write_str(&base64::engine::general_purpose::STANDARD.encode(self.0.to_be_bytes()))
    }
}

/// What a writer demands of the current ETag (HTTP `If-Match`, read leniently as spec §5.3 says).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IfMatch {
    /// `*`: any, but it must exist.
    Any,
    /// One of these, compared as text.
    OneOf(Vec<String>),
}

impl IfMatch {
    /// Reads a header value: strips `W/` and one pair of quotes, splits at commas.
    pub fn parse(header: &str) -> Self {
        let tags: Vec<String> = header
            .split(',')
            .map(|tag| {
                let tag = tag.trim();
                let tag = tag.strip_prefix("W/").unwrap_or(tag);
                let inner = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                inner.unwrap_or(tag).to_owned()
            })
            .collect();
        if tags.iter().any(|tag| tag == "*") {
            Self::Any
        } else {
            Self::OneOf(tags)
        }
    }

    /// Exactly this value.
    pub fn exactly(etag: ETag) -> Self {
        Self::OneOf(vec![etag.to_string()])
    }

    /// Whether `current` satisfies the demand.
    pub fn matches(&self, current: ETag) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.contains(&current.to_string()),
        }
    }
}

/// A device as the registry keeps it. Its `Debug` shows no key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// Its name.
    pub id: DeviceId,
    /// Which device of that name.
    pub generation: GenerationId,
    /// Token of the identity; moves with each identity write.
    pub etag: ETag,
    /// Whether it may connect.
    pub status: Status,
    /// Why, when somebody said so; at most [`MAX_STATUS_REASON`] characters.
    pub status_reason: Option<String>,
    /// When `status` last changed.
    pub status_at: Option<Timestamp>,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// Where it is in its life.
    pub stage: Stage,
    /// When `stage` last changed.
    pub stage_at: Timestamp,
    /// The plug-and-play model it announced at CONNECT; empty when never.
    pub model_id: String,
    /// When the identity was made.
    pub created_at: Timestamp,
    /// Last connect, telemetry or twin write; `None` when it never connected.
    pub last_activity_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etag_is_a_base64_counter() {
        assert_eq!(ETag::FIRST.to_string(), "AAAAAAAAAAE=");
        assert_eq!(ETag::FIRST.next().next().to_string(), "AAAAAAAAAAM=");
    }

    #[test]
    fn if_match_is_read_leniently() {
        let check = |header: &str, want: bool| {
            assert_eq!(IfMatch::parse(header).matches(ETag(3)), want, "{header}");
        };
        check("*", true);
        check("\"*\"", true);
        check("AAAAAAAAAAM=", true);
        check("\"AAAAAAAAAAM=\"", true);
        check("W/\"AAAAAAAAAAM=\"", true);
        check("\"x\", \"AAAAAAAAAAM=\"", true);
        check("\"AAAAAAAAAAI=\"", false);
        check("", false);
    }

    #[test]
    fn thumbprints_are_hex_without_separators() {
        let check = |text: &str, ok: bool| assert_eq!(Thumbprint::new(text).is_ok(), ok, "{text}");
        check(&"aB".repeat(20), true);
        check(&"0f".repeat(32), true);
        check(&"0f".repeat(31), false);
        check(&"0f:".repeat(13), false);
        assert_eq!(
            Thumbprint::new(&"ab".repeat(20)),
            Thumbprint::new(&"AB".repeat(20))
        );
    }
}
