//! Exports and imports of the registry as files (spec §5.9): one at a time, in folders below one folder of the hub. What
//! was cut off by the end of the hub goes on when it is back.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::OperationId;
use muster_core::policy::Action;
use muster_core::transfer::{
    FailedLine, Progress, Transfer, TransferId, TransferPlan, TransferState, joined,
};
use serde_json::{Value, json};

use crate::access::kinds::{KeepConfigurations, ProvisionDevices, SeeCredentials};
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

mod export;
mod fetch;
mod import;
mod place;
mod sight;

pub use fetch::{TransferFile, TransferPart};
pub use place::BadPlace;

/// Where files of transfers lie; unknown until the program says so.
#[derive(Debug, Default)]
pub(crate) struct Transfers(OnceLock<PathBuf>);

/// Why a transfer did not begin.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// Its folder or file cannot be used.
    #[error(transparent)]
    Place(#[from] BadPlace),
    /// Another one is running.
    #[error("an export or import is running; wait for its end, or cancel it")]
    Running,
    /// It has ended already.
    #[error("it has ended already")]
    Ended,
    /// Anything else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why the work on a transfer ended early.
#[derive(Debug)]
enum Halt {
    /// The hub ends; it goes on later.
    Stopping,
    /// Somebody called it off.
    CalledOff,
    /// It cannot go on.
    Failed(String),
}

impl<E: std::error::Error> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Hub {
    /// Says in which folder files of transfers lie, and goes on with what was cut off. Without it there are none.
    pub async fn keep_transfers_in(&self, folder: &Path) -> Result<(), ServiceError> {
        // The first folder stays.
        let _ = self.transfer_folder().0.set(folder.to_owned());
        if let Some(transfer) = self.store().running_transfer().await? {
            tracing::info!(transfer.id = %transfer.id, "goes on with an export or import");
            self.spawn(run(self.clone(), transfer, None));
        }
        Ok(())
    }

    /// Begins an export or import. Keys leave the hub only with the right to see them.
    pub async fn begin_transfer(
        &self,
        permit: &Permit<ProvisionDevices>,
        plan: TransferPlan,
    ) -> Result<Transfer, TransferError> {
        let access = permit.access();
        let root = self.transfer_root()?;
        let (kind, detail) = match &plan {
            TransferPlan::Export {
                to,
                file,
                without_keys,
                configurations,
            } => {
                if !without_keys {
                    self.permit::<SeeCredentials>(access)?;
                }
                let folder = place::folder(root, to)?;
                place::file(&folder, file)?;
                if let Some(second) = configurations {
                    place::second(&folder, file, second)?;
                }
                let detail = json!({ "file": joined(to, file), "keys": !without_keys });
                (EventKind::Exported, detail)
            }
            TransferPlan::Import {
                from,
                file,
                errors_to,
                configurations,
            } => {
                let folder = place::folder(root, from)?;
                place::existing(&folder, file)?;
                if let Some(second) = configurations {
                    self.permit::<KeepConfigurations>(access)?;
                    place::existing(&folder, second)?;
                }
                place::file(&place::folder(root, errors_to)?, import::ERRORS)?;
                (EventKind::Imported, json!({ "file": joined(from, file) }))
            }
        };
        let mut transfer = Transfer {
            id: TransferId::from_entropy(self.entropy().bytes()),
            number: OperationId(0),
            plan,
            by: access.actor(),
            created_at: self.now(),
            ended_at: None,
            state: TransferState::Running,
            progress: Progress::default(),
            failure: None,
        };
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail,
        };
        let begun = self.store().begin_transfer(transfer.clone(), event).await;
        let number = begun.map_err(ServiceError::from)?;
        transfer.number = number.ok_or(TransferError::Running)?;
        self.spawn(run(self.clone(), transfer.clone(), Some(access.clone())));
        Ok(transfer)
    }

    /// The exports and imports of the last 30 days that whoever asks may see, newest first.
    pub async fn transfers(
        &self,
        permit: &Permit<ProvisionDevices>,
    ) -> Result<Vec<Transfer>, ServiceError> {
        let mut all = self.store().transfers().await?;
        all.retain(|transfer| sight::sees(permit.access(), transfer));
        Ok(all)
    }

    /// One of them.
    pub async fn transfer(
        &self,
        permit: &Permit<ProvisionDevices>,
        id: &TransferId,
    ) -> Result<Option<Transfer>, ServiceError> {
        let found = self.store().find_transfer(id).await?;
        Ok(found.filter(|transfer| sight::sees(permit.access(), transfer)))
    }

    /// Calls off a running one. What it did stays done.
    pub async fn cancel_transfer(
        &self,
        permit: &Permit<ProvisionDevices>,
        id: &TransferId,
    ) -> Result<(), TransferError> {
        let found = self.transfer(permit, id).await?;
        let transfer = found.ok_or(ServiceError::NotFound)?;
        self.call_off(permit.access(), &transfer, None).await
    }

    /// Calls off a running one, with the words of whoever does.
    pub(crate) async fn call_off(
        &self,
        by: &Access,
        transfer: &Transfer,
        why: Option<String>,
    ) -> Result<(), TransferError> {
        let state = TransferState::Cancelled;
        match end(self, transfer, by, state, transfer.progress, why).await? {
            true => Ok(()),
            false => Err(TransferError::Ended),
        }
    }

    fn transfer_root(&self) -> Result<&Path, ServiceError> {
        let root = self.transfer_folder().0.get();
        root.map(PathBuf::as_path).ok_or_else(|| {
            ServiceError::Invalid("this hub has no folder for exports and imports".to_owned())
        })
    }
}

/// Works to the end. `access` is that of whoever asked; after a restart it is found again.
async fn run(hub: Hub, transfer: Transfer, access: Option<Access>) {
    let resumed = access.is_none();
    let mut progress = transfer.progress;
    let done = work(&hub, &transfer, access, resumed, &mut progress).await;
    let (state, failure) = match done {
        Ok(()) => (TransferState::Completed, None),
        Err(Halt::Stopping | Halt::CalledOff) => return,
        Err(Halt::Failed(why)) => (TransferState::Failed, Some(why)),
    };
    if let Some(why) = &failure {
        tracing::warn!(transfer.id = %transfer.id, error = why, "an export or import failed");
    }
    let by = Access::console();
    if let Err(error) = end(&hub, &transfer, &by, state, progress, failure).await {
        tracing::warn!(
            transfer.id = %transfer.id,
            error = &error as &dyn std::error::Error,
            "the end of an export or import was not noted; it is repeated at the next start"
        );
    }
}

async fn work(
    hub: &Hub,
    transfer: &Transfer,
    access: Option<Access>,
    resumed: bool,
    progress: &mut Progress,
) -> Result<(), Halt> {
    let access = match access {
        Some(access) => access,
        None => hub.access_of_author(&transfer.by).await?.ok_or_else(|| {
            Halt::Failed("whoever asked for it has no access any more".to_owned())
        })?,
    };
    let root = hub.transfer_root()?;
    match &transfer.plan {
        TransferPlan::Export {
            to,
            file,
            without_keys,
            configurations,
        } => {
            let action = match without_keys {
                true => Action::SeeDevices,
                false => Action::SeeCredentials,
            };
            let folder = place::folder(root, to)?;
            let second = configurations.as_ref();
            let job = export::Export {
                hub,
                id: &transfer.id,
                file: place::file(&folder, file)?,
                configurations: second.map(|name| place::file(&folder, name)).transpose()?,
                access: &access,
                scope: access.scope(action),
                without_keys: *without_keys,
            };
            job.run(progress).await
        }
        TransferPlan::Import {
            from,
            file,
            errors_to,
            configurations,
        } => {
            let folder = place::folder(root, from)?;
            let second = configurations.as_ref();
            let job = import::Import {
                hub,
                transfer,
                access: &access,
                file: place::existing(&folder, file)?,
                configurations: second
                    .map(|name| place::existing(&folder, name))
                    .transpose()?,
                errors: place::file(&place::folder(root, errors_to)?, import::ERRORS)?,
            };
            job.run(progress, resumed).await
        }
    }
}

/// Ends a running transfer; whether it was running.
async fn end(
    hub: &Hub,
    transfer: &Transfer,
    by: &Access,
    state: TransferState,
    progress: Progress,
    failure: Option<String>,
) -> Result<bool, ServiceError> {
    let what = match transfer.plan {
        TransferPlan::Export { .. } => "export",
        TransferPlan::Import { .. } => "import",
    };
    let event = NewEvent {
        at: hub.now(),
        device: None,
        actor: match state {
            TransferState::Cancelled => by.actor(),
            _ => muster_core::event::Actor::Hub,
        },
        kind: EventKind::TransferEnded,
        detail: json!({
            "what": what,
            "state": state.as_str(),
            "devices": progress.devices,
            "failed": progress.failed,
            "failure": failure.as_deref().map_or(Value::Null, Value::from),
        }),
    };
    let ended = hub
        .store()
        .end_transfer(&transfer.id, state, progress, failure, event);
    Ok(ended.await?)
}

/// Notes how far it has come. Ends the work when the hub ends or somebody called it off.
async fn note(
    hub: &Hub,
    id: &TransferId,
    progress: Progress,
    failed: Vec<FailedLine>,
) -> Result<(), Halt> {
    if hub.stopping().is_cancelled() {
        return Err(Halt::Stopping);
    }
    match hub.store().move_transfer(id, progress, failed).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Halt::CalledOff),
        Err(_) if hub.stopping().is_cancelled() => Err(Halt::Stopping),
        Err(error) => Err(error.into()),
    }
}

/// Runs work on files beside device traffic.
async fn on_files<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Halt> {
    Ok(tokio::task::spawn_blocking(work).await??)
}
