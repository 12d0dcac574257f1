//! `wasm-opt`, where it can be had: from `PATH`, or from the npm package `binaryen`.

use super::{BuildError, files, wasm};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The npm package that is installed where `wasm-opt` is not on `PATH`.
const BINARYEN: &str = "binaryen@132.0.0";

/// Older ones do not know what Rust's LLVM writes, or write what browsers refuse.
const OLDEST_VERSION: u32 = 120;

/// The features are named one by one: `--all-features` makes a module that Chromium refuses.
const FLAGS: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// Shrinks the module in place. Without `wasm-opt` it stays as it is: larger, and just as good; that is said.
pub(super) fn run(module: &Path, tools: &Path) -> Result<(), BuildError> {
    let Some(program) = find(tools) else {
        eprintln!(
            "site: wasm-opt skipped, so the WASM is larger than it could be: \
             install node with npm, or binaryen {OLDEST_VERSION} or later"
        );
        return Ok(());
    };
    let before = size(module)?;
    let smaller = module.with_extension("opt");
    wasm::run(
        Command::new(&program)
            .args(FLAGS)
            .arg(module)
            .arg("-o")
            .arg(&smaller),
        "wasm-opt",
    )?;
    files::rename(&smaller, module)?;
    eprintln!("site: wasm-opt {before} → {} bytes", size(module)?);
    Ok(())
}

fn size(path: &Path) -> Result<u64, BuildError> {
    fs::metadata(path)
        .map(|meta| meta.len())
        .map_err(BuildError::file("read", path))
}

fn find(tools: &Path) -> Option<PathBuf> {
    let on_path = env::var_os("PATH")
        .and_then(|paths| {
            env::split_paths(&paths)
                .map(|dir| dir.join("wasm-opt"))
                .find(|file| file.is_file())
        })
        .filter(|program| is_recent(program.as_os_str()));
    if on_path.is_some() {
        return on_path;
    }
    let installed = tools.join("node_modules/.bin/wasm-opt");
    if !is_recent(installed.as_os_str()) {
        install(tools);
    }
    Some(installed).filter(|program| is_recent(program.as_os_str()))
}

/// Installs the npm package; a failure (no npm, no network) only means that there is none.
fn install(tools: &Path) {
    eprintln!("site: installing {BINARYEN} into {}", tools.display());
    let outcome = Command::new("npm")
        .args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            "--prefix",
        ])
        .arg(tools)
        .arg(BINARYEN)
        .stdout(Stdio::null())
        .status();
    match outcome {
        Ok(status) if status.success() => {}
        Ok(status) => eprintln!("site: npm install {BINARYEN} failed ({status})"),
        Err(problem) => eprintln!("site: npm could not be started: {problem}"),
    }
}

fn is_recent(program: &OsStr) -> bool {
    let answer = Command::new(program)
        .arg("--version")
        .stderr(Stdio::null())
        .output();
    answer.is_ok_and(|answer| {
        version(&String::from_utf8_lossy(&answer.stdout)) >= Some(OLDEST_VERSION)
    })
}

/// The number in `wasm-opt version 132 (version_132)`.
fn version(answer: &str) -> Option<u32> {
    answer.split_whitespace().find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(version("wasm-opt version 132 (version_132)\n"), Some(132));
        assert_eq!(version("wasm-opt version 108"), Some(108));
        assert_eq!(version("command not found"), None);
    }

    #[test]
    fn a_missing_program_is_not_recent() {
        assert!(!is_recent(OsStr::new("/nowhere/wasm-opt")));
    }
}
