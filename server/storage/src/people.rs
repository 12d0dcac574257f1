//! Accounts: reading.

use std::collections::HashMap;

use muster_core::event::NewEvent;
use muster_core::ids::PersonId;
use muster_core::person::{Person, RoleGrant};
use muster_core::time::Timestamp;
use muster_core::view::ViewId;

use crate::engine::{Connection, Row, Sql};
use crate::error::{StorageError, corrupt};
use crate::records::{InsertOutcome, NewPerson, PasswordHash, PersonChange, WriteOutcome};
use crate::store::Store;

pub(crate) mod change;

/// Most accounts that are listed.
const MAX_PEOPLE: usize = 10_000;

/// Most roles that one account can have in a list.
const MAX_ROLES: usize = 10 * MAX_PEOPLE;

/// The columns that [`person_of`] reads.
macro_rules! columns {
    () => {
        "SELECT person_id, name, display_name, active, must_change_password, created_at, last_sign_in_at,
                password_hash, home_view
         FROM person "
    };
}

const FIND: Sql = Sql::both(
    "reading an account",
    concat!(columns!(), "WHERE person_id = $1"),
);
const FIND_BY_NAME: Sql = Sql::both("reading an account", concat!(columns!(), "WHERE name = $1"));
const ALL: Sql = Sql::both(
    "reading all accounts",
    concat!(columns!(), "ORDER BY person_id LIMIT $1"),
);

const ROLES: Sql = Sql::both(
    "reading an account's roles",
    "SELECT role, scope FROM person_role WHERE person_id = $1 ORDER BY position",
);

const ALL_ROLES: Sql = Sql::both(
    "reading all roles",
    "SELECT role, scope, person_id FROM person_role ORDER BY person_id, position LIMIT $1",
);

const COUNT_ADMINS: Sql = Sql::both(
    "counting administrators",
    "SELECT COUNT(DISTINCT p.person_id) FROM person AS p JOIN person_role AS r ON r.person_id = p.person_id
     WHERE p.active = 1 AND r.role = 'admin' AND p.person_id <> $1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &FIND,
    &FIND_BY_NAME,
    &ALL,
    &ROLES,
    &ALL_ROLES,
    &COUNT_ADMINS,
];

impl Store {
    /// Makes an account.
    pub async fn insert_person(
        &self,
        new: NewPerson,
        event: NewEvent,
    ) -> Result<InsertOutcome<Person>, StorageError> {
        let insert = change::Insert {
            new,
            active: true,
            event,
        };
        self.write("making an account", insert).await
    }

    /// An account by its number.
    pub async fn find_person(&self, id: PersonId) -> Result<Option<Person>, StorageError> {
        let mut reader = self.reader().await?;
        find(&mut reader.connection(), id).await
    }

    /// An account by its sign-in name, with the hash to check the password against.
    pub async fn find_person_by_name(
        &self,
        name: &str,
    ) -> Result<Option<(Person, PasswordHash)>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let Some(row) = connection.row(&FIND_BY_NAME, [name.into()]).await? else {
            return Ok(None);
        };
        let mut person = person_of(&row)?;
        person.roles = roles_of(&mut connection, person.id).await?;
        Ok(Some((person, PasswordHash(row.get(7)?))))
    }

    /// All accounts by name, at most 10,000.
    pub async fn people(&self) -> Result<Vec<Person>, StorageError> {
        let mut reader = self.reader().await?;
        let mut connection = reader.connection();
        let mut roles: HashMap<i64, Vec<RoleGrant>> = HashMap::new();
        for row in connection.rows(&ALL_ROLES, [MAX_ROLES.into()]).await? {
            roles.entry(row.get(2)?).or_default().push(role_of(&row)?);
        }
        let rows = connection.rows(&ALL, [MAX_PEOPLE.into()]).await?;
        let mut people = rows.iter().map(person_of).collect::<Result<Vec<_>, _>>()?;
        for person in &mut people {
            person.roles = roles.remove(&person.id.0).unwrap_or_default();
        }
        people.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(people)
    }

    /// Changes an account. Deactivating it ends its sessions and tokens. The last active administrator stays one.
    pub async fn update_person(
        &self,
        id: PersonId,
        change: PersonChange,
        event: NewEvent,
    ) -> Result<WriteOutcome<Person>, StorageError> {
        self.write("changing an account", change::Update { id, change, event })
            .await
    }

    /// Whether there is an active administrator.
    pub async fn has_admin(&self) -> Result<bool, StorageError> {
        let mut reader = self.reader().await?;
        Ok(count_admins(&mut reader.connection(), None).await? > 0)
    }
}

pub(crate) async fn find(
    connection: &mut Connection<'_>,
    id: PersonId,
) -> Result<Option<Person>, StorageError> {
    let Some(row) = connection.row(&FIND, [id.0.into()]).await? else {
        return Ok(None);
    };
    let mut person = person_of(&row)?;
    person.roles = roles_of(connection, id).await?;
    Ok(Some(person))
}

/// Active administrators, without one of them. Numbers begin at 1.
async fn count_admins(
    connection: &mut Connection<'_>,
    without: Option<PersonId>,
) -> Result<i64, StorageError> {
    let without = without.map_or(0, |id| id.0);
    connection.number(&COUNT_ADMINS, [without.into()]).await
}

async fn roles_of(
    connection: &mut Connection<'_>,
    id: PersonId,
) -> Result<Vec<RoleGrant>, StorageError> {
    let rows = connection.rows(&ROLES, [id.0.into()]).await?;
    rows.iter().map(role_of).collect()
}

fn role_of(row: &Row) -> Result<RoleGrant, StorageError> {
    let role: String = row.get(0)?;
    Ok(RoleGrant {
        role: role
            .parse()
            .map_err(|cause| corrupt("person_role", "role", &role, cause))?,
        scope: row.get(1)?,
    })
}

/// All but the roles.
fn person_of(row: &Row) -> Result<Person, StorageError> {
    Ok(Person {
        id: PersonId(row.get(0)?),
        name: row.get(1)?,
        display_name: row.get(2)?,
        roles: Vec::new(),
        active: row.flag(3)?,
        must_change_password: row.flag(4)?,
        created_at: Timestamp::from_millis(row.get(5)?),
        last_sign_in_at: row.get::<Option<i64>>(6)?.map(Timestamp::from_millis),
        home_view: row.get::<Option<i64>>(8)?.map(ViewId),
    })
}
