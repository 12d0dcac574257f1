//! `POST /firmware/upload`: the form of the firmware page. What is said about the file comes first, then the file, which
//! goes to the disk while it arrives.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use multer::{Constraints, Field, Multipart, SizeLimit};
use muster_app::routes;
use muster_app::session::Visitor;
use muster_core::firmware::artifact::{MAX_NOTES, MAX_SIZE};
use muster_core::firmware::{Artifact, ArtifactId, NewArtifact};
use muster_service::access::kinds::KeepFirmware;
use muster_service::firmware::{FirmwareError, described};
use muster_service::{Access, ServiceError};
use serde_json::json;

use crate::failure::story;
use crate::middleware::visitor::password_is_due;
use crate::problem_page::Wanted;
use crate::state::AppState;

/// Largest form: the largest file, and what is said about it.
pub const MAX_UPLOAD: usize = MAX_SIZE as usize + 256 * 1024;

/// Longest field beside the file, in bytes: notes in a script of four bytes.
const MAX_FIELD: u64 = 4 * MAX_NOTES as u64;

/// Most fields.
const MAX_FIELDS: usize = 20;

/// How long nothing may come before the upload is given up.
const STALLED: Duration = Duration::from_secs(60);

/// Takes the form. Scripts that send it read JSON; without script the page says what happened.
pub async fn post(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response {
    let Some(access) = visitor.access else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if password_is_due(&access) {
        return (StatusCode::FORBIDDEN, "choose a new password first\n").into_response();
    }
    let page = Wanted::by(&request) == Wanted::Page;
    match take(&state, &access, request).await {
        Ok(artifact) if page => {
            Redirect::to(&routes::firmware(&artifact.id.to_string())).into_response()
        }
        Ok(artifact) => {
            let body = json!({ "sha256": artifact.id, "size": artifact.size });
            (StatusCode::CREATED, axum::Json(body)).into_response()
        }
        Err(refused) => refusal(&refused, page),
    }
}

/// Why a form is not accepted.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("{0}")]
    Form(&'static str),
    #[error("the upload broke off; nothing was kept, send the file again")]
    BrokeOff,
}

async fn take(state: &AppState, access: &Access, request: Request) -> Result<Artifact, Refused> {
    let permit = state.hub().permit::<KeepFirmware>(access)?;
    let boundary = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| multer::parse_boundary(value).ok())
        .ok_or(Refused::Form("send the form as multipart/form-data"))?;
    let limits = SizeLimit::new()
        .whole_stream(MAX_UPLOAD as u64)
        .per_field(MAX_FIELD)
        .for_field("file", MAX_SIZE + 1);
    let stream = request.into_body().into_data_stream();
    let constraints = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(stream, boundary, constraints);
    let mut said = BTreeMap::new();
    loop {
        let field = within(form.next_field()).await?;
        let field = field.ok_or(Refused::Form("choose a file"))?;
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            return keep(state, &permit, &said, field).await;
        }
        if said.len() >= MAX_FIELDS {
            return Err(Refused::Form("the form has too many fields"));
        }
        said.insert(name, within(field.text()).await?);
    }
}

async fn keep(
    state: &AppState,
    permit: &muster_service::Permit<KeepFirmware>,
    said: &BTreeMap<String, String>,
    mut file: Field<'_>,
) -> Result<Artifact, Refused> {
    let text = |name: &str| {
        said.get(name)
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    };
    let about: NewArtifact = described(text)?;
    let expected = text("sha256").map(ArtifactId::new).transpose();
    let expected = expected.map_err(|bad| ServiceError::from(FirmwareError::from(bad)))?;
    let mut upload = state.hub().begin_upload(permit, about).await?;
    while let Some(piece) = within(file.chunk()).await? {
        upload.write(&piece).await?;
    }
    Ok(upload.finish(None, expected).await?)
}

/// The next part of the form, unless nothing comes any more.
async fn within<T>(next: impl Future<Output = multer::Result<T>>) -> Result<T, Refused> {
    match tokio::time::timeout(STALLED, next).await {
        Ok(Ok(part)) => Ok(part),
        Ok(Err(
            multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. },
        )) => Err(Refused::Form(
            "a field of the form is too long, or the file larger than 2 GiB",
        )),
        Ok(Err(_)) | Err(_) => Err(Refused::BrokeOff),
    }
}

fn refusal(refused: &Refused, page: bool) -> Response {
    let (status, code) = match refused {
        Refused::Service(ServiceError::Firmware(error)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, error.code())
        }
        Refused::Service(ServiceError::Forbidden(_)) => (StatusCode::FORBIDDEN, "forbidden"),
        Refused::Service(ServiceError::Busy(_)) => (StatusCode::TOO_MANY_REQUESTS, "busy"),
        Refused::Service(error) => {
            tracing::warn!(error = story(error), "firmware could not be kept");
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        }
        Refused::Form(_) => (StatusCode::UNPROCESSABLE_ENTITY, "form"),
        Refused::BrokeOff => (StatusCode::BAD_REQUEST, "broke_off"),
    };
    if page {
        let to = [routes::FIRMWARE, "?new=true&problem=", code].concat();
        return Redirect::to(&to).into_response();
    }
    (
        status,
        axum::Json(json!({ "code": code, "text": refused.to_string() })),
    )
        .into_response()
}
