//! Handover: what one shift tells the next that looks after the same devices.

use muster_core::event::{EventKind, NewEvent};
use muster_core::policy::Action;
use muster_storage::HandoverNote;
use serde_json::json;

use crate::access::kinds::RunOperations;
use crate::access::{Access, Permit};
use crate::error::ServiceError;
use crate::hub::Hub;
use crate::presence::scope_name;

/// Longest note, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;

impl Hub {
    /// The newest notes for those with the person's scope, newest first. A note may tell of any device its author sees,
    /// so whoever sees more or less than they reads other notes.
    pub async fn handover_notes(
        &self,
        access: &Access,
        limit: usize,
    ) -> Result<Vec<HandoverNote>, ServiceError> {
        let scope = scope_name(&access.scope(Action::SeeDevices));
        Ok(self.store().handover_notes(&scope, limit).await?)
    }

    /// Leaves a note for those with the same scope.
    pub async fn leave_note(
        &self,
        permit: &Permit<RunOperations>,
        text: &str,
    ) -> Result<(), ServiceError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MAX_NOTE_CHARS || text.contains('\0') {
            return Err(ServiceError::Invalid(format!(
                "a note has 1 to {MAX_NOTE_CHARS} characters"
            )));
        }
        let access = permit.access();
        let Some(person) = access.person() else {
            return Err(ServiceError::Invalid(
                "notes are left by people; sign in to leave one".to_owned(),
            ));
        };
        let author = match person.display_name.as_str() {
            "" => person.name.clone(),
            name => name.to_owned(),
        };
        let event = NewEvent {
            at: self.now(),
            device: None,
            actor: access.actor(),
            kind: EventKind::NoteLeft,
            detail: json!({ "characters": text.chars().count() }),
        };
        let scope = scope_name(&access.scope(Action::SeeDevices));
        let left = self
            .store()
            .leave_note(scope, author, text.to_owned(), event);
        Ok(left.await?)
    }
}
