//! `muster check`.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use clap::Args;
use muster_gateway::ServerTls;
use muster_service::Clock;
use serde_json::json;

use crate::commands::{ask, unexpected};
use crate::config::Config;
use crate::control::command::{Answer, Command as Request, Fault};
use crate::data_dir::{DataDir, check_private};
use crate::failure::Failure;
use crate::output::Output;
use crate::site::Site;

/// Flags of `check`: only the common ones.
#[derive(Args, Debug)]
#[command(
    after_help = "Looks at configuration, database, keys and certificates, whether the hub runs or not.\n\
                        Exits with 1 when something is wrong.\n\nExample:\n  muster check --data-dir /var/lib/muster"
)]
pub struct Options {}

/// Looks for faults and prints them. The configuration was read to get here, so it is good.
pub async fn run(config: &Config, output: &Output) -> Result<(), Failure> {
    if !config.data_dir.is_dir() {
        return Err(Failure::Refused(format!(
            "there is no data directory {}; name it with --data-dir, or make it with muster serve",
            config.data_dir.display()
        )));
    }
    let mut faults = files(config);
    match ask(config, Request::Check).await {
        Ok(Answer::Findings { findings }) => faults.extend(findings),
        Ok(_) => return Err(unexpected()),
        Err(problem) => faults.push(fault(
            "database",
            &problem.story(),
            "mend what is named, then check again",
        )),
    }
    if faults.is_empty() {
        output.print(&json!([]), || {
            "Configuration, database, keys and certificates are in order.".to_owned()
        });
        return Ok(());
    }
    let json = serde_json::to_value(&faults).expect("faults are plain data");
    output.print(&json, || {
        let line = |fault: &Fault| {
            format!(
                "{}: {}\n  → {}\n",
                fault.subject, fault.problem, fault.remedy
            )
        };
        faults.iter().map(line).collect()
    });
    Err(Failure::Faults)
}

/// What lies beside the database.
fn files(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mode = fs::metadata(&config.data_dir).map(|found| found.permissions().mode() & 0o077);
    if mode.is_ok_and(|open| open != 0) {
        let remedy = format!("run: chmod 700 {}", config.data_dir.display());
        faults.push(fault(
            "data directory",
            "others than its owner may enter it",
            &remedy,
        ));
    }
    for secret in ["keys/master.key", "tls/ca.key", "tls/server.key"] {
        faults.extend(secret_fault(&config.data_dir.join(secret), secret));
    }
    match DataDir::prepare(&config.data_dir)
        .map(|dir| ServerTls::open(&dir.tls(), &config.hostname, Clock::System.now()))
    {
        Ok(Ok((_, certificate))) => {
            if let Some(warning) = certificate.warning {
                faults.push(fault("certificate", &warning, "see the message"));
            }
        }
        Ok(Err(problem)) => faults.push(fault(
            "certificate",
            &problem.to_string(),
            "see the message",
        )),
        Err(problem) => faults.push(fault("data directory", &problem.story(), "see the message")),
    }
    if let Err(problem) = Site::load(config.site_dir.as_deref()) {
        faults.push(fault("site", &problem.to_string(), "see the message"));
    }
    faults
}

fn secret_fault(path: &Path, name: &str) -> Option<Fault> {
    match check_private(path) {
        Ok(()) => None,
        // Made at the first start.
        Err(Failure::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        Err(problem) => Some(fault(
            name,
            &problem.story(),
            &format!("run: chmod 600 {}", path.display()),
        )),
    }
}

fn fault(subject: &str, problem: &str, remedy: &str) -> Fault {
    Fault {
        subject: subject.to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}
