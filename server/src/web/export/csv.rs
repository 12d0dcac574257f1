//! Lines of a CSV file (RFC 4180), safe to open in a spreadsheet.

use muster_app::pages::fleet::address::Column;
use muster_service::{Properties, Row};
use serde_json::Value;

use super::json::value;

/// The first line.
pub fn head(columns: &[Column]) -> String {
    join(std::iter::once("deviceId".to_owned()).chain(columns.iter().map(Column::name)))
}

/// The line of a device.
pub fn line(row: &Row, properties: Option<&Properties>, columns: &[Column]) -> String {
    let id = row.entry.id.as_str().to_owned();
    let cells = columns
        .iter()
        .map(|column| text(&value(row, properties, column)));
    join(std::iter::once(id).chain(cells))
}

/// A value as a cell.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A line of cells.
pub fn join(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|text| cell(&text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Quoted where needed. What a spreadsheet would take for a formula gets an apostrophe before it, unless it is a
/// plain number.
fn cell(text: &str) -> String {
    let formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use muster_core::contact::Contact;
    use muster_core::device::{AuthKind, Status};
    use muster_core::ids::DeviceId;
    use muster_core::lifecycle::Stage;
    use muster_core::time::Timestamp;
    use muster_index::Entry;
    use serde_json::json;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        let check = |text: &str, want: &str| assert_eq!(cell(text), want);
        check("plain", "plain");
        check("a,b", "\"a,b\"");
        check("say \"x\"", "\"say \"\"x\"\"\"");
        check("two\nlines", "\"two\nlines\"");
        check("=1+1", "'=1+1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0");
        check("+49 30 1234", "'+49 30 1234");
        check("\tx", "'\tx");
        check("-4.5", "-4.5");
        check("", "");
    }

    #[test]
    fn a_line_follows_its_columns() {
        let entry = Entry {
            id: DeviceId::new("pump-1").unwrap(),
            status: Status::Enabled,
            stage: Stage::Active,
            stage_at: Timestamp::from_secs(0),
            auth: AuthKind::Sas,
            model_id: String::new(),
            connected: true,
            last_activity_at: Some(Timestamp::from_secs(0)),
            tags: json!({"location": {"site": "=b7", "floor": 3}})
                .as_object()
                .unwrap()
                .clone(),
            drift: true,
            first_desired: None,
        };
        let row = Row {
            entry,
            contact: Some(Contact::Reporting),
        };
        let tag = |path: &str| Column::Tag(path.to_owned());
        let columns = [
            Column::Contact,
            Column::Twin,
            Column::Seen,
            tag("location.site"),
            tag("location.floor"),
            tag("a.b.c"),
            Column::Reported("fw.v".to_owned()),
        ];
        let reported = json!({"fw": {"v": 1.2}});
        let properties = Properties {
            reported: reported.as_object().unwrap().clone(),
            ..Properties::default()
        };
        assert_eq!(
            head(&columns),
            "deviceId,contact,twin,seen,tags.location.site,tags.location.floor,tags.a.b.c,properties.reported.fw.v\r\n"
        );
        assert_eq!(
            line(&row, Some(&properties), &columns),
            "pump-1,reporting,differs,1970-01-01T00:00:00.0000000Z,'=b7,3,,1.2\r\n"
        );
    }
}
