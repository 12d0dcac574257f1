//! Saved views of the fleet: lists that people keep, share, and begin with.
//!
//! A view is seen by its owner, or by everybody once it is shared. Whoever may share keeps the shared ones in order,
//! also those of people who have left.

use muster_core::event::{EventKind, NewEvent};
use muster_core::person::Person;
use muster_core::view::{SavedView, ViewId, check_name, check_query};
use muster_storage::{NewView, ViewOutcome};
use serde_json::{Value, json};

use crate::access::kinds::{SeeDevices, ShareViews};
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;

/// A view as somebody wants it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ViewEdit {
    /// Its name.
    pub name: String,
    /// Filter, order, columns and grouping, as the fleet page's address writes them.
    pub query: String,
    /// Whether everybody sees it.
    pub shared: bool,
}

impl Hub {
    /// The views a person sees, by name; the console has none.
    pub async fn views(&self, access: &Access) -> Result<Vec<SavedView>, ServiceError> {
        let Some(person) = access.person() else {
            return Ok(Vec::new());
        };
        let mut views = self.store().views(person.id).await?;
        views.sort_by_cached_key(|view| (view.name.to_lowercase(), view.id));
        Ok(views)
    }

    /// Keeps a list under a name.
    pub async fn create_view(
        &self,
        permit: &Permit<SeeDevices>,
        edit: ViewEdit,
    ) -> Result<SavedView, ServiceError> {
        let owner = person(permit.access())?.id;
        let new = self.checked(permit.access(), edit, false)?;
        let detail = json!({ "name": new.name, "shared": new.shared });
        let event = self.view_event(permit.access(), EventKind::ViewSaved, detail);
        outcome(self.store().insert_view(owner, new, event).await?)
    }

    /// Changes a view: its list, its name, who sees it.
    pub async fn update_view(
        &self,
        permit: &Permit<SeeDevices>,
        id: ViewId,
        edit: ViewEdit,
    ) -> Result<SavedView, ServiceError> {
        let before = self.view(permit.access(), id).await?;
        let by = person(permit.access())?.id;
        let new = self.checked(permit.access(), edit, before.shared)?;
        let detail = json!({ "name": new.name, "before": before.name, "shared": new.shared });
        let event = self.view_event(permit.access(), EventKind::ViewSaved, detail);
        outcome(self.store().update_view(id, by, new, event).await?)
    }

    /// Deletes a view.
    pub async fn delete_view(
        &self,
        permit: &Permit<SeeDevices>,
        id: ViewId,
    ) -> Result<(), ServiceError> {
        let view = self.view(permit.access(), id).await?;
        if view.shared {
            self.permit::<ShareViews>(permit.access())?;
        }
        let by = person(permit.access())?.id;
        let detail = json!({ "name": view.name, "shared": view.shared });
        let event = self.view_event(permit.access(), EventKind::ViewDeleted, detail);
        found(self.store().delete_view(id, by, event).await?)
    }

    /// Lets the person begin with a view they see; with `None` at the home of their role again.
    pub async fn pin_view(
        &self,
        permit: &Permit<SeeDevices>,
        id: Option<ViewId>,
    ) -> Result<(), ServiceError> {
        let name = match id {
            Some(id) => Some(self.view(permit.access(), id).await?.name),
            None => None,
        };
        let by = person(permit.access())?.id;
        let detail = json!({ "name": name });
        let event = self.view_event(permit.access(), EventKind::ViewPinned, detail);
        found(self.store().pin_view(id, by, event).await?)
    }

    async fn view(&self, access: &Access, id: ViewId) -> Result<SavedView, ServiceError> {
        let view = self.store().find_view(id, person(access)?.id).await?;
        view.ok_or(ServiceError::NotFound)
    }

    fn checked(
        &self,
        access: &Access,
        edit: ViewEdit,
        was_shared: bool,
    ) -> Result<NewView, ServiceError> {
        if edit.shared || was_shared {
            self.permit::<ShareViews>(access)?;
        }
        check_query(&edit.query)?;
        Ok(NewView {
            name: check_name(&edit.name)?,
            query: edit.query,
            shared: edit.shared,
        })
    }

    fn view_event(&self, access: &Access, kind: EventKind, detail: Value) -> NewEvent {
        NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind,
            detail,
        }
    }
}

fn person(access: &Access) -> Result<&Person, ServiceError> {
    access.person().ok_or_else(|| {
        ServiceError::Invalid("views belong to people; sign in to keep one".to_owned())
    })
}

fn found(done: bool) -> Result<(), ServiceError> {
    if done {
        Ok(())
    } else {
        Err(ServiceError::NotFound)
    }
}

fn outcome(outcome: ViewOutcome) -> Result<SavedView, ServiceError> {
    match outcome {
        ViewOutcome::Done(view) => Ok(view),
        ViewOutcome::NotFound => Err(ServiceError::NotFound),
        ViewOutcome::NameTaken => Err(ServiceError::AlreadyExists),
        ViewOutcome::TooMany => Err(ServiceError::Invalid(
            "there are as many views as can be kept; delete one that nobody needs".to_owned(),
        )),
    }
}
