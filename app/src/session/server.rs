//! The server's half: the visitor of the request, and the hub that answers.

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use muster_core::ids::RefId;
use muster_service::{Access, Entropy, Hub};

use super::{Grant, Me};
use crate::error::AppError;
use crate::pages::fleet::address::FleetAddress;
use crate::routes;

/// Keeps which home a person of several roles begins with. A preference, not a secret.
const HOME_COOKIE: &str = "muster-home";

/// How long the choice is kept, in seconds: a year.
const HOME_COOKIE_AGE: u32 = 31_536_000;

/// Who makes this request. The server provides it for each request.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// What they may do; `None` when nobody is signed in.
    pub access: Option<Access>,
}

/// The access of the signed-in person. Each server function begins with this.
pub fn require() -> Result<Access, AppError> {
    let access = access().ok_or(AppError::SignedOut)?;
    match access.person() {
        Some(person) if person.must_change_password => Err(AppError::PasswordDue),
        _ => Ok(access),
    }
}

/// The access of whoever asks, also while they still have to choose a password.
pub fn access() -> Option<Access> {
    use_context::<Visitor>()?.access
}

/// The hub.
pub fn hub() -> Result<Hub, AppError> {
    use_context::<Hub>().ok_or(AppError::Unavailable)
}

/// A reference for something that failed: the one of the request, so that all its log lines are found together.
pub fn new_reference() -> RefId {
    use_context::<RefId>().unwrap_or_else(|| Entropy::system().ref_id())
}

/// The signed-in person as pages know them.
pub fn me() -> Option<Me> {
    let access = access()?;
    let person = access.person()?;
    let grants: Vec<Grant> = person
        .roles
        .iter()
        .map(|grant| Grant {
            role: grant.role,
            scope: grant.scope.clone(),
        })
        .collect();
    let mut me = Me {
        id: person.id,
        name: person.name.clone(),
        display_name: person.display_name.clone(),
        grants,
        home: String::new(),
        must_change_password: person.must_change_password,
    };
    let homes = me.homes();
    let chosen = cookie(HOME_COOKIE).filter(|chosen| homes.contains(&chosen.as_str()));
    let pinned = access
        .home_view()
        .map(|view| FleetAddress::of_view(view.id, &view.query).href());
    me.home = pinned
        .or(chosen)
        .or_else(|| homes.first().map(|home| (*home).to_owned()))
        .unwrap_or_else(|| routes::ACCOUNT.to_owned());
    Some(me)
}

/// Makes `home`, one of the homes of the person, the page they begin with.
pub fn remember_home(home: &'static str) {
    let value =
        format!("{HOME_COOKIE}={home}; Path=/; Max-Age={HOME_COOKIE_AGE}; SameSite=Lax; HttpOnly");
    if let (Some(response), Ok(value)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(&value),
    ) {
        response.append_header(SET_COOKIE, value);
    }
}

/// Answers with a redirect instead of a page.
pub(super) fn redirect(path: &str) {
    if let (Some(response), Ok(path)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(path),
    ) {
        response.insert_header(LOCATION, path);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

/// Whether a form was sent without script: the answer is then a page, not data.
pub fn is_plain_form() -> bool {
    accepts("text/html")
}

/// Whether the request asks for this type of answer by name.
pub(crate) fn accepts(content_type: &str) -> bool {
    use_context::<Parts>().is_some_and(|request| {
        request
            .headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains(content_type))
    })
}

/// Says that this answer is JSON.
pub(crate) fn answer_in_json() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
}

pub(super) fn cookie(name: &str) -> Option<String> {
    let request = use_context::<Parts>()?;
    request
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}
