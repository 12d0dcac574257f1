//! Whom an operation may touch: what its author may do, asked when it is handed in and again when it starts.

use muster_core::event::Actor;
use muster_core::ids::DeviceId;
use muster_core::operation::{Target, Task};
use muster_core::policy::Action;
use muster_query::{Condition, Scope};

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// The right that a task needs on each of its devices.
pub(super) fn action_of(task: &Task) -> Action {
    match task {
        Task::UpdateTwin { .. } | Task::RestoreDesired { .. } | Task::InstallFirmware { .. } => {
            Action::EditTwin
        }
        Task::InvokeMethod { .. } => Action::InvokeMethods,
        Task::ChangeStage { .. }
        | Task::SetEnabled { .. }
        | Task::RotateKeys
        | Task::Delete
        | Task::Import { .. }
        | Task::Export { .. } => Action::ProvisionDevices,
    }
}

/// Devices that an operation is for, within what its author may touch.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    condition: Condition,
    /// Sorted; `None` for all that meet the condition.
    named: Option<Vec<DeviceId>>,
    scope: Scope,
}

impl Selection {
    /// Reads the target; retired devices are left out, except where they are deleted.
    pub(super) fn new(target: &Target, task: &Task, scope: Scope) -> Result<Self, ServiceError> {
        let (text, named) = match target {
            Target::Query { text } => (text.as_str(), None),
            Target::Devices { ids } => {
                let mut ids = ids.clone();
                ids.sort_unstable();
                ids.dedup();
                ("", Some(ids))
            }
        };
        let condition = read(text)?;
        let condition = match task {
            Task::Delete => condition,
            _ => condition.and(read("stage != 'retired'")?),
        };
        Ok(Self {
            condition,
            named,
            scope,
        })
    }

    /// The same devices as others may touch them.
    pub(super) fn within(&self, scope: Scope) -> Self {
        Self {
            scope,
            ..self.clone()
        }
    }

    /// Those of the devices that meet a condition too.
    pub(super) fn with(&self, condition: Condition) -> Self {
        Self {
            condition: self.condition.clone().and(condition),
            ..self.clone()
        }
    }

    /// Those of the devices that lie within another scope too.
    pub(super) fn also_within(&self, scope: &Scope) -> Self {
        let both = self.scope.conditions().iter().flat_map(|mine| {
            let theirs = scope.conditions().iter();
            theirs.map(|theirs| mine.clone().and(theirs.clone()))
        });
        self.within(Scope::of(both.collect()))
    }

    /// The devices by name; `None` for all that meet the condition.
    pub(super) fn named(&self) -> Option<&[DeviceId]> {
        self.named.as_deref()
    }

    /// Whose devices.
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What the devices meet, whether named or not.
    pub(super) fn condition(&self) -> &Condition {
        &self.condition
    }
}

pub(super) fn read(text: &str) -> Result<Condition, ServiceError> {
    Condition::parse(text).map_err(|error| ServiceError::Invalid(error.to_string()))
}

impl Hub {
    /// What whoever made an operation may do now; `None` when they may not act any more.
    pub(crate) async fn access_of_author(
        &self,
        author: &Actor,
    ) -> Result<Option<Access>, ServiceError> {
        match author {
            Actor::Console => Ok(Some(Access::console())),
            Actor::Policy { name } => Ok(Some(Access::policy(*name))),
            Actor::Operation { id } => Ok(Some(Access::operation(*id))),
            Actor::Person { id, token, .. } => {
                let Some(access) = self.access_of(*id).await? else {
                    return Ok(None);
                };
                let Some(name) = token else {
                    return Ok(Some(access));
                };
                let now = self.now();
                let tokens = self.store().tokens_of(*id).await?;
                let live = tokens
                    .iter()
                    .find(|token| token.name == *name && token.is_live(now));
                Ok(live.map(|token| access.narrowed(token)))
            }
            Actor::Device | Actor::Hub | Actor::Configuration { .. } => Ok(None),
        }
    }

    /// The next devices of a selection in the order of ids.
    pub(super) async fn selected(
        &self,
        selection: &Selection,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DeviceId>, ServiceError> {
        let Some(named) = &selection.named else {
            let (condition, scope) = (&selection.condition, &selection.scope);
            return self.matching(condition, scope, after, limit).await;
        };
        let now = self.now();
        let kept = named.iter().filter(|id| {
            after.is_none_or(|after| id.as_str() > after)
                && self.index().in_scope(id, &selection.scope, now)
                && self.index().matches(id, &selection.condition, now)
        });
        Ok(kept.take(limit).cloned().collect())
    }

    /// How many devices a selection has.
    pub(super) async fn selected_count(
        &self,
        selection: &Selection,
    ) -> Result<usize, ServiceError> {
        if let Some(named) = &selection.named {
            return Ok(self.selected(selection, None, named.len()).await?.len());
        }
        self.matching_count(&selection.condition, &selection.scope)
            .await
    }

    /// Whether a device belongs to a selection, as far as the index can tell.
    pub(super) fn is_selected(&self, selection: &Selection, id: &DeviceId) -> bool {
        let now = self.now();
        self.index().in_scope(id, &selection.scope, now)
            && self.index().matches(id, &selection.condition, now)
    }
}
