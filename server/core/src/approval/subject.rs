//! What waits for a second person.

use serde::{Deserialize, Serialize};

use super::{Act, ApprovalPolicy, Rights, Threshold};
use crate::ids::{OperationId, PersonId};
use crate::person::RoleGrant;

/// Changes that a sentence names one by one; more are counted.
const NAMED: usize = 3;

/// What happens when a request is approved. It carries how things were when somebody asked: what was changed since is not
/// overwritten.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    /// An account gets other rights.
    Person {
        /// Whose.
        id: PersonId,
        /// What it may do now.
        before: Rights,
        /// What it may do then.
        after: Rights,
    },
    /// An operation may run.
    Operation {
        /// Which.
        id: OperationId,
    },
    /// Other rules of approval.
    Policy {
        /// The rules now.
        before: Box<ApprovalPolicy>,
        /// The rules then.
        after: Box<ApprovalPolicy>,
    },
}

/// A part that would change, in words; `None` where there is nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Changed {
    /// Which part.
    pub part: String,
    /// How it is.
    pub before: Option<String>,
    /// How it would be.
    pub after: Option<String>,
}

impl Subject {
    /// The kind as a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Operation { .. } => "operation",
            Self::Policy { .. } => "policy",
        }
    }

    /// What it is about: of two requests about the same only one can wait.
    pub fn key(&self) -> String {
        match self {
            Self::Person { id, .. } => format!("person:{id}"),
            Self::Operation { id } => format!("operation:{id}"),
            Self::Policy { .. } => "policy".to_owned(),
        }
    }

    /// Whether it is about rights and rules, so that whoever decides must be one of those who manage people.
    pub fn is_about_rights(&self) -> bool {
        match self {
            Self::Person { .. } | Self::Policy { .. } => true,
            Self::Operation { .. } => false,
        }
    }

    /// What it asks for, in one sentence; `name` is the account or the operation it is about.
    pub fn in_words(&self, name: &str) -> String {
        let changes = self.changes();
        let mut words: Vec<String> = changes.iter().take(NAMED).map(Changed::in_words).collect();
        if let Some(more) = changes.len().checked_sub(NAMED).filter(|more| *more > 0) {
            words.push(format!("{more} more"));
        }
        let what = match self {
            Self::Operation { .. } => return name.to_owned(),
            Self::Person { .. } => name,
            Self::Policy { .. } => "Rules of approval",
        };
        [what, ": ", &words.join(", ")].concat()
    }

    /// What would change, part by part.
    pub fn changes(&self) -> Vec<Changed> {
        match self {
            Self::Person { before, after, .. } => of_rights(before, after),
            Self::Operation { .. } => Vec::new(),
            Self::Policy { before, after } => of_policy(before, after),
        }
    }
}

impl Changed {
    fn in_words(&self) -> String {
        let part = &self.part;
        match (&self.before, &self.after) {
            (None, Some(after)) => format!("{part} for {after}"),
            (Some(before), None) => format!("no {part} for {before}"),
            (Some(before), Some(after)) => format!("{part} {after} instead of {before}"),
            (None, None) => part.clone(),
        }
    }
}

fn of_rights(before: &Rights, after: &Rights) -> Vec<Changed> {
    let word = |rights: &Rights| {
        Some(
            if rights.active {
                "allowed"
            } else {
                "not allowed"
            }
            .to_owned(),
        )
    };
    let mut changes = Vec::new();
    if before.active != after.active {
        changes.push(Changed {
            part: "signing in".to_owned(),
            before: word(before),
            after: word(after),
        });
    }
    let role = |grant: &RoleGrant| ["role ", grant.role.as_str()].concat();
    let scope = |grant: &RoleGrant| {
        Some(match grant.scope.as_str() {
            "" => "the whole fleet".to_owned(),
            scope => scope.to_owned(),
        })
    };
    for grant in before.roles.iter().filter(|g| !after.roles.contains(g)) {
        changes.push(Changed {
            part: role(grant),
            before: scope(grant),
            after: None,
        });
    }
    for grant in &after.roles {
        let kept = before.roles.contains(grant);
        // Of an account that is opened, all roles begin.
        if !kept || (!before.active && after.active) {
            changes.push(Changed {
                part: role(grant),
                before: scope(grant).filter(|_| kept && before.active),
                after: scope(grant),
            });
        }
    }
    changes
}

fn of_policy(before: &ApprovalPolicy, after: &ApprovalPolicy) -> Vec<Changed> {
    let mut changes = Vec::new();
    let mut add = |part: &str, before: String, after: String| {
        if before != after {
            changes.push(Changed {
                part: part.to_owned(),
                before: Some(before),
                after: Some(after),
            });
        }
    };
    for act in Act::ALL {
        let words = |policy: &ApprovalPolicy| in_words(policy.threshold(*act));
        add(act.in_words(), words(before), words(after));
    }
    let methods = |policy: &ApprovalPolicy| policy.dangerous_methods.join(", ");
    add("methods marked dangerous", methods(before), methods(after));
    let asks = |asks| if asks { "always" } else { "never" }.to_owned();
    add("rights of people", asks(before.people), asks(after.people));
    add("operations of tools", asks(before.tools), asks(after.tools));
    let hours = |policy: &ApprovalPolicy| format!("{} hours", policy.hours);
    add("requests wait", hours(before), hours(after));
    changes
}

/// When it needs a second person.
fn in_words(threshold: Threshold) -> String {
    match (threshold.devices, threshold.percent) {
        (Some(0), _) => "always".to_owned(),
        (None, None) => "never".to_owned(),
        (Some(devices), None) => format!("above {devices} devices"),
        (None, Some(percent)) => format!("above {percent} % of the fleet"),
        (Some(devices), Some(percent)) => {
            format!("above {devices} devices or {percent} % of the fleet")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Role;

    fn grant(role: Role, scope: &str) -> RoleGrant {
        RoleGrant {
            role,
            scope: scope.to_owned(),
        }
    }

    #[test]
    fn changes_of_rights_in_words() {
        let check = |before: Rights, after: Rights, want: &[(&str, &str, &str)]| {
            let id = PersonId(7);
            let subject = Subject::Person { id, before, after };
            let changes = subject.changes();
            let changes: Vec<_> = changes
                .iter()
                .map(|c| {
                    let text = |part: &Option<String>| part.clone().unwrap_or_default();
                    (c.part.clone(), text(&c.before), text(&c.after))
                })
                .collect();
            let want: Vec<_> = want
                .iter()
                .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
                .collect();
            assert_eq!(changes, want);
        };
        let rights = |roles: &[RoleGrant], active| Rights {
            roles: roles.to_vec(),
            active,
        };
        let worker = grant(Role::Operator, "tags.a = 1");
        let boss = grant(Role::Admin, "");
        check(
            rights(std::slice::from_ref(&worker), true),
            rights(&[worker.clone(), boss.clone()], true),
            &[("role admin", "", "the whole fleet")],
        );
        check(
            rights(&[worker.clone(), boss], true),
            rights(std::slice::from_ref(&worker), true),
            &[("role admin", "the whole fleet", "")],
        );
        check(
            rights(std::slice::from_ref(&worker), false),
            rights(&[worker], true),
            &[
                ("signing in", "not allowed", "allowed"),
                ("role operator", "", "tags.a = 1"),
            ],
        );
    }

    #[test]
    fn changes_of_rules_in_words() {
        let before = ApprovalPolicy::default();
        let mut after = before.clone();
        after.thresholds.insert(Act::Delete, Threshold::NEVER);
        after.people = false;
        let subject = Subject::Policy {
            before: before.into(),
            after: after.into(),
        };
        let changes = subject.changes();
        let lines: Vec<_> = changes
            .iter()
            .map(|c| [c.part.as_str(), c.after.as_deref().unwrap_or_default()].join(": "))
            .collect();
        assert_eq!(
            lines,
            ["deleting devices: never", "rights of people: never"]
        );
    }
}
