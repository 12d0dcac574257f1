//! The zone of devices that name none.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Changes the zone of devices that name none and stand on no site with one.
#[server(prefix = "/rpc", endpoint = "windows/set_zone", output = Compact)]
pub async fn set_zone(
    /// A name of the time zone database.
    zone: String,
) -> Result<(), AppError> {
    let (hub, permit) = super::begin()?;
    let set = hub.set_default_zone(&permit, zone.trim()).await;
    if let Err(muster_service::ServiceError::Invalid(why)) = set {
        return Err(AppError::field("zone", why));
    }
    set?;
    super::done(crate::routes::WINDOWS);
    Ok(())
}
