//! The WASM module and the JavaScript that loads it.

use super::{BuildError, ERASED, Mode, OUTPUT_NAME, Options};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

const TRIPLE: &str = "wasm32-unknown-unknown";

/// Compiles the package for the browser and answers with the path of the module.
pub(super) fn compile(options: &Options) -> Result<PathBuf, BuildError> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&options.root).args([
        "build",
        "--lib",
        "--target",
        TRIPLE,
        "--package",
        &options.package,
    ]);
    cargo.arg("--target-dir").arg(&options.target);
    cargo.args(ERASED);
    let profile = match options.mode {
        Mode::Release => {
            let linker = env::current_exe().map_err(BuildError::file("find", Path::new("site")))?;
            let linker = format!("target.{TRIPLE}.linker={linker:?}");
            cargo.args(["--profile", "wasm-release", "--config", &linker]);
            "wasm-release"
        }
        Mode::Dev => "debug",
    };
    run(
        &mut cargo,
        &format!("cargo build of {} for the browser", options.package),
    )?;
    let file = format!("{}.wasm", options.package.replace('-', "_"));
    Ok(options.target.join(TRIPLE).join(profile).join(file))
}

/// Writes `muster.js` and `muster_bg.wasm` into `package`.
pub(super) fn bind(module: &Path, package: &Path, mode: Mode) -> Result<(), BuildError> {
    let mut bindgen = Bindgen::new();
    // Names are for stack traces while developing; in a release they are a third of the module.
    bindgen
        .input_path(module)
        .typescript(false)
        .out_name(OUTPUT_NAME)
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(true);
    bindgen
        .web(true)
        .and_then(|web| web.generate(package))
        .map_err(|problem| BuildError::Bind(format!("{problem:#}")))
}

/// Runs a program to its end; what it prints goes where ours goes.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<(), BuildError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|source| BuildError::Start { program, source })?;
    if status.success() {
        return Ok(());
    }
    Err(BuildError::Program {
        program: what.to_owned(),
        status: status.to_string(),
    })
}
