//! What can go wrong while building the site.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no site, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file or directory could not be read or written.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// The operation.
        doing: &'static str,
        /// What it was done to.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("start {program}: {source}; is it installed and on PATH")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program ended with a failure; it has said why itself.
    #[error("{program} failed ({status}); its own message is above")]
    Program {
        /// The program and what it was to do.
        program: String,
        /// How it ended.
        status: String,
    },
    /// What the compiler wrote is not the form of object that the linker knows.
    #[error("read the object {}: it has an unknown form; has the toolchain changed", .0.display())]
    Object(PathBuf),
    /// wasm-bindgen refused the module.
    #[error("bind the WASM module: {0}")]
    Bind(String),
    /// The style sheet asks for something the bundler does not do.
    #[error("bundle {}, line {line}: {problem}", path.display())]
    Style {
        /// The style sheet.
        path: PathBuf,
        /// Where in it.
        line: usize,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// `site.json` is missing or not ours.
    #[error("read the last build in {}: {problem}; run `cargo site build` first", path.display())]
    NoBuild {
        /// Where it was looked for.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The WASM outgrew its budget.
    #[error(
        "the WASM weighs {actual} bytes after brotli, the budget is {budget}: \
         look at what grew (`twiggy top` on the module) before raising it"
    )]
    Budget {
        /// What it weighs.
        actual: u64,
        /// What it may weigh.
        budget: u64,
    },
}

impl BuildError {
    /// Makes a converter for `map_err` that remembers the operation and the path.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }
}
