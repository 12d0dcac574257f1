//! Where a value is found in a row.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::QueryError;
use crate::parser;

/// A value of a device, as conditions name it. System names are read in any case, keys below tags as they are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Path {
    /// `deviceId`
    DeviceId,
    /// `status`: 'enabled' or 'disabled'.
    Status,
    /// `connectionState`: 'Connected' or 'Disconnected'.
    ConnectionState,
    /// `contact` (an extension of Muster): how the device keeps in touch; undefined out of service.
    Contact,
    /// `stage` (an extension of Muster): where the device is in its life.
    Stage,
    /// `modelId`: the plug-and-play model; '' when it announced none.
    ModelId,
    /// `authenticationType`: 'sas', 'selfSigned' or 'certificateAuthority'.
    AuthenticationType,
    /// `drift` (an extension of Muster): true when reported properties differ from desired ones; undefined out of
    /// service.
    Drift,
    /// `tags.…`: the keys below tags joined with dots. Keys hold no dots (spec §7.3), so this is unambiguous.
    Tag(String),
}

/// The names a path can begin with today, as canonical text writes them.
pub const ROOTS: [&str; 9] = [
    "deviceId",
    "status",
    "connectionState",
    "contact",
    "stage",
    "modelId",
    "authenticationType",
    "drift",
    "tags",
];

/// Names of IoT Hub that conditions cannot look at yet.
pub(crate) const LATER_ROOTS: [&str; 14] = [
    "properties",
    "reported",
    "desired",
    "moduleId",
    "etag",
    "deviceEtag",
    "statusReason",
    "statusUpdateTime",
    "lastActivityTime",
    "cloudToDeviceMessageCount",
    "version",
    "capabilities",
    "deviceScope",
    "configurations",
];

impl Path {
    /// Reads a path, for example `tags.location.site` or `devices.deviceId`.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parser::path(text)
    }

    /// The system value of that name, in any case; `None` also for `tags`.
    pub(crate) fn system(name: &str) -> Option<Self> {
        let all = [
            Self::DeviceId,
            Self::Status,
            Self::ConnectionState,
            Self::Contact,
            Self::Stage,
            Self::ModelId,
            Self::AuthenticationType,
            Self::Drift,
        ];
        all.into_iter()
            .zip(ROOTS)
            .find(|(_, root)| root.eq_ignore_ascii_case(name))
            .map(|(path, _)| path)
    }

    /// The name it begins with.
    pub fn root(&self) -> &'static str {
        let index = match self {
            Self::DeviceId => 0,
            Self::Status => 1,
            Self::ConnectionState => 2,
            Self::Contact => 3,
            Self::Stage => 4,
            Self::ModelId => 5,
            Self::AuthenticationType => 6,
            Self::Drift => 7,
            Self::Tag(_) => 8,
        };
        ROOTS[index]
    }

    /// The keys below tags, joined with dots, when it leads there.
    pub fn tag(&self) -> Option<&str> {
        match self {
            Self::Tag(path) => Some(path),
            _ => None,
        }
    }
}

impl FromStr for Path {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Path {
    type Error = QueryError;

    fn try_from(text: String) -> Result<Self, QueryError> {
        Self::parse(&text)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> String {
        path.to_string()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root())?;
        match self {
            Self::Tag(path) => crate::print::keys(f, path),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_in_every_form() {
        let check = |text: &str, want: &str| {
            assert_eq!(
                Path::parse(text).map(|p| p.to_string()),
                Ok(want.to_owned()),
                "{text}"
            );
        };
        check("deviceId", "deviceId");
        check(" DEVICEID ", "deviceId");
        check("devices.connectionstate", "connectionState");
        check("tags.location.site", "tags.location.site");
        check("TAGS.Location.Site", "tags.Location.Site");
        check("Devices.Tags.x", "tags.x");
        check("tags['a b']", "tags['a b']");
        check("tags[\"site\"]", "tags.site");
        check("tags.[[x y]].z", "tags['x y'].z");
        check("tags[[x]]", "tags.x");
        check("tags.['x']", "tags.x");
        check("tags['2nd']['']", "tags['2nd']['']");
        check("tags['it\\'s']", "tags['it\\'s']");
        check("tags.and.or.größe.a-b.$x", "tags.and.or.größe.a-b.$x");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        let check = |text: &str, want: &str| {
            let message = Path::parse(text).map_err(|e| e.to_string());
            assert_eq!(message, Err(want.to_owned()), "{text}");
        };
        check(
            "tags",
            "at character 5: name a key below tags, for example tags.site",
        );
        check(
            "status.x",
            "at character 7: status holds one value; there are no keys below it",
        );
        check("tags['a.b']", "at character 5: a key may not contain '.'");
        check(
            "tags.a[0]",
            "at character 8: positions inside arrays are not understood yet",
        );
        check("tags.a b", "at character 8: expected the end, found b");
        check(
            "tags.2",
            "at character 6: a key that begins with a digit stands in brackets: ['2']",
        );
        check(
            "tags.2nd",
            "at character 6: 2nd is not a number; a key that begins with a digit stands in brackets: ['2nd']",
        );
    }
}
