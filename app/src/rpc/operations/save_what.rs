//! Keeping the first step.

use leptos::prelude::*;

use super::{What, Who};
use crate::error::AppError;
use crate::rpc::Compact;

/// Keeps what is done, in a new draft where there is none. Leads to the next step, or back to what is wrong.
#[server(prefix = "/rpc", endpoint = "operations/save_what", output = Compact)]
pub async fn save_what(
    /// The number of the draft; empty for a new one.
    #[server(default)]
    id: String,
    /// The step.
    what: What,
    /// Whom it is for, where another page said so.
    who: Option<Who>,
) -> Result<(), AppError> {
    use super::plan::Part;
    use super::read::Wizard;
    let wizard = Wizard::begin()?;
    wizard
        .save(&id, Part::What, |draft| {
            draft.what = what;
            draft
                .what
                .rows
                .retain(|row| !row.path.trim().is_empty() || !row.value.trim().is_empty());
            if let Some(who) = who {
                draft.who = who;
            }
        })
        .await
}
