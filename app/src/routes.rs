//! Every address of the dashboard, and the words that lead there.

use std::fmt::Write as _;

use muster_core::ids::{DeviceId, PersonId};
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
/// The list of [`FLEET`] as a file, with the same query.
pub const FLEET_EXPORT: &str = "/fleet/export.csv";
/// The part of the query of [`FLEET`] that searches ids and tag values.
pub const FLEET_TEXT: &str = "q";
/// Single devices; the id follows.
pub const DEVICES: &str = "/devices";
/// Accounts; for one of them its number follows.
pub const PEOPLE: &str = "/people";
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
    ("/devices/:id", Need::Action(Action::SeeDevices)),
    (PEOPLE, Need::Action(Action::ManagePeople)),
    ("/people/:id", Need::Action(Action::ManagePeople)),
    (GALLERY, Need::SignedIn),
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

/// The page of one account.
pub fn person(id: PersonId) -> String {
    format!("{PEOPLE}/{id}")
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn addresses_survive_odd_names() {
        let check = |id, want: &str| assert_eq!(device(&DeviceId::new(id).unwrap()), want);
        check("pump-1", "/devices/pump-1");
        check("a#b?c%d", "/devices/a%23b%3Fc%25d");
        assert_eq!(sign_in_for("/"), "/sign-in");
        assert_eq!(
            sign_in_for("/fleet?where=a = 'ä'"),
            "/sign-in?next=%2Ffleet%3Fwhere%3Da%20%3D%20%27%C3%A4%27"
        );
    }
}
