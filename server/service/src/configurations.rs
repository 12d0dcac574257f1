//! Configurations (spec §5.10): kept here, applied by [`run`] to whatever their conditions keep, for as long as they do.
//!
//! Saving one looks at all devices it may concern, in batches between which device traffic goes on. From then on a
//! device is looked at when it appears, and when something changes that a condition looks at or a configuration writes;
//! after a start all are. A change that somebody makes to what a configuration says is put back once, and remembered
//! with who made it.

use std::collections::BTreeMap;

use muster_core::configuration::{BadConfiguration, Configuration, Content, Draft};
use muster_core::device::IfMatch;
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::ConfigurationId;
use muster_core::policy::Action;
use muster_storage::{ConfigurationOutcome, WriteOutcome};
use serde_json::json;

use crate::access::kinds::{KeepConfigurations, SeeDevices};
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

mod check;
mod conflicts;
mod covering;
mod device;
pub(crate) mod engine;
mod figures;
pub(crate) mod item;
mod known;
mod preview;
pub(crate) mod run;
mod scan;
mod target;

pub use check::Verdict;
pub use conflicts::{Conflict, MAX_CONFLICTS};
pub use device::{Lost, OnDevice};
pub use figures::{Counts, METRICS_KEPT_MS, MetricResult, Metrics, conditions};
pub use item::ConfigurationItem;
pub use muster_storage::{Contest, Standing};
pub use preview::{MAX_LOOKED_AT, MAX_SAMPLE, Preview, Sample};
pub(crate) use target::Target;
pub use target::target_query;

/// What becomes of a configuration. `None` leaves a part as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct ConfigurationEdit {
    /// Words to find it by.
    pub labels: BTreeMap<String, String>,
    /// What devices or modules should be. Tools of IoT Hub cannot change it.
    pub content: Option<Content>,
    /// Which.
    pub target: String,
    /// The higher wins.
    pub priority: i32,
    /// Queries whose rows are counted, by name.
    pub metrics: BTreeMap<String, String>,
}

impl Hub {
    /// All configurations, the highest priority first.
    pub fn configurations(&self, _permit: &Permit<SeeDevices>) -> Vec<Configuration> {
        let mut all = self.engine().known().all.to_vec();
        all.sort_by_key(|configuration| std::cmp::Reverse(configuration.rank()));
        all
    }

    /// A configuration.
    pub fn configuration(
        &self,
        _permit: &Permit<SeeDevices>,
        id: &ConfigurationId,
    ) -> Result<Configuration, ServiceError> {
        self.find_configuration(id)
    }

    fn find_configuration(&self, id: &ConfigurationId) -> Result<Configuration, ServiceError> {
        let known = self.engine().known();
        let found = known.all.iter().find(|one| one.id == *id).cloned();
        found.ok_or(ServiceError::NotFound)
    }

    /// Makes a configuration; it begins at once.
    pub async fn create_configuration(
        &self,
        permit: &Permit<KeepConfigurations>,
        id: ConfigurationId,
        draft: Draft,
    ) -> Result<Configuration, ServiceError> {
        check::draft(&draft)?;
        reaches_all(permit.access())?;
        let event = self.configuration_event(permit.access(), &id, Some(&draft));
        let _turn = self.engine().saving().lock().await;
        let store = self.store();
        match store.insert_configuration(id, draft, event).await? {
            ConfigurationOutcome::Done(made) => {
                self.begin_configuration(made.number).await?;
                Ok(made)
            }
            ConfigurationOutcome::AlreadyExists => Err(ServiceError::AlreadyExists),
            ConfigurationOutcome::TooMany => Err(BadConfiguration::TooMany.into()),
        }
    }

    /// Changes a configuration; devices follow at once.
    pub async fn update_configuration(
        &self,
        permit: &Permit<KeepConfigurations>,
        id: ConfigurationId,
        if_match: IfMatch,
        edit: ConfigurationEdit,
    ) -> Result<Configuration, ServiceError> {
        reaches_all(permit.access())?;
        let _turn = self.engine().saving().lock().await;
        let before = self.find_configuration(&id)?;
        let draft = Draft {
            schema_version: before.draft.schema_version,
            labels: edit.labels,
            content: edit.content.unwrap_or(before.draft.content),
            target: edit.target,
            priority: edit.priority,
            metrics: edit.metrics,
        };
        check::draft(&draft)?;
        let event = self.configuration_event(permit.access(), &id, Some(&draft));
        let store = self.store();
        let outcome = store
            .update_configuration(id, if_match, draft, event)
            .await?;
        let after = done(outcome)?;
        self.begin_configuration(after.number).await?;
        Ok(after)
    }

    /// Deletes a configuration. What it wrote stays in the twins, unless the next lower one says otherwise.
    pub async fn delete_configuration(
        &self,
        permit: &Permit<KeepConfigurations>,
        id: ConfigurationId,
        if_match: Option<IfMatch>,
    ) -> Result<(), ServiceError> {
        reaches_all(permit.access())?;
        let event = self.configuration_event(permit.access(), &id, None);
        let _turn = self.engine().saving().lock().await;
        let store = self.store();
        let outcome = store
            .delete_configuration(id.clone(), if_match, event)
            .await?;
        let number = done(outcome)?;
        // Its column would go on telling how it stood.
        self.index().forget(&target::status_path(&id));
        self.begin_configuration(number).await
    }

    /// Reads the configurations again and has the devices looked at that this one may concern.
    async fn begin_configuration(&self, number: i64) -> Result<(), ServiceError> {
        // Also when reading fails: whoever applies then finds that what it knows is old.
        let read = self.read_configurations().await;
        self.engine().look_at(number);
        read
    }

    /// Reads the configurations again, when nobody is saving one: never older ones over newer ones.
    async fn read_again(&self) -> Result<(), ServiceError> {
        let _turn = self.engine().saving().lock().await;
        self.read_configurations().await
    }

    /// Reads the configurations. Whoever saves one does that, and the hub when it opens.
    pub(crate) async fn read_configurations(&self) -> Result<(), ServiceError> {
        let all = self.store().configurations().await?;
        self.engine().learn(known::Known::new(all));
        Ok(())
    }

    fn configuration_event(
        &self,
        access: &Access,
        id: &ConfigurationId,
        saved: Option<&Draft>,
    ) -> NewEvent {
        let (kind, detail) = match saved {
            Some(draft) => (
                EventKind::ConfigurationSaved,
                json!({ "configuration": id, "target": draft.target, "priority": draft.priority }),
            ),
            None => (
                EventKind::ConfigurationDeleted,
                json!({ "configuration": id }),
            ),
        };
        NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail,
        }
    }
}

/// A configuration writes to every device its condition keeps: whoever keeps one must not be limited to a part.
fn reaches_all(access: &Access) -> Result<(), ServiceError> {
    if access.scope(Action::KeepConfigurations).is_everything() {
        return Ok(());
    }
    Err(ServiceError::Invalid(
        "configurations reach the whole fleet, your scope does not; ask somebody who sees all devices".into(),
    ))
}

fn done<T>(outcome: WriteOutcome<T>) -> Result<T, ServiceError> {
    match outcome {
        WriteOutcome::Done(value) => Ok(value),
        WriteOutcome::NotFound => Err(ServiceError::NotFound),
        WriteOutcome::Conflict { current } => Err(ServiceError::Conflict { current }),
        WriteOutcome::Refused(refusal) => Err(refusal.into()),
    }
}
