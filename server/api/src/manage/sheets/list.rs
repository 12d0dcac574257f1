//! `GET /windows`, `/calendars`, `/places`: all of them.

use axum::http::Method;
use muster_core::gate::SheetKind;
use muster_core::policy::Action;

use super::{TAG, answer_name, shown};
use crate::manage::call::Call;
use crate::manage::route::{Answer, Need, Outcome, Reply, Route, Run, Schema};
use crate::manage::{schema, wire};

pub(in crate::manage) static WINDOWS: Route = route(
    "/windows",
    "listWindows",
    "Maintenance windows",
    || schema::list_of(answer_name(SheetKind::Window)),
    |call| Box::pin(run(call, SheetKind::Window)),
);

pub(in crate::manage) static CALENDARS: Route = route(
    "/calendars",
    "listCalendars",
    "Service calendars",
    || schema::list_of(answer_name(SheetKind::Calendar)),
    |call| Box::pin(run(call, SheetKind::Calendar)),
);

pub(in crate::manage) static PLACES: Route = route(
    "/places",
    "listPlaces",
    "Places",
    || schema::list_of(answer_name(SheetKind::Place)),
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
        notes: "All of them, by short name; at most 500.",
        need: Need::Action(Action::SeeDevices),
        parameters: &[],
        body: None,
        answer: Answer::ok("All of them.", answer),
        also: &[],
        run,
    }
}

async fn run(call: Call, kind: SheetKind) -> Outcome {
    let shelf = call.hub.shelf(&call.access)?;
    Ok(Reply::of(wire::list(shelf.all(kind), shown)))
}
