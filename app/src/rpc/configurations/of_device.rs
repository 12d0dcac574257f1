//! The configurations of a device.

use leptos::prelude::*;

use super::OnDeviceRow;
use crate::error::AppError;
use crate::rpc::Compact;

/// The configurations that cover a device, the highest priority first.
#[server(prefix = "/rpc", endpoint = "configurations/of_device", output = Compact)]
pub async fn read_configurations_of(
    /// Which device.
    id: String,
) -> Result<Vec<OnDeviceRow>, AppError> {
    use super::read::short;
    use crate::rpc::home::read::cause;
    use muster_core::ids::DeviceId;
    use muster_service::access::kinds::SeeDevices;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let id = DeviceId::new(&id).map_err(|_| AppError::NotFound)?;
    let permit = hub.permit_device::<SeeDevices>(&access, &id)?;
    let found = hub.configurations_of(&permit).await?;
    Ok(found
        .into_iter()
        .map(|one| OnDeviceRow {
            id: one.configuration.id.to_string(),
            priority: one.configuration.draft.priority,
            status: one.standing.status,
            problem: one.standing.problem,
            lost: one
                .lost
                .into_iter()
                .map(|lost| (short(&lost.path), lost.to.to_string()))
                .collect(),
            contest: one
                .standing
                .contest
                .map(|contest| (cause(contest.actor), contest.at.millis())),
        })
        .collect())
}
