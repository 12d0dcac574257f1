//! `GET /windows/{name}`, `/calendars/{name}`, `/places/{name}`: one of them.

use axum::http::Method;
use muster_core::gate::SheetKind;
use muster_core::policy::Action;

use super::{NAME, TAG, answer_name, name, shown};
use crate::manage::call::Call;
use crate::manage::parameter::Parameter;
use crate::manage::problem::Problem;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route, Run, Schema};
use crate::manage::schema;

static PARAMETERS: [&Parameter; 1] = [&NAME];

pub(in crate::manage) static WINDOW: Route = route(
    "/windows/{name}",
    "showWindow",
    "A maintenance window",
    || schema::named(answer_name(SheetKind::Window)),
    |call| Box::pin(run(call, SheetKind::Window)),
);

pub(in crate::manage) static CALENDAR: Route = route(
    "/calendars/{name}",
    "showCalendar",
    "A service calendar",
    || schema::named(answer_name(SheetKind::Calendar)),
    |call| Box::pin(run(call, SheetKind::Calendar)),
);

pub(in crate::manage) static PLACE: Route = route(
    "/places/{name}",
    "showPlace",
    "A place",
    || schema::named(answer_name(SheetKind::Place)),
    |call| Box::pin(run(call, SheetKind::Place)),
);

const fn route(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    answer: Schema,
    run: Run,
) -> Route {
    Route {
        method: Method::GET,
        path,
        id,
        tag: TAG,
        summary,
        notes: "",
        need: Need::Action(Action::SeeDevices),
        parameters: &PARAMETERS,
        body: None,
        answer: Answer::ok("As it is now.", answer).tagged(),
        also: &[],
        run,
    }
}

async fn run(call: Call, kind: SheetKind) -> Outcome {
    let shelf = call.hub.shelf(&call.access)?;
    let row = shelf.find(kind, &name(&call)?);
    let row = row.ok_or_else(Problem::not_found)?;
    Ok(Reply::of(shown(row)).tagged(row.etag))
}
