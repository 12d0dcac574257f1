//! Who is signed in.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;
use crate::session::Me;

/// The signed-in person; `None` when nobody is. Pages ask when their picture of it may be old.
#[server(prefix = "/rpc", endpoint = "session/whoami", output = Compact)]
pub async fn whoami() -> Result<Option<Me>, AppError> {
    Ok(crate::session::me())
}
