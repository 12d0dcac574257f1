//! Choosing the page to begin with.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;
use crate::session::Me;

/// Makes one of the homes of the person's roles the page they begin with, in this browser.
#[server(prefix = "/rpc", endpoint = "session/set_home", output = Compact)]
pub async fn set_home(
    /// The address of the home.
    home: String,
) -> Result<Me, AppError> {
    let access = crate::session::require()?;
    let mut me = crate::session::me().ok_or(AppError::SignedOut)?;
    let chosen = me
        .homes()
        .into_iter()
        .find(|own| *own == home)
        .ok_or_else(|| AppError::field("home", "this is not the home of a role of yours"))?;
    crate::session::remember_home(chosen);
    // A pinned view would go before it.
    if access.home_view().is_some() {
        let hub = crate::session::hub()?;
        let permit = hub.permit::<muster_service::access::kinds::SeeDevices>(&access)?;
        hub.pin_view(&permit, None).await?;
    }
    me.home = chosen.to_owned();
    Ok(me)
}
