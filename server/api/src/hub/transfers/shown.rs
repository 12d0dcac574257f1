//! An export or import as it is shown: the job properties of IoT Hub.

use muster_core::transfer::{Transfer, TransferPlan};
use serde_json::{Value, json};

pub(super) fn transfer(transfer: &Transfer) -> Value {
    let mut shown = json!({
        "jobId": transfer.id,
        "startTimeUtc": transfer.created_at.to_string(),
        "endTimeUtc": transfer.ended_at.map(|at| at.to_string()),
        "status": transfer.state.as_str(),
        "progress": transfer.progress.percent(),
        "failureReason": transfer.failure,
    });
    let (TransferPlan::Export { configurations, .. } | TransferPlan::Import { configurations, .. }) =
        &transfer.plan;
    shown["includeConfigurations"] = configurations.is_some().into();
    shown["configurationsBlobName"] = configurations.as_deref().into();
    let uri = |folder: &str| format!("file:{folder}");
    match &transfer.plan {
        TransferPlan::Export {
            to,
            file,
            without_keys,
            ..
        } => {
            shown["type"] = "export".into();
            shown["outputBlobContainerUri"] = uri(to).into();
            shown["outputBlobName"] = file.as_str().into();
            shown["excludeKeysInExport"] = (*without_keys).into();
        }
        TransferPlan::Import {
            from,
            file,
            errors_to,
            ..
        } => {
            shown["type"] = "import".into();
            shown["inputBlobContainerUri"] = uri(from).into();
            shown["inputBlobName"] = file.as_str().into();
            shown["outputBlobContainerUri"] = uri(errors_to).into();
        }
    }
    shown
}
