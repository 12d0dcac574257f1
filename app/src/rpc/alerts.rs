//! Alerts: the inbox, what people do with it, and the rules.

mod delete_rule;
mod direct;
mod handle;
mod inbox;
mod input;
mod of_device;
mod preview_rule;
#[cfg(feature = "ssr")]
mod read;
mod rule;
mod rules;
mod save_rule;
mod show;
mod tally;
mod wire;

pub use delete_rule::{DeleteRule, delete_rule};
pub use direct::{DirectAlerts, direct_alerts};
pub use handle::{HandleAlerts, handle_alerts};
pub use inbox::{ListAlerts, list_alerts};
pub use input::RuleInput;
pub use of_device::{AlertsOfDevice, alerts_of_device};
pub use preview_rule::{PreviewRule, preview_rule};
pub use rule::{ShowRule, show_rule};
pub use rules::{ListRules, list_rules};
pub use save_rule::{SaveRule, save_rule};
pub use show::{ShowAlert, show_alert};
pub use tally::{AlertTally, alert_tally};
pub use wire::{AlertRow, AlertView, Inbox, LineView, RuleForm, RulePreviewView, RuleRow, Rules};
