//! Every address of the dashboard, and the words that lead there.

use std::fmt::Write as _;

use muster_core::alert::AlertId;
use muster_core::embed::EmbedId;
use muster_core::ids::{DeviceId, OperationId, PersonId};
use muster_core::policy::{Action, Role};

use crate::rpc::Need;

/// Leads to the home of the person, or to the sign-in page.
pub const ROOT: &str = "/";
/// Signing in; the form posts to the same address.
pub const SIGN_IN: &str = "/sign-in";
/// Takes the posted form that ends this session.
pub const SIGN_OUT: &str = "/sign-out";
/// Takes the posted form that ends all sessions of the person.
pub const SIGN_OUT_EVERYWHERE: &str = "/sign-out-everywhere";
/// Making the first administrator; the one-time token follows, and the form posts to the same address.
pub const SETUP: &str = "/setup";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// Takes the posted form that changes one's own password.
pub const ACCOUNT_PASSWORD: &str = "/account/password";
/// The home of operators.
pub const QUEUE: &str = "/queue";
/// The home of supervisors.
pub const OVERSIGHT: &str = "/oversight";
/// The home of managers.
pub const GOALS: &str = "/goals";
/// The home of administrators.
pub const HUB: &str = "/hub";
/// All devices in the scope.
pub const FLEET: &str = "/fleet";
/// The health of the fleet.
pub const HEALTH: &str = "/health";
/// The list of [`FLEET`] as a file, with the same query.
pub const FLEET_EXPORT: &str = "/fleet/export.csv";
/// The same as one JSON array.
pub const FLEET_EXPORT_JSON: &str = "/fleet/export.json";
/// The same as one JSON object per line.
pub const FLEET_EXPORT_JSONL: &str = "/fleet/export.jsonl";
/// The part of the query of [`FLEET`] that searches ids and tag values.
pub const FLEET_TEXT: &str = "q";
/// Single devices; the id follows.
pub const DEVICES: &str = "/devices";
/// Configurations; for one of them its name follows.
pub const CONFIGURATIONS: &str = "/configurations";
/// Accounts; for one of them its number follows.
pub const PEOPLE: &str = "/people";
/// Firmware; for one artifact its SHA-256 is in the query.
pub const FIRMWARE: &str = "/firmware";
/// Takes the posted form with a firmware file.
pub const FIRMWARE_UPLOAD: &str = "/firmware/upload";
/// What waits for a second person.
pub const APPROVALS: &str = "/approvals";
/// What needs a second person.
pub const APPROVAL_RULES: &str = "/approvals/rules";
/// Alerts; one of them is in the query.
pub const ALERTS: &str = "/alerts";
/// Rules of alerts; the number of one may follow.
pub const ALERT_RULES: &str = "/alerts/rules";
/// Maintenance windows and service hours.
pub const WINDOWS: &str = "/windows";
/// Service calendars; the short name of one follows.
pub const CALENDARS: &str = "/calendars";
/// Places; the short name of one may follow.
pub const PLACES: &str = "/places";
/// What stands in the place of a short name where there is none yet.
pub const NEW: &str = "-";
/// Bulk operations; for one of them its number follows.
pub const OPERATIONS: &str = "/operations";
/// The wizard that makes one.
pub const NEW_OPERATION: &str = "/operations/new";
/// Embeds and share links; for one of them its number follows.
pub const EMBEDS: &str = "/embeds";
/// The form that makes one.
pub const NEW_EMBED: &str = "/embeds/new";
/// A panel as an embed would show it.
pub const EMBED_PREVIEW: &str = "/embeds/preview";
/// The parts of the design system.
pub const GALLERY: &str = "/gallery";
/// The stream of live updates.
pub const LIVE: &str = "/live";

/// The pages with what each needs, for the test that asks all doors with all roles.
pub const PAGES: &[(&str, Need)] = &[
    (ROOT, Need::Anyone),
    (SIGN_IN, Need::Anyone),
    ("/setup/:token", Need::Anyone),
    (ACCOUNT, Need::SignedIn),
    (QUEUE, Need::SignedIn),
    (OVERSIGHT, Need::SignedIn),
    (GOALS, Need::SignedIn),
    (HUB, Need::Action(Action::ManageHub)),
    (FLEET, Need::Action(Action::SeeDevices)),
    (HEALTH, Need::Action(Action::SeeDevices)),
    ("/devices/:id", Need::Action(Action::SeeDevices)),
    (CONFIGURATIONS, Need::Action(Action::SeeDevices)),
    ("/configurations/:id", Need::Action(Action::SeeDevices)),
    (PEOPLE, Need::Action(Action::ManagePeople)),
    ("/people/:id", Need::Action(Action::ManagePeople)),
    (FIRMWARE, Need::Action(Action::SeeDevices)),
    (GALLERY, Need::SignedIn),
    (APPROVALS, Need::SignedIn),
    (APPROVAL_RULES, Need::Action(Action::ManageHub)),
    (ALERTS, Need::Action(Action::SeeDevices)),
    (ALERT_RULES, Need::Action(Action::SeeDevices)),
    ("/alerts/rules/:id", Need::Action(Action::KeepAlertRules)),
    (WINDOWS, Need::Action(Action::SeeDevices)),
    ("/windows/:id", Need::Action(Action::KeepWindows)),
    ("/calendars/:id", Need::Action(Action::KeepWindows)),
    (PLACES, Need::Action(Action::SeeDevices)),
    ("/places/:id", Need::Action(Action::KeepWindows)),
    (OPERATIONS, Need::Action(Action::SeeDevices)),
    (NEW_OPERATION, Need::Action(Action::RunOperations)),
    ("/operations/:id", Need::Action(Action::SeeDevices)),
    (EMBEDS, Need::Action(Action::KeepEmbeds)),
    (NEW_EMBED, Need::Action(Action::KeepEmbeds)),
    ("/embeds/:id", Need::Action(Action::KeepEmbeds)),
];

/// The home of a role.
pub fn home_of(role: Role) -> &'static str {
    match role {
        Role::Operator => QUEUE,
        Role::Supervisor => OVERSIGHT,
        Role::Manager => GOALS,
        Role::Admin => HUB,
    }
}

/// The page of one device.
pub fn device(id: &DeviceId) -> String {
    below(DEVICES, id.as_str())
}

/// The id in the address of a device's page, as text. The router's own reading of parameters decodes twice
/// (leptos_router 0.8.17), which changes ids with a percent sign.
pub fn device_text(path: &str) -> Option<String> {
    let encoded = path.strip_prefix(DEVICES)?.strip_prefix('/')?;
    Some(decode(encoded))
}

/// The page of firmware with one artifact open, by its SHA-256.
pub fn firmware(sha256: &str) -> String {
    format!("{FIRMWARE}?artifact={sha256}")
}

/// The form of a window, calendar or place below `pages`; [`NEW`] for a new one.
pub fn sheet(pages: &str, id: &str) -> String {
    below(pages, id)
}

/// The inbox with one alert open.
pub fn alert(id: AlertId) -> String {
    format!("{ALERTS}?alert={id}")
}

/// The form of a rule of alerts; [`NEW`] for a new one.
pub fn alert_rule(id: &str) -> String {
    below(ALERT_RULES, id)
}

/// The page of one configuration.
pub fn configuration(id: &str) -> String {
    below(CONFIGURATIONS, id)
}

/// The page of one account.
pub fn person(id: PersonId) -> String {
    format!("{PEOPLE}/{id}")
}

/// The page of one embed.
pub fn embed(id: EmbedId) -> String {
    format!("{EMBEDS}/{id}")
}

/// The page of one operation.
pub fn operation(id: OperationId) -> String {
    format!("{OPERATIONS}/{id}")
}

/// The number in the address of an operation's page.
pub fn operation_id(path: &str) -> Option<OperationId> {
    let number = path.strip_prefix(OPERATIONS)?.strip_prefix('/')?;
    number.parse().ok().map(OperationId)
}

/// The set-up page of a one-time token; the form posts there too.
pub fn setup(token: &str) -> String {
    below(SETUP, token)
}

/// The sign-in page that leads back to `path` afterwards.
pub fn sign_in_for(path: &str) -> String {
    if path == ROOT {
        return SIGN_IN.to_owned();
    }
    format!("{SIGN_IN}?next={}", encode(path))
}

fn below(parent: &str, part: &str) -> String {
    format!("{parent}/{}", encode(part))
}

/// Text as part of an address (RFC 3986: unreserved characters stay, everything else is percent-encoded).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string succeeds");
        }
    }
    encoded
}

/// The text of [`encode`]. What is badly encoded reads as it stands.
fn decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .filter(|hex| byte == b'%' && hex.iter().all(u8::is_ascii_hexdigit))
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(hex.unwrap_or(byte));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn addresses_survive_odd_names() {
        let check = |id, want: &str| {
            let address = device(&DeviceId::new(id).unwrap());
            assert_eq!(address, want);
            assert_eq!(device_text(&address).as_deref(), Some(id));
        };
        check("pump-1", "/devices/pump-1");
        check("a#b?c%d", "/devices/a%23b%3Fc%25d");
        check("a%20b", "/devices/a%2520b");
        assert_eq!(device_text("/devices/a%2").as_deref(), Some("a%2"));
        assert_eq!(device_text("/fleet"), None);
        assert_eq!(sign_in_for("/"), "/sign-in");
        assert_eq!(
            sign_in_for("/fleet?where=a = 'ä'"),
            "/sign-in?next=%2Ffleet%3Fwhere%3Da%20%3D%20%27%C3%A4%27"
        );
    }
}
