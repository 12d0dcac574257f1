//! Devices as commands print them: the names of IoT Hub where it has one (spec §5.3, §7). A wire form of its own.

use muster_core::time::NEVER;
use muster_core::twin::Twin;
use muster_index::Row;
use muster_storage::DeviceSummary;
use serde_json::{Map, Value, json};

/// An identity, without its keys.
pub fn device(device: &DeviceSummary, connected: Option<bool>) -> Value {
    let mut printed = json!({
        "deviceId": device.id,
        "generationId": device.generation,
        "etag": device.etag.to_string(),
        "status": device.status,
        "statusReason": device.status_reason,
        "stage": device.stage,
        "modelId": device.model_id,
        "authenticationType": device.auth,
        "createdTime": device.created_at.to_string(),
        "lastActivityTime": device.last_activity_at.map_or_else(|| NEVER.to_owned(), |at| at.to_string()),
    });
    if let Some(connected) = connected {
        printed["connectionState"] = connection_state(connected).into();
    }
    printed
}

/// Adds tags and properties.
pub fn add_twin(printed: &mut Value, twin: &Twin) {
    printed["version"] = twin.version.into();
    printed["tags"] = Value::Object(twin.tags.clone());
    printed["properties"] = twin.properties_view();
}

/// A line of a list.
pub fn row(row: &Row) -> Value {
    let entry = &row.entry;
    json!({
        "deviceId": entry.id,
        "status": entry.status,
        "stage": entry.stage,
        "connectionState": connection_state(entry.connected),
        "contact": row.contact,
        "modelId": entry.model_id,
        "authenticationType": entry.auth,
        "lastActivityTime": entry.last_activity_at.map_or_else(|| NEVER.to_owned(), |at| at.to_string()),
        "tags": entry.tags,
    })
}

fn connection_state(connected: bool) -> &'static str {
    if connected {
        "Connected"
    } else {
        "Disconnected"
    }
}

/// Columns of text with aligned beginnings, for people.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heads.iter().map(|head| head.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(&mut heads.iter().copied());
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

/// The text at a path of plain names; a dash where there is none.
pub fn text_at(value: &Value, path: &[&str]) -> String {
    let found = path.iter().try_fold(value, |value, key| {
        value
            .as_object()
            .and_then(|object: &Map<_, _>| object.get(*key))
    });
    match found {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align_and_do_not_trail() {
        let rows = [
            vec!["pump-1".to_owned(), "ok".to_owned()],
            vec!["ä".to_owned(), "–".to_owned()],
        ];
        assert_eq!(
            table(&["DEVICE", "STATE"], &rows),
            "DEVICE  STATE\npump-1  ok\nä       –\n"
        );
    }

    #[test]
    fn absent_values_are_a_dash() {
        let value = json!({"a": {"b": "x"}, "n": null});
        assert_eq!(text_at(&value, &["a", "b"]), "x");
        assert_eq!(text_at(&value, &["a", "c"]), "–");
        assert_eq!(text_at(&value, &["n"]), "–");
    }
}
