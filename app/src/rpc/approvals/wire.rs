//! What travels about approvals.

use muster_core::approval::{ApprovalId, ApprovalPolicy, ApprovalState, Changed, Impact};
use serde::{Deserialize, Serialize};

/// A request as pages show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApprovalView {
    /// Its number.
    pub id: ApprovalId,
    /// What it asks for, in a sentence.
    pub summary: String,
    /// Where what it is about is shown; `None` where the reader cannot go.
    pub href: Option<String>,
    /// Why it needs a second person.
    pub reasons: Vec<String>,
    /// What would change.
    pub changes: Vec<Changed>,
    /// Whom it touches.
    pub impact: Option<Impact>,
    /// Who asked.
    pub asked_by: String,
    /// When, in milliseconds since 1970.
    pub asked_ms: i64,
    /// When it ends without a decision, in milliseconds since 1970.
    pub expires_ms: i64,
    /// Where it is.
    pub state: ApprovalState,
    /// The reader asked for it.
    pub mine: bool,
    /// Why the reader may not decide it; `None` when they may.
    pub barred: Option<String>,
    /// Who decided, and when in milliseconds since 1970.
    pub decided: Option<(String, i64)>,
    /// What they said.
    pub comment: String,
}

/// What waits, and a page of what is over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApprovalsPage {
    /// What waits, newest first.
    pub waiting: Vec<ApprovalView>,
    /// What is over, newest first.
    pub over: Vec<ApprovalView>,
    /// The page of what is over before this one.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// How long requests wait, in hours.
    pub hours: u16,
}

/// A change that waits, shown beside what it would change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Waits {
    /// What it asks for, in a sentence.
    pub summary: String,
    /// Who asked.
    pub asked_by: String,
}

/// The rules, and what waits to change them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PolicyView {
    /// The rules.
    pub policy: ApprovalPolicy,
    /// A change of them that waits.
    pub waits: Option<Waits>,
}

/// How saving the rules ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PolicySaved {
    /// The rules as they are now.
    pub now: PolicyView,
    /// They wait for a second person.
    pub waits: bool,
}

#[cfg(feature = "ssr")]
mod server {
    use muster_core::approval::{Approval, ApprovalState, Subject, is_same_person};
    use muster_core::event::Actor;
    use muster_core::policy::Action;
    use muster_service::{Access, Hub};

    use super::{ApprovalView, Waits};
    use crate::routes;

    /// A name that readers know.
    fn name_of(actor: &Actor) -> String {
        match actor {
            Actor::Person { name, .. } => name.clone(),
            Actor::Policy { name } => format!("a tool with the policy {}", name.as_str()),
            Actor::Console => "the command line".to_owned(),
            _ => "the hub".to_owned(),
        }
    }

    impl Waits {
        /// What the page of the subject says.
        pub(crate) fn of(approval: &Approval) -> Self {
            Self {
                summary: approval.summary.clone(),
                asked_by: name_of(&approval.asked_by),
            }
        }
    }

    impl ApprovalView {
        /// A request as this reader sees it.
        pub(crate) async fn of(hub: &Hub, access: &Access, approval: Approval) -> Self {
            let href = match &approval.subject {
                Subject::Person { id, .. } => access
                    .can(Action::ManagePeople)
                    .then(|| routes::person(*id)),
                Subject::Operation { id } => Some(routes::operation(*id)),
                Subject::Policy { .. } => access
                    .can(Action::ManageHub)
                    .then(|| routes::APPROVAL_RULES.to_owned()),
            };
            let barred = match approval.state {
                ApprovalState::Pending => hub.may_decide(access, &approval).await.err(),
                _ => None,
            };
            let decision = approval.decision.as_ref();
            Self {
                id: approval.id,
                href,
                reasons: approval.reasons.iter().map(ToString::to_string).collect(),
                changes: approval.subject.changes(),
                asked_by: name_of(&approval.asked_by),
                asked_ms: approval.asked_at.millis(),
                expires_ms: approval.expires_at.millis(),
                state: approval.state,
                mine: is_same_person(&approval.asked_by, &access.actor()),
                barred: barred.map(|error| crate::format::sentence(&error.to_string())),
                decided: decision.map(|end| (name_of(&end.by), end.at.millis())),
                comment: decision.map(|end| end.comment.clone()).unwrap_or_default(),
                summary: approval.summary,
                impact: approval.impact,
            }
        }
    }
}
