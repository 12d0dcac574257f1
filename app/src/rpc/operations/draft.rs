//! What somebody types into the wizard: every field as text, as its form sends it. Kept on the hub after each step.

use serde::{Deserialize, Serialize};

/// The whole draft.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What is done.
    pub what: What,
    /// To whom.
    pub who: Who,
    /// In which order, under which conditions.
    pub how: How,
}

/// What is done to each device.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct What {
    /// What people call it; empty names it after what it does.
    pub title: String,
    /// The stored name of the kind.
    pub kind: String,
    /// Properties one by one.
    pub rows: Vec<PatchRow>,
    /// A patch of tags, as JSON.
    pub tags: String,
    /// A patch of desired properties, as JSON.
    pub desired: String,
    /// The method.
    pub method: String,
    /// What it is given, as JSON.
    pub payload: String,
    /// How long a call waits for the device.
    pub connect: String,
    /// How long a call waits for the answer.
    pub response: String,
    /// The firmware.
    pub artifact: String,
    /// The firmware to go back to.
    pub back_to: String,
    /// Contacts before a device counts as done.
    pub check_ins: String,
    /// How long it stays on the new version before it counts as done.
    pub soak: String,
    /// The step of life: `retire`, `enter_maintenance`, `leave_maintenance`.
    pub step: String,
    /// `true` to enable, `false` to disable.
    pub enabled: String,
    /// The moment to restore.
    pub at: String,
    /// Why.
    pub reason: String,
    /// Any text to leave keys out of an export.
    pub without_keys: String,
}

/// A property to write or to remove.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PatchRow {
    /// `desired` or `tags`.
    pub section: String,
    /// The dotted path.
    pub path: String,
    /// `text`, `number`, `boolean`, `json`, or `remove`.
    pub kind: String,
    /// The value.
    pub value: String,
}

/// Whom it is for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Who {
    /// `query` for all that match, `ids` for named devices.
    pub by: String,
    /// The condition.
    pub filter: String,
    /// The names, apart by spaces or lines.
    pub ids: String,
}

/// How it goes about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct How {
    /// `once`, `careful` or `own`.
    pub waves: String,
    /// Own waves.
    pub rows: Vec<WaveForm>,
    /// The share of a wave that has to succeed, for the careful ones.
    pub success: String,
    /// How long each of the careful ones is watched.
    pub soak: String,
    /// Any text: the next of the careful ones waits for a person.
    pub manual: String,
    /// Devices begun per minute.
    pub per_minute: String,
    /// Devices at work at the same time.
    pub in_flight: String,
    /// `fail`, `wait` or `next_contact`.
    pub offline: String,
    /// Attempts per device.
    pub attempts: String,
    /// The pause between attempts.
    pub retry_after: String,
    /// How long a device may take.
    pub timeout: String,
    /// Any text: devices that begin to match join.
    pub newcomers: String,
    /// When it begins, in UTC.
    pub starts_at: String,
    /// When it is given up, in UTC.
    pub expires_at: String,
    /// This share of failed devices is too much.
    pub fail_percent: String,
    /// Finished devices before the share is looked at.
    pub fail_after: String,
    /// This many failed devices are too many.
    pub fail_count: String,
    /// `pause`, `stop` or `roll_back`.
    pub fail_then: String,
    /// Any text: only connected devices.
    pub online: String,
    /// Any text: only on mains power, or with enough battery.
    pub power: String,
    /// Enough battery, in percent.
    pub battery: String,
    /// Any text: only on Ethernet or Wi-Fi.
    pub network: String,
    /// Any text: only while not in use.
    pub idle: String,
    /// A maintenance window.
    pub window: String,
    /// A calendar of service hours.
    pub calendar: String,
    /// A place.
    pub place: String,
    /// `inside` or `outside`.
    pub place_side: String,
    /// Conditions of one's own.
    pub conditions: Vec<ConditionForm>,
}

impl Default for How {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            waves: text("once"),
            rows: Vec::new(),
            success: text("95"),
            soak: text("30 min"),
            manual: String::new(),
            per_minute: String::new(),
            in_flight: String::new(),
            offline: text("wait"),
            attempts: text("3"),
            retry_after: text("5 min"),
            timeout: text("1 h"),
            newcomers: String::new(),
            starts_at: String::new(),
            expires_at: String::new(),
            fail_percent: text("5"),
            fail_after: text("20"),
            fail_count: String::new(),
            fail_then: text("pause"),
            online: String::new(),
            power: String::new(),
            battery: text("40"),
            network: String::new(),
            idle: String::new(),
            window: String::new(),
            calendar: String::new(),
            place: String::new(),
            place_side: text("inside"),
            conditions: Vec::new(),
        }
    }
}

/// A wave of one's own.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WaveForm {
    /// `count`, `percent`, `query`, `rest`; empty for a row that is not used.
    pub kind: String,
    /// Devices, percent, or the condition.
    pub value: String,
    /// The share that has to succeed.
    pub success: String,
    /// How long it is watched.
    pub soak: String,
    /// Any text: the next wave waits for a person.
    pub manual: String,
}

/// A condition of one's own.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConditionForm {
    /// What people call it.
    pub label: String,
    /// The condition.
    pub text: String,
}
