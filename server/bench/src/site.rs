//! Size of what a browser loads.

use serde_json::Value;

use crate::Outcome;
use crate::report::{Aim, Report, say};

/// Reads the sizes that the site builder measured.
pub(crate) fn measure(report: &mut Report) -> Outcome {
    if !report.wants_any(&["site_"]) {
        return Ok(());
    }
    let Ok(text) = std::fs::read_to_string("target/site/site.json") else {
        say("no site is built, so its size is not reported; run make site");
        return Ok(());
    };
    let site: Value = serde_json::from_str(&text)?;
    let wasm = site["files"]
        .as_object()
        .and_then(|files| files.iter().find(|(name, _)| name.ends_with(".wasm")))
        .map(|(_, sizes)| sizes);
    if let Some(sizes) = wasm {
        let bytes = |kind: &str| sizes[kind].as_f64().unwrap_or(0.0);
        report.add(
            "site_wasm_brotli_bytes",
            bytes("br"),
            "bytes",
            Aim::AtMost(400_000.0),
            "whole application",
        );
        report.add(
            "site_wasm_raw_bytes",
            bytes("raw"),
            "bytes",
            Aim::None,
            "whole application",
        );
    }
    Ok(())
}
