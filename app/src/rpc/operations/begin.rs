//! Beginning with the devices that are selected in a list.

use leptos::prelude::*;

use crate::error::AppError;
use crate::rpc::Compact;

/// Makes a draft for a selection of the fleet page and leads to the wizard.
#[server(prefix = "/rpc", endpoint = "operations/begin", output = Compact)]
pub async fn begin_operation(
    /// The query string of the list.
    #[server(default)]
    list: String,
    /// The marked devices: only these.
    #[server(default)]
    only: Vec<String>,
    /// The marked devices: all that match but these.
    #[server(default)]
    except: Vec<String>,
) -> Result<(), AppError> {
    use super::read::{Wizard, named};
    use crate::pages::fleet::address::FleetAddress;
    use crate::pages::operation_new::address::Step;
    let wizard = Wizard::begin()?;
    let list = FleetAddress::parse(&list);
    let who = if !only.is_empty() {
        super::Who {
            by: "ids".to_owned(),
            ids: only.join("\n"),
            filter: String::new(),
        }
    } else if list.text.is_empty() {
        super::Who {
            by: "query".to_owned(),
            filter: super::read::without(&list.filter, &except),
            ids: String::new(),
        }
    } else {
        let filter = super::read::without(&list.filter, &except);
        named(&wizard.hub, &wizard.access, &filter, &list.text).await?
    };
    let draft = super::Draft {
        who,
        ..super::Draft::default()
    };
    wizard.keep_new(draft, Step::What).await
}
