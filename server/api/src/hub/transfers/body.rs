//! An export or import as it is asked for.

use muster_core::transfer::TransferPlan;
use serde::Deserialize;

use crate::error::{ApiError, Code};

/// The file of an export, and of an import that names none.
const DEVICES: &str = "devices.txt";

/// The file of configurations, when none is named.
const CONFIGURATIONS: &str = "configurations.txt";

/// Members that are not listed are ignored. Not `Debug`: addresses of blob stores hold signatures.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransferBody {
    r#type: Option<String>,
    input_blob_container_uri: Option<String>,
    input_blob_name: Option<String>,
    output_blob_container_uri: Option<String>,
    output_blob_name: Option<String>,
    exclude_keys_in_export: Option<bool>,
    include_configurations: Option<bool>,
    configurations_blob_name: Option<String>,
}

impl TransferBody {
    /// What is asked for. Whether its folders can be used, the use case knows.
    pub(super) fn plan(self) -> Result<TransferPlan, ApiError> {
        let named = |name: Option<String>, usual: &str| {
            let name = name.filter(|name| !name.is_empty());
            name.unwrap_or_else(|| usual.to_owned())
        };
        let configurations = (self.include_configurations == Some(true))
            .then(|| named(self.configurations_blob_name, CONFIGURATIONS));
        let file = |name| named(name, DEVICES);
        let kind = self.r#type.unwrap_or_default().to_ascii_lowercase();
        match kind.as_str() {
            "export" => Ok(TransferPlan::Export {
                to: folder(self.output_blob_container_uri, "outputBlobContainerUri")?,
                file: file(self.output_blob_name),
                without_keys: self.exclude_keys_in_export == Some(true),
                configurations,
            }),
            "import" => {
                let from = folder(self.input_blob_container_uri, "inputBlobContainerUri")?;
                let errors_to = match self.output_blob_container_uri.filter(|uri| !uri.is_empty()) {
                    None => from.clone(),
                    uri => folder(uri, "outputBlobContainerUri")?,
                };
                Ok(TransferPlan::Import {
                    from,
                    file: file(self.input_blob_name),
                    errors_to,
                    configurations,
                })
            }
            "" => Err(ApiError::new(Code::ArgumentNull, "type is missing")),
            _ => Err(ApiError::argument("type is export or import")),
        }
    }
}

/// The folder behind `file:`, below the hub's own folder for transfers.
fn folder(uri: Option<String>, name: &str) -> Result<String, ApiError> {
    let uri = uri.filter(|uri| !uri.is_empty());
    let uri = uri.ok_or_else(|| ApiError::new(Code::ArgumentNull, format!("{name} is missing")))?;
    let local = match uri.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => rest,
        _ => {
            return Err(ApiError::new(
                Code::BlobContainerValidationError,
                format!(
                    "{name}: this hub reaches no blob store; name a folder below transfers in its data directory, for \
                     example file:week-12"
                ),
            ));
        }
    };
    let names: Vec<&str> = local.split('/').filter(|name| !name.is_empty()).collect();
    Ok(names.join("/"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn folders_are_named_with_file() {
        let check = |uri: &str, want: Result<&str, Code>| {
            let found = folder(Some(uri.to_owned()), "uri").map_err(|error| error.code);
            assert_eq!(found, want.map(str::to_owned), "{uri}");
        };
        check("file:week-12", Ok("week-12"));
        check("file:", Ok(""));
        check("file:///north/week-12/", Ok("north/week-12"));
        check("FILE:a", Ok("a"));
        check("", Err(Code::ArgumentNull));
        let none = Err(Code::BlobContainerValidationError);
        check("https://store.example.net/container?sig=x", none);
        check("week-12", none);
    }

    #[test]
    fn plans_are_read() {
        let check = |body: Value, want: Option<TransferPlan>| {
            let read: TransferBody = serde_json::from_value(body.clone()).unwrap();
            assert_eq!(read.plan().ok(), want, "{body}");
        };
        let export = |without_keys| TransferPlan::Export {
            to: "a".into(),
            file: "devices.txt".into(),
            without_keys,
            configurations: None,
        };
        check(
            json!({"type": "export", "outputBlobContainerUri": "file:a"}),
            Some(export(false)),
        );
        check(
            json!({"type": "Export", "outputBlobContainerUri": "file:a", "excludeKeysInExport": true,
                   "includeConfigurations": false, "storageAuthenticationType": "keyBased"}),
            Some(export(true)),
        );
        check(
            json!({"type": "import", "inputBlobContainerUri": "file:a", "inputBlobName": "b.txt"}),
            Some(TransferPlan::Import {
                from: "a".into(),
                file: "b.txt".into(),
                errors_to: "a".into(),
                configurations: None,
            }),
        );
        let configured = |name: &str| TransferPlan::Export {
            to: "a".into(),
            file: "devices.txt".into(),
            without_keys: false,
            configurations: Some(name.into()),
        };
        check(
            json!({"type": "export", "outputBlobContainerUri": "file:a", "includeConfigurations": true}),
            Some(configured("configurations.txt")),
        );
        check(
            json!({"type": "export", "outputBlobContainerUri": "file:a", "includeConfigurations": true,
                   "configurationsBlobName": "c.txt"}),
            Some(configured("c.txt")),
        );
        check(json!({"type": "export"}), None);
        check(
            json!({"type": "backup", "outputBlobContainerUri": "file:a"}),
            None,
        );
        check(json!({}), None);
    }
}
