//! `site.json`: what the server and the figures need to know about a built site.

use super::{BuildError, Mode, OUTPUT_NAME, WASM_BROTLI_AIM, WASM_BROTLI_BUDGET, files};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const FILE: &str = "site.json";

/// What a file weighs, in bytes; a format that does not shrink has no compressed sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// As it is.
    pub raw: u64,
    /// After brotli.
    pub br: Option<u64>,
    /// After gzip.
    pub gz: Option<u64>,
}

/// The content of `site.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Where the package is, relative to the site: `pkg/<hash>`. Its content never changes under this address.
    pub pkg: String,
    /// Whether this is a release, optimised and within its budget.
    pub release: bool,
    /// The hash over every file before compression.
    pub tree: String,
    /// The files of the package, by their name in it.
    pub files: BTreeMap<String, Sizes>,
    /// The public files, by their path from the site's root.
    pub public: BTreeMap<String, Sizes>,
}

impl Manifest {
    /// `sizes` are keyed by paths relative to the site.
    pub(super) fn new(
        pkg: String,
        tree: String,
        mode: Mode,
        sizes: BTreeMap<String, Sizes>,
    ) -> Self {
        let mut manifest = Self {
            release: mode == Mode::Release,
            tree,
            files: BTreeMap::new(),
            public: BTreeMap::new(),
            pkg,
        };
        let prefix = format!("{}/", manifest.pkg);
        for (name, weighs) in sizes {
            match name.strip_prefix(&prefix) {
                Some(inside) => manifest.files.insert(inside.to_owned(), weighs),
                None => manifest.public.insert(name, weighs),
            };
        }
        manifest
    }

    /// Reads what the last build wrote into `site`.
    pub fn read(site: &Path) -> Result<Self, BuildError> {
        let path = site.join(FILE);
        let problem = |problem: String| BuildError::NoBuild {
            path: path.clone(),
            problem,
        };
        let text = fs::read_to_string(&path).map_err(|error| problem(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| problem(error.to_string()))
    }

    pub(super) fn write(&self, site: &Path) -> Result<(), BuildError> {
        let mut text =
            serde_json::to_string_pretty(self).expect("a structure of strings and numbers is JSON");
        text.push('\n');
        files::write(&site.join(FILE), text.as_bytes())
    }

    /// Whether this describes a build of the same files for the same purpose.
    pub(super) fn is_of(&self, tree: &str, mode: Mode) -> bool {
        self.tree == tree && self.release == (mode == Mode::Release)
    }

    /// Bytes of the WASM module after brotli.
    fn wasm_brotli(&self) -> Option<u64> {
        self.files.get(&format!("{OUTPUT_NAME}_bg.wasm"))?.br
    }

    /// Fails when a release outgrew what the first visit may cost.
    pub(super) fn check_budget(&self, budget: u64) -> Result<(), BuildError> {
        match self.wasm_brotli() {
            Some(actual) if self.release && actual > budget => {
                eprint!("{}", self.table());
                Err(BuildError::Budget { actual, budget })
            }
            _ => Ok(()),
        }
    }

    /// The size table, for people.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{:<28}{:>12}{:>12}{:>12}\n",
            "file", "raw", "brotli", "gzip"
        );
        let all = self.files.iter().chain(&self.public);
        let shown = |size: Option<u64>| size.map_or_else(|| "–".to_owned(), grouped);
        for (name, weighs) in all {
            let (raw, br, gz) = (grouped(weighs.raw), shown(weighs.br), shown(weighs.gz));
            writeln!(text, "{name:<28}{raw:>12}{br:>12}{gz:>12}")
                .expect("a string takes what it is given");
        }
        if let Some(actual) = self.wasm_brotli().filter(|_| self.release) {
            let share = actual * 100 / WASM_BROTLI_BUDGET;
            let verdict = if actual > WASM_BROTLI_AIM {
                "missed"
            } else {
                "held"
            };
            writeln!(
                text,
                "\nWASM after brotli: {} of {} bytes ({share} %); the aim of {} is {verdict}",
                grouped(actual),
                grouped(WASM_BROTLI_BUDGET),
                grouped(WASM_BROTLI_AIM),
            )
            .expect("a string takes what it is given");
        }
        text
    }
}

/// Twelve hex digits over names and contents.
pub(super) fn digest(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        // Lengths first: no two different sets of files feed the same bytes.
        hash.update((name.len() as u64).to_le_bytes());
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update(content);
    }
    hash.finalize()
        .iter()
        .take(6)
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;

    fn manifest(mode: Mode, br: u64) -> Manifest {
        let wasm = Sizes {
            raw: 1_234_567,
            br: Some(br),
            gz: Some(400_001),
        };
        let font = Sizes {
            raw: 900,
            br: None,
            gz: None,
        };
        let sizes = [
            ("pkg/abc/muster_bg.wasm".to_owned(), wasm),
            ("fonts/plex.woff2".to_owned(), font),
        ];
        Manifest::new("pkg/abc".to_owned(), "123".to_owned(), mode, sizes.into())
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn the_digest_sees_names_contents_and_where_they_part() {
        let of = |name: &str, content: &str| digest(&[(name.to_owned(), content.into())].into());
        assert_eq!(of("a", "bc").len(), 12);
        assert_eq!(of("a", "bc"), of("a", "bc"));
        assert_ne!(of("a", "bc"), of("ab", "c"));
        assert_ne!(of("a", "bc"), of("a", "bd"));
    }

    #[test]
    fn the_budget_binds_releases_only() {
        let outcome = |mode, br| manifest(mode, br).check_budget(400_000).is_ok();
        assert!(outcome(Mode::Release, 400_000));
        assert!(!outcome(Mode::Release, 400_001));
        assert!(outcome(Mode::Dev, 4_000_000));
    }

    #[test]
    fn package_and_public_files_are_told_apart_and_survive_the_file() {
        let manifest = manifest(Mode::Release, 390_000);
        assert_eq!(
            manifest.files.keys().collect::<Vec<_>>(),
            ["muster_bg.wasm"]
        );
        assert_eq!(
            manifest.public.keys().collect::<Vec<_>>(),
            ["fonts/plex.woff2"]
        );
        let dir = tempfile::tempdir().unwrap();
        assert!(
            Manifest::read(dir.path())
                .unwrap_err()
                .to_string()
                .contains("cargo site build")
        );
        manifest.write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap(), manifest);
    }

    #[test]
    fn the_table_shows_sizes_and_what_is_left_of_the_budget() {
        let table = manifest(Mode::Release, 390_000).table();
        assert!(
            table.contains("muster_bg.wasm                 1,234,567     390,000     400,001\n"),
            "{table}"
        );
        let budget = grouped(WASM_BROTLI_BUDGET);
        let share = 390_000 * 100 / WASM_BROTLI_BUDGET;
        assert!(
            table.contains(&format!("390,000 of {budget} bytes ({share} %)")),
            "{table}"
        );
        assert!(!manifest(Mode::Dev, 1).table().contains(" %"));
    }
}
