//! API tokens: what scripts and pipelines prove themselves with, in the name of a person. A token opens what its person
//! may do and what it was narrowed to, for a time.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::hash;
use crate::ids::PersonId;
use crate::policy::Action;
use crate::time::Timestamp;

/// How every token begins, so that people and scanners of repositories recognise one.
pub const PREFIX: &str = "mst_";

/// Longest name, in characters.
pub const MAX_NAME: usize = 64;

/// How long a token lasts unless somebody says otherwise, in days.
pub const DEFAULT_DAYS: u32 = 90;

/// How long a token lasts at most, in days.
pub const MAX_DAYS: u32 = 365;

/// Most tokens of one person that can be used at the same time.
pub const MAX_TOKENS: usize = 50;

/// Use is noted at most so often: each note is a write.
pub const NOTE_USE_AFTER_MS: i64 = 60_000;

const MS_PER_DAY: i64 = 86_400_000;

/// A token's number in the hub: random, at most 2^53, so that every JSON reader keeps it whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenId(pub i64);

impl TokenId {
    /// A number from 53 bits of entropy; never 0.
    pub fn from_entropy(bits: u64) -> Self {
        Self((bits >> 11).max(1).cast_signed())
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A token as its owner sees it; never with the secret, which nobody keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiToken {
    /// Its number.
    pub id: TokenId,
    /// In whose name it acts.
    pub person: PersonId,
    /// What it is for, in its owner's words; unique among the owner's tokens in use.
    pub name: String,
    /// What it is narrowed to; at least one. It never does what its person may not.
    pub actions: Vec<Action>,
    /// To which devices it is narrowed: a condition of the query language; empty for all its person sees.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, give or take [`NOTE_USE_AFTER_MS`].
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl ApiToken {
    /// Whether it opens anything at that time.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether a use now is worth a note.
    pub fn use_is_news(&self, now: Timestamp) -> bool {
        self.last_used_at
            .is_none_or(|last| now.since(last) >= NOTE_USE_AFTER_MS)
    }
}

/// Why a token cannot be made like this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadToken {
    /// The name breaks the rule.
    #[error("a token's name has 1 to 64 characters")]
    Name,
    /// It would open nothing.
    #[error("choose at least one thing that the token may do")]
    NoAction,
    /// It would end at once, or too late.
    #[error("a token lasts 1 to 365 days")]
    Days,
    /// Another token in use has the name.
    #[error("another token of yours has this name; revoke it first or choose another name")]
    NameTaken,
    /// There are too many.
    #[error("a person has at most 50 tokens in use; revoke one first")]
    TooMany,
}

/// Trims and checks a name.
pub fn check_name(name: &str) -> Result<String, BadToken> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(BadToken::Name);
    }
    Ok(name.to_owned())
}

/// When a token made now ends.
pub fn expiry(now: Timestamp, days: u32) -> Result<Timestamp, BadToken> {
    if days == 0 || days > MAX_DAYS {
        return Err(BadToken::Days);
    }
    Ok(now.plus_ms(i64::from(days) * MS_PER_DAY))
}

/// The text of a new token: a secret, shown once.
pub fn secret(entropy: [u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(entropy))
}

/// What the hub keeps of a token. `None` when the text cannot be one.
pub fn fingerprint(secret: &str) -> Option<[u8; 32]> {
    let encoded = secret.strip_prefix(PREFIX)?;
    let mut bytes = [0; 32];
    let length = URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes).ok()?;
    (length == bytes.len()).then(|| hash::sha256(secret.as_bytes()))
}

/// The stored and spoken name of an action: `see_devices`.
pub fn action_name(action: Action) -> String {
    match serde_json::to_value(action) {
        Ok(serde_json::Value::String(name)) => name,
        other => unreachable!("actions are written as texts, not {other:?}"),
    }
}

/// The action of a name.
pub fn action_of(name: &str) -> Option<Action> {
    Action::ALL
        .iter()
        .copied()
        .find(|action| action_name(*action) == name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn only_whole_tokens_have_a_fingerprint() {
        let token = secret([7; 32]);
        assert_eq!(token.len(), 47);
        assert_eq!(fingerprint(&token), Some(hash::sha256(token.as_bytes())));
        assert_ne!(fingerprint(&token), fingerprint(&secret([8; 32])));
        let check = |text: &str| assert_eq!(fingerprint(text), None, "{text}");
        check("");
        check(PREFIX);
        check(&token[1..]);
        check(&token[..46]);
        check(&format!("{token}A"));
        check(&format!("{token}AAAA"));
        check(&token.replace("mst_", "MST_"));
        check(&"x".repeat(100_000));
    }

    #[test]
    fn names_and_days_have_bounds() {
        assert_eq!(check_name(" ci \u{e4} "), Ok("ci \u{e4}".to_owned()));
        for bad in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert_eq!(check_name(bad), Err(BadToken::Name), "{bad}");
        }
        let now = Timestamp::from_secs(1000);
        assert_eq!(expiry(now, 1).unwrap(), now.plus_ms(86_400_000));
        for days in [0, 366, u32::MAX] {
            assert_eq!(expiry(now, days), Err(BadToken::Days));
        }
    }

    #[test]
    fn a_token_ends_at_its_time_or_when_revoked() {
        let at = Timestamp::from_secs;
        let token = ApiToken {
            id: TokenId::from_entropy(u64::MAX),
            person: PersonId(1),
            name: "ci".to_owned(),
            actions: vec![Action::SeeDevices],
            scope: String::new(),
            created_at: at(0),
            expires_at: at(100),
            last_used_at: None,
            revoked_at: None,
        };
        assert!(token.is_live(at(99)) && !token.is_live(at(100)));
        assert!(token.use_is_news(at(0)));
        let used = ApiToken {
            last_used_at: Some(at(10)),
            ..token.clone()
        };
        assert!(!used.use_is_news(at(69)) && used.use_is_news(at(70)));
        let revoked = ApiToken {
            revoked_at: Some(at(5)),
            ..token
        };
        assert!(!revoked.is_live(at(4)));
        assert_eq!(revoked.id.0, (1 << 53) - 1);
    }

    #[test]
    fn actions_are_found_by_their_names() {
        for &action in Action::ALL {
            assert_eq!(action_of(&action_name(action)), Some(action));
        }
        assert_eq!(action_name(Action::SeeDevices), "see_devices");
        assert_eq!(action_of("everything"), None);
    }
}
