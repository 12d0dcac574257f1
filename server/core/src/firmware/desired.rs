//! What the hub asks of a device: a patch of its desired properties.

use serde_json::{Value, json};

use super::artifact::Artifact;

/// The patch that has a device install an artifact from `url`. `operation` is an opaque text that the device repeats in
/// its progress, so that an answer to an earlier question is not taken for one to this. What is absent is removed from
/// what stands there already.
pub fn desired(artifact: &Artifact, url: &str, operation: Option<&str>) -> Value {
    let signature = artifact.about.signature.as_ref();
    json!({
        "firmware": {
            "version": artifact.about.version,
            "url": url,
            "sha256": artifact.id,
            "size": artifact.size,
            "signature": signature.map(|made| json!({ "key": made.key, "value": made.value })),
            "operation": operation,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::path::tests::artifact;
    use super::*;
    use crate::firmware::Signature;

    #[test]
    fn the_patch_says_all_and_takes_back_what_is_absent() {
        let mut new = artifact("4.4.0", &[]);
        let want = json!({
            "version": "4.4.0",
            "url": "https://hub/firmware/x",
            "sha256": new.id.to_string(),
            "size": 1,
            "signature": null,
            "operation": null,
        });
        assert_eq!(
            desired(&new, "https://hub/firmware/x", None)["firmware"],
            want
        );
        new.about.signature = Some(Signature {
            key: "release".into(),
            value: "abc".into(),
        });
        let patch = desired(&new, "u", Some("17/1"));
        let signature = json!({ "key": "release", "value": "abc" });
        assert_eq!(patch["firmware"]["signature"], signature);
        assert_eq!(patch["firmware"]["operation"], "17/1");
    }
}
