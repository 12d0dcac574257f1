//! What is logged, and how.

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for collectors.
    Json,
}

impl LogFormat {
    /// From `text` or `json`.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(format!("write text or json, not {other:?}")),
        }
    }
}

/// A filter of `tracing`, checked.
pub(super) fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(problem) => Err(format!(
            "{problem}; write a level such as info, or info,muster_gateway=debug"
        )),
    }
}
