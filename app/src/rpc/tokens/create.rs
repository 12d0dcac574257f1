//! Making a token.

use leptos::prelude::*;

use super::CreatedToken;
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a token for whoever asks. Its secret is in this answer and nowhere else.
#[server(prefix = "/rpc", endpoint = "tokens/create", output = Compact)]
pub async fn create_token(
    /// What it is for.
    name: String,
    /// What it may do, by the names of actions.
    #[server(default)]
    actions: Vec<String>,
    /// To which devices; empty for all its person sees.
    #[server(default)]
    scope: String,
    /// How many days it lasts.
    days: u32,
) -> Result<CreatedToken, AppError> {
    use super::TokenView;
    use crate::rpc::people::Secret;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let new = read(name, &actions, &scope, days)?;
    let (token, secret) = match hub.create_token(&access, new).await {
        Err(muster_service::ServiceError::AlreadyExists) => {
            let taken = muster_core::token::BadToken::NameTaken;
            return Err(AppError::field("name", taken));
        }
        other => other?,
    };
    if crate::session::is_plain_form() {
        crate::session::leave_once(crate::routes::ACCOUNT, &secret);
        leptos_axum::redirect(crate::routes::ACCOUNT);
    }
    Ok(CreatedToken {
        token: TokenView::at(token, hub.now()),
        secret: Secret(secret),
    })
}

#[cfg(feature = "ssr")]
fn read(
    name: String,
    actions: &[String],
    scope: &str,
    days: u32,
) -> Result<muster_service::people::NewApiToken, AppError> {
    use muster_core::token::{BadToken, MAX_DAYS, action_of, check_name};
    let mut errors = Vec::new();
    let mut refuse = |field: &str, error: &dyn std::fmt::Display| {
        errors.push(crate::error::FieldError {
            field: field.to_owned(),
            message: crate::format::sentence(&error.to_string()),
        });
    };
    if let Err(error) = check_name(&name) {
        refuse("name", &error);
    }
    let chosen: Vec<_> = actions.iter().filter_map(|name| action_of(name)).collect();
    if chosen.is_empty() || chosen.len() != actions.len() {
        refuse("actions", &BadToken::NoAction);
    }
    if let Err(error) = muster_query::Condition::parse(scope.trim()) {
        refuse("scope", &error);
    }
    if !(1..=MAX_DAYS).contains(&days) {
        refuse("days", &BadToken::Days);
    }
    if !errors.is_empty() {
        return Err(AppError::fields(errors));
    }
    Ok(muster_service::people::NewApiToken {
        name,
        actions: chosen,
        scope: scope.trim().to_owned(),
        days: Some(days),
    })
}
