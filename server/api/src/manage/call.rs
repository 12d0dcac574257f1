//! A request on its way through a route: proved, paced, read and checked, then done.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::RequestExt as _;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{OriginalUri, Query, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use muster_core::approval::ApprovalId;
use muster_core::device::IfMatch;
use muster_core::ids::{DeviceId, OperationId, PersonId, RefId};
use muster_core::time::Timestamp;
use muster_core::token::TokenId;
use muster_core::view::ViewId;
use muster_query::{Condition, Path};
use muster_service::access::Kind;
use muster_service::{Access, DevicePermit, Hub, Permit, ServiceError};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Shared;
use super::once;
use super::operations;
use super::parameter::{self, Parameter, Place};
use super::problem::Problem;
use super::route::{Need, Outcome, Reply, Route};
use crate::Reference;

/// Largest body that is read: the largest twin fits many times.
pub const MAX_BODY: usize = 256 * 1024;

/// How far back a range reaches unless somebody says otherwise.
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What a route works with.
pub struct Call {
    /// The hub.
    pub(crate) hub: Hub,
    /// What whoever asks may do.
    pub(crate) access: Access,
    values: BTreeMap<&'static str, String>,
    body: Value,
    /// The announced size and the bytes of a file; taken once. Behind a lock, because a body cannot be shared.
    file: Mutex<(Option<u64>, Body)>,
}

/// No values and no body: they may hold secrets.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl Call {
    /// The value of a parameter, if it was given.
    pub(crate) fn text(&self, parameter: &Parameter) -> Option<&str> {
        self.values.get(parameter.name).map(String::as_str)
    }

    /// The number of an optional parameter.
    pub(crate) fn number(&self, parameter: &Parameter) -> Option<i64> {
        self.text(parameter)?.parse().ok()
    }

    /// Proof that whoever asks may do `K` to the hub.
    pub(crate) fn permit<K: Kind>(&self) -> Result<Permit<K>, Problem> {
        Ok(self.hub.permit::<K>(&self.access)?)
    }

    /// Proof that whoever asks may do `K` to the device in the path.
    pub(crate) fn permit_device<K: Kind>(&self) -> Result<DevicePermit<K>, Problem> {
        let id = self.device()?;
        Ok(self.hub.permit_device::<K>(&self.access, &id)?)
    }

    /// The device in the path. An id that breaks the rule names no device.
    pub(crate) fn device(&self) -> Result<DeviceId, Problem> {
        let id = self.text(&parameter::DEVICE).and_then(parameter::device_of);
        id.ok_or_else(Problem::not_found)
    }

    /// The person in the path.
    pub(crate) fn person(&self) -> Result<PersonId, Problem> {
        let id = self.number(&parameter::PERSON).map(PersonId);
        id.ok_or_else(Problem::not_found)
    }

    /// The token in the path.
    pub(crate) fn token(&self) -> Result<TokenId, Problem> {
        let id = self.number(&parameter::TOKEN).map(TokenId);
        id.ok_or_else(Problem::not_found)
    }

    /// The view in the path.
    pub(crate) fn view(&self) -> Result<ViewId, Problem> {
        let id = self.number(&parameter::VIEW).map(ViewId);
        id.ok_or_else(Problem::not_found)
    }

    /// The operation in the path.
    pub(crate) fn operation(&self) -> Result<OperationId, Problem> {
        let id = self.number(&operations::OPERATION).map(OperationId);
        id.ok_or_else(Problem::not_found)
    }

    /// The draft in the path.
    pub(crate) fn draft(&self) -> Result<OperationId, Problem> {
        let id = self.number(&operations::DRAFT).map(OperationId);
        id.ok_or_else(Problem::not_found)
    }

    /// The request for approval in the path.
    pub(crate) fn approval(&self) -> Result<ApprovalId, Problem> {
        let id = self.number(&parameter::APPROVAL).map(ApprovalId);
        id.ok_or_else(Problem::not_found)
    }

    /// How long the page is.
    pub(crate) fn limit(&self) -> usize {
        let limit = self.number(&parameter::LIMIT);
        limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(parameter::DEFAULT_LIMIT)
    }

    /// Where the page begins.
    pub(crate) fn cursor(&self) -> Option<String> {
        self.text(&parameter::CURSOR)
            .filter(|cursor| !cursor.is_empty())
            .map(str::to_owned)
    }

    /// The condition of the question. Whoever asks may ask it, and lists can answer it.
    pub(crate) async fn condition(&self) -> Result<Condition, Problem> {
        let condition = Condition::parse(self.text(&parameter::WHERE).unwrap_or_default())
            .map_err(|error| Problem::unreadable(format!("where: {error}")))?;
        self.hub.prepare(&self.access, &condition).await?;
        Ok(condition)
    }

    /// A path by which lists are sorted or grouped.
    pub(crate) async fn list_path(&self, name: &str, text: &str) -> Result<Path, Problem> {
        let path =
            Path::parse(text).map_err(|error| Problem::unreadable(format!("{name}: {error}")))?;
        let paths = std::slice::from_ref(&path);
        self.hub.prepare_paths(&self.access, paths).await?;
        if !self.hub.lists_know(&path) {
            return Err(Problem::refused(format!(
                "{name}: lists cannot use {path}."
            )));
        }
        Ok(path)
    }

    /// The range of the question: from the beginning to before the end.
    pub(crate) fn range(&self) -> (Timestamp, Timestamp) {
        let at = |parameter| self.text(parameter).and_then(|text| text.parse().ok());
        let to = at(&parameter::TO).unwrap_or_else(|| self.hub.now());
        let from = at(&parameter::FROM).unwrap_or_else(|| to.plus_ms(-DAY_MS));
        (from, to)
    }

    /// The state that the write demands.
    pub(crate) fn if_match(&self) -> Option<IfMatch> {
        self.text(&parameter::IF_MATCH).map(IfMatch::parse)
    }

    /// The file that the route takes, with the size that was announced.
    pub(crate) fn file(&self) -> (Option<u64>, Body) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *file, (None, Body::empty()))
    }

    /// The body as what the route takes.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        T::deserialize(&self.body)
            .map_err(|error| Problem::unreadable(format!("The body cannot be used: {error}.")))
    }
}

/// Answers a request at a route.
pub(super) async fn answer(shared: Shared, route: &'static Route, request: Request) -> Response {
    let reference = reference(&shared.hub, &request);
    let outcome = work(shared, route, request).await;
    match outcome {
        Ok(done) => done,
        Err(problem) => problem.respond(&reference),
    }
}

/// The reference of the request: the one that the listener gave it, if it did.
pub(super) fn reference(hub: &Hub, request: &Request) -> RefId {
    let given = request.extensions().get::<Reference>();
    given.map_or_else(|| hub.entropy().ref_id(), |given| given.0.clone())
}

async fn work(
    shared: Shared,
    route: &'static Route,
    mut request: Request,
) -> Result<Response, Problem> {
    let hub = shared.hub.clone();
    let access = super::bearer::access(&hub, request.headers()).await?;
    let person = access.person().map(|person| person.id);
    if let Some(person) = person {
        shared.pace.take(person, hub.now()).map_err(|seconds| {
            Problem::slow_down(seconds, "Too many requests. Wait a moment and go on.")
        })?;
    }
    if let Need::Action(action) = route.need
        && !access.can(action)
    {
        return Err(ServiceError::Forbidden(action).into());
    }
    let values = values(route, &mut request).await?;
    let key = once::key(route, request.headers())?;
    let target = request
        .extensions()
        .get::<OriginalUri>()
        .map_or_else(|| request.uri().to_string(), |uri| uri.0.to_string());
    let (bytes, file) = if route.takes_file() {
        let size = request.headers().get(header::CONTENT_LENGTH);
        let size = size.and_then(|size| size.to_str().ok()?.parse().ok());
        (Bytes::new(), (size, request.into_body()))
    } else {
        (body(route, request).await?, (None, Body::empty()))
    };
    let call = Call {
        hub,
        access,
        values,
        body: parsed(route, &bytes)?,
        file: Mutex::new(file),
    };
    match key {
        None => Ok(response(route, (route.run)(call).await?)),
        Some(key) => once::answer(route, call, key, &target, &bytes).await,
    }
}

/// The parameters that were given, each checked; what the route does not know is refused.
async fn values(
    route: &'static Route,
    request: &mut Request,
) -> Result<BTreeMap<&'static str, String>, Problem> {
    let in_path: RawPathParams = request
        .extract_parts()
        .await
        .map_err(|_| Problem::unreadable("The address is not UTF-8."))?;
    let in_query = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
        .map_err(|_| Problem::unreadable("The part of the address behind ? cannot be read."))?;
    let mut values = BTreeMap::new();
    let mut take = |place: Place, name: &str, text: &str| {
        let known = route
            .parameters
            .iter()
            .find(|parameter| parameter.place == place && parameter.name == name);
        let Some(parameter) = known else {
            return Err(Problem::unreadable(format!(
                "There is no parameter {name:?} here."
            )));
        };
        parameter.check(text).map_err(Problem::unreadable)?;
        match values.insert(parameter.name, text.to_owned()) {
            None => Ok(()),
            Some(_) => Err(Problem::unreadable(format!("{name} is given twice."))),
        }
    };
    for (name, text) in &in_path {
        take(Place::Path, name, text)?;
    }
    for (name, text) in &in_query.0 {
        take(Place::Query, name, text)?;
    }
    for parameter in route.parameters.iter().filter(|p| p.place == Place::Header) {
        if let Some(text) = request.headers().get(parameter.name) {
            let text = text.to_str().map_err(|_| {
                Problem::unreadable(format!("{} holds odd characters.", parameter.name))
            })?;
            take(Place::Header, parameter.name, text)?;
        }
    }
    Ok(values)
}

async fn body(route: &Route, request: Request) -> Result<Bytes, Problem> {
    if route.body.is_none() {
        return Ok(Bytes::new());
    }
    if !is_json(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "The body must be JSON, with Content-Type: application/json.",
        ));
    }
    to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("A body has at most {MAX_BODY} bytes."),
        )
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .map(|kind| kind.trim().to_ascii_lowercase());
    matches!(
        kind.as_deref(),
        Some("application/json" | "application/merge-patch+json")
    )
}

fn parsed(route: &Route, bytes: &Bytes) -> Result<Value, Problem> {
    if route.body.is_none() || route.takes_file() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::unreadable(format!("The body is not JSON: {error}.")))
}

/// The answer of a route that went well.
pub(super) fn response(route: &Route, reply: Reply) -> Response {
    let (kind, body) = match (reply.file, reply.body) {
        (Some((kind, body)), _) => (Some(kind), body),
        (None, Some(body)) => (Some("application/json"), Body::from(body.to_string())),
        (None, None) => (None, Body::empty()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = route.answer.status;
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let quoted = reply.etag.map(|etag| format!("\"{etag}\""));
    for (name, text) in [(header::ETAG, quoted), (header::LOCATION, reply.location)] {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

/// Runs the route to its end, whether or not the client stays.
pub(super) async fn run(route: &'static Route, call: Call) -> Outcome {
    (route.run)(call).await
}
