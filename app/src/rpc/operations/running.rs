//! What is under way.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{OperationRights, OperationRow};
use crate::error::AppError;
use crate::rpc::Compact;

/// Most operations of the panel.
#[cfg(feature = "ssr")]
const SHOWN: usize = 8;

/// The newest operations under way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Running {
    /// The newest first.
    pub rows: Vec<OperationRow>,
    /// There are more.
    pub more: bool,
    /// What the person may do with them.
    pub rights: OperationRights,
}

/// Operations that run or are paused.
#[server(prefix = "/rpc", endpoint = "operations/running", output = Compact)]
pub async fn list_running() -> Result<Running, AppError> {
    use crate::pages::operations::address::{GROUPS, ListAddress};
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let mut query = super::read::query_of(ListAddress::in_states(GROUPS[1].1));
    query.limit = SHOWN;
    let page = hub.operations(&access, &query).await?;
    Ok(Running {
        rows: page.rows.into_iter().map(super::read::row).collect(),
        more: page.next.is_some(),
        rights: super::read::rights(&access),
    })
}
