//! What a configuration would do.

use leptos::prelude::*;

use super::PreviewView;
use crate::error::AppError;
use crate::rpc::Compact;

/// Works out which devices of the person's scope a configuration would cover and change.
#[server(prefix = "/rpc", endpoint = "configurations/preview", output = Compact)]
pub async fn preview_configuration(
    /// The one whose place it takes; empty for a new one.
    #[server(default)]
    id: String,
    /// The target condition.
    #[server(default)]
    target: String,
    /// The priority.
    priority: String,
    /// The content, as JSON.
    content: String,
) -> Result<PreviewView, AppError> {
    use super::SampleRow;
    use super::read::{Form, begin, draft, list, pretty, refusal};
    let (hub, _, permit) = begin()?;
    let form = Form {
        target,
        priority,
        content,
        labels: String::new(),
        metrics: String::new(),
    };
    let draft = draft(&form)?;
    let id = super::read::id(&id).ok();
    let preview = hub
        .preview_configuration(&permit, id.as_ref(), &draft)
        .await;
    let preview = preview.map_err(refusal)?;
    let condition = match draft.target.as_str() {
        "*" => Ok(muster_query::Condition::all()),
        target => muster_query::Condition::parse(target),
    };
    Ok(PreviewView {
        matching: preview.matching as u64,
        looked_at: preview.looked_at as u64,
        changing: preview.changing as u64,
        losing: preview.losing as u64,
        list: condition
            .ok()
            .filter(|_| preview.matching > 0)
            .map(|condition| list(&condition)),
        sample: preview
            .sample
            .into_iter()
            .map(|sample| SampleRow {
                device: sample.device.to_string(),
                patch: pretty(&sample.patch),
            })
            .collect(),
    })
}
