//! The house rules hold for this repository.

use muster_site::tidy::{Finding, Repository, findings};
use std::path::Path;

#[test]
fn the_repository_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let repository = Repository::read(&root).expect("the repository can be read");
    assert!(
        repository.files.len() > 10,
        "too few files were read: the check looks in the wrong place"
    );
    let findings: Vec<String> = findings(&repository)
        .iter()
        .map(Finding::to_string)
        .collect();
    assert!(
        findings.is_empty(),
        "{} findings\n{}",
        findings.len(),
        findings.join("\n")
    );
}
