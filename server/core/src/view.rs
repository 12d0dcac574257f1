//! Saved views (product §3): lists of the fleet that people keep under a name, for themselves or for everybody.

use serde::{Deserialize, Serialize};

use crate::ids::PersonId;

/// A view's number in the hub; given by storage, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ViewId(pub i64);

/// A list that somebody keeps. Whoever opens it sees the devices of their own scope.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SavedView {
    /// Its number.
    pub id: ViewId,
    /// Who made it.
    pub owner: PersonId,
    /// The name by which others know them.
    pub owner_name: String,
    /// Its name, one of its kind among the owner's.
    pub name: String,
    /// Filter, order, columns and grouping, as the fleet page's address writes them.
    pub query: String,
    /// Whether everybody sees it, or the owner alone.
    pub shared: bool,
}

/// Longest name of a view, in characters.
pub const MAX_NAME: usize = 60;

/// Longest list description, in bytes.
pub const MAX_QUERY: usize = 8 * 1024;

/// Why something cannot be kept as a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadView {
    /// The name breaks the rule.
    #[error("a view's name has 1 to 60 characters, on one line")]
    Name,
    /// The description is too long.
    #[error("this list is too long to be kept; shorten the filter or choose fewer columns")]
    TooLong,
}

/// Trims and checks a name.
pub fn check_name(name: &str) -> Result<String, BadView> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(BadView::Name);
    }
    Ok(name.to_owned())
}

/// Checks the length of a list's description.
pub fn check_query(query: &str) -> Result<(), BadView> {
    if query.len() > MAX_QUERY {
        Err(BadView::TooLong)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_on_one_line() {
        let check = |name: &str, want: Option<&str>| {
            assert_eq!(check_name(name).ok().as_deref(), want, "{name:?}");
        };
        check(" Harbour shift ", Some("Harbour shift"));
        check("", None);
        check("  ", None);
        check("two\nlines", None);
        check(&"ä".repeat(60), Some(&"ä".repeat(60)));
        check(&"x".repeat(61), None);
    }

    #[test]
    fn descriptions_have_a_bound() {
        assert_eq!(check_query(&"x".repeat(MAX_QUERY)), Ok(()));
        assert_eq!(
            check_query(&"x".repeat(MAX_QUERY + 1)),
            Err(BadView::TooLong)
        );
    }
}
