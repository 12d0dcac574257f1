//! `GET /windows/{name}/openings`, `/calendars/{name}/openings`: when something is open, in a zone.

use axum::http::{Method, StatusCode};
use muster_core::gate::{SheetKind, State, Zone};
use muster_core::policy::Action;
use muster_core::time::Timestamp;
use muster_service::gates::{MAX_OPENINGS, zone_named};
use serde_json::{Value, json};

use super::{NAME, TAG, ZONE, name};
use crate::manage::call::Call;
use crate::manage::parameter::{Kind, Parameter};
use crate::manage::route::{Answer, Need, Outcome, Reply, Route, Run};
use crate::manage::{schema, wire};

/// Openings unless somebody says otherwise.
const DEFAULT_COUNT: usize = 10;

static BEGIN: Parameter = Parameter::query(
    "from",
    Kind::Time,
    "From when on; from now on without.",
    "2026-03-04T05:06:07Z",
);

static COUNT: Parameter = Parameter::query(
    "count",
    Kind::Number(1, MAX_OPENINGS as i64),
    "How many; 10 without.",
    "10",
);

static PARAMETERS: [&Parameter; 4] = [&NAME, &ZONE, &BEGIN, &COUNT];

pub(in crate::manage) static WINDOW: Route = route(
    "/windows/{name}/openings",
    "listWindowOpenings",
    "When a window is open",
    |call| Box::pin(run(call, SheetKind::Window)),
);

pub(in crate::manage) static CALENDAR: Route = route(
    "/calendars/{name}/openings",
    "listServiceHours",
    "When service hours are",
    |call| Box::pin(run(call, SheetKind::Calendar)),
);

const fn route(path: &'static str, id: &'static str, summary: &'static str, run: Run) -> Route {
    Route {
        method: Method::GET,
        path,
        id,
        tag: TAG,
        summary,
        notes: "For a device in the zone, with changes of its clock; at most 400 days ahead. Openings that touch are one.",
        need: Need::Action(Action::SeeDevices),
        parameters: &PARAMETERS,
        body: None,
        answer: Answer::ok("The openings, and whether it is open now.", answer),
        also: &[StatusCode::UNPROCESSABLE_ENTITY],
        run,
    }
}

fn answer() -> Value {
    let opening = schema::object(&[
        ("from", schema::time()),
        ("until", schema::time()),
        ("fromLocal", schema::any_text()),
        ("untilLocal", schema::any_text()),
    ]);
    schema::object(&[
        ("zone", schema::any_text()),
        ("openNow", schema::flag()),
        ("changes", schema::or_null(schema::time())),
        ("items", schema::array(opening)),
    ])
}

async fn run(call: Call, kind: SheetKind) -> Outcome {
    let id = name(&call)?;
    let shelf = call.hub.shelf(&call.access)?;
    let zone = match call.text(&ZONE) {
        Some(name) => zone_named(name)?,
        None => shelf.default_zone().clone(),
    };
    let from = call.text(&BEGIN).and_then(|from| from.parse().ok());
    let from = from.unwrap_or_else(|| call.hub.now());
    let count = call.text(&COUNT).and_then(|count| count.parse().ok());
    let count = count.unwrap_or(DEFAULT_COUNT);
    let (access, hub) = (&call.access, &call.hub);
    let spans = hub.openings(access, kind, &id, &zone, from, count)?;
    let (open, changes) = match hub.state_of(access, kind, &id, &zone)? {
        State::Open { until } => (true, until),
        State::Closed { opens } => (false, opens),
    };
    let items = wire::list(spans, |span| {
        json!({
            "from": span.from.to_string(),
            "until": span.until.to_string(),
            "fromLocal": local(span.from, &zone),
            "untilLocal": local(span.until, &zone),
        })
    });
    Ok(Reply::of(json!({
        "zone": zone.name(),
        "openNow": open,
        "changes": wire::time(changes),
        "items": items["items"],
    })))
}

/// What the clock of the zone reads: `2026-03-04 02:00`.
fn local(at: Timestamp, zone: &Zone) -> String {
    let (day, minutes) = zone.reads(at);
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}
