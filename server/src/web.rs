//! Handlers that need the session or a stream; everything else is a page or a server function of the app.

pub mod api_page;
pub mod assets;
pub mod csp_report;
pub mod embed;
pub mod export;
pub mod firmware;
pub mod live;
pub mod password;
pub mod results;
pub mod setup;
pub mod sign_in;
pub mod sign_out;

use axum::response::Redirect;
use muster_app::routes;

/// Longest address that people are led back to after signing in.
const MAX_NEXT: usize = 2_048;

/// Back to a form with the reason why it was not accepted; the page has the words.
fn back_with(path: &str, problem: &str) -> Redirect {
    Redirect::to(&format!("{path}?problem={problem}"))
}

/// Where to go after signing in: only addresses of this dashboard, so that a link cannot lead elsewhere.
fn local(next: &str) -> Option<&str> {
    let rest = next.strip_prefix('/')?;
    let elsewhere = rest.starts_with(['/', '\\']);
    let odd = next
        .chars()
        .any(|c| c.is_control() || c == '\\' || c == ' ')
        || next.len() > MAX_NEXT;
    let circular = next.starts_with(routes::SIGN_IN) || next.starts_with(routes::SIGN_OUT);
    (!elsewhere && !odd && !circular).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_addresses_lead_on() {
        let check = |next: &str, want: bool| assert_eq!(local(next).is_some(), want, "{next}");
        check("/", true);
        check("/fleet?where=a%3D1", true);
        check("/devices/pump-1", true);
        check("", false);
        check("fleet", false);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("/\t/evil.example", false);
        check("https://evil.example", false);
        check("/sign-out", false);
        check("/sign-in?next=%2F", false);
        check(&format!("/{}", "x".repeat(3000)), false);
    }
}
