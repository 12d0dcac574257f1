//! The built site: read once at start, from inside the binary or from a directory, and served from memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use muster_core::hash;
use serde::Deserialize;

/// Where a development build of the server looks for the site.
pub const DEFAULT_DIR: &str = "target/site";

/// What the builder says about a site.
const MANIFEST: &str = "site.json";

// Browser and server must write the same hydration markers; the site is always built with erased views.
#[cfg(all(feature = "embed-site", not(erase_components)))]
compile_error!(
    "a binary that carries the site is built with `--config .cargo/erased.toml`; `make build` does that"
);

#[cfg(feature = "embed-site")]
static EMBEDDED: include_dir::Dir<'_> =
    include_dir::include_dir!("$CARGO_MANIFEST_DIR/../target/site");

/// One file with its compressed forms.
#[derive(Clone, Debug)]
pub struct Asset {
    /// As it is.
    pub raw: Bytes,
    /// After brotli, if that is smaller.
    pub br: Option<Bytes>,
    /// After gzip, if that is smaller.
    pub gz: Option<Bytes>,
    /// Its media type.
    pub media_type: &'static str,
    /// Its strong entity tag, with quotes.
    pub etag: String,
}

/// The files of the site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where the package is: `pkg/<hash>`.
    pub pkg: Arc<str>,
    assets: Arc<BTreeMap<String, Asset>>,
}

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file of it cannot be read.
    #[error(
        "the site has no readable {path}: {problem}; build it with `cargo site build` (or `make site`)"
    )]
    Missing {
        /// Which file.
        path: String,
        /// Why not.
        problem: String,
    },
}

/// The part of `site.json` that the server needs.
#[derive(Deserialize)]
struct Manifest {
    pkg: String,
    files: BTreeMap<String, serde::de::IgnoredAny>,
    public: BTreeMap<String, serde::de::IgnoredAny>,
}

/// Where files come from.
enum Source {
    #[cfg(feature = "embed-site")]
    Binary,
    Directory(PathBuf),
}

impl Source {
    fn read(&self, path: &str) -> Result<Bytes, String> {
        match self {
            #[cfg(feature = "embed-site")]
            Self::Binary => EMBEDDED
                .get_file(path)
                .map(|file| Bytes::from_static(file.contents()))
                .ok_or_else(|| "it is not in this binary".to_owned()),
            Self::Directory(dir) => std::fs::read(dir.join(path))
                .map(Bytes::from)
                .map_err(|problem| format!("{} ({problem})", dir.join(path).display())),
        }
    }
}

impl Site {
    /// The site of the given directory; without one, that of the binary, or of `target/site` in a development build.
    pub fn load(dir: Option<&Path>) -> Result<Self, SiteError> {
        let source = match dir {
            Some(dir) => Source::Directory(dir.to_path_buf()),
            #[cfg(feature = "embed-site")]
            None => Source::Binary,
            #[cfg(not(feature = "embed-site"))]
            None => Source::Directory(PathBuf::from(DEFAULT_DIR)),
        };
        let missing = |path: &str| {
            let path = path.to_owned();
            |problem| SiteError::Missing { path, problem }
        };
        let manifest = source.read(MANIFEST).map_err(missing(MANIFEST))?;
        let manifest: Manifest = serde_json::from_slice(&manifest)
            .map_err(|problem| missing(MANIFEST)(problem.to_string()))?;
        let packaged = manifest
            .files
            .keys()
            .map(|name| format!("{}/{name}", manifest.pkg));
        let assets = packaged
            .chain(manifest.public.keys().cloned())
            .map(|path| {
                let raw = source.read(&path).map_err(missing(&path))?;
                let asset = Asset {
                    br: source.read(&format!("{path}.br")).ok(),
                    gz: source.read(&format!("{path}.gz")).ok(),
                    media_type: media_type(&path),
                    etag: etag(&raw),
                    raw,
                };
                Ok((path, asset))
            })
            .collect::<Result<_, SiteError>>()?;
        Ok(Self {
            pkg: manifest.pkg.into(),
            assets: Arc::new(assets),
        })
    }

    /// The file at an address without its leading slash.
    pub fn asset(&self, path: &str) -> Option<&Asset> {
        self.assets.get(path)
    }

    /// Addresses of the files outside the package, with leading slash.
    pub fn public_paths(&self) -> impl Iterator<Item = String> {
        let inside = format!("{}/", self.pkg);
        self.assets
            .keys()
            .filter(move |path| !path.starts_with(&inside))
            .map(|path| format!("/{path}"))
    }
}

fn etag(content: &Bytes) -> String {
    use base64::Engine as _;
    let hash = hash::sha256(content);
    format!(
        "\"{}\"",
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..12])
    )
}

fn media_type(path: &str) -> &'static str {
    let ending = path
        .rsplit_once('.')
        .map_or(Cow::Borrowed(""), |(_, ending)| {
            ending.to_lowercase().into()
        });
    match &*ending {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::fs;

    #[test]
    fn a_site_is_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, content: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        let missing = Site::load(Some(dir.path())).unwrap_err().to_string();
        assert!(
            missing.contains("site.json") && missing.contains("cargo site build"),
            "{missing}"
        );
        write(
            "site.json",
            r#"{"pkg":"pkg/1","files":{"a.js":{}},"public":{"x.svg":{},"gone.txt":{}},"release":true}"#,
        );
        write("pkg/1/a.js", "1");
        write("pkg/1/a.js.br", "2");
        write("x.svg", "3");
        assert!(
            Site::load(Some(dir.path()))
                .unwrap_err()
                .to_string()
                .contains("gone.txt")
        );
        write("gone.txt", "4");
        let site = Site::load(Some(dir.path())).unwrap();
        assert_eq!(&*site.pkg, "pkg/1");
        let script = site.asset("pkg/1/a.js").unwrap();
        assert_eq!(
            (
                script.raw.as_ref(),
                script.br.as_deref(),
                script.gz.is_none()
            ),
            (&b"1"[..], Some(&b"2"[..]), true)
        );
        assert_eq!(script.media_type, "text/javascript; charset=utf-8");
        assert_ne!(script.etag, site.asset("x.svg").unwrap().etag);
        assert_eq!(
            site.public_paths().collect::<Vec<_>>(),
            ["/gone.txt", "/x.svg"]
        );
        assert!(site.asset("site.json").is_none());
    }
}
