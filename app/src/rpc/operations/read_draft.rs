//! What somebody has typed into the wizard so far.

use leptos::prelude::*;
use muster_core::ids::OperationId;

use super::DraftView;
use crate::error::AppError;
use crate::rpc::Compact;

/// A draft of one's own, or a new one for the devices that another page handed over.
#[server(prefix = "/rpc", endpoint = "operations/draft", output = Compact)]
pub async fn read_draft(
    /// Which; a new one without.
    id: Option<OperationId>,
    /// A condition, for a new one.
    #[server(default)]
    handed: String,
    /// Names, for a new one.
    #[server(default)]
    ids: String,
) -> Result<DraftView, AppError> {
    use super::read::{Wizard, known};
    let wizard = Wizard::begin()?;
    let mut draft = match id {
        Some(id) => wizard.draft(id).await?,
        None => super::Draft::default(),
    };
    if id.is_none() {
        draft.who.by = if ids.is_empty() { "query" } else { "ids" }.to_owned();
        draft.who.filter = handed;
        draft.who.ids = ids;
    }
    let known = known(&wizard.hub, &wizard.access).await?;
    Ok(DraftView {
        id,
        problems: super::plan::plan(&draft).err().unwrap_or_default(),
        draft,
        known,
    })
}
