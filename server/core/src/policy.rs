//! Roles × actions as data (product §2). The golden file `policy.golden.txt` shows the whole table to reviewers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a person is here for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Works the queue: provisions, configures, repairs, retires.
    Operator,
    /// Approves, watches, stops; keeps windows and the scheme.
    Supervisor,
    /// Reads figures; shares and prints.
    Manager,
    /// People, keys, hub settings.
    Admin,
}

impl Role {
    /// All roles in the order of navigation.
    pub const ALL: [Role; 4] = [Self::Operator, Self::Supervisor, Self::Manager, Self::Admin];

    /// The word on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| {
                format!("a role is operator, supervisor, manager or admin, not {text:?}")
            })
    }
}

/// What can be done. Later capabilities add theirs here, with a row in [`allows`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See devices, twins, telemetry and their events, within the scope.
    SeeDevices,
    /// See how a device proves itself, and its keys.
    SeeCredentials,
    /// Edit tags and desired properties of one device.
    EditTwin,
    /// Invoke a direct method on one device.
    InvokeMethods,
    /// Make, change, enable, disable, delete identities.
    ProvisionDevices,
    /// Make bulk operations, and what they are made of. Each of its targets is asked for the right to what is done to it.
    RunOperations,
    /// Pause, resume, continue or stop a bulk operation.
    SteerOperations,
    /// Approve or refuse what waits for a second person.
    ApproveOperations,
    /// Let devices pass a gate that holds them.
    OverrideGates,
    /// Add and withdraw firmware.
    KeepFirmware,
    /// Maintenance windows, service calendars, places, the metadata scheme.
    KeepWindows,
    /// Configurations and their priorities.
    KeepConfigurations,
    /// Acknowledge, snooze, comment and resolve alerts, and take them on.
    HandleAlerts,
    /// Give alerts to others and pass them on.
    DirectAlerts,
    /// Rules of alerts, and who is told.
    KeepAlertRules,
    /// Keep views of the fleet for everybody.
    ShareViews,
    /// Make embeds and share links of what one sees oneself.
    KeepEmbeds,
    /// Read the audit trail beyond one's own acts.
    SeeAudit,
    /// Make and change accounts, roles, scopes; reset passwords.
    ManagePeople,
    /// Shared access policies, backups, hub settings.
    ManageHub,
}

impl Action {
    /// All actions, in the order of the table.
    pub const ALL: &'static [Action] = &[
        Self::SeeDevices,
        Self::SeeCredentials,
        Self::EditTwin,
        Self::InvokeMethods,
        Self::ProvisionDevices,
        Self::RunOperations,
        Self::SteerOperations,
        Self::ApproveOperations,
        Self::OverrideGates,
        Self::KeepFirmware,
        Self::KeepWindows,
        Self::KeepConfigurations,
        Self::HandleAlerts,
        Self::DirectAlerts,
        Self::KeepAlertRules,
        Self::ShareViews,
        Self::KeepEmbeds,
        Self::SeeAudit,
        Self::ManagePeople,
        Self::ManageHub,
    ];

    /// Whether the role's scope narrows the action to devices; the others concern the hub as a whole.
    pub fn is_scoped(self) -> bool {
        matches!(
            self,
            Self::SeeDevices
                | Self::SeeCredentials
                | Self::EditTwin
                | Self::InvokeMethods
                | Self::ProvisionDevices
                | Self::RunOperations
                | Self::SteerOperations
                | Self::ApproveOperations
                | Self::OverrideGates
                | Self::HandleAlerts
                | Self::DirectAlerts
        )
    }

    /// What is refused, in words that finish "your role does not allow you to …".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::SeeDevices => "see devices",
            Self::SeeCredentials => "see credentials",
            Self::EditTwin => "edit tags and desired properties",
            Self::InvokeMethods => "invoke methods",
            Self::ProvisionDevices => "provision devices",
            Self::RunOperations => "run bulk operations",
            Self::SteerOperations => "pause or stop operations",
            Self::ApproveOperations => "approve operations",
            Self::OverrideGates => "override gates",
            Self::KeepFirmware => "keep firmware",
            Self::KeepWindows => "keep windows, calendars and places",
            Self::KeepConfigurations => "keep configurations",
            Self::HandleAlerts => "acknowledge, comment and resolve alerts",
            Self::DirectAlerts => "give alerts to others and pass them on",
            Self::KeepAlertRules => "keep rules of alerts",
            Self::ShareViews => "keep views for everybody",
            Self::KeepEmbeds => "make embeds and share links",
            Self::SeeAudit => "read the audit trail",
            Self::ManagePeople => "manage people",
            Self::ManageHub => "manage the hub",
        }
    }
}

/// The table of product §2.
pub fn allows(role: Role, action: Action) -> bool {
    use Role::{Admin, Manager, Operator, Supervisor};
    match action {
        Action::SeeDevices => true,
        Action::SeeCredentials
        | Action::EditTwin
        | Action::InvokeMethods
        | Action::ProvisionDevices
        | Action::RunOperations
        | Action::SteerOperations
        | Action::KeepFirmware
        | Action::HandleAlerts => {
            matches!(role, Operator | Supervisor | Admin)
        }
        // As links, embeds and reports: of what they can see themselves.
        Action::ShareViews | Action::KeepEmbeds => matches!(role, Supervisor | Manager | Admin),
        Action::ApproveOperations
        | Action::OverrideGates
        | Action::KeepWindows
        | Action::KeepConfigurations
        | Action::DirectAlerts
        | Action::KeepAlertRules
        | Action::SeeAudit => matches!(role, Supervisor | Admin),
        Action::ManagePeople | Action::ManageHub => match role {
            Admin => true,
            Operator | Supervisor | Manager => false,
        },
    }
}

/// The whole table as text, for the golden file and the documentation.
pub fn table() -> String {
    let mut text = format!(
        "{:<20}{:<12}{:<12}{:<12}{:<12}scope\n",
        "action", "operator", "supervisor", "manager", "admin"
    );
    for &action in Action::ALL {
        text += &format!("{:<20}", format!("{action:?}"));
        for role in Role::ALL {
            text += &format!("{:<12}", if allows(role, action) { "yes" } else { "-" });
        }
        text += if action.is_scoped() {
            "devices\n"
        } else {
            "hub\n"
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of rights is a change of this file, so that reviewers see it.
    #[test]
    fn table_equals_the_golden_file() {
        assert_eq!(table(), include_str!("policy.golden.txt"));
    }
}
