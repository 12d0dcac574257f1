//! The form of a rule.

use leptos::prelude::*;

use super::RuleForm;
use crate::error::AppError;
use crate::rpc::Compact;

/// What the form of a rule begins with.
#[server(prefix = "/rpc", endpoint = "alerts/rule", output = Compact)]
pub async fn show_rule(
    /// Its number; `-` for a new one.
    id: String,
) -> Result<RuleForm, AppError> {
    use super::read;
    use muster_core::alert::RuleId;
    use muster_core::gate::SheetKind;
    use muster_service::access::kinds::KeepAlertRules;
    let (hub, access, permit) = read::begin()?;
    hub.permit::<KeepAlertRules>(&access)?;
    let shelf = hub.shelf(&access)?;
    let windows = shelf.all(SheetKind::Window);
    let windows = windows.map(|row| (row.id.to_string(), row.sheet.name().to_owned()));
    let windows = windows.collect();
    if id == crate::routes::NEW {
        return Ok(RuleForm {
            id: None,
            etag: String::new(),
            draft: read::blank(),
            windows,
        });
    }
    let id = id.parse().map(RuleId).map_err(|_| AppError::NotFound)?;
    let rule = hub.alert_rule(&permit, id)?;
    Ok(RuleForm {
        id: Some(rule.id),
        etag: rule.etag.to_string(),
        draft: rule.draft,
        windows,
    })
}
