//! Saved views of the fleet: reading.

use muster_core::event::NewEvent;
use muster_core::ids::PersonId;
use muster_core::view::{SavedView, ViewId};

use crate::engine::{Connection, Row, Sql};
use crate::error::StorageError;
use crate::store::Store;

pub(crate) mod change;

/// Most views one person keeps; more cannot be told apart in a menu.
pub const MAX_OWN_VIEWS: u64 = 100;

/// Most views that everybody sees.
pub const MAX_SHARED_VIEWS: u64 = 200;

/// The columns that [`view_of`] reads.
macro_rules! columns {
    () => {
        "SELECT v.view_id, v.owner_id, p.display_name, v.name, v.query, v.shared
         FROM fleet_view AS v JOIN person AS p ON p.person_id = v.owner_id "
    };
}

const FIND: Sql = Sql::both(
    "reading a saved view",
    concat!(
        columns!(),
        "WHERE v.view_id = $1 AND (v.owner_id = $2 OR v.shared = 1)"
    ),
);

const ALL: Sql = Sql::both(
    "reading saved views",
    concat!(
        columns!(),
        "WHERE v.owner_id = $1 OR v.shared = 1 ORDER BY v.view_id LIMIT $2"
    ),
);

pub(crate) const STATEMENTS: &[&Sql] = &[&FIND, &ALL];

/// A view to be made, or what an existing one becomes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewView {
    /// The checked name.
    pub name: String,
    /// The checked description of the list.
    pub query: String,
    /// Whether everybody sees it.
    pub shared: bool,
}

/// The end of making or changing a view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ViewOutcome {
    /// This is how it is now.
    Done(SavedView),
    /// There is none of that number that the person sees.
    NotFound,
    /// Its owner has another of that name.
    NameTaken,
    /// Its owner keeps [`MAX_OWN_VIEWS`], or everybody sees [`MAX_SHARED_VIEWS`] already.
    TooMany,
}

impl Store {
    /// The views that a person sees: their own and the shared ones, oldest first.
    pub async fn views(&self, person: PersonId) -> Result<Vec<SavedView>, StorageError> {
        let mut reader = self.reader().await?;
        let limit = (MAX_OWN_VIEWS + MAX_SHARED_VIEWS).into();
        let rows = reader
            .connection()
            .rows(&ALL, [person.0.into(), limit])
            .await?;
        rows.iter().map(view_of).collect()
    }

    /// A view that a person sees.
    pub async fn find_view(
        &self,
        id: ViewId,
        person: PersonId,
    ) -> Result<Option<SavedView>, StorageError> {
        let mut reader = self.reader().await?;
        find(&mut reader.connection(), id, person).await
    }

    /// Makes a view of a person's.
    pub async fn insert_view(
        &self,
        owner: PersonId,
        new: NewView,
        event: NewEvent,
    ) -> Result<ViewOutcome, StorageError> {
        self.write("making a view", change::Insert { owner, new, event })
            .await
    }

    /// Changes a view that the person sees. Whoever pinned it and no longer sees it begins at their usual home again.
    pub async fn update_view(
        &self,
        id: ViewId,
        person: PersonId,
        new: NewView,
        event: NewEvent,
    ) -> Result<ViewOutcome, StorageError> {
        let update = change::Update {
            id,
            person,
            new,
            event,
        };
        self.write("changing a view", update).await
    }

    /// Deletes a view that the person sees; whether there was one.
    pub async fn delete_view(
        &self,
        id: ViewId,
        person: PersonId,
        event: NewEvent,
    ) -> Result<bool, StorageError> {
        self.write("deleting a view", change::Delete { id, person, event })
            .await
    }

    /// Lets the person begin with a view they see, or with none; whether they see it.
    pub async fn pin_view(
        &self,
        view: Option<ViewId>,
        person: PersonId,
        event: NewEvent,
    ) -> Result<bool, StorageError> {
        let pin = change::Pin {
            view,
            person,
            event,
        };
        self.write("choosing the first view", pin).await
    }
}

async fn find(
    connection: &mut Connection<'_>,
    id: ViewId,
    person: PersonId,
) -> Result<Option<SavedView>, StorageError> {
    let row = connection
        .row(&FIND, [id.0.into(), person.0.into()])
        .await?;
    row.as_ref().map(view_of).transpose()
}

fn view_of(row: &Row) -> Result<SavedView, StorageError> {
    Ok(SavedView {
        id: ViewId(row.get(0)?),
        owner: PersonId(row.get(1)?),
        owner_name: row.get(2)?,
        name: row.get(3)?,
        query: row.get(4)?,
        shared: row.flag(5)?,
    })
}
