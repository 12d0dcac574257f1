//! Changing the rules of approval.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::PolicySaved;
use crate::error::AppError;
use crate::rpc::Compact;

/// A threshold as the form sends it; what is empty does not count.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ThresholdInput {
    /// The act's word.
    #[serde(default)]
    pub act: String,
    /// More devices than this.
    #[serde(default)]
    pub devices: String,
    /// More percent of the fleet than this.
    #[serde(default)]
    pub percent: String,
}

/// Changes what needs a second person. Weaker rules wait for another administrator, if there is one.
#[server(prefix = "/rpc", endpoint = "approvals/set_policy", output = Compact)]
pub async fn set_policy(
    /// From which size on, per act.
    #[server(default)]
    thresholds: Vec<ThresholdInput>,
    /// Names of dangerous methods, one per line.
    #[server(default)]
    dangerous: String,
    /// Giving rights needs one.
    #[server(default)]
    people: bool,
    /// What tools do needs one.
    #[server(default)]
    tools: bool,
    /// How long a request waits, in hours.
    #[server(default)]
    hours: String,
) -> Result<PolicySaved, AppError> {
    use muster_service::Asked;
    use muster_service::access::kinds::ManageHub;
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<ManageHub>(&access)?;
    let policy = read(&thresholds, &dangerous, people, tools, &hours).map_err(AppError::fields)?;
    let saved = hub.set_approval_policy(&permit, policy).await?;
    if crate::session::is_plain_form() {
        leptos_axum::redirect(crate::routes::APPROVAL_RULES);
    }
    Ok(PolicySaved {
        now: super::policy::view(&hub, &access).await?,
        waits: matches!(saved, Asked::Waits(_)),
    })
}

#[cfg(feature = "ssr")]
fn read(
    inputs: &[ThresholdInput],
    dangerous: &str,
    people: bool,
    tools: bool,
    hours: &str,
) -> Result<muster_core::approval::ApprovalPolicy, Vec<crate::error::FieldError>> {
    use muster_core::approval::{Act, ApprovalPolicy, BadPolicy, Threshold};
    let mut errors = Vec::new();
    let mut refuse = |field: String, message: &dyn std::fmt::Display| {
        errors.push(crate::error::FieldError {
            field,
            message: crate::format::sentence(&message.to_string()),
        });
    };
    let mut policy = ApprovalPolicy {
        people,
        tools,
        ..ApprovalPolicy::default()
    };
    for (i, input) in inputs.iter().enumerate() {
        let Some(act) = Act::ALL.iter().find(|act| act.as_str() == input.act) else {
            refuse(format!("thresholds[{i}][act]"), &"there is no such act");
            continue;
        };
        let mut number = |part: &str, text: &str, max: u32| {
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            let number = text.parse::<u32>().ok().filter(|number| *number <= max);
            if number.is_none() {
                let words = format!("give a whole number from 0 to {max}, or nothing");
                refuse(format!("thresholds[{i}][{part}]"), &words);
            }
            number
        };
        let devices = number("devices", &input.devices, u32::MAX);
        let percent = number("percent", &input.percent, 100);
        let threshold = Threshold {
            devices,
            percent: percent.and_then(|percent| u8::try_from(percent).ok()),
        };
        policy.thresholds.insert(*act, threshold);
    }
    let lines = dangerous.lines().map(str::trim);
    policy.dangerous_methods = lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    match hours.trim().parse() {
        Ok(hours) => policy.hours = hours,
        Err(_) => refuse("hours".to_owned(), &BadPolicy::Hours),
    }
    match policy.check() {
        Err(error @ BadPolicy::Hours) => refuse("hours".to_owned(), &error),
        Err(error @ (BadPolicy::TooMany | BadPolicy::Pattern)) => {
            refuse("dangerous".to_owned(), &error);
        }
        // Shares are judged above, beside their fields.
        Err(BadPolicy::Percent(_)) | Ok(()) => {}
    }
    errors.dedup_by(|a, b| a.field == b.field);
    if errors.is_empty() {
        Ok(policy)
    } else {
        Err(errors)
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use muster_core::approval::{Act, Threshold};

    use super::*;

    fn input(act: &str, devices: &str, percent: &str) -> ThresholdInput {
        ThresholdInput {
            act: act.to_owned(),
            devices: devices.to_owned(),
            percent: percent.to_owned(),
        }
    }

    #[test]
    fn forms_become_rules() {
        let inputs = [input("update_twin", "50", ""), input("delete", "", " 5 ")];
        let policy = read(&inputs, "wipe*\n\n reboot ", true, false, "24").unwrap();
        let of = |devices, percent| Threshold { devices, percent };
        assert_eq!(policy.threshold(Act::UpdateTwin), of(Some(50), None));
        assert_eq!(policy.threshold(Act::Delete), of(None, Some(5)));
        assert_eq!(policy.dangerous_methods, ["wipe*", "reboot"]);
        assert_eq!(
            (policy.people, policy.tools, policy.hours),
            (true, false, 24)
        );
    }

    #[test]
    fn errors_name_their_field() {
        let check = |inputs: &[ThresholdInput], dangerous: &str, hours: &str, want: &[&str]| {
            let errors = read(inputs, dangerous, true, true, hours).unwrap_err();
            let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, want);
        };
        check(&[input("fly", "", "")], "", "1", &["thresholds[0][act]"]);
        check(
            &[input("delete", "-1", "101")],
            "",
            "1",
            &["thresholds[0][devices]", "thresholds[0][percent]"],
        );
        check(&[], "a b", "1", &["dangerous"]);
        check(&[], "", "", &["hours"]);
        check(&[], "", "721", &["hours"]);
    }
}
