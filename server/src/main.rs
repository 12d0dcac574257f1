//! `muster`: reads the command line, runs the command, says how it went.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::thread;

use clap::Parser as _;
use muster_server::cli::Cli;
use muster_server::commands;
use muster_server::failure::Failure;

/// Fewest threads of the runtime: on a small machine a page being rendered must not keep devices waiting.
const MIN_WORKERS: usize = 4;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Faults) {
                let _ = writeln!(io::stderr(), "error: {}", failure.story());
            }
            failure.exit_code()
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let config = cli.config()?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.max(MIN_WORKERS))
        .enable_all()
        .build()
        .map_err(|problem| Failure::Refused(format!("cannot start threads: {problem}")))?;
    let result = runtime.block_on(Box::pin(commands::run(cli, &config)));
    // After a second signal nothing is waited for.
    runtime.shutdown_background();
    result
}
