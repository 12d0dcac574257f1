//! Making an account.

use leptos::prelude::*;

use super::{Created, GrantInput, Secret};
use crate::error::AppError;
use crate::rpc::Compact;

/// Makes an account. Without a password the hub makes one, which is shown once and must be changed.
#[server(prefix = "/rpc", endpoint = "people/create", output = Compact)]
pub async fn create_person(
    /// The name to sign in with.
    name: String,
    /// The name others read; empty takes the sign-in name.
    #[server(default)]
    display_name: String,
    /// All roles with their scopes.
    #[server(default)]
    grants: Vec<GrantInput>,
    /// The first password; empty lets the hub make one.
    #[server(default)]
    password: Secret,
) -> Result<Created, AppError> {
    let (hub, permit) = super::begin()?;
    let new = read(name, display_name, &grants, password)?;
    let made = match hub.create_person(&permit, new).await {
        Err(muster_service::ServiceError::AlreadyExists) => {
            return Err(AppError::field(
                "name",
                "somebody else signs in with this name",
            ));
        }
        other => other?,
    };
    if crate::session::is_plain_form() {
        let page = crate::routes::person(made.person.id);
        if let Some(password) = &made.password {
            crate::session::leave_once(&page, password);
        }
        leptos_axum::redirect(&page);
    }
    Ok(Created {
        person: super::with_waiting(&hub, &permit, made.person).await?,
        password: made.password.map(Secret),
    })
}

#[cfg(feature = "ssr")]
fn read(
    name: String,
    display_name: String,
    grants: &[GrantInput],
    password: Secret,
) -> Result<muster_service::people::NewAccount, AppError> {
    use muster_core::person::{check_name, check_password};
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
    let password = Some(password.0).filter(|password| !password.is_empty());
    if let Some(Err(error)) = password.as_deref().map(check_password) {
        refuse("password", &error);
    }
    let roles = super::grants::read(grants).unwrap_or_else(|more| {
        errors.extend(more);
        Vec::new()
    });
    if !errors.is_empty() {
        return Err(AppError::fields(errors));
    }
    Ok(muster_service::people::NewAccount {
        name,
        display_name,
        roles,
        password,
    })
}
