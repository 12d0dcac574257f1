//! The files that checks look at.

use super::rust::Rust;
use std::fs;
use std::io;
use std::path::Path;

/// Where sources are, from the top of the repository.
const PLACES: [&str; 7] = [
    "app",
    "end2end",
    "frontend",
    "migrations",
    "public",
    "server",
    "style",
];

/// What tools leave between the sources.
const NOT_OURS: [&str; 6] = [
    "node_modules",
    "target",
    ".venv",
    "__pycache__",
    "report",
    "test-results",
];

/// Endings of files that have rules.
const ENDINGS: [&str; 9] = [
    ".css", ".html", ".js", ".mjs", ".py", ".rs", ".sql", ".toml", ".ts",
];

/// A file that has rules.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to the repository, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
    /// The same told apart into code and literals, where it is Rust.
    pub(super) rust: Option<Rust>,
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        let rust = path.ends_with(".rs").then(|| Rust::read(&text));
        Self { path, text, rust }
    }

    /// Whether all of the file is for tests: they show what must not be.
    pub(super) fn is_test(&self) -> bool {
        let path = &self.path;
        path.contains("/tests/") || path.contains("/benches/") || path.ends_with("/tests.rs")
    }

    /// Whether the file is below a directory such as `app/src/`.
    pub(super) fn is_in(&self, place: &str) -> bool {
        self.path.starts_with(place)
    }
}

/// The sources of the repository.
#[derive(Debug)]
pub struct Repository {
    /// Every file that has rules, in the order of paths.
    pub files: Vec<SourceFile>,
}

impl Repository {
    /// Reads the repository at `root`.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        for place in PLACES {
            if root.join(place).is_dir() {
                collect(root, place, &mut files)?;
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// A repository of made-up files.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file =
            |(path, text): &(&str, &str)| SourceFile::new((*path).to_owned(), (*text).to_owned());
        Self {
            files: files.iter().map(file).collect(),
        }
    }

    /// The files whose names end like this.
    pub(super) fn ending(&self, ending: &str) -> impl Iterator<Item = &SourceFile> {
        self.files
            .iter()
            .filter(move |file| file.path.ends_with(ending))
    }

    /// The Rust files of the product: all but this package, whose tests show how rules are broken.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&SourceFile, &Rust)> {
        self.files
            .iter()
            .filter(|file| !file.is_in("server/site/"))
            .filter_map(|file| Some((file, file.rust.as_ref()?)))
    }
}

fn collect(root: &Path, place: &str, files: &mut Vec<SourceFile>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(place))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = format!("{place}/{name}");
        if root.join(&path).is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                collect(root, &path, files)?;
            }
        } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            let text = fs::read_to_string(root.join(&path))?;
            files.push(SourceFile::new(path, text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;

    #[test]
    fn sources_are_read_and_what_tools_leave_is_not() {
        let root = tempfile::tempdir().unwrap();
        let all = [
            "app/src/b.rs",
            "app/src/a.rs",
            "end2end/node_modules/x.js",
            "style/logo.png",
            "data/c.rs",
        ];
        for path in all {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let repository = Repository::read(root.path()).unwrap();
        let paths: Vec<_> = repository
            .files
            .iter()
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(paths, ["app/src/a.rs", "app/src/b.rs"]);
    }
}
