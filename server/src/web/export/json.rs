//! Devices as JSON objects: the names of the columns, values as they are.

use muster_app::pages::fleet::address::Column;
use muster_core::twin::Object;
use muster_service::{Properties, Row};
use serde_json::Value;

/// The object of a device, on one line; its members in the order of the columns.
pub fn object(row: &Row, properties: Option<&Properties>, columns: &[Column]) -> String {
    let id = ("deviceId".to_owned(), Value::from(row.entry.id.as_str()));
    let members = columns
        .iter()
        .map(|column| (column.name(), value(row, properties, column)));
    let members: Vec<String> = std::iter::once(id)
        .chain(members)
        .map(|(name, value)| format!("{}:{value}", Value::from(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// The value of a column; `null` where there is none.
pub(super) fn value(row: &Row, properties: Option<&Properties>, column: &Column) -> Value {
    let entry = &row.entry;
    let of_section = |section: fn(&Properties) -> &Object, path: &str| {
        let found = properties.and_then(|own| at(section(own), path));
        found.cloned().unwrap_or_default()
    };
    match column {
        Column::Contact => row.contact.map(|contact| contact.as_str()).into(),
        Column::Stage => entry.stage.as_str().into(),
        Column::Status => entry.status.as_str().into(),
        Column::Twin => if entry.drift { "differs" } else { "equal" }.into(),
        Column::Seen => entry.last_activity_at.map(|at| at.to_string()).into(),
        Column::Model => entry.model_id.as_str().into(),
        Column::Authentication => entry.auth.as_str().into(),
        Column::Connection => entry.connected.into(),
        Column::Tag(path) => at(&entry.tags, path).cloned().unwrap_or_default(),
        Column::Desired(path) => of_section(|own| &own.desired, path),
        Column::Reported(path) => of_section(|own| &own.reported, path),
    }
}

/// The value at a path of keys joined with dots.
fn at<'a>(object: &'a Object, path: &str) -> Option<&'a Value> {
    let mut keys = path.split('.');
    let first = object.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.get(key))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_found_at_their_path() {
        let object = json!({"a": {"b": [1], "c": null}, "d": "x"});
        let object = object.as_object().unwrap();
        let check = |path: &str, want: Option<Value>| assert_eq!(at(object, path).cloned(), want);
        check("a.b", Some(json!([1])));
        check("a.c", Some(Value::Null));
        check("d", Some(json!("x")));
        check("d.e", None);
        check("x", None);
        check("", None);
    }
}
