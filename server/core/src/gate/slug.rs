//! The short names by which gates, scripts and addresses know windows, calendars and places.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Unfit;

/// Longest short name, in characters.
pub const MAX_SLUG: usize = 64;

/// A short name: 1 to [`MAX_SLUG`] of `a-z 0-9 -`, beginning and ending with a letter or digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(Box<str>);

impl Slug {
    /// Checks the rule.
    pub fn new(text: &str) -> Result<Self, Unfit> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let ends = text.bytes().next().is_some_and(plain) && text.bytes().last().is_some_and(plain);
        if !ends || text.len() > MAX_SLUG || !text.bytes().all(|byte| plain(byte) || byte == b'-') {
            return Err(Unfit::because(format!(
                "{text:?} is no short name: it has 1 to 64 lower-case letters, digits or -, and begins and ends with a letter or digit"
            )));
        }
        Ok(Self(text.into()))
    }

    /// A short name made from what people call something; `None` when nothing of it can stand in one.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut text = String::new();
        for letter in name.chars().flat_map(char::to_lowercase) {
            if letter.is_ascii_alphanumeric() {
                text.push(letter);
            } else if !text.is_empty() && !text.ends_with('-') {
                text.push('-');
            }
        }
        text.truncate(MAX_SLUG);
        Self::new(text.trim_end_matches('-')).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl FromStr for Slug {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        Self::new(text)
    }
}

impl TryFrom<String> for Slug {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        Self::new(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_plain() {
        let check = |text: &str, good: bool| assert_eq!(Slug::new(text).is_ok(), good, "{text:?}");
        check("night", true);
        check("2nd-shift", true);
        check("", false);
        check("-night", false);
        check("night-", false);
        check("Night", false);
        check("näht", false);
        check(&"x".repeat(64), true);
        check(&"x".repeat(65), false);
    }

    #[test]
    fn names_become_short_names() {
        let check = |name: &str, want: Option<&str>| {
            let made = Slug::from_name(name);
            assert_eq!(made.as_ref().map(Slug::as_str), want, "{name:?}");
        };
        check("Night shift, Berlin", Some("night-shift-berlin"));
        check("  Late & early  ", Some("late-early"));
        check("Größe 2", Some("gr-e-2"));
        check("…", None);
        check(&"ab ".repeat(40), Some(&"ab-".repeat(22)[..64]));
    }
}
