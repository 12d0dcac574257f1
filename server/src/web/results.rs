//! `/operations/{id}/results.csv`, `.json`, `.jsonl`: what became of each device of an operation, as a streamed file,
//! narrowed by the same query string as the page.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use muster_app::pages::fleet::export::FileKind;
use muster_app::rpc::operations::target_query;
use muster_app::session::Visitor;
use muster_core::ids::OperationId;
use muster_service::access::kinds::SeeDevices;
use muster_service::operations::{TargetQuery, TargetRow};
use muster_service::{Access, Hub, ServiceError};
use serde_json::{Value, json};

use super::export::{csv, media_type};
use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::middleware::visitor::password_is_due;
use crate::problem_page::Wanted;
use crate::state::AppState;

/// Devices per chunk of the file.
const CHUNK: usize = 200;

/// The members of each device, in the order of the columns.
const COLUMNS: [&str; 9] = [
    "deviceId", "wave", "state", "why", "attempts", "beganAt", "endedAt", "status", "result",
];

/// The address of a file of this kind.
pub fn route(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Csv => "/operations/{id}/results.csv",
        FileKind::Json => "/operations/{id}/results.json",
        FileKind::JsonLines => "/operations/{id}/results.jsonl",
    }
}

/// Streams the file.
pub async fn get(
    kind: FileKind,
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(access) = visitor.access else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if password_is_due(&access) {
        return (StatusCode::FORBIDDEN, "choose a new password first\n").into_response();
    }
    let Ok(id) = id.parse().map(OperationId) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut query = target_query(query.as_deref().unwrap_or_default());
    query.limit = CHUNK;
    query.cursor = None;
    match allowed(&state, &access, id).await {
        Ok(()) => {}
        Err(ServiceError::Forbidden(_)) => return StatusCode::FORBIDDEN.into_response(),
        Err(ServiceError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(problem) => {
            tracing::warn!(error = story(&problem), "an export could not be recorded");
            return busy(&state, Wanted::Page);
        }
    }
    let name = format!("operation-{id}.{}", kind.extension());
    let headers = [
        (header::CONTENT_TYPE, media_type(kind).to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let results = Results {
        kind,
        hub: state.hub().clone(),
        access,
        id,
        query,
        place: Place::Head,
        written: false,
    };
    // Compression asks once more after the end.
    let body = Body::from_stream(stream::unfold(results, Results::next).fuse());
    (headers, body).into_response()
}

/// Asks the policy and records the export, before the first byte leaves.
async fn allowed(state: &AppState, access: &Access, id: OperationId) -> Result<(), ServiceError> {
    let permit = state.hub().permit::<SeeDevices>(access)?;
    let found = state.hub().operation(access, id).await?;
    if found.is_none() {
        return Err(ServiceError::NotFound);
    }
    let filter = format!("results in operation {id}");
    state.hub().record_export(&permit, &filter).await
}

#[derive(Clone, Copy)]
enum Place {
    Head,
    Rows,
    End,
}

struct Results {
    kind: FileKind,
    hub: Hub,
    access: Access,
    id: OperationId,
    query: TargetQuery,
    place: Place,
    /// Whether there was a device before.
    written: bool,
}

impl Results {
    /// The next piece of the file.
    async fn next(mut self) -> Option<(Result<Bytes, ServiceError>, Self)> {
        loop {
            match self.piece().await {
                Ok(None) => return None,
                // An empty piece would look like the end.
                Ok(Some(text)) if text.is_empty() => {}
                Ok(Some(text)) => return Some((Ok(Bytes::from(text)), self)),
                // The download breaks off: half a file must not look like a whole one.
                Err(problem) => {
                    tracing::warn!(error = story(&problem), "an export broke off");
                    self.place = Place::End;
                    return Some((Err(problem), self));
                }
            }
        }
    }

    async fn piece(&mut self) -> Result<Option<String>, ServiceError> {
        match self.place {
            Place::Head => {
                self.place = Place::Rows;
                Ok(Some(match self.kind {
                    FileKind::Csv => csv::join(COLUMNS.into_iter().map(str::to_owned)),
                    FileKind::Json => "[".to_owned(),
                    FileKind::JsonLines => String::new(),
                }))
            }
            Place::Rows => {
                let page = self
                    .hub
                    .operation_targets(&self.access, self.id, &self.query)
                    .await?;
                let mut text = String::new();
                for row in &page.rows {
                    self.write(row, &mut text);
                }
                self.query.cursor = page.next;
                if self.query.cursor.is_none() {
                    self.place = Place::End;
                    if self.kind == FileKind::Json {
                        text.push_str("\n]\n");
                    }
                }
                Ok(Some(text))
            }
            Place::End => Ok(None),
        }
    }

    fn write(&mut self, row: &TargetRow, text: &mut String) {
        let values = values(row);
        match self.kind {
            FileKind::Csv => text.push_str(&csv::join(values.iter().map(csv::text))),
            kind => {
                let begin = match (kind, self.written) {
                    (FileKind::JsonLines, _) => "",
                    (_, true) => ",\n",
                    (_, false) => "\n",
                };
                text.push_str(begin);
                let members = COLUMNS.iter().zip(&values);
                let members: Vec<String> = members
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                text.push_str(&format!("{{{}}}", members.join(",")));
                if kind == FileKind::JsonLines {
                    text.push('\n');
                }
            }
        }
        self.written = true;
    }
}

/// The values of a device, in the order of [`COLUMNS`].
fn values(row: &TargetRow) -> [Value; 9] {
    [
        json!(row.device.as_str()),
        // People count waves from 1.
        json!(u32::from(row.wave) + 1),
        json!(row.state.as_str()),
        json!(row.why),
        json!(row.attempt),
        json!(row.began_at.map(|at| at.to_string())),
        json!(row.ended_at.map(|at| at.to_string())),
        json!(row.status),
        row.result.clone().unwrap_or_default(),
    ]
}
