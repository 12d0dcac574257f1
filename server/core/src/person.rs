//! People: who signs in, and with which roles in which scope (product §2).

use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::policy::Role;
use crate::time::Timestamp;
use crate::view::ViewId;

/// A role within a scope.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct RoleGrant {
    /// What the person may do.
    pub role: Role,
    /// To which devices: a condition of the query language; empty for the whole fleet.
    pub scope: String,
}

/// A person as the dashboard shows them; never with a password hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Their number.
    pub id: PersonId,
    /// The name they sign in with: lower case, unique.
    pub name: String,
    /// The name others read.
    pub display_name: String,
    /// Roles and scopes; at least one.
    pub roles: Vec<RoleGrant>,
    /// Whether they may sign in.
    pub active: bool,
    /// They must choose a new password at the next sign-in.
    pub must_change_password: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// The saved view they begin with, if they pinned one.
    pub home_view: Option<ViewId>,
}

/// Longest sign-in name, in characters.
pub const MAX_NAME: usize = 64;

/// Shortest password, in characters; there are no rules of composition (NIST SP 800-63B §5.1.1).
pub const MIN_PASSWORD: usize = 10;

/// Longest password, in bytes: bounds the work of hashing.
pub const MAX_PASSWORD: usize = 256;

/// Why a name or a password cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadCredential {
    /// The sign-in name breaks the rule.
    #[error("a name has 1 to 64 characters: lower-case letters, digits, and . _ - @")]
    Name,
    /// The password is too short.
    #[error("a password has at least 10 characters")]
    TooShort,
    /// The password is too long.
    #[error("a password has at most 256 bytes")]
    TooLong,
}

/// Lower-cases and checks a sign-in name.
pub fn check_name(name: &str) -> Result<String, BadCredential> {
    let name = name.trim().to_lowercase();
    let ok = !name.is_empty()
        && name.len() <= MAX_NAME
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c));
    if ok {
        Ok(name)
    } else {
        Err(BadCredential::Name)
    }
}

/// Checks a new password's length.
pub fn check_password(password: &str) -> Result<(), BadCredential> {
    if password.chars().count() < MIN_PASSWORD {
        Err(BadCredential::TooShort)
    } else if password.len() > MAX_PASSWORD {
        Err(BadCredential::TooLong)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_and_plain() {
        let check = |name: &str, want: Option<&str>| {
            assert_eq!(check_name(name).ok().as_deref(), want, "{name}");
        };
        check(" Operator ", Some("operator"));
        check("ann@example.org", Some("ann@example.org"));
        check("", None);
        check("a b", None);
        check(&"x".repeat(65), None);
    }

    #[test]
    fn passwords_have_length_limits_only() {
        let check = |password: &str, want| assert_eq!(check_password(password), want);
        check("ninechars", Err(BadCredential::TooShort));
        check("tenletters", Ok(()));
        check("ääääääääää", Ok(()));
        check(&"x".repeat(257), Err(BadCredential::TooLong));
    }
}
