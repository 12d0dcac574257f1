//! All configurations as the engine knows them, and what their conditions and contents look at.

use std::sync::Arc;

use muster_core::configuration::Configuration;
use muster_query::{Condition, Path};
use serde_json::Value;

use super::Target;

/// The configurations at one time. Never changed: a new one takes its place.
#[derive(Debug)]
pub(crate) struct Known {
    /// Oldest first.
    pub(crate) all: Arc<[Configuration]>,
    /// Of each, in the same order.
    targets: Vec<Target>,
    paths: Vec<Path>,
    watch: Watch,
}

/// Where changes matter. Keys below tags, reported and desired properties.
#[derive(Debug, Default)]
struct Watch {
    tags: Vec<Vec<String>>,
    reported: Vec<Vec<String>>,
    desired: Vec<Vec<String>>,
    modules: bool,
}

impl Known {
    pub(crate) fn new(all: Vec<Configuration>) -> Self {
        let targets: Vec<Target> = all.iter().map(target).collect();
        let (mut paths, mut watch) = (Vec::new(), Watch::default());
        for (configuration, target) in all.iter().zip(&targets) {
            match target {
                Target::Nothing => continue,
                Target::Modules(_) => watch.modules = true,
                Target::Devices(condition) => {
                    for path in condition.paths() {
                        watch.look_at(&path);
                        if !paths.contains(&path) {
                            paths.push(path);
                        }
                    }
                }
            }
            let written = configuration.draft.content.of_devices();
            let written = written.into_iter().flat_map(|content| content.paths());
            watch.desired.extend(written.map(<[String]>::to_vec));
        }
        Self {
            all: all.into(),
            targets,
            paths,
            watch,
        }
    }

    /// What conditions on devices look at, each once.
    pub(crate) fn paths(&self) -> &[Path] {
        &self.paths
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn has_modules(&self) -> bool {
        self.watch.modules
    }

    /// Each with its target.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Configuration, &Target)> {
        self.all.iter().zip(&self.targets)
    }

    /// The conditions on devices, with the numbers of their configurations.
    pub(crate) fn of_devices(&self) -> impl Iterator<Item = (i64, &Condition)> {
        self.iter().filter_map(|(one, target)| match target {
            Target::Devices(condition) => Some((one.number, condition)),
            Target::Nothing | Target::Modules(_) => None,
        })
    }

    /// The conditions on modules, with the numbers of their configurations.
    pub(crate) fn of_modules(&self) -> impl Iterator<Item = (i64, &Condition)> {
        self.iter().filter_map(|(one, target)| match target {
            Target::Modules(condition) => Some((one.number, condition)),
            Target::Nothing | Target::Devices(_) => None,
        })
    }

    /// Whether a patch of tags may change what a condition says.
    pub(crate) fn looks_at_tags(&self, patch: &Value) -> bool {
        touched(&self.watch.tags, patch)
    }

    /// Whether a patch of reported properties may change what a condition says.
    pub(crate) fn looks_at_reported(&self, patch: &Value) -> bool {
        touched(&self.watch.reported, patch)
    }

    /// Whether a patch of desired properties may touch what a configuration says.
    pub(crate) fn decides_desired(&self, patch: &Value) -> bool {
        touched(&self.watch.desired, patch)
    }
}

impl Watch {
    fn look_at(&mut self, path: &Path) {
        let (names, keys) = path.parts();
        // Places in arrays and what the hub writes there change with the key before them.
        let odd =
            |key: &&str| key.starts_with(muster_query::path::POSITION) || key.starts_with('$');
        let keys = keys.unwrap_or_default().split('.');
        let keys = keys.take_while(|key| !odd(key) && !key.is_empty());
        let keys: Vec<String> = keys.map(str::to_owned).collect();
        match (names, path) {
            (["tags"], _) => self.tags.push(keys),
            (["properties", "reported"], _) => self.reported.push(keys),
            (["properties"], _) => self.reported.push(Vec::new()),
            _ => {}
        }
    }
}

fn target(configuration: &Configuration) -> Target {
    let draft = &configuration.draft;
    Target::read(&draft.content, &draft.target).unwrap_or_else(|error| {
        tracing::warn!(configuration.id = %configuration.id, %error, "the target of this configuration cannot be read and covers nothing");
        Target::Nothing
    })
}

/// Whether a merge patch names one of the paths, something before or something behind it.
fn touched(paths: &[Vec<String>], patch: &Value) -> bool {
    paths.iter().any(|path| {
        let mut value = patch;
        for key in path {
            match value.as_object() {
                // It is replaced or removed as a whole.
                None => return true,
                Some(object) => match object.get(key) {
                    None => return false,
                    Some(inner) => value = inner,
                },
            }
        }
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patches_touch_paths_before_and_behind_them() {
        let check = |path: &str, patch: Value, want: bool| {
            let keys = path.split('.').filter(|key| !key.is_empty());
            let path: Vec<String> = keys.map(str::to_owned).collect();
            assert_eq!(touched(&[path], &patch), want, "{patch}");
        };
        check("a.b", json!({"a": {"b": 1}}), true);
        check("a.b", json!({"a": {"b": {"c": 1}}}), true);
        check("a.b", json!({"a": {"c": 1}}), false);
        check("a.b", json!({"a": 1}), true);
        check("a.b", json!({"a": null}), true);
        check("a.b", json!({"x": 1}), false);
        check("a.b", json!(null), true);
        check("", json!({"x": 1}), true);
        assert!(!touched(&[], &json!({"x": 1})));
    }
}
