//! Versions of firmware: like SemVer, but makers write what they like.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest version, in characters.
pub const MAX_VERSION: usize = 64;

/// A version as its maker writes it, with an order.
///
/// Numbers are compared as numbers, letters as letters: `1.9` < `1.10`, `4.2.1a` < `4.2.1b`. Missing numbers are zero: `1.0`
/// and `1` are the same. A leading `v` says nothing. What follows the first `-` is a pre-release: `2.0-rc.1` < `2.0`. What
/// follows a `+` names a build and decides last: two builds are two versions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    text: Box<str>,
    order: Order,
}

/// Why a text is no version.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a version has 1 to {MAX_VERSION} letters, digits and . - _ + ~, with a digit among them: 4.2.1 or 5.0.0-rc.1"
)]
pub struct BadVersion;

/// What decides, from the first to the last. A pre-release comes before its release.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Order {
    core: Vec<Part>,
    released: bool,
    pre: Vec<Part>,
    build: Vec<Part>,
}

/// A run of digits, by length without leading zeros and then by its digits: numbers of any length. Or a run of others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Part {
    Number(usize, Box<str>),
    Text(Box<str>),
}

impl Version {
    /// Checks the rule.
    pub fn new(text: &str) -> Result<Self, BadVersion> {
        let text = text.trim();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+~".contains(&byte);
        let fine = text.len() <= MAX_VERSION
            && text.bytes().all(allowed)
            && text.bytes().any(|byte| byte.is_ascii_digit());
        if !fine {
            return Err(BadVersion);
        }
        let rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (rest, build) = rest.split_once('+').unwrap_or((rest, ""));
        let (core, pre) = match rest.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (rest, None),
        };
        let mut core = parts(core);
        let zero = |part: &Part| *part == Part::Number(0, "".into());
        while core.last().is_some_and(zero) {
            core.pop();
        }
        Ok(Self {
            text: text.into(),
            order: Order {
                core,
                released: pre.is_none(),
                pre: parts(pre.unwrap_or_default()),
                build: parts(build),
            },
        })
    }

    /// As its maker writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The runs of digits and of letters in a text; what separates them says nothing.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let alike = |byte: u8| match first {
            b'0'..=b'9' => byte.is_ascii_digit(),
            first if first.is_ascii_alphabetic() => byte.is_ascii_alphabetic(),
            _ => !byte.is_ascii_alphanumeric(),
        };
        let end = rest.bytes().position(|byte| !alike(byte));
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        if first.is_ascii_digit() {
            let digits = run.trim_start_matches('0');
            parts.push(Part::Number(digits.len(), digits.into()));
        } else if first.is_ascii_alphabetic() {
            parts.push(Part::Text(run.into()));
        }
        rest = after;
    }
    parts
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order)
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.order.hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Version {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, BadVersion> {
        Self::new(text)
    }
}

impl TryFrom<String> for Version {
    type Error = BadVersion;

    fn try_from(text: String) -> Result<Self, BadVersion> {
        Self::new(&text)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.text.into()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_are_compared_as_people_read_them() {
        let check = |a: &str, want: Ordering, b: &str| {
            use Ordering::Equal;
            let (left, right) = (Version::new(a).unwrap(), Version::new(b).unwrap());
            assert_eq!(left.cmp(&right), want, "{a} {b}");
            assert_eq!(left == right, want == Equal, "{a} {b}");
        };
        use Ordering::{Equal, Greater, Less};
        check("1.9", Less, "1.10");
        check("4.2.1", Less, "4.3.0");
        check("1.0", Equal, "1");
        check("v1.0.0", Equal, "1.0");
        check("1.01", Equal, "1.1");
        check("2.0-rc.1", Less, "2.0");
        check("2.0-rc.2", Less, "2.0-rc.10");
        check("2.0-1", Less, "2.0-rc");
        check("2.0-rc", Less, "2.0-rc.1");
        check("4.2.1a", Greater, "4.2.1");
        check("4.2.1a", Less, "4.2.1b");
        check("4.2.1a", Less, "4.2.2");
        check("1.0+1", Less, "1.0+2");
        check("1.0", Less, "1.0+1");
        check("99999999999999999999998", Less, "99999999999999999999999");
        check("2026.03.04", Greater, "2025.12.31");
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for bad in ["", " ", "v", "latest", "1 2", "1/2", "ä1", &"1".repeat(65)] {
            assert_eq!(Version::new(bad), Err(BadVersion), "{bad:?}");
        }
        assert_eq!(Version::new(" 4.2.1 ").unwrap().as_str(), "4.2.1");
        assert_eq!(Version::new(&"1".repeat(64)).unwrap().as_str().len(), 64);
    }

    fn version() -> impl Strategy<Value = Version> {
        "[vV]?[0-9a-b]{0,2}[.~]?[0-9]{1,2}([.ab_][0-9]{0,2}){0,2}(-[0-9ab.]{0,4})?(\\+[0-9a]{0,2})?"
            .prop_map(|text| Version::new(&text).unwrap())
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in version(), b in version(), c in version()) {
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert_eq!(a.cmp(&a), Ordering::Equal);
            if a <= b && b <= c {
                prop_assert!(a <= c);
            }
            if a == b {
                prop_assert_eq!(a.cmp(&c), b.cmp(&c));
            }
        }

        #[test]
        fn versions_come_back_from_their_text(a in version()) {
            let again = Version::new(a.as_str()).unwrap();
            prop_assert_eq!(again.as_str(), a.as_str());
            prop_assert_eq!(again, a);
        }

        #[test]
        fn numbers_are_compared_as_numbers(a in 0_u64.., b in 0_u64..) {
            let version = |n: u64| Version::new(&format!("1.{n}")).unwrap();
            prop_assert_eq!(version(a).cmp(&version(b)), a.cmp(&b));
        }
    }
}
