//! Log lines go to standard error; standard output belongs to what commands print.

use std::io::{self, IsTerminal as _};
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::LogFormat;

/// What libraries say that is noise here: expired cookies are no suspicious activity, and SQL is logged by nobody.
const QUIET: &str =
    "tower_sessions=error,tower_sessions_core=error,sqlx=warn,sqlx::pool=error,rustls=warn";

/// Starts logging for the process; a second call changes nothing.
pub fn start(filter: &str, format: LogFormat) {
    let filter =
        EnvFilter::try_new(format!("{QUIET},{filter}")).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    let started = match format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        log_panics();
    }
}

/// A panic becomes a log line like the others, with its place and its words.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no text");
        tracing::error!(panic.place = place, panic.text = text, "a task panicked");
    }));
}
