//! The state of the inbox in its address.

use muster_core::alert::AlertId;

use crate::pages::fleet::query_string;
use crate::routes;

/// Which alerts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// Those that need the reader.
    NeedsMe,
    /// All that are going on.
    #[default]
    Open,
    /// Snoozed ones.
    Snoozed,
    /// Those that are over.
    Resolved,
}

impl Tab {
    /// All, in the order of the row.
    pub const ALL: [Self; 4] = [Self::NeedsMe, Self::Open, Self::Snoozed, Self::Resolved];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsMe => "needs_me",
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }

    /// What readers see.
    pub fn title(self) -> &'static str {
        match self {
            Self::NeedsMe => "Needs me",
            Self::Open => "All open",
            Self::Snoozed => "Snoozed",
            Self::Resolved => "Resolved",
        }
    }
}

/// What the alerts are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum By {
    /// How bad they are.
    #[default]
    Severity,
    /// What found them.
    Rule,
    /// Where the devices are.
    Site,
}

impl By {
    /// All, in the order of the row.
    pub const ALL: [Self; 3] = [Self::Severity, Self::Rule, Self::Site];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Rule => "rule",
            Self::Site => "site",
        }
    }
}

/// What the page shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InboxAddress {
    /// Which alerts.
    pub tab: Tab,
    /// How they are grouped.
    pub by: By,
    /// Of this rule only; empty for all.
    pub rule: String,
    /// Where the page begins; empty for the first.
    pub page: String,
    /// The one that is open.
    pub alert: Option<AlertId>,
}

impl InboxAddress {
    /// Reads the query of an address. What it does not know is left out.
    pub fn parse(search: &str) -> Self {
        let mut address = Self::default();
        for (name, value) in query_string::pairs(search) {
            match name.as_str() {
                "tab" => address.tab = one_of(Tab::ALL, |one| one.as_str() == value),
                "by" => address.by = one_of(By::ALL, |one| one.as_str() == value),
                "rule" => address.rule = value,
                "page" => address.page = value,
                "alert" => address.alert = value.parse().ok().map(AlertId),
                _ => {}
            }
        }
        address
    }

    /// The same with another alert open.
    pub fn with(&self, alert: Option<AlertId>) -> Self {
        Self {
            alert,
            ..self.clone()
        }
    }

    /// Its query, with the question mark; empty where nothing is special.
    pub fn query(&self) -> String {
        let alert = self.alert.map(|id| id.to_string()).unwrap_or_default();
        let tab = if self.tab == Tab::default() {
            ""
        } else {
            self.tab.as_str()
        };
        let by = if self.by == By::default() {
            ""
        } else {
            self.by.as_str()
        };
        query_string::of_pairs([
            ("tab", tab),
            ("by", by),
            ("rule", &self.rule),
            ("page", &self.page),
            ("alert", &alert),
        ])
    }

    /// The address.
    pub fn href(&self) -> String {
        [routes::ALERTS, &self.query()].concat()
    }
}

fn one_of<T: Default + Copy, const N: usize>(all: [T; N], is: impl Fn(&T) -> bool) -> T {
    all.into_iter().find(is).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_back() {
        let check = |address: InboxAddress, want: &str| {
            assert_eq!(address.href(), want);
            assert_eq!(InboxAddress::parse(&address.query()), address);
        };
        check(InboxAddress::default(), "/alerts");
        let special = InboxAddress {
            tab: Tab::Snoozed,
            by: By::Site,
            rule: "7".into(),
            page: "a b".into(),
            alert: Some(AlertId(3)),
        };
        check(
            special,
            "/alerts?tab=snoozed&by=site&rule=7&page=a%20b&alert=3",
        );
        let odd = InboxAddress::parse("?tab=nonsense&alert=x&z");
        assert_eq!(odd, InboxAddress::default());
    }
}
