//! The house rules that a program can check. Each check reads files and nothing else, and has a test that shows it
//! finding something.

mod clocks;
mod colours;
mod documentation;
mod environment;
mod layout;
mod migrations;
mod packages;
mod repository;
mod rust;
mod server_functions;
mod sql;
mod style_sheets;
mod unfinished;
mod views;
mod vocabulary;

pub use repository::{Repository, SourceFile};

use std::fmt;

/// Something that breaks a house rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the repository.
    pub path: String,
    /// Counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// One rule, applied to the whole repository.
pub type Check = fn(&Repository) -> Vec<Finding>;

/// Every rule.
pub const CHECKS: [Check; 16] = [
    layout::length,
    layout::no_mod_rs,
    documentation::module_docs,
    unfinished::unfinished,
    packages::dependencies,
    vocabulary::foreign_names,
    sql::statements,
    sql::unchecked_statements,
    migrations::mirrored,
    clocks::pure_packages_have_none,
    environment::only_the_server_reads_it,
    views::inline_styles,
    views::bare_suspend,
    server_functions::addresses,
    colours::only_tokens_name_colours,
    style_sheets::imported,
];

/// What every check has to say, in the order of files.
pub fn findings(repository: &Repository) -> Vec<Finding> {
    let mut found: Vec<Finding> = CHECKS.iter().flat_map(|check| check(repository)).collect();
    found.sort();
    found
}

/// A check on made-up files; what it found, without the advice.
#[cfg(test)]
fn found(check: Check, files: &[(&str, &str)]) -> Vec<String> {
    check(&Repository::of(files))
        .iter()
        .map(|finding| format!("{}:{}", finding.path, finding.line))
        .collect()
}
