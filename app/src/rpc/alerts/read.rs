//! From the hub's alerts to what pages show.

use muster_core::alert::{Act, Alert, AlertId, Line, RuleDraft, Severity};
use muster_core::policy::Action;
use muster_service::access::kinds::SeeDevices;
use muster_service::{Access, Hub, Permit};

use super::AlertRow;
use super::wire::LineView;
use crate::error::AppError;

/// The hub, the access and the permission to look.
pub(super) fn begin() -> Result<(Hub, Access, Permit<SeeDevices>), AppError> {
    let access = crate::session::require()?;
    let hub = crate::session::hub()?;
    let permit = hub.permit::<SeeDevices>(&access)?;
    Ok((hub, access, permit))
}

/// Numbers as a form sends them, separated by commas.
pub(super) fn numbers(text: &str) -> Result<Vec<AlertId>, AppError> {
    let numbers: Result<Vec<i64>, _> = text.split(',').map(|n| n.trim().parse()).collect();
    let numbers = numbers.map_err(|_| AppError::NotFound)?;
    Ok(numbers.into_iter().map(AlertId).collect())
}

pub(super) fn row(hub: &Hub, access: &Access, alert: &Alert) -> AlertRow {
    let me = access.person().map(|person| person.id);
    let assignee = alert.assignee.as_ref();
    let place = match &alert.device {
        None => alert.fold.clone(),
        Some(device) => hub.site_of(access, device).unwrap_or_default(),
    };
    AlertRow {
        id: alert.id,
        rule: alert.rule,
        name: alert.name.clone(),
        device: alert.device.clone(),
        devices: alert.devices,
        place,
        severity: alert.severity,
        state: alert.state,
        opened_ms: alert.opened_at.unwrap_or(alert.began_at).millis(),
        ended_ms: alert.resolved_at.map(|at| at.millis()),
        assignee: assignee.map(|assignee| assignee.name.clone()),
        mine: me.is_some() && assignee.map(|assignee| assignee.id) == me,
        snoozed_ms: alert
            .snoozed_until
            .filter(|until| *until > hub.now())
            .map(|until| until.millis()),
        escalated: alert.escalated_at.is_some(),
        flapping: alert.is_flapping(),
    }
}

/// The trail in words, the newest first.
pub(super) fn trail(lines: &[Line]) -> Vec<LineView> {
    let views = lines.iter().rev().map(|line| LineView {
        at_ms: line.at.millis(),
        words: words(line),
    });
    views.collect()
}

fn words(line: &Line) -> String {
    let who = line.by.as_deref().unwrap_or("The hub");
    match &line.act {
        Act::Open => "The alert opened.".to_owned(),
        Act::Resolve(why) => match &line.by {
            Some(by) => format!("{by} resolved it."),
            None => format!("It ended: {}.", why.in_words()),
        },
        Act::Under(Some(_)) => "Folded with others of its kind.".to_owned(),
        Act::Under(None) => "Stands for itself again.".to_owned(),
        Act::Acknowledge => format!("{who} acknowledged it."),
        Act::Assign(Some(to)) if line.by.as_deref() == Some(to.name.as_str()) => {
            format!("{who} looks after it.")
        }
        Act::Assign(Some(to)) => format!("{who} gave it to {}.", to.name),
        Act::Assign(None) => format!("{who} took it from whoever looked after it."),
        Act::Snooze(_) => format!("{who} snoozed it."),
        Act::Escalate => match &line.by {
            Some(by) => format!("{by} passed it on."),
            None => "Passed on: nobody had acknowledged it.".to_owned(),
        },
        Act::Comment(text) => format!("{who}: “{text}”"),
        // Leave no line.
        Act::Clearing(_) | Act::Count(_) | Act::Wake => String::new(),
    }
}

/// The times of a rule in words.
pub(super) fn times(draft: &RuleDraft) -> String {
    let mut parts = vec![match draft.for_s {
        0 => "at once".to_owned(),
        s => format!("after {}", seconds(s)),
    }];
    if draft.clear_for_s > 0 {
        parts.push(format!("ends after {} of calm", seconds(draft.clear_for_s)));
    }
    if draft.escalate_after_s > 0 {
        parts.push(format!(
            "passed on after {}",
            seconds(draft.escalate_after_s)
        ));
    }
    parts.join(", ")
}

fn seconds(s: u32) -> String {
    match s {
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// A rule that nobody has written yet.
pub(super) fn blank() -> RuleDraft {
    RuleDraft {
        name: String::new(),
        severity: Severity::Serious,
        condition: String::new(),
        for_s: 600,
        clear: String::new(),
        clear_for_s: 60,
        scope: String::new(),
        fold_by: "location.site".to_owned(),
        fold_at: 10,
        mute_maintenance: true,
        mute_window: None,
        escalate_after_s: 0,
        enabled: true,
    }
}

/// The people alerts may be given to, for those who may.
pub(super) async fn people(hub: &Hub, access: &Access) -> Result<Vec<(i64, String)>, AppError> {
    use muster_service::access::kinds::DirectAlerts;
    if !access.can(Action::DirectAlerts) {
        return Ok(Vec::new());
    }
    let permit = hub.permit::<DirectAlerts>(access)?;
    let people = hub.people_for_alerts(&permit).await?.into_iter();
    Ok(people.map(|person| (person.id.0, person.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said() {
        let mut rule = blank();
        assert_eq!(times(&rule), "after 10 min, ends after 1 min of calm");
        (rule.for_s, rule.clear_for_s, rule.escalate_after_s) = (0, 0, 7200);
        assert_eq!(times(&rule), "at once, passed on after 2 h");
    }

    #[test]
    fn numbers_are_read() {
        assert_eq!(numbers("1, 2").ok(), Some(vec![AlertId(1), AlertId(2)]));
        assert!(numbers("").is_err());
    }
}
