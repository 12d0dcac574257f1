//! `GET /fleet/export.csv`: the whole result of the fleet page's filter as a file, streamed.

use std::convert::Infallible;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use muster_app::pages::fleet::address::{Column, FleetAddress};
use muster_app::session::Visitor;
use muster_core::ids::DeviceId;
use muster_query::Condition;
use muster_service::access::kinds::SeeDevices;
use muster_service::{Access, Hub, Permit, ServiceError};

use crate::failure::story;
use crate::middleware::capacity::busy;
use crate::middleware::visitor::password_is_due;
use crate::problem_page::Wanted;
use crate::state::AppState;

pub mod csv;

/// Devices per chunk of the file.
const CHUNK: usize = 1_000;

/// Streams the file, in the order of ids, with the chosen columns or all of them.
pub async fn get(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(access) = visitor.access else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if password_is_due(&access) {
        return (StatusCode::FORBIDDEN, "choose a new password first\n").into_response();
    }
    let address = FleetAddress::parse(query.as_deref().unwrap_or_default());
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
    let permit = match allowed(&state, &access, &address).await {
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
    let (_, _, day, ..) = state.hub().now().civil();
    let name = file_name(state.hub().now().civil(), day);
    let export = Export {
        hub: state.hub().clone(),
        permit,
        condition,
        text: address.text,
        columns,
        place: Place::Head,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
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

fn file_name(civil: (i64, u32, u32, u32, u32, u32, u32), day: u32) -> String {
    format!("fleet-{:04}-{:02}-{day:02}.csv", civil.0, civil.1)
}

/// Asks the policy and records the export, before the first byte leaves.
async fn allowed(
    state: &AppState,
    access: &Access,
    address: &FleetAddress,
) -> Result<Permit<SeeDevices>, ServiceError> {
    let permit = state.hub().permit::<SeeDevices>(access)?;
    let filter = match (address.filter.is_empty(), address.text.is_empty()) {
        (true, true) => String::new(),
        (false, true) => address.filter.clone(),
        _ => format!("{} (search: {})", address.filter, address.text),
    };
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

enum Place {
    Head,
    After(Option<DeviceId>),
    End,
}

struct Export {
    hub: Hub,
    permit: Permit<SeeDevices>,
    condition: Condition,
    text: String,
    columns: Vec<Column>,
    place: Place,
}

impl Export {
    /// The next piece of the file.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let (text, place) = match self.place {
            Place::Head => (csv::head(&self.columns), Place::After(None)),
            Place::End => return None,
            Place::After(after) => {
                let rows = self.hub.fleet_export(
                    &self.permit,
                    after.as_ref(),
                    &self.condition,
                    &self.text,
                    CHUNK,
                );
                // Judged before the first byte; rights that were taken away meanwhile end the file.
                let rows = rows.ok()?;
                let last = rows.last()?.entry.id.clone();
                let text = rows
                    .iter()
                    .map(|row| csv::line(row, &self.columns))
                    .collect();
                let place = if rows.len() < CHUNK {
                    Place::End
                } else {
                    Place::After(Some(last))
                };
                (text, place)
            }
        };
        self.place = place;
        Some((Ok(Bytes::from(text)), self))
    }
}
