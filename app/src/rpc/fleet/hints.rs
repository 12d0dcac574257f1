//! What may be written into the filter or chosen as a column.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Values that are told for one path.
#[cfg(feature = "ssr")]
const MAX_VALUES: usize = 50;

/// For an empty text every path in use, in the query language; for a path its most common values, written as
/// literals. A path that cannot be read has none.
#[server(prefix = "/rpc", endpoint = "fleet/hints", output = Compact)]
pub async fn read_hints(
    /// The path.
    path: String,
) -> Result<Vec<String>, AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    if path.trim().is_empty() {
        super::read::paths(&hub, &access).await
    } else {
        Ok(super::read::values(&hub, &access, &path, MAX_VALUES).await)
    }
}
