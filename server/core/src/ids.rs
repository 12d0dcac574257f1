//! Identifiers. A value of one of these types has passed its rule; nothing downstream checks again.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A device's name in the registry: 1–128 characters of letters, digits and `- . + % _ # * ? ! ( ) , : = @ $ '`,
/// case-sensitive (spec §5.3). Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceId(Arc<str>);

/// Longest device id, in characters (spec §5.3).
pub const MAX_DEVICE_ID: usize = 128;

const DEVICE_ID_MARKS: &str = "-.+%_#*?!(),:=@$'";

/// Why a text is not a device id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadDeviceId {
    /// The text is empty.
    #[error("a device id needs at least one character")]
    Empty,
    /// The text is longer than [`MAX_DEVICE_ID`].
    #[error("a device id has at most 128 characters")]
    TooLong,
    /// The text holds a character that ids may not have.
    #[error(
        "a device id may not contain {0:?}; letters, digits and - . + % _ # * ? ! ( ) , : = @ $ ' are allowed"
    )]
    Character(char),
}

impl DeviceId {
    /// Checks the rule of spec §5.3.
    pub fn new(text: &str) -> Result<Self, BadDeviceId> {
        if text.is_empty() {
            return Err(BadDeviceId::Empty);
        }
        if let Some(bad) = text
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && !DEVICE_ID_MARKS.contains(*c))
        {
            return Err(BadDeviceId::Character(bad));
        }
        if text.len() > MAX_DEVICE_ID {
            return Err(BadDeviceId::TooLong);
        }
        Ok(Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl FromStr for DeviceId {
    type Err = BadDeviceId;

    fn from_str(text: &str) -> Result<Self, BadDeviceId> {
        Self::new(text)
    }
}

impl TryFrom<String> for DeviceId {
    type Error = BadDeviceId;

    fn try_from(text: String) -> Result<Self, BadDeviceId> {
        Self::new(&text)
    }
}

impl From<DeviceId> for String {
    fn from(id: DeviceId) -> String {
        id.0.as_ref().to_owned()
    }
}

impl AsRef<str> for DeviceId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A module's name on its device: the characters of a device id, at most [`MAX_DEVICE_ID`], not beginning with `$`
/// (spec §5.3). Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleId(Arc<str>);

/// Why a text is not a module id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadModuleId {
    /// The text is empty.
    #[error("a module id needs at least one character")]
    Empty,
    /// The text is longer than [`MAX_DEVICE_ID`].
    #[error("a module id has at most 128 characters")]
    TooLong,
    /// The text holds a character that ids may not have.
    #[error(
        "a module id may not contain {0:?}; letters, digits and - . + % _ # * ? ! ( ) , : = @ $ ' are allowed"
    )]
    Character(char),
    /// Such names are kept for the modules of the edge runtime.
    #[error("a module id may not begin with $")]
    Reserved,
}

impl ModuleId {
    /// Checks the rule of spec §5.3.
    pub fn new(text: &str) -> Result<Self, BadModuleId> {
        match DeviceId::new(text) {
            Ok(_) if text.starts_with('$') => Err(BadModuleId::Reserved),
            Ok(id) => Ok(Self(id.0)),
            Err(BadDeviceId::Empty) => Err(BadModuleId::Empty),
            Err(BadDeviceId::TooLong) => Err(BadModuleId::TooLong),
            Err(BadDeviceId::Character(bad)) => Err(BadModuleId::Character(bad)),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ModuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl FromStr for ModuleId {
    type Err = BadModuleId;

    fn from_str(text: &str) -> Result<Self, BadModuleId> {
        Self::new(text)
    }
}

impl TryFrom<String> for ModuleId {
    type Error = BadModuleId;

    fn try_from(text: String) -> Result<Self, BadModuleId> {
        Self::new(&text)
    }
}

impl From<ModuleId> for String {
    fn from(id: ModuleId) -> String {
        id.0.as_ref().to_owned()
    }
}

/// Who connects: a device, or a module of one. Written `device` or `device/module`, as MQTT client ids are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The device.
    pub device: DeviceId,
    /// The module, when it is not the device itself.
    pub module: Option<ModuleId>,
}

impl Identity {
    /// Reads `device` or `device/module`; `None` when a part breaks its rule.
    pub fn parse(text: &str) -> Option<Self> {
        let (device, module) = match text.split_once('/') {
            Some((device, module)) => (device, Some(ModuleId::new(module).ok()?)),
            None => (text, None),
        };
        Some(Self {
            device: DeviceId::new(device).ok()?,
            module,
        })
    }
}

impl From<DeviceId> for Identity {
    fn from(device: DeviceId) -> Self {
        Self {
            device,
            module: None,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.module {
            Some(module) => write!(f, "{}/{module}", self.device),
            None => write!(f, "{}", self.device),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// A person's number in the hub; given by storage, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub i64);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A bulk operation's number in the hub; given by storage, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub i64);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A configuration's name (spec §5.10): 1 to 128 of `a-z 0-9 - + % _ * ! '`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConfigurationId(Box<str>);

/// Why a text is no name of a configuration.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a configuration's id has 1 to 128 lower-case letters, digits or - + % _ * ! '")]
pub struct BadConfigurationId;

impl ConfigurationId {
    /// Checks the rules.
    pub fn new(text: &str) -> Result<Self, BadConfigurationId> {
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-+%_*!'".contains(&byte)
        };
        if text.is_empty() || text.len() > 128 || !text.bytes().all(allowed) {
            return Err(BadConfigurationId);
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConfigurationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ConfigurationId {
    type Err = BadConfigurationId;

    fn from_str(text: &str) -> Result<Self, BadConfigurationId> {
        Self::new(text)
    }
}

impl TryFrom<String> for ConfigurationId {
    type Error = BadConfigurationId;

    fn try_from(text: String) -> Result<Self, BadConfigurationId> {
        Self::new(&text)
    }
}

impl From<ConfigurationId> for String {
    fn from(id: ConfigurationId) -> String {
        id.0.into()
    }
}

/// An event's place in the one sequence of the hub; grows with each committed event.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EventSeq(pub i64);

impl fmt::Display for EventSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What people quote when something went wrong; the log line with the cause carries the same text.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RefId(String);

impl RefId {
    /// Eight characters without look-alikes, from 40 bits of entropy.
    pub fn from_entropy(bits: u64) -> Self {
        const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz_";
        let text = (0..8)
            .map(|i| char::from(ALPHABET[(bits >> (5 * i)) as usize & 31]))
            .collect();
        Self(text)
    }

    /// The reference as people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RefId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_ids_follow_spec_5_3() {
        let check = |text: &str, want: Result<(), BadDeviceId>| {
            assert_eq!(DeviceId::new(text).map(|_| ()), want, "{text}");
        };
        check("pump-1", Ok(()));
        check("a.b_c:d@e=f$g'h!i*j(k)l,m?n%o+p#q", Ok(()));
        check(&"x".repeat(128), Ok(()));
        check(&"x".repeat(129), Err(BadDeviceId::TooLong));
        check("", Err(BadDeviceId::Empty));
        check("a b", Err(BadDeviceId::Character(' ')));
        check("a/b", Err(BadDeviceId::Character('/')));
        check("käse", Err(BadDeviceId::Character('ä')));
    }

    #[test]
    fn identities_are_written_like_client_ids() {
        for text in ["pump-1", "pump-1/filter"] {
            let read = Identity::parse(text).map(|identity| identity.to_string());
            assert_eq!(read.as_deref(), Some(text));
        }
        for bad in ["", "/", "d/", "/m", "d/m/x", "d/$edgeHub", "a b"] {
            assert_eq!(Identity::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn module_ids_follow_spec_5_3() {
        let check = |text: &str, want: Result<(), BadModuleId>| {
            assert_eq!(ModuleId::new(text).map(|_| ()), want, "{text}");
        };
        check("filter", Ok(()));
        check("a$b", Ok(()));
        check("$edgeAgent", Err(BadModuleId::Reserved));
        check("", Err(BadModuleId::Empty));
        check(&"x".repeat(129), Err(BadModuleId::TooLong));
        check("a/b", Err(BadModuleId::Character('/')));
    }
}
