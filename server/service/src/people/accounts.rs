//! Accounts as the administrator keeps them.

use std::collections::BTreeSet;

use muster_core::approval::{Approval, Rights, Subject};
use muster_core::event::{EventKind, NewEvent};
use muster_core::ids::PersonId;
use muster_core::person::{Person, RoleGrant, check_name, check_password};
use muster_storage::{InsertOutcome, NewPerson, PersonChange, PersonOutcome, WriteOutcome};
use serde_json::{Value, json};

use crate::access::Permit;
use crate::access::kinds::ManagePeople;
use crate::access::scope_of;
use crate::approvals::Asked;
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

/// An account that was just made. Its `Debug` does not show the password.
#[derive(Clone)]
pub struct MadeAccount {
    /// The account.
    pub person: Person,
    /// Its first password, when the hub made it.
    pub password: Option<String>,
    /// What opens the account, when a second person has to.
    pub waits: Option<Box<Approval>>,
}

impl std::fmt::Debug for MadeAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeAccount")
            .field("person", &self.person)
            .field("waits", &self.waits)
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

    /// Makes an account; with a password when none is given, which must be changed at the first sign-in. When the rules
    /// of approval ask for a second person, the account is closed until one opens it.
    pub async fn create_person(
        &self,
        permit: &Permit<ManagePeople>,
        new: NewAccount,
    ) -> Result<MadeAccount, ServiceError> {
        let name = check_name(&new.name)?;
        let roles = check_roles(new.roles)?;
        let generated = new.password.is_none().then(|| self.entropy().password());
        let password = new
            .password
            .or_else(|| generated.clone())
            .unwrap_or_default();
        check_password(&password)?;
        let event = self.person_event(
            permit,
            EventKind::PersonCreated,
            json!({ "name": name, "roles": roles }),
        );
        let record = NewPerson {
            display_name: shown_name(&new.display_name, &name)?,
            name,
            password_hash: self.people().hash(password).await?,
            roles,
            must_change_password: generated.is_some(),
        };
        let closed = Rights {
            roles: record.roles.clone(),
            active: false,
        };
        let open = Rights {
            active: true,
            ..closed.clone()
        };
        let reasons = self
            .reasons(permit.access(), |policy| policy.for_person(&closed, &open))
            .await?;
        let outcome = if reasons.is_empty() {
            match self.store().insert_person(record, event).await? {
                InsertOutcome::Inserted(person) => PersonOutcome::Inserted(person),
                InsertOutcome::AlreadyExists => PersonOutcome::AlreadyExists,
                InsertOutcome::Refused(error) => return Err(error.into()),
            }
        } else {
            let subject = Subject::Person {
                id: PersonId(0),
                before: closed,
                after: open,
            };
            let summary = subject.in_words(&record.display_name);
            let request = self
                .request(permit.access(), summary, reasons, None)
                .await?;
            self.store()
                .insert_waiting_person(record, event, request)
                .await?
        };
        let (person, waits) = match outcome {
            PersonOutcome::Inserted(person) => (person, None),
            PersonOutcome::Waits(person, approval) => (person, Some(approval)),
            PersonOutcome::AlreadyExists => return Err(ServiceError::AlreadyExists),
            PersonOutcome::Refused(refused) => return Err(refused.into()),
        };
        Ok(MadeAccount {
            person,
            password: generated,
            waits,
        })
    }

    /// Changes an account. Deactivating ends its sessions and revokes its tokens; the last active administrator stays.
    /// Giving rights, and taking them from somebody who approves, waits when the rules of approval ask for a second
    /// person and there is one.
    pub async fn update_person(
        &self,
        permit: &Permit<ManagePeople>,
        id: PersonId,
        edit: PersonEdit,
    ) -> Result<Asked<Person>, ServiceError> {
        let found = self.person(permit, id).await?;
        let roles = edit.roles.map(check_roles).transpose()?;
        let display_name = edit.display_name.map(|n| shown_name(&n, "")).transpose()?;
        let before = Rights {
            roles: found.roles.clone(),
            active: found.active,
        };
        let after = Rights {
            roles: roles.clone().unwrap_or_else(|| found.roles.clone()),
            active: edit.active.unwrap_or(found.active),
        };
        let reasons = self
            .reasons(permit.access(), |policy| policy.for_person(&before, &after))
            .await?;
        if reasons.is_empty() {
            let change = PersonChange {
                display_name,
                roles,
                active: edit.active,
                ..PersonChange::default()
            };
            return Ok(Asked::Done(self.write_person(permit, id, change).await?));
        }
        // Another name is nobody else's business.
        if display_name
            .as_ref()
            .is_some_and(|name| *name != found.display_name)
        {
            let change = PersonChange {
                display_name,
                ..PersonChange::default()
            };
            self.write_person(permit, id, change).await?;
        }
        let subject = Subject::Person { id, before, after };
        let summary = subject.in_words(&found.display_name);
        let request = self
            .request(permit.access(), summary, reasons, None)
            .await?;
        Ok(Asked::Waits(self.ask(subject, request).await?))
    }

    async fn write_person(
        &self,
        permit: &Permit<ManagePeople>,
        id: PersonId,
        change: PersonChange,
    ) -> Result<Person, ServiceError> {
        let detail = json!({
            "person": id,
            "roles": change.roles,
            "active": change.active,
            "display_name": change.display_name,
        });
        let event = self.person_event(permit, EventKind::PersonUpdated, detail);
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

    fn person_event(
        &self,
        permit: &Permit<ManagePeople>,
        kind: EventKind,
        detail: Value,
    ) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: None,
            actor: permit.access().actor(),
            kind,
            detail,
        }
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
