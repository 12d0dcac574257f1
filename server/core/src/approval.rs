//! Approval by a second person (product §4): what waits, why, and who may decide.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Actor;
use crate::ids::PersonId;
use crate::person::RoleGrant;
use crate::policy::{Action, Role, allows};
use crate::time::Timestamp;

mod act;
mod policy;
mod state;
mod subject;

pub use act::{Act, Threshold};
pub use policy::{
    ApprovalPolicy, BadPolicy, DEFAULT_HOURS, MAX_DANGEROUS, MAX_HOURS, MAX_PATTERN, SHARE_FROM,
    Why,
};
pub use state::{ApprovalState, Decided, Verdict};
pub use subject::{Changed, Subject};

/// A request's number in the hub; given by storage, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApprovalId(pub i64);

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Most characters of the comment of a decision.
pub const MAX_COMMENT: usize = 500;

/// Most devices that a request names as a sample of those it is about.
pub const MAX_SAMPLE: usize = 10;

/// What somebody asked for and a second person decides.
#[derive(Clone, PartialEq, Debug)]
pub struct Approval {
    /// Its number.
    pub id: ApprovalId,
    /// What happens when it is approved.
    pub subject: Subject,
    /// The same in one sentence, with names as they were when it was asked for.
    pub summary: String,
    /// Why nobody may do it alone; at least one reason.
    pub reasons: Vec<Why>,
    /// Whom it touches, when it is about devices.
    pub impact: Option<Impact>,
    /// Who asked.
    pub asked_by: Actor,
    /// When.
    pub asked_at: Timestamp,
    /// When it ends without a decision.
    pub expires_at: Timestamp,
    /// Where it is.
    pub state: ApprovalState,
    /// How it ended, once it has.
    pub decision: Option<Decision>,
}

/// How a request ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// By whom; the hub for one whose time ran out.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What they said about it; may be empty.
    pub comment: String,
}

/// The devices that a request is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Impact {
    /// How many.
    pub devices: u32,
    /// How many devices the fleet has.
    pub fleet: u32,
    /// The condition that shows them, where there is one.
    pub query: Option<String>,
    /// Some of them, at most [`MAX_SAMPLE`].
    pub sample: Vec<crate::ids::DeviceId>,
}

impl Impact {
    /// The share of the fleet, in percent and rounded up: a part is never nothing.
    pub fn percent(&self) -> u8 {
        percent(self.devices, self.fleet)
    }
}

fn percent(devices: u32, fleet: u32) -> u8 {
    let share = (u64::from(devices) * 100).div_ceil(u64::from(fleet.max(1)));
    u8::try_from(share.min(100)).unwrap_or(100)
}

/// What an account may do: the part of it that approvals are about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rights {
    /// Roles with their scopes.
    pub roles: Vec<RoleGrant>,
    /// Whether they may sign in.
    pub active: bool,
}

impl Rights {
    /// The roles in force.
    fn in_force(&self) -> &[RoleGrant] {
        if self.active { &self.roles } else { &[] }
    }

    /// Whether they may decide what others ask for.
    pub fn may_approve(&self) -> bool {
        self.in_force().iter().any(|grant| approves(grant.role))
    }

    /// Whether they may decide about accounts and rules of the hub.
    pub fn may_approve_rights(&self) -> bool {
        let may = |role| approves(role) && allows(role, Action::ManagePeople);
        self.in_force().iter().any(|grant| may(grant.role))
    }
}

fn approves(role: Role) -> bool {
    allows(role, Action::ApproveOperations)
}

/// Why somebody cannot ask, decide or withdraw.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Their own request, also through a token of theirs.
    #[error("you asked for this yourself; somebody else has to decide it")]
    Own,
    /// Somebody else's request cannot be withdrawn.
    #[error("only whoever asked for it can withdraw it")]
    NotYours,
    /// It is over.
    #[error(transparent)]
    Decided(#[from] Decided),
    /// What it would change is no longer as it was when somebody asked.
    #[error(
        "what this would change was changed meanwhile; refuse it, and ask again for what is wanted now"
    )]
    Stale,
    /// Something else about the same account, rule or operation waits.
    #[error(
        "a change of the same waits for approval already; it has to be decided or withdrawn first"
    )]
    AlreadyWaiting,
    /// Too many requests wait.
    #[error("too many requests wait for approval; decide some of them first")]
    TooMany,
    /// A refusal without a word why.
    #[error("say why you refuse it; whoever asked reads it")]
    NoComment,
    /// The comment is too long.
    #[error("a comment has at most 500 characters")]
    CommentTooLong,
    /// Some of the devices are outside the scope of whoever decides.
    #[error(
        "some of the devices are outside your scope; somebody who sees all of them has to decide it"
    )]
    OutOfSight,
    /// Tools and the command line do not decide.
    #[error("requests are decided by people; sign in to decide it")]
    NotAPerson,
}

/// Whether both acts are of the same person, at the dashboard or through a token.
pub fn is_same_person(a: &Actor, b: &Actor) -> bool {
    person_of(a).is_some() && person_of(a) == person_of(b)
}

fn person_of(actor: &Actor) -> Option<PersonId> {
    match actor {
        Actor::Person { id, .. } => Some(*id),
        _ => None,
    }
}

/// Trims and checks what somebody says about their decision.
pub fn check_comment(verdict: Verdict, comment: &str) -> Result<String, Refused> {
    let comment = comment.trim();
    if comment.chars().count() > MAX_COMMENT {
        return Err(Refused::CommentTooLong);
    }
    if comment.is_empty() && verdict == Verdict::Refuse {
        return Err(Refused::NoComment);
    }
    Ok(comment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: i64, token: Option<&str>) -> Actor {
        Actor::Person {
            id: PersonId(id),
            name: "ann".into(),
            token: token.map(str::to_owned),
        }
    }

    #[test]
    fn a_token_is_its_person() {
        let check = |a: Actor, b: Actor, want| assert_eq!(is_same_person(&a, &b), want);
        check(person(1, None), person(1, Some("ci")), true);
        check(person(1, Some("a")), person(1, Some("b")), true);
        check(person(1, None), person(2, None), false);
        check(Actor::Console, Actor::Console, false);
        check(Actor::Hub, person(1, None), false);
    }

    #[test]
    fn shares_are_rounded_up() {
        let check = |devices, fleet, want| assert_eq!(percent(devices, fleet), want);
        check(0, 100, 0);
        check(1, 1000, 1);
        check(10, 100, 10);
        check(101, 1000, 11);
        check(5, 0, 100);
        check(u32::MAX, 1, 100);
    }

    #[test]
    fn refusals_need_a_word() {
        let check = |verdict, comment: &str, want: Result<&str, Refused>| {
            assert_eq!(
                check_comment(verdict, comment).as_deref(),
                want.as_ref().map(|text| *text)
            );
        };
        check(Verdict::Refuse, "  ", Err(Refused::NoComment));
        check(Verdict::Refuse, " too early ", Ok("too early"));
        check(Verdict::Approve, "", Ok(""));
        check(
            Verdict::Approve,
            &"x".repeat(501),
            Err(Refused::CommentTooLong),
        );
    }
}
