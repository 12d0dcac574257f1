//! From sources to `target/site`: WASM, its glue, the style sheet, public files, each compressed, under an address
//! that changes with the content.

mod compress;
mod css;
mod error;
mod files;
mod link;
mod manifest;
mod minify;
mod optimise;
mod wasm;

pub use error::BuildError;
pub use link::{CALLED_AS, link};
pub use manifest::{Manifest, Sizes};
pub(crate) use wasm::run;

use manifest::digest;
use std::path::{Path, PathBuf};

/// The names of everything in the package directory begin with this: `muster.js`, `muster_bg.wasm`, `muster.css`.
const OUTPUT_NAME: &str = "muster";

/// What the module should weigh: bytes of `muster_bg.wasm` after brotli. Missed today; the size table says by how much.
pub const WASM_BROTLI_AIM: u64 = 400_000;

/// What a release build may weigh at most: a little above today's module, so that it can only shrink. Lower it with
/// every step towards [`WASM_BROTLI_AIM`].
pub const WASM_BROTLI_BUDGET: u64 = 880_000;

/// What cargo needs beside everything else, for the browser and for the server alike: the file says why.
pub(crate) const ERASED: [&str; 2] = ["--config", ".cargo/erased.toml"];

/// What the build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As small as possible, budget enforced.
    Release,
    /// As soon as possible: unoptimised WASM, light compression, no budget.
    Dev,
}

/// What to build and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The workspace.
    pub root: PathBuf,
    /// The package whose library is the WASM entry.
    pub package: String,
    /// Cargo's target directory for the browser, kept apart from the server's: no waiting for each other's lock.
    pub target: PathBuf,
    /// Where tools such as `wasm-opt` are installed.
    pub tools: PathBuf,
    /// The site: `site.json`, `pkg/<hash>/…`, and the public files.
    pub out: PathBuf,
    /// Release or development.
    pub mode: Mode,
}

impl Options {
    /// The options of this repository.
    pub fn new(root: &Path, mode: Mode) -> Self {
        Self {
            root: root.to_path_buf(),
            package: "muster-frontend".to_owned(),
            target: root.join("target/front"),
            tools: root.join("target/tools"),
            out: root.join("target/site"),
            mode,
        }
    }
}

/// Builds the site and answers with what it weighs.
pub fn build(options: &Options) -> Result<Manifest, BuildError> {
    let stage = options.out.with_extension("new");
    files::recreate(&stage)?;
    let package = stage.join("package");

    let module = wasm::compile(options)?;
    wasm::bind(&module, &package, options.mode)?;
    if options.mode == Mode::Release {
        optimise::run(
            &package.join(format!("{OUTPUT_NAME}_bg.wasm")),
            &options.tools,
        )?;
    }
    let sheet = css::bundle(&options.root.join("style/main.css"))?;
    files::write(
        &package.join(format!("{OUTPUT_NAME}.css")),
        minify::minify(&sheet).as_bytes(),
    )?;

    let manifest = assemble(options, &stage)?;
    manifest.check_budget(WASM_BROTLI_BUDGET)?;
    Ok(manifest)
}

/// Puts the package under its hashed address, adds the public files, compresses, and moves all into place.
///
/// Where nothing changed since the last build, the old site is left untouched: the release binary includes these
/// files, and new time stamps alone would compile it again.
fn assemble(options: &Options, stage: &Path) -> Result<Manifest, BuildError> {
    let package = format!("pkg/{}", digest(&files::contents(&stage.join("package"))?));
    files::rename(&stage.join("package"), &stage.join(&package))?;
    files::copy_all(&options.root.join("public"), stage)?;

    let tree = digest(&files::contents(stage)?);
    if let Ok(last) = Manifest::read(&options.out)
        && last.is_of(&tree, options.mode)
    {
        files::remove(stage)?;
        return Ok(last);
    }
    let manifest = Manifest::new(
        package,
        tree,
        options.mode,
        compress::all(stage, options.mode)?,
    );
    manifest.write(stage)?;
    files::remove(&options.out)?;
    files::rename(stage, &options.out)?;
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;
    use std::fs;

    fn staged(root: &Path, sheet: &str) -> Manifest {
        let options = Options::new(root, Mode::Dev);
        let stage = options.out.with_extension("new");
        files::recreate(&stage).unwrap();
        files::write(&stage.join("package/muster.css"), sheet.as_bytes()).unwrap();
        assemble(&options, &stage).unwrap()
    }

    #[test]
    fn the_address_follows_the_content_and_nothing_old_stays() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let public = root.join("public/icons.svg");
        files::write(&public, b"<svg/>").unwrap();
        let out = root.join("target/site");

        let first = staged(root, "a{color:red}");
        assert!(out.join(&first.pkg).join("muster.css.br").is_file());
        assert!(out.join("icons.svg.gz").is_file());

        let second = staged(root, "a{color:tan}");
        assert_ne!(first.pkg, second.pkg);
        assert!(!out.join(&first.pkg).exists());
        assert!(!root.join("target/site.new").exists());
        assert_eq!(Manifest::read(&out).unwrap(), second);
    }

    #[test]
    fn a_build_that_changes_nothing_touches_nothing() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        files::write(&root.join("public/icons.svg"), b"<svg/>").unwrap();
        let written = |path: &str| {
            fs::metadata(root.join("target/site").join(path))
                .unwrap()
                .modified()
                .unwrap()
        };

        let first = staged(root, "a{}");
        let before = written("site.json");
        assert_eq!(staged(root, "a{}"), first);
        assert_eq!(written("site.json"), before);

        files::write(&root.join("public/icons.svg"), b"<svg></svg>").unwrap();
        let second = staged(root, "a{}");
        assert_eq!(second.pkg, first.pkg);
        assert_ne!(second.tree, first.tree);
    }
}
