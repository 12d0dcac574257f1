//! Only the server reads the environment; everyone else is told.

use super::rust::lines_with;
use super::{Finding, Repository, SourceFile};

const READS: [&str; 4] = ["env::var", "env::var_os", "env::vars", "env::vars_os"];

/// No package but the server asks the environment; tests and build scripts may.
pub(super) fn only_the_server_reads_it(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in repository.rust().filter(|(file, _)| !may_read(file)) {
        let code = rust.without_tests();
        let mut lines: Vec<_> = READS
            .iter()
            .flat_map(|read| lines_with(&code, read))
            .collect();
        lines.sort_unstable();
        findings.extend(lines.into_iter().map(|line| {
            Finding::new(
                &file.path,
                line,
                "only the server reads the environment: take the value as an argument",
            )
        }));
    }
    findings
}

fn may_read(file: &SourceFile) -> bool {
    file.is_in("server/src/") || file.is_test() || file.path.ends_with("/build.rs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn readers_are_found() {
        let text = "std::env::var(\"HOME\");\nenv!(\"CARGO\");\nenv::vars_os();\n#[cfg(test)]\nmod tests { env::var(\"X\"); }";
        let files = [
            ("server/service/src/a.rs", text),
            ("server/src/b.rs", text),
            ("server/storage/tests/c.rs", text),
        ];
        let expected = ["server/service/src/a.rs:1", "server/service/src/a.rs:3"];
        assert_eq!(found(only_the_server_reads_it, &files), expected);
    }
}
