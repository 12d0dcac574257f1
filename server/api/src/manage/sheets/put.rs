//! `PUT /windows/{name}`, `/calendars/{name}`, `/places/{name}`: making and replacing.

use axum::http::{Method, StatusCode};
use muster_core::gate::{Sheet, SheetKind};
use muster_core::policy::Action;
use muster_service::access::kinds::KeepWindows;
use muster_service::{Demand, ServiceError};
use serde_json::Value;

use super::{IF_NONE_MATCH, NAME, TAG, answer_name, schemas, shown};
use crate::manage::call::Call;
use crate::manage::parameter::{IF_MATCH, Parameter};
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route, Run, Schema};
use crate::manage::schema;

static PARAMETERS: [&Parameter; 3] = [&NAME, &IF_MATCH, &IF_NONE_MATCH];

pub(in crate::manage) static WINDOW: Route = route(
    "/windows/{name}",
    "putWindow",
    "Make or replace a maintenance window",
    "Times are those of each device's own clock. A window opens when that clock first reads its start or later and closes \
     when it first reads its end or later, so an hour that is skipped in spring is not there and an end in the hour that \
     comes twice is its first time. A window that never opens is refused. Waiting devices are judged by the new one.",
    || schemas::body(SheetKind::Window),
    || schema::named(answer_name(SheetKind::Window)),
    |call| Box::pin(run(call, SheetKind::Window)),
);

pub(in crate::manage) static CALENDAR: Route = route(
    "/calendars/{name}",
    "putCalendar",
    "Make or replace a service calendar",
    "The hours in which devices have to serve, by each device's own clock or by that of one zone.",
    || schemas::body(SheetKind::Calendar),
    || schema::named(answer_name(SheetKind::Calendar)),
    |call| Box::pin(run(call, SheetKind::Calendar)),
);

pub(in crate::manage) static PLACE: Route = route(
    "/places/{name}",
    "putPlace",
    "Make or replace a place",
    "A circle, or a polygon of 3 to 100 corners that may cross the 180th meridian. Devices on its site that name no time \
     zone are in its zone.",
    || schemas::body(SheetKind::Place),
    || schema::named(answer_name(SheetKind::Place)),
    |call| Box::pin(run(call, SheetKind::Place)),
);

const fn route(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    notes: &'static str,
    body: Schema,
    answer: Schema,
    run: Run,
) -> Route {
    Route {
        method: Method::PUT,
        path,
        id,
        tag: TAG,
        summary,
        notes,
        need: Need::Action(Action::KeepWindows),
        parameters: &PARAMETERS,
        body: Some(body),
        answer: Answer::ok("As it is now.", answer).tagged(),
        also: &[StatusCode::CONFLICT, StatusCode::PRECONDITION_FAILED],
        run,
    }
}

async fn run(call: Call, kind: SheetKind) -> Outcome {
    let body: Value = call.body()?;
    let permit = call.permit::<KeepWindows>()?;
    let name = call.text(&NAME).unwrap_or_default();
    let id = name.parse().map_err(refused)?;
    let demand = match (call.if_match(), call.text(&IF_NONE_MATCH)) {
        (None, None) => Demand::Nothing,
        (None, Some(_)) => Demand::New,
        (Some(demand), None) => Demand::Match(demand),
        (Some(_), Some(_)) => {
            return Err(Problem::unreadable(
                "If-Match and If-None-Match contradict each other; give one of them.",
            ));
        }
    };
    let sheet = Sheet::from_json(kind, body).map_err(refused)?;
    let row = call.hub.put_sheet(&permit, id, sheet, demand).await?;
    Ok(Reply::of(shown(&row)).tagged(row.etag))
}

fn refused(unfit: muster_core::gate::Unfit) -> Problem {
    ServiceError::Invalid(unfit.to_string()).into()
}
