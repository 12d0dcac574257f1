//! Keeping the second step.

use leptos::prelude::*;

use super::Who;
use crate::error::AppError;
use crate::rpc::Compact;

/// Keeps whom it is for. Leads to the next step, or back to what is wrong.
#[server(prefix = "/rpc", endpoint = "operations/save_who", output = Compact)]
pub async fn save_who(
    /// The number of the draft; empty for a new one.
    #[server(default)]
    id: String,
    /// The step.
    who: Who,
    /// A text that is searched besides: the devices that have it are named one by one.
    #[server(default)]
    text: String,
) -> Result<(), AppError> {
    use super::plan::Part;
    use super::read::{Wizard, named};
    let wizard = Wizard::begin()?;
    let who = match text.trim() {
        "" => who,
        text => named(&wizard.hub, &wizard.access, &who.filter, text).await?,
    };
    wizard.save(&id, Part::Who, |draft| draft.who = who).await
}
