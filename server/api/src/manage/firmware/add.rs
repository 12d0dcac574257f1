//! `POST /firmware`: adding a file. Its bytes are the body, what is said about it stands in the address.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use futures::StreamExt as _;
use muster_core::firmware::ArtifactId;
use muster_core::firmware::artifact::MAX_NOTES;
use muster_core::policy::Action;
use muster_service::access::kinds::KeepFirmware;
use muster_service::firmware::described;

use super::{TAG, answer, wire};
use crate::manage::call::Call;
use crate::manage::parameter::{Kind, Parameter};
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route};
use crate::manage::{PREFIX, schema};

/// How long nothing may come before the upload is given up.
const STALLED: Duration = Duration::from_secs(60);

static PRODUCT: Parameter = Parameter::query(
    "product",
    Kind::Text(60),
    "What it is firmware of; needed.",
    "Cold sensor",
);
static VERSION: Parameter = Parameter::query(
    "version",
    Kind::Text(64),
    "The version that devices report once they run it; needed.",
    "4.4.0",
);
static MODELS: Parameter = Parameter::query(
    "models",
    Kind::Text(4096),
    "Models that can run it, separated by commas, exact or with * at the end; all without.",
    "CT-200,CT-3*",
);
static FROM: Parameter = Parameter::query(
    "from",
    Kind::Text(64),
    "The first version that it can be installed on; any without.",
    "4.2.0",
);
static UNTIL: Parameter = Parameter::query(
    "until",
    Kind::Text(64),
    "The first version that it cannot be installed on any more; none without.",
    "",
);
static MUST_PASS: Parameter = Parameter::query(
    "mustPass",
    Kind::Text(2048),
    "Versions that devices below them run first, separated by commas.",
    "",
);
static NOTES: Parameter = Parameter::query(
    "notes",
    Kind::Text(MAX_NOTES),
    "What people should know.",
    "Mends the door alarm",
);
static SHA256: Parameter = Parameter::query(
    "sha256",
    Kind::Text(64),
    "The SHA-256 that the file must have, in hexadecimal.",
    "",
);
static KEY: Parameter = Parameter::query(
    "key",
    Kind::Text(60),
    "The name of the key that signed it.",
    "",
);
static SIGNATURE: Parameter = Parameter::query(
    "signature",
    Kind::Text(200),
    "The Ed25519 signature of the 32 bytes of its SHA-256, in base64.",
    "",
);

static SAID: [&Parameter; 9] = [
    &PRODUCT, &VERSION, &MODELS, &FROM, &UNTIL, &MUST_PASS, &NOTES, &KEY, &SIGNATURE,
];

pub(in crate::manage) static ROUTE: Route = Route {
    method: Method::POST,
    path: "/firmware",
    id: "addFirmware",
    tag: TAG,
    summary: "Add a firmware file",
    notes: "The bytes of the file are the body, at most 2 GiB: `curl --data-binary @sensor.bin -H 'Content-Type: \
            application/octet-stream'`. The same bytes are added once: a repeated request is refused with 409.",
    need: Need::Action(Action::KeepFirmware),
    parameters: &[
        &PRODUCT, &VERSION, &MODELS, &FROM, &UNTIL, &MUST_PASS, &NOTES, &SHA256, &KEY, &SIGNATURE,
    ],
    body: Some(schema::file),
    answer: Answer::created("The artifact.", answer),
    also: &[StatusCode::CONFLICT],
    run: |call| Box::pin(run(call)),
};

async fn run(call: Call) -> Outcome {
    let permit = call.permit::<KeepFirmware>()?;
    let said = |name: &str| {
        let parameter = SAID.iter().find(|parameter| parameter.name == name)?;
        let text = call.text(parameter)?.trim();
        (!text.is_empty()).then_some(text)
    };
    let about = described(said)?;
    let expected = call.text(&SHA256).filter(|text| !text.is_empty());
    let expected = expected.map(ArtifactId::new).transpose();
    let expected = expected.map_err(|bad| Problem::refused(format!("sha256: {bad}.")))?;
    let (size, file) = call.file();
    let mut pieces = file.into_data_stream();
    let mut upload = call.hub.begin_upload(&permit, about).await?;
    while let Some(piece) = next(pieces.next()).await? {
        let piece = piece.map_err(|_| broke_off())?;
        upload.write(&piece).await?;
    }
    let artifact = upload.finish(size, expected).await?;
    let location = format!("{PREFIX}/firmware/{}", artifact.id);
    Ok(Reply::of(wire(&call.hub, &artifact)).at(location))
}

async fn next<T>(piece: impl Future<Output = T>) -> Result<T, Problem> {
    let in_time = tokio::time::timeout(STALLED, piece).await;
    in_time.map_err(|_| broke_off())
}

fn broke_off() -> Problem {
    Problem::unreadable("The upload broke off; nothing was kept, send the file again.")
}
