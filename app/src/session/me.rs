//! The signed-in person as the wire carries them.

use muster_core::ids::PersonId;
use muster_core::policy::{Action, Role, allows};
use serde::{Deserialize, Serialize};

use crate::routes;

/// A role and the scope it holds in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// What the person may do.
    pub role: Role,
    /// To which devices: a condition; empty for the whole fleet.
    pub scope: String,
}

/// The signed-in person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Me {
    /// Their number.
    pub id: PersonId,
    /// The name they sign in with.
    pub name: String,
    /// The name others read.
    pub display_name: String,
    /// Roles with scopes.
    pub grants: Vec<Grant>,
    /// Where they begin: the home of a role of theirs.
    pub home: String,
    /// They must choose a new password before anything else.
    pub must_change_password: bool,
}

impl Me {
    /// The roles held, in the order of navigation, each once.
    pub fn roles(&self) -> Vec<Role> {
        Role::ALL
            .into_iter()
            .filter(|role| self.grants.iter().any(|grant| grant.role == *role))
            .collect()
    }

    /// Whether some role allows the action. Pages hide what can never be; the hub decides in any case.
    pub fn can(&self, action: Action) -> bool {
        self.grants.iter().any(|grant| allows(grant.role, action))
    }

    /// Managers and nobody else read without side navigation.
    pub fn only_reads(&self) -> bool {
        self.grants.iter().all(|grant| grant.role == Role::Manager)
    }

    /// The homes of the roles held.
    pub fn homes(&self) -> Vec<&'static str> {
        self.roles().into_iter().map(routes::home_of).collect()
    }

    /// What the scopes cover, in words.
    pub fn scope_text(&self) -> String {
        let mut scopes: Vec<&str> = Vec::new();
        for grant in &self.grants {
            if grant.scope.is_empty() {
                return "whole fleet".to_owned();
            }
            if !scopes.contains(&grant.scope.as_str()) {
                scopes.push(&grant.scope);
            }
        }
        scopes.join(" or ")
    }

    /// One or two letters for the round sign: the first letters of the first and the last word.
    pub fn initials(&self) -> String {
        let mut words = self.display_name.split_whitespace();
        let first = words.next().and_then(|word| word.chars().next());
        let last = words.next_back().and_then(|word| word.chars().next());
        first
            .into_iter()
            .chain(last)
            .flat_map(char::to_uppercase)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(display_name: &str, grants: &[(Role, &str)]) -> Me {
        Me {
            id: PersonId(1),
            name: "a".to_owned(),
            display_name: display_name.to_owned(),
            grants: grants
                .iter()
                .map(|(role, scope)| Grant {
                    role: *role,
                    scope: (*scope).to_owned(),
                })
                .collect(),
            home: routes::QUEUE.to_owned(),
            must_change_password: false,
        }
    }

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        let check = |name, want: &str| assert_eq!(me(name, &[]).initials(), want);
        check("Operator North", "ON");
        check("anna maria vogt", "AV");
        check("Ørsted", "Ø");
        check("", "");
    }

    #[test]
    fn scopes_in_words() {
        let check = |grants: &[(Role, &str)], want: &str| {
            assert_eq!(me("a", grants).scope_text(), want);
        };
        check(&[(Role::Operator, "")], "whole fleet");
        check(
            &[
                (Role::Operator, "tags.region = 'north'"),
                (Role::Manager, ""),
            ],
            "whole fleet",
        );
        check(
            &[
                (Role::Operator, "tags.region = 'north'"),
                (Role::Manager, "tags.region = 'north'"),
                (Role::Manager, "tags.region = 'east'"),
            ],
            "tags.region = 'north' or tags.region = 'east'",
        );
    }

    #[test]
    fn rights_are_the_union_of_the_roles() {
        let both = me("a", &[(Role::Manager, ""), (Role::Operator, "x = 1")]);
        assert!(both.can(Action::EditTwin));
        assert!(!both.can(Action::ManagePeople));
        assert!(!both.only_reads());
        assert!(me("a", &[(Role::Manager, "")]).only_reads());
        assert_eq!(both.homes(), [routes::QUEUE, routes::GOALS]);
    }
}
