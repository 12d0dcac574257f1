//! `/fleet/export.csv`, `.json`, `.jsonl`: the whole result of the fleet page's filter as a file, streamed; posted with
//! marked devices, what is selected of it.

use std::collections::{BTreeSet, HashMap, VecDeque};

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use muster_app::pages::fleet::address::{Column, FleetAddress};
use muster_app::pages::fleet::export::FileKind;
use muster_app::pages::fleet::query_string;
use muster_app::session::Visitor;
use muster_core::ids::DeviceId;
use muster_query::Condition;
use muster_service::access::kinds::SeeDevices;
use muster_service::{Access, Hub, Permit, Properties, Row, ServiceError};

use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::middleware::visitor::password_is_due;
use crate::problem_page::Wanted;
use crate::state::AppState;

pub mod csv;
pub mod json;

/// Devices per chunk of the file.
const CHUNK: usize = 1_000;

/// Streams the whole list that the query string names.
pub async fn whole(
    kind: FileKind,
    state: State<AppState>,
    visitor: Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let address = FleetAddress::parse(query.as_deref().unwrap_or_default());
    respond(kind, state, visitor, address, Which::Matching).await
}

/// Streams what is selected of a list: a form with the list's query string and the marked devices.
pub async fn selected(
    kind: FileKind,
    state: State<AppState>,
    visitor: Extension<Visitor>,
    form: String,
) -> Response {
    let mut address = FleetAddress::default();
    let (mut only, mut except) = (None::<BTreeSet<DeviceId>>, BTreeSet::new());
    for (name, value) in query_string::of_form(&form) {
        let id = DeviceId::new(&value).ok();
        match name.as_str() {
            "list" => address = FleetAddress::parse(&value),
            // A name that is no id selects nothing; it must not turn into everything.
            "only" => only.get_or_insert_default().extend(id),
            "except" => except.extend(id),
            _ => {}
        }
    }
    let which = match only {
        Some(only) => Which::Only(only.into_iter().collect()),
        None => Which::Except(except),
    };
    respond(kind, state, visitor, address, which).await
}

/// Streams the file, in the order of ids, with the chosen columns or all of them.
async fn respond(
    kind: FileKind,
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    address: FleetAddress,
    which: Which,
) -> Response {
    let Some(access) = visitor.access else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if password_is_due(&access) {
        return (StatusCode::FORBIDDEN, "choose a new password first\n").into_response();
    }
    let condition = match Condition::parse(&address.filter) {
        Ok(condition) => condition,
        Err(problem) => {
            return (
                StatusCode::BAD_REQUEST,
                format!("the filter cannot be read: {problem}\n"),
            )
                .into_response();
        }
    };
    match state.hub().prepare(&access, &condition).await {
        Ok(()) => {}
        Err(ServiceError::Invalid(problem)) => {
            return (StatusCode::BAD_REQUEST, format!("{problem}\n")).into_response();
        }
        Err(problem) => {
            tracing::warn!(error = story(&problem), "an export could not be prepared");
            return busy(&state, Wanted::Page);
        }
    }
    let permit = match allowed(&state, &access, &address, &which).await {
        Ok(permit) => permit,
        Err(ServiceError::Forbidden(_)) => return StatusCode::FORBIDDEN.into_response(),
        Err(problem) => {
            tracing::warn!(error = story(&problem), "an export could not be recorded");
            return busy(&state, Wanted::Page);
        }
    };
    let mut columns = address
        .columns
        .unwrap_or_else(|| all_columns(state.hub(), &access));
    if !access.can(muster_core::policy::Action::SeeCredentials) {
        columns.retain(|column| !matches!(column, Column::Authentication));
    }
    let name = file_name(kind, &state.hub().now().civil());
    let export = Export {
        kind,
        hub: state.hub().clone(),
        permit,
        condition,
        text: address.text,
        which,
        columns,
        place: Place::Head,
        written: false,
    };
    let headers = [
        (header::CONTENT_TYPE, media_type(kind).to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (
        headers,
        // Compression asks once more after the end.
        Body::from_stream(stream::unfold(export, Export::next).fuse()),
    )
        .into_response()
}

pub(super) fn media_type(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Csv => "text/csv; charset=utf-8",
        FileKind::Json => "application/json",
        FileKind::JsonLines => "application/jsonl",
    }
}

fn file_name(kind: FileKind, civil: &(i64, u32, u32, u32, u32, u32, u32)) -> String {
    let (year, month, day, ..) = civil;
    format!("fleet-{year:04}-{month:02}-{day:02}.{}", kind.extension())
}

/// Asks the policy and records the export, before the first byte leaves.
async fn allowed(
    state: &AppState,
    access: &Access,
    address: &FleetAddress,
    which: &Which,
) -> Result<Permit<SeeDevices>, ServiceError> {
    let permit = state.hub().permit::<SeeDevices>(access)?;
    let mut filter = match (address.filter.is_empty(), address.text.is_empty()) {
        (true, true) => String::new(),
        (false, true) => address.filter.clone(),
        _ => format!("{} (search: {})", address.filter, address.text),
    };
    match which {
        Which::Matching => {}
        Which::Only(ids) => filter = format!("one of {} marked ids", ids.len()),
        Which::Except(ids) if ids.is_empty() => {}
        Which::Except(ids) => filter.push_str(&format!(" (without {} marked ids)", ids.len())),
    }
    state.hub().record_export(&permit, filter.trim()).await?;
    Ok(permit)
}

fn all_columns(hub: &Hub, access: &Access) -> Vec<Column> {
    let tags = hub
        .tag_paths(access)
        .into_iter()
        .map(|tag| Column::Tag(tag.path));
    Column::SYSTEM.into_iter().chain(tags).collect()
}

/// Which devices of the list.
enum Which {
    /// All that match.
    Matching,
    /// These, whether they still match or not.
    Only(VecDeque<DeviceId>),
    /// All that match but these.
    Except(BTreeSet<DeviceId>),
}

enum Place {
    Head,
    After(Option<DeviceId>),
    End,
}

struct Export {
    kind: FileKind,
    hub: Hub,
    permit: Permit<SeeDevices>,
    condition: Condition,
    text: String,
    which: Which,
    columns: Vec<Column>,
    place: Place,
    /// Whether there was a device before.
    written: bool,
}

impl Export {
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
        Ok(match std::mem::replace(&mut self.place, Place::End) {
            Place::Head => {
                self.place = Place::After(None);
                Some(match self.kind {
                    FileKind::Csv => csv::head(&self.columns),
                    FileKind::Json => "[".to_owned(),
                    FileKind::JsonLines => String::new(),
                })
            }
            Place::After(after) => {
                let (rows, last) = self.rows(after.as_ref())?;
                let mut text = String::new();
                let properties = self.properties(&rows).await?;
                for row in &rows {
                    self.write(row, properties.get(&row.entry.id), &mut text);
                }
                match last {
                    Some(last) => self.place = Place::After(Some(last)),
                    None if self.kind == FileKind::Json => text.push_str("\n]\n"),
                    None => {}
                }
                Some(text)
            }
            Place::End => None,
        })
    }

    /// The next devices, and the last one that was looked at unless the list ends there.
    fn rows(
        &mut self,
        after: Option<&DeviceId>,
    ) -> Result<(Vec<Row>, Option<DeviceId>), ServiceError> {
        if let Which::Only(ids) = &mut self.which {
            let taken: Vec<DeviceId> = ids.drain(..ids.len().min(CHUNK)).collect();
            let last = taken.last().filter(|_| !ids.is_empty()).cloned();
            return Ok((self.hub.fleet_rows(&self.permit, &taken), last));
        }
        let mut rows =
            self.hub
                .fleet_export(&self.permit, after, &self.condition, &self.text, CHUNK)?;
        let more = rows.len() == CHUNK;
        let last = rows.last().filter(|_| more).map(|row| row.entry.id.clone());
        if let Which::Except(ids) = &self.which {
            rows.retain(|row| !ids.contains(&row.entry.id));
        }
        Ok((rows, last))
    }

    /// The properties of the rows, where a column shows some.
    async fn properties(
        &self,
        rows: &[Row],
    ) -> Result<HashMap<DeviceId, Properties>, ServiceError> {
        if !self.columns.iter().any(Column::is_property) {
            return Ok(HashMap::new());
        }
        let ids: Vec<DeviceId> = rows.iter().map(|row| row.entry.id.clone()).collect();
        self.hub.fleet_properties(self.permit.access(), &ids).await
    }

    fn write(&mut self, row: &Row, properties: Option<&Properties>, text: &mut String) {
        match self.kind {
            FileKind::Csv => text.push_str(&csv::line(row, properties, &self.columns)),
            FileKind::JsonLines => {
                text.push_str(&json::object(row, properties, &self.columns));
                text.push('\n');
            }
            FileKind::Json => {
                text.push_str(if self.written { ",\n" } else { "\n" });
                text.push_str(&json::object(row, properties, &self.columns));
            }
        }
        self.written = true;
    }
}
