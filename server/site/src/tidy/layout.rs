//! How files are named and how long they are.

use super::{Finding, Repository};

/// A file longer than this holds more than one thing.
const MAX_LINES: usize = 600;

/// Endings of files that people write by hand.
const MEASURED: [&str; 6] = [".css", ".js", ".mjs", ".py", ".rs", ".ts"];

/// No file is longer than a person can hold in mind.
pub(super) fn length(repository: &Repository) -> Vec<Finding> {
    let measured = repository
        .files
        .iter()
        .filter(|file| MEASURED.iter().any(|ending| file.path.ends_with(ending)));
    measured
        .filter_map(|file| {
            let lines = file.text.lines().count();
            let what = format!("{lines} lines, at most {MAX_LINES}: split it by what it holds");
            (lines > MAX_LINES).then(|| Finding::new(&file.path, 0, what))
        })
        .collect()
}

/// A module is `name.rs` beside `name/`.
pub(super) fn no_mod_rs(repository: &Repository) -> Vec<Finding> {
    repository
        .ending("/mod.rs")
        .map(|file| {
            Finding::new(
                &file.path,
                0,
                "name it like its directory, and put it beside the directory",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn long_files_are_named() {
        let (fits, long) = ("\n".repeat(600), "\n".repeat(601));
        let files = [
            ("app/src/a.rs", fits.as_str()),
            ("style/b.css", &long),
            ("migrations/sqlite/1.sql", &long),
        ];
        assert_eq!(found(length, &files), ["style/b.css:0"]);
    }

    #[test]
    fn mod_rs_is_found() {
        let files = [
            ("app/src/ui/mod.rs", ""),
            ("app/src/ui.rs", ""),
            ("app/src/my_mod.rs", ""),
        ];
        assert_eq!(found(no_mod_rs, &files), ["app/src/ui/mod.rs:0"]);
    }
}
