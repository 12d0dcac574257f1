//! Server functions: the only way from pages to data. One verb per file, in the folder of its area.
//!
//! Each names its address, begins with [`crate::session::require`], asks the hub for permission, and is listed in
//! [`ENDPOINTS`]: the test of rights calls every address as everybody and fails for one that is not listed.

pub mod alerts;
pub mod approvals;
mod compact;
pub mod configurations;
pub mod data;
pub mod devices;
pub mod embeds;
pub mod firmware;
pub mod fleet;
pub mod health;
pub mod home;
pub mod operations;
pub mod people;
pub mod places;
pub mod session;
pub mod tokens;
pub mod windows;

use muster_core::policy::Action;

pub(crate) use compact::json;
pub use compact::{Compact, CompactEncoding};

/// Where the addresses of server functions begin.
pub const PREFIX: &str = "/rpc/";

/// What a door asks of whoever knocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing: also open to people who have not signed in.
    Anyone,
    /// Some account.
    SignedIn,
    /// A role that allows the action.
    Action(Action),
}

/// Every server function and what it needs.
pub const ENDPOINTS: &[(&str, Need)] = &[
    // session
    ("/rpc/session/whoami", Need::Anyone),
    ("/rpc/session/set_home", Need::SignedIn),
    // people
    ("/rpc/people/list", Need::Action(Action::ManagePeople)),
    ("/rpc/people/show", Need::Action(Action::ManagePeople)),
    ("/rpc/people/create", Need::Action(Action::ManagePeople)),
    ("/rpc/people/update", Need::Action(Action::ManagePeople)),
    ("/rpc/people/set_active", Need::Action(Action::ManagePeople)),
    (
        "/rpc/people/reset_password",
        Need::Action(Action::ManagePeople),
    ),
    // tokens
    ("/rpc/tokens/list", Need::SignedIn),
    ("/rpc/tokens/create", Need::SignedIn),
    ("/rpc/tokens/revoke", Need::SignedIn),
    ("/rpc/tokens/list_of", Need::Action(Action::ManagePeople)),
    ("/rpc/tokens/revoke_of", Need::Action(Action::ManagePeople)),
    // fleet
    ("/rpc/fleet/page", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/count", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/find", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/hints", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/views", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/save_view", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/delete_view", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/pin_view", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/values", Need::Action(Action::SeeDevices)),
    ("/rpc/fleet/view_counts", Need::Action(Action::SeeDevices)),
    // devices
    ("/rpc/devices/show", Need::Action(Action::SeeDevices)),
    ("/rpc/devices/twin", Need::Action(Action::SeeDevices)),
    ("/rpc/devices/timeline", Need::Action(Action::SeeDevices)),
    ("/rpc/devices/revisions", Need::Action(Action::SeeDevices)),
    ("/rpc/devices/compare", Need::Action(Action::SeeDevices)),
    ("/rpc/devices/way_back", Need::Action(Action::SeeDevices)),
    ("/rpc/devices/restore", Need::Action(Action::EditTwin)),
    ("/rpc/devices/telemetry", Need::Action(Action::SeeDevices)),
    ("/rpc/devices/save_twin", Need::Action(Action::EditTwin)),
    (
        "/rpc/devices/invoke_method",
        Need::Action(Action::InvokeMethods),
    ),
    (
        "/rpc/devices/method_history",
        Need::Action(Action::SeeDevices),
    ),
    (
        "/rpc/devices/set_status",
        Need::Action(Action::ProvisionDevices),
    ),
    (
        "/rpc/devices/connection_string",
        Need::Action(Action::SeeCredentials),
    ),
    // configurations
    ("/rpc/configurations/list", Need::Action(Action::SeeDevices)),
    ("/rpc/configurations/show", Need::Action(Action::SeeDevices)),
    (
        "/rpc/configurations/preview",
        Need::Action(Action::SeeDevices),
    ),
    (
        "/rpc/configurations/of_device",
        Need::Action(Action::SeeDevices),
    ),
    (
        "/rpc/configurations/save",
        Need::Action(Action::KeepConfigurations),
    ),
    (
        "/rpc/configurations/delete",
        Need::Action(Action::KeepConfigurations),
    ),
    // home
    ("/rpc/home/queue", Need::Action(Action::SeeDevices)),
    ("/rpc/home/oversight", Need::Action(Action::SeeDevices)),
    ("/rpc/home/goals", Need::Action(Action::SeeDevices)),
    ("/rpc/home/hub", Need::Action(Action::ManageHub)),
    ("/rpc/home/leave_note", Need::Action(Action::RunOperations)),
    // health
    ("/rpc/health/show", Need::Action(Action::SeeDevices)),
    // firmware
    ("/rpc/firmware/list", Need::Action(Action::SeeDevices)),
    ("/rpc/firmware/show", Need::Action(Action::SeeDevices)),
    (
        "/rpc/firmware/set_state",
        Need::Action(Action::KeepFirmware),
    ),
    ("/rpc/firmware/delete", Need::Action(Action::KeepFirmware)),
    // approvals
    ("/rpc/approvals/list", Need::SignedIn),
    ("/rpc/approvals/due", Need::SignedIn),
    (
        "/rpc/approvals/decide",
        Need::Action(Action::ApproveOperations),
    ),
    ("/rpc/approvals/withdraw", Need::SignedIn),
    ("/rpc/approvals/policy", Need::Action(Action::ManageHub)),
    ("/rpc/approvals/set_policy", Need::Action(Action::ManageHub)),
    // alerts
    ("/rpc/alerts/inbox", Need::Action(Action::SeeDevices)),
    ("/rpc/alerts/tally", Need::Action(Action::SeeDevices)),
    ("/rpc/alerts/show", Need::Action(Action::SeeDevices)),
    ("/rpc/alerts/of_device", Need::Action(Action::SeeDevices)),
    ("/rpc/alerts/handle", Need::Action(Action::HandleAlerts)),
    ("/rpc/alerts/direct", Need::Action(Action::DirectAlerts)),
    ("/rpc/alerts/rules", Need::Action(Action::SeeDevices)),
    ("/rpc/alerts/preview_rule", Need::Action(Action::SeeDevices)),
    ("/rpc/alerts/rule", Need::Action(Action::KeepAlertRules)),
    (
        "/rpc/alerts/save_rule",
        Need::Action(Action::KeepAlertRules),
    ),
    (
        "/rpc/alerts/delete_rule",
        Need::Action(Action::KeepAlertRules),
    ),
    // windows, calendars and places
    ("/rpc/windows/week", Need::Action(Action::SeeDevices)),
    ("/rpc/windows/today", Need::Action(Action::SeeDevices)),
    ("/rpc/windows/form", Need::Action(Action::KeepWindows)),
    ("/rpc/windows/save", Need::Action(Action::KeepWindows)),
    ("/rpc/windows/delete", Need::Action(Action::KeepWindows)),
    ("/rpc/windows/set_zone", Need::Action(Action::KeepWindows)),
    ("/rpc/places/list", Need::Action(Action::SeeDevices)),
    ("/rpc/places/form", Need::Action(Action::KeepWindows)),
    ("/rpc/places/save", Need::Action(Action::KeepWindows)),
    // operations
    ("/rpc/operations/list", Need::Action(Action::SeeDevices)),
    ("/rpc/operations/running", Need::Action(Action::SeeDevices)),
    ("/rpc/operations/show", Need::Action(Action::SeeDevices)),
    ("/rpc/operations/targets", Need::Action(Action::SeeDevices)),
    ("/rpc/operations/events", Need::Action(Action::SeeDevices)),
    (
        "/rpc/operations/of_device",
        Need::Action(Action::SeeDevices),
    ),
    (
        "/rpc/operations/steer",
        Need::Action(Action::SteerOperations),
    ),
    ("/rpc/operations/pass", Need::Action(Action::OverrideGates)),
    (
        "/rpc/operations/retry",
        Need::Action(Action::SteerOperations),
    ),
    ("/rpc/operations/draft", Need::Action(Action::RunOperations)),
    (
        "/rpc/operations/save_what",
        Need::Action(Action::RunOperations),
    ),
    (
        "/rpc/operations/save_who",
        Need::Action(Action::RunOperations),
    ),
    (
        "/rpc/operations/save_how",
        Need::Action(Action::RunOperations),
    ),
    ("/rpc/operations/begin", Need::Action(Action::RunOperations)),
    ("/rpc/operations/copy", Need::Action(Action::RunOperations)),
    (
        "/rpc/operations/delete_draft",
        Need::Action(Action::RunOperations),
    ),
    (
        "/rpc/operations/preview",
        Need::Action(Action::RunOperations),
    ),
    (
        "/rpc/operations/create",
        Need::Action(Action::RunOperations),
    ),
    // embeds
    ("/rpc/embeds/list", Need::Action(Action::KeepEmbeds)),
    ("/rpc/embeds/show", Need::Action(Action::KeepEmbeds)),
    ("/rpc/embeds/create", Need::Action(Action::KeepEmbeds)),
    ("/rpc/embeds/revoke", Need::Action(Action::KeepEmbeds)),
];
