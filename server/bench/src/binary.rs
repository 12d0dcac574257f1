//! The release binary as a process: started, measured, stopped.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::Outcome;
use crate::report::{Aim, Report, say};

/// Longest wait for the ready line.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// Time in which an idle hub settles before its memory counts.
const SETTLE: Duration = Duration::from_secs(5);

/// A running hub.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pub(crate) http: String,
    pub(crate) mqtt: String,
    pub(crate) ca: Vec<u8>,
    pub(crate) ready_after: Duration,
}

impl Process {
    /// Starts the binary on a data directory, on free ports, and waits until it is ready.
    pub(crate) async fn start(binary: &Path, data: &Path) -> Outcome<Self> {
        let begun = Instant::now();
        let mut child = Command::new(binary)
            .args([
                "serve",
                "--hostname",
                "localhost",
                "--http",
                "127.0.0.1:0",
                "--https",
                "127.0.0.1:0",
            ])
            .args([
                "--mqtt",
                "127.0.0.1:0",
                "--admin",
                "127.0.0.1:0",
                "--data-dir",
            ])
            .arg(data)
            .env("MUSTER_LOG", "error")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| {
                format!(
                    "could not start {}: {e}; run make build first",
                    binary.display()
                )
            })?;
        let stdout = child
            .stdout
            .take()
            .ok_or("the binary has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(READY_WITHIN, lines.next_line()).await??;
        let ready: Value =
            serde_json::from_str(&line.ok_or("the binary ended before it was ready")?)?;
        let address = |name: &str| {
            let text = ready[name].as_str().unwrap_or_default();
            text.rsplit('/').next().unwrap_or_default().to_owned()
        };
        Ok(Self {
            http: address("http"),
            mqtt: address("mqtt"),
            ca: std::fs::read(data.join("tls/ca.pem"))?,
            child,
            ready_after: begun.elapsed(),
        })
    }

    /// Resident memory now, in bytes.
    pub(crate) fn rss(&self) -> Outcome<f64> {
        let pid = self.child.id().ok_or("the binary has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status
            .lines()
            .find(|l| l.starts_with("VmRSS:"))
            .ok_or("no VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).unwrap_or("0").parse()?;
        Ok(kib * 1024.0)
    }

    /// Ends the process.
    pub(crate) async fn stop(mut self) -> Outcome {
        self.child.kill().await?;
        Ok(())
    }
}

/// Start and memory of an empty hub.
pub(crate) async fn measure_empty(report: &mut Report, binary: &Path) -> Outcome {
    if !report.wants_any(&["idle_rss", "start_empty"]) {
        return Ok(());
    }
    let data = tempfile::tempdir()?;
    say("starting an empty hub twice: the first start makes keys and certificates");
    let first = Process::start(binary, data.path()).await?;
    report.add(
        "start_first_ms",
        first.ready_after.as_secs_f64() * 1000.0,
        "ms",
        Aim::None,
        "empty directory",
    );
    first.stop().await?;
    let second = Process::start(binary, data.path()).await?;
    let ms = second.ready_after.as_secs_f64() * 1000.0;
    report.add(
        "start_empty_ms",
        ms,
        "ms",
        Aim::AtMost(1000.0),
        "empty hub, second start",
    );
    sleep(SETTLE).await;
    report.add(
        "idle_rss_mb",
        second.rss()? / 1e6,
        "MB",
        Aim::AtMost(80.0),
        "empty hub",
    );
    second.stop().await
}
