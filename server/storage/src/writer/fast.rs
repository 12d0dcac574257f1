//! Applies the commands of a batch in order; runs of hot commands as sets.

use muster_core::event::{Actor, EventKind, NewEvent};
use muster_core::lifecycle::Step;
use muster_core::message::NewMessage;
use muster_core::twin::{Mode, ServiceApplied, TwinError};
use serde_json::{Value, json};

use super::command::{Report, WriteTwin};
use super::documents::{Document, Documents, Identity};
use super::{Command, Unit};
use crate::change::Change;
use crate::error::StorageError;
use crate::messages::NewRows;
use crate::records::{PresenceNote, PresenceOutcome, ReportOutcome, TwinOutcome};

pub(super) async fn apply(
    unit: &mut Unit<'_>,
    commands: &mut [Command],
) -> Result<(), StorageError> {
    let mut rest = commands;
    while !rest.is_empty() {
        let run = rest.iter().take_while(|command| is_fast(command)).count();
        let (fast, others) = rest.split_at_mut(run);
        apply_set(unit, fast).await?;
        let Some((first, others)) = others.split_first_mut() else {
            break;
        };
        if let Command::Other(job) = first {
            job.apply(unit).await?;
        }
        rest = others;
    }
    Ok(())
}

fn is_fast(command: &Command) -> bool {
    use Command::{Message, Presence, Report, WriteTwin};
    matches!(command, Report(_) | WriteTwin(_) | Presence(_) | Message(_))
}

/// One read for all, the rules in order of arrival, one write per table.
async fn apply_set(unit: &mut Unit<'_>, commands: &mut [Command]) -> Result<(), StorageError> {
    if commands.is_empty() {
        return Ok(());
    }
    let mut documents = Documents::load(&mut unit.connection, commands).await?;
    let mut messages = NewRows::default();
    for command in &mut *commands {
        match command {
            Command::Report(request) => {
                let document = documents.document(&request.command.id);
                request.outcome = Some(match document {
                    Ok(Some(document)) => Ok(report(unit, document, &request.command)),
                    Ok(None) => Ok(ReportOutcome::NotFound),
                    Err(error) => Err(error),
                });
            }
            Command::WriteTwin(request) => {
                let document = documents.document(&request.command.id);
                request.outcome = Some(match document {
                    Ok(Some(document)) => Ok(write_twin(unit, document, &request.command)),
                    Ok(None) => Ok(TwinOutcome::NotFound),
                    Err(error) => Err(error),
                });
            }
            Command::Presence(request) => {
                let identity = documents.identity(&request.command.device);
                request.outcome = Some(Ok(match identity {
                    Some(identity) => note_presence(unit, identity, &request.command),
                    None => PresenceOutcome::NotFound,
                }));
            }
            Command::Message(request) => {
                let identity = documents.identity(&request.command.device);
                request.outcome = Some(Ok(identity.is_some()));
                if let Some(identity) = identity {
                    append(unit, identity, &mut messages, &request.command);
                }
            }
            Command::Other(_) | Command::MaxPages(_) | Command::Close => {}
        }
    }
    let newest = unit.newest_event();
    documents.store(&mut unit.connection, newest).await?;
    messages.insert(&mut unit.connection).await
}

fn report(unit: &mut Unit<'_>, document: &mut Document, report: &Report) -> ReportOutcome {
    let version = match document
        .twin
        .apply_reported(&report.patch, report.expected, report.at)
    {
        Ok(version) => version,
        Err(error) => return ReportOutcome::Refused(error),
    };
    document.was_reported(report.at);
    let event = unit.event(NewEvent {
        at: report.at,
        device: Some(report.id.clone()),
        actor: Actor::Device,
        kind: EventKind::Reported,
        detail: json!({ "patch": report.patch, "version": version }),
    });
    let change = Change::Twin {
        id: report.id.clone(),
        tags: None,
        desired: None,
        reported: true,
        drift: document.drift,
        at: report.at,
    };
    unit.announce(vec![event], change);
    ReportOutcome::Done { version }
}

/// The one way in which tags and desired properties are written.
pub(crate) fn write_twin(
    unit: &mut Unit<'_>,
    document: &mut Document,
    write: &WriteTwin,
) -> TwinOutcome {
    let current = document.twin.etag;
    if write
        .if_match
        .as_ref()
        .is_some_and(|demand| !demand.matches(current))
    {
        return TwinOutcome::Conflict { current };
    }
    let applied = match write_service(unit, document, write) {
        Ok(applied) => applied,
        Err(error) => return TwinOutcome::Refused(error),
    };
    TwinOutcome::Done {
        twin: Box::new(document.twin.clone()),
        applied,
    }
}

/// Writes tags and desired properties, whatever the ETag.
pub(crate) fn write_service(
    unit: &mut Unit<'_>,
    document: &mut Document,
    write: &WriteTwin,
) -> Result<ServiceApplied, TwinError> {
    let applied = document.twin.apply_service(&write.write, write.at)?;
    if applied.tags.is_some() || applied.desired.is_some() {
        document.was_written();
        announce_write(unit, document, write, &applied);
    }
    Ok(applied)
}

fn announce_write(
    unit: &mut Unit<'_>,
    document: &Document,
    write: &WriteTwin,
    applied: &ServiceApplied,
) {
    let mut events = Vec::new();
    let mut event = |kind, patch: Option<&Value>, version: u64| {
        let mut detail = json!({ "patch": patch, "version": version });
        if write.write.mode == Mode::Replace {
            detail["replaced"] = true.into();
        }
        if let (EventKind::DesiredChanged, Some(restored)) = (kind, &write.restored) {
            detail["restored"] = restored.version.into();
            detail["reason"] = restored.reason.as_str().into();
        }
        events.push(unit.event(NewEvent {
            at: write.at,
            device: Some(write.id.clone()),
            actor: write.actor.clone(),
            kind,
            detail,
        }));
    };
    if applied.tags.is_some() {
        event(
            EventKind::TagsChanged,
            applied.tags.as_ref(),
            document.twin.version,
        );
    }
    if applied.desired.is_some() {
        let version = document.twin.desired.version;
        event(
            EventKind::DesiredChanged,
            write.write.desired.as_ref(),
            version,
        );
    }
    let change = Change::Twin {
        id: write.id.clone(),
        tags: applied.tags.as_ref().map(|_| document.twin.tags.clone()),
        desired: applied.desired.clone(),
        reported: false,
        drift: document.drift,
        at: write.at,
    };
    unit.announce(events, change);
}

fn note_presence(
    unit: &mut Unit<'_>,
    identity: &mut Identity,
    note: &PresenceNote,
) -> PresenceOutcome {
    let event = |kind, detail| NewEvent {
        at: note.at,
        device: Some(note.device.clone()),
        actor: Actor::Device,
        kind,
        detail,
    };
    let kind = if note.connected {
        EventKind::Connected
    } else {
        EventKind::Disconnected
    };
    let mut events = vec![unit.event(event(kind, note.detail.clone()))];
    identity.set_connected(note.connected, note.at);
    if let Some(key) = note.key {
        identity.signed_in(key, note.at);
    }
    if note.connected
        && let Ok(stage) = identity.stage.after(Step::FirstContact)
    {
        let detail = json!({ "from": identity.stage, "to": stage });
        events.push(unit.event(event(EventKind::StageChanged, detail)));
        identity.set_stage(stage, note.at);
    }
    // PostgreSQL cannot store NUL; no model has one.
    let model_id = note
        .model_id
        .as_deref()
        .filter(|model| !model.contains('\0'));
    let model_id = model_id.filter(|model| *model != identity.model_id);
    if let Some(model_id) = model_id {
        identity.set_model(model_id);
    }
    let change = Change::Presence {
        id: note.device.clone(),
        connected: note.connected,
        model_id: model_id.map(str::to_owned),
        at: note.at,
        stage: identity.stage,
    };
    unit.announce(events, change);
    PresenceOutcome::Done {
        stage: identity.stage,
    }
}

fn append(
    unit: &mut Unit<'_>,
    identity: &mut Identity,
    messages: &mut NewRows,
    message: &NewMessage,
) {
    identity.was_active(message.at);
    messages.push(unit.next_message(), identity.key, message);
    let change = Change::Activity {
        id: message.device.clone(),
        at: message.at,
    };
    unit.announce(Vec::new(), change);
}
