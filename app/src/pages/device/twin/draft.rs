//! An edit in progress: what it began with, what has been typed, what is stored meanwhile.

use leptos::prelude::*;
use muster_core::ids::DeviceId;
use muster_core::twin::Object;

use crate::error::AppError;
use crate::pages::device::address::DeviceAddress;
use crate::panels::refresh::Refresh;
use crate::panels::twin::document::{self, Section};
use crate::reactive::{effect, effect_of_change};
use crate::rpc::devices::{SaveTwin, Saved, TwinView};

/// The edit. It outlives the change between form and JSON, and every reading of the twin.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// What the edit began with.
    base: RwSignal<TwinView>,
    /// What is stored now.
    current: RwSignal<TwinView>,
    /// The tags as typed.
    tags: RwSignal<String>,
    /// The desired properties as typed.
    desired: RwSignal<String>,
    /// Somebody is choosing between two changes.
    resolving: RwSignal<bool>,
    /// The saving.
    pub(super) save: ServerAction<SaveTwin>,
}

impl Draft {
    /// Begins with what is stored, or with what the address brought back from a form without script.
    pub(super) fn new(
        current: RwSignal<TwinView>,
        refresh: Refresh,
        address: Memo<DeviceAddress>,
    ) -> Self {
        let base = current.get_untracked();
        let written = (
            document::written(&base.tags),
            document::written(&base.desired),
        );
        let (tags, desired) = address
            .with_untracked(|address| address.draft.clone())
            .unwrap_or(written);
        let draft = Self {
            base: RwSignal::new(base),
            current,
            tags: RwSignal::new(tags),
            desired: RwSignal::new(desired),
            resolving: RwSignal::new(false),
            save: ServerAction::new(),
        };
        draft.follow_what_is_stored();
        draft.follow_answers(refresh);
        draft
    }

    /// While nothing was typed, the edit keeps up with the twin.
    fn follow_what_is_stored(self) {
        effect_of_change(move |changed| {
            self.current.track();
            if changed && !untrack(|| self.is_changed()) {
                self.restart();
            }
        });
    }

    fn follow_answers(self, refresh: Refresh) {
        effect(move || match self.save.value().get() {
            Some(Ok(saved)) => {
                self.saved(&saved);
                refresh.ask();
            }
            Some(Err(AppError::Conflict { .. })) => {
                self.resolving.set(true);
                refresh.ask();
            }
            _ => {}
        });
    }

    /// What was typed is what is stored now.
    fn saved(self, saved: &Saved) {
        let mine = untrack(|| self.mine());
        self.base.update(|base| {
            base.etag.clone_from(&saved.etag);
            base.desired_version = saved.desired_version;
            if let Ok((tags, desired)) = mine {
                base.tags = tags;
                base.desired = desired;
            }
        });
        self.resolving.set(false);
    }

    /// Forgets what was typed and begins with what is stored.
    pub(super) fn restart(self) {
        let current = self.current.get_untracked();
        self.tags.set(document::written(&current.tags));
        self.desired.set(document::written(&current.desired));
        self.base.set(current);
        self.resolving.set(false);
    }

    /// Goes on from what is stored, with this as what was typed.
    pub(super) fn rebase(self, tags: &Object, desired: &Object) {
        self.base.set(self.current.get_untracked());
        self.tags.set(document::written(tags));
        self.desired.set(document::written(desired));
        self.resolving.set(false);
    }

    /// The text of a section.
    pub(super) fn text(self, section: Section) -> RwSignal<String> {
        match section {
            Section::Tags => self.tags,
            Section::Desired => self.desired,
        }
    }

    /// What is wrong with a section: as it stands now, else as the hub answered. Reactive.
    pub(super) fn problem(self, section: Section) -> Option<String> {
        let here = self
            .text(section)
            .with(|text| document::read(section, text).err());
        here.or_else(|| match self.save.value().get() {
            Some(Err(error)) => error.of_field(section.name()),
            _ => None,
        })
    }

    /// Both sections as typed; an error when one cannot be read. Reactive.
    pub(super) fn mine(self) -> Result<(Object, Object), String> {
        let read = |section| {
            self.text(section)
                .with(|text| document::read(section, text))
        };
        Ok((read(Section::Tags)?, read(Section::Desired)?))
    }

    /// What the edit began with. Reactive.
    pub(super) fn base(self) -> TwinView {
        self.base.get()
    }

    /// What is stored now. Reactive.
    pub(super) fn theirs(self) -> TwinView {
        self.current.get()
    }

    /// The token the next saving refers to. Reactive.
    pub(super) fn etag(self) -> String {
        self.base.with(|base| base.etag.clone())
    }

    /// Whether something was typed that is not stored. Reactive.
    pub(super) fn is_changed(self) -> bool {
        match self.mine() {
            Ok((tags, desired)) => self
                .base
                .with(|base| base.tags != tags || base.desired != desired),
            Err(_) => true,
        }
    }

    /// Whether somebody else changed the twin since the edit began. Reactive.
    pub(super) fn is_behind(self) -> bool {
        self.base
            .with(|base| self.current.with(|current| base.etag != current.etag))
    }

    /// Whether somebody chooses between two changes right now. Reactive.
    pub(super) fn is_resolving(self) -> bool {
        self.resolving.get() && self.is_behind()
    }

    /// Shows the choice.
    pub(super) fn resolve(self) {
        self.resolving.set(true);
    }

    /// Sends what was typed.
    pub(super) fn send(self, id: &DeviceId) {
        self.save.dispatch(SaveTwin {
            id: id.as_str().to_owned(),
            etag: self.base.with_untracked(|base| base.etag.clone()),
            tags: self.tags.get_untracked(),
            desired: self.desired.get_untracked(),
        });
    }
}
