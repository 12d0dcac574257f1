//! Upkeep of the hub itself: backup, self-check, facts for the administrator.

use std::path::Path;

use muster_core::event::{EventKind, NewEvent};
use muster_core::time::Timestamp;
use muster_storage::{BackupReport, Finding};
use serde_json::json;

use crate::access::kinds::{ManageHub, SeeDevices};
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// Setting that remembers when the last backup was finished.
const LAST_BACKUP: &str = "last_backup_at";

/// What the administrator's home says about the hub.
#[derive(Clone, PartialEq, Debug)]
pub struct HubFacts {
    /// The version of the program.
    pub version: &'static str,
    /// The name in connection strings.
    pub hostname: String,
    /// Devices connected to this process now.
    pub connected: usize,
    /// When the last backup was finished.
    pub last_backup_at: Option<Timestamp>,
    /// How long a round trip through the writer took just now.
    pub writer: std::time::Duration,
}

impl Hub {
    /// Writes a verified copy of the database to a new file.
    pub async fn backup(
        &self,
        permit: &Permit<ManageHub>,
        to: &Path,
    ) -> Result<BackupReport, ServiceError> {
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: permit.access().actor(),
            kind: EventKind::BackupWritten,
            detail: json!({ "to": to.display().to_string() }),
        };
        let report = self.store().backup(to, event).await?;
        self.store()
            .set_setting(LAST_BACKUP, &self.now().to_string())
            .await?;
        Ok(report)
    }

    /// Looks for faults in the database; an empty list is good news.
    pub async fn check(&self, _permit: &Permit<ManageHub>) -> Result<Vec<Finding>, ServiceError> {
        Ok(self.store().check().await?)
    }

    /// Facts about the hub.
    pub async fn facts(&self, _permit: &Permit<ManageHub>) -> Result<HubFacts, ServiceError> {
        let last_backup = self.store().setting(LAST_BACKUP).await?;
        Ok(HubFacts {
            version: env!("CARGO_PKG_VERSION"),
            hostname: self.hostname().to_owned(),
            connected: self.connections().len(),
            last_backup_at: last_backup.and_then(|text| text.parse().ok()),
            writer: self.ready().await?,
        })
    }

    /// A small text that the hub remembers by name, for the wiring of the program (not for data of users).
    pub async fn remembered(&self, name: &str) -> Result<Option<String>, ServiceError> {
        Ok(self.store().setting(name).await?)
    }

    /// Remembers a small text by name.
    pub async fn remember(
        &self,
        _permit: &Permit<ManageHub>,
        name: &str,
        text: &str,
    ) -> Result<(), ServiceError> {
        Ok(self.store().set_setting(name, text).await?)
    }

    /// Records that a whole list is leaving the hub as a file.
    pub async fn record_export(
        &self,
        permit: &Permit<SeeDevices>,
        filter: &str,
    ) -> Result<(), ServiceError> {
        self.record_for(
            permit.access(),
            EventKind::Exported,
            json!({ "filter": filter }),
        )
        .await
    }

    async fn record_for(
        &self,
        access: &Access,
        kind: EventKind,
        detail: serde_json::Value,
    ) -> Result<(), ServiceError> {
        self.store()
            .record(NewEvent {
                at: self.now(),
                device: None,
                actor: access.actor(),
                kind,
                detail,
            })
            .await?;
        Ok(())
    }
}
