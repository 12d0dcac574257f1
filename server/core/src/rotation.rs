//! Rotation of a device's keys: a new secondary key is made, handed to the device, confirmed by the device that signs in
//! with it, and then takes the place of the old ones. At no moment is the key lost that the device signs in with.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::OperationId;
use crate::key::{KeyMark, KeyPair, SharedKey, Slot};
use crate::time::Timestamp;

/// The direct method that hands a device its new key; `server/docs/key-rotation.md` describes it.
pub const METHOD: &str = "rotateKey";

/// What the method carries: the new key, and how long the device has to sign in with it.
pub fn payload(key: &SharedKey, within_s: u32) -> Value {
    json!({ "key": key.reveal(), "withinSeconds": within_s })
}

/// What a status of the device's answer means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The device has stored the key.
    Stored,
    /// The device does not know the method.
    Unknown,
    /// The device could not store the key now.
    Refused,
}

impl Answer {
    /// The meaning of a status.
    pub fn of(status: i32) -> Self {
        match status {
            200..=299 => Self::Stored,
            404 | 405 | 501 => Self::Unknown,
            _ => Self::Refused,
        }
    }
}

/// The keys that open an identity, and what is known about their use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slots {
    /// Both keys.
    pub keys: KeyPair,
    /// The key that the device last signed in with, when it ever used one of its own.
    pub used: Option<KeyMark>,
    /// The secondary key was made for a rotation that is not over: the device may have it already.
    pub under_way: bool,
}

impl Slots {
    /// Makes the secondary key a new one, unless a rotation is under way: then its key is handed out again, for the
    /// device may have stored it and forgotten the old one. A device that signs in with its secondary key keeps it in
    /// the first slot. Says whether something changed.
    pub fn mint(&mut self, fresh: SharedKey) -> bool {
        if self.under_way {
            return false;
        }
        if self.used == Some(self.keys.secondary.mark()) {
            self.keys.primary = self.keys.secondary.clone();
        }
        self.keys.secondary = fresh;
        self.under_way = true;
        true
    }

    /// Whether the device has signed in with the new key and with no other since.
    pub fn is_confirmed(&self) -> bool {
        self.under_way && self.used == Some(self.keys.secondary.mark())
    }

    /// Puts the new key into the first slot and `fresh` into the second, so that nothing older opens the identity.
    /// Refused, and nothing changed, before the device has confirmed the new key.
    pub fn promote(&mut self, fresh: SharedKey) -> bool {
        if !self.is_confirmed() {
            return false;
        }
        self.keys.primary = std::mem::replace(&mut self.keys.secondary, fresh);
        self.under_way = false;
        true
    }

    /// The slot of the key that the device last signed in with.
    pub fn used_slot(&self) -> Option<Slot> {
        self.keys.slot_of(self.used?)
    }
}

/// How far the rotation of a device's keys is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rotation {
    /// The operation that does it.
    pub operation: OperationId,
    /// Its attempt at this device.
    pub attempt: u8,
    /// When the new key was made.
    pub minted_at: Timestamp,
    /// When the device said, in this attempt, that it has stored the key.
    pub handed_at: Option<Timestamp>,
    /// When the device signed in with it.
    pub confirmed_at: Option<Timestamp>,
    /// When it became the primary key and the old ones were revoked.
    pub promoted_at: Option<Timestamp>,
}

/// Where a device is on its way to a new key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The new key is made; the device does not have it yet.
    Minted,
    /// The device has stored it.
    Handed,
    /// The device has signed in with it.
    Confirmed,
    /// It is the primary key; the old ones are revoked.
    Promoted,
}

impl Step {
    /// For people, about one device.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Minted => "new key made, being handed to the device",
            Self::Handed => "device has stored the new key, has to sign in with it",
            Self::Confirmed => "device signed in with the new key",
            Self::Promoted => "new key is the primary one, old keys are revoked",
        }
    }
}

/// What has to be done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Hand the key to the device.
    Hand,
    /// Wait until the device signs in with it, at most until then.
    Await(Timestamp),
    /// Make it the primary key.
    Promote,
    /// Nothing: it is done.
    Done,
    /// The device did not sign in with it in time.
    GiveUp,
}

impl Rotation {
    /// Where it is.
    pub fn step(&self) -> Step {
        match (self.promoted_at, self.confirmed_at, self.handed_at) {
            (Some(_), _, _) => Step::Promoted,
            (None, Some(_), _) => Step::Confirmed,
            (None, None, Some(_)) => Step::Handed,
            (None, None, None) => Step::Minted,
        }
    }

    /// What has to be done next when a device has `within_s` seconds to sign in with a key that it has stored.
    pub fn next(&self, within_s: u32, now: Timestamp) -> Next {
        let Some(handed_at) = self.handed_at.filter(|_| self.step() == Step::Handed) else {
            return match self.step() {
                Step::Promoted => Next::Done,
                Step::Confirmed => Next::Promote,
                Step::Minted | Step::Handed => Next::Hand,
            };
        };
        let until = handed_at.plus_ms(i64::from(within_s) * 1000);
        if now < until {
            Next::Await(until)
        } else {
            Next::GiveUp
        }
    }
}

#[cfg(test)]
mod tests;
