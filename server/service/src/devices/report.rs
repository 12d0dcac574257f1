//! What a connected device reads and says: its twin, reported properties, telemetry (spec §2.7–2.9).

use muster_core::message::NewMessage;
use muster_storage::ReportOutcome;
use serde_json::Value;

use super::DeviceProof;
use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
    /// The twin as its device or module sees it.
    pub async fn device_twin(&self, proof: &DeviceProof) -> Result<Value, ServiceError> {
        let twin = match proof.module() {
            None => {
                let row = self.store().find_twin(proof.device()).await?;
                row.map(|row| row.twin)
            }
            Some(module) => {
                let found = self.store().find_module_twin(proof.device(), module);
                found.await?.map(|row| row.twin)
            }
        };
        Ok(twin.ok_or(ServiceError::NotFound)?.device_view())
    }

    /// Merges a patch into the reported properties; returns their new version once it is durable.
    pub async fn device_report(
        &self,
        proof: &DeviceProof,
        patch: Value,
        expected: Option<u64>,
    ) -> Result<u64, ServiceError> {
        let (device, now) = (proof.device().clone(), self.now());
        let outcome = match proof.module().cloned() {
            None => self.store().report(device, patch, expected, now).await?,
            Some(module) => {
                let store = self.store();
                store
                    .report_module(device, module, patch, expected, now)
                    .await?
            }
        };
        match outcome {
            ReportOutcome::Done { version } => Ok(version),
            ReportOutcome::NotFound => Err(ServiceError::NotFound),
            ReportOutcome::Refused(error) => Err(error.into()),
        }
    }

    /// Stores a message; returns once it is durable.
    pub async fn device_message(
        &self,
        proof: &DeviceProof,
        message: NewMessage,
    ) -> Result<(), ServiceError> {
        debug_assert_eq!(proof.device(), &message.device);
        if self.store().append_message(message).await? {
            Ok(())
        } else {
            Err(ServiceError::NotFound)
        }
    }
}
