//! `muster simulate`.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use muster_simulator::firmware::Updating;
use muster_simulator::target::{MQTT_PORT, PolicyString};
use muster_simulator::{HubTarget, Profile, SimDevice};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::control::Connection;
use crate::control::command::Command as Request;
use crate::failure::{Failure, story};

/// Most devices of one simulation: each has a connection, and connections of one client address have 64,000 ports.
const MAX_DEVICES: u32 = 50_000;

/// Flags of `simulate`.
#[derive(Args, Debug)]
#[command(
    after_help = "The devices are called sim-00001, sim-00002, …. They must be registered; --register does that in the hub\n\
                        that runs on --data-dir. Ends on Ctrl-C.\n\n\
                        Example:\n  muster simulate --devices 100 --register --hub-connection-string \\\n    \
                        \"$(muster policy connection-string device)\""
)]
pub struct Options {
    /// A policy's connection string; the host may carry the port of MQTT over TLS
    #[arg(long, value_name = "TEXT")]
    pub hub_connection_string: String,
    /// How many devices
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_DEVICES)))]
    pub devices: u32,
    /// How they behave: mixed like a fleet, or load
    #[arg(long, value_enum, default_value_t = Behaviour::Mixed)]
    pub profile: Behaviour,
    /// Share of firmware updates that fail, in percent
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub firmware_failures: u8,
    /// Register missing devices in the hub that runs on --data-dir
    #[arg(long)]
    pub register: bool,
    /// Certificate authority to trust [default: the local one of --data-dir]
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// What the ids begin with
    #[arg(long, value_name = "TEXT", default_value = "sim-")]
    pub prefix: String,
}

/// How simulated devices behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Behaviour {
    /// Sensors that behave as in the demo.
    Mixed,
    /// Sensors that send as often as they may.
    Load,
}

/// Runs the devices until Ctrl-C.
pub async fn run(options: &Options, config: &Config) -> Result<(), Failure> {
    let usage = |problem: &dyn std::error::Error| {
        Failure::Usage(format!("--hub-connection-string: {problem}"))
    };
    let hub =
        PolicyString::parse(&options.hub_connection_string).map_err(|problem| usage(&problem))?;
    let ca = options
        .ca
        .clone()
        .unwrap_or_else(|| config.data_dir.join("tls").join("ca.pem"));
    let ca = fs::read(&ca).map_err(Failure::file("read", &ca))?;
    let target = HubTarget::new(&hub.host, MQTT_PORT, &ca)
        .map_err(|problem| Failure::Usage(story(&problem)))?;
    let ids: Vec<String> = (1..=options.devices)
        .map(|number| format!("{}{number:05}", options.prefix))
        .collect();
    if options.register {
        register(config, &ids).await?;
    }
    let profile = match options.profile {
        Behaviour::Mixed => Profile::Mixed,
        Behaviour::Load => Profile::Load,
    };
    let device = |(number, id)| {
        let (key, policy) = (hub.key.clone(), Some(hub.policy.clone()));
        let mut device = SimDevice::plain(id, key, policy, number, profile);
        device.updating = Updating::failing(f64::from(options.firmware_failures) / 100.0);
        device
    };
    let devices = (1..).zip(ids).map(device).collect();
    tracing::warn!(
        "{} devices connect to {}:{}; Ctrl-C ends them",
        options.devices,
        target.host,
        target.port
    );
    let stop = CancellationToken::new();
    let ended = stop.clone();
    let interrupted = tokio::spawn(async move {
        let heard = tokio::signal::ctrl_c().await;
        ended.cancel();
        heard
    });
    muster_simulator::run(devices, target, stop).await;
    interrupted.abort();
    Ok(())
}

async fn register(config: &Config, ids: &[String]) -> Result<(), Failure> {
    let Some(hub) = Connection::running(&config.data_dir).await? else {
        return Err(Failure::Refused(format!(
            "no hub runs on {}; start it with muster serve, or register the devices where it runs",
            config.data_dir.display()
        )));
    };
    for id in ids {
        let known = hub
            .ask(Request::DeviceShow { id: id.clone() })
            .await
            .is_ok();
        if !known {
            hub.ask(Request::DeviceCreate {
                id: id.clone(),
                tags: None,
                desired: None,
            })
            .await?;
        }
    }
    Ok(())
}
