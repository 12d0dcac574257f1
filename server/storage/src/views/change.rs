//! Saved views of the fleet: within the writer's transaction.

use muster_core::event::NewEvent;
use muster_core::ids::PersonId;
use muster_core::view::ViewId;

use super::{MAX_OWN_VIEWS, MAX_SHARED_VIEWS, NewView, ViewOutcome, find};
use crate::change::Change;
use crate::engine::{Connection, Sql};
use crate::error::{StorageError, corrupt};
use crate::writer::{Operation, Unit};

const INSERT: Sql = Sql::both(
    "making a view",
    "INSERT INTO fleet_view (view_id, owner_id, name, query, shared, changed_at) VALUES ($1, $2, $3, $4, $5, $6)",
);

const UPDATE: Sql = Sql::both(
    "changing a view",
    "UPDATE fleet_view SET name = $2, query = $3, shared = $4, changed_at = $5 WHERE view_id = $1",
);

const DELETE: Sql = Sql::both(
    "deleting a view",
    "DELETE FROM fleet_view WHERE view_id = $1",
);

const PIN: Sql = Sql::both(
    "choosing the first view",
    "UPDATE person SET home_view = $2 WHERE person_id = $1",
);

const UNPIN_OTHERS: Sql = Sql::both(
    "taking a view back",
    "UPDATE person SET home_view = NULL WHERE home_view = $1 AND person_id <> $2",
);

const COUNT_NAME: Sql = Sql::both(
    "looking for a view's name",
    "SELECT COUNT(*) FROM fleet_view WHERE owner_id = $1 AND name = $2 AND view_id <> $3",
);

const COUNT_OWN: Sql = Sql::both(
    "counting a person's views",
    "SELECT COUNT(*) FROM fleet_view WHERE owner_id = $1",
);

const COUNT_SHARED: Sql = Sql::both(
    "counting shared views",
    "SELECT COUNT(*) FROM fleet_view WHERE shared = 1",
);

pub(crate) const STATEMENTS: &[&Sql] = &[
    &INSERT,
    &UPDATE,
    &DELETE,
    &PIN,
    &UNPIN_OTHERS,
    &COUNT_NAME,
    &COUNT_OWN,
    &COUNT_SHARED,
];

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) owner: PersonId,
    pub(super) new: NewView,
    pub(super) event: NewEvent,
}

impl Operation for Insert {
    type Output = ViewOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ViewOutcome, StorageError> {
        let connection = &mut unit.connection;
        let own = connection.number(&COUNT_OWN, [self.owner.0.into()]).await?;
        if own.cast_unsigned() >= MAX_OWN_VIEWS
            || (self.new.shared && !one_more_may_be_shared(connection).await?)
        {
            return Ok(ViewOutcome::TooMany);
        }
        if name_is_taken(connection, self.owner, &self.new.name, None).await? {
            return Ok(ViewOutcome::NameTaken);
        }
        let event = unit.event(self.event.clone());
        // The number of the event that made it: numbers of deleted views are never used again.
        let id = ViewId(event.seq.0);
        let arguments = [
            id.0.into(),
            self.owner.0.into(),
            self.new.name.as_str().into(),
            self.new.query.as_str().into(),
            self.new.shared.into(),
            event.at.millis().into(),
        ];
        unit.connection.run(&INSERT, arguments).await?;
        unit.announce(vec![event], Change::People);
        written(unit, id, self.owner).await
    }
}

#[derive(Debug)]
pub(super) struct Update {
    pub(super) id: ViewId,
    pub(super) person: PersonId,
    pub(super) new: NewView,
    pub(super) event: NewEvent,
}

impl Operation for Update {
    type Output = ViewOutcome;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<ViewOutcome, StorageError> {
        let connection = &mut unit.connection;
        let Some(before) = find(connection, self.id, self.person).await? else {
            return Ok(ViewOutcome::NotFound);
        };
        let new = &self.new;
        if new.shared && !before.shared && !one_more_may_be_shared(connection).await? {
            return Ok(ViewOutcome::TooMany);
        }
        if name_is_taken(connection, before.owner, &new.name, Some(self.id)).await? {
            return Ok(ViewOutcome::NameTaken);
        }
        let arguments = [
            self.id.0.into(),
            new.name.as_str().into(),
            new.query.as_str().into(),
            new.shared.into(),
            self.event.at.millis().into(),
        ];
        connection.run(&UPDATE, arguments).await?;
        if before.shared && !new.shared {
            let arguments = [self.id.0.into(), before.owner.0.into()];
            connection.run(&UNPIN_OTHERS, arguments).await?;
        }
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::People);
        written(unit, self.id, before.owner).await
    }
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) id: ViewId,
    pub(super) person: PersonId,
    pub(super) event: NewEvent,
}

impl Operation for Delete {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let connection = &mut unit.connection;
        if find(connection, self.id, self.person).await?.is_none() {
            return Ok(false);
        }
        connection.run(&DELETE, [self.id.0.into()]).await?;
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::People);
        Ok(true)
    }
}

#[derive(Debug)]
pub(super) struct Pin {
    pub(super) view: Option<ViewId>,
    pub(super) person: PersonId,
    pub(super) event: NewEvent,
}

impl Operation for Pin {
    type Output = bool;

    async fn apply(&self, unit: &mut Unit<'_>) -> Result<bool, StorageError> {
        let connection = &mut unit.connection;
        if let Some(id) = self.view
            && find(connection, id, self.person).await?.is_none()
        {
            return Ok(false);
        }
        let arguments = [self.person.0.into(), self.view.map(|id| id.0).into()];
        connection.run(&PIN, arguments).await?;
        let event = unit.event(self.event.clone());
        unit.announce(vec![event], Change::People);
        Ok(true)
    }
}

async fn one_more_may_be_shared(connection: &mut Connection<'_>) -> Result<bool, StorageError> {
    let shared = connection.number(&COUNT_SHARED, []).await?;
    Ok(shared.cast_unsigned() < MAX_SHARED_VIEWS)
}

/// Whether another view of the owner's has the name. Numbers begin at 1.
async fn name_is_taken(
    connection: &mut Connection<'_>,
    owner: PersonId,
    name: &str,
    except: Option<ViewId>,
) -> Result<bool, StorageError> {
    let except = except.map_or(0, |id| id.0);
    let arguments = [owner.0.into(), name.into(), except.into()];
    Ok(connection.number(&COUNT_NAME, arguments).await? > 0)
}

async fn written(
    unit: &mut Unit<'_>,
    id: ViewId,
    owner: PersonId,
) -> Result<ViewOutcome, StorageError> {
    let view = find(&mut unit.connection, id, owner).await?;
    let view =
        view.ok_or_else(|| corrupt("fleet_view", "view_id", id.0, "just written, not found"))?;
    Ok(ViewOutcome::Done(view))
}
