//! Lines of a CSV file (RFC 4180), safe to open in a spreadsheet.

use muster_app::pages::fleet::address::Column;
use muster_index::Row;
use serde_json::Value;

/// The first line.
pub fn head(columns: &[Column]) -> String {
    join(std::iter::once("deviceId".to_owned()).chain(columns.iter().map(Column::name)))
}

/// The line of a device.
pub fn line(row: &Row, columns: &[Column]) -> String {
    let id = row.entry.id.as_str().to_owned();
    join(std::iter::once(id).chain(columns.iter().map(|column| value(row, column))))
}

fn value(row: &Row, column: &Column) -> String {
    let entry = &row.entry;
    match column {
        Column::Contact => row
            .contact
            .map_or_else(String::new, |contact| contact.as_str().to_owned()),
        Column::Stage => entry.stage.as_str().to_owned(),
        Column::Status => entry.status.as_str().to_owned(),
        Column::Twin => if entry.drift { "differs" } else { "equal" }.to_owned(),
        Column::Seen => entry
            .last_activity_at
            .map(|at| at.to_string())
            .unwrap_or_default(),
        Column::Model => entry.model_id.clone(),
        Column::Authentication => entry.auth.as_str().to_owned(),
        Column::Tag(path) => {
            let mut keys = path.split('.');
            let first = keys.next().and_then(|key| entry.tags.get(key));
            match keys
                .try_fold(first, |value, key| value.map(|value| value.get(key)))
                .flatten()
            {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            }
        }
    }
}

fn join(cells: impl Iterator<Item = String>) -> String {
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
        ];
        assert_eq!(
            head(&columns),
            "deviceId,contact,twin,seen,tags.location.site,tags.location.floor,tags.a.b.c\r\n"
        );
        assert_eq!(
            line(&row, &columns),
            "pump-1,reporting,differs,1970-01-01T00:00:00.0000000Z,'=b7,3,\r\n"
        );
    }
}
