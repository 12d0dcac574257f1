//! Exports and imports of the whole registry as files (spec §5.9): what is asked for, and where it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Actor;
use crate::ids::OperationId;
use crate::operation::{OperationState, Task};
use crate::time::Timestamp;

/// The name of an export or import: a UUID.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransferId(String);

impl TransferId {
    /// A UUID of version 4.
    pub fn from_entropy(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |from: usize, to: usize| hex[from..to].concat();
        let parts = [
            part(0, 4),
            part(4, 6),
            part(6, 8),
            part(8, 10),
            part(10, 16),
        ];
        Self(parts.join("-"))
    }

    /// A name that somebody gave; storage knows whether there is one.
    pub fn named(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is asked for. Places are folders below the hub's folder for transfers, `""` for that folder itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TransferPlan {
    /// Writes identities with their twins into a file.
    #[serde(rename_all = "camelCase")]
    Export {
        /// The folder.
        to: String,
        /// The file in it.
        file: String,
        /// Whether keys are left out.
        without_keys: bool,
        /// The file beside it that takes the configurations, when they are asked for.
        #[serde(default)]
        configurations: Option<String>,
    },
    /// Does what the lines of a file say.
    #[serde(rename_all = "camelCase")]
    Import {
        /// The folder.
        from: String,
        /// The file in it.
        file: String,
        /// The folder for the list of errors.
        errors_to: String,
        /// The file beside it that holds configurations, when they are asked for.
        #[serde(default)]
        configurations: Option<String>,
    },
}

impl TransferPlan {
    /// What it is called among operations: `Export to week-12/devices.txt`.
    pub fn title(&self) -> String {
        match self {
            Self::Export { to, file, .. } => format!("Export to {}", joined(to, file)),
            Self::Import { from, file, .. } => format!("Import from {}", joined(from, file)),
        }
    }

    /// What it does, as operations name it.
    pub fn task(&self) -> Task {
        match self {
            Self::Export { without_keys, .. } => Task::Export {
                without_keys: *without_keys,
            },
            Self::Import { from, file, .. } => Task::Import {
                file: joined(from, file),
            },
        }
    }
}

/// A file with its folder, as people read it.
pub fn joined(folder: &str, file: &str) -> String {
    match folder {
        "" => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}

/// Where a transfer is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// It works; after an end of the hub it goes on.
    Running,
    /// All of it is done; single lines may have failed.
    Completed,
    /// It could not go on; the reason is kept.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

impl TransferState {
    /// All states.
    pub const ALL: [Self; 4] = [
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// How far a transfer has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes of the files or devices of the hub, all of them.
    pub total: u64,
    /// Of these, how many are done: where an import goes on.
    pub done: u64,
    /// Devices that were read, or lines that were carried out.
    pub devices: u64,
    /// Lines that failed.
    pub failed: u64,
    /// Bytes of the list of errors that belong to what is done.
    pub errors: u64,
    /// Lines of the file of devices that are done, blank ones too.
    #[serde(default)]
    pub lines: u64,
}

impl Progress {
    /// In percent.
    pub fn percent(&self) -> u64 {
        match self.total {
            0 => 0,
            total => (self.done.saturating_mul(100) / total).min(100),
        }
    }
}

/// A line of an import that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailedLine {
    /// The file it stands in.
    pub file: String,
    /// Its number there, from 1.
    pub line: u64,
    /// The device or configuration that it names, when it can be read that far.
    pub id: Option<String>,
    /// The name of IoT Hub for what is wrong (spec §5.14).
    pub code: String,
    /// What is wrong, in words.
    pub why: String,
}

/// An export or import.
#[derive(Clone, PartialEq, Debug)]
pub struct Transfer {
    /// Its name.
    pub id: TransferId,
    /// Its number among operations; 0 until it is stored.
    pub number: OperationId,
    /// What is asked for.
    pub plan: TransferPlan,
    /// By whom.
    pub by: Actor,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Where it is.
    pub state: TransferState,
    /// How far it has come.
    pub progress: Progress,
    /// Why it failed.
    pub failure: Option<String>,
}

impl Transfer {
    /// Where it is, as operations tell it. One that could not go on has stopped.
    pub fn operation_state(&self) -> OperationState {
        match self.state {
            TransferState::Running => OperationState::Running,
            TransferState::Completed if self.progress.failed > 0 => {
                OperationState::CompletedWithFailures
            }
            TransferState::Completed => OperationState::Completed,
            TransferState::Failed => OperationState::Stopped,
            TransferState::Cancelled => OperationState::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;

    #[test]
    fn names_are_uuids() {
        let id = TransferId::from_entropy([0xff; 16]);
        assert_eq!(id.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_ne!(id, TransferId::from_entropy([0; 16]));
    }

    #[test]
    fn percent_of_what_is_there() {
        let check = |done, total, want| {
            let progress = Progress {
                done,
                total,
                ..Progress::default()
            };
            assert_eq!(progress.percent(), want, "{done}/{total}");
        };
        check(0, 0, 0);
        check(1, 3, 33);
        check(3, 3, 100);
        check(4, 3, 100);
    }

    #[test]
    fn operations_know_it_by_their_words() {
        let plan = TransferPlan::Export {
            to: String::new(),
            file: "devices.txt".into(),
            without_keys: true,
            configurations: None,
        };
        assert_eq!(plan.title(), "Export to devices.txt");
        assert_eq!(plan.task(), Task::Export { without_keys: true });
        let check = |state, failed, want: OperationState| {
            let transfer = Transfer {
                id: TransferId::named("a"),
                number: OperationId(7),
                plan: plan.clone(),
                by: Actor::Console,
                created_at: Timestamp::from_secs(0),
                ended_at: None,
                state,
                progress: Progress {
                    failed,
                    ..Progress::default()
                },
                failure: None,
            };
            assert_eq!(transfer.operation_state(), want, "{state:?}");
        };
        check(TransferState::Running, 1, OperationState::Running);
        check(TransferState::Completed, 0, OperationState::Completed);
        check(
            TransferState::Completed,
            1,
            OperationState::CompletedWithFailures,
        );
        check(TransferState::Failed, 0, OperationState::Stopped);
        check(TransferState::Cancelled, 1, OperationState::Cancelled);
    }

    #[test]
    fn plans_of_older_hubs_are_read() {
        let text = r#"{"kind":"import","from":"a","file":"b","errorsTo":"a"}"#;
        let plan: TransferPlan = serde_json::from_str(text).unwrap();
        assert_eq!(plan.title(), "Import from a/b");
    }

    #[test]
    fn states_are_found_again() {
        for state in TransferState::ALL {
            assert_eq!(TransferState::from_name(state.as_str()), Some(state));
        }
    }
}
