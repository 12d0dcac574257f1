//! The week.

use leptos::prelude::*;

use super::Week;
use crate::error::AppError;
use crate::rpc::Compact;

/// All windows and calendars in a week of a zone.
#[server(prefix = "/rpc", endpoint = "windows/week", output = Compact)]
pub async fn read_week(
    /// The zone; empty for that of most devices.
    #[server(default)]
    zone: String,
    /// Any day of the week; empty for today.
    #[server(default)]
    day: String,
) -> Result<Week, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    super::read::week(&hub, &access, &zone, &day)
}
