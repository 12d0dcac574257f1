//! What the forms of sign-in, set-up and account answer, by the code in the address.

/// The words for a `?problem=` code, on the page where it happened.
pub(crate) fn words(code: &str, page: Page) -> &'static str {
    match code {
        "wrong" => match page {
            Page::SignIn => "This name and password do not match. Check both and try again.",
            Page::Setup | Page::Account => "The current password is not right. Nothing changed.",
        },
        "slow_down" => "Too many tries. Wait five minutes, then try again.",
        "inactive" => "This account is deactivated. An administrator can activate it.",
        "mismatch" => "The two passwords differ. Nothing changed.",
        "too_short" => "A password has at least 10 characters. Nothing changed.",
        "too_long" => "A password has at most 256 bytes. Nothing changed.",
        "same" => "The new password is the one you have. Choose another one.",
        "used_link" => {
            "This link was used already, or it is not the newest one. Restart the hub for a new link."
        }
        "bad_name" => {
            "A name has 1 to 64 characters: lower-case letters, digits, and . _ - @. A display name has at most 100."
        }
        "taken" => "Somebody else signs in with this name. Choose another one.",
        "expired" => "Your session ended. Sign in again.",
        _ => "This did not work, and nothing changed. Try again; the log of the hub has the cause.",
    }
}

/// Where a form stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Page {
    /// Signing in.
    SignIn,
    /// Making the first administrator.
    Setup,
    /// One's own account.
    Account,
}
