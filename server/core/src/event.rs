//! Events: what happened, to what, by whom. One event is at once timeline entry, audit entry and live update.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::PolicyName;
use crate::ids::{ConfigurationId, DeviceId, EventSeq, OperationId, PersonId};
use crate::time::Timestamp;

/// Who caused something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person.
    Person {
        /// Their number.
        id: PersonId,
        /// Their sign-in name at that time.
        name: String,
        /// The name of the API token that acted for them, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// Whoever signs with the key of a shared access policy: tools and services.
    Policy {
        /// Which policy.
        name: PolicyName,
    },
    /// The device itself.
    Device,
    /// Whoever holds the machine: the command line on the data directory.
    Console,
    /// The hub by itself.
    Hub,
    /// A bulk operation, on behalf of whoever made it.
    Operation {
        /// Which.
        id: OperationId,
    },
    /// A configuration that covers the device.
    Configuration {
        /// Which.
        id: ConfigurationId,
    },
}

impl Actor {
    /// Whether the event belongs to the audit trail: acts of people, of tools on their behalf and of the console,
    /// hash-chained and kept.
    pub fn is_audited(&self) -> bool {
        matches!(
            self,
            Self::Person { .. } | Self::Policy { .. } | Self::Console
        )
    }
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// An identity was made.
    DeviceCreated,
    /// An identity was changed.
    DeviceUpdated,
    /// An identity was deleted.
    DeviceDeleted,
    /// A device moved to another stage of its life.
    StageChanged,
    /// A device connected.
    Connected,
    /// A device's connection ended.
    Disconnected,
    /// A device reported properties.
    Reported,
    /// Tags changed.
    TagsChanged,
    /// Desired properties changed.
    DesiredChanged,
    /// An account was made.
    PersonCreated,
    /// An account's roles, scope or state changed.
    PersonUpdated,
    /// A password was changed or reset.
    PasswordChanged,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out, here or everywhere.
    SignedOut,
    /// A sign-in was refused.
    SignInRefused,
    /// A secret was shown: a device's keys or a policy's connection string.
    SecretShown,
    /// A backup was written.
    BackupWritten,
    /// A whole list left the hub as a file.
    Exported,
    /// An API token was made.
    TokenCreated,
    /// An API token was revoked.
    TokenRevoked,
    /// A direct method was invoked.
    MethodInvoked,
    /// A module of a device was made.
    ModuleCreated,
    /// A module was changed.
    ModuleUpdated,
    /// A module was deleted.
    ModuleDeleted,
    /// A view of the fleet was made or changed.
    ViewSaved,
    /// A view of the fleet was deleted.
    ViewDeleted,
    /// Somebody chose the view they begin with, or none.
    ViewPinned,
    /// A file of identities was handed in.
    Imported,
    /// An export or import of the registry ended.
    TransferEnded,
    /// A bulk operation was handed in.
    OperationCreated,
    /// A bulk operation began: its targets are written down.
    OperationStarted,
    /// A bulk operation is held.
    OperationPaused,
    /// A bulk operation goes on.
    OperationResumed,
    /// A bulk operation was ended early.
    OperationStopped,
    /// A bulk operation is over.
    OperationFinished,
    /// A wave of a bulk operation opened.
    WaveOpened,
    /// A wave of a bulk operation proved good.
    WavePassed,
    /// Devices were let past a gate that held them.
    GateOverridden,
    /// A device failed in a bulk operation.
    TargetFailed,
    /// A window, calendar or place was made or changed.
    WindowSaved,
    /// A window, calendar or place was deleted.
    WindowDeleted,
    /// The zone of devices that name none was changed.
    ZoneChanged,
    /// Firmware was added.
    FirmwareAdded,
    /// Firmware was withdrawn or offered again.
    FirmwareChanged,
    /// Firmware was deleted.
    FirmwareDeleted,
    /// A configuration was made or changed.
    ConfigurationSaved,
    /// A configuration was deleted.
    ConfigurationDeleted,
    /// Something waits for a second person.
    ApprovalRequested,
    /// What waited was approved, refused, withdrawn, or ran out of time.
    ApprovalDecided,
    /// The rules of approval were changed.
    ApprovalPolicyChanged,
    /// An embed or share link was made.
    EmbedCreated,
    /// An embed or share link was revoked.
    EmbedRevoked,
    /// A new key was made for a device, to be handed to it.
    KeyMinted,
    /// The new key of a device took the place of its old ones.
    KeysRotated,
    /// Somebody left a note for the next shift.
    NoteLeft,
    /// An alert opened.
    AlertOpened,
    /// An alert is over.
    AlertResolved,
    /// An alert was acknowledged, assigned, snoozed or commented on.
    AlertHandled,
    /// An alert was passed on.
    AlertEscalated,
    /// A rule of alerts was made or changed.
    AlertRuleSaved,
    /// A rule of alerts was deleted.
    AlertRuleDeleted,
}

impl EventKind {
    /// All kinds; their names are stored and never change meaning.
    pub const ALL: &'static [EventKind] = &[
        Self::DeviceCreated,
        Self::DeviceUpdated,
        Self::DeviceDeleted,
        Self::StageChanged,
        Self::Connected,
        Self::Disconnected,
        Self::Reported,
        Self::TagsChanged,
        Self::DesiredChanged,
        Self::PersonCreated,
        Self::PersonUpdated,
        Self::PasswordChanged,
        Self::SignedIn,
        Self::SignedOut,
        Self::SignInRefused,
        Self::SecretShown,
        Self::BackupWritten,
        Self::Exported,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::MethodInvoked,
        Self::ModuleCreated,
        Self::ModuleUpdated,
        Self::ModuleDeleted,
        Self::ViewSaved,
        Self::ViewDeleted,
        Self::ViewPinned,
        Self::Imported,
        Self::TransferEnded,
        Self::OperationCreated,
        Self::OperationStarted,
        Self::OperationPaused,
        Self::OperationResumed,
        Self::OperationStopped,
        Self::OperationFinished,
        Self::WaveOpened,
        Self::WavePassed,
        Self::GateOverridden,
        Self::TargetFailed,
        Self::WindowSaved,
        Self::WindowDeleted,
        Self::ZoneChanged,
        Self::FirmwareAdded,
        Self::FirmwareChanged,
        Self::FirmwareDeleted,
        Self::ConfigurationSaved,
        Self::ConfigurationDeleted,
        Self::ApprovalRequested,
        Self::ApprovalDecided,
        Self::ApprovalPolicyChanged,
        Self::EmbedCreated,
        Self::EmbedRevoked,
        Self::KeyMinted,
        Self::KeysRotated,
        Self::NoteLeft,
        Self::AlertOpened,
        Self::AlertResolved,
        Self::AlertHandled,
        Self::AlertEscalated,
        Self::AlertRuleSaved,
        Self::AlertRuleDeleted,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeviceCreated => "device_created",
            Self::DeviceUpdated => "device_updated",
            Self::DeviceDeleted => "device_deleted",
            Self::StageChanged => "stage_changed",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Reported => "reported",
            Self::TagsChanged => "tags_changed",
            Self::DesiredChanged => "desired_changed",
            Self::PersonCreated => "person_created",
            Self::PersonUpdated => "person_updated",
            Self::PasswordChanged => "password_changed",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::SignInRefused => "sign_in_refused",
            Self::SecretShown => "secret_shown",
            Self::BackupWritten => "backup_written",
            Self::Exported => "exported",
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
            Self::MethodInvoked => "method_invoked",
            Self::ModuleCreated => "module_created",
            Self::ModuleUpdated => "module_updated",
            Self::ModuleDeleted => "module_deleted",
            Self::ViewSaved => "view_saved",
            Self::ViewDeleted => "view_deleted",
            Self::ViewPinned => "view_pinned",
            Self::Imported => "imported",
            Self::TransferEnded => "transfer_ended",
            Self::OperationCreated => "operation_created",
            Self::OperationStarted => "operation_started",
            Self::OperationPaused => "operation_paused",
            Self::OperationResumed => "operation_resumed",
            Self::OperationStopped => "operation_stopped",
            Self::OperationFinished => "operation_finished",
            Self::WaveOpened => "wave_opened",
            Self::WavePassed => "wave_passed",
            Self::GateOverridden => "gate_overridden",
            Self::TargetFailed => "target_failed",
            Self::WindowSaved => "window_saved",
            Self::WindowDeleted => "window_deleted",
            Self::ZoneChanged => "zone_changed",
            Self::FirmwareAdded => "firmware_added",
            Self::FirmwareChanged => "firmware_changed",
            Self::FirmwareDeleted => "firmware_deleted",
            Self::ConfigurationSaved => "configuration_saved",
            Self::ConfigurationDeleted => "configuration_deleted",
            Self::ApprovalRequested => "approval_requested",
            Self::ApprovalDecided => "approval_decided",
            Self::ApprovalPolicyChanged => "approval_policy_changed",
            Self::EmbedCreated => "embed_created",
            Self::EmbedRevoked => "embed_revoked",
            Self::KeyMinted => "key_minted",
            Self::KeysRotated => "keys_rotated",
            Self::NoteLeft => "note_left",
            Self::AlertOpened => "alert_opened",
            Self::AlertResolved => "alert_resolved",
            Self::AlertHandled => "alert_handled",
            Self::AlertEscalated => "alert_escalated",
            Self::AlertRuleSaved => "alert_rule_saved",
            Self::AlertRuleDeleted => "alert_rule_deleted",
        }
    }

    /// The kind of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

/// An event that is about to be written with the change it describes.
#[derive(Clone, PartialEq, Debug)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// To which device, if to one.
    pub device: Option<DeviceId>,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub kind: EventKind,
    /// The particulars: small, never a secret. Twin changes carry the patch and the new version.
    pub detail: Value,
}

/// A committed event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the sequence.
    pub seq: EventSeq,
    /// When.
    pub at: Timestamp,
    /// To which device, if to one.
    pub device: Option<DeviceId>,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub kind: EventKind,
    /// The particulars.
    pub detail: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_kinds_are_unique_and_found_again() {
        for &kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.as_str()), Some(kind));
            assert_eq!(
                serde_json::to_value(kind).ok(),
                Some(Value::from(kind.as_str()))
            );
        }
        assert_eq!(EventKind::from_name("nonsense"), None);
    }
}
