//! Embedded panels (product §6): a panel of the hub inside a page of somebody else, or by itself as a share link.
//!
//! An embed shows one panel with a fixed filter, as its author sees it, for a time. Whoever wants to see it proves it
//! either with the embed's token, or with a short-lived token that a portal signs ([`signed`]) and may narrow.

mod origin;
mod panel;
pub mod signed;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::hash;
use crate::ids::PersonId;
use crate::time::Timestamp;

pub use origin::Origin;
pub use panel::{MAX_FIELD, MAX_PATH, Panel, PanelKind, PanelParts, Span};

/// How the token of every embed begins, so that people and scanners of repositories recognise one.
pub const PREFIX: &str = "mse_";

/// Longest name, in characters.
pub const MAX_NAME: usize = 64;

/// Longest filter, in bytes: of an embed, and of what a portal narrows it with.
pub const MAX_FILTER: usize = 2_000;

/// Most pages that may frame one embed.
pub const MAX_PARENTS: usize = 10;

/// How long an embed lasts unless somebody says otherwise, in days.
pub const DEFAULT_DAYS: u32 = 90;

/// How long an embed lasts at most, in days.
pub const MAX_DAYS: u32 = 365;

/// Most embeds of one person in use at the same time.
pub const MAX_OWN: u64 = 100;

/// Most embeds of the hub in use at the same time: all of them are in memory.
pub const MAX_EMBEDS: u64 = 1_000;

const MS_PER_DAY: i64 = 86_400_000;

/// An embed's number in the hub; given by storage, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmbedId(pub i64);

impl fmt::Display for EmbedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the viewer's system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All, in the order of forms.
    pub const ALL: [Theme; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word in addresses and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl FromStr for Theme {
    type Err = BadEmbed;

    fn from_str(text: &str) -> Result<Self, BadEmbed> {
        let found = Self::ALL.into_iter().find(|theme| theme.as_str() == text);
        found.ok_or(BadEmbed::Theme)
    }
}

/// What a viewer shows to see the panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The embed's own token, the same for everybody.
    #[default]
    Token,
    /// A token that the portal signs for each viewer, with the secret of the embed.
    Portal,
}

impl Proof {
    /// Both, in the order of forms.
    pub const ALL: [Proof; 2] = [Self::Token, Self::Portal];

    /// The word in forms and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Portal => "portal",
        }
    }
}

impl FromStr for Proof {
    type Err = BadEmbed;

    fn from_str(text: &str) -> Result<Self, BadEmbed> {
        let found = Self::ALL.into_iter().find(|proof| proof.as_str() == text);
        found.ok_or(BadEmbed::Proof)
    }
}

/// An embed as its author sees it; never with token or secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Embed {
    /// Its number.
    pub id: EmbedId,
    /// As whom it looks at the fleet: what they no longer see, it no longer shows.
    pub person: PersonId,
    /// Its title, also on the panel; unique among the author's in use.
    pub name: String,
    /// What it shows.
    pub panel: Panel,
    /// Of which devices: a condition of the query language; empty for all its author sees.
    pub filter: String,
    /// Which pages may frame it; none for a share link, which is opened by itself.
    pub parents: Vec<Origin>,
    /// Light or dark.
    pub theme: Theme,
    /// What a viewer shows.
    pub proof: Proof,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// How often it was opened.
    pub uses: u64,
    /// When it was last looked at.
    pub last_used_at: Option<Timestamp>,
    /// The last page that framed it, as the browser said.
    pub last_origin: Option<String>,
}

impl Embed {
    /// Whether it shows anything at that time.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// When it ended, or will.
    pub fn ends_at(&self) -> Timestamp {
        let revoked = self.revoked_at.unwrap_or(self.expires_at);
        revoked.min(self.expires_at)
    }
}

/// Why an embed cannot be made like this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadEmbed {
    /// The name breaks the rule.
    #[error("an embed's name has 1 to 64 characters, on one line")]
    Name,
    /// There is no such panel.
    #[error("a panel is count, contact, stages, groups, operations, telemetry or devices")]
    Panel,
    /// The property to group by is missing or too long.
    #[error("name the property to group by, such as tags.site, in at most 256 bytes")]
    Path,
    /// The device is missing or no device's id.
    #[error("name the device whose telemetry the panel shows")]
    Device,
    /// The field is missing or too long.
    #[error("name the field that the chart shows, in at most 256 bytes")]
    Field,
    /// There is no such span.
    #[error("a chart looks back 1h, 24h, 7d or 30d")]
    Span,
    /// The filter is too long.
    #[error("a filter has at most 2,000 bytes")]
    Filter,
    /// The panel shows no list of devices that a filter could narrow.
    #[error("the panel of operations takes no filter; it shows what its author sees")]
    NotFiltered,
    /// A page is not written as an origin.
    #[error(
        "a page that frames the panel is written like https://portal.example, without a path; one per line"
    )]
    Origin,
    /// There are too many pages.
    #[error("at most 10 pages may frame one embed")]
    Parents,
    /// There is no such theme.
    #[error("a theme is auto, light or dark")]
    Theme,
    /// There is no such proof.
    #[error("viewers show a token or what a portal signs: token or portal")]
    Proof,
    /// A portal signs, and there is none.
    #[error("where a portal signs, name the portal's page")]
    NoPortal,
    /// It would end at once, or too late.
    #[error("an embed lasts 1 to 365 days")]
    Days,
    /// Another embed in use has the name.
    #[error("another embed of yours has this name; revoke it first or choose another name")]
    NameTaken,
    /// The person has too many.
    #[error("a person has at most 100 embeds in use; revoke one first")]
    TooManyOwn,
    /// The hub has too many.
    #[error("the hub has at most 1,000 embeds in use; somebody has to revoke one first")]
    TooMany,
}

/// Trims and checks a name.
pub fn check_name(name: &str) -> Result<String, BadEmbed> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(BadEmbed::Name);
    }
    Ok(name.to_owned())
}

/// Reads the pages that may frame an embed, separated by white space or commas; each once.
pub fn parents(text: &str) -> Result<Vec<Origin>, BadEmbed> {
    let mut parents = Vec::new();
    let words = text.split(|c: char| c.is_whitespace() || c == ',');
    for word in words.filter(|word| !word.is_empty()) {
        let origin: Origin = word.parse()?;
        if !parents.contains(&origin) {
            parents.push(origin);
        }
        if parents.len() > MAX_PARENTS {
            return Err(BadEmbed::Parents);
        }
    }
    Ok(parents)
}

/// When an embed made now ends.
pub fn expiry(now: Timestamp, days: u32) -> Result<Timestamp, BadEmbed> {
    if days == 0 || days > MAX_DAYS {
        return Err(BadEmbed::Days);
    }
    Ok(now.plus_ms(i64::from(days) * MS_PER_DAY))
}

/// The text of a new token: a secret, shown once.
pub fn token(entropy: [u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(entropy))
}

/// What the hub keeps of a token. `None` when the text cannot be one.
pub fn fingerprint(token: &str) -> Option<[u8; 32]> {
    let encoded = token.strip_prefix(PREFIX)?;
    let mut bytes = [0; 32];
    let length = URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes).ok()?;
    (length == bytes.len()).then(|| hash::sha256(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn only_whole_tokens_have_a_fingerprint() {
        let whole = token([7; 32]);
        assert_eq!(whole.len(), 47);
        assert_eq!(fingerprint(&whole), Some(hash::sha256(whole.as_bytes())));
        for bad in ["", PREFIX, &whole[1..], &whole[..46], &format!("{whole}A")] {
            assert_eq!(fingerprint(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_days_and_parents_have_bounds() {
        assert_eq!(
            check_name(" Cold store \u{e4} ").unwrap(),
            "Cold store \u{e4}"
        );
        for bad in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert_eq!(check_name(bad), Err(BadEmbed::Name), "{bad}");
        }
        let now = Timestamp::from_secs(1000);
        assert_eq!(expiry(now, 1).unwrap(), now.plus_ms(86_400_000));
        for days in [0, 366, u32::MAX] {
            assert_eq!(expiry(now, days), Err(BadEmbed::Days));
        }
        let two = parents("https://a.example, https://b.example\nhttps://A.example").unwrap();
        assert_eq!(two.len(), 2);
        let many: Vec<String> = (0..11).map(|n| format!("https://p{n}.example")).collect();
        assert_eq!(parents(&many.join(" ")), Err(BadEmbed::Parents));
        assert_eq!(parents(" \n").unwrap(), []);
    }

    #[test]
    fn an_embed_ends_at_its_time_or_when_revoked() {
        let at = Timestamp::from_secs;
        let embed = Embed {
            id: EmbedId(1),
            person: PersonId(1),
            name: "a".to_owned(),
            panel: Panel::Count,
            filter: String::new(),
            parents: Vec::new(),
            theme: Theme::Auto,
            proof: Proof::Token,
            created_at: at(0),
            expires_at: at(100),
            revoked_at: None,
            uses: 0,
            last_used_at: None,
            last_origin: None,
        };
        assert!(embed.is_live(at(99)) && !embed.is_live(at(100)));
        let revoked = Embed {
            revoked_at: Some(at(5)),
            ..embed
        };
        assert!(!revoked.is_live(at(6)));
        assert_eq!(revoked.ends_at(), at(5));
    }

    #[test]
    fn words_are_found_again() {
        for theme in Theme::ALL {
            assert_eq!(theme.as_str().parse(), Ok(theme));
        }
        for proof in Proof::ALL {
            assert_eq!(proof.as_str().parse(), Ok(proof));
        }
        assert_eq!("blue".parse::<Theme>(), Err(BadEmbed::Theme));
    }
}
