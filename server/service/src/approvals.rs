//! Approval by a second person: what waits, who decides, and the rules that say what needs one.

use std::time::Duration;

use muster_core::approval::{
    Approval, ApprovalId, ApprovalPolicy, Impact, Refused, Rights, Subject, Verdict, Why,
    check_comment, is_same_person,
};
use muster_core::cursor::Page;
use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::policy::Action;
use muster_storage::{ApprovalQuery, AskOutcome, DecideOutcome, Deciding, NewApproval};
use serde_json::json;

use crate::access::kinds::{ApproveOperations, ManageHub};
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::operations::Sight;

/// Most requests one answer holds.
pub const MAX_APPROVALS: usize = 200;

/// Longest time between two looks at the clock: it may jump.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The end of something that may need a second person.
#[derive(Clone, PartialEq, Debug)]
pub enum Asked<T> {
    /// It is done.
    Done(T),
    /// It waits for a second person.
    Waits(Box<Approval>),
}

/// Which requests.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ApprovalFilter {
    /// Those that wait, those that are over, or both.
    pub pending: Option<bool>,
    /// One's own only.
    pub own: bool,
    /// Requests on a page, at most [`MAX_APPROVALS`].
    pub limit: usize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Hub {
    /// The rules of approval. Everybody may know what needs a second person.
    pub async fn approval_policy(&self) -> Result<ApprovalPolicy, ServiceError> {
        Ok(self.store().approval_policy().await?)
    }

    /// Changes the rules of approval. Weaker ones wait for another administrator, if there is one.
    pub async fn set_approval_policy(
        &self,
        permit: &Permit<ManageHub>,
        new: ApprovalPolicy,
    ) -> Result<Asked<ApprovalPolicy>, ServiceError> {
        new.check()?;
        let before = self.approval_policy().await?;
        let reasons = self
            .reasons(permit.access(), |old| old.for_policy(&new))
            .await?;
        if reasons.is_empty() {
            let event = NewEvent {
                at: self.now(),
                device: None,
                actor: permit.access().actor(),
                kind: EventKind::ApprovalPolicyChanged,
                detail: json!({ "policy": new }),
            };
            self.store().set_approval_policy(new.clone(), event).await?;
            return Ok(Asked::Done(new));
        }
        let subject = Subject::Policy {
            before: before.into(),
            after: new.into(),
        };
        let summary = subject.in_words("");
        let request = self
            .request(permit.access(), summary, reasons, None)
            .await?;
        Ok(Asked::Waits(self.ask(subject, request).await?))
    }

    /// A page of the requests that somebody sees: those that wait first, then the newest. A page may hold fewer than
    /// asked for when some are not theirs to see.
    pub async fn approvals(
        &self,
        access: &Access,
        filter: ApprovalFilter,
    ) -> Result<Page<Approval>, ServiceError> {
        let me = access.person().map(|person| person.id);
        let approves = access.can(Action::ApproveOperations);
        if me.is_none() && !approves {
            return Err(ServiceError::Forbidden(Action::ApproveOperations));
        }
        let query = ApprovalQuery {
            pending: filter.pending,
            asker: me.filter(|_| filter.own || !approves),
            own_rights_only: me.filter(|_| !decides_rights(access)),
            limit: filter.limit.min(MAX_APPROVALS),
            cursor: filter.cursor,
        };
        let mut page = self.store().approvals(query).await?;
        let mut seen = Vec::with_capacity(page.rows.len());
        for approval in page.rows {
            if self.sees_approval(access, &approval).await? {
                seen.push(approval);
            }
        }
        page.rows = seen;
        Ok(page)
    }

    /// One request.
    pub async fn approval(
        &self,
        access: &Access,
        id: ApprovalId,
    ) -> Result<Approval, ServiceError> {
        let found = self.store().find_approval(id).await?;
        let found = found.ok_or(ServiceError::NotFound)?;
        if self.sees_approval(access, &found).await? {
            Ok(found)
        } else {
            Err(ServiceError::NotFound)
        }
    }

    /// What waits about an account, an operation or the rules ([`Subject::key`]), if anything does.
    pub async fn waiting_about(
        &self,
        access: &Access,
        key: &str,
    ) -> Result<Option<Approval>, ServiceError> {
        let Some(found) = self.store().waiting_approval(key).await? else {
            return Ok(None);
        };
        Ok(self.sees_approval(access, &found).await?.then_some(found))
    }

    /// How many requests wait for a decision of this person.
    pub async fn approvals_due(&self, access: &Access) -> Result<usize, ServiceError> {
        if !access.can(Action::ApproveOperations) {
            return Ok(0);
        }
        let waiting = self.store().waiting_approvals().await?;
        let mut due = 0;
        for approval in &waiting {
            due += usize::from(self.may_decide(access, approval).await.is_ok());
        }
        Ok(due)
    }

    /// Whether somebody may decide a request that waits; the reason if not.
    pub async fn may_decide(
        &self,
        access: &Access,
        approval: &Approval,
    ) -> Result<(), ServiceError> {
        if !access.can(Action::ApproveOperations) {
            return Err(ServiceError::Forbidden(Action::ApproveOperations));
        }
        if access.person().is_none() {
            return Err(Refused::NotAPerson.into());
        }
        if is_same_person(&approval.asked_by, &access.actor()) {
            return Err(Refused::Own.into());
        }
        if approval.subject.is_about_rights() && !decides_rights(access) {
            return Err(ServiceError::Forbidden(Action::ManagePeople));
        }
        if let Subject::Operation { id } = &approval.subject
            && self.sight_of(access, *id).await? != Sight::All
        {
            return Err(Refused::OutOfSight.into());
        }
        Ok(())
    }

    /// Approves or refuses a request; what was approved is done in the same transaction. A refusal says why.
    pub async fn decide_approval(
        &self,
        permit: &Permit<ApproveOperations>,
        id: ApprovalId,
        approve: bool,
        comment: &str,
    ) -> Result<Approval, ServiceError> {
        let access = permit.access();
        let approval = self.approval(access, id).await?;
        self.may_decide(access, &approval).await?;
        let verdict = if approve {
            Verdict::Approve
        } else {
            Verdict::Refuse
        };
        self.conclude(access, id, verdict, comment).await
    }

    /// Takes one's own request back.
    pub async fn withdraw_approval(
        &self,
        access: &Access,
        id: ApprovalId,
    ) -> Result<Approval, ServiceError> {
        let approval = self.approval(access, id).await?;
        if !is_same_person(&approval.asked_by, &access.actor()) {
            return Err(Refused::NotYours.into());
        }
        self.conclude(access, id, Verdict::Withdraw, "").await
    }

    /// Ends the requests whose time is over. The hub does this by itself.
    pub async fn expire_approvals(&self) -> Result<(), ServiceError> {
        self.store().expire_approvals(self.now()).await?;
        Ok(())
    }

    async fn conclude(
        &self,
        access: &Access,
        id: ApprovalId,
        verdict: Verdict,
        comment: &str,
    ) -> Result<Approval, ServiceError> {
        let deciding = Deciding {
            id,
            verdict,
            by: access.actor(),
            at: self.now(),
            comment: check_comment(verdict, comment)?,
        };
        match self.store().decide_approval(deciding).await? {
            DecideOutcome::Done(approval) => Ok(*approval),
            DecideOutcome::NotFound => Err(ServiceError::NotFound),
            DecideOutcome::Refused(refused) => Err(refused.into()),
            DecideOutcome::Broken(refusal) => Err(refusal.into()),
        }
    }

    /// Whether a request exists for this person: their own, and what they may decide about. An operation exists for those
    /// who see one of its devices.
    async fn sees_approval(
        &self,
        access: &Access,
        approval: &Approval,
    ) -> Result<bool, ServiceError> {
        if is_same_person(&approval.asked_by, &access.actor()) {
            return Ok(true);
        }
        if !access.can(Action::ApproveOperations) {
            return Ok(false);
        }
        match &approval.subject {
            Subject::Operation { id } => Ok(self.sight_of(access, *id).await? != Sight::None),
            Subject::Person { .. } | Subject::Policy { .. } => Ok(decides_rights(access)),
        }
    }

    /// Whether there is somebody else who decides about operations.
    pub(crate) async fn somebody_else_approves(
        &self,
        access: &Access,
    ) -> Result<bool, ServiceError> {
        self.there_is_another(access, Rights::may_approve).await
    }

    async fn there_is_another(
        &self,
        access: &Access,
        may: fn(&Rights) -> bool,
    ) -> Result<bool, ServiceError> {
        let me = access.person().map(|person| person.id);
        let people = self.store().people().await?;
        Ok(people.into_iter().any(|person| {
            let rights = Rights {
                roles: person.roles,
                active: person.active,
            };
            Some(person.id) != me && may(&rights)
        }))
    }

    /// Why a change of rights or rules needs a second person; empty when it does not, or when there is none.
    pub(crate) async fn reasons(
        &self,
        access: &Access,
        judge: impl FnOnce(&ApprovalPolicy) -> Vec<Why>,
    ) -> Result<Vec<Why>, ServiceError> {
        // Whoever holds the machine needs nobody.
        if access.person().is_none() {
            return Ok(Vec::new());
        }
        let reasons = judge(&self.approval_policy().await?);
        let alone = reasons.is_empty()
            || !self
                .there_is_another(access, Rights::may_approve_rights)
                .await?;
        Ok(if alone { Vec::new() } else { reasons })
    }

    /// A request as it is stored.
    pub(crate) async fn request(
        &self,
        access: &Access,
        summary: String,
        reasons: Vec<Why>,
        impact: Option<Impact>,
    ) -> Result<NewApproval, ServiceError> {
        let now = self.now();
        let policy = self.approval_policy().await?;
        Ok(NewApproval {
            expires_at: now.plus_ms(i64::from(policy.hours) * 3_600_000),
            event: asked(access.actor(), now, &summary),
            summary,
            reasons,
            impact,
        })
    }

    pub(crate) async fn ask(
        &self,
        subject: Subject,
        request: NewApproval,
    ) -> Result<Box<Approval>, ServiceError> {
        match self.store().ask_approval(subject, request).await? {
            AskOutcome::Waits(approval) => Ok(approval),
            AskOutcome::Refused(refused) => Err(refused.into()),
        }
    }
}

fn asked(actor: Actor, at: muster_core::time::Timestamp, summary: &str) -> NewEvent {
    NewEvent {
        at,
        device: None,
        actor,
        kind: EventKind::ApprovalRequested,
        detail: json!({ "summary": summary }),
    }
}

/// Whether somebody may decide about accounts and rules.
fn decides_rights(access: &Access) -> bool {
    access.can(Action::ApproveOperations) && access.can(Action::ManagePeople)
}

/// Ends requests when their time is over, until the hub stops.
pub(crate) async fn expire(hub: Hub) {
    loop {
        let wait = match end_overdue(&hub).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not end requests for approval"
                );
                LOOK_EVERY
            }
        };
        tokio::select! {
            () = hub.stopping().cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Ends what is over; returns how long nothing else will be.
async fn end_overdue(hub: &Hub) -> Result<Duration, ServiceError> {
    let next = hub.store().next_expiry().await?;
    let Some(left) = next.map(|at| at.since(hub.now())) else {
        return Ok(LOOK_EVERY);
    };
    match u64::try_from(left) {
        Ok(left) if left > 0 => Ok(Duration::from_millis(left).min(LOOK_EVERY)),
        _ => {
            hub.expire_approvals().await?;
            Ok(Duration::ZERO)
        }
    }
}
