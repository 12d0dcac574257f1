//! Every Rust file says at its top what it is.

use super::{Finding, Repository};

/// The first line is `//! …`.
pub(super) fn module_docs(repository: &Repository) -> Vec<Finding> {
    repository
        .ending(".rs")
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| {
            Finding::new(
                &file.path,
                1,
                "begin the file with a line `//! …` that says what it is",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn files_without_a_first_word_are_found() {
        let files = [
            ("a.rs", "//! The door.\nuse b;"),
            ("b.rs", "use c;\n//! Late."),
            ("c.rs", "//!\n"),
            ("d.rs", ""),
            ("e.py", "pass"),
        ];
        assert_eq!(found(module_docs, &files), ["b.rs:1", "c.rs:1", "d.rs:1"]);
    }
}
