//! A secret that the next page shows once, for browsers without script.
//!
//! With script the answer of the server function carries it. Without, the answer is a redirect, and the secret goes
//! along in a cookie that no script can read, that only the next page gets, and that this page takes away.

use http::header::{COOKIE, HeaderValue, SET_COOKIE};
use http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

const COOKIE_NAME: &str = "muster-once";

/// How long the browser keeps it when the page never comes, in seconds.
const MAX_AGE: u32 = 60;

/// Leaves `secret` for the page at `path`.
pub fn leave_once(path: &str, secret: &str) {
    set(&format!(
        "{COOKIE_NAME}={secret}; Path={path}; Max-Age={MAX_AGE}"
    ));
}

/// Takes what was left for the page at `path`.
pub fn take_once(path: &str) -> Option<String> {
    let secret = super::server::cookie(COOKIE_NAME).filter(|secret| !secret.is_empty())?;
    set(&format!("{COOKIE_NAME}=; Path={path}; Max-Age=0"));
    Some(secret)
}

fn set(cookie: &str) {
    let secure = if is_tls() { "; Secure" } else { "" };
    let text = format!("{cookie}; HttpOnly; SameSite=Strict{secure}");
    if let (Some(response), Ok(mut value)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(&text),
    ) {
        value.set_sensitive(true);
        response.append_header(SET_COOKIE, value);
    }
}

/// The session cookie has this prefix under TLS only.
fn is_tls() -> bool {
    use_context::<Parts>().is_some_and(|request| {
        let mut headers = request.headers.get_all(COOKIE).iter();
        headers.any(|header| header.as_bytes().windows(7).any(|part| part == b"__Host-"))
    })
}
