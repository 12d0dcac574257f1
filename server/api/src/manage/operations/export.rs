//! `GET /operations/{operation}/targets/export`: all devices of an operation as a file, streamed.

use axum::body::{Body, Bytes};
use axum::http::Method;
use futures::{StreamExt as _, stream};
use muster_core::cursor::MAX_PAGE;
use muster_core::ids::OperationId;
use muster_core::policy::Action;
use muster_service::operations::{TargetQuery, TargetRow};
use muster_service::{Access, Hub, ServiceError};
use serde_json::Value;

use super::{DEVICE_TEXT, OPERATION, TAG, TARGET_STATE, WAVE, WHY, targets, wire};
use crate::manage::call::Call;
use crate::manage::parameter::{Kind, Parameter};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

static FORMAT: Parameter = Parameter::query(
    "format",
    Kind::Word(&["jsonl", "csv"]),
    "jsonl, an object per line, without.",
    "csv",
);

const JSON_LINES: &str = "application/jsonl";
const CSV: &str = "text/csv; charset=utf-8";

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/operations/{operation}/targets/export",
    id: "exportTargets",
    tag: TAG,
    summary: "The devices of an operation as a file",
    notes: "In the order of waves; devices in your scope only. A download that breaks off is incomplete.",
    need: Need::Action(Action::SeeDevices),
    parameters: &[
        &OPERATION,
        &FORMAT,
        &TARGET_STATE,
        &WAVE,
        &WHY,
        &DEVICE_TEXT,
    ],
    body: None,
    answer: Answer::file("The file.", answer, &[JSON_LINES, CSV]),
    also: &[],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::any_text()
}

async fn run(call: Call) -> Outcome {
    let csv = call.text(&FORMAT) == Some("csv");
    let mut file = File {
        id: call.operation()?,
        query: TargetQuery {
            limit: MAX_PAGE,
            ..targets::filter(&call)
        },
        hub: call.hub,
        access: call.access,
        csv,
        ended: false,
    };
    // The first page before the first byte, so that what cannot be read is refused.
    let first = file.page().await?;
    let head = if csv { HEAD } else { "" };
    let first = Bytes::from([head, &first].concat());
    let rest = stream::unfold(file, File::next);
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(rest).fuse());
    let media = if csv { CSV } else { JSON_LINES };
    Ok(Reply::file(media, body))
}

struct File {
    hub: Hub,
    access: Access,
    id: OperationId,
    query: TargetQuery,
    csv: bool,
    ended: bool,
}

impl File {
    /// The next part.
    async fn next(mut self) -> Option<(Result<Bytes, ServiceError>, Self)> {
        if self.ended {
            return None;
        }
        match self.page().await {
            Ok(text) => Some((Ok(text.into()), self)),
            // The download breaks off: half a file must not look like a whole one.
            Err(error) => {
                self.ended = true;
                Some((Err(error), self))
            }
        }
    }

    async fn page(&mut self) -> Result<String, ServiceError> {
        let page = self
            .hub
            .operation_targets(&self.access, self.id, &self.query)
            .await?;
        self.ended = page.next.is_none();
        self.query.cursor = page.next;
        let line = if self.csv { csv_line } else { json_line };
        Ok(page.rows.iter().map(line).collect())
    }
}

fn json_line(target: &TargetRow) -> String {
    format!("{}\n", wire::target(target))
}

const HEAD: &str = "deviceId,wave,state,attempt,why,beganTime,endedTime,status,result\n";

fn csv_line(target: &TargetRow) -> String {
    let shown = wire::target(target);
    let names = HEAD.trim_end().split(',');
    let cells: Vec<String> = names.map(|name| cell(&shown[name])).collect();
    cells.join(",") + "\n"
}

/// A value between commas. What a spreadsheet would take for a formula is led by an apostrophe.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::Number(number) => return number.to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text,
    };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_survive_spreadsheets() {
        let check = |value: Value, want: &str| assert_eq!(cell(&value), want, "{value}");
        check(json!(null), "");
        check(json!("pump-1"), "pump-1");
        check(json!(-3), "-3");
        check(json!("=1+1"), "'=1+1");
        check(json!("a, \"b\""), "\"a, \"\"b\"\"\"");
        check(json!({"ok": true}), "\"{\"\"ok\"\":true}\"");
    }
}
