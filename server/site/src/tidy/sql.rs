//! Only storage contains SQL, and hardly any of it is put together at run time.

use super::rust::Rust;
use super::{Finding, Repository, SourceFile};

/// Where SQL may stand.
const HOMES: [&str; 2] = ["server/storage/", "migrations/"];

/// Statements that no other language of ours has: the query language of the hub knows only `SELECT`.
const STATEMENTS: [&str; 5] = [
    "INSERT INTO ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "ALTER TABLE ",
    "DROP TABLE ",
];

/// No literal outside storage is a statement; tests may try to smuggle one in.
pub(super) fn statements(repository: &Repository) -> Vec<Finding> {
    let outside = repository
        .rust()
        .filter(|(file, _)| !file.is_test() && !HOMES.iter().any(|home| file.is_in(home)));
    outside
        .flat_map(|(file, rust)| statements_of(file, rust))
        .collect()
}

fn statements_of(file: &SourceFile, rust: &Rust) -> Vec<Finding> {
    let is_sql = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let update = text
            .split_once("UPDATE ")
            .is_some_and(|(_, rest)| rest.contains(" SET "));
        update || STATEMENTS.iter().any(|statement| text.contains(statement))
    };
    let found = rust
        .literals_without_tests()
        .filter(|literal| is_sql(&literal.text));
    found
        .map(|literal| Finding::new(&file.path, literal.line, "SQL belongs into server/storage"))
        .collect()
}

/// At most one file builds statements from pieces, so that one file has to be read with care. Tests may: they run
/// against data of their own.
pub(super) fn unchecked_statements(repository: &Repository) -> Vec<Finding> {
    let using: Vec<Finding> = repository
        .rust()
        .filter(|(file, _)| !file.path.contains("/tests/"))
        .filter_map(|(file, rust)| {
            let line = *rust.lines_with("AssertSqlSafe").first()?;
            Some(Finding::new(
                &file.path,
                line,
                "statements are built at run time in more than one file: keep it to one",
            ))
        })
        .collect();
    if using.len() > 1 { using } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn statements_outside_storage_are_found() {
        let text = r#"
            let a = "INSERT  INTO devices";
            let b = "SELECT * FROM devices WHERE tags.site = 'x'";
            let c = "
                UPDATE devices
                SET etag = 1";
            let d = "update the device and set it free";
            // "DELETE FROM devices"
            let e = r"DELETE FROM devices";
        "#;
        let files = [
            ("server/tests/c.rs", text),
            ("server/service/src/a.rs", text),
            ("server/storage/src/b.rs", text),
        ];
        let at = |line| format!("server/service/src/a.rs:{line}");
        assert_eq!(found(statements, &files), [at(2), at(4), at(9)]);
    }

    #[test]
    fn one_file_may_build_statements() {
        let (one, two) = (("a.rs", "AssertSqlSafe(x)"), ("b.rs", "\nAssertSqlSafe(y)"));
        assert!(found(unchecked_statements, &[one]).is_empty());
        assert_eq!(
            found(unchecked_statements, &[one, two]),
            ["a.rs:1", "b.rs:2"]
        );
    }
}
