//! The first administrator: made through a one-time link that the console prints.

use std::sync::PoisonError;

use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::hash;
use muster_core::person::{Person, RoleGrant, check_name, check_password};
use muster_core::policy::Role;
use muster_storage::{InsertOutcome, NewPerson};
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::error::ServiceError;
use crate::hub::Hub;

impl Hub {
    /// The token of the set-up link, handed out once after opening a hub that has no administrator.
    pub fn take_setup_token(&self) -> Option<String> {
        let mut token = self
            .people()
            .0
            .setup_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        token.take()
    }

    /// Whether this set-up link can still be used.
    pub fn setup_is_open(&self, token: &str) -> bool {
        let setup = self
            .people()
            .0
            .setup
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let given = hash::sha256(token.as_bytes());
        setup.is_some_and(|expected| bool::from(expected.ct_eq(&given)))
    }

    /// Makes the first administrator and closes the link.
    pub async fn complete_setup(
        &self,
        token: &str,
        name: &str,
        display_name: &str,
        password: &str,
    ) -> Result<Person, ServiceError> {
        if !self.setup_is_open(token) {
            return Err(ServiceError::NotFound);
        }
        let name = check_name(name)?;
        check_password(password)?;
        let password_hash = self.people().hash(password.to_owned()).await?;
        // Closed before the account is made: two visitors with the link cannot both become administrator.
        let taken = {
            let mut setup = self
                .people()
                .0
                .setup
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            setup.take()
        };
        if taken.is_none() {
            return Err(ServiceError::NotFound);
        }
        let new = NewPerson {
            display_name: super::accounts::shown_name(display_name, &name)?,
            name,
            password_hash,
            roles: vec![RoleGrant {
                role: Role::Admin,
                scope: String::new(),
            }],
            must_change_password: false,
        };
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: Actor::Console,
            kind: EventKind::PersonCreated,
            detail: json!({ "name": new.name, "roles": ["admin"], "through": "set-up link" }),
        };
        let outcome = self.store().insert_person(new, event).await;
        match outcome {
            Ok(InsertOutcome::Inserted(person)) => Ok(person),
            other => {
                // Nothing was made: the link works again.
                *self
                    .people()
                    .0
                    .setup
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = taken;
                match other {
                    Err(error) => Err(error.into()),
                    _ => Err(ServiceError::AlreadyExists),
                }
            }
        }
    }
}
