//! What travels about accounts.

use std::fmt;

use muster_core::ids::PersonId;
use serde::{Deserialize, Serialize};

use crate::rpc::approvals::Waits;
use crate::session::Grant;

/// An account as administrators see it; never with a password.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonView {
    /// Their number.
    pub id: PersonId,
    /// The name they sign in with.
    pub name: String,
    /// The name others read.
    pub display_name: String,
    /// Roles with scopes.
    pub grants: Vec<Grant>,
    /// Whether they may sign in.
    pub active: bool,
    /// They must choose a new password at the next sign-in.
    pub must_change_password: bool,
    /// When the account was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When they last signed in, in milliseconds since 1970.
    pub last_sign_in_ms: Option<i64>,
    /// A change of the account that waits for a second person; not told in lists.
    pub waits: Option<Waits>,
}

/// A part of the list of people, by name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PeoplePage {
    /// The accounts.
    pub rows: Vec<PersonView>,
    /// How many accounts there are.
    pub total: u64,
    /// The name the page before begins with.
    pub previous: Option<String>,
    /// The name the next page begins with.
    pub next: Option<String>,
}

/// A role as a form sends it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct GrantInput {
    /// The role's word; empty for none.
    #[serde(default)]
    pub role: String,
    /// The scope as typed; empty for the whole fleet.
    #[serde(default)]
    pub scope: String,
}

/// A password on its way. Debugging never shows it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A new account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Created {
    /// The account.
    pub person: PersonView,
    /// Its first password, when the hub made it: shown once.
    pub password: Option<Secret>,
}

#[cfg(feature = "ssr")]
impl From<muster_core::person::Person> for PersonView {
    fn from(person: muster_core::person::Person) -> Self {
        let grants = person.roles.into_iter().map(|grant| Grant {
            role: grant.role,
            scope: grant.scope,
        });
        Self {
            id: person.id,
            name: person.name,
            display_name: person.display_name,
            grants: grants.collect(),
            active: person.active,
            must_change_password: person.must_change_password,
            created_ms: person.created_at.millis(),
            last_sign_in_ms: person.last_sign_in_at.map(|at| at.millis()),
            waits: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_debugged() {
        let secret = Secret("hunter2".to_owned());
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
