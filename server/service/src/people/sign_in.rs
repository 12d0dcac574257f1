//! Signing in and changing one's own password.

use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::person::{BadCredential, MAX_NAME, MAX_PASSWORD, Person, check_password};
use muster_storage::{PersonChange, WriteOutcome};
use serde_json::json;

use crate::access::Access;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Why somebody did not get in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Name or password is wrong, or the account is not active; which one is not told.
    #[error("this name and password do not match")]
    Wrong,
    /// Too many refused tries; come back in a few minutes.
    #[error("too many tries; wait five minutes")]
    SlowDown,
    /// The hub could not check.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Hub {
    /// Checks name and password. Unknown names take as long as wrong passwords.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<Person, SignInError> {
        let state = &self.people().0;
        if !state.throttle.allows(name, address, self.now()) {
            return Err(SignInError::SlowDown);
        }
        let name = name.trim().to_lowercase();
        let plausible = name.len() <= MAX_NAME && password.len() <= MAX_PASSWORD;
        let found = if plausible {
            let found = self.store().find_person_by_name(&name).await;
            found.map_err(ServiceError::from)?
        } else {
            None
        };
        let (person, hash) = found.unzip();
        let password = password
            .get(..MAX_PASSWORD.min(password.len()))
            .unwrap_or("")
            .to_owned();
        let matches = self.people().verify(password, hash).await?;
        match person.filter(|p| matches && p.active) {
            Some(person) => {
                state.throttle.succeeded(&name);
                self.signed_in(person, address).await
            }
            None => {
                state.throttle.refused(&name, address, self.now());
                self.refused(&name, address).await?;
                Err(SignInError::Wrong)
            }
        }
    }

    async fn signed_in(&self, person: Person, address: &str) -> Result<Person, SignInError> {
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: Actor::Person {
                id: person.id,
                name: person.name.clone(),
                token: None,
            },
            kind: EventKind::SignedIn,
            detail: json!({ "from": address }),
        };
        let change = PersonChange {
            last_sign_in_at: Some(self.now()),
            ..PersonChange::default()
        };
        let outcome = self.store().update_person(person.id, change, event).await;
        match outcome.map_err(ServiceError::from)? {
            WriteOutcome::Done(person) => Ok(person),
            _ => Err(SignInError::Wrong),
        }
    }

    async fn refused(&self, name: &str, address: &str) -> Result<(), ServiceError> {
        let shown: String = name.chars().take(MAX_NAME).collect();
        self.store()
            .record(NewEvent {
                at: self.now(),
                device: None,
                actor: Actor::Hub,
                kind: EventKind::SignInRefused,
                detail: json!({ "name": shown, "from": address }),
            })
            .await?;
        Ok(())
    }

    /// Records that somebody signed out.
    pub async fn signed_out(&self, access: &Access, everywhere: bool) -> Result<(), ServiceError> {
        self.store()
            .record(NewEvent {
                at: self.now(),
                device: None,
                actor: access.actor(),
                kind: EventKind::SignedOut,
                detail: json!({ "everywhere": everywhere }),
            })
            .await?;
        Ok(())
    }

    /// Changes one's own password; the current one must be given. Other sessions end.
    pub async fn change_own_password(
        &self,
        access: &Access,
        current: &str,
        new: &str,
        this_session: Option<i128>,
    ) -> Result<(), PasswordError> {
        let person = access.person().ok_or(ServiceError::NotFound)?;
        let id = person.id;
        check_password(new)?;
        if current == new {
            return Err(PasswordError::Same);
        }
        let found = self.store().find_person_by_name(&person.name).await;
        let found = found.map_err(ServiceError::from)?;
        let (_, hash) = found.ok_or(ServiceError::NotFound)?;
        let current = current
            .get(..MAX_PASSWORD.min(current.len()))
            .unwrap_or("")
            .to_owned();
        if !self.people().verify(current, Some(hash)).await? {
            return Err(PasswordError::Wrong);
        }
        self.set_password(id, access, new, false).await?;
        self.end_sessions(id, this_session).await?;
        Ok(())
    }

    pub(super) async fn set_password(
        &self,
        id: PersonId,
        by: &Access,
        password: &str,
        must_change: bool,
    ) -> Result<(), ServiceError> {
        check_password(password)?;
        let hash = self.people().hash(password.to_owned()).await?;
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: by.actor(),
            kind: EventKind::PasswordChanged,
            detail: json!({ "person": id }),
        };
        let change = PersonChange {
            password_hash: Some(hash),
            must_change_password: Some(must_change),
            ..PersonChange::default()
        };
        match self.store().update_person(id, change, event).await? {
            WriteOutcome::Done(_) => Ok(()),
            _ => Err(ServiceError::NotFound),
        }
    }
}

/// Why an own password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The current password is wrong.
    #[error("the current password is not right")]
    Wrong,
    /// The new one is the current one.
    #[error("the new password is the one you have")]
    Same,
    /// The new one breaks the rule.
    #[error(transparent)]
    Rule(#[from] BadCredential),
    /// The hub could not do it.
    #[error(transparent)]
    Service(#[from] ServiceError),
}
