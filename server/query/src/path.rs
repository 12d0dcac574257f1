//! Where a value is found in a row.

use std::fmt;
use std::str::FromStr;

use muster_core::twin::Object;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::error::QueryError;
use crate::parser;

/// A value of a row, as conditions name it. System names are read in any case, keys of twins as they are.
///
/// Keys hold no dots and no control characters (spec §7.3), so keys joined with dots are unambiguous; a place in an
/// array is a key that begins with [`POSITION`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(into = "String")]
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
    /// `lastActivityTime`; the year 1 where there was none.
    LastActivityTime,
    /// Another name at the top of the row: one of [`OTHERS`].
    System(&'static str),
    /// Keys below such a name, joined with dots: `capabilities.iotEdge`, `configurations.ring2.status`.
    Below(&'static str, String),
    /// `tags.…`: the keys below tags, joined with dots.
    Tag(String),
    /// `properties.desired.…`: the keys below, joined with dots; `$version` and `$metadata` are among them.
    Desired(String),
    /// `properties.reported.…`: the same of what the device says.
    Reported(String),
}

/// Begins a key that is a place in an array, as [`Path`] holds it.
pub const POSITION: char = '\u{1}';

/// The names people filter devices by, as canonical text writes them.
pub const ROOTS: [&str; 11] = [
    "deviceId",
    "status",
    "connectionState",
    "contact",
    "stage",
    "modelId",
    "authenticationType",
    "drift",
    "lastActivityTime",
    "tags",
    "properties",
];

/// More names at the top of rows of devices and modules.
pub const OTHERS: [&str; 11] = [
    "moduleId",
    "etag",
    "deviceEtag",
    "statusReason",
    "statusUpdateTime",
    "cloudToDeviceMessageCount",
    "version",
    "deviceScope",
    "parentScopes",
    "capabilities",
    "configurations",
];

/// Names at the top of rows of jobs.
pub const JOB_ROOTS: [&str; 11] = [
    "deviceId",
    "moduleId",
    "status",
    "jobId",
    "jobType",
    "startTimeUtc",
    "endTimeUtc",
    "createdDateTimeUtc",
    "lastUpdatedDateTimeUtc",
    "outcome",
    "error",
];

/// Names that hold keys.
const OBJECTS: [&str; 4] = ["capabilities", "configurations", "outcome", "error"];

/// Keys that the hub writes into properties; read in any case.
const HUB_KEYS: [&str; 4] = [
    "$version",
    "$metadata",
    "$lastUpdated",
    "$lastUpdatedVersion",
];

impl Path {
    /// Everything at the top of rows of jobs.
    pub fn of_jobs() -> Vec<Self> {
        let names = JOB_ROOTS.into_iter();
        names.filter_map(|name| Self::system(name, true)).collect()
    }

    /// Reads a path, for example `tags.location.site` or `devices.deviceId`.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parser::path(text)
    }

    /// The value of that name at the top of a row, in any case, that is no object.
    pub(crate) fn system(name: &str, jobs: bool) -> Option<Self> {
        if jobs {
            let name = if name.eq_ignore_ascii_case("createdTimeUtc") {
                "createdDateTimeUtc"
            } else {
                name
            };
            let known = named(&JOB_ROOTS, name)?;
            return Some(match known {
                "deviceId" => Self::DeviceId,
                "status" => Self::Status,
                other => Self::System(other),
            });
        }
        let all = [
            Self::DeviceId,
            Self::Status,
            Self::ConnectionState,
            Self::Contact,
            Self::Stage,
            Self::ModelId,
            Self::AuthenticationType,
            Self::Drift,
            Self::LastActivityTime,
        ];
        all.into_iter()
            .zip(ROOTS)
            .find(|(_, root)| root.eq_ignore_ascii_case(name))
            .map(|(path, _)| path)
            .or_else(|| named(&OTHERS, name).map(Self::System))
    }

    /// Below a name that was read as a system value.
    pub(crate) fn below(self, keys: Vec<String>) -> Option<Self> {
        match self {
            path if keys.is_empty() => Some(path),
            Self::System(name) if OBJECTS.contains(&name) => {
                let mut keys = keys;
                if name == "capabilities" && keys[0].eq_ignore_ascii_case("iotEdge") {
                    "iotEdge".clone_into(&mut keys[0]);
                }
                Some(Self::Below(name, keys.join(".")))
            }
            _ => None,
        }
    }

    /// Below `tags`; all of them without keys.
    pub(crate) fn of_tags(keys: &[String]) -> Self {
        if keys.is_empty() {
            Self::System("tags")
        } else {
            Self::Tag(keys.join("."))
        }
    }

    /// Below `properties`; `None` when the first key is neither `desired` nor `reported`.
    pub(crate) fn of_properties(mut keys: Vec<String>) -> Option<Self> {
        let Some(section) = keys.first().cloned() else {
            return Some(Self::System("properties"));
        };
        for key in &mut keys[1..] {
            if let Some(known) = named(&HUB_KEYS, key) {
                known.clone_into(key);
            }
        }
        let (below, rest) = (&keys[1..], keys[1..].join("."));
        match named(&["desired", "reported"], &section)? {
            name if below.is_empty() => Some(Self::Below("properties", name.to_owned())),
            "desired" => Some(Self::Desired(rest)),
            _ => Some(Self::Reported(rest)),
        }
    }

    /// The names before the keys, as twin documents write them, and the keys joined with dots.
    pub fn parts(&self) -> (&[&'static str], Option<&str>) {
        match self {
            Self::DeviceId => (&["deviceId"], None),
            Self::Status => (&["status"], None),
            Self::ConnectionState => (&["connectionState"], None),
            Self::Contact => (&["contact"], None),
            Self::Stage => (&["stage"], None),
            Self::ModelId => (&["modelId"], None),
            Self::AuthenticationType => (&["authenticationType"], None),
            Self::Drift => (&["drift"], None),
            Self::LastActivityTime => (&["lastActivityTime"], None),
            Self::System(name) => (std::slice::from_ref(name), None),
            Self::Below(name, keys) => (std::slice::from_ref(name), Some(keys)),
            Self::Tag(keys) => (&["tags"], Some(keys)),
            Self::Desired(keys) => (&["properties", "desired"], Some(keys)),
            Self::Reported(keys) => (&["properties", "reported"], Some(keys)),
        }
    }

    /// The name it begins with.
    pub fn root(&self) -> &'static str {
        self.parts().0[0]
    }

    /// The last name or key: what a column of an answer is called.
    pub fn last(&self) -> &str {
        let (names, keys) = self.parts();
        let key = keys.and_then(|keys| keys.rsplit('.').find(|key| !key.starts_with(POSITION)));
        key.unwrap_or(names[names.len() - 1])
    }

    /// The keys below tags, joined with dots, when it leads there.
    pub fn tag(&self) -> Option<&str> {
        match self {
            Self::Tag(path) => Some(path),
            _ => None,
        }
    }

    /// Whether it tells how a device proves who it is, which is not for everybody.
    pub fn is_credential(&self) -> bool {
        *self == Self::AuthenticationType
    }
}

/// The known name that is the same in another case.
pub(crate) fn named(known: &[&'static str], name: &str) -> Option<&'static str> {
    known
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name))
        .copied()
}

/// The value at keys joined with dots, below `object`.
pub fn lookup<'a>(object: &'a Object, dotted: &str) -> Option<&'a Value> {
    let mut keys = dotted.split('.');
    let mut value = object.get(keys.next()?)?;
    for key in keys {
        value = match (value, key.strip_prefix(POSITION)) {
            (Value::Array(list), Some(place)) => list.get(place.parse::<usize>().ok()?)?,
            (Value::Object(object), _) => object.get(key)?,
            _ => return None,
        };
    }
    Some(value)
}

impl FromStr for Path {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> String {
        path.to_string()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (names, keys) = self.parts();
        f.write_str(&names.join("."))?;
        keys.map_or(Ok(()), |keys| crate::print::keys(f, keys))
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
        check("tags", "tags");
        check("tags.list[0].x", "tags.list[0].x");
        check("LastActivityTime", "lastActivityTime");
        check("Properties.Reported.fw.v", "properties.reported.fw.v");
        check("reported.fw", "properties.reported.fw");
        check("desired.$VERSION", "properties.desired.$version");
        check(
            "properties.reported.$metadata.fw.$lastupdated",
            "properties.reported.$metadata.fw.$lastUpdated",
        );
        check("capabilities.IOTEDGE", "capabilities.iotEdge");
        check(
            "configurations.[[ring2]].status",
            "configurations.ring2.status",
        );
        check("devices.modules.moduleId", "moduleId");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        let check = |text: &str, want: &str| {
            let message = Path::parse(text).map_err(|e| e.to_string());
            assert_eq!(message, Err(want.to_owned()), "{text}");
        };
        check(
            "properties.x",
            "at character 12: properties holds desired and reported; did you mean properties.reported.x?",
        );
        check(
            "status.x",
            "at character 7: status holds one value; there are no keys below it",
        );
        check("tags['a.b']", "at character 5: a key may not contain '.'");
        check(
            "tags.a[1.5]",
            "at character 8: a place in an array is a whole number, from 0",
        );
        check(
            "tags['\\u0001']",
            "at character 5: a key may not contain control characters",
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
