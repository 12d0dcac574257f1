//! Making and changing accounts: within the writer's transaction.

use muster_core::event::NewEvent;
use muster_core::ids::PersonId;
use muster_core::person::{Person, RoleGrant};
use muster_core::policy::Role;

use super::{FIND_BY_NAME, count_admins, find};
use crate::change::Change;
use crate::engine::{Connection, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::{InsertOutcome, NewPerson, PersonChange, Refusal, WriteOutcome};
use crate::sessions;
use crate::tokens;
use crate::writer::{Operation, Unit};

/// Accounts are never deleted, so numbers are never used again.
const NEXT: Sql = Sql::both(
    "numbering an account",
    "SELECT COALESCE(MAX(person_id), 0) + 1 FROM person",
);

const INSERT: Sql = Sql::both(
    "making an account",
    "INSERT INTO person (person_id, name, display_name, password_hash, active, must_change_password, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);

const UPDATE: Sql = Sql::both(
    "changing an account",
    "UPDATE person
     SET display_name = $2, active = $3, must_change_password = $4, last_sign_in_at = $5,
         password_hash = COALESCE($6, password_hash)
     WHERE person_id = $1",
);

const DROP_ROLES: Sql = Sql::both(
    "replacing an account's roles",
    "DELETE FROM person_role WHERE person_id = $1",
);

const ADD_ROLE: Sql = Sql::both(
    "replacing an account's roles",
    "INSERT INTO person_role (person_id, position, role, scope) VALUES ($1, $2, $3, $4)",
);

pub(crate) const STATEMENTS: &[&Sql] = &[&NEXT, &INSERT, &UPDATE, &DROP_ROLES, &ADD_ROLE];

#[derive(Debug)]
pub(crate) struct Insert {
    pub(crate) new: NewPerson,
    /// Whether they may sign in at once.
    pub(crate) active: bool,
    pub(crate) event: NewEvent,
}

impl Operation for Insert {
    type Output = InsertOutcome<Person>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<InsertOutcome<Person>, StorageError> {
        let new = &self.new;
        let connection = &mut unit.connection;
        if connection
            .row(&FIND_BY_NAME, [new.name.as_str().into()])
            .await?
            .is_some()
        {
            return Ok(InsertOutcome::AlreadyExists);
        }
        let id = PersonId(connection.number(&NEXT, []).await?);
        let arguments = [
            id.0.into(),
            new.name.as_str().into(),
            new.display_name.as_str().into(),
            new.password_hash.0.as_str().into(),
            self.active.into(),
            new.must_change_password.into(),
            self.event.at.millis().into(),
        ];
        connection.run(&INSERT, arguments).await?;
        set_roles(connection, id, &new.roles).await?;
        let person = finish(unit, id, &self.event).await?;
        Ok(InsertOutcome::Inserted(person))
    }
}

#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) id: PersonId,
    pub(crate) change: PersonChange,
    pub(crate) event: NewEvent,
}

impl Operation for Update {
    type Output = WriteOutcome<Person>;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<WriteOutcome<Person>, StorageError> {
        let connection = &mut unit.connection;
        let Some(before) = find(connection, self.id).await? else {
            return Ok(WriteOutcome::NotFound);
        };
        let change = &self.change;
        let active = change.active.unwrap_or(before.active);
        let roles = change.roles.as_ref().unwrap_or(&before.roles);
        let loses_admin = before.active && is_admin(&before.roles) && !(active && is_admin(roles));
        if loses_admin && count_admins(connection, Some(self.id)).await? == 0 {
            return Ok(WriteOutcome::Refused(Refusal::LastAdmin));
        }
        let last_sign_in = change.last_sign_in_at.or(before.last_sign_in_at);
        let arguments = [
            self.id.0.into(),
            change
                .display_name
                .as_ref()
                .unwrap_or(&before.display_name)
                .as_str()
                .into(),
            active.into(),
            change
                .must_change_password
                .unwrap_or(before.must_change_password)
                .into(),
            last_sign_in.map(|at| at.millis()).into(),
            change
                .password_hash
                .as_ref()
                .map(|hash| hash.0.clone())
                .into(),
        ];
        connection.run(&UPDATE, arguments).await?;
        if let Some(roles) = &change.roles {
            set_roles(connection, self.id, roles).await?;
        }
        if !active {
            sessions::end_all(connection, self.id, None).await?;
            tokens::revoke_all(connection, self.id, self.event.at).await?;
        }
        let person = finish(unit, self.id, &self.event).await?;
        Ok(WriteOutcome::Done(person))
    }
}

fn is_admin(roles: &[RoleGrant]) -> bool {
    roles.iter().any(|grant| grant.role == Role::Admin)
}

async fn set_roles(
    connection: &mut Connection<'_>,
    id: PersonId,
    roles: &[RoleGrant],
) -> Result<(), StorageError> {
    connection.run(&DROP_ROLES, [id.0.into()]).await?;
    for (position, grant) in roles.iter().enumerate() {
        let arguments = [
            id.0.into(),
            position.into(),
            grant.role.as_str().into(),
            grant.scope.as_str().into(),
        ];
        connection.run(&ADD_ROLE, arguments).await?;
    }
    Ok(())
}

/// Writes the event; returns the account as it is now.
async fn finish(
    unit: &mut Unit<'_>,
    id: PersonId,
    event: &NewEvent,
) -> Result<Person, StorageError> {
    let person = find(&mut unit.connection, id).await?;
    let person =
        person.ok_or_else(|| corrupt("person", "person_id", id, "just written, not found"))?;
    let event = unit.event(event.clone());
    unit.announce(vec![event], Change::People);
    Ok(person)
}
