//! The health of the fleet: over any dimension now, and over time.

mod body;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::panels::loaded::loaded;
use crate::panels::telemetry::Range;
use crate::routes;
use crate::rpc::data::Data;
use crate::rpc::health::read_health;
use crate::shell::Page;

/// The state of the page, as its address says it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct HealthAddress {
    /// The dimension; empty for the usual one.
    by: String,
    /// A condition of the query language.
    filter: String,
    /// How far back the history looks.
    range: String,
}

/// What is looked at where nobody chose: a week has days and nights.
const USUAL_RANGE: Range = Range::Week;

impl HealthAddress {
    fn range(&self) -> Range {
        Range::from_name(&self.range).unwrap_or(USUAL_RANGE)
    }

    fn with_range(&self, range: Range) -> String {
        let parts = [
            ("by", self.by.as_str()),
            ("filter", &self.filter),
            ("range", range.as_str()),
        ];
        let given = parts.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = given
            .map(|(name, value)| [name, "=", &routes::encode(value)].concat())
            .collect();
        [routes::HEALTH, "?", &pairs.join("&")].concat()
    }
}

/// `/health`, with `by`, `filter` and `range` in the query.
#[component]
pub fn HealthPage() -> impl IntoView {
    let query = use_query_map();
    let address = Memo::new(move |_| {
        let part = |name: &str| query.with(|query| query.get(name).unwrap_or_default());
        HealthAddress {
            by: part("by"),
            filter: part("filter"),
            range: part("range"),
        }
    });
    let data = Data::new(
        move || address.get(),
        |address| {
            let range = address.range();
            read_health(address.by, address.filter, range)
        },
    );
    let show = move |health| body::body(address.get_untracked(), health);
    view! {
        <Page title="Fleet health">
            {loaded(data, show)}
        </Page>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_keep_what_is_asked() {
        let address = HealthAddress {
            by: "tags.region".into(),
            filter: "tags.site = 'b7'".into(),
            range: "nonsense".into(),
        };
        assert_eq!(address.range(), USUAL_RANGE);
        assert_eq!(
            address.with_range(Range::Day),
            "/health?by=tags.region&filter=tags.site%20%3D%20%27b7%27&range=24h"
        );
        let plain = HealthAddress::default();
        assert_eq!(plain.with_range(Range::Year), "/health?range=1y");
    }
}
