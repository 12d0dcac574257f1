//! Names of libraries that a package must not use, even where another dependency would let it.

use super::{Finding, Repository};

/// Libraries of storage and of the doors.
const FOREIGN_TO_APP: [&str; 4] = ["axum", "mqtt_protocol_core", "rmqtt_codec", "sqlx"];

/// Nobody but storage says `sqlx::` (and the bench, to the databases that Muster is compared with), and the pages know neither the web server nor the wire.
pub(super) fn foreign_names(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in repository.rust() {
        let foreign: &[&str] = match () {
            () if file.is_in("server/storage/") || file.is_in("server/bench/") => &[],
            () if file.is_in("app/") => &FOREIGN_TO_APP,
            () => &["sqlx"],
        };
        for name in foreign {
            let what = format!("`{name}` is not known here: go through the service");
            let used = [format!("{name}::"), format!("use {name}")];
            let mut lines: Vec<_> = used.iter().flat_map(|used| rust.lines_with(used)).collect();
            lines.dedup();
            findings.extend(
                lines
                    .into_iter()
                    .map(|line| Finding::new(&file.path, line, what.clone())),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn foreign_names_are_found() {
        let text = "use sqlx::query;\nuse sqlx;\nleptos_axum::redirect();\n// sqlx::\naxum::Router::new();";
        let files = [
            ("server/storage/src/a.rs", text),
            ("app/src/b.rs", text),
            ("server/src/c.rs", text),
        ];
        let expected = [
            "app/src/b.rs:5",
            "app/src/b.rs:1",
            "app/src/b.rs:2",
            "server/src/c.rs:1",
            "server/src/c.rs:2",
        ];
        assert_eq!(found(foreign_names, &files), expected);
    }
}
