//! The first step: what is done.

use muster_core::lifecycle::Step;
use muster_core::method::{MethodName, check_timeouts};
use muster_core::operation::{MAX_TITLE, Task, TaskKind};
use muster_core::twin::Object;
use serde_json::Value;
use std::time::Duration;

use super::read::{Problems, moment, number, seconds};
use crate::panels::payload;
use crate::panels::twin::document::misread;
use crate::panels::twin::rows::{Kind, Row, object_of};
use crate::rpc::operations::draft::{PatchRow, What};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// The name, when somebody gave one.
pub fn title(what: &What, problems: &mut Problems) -> Option<String> {
    let title = what.title.trim();
    if title.chars().count() > MAX_TITLE {
        problems.add(
            "what[title]",
            format!("write at most {MAX_TITLE} characters"),
        );
    }
    (!title.is_empty()).then(|| title.to_owned())
}

/// The task.
pub fn task(what: &What, problems: &mut Problems) -> Option<Task> {
    match TaskKind::from_name(&what.kind) {
        Some(TaskKind::UpdateTwin) => twin(what, problems),
        Some(TaskKind::InvokeMethod) => method(what, problems),
        Some(TaskKind::InstallFirmware) => firmware(what, problems),
        Some(TaskKind::ChangeStage) => {
            let step = match what.step.as_str() {
                "enter_maintenance" => Some(Step::EnterMaintenance),
                "leave_maintenance" => Some(Step::LeaveMaintenance),
                "retire" => Some(Step::Retire),
                _ => None,
            };
            let step = problems.take("what[step]", step.ok_or("choose a step"));
            let reason = reason(what, problems);
            Some(Task::ChangeStage {
                step: step?,
                reason: reason?,
            })
        }
        Some(TaskKind::SetEnabled) => {
            let enabled = what
                .enabled
                .parse::<bool>()
                .map_err(|_| "choose one of both");
            let enabled = problems.take("what[enabled]", enabled);
            let reason = reason(what, problems);
            Some(Task::SetEnabled {
                enabled: enabled?,
                reason: reason?,
            })
        }
        Some(TaskKind::RotateKeys) => Some(Task::RotateKeys),
        Some(TaskKind::Delete) => Some(Task::Delete),
        Some(TaskKind::RestoreDesired) => {
            let at =
                moment(&what.at).and_then(|at| at.ok_or_else(|| "write the moment".to_owned()));
            let at = problems.take("what[at]", at)?;
            Some(Task::RestoreDesired { at })
        }
        Some(TaskKind::Export) => Some(Task::Export {
            without_keys: !what.without_keys.is_empty(),
        }),
        Some(TaskKind::Import) | None => {
            problems.add("what[kind]", "choose what is to be done");
            None
        }
    }
}

fn reason(what: &What, problems: &mut Problems) -> Option<String> {
    let reason = what.reason.trim();
    let read = match reason.chars().count() {
        0 => Err("say why, for those who look later".to_owned()),
        n if n > MAX_REASON => Err(format!("write at most {MAX_REASON} characters")),
        _ => Ok(reason.to_owned()),
    };
    problems.take("what[reason]", read)
}

fn twin(what: &What, problems: &mut Problems) -> Option<Task> {
    let tags = patch("tags", &what.tags, &what.rows, problems);
    let desired = patch("desired", &what.desired, &what.rows, problems);
    let (tags, desired) = (tags?, desired?);
    if tags.is_empty() && desired.is_empty() {
        problems.add(
            "what[rows][0][path]",
            "name at least one property to change",
        );
        return None;
    }
    let some = |object: Object| (!object.is_empty()).then_some(Value::Object(object));
    Some(Task::UpdateTwin {
        tags: some(tags),
        desired: some(desired),
    })
}

/// The patch of a section: its document, and over it the rows that name it.
fn patch(section: &str, text: &str, rows: &[PatchRow], problems: &mut Problems) -> Option<Object> {
    let read = match text.trim() {
        "" => Ok(Object::new()),
        text => match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err("a patch is an object: it begins with { and ends with }".to_owned()),
            Err(error) => Err(misread(&error)),
        },
    };
    let mut patch = problems.take(&format!("what[{section}]"), read)?;
    let mut fine = true;
    let used = |row: &PatchRow| !row.path.trim().is_empty() || !row.value.trim().is_empty();
    let of_section =
        |row: &PatchRow| row.section == section || (section == "desired" && row.section.is_empty());
    for (index, row) in rows.iter().enumerate() {
        if !of_section(row) || !used(row) {
            continue;
        }
        let (kind, value) = match row.kind.as_str() {
            "remove" => (Kind::Boolean, "true".to_owned()),
            kind => (
                Kind::from_name(kind).unwrap_or(Kind::Text),
                row.value.clone(),
            ),
        };
        let one = Row {
            path: row.path.clone(),
            kind,
            value,
        };
        match object_of(&[one]) {
            Ok(object) if row.kind == "remove" => merge(&mut patch, nulls(object)),
            Ok(object) => merge(&mut patch, object),
            Err(found) => {
                fine = false;
                let message = found
                    .first()
                    .map_or("cannot be read", |p| p.message.as_str());
                let member = if row.path.trim().is_empty() {
                    "path"
                } else {
                    "value"
                };
                problems.add(format!("what[rows][{index}][{member}]"), message);
            }
        }
    }
    fine.then_some(patch)
}

/// Puts one patch over another: what is written later wins.
fn merge(under: &mut Object, over: Object) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => merge(under, over),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}

/// The same paths, to be removed.
fn nulls(object: Object) -> Object {
    let null = |(key, value)| match value {
        Value::Object(inner) if !inner.is_empty() => (key, Value::Object(nulls(inner))),
        _ => (key, Value::Null),
    };
    object.into_iter().map(null).collect()
}

fn method(what: &What, problems: &mut Problems) -> Option<Task> {
    let name = problems.take("what[method]", MethodName::new(what.method.trim()));
    let payload = problems.take("what[payload]", payload::read(&what.payload));
    let connect = problems.take("what[connect]", number(&what.connect, 0, 300));
    let response = problems.take("what[response]", number(&what.response, 5, 300));
    let (connect, response) = (connect?.unwrap_or(0), response?.unwrap_or(30));
    let span = |s: u32| Duration::from_secs(s.into());
    problems.take(
        "what[connect]",
        check_timeouts(span(connect), span(response.max(connect))),
    )?;
    Some(Task::InvokeMethod {
        name: name?,
        payload: payload?,
        connect_timeout_s: u16::try_from(connect).ok()?,
        response_timeout_s: u16::try_from(response.max(connect)).ok()?,
    })
}

fn firmware(what: &What, problems: &mut Problems) -> Option<Task> {
    let artifact = what.artifact.trim();
    let named = (!artifact.is_empty()).then_some(artifact.to_owned());
    let artifact = problems.take("what[artifact]", named.ok_or("choose the firmware"));
    let check_ins = problems.take("what[check_ins]", number(&what.check_ins, 0, 100));
    let soak = match what.soak.trim() {
        "" => Some(0),
        text => problems.take("what[soak]", seconds(text)),
    };
    let back_to = what.back_to.trim();
    Some(Task::InstallFirmware {
        artifact: artifact?,
        healthy_check_ins: u8::try_from(check_ins?.unwrap_or(1)).ok()?,
        soak_s: soak?,
        back_to: (!back_to.is_empty()).then(|| back_to.to_owned()),
    })
}
