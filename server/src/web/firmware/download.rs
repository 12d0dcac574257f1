//! `GET /firmware/{sha256}?device=…&expires=…&signature=…`: an artifact for the device that the link was made for. No
//! session: the link is the proof. Read from the disk while it leaves, never held in memory.

use std::io::{self, SeekFrom};
use std::ops::Range;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use muster_service::firmware::{Download, DownloadRefused};
use serde::Deserialize;
use serde_json::json;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::pace::Place;
use super::range::{Wanted, wanted};
use crate::failure::story;
use crate::state::AppState;

/// Bytes read from the disk at once.
const CHUNK: usize = 64 * 1024;

/// Chunks between the disk and a slow device.
const QUEUE: usize = 4;

/// How long a device may take nothing before its place goes to another.
const STALLED: Duration = Duration::from_secs(60);

/// When to come back after too many downloads at once, in seconds.
const RETRY_AFTER_S: u32 = 30;

/// What stands behind the question mark of a link.
#[derive(Deserialize)]
pub struct Parts {
    #[serde(default)]
    device: String,
    #[serde(default)]
    expires: String,
    #[serde(default)]
    signature: String,
}

/// No signature.
impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// Gives the file, a range of it, or for HEAD what would be given.
pub async fn get(
    State(state): State<AppState>,
    Path(artifact): Path<String>,
    Query(parts): Query<Parts>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let found =
        state
            .hub()
            .firmware_download(&artifact, &parts.device, &parts.expires, &parts.signature);
    let found = match found.await {
        Ok(found) => found,
        Err(refused) => return refusal(&refused),
    };
    let Some(place) = state.downloads().enter(&found.device) else {
        metrics::counter!("muster_firmware_downloads_refused_total").increment(1);
        let mut response = told(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "too many downloads at once; come back later and go on where you were",
        );
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, RETRY_AFTER_S.into());
        return response;
    };
    give(found, place, &method, &headers).await
}

async fn give(found: Download, place: Place, method: &Method, headers: &HeaderMap) -> Response {
    let Download {
        artifact,
        device,
        mut file,
    } = found;
    let size = artifact.size;
    let etag = format!("\"{}\"", artifact.id);
    let (status, range) = match wanted(headers, size, &etag) {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Nothing => {
            let mut response = told(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "no_such_range",
                "the file does not have these bytes",
            );
            if let Ok(value) = format!("bytes */{size}").parse() {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            return response;
        }
    };
    if let Err(problem) = file.seek(SeekFrom::Start(range.start)).await {
        tracing::error!(error = %problem, artifact = %artifact.id, "a firmware file cannot be read");
        return told(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "the hub cannot read the file now",
        );
    }
    let length = range.end - range.start;
    let digest = format!("sha-256=:{}:", STANDARD.encode(artifact.id.hash()));
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (header::CONTENT_LENGTH, length.to_string()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
            (header::ETAG, etag),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
            (HeaderName::from_static("repr-digest"), digest),
        ],
    )
        .into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        if let Ok(value) = part.parse() {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
    }
    if *method == Method::HEAD {
        return response;
    }
    metrics::counter!("muster_firmware_downloads_total").increment(1);
    tracing::debug!(device.id = %device, artifact = %artifact.id, from = range.start, "a download begins");
    *response.body_mut() = stream(file, range, place);
    response
}

/// The bytes of a range, as fast as the pace and the device allow. A task of its own, so that a device that takes nothing
/// any more loses its place.
fn stream(mut file: File, range: Range<u64>, place: Place) -> Body {
    let (send, receive) = mpsc::channel::<io::Result<Bytes>>(QUEUE);
    tokio::spawn(async move {
        let mut left = range.end - range.start;
        while left > 0 {
            let size = CHUNK.min(usize::try_from(left).unwrap_or(CHUNK));
            let piece = read(&mut file, size).await;
            let failed = piece.is_err();
            left -= size as u64;
            tokio::time::sleep(place.take(size)).await;
            metrics::counter!("muster_firmware_bytes_total").increment(size as u64);
            let taken = tokio::time::timeout(STALLED, send.send(piece)).await;
            if failed || !matches!(taken, Ok(Ok(()))) {
                return;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(receive))
}

/// Exactly so many bytes: a file that has become shorter is a fault, not an end.
async fn read(file: &mut File, size: usize) -> io::Result<Bytes> {
    let mut piece = BytesMut::zeroed(size);
    file.read_exact(&mut piece).await?;
    Ok(piece.freeze())
}

fn refusal(refused: &DownloadRefused) -> Response {
    use muster_core::firmware::BadLink::Unreadable;
    let code = refused.code();
    metrics::counter!("muster_firmware_links_refused_total", "code" => code).increment(1);
    let status = match refused {
        DownloadRefused::Link(Unreadable) => StatusCode::NOT_FOUND,
        DownloadRefused::Link(_) | DownloadRefused::Device | DownloadRefused::Signature => {
            StatusCode::FORBIDDEN
        }
        DownloadRefused::Gone | DownloadRefused::Withdrawn => StatusCode::GONE,
        DownloadRefused::Unavailable(problem) => {
            tracing::warn!(
                error = story(problem),
                "a firmware file cannot be given out"
            );
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    told(status, code, &refused.to_string())
}

/// What devices read: a code for programs, a text for people.
fn told(status: StatusCode, code: &str, text: &str) -> Response {
    let body = json!({ "error": { "code": code, "text": text } });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}
