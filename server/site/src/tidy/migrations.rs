//! Both engines have the same migrations.

use super::{Finding, Repository};
use std::collections::BTreeSet;

const ENGINES: [&str; 2] = ["migrations/sqlite/", "migrations/postgres/"];

/// Same numbers, same names.
pub(super) fn mirrored(repository: &Repository) -> Vec<Finding> {
    let [sqlite, postgres] = ENGINES.map(|place| {
        let names = repository
            .ending(".sql")
            .filter_map(|file| file.path.strip_prefix(place));
        names.collect::<BTreeSet<&str>>()
    });
    let missing = |from: &str, name: &&str| {
        Finding::new(
            &format!("{from}{name}"),
            0,
            "missing: the other engine has it",
        )
    };
    let mut findings: Vec<Finding> = postgres
        .difference(&sqlite)
        .map(|name| missing(ENGINES[0], name))
        .collect();
    findings.extend(
        sqlite
            .difference(&postgres)
            .map(|name| missing(ENGINES[1], name)),
    );
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn what_one_engine_lacks_is_found() {
        let both = [
            ("migrations/sqlite/0001_a.sql", ""),
            ("migrations/postgres/0001_a.sql", ""),
        ];
        assert!(found(mirrored, &both).is_empty());
        let more = [
            both[0],
            both[1],
            ("migrations/sqlite/0002_b.sql", ""),
            ("migrations/postgres/0002_c.sql", ""),
        ];
        assert_eq!(
            found(mirrored, &more),
            [
                "migrations/sqlite/0002_c.sql:0",
                "migrations/postgres/0002_b.sql:0"
            ]
        );
    }
}
