//! What of a device its page shows, as the address says it.

use muster_core::ids::DeviceId;

use crate::pages::fleet::query_string;
use crate::panels::telemetry::Range;
use crate::routes;

/// A part of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// Telemetry, identity, the latest events.
    #[default]
    Overview,
    /// Desired beside reported, and the way to change them.
    Twin,
    /// Everything that happened.
    Timeline,
    /// The bulk operations that have it.
    Operations,
    /// What its desired properties were, and the way back.
    History,
}

impl Tab {
    /// All, in the order of the row.
    pub const ALL: &'static [Tab] = &[
        Self::Overview,
        Self::Twin,
        Self::Timeline,
        Self::Operations,
        Self::History,
    ];

    /// The name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Twin => "twin",
            Self::Timeline => "timeline",
            Self::Operations => "operations",
            Self::History => "history",
        }
    }

    /// The name in the row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Twin => "Twin",
            Self::Timeline => "Timeline",
            Self::Operations => "Operations",
            Self::History => "History",
        }
    }
}

/// How the twin is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum View {
    /// To read: both sides of each property.
    #[default]
    Compare,
    /// To change, row by row.
    Form,
    /// To change, as a document.
    Json,
}

impl View {
    /// All, in the order of the row.
    pub const ALL: [View; 3] = [Self::Compare, Self::Form, Self::Json];

    /// The name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Form => "form",
            Self::Json => "json",
        }
    }

    /// The name in the row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Compare => "Compare",
            Self::Form => "Form",
            Self::Json => "JSON",
        }
    }
}

/// Why a form that was sent without script did not do it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// Somebody else was faster.
    Conflict,
    /// A document cannot be stored as it is; reading it again says why.
    Refused,
    /// Something else; the log has the cause.
    Failed,
}

impl Problem {
    const ALL: [Problem; 3] = [Self::Conflict, Self::Refused, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// The state of the page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeviceAddress {
    /// Which part.
    pub tab: Tab,
    /// How the twin is shown.
    pub view: View,
    /// Which numeric field the chart shows; `None` for the usual one.
    pub field: Option<String>,
    /// How far back the chart looks.
    pub range: Range,
    /// Where the timeline's page begins.
    pub cursor: Option<String>,
    /// The answer to a form that was sent without script: what went wrong.
    pub problem: Option<Problem>,
    /// The answer to a form that was sent without script: the version that was stored.
    pub saved: Option<u64>,
    /// What the history compares: a version or a moment in UTC; empty for what is usual.
    pub from: String,
    /// With what.
    pub to: String,
    /// The version that somebody thinks of bringing back.
    pub restore: Option<u64>,
    /// When that version was made, in milliseconds since 1970: other devices go back to this moment.
    pub at: Option<i64>,
    /// What was typed into that form: tags and desired properties, when they were small enough to come along.
    pub draft: Option<(String, String)>,
}

impl DeviceAddress {
    /// Another part of the page.
    pub fn tab(tab: Tab) -> Self {
        Self {
            tab,
            ..Self::default()
        }
    }

    /// The twin, shown this way.
    pub fn twin(view: View) -> Self {
        Self {
            view,
            ..Self::tab(Tab::Twin)
        }
    }

    /// Reads a query string. What it does not know is left out.
    pub fn parse(query: &str) -> Self {
        let mut address = Self::default();
        let (mut tags, mut desired) = (None, None);
        for (name, value) in query_string::pairs(query) {
            match name.as_str() {
                "tab" => {
                    let known = Tab::ALL.iter().find(|tab| tab.as_str() == value);
                    address.tab = known.copied().unwrap_or_default();
                }
                "view" => {
                    let known = View::ALL.into_iter().find(|view| view.as_str() == value);
                    address.view = known.unwrap_or_default();
                }
                "field" => address.field = (!value.is_empty()).then_some(value),
                "range" => address.range = Range::from_name(&value).unwrap_or_default(),
                "cursor" => address.cursor = (!value.is_empty()).then_some(value),
                "problem" => {
                    address.problem = Problem::ALL
                        .into_iter()
                        .find(|problem| problem.as_str() == value)
                }
                "saved" => address.saved = value.parse().ok(),
                // Moments that were written win over versions that are picked.
                "from" if address.from.is_empty() => address.from = value,
                "to" if address.to.is_empty() => address.to = value,
                "from_at" if !value.trim().is_empty() => address.from = value,
                "to_at" if !value.trim().is_empty() => address.to = value,
                "restore" => address.restore = value.parse().ok(),
                "at" => address.at = value.parse().ok(),
                "tags" => tags = Some(value),
                "desired" => desired = Some(value),
                _ => {}
            }
        }
        address.draft = tags.zip(desired);
        address
    }

    /// The address of this state on a device's page.
    pub fn href(&self, id: &DeviceId) -> String {
        let saved = self.saved.map(|version| version.to_string());
        let restore = self.restore.map(|version| version.to_string());
        let at = self.at.map(|at| at.to_string());
        let (tags, desired) = match &self.draft {
            Some((tags, desired)) => (tags.as_str(), desired.as_str()),
            None => ("", ""),
        };
        let tab = if self.tab == Tab::default() {
            ""
        } else {
            self.tab.as_str()
        };
        let view = if self.view == View::default() {
            ""
        } else {
            self.view.as_str()
        };
        let range = if self.range == Range::default() {
            ""
        } else {
            self.range.as_str()
        };
        let query = query_string::of_pairs([
            ("tab", tab),
            ("view", view),
            ("field", self.field.as_deref().unwrap_or_default()),
            ("range", range),
            ("cursor", self.cursor.as_deref().unwrap_or_default()),
            ("problem", self.problem.map_or("", Problem::as_str)),
            ("saved", saved.as_deref().unwrap_or_default()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
            ("restore", restore.as_deref().unwrap_or_default()),
            ("at", at.as_deref().unwrap_or_default()),
            ("tags", tags),
            ("desired", desired),
        ]);
        [routes::device(id), query].concat()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn id() -> DeviceId {
        DeviceId::new("pump#1").unwrap()
    }

    #[test]
    fn addresses_leave_out_what_is_usual() {
        let check = |address: DeviceAddress, want: &str| assert_eq!(address.href(&id()), want);
        check(DeviceAddress::default(), "/devices/pump%231");
        check(
            DeviceAddress::twin(View::Json),
            "/devices/pump%231?tab=twin&view=json",
        );
        assert_eq!(
            DeviceAddress::parse("tab=nonsense&view=&saved=x&tags={}"),
            DeviceAddress::default()
        );
    }

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(
            tab in prop::sample::select(Tab::ALL.to_vec()),
            view in prop::sample::select(View::ALL.to_vec()),
            field in prop::option::of("[ -~é]{1,9}"),
            range in prop::sample::select(Range::ALL.to_vec()),
            cursor in prop::option::of("[A-Za-z0-9_-]{1,20}"),
            problem in prop::option::of(prop::sample::select(Problem::ALL.to_vec())),
            saved in prop::option::of(any::<u64>()),
            moments in ("[ -~é]{0,9}", "[ -~é]{0,9}", prop::option::of(any::<u64>()), prop::option::of(any::<i64>())),
            draft in prop::option::of(("[ -~é\n]{1,20}", "[ -~é\n]{1,20}")),
        ) {
            let (from, to, restore, at) = moments;
            let address =
                DeviceAddress { tab, view, field, range, cursor, problem, saved, from, to, restore, at, draft };
            let href = address.href(&id());
            let query = href.split_once('?').map_or("", |(_, query)| query);
            prop_assert_eq!(DeviceAddress::parse(query), address);
        }
    }
}
