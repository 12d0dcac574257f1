//! `muster device …`.

use clap::Subcommand;
use muster_core::key::Slot;
use muster_core::method::DEFAULT_RESPONSE_TIMEOUT;
use serde_json::{Value, json};

use crate::commands::{ask, operation, unexpected};
use crate::config::Config;
use crate::control::Connection;
use crate::control::command::{Answer, Command as Request, LIST_CHUNK, Secret};
use crate::failure::Failure;
use crate::output::Output;
use crate::printed::{table, text_at};

/// What to do with devices.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a device with new keys
    #[command(after_help = "Examples:\n  muster device create pump-1\n  \
                            muster device create pump-1 --tags '{\"site\":\"b7\"}'")]
    Create {
        /// The id: letters, digits and - . + % _ # * ? ! ( ) , : = @ $ '
        id: String,
        /// First tags, a JSON object
        #[arg(long, value_name = "JSON")]
        tags: Option<String>,
        /// First desired properties, a JSON object
        #[arg(long, value_name = "JSON")]
        desired: Option<String>,
    },
    /// Show a device with its twin
    #[command(after_help = "Example:\n  muster device show pump-1 --json")]
    Show {
        /// The id
        id: String,
    },
    /// List devices in the order of their ids
    #[command(
        after_help = "Example:\n  muster device list --where \"tags.site = 'b7' AND status = 'enabled'\""
    )]
    List {
        /// A condition of the query language
        #[arg(
            long = "where",
            value_name = "QUERY",
            default_value = "",
            hide_default_value = true
        )]
        condition: String,
    },
    /// Print what the device connects with: a secret, noted in the audit trail
    #[command(after_help = "Example:\n  muster device connection-string pump-1")]
    ConnectionString {
        /// The id
        id: String,
        /// With the secondary key instead of the primary one
        #[arg(long)]
        secondary: bool,
    },
    /// Call a method of a device and print what it answers
    #[command(after_help = "Examples:\n  muster device invoke pump-1 reboot\n  \
                            muster device invoke pump-1 identify --payload '{\"seconds\":30}' --wait 60")]
    Invoke {
        /// The id
        id: String,
        /// What to call
        method: String,
        /// What the device is given, any JSON
        #[arg(long, value_name = "JSON")]
        payload: Option<String>,
        /// Seconds to wait for the answer, 5 to 300; never less than for the device
        #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_RESPONSE_TIMEOUT.as_secs())]
        timeout: u64,
        /// Seconds to wait for the device to come online, 0 to 300
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        wait: u64,
    },
    /// Merge patches into the twins of all devices that match: a bulk operation
    #[command(
        after_help = "Examples:\n  muster device update --where \"tags.site = 'b7'\" --tags '{\"ring\":2}' --dry-run\n  \
                            muster device update --where \"tags.ring = 2\" --desired '{\"interval\":60}'"
    )]
    Update {
        /// A condition of the query language; with an empty one the whole fleet is meant
        #[arg(long = "where", value_name = "QUERY")]
        condition: String,
        /// What to merge into tags, a JSON object; null removes
        #[arg(long, value_name = "JSON")]
        tags: Option<String>,
        /// What to merge into desired properties, a JSON object; null removes
        #[arg(long, value_name = "JSON")]
        desired: Option<String>,
        /// What people call it
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "Update from the command line"
        )]
        title: String,
        /// Only say what it would do
        #[arg(long)]
        dry_run: bool,
    },
    /// Delete a device and its twin
    #[command(after_help = "Example:\n  muster device delete pump-1")]
    Delete {
        /// The id
        id: String,
    },
}

/// Carries it out.
pub async fn run(command: &Command, config: &Config, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Create { id, tags, desired } => {
            let request = Request::DeviceCreate {
                id: id.clone(),
                tags: json_flag("--tags", tags.as_deref())?,
                desired: json_flag("--desired", desired.as_deref())?,
            };
            let Answer::Device { device } = ask(config, request).await? else {
                return Err(unexpected());
            };
            output.print(&device, || {
                format!(
                    "{id} is there. Its connection string: muster device connection-string {id}"
                )
            });
        }
        Command::Show { id } => {
            let Answer::Device { device } =
                ask(config, Request::DeviceShow { id: id.clone() }).await?
            else {
                return Err(unexpected());
            };
            output.print(&device, || format!("{device:#}"));
        }
        Command::List { condition } => list(condition, config, output).await?,
        Command::ConnectionString { id, secondary } => {
            let slot = if *secondary {
                Slot::Secondary
            } else {
                Slot::Primary
            };
            let answer = ask(
                config,
                Request::DeviceConnectionString {
                    id: id.clone(),
                    slot,
                },
            )
            .await?;
            let Answer::ConnectionString { text: Secret(text) } = answer else {
                return Err(unexpected());
            };
            output.print(&json!({ "connectionString": text }), || text.clone());
        }
        Command::Invoke {
            id,
            method,
            payload,
            timeout,
            wait,
        } => {
            let request = Request::DeviceInvoke {
                id: id.clone(),
                method: method.clone(),
                payload: any_json("--payload", payload.as_deref())?,
                wait_s: *wait,
                timeout_s: (*timeout).max(*wait),
            };
            let Answer::Method { status, payload } = ask(config, request).await? else {
                return Err(unexpected());
            };
            output.print(
                &json!({ "status": status, "payload": payload }),
                || match &payload {
                    Value::Null => format!("{id} answered {status}"),
                    payload => format!("{id} answered {status}\n{payload:#}"),
                },
            );
        }
        Command::Update {
            condition,
            tags,
            desired,
            title,
            dry_run,
        } => {
            let tags = json_flag("--tags", tags.as_deref())?;
            let desired = json_flag("--desired", desired.as_deref())?;
            if tags.is_none() && desired.is_none() {
                return Err(Failure::Usage(
                    "nothing would change; give --tags or --desired".to_owned(),
                ));
            }
            let plan = operation::twin_plan(title.clone(), condition, tags, desired);
            operation::hand_in(plan, *dry_run, config, output).await?;
        }
        Command::Delete { id } => {
            let Answer::Done = ask(config, Request::DeviceDelete { id: id.clone() }).await? else {
                return Err(unexpected());
            };
            output.print(&json!({ "deleted": id }), || {
                format!("{id} is deleted; its history stays.")
            });
        }
    }
    Ok(())
}

/// Asks chunk by chunk, so that a large fleet never stands in memory whole on the hub's side.
async fn list(condition: &str, config: &Config, output: &Output) -> Result<(), Failure> {
    let connection = Connection::open(config).await?;
    let listed = listed(&connection, condition).await;
    connection.close().await;
    let devices = listed?;
    output.print(&Value::Array(devices.clone()), || {
        let heads = ["DEVICE", "STATUS", "STAGE", "CONTACT", "LAST ACTIVITY"];
        let keys = ["deviceId", "status", "stage", "contact", "lastActivityTime"];
        let rows: Vec<Vec<String>> = devices
            .iter()
            .map(|device| keys.iter().map(|key| text_at(device, &[key])).collect())
            .collect();
        format!("{}{} devices", table(&heads, &rows), devices.len())
    });
    Ok(())
}

async fn listed(connection: &Connection, condition: &str) -> Result<Vec<Value>, Failure> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map(|device| text_at(device, &["deviceId"]));
        let request = Request::DeviceList {
            condition: condition.to_owned(),
            after,
        };
        let Answer::Devices { devices } = connection.ask(request).await? else {
            return Err(unexpected());
        };
        let more = devices.len() == LIST_CHUNK;
        all.extend(devices);
        if !more {
            return Ok(all);
        }
    }
}

/// The value of a flag that takes any JSON; null when it is absent.
fn any_json(flag: &str, text: Option<&str>) -> Result<Value, Failure> {
    let read = text.map_or(Ok(Value::Null), serde_json::from_str);
    read.map_err(|problem| Failure::Usage(format!("{flag} is not JSON: {problem}")))
}

fn json_flag(flag: &str, text: Option<&str>) -> Result<Option<Value>, Failure> {
    let Some(text) = text else { return Ok(None) };
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        Ok(_) => Err(Failure::Usage(format!(
            "{flag} must be a JSON object such as '{{\"site\":\"b7\"}}'"
        ))),
        Err(problem) => Err(Failure::Usage(format!("{flag} is not JSON: {problem}"))),
    }
}
