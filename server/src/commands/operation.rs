//! `muster operation …`.

use std::fs;
use std::io;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::commands::{ask, unexpected};
use crate::config::Config;
use crate::control::Connection;
use crate::control::command::{Answer, Command as Request, Steering, TARGETS_CHUNK};
use crate::failure::Failure;
use crate::output::Output;
use crate::printed::{table, text_at};

/// Operations that a list shows unless somebody says otherwise.
const LISTED: usize = 50;

/// What to do with bulk operations.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// List operations, newest first
    #[command(after_help = "Example:\n  muster operation list --state running")]
    List {
        /// Only operations in this state, such as running or completed_with_failures
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        /// Most operations
        #[arg(long, value_name = "N", default_value_t = LISTED)]
        limit: usize,
    },
    /// Show an operation: waves, why devices wait, why they failed
    #[command(after_help = "Example:\n  muster operation show 17")]
    Show {
        /// The number
        id: i64,
    },
    /// Hand in the plan of a file
    #[command(
        after_help = "The file holds JSON with title, task and target, and perhaps how:\n  \
                      {\"title\":\"ring 2\",\"task\":{\"kind\":\"updateTwin\",\"desired\":{\"interval\":60}},\n   \
                      \"target\":{\"kind\":\"query\",\"text\":\"tags.ring = 2\"}}\n\n\
                      Examples:\n  muster operation create plan.json --dry-run\n  \
                      muster operation create - < plan.json"
    )]
    Create {
        /// The file; - for standard input
        file: String,
        /// Only say what it would do
        #[arg(long)]
        dry_run: bool,
    },
    /// Hold an operation
    #[command(after_help = "Example:\n  muster operation pause 17 --reason \"customer called\"")]
    Pause(WithReason),
    /// Let a held operation go on
    #[command(after_help = "Example:\n  muster operation resume 17")]
    Resume {
        /// The number
        id: i64,
    },
    /// Open the next wave of an operation that waits for a person
    #[command(after_help = "Example:\n  muster operation continue 17")]
    Continue {
        /// The number
        id: i64,
    },
    /// End an operation; what has begun may finish
    #[command(after_help = "Example:\n  muster operation stop 17 --reason \"wrong version\"")]
    Stop(WithReason),
    /// Call off an operation that has not begun
    #[command(after_help = "Example:\n  muster operation cancel 17")]
    Cancel(WithReason),
    /// Try failed and called-off devices again, or some failed ones
    #[command(
        after_help = "Examples:\n  muster operation retry 17\n  muster operation retry 17 --device pump-1 --device pump-2\n  \
                      muster operation retry 17 --why \"the device is offline\""
    )]
    Retry {
        /// The number
        id: i64,
        /// Only this device, if it failed; may be given several times
        #[arg(long = "device", value_name = "ID", conflicts_with_all = ["wave", "why"])]
        devices: Vec<String>,
        /// Only what failed in this wave; the first is 0
        #[arg(long, value_name = "N")]
        wave: Option<u16>,
        /// Only what failed for exactly this reason
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// End an operation and take back what it did, by another operation
    #[command(after_help = "Example:\n  muster operation roll-back 17 --reason \"wrong version\"")]
    RollBack(WithReason),
    /// Let devices pass a gate that holds them
    #[command(
        after_help = "Example:\n  muster operation override 17 --gate 0 --device pump-1 --reason \"customer agreed\""
    )]
    Override {
        /// The number
        id: i64,
        /// The gate by its place in the plan; the first is 0
        #[arg(long, value_name = "N")]
        gate: u8,
        /// Only this device
        #[arg(long, value_name = "ID")]
        device: Option<String>,
        /// Why; others read it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List the devices of an operation with what became of them
    #[command(after_help = "Example:\n  muster operation targets 17 --state failed --json")]
    Targets {
        /// The number
        id: i64,
        /// Only devices in this state, such as failed or waiting
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
    },
}

/// A verb with a reason.
#[derive(Args, Debug)]
pub struct WithReason {
    /// The number
    id: i64,
    /// Why; others read it
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,
}

/// Carries it out.
pub async fn run(command: &Command, config: &Config, output: &Output) -> Result<(), Failure> {
    let steer = async |id: i64, steering: Steering, reason: &str| {
        let request = Request::OperationSteer {
            id,
            steering,
            reason: reason.to_owned(),
        };
        let Answer::Operation { operation } = ask(config, request).await? else {
            return Err(unexpected());
        };
        output.print(&operation, || line(&operation));
        Ok(())
    };
    match command {
        Command::List { state, limit } => {
            let request = Request::OperationList {
                state: state.clone(),
                limit: *limit,
            };
            let Answer::Operations { operations } = ask(config, request).await? else {
                return Err(unexpected());
            };
            output.print(&Value::Array(operations.clone()), || list(&operations));
            Ok(())
        }
        Command::Show { id } => {
            let request = Request::OperationShow { id: *id };
            let Answer::Operation { operation } = ask(config, request).await? else {
                return Err(unexpected());
            };
            output.print(&operation, || shown(&operation));
            Ok(())
        }
        Command::Create { file, dry_run } => {
            let plan = read(file)?;
            hand_in(plan, *dry_run, config, output).await
        }
        Command::Pause(with) => steer(with.id, Steering::Pause, &with.reason).await,
        Command::Resume { id } => steer(*id, Steering::Resume, "").await,
        Command::Continue { id } => steer(*id, Steering::Continue, "").await,
        Command::Stop(with) => steer(with.id, Steering::Stop, &with.reason).await,
        Command::Cancel(with) => steer(with.id, Steering::Cancel, &with.reason).await,
        Command::Retry {
            id,
            devices,
            wave: None,
            why: None,
        } if devices.is_empty() => steer(*id, Steering::Retry, "").await,
        Command::Retry {
            id,
            devices,
            wave,
            why,
        } => {
            let request = Request::OperationRetry {
                id: *id,
                devices: devices.clone(),
                wave: *wave,
                why: why.clone(),
            };
            counted(request, "are tried again", config, output).await
        }
        Command::RollBack(with) => steer(with.id, Steering::RollBack, &with.reason).await,
        Command::Override {
            id,
            gate,
            device,
            reason,
        } => {
            let request = Request::OperationOverride {
                id: *id,
                gate: *gate,
                device: device.clone(),
                reason: reason.clone(),
            };
            counted(request, "pass the gate", config, output).await
        }
        Command::Targets { id, state } => targets(*id, state.as_ref(), config, output).await,
    }
}

/// Says how many devices something happens to.
async fn counted(
    request: Request,
    what: &str,
    config: &Config,
    output: &Output,
) -> Result<(), Failure> {
    let Answer::Counted { devices } = ask(config, request).await? else {
        return Err(unexpected());
    };
    output.print(&json!({ "devices": devices }), || {
        format!("{devices} devices {what}.")
    });
    Ok(())
}

/// Hands a plan in, or says what it would do.
pub(super) async fn hand_in(
    plan: Value,
    dry_run: bool,
    config: &Config,
    output: &Output,
) -> Result<(), Failure> {
    if dry_run {
        let Answer::Preview { preview } = ask(config, Request::OperationPreview { plan }).await?
        else {
            return Err(unexpected());
        };
        output.print(&preview, || forecast(&preview));
        return Ok(());
    }
    let Answer::Operation { operation } = ask(config, Request::OperationCreate { plan }).await?
    else {
        return Err(unexpected());
    };
    output.print(&operation, || {
        format!(
            "{}\nHow it goes: muster operation show {}",
            line(&operation),
            text_at(&operation, &["operation"])
        )
    });
    Ok(())
}

fn read(file: &str) -> Result<Value, Failure> {
    let text = match file {
        "-" => io::read_to_string(io::stdin()),
        file => fs::read_to_string(file),
    };
    let text =
        text.map_err(|problem| Failure::Usage(format!("{file} cannot be read: {problem}")))?;
    serde_json::from_str(&text)
        .map_err(|problem| Failure::Usage(format!("{file} is not JSON: {problem}")))
}

/// Asks page by page, so that a large operation never stands in memory whole on the hub's side.
async fn targets(
    id: i64,
    state: Option<&String>,
    config: &Config,
    output: &Output,
) -> Result<(), Failure> {
    let connection = Connection::open(config).await?;
    let listed = listed(&connection, id, state).await;
    connection.close().await;
    let targets = listed?;
    output.print(&Value::Array(targets.clone()), || {
        let heads = ["DEVICE", "WAVE", "STATE", "ATTEMPT", "WHY"];
        let keys = ["deviceId", "wave", "state", "attempt", "why"];
        format!(
            "{}{} devices",
            columns(&heads, &keys, &targets),
            targets.len()
        )
    });
    Ok(())
}

async fn listed(
    connection: &Connection,
    id: i64,
    state: Option<&String>,
) -> Result<Vec<Value>, Failure> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let request = Request::OperationTargets {
            id,
            state: state.cloned(),
            limit: TARGETS_CHUNK,
            cursor,
        };
        let Answer::Targets { targets, next } = connection.ask(request).await? else {
            return Err(unexpected());
        };
        all.extend(targets);
        match next {
            None => return Ok(all),
            next => cursor = next,
        }
    }
}

fn columns(heads: &[&str], keys: &[&str], rows: &[Value]) -> String {
    let cells = |row: &Value| keys.iter().map(|key| text_at(row, &[key])).collect();
    let lines: Vec<Vec<String>> = rows.iter().map(cells).collect();
    table(heads, &lines)
}

fn list(operations: &[Value]) -> String {
    let heads = [
        "NUMBER",
        "STATE",
        "DEVICES",
        "DONE",
        "FAILED",
        "HANDED IN",
        "TITLE",
    ];
    let cells = |row: &Value| {
        vec![
            text_at(row, &["operation"]),
            text_at(row, &["state"]),
            text_at(row, &["counts", "total"]),
            text_at(row, &["counts", "succeeded"]),
            text_at(row, &["counts", "failed"]),
            text_at(row, &["createdTime"]),
            text_at(row, &["plan", "title"]),
        ]
    };
    let lines: Vec<Vec<String>> = operations.iter().map(cells).collect();
    format!("{}{} operations", table(&heads, &lines), operations.len())
}

/// One operation in a line.
fn line(operation: &Value) -> String {
    let reason = match operation["reason"].as_str() {
        Some(reason) => format!(" ({reason})"),
        None => String::new(),
    };
    format!(
        "Operation {} “{}” is {}{reason}.",
        text_at(operation, &["operation"]),
        text_at(operation, &["plan", "title"]),
        text_at(operation, &["state"]).replace('_', " "),
    )
}

fn shown(operation: &Value) -> String {
    let mut text = line(operation) + "\n\n";
    let counts = &operation["counts"];
    let heads = [
        "DEVICES",
        "LATER",
        "WAITING",
        "RUNNING",
        "DONE",
        "FAILED",
        "SKIPPED",
        "CALLED OFF",
    ];
    let keys = [
        "total",
        "later",
        "waiting",
        "running",
        "succeeded",
        "failed",
        "skipped",
        "cancelled",
    ];
    text += &columns(&heads, &keys, std::slice::from_ref(counts));
    let empty = Vec::new();
    let groups = |name: &str| operation[name].as_array().unwrap_or(&empty).as_slice();
    let mut add = |title: &str, heads: &[&str], rows: &[Value]| {
        if !rows.is_empty() {
            let keys: Vec<String> = heads.iter().map(|head| head.to_lowercase()).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            text += &format!("\n{title}\n{}", columns(heads, &keys, rows));
        }
    };
    add("Waiting", &["DEVICES", "GATE", "WHY"], groups("waiting"));
    add("Failed", &["DEVICES", "WHY"], groups("failures"));
    text.trim_end().to_owned()
}

fn forecast(preview: &Value) -> String {
    let mut text = format!(
        "It would reach {} devices.\n",
        text_at(preview, &["targets"])
    );
    let waves = preview["waves"].as_array().map_or(&[][..], Vec::as_slice);
    if waves.len() > 1 {
        let sizes: Vec<String> = waves.iter().map(Value::to_string).collect();
        text += &format!("In waves of {}.\n", sizes.join(", "));
    }
    let each = |name: &str| preview[name].as_array().cloned().unwrap_or_default();
    for group in each("excluded") {
        let (devices, why) = (text_at(&group, &["devices"]), text_at(&group, &["why"]));
        text += &format!("Left out: {devices}, {why}.\n");
    }
    for conflict in each("conflicts") {
        text += &format!(
            "{} of them wait for operation {} “{}”.\n",
            text_at(&conflict, &["devices"]),
            text_at(&conflict, &["operation"]),
            text_at(&conflict, &["title"]),
        );
    }
    if let Some(at) = preview["forecast"]["finishTime"].as_str() {
        text += &format!("If everything succeeds, it is through at {at}.\n");
    }
    if let Some(why) = preview["approval"].as_str() {
        text += &format!("A second person has to agree: {why}.\n");
    }
    for warning in each("warnings") {
        text += &format!("Note: {}.\n", warning.as_str().unwrap_or_default());
    }
    text + "Nothing was done."
}

/// The plan of an operation that merges patches into twins.
pub(super) fn twin_plan(
    title: String,
    condition: &str,
    tags: Option<Value>,
    desired: Option<Value>,
) -> Value {
    json!({
        "title": title,
        "task": { "kind": "updateTwin", "tags": tags, "desired": desired },
        "target": { "kind": "query", "text": condition },
        "how": { "offline": "next_contact" },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_in_words() {
        let operation = json!({
            "operation": 17, "plan": {"title": "ring 2"}, "state": "completed_with_failures", "reason": null,
            "counts": {"total": 3, "later": 0, "waiting": 0, "running": 0, "succeeded": 2, "failed": 1, "skipped": 0,
                       "cancelled": 0},
            "waiting": [], "failures": [{"devices": 1, "why": "offline"}],
        });
        assert_eq!(
            line(&operation),
            "Operation 17 “ring 2” is completed with failures."
        );
        let text = shown(&operation);
        assert!(
            text.contains("Failed\nDEVICES  WHY\n1        offline"),
            "{text}"
        );
        assert!(!text.contains("Waiting"), "{text}");
    }

    #[test]
    fn a_preview_says_that_nothing_was_done() {
        let preview = json!({
            "targets": 12, "waves": [2, 10], "excluded": [{"devices": 1, "why": "retired"}], "conflicts": [],
            "forecast": {"finishTime": "2026-03-04T06:00:00Z"}, "approval": "more than 10 devices", "warnings": ["no device has this path"],
        });
        let want = "It would reach 12 devices.\nIn waves of 2, 10.\nLeft out: 1, retired.\n\
                    If everything succeeds, it is through at 2026-03-04T06:00:00Z.\n\
                    A second person has to agree: more than 10 devices.\nNote: no device has this path.\n\
                    Nothing was done.";
        assert_eq!(forecast(&preview), want);
    }
}
