//! The list of people.

use leptos::prelude::*;

use super::PeoplePage;
use crate::error::AppError;
use crate::rpc::Compact;

/// People on one page.
#[cfg(feature = "ssr")]
const PAGE: usize = 100;

/// A page of people by sign-in name, beginning with the first at or after `from`.
#[server(prefix = "/rpc", endpoint = "people/list", output = Compact)]
pub async fn list_people(
    /// The sign-in name the page begins with; empty for the first.
    from: String,
) -> Result<PeoplePage, AppError> {
    let (hub, permit) = super::begin()?;
    let people = hub.people_list(&permit).await?;
    let start = people.partition_point(|person| person.name < from);
    let end = people.len().min(start + PAGE);
    let name_at = |i: usize| people.get(i).map(|person| person.name.clone());
    Ok(PeoplePage {
        total: people.len() as u64,
        previous: (start > 0)
            .then(|| name_at(start.saturating_sub(PAGE)))
            .flatten(),
        next: name_at(end),
        rows: people[start..end].iter().cloned().map(Into::into).collect(),
    })
}
