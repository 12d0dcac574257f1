//! Direct methods: their names, sizes and times (spec §2.10, §5.7).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest name of a method, in characters.
pub const MAX_METHOD_NAME: usize = 128;

/// Largest payload of a call and of its answer, in bytes of JSON.
pub const MAX_METHOD_PAYLOAD: usize = 128 * 1024;

/// Longest time a call may wait for its device to come online.
pub const MAX_CONNECT_TIMEOUT: Duration = Duration::from_secs(300);

/// Shortest and longest time a call may wait for its answer.
pub const RESPONSE_TIMEOUTS: (Duration, Duration) =
    (Duration::from_secs(5), Duration::from_secs(300));

/// How long a call waits for its answer when nobody says otherwise.
pub const DEFAULT_RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

const NAME_MARKS: &str = "-._~*:$@!'(),;=";

/// The name of a direct method: 1–128 letters, digits and marks that may stand in a topic and in an address as they are.
/// Commands of plug-and-play components are named `component*command`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MethodName(Arc<str>);

/// Why a text is not the name of a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadMethodName {
    /// The text is empty.
    #[error("a method needs a name")]
    Empty,
    /// The text is longer than [`MAX_METHOD_NAME`].
    #[error("the name of a method has at most 128 characters")]
    TooLong,
    /// The text holds a character that names may not have.
    #[error(
        "the name of a method may not contain {0:?}; letters, digits and - . _ ~ * : $ @ ! ' ( ) , ; = are allowed"
    )]
    Character(char),
}

impl MethodName {
    /// Checks the rule.
    pub fn new(text: &str) -> Result<Self, BadMethodName> {
        if text.is_empty() {
            return Err(BadMethodName::Empty);
        }
        let allowed = |c: &char| c.is_ascii_alphanumeric() || NAME_MARKS.contains(*c);
        if let Some(bad) = text.chars().find(|c| !allowed(c)) {
            return Err(BadMethodName::Character(bad));
        }
        if text.len() > MAX_METHOD_NAME {
            return Err(BadMethodName::TooLong);
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl FromStr for MethodName {
    type Err = BadMethodName;

    fn from_str(text: &str) -> Result<Self, BadMethodName> {
        Self::new(text)
    }
}

impl TryFrom<String> for MethodName {
    type Error = BadMethodName;

    fn try_from(text: String) -> Result<Self, BadMethodName> {
        Self::new(&text)
    }
}

impl From<MethodName> for String {
    fn from(name: MethodName) -> String {
        name.0.as_ref().to_owned()
    }
}

/// Why the times of a call are refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadTimeout {
    /// Longer than [`MAX_CONNECT_TIMEOUT`].
    #[error("a call waits for its device 0 to 300 seconds")]
    Connect,
    /// Outside [`RESPONSE_TIMEOUTS`].
    #[error("a call waits for its answer 5 to 300 seconds")]
    Response,
    /// The first is longer than the second.
    #[error("a call may not wait longer for its device than for the answer")]
    Order,
}

/// Checks how long a call waits for its device and then for the answer.
pub fn check_timeouts(connect: Duration, response: Duration) -> Result<(), BadTimeout> {
    let (shortest, longest) = RESPONSE_TIMEOUTS;
    if connect > MAX_CONNECT_TIMEOUT {
        return Err(BadTimeout::Connect);
    }
    if response < shortest || response > longest {
        return Err(BadTimeout::Response);
    }
    if connect > response {
        return Err(BadTimeout::Order);
    }
    Ok(())
}

/// What a device answered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MethodAnswer {
    /// A number of the device's choice; 200 by custom when all went well.
    pub status: i32,
    /// What it says to it; null when it said nothing.
    pub payload: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_topics_as_they_are() {
        let check = |text: &str, want: Result<(), BadMethodName>| {
            assert_eq!(MethodName::new(text).map(|_| ()), want, "{text}");
        };
        check("reboot", Ok(()));
        check("thermostat1*getMaxMinReport", Ok(()));
        check("a-b.c_d~e:f", Ok(()));
        check(&"x".repeat(128), Ok(()));
        check(&"x".repeat(129), Err(BadMethodName::TooLong));
        check("", Err(BadMethodName::Empty));
        for bad in ['/', '+', '#', '?', '&', '%', ' ', '\n', 'ä', '\0'] {
            check(&format!("a{bad}b"), Err(BadMethodName::Character(bad)));
        }
    }

    #[test]
    fn times_have_bounds() {
        let check = |connect, response, want: Result<(), BadTimeout>| {
            let seconds = Duration::from_secs;
            let found = check_timeouts(seconds(connect), seconds(response));
            assert_eq!(found, want, "{connect} {response}");
        };
        check(0, 30, Ok(()));
        check(0, 5, Ok(()));
        check(300, 300, Ok(()));
        check(0, 4, Err(BadTimeout::Response));
        check(0, 301, Err(BadTimeout::Response));
        check(301, 300, Err(BadTimeout::Connect));
        check(31, 30, Err(BadTimeout::Order));
    }
}
