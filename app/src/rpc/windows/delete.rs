//! Deleting windows, calendars and places.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Deletes a window, a calendar or a place that nothing needs.
#[server(prefix = "/rpc", endpoint = "windows/delete", output = Compact)]
pub async fn delete_sheet(
    /// `window`, `calendar` or `place`.
    kind: String,
    /// The short name.
    id: String,
    /// The token that the form was rendered with.
    etag: String,
) -> Result<(), AppError> {
    use muster_core::gate::{SheetKind, Slug};
    let (hub, permit) = super::begin()?;
    let kind = SheetKind::from_name(&kind).ok_or(AppError::NotFound)?;
    let id = Slug::new(&id).map_err(|_| AppError::NotFound)?;
    hub.delete_sheet(&permit, kind, id, super::demand(&etag))
        .await?;
    super::done(match kind {
        SheetKind::Place => crate::routes::PLACES,
        SheetKind::Window | SheetKind::Calendar => crate::routes::WINDOWS,
    });
    Ok(())
}
