//! The manager's home.

use leptos::prelude::*;

use super::Goals;
use crate::error::AppError;
use crate::rpc::Compact;

/// How the fleet is, to read.
#[server(prefix = "/rpc", endpoint = "home/goals", output = Compact)]
pub async fn read_goals() -> Result<Goals, AppError> {
    use super::read;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let [before, availability] = read::availability(&hub, &access).await?;
    Ok(Goals {
        availability,
        before,
        withdrawn: read::withdrawn(&hub, &access).await?,
        census: read::census(&hub, &access),
        regions: read::regions(&hub, &access),
        presence: read::presence(&hub, &access).await?,
        now: hub.now().millis(),
    })
}
