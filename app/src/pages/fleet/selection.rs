//! Which devices are selected: some, or all that match except some. It outlives the page of the list, not the filter.

use std::collections::BTreeSet;

use leptos::prelude::*;
use muster_core::ids::DeviceId;

/// Most devices that can be selected, or left out, one by one: as many as fit into a form.
pub const MAX_MARKED: usize = 400;

/// The selection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selection {
    /// All that match are selected, and `marked` are left out.
    all: bool,
    /// What was marked one by one.
    marked: BTreeSet<DeviceId>,
}

/// What the list has in hand: the selection, and the device beside the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    /// The selected devices.
    pub(super) selection: RwSignal<Selection>,
    /// The device that is previewed.
    pub(super) preview: RwSignal<Option<DeviceId>>,
}

impl Hand {
    pub(super) fn new(preview: Option<DeviceId>) -> Self {
        Self {
            selection: RwSignal::new(Selection::none()),
            preview: RwSignal::new(preview),
        }
    }

    /// Opens the preview of a device, or closes it if it is open.
    pub(super) fn toggle_preview(self, id: &DeviceId) {
        self.preview.update(|shown| {
            *shown = (shown.as_ref() != Some(id)).then(|| id.clone());
        });
    }
}

impl Selection {
    /// Nothing.
    pub fn none() -> Self {
        Self {
            all: false,
            marked: BTreeSet::new(),
        }
    }

    /// Everything that matches.
    pub fn all() -> Self {
        Self {
            all: true,
            marked: BTreeSet::new(),
        }
    }

    /// Whether everything that matches is selected, but for [`Selection::marked`].
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// What was marked one by one: the selected devices, or those left out.
    pub fn marked(&self) -> impl Iterator<Item = &DeviceId> {
        self.marked.iter()
    }

    /// Whether a device of the list is selected.
    pub fn has(&self, id: &DeviceId) -> bool {
        self.all != self.marked.contains(id)
    }

    /// How many are selected of a list of `total`.
    pub fn count(&self, total: u64) -> u64 {
        let marked = self.marked.len() as u64;
        if self.all {
            total.saturating_sub(marked)
        } else {
            marked
        }
    }

    /// Whether no more can be marked one by one.
    pub fn is_full(&self) -> bool {
        self.marked.len() >= MAX_MARKED
    }

    /// Selects these devices, or takes them out; as many as there is room for.
    pub fn set(&mut self, ids: &[DeviceId], selected: bool) {
        for id in ids {
            if self.has(id) == selected {
                continue;
            }
            if !self.marked.remove(id) && !self.is_full() {
                self.marked.insert(id.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn ids(names: &[&str]) -> Vec<DeviceId> {
        let id = |name: &&str| DeviceId::new(name).unwrap();
        names.iter().map(id).collect()
    }

    #[test]
    fn devices_go_in_and_out_of_either_form() {
        let check = |mut selection: Selection, out: &[&str], back: &[&str], count, has: &[bool]| {
            selection.set(&ids(&["a", "b"]), true);
            selection.set(&ids(out), false);
            selection.set(&ids(back), true);
            let found: Vec<_> = ids(&["a", "b", "c"])
                .iter()
                .map(|id| selection.has(id))
                .collect();
            assert_eq!((selection.count(10), found.as_slice()), (count, has));
        };
        check(Selection::none(), &[], &[], 2, &[true, true, false]);
        check(
            Selection::none(),
            &["b", "c"],
            &[],
            1,
            &[true, false, false],
        );
        check(
            Selection::none(),
            &["a", "b"],
            &["c"],
            1,
            &[false, false, true],
        );
        check(Selection::all(), &[], &[], 10, &[true, true, true]);
        check(
            Selection::all(),
            &["a", "c"],
            &["c"],
            9,
            &[false, true, true],
        );
    }

    #[test]
    fn what_is_marked_fits_into_a_form() {
        let many: Vec<String> = (0..MAX_MARKED + 5).map(|i| format!("d-{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let mut selection = Selection::none();
        selection.set(&ids(&many), true);
        assert_eq!(selection.count(10_000), MAX_MARKED as u64);
        assert!(selection.is_full());
        // What is in can still be taken out, and makes room.
        selection.set(&ids(&["d-0"]), false);
        selection.set(&ids(&["other"]), true);
        assert_eq!(selection.count(10_000), MAX_MARKED as u64);
        assert!(selection.has(&ids(&["other"])[0]) && !selection.has(&ids(&["d-0"])[0]));
    }
}
