//! Saved views of the fleet page.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod update;

use muster_core::view::{MAX_NAME, MAX_QUERY};
use muster_service::views::ViewEdit;
use serde::Deserialize;
use serde_json::Value;

use super::schema;

const TAG: &str = "Views";

/// A view as bodies give it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    query: String,
    #[serde(default)]
    shared: bool,
}

impl From<Body> for ViewEdit {
    fn from(body: Body) -> Self {
        Self {
            name: body.name,
            query: body.query,
            shared: body.shared,
        }
    }
}

fn body() -> Value {
    schema::closed(
        &[
            ("name", schema::text(MAX_NAME)),
            ("query", schema::text(MAX_QUERY)),
            ("shared", schema::flag()),
        ],
        &["name", "query"],
    )
}

fn answer() -> Value {
    schema::named("View")
}
