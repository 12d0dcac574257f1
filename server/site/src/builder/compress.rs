//! A `.br` and a `.gz` beside each file that shrinks, so that the server never compresses a static file.

use super::manifest::Sizes;
use super::{BuildError, Mode, files};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Formats that are not compressed already.
const COMPRESSIBLE: [&str; 11] = [
    ".css",
    ".html",
    ".ico",
    ".js",
    ".json",
    ".map",
    ".svg",
    ".txt",
    ".wasm",
    ".webmanifest",
    ".xml",
];

/// The largest window that every browser accepts.
const BROTLI_WINDOW: u32 = 22;

/// Compresses everything below `dir` and answers with what each file weighs.
pub(super) fn all(dir: &Path, mode: Mode) -> Result<BTreeMap<String, Sizes>, BuildError> {
    let mut sizes = BTreeMap::new();
    for (name, content) in files::contents(dir)? {
        let mut weighs = Sizes {
            raw: content.len() as u64,
            br: None,
            gz: None,
        };
        if COMPRESSIBLE.iter().any(|ending| name.ends_with(ending)) {
            weighs.br = Some(beside(dir, &format!("{name}.br"), brotli(&content, mode))?);
            weighs.gz = Some(beside(dir, &format!("{name}.gz"), gzip(&content, mode))?);
        }
        sizes.insert(name, weighs);
    }
    Ok(sizes)
}

fn beside(dir: &Path, name: &str, compressed: io::Result<Vec<u8>>) -> Result<u64, BuildError> {
    let path = dir.join(name);
    let compressed = compressed.map_err(BuildError::file("compress into", &path))?;
    files::write(&path, &compressed)?;
    Ok(compressed.len() as u64)
}

fn brotli(content: &[u8], mode: Mode) -> io::Result<Vec<u8>> {
    let quality = match mode {
        Mode::Release => 11,
        Mode::Dev => 1,
    };
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, quality, BROTLI_WINDOW);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

fn gzip(content: &[u8], mode: Mode) -> io::Result<Vec<u8>> {
    let level = match mode {
        Mode::Release => Compression::best(),
        Mode::Dev => Compression::fast(),
    };
    let mut writer = GzEncoder::new(Vec::new(), level);
    writer.write_all(content)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_written_can_be_read_back() {
        let text = b"device sensor-1 reported; ".repeat(400);
        for mode in [Mode::Release, Mode::Dev] {
            let mut back = Vec::new();
            let small = brotli(&text, mode).unwrap();
            assert!(small.len() < text.len() / 10);
            brotli::Decompressor::new(small.as_slice(), 4096)
                .read_to_end(&mut back)
                .unwrap();
            assert_eq!(back, text);

            back.clear();
            let small = gzip(&text, mode).unwrap();
            assert!(small.len() < text.len() / 10);
            flate2::read::GzDecoder::new(small.as_slice())
                .read_to_end(&mut back)
                .unwrap();
            assert_eq!(back, text);
        }
    }

    #[test]
    fn only_what_shrinks_is_compressed() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["pkg/1/muster.js", "font.woff2"] {
            files::write(&dir.path().join(name), b"content").unwrap();
        }
        let sizes = all(dir.path(), Mode::Release).unwrap();
        assert_eq!(
            sizes["font.woff2"],
            Sizes {
                raw: 7,
                br: None,
                gz: None
            }
        );
        assert!(sizes["pkg/1/muster.js"].br.is_some());
        assert!(dir.path().join("pkg/1/muster.js.gz").is_file());
        assert!(!dir.path().join("font.woff2.br").exists());
    }
}
