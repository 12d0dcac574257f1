//! The three layers a setting may come from, as plain maps: tests hand in theirs instead of the process environment.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::problem::{Collector, nearest};
use super::setting::{self, Setting};

/// The file that is read when `--config` names none and it exists in the working directory.
pub const DEFAULT_FILE: &str = "muster.toml";

/// The variable that names the file.
pub const FILE_VARIABLE: &str = "MUSTER_CONFIG";

/// What was said on the command line, in the environment and in the file.
#[derive(Clone, Default)]
pub struct Sources {
    flags: BTreeMap<&'static str, String>,
    environment: BTreeMap<String, String>,
    file: Option<File>,
}

#[derive(Clone)]
struct File {
    path: PathBuf,
    content: Result<toml::Table, String>,
}

/// A value and where it comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// The value as it was written.
    pub text: String,
    /// The place to mend it.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A flag of the command line.
    Flag(&'static str),
    /// A variable of the environment.
    Variable(String),
    /// A key of the file.
    File(PathBuf, &'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(key) => write!(f, "--{key}"),
            Self::Variable(name) => f.write_str(name),
            Self::File(path, key) => write!(f, "{key} in {}", path.display()),
        }
    }
}

impl Sources {
    /// Flags and environment; of the environment only what begins with `MUSTER_` is kept.
    pub fn new(
        flags: BTreeMap<&'static str, String>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let environment = environment
            .into_iter()
            .filter(|(name, _)| name.starts_with("MUSTER_"))
            .collect();
        Self {
            flags,
            environment,
            file: None,
        }
    }

    /// Which file to read: the named one, or the default one if it is there.
    pub fn file_to_read(&self, named: Option<&Path>) -> Option<PathBuf> {
        let named = named.map(Path::to_path_buf);
        named
            .or_else(|| self.environment.get(FILE_VARIABLE).map(PathBuf::from))
            .or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()))
    }

    /// Adds the file layer: its text, or why it could not be read.
    #[must_use]
    pub fn with_file(mut self, path: &Path, text: io::Result<String>) -> Self {
        let content = match text {
            Ok(text) => text
                .parse::<toml::Table>()
                .map_err(|problem| problem.to_string()),
            Err(problem) => Err(format!("cannot be read: {problem}")),
        };
        self.file = Some(File {
            path: path.to_path_buf(),
            content,
        });
        self
    }

    /// The value of the highest layer that has one.
    pub fn value(&self, setting: &Setting) -> Option<Given> {
        if let Some(text) = self.flags.get(setting.key) {
            let origin = Origin::Flag(setting.key);
            return Some(Given {
                text: text.clone(),
                origin,
            });
        }
        let variable = setting.variable();
        if let Some(text) = self.environment.get(&variable) {
            let origin = Origin::Variable(variable);
            return Some(Given {
                text: text.clone(),
                origin,
            });
        }
        let file = self.file.as_ref()?;
        let text = as_text(file.content.as_ref().ok()?.get(setting.key)?)?;
        let origin = Origin::File(file.path.clone(), setting.key);
        Some(Given { text, origin })
    }

    /// A file that cannot be read, keys nobody knows, values of a kind that no setting has.
    pub(super) fn check_names(&self, problems: &mut Collector) {
        let Some(file) = &self.file else { return };
        let place = file.path.display().to_string();
        let table = match &file.content {
            Ok(table) => table,
            Err(problem) => return problems.add(place, problem.trim_end()),
        };
        for (key, value) in table {
            if !setting::ALL.iter().any(|known| known.key == key) {
                let known = setting::ALL.iter().map(|known| known.key);
                let near = nearest(key, known).map_or_else(
                    || "see muster serve --help for the settings".to_owned(),
                    |near| format!("did you mean {near:?}?"),
                );
                problems.add(
                    format!("{key} in {place}"),
                    format!("there is no such setting; {near}"),
                );
            } else if as_text(value).is_none() {
                problems.add(
                    format!("{key} in {place}"),
                    "write one text, number, true or false",
                );
            }
        }
    }

    /// Variables that look like settings and are none, with what was probably meant. They may belong to scripts
    /// around the hub, so they are worth a warning and no more.
    pub fn stray_variables(&self) -> Vec<(String, Option<String>)> {
        let known: Vec<String> = setting::ALL.iter().map(Setting::variable).collect();
        self.environment
            .keys()
            .filter(|name| !known.contains(name) && *name != FILE_VARIABLE)
            .map(|name| {
                let near = nearest(name, known.iter().map(String::as_str));
                (name.clone(), near.map(str::to_owned))
            })
            .collect()
    }
}

/// Values may be passwords: only names are shown.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("flags", &self.flags.keys())
            .field("environment", &self.environment.keys())
            .field("file", &self.file.as_ref().map(|file| &file.path))
            .finish()
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Given({})", self.origin)
    }
}

fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Integer(value) => Some(value.to_string()),
        _ => None,
    }
}
