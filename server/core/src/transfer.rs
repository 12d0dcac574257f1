//! Exports and imports of the whole registry as files (spec §5.9): what is asked for, and where it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Actor;
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
    },
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
    /// Bytes of the file or devices of the hub, all of them.
    pub total: u64,
    /// Of these, how many are done: where an import goes on.
    pub done: u64,
    /// Devices read or written.
    pub devices: u64,
    /// Lines that failed.
    pub failed: u64,
    /// Bytes of the list of errors that belong to what is done.
    pub errors: u64,
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

/// An export or import.
#[derive(Clone, PartialEq, Debug)]
pub struct Transfer {
    /// Its name.
    pub id: TransferId,
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

#[cfg(test)]
mod tests {
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
    fn states_are_found_again() {
        for state in TransferState::ALL {
            assert_eq!(TransferState::from_name(state.as_str()), Some(state));
        }
    }
}
