//! What of an operation its page shows, as the address says it.

use muster_core::ids::OperationId;
use muster_core::operation::TargetState;

use crate::pages::fleet::query_string;
use crate::routes;

/// A part of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// Progress, waves, why devices wait and failed, the plan.
    #[default]
    Progress,
    /// Each device.
    Devices,
    /// What happened.
    History,
}

impl Tab {
    /// All, in the order of the row.
    pub const ALL: [Tab; 3] = [Self::Progress, Self::Devices, Self::History];

    /// The name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Progress => "progress",
            Self::Devices => "devices",
            Self::History => "history",
        }
    }

    /// The name in the row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Progress => "Progress",
            Self::Devices => "Devices",
            Self::History => "History",
        }
    }
}

/// The state of the page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OperationAddress {
    /// Which part.
    pub tab: Tab,
    /// Only devices in these states; all when empty.
    pub states: Vec<TargetState>,
    /// Only devices of this wave, from 0.
    pub wave: Option<u16>,
    /// Only devices with this reason.
    pub why: String,
    /// Any part of an id.
    pub text: String,
    /// Where the page of devices or events begins.
    pub cursor: Option<String>,
}

impl OperationAddress {
    /// A part of the page.
    pub fn tab(tab: Tab) -> Self {
        Self {
            tab,
            ..Self::default()
        }
    }

    /// The devices in a state.
    pub fn devices(states: &[TargetState]) -> Self {
        Self {
            states: states.to_vec(),
            ..Self::tab(Tab::Devices)
        }
    }

    /// The devices in a state for a reason.
    pub fn because(state: TargetState, why: &str) -> Self {
        Self {
            why: why.to_owned(),
            ..Self::devices(&[state])
        }
    }

    /// Reads a query string. What it does not know is left out.
    pub fn parse(query: &str) -> Self {
        let mut address = Self::default();
        for (name, value) in query_string::pairs(query) {
            match name.as_str() {
                "tab" => {
                    let known = Tab::ALL.into_iter().find(|tab| tab.as_str() == value);
                    address.tab = known.unwrap_or_default();
                }
                "state" => address.states.extend(TargetState::from_name(&value)),
                // People count waves from 1.
                "wave" => address.wave = value.parse::<u16>().ok().and_then(|n| n.checked_sub(1)),
                "why" => address.why = value,
                "q" => address.text = value.trim().to_owned(),
                "cursor" => address.cursor = (!value.is_empty()).then_some(value),
                _ => {}
            }
        }
        address
    }

    /// The query string, with its question mark unless it is empty.
    pub fn query(&self) -> String {
        let tab = match self.tab {
            Tab::Progress => "",
            tab => tab.as_str(),
        };
        let wave = self
            .wave
            .map_or(String::new(), |wave| (u32::from(wave) + 1).to_string());
        let states = self.states.iter().map(|state| ("state", state.as_str()));
        query_string::of_pairs([("tab", tab)].into_iter().chain(states).chain([
            ("wave", wave.as_str()),
            ("why", self.why.as_str()),
            ("q", self.text.as_str()),
            ("cursor", self.cursor.as_deref().unwrap_or_default()),
        ]))
    }

    /// The address of this state on an operation's page.
    pub fn href(&self, id: OperationId) -> String {
        [routes::operation(id), self.query()].concat()
    }

    /// The same from another place.
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
            tab in prop::sample::select(Tab::ALL.to_vec()),
            states in prop::sample::subsequence(TargetState::ALL.to_vec(), 0..3),
            wave in prop::option::of(0..100_u16),
            why in "[ -~é]{0,20}",
            text in "[!-~]{0,9}",
            cursor in prop::option::of("[A-Za-z0-9_-]{1,20}"),
        ) {
            let address = OperationAddress { tab, states, wave, why, text, cursor };
            prop_assert_eq!(OperationAddress::parse(&address.query()), address);
        }
    }

    #[test]
    fn waves_are_counted_from_one() {
        let address = OperationAddress {
            wave: Some(3),
            ..OperationAddress::tab(Tab::Devices)
        };
        assert_eq!(
            address.href(OperationId(7)),
            "/operations/7?tab=devices&wave=4"
        );
        assert_eq!(OperationAddress::parse("wave=0").wave, None);
    }
}
