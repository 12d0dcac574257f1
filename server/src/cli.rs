//! The command line. What can be checked without looking at anything is checked here.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    backup, check, device, openapi, operation, policy, query, serve, simulate, user,
};
use crate::config::setting::Setting;
use crate::config::{Config, Sources, setting};
use crate::failure::Failure;

/// The whole command line.
#[derive(Parser, Debug)]
#[command(
    name = "muster",
    version,
    about = "A device hub with a dashboard, in one binary",
    after_help = "Settings come from flags, then MUSTER_* variables, then muster.toml.\n\n\
                  Example:\n  muster serve --demo",
    disable_help_subcommand = true,
    propagate_version = true
)]
pub struct Cli {
    /// What is common to all commands.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Args, Debug, Default)]
pub struct Common {
    /// Database, keys, TLS material [env: MUSTER_DATA_DIR] [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// File with settings [env: MUSTER_CONFIG] [default: muster.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// `sqlite` in the data directory, or postgres://… [env: MUSTER_DATABASE] [default: sqlite]
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    pub database: Option<String>,
    /// Name in certificates and connection strings [env: MUSTER_HOSTNAME] [default: localhost]
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub hostname: Option<String>,
    /// What to log, such as info or warn [env: MUSTER_LOG] [default: info for serve, warn otherwise]
    #[arg(long, global = true, value_name = "FILTER", hide_short_help = true)]
    pub log: Option<String>,
    /// How to log: text or json [env: MUSTER_LOG_FORMAT] [default: text]
    #[arg(long, global = true, value_name = "FORMAT", hide_short_help = true)]
    pub log_format: Option<String>,
    /// Print data as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the hub: dashboard and all endpoints
    Serve(serve::Options),
    /// Run simulated devices against a hub
    Simulate(simulate::Options),
    /// Make, show, list and delete devices
    #[command(subcommand)]
    Device(device::Command),
    /// Ask about the fleet in the query language
    Query(query::Options),
    /// Change many devices: hand in, watch and steer bulk operations
    #[command(subcommand)]
    Operation(operation::Command),
    /// Show what tools and simulators connect with
    #[command(subcommand)]
    Policy(policy::Command),
    /// Make accounts
    #[command(subcommand)]
    User(user::Command),
    /// Look for faults, and say how to mend them
    Check(check::Options),
    /// Write a verified copy of the database
    Backup(backup::Options),
    /// Print the description of the management API (OpenAPI 3.1)
    Openapi(openapi::Options),
}

impl Cli {
    /// The configuration of this call: flags, the process environment, the file.
    pub fn config(&self) -> Result<Config, Failure> {
        let sources = Sources::new(self.flags(), env::vars());
        let sources = match sources.file_to_read(self.common.config.as_deref()) {
            Some(path) => {
                let text = fs::read_to_string(&path);
                sources.with_file(&path, text)
            }
            None => sources,
        };
        let mut config = Config::resolve(&sources)?;
        // Commands print what they did; the log of the hub they open would stand in between.
        if sources.value(&setting::LOG).is_none() && !matches!(self.command, Command::Serve(_)) {
            config.log = "warn".to_owned();
        }
        crate::logging::start(&config.log, config.log_format);
        for (name, near) in sources.stray_variables() {
            let near = near
                .map(|near| format!("; did you mean {near}?"))
                .unwrap_or_default();
            tracing::info!("{name} is not a setting of the hub and is not read{near}");
        }
        Ok(config)
    }

    fn flags(&self) -> BTreeMap<&'static str, String> {
        let common = &self.common;
        let mut flags = Flags::default();
        flags.add(&setting::DATA_DIR, common.data_dir.as_ref());
        flags.add(&setting::DATABASE, common.database.as_ref());
        flags.add(&setting::HOSTNAME, common.hostname.as_ref());
        flags.add(&setting::LOG, common.log.as_ref());
        flags.add(&setting::LOG_FORMAT, common.log_format.as_ref());
        if let Command::Serve(options) = &self.command {
            options.add_flags(&mut flags);
        }
        flags.0
    }
}

/// Settings given as flags.
#[derive(Default, Debug)]
pub struct Flags(BTreeMap<&'static str, String>);

impl Flags {
    /// Adds a flag if it was given.
    pub fn add(&mut self, setting: &Setting, given: Option<&String>) {
        if let Some(text) = given {
            self.0.insert(setting.key, text.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        fn visit(command: &clap::Command) {
            if command.get_subcommands().next().is_none() {
                let help = command
                    .get_after_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(
                    help.contains("muster "),
                    "{} has no example",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(visit);
        }
        visit(&Cli::command());
    }

    #[test]
    fn flags_reach_the_configuration() {
        let cli = Cli::try_parse_from([
            "muster",
            "serve",
            "--http",
            "127.0.0.1:1",
            "--data-dir",
            "x",
            "--insecure-http",
        ])
        .unwrap();
        let flags = cli.flags();
        assert_eq!(flags["http"], "127.0.0.1:1");
        assert_eq!(flags["data-dir"], "x");
        assert_eq!(flags["insecure-http"], "true");
    }
}
