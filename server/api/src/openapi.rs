//! The description of the management REST (OpenAPI 3.1), made from its table of routes; and a page that shows it.

mod operation;
pub mod page;

use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::get;
use serde_json::{Map, Value, json};

use crate::manage::{PREFIX, ROUTES, SCHEMAS};

/// Where the description is served.
pub const JSON: &str = "/api/v1/openapi.json";

/// Where the page is served.
pub const PAGE: &str = "/api";

/// The whole description.
pub fn description() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let path = paths
            .entry(format!("{PREFIX}{}", route.path))
            .or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation::of(route);
    }
    let schemas: Map<String, Value> = SCHEMAS
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema()))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Muster management API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Everything the dashboard does, for scripts. Tools written against IoT Hub have addresses of \
                            their own.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "mst_…",
                    "description": "An API token, made on the account page of the dashboard. It does what its person may \
                                    do at that moment, narrowed to what it was made for.",
                },
            },
            "schemas": schemas,
        },
    })
}

/// The headings, in the order of the table.
fn tags() -> Vec<Value> {
    let mut tags: Vec<&str> = Vec::new();
    for route in ROUTES {
        if !tags.contains(&route.tag) {
            tags.push(route.tag);
        }
    }
    tags.into_iter()
        .map(|name| json!({ "name": name }))
        .collect()
}

/// Serves the description, below [`PREFIX`]. Open to everybody: it holds nothing of the hub.
pub(crate) fn json_router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let below = JSON.trim_start_matches(PREFIX);
    Router::new().route(below, get(serve))
}

async fn serve() -> ([(HeaderName, &'static str); 2], String) {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, description().to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use std::collections::BTreeSet;

    use super::*;

    /// Every reference leads to a schema, and every schema is used.
    #[test]
    fn references_are_whole() {
        fn collect(value: &Value, into: &mut BTreeSet<String>) {
            match value {
                Value::Object(members) => {
                    for (name, member) in members {
                        match member.as_str() {
                            Some(target) if name == "$ref" => {
                                into.insert(target.rsplit('/').next().unwrap().to_owned());
                            }
                            _ => collect(member, into),
                        }
                    }
                }
                Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
                _ => {}
            }
        }
        let mut used = BTreeSet::new();
        collect(&description(), &mut used);
        let named: BTreeSet<String> = SCHEMAS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(used, named);
    }

    #[test]
    fn names_of_operations_are_unique_and_paths_have_their_parameters() {
        let mut ids = BTreeSet::new();
        for route in ROUTES {
            assert!(ids.insert(route.id), "{}", route.id);
            for parameter in route.parameters {
                let in_path = route.path.contains(&format!("{{{}}}", parameter.name));
                let is_path = parameter.place == crate::manage::parameter::Place::Path;
                assert_eq!(in_path, is_path, "{} {}", route.id, parameter.name);
            }
            let braces = route.path.matches('{').count();
            let of_path = route
                .parameters
                .iter()
                .filter(|p| p.place == crate::manage::parameter::Place::Path);
            assert_eq!(braces, of_path.count(), "{}", route.id);
        }
        let paths = description()["paths"].as_object().unwrap().len();
        let listed: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).collect();
        assert_eq!(paths, listed.len());
    }
}
