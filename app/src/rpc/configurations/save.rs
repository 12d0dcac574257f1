//! Making and changing a configuration.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a configuration, or with an ETag changes the one of that name. Answers with its address.
#[server(prefix = "/rpc", endpoint = "configurations/save", output = Compact)]
pub async fn save_configuration(
    /// Its name.
    id: String,
    /// The token it was read with; empty makes a new one.
    #[server(default)]
    etag: String,
    /// The target condition.
    #[server(default)]
    target: String,
    /// The priority.
    priority: String,
    /// The content, as JSON.
    content: String,
    /// Labels, one per line.
    #[server(default)]
    labels: String,
    /// Metrics of its own, one per line.
    #[server(default)]
    metrics: String,
) -> Result<String, AppError> {
    use super::read::{Form, draft, refusal};
    use muster_core::device::IfMatch;
    use muster_core::ids::ConfigurationId;
    use muster_service::access::kinds::KeepConfigurations;
    use muster_service::configurations::ConfigurationEdit;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<KeepConfigurations>(&access)?;
    let id = ConfigurationId::new(id.trim()).map_err(|error| AppError::field("id", error))?;
    let form = Form {
        target,
        priority,
        content,
        labels,
        metrics,
    };
    let draft = draft(&form)?;
    let saved = if etag.is_empty() {
        hub.create_configuration(&permit, id, draft).await
    } else {
        let edit = ConfigurationEdit {
            labels: draft.labels,
            content: Some(draft.content),
            target: draft.target,
            priority: draft.priority,
            metrics: draft.metrics,
        };
        let unchanged = IfMatch::parse(&etag);
        hub.update_configuration(&permit, id, unchanged, edit).await
    };
    let page = crate::routes::configuration(saved.map_err(refusal)?.id.as_str());
    if crate::session::is_plain_form() {
        leptos_axum::redirect(&page);
    }
    Ok(page)
}
