//! `core` and `query` are told the time.

use super::{Finding, Repository};

const PURE: [&str; 2] = ["server/core/", "server/query/"];

const CLOCKS: [&str; 4] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
];

/// No clock is read where rules are.
pub(super) fn pure_packages_have_none(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in repository
        .rust()
        .filter(|(file, _)| PURE.iter().any(|place| file.is_in(place)))
    {
        for clock in CLOCKS {
            let what = format!("`{clock}`: take the time as an argument");
            findings.extend(
                rust.lines_with(clock)
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
    fn clocks_are_found_in_pure_packages_only() {
        let text = "let a = std::time::Instant::now();\nlet b = Timestamp::now();\nlet c = MyInstant::now();";
        let files = [
            ("server/core/src/a.rs", text),
            ("server/service/src/b.rs", text),
        ];
        assert_eq!(
            found(pure_packages_have_none, &files),
            ["server/core/src/a.rs:1", "server/core/src/a.rs:2"]
        );
    }
}
