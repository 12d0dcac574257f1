//! `GET /operations/{operation}/file`: what an export wrote.

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use futures::stream;
use muster_core::policy::Action;
use muster_service::transfer::{TransferFile, TransferPart};
use serde_json::Value;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::{OPERATION, TAG};
use crate::manage::call::Call;
use crate::manage::parameter::{Kind, Parameter};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::schema;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// What stands in the file: an object per line.
pub const MEDIA: &str = "application/jsonl";

static PART: Parameter = Parameter::query(
    "part",
    Kind::Word(&["devices", "configurations"]),
    "devices without; configurations when the export wrote them too.",
    "devices",
);

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::GET,
    path: "/operations/{operation}/file",
    id: "fetchExport",
    tag: TAG,
    summary: "The file that an export wrote",
    notes: "For whoever asked for it, and for those who see all devices; with keys in it, for those who may see them. \
            Each download is in the audit trail. The file is gone once a later export wrote to the same place.",
    need: Need::Action(Action::ProvisionDevices),
    parameters: &[&OPERATION, &PART],
    body: None,
    answer: Answer::file("The file.", answer, &[MEDIA]),
    also: &[StatusCode::UNPROCESSABLE_ENTITY],
    run: |call| Box::pin(run(call)),
};

fn answer() -> Value {
    schema::any_text()
}

async fn run(call: Call) -> Outcome {
    let part = part(call.text(&PART));
    let found = call
        .hub
        .fetch_transfer(&call.access, call.operation()?, part)
        .await?;
    Ok(Reply::file(MEDIA, body(found)))
}

/// The file that a word names.
pub fn part(word: Option<&str>) -> TransferPart {
    match word {
        Some("configurations") => TransferPart::Configurations,
        _ => TransferPart::Devices,
    }
}

/// The file as a body, piece by piece.
pub fn body(found: TransferFile) -> Body {
    let pieces = stream::try_unfold(File::from_std(found.file), async |mut file| {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file)
            .take(PIECE as u64)
            .read_to_end(&mut piece)
            .await?;
        let piece = (read > 0).then(|| (Bytes::from(piece), file));
        Ok::<_, std::io::Error>(piece)
    });
    Body::from_stream(pieces)
}
