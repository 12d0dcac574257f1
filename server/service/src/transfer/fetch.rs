//! What came of an export, for those who may have it; and the lines of an import that failed.

use std::fs::File;
use std::io;

use muster_core::cursor::Page;
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::OperationId;
use muster_core::policy::Action;
use muster_core::transfer::{FailedLine, Transfer, TransferPlan, TransferState, joined};
use serde_json::json;

use super::{place, sight};
use crate::access::Access;
use crate::access::kinds::ProvisionDevices;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Which of the files of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferPart {
    /// Identities with their twins.
    Devices,
    /// Configurations.
    Configurations,
}

/// A file that an export wrote, open for reading.
#[derive(Debug)]
pub struct TransferFile {
    /// Its name without folders.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The file itself: another export to the same place puts a new one there and leaves this one alone.
    pub file: File,
}

impl Hub {
    /// The failed lines of an import, in the order in which they failed.
    pub async fn transfer_failures(
        &self,
        access: &Access,
        number: OperationId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<FailedLine>, ServiceError> {
        let found = self.visible_transfer(access, number).await?;
        let transfer = found.ok_or(ServiceError::NotFound)?;
        let store = self.store();
        Ok(store
            .transfer_failures(transfer.number, limit, cursor)
            .await?)
    }

    /// Why somebody cannot have the files of an export; `None` when they can. Nothing is looked up on the disk.
    pub(crate) fn withheld(access: &Access, transfer: &Transfer) -> Option<String> {
        let TransferPlan::Export { without_keys, .. } = &transfer.plan else {
            return Some("an import leaves no file; its failed lines are listed".to_owned());
        };
        if transfer.state != TransferState::Completed {
            return Some("there is a file once the export is complete".to_owned());
        }
        let action = match without_keys {
            true => Action::ProvisionDevices,
            false => Action::SeeCredentials,
        };
        let all = access.can(Action::ProvisionDevices) && access.scope(action).is_everything();
        let own = sight::is_own(access, transfer)
            && access.can(Action::ProvisionDevices)
            && access.can(action);
        (!all && !own).then(|| match without_keys {
            true => "the file is for those who provision all devices".to_owned(),
            false => "the file holds keys; it is for those who see those of all devices".to_owned(),
        })
    }

    /// Opens a file of an export and records that it leaves the hub.
    pub async fn fetch_transfer(
        &self,
        access: &Access,
        number: OperationId,
        part: TransferPart,
    ) -> Result<TransferFile, ServiceError> {
        let found = self.visible_transfer(access, number).await?;
        let transfer = found.ok_or(ServiceError::NotFound)?;
        self.permit::<ProvisionDevices>(access)?;
        if let Some(why) = Self::withheld(access, &transfer) {
            return Err(ServiceError::Invalid(why));
        }
        let TransferPlan::Export {
            to,
            file,
            without_keys,
            configurations,
        } = &transfer.plan
        else {
            return Err(ServiceError::NotFound);
        };
        let name = match part {
            TransferPart::Devices => file,
            TransferPart::Configurations => {
                configurations.as_ref().ok_or(ServiceError::NotFound)?
            }
        };
        let opened = self.open_transfer(to, name).await?;
        // A later export begins before it puts a file there: what was opened before the look is this one's.
        if let Some(later) = self.later_at(&transfer, to, name).await? {
            return Err(ServiceError::Invalid(format!(
                "operation {later} wrote to the same file later; what this one wrote is gone"
            )));
        }
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind: EventKind::Exported,
            detail: json!({ "file": joined(to, name), "keys": !without_keys, "fetched": true }),
        };
        self.store().record(event).await?;
        Ok(opened)
    }

    async fn open_transfer(&self, folder: &str, name: &str) -> Result<TransferFile, ServiceError> {
        let root = self.transfer_root()?.to_owned();
        let (folder, name) = (folder.to_owned(), name.to_owned());
        let open = move || -> io::Result<TransferFile> {
            let path = place::folder(&root, &folder)
                .and_then(|folder| place::existing(&folder, &name))
                .map_err(io::Error::other)?;
            let file = File::open(path)?;
            Ok(TransferFile {
                name,
                bytes: file.metadata()?.len(),
                file,
            })
        };
        let opened = tokio::task::spawn_blocking(open).await;
        let opened = opened.map_err(|_| ServiceError::Stopping)?;
        opened.map_err(|error| ServiceError::Invalid(format!("the file is gone: {error}")))
    }

    /// The export that was asked for later and wrote, or may have written, to the same file.
    async fn later_at(
        &self,
        transfer: &Transfer,
        folder: &str,
        name: &str,
    ) -> Result<Option<OperationId>, ServiceError> {
        let all = self.store().transfers().await?;
        let same = |later: &&Transfer| {
            let TransferPlan::Export {
                to,
                file,
                configurations,
                ..
            } = &later.plan
            else {
                return false;
            };
            later.number > transfer.number
                && to == folder
                && (file == name || configurations.as_deref() == Some(name))
        };
        Ok(all.iter().find(same).map(|later| later.number))
    }
}
