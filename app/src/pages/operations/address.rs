//! What the list of operations shows, as its address says it.

use muster_core::operation::{OperationState, TaskKind};

use crate::pages::fleet::query_string;
use crate::routes;

/// The state of the page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListAddress {
    /// Only in these states; all when empty.
    pub states: Vec<OperationState>,
    /// Only of these kinds; all when empty.
    pub kinds: Vec<TaskKind>,
    /// Only what the person made.
    pub mine: bool,
    /// Any part of a title.
    pub text: String,
    /// Where the page begins; `None` for the newest.
    pub cursor: Option<String>,
}

/// States that belong together, as the tabs name them.
pub const GROUPS: [(&str, &[OperationState]); 4] = [
    ("All", &[]),
    (
        "Under way",
        &[OperationState::Running, OperationState::Paused],
    ),
    (
        "To begin",
        &[OperationState::AwaitingApproval, OperationState::Scheduled],
    ),
    (
        "Ended",
        &[
            OperationState::Completed,
            OperationState::CompletedWithFailures,
            OperationState::Stopped,
            OperationState::RolledBack,
            OperationState::Cancelled,
            OperationState::Expired,
        ],
    ),
];

impl ListAddress {
    /// All operations in some states.
    pub fn in_states(states: &[OperationState]) -> Self {
        Self {
            states: states.to_vec(),
            ..Self::default()
        }
    }

    /// Reads a query string. What it does not know is left out.
    pub fn parse(query: &str) -> Self {
        let mut address = Self::default();
        let mut group = Vec::new();
        for (name, value) in query_string::pairs(query) {
            match name.as_str() {
                // What the form keeps of the tab, unless a state is chosen in it.
                "group" => group.extend(OperationState::from_name(&value)),
                "state" => address.states.extend(OperationState::from_name(&value)),
                "kind" => address.kinds.extend(TaskKind::from_name(&value)),
                "mine" => address.mine = !value.is_empty(),
                "q" => address.text = value.trim().to_owned(),
                "cursor" => address.cursor = (!value.is_empty()).then_some(value),
                _ => {}
            }
        }
        if address.states.is_empty() {
            address.states = group;
        }
        address
    }

    /// The query string, with its question mark unless it is empty.
    pub fn query(&self) -> String {
        let states = self.states.iter().map(|state| ("state", state.as_str()));
        let kinds = self.kinds.iter().map(|kind| ("kind", kind.as_str()));
        query_string::of_pairs(states.chain(kinds).chain([
            ("mine", if self.mine { "1" } else { "" }),
            ("q", self.text.as_str()),
            ("cursor", self.cursor.as_deref().unwrap_or_default()),
        ]))
    }

    /// The address of the page.
    pub fn href(&self) -> String {
        [routes::OPERATIONS, &self.query()].concat()
    }

    /// Whether something is left out.
    pub fn is_filtered(&self) -> bool {
        *self != Self::default()
    }

    /// The same list from another place.
    #[must_use]
    pub fn at(&self, cursor: Option<String>) -> Self {
        Self {
            cursor,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(
            states in prop::sample::subsequence(OperationState::ALL.to_vec(), 0..4),
            kinds in prop::sample::subsequence(TaskKind::ALL.to_vec(), 0..3),
            mine in any::<bool>(),
            text in "[!-~]{0,9}",
            cursor in prop::option::of("[A-Za-z0-9_-]{1,20}"),
        ) {
            let address = ListAddress { states, kinds, mine, text, cursor };
            prop_assert_eq!(ListAddress::parse(&address.query()), address);
        }
    }

    #[test]
    fn the_plain_list_has_a_plain_address() {
        assert_eq!(ListAddress::default().href(), "/operations");
        assert_eq!(
            ListAddress::parse("state=nonsense&q=+"),
            ListAddress::default()
        );
        assert_eq!(
            ListAddress::in_states(GROUPS[1].1).href(),
            "/operations?state=running&state=paused"
        );
    }
}
