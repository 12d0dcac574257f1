//! What a device reports about its firmware.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::version::Version;

/// Longest text that is taken from a report, in characters; the rest is cut off.
pub const MAX_TEXT: usize = 500;

/// The code of a report that its link has expired: the hub answers with a new one.
pub const LINK_EXPIRED: &str = "link_expired";

/// Where a device is in an update.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It does nothing.
    Idle,
    /// It fetches the file.
    Downloading,
    /// It compares hash and signature.
    Verifying,
    /// It writes the new firmware.
    Installing,
    /// It starts again.
    Rebooting,
    /// It runs the new firmware.
    Succeeded,
    /// It gave up and runs the old firmware.
    Failed,
    /// It ran the new firmware and went back.
    RolledBack,
}

impl Phase {
    /// All phases in the order of an update.
    pub const ALL: [Self; 8] = [
        Self::Idle,
        Self::Downloading,
        Self::Verifying,
        Self::Installing,
        Self::Rebooting,
        Self::Succeeded,
        Self::Failed,
        Self::RolledBack,
    ];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Downloading => "downloading",
            Self::Verifying => "verifying",
            Self::Installing => "installing",
            Self::Rebooting => "rebooting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// Why an update failed, in the device's words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct UpdateError {
    /// A word for programs: `hash_mismatch`, `no_space`, [`LINK_EXPIRED`], ….
    pub code: String,
    /// What people should know.
    pub text: String,
}

/// An update as a device reports it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Update {
    /// The version it goes to, as the device writes it.
    pub target: Option<String>,
    /// The operation it repeats from its desired properties.
    pub operation: Option<String>,
    /// Where it is.
    pub phase: Phase,
    /// How far it is in this phase, in percent.
    pub percent: u8,
    /// Why it failed.
    pub error: Option<UpdateError>,
}

/// What a device says about its firmware. What breaks the protocol is left out: devices write what they like.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// What it runs.
    pub running: Option<Version>,
    /// Its update, if it has ever spoken of one.
    pub update: Option<Update>,
}

/// Reads the reported properties of a device, or a patch of them.
pub fn progress(reported: &Value) -> Progress {
    let firmware = &reported["firmware"];
    let running = firmware["version"].as_str();
    Progress {
        running: running.and_then(|text| Version::new(text).ok()),
        update: update(&firmware["update"]),
    }
}

fn update(update: &Value) -> Option<Update> {
    let state = update["state"].as_str()?;
    let phase = Phase::ALL.into_iter().find(|one| one.as_str() == state)?;
    let percent = update["progress"].as_f64().unwrap_or_default();
    let error = &update["error"];
    Some(Update {
        target: cut(&update["target"]),
        operation: cut(&update["operation"]),
        phase,
        percent: percent.clamp(0.0, 100.0) as u8,
        error: error.is_object().then(|| UpdateError {
            code: cut(&error["code"]).unwrap_or_default(),
            text: cut(&error["text"]).unwrap_or_default(),
        }),
    })
}

fn cut(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    Some(text.chars().take(MAX_TEXT).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use serde_json::json;

    use super::*;

    #[test]
    fn reports_are_read() {
        let said = progress(&json!({ "firmware": {
            "version": "4.3.0",
            "update": {
                "target": "4.4.0", "operation": "17/1", "state": "failed", "progress": 40.7,
                "error": { "code": "hash_mismatch", "text": "the file is another" },
            },
        }}));
        let update = said.update.unwrap();
        assert_eq!(said.running, Version::new("4.3").ok());
        assert_eq!(update.target.as_deref(), Some("4.4.0"));
        assert_eq!(update.operation.as_deref(), Some("17/1"));
        assert_eq!((update.phase, update.percent), (Phase::Failed, 40));
        assert_eq!(update.error.unwrap().code, "hash_mismatch");
    }

    #[test]
    fn what_breaks_the_protocol_is_left_out() {
        let check = |reported: Value| assert_eq!(progress(&reported), Progress::default());
        check(json!(null));
        check(json!({ "firmware": 4 }));
        check(json!({ "firmware": { "version": "latest", "update": "soon" } }));
        check(json!({ "firmware": { "update": { "state": "dancing" } } }));
        let odd =
            json!({ "firmware": { "update": { "state": "idle", "progress": 1e9, "error": "x" } } });
        let update = progress(&odd).update.unwrap();
        assert_eq!((update.percent, update.error), (100, None));
        let long =
            json!({ "firmware": { "update": { "state": "idle", "target": "ä".repeat(900) } } });
        let target = progress(&long).update.unwrap().target.unwrap();
        assert_eq!(target.chars().count(), MAX_TEXT);
    }
}
