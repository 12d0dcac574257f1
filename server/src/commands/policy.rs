//! `muster policy …`.

use clap::Subcommand;
use serde_json::json;

use crate::commands::{ask, unexpected};
use crate::config::Config;
use crate::control::command::{Answer, Command as Request, Secret};
use crate::failure::Failure;
use crate::output::Output;

/// What to do with shared access policies.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Print the connection string of a policy: a secret, noted in the audit trail
    #[command(after_help = "Example:\n  muster policy connection-string iothubowner")]
    ConnectionString {
        /// iothubowner, service, device, registryRead or registryReadWrite
        #[arg(value_parser = ["iothubowner", "service", "device", "registryRead", "registryReadWrite"])]
        name: String,
    },
}

/// Carries it out.
pub async fn run(command: &Command, config: &Config, output: &Output) -> Result<(), Failure> {
    let Command::ConnectionString { name } = command;
    let answer = ask(
        config,
        Request::PolicyConnectionString { name: name.clone() },
    )
    .await?;
    let Answer::ConnectionString { text: Secret(text) } = answer else {
        return Err(unexpected());
    };
    output.print(&json!({ "connectionString": text }), || text.clone());
    Ok(())
}
