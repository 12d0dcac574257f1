//! The content of a configuration: values for paths of desired properties.

use std::collections::BTreeMap;

use serde_json::Value;

use super::BadConfiguration;
use crate::twin::limits::{MAX_PROPERTIES, check_section};
use crate::twin::{Object, merge};

/// What paths begin with on the wire.
const PREFIX: &str = "properties.desired";

/// Most paths of one configuration: more than fit into desired properties.
const MAX_PATHS: usize = 4096;

/// The one of three kinds that a configuration has.
#[derive(Clone, PartialEq, Debug)]
pub enum Content {
    /// For devices.
    Device(Assignments),
    /// For modules of devices.
    Module(Assignments),
    /// For the modules of edge devices, by module. This hub has no edge devices, so it covers nothing.
    Edge(BTreeMap<String, Assignments>),
}

/// Values by path below desired properties. No path leads into another; null takes a property away.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Assignments(BTreeMap<Vec<String>, Value>);

impl Content {
    /// Reads the form of the wire: exactly one of `deviceContent`, `moduleContent`, `modulesContent`.
    pub fn parse(json: &Value) -> Result<Self, BadConfiguration> {
        let object = object(json, "content")?;
        let mut given = object.iter().filter(|(_, value)| !value.is_null());
        let (Some((kind, value)), None) = (given.next(), given.next()) else {
            return Err(bad(
                "content is exactly one of deviceContent, moduleContent and modulesContent",
            ));
        };
        match kind.as_str() {
            "deviceContent" => Assignments::parse(value).map(Self::Device),
            "moduleContent" => Assignments::parse(value).map(Self::Module),
            "modulesContent" => {
                let modules = object_of_modules(value)?;
                Ok(Self::Edge(modules))
            }
            other => Err(bad(format!(
                "content has no {other:?}; there are deviceContent, moduleContent and modulesContent"
            ))),
        }
    }

    /// The form of the wire.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Device(assignments) => {
                serde_json::json!({ "deviceContent": assignments.to_json() })
            }
            Self::Module(assignments) => {
                serde_json::json!({ "moduleContent": assignments.to_json() })
            }
            Self::Edge(modules) => {
                let modules = modules
                    .iter()
                    .map(|(name, all)| (name.clone(), all.to_json()));
                serde_json::json!({ "modulesContent": modules.collect::<Object>() })
            }
        }
    }

    /// What it says about devices.
    pub fn of_devices(&self) -> Option<&Assignments> {
        match self {
            Self::Device(assignments) => Some(assignments),
            Self::Module(_) | Self::Edge(_) => None,
        }
    }

    /// What it says about modules.
    pub fn of_modules(&self) -> Option<&Assignments> {
        match self {
            Self::Module(assignments) => Some(assignments),
            Self::Device(_) | Self::Edge(_) => None,
        }
    }

    /// Checks keys, values, depth and size: the content alone must fit into a twin.
    pub(super) fn check(&self) -> Result<(), BadConfiguration> {
        match self {
            Self::Device(assignments) | Self::Module(assignments) => assignments.check(),
            Self::Edge(modules) => modules.values().try_for_each(Assignments::check),
        }
    }
}

impl Assignments {
    /// Reads `{"properties.desired.path": value}`.
    pub fn parse(json: &Value) -> Result<Self, BadConfiguration> {
        let object = object(json, "each kind of content")?;
        if object.len() > MAX_PATHS {
            return Err(bad(format!("content has at most {MAX_PATHS} paths")));
        }
        let mut all = BTreeMap::new();
        for (name, value) in object {
            let path = path(name)?;
            if path.is_empty() && !value.is_object() {
                return Err(bad(format!("{PREFIX} as a whole is a JSON object")));
            }
            let value = match value {
                Value::Object(object) => Value::Object(merge::without_nulls(object)),
                other => other.clone(),
            };
            all.insert(path, value);
        }
        // In order, a path comes right before the first that leads into it.
        let inside = all
            .keys()
            .zip(all.keys().skip(1))
            .find(|(outer, inner)| inner.starts_with(outer));
        if let Some((outer, inner)) = inside {
            return Err(bad(format!(
                "{} lies inside {}; say it once",
                name(inner),
                name(outer)
            )));
        }
        let read = Self(all);
        read.check()?;
        Ok(read)
    }

    /// The form of the wire.
    pub fn to_json(&self) -> Value {
        let members = self
            .0
            .iter()
            .map(|(path, value)| (name(path), value.clone()));
        Value::Object(members.collect())
    }

    /// Paths and values, in the order of paths.
    pub fn iter(&self) -> impl Iterator<Item = (&[String], &Value)> {
        self.0.iter().map(|(path, value)| (path.as_slice(), value))
    }

    /// The paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &[String]> {
        self.0.keys().map(Vec::as_slice)
    }

    fn check(&self) -> Result<(), BadConfiguration> {
        let mut desired = Object::new();
        self.write_into(&mut desired);
        check_section("desired", &desired, MAX_PROPERTIES).map_err(|error| bad(error.to_string()))
    }

    /// Replaces what is at each path.
    pub(super) fn write_into(&self, desired: &mut Object) {
        for (path, value) in &self.0 {
            put(desired, path, value);
        }
    }
}

/// `properties.desired` and keys, as the wire writes it.
pub fn name(path: &[String]) -> String {
    let mut name = PREFIX.to_owned();
    for key in path {
        name.push('.');
        name.push_str(key);
    }
    name
}

fn path(name: &str) -> Result<Vec<String>, BadConfiguration> {
    let problem = || {
        bad(format!(
            "{name:?} is no path of desired properties: write {PREFIX}.path, keys separated by dots"
        ))
    };
    let rest = name.strip_prefix(PREFIX).ok_or_else(problem)?;
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let keys = rest.strip_prefix('.').ok_or_else(problem)?;
    let keys: Vec<String> = keys.split('.').map(str::to_owned).collect();
    if keys.iter().any(String::is_empty) {
        return Err(problem());
    }
    Ok(keys)
}

fn put(object: &mut Object, path: &[String], value: &Value) {
    match path {
        [] => {
            if let Value::Object(whole) = value {
                object.clone_from(whole);
            }
        }
        [key] if value.is_null() => _ = object.remove(key),
        [key] => _ = object.insert(key.clone(), value.clone()),
        [key, rest @ ..] => {
            let there = object.get(key).is_some_and(Value::is_object);
            if value.is_null() && !there {
                return;
            }
            let inner = object.entry(key.clone()).or_insert(Value::Null);
            if !there {
                *inner = Value::Object(Object::new());
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn object_of_modules(value: &Value) -> Result<BTreeMap<String, Assignments>, BadConfiguration> {
    let modules = object(value, "modulesContent")?.iter();
    modules
        .map(|(name, content)| Ok((name.clone(), Assignments::parse(content)?)))
        .collect()
}

fn object<'a>(json: &'a Value, what: &str) -> Result<&'a Object, BadConfiguration> {
    json.as_object()
        .ok_or_else(|| bad(format!("{what} is a JSON object")))
}

fn bad(problem: impl Into<String>) -> BadConfiguration {
    BadConfiguration::Content(problem.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::json;

    #[test]
    fn content_is_read_and_written() {
        let check = |json: Value| assert_eq!(Content::parse(&json).unwrap().to_json(), json);
        check(
            json!({"deviceContent": {"properties.desired.fw": {"v": "2"}, "properties.desired.net.apn": "x"}}),
        );
        check(json!({"deviceContent": {"properties.desired": {"a": 1}}}));
        check(json!({"deviceContent": {"properties.desired.gone": null}}));
        check(json!({"deviceContent": {}}));
        check(json!({"moduleContent": {"properties.desired.a": [1, 2]}}));
        check(json!({"modulesContent": {"$edgeAgent": {"properties.desired": {"a": 1}}}}));
        let nulls = json!({"deviceContent": {"properties.desired.a": {"b": null, "c": 1}}, "moduleContent": null});
        let read = Content::parse(&nulls).unwrap().to_json();
        assert_eq!(
            read,
            json!({"deviceContent": {"properties.desired.a": {"c": 1}}})
        );
    }

    #[test]
    fn what_is_no_content_is_refused() {
        let check = |json: Value, part: &str| {
            let error = Content::parse(&json).unwrap_err().to_string();
            assert!(error.contains(part), "{json}: {error}");
        };
        check(json!(null), "JSON object");
        check(json!({}), "exactly one");
        check(
            json!({"deviceContent": {}, "moduleContent": {}}),
            "exactly one",
        );
        check(json!({"content": {}}), "has no \"content\"");
        check(json!({"deviceContent": []}), "JSON object");
        check(
            json!({"deviceContent": {"properties.reported.a": 1}}),
            "no path",
        );
        check(
            json!({"deviceContent": {"properties.desiredx": 1}}),
            "no path",
        );
        check(
            json!({"deviceContent": {"properties.desired.": 1}}),
            "no path",
        );
        check(
            json!({"deviceContent": {"properties.desired.a..b": 1}}),
            "no path",
        );
        check(
            json!({"deviceContent": {"properties.desired": 1}}),
            "as a whole",
        );
        check(json!({"deviceContent": {"properties.desired.$a": 1}}), "$a");
        check(
            json!({"deviceContent": {"properties.desired.a": 1, "properties.desired.a.b": 1}}),
            "inside",
        );
        check(
            json!({"deviceContent": {"properties.desired": {}, "properties.desired.a": 1}}),
            "inside",
        );
        check(
            json!({"deviceContent": {"properties.desired.a": "x".repeat(5000)}}),
            "4 KB",
        );
        check(
            json!({"deviceContent": {"properties.desired.a": [null]}}),
            "null",
        );
    }
}
