//! What can be asked, and what comes back. The wire form between the binary and itself; both sides are the same build.

use std::fmt;
use std::path::PathBuf;

use muster_core::key::Slot;
use muster_core::policy::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Devices in one answer of [`Command::DeviceList`]; the client asks again for more.
pub const LIST_CHUNK: usize = 1_000;

/// Rows in one answer of [`Command::Query`]: that many of the largest twins fit into a frame.
pub const QUERY_CHUNK: usize = 200;

/// Devices in one answer of [`Command::OperationTargets`].
pub const TARGETS_CHUNK: usize = 500;

/// A request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Makes a device with keys of the hub's choice.
    DeviceCreate {
        /// Its id.
        id: String,
        /// Its first tags; an object.
        tags: Option<Value>,
        /// Its first desired properties; an object.
        desired: Option<Value>,
    },
    /// A device with its twin.
    DeviceShow {
        /// Its id.
        id: String,
    },
    /// The next devices in the order of ids.
    DeviceList {
        /// A condition; empty for all.
        condition: String,
        /// The last id of the chunk before.
        after: Option<String>,
    },
    /// The next rows of an answer.
    Query {
        /// A query, or a condition on devices.
        text: String,
        /// Most rows; at most [`QUERY_CHUNK`].
        limit: usize,
        /// What the rows before came with.
        continuation: Option<String>,
    },
    /// The connection string with one of the keys.
    DeviceConnectionString {
        /// Its id.
        id: String,
        /// Which key.
        slot: Slot,
    },
    /// Deletes a device.
    DeviceDelete {
        /// Its id.
        id: String,
    },
    /// Calls a method of a device and waits for the answer.
    DeviceInvoke {
        /// Its id.
        id: String,
        /// What is called.
        method: String,
        /// What the device is given; null for nothing.
        payload: Value,
        /// Seconds to wait for the device to come online.
        wait_s: u64,
        /// Seconds to wait for the answer.
        timeout_s: u64,
    },
    /// The connection string of a shared access policy.
    PolicyConnectionString {
        /// Its name.
        name: String,
    },
    /// Makes an account.
    UserCreate {
        /// The sign-in name.
        name: String,
        /// The name others read.
        display_name: String,
        /// The roles.
        roles: Vec<Role>,
        /// The scope of all these roles; empty for the whole fleet.
        scope: String,
        /// The password; one is made when absent.
        password: Option<Secret>,
    },
    /// Operations, newest first.
    OperationList {
        /// In this state only.
        state: Option<String>,
        /// Most operations.
        limit: usize,
    },
    /// An operation in full.
    OperationShow {
        /// Its number.
        id: i64,
    },
    /// What a plan would do.
    OperationPreview {
        /// The plan, as people write it.
        plan: Value,
    },
    /// Hands a plan in.
    OperationCreate {
        /// The plan, as people write it.
        plan: Value,
    },
    /// Pauses, resumes or ends an operation.
    OperationSteer {
        /// Its number.
        id: i64,
        /// What is to happen.
        steering: Steering,
        /// Why; empty for no reason.
        reason: String,
    },
    /// Failed devices of an operation are tried again: those named, or those that fit the rest.
    OperationRetry {
        /// Its number.
        id: i64,
        /// These devices; none for those that fit.
        devices: Vec<String>,
        /// Of this wave only, from 0.
        wave: Option<u16>,
        /// With exactly this reason only.
        why: Option<String>,
    },
    /// Devices of an operation pass a gate.
    OperationOverride {
        /// Its number.
        id: i64,
        /// The gate of its plan, from 0.
        gate: u8,
        /// This device only.
        device: Option<String>,
        /// Why.
        reason: String,
    },
    /// The next devices of an operation.
    OperationTargets {
        /// Its number.
        id: i64,
        /// In this state only.
        state: Option<String>,
        /// Most devices; at most [`TARGETS_CHUNK`].
        limit: usize,
        /// What the devices before came with.
        cursor: Option<String>,
    },
    /// Looks for faults in the database.
    Check,
    /// Writes a copy of the database.
    Backup {
        /// To this file, which must not exist; an absolute path.
        to: PathBuf,
    },
}

/// What happens to an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steering {
    /// It is held.
    Pause,
    /// It goes on.
    Resume,
    /// Its next wave opens.
    Continue,
    /// It ends.
    Stop,
    /// It is called off.
    Cancel,
    /// Failed and called-off devices are tried again.
    Retry,
    /// It ends, and another one takes back what it did.
    RollBack,
}

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What came of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// A device, or a device with its twin.
    Device {
        /// As it is printed.
        device: Value,
    },
    /// Devices.
    Devices {
        /// As they are printed.
        devices: Vec<Value>,
    },
    /// Rows of a query.
    Rows {
        /// The rows, in order.
        rows: Vec<Value>,
        /// The names of the columns; none for whole twins.
        columns: Vec<String>,
        /// Leads to the next rows, if there are more.
        continuation: Option<String>,
    },
    /// What a device answered to a method.
    Method {
        /// Its status.
        status: i32,
        /// What it said; null for nothing.
        payload: Value,
    },
    /// An operation.
    Operation {
        /// As it is printed.
        operation: Value,
    },
    /// Operations.
    Operations {
        /// As they are printed.
        operations: Vec<Value>,
    },
    /// What a plan would do.
    Preview {
        /// As it is printed.
        preview: Value,
    },
    /// Devices of an operation.
    Targets {
        /// As they are printed.
        targets: Vec<Value>,
        /// Leads to the next ones, if there are more.
        next: Option<String>,
    },
    /// So many devices of an operation.
    Counted {
        /// How many.
        devices: u32,
    },
    /// A connection string.
    ConnectionString {
        /// With its key.
        text: Secret,
    },
    /// It was done, and there is nothing more to say.
    Done,
    /// An account.
    User {
        /// The sign-in name.
        name: String,
        /// The password, when the hub made it.
        password: Option<Secret>,
    },
    /// What the check found; nothing is good.
    Findings {
        /// The faults.
        findings: Vec<Fault>,
    },
    /// A finished backup.
    Backup {
        /// Where it is.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
}

/// Something that is wrong, and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// What was looked at.
    pub subject: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// Why it was not done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refused {
    /// In words, with what to do.
    pub message: String,
}
