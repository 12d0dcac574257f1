//! Accounts as the administrator keeps them.

use std::collections::BTreeSet;

use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::person::{Person, RoleGrant, check_name, check_password};
use muster_storage::{InsertOutcome, NewPerson, PersonChange, WriteOutcome};
use serde_json::json;

use crate::access::Permit;
use crate::access::kinds::ManagePeople;
use crate::access::scope_of;
use crate::error::ServiceError;
use crate::hub::Hub;

/// Longest name that others read, in characters.
const MAX_DISPLAY_NAME: usize = 100;

/// Most roles one person holds; the same role may be held in several scopes.
const MAX_ROLES: usize = 20;

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount {
    /// The name to sign in with.
    pub name: String,
    /// The name others read; empty takes the sign-in name.
    pub display_name: String,
    /// Roles with their scopes; at least one.
    pub roles: Vec<RoleGrant>,
    /// The first password; one is made when absent.
    pub password: Option<String>,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What the administrator changes on an account.
#[derive(Clone, Debug, Default)]
pub struct PersonEdit {
    /// The name others read.
    pub display_name: Option<String>,
    /// All roles, replacing the present ones.
    pub roles: Option<Vec<RoleGrant>>,
    /// Whether they may sign in.
    pub active: Option<bool>,
}

impl Hub {
    /// Everybody, by name.
    pub async fn people_list(
        &self,
        _permit: &Permit<ManagePeople>,
    ) -> Result<Vec<Person>, ServiceError> {
        Ok(self.store().people().await?)
    }

    /// One person.
    pub async fn person(
        &self,
        _permit: &Permit<ManagePeople>,
        id: PersonId,
    ) -> Result<Person, ServiceError> {
        let found = self.store().find_person(id).await?;
        found.ok_or(ServiceError::NotFound)
    }

    /// Makes an account; returns the password as well when it was made here. Such a password must be changed at
    /// the first sign-in.
    pub async fn create_person(
        &self,
        permit: &Permit<ManagePeople>,
        new: NewAccount,
    ) -> Result<(Person, Option<String>), ServiceError> {
        let name = check_name(&new.name)?;
        let roles = check_roles(new.roles)?;
        let generated = new.password.is_none().then(|| self.entropy().password());
        let password = new
            .password
            .or_else(|| generated.clone())
            .unwrap_or_default();
        check_password(&password)?;
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: permit.access().actor(),
            kind: EventKind::PersonCreated,
            detail: json!({ "name": name, "roles": roles }),
        };
        let record = NewPerson {
            display_name: shown_name(&new.display_name, &name)?,
            name,
            password_hash: self.people().hash(password).await?,
            roles,
            must_change_password: generated.is_some(),
        };
        match self.store().insert_person(record, event).await? {
            InsertOutcome::Inserted(person) => Ok((person, generated)),
            InsertOutcome::AlreadyExists => Err(ServiceError::AlreadyExists),
            InsertOutcome::Refused(error) => Err(error.into()),
        }
    }

    /// Changes an account. Deactivating ends its sessions and revokes its tokens; the last active administrator stays.
    pub async fn update_person(
        &self,
        permit: &Permit<ManagePeople>,
        id: PersonId,
        edit: PersonEdit,
    ) -> Result<Person, ServiceError> {
        let roles = edit.roles.map(check_roles).transpose()?;
        let display_name = edit.display_name.map(|n| shown_name(&n, "")).transpose()?;
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: permit.access().actor(),
            kind: EventKind::PersonUpdated,
            detail: json!({ "person": id, "roles": roles, "active": edit.active, "display_name": display_name }),
        };
        let change = PersonChange {
            display_name,
            roles,
            active: edit.active,
            ..PersonChange::default()
        };
        let person = match self.store().update_person(id, change, event).await? {
            WriteOutcome::Done(person) => person,
            WriteOutcome::Refused(refusal) => return Err(refusal.into()),
            WriteOutcome::NotFound | WriteOutcome::Conflict { .. } => {
                return Err(ServiceError::NotFound);
            }
        };
        if !person.active {
            self.end_sessions(id, None).await?;
        }
        Ok(person)
    }

    /// Gives an account a new password, which is shown once and must be changed at the next sign-in. Sessions end.
    pub async fn reset_password(
        &self,
        permit: &Permit<ManagePeople>,
        id: PersonId,
    ) -> Result<String, ServiceError> {
        let password = self.entropy().password();
        self.set_password(id, permit.access(), &password, true)
            .await?;
        self.end_sessions(id, None).await?;
        Ok(password)
    }
}

pub(super) fn shown_name(given: &str, fallback: &str) -> Result<String, ServiceError> {
    let given = given.trim();
    let name = if given.is_empty() { fallback } else { given };
    if name.is_empty()
        || name.chars().count() > MAX_DISPLAY_NAME
        || name.chars().any(char::is_control)
    {
        return Err(ServiceError::Invalid(
            "a display name has 1 to 100 characters".into(),
        ));
    }
    Ok(name.to_owned())
}

/// Every scope must be a condition; equal grants are kept once.
fn check_roles(roles: Vec<RoleGrant>) -> Result<Vec<RoleGrant>, ServiceError> {
    if roles.is_empty() {
        return Err(ServiceError::Invalid(
            "a person needs at least one role".into(),
        ));
    }
    if roles.len() > MAX_ROLES {
        return Err(ServiceError::Invalid(
            "a person holds at most 20 roles".into(),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut checked = Vec::with_capacity(roles.len());
    for grant in roles {
        let scope = scope_of(&grant.scope).map_err(|error| {
            ServiceError::Invalid(format!("the scope of {}: {error}", grant.role))
        })?;
        let grant = RoleGrant {
            role: grant.role,
            scope: scope.to_string(),
        };
        if seen.insert((grant.role, grant.scope.clone())) {
            checked.push(grant);
        }
    }
    Ok(checked)
}
