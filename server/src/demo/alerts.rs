//! Rules of alerts of the demo: what its devices really do now and then.

use muster_core::alert::{RuleDraft, Severity};
use muster_service::{Access, Hub, ServiceError};

use crate::failure::Failure;

/// Adds the rules that are not there yet.
pub(super) async fn add(hub: &Hub) -> Result<(), Failure> {
    let permit = hub.permit(&Access::console())?;
    for rule in rules() {
        match hub.create_alert_rule(&permit, rule).await {
            Ok(_) | Err(ServiceError::AlreadyExists) => {}
            Err(problem) => return Err(problem.into()),
        }
    }
    Ok(())
}

fn rules() -> [RuleDraft; 4] {
    let rule = |name: &str, severity, condition: &str| RuleDraft {
        name: name.to_owned(),
        severity,
        condition: condition.to_owned(),
        for_s: 0,
        clear: String::new(),
        clear_for_s: 60,
        scope: String::new(),
        fold_by: "location.site".to_owned(),
        fold_at: 8,
        mute_maintenance: true,
        mute_window: None,
        escalate_after_s: 0,
        enabled: true,
    };
    [
        RuleDraft {
            for_s: 120,
            escalate_after_s: 3_600,
            ..rule(
                "Door stays open",
                Severity::Critical,
                "properties.reported.door.open = true",
            )
        },
        rule("Device is silent", Severity::Serious, "contact = 'silent'"),
        RuleDraft {
            clear: "properties.reported.battery.percent >= 25".to_owned(),
            ..rule(
                "Battery below 20%",
                Severity::Attention,
                "properties.reported.battery.percent < 20",
            )
        },
        RuleDraft {
            for_s: 1_800,
            ..rule(
                "Reported differs from desired",
                Severity::Attention,
                "drift = true",
            )
        },
    ]
}
