//! What differs between two moments of a device's desired properties.

use leptos::prelude::*;

use super::Comparison;
use crate::error::AppError;
use crate::rpc::Compact;

/// The differences between two versions, each named by its number or by a moment in UTC. The second one is the present,
/// the first one the version before it, where nothing is said.
#[server(name = CompareDesired, prefix = "/rpc", endpoint = "devices/compare", output = Compact)]
pub async fn compare_desired(
    /// Which device.
    id: String,
    /// The earlier version or moment.
    #[server(default)]
    from: String,
    /// The later version or moment.
    #[server(default)]
    to: String,
) -> Result<Comparison, AppError> {
    use muster_service::access::kinds::SeeDevices;
    let (hub, _, permit) = super::begin::<SeeDevices>(&id)?;
    let to = match chosen::version(&hub, &permit, "to", &to).await? {
        Some(to) => to,
        None => hub.twin(&permit).await?.twin.desired.version,
    };
    let from = chosen::version(&hub, &permit, "from", &from).await?;
    let from = from.unwrap_or_else(|| to.saturating_sub(1).max(1));
    let found = hub.compare_desired(&permit, from, to).await?;
    Ok(Comparison {
        from,
        to,
        rows: found.into_iter().map(super::difference).collect(),
    })
}

#[cfg(feature = "ssr")]
mod chosen {
    use muster_service::access::kinds::SeeDevices;
    use muster_service::{DevicePermit, Hub};

    use crate::error::AppError;
    use crate::rpc::operations::moment;

    /// What a text of digits or a moment stands for; `None` for an empty one.
    pub(super) async fn version(
        hub: &Hub,
        permit: &DevicePermit<SeeDevices>,
        field: &str,
        text: &str,
    ) -> Result<Option<u64>, AppError> {
        if let Ok(version) = text.trim().parse() {
            return Ok(Some(version));
        }
        match moment(text).map_err(|words| AppError::field(field, words))? {
            Some(at) => Ok(Some(hub.desired_version_at(permit, at).await?)),
            None => Ok(None),
        }
    }
}
