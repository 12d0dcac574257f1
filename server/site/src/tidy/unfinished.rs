//! Nothing is left half done.

use super::{Finding, Repository};

const MARKS: [&str; 3] = ["todo!", "unimplemented!", "#[ignore"];

/// No placeholder, and no test that never runs.
pub(super) fn unfinished(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in repository.rust() {
        for mark in MARKS {
            let what = format!("`{mark}`: finish it, or leave it out");
            findings.extend(
                rust.lines_with(mark)
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
    fn placeholders_and_ignored_tests_are_found() {
        let text = "fn a() { todo!() }\nfn b() { unimplemented!(\"x\") }\n#[ignore = \"slow\"]\n#[ignore]\n// todo!()\n\"todo!\"";
        assert_eq!(
            found(unfinished, &[("a.rs", text)]),
            ["a.rs:1", "a.rs:2", "a.rs:3", "a.rs:4"]
        );
    }
}
