//! Operations that a second person has to agree to.

use muster_core::approval::{Act, Impact, Why};
use muster_core::event::EventKind;
use muster_core::ids::OperationId;
use muster_core::operation::{Target, Task};
use muster_core::policy::Action;
use muster_query::Scope;
use muster_storage::{NewOperation, OperationOutcome, OperationRow};

use super::OperationSummary;
use super::author::{Selection, action_of};
use super::create::brief;
use super::preview::{MAX_SAMPLE, number};
use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// How many of an operation's devices somebody sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sight {
    /// Every one.
    All,
    /// Some.
    Some,
    /// None.
    None,
}

impl Hub {
    /// Why an operation on so many devices needs a second person; empty when it does not, or when there is none.
    pub(super) async fn why_approval(
        &self,
        access: &Access,
        task: &Task,
        devices: usize,
    ) -> Result<Vec<Why>, ServiceError> {
        let policy = self.approval_policy().await?;
        let asks = match (access.person(), access.policy_name()) {
            (Some(_), _) => true,
            (None, Some(_)) => policy.tools,
            // Whoever holds the machine needs nobody.
            (None, None) => false,
        };
        if !asks || devices == 0 {
            return Ok(Vec::new());
        }
        let fleet = self.index().count(
            &muster_query::Condition::all(),
            "",
            &Scope::everything(),
            self.now(),
        );
        let reasons = policy.for_operation(task, number(devices), number(fleet));
        if reasons.is_empty() || !self.somebody_else_approves(access).await? {
            return Ok(Vec::new());
        }
        Ok(reasons)
    }

    /// Hands an operation in that waits for a second person.
    pub(super) async fn ask_for(
        &self,
        access: &Access,
        new: NewOperation,
        selection: &Selection,
        targets: usize,
        reasons: Vec<Why>,
    ) -> Result<OperationSummary, ServiceError> {
        let plan = &new.plan;
        let fleet = self.index().count(
            &muster_query::Condition::all(),
            "",
            &Scope::everything(),
            self.now(),
        );
        let impact = Impact {
            devices: number(targets),
            fleet: number(fleet),
            query: match &plan.target {
                Target::Query { text } => Some(text.clone()),
                Target::Devices { .. } => None,
            },
            sample: self.selected(selection, None, MAX_SAMPLE).await?,
        };
        let act: Act = self.approval_policy().await?.act(&plan.task);
        let summary = format!("{} ({})", plan.title, act.in_words());
        let mut request = self.request(access, summary, reasons, Some(impact)).await?;
        debug_assert_eq!(request.event.kind, EventKind::ApprovalRequested);
        if let Some(ends) = plan.how.expires_at {
            request.expires_at = request.expires_at.min(ends);
        }
        match self.store().insert_waiting_operation(new, request).await? {
            OperationOutcome::Waits(row, _) => Ok(brief(*row)),
            OperationOutcome::AlreadyExists => Err(ServiceError::AlreadyExists),
            OperationOutcome::Refused(refused) => Err(refused.into()),
        }
    }

    /// How many of the devices that an operation is for somebody may decide about. Those it is for are within what its
    /// author may touch now.
    pub(crate) async fn sight_of(
        &self,
        access: &Access,
        id: OperationId,
    ) -> Result<Sight, ServiceError> {
        let scope = access.scope(Action::ApproveOperations);
        if scope.is_everything() {
            return Ok(Sight::All);
        }
        let Some(row) = self.store().find_operation(id).await? else {
            return Ok(Sight::None);
        };
        let Some(selection) = self.selection_of(&row).await? else {
            return Ok(Sight::None);
        };
        let all = self.selected_count(&selection).await?;
        let seen = selection.also_within(&scope);
        let seen = self.selected_count(&seen).await?;
        Ok(match seen {
            0 => Sight::None,
            seen if seen == all => Sight::All,
            _ => Sight::Some,
        })
    }

    /// The devices that an operation is for now; `None` when its author may not act any more.
    async fn selection_of(&self, row: &OperationRow) -> Result<Option<Selection>, ServiceError> {
        let Some(author) = self.access_of_author(&row.created_by).await? else {
            return Ok(None);
        };
        let (plan, action) = (&row.plan, action_of(&row.plan.task));
        Selection::new(&plan.target, &plan.task, author.scope(action)).map(Some)
    }
}
