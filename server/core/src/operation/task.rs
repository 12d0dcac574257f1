//! What an operation does to each of its devices.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lifecycle::Step;
use crate::method::MethodName;
use crate::time::Timestamp;

/// What is done to each device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Task {
    /// Merges patches into tags and desired properties. At least one of both.
    UpdateTwin {
        /// The patch of tags.
        tags: Option<Value>,
        /// The patch of desired properties.
        desired: Option<Value>,
    },
    /// Calls a direct method. A status from 200 to 299 is success.
    InvokeMethod {
        /// Which.
        name: MethodName,
        /// What the device is given.
        #[serde(default)]
        payload: Value,
        /// How long a call waits for the device to come online, in seconds.
        #[serde(default)]
        connect_timeout_s: u16,
        /// How long a call waits for the answer, in seconds.
        #[serde(default = "usual_timeout")]
        response_timeout_s: u16,
    },
    /// Has devices install firmware: a desired property, a download, reported progress.
    InstallFirmware {
        /// The SHA-256 of the artifact, in hex.
        artifact: String,
        /// Contacts on the new version without trouble before a device counts as done.
        healthy_check_ins: u8,
        /// How long a device stays on the new version before it counts as done, in seconds.
        soak_s: u32,
        /// The artifact that devices go back to when the operation rolls back.
        back_to: Option<String>,
    },
    /// Moves devices to another stage of their life.
    ChangeStage {
        /// The step.
        step: Step,
        /// Why.
        reason: String,
    },
    /// Enables or disables identities.
    SetEnabled {
        /// Whether they may connect.
        enabled: bool,
        /// Why.
        reason: String,
    },
    /// Gives each device new keys: the secondary first, the primary once the device has used it.
    RotateKeys,
    /// Deletes identities with their twins.
    Delete,
    /// Brings desired properties back to what they were.
    RestoreDesired {
        /// The moment to go back to.
        at: Timestamp,
    },
    /// Makes or changes identities from a file that was handed in.
    Import {
        /// The file's name in the hub.
        file: String,
    },
    /// Writes identities with their twins into a file.
    Export {
        /// Whether keys are left out.
        without_keys: bool,
    },
}

/// In seconds.
fn usual_timeout() -> u16 {
    crate::method::DEFAULT_RESPONSE_TIMEOUT.as_secs() as u16
}

/// The kind of a task, for lists, filters and the policy of approvals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// [`Task::UpdateTwin`].
    UpdateTwin,
    /// [`Task::InvokeMethod`].
    InvokeMethod,
    /// [`Task::InstallFirmware`].
    InstallFirmware,
    /// [`Task::ChangeStage`].
    ChangeStage,
    /// [`Task::SetEnabled`].
    SetEnabled,
    /// [`Task::RotateKeys`].
    RotateKeys,
    /// [`Task::Delete`].
    Delete,
    /// [`Task::RestoreDesired`].
    RestoreDesired,
    /// [`Task::Import`].
    Import,
    /// [`Task::Export`].
    Export,
}

impl Task {
    /// Its kind.
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::UpdateTwin { .. } => TaskKind::UpdateTwin,
            Self::InvokeMethod { .. } => TaskKind::InvokeMethod,
            Self::InstallFirmware { .. } => TaskKind::InstallFirmware,
            Self::ChangeStage { .. } => TaskKind::ChangeStage,
            Self::SetEnabled { .. } => TaskKind::SetEnabled,
            Self::RotateKeys => TaskKind::RotateKeys,
            Self::Delete => TaskKind::Delete,
            Self::RestoreDesired { .. } => TaskKind::RestoreDesired,
            Self::Import { .. } => TaskKind::Import,
            Self::Export { .. } => TaskKind::Export,
        }
    }
}

impl TaskKind {
    /// All kinds.
    pub const ALL: &'static [TaskKind] = &[
        Self::UpdateTwin,
        Self::InvokeMethod,
        Self::InstallFirmware,
        Self::ChangeStage,
        Self::SetEnabled,
        Self::RotateKeys,
        Self::Delete,
        Self::RestoreDesired,
        Self::Import,
        Self::Export,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpdateTwin => "update_twin",
            Self::InvokeMethod => "invoke_method",
            Self::InstallFirmware => "install_firmware",
            Self::ChangeStage => "change_stage",
            Self::SetEnabled => "set_enabled",
            Self::RotateKeys => "rotate_keys",
            Self::Delete => "delete",
            Self::RestoreDesired => "restore_desired",
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    /// The kind of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}
