//! Keeping the third step.

use leptos::prelude::*;

use super::HowForm;
use crate::error::AppError;
use crate::rpc::Compact;

/// Keeps how it goes about it. Leads to the review, or back to what is wrong.
#[server(prefix = "/rpc", endpoint = "operations/save_how", output = Compact)]
pub async fn save_how(
    /// The number of the draft; empty for a new one.
    #[server(default)]
    id: String,
    /// The step.
    how: HowForm,
) -> Result<(), AppError> {
    use super::plan::Part;
    use super::read::Wizard;
    let wizard = Wizard::begin()?;
    wizard
        .save(&id, Part::How, |draft| {
            draft.how = how;
            draft.how.rows.retain(|row| !row.kind.is_empty());
            draft
                .how
                .conditions
                .retain(|row| !row.text.trim().is_empty());
        })
        .await
}
