//! `GET /devices`: the list, filtered, sorted, page by page.

use std::collections::HashMap;

use axum::http::{Method, StatusCode};
use muster_core::ids::DeviceId;
use muster_core::policy::Action;
use muster_service::{PageQuery, Properties, Row, Sort, SortKey};
use serde_json::{Map, Value};

use crate::manage::call::Call;
use crate::manage::parameter::{CURSOR, Kind, LIMIT, Parameter, TEXT, WHERE};
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{schema, wire};

static SORT: Parameter = Parameter::query(
    "sort",
    Kind::Text(1024),
    "A path of the query language, as lastActivityTime, tags.region or properties.reported.firmware; deviceId without.",
    "lastActivityTime",
);

static ORDER: Parameter = Parameter::query(
    "order",
    Kind::Word(&["ascending", "descending"]),
    "ascending without. Devices without a value come last either way.",
    "descending",
);

static COLUMNS: Parameter = Parameter::query(
    "columns",
    Kind::Text(2048),
    "Which columns an item has, with commas between: names of the description, and paths as tags.region or \
     properties.reported.firmware. deviceId is always there. Without it all but properties.",
    "status,tags.region",
);

/// Most columns of one list.
const MAX_COLUMNS: usize = 50;

/// The columns besides those below tags.
const SYSTEM: [&str; 11] = [
    "deviceId",
    "status",
    "stage",
    "stageTime",
    "connectionState",
    "contact",
    "modelId",
    "authenticationType",
    "lastActivityTime",
    "drift",
    "tags",
];

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/devices",
    id: "listDevices",
    tag: super::TAG,
    summary: "The devices in your scope",
    notes: "Pages are by key in both directions: hand `next` or `previous` back as `cursor`, with the same filter and order.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[&WHERE, &TEXT, &SORT, &ORDER, &COLUMNS, &LIMIT, &CURSOR],
    body: None,
    answer: Answer::ok("A page of devices.", answer),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::page_of("DeviceRow")
}

async fn run(call: Call) -> Outcome {
    let columns = columns(call.text(&COLUMNS))?;
    let query = PageQuery {
        condition: call.condition().await?,
        text: call.text(&TEXT).unwrap_or_default().to_owned(),
        sort: Sort {
            by: sort_key(&call).await?,
            descending: call.text(&ORDER) == Some("descending"),
        },
        limit: call.limit(),
        cursor: call.cursor(),
    };
    let credentials = call.access.can(Action::SeeCredentials);
    let page = call.hub.fleet_page(&call.access, &query)?;
    let properties = properties(&call, &page.rows, &columns).await?;
    Ok(Reply::of(wire::page(page, |row| {
        item(row, &columns, credentials, properties.get(&row.entry.id))
    })))
}

/// By what the list is sorted.
async fn sort_key(call: &Call) -> Result<SortKey, Problem> {
    Ok(match call.text(&SORT) {
        None | Some("deviceId") => SortKey::Id,
        Some(name) => SortKey::Value(call.list_path("sort", name).await?),
    })
}

/// The columns that were asked for; `deviceId` first.
fn columns(asked: Option<&str>) -> Result<Vec<String>, Problem> {
    let Some(asked) = asked else {
        return Ok(SYSTEM.map(str::to_owned).to_vec());
    };
    let mut columns = vec!["deviceId".to_owned()];
    for name in asked.split(',').map(str::trim) {
        let known = SYSTEM.contains(&name) || is_path(name);
        if !known {
            return Err(Problem::unreadable(format!("There is no column {name:?}.")));
        }
        if !columns.iter().any(|column| column == name) {
            columns.push(name.to_owned());
        }
    }
    if columns.len() > MAX_COLUMNS {
        return Err(Problem::unreadable(format!(
            "A list has at most {MAX_COLUMNS} columns."
        )));
    }
    Ok(columns)
}

/// Where paths of columns begin.
const BELOW: [&str; 3] = ["tags.", DESIRED, REPORTED];
const DESIRED: &str = "properties.desired.";
const REPORTED: &str = "properties.reported.";

/// Whether a column is a path with at least one key.
fn is_path(name: &str) -> bool {
    let mut begins = BELOW.iter();
    begins.any(|begin| name.len() > begin.len() && name.starts_with(begin))
}

/// The properties of the rows, where a column shows some.
async fn properties(
    call: &Call,
    rows: &[Row],
    columns: &[String],
) -> Result<HashMap<DeviceId, Properties>, Problem> {
    if !columns
        .iter()
        .any(|column| column.starts_with("properties."))
    {
        return Ok(HashMap::new());
    }
    let ids: Vec<DeviceId> = rows.iter().map(|row| row.entry.id.clone()).collect();
    Ok(call.hub.fleet_properties(&call.access, &ids).await?)
}

fn item(
    row: &Row,
    columns: &[String],
    credentials: bool,
    properties: Option<&Properties>,
) -> Value {
    let mut item = Map::new();
    for column in columns {
        let value = if let Some(path) = column.strip_prefix(DESIRED) {
            properties.map_or(Value::Null, |own| below(&own.desired, path))
        } else if let Some(path) = column.strip_prefix(REPORTED) {
            properties.map_or(Value::Null, |own| below(&own.reported, path))
        } else {
            cell(row, column, credentials)
        };
        item.insert(column.clone(), value);
    }
    Value::Object(item)
}

fn cell(row: &Row, column: &str, credentials: bool) -> Value {
    let entry = &row.entry;
    match column {
        "deviceId" => entry.id.as_str().into(),
        "status" => entry.status.as_str().into(),
        "stage" => entry.stage.as_str().into(),
        "stageTime" => entry.stage_at.to_string().into(),
        "connectionState" => wire::connection_state(entry.connected).into(),
        "contact" => row.contact.map(|contact| contact.as_str()).into(),
        "modelId" => entry.model_id.as_str().into(),
        "authenticationType" => credentials.then(|| entry.auth.as_str()).into(),
        "lastActivityTime" => wire::time(entry.last_activity_at),
        "drift" => entry.drift.into(),
        "tags" => Value::Object(entry.tags.clone()),
        path => below(&entry.tags, path.trim_start_matches("tags.")),
    }
}

/// The value at a path of keys with dots between; null where there is none.
fn below(tags: &Map<String, Value>, path: &str) -> Value {
    let (first, rest) = path
        .split_once('.')
        .map_or((path, None), |(a, b)| (a, Some(b)));
    match (tags.get(first), rest) {
        (Some(value), None) => value.clone(),
        (Some(Value::Object(inner)), Some(rest)) => below(inner, rest),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_known_and_bounded() {
        let check = |asked: &str, want: Option<&[&str]>| {
            let got = columns(Some(asked)).ok();
            let want = want.map(|want| want.iter().map(|c| (*c).to_owned()).collect());
            assert_eq!(got, want, "{asked}");
        };
        check(
            "status, tags.a.b",
            Some(&["deviceId", "status", "tags.a.b"]),
        );
        check("deviceId,status,status", Some(&["deviceId", "status"]));
        check("", None);
        check("colour", None);
        check("tags.", None);
        check(
            "properties.reported.a",
            Some(&["deviceId", "properties.reported.a"]),
        );
        check("properties.reported.", None);
        let many: Vec<String> = (0..50).map(|n| format!("tags.c{n}")).collect();
        check(&many.join(","), None);
    }

    #[test]
    fn values_below_tags_are_found() {
        let tags = json!({"a": {"b": 1}, "c": null});
        let tags = tags.as_object().unwrap();
        assert_eq!(below(tags, "a.b"), 1);
        assert_eq!(below(tags, "a"), json!({"b": 1}));
        for nothing in ["a.b.c", "c", "d", "c.d"] {
            assert_eq!(below(tags, nothing), Value::Null);
        }
    }
}
