//! Choosing the page to begin with.

use leptos::prelude::*;

use crate::error::AppError;
use crate::session::Me;

/// Makes one of the homes of the person's roles the page they begin with, in this browser.
#[server(prefix = "/rpc", endpoint = "session/set_home")]
pub async fn set_home(
    /// The address of the home.
    home: String,
) -> Result<Me, AppError> {
    crate::session::require()?;
    let mut me = crate::session::me().ok_or(AppError::SignedOut)?;
    let chosen = me
        .homes()
        .into_iter()
        .find(|own| *own == home)
        .ok_or_else(|| AppError::field("home", "this is not the home of a role of yours"))?;
    crate::session::remember_home(chosen);
    me.home = chosen.to_owned();
    Ok(me)
}
