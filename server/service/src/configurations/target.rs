//! Target conditions: which devices or modules a configuration covers.

use muster_core::configuration::{BadConfiguration, Content};
use muster_core::ids::ConfigurationId;
use muster_core::time::Timestamp;
use muster_query::query::{Select, Source};
use muster_query::{Condition, Path, Query};

/// A target condition, read.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Target {
    /// No device and no module.
    Nothing,
    /// The devices it keeps.
    Devices(Condition),
    /// The modules it keeps.
    Modules(Condition),
}

/// Retired devices are read-only.
const IN_LIFE: &str = "stage != 'retired'";

/// How a target of modules begins.
const MODULES: &str = "FROM devices.modules";

impl Target {
    /// Reads a target condition (spec §5.10): a condition, `*` for all, nothing for none.
    pub(crate) fn read(content: &Content, text: &str) -> Result<Self, BadConfiguration> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Nothing);
        }
        match content {
            Content::Device(_) => devices(text).map(Self::Devices),
            Content::Module(_) => modules(text).map(Self::Modules),
            // There are no edge devices here.
            Content::Edge(_) => devices(text).map(|_| Self::Nothing),
        }
    }
}

fn devices(text: &str) -> Result<Condition, BadConfiguration> {
    let condition = match text {
        "*" => Condition::all(),
        text => Condition::parse(text).map_err(|error| bad(error.to_string()))?,
    };
    check(&condition, false)?;
    let in_life = Condition::parse(IN_LIFE).expect("it stands in this file");
    Ok(condition.and(in_life))
}

fn modules(text: &str) -> Result<Condition, BadConfiguration> {
    if text == "*" {
        return Ok(Condition::all());
    }
    let begins = text.get(..MODULES.len());
    if !begins.is_some_and(|begin| begin.eq_ignore_ascii_case(MODULES)) {
        return Err(bad(format!(
            "the target of a module configuration begins with {MODULES} WHERE"
        )));
    }
    let query =
        Query::parse(&format!("SELECT * {text}")).map_err(|error| bad(error.to_string()))?;
    let plain = query.source == Source::Modules
        && query.select == Select::All
        && query.groups.is_empty()
        && query.order.is_empty();
    if !plain {
        return Err(bad(format!(
            "a target is {MODULES} WHERE and a condition, no more"
        )));
    }
    check(&query.condition, true)?;
    Ok(query.condition)
}

/// Conditions look at what brings about a change that the hub notices: ids, tags, reported properties; not at the time.
fn check(condition: &Condition, modules: bool) -> Result<(), BadConfiguration> {
    let allowed = |path: &Path| match path {
        Path::DeviceId | Path::Tag(_) | Path::Reported(_) | Path::System("tags") => true,
        Path::Below("properties", section) => section == "reported",
        Path::System("moduleId") => modules,
        _ => false,
    };
    if let Some(path) = condition.paths().iter().find(|path| !allowed(path)) {
        return Err(bad(format!(
            "a target condition looks at deviceId, tags and properties.reported, not at {path}"
        )));
    }
    let at = |secs| {
        condition
            .expr()
            .map(|expr| expr.folded(Timestamp::from_secs(secs)))
    };
    if at(0) != at(86_400) {
        return Err(bad("a target condition does not depend on the time"));
    }
    Ok(())
}

fn bad(problem: impl Into<String>) -> BadConfiguration {
    BadConfiguration::Target(problem.into())
}

/// The query whose rows a target covers, as tools show it.
pub fn target_query(content: &Content, target: &str) -> String {
    let target = target.trim();
    let modules = content.of_modules().is_some();
    match (target, modules) {
        ("" | "*", true) => "select moduleId from devices.modules".to_owned(),
        ("" | "*", false) => "select deviceId from devices".to_owned(),
        (target, true) => format!("select moduleId {target}"),
        (target, false) => format!("select deviceId from devices where {target}"),
    }
}

/// The path at which queries find how a configuration stands.
pub(super) fn status_path(id: &ConfigurationId) -> Path {
    let text = format!("configurations.[[{id}]].status");
    Path::parse(&text).expect("ids of configurations hold nothing that ends a key")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::json;

    #[test]
    fn targets_are_read() {
        let check = |kind: &str, text: &str, want: Result<&str, &str>| {
            let content = Content::parse(&json!({ kind: {} })).unwrap();
            let found = match Target::read(&content, text) {
                Ok(Target::Nothing) => Ok("nothing".to_owned()),
                Ok(Target::Devices(condition)) => Ok(format!("devices {condition}")),
                Ok(Target::Modules(condition)) => Ok(format!("modules {condition}")),
                Err(error) => Err(error.to_string()),
            };
            match want {
                Ok(want) => assert_eq!(found, Ok(want.to_owned()), "{text}"),
                Err(part) => assert!(
                    found.clone().is_err_and(|e| e.contains(part)),
                    "{text}: {found:?}"
                ),
            }
        };
        let d = "deviceContent";
        check(d, "", Ok("nothing"));
        check(d, "  ", Ok("nothing"));
        check(d, "*", Ok("devices stage != 'retired'"));
        check(
            d,
            "tags.ring = 2",
            Ok("devices tags.ring = 2 AND stage != 'retired'"),
        );
        check(
            d,
            "deviceId = 'a' OR properties.reported.fw.v = '1'",
            Ok("devices (deviceId = 'a' OR properties.reported.fw.v = '1') AND stage != 'retired'"),
        );
        check(d, "tags.ring =", Err("at character"));
        check(
            d,
            "properties.desired.a = 1",
            Err("not at properties.desired.a"),
        );
        check(
            d,
            "connectionState = 'Connected'",
            Err("not at connectionState"),
        );
        check(d, "configurations.x.status = 'Applied'", Err("not at"));
        check(d, "properties.reported.seen < now()", Err("the time"));
        check(
            d,
            "from devices.modules where moduleId = 'x'",
            Err("at character"),
        );
        let m = "moduleContent";
        check(m, "", Ok("nothing"));
        check(m, "*", Ok("modules "));
        check(
            m,
            "from devices.modules where moduleId = 'x'",
            Ok("modules moduleId = 'x'"),
        );
        check(m, "FROM devices.modules", Ok("modules "));
        check(m, "tags.a = 1", Err("begins with"));
        check(m, "from devices where tags.a = 1", Err("begins with"));
        check(
            m,
            "from devices.modules where status = 'enabled'",
            Err("not at status"),
        );
        check("modulesContent", "tags.a = 1", Ok("nothing"));
        check("modulesContent", "tags.a =", Err("at character"));
    }

    #[test]
    fn every_id_has_a_path() {
        for id in ["ring2", "a-b", "1+2%_*!'", "-", "'"] {
            let id = ConfigurationId::new(id).unwrap();
            let path = status_path(&id);
            assert_eq!(muster_index::configuration(&path), Some(id.as_str()));
            assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }
    }
}
