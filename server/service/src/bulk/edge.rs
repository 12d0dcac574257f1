//! What belongs to edge gateways.

use serde::Deserialize;

use super::authentication::given;
use crate::error::ServiceError;

/// What belongs to edge gateways, which this hub does not know.
#[derive(Deserialize, Default, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    capabilities: Option<Capabilities>,
    device_scope: Option<String>,
    parent_scopes: Option<Vec<String>>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Capabilities {
    iot_edge: Option<bool>,
}

impl Edge {
    /// What would be lost silently is refused.
    pub fn check(&self) -> Result<(), ServiceError> {
        let edge = self
            .capabilities
            .as_ref()
            .is_some_and(|capabilities| capabilities.iot_edge == Some(true));
        let scoped = given(self.device_scope.as_ref()).is_some()
            || self
                .parent_scopes
                .as_ref()
                .is_some_and(|scopes| !scopes.is_empty());
        if edge || scoped {
            return Err(ServiceError::Invalid(
                "this hub knows no edge devices: leave out capabilities.iotEdge, deviceScope and parentScopes"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn edge_devices_are_refused() {
        let check = |body: Value, want: bool| {
            let edge: Edge = serde_json::from_value(body.clone()).unwrap_or_default();
            assert_eq!(edge.check().is_ok(), want, "{body}");
        };
        check(json!({}), true);
        check(
            json!({"capabilities": {"iotEdge": false}, "deviceScope": null, "parentScopes": []}),
            true,
        );
        check(json!({"capabilities": {"iotEdge": true}}), false);
        check(json!({"deviceScope": "ms-azure-iot-edge://a"}), false);
        check(json!({"parentScopes": ["ms-azure-iot-edge://a"]}), false);
    }
}
