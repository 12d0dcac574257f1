//! What is done to many devices, as the rules tell it apart, and from which size on it needs a second person.

use serde::{Deserialize, Serialize};

/// Something that is done to many devices, as the rules tell it apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Changes of tags and desired properties.
    UpdateTwin,
    /// Going back to earlier desired properties.
    RestoreDesired,
    /// Methods.
    InvokeMethod,
    /// Methods marked dangerous.
    DangerousMethod,
    /// New firmware.
    InstallFirmware,
    /// Enabling and disabling identities.
    SetEnabled,
    /// Maintenance, and other steps that can be taken back.
    ChangeStage,
    /// Retirements.
    Retire,
    /// New keys.
    RotateKeys,
    /// Deleting identities.
    Delete,
    /// Identities from a file.
    Import,
    /// Identities into a file.
    Export,
}

impl Act {
    /// All acts, in the order of the form.
    pub const ALL: &'static [Act] = &[
        Self::UpdateTwin,
        Self::RestoreDesired,
        Self::InvokeMethod,
        Self::DangerousMethod,
        Self::InstallFirmware,
        Self::SetEnabled,
        Self::ChangeStage,
        Self::Retire,
        Self::RotateKeys,
        Self::Delete,
        Self::Import,
        Self::Export,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpdateTwin => "update_twin",
            Self::RestoreDesired => "restore_desired",
            Self::InvokeMethod => "invoke_method",
            Self::DangerousMethod => "dangerous_method",
            Self::InstallFirmware => "install_firmware",
            Self::SetEnabled => "set_enabled",
            Self::ChangeStage => "change_stage",
            Self::Retire => "retire",
            Self::RotateKeys => "rotate_keys",
            Self::Delete => "delete",
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    /// The act in words that stand alone.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::UpdateTwin => "tags and desired properties",
            Self::RestoreDesired => "going back to earlier desired properties",
            Self::InvokeMethod => "methods",
            Self::DangerousMethod => "dangerous methods",
            Self::InstallFirmware => "firmware",
            Self::SetEnabled => "enabling and disabling",
            Self::ChangeStage => "maintenance",
            Self::Retire => "retiring devices",
            Self::RotateKeys => "new keys",
            Self::Delete => "deleting devices",
            Self::Import => "importing devices",
            Self::Export => "exporting devices",
        }
    }

    /// The threshold unless somebody says otherwise: what cannot be taken back always needs a second person.
    pub fn usual(self) -> Threshold {
        match self {
            Self::DangerousMethod | Self::Retire | Self::RotateKeys | Self::Delete => {
                Threshold::ALWAYS
            }
            Self::Export => Threshold::NEVER,
            _ => Threshold {
                devices: Some(1000),
                percent: Some(20),
            },
        }
    }
}

/// From which size on something needs a second person. Either bound suffices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// More devices than this; 0 for always.
    pub devices: Option<u32>,
    /// More than this share of the fleet, in percent, from [`super::SHARE_FROM`] devices on.
    pub percent: Option<u8>,
}

impl Threshold {
    /// Whatever the size.
    pub const ALWAYS: Threshold = Threshold {
        devices: Some(0),
        percent: None,
    };

    /// Never, whatever the size.
    pub const NEVER: Threshold = Threshold {
        devices: None,
        percent: None,
    };

    /// Whether everything beyond `other` is beyond this one too.
    pub(super) fn is_as_strict_as(self, other: Threshold) -> bool {
        if self.devices == Some(0) {
            return true;
        }
        let devices = self.devices.unwrap_or(u32::MAX) <= other.devices.unwrap_or(u32::MAX);
        // A share of 100 % is never exceeded.
        let share = self.percent.unwrap_or(100) <= other.percent.unwrap_or(100);
        devices && share
    }
}
