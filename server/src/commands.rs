//! The subcommands, one per file.

pub mod backup;
pub mod check;
pub mod device;
pub mod openapi;
pub mod operation;
pub mod policy;
pub mod query;
pub mod serve;
pub mod simulate;
pub mod user;

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::control::Connection;
use crate::control::command::{Answer, Command as Request};
use crate::failure::Failure;
use crate::output::Output;

/// Runs a command other than `serve`.
pub async fn run(cli: &Cli, config: &Config) -> Result<(), Failure> {
    let output = Output::new(cli.common.json);
    match &cli.command {
        Command::Serve(options) => serve::run(options, config).await,
        Command::Simulate(options) => simulate::run(options, config).await,
        Command::Device(command) => device::run(command, config, &output).await,
        Command::Query(options) => query::run(options, config, &output).await,
        Command::Policy(command) => policy::run(command, config, &output).await,
        Command::User(command) => user::run(command, config, &output).await,
        Command::Operation(command) => operation::run(command, config, &output).await,
        Command::Check(_) => check::run(config, &output).await,
        Command::Backup(options) => backup::run(options, config, &output).await,
        Command::Openapi(_) => {
            openapi::run(&output);
            Ok(())
        }
    }
}

/// Carries out one request, wherever the hub is.
async fn ask(config: &Config, request: Request) -> Result<Answer, Failure> {
    let connection = Connection::open(config).await?;
    let answer = connection.ask(request).await;
    connection.close().await;
    answer
}

/// The hub answered with something that does not belong to the question.
fn unexpected() -> Failure {
    Failure::Refused(
        "the running hub is another version of Muster; use the binary it was started with"
            .to_owned(),
    )
}
